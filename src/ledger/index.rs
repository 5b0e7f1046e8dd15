//! The index function that the store runs on every entry, on append and on rebuild.
//!
//! It keeps what replay needs to check the next entry, and the ledger's own lists. Entries in the
//! journal were checked before they were signed, so all of them are recorded as good; what was
//! forced in is found by an audit, which starts from nothing.

use super::{live, rows};
use crate::audit::facts::Facts as _;
use crate::audit::replay::{Effect, record};
use crate::audit::rows::{RowFacts, RowFactsError, Rows};
use crate::entry::{Body, Entry, EntryError};
use crate::store::{FactError, Facts, IndexError};
use crate::trust::key::VerifierKey;
use crate::words::id::ObjectId;

/// The version of what the index function keeps: a database that was built by another is built anew.
pub const INDEX_VERSION: u32 = 8;

/// Says why an entry could not be indexed.
#[derive(Debug, thiserror::Error)]
pub enum IndexFault {
    /// It can't be read.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The lists could not be written.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// Replay's facts could not be read or written.
    #[error(transparent)]
    Rows(#[from] RowFactsError<FactError>),
    /// There is no genesis entry yet.
    #[error("the log has no genesis entry")]
    NoGenesis,
}

/// Indexes an entry; returns the objects that it speaks of.
pub(super) fn index(
    index: u64,
    note: &[u8],
    facts: &mut Facts<'_>,
) -> Result<Vec<ObjectId>, IndexError> {
    let entry = Entry::parse(note).map_err(IndexFault::from)?;
    Ok(index_entry(index, &entry, facts)?)
}

/// Indexes an entry that was read already.
pub(super) fn index_entry(
    index: u64,
    entry: &Entry,
    facts: &mut Facts<'_>,
) -> Result<Vec<ObjectId>, IndexFault> {
    record(entry, index, &mut RowFacts(Writing(facts)), Effect::Full)?;
    rows::put(index, entry, facts)?;
    live::put(index, entry, facts)?;
    if let Body::Erasure(erasure) = entry.body() {
        facts.erase(erasure.object);
    }
    Ok(entry.objects())
}

/// Tells the key that checkpoints are signed with.
pub(super) fn log_key(facts: &Facts<'_>) -> Result<VerifierKey, IndexError> {
    let ledger = RowFacts(Reading(facts)).ledger()?;
    Ok(ledger.ok_or(IndexFault::NoGenesis)?.log.clone())
}

/// Replay's rows in the store, to be read only.
pub(super) struct Reading<'r, 'f>(pub(super) &'r Facts<'f>);

/// Replay's rows in the store, while an entry is indexed.
struct Writing<'r, 'f>(&'r mut Facts<'f>);

impl Rows for Reading<'_, '_> {
    type Error = FactError;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, FactError> {
        self.0.get(key)
    }

    fn put(&mut self, _key: Vec<u8>, _value: Vec<u8>) -> Result<(), FactError> {
        unreachable!("facts are recorded by the index function alone")
    }
}

impl Rows for Writing<'_, '_> {
    type Error = FactError;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, FactError> {
        self.0.get(key)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), FactError> {
        self.0.put(key, value)
    }
}
