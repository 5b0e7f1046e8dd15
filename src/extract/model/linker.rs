//! Which source and which cue a statement has, of those found near it, or none.
//!
//! A choice's score is `score(content, cue) + score(content, source) + score(cue, source)`; the best of
//! all choices is taken, of equal ones the first, with none first and then by place. A pair's score is a
//! small network's over what lies between the two spans and over the states at their ends:
//! `training/README.md`, "The linker", says which numbers, and this follows it to the letter.

use std::ops::Range;

use super::crf::Kind;
use super::network::{Linear, States};
use super::weights::{LinkerConfig, Weights};

/// A statement with who says it and the words that say so, in pieces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Linked {
    pub(super) content: Range<usize>,
    pub(super) source: Option<Range<usize>>,
    pub(super) cue: Option<Range<usize>>,
}

/// What the linker asks about a text's pieces.
pub(super) struct Text<'a> {
    pub(super) states: &'a States,
    /// How many sentences end before each piece.
    pub(super) sentence: Vec<u32>,
    /// How many borders stand up to each piece, itself included.
    pub(super) block: Vec<u32>,
    /// Is a double quotation mark, or stands between two.
    pub(super) quoted: Vec<bool>,
}

pub(super) struct Linker {
    cue: Pair,
    source: Pair,
    pair: Pair,
    none: Linear,
    config: LinkerConfig,
}

/// One of the three kinds of pairs.
struct Pair {
    table: Vec<f32>,
    a: Linear,
    b: Linear,
    product_a: Linear,
    product_b: Linear,
    out: Vec<f32>,
}

/// A pair's classes, each a row of its table.
type Classes = [usize; 9];

impl Pair {
    fn new(weights: &Weights, name: &str, width: usize) -> Option<Self> {
        let linear = |part: &str| Linear::new(weights, &format!("linker.{name}.{part}"), width);
        let found = Self {
            table: weights.floats(&format!("linker.{name}.table"))?,
            a: linear("a")?,
            b: linear("b")?,
            product_a: linear("product_a")?,
            product_b: linear("product_b")?,
            out: weights
                .table(&format!("linker.{name}.out.weight"))?
                .row(0)
                .collect(),
        };
        let hidden = found.out.len();
        let fits = found.a.scores() == hidden
            && found.b.scores() == hidden
            && found.product_a.scores() == found.product_b.scores()
            && found.table.len().is_multiple_of(hidden);
        fits.then_some(found)
    }

    fn score(&self, classes: &Classes, a: &Side, b: &Side) -> f32 {
        let hidden = self.out.len();
        let mut score = 0.0;
        for (at, out) in self.out.iter().enumerate() {
            let mut sum = 0.0;
            for class in classes {
                sum += self.table[class * hidden + at];
            }
            sum = sum + a.hidden[at] + b.hidden[at];
            score += if sum > 0.0 { sum * out } else { 0.0 };
        }
        let mut product = 0.0;
        for (a, b) in a.product.iter().zip(b.product) {
            product += a * b;
        }
        score + product
    }
}

/// A span's projections as one side of a pair.
#[derive(Clone, Copy)]
struct Side<'a> {
    hidden: &'a [f32],
    product: &'a [f32],
}

/// The projections of all spans of a kind as one side of a pair.
struct Sides {
    hidden: Vec<f32>,
    product: Vec<f32>,
    hidden_size: usize,
    product_size: usize,
}

impl Sides {
    fn new(hidden: &Linear, product: &Linear, states: &[i16]) -> Self {
        Self {
            hidden: hidden.apply(states),
            product: product.apply(states),
            hidden_size: hidden.scores(),
            product_size: product.scores(),
        }
    }

    fn of(&self, span: usize) -> Side<'_> {
        Side {
            hidden: &self.hidden[span * self.hidden_size..][..self.hidden_size],
            product: &self.product[span * self.product_size..][..self.product_size],
        }
    }
}

