//! Verdicts: by flags, in a form, corrected, retracted, signed elsewhere.

use std::fs;

use serde_json::Value;

use super::{claims, editor, json, with_input};
use crate::desk::{Desk, verdict};

const CHARTER: &str = "The council agrees to carry out the repairs.\n\nThe council agrees.\n";

fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("charter.txt"), CHARTER).unwrap();
    fs::write(
        desk.path("other.txt"),
        "The register says that it was closed in 2018.\n",
    )
    .unwrap();
    desk
}

fn kinds(report: &Value) -> Vec<&str> {
    let entries = report["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect()
}

#[test]
fn a_verdict_records_its_claim_and_its_evidence_first() {
    let desk = desk();
    let count = claims(&desk).len();
    let report = json(
        &desk,
        "output-verdict",
        &[
            "verdict",
            "2",
            "--rating",
            "mostly-true",
            "--summary",
            "It was.",
            "--supports",
            "charter.txt",
            "--quote",
            "agrees to carry\nout",
            "--primary",
            "--locator",
            "page 1",
            "--quote",
            "The council agrees",
            "--nth",
            "2",
            "--refutes",
            "other.txt",
            "--conflict",
            "I live there.",
        ],
    );
    assert_eq!(kinds(&report), ["claim", "source", "source", "verdict"]);
    let shown = claims(&desk);
    assert_eq!(shown.len(), count, "evidence proposes no claims of its own");
    assert_eq!(shown[1]["state"], "recorded");
    assert_eq!(shown[1]["id"], report["claim"]);
    assert_eq!(shown[1]["verdicts"][0]["rating"], "mostly-true");
    // The same file is the same source.
    let second = json(
        &desk,
        "output-verdict",
        &[
            "verdict",
            "1",
            "--rating",
            "true",
            "--summary",
            "It was.",
            "--context",
            "charter.txt",
        ],
    );
    assert_eq!(kinds(&second), ["claim", "verdict"]);
    desk.done(&["verify"]);
}

#[test]
fn a_quote_must_stand_in_the_evidence_once() {
    let desk = desk();
    let size = desk.size();
    let with = |quote: &'static str| {
        let mut arguments = verdict("1").to_vec();
        arguments.extend(["--supports", "charter.txt", "--quote", quote]);
        arguments
    };
    let err = desk.refused(&with("The council agreed to carry out"), 3);
    assert!(
        err.contains("the nearest words there are “The council agrees to carry out”"),
        "{err}"
    );
    let err = desk.refused(&with("The council agrees"), 3);
    assert!(err.contains("2 times") && err.contains("--nth"), "{err}");
    let mut third = with("The council agrees");
    third.extend(["--nth", "3"]);
    desk.refused(&third, 3);
    let mut loose = verdict("1").to_vec();
    loose.extend(["--quote", "x", "--supports", "charter.txt"]);
    desk.refused(&loose, 2);
    assert_eq!(desk.size(), size);
}

#[test]
fn what_is_not_there_is_not_found() {
    let desk = desk();
    for (claim, status) in [
        ("99", 3),
        ("0", 3),
        ("ffffffff", 3),
        ("xyzw", 2),
        ("DEADBEEF", 2),
    ] {
        desk.refused(&verdict(claim), status);
    }
    let mut missing = verdict("1").to_vec();
    missing.extend(["--supports", "nowhere.txt"]);
    desk.refused(&missing, 3);
    let source = claims(&desk)[0]["source"].as_str().unwrap().to_owned();
    let err = desk.refused(&verdict(&source[..12]), 3);
    assert!(err.contains("is a source, not a claim"), "{err}");
    desk.refused(&["verdict", "1", "--rating", "nearly", "--summary", "x"], 2);
    desk.refused(&["verdict", "1", "--rating", "true"], 2);
    desk.refused(&["verdict", "1", "--rating", "true", "--summary", " "], 2);
    desk.refused(&["verdict"], 2);
    assert_eq!(desk.size(), 3);
}

#[test]
fn a_proposed_claim_is_known_by_its_id_before_and_after() {
    let desk = desk();
    let id = claims(&desk)[2]["id"].as_str().unwrap().to_owned();
    let report = json(
        &desk,
        "output-verdict",
        &[&["verdict", &id[..8]], &verdict("")[2..]].concat(),
    );
    let err = desk.refused(&[&["verdict", &id[..8]], &verdict("")[2..]].concat(), 1);
    assert!(err.contains("you have judged"), "{err}");
    let entry = report["claim"].as_str().unwrap();
    let err = desk.refused(&[&["verdict", &entry[..8]], &verdict("")[2..]].concat(), 1);
    assert!(err.contains("--supersedes"), "{err}");
}

#[test]
fn a_verdict_takes_the_place_of_one_on_the_same_claim_only() {
    let desk = desk();
    let first = json(&desk, "output-verdict", &verdict("1"));
    let id = first["verdict"].as_str().unwrap();
    let size = desk.size();
    let change = [
        "--supersedes",
        &id[..10],
        "--change",
        "update",
        "--reason",
        "r",
    ];
    let err = desk.refused(&[&verdict("2")[..], &change].concat(), 1);
    let claim = first["claim"].as_str().unwrap();
    assert!(err.contains("is on another claim than this"), "{err}");
    assert!(
        err.contains(&format!("factlog verdict {}", &claim[..8])),
        "{err}"
    );
    assert!(!err.contains("supersedes-other-claim"), "{err}");
    assert_eq!(desk.size(), size);
}

