//! Recording claims for the newer version of their source.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use factlog::anchor::State;
use factlog::audit::facts::Detail;
use factlog::entry::{Body, ClaimEntry};
use factlog::ledger::Ledger;
use factlog::words::claim::{Claim, ClaimChange};
use factlog::words::id::{ClaimId, ObjectId, SourceId};
use factlog::words::object;

use super::gather::{Anchored, Case, Of, anchored, cases};
use super::shown::changed_beside;
use super::{by_author, sure, tell_others};
use crate::cli::claim_list;
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::prompt;
use crate::cli::record::{self, EntryLine, Signer};
use crate::cli::screen::{self, FAINT, STRONG, WARN};
use crate::cli::signing::SigningArgs;
use crate::cli::verdict::KeptEvidence;

/// A claim as it will be recorded in the place of an older one.
pub(super) struct Chosen {
    pub(super) older: ClaimId,
    source: SourceId,
    extractor: Option<String>,
    pub(super) claim: Claim,
    /// Whether a person said where it is, and this is kept until it is signed.
    pub(super) is_answer: bool,
}

impl Chosen {
    pub(super) fn of(case: &Case, claim: Claim) -> Self {
        Self {
            older: case.id,
            source: case.newer,
            extractor: case.extractor.clone(),
            claim,
            is_answer: false,
        }
    }

    pub(super) fn answered(case: &Case, claim: Claim) -> Self {
        Self {
            is_answer: true,
            ..Self::of(case, claim)
        }
    }
}

/// Has evidence that was kept for a claim go on with the one that takes its place.
pub(super) fn carry_evidence(
    drafts: &Drafts,
    found: &[Anchored],
    chosen: &[Chosen],
    signed: &[ClaimId],
) -> anyhow::Result<()> {
    for chosen in chosen
        .iter()
        .filter(|chosen| signed.contains(&chosen.older))
    {
        let there = found.iter().find(|there| there.case.id == chosen.older);
        if let Some(there) = there {
            let (from, to) = (there.case.claim.identity(), chosen.claim.identity());
            KeptEvidence::carry(drafts, &from, &to)?;
        }
    }
    Ok(())
}

/// Signs the claims, each in the place of its older one, and returns the older ones; what was superseded
/// meanwhile, or is recorded of the newer version already, is passed over.
pub(super) fn put(
    context: &Context,
    ledger: &Ledger,
    signer: &mut Signer,
    chosen: &[Chosen],
) -> anyhow::Result<Vec<ClaimId>> {
    let mut known: HashMap<SourceId, HashSet<ObjectId>> = HashMap::new();
    let mut done = Vec::new();
    for chosen in chosen {
        let (_, facts) = ledger.facts_of(&chosen.older.entry())?;
        if matches!(facts.detail, Detail::Claim(claim) if claim.superseded_by.is_some()) {
            continue;
        }
        let there = match known.entry(chosen.source) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                let recorded = claim_list::recorded_in(ledger, &chosen.source)?;
                let current = recorded.into_iter().filter(|(_, claim)| !claim.superseded);
                place.insert(current.map(|(identity, _)| identity).collect())
            }
        };
        if !there.insert(chosen.claim.identity()) {
            context.say(&format!(
                "“{}” is recorded of the newer version already: claim {} stays with the older one",
                screen::cut(&chosen.claim.text, 60),
                ledger.short(&chosen.older.0)?
            ));
            continue;
        }
        let hull = chosen.claim.quote.bytes;
        let claim = signer.pending.object(object::to_bytes(&chosen.claim)?);
        signer.add(Body::Claim(ClaimEntry {
            claim,
            source: chosen.source,
            start: hull.start() as u64,
            end: hull.end() as u64,
            extractor: chosen.extractor.clone(),
            supersedes: Some(chosen.older),
            change: Some(ClaimChange::Anchor),
        }))?;
        done.push(chosen.older);
    }
    Ok(done)
}

