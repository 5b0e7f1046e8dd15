//! Claims that another program found, checked against the text like anybody's.
//!
//! Such a program reads the normalised text and writes a JSON line a claim, as `split --jsonl` prints
//! them (`schemas/extractor-line.schema.json`). Of that only `parts` must be there, and a range may be
//! written as the words that stand in it, for programs that can't count bytes. Every range must be one
//! of the text's, and the claim's own words must be those of its parts but for what `added` marks
//! (`words`): a line that does not fit is refused by its number, and the others stay. Names, roles and
//! other forms of words are the program's own.

mod words;

use serde::Deserialize;

use super::score::{self, Reason};
use super::{ExtractedClaim, Extraction, PassedOver};
use crate::words::claim::{Added, Claim, Claimant, Manner};
use crate::words::id::ObjectId;
use crate::words::object::{self, FieldFault, ObjectError};
use crate::words::span::{CountedText, Quote, Span, SpanError};

/// A line has at most this many bytes.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// The language that the claims are checked under; it is the source's in the end.
const LANGUAGE: &str = "en";

/// What another program's lines came to.
#[derive(Debug)]
pub struct Outside {
    /// What stands in the text, in its order, and the text's sentences.
    pub extraction: Extraction,
    /// What was refused.
    pub refused: Vec<Refused>,
}

/// A line that is no claim of the text.
#[derive(Debug)]
pub struct Refused {
    /// Its number, from 1.
    pub line: usize,
    /// Why.
    pub why: OutsideError,
}

/// Says why a line is no claim of the text.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// Longer than a claim can be.
    #[error("it has {0} bytes, but a line has at most {MAX_LINE_BYTES}")]
    TooLong(usize),
    /// Not JSON, or with other fields.
    #[error("it is not a claim in JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A range that is none of the text's.
    #[error("{field}: {source}")]
    Range {
        /// The field of the line.
        field: &'static str,
        /// What is wrong with it.
        source: SpanError,
    },
    /// Words that the text has not.
    #[error("{field}: “{words}” is not in the text")]
    Absent {
        /// The field of the line.
        field: &'static str,
        /// The beginning of the words.
        words: String,
    },
    /// Words that the text has more than once.
    #[error("{field}: “{words}” is in the text more than once; write start and end, in bytes")]
    Ambiguous {
        /// The field of the line.
        field: &'static str,
        /// The beginning of the words.
        words: String,
    },
    /// A score that is none.
    #[error("score: {0} is not between 0 and 1")]
    Score(f32),
    /// A reason that nobody knows.
    #[error(
        "reason: “{0}” is none; a number, a comparison, a cause, a vote or law, a quotation, a statement, a deed and a description are"
    )]
    Reason(String),
    /// A word that the claim's parts have not, and that is not marked.
    #[error(
        "text: “{0}” is not among the words of its parts here; what is added must be in `added`"
    )]
    NotOwn(String),
    /// A word of the claim's parts that its text has not.
    #[error("text: “{0}” of its parts is left out; leave its range out of `parts`, too")]
    LeftOut(String),
    /// Words that are not carried over from the source, as they say.
    #[error("added: “{0}” is carried, but not in the text")]
    Carried(String),
    /// What no claim object can hold.
    #[error(transparent)]
    Claim(#[from] ObjectError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    parts: Vec<Place>,
    text: Option<String>,
    #[serde(default)]
    added: Vec<Added>,
    #[serde(default)]
    statement: Vec<Place>,
    claimant: Option<ClaimantLine>,
    cue: Option<Place>,
    manner: Option<Manner>,
    score: Option<f32>,
    reason: Option<String>,
    sentence: Option<Place>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimantLine {
    name: String,
    role: Option<String>,
    #[serde(default)]
    unresolved: bool,
    start: Option<usize>,
    end: Option<usize>,
}

/// A range, in bytes or by its words.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a range is {\"start\": …, \"end\": …}, or the words in it"
)]
enum Place {
    Bytes(Bytes),
    Words(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bytes {
    start: usize,
    end: usize,
}

/// Reads a program's lines about a normalised text, of which `sentences` are known; empty lines are
/// passed over.
pub fn read(text: &str, sentences: Vec<Span>, lines: &str) -> Outside {
    let reader = Reader {
        text: CountedText::new(text),
        source: ObjectId::of(text.as_bytes()),
        sentences: &sentences,
    };
    let (mut claims, mut refused) = (Vec::new(), Vec::new());
    for (index, line) in lines.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match reader.claim(line) {
            Ok(claim) => claims.push(claim),
            Err(why) => refused.push(Refused {
                line: index + 1,
                why,
            }),
        }
    }
    claims.sort_by_key(|claim| (claim.sentence, claim.parts.first().copied()));
    let mut extraction = Extraction::default();
    for claim in claims {
        match claim.reason {
            Reason::Passed(why) => extraction.passed_over.push(PassedOver { why, claim }),
            _ => extraction.claims.push(claim),
        }
    }
    extraction.sentences = sentences;
    Outside {
        extraction,
        refused,
    }
}

/// Checks that a claim's text is the words of its parts in `source`, but for what it marks as added.
///
/// # Errors
/// A word is in one of them alone, or what is marked as carried is nowhere in the source.
pub fn check_words(claim: &Claim, source: &str) -> Result<(), OutsideError> {
    are_words(&claim.text, &claim.added, &claim.parts, source)
}

/// Checks the same of a claim that was found.
///
/// # Errors
/// As of [`check_words`].
pub fn check_found(claim: &ExtractedClaim, source: &str) -> Result<(), OutsideError> {
    are_words(&claim.text, &claim.added, &claim.parts, source)
}

fn are_words(
    text: &str,
    added: &[Added],
    parts: &[Span],
    source: &str,
) -> Result<(), OutsideError> {
    let own: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.of(source).ok())
        .collect();
    words::check(text, added, &own, source)
}

