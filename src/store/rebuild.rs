//! Building the database anew from the journal and the object files.

use std::path::Path;

use super::Options;
use super::database::{Applied, Database};
use super::error::StoreError;
use super::facts::Facts;
use super::files::remove_folder_if_there;
use super::frame::FrameKind;
use super::head::StatedHead;
use super::journal::{self, Damage, JournalReader, Piece};
use super::objects::ObjectFiles;
use super::round::Draft;
use super::step::Progress;
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
    /// Where damaged frames begin that held no entry. What they held is missing.
    pub(super) damaged: Vec<u64>,
}

/// Builds the database in `path` with exactly the entries that `stated` covers.
///
/// # Errors
///
/// If the journal does not have these entries: fewer, damaged, or with another root.
pub(super) fn rebuild(
    folder: &Path,
    path: &Path,
    stated: &StatedHead,
    options: &Options,
) -> Result<Rebuilt, StoreError> {
    remove_folder_if_there(path)?;
    let mut building = Building {
        folder,
        options,
        stated,
        files: ObjectFiles::of(folder),
        database: Database::open(path)?,
        damaged: Vec::new(),
        may_be_entry: None,
    };
    let mut reader = JournalReader::open(folder)?;
    let mut draft = Draft::new(TreeHead::empty(), 0);
    while draft.size < stated.head.size {
        let Some(piece) = reader.next_piece()? else {
            break;
        };
        match piece {
            Piece::Damage(damage) => building.damage(damage, draft.size)?,
            Piece::Frame(frame) => match frame.kind {
                FrameKind::Entry => {
                    draft.replay_entry(
                        &building.database,
                        &building.files,
                        options.index,
                        frame.bytes,
                        frame.offset,
                    )?;
                }
                FrameKind::Object => {
                    draft
                        .waiting
                        .insert(ObjectId::of(frame.bytes), frame.bytes.to_vec());
                }
                FrameKind::Journal | FrameKind::Checkpoint | FrameKind::Erased => {}
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
    let built = building.apply(draft, tail)?.base;
    building.check(built)?;
    Ok(Rebuilt {
        database: building.database,
        tail,
        damaged: building.damaged,
    })
}

struct Building<'b> {
    folder: &'b Path,
    options: &'b Options,
    stated: &'b StatedHead,
    files: ObjectFiles,
    database: Database,
    damaged: Vec<u64>,
    /// The first damaged place of which it can't be told what it held, and the entries before it.
    may_be_entry: Option<(u64, u64)>,
}

impl Building<'_> {
    /// Notes a damaged place; refuses to go on if it held an entry, which nothing can replace.
    fn damage(&mut self, damage: Damage, index: u64) -> Result<(), StoreError> {
        match damage.kind {
            Some(FrameKind::Entry) => return Err(self.entry_damaged(damage.offset, index)),
            Some(_) => {}
            None => {
                self.may_be_entry.get_or_insert((damage.offset, index));
            }
        }
        self.damaged.push(damage.offset);
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
