//! MTH, PATH and PROOF as RFC 6962 section 2.1 defines them, for tests: slow, and by recursion.

use sha2::{Digest, Sha256};

use super::merkle::{LeafHash, Tree, node_hash};

/// The largest tree of the exhaustive tests.
pub(super) const SIZES: u64 = 64;

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

/// The leaves of the exhaustive tests.
pub(super) fn leaves(count: u64) -> Vec<LeafHash> {
    (0..count).map(|i| LeafHash::of(&i.to_be_bytes())).collect()
}

/// A tree of these leaves.
pub(super) fn tree(leaves: &[LeafHash]) -> Tree {
    let mut tree = Tree::new();
    for &leaf in leaves {
        tree.push(leaf);
    }
    tree
}
