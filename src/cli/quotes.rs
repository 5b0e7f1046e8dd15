//! Finding the words that a person quotes in a source's text.
//!
//! The words must stand there as they are written; only white space may differ, since a quote that
//! is copied from a page has its line breaks elsewhere. What is recorded is what stands in the text.

use std::fmt::Write as _;

use factlog::intake::text1;
use factlog::words::span::Span;

use super::exit::{Failure, Status};
use super::screen;

/// So many places of a quote are listed.
const MOST_PLACES: usize = 20;

/// Bytes of context that are shown around a place.
const CONTEXT: usize = 40;

/// Says why a quote was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QuoteFault {
    /// It has no words.
    Blank,
    /// It is not in the text; these words come nearest.
    Absent(Option<Span>),
    /// It stands in several places.
    Several(Vec<Span>),
    /// It stands in fewer places than was said.
    NoSuchPlace(usize),
}

impl QuoteFault {
    /// Makes the error, with the places or the nearest words of the text.
    pub(crate) fn in_text(&self, text: &str, words: &str, what: &str) -> Failure {
        let quote = format!("“{}”", screen::cut(words, 60));
        match self {
            Self::Blank => Failure::new(Status::Usage, "a quote has no words"),
            Self::Absent(near) => {
                let mut message = format!("{quote} is not in {what}");
                if let Some(near) = near.and_then(|near| near.of(text).ok()) {
                    let near = screen::cut(near, 200);
                    let _ = write!(message, "; the nearest words there are “{near}”");
                }
                Failure::new(Status::NotFound, message)
                    .hint("quote the words exactly as they stand in the source")
            }
            Self::Several(places) => {
                let mut message = format!("{quote} stands in {what} {} times:", places.len());
                for (n, place) in places.iter().take(MOST_PLACES).enumerate() {
                    let _ = write!(message, "\n  {:>2}  {}", n + 1, around(text, *place));
                }
                Failure::new(Status::NotFound, message).hint("say which with --nth N")
            }
            Self::NoSuchPlace(1) => Failure::new(
                Status::NotFound,
                format!("{quote} stands in {what} only once"),
            )
            .hint("leave --nth out"),
            Self::NoSuchPlace(count) => Failure::new(
                Status::NotFound,
                format!("{quote} stands in {what} only {count} times"),
            )
            .hint(format!("say which with --nth 1 to --nth {count}")),
        }
    }
}

/// Finds a quote's place in a text; where it has several, `nth` says which, from 1.
pub(crate) fn find(text: &str, words: &str, nth: Option<usize>) -> Result<Span, QuoteFault> {
    let normal = text1::normalize(words).text;
    let words: Vec<&str> = normal.split_whitespace().collect();
    if words.is_empty() {
        return Err(QuoteFault::Blank);
    }
    let all = places(text, &words);
    let whole: Vec<Span> = all
        .iter()
        .copied()
        .filter(|place| is_whole(text, *place))
        .collect();
    // Inside of other words only if nowhere on its own: "art" is not meant to be in "party".
    let places = if whole.is_empty() { all } else { whole };
    match (places.as_slice(), nth) {
        ([], _) => Err(QuoteFault::Absent(nearest(text, &words))),
        ([one], None) => Ok(*one),
        (_, None) => Err(QuoteFault::Several(places)),
        (_, Some(nth)) => nth
            .checked_sub(1)
            .and_then(|n| places.get(n).copied())
            .ok_or(QuoteFault::NoSuchPlace(places.len())),
    }
}

/// Returns the places where the words stand one after another, with white space between them.
fn places(text: &str, words: &[&str]) -> Vec<Span> {
    let mut places: Vec<Span> = Vec::new();
    for (start, _) in text.match_indices(words[0]) {
        if places.last().is_some_and(|last| start < last.end()) {
            continue;
        }
        let end = words.iter().enumerate().try_fold(start, |at, (n, word)| {
            let rest = &text[at..];
            let trimmed = if n == 0 { rest } else { rest.trim_start() };
            let gap = rest.len() - trimmed.len();
            (trimmed.starts_with(word) && (n == 0 || gap > 0)).then(|| at + gap + word.len())
        });
        places.extend(end.and_then(|end| Span::new(start, end).ok()));
    }
    places
}

