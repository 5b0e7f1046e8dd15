//! Approvals and disputes, and a policy that asks for them.

use super::{add, json, verdict_by};
use crate::desk::Desk;

#[test]
fn a_verdict_stands_once_as_many_as_the_policy_asks_for_approve_it() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "reviewer,approver");
    add(&desk, "desk.example/carol", "approver");
    let set = json(
        &desk,
        "output-policy-set",
        &["policy", "set", "--approvals", "2"],
    );
    let shown = json(&desk, "output-policy-show", &["policy", "show"]);
    assert_eq!(shown["policy"]["approvals"], 2);
    assert_eq!(shown["id"], set["id"]);
    desk.refused(&["policy", "set", "--approvals", "2"], 2);
    let (text, _) = desk.done(&["policy", "show"]);
    assert!(text.contains("for a verdict to stand: 2"), "{text}");

    let id = verdict_by(&desk, "alice", "1");
    // Two may approve, so that one of them is to be named.
    let err = desk.refused(&["approve", &id], 4);
    assert!(err.contains("--as"), "{err}");
    let first = json(&desk, "output-approve", &["approve", &id, "--as", "bob"]);
    assert_eq!(first["standing"], "proposed");
    assert_eq!(first["approvals"], 1);
    let log = desk.done(&["log"]).0;
    assert!(
        log.contains("(1 of 2 approvals, by desk.example/bob)"),
        "{log}"
    );
    let note = ["--note", "I called the registry."];
    let second = [&["approve", id.as_str(), "--as", "carol"][..], &note].concat();
    let second = json(&desk, "output-approve", &second);
    assert_eq!(second["standing"], "standing");

    let report = json(&desk, "output-verify", &["verify"]);
    assert_eq!(report["standings"]["standing"], 1);
    let claims = json(&desk, "output-claims", &["claims"]);
    let verdict = &claims["claims"][0]["verdicts"][0];
    assert_eq!(verdict["approvals_needed"], 2);
    assert_eq!(verdict["approved_by"][1], "desk.example/carol");
    let show = json(&desk, "output-show", &["show", &id]);
    let approvals = &show["verdict"]["approvals"];
    assert_eq!(approvals[1]["note"], "I called the registry.");
    let page = desk.done(&["show", &id]).0;
    assert!(page.contains("2 of 2"), "{page}");
    let lines = desk.done(&["export", "jsonl"]).0;
    let line: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(line["approvals"][0]["by"], "desk.example/bob");

    let why = ["--note", "The figure is for 2020."];
    let disputed = [&["dispute", id.as_str(), "--as", "carol"][..], &why].concat();
    let disputed = json(&desk, "output-approve", &disputed);
    assert_eq!(disputed["standing"], "disputed");
    let page = desk.done(&["show", &id]).0;
    assert!(page.contains("The figure is for 2020."), "{page}");
    let (report, _) = desk.done(&["verify"]);
    let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(report.contains("0 stand, 1 disputed"), "{report}");
    // The last word counts.
    let (_, said) = desk.done(&["approve", &id, "--as", "carol"]);
    assert!(said.contains("it is standing, 2 of 2 approvals"), "{said}");
    desk.done(&["verify"]);
}

#[test]
fn nobody_approves_a_verdict_of_their_own_or_one_that_ended() {
    let desk = Desk::new();
    let id = verdict_by(&desk, "alice", "1");
    let err = desk.refused(&["approve", &id], 4);
    assert!(err.contains("may sign as an approver"), "{err}");
    add(&desk, "desk.example/bob", "reviewer,approver");
    let own = verdict_by(&desk, "bob", "2");
    let err = desk.refused(&["approve", &own], 4);
    assert!(err.contains("own") && err.contains("key add NAME"), "{err}");
    desk.refused(&["approve", "0000", "--as", "bob"], 3);
    desk.refused(&["dispute", &id, "--note", " "], 2);
    desk.done(&["retract", &id, "--reason", "It was not.", "--as", "alice"]);
    let err = desk.refused(&["approve", &id], 1);
    assert!(err.contains("retracted before"), "{err}");
    desk.done(&["verify"]);
}

#[test]
fn an_approver_sees_what_the_verdict_rests_on() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "approver");
    std::fs::write(desk.path("register.txt"), "Closed from 2019 to 2021.\n").unwrap();
    let judged = [
        "verdict",
        "1",
        "--rating",
        "true",
        "--summary",
        "It was.",
        "--rationale",
        "The register says so.",
        "--supports",
        "register.txt",
        "--quote",
        "Closed from 2019",
        "--primary",
        "--locator",
        "page 3",
        "--conflict",
        "I live there.",
        "--as",
        "alice",
    ];
    let id = json(&desk, "output-verdict", &judged)["verdict"].clone();
    let id = &id.as_str().unwrap()[..12];
    let (_, err) = desk.done(&["approve", id, "--as", "bob"]);
    for wanted in [
        "The register says so.",
        "supports: “register.txt” (",
        ", a primary source): “Closed from 2019”; at page 3",
        "conflicts of interest, declared: I live there.",
    ] {
        assert!(err.contains(wanted), "{wanted}\n{err}");
    }
}

#[test]
fn a_second_key_of_the_authors_name_approves_nothing_of_hers() {
    let desk = Desk::new();
    let id = verdict_by(&desk, "alice", "1");
    desk.done(&["policy", "set", "--approvals", "1"]);
    let id2 = verdict_by(&desk, "alice", "2");
    let again = [
        "key",
        "add",
        "desk.example/alice",
        "--role",
        "approver",
        "--unencrypted-keys",
    ];
    let err = desk.refused(&again, 4);
    assert!(
        err.contains("in force") && err.contains("roles are fixed"),
        "{err}"
    );
    desk.done(&[&again[..], &["--same-name"]].concat());
    for id in [&id, &id2] {
        let err = desk.refused(&["approve", id], 4);
        assert!(err.contains("own") && err.contains("key add NAME"), "{err}");
    }
    // The two keys are one person's.
    desk.done(&["note", "1", "Ring them."]);
    let queue = json(&desk, "output-queue", &["queue"]);
    let groups = queue["groups"].as_array().unwrap();
    let names: Vec<&str> = groups.iter().map(|g| g["name"].as_str().unwrap()).collect();
    assert!(!names.contains(&"approve"), "{names:?}");
    assert_eq!(names.last(), Some(&"waiting"));
    assert_eq!(groups.last().unwrap()["items"][0]["id"], id2.as_str());
    add(&desk, "desk.example/bob", "approver");
    let (_, said) = desk.done(&["approve", &id2]);
    assert!(said.contains("by desk.example/bob"), "{said}");
}

#[test]
fn several_verdicts_are_approved_one_after_the_other() {
    let desk = Desk::new();
    add(&desk, "desk.example/bob", "approver");
    desk.done(&["policy", "set", "--approvals", "1"]);
    let ids = ["1", "2", "3"].map(|claim| verdict_by(&desk, "alice", claim));
    let [one, two, three] = ids.each_ref().map(String::as_str);
    desk.refused(&["approve", one, "0000"], 3);
    desk.refused(&["approve", one, two, "--out", "x.pending"], 2);
    desk.done(&["approve", one, two]);
    let report = json(&desk, "output-verify", &["verify"]);
    assert_eq!(report["standings"]["standing"], 2);
    assert_eq!(report["standings"]["proposed"], 1);
    // One that can't be approved again stops the rest.
    desk.refused(&["approve", two, three], 1);
}
