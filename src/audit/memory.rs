//! Facts in memory, for an audit: compact, so that a log of a million entries fits beside its tree.
//!
//! Ids are hashes already, so they are looked up in plain tables of positions (four bytes a slot)
//! rather than in maps that would hold each id again. Indexes are four bytes wide: a log audited in
//! memory has fewer than 2^32 − 1 entries.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use super::facts::{
    ApprovalFacts, Carried, ChainEnd, ClaimFacts, Detail, EntryFacts, ErasedFacts, Facts,
    LedgerFacts, ObjectFacts, SignerFacts, SourceFacts, TextFacts, VerdictFacts,
};
use crate::entry::{Basis, Decision, Kind};
use crate::trust::key::{KeyId, KeyName, PublicKey, VerifierKey};
use crate::words::id::{EntryId, ObjectId};
use crate::words::policy::RatingCode;
use crate::words::source::Rights;

/// Facts in memory.
#[derive(Default)]
pub struct MemoryFacts {
    ledger: Option<Arc<LedgerFacts>>,
    signers: HashMap<PublicKey, Arc<SignerFacts>>,
    named: HashMap<(KeyName, KeyId), PublicKey>,
    chains: HashMap<PublicKey, ChainEnd>,
    used: HashMap<(PublicKey, u64), u32>,
    entries: Vec<EntryRow>,
    by_id: Positions,
    reaffirmed: HashMap<(u32, u32), u32>,
    latest: HashMap<(u32, u32), u32>,
    objects: Vec<ObjectRow>,
    by_object: Positions,
    people: Interned<[u8; 32]>,
    ratings: Interned<RatingCode>,
    policies: Interned<ObjectId>,
    texts: Vec<TextFacts>,
    /// The roots that carry an entry, by its index: few entries are carried by roots.
    carried: HashMap<u32, Arc<Carried>>,
}

impl MemoryFacts {
    /// Makes facts of a log without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns how many keys are enrolled.
    pub fn signers(&self) -> usize {
        self.signers.len()
    }

    /// Returns how many objects entries speak of.
    pub fn objects(&self) -> usize {
        self.objects.len()
    }

    /// Returns the enrolled keys, in no order.
    pub fn all_signers(&self) -> impl Iterator<Item = &SignerFacts> {
        self.signers.values().map(|signer| &**signer)
    }

    fn author(&self, person: u32) -> PublicKey {
        PublicKey::new(self.people.get(person)).expect("it was a public key when it was kept")
    }
}

/// An entry's facts; the positions of other entries are [`NONE`] where there is none.
#[derive(Clone, Copy)]
struct EntryRow {
    id: [u8; 32],
    author: u32,
    n: u32,
    previous: u32,
    reaffirmed_by: u32,
    is_void: bool,
    detail: RowDetail,
}

#[derive(Clone, Copy)]
enum RowDetail {
    Absent,
    Source {
        text: u32,
        rights: Rights,
    },
    Claim {
        source: u32,
        line: u32,
        superseded_by: u32,
    },
    Verdict(VerdictRow),
    Approval {
        decision: Decision,
        previous: u32,
    },
    Other(Kind),
}

#[derive(Clone, Copy)]
struct VerdictRow {
    claim: u32,
    supersedes: u32,
    superseded_by: u32,
    retracted_by: u32,
    rating: u32,
    policy: u32,
    last_decision: u32,
}

#[derive(Clone, Copy)]
struct ObjectRow {
    id: [u8; 32],
    introduced_by: u32,
    erased_by: u32,
    /// Of no meaning where nothing erased it.
    basis: Basis,
    is_policy: bool,
}

/// Stands for no entry.
const NONE: u32 = u32::MAX;

const ABSENT: EntryRow = EntryRow {
    id: [0; 32],
    author: NONE,
    n: 0,
    previous: NONE,
    reaffirmed_by: NONE,
    is_void: false,
    detail: RowDetail::Absent,
};

