//! A frame: how one thing stands in the journal.
//!
//! Follows `docs/format-journal.md`. A kind byte, a big-endian `u32` length, the bytes, and the
//! first 8 bytes of BLAKE3 over all three; for an erased frame, over kind and length alone. The 8
//! bytes find torn and rotten frames. Nothing is trusted for them: entries are covered by the
//! checkpoint, objects by the hashes that entries sign.

use crate::trust::checkpoint;

/// What the first frame of a journal says.
pub const JOURNAL_FORMAT: &[u8] = b"factlog/journal@v1";

/// Bytes before a frame's own: kind and length.
pub const HEADER_BYTES: usize = 5;
/// Bytes after a frame's own: the check.
pub const CHECK_BYTES: usize = 8;
/// What a frame adds to its bytes.
pub const FRAME_OVERHEAD: usize = HEADER_BYTES + CHECK_BYTES;

/// The longest entry: `DESIGN.md` section 3 bounds a note at 4,096 bytes.
pub const MAX_ENTRY_BYTES: usize = 4096;
/// The longest object kept in the journal, and so in a database row; longer ones are files.
pub const MAX_SMALL_OBJECT_BYTES: usize = 4096;
/// The longest cosigned checkpoint: about a hundred cosignatures.
pub const MAX_CHECKPOINT_BYTES: usize = checkpoint::MAX_BYTES;
/// The longest bytes of any frame.
pub const MAX_FRAME_BYTES: usize = MAX_CHECKPOINT_BYTES;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// `J`: the journal's first frame, which names the format.
    Journal,
    /// `E`: an entry, a signed note.
    Entry,
    /// `O`: an object of at most [`MAX_SMALL_OBJECT_BYTES`].
    Object,
    /// `C`: a checkpoint with witnesses' cosignatures.
    Checkpoint,
    /// `X`: bytes that were overwritten.
    Erased,
}

impl FrameKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Journal,
        Self::Entry,
        Self::Object,
        Self::Checkpoint,
        Self::Erased,
    ];

    /// Returns the byte that stands for the kind.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Journal => b'J',
            Self::Entry => b'E',
            Self::Object => b'O',
            Self::Checkpoint => b'C',
            Self::Erased => b'X',
        }
    }

    /// Returns the kind that a byte stands for.
    pub const fn of(byte: u8) -> Option<Self> {
        match byte {
            b'J' => Some(Self::Journal),
            b'E' => Some(Self::Entry),
            b'O' => Some(Self::Object),
            b'C' => Some(Self::Checkpoint),
            b'X' => Some(Self::Erased),
            _ => None,
        }
    }

    /// Returns how many bytes a frame of this kind may hold.
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Journal => JOURNAL_FORMAT.len(),
            Self::Entry => MAX_ENTRY_BYTES,
            Self::Object | Self::Erased => MAX_SMALL_OBJECT_BYTES,
            Self::Checkpoint => MAX_CHECKPOINT_BYTES,
        }
    }
}

/// Appends a frame to `buffer`.
///
/// # Panics
///
/// If `bytes` is longer than the kind allows: the caller has bounded it.
pub(super) fn write(buffer: &mut Vec<u8>, kind: FrameKind, bytes: &[u8]) {
    assert!(
        bytes.len() <= kind.max_bytes(),
        "a frame's bytes are bounded before it is written"
    );
    let start = buffer.len();
    let length = u32::try_from(bytes.len()).expect("a frame's bound fits 32 bits");
    buffer.push(kind.byte());
    buffer.extend_from_slice(&length.to_be_bytes());
    buffer.extend_from_slice(bytes);
    let check = check(kind, &buffer[start..]);
    buffer.extend_from_slice(&check);
}

/// Returns the check of a frame, given its kind and its header and bytes.
pub(super) fn check(kind: FrameKind, header_and_bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let covered = match kind {
        FrameKind::Erased => &header_and_bytes[..HEADER_BYTES],
        _ => header_and_bytes,
    };
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&blake3::hash(covered).as_bytes()[..CHECK_BYTES]);
    check
}

