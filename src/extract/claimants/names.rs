//! Where names stand in a sentence: runs of capitals, each with its title and the name proper.

use std::ops::Range;

use super::super::lexicon::{self, Class};
use super::super::tokens::{self, Kind, Token};
use super::{gender, roles};

/// A name as written: where its title ends and the name proper begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Written {
    pub(super) role: Range<usize>,
    pub(super) name: Range<usize>,
}

/// First words of surnames.
const PARTICLES: &[&str] = &[
    "de", "van", "von", "al", "el", "bin", "ben", "da", "di", "du", "del", "della", "den", "der",
    "la", "le", "ter", "st", "st.",
];

/// "De" of "De Blasio".
pub(super) fn is_surname_particle(low: &str) -> bool {
    PARTICLES.contains(&low)
}

/// The words of `tokens[range]`, on one line.
pub(super) fn words(text: &str, tokens: &[Token], range: &Range<usize>) -> String {
    tokens::span_of(tokens, range)
        .map_or_else(String::new, |s| text[s.start()..s.end()].replace('\n', " "))
}

/// The maximal runs of capitalised words, with particles and "of" between them.
pub(super) fn runs(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !in_name(tokens[at]) {
            at += 1;
            continue;
        }
        let start = at;
        let mut end = at + 1;
        while end < tokens.len() {
            let next = tokens[end];
            let joins = next.kind == Kind::Word
                && !next.capital
                && next.end - next.start <= 3
                && (next.is(Class::Of) || is_particle(next));
            // "Treasury Under Secretary".
            let office = next.capital
                && next.is(Class::Preposition)
                && tokens.get(end + 1).is_some_and(|t| t.is(Class::Person));
            // "Per Dahl" and "Will Reyl" behind a title.
            let like_a_word = next.capital
                && next.kind == Kind::Word
                && (next.is(Class::Preposition) || next.is(Class::Modal))
                && tokens.get(end + 1).is_some_and(|t| in_name(*t));
            // "John F. Kerry"
            let initial = next.kind == Kind::Stop
                && tokens[end - 1].end == next.start
                && next.start - tokens[end - 1].start == 1
                && tokens.get(end + 1).is_some_and(|t| in_name(*t));
            let person_of = next.is(Class::Of) && !may_head_of(tokens, start, end);
            if in_name(next) {
                end += 1;
            } else if initial
                || next.kind == Kind::Ampersand && tokens.get(end + 1).is_some_and(|t| in_name(*t))
                || like_a_word
                || (joins || office || next.is(Class::Of))
                    && !person_of
                    && tokens.get(end + 1).is_some_and(|t| in_name(*t))
            {
                end += 2;
            } else {
                break;
            }
        }
        // "Norvane Foods plc"
        let plc = |t: &Token| &text[t.start..t.end] == "plc";
        if end - start > 1 && tokens.get(end).is_some_and(plc) {
            end += 1;
        }
        found.push(start..end);
        at = end;
    }
    found
}

/// "Ministry of Defence" and "Secretary of State" are one name; "Maya Ferreira of Norbank" is a name and where she works.
fn may_head_of(tokens: &[Token], start: usize, of: usize) -> bool {
    let last = tokens[of - 1];
    let office = last.is(Class::Person) || last.is(Class::Body) || last.is(Class::Document);
    office || of - start == 1 || tokens[start..of].iter().any(|t| t.is(Class::Of))
}

fn in_name(token: Token) -> bool {
    token.is_name()
        && !token.is(Class::Weekday)
        && (!token.is(Class::Month) || token.is(Class::Modal))
}

/// "de", "van", "al": short lower-case words that the lexicon does not know.
fn is_particle(token: Token) -> bool {
    token.word == lexicon::Word::default() && token.end - token.start <= 3
}

/// Letters behind a name: "Ada Kern KC".
pub(super) fn is_letters_behind(text: &str, token: Token) -> bool {
    const LETTERS: &[&str] = &[
        "KC", "QC", "SC", "MP", "MEP", "MSP", "MLA", "TD", "MD", "PhD", "OBE", "MBE", "CBE", "FRS",
        "Jr", "Sr",
    ];
    LETTERS.contains(&&text[token.start..token.end])
}

/// Splits a run of capitals into title and name, after its last word for an office.
pub(super) fn split_name(text: &str, tokens: &[Token], run: &Range<usize>) -> Written {
    let lettered = run.len() > 2 && is_letters_behind(text, tokens[run.end - 1]);
    let run = &(run.start..run.end - usize::from(lettered));
    let office = |i: &usize| tokens[*i].is(Class::Person) || tokens[*i].is(Class::Title);
    let known = (run.start..run.end - 1).rev().find(office);
    let by_ending = || {
        let latest = run.end.checked_sub(3).filter(|l| *l >= run.start)?;
        (run.start..=latest).rev().find(|i| {
            let low = tokens::lower(text, tokens[*i]);
            // "Walter Huston Reyl" and "Chandler Van Reyl" are names.
            let first = gender::of_first_name(&low).is_some()
                || is_surname_particle(&tokens::lower(text, tokens[*i + 1]));
            !first && roles::ends_like_trade(&low)
        })
    };
    let Some(last) = known.or_else(by_ending) else {
        return Written {
            role: run.start..run.start,
            name: run.clone(),
        };
    };
    let mut start = last + 1;
    if tokens[start].is(Class::Of) || !tokens[start].capital {
        start = run.end - 1;
        let initial = |i: usize| tokens[i].end - tokens[i].start <= 2;
        while start > last + 2
            && (!tokens[start - 1].capital || run.end - start < 2 || initial(start))
        {
            start -= 1;
        }
    }
    Written {
        role: run.start..start,
        name: start..run.end,
    }
}

/// "Mr. King" and "Charlie King": an office by its word, but written as a name.
pub(super) fn is_surname(text: &str, tokens: &[Token], written: &Written) -> bool {
    let titled = !written.role.is_empty() && tokens[written.role.end - 1].is(Class::Title);
    let first = || {
        let first = tokens[written.name.start];
        gender::of_first_name(&text[first.start..first.end]).is_some()
    };
    written.name.len() == 1 && titled || written.name.len() > 1 && first()
}

/// A headline in capitals, where no capital shows a name.
pub(super) fn is_title_case(tokens: &[Token]) -> bool {
    let open = |t: &&Token| t.kind == Kind::Word && !t.word.is_function();
    let mut words = 0;
    for token in tokens.iter().filter(open) {
        if !token.capital {
            return false;
        }
        words += 1;
    }
    words > 3
}
