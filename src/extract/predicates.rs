//! The predicates that facts are told with: verbs and what "is" joins to a subject, and of whom each is
//! said.

use super::facts::Reader;
use super::tree::{Relation as R, WordKind};

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
            helpers: self.helpers(node),
        })
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
                if self.relation(clause) == R::RelativeClause
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
            if !self.tree.has(node, R::Object) {
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
