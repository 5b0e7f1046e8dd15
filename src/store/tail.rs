//! What the journal has past `head`: entries that were durable, but not yet acknowledged.
//!
//! Follows `docs/format-journal.md`, section "Opening". Whole frames are recorded and signed, a torn
//! end is moved aside, objects that no entry speaks of are erased. A frame needs no key to be
//! written: so that the log's key signs nothing that an append would have refused, every entry must
//! be new and pass the caller's check before anything is written.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::database::Database;
use super::error::StoreError;
use super::facts::{Facts, IndexError};
use super::files::{FileAction, OnFile as _, sync_folder};
use super::frame::{self, FrameKind};
use super::hashes::Hashes;
use super::journal::{Frame, JournalReader, Piece};
use super::objects::ObjectFiles;
use super::rebuild::ENTRIES_A_ROUND;
use super::round::{self, Draft};
use super::step::Notice;
use super::tables::{Applied, Table};
use super::{Store, head};
use crate::trust::merkle::LeafHash;
use crate::words::id::{EntryId, ObjectId};

/// The name of the file to which an unfinished end of the journal is moved.
pub(super) const TORN_NAME: &str = "journal.torn";

/// How much of the journal is written once more at a time.
const COPY_BYTES: usize = 1024 * 1024;

/// Checks an entry that stands past the head, before it is signed: given its index, its bytes, and
/// the ledger as it is before it.
pub type TailCheck = Box<dyn FnMut(u64, &[u8], &TailView<'_>) -> Result<(), IndexError>>;

/// Makes a check for the entries of one tail, which it is given in their order.
pub type CheckTail = fn() -> TailCheck;

/// The ledger as it is before an entry past the head, with the objects that came with the entry.
pub struct TailView<'v> {
    database: &'v Database,
    files: &'v ObjectFiles,
    draft: &'v Draft,
}

impl TailView<'_> {
    /// Returns the facts of the entries before.
    pub fn facts(&self) -> Facts<'_> {
        Facts::new(self.database, Some(&self.draft.changes))
    }

    /// Returns the hashes of the tree of the entries before.
    pub fn hashes(&self) -> Hashes<'_> {
        Hashes::new(self.database, Some(&self.draft.changes))
    }

    /// Returns the bytes kept for an object as they are, be they damaged; `None` if there are none.
    pub fn object(&self, id: &ObjectId) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(bytes) = self.draft.waiting.get(id) {
            return Ok(Some(bytes.clone()));
        }
        match self.get(Table::Objects, id.as_bytes())? {
            Some(bytes) => Ok(Some(bytes)),
            None => Ok(self.files.read(id)?),
        }
    }

    /// Refuses an entry that the log has already.
    fn check_new(&self, note: &[u8]) -> Result<(), StoreError> {
        let id = EntryId::from(LeafHash::of(note));
        let row = self.get(Table::Ids, id.as_bytes())?;
        match row.as_deref().and_then(round::index_in_row) {
            Some(index) => Err(StoreError::EntryThere { id, index }),
            None => Ok(()),
        }
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.draft.changes.get(self.database, table, key)?)
    }
}

/// What was read of a tail.
struct Tail {
    /// What has not been written to the database yet.
    draft: Draft,
    /// The frames of objects, in their order: what they hold and where they begin.
    objects: Vec<(ObjectId, u64)>,
    /// Where the sound frames end.
    sound: u64,
}

impl Store {
    /// Deals with what the journal has past `head`, from `from` on; returns the objects that its
    /// entries erase.
    pub(super) fn finish_tail(&mut self, from: u64) -> Result<BTreeSet<ObjectId>, StoreError> {
        if from == self.journal.length {
            return Ok(BTreeSet::new());
        }
        if self.is_read_only() {
            let bytes = self.journal.length - from;
            self.notices.push(Notice::TailIgnored { bytes });
            return Ok(BTreeSet::new());
        }
        let Tail {
            mut draft,
            mut objects,
            sound,
        } = self.read_tail(from)?;
        if sound < self.journal.length {
            self.move_torn_end(sound)?;
        }
        let entries = draft.size - self.tree_head().size;
        objects.retain(|(id, _)| draft.waiting.contains_key(id));
        let orphans = std::mem::take(&mut draft.waiting);
        let key = if entries > 0 {
            self.check_copy()?;
            Some(self.signing_key(&draft)?)
        } else {
            None
        };
        self.make_tail_durable(from)?;
        for (id, offset) in &objects {
            let mut erased = Vec::new();
            let zeros = vec![0; orphans.get(id).map_or(0, Vec::len)];
            frame::write(&mut erased, FrameKind::Erased, &zeros);
            self.journal.write_at(*offset, &erased)?;
        }
        if !objects.is_empty() {
            self.journal.sync()?;
            self.notices.push(Notice::OrphansRemoved {
                objects: objects.len() as u64,
            });
        }
        let new_head = draft.tree_head(self.database())?;
        let erased = std::mem::take(&mut draft.erased);
        self.apply(draft, new_head)?;
        if let Some(key) = key {
            self.publish(new_head, &key)?;
            self.notices.push(Notice::RolledForward {
                entries,
                size: new_head.size,
            });
        }
        Ok(erased)
    }

