//! Damaged, oversized and odd files beside the ledger: a list goes on without them, and says which.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::cli_write::json;
use crate::desk::{ARTICLE, Desk, said, verdict};

fn only_file(desk: &Desk, folder: &str) -> PathBuf {
    let files = fs::read_dir(desk.ledger().join(folder)).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

fn first_claim(desk: &Desk) -> Value {
    json(desk, "output-claims", &["claims"])["claims"][0].clone()
}

#[test]
fn a_damaged_note_stops_no_list() {
    let desk = Desk::new();
    desk.done(&["note", "1", "Ask the registry."]);
    desk.done(&["note", "2", "The council answers on Tuesday."]);
    let id = first_claim(&desk)["id"].as_str().unwrap().to_owned();
    let folder = desk.ledger().join("desk");
    let mut files = fs::read_dir(&folder).unwrap();
    let path = files.find_map(|file| {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        text.contains("registry").then_some(path)
    });
    let path = path.unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let large = "x".repeat(5 * 1024 * 1024);
    for (bad, says) in [("{", "is damaged"), (large.as_str(), "bytes")] {
        fs::write(&path, bad).unwrap();
        for list in [
            &["claims"][..],
            &["queue", "--all"],
            &["show", "2"],
            &["show", &id[..12]],
        ] {
            let (_, err) = desk.done(list);
            assert_eq!(err.matches(name).count(), 1, "{list:?}: {err}");
            assert!(
                err.contains(says) && err.contains("move that file away"),
                "{err}"
            );
        }
        let (out, _) = desk.done(&["show", "2"]);
        assert!(out.contains("Tuesday"), "{out}");
        // What writes does not write over it.
        let err = desk.refused(&["note", "1", "Once more."], 1);
        assert!(err.contains(name), "{err}");
        let doctor = desk.run(&["doctor"]);
        assert_eq!(doctor.status.code(), Some(1));
        let found = said(&doctor).0.replace(['\n', ' '], "");
        assert!(found.contains(name), "{found}");
    }
    fs::remove_file(&path).unwrap();
    assert!(desk.done(&["doctor"]).0.contains("can be read"));
}

#[test]
fn pages_of_what_the_ledger_lacks_stop_no_list() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    let listed = json(&desk, "output-log", &["log", "--kind", "verdict"]);
    let id = listed["entries"][0]["id"].as_str().unwrap().to_owned();
    desk.done(&["assign", &id[..12], "carol", "--yes"]);
    desk.done(&["assign", "2", "carol", "--yes"]);
    // As a folder of another ledger has it, or one that is newer than what was restored.
    let folder = desk.ledger().join("desk");
    let page = folder.join(format!("verdict-{id}.json"));
    let other = "7".repeat(64);
    let text = fs::read_to_string(&page).unwrap().replace(&id, &other);
    let strange = format!("verdict-{other}.json");
    fs::write(folder.join(&strange), text).unwrap();
    for list in [
        &["queue", "--all"][..],
        &["queue", "--for", "alice"],
        &["queue", "--for", "carol"],
    ] {
        let (out, err) = desk.done(list);
        assert_eq!(err.matches(&strange).count(), 1, "{list:?}: {err}");
        assert!(!out.is_empty(), "{list:?}");
    }
    let doctor = desk.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    let found = said(&doctor).0.replace(['\n', ' '], "");
    assert!(found.contains(&strange), "{found}");
    fs::remove_file(folder.join(&strange)).unwrap();
    assert_eq!(desk.run(&["doctor"]).status.code(), Some(0));
}

#[test]
fn interests_that_are_damaged_stop_a_signature_and_no_list() {
    let desk = Desk::new();
    desk.done(&["interests", "add", "alice", "Ada Venn"]);
    let path = desk.ledger().join("desk/interests.json");
    fs::write(&path, "[]").unwrap();
    let (_, err) = desk.done(&["queue", "--all"]);
    assert!(err.contains("interests.json is damaged"), "{err}");
    // A stake that is not known is not one that there is not.
    let err = desk.refused(&verdict("1"), 1);
    assert!(err.contains("interests"), "{err}");
}

#[test]
fn damaged_drafts_are_named_and_make_numbers_unsure() {
    let desk = Desk::new();
    fs::write(desk.path("other.txt"), "The pier was built in 1911.\n").unwrap();
    let other = json(&desk, "output-add", &["add", "other.txt"]);
    let before = json(&desk, "output-claims", &["claims"]);
    let claim = before["claims"][0].clone();
    let source = claim["source"].as_str().unwrap();
    let drafts = desk.ledger().join("drafts");
    fs::create_dir_all(&drafts).unwrap();
    let path = drafts.join(format!("{source}.json"));
    fs::write(&path, "not JSON").unwrap();
    let (_, err) = desk.done(&["claims"]);
    assert_eq!(err.matches("is damaged").count(), 1, "{err}");
    assert!(err.contains(&format!("{source}.json")), "{err}");
    let after = json(&desk, "output-claims", &["claims"]);
    let ids = |list: &Value| {
        let list = list["claims"].as_array().unwrap().clone();
        list.into_iter()
            .map(|c| c["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&before), ids(&after));
    desk.done(&["queue", "--all"]);
    let err = desk.refused(&verdict("1"), 1);
    assert!(err.contains("not sure") && err.contains("doctor"), "{err}");
    desk.done(&verdict(&claim["id"].as_str().unwrap()[..12]));
    let err = said(&desk.run(&["doctor"])).0.replace(['\n', ' '], "");
    assert!(err.contains(&format!("{source}.json")), "{err}");
    // A pipe would have a reader wait for ever.
    let other = other["source"].as_str().unwrap();
    fs::create_dir(drafts.join(format!("{other}.json"))).unwrap();
    let (_, err) = desk.done(&["claims"]);
    assert!(err.contains("no ordinary file"), "{err}");
}

#[test]
fn anchors_and_fetches_that_are_damaged_stop_no_list() {
    let desk = Desk::new();
    let source = first_claim(&desk)["source"].as_str().unwrap().to_owned();
    desk.done(&[
        "claim",
        &source[..12],
        "--quote",
        "The council spent 12 million on repairs",
    ]);
    fs::write(
        desk.path("newer.txt"),
        ARTICLE.replace("12 million", "14 million"),
    )
    .unwrap();
    desk.done(&["add", "newer.txt", "--replaces", &source[..12]]);
    fs::create_dir_all(desk.ledger().join("drafts")).unwrap();
    fs::write(desk.ledger().join("drafts/anchors.json"), "{}").unwrap();
    let listed = desk.run(&["reanchor", "--list"]);
    assert_eq!(listed.status.code(), Some(5));
    assert!(said(&listed).1.contains("anchors.json is damaged"));
    desk.done(&["queue", "--all"]);
    assert_eq!(desk.run(&["doctor"]).status.code(), Some(1));
}

#[test]
fn erasing_takes_away_a_damaged_file_that_repeats_the_words() {
    let desk = Desk::new();
    desk.done(&verdict("2"));
    let claims = json(&desk, "output-claims", &["claims"]);
    let claim = claims["claims"][1].clone();
    let words = claim["text"].as_str().unwrap().to_owned();
    desk.done(&["note", "1", "harmless"]);
    let path = only_file(&desk, "desk");
    fs::write(&path, format!("{{ {words} ")).unwrap();
    let id = claim["id"].as_str().unwrap();
    desk.done(&["erase", id, "--basis", "privacy", "--yes"]);
    assert!(!path.exists());
}
