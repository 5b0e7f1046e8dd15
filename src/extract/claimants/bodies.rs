//! Bodies: ministries, companies and other organisations, by their names and their kinds.

use std::ops::Range;

use super::super::lexicon::Class;
use super::super::tokens::{self, Kind, Token};

/// What "the company" can mean, besides a company.
const COMPANIES: &str = "company firm corporation insurer operator bank airline manufacturer maker \
developer publisher brokerage consultancy retailer supplier startup utility carrier shipyard \
shipbuilder automaker carmaker drugmaker chipmaker lender conglomerate group business chain \
producer contractor builder brewer giant broadcaster";

/// Last words of companies' names.
const OF_COMPANIES: &str = "inc inc. ltd ltd. plc llc corp corp. co co. gmbh ag sa nv ab asa oy yards \
power energy mutual securities motors airlines airways holdings industries systems technologies \
partners capital foods pharma pharmaceuticals electric electronics steel mining oil gas petroleum \
telecom communications logistics shipping ferries railways insurance bank group company corporation \
enterprises ventures labs software solutions works mills brewery stores supermarkets";

/// Last words of other bodies' names, besides those of the lexicon.
const OF_BODIES: &str = "rovers united athletic wanderers fc fund alliance front council guard \
chamber assembly times post tribune gazette herald guardian journal telegraph news observatory \
museum library hospital clinic church synod congregation conservancy";

/// Says whether the word is a kind of company: "insurer".
pub(super) fn is_company_kind(low: &str) -> bool {
    COMPANIES.split_whitespace().any(|w| w == low)
}

/// "the company", "the firm": any kind of company may be meant.
pub(super) fn is_any_company(low: &str) -> bool {
    matches!(low, "company" | "firm" | "business" | "corporation")
}

/// The last word of a company's name: "Power", "Ltd".
pub(super) fn ends_company(low: &str) -> bool {
    OF_COMPANIES.split_whitespace().any(|w| w == low)
}

/// The last word of some other body's name.
pub(super) fn ends_body(low: &str) -> bool {
    OF_BODIES.split_whitespace().any(|w| w == low)
}

/// Says whether "it" and a definite article can mean what this word names.
pub(super) fn is_body_noun(text: &str, token: Token) -> bool {
    token.kind == Kind::Word
        && !token.plural
        && !token.word.is_function()
        && (token.is(Class::Body) || is_company_kind(&tokens::lower(text, token)))
}

/// Nouns of bodies that are as often a place, a field or an event.
const LOOSE: &[&str] = &[
    "campaign",
    "industry",
    "side",
    "state",
    "country",
    "city",
    "nation",
    "house",
    "press",
    "media",
    "force",
    "fund",
    "mission",
    "team",
    "league",
    "court",
    "center",
    "centre",
    "military",
    "army",
    "network",
    "group",
    "business",
    "chain",
    "giant",
    "opposition",
    "defence",
    "defense",
];

/// The bodies that a sentence names in small letters, with an attribute: "the transport ministry".
pub(super) fn low_bodies(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let opens = tokens[at].is(Class::Determiner)
            && matches!(&*tokens::lower(text, tokens[at]), "the" | "a" | "an");
        if !opens {
            continue;
        }
        let end = (at + 1..tokens.len().min(at + 6))
            .find(|i| {
                let t = tokens[*i];
                let attribute = t.kind == Kind::Possessive
                    || t.kind == Kind::Word && !t.word.is_function() && !t.word.reports();
                !attribute
            })
            .unwrap_or(tokens.len().min(at + 6));
        let last = (at + 2..end).rev().find(|i| is_body_noun(text, tokens[*i]));
        let firm = |i: &usize| !LOOSE.contains(&&*tokens::lower(text, tokens[*i]));
        let Some(last) = last.filter(firm) else {
            continue;
        };
        // "the White House press office" has its name's capitals; "the bank manager" is no bank.
        let whole = last + 1 == end || tokens[last + 1].word.is_verb();
        let low = (at + 1..=last).all(|i| !tokens[i].capital);
        let ordinal = last - at == 2
            && matches!(
                &*tokens::lower(text, tokens[at + 1]),
                "same"
                    | "other"
                    | "second"
                    | "first"
                    | "last"
                    | "new"
                    | "previous"
                    | "own"
                    | "former"
            );
        if whole && low && !ordinal {
            found.push(at..last + 1);
        }
    }
    found
}

/// The bodies that a sentence names by their kind alone: "the regulator".
pub(super) fn bare_bodies(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let bare = |at: &usize| {
        let noun = tokens[at + 1];
        let low = tokens::lower(text, noun);
        tokens::lower(text, tokens[*at]) == "the"
            && !noun.capital
            && is_body_noun(text, noun)
            && !LOOSE.contains(&&*low)
            && !tokens.get(at + 2).is_some_and(|t| {
                t.is(Class::Of)
                    || t.kind == Kind::Possessive
                    || t.kind == Kind::Word && !t.word.is_function() && !t.word.is_verb()
            })
    };
    (0..tokens.len().saturating_sub(1))
        .filter(bare)
        .map(|at| at..at + 2)
        .collect()
}

/// The bodies whose names go on behind "and" or a plural's apostrophe: "the Dockers and Pilots' Union".
pub(super) fn long_bodies(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    const MOST: usize = 10;
    const MANY: [&str; 4] = ["women", "men", "people", "children"];
    let named = |at: usize| tokens.get(at).is_some_and(|t| t.is_name());
    // "Dockers' Union" and "Women's Institute", but no "Elm's Council".
    let possessive = |at: usize| {
        let many = MANY.contains(&&*tokens::lower(text, tokens[at - 1]));
        let bare = tokens[at].end - tokens[at].start <= '’'.len_utf8();
        let bare = bare && !text[tokens[at].start..tokens[at].end].ends_with('s');
        tokens[at].kind == Kind::Possessive && tokens[at - 1].plural && (bare || many)
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at + 3 < tokens.len() {
        at += 1;
        if tokens::lower(text, tokens[at - 1]) != "the" || !named(at) {
            continue;
        }
        let (start, mut end, mut last, mut long) = (at, at + 1, None, false);
        while end < tokens.len().min(start + MOST) {
            let joins = tokens::lower(text, tokens[end]) == "and"
                && named(end + 1)
                && !tokens[start..end].iter().any(|t| t.is(Class::Body));
            let of = tokens[end].is(Class::Of) && named(end + 1);
            if named(end) {
                let last_word = tokens[end].is(Class::Body) && long;
                last = if last_word { Some(end) } else { last };
            } else if joins || possessive(end) {
                long = true;
            } else if !of {
                break;
            }
            end += 1;
        }
        if let Some(last) = last {
            found.push(start..last + 1);
            at = last;
        }
    }
    found
}

/// The first letters of a name's words that have capitals: "Harbour Safety Board" gives "HSB".
pub(super) fn initials(name: &str) -> String {
    name.split([' ', '-'])
        .filter_map(|w| w.chars().next())
        .filter(|c| c.is_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::span::Span;

    #[test]
    fn bodies_in_small_letters() {
        let text = "The transport ministry wrote to the farmers' association and the bank manager.";
        let tokens = tokens::tokenize(text, Span::new(0, text.len()).unwrap());
        let found: Vec<&str> = low_bodies(text, &tokens)
            .iter()
            .map(|r| &text[tokens[r.start].start..tokens[r.end - 1].end])
            .collect();
        assert_eq!(
            found,
            ["The transport ministry", "the farmers' association"]
        );
        assert_eq!(initials("Harbour Safety Board"), "HSB");
    }
}
