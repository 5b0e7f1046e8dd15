//! Titles and appositions: the words of the text that say what somebody is.

use std::ops::Range;

use super::super::lexicon::{Class, Form};
use super::super::phrases;
use super::super::tokens::{self, Kind, Token};
use super::bodies;
use super::names::{self, Written, words};

/// Tokens that an apposition has at most.
const APPOSITION: usize = 24;

/// Adjectives before an office that are forms of verbs too.
const OF_OFFICES: &[&str] = &[
    "lead",
    "leading",
    "head",
    "chief",
    "deputy",
    "retired",
    "elected",
    "acting",
    "visiting",
    "managing",
    "commanding",
    "presiding",
    "assisting",
    "designated",
    "outgoing",
    "incoming",
];

/// Words that end like a trade and are none.
const NO_TRADE: &str = "answer former other another later under over after never whether rather together \
number further earlier larger smaller bigger higher lower greater older younger longer shorter \
closer wider deeper easier harder faster slower cheaper richer poorer newer better stronger weaker \
major minor senior junior prior interior exterior superior inferior mayor computer summer winter \
weather water power paper letter order matter center quarter offer border chamber december \
november october september river either neither proper corner dinner master cancer danger disaster \
trigger transfer shelter shoulder silver powder hunger anger folder pepper filter cluster register \
chapter theater charter banner barrier flower tower error terror mirror harbor labor favor color \
honor humor rumor sector factor motor tractor reactor indoor outdoor behavior corridor monitor \
civilian european russian italian indian canadian australian egyptian iranian syrian ukrainian \
brazilian norwegian asian african american german roman human woman chairman resist exist consist \
insist assist twist mist list wrist necessary primary secondary ordinary temporary military library \
january february salary summary voluntary monetary solitary elementary dictionary boundary \
anniversary commentary documentary preliminary extraordinary revolutionary customary diary";

/// "carpenter", "historian", "watchman": a trade by its ending.
pub(super) fn ends_like_trade(low: &str) -> bool {
    low.len() > 5
        && !NO_TRADE.split_whitespace().any(|w| w == low)
        && [
            "er", "or", "ist", "ian", "man", "woman", "person", "ary", "keeper",
        ]
        .iter()
        .any(|e| low.ends_with(e))
}

/// A noun for a person, by the lexicon or by its ending.
pub(super) fn is_trade(text: &str, token: Token) -> bool {
    token.kind == Kind::Word
        && !token.word.is_function()
        && (token.is(Class::Person)
            || matches!(
                &*tokens::lower(text, token),
                "niece"
                    | "nephew"
                    | "uncle"
                    | "aunt"
                    | "cousin"
                    | "widow"
                    | "miller"
                    | "substitute"
                    | "baker"
                    | "pensioner"
                    | "counsel"
                    | "tenant"
                    | "apprentice"
                    | "recruit"
                    | "accountant"
                    | "consultant"
                    | "assistant"
                    | "attendant"
                    | "merchant"
                    | "sergeant"
                    | "sheriff"
                    | "superintendent"
            )
            || !token.capital && !token.plural && ends_like_trade(&tokens::lower(text, token)))
}

/// The title before a name, or the apposition beside it.
pub(super) fn role_of(text: &str, tokens: &[Token], written: &Written) -> Option<String> {
    let end = written.name.end;
    if let Some(letters) = tokens.get(end)
        && written.role.is_empty()
        && names::is_letters_behind(text, *letters)
    {
        return Some(words(text, tokens, &(end..end + 1)));
    }
    let title = if written.role.is_empty() {
        low_title(text, tokens, written.name.start)
    } else {
        widened(tokens, &written.role)
    };
    let title = (!title.is_empty()).then(|| words(text, tokens, &title));
    if let Some(role) = title.clone().filter(|r| !is_form_of_address(r)) {
        return Some(role);
    }
    let whole = written.role.start.min(written.name.start)..end;
    before(text, tokens, &whole)
        .map(|r| words(text, tokens, &r))
        .or_else(|| behind(text, tokens, end))
        .or_else(|| title.filter(|r| !is_address(r)))
}

/// "Tulsa police Chief" from "Chief": a body in small letters and its name before the office.
fn widened(tokens: &[Token], role: &Range<usize>) -> Range<usize> {
    let mut start = role.start;
    let body = |i: usize| tokens[i].is(Class::Body) && !tokens[i].capital;
    if start > 0 && body(start - 1) {
        start -= 1;
        let least = start.saturating_sub(3);
        while start > least && tokens[start - 1].is_name() {
            start -= 1;
        }
    }
    start..role.end
}

