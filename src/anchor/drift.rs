//! Sentences that were written otherwise: which words of the newer version take their place.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::Versions;
use crate::words::span::Span;

/// Words that have a smaller share in common are not the same sentence.
const LEAST_ALIKE: f64 = 0.6;

/// Two places whose likeness differs by less are both possible.
const MARGIN: f64 = 0.08;

/// Fewer words than these are not recognised in other words.
const LEAST_WORDS: usize = 4;

/// A sentence is looked for with so many words fewer or more than it had, of eight.
const SLACK: usize = 3;

/// So many windows of the newer version are compared closely.
const MOST_WINDOWS: usize = 40;

/// A word and where it stands.
#[derive(Debug)]
pub(super) struct Word {
    /// Its letters and digits, in small letters.
    bare: String,
    pub(super) place: Span,
}

/// Returns the words of a part of a text.
pub(super) fn words_of(text: &str, part: Span) -> Vec<Word> {
    let Ok(inside) = part.of(text) else {
        return vec![];
    };
    inside
        .split_whitespace()
        .filter_map(|word| {
            let start = part.start() + (word.as_ptr() as usize - inside.as_ptr() as usize);
            let bare: String = word
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect();
            let place = Span::new(start, start + word.len()).ok()?;
            (!bare.is_empty()).then_some(Word { bare, place })
        })
        .collect()
}

/// Returns the places of the newer version whose words may be a sentence of the older one in other
/// words, the most alike first: one, or several where one is hardly better than the next.
pub(super) fn candidates(versions: &Versions<'_>, sentence: Span) -> Vec<Span> {
    let wanted = words_of(versions.old, sentence);
    if wanted.len() < LEAST_WORDS {
        return vec![];
    }
    let Ok(all) = Span::new(0, versions.new.len()) else {
        return vec![];
    };
    let there = words_of(versions.new, all);
    let mut close = closest(&wanted, &there, versions);
    close.retain(|(_, first, end)| !stood_before(versions, sentence, &there[*first..*end]));
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

/// Says whether words stood in the older version already, elsewhere: they are another sentence then.
fn stood_before(versions: &Versions<'_>, sentence: Span, words: &[Word]) -> bool {
    let wanted: Vec<&str> = words.iter().map(|word| word.bare.as_str()).collect();
    let Ok(all) = Span::new(0, versions.old.len()) else {
        return false;
    };
    let old = words_of(versions.old, all);
    old.windows(wanted.len().max(1)).any(|window| {
        window
            .iter()
            .map(|word| word.bare.as_str())
            .eq(wanted.iter().copied())
            && !window.iter().any(|word| word.place.overlaps(sentence))
    })
}

/// Returns windows of words that are alike enough, the most alike first: likeness, first word, end.
fn closest(wanted: &[Word], there: &[Word], versions: &Versions<'_>) -> Vec<(f64, usize, usize)> {
    let slack = (wanted.len() * SLACK).div_ceil(8);
    let mut found: Vec<(f64, bool, usize, usize)> = Vec::new();
    for start in starts(wanted, there) {
        let lengths = wanted.len().saturating_sub(slack).max(1)..=wanted.len() + slack;
        for end in lengths.map(|length| start + length) {
            if end > there.len() {
                break;
            }
            let alike = likeness(wanted, &there[start..end]);
            if alike >= LEAST_ALIKE {
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

/// Returns where windows begin that have most words in common, and where those begin around them.
fn starts(wanted: &[Word], there: &[Word]) -> Vec<usize> {
    let mut left = std::collections::HashMap::<&str, i64>::new();
    for word in wanted {
        *left.entry(&word.bare).or_default() += 1;
    }
    let mut shared = 0_usize;
    let mut windows: Vec<(usize, usize)> = Vec::new();
    for (at, word) in there.iter().enumerate() {
        if let Some(left) = left.get_mut(word.bare.as_str()) {
            shared += usize::from(*left > 0);
            *left -= 1;
        }
        if let Some(out) = at.checked_sub(wanted.len())
            && let Some(left) = left.get_mut(there[out].bare.as_str())
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

/// Returns the share of words that two sequences have in common, in their order.
#[expect(
    clippy::cast_precision_loss,
    reason = "a sentence has fewer than 2^52 words"
)]
fn likeness(one: &[Word], other: &[Word]) -> f64 {
    let same: usize = alignment(one, other)
        .iter()
        .map(|(_, _, count)| count)
        .sum();
    2.0 * same as f64 / (one.len() + other.len()) as f64
}

/// Returns runs of equal words: where they begin in each of the two, and how many there are.
pub(super) fn alignment(one: &[Word], other: &[Word]) -> Vec<(usize, usize, usize)> {
    let bare = |words: &[Word]| {
        words
            .iter()
            .map(|word| word.bare.clone())
            .collect::<Vec<_>>()
    };
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
