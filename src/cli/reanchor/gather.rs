//! Which recorded claims stand in a source that has a newer version, and where they are in that.
//!
//! What is here is worked out from the ledger each time: both texts are in it. Only that a person left
//! a claim with the older version is kept, among the drafts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::sync::Arc;

use anyhow::Context as _;
use factlog::anchor::{self, Reanchored, State, Versions};
use factlog::audit::facts::Detail;
use factlog::entry::Body;
use factlog::ledger::{Ledger, LedgerError};
use factlog::trust::VerifierKey;
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, ObjectId, SourceId};
use serde::{Deserialize, Serialize};

use crate::cli::claim_list;
use crate::cli::drafts::Drafts;
use crate::cli::exit::{Failure, Status};
use crate::cli::says;

/// The type that the file of claims which were left names.
const TYPE: &str = "factlog/anchors@v1";

/// That file, among the drafts.
const FILE: &str = "anchors.json";

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

/// A claim that was left with a version of its source, since the newer one has not its words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Left {
    claim: ClaimId,
    newer: SourceId,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    #[serde(rename = "type")]
    kind: String,
    left: BTreeSet<Left>,
}

/// Returns the claims whose sources have newer versions, but for those that a person left where they
/// are; of one version alone, or of one claim, if that is given.
///
/// Nothing is compared yet: the ledger is to be closed first.
pub(crate) fn cases(ledger: &Ledger, of: Option<Of>) -> anyhow::Result<Vec<Case>> {
    let left = load(&Drafts::of(ledger.folder()))?;
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
            let is_left = left.contains(&Left {
                claim: id,
                newer: *newer,
            });
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

fn load(drafts: &Drafts) -> anyhow::Result<BTreeSet<Left>> {
    let path = drafts.folder().join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let damaged = || {
        Failure::new(Status::Failed, format!("{} is damaged", path.display()))
            .hint("move that file away: it only says which claims were left with older versions")
    };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| damaged().because(error))?;
    if kept.kind != TYPE {
        return Err(damaged().into());
    }
    Ok(kept.left)
}

/// Keeps that a claim stays with the older version.
pub(super) fn leave(drafts: &Drafts, case: &Case) -> anyhow::Result<()> {
    let mut left = load(drafts)?;
    left.insert(Left {
        claim: case.id,
        newer: case.newer,
    });
    let kept = Kept {
        kind: TYPE.to_owned(),
        left,
    };
    let mut bytes = serde_json::to_vec_pretty(&kept)?;
    bytes.push(b'\n');
    drafts.replace(&drafts.folder().join(FILE), &bytes)
}
