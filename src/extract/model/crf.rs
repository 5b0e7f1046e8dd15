//! The best sequence of tags: a linear chain, decoded over a whole text.
//!
//! J. Lafferty, A. `McCallum` and F. Pereira, "Conditional Random Fields" (2001); decoding by A. Viterbi's
//! algorithm (1967), in the text's length. What may not follow each other has a score so low that no
//! path takes it.

use super::weights::Weights;

/// Tags of the chain: none, then the first and the further pieces of each [`Kind`].
pub(super) const TAGS: usize = 7;

/// What a span of pieces is in an attribution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Who says it.
    Source,
    /// The words that attribute.
    Cue,
    /// What is said.
    Content,
}

/// Scores of neighbours, and of the first tag.
pub(super) struct Crf {
    start: [f32; TAGS],
    /// By the tag before, then by the tag.
    steps: [[f32; TAGS]; TAGS],
}

impl Crf {
    pub(super) fn new(weights: &Weights) -> Option<Self> {
        let start = weights.floats("crf.start")?.try_into().ok()?;
        let steps = weights.floats("crf.transitions")?;
        let (rows, rest) = steps.as_chunks();
        let steps = rows.try_into().ok().filter(|_| rest.is_empty())?;
        Some(Self { start, steps })
    }

    /// Returns the best tags for pieces with these scores; of equal ones, the lower.
    pub(super) fn decode(&self, scores: &[[f32; TAGS]]) -> Vec<u8> {
        let Some((first, rest)) = scores.split_first() else {
            return Vec::new();
        };
        let mut best: [f32; TAGS] = std::array::from_fn(|tag| self.start[tag] + first[tag]);
        let mut came_from = Vec::with_capacity(rest.len());
        for scores in rest {
            let mut from = [0_u8; TAGS];
            let mut next = [0.0; TAGS];
            for tag in 0..TAGS {
                let step = |before: usize| best[before] + self.steps[before][tag];
                let (place, score) = highest((0..TAGS).map(step));
                from[tag] = place;
                next[tag] = score + scores[tag];
            }
            came_from.push(from);
            best = next;
        }
        let (mut tag, _) = highest(best.into_iter());
        let mut tags = vec![tag; scores.len()];
        for (at, from) in came_from.iter().enumerate().rev() {
            tag = from[usize::from(tag)];
            tags[at] = tag;
        }
        tags
    }
}

/// Returns the place of the highest score, and the score.
fn highest(scores: impl Iterator<Item = f32>) -> (u8, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (place, score) in (0_u8..).zip(scores) {
        if score > best.1 {
            best = (place, score);
        }
    }
    best
}

/// Returns the spans that tags say, in order: each kind, with its first piece and its end.
pub(super) fn spans(tags: &[u8]) -> Vec<(Kind, std::ops::Range<usize>)> {
    let mut found: Vec<(Kind, std::ops::Range<usize>)> = Vec::new();
    for (at, tag) in tags.iter().enumerate() {
        let kind = match tag {
            1 | 2 => Kind::Source,
            3 | 4 => Kind::Cue,
            5 | 6 => Kind::Content,
            _ => continue,
        };
        let begins = tag % 2 == 1;
        match found.last_mut() {
            Some((last, range)) if !begins && *last == kind && range.end == at => range.end += 1,
            _ if begins => found.push((kind, at..at + 1)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    reason = "small numbers of the tests' own"
)]
mod tests {
    use super::*;

    #[test]
    fn the_best_path_is_the_best_of_all_paths() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 20) as f32 - 2048.0) / 1024.0
        };
        for _ in 0..20 {
            let crf = Crf {
                start: std::array::from_fn(|_| next()),
                steps: std::array::from_fn(|_| std::array::from_fn(|_| next())),
            };
            let scores: Vec<[f32; TAGS]> =
                (0..4).map(|_| std::array::from_fn(|_| next())).collect();
            let total = |tags: &[u8]| {
                let tags: Vec<usize> = tags.iter().map(|t| usize::from(*t)).collect();
                let own: f32 = tags.iter().zip(&scores).map(|(t, s)| s[*t]).sum();
                let steps: f32 = tags.windows(2).map(|w| crf.steps[w[0]][w[1]]).sum();
                own + steps + crf.start[tags[0]]
            };
            let all = (0..TAGS.pow(4)).map(|n| {
                let digit = |place: u32| u8::try_from(n / TAGS.pow(place) % TAGS).unwrap();
                [digit(0), digit(1), digit(2), digit(3)]
            });
            let best = all.map(|tags| total(&tags)).fold(f32::MIN, f32::max);
            assert!((total(&crf.decode(&scores)) - best).abs() < 1e-4);
        }
    }

    #[test]
    fn of_equal_paths_the_lower_tag_wins() {
        let crf = Crf {
            start: [0.0; TAGS],
            steps: [[0.0; TAGS]; TAGS],
        };
        assert_eq!(crf.decode(&[[1.0; TAGS]; 3]), [0, 0, 0]);
        assert!(crf.decode(&[]).is_empty());
    }

    #[test]
    fn spans_begin_where_a_tag_begins() {
        let found = spans(&[0, 1, 2, 3, 5, 6, 6, 5, 2, 0, 4]);
        let expected = [
            (Kind::Source, 1..3),
            (Kind::Cue, 3..4),
            (Kind::Content, 4..7),
            (Kind::Content, 7..8),
        ];
        assert_eq!(found, expected);
    }
}
