//! Fifth stage, what a clause of the tree says by itself: its own words, with the subject that stands
//! elsewhere and the verb that a participle or an apposition needs.

use std::ops::Range;

use super::clauses::{self, Clause, Piece};
use super::grammar::Grammar;
use super::lexicon::{self, Class, Form};
use super::openings::Opening;
use super::phrases;
use super::tokens::{self, Kind};
use super::tree::{Relation as R, WordKind};

/// Says whether no passive "was" belongs to a past form: "fled".
pub(super) fn is_intransitive(word: &str) -> bool {
    INTRANSITIVE.contains(&word)
}

const INTRANSITIVE: &[&str] = &[
    "fled",
    "died",
    "went",
    "came",
    "fell",
    "rose",
    "returned",
    "escaped",
    "resigned",
    "disappeared",
    "arrived",
    "remained",
    "became",
    "lived",
    "travelled",
    "traveled",
    "survived",
    "emerged",
    "appeared",
    "vanished",
    "collapsed",
    "retired",
];

impl Grammar<'_> {
    pub(super) fn clause(&self, opening: usize, own: Vec<Range<usize>>) -> Clause {
        let words = |own: Vec<Range<usize>>| own.into_iter().map(Piece::Words);
        let kind = self.openings[opening].unwrap_or(Opening::Main);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut has_verb = true;
        match kind {
            Opening::Main => {
                has_verb = self.is_predicate(opening);
                let begins = own.first().map_or(0, |first| first.start);
                let relative = begins
                    .checked_sub(1)
                    .filter(|at| self.tokens[*at].is(Class::Relative));
                pieces.extend(
                    relative
                        .and_then(|at| phrases::noun_before(self.tokens, at))
                        .map(Piece::Carried),
                );
                pieces.extend(words(own));
            }
            Opening::Joined => {
                let begins = own.first().map_or(opening, |first| first.start);
                let shared = (!self.has_own_subject(begins, opening)).then(|| self.shared(opening));
                pieces.extend(shared.flatten().map(Piece::Carried));
                pieces.extend(words(own));
            }
            Opening::Relative => self.relative(opening, own, &mut pieces),
            Opening::Participle => self.finite(opening, own, &mut pieces),
            Opening::Apposition => {
                let head = self.node(opening).head;
                let begins = own.first().map_or(opening, |first| first.start);
                // "most of them in the north" has its own subject, if no verb.
                if self.counts(begins) {
                    pieces.extend(words(own));
                    return Clause::new(pieces);
                }
                let Some(noun) = self.bearer(head, begins) else {
                    pieces.extend(self.clause_before(head, begins).map(Piece::Carried));
                    pieces.extend(words(own));
                    return Clause::new(pieces);
                };
                let plural = phrases::is_plural(self.tokens, &noun);
                pieces.push(Piece::Carried(noun));
                pieces.push(Piece::Inflected(clauses::be(plural, false).to_owned()));
                pieces.extend(words(own));
            }
            Opening::Absolute => self.absolute(own, &mut pieces),
            Opening::Adverbial => pieces.extend(words(own)),
        }
        Clause { pieces, has_verb }
    }

    /// Of whom an apposition is told: not of a time; behind "in 2019 in Kyiv," it is told of Kyiv.
    fn bearer(&self, head: usize, begins: usize) -> Option<Range<usize>> {
        if !self.node(head).kind.is_nominal() {
            return None;
        }
        let phrase = self.phrase(head);
        // "30 June" is headed by its number.
        if !(self.is_time(head) || phrase.len() < 4 && self.is_time(phrase.end - 1)) {
            return Some(phrase);
        }
        let near = (0..begins).rev().find(|at| !self.tokens[*at].is_mark())?;
        let can = self.node(near).kind == WordKind::Name && near > head && !self.is_time(near);
        can.then(|| self.phrase(near))
    }

    /// "The bank closed its office on Monday," before "the third closure this year": the whole is what the
    /// words behind it are told of.
    fn clause_before(&self, head: usize, begins: usize) -> Option<Range<usize>> {
        let mut at = head;
        while !self.is_predicate(at) && self.node(at).head != at {
            at = self.node(at).head;
        }
        let start = self.first(at);
        (start < begins).then_some(start..begins)
    }

    /// "and the penalty alone cost 12 million": a subject that the tree may not have seen.
    fn has_own_subject(&self, begins: usize, verb: usize) -> bool {
        begins < verb
            && self.tokens[begins].is(Class::Determiner)
            && self.tokens[verb].word.is_verb()
            && !self.tree.has(verb, R::Copula)
    }

    /// The subject of what a joined predicate is joined to, with its helping verb where both share it.
    fn shared(&self, at: usize) -> Option<Range<usize>> {
        if self.tree.has(at, R::Subject) {
            return None;
        }
        let first = self.tree.first_conjunct(at);
        let subject = self.subject(first)?;
        let helpers = [R::Auxiliary, R::PassiveAuxiliary, R::Copula];
        let own = self.tree.by(at, &helpers);
        let token = self.tokens[at];
        let finite = token.form(Form::Singular)
            || token.is(Class::Auxiliary)
            || token.is(Class::Modal)
            || token.form(Form::Past) && !token.form(Form::Participle)
            || self.tree.has(at, R::Object) && token.form(Form::Past);
        let all = self.tree.by(first, &helpers);
        // "had been" goes over whole.
        let end = (subject.end..=subject.end + all.len()).find(|i| !all.contains(i))?;
        let carries = end > subject.end && own.is_empty() && !finite && self.shares(at, end - 1);
        Some(subject.start..if carries { end } else { subject.end })
    }

    /// "was arrested and sentenced to a year", not "was new and protected farmers".
    fn shares(&self, at: usize, helper: usize) -> bool {
        let object = self
            .tokens
            .get(at + 1)
            .is_some_and(|t| !t.is_mark() && t.is_nominal() && !t.is(Class::Preposition))
            && !self.tree.has(at, R::Agent)
            && self.node(at + 1).kind != WordKind::Adverb;
        match self.node(helper).relation {
            R::Copula => !self.node(at).kind.is_verbal(),
            R::PassiveAuxiliary => !object && !self.is_one_of(at, INTRANSITIVE),
            _ => true,
        }
    }

    fn subject(&self, mut at: usize) -> Option<Range<usize>> {
        for _ in 0..6 {
            let subject = self.tree.by(at, &[R::Subject]).first().copied();
            match subject {
                Some(subject) if !self.tokens[subject].is(Class::Relative) => {
                    return Some(self.phrase(subject));
                }
                _ if self.openings[at] == Some(Opening::Relative)
                    || self.openings[at] == Some(Opening::Participle)
                        && self.node(at).relation == R::Participle =>
                {
                    return Some(self.phrase(self.node(at).head));
                }
                _ if self.node(at).head == at => return None,
                _ => at = self.node(at).head,
            }
        }
        None
    }

    /// A noun with what belongs to it, in one stretch.
    fn phrase(&self, noun: usize) -> Range<usize> {
        let inner = self.tree.below(noun, |child| {
            self.openings[child].is_some()
                || matches!(
                    self.node(child).relation,
                    R::RelativeClause
                        | R::Case
                        | R::Punctuation
                        | R::Copula
                        | R::Subject
                        | R::Apposition
                        | R::Participle
                        | R::Conjunction
                        | R::Auxiliary
                        | R::Marker
                ) && self.node(child).head == noun
                || self.tokens[child].kind == Kind::Comma
        });
        let holds = |at: &usize| inner.contains(at) || self.tokens[*at].kind == Kind::Possessive;
        let mut start = (0..noun).rev().take_while(holds).last().unwrap_or(noun);
        // Whose it is, where the tree hangs the owner elsewhere.
        if start > 0 && self.tokens[start].kind == Kind::Possessive {
            start = self.phrase(start - 1).start;
        }
        let behind = noun + 1..self.tokens.len();
        let joined = |at: &usize| {
            holds(at)
                || self.node(*at).relation == R::Case && inner.contains(&self.node(*at).head)
                || self.tokens[*at].is(Class::Conjunction) && inner.contains(&self.node(*at).head)
        };
        let end = behind.take_while(joined).last().map_or(noun + 1, |i| i + 1);
        start..end
    }

    /// "which bans ferries" has its noun before it; "which most scholars reject" behind it.
    fn relative(&self, opening: usize, own: Vec<Range<usize>>, pieces: &mut Vec<Piece>) {
        let head = self.node(opening).head;
        let noun = self.phrase(head);
        let subject = self.tree.by(opening, &[R::Subject]).first().copied();
        let begins = own.first().map_or(opening, |first| first.start);
        let whose = self.is_one_of(begins, &["whose"])
            || (begins + 1..begins + 4).any(|at| self.is_whom(at));
        // "X's cancellation of the visit, which was expected": the visit was.
        let word = tokens::lower(self.text, self.tokens[head]);
        let deed = lexicon::deed_of(&word).is_some() || lexicon::deed_to(&word).is_some();
        let near = deed.then(|| phrases::noun_before(self.tokens, begins.saturating_sub(1)));
        let noun = near.flatten().unwrap_or(noun);
        let behind = !whose && subject.is_some_and(|subject| subject >= begins);
        let words = own.into_iter().map(Piece::Words);
        if !behind {
            pieces.push(Piece::Carried(noun));
            pieces.extend(words);
            return;
        }
        pieces.extend(words);
        let preposition = begins.checked_sub(2).filter(|at| {
            self.tokens[*at].is(Class::Preposition) && self.tokens[at + 1].is(Class::Relative)
        });
        if let Some(at) = preposition {
            pieces.push(Piece::Carried(at..at + 1));
            pieces.push(Piece::Carried(noun));
        } else if begins > 0 && !self.is_one_of(begins - 1, &["where", "when"]) {
            pieces.push(Piece::Carried(noun));
        }
    }

    /// "Israel threatening a war" says that Israel threatens one.
    fn absolute(&self, own: Vec<Range<usize>>, pieces: &mut Vec<Piece>) {
        let first = own.first().cloned().unwrap_or(0..0);
        let is_verb = |at: &usize| self.tokens[*at].form(Form::Ing) && !self.tokens[*at].capital;
        let verb = (first.start + 1..first.end).find(is_verb);
        let Some(verb) = verb else {
            pieces.extend(own.into_iter().map(Piece::Words));
            return;
        };
        let subject = first.start..verb;
        let plural = phrases::is_plural(self.tokens, &subject);
        pieces.push(Piece::Words(subject));
        self.inflected(verb..first.end, plural, false, pieces);
        pieces.extend(own.into_iter().skip(1).map(Piece::Words));
    }

    /// "threatening a war" becomes "threatens" and "a war"; else a form of "be" comes before it.
    fn inflected(&self, words: Range<usize>, plural: bool, past: bool, pieces: &mut Vec<Piece>) {
        let ing = tokens::lower(self.text, self.tokens[words.start]);
        match lexicon::finite_of(&ing, plural, past) {
            Some(verb) if words.len() > 1 => {
                pieces.push(Piece::Inflected(verb));
                pieces.push(Piece::Words(words.start + 1..words.end));
            }
            _ => {
                pieces.push(Piece::Inflected(clauses::be(plural, past).to_owned()));
                pieces.push(Piece::Words(words));
            }
        }
    }

    /// "of which", inside "most of which".
    fn is_whom(&self, at: usize) -> bool {
        at < self.tokens.len() && self.is_one_of(at, &["which", "whom"])
    }

    fn has_year(&self, range: &Range<usize>) -> bool {
        self.tokens[range.clone()].iter().any(|token| {
            let word = &self.text[token.start..token.end];
            let century = word.starts_with('1') || word.starts_with("20");
            word.len() == 4 && century && word.bytes().all(|b| b.is_ascii_digit())
        })
    }

    /// Puts a participle into a finite form, with the subject that it has elsewhere.
    fn finite(&self, opening: usize, own: Vec<Range<usize>>, pieces: &mut Vec<Piece>) {
        let adjectival = self.node(opening).relation == R::Participle;
        let head = self.node(opening).head;
        let subject = if adjectival {
            Some(self.phrase(head))
        } else {
            self.subject(head)
        };
        let past = self.tokens[head].form(Form::Past) && !self.tokens[head].form(Form::Base)
            || self
                .tree
                .by(head, &[R::Auxiliary, R::PassiveAuxiliary, R::Copula])
                .iter()
                .any(|i| self.is_one_of(*i, &["was", "were", "had", "did", "has", "have"]));
        let Some(subject) = subject else {
            pieces.extend(own.into_iter().map(Piece::Words));
            return;
        };
        let plural = phrases::is_plural(self.tokens, &subject);
        let ing = self.tokens[opening].form(Form::Ing);
        // "built in 1971" was built then, whatever it is today.
        let past = if adjectival {
            !ing && (past || own.iter().any(|range| self.has_year(range)))
        } else {
            past
        };
        pieces.push(Piece::Carried(subject));
        let mut own = own.into_iter();
        if let Some(first) = own.next() {
            self.inflected(first, plural, past, pieces);
        }
        pieces.extend(own.map(Piece::Words));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;

    fn has(sentence: &str, expected: &str) {
        let found = texts(sentence);
        assert!(found.iter().any(|text| text == expected), "{found:#?}");
    }

    #[test]
    fn an_apposition_is_told_of_what_it_can_be() {
        has(
            "In 2019 in Kyiv, the capital of Ukraine and its largest city, the two presidents met.",
            "Kyiv is the capital of Ukraine and its largest city",
        );
        for text in texts("In 2019, the largest bank in the country, Orvel, failed.") {
            assert!(!text.contains("2019 is"), "{text}");
        }
    }

    #[test]
    fn helping_verbs_are_carried_whole_or_not_at_all() {
        has(
            "It had been trusted by the agency and checked twice by the ministry.",
            "It had been checked twice by the ministry",
        );
        has(
            "Rell was seen by a guard after killing her and then fled to Spain.",
            "Rell then fled to Spain",
        );
    }
}
