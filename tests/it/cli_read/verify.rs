//! `verify`: a line a check, a sentence, findings with codes, exit statuses.

use std::collections::BTreeSet;
use std::fs;

use factlog::audit::Code;
use serde_json::Value;

use super::desk::Desk;

#[test]
fn a_good_ledger_has_a_line_a_check_and_a_sentence() {
    let desk = Desk::start();
    let out = desk.done(&["verify"]);
    for topic in [
        "entries",
        "signatures",
        "entitlement",
        "chains",
        "tree",
        "checkpoints",
    ] {
        assert!(out.contains(&format!("✓ {topic}")), "{topic}: {out}");
    }
    let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("10 entries"), "{out}");
    assert!(
        flat.contains("no fault found. Not shown: whether any claim is true"),
        "{out}"
    );
    let json = desk.json(&["verify", "--threads", "1"], "verify");
    assert_eq!(desk.json(&["verify", "--plain"], "verify"), json);
    assert_eq!(json["head"]["size"], 10);
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(json["ledger"], desk.ledger().id().to_string());
}

#[test]
fn a_changed_object_is_a_fault_with_its_code_and_status_1() {
    let desk = Desk::start();
    let journal = desk.folder().join(".factlog/journal");
    let bytes = fs::read(&journal).unwrap();
    let words = b"It was closed from March.";
    let place = bytes.windows(words.len()).position(|w| w == words).unwrap();
    let mut changed = bytes.clone();
    changed[place] ^= 1;
    fs::write(&journal, &changed).unwrap();
    let ran = desk.run(&["verify"]);
    assert!(matches!(ran.code, Some(1 | 4)), "{}{}", ran.out, ran.err);
    fs::write(&journal, &bytes).unwrap();
    assert_eq!(desk.run(&["verify"]).code, Some(0));
}

#[test]
fn where_no_copy_is_nothing_is_verified() {
    let desk = Desk::start();
    for (named, hint) in [("nowhere", "factlog publish"), (".", "--ledger")] {
        let ran = desk.run(&["verify", named]);
        assert_eq!(ran.code, Some(3));
        assert!(ran.err.contains("no published copy"), "{}", ran.err);
        assert!(ran.err.contains(hint), "{}", ran.err);
        assert!(ran.out.is_empty());
    }
}

#[test]
fn a_file_that_is_not_there_is_not_found() {
    let desk = Desk::start();
    fs::write(desk.folder().join("old"), desk.done(&["checkpoint"])).unwrap();
    desk.done(&["prove", "--consistency", "old", "--out", "g"]);
    for arguments in [
        &["check", "nofile"][..],
        &["verify", "--head", "nofile"],
        &["verify", "--policy", "nofile"],
        &["prove", "--consistency", "nofile", "--out", "h"],
        &["check", "--old", "nofile", "g"],
    ] {
        let ran = desk.run(arguments);
        assert_eq!(ran.code, Some(3), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("there is no file nofile"), "{}", ran.err);
    }
    desk.done(&["publish", "out"]);
    let restore = ["restore", "out", "--ledger", "back", "--log-key", "nofile"];
    let ran = desk.run(&restore);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
}

#[test]
fn the_ledger_that_was_audited_is_named_first() {
    let desk = Desk::start();
    let ledger = desk.ledger();
    let (id, genesis) = (ledger.id(), ledger.genesis().clone());
    drop(ledger);
    let line = format!("ledger {}, {}, {id}", genesis.name, genesis.origin);
    desk.done(&["publish", "out"]);
    for arguments in [&["verify"][..], &["verify", "out"]] {
        let out = desk.done(arguments);
        assert_eq!(out.lines().next(), Some(line.as_str()));
        let json = desk.json(arguments, "verify");
        assert_eq!(json["name"], genesis.name.as_str());
        assert_eq!(json["origin"], genesis.origin.as_str());
    }
}

#[test]
fn quiet_prints_what_is_wrong_and_nothing_else() {
    let desk = Desk::start();
    let id = desk.ledger().id().to_string();
    let verdict = desk.ids.second.to_string();
    desk.done(&["prove", &verdict, "--out", "p.json"]);
    for arguments in [
        &["verify"][..],
        &["publish", "out"],
        &["verify", "out"],
        &["check", "p.json", "--id", &id],
    ] {
        let ran = desk.run(&[arguments, &["--quiet"]].concat());
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.out, ran.err);
        assert_eq!(
            (ran.out.as_str(), ran.err.as_str()),
            ("", ""),
            "{arguments:?}"
        );
    }
    let other = "ab".repeat(32);
    for arguments in [
        &["verify", "--ledger-id", &other][..],
        &["check", "p.json", "--id", &other],
    ] {
        let ran = desk.run(&[arguments, &["-q"]].concat());
        assert_eq!(ran.code, Some(1));
        assert!(ran.out.starts_with("fault "), "{}", ran.out);
        assert!(
            ran.out.lines().all(|line| line.starts_with("fault ")),
            "{}",
            ran.out
        );
    }
}

#[test]
fn another_ledger_than_the_one_that_is_meant_is_a_fault() {
    let desk = Desk::start();
    let id = desk.ledger().id().to_string();
    desk.done(&["verify", "--id", &id]);
    desk.done(&["verify", "--ledger-id", &id]);
    let other = desk.run(&["verify", "--id", &"ab".repeat(32)]);
    assert_eq!(other.code, Some(1));
    assert!(other.out.contains("[genesis-other]"), "{}", other.out);
    assert_eq!(desk.run(&["verify", "--id", "ab"]).code, Some(2));
}

#[test]
fn the_schema_knows_every_code() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../schemas/output-verify.schema.json")).unwrap();
    let known: BTreeSet<&str> = schema["$defs"]["code"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap())
        .collect();
    let all: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(known, all);
}
