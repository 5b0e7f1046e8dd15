//! A report's forms: the same bytes of the same ledger, nothing that acts, nothing that is withheld.

use super::given::Name;
use super::model::made_up;
use super::{Cell, Period, Report, days, html, percentile};
use crate::words::time::Timestamp;

fn report(seed: u64) -> Report {
    Report::of(&made_up(seed), Period::default())
}

#[test]
fn a_percentile_is_the_value_at_its_nearest_rank() {
    for (values, percent, value) in [
        (vec![], 50, None),
        (vec![7], 50, Some(7)),
        (vec![7], 90, Some(7)),
        (vec![3, 1], 50, Some(1)),
        (vec![3, 1, 2], 50, Some(2)),
        ((1..=10).collect(), 90, Some(9)),
        ((1..=11).collect(), 90, Some(10)),
        ((1..=10).rev().collect(), 100, Some(10)),
    ] {
        assert_eq!(
            percentile(&mut values.clone(), percent),
            value,
            "{values:?}, {percent}"
        );
    }
}

#[test]
fn days_are_whole_and_never_less_than_none() {
    let time = |text: &str| -> Timestamp { text.parse().expect("a time") };
    let from = time("2026-01-01T12:00:00Z");
    for (to, expected) in [
        ("2026-01-01T12:00:00Z", 0),
        ("2026-01-02T11:59:59Z", 0),
        ("2026-01-02T12:00:00Z", 1),
        ("2026-03-01T12:00:00Z", 59),
        ("2025-12-01T12:00:00Z", 0),
    ] {
        assert_eq!(days(from, time(to)), expected, "{to}");
    }
}

#[test]
fn both_ends_of_a_period_are_in_it() {
    let period = Period {
        from: Some("2026-01-02".parse().expect("a day")),
        to: Some("2026-01-03".parse().expect("a day")),
    };
    for (at, is_in) in [
        ("2026-01-01T23:59:59Z", false),
        ("2026-01-02T00:00:00Z", true),
        ("2026-01-03T23:59:59Z", true),
        ("2026-01-04T00:00:00Z", false),
    ] {
        assert_eq!(period.has(at.parse().expect("a time")), is_in, "{at}");
    }
}

#[test]
fn the_same_ledger_gives_the_same_bytes() {
    for seed in [3, 8, 40] {
        let (one, other) = (report(seed), report(seed));
        let json = |report: &Report| serde_json::to_string(report).expect("JSON");
        assert_eq!(json(&one), json(&other));
        let page = |report: &Report| html::render(report).expect("a page");
        assert_eq!(page(&one), page(&other));
    }
}

#[test]
fn every_table_has_its_definition_and_a_cell_a_column() {
    for table in report(8).tables {
        assert!(table.definition.len() > 40, "{}", table.name);
        assert!(!table.columns.is_empty() && !table.title.is_empty());
        for row in &table.rows {
            assert_eq!(row.len(), table.columns.len(), "{}", table.name);
        }
    }
}

#[test]
fn a_page_has_no_script_and_escapes_what_a_stranger_wrote() {
    let hostile = "</title><script>alert(1)</script><img src=x onerror=y> \"'&";
    let mut given = made_up(8);
    hostile.clone_into(&mut given.desk);
    for claim in given.claims.values_mut() {
        claim.claimant = Name::Known(hostile.to_owned());
        claim.text = Some(hostile.to_owned());
    }
    for verdict in given.verdicts.values_mut() {
        if let Some(content) = &mut verdict.content {
            content.reason = Some(hostile.to_owned());
        }
    }
    let report = Report::of(&given, Period::default());
    assert!(report.table("claimants").expect("there").rows.len() == 1);
    let page = html::render(&report).expect("a page");
    for acts in [
        "<script",
        "<img",
        "onerror=y>",
        " style=",
        "javascript:",
        "http://",
        "https://",
    ] {
        assert!(!page.contains(acts), "{acts}");
    }
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"),
        "escaped"
    );
    assert!(
        page.contains("default-src 'none'; style-src 'sha256-")
            || page.contains("default-src &#x27;none&#x27;; style-src &#x27;sha256-")
    );
    // Every plot has a title and says its values in words.
    let plots = page.matches("<svg").count();
    assert!(plots >= 3, "{plots}");
    assert_eq!(page.matches("role=\"img\"").count(), plots);
    assert_eq!(page.matches("<desc id=").count(), plots);
    for table in &report.tables {
        let csv = String::from_utf8(table.to_csv()).expect("UTF-8");
        assert!(csv.lines().count() > table.rows.len(), "{}", table.name);
    }
}

#[test]
fn what_would_steer_a_page_is_seen_in_it() {
    let mut given = made_up(8);
    given.desk = "Desk\u{1b}[2J".to_owned();
    for claim in given.claims.values_mut() {
        claim.claimant = Name::Known("Ann\u{202e}nnA\u{7f} <b>\u{200d}".to_owned());
    }
    let page = html::render(&Report::of(&given, Period::default())).expect("a page");
    let raw = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}');
    assert!(!page.contains(raw));
    assert!(page.contains("Desk\\u{1b}[2J"));
    // Joiners stay: languages need them.
    assert!(page.contains("Ann\\u{202e}nnA\\u{7f} &lt;b&gt;\u{200d}"));
}

#[test]
fn a_ledger_without_anything_is_reported_as_that() {
    let mut given = made_up(8);
    given.sources.clear();
    given.claims.clear();
    given.verdicts.clear();
    given.decisions.clear();
    let report = Report::of(&given, Period::default());
    let totals = report.table("totals").expect("totals");
    assert_eq!(totals.cell("checks", "value"), Some(&Cell::Number(0)));
    assert_eq!(
        totals.cell("days_to_check_median", "value"),
        Some(&Cell::Empty)
    );
    assert!(report.table("months").expect("months").rows.is_empty());
    let page = html::render(&report).expect("a page");
    assert!(!page.contains("<svg"));
}

#[test]
fn claimants_that_are_left_out_of_the_page_are_counted() {
    let mut report = report(8);
    let mut tables = report.tables.iter_mut();
    let table = tables.find(|table| table.name == "claimants_by_rating");
    let table = table.expect("a table");
    let row = table.rows.first().expect("a claimant").clone();
    table.rows = (0..33)
        .map(|n| {
            let mut row = row.clone();
            row[0] = Cell::Words(format!("Claimant {n:02}"));
            row
        })
        .collect();
    let page = html::render(&report).expect("a page");
    assert!(page.contains("Claimant 19") && !page.contains("Claimant 20"));
    assert!(page.contains("And 13 more"));
}
