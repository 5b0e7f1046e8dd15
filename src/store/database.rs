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

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional as _};

use super::quiet::{self, Panicked};
use super::runs::{Entry, Merged, Runs};
use crate::trust::merkle::{RootHash, TreeHead};

/// The name of the database's folder in a ledger's folder.
pub(super) const FOLDER_NAME: &str = "db";

/// Its name while it is built beside the one that it will replace.
pub(super) const NEW_FOLDER_NAME: &str = "db.new";

/// How much memory sled may use for its pages.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How long we wait for sled's own threads to let go of its file.
const SETTLE: Duration = Duration::from_secs(5);

/// The version of the trees below. A database of another version is built anew.
const LAYOUT: u32 = 2;

/// Key of [`Applied`] in the tree `meta`.
const APPLIED: &[u8] = b"applied";
/// Key of the list of runs in the tree `meta`.
const RUNS: &[u8] = b"runs";
/// Key of the length of the tree `bytes` in the tree `meta`.
const LENGTH: &[u8] = b"length";

/// How many bytes of entries and objects go into one row.
const PAGE_BYTES: usize = 4096;

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
}

impl Table {
    const COUNT: usize = 6;

    /// All tables whose rows go into runs; there a key begins with a byte for its table.
    const IN_RUNS: [Self; 5] = [
        Self::Entries,
        Self::Ids,
        Self::Objects,
        Self::Files,
        Self::Facts,
    ];

    /// Returns whether the value in a run is where in `bytes` the value stands.
    const fn is_placed(self) -> bool {
        matches!(self, Self::Entries | Self::Objects)
    }

    fn key(self, key: &[u8]) -> Vec<u8> {
        let mut keyed = Vec::with_capacity(1 + key.len());
        keyed.push(self as u8);
        keyed.extend_from_slice(key);
        keyed
    }

    /// Returns the key after all keys of the table.
    fn end(self) -> Vec<u8> {
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
pub(super) struct Changes([Edits; Table::COUNT]);

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
        let list = quiet::catch(|| meta.get(RUNS))??;
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
        let mut end = table.key(prefix);
        while end.pop_if(|byte| *byte == u8::MAX).is_some() {}
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        self.rows_between(table, &table.key(prefix), &end)
    }

    /// Goes through the rows with keys from `start` on, in order.
    pub(super) fn rows_from(
        &self,
        table: Table,
        start: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row, DatabaseError>> + use<> {
        self.rows_between(table, &table.key(start), &table.end())
    }

    fn rows_between(&self, table: Table, start: &[u8], end: &[u8]) -> TableRows {
        let open = self.handles();
        TableRows {
            rows: open.runs.range(start, end).map_err(Some),
            placed: table.is_placed().then(|| open.bytes.clone()),
        }
    }

    /// Returns the keys nearest to `key` in a table: the one before and the one after it.
    pub(super) fn neighbours(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<[Option<Vec<u8>>; 2], DatabaseError> {
        let runs = &self.handles().runs;
        let at = table.key(key);
        let before = runs.range(&table.key(&[]), &at)?.next_back();
        let after = runs.range(&[&at[..], &[0]].concat(), &table.end())?.next();
        let key = |row: Option<Result<Row, DatabaseError>>| {
            row.transpose()
                .map(|row| row.map(|(key, _)| key[1..].to_vec()))
        };
        Ok([key(before)?, key(after)?])
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
type SharedRow = (sled::IVec, Option<sled::IVec>);

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

/// What is added to the end of the tree `bytes`.
struct Stream {
    /// The page that `added` begins with.
    first: u64,
    added: Vec<u8>,
}

impl Stream {
    fn at_end(bytes: &sled::Tree, length: u64) -> Result<Self, DatabaseError> {
        let (first, within) = page_of(length);
        let mut added = Vec::new();
        if within > 0 {
            let page = quiet::catch(|| bytes.get(first.to_be_bytes()))??;
            added.extend_from_slice(page.as_deref().unwrap_or_default());
        }
        if added.len() == within {
            Ok(Self { first, added })
        } else {
            Err(DatabaseError::Row(added.len()))
        }
    }

    /// Adds a value; returns its place: where it begins, 8 bytes, and its length, 4 bytes.
    fn put(&mut self, value: &[u8]) -> Vec<u8> {
        let length = u32::try_from(value.len()).expect("entries and small objects are short");
        let place = [&self.length().to_be_bytes()[..], &length.to_be_bytes()].concat();
        self.added.extend_from_slice(value);
        place
    }

    fn length(&self) -> u64 {
        self.first * PAGE_BYTES as u64 + self.added.len() as u64
    }

    fn pages(&self) -> impl Iterator<Item = SharedRow> {
        (self.first..)
            .zip(self.added.chunks(PAGE_BYTES))
            .map(|(page, bytes)| ((&page.to_be_bytes()).into(), Some(bytes.into())))
    }
}

/// Reads the value at a place in the tree `bytes`.
fn read_placed(bytes: &sled::Tree, place: &[u8]) -> Result<Vec<u8>, DatabaseError> {
    let wrong = || DatabaseError::Row(place.len());
    let (at, length) = place.split_first_chunk().ok_or_else(wrong)?;
    let length: [u8; 4] = length.try_into().map_err(|_| wrong())?;
    let (mut page, mut within) = page_of(u64::from_be_bytes(*at));
    let mut left = u32::from_be_bytes(length) as usize;
    let mut value = Vec::with_capacity(left);
    while left > 0 {
        let row = quiet::catch(|| bytes.get(page.to_be_bytes()))??.ok_or_else(wrong)?;
        let part = row.get(within..).ok_or_else(wrong)?;
        let part = &part[..part.len().min(left)];
        if part.is_empty() {
            return Err(wrong());
        }
        value.extend_from_slice(part);
        left -= part.len();
        (page, within) = (page + 1, 0);
    }
    Ok(value)
}

/// Returns which page a place is in, and where in it.
fn page_of(at: u64) -> (u64, usize) {
    let within = usize::try_from(at % PAGE_BYTES as u64).expect("a page is short");
    (at / PAGE_BYTES as u64, within)
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
