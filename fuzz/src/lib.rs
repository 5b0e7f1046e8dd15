//! What the targets share: the test keys of the conformance suite, choices that a number gives, and
//! changes to JSON and to proof bundles that random bytes would never come to.

pub mod bundle;
pub mod json;
pub mod keys;

/// Choices that follow from one number.
pub struct Pick(u64);

impl Pick {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number (SplitMix64).
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % end as u64).expect("below a usize")
    }

    /// Returns true once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        (!items.is_empty()).then(|| &items[self.below(items.len())])
    }
}

/// Has libFuzzer change bytes that may grow by half, and 16 more.
pub fn mutate(bytes: &[u8]) -> Vec<u8> {
    let most = bytes.len() + bytes.len() / 2 + 16;
    let mut changed = bytes.to_vec();
    changed.resize(most, 0);
    let length = libfuzzer_sys::fuzzer_mutate(&mut changed, bytes.len(), most);
    changed.truncate(length);
    changed
}

/// Puts a mutator's result in libFuzzer's place for it, where it fits; returns its length.
pub fn put(data: &mut [u8], result: &[u8], most: usize) -> Option<usize> {
    let place = data.get_mut(..result.len().min(most))?;
    if place.len() < result.len() {
        return None;
    }
    place.copy_from_slice(result);
    Some(result.len())
}
