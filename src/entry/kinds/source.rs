//! Source: takes in a work.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::entry::EntryError;
use crate::trust::key::VerifierKey;
use crate::words::id::{ObjectId, SourceId};
use crate::words::object::FieldFault;
use crate::words::source::{Kept, Rights, SourceType};

/// Takes in a source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub source_type: SourceType,
    /// The bytes as they came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Kept>,
    /// The text, which claims point into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Kept>,
    /// The media type of the bytes, such as `text/html`.
    pub media: String,
    /// The charset that the bytes were decoded with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// What made the text of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalizer: Option<String>,
    /// What may leave the house.
    pub rights: Rights,
    /// The `meta` object.
    pub meta: ObjectId,
    /// The source of which this is a newer version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<SourceId>,
}

impl KindFields for SourceEntry {
    const KIND: Kind = Kind::Source;
    fn objects(&self) -> Vec<ObjectId> {
        let kept = [self.raw, self.text].into_iter().flatten();
        kept.map(|kept| kept.blake3).chain([self.meta]).collect()
    }

    fn check(&self, _: &VerifierKey) -> Result<(), EntryError> {
        if self.media.is_empty() {
            return Self::fault("media", FieldFault::Empty);
        }
        for (field, text) in [("charset", &self.charset), ("normalizer", &self.normalizer)] {
            if text.as_ref().is_some_and(String::is_empty) {
                return Self::fault(field, FieldFault::Empty);
            }
        }
        Self::presence("normalizer", self.normalizer.is_some(), self.text.is_some())
    }
}
