//! Sentences that were written otherwise: which words of the newer version take their place.

use std::collections::HashMap;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::Versions;
use crate::words::span::Span;

/// Words that have a smaller share in common are not the same sentence.
const LEAST_ALIKE: f64 = 0.6;

/// Two places whose likeness differs by less are both possible.
const MARGIN: f64 = 0.08;

/// Fewer words than these are not recognised in other words.
const LEAST_WORDS: usize = 4;

/// Nor more: what has so many is no sentence.
const MOST_WORDS: usize = 200;

/// A sentence is looked for with so many words fewer or more than it had, of eight.
const SLACK: usize = 3;

/// So many windows of the newer version are compared closely.
const MOST_WINDOWS: usize = 24;

/// Of those that are alike enough, so many are asked whether they stood in the older version.
const MOST_CLOSE: usize = 32;

/// A word and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Its letters and digits, in small letters, by the number of that word.
    bare: u32,
    pub(super) place: Span,
}

/// The words of two versions of a text, in order; the same word has the same number in both.
#[derive(Debug)]
pub(super) struct Words {
    old: Vec<Word>,
    new: Vec<Word>,
}

impl Words {
    pub(super) fn of(old: &str, new: &str) -> Self {
        let mut numbers = HashMap::new();
        let mut words = |text: &str| {
            let mut found = Vec::new();
            for word in text.split_whitespace() {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                let bare: String = word
                    .chars()
                    .filter(|c| c.is_alphanumeric())
                    .flat_map(char::to_lowercase)
                    .collect();
                if let (Ok(place), false) = (Span::new(start, start + word.len()), bare.is_empty())
                {
                    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                    let bare = *numbers.entry(bare).or_insert(next);
                    found.push(Word { bare, place });
                }
            }
            found
        };
        Self {
            old: words(old),
            new: words(new),
        }
    }

    /// Returns the words of a part of the older version.
    pub(super) fn old_in(&self, part: Span) -> &[Word] {
        inside(&self.old, part)
    }

    /// Returns the words of a part of the newer version.
    pub(super) fn new_in(&self, part: Span) -> &[Word] {
        inside(&self.new, part)
    }

    /// Says whether words stood in the older version already, other than in a sentence: they are another
    /// sentence then.
    fn stood_before(&self, sentence: Span, words: &[Word]) -> bool {
        self.old.windows(words.len().max(1)).any(|window| {
            let is_same = |(a, b): (&Word, &Word)| a.bare == b.bare;
            window.iter().zip(words).all(is_same)
                && !window.iter().any(|word| word.place.overlaps(sentence))
        })
    }
}

/// Returns the words that a part of a text has, as far as they are whole in it.
fn inside(words: &[Word], part: Span) -> &[Word] {
    let first = words.partition_point(|word| word.place.end() <= part.start());
    let end = words.partition_point(|word| word.place.start() < part.end());
    words.get(first..end).unwrap_or_default()
}

/// Returns the places of the newer version whose words may be a sentence of the older one in other
/// words, the most alike first: one, or several where one is hardly better than the next.
pub(super) fn candidates(versions: &Versions<'_>, sentence: Span) -> Vec<Span> {
    let words = versions.words();
    let wanted = words.old_in(sentence);
    if !(LEAST_WORDS..=MOST_WORDS).contains(&wanted.len()) {
        return vec![];
    }
    let there = &words.new;
    let mut close = closest(wanted, there, versions);
    close.truncate(MOST_CLOSE);
    close.retain(|(_, first, end)| !words.stood_before(sentence, &there[*first..*end]));
    let Some(best) = close.first().map(|(alike, ..)| *alike) else {
        return vec![];
    };
    let mut places: Vec<Span> = Vec::new();
    for (alike, first, end) in close {
        let place = Span::hull(&[there[first].place, there[end - 1].place]);
        let Some(place) = place.filter(|_| best - alike < MARGIN) else {
            break;
        };
        if !places.iter().any(|other| other.overlaps(place)) {
            places.push(place);
        }
    }
    places
}

