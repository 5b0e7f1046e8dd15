//! Erasing: taking the bytes of an object out of everything in the ledger's folder.
//!
//! Follows `docs/format-journal.md`, section "An erasure". The entry that erases is durable and
//! acknowledged first; then files, frames and the database go, in an order in which the last trace
//! to go is one that opening looks for: whatever a stop leaves, the next opening finishes it.
//!
//! A frame is overwritten in two writes. The first changes its kind alone, one byte, so that a frame
//! whose overwriting was cut off can be told from a damaged one: its header says `X`.
//!
//! What it does not do: decide what is erased (an entry does), or reach what lies outside the
//! ledger's folder, other names of the same file, and what a disk keeps of overwritten bytes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::Store;
use super::append::JournalWriter;
use super::database;
use super::error::StoreError;
use super::files::{
    FileAction, FileError, OnFile as _, erase_if_there, is_link, remove_folder_if_there,
    remove_if_there, sync_folder,
};
use super::frame::{self, FRAME_OVERHEAD, FrameKind, HEADER_BYTES, MAX_SMALL_OBJECT_BYTES};
use super::head::StatedHead;
use super::journal::{self, Damage, JournalReader, Piece};
use super::open::Opening;
use super::rebuild::Rebuilt;
use super::step::{Notice, Step};
use super::tables::Table;
use super::tail::TORN_NAME;
use crate::words::id::ObjectId;

/// The folder of what the splitter found in texts: a file a text, named by the text's id. It is no
/// part of the ledger, and repeats the text's words.
const PROPOSALS_FOLDER: &str = "proposals";

/// The folder of how sources were fetched: a file a source, named by the id of its bytes. It is no part
/// of the ledger, and has the address and what the server said.
const FETCHED_FOLDER: &str = "fetched";

/// The file of the sources' sketches. It is no part of the ledger, has hashes of words, and is made anew
/// by who needs it.
const SKETCHES: &str = "sketches";

/// The folder of the search index. It is no part of the ledger, holds words of claims and verdicts, and
/// is built anew by who needs it.
const SEARCH_FOLDER: &str = "search";

/// A frame that holds an erased object.
struct Found {
    object: ObjectId,
    offset: u64,
    length: usize,
}

