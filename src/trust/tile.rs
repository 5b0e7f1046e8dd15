//! Tiles: a tree's hashes and entries as files that never change.
//!
//! Follows C2SP tlog-tiles, "Merkle Tree" and "Log entries". A tile is 256 hashes of level 8·L in
//! a row, or those that are there; an entry bundle is the entries of a tile of level 0, each after
//! its length in two bytes, big-endian. Their names are `tile/<L>/<N>` and `tile/entries/<N>`, with
//! `.p/<W>` where only `W` are there.
//!
//! Departures, narrower than the specification: a tile or bundle of which no tree of fewer than
//! 2^64 entries can have all is refused (so L is at most 7), and nothing is ever pruned.
//!
//! What a tile says is a claim like any other: [`Tiles`] reads hashes from tiles, and a root or a
//! proof made of them is held against a checkpoint.
//!
//! Not here: files, fetching, and taking the beginning of a full tile for a partial one.

use std::fmt;
use std::str::FromStr;

use super::checkpoint::parse_decimal;
use super::merkle::{HashReader, node_hash};

/// How many hashes a full tile has, and how many entries a full bundle.
pub const FULL_WIDTH: u16 = 256;

/// The most bytes that an entry in a bundle has: what two bytes can say.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// The highest level in a name, of which no tree that we read has a tile.
const MAX_LEVEL: u64 = 63;

/// Says why something is not a tile, or can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The text is not the path of a tile or bundle.
    #[error("a tile is called tile/<level>/<index> or tile/entries/<index>, not {0:?}")]
    Path(String),
    /// The width is not from 1 to 256.
    #[error("a tile is from 1 to {FULL_WIDTH} wide, not {0}")]
    Width(u16),
    /// No tree has such a tile.
    #[error("no tree of fewer than 2^64 entries has tile {index} of level {level}, {width} wide")]
    Beyond {
        /// The tile's level.
        level: u8,
        /// Its index.
        index: u64,
        /// Its width.
        width: u16,
    },
    /// A tile has not as many bytes as its hashes have.
    #[error("{tile} has {found} bytes, not {expected}")]
    Length {
        /// Which tile.
        tile: HashTile,
        /// How many bytes it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A bundle ends inside an entry, or before its last.
    #[error("{bundle} ends before its entry {entry} does")]
    Short {
        /// Which bundle.
        bundle: EntryBundle,
        /// Which of its entries, from 0.
        entry: u16,
    },
    /// Something follows a bundle's last entry.
    #[error("{bytes} bytes follow the last entry of {bundle}")]
    Trailing {
        /// Which bundle.
        bundle: EntryBundle,
        /// How many bytes follow.
        bytes: usize,
    },
    /// A bundle is made of more or fewer entries than it has.
    #[error("{bundle} has {expected} entries, not {found}")]
    Count {
        /// Which bundle.
        bundle: EntryBundle,
        /// How many entries it should have.
        expected: u16,
        /// How many were given.
        found: usize,
    },
    /// An entry is too long for a bundle.
    #[error("an entry in a bundle has at most {MAX_ENTRY_BYTES} bytes, this has {0}")]
    Entry(usize),
}

/// Where a tile or bundle stands in its row, and how much of it there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place {
    index: u64,
    width: u16,
}

impl Place {
    /// Checks that a tree can have this in the row of a tile level.
    fn new(level: u8, index: u64, width: u16) -> Result<Self, TileError> {
        if !(1..=FULL_WIDTH).contains(&width) {
            return Err(TileError::Width(width));
        }
        let beyond = TileError::Beyond {
            level,
            index,
            width,
        };
        let most = count_at(level, u64::MAX);
        match index
            .checked_mul(u64::from(FULL_WIDTH))
            .and_then(|first| first.checked_add(u64::from(width)))
        {
            Some(end) if end <= most => Ok(Self { index, width }),
            _ => Err(beyond),
        }
    }

    /// Returns what a row of `newer` items has that was not there when it had `older`.
    fn between(older: u64, newer: u64) -> impl Iterator<Item = Self> {
        let full = u64::from(FULL_WIDTH);
        let indices = if older < newer {
            older / full..newer.div_ceil(full)
        } else {
            0..0
        };
        indices.map(move |index| Self {
            index,
            width: u16::try_from((newer - index * full).min(full)).expect("at most 256"),
        })
    }

    /// Returns the index of the first hash or entry in it.
    fn first(self) -> u64 {
        self.index * u64::from(FULL_WIDTH)
    }
}

/// Writes the index in groups of three digits, all but the last after an `x`, and the width if it
/// is not the full one.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // "For example, index 1234067 will be encoded as x001/x234/067."
        let digits = self.index.to_string();
        let groups = digits.len().div_ceil(3);
        let digits = format!("{digits:0>width$}", width = groups * 3);
        for group in 0..groups {
            let x = if group + 1 < groups { "x" } else { "" };
            let slash = if group > 0 { "/" } else { "" };
            write!(f, "{slash}{x}{}", &digits[group * 3..group * 3 + 3])?;
        }
        if self.width < FULL_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// Returns how many hashes of a tile level a tree of a size has: `floor(s / 256**l)`.
