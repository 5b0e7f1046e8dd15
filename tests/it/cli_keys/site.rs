//! What is exported for readers: a site, its second export, and the list that a publisher signs.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{add, json, verdict_by};
use crate::cli_write::fits;
use crate::desk::{Desk, said};

const BASE: &str = "https://desk.example/facts";

/// A desk with a verdict on the first claim, and a publisher.
fn desk() -> Desk {
    let desk = Desk::new();
    add(&desk, "desk.example/press", "publisher");
    verdict_by(&desk, "desk.example/alice", "1");
    desk
}

fn export(desk: &Desk, flags: &[&str]) -> Value {
    let arguments = ["export", "site", "--out", "site", "--base-url", BASE];
    json(desk, "output-export", &[&arguments, flags].concat())
}

/// Returns the folder of the only claim's page.
fn page(desk: &Desk) -> PathBuf {
    let claims = desk.path("site/claims");
    let mut pages = fs::read_dir(claims).unwrap();
    let page = pages.next().unwrap().unwrap().path();
    assert!(pages.next().is_none(), "one page");
    page
}

fn ledger_id(desk: &Desk) -> String {
    let checkpoint = json(desk, "output-checkpoint", &["checkpoint"]);
    checkpoint["ledger"].as_str().unwrap().to_owned()
}

/// Checks the site, and returns the exit status and the codes that were found, with their files.
fn check(desk: &Desk, id: &str) -> (Option<i32>, Vec<(String, String)>) {
    let ran = desk.run(&["check", "site", "--ledger-id", id, "--json"]);
    let (out, err) = said(&ran);
    let value: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out} {err}"));
    fits("output-check", &value);
    assert_eq!(value["proof"], "publication");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = value["findings"].as_array().unwrap().iter();
    let wrong = findings.filter(|finding| finding["severity"] != "note");
    let codes = wrong.map(|finding| (text(&finding["code"]), text(&finding["file"])));
    (ran.status.code(), codes.collect())
}

#[test]
fn a_second_export_writes_what_changed_and_removes_what_is_gone() {
    let desk = desk();
    let first = export(&desk, &[]);
    assert_eq!(first["verdicts"], 1);
    let written = first["written"].as_array().unwrap().len();
    assert!(written > 8, "{first:#}");
    let second = export(&desk, &[]);
    assert_eq!(second["written"], Value::Array(vec![]));

    // What was changed by hand is put right, and a file that is no export's stays.
    let index = page(&desk).join("index.html");
    let before = fs::read_to_string(&index).unwrap();
    fs::write(&index, before.replace("It is so.", "It is not so.")).unwrap();
    fs::write(desk.path("site/robots.txt"), "User-agent: *\n").unwrap();
    let third = export(&desk, &[]);
    let page_path = index.strip_prefix(desk.path("site")).unwrap();
    let page_path = page_path.to_str().unwrap();
    assert!(
        third["written"]
            .as_array()
            .unwrap()
            .contains(&page_path.into()),
        "{third:#}"
    );
    assert!(fs::read_to_string(&index).unwrap().contains("It is so."));

    // Without an address there are no feeds.
    let arguments = ["export", "site", "--out", "site"];
    let fourth = json(&desk, "output-export", &arguments);
    assert!(
        fourth["removed"]
            .as_array()
            .unwrap()
            .contains(&"feed.atom".into()),
        "{fourth:#}"
    );
    assert!(!desk.path("site/feed.atom").exists());
    assert!(index.exists() && desk.path("site/robots.txt").exists());

    // A selection takes no page away.
    let err = desk.refused(&[&arguments[..], &["--rating", "false"]].concat(), 2);
    assert!(err.contains("site of other claims"), "{err}");
    assert!(index.exists());
}

