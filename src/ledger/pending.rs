//! Pending files: entries signed here, appended elsewhere.
//!
//! JSON of the signing profile, of type `factlog/pending@v1`: `entries` (notes as text, in order),
//! `objects` (standard base64) and, while signatures are missing, `wanted`, as `docs/format.md`,
//! section 8 has it. Appending validates and appends all of it or nothing.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::entry::{Body, Entry, EntryError};
use crate::words::id::ObjectId;
use crate::words::json::{self, JsonError};

/// The type that a pending file names.
pub const PENDING_TYPE: &str = "factlog/pending@v1";

/// A pending file has at most this many bytes: a source of the greatest size in base64, with room
/// for its text and the entries.
pub const MAX_PENDING_BYTES: usize = 256 * 1024 * 1024;

/// A pending file has at most this many entries, and as many objects: a hundred times what is signed
/// in one sitting, and little memory. Without it, entries of one letter would take fifty times the
/// bytes of the file.
const MAX_PENDING_ITEMS: usize = 100_000;

/// Says why bytes are not a pending file.
#[derive(Debug, thiserror::Error)]
pub enum PendingError {
    /// Longer than a pending file may be.
    #[error("{0} bytes, but a pending file has at most {MAX_PENDING_BYTES}")]
    TooLong(usize),
    /// With more entries than a pending file may have.
    #[error("it has more than {MAX_PENDING_ITEMS} entries")]
    TooManyEntries,
    /// With more objects than a pending file may have.
    #[error("it has more than {MAX_PENDING_ITEMS} objects")]
    TooManyObjects,
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
    /// It says that signatures are wanted, and lists none.
    #[error("its \"wanted\" is empty")]
    NothingWanted,
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
    /// Whose signatures are still missing, in words, for whoever opens the file. Whoever reads the
    /// file computes it anew: [`parse`](Self::parse) leaves it empty.
    pub wanted: Vec<String>,
}

/// What a file's type is; all else is passed over.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type", default)]
    name: Option<String>,
}

/// The fields, in the order of the canonical form: read straight from the bytes, so that what is
/// held is bounded before it is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    entries: Items,
    objects: Items,
    r#type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wanted: Option<Items>,
}

impl Form {
    fn parse(bytes: &[u8]) -> Result<Self, PendingError> {
        let read = |error: serde_json::Error| {
            if error.is_data() {
                JsonError::Fields(error)
            } else {
                JsonError::Syntax(error)
            }
        };
        let kind: Kind = serde_json::from_slice(bytes).map_err(read)?;
        let kind = kind.name.unwrap_or_default();
        if kind != PENDING_TYPE {
            return Err(PendingError::Type(kind));
        }
        let form: Self = serde_json::from_slice(bytes).map_err(read)?;
        if form.entries.more {
            return Err(PendingError::TooManyEntries);
        }
        if form.objects.more {
            return Err(PendingError::TooManyObjects);
        }
        if let Some(wanted) = &form.wanted
            && wanted.texts.is_empty()
        {
            return Err(PendingError::NothingWanted);
        }
        match json::first_difference(bytes, &form) {
            None => Ok(form),
            Some(at) => Err(JsonError::NotCanonical(at).into()),
        }
    }
}

/// Texts, of which no more are kept than a file may have.
#[derive(Default)]
struct Items {
    texts: Vec<String>,
    /// There were more.
    more: bool,
}

impl Serialize for Items {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor)
    }
}

struct ItemsVisitor;

impl<'de> Visitor<'de> for ItemsVisitor {
    type Value = Items;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items, A::Error> {
        let mut items = Items::default();
        while items.texts.len() < MAX_PENDING_ITEMS {
            match list.next_element()? {
                Some(text) => items.texts.push(text),
                None => return Ok(items),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            items.more = true;
        }
        Ok(items)
    }
}

impl Pending {
    /// Adds an object; returns its id.
    pub fn object(&mut self, bytes: Vec<u8>) -> ObjectId {
        let id = ObjectId::of(&bytes);
        self.objects.push(bytes);
        id
    }

    /// Returns the objects that its entries erase.
    pub fn erased(&self) -> BTreeSet<ObjectId> {
        let erased = |entry: &Entry| match entry.body() {
            Body::Erasure(erasure) => Some(erasure.object),
            _ => None,
        };
        self.entries.iter().filter_map(erased).collect()
    }

