//! Roots, and what only they carry.

use std::fs;
use std::path::PathBuf;

use super::{add, json, verdict_by};
use crate::desk::Desk;

fn keys(desk: &Desk) -> Vec<serde_json::Value> {
    let list = json(desk, "output-key-list", &["key", "list"]);
    list["keys"].as_array().unwrap().clone()
}

/// Makes a second root; two must sign from here on. Returns the path of its file.
fn second_root(desk: &Desk) -> PathBuf {
    let name = "desk.example/facts/root2";
    desk.done(&[
        "key",
        "roots",
        "--add",
        name,
        "--threshold",
        "2",
        "--unencrypted-keys",
    ]);
    let key = keys(desk).into_iter().find(|key| key["name"] == name);
    PathBuf::from(key.unwrap()["file"].as_str().expect("its file is here"))
}

#[test]
fn a_root_that_is_made_here_keeps_its_private_half() {
    let desk = Desk::new();
    for name in ["desk.example/b", "desk.example/c"] {
        // One root is enough, so that the new one need not sign; its file is written all the same.
        let roots = ["key", "roots", "--add", name, "--unencrypted-keys"];
        let change = json(&desk, "output-key-change", &roots);
        let file = change["file"].as_str().expect("a file was made");
        assert!(fs::metadata(file).is_ok(), "{file}");
    }
    let add = ["key", "roots", "--add", "desk.example/d", "--add"];
    let more = ["desk.example/e", "--threshold", "2", "--unencrypted-keys"];
    desk.done(&[&add[..], &more].concat());
    let roots = keys(&desk)
        .into_iter()
        .filter(|key| key["function"] == "root");
    let roots: Vec<_> = roots.collect();
    assert_eq!(roots.len(), 5);
    assert!(
        roots.iter().all(|root| root["file"].is_string()),
        "{roots:#?}"
    );
    // Any two of them can sign.
    let only = ["desk.example/d", "desk.example/e"];
    for root in &roots {
        if !only.contains(&root["name"].as_str().unwrap()) {
            fs::remove_file(root["file"].as_str().unwrap()).unwrap();
        }
    }
    desk.done(&["policy", "set", "--approvals", "1"]);
    desk.done(&["verify"]);
}

