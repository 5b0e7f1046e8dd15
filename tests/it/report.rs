//! `factlog report` and `factlog stats` on a ledger of three people, at times of its own.

use std::fs;

use serde_json::{Value, json};

use crate::cli_write::fits;
use crate::desk::{Desk, INIT, said};

/// Runs the program at a time; it must succeed. Returns what it prints.
fn at(desk: &Desk, time: &str, arguments: &[&str]) -> String {
    let output = desk.factlog_at(time, arguments).output().unwrap();
    let (out, err) = said(&output);
    assert!(
        output.status.success(),
        "{arguments:?} at {time}: {out}{err}"
    );
    out
}

/// Judges a claim by its number; returns the verdict's id.
fn judge(desk: &Desk, time: &str, by: &str, number: &str, words: &[&str]) -> String {
    let start = ["verdict", number, "--summary", "A summary."];
    let out = at(
        desk,
        time,
        &[&start, words, &["--as", by, "--yes"]].concat(),
    );
    out.trim().to_owned()
}

/// Three people, an article of March, one whose rights withhold it of April, and what came of them.
fn year() -> Desk {
    let desk = Desk::empty();
    at(&desk, "2026-01-05T09:00:00Z", &INIT);
    for (name, roles) in [("bob", "reviewer,approver"), ("carol", "approver")] {
        let name = format!("desk.example/{name}");
        let words = ["key", "add", &name, "--role", roles, "--unencrypted-keys"];
        at(&desk, "2026-01-05T09:00:00Z", &words);
    }
    fs::write(desk.path("article.txt"), crate::desk::ARTICLE).unwrap();
    let secret =
        "The pier was sold for 3 million in 2024, the broker, Zed Quarry, said on Friday.\n";
    fs::write(desk.path("secret.txt"), secret).unwrap();
    fs::write(desk.path("record.txt"), "The bridge was closed in 2019.\n").unwrap();
    let add = [
        "add",
        "article.txt",
        "--publisher",
        "Harbour Herald",
        "--as",
        "alice",
    ];
    at(&desk, "2026-03-01T09:00:00Z", &add);

    let rated = |rating| ["--rating", rating];
    let cited = ["--supports", "record.txt", "--primary"];
    let first = judge(
        &desk,
        "2026-03-03T10:00:00Z",
        "alice",
        "1",
        &[&rated("true")[..], &cited].concat(),
    );
    let second = judge(
        &desk,
        "2026-03-04T08:00:00Z",
        "bob",
        "2",
        &[&rated("false")[..], &["--conflict", "I live there."]].concat(),
    );
    // Corrected after ten days, and rated otherwise after thirty.
    let change = |older: &'static str, change, reason| {
        [
            "--supersedes",
            older,
            "--change",
            change,
            "--reason",
            reason,
        ]
    };
    let older = Box::leak(first.clone().into_boxed_str());
    let third = judge(
        &desk,
        "2026-03-13T11:00:00Z",
        "alice",
        "1",
        &[
            &rated("true")[..],
            &cited,
            &change(older, "correction", "The month was wrong."),
        ]
        .concat(),
    );
    let add = ["add", "secret.txt", "--rights", "withheld", "--as", "alice"];
    at(&desk, "2026-04-01T09:00:00Z", &add);
    judge(&desk, "2026-04-11T09:00:00Z", "alice", "5", &rated("false"));
    let older = Box::leak(third.into_boxed_str());
    let fourth = judge(
        &desk,
        "2026-04-12T11:00:01Z",
        "alice",
        "1",
        &[
            &rated("half-true")[..],
            &cited,
            &change(older, "rating", "It opened earlier."),
        ]
        .concat(),
    );
    at(
        &desk,
        "2026-04-13T09:00:00Z",
        &["dispute", &fourth, "--note", "No.", "--as", "bob", "--yes"],
    );
    at(
        &desk,
        "2026-04-14T09:00:00Z",
        &["approve", &fourth, "--as", "bob", "--yes"],
    );
    at(
        &desk,
        "2026-04-20T09:00:00Z",
        &[
            "retract",
            &second,
            "--reason",
            "Not ours.",
            "--as",
            "bob",
            "--yes",
        ],
    );
    desk
}

