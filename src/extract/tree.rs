//! The grammar of a sentence as a tree of its pieces, in the terms of Universal Dependencies
//! (de Marneffe et al., Computational Linguistics 2021).

use crate::words::span::Span;

/// What kind of word a piece is: the universal part-of-speech tags that are told apart here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WordKind {
    Adjective,
    Adverb,
    Auxiliary,
    Name,
    Noun,
    Number,
    Pronoun,
    Verb,
    Other,
}

impl WordKind {
    /// Returns the kind with a tag's name.
    pub(super) fn named(tag: &str) -> Self {
        match tag {
            "ADJ" => Self::Adjective,
            "ADV" => Self::Adverb,
            "AUX" => Self::Auxiliary,
            "PROPN" => Self::Name,
            "NOUN" => Self::Noun,
            "NUM" => Self::Number,
            "PRON" => Self::Pronoun,
            "VERB" => Self::Verb,
            _ => Self::Other,
        }
    }

    /// A verb, of its own or helping another.
    pub(super) const fn is_verbal(self) -> bool {
        matches!(self, Self::Verb | Self::Auxiliary)
    }

    /// A noun, a name, a pronoun or a number.
    pub(super) const fn is_nominal(self) -> bool {
        matches!(self, Self::Noun | Self::Name | Self::Pronoun | Self::Number)
    }
}

/// How a piece hangs on its head: the universal relations that are told apart here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Relation {
    Adjective,
    Adverb,
    AdverbialClause,
    Agent,
    Apposition,
    Auxiliary,
    Case,
    Clause,
    Compound,
    Conjunct,
    Conjunction,
    Copula,
    Determiner,
    Discourse,
    Expletive,
    Flat,
    /// Another piece of the same word.
    Glue,
    IndirectObject,
    Marker,
    Nominal,
    Number,
    Object,
    Oblique,
    OpenComplement,
    Other,
    Parataxis,
    Participle,
    Particle,
    PassiveAuxiliary,
    Possessor,
    Punctuation,
    RelativeClause,
    Root,
    Subject,
}

impl Relation {
    /// Returns the relation with a name of Universal Dependencies.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "acl" => Self::Participle,
            "acl:relcl" => Self::RelativeClause,
            "advcl" => Self::AdverbialClause,
            "advmod" => Self::Adverb,
            "amod" => Self::Adjective,
            "appos" => Self::Apposition,
            "aux" => Self::Auxiliary,
            "aux:pass" => Self::PassiveAuxiliary,
            "case" => Self::Case,
            "cc" => Self::Conjunction,
            "ccomp" => Self::Clause,
            "compound" => Self::Compound,
            "compound:prt" => Self::Particle,
            "conj" => Self::Conjunct,
            "cop" => Self::Copula,
            "det" => Self::Determiner,
            "discourse" => Self::Discourse,
            "expl" => Self::Expletive,
            "flat" => Self::Flat,
            "glue" => Self::Glue,
            "iobj" => Self::IndirectObject,
            "mark" => Self::Marker,
            "nmod" => Self::Nominal,
            "nmod:poss" => Self::Possessor,
            "nsubj" | "nsubj:pass" | "csubj" => Self::Subject,
            "nummod" => Self::Number,
            "obj" => Self::Object,
            "obl" | "obl:tmp" | "nmod:tmp" => Self::Oblique,
            "obl:agent" => Self::Agent,
            "parataxis" => Self::Parataxis,
            "punct" => Self::Punctuation,
            "root" => Self::Root,
            "xcomp" => Self::OpenComplement,
            _ => Self::Other,
        }
    }
}

/// A piece of a sentence in its place in the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Node {
    /// Where it begins, in bytes of the text.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    pub(super) kind: WordKind,
    /// The node that it hangs on; itself for a root.
    pub(super) head: usize,
    pub(super) relation: Relation,
}

/// A sentence's tree; several, for a part of a sentence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    children: Vec<Vec<usize>>,
}

impl Tree {
    /// Takes nodes in the order of the text; heads must lead to roots.
    pub(super) fn new(mut nodes: Vec<Node>) -> Self {
        let mut children = vec![Vec::new(); nodes.len()];
        for (place, node) in nodes.iter_mut().enumerate() {
            if node.head == place {
                node.relation = Relation::Root;
            } else {
                children[node.head].push(place);
            }
        }
        Self { nodes, children }
    }

