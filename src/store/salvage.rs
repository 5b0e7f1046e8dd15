//! Salvage: what damaged frames of the journal held, as the database that is to be replaced has it.
//!
//! When the database is built anew and a frame of the journal is damaged, the old database may be
//! the last place that has what stood there. Nothing it says is believed: an entry counts only if
//! all entries together have the root that the log's key signed, an object only under the hash that
//! an entry signs, and both only if their frames fit the damaged place. What does is written into
//! the journal again, for nowhere else would it outlast the next rebuild.
//!
//! What it does not do: open the database or decide that it is replaced. Opening does.

use std::fmt;

use super::database::Database;
use super::frame::{self, FRAME_OVERHEAD, FrameKind, MAX_ENTRY_BYTES, MAX_SMALL_OBJECT_BYTES};
use super::journal::Damage;
use super::round;
use super::step::Notice;
use super::tables::Table;
use crate::trust::merkle::LeafHash;
use crate::words::id::ObjectId;

/// What a damaged frame held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Salvaged {
    /// The entry with this index.
    Entry(u64),
    /// An object.
    Object(ObjectId),
}

impl fmt::Display for Salvaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(index) => write!(f, "entry {index}"),
            Self::Object(id) => write!(f, "object {id}"),
        }
    }
}

/// The database that is to be replaced. What it can't answer it does not have.
pub(super) struct OldDatabase(pub(super) Database);

impl OldDatabase {
    /// Returns an entry's bytes, and where in the journal its frame begins.
    fn entry(&self, index: u64) -> Option<(Vec<u8>, u64)> {
        let note = self.0.get(Table::Entries, &index.to_be_bytes()).ok()??;
        let id = LeafHash::of(&note);
        let row = self.0.get(Table::Ids, &id.0).ok()??;
        let offset = round::offset_in_row(&row)?;
        (note.len() <= MAX_ENTRY_BYTES).then_some((note, offset))
    }

    /// Returns the bytes of an object that stood in the journal, if they have its hash.
    fn object(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let bytes = self.0.get(Table::Objects, id.as_bytes()).ok()??;
        let is_right = bytes.len() <= MAX_SMALL_OBJECT_BYTES && ObjectId::of(&bytes) == *id;
        is_right.then_some(bytes)
    }
}

/// A damaged place of the journal, and what was found of what stood there.
pub(super) struct Gap {
    damage: Damage,
    /// The frames that stood there, one after the other, as far as they were found.
    frames: Vec<u8>,
    found: Vec<Salvaged>,
}

impl Gap {
    pub(super) fn of(damage: Damage) -> Self {
        Self {
            damage,
            frames: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Returns where the damage begins.
    pub(super) fn offset(&self) -> u64 {
        self.damage.offset
    }

    /// Returns the frames that stood there, if all were found.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        (self.frames.len() as u64 == self.damage.length).then_some(&self.frames[..])
    }

    /// Returns whether an entry was taken from the old database.
    pub(super) fn has_entry(&self) -> bool {
        let is_entry = |found: &Salvaged| matches!(found, Salvaged::Entry(_));
        self.found.iter().any(is_entry)
    }

    /// Says what became of it; `restored` says whether the journal could be written.
    pub(super) fn notices(&self, restored: bool) -> impl Iterator<Item = Notice> {
        let offset = self.offset();
        let is_whole = self.whole().is_some();
        let restored = restored && is_whole;
        let lost = (!is_whole).then_some(Notice::FrameDamaged { offset });
        let found = self.found.iter().map(move |record| Notice::Salvaged {
            offset,
            record: *record,
            restored,
        });
        found.chain(lost)
    }

    /// Looks for the entry that stood here, or further ones, and has place for its frame.
    pub(super) fn find_entry(&self, old: &OldDatabase, index: u64) -> Option<(Vec<u8>, u64)> {
        let (note, offset) = old.entry(index)?;
        let end = self.damage.offset + self.damage.length;
        let length = (note.len() + FRAME_OVERHEAD) as u64;
        let fits = match self.damage.kind {
            Some(FrameKind::Entry) => length == self.damage.length && self.frames.is_empty(),
            Some(_) => false,
            None => offset >= self.offset() && offset.checked_add(length)? <= end,
        };
        let stood_at = match self.damage.kind {
            Some(_) => self.offset(),
            None => offset,
        };
        fits.then_some((note, stood_at))
    }

    /// Keeps the frame of an entry that was found.
    pub(super) fn put_entry(&mut self, index: u64, note: &[u8]) {
        frame::write(&mut self.frames, FrameKind::Entry, note);
        self.found.push(Salvaged::Entry(index));
    }

    /// Returns whether the frame of an object of this length may have stood here.
    fn has_place_for(&self, bytes: usize) -> bool {
        let length = (bytes + FRAME_OVERHEAD) as u64;
        match self.damage.kind {
            Some(FrameKind::Object) => length == self.damage.length && self.frames.is_empty(),
            Some(_) => false,
            None => self.frames.len() as u64 + length <= self.damage.length,
        }
    }
}

/// Looks for an object that an entry speaks of and that is nowhere else. It may have stood in the
/// first damaged place that has room for its frame; if there is none, it is not missing for damage.
pub(super) fn find_object(gaps: &mut [Gap], old: &OldDatabase, id: &ObjectId) -> Option<Vec<u8>> {
    if gaps.is_empty() {
        return None;
    }
    let bytes = old.object(id)?;
    let gap = gaps.iter_mut().find(|gap| gap.has_place_for(bytes.len()))?;
    frame::write(&mut gap.frames, FrameKind::Object, &bytes);
    gap.found.push(Salvaged::Object(*id));
    Some(bytes)
}