#[test]
fn a_correction_says_what_changes_and_why() {
    let desk = desk();
    let first = json(&desk, "output-verdict", &verdict("1"));
    let id = first["verdict"].as_str().unwrap();
    let change = |rating: &'static str, more: &[&'static str]| {
        let base = [
            "verdict",
            "1",
            "--rating",
            rating,
            "--summary",
            "New.",
            "--supersedes",
            &id[..10],
        ];
        [&base[..], more]
            .concat()
            .iter()
            .map(|s| (*s).to_owned())
            .collect::<Vec<_>>()
    };
    let run = |arguments: Vec<String>, status| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        desk.refused(&arguments, status)
    };
    run(change("true", &[]), 2);
    run(change("true", &["--reason", "r"]), 2);
    run(change("true", &["--change", "rating", "--reason", "r"]), 2);
    run(
        change("false", &["--change", "correction", "--reason", "r"]),
        2,
    );
    run(
        change("false", &["--change", "anything", "--reason", "r"]),
        2,
    );
    desk.refused(&[&verdict("1")[..], &["--reason", "r"]].concat(), 2);
    let arguments = change(
        "false",
        &["--change", "rating", "--reason", "A document came up."],
    );
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let second = json(&desk, "output-verdict", &arguments);
    assert_eq!(kinds(&second), ["verdict"]);
    let standings: Vec<Value> = claims(&desk)[0]["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["standing"].clone())
        .collect();
    assert_eq!(standings, ["superseded", "standing"]);

    desk.refused(&["retract", &id[..10], "--reason", "x"], 1);
    let now = second["verdict"].as_str().unwrap();
    desk.refused(&["retract", now, "--reason", " "], 2);
    json(
        &desk,
        "output-retract",
        &["retract", now, "--reason", "It was forged."],
    );
    let err = desk.refused(&["retract", now, "--reason", "x"], 1);
    assert!(err.contains("retracted before"), "{err}");
    // A fresh one stands for itself.
    desk.done(&verdict("1"));
    desk.done(&["verify"]);
}

#[test]
fn what_is_signed_elsewhere_is_appended_whole_or_not_at_all() {
    let desk = desk();
    let mut arguments = verdict("1").to_vec();
    arguments.extend(["--supports", "charter.txt", "--out", "a.pending"]);
    let size = desk.size();
    let report = json(&desk, "output-verdict", &arguments);
    assert_eq!(desk.size(), size);
    assert!(report.get("index").is_none());
    // An existing file is never overwritten.
    desk.refused(&arguments, 1);
    let bytes = fs::read(desk.path("a.pending")).unwrap();
    let flipped: Vec<u8> = bytes
        .iter()
        .map(|b| if *b == b'9' { b'8' } else { *b })
        .collect();
    fs::write(desk.path("b.pending"), flipped).unwrap();
    for (file, status) in [("b.pending", 1), ("charter.txt", 1), ("nowhere", 3)] {
        let output = desk.run(&["append", file]);
        assert_eq!(output.status.code(), Some(status), "{file}");
        assert_eq!(desk.size(), size);
    }
    let appended = json(&desk, "output-append", &["append", "a.pending"]);
    assert_eq!(kinds(&appended["files"][0]), ["claim", "source", "verdict"]);
    assert_eq!(desk.size(), size + 3);
    // Trying again after a stop is done already.
    desk.done(&["append", "a.pending"]);
    assert_eq!(desk.size(), size + 3);
}

#[test]
fn an_unknown_key_does_not_sign() {
    let desk = desk();
    let other = Desk::new();
    let key = crate::desk::files_below(&other.path("home/keys"))
        .into_iter()
        .find(|path| {
            path.to_str().unwrap().contains("alice") && path.extension().is_none_or(|e| e != "pub")
        })
        .unwrap();
    let mut arguments = verdict("1").to_vec();
    arguments.extend(["--key", key.to_str().unwrap()]);
    let err = desk.refused(&arguments, 4);
    assert!(err.contains("is not enrolled in this ledger"), "{err}");
    for more in [
        ["--key", "nowhere"],
        ["--key", "article.txt"],
        ["--as", "nobody"],
        ["--as", "desk.example/facts/root"],
    ] {
        desk.refused(&[&verdict("1")[..], &more].concat(), 4);
    }
    desk.done(&[&verdict("1")[..], &["--as", "alice"]].concat());
    fs::remove_dir_all(desk.path("home/keys")).unwrap();
    desk.refused(&verdict("2"), 4);
}

