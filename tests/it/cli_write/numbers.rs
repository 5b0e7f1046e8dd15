//! A claim's number stays with it, whatever is dropped, recorded or offered.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::{claims, json, with_input};
use crate::desk::{Desk, verdict};

/// Returns the words of each claim that has a number, dropped and superseded ones too.
fn numbered(desk: &Desk) -> BTreeMap<u64, String> {
    let all = json(desk, "output-claims", &["claims", "--all"]);
    let claims = all["claims"].as_array().unwrap().iter();
    claims
        .filter_map(|claim| {
            let quote = claim["quote"]["exact"].as_str().unwrap();
            Some((claim["number"].as_u64()?, quote.to_owned()))
        })
        .collect()
}

/// Asserts that what had a number has it still; returns what has one now.
fn kept(desk: &Desk, before: &BTreeMap<u64, String>) -> BTreeMap<u64, String> {
    let now = numbered(desk);
    for (number, quote) in before {
        assert_eq!(now.get(number), Some(quote), "{number} of {now:#?}");
    }
    now
}

#[test]
fn no_number_moves() {
    let desk = Desk::new();
    let first = claims(&desk)[0]["source"].as_str().unwrap()[..8].to_owned();
    fs::write(
        desk.path("other.txt"),
        "The mill was closed in 2018. The river rose by two metres in May 2020.\n",
    )
    .unwrap();
    desk.done(&["add", "other.txt"]);
    let start = numbered(&desk);
    let count = start.len() as u64;
    assert_eq!(
        start.keys().copied().collect::<Vec<_>>(),
        (1..=count).collect::<Vec<_>>()
    );

    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), "n\ny\nq\ny\n");
    assert!(err.contains("recorded 1 claim"), "{err}");
    assert_eq!(kept(&desk, &start), start);
    let listed: Vec<Value> = claims(&desk);
    assert_eq!(
        listed.len() as u64,
        count - 1,
        "the dropped one is not listed"
    );
    assert_eq!(listed[0]["number"], 2, "and leaves a gap");

    // A claim of the earlier source comes after all that there are.
    desk.done(&["claim", &first, "--quote", "Venn, said"]);
    let with_claim = kept(&desk, &start);
    assert_eq!(with_claim.len() as u64, count + 1);
    assert_eq!(with_claim[&(count + 1)], "Venn, said");
    assert_eq!(kept(&desk, &with_claim), with_claim);

    // So does what evidence offers, once it is an article too; a new article comes after that.
    fs::write(
        desk.path("report.txt"),
        "The dam was built in 1962 for 3 million.\n",
    )
    .unwrap();
    desk.done(&[&verdict("3")[..6], &["--supports", "report.txt"]].concat());
    let cited = kept(&desk, &with_claim);
    assert_eq!(cited, with_claim);
    fs::write(desk.path("third.txt"), "The tower fell in 1931.\n").unwrap();
    desk.done(&["add", "third.txt"]);
    let third = kept(&desk, &cited);
    let (out, err) = desk.done(&["add", "report.txt"]);
    assert!(err.contains("already"), "{err}");
    assert!(out.contains("dam"), "{out}");
    let offered = kept(&desk, &third);
    assert!(offered.len() > third.len(), "{offered:#?}");
    desk.done(&["claim", &first, "--quote", "Venn, said on"]);
    let last = kept(&desk, &offered);
    assert_eq!(last.len(), offered.len() + 1);

    // A command finds each by its number.
    for (number, quote) in last {
        let (shown, _) = desk.done(&["show", &number.to_string(), "--json"]);
        let words: Value = serde_json::from_str(&shown).unwrap();
        assert!(
            words.to_string().contains(&quote),
            "{number}: {quote}: {words:#}"
        );
    }
}

#[test]
fn a_number_that_no_claim_has_says_which_there_are() {
    let desk = Desk::new();
    let count = claims(&desk).len();
    let err = desk.refused(&["show", "0"], 3);
    assert!(
        err.contains(&format!("numbered from 1 to {count}")),
        "{err}"
    );
    let err = desk.refused(&["show", &(count + 1).to_string()], 3);
    assert!(err.contains(&format!("the last one is {count}")), "{err}");
}

#[test]
fn what_is_signed_by_number_is_said_in_words() {
    let desk = Desk::new();
    let claim = &claims(&desk)[0];
    let (_, err) = desk.done(&verdict("1")[..6]);
    let id = &claim["id"].as_str().unwrap()[..8];
    assert!(err.contains(&format!("claim 1, {id}: “")), "{err}");
}