fn narrow(index: u64) -> u32 {
    u32::try_from(index)
        .ok()
        .filter(|index| *index != NONE)
        .expect("a log in memory has fewer than 2^32 - 1 entries")
}

fn narrow_option(index: Option<u64>) -> u32 {
    index.map_or(NONE, narrow)
}

fn widen(index: u32) -> Option<u64> {
    (index != NONE).then_some(u64::from(index))
}

impl Facts for MemoryFacts {
    type Error = Infallible;

    fn ledger(&self) -> Result<Option<Arc<LedgerFacts>>, Infallible> {
        Ok(self.ledger.clone())
    }

    fn set_ledger(&mut self, ledger: LedgerFacts) -> Result<(), Infallible> {
        self.ledger = Some(Arc::new(ledger));
        Ok(())
    }

    fn signer(&self, public: &PublicKey) -> Result<Option<Arc<SignerFacts>>, Infallible> {
        Ok(self.signers.get(public).cloned())
    }

    fn set_signer(&mut self, signer: SignerFacts) -> Result<(), Infallible> {
        self.signers
            .insert(signer.key.public().clone(), Arc::new(signer));
        Ok(())
    }

    fn named(&self, name: &KeyName, id: KeyId) -> Result<Option<PublicKey>, Infallible> {
        Ok(self.named.get(&(name.clone(), id)).cloned())
    }

    fn set_named(&mut self, key: &VerifierKey) -> Result<(), Infallible> {
        self.named
            .insert((key.name().clone(), key.id()), key.public().clone());
        Ok(())
    }

    fn chain(&self, holder: &PublicKey) -> Result<Option<ChainEnd>, Infallible> {
        Ok(self.chains.get(holder).copied())
    }

    fn set_chain(&mut self, holder: &PublicKey, end: ChainEnd) -> Result<(), Infallible> {
        self.chains.insert(holder.clone(), end);
        Ok(())
    }

    fn used(&self, holder: &PublicKey, n: u64) -> Result<Option<u64>, Infallible> {
        let index = self.used.get(&(holder.clone(), n));
        Ok(index.copied().and_then(widen))
    }

    fn set_used(&mut self, holder: &PublicKey, n: u64, index: u64) -> Result<(), Infallible> {
        self.used.insert((holder.clone(), n), narrow(index));
        Ok(())
    }

    fn index_of(&self, id: &EntryId) -> Result<Option<u64>, Infallible> {
        let entries = &self.entries;
        Ok(self.by_id.find(&id.0, |at| &entries[at].id).and_then(widen))
    }

    fn entry(&self, index: u64) -> Result<Option<EntryFacts>, Infallible> {
        let row = usize::try_from(index)
            .ok()
            .and_then(|at| self.entries.get(at));
        Ok(row.and_then(|row| self.widen_entry(index, row)))
    }

    fn set_entry(&mut self, index: u64, entry: EntryFacts) -> Result<(), Infallible> {
        let at = narrow(index);
        let row = self.narrow_entry(&entry);
        if let Some(carried) = entry.carried {
            self.carried.insert(at, carried);
        }
        while self.entries.len() <= at as usize {
            self.entries.push(ABSENT);
        }
        self.entries[at as usize] = row;
        let entries = &self.entries;
        if self.by_id.find(&entry.id.0, |at| &entries[at].id).is_none() {
            self.by_id.insert(at, |at| &entries[at].id);
        }
        Ok(())
    }

    fn reaffirmed_before(&self, index: u64, by: u64) -> Result<Option<u64>, Infallible> {
        let before = self.reaffirmed.get(&(narrow(index), narrow(by)));
        Ok(before.copied().and_then(widen))
    }

    fn set_reaffirmed_before(
        &mut self,
        index: u64,
        by: u64,
        before: u64,
    ) -> Result<(), Infallible> {
        let place = (narrow(index), narrow(by));
        self.reaffirmed.insert(place, narrow(before));
        Ok(())
    }

