//! A newer version of a source: its claims are looked for, and nothing is bound to other words silently.

use std::fs;

use serde_json::Value;

use super::{claims, fits, json, with_input};
use crate::desk::{ARTICLE, Desk, verdict};

/// Records a claim of the article for each of these words; returns the article's id.
fn recorded(desk: &Desk, quotes: &[&str]) -> String {
    let source = claims(desk)[0]["source"].as_str().unwrap().to_owned();
    for quote in quotes {
        desk.done(&["claim", &source[..12], "--quote", quote]);
    }
    source
}

/// Adds a newer version of the article.
fn replace(desk: &Desk, source: &str, text: &str) -> Value {
    fs::write(desk.path("newer.txt"), text).unwrap();
    let added = ["add", "newer.txt", "--replaces", &source[..12]];
    json(desk, "output-add", &added)
}

fn listed(desk: &Desk) -> (Option<i32>, Value) {
    let output = desk.run(&["reanchor", "--list", "--json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    fits("output-reanchor", &value);
    (output.status.code(), value)
}

const CLOSED: &str = "The harbour bridge was closed in 2019";
const SPENT: &str = "The council spent 12 million on repairs";
const FELL: &str = "Traffic fell by a third in the first year";
const OPENED: &str = "The bridge opened again in March 2021";

#[test]
fn only_the_newer_version_waits_to_be_reviewed() {
    let desk = Desk::new();
    let source = claims(&desk)[0]["source"].as_str().unwrap().to_owned();
    let to_review = || {
        let queue = json(&desk, "output-queue", &["queue", "--all"]);
        let groups = queue["groups"].as_array().unwrap().clone();
        let group = groups.into_iter().find(|group| group["name"] == "review");
        let items = group.unwrap()["items"].as_array().unwrap().clone();
        let ids = items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(to_review(), [source.as_str()]);
    let added = replace(&desk, &source, &format!("Updated on Tuesday.\n\n{ARTICLE}"));
    let newer = added["source"].as_str().unwrap();
    assert_eq!(to_review(), [newer]);
    // The older ones are shown to who asks for them, and it is said that they are there.
    assert!(claims(&desk).iter().all(|claim| claim["source"] == newer));
    let (_, err) = desk.done(&["claims"]);
    assert!(
        err.contains("of an earlier version of a source not shown"),
        "{err}"
    );
    let older = json(&desk, "output-claims", &["claims", &source[..12]]);
    assert_eq!(older["claims"][0]["state"], "proposed");
    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), "q\n");
    assert!(err.contains("not shown: factlog review"), "{err}");
}

#[test]
fn what_was_accepted_waits_where_a_newer_version_is_added() {
    let desk = Desk::new();
    let source = claims(&desk)[0]["source"].as_str().unwrap().to_owned();
    let review = |answers: &str| {
        let (status, _, err) = with_input(&mut desk.factlog(&["review"]), answers);
        assert_eq!(status, Some(0), "{err}");
        err
    };
    review("y\ny\nq\nn\n");
    replace(&desk, &source, &format!("Updated on Tuesday.\n\n{ARTICLE}"));
    let queue = json(&desk, "output-queue", &["queue", "--all"]);
    let groups = queue["groups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["name"] == "review");
    let items = group.unwrap()["items"].as_array().unwrap();
    let older = items.iter().find(|item| item["id"] == source.as_str());
    let older = older.unwrap_or_else(|| panic!("{queue:#}"));
    assert_eq!(
        (&older["accepted"], &older["proposed"]),
        (&Value::from(2), &Value::from(0))
    );
    assert_eq!(older["about"], "2 accepted, to be signed");
    assert!(older.get("worthiest").is_none(), "{older:#}");
    let err = review("q\ny\n");
    let waits = "2 accepted claims wait for your signature";
    assert!(err.contains(waits), "{err}");
    assert!(err.contains("not shown: factlog review"), "{err}");
    assert!(err.contains("recorded 2 claims"), "{err}");
    desk.done(&["verify"]);
}

#[test]
fn a_sentence_that_is_denied_now_is_shown_with_what_denies_it() {
    let desk = Desk::new();
    let source = recorded(&desk, &[SPENT]);
    let denied = format!("What follows is not true. {SPENT}");
    let added = replace(&desk, &source, &ARTICLE.replace(SPENT, &denied));
    assert_eq!(added["entries"].as_array().unwrap().len(), 1);
    let (_, list) = listed(&desk);
    assert_eq!(list["claims"][0]["state"], "moved");
    let output = desk.run(&["reanchor", "--list"]);
    let shown = crate::desk::said(&output).0;
    assert!(
        shown.contains("before it: {+What follows is not true.+}"),
        "{shown}"
    );
}

#[test]
fn what_stands_there_unchanged_is_recorded_with_the_newer_version() {
    let desk = Desk::new();
    let source = recorded(&desk, &[CLOSED, SPENT, FELL, OPENED]);
    let newer = format!("Updated on Tuesday.\n\n{ARTICLE}");
    let newer = newer
        .replace("12 million on repairs", "14 million on repairs")
        .replace("Traffic fell by a third in the first year. ", "");
    let added = replace(&desk, &source, &newer);
    // The source alone: every sentence has other words around it.
    assert_eq!(added["entries"].as_array().unwrap().len(), 1, "{added:#}");
    let output = desk.run(&["reanchor", "--json"]);
    assert_eq!(output.status.code(), Some(5));
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    fits("output-reanchor", &done);
    assert_eq!(done["entries"].as_array().unwrap().len(), 1, "{done:#}");
    let (status, list) = listed(&desk);
    assert_eq!(status, Some(5));
    let found: Vec<(&str, &str)> = list["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["text"].as_str().unwrap(),
                line["state"].as_str().unwrap(),
            )
        })
        .collect();
    // The last one is a few words after which nothing follows, and before which everything is new.
    let waiting = [(SPENT, "drifted"), (FELL, "orphaned"), (OPENED, "drifted")];
    assert_eq!(found, waiting);
    assert_eq!(
        list["claims"][0]["places"][0]["quote"],
        "The council spent 14 million on repairs"
    );
    desk.done(&["verify"]);

    // One is the same claim, the other is not said any more.
    let drifted = list["claims"][0]["claim"].as_str().unwrap()[..12].to_owned();
    let gone = list["claims"][1]["claim"].as_str().unwrap()[..12].to_owned();
    let out = [
        "reanchor",
        &drifted,
        "--accept",
        "--yes",
        "--out",
        "x.pending",
    ];
    json(&desk, "output-reanchor", &out);
    let taken = json(
        &desk,
        "output-reanchor",
        &["reanchor", &drifted, "--accept"],
    );
    assert_eq!(
        (&taken["waiting"], &taken["claims"][0]["recorded"]),
        (&0.into(), &true.into())
    );
    let short = list["claims"][2]["claim"].as_str().unwrap()[..12].to_owned();
    json(&desk, "output-reanchor", &["reanchor", &short, "--accept"]);
    desk.done(&["reanchor", &gone, "--leave"]);
    let kept: Value =
        serde_json::from_slice(&fs::read(desk.ledger().join("drafts/anchors.json")).unwrap())
            .unwrap();
    fits("anchors", &kept);
    assert_eq!(
        listed(&desk),
        (
            Some(0),
            serde_json::json!({"claims": [], "entries": [], "waiting": 0})
        )
    );
    let (shown, _) = desk.done(&["show", &drifted]);
    assert!(shown.contains("another version of the source"), "{shown}");
    desk.done(&["verify"]);
}

