//! CSV: one row a verdict, whatever its standing, for spreadsheets.
//!
//! Follows RFC 4180: CRLF after each row, every cell in quotation marks, a header; UTF-8 without a
//! byte order mark. Columns are added at the end only, and none changes its meaning.
//!
//! Narrower than the RFC: no cell is a formula. A cell that a spreadsheet might take for one
//! (`=`, `+`, `-`, `@`, their full-width forms, TAB, CR or LF at its start) has an apostrophe in
//! front, and so has one that begins with an apostrophe; a reader takes one leading apostrophe off.
//! Control characters but TAB and LF, and those that reorder text, are written `\u{1b}`. For bytes
//! to compute with, use JSON Lines: those are not changed.

use super::escape::to_cell;
use super::record::{EvidenceRecord, Record};
use super::{PublishedClaim, PublishedLedger};
use crate::words::claim::Manner;
use crate::words::source::SourceType;
use crate::words::verdict::{Stance, VerdictChange};

/// The columns, in order.
pub const COLUMNS: [&str; 48] = [
    "verdict",
    "index",
    "at",
    "reviewer",
    "standing",
    "rating",
    "rating_label",
    "rating_value",
    "rating_best",
    "rating_worst",
    "summary",
    "rationale",
    "conflicts",
    "supports",
    "refutes",
    "context",
    "supersedes",
    "change",
    "reason",
    "superseded_by",
    "retraction",
    "retraction_at",
    "retraction_by",
    "retraction_reason",
    "claim",
    "claim_index",
    "claim_at",
    "claim_superseded_by",
    "claim_url",
    "claim_text",
    "claim_quote",
    "claim_language",
    "claim_manner",
    "claimant",
    "claimant_role",
    "claimant_same_as",
    "said",
    "source",
    "source_type",
    "source_url",
    "source_title",
    "source_publisher",
    "source_published",
    "policy",
    "ledger",
    "origin",
    "size",
    "root",
];

/// Writes the header and a row for each verdict, in the order of the claims and on each claim in
/// the log's.
pub fn to_bytes(ledger: &PublishedLedger, claims: &[PublishedClaim]) -> Vec<u8> {
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    for claim in claims.iter().filter(|claim| ledger.may_leave(claim)) {
        for verdict in &claim.verdicts {
            let record = Record::new(ledger, claim, verdict);
            rows.push(cells(&record).map(|cell| to_cell(&cell)));
        }
    }
    table(&rows)
}

fn table(rows: &[[String; COLUMNS.len()]]) -> Vec<u8> {
    let mut table = ::csv::WriterBuilder::new()
        .quote_style(::csv::QuoteStyle::Always)
        .terminator(::csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        table.write_record(row).expect("memory can be written to");
    }
    table.into_inner().expect("memory can be written to")
}

fn cells(record: &Record<'_>) -> [String; COLUMNS.len()] {
    let (claim, source) = (&record.claim, &record.source);
    let retraction = record.retraction.as_ref();
    [
        record.verdict.to_string(),
        record.index.to_string(),
        record.at.to_string(),
        record.reviewer.to_owned(),
        record.standing.as_str().to_owned(),
        record.rating.to_string(),
        record.rating_label.to_owned(),
        or_empty(record.rating_value),
        or_empty(record.rating_best),
        or_empty(record.rating_worst),
        or_empty(record.summary),
        or_empty(record.rationale),
        record.conflicts.join("\n"),
        cited(&record.evidence, Stance::Supports),
        cited(&record.evidence, Stance::Refutes),
        cited(&record.evidence, Stance::Context),
        or_empty(record.supersedes),
        or_empty(record.change.map(change)),
        or_empty(record.reason),
        or_empty(record.superseded_by),
        or_empty(retraction.map(|r| r.entry)),
        or_empty(retraction.map(|r| r.at)),
        or_empty(retraction.map(|r| r.by)),
        or_empty(retraction.and_then(|r| r.reason)),
        claim.entry.to_string(),
        claim.index.to_string(),
        claim.at.to_string(),
        or_empty(claim.superseded_by),
        or_empty(claim.url.as_deref()),
        or_empty(claim.text),
        or_empty(claim.quote),
        or_empty(claim.language),
        or_empty(claim.manner.map(manner)),
        or_empty(claim.claimant),
        or_empty(claim.role),
        or_empty(claim.same_as),
        or_empty(claim.said),
        source.entry.to_string(),
        or_empty(source.source_type.map(source_type)),
        or_empty(source.url),
        or_empty(source.title),
        or_empty(source.publisher),
        or_empty(source.published),
        record.policy.to_string(),
        record.ledger.id.to_string(),
        record.ledger.origin.to_owned(),
        record.ledger.size.to_string(),
        record.ledger.root.to_owned(),
    ]
}

fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Lists the evidence of one stance, a line each: its address, else its title, else its entry.
fn cited(evidence: &[EvidenceRecord<'_>], stance: Stance) -> String {
    let lines: Vec<String> = evidence
        .iter()
        .filter(|piece| piece.stance == stance)
        .map(|piece| {
            let name = piece.source.url.or(piece.source.title);
            name.map_or_else(|| piece.source.entry.to_string(), str::to_owned)
        })
        .collect();
    lines.join("\n")
}

const fn change(change: VerdictChange) -> &'static str {
    match change {
        VerdictChange::Update => "update",
        VerdictChange::Correction => "correction",
        VerdictChange::Rating => "rating",
    }
}

const fn manner(manner: Manner) -> &'static str {
    match manner {
        Manner::Direct => "direct",
        Manner::Indirect => "indirect",
        Manner::Mixed => "mixed",
        Manner::Narration => "narration",
    }
}

const fn source_type(source_type: SourceType) -> &'static str {
    match source_type {
        SourceType::Document => "document",
        SourceType::Dataset => "dataset",
        SourceType::Recording => "recording",
        SourceType::Statement => "statement",
        SourceType::Reference => "reference",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::samples;

    fn rows(bytes: &[u8]) -> Vec<::csv::StringRecord> {
        ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes)
            .records()
            .map(|row| row.expect("CSV"))
            .collect()
    }

    fn cell<'a>(row: &'a ::csv::StringRecord, column: &str) -> &'a str {
        let at = COLUMNS.iter().position(|c| *c == column).expect(column);
        row.get(at).expect("a cell")
    }

    #[test]
    fn every_verdict_has_its_row() {
        let (ledger, claim) = samples::corrected();
        let bytes = to_bytes(&ledger, &[claim]);
        let rows = rows(&bytes);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].iter().collect::<Vec<_>>(), COLUMNS);
        assert_eq!(cell(&rows[1], "standing"), "superseded");
        assert_eq!(cell(&rows[1], "superseded_by"), cell(&rows[2], "verdict"));
        assert_eq!(cell(&rows[2], "reason"), samples::REASON);
        assert_eq!(cell(&rows[2], "rating_value"), "2");
        assert_eq!(cell(&rows[2], "claim_text"), samples::CLAIM);
        assert_eq!(cell(&rows[2], "refutes"), "https://charter.example/25");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.starts_with("\"verdict\",\"index\","));
        assert!(text.ends_with("\"\r\n"));
        assert_eq!(text.matches("\r\n").count(), 3);
    }

    #[test]
    fn the_same_values_give_the_same_bytes() {
        let (ledger, claim) = samples::corrected();
        samples::assert_frozen(
            &to_bytes(&ledger, &[claim]),
            include_bytes!("../../tests/vectors/export/corrected.csv"),
        );
    }

    #[test]
    fn columns_are_distinct_and_a_ledger_without_verdicts_has_them() {
        let distinct: std::collections::BTreeSet<_> = COLUMNS.iter().collect();
        assert_eq!(distinct.len(), COLUMNS.len());
        let (ledger, _) = samples::corrected();
        assert_eq!(rows(&to_bytes(&ledger, &[])).len(), 1);
    }

    #[test]
    fn hostile_texts_stay_in_their_cells() {
        let (mut ledger, mut claim) = samples::corrected();
        claim.verdicts.truncate(1);
        let hostile = "=cmd|' /C calc'!A0\",\r\n\u{1b}[2J;\u{202e}x\0";
        claim.verdicts[0].reviewer = hostile.to_owned();
        claim.verdicts[0].verdict.as_mut().expect("there").summary = hostile.to_owned();
        claim.claim.as_mut().expect("there").text = hostile.to_owned();
        for source in ledger.sources.values_mut() {
            source.meta.as_mut().expect("there").url = Some(hostile.to_owned());
            source.meta.as_mut().expect("there").title = Some(hostile.to_owned());
        }
        let bytes = to_bytes(&ledger, &[claim]);
        let rows = rows(&bytes);
        assert_eq!(rows.len(), 2);
        let expected = "'=cmd|' /C calc'!A0\",\\u{d}\n\\u{1b}[2J;\\u{202e}x\\u{0}";
        for column in [
            "reviewer",
            "summary",
            "claim_text",
            "source_url",
            "source_title",
        ] {
            assert_eq!(cell(&rows[1], column), expected, "{column}");
        }
        for cell in &rows[1] {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell:?}"
            );
        }
    }
}
