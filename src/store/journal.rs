//! The journal, read from its start: sound frames, and what is not sound.
//!
//! Follows `docs/format-journal.md`. The reader reports torn and rotten frames with their offset
//! and, where it can be told, with their kind and index, and goes on: after damage it looks for the
//! next place where a sound frame begins, so that a damaged length does not hide what follows.
//! It trusts nothing it reads, allocates at most a buffer, and needs no database.
//!
//! What it does not do: parse entries or compare hashes with what entries sign. That is the audit's.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::files::{FileAction, FileError, OnFile as _, refuse_no_file};
use super::frame::{FRAME_OVERHEAD, FrameKind, HEADER_BYTES, Header, MAX_FRAME_BYTES, check};

/// The name of the journal in a ledger's folder.
pub(super) const FILE_NAME: &str = "journal";

/// How much of the file the reader holds. At least two of the longest frames, so that a frame and
/// what follows it can be seen together.
const BUFFER_BYTES: usize = 1024 * 1024;

/// Beyond this length a damaged region is no longer one frame that could be named.
const NAMEABLE_BYTES: u64 = (MAX_FRAME_BYTES + FRAME_OVERHEAD) as u64 * 2;

/// One thing that stands in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'r> {
    /// A sound frame.
    Frame(Frame<'r>),
    /// Bytes that are not a sound frame.
    Damage(Damage),
}

/// A sound frame of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'r> {
    /// Where in the file it begins.
    pub offset: u64,
    /// What it holds.
    pub kind: FrameKind,
    /// The index of an entry, counted from the start; `None` for other kinds, and after damage that
    /// may have been an entry.
    pub index: Option<u64>,
    /// Its bytes.
    pub bytes: &'r [u8],
}

impl Frame<'_> {
    /// Returns where in the file the frame ends.
    pub fn end(&self) -> u64 {
        self.offset + (self.bytes.len() + FRAME_OVERHEAD) as u64
    }
}

/// Bytes of the journal that are not a sound frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Where in the file they begin.
    pub offset: u64,
    /// How many they are.
    pub length: u64,
    /// What they held, if it can be told.
    pub kind: Option<FrameKind>,
    /// Which entry they held, if it can be told.
    pub index: Option<u64>,
    /// Whether they reach to the end of the file, as an unfinished write does.
    pub at_end: bool,
}

/// Finds the index of the entry whose frame begins at an offset: what the database knows.
pub(super) type Indexes<'r> = Box<dyn Fn(u64) -> Option<u64> + 'r>;

/// Reads a journal from its start, or from a place where a frame begins.
pub struct JournalReader<'r> {
    path: PathBuf,
    file: File,
    /// A part of the file.
    buffer: Vec<u8>,
    /// Where in the file the buffer begins.
    buffer_offset: u64,
    /// Where in the file the next piece begins.
    offset: u64,
    /// How many bytes of the file are read: its length when it was opened.
    length: u64,
    /// Entries before `offset`; `None` after damage that may have been one.
    entries: Option<u64>,
    /// A region known to be damaged, of which parts were not reported yet.
    damaged: Option<Range<u64>>,
    indexes: Option<Indexes<'r>>,
}

