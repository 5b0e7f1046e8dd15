//! Policies: the rating scale, and what a verdict needs before it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::object::{FieldFault, Object, ObjectError, absent_or_not_empty, not_empty};

/// A ledger's policy, as an object of type `factlog/policy@v1`. It can't be erased.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The ratings.
    pub scale: Vec<Rating>,
    /// The value of the truest rating.
    pub best: u32,
    /// The value of the least true rating; at least 1, and below `best`.
    pub worst: u32,
    /// How many approvals by others a verdict needs to stand.
    pub approvals: u32,
    /// How many pieces of evidence a verdict needs.
    pub evidence_least: u32,
    /// Whether a reviewer may supersede another's verdict that is not tainted.
    pub others_may_supersede: bool,
    /// How claims are chosen and checked, or where that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub methodology: Option<String>,
}

/// One rating of a scale.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The code, as a verdict entry names it.
    pub code: RatingCode,
    /// How it is shown, by language: `en`, `pt_br` (a BCP 47 tag in lower case with `_` for `-`).
    pub labels: BTreeMap<String, String>,
    /// What it means.
    pub definition: String,
    /// Its place on the scale, from `worst` to `best`; absent for ratings outside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u32>,
}

/// A rating's code: `[a-z][a-z0-9-]*`, at most 32 characters, such as `mostly-true`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RatingCode(String);

/// Says that a text is not a rating's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a rating code: lower-case letters, digits and hyphens, at most 32")]
pub struct RatingCodeError(String);

impl RatingCode {
    /// Returns the code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RatingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RatingCode {
    type Err = RatingCodeError;

    fn from_str(text: &str) -> Result<Self, RatingCodeError> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for RatingCode {
    type Error = RatingCodeError;

    fn try_from(text: String) -> Result<Self, RatingCodeError> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if starts && text.len() <= 32 && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(RatingCodeError(text))
        }
    }
}

impl From<RatingCode> for String {
    fn from(code: RatingCode) -> Self {
        code.0
    }
}

impl Rating {
    /// Returns the label in English, else in the first language there is, else the code.
    pub fn label(&self) -> &str {
        self.labels
            .get("en")
            .or_else(|| self.labels.values().next())
            .map_or(self.code.as_str(), String::as_str)
    }
}

impl Policy {
    /// Returns the rating with this code.
    pub fn rating(&self, code: &RatingCode) -> Option<&Rating> {
        self.scale.iter().find(|rating| rating.code == *code)
    }
}

impl Default for Policy {
    /// The scale that a new ledger starts with: true (5) to false (1), and three ratings without a
    /// number. One reviewer suffices, and evidence is not demanded.
    fn default() -> Self {
        let rating = |code: &str, label: &str, value: Option<u32>, definition: &str| Rating {
            code: code.parse().expect("the default codes are codes"),
            labels: BTreeMap::from([("en".to_owned(), label.to_owned())]),
            definition: definition.to_owned(),
            value,
        };
        Self {
            scale: vec![
                rating(
                    "true",
                    "True",
                    Some(5),
                    "Accurate, with nothing significant missing.",
                ),
                rating(
                    "mostly-true",
                    "Mostly true",
                    Some(4),
                    "Accurate in substance, but needs clarification or additional information.",
                ),
                rating(
                    "half-true",
                    "Half true",
                    Some(3),
                    "Partly accurate, but leaves out important details or takes them out of context.",
                ),
                rating(
                    "mostly-false",
                    "Mostly false",
                    Some(2),
                    "Contains an element of truth, but ignores facts that would give another impression.",
                ),
                rating("false", "False", Some(1), "Not accurate."),
                rating(
                    "unproven",
                    "Unproven",
                    None,
                    "The evidence available neither supports nor refutes it.",
                ),
                rating(
                    "missing-context",
                    "Missing context",
                    None,
                    "Accurate words that mislead without what was left out.",
                ),
                rating(
                    "satire",
                    "Satire",
                    None,
                    "Meant as satire or parody, though it may be taken for a factual claim.",
                ),
            ],
            best: 5,
            worst: 1,
            approvals: 0,
            evidence_least: 0,
            others_may_supersede: false,
            methodology: None,
        }
    }
}

impl Object for Policy {
    const TYPE: &'static str = "factlog/policy@v1";

    fn check(&self) -> Result<(), ObjectError> {
        if self.scale.is_empty() {
            return Err(FieldFault::Empty.of("scale"));
        }
        if self.worst < 1 || self.worst >= self.best {
            return Err(FieldFault::Bounds.of("worst"));
        }
        let mut codes = BTreeSet::new();
        for rating in &self.scale {
            if !codes.insert(&rating.code) {
                return Err(FieldFault::Twice.of("scale.code"));
            }
            not_empty(&rating.definition, "scale.definition")?;
            if rating.labels.is_empty() || rating.labels.values().any(String::is_empty) {
                return Err(FieldFault::Empty.of("scale.labels"));
            }
            if rating
                .value
                .is_some_and(|v| !(self.worst..=self.best).contains(&v))
            {
                return Err(FieldFault::Bounds.of("scale.value"));
            }
        }
        absent_or_not_empty(self.methodology.as_deref(), "methodology")
    }
}
