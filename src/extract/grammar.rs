//! Fifth stage, where a sentence's tree is known: a compound statement becomes claims that can be
//! judged one by one.
//!
//! A claim is opened by a predicate joined with "and" or "but", by a relative clause, a participle or
//! an apposition that says something new, and by a clause with "while", "although" or "with X doing
//! Y". Clauses with "because", "if", "when" and the like stay with what they hang on, and so does what
//! picks out a noun: `tests/extract/README.md` has the rules. Each claim takes the words below its
//! opening; where another one interrupts it, its words stand in several stretches. Trees are
//! sometimes wrong, so what has no verb opens nothing by being joined.

use std::ops::Range;

use super::borders::{Border, Borders};
use super::clauses::{self, Clause};
use super::lexicon::Class;
use super::mend;
use super::openings::{Opening, STAYING};
use super::tokens::{self, Token};
use super::tree::{Node, Relation as R, Tree};

/// Returns the clauses in stretches of a sentence that belong together, in order of their first
/// words; nothing where they have no words of the tree.
pub(super) fn clauses(
    text: &str,
    tree: &Tree,
    tokens: &[Token],
    ranges: &[Range<usize>],
) -> Vec<Clause> {
    let grammar = Grammar::new(text, tree, tokens, ranges);
    let owners = grammar.owners(ranges);
    let mut openings: Vec<usize> = owners.iter().flatten().copied().collect();
    openings.sort_unstable();
    openings.dedup();
    let mut found: Vec<(usize, Clause)> = Vec::new();
    for opening in openings {
        let own = grammar.stretches(opening, &owners);
        if let Some(first) = own.first() {
            found.push((first.start, grammar.clause(opening, own)));
        }
    }
    found.sort_by_key(|(first, _)| *first);
    let found = found.into_iter().map(|(_, clause)| clause).collect();
    ranges.iter().fold(found, |clauses, range| {
        clauses::with_deeds(text, tokens, range, clauses)
    })
}

/// The tree of some stretches, by tokens: what hangs on a word outside of them is a root.
pub(super) struct Grammar<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) tree: Tree,
    pub(super) openings: Vec<Option<Opening>>,
    /// For each token the first and the last word below it.
    reaches: Vec<(usize, usize)>,
}

impl<'a> Grammar<'a> {
    fn new(text: &'a str, tree: &Tree, tokens: &'a [Token], ranges: &[Range<usize>]) -> Self {
        let mut nodes = mend::of_tokens(tree, tokens, ranges);
        mend::find_main_verb(&mut nodes, tokens);
        mend::join_verbs(&mut nodes, tokens);
        let borders: Vec<Border> = ranges
            .iter()
            .flat_map(|range| {
                let nodes = &nodes;
                Borders {
                    text,
                    tokens,
                    nodes,
                }
                .find(range)
            })
            .collect();
        let mut grammar = Self::of(text, tokens, nodes, ranges, &[]);
        let opened: Vec<usize> = (0..tokens.len())
            .filter(|at| grammar.openings[*at].is_some_and(|o| o != Opening::Main))
            .map(|at| grammar.first(at))
            .collect();
        // "all of them by a single goal": the tree hangs the goal on another word.
        let cut = |border: &&Border| {
            let start = border.stretch.start;
            let own = |at: &usize| {
                grammar.openings[*at] == Some(Opening::Apposition) && grammar.first(*at) == start
            };
            let words = border.stretch.clone().filter(|i| !tokens[*i].is_mark());
            border.opening == Opening::Apposition
                && (0..tokens.len())
                    .find(own)
                    .is_some_and(|at| Some(grammar.last(at)) < words.max())
        };
        let missed = |border: &&Border| !opened.contains(&border.stretch.start) || cut(border);
        let torn = grammar.torn();
        let missed: Vec<&Border> = borders.iter().filter(missed).chain(&torn).collect();
        if !missed.is_empty() {
            let mut nodes = grammar.tree.nodes().to_vec();
            let mut forced = Vec::new();
            for border in missed {
                if let Some(top) = mend::mend(&mut nodes, tokens, border) {
                    forced.push((top, border.opening));
                }
            }
            mend::break_circles(&mut nodes);
            grammar = Self::of(text, tokens, nodes, ranges, &forced);
        }
        grammar
    }

