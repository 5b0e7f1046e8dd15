//! Entries that several people sign, each on a machine of their own.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::json;
use crate::desk::{Desk, said};

/// Runs the program on another machine: without the ledger, with keys of its own.
fn elsewhere(desk: &Desk, machine: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = desk.path(machine);
    fs::create_dir_all(&folder).unwrap();
    let mut command: Command = desk.factlog(arguments);
    command
        .current_dir(&folder)
        .env("FACTLOG_HOME", folder.join("home"));
    // A ledger above it would be found.
    command.env("FACTLOG_LEDGER", folder.join("none"));
    if arguments[0] == "sign" {
        command.env_remove("FACTLOG_LEDGER");
        command.current_dir(std::env::temp_dir());
    }
    let output = command.output().unwrap();
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

fn pending(desk: &Desk, file: &str) -> Value {
    let bytes = fs::read(desk.path(file)).unwrap();
    let value = serde_json::from_slice(&bytes).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/pending.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&value), "{value:#}");
    value
}

#[test]
fn a_key_that_is_elsewhere_is_added_in_steps() {
    let desk = Desk::new();
    let new = ["key", "new", "desk.example/bob", "--unencrypted-keys"];
    let (status, vkey, err) = elsewhere(&desk, "bob", &new);
    assert_eq!(status, Some(0), "{err}");
    let vkey = vkey.trim();
    let add = ["key", "add", vkey, "--role", "reviewer"];
    let err = desk.refused(&add, 4);
    assert!(
        err.contains("--out FILE") && err.contains("desk.example/bob+"),
        "{err}"
    );
    let (_, said) = desk.done(&[&add[..], &["--out", "bob.pending"]].concat());
    assert!(said.contains("factlog sign"), "{said}");
    let wanted = pending(&desk, "bob.pending")["wanted"][0].to_string();
    assert!(wanted.contains("desk.example/bob+"), "{wanted}");
    let size = desk.size();
    let err = desk.refused(&["append", "bob.pending"], 5);
    assert!(err.contains("wants desk.example/bob+"), "{err}");
    assert_eq!(desk.size(), size);

    let file = desk.path("bob.pending").to_str().unwrap().to_owned();
    let (status, _, err) = elsewhere(&desk, "nobody", &["sign", &file]);
    assert_eq!(status, Some(4), "{err}");
    let (status, out, err) = elsewhere(&desk, "bob", &["sign", &file, "--json"]);
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("adds the key desk.example/bob+"), "{err}");
    assert!(
        err.contains("\"op\":\"add\""),
        "it shows what is signed: {err}"
    );
    let signed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(signed["complete"], true);
    assert!(pending(&desk, "bob.pending").get("wanted").is_none());
    desk.done(&["append", "bob.pending"]);
    assert_eq!(desk.size(), size + 1);
    desk.done(&["verify"]);
}

#[test]
fn what_two_roots_must_sign_goes_round() {
    let desk = Desk::new();
    let new = ["key", "new", "desk.example/chief", "--unencrypted-keys"];
    let (_, vkey, _) = elsewhere(&desk, "chief", &new);
    let roots = ["key", "roots", "--add", vkey.trim(), "--threshold", "2"];
    let begun = [&roots[..], &["--out", "roots.pending"]].concat();
    let begun = json(&desk, "output-key-change", &begun);
    assert!(
        begun["wanted"][0]
            .to_string()
            .contains("new roots desk.example/chief+")
    );
    let file = desk.path("roots.pending").to_str().unwrap().to_owned();
    let (status, _, err) = elsewhere(&desk, "chief", &["sign", &file]);
    assert_eq!(status, Some(0), "{err}");
    desk.done(&["append", "roots.pending"]);
    let list = json(&desk, "output-key-list", &["key", "list"]);
    assert_eq!(list["threshold"], 2);
    assert_eq!(
        list["keys"].as_array().unwrap().len(),
        4,
        "each key once: {list}"
    );

    // From here on one root is too few.
    let err = desk.refused(&["policy", "set", "--approvals", "1"], 4);
    assert!(
        err.contains("1 more of the roots desk.example/chief+"),
        "{err}"
    );
    desk.done(&[
        "policy",
        "set",
        "--approvals",
        "1",
        "--out",
        "policy.pending",
    ]);
    let err = desk.refused(&["append", "policy.pending"], 5);
    assert!(err.contains("desk.example/chief+"), "{err}");
    // The other root signs with a ledger at hand, by a key file.
    let keys = desk.path("chief/home/keys");
    let key = fs::read_dir(keys).unwrap().map(|file| file.unwrap().path());
    let key = key.filter(|path| path.extension().is_none_or(|end| end != "pub"));
    let key = key.last().unwrap();
    let sign = ["sign", "policy.pending", "--key", key.to_str().unwrap()];
    let signed = [&sign[..], &["--out", "signed.pending"]].concat();
    let signed = json(&desk, "output-sign", &signed);
    assert_eq!(
        signed["entries"][0]["signed_by"].as_array().unwrap().len(),
        2
    );
    desk.done(&["append", "signed.pending"]);
    // Nothing is left to sign.
    let done = json(&desk, "output-sign", &["sign", "signed.pending"]);
    assert_eq!(done["complete"], true);
    desk.done(&["verify"]);
}

#[test]
fn a_signature_that_does_not_hold_is_not_added_to() {
    let desk = Desk::new();
    let new = ["key", "new", "desk.example/bob", "--unencrypted-keys"];
    let (_, vkey, _) = elsewhere(&desk, "bob", &new);
    let add = [
        "key",
        "add",
        vkey.trim(),
        "--role",
        "reviewer",
        "--out",
        "bob.pending",
    ];
    desk.done(&add);
    let path = desk.path("bob.pending");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replacen("\\\"reviewer\\\"", "\\\"approver\\\"", 1),
    )
    .unwrap();
    let (status, _, err) = elsewhere(&desk, "bob", &["sign", path.to_str().unwrap()]);
    assert_eq!(status, Some(1), "{err}");
    assert!(err.contains("do not hold"), "{err}");
}
