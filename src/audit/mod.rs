//! Whether a ledger is right: replay, entitlement, standing, findings.
//!
//! One place says what makes an entry right, and it is used twice: before an append, where any fault
//! refuses the entry, and by the audit, where every fault is reported and none stops it
//! (`docs/format.md`, sections 2 and 3). Nothing here opens a file, reads a clock or draws a random
//! number; entries, objects and checkpoints come as bytes.
//!
//! - [`facts`]: what is known before the next entry; in [`memory`], [`sparse`] or in a database's [`rows`]
//! - [`mod@prepare`]: what can be checked of an entry without any other
//! - [`replay`]: whether it is right where it stands, and what it adds
//! - [`slices`]: quotes of texts that are withheld
//! - [`run`]: the audit of a whole log, and its [`report`]
//! - [`bundle`]: the check of a verdict with all that shows it, in one file
//! - [`mod@standing`]: what a verdict is worth, after all that; [`taint`], what revoked keys leave of it
//! - [`finding`]: what can be found, each with a stable code
//!
//! What it does not show: that a claim is true, that a rating is fair, that a reviewer read the
//! evidence; nor what was recorded after the last entry that it was given.

pub mod bundle;
pub mod facts;
pub mod finding;
#[cfg(test)]
mod fixture;
pub mod foresight;
pub mod log_keys;
pub mod memory;
pub mod objects;
pub mod prepare;
pub mod replay;
pub mod report;
pub mod rows;
pub mod run;
pub mod slices;
pub mod sparse;
pub mod standing;
pub mod taint;
#[cfg(test)]
mod tests;

pub use facts::Facts;
pub use finding::{Code, Finding, Severity, Topic};
pub use memory::MemoryFacts;
pub use objects::{ObjectState, Objects, Texts};
pub use replay::{Effect, Replay, record};
pub use report::{Check, Report};
pub use rows::{RowFacts, Rows};
pub use run::{Input, PresentObject, StoredCheckpoint, StoredEntry, audit, audit_tree};
pub use standing::{Standing, VerdictStanding, standing};
