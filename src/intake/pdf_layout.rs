//! From letters on pages to a text: words, lines, columns, paragraphs.
//!
//! Which letters are a word and a line is decided in `pdf_lines`. A line is broken where it has a wide
//! gap. Where such gaps stand above one another and what is on both sides of them is
//! running text, there are columns, which are read one after the other; a line that goes across the
//! gap (a headline, a table) is read between what is above and what is below it. Lines become a
//! paragraph as long as their distance and size stay and none of them is set in or ends short. A word
//! that is divided at a line's end is put together. What stands at the top or bottom of many pages is
//! left out, and so are page numbers.
//!
//! Everything is compared relative to the size of the letters, so that it does not matter in which
//! unit a file is drawn.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use super::Warning;
use super::pdf_columns::{columns, median, rows};
use super::pdf_lines::{PageGlyphs, Piece, pieces_of};

/// A paragraph in the making.
#[derive(Debug, Clone, PartialEq)]
struct Paragraph {
    text: String,
    size: f64,
}

/// Writes out the pages' words, and counts the letters that stand on one another.
pub(super) fn text_of(pages: &[PageGlyphs]) -> (String, usize) {
    let mut pieces: Vec<Vec<Piece>> = pages.iter().map(pieces_of).collect();
    let overlapping = pieces.iter().flatten().map(|piece| piece.overlapping).sum();
    remove_repeated(&mut pieces, pages);
    let whole: HashSet<String> = pieces
        .iter()
        .flatten()
        .flat_map(|piece| piece.text.split(' '))
        .map(|word| bare(word).to_lowercase())
        .collect();
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for page in pieces {
        let mut is_first = true;
        for column in columns(page, 0) {
            for paragraph in paragraphs_of(column, &whole) {
                let continues = is_first
                    && paragraphs
                        .last()
                        .is_some_and(|before| goes_on(before, &paragraph));
                is_first = false;
                match paragraphs.last_mut().filter(|_| continues) {
                    Some(before) => join(&mut before.text, &paragraph.text, &whole),
                    None => paragraphs.push(paragraph),
                }
            }
            is_first = true;
        }
    }
    let texts: Vec<String> = paragraphs
        .into_iter()
        .map(|paragraph| paragraph.text)
        .collect();
    (texts.join("\n\n"), overlapping)
}

/// Says whether words may not be those that a person sees on the pages: many letters stand on one
/// another, or many words are single letters or have a capital in their midst.
pub(super) fn garbled(text: &str, overlapping: usize) -> Option<Warning> {
    /// Fewer words say nothing.
    const FEWEST: usize = 30;
    let is_cased = |c: char| c.is_lowercase() || c.is_uppercase();
    let (mut words, mut single, mut mixed, mut letters) = (0, 0, 0, 0);
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        letters += word.chars().count();
        // Other scripts have words of one letter, and no capitals.
        if !word.contains(is_cased) {
            continue;
        }
        words += 1;
        let mut two = word.chars().zip(word.chars().skip(1));
        if word.chars().nth(1).is_none() {
            single += 1;
        } else if two.any(|(a, b)| a.is_lowercase() && b.is_uppercase()) {
            mixed += 1;
        }
    }
    let is_odd =
        words >= FEWEST && (single * 4 > words || mixed * 12 > words || overlapping * 30 > letters);
    is_odd.then_some(Warning::PdfGarbled {
        words,
        single,
        mixed,
        overlapping,
    })
}

/// Takes out what stands at the top or bottom of many pages, and page numbers there.
fn remove_repeated(pieces: &mut [Vec<Piece>], pages: &[PageGlyphs]) {
    /// How many lines from the top and from the bottom are looked at, and how far from the page's edge,
    /// as a share of its height.
    const LINES: usize = 3;
    const MARGIN: f64 = 0.11;
    if pieces.len() < 2 {
        return;
    }
    let key = |piece: &Piece, page: &PageGlyphs| {
        let text: String = piece
            .text
            .chars()
            .map(|c| if c.is_numeric() { '#' } else { c })
            .collect();
        let text = text.replace("##", "#").replace("##", "#");
        // A tenth of the page: headers stand at the same height.
        let height = ((piece.y - page.bottom) / (page.height.max(1.0) / 60.0)).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a place on a page, bounded by the clamp"
        )]
        let height = height.clamp(-1000.0, 1000.0) as i32;
        (text, height)
    };
    let is_edge = |piece: &Piece, page: &PageGlyphs, heights: &[f64]| {
        let share = (piece.y - page.bottom) / page.height.max(1.0);
        let is_at_margin = !(MARGIN..=1.0 - MARGIN).contains(&share);
        let place = heights
            .iter()
            .position(|y| *y <= piece.y + 0.01)
            .unwrap_or(0);
        (place < LINES || place + LINES >= heights.len()) && is_at_margin
    };
    let heights: Vec<Vec<f64>> = pieces.iter().map(|page| heights_of(page)).collect();
    let mut seen: BTreeMap<(String, i32), usize> = BTreeMap::new();
    for ((page, heights), of) in pieces.iter().zip(&heights).zip(pages) {
        let keys: HashSet<(String, i32)> = page
            .iter()
            .filter(|piece| is_edge(piece, of, heights))
            .map(|piece| key(piece, of))
            .collect();
        for key in keys {
            *seen.entry(key).or_default() += 1;
        }
    }
    let enough = 2.max(pieces.len() * 3 / 10);
    for ((page, heights), of) in pieces.iter_mut().zip(&heights).zip(pages) {
        page.retain(|piece| {
            !(is_edge(piece, of, heights)
                && seen
                    .get(&key(piece, of))
                    .is_some_and(|count| *count >= enough))
        });
    }
}

