//! `export`: what leaves, what does not, and what an earlier export left behind.

use std::fs;

use serde_json::Value;

use super::desk::Desk;

#[test]
fn a_standing_verdict_gives_a_document_and_a_retracted_one_does_not() {
    let desk = Desk::start();
    let base = "https://desk.example/facts";
    let ran = desk.run(&["export", "claimreview", "--out", "a/b", "--base-url", base]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.is_empty());
    assert!(ran.err.contains("its verdict was retracted"), "{}", ran.err);
    assert!(ran.err.contains("wrote 1 document"), "{}", ran.err);
    let name = format!("{}.jsonld", &desk.ids.claim.to_string()[..16]);
    let names: Vec<_> = fs::read_dir(desk.folder().join("a/b"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, [name.as_str()]);
    let text = fs::read(desk.folder().join("a/b").join(name)).unwrap();
    let document: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(document["@type"], "ClaimReview");
    assert_eq!(document["reviewRating"]["alternateName"], "Mostly true");
    assert_eq!(document["reviewRating"]["ratingValue"], 4);
    assert!(document["url"].as_str().unwrap().starts_with(base));
    assert!(
        document["correction"]
            .to_string()
            .contains("The dates were overlooked.")
    );
    let identifiers = document["identifier"].to_string();
    assert!(identifiers.contains(&desk.ids.second.to_string()));
    assert!(!identifiers.contains(&desk.ids.retracted.to_string()));
}

#[test]
fn documents_of_claims_that_stand_no_more_are_removed_and_nothing_else_is() {
    let desk = Desk::start();
    let out = desk.folder().join("out");
    let export = ["export", "claimreview", "--out", "out", "--quiet"];
    desk.done(&export);
    let name = format!("{}.jsonld", &desk.ids.claim.to_string()[..16]);
    let document = fs::read_to_string(out.join(&name)).unwrap();
    // An earlier export of this ledger wrote a document of the claim that was retracted since.
    let stale = format!("{}.jsonld", &desk.ids.other.to_string()[..16]);
    fs::write(out.join(&stale), &document).unwrap();
    // Another ledger's document, and files of a person.
    let ledger = desk.ledger().id().to_string();
    let foreign = document.replace(&ledger, &"ab".repeat(32));
    fs::write(out.join("0123456789abcdef.jsonld"), foreign).unwrap();
    fs::write(out.join("fedcba9876543210.jsonld"), "not JSON").unwrap();
    fs::write(out.join("notes.jsonld"), &document).unwrap();

    let ran = desk.run(&["export", "claimreview", "--out", "out"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains(&format!("removed {stale}")), "{}", ran.err);
    assert!(!out.join(&stale).exists());
    for kept in [
        &name,
        "0123456789abcdef.jsonld",
        "fedcba9876543210.jsonld",
        "notes.jsonld",
    ] {
        assert!(out.join(kept).exists(), "{kept}");
    }
    assert_eq!(
        fs::read_to_string(out.join(&name)).unwrap(),
        document,
        "the same bytes again"
    );

    // A selection does not make what it leaves out stale.
    let ran = desk.run(&["export", "claimreview", "--out", "out", "--rating", "false"]);
    assert!(ran.err.contains("wrote 0 documents"), "{}", ran.err);
    assert!(out.join(&name).exists());
}

#[test]
fn tables_have_every_verdict_and_take_selections() {
    let desk = Desk::start();
    assert_eq!(desk.done(&["export", "jsonl"]).lines().count(), 1);
    let ran = desk.run(&["export", "csv"]);
    assert!(ran.err.contains("left out: 2 verdicts"), "{}", ran.err);
    let lines = desk.done(&["export", "jsonl", "--status", "all"]);
    let standings: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| line["standing"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(standings, ["superseded", "standing", "retracted"]);
    let rows = desk.done(&["export", "csv", "--status", "all"]);
    assert_eq!(rows.matches("\r\n").count(), 4);

    let source = desk.ids.source.to_string();
    let record = desk.ids.record.to_string();
    for (words, count) in [
        (&["--status", "standing"][..], 1),
        (&["--language", "EN"], 3),
        (&["--language", "e"], 0),
        (&["--status", "superseded", "--status", "retracted"], 2),
        (&["--rating", "true"], 1),
        (&["--rating", "true", "--rating", "false"], 2),
        (&["--claimant", "Ada Holm"], 2),
        (&["--claimant", "Nobody"], 0),
        (&["--since", "2026-11-23"], 0),
        (&["--until", "2026-11-21"], 0),
        (&["--since", "2026-11-22", "--until", "2026-11-22"], 3),
        (&["--since", "2026-11-22T10:06:00Z"], 2),
        (&["--until", "2026-11-22T10:06:00Z"], 2),
        (&["--source", &source[..10]], 3),
        (&["--source", &record], 0),
    ] {
        let all = if words[0] == "--status" {
            &[][..]
        } else {
            &["--status", "all"]
        };
        let lines = desk.done(&[&["export", "jsonl"], words, all].concat());
        assert_eq!(lines.lines().count(), count, "{words:?}");
    }
    for (words, status) in [
        (&["--status", "gone"][..], 2),
        (&["--rating", "Mostly Truish"], 2),
        (&["--since", "yesterday"], 2),
        (&["--source", "00000000"], 3),
        (&["--source", &desk.ids.claim.to_string()], 3),
        (&["--base-url", "javascript:alert(1)"], 2),
    ] {
        let ran = desk.run(&[&["export", "jsonl"], words].concat());
        assert_eq!(ran.code, Some(status), "{words:?}: {}", ran.err);
    }
}

#[test]
fn an_export_into_a_file_replaces_it_whole_and_says_what_it_wrote() {
    let desk = Desk::start();
    let path = desk.folder().join("v.csv");
    fs::write(&path, "old and longer than nothing").unwrap();
    let json = desk.json(&["export", "csv", "--out", "v.csv"], "export");
    assert_eq!(json["verdicts"], 1);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        desk.done(&["export", "csv"])
    );
    let names = fs::read_dir(desk.folder()).unwrap().count();
    assert_eq!(
        names, 2,
        "the ledger and the file: nothing temporary is left"
    );

    let json = desk.json(&["export", "claimreview", "--out", "out"], "export");
    assert_eq!(json["skipped"][0]["reason"], "retracted");
    assert_eq!(json["written"].as_array().map(Vec::len), Some(1));
    assert_eq!(desk.run(&["export", "csv", "--json"]).code, Some(2));
}

#[test]
fn what_can_t_be_written_is_an_error_with_its_name() {
    let desk = Desk::start();
    fs::write(desk.folder().join("file"), "").unwrap();
    for words in [
        &["export", "claimreview", "--out", "file"][..],
        &["export", "csv", "--out", "missing/v.csv"],
        &["export", "jsonl", "--out", "file/v.jsonl"],
    ] {
        let ran = desk.run(words);
        assert_eq!(ran.code, Some(1), "{words:?}: {}", ran.err);
        assert!(ran.err.contains(words[words.len() - 1]), "{}", ran.err);
    }
}
