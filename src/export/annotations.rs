//! Web Annotations of a source: its claims at their places, each with its verdict.
//!
//! Follows the Web Annotation Data Model (W3C Recommendation, 23 February 2017), and
//! `schemas/annotations.schema.json` describes what is written: one `AnnotationCollection` a source,
//! with all annotations on its first page.
//!
//! What the model leaves open is decided here:
//!
//! - An annotation's target is the address where the source was found; of a source without one, the
//!   SHA-256 hash of its text (RFC 6920). `state` says when the copy was taken.
//! - Both selectors are of the stored text, with nothing normalised: a quote with 32 code points on each
//!   side, and its range in code points.
//! - The bodies are the rating, the summary, and the address of the claim's page.
//! - Whoever signed the verdict is the annotation's creator; that a desk published it, its collection
//!   says.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::base_url::{BaseUrl, SHORT_DIGITS};
use super::escape::to_json;
use super::{PublishedClaim, PublishedLedger, PublishedVerdict, web_address};
use crate::words::claim::Claim;
use crate::words::id::{SourceId, VerdictId};
use crate::words::span::Quote;

/// The context that gives the terms their meaning.
const CONTEXT: &str = "http://www.w3.org/ns/anno.jsonld";

/// The annotations of one source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collection {
    /// The source.
    pub source: SourceId,
    /// How many annotations it has.
    pub annotations: u64,
    /// The bytes, UTF-8, with a final line feed.
    pub bytes: Vec<u8>,
}

/// Returns the name of the file with a source's annotations.
pub fn file_name(source: SourceId) -> String {
    format!("{}.jsonld", &source.to_string()[..SHORT_DIGITS])
}

/// Writes the annotations of each source: one for each verdict that `claims` have, in the order of the
/// claims. What is withheld or erased gives none.
pub fn collections(
    ledger: &PublishedLedger,
    base: &BaseUrl,
    claims: &[PublishedClaim],
) -> Vec<Collection> {
    let mut by_source: BTreeMap<SourceId, Vec<Annotation<'_>>> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| ledger.may_leave(claim)) {
        let Some(words) = &claim.claim else { continue };
        let verdicts = claim.verdicts.iter();
        let annotations = verdicts
            .filter_map(|verdict| annotation(ledger, base, claim, words, verdict))
            .collect::<Vec<_>>();
        if !annotations.is_empty() {
            by_source
                .entry(claim.source)
                .or_default()
                .extend(annotations);
        }
    }
    let sources = by_source.into_iter();
    sources
        .map(|(source, items)| {
            let id = base.page(&format!("annotations/{}", file_name(source)));
            let title = ledger.meta(source).and_then(|meta| meta.title.as_deref());
            let collection = AnnotationCollection {
                context: CONTEXT,
                kind: "AnnotationCollection",
                label: format!("Claims checked in {}", title.unwrap_or("a source")),
                creator: Agent {
                    kind: "Organization",
                    name: &ledger.desk,
                    homepage: Some(base.as_str()),
                },
                total: items.len(),
                first: AnnotationPage {
                    id: format!("{id}#page"),
                    kind: "AnnotationPage",
                    part_of: id.clone(),
                    start_index: 0,
                    items,
                },
                id,
            };
            Collection {
                source,
                annotations: collection.total as u64,
                bytes: to_json(&collection, true).into_bytes(),
            }
        })
        .collect()
}

fn annotation<'a>(
    ledger: &'a PublishedLedger,
    base: &BaseUrl,
    claim: &'a PublishedClaim,
    words: &'a Claim,
    verdict: &'a PublishedVerdict,
) -> Option<Annotation<'a>> {
    let page = base.claim(claim.id);
    let rating = Body::Text {
        kind: "TextualBody",
        purpose: "assessing",
        value: ledger.rating_label(verdict, Some(&words.language)),
        format: "text/plain",
    };
    let summary = ledger.content(verdict).map(|content| Body::Text {
        kind: "TextualBody",
        purpose: "commenting",
        value: content.summary.as_str(),
        format: "text/plain",
    });
    let link = Body::Resource {
        kind: "SpecificResource",
        purpose: "linking",
        source: page.clone(),
    };
    Some(Annotation {
        id: format!("{page}#{}", short(verdict.id)),
        kind: "Annotation",
        motivation: "assessing",
        created: verdict.at.to_string(),
        creator: Agent {
            kind: "Person",
            name: &verdict.reviewer,
            homepage: None,
        },
        body: [Some(rating), summary, Some(link)]
            .into_iter()
            .flatten()
            .collect(),
        target: target(ledger, claim.source, &words.quote)?,
    })
}

fn short(verdict: VerdictId) -> String {
    verdict.to_string()[..SHORT_DIGITS].to_owned()
}

