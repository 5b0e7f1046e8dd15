//! Verifying many signatures by one key faster, with the same answer for every input.
//!
//! An audit verifies hundreds of thousands of signatures by a few keys. With the key's multiples
//! written down once, `[S]B − [k]A` takes 64 additions and no doubling: the scalars are read as 32
//! signed digits in base 256, and the table has `[d·256^i]` of the point for each digit `d` of each
//! place `i` (Brickell, Gordon, `McCurley` and Wilson, "Fast exponentiation with precomputation",
//! EUROCRYPT '92).
//!
//! What is accepted is what `verify_strict` accepts ([`super::signature`]): the same equation, the
//! same refusals. The tests of [`super::signature`] ask both on good, changed and crafted signatures.
//!
//! Nothing here is secret, so nothing runs in constant time.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity as _;
use sha2::{Digest as _, Sha512};

/// Digits of a scalar: it is below 2^253, so the last carries nothing.
const DIGITS: usize = 32;
/// Digits are from −128 to 127, so a place needs this many multiples.
const MULTIPLES: usize = 128;

/// A key's multiples pay off after some seventy signatures; so many must have been verified first.
const WORTHWHILE: u32 = 64;
/// So many keys' multiples are kept at most in a process, at 640 KiB each.
const MOST_TABLES: usize = 48;

/// Whether no multiples are to be written down.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// How many keys' multiples there are.
static TABLES: AtomicUsize = AtomicUsize::new(0);

/// The multiples of the base point.
static BASE: LazyLock<Multiples> = LazyLock::new(|| Multiples::of(ED25519_BASEPOINT_POINT));

/// The encodings of the points of small order.
static SMALL_ORDER: LazyLock<[[u8; 32]; 8]> =
    LazyLock::new(|| EIGHT_TORSION.map(|point| point.compress().0));

/// From now on, this process writes down no key's multiples.
pub(super) fn use_none() {
    PLAIN.store(true, Ordering::Relaxed);
}

/// The multiples of a point: of `256^i` times it, once to 128 times, for each place `i`.
struct Multiples(Vec<EdwardsPoint>);

impl Multiples {
    fn of(point: EdwardsPoint) -> Self {
        let mut multiples = Vec::with_capacity(DIGITS * MULTIPLES);
        let mut unit = point;
        for _ in 0..DIGITS {
            let mut multiple = unit;
            for _ in 1..MULTIPLES {
                multiples.push(multiple);
                multiple += unit;
            }
            multiples.push(multiple);
            unit = multiple + multiple;
        }
        Self(multiples)
    }

    /// Adds `scalar` times the point to `sum`.
    fn add(&self, scalar: &Scalar, mut sum: EdwardsPoint) -> EdwardsPoint {
        for (row, digit) in self.0.chunks_exact(MULTIPLES).zip(digits(scalar)) {
            let multiple = usize::from(digit.unsigned_abs());
            match digit.signum() {
                1 => sum += &row[multiple - 1],
                -1 => sum -= &row[multiple - 1],
                _ => {}
            }
        }
        sum
    }
}

/// Returns the digits of a scalar in base 256, the least first, each from −128 to 127.
fn digits(scalar: &Scalar) -> [i8; DIGITS] {
    let mut carry = 0;
    scalar.as_bytes().map(|byte| {
        let digit = i16::from(byte) + carry;
        carry = i16::from(digit > i16::from(i8::MAX));
        i8::try_from(digit - 256 * carry).expect("a digit")
    })
}

/// A key's multiples, once they are worth their while.
pub(super) struct KeyMultiples {
    key: [u8; 32],
    /// Of the key's inverse, so that everything is added.
    inverse: Multiples,
}

impl KeyMultiples {
    /// Counts a use of a key; returns its multiples if it is time to write them down.
    pub(super) fn when_worthwhile(
        uses: &AtomicU32,
        key: &ed25519_dalek::VerifyingKey,
    ) -> Option<Self> {
        // Exactly one of the threads that share the key gets here.
        if uses.fetch_add(1, Ordering::Relaxed) != WORTHWHILE {
            return None;
        }
        let may = TABLES.load(Ordering::Relaxed) < MOST_TABLES && !PLAIN.load(Ordering::Relaxed);
        may.then(|| Self::of(key))
    }

    pub(super) fn of(key: &ed25519_dalek::VerifyingKey) -> Self {
        TABLES.fetch_add(1, Ordering::Relaxed);
        Self {
            key: key.to_bytes(),
            inverse: Multiples::of(-key.to_edwards()),
        }
    }

    /// Begins to verify a signature; `None` where it can't hold.
    ///
    /// It holds exactly when `verify_strict` says so, and then exactly when the expected point has the
    /// encoding of R.
    pub(super) fn expect(&self, signature: &[u8; 64], message: &[u8]) -> Option<Expected> {
        let (r, s) = signature.split_at(32);
        let r = <[u8; 32]>::try_from(r).ok()?;
        let s = <[u8; 32]>::try_from(s).ok()?;
        let s: Option<Scalar> = Scalar::from_canonical_bytes(s).into();
        let s = s?;
        if SMALL_ORDER.contains(&r) {
            return None;
        }
        let k = Sha512::new()
            .chain_update(r)
            .chain_update(self.key)
            .chain_update(message)
            .finalize();
        let k = Scalar::from_bytes_mod_order_wide(&k.into());
        let point = self.inverse.add(&k, BASE.add(&s, EdwardsPoint::identity()));
        Some(Expected { r, point })
    }
}

/// A signature whose equation was computed, and whose point is not written down yet.
pub(crate) struct Expected {
    r: [u8; 32],
    /// `[S]B − [k]A`.
    point: EdwardsPoint,
}

impl Expected {
    /// Says of each whether it holds. Written down together, points share their one inversion.
    pub(super) fn hold(all: &[Self]) -> Vec<bool> {
        let points: Vec<EdwardsPoint> = all.iter().map(|expected| expected.point).collect();
        let written = EdwardsPoint::compress_batch_alloc(&points);
        // Where the encodings are equal, R is the expected point, and its encoding canonical.
        let pairs = written.iter().zip(all);
        pairs
            .map(|(written, expected)| *written.as_bytes() == expected.r)
            .collect()
    }
}

impl Drop for KeyMultiples {
    fn drop(&mut self) {
        TABLES.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_sum_of_multiples_is_the_product(bytes in any::<[u8; 32]>()) {
            let scalar = Scalar::from_bytes_mod_order(bytes);
            prop_assert_eq!(
                BASE.add(&scalar, EdwardsPoint::identity()),
                EdwardsPoint::mul_base(&scalar)
            );
        }
    }

    #[test]
    fn the_greatest_and_the_least_scalars_have_their_digits() {
        for scalar in [
            Scalar::from(127_u64),
            Scalar::from(128_u64),
            Scalar::from(255_u64),
            Scalar::ZERO,
            Scalar::ONE,
            -Scalar::ONE,
            Scalar::from(u64::MAX),
        ] {
            let base = Scalar::from(256_u64);
            let sum = digits(&scalar).iter().rev().fold(Scalar::ZERO, |sum, d| {
                let digit = Scalar::from(d.unsigned_abs());
                sum * base + if *d < 0 { -digit } else { digit }
            });
            assert_eq!(sum, scalar);
        }
    }
}
