//! Third stage, where the network is short: attributions whose place in the sentence says how far they
//! reach.
//!
//! "…, she points out, …" and "…, a person familiar with it said" cover the clause that they interrupt
//! or close, with all that hangs on it, and what follows with "and"; after "but" the narrator is back.
//! "According to the log, …" covers what follows. "Blames the price of steel" and "put the number at
//! 187" say something without a verb of their own.

use std::ops::Range;

use super::lexicon::{Class, Form, Frame};
use super::phrases;
use super::statements::{Here, Said, Sentence, Shape};
use super::tokens::{self, Kind, Token};
use crate::words::claim::Manner;
use crate::words::span::Span;

/// Tokens behind a verb of saying, "in a statement on Friday", at most.
const ADJUNCT: usize = 8;

/// Words for a speaker at most.
const SOURCE: usize = 24;

/// Words that attribute, where they stand.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Found {
    source: Range<usize>,
    cue: Range<usize>,
    content: Vec<Range<usize>>,
    shape: Shape,
}

/// Adds to a sentence what its own attributions leave out.
pub(super) fn complete(text: &str, sentence: &mut Sentence) {
    let told = Told {
        text,
        tokens: &sentence.tokens,
        in_quote: &sentence.in_quote,
    };
    let mut found = told.inserted();
    found.extend(told.according());
    let phrases = told.phrases();
    for one in found {
        lay(sentence, one, true);
    }
    for one in phrases {
        lay(sentence, one, false);
    }
}

/// Gives an attribution that is known its full content, or adds it.
fn lay(sentence: &mut Sentence, found: Found, reaches: bool) {
    if reaches {
        // What goes on from another sentence ends before an attribution of this one.
        let carried = |said: &Said| {
            let here = &said.here;
            let shared = |part: &Range<usize>| found.content.iter().any(|own| overlap(own, part));
            here.cue.is_none() && said.manner == Manner::Indirect && here.content.iter().any(shared)
        };
        sentence.said.retain(|said| !carried(said));
    }
    let same = |said: &&mut Said| {
        let cue = said.here.cue.as_ref();
        cue.is_some_and(|cue| overlap(cue, &found.cue))
    };
    if let Some(said) = sentence.said.iter_mut().find(same) {
        if reaches && said.here.shape == Shape::Clause || !said.here.states {
            said.here.content = found.content;
            said.here.shape = found.shape;
            said.here.states = true;
            said.here.cue = Some(found.cue);
            if reaches {
                said.here.source = Some(found.source.clone());
                let here = |source: &Span| sentence.span.contains(*source);
                if !said.source.as_ref().is_some_and(here) {
                    said.source = tokens::span_of(&sentence.tokens, &found.source);
                }
            }
        }
        return;
    }
    let span = |range: &Range<usize>| tokens::span_of(&sentence.tokens, range);
    let statement = found.content.iter().filter_map(span).collect();
    let said = Said {
        source: span(&found.source),
        inserted: None,
        cue: span(&found.cue),
        statement,
        manner: Manner::Indirect,
        here: Here {
            content: found.content,
            source: Some(found.source),
            inserted: None,
            past: sentence.tokens[found.cue.start].form(Form::Past),
            cue: Some(found.cue),
            shape: found.shape,
            states: true,
        },
    };
    sentence.said.push(said);
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

struct Told<'a> {
    text: &'a str,
    tokens: &'a [Token],
    in_quote: &'a [bool],
}

