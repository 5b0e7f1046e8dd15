//! Pending files: entries signed here, appended elsewhere.
//!
//! JSON of the signing profile, of type `factlog/pending@v1`: `entries` (notes as text, in order) and
//! `objects` (standard base64), as `docs/format.md`, section 8 has it. Appending validates and
//! appends all of it or nothing.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::entry::{Entry, EntryError};
use crate::words::id::ObjectId;
use crate::words::json::{self, JsonError};

/// The type that a pending file names.
pub const PENDING_TYPE: &str = "factlog/pending@v1";

/// A pending file has at most this many bytes: a source of the greatest size in base64, with room
/// for its text and the entries.
pub const MAX_PENDING_BYTES: usize = 256 * 1024 * 1024;

/// Says why bytes are not a pending file.
#[derive(Debug, thiserror::Error)]
pub enum PendingError {
    /// Longer than a pending file may be.
    #[error("{0} bytes, but a pending file has at most {MAX_PENDING_BYTES}")]
    TooLong(usize),
    /// Not JSON of our profile, or with other fields.
    #[error("not a pending file")]
    Json(#[from] JsonError),
    /// Of another type.
    #[error("its type is {0:?}, but {PENDING_TYPE:?} is wanted")]
    Type(String),
    /// There is nothing to append in it.
    #[error("it has no entry")]
    Empty,
    /// An entry that can't be read.
    #[error("entry {index} of the file")]
    Entry {
        /// Its place in the file, from 0.
        index: usize,
        /// Why.
        #[source]
        source: EntryError,
    },
    /// An object that is not in canonical base64.
    #[error("object {index} of the file is not base64")]
    Base64 {
        /// Its place in the file, from 0.
        index: usize,
        /// Why.
        #[source]
        source: base64::DecodeError,
    },
    /// An object that none of the entries speaks of.
    #[error("object {0} belongs to none of the entries")]
    Unclaimed(ObjectId),
}

/// Entries that are signed and not yet appended, with the objects that they bring.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    /// The entries, in the order in which they are to be appended.
    pub entries: Vec<Entry>,
    /// The bytes of the objects.
    pub objects: Vec<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    entries: Vec<String>,
    objects: Vec<String>,
}

impl Pending {
    /// Adds an object; returns its id.
    pub fn object(&mut self, bytes: Vec<u8>) -> ObjectId {
        let id = ObjectId::of(&bytes);
        self.objects.push(bytes);
        id
    }

    /// Reads a pending file.
    pub fn parse(bytes: &[u8]) -> Result<Self, PendingError> {
        if bytes.len() > MAX_PENDING_BYTES {
            return Err(PendingError::TooLong(bytes.len()));
        }
        let mut fields = json::parse(bytes.strip_suffix(b"\n").unwrap_or(bytes))?;
        match fields.remove("type") {
            Some(Value::String(found)) if found == PENDING_TYPE => {}
            found => {
                let found = found.as_ref().and_then(Value::as_str).unwrap_or_default();
                return Err(PendingError::Type(found.to_owned()));
            }
        }
        let form: Form = json::from_fields(fields)?;
        let entries = form.entries.iter().enumerate().map(|(index, note)| {
            Entry::parse(note.as_bytes()).map_err(|source| PendingError::Entry { index, source })
        });
        let entries: Vec<Entry> = entries.collect::<Result<_, _>>()?;
        if entries.is_empty() {
            return Err(PendingError::Empty);
        }
        let objects = form.objects.iter().enumerate().map(|(index, text)| {
            STANDARD
                .decode(text)
                .map_err(|source| PendingError::Base64 { index, source })
        });
        let objects: Vec<Vec<u8>> = objects.collect::<Result<_, _>>()?;
        let spoken_of: HashSet<ObjectId> = entries.iter().flat_map(Entry::objects).collect();
        for object in &objects {
            let id = ObjectId::of(object);
            if !spoken_of.contains(&id) {
                return Err(PendingError::Unclaimed(id));
            }
        }
        Ok(Self { entries, objects })
    }

    /// Writes a pending file, with a line feed at its end.
    ///
    /// # Panics
    /// Never: notes are UTF-8, and texts and lists are of the profile.
    pub fn to_bytes(&self) -> Vec<u8> {
        let note = |entry: &Entry| {
            String::from_utf8(entry.bytes().to_vec()).expect("a signed note is UTF-8")
        };
        let form = Form {
            entries: self.entries.iter().map(note).collect(),
            objects: self
                .objects
                .iter()
                .map(|object| STANDARD.encode(object))
                .collect(),
        };
        let mut fields = json::to_fields(&form);
        fields.insert("type".to_owned(), Value::from(PENDING_TYPE));
        let mut bytes = json::to_bytes(fields).expect("texts and lists are of the profile");
        bytes.push(b'\n');
        bytes
    }
}
