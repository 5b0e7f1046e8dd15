//! Dates as markup has them: ISO 8601, and what people write instead.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::words::time::{DayOrTime, Timestamp};

/// When something was, as exactly as a date says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct When {
    /// The first day that it may have been.
    pub(super) first: NaiveDate,
    /// The last day that it may have been.
    pub(super) last: NaiveDate,
    /// The second, where a time zone is given.
    pub(super) second: Option<DateTime<Utc>>,
}

/// Says why a text is no date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DateFault {
    /// It is not written as ISO 8601 has it.
    Form,
    /// There is no such day or time.
    Impossible,
}

impl When {
    fn day(day: NaiveDate) -> Self {
        Self {
            first: day,
            last: day,
            second: None,
        }
    }

    /// Says whether this was surely later than another.
    pub(super) fn is_after(&self, other: &Self) -> bool {
        match (self.second, other.second) {
            (Some(own), Some(other)) => own > other,
            _ => self.first > other.last,
        }
    }

    /// Returns the day or the second, as the ledger has it.
    pub(super) fn known(&self) -> Option<DayOrTime> {
        match self.second {
            Some(second) => Some(DayOrTime::Time(Timestamp::new(second)?)),
            None => (self.first == self.last).then_some(DayOrTime::Day(self.first)),
        }
    }
}

/// Dates that stand for none: the zero of Unix, of .NET, of databases and of PHP.
const ZEROS: [&str; 4] = ["1970-01-01", "0001-01-01", "0000-00-00", "-0001-11-30"];

/// Says whether a date is the zero of some clock, and stands for none.
pub(super) fn is_zero(text: &str) -> bool {
    ZEROS.iter().any(|zero| text.trim().starts_with(zero))
}

/// Reads a date or a date with a time, as ISO 8601 has them: schema.org's `Date` and `DateTime`.
pub(super) fn parse(text: &str) -> Result<When, DateFault> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let days = days(date)?;
    let Some(time) = time else {
        return Ok(days);
    };
    if days.first != days.last {
        return Err(DateFault::Form);
    }
    let (clock, offset) = zone(time)?;
    let local = NaiveDateTime::new(days.first, self::clock(clock)?);
    let Some(offset) = offset else {
        return Ok(days);
    };
    let second = local
        .checked_sub_signed(Duration::minutes(offset))
        .ok_or(DateFault::Impossible)?;
    let day = second.date();
    Ok(When {
        first: days.first.min(day),
        last: days.first.max(day),
        second: Some(second.and_utc()),
    })
}

/// Reads a year, a month or a day.
fn days(text: &str) -> Result<When, DateFault> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| number(part)).collect();
    let numbers = numbers.ok_or(DateFault::Form)?;
    let day = |year: u32, month: u32, day: u32| {
        let year = i32::try_from(year).ok()?;
        NaiveDate::from_ymd_opt(year, month, day)
    };
    let (year, month, last) = match (lengths.as_slice(), numbers.as_slice()) {
        ([4, 2, 2], [year, month, day_of]) => (*year, Some(*month), Some(*day_of)),
        ([8], [all]) => (all / 10_000, Some(all / 100 % 100), Some(all % 100)),
        ([4, 2], [year, month]) => (*year, Some(*month), None),
        ([4], [year]) => (*year, None, None),
        _ => return Err(DateFault::Form),
    };
    if let Some(last) = last {
        let found = day(year, month.unwrap_or(1), last).ok_or(DateFault::Impossible)?;
        return Ok(When::day(found));
    }
    let first = day(year, month.unwrap_or(1), 1).ok_or(DateFault::Impossible)?;
    let last = (28..=31)
        .rev()
        .find_map(|last| day(year, month.unwrap_or(12), last));
    Ok(When {
        first,
        last: last.unwrap_or(first),
        second: None,
    })
}

fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Divides a time from its zone; returns the zone's offset in minutes, if there is one.
fn zone(text: &str) -> Result<(&str, Option<i64>), DateFault> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Ok((clock, Some(0)));
    }
    let Some(at) = text.rfind(['+', '-', '\u{2212}']) else {
        return Ok((text, None));
    };
    let sign = if text[at..].starts_with('+') { 1 } else { -1 };
    let digits = text[at..]
        .trim_start_matches(['+', '-', '\u{2212}'])
        .replacen(':', "", 1);
    let value = number(&digits).ok_or(DateFault::Form)?;
    let (hours, minutes) = match digits.len() {
        2 => (value, 0),
        4 => (value / 100, value % 100),
        _ => return Err(DateFault::Form),
    };
    if hours > 15 || minutes > 59 {
        return Err(DateFault::Impossible);
    }
    Ok((&text[..at], Some(sign * i64::from(hours * 60 + minutes))))
}

fn clock(text: &str) -> Result<NaiveTime, DateFault> {
    let whole = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => {
            if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return Err(DateFault::Form);
            }
            whole
        }
        None => text,
    };
    let parts: Vec<&str> = if whole.contains(':') {
        whole.split(':').collect()
    } else {
        let cut = |at: usize| whole.get(at..at + 2);
        (0..whole.len()).step_by(2).filter_map(cut).collect()
    };
    let numbers: Option<Vec<u32>> = parts
        .iter()
        .map(|part| number(part).filter(|_| part.len() == 2))
        .collect();
    let (hour, minute, second) = match numbers.as_deref() {
        Some([hour, minute]) => (*hour, *minute, 0),
        Some([hour, minute, second]) => (*hour, *minute, *second),
        _ => return Err(DateFault::Form),
    };
    // A leap second is the second before; midnight may be written as the day's end.
    let (hour, second) = (
        if (hour, minute, second) == (24, 0, 0) {
            23
        } else {
            hour
        },
        second.min(60),
    );
    NaiveTime::from_hms_opt(hour, minute, if second == 60 { 59 } else { second })
        .ok_or(DateFault::Impossible)
}