    /// Joined predicates whose objects the tree hangs on what stands before the "and".
    fn torn(&self) -> Vec<Border> {
        let joined =
            (0..self.tokens.len()).filter(|at| self.openings[*at] == Some(Opening::Joined));
        let border = |verb: usize| {
            let first = self.first(verb);
            let stop = (verb..self.tokens.len())
                .find(|at| self.tokens[*at].is_mark())
                .unwrap_or(self.tokens.len());
            let torn = (verb + 1..stop).any(|at| {
                let head = self.node(at).head;
                head < first && self.openings[at].is_none()
            });
            torn.then_some(Border {
                stretch: first..stop,
                opening: Opening::Joined,
            })
        };
        joined.filter_map(border).collect()
    }

    fn of(
        text: &'a str,
        tokens: &'a [Token],
        nodes: Vec<Node>,
        ranges: &[Range<usize>],
        forced: &[(usize, Opening)],
    ) -> Self {
        let tree = Tree::new(nodes);
        let mut grammar = Self {
            text,
            tokens,
            reaches: tree.reaches(|at| !tokens[at].is_mark()),
            tree,
            openings: Vec::new(),
        };
        let mut openings = vec![None; tokens.len()];
        for at in ranges.iter().flat_map(Clone::clone) {
            if !tokens[at].is_mark() {
                openings[at] = grammar.opening(at);
            }
        }
        for (at, opening) in forced {
            openings[*at] = Some(*opening);
        }
        // What is joined to a clause that stays with another one stays, too.
        for at in 0..tokens.len() {
            let first = grammar.tree.first_conjunct(at);
            let is_forced = forced.iter().any(|(top, _)| *top == at);
            if first != at
                && openings[at] == Some(Opening::Joined)
                && openings[first].is_none()
                && !is_forced
            {
                openings[at] = None;
            }
        }
        grammar.openings = openings;
        grammar
    }

    pub(super) fn node(&self, at: usize) -> Node {
        self.tree.nodes()[at]
    }

    pub(super) fn word(&self, at: usize) -> String {
        tokens::lower(self.text, self.tokens[at])
    }

    pub(super) fn is_one_of(&self, at: usize, words: &[&str]) -> bool {
        words.contains(&&*self.word(at))
    }

    /// A verb, or what "is" joins to a subject.
    pub(super) fn is_predicate(&self, at: usize) -> bool {
        self.node(at).kind.is_verbal()
            || self.tree.has(at, R::Copula)
            || self.tree.has(at, R::Subject)
    }

    /// Where a clause begins: its first word, marks aside.
    pub(super) fn first(&self, at: usize) -> usize {
        self.reaches[at].0
    }

    pub(super) fn last(&self, at: usize) -> usize {
        self.reaches[at].1
    }

    /// For each token the opening of the claim that it belongs to; none for marks and for what is
    /// not in the stretches.
    fn owners(&self, ranges: &[Range<usize>]) -> Vec<Option<usize>> {
        let mut owners = vec![None; self.tokens.len()];
        for at in ranges.iter().flat_map(Clone::clone) {
            if !self.tokens[at].is_mark() {
                owners[at] = Some(self.owner(at));
            }
        }
        self.adopt(&mut owners);
        self.merge(&mut owners);
        owners
    }

    /// What the tree cuts in two without a mark or a conjunction between is one clause.
    fn merge(&self, owners: &mut [Option<usize>]) {
        for at in 1..owners.len() {
            let (Some(before), Some(own)) = (owners[at - 1], owners[at]) else {
                continue;
            };
            let begins = !owners[..at].contains(&Some(own));
            let cut = self.openings[own] == Some(Opening::Main)
                && !self.tokens[at].is(Class::Conjunction)
                && !self.tokens[at - 1].is(Class::Conjunction);
            if before != own && begins && cut {
                for owner in owners.iter_mut().filter(|o| **o == Some(own)) {
                    *owner = Some(before);
                }
            }
        }
    }

