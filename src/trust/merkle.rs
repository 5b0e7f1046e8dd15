//! Merkle trees over the log's entries: hashes, roots, and proofs about them.
//!
//! Follows RFC 6962 section 2.1, with the verification procedures of RFC 9162 sections 2.1.3.2 and
//! 2.1.4.2, quoted where they are performed; SHA-256 throughout. No departure, but that a
//! consistency proof from the empty tree is defined, as C2SP tlog-witness has it: it is empty.
//!
//! A tree is read through [`HashReader`], by *perfect subtrees*: the one at (level, index) covers
//! the leaves from index·2^level on, 2^level of them. Their hashes never change once all leaves are
//! there, so a store keeps each, [`completed`] says which an appended leaf completes, and every
//! earlier root and proof can be computed from them.
//!
//! Not here: tiles, which are a way to publish the same hashes.

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

/// Says why a proof does not show what it should. Never an I/O error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry is not in a tree of this size.
    #[error("a tree of {size} entries has no entry {index}")]
    Index {
        /// The index that the proof is for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The earlier tree is larger than the later one.
    #[error("the earlier tree has {older} entries, the later one {newer}")]
    Sizes {
        /// The size of the earlier tree.
        older: u64,
        /// The size of the later tree.
        newer: u64,
    },
    /// The proof has not as many hashes as the sizes ask for.
    #[error("the proof has {found} hashes, {expected} are needed")]
    Length {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root {computed} at size {size}, not to {stated}")]
    Root {
        /// The size of the tree.
        size: u64,
        /// The root that the proof gives.
        computed: RootHash,
        /// The root that it should give.
        stated: RootHash,
    },
}

/// Says why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E: std::error::Error + 'static> {
    /// There is nothing to prove: the sizes or the index don't fit.
    #[error(transparent)]
    Nothing(ProofError),
    /// A hash could not be read.
    #[error("a hash of the tree could not be read")]
    Read(#[source] E),
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
fn range_hash<R: HashReader + ?Sized>(
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

/// Returns the largest power of two smaller than `length`, where a tree of that many leaves splits.
///
/// `length` is at least 2.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// Shows that an entry is in a tree (RFC 6962 "audit path"): the siblings from the leaf upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The entry's index.
    pub index: u64,
    /// The hashes, the leaf's sibling first.
    pub hashes: Vec<[u8; 32]>,
}

impl InclusionProof {
    /// Makes the proof for entry `index` of the tree of the first `size` entries.
    pub fn prove<R: HashReader + ?Sized>(
        index: u64,
        size: u64,
        reader: &R,
    ) -> Result<Self, ProveError<R::Error>> {
        if index >= size {
            return Err(ProveError::Nothing(ProofError::Index { index, size }));
        }
        // RFC 6962 2.1.1, from the root downwards, then turned around:
        // PATH(m, D[n]) = PATH(m, D[0:k]) : MTH(D[k:n]) for m < k,
        //                 PATH(m - k, D[k:n]) : MTH(D[0:k]) for m >= k.
        let mut hashes = Vec::new();
        let (mut start, mut end) = (0, size);
        while end - start > 1 {
            let middle = start + split(end - start);
            let sibling = if index < middle {
                let right = (middle, end);
                end = middle;
                right
            } else {
                let left = (start, middle);
                start = middle;
                left
            };
            hashes.push(range_hash(sibling.0, sibling.1, reader).map_err(ProveError::Read)?);
        }
        hashes.reverse();
        Ok(Self { index, hashes })
    }

    /// Checks that `leaf` is entry `self.index` of the tree that `head` describes.
    pub fn verify(&self, leaf: &LeafHash, head: &TreeHead) -> Result<(), ProofError> {
        // RFC 9162 2.1.3.2: "Compare leaf_index from the inclusion_proof_v2 structure against
        // tree_size. If leaf_index is greater than or equal to tree_size, then stop and fail."
        if self.index >= head.size {
            return Err(ProofError::Index {
                index: self.index,
                size: head.size,
            });
        }
        self.check_length(head.size)?;
        // "Set fn to leaf_index and sn to tree_size - 1. Set r to hash."
        let mut first = self.index;
        let mut last = head.size - 1;
        let mut r = leaf.0;
        // "For each value p in the inclusion_path array:"
        for p in &self.hashes {
            // "If sn is 0, then stop the iteration and fail the proof verification."
            if last == 0 {
                return Err(self.wrong_length(head.size));
            }
            // "If LSB(fn) is set, or if fn is equal to sn, then:"
            if first & 1 == 1 || first == last {
                // "Set r to HASH(0x01 || p || r)."
                r = node_hash(p, &r);
                // "If LSB(fn) is not set, then right-shift both fn and sn equally until either
                // LSB(fn) is set or fn is 0."
                while first & 1 == 0 && first != 0 {
                    first >>= 1;
                    last >>= 1;
                }
            } else {
                // "Otherwise: Set r to HASH(0x01 || r || p)."
                r = node_hash(&r, p);
            }
            // "Finally, right-shift both fn and sn one time."
            first >>= 1;
            last >>= 1;
        }
        // "Compare sn to 0. Compare r against the root_hash. If sn is equal to 0 and r and the
        // root_hash are equal, then the log has proven the inclusion of hash."
        if last != 0 {
            return Err(self.wrong_length(head.size));
        }
        check_root(head, r)
    }

    /// Refuses a proof of another length before it is hashed.
    fn check_length(&self, size: u64) -> Result<(), ProofError> {
        if self.hashes.len() == inclusion_length(self.index, size) {
            Ok(())
        } else {
            Err(self.wrong_length(size))
        }
    }

    fn wrong_length(&self, size: u64) -> ProofError {
        ProofError::Length {
            expected: inclusion_length(self.index, size),
            found: self.hashes.len(),
        }
    }
}

/// Returns how many hashes the proof for entry `index` of `size` has.
///
/// Below the lowest level at which the entry's subtree is the last one, every level has a sibling;
/// above it, only those where the subtree is a right child.
fn inclusion_length(index: u64, size: u64) -> usize {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    usize::try_from(inner + border).expect("at most 64 levels")
}

/// Shows that a tree begins with an earlier one: that nothing was changed or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The hashes, in the order of RFC 6962 section 2.1.2.
    pub hashes: Vec<[u8; 32]>,
}

impl ConsistencyProof {
    /// Makes the proof that the tree of the first `newer` entries begins with that of the first `older`.
    pub fn prove<R: HashReader + ?Sized>(
        older: u64,
        newer: u64,
        reader: &R,
    ) -> Result<Self, ProveError<R::Error>> {
        if older > newer {
            return Err(ProveError::Nothing(ProofError::Sizes { older, newer }));
        }
        if older == 0 || older == newer {
            return Ok(Self { hashes: Vec::new() });
        }
        // RFC 6962 2.1.2, from the root downwards, then turned around:
        // SUBPROOF(m, D[m], true) = {}, SUBPROOF(m, D[m], false) = {MTH(D[m])},
        // SUBPROOF(m, D[n], b) = SUBPROOF(m, D[0:k], b) : MTH(D[k:n]) for m <= k,
        //                        SUBPROOF(m - k, D[k:n], false) : MTH(D[0:k]) for m > k.
        let mut hashes = Vec::new();
        let (mut start, mut end) = (0, newer);
        while end != older {
            let middle = start + split(end - start);
            let sibling = if older <= middle {
                let right = (middle, end);
                end = middle;
                right
            } else {
                let left = (start, middle);
                start = middle;
                left
            };
            hashes.push(range_hash(sibling.0, sibling.1, reader).map_err(ProveError::Read)?);
        }
        if start != 0 {
            hashes.push(range_hash(start, end, reader).map_err(ProveError::Read)?);
        }
        hashes.reverse();
        Ok(Self { hashes })
    }

    /// Checks that the tree of `newer` begins with the tree of `older`.
    pub fn verify(&self, older: &TreeHead, newer: &TreeHead) -> Result<(), ProofError> {
        if older.size > newer.size {
            return Err(ProofError::Sizes {
                older: older.size,
                newer: newer.size,
            });
        }
        // C2SP tlog-witness: every tree is consistent with the empty one, whose root is fixed.
        for head in [older, newer] {
            if head.size == 0 {
                check_root(head, RootHash::empty().0)?;
            }
        }
        let expected = consistency_length(older.size, newer.size);
        let wrong_length = ProofError::Length {
            expected,
            found: self.hashes.len(),
        };
        if self.hashes.len() != expected {
            return Err(wrong_length);
        }
        if older.size == 0 {
            return Ok(());
        }
        if older.size == newer.size {
            return check_root(newer, older.root.0);
        }
        // RFC 9162 2.1.4.2: "If first is an exact power of 2, then prepend first_hash to the
        // consistency_path array."
        let mut path = self.hashes.iter();
        let start = if older.size.is_power_of_two() {
            &older.root.0
        } else {
            path.next().ok_or_else(|| wrong_length.clone())?
        };
        // "Set fn to first - 1 and sn to second - 1. If LSB(fn) is set, then right-shift both fn
        // and sn equally until LSB(fn) is not set."
        let mut first = older.size - 1;
        let mut last = newer.size - 1;
        while first & 1 == 1 {
            first >>= 1;
            last >>= 1;
        }
        // "Set both fr and sr to the first value in the consistency_path array."
        let (mut fr, mut sr) = (*start, *start);
        // "For each subsequent value c in the consistency_path array:"
        for c in path {
            // "If sn is 0, then stop the iteration and fail the proof verification."
            if last == 0 {
                return Err(wrong_length);
            }
            // "If LSB(fn) is set, or if fn is equal to sn, then:"
            if first & 1 == 1 || first == last {
                // "Set fr to HASH(0x01 || c || fr). Set sr to HASH(0x01 || c || sr)."
                fr = node_hash(c, &fr);
                sr = node_hash(c, &sr);
                // "If LSB(fn) is not set, then right-shift both fn and sn equally until either
                // LSB(fn) is set or fn is 0."
                while first & 1 == 0 && first != 0 {
                    first >>= 1;
                    last >>= 1;
                }
            } else {
                // "Otherwise: Set sr to HASH(0x01 || sr || c)."
                sr = node_hash(&sr, c);
            }
            // "Finally, right-shift both fn and sn one time."
            first >>= 1;
            last >>= 1;
        }
        // "After completing iterating through the consistency_path array as described above,
        // verify that the fr calculated is equal to the first_hash supplied, that the sr
        // calculated is equal to the second_hash supplied and that sn is 0."
        if last != 0 {
            return Err(wrong_length);
        }
        check_root(older, fr)?;
        check_root(newer, sr)
    }
}

/// Returns how many hashes the proof from `older` to `newer` has.
fn consistency_length(older: u64, newer: u64) -> usize {
    if older == 0 || older == newer {
        return 0;
    }
    // The proof is the inclusion proof of the last complete subtree of the older tree, and that
    // subtree's own hash unless it is the older root itself.
    let shift = older.trailing_zeros();
    let path = inclusion_length((older - 1) >> shift, ((newer - 1) >> shift) + 1);
    path + usize::from(!older.is_power_of_two())
}

fn check_root(head: &TreeHead, computed: [u8; 32]) -> Result<(), ProofError> {
    if head.root.0 == computed {
        Ok(())
    } else {
        Err(ProofError::Root {
            size: head.size,
            computed: RootHash(computed),
            stated: head.root,
        })
    }
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
    use super::*;

    /// The largest tree of the exhaustive tests.
    const SIZES: u64 = 64;

    /// MTH and PATH and PROOF as RFC 6962 section 2.1 defines them: slow, and by recursion.
    mod definition {
        use super::*;

        /// The largest power of two smaller than `n`, for `n` of 2 or more.
        fn k(n: usize) -> usize {
            n.next_power_of_two() / 2
        }

        pub(super) fn mth(d: &[LeafHash]) -> [u8; 32] {
            match d {
                [] => Sha256::digest([]).into(),
                [one] => one.0,
                _ => node_hash(&mth(&d[..k(d.len())]), &mth(&d[k(d.len())..])),
            }
        }

        pub(super) fn path(m: usize, d: &[LeafHash]) -> Vec<[u8; 32]> {
            if d.len() == 1 {
                return Vec::new();
            }
            let k = k(d.len());
            let (mut path, sibling) = if m < k {
                (path(m, &d[..k]), mth(&d[k..]))
            } else {
                (path(m - k, &d[k..]), mth(&d[..k]))
            };
            path.push(sibling);
            path
        }

        pub(super) fn subproof(m: usize, d: &[LeafHash], whole: bool) -> Vec<[u8; 32]> {
            if m == d.len() {
                return if whole { Vec::new() } else { vec![mth(d)] };
            }
            let k = k(d.len());
            let (mut proof, sibling) = if m <= k {
                (subproof(m, &d[..k], whole), mth(&d[k..]))
            } else {
                (subproof(m - k, &d[k..], false), mth(&d[..k]))
            };
            proof.push(sibling);
            proof
        }
    }

    fn leaves(count: u64) -> Vec<LeafHash> {
        (0..count).map(|i| LeafHash::of(&i.to_be_bytes())).collect()
    }

    fn tree(leaves: &[LeafHash]) -> Tree {
        let mut tree = Tree::new();
        for &leaf in leaves {
            tree.push(leaf);
        }
        tree
    }

    fn head(tree: &Tree, size: u64) -> TreeHead {
        let root = tree.root(size).expect("a size of the tree");
        TreeHead { root, size }
    }

    /// Calls `check` with every way to spoil a list of hashes a little.
    fn spoil(hashes: &[[u8; 32]], mut check: impl FnMut(Vec<[u8; 32]>, &str)) {
        for place in 0..hashes.len() {
            for bit in [0, (place * 37 + 101) % 256, 255] {
                let mut spoilt = hashes.to_vec();
                spoilt[place][bit / 8] ^= 1 << (bit % 8);
                check(spoilt, "a bit flipped");
            }
            let mut spoilt = hashes.to_vec();
            spoilt.remove(place);
            check(spoilt, "a hash missing");
        }
        for place in 0..=hashes.len() {
            let mut spoilt = hashes.to_vec();
            spoilt.insert(place, hashes.first().copied().unwrap_or([7; 32]));
            check(spoilt, "a hash too many");
        }
    }

    #[test]
    fn roots_are_those_of_the_definition_at_every_earlier_size() {
        let leaves = leaves(SIZES * 2 + 1);
        let mut tree = Tree::new();
        for (index, &leaf) in leaves.iter().enumerate() {
            assert_eq!(tree.push(leaf), index as u64);
            for size in 0..=index + 1 {
                assert_eq!(
                    tree.root(size as u64).expect("a root").0,
                    definition::mth(&leaves[..size]),
                    "size {size} of {}",
                    index + 1
                );
            }
        }
        let size = tree.size();
        assert!(tree.root(size + 1).is_err());
    }

    #[test]
    fn every_small_inclusion_proof_verifies_and_no_spoilt_one_does() {
        let leaves = leaves(SIZES);
        let tree = tree(&leaves);
        for size in 1..=SIZES {
            let head = head(&tree, size);
            for index in 0..size {
                let proof = InclusionProof::prove(index, size, &tree).expect("a proof");
                let at = usize::try_from(index).expect("a small number");
                let shown = &leaves[..usize::try_from(size).expect("as written")];
                assert_eq!(proof.hashes, definition::path(at, shown));
                assert_eq!(
                    proof.verify(&leaves[at], &head),
                    Ok(()),
                    "{index} of {size}"
                );

                let other = leaves[(at + 1) % leaves.len()];
                assert!(
                    proof.verify(&other, &head).is_err(),
                    "{index} of {size}: other leaf"
                );
                let mut other_root = head;
                other_root.root.0[31] ^= 1;
                assert!(proof.verify(&leaves[at], &other_root).is_err());
                spoil(&proof.hashes, |hashes, how| {
                    let spoilt = InclusionProof { index, hashes };
                    assert!(
                        spoilt.verify(&leaves[at], &head).is_err(),
                        "{index} of {size}: {how}"
                    );
                });
                for moved in (0..SIZES + 2).filter(|&moved| moved != index) {
                    let moved = InclusionProof {
                        index: moved,
                        hashes: proof.hashes.clone(),
                    };
                    assert!(
                        moved.verify(&leaves[at], &head).is_err(),
                        "{index} of {size}: moved"
                    );
                }
            }
            assert!(InclusionProof::prove(size, size, &tree).is_err());
        }
    }

    #[test]
    fn every_small_consistency_proof_verifies_and_no_spoilt_one_does() {
        let leaves = leaves(SIZES);
        let tree = tree(&leaves);
        for newer_size in 0..=SIZES {
            let newer = head(&tree, newer_size);
            for older_size in 0..=newer_size {
                let older = head(&tree, older_size);
                let proof =
                    ConsistencyProof::prove(older_size, newer_size, &tree).expect("a proof");
                let name = format!("{older_size} to {newer_size}");
                if older_size > 0 {
                    let shown = &leaves[..usize::try_from(newer_size).expect("as written")];
                    let expected = definition::subproof(
                        usize::try_from(older_size).expect("as written"),
                        shown,
                        true,
                    );
                    assert_eq!(proof.hashes, expected, "{name}");
                }
                assert_eq!(proof.verify(&older, &newer), Ok(()), "{name}");

                let mut other = older;
                other.root.0[0] ^= 0x80;
                assert!(
                    proof.verify(&other, &newer).is_err(),
                    "{name}: other older root"
                );
                if older_size > 0 {
                    // Whatever the newer root is, it begins with the empty tree.
                    let mut other = newer;
                    other.root.0[0] ^= 0x80;
                    assert!(
                        proof.verify(&older, &other).is_err(),
                        "{name}: other newer root"
                    );
                }
                spoil(&proof.hashes, |hashes, how| {
                    let spoilt = ConsistencyProof { hashes };
                    assert!(spoilt.verify(&older, &newer).is_err(), "{name}: {how}");
                });
                if older_size != newer_size {
                    assert!(proof.verify(&newer, &older).is_err(), "{name}: swapped");
                    assert!(ConsistencyProof::prove(newer_size, older_size, &tree).is_err());
                }
            }
        }
    }

    #[test]
    fn sizes_at_the_end_of_the_number_range_are_refused_without_overflow() {
        let root = RootHash([9; 32]);
        let leaf = LeafHash([7; 32]);
        for size in [
            u64::MAX,
            u64::MAX - 1,
            1 << 63,
            (1 << 63) + 1,
            (1 << 63) - 1,
        ] {
            for index in [0, 1, size / 2, size - 1] {
                for count in [0, 1, 2, 61, 62, 63, 64, 65, 128] {
                    let hashes = vec![[1; 32]; count];
                    let head = TreeHead { root, size };
                    let proof = InclusionProof {
                        index,
                        hashes: hashes.clone(),
                    };
                    assert!(proof.verify(&leaf, &head).is_err());
                    let older = TreeHead {
                        root: RootHash([8; 32]),
                        size: index.max(1),
                    };
                    assert!(ConsistencyProof { hashes }.verify(&older, &head).is_err());
                }
            }
        }
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

    fn decoded(value: &serde_json::Value) -> Vec<u8> {
        BASE64
            .decode(value.as_str().expect("base64"))
            .expect("base64")
    }

    /// Returns the proof's hashes, or `None` if one has not 32 bytes: no proof holds it.
    fn hashes(vector: &serde_json::Value) -> Option<Vec<[u8; 32]>> {
        let hashes = vector["proof"].as_array().cloned().unwrap_or_default();
        hashes
            .iter()
            .map(|hash| decoded(hash).try_into().ok())
            .collect()
    }

    #[test]
    fn the_inclusion_vectors_of_rfc_6962() {
        let Some(vectors) = super::super::vectors::read("rfc6962-inclusion.json") else {
            return;
        };
        let vectors = vectors.as_object().expect("named vectors");
        assert_eq!(vectors.len(), 98);
        for (name, vector) in vectors {
            // What has not 32 bytes can't be a leaf, a root or a hash of a proof here.
            let outcome = hashes(vector).and_then(|hashes| {
                let leaf = LeafHash(decoded(&vector["leafHash"]).try_into().ok()?);
                let root = RootHash(decoded(&vector["root"]).try_into().ok()?);
                let head = TreeHead {
                    root,
                    size: vector["treeSize"].as_u64()?,
                };
                let index = vector["leafIdx"].as_u64()?;
                InclusionProof { index, hashes }.verify(&leaf, &head).ok()
            });
            assert_eq!(outcome.is_none(), vector["wantErr"] == true, "{name}");
        }
    }

    #[test]
    fn the_consistency_vectors_of_rfc_6962() {
        let Some(vectors) = super::super::vectors::read("rfc6962-consistency.json") else {
            return;
        };
        let vectors = vectors.as_object().expect("named vectors");
        assert_eq!(vectors.len(), 98);
        for (name, vector) in vectors {
            // Some roots are short texts that only have to be equal or not: filled up with zeros.
            let head = |root: &str, size: &str| {
                let mut bytes = decoded(&vector[root]);
                bytes.resize(32, 0);
                let root = RootHash(bytes.try_into().expect("as written"));
                TreeHead {
                    root,
                    size: vector[size].as_u64().expect("as written"),
                }
            };
            let outcome = hashes(vector).and_then(|hashes| {
                let (older, newer) = (head("root1", "size1"), head("root2", "size2"));
                ConsistencyProof { hashes }.verify(&older, &newer).ok()
            });
            let refused = vector["wantErr"] == true
                // Consistency with the empty tree, refused there as useless, is defined in C2SP.
                && name != "consistency/additional/size1-is-zero-and-size2-is-not-zero.json";
            assert_eq!(outcome.is_none(), refused, "{name}");
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
