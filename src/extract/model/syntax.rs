//! The grammar of a sentence: for each piece what kind of word it is, on which other piece it hangs, and
//! how.
//!
//! Every pair of pieces gets a score as head and dependent (Dozat and Manning, ICLR 2017), and the tree
//! without crossing arcs that has the highest sum is taken (Eisner, COLING 1996), with one root. Relations
//! are those of Universal Dependencies, and `glue` for a piece that belongs to the same word.

use std::ops::Range;

use super::network::{Linear, States};
use super::pieces::Piece;
use super::weights::Weights;
use crate::extract::tree::{Node, Relation, WordKind};

/// Pieces that a sentence has at most to be read: the search takes time in their cube.
pub(super) const MOST_PIECES: usize = 120;

/// What no arc can have as its score.
const NEVER: f32 = -1e30;

/// The heads of the network that read grammar from its states.
pub(super) struct Syntax {
    kinds: Linear,
    kind_names: Vec<WordKind>,
    dependent: Linear,
    head: Linear,
    /// By dependent's number, then head's.
    bilinear: Vec<f32>,
    lean: Vec<f32>,
    label_dependent: Linear,
    label_head: Linear,
    /// By dependent's number, then head's, then relation.
    label_bilinear: Vec<f32>,
    /// By number of dependent or head, then relation.
    label_linear: Vec<f32>,
    label_bias: Vec<f32>,
    relations: Vec<Relation>,
}

impl Syntax {
    pub(super) fn new(weights: &Weights, width: usize) -> Option<Self> {
        let relations = weights.labels("relations")?;
        let kinds = weights.labels("upos")?;
        let count = relations.len();
        let label_dependent = Linear::new(weights, "label.dependent", width)?;
        let size = label_dependent.scores();
        let table = weights.table("label.linear.weight")?;
        let found = Self {
            kinds: Linear::new(weights, "upos", width)?,
            kind_names: kinds.iter().map(|name| WordKind::named(name)).collect(),
            dependent: Linear::new(weights, "arc.dependent", width)?,
            head: Linear::new(weights, "arc.head", width)?,
            bilinear: weights.floats("arc.bilinear")?,
            lean: weights.floats("arc.lean")?,
            label_head: Linear::new(weights, "label.head", width)?,
            label_bilinear: turned(&weights.floats("label.bilinear")?, count),
            label_linear: turned(
                &(0..table.rows())
                    .flat_map(|row| table.row(row))
                    .collect::<Vec<_>>(),
                count,
            ),
            label_bias: weights.floats("label.linear.bias")?,
            relations: relations.iter().map(|name| Relation::named(name)).collect(),
            label_dependent,
        };
        let arc = found.dependent.scores();
        let fits = found.kinds.scores() == found.kind_names.len()
            && found.head.scores() == arc
            && found.bilinear.len() == arc * arc
            && found.lean.len() == arc
            && found.label_head.scores() == size
            && found.label_bilinear.len() == size * size * count
            && found.label_linear.len() == 2 * size * count
            && found.label_bias.len() == count;
        fits.then_some(found)
    }

    /// Reads one sentence: the pieces in a range, none of which is a border.
    pub(super) fn nodes(
        &self,
        pieces: &[Piece],
        states: &States,
        range: Range<usize>,
    ) -> Vec<Node> {
        let places = range.start * states.width..range.end * states.width;
        let (low, high) = (&states.low[places.clone()], &states.high[places]);
        let pieces = &pieces[range];
        let heads = heads(pieces.len(), &self.arcs(high, pieces.len()));
        let relations = self.relations(high, &heads);
        let kinds = self.kinds.apply(low);
        let kinds = kinds.chunks_exact(self.kind_names.len());
        let nodes = pieces.iter().zip(kinds).zip(heads).zip(relations);
        let nodes = nodes.map(|(((piece, kinds), head), relation)| Node {
            start: piece.start,
            end: piece.end,
            kind: self.kind_names[best(kinds)],
            head,
            relation,
        });
        nodes.collect()
    }

    /// Returns the score of each head of each dependent, row by row; the diagonal is the root's.
    fn arcs(&self, high: &[i16], count: usize) -> Vec<f32> {
        let size = self.lean.len();
        let dependents = above_zero(self.dependent.apply(high));
        let heads = above_zero(self.head.apply(high));
        // By number, then piece, so that the innermost loop goes over pieces.
        let heads = turned(&heads, count);
        let mut scores = vec![0.0; count * count];
        let mut wanted = vec![0.0; size];
        for (dependent, scores) in dependents
            .chunks_exact(size)
            .zip(scores.chunks_exact_mut(count))
        {
            wanted.copy_from_slice(&self.lean);
            for (value, row) in dependent.iter().zip(self.bilinear.chunks_exact(size)) {
                if *value > 0.0 {
                    add(&mut wanted, row, *value);
                }
            }
            for (value, row) in wanted.iter().zip(heads.chunks_exact(count)) {
                add(scores, row, *value);
            }
        }
        scores
    }

