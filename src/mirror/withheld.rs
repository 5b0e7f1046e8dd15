//! The file `withheld`: the objects that a published copy leaves out, though the log speaks of them.
//!
//! `docs/format.md`, section 13: one line of JSON and LF. It is not signed; an audit says what of it
//! the rights that were signed call for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::words::id::ObjectId;
use crate::words::json::{self, JsonError};

/// The type that the file names itself.
const TYPE: &str = "factlog/withheld@v1";

/// The file has at most this many bytes: some fifteen million objects.
pub const MAX_WITHHELD_BYTES: u64 = 1 << 30;

/// Says why bytes are not a list of what is withheld.
#[derive(Debug, thiserror::Error)]
pub enum WithheldError {
    /// Not one line of JSON of our profile.
    #[error("not one line of JSON")]
    Line,
    /// Not JSON of our profile, or with other fields.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Of another type.
    #[error("its type is {0:?}, but {TYPE:?} is wanted")]
    Type(String),
    /// The objects are not in strict order.
    #[error("its objects are not in order, or one stands twice")]
    Order,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    objects: Vec<ObjectId>,
    #[serde(rename = "type")]
    is: String,
}

/// Reads the list.
pub fn parse(bytes: &[u8]) -> Result<BTreeSet<ObjectId>, WithheldError> {
    let line = bytes.strip_suffix(b"\n").ok_or(WithheldError::Line)?;
    let fields: Fields = json::from_fields(json::parse(line)?)?;
    if fields.is != TYPE {
        return Err(WithheldError::Type(fields.is));
    }
    if fields.objects.windows(2).any(|two| two[0] >= two[1]) {
        return Err(WithheldError::Order);
    }
    Ok(fields.objects.into_iter().collect())
}

/// Writes the list.
///
/// # Panics
/// Never: hashes are JSON of our profile.
pub fn to_bytes(objects: &BTreeSet<ObjectId>) -> Vec<u8> {
    let fields = Fields {
        objects: objects.iter().copied().collect(),
        is: TYPE.to_owned(),
    };
    let fields = json::to_fields(&fields);
    let mut bytes = json::to_bytes(fields).expect("hashes are JSON of our profile");
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_written_and_in_no_other_way() {
        let objects: BTreeSet<ObjectId> = [ObjectId([1; 32]), ObjectId([2; 32])].into();
        let bytes = to_bytes(&objects);
        assert_eq!(parse(&bytes).expect("as written"), objects);
        assert_eq!(
            to_bytes(&BTreeSet::new()),
            b"{\"objects\":[],\"type\":\"factlog/withheld@v1\"}\n"
        );
        let text = String::from_utf8(bytes.clone()).expect("text");
        for wrong in [
            text.trim_end().to_owned(),
            text.replace('1', "2"),
            text.replace("withheld@v1", "withheld@v2"),
            text.replace("\"type\"", "\"kind\""),
            text.replace(',', ", "),
            format!("{text}\n"),
        ] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            // Another digit is another object, which an audit finds; nothing else is read.
            assert!(parse(&changed).is_err() || parse(&changed).ok().as_ref() != Some(&objects));
        }
    }
}
