//! Ids: what an object, an entry and a source's bytes are called.
//!
//! Objects are named by the BLAKE3 hash of their bytes (so `b3sum FILE` gives the id), entries by
//! their RFC 6962 leaf hash. Both are written as 64 lower-case hex digits (`docs/format.md`,
//! section 1). Ids of different things are different types.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Says why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is not 64 digits long.
    #[error("an id has 64 hex digits, this has {0} characters")]
    Length(usize),
    /// A character is not one of `0-9a-f`.
    #[error("an id is lower-case hex, but {0:?} stands in it")]
    Digit(char),
}

/// Writes 32 bytes as 64 lower-case hex digits.
pub fn to_hex(bytes: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(64);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Reads exactly 64 lower-case hex digits.
pub fn parse_hex(text: &str) -> Result<[u8; 32], IdError> {
    if text.len() != 64 {
        return Err(IdError::Length(text.chars().count()));
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = (digit(pair[0], text)? << 4) | digit(pair[1], text)?;
    }
    Ok(bytes)
}

fn digit(byte: u8, text: &str) -> Result<u8, IdError> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(IdError::Digit(
            text.chars()
                .find(|c| !matches!(c, '0'..='9' | 'a'..='f'))
                .unwrap_or(char::from(byte)),
        )),
    }
}

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "std::borrow::Cow<'_, str>", into = "String")]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// Returns the 32 bytes of the hash.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), to_hex(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hex(text).map(Self)
            }
        }

        impl TryFrom<std::borrow::Cow<'_, str>> for $name {
            type Error = IdError;

            fn try_from(text: std::borrow::Cow<'_, str>) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                to_hex(&id.0)
            }
        }
    };
}

hash_id! {
    /// Names an object: the BLAKE3 hash of its bytes.
    ObjectId
}
hash_id! {
    /// Names an entry: its leaf hash, SHA-256(0x00 ‖ note bytes).
    EntryId
}
hash_id! {
    /// Names a `source` entry.
    SourceId
}
hash_id! {
    /// Names a `claim` entry.
    ClaimId
}
hash_id! {
    /// Names a `verdict` entry.
    VerdictId
}
hash_id! {
    /// A SHA-256 hash of content, beside its BLAKE3 id, for tools that have no BLAKE3.
    Sha256Hash
}

impl ObjectId {
    /// Returns the id of an object with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl Sha256Hash {
    /// Returns the SHA-256 hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

macro_rules! entry_kind_id {
    ($($name:ident),*) => {$(
        impl From<$name> for EntryId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }

        impl $name {
            /// Returns the same id as that of an entry of any kind.
            pub const fn entry(self) -> EntryId {
                EntryId(self.0)
            }
        }
    )*};
}

entry_kind_id!(SourceId, ClaimId, VerdictId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_lower_case_and_64_digits() {
        let text = "00ff".repeat(16);
        assert_eq!(text.parse::<ObjectId>().expect("an id").to_string(), text);
        assert_eq!(
            "00FF".repeat(16).parse::<ObjectId>(),
            Err(IdError::Digit('F'))
        );
        assert_eq!("00ff".parse::<ObjectId>(), Err(IdError::Length(4)));
        assert!("é".repeat(32).parse::<ObjectId>().is_err());
    }

    #[test]
    fn an_object_is_named_as_b3sum_names_it() {
        assert_eq!(
            ObjectId::of(b"").to_string(),
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        );
    }
}
