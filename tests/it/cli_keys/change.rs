//! Keys that are added, rotated and revoked; other roots, another log key.

use std::fs;

use super::{add, json, verdict_by};
use crate::desk::Desk;

fn keys(desk: &Desk) -> Vec<serde_json::Value> {
    let list = json(desk, "output-key-list", &["key", "list"]);
    list["keys"].as_array().unwrap().clone()
}

#[test]
fn a_key_that_is_added_signs_in_its_roles_alone() {
    let desk = Desk::new();
    let added = add(&desk, "desk.example/bob", "approver,reviewer");
    assert!(fs::metadata(added["file"].as_str().unwrap()).is_ok());
    let bob = keys(&desk).pop().unwrap();
    assert_eq!(bob["roles"], serde_json::json!(["reviewer", "approver"]));
    add(&desk, "desk.example/carol", "approver");
    let flags = ["verdict", "1", "--rating", "true", "--summary", "So."];
    let err = desk.refused(&[&flags[..], &["--as", "carol"]].concat(), 4);
    assert!(err.contains("not that of a reviewer"), "{err}");
    let vkey = bob["vkey"].as_str().unwrap();
    let err = desk.refused(&["key", "add", vkey, "--role", "publisher"], 4);
    assert!(err.contains("enrolled already"), "{err}");
    desk.refused(&["key", "add", "desk.example/x", "--role", "chief"], 2);
    let lines = desk.done(&["key", "export", "--allowed-signers"]).0;
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(lines.starts_with("desk.example/alice namespaces=\"factlog\" ssh-ed25519 AAAA"));
    let arguments = ["key", "export", "--allowed-signers", "--namespace", "git"];
    json(&desk, "output-key-export", &arguments);
    desk.refused(
        &["key", "export", "--allowed-signers", "--namespace", "a\"b"],
        2,
    );
    desk.done(&["verify"]);
}

#[test]
fn a_rotated_key_carries_on_its_holder_s_chain() {
    let desk = Desk::new();
    let id = verdict_by(&desk, "alice", "1");
    let arguments = ["key", "rotate", "--unencrypted-keys"];
    let rotated = json(&desk, "output-key-change", &arguments);
    let listed = keys(&desk);
    let old = listed.iter().find(|key| key["ended"].is_number()).unwrap();
    assert_eq!(old["name"], "desk.example/alice");
    assert_eq!(listed.last().unwrap()["vkey"], rotated["key"]);
    // Under the same name the new key is meant, and it is the author of what the old one signed.
    let flags = [
        "verdict",
        "1",
        "--rating",
        "false",
        "--summary",
        "No.",
        "--supersedes",
    ];
    let change = ["--change", "rating", "--reason", "A better source."];
    desk.done(&[&flags[..], &[id.as_str()], &change].concat());
    add(&desk, "desk.example/bob", "reviewer");
    let lost = [
        "key",
        "rotate",
        "bob",
        "--by-roots",
        "--new",
        "desk.example/bobby",
    ];
    desk.done(&[&lost[..], &["--unencrypted-keys"]].concat());
    let err = desk.refused(&["key", "rotate", "bob", "--new", "desk.example/b"], 4);
    assert!(err.contains("ended"), "{err}");
    desk.done(&["verify"]);
}

#[test]
fn a_name_in_a_command_to_type_is_one_word() {
    let desk = Desk::new();
    // What a name may have: all but spaces and plus signs.
    let hostile = "desk.example/b;touch${IFS}typed;x";
    let other = "desk.example/c;touch${IFS}typed;'x";
    add(&desk, hostile, "reviewer");
    let from = desk.size().to_string();
    desk.done(&[
        "key",
        "rotate",
        hostile,
        "--new",
        other,
        "--unencrypted-keys",
    ]);
    let revoke = [
        "key",
        "revoke",
        hostile,
        "--reason",
        "compromised",
        "--from",
        &from,
    ];
    let (_, err) = desk.done(&revoke);
    let said = err.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, command) = said.split_once("Revoke it, too: factlog ").unwrap();
    let (command, _) = command.split_once("; and give").unwrap();
    let mut shell = std::process::Command::new("sh");
    let script = format!("printf '%s\\n' {command}");
    let printed = shell
        .args(["-c", &script])
        .current_dir(desk.path(""))
        .output()
        .unwrap();
    let words = String::from_utf8(printed.stdout).unwrap();
    assert!(words.lines().any(|word| word.starts_with(other)), "{words}");
    assert!(!desk.path("typed").exists());
}

#[test]
fn nobody_rotates_to_another_s_name() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "reviewer");
    let size = desk.size();
    for name in ["desk.example/alice", "desk.example/facts"] {
        let rotate = ["key", "rotate", "bob", "--unencrypted-keys", "--new", name];
        let err = desk.refused(&rotate, 4);
        assert!(err.contains("another person's key"), "{err}");
    }
    assert_eq!(desk.size(), size);
    let rotate = |old: &str, new: &[&str]| {
        desk.done(&[&["key", "rotate", old, "--unencrypted-keys"], new].concat());
    };
    rotate("bob", &["--new", "desk.example/bobby"]);
    // Back to a name that was one's own.
    rotate("bobby", &["--new", "desk.example/bob"]);
    rotate("bob", &[]);
    desk.done(&["verify"]);
}

