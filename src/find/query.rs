//! A search as a person types it: words, phrases in quotation marks, and fields.
//!
//! ```text
//! bridge "closed in 2019" -tunnel claimant:"Ada Venn" rating:false since:2024-01
//! ```
//!
//! A claim fits where all of it fits. What stands after `-`, a word or a field, must not fit.

use chrono::{Days, Months, NaiveDate};

use super::schema::LEAST_ID_DIGITS;

/// The names of the fields, as they stand before a colon.
pub const FIELDS: [&str; 8] = [
    "claimant", "rating", "source", "reviewer", "status", "language", "since", "until",
];

/// What a claim's status may be.
pub const STATUSES: [&str; 7] = [
    "unjudged",
    "proposed",
    "standing",
    "disputed",
    "superseded",
    "retracted",
    "tainted",
];

/// A query is no longer than this, in bytes: nobody types more.
const MOST_BYTES: usize = 4096;

/// A query has no more parts than this.
const MOST_PARTS: usize = 64;

/// Says where a query can't be read, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the query can't be read at character {column}: {fault}")]
pub struct QueryError {
    /// The place, in characters from 1.
    pub column: usize,
    /// Why.
    pub fault: QueryFault,
}

/// Why a query can't be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QueryFault {
    /// Nothing is asked for.
    #[error("it asks for nothing")]
    Empty,
    /// It is too long.
    #[error("it has more than {MOST_BYTES} bytes or {MOST_PARTS} parts")]
    Long,
    /// A quotation mark is not closed.
    #[error("the quotation mark that opens here is not closed")]
    Unclosed,
    /// There is no such field.
    #[error("there is no field {0:?}")]
    Field(String),
    /// A field has no value.
    #[error("{0}: wants a value right after the colon")]
    NoValue(&'static str),
    /// A status is none.
    #[error("there is no status {0:?}")]
    Status(String),
    /// A day is none.
    #[error("{0:?} is no day: 2024, 2024-03 or 2024-03-31 is wanted")]
    Day(String),
    /// A word has neither letters nor digits.
    #[error("{0:?} has neither letters nor digits")]
    NoWord(String),
    /// Only what must not be there is named.
    #[error("it only says what must not be there")]
    OnlyWithout,
}

/// A condition on a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Filter {
    /// These words stand in the claimant's name or role.
    Claimant(String),
    /// A verdict has this rating.
    Rating(String),
    /// These words stand in the source's title, publisher or address, or this begins its id.
    Source(String),
    /// These words stand in the name of a reviewer's key.
    Reviewer(String),
    /// A verdict, or the claim, has this status.
    Status(String),
    /// The claim is in this language.
    Language(String),
    /// Its day is not before this one.
    Since(NaiveDate),
    /// Its day is not after this one.
    Until(NaiveDate),
}

/// What is looked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Query {
    /// Words and phrases that must be there, each as it was typed.
    pub with: Vec<String>,
    /// Words and phrases that must not be there.
    pub without: Vec<String>,
    /// Conditions on fields; all of them hold.
    pub filters: Vec<Filter>,
    /// Conditions on fields that must not hold, none of them.
    pub without_filters: Vec<Filter>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// It says where and why it can't be read. A query without any part is one; a caller that has
    /// [filters](Self::filters) of its own adds them to [`Self::default`].
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut query = Self::default();
        let mut parts = Parts { text, at: 0 };
        let long = |column| QueryError {
            column,
            fault: QueryFault::Long,
        };
        if text.len() > MOST_BYTES {
            return Err(long(1));
        }
        let mut count = 0;
        while let Some(part) = parts.next_part()? {
            count += 1;
            if count > MOST_PARTS {
                return Err(long(parts.column(part.at)));
            }
            let fail = |fault| QueryError {
                column: parts.column(part.at),
                fault,
            };
            match part.field {
                Some(field) => {
                    let filter = filter(field, part.value).map_err(fail)?;
                    if part.without {
                        query.without_filters.push(filter);
                    } else {
                        query.filters.push(filter);
                    }
                }
                None if super::tokens::tokens(part.value).is_empty() => {
                    return Err(fail(QueryFault::NoWord(part.value.to_owned())));
                }
                None if part.without => query.without.push(part.value.to_owned()),
                None => query.with.push(part.value.to_owned()),
            }
        }
        // All but those with a rating is a fair question; all that lack a word is none.
        let says_none =
            query.with.is_empty() && query.filters.is_empty() && query.without_filters.is_empty();
        let fault = match (says_none, query.without.len()) {
            (false, _) => return Ok(query),
            (true, 0) => QueryFault::Empty,
            (true, _) => QueryFault::OnlyWithout,
        };
        Err(QueryError { column: 1, fault })
    }
}