/// The heights of a page's lines, from the top.
fn heights_of(page: &[Piece]) -> Vec<f64> {
    let mut heights: Vec<f64> = page.iter().map(|piece| piece.y).collect();
    heights.sort_by(|a, b| b.total_cmp(a));
    heights.dedup();
    heights
}

/// A line of a column.
struct Line {
    left: f64,
    right: f64,
    y: f64,
    size: f64,
    text: String,
}

/// Joins the lines of a column into paragraphs.
fn paragraphs_of(column: Vec<Piece>, whole: &HashSet<String>) -> Vec<Paragraph> {
    let lines: Vec<Line> = rows(column)
        .into_iter()
        .map(|row| Line {
            left: row[0].left,
            right: row.iter().map(|piece| piece.right).fold(f64::MIN, f64::max),
            y: row[0].y,
            size: row.iter().map(|piece| piece.size).fold(0.0, f64::max),
            text: row
                .iter()
                .map(|piece| piece.text.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        })
        .collect();
    let pitches = lines
        .windows(2)
        .map(|two| (two[0].y - two[1].y) / two[0].size.max(two[1].size));
    let pitch = median(pitches.filter(|pitch| *pitch < 3.0).collect());
    let left = median(lines.iter().map(|line| line.left).collect());
    let right = lines
        .iter()
        .map(|line| line.right)
        .max_by(f64::total_cmp)
        .unwrap_or(0.0);
    let mut found: Vec<Paragraph> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &lines[before]);
        let is_new = before.is_none_or(|before| {
            let distance = (before.y - line.y) / before.size.max(line.size);
            let other_size = (before.size - line.size).abs() > 0.12 * before.size.max(line.size);
            let set_in =
                line.left - before.left > 0.7 * line.size && line.left - left > 0.7 * line.size;
            let ends_short = right - before.right > 0.22 * (right - left).max(1.0)
                && ends_sentence(&before.text);
            distance > pitch * 1.3 || other_size || set_in || ends_short || is_item(&line.text)
        });
        match found.last_mut().filter(|_| !is_new) {
            Some(paragraph) => join(&mut paragraph.text, &line.text, whole),
            None => found.push(Paragraph {
                text: line.text.clone(),
                size: line.size,
            }),
        }
    }
    found
}

/// Says whether a line begins an item of a list.
fn is_item(text: &str) -> bool {
    text.starts_with(['•', '‣', '▪', '◦', '■', '●'])
        || text.starts_with("– ")
        || text.starts_with("- ")
}

fn ends_sentence(text: &str) -> bool {
    let end = text.trim_end_matches(['”', '"', '»', '’', ')', ']', '“']);
    end.ends_with(['.', '!', '?', ':', '…', ';'])
}

/// Says whether a paragraph goes on in the next column or on the next page.
fn goes_on(before: &Paragraph, next: &Paragraph) -> bool {
    let is_same_size = (before.size - next.size).abs() <= 0.12 * before.size.max(next.size);
    let begins_small = next.text.chars().next().is_some_and(char::is_lowercase);
    is_same_size
        && !ends_sentence(&before.text)
        && (begins_small || before.text.ends_with(is_hyphen))
}

const fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{AD}')
}

