//! `import claimreview`: what becomes of other people's reviews, and the round trip.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli_write::{fits, with_input};
use crate::desk::{Desk, INIT, files_below, said, verdict};

/// A desk with an empty ledger.
fn empty() -> Desk {
    let desk = Desk::empty();
    desk.done(&INIT);
    desk
}

fn import(desk: &Desk, arguments: &[&str]) -> Value {
    let (out, _) = desk.done(&[&["import", "claimreview", "--json"], arguments].concat());
    let value = serde_json::from_str(&out).unwrap();
    fits("output-import", &value);
    value
}

fn review(claim: &str, label: &str) -> Value {
    json!({
        "@context": "https://schema.org", "@type": "ClaimReview",
        "url": "https://other.example/checks/1", "claimReviewed": claim, "inLanguage": "en",
        "datePublished": "2024-03-26", "author": {"@type": "Organization", "name": "Other Desk"},
        "reviewRating": {"@type": "Rating", "alternateName": label, "ratingExplanation": "It is in the accounts."},
        "reviewBody": "First.\n\nThen the rest.",
        "citation": [{"@type": "CreativeWork", "url": "https://port.example/accounts", "name": "Accounts"}],
        "itemReviewed": {"@type": "Claim",
            "author": {"@type": "Person", "name": "Ada Venn", "jobTitle": "mayor", "sameAs": "https://town.example/venn"},
            "datePublished": "2024-03-20",
            "appearance": {"@type": "NewsArticle", "url": "https://daily.example/a/17", "headline": "Bridge opens"}}
    })
}

fn write(desk: &Desk, name: &str, document: &Value) {
    fs::write(desk.path(name), document.to_string()).unwrap();
}

fn documents(folder: &Path) -> Vec<Value> {
    let read = |path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    files_below(folder).into_iter().map(read).collect()
}

#[test]
fn a_review_becomes_a_claim_and_a_draft_that_a_reviewer_signs() {
    let desk = empty();
    write(
        &desk,
        "a.json",
        &review("The bridge cost twelve million", "Mostly False"),
    );
    let before = desk.size();
    let all = import(&desk, &["a.json"]);
    assert_eq!(desk.size(), before + 1, "the source alone is signed");
    let line = &all["files"][0]["reviews"][0];
    assert_eq!(
        (&line["rating"], &line["by"]),
        (&json!("mostly-false"), &json!("label"))
    );
    let (out, _) = desk.done(&["claims", "--json"]);
    let claims: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(claims["claims"].as_array().unwrap().len(), 1, "{claims:#}");
    let shown = claims["claims"][0].to_string();
    for part in ["The bridge cost twelve million", "Ada Venn", "proposed"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // An editor that changes nothing takes the draft as it is.
    let mut command = desk.factlog(&["verdict", "1", "--yes"]);
    let output = command
        .env("EDITOR", "true")
        .env_remove("VISUAL")
        .output()
        .unwrap();
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains("taking up the form"), "{err}");
    let (out, _) = desk.done(&["export", "jsonl"]);
    let exported: Value = serde_json::from_str(out.trim()).unwrap();
    let text = exported.to_string();
    for part in [
        "mostly-false",
        "It is in the accounts.",
        "Then the rest.",
        "https://other.example/checks/1",
        "https://port.example/accounts",
        "https://daily.example/a/17",
        "2024-03-20",
        "https://town.example/venn",
        "not fetched",
    ] {
        assert!(text.contains(part), "{part}: {exported:#}");
    }
    desk.done(&["verify"]);
}

