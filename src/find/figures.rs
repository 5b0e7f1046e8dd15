//! The figures in a text: counts, percentages, years and days, each in one form.
//!
//! "12 million", "12,000,000", "12m" and "twelve million" are one figure, and so are "3 March" and
//! "March 3rd". What is not done: units of measure, sums of money by currency, "a third".

use std::fmt::{self, Write as _};

use super::tokens::Token;

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FigureKind {
    /// A number of anything.
    Count,
    /// A share, in hundredths.
    Percent,
    /// A year.
    Year,
    /// A day of a month, written as the month's number times 100 and the day's.
    Day,
}

/// A figure at its place among the words.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// What it counts.
    pub kind: FigureKind,
    /// Its value.
    pub value: f64,
    /// The index of its first word.
    pub first: usize,
    /// The index after its last word.
    pub end: usize,
}

/// Two figures are close where they differ by no more than this share of the larger one.
const CLOSE: f64 = 0.04;

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const MONTHS: [(&str, f64); 12] = [
    ("january", 1.0),
    ("february", 2.0),
    ("march", 3.0),
    ("april", 4.0),
    ("may", 5.0),
    ("june", 6.0),
    ("july", 7.0),
    ("august", 8.0),
    ("september", 9.0),
    ("october", 10.0),
    ("november", 11.0),
    ("december", 12.0),
];

impl Figure {
    /// Returns the one word that an index has for it.
    pub fn key(&self) -> String {
        let kind = match self.kind {
            FigureKind::Count => 'n',
            FigureKind::Percent => 'p',
            FigureKind::Year => 'y',
            FigureKind::Day => 'd',
        };
        format!("{kind}{}", self.value)
    }

    /// Says whether it is the same figure: 1600 without a comma looks like a year, and may be none.
    fn is(&self, other: &Self) -> bool {
        let is_plain = |figure: &Self| matches!(figure.kind, FigureKind::Count | FigureKind::Year);
        let same =
            |kind: bool| kind && (self.value - other.value).abs() <= f64::EPSILON * self.value;
        self.agreement(other) >= 1.0 || same(is_plain(self) && is_plain(other))
    }

    /// Says whether another figure may be meant in its place: a share is a number, too.
    fn may_stand_for(&self, other: &Self) -> bool {
        let is_number =
            |figure: &Self| matches!(figure.kind, FigureKind::Count | FigureKind::Percent);
        self.kind == other.kind || (is_number(self) && is_number(other))
    }

    /// Says how far two figures of one kind agree: 1 where they are equal, a half where they are
    /// close, else 0.
    pub fn agreement(&self, other: &Self) -> f64 {
        if self.kind != other.kind {
            return 0.0;
        }
        let apart = (self.value - other.value).abs();
        let largest = self.value.abs().max(other.value.abs());
        let is_exact = matches!(self.kind, FigureKind::Year | FigureKind::Day);
        if apart <= f64::EPSILON * largest {
            1.0
        } else if !is_exact && apart <= CLOSE * largest {
            0.5
        } else {
            0.0
        }
    }
}

/// As it is read: `12 million`, `4,500`, `12%`, `3 March`.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FigureKind::Count => count_words(self.value, f),
            FigureKind::Percent => write!(f, "{}%", self.value),
            FigureKind::Year => write!(f, "{}", self.value),
            FigureKind::Day => {
                let month = (self.value / 100.0).floor();
                let named = MONTHS
                    .iter()
                    .find(|(_, number)| (number - month).abs() < 0.5);
                let name: String = named.map_or("", |(name, _)| name).to_owned();
                let mut letters = name.chars();
                let first = letters.next().map(|c| c.to_ascii_uppercase());
                let first = first.map_or_else(String::new, String::from);
                write!(f, "{} {first}{}", self.value % 100.0, letters.as_str())
            }
        }
    }
}

/// Writes a count: in millions and more by name where that is short, else by its digits in threes.
fn count_words(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (size, name) in [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")] {
        let short = (value / size * 100.0).round() / 100.0;
        if value >= size && (short * size - value).abs() <= 1e-9 * value {
            return write!(f, "{short} {name}");
        }
    }
    let digits = value.to_string();
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        if at > 0 && left % 3 == 0 && whole.len() > 4 {
            f.write_char(',')?;
        }
        f.write_char(digit)?;
    }
    f.write_str(rest)
}

