//! Long texts of a page in pieces, so that writing them as HTML takes time in their length.
//!
//! Readability writes the article that it found as HTML, which nobody here reads. html5ever's
//! serialiser looks for the next `<` or `>` anew after each character that it escapes and after each
//! whose UTF-8 begins with the byte C2 (such as `»` and the no-break space): 400 kB of `&` in one
//! text are 80 GB looked at. So a text that would cost much more than it is long is cut into texts
//! that stand beside each other, which have the same words, and such a value of an attribute is cut
//! short: nothing of a page's text comes from there. Other pages stay as they are.

use dom_query::{Document, NodeData, NodeRef};

/// How many bytes may be looked at for each byte of a text: seconds, for the longest page.
const LOOKS_PER_BYTE: usize = 1024;

/// A piece has at most so many bytes, so that even one of `&` alone costs no more than that.
const PIECE_BYTES: usize = 2 * LOOKS_PER_BYTE;

/// Cuts what would take too long to write.
pub(super) fn cut_long(document: &Document) {
    let nodes: Vec<NodeRef> = document.root().descendants_it().collect();
    for node in nodes {
        if node.is_text() {
            cut_text(&node);
        } else if node.is_element() {
            for attribute in node.attrs() {
                if is_costly(&attribute.value) {
                    let start = piece_of(&attribute.value);
                    node.set_attr(&attribute.name.local, start);
                }
            }
        }
    }
}

fn cut_text(node: &NodeRef) {
    let costly = node.query_or(None, |node| match &node.data {
        NodeData::Text { contents } if is_costly(contents) => Some(contents.to_string()),
        _ => None,
    });
    let Some(text) = costly else { return };
    let mut rest = text.as_str();
    while rest.len() > PIECE_BYTES {
        let piece = piece_of(rest);
        node.insert_before(&node.tree.new_text(piece));
        rest = &rest[piece.len()..];
    }
    // The node itself keeps the end.
    node.update(|node| {
        if let NodeData::Text { contents } = &mut node.data {
            *contents = rest.into();
        }
    });
}

/// The beginning of a text that is one piece.
fn piece_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(PIECE_BYTES)]
}

fn is_costly(text: &str) -> bool {
    text.len() > PIECE_BYTES && looks(text) > LOOKS_PER_BYTE * text.len()
}

/// Counts how many bytes the serialiser looks at beyond once each: after each character that it
/// stops at, those to the next `<` or `>`.
fn looks(text: &str) -> usize {
    let mut end = text.len();
    let mut looks = 0_usize;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b'<' | b'>' => end = at,
            b'&' | 0xC2 => looks = looks.saturating_add(end - at),
            _ => {}
        }
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{html, page_tree};

    /// What is looked at in the whole tree.
    fn looks_in(document: &Document) -> usize {
        let cost = |node: NodeRef| {
            let attributes = node.attrs().iter().map(|a| looks(&a.value)).sum::<usize>();
            let text = node.query_or(0, |node| match &node.data {
                NodeData::Text { contents } => looks(contents),
                _ => 0,
            });
            attributes + text
        };
        document.root().descendants_it().map(cost).sum()
    }

    #[test]
    fn no_text_costs_more_than_its_length_allows_and_no_word_is_lost() {
        for unit in [
            "&",
            "&amp;",
            "&amp",
            "& ",
            "»",
            "a»é",
            "\u{a0}",
            "&lt; &amp;&amp;",
        ] {
            let many = unit.repeat(50_000);
            let page = format!("<p>{many}</p><p title=\"{many}\">x<pre>{many}");
            let document = page_tree::parse(&page).expect("a page");
            let before = (document.text(), looks_in(&document));
            cut_long(&document);
            assert_eq!(document.text(), before.0, "{unit}");
            let after = looks_in(&document);
            assert!(after <= LOOKS_PER_BYTE * page.len(), "{unit}: {after}");
            assert!(after < before.1 || unit.contains("&lt;"), "{unit}");
        }
    }

    #[test]
    fn an_ordinary_text_stays_one() {
        let words = "»Wörter«, and words & words, 20 °C. ".repeat(300);
        let page = format!("<p title=\"{words}\">{words}</p>");
        let document = page_tree::parse(&page).expect("a page");
        let before = document.html();
        cut_long(&document);
        assert!(document.html() == before);
        assert_eq!(
            document.select("p").nodes()[0].children_it(false).count(),
            1
        );
    }

    #[test]
    fn the_words_of_a_page_of_ampersands_are_all_read() {
        let page = format!("<article><p>{}</p></article>", "AT&T, ".repeat(40_000));
        let read = html::read(&page, None).expect("a page");
        assert_eq!(read.text.matches("AT&T,").count(), 40_000);
    }
}
