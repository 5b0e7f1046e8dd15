//! Sources: works in which claims appear, or that are cited as evidence.

use serde::{Deserialize, Serialize};

use super::claim::check_language;
use super::id::{ObjectId, Sha256Hash};
use super::object::{FieldFault, Object, ObjectError, absent_or_not_empty};
use super::salt::Salt;
use super::time::{DayOrTime, Timestamp};

/// What kind of work a source is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceType {
    /// Words: an article, a page, a report.
    Document,
    /// Figures: a table, a database.
    Dataset,
    /// Sound or pictures.
    Recording,
    /// What was said to the reviewer, who vouches for it.
    Statement,
    /// Something that is only referred to, with no copy kept.
    Reference,
}

/// What may leave the house.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rights {
    /// All of it.
    Public,
    /// Its quotes, with their context.
    Quoted,
    /// Nothing.
    Withheld,
}

/// Content that is kept: its hash, the SHA-256 twin for tools without BLAKE3, and its length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The object's id.
    pub blake3: ObjectId,
    /// The SHA-256 hash of the same bytes.
    pub sha256: Sha256Hash,
    /// The length in bytes.
    pub bytes: u64,
}

impl Kept {
    /// Describes these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            blake3: ObjectId::of(bytes),
            sha256: Sha256Hash::of(bytes),
            bytes: bytes.len() as u64,
        }
    }
}

/// What is known of a source, as an object of type `factlog/meta@v1`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Where it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<DayOrTime>,
    /// When the copy was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieved: Option<Timestamp>,
    /// Its language, a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Makes the object's hash unguessable.
    pub salt: Salt,
}

impl Object for Meta {
    const TYPE: &'static str = "factlog/meta@v1";

    fn check(&self) -> Result<(), ObjectError> {
        absent_or_not_empty(self.url.as_deref(), "url")?;
        absent_or_not_empty(self.title.as_deref(), "title")?;
        absent_or_not_empty(self.publisher.as_deref(), "publisher")?;
        if self.authors.iter().any(String::is_empty) {
            return Err(FieldFault::Empty.of("authors"));
        }
        self.language.as_deref().map_or(Ok(()), check_language)
    }
}
