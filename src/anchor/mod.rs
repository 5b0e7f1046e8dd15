//! Anchoring anew: where the words of a claim stand in a newer version of their source.
//!
//! A claim points into one version of a text by byte ranges. Here the ranges are found in another
//! version, with an honest [`State`]. What counts as the same is the whole sentence in which a claim
//! stands with all that belongs to it, not its own words alone: "it was lawful" says the contrary
//! where "she denied that" now stands before it.
//!
//! Two sentences of one page can be alike, so a place is only ours if its surroundings speak for it
//! more than for any other place that had the same words in the older version (`places`); and what
//! resembles our sentence is no new wording of it if it stood elsewhere in the older version already
//! (`drift`). What remains doubtful is for a person.

mod beside;
mod claim;
mod drift;
mod fold;
mod mapping;
mod places;
mod quote;

#[cfg(test)]
mod tests;

pub use beside::{Beside, Side};
pub use claim::{Candidate, Reanchored, reanchor};
pub use quote::{Requoted, requote};

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use self::drift::Words;
use self::fold::Folded;
use crate::extract::layout::{self, Block};
use crate::extract::sentences;
use crate::words::span::Span;

/// How a claim's words are found in a newer version of their source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The sentence stands there once, letter for letter, with the same words around it.
    Exact,
    /// The sentence stands there letter for letter, but with other words around it.
    Moved,
    /// The sentence differs in quotation marks, dashes, spaces and the like alone.
    Normalised,
    /// The sentence stands there in other words: a person confirms that it is the same claim.
    Drifted,
    /// It may be one of several places: a person says which.
    Ambiguous,
    /// It is not there.
    Orphaned,
}

impl State {
    /// Returns its name, as it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Moved => "moved",
            Self::Normalised => "normalised",
            Self::Drifted => "drifted",
            Self::Ambiguous => "ambiguous",
            Self::Orphaned => "orphaned",
        }
    }

    /// Says whether nobody has to look at it: the words are the same, and there is one place for them.
    pub const fn is_sure(self) -> bool {
        matches!(self, Self::Exact | Self::Moved | Self::Normalised)
    }
}

/// An older and a newer version of a text, prepared for finding words of the one in the other.
#[derive(Debug)]
pub struct Versions<'t> {
    old: &'t str,
    new: &'t str,
    folded_old: Folded,
    folded_new: Folded,
    blocks_old: Vec<Block>,
    blocks_new: Vec<Block>,
    /// The words of both, once they are needed.
    words: OnceCell<Words>,
}

/// Where words are in the newer version.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Found {
    state: State,
    /// The place; the possible ones where the state is ambiguous; none where it is orphaned.
    places: Vec<Span>,
}

impl<'t> Versions<'t> {
    /// Takes the two versions, each in `text/1`.
    pub fn new(old: &'t str, new: &'t str) -> Self {
        Self {
            old,
            new,
            folded_old: Folded::new(old),
            folded_new: Folded::new(new),
            blocks_old: layout::blocks(old),
            blocks_new: layout::blocks(new),
            words: OnceCell::new(),
        }
    }

    /// Returns the sentences of the older version that hold a range.
    fn sentence_in_old(&self, region: Span) -> Span {
        sentence_of(self.old, &self.blocks_old, region)
    }

    /// Returns the sentences of the newer version that hold a range.
    fn sentence_in_new(&self, region: Span) -> Span {
        sentence_of(self.new, &self.blocks_new, region)
    }

    /// Says whether a place of the newer version is a sentence of its own, not a piece of one.
    fn is_sentence(&self, place: Span) -> bool {
        let around = self.sentence_in_new(place);
        let outside = [
            &self.new[around.start()..place.start()],
            &self.new[place.end()..around.end()],
        ];
        !outside
            .iter()
            .any(|text| text.contains(char::is_alphanumeric))
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(self.old, self.new))
    }

    /// Finds words of the older version that are unchanged in the newer one, but for typography.
    fn find(&self, words: Span) -> Found {
        let exact = places::find(self.old, words, self.new);
        if exact.state != State::Orphaned {
            return exact;
        }
        let Some(words) = self.folded_old.inside(words) else {
            return exact;
        };
        let folded = places::find(&self.folded_old.text, words, &self.folded_new.text);
        let places = folded.places.iter().filter_map(|place| {
            let place = self.folded_new.outside(*place)?;
            // A word of the older version must not be a piece of one here.
            places::is_whole(self.new, place).then_some(place)
        });
        let places: Vec<Span> = places.collect();
        let state = match folded.state {
            State::Exact | State::Moved if places.len() == 1 => State::Normalised,
            state => state,
        };
        if places.is_empty() {
            return Found {
                state: State::Orphaned,
                places,
            };
        }
        Found { state, places }
    }
}

/// Returns the sentences that hold a range.
fn sentence_of(text: &str, blocks: &[Block], region: Span) -> Span {
    let first = blocks.partition_point(|block| block.span.end() <= region.start());
    let inside = blocks[first..]
        .iter()
        .take_while(|block| block.span.start() < region.end());
    let mut spans: Vec<Span> = inside
        .flat_map(|block| sentences::sentences(text, block.span))
        .filter(|sentence| sentence.overlaps(region))
        .collect();
    spans.push(region);
    Span::hull(&spans).unwrap_or(region)
}
