//! `log`, `key list` and `checkpoint`.

use std::process::Stdio;

use super::desk::{Desk, assert_valid};

#[test]
fn the_log_is_a_line_an_entry_newest_first() {
    let desk = Desk::start();
    let out = desk.done(&["log"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 10, "{out}");
    for (line, (index, kind, words)) in lines.iter().zip([
        (9, "retraction", "The wrong bridge was checked.\\u{7}"),
        (
            8,
            "verdict",
            "[retracted] False on “It opened again a year later”: It did not.",
        ),
        (7, "verdict", "Mostly true in the place of "),
        (
            6,
            "verdict",
            "[superseded] True on “the bridge was closed in 2019”: It was closed.",
        ),
        (
            5,
            "claim",
            "It opened again a year later — the article itself",
        ),
        (
            4,
            "claim",
            "the bridge was closed in 2019 — Ada Holm, Mayor",
        ),
        (
            3,
            "source",
            "takes in “The record of closures”, News Example, 2026-11-20",
        ),
        (2, "source", "takes in “A \\u{202e}bridge\\u{1b}[2J”"),
        (1, "key", "adds the key desk.example/alice+"),
        (
            0,
            "genesis",
            "starts the ledger “Example Desk”, desk.example/facts; 1 of 1 root",
        ),
    ]) {
        let mut columns = line.split_whitespace();
        assert_eq!(columns.next(), Some(index.to_string().as_str()), "{line}");
        assert_eq!(columns.next().map(str::len), Some(8), "{line}");
        assert_eq!(columns.next(), Some("2026-11-22"), "{line}");
        assert_eq!(columns.next(), Some(kind), "{line}");
        assert!(line.contains(words), "{words:?} is not in {line}");
    }
}

#[test]
fn one_signer_s_chain_is_numbered_and_selections_go_together() {
    let desk = Desk::start();
    let out = desk.done(&["log", "--reviewer", "alice"]);
    let numbers: Vec<&str> = out
        .lines()
        .filter_map(|l| l.split_whitespace().nth(2))
        .collect();
    assert_eq!(numbers, ["#7", "#6", "#5", "#4", "#3", "#2", "#1", "#0"]);
    assert_eq!(out, desk.done(&["log", "--reviewer", "desk.example/alice"]));
    let some = [
        "log",
        "--reviewer",
        "alice",
        "--kind",
        "verdict",
        "--kind",
        "source",
    ];
    assert_eq!(desk.done(&some).lines().count(), 5);
    let newest = desk.done(&[&some[..], &["--limit", "1"]].concat());
    assert!(
        newest.contains(" verdict ") && newest.lines().count() == 1,
        "{newest}"
    );
    assert_eq!(desk.done(&["log", "--limit", "0"]), "");

    let unknown = desk.run(&["log", "--reviewer", "bob"]);
    assert_eq!(unknown.code, Some(3));
    assert!(
        unknown.err.contains("desk.example/alice"),
        "{}",
        unknown.err
    );
    assert_eq!(desk.run(&["log", "--kind", "opinion"]).code, Some(2));
}

#[test]
fn the_log_as_json_is_one_document() {
    let desk = Desk::start();
    let json = desk.json(&["log"], "log");
    let entries = json["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 10);
    assert_eq!(entries[0]["index"], 9);
    assert_eq!(entries[9]["id"], json["ledger"]);
    let none = desk.json(&["log", "--limit", "0"], "log");
    assert_eq!(none["entries"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let desk = Desk::start();
    for words in [
        &["log"][..],
        &["log", "--json"],
        &["show", "1"],
        &["export", "csv", "--status", "all"],
    ] {
        let mut child = desk
            .command(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{words:?}: {output:?}");
    }
}

#[test]
fn the_checkpoint_is_printed_as_it_is_signed() {
    let desk = Desk::start();
    let signed = desk.ledger().checkpoint().to_vec();
    let output = desk.command(&["checkpoint"]).output().unwrap();
    assert_eq!(output.stdout, signed);
    let json = desk.json(&["checkpoint"], "checkpoint");
    assert_eq!(
        json["note"].as_str().map(str::as_bytes),
        Some(signed.as_slice())
    );
    assert_eq!(
        (&json["size"], &json["origin"]),
        (&10.into(), &"desk.example/facts".into())
    );
}

#[test]
fn every_key_is_listed_with_what_it_may_do() {
    let desk = Desk::start();
    let out = desk.done(&["key", "list"]);
    assert_eq!(
        out.matches("its private half is not on this machine")
            .count(),
        3,
        "{out}"
    );
    let json = desk.json(&["key", "list"], "key-list");
    let keys: Vec<(&str, &str, u64)> = json["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| {
            let text = |field: &str| key[field].as_str().unwrap();
            (
                text("name"),
                text("function"),
                key["entries"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        keys,
        [
            ("desk.example/facts/root", "root", 2),
            ("desk.example/facts", "log", 0),
            ("desk.example/alice", "roles", 8),
        ]
    );
}

#[test]
fn without_a_ledger_each_command_says_how_to_start_one() {
    let desk = Desk::start();
    let empty = tempfile::tempdir().unwrap();
    for words in [
        &["log"][..],
        &["show", "1"],
        &["verify"],
        &["checkpoint"],
        &["key", "list"],
        &["export", "jsonl"],
        &["export", "claimreview", "--out", "x"],
    ] {
        let output = desk
            .command(words)
            .current_dir(empty.path())
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{words:?}: {err}");
        assert!(err.contains("factlog init"), "{words:?}: {err}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(
        std::fs::read_dir(empty.path()).unwrap().count(),
        0,
        "nothing is written"
    );
}

#[test]
fn invalid_documents_are_not_of_their_schema() {
    let extra = serde_json::json!({"ledger": "00".repeat(32), "keys": [], "more": 1});
    let refused = std::panic::catch_unwind(|| assert_valid(&extra, "key-list"));
    assert!(refused.is_err());
}

/// Runs a shell command on a terminal of its own; `None` where there is no `script` to make one.
#[cfg(target_os = "linux")]
fn on_a_terminal(desk: &Desk, line: &str) -> Option<String> {
    let mut command = desk.command(&[]);
    let environment: Vec<_> = command
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(std::ffi::OsStr::to_owned)))
        .collect();
    command = std::process::Command::new("script");
    for (name, value) in environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let line = line.replace("factlog", env!("CARGO_BIN_EXE_factlog"));
    let output = command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(desk.folder())
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no `script` to make a terminal with");
        return None;
    };
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_the_log_is_paged_with_styles_and_in_a_pipe_it_is_not() {
    let desk = Desk::start();
    let paged = desk.folder().join("paged");
    let Some(screen) = on_a_terminal(&desk, "PAGER='tee paged' factlog log") else {
        return;
    };
    assert!(screen.contains("retraction"), "{screen}");
    let text = std::fs::read_to_string(&paged).unwrap();
    assert_eq!(text.lines().count(), 10, "{text}");
    assert!(text.contains("\u{1b}[1mverdict"), "styles stay: {text:?}");
    assert!(
        !text.contains('\u{202e}') && !text.contains("\u{1b}[2J"),
        "{text:?}"
    );
    std::fs::remove_file(&paged).unwrap();

    for line in [
        "PAGER='tee paged' factlog log --no-input",
        "PAGER='tee paged' factlog log --json",
        "PAGER='tee paged' factlog log | cat",
        "PAGER= factlog log",
        "PAGER='no-such-pager' factlog log",
    ] {
        let screen = on_a_terminal(&desk, line).unwrap();
        assert!(screen.contains("retraction"), "{line}: {screen}");
        assert!(!paged.exists(), "{line}");
    }
    // A pager that is left at once is no error.
    let screen = on_a_terminal(&desk, "PAGER=true factlog log && echo well").unwrap();
    assert!(screen.contains("well"), "{screen}");
}