    /// Returns for each node the first and the last of those nodes at and below it that `counts` takes; the
    /// node itself where it takes none.
    pub(super) fn reaches(&self, counts: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
        let roots = (0..self.nodes.len()).filter(|at| self.nodes[*at].head == *at);
        let mut order: Vec<usize> = roots.collect();
        let mut next = 0;
        while let Some(at) = order.get(next) {
            order.extend(&self.children[*at]);
            next += 1;
        }
        let mut reaches: Vec<Option<(usize, usize)>> = (0..self.nodes.len())
            .map(|at| counts(at).then_some((at, at)))
            .collect();
        for at in order.into_iter().rev() {
            let head = self.nodes[at].head;
            if let Some((first, last)) = reaches[at].filter(|_| head != at) {
                let (from, to) = reaches[head].unwrap_or((first, last));
                reaches[head] = Some((from.min(first), to.max(last)));
            }
        }
        let reaches = reaches.into_iter().enumerate();
        reaches
            .map(|(at, reach)| reach.unwrap_or((at, at)))
            .collect()
    }

    /// Returns what of the tree lies in a part of the text: a node whose head does not is a root.
    pub(super) fn within(&self, part: Span) -> Self {
        let inside = |node: &Node| part.start() <= node.start && node.end <= part.end();
        let first = self.nodes.iter().position(inside).unwrap_or(0);
        let nodes: Vec<Node> = self.nodes[first..]
            .iter()
            .copied()
            .take_while(inside)
            .collect();
        let end = first + nodes.len();
        let of_part = |(place, node): (usize, Node)| Node {
            head: if (first..end).contains(&node.head) {
                node.head - first
            } else {
                place
            },
            ..node
        };
        Self::new(nodes.into_iter().enumerate().map(of_part).collect())
    }

    /// Says whether a part of the text has a verb with a subject in it.
    pub(super) fn says_something(&self, part: Span) -> bool {
        let inside = |node: &Node| part.start() <= node.start && node.end <= part.end();
        let subjects = self
            .nodes
            .iter()
            .filter(|n| n.relation == Relation::Subject);
        subjects.filter(|n| inside(n)).any(|n| {
            let head = &self.nodes[n.head];
            inside(head) && (head.kind.is_verbal() || self.has(n.head, Relation::Copula))
        })
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the nodes that hang on a node, in order.
    pub(super) fn children(&self, node: usize) -> &[usize] {
        &self.children[node]
    }

    /// Returns the nodes that hang on a node in one of these ways.
    pub(super) fn by(&self, node: usize, relations: &[Relation]) -> Vec<usize> {
        let children = self.children[node].iter().copied();
        children
            .filter(|child| relations.contains(&self.nodes[*child].relation))
            .collect()
    }

    pub(super) fn has(&self, node: usize, relation: Relation) -> bool {
        self.children[node]
            .iter()
            .any(|child| self.nodes[*child].relation == relation)
    }

    /// Returns a node and all below it, in no order; what hangs in a way that `stops` is left out.
    pub(super) fn below(&self, node: usize, stops: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut found = vec![node];
        let mut next = 0;
        while let Some(at) = found.get(next) {
            let children = self.children[*at].iter().copied();
            found.extend(children.filter(|child| !stops(*child)).collect::<Vec<_>>());
            next += 1;
        }
        found
    }

    /// Returns a node and what is joined to it by "and" and the like.
    pub(super) fn conjuncts(&self, node: usize) -> Vec<usize> {
        let mut found = vec![node];
        let mut next = 0;
        while let Some(at) = found.get(next) {
            found.extend(self.by(*at, &[Relation::Conjunct]));
            next += 1;
        }
        found
    }

    /// Returns the first of the words that a node is joined to by "and" and the like.
    pub(super) fn first_conjunct(&self, mut node: usize) -> usize {
        while self.nodes[node].relation == Relation::Conjunct {
            node = self.nodes[node].head;
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_reaches_as_far_as_what_hangs_below_it() {
        // 1 is the root; 0 and 3 hang on it, 2 and 4 on 3; 4 is a mark.
        let node = |head| Node {
            start: 0,
            end: 0,
            kind: WordKind::Other,
            head,
            relation: Relation::Other,
        };
        let tree = Tree::new([1, 1, 3, 1, 3].into_iter().map(node).collect());
        let reaches = tree.reaches(|at| at != 4);
        assert_eq!(reaches, [(0, 0), (0, 3), (2, 2), (2, 3), (4, 4)]);
    }
}