#[test]
fn of_two_alike_sentences_the_one_that_is_gone_is_not_found_in_the_other() {
    let desk = Desk::empty();
    desk.done(&crate::desk::INIT);
    let text = "Ada Venn spoke at noon. The vote was lawful. Many people in the hall applauded.\n\n\
                Later Ben Ash took the floor. The vote was lawful. Nobody applauded this time.\n";
    fs::write(desk.path("a.txt"), text).unwrap();
    let added = json(&desk, "output-add", &["add", "a.txt"]);
    let source = added["source"].as_str().unwrap();
    for nth in ["1", "2"] {
        desk.done(&[
            "claim",
            &source[..12],
            "--quote",
            "The vote was lawful",
            "--nth",
            nth,
        ]);
    }
    replace(
        &desk,
        source,
        &text.replacen("The vote was lawful. ", "", 1),
    );
    let (_, list) = listed(&desk);
    let list = list["claims"].as_array().unwrap();
    assert_eq!(list.len(), 1, "{list:#?}");
    assert_eq!(list[0]["state"], "orphaned");
    let sentence = list[0]["sentence"].as_str().unwrap();
    assert_eq!(sentence, "The vote was lawful.");
}

#[test]
fn a_person_says_which_and_signs_after_a_look() {
    let desk = Desk::new();
    let source = recorded(&desk, &[SPENT]);
    replace(
        &desk,
        &source,
        &ARTICLE.replace("12 million", "fourteen million"),
    );
    let (_, list) = listed(&desk);
    let claim = list["claims"][0]["claim"].as_str().unwrap()[..12].to_owned();
    // Nobody is asked where there is no terminal: it waits, and says so.
    let output = desk.run(&["reanchor"]);
    assert_eq!(output.status.code(), Some(5));
    // Words that are not there are refused, with the nearest.
    let refused = desk.refused(&["reanchor", &claim, "--quote", "spent 13 million"], 3);
    assert!(refused.contains("is not in the source"), "{refused}");
    let said = [
        "reanchor",
        &claim,
        "--quote",
        "The council spent fourteen million on repairs",
    ];
    let done = json(&desk, "output-reanchor", &said);
    assert_eq!(done["entries"][0]["kind"], "claim");
    let text = &claims(&desk)
        .iter()
        .map(|claim| claim["text"].as_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    assert!(
        text.contains(&"The council spent fourteen million on repairs".to_owned()),
        "{text:?}"
    );
    desk.done(&["verify"]);
}

#[test]
fn flags_that_keep_or_forbid_are_obeyed() {
    let desk = Desk::new();
    let source = recorded(&desk, &[CLOSED]);
    fs::write(desk.path("newer.txt"), format!("Updated.\n\n{ARTICLE}")).unwrap();
    desk.refused(&["add", "newer.txt", "--keep-claims"], 2);
    let added = [
        "add",
        "newer.txt",
        "--replaces",
        &source[..12],
        "--keep-claims",
    ];
    let added = json(&desk, "output-add", &added);
    assert_eq!(added["entries"].as_array().unwrap().len(), 1);
    let (status, list) = listed(&desk);
    assert_eq!(
        (status, list["claims"][0]["state"].as_str()),
        (Some(5), Some("moved"))
    );
    let (code, _, said) = with_input(&mut desk.factlog(&["reanchor", "--leave"]), "");
    assert_eq!(code, Some(2), "{said}");
    desk.refused(&["reanchor", &source[..12], "--leave"], 2);
    let done = json(&desk, "output-reanchor", &["reanchor"]);
    assert_eq!(done["waiting"], 0);
}

#[test]
fn an_untouched_sentence_goes_along_at_once() {
    let desk = Desk::new();
    let source = recorded(&desk, &[CLOSED]);
    let added = replace(
        &desk,
        &source,
        &format!("{ARTICLE}\nA reader wrote to us on Friday.\n"),
    );
    assert_eq!(added["entries"].as_array().unwrap().len(), 2, "{added:#}");
    assert_eq!(listed(&desk).0, Some(0));
    // The verdict on the older version is the reviewer's own here, too.
    desk.done(&["verify"]);
}

#[test]
fn a_verdict_on_the_earlier_wording_is_shown_with_the_new_one() {
    let desk = Desk::new();
    let source = recorded(&desk, &[CLOSED]);
    let current = || -> Value {
        let listed = claims(&desk);
        let mut recorded = listed.iter().filter(|claim| claim["state"] == "recorded");
        let current = recorded.next().expect("a claim is recorded").clone();
        assert!(
            recorded.next().is_none(),
            "one claim is current: {listed:#?}"
        );
        current
    };
    let older = current()["id"].as_str().unwrap()[..12].to_owned();
    let mut judge = verdict(&older).to_vec();
    fs::write(desk.path("log.txt"), "The gates were shut in May 2019.\n").unwrap();
    judge.extend(["--refutes", "log.txt"]);
    desk.done(&judge);
    // The index knows of the verdict before the claim is worded anew.
    let found = || json(&desk, "output-search", &["search", "harbour bridge"])["claims"].clone();
    let of = |list: &Value, id: &str| -> Value {
        let mut claims = list.as_array().unwrap().iter();
        let claim = claims.find(|claim| claim["id"].as_str().unwrap().starts_with(id));
        claim.expect("the claim is listed").clone()
    };
    let judged = &of(&found(), &older)["verdicts"][0];
    assert_eq!(judged["on_earlier_wording"], false);
    let given = judged["id"].as_str().unwrap()[..12].to_owned();

    replace(
        &desk,
        &source,
        &format!("{ARTICLE}\nA reader wrote to us on Friday.\n"),
    );
    let newer = current();
    assert_eq!(newer["verdicts"][0]["on_earlier_wording"], true);
    let newer = &newer["id"].as_str().unwrap()[..12];
    assert_ne!(newer, older);

    let shown = json(&desk, "output-show", &["show", newer]);
    assert_eq!(shown["verdicts"][0]["on_earlier_wording"], true);
    // Another verdict beside it is no mistake that nobody sees.
    let beside = verdict(newer);
    let (_, err) = desk.done(&[&beside[..], &["--out", "second.json"]].concat());
    assert!(
        err.contains("goes on beside this one; --supersedes"),
        "{err}"
    );
    let instead = [
        "--supersedes",
        &given,
        "--change",
        "update",
        "--reason",
        "More.",
    ];
    let (_, err) = desk.done(&[&beside[..], &instead, &["--out", "third.json"]].concat());
    assert!(!err.contains("goes on beside"), "{err}");
    let cited = json(&desk, "output-evidence-list", &["evidence", "list", newer]);
    assert_eq!(cited["cited"].as_array().unwrap().len(), 1, "{cited:#}");
    let (text, _) = desk.done(&["claims"]);
    assert!(text.contains("(standing, on an earlier wording)"), "{text}");
    let rows = json(
        &desk,
        "output-show",
        &["show", shown["source"]["id"].as_str().unwrap()],
    );
    assert_eq!(rows["claims"][0]["on_earlier_wording"], true);

    // What becomes of the verdict is known of both.
    let standing = || of(&found(), newer)["verdicts"][0]["standing"].clone();
    assert_eq!(standing(), "standing");
    desk.done(&["retract", &given, "--reason", "The gates stood open."]);
    assert_eq!(standing(), "retracted");
    desk.done(&["verify"]);
}
