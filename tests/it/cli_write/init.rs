//! Starting a ledger: keys, passphrases, names.

use std::fs;

use super::{fits, json};
use crate::desk::{Desk, INIT, files_below};

#[test]
fn init_makes_three_keys_and_refuses_a_second_ledger() {
    let desk = Desk::empty();
    let made = json(&desk, "output-init", &INIT);
    assert_eq!(made["size"], 2);
    assert_eq!(made["root"]["name"], "desk.example/facts/root");
    assert_eq!(made["log"]["name"], "desk.example/facts");
    assert_eq!(made["reviewer"]["name"], "desk.example/alice");
    assert!(desk.ledger().join("log.key").is_file());
    let keys = files_below(&desk.path("home/keys"));
    assert_eq!(keys.len(), 4, "{keys:?}");

    let err = desk.refused(&INIT, 1);
    assert!(err.contains("there is a ledger in"), "{err}");
    assert_eq!(files_below(&desk.path("home/keys")), keys);
}

#[test]
fn a_second_ledger_with_the_same_origin_is_refused_unless_its_root_key_is_named() {
    let desk = Desk::new();
    let keys = files_below(&desk.path("home/keys"));
    let mut second = INIT.to_vec();
    second.extend(["--ledger", "second"]);
    let err = desk.refused(&second, 4);
    assert!(
        err.contains("there is a ledger with the origin desk.example/facts already"),
        "{err}"
    );
    assert!(!desk.path("second").join(".factlog").exists());
    assert_eq!(files_below(&desk.path("home/keys")), keys);
    // The hint says how.
    let (_, named) = err.split_once("--root-key ").unwrap();
    second.extend(["--root-key", named.trim()]);
    let made = json(&desk, "output-init", &second);
    assert_eq!(made["root"]["new"], false);
}

#[test]
#[cfg(unix)]
fn private_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let mut keys = files_below(&desk.path("home/keys"));
    keys.push(desk.ledger().join("log.key"));
    for key in keys
        .iter()
        .filter(|key| key.extension().is_none_or(|e| e != "pub"))
    {
        let mode = fs::metadata(key).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", key.display());
    }
}

#[test]
fn a_second_ledger_uses_the_same_reviewer_s_key() {
    let desk = Desk::new();
    let mut second = INIT.to_vec();
    second[4] = "other.example/facts";
    second.extend(["--ledger", "second"]);
    let (_, err) = desk.done(&second);
    assert!(
        err.contains("using the key desk.example/alice that is there already"),
        "{err}"
    );
    let reviewers = files_below(&desk.path("home/keys"))
        .into_iter()
        .filter(|path| path.to_str().unwrap().contains("alice"))
        .count();
    assert_eq!(reviewers, 2, "a private and a public file");
    desk.done(&["add", "article.txt", "--ledger", "second"]);
}

#[test]
fn names_that_are_missing_or_none_are_named() {
    let desk = Desk::empty();
    let err = desk.refused(&["init", "--name", "Desk"], 2);
    assert!(err.contains("--origin, --reviewer"), "{err}");
    for (flag, at) in [
        ("a b", 4),
        ("desk+x", 6),
        ("", 4),
        ("desk.example/facts", 6),
    ] {
        let mut arguments = INIT.to_vec();
        arguments[at] = flag;
        desk.refused(&arguments, 2);
    }
    assert!(!desk.ledger().exists());
    assert!(!desk.path("home/keys").exists());
}

