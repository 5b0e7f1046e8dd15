//! Searching, as a person does it: what is found, and an index that is lost, damaged, behind, of
//! another ledger, or can't be written.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::cli_write::{fits, json, with_input};
use crate::desk::{Desk, copy, files_below, said, verdict};

/// A desk with verdicts on the claims of the article.
fn desk() -> Desk {
    let desk = Desk::new();
    for number in ["1", "2", "3"] {
        desk.done(&verdict(number));
    }
    desk
}

fn index(desk: &Desk) -> PathBuf {
    desk.ledger().join("search")
}

/// Returns the texts of the claims that a search finds.
fn found(desk: &Desk, words: &[&str]) -> Vec<String> {
    let document = json(desk, "output-search", &[&["search"], words].concat());
    texts(&document)
}

fn texts(document: &Value) -> Vec<String> {
    let claims = document["claims"].as_array().unwrap().iter();
    claims
        .map(|claim| claim["text"].as_str().unwrap().to_owned())
        .collect()
}

fn status(output: &Output) -> Option<i32> {
    output.status.code()
}

/// The claim about money, which every healthy index finds.
fn finds_the_money(desk: &Desk, why: &str) -> String {
    let output = desk.run(&["search", "council", "12,000,000"]);
    let (out, err) = said(&output);
    assert_eq!(status(&output), Some(0), "{why}: {err}");
    assert!(
        out.contains("council") && out.contains("12 million"),
        "{why}: {out}"
    );
    err
}

#[test]
fn words_phrases_and_fields_find_claims() {
    let desk = desk();
    for (words, count) in [
        (&["bridge"][..], 1),
        (&["bridges", "closing"], 1),
        (&["\"spent 12 million\""], 1),
        (&["\"million spent\""], 0),
        (&["12m"], 1),
        (&["claimant:venn"], 1),
        (&["--claimant", "Ada Venn", "bridge"], 1),
        (&["--rating", "true"], 3),
        (&["rating:false"], 0),
        // A space before it, for what the desk adds would come after a `--`.
        (&[" -rating:true"], 0),
        (&["bridge -rating:false"], 1),
        (&[" -status:superseded"], 3),
        (&["status:standing -bridge"], 2),
        (&["status:unjudged"], 0),
        (&["reviewer:alice", "traffic"], 1),
        (&["register"], 3),
        (&["since:2026-11", "until:2026-11-22", "traffic"], 1),
        (&["since:2026-11-23", "traffic"], 0),
        (&["language:en", "traffic"], 1),
        (&["language:de", "traffic"], 0),
    ] {
        let output = desk.run(&[&["search", "--json"], words].concat());
        let (out, err) = said(&output);
        let document: Value = serde_json::from_str(&out).unwrap();
        fits("output-search", &document);
        assert_eq!(texts(&document).len(), count, "{words:?}: {out}{err}");
        assert_eq!(document["total"], count, "{words:?}");
        let expected = if count == 0 { 3 } else { 0 };
        assert_eq!(status(&output), Some(expected), "{words:?}");
    }
    let source = json(&desk, "output-search", &["search", "traffic"]);
    let source = source["claims"][0]["source"].as_str().unwrap().to_owned();
    for digits in [8, 12, 16, 30, 64] {
        let field = format!("source:{}", &source[..digits]);
        assert_eq!(found(&desk, &[&field]).len(), 3, "{digits}");
    }
}

#[test]
fn matches_are_marked_and_pages_turned() {
    let desk = desk();
    let (out, err) = desk.done(&["search", "council"]);
    assert!(out.contains("[council]"), "{out}");
    assert!(!out.contains('\u{1b}'), "{out}");
    assert!(err.contains("1 claim fits"), "{err}");
    let mut all = Vec::new();
    for page in ["1", "2", "3"] {
        all.extend(found(
            &desk,
            &["rating:true", "--limit", "1", "--page", page],
        ));
    }
    let mut once = found(&desk, &["rating:true"]);
    all.sort();
    once.sort();
    assert_eq!(all, once);
    let err = desk.refused(&["search", "rating:true", "--limit", "2", "--page", "9"], 3);
    assert!(err.contains("the last one is 2"), "{err}");
}

#[test]
fn a_query_that_can_not_be_read_says_how_to_mend_it() {
    let desk = desk();
    for (words, says) in [
        (&["ratng:false"][..], "rating: was probably meant"),
        (&["bridge", "\"open"], "at character 8"),
        (&["status:gone"], "a status is one of unjudged"),
        (&["--status", "standin"], "standing was probably meant"),
        (&["--since", "soon"], "\"soon\" is no day"),
        (&["-tunnel"], "unexpected argument"),
        (&[], "it asks for nothing"),
    ] {
        let err = desk.refused(&[&["search"], words].concat(), 2);
        assert!(err.contains(says), "{words:?}: {err}");
    }
    let err = desk.refused(&["search", "rating:flase"], 3);
    assert!(err.contains("the scale has no rating"), "{err}");
}

