//! What stands around an article is taken out of a page's tree: menus, boxes, comments, dialogs.
//!
//! An element goes by what it is (`<nav>`, `role="dialog"`), by its class or id, by the heading that
//! it begins with, or because nearly all its words lead elsewhere. None of these is certain, so an
//! element stays if it has the page's headline or main part, or half of all its sentences; readers'
//! comments, of which there may be more than of the article, go as long as other sentences remain.

use std::collections::HashSet;

use dom_query::{Document, NodeId, NodeRef};

use super::html::{Layout, is_hidden, text_of};
use super::meta::PageMeta;
use super::page_pulled::remove_pulled;
use super::page_stats::{PageStats, Stats, is_main, words_in};
use super::page_words::{
    ABOUT_PAGE, AROUND, AROUND_HEADINGS, BYLINES, COMMENT_HEADINGS, COMMENTS, LABELS, plain, tokens,
};
use super::wall_phrases as walls;

/// So many words of sentences must remain beside what is taken for comments: else the page is a
/// forum's, and they are what it is about.
const MUST_REMAIN: usize = 40;

/// The longest heading, label or line about the author, in words.
const LABEL_WORDS: usize = 9;
const BYLINE_WORDS: usize = 30;

/// The longest box about an author, in words.
const BIO_WORDS: usize = 120;

/// What was taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Removed {
    /// The words of readers' comments.
    pub(super) comment_words: usize,
}

/// Takes what stands around the article out of a page.
pub(super) fn clear(document: &Document, meta: &PageMeta) -> Removed {
    let Some(body) = document.body() else {
        return Removed::default();
    };
    remove_pulled(&body);
    let stats = PageStats::of(document);
    let comments = comments_in(&body, &stats);
    let sentences: usize = comments.iter().map(|node| stats.at(node).prose).sum();
    let mut removed = Removed::default();
    if stats.at(&body).prose >= sentences + MUST_REMAIN {
        removed.comment_words = comments.iter().map(|node| stats.at(node).words).sum();
        for node in &comments {
            node.remove_from_parent();
        }
    }
    let around = Around {
        stats: PageStats::of(document),
        all: PageStats::of(document).at(&body),
        meta,
    };
    around.clear(&body);
    removed
}

/// Finds the outermost elements that are readers' comments.
fn comments_in<'a>(body: &NodeRef<'a>, stats: &PageStats) -> Vec<NodeRef<'a>> {
    let mut found = Vec::new();
    let mut taken: HashSet<NodeId> = HashSet::new();
    let mut open: Vec<NodeRef> = body.children_it(true).collect();
    while let Some(node) = open.pop() {
        if !node.is_element() || taken.contains(&node.id) {
            continue;
        }
        let of_node = stats.at(&node);
        let holds_article = of_node.headlines > 0 || holds_main(&node, of_node);
        if !holds_article && are_comments(&node) {
            found.push(node);
            continue;
        }
        if let Some(group) = headed(&node, stats, COMMENT_HEADINGS, |_| true) {
            taken.extend(group.iter().map(|node| node.id));
            found.extend(group);
            continue;
        }
        open.extend(node.children_it(true));
    }
    found.retain(|node| !taken_with_ancestor(node, &taken));
    found
}

/// Says whether an ancestor is taken out, so that the element goes with it.
pub(super) fn taken_with_ancestor(node: &NodeRef, taken: &HashSet<NodeId>) -> bool {
    node.ancestors_it(None)
        .any(|above| taken.contains(&above.id))
}

fn are_comments(node: &NodeRef) -> bool {
    let of_schema = ["itemtype", "itemprop", "typeof", "property"]
        .iter()
        .any(|name| {
            node.attr(name).is_some_and(|value| {
                value.split_whitespace().any(|value| {
                    let value = value.rsplit(['/', ':']).next().unwrap_or(value);
                    matches!(value, "Comment" | "UserComments" | "comment")
                })
            })
        });
    of_schema || has_token(node, COMMENTS)
}

/// Says whether a class or the id has one of these tokens, as what the element is.
pub(super) fn has_token(node: &NodeRef, list: &[&str]) -> bool {
    // What a page calls its own elements is as telling as a class.
    let own = node.node_name().filter(|name| name.contains('-'));
    let names = [node.attr("class"), node.attr("id"), own];
    names.into_iter().flatten().any(|names| {
        names.split_whitespace().any(|name| {
            let tokens = tokens(name);
            tokens.iter().any(|token| list.contains(&token.as_str()))
                && !tokens
                    .iter()
                    .any(|token| ABOUT_PAGE.contains(&token.as_str()))
        })
    })
}

