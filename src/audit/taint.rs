//! Taint: which entries rest on keys that were revoked from before them on.
//!
//! `docs/format.md`, section 7, "Taint". A tainted entry stays valid and in effect; what changes is
//! what it is worth: a tainted verdict does not stand, a tainted approval does not count.
//!
//! What is untainted is the least set that the rules give: an entry is in it because its signatures
//! hold out and the entry that enrolled its author is in it, or because one that reaffirms it is. So
//! nothing vouches for itself, by however many steps. [`Taints`] follows the steps back from what is
//! asked, each entry once, and then spreads what is untainted forward again; what it found it keeps
//! until an entry changes what is tainted.
//!
//! Not here: what a revocation records ([`super::replay`]).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::facts::{EntryFacts, Facts, Taint};
use super::finding::{Code, Finding};
use crate::trust::key::PublicKey;

/// Says which entries are tainted, and remembers it. Of one ledger.
#[derive(Default)]
pub struct Taints {
    /// Whether these are tainted: entries that enrolled an author, that are reaffirmed or reaffirm.
    known: HashMap<u64, bool>,
    /// The last entry that had changed what is tainted when they were looked at.
    changed: Option<u64>,
}

impl Taints {
    /// Says whether the entry at `index` is tainted, and not reaffirmed since.
    pub fn is_tainted<F: Facts>(
        &mut self,
        facts: &F,
        index: u64,
        entry: &EntryFacts,
    ) -> Result<bool, F::Error> {
        if entry.is_void {
            return Ok(false);
        }
        let ledger = facts.ledger()?;
        let Some(changed) = ledger.and_then(|ledger| ledger.taint_changed) else {
            return Ok(false);
        };
        if self.changed != Some(changed) {
            self.known.clear();
            self.changed = Some(changed);
        }
        if entry.reaffirmed_by.is_some() {
            return self.look(facts, index, entry);
        }
        // Most entries are of this kind: what others rest on need be known, they themselves need not.
        if has_tainted_signatures(facts, index, entry)? {
            return Ok(true);
        }
        match enrolment(facts, index, entry)? {
            Some((since, enrolment)) => self.look(facts, since, &enrolment),
            None => Ok(false),
        }
    }

    /// Says whether an entry is tainted, and learns it of all that it rests on.
    fn look<F: Facts>(
        &mut self,
        facts: &F,
        index: u64,
        entry: &EntryFacts,
    ) -> Result<bool, F::Error> {
        if let Some(known) = self.known.get(&index) {
            return Ok(*known);
        }
        let mut met = HashSet::from([index]);
        let mut left = vec![(index, entry.clone())];
        // The entries that each one clears if it is untainted itself, and those that need no other.
        let mut clears: HashMap<u64, Vec<u64>> = HashMap::new();
        let mut untainted: Vec<u64> = Vec::new();
        while let Some((at, entry)) = left.pop() {
            let mut rests_on: Vec<(u64, EntryFacts)> = Vec::new();
            if !has_tainted_signatures(facts, at, &entry)? {
                match enrolment(facts, at, &entry)? {
                    Some(enrolment) => rests_on.push(enrolment),
                    None => untainted.push(at),
                }
            }
            let mut next = entry.reaffirmed_by;
            while let Some(by) = next {
                rests_on.extend(facts.entry(by)?.map(|entry| (by, entry)));
                next = facts.reaffirmed_before(at, by)?;
            }
            for (on, entry) in rests_on {
                match self.known.get(&on) {
                    Some(true) => {}
                    Some(false) => untainted.push(at),
                    None => {
                        clears.entry(on).or_default().push(at);
                        if met.insert(on) {
                            left.push((on, entry));
                        }
                    }
                }
            }
        }
        self.known.extend(met.into_iter().map(|at| (at, true)));
        while let Some(at) = untainted.pop() {
            if self.known.insert(at, false) == Some(true) {
                untainted.extend(clears.remove(&at).unwrap_or_default());
            }
        }
        Ok(self.known[&index])
    }
}

/// Returns the entry that enrolled an entry's author; none for genesis, which "is never tainted".
fn enrolment<F: Facts>(
    facts: &F,
    index: u64,
    entry: &EntryFacts,
) -> Result<Option<(u64, EntryFacts)>, F::Error> {
    if index == 0 {
        return Ok(None);
    }
    let Some(signer) = facts.signer(&entry.author)? else {
        return Ok(None);
    };
    Ok(facts
        .entry(signer.since)?
        .map(|enrolment| (signer.since, enrolment)))
}

/// Says whether the signatures on the entry at `index` are tainted, whoever enrolled its signers and
/// whatever was reaffirmed.
///
/// "If it is carried by roots, and those of its signers that are roots in force and whose signature
/// is not tainted are fewer than the threshold was; if it is not, and its author's signature is
/// tainted."
fn has_tainted_signatures<F: Facts>(
    facts: &F,
    index: u64,
    entry: &EntryFacts,
) -> Result<bool, F::Error> {
    if index == 0 {
        return Ok(false);
    }
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
    let ledger = facts.ledger()?;
    if ledger.is_none_or(|ledger| ledger.taint_changed.is_none()) {
        return Ok(found);
    }
    let mut taints = Taints::default();
    let mut by_author: BTreeMap<[u8; 32], (PublicKey, Vec<u64>)> = BTreeMap::new();
    for index in indexes {
        let Some(entry) = facts.entry(index)? else {
            continue;
        };
        if !taints.is_tainted(facts, index, &entry)? {
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