#[test]
fn a_claim_seen_before_is_found_by_its_words() {
    let desk = desk();
    let similar = |what: &[&str]| json(&desk, "output-similar", &[&["similar"], what].concat());
    let same = similar(&["the council spent 12,000,000 on repairs!!"]);
    assert_eq!(same["claims"][0]["relation"], "same", "{same}");
    assert_eq!(same["claims"][0]["verdicts"][0]["rating"], "true");
    let other = similar(&["The council spent 30 million on repairs"]);
    assert_eq!(other["claims"][0]["relation"], "other-figure", "{other}");
    let denied = similar(&["The council did not spend 12 million on repairs"]);
    assert_eq!(denied["claims"][0]["relation"], "denied", "{denied}");

    // A claim is not like itself.
    let id = same["claims"][0]["id"].as_str().unwrap();
    let output = desk.run(&["similar", id, "--json"]);
    let document: Value = serde_json::from_str(&said(&output).0).unwrap();
    fits("output-similar", &document);
    let ids = document["claims"].as_array().unwrap().iter();
    assert!(ids.map(|claim| &claim["id"]).all(|other| other != id));

    let err = desk.refused(&["similar", "penguins swim under the ice"], 3);
    assert!(err.contains("no recorded claim is like it"), "{err}");
    desk.refused(&["similar", "  "], 2);
}

#[test]
fn a_text_is_read_from_standard_input() {
    let desk = desk();
    let post = "Traffic fell by a third?!\nIn the first year, they say.\n";
    let (status, out, err) = with_input(&mut desk.factlog(&["similar", "-"]), post);
    assert_eq!(status, Some(0), "{err}");
    assert!(
        out.contains("the same") && out.contains("Traffic fell"),
        "{out}"
    );
    let long = "word ".repeat(20_000);
    let (status, _, err) = with_input(&mut desk.factlog(&["similar", "-"]), &long);
    assert_eq!(status, Some(2), "{err}");
}

#[test]
fn a_review_tells_of_what_was_recorded_before() {
    let desk = desk();
    let article = "The council of Venn has spent 12 million on repairs, a newspaper wrote.\n";
    fs::write(desk.path("second.txt"), article).unwrap();
    desk.done(&["add", "second.txt"]);
    let source = json(&desk, "output-log", &["log", "--kind", "source"]);
    let source = source["entries"].as_array().unwrap()[0]["id"].clone();
    let source = source.as_str().unwrap();
    let (status, _, err) = with_input(&mut desk.factlog(&["review", source]), "q\n");
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("recorded before:"), "{err}");
    assert!(err.contains("true (standing)"), "{err}");
    let (_, _, err) = with_input(&mut desk.factlog(&["--quiet", "review", source]), "q\n");
    assert!(!err.contains("recorded before:"), "{err}");
}