fn holds_main(node: &NodeRef, stats: Stats) -> bool {
    stats.mains > 0 || node.node_name().is_some_and(|name| is_main(node, &name))
}

/// Returns what stands under a heading of this list, with the heading: its parent where it is the
/// first there, else what follows it.
fn headed<'a>(
    node: &NodeRef<'a>,
    stats: &PageStats,
    list: &[&str],
    goes: impl Fn(&NodeRef<'a>) -> bool,
) -> Option<Vec<NodeRef<'a>>> {
    if !is_heading(node) || stats.at(node).words > LABEL_WORDS || stats.at(node).headlines > 0 {
        return None;
    }
    let label = plain(&text_of(node));
    if !list.contains(&label.as_str()) {
        return None;
    }
    let mut first = *node;
    while let Some(parent) = first.parent() {
        let is_free = stats.at(&parent).headlines == 0
            && !holds_main(&parent, stats.at(&parent))
            && !parent.has_name("body")
            && !parent.has_name("article");
        if !is_free
            || has_words_before(&first, stats)
            || parent.parent().is_none()
            || !goes(&parent)
        {
            break;
        }
        first = parent;
    }
    if first.id != node.id {
        return Some(vec![first]);
    }
    let mut group = vec![*node];
    let mut next = node.next_sibling();
    while let Some(sibling) = next {
        if is_heading(&sibling) || !goes(&sibling) || stats.at(&sibling).headlines > 0 {
            break;
        }
        group.push(sibling);
        next = sibling.next_sibling();
    }
    Some(group)
}

fn is_heading(node: &NodeRef) -> bool {
    let Some(name) = node.node_name() else {
        return false;
    };
    matches!(
        &*name,
        "h2" | "h3" | "h4" | "h5" | "h6" | "summary" | "legend" | "dt"
    ) || node.attr("role").is_some_and(|role| &*role == "heading")
        || (matches!(&*name, "p" | "div" | "span" | "strong" | "b")
            && has_token(node, &["heading", "title", "header", "head", "label"]))
}

/// Says whether words stand before a node in its parent.
fn has_words_before(node: &NodeRef, stats: &PageStats) -> bool {
    let mut before = node.prev_sibling();
    while let Some(sibling) = before {
        let has_words = if sibling.is_text() {
            words_in(&sibling.text()) > 0
        } else {
            stats.at(&sibling).words > 0
        };
        if has_words {
            return true;
        }
        before = sibling.prev_sibling();
    }
    false
}

/// What is looked at while a page is cleared.
struct Around<'a> {
    stats: PageStats,
    all: Stats,
    meta: &'a PageMeta,
}

