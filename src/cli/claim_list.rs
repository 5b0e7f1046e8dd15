//! The claims of a ledger, numbered: recorded ones, and those that the splitter proposes.
//!
//! Proposals are computed from the sources' texts whenever they are needed; the same text gives the
//! same claims. What a person decided about them is in [`drafts`](super::drafts). Numbers go over
//! all sources in log order, and within a source in the order of the text. A proposed claim's id is
//! that of [`Claim::identity`], so it stays when others are dropped or recorded.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use factlog::audit::facts::Detail;
use factlog::entry::{Body, Kind};
use factlog::extract::{self, ExtractedClaim, Extraction};
use factlog::ledger::{Found, Ledger, LedgerError, Record, SeekError};
use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::id::{self, ClaimId, ObjectId, SourceId};
use factlog::words::object;
use factlog::words::source::Meta;
use factlog::words::span::{Quote, Span};

use super::drafts::{Choice, Drafts};
use super::exit::{Failure, Status};
use super::screen;
use super::sources;

/// What names the rules that propose claims, in claim entries.
pub(crate) const EXTRACTOR: &str = "rules/1";

/// The language of a claim whose source does not say: the rules read English.
const LANGUAGE: &str = "en";

/// A number of a claim has fewer digits than this; with more it is the beginning of an id.
const LEAST_ID_DIGITS: usize = 4;

/// A source with a text.
#[derive(Debug)]
pub(crate) struct SourceLine {
    /// The source.
    pub(crate) id: SourceId,
    /// What is known of it.
    pub(crate) meta: Option<Meta>,
    /// Its text; empty where it was erased or is missing.
    pub(crate) text: String,
    /// Whether it was taken in as evidence only.
    pub(crate) is_evidence: bool,
}

impl SourceLine {
    /// Returns what a person calls it.
    pub(crate) fn label(&self) -> String {
        match &self.meta {
            Some(meta) => sources::label(meta, Some(&self.text)),
            None => "untitled".to_owned(),
        }
    }
}

/// What has become of a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// It is in the log.
    Recorded {
        /// Its entry.
        id: ClaimId,
        /// Its index.
        index: u64,
        /// Whether another has taken its place.
        superseded: bool,
    },
    /// The splitter proposes it.
    Proposed,
    /// A person accepted it, and has not signed it yet.
    Accepted,
    /// A person dropped it.
    Dropped,
    /// The splitter passed it over, for this reason.
    PassedOver(&'static str),
}

impl State {
    /// Returns the word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded {
                superseded: false, ..
            } => "recorded",
            Self::Recorded {
                superseded: true, ..
            } => "superseded",
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Dropped => "dropped",
            Self::PassedOver(_) => "passed-over",
        }
    }

    /// Says whether claims of this state have a number.
    const fn is_numbered(self) -> bool {
        matches!(
            self,
            Self::Recorded {
                superseded: false,
                ..
            } | Self::Proposed
                | Self::Accepted
        )
    }
}

/// What the splitter found out about a claim beside its words.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Worth {
    /// How much it is worth checking, 0 to 1.
    pub(crate) score: f32,
    /// Why.
    pub(crate) reason: &'static str,
    /// The sentence that it stands in.
    pub(crate) sentence: Span,
}

/// A claim, recorded or proposed.
#[derive(Clone, Debug)]
pub(crate) struct ClaimLine {
    /// Its number, by which commands take it; absent for what is not listed by default.
    pub(crate) number: Option<usize>,
    /// Its id in 64 hex digits: that of its entry, else that of its identity.
    pub(crate) id: String,
    /// What has become of it.
    pub(crate) state: State,
    /// The claim.
    pub(crate) claim: Claim,
    /// The source that it stands in.
    pub(crate) source: Arc<SourceLine>,
    /// Its identity as it was proposed, before a person edited it.
    pub(crate) origin: ObjectId,
    /// What the splitter says of it; absent for what a person found.
    pub(crate) worth: Option<Worth>,
    /// What found it, as its entry will say.
    pub(crate) extractor: Option<&'static str>,
}

impl ClaimLine {
    /// Returns who said it, with their role, or that the source says so itself.
    pub(crate) fn who(&self) -> String {
        who(&self.claim)
    }