/// The figures that only one of two texts has.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Apart {
    /// Those of the first alone.
    pub first: Vec<Figure>,
    /// Those of the second alone.
    pub second: Vec<Figure>,
}

impl Apart {
    /// Finds them; a figure that is only close to another is another one.
    pub fn of(first: &[Figure], second: &[Figure]) -> Self {
        let only = |own: &[Figure], others: &[Figure]| {
            let mut only: Vec<Figure> = Vec::new();
            for figure in own {
                let is_there = |among: &[Figure]| among.iter().any(|other| figure.is(other));
                if !is_there(others) && !is_there(&only) {
                    only.push(figure.clone());
                }
            }
            only
        };
        Self {
            first: only(first, second),
            second: only(second, first),
        }
    }

    /// Says whether both have the same figures.
    pub const fn is_nothing(&self) -> bool {
        self.first.is_empty() && self.second.is_empty()
    }

    /// Returns a figure of the first and one of the second that stand for each other: of one kind, and
    /// not equal. `None` where one of the texts only has fewer.
    pub fn contradiction(&self) -> Option<(&Figure, &Figure)> {
        self.first.iter().find_map(|figure| {
            let other = self.second.iter().find(|other| figure.may_stand_for(other));
            other.map(|other| (figure, other))
        })
    }
}

/// Finds the figures of a text that was cut into these words.
pub fn figures(text: &str, words: &[Token]) -> Vec<Figure> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let figure = day(words, at).or_else(|| number(text, words, at));
        at = figure.as_ref().map_or(at + 1, |figure| figure.end);
        found.extend(figure);
    }
    found
}

/// Reads "3 March", "3rd of March", "March 3".
fn day(words: &[Token], at: usize) -> Option<Figure> {
    let word = |n: usize| words.get(n).map(|token| token.text.as_str());
    let month = |n: usize| {
        let text = word(n)?;
        let named = |(name, _): &&(&str, f64)| {
            *name == text
                || (text.len() == 3 && name.starts_with(text))
                || text == "sept" && *name == "september"
        };
        MONTHS.iter().find(named).map(|(_, number)| *number)
    };
    let number = |n: usize| {
        let text = word(n)?;
        let digits = ["st", "nd", "rd", "th"]
            .iter()
            .find_map(|ending| text.strip_suffix(ending))
            .unwrap_or(text);
        digits
            .parse::<u8>()
            .ok()
            .filter(|day| (1..=31).contains(day))
    };
    let (month, day, end) = if let (Some(month), Some(day)) = (month(at), number(at + 1)) {
        (month, day, at + 2)
    } else {
        let day = number(at)?;
        let of = usize::from(word(at + 1) == Some("of"));
        (month(at + 1 + of)?, day, at + 2 + of)
    };
    Some(Figure {
        kind: FigureKind::Day,
        value: month * 100.0 + f64::from(day),
        first: at,
        end,
    })
}

/// Reads a number in digits or words, with what multiplies it.
fn number(text: &str, words: &[Token], first: usize) -> Option<Figure> {
    let (mut value, mut end, plain) = match in_digits(&words[first].text) {
        Some((value, scaled)) => (value, first + 1, !scaled),
        None => in_words(words, first).map(|(value, end)| (value, end, false))?,
    };
    // As it is written: "1,500" is no year.
    let written = &text[words[first].start..words[first].end];
    let is_bare = plain && written.len() == 4 && written.bytes().all(|b| b.is_ascii_digit());
    while let Some(factor) = words.get(end).and_then(|token| scale(&token.text)) {
        value *= factor;
        end += 1;
    }
    let next = |n: usize| words.get(end + n).map(|token| token.text.as_str());
    let touches = words[end - 1].end;
    let percent = match (next(0), next(1)) {
        _ if text[touches..].trim_start_matches(' ').starts_with('%') => Some(0),
        (Some("percent" | "pct" | "percentage"), _) => Some(1),
        (Some("per"), Some("cent")) => Some(2),
        _ => None,
    };
    let kind = if percent.is_some() {
        FigureKind::Percent
    } else if is_bare && end == first + 1 && (1500.0..2100.0).contains(&value) {
        FigureKind::Year
    } else {
        FigureKind::Count
    };
    Some(Figure {
        kind,
        value,
        first,
        end: end + percent.unwrap_or(0),
    })
}

