//! Claims and sentences as lines of JSON: what `split --jsonl` and `split --sentences` print.
//!
//! One object a line, keys in the order of `schemas/`; offsets are bytes of the normalised text.
//! These lines are output, not signed: they have floats and nulls, which the ledger's JSON has not.

use serde::Serialize;

use super::{ExtractedClaim, Extraction};
use crate::words::claim::{Added, Manner};
use crate::words::span::Span;

/// Returns a claim as one line of JSON, without the line's end.
pub fn claim_line(claim: &ExtractedClaim) -> String {
    to_line(&ClaimLine::from(claim))
}

/// Returns everything that was found as one JSON document on one line, without the line's end.
pub fn document(extraction: &Extraction) -> String {
    to_line(&Document {
        sentences: extraction
            .sentences
            .iter()
            .copied()
            .map(Range::from)
            .collect(),
        claims: extraction.claims.iter().map(ClaimLine::from).collect(),
        passed_over: extraction
            .passed_over
            .iter()
            .map(|p| ClaimLine::from(&p.claim))
            .collect(),
    })
}

/// Returns a sentence's range as one line of JSON, without the line's end.
pub fn sentence_line(sentence: Span) -> String {
    to_line(&Range::from(sentence))
}

fn to_line<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("strings and numbers always serialise")
}

#[derive(Serialize)]
struct Document<'a> {
    sentences: Vec<Range>,
    claims: Vec<ClaimLine<'a>>,
    passed_over: Vec<ClaimLine<'a>>,
}

#[derive(Serialize)]
struct ClaimLine<'a> {
    text: &'a str,
    added: &'a [Added],
    parts: Vec<Range>,
    statement: Vec<Range>,
    claimant: Option<ClaimantLine<'a>>,
    cue: Option<Range>,
    manner: Manner,
    score: f32,
    reason: &'a str,
    sentence: Range,
}

impl<'a> From<&'a ExtractedClaim> for ClaimLine<'a> {
    fn from(claim: &'a ExtractedClaim) -> Self {
        Self {
            text: &claim.text,
            added: &claim.added,
            parts: claim.parts.iter().copied().map(Range::from).collect(),
            statement: claim.statement.iter().copied().map(Range::from).collect(),
            claimant: claim.claimant.as_ref().map(|c| ClaimantLine {
                name: &c.name,
                role: c.role.as_deref(),
                unresolved: claim.unresolved,
                start: c.span.map(Span::start),
                end: c.span.map(Span::end),
            }),
            cue: claim.cue.map(Range::from),
            manner: claim.manner,
            score: claim.score,
            reason: claim.reason.as_str(),
            sentence: Range::from(claim.sentence),
        }
    }
}

#[derive(Serialize)]
struct ClaimantLine<'a> {
    name: &'a str,
    role: Option<&'a str>,
    unresolved: bool,
    start: Option<usize>,
    end: Option<usize>,
}

#[derive(Serialize)]
struct Range {
    start: usize,
    end: usize,
}

impl From<Span> for Range {
    fn from(span: Span) -> Self {
        Self {
            start: span.start(),
            end: span.end(),
        }
    }
}
