//! Proofs about a log's tree: that an entry is in it, and that it begins with an earlier one.
//!
//! Follows RFC 6962 sections 2.1.1 and 2.1.2 for making proofs, and RFC 9162 sections 2.1.3.2 and
//! 2.1.4.2 for verifying them, quoted where they are performed. No departure, but that a
//! consistency proof from the empty tree is defined, as C2SP tlog-witness has it: it is empty.
//!
//! Not here: the files that carry proofs.

use super::merkle::{HashReader, LeafHash, RootHash, TreeHead, node_hash, range_hash};

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

/// Returns the largest power of two smaller than `length`, where a tree of that many leaves splits.
///
/// `length` is at least 2.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    use super::super::definition::{SIZES, leaves, path, subproof, tree};
    use super::super::merkle::Tree;
    use super::*;

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
    fn every_small_inclusion_proof_verifies_and_no_spoilt_one_does() {
        let leaves = leaves(SIZES);
        let tree = tree(&leaves);
        for size in 1..=SIZES {
            let head = head(&tree, size);
            for index in 0..size {
                let proof = InclusionProof::prove(index, size, &tree).expect("a proof");
                let at = usize::try_from(index).expect("a small number");
                let shown = &leaves[..usize::try_from(size).expect("as written")];
                assert_eq!(proof.hashes, path(at, shown));
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
                    let expected = subproof(
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
}
