//! The sentences beside one, in both versions: a sentence that nobody touched may be denied by the one
//! that an edit puts in front of it.

use super::Versions;
use super::fold::Folded;
use crate::extract::layout::Block;
use crate::extract::sentences;
use crate::words::span::Span;

/// So many sentences on a side are looked at.
const MOST: usize = 3;

/// On which side of a sentence others stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Before it.
    Before,
    /// After it.
    After,
}

/// What changed on one side of a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beside {
    /// Which side.
    pub side: Side,
    /// The sentences of the older version that stood there, and stand nowhere in the newer one; at most
    /// three, in the order of the text.
    pub gone: Vec<Span>,
    /// The sentences of the newer version that stand there now: those that stood nowhere in the older
    /// one, or else the next one; at most three, in the order of the text.
    pub came: Vec<Span>,
}

/// Says what stands beside a sentence of the older version, and beside its place in the newer one, where
/// that differs in more than typography.
pub(super) fn changed(versions: &Versions<'_>, sentence: Span, place: Span) -> Vec<Beside> {
    let side = |side: Side| {
        let old = next(versions.old, &versions.blocks_old, sentence, side);
        let new = next(versions.new, &versions.blocks_new, place, side);
        let words = |text: &str, span: &Span| Folded::new(span.of(text).unwrap_or_default()).text;
        let nearest = |text: &str, spans: &[Span]| spans.first().map(|span| words(text, span));
        if nearest(versions.old, &old) == nearest(versions.new, &new) {
            return None;
        }
        let is_in = |folded: &Folded, text: &str, span: &Span| {
            let words = words(text, span);
            folded.text.contains(words.trim())
        };
        let gone = old
            .iter()
            .take_while(|span| !is_in(&versions.folded_new, versions.old, span));
        let came = new
            .iter()
            .take_while(|span| !is_in(&versions.folded_old, versions.new, span))
            .count();
        let in_order = |mut spans: Vec<Span>| {
            spans.sort_unstable();
            spans
        };
        Some(Beside {
            side,
            gone: in_order(gone.copied().collect()),
            came: in_order(new.iter().take(came.max(1)).copied().collect()),
        })
    };
    [Side::Before, Side::After]
        .into_iter()
        .filter_map(side)
        .collect()
}

/// Returns the sentences on one side of a range, the nearest first.
fn next(text: &str, blocks: &[Block], of: Span, side: Side) -> Vec<Span> {
    let mut found = Vec::new();
    let mut add = |block: &Block| {
        let mut inside = sentences::sentences(text, block.span);
        if side == Side::Before {
            inside.reverse();
        }
        let is_there = |sentence: &Span| match side {
            Side::Before => sentence.end() <= of.start(),
            Side::After => sentence.start() >= of.end(),
        };
        found.extend(inside.into_iter().filter(is_there));
        found.len() < MOST
    };
    match side {
        Side::Before => {
            let last = blocks.partition_point(|block| block.span.start() < of.start());
            let _ = blocks[..last].iter().rev().all(&mut add);
        }
        Side::After => {
            let first = blocks.partition_point(|block| block.span.end() <= of.end());
            let _ = blocks[first..].iter().all(&mut add);
        }
    }
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(old: &str, new: &str, words: &str) -> Vec<(Side, String, String)> {
        let place = |text: &str| {
            let start = text.find(words).expect("it stands there");
            Span::new(start, start + words.len()).expect("a span")
        };
        let versions = Versions::new(old, new);
        let joined = |text: &str, spans: &[Span]| {
            let words = spans.iter().map(|span| span.of(text).expect("of the text"));
            words.collect::<Vec<_>>().join(" ")
        };
        changed(&versions, place(old), place(new))
            .into_iter()
            .map(|one| (one.side, joined(old, &one.gone), joined(new, &one.came)))
            .collect()
    }

    const KEPT: &str = "The bridge is safe for lorries.";

    #[test]
    fn a_sentence_that_denies_the_next_one_is_seen() {
        let old = format!("The council met on Tuesday. {KEPT} Nobody objected.\n");
        let new = format!("The council met on Tuesday. These are lies. {KEPT} Nobody objected.\n");
        let expected = (Side::Before, String::new(), "These are lies.".to_owned());
        assert_eq!(said(&old, &new, KEPT), [expected]);
        assert_eq!(said(&old, &old, KEPT), []);
        // What stood elsewhere before is beside it now.
        let old = format!("{old}\nWhat follows is false.\n\nThe bus is late.\n");
        let new = format!("What follows is false.\n\n{KEPT} Nobody objected.\n");
        let found = said(&old, &new, KEPT);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].2, "What follows is false.");
    }

    #[test]
    fn what_followed_and_is_gone_is_seen() {
        let old = format!("{KEPT} That was her first answer. Nobody objected.\n");
        let new = format!("{KEPT} Nobody objected.\n");
        let expected = (
            Side::After,
            "That was her first answer.".to_owned(),
            "Nobody objected.".to_owned(),
        );
        assert_eq!(said(&old, &new, KEPT), [expected]);
        // Typography alone is no change.
        let old = format!("It’s “done”. {KEPT}\n");
        let new = format!("It's \"done\". {KEPT}\n");
        assert_eq!(said(&old, &new, KEPT), []);
    }
}