/// The spans of each kind, in order.
struct Found {
    contents: Vec<Range<usize>>,
    cues: Vec<Range<usize>>,
    sources: Vec<Range<usize>>,
}

impl Linker {
    /// Reads a linker for states of `width` numbers.
    pub(super) fn new(weights: &Weights, width: usize) -> Option<Self> {
        let pair = |name: &str| Pair::new(weights, name, width * 2);
        let found = Self {
            cue: pair("cue")?,
            source: pair("source")?,
            pair: pair("pair")?,
            none: Linear::new(weights, "linker.none", width * 2)?,
            config: weights.config()?.linker.clone(),
        };
        let rows = found.cue.table.len() / found.cue.out.len();
        let config = &found.config;
        let fits = config.offsets.len() == 9
            && config.gaps.len() == 9
            && config.lengths_a.len() == 5
            && config.lengths_b.len() == 5
            && config
                .offsets
                .iter()
                .zip(SIZES)
                .all(|(at, size)| at + size <= rows)
            && found.none.scores() == 3;
        fits.then_some(found)
    }

    /// Finds the source and the cue of each content; `spans` must be in order and not overlap.
    pub(super) fn link(&self, text: &Text, spans: &[(Kind, Range<usize>)]) -> Vec<Linked> {
        let of_kind = |kind| -> Vec<Range<usize>> {
            let spans = spans.iter().filter(|(k, _)| *k == kind);
            spans.map(|(_, span)| span.clone()).collect()
        };
        let found = Found {
            contents: of_kind(Kind::Content),
            cues: of_kind(Kind::Cue),
            sources: of_kind(Kind::Source),
        };
        let [contents, cues, sources] =
            [&found.contents, &found.cues, &found.sources].map(|spans| ends(text.states, spans));
        let sides = |pair: &Pair, states: &[i16], is_a: bool| {
            if is_a {
                Sides::new(&pair.a, &pair.product_a, states)
            } else {
                Sides::new(&pair.b, &pair.product_b, states)
            }
        };
        let projected = Projected {
            content_to_cue: sides(&self.cue, &contents, true),
            cue_to_content: sides(&self.cue, &cues, false),
            content_to_source: sides(&self.source, &contents, true),
            source_to_content: sides(&self.source, &sources, false),
            cue_to_source: sides(&self.pair, &cues, true),
            source_to_cue: sides(&self.pair, &sources, false),
            content_without: self.none.apply(&contents),
            cue_without: self.none.apply(&cues),
        };
        (0..found.contents.len())
            .map(|content| self.choose(text, &found, &projected, content))
            .collect()
    }

    fn choose(&self, text: &Text, found: &Found, projected: &Projected, content: usize) -> Linked {
        let span = &found.contents[content];
        let cues = nearest(span, &found.cues, self.config.nearest);
        let sources = nearest(span, &found.sources, self.config.nearest);
        let classes = |a: &Range<usize>, b: &Range<usize>| self.classes(text, found, a, b);
        let without = &projected.content_without[content * 3..][..3];
        let to_sources: Vec<f32> = (sources.clone())
            .map(|source| {
                self.source.score(
                    &classes(span, &found.sources[source]),
                    &projected.content_to_source.of(content),
                    &projected.source_to_content.of(source),
                )
            })
            .collect();
        let mut best = (without[0] + without[1], None, None);
        for (source, score) in sources.clone().zip(&to_sources) {
            let score = without[0] + score;
            if score > best.0 {
                best = (score, None, Some(source));
            }
        }
        for cue in cues {
            let to_cue = self.cue.score(
                &classes(span, &found.cues[cue]),
                &projected.content_to_cue.of(content),
                &projected.cue_to_content.of(cue),
            );
            let score = to_cue + without[1] + projected.cue_without[cue * 3 + 2];
            if score > best.0 {
                best = (score, Some(cue), None);
            }
            for (source, to_source) in sources.clone().zip(&to_sources) {
                let pair = self.pair.score(
                    &classes(&found.cues[cue], &found.sources[source]),
                    &projected.cue_to_source.of(cue),
                    &projected.source_to_cue.of(source),
                );
                let score = to_cue + to_source + pair;
                if score > best.0 {
                    best = (score, Some(cue), Some(source));
                }
            }
        }
        Linked {
            content: span.clone(),
            source: best.2.map(|source| found.sources[source].clone()),
            cue: best.1.map(|cue| found.cues[cue].clone()),
        }
    }