/// Returns where a quote stands; `None` where nothing is known by which its source could be named.
fn target<'a>(
    ledger: &'a PublishedLedger,
    source: SourceId,
    quote: &'a Quote,
) -> Option<Target<'a>> {
    let meta = ledger.meta(source);
    let address = meta.and_then(|meta| meta.url.as_deref());
    let address = address.and_then(web_address).map(str::to_owned);
    let name = || {
        let text = ledger.sources.get(&source)?.text?;
        let hash = URL_SAFE_NO_PAD.encode(text.sha256.0);
        Some(format!("ni:///sha-256;{hash}"))
    };
    Some(Target {
        kind: "SpecificResource",
        source: address.or_else(name)?,
        selector: [
            Selector::Quote {
                kind: "TextQuoteSelector",
                exact: &quote.exact,
                prefix: &quote.prefix,
                suffix: &quote.suffix,
            },
            Selector::Position {
                kind: "TextPositionSelector",
                start: quote.points.start(),
                end: quote.points.end(),
            },
        ],
        state: meta
            .and_then(|meta| meta.retrieved)
            .map(|retrieved| TimeState {
                kind: "TimeState",
                source_date: retrieved.to_string(),
            }),
    })
}

#[derive(Serialize)]
struct AnnotationCollection<'a> {
    #[serde(rename = "@context")]
    context: &'a str,
    id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    label: String,
    creator: Agent<'a>,
    total: usize,
    first: AnnotationPage<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AnnotationPage<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    part_of: String,
    start_index: usize,
    items: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
struct Annotation<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    motivation: &'a str,
    created: String,
    creator: Agent<'a>,
    body: Vec<Body<'a>>,
    target: Target<'a>,
}

#[derive(Serialize)]
struct Agent<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Text {
        #[serde(rename = "type")]
        kind: &'a str,
        purpose: &'a str,
        value: &'a str,
        format: &'a str,
    },
    Resource {
        #[serde(rename = "type")]
        kind: &'a str,
        purpose: &'a str,
        source: String,
    },
}

#[derive(Serialize)]
struct Target<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    source: String,
    selector: [Selector<'a>; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<TimeState<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Selector<'a> {
    Quote {
        #[serde(rename = "type")]
        kind: &'a str,
        exact: &'a str,
        prefix: &'a str,
        suffix: &'a str,
    },
    Position {
        #[serde(rename = "type")]
        kind: &'a str,
        start: usize,
        end: usize,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TimeState<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    source_date: String,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::export::samples;
    use crate::words::source::Rights;

    fn written(ledger: &PublishedLedger, claim: PublishedClaim) -> Vec<Value> {
        let base = ledger.base_url.clone().expect("an address");
        let schema = include_str!("../../schemas/annotations.schema.json");
        let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
        let collections = collections(ledger, &base, &[claim]);
        let read = |collection: Collection| {
            let value: Value = serde_json::from_slice(&collection.bytes).expect("JSON");
            if let Err(error) = validator.validate(&value) {
                panic!("{error} at {}: {value:#}", error.instance_path());
            }
            value
        };
        collections.into_iter().map(read).collect()
    }

    #[test]
    fn a_claim_is_annotated_where_it_stands() {
        let (ledger, claim) = samples::judged();
        let page = "https://desk.example/facts/claims/0606060606060606/";
        let [collection] = &written(&ledger, claim)[..] else {
            panic!("one collection")
        };
        let annotation = &collection["first"]["items"][0];
        assert_eq!(collection["total"], 1);
        assert_eq!(annotation["body"][0]["value"], "False");
        assert_eq!(annotation["body"][2]["source"], page);
        assert_eq!(annotation["target"]["source"], "https://news.example/a1");
        let [quote, position] = &annotation["target"]["selector"].as_array().expect("two")[..]
        else {
            panic!("two selectors")
        };
        assert_eq!(quote["exact"], samples::WORDS);
        let start = usize::try_from(position["start"].as_u64().expect("a number")).expect("small");
        let end = usize::try_from(position["end"].as_u64().expect("a number")).expect("small");
        let words: String = samples::TEXT
            .chars()
            .skip(start)
            .take(end - start)
            .collect();
        assert_eq!(words, samples::WORDS);
    }

    #[test]
    fn a_source_without_an_address_is_named_by_its_text() {
        let (mut ledger, claim) = samples::judged();
        for source in ledger.sources.values_mut() {
            source.meta.as_mut().expect("there").url = Some("javascript:alert(1)".into());
        }
        let collections = written(&ledger, claim);
        let source = &collections[0]["first"]["items"][0]["target"]["source"];
        let source = source.as_str().expect("text");
        // RFC 6920, section 3: `ni:///sha-256;` and the hash in base64url without padding.
        assert_eq!(
            source.strip_prefix("ni:///sha-256;").map(str::len),
            Some(43)
        );
    }

    #[test]
    fn what_is_withheld_or_erased_is_not_annotated() {
        let (mut ledger, claim) = samples::judged();
        let mut erased = claim.clone();
        erased.claim = None;
        assert!(written(&ledger, erased).is_empty());
        for source in ledger.sources.values_mut() {
            source.rights = Rights::Withheld;
        }
        assert!(written(&ledger, claim).is_empty());
    }
}
