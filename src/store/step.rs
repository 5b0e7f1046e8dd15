//! What a store tells its caller while it works: named steps, notices, progress.
//!
//! The named steps are those of `docs/format-journal.md`, section "An append". A test stops the
//! program after each of them; a script may pause there and kill it. The store prints nothing: what
//! a person should know is a [`Notice`], and the command prints it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::salvage::Salvaged;

/// A step of an append, of a creation or of an erasure that has just been completed, in the order
/// they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Creation: the folder that will become the ledger has been made beside it.
    FolderMade,
    /// The round's large objects are in their files; files and folders are synced.
    ObjectsSynced,
    /// The round's frames have been written to the journal.
    JournalWritten,
    /// The journal is synced: nothing in the round can be lost any more.
    JournalSynced,
    /// The database holds the round.
    DatabaseApplied,
    /// The new checkpoint is in a temporary file, synced.
    HeadWritten,
    /// The new checkpoint has replaced the old one, and the folder is synced.
    HeadRenamed,
    /// Creation: the finished folder bears the ledger's name, and its parent is synced.
    FolderRenamed,
    /// The copy of the checkpoint in the person's own folder has been replaced.
    HeadCopied,
    /// Erasure: the object's file, and what else repeats it beside the journal, has been
    /// overwritten and removed; the folders are synced.
    FilesRemoved,
    /// Erasure: the object's frames in the journal have got the kind of overwritten ones, synced.
    FramesMarked,
    /// Erasure: the object's frames in the journal have been overwritten, and the journal is synced.
    FramesOverwritten,
    /// Erasure: the database has been built anew without the object.
    DatabaseCleared,
}

impl Step {
    /// All steps, those of a creation first.
    pub const ALL: [Self; 13] = [
        Self::FolderMade,
        Self::ObjectsSynced,
        Self::JournalWritten,
        Self::JournalSynced,
        Self::DatabaseApplied,
        Self::HeadWritten,
        Self::HeadRenamed,
        Self::FolderRenamed,
        Self::HeadCopied,
        Self::FilesRemoved,
        Self::FramesMarked,
        Self::FramesOverwritten,
        Self::DatabaseCleared,
    ];

    /// The steps that a creation goes through, in their order.
    pub const CREATION: [Self; 9] = [
        Self::FolderMade,
        Self::ObjectsSynced,
        Self::JournalWritten,
        Self::JournalSynced,
        Self::DatabaseApplied,
        Self::HeadWritten,
        Self::HeadRenamed,
        Self::FolderRenamed,
        Self::HeadCopied,
    ];

    /// Returns the step's name, as scripts write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FolderMade => "folder-made",
            Self::ObjectsSynced => "objects-synced",
            Self::JournalWritten => "journal-written",
            Self::JournalSynced => "journal-synced",
            Self::DatabaseApplied => "database-applied",
            Self::HeadWritten => "head-written",
            Self::HeadRenamed => "head-renamed",
            Self::FolderRenamed => "folder-renamed",
            Self::HeadCopied => "head-copied",
            Self::FilesRemoved => "files-removed",
            Self::FramesMarked => "frames-marked",
            Self::FramesOverwritten => "frames-overwritten",
            Self::DatabaseCleared => "database-cleared",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a database was not used as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatabaseFault {
    /// There is no database.
    Missing,
    /// There is no stamp: the last program that used the database did not close it.
    NotClosed,
    /// The stamp beside the database is damaged.
    StampDamaged,
    /// A file of the database is not as it was when the database was closed.
    Changed {
        /// The file, relative to the database's folder.
        file: PathBuf,
    },
    /// The database would not open, or could not be read.
    Unreadable,
    /// The database was written by a version that indexes differently.
    OtherVersion,
    /// The database holds fewer entries than the ledger.
    Behind {
        /// How many it holds.
        applied: u64,
        /// How many there are.
        size: u64,
    },
    /// The database holds more entries than the ledger.
    Ahead {
        /// How many it holds.
        applied: u64,
        /// How many there are.
        size: u64,
    },
    /// The database holds as many entries as the ledger, but other ones.
    OtherRoot,
}

impl fmt::Display for DatabaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is missing"),
            Self::NotClosed => f.write_str("it was not closed by the last program that used it"),
            Self::StampDamaged => f.write_str("its stamp is damaged"),
            Self::Changed { file } => write!(
                f,
                "its file {} is not as it was when it was closed",
                file.display()
            ),
            Self::Unreadable => f.write_str("it cannot be read"),
            Self::OtherVersion => f.write_str("another version of the program wrote it"),
            Self::Behind { applied, size } => {
                write!(f, "it holds {applied} of {size} entries")
            }
            Self::Ahead { applied, size } => {
                write!(
                    f,
                    "it holds {applied} entries, the ledger {size}: head and journal may be an older \
                     copy"
                )
            }
            Self::OtherRoot => f.write_str("it holds other entries than the ledger"),
        }
    }
}

