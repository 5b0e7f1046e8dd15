//! The ledger's database: sled, with its trees, its one transaction a round, and its closing.
//!
//! `DESIGN.md` section 5 says why it is sled and why nothing rests on it: everything here can be
//! built again from the journal and the object files. The trees, with their keys and values, are
//! listed at [`Table`]. Numeric keys are big-endian; no value is longer than 4 KiB, so that no page
//! grows into one of sled's unsynced blob files.
//!
//! What it does not do: decide whether the database is the right one. Opening does, with the stamp
//! and [`Applied`].

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional as _};

use super::quiet::{self, Panicked};
use crate::trust::merkle::{RootHash, TreeHead};

/// The name of the database's folder in a ledger's folder.
pub(super) const FOLDER_NAME: &str = "db";

/// How much memory sled may use for its pages.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How long we wait for sled's own threads to let go of its file.
const SETTLE: Duration = Duration::from_secs(5);

/// The version of the trees below. A database of another version is built anew.
const LAYOUT: u32 = 1;

/// Key of [`Applied`] in [`Table::Meta`].
const APPLIED: &[u8] = b"applied";

/// Says why the database could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// sled reported an error.
    #[error("the database failed")]
    Sled(#[source] sled::Error),
    /// sled panicked; the panic was caught.
    #[error("the database stopped in the middle of its work; it may be damaged")]
    Panicked,
    /// The database holds something that we never write.
    #[error("the database holds a row of {0} bytes where there is none of that length")]
    Row(usize),
    /// Threads of sled still had its file after it was closed.
    #[error("the database did not close")]
    StillOpen,
}

impl From<sled::Error> for DatabaseError {
    fn from(error: sled::Error) -> Self {
        Self::Sled(error)
    }
}

impl From<Panicked> for DatabaseError {
    fn from(_: Panicked) -> Self {
        Self::Panicked
    }
}

/// The trees.
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
    /// Level, 1 byte, and row, 8 bytes → hashes of perfect subtrees, at most 128.
    Hashes,
    /// What the index function keeps.
    Facts,
    /// `applied` → [`Applied`].
    Meta,
}