struct Reader<'a> {
    text: CountedText<&'a str>,
    source: ObjectId,
    sentences: &'a [Span],
}

impl Reader<'_> {
    fn claim(&self, line: &str) -> Result<ExtractedClaim, OutsideError> {
        if line.len() > MAX_LINE_BYTES {
            return Err(OutsideError::TooLong(line.len()));
        }
        let line: Line = serde_json::from_str(line)?;
        let parts = self.spans("parts", &line.parts)?;
        let statement = self.spans("statement", &line.statement)?;
        let cue = line.cue.map(|place| self.span("cue", &place)).transpose()?;
        let (claimant, unresolved) = match line.claimant {
            Some(claimant) => {
                let unresolved = claimant.unresolved;
                (Some(self.claimant(claimant)?), unresolved)
            }
            None => (None, false),
        };
        let manner = line.manner.unwrap_or(if statement.is_empty() {
            Manner::Narration
        } else {
            Manner::Indirect
        });
        let reason = match line.reason {
            Some(words) => {
                Reason::from_words(&words).ok_or_else(|| OutsideError::Reason(cut(&words)))?
            }
            None => score::reason_of(manner),
        };
        let score = line.score.unwrap_or(score::UNKNOWN);
        if !(0.0..=1.0).contains(&score) {
            return Err(OutsideError::Score(score));
        }
        let quote = self.quote(&parts)?;
        let words = |span: &Span| span.of(self.text.as_str()).map(str::to_owned);
        let sentence = match line.sentence {
            Some(place) => Some(self.span("sentence", &place)?),
            None => parts.first().map(|first| self.sentence_of(*first)),
        };
        let claim = Claim {
            source: self.source,
            text: match line.text {
                Some(text) => text,
                None => parts.iter().flat_map(words).collect::<Vec<_>>().join(" "),
            },
            added: line.added,
            statement,
            cue,
            claimant,
            manner,
            said: None,
            quote,
            language: LANGUAGE.to_owned(),
            parts,
        };
        object::to_bytes(&claim)?;
        check_words(&claim, self.text.as_str())?;
        Ok(ExtractedClaim {
            text: claim.text,
            added: claim.added,
            sentence: sentence.unwrap_or(claim.quote.bytes),
            parts: claim.parts,
            statement: claim.statement,
            cue: claim.cue,
            claimant: claim.claimant,
            unresolved,
            manner,
            score,
            reason,
        })
    }

    fn spans(&self, field: &'static str, places: &[Place]) -> Result<Vec<Span>, OutsideError> {
        places.iter().map(|place| self.span(field, place)).collect()
    }

    fn span(&self, field: &'static str, place: &Place) -> Result<Span, OutsideError> {
        let text = self.text.as_str();
        match place {
            Place::Bytes(Bytes { start, end }) => self.range(field, *start, *end),
            Place::Words(words) => {
                let found = text.find(words.as_str()).zip(words.chars().next());
                let Some((start, first)) = found else {
                    let words = cut(words);
                    return Err(OutsideError::Absent { field, words });
                };
                if text[start + first.len_utf8()..].contains(words.as_str()) {
                    let words = cut(words);
                    return Err(OutsideError::Ambiguous { field, words });
                }
                self.range(field, start, start + words.len())
            }
        }
    }

    fn range(&self, field: &'static str, start: usize, end: usize) -> Result<Span, OutsideError> {
        let span = Span::new(start, end);
        span.and_then(|span| span.of(self.text.as_str()).map(|_| span))
            .map_err(|source| OutsideError::Range { field, source })
    }

    fn claimant(&self, line: ClaimantLine) -> Result<Claimant, OutsideError> {
        let range = line.start.zip(line.end);
        let range = range.map(|(start, end)| self.range("claimant", start, end));
        Ok(Claimant {
            name: line.name,
            role: line.role,
            same_as: None,
            span: range.transpose()?,
        })
    }

    fn quote(&self, parts: &[Span]) -> Result<Quote, OutsideError> {
        let field = "parts";
        let hull = Span::hull(parts).ok_or_else(|| FieldFault::Empty.of(field))?;
        let quote = self.text.quote(hull);
        quote.map_err(|source| OutsideError::Range { field, source })
    }

    /// The sentence that has the beginning of a part, or the part where none has.
    fn sentence_of(&self, part: Span) -> Span {
        let next = self
            .sentences
            .partition_point(|sentence| sentence.start() <= part.start());
        let sentence = next.checked_sub(1).map(|before| self.sentences[before]);
        sentence
            .filter(|sentence| sentence.end() > part.start())
            .unwrap_or(part)
    }
}

