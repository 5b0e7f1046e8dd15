//! A text in, its claims out.
//!
//! `docs/format.md` describes the `claim` object that these values go into. The stages, each a file
//! with plain data to the next: [`layout`], [`sentences`], attribution (in one sentence, then across
//! sentences), claimants, clauses, [`score`]. All of it is rules over closed classes of words, a
//! lexicon of verbs of reporting and the way names are written; nothing is learned and nothing is
//! looked up. English only: other languages are split into sentences, and little is found in them.
//!
//! The input is a normalised text (`text/1`), the output depends on it alone: whole numbers and one
//! fixed order. No stage takes more than linear time: a sentence of more than 400 tokens is passed
//! over, and every search stays inside a sentence. Nothing here fails; what is no claim is returned
//! as passed over, with the reason.

mod attribution;
mod behind;
mod claimants;
mod clauses;
mod compose;
mod content;
mod coordination;
mod deeds;
pub mod language;
pub mod layout;
mod lexicon;
pub mod model;
pub mod output;
pub mod outside;
mod phrases;
mod quotes;
pub mod score;
pub mod sentences;
mod speech;
mod tokens;

pub use score::{Reason, Why};

use serde::{Deserialize, Serialize};

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
    /// How much it is worth checking, 0 to 1.
    pub score: f32,
    /// What the score rests on.
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
    let mut extraction = Extraction::default();
    let mut speech = speech::Speech::default();
    let mut analysed = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let spans = sentences::sentences(text, block.span);
        if block.kind.is_prose() {
            analysed.extend(speech.analyse(text, block, index, &spans));
        }
        extraction.sentences.extend(spans);
    }
    let mut names = claimants::Names::collect(text, &analysed);
    for sentence in &analysed {
        let claims = compose::claims(text, sentence, &mut names, options);
        for claim in claims {
            if let Reason::Passed(why) = claim.reason {
                extraction.passed_over.push(PassedOver { why, claim });
            } else {
                extraction.claims.push(claim);
            }
        }
        names.read(text, sentence);
    }
    extraction
}
