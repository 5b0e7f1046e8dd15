//! `demo`: the whole job, in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::desk::assert_valid;

/// Runs the demo in a folder, with an empty home.
fn demo(folder: &Path, words: &[&str]) -> Output {
    let home = folder.join("HOME");
    fs::create_dir_all(&home).unwrap();
    Command::new(env!("CARGO_BIN_EXE_factlog"))
        .arg("demo")
        .args(words)
        .current_dir(folder)
        .env("HOME", &home)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("FACTLOG_HOME")
        .env_remove("FACTLOG_LEDGER")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_whole_job_ends_with_a_verified_ledger_and_touches_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &[]);
    let out = text(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{out}{}",
        text(&output.stderr)
    );
    for words in [
        "$ factlog init --name \"Example Desk\"",
        "$ factlog add article.txt",
        "--supports other.html --quote",
        "--supersedes ",
        "$ factlog retract ",
        "$ factlog show ",
        "$ factlog log",
        "$ factlog verify",
        "no fault found",
        "$ factlog export claimreview --out claimreview",
        "The ledger is verified",
        "export FACTLOG_HOME=$PWD/home",
    ] {
        assert!(out.contains(words), "{words:?} is not in\n{out}");
    }
    let made = folder.path().join("factlog-demo");
    assert_eq!(fs::read_dir(made.join("claimreview")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(folder.path().join("HOME")).unwrap().count(), 0);

    let again = Command::new(env!("CARGO_BIN_EXE_factlog"))
        .args(["verify", "--json"])
        .current_dir(&made)
        .env("FACTLOG_HOME", made.join("home"))
        .env_remove("FACTLOG_LEDGER")
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        report["findings"].as_array().map(Vec::len),
        Some(0),
        "{report:#}"
    );
}

#[test]
fn a_second_demo_has_a_folder_of_its_own_and_its_json_is_one_document() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("factlog-demo")).unwrap();
    fs::write(folder.path().join("factlog-demo/mine.txt"), "mine").unwrap();
    let output = demo(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_valid(&document, "demo");
    assert!(
        document["folder"]
            .as_str()
            .unwrap()
            .ends_with("factlog-demo-2")
    );
    for step in document["steps"].as_array().unwrap() {
        assert_eq!(step["status"], 0, "{step:#}");
    }
    assert_eq!(
        fs::read_dir(folder.path().join("factlog-demo"))
            .unwrap()
            .count(),
        1
    );

    let taken = demo(folder.path(), &["--dir", "factlog-demo"]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(text(&taken.stderr).contains("not empty"));
}