/// Joins two lines: with a space, or without one where a word was divided.
fn join(text: &mut String, next: &str, whole: &HashSet<String>) {
    let is_divided = text.ends_with(is_hyphen)
        && !text.ends_with(" -")
        && next.chars().next().is_some_and(char::is_lowercase)
        && text
            .trim_end_matches(is_hyphen)
            .ends_with(char::is_alphabetic);
    if !is_divided {
        // What is written as the mark of a division is a hyphen here.
        if text.ends_with('\u{AD}') {
            text.truncate(text.trim_end_matches('\u{AD}').len());
            text.push('-');
        }
        let is_range = next.starts_with(|c: char| c.is_ascii_digit())
            && text
                .strip_suffix('–')
                .is_some_and(|from| from.ends_with(|c: char| c.is_ascii_digit()));
        let goes_on = text.ends_with(is_hyphen)
            && next.starts_with(char::is_alphanumeric)
            && !text.ends_with(" -");
        if !goes_on && !is_range {
            text.push(' ');
        }
        text.push_str(next);
        return;
    }
    let first = text
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .trim_end_matches(is_hyphen);
    let second = next.split(' ').next().unwrap_or_default();
    let (first, second) = (bare(first).to_lowercase(), bare(second).to_lowercase());
    // A hyphen that the rest of the file writes too is the word's own.
    let keeps = match order_of(
        whole,
        &format!("{first}{second}"),
        &format!("{first}-{second}"),
    ) {
        Ordering::Less => true,
        Ordering::Equal | Ordering::Greater => false,
    };
    if !keeps {
        text.truncate(text.trim_end_matches(is_hyphen).len());
    }
    text.push_str(next);
}

/// Compares which of two spellings the file has.
fn order_of(whole: &HashSet<String>, one: &str, other: &str) -> Ordering {
    whole.contains(one).cmp(&whole.contains(other))
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::pdf_lines::Glyph;
    use super::*;

    /// Lines of letters half as wide as they are high, from a place downwards.
    fn lines(x: f64, top: f64, size: f64, lines: &[&str]) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        let mut y = top;
        for line in lines {
            let mut at = x;
            for c in line.chars() {
                glyphs.push(Glyph {
                    x: at,
                    y,
                    advance: size / 2.0,
                    size,
                    letters: c.to_string(),
                });
                at += size / 2.0;
            }
            y -= size * 1.2;
        }
        glyphs
    }

    fn text(parts: &[Vec<Glyph>]) -> String {
        let page = PageGlyphs {
            glyphs: parts.concat(),
            height: 800.0,
            bottom: 0.0,
        };
        text_of(&[page]).0
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let left = [
            "The first column has",
            "some lines that run",
            "on and on until they",
            "end with a full stop.",
        ];
        let right = [
            "The second one begins",
            "here and goes on for",
            "as many lines as the",
            "first one has there.",
        ];
        let head = ["A headline that goes across both of the columns here"];
        let read = text(&[
            lines(50.0, 700.0, 10.0, &left),
            lines(200.0, 700.0, 10.0, &right),
            lines(50.0, 740.0, 10.0, &head),
        ]);
        let expected = [head.join(" "), left.join(" "), right.join(" ")].join("\n\n");
        assert_eq!(read, expected);
    }

    #[test]
    fn a_table_is_read_by_rows() {
        let read = text(&[
            lines(50.0, 700.0, 10.0, &["Year", "2024", "2025", "2026", "2027"]),
            lines(200.0, 700.0, 10.0, &["Loaves", "10", "11", "12", "13"]),
        ]);
        assert!(read.contains("2025 11"), "{read}");
    }

    #[test]
    fn divided_words_are_put_together() {
        let read = text(&[lines(
            50.0,
            700.0,
            10.0,
            &[
                "The long-term plan is divi-",
                "ded, and so is the long-",
                "term one of the ﬁsh.",
            ],
        )]);
        assert_eq!(
            read,
            "The long-term plan is divided, and so is the long-term one of the fish."
        );
    }

    #[test]
    fn words_that_are_none_are_said_to_be_garbled() {
        let good = "The trust recruited 1,310 nurses, and a third of them left. ".repeat(5);
        assert_eq!(garbled(&good, 0), None);
        assert!(garbled(&good, 20).is_some());
        let apart = "The t rust r ecruited 1,310 n urses, and a t hird of t hem l eft. ".repeat(5);
        assert!(garbled(&apart, 0).is_some());
        let mixed = "Northsheir HospitalsT rust, and tTheru st recruited three. ".repeat(5);
        assert!(garbled(&mixed, 0).is_some());
        assert_eq!(garbled("a b c d e f", 0), None);
    }

    #[test]
    fn what_stands_on_every_page_is_left_out() {
        let page = |number: usize, words: &str| PageGlyphs {
            glyphs: [
                lines(50.0, 780.0, 8.0, &["The Bread Report"]),
                lines(50.0, 700.0, 10.0, &[words, "and more of them."]),
                lines(300.0, 20.0, 8.0, &[&format!("Page {number} of 3")]),
            ]
            .concat(),
            height: 800.0,
            bottom: 0.0,
        };
        let (read, _) = text_of(&[
            page(1, "First words"),
            page(2, "Second words"),
            page(3, "Third words"),
        ]);
        assert_eq!(
            read,
            "First words and more of them.\n\nSecond words and more of them.\n\nThird words and more of them."
        );
    }
}
