//! The claims of a ledger, numbered: recorded ones, and those that the splitter proposes.
//!
//! Proposals are what the splitter finds in the sources' texts, each of which is split once and with
//! the ledger closed ([`Context::read_claims`](super::context::Context::read_claims)). What a person decided about them is in [`drafts`](super::drafts). Which number
//! a claim has [`numbering`](super::numbering) says. A proposed claim's id is that of
//! [`Claim::identity`], so it stays when others are dropped or recorded.

mod made;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use factlog::audit::facts::Detail;
use factlog::entry::{Body, Kind};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::id::{ClaimId, ObjectId, SourceId};
use factlog::words::source::Meta;
use factlog::words::span::Span;

use self::made::Listed;
use super::add::Spoken;
use super::drafts::{Choice, Decision, Drafts, Hand, SourceDrafts};
use super::numbering::{self, Block, Place, Settled};
use super::proposals::{Proposals, Unsplit, Worth};
use super::screen;
use super::sources;

/// Texts of about so many bytes are split together: few enough to be held in memory, and to be split
/// in seconds.
const SPLIT_TOGETHER: usize = 4 * 1024 * 1024;

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
    /// Whether its drafts are damaged: what was decided about its claims is not known.
    pub(crate) is_undecided: bool,
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
    /// A person split it, or merged it with another: what was made of it has its place.
    Replaced,
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
            Self::Replaced => "replaced",
            Self::PassedOver(_) => "passed-over",
        }
    }

    /// Says whether claims of this state are listed unasked.
    const fn is_current(self) -> bool {
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

/// A claim, recorded or proposed.
#[derive(Clone, Debug)]
pub(crate) struct ClaimLine {
    /// Its number, by which commands take it; absent for what was passed over, and for what is
    /// proposed of evidence.
    pub(crate) number: Option<usize>,
    /// Where it first appeared; absent where it has no number.
    pub(crate) place: Option<Place>,
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
    pub(crate) extractor: Option<String>,
    /// Who decided what has become of it, where a person did and has not signed it.
    pub(crate) hand: Hand,
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

/// Returns every claim of the ledger by source, in each in the order of the numbers, those after the
/// others that were dropped, superseded or passed over.
///
/// # Errors
/// Texts must be split first: [`Unsplit`].
pub(crate) fn claim_list(ledger: &Ledger, proposals: &Proposals) -> anyhow::Result<Vec<ClaimLine>> {
    list_until(ledger, proposals, |_, _, _| false)
}

/// Like [`claim_list`], as far as the claim with this number; all claims if none has it.
pub(crate) fn up_to_number(
    ledger: &Ledger,
    proposals: &Proposals,
    number: usize,
) -> anyhow::Result<Vec<ClaimLine>> {
    list_until(ledger, proposals, |_, settled, _| settled >= number)
}

/// Returns the claims of one source, numbered as in [`claim_list`].
pub(crate) fn of_source(
    ledger: &Ledger,
    proposals: &Proposals,
    source: &SourceId,
) -> anyhow::Result<Vec<ClaimLine>> {
    let mut latest: Option<Option<Place>> = None;
    let is_enough = |list: &[ClaimLine], _, next| {
        let own = |line: &&ClaimLine| line.source.id == *source;
        if list.last().as_ref().is_some_and(own) {
            latest = Some(
                list.iter()
                    .rev()
                    .take_while(own)
                    .filter_map(|line| line.place)
                    .max(),
            );
        }
        latest.is_some_and(|place| place.is_none_or(|place| numbering::is_before(&place, next)))
    };
    let mut list = list_until(ledger, proposals, is_enough)?;
    list.retain(|line| line.source.id == *source);
    Ok(list)
}

/// Lists the claims until `is_enough`, which is asked after each source, with the claims so far, the
/// highest number that is sure, and the next source's index. Where a text must be split first, nothing
/// can be numbered after it: some of the texts behind it are named as well, to be split together.
fn list_until(
    ledger: &Ledger,
    proposals: &Proposals,
    mut is_enough: impl FnMut(&[ClaimLine], usize, u64) -> bool,
) -> anyhow::Result<Vec<ClaimLine>> {
    let drafts = Drafts::of(ledger.folder());
    let mut list = Vec::new();
    let mut texts = HashSet::new();
    let mut settled = Settled::default();
    let mut end = u64::MAX;
    let mut unsplit = Vec::new();
    let mut unsplit_bytes = 0;
    let mut sources = ledger.sources()?.into_iter().peekable();
    while let Some(record) = sources.next() {
        let next = sources.peek().map_or(u64::MAX, |record| record.index);
        let Body::Source(entry) = record.entry.body() else {
            continue;
        };
        let Some(text) = entry.text else { continue };
        let propose = texts.insert(text.blake3);
        let lines = match lines_of(ledger, proposals, &drafts, &record, propose)? {
            Ok(lines) if unsplit.is_empty() => lines,
            Ok(_) => continue,
            Err(text) => {
                unsplit_bytes += text.len();
                unsplit.push(text);
                if unsplit_bytes > SPLIT_TOGETHER {
                    break;
                }
                continue;
            }
        };
        settled.add(&lines, next);
        list.extend(lines);
        if unsplit.is_empty() && is_enough(&list, settled.count(), next) {
            end = next;
            break;
        }
    }
    if unsplit.is_empty() {
        numbering::number(&mut list, end);
        Ok(list)
    } else {
        Err(Unsplit(unsplit).into())
    }
}

/// Returns a source's claims without their numbers; `None` where its text must be split first.
pub(crate) fn unnumbered(
    ledger: &Ledger,
    proposals: &Proposals,
    record: &Record,
) -> anyhow::Result<Option<Vec<ClaimLine>>> {
    let Body::Source(entry) = record.entry.body() else {
        return Ok(Some(vec![]));
    };
    let Some(text) = entry.text else {
        return Ok(Some(vec![]));
    };
    let with_text = ledger.sources_with_text(&text.blake3)?;
    let is_first = with_text.first().map(|first| first.index) == Some(record.index);
    let drafts = Drafts::of(ledger.folder());
    Ok(lines_of(ledger, proposals, &drafts, record, is_first)?.ok())
}

impl ClaimLine {
    /// Says whether it has a number and is listed unasked.
    pub(crate) const fn is_listed(&self) -> bool {
        self.number.is_some() && self.state.is_current()
    }

    /// Says whether it is in the log.
    pub(crate) const fn is_recorded(&self) -> bool {
        matches!(self.state, State::Recorded { .. })
    }
}

/// Returns a source's lines, or its text, where that must be split first.
fn lines_of(
    ledger: &Ledger,
    proposals: &Proposals,
    drafts: &Drafts,
    record: &Record,
    propose: bool,
) -> anyhow::Result<Result<Vec<ClaimLine>, String>> {
    let id = SourceId(record.entry.id().0);
    let decided = drafts.seen(&id);
    let source = source_line(ledger, record, Some(&decided))?;
    let block = block_of(record, &decided);
    let language = source
        .meta
        .as_ref()
        .and_then(|meta| meta.language.as_deref());
    let Some(finding) = proposals.finding(&source.text) else {
        return Ok(Err(source.text));
    };
    let spoken = match record.entry.body() {
        Body::Source(entry) => Spoken::of(entry.source_type, &source.text, source.meta.as_ref()),
        _ => None,
    };
    let proposed = finding.proposals(&source.text, language, spoken.as_ref());
    let source = Arc::new(source);
    let mut lines = Vec::new();
    // The first line of each identity.
    let mut places = HashMap::new();
    for record in ledger.claims_of(&id)? {
        if let Some(line) = recorded_line(ledger, &record, &source)? {
            places.entry(line.origin).or_insert(lines.len());
            lines.push(line);
        }
    }
    let recorded: HashSet<ObjectId> = places.keys().copied().collect();
    let decisions = decided.by_claim();
    for (order, (claim, worth, passed)) in proposed.into_iter().enumerate() {
        let origin = claim.identity();
        let own = (propose && passed.is_none())
            .then(|| block.map(|block| block.place(claim.quote.bytes, order)))
            .flatten();
        if let Some(place) = places.get(&origin) {
            let line: &mut ClaimLine = &mut lines[*place];
            line.worth = Some(worth);
            line.appeared(block, own);
            continue;
        }
        let decision = decisions.get(&origin).copied();
        let edited = decision.and_then(|decision| decision.edited.clone());
        let own_words = claim.parts.clone();
        let extractor = edited.is_none().then(|| finding.extractor.clone());
        let claim = edited.unwrap_or(claim);
        if recorded.contains(&claim.identity()) {
            // As it was edited, it is still the claim that was proposed.
            lines[places[&claim.identity()]].appeared(block, own);
            continue;
        }
        if !propose {
            continue;
        }
        let state = match (decision.map(|decision| decision.choice), passed) {
            _ if decided.is_replaced(&origin, &own_words) => State::Replaced,
            (None, Some(why)) => State::PassedOver(why),
            (choice, _) => state_of(choice),
        };
        places.insert(origin, lines.len());
        lines.push(ClaimLine {
            number: None,
            place: own,
            id: origin.to_string(),
            state,
            claim,
            source: Arc::clone(&source),
            origin,
            worth: Some(worth),
            extractor,
            hand: decision.map(Decision::hand).unwrap_or_default(),
        });
    }
    if propose {
        let source = Listed {
            source: &source,
            decided: &decided,
            block,
        };
        source.add_made(&mut lines, &mut places);
    }
    Ok(Ok(lines))
}

/// Returns what becomes of a proposed claim by what was decided about it.
pub(crate) const fn state_of(choice: Option<Choice>) -> State {
    match choice {
        Some(Choice::Accepted) => State::Accepted,
        Some(Choice::Dropped) => State::Dropped,
        Some(Choice::Edited) | None => State::Proposed,
    }
}

/// Returns where a source's proposals appeared; `None` while it is evidence only.
fn block_of(record: &Record, decided: &SourceDrafts) -> Option<Block> {
    let block = decided
        .offered
        .map_or(Block::of_entry(record.index), Block::of_offer);
    (!decided.evidence).then_some(block)
}

impl ClaimLine {
    /// Gives a recorded claim the place at which it was proposed, unless it was recorded before.
    fn appeared(&mut self, block: Option<Block>, proposed: Option<Place>) {
        if let (State::Recorded { index, .. }, Some(block), Some(place)) =
            (self.state, block, proposed)
            && block <= Block::of_entry(index)
            && self.place > proposed
        {
            self.place = Some(place);
        }
    }
}

fn source_line(
    ledger: &Ledger,
    record: &Record,
    decided: Option<&SourceDrafts>,
) -> anyhow::Result<SourceLine> {
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
        is_evidence: decided.is_some_and(|decided| decided.evidence),
        is_undecided: decided.is_some_and(|decided| decided.is_damaged),
    })
}

