//! The predicates that facts are told with: verbs and what "is" joins to a subject, and of whom each is
//! said.

use super::clauses;
use super::facts::Reader;
use super::lexicon::{self, Form};
use super::tokens;
use super::tree::{Relation as R, WordKind};
use super::wording::is_intransitive;

/// A predicate: what is said, and of whom.
pub(super) struct Predicate {
    pub(super) node: usize,
    pub(super) relation: R,
    /// The subject's words, for each of the joined subjects.
    pub(super) subjects: Vec<Vec<usize>>,
    /// The subject stands in this clause, not elsewhere.
    pub(super) own: bool,
    /// "who", "which", "that" in the subject's place.
    pub(super) relative: Option<usize>,
    /// Forms of "be" and the like, and "not".
    pub(super) helpers: Vec<usize>,
    /// How the verb is said, if its own form can't stand in a sentence.
    pub(super) finite: Option<Finite>,
}

/// What makes a participle finite.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Finite {
    /// "built in May": "was" before it.
    With(&'static str),
    /// "leading teams": "led" in its place.
    As(String),
}

impl Reader<'_> {
    /// A verb, or a noun or adjective with a subject.
    pub(super) fn is_predicate(&self, node: usize) -> bool {
        let joined = self.tree.has(node, R::Copula) || self.tree.has(node, R::Subject);
        self.kind(node).is_verbal() || joined
    }

    pub(super) fn predicate(&self, node: usize) -> Option<Predicate> {
        let relation = self.relation(node);
        let may_be = match relation {
            R::Root
            | R::RelativeClause
            | R::AdverbialClause
            | R::Clause
            | R::Parataxis
            | R::Conjunct => true,
            R::Participle => !self.tree.has(node, R::Marker),
            _ => false,
        };
        if !may_be || !self.is_predicate(node) {
            return None;
        }
        let helpers = self.helpers(node);
        if helpers.is_empty() && !self.may_stand(node) {
            return None;
        }
        let (subject, relative) = self.subject_of(node);
        let subject = subject.filter(|subject| *subject != node);
        let subject = match (subject, relation) {
            (None, R::Conjunct | R::AdverbialClause | R::Parataxis) => self.first_subject(),
            (subject, _) => subject,
        };
        let clause = matches!(relation, R::RelativeClause | R::Participle);
        let inside = if clause {
            self.tree.below(node, |_| false)
        } else {
            vec![node]
        };
        let words = |subject: usize| {
            let mut words = self.noun(subject);
            words.retain(|word| !inside.contains(word));
            words
        };
        let subjects: Vec<Vec<usize>> = match subject {
            Some(subject) => self
                .tree
                .conjuncts(subject)
                .into_iter()
                .map(words)
                .collect(),
            None if relation == R::Root => vec![vec![]],
            None => vec![],
        };
        let own = subject.is_some_and(|subject| self.head(subject) == node);
        Some(Predicate {
            node,
            relation,
            subjects,
            own,
            relative,
            finite: subject.and_then(|subject| self.finite(node, &helpers, subject)),
            helpers,
        })
    }

    /// "to leave", "about making" and a joined "producing" say nothing without what they hang on.
    fn may_stand(&self, node: usize) -> bool {
        const TIMES: [&str; 5] = ["after", "before", "while", "when", "since"];
        let own = self.tree.has(node, R::Subject);
        let markers = self.tree.by(node, &[R::Marker]);
        let to = markers.iter().any(|marker| self.word(*marker) == "to");
        if to && !own {
            return false;
        }
        if own || !self.is_ing(node) {
            return true;
        }
        let timed = |marker: &usize| TIMES.contains(&&*self.word(*marker));
        match self.relation(node) {
            R::Root | R::Participle | R::RelativeClause => true,
            R::AdverbialClause => markers.iter().all(timed),
            _ => false,
        }
    }

    fn is_ing(&self, node: usize) -> bool {
        self.kind(node) == WordKind::Verb && lexicon::look_up(&self.word(node)).form(Form::Ing)
    }

    /// The finite form of a participle that has its subject elsewhere.
    fn finite(&self, node: usize, helpers: &[usize], subject: usize) -> Option<Finite> {
        let own = self.head(subject) == node && self.relation(subject) == R::Subject;
        let relation = self.relation(node);
        let hangs = matches!(relation, R::Participle | R::AdverbialClause);
        let helped = helpers.iter().any(|helper| {
            let relation = self.relation(*helper);
            matches!(relation, R::Auxiliary | R::PassiveAuxiliary | R::Copula)
        });
        if !hangs || helped || own || self.kind(node) != WordKind::Verb {
            return None;
        }
        let plural = tokens::is_plural_form(&self.word(subject));
        let past = self.is_past(self.head(node));
        let word = self.word(node);
        let known = lexicon::look_up(&word);
        if known.form(Form::Ing) {
            return Some(match lexicon::finite_of(&word, plural, past) {
                Some(verb) => Finite::As(verb),
                None => Finite::With(clauses::be(plural, past)),
            });
        }
        let marked = self.tree.has(node, R::Marker);
        let participle = known.form(Form::Participle) && (relation == R::Participle || !marked);
        participle.then(|| Finite::With(clauses::be(plural, past)))
    }

    /// The clause that a node stands in is told as past.
    fn is_past(&self, mut node: usize) -> bool {
        while !self.is_predicate(node) && self.head(node) != node {
            node = self.head(node);
        }
        let helpers = [R::Auxiliary, R::PassiveAuxiliary, R::Copula];
        let helpers = self.tree.by(node, &helpers);
        match helpers.first() {
            Some(first) => matches!(&*self.word(*first), "was" | "were" | "had" | "did"),
            None => lexicon::look_up(&self.word(node)).form(Form::Past),
        }
    }

    /// The node of whom a predicate says something, and the relative pronoun in its place.
    fn subject_of(&self, node: usize) -> (Option<usize>, Option<usize>) {
        let own = self.tree.by(node, &[R::Subject]).first().copied();
        let clause = matches!(self.relation(node), R::RelativeClause | R::Participle);
        match own {
            Some(own) if !(clause && self.is_relative(own)) => (Some(own), None),
            own if clause => (Some(self.who(self.head(node), node)), own),
            _ => (self.carried_subject(node), None),
        }
    }

    /// Of whom a relative clause behind a noun speaks: of whom the noun is said, if it is.
    fn who(&self, noun: usize, clause: usize) -> usize {
        let first = self.tree.first_conjunct(noun);
        let subject = self.tree.by(first, &[R::Subject]).first().copied();
        match subject {
            Some(subject)
                if matches!(self.relation(clause), R::RelativeClause | R::Participle)
                    && self.tree.has(first, R::Copula)
                    && !self.is_relative(subject) =>
            {
                subject
            }
            _ => noun,
        }
    }

    /// The subject of the predicate that this one hangs on.
    fn carried_subject(&self, node: usize) -> Option<usize> {
        let mut at = node;
        for _ in 0..6 {
            let carries = matches!(
                self.relation(at),
                R::Conjunct | R::OpenComplement | R::AdverbialClause | R::Parataxis | R::Clause
            );
            if !carries {
                return None;
            }
            at = self.head(at);
            let (subject, _) = match self.tree.by(at, &[R::Subject]).first() {
                Some(subject) if !self.is_relative(*subject) => return Some(*subject),
                _ if matches!(self.relation(at), R::RelativeClause | R::Participle) => {
                    self.subject_of(at)
                }
                _ => continue,
            };
            return subject;
        }
        None
    }

    fn first_subject(&self) -> Option<usize> {
        (0..self.tree.nodes().len())
            .find(|node| self.relation(*node) == R::Subject && !self.is_relative(*node))
    }

    fn helpers(&self, node: usize) -> Vec<usize> {
        let mut helpers = self
            .tree
            .by(node, &[R::Auxiliary, R::PassiveAuxiliary, R::Copula]);
        let head = self.head(node);
        let shares = self.relation(node) == R::Conjunct
            && helpers.is_empty()
            && self.kind(node) == WordKind::Verb
            && self.kind(head) == WordKind::Verb
            && !self.tree.has(node, R::Subject);
        if shares && self.tree.has(head, R::PassiveAuxiliary) {
            // "was arrested and sentenced", not "was arrested and left the country".
            if !self.tree.has(node, R::Object) && !is_intransitive(&self.word(node)) {
                helpers.extend(self.tree.by(head, &[R::PassiveAuxiliary, R::Auxiliary]));
            }
        } else if shares {
            helpers.extend(self.tree.by(head, &[R::Auxiliary]));
        }
        helpers.extend(self.negations(node));
        helpers
    }

    fn negations(&self, node: usize) -> Vec<usize> {
        let adverbs = self.tree.by(node, &[R::Adverb]).into_iter();
        let negates = |word: String| matches!(&*word, "not" | "never" | "n" | "t" | "no");
        adverbs
            .filter(|adverb| negates(self.word(*adverb)))
            .collect()
    }
}