/// The beginning of words, for a message.
fn cut(words: &str) -> String {
    const MOST: usize = 60;
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The bridge was closed in 2019, Ada Venn said. The bridge is old – é.\n";

    fn sentences() -> Vec<Span> {
        let end = TEXT.find(" The bridge is").expect("there");
        let span = |start, end| Span::new(start, end).expect("a range");
        vec![span(0, end), span(end + 1, TEXT.len() - 1)]
    }

    fn one(line: &str) -> Result<ExtractedClaim, OutsideError> {
        let Outside {
            extraction,
            mut refused,
        } = read(TEXT, sentences(), line);
        match refused.pop() {
            Some(refused) => Err(refused.why),
            None => Ok(extraction.all()[0].clone()),
        }
    }

    #[test]
    fn ranges_and_words_are_taken_alike() {
        let by_bytes =
            r#"{"parts": [{"start": 0, "end": 29}], "score": 0.5, "reason": "a number"}"#;
        let by_words =
            r#"{"parts": ["The bridge was closed in 2019"], "score": 0.5, "reason": "a number"}"#;
        let claim = one(by_bytes).expect("a claim");
        assert_eq!(claim, one(by_words).expect("a claim"));
        assert_eq!(claim.text, "The bridge was closed in 2019");
        assert_eq!(claim.sentence, sentences()[0]);
        assert_eq!(claim.manner, Manner::Narration);
    }

    #[test]
    fn the_lines_of_our_own_come_back_as_they_were() {
        let text = TEXT;
        let ours = crate::extract::split(text, crate::extract::Options::default());
        let lines: Vec<String> = ours
            .all()
            .into_iter()
            .map(crate::extract::output::claim_line)
            .collect();
        let read = read(text, ours.sentences.clone(), &lines.join("\n"));
        assert!(read.refused.is_empty(), "{:?}", read.refused);
        assert_eq!(read.extraction, ours);
        assert!(!ours.claims.is_empty());
    }

    #[test]
    fn what_is_not_in_the_text_is_refused_for_its_reason() {
        for (line, why) in [
            ("no JSON", "it is not a claim in JSON"),
            (r#"{"parts": []}"#, "parts: is empty"),
            (
                r#"{"parts": ["The bridge"]}"#,
                "“The bridge” is in the text more than once",
            ),
            (
                r#"{"parts": ["The tunnel"]}"#,
                "“The tunnel” is not in the text",
            ),
            (r#"{"parts": [""]}"#, "“” is not in the text"),
            (
                r#"{"parts": [{"start": 5, "end": 500}]}"#,
                "the text has 72",
            ),
            (
                r#"{"parts": [{"start": 5, "end": 5}]}"#,
                "empty or reversed",
            ),
            (
                r#"{"parts": [{"start": 5, "end": 69}]}"#,
                "is inside a character",
            ),
            (r#"{"parts": ["closed", "bridge was"]}"#, "not in order"),
            (r#"{"parts": ["closed"], "score": 1.5}"#, "score: 1.5"),
            (
                r#"{"parts": ["closed"], "reason": "magic"}"#,
                "reason: “magic”",
            ),
            (
                r#"{"parts": ["closed"], "claimed": "x"}"#,
                "unknown field `claimed`",
            ),
            (
                r#"{"parts": ["closed"], "claimant": {"name": ""}}"#,
                "claimant.name: is empty",
            ),
            (
                r#"{"parts": ["closed"], "claimant": {"name": "x"}}"#,
                "manner: does not fit",
            ),
            (
                r#"{"parts": ["closed"], "text": "was closed", "added": [{"at": 0, "text": "is", "why": "inflected"}]}"#,
                "added: does not fit",
            ),
            (
                r#"{"parts": ["was closed"], "text": "The tunnel was closed"}"#,
                "text: “The” is not among the words of its parts",
            ),
            (
                r#"{"parts": ["was closed"], "text": "was"}"#,
                "text: “closed” of its parts is left out",
            ),
            (
                r#"{"parts": ["was closed"], "text": "The tunnel was closed", "added": [{"at": 0, "text": "The tunnel", "why": "carried"}]}"#,
                "added: “The tunnel” is carried, but not in the text",
            ),
        ] {
            let error = one(line).expect_err(line).to_string();
            assert!(error.contains(why), "{line}: {error}");
        }
    }

    #[test]
    fn what_a_text_adds_is_told_as_added() {
        let line = r#"{"parts": ["was closed in 2019"], "text": "The bridge was closed in 2019", "added": [{"at": 0, "text": "The bridge", "why": "carried"}]}"#;
        let claim = one(line).expect("a claim");
        assert_eq!(claim.text, "The bridge was closed in 2019");
        assert_eq!(claim.added[0].text, "The bridge");
        // The same words without the mark.
        one(r#"{"parts": ["was closed in 2019"], "text": "The bridge was closed in 2019"}"#)
            .expect_err("not marked");
    }

    #[test]
    fn a_refused_line_leaves_the_others() {
        let lines = "{\"parts\": [\"is old\"]}\n\nx\n{\"parts\": [\"closed\"]}\n";
        let read = read(TEXT, sentences(), lines);
        let refused: Vec<usize> = read.refused.iter().map(|refused| refused.line).collect();
        assert_eq!(refused, [3]);
        let texts: Vec<&str> = read
            .extraction
            .claims
            .iter()
            .map(|claim| claim.text.as_str())
            .collect();
        assert_eq!(texts, ["closed", "is old"], "in the order of the text");
    }
}
