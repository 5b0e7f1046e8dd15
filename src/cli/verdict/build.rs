//! From what a person judged to the entries that will be signed.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use factlog::entry::{Body, ClaimEntry, Draft, Kind, VerdictEntry};
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use factlog::words::object;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::salt::Salt;
use factlog::words::source::SourceType;
use factlog::words::span::Quote;
use factlog::words::verdict::{Evidence, Verdict, VerdictChange};

use super::evidence::Request;
use super::look::Outline;
use super::superseding;
use crate::cli::claim_list::{self, ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::desk::conflicts::{Declared, Rules};
use crate::cli::desk::interests::Matter;
use crate::cli::exit::{Failure, Status};
use crate::cli::fetched::Fetched;
use crate::cli::quotes;
use crate::cli::ratings;
use crate::cli::record::Signer;
use crate::cli::screen;
use crate::cli::seek;
use crate::cli::sources::{self, Given, Taken};

/// What a person judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Judgement {
    pub(crate) rating: RatingCode,
    pub(crate) summary: String,
    pub(crate) rationale: Option<String>,
    pub(crate) evidence: Vec<Request>,
    pub(crate) conflicts: Vec<String>,
    /// Whether it says of conflicts of interest which there are, or that there are none.
    pub(crate) declares: bool,
    /// The beginning of the id of the verdict in whose place it stands.
    pub(crate) supersedes: Option<String>,
    pub(crate) change: Option<VerdictChange>,
    pub(crate) reason: Option<String>,
}

/// Sources that were read for evidence, by what they were named with, and whether no copy is kept: one
/// name may stand for a file and for a mere reference.
pub(crate) type TakenSources = HashMap<(String, bool), Taken>;

/// Returns what a source is known by among those that were read.
pub(super) fn name_of(request: &Request) -> (String, bool) {
    (request.what.clone(), request.unavailable.is_some())
}

/// What is ready to be signed: the entries that it needs are, the verdict itself is not.
pub(crate) struct Ready {
    /// The entries that the verdict rests on, signed.
    pub(crate) signer: Signer,
    /// The verdict's entry, not signed.
    pub(crate) draft: Draft,
    /// The verdict's object.
    pub(crate) verdict: Verdict,
    /// Sources that are new to the ledger.
    pub(crate) new_sources: Vec<SourceId>,
    /// How those of them were fetched that were.
    pub(crate) fetched: Vec<Fetched>,
    /// What a person is shown of it.
    pub(super) outline: Outline,
}

impl Ready {
    /// Says whether the claim itself is among what is to be recorded.
    pub(crate) fn claim_is_new(&self) -> bool {
        let mut entries = self.signer.pending.entries.iter();
        entries.any(|entry| entry.kind() == Kind::Claim)
    }
}

/// The claim that is judged.
#[derive(Clone)]
pub(crate) enum Target {
    /// It is in the log.
    Recorded(ClaimId),
    /// It is to be recorded first.
    Proposed(Arc<ClaimLine>),
}

impl Target {
    /// Returns the claim of a line, which another command may have recorded since it was listed.
    pub(crate) fn of(ledger: &Ledger, line: &ClaimLine) -> anyhow::Result<Self> {
        if let State::Recorded { id, .. } = line.state {
            return Ok(Self::Recorded(id));
        }
        let recorded = claim_list::recorded_in(ledger, &line.source.id)?;
        Ok(match recorded.get(&line.claim.identity()) {
            Some(recorded) => Self::Recorded(recorded.id),
            None => Self::Proposed(Arc::new(line.clone())),
        })
    }
}

/// A piece of evidence, its quote found in the source's text.
pub(super) struct Piece {
    pub(super) request: Request,
    /// The source in the ledger; `None` where it is new.
    pub(super) source: Option<SourceId>,
    pub(super) quote: Option<Quote>,
}

/// A judgement with everything that it names looked up in the ledger.
pub(crate) struct Resolved {
    claim: Target,
    policy: ObjectId,
    supersession: Option<(VerdictId, VerdictChange)>,
    pub(super) evidence: Vec<Piece>,
    /// What the author has a stake in, as the desk knows, and does not declare.
    pub(crate) undeclared: Vec<String>,
}

impl Resolved {
    /// Returns the verdict whose place it takes.
    pub(crate) fn supersedes(&self) -> Option<VerdictId> {
        self.supersession.map(|(older, _)| older)
    }

    /// Returns what changes, where it takes another's place.
    pub(crate) fn change(&self) -> Option<VerdictChange> {
        self.supersession.map(|(_, change)| change)
    }

