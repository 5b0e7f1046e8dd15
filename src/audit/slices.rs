//! Quotes in slices: what can be checked of a quote where its text is withheld.
//!
//! `docs/format.md`, section 12. Each slice is verified against the text's hash and the length that
//! the source entry signs. Two things stay unchecked, for a slice can't show them: ranges in code
//! points, unless the slice begins with the text; and, for a prefix or suffix that ends at a slice's
//! border, nothing more than that its words stand there.

use super::finding::{Code, causes};
use super::objects::Objects;
use crate::trust::slice::{self, SliceError, SliceRange};
use crate::words::claim::Claim;
use crate::words::id::ObjectId;
use crate::words::span::{CONTEXT_POINTS, Quote, Span};

/// A text of which some bytes are known.
pub(super) struct SlicedText {
    known: Vec<(SliceRange, Vec<u8>)>,
    bytes: u64,
}

/// Says why a quote is not, or can't be, found in slices.
pub(super) struct NotInSlices {
    pub(super) code: Option<Code>,
    pub(super) reason: String,
}

fn wrong(reason: String) -> NotInSlices {
    NotInSlices { code: None, reason }
}

/// Returns the spans that a quote needs shown: itself, with its context.
pub fn spans_of_quote(quote: &Quote) -> Option<Span> {
    let start = quote.bytes.start().checked_sub(quote.prefix.len())?;
    let end = quote.bytes.end().checked_add(quote.suffix.len())?;
    Span::new(start, end).ok()
}

/// Returns the spans that a claim needs shown: its quote with context, its statement, the words for
/// its claimant. `None` if its quote can't stand in any text.
pub fn spans_of_claim(claim: &Claim) -> Option<Vec<Span>> {
    let mut spans = vec![spans_of_quote(&claim.quote)?];
    spans.extend(&claim.statement);
    spans.extend(claim.claimant.as_ref().and_then(|claimant| claimant.span));
    Some(spans)
}

impl SlicedText {
    /// Takes the slices that show these spans, each verified.
    pub(super) fn take(
        spans: &[Span],
        text: &ObjectId,
        bytes: u64,
        objects: &impl Objects,
    ) -> Result<Self, NotInSlices> {
        let ranges = SliceRange::covering(spans, bytes).map_err(|error| wrong(causes(&error)))?;
        // All are asked for, so that whoever hands them out knows which are called for.
        let found = ranges.iter().map(|range| objects.slice(text, *range));
        let found: Vec<Option<Vec<u8>>> = found.collect();
        let mut known = Vec::with_capacity(ranges.len());
        for (range, found) in ranges.into_iter().zip(found) {
            let Some(found) = found else {
                return Err(NotInSlices {
                    code: Some(Code::SliceMissing),
                    reason: format!("the text is withheld, and there is no slice {range} of it"),
                });
            };
            let shown = slice::verify(&found, text, bytes, range).map_err(|error| NotInSlices {
                code: Some(match &error {
                    SliceError::Length { .. } => Code::SliceLength,
                    _ => Code::SliceInvalid,
                }),
                reason: format!("slice {range} of text {text}: {}", causes(&error)),
            })?;
            known.push((range, shown));
        }
        Ok(Self { known, bytes })
    }

    /// Returns the words at a span; `None` where no slice shows all of it.
    fn words(&self, span: Span) -> Option<Result<&str, std::str::Utf8Error>> {
        let (range, shown) = self.known.iter().find(|(range, _)| range.contains(span))?;
        let first = usize::try_from(range.start()).ok()?;
        Some(std::str::from_utf8(
            &shown[span.start() - first..span.end() - first],
        ))
    }

    /// Checks a quote whose lengths were checked, as far as slices show it.
    pub(super) fn check_quote(&self, quote: &Quote) -> Result<(), NotInSlices> {
        let at = quote.bytes;
        let Some(whole) = spans_of_quote(quote) else {
            return Err(wrong("its context begins before the text".to_owned()));
        };
        let words = match self.words(whole) {
            Some(Ok(words)) => words,
            Some(Err(_)) => {
                return Err(wrong("it does not lie on borders of characters".to_owned()));
            }
            None => return Err(wrong("no slice shows it".to_owned())),
        };
        let expected = [&quote.prefix, &quote.exact, &quote.suffix].map(String::as_str);
        if words != expected.concat() {
            let (start, end) = (at.start(), at.end());
            return Err(wrong(format!(
                "other words stand at bytes {start} to {end}"
            )));
        }
        let ends = whole.end() as u64 == self.bytes;
        let short = |context: &str, may_be: bool| {
            let points = context.chars().count();
            points > CONTEXT_POINTS || (points < CONTEXT_POINTS && !may_be)
        };
        if short(&quote.prefix, whole.start() == 0) || short(&quote.suffix, ends) {
            return Err(wrong(format!(
                "its context is not the {CONTEXT_POINTS} code points around it"
            )));
        }
        if let Some(before) = self.points_before(at)
            && quote.points.start() != before
        {
            return Err(wrong("its range in code points is another".to_owned()));
        }
        Ok(())
    }

    /// Counts the code points before a span; `None` where no slice that shows it begins with the text,
    /// or the bytes before it are no characters.
    fn points_before(&self, span: Span) -> Option<usize> {
        let (_, shown) = self
            .known
            .iter()
            .find(|(range, _)| range.start() == 0 && range.contains(span))?;
        let before = std::str::from_utf8(&shown[..span.start()]).ok()?;
        Some(before.chars().count())
    }

    /// Says whether a span lies in the text, on borders of characters, as far as slices show it.
    pub(super) fn admits(&self, span: Span) -> bool {
        span.end() as u64 <= self.bytes && self.words(span).is_none_or(|words| words.is_ok())
    }
}