impl Told<'_> {
    fn is_one_of(&self, at: usize, words: &[&str]) -> bool {
        (self.tokens.get(at)).is_some_and(|t| words.contains(&&*tokens::lower(self.text, *t)))
    }

    fn is_break(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|t| {
            matches!(
                t.kind,
                Kind::Comma | Kind::Dash | Kind::Stop | Kind::Semicolon | Kind::Close
            )
        })
    }

    /// "…, she points out, …" and "…, said the ministry in a statement".
    fn inserted(&self) -> Vec<Found> {
        let mut found = Vec::new();
        let mut from = 0;
        for at in 1..self.tokens.len() {
            if self.in_quote[at] || !self.says(at) {
                continue;
            }
            let Some((hull, source)) = self.hull(at, from) else {
                continue;
            };
            let content = self.around(from, &hull);
            let quoted = content
                .iter()
                .flat_map(Clone::clone)
                .any(|i| self.in_quote[i]);
            let cue = phrases::group_start(self.tokens, at).max(hull.start)..at + 1;
            from = hull.end;
            if !content.is_empty() && !quoted {
                found.push(Found {
                    source,
                    cue,
                    content,
                    shape: Shape::Clause,
                });
            }
        }
        found
    }

    /// A finite verb of speech.
    fn says(&self, at: usize) -> bool {
        const TOO: [&str; 6] = ["points", "pointed", "puts", "believes", "believe", "thinks"];
        let token = self.tokens[at];
        let finite = token.form(Form::Past) || token.form(Form::Singular) || token.form(Form::Base);
        !token.capital && (finite && token.word.takes(Frame::Speech) || self.is_one_of(at, &TOO))
    }

    /// An inserted attribution around its verb, without the marks around it, and its source.
    fn hull(&self, at: usize, least: usize) -> Option<(Range<usize>, Range<usize>)> {
        let inverted = self.is_break(at - 1) && at > 1 && self.tokens[at].form(Form::Past);
        if inverted {
            let end = phrases::phrase_end(self.tokens, at + 1, self.tokens.len(), true);
            let source = at + 1..end;
            let end = self.adjunct_end(end)?;
            let nominal = (self.tokens.get(at + 1))
                .is_some_and(|t| t.is_nominal() && !t.is(Class::Preposition));
            let told = (least..at).any(|i| phrases::is_finite(self.tokens, i));
            let nominal = nominal && told;
            return (nominal && !source.is_empty()).then_some((at..end, source));
        }
        let group = phrases::group_start(self.tokens, at);
        let subject = phrases::subject_before(self.tokens, group, least)?;
        let mut start = subject.phrase.start;
        if start > 0 && self.is_one_of(start - 1, &["as", "so"]) {
            start -= 1;
        }
        let long = at - start > SOURCE || subject.inserted.is_some();
        let set_off = start > least + 1 && self.is_break(start - 1);
        let object = self.tokens[subject.phrase.start].is(Class::Relative);
        if long || !set_off || object {
            return None;
        }
        // "points out", "puts it"
        let mut end = at + 1;
        if self.is_one_of(end, &["out", "it"]) {
            end += 1;
        } else if self.is_one_of(at, &["points", "pointed", "puts"]) {
            return None;
        }
        let end = self.adjunct_end(end)?;
        Some((start..end, subject.phrase))
    }

    /// Where an attribution ends behind its verb: at the next mark, with no clause before it.
    fn adjunct_end(&self, from: usize) -> Option<usize> {
        let end = (from..=from + ADJUNCT).find(|i| self.is_break(*i))?;
        let mut words = from..end.min(self.tokens.len());
        let plain = words.all(|i| {
            let t = self.tokens[i];
            !t.is_mark()
                && !phrases::is_finite(self.tokens, i)
                && !self.is_one_of(i, &["that", "to"])
        });
        plain.then_some(end.min(self.tokens.len()))
    }

    /// What an inserted attribution covers: the words before it from `from` on, and those behind it
    /// up to a "but".
    fn around(&self, from: usize, hull: &Range<usize>) -> Vec<Range<usize>> {
        let back = (from..hull.start).rev().find(|i| {
            let t = self.tokens[*i];
            matches!(t.kind, Kind::Semicolon)
                || self.is_one_of(*i, &["but"]) && t.is(Class::Conjunction)
        });
        let start = back.map_or(from, |back| back + 1);
        let behind = (hull.end..self.tokens.len()).find(|i| !self.tokens[*i].is_mark());
        let mut content: Vec<Range<usize>> = std::iter::once(start..hull.start).collect();
        if let Some(behind) = behind {
            const BACK: [&str; 5] = ["but", "although", "though", "while", "whereas"];
            let end = (behind..self.tokens.len())
                .find(|i| {
                    self.tokens[*i].kind == Kind::Semicolon
                        || self.is_one_of(*i, &BACK) && self.is_break(i - 1)
                })
                .unwrap_or(self.tokens.len());
            content.push(behind..end);
        }
        let trimmed = content.into_iter().map(|range| self.trimmed(range));
        trimmed.filter(|range| !range.is_empty()).collect()
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let mut range = range;
        while !range.is_empty() && self.tokens[range.start].is_mark() {
            range.start += 1;
        }
        while !range.is_empty() && self.tokens[range.end - 1].is_mark() {
            range.end -= 1;
        }
        range
    }

    /// "According to the log, …": at the head of a sentence or of a clause.
    fn according(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for at in 0..self.tokens.len() {
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
            let Some(comma) = comma.filter(|_| at < 2) else {
                continue;
            };
            let content = self.trimmed(comma + 1..self.tokens.len());
            if !content.is_empty() && !self.tokens[at + 2].is(Class::Possessive) {
                found.push(Found {
                    source: at + 2..comma,
                    cue: at..at + 2,
                    content: vec![content],
                    shape: Shape::Clause,
                });
            }
        }
        found
    }

    /// "blames X", "credit X with Y", "put X at Y", "ruled out X".
    fn phrases(&self) -> Vec<Found> {
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
            let with_number = || (at + 2..end).any(|i| self.tokens[i].kind == Kind::Number);
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
            if !content.is_empty() && !self.tokens[subject.phrase.start].is(Class::Relative) {
                found.push(Found {
                    source: subject.phrase,
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