    /// Returns the claim that is judged.
    pub(crate) const fn claim(&self) -> &Target {
        &self.claim
    }
}

/// What was signed on the way and is not in the ledger yet.
#[derive(Clone, Default)]
pub(crate) struct Fresh {
    /// Claims, by their identity.
    pub(crate) claims: HashMap<ObjectId, ClaimId>,
    /// Sources, by what they are: [`Self::key`].
    sources: HashMap<String, SourceId>,
    /// Sources, in order.
    pub(crate) new_sources: Vec<SourceId>,
    /// How those of them were fetched that were.
    pub(crate) fetched: Vec<Fetched>,
}

impl Fresh {
    /// Returns the claim's entry.
    pub(crate) fn claim(&self, target: &Target) -> ClaimId {
        match target {
            Target::Recorded(id) => *id,
            Target::Proposed(line) => self.claims[&line.claim.identity()],
        }
    }

    /// Keeps the id of something that was signed.
    pub(crate) fn keep(&mut self, need: &Need<'_>, id: EntryId) {
        match need {
            Need::Claim(line) => {
                self.claims.insert(line.claim.identity(), ClaimId(id.0));
            }
            Need::Source { key, taken } => {
                let id = SourceId(id.0);
                self.sources.insert(key.clone(), id);
                self.new_sources.push(id);
                self.fetched.extend(taken.fetched(id));
            }
        }
    }

    /// Returns what a source is known by: its text's id, else that of its bytes; of a mere reference, what
    /// it was named with.
    pub(super) fn key(taken: &Taken) -> String {
        let id = taken.text_id().or_else(|| taken.raw_id());
        id.map_or_else(|| format!("name {}", taken.what), |id| id.to_string())
    }
}

/// Says whether a word names a source by the beginning of its id, not a file.
pub(crate) fn is_id(what: &str) -> bool {
    let digits = what.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    digits && (4..=64).contains(&what.len()) && !Path::new(what).exists()
}

/// Says whether evidence must be fetched, so that the ledger should not be locked meanwhile.
pub(crate) fn needs_fetching(requests: &[Request]) -> bool {
    requests
        .iter()
        .any(|request| sources::is_address(&request.what))
}

/// Reads or fetches what the evidence is named with, each once, but for what has not been read yet.
pub(crate) fn take_all(
    context: &Context,
    requests: &[Request],
    taken: &mut TakenSources,
) -> anyhow::Result<()> {
    for request in requests {
        if is_id(&request.what) || taken.contains_key(&name_of(request)) {
            continue;
        }
        let given = Given {
            source_type: request
                .unavailable
                .is_some()
                .then_some(SourceType::Reference),
            // That it is no article is warned of: evidence need not be one.
            takes_any_page: true,
            ..Given::default()
        };
        let mut source = sources::take(context, request.what.as_ref(), &given)?;
        source.name_after_file();
        source.warn(context);
        taken.insert(name_of(request), source);
    }
    Ok(())
}

/// Returns the source of the ledger that a piece of evidence names; `None` where it is new.
pub(super) fn source_of(
    ledger: &Ledger,
    taken: &TakenSources,
    request: &Request,
) -> anyhow::Result<Option<SourceId>> {
    if let Some(taken) = taken.get(&name_of(request)) {
        return Ok(taken.already(ledger)?.map(|(source, _)| source));
    }
    let record = seek::find_entry(ledger, Kind::Source, &request.what)?;
    Ok(Some(SourceId(record.entry.id().0)))
}

