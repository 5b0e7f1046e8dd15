//! Facts: small opaque keys and values that the caller's index function keeps about entries.
//!
//! The store does not know what entries mean. When an entry is appended, and again when the
//! database is built anew, the store calls the caller's [`IndexFn`], which says what objects the
//! entry speaks of and keeps what it will want to look up. So nothing in the database exists but
//! through the journal.

use super::database::{Database, DatabaseError};
use super::tables::{Changes, Edits, Row, Table};
use crate::trust::key::VerifierKey;
use crate::words::id::ObjectId;

/// The longest key of a fact.
pub const MAX_FACT_KEY_BYTES: usize = 512;
/// Facts whose keys begin with the same bytes, at least so many of them, are found together without a
/// look at all that the database has: the lists of an id, named by two letters and the id.
pub const LIST_BYTES: usize = 34;
/// The longest value of a fact, so that sled keeps it in its main file.
pub const MAX_FACT_VALUE_BYTES: usize = 4096;

/// An error of the caller's own functions.
pub type IndexError = Box<dyn std::error::Error + Send + Sync>;

/// Indexes an entry: given its index and its bytes, keeps facts and returns the objects that the
/// entry speaks of.
///
/// It must depend on nothing but its arguments, for it is called again when the database is built
/// anew. If it changes, so must [`Options::index_version`](super::Options::index_version).
pub type IndexFn = fn(u64, &[u8], &mut Facts<'_>) -> Result<Vec<ObjectId>, IndexError>;

/// Returns the key that checkpoints are signed with, after the entries that the facts are of.
pub type LogKeyFn = fn(&Facts<'_>) -> Result<VerifierKey, IndexError>;

/// Says why a fact was not read or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    /// The database could not be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The key is too long.
    #[error("a fact's key of {0} bytes is longer than {MAX_FACT_KEY_BYTES}")]
    KeyTooLong(usize),
    /// The value is too long.
    #[error("a fact's value of {0} bytes is longer than {MAX_FACT_VALUE_BYTES}")]
    ValueTooLong(usize),
}

/// The facts as they are after all entries before: those in the database, under those of the round
/// in progress, under those of the entry being indexed.
pub struct Facts<'f> {
    database: &'f Database,
    round: Option<&'f Edits>,
    fresh: Edits,
    erased: Vec<ObjectId>,
}

impl<'f> Facts<'f> {
    pub(super) fn new(database: &'f Database, round: Option<&'f Changes>) -> Self {
        Self {
            database,
            round: round.map(|changes| changes.of(Table::Facts)),
            fresh: Edits::new(),
            erased: Vec::new(),
        }
    }

    /// Returns what was put and removed, and the objects that the entry erases.
    pub(super) fn into_fresh(self) -> (Edits, Vec<ObjectId>) {
        (self.fresh, self.erased)
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, FactError> {
        if let Some(value) = self.fresh.get(key) {
            return Ok(value.clone());
        }
        if let Some(value) = self.round.and_then(|round| round.get(key)) {
            return Ok(value.clone());
        }
        Ok(self.database.get(Table::Facts, key)?)
    }

    /// Returns the facts whose keys begin with `prefix`, in the order of their keys.
    pub fn with_prefix(&self, prefix: &[u8]) -> Result<Vec<Row>, FactError> {
        let mut facts = Edits::new();
        for row in self.database.rows(Table::Facts, prefix) {
            let (key, value) = row?;
            facts.insert(key, Some(value));
        }
        for edits in self.round.into_iter().chain([&self.fresh]) {
            let found = edits
                .range(prefix.to_vec()..)
                .take_while(|(key, _)| key.starts_with(prefix));
            facts.extend(found.map(|(key, value)| (key.clone(), value.clone())));
        }
        Ok(facts
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect())
    }

    /// Keeps a value under a key, in place of the one that is there.
    pub fn put(
        &mut self,
        key: impl Into<Vec<u8>>,
        value: impl Into<Vec<u8>>,
    ) -> Result<(), FactError> {
        let (key, value) = (key.into(), value.into());
        if key.len() > MAX_FACT_KEY_BYTES {
            return Err(FactError::KeyTooLong(key.len()));
        }
        if value.len() > MAX_FACT_VALUE_BYTES {
            return Err(FactError::ValueTooLong(value.len()));
        }
        self.fresh.insert(key, Some(value));
        Ok(())
    }

    /// Says that the entry erases an object: once the entry is durable, the object's bytes go.
    pub fn erase(&mut self, id: ObjectId) {
        self.erased.push(id);
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: impl Into<Vec<u8>>) {
        self.fresh.insert(key.into(), None);
    }
}
