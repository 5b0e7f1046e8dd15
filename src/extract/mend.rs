//! A sentence's tree by tokens instead of pieces, and its repair where words and marks show it wrong.

use std::ops::Range;

use super::borders::Border;
use super::lexicon::{Class, Form};
use super::openings::Opening;
use super::phrases;
use super::tokens::Token;
use super::tree::{Node, Relation as R, Tree, WordKind};

/// The tree of the stretches, a node a token.
pub(super) fn of_tokens(tree: &Tree, tokens: &[Token], ranges: &[Range<usize>]) -> Vec<Node> {
    let nodes = tree.nodes();
    let token_of = |node: usize| {
        let at = tokens.partition_point(|token| token.end <= nodes[node].start);
        at.min(tokens.len() - 1)
    };
    let inside = |at: usize| ranges.iter().any(|range| range.contains(&at));
    let mut made: Vec<Node> = tokens
        .iter()
        .enumerate()
        .map(|(at, token)| Node {
            start: token.start,
            end: token.end,
            kind: WordKind::Other,
            head: at,
            relation: R::Root,
        })
        .collect();
    let mut known = vec![false; tokens.len()];
    for (place, node) in nodes.iter().enumerate() {
        let at = token_of(place);
        let head = token_of(node.head);
        if known[at] || head == at && node.head != place {
            continue;
        }
        known[at] = true;
        made[at].kind = node.kind;
        if inside(at) && inside(head) && head != at {
            made[at].head = head;
            made[at].relation = node.relation;
        }
    }
    break_circles(&mut made);
    made
}

/// "United, who had won five, finished with ten men": a verb that the tree took for a participle, where
/// the sentence has no other verb.
pub(super) fn find_main_verb(nodes: &mut [Node], tokens: &[Token]) {
    for root in 0..nodes.len() {
        let named = tokens[root].is_name() && !phrases::is_finite(tokens, root);
        let is_root = nodes[root].head == root && (nodes[root].kind.is_nominal() || named);
        if !is_root || tokens[root].is_mark() || is_said_of(nodes, root) {
            continue;
        }
        let verb = (root + 1..nodes.len()).find(|at| {
            let token = tokens[*at];
            nodes[*at].head == root
                && matches!(
                    nodes[*at].relation,
                    R::Participle | R::AdverbialClause | R::Parataxis
                )
                && token.form(Form::Past)
                && phrases::is_finite(tokens, *at)
                && !(nodes
                    .iter()
                    .any(|n| n.head == *at && n.relation == R::Subject))
        });
        if let Some(verb) = verb {
            nodes[verb].head = verb;
            nodes[verb].relation = R::Root;
            nodes[verb].kind = WordKind::Verb;
            nodes[root].head = verb;
            nodes[root].relation = R::Subject;
            for node in nodes.iter_mut().skip(verb + 1) {
                if node.head == root {
                    node.head = verb;
                }
            }
        }
    }
}

/// "cost 48 million and employs 130 people": the second verb is joined to the first, not to what
/// stands before "and".
pub(super) fn join_verbs(nodes: &mut [Node], tokens: &[Token]) {
    for at in 0..nodes.len() {
        let node = nodes[at];
        if phrases::is_finite(tokens, at) && node.kind != WordKind::Auxiliary {
            let alone = !tokens[at].is(Class::Auxiliary) && !tokens[at].is(Class::Modal);
            if alone && matches!(node.relation, R::Root | R::Conjunct) {
                nodes[at].kind = WordKind::Verb;
            }
        }
        let verb = nodes[at].kind == WordKind::Verb;
        if node.relation != R::Conjunct || !verb || tokens[at].form(Form::Ing) {
            continue;
        }
        let mut up = node.head;
        for _ in 0..nodes.len() {
            let is_predicate = nodes[up].kind.is_verbal()
                || nodes
                    .iter()
                    .any(|n| n.head == up && matches!(n.relation, R::Copula | R::Subject));
            // "was seen after killing her and fled": a past form is not joined to "killing".
            let unlike = tokens[at].form(Form::Past)
                && tokens[up].form(Form::Ing)
                && nodes[up].head != up
                && !helped(nodes, up);
            if is_predicate && !unlike {
                nodes[at].head = up;
                break;
            }
            if nodes[up].head == up {
                break;
            }
            up = nodes[up].head;
        }
    }
}

fn helped(nodes: &[Node], at: usize) -> bool {
    let helps = |node: &Node| matches!(node.relation, R::Auxiliary | R::PassiveAuxiliary);
    nodes.iter().any(|node| node.head == at && helps(node))
}