    fn owner(&self, mut at: usize) -> usize {
        // An absolute clause is opened by its verb and begins with its noun.
        for _ in 0..self.tokens.len() {
            if self.openings[at].is_some() {
                return at;
            }
            let absolute = |child: &&usize| self.openings[**child] == Some(Opening::Absolute);
            if let Some(verb) = self.tree.children(at).iter().find(absolute)
                && self.node(*verb).relation == R::Participle
            {
                return *verb;
            }
            at = self.node(at).head;
        }
        at
    }

    /// Roots without a verb go with what stands before them, else behind them.
    fn adopt(&self, owners: &mut [Option<usize>]) {
        // Who something is told of stands in a clause of its own, not in one beside it.
        let predicated = |at: usize| {
            matches!(self.openings[at], Some(Opening::Main | Opening::Joined))
                && self.is_predicate(at)
                && !self.is_one_of(self.first(at), STAYING)
        };
        let alone = |at: usize| self.openings[at] == Some(Opening::Main) && !predicated(at);
        let any = owners.iter().flatten().any(|o| predicated(*o));
        if !any {
            // Without any verb all of it is one fragment.
            let first = owners.iter().flatten().next().copied();
            for owner in owners.iter_mut().filter(|o| o.is_some()) {
                *owner = first;
            }
            return;
        }
        let mut before = None;
        for at in 0..owners.len() {
            let Some(owner) = owners[at] else { continue };
            if alone(owner) {
                let mut behind = owners[at..].iter().flatten();
                let behind = behind.find(|o| predicated(**o)).copied();
                let subject = self.node(owner).kind.is_nominal()
                    && behind.is_some_and(|behind| !self.tree.has(behind, R::Subject));
                owners[at] = if subject {
                    behind
                } else {
                    before.or(behind).or(Some(owner))
                };
            } else if predicated(owner) {
                before = Some(owner);
            }
        }
    }

    /// The claim's own tokens, without the words that only join it to another one.
    fn stretches(&self, opening: usize, owners: &[Option<usize>]) -> Vec<Range<usize>> {
        let mut own: Vec<usize> = (0..owners.len())
            .filter(|at| owners[*at] == Some(opening))
            .collect();
        let joins = self.joining(opening, &own);
        own.drain(..joins);
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for at in own {
            match stretches.last_mut() {
                Some(last) if (last.end..at).all(|i| self.tokens[i].is_mark()) => {
                    last.end = at + 1;
                }
                _ => stretches.push(at..at + 1),
            }
        }
        stretches
    }

    /// "that" before a clause, not "that road" or "that is wrong".
    fn only_joins(&self, that: usize) -> bool {
        let node = self.node(that);
        match node.relation {
            R::Subject | R::Object => false,
            R::Determiner => self.tokens[node.head].plural,
            _ => true,
        }
    }

    /// How many of a claim's first words join it: "and", "that", "which", "of whom", "while".
    fn joining(&self, opening: usize, own: &[usize]) -> usize {
        let kind = self.openings[opening];
        let mut count = 0;
        while count + 1 < own.len() {
            let (at, next) = (own[count], own[count + 1]);
            let token = self.tokens[at];
            let relative = |i: usize| {
                self.tokens[i].is(Class::Relative)
                    || self.is_one_of(i, &["that", "where", "when", "whom"])
            };
            let joins = match kind {
                _ if token.is(Class::Conjunction) => true,
                Some(Opening::Main | Opening::Joined) => {
                    let that = self.is_one_of(at, &["that"]) && own.len() > count + 2;
                    let apart = ["while", "although", "though", "whereas"];
                    count < 2
                        && (that && self.only_joins(at)
                            || self.node(at).relation == R::Marker && self.is_one_of(at, &apart)
                            || count == 0 && token.is(Class::Relative))
                }
                Some(Opening::Relative) => {
                    !self.is_one_of(at, &["whose"])
                        && (relative(at)
                            || token.is(Class::Preposition)
                                && relative(next)
                                && !self.is_one_of(next, &["whose"]))
                        && count < 2
                }
                Some(Opening::Adverbial) => {
                    count < 2
                        && self.is_one_of(
                            at,
                            &[
                                "while", "although", "though", "whereas", "when", "where", "even",
                                "as",
                            ],
                        )
                }
                Some(Opening::Absolute) => token.is(Class::WithLike),
                _ => false,
            };
            if !joins {
                break;
            }
            count += 1;
        }
        count
    }
}
