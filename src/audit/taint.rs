//! Taint: which entries rest on keys that were revoked from before them on.
//!
//! `docs/format.md`, section 7, "Taint". A tainted entry stays valid and in effect; what changes is
//! what it is worth: a tainted verdict does not stand, a tainted approval does not count.
//!
//! Not here: what a revocation records ([`super::replay`]).

use std::collections::BTreeMap;

use super::facts::{EntryFacts, Facts, Taint};
use super::finding::{Code, Finding};
use crate::trust::key::PublicKey;

/// Reaffirmations of enrolments of signers of reaffirmations, and so on, are followed this far; what
/// lies deeper is tainted. Two steps are more than any desk has had.
const MAX_DEPTH: u32 = 16;

/// Says whether the entry at `index` is tainted, and not reaffirmed since.
pub fn is_tainted<F: Facts>(facts: &F, index: u64, entry: &EntryFacts) -> Result<bool, F::Error> {
    let ledger = facts.ledger()?;
    if !ledger.is_some_and(|ledger| ledger.has_taint) {
        return Ok(false);
    }
    is_tainted_before(facts, index, entry, u64::MAX, MAX_DEPTH)
}

/// Says whether the signatures on the entry at `index` are tainted, whoever enrolled its signers and
/// whatever was reaffirmed.
///
/// "If it is carried by roots, and those of its signers that are roots in force and whose signature
/// is not tainted are fewer than the threshold was; if it is not, and its author's signature is
/// tainted."
pub fn has_tainted_signatures<F: Facts>(
    facts: &F,
    index: u64,
    entry: &EntryFacts,
) -> Result<bool, F::Error> {
    let Some(carried) = &entry.carried else {
        let signer = facts.signer(&entry.author)?;
        return Ok(signer.is_some_and(|signer| signer.taints(index)));
    };
    let mut untainted: u32 = 0;
    for root in &carried.signers {
        let signer = facts.signer(root)?;
        untainted += u32::from(signer.is_none_or(|signer| !signer.taints(index)));
    }
    Ok(untainted < carried.threshold)
}

/// Tells which of the entries at these indexes are tainted: by author, and one by one those that roots
/// carry.
pub(super) fn tainted<F: Facts>(
    facts: &F,
    indexes: impl Iterator<Item = u64>,
) -> Result<Vec<Finding>, F::Error> {
    let mut found = Vec::new();
    if !facts.ledger()?.is_some_and(|ledger| ledger.has_taint) {
        return Ok(found);
    }
    let mut by_author: BTreeMap<[u8; 32], (PublicKey, Vec<u64>)> = BTreeMap::new();
    for index in indexes {
        let Some(entry) = facts.entry(index)? else {
            continue;
        };
        if !is_tainted(facts, index, &entry)? {
            continue;
        }
        if entry.carried.is_some() {
            let kind = entry.detail.kind();
            let message =
                format!("too few roots carry this {kind} entry whose keys are not tainted");
            found.push(Finding::new(Code::CarriedTainted, message).of_entry(index, entry.id));
        } else {
            let of = by_author.entry(*entry.author.as_bytes());
            let of = of.or_insert_with(|| (entry.author, Vec::new()));
            of.1.push(index);
        }
    }
    for (author, indexes) in by_author.into_values() {
        let signer = facts.signer(&author)?;
        let name = signer.as_ref().map_or_else(
            || "an unknown key".to_owned(),
            |signer| signer.key.to_string(),
        );
        let (first, last) = (indexes[0], indexes[indexes.len() - 1]);
        let which = match indexes.len() {
            1 => format!("entry {first} by {name} is tainted"),
            number => format!("{number} entries by {name} are tainted, from {first} to {last}"),
        };
        // Without it, the key is tainted by who enrolled it.
        let taint = signer.and_then(|signer| signer.ended?.tainted);
        let why = taint.map_or_else(String::new, |Taint { from, until }| {
            format!(": entry {until} revoked the key, from entry {from} on")
        });
        let message = format!("{which}{why}");
        found.push(Finding::new(Code::EntriesTainted, message));
    }
    Ok(found)
}

/// As [`is_tainted`], by what had been reaffirmed before `horizon`: a reaffirmation is judged by what
/// came before it, so that none can vouch for itself.
fn is_tainted_before<F: Facts>(
    facts: &F,
    index: u64,
    entry: &EntryFacts,
    horizon: u64,
    depth: u32,
) -> Result<bool, F::Error> {
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(true);
    };
    let (mut index, mut entry) = (index, entry.clone());
    // "Genesis is never tainted."
    while index > 0 {
        if let Some(by) = entry.reaffirmed_by.filter(|by| *by < horizon)
            && let Some(reaffirmation) = facts.entry(by)?
            && !is_tainted_before(facts, by, &reaffirmation, by, depth)?
        {
            return Ok(false);
        }
        if has_tainted_signatures(facts, index, &entry)? {
            return Ok(true);
        }
        // "If the entry that enrolled its author's key is tainted."
        let Some(signer) = facts.signer(&entry.author)? else {
            return Ok(false);
        };
        let Some(enrolment) = facts.entry(signer.since)? else {
            return Ok(false);
        };
        (index, entry) = (signer.since, enrolment);
    }
    Ok(false)
}