    fn relations(&self, high: &[i16], heads: &[usize]) -> Vec<Relation> {
        let size = self.label_head.scores();
        let count = self.relations.len();
        let dependents = above_zero(self.label_dependent.apply(high));
        let all_heads = above_zero(self.label_head.apply(high));
        let mut scores = vec![0.0; count];
        let mut found = Vec::with_capacity(heads.len());
        for (dependent, head) in dependents.chunks_exact(size).zip(heads) {
            let head = &all_heads[head * size..][..size];
            scores.copy_from_slice(&self.label_bias);
            let both = dependent.iter().chain(head);
            for (value, row) in both.zip(self.label_linear.chunks_exact(count)) {
                add(&mut scores, row, *value);
            }
            for (value, rows) in dependent
                .iter()
                .zip(self.label_bilinear.chunks_exact(size * count))
            {
                if *value == 0.0 {
                    continue;
                }
                for (other, row) in head.iter().zip(rows.chunks_exact(count)) {
                    if *other > 0.0 {
                        add(&mut scores, row, value * other);
                    }
                }
            }
            found.push(self.relations[best(&scores)]);
        }
        found
    }
}

/// Adds a multiple of a row, number by number.
fn add(sums: &mut [f32], row: &[f32], times: f32) {
    for (sum, number) in sums.iter_mut().zip(row) {
        *sum += times * number;
    }
}

/// Numbers below zero become zero.
fn above_zero(mut numbers: Vec<f32>) -> Vec<f32> {
    for number in &mut numbers {
        *number = number.max(0.0);
    }
    numbers
}

/// Turns a table of `rows` rows, so that its columns are rows.
fn turned(table: &[f32], rows: usize) -> Vec<f32> {
    let columns = table.len() / rows.max(1);
    let mut turned = Vec::with_capacity(table.len());
    for column in 0..columns {
        turned.extend((0..rows).map(|row| table[row * columns + column]));
    }
    turned
}

/// The place of the greatest number; of equal ones the first.
fn best(numbers: &[f32]) -> usize {
    let mut best = 0;
    for (place, number) in numbers.iter().enumerate() {
        if *number > numbers[best] {
            best = place;
        }
    }
    best
}

/// Returns the head of each of `count` pieces, a piece itself for the root: the best tree in which no
/// arcs cross and one piece is the root. `scores` has a row for each dependent.
fn heads(count: usize, scores: &[f32]) -> Vec<usize> {
    if count == 0 {
        return vec![];
    }
    let mut chart = Chart::new(count);
    for length in 1..count {
        for left in 0..count - length {
            chart.join(left, left + length, scores);
        }
    }
    // The root's words to its left and to its right are two complete stretches.
    let root = (0..count).map(|root| {
        chart.complete[LEFT][root]
            + chart.complete[RIGHT][root * count + count - 1]
            + scores[root * count + root]
    });
    let root = best(&root.collect::<Vec<_>>());
    let mut heads = vec![root; count];
    chart.follow(root, &mut heads);
    heads
}

/// A stretch whose head is its right end.
const LEFT: usize = 0;
/// A stretch whose head is its left end.
const RIGHT: usize = 1;

/// The best scores of stretches, by left end, then right end: an arc between the ends that is still open, or
/// all words of the stretch below one of its ends.
struct Chart {
    count: usize,
    open: [Vec<f32>; 2],
    open_at: Vec<usize>,
    complete: [Vec<f32>; 2],
    complete_at: [Vec<usize>; 2],
}

impl Chart {
    fn new(count: usize) -> Self {
        let cells = count * count;
        let mut chart = Self {
            count,
            open: [vec![NEVER; cells], vec![NEVER; cells]],
            open_at: vec![0; cells],
            complete: [vec![NEVER; cells], vec![NEVER; cells]],
            complete_at: [vec![0; cells], vec![0; cells]],
        };
        for place in 0..count {
            for side in [LEFT, RIGHT] {
                chart.complete[side][place * count + place] = 0.0;
            }
        }
        chart
    }