/// Returns windows of words that are alike enough, the most alike first: likeness, first word, end.
fn closest(wanted: &[Word], there: &[Word], versions: &Versions<'_>) -> Vec<(f64, usize, usize)> {
    let slack = (wanted.len() * SLACK).div_ceil(8);
    let mut found: Vec<(f64, bool, usize, usize)> = Vec::new();
    for start in starts(wanted, there) {
        let longest = (wanted.len() + slack).min(there.len() - start);
        let common = in_common(wanted, &there[start..start + longest]);
        let shortest = wanted.len().saturating_sub(slack).max(1);
        for (length, common) in common.into_iter().enumerate().skip(shortest) {
            let alike = share(common, wanted.len() + length);
            if alike >= LEAST_ALIKE {
                let end = start + length;
                // Of windows that are as alike, the one that is a sentence of its own.
                let is_sentence = begins_sentence(versions.new, there[start].place)
                    && ends_sentence(versions.new, there[end - 1].place);
                found.push((alike, is_sentence, start, end));
            }
        }
    }
    found.sort_by(|a, b| {
        let alike =
            |found: &(f64, bool, usize, usize)| found.0 + if found.1 { MARGIN } else { 0.0 };
        let by_likeness = alike(b).total_cmp(&alike(a));
        by_likeness.then_with(|| (a.2, a.3).cmp(&(b.2, b.3)))
    });
    let found = found.into_iter();
    found
        .map(|(alike, _, start, end)| (alike, start, end))
        .collect()
}

/// Returns, for each number of words of `other` from its start, how many words it has in common with
/// `one`, in their order: the last row of the table of longest common subsequences.
fn in_common(one: &[Word], other: &[Word]) -> Vec<usize> {
    let mut row = vec![0; other.len() + 1];
    for word in one {
        let mut diagonal = 0;
        for (at, there) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word.bare == there.bare {
                diagonal + 1
            } else {
                above.max(row[at])
            };
            diagonal = above;
        }
    }
    row
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a sentence has fewer than 2^52 words"
)]
fn share(same: usize, of_both: usize) -> f64 {
    2.0 * same as f64 / of_both as f64
}

/// Returns where windows begin that have most words in common, and where those begin around them.
fn starts(wanted: &[Word], there: &[Word]) -> Vec<usize> {
    let mut left = HashMap::<u32, i64>::new();
    for word in wanted {
        *left.entry(word.bare).or_default() += 1;
    }
    let mut shared = 0_usize;
    let mut windows: Vec<(usize, usize)> = Vec::new();
    for (at, word) in there.iter().enumerate() {
        if let Some(left) = left.get_mut(&word.bare) {
            shared += usize::from(*left > 0);
            *left -= 1;
        }
        if let Some(out) = at.checked_sub(wanted.len())
            && let Some(left) = left.get_mut(&there[out].bare)
        {
            *left += 1;
            shared -= usize::from(*left > 0);
        }
        if shared * 2 >= wanted.len() {
            windows.push((shared, (at + 1).saturating_sub(wanted.len())));
        }
    }
    windows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    windows.truncate(MOST_WINDOWS);
    let near = windows.iter().flat_map(|(_, start)| {
        let around = wanted.len().div_ceil(3).min(8);
        start.saturating_sub(around)..=start + around
    });
    let mut starts: Vec<usize> = near.filter(|start| *start < there.len()).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Returns runs of equal words: where they begin in each of the two, and how many there are.
pub(super) fn alignment(one: &[Word], other: &[Word]) -> Vec<(usize, usize, usize)> {
    let bare = |words: &[Word]| words.iter().map(|word| word.bare).collect::<Vec<_>>();
    let (one, other) = (bare(one), bare(other));
    capture_diff_slices(Algorithm::Lcs, &one, &other)
        .into_iter()
        .filter(|op| op.tag() == DiffTag::Equal)
        .map(|op| {
            (
                op.old_range().start,
                op.new_range().start,
                op.old_range().len(),
            )
        })
        .collect()
}

fn begins_sentence(text: &str, word: Span) -> bool {
    let before = text[..word.start()].trim_end_matches([' ', '"', '“', '(']);
    before.is_empty() || before.ends_with(['.', '!', '?', '\n', ':', '…', '。', '؟'])
}

fn ends_sentence(text: &str, word: Span) -> bool {
    let end = text[..word.end()].trim_end_matches(['"', '”', ')', '’', '\'']);
    end.ends_with(['.', '!', '?', '…', '。', '؟']) || text[word.end()..].starts_with('\n')
}