    /// Reads a pending file.
    pub fn parse(bytes: &[u8]) -> Result<Self, PendingError> {
        if bytes.len() > MAX_PENDING_BYTES {
            return Err(PendingError::TooLong(bytes.len()));
        }
        let form = Form::parse(bytes.strip_suffix(b"\n").unwrap_or(bytes))?;
        let entries = form.entries.texts.iter().enumerate().map(|(index, note)| {
            Entry::parse(note.as_bytes()).map_err(|source| PendingError::Entry { index, source })
        });
        let entries: Vec<Entry> = entries.collect::<Result<_, _>>()?;
        if entries.is_empty() {
            return Err(PendingError::Empty);
        }
        let objects = form.objects.texts.iter().enumerate().map(|(index, text)| {
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
        Ok(Self {
            entries,
            objects,
            wanted: vec![],
        })
    }

    /// Writes a pending file, with a line feed at its end.
    ///
    /// # Panics
    /// Never: notes are UTF-8, and texts and lists are of the profile.
    pub fn to_bytes(&self) -> Vec<u8> {
        let note = |entry: &Entry| {
            String::from_utf8(entry.bytes().to_vec()).expect("a signed note is UTF-8")
        };
        let items = |texts| Items { texts, more: false };
        let encoded = self.objects.iter().map(|object| STANDARD.encode(object));
        let form = Form {
            entries: items(self.entries.iter().map(note).collect()),
            objects: items(encoded.collect()),
            r#type: PENDING_TYPE.to_owned(),
            wanted: (!self.wanted.is_empty()).then(|| items(self.wanted.clone())),
        };
        let mut bytes =
            serde_json::to_vec(&form).expect("texts and lists can be written to memory");
        bytes.push(b'\n');
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entries: usize, objects: usize) -> Vec<u8> {
        let list = |items: usize| vec!["\"x\""; items].join(",");
        format!(
            "{{\"entries\":[{}],\"objects\":[{}],\"type\":\"{PENDING_TYPE}\"}}",
            list(entries),
            list(objects)
        )
        .into_bytes()
    }

    #[test]
    fn more_entries_or_objects_than_there_may_be_are_not_held() {
        let most = MAX_PENDING_ITEMS;
        let list = vec!["\"x\""; 3 * most].join(",");
        let items: Items = serde_json::from_str(&format!("[{list}]")).expect("a list");
        assert!(items.more);
        assert_eq!(items.texts.len(), most);
        assert!(items.texts.capacity() <= 2 * most);
        let refused = |entries, objects| Pending::parse(&file(entries, objects)).expect_err("x");
        assert!(matches!(refused(most, most), PendingError::Entry { .. }));
        assert!(matches!(refused(most + 1, 0), PendingError::TooManyEntries));
        let error = refused(1, most + 1);
        assert!(matches!(error, PendingError::TooManyObjects));
        assert_eq!(error.to_string(), "it has more than 100000 objects");
    }

    #[test]
    fn what_is_not_a_pending_file_is_refused_for_its_reason() {
        let of_type = |rest: &str| format!("{{{rest}\"type\":\"{PENDING_TYPE}\"}}");
        let refused = |text: &str| Pending::parse(text.as_bytes()).expect_err(text);
        for text in ["", "{", "{\"a\"", "{} x"] {
            let error = refused(text);
            assert!(
                matches!(error, PendingError::Json(JsonError::Syntax(_))),
                "{text}"
            );
        }
        for text in ["{}", "{\"type\":null}", "{\"type\":\"x\",\"entries\":[[]]}"] {
            assert!(matches!(refused(text), PendingError::Type(_)), "{text}");
        }
        for text in [
            "[[],[],1]".to_owned(),
            of_type(""),
            of_type("\"entries\":[],"),
            of_type("\"entries\":[],\"objects\":{},"),
            of_type("\"entries\":[1],\"objects\":[],"),
            of_type("\"entries\":[],\"more\":[[]],\"objects\":[],"),
            of_type("\"entries\":[],\"entries\":[],\"objects\":[],"),
        ] {
            let error = refused(&text);
            assert!(
                matches!(error, PendingError::Json(JsonError::Fields(_))),
                "{text}: {error:?}"
            );
        }
        for (text, at) in [
            (of_type("\"objects\":[],\"entries\":[],"), 2),
            (of_type("\"entries\": [],\"objects\":[],"), 11),
            (of_type("\"entries\":[\"\\u0041\"],\"objects\":[],"), 13),
            (of_type("\"entries\":[],\"objects\":[],") + " ", 55),
        ] {
            match refused(&text) {
                PendingError::Json(JsonError::NotCanonical(found)) => {
                    assert_eq!(found, at, "{text}");
                }
                error => panic!("{text}: {error:?}"),
            }
        }
        let nothing = of_type("\"entries\":[\"x\"],\"objects\":[],");
        let nothing = nothing.replace('}', ",\"wanted\":[]}");
        assert!(matches!(refused(&nothing), PendingError::NothingWanted));
        let error = refused(&of_type("\"entries\":[],\"objects\":[],"));
        assert!(matches!(error, PendingError::Empty));
    }
}