    /// Finds the best for a stretch whose parts are known.
    fn join(&mut self, left: usize, right: usize, scores: &[f32]) {
        let n = self.count;
        let cell = left * n + right;
        let (mut sum, mut at) = (NEVER, left);
        for middle in left..right {
            let both = self.complete[RIGHT][left * n + middle]
                + self.complete[LEFT][(middle + 1) * n + right];
            if both > sum {
                (sum, at) = (both, middle);
            }
        }
        self.open_at[cell] = at;
        self.open[LEFT][cell] = sum + scores[left * n + right];
        self.open[RIGHT][cell] = sum + scores[right * n + left];
        let (mut sum, mut at) = (NEVER, left);
        for middle in left..right {
            let both = self.complete[LEFT][left * n + middle] + self.open[LEFT][middle * n + right];
            if both > sum {
                (sum, at) = (both, middle);
            }
        }
        self.complete[LEFT][cell] = sum;
        self.complete_at[LEFT][cell] = at;
        let (mut sum, mut at) = (NEVER, right);
        for middle in left + 1..=right {
            let both =
                self.open[RIGHT][left * n + middle] + self.complete[RIGHT][middle * n + right];
            if both > sum {
                (sum, at) = (both, middle);
            }
        }
        self.complete[RIGHT][cell] = sum;
        self.complete_at[RIGHT][cell] = at;
    }

    /// Writes the heads of the best tree below a root.
    fn follow(&self, root: usize, heads: &mut [usize]) {
        let n = self.count;
        let mut rest = vec![(0, root, LEFT, true), (root, n - 1, RIGHT, true)];
        while let Some((left, right, side, complete)) = rest.pop() {
            if left == right {
                continue;
            }
            let cell = left * n + right;
            if complete {
                let at = self.complete_at[side][cell];
                if side == LEFT {
                    rest.extend([(left, at, LEFT, true), (at, right, LEFT, false)]);
                } else {
                    rest.extend([(left, at, RIGHT, false), (at, right, RIGHT, true)]);
                }
            } else {
                if side == LEFT {
                    heads[left] = right;
                } else {
                    heads[right] = left;
                }
                let at = self.open_at[cell];
                rest.extend([(left, at, RIGHT, true), (at + 1, right, LEFT, true)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every tree without crossing arcs, tried one by one.
    fn tried(count: usize, scores: &[f32]) -> f32 {
        let mut best = NEVER;
        for number in 0..count.pow(u32::try_from(count).expect("small")) {
            let heads: Vec<usize> = (0..count)
                .map(|place| number / count.pow(u32::try_from(place).expect("small")) % count)
                .collect();
            if is_tree(&heads) {
                best = best.max(sum(&heads, scores));
            }
        }
        best
    }

    fn sum(heads: &[usize], scores: &[f32]) -> f32 {
        let arc = |(place, head): (usize, &usize)| scores[place * heads.len() + head];
        heads.iter().enumerate().map(arc).sum()
    }

    fn is_tree(heads: &[usize]) -> bool {
        let roots = (0..heads.len()).filter(|&place| heads[place] == place);
        let reaches = |mut place: usize| {
            for _ in heads {
                place = heads[place];
            }
            heads[place] == place
        };
        let arcs: Vec<(usize, usize)> = (0..heads.len())
            .filter(|&place| heads[place] != place)
            .map(|place| (place.min(heads[place]), place.max(heads[place])))
            .collect();
        let crosses = |a: &(usize, usize), b: &(usize, usize)| a.0 < b.0 && b.0 < a.1 && a.1 < b.1;
        let covers = |root: usize| arcs.iter().any(|arc| arc.0 < root && root < arc.1);
        let roots: Vec<usize> = roots.collect();
        roots.len() == 1
            && !covers(roots[0])
            && (0..heads.len()).all(reaches)
            && !arcs.iter().any(|a| arcs.iter().any(|b| crosses(a, b)))
    }

    #[test]
    fn the_tree_found_is_the_best_of_all() {
        let mut seed = 1_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(i16::try_from(seed >> 20).expect("12 bits")) / 64.0
        };
        for count in 1..=5 {
            for _ in 0..40 {
                let scores: Vec<f32> = (0..count * count).map(|_| random()).collect();
                let heads = heads(count, &scores);
                assert!(is_tree(&heads), "{heads:?}");
                let (found, best) = (sum(&heads, &scores), tried(count, &scores));
                assert!((found - best).abs() < 1e-3, "{heads:?}: {found} {best}");
            }
        }
        assert!(heads(0, &[]).is_empty());
    }
}