/// Looks up in a ledger what judgements name.
pub(crate) struct Resolver<'a> {
    ledger: &'a Ledger,
    author: &'a VerifierKey,
    taken: &'a TakenSources,
    policy_id: ObjectId,
    policy: Policy,
    rules: Rules,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        ledger: &'a Ledger,
        author: &'a VerifierKey,
        taken: &'a TakenSources,
    ) -> anyhow::Result<Self> {
        let (policy_id, policy) = ledger.policy()?;
        Ok(Self {
            ledger,
            author,
            taken,
            policy_id,
            policy,
            rules: Rules::of(ledger)?,
        })
    }

    /// Looks up what a judgement names, and checks what can be checked before anything is signed.
    pub(crate) fn resolve(&self, claim: Target, judgement: &Judgement) -> anyhow::Result<Resolved> {
        ratings::check(&self.policy, &judgement.rating)?;
        let pieces = judgement.evidence.iter().map(|request| self.piece(request));
        let evidence: Vec<Piece> = pieces.collect::<anyhow::Result<_>>()?;
        Ok(Resolved {
            policy: self.policy_id,
            supersession: superseding::supersession(self.ledger, &claim, judgement)?,
            undeclared: self.undeclared(&claim, &evidence, judgement)?,
            evidence,
            claim,
        })
    }

    /// Compares what the author has a stake in with who is concerned, and with what is declared.
    fn undeclared(
        &self,
        claim: &Target,
        evidence: &[Piece],
        judgement: &Judgement,
    ) -> anyhow::Result<Vec<String>> {
        let rules = self.rules.of_key(self.ledger, self.author)?;
        let mut matter = Matter::default();
        if !rules.are_silent() {
            match claim {
                Target::Recorded(id) => {
                    if let Body::Claim(entry) = self.ledger.entry(&id.entry())?.entry.body() {
                        matter.add_recorded(self.ledger, entry)?;
                    }
                }
                Target::Proposed(line) => {
                    matter.add_claim(&line.claim);
                    if let Some(meta) = &line.source.meta {
                        matter.add_source(meta);
                    }
                }
            }
            matter.add_sources(
                self.ledger,
                evidence.iter().filter_map(|piece| piece.source),
            )?;
            let new = evidence.iter().filter(|piece| piece.source.is_none());
            let new = new.filter_map(|piece| self.taken.get(&name_of(&piece.request)));
            for taken in new {
                matter.add_source(&taken.meta);
            }
        }
        let declared = Declared {
            words: &judgement.conflicts,
            is_answered: judgement.declares,
        };
        Ok(rules.check(&matter, &declared)?)
    }

    /// Refuses a second verdict on a claim that supersedes nothing; says how to change the first.
    pub(crate) fn refuse_second(
        &self,
        line: &ClaimLine,
        claim: &Target,
        judgement: &Judgement,
    ) -> anyhow::Result<()> {
        let Target::Recorded(id) = claim else {
            return Ok(());
        };
        if judgement.supersedes.is_some() {
            return Ok(());
        }
        match superseding::own_verdict(self.ledger, self.author, id)? {
            Some(own) => {
                Err(superseding::judged_already(self.ledger, line, &own, &judgement.rating)?.into())
            }
            None => Ok(()),
        }
    }

    fn piece(&self, request: &Request) -> anyhow::Result<Piece> {
        let taken = self.taken.get(&name_of(request));
        let source = source_of(self.ledger, self.taken, request)?;
        let text = || match (taken, &source) {
            (Some(taken), _) => Ok(taken.intake.text.clone()),
            (None, Some(source)) => self.ledger.text_of(source),
            (None, None) => Ok(None),
        };
        let quote = match &request.quote {
            Some(words) => Some(quote(text()?, words, request)?),
            None if request.nth.is_some() => {
                let message = format!("nth without a quote for the evidence {}", request.what);
                return Err(Failure::new(Status::Usage, message).into());
            }
            None => None,
        };
        Ok(Piece {
            request: request.clone(),
            source,
            quote,
        })
    }
}

/// Something that a verdict rests on and that is not in the ledger yet.
pub(crate) enum Need<'a> {
    /// The claim.
    Claim(&'a ClaimLine),
    /// A source of evidence.
    Source {
        /// What [`Fresh`] knows it by.
        key: String,
        /// What was taken in.
        taken: &'a Taken,
    },
}

impl Need<'_> {
    /// Returns the kind of its entry.
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Claim(_) => Kind::Claim,
            Self::Source { .. } => Kind::Source,
        }
    }

    /// Signs its entry.
    pub(crate) fn sign(&self, signer: &mut Signer) -> anyhow::Result<EntryId> {
        match self {
            Self::Claim(line) => Ok(record_claim(signer, line)?.entry()),
            Self::Source { taken, .. } => {
                let entry = taken.put(&mut signer.pending)?;
                signer.add(Body::Source(entry))
            }
        }
    }
}

/// Lists what a verdict rests on and is not in the ledger yet, nor signed: its claim, its evidence.
pub(crate) fn needs<'a>(
    resolved: &'a Resolved,
    taken: &'a TakenSources,
    fresh: &Fresh,
) -> Vec<Need<'a>> {
    let mut needs = Vec::new();
    if let Target::Proposed(line) = &resolved.claim
        && !fresh.claims.contains_key(&line.claim.identity())
    {
        needs.push(Need::Claim(line));
    }
    let mut keys = HashSet::new();
    let new = resolved
        .evidence
        .iter()
        .filter(|piece| piece.source.is_none());
    for piece in new {
        let taken = &taken[&name_of(&piece.request)];
        let key = Fresh::key(taken);
        if !fresh.sources.contains_key(&key) && keys.insert(key.clone()) {
            needs.push(Need::Source { key, taken });
        }
    }
    needs
}

