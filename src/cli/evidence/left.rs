//! What is left to do about a page that changed: what was done already is in the ledger and the drafts.

use std::collections::BTreeMap;

use factlog::entry::Body;
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::id::{ClaimId, ObjectId, SourceId};

use crate::cli::beside;
use crate::cli::drafts::Drafts;
use crate::cli::seek;
use crate::cli::sources::Taken;
use crate::cli::verdict::KeptEvidence;

/// A newer version of a source.
pub(super) struct Version {
    pub(super) id: SourceId,
    pub(super) short: String,
    raw: Option<ObjectId>,
    text: Option<ObjectId>,
}

impl Version {
    /// Says whether it is what a page says now.
    pub(super) fn is(&self, taken: &Taken) -> bool {
        let same = |own: Option<ObjectId>, now: Option<ObjectId>| own.is_some() && own == now;
        same(self.text, taken.text_id()) || same(self.raw, taken.raw_id())
    }

    /// Says what is left to do, where it is what the page says now, by the sources that the verdict cites
    /// and those that are kept for the claim.
    pub(super) fn left(&self, cited: &[SourceId], kept: &[String]) -> Left {
        if cited.contains(&self.id) {
            Left::Nothing
        } else if kept.contains(&self.id.to_string()) {
            Left::Judge
        } else {
            Left::Cite
        }
    }
}

/// What is left to do about words that did not stay.
#[derive(Clone, Copy)]
pub(super) enum Left {
    /// To keep the page as evidence for the claim, and to judge it again.
    Cite,
    /// To judge the claim again: the page is kept as evidence for that.
    Judge,
    /// Nothing: the verdict cites the page as it is now.
    Nothing,
}

/// Returns the sources that are kept as evidence for a claim's next verdict.
pub(super) fn kept_for(
    ledger: &Ledger,
    drafts: &Drafts,
    claim: ClaimId,
) -> anyhow::Result<Vec<String>> {
    let Some(line) = seek::recorded_claim(ledger, &claim.to_string())? else {
        return Ok(vec![]);
    };
    let kept = beside::or_passed_over(KeptEvidence::of_line(drafts, &line));
    let pieces = kept.into_iter().flat_map(|kept| kept.evidence);
    Ok(pieces.map(|piece| piece.what).collect())
}

/// Returns the newer versions of a source, and theirs, in log order, and the newest: of two that replace
/// the same one, the later.
pub(super) fn later(
    ledger: &Ledger,
    of: SourceId,
    newer: &[Record],
) -> Result<(Vec<Version>, SourceId), LedgerError> {
    let mut versions: Vec<Version> = Vec::new();
    let mut by: BTreeMap<SourceId, SourceId> = BTreeMap::new();
    // A version comes after the one that it replaces.
    for record in newer {
        let Body::Source(source) = record.entry.body() else {
            continue;
        };
        let older = source
            .replaces
            .filter(|older| *older == of || versions.iter().any(|known| known.id == *older));
        let Some(older) = older else { continue };
        let id = SourceId(record.entry.id().0);
        by.insert(older, id);
        versions.push(Version {
            id,
            short: ledger.short(&id.0)?,
            raw: source.raw.as_ref().map(|kept| kept.blake3),
            text: source.text.as_ref().map(|kept| kept.blake3),
        });
    }
    let mut newest = of;
    while let Some(next) = by.get(&newest) {
        newest = *next;
    }
    Ok((versions, newest))
}
