//! From letters on a page to pieces of lines.
//!
//! Letters that were drawn one after the other and stand so, each where the last one ends, are a run,
//! and keep that order: kerning sets a letter before the end of the last one, so where letters stand
//! says nothing of their order so closely. Runs are put on lines by where they stand, not by when they
//! were drawn: a program may draw all that is bold last. A small letter that is raised or lowered is
//! of the run that it goes on with.
//!
//! A word ends at a space, or at a gap that is wider than what is between all letters of the line.

use std::cmp::Ordering;

/// A letter, or what stands for several, where it was drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub(super) x: f64,
    /// From the page's bottom upwards.
    pub(super) y: f64,
    pub(super) advance: f64,
    pub(super) size: f64,
    pub(super) letters: String,
}

impl Glyph {
    fn right(&self) -> f64 {
        self.x + self.advance
    }

    fn is_space(&self) -> bool {
        self.letters.chars().all(char::is_whitespace)
    }

    /// Says whether it has a width of its own in every font: marks above others do not.
    fn is_wide(&self) -> bool {
        self.letters
            .chars()
            .all(|c| c.is_lowercase() || c.is_uppercase() || c.is_numeric())
    }
}

/// The letters of one page, in the order in which they were drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PageGlyphs {
    pub(super) glyphs: Vec<Glyph>,
    pub(super) height: f64,
    pub(super) bottom: f64,
}

/// A gap is one between words from this share of the letters' size on: less than the narrowest space,
/// more than kerning.
const WORD_GAP: f64 = 0.16;

/// A gap that breaks a line, in the letters' size.
const LINE_GAP: f64 = 0.9;

/// How far a letter may begin before the one drawn before it, in the letters' size: accents do.
const BACK: f64 = 0.25;

/// How far letters of one height may stand from another, in the letters' size.
const LEVEL: f64 = 0.05;

/// How far a small letter is raised or lowered at most, in its own size.
const RAISED: f64 = 0.75;

/// A raised letter is smaller than this share of the others.
const SMALL: f64 = 0.9;

/// A piece of a line without a wide gap in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) y: f64,
    pub(super) size: f64,
    pub(super) text: String,
    /// How many letters stand on the one before them.
    pub(super) overlapping: usize,
}

impl Piece {
    pub(super) fn words(&self) -> usize {
        self.text.split(' ').count()
    }
}

/// Letters that were drawn one after the other, and stand so.
struct Run<'a> {
    glyphs: Vec<&'a Glyph>,
    /// The height and size of its largest letters.
    y: f64,
    size: f64,
}

impl Run<'_> {
    fn left(&self) -> f64 {
        self.glyphs[0].x
    }

    /// Says whether a letter goes on where this ends.
    fn goes_on(&self, glyph: &Glyph) -> bool {
        let Some(last) = self.glyphs.last() else {
            return false;
        };
        let size = last.size.max(glyph.size);
        let is_next = glyph.x - last.x >= -BACK * size && glyph.x - last.right() <= WORD_GAP * size;
        let is_level = |y: f64| (glyph.y - y).abs() <= LEVEL * size;
        let smaller = glyph.size.min(self.size);
        let is_raised = smaller < SMALL * glyph.size.max(self.size)
            && (glyph.y - self.y).abs() <= RAISED * smaller;
        is_next && (is_level(last.y) || is_level(self.y) || is_raised)
    }
}

/// A letter on its line.
struct Placed<'a> {
    glyph: &'a Glyph,
    /// Whether a run begins with it.
    begins: bool,
    /// The run's height.
    y: f64,
}