    /// Reads and checks the sound frames past `head`. A long tail is written to the database in
    /// rounds: if opening then fails, the database has no stamp and is built anew.
    fn read_tail(&mut self, from: u64) -> Result<Tail, StoreError> {
        let mut check = self.options().check_tail.map(|make| make());
        let mut draft = Draft::new(self.tree_head(), from);
        let mut objects = Vec::new();
        let mut reader = JournalReader::open(&self.folder)?.start_at(from, draft.size)?;
        let mut damaged = None;
        while let Some(piece) = reader.next_piece()? {
            match (piece, damaged) {
                (Piece::Damage(damage), None) => damaged = Some(damage.offset),
                (Piece::Frame(frame), None) => match frame.kind {
                    FrameKind::Entry => self.read_entry(&mut draft, frame, check.as_mut())?,
                    FrameKind::Object => {
                        let id = ObjectId::of(frame.bytes);
                        objects.push((id, frame.offset));
                        draft.waiting.insert(id, frame.bytes.to_vec());
                    }
                    FrameKind::Checkpoint => draft.note_checkpoint(frame.bytes, frame.offset),
                    FrameKind::Journal | FrameKind::Erased => {}
                },
                // A checkpoint is written on its own, after what it covers was acknowledged. So
                // what is damaged before it is not the end of an unfinished write.
                (
                    Piece::Frame(Frame {
                        kind: FrameKind::Checkpoint,
                        ..
                    }),
                    Some(offset),
                ) => {
                    return Err(StoreError::JournalDamaged {
                        journal: self.journal.path().to_owned(),
                        offset,
                    });
                }
                _ => {}
            }
            if draft.size - draft.base.size >= ENTRIES_A_ROUND {
                objects.retain(|(id, _)| draft.waiting.contains_key(id));
                draft = self.apply_round(draft, reader.offset())?;
            }
        }
        Ok(Tail {
            draft,
            objects,
            sound: damaged.unwrap_or(self.journal.length),
        })
    }

    /// Checks an entry and adds it to the draft.
    fn read_entry(
        &self,
        draft: &mut Draft,
        frame: Frame<'_>,
        check: Option<&mut TailCheck>,
    ) -> Result<(), StoreError> {
        let (index, note) = (draft.size, frame.bytes);
        let view = TailView {
            database: self.database(),
            files: &self.objects,
            draft,
        };
        let checked = view.check_new(note).map_err(IndexError::from);
        let checked = match check {
            Some(check) => checked.and_then(|()| check(index, note, &view)),
            None => checked,
        };
        checked.map_err(|source| StoreError::TailRefused {
            journal: self.journal.path().to_owned(),
            offset: frame.offset,
            index,
            head: self.folder.join(head::FILE_NAME),
            source,
        })?;
        draft.replay_entry(
            self.database(),
            &self.objects,
            self.options().index,
            note,
            frame.offset,
            &mut |_| None,
        )?;
        Ok(())
    }

    /// Writes what was read of the tail so far; returns an empty draft for what follows.
    fn apply_round(&mut self, draft: Draft, journal: u64) -> Result<Draft, StoreError> {
        let head = draft.tree_head(self.database())?;
        let applied = Applied {
            index_version: self.options().index_version,
            head,
            journal,
        };
        let (next, changes) = draft.split(head);
        self.database_mut().apply(changes, applied)?;
        Ok(next)
    }

    /// Moves what stands from `sound` on to `journal.torn`. It was never acknowledged: what was is
    /// covered by `head`.
    fn move_torn_end(&mut self, sound: u64) -> Result<(), StoreError> {
        let to = self.folder.join(TORN_NAME);
        let bytes = self.journal.length - sound;
        let copied = copy_end(self.journal.path(), sound, &to);
        copied.on(FileAction::Write, &to)?;
        sync_folder(&self.folder)?;
        self.journal.cut(sound)?;
        self.notices.push(Notice::TornTailMoved { bytes, to });
        Ok(())
    }

    /// Writes the end of the journal once more and syncs it: that we can read it does not mean
    /// that it is on the disk, if an earlier sync failed.
    fn make_tail_durable(&mut self, from: u64) -> Result<(), StoreError> {
        let path = self.journal.path().to_owned();
        let mut file = File::open(&path).on(FileAction::Open, &path)?;
        let seeked = file.seek(SeekFrom::Start(from));
        seeked.on(FileAction::Read, &path)?;
        let mut bytes = vec![0; COPY_BYTES];
        let mut offset = from;
        loop {
            let count = file.read(&mut bytes).on(FileAction::Read, &path)?;
            if count == 0 {
                break;
            }
            self.journal.write_at(offset, &bytes[..count])?;
            offset += count as u64;
        }
        self.journal.sync()?;
        Ok(())
    }
}

/// Appends what a file has from an offset on to another file, durably.
fn copy_end(from: &Path, offset: u64, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    source.seek(SeekFrom::Start(offset))?;
    let mut target = OpenOptions::new().create(true).append(true).open(to)?;
    io::copy(&mut source, &mut target)?;
    target.flush()?;
    target.sync_all()
}
