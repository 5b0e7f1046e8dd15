//! The two smaller proofs: that one entry is in a log, and that a log only grew.
//!
//! Neither has a genesis, so that the log's key must be known: from a trust policy, or by itself.
//! Without it, the path is computed all the same, to the root that the file states. That an entry is
//! in a log says nothing of whether its author was entitled.

use super::outcome::Outcome;
use super::report::ShownEntry;
use super::{Expected, ShownReport};
use crate::audit::finding::{Code, Finding, Topic, causes};
use crate::entry::Entry;
use crate::trust::entry_proof::{EntryProof, WitnessRequest};
use crate::trust::key::VerifierKey;
use crate::trust::note::SignedNote;

/// Checks that an entry is in a log, by a tlog-proof.
pub fn check_entry(proof: &[u8], entry: &[u8], expected: &Expected) -> ShownReport {
    let mut outcome = Outcome::default();
    let proof = match EntryProof::parse(proof) {
        Ok(proof) => proof,
        Err(error) => {
            let message = format!("the bytes are not a tlog-proof: {}", causes(&error));
            outcome.find(Code::BundleForm, message);
            return outcome.into_report();
        }
    };
    let index = proof.inclusion().index;
    outcome.count(Topic::Entries, 1);
    let entry = match Entry::parse(entry) {
        Ok(entry) => entry,
        Err(error) => {
            let message = format!("the bytes are not an entry: {}", causes(&error));
            outcome.find(Code::EntryDamaged, message);
            return outcome.into_report();
        }
    };
    outcome.report.entry = Some(ShownEntry::new(index, &entry));
    let ledger = entry.header().ledger.unwrap_or(entry.id());
    if let Some(asked) = expected.ledger.filter(|asked| *asked != ledger) {
        let message = format!("the entry is of the ledger {ledger}, not of {asked}");
        let finding = Finding::new(Code::LedgerOther, message);
        outcome.keep(finding.of_entry(index, entry.id()));
    }
    // Which roots were in force, the log would say.
    if entry.is_self_contained() {
        let lines = entry.note().signatures().len() as u64;
        outcome.count(Topic::Signatures, lines);
        if let Err(error) = entry.verify(&[]) {
            let finding = Finding::new(Code::SignatureInvalid, causes(&error));
            outcome.keep(finding.of_entry(index, entry.id()));
        }
    }
    if let Some((_, head)) = outcome.take_any_checkpoint(proof.checkpoint(), expected) {
        outcome.count(Topic::Tree, 1);
        if let Err(error) = proof.verify(&entry.id().into(), &head) {
            let message = format!(
                "it is not shown to be in the checkpoint's tree: {}",
                causes(&error)
            );
            let finding = Finding::new(Code::ProofInvalid, message);
            outcome.keep(finding.of_entry(index, entry.id()));
        }
    }
    outcome.into_report()
}

/// Checks that a log only grew since a checkpoint that the caller kept, by a consistency proof.
pub fn check_growth(proof: &[u8], old: &[u8], expected: &Expected) -> ShownReport {
    let mut outcome = Outcome::default();
    let proof = match WitnessRequest::parse(proof) {
        Ok(proof) => proof,
        Err(error) => {
            let message = format!("the bytes are not a consistency proof: {}", causes(&error));
            outcome.find(Code::BundleForm, message);
            return outcome.into_report();
        }
    };
    let old = match SignedNote::parse(old) {
        Ok(old) => old,
        Err(error) => {
            let reason = causes(&error);
            let message = format!("the older checkpoint is not a signed note: {reason}");
            outcome.find(Code::CheckpointDamaged, message);
            return outcome.into_report();
        }
    };
    // A quorum is asked of the newer one alone: the older one is the caller's.
    let alone = Expected {
        policy: None,
        log: expected
            .log
            .clone()
            .or_else(|| listed_signer(&old, expected)),
        ledger: None,
    };
    let older = outcome.take_any_checkpoint(&old, &alone);
    let newer = outcome.take_any_checkpoint(proof.checkpoint(), expected);
    let (Some((older_origin, older)), Some((origin, newer))) = (older, newer) else {
        return outcome.into_report();
    };
    if origin != older_origin {
        let message = format!("the checkpoint is of {origin}, not of {older_origin}");
        outcome.find(Code::CheckpointOrigin, message);
    }
    outcome.count(Topic::Tree, 1);
    if let Err(error) = proof.verify(&older, &newer) {
        let message = format!(
            "the log is not shown to only have grown: {}",
            causes(&error)
        );
        outcome.find(Code::ProofInvalid, message);
    }
    outcome.into_report()
}

/// Returns the log of the trust policy that a line of a checkpoint names.
fn listed_signer(note: &SignedNote, expected: &Expected) -> Option<VerifierKey> {
    let signed = |key: &VerifierKey| note.signatures().iter().any(|line| line.names(key));
    let logs = expected.policy.as_ref()?.logs();
    let log = logs.iter().find(|log| signed(&log.key));
    log.map(|log| log.key.clone())
}
