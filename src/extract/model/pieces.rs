//! What the network reads: a text's words and marks, each with a few whole numbers.
//!
//! A piece is a run of letters and digits, any other character that is no white space, or the border
//! between two blocks, which has no characters. Training reads the same pieces from this code
//! (`examples/pieces.rs`), so that the two cannot drift apart; a change here needs new weights.

use std::iter::Peekable;
use std::str::CharIndices;

use crate::extract::layout::{Block, BlockKind};

/// Characters that a piece has at most; a longer run is cut.
pub const MAX_PIECE_CHARS: usize = 48;

/// A word, a mark, or the border of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Where it begins, in bytes of the text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What the network's tables are asked for.
    pub features: Features,
}

/// A piece in whole numbers. Hashes are 32-bit FNV-1a of UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Features {
    /// The hash of its norm: lower case, digits as `0`, typographic quotes and dashes as ASCII.
    pub word: u32,
    /// The hash of `<` and the norm's first three characters.
    pub prefix: u32,
    /// The hash of the norm's last three characters and `>`.
    pub suffix: u32,
    /// The hash of its shape: `X`, `x`, `d` for capitals, other letters and digits, itself for other
    /// characters; runs of more than three as three.
    pub shape: u32,
    /// The layout: see [`flag`].
    pub flags: u8,
}

/// The bits of [`Features::flags`].
pub mod flag {
    /// No white space stands before the piece.
    pub const GLUED: u8 = 1;
    /// The first piece of a line.
    pub const LINE: u8 = 2;
    /// Between a double quotation mark and its partner, by counting from the block's start.
    pub const QUOTED: u8 = 4;
    /// The kind of its block, in the three bits from here on: 0 outside of every block, 1 paragraph,
    /// 2 list item, 3 heading, 4 byline, 5 dateline, 6 caption.
    pub const BLOCK_SHIFT: u32 = 3;
}

/// The norm of a block's border.
const BORDER: &str = "\n";

/// Returns a text's pieces, in order: in the text's length, whatever stands in it.
pub fn pieces(text: &str, blocks: &[Block]) -> Vec<Piece> {
    let mut found = Vec::with_capacity(text.len() / 5);
    Pieces::new(text, blocks).read(usize::MAX, &mut found);
    found
}

/// Returns the hash by which tables of words are asked: 32-bit FNV-1a.
pub fn hash(norm: &str) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    norm.bytes().fold(0x811c_9dc5, step)
}

/// Writes a piece's norm into `norm`.
pub fn normalize(piece: &str, norm: &mut String) {
    norm.clear();
    for c in piece.chars() {
        match c {
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '`' => norm.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '«' | '»' => norm.push('"'),
            '\u{2010}'..='\u{2012}' => norm.push('-'),
            '\u{2013}' | '\u{2014}' | '\u{2015}' => norm.push('—'),
            '0'..='9' => norm.push('0'),
            c if c.is_ascii() => norm.push(c.to_ascii_lowercase()),
            c => norm.extend(c.to_lowercase()),
        }
    }
}