fn report(desk: &Desk, arguments: &[&str]) -> Value {
    let (out, _) = desk.done(&[&["report", "--json"], arguments].concat());
    let value = serde_json::from_str(&out).unwrap();
    fits("output-report", &value);
    value
}

/// Returns the row of a table whose first column says so.
fn row<'r>(report: &'r Value, table: &str, key: &str, is: &str) -> &'r Value {
    let rows = report["tables"][table]["rows"].as_array().unwrap();
    rows.iter()
        .find(|row| row[key] == is)
        .unwrap_or(&Value::Null)
}

fn total(report: &Value, figure: &str) -> Value {
    row(report, "totals", "figure", figure)["value"].clone()
}

#[test]
fn a_year_is_reported_as_it_was() {
    let desk = year();
    let all = report(&desk, &[]);
    for (figure, value) in [
        ("sources", 3),
        ("checks", 3),
        ("claims_checked", 3),
        ("verdicts", 5),
        ("standing", 2),
        ("corrections", 1),
        ("rating_changes", 1),
        ("updates", 0),
        ("retractions", 1),
        ("checks_corrected", 2),
        ("days_to_check_median", 2),
        ("days_to_check_p90", 10),
        ("sources_cited_median", 0),
    ] {
        assert_eq!(total(&all, figure), json!(value), "{figure}");
    }
    assert_eq!(row(&all, "ratings", "rating", "half-true")["checks"], 1);
    assert_eq!(row(&all, "ratings", "rating", "true")["checks"], 0);
    assert_eq!(row(&all, "ratings", "rating", "false")["checks"], 2);
    assert_eq!(row(&all, "ratings", "rating", "false")["standing"], 1);
    assert_eq!(
        row(&all, "claimants", "claimant", "Ada Venn")["ratings"],
        "half-true 1"
    );
    assert_eq!(
        row(&all, "claimants", "claimant", "(withheld)")["checks"],
        1
    );
    assert_eq!(
        row(&all, "publishers", "publisher", "Harbour Herald")["checks"],
        2
    );
    assert_eq!(
        row(&all, "reviewers", "reviewer", "desk.example/bob")["approvals"],
        1
    );
    assert_eq!(
        row(&all, "reviewers", "reviewer", "desk.example/alice")["changes"],
        2
    );
    assert_eq!(row(&all, "months", "month", "2026-04")["retractions"], 1);
    assert_eq!(
        row(&all, "evidence", "figure", "checks_with_primary")["value"],
        1
    );
    assert_eq!(row(&all, "evidence", "figure", "copies")["value"], 1);

    let corrections = all["tables"]["corrections"]["rows"].as_array().unwrap();
    let said: Vec<_> = corrections
        .iter()
        .map(|row| {
            (
                row["day"].as_str().unwrap(),
                row["tier"].as_str().unwrap(),
                row["days"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("2026-03-13", "correction", 10),
            ("2026-04-12", "rating", 30),
            ("2026-04-20", "retraction", 47)
        ]
    );
    assert_eq!(corrections[0]["reason"], "The month was wrong.");
    assert_eq!(corrections[2]["reason"], "Not ours.");
    assert_eq!(
        row(&all, "correction_tiers", "tier", "all but updates")["median_days"],
        30
    );
    let disputes = &all["tables"]["disputes"]["rows"];
    assert_eq!(disputes[0]["ended"], "withdrawn");
    let conflicts = all["tables"]["conflicts"]["rows"].as_array().unwrap();
    assert_eq!(
        (conflicts.len(), &conflicts[0]["approvals"]),
        (1, &json!(0))
    );

    // At a width that every terminal has, nothing is wider.
    let (text, _) = desk.done(&["report"]);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }

    // What is withheld is counted, and not named, in no form.
    for format in ["json", "html", "text"] {
        let (out, _) = desk.done(&["report", "--format", format]);
        for word in ["Zed", "Quarry", "pier", "broker"] {
            assert!(!out.contains(word), "{format}: {word}");
        }
    }
}

#[test]
fn a_period_has_its_own_days_and_no_others() {
    let desk = year();
    let march = report(&desk, &["--from", "2026-03-01", "--to", "2026-03-31"]);
    assert_eq!(
        (&march["from"], &march["to"]),
        (&json!("2026-03-01"), &json!("2026-03-31"))
    );
    assert_eq!(total(&march, "checks"), 2);
    assert_eq!(total(&march, "corrections"), 1);
    assert_eq!(total(&march, "retractions"), 0);
    // A check of March that was retracted in April was corrected since.
    assert_eq!(total(&march, "checks_corrected"), 2);
    let april = report(&desk, &["--from", "2026-04-01"]);
    assert_eq!(total(&april, "checks"), 1);
    assert_eq!(total(&april, "retractions"), 1);
    let sum =
        |figure| total(&march, figure).as_u64().unwrap() + total(&april, figure).as_u64().unwrap();
    let all = report(&desk, &[]);
    for figure in [
        "sources",
        "claims",
        "checks",
        "verdicts",
        "corrections",
        "rating_changes",
    ] {
        assert_eq!(total(&all, figure), sum(figure), "{figure}");
    }
    let none = report(&desk, &["--to", "2020-01-01"]);
    assert_eq!(total(&none, "checks"), 0);
    let err = desk.refused(&["report", "--from", "2026-04-01", "--to", "2026-03-01"], 2);
    assert!(err.contains("before it begins"), "{err}");
    desk.refused(&["report", "--from", "1.4.2026"], 2);
}

#[test]
fn the_same_ledger_gives_the_same_files() {
    let desk = year();
    for round in ["one", "two"] {
        desk.done(&[
            "report",
            "--format",
            "html",
            "--out",
            &format!("{round}.html"),
        ]);
        desk.done(&["report", "--format", "csv", "--out", round]);
        desk.done(&["report", "--json", "--out", &format!("{round}.json")]);
    }
    for ending in ["html", "json"] {
        let read = |round| fs::read(desk.path(&format!("{round}.{ending}"))).unwrap();
        assert_eq!(read("one"), read("two"), "{ending}");
    }
    let all = report(&desk, &[]);
    let mut names: Vec<&str> = all["tables"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.push("about");
    assert_eq!(fs::read_dir(desk.path("one")).unwrap().count(), names.len());
    for name in names {
        let file = format!("{name}.csv");
        let bytes = fs::read(desk.path("one").join(&file)).unwrap();
        assert_eq!(
            bytes,
            fs::read(desk.path("two").join(&file)).unwrap(),
            "{file}"
        );
        let mut rows = csv::Reader::from_reader(bytes.as_slice());
        let count = rows.records().map(Result::unwrap).count();
        if name != "about" {
            assert_eq!(
                count,
                all["tables"][name]["rows"].as_array().unwrap().len(),
                "{file}"
            );
            let (table, _) = desk.done(&["report", "--format", "csv", "--table", name]);
            assert_eq!(table.as_bytes(), bytes, "{file}");
        }
    }
    let page = fs::read_to_string(desk.path("one.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Content-Security-Policy"));
    assert!(!page.contains("<script"), "a page without scripts");
    let err = desk.refused(&["report", "--table", "claimant"], 2);
    assert!(err.contains("did you mean claimants?"), "{err}");
    let err = desk.refused(&["report", "--format", "csv"], 2);
    assert!(err.contains("--table NAME"), "{err}");
    desk.refused(&["report", "--json", "--format", "html"], 2);
}

#[test]
fn what_was_erased_is_counted_as_that() {
    let desk = year();
    let claims = desk.done(&["claims", "--json"]).0;
    let claims: Value = serde_json::from_str(&claims).unwrap();
    let claim = claims["claims"][0]["id"].as_str().unwrap();
    let time = "2026-05-01T09:00:00Z";
    at(
        &desk,
        time,
        &["erase", claim, "--basis", "privacy", "--yes"],
    );
    let all = report(&desk, &[]);
    assert_eq!(total(&all, "claims_gone"), 1);
    assert_eq!(total(&all, "checks"), 3);
    assert_eq!(row(&all, "claimants", "claimant", "(erased)")["checks"], 1);
    assert_eq!(*row(&all, "claimants", "claimant", "Ada Venn"), Value::Null);
}

#[test]
fn why_a_verdict_on_withheld_words_was_retracted_is_not_printed() {
    let desk = year();
    let time = "2026-05-02T09:00:00Z";
    let verdict = judge(&desk, time, "bob", "5", &["--rating", "true"]);
    let reason = "The broker, Zed Quarry, was heard wrongly.";
    let words = [
        "retract", &verdict, "--reason", reason, "--as", "bob", "--yes",
    ];
    at(&desk, "2026-05-03T09:00:00Z", &words);
    let all = report(&desk, &[]).to_string();
    assert!(all.contains("Not ours."), "the other reason is printed");
    assert!(!all.contains("Zed Quarry"), "{all}");
}

#[test]
fn a_ledger_is_one_screen_of_figures() {
    let desk = year();
    let (out, _) = desk.done(&["stats", "--json"]);
    let stats: Value = serde_json::from_str(&out).unwrap();
    fits("output-stats", &stats);
    let all = report(&desk, &[]);
    for figure in [
        "sources",
        "claims",
        "checks",
        "verdicts",
        "standing",
        "checks_corrected",
        "days_to_check_median",
    ] {
        assert_eq!(stats[figure], total(&all, figure), "{figure}");
    }
    let (text, _) = desk.done(&["stats"]);
    assert!(text.lines().count() <= 24, "one screen: {text}");
    assert!(
        text.contains("3 checks") && text.contains("2 corrected since (67 %)"),
        "{text}"
    );
    let empty = Desk::empty();
    empty.done(&INIT);
    let (out, _) = empty.done(&["stats", "--json"]);
    fits("output-stats", &serde_json::from_str(&out).unwrap());
    empty.done(&["stats"]);
    fits(
        "output-report",
        &serde_json::from_str(&empty.done(&["report", "--json"]).0).unwrap(),
    );
}

#[test]
fn what_never_stood_is_no_correction() {
    let desk = year();
    let before = report(&desk, &[]);
    assert_eq!(total(&before, "changed_before_it_stood"), 0);
    let late = "2026-05-02T09:00:00Z";
    at(&desk, late, &["policy", "set", "--approvals", "1", "--yes"]);
    let draft = judge(&desk, late, "alice", "3", &["--rating", "true"]);
    let change = |older: &str, change: &str| {
        let words = [
            "--rating",
            "true",
            "--reason",
            "A slip.",
            "--supersedes",
            older,
            "--change",
            change,
        ];
        judge(&desk, late, "alice", "3", &words)
    };
    let mended = change(&draft, "correction");
    at(&desk, late, &["approve", &mended, "--as", "bob", "--yes"]);
    let other = judge(&desk, late, "alice", "4", &["--rating", "true"]);
    let words = [
        "retract",
        &other,
        "--reason",
        "Too early.",
        "--as",
        "alice",
        "--yes",
    ];
    at(&desk, late, &words);
    let count = |report: &Value, figure: &str| total(report, figure).as_u64().unwrap();
    let after = report(&desk, &[]);
    for figure in [
        "corrections",
        "retractions",
        "rating_changes",
        "checks_corrected",
    ] {
        assert_eq!(count(&after, figure), count(&before, figure), "{figure}");
    }
    assert_eq!(count(&after, "changed_before_it_stood"), 2);
    let page = || {
        let html = ["export", "site", "--out", "site"];
        at(&desk, late, &html);
        fs::read_to_string(desk.path("site/corrections/index.html")).unwrap()
    };
    assert!(!page().contains("A slip."));
    // What stood is corrected for all to see, past one that never stood.
    let unseen = change(&mended, "update");
    let seen = change(&unseen, "correction");
    assert_eq!(
        count(&report(&desk, &[]), "corrections"),
        count(&before, "corrections")
    );
    at(&desk, late, &["approve", &seen, "--as", "bob", "--yes"]);
    assert_eq!(
        count(&report(&desk, &[]), "corrections"),
        count(&before, "corrections") + 1
    );
    assert_eq!(page().matches("A slip.").count(), 1);
}
