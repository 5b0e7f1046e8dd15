//! Ed25519 signatures, and the one rule by which they hold.
//!
//! Follows RFC 8032 in what is signed and how it is written, and narrows what is accepted so that
//! two auditors can't disagree: a signature is valid if S < L, A is an enrolled key
//! ([`PublicKey`]), R is not one of the small-order encodings, and the canonical encoding of
//! `[S]B − [k]A` equals R byte for byte. That is ed25519-dalek's `verify_strict`.
//!
//! Batch verification has another acceptance set and is not here: however many signatures are verified
//! together, the equation of each is computed by itself.

use std::fmt;

use super::key::PublicKey;
use super::multiples::Expected;

/// 64 bytes that claim to be an Ed25519 signature: R, then S.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature(pub [u8; 64]);

/// Says that a signature does not hold. It does not say why: there is nothing to repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct SignatureError;

impl Signature {
    /// Checks that `key` signed exactly these bytes.
    pub fn verify(&self, key: &PublicKey, message: &[u8]) -> Result<(), SignatureError> {
        if Begun::settle(vec![self.begin(key, message)]) == [true] {
            Ok(())
        } else {
            Err(SignatureError)
        }
    }

    /// Begins to check that `key` signed exactly these bytes.
    pub(super) fn begin(&self, key: &PublicKey, message: &[u8]) -> Begun {
        key.begin(&self.0, message)
    }
}

/// A signature that is being verified.
///
/// Each is verified by itself. What many share is the last step, in which points are written down: one
/// inversion serves them all.
pub(crate) enum Begun {
    /// It is known whether it holds.
    Settled(bool),
    /// It holds if a point turns out to be the expected one.
    Open(Expected),
}

impl Begun {
    /// Says of each whether it holds.
    pub(crate) fn settle(all: Vec<Self>) -> Vec<bool> {
        let mut open = Vec::new();
        let settled: Vec<Option<bool>> = all
            .into_iter()
            .map(|begun| match begun {
                Self::Settled(holds) => Some(holds),
                Self::Open(expected) => {
                    open.push(expected);
                    None
                }
            })
            .collect();
        let mut opened = Expected::hold(&open).into_iter();
        settled
            .into_iter()
            .map(|holds| holds.or_else(|| opened.next()) == Some(true))
            .collect()
    }
}

