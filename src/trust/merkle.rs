//! Merkle trees over the log's entries: hashes and roots.
//!
//! Follows RFC 6962 section 2.1, with SHA-256 throughout. No departure.
//!
//! A tree is read through [`HashReader`], by *perfect subtrees*: the one at (level, index) covers
//! the leaves from index·2^level on, 2^level of them. Their hashes never change once all leaves are
//! there, so a store keeps each, [`completed`] says which an appended leaf completes, and every
//! earlier root and proof can be computed from them.
//!
//! Not here: proofs (`proof`), and tiles, which are a way to publish the same hashes.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::words::id::{EntryId, to_hex};

/// Says why a text is not a root hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// Not canonical padded base64.
    #[error("a root hash is written in canonical padded base64")]
    Base64(#[source] base64::DecodeError),
    /// Not 32 bytes.
    #[error("a root hash has 32 bytes, this has {0}")]
    Length(usize),
}

/// The hash of one entry: SHA-256(0x00 ‖ entry bytes). The same 32 bytes as its [`EntryId`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafHash(pub [u8; 32]);

impl LeafHash {
    /// Hashes an entry's bytes.
    pub fn of(entry: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update([0x00])
                .chain_update(entry)
                .finalize()
                .into(),
        )
    }
}

impl fmt::Debug for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeafHash({})", to_hex(&self.0))
    }
}

impl From<EntryId> for LeafHash {
    fn from(id: EntryId) -> Self {
        Self(id.0)
    }
}

impl From<LeafHash> for EntryId {
    fn from(leaf: LeafHash) -> Self {
        Self(leaf.0)
    }
}

/// Returns the hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut input = [0x01; 65];
    input[1..33].copy_from_slice(left);
    input[33..].copy_from_slice(right);
    Sha256::digest(input).into()
}

/// The hash of a whole tree, written in standard padded base64, as in a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RootHash(pub [u8; 32]);

impl RootHash {
    /// Returns the root of a tree without entries: SHA-256 of nothing.
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }
}

impl fmt::Display for RootHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

impl fmt::Debug for RootHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootHash({self})")
    }
}

impl FromStr for RootHash {
    type Err = RootError;

    fn from_str(text: &str) -> Result<Self, RootError> {
        let bytes = BASE64.decode(text).map_err(RootError::Base64)?;
        let length = bytes.len();
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| RootError::Length(length))
    }
}

impl TryFrom<String> for RootHash {
    type Error = RootError;

    fn try_from(text: String) -> Result<Self, RootError> {
        text.parse()
    }
}

impl From<RootHash> for String {
    fn from(root: RootHash) -> Self {
        root.to_string()
    }
}

/// A size and the root hash of the tree at that size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// The root hash.
    pub root: RootHash,
    /// The number of entries.
    pub size: u64,
}

impl TreeHead {
    /// Returns the head of a tree without entries.
    pub fn empty() -> Self {
        Self {
            root: RootHash::empty(),
            size: 0,
        }
    }
}

/// Reads the hashes of perfect subtrees.
pub trait HashReader {
    /// Says why a hash could not be read.
    type Error: std::error::Error + 'static;

    /// Returns the hash over the leaves from `index << level` on, `1 << level` of them.
    ///
    /// Asked only for subtrees that are complete at the size in question.
    fn hash(&self, level: u8, index: u64) -> Result<[u8; 32], Self::Error>;
}

/// Returns the hashes that appending `leaf` at `index` completes.
///
/// The hash at position `l` is that of the perfect subtree at (level `l`, index `index >> l`), so
/// the first is the leaf itself. Reads one hash for each further one.
pub fn completed<R: HashReader + ?Sized>(
    index: u64,
    leaf: LeafHash,
    reader: &R,
) -> Result<Vec<[u8; 32]>, R::Error> {
    let mut hashes = vec![leaf.0];
    let mut hash = leaf.0;
    for level in (0..64).take_while(|level| index >> level & 1 == 1) {
        let left = reader.hash(level, (index >> level) - 1)?;
        hash = node_hash(&left, &hash);
        hashes.push(hash);
    }
    Ok(hashes)
}

/// Returns the root of the first `size` leaves: of the tree as it is, or as it was.
pub fn root<R: HashReader + ?Sized>(size: u64, reader: &R) -> Result<RootHash, R::Error> {
    if size == 0 {
        return Ok(RootHash::empty());
    }
    range_hash(0, size, reader).map(RootHash)
}