/// A text's pieces, to be read some at a time.
pub(super) struct Pieces<'a> {
    text: &'a str,
    blocks: &'a [Block],
    rest: Peekable<CharIndices<'a>>,
    /// The first block that ends behind the place where we are.
    block: usize,
    glued: bool,
    line: bool,
    quoted: bool,
    norm: String,
    /// Where the last piece ends; `None` before the first.
    end: Option<usize>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str, blocks: &'a [Block]) -> Self {
        Self {
            text,
            blocks,
            rest: text.char_indices().peekable(),
            block: 0,
            glued: false,
            line: true,
            quoted: false,
            norm: String::new(),
            end: None,
        }
    }

    /// Adds pieces to `found` until it has `most` of them, or one more, or the text ends.
    pub(super) fn read(&mut self, most: usize, found: &mut Vec<Piece>) {
        while found.len() < most
            && let Some((start, c)) = self.rest.next()
        {
            if c.is_whitespace() {
                self.glued = false;
                self.line |= c == '\n';
                continue;
            }
            let mut end = start + c.len_utf8();
            if c.is_alphanumeric() {
                let mut length = 1;
                while let Some(&(at, next)) = self.rest.peek() {
                    if length == MAX_PIECE_CHARS || !next.is_alphanumeric() {
                        break;
                    }
                    end = at + next.len_utf8();
                    length += 1;
                    self.rest.next();
                }
            }
            found.extend(self.enter(start));
            found.push(self.piece(start, end));
            self.end = Some(end);
            self.glued = true;
            self.line = false;
        }
    }

    /// Goes on to the block of a place, with a border where that is another one.
    fn enter(&mut self, at: usize) -> Option<Piece> {
        let before = self.block;
        while self
            .blocks
            .get(self.block)
            .is_some_and(|b| b.span.end() <= at)
        {
            self.block += 1;
        }
        if self.block == before {
            return None;
        }
        self.quoted = false;
        let end = self.end.unwrap_or(0);
        self.norm.clear();
        self.norm.push_str(BORDER);
        Some(Piece {
            start: end,
            end,
            features: self.features(BORDER, 0),
        })
    }

    fn piece(&mut self, start: usize, end: usize) -> Piece {
        let piece = &self.text[start..end];
        normalize(piece, &mut self.norm);
        let kind = self
            .blocks
            .get(self.block)
            .filter(|block| block.span.start() <= start)
            .map_or(0, |block| kind(block.kind));
        let is_quote = self.norm == "\"";
        let mut flags = kind << flag::BLOCK_SHIFT;
        for (bit, set) in [
            (flag::GLUED, self.glued),
            (flag::LINE, self.line),
            (flag::QUOTED, self.quoted && !is_quote),
        ] {
            if set {
                flags |= bit;
            }
        }
        self.quoted ^= is_quote;
        Piece {
            start,
            end,
            features: self.features(piece, flags),
        }
    }

    /// Returns the features of a piece, of which the norm is written already.
    fn features(&self, piece: &str, flags: u8) -> Features {
        let norm = self.norm.as_str();
        let third = norm.char_indices().nth(3).map_or(norm.len(), |(i, _)| i);
        let last = norm.char_indices().nth_back(2).map_or(0, |(i, _)| i);
        Features {
            word: hash(norm),
            prefix: hash(&format!("<{}", &norm[..third])),
            suffix: hash(&format!("{}>", &norm[last..])),
            shape: hash(&shape(piece)),
            flags,
        }
    }
}

const fn kind(kind: BlockKind) -> u8 {
    match kind {
        BlockKind::Paragraph => 1,
        BlockKind::ListItem => 2,
        BlockKind::Heading => 3,
        BlockKind::Byline => 4,
        BlockKind::Dateline => 5,
        BlockKind::Caption => 6,
    }
}

/// Returns a piece's shape.
fn shape(piece: &str) -> String {
    let mut shape = String::new();
    let mut run = 0;
    for c in piece.chars() {
        let mark = if c.is_uppercase() {
            'X'
        } else if c.is_alphabetic() {
            'x'
        } else if c.is_numeric() {
            'd'
        } else {
            c
        };
        run = if shape.ends_with(mark) { run + 1 } else { 1 };
        if run <= 3 {
            shape.push(mark);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::layout;

    fn read(text: &str) -> Vec<(String, u8)> {
        let blocks = layout::blocks(text);
        let words = |p: Piece| (text[p.start..p.end].to_owned(), p.features.flags & 7);
        pieces(text, &blocks).into_iter().map(words).collect()
    }

    #[test]
    fn words_marks_and_borders() {
        let text = "It “was” Kirby's, in the U.S.\n\nThe second paragraph is here.\n";
        let found = read(text);
        let words: Vec<&str> = found.iter().map(|(word, _)| word.as_str()).collect();
        let expected = [
            "It",
            "“",
            "was",
            "”",
            "Kirby",
            "'",
            "s",
            ",",
            "in",
            "the",
            "U",
            ".",
            "S",
            ".",
            "",
            "The",
            "second",
            "paragraph",
            "is",
            "here",
            ".",
        ];
        assert_eq!(words, expected);
        let flags: Vec<u8> = found.iter().map(|(_, flags)| *flags).collect();
        assert_eq!(flags[..6], [2, 0, 5, 1, 0, 1]);
        assert_eq!(flags[14..16], [0, 2]);
    }

    #[test]
    fn features_are_of_the_norm() {
        let features = |text: &str| pieces(text, &layout::blocks(text))[0].features;
        let (upper, lower) = (features("SAID"), features("said"));
        assert_eq!(upper.word, lower.word);
        assert_eq!(upper.word, hash("said"));
        assert_eq!(upper.suffix, hash("aid>"));
        assert_eq!(upper.prefix, hash("<sai"));
        assert_ne!(upper.shape, lower.shape);
        assert_eq!(features("Washington").shape, hash("Xxxx"));
        assert_eq!(features("1984").word, hash("0000"));
        assert_eq!(features("“").word, features("\"").word);
    }

    #[test]
    fn a_run_without_end_is_cut() {
        let text = "a".repeat(1000);
        assert_eq!(read(&text).len(), 1000_usize.div_ceil(MAX_PIECE_CHARS));
    }
}