#[test]
fn a_page_stays_when_its_verdict_is_taken_back() {
    let desk = desk();
    export(&desk, &[]);
    let index = page(&desk).join("index.html");
    let heading = |text: &str| text.contains("<title>Retracted: ");
    assert!(!heading(&fs::read_to_string(&index).unwrap()));
    let bundle = fs::read(page(&desk).join("bundle.json")).unwrap();
    let bundle: Value = serde_json::from_slice(&bundle).unwrap();
    let verdict = bundle["verdict"].as_str().unwrap();
    desk.done(&["retract", verdict, "--reason", "The minutes were misread."]);
    export(&desk, &[]);
    let text = fs::read_to_string(&index).unwrap();
    assert!(heading(&text));
    assert!(text.contains("The minutes were misread."));
    let corrections = fs::read_to_string(desk.path("site/corrections/index.html")).unwrap();
    assert!(corrections.contains("The minutes were misread."));
}

#[test]
fn the_bundle_beside_a_page_is_the_one_in_it_and_holds() {
    let desk = desk();
    export(&desk, &[]);
    let bundle = page(&desk).join("bundle.json");
    desk.done(&[
        "check",
        bundle.to_str().unwrap(),
        "--ledger-id",
        &ledger_id(&desk),
    ]);
    let text = fs::read_to_string(&bundle).unwrap();
    let html = fs::read_to_string(page(&desk).join("index.html")).unwrap();
    let inner: String = html
        .split("<script type=\"application/json\"")
        .nth(1)
        .and_then(|rest| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .map(|(inner, _)| serde_json::from_str(inner).unwrap())
        .expect("a bundle in the page");
    assert_eq!(inner, text);
}

#[test]
fn every_file_of_a_signed_export_is_held_to_the_list() {
    let desk = desk();
    let signed = export(&desk, &["--sign"]);
    let files = signed["written"].as_array().unwrap().len();
    assert_eq!(signed["signed"]["files"], files);
    let id = ledger_id(&desk);
    assert_eq!(check(&desk, &id), (Some(0), vec![]));
    let err = desk.refused(&["check", "site"], 4);
    assert!(err.contains("--ledger-id"), "{err}");

    let site = desk.path("site");
    let restored = |path: &Path, change: &dyn Fn(&Path)| {
        let before = fs::read(path).ok();
        change(path);
        let found = check(&desk, &id);
        match before {
            Some(bytes) => fs::write(path, bytes).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        found
    };
    let fault = |code: &str, file: &str| (Some(1), vec![(code.to_owned(), file.to_owned())]);
    for name in ["index.html", "sitemap.xml", "feed.json"] {
        let file = site.join(name);
        let longer = |path: &Path| fs::write(path, "other").unwrap();
        assert_eq!(restored(&file, &longer), fault("file-changed", name));
        let removed = |path: &Path| fs::remove_file(path).unwrap();
        assert_eq!(restored(&file, &removed), fault("file-missing", name));
    }
    let added = |path: &Path| fs::write(path, "<p>also true</p>").unwrap();
    let file = site.join("claims/more.html");
    assert_eq!(
        restored(&file, &added),
        fault("file-unlisted", "claims/more.html")
    );
    #[cfg(unix)]
    {
        let file = site.join("feed.json");
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("feed.atom", &file).unwrap();
        assert_eq!(check(&desk, &id), fault("file-missing", "feed.json"));
    }
}

#[test]
fn the_same_files_are_signed_once() {
    let desk = desk();
    let first = export(&desk, &["--sign"]);
    assert!(first["signed"]["index"].is_u64());
    let second = export(&desk, &["--sign"]);
    assert_eq!(
        second["written"],
        Value::Array(vec![]),
        "a publication changes no page"
    );
    assert_eq!(
        second["signed"]["publication"],
        first["signed"]["publication"]
    );
    assert!(second["signed"]["index"].is_null());
    verdict_by(&desk, "desk.example/alice", "2");
    let third = export(&desk, &["--sign"]);
    assert_ne!(
        third["signed"]["publication"],
        first["signed"]["publication"]
    );
    assert_eq!(check(&desk, &ledger_id(&desk)), (Some(0), vec![]));
}

#[test]
fn files_that_the_export_did_not_write_are_named_before_they_are_signed() {
    let desk = desk();
    export(&desk, &[]);
    fs::write(desk.path("site/robots.txt"), "User-agent: *\n").unwrap();
    let arguments = [
        "export",
        "site",
        "--out",
        "site",
        "--base-url",
        BASE,
        "--sign",
    ];
    let (_, err) = desk.done(&arguments);
    assert!(
        err.contains("1 file is among them that this export did not write: robots.txt"),
        "{err}"
    );
    assert_eq!(check(&desk, &ledger_id(&desk)), (Some(0), vec![]));
}

#[test]
fn a_table_is_signed_by_itself() {
    let desk = desk();
    json(
        &desk,
        "output-export",
        &["export", "csv", "--out", "v.csv", "--sign"],
    );
    fs::write(desk.path("other.txt"), "stands beside it").unwrap();
    let id = ledger_id(&desk);
    let arguments = ["check", "v.csv.publication.json", "--ledger-id", &id];
    desk.done(&arguments);
    fs::write(desk.path("v.csv"), "verdict\r\n").unwrap();
    let ran = desk.run(&arguments);
    let (out, _) = said(&ran);
    assert_eq!(ran.status.code(), Some(1));
    assert!(out.contains("[file-changed]"), "{out}");
    desk.refused(&["export", "csv", "--sign"], 2);
}

#[test]
fn only_a_publisher_signs_what_is_published() {
    let desk = Desk::new();
    let arguments = [
        "export",
        "site",
        "--out",
        "site",
        "--base-url",
        BASE,
        "--sign",
    ];
    let err = desk.refused(&arguments, 4);
    assert!(err.contains("--role publisher"), "{err}");
    assert!(!desk.path("site").exists(), "nothing is written before");
    desk.done(&arguments[..arguments.len() - 1]);
    let err = desk.refused(&["check", "site"], 3);
    assert!(err.contains("nobody signed"), "{err}");
}

#[test]
fn a_site_is_not_mixed_with_other_files_or_another_ledger() {
    let desk = desk();
    fs::create_dir(desk.path("site")).unwrap();
    fs::write(desk.path("site/mine.txt"), "mine").unwrap();
    let arguments = ["export", "site", "--out", "site"];
    let err = desk.refused(&arguments, 2);
    assert!(err.contains("no export of a site wrote"), "{err}");
    fs::remove_file(desk.path("site/mine.txt")).unwrap();
    desk.done(&arguments);
    let state = desk.path("site/.factlog-site.json");
    let text = fs::read_to_string(&state).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    fits("site-state", &value);
    fs::write(&state, text.replace(&ledger_id(&desk), &"ab".repeat(32))).unwrap();
    let err = desk.refused(&arguments, 2);
    assert!(err.contains("is the site of ledger"), "{err}");
    fs::write(&state, "{").unwrap();
    desk.refused(&arguments, 2);
}

#[test]
fn templates_are_written_out_and_taken_back() {
    let desk = desk();
    desk.done(&["export", "site", "--write-templates", "ours"]);
    fs::write(desk.path("ours/custom.css"), ":root { --paper: #fff; }").unwrap();
    let arguments = ["export", "site", "--out", "site", "--templates", "ours"];
    desk.done(&arguments);
    let text = fs::read_to_string(page(&desk).join("index.html")).unwrap();
    assert!(text.contains("--paper: #fff;"));
    fs::write(desk.path("ours/claim.html"), "{% if %}").unwrap();
    let err = desk.refused(&arguments, 2);
    assert!(err.contains("claim.html"), "{err}");
    fs::rename(desk.path("ours/claim.html"), desk.path("ours/clam.html")).unwrap();
    let err = desk.refused(&arguments, 2);
    assert!(err.contains("clam.html"), "{err}");
}

#[test]
fn annotations_follow_the_standing_verdicts() {
    let desk = desk();
    let base = "--base-url=https://desk.example/facts";
    let arguments = ["export", "annotations", "--out", "annotations", base];
    let value = json(&desk, "output-export", &arguments);
    let name = value["written"][0].as_str().unwrap();
    let text = fs::read(desk.path("annotations").join(name)).unwrap();
    let collection: Value = serde_json::from_slice(&text).unwrap();
    fits("annotations", &collection);
    // A selection that leaves it out removes nothing; a retraction does.
    let none = json(
        &desk,
        "output-export",
        &[&arguments[..], &["--rating", "false"]].concat(),
    );
    assert_eq!(none["removed"], Value::Array(vec![]));
    let id = collection["first"]["items"][0]["id"].as_str().unwrap();
    let verdict = id.split_once('#').unwrap().1;
    desk.done(&["retract", verdict, "--reason", "The minutes were misread."]);
    let gone = json(&desk, "output-export", &arguments);
    assert_eq!(gone["removed"][0], name);
}

/// Says whether any file of the site has these words.
fn site_has(desk: &Desk, words: &str) -> bool {
    fn any(folder: &Path, words: &str) -> bool {
        fs::read_dir(folder).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return any(&path, words);
            }
            let text = fs::read(&path).unwrap();
            String::from_utf8_lossy(&text).contains(words)
        })
    }
    any(&desk.path("site"), words)
}

