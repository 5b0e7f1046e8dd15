//! JSON objects: content kept under its BLAKE3 hash, outside the log.
//!
//! Each names its type and version in a field `type`, so that one can't pass for another
//! (`docs/format.md`, section 3).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::canonical::{self, Fields};
use super::json::{self, JsonError};

/// A JSON object has at most this many bytes: far more than a long rationale with a hundred quotes,
/// far less than what would trouble a reader that holds it in memory.
pub const MAX_JSON_BYTES: usize = 1024 * 1024;

/// Says why bytes are not the object they should be.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// Longer than any object of ours.
    #[error("{found} bytes, but an object of this type has at most {most}")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How long it may be.
        most: usize,
    },
    /// Not JSON of our profile, or with other fields.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Of another type.
    #[error("its type is {found:?}, but {expected:?} is wanted")]
    Type {
        /// The type that was wanted.
        expected: &'static str,
        /// What its field `type` says; empty where it has none.
        found: String,
    },
    /// A field has a value that its kind does not allow.
    #[error("{field}: {fault}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        fault: FieldFault,
    },
}

/// What can be wrong with a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// A text or list that must have something in it.
    #[error("is empty")]
    Empty,
    /// Ranges that are not in order, or overlap.
    #[error("the ranges are not in order, or overlap")]
    Ranges,
    /// It contradicts another field.
    #[error("does not fit the other fields")]
    Contradiction,
    /// The same thing twice.
    #[error("has the same thing twice")]
    Twice,
    /// Not written as such a value is written.
    #[error("is not written as it should be")]
    Form,
    /// A number outside its bounds.
    #[error("is out of bounds")]
    Bounds,
}

impl FieldFault {
    /// Makes the error for this fault of `field`.
    pub const fn of(self, field: &'static str) -> ObjectError {
        ObjectError::Field { field, fault: self }
    }
}

/// A kind of JSON object.
pub trait Object: Serialize + DeserializeOwned {
    /// What its field `type` says, such as `factlog/claim@v1`.
    const TYPE: &'static str;

    /// How many bytes it has at most.
    const MAX_BYTES: usize = MAX_JSON_BYTES;

    /// Checks what the fields' types leave open.
    fn check(&self) -> Result<(), ObjectError>;
}

/// Writes an object: the bytes that its id is the hash of.
pub fn to_bytes<O: Object>(object: &O) -> Result<Vec<u8>, ObjectError> {
    object.check()?;
    let bytes = write(object)?;
    check_length::<O>(&bytes)?;
    Ok(bytes)
}

fn check_length<O: Object>(bytes: &[u8]) -> Result<(), ObjectError> {
    if bytes.len() <= O::MAX_BYTES {
        return Ok(());
    }
    Err(ObjectError::TooLong {
        found: bytes.len(),
        most: O::MAX_BYTES,
    })
}

fn write<O: Object>(object: &O) -> Result<Vec<u8>, JsonError> {
    let mut fields = Fields::default();
    fields.add(object)?;
    fields.put("type", O::TYPE)?;
    fields.into_bytes()
}

/// Reads an object of type `O`; refuses every other form of the same value.
pub fn parse<O: Object>(bytes: &[u8]) -> Result<O, ObjectError> {
    check_length::<O>(bytes)?;
    if let Some(object) = canonical::read::<O>(bytes, &["type"])
        && write(&object).is_ok_and(|again| again == bytes)
    {
        object.check()?;
        return Ok(object);
    }
    parse_slowly(bytes)
}

/// As [`parse`], but says what is wrong with what is refused.
fn parse_slowly<O: Object>(bytes: &[u8]) -> Result<O, ObjectError> {
    let mut fields = json::parse(bytes)?;
    match fields.remove("type") {
        Some(Value::String(found)) if found == O::TYPE => {}
        found => {
            let found = found
                .as_ref()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            return Err(ObjectError::Type {
                expected: O::TYPE,
                found,
            });
        }
    }
    let object: O = json::from_fields(fields)?;
    object.check()?;
    Ok(object)
}

/// Refuses a present text that is empty.
pub(crate) fn not_empty(text: &str, field: &'static str) -> Result<(), ObjectError> {
    if text.is_empty() {
        Err(FieldFault::Empty.of(field))
    } else {
        Ok(())
    }
}

/// Refuses an optional text that is present and empty.
pub(crate) fn absent_or_not_empty(
    text: Option<&str>,
    field: &'static str,
) -> Result<(), ObjectError> {
    text.map_or(Ok(()), |text| not_empty(text, field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::claim::Claim;
    use crate::words::note::Note;

    const CLAIM: &str = r#"{"language":"en","manner":"narration","parts":[[0,4]],"quote":{"bytes":[0,4],"exact":"true","points":[0,4],"prefix":"","suffix":""},"source":"0000000000000000000000000000000000000000000000000000000000000000","text":"true","type":"factlog/claim@v1"}"#;

    #[test]
    fn the_quick_way_to_read_accepts_what_the_slow_one_does() {
        let mut accepted = 0;
        for at in 0..CLAIM.len() {
            for byte in *b"01a\",[{ " {
                let mut bytes = CLAIM.as_bytes().to_vec();
                bytes[at] = byte;
                let (quick, slow) = (parse::<Claim>(&bytes), parse_slowly::<Claim>(&bytes));
                accepted += usize::from(quick.is_ok());
                match (quick, slow) {
                    (Ok(quick), Ok(slow)) => assert_eq!(quick, slow),
                    (Err(quick), Err(slow)) => assert_eq!(quick.to_string(), slow.to_string()),
                    (quick, slow) => panic!("{quick:?} and {slow:?}"),
                }
            }
        }
        assert!(accepted > CLAIM.len() / 4, "{accepted} were good");
    }

    #[test]
    fn an_object_is_written_one_way_only() {
        let claim: Claim = parse(CLAIM.as_bytes()).expect("a claim");
        assert_eq!(to_bytes(&claim).expect("writes"), CLAIM.as_bytes());
        let cases = [
            (
                "an empty list that should be absent",
                CLAIM.replacen('{', r#"{"added":[],"#, 1),
            ),
            (
                "a list in an object's place",
                CLAIM.replace(
                    r#"{"bytes":[0,4],"exact":"true","points":[0,4],"prefix":"","suffix":""}"#,
                    r#"["true","","",[0,4],[0,4]]"#,
                ),
            ),
            ("another type", CLAIM.replace("claim@v1", "note@v1")),
            (
                "no type",
                CLAIM.replace(r#","type":"factlog/claim@v1""#, ""),
            ),
            (
                "an unknown field",
                CLAIM.replace(r#""text":"#, r#""tax":1,"text":"#),
            ),
        ];
        for (why, text) in cases {
            assert_ne!(text, CLAIM, "{why}: the case changes something");
            assert!(parse::<Claim>(text.as_bytes()).is_err(), "{why}");
        }
        assert!(parse::<Note>(CLAIM.as_bytes()).is_err());
    }
}
