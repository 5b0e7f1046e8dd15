//! The JSON profile in which entries and objects are written and signed.
//!
//! RFC 8785 (JCS), narrowed (`docs/format.md`, section 1): keys are ASCII `[a-z][a-z0-9_]*`; values
//! are strings, booleans, arrays, objects and integers of magnitude at most 2^53−1. No float, no
//! null, no duplicate key, depth at most 16.
//!
//! One rule enforces it: parse, write again, compare bytes, refuse if they differ. Parsing alone
//! would keep the last of two duplicate keys; the comparison catches that. Within this profile JCS
//! and `serde_json`'s compact form over a sorted map are the same bytes, which a test shows against
//! `serde_json_canonicalizer`. Nothing here normalises Unicode.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Objects and arrays inside one another, the outermost counted; deeper texts are refused.
pub const MAX_DEPTH: usize = 16;

/// The largest magnitude of an integer, 2^53−1: what every JSON reader holds exactly.
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;

/// Says why bytes are not JSON of our profile.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The bytes are not JSON.
    #[error("not JSON")]
    Syntax(#[source] serde_json::Error),
    /// A number is not an integer, or is too large for one.
    #[error("{0} is not an integer of at most 2^53-1")]
    Number(String),
    /// A null.
    #[error("null is not allowed: leave an absent field out")]
    Null,
    /// A key that is not `[a-z][a-z0-9_]*`.
    #[error("{0:?} is not a key: lower-case ASCII letters, digits and underscores, a letter first")]
    Key(String),
    /// Too many objects and arrays inside one another.
    #[error("deeper than {MAX_DEPTH} levels")]
    Depth,
    /// Written another way than the one canonical way.
    #[error(
        "not in canonical form: byte {0} differs from RFC 8785 (key order, duplicate key, white space, number or escape)"
    )]
    NotCanonical(usize),
    /// Not an object.
    #[error("not a JSON object")]
    NotAnObject,
    /// The fields say the same as the kind's, but are written another way.
    #[error(
        "a field is written another way: a list in an object's place, or empty where it should be absent"
    )]
    OtherForm,
    /// The fields are not those of the kind.
    #[error("wrong fields")]
    Fields(#[source] serde_json::Error),
}

/// Reads one JSON object in canonical form.
pub fn parse(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let value: Value = serde_json::from_slice(bytes).map_err(JsonError::Syntax)?;
    check(&value, 1)?;
    let again = write(&value);
    if again != bytes {
        let at = again
            .iter()
            .zip(bytes)
            .position(|(a, b)| a != b)
            .unwrap_or_else(|| again.len().min(bytes.len()));
        return Err(JsonError::NotCanonical(at));
    }
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(JsonError::NotAnObject),
    }
}

/// Makes a value of fields that [`parse`] has read; an unknown or missing field is an error, and so is
/// every other way to write the same value, such as a list in an object's place or an empty field that
/// should be absent: what is made must write the same fields again.
pub fn from_fields<T: DeserializeOwned + Serialize>(
    fields: Map<String, Value>,
) -> Result<T, JsonError> {
    let fields = Value::Object(fields);
    let value = T::deserialize(&fields).map_err(JsonError::Fields)?;
    if serde_json::to_value(&value).is_ok_and(|again| again == fields) {
        Ok(value)
    } else {
        Err(JsonError::OtherForm)
    }
}

/// Returns the fields of a value of ours.
///
/// # Panics
/// If the value does not serialise to a JSON object of the profile; those in `words` and `entry` do.
pub fn to_fields<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        other => unreachable!("a value of ours is a JSON object: {other:?}"),
    }
}

/// Writes fields in canonical form.
///
/// # Errors
/// A field is outside the profile, such as an integer past 2^53−1.
pub fn to_bytes(fields: Map<String, Value>) -> Result<Vec<u8>, JsonError> {
    let value = Value::Object(fields);
    check(&value, 1)?;
    Ok(write(&value))
}

/// Writes a value and compares it with the bytes that it was read from; returns where they differ.
///
/// What is written is not held beside them: a file may be as long as memory allows.
pub(crate) fn first_difference<T: Serialize>(bytes: &[u8], value: &T) -> Option<usize> {
    let mut rest = Compared { bytes, at: 0 };
    match serde_json::to_writer(&mut rest, value) {
        Ok(()) if rest.at == bytes.len() => None,
        _ => Some(rest.at),
    }
}

/// Takes bytes as long as they are those that were read.
struct Compared<'a> {
    bytes: &'a [u8],
    /// How many were the same.
    at: usize,
}

impl io::Write for Compared<'_> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        let there = &self.bytes[self.at..];
        let same = written.iter().zip(there).take_while(|(a, b)| a == b);
        let same = same.count();
        self.at += same;
        if same == written.len() {
            Ok(same)
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("a JSON value can be written to memory")
}

