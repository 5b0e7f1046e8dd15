//! The line of JSON: the fields of every entry, and those of its kind, in one flat object.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::EntryError;
use super::kinds::{Body, Kind};
use crate::trust::key::VerifierKey;
use crate::trust::merkle::TreeHead;
use crate::words::canonical::Fields;
use crate::words::id::EntryId;
use crate::words::json::{self, JsonError};
use crate::words::object::FieldFault;
use crate::words::time::Timestamp;

/// The fields that entries of every kind have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Whose entry it is: the author's full vkey.
    pub by: VerifierKey,
    /// The genesis entry's id; absent in genesis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<EntryId>,
    /// When the author says it was. A claim, not a proof.
    pub at: Timestamp,
    /// A tree head that the author had seen: the entry is no older than that. Absent in genesis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<TreeHead>,
    /// Its place in the author's own chain.
    pub chain: Chain,
}

/// An entry's place in its author's chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// The author's own counter, from 0.
    pub n: u64,
    /// The id of the author's previous entry; absent where `n` is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<EntryId>,
}

/// The fields that are not of the kind.
const COMMON_FIELDS: [&str; 6] = ["after", "at", "by", "chain", "kind", "ledger"];

/// Reads the line of JSON.
pub(super) fn parse(line: &str) -> Result<(Header, Body), EntryError> {
    if let Some((header, body)) = read(line) {
        check(&header, &body)?;
        return Ok((header, body));
    }
    parse_slowly(line)
}

/// Reads the line if it is the one way to write what it says.
pub(super) fn read(line: &str) -> Option<(Header, Body)> {
    #[derive(Deserialize)]
    struct OfKind {
        kind: Kind,
    }
    let OfKind { kind } = serde_json::from_str(line).ok()?;
    let header = serde_json::from_str(line).ok()?;
    let body = Body::read(kind, line.as_bytes(), &COMMON_FIELDS)?;
    let again = write(&header, &body).ok()?;
    (again == line.as_bytes()).then_some((header, body))
}

/// As [`parse`], but says what is wrong with what is refused.
pub(super) fn parse_slowly(line: &str) -> Result<(Header, Body), EntryError> {
    let mut fields = json::parse(line.as_bytes())?;
    let kind = match fields.remove("kind") {
        Some(Value::String(kind)) => Kind::parse(&kind).ok_or(EntryError::UnknownKind(kind))?,
        _ => return Err(EntryError::UnknownKind(String::new())),
    };
    let mut common = Map::new();
    for field in COMMON_FIELDS {
        if let Some(value) = fields.remove(field) {
            common.insert(field.to_owned(), value);
        }
    }
    let header: Header = json::from_fields(common)?;
    let body = Body::from_fields(kind, fields)?;
    check(&header, &body)?;
    Ok((header, body))
}

/// Writes the line of JSON, without a line feed.
pub(super) fn to_line(header: &Header, body: &Body) -> Result<String, EntryError> {
    check(header, body)?;
    let bytes = write(header, body)?;
    Ok(String::from_utf8(bytes).expect("JSON is UTF-8"))
}

fn write(header: &Header, body: &Body) -> Result<Vec<u8>, JsonError> {
    let mut fields = Fields::default();
    fields.add(header)?;
    body.add_to(&mut fields)?;
    fields.put("kind", body.kind().as_str())?;
    fields.into_bytes()
}

fn check(header: &Header, body: &Body) -> Result<(), EntryError> {
    let kind = body.kind();
    let genesis = kind == Kind::Genesis;
    for (field, there) in [
        ("ledger", header.ledger.is_some()),
        ("after", header.after.is_some()),
    ] {
        if there == genesis {
            return Err(EntryError::Presence {
                kind,
                field,
                required: !genesis,
            });
        }
    }
    let fault = |field, fault| EntryError::Field { kind, field, fault };
    if (header.chain.n == 0) == header.chain.prev.is_some() {
        return Err(EntryError::Presence {
            kind,
            field: "prev",
            required: header.chain.n != 0,
        });
    }
    if header.after.as_ref().is_some_and(|after| after.size == 0) {
        return Err(fault("after", FieldFault::Bounds));
    }
    if genesis && header.chain.n != 0 {
        return Err(fault("chain", FieldFault::Bounds));
    }
    body.check(&header.by)
}