#[test]
fn new_keys_need_a_passphrase_and_a_wrong_one_does_not_open_them() {
    let desk = Desk::empty();
    let init = &INIT[..7];
    let err = desk.refused(init, 4);
    assert!(err.contains("FACTLOG_PASSPHRASE_FILE"), "{err}");
    assert!(!desk.ledger().exists());

    fs::write(desk.path("passphrase"), "correct horse\n").unwrap();
    fs::write(desk.path("wrong"), "battery\n").unwrap();
    fs::write(desk.path("empty"), "\n").unwrap();
    let with = |arguments: &[&str], file: &str| {
        let output = desk
            .factlog(arguments)
            .env("FACTLOG_PASSPHRASE_FILE", desk.path(file))
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    assert_eq!(with(init, "empty").0, Some(4));
    assert_eq!(with(init, "nowhere").0, Some(4));
    assert_eq!(with(init, "passphrase").0, Some(0));
    for key in files_below(&desk.path("home/keys")) {
        let text = fs::read_to_string(&key).unwrap();
        assert!(!text.contains("correct horse"));
    }

    fs::write(desk.path("article.txt"), crate::desk::ARTICLE).unwrap();
    let size = desk.size();
    let (status, err) = with(&["add", "article.txt"], "wrong");
    assert_eq!(status, Some(4), "{err}");
    assert!(err.contains("wrong passphrase"), "{err}");
    desk.refused(&["add", "article.txt"], 4);
    assert_eq!(desk.size(), size);
    assert_eq!(with(&["add", "article.txt"], "passphrase").0, Some(0));
    assert_eq!(desk.size(), size + 1);
}

#[test]
fn with_fixed_keys_everything_is_the_same_byte_for_byte() {
    let first = Desk::new();
    let again = Desk::empty();
    let keys = files_below(&first.path("home/keys"));
    let key = |name: &str| {
        let fits = |path: &&std::path::PathBuf| {
            let is_private = path.extension().is_none_or(|extension| extension != "pub");
            is_private && path.to_str().unwrap().contains(name)
        };
        keys.iter().find(fits).unwrap().to_str().unwrap().to_owned()
    };
    let (root, alice) = (key("_root"), key("alice"));
    let log = first.ledger().join("log.key");
    let mut init = INIT[..7].to_vec();
    init.extend([
        "--root-key",
        &root,
        "--key",
        &alice,
        "--log-key",
        log.to_str().unwrap(),
    ]);
    let made = json(&again, "output-init", &init);
    assert_eq!(made["reviewer"]["new"], false);
    fs::write(again.path("article.txt"), crate::desk::ARTICLE).unwrap();
    again.done(&["add", "article.txt"]);
    for desk in [&first, &again] {
        // The key that was named once is found again.
        desk.done(&crate::desk::verdict("1"));
        desk.done(&[
            "claim",
            &super::claims(desk)[0]["source"].as_str().unwrap()[..8],
            "--quote",
            "Traffic fell",
        ]);
    }
    for file in ["head", "journal"] {
        assert_eq!(
            fs::read(first.ledger().join(file)).unwrap(),
            fs::read(again.ledger().join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn a_policy_of_one_s_own_is_taken_and_a_faulty_one_refused() {
    let desk = Desk::empty();
    let policy = serde_json::json!({
        "scale": [
            {"code": "yes", "labels": {"en": "Yes"}, "definition": "So it is.", "value": 2},
            {"code": "no", "labels": {"en": "No"}, "definition": "It is not so.", "value": 1},
        ],
        "best": 2, "worst": 1, "approvals": 0, "evidence_least": 0, "others_may_supersede": false,
    });
    for (text, status) in [
        ("{", 1),
        ("[]", 1),
        (r#"{"scale":[]}"#, 1),
        (&policy.to_string().replace("\"worst\":1", "\"worst\":2"), 1),
        (&format!("{policy:#}"), 0),
    ] {
        fs::write(desk.path("policy.json"), text).unwrap();
        let output = desk.run(&[&INIT[..], &["--policy", "policy.json", "--json"]].concat());
        assert_eq!(output.status.code(), Some(status), "{text}");
        if status == 0 {
            fits(
                "output-init",
                &serde_json::from_slice(&output.stdout).unwrap(),
            );
        }
    }
    fs::write(desk.path("article.txt"), crate::desk::ARTICLE).unwrap();
    desk.done(&["add", "article.txt"]);
    let err = desk.refused(&crate::desk::verdict("1"), 2);
    assert!(err.contains("the ratings are yes, no"), "{err}");
    desk.done(&["verdict", "1", "--rating", "yes", "--summary", "So it is."]);
}