/// Reads the condition that a field's name and value say.
///
/// # Errors
/// There is no such field, or the value is none of it.
fn filter(field: &str, value: &str) -> Result<Filter, QueryFault> {
    let name = FIELDS
        .iter()
        .copied()
        .find(|name| name.eq_ignore_ascii_case(field));
    let name = name.ok_or_else(|| QueryFault::Field(field.to_owned()))?;
    if value.trim().is_empty() {
        return Err(QueryFault::NoValue(name));
    }
    Filter::new(name, value)
}

impl Filter {
    /// Makes a condition on one of the [`FIELDS`].
    ///
    /// # Errors
    /// The value is none of the field, or there is no such field.
    pub fn new(name: &'static str, value: &str) -> Result<Self, QueryFault> {
        let value = super::tokens::without_scheme(value);
        let words = |make: fn(String) -> Self| {
            if super::tokens::tokens(value).is_empty() {
                Err(QueryFault::NoWord(value.to_owned()))
            } else {
                Ok(make(value.to_owned()))
            }
        };
        match name {
            "claimant" => words(Self::Claimant),
            "source" => words(Self::Source),
            "reviewer" => words(Self::Reviewer),
            "rating" => Ok(Self::Rating(value.to_lowercase())),
            "language" => Ok(Self::Language(super::schema::primary(value))),
            "status" => {
                let status = value.to_lowercase();
                if STATUSES.contains(&status.as_str()) {
                    Ok(Self::Status(status))
                } else {
                    Err(QueryFault::Status(value.to_owned()))
                }
            }
            "since" => days(value).map(|(first, _)| Self::Since(first)),
            "until" => days(value).map(|(_, last)| Self::Until(last)),
            _ => Err(QueryFault::Field(name.to_owned())),
        }
    }
}

/// Says whether a value may be the beginning of a source's id.
pub(super) fn is_id(value: &str) -> bool {
    (LEAST_ID_DIGITS..=64).contains(&value.len())
        && value
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns the first and the last day of a day, a month or a year.
fn days(text: &str) -> Result<(NaiveDate, NaiveDate), QueryFault> {
    let fault = || QueryFault::Day(text.to_owned());
    let numbers: Vec<&str> = text.split('-').collect();
    let widths: Vec<usize> = numbers.iter().map(|number| number.len()).collect();
    let digits = numbers
        .iter()
        .all(|number| number.bytes().all(|b| b.is_ascii_digit()));
    if !digits || !matches!(widths.as_slice(), [4] | [4, 2] | [4, 2, 2]) {
        return Err(fault());
    }
    let number = |n: usize| numbers.get(n).map_or(Ok(1), |number| number.parse::<u32>());
    let year = numbers[0].parse().map_err(|_| fault())?;
    let month = number(1).map_err(|_| fault())?;
    let day = number(2).map_err(|_| fault())?;
    let first = NaiveDate::from_ymd_opt(year, month, day).ok_or_else(fault)?;
    let next = match numbers.len() {
        1 => first.checked_add_months(Months::new(12)),
        2 => first.checked_add_months(Months::new(1)),
        _ => first.checked_add_days(Days::new(1)),
    };
    let last = next.and_then(|next| next.checked_sub_days(Days::new(1)));
    Ok((first, last.ok_or_else(fault)?))
}

struct Parts<'t> {
    text: &'t str,
    at: usize,
}

/// A word, a phrase or a field with its value.
struct Part<'t> {
    at: usize,
    without: bool,
    field: Option<&'t str>,
    value: &'t str,
}

impl<'t> Parts<'t> {
    fn column(&self, at: usize) -> usize {
        self.text[..at].chars().count() + 1
    }

