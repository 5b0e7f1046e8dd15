//! Reading a copy: its log, its objects and its slices, none of it trusted.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::files::{FileError, Files};
use super::withheld::{self, MAX_WITHHELD_BYTES, WithheldError};
use super::{
    CHECKPOINT, MAX_CHECKPOINT_BYTES, MAX_OBJECT_BYTES, PUBLISHING, WITHHELD, object_path,
    slice_path,
};
use crate::audit::finding::{Code, Finding, causes};
use crate::audit::objects::{ObjectState, Objects};
use crate::audit::run::{StoredCheckpoint, StoredEntry};
use crate::trust::checkpoint;
use crate::trust::note::SignedNote;
use crate::trust::slice::SliceRange;
use crate::trust::tile::{EntryBundle, FULL_WIDTH, TilePath};
use crate::words::id::ObjectId;

/// A tile or bundle has at most this many bytes: 256 entries of the largest length that the tile
/// format allows.
const MAX_TILE_BYTES: u64 = 256 * (2 + 65_535);

/// Says why a copy could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A copy, its checkpoint and its list of withheld objects read.
pub struct Copy<'f, F> {
    pub(super) files: &'f F,
    /// The checkpoint, as it is; `None` where there is none.
    pub checkpoint: Option<Vec<u8>>,
    /// The size that the checkpoint states, unverified; where it states none, that of the entries that
    /// are there, as far as they can be listed.
    pub size: u64,
    /// The objects that are withheld.
    pub withheld: BTreeSet<ObjectId>,
    /// What was found wrong with its files so far.
    found: Mutex<Vec<Finding>>,
    /// The slices that were asked for: those that quotes call for.
    asked: Mutex<BTreeSet<(ObjectId, SliceRange)>>,
    /// Whether files were being written when the copy was read.
    pub is_unfinished: bool,
}

impl<'f, F: Files> Copy<'f, F> {
    /// Reads a copy's checkpoint and its list.
    pub fn open(files: &'f F) -> Result<Self, ReadError> {
        let checkpoint = files.read(CHECKPOINT, MAX_CHECKPOINT_BYTES)?;
        let stated = checkpoint.as_deref().map(SignedNote::parse);
        let stated = stated.and_then(|note| checkpoint::stated_size(note.ok()?.text()));
        let size = match stated {
            Some(size) => size,
            None => listed_size(files)?,
        };
        let list = files.read(WITHHELD, MAX_WITHHELD_BYTES)?;
        let list = match &list {
            Some(bytes) => withheld::parse(bytes),
            None => Err(WithheldError::Line),
        };
        let mut found = Vec::new();
        let withheld = list.unwrap_or_else(|error| {
            let message = format!("no list of what is withheld: {}", causes(&error));
            found.push(Finding::new(Code::WithheldForm, message).of_file(WITHHELD));
            BTreeSet::new()
        });
        Ok(Self {
            files,
            checkpoint,
            size,
            withheld,
            found: Mutex::new(found),
            asked: Mutex::default(),
            is_unfinished: files.read(PUBLISHING, 0)?.is_some(),
        })
    }

    /// Returns what was found wrong with the files that were read so far.
    pub(super) fn found(&self) -> MutexGuard<'_, Vec<Finding>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the checkpoint as an audit takes it.
    pub fn stored_checkpoint(&self) -> Option<StoredCheckpoint> {
        Some(StoredCheckpoint {
            bytes: self.checkpoint.clone()?,
            file: CHECKPOINT.to_owned(),
        })
    }

    /// Returns the cosigned checkpoints that are kept beside the last one, as they are; none where files
    /// can't be listed.
    pub fn kept_checkpoints(&self) -> Result<Vec<Vec<u8>>, ReadError> {
        let mut kept = Vec::new();
        for path in self.files.list("checkpoints")?.into_iter().flatten() {
            kept.extend(self.files.read(&path, MAX_CHECKPOINT_BYTES)?);
        }
        Ok(kept)
    }

    /// Says whether a quote called for a slice.
    pub(super) fn was_asked_for(&self, text: ObjectId, range: SliceRange) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.contains(&(text, range))
    }

    /// Goes through the entries that the checkpoint covers, in order.
    ///
    /// A bundle that is missing or damaged gives entries that could not be read; where two in a row are
    /// missing, the log ends.
    pub fn entries(&self) -> Entries<'_, 'f, F> {
        Entries {
            copy: self,
            bundles: Box::new(EntryBundle::for_size(self.size)),
            ready: Vec::new().into_iter(),
            missing: 0,
        }
    }

    /// Reads a tile or bundle by its path; where it is partial and not there, the full one.
    ///
    /// "Client … falls back to the full tile" (C2SP tlog-tiles).
    pub(super) fn read_tile(&self, path: &str) -> Result<Option<(Vec<u8>, bool)>, FileError> {
        if let Some(bytes) = self.files.read(path, MAX_TILE_BYTES)? {
            return Ok(Some((bytes, false)));
        }
        let Some((full, _)) = path.split_once(".p/") else {
            return Ok(None);
        };
        let full = self.files.read(full, MAX_TILE_BYTES)?;
        Ok(full.map(|bytes| (bytes, true)))
    }
}

