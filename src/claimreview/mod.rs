//! Markup of fact-checks as anybody writes it: every rule of the profile, and lenient reading.
//!
//! [`lint`] finds what is wrong with `ClaimReview` and `MediaReview` markup, in JSON-LD by itself or in
//! a page; [`rules`] says what each rule means, why it matters and how to mend it. [`read`] takes from
//! the same markup what can be made of it. Follows schema.org 30.0 and Google's fact check structured
//! data; what it writes itself is in `export::claimreview`.
//!
//! It departs from JSON-LD 1.1 in that a context is looked at and never fetched or applied, and it does
//! not read Microdata and `RDFa`: a page that has a review in them is told so. It opens no file and
//! fetches no address: that a link leads somewhere is not checked.

mod check;
mod dates;
mod extract;
mod graph;
pub mod json;
mod labels;
mod links;
mod mapping;
mod page;
mod read;
pub mod rules;
pub mod texts;
mod vocabulary;

use std::collections::BTreeMap;

use self::check::{Checker, Raw};
use self::extract::File;
use self::json::FaultKind;
pub use self::mapping::{How, map};
pub use self::read::{Draft, ReadRating, Reading, Skipped, Work, read};
pub use self::rules::{Rule, Severity};
use crate::words::time::Timestamp;

/// The most bytes of a file, 64 MiB, as of any source.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The most findings of one file: more than anybody reads.
pub const MAX_FINDINGS: usize = 50_000;

/// What is known of a file beside its bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct About {
    /// Whether its name is a page's, such as `a.html`.
    pub is_page: bool,
    /// The time now, for dates in the future; absent, none is.
    pub now: Option<Timestamp>,
}

/// What was found in a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// How many reviews it has.
    pub reviews: usize,
    /// Whether it was read as a page.
    pub is_page: bool,
    /// What is wrong, in the order of the file.
    pub findings: Vec<Finding>,
    /// Whether there was more than [`MAX_FINDINGS`].
    pub is_cut: bool,
}

/// Something that is wrong with markup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The line in the file, from 1.
    pub line: usize,
    /// The column in the line, in characters from 1.
    pub column: usize,
    /// The JSON Pointer (RFC 6901) from the block's document to what is wrong; empty for all of it.
    pub pointer: String,
    /// The beginning of the value, as it stands there.
    pub found: Option<String>,
    /// What this case has of its own: what was probably meant, a number, a name.
    pub note: Option<String>,
}

impl Report {
    /// Returns the severity of the severest finding.
    pub fn severest(&self) -> Option<Severity> {
        self.findings
            .iter()
            .map(|finding| finding.rule.severity)
            .max()
    }
}

/// Checks the markup in a file's bytes by every rule.
pub fn lint(bytes: &[u8], about: About) -> Report {
    if bytes.len() > MAX_BYTES {
        return alone(
            &rules::INPUT_TOO_LARGE,
            Some(format!("{} bytes", bytes.len())),
        );
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let mut report = alone(&rules::INPUT_ENCODING, None);
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let places = places(&before, [before.len()]);
            (report.findings[0].line, report.findings[0].column) = places[&before.len()];
            return report;
        }
    };
    let file = extract::read(text, about.is_page);
    let reviews = file.reviews();
    let mut raw = faults(&file, reviews.is_empty());
    let graph = file.graph();
    let left = MAX_FINDINGS.saturating_sub(raw.len());
    raw.extend(Checker::new(&file, &graph, about.now, left).check(&reviews));
    if raw.is_empty() && reviews.is_empty() {
        raw.push(whole(&rules::NO_CLAIM_REVIEW));
    }
    raw.sort_by_key(|finding| finding.place);
    let places = places(text, raw.iter().map(|finding| finding.place));
    Report {
        reviews: reviews.len(),
        is_page: file.is_page,
        is_cut: raw.len() >= MAX_FINDINGS,
        findings: raw.into_iter().map(|finding| finding.at(&places)).collect(),
    }
}