    fn classes(&self, text: &Text, found: &Found, a: &Range<usize>, b: &Range<usize>) -> Classes {
        let before = b.start < a.start;
        let (low, high) = if before {
            (b.end, a.start)
        } else {
            (a.end, b.start)
        };
        let side = |size: usize| if before { size } else { 0 };
        let apart = |numbers: &[u32], most: usize| {
            let apart = numbers[high].saturating_sub(numbers[low - 1]);
            (apart as usize).min(most)
        };
        let between = |spans: &[Range<usize>]| {
            let begin_before = |place: usize| spans.partition_point(|s| s.start < place);
            begin_before(high).saturating_sub(begin_before(low)).min(2) + side(3)
        };
        let reached = |bounds: &[usize], size: usize| bounds.iter().filter(|b| **b <= size).count();
        let quoted = usize::from(text.quoted[a.start]) + 2 * usize::from(text.quoted[b.start]);
        let classes = [
            reached(&self.config.gaps, high.saturating_sub(low)) + side(10),
            apart(&text.sentence, 3) + side(4),
            apart(&text.block, 2) + side(3),
            between(&found.cues),
            between(&found.sources),
            between(&found.contents),
            quoted,
            reached(&self.config.lengths_b, b.len()),
            reached(&self.config.lengths_a, a.len()),
        ];
        std::array::from_fn(|at| self.config.offsets[at] + classes[at])
    }
}

/// How many classes each of the nine has.
const SIZES: [usize; 9] = [20, 8, 6, 6, 6, 6, 4, 6, 6];

/// All projections that [`Linker::link`] needs, made once for each span.
struct Projected {
    content_to_cue: Sides,
    cue_to_content: Sides,
    content_to_source: Sides,
    source_to_content: Sides,
    cue_to_source: Sides,
    source_to_cue: Sides,
    content_without: Vec<f32>,
    cue_without: Vec<f32>,
}

/// Returns the state at the first piece of each span and that at its last, one behind the other.
fn ends(states: &States, spans: &[Range<usize>]) -> Vec<i16> {
    let mut ends = Vec::with_capacity(spans.len() * states.width * 2);
    for span in spans {
        ends.extend(states.high_of(span.start));
        ends.extend(states.high_of(span.end - 1));
    }
    ends
}

/// Returns the places of the spans with the least gap to `span`; of equal gaps, the earlier.
fn nearest(span: &Range<usize>, spans: &[Range<usize>], most: usize) -> Range<usize> {
    let at = spans.partition_point(|s| s.start < span.start);
    let (mut first, mut end) = (at, at);
    while end - first < most {
        let before = (first > 0).then(|| span.start.saturating_sub(spans[first - 1].end));
        let behind = (end < spans.len()).then(|| spans[end].start.saturating_sub(span.end));
        match (before, behind) {
            (None, None) => break,
            (Some(before), Some(behind)) if before > behind => end += 1,
            (Some(_), _) => first -= 1,
            (None, Some(_)) => end += 1,
        }
    }
    first..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_spans_and_of_equal_gaps_the_earlier() {
        let spans = [0..2, 4..5, 12..13, 14..15, 30..31];
        assert_eq!(nearest(&(8..10), &spans, 1), 2..3);
        assert_eq!(nearest(&(7..10), &spans, 1), 1..2);
        assert_eq!(nearest(&(8..10), &spans, 3), 1..4);
        assert_eq!(nearest(&(8..10), &spans, 9), 0..5);
        assert_eq!(nearest(&(8..10), &[], 9), 0..0);
    }
}
