//! Third stage, where the network is short: attributions whose place in the sentence says how far they
//! reach.
//!
//! "…, she points out, …" and "…, a person familiar with it said" cover the clause that they interrupt
//! or close, with all that hangs on it, and what follows with "and"; after "but" the narrator is back.
//! "According to the log, …" covers what follows. "Blames the price of steel" and "put the number at
//! 187" say something without a verb of their own.

mod according;
mod denials;
mod verbless;

use std::ops::Range;

use crate::extract::lexicon::{Class, Form, Frame};
use crate::extract::phrases;
use crate::extract::statements::{Here, Said, Sentence, Shape};
use crate::extract::tokens::{self, Kind, Token};
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
    /// What stands between the speaker and the verb.
    inserted: Option<Range<usize>>,
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
    let mut others = told.verbless();
    others.extend(told.according_behind());
    others.extend(told.denials());
    others.extend(told.that_clauses());
    let sources = told.sources(&sentence.said);
    for (at, source, inserted) in sources {
        let said = &mut sentence.said[at];
        said.source = tokens::span_of(&sentence.tokens, &source);
        said.here.source = Some(source);
        if inserted.is_some() {
            said.inserted = (inserted.as_ref()).and_then(|i| tokens::span_of(&sentence.tokens, i));
            said.here.inserted = inserted;
        }
    }
    for one in found {
        lay(sentence, one, true);
    }
    for one in others {
        lay(sentence, one, false);
    }
    let told = Told {
        text,
        tokens: &sentence.tokens,
        in_quote: &sentence.in_quote,
    };
    if let Some(one) = told.tells_of(&sentence.said) {
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
        // "…, it was reported, wants to close it": what somebody wants is what is reported.
        let wants = |said: &Said| {
            let cue = said.here.cue.as_ref();
            cue.is_some_and(|cue| {
                let inside = found.content.iter().any(|own| overlap(own, cue));
                inside && !cue.clone().any(|i| sentence.tokens[i].word.reports())
            })
        };
        sentence.said.retain(|said| !carried(said) && !wants(said));
    }
    let same = |said: &&mut Said| {
        let cue = said.here.cue.as_ref();
        cue.is_some_and(|cue| overlap(cue, &found.cue))
    };
    if let Some(said) = sentence.said.iter_mut().find(same) {
        // "ruled out X: Y is true"
        let runs_on = !reaches
            && found.shape == Shape::Phrase
            && (said.here.content.iter().flat_map(Clone::clone))
                .any(|i| sentence.tokens[i].kind == Kind::Colon);
        // "denied accusations that": the network takes the accusations for what is said.
        let swallowed = said.here.shape == Shape::Clause
            && (said.here.content.first()).is_some_and(|first| first.start < found.cue.end)
            && said
                .here
                .cue
                .as_ref()
                .is_some_and(|cue| cue.end < found.cue.end);
        // "Police said X; Y, according to the union": the union says Y alone.
        let from = found.content.first().map_or(0, |first| first.start);
        let beyond = from > 0
            && sentence.tokens[from - 1].kind == Kind::Semicolon
            && (said.here.content.first()).is_some_and(|first| first.start < from)
            && said.manner == Manner::Indirect
            && found.source.start > from;
        if reaches && said.here.shape == Shape::Clause
            || beyond
            || !said.here.states
            || runs_on
            || swallowed && !reaches
        {
            said.here.content = found.content;
            said.here.shape = found.shape;
            said.here.states = true;
            said.here.cue = Some(found.cue);
            if reaches {
                said.here.source = Some(found.source.clone());
                // "it" may be whom the network found before it in the sentence.
                let own = &sentence.tokens[found.source.start];
                let pronoun = found.source.len() == 1 && own.is(Class::SubjectPronoun);
                let own = tokens::span_of(&sentence.tokens, &found.source);
                let shared = |(a, b): (Span, Span)| a.start() < b.end() && b.start() < a.end();
                let here = |source: &Span| sentence.span.contains(*source);
                let known = said.source.as_ref().is_some_and(here);
                if !known || !pronoun && !said.source.zip(own).is_some_and(shared) {
                    said.source = own;
                }
            }
        }
        return;
    }
    let span = |range: &Range<usize>| tokens::span_of(&sentence.tokens, range);
    let statement = found.content.iter().filter_map(span).collect();
    let said = Said {
        source: span(&found.source),
        inserted: found.inserted.as_ref().and_then(span),
        cue: span(&found.cue),
        statement,
        manner: Manner::Indirect,
        here: Here {
            content: found.content,
            source: Some(found.source),
            inserted: found.inserted,
            past: sentence.tokens[found.cue.start].form(Form::Past),
            cue: Some(found.cue),
            shape: found.shape,
            states: true,
        },
    };
    // Whoever speaks first in a sentence may be "she" later in it.
    let cue = |said: &Said| said.here.cue.as_ref().map(|cue| cue.start);
    let later = (sentence.said.iter()).position(|other| cue(other) > cue(&said));
    let at = later.unwrap_or(sentence.said.len());
    sentence.said.insert(at, said);
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
                    inserted: None,
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
        const TOO: [&str; 14] = [
            "points",
            "pointed",
            "puts",
            "believes",
            "believe",
            "thinks",
            "suggests",
            "suggested",
            "finds",
            "found",
            "shows",
            "showed",
            "indicates",
            "reckons",
        ];
        let token = self.tokens[at];
        let finite = token.form(Form::Past) || token.form(Form::Singular) || token.form(Form::Base);
        // "hiding a report"
        let noun = at > 0
            && self.tokens[at - 1].is(Class::Determiner)
            && !self.tokens[at - 1].is(Class::SubjectPronoun)
            && !self.tokens[at - 1].is(Class::Demonstrative)
            && token.word.may_be_noun();
        !noun
            && !token.capital
            && (finite && token.word.takes(Frame::Speech) || self.is_one_of(at, &TOO))
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
        if let Some(found) = self.reported_in(at, least) {
            return Some(found);
        }
        let group = phrases::group_start(self.tokens, at);
        if let Some(phrase) = self.documented(group, least) {
            let end = self.adjunct_end(at + 1)?;
            return Some((phrase.start..end, phrase));
        }
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

    /// "…, so it was reported in the regional paper, …": the paper says so.
    fn reported_in(&self, at: usize, least: usize) -> Option<(Range<usize>, Range<usize>)> {
        let passive = at > least + 3
            && self.is_one_of(at, &["reported", "said", "claimed"])
            && self.is_one_of(at - 2, &["it"])
            && self.tokens[at - 1].is(Class::BeForm)
            && self.is_one_of(at + 1, &["in", "by"]);
        let start = at.checked_sub(2)?;
        let start = start - usize::from(start > 0 && self.is_one_of(start - 1, &["so", "as"]));
        let end = self.adjunct_end(at + 1)?;
        (passive && start > 0 && self.is_break(start - 1) && end > at + 2)
            .then_some((start..end, at + 2..end))
    }

    /// "…, a study published in May suggests, …": a noun with its participle, from the break before it.
    fn documented(&self, group: usize, least: usize) -> Option<Range<usize>> {
        let first = (least..group).rev().find(|i| self.is_break(*i))? + 1;
        let opens = self.tokens[first].is(Class::Determiner);
        let plain = |i: usize| {
            let t = self.tokens[i];
            let before = self.tokens[i - 1];
            let participle = t.form(Form::Participle)
                && t.form(Form::Past)
                && before.is_nominal()
                && (self.tokens.get(i + 1)).is_some_and(|t| t.is(Class::Preposition));
            participle || !phrases::is_finite(self.tokens, i)
        };
        let fits = opens && first > least + 1 && group > first + 1 && group - first < SOURCE;
        let participle = || (first + 1..group).any(|i| phrases::is_finite(self.tokens, i));
        (fits && (first + 1..group).all(plain) && participle()).then_some(first..group)
    }

    /// "It concedes, however, that …", "An engineer tells us that …", "He adds that …".
    fn that_clauses(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for at in 1..self.tokens.len() {
            let token = self.tokens[at];
            if self.in_quote[at] || !self.says(at) || !token.word.takes(Frame::That) {
                continue;
            }
            let comma = |i: usize| (self.tokens.get(i)).is_some_and(|t| t.kind == Kind::Comma);
            let aside = (at + 3..at + 6)
                .find(|i| comma(*i))
                .filter(|_| comma(at + 1));
            let plain = |end: usize| (at + 2..end).all(|i| !phrases::is_finite(self.tokens, i));
            let that = match aside {
                Some(close) if plain(close) => close + 1,
                _ if (self.tokens.get(at + 1)).is_some_and(|t| t.is(Class::ObjectPronoun)) => {
                    at + 2
                }
                // "He adds that …", where the network sees nobody speak.
                _ if self.is_own_verb(at) => at + 1,
                _ => continue,
            };
            if !self.is_one_of(that, &["that"]) {
                continue;
            }
            let group = phrases::group_start(self.tokens, at);
            let Some(subject) = phrases::subject_before(self.tokens, group, 0) else {
                continue;
            };
            let content = self.trimmed(that + 1..self.clause_stop(that + 1));
            if !content.is_empty() && !self.tokens[subject.phrase.start].is(Class::Relative) {
                // "A worker who was there told me that": not "there".
                let whole = self.around_relative(&subject.phrase);
                found.push(Found {
                    source: whole.unwrap_or(subject.phrase),
                    inserted: subject.inserted,
                    cue: group..at + 1,
                    content: vec![content],
                    shape: Shape::Clause,
                });
            }
        }
        found
    }

    /// The sentence's own verb: its first, or the first behind "Questioned by the defence, …".
    fn is_own_verb(&self, at: usize) -> bool {
        let first = self.tokens[0];
        let leads = first.form(Form::Past) && first.form(Form::Participle);
        let comma = (1..at).find(|i| self.tokens[*i].is_mark());
        let comma = comma.filter(|i| leads && self.tokens[*i].kind == Kind::Comma);
        let from = comma.map_or(0, |comma| comma + 1);
        let main = phrases::main_verb(self.tokens, from..self.tokens.len());
        let group = |verb: usize| phrases::group_start(self.tokens, verb);
        main.is_some_and(|main| group(main) == group(at))
    }

    /// Where a clause ends at the latest: at a colon, a semicolon or ", but".
    fn clause_stop(&self, from: usize) -> usize {
        let n = self.tokens.len();
        (from.min(n)..n)
            .find(|i| {
                matches!(self.tokens[*i].kind, Kind::Semicolon | Kind::Colon)
                    || self.is_one_of(*i, &["but"]) && self.is_break(i - 1)
            })
            .unwrap_or(n)
    }

    /// Speakers that the network missed before their verb, or took a piece of: the statement, the words
    /// for the speaker and what stands between them and the verb.
    fn sources(&self, said: &[Said]) -> Vec<(usize, Range<usize>, Option<Range<usize>>)> {
        let mut found = Vec::new();
        for (index, said) in said.iter().enumerate() {
            let Some(cue) = &said.here.cue else { continue };
            let Some(verb) = cue.clone().rev().find(|i| self.tokens[*i].word.reports()) else {
                continue;
            };
            let group = phrases::group_start(self.tokens, verb);
            let passive = (group..verb).any(|i| self.tokens[i].is(Class::BeForm));
            let t = self.tokens[verb];
            let finite = t.form(Form::Past) || t.form(Form::Singular);
            if passive || !finite || !t.word.takes(Frame::Speech) {
                continue;
            }
            let content = &said.here.content;
            let after = content.first().is_some_and(|first| first.start > verb);
            if let Some(source) = &said.here.source {
                // "a guard who cannot be named for legal reasons said": not "legal reasons".
                if source.end == group
                    && let Some(whole) = self.around_relative(source)
                {
                    found.push((index, whole, None));
                }
                continue;
            }
            if said.source.is_some() || !after {
                continue;
            }
            let Some(subject) = phrases::subject_before(self.tokens, group, 0) else {
                continue;
            };
            let first = self.tokens[subject.phrase.start];
            let free = content.iter().all(|c| !overlap(c, &subject.phrase));
            if free && !first.is(Class::Relative) {
                let whole = self.around_relative(&subject.phrase);
                found.push((index, whole.unwrap_or(subject.phrase), subject.inserted));
            }
        }
        found
    }

    /// A speaker whose last words stand in a relative clause about him, from the noun before it.
    fn around_relative(&self, source: &Range<usize>) -> Option<Range<usize>> {
        let governed = source.start > 1 && self.tokens[source.start - 1].is(Class::Preposition);
        let relative = (source.start.saturating_sub(ADJUNCT)..source.start)
            .rev()
            .take_while(|i| !self.tokens[*i].is_mark())
            .find(|i| self.is_one_of(*i, &["who"]))
            .filter(|who| {
                let inside = who + 1..source.start;
                governed || inside.clone().any(|i| phrases::is_finite(self.tokens, i))
            })?;
        let noun = phrases::noun_before(self.tokens, relative)?;
        let near = noun.end == relative && self.tokens[noun.start].is(Class::Determiner);
        near.then_some(noun.start..source.end)
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
                || t.kind == Kind::Colon && (from..*i).any(|i| phrases::is_finite(self.tokens, i))
                || self.is_one_of(*i, &["but"]) && t.is(Class::Conjunction)
        });
        let mut start = back.map_or(from, |back| back + 1);
        // "It moves to Elm, which, managers say, can take it": only what hangs on "which".
        let before = (start..hull.start)
            .rev()
            .find(|i| !self.tokens[*i].is_mark());
        if let Some(relative) = before.filter(|i| self.is_one_of(*i, &["which", "who", "where"])) {
            start = relative;
        }
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
}