/// Names of the months in English, as far as they tell one from another.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads a date that is not written as ISO 8601 has it, where it can have one meaning only:
/// `12.03.2024` and `March 12, 2024`, and not `3/4/2024`.
pub(super) fn parse_loose(text: &str) -> Option<When> {
    let text = text.trim();
    if let Ok(when) = parse(text) {
        return Some(when);
    }
    // A space in the place of the T, and perhaps another before the zone.
    if let Some((day, time)) = text.split_once(' ') {
        let time = time
            .replace(" UTC", "Z")
            .replace(" GMT", "Z")
            .replace(' ', "");
        if let Ok(when) = parse(&format!("{day}T{time}")) {
            return Some(when);
        }
    }
    if let Ok(time) = DateTime::parse_from_rfc2822(text) {
        return parse(&time.to_utc().to_rfc3339()).ok();
    }
    if let Some(seconds) = unix_seconds(text) {
        return parse(&DateTime::from_timestamp(seconds, 0)?.to_rfc3339()).ok();
    }
    let cleaned = text.replace([',', '.', '/', '-'], " ");
    let mut words: Vec<&str> = cleaned.split_whitespace().collect();
    words.truncate(3);
    let [a, b, c] = words.as_slice() else {
        return None;
    };
    let month = |word: &str| {
        let word = word.to_lowercase();
        let short = word.get(..3)?;
        let at = MONTHS.iter().position(|month| *month == short)?;
        u32::try_from(at + 1).ok()
    };
    let day = |word: &str| {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        number(digits).filter(|day| (1..=31).contains(day))
    };
    let year = |word: &str| (word.len() == 4).then(|| number(word)).flatten();
    let date = |y: u32, m: u32, d: u32| NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, m, d);
    let found = if let (Some(m), Some(d), Some(y)) = (month(a), day(b), year(c)) {
        date(y, m, d)
    } else if let (Some(d), Some(m), Some(y)) = (day(a), month(b), year(c)) {
        date(y, m, d)
    } else if let (Some(y), Some(m), Some(d)) = (year(a), number(b), day(c)) {
        date(y, m, d)
    } else if let (Some(first), Some(second), Some(y)) = (day(a), number(b), year(c)) {
        // With points the day comes first; with strokes either may.
        if text.contains('.') || first > 12 || first == second {
            date(y, second, first)
        } else if second > 12 {
            date(y, first, second)
        } else {
            None
        }
    } else {
        None
    };
    found.map(When::day)
}

/// Reads seconds, or milliseconds, since 1970.
fn unix_seconds(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let value: i64 = is_number.then(|| text.parse().ok()).flatten()?;
    match text.len() {
        10 => Some(value),
        13 => Some(value / 1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_iso_8601() {
        for text in [
            "2024-03-26",
            "2024-03-26T08:00:00Z",
            "2024-03-26T08:00:00+00:00",
            "2024-03-26T08:00:00.123-0500",
            "2024-03-26T08:00",
            "2024-02-29T23:59:60Z",
            "2024-03",
            "2024",
            "20240326",
            "20240326T080000Z",
            "2024-03-26T08:00:00+05:30",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "26.03.2024",
            "March 26, 2024",
            "2024-3-26",
            "2024/03/26",
            "2024-03-26 08:00:00",
            "2024-03-26T",
            "2024-03-26T8:00",
            "1711440000",
            " 2024-03-26",
            "2024-03-26T08:00:00 +00:00",
            "24-03-26",
        ] {
            assert_eq!(parse(text), Err(DateFault::Form), "{text}");
        }
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-03-26T25:00:00Z",
            "0000-00-00",
        ] {
            assert_eq!(parse(text), Err(DateFault::Impossible), "{text}");
        }
    }

    #[test]
    fn later_is_surely_later() {
        let after = |a: &str, b: &str| parse(a).expect(a).is_after(&parse(b).expect(b));
        assert!(after("2024-03-27", "2024-03-26"));
        assert!(after("2024-03-26T10:00:00Z", "2024-03-26T11:00:00+02:00"));
        assert!(after("2025", "2024-12-31"));
        for (a, b) in [
            ("2024-03-26", "2024-03-26T10:00:00Z"),
            ("2024", "2024-03-26"),
            ("2024-03-27", "2024-03-26T23:30:00-05:00"),
            ("2024-03-26", "2024-03-26"),
        ] {
            assert!(!after(a, b), "{a} {b}");
        }
    }

    #[test]
    fn other_dates_are_read_where_they_have_one_meaning() {
        for (text, day) in [
            ("12.03.2024", Some("2024-03-12")),
            ("March 12, 2024", Some("2024-03-12")),
            ("12 Mar 2024", Some("2024-03-12")),
            ("12th March 2024", Some("2024-03-12")),
            ("2024/03/12", Some("2024-03-12")),
            ("13/03/2024", Some("2024-03-13")),
            ("03/13/2024", Some("2024-03-13")),
            ("2024-03-12 08:00:00", Some("2024-03-12")),
            ("1710230400", Some("2024-03-12")),
            ("03/04/2024", None),
            ("yesterday", None),
            ("", None),
        ] {
            let read = parse_loose(text).map(|when| when.first.to_string());
            assert_eq!(read.as_deref(), day, "{text}");
        }
    }
}