/// Signs what a verdict rests on and is not in the ledger yet.
pub(crate) fn sign_needs(
    signer: &mut Signer,
    resolved: &Resolved,
    taken: &TakenSources,
    fresh: &mut Fresh,
) -> anyhow::Result<()> {
    for need in needs(resolved, taken, fresh) {
        let id = need.sign(signer)?;
        fresh.keep(&need, id);
    }
    Ok(())
}

/// Checks that the verdict's object can be recorded, before what it rests on is.
pub(crate) fn check_verdict(
    resolved: &Resolved,
    judgement: &Judgement,
    salt: Salt,
) -> anyhow::Result<()> {
    // Every id is as long as any other.
    let new = |_: &Piece| SourceId([0; 32]);
    verdict_bytes(&verdict_of(resolved, judgement, new, salt)).map(drop)
}

/// Drafts the verdict's entry, whose needs are in the ledger or signed.
pub(crate) fn draft(
    signer: &mut Signer,
    resolved: &Resolved,
    judgement: &Judgement,
    taken: &TakenSources,
    fresh: &Fresh,
    salt: Salt,
) -> anyhow::Result<(Draft, Verdict)> {
    let new = |piece: &Piece| fresh.sources[&Fresh::key(&taken[&name_of(&piece.request)])];
    let verdict = verdict_of(resolved, judgement, new, salt);
    let bytes = verdict_bytes(&verdict)?;
    let object = signer.pending.object(bytes);
    let draft = signer.draft(Body::Verdict(VerdictEntry {
        claim: fresh.claim(&resolved.claim),
        rating: judgement.rating.clone(),
        policy: resolved.policy,
        verdict: object,
        supersedes: resolved.supersession.map(|(id, _)| id),
        change: resolved.supersession.map(|(_, change)| change),
    }))?;
    Ok((draft, verdict))
}

/// Makes the verdict's object; `new` returns the sources that are not in the ledger yet.
fn verdict_of(
    resolved: &Resolved,
    judgement: &Judgement,
    new: impl Fn(&Piece) -> SourceId,
    salt: Salt,
) -> Verdict {
    let evidence = resolved.evidence.iter().map(|piece| {
        let request = &piece.request;
        Evidence {
            source: piece.source.unwrap_or_else(|| new(piece)),
            stance: request.stance,
            primary: request.primary,
            quote: piece.quote.clone(),
            locator: request.locator.clone(),
            note: request.note.clone(),
            unavailable: request.unavailable.clone(),
        }
    });
    Verdict {
        summary: judgement.summary.clone(),
        rationale: judgement.rationale.clone(),
        reason: judgement.reason.clone(),
        evidence: evidence.collect(),
        conflicts: judgement.conflicts.clone(),
        salt,
    }
}

fn verdict_bytes(verdict: &Verdict) -> anyhow::Result<Vec<u8>> {
    let bytes = object::to_bytes(verdict).map_err(|error| {
        Failure::new(Status::Usage, "the verdict can't be recorded").because(error)
    })?;
    Ok(bytes)
}

/// Signs the claim's own entry first, where it was only proposed.
pub(crate) fn record_claim(signer: &mut Signer, line: &ClaimLine) -> anyhow::Result<ClaimId> {
    let hull = line.claim.quote.bytes;
    let object = signer.pending.object(object::to_bytes(&line.claim)?);
    let id = signer.add(Body::Claim(ClaimEntry {
        claim: object,
        source: line.source.id,
        start: hull.start() as u64,
        end: hull.end() as u64,
        extractor: line.extractor.clone(),
        supersedes: None,
        change: None,
    }))?;
    Ok(ClaimId(id.0))
}

fn quote(text: Option<String>, words: &str, request: &Request) -> anyhow::Result<Quote> {
    let what = screen::cut(&request.what, 60);
    let text = text.ok_or_else(|| {
        let message = format!("{what} has no text here, so it can't be quoted");
        Failure::new(Status::Failed, message)
            .hint("leave the quote out, and say where to look with a locator")
    })?;
    let span = quotes::find(&text, words, request.nth)
        .map_err(|fault| fault.in_text(&text, words, &what))?;
    Ok(Quote::new(&text, span)?)
}
