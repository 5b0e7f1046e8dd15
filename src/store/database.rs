//! The ledger's database: sled, with its trees, its one transaction a round, and its closing.
//!
//! `DESIGN.md` section 5 says why it is sled and why nothing rests on it: everything here can be
//! built again from the journal and the object files. The rest of the store sees the tables listed
//! at [`Table`]. In sled there are five trees, because a row costs it 15 µs and more however small
//! it is, so that what belongs together is kept together:
//!
//! | tree | key | value |
//! | --- | --- | --- |
//! | `bytes` | page, 8 bytes | the bytes of entries and small objects one after the other, cut into pages of 4 KiB |
//! | `runs` | run, 8 bytes, and first key | a page of small rows: see [`runs`](super::runs) |
//! | `filters` | run, 8 bytes, and chunk, 4 bytes | the run's filter, in chunks of 4 KiB |
//! | `hashes` | level, 1 byte, and row, 8 bytes | hashes of perfect subtrees, at most 128 |
//! | `meta` | `applied` | [`Applied`] |
//! | | `runs` | the list of runs |
//! | | `length` | the length of `bytes`, 8 bytes |
//!
//! Numbers are big-endian. No value is much longer than 4 KiB, so that no page of sled's grows into
//! one of its unsynced blob files.
//!
//! What it does not do: decide whether the database is the right one. Opening does, with the stamp
//! and [`Applied`].

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional as _};

use super::merge::Merged;
use super::quiet::{self, Panicked};
use super::runs::{Entry, Runs};
use super::stream::{Stream, read_placed};
use super::tables::{Applied, Changes, Row, Table};

/// The name of the database's folder in a ledger's folder.
pub(super) const FOLDER_NAME: &str = "db";

/// Its name while it is built beside the one that it will replace.
pub(super) const NEW_FOLDER_NAME: &str = "db.new";

/// How much memory sled may use for its pages.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How long we wait for sled's own threads to let go of its file.
const SETTLE: Duration = Duration::from_secs(5);

/// Key of [`Applied`] in the tree `meta`.
const APPLIED: &[u8] = b"applied";
/// Key of the list of runs in the tree `meta`.
const RUNS: &[u8] = b"runs";
/// Key of the length of the tree `bytes` in the tree `meta`.
const LENGTH: &[u8] = b"length";

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

impl DatabaseError {
    /// Returns what the operating system said, if it comes of that.
    pub(super) fn io(&self) -> Option<&std::io::Error> {
        match self {
            Self::Sled(sled::Error::Io(error)) => Some(error),
            _ => None,
        }
    }
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

/// The open database.
pub(super) struct Database {
    path: PathBuf,
    /// `None` only while it is being closed.
    open: Option<Open>,
}

struct Open {
    db: sled::Db,
    bytes: sled::Tree,
    hashes: sled::Tree,
    meta: sled::Tree,
    runs: Runs,
    /// How long `bytes` is.
    length: u64,
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
        let tree = |name: &str| Ok::<_, DatabaseError>(quiet::catch(|| db.open_tree(name))??);
        let meta = tree("meta")?;
        let applied = quiet::catch(|| meta.get(APPLIED))??;
        // What another layout lists is not read.
        let list = match applied.as_deref().map(Applied::parse) {
            Some(None) => None,
            _ => quiet::catch(|| meta.get(RUNS))??,
        };
        let length = quiet::catch(|| meta.get(LENGTH))??;
        let open = Open {
            bytes: tree("bytes")?,
            hashes: tree("hashes")?,
            runs: Runs::open(tree("runs")?, tree("filters")?, list.as_deref())?,
            length: length.map_or(Ok(0), |length| {
                let bytes = length.as_ref().try_into();
                bytes
                    .map(u64::from_be_bytes)
                    .map_err(|_| DatabaseError::Row(length.len()))
            })?,
            meta,
            db,
        };
        Ok(Self {
            path: path.to_owned(),
            open: Some(open),
        })
    }

    /// Returns what the database says it holds; `None` if nothing, or in another layout.
    pub(super) fn applied(&self) -> Result<Option<Applied>, DatabaseError> {
        let row = quiet::catch(|| self.handles().meta.get(APPLIED))??;
        Ok(row.as_deref().and_then(Applied::parse))
    }

