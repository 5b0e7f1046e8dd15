//! The sentences of a text, from what the network says of its pieces.
//!
//! A sentence ends where the network says so, and always with its block. Closing quotation marks and
//! brackets go with the sentence before them. Blocks in a script that the network was not made for are
//! split by the rules of [`crate::extract::sentences`].

use super::is_border;
use super::pieces::{Piece, flag};
use crate::extract::layout::Block;
use crate::extract::lexicon::{self, Class};
use crate::extract::sentences;
use crate::words::span::Span;

/// Returns for each piece whether a sentence ends with it.
pub(super) fn ends(pieces: &[Piece], scores: &[f32]) -> Vec<bool> {
    let ends = |(at, score): (usize, &f32)| {
        let last = pieces.get(at + 1).is_none_or(|next| is_border(*next));
        !is_border(pieces[at]) && (*score > 0.0 || last)
    };
    scores.iter().enumerate().map(ends).collect()
}

/// The sentences of a text, section after section.
pub(super) struct Sentences<'a> {
    text: &'a str,
    blocks: &'a [Block],
    /// The first block that ends behind the place where we are.
    block: usize,
    /// That block is split by rules.
    by_rules: bool,
    /// That block has been entered.
    entered: bool,
    /// Where the sentence that is being read begins and ends.
    open: Option<(usize, usize)>,
    pub(super) found: Vec<(Span, usize)>,
}

impl<'a> Sentences<'a> {
    pub(super) const fn new(text: &'a str, blocks: &'a [Block]) -> Self {
        Self {
            text,
            blocks,
            block: 0,
            by_rules: false,
            entered: false,
            open: None,
            found: Vec::new(),
        }
    }

    /// Adds the sentences of a section's pieces.
    pub(super) fn add(&mut self, pieces: &[Piece], mut ends: Vec<bool>) {
        for at in 1..pieces.len() {
            ends[at - 1] |= is_missed(self.text, pieces, at);
            if ends[at - 1] && is_in_name(self.text, pieces, at) {
                ends[at - 1] = false;
            }
            if ends[at - 1] && closes(self.text, pieces, at) {
                ends[at - 1] = false;
                ends[at] = true;
            }
        }
        for (piece, ends) in pieces.iter().zip(ends) {
            if is_border(*piece) || !self.enter(piece.start) {
                continue;
            }
            let start = self.open.map_or(piece.start, |(start, _)| start);
            self.open = Some((start, piece.end));
            if ends {
                self.close();
            }
        }
        self.close();
    }

    /// Goes on to the block of a place; says whether the network's sentences are read there.
    fn enter(&mut self, at: usize) -> bool {
        while (self.blocks.get(self.block)).is_some_and(|block| block.span.end() <= at) {
            self.close();
            self.block += 1;
            self.entered = false;
        }
        let Some(block) = (self.blocks.get(self.block)).filter(|b| b.span.start() <= at) else {
            return false;
        };
        if !self.entered {
            self.entered = true;
            self.by_rules = !is_latin(&self.text[block.span.start()..block.span.end()]);
            if self.by_rules {
                let sentences = sentences::sentences(self.text, block.span).into_iter();
                self.found.extend(sentences.map(|span| (span, self.block)));
            }
        }
        !self.by_rules
    }

    fn close(&mut self) {
        if let Some((start, end)) = self.open.take() {
            let span = Span::new(start, end).expect("a piece that is no border has a length");
            self.found.push((span, self.block));
        }
    }
}

/// "Councillor Tom Achebe": no sentence ends between a title and a name on the same line.
fn is_in_name(text: &str, pieces: &[Piece], at: usize) -> bool {
    let (before, piece) = (&pieces[at - 1], &pieces[at]);
    let beside = text.get(before.end..piece.start) == Some(" ");
    let title = &text[before.start..before.end];
    let word = lexicon::look_up(&title.to_lowercase());
    beside
        && text[piece.start..].starts_with(char::is_uppercase)
        && title.starts_with(char::is_uppercase)
        && (word.is(Class::Title) || word.is(Class::Person))
}

/// "cost 5 million. Rovers lost": a full stop behind a whole word in small letters, and a capital.
fn is_missed(text: &str, pieces: &[Piece], at: usize) -> bool {
    let (before, behind) = text.split_at(pieces[at - 1].end);
    let next = text[pieces[at].start..].trim_start_matches(['"', '“', '‘', '(']);
    let Some(sentence) = before.strip_suffix('.') else {
        return false;
    };
    behind.starts_with(' ')
        && next.starts_with(char::is_uppercase)
        && sentences::is_whole_word_last(sentence)
}

/// A closing mark that belongs to what stands before it.
fn closes(text: &str, pieces: &[Piece], at: usize) -> bool {
    let glued = |piece: &Piece| piece.features.flags & flag::GLUED != 0;
    let piece = &pieces[at];
    if !glued(piece) {
        return false;
    }
    match &text[piece.start..piece.end] {
        "”" | "’" | ")" | "]" | "»" | "」" | "』" | "）" => true,
        "\"" | "'" => pieces.get(at + 1).is_none_or(|next| !glued(next)),
        _ => false,
    }
}

/// At least half of the letters are ASCII, or there is no letter at all.
fn is_latin(words: &str) -> bool {
    let letters = words.chars().filter(|c| c.is_alphabetic());
    let (ascii, other) = letters.fold((0_usize, 0_usize), |(ascii, other), c| {
        if c.is_ascii() {
            (ascii + 1, other)
        } else {
            (ascii, other + 1)
        }
    });
    ascii >= other
}
