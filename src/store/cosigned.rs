//! Checkpoints with witnesses' cosignatures, in the journal.
//!
//! Follows `docs/format-journal.md`, section "A cosigned checkpoint". It is written on its own, after
//! what it covers was acknowledged, and never changes `head`. The database has where each stands, by
//! size; of several of one size the last counts, which has what the earlier ones had.
//!
//! Not here: whether the cosignatures hold, and whether the checkpoint is of this log. The caller has
//! seen to it, and an audit checks what stands there.

use super::error::StoreError;
use super::files::FileError;
use super::frame::{self, FrameKind, MAX_CHECKPOINT_BYTES};
use super::journal::{JournalReader, Piece};
use super::round::Draft;
use super::step::Step;
use super::tables::Table;
use super::{Store, database::DatabaseError};
use crate::trust::checkpoint::stated_size;
use crate::trust::note::SignedNote;

impl Store {
    /// Writes a cosigned checkpoint to the journal, durably.
    ///
    /// # Errors
    ///
    /// If it is too long, or nothing may be written; then the journal is as it was.
    pub fn keep_checkpoint(&mut self, note: &SignedNote) -> Result<(), StoreError> {
        self.check_writable()?;
        let bytes = note.bytes();
        if bytes.len() > MAX_CHECKPOINT_BYTES {
            return Err(StoreError::CheckpointTooLong {
                bytes: bytes.len(),
                most: MAX_CHECKPOINT_BYTES,
            });
        }
        self.check_copy()?;
        self.check_unchanged()?;
        let before = self.journal.length;
        let mut draft = Draft::new(self.tree_head(), before);
        draft.note_checkpoint(bytes, before);
        let mut frames = Vec::new();
        frame::write(&mut frames, FrameKind::Checkpoint, bytes);
        // From here on what is in memory and what is on disk may differ until all is done.
        self.poisoned = true;
        self.journal.append(&frames)?;
        self.step(Step::JournalWritten);
        self.journal.sync_or_cut(before)?;
        self.step(Step::JournalSynced);
        // If this fails, or the program stops here, the next opening finds the frame past what the
        // database knows of.
        self.apply(draft, self.tree_head())?;
        self.step(Step::DatabaseApplied);
        self.poisoned = false;
        Ok(())
    }

    /// Returns the last cosigned checkpoint of a size, as it stands in the journal; `None` if there is
    /// none, or its frame is damaged.
    pub fn kept_checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self
            .database()
            .get(Table::Checkpoints, &size.to_be_bytes())?;
        let Some(row) = row else { return Ok(None) };
        Ok(self.checkpoint_at(number(row)?)?)
    }

    /// Goes through the sizes of which there are cosigned checkpoints, in order, or from the end.
    pub fn kept_checkpoints(
        &self,
    ) -> impl DoubleEndedIterator<Item = Result<u64, StoreError>> + use<> {
        let rows = self.database().rows(Table::Checkpoints, &[]);
        rows.map(|row| Ok(number(row?.0)?))
    }

    fn checkpoint_at(&self, offset: u64) -> Result<Option<Vec<u8>>, FileError> {
        let mut reader = JournalReader::open(&self.folder)?.start_at(offset, 0)?;
        Ok(match reader.next_piece()? {
            Some(Piece::Frame(frame)) if frame.kind == FrameKind::Checkpoint => {
                Some(frame.bytes.to_vec())
            }
            _ => None,
        })
    }
}

impl Draft {
    /// Notes where a cosigned checkpoint stands in the journal. What states no size is passed over:
    /// an audit finds it.
    pub(super) fn note_checkpoint(&mut self, bytes: &[u8], offset: u64) {
        let note = SignedNote::parse(bytes).ok();
        if let Some(size) = note.and_then(|note| stated_size(note.text())) {
            let row = offset.to_be_bytes().to_vec();
            self.changes
                .put(Table::Checkpoints, size.to_be_bytes(), row);
        }
    }
}

fn number(bytes: Vec<u8>) -> Result<u64, DatabaseError> {
    let bytes = bytes
        .try_into()
        .map_err(|bytes: Vec<u8>| DatabaseError::Row(bytes.len()))?;
    Ok(u64::from_be_bytes(bytes))
}