/// The apposition behind a name, between commas.
fn behind(text: &str, tokens: &[Token], end: usize) -> Option<String> {
    if tokens.get(end)?.kind != Kind::Comma {
        return None;
    }
    let mut end = end;
    // "Bela Oster, 41, a nurse from Dorn,"
    let comma = |at: usize| tokens.get(at).is_some_and(|t| t.kind == Kind::Comma);
    if tokens.get(end + 1).is_some_and(|t| t.kind == Kind::Number) && comma(end + 2) {
        end += 2;
    }
    let most = (end + APPOSITION).min(tokens.len());
    let close = (end + 1..most)
        .find(|i| {
            matches!(
                tokens[*i].kind,
                Kind::Comma | Kind::Stop | Kind::Dash | Kind::Quote | Kind::Semicolon
            )
        })
        .or((most == tokens.len()).then_some(most))?;
    apposition_role(text, tokens, &(end + 1..close))
}

/// "retired carpenter", "lead author" before a name.
pub(super) fn low_title(text: &str, tokens: &[Token], name: usize) -> Range<usize> {
    if name == 0 {
        return name..name;
    }
    let last = tokens[name - 1];
    let of_body = bodies::is_company_kind(&tokens::lower(text, last));
    if last.capital || !is_trade(text, last) && !of_body {
        return name..name;
    }
    let mut start = name - 1;
    while start > 0 && name - start < 8 {
        let t = tokens[start - 1];
        let opened = start < 2
            || tokens[start - 2].is(Class::Determiner)
            || tokens[start - 2].is(Class::Possessive)
            || tokens[start - 2].kind == Kind::Possessive;
        let participle = t.form(Form::Past) && t.form(Form::Participle) && opened;
        let part = t.kind == Kind::Word
            && !t.word.is_function()
            && (OF_OFFICES.contains(&&*tokens::lower(text, t))
                || participle
                || (t.is_plain_adjective()
                    || t.is(Class::Body)
                    || t.is(Class::Person)
                    || t.is_name())
                    && !phrases::is_finite(tokens, start - 1));
        if !part {
            break;
        }
        start -= 1;
    }
    start..name
}

/// "Costera's prime minister, " before a name: the words after article or possessive.
pub(super) fn before(text: &str, tokens: &[Token], name: &Range<usize>) -> Option<Range<usize>> {
    let comma = name.start.checked_sub(1)?;
    // "In a letter to the mayor, Anna Berg said": no comma closes an apposition.
    let closed = tokens
        .get(name.end)
        .is_none_or(|t| t.is_mark() || t.is(Class::Relative) || t.is(Class::Demonstrative));
    if tokens[comma].kind != Kind::Comma || !closed {
        return None;
    }
    let phrase = phrase_before(text, tokens, comma)?;
    let body = head_of(tokens, &phrase).is_some_and(|h| !is_trade(text, tokens[h]));
    let governed = phrase.start > 1
        && matches!(
            &*tokens::lower(text, tokens[phrase.start - 2]),
            "at" | "in" | "on" | "with" | "for" | "near"
        );
    (!body || !governed).then_some(phrase)
}

/// The noun phrase for a person or body that ends at `end`, without article or possessive: the
/// shortest that is a person's, else the longest that is a body's.
fn phrase_before(text: &str, tokens: &[Token], end: usize) -> Option<Range<usize>> {
    let least = end.saturating_sub(APPOSITION / 2);
    let mut at = end;
    let mut found = None;
    while at > least {
        let t = tokens[at - 1];
        let opens = t.is(Class::Determiner) && !t.is(Class::Demonstrative)
            || t.is(Class::Possessive)
            || t.kind == Kind::Possessive
            || matches!(&*tokens::lower(text, t), "one" | "another");
        if opens && at < end && heads_a_role(text, tokens, &(at..end)) {
            found = Some(at..end);
            let of_person = head_of(tokens, &(at..end)).is_some_and(|h| is_trade(text, tokens[h]));
            if of_person || at > 1 && t.kind != Kind::Possessive && !attribute(tokens, at - 2) {
                break;
            }
        }
        let verb =
            phrases::is_finite(tokens, at - 1) && !OF_OFFICES.contains(&&*tokens::lower(text, t));
        let noun = t.kind == Kind::Word && (!t.word.is_function() || t.is(Class::Preposition));
        let goes_on = opens || noun && !verb || joins_offices(text, tokens, at - 1);
        if !goes_on {
            break;
        }
        at -= 1;
    }
    found
}