#[test]
fn a_revocation_says_what_it_taints_and_reaffirming_lifts_it() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "reviewer");
    let first = verdict_by(&desk, "bob", "1");
    let from = desk.size();
    let second = verdict_by(&desk, "bob", "2");
    let revoke = ["key", "revoke", "bob", "--reason", "compromised"];
    let err = desk.refused(&revoke, 2);
    assert!(err.contains("--from"), "{err}");
    let from = from.to_string();
    let (_, said) = desk.done(&[&revoke[..], &["--from", &from]].concat());
    assert!(
        said.contains("2 entries are tainted, 1 verdict among them"),
        "{said}"
    );
    assert!(said.contains("factlog reaffirm"), "{said}");
    let page = desk.done(&["show", &second]).0;
    assert!(page.contains("tainted"), "{page}");
    let bob = keys(&desk).pop().unwrap();
    assert_eq!(bob["tainted_from"].to_string(), from);
    let flags = ["verdict", "1", "--rating", "true", "--summary", "So."];
    let err = desk.refused(&[&flags[..], &["--as", "bob"]].concat(), 4);
    assert!(err.contains("ended"), "{err}");
    let (_, err) = desk.done(&["verify"]);
    assert!(err.is_empty(), "{err}");

    let note = ["--note", "He confirms it."];
    let err = desk.refused(&[&["reaffirm", first.as_str()][..], &note].concat(), 1);
    assert!(err.contains("not tainted"), "{err}");
    let arguments = [&["reaffirm", second.as_str()][..], &note].concat();
    let report = json(&desk, "output-reaffirm", &arguments);
    assert_eq!(report["reaffirmed"][0], second.as_str());
    let page = desk.done(&["show", &second]).0;
    assert!(page.contains("standing"), "{page}");
    // Again, from earlier on: what came before counts too, and what was reaffirmed does not.
    let again = [&revoke[..], &["--from", &first[..16]]].concat();
    let again = json(&desk, "output-key-change", &again);
    assert_eq!(again["tainted"]["verdicts"], serde_json::json!([first]));
    let day = ["--from", "2026-11-23"];
    let later = [&["key", "revoke", "alice", "--reason", "lost"][..], &day].concat();
    let later = json(&desk, "output-key-change", &later);
    assert_eq!(later["tainted"]["entries"], serde_json::json!([]));
    desk.done(&["verify"]);
}

#[test]
fn the_log_s_key_is_replaced_and_the_old_one_signs_no_more() {
    let desk = Desk::new();
    let before = fs::read(desk.ledger().join("log.key")).unwrap();
    let changed = json(&desk, "output-key-change", &["key", "log"]);
    assert_ne!(fs::read(desk.ledger().join("log.key")).unwrap(), before);
    assert!(!desk.ledger().join("log.key.new").exists());
    verdict_by(&desk, "alice", "1");
    let list = keys(&desk);
    let current = list
        .iter()
        .find(|key| key["function"] == "log" && key["current"] == true);
    assert_eq!(current.unwrap()["vkey"], changed["key"]);
    desk.done(&["verify"]);
    // With the old key's file nothing is appended.
    fs::write(desk.ledger().join("log.key"), before).unwrap();
    let flags = ["verdict", "2", "--rating", "true", "--summary", "So."];
    desk.refused(&flags, 4);
}

#[test]
fn a_new_log_key_takes_over_after_every_stop() {
    for step in [
        "journal-synced",
        "database-applied",
        "head-written",
        "head-renamed",
    ] {
        let desk = Desk::new();
        let size = desk.size();
        let mut stopped = desk.factlog(&["key", "log"]);
        stopped.env("FACTLOG_STOP_AFTER", step);
        assert!(!stopped.output().unwrap().status.success(), "{step}");
        desk.done(&["log"]);
        assert_eq!(desk.size(), size + 1, "{step}");
        assert!(!desk.ledger().join("log.key.new").exists(), "{step}");
        verdict_by(&desk, "alice", "1");
        desk.done(&["verify"]);
    }
}

#[test]
fn a_log_key_s_entry_is_refused_where_the_ledger_has_gone_on() {
    let desk = Desk::new();
    desk.done(&["key", "log", "--out", "log.pending"]);
    verdict_by(&desk, "alice", "1");
    let err = desk.refused(&["append", "log.pending"], 1);
    assert!(
        err.contains("entries now") && err.contains("factlog key log"),
        "{err}"
    );
    // The key that waits is used by the next one.
    desk.done(&["key", "log"]);
    desk.done(&["verify"]);
}