    fn latest_verdict(&self, claim: u64, holder: &PublicKey) -> Result<Option<u64>, Infallible> {
        let Some(person) = self.people.position(holder.as_bytes()) else {
            return Ok(None);
        };
        Ok(self
            .latest
            .get(&(narrow(claim), person))
            .copied()
            .and_then(widen))
    }

    fn set_latest_verdict(
        &mut self,
        claim: u64,
        holder: &PublicKey,
        verdict: u64,
    ) -> Result<(), Infallible> {
        let person = self.people.intern(holder.as_bytes());
        self.latest.insert((narrow(claim), person), narrow(verdict));
        Ok(())
    }

    fn object(&self, id: &ObjectId) -> Result<Option<ObjectFacts>, Infallible> {
        let objects = &self.objects;
        let found = self.by_object.find(&id.0, |at| &objects[at].id);
        Ok(found.map(|at| {
            let row = objects[at as usize];
            ObjectFacts {
                introduced_by: u64::from(row.introduced_by),
                is_policy: row.is_policy,
                erased: widen(row.erased_by).map(|by| ErasedFacts {
                    by,
                    basis: row.basis,
                }),
            }
        }))
    }

    fn set_object(&mut self, id: &ObjectId, object: ObjectFacts) -> Result<(), Infallible> {
        let row = ObjectRow {
            id: id.0,
            introduced_by: narrow(object.introduced_by),
            erased_by: narrow_option(object.erased.map(|erased| erased.by)),
            basis: object.erased.map_or(Basis::Other, |erased| erased.basis),
            is_policy: object.is_policy,
        };
        let objects = &self.objects;
        if let Some(at) = self.by_object.find(&id.0, |at| &objects[at].id) {
            self.objects[at as usize] = row;
        } else {
            let at = narrow(self.objects.len() as u64);
            self.objects.push(row);
            let objects = &self.objects;
            self.by_object.insert(at, |at| &objects[at].id);
        }
        Ok(())
    }
}

impl MemoryFacts {
    fn narrow_entry(&mut self, entry: &EntryFacts) -> EntryRow {
        let detail = match &entry.detail {
            Detail::Source(SourceFacts { text, rights }) => RowDetail::Source {
                text: text.map_or(NONE, |text| {
                    self.texts.push(text);
                    narrow(self.texts.len() as u64 - 1)
                }),
                rights: *rights,
            },
            Detail::Claim(claim) => RowDetail::Claim {
                source: narrow(claim.source),
                line: narrow(claim.line),
                superseded_by: narrow_option(claim.superseded_by),
            },
            Detail::Verdict(verdict) => RowDetail::Verdict(VerdictRow {
                claim: narrow(verdict.claim),
                supersedes: narrow_option(verdict.supersedes),
                superseded_by: narrow_option(verdict.superseded_by),
                retracted_by: narrow_option(verdict.retracted_by),
                rating: self.ratings.intern(&verdict.rating),
                policy: self.policies.intern(&verdict.policy),
                last_decision: narrow_option(verdict.last_decision),
            }),
            Detail::Approval(approval) => RowDetail::Approval {
                decision: approval.decision,
                previous: narrow_option(approval.previous),
            },
            Detail::Other(kind) => RowDetail::Other(*kind),
        };
        EntryRow {
            id: entry.id.0,
            author: self.people.intern(entry.author.as_bytes()),
            // A forged number may be larger than any log is long; then it is not one that a chain has.
            n: u32::try_from(entry.n).unwrap_or(NONE),
            previous: narrow_option(entry.previous),
            reaffirmed_by: narrow_option(entry.reaffirmed_by),
            is_void: entry.is_void,
            detail,
        }
    }