fn check(value: &Value, depth: usize) -> Result<(), JsonError> {
    match value {
        Value::Null => Err(JsonError::Null),
        Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) => match number.as_i64() {
            Some(n) if n.unsigned_abs() <= MAX_INTEGER.unsigned_abs() => Ok(()),
            _ => Err(JsonError::Number(number.to_string())),
        },
        Value::Array(_) | Value::Object(_) if depth > MAX_DEPTH => Err(JsonError::Depth),
        Value::Array(values) => values.iter().try_for_each(|v| check(v, depth + 1)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, v)| {
            if is_key(key) {
                check(v, depth + 1)
            } else {
                Err(JsonError::Key(key.clone()))
            }
        }),
    }
}

pub(super) fn is_key(key: &str) -> bool {
    key.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && key
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_texts_are_read() {
        for good in [
            "{}",
            r#"{"a":1,"b":[true,false,"x"],"c":{"d_1":-9007199254740991}}"#,
            r#"{"a":"\b\t\n\f\r\"\\\u0001\u001f/é𝄞"}"#,
        ] {
            let fields = parse(good.as_bytes()).expect(good);
            assert_eq!(to_bytes(fields).expect(good), good.as_bytes());
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let deep = format!("{}{}{}", r#"{"a":"#.repeat(17), 1, "}".repeat(17));
        let just = format!("{}{}{}", r#"{"a":"#.repeat(16), 1, "}".repeat(16));
        assert!(parse(just.as_bytes()).is_ok());
        for (bad, why) in [
            ("", "empty"),
            ("[]", "not an object"),
            ("{} ", "white space after"),
            (r#"{"a": 1}"#, "white space"),
            (r#"{"b":1,"a":1}"#, "order"),
            (r#"{"a":1,"a":1}"#, "duplicate key"),
            (r#"{"a":1,"a":2}"#, "duplicate key, other value"),
            (r#"{"a":{"x":1,"x":1}}"#, "duplicate key inside"),
            (r#"{"a":1.0}"#, "float"),
            (r#"{"a":1e2}"#, "exponent"),
            (r#"{"a":-0}"#, "minus zero"),
            (r#"{"a":01}"#, "leading zero"),
            (r#"{"a":9007199254740992}"#, "2^53"),
            (r#"{"a":9007199254740993}"#, "2^53+1"),
            (r#"{"a":-9007199254740992}"#, "-2^53"),
            (r#"{"a":99999999999999999999}"#, "past u64"),
            (r#"{"a":-9223372036854775808}"#, "the least i64"),
            (r#"{"a":null}"#, "null"),
            (r#"{"A":1}"#, "upper-case key"),
            (r#"{"":1}"#, "empty key"),
            (r#"{"1a":1}"#, "digit first"),
            (r#"{"a-b":1}"#, "hyphen"),
            ("{\"\u{e9}\":1}", "not ASCII"),
            (r#"{"a":"\u00e9"}"#, "needless escape"),
            (r#"{"a":"\/"}"#, "escaped slash"),
            (r#"{"a":"\u000a"}"#, "long escape"),
            (r#"{"a":"\u001F"}"#, "upper-case escape"),
            (r#"{"a":"\ud800"}"#, "lone surrogate"),
            ("{\"a\":\"\u{1}\"}", "control character"),
            (&deep, "depth"),
            ("\u{feff}{}", "byte order mark"),
            (r#"{"a":1,}"#, "trailing comma"),
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{why}: {bad}");
        }
        assert!(parse(b"{\"a\":\"\xff\"}").is_err(), "not UTF-8");
        assert!(
            parse("[".repeat(1_000_000).as_bytes()).is_err(),
            "a depth bomb"
        );
    }

    #[test]
    fn the_form_is_rfc_8785() {
        let Some(data) = std::env::var_os("FACTLOG_DATA") else {
            eprintln!("skipped: FACTLOG_DATA is unset");
            return;
        };
        let folder = std::path::Path::new(&data).join("vectors/jcs");
        let mut seen = 0;
        for name in [
            "arrays",
            "french",
            "structures",
            "unicode",
            "values",
            "weird",
        ] {
            let input = std::fs::read(folder.join(format!("input-{name}.json"))).expect("input");
            let output = std::fs::read(folder.join(format!("output-{name}.json"))).expect("output");
            let value: Value = serde_json::from_slice(&input).expect("JSON");
            let canonical = serde_json_canonicalizer::to_vec(&value).expect("canonical");
            assert_eq!(canonical, output, "{name}: the oracle");
            match check(&value, 1) {
                Ok(()) => assert_eq!(write(&value), output, "{name}"),
                Err(_) => assert!(parse(&output).is_err(), "{name}"),
            }
            // Whatever its keys, every string in the vectors is written as RFC 8785 writes it.
            for text in strings(&value) {
                let expected = serde_json_canonicalizer::to_vec(&text).expect("canonical");
                assert_eq!(write(&Value::String(text)), expected, "{name}");
            }
            seen += 1;
        }
        assert_eq!(seen, 6);
    }

    fn strings(value: &Value) -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(values) => values.iter().flat_map(strings).collect(),
            Value::Object(fields) => fields
                .iter()
                .flat_map(|(k, v)| [vec![k.clone()], strings(v)].concat())
                .collect(),
            _ => vec![],
        }
    }
}
