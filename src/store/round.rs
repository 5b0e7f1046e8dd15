//! A round: entries and objects that become durable together, and what they change.
//!
//! A round lives in memory until it is committed. Whoever asks it sees the ledger as it will be
//! then. Dropping it leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};

use super::Store;
use super::database::Database;
use super::error::StoreError;
use super::facts::{Facts, IndexError, IndexFn};
use super::frame::{self, FrameKind, MAX_ENTRY_BYTES, MAX_SMALL_OBJECT_BYTES};
use super::hashes::{self, Hashes};
use super::objects::{MAX_OBJECT_BYTES, ObjectFiles};
use super::tables::{Changes, Table};
use crate::trust::merkle::{self, LeafHash, TreeHead};
use crate::words::id::{EntryId, ObjectId};

/// Entries and objects to be appended together.
pub struct Round<'s> {
    store: &'s mut Store,
    pub(super) draft: Draft,
}

impl<'s> Round<'s> {
    pub(super) fn new(store: &'s mut Store) -> Self {
        let draft = Draft::new(store.tree_head(), store.journal_length());
        Self { store, draft }
    }

    /// Returns the store as it is without the round.
    pub fn store(&self) -> &Store {
        self.store
    }

    /// Returns how many entries the ledger will have.
    pub fn size(&self) -> u64 {
        self.draft.size
    }

    /// Returns how many entries the round adds.
    pub fn entries(&self) -> u64 {
        self.draft.size - self.draft.base.size
    }

    /// Returns the facts as they will be.
    pub fn facts(&self) -> Facts<'_> {
        Facts::new(self.store.database(), Some(&self.draft.changes))
    }

    /// Returns the hashes of the tree as it will be.
    pub fn hashes(&self) -> Hashes<'_> {
        Hashes::new(self.store.database(), Some(&self.draft.changes))
    }

    /// Returns the bytes of an entry.
    pub fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(Table::Entries, &index.to_be_bytes())
    }

    /// Returns where in the log an entry stands.
    pub fn index_of(&self, id: &EntryId) -> Result<Option<u64>, StoreError> {
        Ok(self
            .get(Table::Ids, id.as_bytes())?
            .as_deref()
            .and_then(index_in_row))
    }

    /// Returns the bytes of an object.
    pub fn object(&self, id: &ObjectId) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(bytes) = self.draft.waiting.get(id).or(self.draft.large.get(id)) {
            return Ok(Some(bytes.clone()));
        }
        match self.get(Table::Objects, id.as_bytes())? {
            Some(bytes) => Ok(Some(bytes)),
            None => self.store.object(id),
        }
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.draft.changes.get(self.store.database(), table, key)?)
    }

    /// Adds an object, which a later entry of the round must speak of; returns its id.
    ///
    /// An object that the ledger has is not kept twice.
    pub fn push_object(&mut self, bytes: impl Into<Vec<u8>>) -> Result<ObjectId, StoreError> {
        let bytes = bytes.into();
        if bytes.len() as u64 > MAX_OBJECT_BYTES {
            return Err(StoreError::ObjectTooLong {
                bytes: bytes.len() as u64,
                most: MAX_OBJECT_BYTES,
            });
        }
        let id = ObjectId::of(&bytes);
        let Self { store, draft } = self;
        if !draft.has_object(store.database(), &id)? {
            draft.waiting.insert(id, bytes);
        }
        Ok(id)
    }

    /// Adds an entry, after the objects it speaks of; returns its index.
    ///
    /// If the index function refuses it, the round is as it was before, without the objects that
    /// were waiting for an entry.
    pub fn push_entry(&mut self, note: &[u8]) -> Result<u64, StoreError> {
        let index_fn = self.store.options().index;
        self.push_entry_indexed(note, |index, facts| index_fn(index, note, facts))
    }

    /// As [`push_entry`](Self::push_entry), for a caller who has read the entry already: `index`
    /// must do what the index function does with `note`.
    pub fn push_entry_indexed(
        &mut self,
        note: &[u8],
        index: impl FnOnce(u64, &mut Facts<'_>) -> Result<Vec<ObjectId>, IndexError>,
    ) -> Result<u64, StoreError> {
        let Self { store, draft } = self;
        let id = EntryId::from(LeafHash::of(note));
        let row = draft
            .changes
            .get(store.database(), Table::Ids, id.as_bytes())?;
        let pushed = match row.as_deref().and_then(index_in_row) {
            Some(index) => Err(StoreError::EntryThere { id, index }),
            None => draft.push_entry(store.database(), index, note),
        };
        if pushed.is_err() {
            draft.waiting.clear();
        }
        pushed
    }

    /// Makes the round durable, signs the new checkpoint and publishes it; returns the new head.
    ///
    /// Once this returns, the entries are acknowledged. If it fails, nothing was acknowledged; where
    /// the entries had become durable, the error is [`StoreError::Unfinished`], and the next opening
    /// records them.
    pub fn commit(self) -> Result<TreeHead, StoreError> {
        self.store.commit(self.draft)
    }
}