/// "co-founder and managing director": one person's offices.
fn joins_offices(text: &str, tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|i| tokens[i]);
    tokens[at].is(Class::Conjunction)
        && before.is_some_and(|t| is_trade(text, t) && !t.plural)
        && (tokens.get(at + 1))
            .is_some_and(|t| !t.is(Class::Determiner) && !t.is(Class::Possessive))
}

/// "head of", "spokesman for": the phrase goes on before it.
fn attribute(tokens: &[Token], at: usize) -> bool {
    tokens[at].is(Class::Of)
        || tokens[at].is(Class::Preposition) && at > 0 && tokens[at - 1].is(Class::Person)
}

fn heads_a_role(text: &str, tokens: &[Token], phrase: &Range<usize>) -> bool {
    head_of(tokens, phrase).is_some_and(|h| {
        !tokens[h].plural && is_trade(text, tokens[h]) || bodies::is_body_noun(text, tokens[h])
    })
}

/// The last word before the first preposition.
pub(super) fn head_of(tokens: &[Token], phrase: &Range<usize>) -> Option<usize> {
    let end = phrase
        .clone()
        .find(|i| tokens[*i].is(Class::Preposition) || tokens[*i].is_mark())
        .unwrap_or(phrase.end);
    let head = end.checked_sub(1).filter(|h| *h >= phrase.start)?;
    (tokens[head].kind == Kind::Word).then_some(head)
}

/// "the White House spokesman", as an apposition: the words without the article.
pub(super) fn apposition_role(
    text: &str,
    tokens: &[Token],
    range: &Range<usize>,
) -> Option<String> {
    let mut range = range.clone();
    // "then mayor of Dorn"
    let when =
        |t: &Token| !t.capital && matches!(&*tokens::lower(text, *t), "then" | "now" | "currently");
    range.start += usize::from(tokens.get(range.start).is_some_and(when));
    let first = tokens.get(range.start)?;
    let opens = first.is(Class::Determiner)
        || first.is(Class::Person)
        || first.is(Class::Possessive)
        || first.is_plain_adjective()
        || OF_OFFICES.contains(&&*tokens::lower(text, *first))
        || is_trade(text, *first)
        || first.is_name();
    if !opens || first.is(Class::Preposition) {
        return None;
    }
    let stop = range.clone().find(|i| {
        let t = tokens[*i];
        let office = OF_OFFICES.contains(&&*tokens::lower(text, t));
        let open = *i > range.start && !t.capital && !office;
        t.is(Class::Relative)
            || matches!(
                t.kind,
                Kind::Comma | Kind::Stop | Kind::Dash | Kind::Semicolon
            )
            || open
                && (t.is(Class::Adverb) || t.form(Form::Ing) && !t.word.may_be_noun())
                && follows_a_trade(text, tokens, *i)
            || phrases::is_finite(tokens, *i) && !office
    });
    let end = stop.unwrap_or(range.end);
    let article = first.is(Class::Determiner) || first.is(Class::Possessive);
    let start = range.start + usize::from(article);
    // "Costera's prime minister": without the possessive.
    let start = (start..end.min(start + 5))
        .find(|i| tokens[*i].kind == Kind::Possessive)
        .filter(|p| (start..*p).all(|i| !tokens[i].word.is_function()))
        .map_or(start, |p| p + 1);
    let head = head_of(tokens, &(start..end)).is_some_and(|h| {
        is_trade(text, tokens[h]) && !tokens[h].plural
            || bodies::is_company_kind(&tokens::lower(text, tokens[h]))
    });
    head.then(|| words(text, tokens, &(start..end)))
}

/// "aide now teaching at": an adverb or participle behind the noun, not before it.
fn follows_a_trade(text: &str, tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|i| tokens[i]);
    before.is_some_and(|t| is_trade(text, t))
}

/// Forms of address are no office.
pub(super) fn is_address(role: &str) -> bool {
    matches!(
        role.trim_end_matches('.'),
        "Mr" | "Mrs" | "Ms" | "Mx" | "Sir" | "Dame" | "Lord" | "Lady" | "Miss" | "Hon"
    )
}

/// "Ms." or "Dr.": an office beside the name says more.
fn is_form_of_address(role: &str) -> bool {
    is_address(role) || matches!(role.trim_end_matches('.'), "Dr" | "Prof")
}