#[test]
fn nothing_is_doubled_and_another_rating_is_told() {
    let desk = empty();
    write(
        &desk,
        "a.json",
        &json!([
            review("The bridge cost twelve million", "False"),
            review("The bridge cost twelve million", "False")
        ]),
    );
    let all = import(&desk, &["a.json"]);
    assert_eq!(
        (&all["imported"], &all["already"], &all["conflicts"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let size = desk.size();
    let again = import(&desk, &["a.json"]);
    assert_eq!(
        (&again["imported"], &again["already"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(desk.size(), size);
    // The same words by the same person, with another rating.
    write(
        &desk,
        "b.json",
        &review("The bridge cost twelve million", "True"),
    );
    let (out, err) = desk.done(&["import", "claimreview", "b.json", "--json"]);
    let all: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(all["files"][0]["reviews"][0]["conflict"], "false");
    assert!(
        err.contains("is rated false elsewhere, and true here"),
        "{err}"
    );
    assert_eq!(desk.size(), size);
    let mut other = review("The ferry is late", "False");
    let mut another = review("The ferry is late", "True");
    other["itemReviewed"]["appearance"] = json!("https://one.example/");
    another["itemReviewed"]["appearance"] = json!("https://two.example/");
    write(&desk, "c.json", &json!([other, another]));
    assert_eq!(import(&desk, &["c.json"])["conflicts"], 1);
}

#[test]
#[cfg(unix)]
fn another_rating_is_told_of_a_draft_that_was_taken_up() {
    let desk = empty();
    write(
        &desk,
        "a.json",
        &review("The bridge cost twelve million", "False"),
    );
    import(&desk, &["a.json"]);
    let mut command = desk.factlog(&["verdict", "1"]);
    let command = command
        .env("EDITOR", "sed -i 's/^conflicts:.*/conflicts: none/'")
        .env_remove("VISUAL");
    let (status, _, err) = with_input(command, "n\n");
    assert_eq!(status, Some(1), "{err}");
    assert!(err.contains("what you wrote is kept"), "{err}");
    write(
        &desk,
        "b.json",
        &review("The bridge cost twelve million", "True"),
    );
    let again = import(&desk, &["b.json"]);
    assert_eq!(
        (&again["already"], &again["conflicts"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(again["files"][0]["reviews"][0]["conflict"], "false");
}

#[test]
#[cfg(unix)]
fn a_draft_stays_until_something_is_written_in_it_and_then_what_was_written() {
    let desk = empty();
    let mut unfinished = review("The bridge cost twelve million", "False");
    unfinished.as_object_mut().unwrap().remove("reviewBody");
    let rating = unfinished["reviewRating"].as_object_mut().unwrap();
    rating.remove("ratingExplanation");
    write(&desk, "a.json", &unfinished);
    import(&desk, &["a.json"]);
    let forms = || -> Vec<(PathBuf, String)> {
        let files = files_below(&desk.ledger().join("drafts")).into_iter();
        let forms = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
        let read = |path: PathBuf| (path.clone(), fs::read_to_string(path).unwrap());
        forms.map(read).collect()
    };
    let drafted = forms();
    let edit = |script: &str| {
        let mut command = desk.factlog(&["verdict", "1"]);
        let command = command.env("EDITOR", script).env_remove("VISUAL");
        let (status, _, err) = with_input(command, "");
        assert_eq!(status, Some(1), "{err}");
        err
    };
    for _ in 0..2 {
        let err = edit("true");
        assert!(
            err.contains("the form that was begun for this claim"),
            "{err}"
        );
        assert!(err.contains("the summary is empty"), "{err}");
        assert_eq!(forms(), drafted);
    }
    // Nor does an editor that can't be started keep it from others.
    edit("false");
    assert!(forms().contains(&drafted[0]), "{:#?}", forms());
    edit("true");
    assert_eq!(forms(), drafted);
    // What was written without a summary is kept.
    let err = edit("sed -i 's/^rationale:/rationale:\\n  Words of mine./'");
    assert!(err.contains("what you wrote is kept in"), "{err}");
    let [(path, form)] = forms().try_into().unwrap();
    assert_ne!(path, drafted[0].0);
    assert!(
        form.contains("Words of mine.") && form.contains("port.example"),
        "{form}"
    );
    let err = edit("true");
    assert!(
        err.contains("taking up the form where you left it"),
        "{err}"
    );
    assert_eq!(forms(), [(path, form)]);
    // A form in which nothing is left is not.
    edit("printf '' >");
    assert_eq!(forms(), []);
}

#[test]
fn what_was_repaired_is_said_and_what_is_unknown_is_left_blank() {
    let desk = empty();
    fs::write(
        desk.path("feed.json"),
        r#"{"@context": "http://schema.org", "@type": "DataFeed", "dataFeedElement": [
            {"@type": "DataFeedItem", "item": [{"@type": "claimreview", "claimReviewed": "Ferry &amp; bus fares <b>doubled</b>",
              "url": "https://other.example/2", "reviewRating": {"alternateName": "Three noses", "ratingValue": "2,0", "bestRating": 5, "worstRating": 1},
              "itemReviewed": {"@type": "Claim", "author": "Milo Hart", "datePublished": "12.03.2024"}}]},
            {"@type": "DataFeedItem", "item": {"@type": "ClaimReview", "claimReviewed": "The mill burned", "reviewRating": {"alternateName": "Curious"}}},
            {"@type": "DataFeedItem", "dateDeleted": "2024-01-01", "item": {"@type": "ClaimReview", "claimReviewed": "Gone"}},
            {"@type": "DataFeedItem", "item": {"@type": "ClaimReview", "url": "https://other.example/3"}},
        ]}"#,
    )
    .unwrap();
    let (out, err) = desk.done(&[
        "import",
        "claimreview",
        "feed.json",
        "--json",
        "--drafts",
        "drafts.jsonl",
    ]);
    let all: Value = serde_json::from_str(&out).unwrap();
    fits("output-import", &all);
    let file = &all["files"][0];
    let [first, second] = file["reviews"].as_array().unwrap().as_slice() else {
        panic!("{all:#}");
    };
    assert_eq!(first["claim"], "Ferry & bus fares doubled");
    assert_eq!(
        (&first["rating"], &first["by"]),
        (&json!("mostly-false"), &json!("number"))
    );
    assert!(second.get("rating").is_none());
    assert_eq!(file["skipped"].as_array().unwrap().len(), 2);
    for part in [
        "decimal comma read as point: 2,0 is 2",
        "HTML character references were decoded",
        "HTML tags were taken out",
        "datePublished \"12.03.2024\" read as 2024-03-12",
        "a comma stands before a closing bracket",
        "“Three noses” taken for mostly-false, by its number",
        "“Curious” is not on this scale: left blank",
        "the feed says that it was deleted",
        "it does not say which claim it is about",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
    // A draft without a summary or a rating is no line that could be signed.
    assert_eq!(all["drafts"]["lines"], 0);
    let forms: Vec<_> = files_below(&desk.ledger().join("drafts"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    assert_eq!(forms.len(), 2);
    let blank = forms
        .iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains("\nrating:\n"));
    assert_eq!(blank.count(), 1);
}

#[test]
fn a_dry_run_writes_nothing_and_needs_no_ledger() {
    let desk = Desk::empty();
    write(
        &desk,
        "a.json",
        &review("The bridge cost twelve million", "False"),
    );
    let all = import(&desk, &["a.json", "--dry-run"]);
    assert_eq!(
        (&all["dry_run"], &all["imported"]),
        (&json!(true), &json!(1))
    );
    assert!(!desk.ledger().exists());
    desk.done(&INIT);
    let size = desk.size();
    import(&desk, &["a.json", "--dry-run"]);
    assert_eq!(desk.size(), size);
    assert!(!desk.ledger().join("drafts").exists());
}

#[test]
fn what_is_not_there_or_cannot_be_read_is_said() {
    let desk = empty();
    let size = desk.size();
    desk.refused(&["import", "claimreview", "nowhere.json"], 3);
    desk.refused(&["import", "claimreview"], 2);
    fs::write(
        desk.path("cut.json"),
        "{\"@type\": \"ClaimReview\", \"claimReviewed\": \"A",
    )
    .unwrap();
    let err = desk.refused(&["import", "claimreview", "cut.json"], 1);
    assert!(
        err.contains("cut.json:1: nothing was read: the JSON ends in the middle"),
        "{err}"
    );
    fs::write(desk.path("none.html"), "<p>nothing").unwrap();
    desk.refused(&["import", "claimreview", "none.html"], 1);
    assert_eq!(desk.size(), size);
}

/// What a document says that a round trip must keep.
fn essence(documents: &[Value]) -> BTreeSet<String> {
    let essence = |document: &Value| {
        let item = &document["itemReviewed"];
        json!([
            document["claimReviewed"],
            item["text"],
            item["author"]["name"],
            item["author"]["jobTitle"],
            item["author"]["sameAs"],
            item["datePublished"],
            item["appearance"]["url"],
            document["reviewRating"]["alternateName"],
            document["reviewRating"]["ratingValue"],
            document["reviewRating"]["ratingExplanation"],
            document["inLanguage"],
        ])
        .to_string()
    };
    documents.iter().map(essence).collect()
}

fn citations(document: &Value) -> BTreeSet<String> {
    let cited = document["citation"].as_array().cloned().unwrap_or_default();
    cited
        .iter()
        .filter_map(|work| Some(work["url"].as_str()?.to_owned()))
        .collect()
}

#[test]
fn a_round_trip_keeps_claims_claimants_ratings_and_links() {
    let desk = Desk::empty();
    desk.done(&INIT);
    fs::write(desk.path("article.txt"), crate::desk::ARTICLE).unwrap();
    desk.done(&[
        "add",
        "article.txt",
        "--url",
        "https://daily.example/a/1",
        "--title",
        "The bridge",
        "--published",
        "2024-03-26",
    ]);
    desk.done(&verdict("1"));
    desk.done(&[
        "verdict",
        "2",
        "--rating",
        "mostly-false",
        "--summary",
        "The accounts say eight.",
        "--rationale",
        "At length.",
        "--refutes",
        "https://port.example/accounts",
        "--unavailable",
        "behind a wall",
        "--yes",
    ]);
    desk.done(&[
        "verdict",
        "3",
        "--rating",
        "unproven",
        "--summary",
        "No counts were kept.",
        "--yes",
    ]);
    let base = "https://desk.example/facts";
    desk.done(&["export", "claimreview", "--out", "out", "--base-url", base]);
    let first = documents(&desk.path("out"));
    assert_eq!(first.len(), 3);

    let other = empty();
    let out = desk.path("out");
    import(&other, &[out.to_str().unwrap(), "--drafts", "drafts.jsonl"]);
    let (acknowledged, _) = other.done(&["verdict", "--from", "drafts.jsonl"]);
    assert_eq!(acknowledged.lines().count(), 3, "{acknowledged}");
    other.done(&["export", "claimreview", "--out", "out", "--base-url", base]);
    let second = documents(&other.path("out"));
    assert_eq!(essence(&second), essence(&first));
    for document in &first {
        let same = second
            .iter()
            .find(|other| other["claimReviewed"] == document["claimReviewed"])
            .unwrap();
        assert!(
            citations(same).is_superset(&citations(document)),
            "{same:#}"
        );
        // The fact-check that it was made from is cited, too.
        assert!(
            citations(same).contains(document["url"].as_str().unwrap()),
            "{same:#}"
        );
    }
    other.done(&["verify"]);
    let (_, err) = other.done(&["lint", "claimreview", "out"]);
    assert!(err.contains("0 errors"), "{err}");
}