/// Returns a report with one finding, about all of a file.
fn alone(rule: &'static Rule, note: Option<String>) -> Report {
    let mut finding = whole(rule).at(&BTreeMap::new());
    finding.note = note;
    Report {
        findings: vec![finding],
        ..Report::default()
    }
}

fn whole(rule: &'static Rule) -> Raw {
    Raw {
        rule,
        place: 0,
        pointer: String::new(),
        found: None,
        note: None,
    }
}

impl Raw {
    fn at(self, places: &BTreeMap<usize, (usize, usize)>) -> Finding {
        let (line, column) = places.get(&self.place).copied().unwrap_or((1, 1));
        Finding {
            rule: self.rule,
            line,
            column,
            pointer: self.pointer,
            found: self.found,
            note: self.note,
        }
    }
}

/// Returns what keeps blocks from being read, and where markup stands that nobody reads.
///
/// A block that is not about fact-checks may be as it is where others are.
fn faults(file: &File, has_none: bool) -> Vec<Raw> {
    let mut raw: Vec<Raw> = Vec::new();
    for (rule, place) in &file.faults {
        raw.push(Raw {
            place: *place,
            ..whole(rule)
        });
    }
    for block in &file.blocks {
        let is_read = block.is_about || has_none && file.faults.is_empty();
        if !is_read {
            continue;
        }
        for fault in &block.parsed.faults {
            raw.push(Raw {
                place: block.place(fault.at),
                ..whole(rule_of(fault.kind))
            });
        }
    }
    raw.truncate(MAX_FINDINGS);
    raw
}

const fn rule_of(kind: FaultKind) -> &'static Rule {
    match kind {
        FaultKind::TrailingComma => &rules::JSON_TRAILING_COMMA,
        FaultKind::MissingComma => &rules::JSON_MISSING_COMMA,
        FaultKind::CurlyQuotes => &rules::JSON_CURLY_QUOTES,
        FaultKind::SingleQuotes => &rules::JSON_SINGLE_QUOTES,
        FaultKind::UnquotedKey => &rules::JSON_UNQUOTED_KEY,
        FaultKind::RawControl => &rules::JSON_RAW_CONTROL,
        FaultKind::InnerQuote => &rules::JSON_INNER_QUOTE,
        FaultKind::BadEscape => &rules::JSON_BAD_ESCAPE,
        FaultKind::Comment => &rules::JSON_COMMENT,
        FaultKind::NotANumber => &rules::JSON_NOT_A_NUMBER,
        FaultKind::NumberForm => &rules::JSON_NUMBER_FORM,
        FaultKind::TrailingData => &rules::JSON_TRAILING_DATA,
        FaultKind::SeveralDocuments => &rules::JSON_SEVERAL,
        FaultKind::DuplicateKey => &rules::JSON_DUPLICATE_KEY,
        FaultKind::ByteOrderMark => &rules::JSON_BOM,
        FaultKind::Wrapped => &rules::JSON_WRAPPED,
        FaultKind::HtmlEscaped => &rules::JSON_HTML_ESCAPED,
        FaultKind::Empty => &rules::JSON_EMPTY,
        FaultKind::Truncated => &rules::JSON_TRUNCATED,
        FaultKind::Unexpected => &rules::JSON_SYNTAX,
        FaultKind::TooDeep => &rules::INPUT_TOO_DEEP,
        FaultKind::TooMany => &rules::INPUT_TOO_MANY,
    }
}

/// Returns line and column of places in a text, by one walk through it.
fn places(text: &str, wanted: impl IntoIterator<Item = usize>) -> BTreeMap<usize, (usize, usize)> {
    let mut places: BTreeMap<usize, (usize, usize)> =
        wanted.into_iter().map(|place| (place, (1, 1))).collect();
    let (mut line, mut column, mut before) = (1, 1, 0);
    for (place, found) in &mut places {
        let end = (*place).min(text.len());
        for c in text[before..]
            .char_indices()
            .take_while(|(at, _)| before + at < end)
            .map(|(_, c)| c)
        {
            if c == '\n' {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
        // A place within a character is its beginning.
        before = (before..=end)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(before);
        *found = (line, column);
    }
    places
}