/// Something that opening a store found and dealt with, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The database was not usable and has been built anew from the journal.
    DatabaseRebuilt {
        /// What was wrong with the old one.
        fault: DatabaseFault,
        /// How many entries the new one holds.
        entries: u64,
    },
    /// Entries that were durable but not yet acknowledged have been signed into the ledger.
    RolledForward {
        /// How many.
        entries: u64,
        /// The ledger's size now.
        size: u64,
    },
    /// An unfinished end of the journal has been moved to `journal.torn`.
    TornTailMoved {
        /// How many bytes.
        bytes: u64,
        /// Where they are now.
        to: PathBuf,
    },
    /// Objects that no entry speaks of, left by a stop, have been removed.
    OrphansRemoved {
        /// How many.
        objects: u64,
    },
    /// Bytes of erased objects that were still there have been taken away.
    ErasureFinished {
        /// How many objects.
        objects: u64,
    },
    /// A frame of the journal is damaged. What it held is missing.
    FrameDamaged {
        /// Where in the journal it begins.
        offset: u64,
    },
    /// A frame of the journal is damaged, but the database that was replaced had what it held.
    Salvaged {
        /// Where in the journal the damage begins.
        offset: u64,
        /// What stood there.
        record: Salvaged,
        /// Whether it stands in the journal again.
        restored: bool,
    },
    /// The folder cannot be written. The ledger was opened for reading, with its database in a
    /// temporary folder.
    ReadOnly {
        /// The ledger's folder.
        folder: PathBuf,
    },
    /// The copy of the head in the person's own folder could not be replaced. What was appended is
    /// recorded all the same.
    CopyNotWritten {
        /// The file that could not be written.
        path: PathBuf,
        /// Why.
        kind: std::io::ErrorKind,
    },
    /// Frames past the last checkpoint are there, but were left alone in a folder that cannot be
    /// written.
    TailIgnored {
        /// How many bytes.
        bytes: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DatabaseRebuilt { fault, entries } => write!(
                f,
                "the database was not usable: {fault}; rebuilt from the journal ({entries} entries)"
            ),
            Self::RolledForward { entries, size } => write!(
                f,
                "the last command was stopped before it could acknowledge {entries} entries; \
                 they were safe in the journal and are now recorded (size {size})"
            ),
            Self::TornTailMoved { bytes, to } => write!(
                f,
                "the journal ended in {bytes} bytes of an unfinished write, never acknowledged; \
                 moved to {}",
                to.display()
            ),
            Self::OrphansRemoved { objects } => write!(
                f,
                "removed {objects} objects of an unfinished write that no entry speaks of"
            ),
            Self::ErasureFinished { objects } => write!(
                f,
                "an erasure was cut off; the bytes of {objects} erased {} are gone now",
                if *objects == 1 { "object" } else { "objects" }
            ),
            Self::FrameDamaged { offset } => write!(
                f,
                "the journal is damaged at byte {offset}; what stood there is missing"
            ),
            Self::Salvaged {
                offset,
                record,
                restored: true,
            } => write!(
                f,
                "the journal was damaged at byte {offset}; {record} stood there, was found in the \
                 old database, holds, and was written there again"
            ),
            Self::Salvaged {
                offset,
                record,
                restored: false,
            } => write!(
                f,
                "the journal is damaged at byte {offset}; {record} stood there, was found in the \
                 old database, and holds, but the journal is still damaged"
            ),
            Self::ReadOnly { folder } => write!(
                f,
                "{} cannot be written; reading it through a temporary database",
                folder.display()
            ),
            Self::CopyNotWritten { path, kind } => write!(
                f,
                "the copy of the checkpoint, {}, could not be written: {kind}; until it is, an old \
                 backup of this ledger would not be noticed",
                path.display()
            ),
            Self::TailIgnored { bytes } => write!(
                f,
                "{bytes} bytes past the last checkpoint were left alone, for the folder cannot be \
                 written"
            ),
        }
    }
}

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the journal that have been read.
    pub done: u64,
    /// Bytes of the journal in all.
    pub total: u64,
}

/// Is called after each named step.
pub type OnStep = Arc<dyn Fn(Step) + Send + Sync>;
/// Is called once if the ledger is in use and the store begins to wait for it.
pub type OnWait = Arc<dyn Fn(&Path) + Send + Sync>;
/// Is called now and then during a rebuild.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;
