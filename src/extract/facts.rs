//! The finest clauses: one predicate with its subject and one thing that is said of it.
//!
//! "She joined Rovers in 2019 and won two cups" says that she joined Rovers, that she did in 2019, and
//! that she won two cups. Predicates are verbs and what "is" joins to a subject; each of their objects,
//! adverbials and the phrases behind a preposition makes a fact, with the words that it cannot do
//! without. Subjects are carried over to joined verbs, relative clauses and participles; an apposition
//! is a fact with an "is" added.

use std::ops::Range;

use super::clauses::{self, Clause, Piece};
use super::phrases;
use super::predicates::{Finite, Predicate};
use super::tokens::Token;
use super::tree::{Relation as R, Tree, WordKind};

/// Facts that a stretch of words gives at most, so that a page of commas stays readable.
const MOST: usize = 64;

/// Returns the facts in a stretch of a sentence, whose tree is that of the same stretch.
pub(super) fn facts(
    text: &str,
    tree: &Tree,
    tokens: &[Token],
    range: &Range<usize>,
) -> Vec<Clause> {
    let reader = Reader { text, tree };
    let mut found: Vec<Clause> = Vec::new();
    for fact in reader.facts() {
        let Some(clause) = fact.clause(tree, tokens, range) else {
            continue;
        };
        if !found.iter().any(|other| other.pieces == clause.pieces) {
            found.push(clause);
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// Nodes that say one thing.
#[derive(Default)]
struct Fact {
    /// A subject that stands elsewhere.
    carried: Vec<usize>,
    words: Vec<usize>,
    /// What makes the verb finite, and which it is.
    finite: Option<(usize, Finite)>,
    /// What the words are said to be, with an "is" between.
    is: Vec<usize>,
}

impl Fact {
    fn clause(&self, tree: &Tree, tokens: &[Token], range: &Range<usize>) -> Option<Clause> {
        let runs = |nodes: &[usize]| runs(tree, tokens, range, nodes);
        let carried = runs(&self.carried).into_iter().map(Piece::Carried);
        let mut pieces: Vec<Piece> = carried.collect();
        match &self.finite {
            Some((_, Finite::With(be))) => {
                pieces.push(Piece::Inflected((*be).to_owned()));
                pieces.extend(runs(&self.words).into_iter().map(Piece::Words));
            }
            Some((verb, Finite::As(finite))) => {
                let (before, behind): (Vec<usize>, Vec<usize>) = (self.words.iter())
                    .filter(|word| *word != verb)
                    .partition(|word| *word < verb);
                pieces.extend(runs(&before).into_iter().map(Piece::Words));
                pieces.push(Piece::Inflected(finite.clone()));
                pieces.extend(runs(&behind).into_iter().map(Piece::Words));
            }
            None => pieces.extend(runs(&self.words).into_iter().map(Piece::Words)),
        }
        if !self.is.is_empty() {
            let last = runs(&self.words).into_iter().next_back();
            let plural = last.is_some_and(|run| phrases::is_plural(tokens, &run));
            pieces.push(Piece::Inflected(clauses::be(plural, false).to_owned()));
            pieces.extend(runs(&self.is).into_iter().map(Piece::Words));
        }
        let words: usize = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(range) | Piece::Carried(range) => range.len(),
                Piece::Inflected(_) => 1,
            })
            .sum();
        (words > 1).then(|| Clause::new(pieces))
    }
}

/// The tokens of nodes, as stretches without gaps.
fn runs(tree: &Tree, tokens: &[Token], range: &Range<usize>, nodes: &[usize]) -> Vec<Range<usize>> {
    let mut places: Vec<usize> = nodes
        .iter()
        .filter_map(|node| {
            let node = tree.nodes()[*node];
            let at = tokens.partition_point(|token| token.end <= node.start);
            let touches = tokens.get(at).is_some_and(|token| token.start < node.end);
            (touches && range.contains(&at)).then_some(at)
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end = place + 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) tree: &'a Tree,
}

impl Reader<'_> {
    fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for node in 0..self.tree.nodes().len() {
            if let Some(predicate) = self.predicate(node) {
                self.of_predicate(&predicate, &mut facts);
            }
        }
        for node in 0..self.tree.nodes().len() {
            let bracketed = || {
                self.tree
                    .children(node)
                    .iter()
                    .any(|c| self.word(*c) == "(")
            };
            if self.relation(node) == R::Apposition && !bracketed() {
                facts.push(Fact {
                    words: self.noun(self.tree.nodes()[node].head),
                    is: self.noun(node),
                    ..Fact::default()
                });
            }
        }
        facts
    }

    pub(super) fn word(&self, node: usize) -> String {
        let node = self.tree.nodes()[node];
        self.text[node.start..node.end].to_lowercase()
    }

    pub(super) fn kind(&self, node: usize) -> WordKind {
        self.tree.nodes()[node].kind
    }

    pub(super) fn relation(&self, node: usize) -> R {
        self.tree.nodes()[node].relation
    }

    pub(super) fn head(&self, node: usize) -> usize {
        self.tree.nodes()[node].head
    }

    pub(super) fn is_relative(&self, node: usize) -> bool {
        const RELATIVE: [&str; 7] = ["who", "which", "that", "whom", "whose", "where", "when"];
        RELATIVE.contains(&&*self.word(node))
    }

    fn of_predicate(&self, predicate: &Predicate, facts: &mut Vec<Fact>) {
        let variants = if self.kind(predicate.node).is_verbal() {
            self.of_verb(predicate)
        } else if predicate.relation == R::Participle && predicate.helpers.is_empty() {
            return;
        } else {
            self.of_nominal(predicate)
        };
        for subject in &predicate.subjects {
            if subject.is_empty() && predicate.relation != R::Root {
                continue;
            }
            for variant in &variants {
                let mut words: Vec<usize> = variant.clone();
                words.retain(|word| Some(*word) != predicate.relative);
                let mut carried = Vec::new();
                if predicate.own {
                    words.extend(subject);
                } else {
                    carried.clone_from(subject);
                    carried.retain(|word| !words.contains(word));
                }
                facts.push(Fact {
                    carried,
                    words,
                    finite: (predicate.finite.clone())
                        .filter(|_| !predicate.own)
                        .map(|finite| (predicate.node, finite)),
                    is: vec![],
                });
            }
        }
    }

    /// What "is" joins to a subject: each of the joined words, and each phrase behind them.
    fn of_nominal(&self, predicate: &Predicate) -> Vec<Vec<usize>> {
        let node = predicate.node;
        let mut variants = Vec::new();
        let joined = |other: &usize| *other == node || !self.is_predicate(*other);
        for head in self.tree.conjuncts(node).into_iter().filter(joined) {
            let base = [self.noun(head), predicate.helpers.clone()].concat();
            let nations: Vec<usize> = self
                .tree
                .by(head, &[R::Adjective])
                .into_iter()
                .filter(|a| self.kind(*a) == WordKind::Adjective && self.is_capital(*a))
                .collect();
            if nations.is_empty() || !self.kind(head).is_nominal() {
                variants.push(base.clone());
            } else {
                // "is an American actor": is American, and is an actor.
                for nation in &nations {
                    variants.push([vec![*nation], predicate.helpers.clone()].concat());
                }
                let mut rest = base.clone();
                rest.retain(|word| !nations.iter().any(|n| self.phrase(*n).contains(word)));
                variants.push(rest);
            }
            let phrases = self
                .tree
                .by(head, &[R::Nominal])
                .into_iter()
                .filter(|n| self.is_apart(*n));
            for phrase in phrases.chain(self.tree.by(node, &[R::Oblique, R::Agent])) {
                for one in self.tree.conjuncts(phrase) {
                    variants.push([base.clone(), self.adverbial(one)].concat());
                }
            }
            for clause in self.tree.by(
                head,
                &[R::OpenComplement, R::Participle, R::AdverbialClause],
            ) {
                let goes_with =
                    self.relation(clause) == R::OpenComplement || self.tree.has(clause, R::Marker);
                if goes_with {
                    variants.push([base.clone(), self.tree.below(clause, |_| false)].concat());
                }
            }
        }
        variants
    }

    fn is_capital(&self, node: usize) -> bool {
        let node = self.tree.nodes()[node];
        self.text[node.start..node.end].starts_with(char::is_uppercase)
    }

    /// What a verb says: with each of its objects, and with each of its adverbials.
    fn of_verb(&self, predicate: &Predicate) -> Vec<Vec<usize>> {
        let node = predicate.node;
        let mut core = vec![node];
        core.extend(&predicate.helpers);
        core.extend(
            self.tree
                .by(node, &[R::Particle, R::Glue, R::Flat, R::Compound]),
        );
        for indirect in self.tree.by(node, &[R::IndirectObject]) {
            core.extend(self.noun(indirect));
        }
        let mut objects = self.tree.by(node, &[R::Object]);
        if objects.is_empty() {
            objects = self.shared_objects(node);
        }
        let mut adverbials = self.tree.by(node, &[R::Oblique, R::Agent]);
        for complement in self.tree.by(node, &[R::OpenComplement]) {
            self.complement(complement, &mut core, &mut objects, &mut adverbials);
        }
        for clause in self.tree.by(node, &[R::Clause]) {
            core.extend(self.tree.below(clause, |_| false));
        }
        for adverb in self.tree.by(node, &[R::Adverb]) {
            if !predicate.helpers.contains(&adverb) && !self.only_links(adverb) {
                core.extend(self.phrase(adverb));
            }
        }
        let mut variants = Vec::new();
        let objects: Vec<usize> = objects
            .into_iter()
            .flat_map(|o| self.tree.conjuncts(o))
            .collect();
        let mut base = core.clone();
        if let Some(first) = objects.first() {
            base.extend(self.noun(*first));
        } else if adverbials.is_empty() {
            variants.push(core.clone());
        }
        for object in objects {
            let with = [core.clone(), self.noun(object)].concat();
            variants.push(with.clone());
            let behind = self
                .tree
                .by(object, &[R::Nominal])
                .into_iter()
                .filter(|n| self.is_apart(*n));
            for phrase in behind.flat_map(|phrase| self.tree.conjuncts(phrase)) {
                variants.push([with.clone(), self.adverbial(phrase)].concat());
            }
        }
        for one in adverbials.into_iter().flat_map(|a| self.tree.conjuncts(a)) {
            if self.kind(one) == WordKind::Verb && self.relation(one) == R::Conjunct {
                continue;
            }
            let with = [base.clone(), self.adverbial(one)].concat();
            let behind = self
                .tree
                .by(one, &[R::Nominal])
                .into_iter()
                .filter(|n| self.is_apart(*n));
            let more = behind.map(|phrase| [with.clone(), self.adverbial(phrase)].concat());
            let more: Vec<Vec<usize>> = more.collect();
            variants.push(with);
            variants.extend(more);
        }
        for clause in self.tree.by(node, &[R::AdverbialClause]) {
            if self.tree.has(clause, R::Marker) || !self.is_predicate(clause) {
                variants.push([base.clone(), self.tree.below(clause, |_| false)].concat());
            }
        }
        variants
    }

    /// "trusted and checked the data": the object of the verb that stands right behind "and".
    fn shared_objects(&self, node: usize) -> Vec<usize> {
        let joined = self.tree.by(node, &[R::Conjunct]).into_iter();
        let beside = |other: &usize| {
            *other == node + 2
                && self.kind(*other) == WordKind::Verb
                && self.word(node + 1) == "and"
        };
        let mut beside = joined.filter(beside);
        beside
            .next()
            .map_or(vec![], |other| self.tree.by(other, &[R::Object]))
    }

    /// Adds a complement such as "to leave" or "president": its words belong to the verb's core, its objects and
    /// adverbials count as the verb's.
    fn complement(
        &self,
        node: usize,
        core: &mut Vec<usize>,
        objects: &mut Vec<usize>,
        adverbials: &mut Vec<usize>,
    ) {
        if self.kind(node).is_nominal() {
            core.extend(self.noun(node));
            core.extend(self.tree.by(node, &[R::Case]));
            let behind = self.tree.by(node, &[R::Nominal]);
            adverbials.extend(behind.into_iter().filter(|n| self.is_apart(*n)));
        } else {
            core.push(node);
        }
        let small = [
            R::Marker,
            R::Auxiliary,
            R::PassiveAuxiliary,
            R::Copula,
            R::Determiner,
            R::Adjective,
            R::Compound,
            R::Flat,
            R::Particle,
            R::Case,
            R::Glue,
            R::Possessor,
            R::Adverb,
        ];
        core.extend(self.tree.by(node, &small));
        for inner in self.tree.by(node, &[R::OpenComplement]) {
            core.extend(self.tree.below(inner, |_| false));
        }
        objects.extend(self.tree.by(node, &[R::Object]));
        adverbials.extend(self.tree.by(node, &[R::Oblique, R::Agent]));
    }

    /// Adverbs that join a clause to what stands before it and say nothing more.
    fn only_links(&self, node: usize) -> bool {
        const LINKS: [&str; 9] = [
            "also",
            "then",
            "however",
            "when",
            "where",
            "who",
            "later",
            "subsequently",
            "additionally",
        ];
        LINKS.contains(&&*self.word(node))
    }

    /// A noun with what it cannot do without: not what is joined to it, stands in apposition or says more of it.
    pub(super) fn noun(&self, node: usize) -> Vec<usize> {
        let mut words = vec![node];
        for child in self.tree.children(node).iter().copied() {
            let left_out = match self.relation(child) {
                R::Conjunct
                | R::Conjunction
                | R::RelativeClause
                | R::Participle
                | R::Apposition
                | R::Punctuation
                | R::AdverbialClause
                | R::Parataxis
                | R::Discourse
                | R::Case
                | R::Copula
                | R::Marker
                | R::Subject
                | R::Auxiliary
                | R::PassiveAuxiliary
                | R::Expletive
                | R::Oblique
                | R::Agent
                | R::Object => true,
                R::Adverb => self.kind(node).is_nominal() && self.tree.has(node, R::Copula),
                R::Nominal => self.is_apart(child),
                _ => false,
            };
            if !left_out {
                words.extend(self.phrase(child));
            }
        }
        if self.kind(node) == WordKind::Name {
            self.name_around(node, &mut words);
        }
        words
    }

    /// The other words of a name, whatever the tree says of them.
    fn name_around(&self, node: usize, words: &mut Vec<usize>) {
        let is_name = |place: usize| {
            place < self.tree.nodes().len()
                && self.kind(place) == WordKind::Name
                && !matches!(self.relation(place), R::Apposition | R::Conjunct)
        };
        let before = (0..node).rev().take_while(|place| is_name(*place));
        let behind = (node + 1..).take_while(|place| is_name(*place));
        for place in before.chain(behind) {
            if !words.contains(&place) {
                words.push(place);
            }
        }
    }

    /// A phrase whole, but for what is joined to it and clauses.
    fn phrase(&self, node: usize) -> Vec<usize> {
        const INNER: [&str; 9] = ["-", "–", "/", "'", "’", ".", "%", "$", "€"];
        self.tree.below(node, |child| match self.relation(child) {
            R::Conjunct
            | R::Conjunction
            | R::RelativeClause
            | R::Apposition
            | R::Parataxis
            | R::Discourse
            | R::AdverbialClause => true,
            R::Punctuation => !INNER.contains(&&*self.word(child)),
            _ => false,
        })
    }

    /// An adverbial with its preposition: a joined one has the first one's.
    fn adverbial(&self, node: usize) -> Vec<usize> {
        let mut words = self.noun(node);
        words.extend(self.tree.by(node, &[R::Marker]));
        let own = self.tree.by(node, &[R::Case]);
        let cases = if own.is_empty() && self.relation(node) == R::Conjunct {
            self.tree.by(self.tree.first_conjunct(node), &[R::Case])
        } else {
            own
        };
        for case in cases {
            words.extend(self.phrase(case));
        }
        words
    }

    /// Says whether a phrase behind a noun says something more: not "of", which belongs to the noun.
    fn is_apart(&self, node: usize) -> bool {
        let case = self
            .tree
            .by(node, &[R::Case])
            .first()
            .map(|case| self.word(*case));
        case.is_some_and(|case| !matches!(&*case, "of" | "'" | "’"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::finest;

    #[test]
    fn every_fact_can_be_read_alone() {
        for (sentence, expected, never) in [
            (
                "She was arrested after killing her husband in 2019.",
                "She killed her husband",
                "She killing",
            ),
            (
                "The police trusted and checked the data.",
                "The police trusted the data",
                "The police trusted",
            ),
            (
                "He works in the public sector to help the poor.",
                "He works in the public sector",
                "He help the poor",
            ),
        ] {
            let found = finest(sentence);
            assert!(found.iter().any(|text| text == expected), "{found:#?}");
            assert!(!found.iter().any(|text| text == never), "{found:#?}");
        }
    }
}
