//! What a document must have, whatever a source or a reviewer wrote.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::export::{PublishedCheckpoint, samples};
use crate::words::claim::Manner;
use crate::words::id::VerdictId;

fn document(ledger: &PublishedLedger, claim: &PublishedClaim) -> Result<Document, Skipped> {
    let mut result = documents(ledger, std::slice::from_ref(claim));
    result.documents.pop().ok_or_else(|| result.skipped[0].1)
}

fn json(document: &Document) -> Value {
    serde_json::from_slice(&document.bytes).expect("JSON")
}

fn one(ledger: &PublishedLedger, claim: &PublishedClaim) -> Value {
    let value = json(&document(ledger, claim).expect("a document"));
    check(&value);
    value
}

/// Checks what the profile asks and what a schema can't.
fn check(review: &Value) {
    let schema: Value =
        serde_json::from_str(include_str!("../../../schemas/claimreview.schema.json"))
            .expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    if let Err(error) = validator.validate(review) {
        panic!("{error} at {}: {review:#}", error.instance_path());
    }
    let rating = &review["reviewRating"];
    if let Some(value) = rating["ratingValue"].as_u64() {
        let best = rating["bestRating"].as_u64().expect("with the scale");
        let worst = rating["worstRating"].as_u64().expect("with the scale");
        assert!(1 <= worst && worst < best && (worst..=best).contains(&value));
    }
    if let Some(modified) = review["dateModified"].as_str() {
        assert!(modified > review["datePublished"].as_str().expect("a date"));
    }
}

#[test]
fn a_judged_claim_is_complete() {
    let (ledger, claim) = samples::judged();
    let review = one(&ledger, &claim);
    let id = "06".repeat(32);
    assert_eq!(
        review["url"],
        format!("https://desk.example/facts/claims/{}/", &id[..16])
    );
    assert_eq!(review["claimReviewed"], samples::CLAIM);
    assert_eq!(review["datePublished"], "2026-11-22T10:00:05Z");
    assert!(review.get("dateModified").is_none());
    assert!(review.get("correction").is_none());
    assert_eq!(review["author"]["name"], "Example Desk");
    let rating = &review["reviewRating"];
    assert_eq!(rating["ratingValue"], 1);
    assert_eq!(rating["bestRating"], 5);
    assert_eq!(rating["worstRating"], 1);
    assert_eq!(rating["alternateName"], "False");
    assert_eq!(rating["author"]["name"], "desk.example/alice");
    let item = &review["itemReviewed"];
    assert_eq!(item["author"]["@type"], "Person");
    assert_eq!(item["author"]["jobTitle"], "spokesman");
    assert_eq!(item["author"]["sameAs"], "https://kirby.example/");
    assert_eq!(item["datePublished"], "2024-03-25", "when it was said");
    assert_eq!(item["appearance"]["url"], "https://news.example/a1");
    assert_eq!(item["appearance"]["headline"], "A decision");
    assert_eq!(item["appearance"]["publisher"]["name"], "News Example");
    assert_eq!(review["citation"][0]["url"], "https://charter.example/25");
    assert_eq!(
        review["citation"][0]["description"],
        "Refutes the claim; primary source; Article 25"
    );
    let ids: Vec<_> = review["identifier"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|id| (id["propertyID"].as_str().expect("text"), &id["value"]))
        .collect();
    assert_eq!(ids[0], ("factlog/verdict", &Value::from("69".repeat(32))));
    assert_eq!(ids[1], ("factlog/claim", &Value::from(id)));
    assert_eq!(
        ids[3],
        (
            "factlog/checkpoint",
            &Value::from(ledger.checkpoint.note.clone())
        )
    );
}

#[test]
fn the_same_values_give_the_same_bytes() {
    let (ledger, claim) = samples::corrected();
    let document = document(&ledger, &claim).expect("a document");
    assert_eq!(document.file_name, "0606060606060606.jsonld");
    samples::assert_frozen(
        &document.bytes,
        include_bytes!("../../../tests/vectors/export/corrected.jsonld"),
    );
}

#[test]
fn a_correction_is_seen() {
    let (ledger, claim) = samples::corrected();
    let review = one(&ledger, &claim);
    assert_eq!(review["datePublished"], "2026-11-22T10:00:05Z");
    assert_eq!(review["dateModified"], "2026-11-22T10:00:06Z");
    let correction = &review["correction"][0];
    assert_eq!(correction["text"], samples::REASON);
    assert_eq!(
        correction["name"],
        "Rating changed from \"False\" to \"Mostly false\""
    );
    assert_eq!(review["reviewRating"]["ratingValue"], 2);
}

