//! Claims: specific, factual statements found in a source's text, and who made them.

use serde::{Deserialize, Serialize};

use super::id::ObjectId;
use super::object::{FieldFault, Object, ObjectError, absent_or_not_empty, not_empty};
use super::span::{Quote, Span};
use super::time::DayOrTime;

/// A claim, as an object of type `factlog/claim@v1`. Ranges are bytes of the source's text.
///
/// Three spans are kept apart: the statement (all the words attributed together), the claim's own
/// words inside it, and the words that stand for the claimant beside it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The source's text.
    pub source: ObjectId,
    /// The claim in words that can be read on their own.
    pub text: String,
    /// What `text` has that the source's words have not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Added>,
    /// The claim's own words, in order.
    pub parts: Vec<Span>,
    /// All the words attributed together, in order; empty for the narrator's own claims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statement: Vec<Span>,
    /// The words that attribute ("emphasizing that").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cue: Option<Span>,
    /// Who made the claim; absent for the narrator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimant: Option<Claimant>,
    /// How it is told.
    pub manner: Manner,
    /// When and where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// The quote of the hull, from the first part to the last.
    pub quote: Quote,
    /// The claim's language, a BCP 47 tag such as `en`.
    pub language: String,
}

/// What a superseding claim changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimChange {
    /// Who said it.
    Attribution,
    /// The self-contained words.
    Wording,
    /// The range.
    Span,
    /// The source: a newer version of it.
    Anchor,
}

/// Words in a claim's text that are not the source's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// Where they stand, in bytes of the claim's `text`.
    pub at: usize,
    /// The words.
    pub text: String,
    /// Why they are there.
    pub why: AddedWhy,
}

/// Why a claim's text has words that are not the source's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddedWhy {
    /// Carried over from elsewhere in the sentence, such as a subject.
    Carried,
    /// A name in the place of a pronoun or a short form.
    Resolved,
    /// A word in another form, such as "threatens" for "threatening".
    Inflected,
}

/// The person or body making a claim; not the publisher.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claimant {
    /// The full name.
    pub name: String,
    /// Title or office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// An address that says who it is, such as a Wikidata or official page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// The words that stand for the claimant beside the statement ("he").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// How a claim is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manner {
    /// In the claimant's words, between quotation marks.
    Direct,
    /// In the narrator's words.
    Indirect,
    /// Partly quoted.
    Mixed,
    /// The narrator's own claim.
    Narration,
}

/// When, on which occasion and where something was said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The day or second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<DayOrTime>,
    /// The occasion ("a press briefing").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occasion: Option<String>,
    /// The place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl Claim {
    /// Says what makes this the claim it is: source text, own words and claimant, whatever produced it.
    ///
    /// Two claims with equal identities are the same claim.
    pub fn identity(&self) -> ObjectId {
        let mut hasher = blake3::Hasher::new_derive_key("factlog/claim-identity@v1");
        hasher.update(self.source.as_bytes());
        for part in &self.parts {
            hasher.update(&(part.start() as u64).to_be_bytes());
            hasher.update(&(part.end() as u64).to_be_bytes());
        }
        hasher.update(&u64::MAX.to_be_bytes());
        if let Some(claimant) = &self.claimant {
            hasher.update(claimant.name.as_bytes());
        }
        ObjectId(*hasher.finalize().as_bytes())
    }
}

impl Object for Claim {
    const TYPE: &'static str = "factlog/claim@v1";

    fn check(&self) -> Result<(), ObjectError> {
        not_empty(&self.text, "text")?;
        for added in &self.added {
            not_empty(&added.text, "added.text")?;
            let end = added.at.checked_add(added.text.len());
            if end.and_then(|end| self.text.get(added.at..end)) != Some(added.text.as_str()) {
                return Err(FieldFault::Contradiction.of("added"));
            }
        }
        if self
            .added
            .windows(2)
            .any(|w| w[0].at + w[0].text.len() > w[1].at)
        {
            return Err(FieldFault::Ranges.of("added"));
        }
        in_order(&self.parts, "parts")?;
        in_order(&self.statement, "statement")?;
        let hull = Span::hull(&self.parts).ok_or_else(|| FieldFault::Empty.of("parts"))?;
        if hull != self.quote.bytes {
            return Err(FieldFault::Contradiction.of("quote"));
        }
        if let Some(claimant) = &self.claimant {
            not_empty(&claimant.name, "claimant.name")?;
            absent_or_not_empty(claimant.role.as_deref(), "claimant.role")?;
            absent_or_not_empty(claimant.same_as.as_deref(), "claimant.same_as")?;
        }
        if let Some(said) = &self.said {
            absent_or_not_empty(said.occasion.as_deref(), "said.occasion")?;
            absent_or_not_empty(said.place.as_deref(), "said.place")?;
            if *said == Said::default() {
                return Err(FieldFault::Empty.of("said"));
            }
        }
        if self.manner == Manner::Narration && (self.claimant.is_some() || self.cue.is_some()) {
            return Err(FieldFault::Contradiction.of("manner"));
        }
        check_language(&self.language)
    }
}

fn in_order(spans: &[Span], field: &'static str) -> Result<(), ObjectError> {
    if spans.windows(2).all(|w| w[0].end() <= w[1].start()) {
        Ok(())
    } else {
        Err(FieldFault::Ranges.of(field))
    }
}

/// Checks the form of a BCP 47 language tag: ASCII letters and digits in parts of 1 to 8, joined by `-`.
pub(crate) fn check_language(tag: &str) -> Result<(), ObjectError> {
    let part = |p: &str| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric());
    if tag.len() <= 35 && tag.split('-').all(part) {
        Ok(())
    } else {
        Err(FieldFault::Form.of("language"))
    }
}
