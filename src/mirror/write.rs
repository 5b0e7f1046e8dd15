//! Writing a copy: what is new first, the checkpoint last, what must go after that.
//!
//! Every file is written beside its place and renamed, so what is there is whole; a run that was
//! stopped leaves the mark [`PUBLISHING`], and the next one goes through everything again.

use std::collections::BTreeSet;

use super::files::{FileError, Files as _, Folder};
use super::withheld::{self, MAX_WITHHELD_BYTES, WithheldError};
use super::{
    CHECKPOINT, FULL, MAX_CHECKPOINT_BYTES, PUBLISHING, WITHHELD, checkpoint_path, object_path,
    slice_path, slices_path,
};
use crate::trust::merkle::HashReader;
use crate::trust::slice::SliceRange;
use crate::trust::tile::{EntryBundle, HashTile, TileError};
use crate::words::id::ObjectId;

/// Says why a copy could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder has a copy of the other sort.
    #[error("{folder} holds a {there} copy, and a {wanted} one was asked for")]
    OtherSort {
        /// The folder.
        folder: String,
        /// What is there.
        there: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The list of what is withheld can't be read.
    #[error("the list of what is withheld is damaged")]
    Withheld(#[from] WithheldError),
    /// An entry is too long for a bundle.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// The log's tree could not be read.
    #[error("the log's tree could not be read")]
    Tree(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What was found where a copy is to be written.
pub struct Opened {
    /// The checkpoint that is there; `None` where there never was one.
    pub checkpoint: Option<Vec<u8>>,
    /// Whether an earlier run was stopped.
    pub was_stopped: bool,
}

/// Writes a copy into a folder.
pub struct Writer {
    folder: Folder,
    withheld: BTreeSet<ObjectId>,
    /// Every file of the copy, where all entries are gone through: what else is there goes.
    all: Option<BTreeSet<String>>,
    /// Cosigned checkpoints, by their paths.
    checkpoints: Vec<(String, Vec<u8>)>,
    /// What is removed once the new checkpoint is there.
    obsolete: Vec<String>,
    /// How many files were written.
    pub written: u64,
}

impl Writer {
    /// Begins to write a copy, full or public; marks the folder as unfinished.
    pub fn open(folder: Folder, is_full: bool) -> Result<(Self, Opened), WriteError> {
        let was_stopped = folder.has(PUBLISHING);
        let checkpoint = folder.read(CHECKPOINT, MAX_CHECKPOINT_BYTES)?;
        let sorts = |full: bool| if full { "full" } else { "public" };
        if (checkpoint.is_some() || was_stopped) && folder.has(FULL) != is_full {
            return Err(WriteError::OtherSort {
                folder: folder.path().display().to_string(),
                there: sorts(!is_full),
                wanted: sorts(is_full),
            });
        }
        let withheld = match folder.read(WITHHELD, MAX_WITHHELD_BYTES)? {
            Some(bytes) if !was_stopped => withheld::parse(&bytes)?,
            _ => BTreeSet::new(),
        };
        // Which sort it is must be known however soon a run is stopped.
        if is_full {
            folder.write(FULL, b"")?;
        }
        folder.write(PUBLISHING, b"")?;
        if was_stopped {
            folder.remove_unfinished()?;
        }
        let opened = Opened {
            checkpoint,
            was_stopped,
        };
        let writer = Self {
            folder,
            withheld,
            all: None,
            checkpoints: Vec::new(),
            obsolete: Vec::new(),
            written: 0,
        };
        Ok((writer, opened))
    }

    /// Takes the mark of an unfinished run away again, where nothing was written.
    pub fn cancel(self) -> Result<(), WriteError> {
        Ok(self.folder.remove(PUBLISHING)?)
    }

    /// Says that all entries will be gone through: what is there and was not written again goes.
    pub fn go_through_all(&mut self) {
        self.withheld.clear();
        self.all = Some(BTreeSet::new());
    }

    /// Says whether an object is published: in this run, where all entries are gone through, or before.
    pub fn has_object(&self, id: &ObjectId) -> bool {
        let path = object_path(id);
        match &self.all {
            Some(all) => all.contains(&path),
            None => self.folder.has(&path),
        }
    }

    /// Publishes an object that is there from an earlier run; says whether it was.
    pub fn keep_object(&mut self, id: &ObjectId) -> bool {
        let path = object_path(id);
        let is_there = self.folder.has(&path);
        if is_there {
            self.withheld.remove(id);
            self.note(path);
        }
        is_there
    }

    /// Writes an object, if it is not there.
    pub fn put_object(&mut self, id: &ObjectId, bytes: &[u8]) -> Result<(), WriteError> {
        self.withheld.remove(id);
        self.put_new(&object_path(id), bytes)
    }

    /// Notes that an object is withheld, unless it is there for another reason.
    pub fn withhold(&mut self, id: &ObjectId) {
        if !self.has_object(id) {
            self.withheld.insert(*id);
        }
    }

    /// Writes a slice of a text, if it is not there.
    pub fn put_slice(
        &mut self,
        text: &ObjectId,
        range: SliceRange,
        bytes: &[u8],
    ) -> Result<(), WriteError> {
        self.put_new(&slice_path(text, range), bytes)
    }

    /// Publishes a slice that is there from an earlier run; says whether it was.
    pub fn keep_slice(&mut self, text: &ObjectId, range: SliceRange) -> bool {
        let path = slice_path(text, range);
        let is_there = self.folder.has(&path);
        if is_there {
            self.note(path);
        }
        is_there
    }

    fn note(&mut self, path: String) {
        if let Some(all) = &mut self.all {
            all.insert(path);
        }
    }

    /// Returns how many bytes of a text the slices show that are there.
    pub fn shown_bytes(&self, text: &ObjectId) -> Result<u64, WriteError> {
        let names = self.folder.list(&slices_path(text))?.unwrap_or_default();
        let ranges = names.iter().filter_map(|path| {
            let (_, range) = path.rsplit_once('/')?;
            range.parse::<SliceRange>().ok()
        });
        let mut ranges: Vec<(u64, u64)> = ranges.map(|at| (at.start(), at.end())).collect();
        ranges.sort_unstable();
        let (mut shown, mut until) = (0, 0);
        for (start, end) in ranges {
            shown += end.saturating_sub(start.max(until));
            until = until.max(end);
        }
        Ok(shown)
    }

    /// Notes that an object was erased: it goes, and its slices.
    pub fn erase(&mut self, id: &ObjectId) {
        self.withheld.remove(id);
        self.obsolete.push(object_path(id));
        self.obsolete.push(slices_path(id));
    }

    /// Writes a bundle of entries.
    pub fn put_bundle<E: AsRef<[u8]>>(
        &mut self,
        bundle: EntryBundle,
        entries: &[E],
    ) -> Result<(), WriteError> {
        self.put_new(&bundle.to_string(), &bundle.to_bytes(entries)?)
    }

    /// Writes the hash tiles by which a tree of `newer` entries differs from one of `older`.
    pub fn put_tiles<R>(&mut self, older: u64, newer: u64, tree: &R) -> Result<(), WriteError>
    where
        R: HashReader,
        R::Error: Send + Sync + 'static,
    {
        for tile in HashTile::between(older, newer) {
            let bytes = tile
                .to_bytes(tree)
                .map_err(|error| WriteError::Tree(Box::new(error)))?;
            self.put_new(&tile.to_string(), &bytes)?;
        }
        Ok(())
    }

    /// Notes partial tiles and bundles that full ones have replaced since the tree had `older` entries.
    pub fn drop_partial(&mut self, older: u64, newer: u64) {
        let tiles = HashTile::for_size(older).filter(|tile| {
            tile.is_partial()
                && HashTile::between(older, newer).any(|new| {
                    !new.is_partial() && (new.level(), new.index()) == (tile.level(), tile.index())
                })
        });
        let bundles = EntryBundle::for_size(older)
            .filter(|bundle| bundle.is_partial() && newer >= (bundle.index() + 1) * 256);
        // The folder of a tile's partial forms.
        let folder = |path: String| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let obsolete = tiles.map(|tile| tile.to_string());
        let obsolete = obsolete.chain(bundles.map(|bundle| bundle.to_string()));
        self.obsolete.extend(obsolete.filter_map(folder));
    }

    /// Takes a cosigned checkpoint of a size, to be written over one that is there with fewer
    /// cosignatures, once the checkpoint is there that covers it.
    pub fn put_checkpoint(&mut self, size: u64, bytes: &[u8]) {
        self.checkpoints
            .push((checkpoint_path(size), bytes.to_owned()));
    }

    /// Puts the checkpoint in place, and removes what must not be there any more.
    pub fn finish(mut self, checkpoint: &[u8]) -> Result<u64, WriteError> {
        if let Some(all) = &self.all {
            for folder in ["tile", "object", "slice"] {
                let there = self.folder.list(folder)?.unwrap_or_default();
                let gone = there.into_iter().filter(|path| !all.contains(path));
                self.obsolete.extend(gone);
            }
        }
        self.folder
            .write(WITHHELD, &withheld::to_bytes(&self.withheld))?;
        self.folder.sync("")?;
        self.folder.write(CHECKPOINT, checkpoint)?;
        self.folder.sync("")?;
        for (path, bytes) in std::mem::take(&mut self.checkpoints) {
            let there = self.folder.read(&path, MAX_CHECKPOINT_BYTES)?;
            if there.as_deref() != Some(&*bytes) {
                self.folder.write(&path, &bytes)?;
                self.written += 1;
            }
        }
        for path in std::mem::take(&mut self.obsolete) {
            self.folder.remove(&path)?;
        }
        self.folder.remove(PUBLISHING)?;
        self.folder.sync("")?;
        Ok(self.written)
    }

    /// Writes a file whose bytes its name determines in this log, unless it is there.
    ///
    /// Where all entries are gone through, an earlier run may have been of another log.
    fn put_new(&mut self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let is_there = match &self.all {
            Some(_) => {
                let there = self.folder.read(path, bytes.len() as u64)?;
                there.is_some_and(|there| there == bytes)
            }
            None => self.folder.has(path),
        };
        if !is_there {
            self.folder.write(path, bytes)?;
            self.written += 1;
        }
        self.note(path.to_owned());
        Ok(())
    }
}
