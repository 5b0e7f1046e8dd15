//! Where a ledger is kept: journal, head, object files, database.
//!
//! Follows `DESIGN.md` section 5; `docs/format-journal.md` has the bytes and the order of the
//! steps. The ledger lives in sled, and every acknowledgement rests on the journal: what was
//! acknowledged is in the journal and the object files, covered by the checkpoint in `head`, and
//! the database can be built from them at any time. It is, whenever it is not as it was left.
//!
//! A [`Store`] is a ledger that is open: it holds the ledger's lock until it is dropped, for one
//! action. [`Store::begin`] starts a [`Round`] of entries and objects; [`Round::commit`] appends it
//! in the named steps of [`Step`]. The store does not know what entries mean: its caller hands in
//! an [`IndexFn`]. It is the only place that names sled.
//!
//! What it does not do: validate entries (who may sign what; for those past the head it asks a
//! [`TailCheck`] of its caller), talk to witnesses, print.

mod append;
mod cosigned;
mod create;
mod database;
mod erase;
mod error;
mod facts;
mod files;
mod filter;
mod frame;
mod hashes;
mod head;
mod journal;
mod lock;
mod merge;
mod objects;
mod open;
mod quiet;
mod rebuild;
mod recent;
mod restore;
mod round;
mod run_page;
mod runs;
mod salvage;
mod stamp;
mod step;
mod stream;
mod tables;
mod tail;
mod unopened;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use self::append::JournalWriter;
use self::database::Database;
use self::head::StatedHead;
use self::lock::Lock;
use self::objects::ObjectFiles;
use self::tables::Table;
use crate::trust::key::SigningKey;
use crate::trust::merkle::TreeHead;
use crate::words::id::{EntryId, ObjectId};

pub use self::create::Creation;
pub use self::database::DatabaseError;
pub use self::error::StoreError;
pub use self::facts::{
    FactError, Facts, IndexError, IndexFn, LIST_BYTES, LogKeyFn, MAX_FACT_KEY_BYTES,
    MAX_FACT_VALUE_BYTES,
};
pub use self::files::{FileAction, FileError};
pub use self::frame::{
    CHECK_BYTES, FRAME_OVERHEAD, FrameKind, HEADER_BYTES, JOURNAL_FORMAT, MAX_CHECKPOINT_BYTES,
    MAX_ENTRY_BYTES, MAX_FRAME_BYTES, MAX_SMALL_OBJECT_BYTES,
};
pub use self::hashes::{HashError, Hashes};
pub use self::head::{HeadError, SignedHead};
pub use self::journal::{Damage, Frame, JournalReader, Piece};
pub use self::lock::LockError;
pub use self::objects::{MAX_OBJECT_BYTES, ObjectFile};
pub use self::restore::Restoration;
pub use self::round::Round;
pub use self::salvage::Salvaged;
pub use self::stamp::Closed;
pub use self::step::{DatabaseFault, Notice, OnProgress, OnStep, OnWait, Progress, Step};
pub use self::tail::{CheckTail, TailCheck, TailView};
pub use self::unopened::{closed, head_file, object_file, object_files, object_path};

/// How long opening waits for a ledger in use, unless told otherwise.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// What a store needs from its caller.
#[derive(Clone)]
pub struct Options {
    /// Indexes an entry.
    pub index: IndexFn,
    /// The version of what `index` keeps: a database of another version is built anew.
    pub index_version: u32,
    /// Tells the key that checkpoints are signed with.
    pub log_key_of: LogKeyFn,
    /// Makes the check that entries past the head must pass before they are signed; without it
    /// they only need to be sound and new.
    pub check_tail: Option<CheckTail>,
    /// The log's private key; without it a store can be read only, as long as nothing needs to be
    /// rolled forward.
    pub log_key: Option<SigningKey>,
    /// The key that takes the log key's place once an entry says so.
    pub next_log_key: Option<SigningKey>,
    /// The folder for copies of heads, `$FACTLOG_HOME/heads`; `None` keeps no copy.
    pub heads: Option<PathBuf>,
    /// How long to wait for a ledger in use.
    pub lock_wait: Duration,
    /// Open for reading, without writing to the ledger's folder, as if it could not be written.
    pub read_only: bool,
    /// Is called after each named step.
    pub on_step: Option<OnStep>,
    /// Is called once if the ledger is in use.
    pub on_wait: Option<OnWait>,
    /// Is called now and then during a rebuild.
    pub on_progress: Option<OnProgress>,
}

