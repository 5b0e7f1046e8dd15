//! Fifth stage, what is joined without a comma: "was built in May and cost a million", clauses after
//! "because" and "after", and, split as fine as can be, "a law that bans ferries".

use super::clauses::{Clause, Main, Part, Piece, Splitter, is_subordinator};
use super::lexicon::{Class, Form};
use super::phrases;
use super::tokens::Kind;

impl Splitter<'_> {
    /// What follows a conjunction at `at`.
    pub(super) fn coordinated(&self, at: usize, end: usize) -> Part {
        if self.is(at, "or") || self.is(at, "nor") {
            return Part::More;
        }
        let mut next = at + 1;
        while next < end
            && self.tokens[next].is(Class::Adverb)
            && !self.tokens[next].is_name()
            && !self.tokens[next].is(Class::Determiner)
        {
            next += 1;
        }
        let Some(t) = self.tokens.get(next).filter(|_| next < end) else {
            return Part::More;
        };
        if self.verb_after_conjunction(at, next, end) {
            return Part::SameSubject;
        }
        let subject_like = t.is_nominal() && !t.form(Form::Ing)
            || t.is(Class::SubjectPronoun)
            || self.is(next, "there");
        let most = (next + 14).min(end);
        let verb = phrases::main_verb(self.tokens, next..most);
        let direct = verb.is_some_and(|v| {
            v > next
                && (next..v)
                    .all(|i| !self.tokens[i].is_mark() && !self.tokens[i].is(Class::Conjunction))
        });
        if subject_like && direct {
            Part::NewClause
        } else {
            Part::More
        }
    }

    pub(super) fn verb_after_conjunction(&self, at: usize, next: usize, end: usize) -> bool {
        let t = self.tokens[next];
        if t.kind != Kind::Word || t.capital || next + 1 >= end {
            return false;
        }
        if t.is(Class::Auxiliary) || t.is(Class::Modal) {
            return true;
        }
        if !t.word.is_verb() || t.form(Form::Ing) {
            return false;
        }
        let follower = self.tokens[next + 1];
        let object = follower.is(Class::Determiner)
            || follower.is(Class::Preposition)
            || follower.is(Class::Possessive)
            || follower.is(Class::ObjectPronoun)
            || follower.is(Class::Subordinator)
            || follower.is(Class::Adverb)
            || follower.kind == Kind::Number
            || follower.is_name();
        let attributive = at >= 2 && !self.tokens[at - 1].plural && {
            let before = self.tokens[at - 2];
            (before.is(Class::Determiner)
                || before.is(Class::Preposition)
                || before.is(Class::Possessive))
                && !before.is(Class::SubjectPronoun)
        };
        if t.form(Form::Past) && !t.form(Form::Base) {
            return object
                || !attributive && (follower.is_nominal() && !follower.plural || next + 2 < end);
        }
        (t.form(Form::Singular) && (!t.word.may_be_noun() || object && !self.tokens[at - 1].plural))
            && follower.is_nominal() | object
    }

    /// Divides a clause at "and" with a verb, without a comma, and takes out clauses after "because" and "after".
    pub(super) fn divide(&self, main: &Main, clauses: &mut Vec<Clause>) {
        let subject = main.subject(self.tokens);
        let verb = main.verb(self.tokens);
        let mut pieces: Vec<Piece> = main
            .carried
            .clone()
            .map(Piece::Carried)
            .into_iter()
            .collect();
        let Some(last) = main.stretches.last().cloned() else {
            return;
        };
        for stretch in &main.stretches[..main.stretches.len() - 1] {
            pieces.push(Piece::Words(stretch.clone()));
        }
        let from = verb.map_or(last.end, |v| v.max(last.start) + 1);
        let border = (from..last.end).find(|i| {
            let t = self.tokens[*i];
            t.is(Class::Relative)
                || t.is(Class::Subordinator)
                    && (!t.is(Class::Preposition) || self.opens_clause(*i, last.end))
                    && !self.starts_coordinated_that(*i)
        });
        let shared = verb.filter(|v| self.tokens[*v].is(Class::Modal));
        let conjunction = (from..border.unwrap_or(last.end)).find(|i| {
            self.tokens[*i].is(Class::Conjunction)
                && !self.is(*i, "or")
                && (self.coordinated(*i, last.end) != Part::More
                    || shared.is_some() && self.is_bare_verb(*i + 1, last.end))
                && !self.not_only(from, *i)
        });
        let own_end = conjunction.unwrap_or(last.end);
        pieces.push(Piece::Words(last.start..own_end));
        let complete = verb.is_some() || main.carried.is_some();
        clauses.push(Clause {
            pieces,
            has_verb: complete,
        });
        if let Some(at) = conjunction {
            let that = usize::from(self.is(at + 1, "that"));
            let carried = match (self.coordinated(at, last.end), shared) {
                (Part::SameSubject, _) => subject,
                // "The lane will cost a million and open in May": the modal is carried, too.
                (Part::More, Some(modal)) => subject.map(|s| s.start..modal + 1),
                _ => None,
            };
            self.divide(
                &Main {
                    carried,
                    stretches: std::iter::once(at + 1 + that..last.end).collect(),
                },
                clauses,
            );
        } else if let Some(at) = border
            && is_subordinator(self.tokens[at])
            && self.opens_clause(at, last.end)
            && [
                "after", "because", "before", "while", "although", "though", "since",
            ]
            .iter()
            .any(|w| self.is(at, w))
        {
            let inner = self.sub_clauses(at + 1..last.end);
            clauses.extend(inner.into_iter().filter(|c| c.has_verb));
        } else if self.atomic
            && let Some(at) = border
        {
            self.restrictive(at, last.end, clauses);
        }
    }

    /// After a modal's "and": a verb without an ending, with an object or an adverbial.
    pub(super) fn is_bare_verb(&self, at: usize, end: usize) -> bool {
        let object = self.tokens.get(at + 1).filter(|_| at + 1 < end);
        let (Some(verb), Some(object)) = (self.tokens.get(at), object) else {
            return false;
        };
        verb.form(Form::Base)
            && !verb.capital
            && (object.is(Class::Determiner)
                || object.is(Class::Preposition)
                || object.is(Class::Possessive)
                || object.kind == Kind::Number
                || !verb.word.may_be_noun() && object.is_nominal())
    }

    /// "a resolution that called for a ceasefire", when splitting as fine as can be.
    pub(super) fn restrictive(&self, at: usize, end: usize, clauses: &mut Vec<Clause>) {
        let verb = self
            .tokens
            .get(at + 1)
            .filter(|t| t.is(Class::Auxiliary) || t.is(Class::Modal) || t.word.is_verb());
        let relative = self.tokens[at].is(Class::Relative) || self.is(at, "that");
        if let (true, Some(_), Some(noun)) = (relative && at + 2 < end, verb, self.noun_before(at))
        {
            clauses.push(Clause::new(vec![
                Piece::Carried(noun),
                Piece::Words(at + 1..end),
            ]));
        }
    }

    pub(super) fn starts_coordinated_that(&self, at: usize) -> bool {
        self.is(at, "that") && at > 0 && self.tokens[at - 1].is(Class::Conjunction)
    }

    /// After a word like "after" stands a subject with a finite verb.
    pub(super) fn opens_clause(&self, at: usize, end: usize) -> bool {
        let first = self.tokens.get(at + 1).filter(|t| {
            at + 1 < end && (t.is_nominal() || self.is(at + 1, "there")) && !t.form(Form::Ing)
        });
        first.is_some()
            && phrases::main_verb(self.tokens, at + 1..end.min(at + 24)).is_some_and(|v| v > at + 1)
    }

    pub(super) fn not_only(&self, from: usize, to: usize) -> bool {
        (from.saturating_sub(3)..to).any(|i| self.is(i, "not") && self.is(i + 1, "only"))
            || self.is(to + 1, "also")
                && self
                    .tokens
                    .get(to + 2)
                    .is_some_and(|t| t.is(Class::Preposition))
    }
}
