//! The words for a speaker, by themselves: a pronoun, an antecedent, a phrase, or nobody.

use super::super::lexicon::{self, Class, Form};
use super::super::phrases;
use super::super::statements::{Said, Sentence};
use super::super::tokens::{self, Kind, Token};
use super::discourse::Asked;
use super::register::Entity;
use super::{gender, roles};
use crate::words::span::Span;

/// Nouns with "the" that nobody speaks behind.
const NOBODY: &[&str] = &[
    "world",
    "move",
    "fallout",
    "situation",
    "time",
    "history",
    "day",
    "week",
    "month",
    "year",
    "future",
    "past",
    "moment",
    "way",
    "thing",
];

/// What somebody nobody knows yet is called, for "they" and "the same person" later.
pub(super) fn describe(text: &str, source: &[Token], name: &str) -> (Entity, Option<String>) {
    let all = 0..source.len();
    let last = roles::head_of(source, &all);
    // "a person familiar with the plans"
    let person = last.and_then(|h| (0..=h).rev().find(|i| source[*i].is(Class::Person)));
    let head = person.or(last).map(|h| source[h]);
    let trade = head.is_some_and(|h| roles::is_trade(text, h) && !h.is(Class::Body));
    let is = |c: Class| head.is_some_and(|h| h.is(c)) || c == Class::Person && trade;
    let entity = Entity {
        name: name.to_owned(),
        plural: phrases::is_plural(source, &all),
        // "the regulator" may be either.
        person: if is(Class::Person) && !is(Class::Body) {
            3
        } else {
            0
        },
        body: match head {
            Some(h) if h.is(Class::Body) && !h.is(Class::Person) => 3,
            _ if is(Class::Person) || source.len() == 1 && source[0].is_name() => 0,
            _ => 1,
        },
        male: head.and_then(|h| gender::of_role(&tokens::lower(text, h))),
        unnamed: true,
        ..Entity::default()
    };
    let of_person = |h: &Token| h.is(Class::Person) || trade && !h.is(Class::Body);
    // "a survey by the union" is "the survey" later.
    let document = source.len() > 1
        && source[0].is(Class::Determiner)
        && last.is_some_and(|h| source[h].is(Class::Document));
    let low = head.filter(|h| !h.capital && (of_person(h) || document) && !h.plural);
    (entity, low.map(|h| tokens::lower(text, h)))
}

/// A document, of which the owner is told: "her memoir", "its website".
pub(super) fn is_document(token: Token, low: &str) -> bool {
    const OF_PERSONS: &[&str] = &[
        "memoir",
        "memoirs",
        "autobiography",
        "diary",
        "diaries",
        "book",
        "column",
        "blog",
        "newsletter",
        "podcast",
        "speech",
        "argument",
        "thread",
        "essay",
        "op-ed",
        "submission",
    ];
    token.is(Class::Document) || OF_PERSONS.contains(&low)
}

/// What a pronoun asks for, if the source is one.
pub(super) fn pronoun(text: &str, source: &[Token]) -> Option<Asked> {
    let [only] = source else {
        return None;
    };
    let low = tokens::lower(text, *only);
    match low.split('\'').next()? {
        "he" | "him" | "himself" => Some(Asked::Person(Some(true))),
        "she" | "her" | "herself" => Some(Asked::Person(Some(false))),
        "it" | "itself" => Some(Asked::Body),
        "they" | "them" | "themselves" => Some(Asked::Several),
        _ => None,
    }
}

/// "a jury has been told": whoever is told does not speak.
fn is_told(text: &str, cue: Span) -> bool {
    let words = text[cue.start()..cue.end()].to_lowercase();
    let told = ["been told", "was told", "were told", "is told", "are told"];
    told.iter().any(|told| words.ends_with(told))
}

/// "He was accused of", "she has faced criticism for": somebody else judges him.
fn is_judged(text: &str, cue: Span) -> bool {
    const JUDGED: [&str; 8] = [
        "accused",
        "criticized",
        "criticised",
        "labeled",
        "labelled",
        "dubbed",
        "rated",
        "asked",
    ];
    const DRAWS: [&str; 6] = ["faced", "faces", "came under", "drew", "drawn", "took"];
    let words = text[cue.start()..cue.end()].to_lowercase();
    let mut be = false;
    let passive = words.split_whitespace().any(|w| {
        be |= matches!(w, "was" | "were" | "been" | "is" | "are" | "being");
        be && JUDGED.contains(&w)
    });
    let drawn = DRAWS.iter().any(|d| words.contains(d)) && words.contains("criticism");
    let by = words.split_whitespace().any(|w| matches!(w, "by" | "from"));
    (passive || drawn) && !by
}

/// A word that only says when.
pub(super) fn is_time(text: &str, token: Token) -> bool {
    const TIMES: [&str; 8] = [
        "today",
        "yesterday",
        "tomorrow",
        "tonight",
        "now",
        "then",
        "later",
        "earlier",
    ];
    TIMES.contains(&&*tokens::lower(text, token))
}

