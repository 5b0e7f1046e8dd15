//! Salts: 16 random bytes in hex, so that a short erased text can't be confirmed by guessing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Says why a text is not a salt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a salt is 32 lower-case hex digits")]
pub struct SaltError;

/// 16 bytes, written as 32 lower-case hex digits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Salt(String);

impl Salt {
    /// Writes 16 bytes as a salt.
    pub fn new(bytes: [u8; 16]) -> Self {
        let mut wide = [0; 32];
        wide[..16].copy_from_slice(&bytes);
        let mut text = super::id::to_hex(&wide);
        text.truncate(32);
        Self(text)
    }

    /// Returns salt `counter` of a seed: the first 16 bytes of BLAKE3(seed ‖ counter as big-endian u64).
    ///
    /// For tests and demonstrations only: whoever knows the seed knows the salts.
    pub fn from_seed(seed: &[u8], counter: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed);
        hasher.update(&counter.to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self::new(bytes)
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Salt {
    type Err = SaltError;

    fn from_str(text: &str) -> Result<Self, SaltError> {
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 32 && digits {
            Ok(Self(text.to_owned()))
        } else {
            Err(SaltError)
        }
    }
}

impl TryFrom<String> for Salt {
    type Error = SaltError;

    fn try_from(text: String) -> Result<Self, SaltError> {
        text.parse()
    }
}

impl From<Salt> for String {
    fn from(salt: Salt) -> Self {
        salt.0
    }
}
