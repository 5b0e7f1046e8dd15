//! Restoring: a ledger's folder made of entries and objects that are there already, and a head that
//! was signed long ago.
//!
//! Built beside its place and renamed, as a new ledger is. The database is not restored: opening
//! builds it. Nothing is signed here, so no key is needed.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::create::{clear, lock_temporary, parent, refuse_if_there, temporary};
use super::files::{FileAction, FileError, OnFile as _, sync_folder, write_synced};
use super::frame::{self, FrameKind, JOURNAL_FORMAT, MAX_SMALL_OBJECT_BYTES};
use super::lock::Lock;
use super::objects::{self, ObjectFiles};
use super::{Options, StoreError, head, journal};
use crate::words::id::ObjectId;

/// Large objects are written so many at a time, each of their folders synced once, and before they have
/// more than so many bytes together.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 64 * 1024 * 1024;

/// A ledger that is being restored. Dropping it leaves nothing behind; what a kill leaves, in a
/// temporary folder, the next attempt clears.
pub struct Restoration {
    place: PathBuf,
    folder: PathBuf,
    journal: BufWriter<File>,
    objects: ObjectFiles,
    waiting: Vec<(ObjectId, Vec<u8>)>,
    known: HashSet<ObjectId>,
    is_finished: bool,
    _lock: Lock,
}

impl Drop for Restoration {
    fn drop(&mut self) {
        if !self.is_finished {
            // The log's key may be in it.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

impl Restoration {
    /// Begins to restore a ledger in `place`, which must not be there yet, or be an empty folder.
    pub fn begin(place: &Path, options: &Options) -> Result<Self, StoreError> {
        refuse_if_there(place)?;
        let folder = temporary(place);
        let lock = lock_temporary(place, &folder, options)?;
        clear(&folder)?;
        let object_folder = folder.join(objects::FOLDER_NAME);
        fs::create_dir(&object_folder).on(FileAction::Create, &object_folder)?;
        let path = folder.join(journal::FILE_NAME);
        let file = File::create(&path).on(FileAction::Create, &path)?;
        let mut restoration = Self {
            place: place.to_owned(),
            objects: ObjectFiles::of(&folder),
            folder,
            journal: BufWriter::with_capacity(1 << 20, file),
            waiting: Vec::new(),
            known: HashSet::new(),
            is_finished: false,
            _lock: lock,
        };
        restoration.frame(FrameKind::Journal, JOURNAL_FORMAT)?;
        Ok(restoration)
    }

    /// Returns the temporary folder, for files that the ledger is to have, such as the log's key.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Says whether an object was added already.
    pub fn has_object(&self, id: &ObjectId) -> bool {
        self.known.contains(id)
    }

    /// Adds an object; the caller has compared its bytes with its id.
    pub fn push_object(&mut self, id: ObjectId, bytes: Vec<u8>) -> Result<(), StoreError> {
        if !self.known.insert(id) {
            return Ok(());
        }
        if bytes.len() <= MAX_SMALL_OBJECT_BYTES {
            return self.frame(FrameKind::Object, &bytes);
        }
        let waiting: usize = self.waiting.iter().map(|(_, bytes)| bytes.len()).sum();
        if self.waiting.len() >= BATCH || waiting + bytes.len() > BATCH_BYTES {
            self.write_waiting()?;
        }
        self.waiting.push((id, bytes));
        Ok(())
    }

    /// Adds a cosigned checkpoint of the entries before; the caller has verified it.
    pub fn push_checkpoint(&mut self, note: &[u8]) -> Result<(), StoreError> {
        self.frame(FrameKind::Checkpoint, note)
    }

    /// Adds the next entry.
    pub fn push_entry(&mut self, note: &[u8]) -> Result<(), StoreError> {
        self.frame(FrameKind::Entry, note)
    }

    /// Gives the ledger its place, with this head.
    pub fn finish(mut self, signed: &[u8]) -> Result<(), StoreError> {
        self.write_waiting()?;
        let path = self.folder.join(journal::FILE_NAME);
        self.journal.flush().on(FileAction::Write, &path)?;
        self.journal
            .get_ref()
            .sync_all()
            .on(FileAction::Sync, &path)?;
        write_synced(&self.folder.join(head::FILE_NAME), signed)?;
        sync_folder(&self.folder.join(objects::FOLDER_NAME))?;
        sync_folder(&self.folder)?;
        refuse_if_there(&self.place)?;
        fs::rename(&self.folder, &self.place).on(FileAction::Rename, &self.place)?;
        self.is_finished = true;
        if let Some(parent) = parent(&self.place) {
            sync_folder(parent)?;
        }
        Ok(())
    }

    fn write_waiting(&mut self) -> Result<(), FileError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.objects
            .write(waiting.iter().map(|(id, bytes)| (*id, bytes.as_slice())))
    }

    fn frame(&mut self, kind: FrameKind, bytes: &[u8]) -> Result<(), StoreError> {
        let mut buffer = Vec::with_capacity(bytes.len() + frame::FRAME_OVERHEAD);
        frame::write(&mut buffer, kind, bytes);
        let path = self.folder.join(journal::FILE_NAME);
        Ok(self
            .journal
            .write_all(&buffer)
            .on(FileAction::Write, &path)?)
    }
}