    fn widen_entry(&self, index: u64, row: &EntryRow) -> Option<EntryFacts> {
        let detail = match row.detail {
            RowDetail::Absent => return None,
            RowDetail::Source { text, rights } => {
                let text = (text != NONE).then(|| self.texts[text as usize]);
                Detail::Source(SourceFacts { text, rights })
            }
            RowDetail::Claim {
                source,
                line,
                superseded_by,
            } => Detail::Claim(ClaimFacts {
                source: u64::from(source),
                line: u64::from(line),
                superseded_by: widen(superseded_by),
            }),
            RowDetail::Verdict(verdict) => Detail::Verdict(VerdictFacts {
                claim: u64::from(verdict.claim),
                rating: self.ratings.get(verdict.rating).clone(),
                policy: *self.policies.get(verdict.policy),
                supersedes: widen(verdict.supersedes),
                superseded_by: widen(verdict.superseded_by),
                retracted_by: widen(verdict.retracted_by),
                last_decision: widen(verdict.last_decision),
            }),
            RowDetail::Approval { decision, previous } => Detail::Approval(ApprovalFacts {
                decision,
                previous: widen(previous),
            }),
            RowDetail::Other(kind) => Detail::Other(kind),
        };
        Some(EntryFacts {
            id: EntryId(row.id),
            author: self.author(row.author),
            n: u64::from(row.n),
            previous: widen(row.previous),
            reaffirmed_by: widen(row.reaffirmed_by),
            is_void: row.is_void,
            carried: self.carried.get(&narrow(index)).cloned(),
            detail,
        })
    }
}

/// Values that few of many rows have of their own, each kept once.
struct Interned<T> {
    values: Vec<T>,
    positions: HashMap<T, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            positions: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Interned<T> {
    fn position(&self, value: &T) -> Option<u32> {
        self.positions.get(value).copied()
    }

    fn intern(&mut self, value: &T) -> u32 {
        if let Some(position) = self.position(value) {
            return position;
        }
        let position = narrow(self.values.len() as u64);
        self.values.push(value.clone());
        self.positions.insert(value.clone(), position);
        position
    }

    fn get(&self, position: u32) -> &T {
        &self.values[position as usize]
    }
}

/// A hash table of positions in a list whose items have hashes for keys.
#[derive(Default)]
struct Positions {
    /// A power of two of slots, at most three quarters of them taken.
    slots: Vec<u32>,
    taken: usize,
}

impl Positions {
    fn find<'k>(&self, key: &[u8; 32], key_at: impl Fn(usize) -> &'k [u8; 32]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = self.slot(key, &key_at);
        Some(self.slots[slot]).filter(|position| *position != NONE)
    }

    /// Takes in an item; one with the same key makes room for it.
    fn insert<'k>(&mut self, position: u32, key_at: impl Fn(usize) -> &'k [u8; 32]) {
        if (self.taken + 1) * 4 > self.slots.len() * 3 {
            let slots = (self.slots.len() * 2).max(64);
            let old = std::mem::replace(&mut self.slots, vec![NONE; slots]);
            for position in old.into_iter().filter(|position| *position != NONE) {
                let slot = self.slot(key_at(position as usize), &key_at);
                self.slots[slot] = position;
            }
        }
        let slot = self.slot(key_at(position as usize), &key_at);
        self.taken += usize::from(self.slots[slot] == NONE);
        self.slots[slot] = position;
    }

    /// Returns the slot that holds this key, or the free one where it belongs.
    fn slot<'k>(&self, key: &[u8; 32], key_at: impl Fn(usize) -> &'k [u8; 32]) -> usize {
        let mask = self.slots.len() - 1;
        // Any eight bytes of a hash are as good as another; the last are not those that people type.
        let (_, last) = key.split_last_chunk().expect("a key has 32 bytes");
        let hash = u64::from_be_bytes(*last);
        let mut slot = usize::try_from(hash & mask as u64).expect("the mask is a usize");
        while self.slots[slot] != NONE && key_at(self.slots[slot] as usize) != key {
            slot = (slot + 1) & mask;
        }
        slot
    }
}
