//! What a source says of itself: title, authors, publisher, day, language, address.
//!
//! Whatever a page or a file says is untrusted: each value is brought into `text/1` on one line,
//! bounded, and left out if it is not what it should be. A value is a proposal; whoever signs the
//! source may put another in its place.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};

use super::{suspicion, text1};
use crate::words::time::{DayOrTime, Timestamp};

/// The longest value that is kept, in Unicode code points: longer ones are not titles or names.
const LONGEST_VALUE: usize = 500;

/// The first year that is believed of a day without a time: before it nothing was printed.
const EARLIEST_YEAR: i32 = 1400;

/// The most authors that are kept.
const MOST_AUTHORS: usize = 50;

/// What a source says of itself. What it does not say is absent, never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageMeta {
    /// The headline.
    pub title: Option<String>,
    /// Who wrote it, in the source's order.
    pub authors: Vec<String>,
    /// Who published it, or the site's name.
    pub publisher: Option<String>,
    /// When it was published: a second if the source says where on earth, else a day.
    pub published: Option<DayOrTime>,
    /// Whether `published` is only the day on which the file was made.
    pub is_files_day: bool,
    /// The language's tag (BCP 47).
    pub language: Option<String>,
    /// The canonical address.
    pub url: Option<String>,
}

impl PageMeta {
    /// Adds an author unless it is blank, an address, or there already.
    pub(super) fn add_author(&mut self, name: &str) {
        let Some(name) = one_line(name) else { return };
        if self.authors.len() < MOST_AUTHORS
            && web_address(&name).is_none()
            && !self.authors.contains(&name)
        {
            self.authors.push(name);
        }
    }
}

/// Brings a value onto one line of `text/1`; `None` if nothing can be seen in it or it is too long.
pub(super) fn one_line(value: &str) -> Option<String> {
    // Normalising can shorten a value, but no further than this.
    if value.len() > 64 * LONGEST_VALUE {
        return None;
    }
    let normal = text1::normalize(value).text;
    let line = normal.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !suspicion::is_blank(&line) && line.chars().count() <= LONGEST_VALUE;
    fits.then_some(line)
}

/// Reads an absolute address of the web; nothing else is one (`javascript:`, a path).
pub(super) fn web_address(value: &str) -> Option<String> {
    let value = value.trim();
    let (scheme, rest) = value.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_clean = value
        .chars()
        .all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | '\\'));
    (is_web && !host.is_empty() && is_clean && value.len() <= 2048).then(|| value.to_owned())
}

/// Returns the host of an address of the web, in lower case, with a port that is not its scheme's.
pub(super) fn host(address: &str) -> Option<String> {
    let (scheme, rest) = address.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let own_port = if scheme.eq_ignore_ascii_case("http") {
        ":80"
    } else {
        ":443"
    };
    let host = host.strip_suffix(own_port).unwrap_or(&host);
    Some(host.trim_end_matches('.').to_owned())
}

/// Reads a language's tag, such as `en` or `de-CH`.
pub(super) fn language_tag(value: &str) -> Option<String> {
    let value = value.trim().replace('_', "-");
    let mut subtags = value.split('-');
    let primary = subtags.next()?;
    let is_primary =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
    let are_subtags = subtags
        .all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()));
    (is_primary && are_subtags && value.len() <= 35).then_some(value)
}