impl<'r> JournalReader<'r> {
    /// Opens the journal of the ledger in `folder`, at its start.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        let path = folder.join(FILE_NAME);
        refuse_no_file(&path)?;
        let file = File::open(&path).on(FileAction::Open, &path)?;
        let length = file.metadata().on(FileAction::Read, &path)?.len();
        Ok(Self {
            path,
            file,
            buffer: Vec::new(),
            buffer_offset: 0,
            offset: 0,
            length,
            entries: Some(0),
            damaged: None,
            indexes: None,
        })
    }

    /// Starts where a frame begins, with `entries` entries before it.
    pub(super) fn start_at(mut self, offset: u64, entries: u64) -> Result<Self, FileError> {
        self.file
            .seek(SeekFrom::Start(offset))
            .on(FileAction::Read, &self.path)?;
        self.buffer_offset = offset;
        self.offset = offset;
        self.entries = Some(entries);
        Ok(self)
    }

    /// Starts at the first frame that begins at `offset` or after; how many entries are before it is
    /// not known.
    pub fn start_after(mut self, offset: u64) -> Result<Self, FileError> {
        let first = self.next_sound(offset, self.length)?;
        self.offset = first;
        self.entries = None;
        Ok(self)
    }

    /// Lets the reader look up indexes when it can no longer count them.
    pub(super) fn with_indexes(mut self, indexes: Indexes<'r>) -> Self {
        self.indexes = Some(indexes);
        self
    }

    /// Returns where in the file the next piece begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the length of the journal, as it was when the reader was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Returns the next piece, or `None` at the end.
    pub fn next_piece(&mut self) -> Result<Option<Piece<'_>>, FileError> {
        if let Some(region) = self.damaged.take() {
            return self
                .report(region)
                .map(|damage| Some(Piece::Damage(damage)));
        }
        if self.offset >= self.length {
            return Ok(None);
        }
        let offset = self.offset;
        let Some(header) = self.sound_at(offset)? else {
            let region = offset..self.end_of_damage(offset)?;
            return self
                .report(region)
                .map(|damage| Some(Piece::Damage(damage)));
        };
        let index = match header.kind {
            FrameKind::Entry => self.count_entry(offset),
            _ => None,
        };
        self.offset += header.frame_bytes() as u64;
        let start = self.in_buffer(offset) + HEADER_BYTES;
        Ok(Some(Piece::Frame(Frame {
            offset,
            kind: header.kind,
            index,
            bytes: &self.buffer[start..start + header.length],
        })))
    }

    /// Counts an entry at `offset`; returns its index.
    fn count_entry(&mut self, offset: u64) -> Option<u64> {
        let index = match self.entries {
            Some(entries) => Some(entries),
            None => self.indexes.as_ref().and_then(|find| find(offset)),
        };
        self.entries = index.map(|index| index + 1);
        index
    }

    /// Returns the header of the sound frame at `offset`, if there is one.
    fn sound_at(&mut self, offset: u64) -> Result<Option<Header>, FileError> {
        self.fill(offset, HEADER_BYTES)?;
        let Some(header) = Header::parse(self.from(offset)) else {
            return Ok(None);
        };
        // The first frame names the format, and no other does.
        if (header.kind == FrameKind::Journal) != (offset == 0)
            || offset + header.frame_bytes() as u64 > self.length
        {
            return Ok(None);
        }
        self.fill(offset, header.frame_bytes())?;
        Ok(header.is_sound(self.from(offset)).then_some(header))
    }

    /// Returns where what follows the damage at `offset` begins: at the next sound frame, or at the
    /// end of the file.
    ///
    /// Bytes of a frame may look like a frame. So where the damaged frame's own length leads to a
    /// sound frame, what is found before that counts only if it shows that the length is wrong:
    /// because what stands before it is a frame but for its header.
    fn end_of_damage(&mut self, offset: u64) -> Result<u64, FileError> {
        let stated = self.stated_end(offset)?;
        let found = self.next_sound(offset + 1, stated.unwrap_or(self.length))?;
        match stated {
            Some(end) if found < end => {
                let shorter = self.read_region(&(offset..found))?;
                let is_frame = kind_by_check(&shorter).is_some();
                Ok(if is_frame { found } else { end })
            }
            Some(end) => Ok(end),
            None => Ok(found),
        }
    }

    /// Returns where the damaged frame at `offset` ends by its own length, if a sound frame, or the
    /// end of the file, is there.
    fn stated_end(&mut self, offset: u64) -> Result<Option<u64>, FileError> {
        self.fill(offset, HEADER_BYTES)?;
        let Some(header) = Header::parse(self.from(offset)) else {
            return Ok(None);
        };
        let end = offset + header.frame_bytes() as u64;
        let fits = end == self.length || end < self.length && self.sound_at(end)?.is_some();
        Ok(fits.then_some(end))
    }

    /// Returns the first place from `from` on, before `end`, where a sound frame begins, or `end`.
    fn next_sound(&mut self, from: u64, end: u64) -> Result<u64, FileError> {
        let mut at = from;
        while at + FRAME_OVERHEAD as u64 <= end {
            if self.sound_at(at)?.is_some() {
                return Ok(at);
            }
            // Most bytes begin no frame of any kind.
            self.fill(at + 1, 1)?;
            let ahead = self.from(at + 1);
            let begins = |byte: &u8| FrameKind::of(*byte).is_some();
            at += 1 + ahead.iter().position(begins).unwrap_or(ahead.len()) as u64;
        }
        Ok(end)
    }

    /// Reports the first frame of a damaged region, and keeps the rest of the region for later.
    fn report(&mut self, region: Range<u64>) -> Result<Damage, FileError> {
        let length = region.end - region.start;
        let mut reported = length;
        let mut kind = None;
        if length <= NAMEABLE_BYTES {
            let bytes = self.read_region(&region)?;
            if let Some((first, of)) = first_frame(&bytes) {
                reported = first as u64;
                kind = Some(of);
            }
        }
        let end = region.start + reported;
        let found = self
            .indexes
            .as_ref()
            .and_then(|find| find(region.start))
            .filter(|_| kind.is_none() || kind == Some(FrameKind::Entry));
        let index = match kind {
            Some(FrameKind::Entry) => self.count_entry(region.start),
            Some(_) => None,
            None => {
                kind = found.map(|_| FrameKind::Entry);
                self.entries = None;
                found
            }
        };
        self.offset = end;
        self.damaged = (end < region.end).then_some(end..region.end);
        Ok(Damage {
            offset: region.start,
            length: reported,
            kind,
            index,
            at_end: end == self.length,
        })
    }

    /// Reads the bytes of a damaged region of bounded length.
    fn read_region(&mut self, region: &Range<u64>) -> Result<Vec<u8>, FileError> {
        let count = usize::try_from(region.end - region.start).expect("the region is short");
        self.fill(region.start, count)?;
        Ok(self.from(region.start)[..count].to_vec())
    }

    /// Makes the buffer hold `count` bytes from `offset` on, as far as the file has them.
    fn fill(&mut self, offset: u64, count: usize) -> Result<(), FileError> {
        let end = (offset + count as u64).min(self.length);
        let buffered = self.buffer_offset..self.buffer_offset + self.buffer.len() as u64;
        if offset >= buffered.start && end <= buffered.end {
            return Ok(());
        }
        let read = |this: &mut Self| -> io::Result<()> {
            if offset < this.buffer_offset || offset > this.buffer_offset + this.buffer.len() as u64
            {
                this.buffer.clear();
                this.file.seek(SeekFrom::Start(offset))?;
            } else {
                let past = this.in_buffer(offset);
                this.buffer.drain(..past);
            }
            this.buffer_offset = offset;
            let room = (BUFFER_BYTES - this.buffer.len()) as u64;
            let left = this.length - (offset + this.buffer.len() as u64);
            Read::take(&mut this.file, room.min(left)).read_to_end(&mut this.buffer)?;
            if this.buffer_offset + (this.buffer.len() as u64) < end {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(())
        };
        read(self).map_err(|source| FileError {
            action: FileAction::Read,
            path: self.path.clone(),
            source,
        })
    }

    /// Returns what the buffer holds from `offset` on.
    fn from(&self, offset: u64) -> &[u8] {
        &self.buffer[self.in_buffer(offset)..]
    }

    fn in_buffer(&self, offset: u64) -> usize {
        usize::try_from(offset - self.buffer_offset).expect("the buffer covers the offset")
    }
}

