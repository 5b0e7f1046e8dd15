//! What the splitter proposes of a text, as claims that can be recorded.

use factlog::extract::{self, ExtractedClaim, Extraction};
use factlog::words::claim::Claim;
use factlog::words::id::ObjectId;
use factlog::words::object;
use factlog::words::span::{Quote, Span, SpanError};

/// What names the rules that propose claims, in claim entries.
pub(crate) const EXTRACTOR: &str = "rules/1";

/// The language of a claim whose source does not say: the rules read English.
const LANGUAGE: &str = "en";

/// What the splitter found out about a claim beside its words.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Worth {
    /// How much it is worth checking, 0 to 1.
    pub(crate) score: f32,
    /// Why.
    pub(crate) reason: &'static str,
    /// The sentence that it stands in.
    pub(crate) sentence: Span,
}

/// Splits a text into claims that can be recorded, each with what the splitter says of it, and why
/// it passed it over if it did.
pub(crate) fn of(text: &str, language: Option<&str>) -> Vec<(Claim, Worth, Option<&'static str>)> {
    let source = ObjectId::of(text.as_bytes());
    let quoter = Quoter::new(text);
    let Extraction {
        claims,
        passed_over,
        ..
    } = extract::split(text, extract::Options::default());
    let offered = claims.into_iter().map(|claim| (claim, None));
    let passed = passed_over
        .into_iter()
        .map(|passed| (passed.claim, Some(passed.why.as_str())));
    offered
        .chain(passed)
        .filter_map(|(found, passed)| {
            let worth = Worth {
                score: found.score,
                reason: found.reason.as_str(),
                sentence: found.sentence,
            };
            let claim = to_claim(&quoter, source, language.unwrap_or(LANGUAGE), found)?;
            Some((claim, worth, passed))
        })
        .collect()
}

/// Makes a claim of what the splitter found; `None` if it can't be recorded.
fn to_claim(
    quoter: &Quoter<'_>,
    source: ObjectId,
    language: &str,
    found: ExtractedClaim,
) -> Option<Claim> {
    let hull = Span::hull(&found.parts)?;
    let claim = Claim {
        source,
        text: found.text,
        added: found.added,
        parts: found.parts,
        statement: found.statement,
        cue: found.cue,
        claimant: found.claimant,
        manner: found.manner,
        said: None,
        quote: quoter.quote(hull).ok()?,
        language: language.to_owned(),
    };
    object::to_bytes(&claim).ok()?;
    Some(claim)
}

/// Makes many quotes of one text, without counting its code points from the start for each.
struct Quoter<'t> {
    text: &'t str,
    /// Places in the text, each with the code points before it; the first is its start.
    marks: Vec<(usize, usize)>,
}

impl<'t> Quoter<'t> {
    /// So many bytes lie between two places whose code points are counted.
    const STRIDE: usize = 4096;

    /// A quote's context has at most this many bytes on a side: 32 code points of 4.
    const CONTEXT_BYTES: usize = 128;

    fn new(text: &'t str) -> Self {
        let mut marks = vec![(0, 0)];
        let (mut at, mut points) = (0, 0);
        while text.len() - at > Self::STRIDE {
            let next = text.floor_char_boundary(at + Self::STRIDE);
            points += text[at..next].chars().count();
            marks.push((next, points));
            at = next;
        }
        Self { text, marks }
    }

    /// Makes the quote that [`Quote::new`] makes.
    fn quote(&self, span: Span) -> Result<Quote, SpanError> {
        // What is wrong with the span is said in the text's own bytes.
        span.of(self.text)?;
        let context = span.start().saturating_sub(Self::CONTEXT_BYTES);
        let after = self.marks.partition_point(|(place, _)| *place <= context);
        let (start, points) = self.marks[after - 1];
        let end = (span.end() + Self::CONTEXT_BYTES).min(self.text.len());
        let window = &self.text[start..self.text.ceil_char_boundary(end)];
        let here = Span::new(span.start() - start, span.end() - start)?;
        let quote = Quote::new(window, here)?;
        Ok(Quote {
            bytes: span,
            points: Span::new(quote.points.start() + points, quote.points.end() + points)?,
            ..quote
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_that_are_counted_from_the_start() {
        // Characters of 1 to 4 bytes, over several marks.
        let text: String = "aé漢🦀".chars().cycle().take(6000).collect();
        let quoter = Quoter::new(&text);
        assert!(quoter.marks.len() > 3);
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for n in (0..places.len() - 60).step_by(7).chain([0, 1, 31, 32, 33]) {
            for length in [1, 2, 50] {
                let span = Span::new(places[n], places[n + length]).expect("a span");
                assert_eq!(quoter.quote(span), Quote::new(&text, span), "{span:?}");
            }
        }
        let last = Span::new(places[5990], text.len()).expect("a span");
        assert_eq!(quoter.quote(last), Quote::new(&text, last));
        for bad in [(2, 3), (1, 2), (0, text.len() + 1)] {
            let span = Span::new(bad.0, bad.1).expect("a span");
            assert_eq!(quoter.quote(span), Quote::new(&text, span), "{span:?}");
        }
    }
}