/// From now on, every signature is verified by `verify_strict` alone, in this process.
///
/// Keys that were used a hundred times before have their multiples already; so it comes first.
pub fn verify_plainly() {
    super::multiples::use_none();
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use curve25519_dalek::constants::EIGHT_TORSION;
    use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
    use curve25519_dalek::scalar::Scalar;
    use ed25519_dalek::Verifier as _;
    use sha2::{Digest, Sha512};

    use super::super::multiples::KeyMultiples;
    use super::*;

    /// A key, to be asked in both ways.
    struct Asked {
        key: PublicKey,
        strict: ed25519_dalek::VerifyingKey,
        fast: KeyMultiples,
    }

    impl Asked {
        fn new(key: PublicKey) -> Self {
            let strict = ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes()).expect("a key");
            let fast = KeyMultiples::of(&strict);
            Self { key, strict, fast }
        }

        /// Verifies, and checks that it makes no difference how.
        fn verify(&self, signature: &Signature, message: &[u8]) -> Result<(), SignatureError> {
            let parsed = ed25519_dalek::Signature::from_bytes(&signature.0);
            let strict = self.strict.verify_strict(message, &parsed).is_ok();
            let fast = self.fast.expect(&signature.0, message);
            let fast = fast.map_or_else(Vec::new, |expected| Expected::hold(&[expected]));
            assert_eq!(fast == [true], strict);
            let answer = signature.verify(&self.key, message);
            assert_eq!(answer.is_ok(), strict);
            answer
        }
    }

    const MESSAGE: &[u8] = b"factlog/entry@v1\n{}\n";

    /// L, the order of the base point, little-endian.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    fn secret() -> ed25519_dalek::SigningKey {
        ed25519_dalek::SigningKey::from_bytes(&[7; 32])
    }

    fn public() -> &'static Asked {
        static PUBLIC: LazyLock<Asked> = LazyLock::new(|| {
            Asked::new(PublicKey::new(secret().verifying_key().as_bytes()).expect("a key"))
        });
        &PUBLIC
    }

    fn joined(r: [u8; 32], s: [u8; 32]) -> Signature {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&r);
        bytes[32..].copy_from_slice(&s);
        Signature(bytes)
    }

    /// Signs with a chosen r and a chosen encoding of R: S = r + ka, k = SHA-512(R ‖ A ‖ M).
    fn sign_with(r: Scalar, encoded: [u8; 32]) -> Signature {
        let k = Sha512::new()
            .chain_update(encoded)
            .chain_update(public().key.as_bytes())
            .chain_update(MESSAGE)
            .finalize();
        let k = Scalar::from_bytes_mod_order_wide(&k.into());
        joined(encoded, (r + k * secret().to_scalar()).to_bytes())
    }

    fn plus_order(s: &[u8]) -> [u8; 32] {
        let mut carry = 0;
        let mut sum = [0; 32];
        for ((sum, s), order) in sum.iter_mut().zip(s).zip(ORDER) {
            let wide = u16::from(*s) + u16::from(order) + carry;
            *sum = wide.to_le_bytes()[0];
            carry = wide >> 8;
        }
        sum
    }

    #[test]
    fn an_ordinary_signature_verifies_and_no_changed_bit_does() {
        let r = Scalar::from(12_345_u64);
        let signature = sign_with(r, EdwardsPoint::mul_base(&r).compress().0);
        assert_eq!(public().verify(&signature, MESSAGE), Ok(()));
        assert_eq!(public().verify(&signature, b""), Err(SignatureError));
        for bit in 0..512 {
            let mut other = signature;
            other.0[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                public().verify(&other, MESSAGE),
                Err(SignatureError),
                "bit {bit}"
            );
        }
        for bit in 0..MESSAGE.len() * 8 {
            let mut other = MESSAGE.to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                public().verify(&signature, &other),
                Err(SignatureError),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_scalar_that_is_not_reduced_is_refused() {
        let r = Scalar::from(12_345_u64);
        let signature = sign_with(r, EdwardsPoint::mul_base(&r).compress().0);
        let same = plus_order(&signature.0[32..]);
        assert_eq!(
            Scalar::from_bytes_mod_order(same).as_bytes(),
            &signature.0[32..]
        );
        let mut malleable = signature;
        malleable.0[32..].copy_from_slice(&same);
        assert_eq!(public().verify(&malleable, MESSAGE), Err(SignatureError));
    }

    #[test]
    fn small_order_r_is_refused_where_the_lax_rule_accepts_it() {
        // r = 0, so R is the identity: the equation holds, and plain `verify` accepts.
        let identity = sign_with(Scalar::ZERO, EIGHT_TORSION[0].compress().0);
        let lax = ed25519_dalek::Signature::from_bytes(&identity.0);
        assert!(secret().verifying_key().verify(MESSAGE, &lax).is_ok());
        assert_eq!(public().verify(&identity, MESSAGE), Err(SignatureError));
        for point in EIGHT_TORSION {
            let signature = sign_with(Scalar::ZERO, point.compress().0);
            assert_eq!(public().verify(&signature, MESSAGE), Err(SignatureError));
        }
    }

    #[test]
    fn r_with_a_component_of_small_order_is_refused() {
        // The equation without cofactor: what a batch verifier with cofactor would accept.
        let r = Scalar::from(12_345_u64);
        for torsion in &EIGHT_TORSION[1..] {
            let encoded = (EdwardsPoint::mul_base(&r) + torsion).compress().0;
            let signature = sign_with(r, encoded);
            assert_eq!(public().verify(&signature, MESSAGE), Err(SignatureError));
        }
    }

    #[test]
    fn r_that_is_not_written_canonically_is_refused() {
        for i in 0..19 {
            for sign in [0x7f, 0xff] {
                let mut encoded = [0xff; 32];
                encoded[0] = 0xed + i;
                encoded[31] = sign;
                let signature = sign_with(Scalar::ZERO, encoded);
                assert_eq!(public().verify(&signature, MESSAGE), Err(SignatureError));
            }
        }
        let mut no_point = [0; 32];
        no_point[0] = 2;
        assert!(CompressedEdwardsY(no_point).decompress().is_none());
        assert_eq!(
            public().verify(&sign_with(Scalar::ONE, no_point), MESSAGE),
            Err(SignatureError)
        );
    }

    /// Signatures of [`MESSAGE`]s that hold, and the same with something wrong about each.
    fn good_and_bad() -> Vec<(Signature, Vec<u8>)> {
        let mut all = Vec::new();
        for n in 0..40_u64 {
            let r = Scalar::from(n + 1);
            let point = EdwardsPoint::mul_base(&r);
            let good = sign_with(r, point.compress().0);
            let mut unreduced = good;
            unreduced.0[32..].copy_from_slice(&plus_order(&good.0[32..]));
            let mut flipped = good;
            flipped.0[usize::try_from(n).expect("small")] ^= 1;
            let torsion = &EIGHT_TORSION[usize::try_from(n % 8).expect("small")];
            all.extend([
                (good, MESSAGE.to_vec()),
                (good, b"another message".to_vec()),
                (unreduced, MESSAGE.to_vec()),
                (flipped, MESSAGE.to_vec()),
                (
                    sign_with(r, (point + torsion).compress().0),
                    MESSAGE.to_vec(),
                ),
                (
                    sign_with(Scalar::ZERO, torsion.compress().0),
                    MESSAGE.to_vec(),
                ),
            ]);
        }
        all
    }

    #[test]
    fn together_signatures_hold_as_each_does_alone() {
        let all = good_and_bad();
        // From some use on, a key has its multiples: both ways are taken.
        for batch in [1, 7, 64, all.len()] {
            for signatures in all.chunks(batch) {
                let begun = signatures
                    .iter()
                    .map(|(signature, message)| signature.begin(&public().key, message));
                let together = Begun::settle(begun.collect());
                let alone: Vec<bool> = signatures
                    .iter()
                    .map(|(signature, message)| public().verify(signature, message).is_ok())
                    .collect();
                assert_eq!(together, alone);
                assert!(batch < 64 || together.contains(&true) && together.contains(&false));
            }
        }
    }

    #[test]
    fn of_a_key_with_a_component_of_small_order_the_same_holds_as_by_the_strict_rule() {
        // No such key is enrolled. The equation must be the same all the same: with [k]A, not [8k]A.
        for torsion in &EIGHT_TORSION[1..] {
            let point = secret().verifying_key().to_edwards() + torsion;
            let key = ed25519_dalek::VerifyingKey::from(point);
            let fast = KeyMultiples::of(&key);
            let mut held = 0;
            for n in 0..64_u64 {
                let r = Scalar::from(n + 1);
                let encoded = EdwardsPoint::mul_base(&r).compress().0;
                let k = Sha512::new()
                    .chain_update(encoded)
                    .chain_update(key.as_bytes())
                    .chain_update(MESSAGE)
                    .finalize();
                let k = Scalar::from_bytes_mod_order_wide(&k.into());
                let signature = joined(encoded, (r + k * secret().to_scalar()).to_bytes());
                let parsed = ed25519_dalek::Signature::from_bytes(&signature.0);
                let strict = key.verify_strict(MESSAGE, &parsed).is_ok();
                let fast = fast.expect(&signature.0, MESSAGE);
                let fast = fast.map_or_else(Vec::new, |expected| Expected::hold(&[expected]));
                assert_eq!(fast == [true], strict);
                held += usize::from(strict);
            }
            assert!((1..64).contains(&held), "{held} of 64 hold");
        }
    }

    fn bytes(hex: &serde_json::Value) -> Vec<u8> {
        let hex = hex.as_str().expect("hex");
        (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex"))
            .collect()
    }

    #[test]
    fn the_wycheproof_vectors() {
        let Some(file) = super::super::vectors::read("wycheproof-ed25519.json") else {
            return;
        };
        let mut count = 0;
        for group in file["testGroups"].as_array().expect("groups") {
            let key = bytes(&group["publicKey"]["pk"])
                .try_into()
                .expect("32 bytes");
            let key = Asked::new(PublicKey::new(&key).expect("every key there is a good one"));
            for test in group["tests"].as_array().expect("tests") {
                let holds = <[u8; 64]>::try_from(bytes(&test["sig"]))
                    .is_ok_and(|sig| key.verify(&Signature(sig), &bytes(&test["msg"])).is_ok());
                assert_eq!(
                    holds,
                    test["result"] == "valid",
                    "{}: {}",
                    test["tcId"],
                    test["comment"]
                );
                count += 1;
            }
        }
        assert_eq!(count, 151);
    }
}
