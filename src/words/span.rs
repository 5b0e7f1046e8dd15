//! Spans and quotes: where words stand in a source's text.
//!
//! A span is a range of bytes, end exclusive, written `[start, end]`. A quote carries its words
//! with 32 code points of context on each side and its range both in bytes and in Unicode code
//! points, as W3C Web Annotation's `TextQuoteSelector` and `TextPositionSelector` (Web Annotation
//! Data Model, sections 4.2.4 and 4.2.5) need them. Departing from that model, nothing is
//! normalised here: the words are those of the stored text, byte for byte.

use serde::{Deserialize, Serialize};

/// Unicode code points of context that a quote carries on each side, fewer at the text's ends.
pub const CONTEXT_POINTS: usize = 32;

/// Says why a range is not a span, or a span not one of this text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// The end is not past the start.
    #[error("the range [{start}, {end}] is empty or reversed")]
    Empty {
        /// Where it starts.
        start: usize,
        /// Where it ends.
        end: usize,
    },
    /// The end lies past the text's end.
    #[error("the range ends at byte {end}, but the text has {bytes}")]
    PastEnd {
        /// Where it ends.
        end: usize,
        /// The text's length in bytes.
        bytes: usize,
    },
    /// A border falls inside a character.
    #[error("byte {0} is inside a character")]
    InsideCharacter(usize),
}

/// A range that is not empty, `start` inclusive to `end` exclusive. In bytes unless it says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "[usize; 2]", into = "[usize; 2]")]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Makes a span; refuses an empty or reversed range.
    pub const fn new(start: usize, end: usize) -> Result<Self, SpanError> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(SpanError::Empty { start, end })
        }
    }

    /// Returns where it starts.
    pub const fn start(self) -> usize {
        self.start
    }

    /// Returns where it ends, exclusive.
    pub const fn end(self) -> usize {
        self.end
    }

    /// Returns its length; never 0.
    #[expect(clippy::len_without_is_empty, reason = "a span is never empty")]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Says whether `other` lies inside this span.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Says whether the two share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Returns the smallest span that holds all of these; `None` if there are none.
    pub fn hull(spans: &[Self]) -> Option<Self> {
        Some(Self {
            start: spans.iter().map(|s| s.start).min()?,
            end: spans.iter().map(|s| s.end).max()?,
        })
    }

    /// Returns the words at this span of `text`.
    ///
    /// # Errors
    /// The span ends past the text, or a border falls inside a character.
    pub fn of(self, text: &str) -> Result<&str, SpanError> {
        if self.end > text.len() {
            return Err(SpanError::PastEnd {
                end: self.end,
                bytes: text.len(),
            });
        }
        for border in [self.start, self.end] {
            if !text.is_char_boundary(border) {
                return Err(SpanError::InsideCharacter(border));
            }
        }
        Ok(&text[self.start..self.end])
    }
}

impl TryFrom<[usize; 2]> for Span {
    type Error = SpanError;

    fn try_from([start, end]: [usize; 2]) -> Result<Self, SpanError> {
        Self::new(start, end)
    }
}

impl From<Span> for [usize; 2] {
    fn from(span: Span) -> Self {
        [span.start, span.end]
    }
}

/// Words at a span, with context on both sides and the range in bytes and in code points.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// The words, verbatim.
    pub exact: String,
    /// Up to 32 code points before the words.
    pub prefix: String,
    /// Up to 32 code points after the words.
    pub suffix: String,
    /// The range in bytes of the text.
    pub bytes: Span,
    /// The same range in Unicode code points of the text.
    pub points: Span,
}

/// Says how a quote differs from the text it points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// The range does not lie in the text.
    #[error("its range does not lie in the text")]
    Span(#[from] SpanError),
    /// Other words stand at the range in bytes.
    #[error("other words stand at bytes {} to {}", .0.start(), .0.end())]
    Exact(Span),
    /// The range in code points is not that of the range in bytes.
    #[error("code points {} to {} are not bytes {} to {}", .points.start(), .points.end(), .bytes.start(), .bytes.end())]
    Points {
        /// The range in code points, as given.
        points: Span,
        /// The range in bytes.
        bytes: Span,
    },
    /// The words before or after are others.
    #[error("the words around bytes {} to {} are others", .0.start(), .0.end())]
    Context(Span),
}

impl Quote {
    /// Quotes the words at `span` of `text`, with 32 code points of context on each side.
    ///
    /// It counts the text's code points from its start. [`CountedText::quote`] makes the same quotes,
    /// and is the one to use for many of one text.
    pub fn new(text: &str, span: Span) -> Result<Self, SpanError> {
        Self::counted(text, span, |place| text[..place].chars().count())
    }