impl Options {
    /// Returns options with what must be given; the rest can be set.
    pub fn new(index: IndexFn, index_version: u32, log_key_of: LogKeyFn) -> Self {
        Self {
            index,
            index_version,
            log_key_of,
            check_tail: None,
            log_key: None,
            next_log_key: None,
            heads: None,
            lock_wait: LOCK_WAIT,
            read_only: false,
            on_step: None,
            on_wait: None,
            on_progress: None,
        }
    }
}

/// A ledger's store, open and locked. Dropping it closes the database and lets go of the lock.
pub struct Store {
    folder: PathBuf,
    options: Options,
    /// `None` only while it is being closed.
    database: Option<Database>,
    objects: ObjectFiles,
    journal: JournalWriter,
    /// `None` only while the ledger is being created.
    head: Option<SignedHead>,
    /// Whether the ledger is being created.
    creating: bool,
    /// Whether a write failed: nothing more is written, and the database gets no stamp.
    poisoned: bool,
    notices: Vec<Notice>,
    /// Where the database is if the folder cannot be written.
    elsewhere: Option<TempDir>,
    /// Let go of last.
    lock: Option<Lock>,
}

impl Store {
    /// Returns the ledger's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the signed head; `None` only while a ledger is being created.
    pub fn signed_head(&self) -> Option<&SignedHead> {
        self.head.as_ref()
    }

    /// Returns the ledger's size and root.
    pub fn tree_head(&self) -> TreeHead {
        self.head
            .as_ref()
            .map_or_else(TreeHead::empty, |head| head.checkpoint.head)
    }

    /// Returns the ledger's id, that of its first entry; `None` if it has none yet.
    pub fn ledger(&self) -> Result<Option<EntryId>, StoreError> {
        Ok(self
            .entry(0)?
            .map(|note| EntryId::from(crate::trust::merkle::LeafHash::of(&note))))
    }

    /// Returns whether the store can only be read, for its folder can't be written.
    pub fn is_read_only(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// Returns what there is to tell a person since it was last asked.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Starts a round of entries.
    pub fn begin(&mut self) -> Round<'_> {
        Round::new(self)
    }

