//! A text in, its claims out.
//!
//! `docs/format.md` describes the `claim` object that these values go into. The stages, each a file
//! with plain data to the next: [`layout`], what the network says of sentences and statements
//! ([`model`]), statements laid over the sentences, claimants, clauses, [`score`]. The network is
//! small, read-only and part of the program, and so is what scores; the other stages are rules over
//! closed classes of words, a lexicon of verbs and the way names are written. Nothing is looked up.
//! English only: text in other scripts is split into sentences by its own full stops, and little is
//! found in other languages.
//!
//! The input is a normalised text (`text/1`), the output depends on it alone: whole numbers and one
//! fixed order, in the network too. No stage takes more than linear time: a sentence of more than 400 tokens is passed
//! over, and every search stays inside a sentence. Nothing here fails; what is no claim is returned
//! as passed over, with the reason.

mod attribution;
mod behind;
mod borders;
mod claimants;
mod clauses;
mod compose;
mod content;
mod coordination;
mod datelines;
mod deeds;
mod demands;
mod facts;
mod grammar;
pub mod language;
pub mod layout;
mod lexicon;
mod mend;
pub mod model;
mod openings;
pub mod output;
pub mod outside;
mod passed;
mod phrases;
mod predicates;
mod quotes;
mod reasons;
pub mod score;
pub mod sentences;
mod spoken;
mod statements;
#[cfg(test)]
mod tests;
mod tokens;
mod told;
mod tree;
mod wording;

pub use score::{Reason, Why};

use serde::{Deserialize, Serialize};

use statements::Laid;

use crate::words::claim::{Added, Claimant, Manner};
use crate::words::span::Span;

/// How a text is split.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Splits as fine as the rules can, instead of into what a fact-checker would check.
    pub atomic: bool,
}

/// What was found in a text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Extraction {
    /// Every sentence, heading and byline, in order.
    pub sentences: Vec<Span>,
    /// The claims, in order of their first words.
    pub claims: Vec<ExtractedClaim>,
    /// What was passed over, in the same order.
    pub passed_over: Vec<PassedOver>,
}

impl Extraction {
    /// Returns the claims and what was passed over, together in the order of the text.
    pub fn all(&self) -> Vec<&ExtractedClaim> {
        let mut all: Vec<&ExtractedClaim> = self
            .claims
            .iter()
            .chain(self.passed_over.iter().map(|p| &p.claim))
            .collect();
        all.sort_by_key(|c| (c.sentence, c.parts.first().copied()));
        all
    }
}

/// A claim as it stands in a text. Ranges are bytes of the text.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractedClaim {
    /// The claim in words that can be read on their own.
    pub text: String,
    /// What `text` has that the source's words have not.
    pub added: Vec<Added>,
    /// The claim's own words, verbatim, in order; never empty.
    pub parts: Vec<Span>,
    /// All the words attributed together, in order; empty for the narrator's own claims.
    pub statement: Vec<Span>,
    /// The words that attribute ("emphasizing that").
    pub cue: Option<Span>,
    /// Who made the claim; `None` for the narrator's own, and where nobody is named.
    pub claimant: Option<Claimant>,
    /// The claimant's name is a pronoun, or a surname that several people share.
    pub unresolved: bool,
    /// How it is told.
    pub manner: Manner,
    /// How much it is worth checking: a probability, see [`score`].
    pub score: f32,
    /// What its words show first, or why it is passed over.
    pub reason: Reason,
    /// The sentence it stands in.
    pub sentence: Span,
}

/// Words that are not offered for checking, as the claim that they would have been.
#[derive(Clone, PartialEq, Debug)]
pub struct PassedOver {
    /// Why not.
    pub why: Why,
    /// The words.
    pub claim: ExtractedClaim,
}

/// Splits a normalised text into its claims.
pub fn split(text: &str, options: Options) -> Extraction {
    let blocks = layout::blocks(text);
    let reading = model::read(text, &blocks);
    let sentences: Vec<_> = Laid::new(text, &blocks, &reading).sentences().collect();
    let mut names = claimants::Names::collect(text, &sentences);
    let mut extraction = Extraction {
        sentences: reading.sentences.iter().map(|(span, _)| *span).collect(),
        ..Extraction::default()
    };
    let mut made: Vec<ExtractedClaim> = Vec::new();
    for sentence in &sentences {
        made.extend(compose::claims(text, sentence, &mut names, options));
    }
    score::set_scores(&mut made);
    for claim in made {
        if let Reason::Passed(why) = claim.reason {
            extraction.passed_over.push(PassedOver { why, claim });
        } else {
            extraction.claims.push(claim);
        }
    }
    extraction
}
