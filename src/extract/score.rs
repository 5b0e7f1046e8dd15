//! Last stage: how much a claim is worth checking, and what is no claim at all.
//!
//! The score is learned: the probability that people like those who labelled `ClaimBuster`'s sentences would
//! call the claim's own words worth checking, in thousandths. It is calibrated on debates between candidates
//! for the US presidency, a quarter of whose sentences here were worth checking; on news it ranks, and how
//! far the probability holds there was not measured. `docs/model.md` has the figures.
//!
//! The reason is not learned and does not explain the score: `reasons` says by rules what the words show
//! first, a figure, a comparison, a cause, a vote or law, a quotation. Rules also say what is passed over, and that has a
//! quarter of its probability, so that it ranks lower.

use serde::{Deserialize, Serialize};

use super::tokens::Token;
use super::{ExtractedClaim, model, passed, reasons};
use crate::words::claim::Manner;

/// Why words are passed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It asks.
    Question,
    /// It wishes, recommends or demands.
    Wish,
    /// It tells somebody to do something.
    Command,
    /// It praises, blames or feels, and states nothing that could be looked up.
    Opinion,
    /// It tells a scene, the writer's own doings, or that somebody spoke without saying what.
    Trivial,
    /// It has no verb of its own.
    Fragment,
    /// It has more words than a sentence.
    TooLong,
}

impl Why {
    /// Returns the reason in a word or two.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Question => "a question",
            Self::Wish => "a wish or demand",
            Self::Command => "a command",
            Self::Opinion => "an opinion",
            Self::Trivial => "nothing to check",
            Self::Fragment => "no statement",
            Self::TooLong => "too long for a sentence",
        }
    }
}

/// What the words show first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// A figure.
    Number,
    /// A comparison or a change.
    Comparison,
    /// A cause.
    Cause,
    /// A vote, a law, a ruling.
    Procedure,
    /// Words in quotation marks.
    Quotation,
    /// Somebody's statement.
    Statement,
    /// A name and what it did.
    Deed,
    /// A description without any of these.
    Description,
    /// Passed over.
    Passed(Why),
}

impl Reason {
    /// Every reason.
    const ALL: [Self; 15] = [
        Self::Number,
        Self::Comparison,
        Self::Cause,
        Self::Procedure,
        Self::Quotation,
        Self::Statement,
        Self::Deed,
        Self::Description,
        Self::Passed(Why::Question),
        Self::Passed(Why::Wish),
        Self::Passed(Why::Command),
        Self::Passed(Why::Opinion),
        Self::Passed(Why::Trivial),
        Self::Passed(Why::Fragment),
        Self::Passed(Why::TooLong),
    ];

    /// Returns the reason that [`Self::as_str`] writes in these words.
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == words)
    }

    /// Returns the reason in a word or two.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Comparison => "a comparison",
            Self::Cause => "a cause",
            Self::Procedure => "a vote or law",
            Self::Quotation => "a quotation",
            Self::Statement => "a statement",
            Self::Deed => "a deed",
            Self::Description => "a description",
            Self::Passed(why) => why.as_str(),
        }
    }
}

/// The score of a claim that nobody scored.
pub(super) const UNKNOWN: f32 = 0.5;

/// The reason of a claim of which nothing but the manner is known.
pub(super) const fn reason_of(manner: Manner) -> Reason {
    match manner {
        Manner::Direct | Manner::Mixed => Reason::Quotation,
        Manner::Indirect => Reason::Statement,
        Manner::Narration => Reason::Description,
    }
}

/// The part of its probability that what is passed over keeps.
const PASSED: f32 = 0.25;

/// Sets the scores of claims, by their own words.
pub(super) fn set_scores(claims: &mut [ExtractedClaim]) {
    let scores = model::worth(claims.iter().map(|claim| claim.text.as_str()));
    for (claim, score) in claims.iter_mut().zip(scores) {
        let passed = matches!(claim.reason, Reason::Passed(_));
        claim.score = if passed { score * PASSED } else { score };
    }
}

/// Says what a clause's tokens show first, or why it is passed over; `asks` says that its sentence ends
/// in a question mark.
pub(super) fn reason(
    text: &str,
    tokens: &[Token],
    manner: Manner,
    has_verb: bool,
    asks: bool,
) -> Reason {
    if let Some(why) = passed::why(text, tokens, manner, has_verb, asks) {
        return Reason::Passed(why);
    }
    reasons::of(text, tokens, manner)
}
