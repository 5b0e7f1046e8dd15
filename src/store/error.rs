//! What can go wrong with a store, in one type, for the store's functions return several of these.

use std::io;
use std::path::PathBuf;

use super::database::DatabaseError;
use super::facts::{FactError, IndexError};
use super::files::FileError;
use super::hashes::HashError;
use super::head::HeadError;
use super::lock::LockError;
use crate::trust::checkpoint::CheckpointError;
use crate::trust::key::VerifierKey;
use crate::trust::merkle::{RootHash, TreeHead};
use crate::words::id::{EntryId, ObjectId};

/// Says why a store could not be created, opened, read or appended to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no ledger in the folder.
    #[error("there is no ledger in {folder}")]
    NoLedger {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// There is something where a ledger was to be created.
    #[error("{folder} is there already")]
    AlreadyThere {
        /// The folder that was to be made.
        folder: PathBuf,
    },
    /// A file or folder of the ledger is a symbolic link.
    #[error("{path} is a symbolic link; the files of a ledger lie in its own folder")]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Something that is neither a file nor a folder stands where a part of the ledger should.
    #[error("{path} is neither a file nor a folder")]
    NoFile {
        /// Where it stands.
        path: PathBuf,
    },
    /// Another program has the ledger.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The head, or its copy, is not a checkpoint of this ledger.
    #[error(transparent)]
    Head(Box<HeadError>),
    /// The database failed while it was used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A fact could not be read.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// A hash of the tree could not be read.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// There is a journal, but no head.
    #[error(
        "{head} is missing, but {journal} is there; nothing is signed until one of them is restored"
    )]
    HeadMissing {
        /// The head's file.
        head: PathBuf,
        /// The journal's file.
        journal: PathBuf,
    },
    /// There is a head, but no journal.
    #[error("{journal} is missing, but {head} is of {size} entries")]
    JournalMissing {
        /// The journal's file.
        journal: PathBuf,
        /// The head's file.
        head: PathBuf,
        /// The size that the head states.
        size: u64,
    },
    /// The journal's first frame does not name the format we know.
    #[error("{journal} does not begin as a journal does")]
    JournalFormat {
        /// The journal's file.
        journal: PathBuf,
    },
    /// The journal has fewer entries than the head says.
    #[error("{journal} has {entries} entries, but {head} is of {size}")]
    JournalShort {
        /// The journal's file.
        journal: PathBuf,
        /// The entries in it.
        entries: u64,
        /// The head's file.
        head: PathBuf,
        /// The size that the head states.
        size: u64,
    },
    /// The journal is shorter than what the database was built from.
    #[error(
        "{journal} has {length} bytes, but had {expected} when {head} was brought to {size} entries"
    )]
    JournalCut {
        /// The journal's file.
        journal: PathBuf,
        /// Its length in bytes.
        length: u64,
        /// The length it had.
        expected: u64,
        /// The head's file.
        head: PathBuf,
        /// The size that the head states.
        size: u64,
    },
    /// The journal's entries have another root than the head says.
    #[error("{journal} has root {found} at size {}, but {head} says {}", .stated.size, .stated.root)]
    OtherRoot {
        /// The journal's file.
        journal: PathBuf,
        /// The root of its entries.
        found: Box<RootHash>,
        /// The head's file.
        head: PathBuf,
        /// What the head states.
        stated: TreeHead,
    },
    /// A frame that held an entry is damaged, and the database is not there to help.
    #[error("{journal} is damaged at byte {offset}, in entry {index}; {head} is of {size} entries")]
    EntryDamaged {
        /// The journal's file.
        journal: PathBuf,
        /// Where the damaged frame begins.
        offset: u64,
        /// The entry.
        index: u64,
        /// The head's file.
        head: PathBuf,
        /// The size that the head states.
        size: u64,
    },
    /// The journal is damaged in a place where the database can't be built past it.
    #[error("{journal} is damaged at byte {offset}")]
    JournalDamaged {
        /// The journal's file.
        journal: PathBuf,
        /// Where the damage begins.
        offset: u64,
    },
    /// The journal has an entry past the head that would have been refused if it was appended.
    #[error(
        "{journal} has at byte {offset}, past what {head} covers, an entry {index} that no command \
         appended; nothing is signed"
    )]
    TailRefused {
        /// The journal's file.
        journal: PathBuf,
        /// Where the entry's frame begins.
        offset: u64,
        /// The index that it would have.
        index: u64,
        /// The head's file.
        head: PathBuf,
        /// Why it is refused.
        source: IndexError,
    },
    /// Head or journal changed while we held the lock.
    #[error("{path} was changed by another program")]
    Changed {
        /// Which of them.
        path: PathBuf,
    },
    /// The copy of the head elsewhere is of a later state of the ledger.
    #[error("this folder is an old backup: {head} is of {size} entries, {copy} of {copy_size}")]
    OldBackup {
        /// The head's file.
        head: PathBuf,
        /// The size that the head states.
        size: u64,
        /// The copy's file.
        copy: PathBuf,
        /// The size that the copy states.
        copy_size: u64,
    },
    /// The copy of the head elsewhere is of another history of the ledger.
    #[error(
        "{head} and {copy} are of different ledgers: at size {size} their roots are {root} and {copy_root}"
    )]
    OtherHistory {
        /// The head's file.
        head: PathBuf,
        /// The copy's file.
        copy: PathBuf,
        /// The size at which both have a root.
        size: u64,
        /// The root that this folder has at that size.
        root: Box<RootHash>,
        /// The root that the copy has at that size.
        copy_root: Box<RootHash>,
    },
    /// Signing needs the log's key, which the caller has not.
    #[error("the log's key {key} is needed to sign the checkpoint")]
    LogKeyMissing {
        /// The key that is needed.
        key: Box<VerifierKey>,
    },
    /// The caller's key is not the log's.
    #[error("the log's key is {expected}, not {found}")]
    OtherLogKey {
        /// The key that is needed.
        expected: Box<VerifierKey>,
        /// The key that the caller has.
        found: Box<VerifierKey>,
    },
    /// The checkpoint could not be signed.
    #[error("the checkpoint cannot be signed")]
    Sign(#[source] CheckpointError),
    /// The caller's index function refused an entry.
    #[error("entry {index} cannot be indexed")]
    Index {
        /// The entry.
        index: u64,
        /// Why.
        source: IndexError,
    },
    /// The caller's function could not tell the log's key.
    #[error("the log's key is not known")]
    LogKey(#[source] IndexError),
    /// An entry is longer than a note may be.
    #[error("an entry has at most {most} bytes, this has {bytes}")]
    EntryTooLong {
        /// Its length.
        bytes: usize,
        /// The bound.
        most: usize,
    },
    /// An object is longer than an object may be.
    #[error("an object has at most {most} bytes, this has {bytes}")]
    ObjectTooLong {
        /// Its length.
        bytes: u64,
        /// The bound.
        most: u64,
    },
    /// A cosigned checkpoint is longer than one may be.
    #[error("a cosigned checkpoint has at most {most} bytes, this has {bytes}")]
    CheckpointTooLong {
        /// Its length.
        bytes: usize,
        /// The bound.
        most: usize,
    },
    /// The same bytes are in the log already.
    #[error("entry {id} is in the ledger already, at index {index}")]
    EntryThere {
        /// The entry.
        id: EntryId,
        /// Where it stands.
        index: u64,
    },
    /// A round has an object that none of its entries speaks of.
    #[error("no entry speaks of object {id}")]
    ObjectWithoutEntry {
        /// The object.
        id: ObjectId,
    },
    /// A ledger was to be created without an entry.
    #[error("a ledger begins with an entry, and there is none")]
    NoEntries,
    /// The folder was opened for reading.
    #[error("{folder} cannot be written")]
    ReadOnly {
        /// The ledger's folder.
        folder: PathBuf,
    },
    /// An earlier write failed; what is in memory may not be what is on disk.
    #[error(
        "an earlier write to {folder} failed; nothing more is written until it is opened again"
    )]
    Poisoned {
        /// The ledger's folder.
        folder: PathBuf,
    },
    /// The entries of a round are durable, but what comes after that failed.
    #[error(
        "{entries} entries are safe in {journal}, but could not be recorded yet; the next command \
         that can write records them"
    )]
    Unfinished {
        /// How many entries.
        entries: u64,
        /// The journal's file.
        journal: PathBuf,
        /// What failed.
        source: Box<StoreError>,
    },
    /// An erasure is recorded, but something failed before all bytes were gone.
    #[error(
        "the erasure of {objects} objects is recorded, but not all of their bytes are gone yet; the \
         next command that opens the ledger takes them away"
    )]
    ErasureUnfinished {
        /// How many objects.
        objects: u64,
        /// What failed.
        source: Box<StoreError>,
    },
    /// A row of the database is not as we write it.
    #[error("the database has no entry {index}")]
    EntryMissing {
        /// The entry.
        index: u64,
    },
    /// A prefix is not one of an id.
    #[error("{prefix:?} is not the beginning of an id, which has up to 64 digits of 0-9a-f")]
    Prefix {
        /// What was asked for.
        prefix: String,
    },
}

impl StoreError {
    /// Returns whether it comes of a disk that is full.
    pub fn is_storage_full(&self) -> bool {
        let full = |error: &io::Error| {
            matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            )
        };
        match self {
            Self::File(error) => full(&error.source),
            Self::Lock(LockError::Io { source, .. }) => full(source),
            Self::Head(error) => {
                matches!(&**error, HeadError::File(error) if full(&error.source))
            }
            Self::Database(error)
            | Self::Fact(FactError::Database(error))
            | Self::Hash(HashError::Database(error)) => error.io().is_some_and(full),
            Self::Unfinished { source, .. } | Self::ErasureUnfinished { source, .. } => {
                source.is_storage_full()
            }
            _ => false,
        }
    }
}

impl From<HeadError> for StoreError {
    fn from(error: HeadError) -> Self {
        Self::Head(Box::new(error))
    }
}