/// Puts a page's letters on lines, and breaks those at wide gaps.
pub(super) fn pieces_of(page: &PageGlyphs) -> Vec<Piece> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for glyph in &page.glyphs {
        match runs.last_mut().filter(|run| run.goes_on(glyph)) {
            Some(run) => {
                run.glyphs.push(glyph);
                if glyph.size > run.size {
                    (run.y, run.size) = (glyph.y, glyph.size);
                }
            }
            None => runs.push(Run {
                glyphs: vec![glyph],
                y: glyph.y,
                size: glyph.size,
            }),
        }
    }
    runs.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut lines: Vec<Vec<Run<'_>>> = Vec::new();
    for run in runs {
        let is_same = |line: &Vec<Run<'_>>| {
            let first = &line[0];
            (first.y - run.y).abs() <= 0.35 * first.size.max(run.size)
        };
        match lines.last_mut().filter(|line| is_same(line)) {
            Some(line) => line.push(run),
            None => lines.push(vec![run]),
        }
    }
    let mut pieces = Vec::new();
    for mut line in lines {
        line.sort_by(|a, b| a.left().total_cmp(&b.left()));
        let mut placed: Vec<Placed<'_>> = Vec::new();
        for run in &line {
            placed.extend(run.glyphs.iter().enumerate().map(|(nth, glyph)| Placed {
                glyph,
                begins: nth == 0,
                y: run.y,
            }));
        }
        remove_drawn_twice(&mut placed);
        pieces.extend(pieces_of_line(&placed));
    }
    pieces
}

/// Takes out letters that were drawn over themselves to look bold.
fn remove_drawn_twice(line: &mut Vec<Placed<'_>>) {
    let mut order: Vec<usize> = (0..line.len()).collect();
    let by_letter = |a: &usize, b: &usize| -> Ordering {
        let (a, b) = (line[*a].glyph, line[*b].glyph);
        a.letters.cmp(&b.letters).then(a.x.total_cmp(&b.x))
    };
    order.sort_by(by_letter);
    let mut is_twice = vec![false; line.len()];
    let mut kept: Option<usize> = None;
    for at in order {
        let first = kept.filter(|kept| {
            let (first, second) = (line[*kept].glyph, line[at].glyph);
            let size = first.size.max(second.size);
            first.letters == second.letters
                && second.x - first.x < (0.5 * first.advance).clamp(0.05 * size, 0.15 * size)
                && first.letters.chars().all(char::is_alphanumeric)
        });
        match first {
            // The one that was drawn within its word stays where it is.
            Some(first) => is_twice[first.max(at)] = true,
            None => kept = Some(at),
        }
    }
    let mut nth = 0;
    line.retain(|_| {
        nth += 1;
        !is_twice[nth - 1]
    });
}

