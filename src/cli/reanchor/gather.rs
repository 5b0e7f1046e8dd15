//! Which recorded claims stand in a source that has a newer version, and where they are in that.
//!
//! What is here is worked out from the ledger each time: both texts are in it. Only what a person said
//! of a claim is kept, among the drafts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use factlog::anchor::{self, Reanchored, State, Versions};
use factlog::audit::facts::Detail;
use factlog::entry::Body;
use factlog::ledger::{Ledger, LedgerError};
use factlog::trust::VerifierKey;
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, ObjectId, SourceId};

use super::kept::Kept;
use crate::cli::claim_list::{self, ClaimLine};
use crate::cli::drafts::Drafts;
use crate::cli::says;
use crate::cli::screen;

/// A recorded claim whose source has a newer version.
pub(crate) struct Case {
    /// The claim.
    pub(crate) id: ClaimId,
    /// As it is written for a person.
    pub(crate) short: String,
    /// Who signed it.
    pub(crate) by: VerifierKey,
    /// What found it, if a program did.
    pub(super) extractor: Option<String>,
    /// The claim in the older version.
    pub(crate) claim: Claim,
    /// The version that it stands in.
    pub(crate) older: SourceId,
    /// The newest version.
    pub(crate) newer: SourceId,
    /// The older text.
    pub(super) old: Arc<str>,
    /// The newer text.
    pub(super) new: Arc<str>,
    /// The claims that are recorded of the newer version already, by their identities.
    pub(super) known: Arc<BTreeMap<ObjectId, ClaimId>>,
}

/// A case, and where its claim is now.
pub(crate) struct Anchored {
    pub(crate) case: Case,
    pub(crate) found: Reanchored,
}

impl Anchored {
    /// Says whether it may be recorded without anybody's look.
    pub(crate) fn is_sure(&self) -> bool {
        self.found.state.is_sure()
    }

    /// Returns the state's name.
    pub(crate) fn state(&self) -> State {
        self.found.state
    }
}

/// Returns the claims whose sources have newer versions, but for those that a person left where they
/// are; of one version alone, or of one claim, if that is given.
///
/// Nothing is compared yet: the ledger is to be closed first.
pub(crate) fn cases(ledger: &Ledger, of: Option<Of>) -> anyhow::Result<Vec<Case>> {
    let kept = Kept::seen(&Drafts::of(ledger.folder()));
    let newest = newest(ledger)?;
    let mut found = Vec::new();
    for (older, newer) in &newest {
        if matches!(of, Some(Of::Source(source)) if source != *older && source != *newer) {
            continue;
        }
        let (Some(old), Some(new)) = (text(ledger, older)?, text(ledger, newer)?) else {
            continue;
        };
        let known = known(ledger, newer)?;
        for record in ledger.claims_of(older)? {
            let id = ClaimId(record.entry.id().0);
            let Body::Claim(entry) = record.entry.body() else {
                continue;
            };
            let (_, facts) = ledger.facts_of(&record.entry.id())?;
            let superseded =
                matches!(facts.detail, Detail::Claim(claim) if claim.superseded_by.is_some());
            let is_left = kept.is_left(id, *newer);
            if superseded || is_left || matches!(of, Some(Of::Claim(claim)) if claim != id) {
                continue;
            }
            let Some(claim) = says::readable::<Claim>(ledger, &entry.claim)? else {
                continue;
            };
            found.push(Case {
                id,
                short: ledger.short(&id.0)?,
                by: record.entry.header().by.clone(),
                extractor: entry.extractor.clone(),
                claim,
                older: *older,
                newer: *newer,
                old: Arc::clone(&old),
                new: Arc::clone(&new),
                known: Arc::clone(&known),
            });
        }
    }
    Ok(found)
}

/// What cases are wanted of.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    /// A version of a source, the older or the newest.
    Source(SourceId),
    /// A claim.
    Claim(ClaimId),
}

/// Finds each claim in the newer version of its source.
pub(crate) fn anchored(cases: Vec<Case>) -> Vec<Anchored> {
    let mut found: Vec<Anchored> = Vec::with_capacity(cases.len());
    let mut cases = cases.into_iter().peekable();
    while let Some(first) = cases.peek() {
        let (old, new) = (Arc::clone(&first.old), Arc::clone(&first.new));
        let (older, newer) = (first.older, first.newer);
        let versions = Versions::new(&old, &new);
        while let Some(case) = cases.next_if(|case| case.older == older && case.newer == newer) {
            let there = anchor::reanchor(&versions, &case.claim);
            // What the newer version has already waits for nothing.
            let is_settled = there.state.is_sure()
                && there
                    .candidates
                    .iter()
                    .any(|found| case.known.contains_key(&found.claim.identity()));
            if !is_settled {
                found.push(Anchored { case, found: there });
            }
        }
    }
    found
}

/// Returns the sources that have a newer version.
pub(crate) fn replaced(ledger: &Ledger) -> Result<BTreeSet<SourceId>, LedgerError> {
    Ok(newest(ledger)?
        .into_iter()
        .map(|(older, _)| older)
        .collect())
}

/// Says which proposals are not shown, since their sources have newer versions, and how to see them.
pub(crate) fn left_out<'l>(
    ledger: &Ledger,
    verb: &str,
    lines: impl Iterator<Item = &'l ClaimLine>,
) -> Result<Option<String>, LedgerError> {
    let (mut count, mut sources) = (0, BTreeSet::new());
    for line in lines {
        count += 1;
        sources.insert(line.source.id);
    }
    let Some(first) = sources.first() else {
        return Ok(None);
    };
    let claims = screen::counted(count, "proposed claim", "proposed claims");
    let versions = match sources.len() {
        1 => "an earlier version of a source".to_owned(),
        several => format!("earlier versions of {several} sources"),
    };
    let short = ledger.short(&first.0)?;
    Ok(Some(format!(
        "{claims} of {versions} not shown: factlog {verb} {short}"
    )))
}

/// Returns, for each source that was replaced, the newest version of it.
fn newest(ledger: &Ledger) -> Result<Vec<(SourceId, SourceId)>, LedgerError> {
    let mut by: BTreeMap<SourceId, SourceId> = BTreeMap::new();
    let mut order = Vec::new();
    for record in ledger.newer_versions()? {
        let id = SourceId(record.entry.id().0);
        if let Body::Source(source) = record.entry.body()
            && let Some(older) = source.replaces
        {
            // Of two that replace the same one, the later.
            if by.insert(older, id).is_none() {
                order.push(older);
            }
        }
    }
    // An entry refers to earlier ones alone, so that this ends.
    let last = |mut id: SourceId| {
        while let Some(newer) = by.get(&id) {
            id = *newer;
        }
        id
    };
    Ok(order
        .into_iter()
        .map(|older| (older, last(older)))
        .collect())
}

fn text(ledger: &Ledger, source: &SourceId) -> anyhow::Result<Option<Arc<str>>> {
    match ledger.text_of(source) {
        Ok(text) => Ok(text.map(Arc::from)),
        // It was erased, or is missing: other commands say so.
        Err(LedgerError::NoObject(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn known(ledger: &Ledger, source: &SourceId) -> anyhow::Result<Arc<BTreeMap<ObjectId, ClaimId>>> {
    let recorded = claim_list::recorded_in(ledger, source)?;
    let current = recorded
        .into_iter()
        .filter(|(_, recorded)| !recorded.superseded);
    let current = current.map(|(identity, recorded)| (identity, recorded.id));
    Ok(Arc::new(current.collect()))
}