    /// Returns a row.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        let open = self.handles();
        if table == Table::Hashes {
            let row = quiet::catch(|| open.hashes.get(key))??;
            return Ok(row.map(|row| row.to_vec()));
        }
        match open.runs.get(&table.key(key))? {
            Some(place) if table.is_placed() => read_placed(&open.bytes, &place).map(Some),
            value => Ok(value),
        }
    }

    /// Returns whether there is a row.
    pub(super) fn has(&self, table: Table, key: &[u8]) -> Result<bool, DatabaseError> {
        Ok(self.handles().runs.get(&table.key(key))?.is_some())
    }

    /// Goes through the rows whose keys begin with `prefix`, in order.
    pub(super) fn rows(
        &self,
        table: Table,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row, DatabaseError>> + use<> {
        self.rows_with(table, prefix)
    }

    fn rows_with(&self, table: Table, prefix: &[u8]) -> TableRows {
        let mut end = table.key(prefix);
        while end.pop_if(|byte| *byte == u8::MAX).is_some() {}
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        let start = table.key(prefix);
        let group = table.group_bytes().and_then(|bytes| start.get(..=bytes));
        self.rows_between(table, &start, &end, group)
    }

    /// Goes through the keys that begin with `prefix`, in order, without reading what they are of.
    pub(super) fn keys(
        &self,
        table: Table,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Vec<u8>, DatabaseError>> + use<> {
        let mut rows = self.rows_with(table, prefix);
        rows.placed = None;
        rows.map(|row| Ok(row?.0))
    }

    /// Goes through the rows with keys from `start` on, in order.
    pub(super) fn rows_from(
        &self,
        table: Table,
        start: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row, DatabaseError>> + use<> {
        self.rows_between(table, &table.key(start), &table.end(), None)
    }

    fn rows_between(
        &self,
        table: Table,
        start: &[u8],
        end: &[u8],
        group: Option<&[u8]>,
    ) -> TableRows {
        let open = self.handles();
        TableRows {
            rows: open.runs.range(start, end, group).map_err(Some),
            placed: table.is_placed().then(|| open.bytes.clone()),
        }
    }

    /// Writes rows of all tables and `applied` in one transaction.
    pub(super) fn apply(
        &mut self,
        changes: Changes,
        applied: Applied,
    ) -> Result<(), DatabaseError> {
        let open = self
            .open
            .as_mut()
            .expect("the database is open until it is closed");
        let mut stream = Stream::at_end(&open.bytes, open.length)?;
        let Changes(mut tables) = changes;
        let mut rows = Vec::new();
        for table in Table::IN_RUNS {
            for (key, value) in std::mem::take(&mut tables[table as usize]) {
                let value = match value {
                    Some(value) if table.is_placed() => Some(stream.put(&value)),
                    value => value,
                };
                rows.push((table.key(&key), value));
            }
        }
        let hashes = std::mem::take(&mut tables[Table::Hashes as usize]);
        let planned = open.runs.plan(rows)?;
        let length = stream.length();
        let meta = [
            (APPLIED.to_vec(), Some(applied.to_bytes())),
            (RUNS.to_vec(), Some(planned.list())),
            (LENGTH.to_vec(), Some(length.to_be_bytes().to_vec())),
        ];
        // A transaction may run again, so it gets copies it can give away: sled's values are
        // reference-counted.
        let written: [Vec<SharedRow>; 5] = [
            stream.pages().collect(),
            shared(&planned.pages),
            shared(&planned.filters),
            hashes.iter().map(share).collect(),
            shared(&meta),
        ];
        let trees = [
            &open.bytes,
            open.runs.pages(),
            open.runs.filters(),
            &open.hashes,
            &open.meta,
        ];
        let result = quiet::catch(|| {
            trees.as_slice().transaction(|views| {
                for (view, rows) in views.iter().zip(&written) {
                    for (key, value) in rows {
                        match value {
                            Some(value) => view.insert(key.clone(), value.clone())?,
                            None => view.remove(key.clone())?,
                        };
                    }
                }
                Ok::<(), ConflictableTransactionError<()>>(())
            })
        })?;
        match result {
            Ok(()) => {}
            Err(TransactionError::Storage(error)) => return Err(error.into()),
            Err(TransactionError::Abort(())) => unreachable!("our transaction never aborts"),
        }
        open.runs.adopt(planned);
        open.length = length;
        Ok(())
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

/// A row as sled takes it.
pub(super) type SharedRow = (sled::IVec, Option<sled::IVec>);

fn shared(rows: &[Entry]) -> Vec<SharedRow> {
    rows.iter()
        .map(|(key, value)| share((key, value)))
        .collect()
}

fn share((key, value): (&Vec<u8>, &Option<Vec<u8>>)) -> SharedRow {
    (key.as_slice().into(), value.as_deref().map(Into::into))
}

/// The rows of a table, with their values where they are kept elsewhere.
struct TableRows {
    /// Or why they can't be read, until that was said.
    rows: Result<Merged, Option<DatabaseError>>,
    placed: Option<sled::Tree>,
}

impl TableRows {
    fn next_of(
        &mut self,
        next: impl FnOnce(&mut Merged) -> Option<Result<Row, DatabaseError>>,
    ) -> Option<Result<Row, DatabaseError>> {
        let row = match &mut self.rows {
            Ok(rows) => next(rows)?,
            Err(error) => return error.take().map(Err),
        };
        Some(row.and_then(|(mut key, mut value)| {
            key.remove(0);
            if let Some(bytes) = &self.placed {
                value = read_placed(bytes, &value)?;
            }
            Ok((key, value))
        }))
    }
}

impl Iterator for TableRows {
    type Item = Result<Row, DatabaseError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_of(Iterator::next)
    }
}

impl DoubleEndedIterator for TableRows {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.next_of(DoubleEndedIterator::next_back)
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