/// Records the claims of a source that was just replaced which stand in the newer version with the same
/// words around them, by the key that signed that; says what waits for a person.
pub(crate) fn after_adding(
    context: &Context,
    args: &SigningArgs,
    ledger: Ledger,
    signer: Signer,
    newer: SourceId,
) -> anyhow::Result<Vec<EntryLine>> {
    let found = cases(&ledger, Some(Of::Source(newer)))?;
    if found.is_empty() {
        return Ok(vec![]);
    }
    drop(ledger);
    let found = anchored(found);
    let mut ledger = context.open_ledger()?;
    let (own, others) = by_author(&ledger, signer.verifier(), found)?;
    let chosen: Vec<Chosen> = own
        .iter()
        .filter(|there| there.state() == State::Exact)
        .filter_map(|there| Some(Chosen::of(&there.case, sure(there)?)))
        .collect();
    let key = signer.into_key();
    let entries = if chosen.is_empty() {
        vec![]
    } else {
        let mut signer = Signer::start(&ledger, key, context.now()?)?;
        let done = put(context, &ledger, &mut signer, &chosen)?;
        let entries = record::deliver(context, args, &mut ledger, &signer.pending)?;
        carry_evidence(&Drafts::of(ledger.folder()), &own, &chosen, &done)?;
        entries
    };
    drop(ledger);
    let count = |state: State| own.iter().filter(|there| there.state() == state).count();
    let states = [
        State::Exact,
        State::Moved,
        State::Normalised,
        State::Drifted,
        State::Ambiguous,
        State::Orphaned,
    ];
    let counted: Vec<String> = states
        .into_iter()
        .filter(|state| count(*state) > 0)
        .map(|state| format!("{} {}", count(state), state.as_str()))
        .collect();
    if !own.is_empty() {
        context.say(&format!(
            "{} in the newer version: {}",
            screen::counted(own.len() as u64, "recorded claim", "recorded claims"),
            counted.join(", ")
        ));
    }
    if chosen.len() < own.len() {
        context.say(&format!(
            "{} for a look: factlog reanchor",
            screen::counted(
                (own.len() - chosen.len()) as u64,
                "claim waits",
                "claims wait"
            )
        ));
    }
    tell_others(context, &others);
    Ok(entries)
}

/// How the last look ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// All of it is to be signed.
    Sign,
    /// Nothing is, and the answers stay.
    Not,
    /// Nothing is, and the answers are forgotten.
    AskAgain,
}

/// Shows all that will be signed, and asks.
pub(super) fn last_look(
    context: &Context,
    own: &[Anchored],
    chosen: &[Chosen],
    name: &str,
) -> anyhow::Result<Look> {
    context.say(&format!("\n{}", screen::styled(STRONG, "to be recorded:")));
    for chosen in chosen {
        let there = own.iter().find(|there| there.case.id == chosen.older);
        let older = there.map_or("", |there| there.case.short.as_str());
        context.say(&format!(
            "  {}  in the place of {older}\n    {}\n    {}",
            screen::one_line(&chosen.claim.text),
            screen::styled(
                FAINT,
                &format!("“{}”", screen::one_line(&chosen.claim.quote.exact))
            ),
            screen::styled(FAINT, &claim_list::who(&chosen.claim)),
        ));
        for line in there.map(changed_beside).unwrap_or_default() {
            let line = screen::wrap(&line, screen::columns(), "    ");
            context.say(&screen::styled(WARN, &line));
        }
    }
    let count = screen::counted(chosen.len() as u64, "claim", "claims");
    if !chosen.iter().any(|chosen| chosen.is_answer) {
        let question = format!("Sign {count} as {name}? [y,n] ");
        return Ok(match prompt::choose(&question, &['y', 'n'])? {
            Some('y') => Look::Sign,
            _ => Look::Not,
        });
    }
    let question = format!("Sign {count} as {name}? a asks about them again [y,n,a] ");
    Ok(match prompt::choose(&question, &['y', 'n', 'a'])? {
        Some('y') => Look::Sign,
        Some('a') => Look::AskAgain,
        _ => Look::Not,
    })
}
