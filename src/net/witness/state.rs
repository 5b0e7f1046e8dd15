//! What a witness keeps on the disk: for each origin the checkpoint that it cosigned last.
//!
//! | in the folder | holds |
//! | --- | --- |
//! | `lock` | locked by the process that has the folder; its content means nothing |
//! | `<64 hex>` | the last cosigned checkpoint of the origin with this SHA-256 hash: the log's lines that were verified, and the witness's own |
//! | `<64 hex>.new` | the next one, until it is renamed; means nothing |
//! | `forks/` | evidence: see [`fork`](super::fork) |
//!
//! A file is replaced whole: written beside its place, synced, renamed, and the folder synced.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::fork::Forks;
use crate::trust::checkpoint;
use crate::trust::cosignature::{CosignatureError, WitnessKey};
use crate::trust::key::KeyName;
use crate::trust::merkle::TreeHead;
use crate::trust::note::{self, NoteError, SignedNote};
use crate::words::id::to_hex;

/// Says why what a witness keeps can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process has the folder.
    #[error("{path} is in use: another witness runs on this folder")]
    Busy {
        /// The lock's file.
        path: PathBuf,
    },
    /// A file or folder can't be read or written.
    #[error("{path} can't be read or written")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is not a note.
    #[error("{path} is not a cosigned checkpoint")]
    Note {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: NoteError,
    },
    /// A file is not cosigned by this witness.
    #[error("{path} is not cosigned by this witness, so it is not what this witness kept")]
    Cosignature {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CosignatureError,
    },
    /// A file is of another origin than its name says.
    #[error("{path} is a checkpoint of {found}, not of {expected}")]
    Origin {
        /// The file.
        path: PathBuf,
        /// The origin that the file's name stands for.
        expected: KeyName,
        /// The origin that the checkpoint names.
        found: KeyName,
    },
}

/// A step in which a checkpoint is cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// All checks have passed, and nothing has been written.
    Checked,
    /// The checkpoint is on the disk for good, and the answer has not been given.
    Persisted,
}

/// What was cosigned last of an origin.
#[derive(Debug, Clone)]
pub(super) struct Cosigned {
    pub(super) note: SignedNote,
    pub(super) head: TreeHead,
    /// When, in seconds since 1970-01-01T00:00:00Z.
    pub(super) time: u64,
}

/// A witness's folder, locked until this is dropped.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if there is none, and locks it.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        fs::create_dir_all(path).map_err(|source| failed(path, source))?;
        let lock = path.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&lock)
            .map_err(|source| failed(&lock, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::Busy { path: lock }),
            Err(TryLockError::Error(source)) => return Err(failed(&lock, source)),
        }
        // The folder's own name must last, too, before anything in it does.
        sync_folder(parent_of(path)).map_err(|source| failed(path, source))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: file,
        })
    }

    /// Returns the file of an origin.
    pub(super) fn file_of(&self, origin: &KeyName) -> LogFile {
        LogFile(self.path.join(hash_of(origin)))
    }

    /// Returns where evidence is kept.
    pub(super) fn forks(&self) -> Forks {
        Forks::new(self.path.join("forks"))
    }
}

/// The file of an origin.
pub(super) struct LogFile(PathBuf);

impl LogFile {
    /// Reads what was cosigned last; `None` if nothing was. It must bear the witness's own line.
    pub(super) fn read(
        &self,
        witness: &WitnessKey,
        origin: &KeyName,
    ) -> Result<Option<Cosigned>, StateError> {
        let path = || self.0.clone();
        let file = match File::open(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|source| failed(&self.0, source))?,
        };
        let mut bytes = Vec::new();
        file.take(note::MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| failed(&self.0, source))?;
        let note = SignedNote::parse(&bytes).map_err(|source| StateError::Note {
            path: path(),
            source,
        })?;
        let wrong = |source| StateError::Cosignature {
            path: path(),
            source,
        };
        let time = witness.verify(&note).map_err(wrong)?.time();
        let (found, head) = checkpoint::stated(note.text()).map_err(|error| wrong(error.into()))?;
        if found != *origin {
            return Err(StateError::Origin {
                path: path(),
                expected: origin.clone(),
                found,
            });
        }
        Ok(Some(Cosigned { note, head, time }))
    }

    /// Puts a cosigned checkpoint in the place of the one before, durably.
    pub(super) fn replace(&self, note: &SignedNote) -> io::Result<()> {
        write_durably(&self.0, note.bytes())
    }
}

/// Writes a file beside its place, syncs it, renames it, and syncs the folder.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    let mut options = OpenOptions::new();
    let mut file = options
        .create(true)
        .write(true)
        .truncate(true)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(parent_of(path))
}

/// Returns the SHA-256 hash of an origin in hex, as files and addresses are named.
pub(super) fn hash_of(origin: &KeyName) -> String {
    to_hex(&Sha256::digest(origin.as_str().as_bytes()).into())
}

fn failed(path: &Path, source: io::Error) -> StateError {
    StateError::File {
        path: path.to_owned(),
        source,
    }
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // On systems where a folder can't be opened as a file, its names need no sync of ours.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
