//! The tables that the store works with, and what is to be written to them.

use std::collections::BTreeMap;

use super::database::{Database, DatabaseError};
use super::facts::LIST_BYTES;
use crate::trust::merkle::{RootHash, TreeHead};

/// The version of the database's trees. A database of another version is built anew.
const LAYOUT: u32 = 4;

/// Ids are asked for by their first 8 digits, to see how many tell one from all others.
const ID_GROUP_BYTES: usize = 4;

/// The tables that the store works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Table {
    /// Index, 8 bytes → the entry's bytes.
    Entries,
    /// Entry id → index, 8 bytes, and where its frame begins in the journal, 8 bytes.
    Ids,
    /// Object id → its bytes, for objects in the journal.
    Objects,
    /// Object id → its length, 8 bytes, for objects in files.
    Files,
    /// What the index function keeps.
    Facts,
    /// Level, 1 byte, and row, 8 bytes → hashes of perfect subtrees, at most 128.
    Hashes,
    /// Size, 8 bytes → where in the journal the frame of the last cosigned checkpoint of this size
    /// begins, 8 bytes.
    Checkpoints,
}

impl Table {
    pub(super) const COUNT: usize = 7;

    /// All tables whose rows go into runs; there a key begins with a byte for its table.
    pub(super) const IN_RUNS: [Self; 6] = [
        Self::Entries,
        Self::Ids,
        Self::Objects,
        Self::Files,
        Self::Facts,
        Self::Checkpoints,
    ];

    /// Returns whether the value in a run is where in `bytes` the value stands.
    pub(super) const fn is_placed(self) -> bool {
        matches!(self, Self::Entries | Self::Objects)
    }

    /// Returns how many bytes keys of this table share that are asked for together: the digits of a
    /// short id, what a list of facts is of.
    pub(super) const fn group_bytes(self) -> Option<usize> {
        match self {
            Self::Ids | Self::Objects | Self::Files => Some(ID_GROUP_BYTES),
            Self::Facts => Some(LIST_BYTES),
            Self::Entries | Self::Hashes | Self::Checkpoints => None,
        }
    }

    pub(super) fn key(self, key: &[u8]) -> Vec<u8> {
        let mut keyed = Vec::with_capacity(1 + key.len());
        keyed.push(self as u8);
        keyed.extend_from_slice(key);
        keyed
    }

    /// Returns the key after all keys of the table.
    pub(super) fn end(self) -> Vec<u8> {
        vec![self as u8 + 1]
    }
}

/// What the database says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Applied {
    /// The version of the caller's index function.
    pub(super) index_version: u32,
    /// Size and root of the entries.
    pub(super) head: TreeHead,
    /// How much of the journal has gone into it.
    pub(super) journal: u64,
}

impl Applied {
    const BYTES: usize = 4 + 4 + 8 + 32 + 8;

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend_from_slice(&LAYOUT.to_be_bytes());
        bytes.extend_from_slice(&self.index_version.to_be_bytes());
        bytes.extend_from_slice(&self.head.size.to_be_bytes());
        bytes.extend_from_slice(&self.head.root.0);
        bytes.extend_from_slice(&self.journal.to_be_bytes());
        bytes
    }

    /// Reads the row; `None` if another layout wrote it.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::BYTES] = bytes.try_into().ok()?;
        let (layout, rest) = bytes.split_first_chunk()?;
        let (index_version, rest) = rest.split_first_chunk()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (root, rest) = rest.split_first_chunk()?;
        (u32::from_be_bytes(*layout) == LAYOUT).then_some(Self {
            index_version: u32::from_be_bytes(*index_version),
            head: TreeHead {
                size: u64::from_be_bytes(*size),
                root: RootHash(*root),
            },
            journal: u64::from_be_bytes(rest.try_into().ok()?),
        })
    }
}

/// Values by key; `None` says that the row is to be removed.
pub(super) type Edits = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Rows of all trees that are to be written together.
#[derive(Debug, Default)]
pub(super) struct Changes(pub(super) [Edits; Table::COUNT]);

impl Changes {
    /// Returns what is to be written to one tree.
    pub(super) fn of(&self, table: Table) -> &Edits {
        &self.0[table as usize]
    }

    /// Returns what is to be written to one tree.
    pub(super) fn of_mut(&mut self, table: Table) -> &mut Edits {
        &mut self.0[table as usize]
    }

    pub(super) fn put(&mut self, table: Table, key: impl Into<Vec<u8>>, value: Vec<u8>) {
        self.of_mut(table).insert(key.into(), Some(value));
    }

    pub(super) fn remove(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.of_mut(table).insert(key.into(), None);
    }

    /// Returns whether there will be a row.
    pub(super) fn has(
        &self,
        database: &Database,
        table: Table,
        key: &[u8],
    ) -> Result<bool, DatabaseError> {
        match self.of(table).get(key) {
            Some(value) => Ok(value.is_some()),
            None => database.has(table, key),
        }
    }

    /// Returns a row as it will be: as it is here, else as it is in the database.
    pub(super) fn get(
        &self,
        database: &Database,
        table: Table,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, DatabaseError> {
        match self.of(table).get(key) {
            Some(value) => Ok(value.clone()),
            None => database.get(table, key),
        }
    }
}

/// A key and a value.
pub(super) type Row = (Vec<u8>, Vec<u8>);