/// Tells where the first frame of a damaged region ends, and what it held.
///
/// The region ends where a sound frame, or the end of the file, follows. One damaged place leaves
/// either the header and so the frame's end, or everything but the header, so that the check tells
/// the kind.
fn first_frame(region: &[u8]) -> Option<(usize, FrameKind)> {
    if let Some(kind) = kind_by_check(region) {
        return Some((region.len(), kind));
    }
    let header = Header::parse(region)?;
    // The header's end must be the region's, or another header must stand there.
    let end = header.frame_bytes();
    let followed = end == region.len()
        || region
            .get(end..)
            .is_some_and(|rest| chain_ends(rest).is_some());
    followed.then_some((end, header.kind))
}

/// Follows headers to the end of the region; `None` if one of them is none.
fn chain_ends(mut rest: &[u8]) -> Option<()> {
    while !rest.is_empty() {
        rest = rest.get(Header::parse(rest)?.frame_bytes()..)?;
    }
    Some(())
}

/// Finds the kind under which the bytes and the check of a frame agree, whatever its header says.
fn kind_by_check(frame: &[u8]) -> Option<FrameKind> {
    let length = frame.len().checked_sub(FRAME_OVERHEAD)?;
    let stated = u32::try_from(length).ok()?;
    let (bytes, stored) = frame[HEADER_BYTES..].split_at(length);
    FrameKind::ALL.into_iter().find(|kind| {
        let mut covered = Vec::with_capacity(HEADER_BYTES + length);
        covered.push(kind.byte());
        covered.extend_from_slice(&stated.to_be_bytes());
        covered.extend_from_slice(bytes);
        length <= kind.max_bytes() && check(*kind, &covered) == stored
    })
}
