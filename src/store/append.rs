//! An append: the named steps in which a round becomes durable, signed and seen.
//!
//! Follows `DESIGN.md` section 5 and `docs/format-journal.md`, section "An append". The order is
//! what everything rests on: "the journal is durable first; then the checkpoint is signed; then it
//! replaces the previous one; only then may anyone see it".

use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::facts::Facts;
use super::files::{FileAction, FileError, OnFile as _, is_same_file};
use super::head::{self, SignedHead, StatedHead};
use super::journal;
use super::round::Draft;
use super::step::{Notice, Step};
use super::tables::Applied;
use super::{Options, Store};
use crate::trust::key::SigningKey;
use crate::trust::merkle::{self, TreeHead};

impl Store {
    /// Makes a round durable, signs the new checkpoint and publishes it.
    pub(super) fn commit(&mut self, mut draft: Draft) -> Result<TreeHead, StoreError> {
        self.check_writable()?;
        if let Some(id) = draft.waiting.keys().next() {
            return Err(StoreError::ObjectWithoutEntry { id: *id });
        }
        if draft.size == draft.base.size {
            return Ok(draft.base);
        }
        let key = self.signing_key(&draft)?;
        let new_head = draft.tree_head(self.database())?;
        self.check_copy()?;
        self.check_unchanged()?;
        // From here on what is in memory and what is on disk may differ until all is done.
        self.poisoned = true;
        self.objects
            .write(draft.large.iter().map(|(id, bytes)| (*id, &bytes[..])))?;
        self.step(Step::ObjectsSynced);
        let before = self.journal.length;
        self.journal.append(&draft.frames)?;
        self.step(Step::JournalWritten);
        self.journal.sync_or_cut(before)?;
        self.step(Step::JournalSynced);
        let entries = new_head.size - draft.base.size;
        let erased = std::mem::take(&mut draft.erased);
        let in_database = self.database_has(&erased)?;
        self.record(draft, new_head, &key)
            .map_err(|source| self.unfinished(entries, source))?;
        if !erased.is_empty() {
            let erasing = self.erase(&erased, in_database);
            erasing.map_err(|source| StoreError::ErasureUnfinished {
                objects: erased.len() as u64,
                source: Box::new(source),
            })?;
        }
        self.poisoned = false;
        Ok(new_head)
    }

    /// Records and publishes what the journal holds for good.
    fn record(
        &mut self,
        draft: Draft,
        new_head: TreeHead,
        key: &SigningKey,
    ) -> Result<(), StoreError> {
        self.apply(draft, new_head)?;
        self.step(Step::DatabaseApplied);
        self.publish(new_head, key)
    }

    /// Says of an error that the next opening records the round all the same. The journal of a
    /// creation goes away with its folder.
    fn unfinished(&self, entries: u64, source: StoreError) -> StoreError {
        if self.creating {
            return source;
        }
        StoreError::Unfinished {
            entries,
            journal: self.journal.path.clone(),
            source: Box::new(source),
        }
    }

    /// Writes a round's rows to the database.
    pub(super) fn apply(&mut self, draft: Draft, head: TreeHead) -> Result<(), StoreError> {
        let applied = Applied {
            index_version: self.options().index_version,
            head,
            journal: self.journal.length,
        };
        self.database_mut().apply(draft.changes, applied)?;
        Ok(())
    }

    /// Signs the checkpoint and replaces `head` with it, then its copy.
    pub(super) fn publish(
        &mut self,
        new_head: TreeHead,
        key: &SigningKey,
    ) -> Result<(), StoreError> {
        let signed = SignedHead::sign(new_head, key).map_err(StoreError::Sign)?;
        let path = self.head_path();
        head::write_beside(&path, signed.note.bytes())?;
        self.step(Step::HeadWritten);
        // The lock is advisory: if `head` is not what we read, someone does not keep to it.
        self.check_unchanged_head()?;
        head::put_in_place(&path)?;
        self.step(Step::HeadRenamed);
        self.head = Some(signed);
        if let Some(copy) = self.copy_path()? {
            self.write_copy(&copy);
            self.step(Step::HeadCopied);
        }
        Ok(())
    }

    /// Replaces the copy of the head. The round is acknowledged whether or not this succeeds: the
    /// copy guards against old backups, and does not make anything durable.
    pub(super) fn write_copy(&mut self, copy: &Path) {
        let Some(head) = &self.head else { return };
        if let Err(error) = head::write_copy(copy, head.note.bytes()) {
            self.notices.push(Notice::CopyNotWritten {
                path: error.path.clone(),
                kind: error.source.kind(),
            });
        }
    }

    pub(super) fn check_writable(&self) -> Result<(), StoreError> {
        let folder = || self.folder().to_owned();
        if self.is_read_only() {
            return Err(StoreError::ReadOnly { folder: folder() });
        }
        if self.poisoned {
            return Err(StoreError::Poisoned { folder: folder() });
        }
        Ok(())
    }