impl Around<'_> {
    fn clear(&self, body: &NodeRef) {
        let mut open: Vec<NodeRef> = body.children_it(true).collect();
        let mut passed = 0;
        while let Some(node) = open.pop() {
            if !node.is_element() || node.parent().is_none() {
                continue;
            }
            let stats = self.stats.at(&node);
            if self.goes(&node, stats, passed) {
                node.remove_from_parent();
                continue;
            }
            let linked = |node: &NodeRef| {
                let stats = self.stats.at(node);
                stats.words == 0 || stats.is_linked(50) || stats.prose == 0 && stats.words < 12
            };
            if let Some(group) = headed(&node, &self.stats, AROUND_HEADINGS, linked) {
                for node in group {
                    node.remove_from_parent();
                }
                continue;
            }
            if self.removes_cards(&node, stats) {
                continue;
            }
            if stats.paragraphs == 1
                && !node
                    .children_it(false)
                    .any(|child| self.stats.at(&child).paragraphs > 0)
            {
                passed += stats.prose;
            }
            open.extend(node.children_it(true));
        }
    }

    /// Takes out cards that lead to other articles, of which an element has several beside each other:
    /// each begins with a link of some words and says a little more. Says whether nothing is left.
    fn removes_cards(&self, node: &NodeRef, stats: Stats) -> bool {
        /// So many of a kind are no accident.
        const FEWEST: usize = 3;
        /// The longest card, in words.
        const LONGEST: usize = 80;
        if stats.headlines > 0 || stats.linked < 3 * FEWEST {
            return false;
        }
        let children: Vec<NodeRef> = node
            .children_it(false)
            .filter(|child| child.is_element() && self.stats.at(child).words > 0)
            .collect();
        let is_card = |child: &&NodeRef| {
            let stats = self.stats.at(child);
            let link = || self.first_link(child);
            stats.words <= LONGEST
                && stats.paragraphs <= 2
                && link().is_some_and(|link| !goes_on(&link, child))
        };
        // A list of sentences that begin with a name: who said what.
        let is_list = node.has_name("ul") || node.has_name("ol");
        if is_list
            && children.iter().any(|child| {
                self.first_link(child)
                    .is_some_and(|link| goes_on(&link, child))
            })
        {
            return false;
        }
        let cards: Vec<&NodeRef> = children.iter().filter(is_card).collect();
        if cards.len() < FEWEST || cards.len() * 2 < children.len() {
            return false;
        }
        for card in &cards {
            card.remove_from_parent();
        }
        cards.len() == children.len()
    }

    /// Returns the link to elsewhere that the first words of an element are.
    fn first_link<'n>(&self, node: &NodeRef<'n>) -> Option<NodeRef<'n>> {
        let mut at = *node;
        for _ in 0..8 {
            let stats = self.stats.at(&at);
            if stats.words >= 3 && stats.is_linked(90) {
                return Some(at);
            }
            let has_text = at
                .children_it(false)
                .take_while(|child| !child.is_element() || self.stats.at(child).words == 0)
                .any(|child| child.is_text() && words_in(&child.text()) > 0);
            let first = at
                .children_it(false)
                .find(|child| self.stats.at(child).words > 0);
            match first.filter(|_| !has_text) {
                Some(first) => at = first,
                None => return None,
            }
        }
        None
    }

    /// Says whether an element stands around the article; `passed` is how many words of sentences
    /// came before it.
    fn goes(&self, node: &NodeRef, stats: Stats, passed: usize) -> bool {
        let Some(name) = node.node_name() else {
            return false;
        };
        if matches!(
            &*name,
            "script" | "style" | "noscript" | "body" | "main" | "h1" | "br"
        ) {
            return false;
        }
        let holds_article = stats.headlines > 0
            || holds_main(node, stats)
            || stats.prose * 2 > self.all.prose.max(1);
        if holds_article {
            return false;
        }
        let layout = Layout::of_node(node, &name);
        if is_hidden(node)
            || node
                .attr("aria-hidden")
                .is_some_and(|value| &*value == "true")
        {
            return true;
        }
        is_part_of_page(node, &name)
            || (layout.is_block() && has_token(node, AROUND) && !is_table_part(&name))
            || (layout.is_block() && self.is_about_author(node, stats, passed))
            || leads_away(node, &name, stats)
            || is_note_mark(node, &name)
    }

    /// Says whether an element is a line about who wrote it and when, or a box about the author.
    fn is_about_author(&self, node: &NodeRef, stats: Stats, passed: usize) -> bool {
        if stats.words == 0 {
            return false;
        }
        let is_named = has_token(node, BYLINES)
            || node.attr("rel").is_some_and(|rel| &*rel == "author")
            || node
                .attr("itemprop")
                .is_some_and(|prop| matches!(&*prop, "author" | "datePublished" | "dateModified"));
        if is_named {
            let most = if passed > 0 { BIO_WORDS } else { BYLINE_WORDS };
            return stats.words <= most;
        }
        if stats.words > 40 || stats.paragraphs > 3 {
            return false;
        }
        let text = text_of(node);
        let text = text.trim();
        let words = plain(text);
        let has = |list: &[&str]| list.iter().any(|phrase| words.contains(phrase));
        if stats.words <= 9 && has(walls::READING_TIMES) || asks_to_subscribe(node, &words) {
            return true;
        }
        if stats.words > 14 || stats.paragraphs > 0 {
            return false;
        }
        let by = [
            "By ", "Von ", "Par ", "Por ", "Text: ", "Autor: ", "Author: ",
        ];
        if passed == 0 && by.iter().any(|by| text.starts_with(by)) && !text.ends_with('.') {
            return true;
        }
        let is_sentence = text.ends_with(['.', '!', '?', '”', '"', '»', '…']);
        let names_author = self
            .meta
            .authors
            .iter()
            .any(|author| text.contains(author.as_str()));
        !is_sentence && passed == 0 && (names_author || stats.times > 0)
    }
}

/// Says whether a sentence goes on after the link that an element begins with, in the link's own line.
fn goes_on(link: &NodeRef, within: &NodeRef) -> bool {
    let is_block = |node: &NodeRef| {
        node.node_name()
            .is_some_and(|name| &*name == "br" || Layout::of_node(node, &name).is_block())
    };
    if link.descendants_it().any(|below| is_block(&below)) {
        return false;
    }
    let mut rest = String::new();
    let mut at = *link;
    'line: while !is_block(&at) && at.id != within.id {
        let mut next = at.next_sibling();
        while let Some(sibling) = next {
            if is_block(&sibling) {
                break 'line;
            }
            let words = text_of(&sibling);
            // An element of its own that begins like a sentence is what a card says of its link.
            let is_teaser = sibling.is_element() && words.starts_with(char::is_uppercase);
            if rest.trim().is_empty() && is_teaser {
                return false;
            }
            rest.push_str(&words);
            next = sibling.next_sibling();
        }
        let Some(parent) = at.parent() else { break };
        at = parent;
    }
    let words = words_in(&rest);
    words >= 10
        || (words >= 4
            && rest
                .trim_end()
                .ends_with(['.', '!', '?', '…', '”', '"', '»']))
}

