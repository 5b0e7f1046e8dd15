//! The words of claims that a person makes of others: where they stand, and which of a text's words
//! are not the source's.

use factlog::words::claim::{Added, AddedWhy};
use factlog::words::span::Span;

use crate::cli::quotes::{self, QuoteFault};
use crate::cli::screen;

/// Stands between words that are quoted with others left out.
pub(super) const GAP: char = '…';

/// Finds the words of a claim within a span of the text; of words with `…` between them, each where it
/// next stands.
///
/// # Errors
/// They are not there.
pub(super) fn parts(text: &str, within: Span, quote: &str) -> anyhow::Result<Vec<Span>> {
    // The source may have such a mark of its own.
    if let Ok(part) = next(text, within, quote) {
        return Ok(vec![part]);
    }
    let mut parts: Vec<Span> = Vec::new();
    for words in quote.split(GAP).map(str::trim) {
        if words.is_empty() {
            continue;
        }
        let from = parts.last().map_or(within.start(), |last| last.end());
        let found = Span::new(from, within.end())
            .map_err(|_| QuoteFault::Absent(None))
            .and_then(|rest| next(text, rest, words));
        let part =
            found.map_err(|fault| fault.in_text(text, words, "the sentence, in this order"))?;
        parts.push(part);
    }
    if parts.is_empty() {
        return Err(QuoteFault::Blank
            .in_text(text, quote, "the sentence")
            .into());
    }
    Ok(parts)
}

/// Finds words where they first stand in a span of the text.
fn next(text: &str, within: Span, words: &str) -> Result<Span, QuoteFault> {
    let inside = within.of(text).unwrap_or_default();
    let shift = |place: Span| {
        Span::new(place.start() + within.start(), place.end() + within.start())
            .expect("a place moved is as long")
    };
    match quotes::find(inside, words, None) {
        Ok(place) => Ok(shift(place)),
        Err(QuoteFault::Several(places)) => Ok(shift(places[0])),
        Err(QuoteFault::Absent(near)) => Err(QuoteFault::Absent(near.map(shift))),
        Err(fault) => Err(fault),
    }
}

/// Returns the words at spans of a text, joined by `joint`.
pub(super) fn own(text: &str, parts: &[Span], joint: &str) -> String {
    let words = parts.iter().filter_map(|part| part.of(text).ok());
    words.map(screen_line).collect::<Vec<_>>().join(joint)
}

fn screen_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a claim's own words as a listing has them.
pub(super) fn quoted(text: &str, parts: &[Span]) -> String {
    screen::one_line(&own(text, parts, &format!(" {GAP} ")))
}

/// Returns a claim's own words as a form has them, in which they are changed.
pub(super) fn editable(text: &str, parts: &[Span]) -> String {
    screen::editable_line(&own(text, parts, &format!(" {GAP} ")))
}

/// Marks the words of a claim's text that are not among its own, in their order, as carried over from
/// elsewhere in the source.
pub(super) fn added(text: &str, own: &str, source: &str) -> Vec<Added> {
    let own: Vec<&str> = own.split_whitespace().map(bare).collect();
    let mut added: Vec<Added> = Vec::new();
    let mut at = 0;
    let mut run: Option<Span> = None;
    let mut close = |run: &mut Option<Span>| {
        if let Some(span) = run.take() {
            let words = &text[span.start()..span.end()];
            // What stands nowhere in the source is left unmarked, and refused.
            if source.contains(words) {
                added.push(Added {
                    at: span.start(),
                    text: words.to_owned(),
                    why: AddedWhy::Carried,
                });
            }
        }
    };
    for word in text.split_whitespace() {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let found = own[at..].iter().position(|own| is_same(own, bare(word)));
        if let Some(skipped) = found {
            close(&mut run);
            at += skipped + 1;
        } else {
            let from = run.map_or(start, Span::start);
            run = Span::new(from, start + word.len()).ok();
        }
    }
    close(&mut run);
    added
}

/// Returns a word without the marks around it.
fn bare(word: &str) -> &str {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() { word } else { bare }
}

/// Says whether two words are the same but for the case of their letters.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Last year the council spent 12 million on repairs and hired 40 engineers from Oslo.\n";

    fn whole() -> Span {
        Span::new(0, TEXT.len() - 1).expect("a range")
    }

    #[test]
    fn words_with_a_gap_are_found_in_order() {
        let found = parts(TEXT, whole(), "the council … hired 40 engineers").expect("there");
        assert_eq!(own(TEXT, &found, " "), "the council hired 40 engineers");
        assert_eq!(quoted(TEXT, &found), "the council … hired 40 engineers");
        for absent in ["hired … the council", "the mayor", "…", ""] {
            assert!(parts(TEXT, whole(), absent).is_err(), "{absent}");
        }
    }

    #[test]
    fn a_text_s_other_words_are_marked() {
        let text = "the council hired 40 engineers";
        let marked = added(text, "hired 40 engineers", TEXT);
        assert_eq!(marked.len(), 1);
        assert_eq!((marked[0].at, &*marked[0].text), (0, "the council"));
        assert_eq!(marked[0].why, AddedWhy::Carried);
        assert!(added("hired 50 engineers", "hired 40 engineers", TEXT).is_empty());
        assert!(added("Hired 40 engineers", "hired 40 engineers", TEXT).is_empty());
    }
}
