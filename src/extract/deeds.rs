//! Fifth stage, deeds in the form of nouns: "X's decision to leave" says that X decided to leave.

use std::ops::Range;

use super::clauses::{Clause, Piece, Splitter};
use super::lexicon::{self, Class};
use super::phrases;
use super::tokens::{self, Kind};

impl Splitter<'_> {
    /// "X's decision to …" says that X decided to; "X's cancellation of Y", that X cancelled Y.
    pub(super) fn deeds(&self, range: &Range<usize>, clauses: &mut Vec<Clause>) {
        for mark in range
            .clone()
            .filter(|i| self.tokens[*i].kind == Kind::Possessive)
        {
            let most = (mark + 5).min(range.end);
            for noun in mark + 1..most {
                if self.tokens[noun].kind != Kind::Word || self.tokens[noun].word.is_function() {
                    break;
                }
                if let Some(clause) = self.deed(range, mark, noun) {
                    clauses.push(clause);
                    break;
                }
            }
        }
    }

    pub(super) fn deed(&self, range: &Range<usize>, mark: usize, noun: usize) -> Option<Clause> {
        let word = tokens::lower(self.text, self.tokens[noun]);
        let mut owner = mark;
        while owner > range.start {
            let t = self.tokens[owner - 1];
            if !t.is_nominal()
                || t.kind == Kind::Possessive && owner < mark.saturating_sub(3)
                || phrases::is_finite(self.tokens, owner - 1)
            {
                break;
            }
            owner -= 1;
        }
        if owner == mark {
            return None;
        }
        let mut to = noun + 1;
        while to < range.end
            && (self.tokens[to].is(Class::Negation) || self.tokens[to].is(Class::Adverb))
            && to < noun + 3
        {
            to += 1;
        }
        if let Some(verb) =
            lexicon::deed_to(&word).filter(|_| self.is(to, "to") && to + 1 < range.end)
        {
            let infinitive = self.tokens[to + 1];
            let plausible = infinitive.word.is_verb()
                || infinitive.is(Class::Negation)
                || infinitive.is(Class::Adverb)
                || !infinitive.is_nominal()
                || infinitive.is_plain_adjective();
            let end = self.complement_end(to + 1, range.end);
            return (plausible && end > to + 1).then(|| made(owner..mark, verb, noun + 1..end));
        }
        let (preposition, verb) = lexicon::deed_of(&word)?;
        if !self.is(noun + 1, preposition) {
            return None;
        }
        let end = phrases::phrase_end(self.tokens, noun + 2, range.end, true);
        (end > noun + 2).then(|| made(owner..mark, verb, noun + 2..end))
    }

    /// An infinitive ends before the sentence's own verb, or at a mark.
    pub(super) fn complement_end(&self, start: usize, most: usize) -> usize {
        let mark = (start..most)
            .find(|i| {
                matches!(
                    self.tokens[*i].kind,
                    Kind::Comma | Kind::Semicolon | Kind::Dash | Kind::Stop
                )
            })
            .unwrap_or(most);
        phrases::main_verb(self.tokens, start..mark)
            .map_or(mark, |v| phrases::group_start(self.tokens, v).max(start))
    }
}

fn made(owner: Range<usize>, verb: &'static str, rest: Range<usize>) -> Clause {
    Clause::new(vec![
        Piece::Words(owner),
        Piece::Inflected(verb.to_owned()),
        Piece::Words(rest),
    ])
}
