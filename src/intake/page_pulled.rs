//! What a page shows twice: words of the article set again, larger, in a box of their own.

use std::collections::HashSet;

use dom_query::{NodeId, NodeRef};

use super::html::{Layout, text_of};
use super::page_around::{has_token, taken_with_ancestor};
use super::page_words::{PULLED, plain};

/// The most sentences shown again that are looked for in one page.
const MOST_PULLED: usize = 40;

/// Takes out short quotes and boxes whose words the article has as well: not in its headline alone, nor
/// in another such box, since one of them must stay. A `<q>` is part of a sentence, and stays.
pub(super) fn remove_pulled(body: &NodeRef) {
    let mut found: Vec<NodeRef> = Vec::new();
    let mut headlines: Vec<NodeRef> = Vec::new();
    for node in body.descendants_it() {
        let Some(name) = node.node_name() else {
            continue;
        };
        let may_be = matches!(&*name, "aside" | "blockquote" | "figure")
            || (Layout::of_node(&node, &name).is_block() && has_token(&node, PULLED));
        if &*name == "h1" {
            headlines.push(node);
        } else if may_be && found.len() < MOST_PULLED {
            found.push(node);
        }
    }
    let whole = plain(&text_of(body));
    let ids: HashSet<NodeId> = found.iter().chain(&headlines).map(|node| node.id).collect();
    // What is within another one is counted with it.
    let outermost = found.iter().chain(&headlines);
    let elsewhere: Vec<String> = outermost
        .filter(|node| !taken_with_ancestor(node, &ids))
        .map(|node| plain(&text_of(node)))
        .collect();
    for node in &found {
        let words = plain(&text_of(node));
        let count = words.split(' ').count();
        if !(5..=60).contains(&count) {
            continue;
        }
        let in_boxes = elsewhere.iter().map(|text| text.matches(&words).count());
        if whole.matches(&words).count() > in_boxes.sum() {
            node.remove_from_parent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::page_tree;

    fn cleared(body: &str) -> String {
        let document = page_tree::parse(body).expect("a page");
        let body = document.body().expect("a body");
        remove_pulled(&body);
        text_of(&body).trim().to_owned()
    }

    #[test]
    fn a_quote_goes_only_where_the_article_has_its_words_as_well() {
        const WORDS: &str = "We will close the bridge on Monday";
        for (page, times) in [
            // The headline is no second place, and a quote in a sentence is part of it.
            (
                "<h1>“W,” mayor says</h1><p>She said: <q>W</q>, and left.</p>",
                2,
            ),
            ("<p>She said: <q>W</q>, and again: <q>W</q>.</p>", 2),
            (
                "<h1>“W,” mayor says</h1><p>She said:</p><blockquote>W</blockquote>",
                2,
            ),
            // Two of a kind do not take each other out, nor one within the other.
            (
                "<p>On Monday:</p><blockquote>W</blockquote><p>On Tuesday:</p><blockquote>W</blockquote>",
                2,
            ),
            (
                "<figure><blockquote>W</blockquote></figure><p>It stayed open.</p>",
                1,
            ),
            // Shown again beside the article's own sentence.
            ("<p>She said: “W.”</p><aside>W</aside>", 1),
            (
                "<p>She said: “W.”</p><div class=pull-quote><p>W</p></div><blockquote>W</blockquote>",
                1,
            ),
        ] {
            let text = cleared(&page.replace('W', WORDS));
            assert_eq!(text.matches(WORDS).count(), times, "{page}: {text}");
        }
    }
}
