//! What is said to a person before and beside a signature.

use std::fs;

use super::json;
use crate::desk::{Desk, verdict};

#[test]
fn evidence_that_a_correction_leaves_out_is_named() {
    let desk = Desk::new();
    fs::write(desk.path("register.txt"), "Closed from 2019.\n").unwrap();
    let first = [&verdict("1")[..], &["--supports", "register.txt"]].concat();
    let first = json(&desk, "output-verdict", &first);
    let older = &first["verdict"].as_str().unwrap()[..12];
    let correction = [
        &verdict("1")[..],
        &["--supersedes", older, "--change", "correction"],
        &["--reason", "A slip of the pen."],
    ]
    .concat();
    let (_, err) = desk.done(&[&correction[..], &["--supports", "register.txt"]].concat());
    assert!(!err.contains("cites none"), "{err}");
    let desk = Desk::new();
    fs::write(desk.path("register.txt"), "Closed from 2019.\n").unwrap();
    let given = [
        &verdict("1")[..],
        &["--supports", "register.txt", "--quote", "2019"],
        &["--quote", "Closed"],
    ]
    .concat();
    let first = json(&desk, "output-verdict", &given);
    let older = &first["verdict"].as_str().unwrap()[..12];
    let mut correction = correction;
    correction[8] = older;
    let (_, err) = desk.done(&correction);
    assert!(
        err.contains("cited 2 pieces of evidence; this one cites none; repeat --supports"),
        "{err}"
    );
}

#[test]
fn ratings_are_explained_and_read_as_they_are_written() {
    let desk = Desk::new();
    let (help, _) = desk.done(&["help", "ratings"]);
    assert!(help.contains("The scale of this ledger"), "{help}");
    assert!(help.contains("Accurate words that mislead"), "{help}");
    let (help, _) = Desk::empty().done(&["help", "ratings"]);
    assert!(help.contains("that a new one starts with"), "{help}");
    let mut given = verdict("1");
    given[3] = "mostly-treu";
    let err = desk.refused(&given, 2);
    assert!(err.contains("did you mean mostly-true?"), "{err}");
    for format in ["csv", "jsonl"] {
        let err = desk.refused(&["export", format, "--rating", "bogus"], 2);
        assert!(err.contains("bogus is not on this ledger's scale"), "{err}");
    }
    given[3] = "Missing context";
    let recorded = json(&desk, "output-verdict", &given);
    assert_eq!(recorded["rating"], "missing-context");
    let (csv, _) = desk.done(&["export", "csv", "--rating", "Missing context"]);
    assert_eq!(csv.lines().count(), 2, "{csv}");
}

#[test]
fn a_retraction_names_the_claim() {
    let desk = Desk::new();
    let (id, _) = desk.done(&verdict("2"));
    let (_, err) = desk.done(&["retract", id.trim(), "--reason", "It was forged."]);
    assert!(
        err.contains("the claim: “The council spent 12 million on repairs”"),
        "{err}"
    );
}