/// Reads a number in digits; says whether a unit that touches it has multiplied it.
fn in_digits(word: &str) -> Option<(f64, bool)> {
    let digits = word
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(word.len());
    let value: f64 = word[..digits].parse().ok()?;
    match &word[digits..] {
        "" | "st" | "nd" | "rd" | "th" => Some((value, false)),
        unit => scale(unit).map(|factor| (value * factor, true)),
    }
}

/// Reads a number in words; "a" and "one" count only before what they multiply.
fn in_words(words: &[Token], first: usize) -> Option<(f64, usize)> {
    let word = |n: usize| words.get(n).map(|token| token.text.as_str());
    let is_scale = |n: usize| word(n).is_some_and(|word| scale(word).is_some());
    let ones = |n: usize| {
        let place = ONES.iter().position(|one| word(n) == Some(*one))?;
        u8::try_from(place).ok().map(f64::from)
    };
    let tens = |n: usize| {
        let place = TENS.iter().position(|ten| word(n) == Some(*ten))?;
        u8::try_from(place)
            .ok()
            .map(|ten| f64::from(ten + 2) * 10.0)
    };
    if let Some(ten) = tens(first) {
        return Some(
            match ones(first + 1).filter(|one| (1.0..10.0).contains(one)) {
                Some(one) => (ten + one, first + 2),
                None => (ten, first + 1),
            },
        );
    }
    match word(first)? {
        "a" | "an" | "one" if is_scale(first + 1) => Some((1.0, first + 1)),
        "one" => None,
        "dozen" => Some((12.0, first + 1)),
        _ => ones(first).map(|one| (one, first + 1)),
    }
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "hundred" | "hundreds" => 1e2,
        "thousand" | "thousands" | "k" => 1e3,
        "million" | "millions" | "m" | "mn" | "mio" => 1e6,
        "billion" | "billions" | "bn" | "b" => 1e9,
        "trillion" | "trillions" | "tn" | "trn" => 1e12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        let found = figures(text, &tokens(text));
        found.iter().map(Figure::key).collect()
    }

    #[test]
    fn one_figure_has_one_form() {
        for text in [
            "12 million",
            "12,000,000",
            "12m",
            "twelve million",
            "12 Million people",
        ] {
            assert_eq!(keys(text), ["n12000000"], "{text}");
        }
        for text in ["12.5%", "12.5 percent", "12.5 per cent", "12.5 %"] {
            assert_eq!(keys(text), ["p12.5"], "{text}");
        }
        for text in ["3 March", "March 3rd", "3rd of March", "Mar 3"] {
            assert_eq!(keys(text), ["d303"], "{text}");
        }
        for (text, expected) in [
            ("in 2021, 2021 million", "y2021 n2021000000"),
            ("on 3 March 2021", "d303 y2021"),
            ("1,500 people in 1500", "n1500 y1500"),
            ("3,5 million, 3.5 million", "n3500000 n3500000"),
            (
                "1.500,50 and 12,00,000 and 0,125",
                "n1500.5 n1200000 n0.125",
            ),
            (
                "a million, three hundred thousand, twenty-five",
                "n1000000 n300000 n25",
            ),
            ("one of them, no one", ""),
            ("5G and MP3", ""),
        ] {
            assert_eq!(keys(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn close_figures_agree_by_half() {
        let figure = |text: &str| figures(text, &tokens(text))[0].clone();
        let twelve = figure("12 million");
        for (text, expected) in [
            ("12m", 1.0),
            ("11.8 million", 0.5),
            ("15m", 0.0),
            ("12%", 0.0),
        ] {
            let agreement = twelve.agreement(&figure(text));
            assert!((agreement - expected).abs() < f64::EPSILON, "{text}");
        }
    }

    #[test]
    fn a_figure_is_read_as_it_is_written() {
        for (text, shown) in [
            ("12,000,000 jabs", "12 million"),
            ("1.5bn", "1.5 billion"),
            ("1,234,567 votes", "1,234,567"),
            ("4500 votes", "4500"),
            ("45000 votes", "45,000"),
            ("12.5 per cent", "12.5%"),
            ("March 3rd", "3 March"),
            ("in 2021", "2021"),
        ] {
            let words = tokens(text);
            let found = figures(text, &words);
            assert_eq!(found[0].to_string(), shown, "{text}");
        }
    }
}