    fn next_part(&mut self) -> Result<Option<Part<'t>>, QueryError> {
        let rest = &self.text[self.at..];
        let Some(start) = rest.find(|c: char| !c.is_whitespace()) else {
            return Ok(None);
        };
        let at = self.at + start;
        self.at = at;
        let without = self.text[at..].starts_with('-') && !self.text[at + 1..].starts_with('-');
        if without {
            self.at += 1;
        }
        let field = self.field();
        let value = super::tokens::without_scheme(self.value()?);
        if without && value.is_empty() && field.is_none() {
            return Err(QueryError {
                column: self.column(at),
                fault: QueryFault::NoWord("-".to_owned()),
            });
        }
        Ok(Some(Part {
            at,
            without,
            field,
            value,
        }))
    }

    /// Reads `name:`; an address such as `https://…` and a time such as `10:30` are no field.
    fn field(&mut self) -> Option<&'t str> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphabetic())?;
        let is_field = end > 0 && rest[end..].starts_with(':') && !rest[end..].starts_with("://");
        is_field.then(|| {
            self.at += end + 1;
            &rest[..end]
        })
    }

    fn value(&mut self) -> Result<&'t str, QueryError> {
        const MARKS: [(char, &[char]); 3] = [
            ('"', &['"']),
            ('“', &['”', '“', '"']),
            ('„', &['“', '”', '"']),
        ];
        let rest = &self.text[self.at..];
        let open = rest.chars().next();
        let marks = MARKS.iter().find(|(mark, _)| open == Some(*mark));
        let Some((mark, closing)) = marks else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            self.at += end;
            return Ok(&rest[..end]);
        };
        let inside = &rest[mark.len_utf8()..];
        let Some(end) = inside.find(*closing) else {
            return Err(QueryError {
                column: self.column(self.at),
                fault: QueryFault::Unclosed,
            });
        };
        let close = inside[end..].chars().next().map_or(0, char::len_utf8);
        self.at += mark.len_utf8() + end + close;
        Ok(&inside[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_query_is_words_phrases_and_fields() {
        let query = Query::parse(
            "bridge \"closed in 2019\" -tunnel claimant:“Ada Venn” Rating:FALSE since:2024-02 until:2024",
        )
        .expect("a query");
        assert_eq!(query.with, ["bridge", "closed in 2019"]);
        assert_eq!(query.without, ["tunnel"]);
        assert_eq!(
            query.filters,
            [
                Filter::Claimant("Ada Venn".into()),
                Filter::Rating("false".into()),
                Filter::Since(date("2024-02-01")),
                Filter::Until(date("2024-12-31")),
            ]
        );
        let but = Query::parse("-rating:false bridge -status:tainted").expect("a query");
        assert_eq!(but.filters, []);
        assert_eq!(
            but.without_filters,
            [
                Filter::Rating("false".into()),
                Filter::Status("tainted".into())
            ]
        );
        assert!(Query::parse("-rating:false").is_ok());
        let address = Query::parse("https://x.example/a").expect("words");
        assert_eq!(address.with, ["x.example/a"]);
    }

    #[test]
    fn a_query_that_can_not_be_read_says_where() {
        for (text, column, message) in [
            ("", 1, "it asks for nothing"),
            ("  ", 1, "it asks for nothing"),
            ("-tunnel", 1, "it only says what must not be there"),
            (
                "é \"open",
                3,
                "the quotation mark that opens here is not closed",
            ),
            ("a ratng:false", 3, "there is no field \"ratng\""),
            ("rating:", 1, "rating: wants a value right after the colon"),
            (
                "x rating: false",
                3,
                "rating: wants a value right after the colon",
            ),
            ("status:gone", 1, "there is no status \"gone\""),
            (
                "since:yesterday",
                1,
                "\"yesterday\" is no day: 2024, 2024-03 or 2024-03-31 is wanted",
            ),
            (
                "since:2024-13",
                1,
                "\"2024-13\" is no day: 2024, 2024-03 or 2024-03-31 is wanted",
            ),
            ("a - b", 3, "\"-\" has neither letters nor digits"),
            ("!!", 1, "\"!!\" has neither letters nor digits"),
        ] {
            let error = Query::parse(text).expect_err(text);
            assert_eq!(error.column, column, "{text}");
            assert_eq!(error.fault.to_string(), message, "{text}");
        }
        let many = "a ".repeat(MOST_PARTS + 1);
        assert_eq!(
            Query::parse(&many).expect_err("long").fault,
            QueryFault::Long
        );
        let long = "a".repeat(MOST_BYTES + 1);
        assert_eq!(
            Query::parse(&long).expect_err("long").fault,
            QueryFault::Long
        );
    }
}
