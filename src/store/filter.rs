//! A filter over the keys of a run: says for most keys that are not in it that they are not.
//!
//! A Bloom filter with [`BITS_A_KEY`] bits and [`PROBES`] probes a key: about one absent key in 200
//! passes. It is kept with its run, so the hash is fixed here: FNV-1a, mixed.

/// Bits for each key.
const BITS_A_KEY: usize = 12;
/// Bits that a key sets.
const PROBES: usize = 8;

/// The filter of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(Vec<u8>);

impl Filter {
    /// Makes an empty filter for `keys` keys.
    pub(super) fn for_keys(keys: usize) -> Self {
        Self(vec![0; Self::bytes_for(keys)])
    }

    /// Takes a filter that was kept.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns how long the filter of a run with `keys` keys is.
    pub(super) fn bytes_for(keys: usize) -> usize {
        (keys * BITS_A_KEY).div_ceil(8).max(8)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds a key, by its [`hash`].
    pub(super) fn add(&mut self, hash: u64) {
        for bit in self.bits(hash) {
            self.0[bit / 8] |= 1 << (bit % 8);
        }
    }

    /// Returns `false` only if the key with this [`hash`] was not added.
    pub(super) fn may_have(&self, hash: u64) -> bool {
        // Most keys that were not added fail at the first bits, and no further ones are computed.
        self.bits(hash)
            .all(|bit| self.0[bit / 8] & (1 << (bit % 8)) != 0)
    }

    fn bits(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let (start, step) = (hash, hash.rotate_left(32) | 1);
        let count = self.0.len() as u64 * 8;
        let mut at = start;
        (0..PROBES).map(move |_| {
            at = at.wrapping_add(step);
            usize::try_from(at % count).expect("a filter fits memory")
        })
    }
}

/// Hashes a key: FNV-1a with a final mix, so that short keys that differ little spread well.
pub(super) fn hash(key: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in key {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_pass_and_most_others_do_not() {
        let mut filter = Filter::for_keys(5000);
        for key in 0..5000_u64 {
            filter.add(hash(&key.to_be_bytes()));
        }
        assert!((0..5000_u64).all(|key| filter.may_have(hash(&key.to_be_bytes()))));
        let passing = (5000..25000_u64)
            .filter(|key| filter.may_have(hash(&key.to_be_bytes())))
            .count();
        assert!(passing < 400, "{passing} of 20000");
        assert!(!Filter::for_keys(0).may_have(hash(b"anything")));
    }
}
