//! What is denied, and what is told of: "denied accusations that …", ", and tells of a night when …".

use super::{Found, Told};
use crate::extract::lexicon::Class;
use crate::extract::phrases;
use crate::extract::statements::{Said, Shape};
use crate::extract::tokens::Kind;

impl Told<'_> {
    /// "denied accusations that the ministry had known".
    pub(super) fn denials(&self) -> Vec<Found> {
        const DENIES: [&str; 8] = [
            "denied",
            "denies",
            "deny",
            "rejected",
            "rejects",
            "dismissed",
            "dismisses",
            "disputes",
        ];
        const WHAT: [&str; 12] = [
            "accusations",
            "accusation",
            "allegations",
            "allegation",
            "claims",
            "claim",
            "suggestions",
            "suggestion",
            "reports",
            "charges",
            "charge",
            "notion",
        ];
        let mut found = Vec::new();
        for at in 1..self.tokens.len() {
            let noun = (at + 1..at + 4).find(|i| self.is_one_of(*i, &WHAT));
            let Some(noun) = noun.filter(|noun| {
                self.is_one_of(at, &DENIES)
                    && !self.in_quote[at]
                    && self.is_one_of(noun + 1, &["that"])
            }) else {
                continue;
            };
            let group = phrases::group_start(self.tokens, at);
            let Some(subject) = phrases::subject_before(self.tokens, group, 0) else {
                continue;
            };
            let passive = (group..at).any(|i| self.tokens[i].is(Class::BeForm));
            let stop = self.clause_stop(noun + 2);
            let stop = (noun + 2..stop)
                .find(|i| {
                    self.tokens[*i].kind == Kind::Comma
                        && (self.tokens.get(i + 1)).is_some_and(|t| t.is(Class::Relative))
                })
                .unwrap_or(stop);
            let content = self.trimmed(noun + 2..stop);
            if !passive && !content.is_empty() {
                found.push(Found {
                    source: subject.phrase,
                    inserted: subject.inserted,
                    cue: group..noun + 2,
                    content: vec![content],
                    shape: Shape::Clause,
                });
            }
        }
        found
    }

    /// "He reckons that …, and tells of a night when the ice broke": the second cue's speaker is the
    /// first one's.
    pub(super) fn tells_of(&self, said: &[Said]) -> Option<Found> {
        const TELLS: [&str; 6] = ["tells", "told", "speaks", "spoke", "recalls", "recalled"];
        let at = (1..self.tokens.len()).find(|at| {
            self.is_one_of(*at, &TELLS)
                && !self.in_quote[*at]
                && self.tokens[at - 1].is(Class::Conjunction)
        })?;
        let of = at + usize::from(self.is_one_of(at + 1, &["of"]));
        let when = (of + 2..(of + 12).min(self.tokens.len()))
            .take_while(|i| !self.is_break(*i))
            .find(|i| self.is_one_of(*i, &["when", "how"]))?;
        let before = said.iter().rev().find(|said| {
            said.here.states && said.here.cue.as_ref().is_some_and(|cue| cue.end <= at)
        })?;
        let source = before.here.source.clone()?;
        let content = self.trimmed(when + 1..self.clause_stop(when + 1));
        (!content.is_empty()).then(|| Found {
            source,
            inserted: None,
            cue: at..when + 1,
            content: vec![content],
            shape: Shape::Clause,
        })
    }
}
