//! Appending: check every entry by replay, then one round of the store. What a stopped append left
//! in the journal is checked in the same way before it is signed.

use std::collections::HashMap;

use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;

use super::index::{Reading, index_entry};
use super::{FIRST, Ledger, LedgerError, Pending};
use crate::audit::facts::Facts as _;
use crate::audit::finding::Finding;
use crate::audit::objects::{ObjectState, Objects};
use crate::audit::prepare::{GROUP, Prepared, prepare_all};
use crate::audit::replay::{Examined, Replay};
use crate::audit::rows::{RowFacts, RowFactsError};
use crate::entry::{Body, Chain, Entry};
use crate::store::{FactError, Facts, Hashes, Round, StoreError, TailCheck, TailView};
use crate::trust::key::PublicKey;
use crate::trust::merkle::TreeHead;
use crate::words::id::ObjectId;
use crate::words::time::Timestamp;

/// Entries of an append that are prepared together: enough to keep all cores busy.
const PREPARED: usize = 1024;

/// Why an entry was refused: everything that replay found.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What was found; at least one thing.
    pub findings: Vec<Finding>,
}

impl Refusal {
    /// Keeps the findings for which an entry is refused; `None` if there are none.
    fn of(findings: Vec<Finding>) -> Option<Self> {
        let findings: Vec<Finding> = findings.into_iter().filter(Finding::refuses).collect();
        (!findings.is_empty()).then_some(Self { findings })
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, finding) in self.findings.iter().enumerate() {
            let comma = if n == 0 { "" } else { "; " };
            write!(f, "{comma}{} [{}]", finding.message, finding.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// Says why something was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// An entry is not right where it would stand.
    #[error("the {kind} entry is refused: {refusal}")]
    Refused {
        /// Its place among the entries given, from 0.
        position: usize,
        /// Its kind.
        kind: crate::entry::Kind,
        /// Why.
        refusal: Refusal,
    },
    /// A new log key would take over at another size than the log has now: checkpoints in between
    /// would be the old key's past the size up to which it signs.
    #[error("the new log key takes over at size {size}, but the ledger has {now} entries now")]
    HeadGoneOn {
        /// The size that the entry names.
        size: u64,
        /// The ledger's size.
        now: u64,
    },
    /// The ledger could not be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Ledger {
    /// Appends all of it or nothing; returns the entries' indexes once they can't be lost any more.
    pub fn append(&mut self, pending: &Pending) -> Result<Vec<u64>, AppendError> {
        let mut appending = self.begin();
        let indexes = appending.push(pending)?;
        appending.commit()?;
        Ok(indexes)
    }

    /// Checks that no later state of this ledger was seen here: an old backup must not be signed on.
    pub fn check_copy(&self) -> Result<(), LedgerError> {
        Ok(self.store.check_copy()?)
    }

    /// Starts a round: what is pushed is appended together, with one sync, when it is committed.
    pub fn begin(&mut self) -> Appending<'_> {
        Appending {
            round: self.store.begin(),
            replay: Replay::new(),
        }
    }
}

/// A round of an append. Nothing is written before it is committed; dropping it discards it.
pub struct Appending<'l> {
    round: Round<'l>,
    replay: Replay,
}