    fn counted(
        text: &str,
        span: Span,
        points_before: impl FnOnce(usize) -> usize,
    ) -> Result<Self, SpanError> {
        let exact = span.of(text)?;
        let before = &text[..span.start()];
        let after = &text[span.end()..];
        let prefix = before
            .char_indices()
            .rev()
            .take(CONTEXT_POINTS)
            .last()
            .map_or("", |(at, _)| &before[at..]);
        let suffix = after
            .char_indices()
            .nth(CONTEXT_POINTS)
            .map_or(after, |(at, _)| &after[..at]);
        let start = points_before(span.start());
        Ok(Self {
            exact: exact.to_owned(),
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
            bytes: span,
            points: Span {
                start,
                end: start + exact.chars().count(),
            },
        })
    }

    /// Checks what needs no text: that both ranges are as long as the words.
    pub fn check_lengths(&self) -> Result<(), QuoteError> {
        if self.bytes.len() != self.exact.len() {
            return Err(QuoteError::Exact(self.bytes));
        }
        if self.points.len() != self.exact.chars().count() {
            return Err(QuoteError::Points {
                points: self.points,
                bytes: self.bytes,
            });
        }
        Ok(())
    }

    /// Checks that this is the quote that [`Quote::new`] makes of `text` at the same range.
    ///
    /// The lengths are compared first, so that a wide range with few words costs nothing.
    pub fn check(&self, text: &str) -> Result<(), QuoteError> {
        self.check_lengths()?;
        self.compare(&Self::new(text, self.bytes)?)
    }

    fn compare(&self, expected: &Self) -> Result<(), QuoteError> {
        if expected.exact != self.exact {
            return Err(QuoteError::Exact(self.bytes));
        }
        if expected.points != self.points {
            return Err(QuoteError::Points {
                points: self.points,
                bytes: self.bytes,
            });
        }
        if expected != self {
            return Err(QuoteError::Context(self.bytes));
        }
        Ok(())
    }
}

/// A text whose code points are counted at regular places, so that making or checking a quote of it
/// costs the same wherever the quote stands.
#[derive(Clone, Debug)]
pub struct CountedText<T> {
    text: T,
    /// The code points before every [`STRIDE`]th byte, the first being the text's start.
    counts: Vec<usize>,
}

/// So many bytes lie between two places whose code points are counted: few enough to be counted
/// for every quote, and 8 bytes of counts for each are next to nothing.
const STRIDE: usize = 4096;

impl<T: AsRef<str>> CountedText<T> {
    /// Counts a text's code points, once.
    pub fn new(text: T) -> Self {
        let all = text.as_ref();
        let mut counts = Vec::with_capacity(all.len() / STRIDE + 1);
        let (mut at, mut points) = (0, 0);
        counts.push(points);
        while counts.len() * STRIDE <= all.len() {
            let next = all.floor_char_boundary(counts.len() * STRIDE);
            points += all[at..next].chars().count();
            at = next;
            counts.push(points);
        }
        Self { text, counts }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.text.as_ref()
    }

    /// Makes the quote that [`Quote::new`] makes.
    pub fn quote(&self, span: Span) -> Result<Quote, SpanError> {
        Quote::counted(self.as_str(), span, |place| self.points_before(place))
    }

    /// Checks a quote as [`Quote::check`] does.
    pub fn check(&self, quote: &Quote) -> Result<(), QuoteError> {
        quote.check_lengths()?;
        quote.compare(&self.quote(quote.bytes)?)
    }

    /// Counts the code points before a place, which is on a character's border.
    fn points_before(&self, place: usize) -> usize {
        let (counted, points) = self.counted_before(place);
        points + self.as_str()[counted..place].chars().count()
    }