#[test]
fn what_never_had_its_approvals_is_on_no_page() {
    let desk = desk();
    add(&desk, "desk.example/bob", "approver");
    let policy = json(&desk, "output-policy-show", &["policy", "show"]);
    assert!(policy.is_object());
    desk.done(&["policy", "set", "--approvals", "1"]);
    let judged = |claim: &str, summary: &str| {
        let flags = ["verdict", claim, "--rating", "false", "--summary", summary];
        let (out, _) = desk.done(&[&flags[..], &["--as", "alice"]].concat());
        out.trim().to_owned()
    };
    let disputed = judged("2", "DISPUTEDDRAFT");
    let note = ["--note", "No.", "--as", "bob"];
    desk.done(&[&["dispute", &disputed][..], &note].concat());
    let retracted = judged("3", "RETRACTEDDRAFT");
    desk.done(&["retract", &retracted, "--reason", "Too early."]);
    export(&desk, &[]);
    for draft in ["DISPUTEDDRAFT", "RETRACTEDDRAFT", "Too early."] {
        assert!(!site_has(&desk, draft), "{draft} is published");
    }
    page(&desk);

    // Approved, it has a page, and keeps it when it is disputed.
    desk.done(&["approve", &disputed, "--as", "bob"]);
    export(&desk, &[]);
    assert!(site_has(&desk, "DISPUTEDDRAFT"));
    desk.done(&[&["dispute", &disputed][..], &note].concat());
    export(&desk, &[]);
    assert!(site_has(&desk, "<title>Disputed: "));
}