    /// Returns the sentence that it stands in, or at least its own words.
    pub(crate) fn sentence(&self) -> Span {
        let hull = self.claim.quote.bytes;
        self.worth
            .map(|worth| worth.sentence)
            .filter(|sentence| sentence.contains(hull))
            .unwrap_or(hull)
    }

    /// Returns the beginning of its id that is printed where it is only proposed.
    pub(crate) fn short(&self, ledger: &Ledger) -> Result<String, LedgerError> {
        match self.state {
            State::Recorded { id, .. } => ledger.short(&id.0),
            _ => Ok(self.id[..8].to_owned()),
        }
    }
}

/// Returns who made a claim, with their role.
pub(crate) fn who(claim: &Claim) -> String {
    match &claim.claimant {
        Some(Claimant {
            name,
            role: Some(role),
            ..
        }) => {
            format!("{}, {}", screen::one_line(name), screen::one_line(role))
        }
        Some(Claimant { name, .. }) => screen::one_line(name),
        None if claim.manner == Manner::Narration => "the article itself".to_owned(),
        None => "somebody who is not named".to_owned(),
    }
}

/// Returns every claim of the ledger: numbered those that are current, after them in each source
/// those that were dropped, superseded or passed over, without a number.
pub(crate) fn claim_list(ledger: &Ledger) -> anyhow::Result<Vec<ClaimLine>> {
    let drafts = Drafts::of(ledger.folder());
    let mut list = Vec::new();
    let mut texts = HashSet::new();
    let mut number = 0;
    for record in ledger.sources()? {
        let Body::Source(entry) = record.entry.body() else {
            continue;
        };
        let Some(text) = entry.text else { continue };
        let propose = texts.insert(text.blake3);
        let lines = of_source(ledger, &drafts, &record, propose)?;
        for mut line in lines {
            if line.state.is_numbered() && (!line.source.is_evidence || line.is_recorded()) {
                number += 1;
                line.number = Some(number);
            }
            list.push(line);
        }
    }
    Ok(list)
}

impl ClaimLine {
    /// Says whether it is in the log.
    pub(crate) const fn is_recorded(&self) -> bool {
        matches!(self.state, State::Recorded { .. })
    }
}

fn of_source(
    ledger: &Ledger,
    drafts: &Drafts,
    record: &Record,
    propose: bool,
) -> anyhow::Result<Vec<ClaimLine>> {
    let id = SourceId(record.entry.id().0);
    let decided = drafts.load(&id)?;
    let source = Arc::new(source_line(ledger, record, decided.evidence)?);
    let mut lines = Vec::new();
    let mut recorded: HashMap<ObjectId, usize> = HashMap::new();
    for record in ledger.claims_of(&id)? {
        if let Some(line) = recorded_line(ledger, &record, &source)? {
            recorded.insert(line.origin, lines.len());
            lines.push(line);
        }
    }
    let language = source
        .meta
        .as_ref()
        .and_then(|meta| meta.language.as_deref());
    let found = proposals(&source.text, language);
    for (claim, worth, passed) in found {
        let origin = claim.identity();
        if let Some(at) = recorded.get(&origin) {
            lines[*at].worth = Some(worth);
            continue;
        }
        let decision = decided.decision(&origin);
        let edited = decision.and_then(|decision| decision.edited.clone());
        let extractor = edited.is_none().then_some(EXTRACTOR);
        let claim = edited.unwrap_or(claim);
        if !propose || recorded.contains_key(&claim.identity()) {
            continue;
        }
        let state = match (decision.map(|decision| decision.choice), passed) {
            (Some(Choice::Accepted), _) => State::Accepted,
            (Some(Choice::Dropped), _) => State::Dropped,
            (None, Some(why)) => State::PassedOver(why),
            (Some(Choice::Edited) | None, _) => State::Proposed,
        };
        lines.push(ClaimLine {
            number: None,
            id: origin.to_string(),
            state,
            claim,
            source: Arc::clone(&source),
            origin,
            worth: Some(worth),
            extractor,
        });
    }
    lines.sort_by_key(|line| (!line.state.is_numbered(), line.claim.quote.bytes));
    Ok(lines)
}

