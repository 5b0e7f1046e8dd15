//! Taint: which entries rest on keys that were revoked from before them on.
//!
//! `docs/format.md`, section 7, "Taint". A tainted entry stays valid and in effect; what changes is
//! what it is worth: a tainted verdict does not stand, a tainted approval does not count.
//!
//! Not here: what a revocation records ([`super::replay`]).

use super::facts::{EntryFacts, Facts};

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
