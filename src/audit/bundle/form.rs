//! A proof bundle as bytes: JSON of the signing profile, written in one way.
//!
//! Reading ends with writing again and comparing, so that order, repeated hashes and every other way
//! to write the same bundle need no rules of their own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{About, Bundle, BundleEntry};
use crate::entry::Entry;
use crate::trust::entry_proof::MAX_HASHES;
use crate::trust::slice::{RangeError, SliceRange};
use crate::words::id::{EntryId, ObjectId, VerdictId};
use crate::words::json;
use crate::words::json::{JsonError, MAX_INTEGER};

/// The type that the bundle of a verdict names.
pub const BUNDLE_TYPE: &str = "factlog/bundle@v1";

/// The type that the bundle of a publication names.
pub const PUBLICATION_TYPE: &str = "factlog/publication@v1";

/// A bundle has at most this many bytes: texts of the greatest size, with room for all else.
pub const MAX_BUNDLE_BYTES: usize = 256 * 1024 * 1024;

/// A bundle has at most this many entries, objects and slices, of each: a thousand times what any
/// verdict calls for, and little memory.
pub const MAX_BUNDLE_ITEMS: usize = 100_000;

/// Says why bytes are not a bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Longer than a bundle may be.
    #[error("{0} bytes, but a bundle has at most {MAX_BUNDLE_BYTES}")]
    TooLong(usize),
    /// Not JSON of our profile, or with other fields.
    #[error("not a proof bundle")]
    Json(#[from] JsonError),
    /// Of another type.
    #[error("its type is {0:?}, but {BUNDLE_TYPE:?} or {PUBLICATION_TYPE:?} is wanted")]
    Type(String),
    /// It does not say, as its type asks, what it is about.
    #[error("a bundle of this type names {0}, and nothing else that it is about")]
    About(&'static str),
    /// A number that the profile can't hold.
    #[error("{0} is not a number of the profile")]
    Number(u64),
    /// Entries that are not in the order of the log.
    #[error("entry {0} does not stand in its order, or stands twice")]
    Order(u64),
    /// A path names a hash that is not there.
    #[error("the path of entry {index} names hash {place}, but there are {hashes}")]
    Place {
        /// The entry's index.
        index: u64,
        /// Which hash.
        place: usize,
        /// How many hashes there are.
        hashes: usize,
    },
    /// A hash is not 32 bytes in canonical base64.
    #[error("hash {0} is not one in canonical base64")]
    Hash(usize),
    /// An object or slice is not in canonical base64.
    #[error("{what} {at} is not base64")]
    Base64 {
        /// What it is.
        what: &'static str,
        /// Which, from 0.
        at: usize,
        /// Why.
        #[source]
        source: base64::DecodeError,
    },
    /// A slice has no good range.
    #[error("slice {at} has no good range")]
    Range {
        /// Which, from 0.
        at: usize,
        /// Why.
        #[source]
        source: RangeError,
    },
    /// Read and written again, other bytes come out.
    #[error(
        "byte {0} is not as it is written: an item out of its order, twice, unused or in the wrong list"
    )]
    OtherForm(usize),
    /// As [`Self::OtherForm`], and an object is there that no entry names: who changes one changes its
    /// hash, by which objects stand in order.
    #[error(
        "no entry names {what} with the hash {object}: it was probably changed after it was signed, and \
         now stands out of its order"
    )]
    Changed {
        /// What it calls itself.
        what: String,
        /// The hash of its bytes.
        object: ObjectId,
    },
}

/// What a file's type is; all else is passed over.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type", default)]
    name: Option<String>,
}