/// Says whether a place neither begins nor ends inside a word.
fn is_whole(text: &str, place: Span) -> bool {
    let inside = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at..].chars().next();
        matches!((before, after), (Some(a), Some(b)) if a.is_alphanumeric() && b.is_alphanumeric())
    };
    !inside(place.start()) && !inside(place.end())
}

/// Finds the words of a text that have most in common with a quote; `None` if it is too little.
fn nearest(text: &str, words: &[&str]) -> Option<Span> {
    let wanted: Vec<String> = words.iter().map(|word| bare(word)).collect();
    let mut left = std::collections::HashMap::<&str, i64>::new();
    for word in &wanted {
        *left.entry(word).or_default() += 1;
    }
    let there: Vec<(Span, String)> = text
        .split_whitespace()
        .filter_map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            Some((Span::new(start, start + word.len()).ok()?, bare(word)))
        })
        .collect();
    let (mut shared, mut best) = (0_usize, (0, 0));
    for (at, (_, word)) in there.iter().enumerate() {
        if let Some(left) = left.get_mut(word.as_str()) {
            shared += usize::from(*left > 0);
            *left -= 1;
        }
        if let Some(out) = at.checked_sub(wanted.len())
            && let Some(left) = left.get_mut(there[out].1.as_str())
        {
            *left += 1;
            shared -= usize::from(*left > 0);
        }
        if shared > best.0 {
            best = (shared, at);
        }
    }
    let (shared, last) = best;
    // A few common words are everywhere.
    if shared * 2 < wanted.len() {
        return None;
    }
    let first = (last + 1).saturating_sub(wanted.len());
    Span::new(there[first].0.start(), there[last].0.end()).ok()
}

fn bare(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns a place with a few words around it, on one line.
fn around(text: &str, place: Span) -> String {
    let start = floor(text, place.start().saturating_sub(CONTEXT));
    let end = floor(text, (place.end() + CONTEXT).min(text.len()));
    screen::cut(
        &format!("…{}…", &text[start..end]),
        screen::columns().saturating_sub(8),
    )
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The party said: no state\nshall act. A state shall act, the party said.";

    fn found(words: &str, nth: Option<usize>) -> Result<&'static str, QuoteFault> {
        find(TEXT, words, nth).map(|span| span.of(TEXT).expect("in the text"))
    }

    #[test]
    fn white_space_alone_may_differ() {
        assert_eq!(found("no  state shall", None), Ok("no state\nshall"));
        assert_eq!(
            found("No state", None),
            Err(QuoteFault::Absent(Span::new(16, 24).ok()))
        );
        assert_eq!(found("nostate", None), Err(QuoteFault::Absent(None)));
        assert_eq!(found(" \n", None), Err(QuoteFault::Blank));
    }

    #[test]
    fn of_several_places_one_must_be_named() {
        let Err(QuoteFault::Several(places)) = found("state shall act", None) else {
            panic!("two places");
        };
        assert_eq!(places.len(), 2);
        assert_eq!(found("state shall act", Some(1)), Ok("state\nshall act"));
        assert_eq!(found("state shall act", Some(2)), Ok("state shall act"));
        assert_eq!(
            found("state shall act", Some(3)),
            Err(QuoteFault::NoSuchPlace(2))
        );
        assert_eq!(
            found("state shall act", Some(0)),
            Err(QuoteFault::NoSuchPlace(2))
        );
    }

    #[test]
    fn a_place_too_many_comes_with_what_to_say() {
        for (count, hint) in [
            (1, "leave --nth out"),
            (3, "say which with --nth 1 to --nth 3"),
        ] {
            let failure = QuoteFault::NoSuchPlace(count).in_text(TEXT, "said", "a.txt");
            let (status, hinted) = crate::cli::exit::of(&failure.into());
            assert_eq!((status, hinted.as_deref()), (Status::NotFound, Some(hint)));
        }
    }

    #[test]
    fn whole_words_come_first() {
        assert_eq!(find("party art", "art", None).map(Span::start), Ok(6));
        assert_eq!(find("party", "art", None).map(Span::start), Ok(1));
    }

    #[test]
    fn the_nearest_words_are_named() {
        let fault = found("the parties said no state shall", None).expect_err("not there");
        let failure = fault.in_text(TEXT, "the parties said", "a.txt").to_string();
        assert!(
            failure.contains("The party said: no state shall"),
            "{failure}"
        );
    }
}