fn count_at(level: u8, size: u64) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

/// Which hashes of a tree a tile has.
///
/// Written as its path, and ordered by level, index and width.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashTile {
    level: u8,
    place: Place,
}

impl HashTile {
    /// Names the tile of `width` hashes from the subtree (8·`level`, 256·`index`) on.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, TileError> {
        let place = Place::new(level, index, width)?;
        Ok(Self { level, place })
    }

    /// Returns the tiles that a tree of a size needs, by level and index.
    pub fn for_size(size: u64) -> impl Iterator<Item = Self> {
        Self::between(0, size)
    }

    /// Returns the tiles that a tree of `newer` entries needs and one of `older` had not: those
    /// that growing adds, and those that it makes wider.
    pub fn between(older: u64, newer: u64) -> impl Iterator<Item = Self> {
        (0..8).flat_map(move |level| {
            Place::between(count_at(level, older), count_at(level, newer))
                .map(move |place| Self { level, place })
        })
    }

    /// Returns the tile's level: its hashes are those of subtrees of 256^level entries.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Returns the tile's index in its level.
    pub const fn index(self) -> u64 {
        self.place.index
    }

    /// Returns how many hashes it has, 1 to 256.
    pub const fn width(self) -> u16 {
        self.place.width
    }

    /// Says whether it has fewer than 256 hashes.
    pub const fn is_partial(self) -> bool {
        self.place.width < FULL_WIDTH
    }

    /// Returns how many bytes it has: 32 for a hash.
    pub fn byte_length(self) -> usize {
        32 * usize::from(self.place.width)
    }

    /// Makes the tile's bytes from the hashes of a tree that is large enough.
    pub fn to_bytes<R: HashReader + ?Sized>(self, reader: &R) -> Result<Vec<u8>, R::Error> {
        let mut bytes = Vec::with_capacity(self.byte_length());
        let first = self.place.first();
        for index in first..first + u64::from(self.place.width) {
            bytes.extend_from_slice(&reader.hash(8 * self.level, index)?);
        }
        Ok(bytes)
    }

    /// Reads the tile's hashes from its bytes.
    pub fn parse_bytes(self, bytes: &[u8]) -> Result<&[[u8; 32]], TileError> {
        match bytes.as_chunks::<32>() {
            (hashes, []) if hashes.len() == usize::from(self.place.width) => Ok(hashes),
            _ => Err(TileError::Length {
                tile: self,
                expected: self.byte_length(),
                found: bytes.len(),
            }),
        }
    }
}

impl fmt::Display for HashTile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/{}", self.level, self.place)
    }
}

impl fmt::Debug for HashTile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashTile({self})")
    }
}

/// Which entries of a log a bundle has.
///
/// Written as its path, and ordered by index and width.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryBundle(Place);

impl EntryBundle {
    /// Names the bundle of `width` entries from 256·`index` on.
    pub fn new(index: u64, width: u16) -> Result<Self, TileError> {
        Place::new(0, index, width).map(Self)
    }

    /// Returns the bundles that a log of a size needs, by index.
    pub fn for_size(size: u64) -> impl Iterator<Item = Self> {
        Self::between(0, size)
    }

    /// Returns the bundles that a log of `newer` entries needs and one of `older` had not.
    pub fn between(older: u64, newer: u64) -> impl Iterator<Item = Self> {
        Place::between(older, newer).map(Self)
    }

    /// Returns the bundle's index.
    pub const fn index(self) -> u64 {
        self.0.index
    }

    /// Returns how many entries it has, 1 to 256.
    pub const fn width(self) -> u16 {
        self.0.width
    }

    /// Says whether it has fewer than 256 entries.
    pub const fn is_partial(self) -> bool {
        self.0.width < FULL_WIDTH
    }

    /// Returns the index in the log of the bundle's first entry.
    pub fn first_entry(self) -> u64 {
        self.0.first()
    }

    /// Makes the bundle's bytes from its entries.
    ///
    /// # Errors
    ///
    /// If there are more or fewer entries than its width says, or one is too long.
    pub fn to_bytes<E: AsRef<[u8]>>(self, entries: &[E]) -> Result<Vec<u8>, TileError> {
        if entries.len() != usize::from(self.0.width) {
            return Err(TileError::Count {
                bundle: self,
                expected: self.0.width,
                found: entries.len(),
            });
        }
        let mut bytes = Vec::new();
        for entry in entries {
            let entry = entry.as_ref();
            let length = u16::try_from(entry.len()).map_err(|_| TileError::Entry(entry.len()))?;
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(entry);
        }
        Ok(bytes)
    }

    /// Reads the bundle's entries from its bytes: as many as its width says, and nothing after.
    pub fn parse_bytes(self, bytes: &[u8]) -> Result<Vec<&[u8]>, TileError> {
        let mut rest = bytes;
        let mut entries = Vec::with_capacity(usize::from(self.0.width));
        for entry in 0..self.0.width {
            let (read, after) = split_entry(rest).ok_or(TileError::Short {
                bundle: self,
                entry,
            })?;
            entries.push(read);
            rest = after;
        }
        if rest.is_empty() {
            Ok(entries)
        } else {
            Err(TileError::Trailing {
                bundle: self,
                bytes: rest.len(),
            })
        }
    }
}

fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

impl fmt::Display for EntryBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/entries/{}", self.0)
    }
}

impl fmt::Debug for EntryBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryBundle({self})")
    }
}

/// What a file below `tile/` is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// `tile/<L>/<N>`, `tile/<L>/<N>.p/<W>`.
    Hashes(HashTile),
    /// `tile/entries/<N>`, `tile/entries/<N>.p/<W>`.
    Entries(EntryBundle),
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashes(tile) => tile.fmt(f),
            Self::Entries(bundle) => bundle.fmt(f),
        }
    }
}

impl FromStr for TilePath {
    type Err = TileError;

    /// Reads a path, with `/` between its parts and none in front.
    fn from_str(path: &str) -> Result<Self, TileError> {
        let wrong = || TileError::Path(path.to_owned());
        let (row, place) = path
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(wrong)?;
        let (index, width) = parse_place(place).ok_or_else(wrong)?;
        let read = if row == "entries" {
            Self::Entries(EntryBundle::new(index, width)?)
        } else {
            let level = parse_decimal(row).filter(|&level| level <= MAX_LEVEL);
            let level = level.and_then(|level| u8::try_from(level).ok());
            Self::Hashes(HashTile::new(level.ok_or_else(wrong)?, index, width)?)
        };
        // Whatever else is read, leading zeros above all, is a second name of the same tile.
        if read.to_string() == path {
            Ok(read)
        } else {
            Err(wrong())
        }
    }
}

/// Reads `<N>` or `<N>.p/<W>`, not so strictly that it need not be written again and compared.
fn parse_place(place: &str) -> Option<(u64, u16)> {
    let (index, width) = match place.split_once(".p/") {
        Some((index, width)) => (index, u16::try_from(parse_decimal(width)?).ok()?),
        None => (place, FULL_WIDTH),
    };
    // The digits of 2^64 are seven groups: nothing longer need be gathered.
    if index.len() > "x018/x446/x744/x073/x709/x551/615".len() {
        return None;
    }
    let digits: String = index.split(['x', '/']).collect();
    let digits = digits.trim_start_matches('0');
    let index = if digits.is_empty() { "0" } else { digits };
    Some((parse_decimal(index)?, width))
}

/// Says why a hash can't be read from tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileReadError<E: std::error::Error + 'static> {
    /// The tree is too small for the subtree.
    #[error("a tree of {size} entries has no complete subtree {index} at level {level}")]
    Missing {
        /// The level that was asked for, 0 for leaves.
        level: u8,
        /// The index at that level.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The tile is not what its name says.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// The tile could not be had.
    #[error("{tile} could not be read")]
    Fetch {
        /// Which tile.
        tile: HashTile,
        /// Why not.
        source: E,
    },
}

/// A tree of a size, read from its tiles.
///
/// `fetch` returns a tile's bytes: from memory, a file, a server. It is asked only for tiles that
/// [`HashTile::for_size`] names, once for each hash read, and keeps what it wants to keep.
#[derive(Debug, Clone)]
pub struct Tiles<F> {
    size: u64,
    fetch: F,
}

impl<F> Tiles<F> {
    /// Reads the tree of the first `size` entries.
    pub const fn new(size: u64, fetch: F) -> Self {
        Self { size, fetch }
    }
}

impl<F, B, E> HashReader for Tiles<F>
where
    F: Fn(HashTile) -> Result<B, E>,
    B: AsRef<[u8]>,
    E: std::error::Error + 'static,
{
    type Error = TileReadError<E>;

    fn hash(&self, level: u8, index: u64) -> Result<[u8; 32], Self::Error> {
        let missing = TileReadError::Missing {
            level,
            index,
            size: self.size,
        };
        if index >= self.size.checked_shr(u32::from(level)).unwrap_or(0) {
            return Err(missing);
        }
        // The subtree is 2^inner hashes in a row of one tile: a row of 256 begins at a multiple.
        let (tile_level, inner) = (level / 8, level % 8);
        let first = index << inner;
        let full = u64::from(FULL_WIDTH);
        let width = (count_at(tile_level, self.size) - first / full * full).min(full);
        let width = u16::try_from(width).expect("at most 256");
        let tile = HashTile::new(tile_level, first / full, width)?;
        let bytes = (self.fetch)(tile).map_err(|source| TileReadError::Fetch { tile, source })?;
        let hashes = tile.parse_bytes(bytes.as_ref())?;
        let first = usize::try_from(first % full).expect("below 256");
        Ok(perfect(&hashes[first..first + (1 << inner)]))
    }
}

/// Returns the hash over a power of two of hashes in a row.
fn perfect(hashes: &[[u8; 32]]) -> [u8; 32] {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        let (pairs, _) = row.as_chunks::<2>();
        row = pairs.iter().map(|[l, r]| node_hash(l, r)).collect();
    }
    row[0]
}

#[cfg(test)]
mod tests;