/// What a round has collected.
pub(super) struct Draft {
    pub(super) base: TreeHead,
    pub(super) size: u64,
    /// Where in the journal the frames will stand.
    journal: u64,
    pub(super) frames: Vec<u8>,
    pub(super) changes: Changes,
    /// Objects that no entry has spoken of yet.
    pub(super) waiting: BTreeMap<ObjectId, Vec<u8>>,
    /// Objects that go into files.
    pub(super) large: BTreeMap<ObjectId, Vec<u8>>,
    /// Objects that its entries erase, and those that were read with it.
    pub(super) erased: BTreeSet<ObjectId>,
}

impl Draft {
    pub(super) fn new(base: TreeHead, journal: u64) -> Self {
        Self {
            base,
            size: base.size,
            journal,
            frames: Vec::new(),
            changes: Changes::default(),
            waiting: BTreeMap::new(),
            large: BTreeMap::new(),
            erased: BTreeSet::new(),
        }
    }

    /// Adds an entry with the objects that it speaks of, as frames and as rows.
    fn push_entry(
        &mut self,
        database: &Database,
        index: impl FnOnce(u64, &mut Facts<'_>) -> Result<Vec<ObjectId>, IndexError>,
        note: &[u8],
    ) -> Result<u64, StoreError> {
        if note.len() > MAX_ENTRY_BYTES {
            return Err(StoreError::EntryTooLong {
                bytes: note.len(),
                most: MAX_ENTRY_BYTES,
            });
        }
        let spoken_of = self.index(database, index)?;
        for id in spoken_of {
            let Some(bytes) = self.waiting.remove(&id) else {
                continue;
            };
            if bytes.len() > MAX_SMALL_OBJECT_BYTES {
                let length = bytes.len() as u64;
                self.put_file(&id, length);
                self.large.insert(id, bytes);
            } else {
                frame::write(&mut self.frames, FrameKind::Object, &bytes);
                self.changes.put(Table::Objects, *id.as_bytes(), bytes);
            }
        }
        let offset = self.journal + self.frames.len() as u64;
        frame::write(&mut self.frames, FrameKind::Entry, note);
        self.put_entry(database, note, offset)
    }

    /// Adds an entry that stands in the journal already, with the objects that it speaks of: those
    /// that wait, which are in the journal too, those that are in files, and those that `find` finds.
    pub(super) fn replay_entry(
        &mut self,
        database: &Database,
        files: &ObjectFiles,
        index_fn: IndexFn,
        note: &[u8],
        offset: u64,
        find: &mut dyn FnMut(&ObjectId) -> Option<Vec<u8>>,
    ) -> Result<u64, StoreError> {
        for id in self.index(database, |index, facts| index_fn(index, note, facts))? {
            if let Some(bytes) = self.waiting.remove(&id) {
                self.changes.put(Table::Objects, *id.as_bytes(), bytes);
            } else if !self.has_object(database, &id)? {
                if let Some(length) = files.length(&id)? {
                    self.put_file(&id, length);
                } else if let Some(bytes) = find(&id) {
                    self.changes.put(Table::Objects, *id.as_bytes(), bytes);
                }
            }
        }
        self.put_entry(database, note, offset)
    }

    /// Parts what has been read of a journal from what follows: an empty draft after `head`, with
    /// the objects that still wait for an entry and those that were erased, and the rows to be
    /// written.
    pub(super) fn split(self, head: TreeHead) -> (Self, Changes) {
        let mut next = Self::new(head, 0);
        next.waiting = self.waiting;
        next.erased = self.erased;
        (next, self.changes)
    }

    /// Calls an index function and keeps its facts, or nothing if it fails.
    fn index(
        &mut self,
        database: &Database,
        index: impl FnOnce(u64, &mut Facts<'_>) -> Result<Vec<ObjectId>, IndexError>,
    ) -> Result<Vec<ObjectId>, StoreError> {
        let mut facts = Facts::new(database, Some(&self.changes));
        let spoken_of = index(self.size, &mut facts).map_err(|source| StoreError::Index {
            index: self.size,
            source,
        })?;
        let (fresh, erased) = facts.into_fresh();
        self.changes.of_mut(Table::Facts).extend(fresh);
        for id in erased {
            self.changes.remove(Table::Objects, *id.as_bytes());
            self.changes.remove(Table::Files, *id.as_bytes());
            self.large.remove(&id);
            self.erased.insert(id);
        }
        Ok(spoken_of)
    }

    fn put_file(&mut self, id: &ObjectId, length: u64) {
        self.changes
            .put(Table::Files, *id.as_bytes(), length.to_be_bytes().to_vec());
    }

    fn put_entry(
        &mut self,
        database: &Database,
        note: &[u8],
        offset: u64,
    ) -> Result<u64, StoreError> {
        let index = self.size;
        let leaf = LeafHash::of(note);
        let id = EntryId::from(leaf);
        let completed =
            merkle::completed(index, leaf, &Hashes::new(database, Some(&self.changes)))?;
        for (level, hash) in (0..).zip(&completed) {
            hashes::keep(database, &mut self.changes, level, index >> level, hash)?;
        }
        self.changes
            .put(Table::Entries, index.to_be_bytes(), note.to_vec());
        // If the same bytes stand in the log twice, by force, the id is that of the first.
        if !self.changes.has(database, Table::Ids, id.as_bytes())? {
            let row = [index.to_be_bytes(), offset.to_be_bytes()].concat();
            self.changes.put(Table::Ids, *id.as_bytes(), row);
        }
        self.size += 1;
        Ok(index)
    }

    fn has_object(&self, database: &Database, id: &ObjectId) -> Result<bool, StoreError> {
        let has = |table| self.changes.has(database, table, id.as_bytes());
        Ok(has(Table::Objects)? || has(Table::Files)?)
    }

    /// Returns the tree's head with the round's entries.
    pub(super) fn tree_head(&self, database: &Database) -> Result<TreeHead, StoreError> {
        let hashes = Hashes::new(database, Some(&self.changes));
        let root = merkle::root(self.size, &hashes)?;
        Ok(TreeHead {
            root,
            size: self.size,
        })
    }
}

/// Reads the index in a row of [`Table::Ids`].
pub(super) fn index_in_row(row: &[u8]) -> Option<u64> {
    row.first_chunk().copied().map(u64::from_be_bytes)
}

/// Reads the place in the journal in a row of [`Table::Ids`].
pub(super) fn offset_in_row(row: &[u8]) -> Option<u64> {
    row.last_chunk().copied().map(u64::from_be_bytes)
}