    /// Returns the bytes of an entry; `None` past the end.
    pub fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.database().get(Table::Entries, &index.to_be_bytes())?)
    }

    /// Goes through the entries from an index on, in order, or from the end.
    pub fn entries_from(
        &self,
        index: u64,
    ) -> impl DoubleEndedIterator<Item = Result<(u64, Vec<u8>), StoreError>> + use<> {
        let rows = self
            .database()
            .rows_from(Table::Entries, &index.to_be_bytes());
        rows.map(|row| {
            let (key, note) = row?;
            let key = key
                .try_into()
                .map_err(|key: Vec<u8>| DatabaseError::Row(key.len()))?;
            Ok((u64::from_be_bytes(key), note))
        })
    }

    /// Returns where in the log an entry stands; of the same bytes twice, the first.
    pub fn index_of(&self, id: &EntryId) -> Result<Option<u64>, StoreError> {
        Ok(self
            .database()
            .get(Table::Ids, id.as_bytes())?
            .as_deref()
            .and_then(round::index_in_row))
    }

    /// Returns the bytes kept for an object as they are, be they damaged; `None` if there are none.
    ///
    /// The caller compares their hash with `id`.
    pub fn object(&self, id: &ObjectId) -> Result<Option<Vec<u8>>, StoreError> {
        match self.database().get(Table::Objects, id.as_bytes())? {
            Some(bytes) => Ok(Some(bytes)),
            None => Ok(self.objects.read(id)?),
        }
    }

    /// Returns whether the database knows an object, in the journal or in a file.
    pub fn has_object(&self, id: &ObjectId) -> Result<bool, StoreError> {
        let database = self.database();
        Ok(database.has(Table::Objects, id.as_bytes())?
            || database.has(Table::Files, id.as_bytes())?)
    }

    /// Goes through the ids of the objects that the database knows, those in the journal first.
    pub fn object_ids(&self) -> impl Iterator<Item = Result<ObjectId, StoreError>> + use<> {
        let small = self.database().keys(Table::Objects, &[]);
        let large = self.database().keys(Table::Files, &[]);
        small.chain(large).map(|key| id_of(key?).map(ObjectId))
    }

    /// Lists the files in the folder of objects, whether or not an entry speaks of them.
    pub fn object_files(&self) -> Result<Vec<ObjectFile>, StoreError> {
        Ok(self.objects.list()?)
    }

    /// Returns how far the journal of the ledger in `folder` reached when it was closed; `None` where it was
    /// not, or something went wrong then.
    pub fn closed(folder: &Path) -> Result<Option<Closed>, FileError> {
        stamp::closed(folder)
    }

    /// Returns the path of the file that a large object has.
    pub fn object_path(&self, id: &ObjectId) -> PathBuf {
        self.objects.path(id)
    }

    /// Returns up to `most` ids of entries that begin with these hex digits, in order.
    pub fn entries_with_prefix(&self, hex: &str, most: usize) -> Result<Vec<EntryId>, StoreError> {
        let found = self.with_prefix(&[Table::Ids], hex, most)?;
        Ok(found.into_iter().map(EntryId).collect())
    }

    /// Returns up to `most` ids of objects that begin with these hex digits, in order.
    pub fn objects_with_prefix(&self, hex: &str, most: usize) -> Result<Vec<ObjectId>, StoreError> {
        let found = self.with_prefix(&[Table::Objects, Table::Files], hex, most)?;
        Ok(found.into_iter().map(ObjectId).collect())
    }

    fn with_prefix(
        &self,
        tables: &[Table],
        hex: &str,
        most: usize,
    ) -> Result<Vec<[u8; 32]>, StoreError> {
        let nibbles = hex
            .bytes()
            .map(|digit| match digit {
                b'0'..=b'9' => Some(digit - b'0'),
                b'a'..=b'f' => Some(digit - b'a' + 10),
                _ => None,
            })
            .collect::<Option<Vec<u8>>>()
            .filter(|nibbles| nibbles.len() <= 64)
            .ok_or_else(|| StoreError::Prefix {
                prefix: hex.chars().take(80).collect(),
            })?;
        let (pairs, odd) = nibbles.as_chunks::<2>();
        let whole: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        let mut found = Vec::new();
        for table in tables {
            let keys = self.database().keys(*table, &whole);
            let ids = keys.map(|key| id_of(key?));
            let fits = |id: &Result<[u8; 32], StoreError>| match (id, odd) {
                (Ok(id), [digit]) => id[whole.len()] >> 4 == *digit,
                _ => true,
            };
            for id in ids.filter(fits).take(most) {
                found.push(id?);
            }
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(most);
        Ok(found)
    }

    /// Returns how many hex digits of an id tell it from all other ids of entries and objects, at
    /// least `least`, which is even.
    pub fn unique_prefix(&self, id: &[u8; 32], least: usize) -> Result<usize, StoreError> {
        let mut digits = least;
        for table in [Table::Ids, Table::Objects, Table::Files] {
            for other in self.database().keys(table, &id[..least / 2]) {
                let other = other?;
                if other != id {
                    digits = digits.max(shared_digits(id, &other) + 1);
                }
            }
        }
        Ok(digits.min(64))
    }

    /// Returns the facts as they are.
    pub fn facts(&self) -> Facts<'_> {
        Facts::new(self.database(), None)
    }

    /// Goes through the facts whose keys begin with `prefix`, in the order of their keys, or from
    /// the end.
    pub fn facts_with_prefix(
        &self,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> + use<> {
        let rows = self.database().rows(Table::Facts, prefix);
        rows.map(|row| row.map_err(StoreError::from))
    }

    /// Goes through the facts whose keys are not before `start`, in the order of their keys, or from the
    /// end.
    pub fn facts_from(
        &self,
        start: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> + use<> {
        let rows = self.database().rows_from(Table::Facts, start);
        rows.map(|row| row.map_err(StoreError::from))
    }

    /// Returns the hashes of the tree, from which every earlier root and every proof is computed.
    pub fn hashes(&self) -> Hashes<'_> {
        Hashes::new(self.database(), None)
    }

    /// Returns a reader of the journal, from its start; where damage hides how many entries there
    /// were, it asks the database.
    pub fn journal(&self) -> Result<JournalReader<'_>, StoreError> {
        let reader = JournalReader::open(&self.folder)?;
        Ok(reader.with_indexes(Box::new(|offset| self.index_at(offset))))
    }

    /// Finds the entry whose frame begins at an offset.
    fn index_at(&self, offset: u64) -> Option<u64> {
        let (mut low, mut high) = (0, self.tree_head().size);
        while low < high {
            let middle = low + (high - low) / 2;
            let at = self.offset_of(middle)?;
            match at.cmp(&offset) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Returns where in the journal the frame of an entry begins.
    fn offset_of(&self, index: u64) -> Option<u64> {
        let note = self.entry(index).ok()??;
        let id = crate::trust::merkle::LeafHash::of(&note);
        let row = self.database().get(Table::Ids, &id.0).ok()??;
        round::offset_in_row(&row)
    }

    /// Returns the size and root that the copy of the head states, without verifying it; `None` if
    /// there is no copy.
    pub fn copied_head(&self) -> Result<Option<(PathBuf, TreeHead)>, StoreError> {
        let Some(path) = self.copy_path()? else {
            return Ok(None);
        };
        Ok(StatedHead::read(&path)?.map(|copy| (path, copy.head)))
    }

    /// Closes the database and lets go of the lock, as dropping does, but says what went wrong.
    ///
    /// Nothing is lost if it fails: the next opening builds the database anew.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.close_database()
    }

    fn close_database(&mut self) -> Result<(), StoreError> {
        let Some(database) = self.database.take() else {
            return Ok(());
        };
        database.close()?;
        if !self.poisoned && !self.is_read_only() {
            let closed = Closed {
                journal: self.journal.length,
                entries: self.tree_head().size,
            };
            stamp::write(&self.folder, closed)?;
        }
        Ok(())
    }

    /// Lets go of the lock before the store is dropped. Its database is closed.
    fn unlock(&mut self) {
        self.lock = None;
    }

    fn database(&self) -> &Database {
        self.database
            .as_ref()
            .expect("the database is open until the store is closed")
    }

    fn database_mut(&mut self) -> &mut Database {
        self.database
            .as_mut()
            .expect("the database is open until the store is closed")
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn journal_length(&self) -> u64 {
        self.journal.length
    }

    fn head_path(&self) -> PathBuf {
        self.folder.join(head::FILE_NAME)
    }

    /// Returns where the copy of the head lies; `None` if no copy is kept, or not yet.
    fn copy_path(&self) -> Result<Option<PathBuf>, StoreError> {
        let Some(heads) = &self.options.heads else {
            return Ok(None);
        };
        Ok(self.ledger()?.map(|id| head::copy_path(heads, &id)))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Without a stamp the next opening builds the database anew.
        let _ = self.close_database();
    }
}

fn id_of(key: Vec<u8>) -> Result<[u8; 32], StoreError> {
    let id = key
        .try_into()
        .map_err(|key: Vec<u8>| DatabaseError::Row(key.len()))?;
    Ok(id)
}

/// Counts the hex digits that two ids begin with alike.
fn shared_digits(id: &[u8; 32], other: &[u8]) -> usize {
    let differs = id.iter().zip(other).position(|(a, b)| a != b);
    differs.map_or(64, |at| at * 2 + usize::from(id[at] >> 4 == other[at] >> 4))
}
