//! "According to the log, …", before what it covers and behind it.

use super::{Found, SOURCE, Told};
use crate::extract::lexicon::Class;
use crate::extract::statements::Shape;
use crate::extract::tokens::Kind;

impl Told<'_> {
    /// "According to the log, …" at the head of a sentence, a conjunction before it at most.
    pub(super) fn according(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for at in 0..self.tokens.len().min(2) {
            if self.in_quote[at]
                || !self.is_one_of(at, &["according"])
                || !self.is_one_of(at + 1, &["to"])
                || at > 0
                    && !self.tokens[at - 1].is_mark()
                    && !self.tokens[at - 1].is(Class::Conjunction)
            {
                continue;
            }
            let most = (at + 2 + SOURCE).min(self.tokens.len());
            let comma = (at + 3..most).find(|i| self.tokens[*i].kind == Kind::Comma);
            let Some(comma) = comma else {
                continue;
            };
            let content = self.trimmed(comma + 1..self.tokens.len());
            if !content.is_empty() && !self.tokens[at + 2].is(Class::Possessive) {
                found.push(Found {
                    source: at + 2..comma,
                    inserted: None,
                    cue: at..at + 2,
                    content: vec![content],
                    shape: Shape::Clause,
                });
            }
        }
        found
    }

    /// "…, according to the agency", in the middle or at the end.
    pub(super) fn according_behind(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for at in 2..self.tokens.len() {
            let here = !self.in_quote[at]
                && self.is_one_of(at, &["according"])
                && self.is_one_of(at + 1, &["to"])
                && matches!(self.tokens[at - 1].kind, Kind::Comma | Kind::Dash);
            if !here {
                continue;
            }
            let most = (at + 2 + SOURCE).min(self.tokens.len());
            let end = (at + 2..most).find(|i| self.is_break(*i)).unwrap_or(most);
            if end < at + 3 || self.tokens[at + 2].is(Class::Relative) {
                continue;
            }
            let content = self.around(0, &(at..end));
            let quoted = content
                .iter()
                .flat_map(Clone::clone)
                .any(|i| self.in_quote[i]);
            if !content.is_empty() && !quoted {
                found.push(Found {
                    source: at + 2..end,
                    inserted: None,
                    cue: at..at + 2,
                    content,
                    shape: Shape::Clause,
                });
            }
        }
        found
    }
}