#[test]
fn what_was_erased_is_gone_from_the_next_export() {
    let desk = desk();
    export(&desk, &[]);
    let bundle = fs::read_to_string(page(&desk).join("bundle.json")).unwrap();
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    assert!(!bundle["slices"].as_array().unwrap().is_empty());
    let claims = json(&desk, "output-claims", &["claims"]);
    let source = claims["claims"][0]["source"].as_str().unwrap().to_owned();
    let erase = [
        "erase", &source, "--part", "text,raw", "--basis", "court", "--yes",
    ];
    desk.done(&erase);
    export(&desk, &[]);
    let bundle = fs::read_to_string(page(&desk).join("bundle.json")).unwrap();
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    assert!(bundle["slices"].is_null(), "slices of an erased text stay");
}

#[test]
fn an_export_that_stops_is_tidied_up_by_the_next() {
    let desk = desk();
    verdict_by(&desk, "desk.example/alice", "2");
    fs::create_dir(desk.path("ours")).unwrap();
    fs::write(desk.path("ours/claim.html"), "{{ claim.text.of.nothing }}").unwrap();
    let arguments = ["export", "site", "--out", "site", "--templates", "ours"];
    desk.refused(&arguments, 1);
    // What the first run would have written is known: a site of other claims takes no page of it.
    fs::create_dir_all(desk.path("site/claims/0123456789abcdef")).unwrap();
    let state = fs::read_to_string(desk.path("site/.factlog-site.json")).unwrap();
    assert_eq!(state.matches("/bundle.json\"").count(), 2, "{state}");
    export(&desk, &[]);
}