#[test]
fn only_what_stands_is_a_review() {
    let (ledger, retracted) = samples::retracted();
    assert_eq!(document(&ledger, &retracted), Err(Skipped::Retracted));
    for standing in [Standing::Proposed, Standing::Disputed, Standing::Tainted] {
        let (ledger, mut claim) = samples::judged();
        claim.verdicts[0].standing = standing;
        assert_eq!(document(&ledger, &claim), Err(Skipped::NotStanding));
    }
    let (ledger, mut claim) = samples::judged();
    claim.verdicts.clear();
    assert_eq!(document(&ledger, &claim), Err(Skipped::Unjudged));
    let (ledger, mut claim) = samples::judged();
    claim.claim = None;
    assert_eq!(document(&ledger, &claim), Err(Skipped::Erased));

    // A retraction does not revive what it took the place of.
    let (ledger, mut claim) = samples::corrected();
    claim.verdicts[1].standing = Standing::Retracted;
    claim.verdicts[1].retraction = retracted.verdicts[0].retraction.clone();
    let result = documents(&ledger, &[claim]);
    assert_eq!(result.documents, []);
    assert_eq!(result.skipped, [(ClaimId([6; 32]), Skipped::Retracted)]);
}

#[test]
fn a_fresh_verdict_shows_the_retraction_before_it() {
    let (ledger, mut claim) = samples::retracted();
    claim.verdicts.push(samples::verdict(8, "true"));
    let review = one(&ledger, &claim);
    assert_eq!(review["reviewRating"]["alternateName"], "True");
    assert_eq!(review["correction"][0]["name"], "Retraction");
    assert_eq!(review["correction"][0]["text"], samples::RETRACTED);
    assert_eq!(review["datePublished"], "2026-11-22T10:00:05Z");
    assert_eq!(review["dateModified"], "2026-11-22T10:00:08Z");
}

#[test]
fn of_two_reviewers_the_later_is_the_review() {
    let (ledger, mut claim) = samples::corrected();
    let mut other = samples::verdict(8, "unproven");
    other.reviewer = "desk.example/bob".into();
    claim.verdicts.push(other);
    let review = one(&ledger, &claim);
    assert_eq!(review["reviewRating"]["author"]["name"], "desk.example/bob");
    let other = &review["associatedClaimReview"][0];
    assert_eq!(other["reviewRating"]["ratingValue"], 2);
    assert_eq!(other["correction"][0]["text"], samples::REASON);
    assert!(review.get("correction").is_none());
}

#[test]
fn a_verdict_on_a_new_wording_shows_what_was_corrected_on_the_old_one() {
    let (ledger, mut old) = samples::corrected();
    let mut new = old.clone();
    new.id = ClaimId([7; 32]);
    old.superseded_by = Some(new.id);
    let mut last = samples::verdict(9, "true");
    last.supersedes = Some(old.verdicts[1].id);
    last.change = Some(VerdictChange::Rating);
    last.verdict.as_mut().expect("there").reason = Some("The wording was wrong.".into());
    old.verdicts[1].standing = Standing::Superseded;
    old.verdicts[1].superseded_by = Some(last.id);
    new.verdicts = vec![last];
    let result = documents(&ledger, &[old, new]);
    assert_eq!(result.skipped, [(ClaimId([6; 32]), Skipped::NotStanding)]);
    let review = json(&result.documents[0]);
    check(&review);
    assert_eq!(review["datePublished"], "2026-11-22T10:00:05Z");
    assert_eq!(review["correction"][0]["text"], samples::REASON);
    assert_eq!(review["correction"][1]["text"], "The wording was wrong.");
    assert_eq!(
        review["correction"][1]["name"],
        "Rating changed from \"Mostly false\" to \"True\""
    );
}

#[test]
fn a_rating_outside_the_scale_has_no_number() {
    let (ledger, mut claim) = samples::judged();
    claim.verdicts[0].rating = "missing-context".parse().expect("a code");
    let rating = one(&ledger, &claim)["reviewRating"].clone();
    assert_eq!(rating["alternateName"], "Missing context");
    for absent in ["ratingValue", "bestRating", "worstRating"] {
        assert!(rating.get(absent).is_none());
    }
}

#[test]
fn labels_follow_the_claims_language() {
    let (mut ledger, mut claim) = samples::judged();
    let policy = ledger.policies.values_mut().next().expect("one");
    policy.scale[4].labels.insert("pt".into(), "Falso".into());
    policy.scale[4].labels.insert("pt_br".into(), "Fake".into());
    for (language, label) in [("pt-BR", "Fake"), ("pt-PT", "Falso"), ("fr", "False")] {
        claim.claim.as_mut().expect("there").language = language.into();
        let review = one(&ledger, &claim);
        assert_eq!(review["reviewRating"]["alternateName"], label);
    }
}