#[test]
fn a_name_of_two_keys_is_asked_about_before_it_is_revoked() {
    let desk = Desk::new();
    let first = verdict_by(&desk, "alice", "1");
    desk.done(&["key", "rotate", "alice", "--unencrypted-keys"]);
    let of_alice = |key: &serde_json::Value| key["name"] == "desk.example/alice";
    let both: Vec<_> = keys(&desk).into_iter().filter(of_alice).collect();
    let [old, new] = both.as_slice() else {
        panic!("{both:#?}");
    };
    let called = |key: &serde_json::Value| {
        let id = key["id"].as_str().unwrap();
        format!("desk.example/alice+{id}")
    };
    let revoke = |key: &str, from: &str| {
        let flags = ["--reason", "compromised", "--from", from];
        let arguments = [&["key", "revoke", key][..], &flags].concat();
        arguments.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let arguments = revoke("alice", "0");
    let err = desk.refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), 2);
    assert!(
        err.contains(&called(old)) && err.contains(&called(new)),
        "{err}"
    );
    assert!(
        err.contains(&format!("factlog key revoke {}", called(old))),
        "{err}"
    );

    // The old key's end leaves the new one able to sign, and that is said, with what to do.
    let arguments = revoke(&called(old), "0");
    let (_, said) = desk.done(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let advice = format!("factlog key revoke {} --reason compromised", called(new));
    assert!(said.contains(&advice), "{said}");
    let flags = [
        "verdict",
        "2",
        "--rating",
        "true",
        "--summary",
        "So.",
        "--as",
        "alice",
    ];
    let (id, said) = desk.done(&flags);
    assert!(said.contains("tainted from the start"), "{said}");
    assert!(desk.done(&["show", id.trim()]).0.contains("tainted"));
    let now: Vec<_> = keys(&desk).into_iter().filter(of_alice).collect();
    assert_eq!(
        (&now[0]["tainted"], &now[1]["tainted"]),
        (&false.into(), &true.into())
    );
    assert!(desk.done(&["show", &first]).0.contains("tainted"));
    // With the new key's own end, its name still says two keys; each of them is ended.
    let since = new["since"].to_string();
    let arguments = revoke(&called(new), &since);
    desk.done(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    desk.done(&["verify"]);
}

#[test]
fn an_erasure_that_two_roots_sign_goes_round_one_at_a_time() {
    let desk = Desk::new();
    let first = verdict_by(&desk, "alice", "1");
    let words = "Nobody wrote these words before.";
    let flags = ["verdict", "2", "--rating", "true", "--summary", words];
    let second = desk.done(&flags).0.trim().to_owned();
    let file = second_root(&desk);
    let away = desk.path("root2.key");
    fs::rename(&file, &away).unwrap();

    let ground = ["--basis", "court", "--yes"];
    let two = [&["erase", &first, &second][..], &ground].concat();
    let err = desk.refused(&[&two[..], &["--out", "two.pending"]].concat(), 4);
    assert!(err.contains("one at a time"), "{err}");
    assert!(!desk.path("two.pending").exists());
    let one = [&["erase", &first][..], &ground].concat();
    let err = desk.refused(&one, 4);
    assert!(err.contains("--out FILE"), "{err}");
    let (_, said) = desk.done(&[&one[..], &["--out", "one.pending"]].concat());
    assert!(
        said.contains("not complete") && said.contains("root2"),
        "{said}"
    );
    // The other root reads what it is that goes.
    let sign = ["sign", "one.pending", "--key", away.to_str().unwrap()];
    let (_, said) = desk.done(&sign);
    assert!(
        said.contains(&format!("erases verdict {}", &first[..8])),
        "{said}"
    );
    let (_, said) = desk.done(&["append", "one.pending"]);
    assert!(said.contains("erased: 1 object"), "{said}");
    let output = desk.run(&["verify"]);
    assert_eq!(output.status.code(), Some(5));

    // Where both roots are, several go at once.
    fs::rename(&away, &file).unwrap();
    let report = json(
        &desk,
        "output-erase",
        &[&["erase", &second][..], &ground].concat(),
    );
    assert_eq!(report["erased"].as_array().unwrap().len(), 1);
    let claims = json(&desk, "output-claims", &["claims"]);
    let recorded = claims["claims"].as_array().unwrap().iter();
    let recorded = recorded.filter(|claim| claim["state"] == "recorded");
    let ids: Vec<&str> = recorded
        .map(|claim| claim["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2, "{claims:#}");
    let report = json(
        &desk,
        "output-erase",
        &[&["erase"], &ids[..], &ground].concat(),
    );
    assert_eq!(report["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn an_erasure_from_elsewhere_takes_the_words_out_of_the_drafts() {
    let desk = Desk::new();
    let one = verdict_by(&desk, "alice", "1");
    let words = "It is so.";
    let drafts = desk.ledger().join("drafts");
    fs::create_dir_all(&drafts).unwrap();
    let form = drafts.join("form.txt");
    fs::write(
        &form,
        format!("summary: {words} It is in the register of the harbour.\n"),
    )
    .unwrap();
    let ground = ["--basis", "privacy", "--yes", "--out", "one.pending"];
    desk.done(&[&["erase", &one][..], &ground].concat());
    assert!(form.exists(), "nothing was erased yet");
    desk.done(&["append", "one.pending"]);
    assert!(!form.exists());
}

#[test]
fn roots_take_back_what_its_author_does_not() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "reviewer");
    let own = verdict_by(&desk, "bob", "1");
    let other = verdict_by(&desk, "bob", "2");
    let reason = ["--reason", "The document was forged."];
    // Of several keys here the author's own signs.
    let report = json(
        &desk,
        "output-retract",
        &[&["retract", &own][..], &reason].concat(),
    );
    assert_eq!(report["verdict"], own.as_str());
    desk.done(&["key", "revoke", "bob", "--reason", "retired"]);
    let err = desk.refused(&[&["retract", &other][..], &reason].concat(), 4);
    assert!(err.contains("--by-roots"), "{err}");
    let by_roots = [&["retract", &other, "--by-roots"][..], &reason].concat();
    json(&desk, "output-retract", &by_roots);
    assert!(desk.done(&["show", &other]).0.contains("retracted"));
    desk.done(&["verify"]);
}

#[test]
fn what_was_approved_is_not_approved_again() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "approver");
    let (_, said) = desk.done(&["policy", "set", "--approvals", "2"]);
    assert!(said.contains("1 is enrolled"), "{said}");
    let (_, said) = desk.done(&["verdict", "1", "--rating", "true", "--summary", "So."]);
    assert!(said.contains("it takes 2 approvals to stand"), "{said}");
    let claims = json(&desk, "output-claims", &["claims"]);
    let verdict = desk.done(&["log", "--kind", "verdict", "--json"]).0;
    assert!(claims["claims"].is_array());
    let verdict: serde_json::Value = serde_json::from_str(verdict.lines().next().unwrap()).unwrap();
    let verdict = verdict["id"]
        .as_str()
        .unwrap_or_else(|| verdict["entries"][0]["id"].as_str().unwrap());
    desk.done(&["approve", verdict]);
    let size = desk.size();
    let err = desk.refused(&["approve", verdict], 1);
    assert!(err.contains("approved it already"), "{err}");
    assert_eq!(desk.size(), size);
    desk.done(&["dispute", verdict, "--reason", "On second thoughts."]);
    desk.done(&["approve", verdict]);
}
