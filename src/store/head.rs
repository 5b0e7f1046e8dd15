//! The file `head`: the last signed checkpoint, and its copy in the person's own folder.
//!
//! Follows `docs/format-journal.md`, section "The head". The file is replaced whole: a temporary
//! file, synced, renamed, then the folder is synced. It is a checkpoint of ours to the byte: three
//! lines and one signature, nothing else.
//!
//! Before the database is open, nobody knows the log's key, which stands in the log; so a head is
//! first a [`StatedHead`], which only steers opening, and is verified once the key can be read.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::{FileAction, FileError, OnFile as _, read_bounded, sync_folder, write_synced};
use crate::trust::checkpoint::{Checkpoint, CheckpointError, stated};
use crate::trust::key::{SigningKey, VerifierKey};
use crate::trust::merkle::TreeHead;
use crate::trust::note::{NoteError, SignedNote, VerifyError};
use crate::words::id::EntryId;

/// The name of the head in a ledger's folder.
pub(super) const FILE_NAME: &str = "head";

/// A checkpoint has three lines, the first of at most 255 bytes, and one signature.
pub(super) const MAX_HEAD_BYTES: u64 = 1024;

/// Says why a file is not a checkpoint of this ledger.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is longer than any checkpoint of ours.
    #[error("{path} is longer than {MAX_HEAD_BYTES} bytes, so it is no checkpoint")]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a signed note.
    #[error("{path} is not a signed note")]
    Note {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: NoteError,
    },
    /// The note has no size and root where a checkpoint has them.
    #[error("{path} has no size and root on its second and third line")]
    NoTreeHead {
        /// The file.
        path: PathBuf,
    },
    /// The signature is not the log's.
    #[error("{path} is not signed by the log's key {key}")]
    Signature {
        /// The file.
        path: PathBuf,
        /// The key that should have signed.
        key: Box<VerifierKey>,
        /// What is wrong with it.
        source: VerifyError,
    },
    /// The log's key is named as the signer, but did not sign these bytes.
    #[error("{path} was changed: it is not as the log's key {key} signed it")]
    Changed {
        /// The file.
        path: PathBuf,
        /// The key that signed it as it was.
        key: Box<VerifierKey>,
        /// What is wrong with it.
        source: VerifyError,
    },
    /// The note is not a checkpoint.
    #[error("{path} is not a checkpoint")]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// The checkpoint says more than a checkpoint of ours does.
    #[error("{path} has lines that a checkpoint of ours has not")]
    Extended {
        /// The file.
        path: PathBuf,
    },
}

/// A checkpoint whose signature has not been verified yet.
#[derive(Debug, Clone)]
pub(super) struct StatedHead {
    path: PathBuf,
    note: SignedNote,
    /// The size and root it states.
    pub(super) head: TreeHead,
}

impl StatedHead {
    /// Reads a head; `None` if there is no such file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, HeadError> {
        let Some(bytes) = read_bounded(path, MAX_HEAD_BYTES)? else {
            return Ok(None);
        };
        let path = path.to_owned();
        if bytes.len() as u64 > MAX_HEAD_BYTES {
            return Err(HeadError::TooLong { path });
        }
        match SignedNote::parse(&bytes) {
            Ok(note) => match stated(note.text()) {
                Ok((_, head)) => Ok(Some(Self { path, note, head })),
                Err(_) => Err(HeadError::NoTreeHead { path }),
            },
            Err(source) => Err(HeadError::Note { path, source }),
        }
    }

    /// Returns the file it was read from.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses a head whose bytes are not those that the log's key signed, where it names that key.
    ///
    /// Asked before a contradiction is blamed on journal or database. A head that names another key
    /// is not refused here: where journal and head contradict each other, nobody knows yet whether
    /// `key` is the one that should have signed.
    pub(super) fn refuse_changed(&self, key: &VerifierKey) -> Result<(), HeadError> {
        match self.clone().verify(key) {
            Err(error @ HeadError::Changed { .. }) => Err(error),
            _ => Ok(()),
        }
    }

    /// Verifies that it is a checkpoint signed by the log's key, and says nothing else.
    pub(super) fn verify(self, key: &VerifierKey) -> Result<SignedHead, HeadError> {
        let Self { path, note, .. } = self;
        let checkpoint = match note.verify_exactly(&[key]) {
            Ok(verified) => Checkpoint::from_verified(&verified),
            Err(source) => {
                let key = Box::new(key.clone());
                return Err(match source {
                    VerifyError::Signature { .. } => HeadError::Changed { path, key, source },
                    _ => HeadError::Signature { path, key, source },
                });
            }
        };
        let checkpoint = match checkpoint.and_then(|checkpoint| {
            checkpoint.check_origin(key.name())?;
            Ok(checkpoint)
        }) {
            Ok(checkpoint) => checkpoint,
            Err(source) => return Err(HeadError::Checkpoint { path, source }),
        };
        if checkpoint.to_text() != note.text() {
            return Err(HeadError::Extended { path });
        }
        Ok(SignedHead { checkpoint, note })
    }
}

/// A checkpoint of ours, signed by the log's key.
#[derive(Debug, Clone)]
pub struct SignedHead {
    /// What it states.
    pub checkpoint: Checkpoint,
    /// The signed note.
    pub note: SignedNote,
}

impl SignedHead {
    /// Signs a head; the log's key bears the ledger's origin as its name.
    pub(super) fn sign(head: TreeHead, key: &SigningKey) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint {
            origin: key.name().clone(),
            head,
        };
        let note = checkpoint.sign(key)?;
        Ok(Self { checkpoint, note })
    }
}

/// Writes the next content of `path` beside it, synced: the first half of replacing it.
pub(super) fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_synced(&beside(path), bytes)
}

/// Puts what was written beside `path` in its place, durably: the second half.
pub(super) fn put_in_place(path: &Path) -> Result<(), FileError> {
    fs::rename(beside(path), path).on(FileAction::Rename, path)?;
    sync_folder(path.parent().expect("a head lies in a folder"))
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Returns where the copy of a ledger's head lies in the folder for such copies.
pub(super) fn copy_path(folder: &Path, ledger: &EntryId) -> PathBuf {
    folder.join(ledger.to_string())
}

/// Replaces the copy of a head, making its folder if need be.
pub(super) fn write_copy(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().expect("a copy lies in a folder");
    fs::create_dir_all(folder).on(FileAction::Create, folder)?;
    write_beside(path, bytes)?;
    put_in_place(path)
}