#[test]
#[cfg(unix)]
fn the_form_is_filled_in_and_reopened_until_it_is_right() {
    let desk = desk();
    let script = editor(
        &desk,
        r#"n=$(cat tries 2>/dev/null || echo 0); n=$((n+1)); echo $n > tries; cp "$1" "form.$n"
case $n in
1) printf 'rating: nearly\nsummary: It was closed.\nsupports: charter.txt\nquote: agreed to carry out\nrationale:\nBecause.\n' > "$1";;
2) sed -i 's/^rating: nearly/rating: mostly-true/' "$1";;
3) sed -i 's/agreed to carry/agrees to carry/' "$1";;
esac"#,
    );
    let run = |input: &str| {
        with_input(
            desk.factlog(&["verdict", "1"])
                .env("EDITOR", &script)
                .env_remove("VISUAL"),
            input,
        )
    };
    // s shows the signed text.
    let (status, out, err) = run("s\ny\n");
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(out.trim().len(), 64);
    let form = |n: u32| fs::read_to_string(desk.path(&format!("form.{n}"))).unwrap();
    assert!(
        form(1).contains("# Claim:") && form(1).contains("mostly-false"),
        "{}",
        form(1)
    );
    assert!(
        form(2).starts_with("#! nearly is not on this ledger's scale"),
        "{}",
        form(2)
    );
    assert!(
        form(3).starts_with("#! “agreed to carry out” is not in charter.txt"),
        "{}",
        form(3)
    );
    assert!(form(3).contains("Because."));
    assert!(
        err.contains("factlog/entry@v1") && err.contains("\"rating\":\"mostly-true\""),
        "{err}"
    );
    desk.done(&["verify"]);
}

#[test]
#[cfg(unix)]
fn a_form_that_is_left_signs_nothing_and_is_kept() {
    let desk = desk();
    let size = desk.size();
    let untouched = editor(&desk, "true");
    let run = |script: &str, input: &str| {
        with_input(
            desk.factlog(&["verdict", "1"])
                .env("EDITOR", script)
                .env_remove("VISUAL"),
            input,
        )
    };
    let (status, _, err) = run(&untouched, "y\n");
    assert_eq!(status, Some(1));
    assert!(err.contains("nothing was signed"), "{err}");

    let filled = editor(
        &desk,
        "sed -i 's/^rating:/rating: true/; s/^summary:/summary: Kept words./' \"$1\"",
    );
    for answer in ["n\n", ""] {
        let (status, _, err) = run(&filled, answer);
        assert_eq!(status, Some(1), "{err}");
        assert!(err.contains("what you wrote is kept"), "{err}");
        assert_eq!(desk.size(), size);
        // The next time it is there.
        let (_, _, err) = run(&editor(&desk, "cat \"$1\" >&2"), "n\n");
        assert!(err.contains("summary: Kept words."), "{err}");
        editor(&desk, "true");
    }
    let failing = editor(&desk, "exit 3");
    assert_eq!(run(&failing, "y\n").0, Some(1));
    let wrong = editor(&desk, "printf 'rating: nope\\nsummary: x\\n' > \"$1\"");
    let (status, _, err) = run(&wrong, "y\n");
    assert_eq!(
        status,
        Some(1),
        "a form with the same fault twice is not opened for ever"
    );
    assert!(err.contains("nope"), "{err}");
    assert_eq!(desk.size(), size);
    let output = desk
        .factlog(&["verdict", "1"])
        .env_remove("EDITOR")
        .env_remove("VISUAL")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_claim_that_was_missed_is_recorded_by_its_words() {
    let desk = desk();
    let source = claims(&desk)[0]["source"].as_str().unwrap()[..8].to_owned();
    let claim = |more: &[&str]| {
        [&["claim", &source], more]
            .concat()
            .iter()
            .map(|s| (*s).to_owned())
            .collect::<Vec<_>>()
    };
    let run = |more: &[&str], status: i32| {
        let arguments = claim(more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = desk.run(&arguments);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    run(&["--quote", "The"], 3);
    run(&["--quote", "the mayors"], 3);
    run(&["--quote", "bridge was closed", "--role", "x"], 2);
    run(
        &[
            "--quote",
            "harbour bridge",
            "--claimant",
            "Ada Venn",
            "--manner",
            "narration",
        ],
        2,
    );
    let arguments = claim(&[
        "--quote",
        "harbour bridge was closed",
        "--claimant",
        "Ada Venn",
        "--role",
        "the mayor",
        "--cue",
        "said",
        "--said-date",
        "2019-01-02",
    ]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let made = json(&desk, "output-claim", &arguments);
    assert_eq!(made["already"], false);
    let again = json(&desk, "output-claim", &arguments);
    assert_eq!(
        (again["already"].clone(), &again["claim"]),
        (Value::Bool(true), &made["claim"])
    );
    let changed = claim(&[
        "--quote",
        "harbour bridge was closed",
        "--claimant",
        "A. Venn",
        "--supersedes",
        &made["claim"].as_str().unwrap()[..12],
        "--change",
        "attribution",
    ]);
    let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
    json(&desk, "output-claim", &changed);
    let named: Vec<Value> = claims(&desk)
        .iter()
        .map(|claim| claim["claimant"]["name"].clone())
        .collect();
    assert!(named.contains(&"A. Venn".into()), "{named:?}");
    desk.done(&["verify"]);
}
