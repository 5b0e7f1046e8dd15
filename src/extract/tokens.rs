//! Words and marks of a stretch of text, each with what the lexicon knows of it.
//!
//! A possessive ending is a token of its own, so "Kirby's" is a name and a mark. Abbreviations
//! keep their full stops ("U.S."), hyphenated words are one token. Spans are bytes of the whole text.

use std::ops::Range;

use super::lexicon::{self, Class, Form, Word};
use crate::words::span::Span;

/// What a token is by its characters alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Word,
    Number,
    /// `'s`, or an apostrophe after a plural.
    Possessive,
    Comma,
    Colon,
    Semicolon,
    Dash,
    Stop,
    Open,
    Close,
    /// A quotation mark of any shape.
    Quote,
    /// "&", which joins names.
    Ampersand,
    Other,
}

/// A word or mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) word: Word,
    pub(super) capital: bool,
    pub(super) all_capitals: bool,
    /// Ends like a plural noun, or is one of the irregular ones.
    pub(super) plural: bool,
}

impl Token {
    pub(super) const fn is(self, class: Class) -> bool {
        self.word.is(class)
    }

    pub(super) const fn form(self, form: Form) -> bool {
        self.word.form(form)
    }

    /// Written like a name: a capital, and no word of a closed class.
    pub(super) const fn is_name(self) -> bool {
        matches!(self.kind, Kind::Word) && self.capital && !self.word.is_function()
    }

    /// Could stand in a noun phrase: noun, name, adjective, number, determiner, possessive.
    pub(super) const fn is_nominal(self) -> bool {
        match self.kind {
            Kind::Number | Kind::Possessive | Kind::Ampersand => true,
            Kind::Word => {
                !self.word.is_function()
                    || self.is(Class::Determiner)
                    || self.is(Class::Possessive)
                    || self.is(Class::SubjectPronoun)
            }
            _ => false,
        }
    }

    /// A lower-case word of no class that the lexicon does not know as a verb or a person.
    pub(super) fn is_plain_adjective(self) -> bool {
        self.kind == Kind::Word && !self.capital && self.word == Word::default() && !self.plural
    }

    pub(super) const fn is_mark(self) -> bool {
        !matches!(
            self.kind,
            Kind::Word | Kind::Number | Kind::Possessive | Kind::Ampersand
        )
    }
}

/// Returns the span from the first to the last of `tokens[range]`.
pub(super) fn span_of(tokens: &[Token], range: &Range<usize>) -> Option<Span> {
    let first = tokens.get(range.start)?;
    let last = tokens.get(range.end.checked_sub(1)?)?;
    Span::new(first.start, last.end).ok()
}

/// Returns a token's words in lower case with straight apostrophes.
pub(super) fn lower(text: &str, token: Token) -> String {
    text[token.start..token.end]
        .replace('’', "'")
        .to_lowercase()
}

/// Splits the words at `span` of `text` into tokens, in one pass.
pub(super) fn tokenize(text: &str, span: Span) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let end = span.end();
    let mut at = span.start();
    while let Some(c) = text[at..end].chars().next() {
        let stop = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if c.is_alphabetic() {
            word_end(&text[..end], at)
        } else if c.is_ascii_digit()
            || (is_currency(c)
                && text[at + c.len_utf8()..end].starts_with(|d: char| d.is_ascii_digit()))
        {
            number_end(&text[..end], at + c.len_utf8())
        } else {
            mark_end(&text[..end], at, c)
        };
        let previous = tokens.last().copied();
        tokens.push(token(&text[..end], at, stop, c, previous));
        at = stop;
    }
    tokens
}

fn token(text: &str, start: usize, end: usize, first: char, previous: Option<Token>) -> Token {
    let written = &text[start..end];
    let kind = if is_currency(first) && end > start + first.len_utf8() {
        Kind::Number
    } else if first.is_alphabetic() {
        Kind::Word
    } else if first.is_ascii_digit() {
        Kind::Number
    } else {
        match first {
            ',' => Kind::Comma,
            ':' => Kind::Colon,
            ';' => Kind::Semicolon,
            '—' | '–' | '―' => Kind::Dash,
            '-' if written.len() > 1 || spaced(text, start, end) => Kind::Dash,
            '.' | '!' | '?' | '…' => Kind::Stop,
            '(' | '[' | '{' => Kind::Open,
            ')' | ']' | '}' => Kind::Close,
            '\'' | '’' if previous.is_some_and(|p| p.end == start && !p.is_mark()) => {
                Kind::Possessive
            }
            '&' => Kind::Ampersand,
            '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '\'' | '’' => Kind::Quote,
            _ => Kind::Other,
        }
    };
    let mut word = Word::default();
    if kind == Kind::Word || kind == Kind::Possessive {
        let low = written.replace('’', "'").to_lowercase();
        word = lexicon::look_up(&low);
        // "Adam Scully": a surname.
        let named = |p: Token| p.end < start && p.is_name() && !p.word.is_verb();
        if first.is_uppercase() && previous.is_some_and(named) && lexicon::ends_like_adverb(&low) {
            word = Word::default();
        }
    }
    let pronoun =
        previous.is_some_and(|p| p.is(Class::SubjectPronoun) || p.is(Class::Demonstrative));
    let kind = match kind {
        Kind::Possessive if pronoun && written.len() > 1 => Kind::Word,
        Kind::Possessive => {
            word = Word::default();
            kind
        }
        _ => kind,
    };
    let letters = written.chars().filter(|c| c.is_alphabetic());
    Token {
        start,
        end,
        kind,
        word,
        capital: first.is_uppercase(),
        plural: kind == Kind::Word && is_plural_form(written),
        all_capitals: first.is_uppercase()
            && letters.clone().count() > 1
            && letters.clone().all(char::is_uppercase),
    }
}