/// A word of several pieces has one head here, which could lead back to it.
pub(super) fn break_circles(nodes: &mut [Node]) {
    for at in 0..nodes.len() {
        let mut up = at;
        for _ in 0..nodes.len() {
            up = nodes[up].head;
            if nodes[up].head == up {
                break;
            }
            if up == at {
                nodes[at].head = at;
                break;
            }
        }
    }
}

/// Makes a stretch a branch of its own and returns its top.
pub(super) fn mend(nodes: &mut [Node], tokens: &[Token], border: &Border) -> Option<usize> {
    let stretch = &border.stretch;
    let tops: Vec<usize> = stretch
        .clone()
        .filter(|at| !tokens[*at].is_mark())
        .filter(|at| !stretch.contains(&nodes[*at].head) || nodes[*at].head == *at)
        .collect();
    let verb = if matches!(
        border.opening,
        Opening::Joined | Opening::Relative | Opening::Adverbial
    ) {
        let own = tops
            .iter()
            .copied()
            .find(|at| nodes[*at].kind == WordKind::Verb);
        own.or_else(|| tops.iter().copied().find(|at| is_said_of(nodes, *at)))
            .or_else(|| phrases::main_verb(tokens, stretch.clone()))
    } else {
        None
    };
    let top = verb.or_else(|| tops.first().copied())?;
    let before = (0..stretch.start).rev();
    let mut before = before.filter(|at| !tokens[*at].is_mark());
    let (relation, head) = match border.opening {
        Opening::Relative | Opening::Apposition => {
            let near = before.next()?;
            let mut noun = near;
            // Up from the nearest word to the top of its phrase, as far as that is a noun.
            // Mending one stretch can leave a circle for the next, so the steps are counted.
            for _ in 0..nodes.len() {
                let Node { head, relation, .. } = nodes[noun];
                let up = head < stretch.start
                    && head != noun
                    && (noun == near && !nodes[noun].kind.is_nominal()
                        || matches!(relation, R::Compound | R::Flat | R::Glue)
                        || border.opening == Opening::Apposition && nodes[head].kind.is_nominal());
                if !up {
                    break;
                }
                noun = head;
            }
            let relation = if border.opening == Opening::Relative {
                R::RelativeClause
            } else {
                R::Apposition
            };
            (relation, noun)
        }
        Opening::Joined => (R::Conjunct, predicate_before(nodes, stretch.start)?),
        Opening::Participle | Opening::Absolute | Opening::Adverbial => {
            let behind = || {
                (stretch.end..nodes.len())
                    .find(|at| nodes[*at].kind == WordKind::Verb || is_said_of(nodes, *at))
            };
            (
                R::AdverbialClause,
                predicate_before(nodes, stretch.start).or_else(behind)?,
            )
        }
        Opening::Main => return None,
    };
    // What hung on words in the stretch and stands outside now hangs on what the stretch hangs on.
    let root_inside = stretch
        .clone()
        .any(|at| nodes[at].head == at && !tokens[at].is_mark());
    let outside: Vec<usize> = (0..nodes.len())
        .filter(|at| !stretch.contains(at) && stretch.contains(&nodes[*at].head))
        .collect();
    let new_root = outside
        .iter()
        .copied()
        .find(|at| nodes[*at].kind.is_verbal())
        .or_else(|| outside.first().copied());
    for at in outside {
        if root_inside && Some(at) == new_root {
            nodes[at].head = at;
            nodes[at].relation = R::Root;
        } else {
            nodes[at].head = if at == head { at } else { head };
        }
    }
    for at in tops {
        if at != top {
            nodes[at].head = top;
            if matches!(nodes[at].relation, R::Root | R::Conjunct) {
                nodes[at].relation = R::Other;
            }
        }
    }
    nodes[top].head = head;
    nodes[top].relation = relation;
    Some(top)
}

fn is_said_of(nodes: &[Node], at: usize) -> bool {
    nodes
        .iter()
        .any(|node| node.head == at && matches!(node.relation, R::Copula | R::Subject))
}

/// The predicate nearest before a place, up to the first that it is joined to.
fn predicate_before(nodes: &[Node], place: usize) -> Option<usize> {
    let mut found = (0..place).rev().find(|at| {
        nodes[*at].kind == WordKind::Verb && nodes[*at].relation != R::Adjective
            || is_said_of(nodes, *at)
    })?;
    for _ in 0..place {
        let node = nodes[found];
        if node.head == found || node.head >= place || node.relation == R::Root {
            break;
        }
        found = node.head;
    }
    Some(found)
}