/// Says whether nearly all the words of an element lead elsewhere.
fn leads_away(node: &NodeRef, name: &str, stats: Stats) -> bool {
    let is_block = Layout::of_node(node, name).is_block();
    if !is_block || is_table_part(name) || stats.words == 0 || name == "li" {
        return false;
    }
    if stats.prose == 0 && stats.words >= 3 && stats.is_linked(75) {
        return true;
    }
    let is_short = stats.words <= 40 && (stats.linked > 0 || stats.words <= LABEL_WORDS);
    if !is_short || !(stats.is_linked(40) || stats.words <= 5) {
        return false;
    }
    let text = text_of(node);
    let label = text.split([':', '\n']).next().unwrap_or_default();
    LABELS.contains(&plain(label).as_str())
}

/// Says whether an element is of a table: those of a layout have the article in them, those with
/// figures have links in every cell.
fn is_table_part(name: &str) -> bool {
    matches!(
        name,
        "table" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th"
    )
}

/// Says whether an element is by its kind or role no part of an article.
fn is_part_of_page(node: &NodeRef, name: &str) -> bool {
    matches!(
        name,
        "nav" | "menu" | "dialog" | "search" | "form" | "footer"
    ) || node.attr("role").is_some_and(|role| {
        matches!(
            &*role,
            "navigation"
                | "dialog"
                | "alertdialog"
                | "banner"
                | "search"
                | "contentinfo"
                | "menu"
                | "menubar"
                | "toolbar"
                | "complementary"
                | "alert"
                | "tooltip"
        )
    }) || node
        .attr("aria-modal")
        .is_some_and(|value| &*value == "true")
}

/// Says whether an element is the mark of a note, such as [1].
fn is_note_mark(node: &NodeRef, name: &str) -> bool {
    if name != "sup" {
        return false;
    }
    let text = node.text();
    let mark = text.trim().trim_matches(['[', ']', '(', ')']);
    let leads = node.descendants_it().any(|below| below.has_name("a"));
    leads && mark.chars().count() <= 4
}

/// Says whether a block asks to subscribe to a letter: it begins so, or has a button beside it.
fn asks_to_subscribe(node: &NodeRef, words: &str) -> bool {
    let names_letter = walls::LETTERS.iter().any(|letter| words.contains(letter));
    if !names_letter
        || !walls::SIGN_UPS
            .iter()
            .any(|sign_up| words.contains(sign_up))
    {
        return false;
    }
    let begins = walls::SIGN_UPS
        .iter()
        .any(|sign_up| words.starts_with(sign_up));
    let is_field = |below: NodeRef| below.has_name("input") || below.has_name("button");
    let beside = node
        .parent()
        .map(|parent| parent.children_it(false).any(is_field));
    begins || beside.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use crate::intake::{Hint, take_in};

    /// Puts something between two paragraphs of an article, and returns the article's text.
    fn text_with(part: &str) -> String {
        let page = format!(
            "<title>About the bridge</title><article><h1>About the bridge</h1><p>At a meeting of the \
             council in the old hall on Monday four candidates spoke about the bridge, in front of the \
             press and of about two hundred people.</p>{part}<p>The council will vote on the budget in \
             March, after a hearing in which the engineers will give their report.</p></article>"
        );
        let hint = Hint {
            media_type: Some("text/html"),
            ..Hint::default()
        };
        take_in(page.as_bytes(), &hint)
            .expect("a page")
            .text
            .expect("a text")
    }

    #[test]
    fn a_list_of_sentences_is_no_list_of_cards() {
        let items = |after: fn(usize) -> String| -> String {
            let item = |n| {
                let after = after(n);
                format!("<li><a href=/{n}>Number {n} of the Greens</a>{after}</li>")
            };
            let items: String = (1..5).map(item).collect();
            format!("<ul>{items}</ul>")
        };
        let sentences = text_with(&items(|n| {
            format!(" said that it cost {n} million crowns.")
        }));
        assert!(sentences.contains("Number 4 of the Greens said that it cost 4 million crowns."));
        let cards = text_with(&items(|n| {
            format!("<p>It cost {n} million crowns, and here is how it came to that.</p>")
        }));
        assert!(!cards.contains("of the Greens"), "{cards}");
    }
}