/// Reads a date as pages write them.
///
/// A time with an offset becomes a second in UTC; a time without one is kept as its day, because
/// nobody knows where on earth it was. Days such as `03/04/2024` are left out: they are read in two
/// ways.
pub(super) fn day_or_time(value: &str) -> Option<DayOrTime> {
    let value = value.trim();
    if !(6..=60).contains(&value.len()) || !value.is_ascii() {
        return None;
    }
    let with_offset = DateTime::parse_from_rfc3339(value)
        .or_else(|_| DateTime::parse_from_rfc2822(value))
        .ok()
        .or_else(|| {
            [
                "%Y-%m-%dT%H:%M:%S%.f%z",
                "%Y-%m-%d %H:%M:%S%.f %z",
                "%Y-%m-%dT%H:%M%z",
            ]
            .iter()
            .find_map(|format| DateTime::parse_from_str(value, format).ok())
        })
        .or_else(|| {
            let local = value.strip_suffix('Z')?;
            let time = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").ok()?;
            Some(time.and_utc().fixed_offset())
        });
    if let Some(time) = with_offset {
        return Timestamp::new(time.to_utc()).map(DayOrTime::Time);
    }
    let day = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ]
    .iter()
    .find_map(|format| NaiveDateTime::parse_from_str(value, format).ok())
    .map(|time| time.date())
    .or_else(|| {
        [
            "%Y-%m-%d",
            "%Y/%m/%d",
            "%Y%m%d",
            "%B %d, %Y",
            "%B %d %Y",
            "%d %B %Y",
            "%d %B, %Y",
            "%a, %d %B %Y",
            "%A, %B %d, %Y",
            "%A, %d %B %Y",
        ]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(value, format).ok())
    })?;
    // "%Y" reads "26-03-24" as a day in the year 26.
    if day.year() < EARLIEST_YEAR {
        return None;
    }
    // Reads the day back, so that one that cannot be written is left out.
    day.format("%Y-%m-%d").to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_pages_write_them() {
        for (value, expected) in [
            ("2024-03-26", "2024-03-26"),
            ("2024-03-26T10:00:00Z", "2024-03-26T10:00:00Z"),
            ("2024-03-26T10:00:00+02:00", "2024-03-26T08:00:00Z"),
            ("2024-03-26T10:00:00.123+0200", "2024-03-26T08:00:00Z"),
            ("2024-03-26T23:30-05:00", "2024-03-27T04:30:00Z"),
            ("2024-03-26T10:00Z", "2024-03-26T10:00:00Z"),
            ("Tue, 26 Mar 2024 10:00:00 GMT", "2024-03-26T10:00:00Z"),
            ("2024-03-26 10:00:00 +0000", "2024-03-26T10:00:00Z"),
            ("2024-03-26T10:00:00", "2024-03-26"),
            ("2024-03-26 23:59", "2024-03-26"),
            ("March 26, 2024", "2024-03-26"),
            ("Mar 26, 2024", "2024-03-26"),
            ("26 March 2024", "2024-03-26"),
            ("Tuesday, March 26, 2024", "2024-03-26"),
            ("2024/03/26", "2024-03-26"),
            ("20240326", "2024-03-26"),
        ] {
            let read = day_or_time(value).map(|day| day.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{value}");
        }
        for bad in [
            "",
            "yesterday",
            "03/04/2024",
            "2024-02-30",
            "99999-01-01",
            "1711447200",
            "2024",
            "26-03-24",
            "２０２４-03-26",
        ] {
            assert_eq!(day_or_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_address_is_of_the_web() {
        for good in ["https://news.example/a?b=c#d", "HTTP://x.example"] {
            assert_eq!(web_address(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "/a",
            "//x.example/a",
            "javascript://x/%0aalert(1)",
            "ftp://x.example/",
            "https://",
            "https:///a",
            "https://x.example/\u{1B}[2J",
            "https://x.example/ b",
            "https://x.example/<script>",
        ] {
            assert_eq!(web_address(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_language_is_a_tag() {
        assert_eq!(language_tag(" en_US ").as_deref(), Some("en-US"));
        for bad in ["", "e", "english", "en-", "en us", "en-\u{1B}"] {
            assert_eq!(language_tag(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_value_is_one_clean_line() {
        assert_eq!(
            one_line(" A\n\u{1B}[31mtitle\u{0} \u{A0}e\u{301} ").as_deref(),
            Some("A [31mtitle é")
        );
        assert_eq!(one_line("\u{200B} \n"), None);
        assert_eq!(one_line(&"x".repeat(LONGEST_VALUE + 1)), None);
        assert_eq!(one_line(&"x".repeat(10_000_000)), None);
    }
}