#[test]
fn an_index_that_is_behind_takes_in_what_is_new() {
    let desk = desk();
    assert_eq!(found(&desk, &["rating:true"]).len(), 3);
    let before = files_below(&index(&desk));
    fs::write(
        desk.path("second.txt"),
        "A tunnel of 900 metres was dug in Venn in 2022.\n",
    )
    .unwrap();
    desk.done(&["add", "second.txt"]);
    desk.done(&[
        "verdict",
        "5",
        "--rating",
        "false",
        "--summary",
        "None was dug.",
        "--yes",
    ]);
    let (_, err) = desk.done(&["search", "tunnel"]);
    assert!(!err.contains("index"), "{err}");
    assert_ne!(before, files_below(&index(&desk)));
    assert_eq!(found(&desk, &["rating:false"]).len(), 1);

    // A verdict that takes the place of another one changes what the same claim is found by.
    let show = json(&desk, "output-search", &["search", "tunnel"]);
    let older = show["claims"][0]["verdicts"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.done(&[
        "verdict",
        "5",
        "--supersedes",
        &older,
        "--change",
        "rating",
        "--reason",
        "It was.",
        "--rating",
        "true",
        "--summary",
        "It was dug.",
        "--yes",
    ]);
    assert_eq!(found(&desk, &["rating:true", "tunnel"]).len(), 1);
    desk.refused(&["search", "rating:false"], 3);
    desk.done(&[
        "retract",
        &judged(&desk),
        "--reason",
        "Wrong tunnel.",
        "--yes",
    ]);
    assert_eq!(found(&desk, &["status:retracted"]).len(), 1);
    assert_eq!(found(&desk, &["status:standing"]).len(), 3);
}

/// Returns the id of the verdict on the tunnel.
fn judged(desk: &Desk) -> String {
    let found = json(desk, "output-search", &["search", "tunnel"]);
    let id = &found["claims"][0]["verdicts"][0]["id"];
    id.as_str().unwrap().to_owned()
}

#[test]
fn an_index_that_is_lost_is_built_anew() {
    let desk = desk();
    let err = finds_the_money(&desk, "first");
    assert!(err.contains("building the search index"), "{err}");
    let err = finds_the_money(&desk, "again");
    assert!(!err.contains("index"), "{err}");
    fs::remove_dir_all(index(&desk)).unwrap();
    finds_the_money(&desk, "without the folder");
    for nth in 0..files_below(&index(&desk)).len() {
        let file = files_below(&index(&desk)).swap_remove(nth);
        fs::remove_file(&file).unwrap();
        finds_the_money(&desk, &format!("without {}", file.display()));
        let err = finds_the_money(&desk, "after that");
        assert!(!err.contains("built anew"), "{}: {err}", file.display());
    }
}

#[test]
fn an_index_with_any_byte_changed_finds_what_it_should() {
    let desk = desk();
    finds_the_money(&desk, "first");
    let whole = desk.path("whole");
    copy(&index(&desk), &whole);
    let mut noticed = 0;
    for file in files_below(&whole) {
        let bytes = fs::read(&file).unwrap();
        let name = file.file_name().unwrap();
        let is_lock = bytes.is_empty();
        let places = [
            0,
            bytes.len() / 3,
            bytes.len() / 2,
            bytes.len().saturating_sub(9),
            bytes.len(),
        ];
        for place in places {
            fs::remove_dir_all(index(&desk)).unwrap();
            copy(&whole, &index(&desk));
            let mut damaged = bytes.clone();
            if place == bytes.len() {
                damaged.truncate(bytes.len() / 2);
            } else {
                damaged[place] ^= 0x15;
            }
            fs::write(index(&desk).join(name), damaged).unwrap();
            let why = format!("{} at {place}", file.display());
            let err = finds_the_money(&desk, &why);
            assert!(!err.contains("panicked"), "{why}: {err}");
            noticed += usize::from(err.contains("built anew"));
            if is_lock {
                break;
            }
        }
    }
    assert!(noticed > 20, "{noticed}");
}

#[test]
fn an_index_of_another_ledger_is_not_used() {
    let desk = desk();
    finds_the_money(&desk, "first");
    let other = Desk::new();
    copy(&index(&desk), &index(&other));
    let output = other.run(&["search", "rating:true"]);
    assert_eq!(status(&output), Some(3));
    assert!(said(&output).1.contains("of another state of the ledger"));
}

#[test]
fn two_searches_at_once_both_find() {
    let desk = desk();
    for _ in 0..3 {
        let _ = fs::remove_dir_all(index(&desk));
        let start = || {
            desk.factlog(&["search", "council"])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        };
        for child in [start(), start(), start()] {
            let output = child.wait_with_output().unwrap();
            assert_eq!(status(&output), Some(0), "{}", said(&output).1);
        }
    }
    finds_the_money(&desk, "after");
}

#[test]
fn an_index_that_can_not_be_written_is_made_in_memory() {
    let desk = desk();
    // A file stands where the folder would.
    fs::write(index(&desk), "no folder").unwrap();
    let err = finds_the_money(&desk, "in memory");
    assert!(err.contains("made in memory for this once"), "{err}");
    assert!(index(&desk).is_file());
}

#[test]
fn erased_words_leave_the_index() {
    let desk = desk();
    let document = json(&desk, "output-search", &["search", "traffic"]);
    let claim = document["claims"][0]["id"].as_str().unwrap().to_owned();
    let has_words = || {
        files_below(&desk.ledger().join("search"))
            .iter()
            .any(|file| {
                let bytes = fs::read(file).unwrap();
                bytes
                    .windows(7)
                    .any(|word| word == b"traffic" || word == b"Traffic")
            })
    };
    assert!(has_words());
    desk.done(&["erase", &claim, "--basis", "privacy", "--yes"]);
    assert!(!index(&desk).exists());
    desk.refused(&["search", "fell"], 3);
    assert!(!has_words());
    assert_eq!(found(&desk, &["council"]).len(), 1);
}
