//! Times: RFC 3339, UTC, whole seconds, `Z`.
//!
//! One spelling for each second: what is read must print back to the same bytes, so offsets,
//! fractions, `:60` and years past 9999 are refused (`docs/format.md`, section 1).

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// Says why a text is not a time of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a time in UTC such as 2026-11-22T10:00:00Z")]
pub struct TimeError {
    text: String,
}

/// A second in UTC, in the years 0000 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Takes the whole second of a time; `None` outside the years 0000 to 9999.
    pub fn new(time: DateTime<Utc>) -> Option<Self> {
        let second = DateTime::from_timestamp(time.timestamp(), 0)?;
        // The bounds are 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
        (-62_167_219_200..=253_402_300_799)
            .contains(&second.timestamp())
            .then_some(Self(second))
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Returns the day, in UTC.
    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refuse = || TimeError {
            text: text.to_owned(),
        };
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| refuse())?;
        let time = Self::new(parsed.to_utc()).ok_or_else(refuse)?;
        if time.to_string() == text {
            Ok(time)
        } else {
            Err(refuse())
        }
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

/// Says that a text is neither a day nor a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is neither a day such as 2026-11-22 nor a time in UTC such as 2026-11-22T10:00:00Z"
)]
pub struct DayOrTimeError {
    /// The text.
    pub text: String,
}

/// A day (`2024-03-26`) or a second (`2024-03-26T10:00:00Z`): when something was published or said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DayOrTime {
    /// A calendar day, in the years 0000 to 9999.
    Day(NaiveDate),
    /// A second in UTC.
    Time(Timestamp),
}

impl DayOrTime {
    /// Returns the day.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Time(time) => time.date(),
        }
    }
}

impl fmt::Display for DayOrTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Time(time) => time.fmt(f),
        }
    }
}

impl FromStr for DayOrTime {
    type Err = DayOrTimeError;

    fn from_str(text: &str) -> Result<Self, DayOrTimeError> {
        let refuse = || DayOrTimeError {
            text: text.to_owned(),
        };
        if text.len() == 10 {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| refuse())?;
            let day = Self::Day(day);
            return (day.to_string() == text).then_some(day).ok_or_else(refuse);
        }
        text.parse().map(Self::Time).map_err(|_| refuse())
    }
}

impl TryFrom<String> for DayOrTime {
    type Error = DayOrTimeError;

    fn try_from(text: String) -> Result<Self, DayOrTimeError> {
        text.parse()
    }
}

impl From<DayOrTime> for String {
    fn from(time: DayOrTime) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_a_second() {
        for good in [
            "2026-11-22T10:00:00Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(good.parse::<Timestamp>().expect("a time").to_string(), good);
        }
        for bad in [
            "2026-11-22T10:00:60Z",
            "2026-11-22T10:00:00.0Z",
            "2026-11-22T10:00:00+00:00",
            "2026-11-22T11:00:00+01:00",
            "2026-11-22t10:00:00z",
            "2026-11-22 10:00:00Z",
            "+12026-11-22T10:00:00Z",
            "2026-02-30T10:00:00Z",
            "2026-11-22",
            "",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_is_ten_digits() {
        assert_eq!(
            "2024-03-26"
                .parse::<DayOrTime>()
                .expect("a day")
                .to_string(),
            "2024-03-26"
        );
        for bad in [
            "2024-3-26",
            "2024-03-32",
            "24-03-26",
            "2024-03-2 6",
            " 024-03-26",
        ] {
            assert!(bad.parse::<DayOrTime>().is_err(), "{bad}");
        }
    }
}
