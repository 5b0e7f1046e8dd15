//! Proof bundles: one file with all that shows a verdict or a publication, and the check of one.
//!
//! `docs/format.md`, section 14. [`Bundle`] is the file's content, [`check()`] replays its entries at
//! the places that they have in the log, and says what of the verdict that shows. [`lone`] checks the
//! two smaller proofs: that one entry is in a log, and that a log only grew.
//!
//! A bundle can't show what is not in it: above all, what was recorded on the verdict since, or what
//! whoever made it kept back. [`ShownReport::closing`] says so, and whoever prints a report prints it.
//!
//! What is deliberately absent: making one, which takes a ledger.

mod check;
mod files;
mod form;
pub mod lone;
mod outcome;
mod report;

use std::collections::BTreeMap;

use crate::trust::key::VerifierKey;
use crate::trust::slice::SliceRange;
use crate::trust::tlog_policy::TrustPolicy;
use crate::words::id::{EntryId, ObjectId, VerdictId};

pub use check::{check, check_bytes};
pub use files::FoundFile;
pub use form::{BUNDLE_TYPE, BundleError, MAX_BUNDLE_BYTES, MAX_BUNDLE_ITEMS, PUBLICATION_TYPE};
pub use report::{
    Cosigned, ShownCheckpoint, ShownPublication, ShownReport, ShownRevocation, ShownVerdict,
    StatedCheckpoint,
};

/// What a bundle is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// A verdict.
    Verdict(VerdictId),
    /// A publication: the list of the files of an export.
    Publication(EntryId),
}

impl About {
    /// Returns the entry's id.
    pub fn entry(self) -> EntryId {
        match self {
            Self::Verdict(verdict) => verdict.entry(),
            Self::Publication(entry) => entry,
        }
    }
}

/// An entry with all that shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    /// What it is about.
    pub about: About,
    /// The checkpoint, as a signed note.
    pub checkpoint: String,
    /// Entries, each index once, in their order.
    pub entries: Vec<BundleEntry>,
    /// The objects' bytes.
    pub objects: BTreeMap<ObjectId, Vec<u8>>,
    /// Slices of texts that are not among the objects.
    pub slices: BTreeMap<(ObjectId, SliceRange), Vec<u8>>,
}

/// An entry with its inclusion proof, nothing of it verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BundleEntry {
    /// Its place in the log.
    pub index: u64,
    /// The entry, as a signed note.
    pub note: String,
    /// The hashes of its inclusion proof, the leaf's sibling first.
    pub path: Vec<[u8; 32]>,
}

/// What whoever checks a proof knows already.
///
/// Any one of the three lets a bundle be trusted: a ledger's id pins its genesis entry, and by that
/// the log's key. The smaller proofs have no genesis, and need a key or a policy.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The ledger's id.
    pub ledger: Option<EntryId>,
    /// The key that signs the log's checkpoints.
    pub log: Option<VerifierKey>,
    /// Which logs and witnesses are known, and which cosignatures are enough.
    pub policy: Option<TrustPolicy>,
}
