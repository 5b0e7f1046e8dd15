//! Seeds: the 32 random bytes that an Ed25519 key is made of (RFC 8032, section 5.1.5).

use std::fmt;

use zeroize::Zeroizing;

use crate::trust::{KeyName, SigningKey};

/// 32 secret bytes. Their memory is wiped when they are dropped, and `Debug` hides them.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// Takes 32 bytes as a seed. They should be random, but for tests and demonstrations.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Draws a seed from the system's random numbers.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// Makes the key of this seed, under a name.
    pub fn signing_key(&self, name: KeyName) -> SigningKey {
        SigningKey::from_seed(name, &self.0)
    }

    /// Returns the bytes.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_drawn_anew_and_not_shown() {
        let (one, other) = (Seed::draw().expect("random"), Seed::draw().expect("random"));
        assert_ne!(one.as_bytes(), other.as_bytes());
        assert_eq!(format!("{:?}", Seed::new([0xab; 32])), "Seed(..)");
    }
}