#[test]
fn pages_that_a_stranger_changed_with_the_state_are_not_signed() {
    let desk = desk();
    export(&desk, &["--sign"]);
    let index = page(&desk).join("index.html");
    let name = index
        .strip_prefix(desk.path("site"))
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let forged = fs::read_to_string(&index)
        .unwrap()
        .replace("It is so.", "It is not so.");
    fs::write(&index, &forged).unwrap();
    let state = desk.path("site/.factlog-site.json");
    let mut value: Value = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
    let hash = factlog::words::id::ObjectId::of(forged.as_bytes()).to_string();
    value["files"][&name] = hash.into();
    fs::write(&state, value.to_string()).unwrap();
    let signed = export(&desk, &["--sign"]);
    assert!(
        signed["written"].as_array().unwrap().contains(&name.into()),
        "{signed:#}"
    );
    assert!(fs::read_to_string(&index).unwrap().contains("It is so."));
}

#[test]
fn a_damaged_proof_is_put_right_and_one_of_other_files_goes() {
    let desk = desk();
    export(&desk, &["--sign"]);
    let proof = desk.path("site/publication.json");
    let good = fs::read_to_string(&proof).unwrap();
    let at = good.find("— desk.example/facts ").unwrap() + 40;
    let other = if good.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    let mut bad = good.clone();
    bad.replace_range(at..=at, other);
    fs::write(&proof, &bad).unwrap();
    let id = ledger_id(&desk);
    assert_eq!(check(&desk, &id).0, Some(1));
    let again = export(&desk, &["--sign"]);
    assert!(again["signed"]["index"].is_null());
    assert_eq!(check(&desk, &id), (Some(0), vec![]));

    verdict_by(&desk, "desk.example/alice", "2");
    let arguments = ["export", "site", "--out", "site", "--base-url", BASE];
    let (_, err) = desk.done(&arguments);
    assert!(err.contains("these are not signed"), "{err}");
    assert!(!proof.exists());
    // Who may not sign writes nothing.
    let err = desk.refused(&[&arguments[..], &["--sign", "--as", "alice"]].concat(), 4);
    assert!(err.contains("publisher"), "{err}");
}

#[test]
fn nothing_is_exported_over_the_ledger_or_keys() {
    let desk = desk();
    let journal = fs::read(desk.path(".factlog/journal")).unwrap();
    for out in [
        ".factlog/journal",
        ".factlog/new.csv",
        "home/keys/a.csv",
        "./.factlog/../.factlog/x",
    ] {
        let err = desk.refused(&["export", "csv", "--out", out], 2);
        assert!(err.contains("no place for an export"), "{out}: {err}");
    }
    desk.refused(&["export", "claimreview", "--out", ".factlog"], 2);
    desk.refused(&["export", "site", "--out", ".factlog/site"], 2);
    let err = desk.refused(&["export", "claimreview", "--out", ".", "--sign"], 2);
    assert!(err.contains("has a ledger in it"), "{err}");
    assert_eq!(fs::read(desk.path(".factlog/journal")).unwrap(), journal);
}

#[cfg(unix)]
#[test]
fn links_in_a_site_are_neither_written_through_nor_removed_through() {
    let desk = desk();
    export(&desk, &[]);
    fs::create_dir(desk.path("outside")).unwrap();
    fs::write(desk.path("outside/x.txt"), "mine").unwrap();
    std::os::unix::fs::symlink("../outside", desk.path("site/lnk")).unwrap();
    let state = desk.path("site/.factlog-site.json");
    let mut value: Value = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
    let zero = "0".repeat(64);
    for name in ["lnk/x.txt", "../outside/x.txt", "./index.html"] {
        value["files"][name] = zero.as_str().into();
    }
    fs::write(&state, value.to_string()).unwrap();
    export(&desk, &[]);
    assert_eq!(
        fs::read_to_string(desk.path("outside/x.txt")).unwrap(),
        "mine"
    );
    assert!(desk.path("site/index.html").exists());

    fs::remove_dir_all(desk.path("site/claims")).unwrap();
    std::os::unix::fs::symlink("../outside", desk.path("site/claims")).unwrap();
    let err = desk.refused(&["export", "site", "--out", "site"], 1);
    assert!(err.contains("is a link"), "{err}");
    assert_eq!(fs::read_dir(desk.path("outside")).unwrap().count(), 1);
}