/// Returns MTH(D\[start:end\]) for a range that a tree's splitting gives: not empty, and `start` a
/// multiple of the smallest power of two that is not below its length.
///
/// Such a range is a row of perfect subtrees, each smaller than the one on its left, joined from
/// the right.
pub(super) fn range_hash<R: HashReader + ?Sized>(
    start: u64,
    end: u64,
    reader: &R,
) -> Result<[u8; 32], R::Error> {
    let mut end = end;
    let mut joined: Option<[u8; 32]> = None;
    while end > start {
        // The rightmost subtree is as large as the lowest bit of the length that is set.
        let level = (end - start).trailing_zeros();
        end -= 1 << level;
        let level = u8::try_from(level).expect("a u64 has less than 256 bits");
        let left = reader.hash(level, end >> level)?;
        joined = Some(match joined {
            Some(right) => node_hash(&left, &right),
            None => left,
        });
    }
    Ok(joined.expect("a range of a split is not empty"))
}

/// Says that a tree in memory has no such subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree has no complete subtree {index} at level {level}")]
pub struct MissingHash {
    /// The level, 0 for leaves.
    pub level: u8,
    /// The index at that level.
    pub index: u64,
}

/// A tree in memory: the hash of every perfect subtree, about 64 bytes an entry.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// At level l, the hashes of the perfect subtrees of 2^l leaves.
    levels: Vec<Vec<[u8; 32]>>,
}

impl Tree {
    /// Makes a tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf and returns its index.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a tree holds every subtree of its leaves"
    )]
    pub fn push(&mut self, leaf: LeafHash) -> u64 {
        let index = self.size();
        let hashes = completed(index, leaf, self).expect("every earlier leaf has been pushed");
        for (level, hash) in hashes.into_iter().enumerate() {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(hash);
        }
        index
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Returns the leaf at an index.
    pub fn leaf(&self, index: u64) -> Option<LeafHash> {
        self.hash(0, index).ok().map(LeafHash)
    }

    /// Returns the root at any size up to the tree's own.
    pub fn root(&self, size: u64) -> Result<RootHash, MissingHash> {
        root(size, self)
    }

    /// Returns the head of the whole tree.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a tree holds every subtree of its leaves"
    )]
    pub fn head(&self) -> TreeHead {
        let size = self.size();
        let root = self.root(size).expect("every subtree of the tree is there");
        TreeHead { root, size }
    }
}

impl HashReader for Tree {
    type Error = MissingHash;

    fn hash(&self, level: u8, index: u64) -> Result<[u8; 32], MissingHash> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.levels.get(usize::from(level))?.get(index).copied())
            .ok_or(MissingHash { level, index })
    }
}

#[cfg(test)]
mod tests {
    use super::super::definition::{SIZES, leaves, mth};
    use super::*;

    #[test]
    fn roots_are_those_of_the_definition_at_every_earlier_size() {
        let leaves = leaves(SIZES * 2 + 1);
        let mut tree = Tree::new();
        for (index, &leaf) in leaves.iter().enumerate() {
            assert_eq!(tree.push(leaf), index as u64);
            for size in 0..=index + 1 {
                assert_eq!(
                    tree.root(size as u64).expect("a root").0,
                    mth(&leaves[..size]),
                    "size {size} of {}",
                    index + 1
                );
            }
        }
        let size = tree.size();
        assert!(tree.root(size + 1).is_err());
    }

    #[test]
    fn the_reference_roots_of_eight_leaves() {
        // transparency-dev/merkle, testonly/constants.go.
        let entries: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            b"`abcdefghijklmno",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::new();
        assert_eq!(
            to_hex(&tree.head().root.0),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for (entry, root) in entries.iter().zip(roots) {
            tree.push(LeafHash::of(entry));
            assert_eq!(to_hex(&tree.head().root.0), root);
        }
    }

    #[test]
    fn a_root_is_canonical_base64_of_32_bytes() {
        let root = RootHash::empty();
        assert_eq!(
            root.to_string(),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
        assert_eq!(root.to_string().parse(), Ok(root));
        for (text, why) in [
            ("", "nothing"),
            ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "no padding"),
            (
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
                "trailing bits",
            ),
            (
                "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
                "the URL alphabet",
            ),
            (
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                "a line feed",
            ),
            (" 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "a space"),
            ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==", "31 bytes"),
            ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFVV", "33 bytes"),
        ] {
            assert!(text.parse::<RootHash>().is_err(), "{why}");
        }
    }

    #[test]
    fn a_tree_head_is_json_with_these_two_fields() {
        let head = TreeHead::empty();
        let json = r#"{"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","size":0}"#;
        assert_eq!(serde_json::to_string(&head).expect("as written"), json);
        assert_eq!(
            serde_json::from_str::<TreeHead>(json).expect("as written"),
            head
        );
        let more = json.replace("\"size\"", "\"more\":1,\"size\"");
        assert!(serde_json::from_str::<TreeHead>(&more).is_err());
        assert!(serde_json::from_str::<TreeHead>(&json.replace(":0", ":-1")).is_err());
        assert!(serde_json::from_str::<TreeHead>(&json.replace("FU=", "FV=")).is_err());
    }
}
