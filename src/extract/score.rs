//! Last stage: how much a claim is worth checking, and what is no claim at all.
//!
//! A sum of small whole numbers over what the words show: figures, comparisons, causes, votes and
//! laws, names, dates; less for the first person, for guesses and for praise or blame. The score is
//! that sum in hundredths. It ranks; it is not a probability.

use serde::{Deserialize, Serialize};

use super::lexicon::{Class, Form, Frame};
use super::phrases;
use super::tokens::{self, Kind, Token};
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
            Self::Fragment => "no statement",
            Self::TooLong => "too long for a sentence",
        }
    }
}

/// What the score saw first.
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
    const ALL: [Self; 14] = [
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

/// A score between 0 and 1, with its reason.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Score {
    pub(super) value: f32,
    pub(super) reason: Reason,
}

/// Judges a clause by its tokens; `asks` says that its sentence ends in a question mark.
pub(super) fn score(
    text: &str,
    tokens: &[Token],
    manner: Manner,
    has_verb: bool,
    asks: bool,
) -> Score {
    let passed = why(text, tokens, has_verb, asks);
    let seen = Seen::of(text, tokens);
    let mut points: i32 = 30;
    points += 22 * i32::from(seen.numbers > 0) + 4 * seen.numbers.min(3);
    points += 10 * i32::from(seen.comparison)
        + 10 * i32::from(seen.cause)
        + 12 * i32::from(seen.procedure);
    points += 5 * seen.names.min(4) + 8 * i32::from(seen.past) + seen.words.min(16);
    points -= 18 * i32::from(seen.first_person)
        + 8 * i32::from(seen.modal)
        + 14 * i32::from(seen.evaluative);
    let reason = match manner {
        _ if seen.numbers > 0 => Reason::Number,
        _ if seen.comparison => Reason::Comparison,
        _ if seen.cause => Reason::Cause,
        _ if seen.procedure => Reason::Procedure,
        Manner::Narration if seen.names > 0 && seen.past => Reason::Deed,
        _ => reason_of(manner),
    };
    match passed {
        None => Score {
            value: hundredths(points.clamp(5, 97)),
            reason,
        },
        Some(why) => Score {
            value: hundredths((points / 4).clamp(1, 24)),
            reason: Reason::Passed(why),
        },
    }
}

fn hundredths(points: i32) -> f32 {
    f32::from(i16::try_from(points).unwrap_or(0)) / 100.0
}

#[expect(clippy::struct_excessive_bools, reason = "each is one feature")]
struct Seen {
    words: i32,
    numbers: i32,
    names: i32,
    comparison: bool,
    cause: bool,
    procedure: bool,
    past: bool,
    first_person: bool,
    modal: bool,
    evaluative: bool,
}

impl Seen {
    fn of(text: &str, tokens: &[Token]) -> Self {
        let count = |test: &dyn Fn(usize, &Token) -> bool| {
            i32::try_from(
                tokens
                    .iter()
                    .enumerate()
                    .filter(|(i, t)| test(*i, t))
                    .count(),
            )
            .unwrap_or(i32::MAX)
        };
        let any = |class: Class| tokens.iter().any(|t| t.is(class));
        Self {
            words: count(&|_, t| !t.is_mark()),
            numbers: count(&|_, t| {
                t.kind == Kind::Number
                    || t.is(Class::Number)
                        && !is_one_of(text, *t, &["one", "two", "first", "second"])
            }),
            names: count(&|i, t| i > 0 && t.is_name()),
            comparison: any(Class::Comparison),
            cause: any(Class::Cause),
            procedure: any(Class::Procedure),
            past: tokens.iter().any(|t| t.form(Form::Past))
                || tokens
                    .iter()
                    .any(|t| is_one_of(text, *t, &["was", "were", "had", "has", "have"])),
            first_person: tokens
                .iter()
                .any(|t| is_one_of(text, *t, &["i", "we", "my", "our", "me", "us"])),
            modal: any(Class::Modal),
            evaluative: any(Class::Evaluative),
        }
    }
}

fn is_one_of(text: &str, token: Token, words: &[&str]) -> bool {
    token.kind == Kind::Word
        && token.end - token.start < 12
        && words.contains(&&*tokens::lower(text, token))
        && !token.all_capitals
}

fn why(text: &str, tokens: &[Token], has_verb: bool, asks: bool) -> Option<Why> {
    let first = tokens.iter().position(|t| !t.is_mark())?;
    let word =
        |at: usize, words: &[&str]| tokens.get(at).is_some_and(|t| is_one_of(text, *t, words));
    if asks {
        return Some(Why::Question);
    }
    if word(first, &["let", "let's", "please", "imagine"])
        || word(first, &["don't", "do", "never"])
            && tokens
                .get(first + 1)
                .is_some_and(|t| t.form(Form::Base) || is_one_of(text, *t, &["not"]))
    {
        return Some(Why::Command);
    }
    let start = tokens[first];
    let bare_verb = start.form(Form::Base)
        && !start.word.may_be_noun()
        && !start.is(Class::Auxiliary)
        && !start.form(Form::Past);
    let object = tokens.get(first + 1).is_some_and(|t| {
        t.is(Class::Determiner)
            || t.is(Class::ObjectPronoun)
            || t.is(Class::Possessive)
            || t.is(Class::Preposition)
    });
    if bare_verb && object {
        return Some(Why::Command);
    }
    if !has_verb {
        return Some(Why::Fragment);
    }
    let numbers = tokens.iter().any(|t| t.kind == Kind::Number);
    let duty = tokens.iter().any(|t| {
        is_one_of(
            text,
            *t,
            &["should", "must", "ought", "shouldn't", "mustn't"],
        )
    });
    let hope = tokens.iter().enumerate().any(|(i, t)| {
        let own = word(i.wrapping_sub(1), &["i", "we"]);
        own && is_one_of(text, *t, &["hope", "wish", "want", "urge", "demand"])
            || is_one_of(text, *t, &["hopefully"])
            || own && is_one_of(text, *t, &["need"]) && word(i + 1, &["to"])
    });
    if duty || hope {
        return Some(Why::Wish);
    }
    let feels = tokens.iter().enumerate().any(|(i, t)| {
        word(i.wrapping_sub(1), &["i", "we"])
            && (t.word.takes(Frame::Bare) && !t.word.takes(Frame::Speech) && !t.form(Form::Past)
                || is_one_of(text, *t, &["love", "like", "hate", "am", "feel"]))
    });
    let evaluative = tokens.iter().any(|t| t.is(Class::Evaluative));
    let verb = phrases::main_verb(tokens, first..tokens.len());
    let predicated = verb
        .is_some_and(|v| tokens[v].is(Class::BeForm) || tokens[v].is(Class::Auxiliary))
        || tokens.iter().filter(|t| t.is_name()).count() < 2;
    (!numbers && (feels || evaluative && predicated)).then_some(Why::Opinion)
}
