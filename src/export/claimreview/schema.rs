//! The parts of schema.org that are written, with their properties in the order of the document.

#![expect(
    clippy::struct_field_names,
    reason = "the fields are schema.org's properties"
)]

use std::borrow::Cow;

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClaimReview<'a> {
    #[serde(rename = "@context")]
    pub(super) context: &'a str,
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    pub(super) claim_reviewed: String,
    pub(super) in_language: &'a str,
    pub(super) date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date_modified: Option<String>,
    pub(super) author: Agent<'a>,
    pub(super) review_rating: Rating<'a>,
    pub(super) review_body: &'a str,
    pub(super) item_reviewed: Claim<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) citation: Vec<Work<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) correction: Vec<CorrectionComment<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) associated_claim_review: Vec<Review<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) associated_media_review: Option<MediaReview<'a>>,
    pub(super) identifier: Vec<PropertyValue>,
}

/// Another reviewer's verdict on the same claim.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    pub(super) date_published: String,
    pub(super) review_rating: Rating<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) correction: Vec<CorrectionComment<'a>>,
    pub(super) identifier: Vec<PropertyValue>,
}

/// What a verdict says of the medium that its claim is made in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MediaReview<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    pub(super) date_published: String,
    pub(super) author: Agent<'a>,
    pub(super) review_body: &'a str,
    pub(super) item_reviewed: MediaReviewItem<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MediaReviewItem<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    pub(super) media_item_appearance: Work<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rating<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rating_value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) best_rating: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) worst_rating: Option<u32>,
    pub(super) alternate_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rating_explanation: Option<&'a str>,
    pub(super) author: Agent<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Claim<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    pub(super) text: &'a str,
    pub(super) in_language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<Agent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date_published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creative_work_status: Option<&'a str>,
    pub(super) appearance: Work<'a>,
    pub(super) identifier: Vec<PropertyValue>,
}

/// A source: where a claim appeared, or what a verdict cites.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Work<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) headline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) in_language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date_published: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) author: Vec<Agent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) publisher: Option<Agent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_format: Option<&'a str>,
    /// Of its bytes, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) archived_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) has_part: Option<Quotation<'a>>,
    pub(super) identifier: Vec<PropertyValue>,
}

/// The words of a source that a verdict rests on.
#[derive(Serialize)]
pub(super) struct Quotation<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    pub(super) text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CorrectionComment<'a> {
    /// The index of the entry that it tells of: its place among the others.
    #[serde(skip)]
    pub(super) index: u64,
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    pub(super) name: String,
    pub(super) text: &'a str,
    pub(super) date_published: String,
    pub(super) author: Agent<'a>,
    pub(super) identifier: Vec<PropertyValue>,
}

/// A `Person` or an `Organization`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Agent<'a> {
    #[serde(rename = "@type")]
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) job_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) same_as: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) identifier: Option<&'a str>,
}

impl<'a> Agent<'a> {
    /// A person of whom only the name is known.
    pub(super) const fn person(name: &'a str) -> Self {
        Self::of_kind("Person", name)
    }

    /// A body of which only the name is known.
    pub(super) const fn organization(name: &'a str) -> Self {
        Self::of_kind("Organization", name)
    }

    const fn of_kind(kind: &'a str, name: &'a str) -> Self {
        Self {
            kind,
            name,
            url: None,
            job_title: None,
            same_as: None,
            identifier: None,
        }
    }
}

#[derive(Serialize)]
pub(super) struct PropertyValue {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "propertyID")]
    property_id: &'static str,
    value: String,
}

impl PropertyValue {
    /// Names a value of ours, such as an entry's id.
    pub(super) const fn new(property_id: &'static str, value: String) -> Self {
        Self {
            kind: "PropertyValue",
            property_id,
            value,
        }
    }
}
