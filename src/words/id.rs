//! Ids: what an object, an entry and a source's bytes are called.
//!
//! Objects are named by the BLAKE3 hash of their bytes (so `b3sum FILE` gives the id), entries by
//! their RFC 6962 leaf hash. Both are written as 64 lower-case hex digits (`docs/format.md`,
//! section 1). Ids of different things are different types.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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

const DIGITS: [u8; 16] = *b"0123456789abcdef";

/// What each byte stands for as a digit; [`NO_DIGIT`] for all others.
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    values
};

const NO_DIGIT: u8 = u8::MAX;

/// Writes 32 bytes as 64 lower-case hex digits.
pub fn to_hex(bytes: &[u8; 32]) -> String {
    digits(bytes).iter().copied().map(char::from).collect()
}

fn digits(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    let (pairs, _) = text.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
    }
    text
}

/// Reads exactly 64 lower-case hex digits.
pub fn parse_hex(text: &str) -> Result<[u8; 32], IdError> {
    if text.len() != 64 {
        return Err(IdError::Length(text.chars().count()));
    }
    let mut bytes = [0; 32];
    let mut all = 0;
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().as_chunks::<2>().0) {
        let [high, low] = pair.map(|digit| VALUES[usize::from(digit)]);
        all |= high | low;
        *byte = high << 4 | low;
    }
    if all < 16 {
        return Ok(bytes);
    }
    let is_digit = |c: &char| matches!(c, '0'..='9' | 'a'..='f');
    let other = text.chars().find(|c| !is_digit(c)).unwrap_or_default();
    Err(IdError::Digit(other))
}

/// Reads an id where a value stands in a text of JSON, without a copy of it.
struct IdVisitor<I>(PhantomData<I>);

impl<I: FromStr<Err = IdError>> Visitor<'_> for IdVisitor<I> {
    type Value = I;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("64 hex digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<I, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(IdVisitor(PhantomData))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let digits = digits(&self.0);
                serializer.serialize_str(str::from_utf8(&digits).expect("digits are ASCII"))
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