impl Store {
    /// Says whether the database has the bytes of one of these objects.
    pub(super) fn database_has(&self, objects: &BTreeSet<ObjectId>) -> Result<bool, StoreError> {
        for id in objects {
            if self.database().has(Table::Objects, id.as_bytes())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Finishes erasures that were cut off: takes away what is there of these objects, if anything is.
    pub(super) fn finish_erasures(
        &mut self,
        erased: &BTreeSet<ObjectId>,
    ) -> Result<(), StoreError> {
        let mut there: BTreeSet<ObjectId> = find_frames(&self.folder, erased)?
            .into_iter()
            .map(|frame| frame.object)
            .collect();
        for id in erased {
            let beside = [self.proposals_of(id), self.fetched_of(id)];
            if self.objects.path(id).exists() || beside.iter().any(|path| path.exists()) {
                there.insert(*id);
            }
        }
        if there.is_empty() {
            return Ok(());
        }
        self.erase(&there, false)?;
        self.notices.push(Notice::ErasureFinished {
            objects: there.len() as u64,
        });
        Ok(())
    }

    /// Takes the bytes of erased objects away wherever they are. `in_database` says that the database
    /// has had them; it has, too, if they stand in the journal.
    pub(super) fn erase(
        &mut self,
        erased: &BTreeSet<ObjectId>,
        in_database: bool,
    ) -> Result<(), StoreError> {
        // No acknowledged byte is in it, and it may hold what was appended again later.
        if erase_if_there(&self.folder.join(TORN_NAME))? {
            sync_folder(&self.folder)?;
        }
        if erase_if_there(&self.folder.join(SKETCHES))? {
            sync_folder(&self.folder)?;
        }
        self.erase_search()?;
        for id in erased {
            for beside in [self.proposals_of(id), self.fetched_of(id)] {
                if erase_if_there(&beside)? {
                    sync_folder(beside.parent().expect("it lies in a folder"))?;
                }
            }
            self.objects.erase(id)?;
        }
        self.step(Step::FilesRemoved);
        let frames = find_frames(&self.folder, erased)?;
        for frame in &frames {
            self.journal
                .write_at(frame.offset, &[FrameKind::Erased.byte()])?;
        }
        if !frames.is_empty() {
            self.journal.sync()?;
            self.step(Step::FramesMarked);
        }
        for frame in &frames {
            overwrite(&mut self.journal, frame.offset, frame.length)?;
        }
        if !frames.is_empty() {
            self.journal.sync()?;
            self.step(Step::FramesOverwritten);
            // What was damaged there is gone now, as it should be.
            let is_erased = |at: u64| frames.iter().any(|frame| frame.offset == at);
            self.notices.retain(
                |notice| !matches!(notice, Notice::FrameDamaged { offset } if is_erased(*offset)),
            );
        }
        if in_database || !frames.is_empty() {
            self.clear_database()?;
            self.step(Step::DatabaseCleared);
        }
        Ok(())
    }

    /// Builds the database anew, so that no old page of it keeps what was removed.
    fn clear_database(&mut self) -> Result<(), StoreError> {
        if let Some(database) = self.database.take() {
            database.close()?;
        }
        let path = self.folder.join(database::FOLDER_NAME);
        let head = self.head_path();
        let stated = StatedHead::read(&head)?.ok_or_else(|| StoreError::HeadMissing {
            head,
            journal: self.journal.path().to_owned(),
        })?;
        let mut opening = Opening {
            folder: &self.folder,
            options: &self.options,
            stated: &stated,
            journal: &mut self.journal,
            elsewhere: None,
            notices: Vec::new(),
        };
        let Rebuilt { database, gaps, .. } = opening.rebuild(&path, true)?;
        self.database = Some(database);
        let notices = gaps.iter().flat_map(|gap| gap.notices(true));
        for notice in notices {
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        Ok(())
    }

    /// Takes the search index away, whole: which of its files have an object's words nobody can say.
    fn erase_search(&self) -> Result<(), StoreError> {
        let folder = self.folder.join(SEARCH_FOLDER);
        if is_link(&folder) {
            // Nothing of ours lies behind it.
            remove_if_there(&folder)?;
            return Ok(sync_folder(&self.folder)?);
        }
        if !folder.exists() {
            return Ok(());
        }
        for item in fs::read_dir(&folder).on(FileAction::Read, &folder)? {
            let path = item.on(FileAction::Read, &folder)?.path();
            if path.is_file() {
                erase_if_there(&path)?;
            }
        }
        remove_folder_if_there(&folder)?;
        Ok(sync_folder(&self.folder)?)
    }

    fn fetched_of(&self, id: &ObjectId) -> PathBuf {
        self.folder.join(FETCHED_FOLDER).join(format!("{id}.json"))
    }

    fn proposals_of(&self, id: &ObjectId) -> PathBuf {
        self.folder
            .join(PROPOSALS_FOLDER)
            .join(format!("{id}.json"))
    }
}

/// Overwrites frames whose overwriting was cut off after it had begun to write zeros; says whether
/// there was one.
///
/// Their bytes are no longer whole, so nothing could be made of them.
pub(super) fn finish_overwriting(
    folder: &Path,
    journal: &mut JournalWriter,
) -> Result<bool, FileError> {
    let mut cut_off = Vec::new();
    let mut reader = JournalReader::open(folder)?;
    while let Some(piece) = reader.next_piece()? {
        if let Piece::Damage(damage) = piece
            && damage.kind == Some(FrameKind::Erased)
            && let Some(length) = bytes_in(&damage)
        {
            cut_off.push((damage.offset, length));
        }
    }
    for (offset, length) in &cut_off {
        overwrite(journal, *offset, *length)?;
    }
    if !cut_off.is_empty() {
        journal.sync()?;
    }
    Ok(!cut_off.is_empty())
}

/// Writes a frame of kind `X` over a frame that holds `length` bytes.
fn overwrite(journal: &mut JournalWriter, offset: u64, length: usize) -> Result<(), FileError> {
    let mut erased = Vec::with_capacity(length + FRAME_OVERHEAD);
    frame::write(&mut erased, FrameKind::Erased, &vec![0; length]);
    journal.write_at(offset, &erased)
}

/// Finds all frames of the journal that hold one of these objects, also where only the header is
/// damaged, or says already that the frame is overwritten.
fn find_frames(folder: &Path, erased: &BTreeSet<ObjectId>) -> Result<Vec<Found>, FileError> {
    let mut found = Vec::new();
    if erased.is_empty() {
        return Ok(found);
    }
    let mut reader = JournalReader::open(folder)?;
    let mut damages = Vec::new();
    while let Some(piece) = reader.next_piece()? {
        match piece {
            Piece::Frame(frame) if frame.kind == FrameKind::Object => {
                let object = ObjectId::of(frame.bytes);
                if erased.contains(&object) {
                    found.push(Found {
                        object,
                        offset: frame.offset,
                        length: frame.bytes.len(),
                    });
                }
            }
            Piece::Frame(_) => {}
            Piece::Damage(damage) => damages.push(damage),
        }
    }
    for damage in damages {
        let Some(length) = bytes_in(&damage) else {
            continue;
        };
        let object = ObjectId::of(&read_bytes(folder, damage.offset, length)?);
        if erased.contains(&object) {
            found.push(Found {
                object,
                offset: damage.offset,
                length,
            });
        }
    }
    Ok(found)
}

/// Returns how many bytes a damaged place holds if it is a frame of an object.
fn bytes_in(damage: &Damage) -> Option<usize> {
    let length = usize::try_from(damage.length).ok()?;
    let bytes = length.checked_sub(FRAME_OVERHEAD)?;
    (bytes <= MAX_SMALL_OBJECT_BYTES).then_some(bytes)
}

/// Reads the bytes of the frame at an offset.
fn read_bytes(folder: &Path, offset: u64, length: usize) -> Result<Vec<u8>, FileError> {
    let path = folder.join(journal::FILE_NAME);
    let mut bytes = vec![0; length];
    File::open(&path)
        .and_then(|mut file| {
            file.seek(SeekFrom::Start(offset + HEADER_BYTES as u64))?;
            file.read_exact(&mut bytes)
        })
        .on(FileAction::Read, &path)?;
    Ok(bytes)
}
