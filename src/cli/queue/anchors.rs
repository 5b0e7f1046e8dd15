//! Anchors that wait: recorded claims whose words a newer version of their source has elsewhere,
//! otherwise, or not at all.

use factlog::anchor::State;
use factlog::trust::VerifierKey;
use factlog::words::id::ClaimId;

use crate::cli::reanchor::{self, Case};

/// A claim that is not recorded for the newer version of its source.
pub(super) struct WaitingAnchor {
    /// The claim.
    pub(super) claim: ClaimId,
    /// Who signed it, and alone may record it anew.
    pub(super) by: VerifierKey,
    /// What became of its words.
    pub(super) state: State,
}

/// Compares what was gathered under the lock, with the ledger closed.
pub(super) fn waiting(cases: Vec<Case>) -> Vec<WaitingAnchor> {
    let waiting = reanchor::anchored(cases).into_iter();
    let waiting = waiting.map(|there| WaitingAnchor {
        claim: there.case.id,
        by: there.case.by.clone(),
        state: there.state(),
    });
    waiting.collect()
}