    /// Returns the last counted place up to this one, and the code points before it.
    fn counted_before(&self, place: usize) -> (usize, usize) {
        let nth = place / STRIDE;
        (
            self.as_str().floor_char_boundary(nth * STRIDE),
            self.counts[nth],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_counts_bytes_and_points() {
        let text = "«Ünï» said she, at length and with many more words than thirty-two.";
        let start = text.find("said").expect("there");
        let span = Span::new(start, start + 4).expect("not empty");
        let quote = Quote::new(text, span).expect("in the text");
        assert_eq!(quote.exact, "said");
        assert_eq!(quote.prefix, "«Ünï» ");
        assert_eq!(quote.suffix.chars().count(), CONTEXT_POINTS);
        assert_eq!((quote.points.start(), quote.points.end()), (6, 10));
        quote.check(text).expect("its own text");
    }

    #[test]
    fn each_field_of_a_quote_is_checked() {
        let text = "one two one two";
        let good = Quote::new(text, Span::new(4, 7).expect("span")).expect("quote");
        let other = Span::new(5, 8).expect("span");
        let cases = [
            Quote {
                exact: "twp".into(),
                ..good.clone()
            },
            Quote {
                prefix: "one".into(),
                ..good.clone()
            },
            Quote {
                suffix: " one".into(),
                ..good.clone()
            },
            Quote {
                bytes: other,
                ..good.clone()
            },
            Quote {
                points: other,
                ..good.clone()
            },
            Quote {
                bytes: Span::new(12, 15).expect("span"),
                ..good.clone()
            },
        ];
        for case in cases {
            assert!(case.check(text).is_err(), "{case:?}");
        }
    }

    #[test]
    fn a_range_longer_than_the_words_is_refused_before_the_text_is_looked_at() {
        let text = "one two one two";
        let good = Quote::new(text, Span::new(4, 7).expect("span")).expect("quote");
        assert_eq!(good.check_lengths(), Ok(()));
        let wide = Span::new(0, usize::MAX).expect("span");
        let bytes = Quote {
            bytes: wide,
            ..good.clone()
        };
        let points = Quote {
            points: wide,
            ..good
        };
        for (quote, error) in [
            (&bytes, QuoteError::Exact(wide)),
            (
                &points,
                QuoteError::Points {
                    points: wide,
                    bytes: points.bytes,
                },
            ),
        ] {
            assert_eq!(quote.check_lengths(), Err(error));
            // In a text of nothing the range would be past the end.
            assert_eq!(quote.check(""), Err(error));
            assert_eq!(CountedText::new("").check(quote), Err(error));
        }
    }

    #[test]
    fn a_counted_text_makes_and_checks_the_same_quotes() {
        // Characters of 1 to 4 bytes, over several counted places.
        let text: String = "aé漢🦀".chars().cycle().take(6000).collect();
        let counted = CountedText::new(text.as_str());
        assert!(counted.counts.len() > 3);
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for n in (0..places.len() - 60).step_by(7).chain([0, 1, 31, 32, 33]) {
            for length in [1, 2, 50] {
                let span = Span::new(places[n], places[n + length]).expect("a span");
                let quote = counted.quote(span);
                assert_eq!(quote, Quote::new(&text, span), "{span:?}");
                let mut quote = quote.expect("in the text");
                counted.check(&quote).expect("its own text");
                quote.points = Span::new(span.start(), span.start() + 1).expect("a span");
                assert_eq!(counted.check(&quote), quote.check(&text));
            }
        }
        let last = Span::new(places[5990], text.len()).expect("a span");
        assert_eq!(counted.quote(last), Quote::new(&text, last));
        for bad in [(2, 3), (1, 2), (0, text.len() + 1)] {
            let span = Span::new(bad.0, bad.1).expect("a span");
            assert_eq!(counted.quote(span), Quote::new(&text, span), "{span:?}");
        }
        // A text that ends where one is counted.
        for bytes in [0, STRIDE - 1, STRIDE, 2 * STRIDE] {
            let text = "x".repeat(bytes);
            assert_eq!(CountedText::new(&text).points_before(bytes), bytes);
        }
    }

    #[test]
    fn quotes_of_a_huge_text_are_not_counted_from_its_start() {
        const QUOTES: usize = 20_000;
        let text = "é".repeat(5 * 1024 * 1024);
        let counted = CountedText::new(text.as_str());
        let apart = text.len() / QUOTES / 2 * 2;
        for n in 0..QUOTES {
            let span = Span::new(n * apart, n * apart + 40).expect("a span");
            let quote = counted.quote(span).expect("in the text");
            assert_eq!(quote.points.start(), span.start() / 2);
            counted.check(&quote).expect("its own text");
            // Counted for each from the start, it would be 200,000 million bytes in all.
            let (counted, _) = counted.counted_before(span.start());
            assert!(span.start() - counted < STRIDE + 4, "{span:?}");
        }
    }

    #[test]
    fn a_span_falls_on_character_borders() {
        assert_eq!(
            Span::new(1, 2).expect("span").of("é"),
            Err(SpanError::InsideCharacter(1))
        );
        assert!(Span::new(0, 3).expect("span").of("é").is_err());
        assert!(Span::new(2, 2).is_err());
    }
}
