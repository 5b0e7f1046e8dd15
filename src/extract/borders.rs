//! What commas and the words behind them show of a sentence's grammar, where its tree misses it.
//!
//! Trees come from a small network and are sometimes wrong; a comma with "of whom", "and they", "most
//! of them" or "while" behind it hardly ever is. Where the tree opens nothing at such a border, what
//! stands behind it is made a branch of its own.

use std::ops::Range;

use super::lexicon::{Class, Form};
use super::openings::Opening;
use super::phrases;
use super::tokens::{self, Kind, Token};
use super::tree::{Node, Relation as R, WordKind};

/// A stretch that is a claim of its own, whatever the tree says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Border {
    pub(super) stretch: Range<usize>,
    pub(super) opening: Opening,
}

/// Words whose clauses stand apart from what they hang on, when a comma stands before them.
const APART: [&str; 8] = [
    "while", "although", "though", "whereas", "as", "when", "where", "even",
];

/// ", bought second-hand last year, passed the test": a participle between commas, and the verb.
fn has_verb_behind(borders: &Borders, start: usize, end: usize) -> bool {
    let token = borders.tokens[start];
    let participle = token.form(Form::Participle)
        && token.form(Form::Past)
        && !token.form(Form::Base)
        && !token.capital
        && !token.is(Class::Auxiliary);
    let comma = borders.tokens[start - 1].kind == Kind::Comma;
    let stop = borders.stop(start, end);
    let closed = (borders.tokens.get(stop)).is_some_and(|t| t.kind == Kind::Comma);
    let verb = stop + 1 < end && borders.is_finite(stop + 1);
    let nominal = start > 1 && borders.tokens[start - 2].is_nominal();
    participle && comma && closed && verb && nominal && stop > start + 1
}

/// One sentence, while its borders are looked for.
pub(super) struct Borders<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) nodes: &'a [Node],
}

