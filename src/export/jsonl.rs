//! JSON Lines: one record a verdict, whatever its standing.
//!
//! Each line is a JSON object of type `factlog/export-verdict@v1`, as
//! `schemas/export-jsonl.schema.json` describes it. Unlike entries and objects it is not canonical
//! JSON: its fields stand in the schema's order, and characters that could steer a terminal or end
//! an HTML element are escapes.

use super::escape::to_json;
use super::record::Record;
use super::{PublishedClaim, PublishedLedger};

/// Writes a line for each verdict, in the order of the claims and on each claim in the log's.
pub fn to_bytes(ledger: &PublishedLedger, claims: &[PublishedClaim]) -> Vec<u8> {
    let mut lines = Vec::new();
    for claim in claims.iter().filter(|claim| ledger.may_leave(claim)) {
        for verdict in &claim.verdicts {
            let line = to_json(&Record::new(ledger, claim, verdict), false);
            lines.extend_from_slice(line.as_bytes());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::export::samples;

    fn lines(ledger: &PublishedLedger, claims: &[PublishedClaim]) -> Vec<Value> {
        let bytes = to_bytes(ledger, claims);
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.is_empty() || text.ends_with('\n'));
        let schema = include_str!("../../schemas/export-jsonl.schema.json");
        let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
        text.lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).expect("JSON");
                if let Err(error) = validator.validate(&line) {
                    panic!("{error} at {}: {line:#}", error.instance_path());
                }
                line
            })
            .collect()
    }

    #[test]
    fn the_same_values_give_the_same_bytes() {
        let (ledger, claim) = samples::corrected();
        samples::assert_frozen(
            &to_bytes(&ledger, &[claim]),
            include_bytes!("../../tests/vectors/export/corrected.jsonl"),
        );
    }

    #[test]
    fn hostile_texts_stay_in_their_lines() {
        let (mut ledger, mut claim) = samples::retracted();
        let hostile = "</script>\r\n\u{1b}[2J\u{9b}\u{202e}\u{2028}\0";
        ledger.desk = hostile.to_owned();
        claim.verdicts[0].reviewer = hostile.to_owned();
        claim.claim.as_mut().expect("there").text = hostile.to_owned();
        let bytes = to_bytes(&ledger, &[claim.clone()]);
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(!text.trim_end().contains(|c: char| c.is_control()));
        assert!(!text.contains(['<', '\u{202e}', '\u{2028}']));
        let lines = lines(&ledger, &[claim]);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["claim"]["text"], hostile);
        assert_eq!(lines[0]["reviewer"], hostile);
    }

    #[test]
    fn every_verdict_has_its_line() {
        let (ledger, claim) = samples::corrected();
        let lines = lines(&ledger, &[claim]);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["standing"], "superseded");
        assert_eq!(lines[0]["superseded_by"], lines[1]["verdict"]);
        assert_eq!(lines[1]["supersedes"], lines[0]["verdict"]);
        assert_eq!(lines[1]["change"], "rating");
        assert_eq!(lines[1]["reason"], samples::REASON);
        assert_eq!(lines[1]["rating_value"], 2);
        assert_eq!(
            (&lines[1]["rating_best"], &lines[1]["rating_worst"]),
            (&5.into(), &1.into())
        );
        assert!(lines[1].get("retraction").is_none(), "absent, not null");
    }

    #[test]
    fn a_retraction_is_seen_with_its_reason() {
        let (ledger, claim) = samples::retracted();
        let lines = lines(&ledger, &[claim]);
        assert_eq!(lines[0]["standing"], "retracted");
        assert_eq!(lines[0]["retraction"]["reason"], samples::RETRACTED);
    }

    #[test]
    fn nothing_of_a_withheld_source_leaves() {
        let (mut ledger, claim) = samples::corrected();
        for source in ledger.sources.values_mut() {
            source.rights = crate::words::source::Rights::Withheld;
        }
        let bytes = to_bytes(&ledger, std::slice::from_ref(&claim));
        assert!(bytes.is_empty(), "a claim is words of its source");
        // Where only the evidence is withheld, all but its id stays.
        let own = ledger.sources.get_mut(&claim.source).expect("its source");
        own.rights = crate::words::source::Rights::Quoted;
        let lines = lines(&ledger, &[claim]);
        let text = lines[0].to_string();
        assert!(text.contains(samples::CLAIM) && text.contains("news.example"));
        let evidence = lines[0]["evidence"].to_string();
        for secret in ["charter.example", samples::WORDS, "note", "locator"] {
            assert!(!evidence.contains(secret), "{secret}: {evidence}");
        }
    }

    #[test]
    fn what_was_erased_is_said() {
        let (ledger, mut claim) = samples::corrected();
        claim.claim = None;
        claim.verdicts[1].verdict = None;
        let lines = lines(&ledger, &[claim]);
        assert_eq!(lines[0]["claim"]["erased"], true);
        assert!(lines[0]["claim"].get("text").is_none());
        assert_eq!(lines[0]["erased"], false);
        assert_eq!(lines[1]["erased"], true);
        assert_eq!(lines[1]["rating"], "mostly-false", "it stands in the log");
    }
}