/// Passes over an object that is missing or damaged: `verify` reports it, and the rest can be used.
fn there<T>(found: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(
            LedgerError::NoObject(_)
            | LedgerError::OtherBytes(_)
            | LedgerError::Object { .. }
            | LedgerError::Text(_),
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

fn recorded_line(
    ledger: &Ledger,
    record: &Record,
    source: &Arc<SourceLine>,
) -> anyhow::Result<Option<ClaimLine>> {
    let Some((claim, recorded)) = recorded_claim(ledger, record)? else {
        return Ok(None);
    };
    let RecordedClaim {
        id,
        index,
        superseded,
    } = recorded;
    Ok(Some(ClaimLine {
        number: None,
        place: Some(Block::of_entry(index).place(claim.quote.bytes, 0)),
        id: id.to_string(),
        state: State::Recorded {
            id,
            index,
            superseded,
        },
        origin: claim.identity(),
        claim,
        source: Arc::clone(source),
        worth: None,
        extractor: None,
        hand: Hand::default(),
    }))
}

/// A claim in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordedClaim {
    /// Its entry.
    pub(crate) id: ClaimId,
    /// Its index.
    pub(crate) index: u64,
    /// Whether another has taken its place.
    pub(crate) superseded: bool,
}

/// Returns the recorded claims of a source by their identity; of several with the same one, a current
/// one.
pub(crate) fn recorded_in(
    ledger: &Ledger,
    source: &SourceId,
) -> anyhow::Result<HashMap<ObjectId, RecordedClaim>> {
    let mut recorded = HashMap::<ObjectId, RecordedClaim>::new();
    for record in ledger.claims_of(source)? {
        let Some((claim, found)) = recorded_claim(ledger, &record)? else {
            continue;
        };
        let known = recorded.entry(claim.identity()).or_insert(found);
        if known.superseded {
            *known = found;
        }
    }
    Ok(recorded)
}

fn recorded_claim(
    ledger: &Ledger,
    record: &Record,
) -> anyhow::Result<Option<(Claim, RecordedClaim)>> {
    let id = record.entry.id();
    let Body::Claim(entry) = record.entry.body() else {
        return Ok(None);
    };
    let Some(claim) = there(ledger.object::<Claim>(&entry.claim))? else {
        return Ok(None);
    };
    let (_, facts) = ledger.facts_of(&id)?;
    let recorded = RecordedClaim {
        id: ClaimId(id.0),
        index: record.index,
        superseded: matches!(facts.detail, Detail::Claim(claim) if claim.superseded_by.is_some()),
    };
    Ok(Some((claim, recorded)))
}

/// Returns the line of a recorded claim, without splitting any text.
pub(crate) fn of_record(ledger: &Ledger, record: &Record) -> anyhow::Result<Option<ClaimLine>> {
    let Body::Claim(entry) = record.entry.body() else {
        return Ok(None);
    };
    let source = ledger.entry_of(Kind::Source, &entry.source.entry())?;
    let source = Arc::new(source_line(ledger, &source, None)?);
    recorded_line(ledger, record, &source)
}