pub(super) fn is_plural_form(written: &str) -> bool {
    let low = written.to_ascii_lowercase();
    matches!(
        &*low,
        "they"
            | "we"
            | "people"
            | "police"
            | "men"
            | "women"
            | "children"
            | "these"
            | "those"
            | "both"
            | "many"
            | "several"
            | "others"
            | "some"
    ) || low.len() > 3
        && low.ends_with('s')
        && !["ss", "us", "is", "news"].iter().any(|e| low.ends_with(e))
}

fn spaced(text: &str, start: usize, end: usize) -> bool {
    text[..start].ends_with(char::is_whitespace) && text[end..].starts_with(char::is_whitespace)
}

const fn is_currency(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥')
}

/// Letters and digits, with hyphens, full stops and apostrophes between letters; `'s` is left to stand alone.
fn word_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut dotted = false;
    let mut chars = text[start..].char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|(_, n)| *n);
        let at = start + i;
        let joins = match c {
            _ if c.is_alphanumeric() || is_mark_on_letter(c) => true,
            '-' | '‑' => next.is_some_and(char::is_alphanumeric),
            '.' => {
                let single = at - last_break(text, start, at) <= 4
                    && text[last_break(text, start, at)..at].chars().count() == 1;
                let joins = single
                    && (next.is_some_and(char::is_alphabetic) || dotted || next == Some('-'));
                dotted |= joins;
                joins || is_short_title(&text[start..at])
            }
            '\'' | '’' => {
                let rest = &text[at + c.len_utf8()..];
                next.is_some_and(char::is_alphabetic) && !is_possessive_ending(rest)
            }
            _ => false,
        };
        if !joins {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

fn is_mark_on_letter(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{ad}'
    ) || matches!(c, '\u{900}'..='\u{e7f}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Where the last piece of a dotted word began; looks back at most a few bytes.
fn last_break(text: &str, start: usize, at: usize) -> usize {
    let from = (start.max(at.saturating_sub(8))..=at)
        .find(|i| text.is_char_boundary(*i))
        .unwrap_or(at);
    text[from..at]
        .rfind(['.', '-'])
        .map_or(from, |i| from + i + 1)
}

fn is_short_title(written: &str) -> bool {
    written.len() <= 5
        && matches!(
            written,
            "Mr" | "Mrs"
                | "Ms"
                | "Dr"
                | "Prof"
                | "Sen"
                | "Rep"
                | "Gov"
                | "Gen"
                | "Lt"
                | "Col"
                | "Capt"
                | "Sgt"
                | "Maj"
                | "Adm"
                | "Rev"
                | "Cllr"
                | "Insp"
                | "Det"
                | "Supt"
                | "Hon"
                | "Fr"
                | "Mx"
                | "St"
                | "Jan"
                | "Feb"
                | "Aug"
                | "Sept"
                | "Oct"
                | "Nov"
                | "Dec"
                | "Jr"
                | "Sr"
        )
}

fn is_possessive_ending(rest: &str) -> bool {
    let mut chars = rest.chars();
    matches!(chars.next(), Some('s' | 'S')) && !chars.next().is_some_and(char::is_alphanumeric)
}

fn number_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut chars = text[start..].char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|(_, n)| *n);
        let joins = c.is_alphanumeric()
            || c == '%'
            || (matches!(c, ',' | '.' | ':' | '/') && next.is_some_and(|n| n.is_ascii_digit()))
            || (c == '-' && next.is_some_and(char::is_alphanumeric));
        if !joins {
            break;
        }
        end = start + i + c.len_utf8();
    }
    end
}

fn mark_end(text: &str, start: usize, c: char) -> usize {
    let one = start + c.len_utf8();
    match c {
        '\'' | '’' if is_possessive_ending(&text[one..]) => one + 1,
        '-' | '.' | '!' | '?' => {
            let run = text[start..]
                .bytes()
                .take_while(|b| char::from(*b) == c)
                .count();
            start + run
        }
        _ => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let span = Span::new(0, text.len()).unwrap();
        tokenize(text, span)
            .iter()
            .map(|t| &text[t.start..t.end])
            .collect()
    }

    #[test]
    fn words_and_marks() {
        assert_eq!(
            words("Kirby's U.S.-Israel ties, $5.2 million."),
            [
                "Kirby",
                "'s",
                "U.S.-Israel",
                "ties",
                ",",
                "$5.2",
                "million",
                "."
            ]
        );
        let text = "Adam Scully left quickly.";
        let tokens = tokenize(text, Span::new(0, text.len()).unwrap());
        assert!(tokens[1].is_name() && tokens[3].is(Class::Adverb));
        assert_eq!(
            words("don’t — officials’ 3,000 U.N. staff"),
            ["don’t", "—", "officials", "’", "3,000", "U.N.", "staff"]
        );
        assert_eq!(
            words("Mr. O'Neil at 10:30 a.m. -- ok..."),
            ["Mr.", "O'Neil", "at", "10:30", "a.m.", "--", "ok", "..."]
        );
    }
}