    /// Returns the key that the checkpoint after this round is to be signed with.
    pub(super) fn signing_key(&self, draft: &Draft) -> Result<SigningKey, StoreError> {
        let facts = Facts::new(self.database(), Some(&draft.changes));
        let expected = (self.options().log_key_of)(&facts).map_err(StoreError::LogKey)?;
        let Options {
            log_key,
            next_log_key,
            ..
        } = self.options();
        let keys = || log_key.iter().chain(next_log_key);
        if let Some(key) = keys().find(|key| *key.verifier() == expected) {
            return Ok(key.clone());
        }
        Err(match keys().next() {
            None => StoreError::LogKeyMissing {
                key: Box::new(expected),
            },
            Some(key) => StoreError::OtherLogKey {
                expected: Box::new(expected),
                found: Box::new(key.verifier().clone()),
            },
        })
    }

    /// Compares the head with its copy elsewhere: if that is newer, this folder is an old backup.
    pub fn check_copy(&self) -> Result<(), StoreError> {
        let Some(path) = self.copy_path()? else {
            return Ok(());
        };
        let Some(copy) = StatedHead::read(&path)? else {
            return Ok(());
        };
        let copy = copy.head;
        let own = self.tree_head();
        if copy.size > own.size {
            return Err(StoreError::OldBackup {
                head: self.head_path(),
                size: own.size,
                copy: path,
                copy_size: copy.size,
            });
        }
        let root = merkle::root(copy.size, &self.hashes())?;
        if root != copy.root {
            return Err(StoreError::OtherHistory {
                head: self.head_path(),
                copy: path,
                size: copy.size,
                root: Box::new(root),
                copy_root: Box::new(copy.root),
            });
        }
        Ok(())
    }

    /// Checks that head and journal are as we left them: the compare of compare-and-swap.
    pub(super) fn check_unchanged(&self) -> Result<(), StoreError> {
        self.journal.check_unchanged()?;
        self.check_unchanged_head()
    }

    fn check_unchanged_head(&self) -> Result<(), StoreError> {
        let path = self.head_path();
        let found = fs::read(&path);
        let same = match (&self.head, found) {
            (Some(head), Ok(found)) => found == head.note.bytes(),
            (None, Err(error)) => error.kind() == std::io::ErrorKind::NotFound,
            _ => false,
        };
        if same {
            Ok(())
        } else {
            Err(StoreError::Changed { path })
        }
    }

    pub(super) fn step(&self, step: Step) {
        if let Some(on_step) = &self.options().on_step {
            on_step(step);
        }
    }
}

/// The journal, open for appending.
#[derive(Debug)]
pub(super) struct JournalWriter {
    path: PathBuf,
    file: File,
    /// How long it is, as far as we wrote it.
    pub(super) length: u64,
}

impl JournalWriter {
    /// Opens the journal of the ledger in `folder`.
    pub(super) fn open(folder: &Path, writable: bool) -> Result<Self, FileError> {
        let path = folder.join(journal::FILE_NAME);
        let file = OpenOptions::new()
            .read(true)
            .write(writable)
            .open(&path)
            .on(FileAction::Open, &path)?;
        let length = file.metadata().on(FileAction::Read, &path)?.len();
        Ok(Self { path, file, length })
    }

    /// Returns the journal's file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes frames at the end, in one write. If it fails, the journal is cut back as it was.
    pub(super) fn append(&mut self, frames: &[u8]) -> Result<(), FileError> {
        let before = self.length;
        let written = self.write_at(before, frames);
        match written {
            Ok(()) => self.length += frames.len() as u64,
            Err(_) => self.cut_back(before),
        }
        written
    }

    /// Makes what was written durable; if that fails, the journal is cut back to `before`.
    ///
    /// The system may have dropped the pages, and says so only once: reading them again shows what
    /// is not on the disk. So what is not known to be durable, and never was acknowledged, goes.
    pub(super) fn sync_or_cut(&mut self, before: u64) -> Result<(), FileError> {
        let synced = self.sync();
        if synced.is_err() {
            self.cut_back(before);
        }
        synced
    }

    /// Overwrites bytes in the journal.
    pub(super) fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        self.file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| self.file.write_all(bytes))
            .on(FileAction::Write, &self.path)
    }

    /// Makes what was written durable.
    pub(super) fn sync(&mut self) -> Result<(), FileError> {
        self.file.sync_data().on(FileAction::Sync, &self.path)
    }

    /// Cuts the journal to a length, durably.
    pub(super) fn cut(&mut self, length: u64) -> Result<(), FileError> {
        self.file
            .set_len(length)
            .on(FileAction::Truncate, &self.path)?;
        self.length = length;
        self.sync()
    }

    /// Cuts off what a failed write left, as well as it can be: opening copes with what is left.
    fn cut_back(&mut self, length: u64) {
        let _ = self.file.set_len(length);
        self.length = length;
    }

    fn check_unchanged(&self) -> Result<(), StoreError> {
        let found = self.file.metadata().on(FileAction::Read, &self.path)?;
        // Someone may have put another file in its place.
        let named = fs::metadata(&self.path).on(FileAction::Read, &self.path)?;
        if is_same_file(&found, &named) && found.len() == self.length {
            Ok(())
        } else {
            Err(StoreError::Changed {
                path: self.path.clone(),
            })
        }
    }
}
