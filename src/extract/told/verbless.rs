//! What is said without a verb of its own: "blames X", "credit X with Y", "put X at Y", "ruled out X".

use super::{Found, Told};
use crate::extract::lexicon::Class;
use crate::extract::phrases;
use crate::extract::statements::Shape;
use crate::extract::tokens::{self, Kind};

/// Numbers in words that the lexicon does not have.
const NUMBERS: &[&str] = &[
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
];

impl Told<'_> {
    /// "blames X", "credit X with Y", "put X at Y", "ruled out X".
    pub(super) fn verbless(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for at in 1..self.tokens.len() {
            if self.in_quote[at] || self.tokens[at].capital {
                continue;
            }
            let next = self.tokens.get(at + 1);
            let Some(next) = next.filter(|t| !t.is_mark()) else {
                continue;
            };
            let end = self.phrase_stop(at + 1);
            let has = |word: &str| (at + 2..end).any(|i| self.is_one_of(i, &[word]));
            let with_number = || {
                (at + 2..end).any(|i| {
                    let t = self.tokens[i];
                    t.kind == Kind::Number || t.is(Class::Number) || self.is_one_of(i, NUMBERS)
                })
            };
            let cue_end = match &*tokens::lower(self.text, self.tokens[at]) {
                "blame" | "blames" | "blamed" => at + 1,
                "credit" | "credits" | "credited" if has("with") => at + 1,
                "put" | "puts" if has("at") && with_number() => at + 1,
                "ruled" | "rules" if self.is_one_of(at + 1, &["out"]) => at + 2,
                _ => continue,
            };
            let governed = |i: usize| {
                let t = self.tokens[i];
                t.is(Class::BeForm) || t.is(Class::Determiner) || self.is_one_of(i, &["to", "be"])
            };
            if governed(at - 1) || next.is(Class::Preposition) && cue_end == at + 1 {
                continue;
            }
            let group = phrases::group_start(self.tokens, at);
            let Some(subject) = phrases::subject_before(self.tokens, group, 0) else {
                continue;
            };
            let content = self.trimmed(cue_end..end);
            // "ruled out heat: the nights were cold" hands over what follows.
            let colon = (self.tokens.get(end)).is_some_and(|t| t.kind == Kind::Colon);
            let behind = self.trimmed((end + 1).min(self.tokens.len())..self.clause_stop(end + 1));
            let says = colon && phrases::main_verb(self.tokens, behind.clone()).is_some();
            if says && !behind.clone().any(|i| self.in_quote[i]) {
                found.push(Found {
                    source: subject.phrase.clone(),
                    inserted: None,
                    cue: end..end + 1,
                    content: vec![behind],
                    shape: Shape::Clause,
                });
            }
            if !content.is_empty() && !self.tokens[subject.phrase.start].is(Class::Relative) {
                found.push(Found {
                    source: subject.phrase,
                    inserted: subject.inserted,
                    cue: at..cue_end,
                    content: vec![content],
                    shape: Shape::Phrase,
                });
            }
        }
        found
    }

    /// Where an object ends: at a mark, or before a conjunction with a verb behind it.
    fn phrase_stop(&self, from: usize) -> usize {
        let n = self.tokens.len();
        (from..n)
            .find(|i| {
                self.is_break(*i)
                    || self.tokens[*i].kind == Kind::Colon
                    || self.tokens[*i].is(Class::Conjunction)
                        && i + 1 < n
                        && phrases::is_finite(self.tokens, i + 1)
            })
            .unwrap_or(n)
    }
}