/// Returns the gap that is between all letters of a line, words apart: nothing but where a line is
/// spaced out.
fn tracking(line: &[Placed<'_>]) -> f64 {
    /// Fewer letters say nothing; and a wider gap is one between words that are single letters.
    const FEWEST: usize = 5;
    const WIDEST: f64 = 0.4;
    let mut gaps: Vec<f64> = line
        .windows(2)
        .map(|two| (two[0].glyph, two[1].glyph))
        .filter(|(a, b)| !a.is_space() && !b.is_space())
        .map(|(a, b)| (b.x - a.right()) / a.size.max(b.size))
        .collect();
    if gaps.len() < FEWEST {
        return 0.0;
    }
    gaps.sort_by(f64::total_cmp);
    let gap = gaps[gaps.len() / 4];
    if gap <= WIDEST { gap.max(0.0) } else { 0.0 }
}

fn pieces_of_line(line: &[Placed<'_>]) -> Vec<Piece> {
    let tracking = tracking(line);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut last: Option<&Glyph> = None;
    let mut is_spaced = false;
    for Placed { glyph, begins, y } in line {
        let Some((piece, before)) = pieces.last_mut().zip(last) else {
            if !glyph.is_space() {
                pieces.push(begun(glyph, *y));
                last = Some(glyph);
            }
            continue;
        };
        let size = before.size.max(glyph.size);
        let gap = glyph.x - piece.right.min(before.right());
        if glyph.is_space() {
            // One that was drawn by itself in the midst of a word is none.
            is_spaced |= !begins || gap > -BACK * size;
            continue;
        }
        if gap > (LINE_GAP + tracking) * piece.size.max(glyph.size) {
            pieces.push(begun(glyph, *y));
        } else {
            if (is_spaced && gap > -0.5 * size) || gap > (WORD_GAP + tracking) * size {
                piece.text.push(' ');
            }
            // A mark of division that is seen within a line is a hyphen.
            if before.letters == "\u{AD}"
                && before.advance > LEVEL * size
                && !piece.text.ends_with(' ')
            {
                piece.text.pop();
                piece.text.push('-');
            }
            let is_over = before.is_wide()
                && glyph.is_wide()
                && glyph.x < before.x + 0.4 * before.advance
                && (glyph.y - before.y).abs() <= LEVEL * size;
            piece.overlapping += usize::from(is_over);
            push_letters(&mut piece.text, &glyph.letters);
            piece.right = piece.right.max(glyph.right());
            // A raised figure does not make the line small.
            piece.size = piece.size.max(glyph.size);
        }
        last = Some(glyph);
        is_spaced = false;
    }
    pieces.retain(|piece| !piece.text.trim().is_empty());
    pieces
}

fn begun(glyph: &Glyph, y: f64) -> Piece {
    let mut text = String::new();
    push_letters(&mut text, &glyph.letters);
    Piece {
        left: glyph.x,
        right: glyph.right(),
        y,
        size: glyph.size,
        text,
        overlapping: 0,
    }
}

/// Adds letters; those that are drawn as one are written as they are spelt.
fn push_letters(text: &mut String, letters: &str) {
    for c in letters.chars() {
        match c {
            '\u{FB00}' => text.push_str("ff"),
            '\u{FB01}' => text.push_str("fi"),
            '\u{FB02}' => text.push_str("fl"),
            '\u{FB03}' => text.push_str("ffi"),
            '\u{FB04}' => text.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => text.push_str("st"),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters half as wide as they are high, each `more` of their size nearer or further than that.
    fn drawn(x: f64, y: f64, size: f64, letters: &str, more: f64) -> Vec<Glyph> {
        let mut at = x;
        let glyph = |c: char| {
            let glyph = Glyph {
                x: at,
                y,
                advance: size / 2.0,
                size,
                letters: c.to_string(),
            };
            at += size * (0.5 + more);
            glyph
        };
        letters.chars().map(glyph).collect()
    }

    fn line(parts: &[Vec<Glyph>]) -> String {
        let page = PageGlyphs {
            glyphs: parts.concat(),
            ..PageGlyphs::default()
        };
        let texts: Vec<String> = pieces_of(&page)
            .into_iter()
            .map(|piece| piece.text)
            .collect();
        texts.join(" | ")
    }

    #[test]
    fn a_line_has_the_order_of_its_letters() {
        // The space's width reaches beyond where the T begins.
        let kerned = [
            drawn(0.0, 0.0, 10.0, "the ", 0.0),
            drawn(18.8, 0.0, 10.0, "T", 0.0),
            drawn(22.6, 0.0, 10.0, "rust", 0.0),
        ];
        assert_eq!(line(&kerned), "the Trust");
        // What is drawn last stands where it stands.
        let filled = [
            drawn(0.0, 0.0, 10.0, "one ", 0.0),
            drawn(40.0, 0.0, 10.0, " three", 0.0),
            drawn(20.0, 0.0, 10.0, "bold", 0.0),
        ];
        assert_eq!(line(&filled), "one bold three");
        assert_eq!(
            line(&[drawn(0.0, 0.0, 10.0, "spaced out", 0.3)]),
            "spaced out"
        );
        assert_eq!(
            line(&[drawn(0.0, 0.0, 10.0, "tight words", -0.1)]),
            "tight words"
        );
    }

    #[test]
    fn raised_and_doubled_letters_are_of_their_word() {
        let raised = [
            drawn(0.0, 0.0, 10.0, "mc", 0.0),
            drawn(10.0, 4.5, 6.5, "2", 0.0),
            drawn(13.3, 0.0, 10.0, " is", 0.0),
        ];
        assert_eq!(line(&raised), "mc2 is");
        let bold = [
            drawn(0.0, 0.0, 10.0, "all bold", 0.0),
            drawn(0.4, 0.0, 10.0, "all bold", 0.0),
        ];
        assert_eq!(line(&bold), "all bold");
    }

    #[test]
    fn letters_on_one_another_are_counted() {
        let page = PageGlyphs {
            glyphs: drawn(0.0, 0.0, 10.0, "words", -0.4),
            ..PageGlyphs::default()
        };
        assert_eq!(pieces_of(&page)[0].overlapping, 4);
    }
}