#[test]
fn a_narrators_claim_has_no_author() {
    let (ledger, mut claim) = samples::judged();
    let inner = claim.claim.as_mut().expect("there");
    inner.manner = Manner::Narration;
    inner.claimant = None;
    inner.said = None;
    let item = one(&ledger, &claim)["itemReviewed"].clone();
    assert!(item.get("author").is_none());
    assert_eq!(item["datePublished"], "2024-03-26", "the source's day");
}

#[test]
fn a_superseded_claim_says_so() {
    let (ledger, mut claim) = samples::judged();
    claim.superseded_by = Some(ClaimId([8; 32]));
    let item = one(&ledger, &claim)["itemReviewed"].clone();
    assert_eq!(item["creativeWorkStatus"], "superseded");
    assert_eq!(item["identifier"][1]["value"], "08".repeat(32));
}

#[test]
fn without_an_address_there_is_no_link() {
    let (mut ledger, claim) = samples::judged();
    ledger.base_url = None;
    let review = one(&ledger, &claim);
    assert!(review.get("url").is_none() && review.get("@id").is_none());
    assert!(review["author"].get("url").is_none());
}

#[test]
fn an_address_that_is_none_is_never_a_link() {
    let (mut ledger, claim) = samples::judged();
    for source in ledger.sources.values_mut() {
        source.meta.as_mut().expect("there").url = Some("javascript:alert(1)".into());
    }
    let review = one(&ledger, &claim);
    for work in [
        &review["itemReviewed"]["appearance"],
        &review["citation"][0],
    ] {
        assert!(work.get("url").is_none());
        assert_eq!(work["identifier"][1]["value"], "javascript:alert(1)");
    }
}

#[test]
fn every_citation_has_a_name() {
    let (mut ledger, mut claim) = samples::judged();
    // What quotes an unknown source is in no document.
    claim.verdicts[0].verdict.as_mut().expect("there").evidence[0].quote = None;
    let named = |ledger: &PublishedLedger| one(ledger, &claim)["citation"][0]["name"].clone();
    assert_eq!(named(&ledger), "Charter");
    let source = ledger
        .sources
        .get_mut(&SourceId([4; 32]))
        .expect("the evidence");
    let meta = source.meta.as_mut().expect("its description");
    meta.title = None;
    assert_eq!(named(&ledger), "https://charter.example/25");
    let untitled = |ledger: &mut PublishedLedger, url: Option<&str>| {
        let source = ledger.sources.get_mut(&SourceId([4; 32]));
        let meta = source.and_then(|source| source.meta.as_mut());
        meta.expect("its description").url = url.map(str::to_owned);
    };
    untitled(&mut ledger, Some("urn:isbn:1"));
    assert_eq!(named(&ledger), "urn:isbn:1");
    untitled(&mut ledger, None);
    assert_eq!(named(&ledger), "Source 0404040404040404");
    ledger.sources.remove(&SourceId([4; 32]));
    assert_eq!(named(&ledger), "Source 0404040404040404");
}

#[test]
fn nothing_of_a_withheld_or_unknown_source_leaves() {
    let (mut ledger, claim) = samples::judged();
    for source in ledger.sources.values_mut() {
        source.rights = crate::words::source::Rights::Withheld;
    }
    // A claim is words of its source.
    assert_eq!(document(&ledger, &claim).err(), Some(Skipped::Withheld));
    let evidence = SourceId([4; 32]);
    let own = ledger.sources.get_mut(&claim.source).expect("its source");
    own.rights = crate::words::source::Rights::Quoted;
    let review = one(&ledger, &claim);
    assert!(review.to_string().contains("news.example"));
    let cited = review["citation"].to_string();
    assert!(
        !cited.contains("charter.example") && !cited.contains(samples::WORDS),
        "{cited}"
    );
    ledger.sources.remove(&evidence);
    one(&ledger, &claim);
    ledger.policies.clear();
    assert_eq!(
        one(&ledger, &claim)["reviewRating"]["alternateName"],
        "false"
    );
}

#[test]
fn erased_reasons_are_said_to_be() {
    let (ledger, mut claim) = samples::corrected();
    for verdict in &mut claim.verdicts {
        verdict.verdict = None;
    }
    let review = one(&ledger, &claim);
    assert_eq!(review["reviewBody"], "The reasons were erased.");
    assert_eq!(review["correction"][0]["text"], "The reason was erased.");
}

#[test]
fn claims_whose_ids_begin_alike_keep_their_files_apart() {
    let (ledger, claim) = samples::judged();
    let mut other = claim.clone();
    other.id.0[31] = 0;
    let result = documents(&ledger, &[claim, other]);
    let names: BTreeSet<_> = result.documents.iter().map(|d| &d.file_name).collect();
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.len() == 64 + ".jsonld".len()));
}

