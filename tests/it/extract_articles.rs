//! Articles of our own writing, each with the claims that a fact-checker expects of it.
//!
//! `tests/extract/NAME.claims` has one claim a line: claimant, role, manner and words that the
//! claim's text has, between bars; `! words` are words that no claim may have.

use factlog::extract::{ExtractedClaim, Options, split};

/// One test an article, so that a failure names it.
macro_rules! articles {
    ($($test:ident: $name:literal),* $(,)?) => {$(
        #[test]
        fn $test() {
            check(
                include_str!(concat!("../extract/", $name, ".txt")),
                include_str!(concat!("../extract/", $name, ".claims")),
            );
        }
    )*};
}

articles! {
    a_wire_report: "wire-report",
    a_court_report: "court-report",
    science: "science",
    a_town_council: "council",
    a_transcript: "transcript",
    an_interview: "interview",
}

fn check(text: &str, expected: &str) {
    let found = split(text, Options::default()).claims;
    let mut faults = Vec::new();
    for line in expected.lines().filter(|l| !l.starts_with('#')) {
        if let Some(never) = line.strip_prefix("! ") {
            faults.extend(
                found
                    .iter()
                    .filter(|c| c.text.contains(never))
                    .map(|c| format!("has {never:?}: {}", c.text)),
            );
            continue;
        }
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, role, manner, words] = fields[..] else {
            panic!("not four fields: {line}");
        };
        if !found.iter().any(|c| {
            described(c) == (name.to_owned(), role.to_owned(), manner.to_owned())
                && c.text.contains(words)
        }) {
            faults.push(format!("missing: {line}"));
        }
    }
    let all: Vec<String> = found
        .iter()
        .map(|c| format!("{:?} {}", described(c), c.text))
        .collect();
    assert!(
        faults.is_empty(),
        "{}\n\nfound:\n{}",
        faults.join("\n"),
        all.join("\n")
    );
}

/// Claimant, role and manner of a claim, as they are written in the files.
fn described(claim: &ExtractedClaim) -> (String, String, String) {
    let name = claim
        .claimant
        .as_ref()
        .map_or_else(String::new, |c| c.name.clone());
    let role = claim
        .claimant
        .as_ref()
        .and_then(|c| c.role.clone())
        .unwrap_or_default();
    (name, role, format!("{:?}", claim.manner).to_lowercase())
}
