//! Ranges of a sentence, in the sentence of the newer version that takes its place.

use std::ops::Range;

use super::drift::{self, Word};
use super::{State, Versions};
use crate::words::span::Span;

/// A sentence of the older version, and a place of the newer one where it stands or may stand.
pub(super) struct Mapping<'v> {
    versions: &'v Versions<'v>,
    sentence: Span,
    /// The place in the newer version.
    pub(super) place: Span,
    way: Way,
}

/// How ranges of the one lead to ranges of the other.
enum Way {
    /// Letter for letter.
    Same,
    /// But for typography.
    Folded,
    /// By the words that both have, each run with where it begins in either and its length.
    Words {
        old: Vec<Word>,
        new: Vec<Word>,
        runs: Vec<(usize, usize, usize)>,
    },
}

/// Finds a sentence of the older version in the newer one.
pub(super) fn mappings<'v>(
    versions: &'v Versions<'v>,
    sentence: Span,
) -> (State, Vec<Mapping<'v>>) {
    let mapping = |place: Span, way: Way| Mapping {
        versions,
        sentence,
        place,
        way,
    };
    let found = versions.find(sentence);
    if !found.places.is_empty() {
        let unchanged = |place: Span| {
            let is_same = place.of(versions.new) == sentence.of(versions.old);
            mapping(place, if is_same { Way::Same } else { Way::Folded })
        };
        // A sentence that is now a piece of another one may say something else.
        let is_whole = found
            .places
            .iter()
            .all(|place| versions.is_sentence(*place));
        let state = if found.state.is_sure() && !is_whole {
            State::Drifted
        } else {
            found.state
        };
        return (state, found.places.into_iter().map(unchanged).collect());
    }
    let places = drift::candidates(versions, sentence);
    let changed = |place: &Span| {
        let old = versions.words().old_in(sentence).to_vec();
        let new = versions.words().new_in(*place).to_vec();
        let runs = drift::alignment(&old, &new);
        mapping(*place, Way::Words { old, new, runs })
    };
    let state = match places.len() {
        0 => State::Orphaned,
        1 => State::Drifted,
        _ => State::Ambiguous,
    };
    (state, places.iter().map(changed).collect())
}

impl Mapping<'_> {
    /// Returns where a range of the sentence is in the newer version. Of words that changed, a range of
    /// somebody's own words may have others in it; any other must be the same.
    pub(super) fn map(&self, span: Span, is_own: bool) -> Option<Span> {
        match &self.way {
            Way::Same => {
                let start = self.place.start() + span.start().checked_sub(self.sentence.start())?;
                Span::new(start, start + span.len()).ok()
            }
            Way::Folded => through_folded(self.versions, self.sentence, self.place, span),
            Way::Words { old, new, runs } => through_words(old, new, runs, span, is_own)
                .map(|words| trimmed(self.versions, span, words)),
        }
    }
}

/// Maps a span inside of words that differ by typography alone.
fn through_folded(
    versions: &Versions<'_>,
    sentence: Span,
    place: Span,
    span: Span,
) -> Option<Span> {
    let from = versions.folded_old.inside(sentence)?;
    let to = versions.folded_new.inside(place)?;
    let span = versions.folded_old.inside(span)?;
    let start = to.start() + span.start().checked_sub(from.start())?;
    versions
        .folded_new
        .outside(Span::new(start, start + span.len()).ok()?)
}

/// Maps a range by the words that both have in common. A range of the claim's own words may have other
/// words in it; one that names the cue or the claimant must be the same.
fn through_words(
    old: &[Word],
    new: &[Word],
    runs: &[(usize, usize, usize)],
    span: Span,
    is_own: bool,
) -> Option<Span> {
    let first = old.iter().position(|word| word.place.overlaps(span))?;
    let last = old.iter().rposition(|word| word.place.overlaps(span))?;
    let to_new = |at: usize| {
        let run = runs
            .iter()
            .find(|(from, _, count)| (*from..from + count).contains(&at));
        run.map(|(from, to, _)| to + (at - from))
    };
    let range: Range<usize> = if is_own {
        // Where an end was written otherwise, it reaches to the next word that was not.
        let before = (0..first).rev().find_map(to_new);
        let after = (last + 1..old.len()).find_map(to_new);
        let start = to_new(first).unwrap_or_else(|| before.map_or(0, |at| at + 1));
        let end = to_new(last).map_or_else(|| after.unwrap_or(new.len()), |at| at + 1);
        if start >= end || !(first..=last).any(|at| to_new(at).is_some()) {
            return None;
        }
        start..end
    } else {
        let mapped: Option<Vec<usize>> = (first..=last).map(to_new).collect();
        let mapped = mapped?;
        if mapped.windows(2).any(|pair| pair[0] + 1 != pair[1]) {
            return None;
        }
        mapped[0]..mapped[mapped.len() - 1] + 1
    };
    Span::hull(&[new.get(range.start)?.place, new.get(range.end - 1)?.place])
}

/// Leaves out marks at the ends of words that the older range did not have.
fn trimmed(versions: &Versions<'_>, old: Span, new: Span) -> Span {
    let is_mark = |c: char| !c.is_alphanumeric();
    let (Ok(before), Ok(after)) = (old.of(versions.old), new.of(versions.new)) else {
        return new;
    };
    let (mut start, mut end) = (new.start(), new.end());
    if !before.ends_with(is_mark) {
        end = new.start() + after.trim_end_matches(is_mark).len();
    }
    if !before.starts_with(is_mark) {
        start = new.end() - after.trim_start_matches(is_mark).len();
    }
    Span::new(start, end).unwrap_or(new)
}