/// Hearers, "this move" and "the world": words beside a cue that nobody speaks behind.
pub(super) fn never_speaks(text: &str, said: &Said, source: &[Token]) -> bool {
    let hears = said.cue.is_some_and(|cue| {
        let before = said
            .source
            .is_some_and(|source| source.end() <= cue.start());
        if before && (is_told(text, cue) || is_judged(text, cue)) {
            return true;
        }
        let words = text[cue.start()..cue.end()].to_lowercase();
        let mut last = words.split_whitespace().rev();
        last.any(|w| {
            matches!(
                w,
                "heard" | "hears" | "hear" | "learned" | "learnt" | "learns"
            )
        })
    });
    let Some(first) = source.first() else {
        return true;
    };
    // "Yes, the road is shut": an answer.
    let answers = matches!(&*tokens::lower(text, *first), "yes" | "no");
    if answers && source.get(1).is_none_or(|t| t.is_mark()) {
        return true;
    }
    // "Yesterday said": nobody.
    if let [only] = source
        && is_time(text, *only)
    {
        return true;
    }
    let Some(head) = roles::head_of(source, &(0..source.len())).map(|h| source[h]) else {
        return hears;
    };
    // "spying on customers": a deed.
    let deed = first.form(Form::Ing)
        && !first.capital
        && (source.get(1)).is_some_and(|t| t.is(Class::Preposition) && !t.is(Class::Of));
    if deed {
        return true;
    }
    let speaks = head.is(Class::Person) || head.is(Class::Body) || head.is(Class::Document);
    let noun = tokens::lower(text, head);
    let demonstrative = first.is(Class::Demonstrative) && source.len() > 1 && !speaks;
    hears || demonstrative && !lexicon::is_saying(&noun) || NOBODY.contains(&&*noun)
}

/// The noun phrase before a relative pronoun.
pub(super) fn antecedent(text: &str, sentence: &Sentence, relative: Span) -> Option<Vec<Token>> {
    let tokens = &sentence.tokens;
    let mut at = tokens.iter().position(|t| t.start == relative.start())?;
    // "whose father left and who says": both are the same person's.
    while at > 0 && tokens[at - 1].is(Class::Conjunction) {
        let earlier = (0..at - 1).rev().find(|i| {
            let low = tokens::lower(text, tokens[*i]);
            matches!(&*low, "who" | "whose" | "whom")
        });
        let Some(earlier) = earlier else { break };
        at = earlier;
    }
    let mut comma = at
        .checked_sub(1)
        .filter(|i| tokens[*i].kind == Kind::Comma)
        .unwrap_or(at);
    // "Ada Kern, 78, who": an age is nobody.
    let age = |at: usize| {
        at > 2 && tokens[at - 1].kind == Kind::Number && tokens[at - 2].kind == Kind::Comma
    };
    if comma < at && age(comma) {
        comma -= 2;
    }
    let subject = phrases::subject_before(tokens, comma, 0)?;
    let mut phrase = subject.phrase;
    // "has alarmed diplomats, who": the participle belongs to its auxiliary.
    let tail = phrase.len() > 1
        && tokens[phrase.start].form(Form::Past)
        && phrase
            .start
            .checked_sub(1)
            .is_some_and(|i| tokens[i].is(Class::Auxiliary));
    phrase.start += usize::from(tail);
    // "a penalty for a handball by captain Craig Dunmore, who": a person with a title is the nearest.
    let nearest = (phrase.start..phrase.end)
        .rev()
        .find(|i| tokens[*i].is(Class::Preposition))
        .filter(|at| {
            let title = tokens.get(at + 1);
            title.is_some_and(|t| t.is(Class::Person) || t.is(Class::Title))
                && at + 2 < phrase.end
                && tokens[at + 2..phrase.end].iter().all(|t| t.is_name())
        });
    phrase.start = nearest.map_or(phrase.start, |at| at + 1);
    Some(tokens[phrase].to_vec())
}

/// Where the phrase itself ends and an apposition begins; a list has no apposition.
pub(super) fn main_end(text: &str, source: &[Token]) -> usize {
    // "Wen Abbott, who runs the lab": whatever stands behind is no part of a list.
    let relative = source
        .windows(2)
        .position(|pair| pair[0].kind == Kind::Comma && pair[1].is(Class::Relative));
    if let Some(at) = relative.filter(|at| *at > 0) {
        return at;
    }
    // "A former guard who cannot be named", "a study published in May": whoever is unnamed is called
    // by the noun alone.
    let article = source.first().is_some_and(|t| t.is(Class::Determiner));
    let picked = source.windows(3).position(|three| {
        let noun = three[0].is_nominal() && !three[0].is(Class::Determiner);
        let participle = three[1].form(Form::Participle)
            && three[1].form(Form::Past)
            && !three[1].capital
            && three[2].is(Class::Preposition);
        noun && (three[1].is(Class::Relative) || participle)
    });
    let several = |at: usize| at == 0 && source[0].plural && !source[0].is(Class::Determiner);
    if let Some(at) = picked.filter(|at| article && (1..6).contains(at) || several(*at)) {
        return at + 1;
    }
    let list = source.iter().any(|t| t.is(Class::Conjunction));
    let comma = source
        .iter()
        .skip(1)
        .position(|t| matches!(t.kind, Kind::Comma | Kind::Open | Kind::Dash));
    match comma {
        Some(at) if !list || is_apposed(text, source, at + 1) => at + 1,
        _ => source.len(),
    }
}

/// "Ada Kern, head of the Dockers and Pilots' Union": a name with its office behind it, and no list.
fn is_apposed(text: &str, source: &[Token], comma: usize) -> bool {
    let named = source[..comma].iter().all(|t| t.is_name() || t.is_mark());
    let all = comma + 1..source.len();
    let close = all.clone().find(|i| source[*i].kind == Kind::Comma);
    let end = close.unwrap_or(source.len());
    // "Ada Kern, head of the union, and Otto Reyl", "Ada Kern, the mayor and the clerk".
    let listed = |at: usize| {
        let behind = source.get(at + 1);
        source[at].is(Class::Conjunction) && behind.is_none_or(|t| t.is(Class::Determiner))
    };
    let more = source
        .get(end + 1)
        .is_some_and(|t| t.is(Class::Conjunction));
    let office = roles::apposition_role(text, source, &(comma + 1..end));
    named && !more && !all.clone().any(listed) && office.is_some()
}