#[test]
fn a_chain_that_bites_its_tail_ends() {
    let (ledger, mut claim) = samples::corrected();
    claim.verdicts[0].supersedes = Some(claim.verdicts[1].id);
    one(&ledger, &claim);
    claim.verdicts[1].supersedes = Some(VerdictId([0; 32]));
    let review = one(&ledger, &claim);
    assert_eq!(review["correction"][0]["name"], "Rating changed");
}

#[test]
fn a_long_claim_is_shortened_between_words() {
    let word_at = |n: usize| format!("{} {}", "a".repeat(n), "b".repeat(80));
    for (text, short) in [
        ("short".to_owned(), "short".to_owned()),
        ("x".repeat(74), "x".repeat(74)),
        ("x".repeat(10_000), "x".repeat(10_000)),
        ("語".repeat(100), "語".repeat(100)),
        (word_at(73), format!("{}…", "a".repeat(73))),
        (word_at(74), word_at(74)),
        (word_at(10), format!("{}…", "a".repeat(10))),
        (
            format!("one, two, — {}", "b".repeat(80)),
            "one, two…".to_owned(),
        ),
        (
            format!(" {}", "b".repeat(80)),
            format!(" {}", "b".repeat(80)),
        ),
    ] {
        assert_eq!(shorten(&text), short);
    }
}

#[test]
fn hostile_texts_show_as_text() {
    for hostile in [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!-- --> ]]> &lt; &amp;",
        "\u{202e}desrever\u{2066}",
        "\u{1b}]0;title\u{7}\u{9b}2J\0\r\n",
        "هذا نص من اليمين إلى اليسار، ومعه كلمات كثيرة لكي يكون أطول من خمسة وسبعين حرفا.",
        &"word ".repeat(2_000),
        &"x".repeat(10_000),
        "\u{e0041}\u{feff}\u{200d}",
    ] {
        let (mut ledger, mut claim) = samples::corrected();
        ledger.desk = hostile.into();
        ledger.checkpoint = PublishedCheckpoint {
            note: Some(hostile.into()),
            ..ledger.checkpoint
        };
        let inner = claim.claim.as_mut().expect("there");
        inner.text = hostile.into();
        let claimant = inner.claimant.as_mut().expect("there");
        claimant.name = hostile.into();
        claimant.role = Some(hostile.into());
        claimant.same_as = Some(hostile.into());
        for source in ledger.sources.values_mut() {
            let meta = source.meta.as_mut().expect("there");
            meta.title = Some(hostile.into());
            meta.url = Some(hostile.into());
            meta.publisher = Some(hostile.into());
            meta.authors = vec![hostile.into()];
        }
        for verdict in &mut claim.verdicts {
            let inner = verdict.verdict.as_mut().expect("there");
            inner.summary = hostile.into();
            inner.rationale = Some(hostile.into());
            inner.evidence[0].note = Some(hostile.into());
        }
        let document = document(&ledger, &claim).expect("a document");
        let review = json(&document);
        check(&review);
        assert_eq!(review["itemReviewed"]["text"], hostile);
        assert_eq!(review["reviewBody"], hostile);
        assert_eq!(review["itemReviewed"]["author"]["name"], hostile);
        let text = String::from_utf8(document.bytes).expect("UTF-8");
        assert!(!text.contains([
            '<',
            '>',
            '&',
            '\u{202e}',
            '\u{2066}',
            '\u{e0041}',
            '\u{feff}'
        ]));
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    }
}

proptest! {
    #[test]
    fn a_shortened_claim_is_the_beginning_of_the_claim(text in "(?s).{0,200}") {
        let short = shorten(&text);
        if short != text {
            prop_assert!(short.chars().count() < CLAIM_CHARACTERS);
            let words = short.strip_suffix('…').expect("marked");
            prop_assert!(text.starts_with(words));
            prop_assert!(!words.is_empty() && !words.ends_with(char::is_whitespace));
        }
    }

    #[test]
    fn any_text_gives_a_valid_document(text in "(?s).{1,80}", name in "(?s).{1,40}") {
        let (mut ledger, mut claim) = samples::corrected();
        ledger.desk.clone_from(&name);
        let inner = claim.claim.as_mut().expect("there");
        inner.text.clone_from(&text);
        inner.claimant.as_mut().expect("there").name = name;
        let review = json(&document(&ledger, &claim).expect("a document"));
        check(&review);
        prop_assert_eq!(&review["itemReviewed"]["text"], &Value::from(text));
    }
}
