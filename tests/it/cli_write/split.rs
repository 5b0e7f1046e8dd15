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
fn words_that_the_text_has_not_are_marked_or_refused() {
    let desk = desk();
    let line = |more: &str| {
        let words = r#""parts": ["was closed in 2019"], "text": "The bridge was closed in 2019""#;
        format!("printf '%s\\n' '{{{words}{more}}}'")
    };
    let text = "The bridge was old. It was closed in 2019, to cars and lorries.\n";
    fs::write(desk.path("bridge.txt"), text).unwrap();
    let split = ["split", "bridge.txt", "--jsonl", "--extractor"];
    let err = desk.refused(&[&split[..], &[&line("")]].concat(), 1);
    assert!(
        err.contains("line 1 of") && err.contains("“The” is not among the words of its parts"),
        "{err}"
    );
    let marked = line(r#", "added": [{"at": 0, "text": "The bridge", "why": "resolved"}]"#);
    let (out, _) = desk.done(&[&split[..], &[&marked]].concat());
    assert_eq!(lines(&out)[0]["added"][0]["text"], "The bridge", "{out}");
}

#[test]
#[cfg(unix)]
fn a_program_that_ends_badly_is_told_with_what_to_do() {
    let desk = desk();
    fs::write(desk.path("model.py"), "print()\n").unwrap();
    for (script, message, hint) in [
        ("./model.py", "can't be run (exit status: 126)", "chmod +x"),
        (
            "no-such-program",
            "was not found (exit status: 127)",
            "./my-model.py",
        ),
        (
            "kill -9 $$",
            "was killed, by signal 9",
            "runs out of memory",
        ),
        ("kill -11 $$", "crashed, by signal 11", "--text | COMMAND"),
        (
            "sh -c 'kill -15 $$'; exit $?",
            "signal 15, terminate (exit status: 143)",
            "COMMAND",
        ),
    ] {
        for verb in ["split", "add"] {
            let err = desk.refused(&[verb, "article.txt", "--extractor", script], 1);
            assert!(
                err.contains(message) && err.contains(hint),
                "{script}: {err}"
            );
        }
    }
    for empty in ["", "  "] {
        let err = desk.refused(&["split", "article.txt", "--extractor", empty], 2);
        assert!(
            err.contains("--extractor") && err.contains("a command is wanted"),
            "{err}"
        );
    }
}

#[test]
fn forms_that_exclude_each_other_are_refused() {
    let desk = desk();
    for flag in ["--jsonl", "--text", "--sentences"] {
        for arguments in [
            ["split", "article.txt", flag, "--json"],
            ["--json", "split", "article.txt", flag],
        ] {
            let err = desk.refused(&arguments, 2);
            assert!(
                err.contains(&format!("--json cannot be used with {flag}")),
                "{err}"
            );
        }
    }
    // What prints no claims takes nothing that is about them.
    for flag in ["--text", "--sentences"] {
        for other in [
            &["--all"][..],
            &["--atomic"],
            &["--min-score", "0.5"],
            &["--extractor", "true"],
        ] {
            let err = desk.refused(&[&["split", "article.txt", flag], other].concat(), 2);
            assert!(
                err.contains(other[0]) && err.contains("cannot be used with"),
                "{err}"
            );
        }
    }
    desk.refused(&["split", "article.txt", "--text", "--jsonl"], 2);
}

#[test]
fn the_words_of_a_claim_are_marked_without_styles() {
    let desk = desk();
    let text = "Ada Roe, the mayor, said that the bridge was closed.\n";
    let (status, out, err) = with_input(&mut desk.factlog(&["split", "-"]), text);
    assert_eq!(status, Some(0), "{err}");
    assert!(out.contains("said that [the bridge was closed]."), "{out}");
    assert!(
        !err.contains("standard input"),
        "a pipe needs no note: {err}"
    );
    let mut styled = desk.factlog(&["split", "-"]);
    styled.env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
    let (_, out, _) = with_input(&mut styled, text);
    assert!(out.contains('\u{1b}') && !out.contains("[the"), "{out}");
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