/// The fields as they are read. What is held is bounded before it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(default)]
    binary: Items<String, MAX_BUNDLE_ITEMS>,
    checkpoint: String,
    entries: Items<ReadEntry, MAX_BUNDLE_ITEMS>,
    hashes: Items<String, MAX_ALL_HASHES>,
    objects: Items<String, MAX_BUNDLE_ITEMS>,
    publication: Option<EntryId>,
    #[serde(default)]
    slices: Items<ReadSlice, MAX_BUNDLE_ITEMS>,
    #[serde(rename = "type")]
    type_name: String,
    verdict: Option<VerdictId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadEntry {
    index: u64,
    note: String,
    path: Items<usize, MAX_HASHES>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadSlice {
    bytes: String,
    end: u64,
    start: u64,
    text: ObjectId,
}

/// More hashes than the longest paths of all entries is none.
const MAX_ALL_HASHES: usize = MAX_BUNDLE_ITEMS * MAX_HASHES;

/// The fields as they are written, in their order.
#[derive(Serialize)]
struct Written<'b> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    binary: Vec<String>,
    checkpoint: &'b str,
    entries: Vec<WrittenEntry<'b>>,
    hashes: Vec<String>,
    objects: Vec<Cow<'b, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publication: Option<EntryId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slices: Vec<WrittenSlice<'b>>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictId>,
}

#[derive(Serialize)]
struct WrittenEntry<'b> {
    index: u64,
    note: &'b str,
    path: Vec<usize>,
}

#[derive(Serialize)]
struct WrittenSlice<'b> {
    bytes: String,
    end: u64,
    start: u64,
    text: &'b ObjectId,
}

impl Bundle {
    /// Reads a bundle, with or without a line feed at its end. Nothing in it is verified by that.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLong(bytes.len()));
        }
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let kind: Kind = serde_json::from_slice(bytes).map_err(unread)?;
        let kind = kind.name.unwrap_or_default();
        if kind != BUNDLE_TYPE && kind != PUBLICATION_TYPE {
            return Err(BundleError::Type(kind));
        }
        let read: Read = serde_json::from_slice(bytes).map_err(unread)?;
        let bundle = read.into_bundle()?;
        match json::first_difference(bytes, &bundle.written()) {
            None => Ok(bundle),
            Some(at) => Err(match bundle.unnamed() {
                Some((object, bytes)) => BundleError::Changed {
                    what: called(bytes),
                    object: *object,
                },
                None => BundleError::OtherForm(at),
            }),
        }
    }

    /// Returns the first object that no entry names.
    fn unnamed(&self) -> Option<(&ObjectId, &[u8])> {
        let entries = self.entries.iter();
        let entries = entries.filter_map(|shown| Entry::parse(shown.note.as_bytes()).ok());
        let named: BTreeSet<ObjectId> = entries.flat_map(|entry| entry.objects()).collect();
        let mut objects = self
            .objects
            .iter()
            .map(|(id, bytes)| (id, bytes.as_slice()));
        objects.find(|(id, _)| !named.contains(id))
    }

    /// Writes a bundle, with a line feed at its end.
    ///
    /// # Panics
    /// Never: texts, lists and numbers can be written to memory.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(&self.written()).expect("it can be written to memory");
        bytes.push(b'\n');
        bytes
    }

    fn written(&self) -> Written<'_> {
        let mut hashes = Vec::new();
        let mut places = HashMap::new();
        let entries = self.entries.iter().map(|entry| {
            let place = |hash: &[u8; 32]| {
                *places.entry(*hash).or_insert_with(|| {
                    hashes.push(BASE64.encode(hash));
                    hashes.len() - 1
                })
            };
            WrittenEntry {
                index: entry.index,
                note: &entry.note,
                path: entry.path.iter().map(place).collect(),
            }
        });
        let entries = entries.collect();
        let (mut objects, mut binary) = (Vec::new(), Vec::new());
        for bytes in self.objects.values() {
            match std::str::from_utf8(bytes) {
                Ok(text) => objects.push(Cow::Borrowed(text)),
                Err(_) => binary.push(BASE64.encode(bytes)),
            }
        }
        let slices = self.slices.iter().map(|((text, range), bytes)| {
            let (start, end) = (range.start(), range.end());
            let bytes = BASE64.encode(bytes);
            WrittenSlice {
                bytes,
                end,
                start,
                text,
            }
        });
        let (r#type, verdict, publication) = match self.about {
            About::Verdict(verdict) => (BUNDLE_TYPE, Some(verdict), None),
            About::Publication(entry) => (PUBLICATION_TYPE, None, Some(entry)),
        };
        Written {
            binary,
            checkpoint: &self.checkpoint,
            entries,
            hashes,
            objects,
            publication,
            slices: slices.collect(),
            r#type,
            verdict,
        }
    }
}