impl Borders<'_> {
    /// Returns the borders in a stretch, in order.
    pub(super) fn find(&self, range: &Range<usize>) -> Vec<Border> {
        let mut found: Vec<Border> = Vec::new();
        let mut has_verb = false;
        if self.tokens[range.start].is(Class::WithLike) && self.absolute(range.start, range.end) {
            found.push(Border {
                stretch: range.start..self.stop(range.start, range.end),
                opening: Opening::Absolute,
            });
        }
        for at in range.clone() {
            has_verb |= self.is_finite(at) || self.nodes[at].kind == WordKind::Verb;
            let mark = matches!(
                self.tokens[at].kind,
                Kind::Comma | Kind::Dash | Kind::Semicolon
            );
            if at + 2 >= range.end {
                continue;
            }
            if has_verb
                && (self.joins_verb(at)
                    || self.joins_bare_verb(range, at)
                    || self.joins_clause(range, at))
            {
                found.push(Border {
                    stretch: at..range.end,
                    opening: Opening::Joined,
                });
            }
            if let Some(verb) = self.unmarked_participle(range, at) {
                found.push(Border {
                    stretch: at..verb,
                    opening: Opening::Participle,
                });
            }
            if !mark {
                continue;
            }
            let start = (at + 1..range.end).find(|i| !self.tokens[*i].is_mark());
            let Some(start) = start else { continue };
            if let Some(opening) = self.behind(start, range.end, has_verb) {
                let end = self.end(start, range.end, opening);
                found.push(Border {
                    stretch: start..end,
                    opening,
                });
            }
        }
        // A joined clause goes on to the next one.
        for i in 0..found.len() {
            if found[i].opening == Opening::Joined {
                let next = found[i + 1..].iter().find(|b| b.opening == Opening::Joined);
                found[i].stretch.end = next.map_or(range.end, |next| next.stretch.start);
            }
        }
        found
    }

    /// "A ship carrying coal sank": a participle behind an indefinite subject, and where the verb stands.
    fn unmarked_participle(&self, range: &Range<usize>, at: usize) -> Option<usize> {
        let token = self.tokens[at];
        let noun = at.checked_sub(1).filter(|noun| *noun > range.start)?;
        let fits = token.form(Form::Ing)
            && !token.capital
            && !token.word.may_be_noun()
            && !token.is(Class::Preposition)
            && self.tokens[noun].is_nominal()
            && !self.tokens[noun].is(Class::Determiner);
        let least = at.saturating_sub(5).max(range.start);
        let phrase = (least..noun)
            .rev()
            .take_while(|i| self.tokens[i + 1].is_nominal())
            .find(|i| self.is_one_of(*i, &["a", "an"]))?;
        let leads = phrase == range.start || self.tokens[phrase - 1].is_mark();
        let stop = self.stop(at, range.end);
        let verb = (at + 1..stop).find(|i| self.is_finite(*i))?;
        let object = self.tokens[verb - 1].is_nominal();
        (fits && leads && object && verb > at + 1).then_some(verb)
    }

    fn is_one_of(&self, at: usize, words: &[&str]) -> bool {
        (self.tokens.get(at)).is_some_and(|t| words.contains(&&*tokens::lower(self.text, *t)))
    }

    pub(super) fn is_finite(&self, at: usize) -> bool {
        let token = self.tokens[at];
        // "cost 12 million": past and base are written alike.
        let alike = token.form(Form::Past) && token.form(Form::Base);
        let object = self.tokens.get(at + 1).is_some_and(|t| {
            t.kind == Kind::Number || t.is(Class::Determiner) || t.is(Class::Number)
        });
        let free = at > 0
            && !self.tokens[at - 1].is(Class::Determiner)
            && !self.tokens[at - 1].is(Class::Preposition);
        phrases::is_finite(self.tokens, at)
            || alike && object && free && !token.capital
            || self.nodes[at].kind == WordKind::Auxiliary
            || self.nodes[at].kind == WordKind::Verb
                && !token.form(Form::Ing)
                && self.has_subject(at)
    }

    fn has_subject(&self, at: usize) -> bool {
        let near = at.saturating_sub(12)..at;
        near.rev()
            .any(|i| self.nodes[i].head == at && self.nodes[i].relation == R::Subject)
    }

    /// "and maintained a policy", where the tree does not see the verb.
    fn joins_verb(&self, at: usize) -> bool {
        let token = self.tokens[at];
        // "and never restarted"
        let skipped = self.is_one_of(at + 1, &["never", "not", "also", "later", "then"]);
        let next = at + 1 + usize::from(skipped);
        let Some(verb) = self.tokens.get(next) else {
            return false;
        };
        let inflected =
            verb.form(Form::Singular) || verb.form(Form::Past) && !verb.form(Form::Base);
        let node = self.nodes[next];
        let known = node.kind == WordKind::Verb && node.relation == R::Conjunct;
        let object = skipped || self.tokens.get(next + 1).is_some_and(|t| !t.is_mark());
        token.is(Class::Conjunction)
            && self.is_one_of(at, &["and", "but"])
            && object
            && !known
            && (inflected && phrases::is_finite(self.tokens, next) || self.is_put(next))
    }

    /// "hit the post and Brandt headed over": a name and a past verb behind a common noun and "and".
    fn joins_clause(&self, range: &Range<usize>, at: usize) -> bool {
        let names = (at + 1..range.end)
            .take_while(|i| self.tokens[*i].is_name())
            .count();
        let verb = at + 1 + names;
        let common = at > range.start
            && self.tokens[at - 1].kind == Kind::Word
            && !self.tokens[at - 1].capital;
        let past = verb < range.end
            && self.tokens[verb].form(Form::Past)
            && !self.tokens[verb].form(Form::Base)
            && phrases::is_finite(self.tokens, verb);
        (1..4).contains(&names) && common && past && self.is_one_of(at, &["and", "but"])
    }

    /// "and put off the vote": past and base are written alike, and a particle or an object follows.
    fn is_put(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let behind =
            |t: &Token| t.is(Class::Particle) || t.is(Class::Determiner) || t.is(Class::Possessive);
        let off = self
            .tokens
            .get(at + 1)
            .is_some_and(|t| t.is(Class::Particle));
        token.form(Form::Past)
            && token.form(Form::Base)
            && !token.capital
            && (off || self.nodes[at].kind == WordKind::Verb)
            && self.tokens.get(at + 1).is_some_and(behind)
    }

    /// "will cost a million and open in May".
    fn joins_bare_verb(&self, range: &Range<usize>, at: usize) -> bool {
        let (token, verb) = (self.tokens[at], self.tokens[at + 1]);
        let Some(object) = self.tokens.get(at + 2) else {
            return false;
        };
        let node = self.nodes[at + 1];
        let known = node.kind == WordKind::Verb && node.relation == R::Conjunct;
        let open = object.is(Class::Determiner)
            || object.is(Class::Preposition)
            || object.is(Class::Possessive)
            || object.kind == Kind::Number;
        token.is(Class::Conjunction)
            && self.is_one_of(at, &["and", "but"])
            && verb.form(Form::Base)
            && !verb.capital
            && !known
            && open
            && self.tokens[range.start..at]
                .iter()
                .any(|t| t.is(Class::Modal))
    }

    fn behind(&self, start: usize, end: usize, has_verb: bool) -> Option<Opening> {
        let token = self.tokens[start];
        if token.is(Class::Relative) && !self.is_one_of(start, &["what", "that"]) {
            return Some(Opening::Relative);
        }
        let whom =
            (start + 1..(start + 4).min(end)).find(|i| self.is_one_of(*i, &["which", "whom"]));
        if let Some(whom) = whom
            && self.tokens[whom - 1].is(Class::Preposition)
        {
            return Some(Opening::Relative);
        }
        if self.is_one_of(start, &APART) && self.opens_clause(start + 1, end) {
            return has_verb.then_some(Opening::Adverbial);
        }
        // "said that it would cost a million, that the city could afford it"
        if self.is_one_of(start, &["that"])
            && self.opens_clause(start + 2, end)
            && !self.is_finite(start + 1)
        {
            return has_verb.then_some(Opening::Joined);
        }
        if token.is(Class::Conjunction) && !self.is_one_of(start, &["or", "nor"]) {
            let verb = self.joined_verb(start + 1, end)?;
            return (has_verb && verb > start).then_some(Opening::Joined);
        }
        let strong = matches!(self.tokens[start - 1].kind, Kind::Semicolon);
        if strong && has_verb && self.opens_clause(start, end) {
            return Some(Opening::Joined);
        }
        if token.is(Class::WithLike) && self.absolute(start, end) {
            return Some(Opening::Absolute);
        }
        let ing = token.form(Form::Ing) && !token.is(Class::Preposition) && !token.capital;
        if ing && has_verb && self.stop(start, end) > start + 2 {
            return Some(Opening::Participle);
        }
        if has_verb && self.is_done_by(start, end) {
            return Some(Opening::Participle);
        }
        if has_verb_behind(self, start, end) {
            return Some(Opening::Participle);
        }
        // "In 2019, the largest bank failed"
        let before = start.checked_sub(2).map(|at| self.tokens[at]);
        let leads = !has_verb && before.is_some_and(|t| phrases::is_time(self.text, t));
        let told =
            !leads && self.is_told(start, end) && !self.holds_verb(start, self.stop(start, end));
        told.then_some(Opening::Apposition)
    }

    /// The verb of a clause, or of a predicate, behind "and": not of a relative clause in it.
    fn joined_verb(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        while at < end && !self.is_finite(at) {
            let t = self.tokens[at];
            let ends = t.is(Class::Relative)
                || t.is(Class::Subordinator) && !t.is(Class::Preposition) && at > start
                || matches!(t.kind, Kind::Semicolon | Kind::Dash | Kind::Colon);
            if ends {
                return None;
            }
            at += 1;
        }
        (at < end).then_some(at)
    }

    /// ", helped by lower costs": a participle that only a passive has, set off.
    fn is_done_by(&self, start: usize, end: usize) -> bool {
        let token = self.tokens[start];
        let participle = token.form(Form::Participle)
            && !token.form(Form::Base)
            && !token.capital
            && !token.is(Class::Auxiliary)
            && self.nodes[start].relation != R::Conjunct;
        let by = self.is_one_of(start + 1, &["by"])
            && (self.tokens.get(start + 2)).is_some_and(|t| t.kind != Kind::Number);
        participle && by && self.stop(start, end) > start + 2
    }

    fn opens_clause(&self, start: usize, end: usize) -> bool {
        let stop = self.stop(start, end);
        (start..stop)
            .find(|i| self.is_finite(*i))
            .is_some_and(|verb| verb > start)
    }

    fn holds_verb(&self, start: usize, stop: usize) -> bool {
        (start..stop)
            .take_while(|i| {
                !self.tokens[*i].is(Class::Subordinator) && !self.tokens[*i].is(Class::Relative)
            })
            .any(|i| self.is_finite(i))
    }

    /// Where the stretch ends at the latest: the next comma, dash or semicolon.
    fn stop(&self, start: usize, end: usize) -> usize {
        let mark = |i: &usize| {
            matches!(
                self.tokens[*i].kind,
                Kind::Comma | Kind::Dash | Kind::Semicolon | Kind::Colon | Kind::Stop
            )
        };
        (start..end).find(mark).unwrap_or(end)
    }

    fn end(&self, start: usize, end: usize, opening: Opening) -> usize {
        match opening {
            Opening::Joined => end,
            Opening::Relative => {
                let verb = (start..end).find(|i| self.is_finite(*i));
                verb.map_or(end, |verb| self.stop(verb, end))
            }
            _ => self.stop(start, end),
        }
    }

    /// "with the price falling by half".
    fn absolute(&self, start: usize, end: usize) -> bool {
        let stop = self.stop(start, end).min(start + 12);
        (start + 2..stop).any(|i| {
            self.tokens[i].form(Form::Ing)
                && !self.tokens[i].capital
                && !self.tokens[i].is(Class::Preposition)
                && !self.tokens[i - 1].is(Class::Determiner)
                && !self.tokens[i - 1].is(Class::Preposition)
        })
    }

    /// "most of them in the north", "nearly three times the average", "the largest since 1962".
    fn is_told(&self, start: usize, end: usize) -> bool {
        const ABOUT: [&str; 8] = [
            "nearly", "almost", "about", "roughly", "some", "around", "more", "just",
        ];
        const COUNT: [&str; 11] = [
            "all", "both", "most", "half", "none", "some", "many", "one", "two", "several", "each",
        ];
        let first = start + usize::from(self.is_one_of(start, &ABOUT));
        let of = self.tokens.get(first + 1).is_some_and(|t| t.is(Class::Of));
        if of && self.is_one_of(first, &COUNT) {
            return self.is_one_of(first + 2, &["them", "these", "those"]);
        }
        let number = |i: usize| {
            (self.tokens.get(i)).is_some_and(|t| t.kind == Kind::Number || t.is(Class::Number))
        };
        let times = |i: usize| {
            self.is_one_of(
                i,
                &["times", "twice", "half", "percent", "quarter", "third"],
            )
        };
        if self.is_one_of(start, &["up", "down"]) && number(start + 1)
            || self.is_one_of(start, &["payable", "ahead", "due", "worth", "equivalent"])
                && (self.tokens.get(start + 1)).is_some_and(|t| {
                    t.is(Class::Preposition) || t.is(Class::Of) || t.kind == Kind::Number
                })
        {
            return true;
        }
        // "nearly two feet above the record"
        let than = [
            "above", "below", "more", "less", "higher", "lower", "longer", "short",
        ];
        let unit = |i: usize| self.tokens.get(i).is_some_and(|t| t.plural);
        if number(first) && unit(first + 1) && self.is_one_of(first + 2, &than) {
            return first + 3 < end;
        }
        if (number(first) || self.is_one_of(first, &["a", "an"])) && times(first + 1)
            || self.is_one_of(first, &["twice", "double"])
        {
            return first + 2 < end;
        }
        if self.is_one_of(start, &["more", "less", "fewer", "higher", "lower"])
            && self.is_one_of(start + 1, &["than"])
        {
            return true;
        }
        self.is_one_of(start, &["the", "its", "their", "his", "her", "a"])
            && (start + 1..(start + 4).min(end))
                .any(|i| phrases::is_most(self.text, self.tokens[i]))
            && self.stop(start, end) > start + 2
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;

    #[test]
    fn clauses_begin_at_borders_that_the_tree_may_miss() {
        for (sentence, expected) in [
            (
                "Profit rose to 38 million, helped by lower energy costs.",
                "Profit was helped by lower energy costs",
            ),
            (
                "The river crested at 31 feet, nearly two feet above the record set in 1997.",
                "nearly two feet above the record set in 1997",
            ),
            (
                "The pumps had been switched off for repairs in May and never restarted.",
                "never restarted",
            ),
            (
                "The council approved a raise for police officers and put off until March a decision on blowers.",
                "put off until March a decision on blowers",
            ),
        ] {
            let found = texts(sentence);
            assert!(
                found
                    .iter()
                    .any(|text| text.ends_with(expected) && text != sentence),
                "{found:#?}"
            );
        }
    }
}