impl Appending<'_> {
    pub(super) fn of(round: Round<'_>) -> Appending<'_> {
        Appending {
            round,
            replay: Replay::new(),
        }
    }

    /// Checks entries and adds them to the round; returns the indexes that they will have.
    ///
    /// What of a check needs no other entry, most of it signatures, is done on all cores at once.
    ///
    /// # Errors
    /// At the first entry that is refused. Those before it stay in the round: to append all of
    /// them or nothing, drop the round.
    pub fn push(&mut self, pending: &Pending) -> Result<Vec<u64>, AppendError> {
        let mut objects: HashMap<ObjectId, &Vec<u8>> = pending
            .objects
            .iter()
            .map(|bytes| (ObjectId::of(bytes), bytes))
            .collect();
        let mut indexes = Vec::with_capacity(pending.entries.len());
        let entries = pending.entries.chunks(PREPARED);
        for (chunk, entries) in entries.enumerate() {
            let prepared = self.prepare(entries, &objects);
            for (position, prepared) in (chunk * PREPARED..).zip(prepared) {
                indexes.push(self.push_prepared(position, prepared, &mut objects)?);
            }
        }
        Ok(indexes)
    }

    /// Does what of the checks needs no other entry.
    fn prepare(&self, entries: &[Entry], objects: &HashMap<ObjectId, &Vec<u8>>) -> Vec<Prepared> {
        let brought = Brought {
            objects,
            round: &self.round,
        };
        let texts = self.replay.texts();
        let prepare = |group: &[Entry]| prepare_all(group.to_vec(), &brought, &texts);
        match entries {
            [_] => prepare(entries),
            entries => entries.par_chunks(GROUP).flat_map_iter(prepare).collect(),
        }
    }

    /// Returns how many entries the round has.
    pub fn len(&self) -> u64 {
        self.round.entries()
    }

    /// Says whether the round has no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the round. When this returns, nothing in it can be lost any more.
    pub fn commit(self) -> Result<TreeHead, LedgerError> {
        Ok(self.round.commit()?)
    }

    fn push_prepared(
        &mut self,
        position: usize,
        prepared: Prepared,
        objects: &mut HashMap<ObjectId, &Vec<u8>>,
    ) -> Result<u64, AppendError> {
        let Self { round, replay } = self;
        let facts = round.facts();
        let Examined { entry, findings } = replay
            .examine_prepared(
                prepared,
                round.size(),
                &RowFacts(Reading(&facts)),
                &Brought { objects, round },
                &round.hashes(),
            )
            .map_err(|error| LedgerError::Rows(error.into()))?;
        if let Some(refusal) = Refusal::of(findings) {
            return Err(AppendError::Refused {
                position,
                kind: entry.kind(),
                refusal,
            });
        }
        drop(facts);
        let now = round.size() - round.entries();
        if let Body::Log(log) = entry.body()
            && log.size != now
        {
            let size = log.size;
            return Err(AppendError::HeadGoneOn { size, now });
        }
        for id in entry.objects() {
            if let Some(bytes) = objects.remove(&id) {
                round
                    .push_object(bytes.as_slice())
                    .map_err(LedgerError::from)?;
            }
        }
        let index = |index, facts: &mut Facts<'_>| Ok(index_entry(index, &entry, facts)?);
        Ok(round
            .push_entry_indexed(entry.bytes(), index)
            .map_err(LedgerError::from)?)
    }
}

/// The objects that an append brings, and those of the ledger.
struct Brought<'b, 'l> {
    objects: &'b HashMap<ObjectId, &'b Vec<u8>>,
    round: &'b Round<'l>,
}

impl Objects for Brought<'_, '_> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        match self.objects.get(id) {
            Some(bytes) => ObjectState::Present((*bytes).clone()),
            None => state(self.round.object(id)),
        }
    }
}

/// Checks an entry as the entry at `index`; says why it is refused, if it is.
fn refusal(
    replay: &mut Replay,
    entry: &Entry,
    index: u64,
    facts: &Facts<'_>,
    objects: &impl Objects,
    hashes: &Hashes<'_>,
) -> Result<Option<Refusal>, LedgerError> {
    let findings = replay
        .examine(
            entry.clone(),
            index,
            &RowFacts(Reading(facts)),
            objects,
            hashes,
        )
        .map_err(|error| LedgerError::Rows(error.into()))?;
    Ok(Refusal::of(findings))
}

/// Makes the check of entries that are in the journal but not in the log: the same as an append's.
pub(super) fn check_tail() -> TailCheck {
    let mut replay = Replay::new();
    Box::new(move |index, note, view| {
        let entry = Entry::parse(note)?;
        let (facts, hashes) = (view.facts(), view.hashes());
        match refusal(&mut replay, &entry, index, &facts, &Tail(view), &hashes)? {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    })
}

/// The objects of the ledger, and those in the journal past the head.
struct Tail<'t, 'v>(&'t TailView<'v>);

impl Objects for Tail<'_, '_> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        state(self.0.object(id))
    }
}

fn state(found: Result<Option<Vec<u8>>, StoreError>) -> ObjectState {
    match found {
        Ok(Some(bytes)) => ObjectState::Present(bytes),
        Ok(None) => ObjectState::Missing,
        Err(error) => ObjectState::Unreadable(error.to_string()),
    }
}

/// Returns the place of a key's next entry in its holder's chain, and the time of the one before.
pub(super) fn next_in_chain(
    facts: &RowFacts<Reading<'_, '_>>,
    key: &PublicKey,
) -> Result<(Chain, Option<Timestamp>), LedgerError> {
    let end = facts.holder(key).and_then(|holder| facts.chain(&holder));
    let end = end.map_err(|e: RowFactsError<FactError>| LedgerError::Rows(e.into()))?;
    Ok(end.map_or((FIRST, None), |end| {
        (
            Chain {
                n: end.n + 1,
                prev: Some(end.id),
            },
            Some(end.at),
        )
    }))
}
