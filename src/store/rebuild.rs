//! Building the database anew from the journal and the object files.

use std::collections::BTreeSet;
use std::path::Path;

use super::Options;
use super::database::Database;
use super::error::StoreError;
use super::facts::Facts;
use super::files::remove_folder_if_there;
use super::frame::FrameKind;
use super::head::StatedHead;
use super::journal::{self, Damage, JournalReader, Piece};
use super::objects::ObjectFiles;
use super::round::Draft;
use super::salvage::{self, Gap, OldDatabase};
use super::step::Progress;
use super::tables::Applied;
use crate::trust::merkle::{RootHash, TreeHead};
use crate::words::id::ObjectId;

/// How many entries of the journal go into one transaction when it is read: more than in an append, so that fewer runs
/// have to be merged.
pub(super) const ENTRIES_A_ROUND: u64 = 4000;

/// A database that has been built.
pub(super) struct Rebuilt {
    pub(super) database: Database,
    /// Where the journal goes on past the last entry that `head` covers.
    pub(super) tail: u64,
    /// Where the journal is damaged, and what was found of what stood there.
    pub(super) gaps: Vec<Gap>,
    /// The objects that its entries erase.
    pub(super) erased: BTreeSet<ObjectId>,
}

/// Builds the database in `path` with exactly the entries that `stated` covers. What is damaged in
/// the journal is looked for in the old database.
///
/// # Errors
///
/// If the journal does not have these entries: fewer, damaged, or with another root.
pub(super) fn rebuild(
    folder: &Path,
    path: &Path,
    stated: &StatedHead,
    options: &Options,
    old: Option<&OldDatabase>,
) -> Result<Rebuilt, StoreError> {
    remove_folder_if_there(path)?;
    let mut building = Building {
        folder,
        options,
        stated,
        files: ObjectFiles::of(folder),
        database: Database::open(path)?,
        old,
        gaps: Vec::new(),
        may_be_entry: None,
    };
    let mut reader = JournalReader::open(folder)?;
    let mut draft = Draft::new(TreeHead::empty(), 0);
    while draft.size < stated.head.size {
        let Some(piece) = reader.next_piece()? else {
            break;
        };
        match piece {
            Piece::Damage(damage) => building.damage(damage, &mut draft)?,
            Piece::Frame(frame) => match frame.kind {
                FrameKind::Entry => building.entry(&mut draft, frame.bytes, frame.offset)?,
                FrameKind::Object => {
                    draft
                        .waiting
                        .insert(ObjectId::of(frame.bytes), frame.bytes.to_vec());
                }
                FrameKind::Checkpoint => draft.note_checkpoint(frame.bytes, frame.offset),
                FrameKind::Journal | FrameKind::Erased => {}
            },
        }
        if draft.size - draft.base.size >= ENTRIES_A_ROUND {
            let progress = Progress {
                done: reader.offset(),
                total: reader.length(),
            };
            draft = building.apply(draft, reader.offset())?;
            if let Some(on_progress) = &options.on_progress {
                on_progress(progress);
            }
        }
    }
    let tail = reader.offset();
    let Draft { base, erased, .. } = building.apply(draft, tail)?;
    building.check(base)?;
    Ok(Rebuilt {
        database: building.database,
        tail,
        gaps: building.gaps,
        erased,
    })
}

/// Returns whether the journal is damaged before the last entry that `stated` covers.
pub(super) fn is_damaged(folder: &Path, stated: &StatedHead) -> Result<bool, StoreError> {
    let mut reader = JournalReader::open(folder)?;
    let mut left = stated.head.size;
    while left > 0 {
        match reader.next_piece()? {
            Some(Piece::Frame(frame)) => left -= u64::from(frame.kind == FrameKind::Entry),
            Some(Piece::Damage(_)) => return Ok(true),
            None => break,
        }
    }
    Ok(false)
}

struct Building<'b> {
    folder: &'b Path,
    options: &'b Options,
    stated: &'b StatedHead,
    files: ObjectFiles,
    database: Database,
    /// The database that is being replaced, where it may know what stood in a damaged frame.
    old: Option<&'b OldDatabase>,
    gaps: Vec<Gap>,
    /// The first damaged place that may have held an entry which was not found, or in which one was
    /// found that may be wrong; and the entries before it.
    may_be_entry: Option<(u64, u64)>,
}

impl Building<'_> {
    /// Adds an entry, with the objects that it speaks of.
    fn entry(&mut self, draft: &mut Draft, note: &[u8], offset: u64) -> Result<(), StoreError> {
        let Self { gaps, old, .. } = self;
        draft.replay_entry(
            &self.database,
            &self.files,
            self.options.index,
            note,
            offset,
            &mut |id| old.and_then(|old| salvage::find_object(gaps, old, id)),
        )?;
        Ok(())
    }

    /// Notes a damaged place, and adds the entries that it held; refuses to go on without one.
    fn damage(&mut self, damage: Damage, draft: &mut Draft) -> Result<(), StoreError> {
        let (offset, first) = (damage.offset, draft.size);
        self.gaps.push(Gap::of(damage));
        let at = self.gaps.len() - 1;
        while draft.size < self.stated.head.size
            && let Some(old) = self.old
            && let Some((note, stood_at)) = self.gaps[at].find_entry(old, draft.size)
        {
            let index = draft.size;
            // What can't be indexed is not what stood there.
            if self.entry(draft, &note, stood_at).is_err() {
                return Err(self.entry_damaged(offset, index));
            }
            self.gaps[at].put_entry(index, &note);
        }
        let found = self.gaps[at].has_entry();
        match damage.kind {
            Some(FrameKind::Entry) if !found => return Err(self.entry_damaged(offset, first)),
            Some(FrameKind::Entry) | None => {
                self.may_be_entry.get_or_insert((offset, first));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Writes what was read; returns an empty draft for what follows.
    fn apply(&mut self, draft: Draft, journal: u64) -> Result<Draft, StoreError> {
        let head = draft.tree_head(&self.database)?;
        let applied = Applied {
            index_version: self.options.index_version,
            head,
            journal,
        };
        let (next, changes) = draft.split(head);
        self.database.apply(changes, applied)?;
        Ok(next)
    }

    /// Compares what was built with `head`.
    fn check(&self, built: TreeHead) -> Result<(), StoreError> {
        if built == self.stated.head {
            return Ok(());
        }
        if let Ok(key) = (self.options.log_key_of)(&Facts::new(&self.database, None)) {
            self.stated.refuse_changed(&key)?;
        }
        if let Some((offset, index)) = self.may_be_entry {
            return Err(self.entry_damaged(offset, index));
        }
        if built.size < self.stated.head.size {
            return Err(StoreError::JournalShort {
                journal: self.folder.join(journal::FILE_NAME),
                entries: built.size,
                head: self.stated.path().to_owned(),
                size: self.stated.head.size,
            });
        }
        Err(self.other_root(built.root))
    }

    fn other_root(&self, found: RootHash) -> StoreError {
        StoreError::OtherRoot {
            journal: self.folder.join(journal::FILE_NAME),
            found: Box::new(found),
            head: self.stated.path().to_owned(),
            stated: self.stated.head,
        }
    }

    fn entry_damaged(&self, offset: u64, index: u64) -> StoreError {
        StoreError::EntryDamaged {
            journal: self.folder.join(journal::FILE_NAME),
            offset,
            index,
            head: self.stated.path().to_owned(),
            size: self.stated.head.size,
        }
    }
}