impl Table {
    const ALL: [Self; 7] = [
        Self::Entries,
        Self::Ids,
        Self::Objects,
        Self::Files,
        Self::Hashes,
        Self::Facts,
        Self::Meta,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Ids => "ids",
            Self::Objects => "objects",
            Self::Files => "files",
            Self::Hashes => "hashes",
            Self::Facts => "facts",
            Self::Meta => "meta",
        }
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

    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend_from_slice(&LAYOUT.to_be_bytes());
        bytes.extend_from_slice(&self.index_version.to_be_bytes());
        bytes.extend_from_slice(&self.head.size.to_be_bytes());
        bytes.extend_from_slice(&self.head.root.0);
        bytes.extend_from_slice(&self.journal.to_be_bytes());
        bytes
    }

    /// Reads the row; `None` if another layout wrote it.
    fn parse(bytes: &[u8]) -> Option<Self> {
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
pub(super) struct Changes([Edits; Table::ALL.len()]);

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

/// The open database.
pub(super) struct Database {
    path: PathBuf,
    /// `None` only while it is being closed.
    open: Option<Open>,
}

struct Open {
    db: sled::Db,
    trees: Vec<sled::Tree>,
}

impl Database {
    /// Opens the database in `path`, or makes it.
    ///
    /// The caller holds the ledger's lock, so a half-written snapshot is nobody's work in progress.
    pub(super) fn open(path: &Path) -> Result<Self, DatabaseError> {
        remove_half_written_snapshots(path);
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None);
        let start = Instant::now();
        let mut held = true;
        let db = loop {
            match quiet::catch(|| config.open())? {
                Ok(db) => break db,
                // A thread of a database just closed may not have let go of the file yet. Once it
                // has, we try one last time.
                Err(sled::Error::Io(_)) if held && start.elapsed() < SETTLE => {
                    held = is_held(&path.join(SLED_FILE));
                    thread::sleep(Duration::from_millis(1));
                }
                Err(error) => return Err(error.into()),
            }
        };
        let trees = quiet::catch(|| {
            Table::ALL
                .iter()
                .map(|table| db.open_tree(table.name()))
                .collect::<Result<Vec<_>, _>>()
        })??;
        Ok(Self {
            path: path.to_owned(),
            open: Some(Open { db, trees }),
        })
    }

    /// Returns what the database says it holds; `None` if nothing, or in another layout.
    pub(super) fn applied(&self) -> Result<Option<Applied>, DatabaseError> {
        Ok(self
            .get(Table::Meta, APPLIED)?
            .as_deref()
            .and_then(Applied::parse))
    }

    /// Returns a row.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        let value = quiet::catch(|| self.tree(table).get(key))??;
        Ok(value.map(|value| value.to_vec()))
    }

    /// Goes through the rows whose keys begin with `prefix`, in order.
    pub(super) fn rows(
        &self,
        table: Table,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row, DatabaseError>> + use<> {
        Rows(self.tree(table).scan_prefix(prefix))
    }

    /// Goes through the rows with keys from `start` on, in order.
    pub(super) fn rows_from(
        &self,
        table: Table,
        start: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row, DatabaseError>> + use<> {
        Rows(self.tree(table).range(start.to_vec()..))
    }

    /// Returns the keys nearest to `key` in a tree: the one before and the one after it.
    pub(super) fn neighbours(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<[Option<Vec<u8>>; 2], DatabaseError> {
        let tree = self.tree(table);
        let (before, after) = quiet::catch(|| Ok((tree.get_lt(key)?, tree.get_gt(key)?)))?
            .map_err(|error: sled::Error| DatabaseError::Sled(error))?;
        Ok([before, after].map(|row| row.map(|(key, _)| key.to_vec())))
    }

    /// Writes rows of all trees and `applied` in one transaction.
    pub(super) fn apply(&self, changes: Changes, applied: Applied) -> Result<(), DatabaseError> {
        let mut changes = changes;
        changes.put(Table::Meta, APPLIED, applied.to_bytes());
        // A transaction may run again, so it gets copies it can give away: sled's values are
        // reference-counted.
        let mut rows: Vec<(usize, sled::IVec, Option<sled::IVec>)> = Vec::new();
        for (tree, edits) in changes.0.into_iter().enumerate() {
            rows.extend(
                edits
                    .into_iter()
                    .map(|(key, value)| (tree, key.into(), value.map(Into::into))),
            );
        }
        let trees = &self.handles().trees;
        let result = quiet::catch(|| {
            trees.as_slice().transaction(|views| {
                for (tree, key, value) in &rows {
                    match value {
                        Some(value) => views[*tree].insert(key.clone(), value.clone())?,
                        None => views[*tree].remove(key.clone())?,
                    };
                }
                Ok::<(), ConflictableTransactionError<()>>(())
            })
        })?;
        match result {
            Ok(()) => Ok(()),
            Err(TransactionError::Storage(error)) => Err(error.into()),
            Err(TransactionError::Abort(())) => unreachable!("our transaction never aborts"),
        }
    }

    /// Closes the database, so that nothing writes to its folder any more.
    pub(super) fn close(mut self) -> Result<(), DatabaseError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let flushed = quiet::catch(|| open.db.flush().map(drop));
        close_quietly(open)?;
        flushed??;
        // sled's threads may still have work, such as cutting its file. It holds a lock on that
        // file until the last of them is done.
        let file = self.path.join(SLED_FILE);
        let start = Instant::now();
        while is_held(&file) {
            if start.elapsed() > SETTLE {
                return Err(DatabaseError::StillOpen);
            }
            thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }

    fn tree(&self, table: Table) -> &sled::Tree {
        &self.handles().trees[table as usize]
    }

    fn handles(&self) -> &Open {
        self.open
            .as_ref()
            .expect("the database is open until it is closed")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            // The next opening finds no stamp and builds the database anew.
            let _ = close_quietly(open);
        }
    }
}

/// Drops sled's handles, the last of which writes and syncs; a panic there is caught.
fn close_quietly(open: Open) -> Result<(), Panicked> {
    quiet::catch(move || drop(open))
}

/// The rows of a scan, each read without letting a panic through.
struct Rows(sled::Iter);

impl Rows {
    fn read(
        next: Result<Option<sled::Result<(sled::IVec, sled::IVec)>>, Panicked>,
    ) -> Option<Result<Row, DatabaseError>> {
        match next {
            Err(panicked) => Some(Err(panicked.into())),
            Ok(None) => None,
            Ok(Some(row)) => Some(
                row.map(|(key, value)| (key.to_vec(), value.to_vec()))
                    .map_err(Into::into),
            ),
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, DatabaseError>;

    fn next(&mut self) -> Option<Self::Item> {
        Self::read(quiet::catch(|| self.0.next()))
    }
}

impl DoubleEndedIterator for Rows {
    fn next_back(&mut self) -> Option<Self::Item> {
        Self::read(quiet::catch(|| self.0.next_back()))
    }
}

/// sled's main file in its folder; sled holds a lock on it while it is open.
const SLED_FILE: &str = "db";

/// Returns whether someone holds sled's lock on its file.
fn is_held(file: &Path) -> bool {
    File::open(file).is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
}

/// Removes snapshots that sled had not finished writing: it would take them for whole ones.
fn remove_half_written_snapshots(path: &Path) {
    let Ok(names) = fs::read_dir(path) else {
        return;
    };
    for name in names.flatten() {
        let file = name.file_name();
        let file = file.to_string_lossy();
        if file.starts_with("snap.") && file.ends_with(".generating") {
            let _ = fs::remove_file(name.path());
        }
    }
}