/// Returns how many entries the bundles hold whose names can be listed.
fn listed_size<F: Files>(files: &F) -> Result<u64, FileError> {
    let paths = files.list("tile/entries")?.unwrap_or_default();
    let ends = paths.iter().filter_map(|path| match path.parse() {
        Ok(TilePath::Entries(bundle)) => Some(bundle.first_entry() + u64::from(bundle.width())),
        _ => None,
    });
    Ok(ends.max().unwrap_or(0))
}

impl<F: Files> Objects for Copy<'_, F> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        if self.withheld.contains(id) {
            return ObjectState::Withheld;
        }
        match self.files.read(&object_path(id), MAX_OBJECT_BYTES) {
            Ok(Some(bytes)) => ObjectState::Present(bytes),
            Ok(None) => ObjectState::Missing,
            Err(error) => ObjectState::Unreadable(causes(&error)),
        }
    }

    fn slice(&self, text: &ObjectId, range: SliceRange) -> Option<Vec<u8>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert((*text, range));
        drop(asked);
        // A slice is its bytes, and at most as many again for the hashes between them.
        let limit = 2 * (range.end() - range.start()) + 8 * 1024;
        self.files.read(&slice_path(text, range), limit).ok()?
    }
}

/// The entries of a copy, in order.
pub struct Entries<'c, 'f, F> {
    copy: &'c Copy<'f, F>,
    bundles: Box<dyn Iterator<Item = EntryBundle> + Send + 'c>,
    ready: std::vec::IntoIter<StoredEntry>,
    /// How many entries' bundles were missing since the last that was there.
    missing: u16,
}

impl<F: Files> Entries<'_, '_, F> {
    fn note(&self, code: Code, message: String, file: &str) {
        let finding = Finding::new(code, message).of_file(file);
        self.copy.found().push(finding);
    }

    /// Reads the next bundle; `None` where the log ends.
    fn next_bundle(&mut self) -> Option<Vec<StoredEntry>> {
        let bundle = self.bundles.next()?;
        let path = bundle.to_string();
        let read = match self.copy.read_tile(&path) {
            Ok(Some(read)) => Ok(read),
            Ok(None) => {
                self.note(Code::TileMissing, format!("{path} is missing"), &path);
                // Whatever size a checkpoint states: nothing is looked for past a gap this long.
                if self.missing > 0 {
                    return None;
                }
                self.missing = bundle.width();
                return self.next_bundle().map(|mut after| {
                    let mut entries = unread(bundle, "its bundle is missing", &path);
                    entries.append(&mut after);
                    entries
                });
            }
            Err(error) => Err(causes(&error)),
        };
        self.missing = 0;
        Some(match read {
            Ok((bytes, is_full)) => self.split(bundle, &bytes, is_full),
            Err(reason) => unread(bundle, &reason, &path),
        })
    }

    fn split(&self, bundle: EntryBundle, bytes: &[u8], is_full: bool) -> Vec<StoredEntry> {
        let path = bundle.to_string();
        let whole = if is_full {
            EntryBundle::new(bundle.index(), FULL_WIDTH).unwrap_or(bundle)
        } else {
            bundle
        };
        let file: std::sync::Arc<str> = path.as_str().into();
        match whole.parse_bytes(bytes) {
            Ok(entries) => entries
                .into_iter()
                .take(usize::from(bundle.width()))
                .map(|entry| StoredEntry {
                    bytes: Ok(entry.to_vec()),
                    file: Some(file.clone()),
                })
                .collect(),
            Err(error) => {
                let reason = causes(&error);
                self.note(Code::TileDamaged, reason.clone(), &path);
                unread(bundle, &reason, &path)
            }
        }
    }
}

/// Returns the entries of a bundle that could not be read.
fn unread(bundle: EntryBundle, reason: &str, path: &str) -> Vec<StoredEntry> {
    let entry = StoredEntry {
        bytes: Err(reason.to_owned()),
        file: Some(path.into()),
    };
    vec![entry; usize::from(bundle.width())]
}

impl<F: Files> Iterator for Entries<'_, '_, F> {
    type Item = StoredEntry;

    fn next(&mut self) -> Option<StoredEntry> {
        loop {
            if let Some(entry) = self.ready.next() {
                return Some(entry);
            }
            self.ready = self.next_bundle()?.into_iter();
        }
    }
}
