//! A quote of evidence, in a newer version of its source.

use super::mapping;
use super::{State, Versions};
use crate::words::span::Span;

/// What becomes of quoted words in a newer version of their source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requoted {
    /// How they were found, with the sentence that they stand in.
    pub state: State,
    /// That sentence, in the older version.
    pub sentence: Span,
    /// The words in the newer version, each with the sentence around it.
    pub places: Vec<(Span, Span)>,
}

/// Finds words of the older version in the newer one, with the sentence that they stand in.
pub fn requote(versions: &Versions<'_>, words: Span) -> Requoted {
    let sentence = versions.sentence_in_old(words);
    let (mut state, mappings) = mapping::mappings(versions, sentence);
    let place = |mapping: &mapping::Mapping<'_>| Some((mapping.map(words, true)?, mapping.place));
    let mut places: Vec<(Span, Span)> = mappings.iter().filter_map(place).collect();
    if places.is_empty() {
        let found = versions.find(words).places.into_iter();
        places = found
            .map(|place| (place, versions.sentence_in_new(place)))
            .collect();
        state = match places.len() {
            0 => State::Orphaned,
            1 => State::Drifted,
            _ => State::Ambiguous,
        };
    }
    Requoted {
        state,
        sentence,
        places,
    }
}
