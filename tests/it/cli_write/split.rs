//! `split`, and programs that find claims in its place.

use std::fs;

use serde_json::Value;

use super::{claims, fits, json, with_input};
use crate::desk::{ARTICLE, Desk, INIT, verdict};

const EXTRACTOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/extractor.sh");

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.done(&INIT);
    fs::write(desk.path("article.txt"), ARTICLE).unwrap();
    desk
}

fn lines(out: &str) -> Vec<Value> {
    let line = |line| serde_json::from_str(line).expect("a line of JSON");
    out.lines().map(line).collect()
}

#[test]
fn what_split_prints_has_its_schema_and_can_be_read_again() {
    let desk = desk();
    let whole = json(&desk, "output-split", &["split", "article.txt"]);
    let (out, _) = desk.done(&["split", "article.txt", "--jsonl"]);
    assert_eq!(Value::from(lines(&out)), whole["claims"]);
    assert!(!out.is_empty());
    for line in lines(&out) {
        fits("extractor-line", &line);
    }
    let (sentences, _) = desk.done(&["split", "article.txt", "--sentences"]);
    assert_eq!(Value::from(lines(&sentences)), whole["sentences"]);
    // Our own lines, by way of another program.
    fs::write(desk.path("lines"), &out).unwrap();
    let (again, _) = desk.done(&[
        "split",
        "article.txt",
        "--jsonl",
        "--extractor",
        "cat lines",
    ]);
    assert_eq!(again, out);
}

#[test]
fn only_what_is_worth_enough_is_printed() {
    let desk = desk();
    let scores = |least: &str| -> Vec<f64> {
        let (out, _) = desk.done(&[
            "split",
            "article.txt",
            "--jsonl",
            "--all",
            "--min-score",
            least,
        ]);
        let score = |line: &Value| line["score"].as_f64().unwrap();
        lines(&out).iter().map(score).collect()
    };
    let mut all = scores("0");
    all.sort_by(f64::total_cmp);
    let least = all[0];
    let some = scores(&(least + 0.001).to_string());
    assert!(!some.is_empty() && some.len() < all.len(), "{all:?}");
    assert!(some.iter().all(|score| *score > least), "{some:?}");
    let err = desk.refused(&["split", "article.txt", "--min-score", "2"], 2);
    assert!(err.contains("from 0 to 1"), "{err}");
}

#[test]
#[cfg(unix)]
fn the_example_extractor_finds_sentences_with_figures() {
    let desk = desk();
    let text = "Rents rose by 4% in May. It was a \"good\" year for 12 towns. Nobody came.\n";
    let arguments = ["split", "-", "--extractor", EXTRACTOR];
    let (status, out, err) = with_input(
        &mut desk.factlog(&[&arguments[..], &["--jsonl"]].concat()),
        text,
    );
    assert_eq!(status, Some(0), "{err}");
    let found: Vec<String> = lines(&out)
        .iter()
        .map(|line| line["text"].to_string())
        .collect();
    assert_eq!(
        found,
        [
            "\"Rents rose by 4% in May\"",
            "\"It was a \\\"good\\\" year for 12 towns\""
        ]
    );
    let (status, out, _) = with_input(&mut desk.factlog(&arguments), text);
    assert_eq!(status, Some(0));
    assert!(out.contains("Rents rose by 4% in May"), "{out}");
}

#[test]
#[cfg(unix)]
fn what_does_not_fit_is_refused_by_line_and_the_rest_is_kept() {
    let desk = desk();
    let script = r#"printf '%s\n' '{"parts": ["closed in 2019"]}' 'hello' '{"parts": ["opened in 2030"]}' '{"parts": [{"start": 3, "end": 9999}]}'"#;
    let output = desk.run(&["split", "article.txt", "--jsonl", "--extractor", script]);
    let (out, err) = crate::desk::said(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert_eq!(lines(&out).len(), 1, "{out}");
    for message in [
        "line 2 of",
        "line 3 of",
        "“opened in 2030” is not in the text",
        "line 4 of",
    ] {
        assert!(err.contains(message), "{message}: {err}");
    }
    for (script, message) in [
        ("exit 3", "ended with exit status: 3"),
        ("no-such-program-here", "ended with exit status: 127"),
        ("printf '\\377'", "not UTF-8"),
    ] {
        let err = desk.refused(&["split", "article.txt", "--extractor", script], 1);
        assert!(
            err.contains(message) && err.contains("JSON line a claim"),
            "{err}"
        );
    }
    // A program that reads nothing, and one that finds nothing.
    let (out, _) = desk.done(&["split", "article.txt", "--jsonl", "--extractor", "true"]);
    assert_eq!(out, "");
    let err = desk.refused(
        &["split", "article.txt", "--atomic", "--extractor", "true"],
        2,
    );
    assert!(err.contains("--extractor"), "{err}");
}

#[test]
#[cfg(unix)]
fn what_another_program_found_is_offered_and_recorded_under_its_name() {
    let desk = desk();
    let dry = json(
        &desk,
        "output-add",
        &["add", "article.txt", "--extractor", EXTRACTOR, "--dry-run"],
    );
    let added = json(
        &desk,
        "output-add",
        &["add", "article.txt", "--extractor", EXTRACTOR],
    );
    assert_eq!(
        dry["claims"].as_array().map(Vec::len),
        added["claims"].as_array().map(Vec::len)
    );
    let listed = claims(&desk);
    assert!(!listed.is_empty());
    for claim in &listed {
        assert!(
            claim["text"].to_string().contains(char::is_numeric),
            "{claim}"
        );
    }
    desk.done(&verdict("1"));
    let shown = json(&desk, "output-show", &["show", "1"]);
    assert_eq!(
        shown["claim"]["extractor"], "command/extractor.sh",
        "{shown:#}"
    );
    desk.done(&["verify"]);
    // A program that fails leaves nothing behind.
    let size = desk.size();
    fs::write(desk.path("other.txt"), "The dam was built in 1931.\n").unwrap();
    desk.refused(&["add", "other.txt", "--extractor", "exit 1"], 1);
    assert_eq!(desk.size(), size);
}

#[test]
fn a_text_in_another_language_is_split_with_a_note() {
    let desk = desk();
    let text = "Die Brücke wurde 2019 geschlossen, sagte die Bürgermeisterin am Montag in der Stadt. \
                Zwei Jahre später war sie wieder offen, und niemand hat sie vermisst.\n";
    fs::write(desk.path("german.txt"), text).unwrap();
    for words in [
        &["split", "german.txt", "--sentences"][..],
        &["split", "german.txt"],
    ] {
        let (out, err) = desk.done(words);
        assert!(err.contains("does not look like English"), "{err}");
        assert!(out.lines().count() >= 2, "{out}");
    }
    let (_, err) = desk.done(&["add", "german.txt"]);
    assert!(err.contains("does not look like English"), "{err}");
    let (_, err) = desk.done(&["split", "article.txt"]);
    assert!(!err.contains("English"), "{err}");
}
