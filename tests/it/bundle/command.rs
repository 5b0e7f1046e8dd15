//! `factlog prove` and `factlog check`, as a person runs them.

use jsonschema::Validator;
use serde_json::Value;

use crate::desk::{Desk, INIT, said, verdict};

fn validator(schema: &str) -> Validator {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let text = std::fs::read_to_string(path.join(format!("{schema}.schema.json"))).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

#[track_caller]
fn valid(schema: &str, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    if let Err(error) = validator(schema).validate(&value) {
        panic!("{schema}: {error} at {}: {value:#}", error.instance_path());
    }
    value
}

/// A desk with a verdict; the verdict's id, the ledger's, and the log's key.
fn judged() -> (Desk, String, String, String) {
    let desk = Desk::new();
    let out = desk.done(&[&verdict("2")[..], &["--json"]].concat()).0;
    let out: Value = serde_json::from_str(&out).unwrap();
    let id = out["verdict"].as_str().unwrap().to_owned();
    let out = desk.done(&["checkpoint", "--json"]).0;
    let out: Value = serde_json::from_str(&out).unwrap();
    let ledger = out["ledger"].as_str().unwrap().to_owned();
    let out = desk.done(&["show", &ledger, "--json"]).0;
    let at = out.find("desk.example/facts+").unwrap();
    let key = out[at..].split(['"', ' ', '\\']).next().unwrap().to_owned();
    (desk, id, ledger, key)
}

/// Runs `check` where there is no ledger and no remembered head.
fn check(desk: &Desk, arguments: &[&str]) -> (Option<i32>, String, String) {
    let elsewhere = desk.path("elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    let mut command = desk.factlog(&[&["check"], arguments].concat());
    command.env("FACTLOG_HOME", elsewhere.join("home"));
    let output = command.output().unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

#[test]
fn a_bundle_is_written_and_checked_elsewhere() {
    let (desk, id, ledger, key) = judged();
    let said = desk.done(&["prove", &id, "--out", "proof.json"]).1;
    assert!(
        said.contains("the whole text is shown") || said.contains("bytes around it"),
        "{said}"
    );
    assert!(said.contains(&format!("--ledger-id {ledger}")), "{said}");
    let file = std::fs::read_to_string(desk.path("proof.json")).unwrap();
    valid("bundle", &file);
    for trust in [["--ledger-id", &ledger], ["--origin-key", &key]] {
        let (status, out, err) = check(&desk, &[&["proof.json"][..], &trust].concat());
        assert_eq!(status, Some(0), "{out}{err}");
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains("recorded the rating true on"), "{out}");
        let closing = "Not shown: what was recorded since, or kept back by whoever made this file, \
                       such as a revocation, correction or retraction.";
        assert!(out.ends_with(closing), "{out}");
    }
    let (status, out, err) = check(&desk, &["proof.json"]);
    assert_eq!(status, Some(4), "{out}{err}");
    assert!(
        out.contains("log-untrusted") && err.contains("--origin-key"),
        "{out}{err}"
    );
    assert!(!err.contains("remembers"), "{err}");
    let other = "desk.example/facts+c2ed7859+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
    assert_eq!(
        check(&desk, &["proof.json", "--origin-key", other]).0,
        Some(4)
    );
    assert_eq!(check(&desk, &["proof.json", "--ledger-id", &id]).0, Some(1));
    // On the desk's own machine it is said that the ledger is known, and not trusted for that.
    let err = desk.refused(&["check", "proof.json"], 4);
    assert!(
        err.contains("this machine remembers a ledger of this id"),
        "{err}"
    );

    let (_, out, _) = check(&desk, &["proof.json", "--ledger-id", &ledger, "--json"]);
    let report = valid("output-check", &out);
    assert_eq!(report["proof"], "bundle");
    assert_eq!(report["verdict"]["standing"], "standing");
    assert_eq!(report["entry"]["id"], id.as_str());
    let (_, out, _) = check(&desk, &["proof.json", "--json"]);
    valid("output-check", &out);

    std::fs::write(
        desk.path("bad.json"),
        file.replace(r#"\"true\""#, r#"\"null\""#),
    )
    .unwrap();
    let (status, out, _) = check(&desk, &["bad.json", "--ledger-id", &ledger, "--json"]);
    assert_eq!(status, Some(1));
    valid("output-check", &out);
    std::fs::write(desk.path("bad.json"), "no proof").unwrap();
    let (status, out, _) = check(&desk, &["bad.json", "--ledger-id", &ledger]);
    assert!(
        status == Some(1) && out.contains("bundle-form") && out.contains("Not shown"),
        "{out}"
    );
}

#[test]
fn a_changed_word_of_an_object_is_said_to_be_one() {
    let (desk, id, ledger, _) = judged();
    desk.done(&["prove", &id, "--out", "proof.json"]);
    let file = std::fs::read_to_string(desk.path("proof.json")).unwrap();
    // However the hashes fall: some words put the object out of its order, others do not.
    let mut out_of_order = 0;
    for word in ["a", "the", "one", "our", "this", "that", "her", "his"] {
        let changed = file.replace("in the register", &format!("in {word} ledger"));
        assert_ne!(changed, file);
        std::fs::write(desk.path("bad.json"), changed).unwrap();
        let (status, out, _) = check(&desk, &["bad.json", "--ledger-id", &ledger]);
        assert_eq!(status, Some(1), "{out}");
        assert!(
            flat(&out).contains("probably changed after it was signed"),
            "{out}"
        );
        if out.contains("bundle-form") {
            assert!(flat(&out).contains("a factlog/verdict@v1 object"), "{out}");
            out_of_order += 1;
        }
    }
    assert!(out_of_order > 0);
}

#[test]
fn a_text_shorter_than_a_piece_is_said_to_be_shown_whole() {
    let (desk, id, ..) = judged();
    let (_, err) = desk.done(&["prove", &id, "--out", "p.json", "--quotation-only"]);
    let err = flat(&err);
    assert!(err.contains("the whole text is shown"), "{err}");
    assert!(err.contains("pieces have 1,024 bytes"), "{err}");
    let help = flat(&desk.done(&["help", "prove"]).0);
    assert!(
        help.contains("A text shorter than a piece is shown whole"),
        "{help}"
    );
}

#[test]
fn nothing_is_written_over_a_file_that_is_there() {
    let (desk, id, ..) = judged();
    let old = desk.done(&["checkpoint"]).0;
    for name in ["old", "kept", "beside.entry"] {
        std::fs::write(desk.path(name), &old).unwrap();
    }
    let out = ["--out", "kept"];
    let sign = [
        "verdict",
        "3",
        "--rating",
        "true",
        "--summary",
        "So.",
        "--yes",
    ];
    for arguments in [
        &["prove", &id][..],
        &["prove", &id, "--tlog-proof"],
        &["prove", "--consistency", "old"],
        &sign,
    ] {
        let err = flat(&desk.refused(&[arguments, &out].concat(), 1));
        assert!(err.contains("kept is there already"), "{err}");
        assert!(err.contains("name another file with --out"), "{err}");
        assert!(!err.contains("os error"), "{err}");
    }
    assert_eq!(std::fs::read_to_string(desk.path("kept")).unwrap(), old);
    let tlog = ["prove", &id, "--tlog-proof", "--out", "beside"];
    let err = flat(&desk.refused(&tlog, 1));
    assert!(err.contains("beside.entry is there already"), "{err}");
    assert!(!desk.path("beside").exists());
}

#[test]
fn what_a_quotation_reveals_is_said_before() {
    let desk = Desk::empty();
    desk.done(&INIT);
    std::fs::write(desk.path("long.txt"), super::article(20_000)).unwrap();
    desk.done(&["add", "long.txt"]);
    let out = desk.done(&[&verdict("40")[..], &["--json"]].concat()).0;
    let out: Value = serde_json::from_str(&out).unwrap();
    let id = out["verdict"].as_str().unwrap();
    let (out, err) = desk.done(&["prove", id, "--out", "p.json", "--quotation-only", "--json"]);
    let proved = valid("output-prove", &out);
    let revealed = &proved["revealed"][0];
    let (words, shown) = (revealed["words"].as_u64(), revealed["shown"].as_u64());
    assert!(shown.unwrap() % 1024 == 0 && shown > words, "{revealed}");
    let around = shown.unwrap() - words.unwrap();
    assert!(
        err.contains(&format!("{around} bytes around it are shown")),
        "{err}"
    );
    assert!(err.find("around it") < err.find("wrote p.json"), "{err}");
    desk.refused(
        &[
            "prove",
            id,
            "--out",
            "p.json",
            "--quotation-only",
            "--with-text",
        ],
        2,
    );
    desk.refused(&["prove", "ffffffff", "--out", "p.json"], 3);
}

#[test]
fn an_entry_is_proven_to_be_in_the_log() {
    let (desk, id, ledger, key) = judged();
    let again = || ["e.proof", "e.proof.entry"].map(|file| std::fs::remove_file(desk.path(file)));
    for id in [&id, &ledger] {
        let _ = again();
        let (out, _) = desk.done(&["prove", id, "--out", "e.proof", "--tlog-proof", "--json"]);
        valid("output-prove", &out);
        let trust = ["--origin-key", &key];
        let (status, out, err) = check(&desk, &[&["e.proof"][..], &trust].concat());
        assert_eq!(status, Some(0), "{out}{err}");
        assert_eq!(check(&desk, &["e.proof"]).0, Some(4));
        let (_, out, _) = check(&desk, &[&["e.proof", "--json"][..], &trust].concat());
        assert_eq!(valid("output-check", &out)["proof"], "entry");
        std::fs::rename(desk.path("e.proof.entry"), desk.path("e.note")).unwrap();
        assert_eq!(
            check(&desk, &[&["e.proof"][..], &trust].concat()).0,
            Some(3)
        );
        let named = ["e.proof", "--entry", "e.note"];
        assert_eq!(check(&desk, &[&named[..], &trust].concat()).0, Some(0));
    }
    // The genesis beside the verdict's proof.
    let _ = again();
    desk.done(&["prove", &id, "--out", "e.proof", "--tlog-proof"]);
    let swapped = ["e.proof", "--entry", "e.note", "--origin-key", &key];
    let (status, out, _) = check(&desk, &swapped);
    assert!(status == Some(1) && out.contains("proof-invalid"), "{out}");
}

/// Reads text as one line, however it was wrapped.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Changes the first hash of a proof's file.
fn with_another_hash(proof: &str) -> String {
    let is_hash = |line: &&str| line.len() == 44 && line.ends_with('=');
    let hash = proof.lines().find(is_hash).unwrap();
    let first = if hash.starts_with('A') { "B" } else { "A" };
    proof.replacen(hash, &format!("{first}{}", &hash[1..]), 1)
}

#[test]
fn a_path_is_computed_though_nothing_vouches_for_the_log() {
    let (desk, id, ledger, key) = judged();
    let size = desk.size();
    desk.done(&["prove", &ledger, "--out", "g.proof", "--tlog-proof"]);
    desk.done(&["prove", &id, "--out", "e.proof", "--tlog-proof"]);
    let (status, out, err) = check(&desk, &["e.proof"]);
    assert_eq!(status, Some(4), "{out}{err}");
    let out = flat(&out);
    for said in [
        "The path leads to the root that the file states",
        "signature could not be checked",
        &format!("As of checkpoint {size}, which nothing vouches for."),
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    let (_, out, _) = check(&desk, &["e.proof", "--json"]);
    let report = valid("output-check", &out);
    assert_eq!(report["stated"]["size"], size);
    assert!(report["checkpoint"].is_null());
    // Another entry, or another hash, and the path leads elsewhere, whoever may be trusted.
    let other = ["e.proof", "--entry", "g.proof.entry"];
    let (status, out, _) = check(&desk, &other);
    assert_eq!(status, Some(1), "{out}");
    assert!(
        out.contains("proof-invalid") && !out.contains("The path leads"),
        "{out}"
    );
    let proof = std::fs::read_to_string(desk.path("e.proof")).unwrap();
    std::fs::write(desk.path("e.proof"), with_another_hash(&proof)).unwrap();
    let (status, out, _) = check(&desk, &["e.proof"]);
    assert!(status == Some(1) && out.contains("proof-invalid"), "{out}");

    let old = desk.done(&["checkpoint"]).0;
    std::fs::write(desk.path("old"), &old).unwrap();
    desk.done(&verdict("3"));
    desk.done(&["prove", "--consistency", "old", "--out", "g"]);
    let unknown = ["g", "--old", "old"];
    let (status, out, _) = check(&desk, &unknown);
    assert_eq!(status, Some(4), "{out}");
    assert!(flat(&out).contains("The path leads to the root"), "{out}");
    let proof = std::fs::read_to_string(desk.path("g")).unwrap();
    std::fs::write(desk.path("g"), with_another_hash(&proof)).unwrap();
    let (status, out, _) = check(&desk, &unknown);
    assert!(status == Some(1) && out.contains("proof-invalid"), "{out}");
    let trusted = [&unknown[..], &["--origin-key", &key]].concat();
    assert_eq!(check(&desk, &trusted).0, Some(1));
}

#[test]
fn a_ledger_s_id_is_no_key_and_a_namesake_is_called_one() {
    let (desk, id, ledger, key) = judged();
    desk.done(&["prove", &id, "--out", "e.proof", "--tlog-proof"]);
    let (status, out, err) = check(&desk, &["e.proof", "--ledger-id", &ledger]);
    assert_eq!(status, Some(4), "{out}{err}");
    assert!(flat(&out).contains("a ledger's id does not tell"), "{out}");
    let err = flat(&err);
    assert!(err.contains("--origin-key VKEY or --policy FILE"), "{err}");
    assert!(!err.contains("--ledger-id ID,"), "{err}");
    let (status, out, _) = check(&desk, &["e.proof", "--ledger-id", &id]);
    assert!(status == Some(1) && out.contains("[ledger-other]"), "{out}");
    let other = "desk.example/facts+c2ed7859+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
    desk.done(&["prove", &id, "--out", "p.json"]);
    for file in ["e.proof", "p.json"] {
        let (status, out, _) = check(&desk, &[file, "--origin-key", other]);
        assert_eq!(status, Some(4), "{out}");
        assert!(
            flat(&out).contains("another key under the same name"),
            "{out}"
        );
    }
    // The log's key is changed: whoever trusts the earlier one is told that this is a later one.
    desk.done(&["key", "log", "--yes"]);
    desk.done(&["prove", &id, "--out", "after.json"]);
    let (status, out, _) = check(&desk, &["after.json", "--origin-key", &key]);
    assert_eq!(status, Some(4), "{out}");
    assert!(flat(&out).contains("by a later key of this log"), "{out}");
}

#[test]
fn a_log_is_shown_to_have_only_grown() {
    let (desk, _, _, key) = judged();
    let old = desk.done(&["checkpoint"]).0;
    std::fs::write(desk.path("old"), &old).unwrap();
    desk.done(&verdict("3"));
    let (out, _) = desk.done(&["prove", "--consistency", "old", "--out", "g", "--json"]);
    valid("output-prove", &out);
    assert_eq!(check(&desk, &["g"]).0, Some(2));
    let known = ["g", "--old", "old", "--origin-key", &key];
    let (status, out, err) = check(&desk, &known);
    assert_eq!(status, Some(0), "{out}{err}");
    assert!(out.contains("only grew"), "{out}");
    let policy = format!("log {key}\nquorum none\n");
    std::fs::write(desk.path("policy"), policy).unwrap();
    let (status, out, err) = check(
        &desk,
        &["g", "--old", "old", "--policy", "policy", "--json"],
    );
    assert_eq!(status, Some(0), "{out}{err}");
    valid("output-check", &out);
    assert_eq!(check(&desk, &["g", "--old", "old"]).0, Some(4));
    // Another desk's checkpoint is no beginning of this log.
    let other = Desk::new();
    std::fs::write(desk.path("old"), other.done(&["checkpoint"]).0).unwrap();
    assert_ne!(check(&desk, &known).0, Some(0));
    desk.refused(&["prove", "--consistency", "old", "--out", "g"], 4);
}