/// What a frame's header says, as far as it can be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: FrameKind,
    pub(super) length: usize,
}

impl Header {
    /// Reads a header; `None` if no kind has this byte or the kind does not allow the length.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let header = bytes.get(..HEADER_BYTES)?;
        let kind = FrameKind::of(header[0])?;
        let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
        let length = usize::try_from(length).ok()?;
        (length <= kind.max_bytes()).then_some(Self { kind, length })
    }

    /// Returns the length of the whole frame.
    pub(super) const fn frame_bytes(self) -> usize {
        self.length + FRAME_OVERHEAD
    }

    /// Returns whether the frame at the start of `bytes`, which has this header, is whole and
    /// sound.
    pub(super) fn is_sound(self, bytes: &[u8]) -> bool {
        let Some(frame) = bytes.get(..self.frame_bytes()) else {
            return false;
        };
        let (covered, stored) = frame.split_at(self.length + HEADER_BYTES);
        // The overwritten bytes of an erased frame are zeros; anything else is not erased.
        let gone =
            self.kind != FrameKind::Erased || covered[HEADER_BYTES..].iter().all(|byte| *byte == 0);
        gone && check(self.kind, covered) == stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_kind_length_bytes_check() {
        let mut buffer = Vec::new();
        write(&mut buffer, FrameKind::Object, b"words");
        assert_eq!(buffer[..10], *b"O\0\0\0\x05words");
        assert_eq!(
            buffer[10..],
            blake3::hash(b"O\0\0\0\x05words").as_bytes()[..8]
        );
        let mut erased = Vec::new();
        write(&mut erased, FrameKind::Erased, &[0; 5]);
        assert_eq!(erased.len(), buffer.len());
        assert_eq!(erased[10..], blake3::hash(b"X\0\0\0\x05").as_bytes()[..8]);
    }

    #[test]
    fn the_examples_of_the_format_are_what_is_written() {
        let hex = |kind, bytes: &[u8]| {
            let mut buffer = Vec::new();
            write(&mut buffer, kind, bytes);
            let digits = buffer.iter().map(|byte| format!("{byte:02x}"));
            digits.collect::<Vec<_>>().concat()
        };
        assert_eq!(
            hex(FrameKind::Journal, JOURNAL_FORMAT),
            "4a00000012666163746c6f672f6a6f75726e616c407631c93dcb9d949d3a08"
        );
        assert_eq!(
            hex(FrameKind::Object, b"words"),
            "4f00000005776f7264736dfc614608369f7c"
        );
    }

    #[test]
    fn every_changed_bit_is_found() {
        for (kind, bytes) in [
            (FrameKind::Object, &b"some words"[..]),
            (FrameKind::Erased, &[0; 10]),
        ] {
            let mut buffer = Vec::new();
            write(&mut buffer, kind, bytes);
            let sound = |frame: &[u8]| {
                Header::parse(frame).is_some_and(|h| {
                    h.frame_bytes() == frame.len() && h.kind == kind && h.is_sound(frame)
                })
            };
            assert!(sound(&buffer));
            for bit in 0..buffer.len() * 8 {
                let mut changed = buffer.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert!(!sound(&changed), "bit {bit}");
            }
        }
    }

    #[test]
    fn a_length_over_the_bound_is_no_header() {
        for kind in FrameKind::ALL {
            let mut header = vec![kind.byte()];
            header.extend(u32::try_from(kind.max_bytes()).unwrap().to_be_bytes());
            assert!(Header::parse(&header).is_some());
            header.truncate(1);
            header.extend(u32::try_from(kind.max_bytes() + 1).unwrap().to_be_bytes());
            assert!(Header::parse(&header).is_none());
            assert_eq!(FrameKind::of(kind.byte()), Some(kind));
        }
    }
}