fn source_line(ledger: &Ledger, record: &Record, is_evidence: bool) -> anyhow::Result<SourceLine> {
    let id = SourceId(record.entry.id().0);
    let meta = match record.entry.body() {
        Body::Source(entry) => there(ledger.object::<Meta>(&entry.meta))?,
        _ => None,
    };
    let text = there(ledger.text_of(&id))?.flatten().unwrap_or_default();
    Ok(SourceLine {
        id,
        meta,
        text,
        is_evidence,
    })
}

/// Passes over an object that is missing or damaged: `verify` reports it, and the rest can be used.
fn there<T>(found: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(LedgerError::NoObject(_) | LedgerError::Object { .. } | LedgerError::Text(_)) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn recorded_line(
    ledger: &Ledger,
    record: &Record,
    source: &Arc<SourceLine>,
) -> anyhow::Result<Option<ClaimLine>> {
    let id = record.entry.id();
    let Body::Claim(entry) = record.entry.body() else {
        return Ok(None);
    };
    let Some(claim) = there(ledger.object::<Claim>(&entry.claim))? else {
        return Ok(None);
    };
    let (_, facts) = ledger.facts_of(&id)?;
    let superseded = matches!(facts.detail, Detail::Claim(claim) if claim.superseded_by.is_some());
    Ok(Some(ClaimLine {
        number: None,
        id: id.to_string(),
        state: State::Recorded {
            id: ClaimId(id.0),
            index: record.index,
            superseded,
        },
        origin: claim.identity(),
        claim,
        source: Arc::clone(source),
        worth: None,
        extractor: None,
    }))
}

/// Splits a text into claims that can be recorded, each with what the splitter says of it, and why
/// it passed it over if it did.
pub(crate) fn proposals(
    text: &str,
    language: Option<&str>,
) -> Vec<(Claim, Worth, Option<&'static str>)> {
    let source = ObjectId::of(text.as_bytes());
    let Extraction {
        claims,
        passed_over,
        ..
    } = extract::split(text, extract::Options::default());
    let offered = claims.into_iter().map(|claim| (claim, None));
    let passed = passed_over
        .into_iter()
        .map(|passed| (passed.claim, Some(passed.why.as_str())));
    offered
        .chain(passed)
        .filter_map(|(found, passed)| {
            let worth = Worth {
                score: found.score,
                reason: found.reason.as_str(),
                sentence: found.sentence,
            };
            let claim = to_claim(text, source, language.unwrap_or(LANGUAGE), found)?;
            Some((claim, worth, passed))
        })
        .collect()
}

/// Makes a claim of what the splitter found; `None` if it can't be recorded.
fn to_claim(text: &str, source: ObjectId, language: &str, found: ExtractedClaim) -> Option<Claim> {
    let hull = Span::hull(&found.parts)?;
    let claim = Claim {
        source,
        text: found.text,
        added: found.added,
        parts: found.parts,
        statement: found.statement,
        cue: found.cue,
        claimant: found.claimant,
        manner: found.manner,
        said: None,
        quote: Quote::new(text, hull).ok()?,
        language: language.to_owned(),
    };
    object::to_bytes(&claim).ok()?;
    Some(claim)
}

/// Finds the claim that a person means: by its number in `factlog claims`, or by the beginning of
/// its id.
pub(crate) fn find_claim(ledger: &Ledger, what: &str) -> anyhow::Result<ClaimLine> {
    if what.len() < LEAST_ID_DIGITS && what.bytes().all(|b| b.is_ascii_digit()) {
        let number: usize = what.parse().unwrap_or(0);
        let list = claim_list(ledger)?;
        let highest = list
            .iter()
            .filter_map(|line| line.number)
            .max()
            .unwrap_or(0);
        return list
            .into_iter()
            .find(|line| line.number == Some(number))
            .ok_or_else(|| {
                Failure::new(
                    Status::NotFound,
                    format!("there is no claim {what}: the last one is {highest}"),
                )
                .hint("`factlog claims` lists them")
                .into()
            });
    }
    match ledger.find(what) {
        Ok(Found::Entry(id)) => {
            let record = ledger.entry(&id)?;
            if let Some(line) = of_record(ledger, &record)? {
                return Ok(line);
            }
            let hint = match record.entry.body() {
                Body::Verdict(verdict) => {
                    let claim = ledger.short(&verdict.claim.0)?;
                    format!("its claim is {claim}; a verdict is changed with --supersedes {what}")
                }
                _ => "`factlog claims` lists the claims".to_owned(),
            };
            let kind = record.entry.kind();
            Err(
                Failure::new(Status::NotFound, format!("{what} is a {kind}, not a claim"))
                    .hint(hint)
                    .into(),
            )
        }
        Ok(Found::Object(_)) | Err(SeekError::Nothing(_)) => proposed(ledger, what),
        Err(SeekError::Ambiguous { prefix, found }) => Err(ambiguous(ledger, &prefix, &found)),
        Err(error) => Err(error.into()),
    }
}

/// Returns the line of a recorded claim, without splitting any text.
pub(crate) fn of_record(ledger: &Ledger, record: &Record) -> anyhow::Result<Option<ClaimLine>> {
    let Body::Claim(entry) = record.entry.body() else {
        return Ok(None);
    };
    let source = ledger.entry_of(Kind::Source, &entry.source.entry())?;
    let source = Arc::new(source_line(ledger, &source, false)?);
    recorded_line(ledger, record, &source)
}

fn proposed(ledger: &Ledger, what: &str) -> anyhow::Result<ClaimLine> {
    let mut fitting: Vec<ClaimLine> = claim_list(ledger)?
        .into_iter()
        .filter(|line| line.id.starts_with(what) || line.origin.to_string().starts_with(what))
        .collect();
    match fitting.len() {
        1 => Ok(fitting.swap_remove(0)),
        0 => Err(Failure::new(
            Status::NotFound,
            format!("no claim has an id that begins with {what}"),
        )
        .hint("`factlog claims` lists them")
        .into()),
        many => {
            let lines: Vec<String> = fitting
                .iter()
                .map(|line| format!("{}  {}", &line.id[..16], screen::cut(&line.claim.text, 60)))
                .collect();
            Err(Failure::new(
                Status::NotFound,
                format!(
                    "{what} is the beginning of {many} claims' ids:\n  {}",
                    lines.join("\n  ")
                ),
            )
            .hint("give more digits")
            .into())
        }
    }
}

/// Makes the error for an id's beginning that fits several things; lists them.
pub(crate) fn ambiguous(ledger: &Ledger, prefix: &str, found: &[Found]) -> anyhow::Error {
    let line = |found: &Found| match found {
        Found::Entry(entry) => {
            let kind = ledger
                .entry(entry)
                .map(|record| record.entry.kind().as_str());
            format!(
                "{}  {}",
                &id::to_hex(&entry.0)[..16],
                kind.unwrap_or("entry")
            )
        }
        Found::Object(object) => format!("{}  object", &id::to_hex(&object.0)[..16]),
    };
    let lines: Vec<String> = found.iter().map(line).collect();
    Failure::new(
        Status::NotFound,
        format!(
            "{prefix} is the beginning of {} ids:\n  {}",
            found.len(),
            lines.join("\n  ")
        ),
    )
    .hint("give more digits")
    .into()
}

/// Finds the entry of a kind that a person means by the beginning of its id.
pub(crate) fn find_entry(ledger: &Ledger, kind: Kind, what: &str) -> anyhow::Result<Record> {
    let record = match ledger.find(what) {
        Ok(Found::Entry(id)) => ledger.entry(&id)?,
        Ok(Found::Object(_)) => {
            return Err(Failure::new(
                Status::NotFound,
                format!("{what} is an object, not a {kind}"),
            )
            .hint(format!("`factlog log --kind {kind}` lists them"))
            .into());
        }
        Err(SeekError::Ambiguous { prefix, found }) => {
            // Of several things, the one of the kind that is asked for is meant.
            let mut of_kind = found.iter().filter_map(|found| match found {
                Found::Entry(id) => ledger.entry(id).ok().filter(|r| r.entry.kind() == kind),
                Found::Object(_) => None,
            });
            match (of_kind.next(), of_kind.next()) {
                (Some(one), None) => one,
                _ => return Err(ambiguous(ledger, &prefix, &found)),
            }
        }
        Err(error) => return Err(error.into()),
    };
    let found = record.entry.kind();
    if found != kind {
        return Err(Failure::new(
            Status::NotFound,
            format!("{what} is a {found}, not a {kind}"),
        )
        .hint(format!("`factlog log --kind {kind}` lists them"))
        .into());
    }
    Ok(record)
}