impl Read {
    fn about(&self) -> Result<About, BundleError> {
        let is_of_verdict = self.type_name == BUNDLE_TYPE;
        match (self.verdict, self.publication) {
            (Some(verdict), None) if is_of_verdict => Ok(About::Verdict(verdict)),
            (None, Some(entry)) if !is_of_verdict => Ok(About::Publication(entry)),
            _ if is_of_verdict => Err(BundleError::About("verdict")),
            _ => Err(BundleError::About("publication")),
        }
    }

    fn into_bundle(self) -> Result<Bundle, BundleError> {
        let about = self.about()?;
        let mut hashes: Vec<[u8; 32]> = Vec::with_capacity(self.hashes.0.len());
        for (at, hash) in self.hashes.0.iter().enumerate() {
            let decoded = BASE64.decode(hash).ok();
            let decoded = decoded.and_then(|hash| hash.try_into().ok());
            hashes.push(decoded.ok_or(BundleError::Hash(at))?);
        }
        let mut entries: Vec<BundleEntry> = Vec::with_capacity(self.entries.0.len());
        for ReadEntry { index, note, path } in self.entries.0 {
            if entries.last().is_some_and(|last| last.index >= index) {
                return Err(BundleError::Order(index));
            }
            check_number(index)?;
            let hash = |place: &usize| {
                let (place, hashes) = (*place, &hashes);
                hashes.get(place).copied().ok_or(BundleError::Place {
                    index,
                    place,
                    hashes: hashes.len(),
                })
            };
            let path = path.0.iter().map(hash).collect::<Result<_, _>>()?;
            entries.push(BundleEntry { index, note, path });
        }
        let mut objects = BTreeMap::new();
        for text in self.objects.0 {
            let bytes = text.into_bytes();
            objects.insert(ObjectId::of(&bytes), bytes);
        }
        for (at, text) in self.binary.0.iter().enumerate() {
            let bytes = decode("object", at, text)?;
            objects.insert(ObjectId::of(&bytes), bytes);
        }
        let mut slices = BTreeMap::new();
        for (at, slice) in self.slices.0.into_iter().enumerate() {
            check_number(slice.end)?;
            let range = SliceRange::new(slice.start, slice.end)
                .map_err(|source| BundleError::Range { at, source })?;
            slices.insert((slice.text, range), decode("slice", at, &slice.bytes)?);
        }
        Ok(Bundle {
            about,
            checkpoint: self.checkpoint,
            entries,
            objects,
            slices,
        })
    }
}

/// Says what an object calls itself.
fn called(object: &[u8]) -> String {
    let kind: Option<Kind> = serde_json::from_slice(object).ok();
    let name = kind.and_then(|kind| kind.name);
    let named = name.filter(|name| name.len() < 40 && name.starts_with("factlog/"));
    named.map_or_else(|| "an object".to_owned(), |name| format!("a {name} object"))
}

fn unread(error: serde_json::Error) -> BundleError {
    BundleError::Json(if error.is_data() {
        JsonError::Fields(error)
    } else {
        JsonError::Syntax(error)
    })
}

fn check_number(number: u64) -> Result<(), BundleError> {
    if number > MAX_INTEGER.unsigned_abs() {
        return Err(BundleError::Number(number));
    }
    Ok(())
}

fn decode(what: &'static str, at: usize, text: &str) -> Result<Vec<u8>, BundleError> {
    BASE64
        .decode(text)
        .map_err(|source| BundleError::Base64 { what, at, source })
}

/// A list of so many items at most.
struct Items<T, const MOST: usize>(Vec<T>);

impl<T, const MOST: usize> Default for Items<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Items<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self::default())
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Items<T, MOST> {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Self, A::Error> {
        while let Some(item) = list.next_element()? {
            if self.0.len() == MOST {
                return Err(A::Error::custom(format_args!("more than {MOST} items")));
            }
            self.0.push(item);
        }
        Ok(self)
    }
}
