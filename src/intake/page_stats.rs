//! How many words stand in each element of a page, and how many of them are sentences.
//!
//! Counted once, from the leaves up, so that the time is in the page's length: what stands around an
//! article and where the article begins are both decided by these figures.

use std::collections::HashMap;

use dom_query::{Document, NodeId, NodeRef};

use super::html::{Layout, is_hidden};

/// A block of text counts as sentences from this many words on.
const SENTENCE_WORDS: usize = 10;

/// The words of one element, with all that is in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stats {
    /// All words that are shown.
    pub(super) words: usize,
    /// Those in links that lead away from the page.
    pub(super) linked: usize,
    /// Those in blocks that are sentences rather than labels or links.
    pub(super) prose: usize,
    /// How many such blocks there are.
    pub(super) paragraphs: usize,
    /// How many first-level headings.
    pub(super) headlines: usize,
    /// How many elements that hold a page's main part.
    pub(super) mains: usize,
    /// How many `<time>` elements.
    pub(super) times: usize,
}

impl Stats {
    fn add(&mut self, other: Self) {
        self.words += other.words;
        self.linked += other.linked;
        self.prose += other.prose;
        self.paragraphs += other.paragraphs;
        self.headlines += other.headlines;
        self.mains += other.mains;
        self.times += other.times;
    }

    /// Says whether at least this share (in per cent) of the words are links.
    pub(super) const fn is_linked(self, percent: usize) -> bool {
        self.words > 0 && self.linked * 100 >= self.words * percent
    }
}

/// The figures of a page's elements.
pub(super) struct PageStats(HashMap<NodeId, Stats>);

impl PageStats {
    /// Counts a page.
    pub(super) fn of(document: &Document) -> Self {
        let mut all = HashMap::new();
        if let Some(body) = document.body() {
            count(body, &mut all);
        }
        Self(all)
    }

    /// Returns an element's figures: nothing for one that is not shown.
    pub(super) fn at(&self, node: &NodeRef) -> Stats {
        self.0.get(&node.id).copied().unwrap_or_default()
    }
}

/// Counts words; where a script has no spaces, two of its characters are one.
pub(super) fn words_in(text: &str) -> usize {
    text.split_whitespace().map(words_of).sum()
}

fn words_of(piece: &str) -> usize {
    let unspaced = piece.chars().filter(|&c| is_unspaced(c)).count();
    if unspaced > 0 {
        unspaced.div_ceil(2)
    } else {
        usize::from(piece.chars().any(char::is_alphanumeric))
    }
}

/// Says whether a character is of a script that puts no spaces between words.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}')
}

/// An element whose children are being counted.
struct Open<'a> {
    node: NodeRef<'a>,
    is_block: bool,
    is_link: bool,
    stats: Stats,
    /// The words that stand in this block itself, not in a block within it.
    own: usize,
    own_linked: usize,
}

enum Step<'a> {
    Enter(NodeRef<'a>),
    Leave,
}

fn count(body: NodeRef, all: &mut HashMap<NodeId, Stats>) {
    let mut open: Vec<Open> = Vec::new();
    let mut links = 0_usize;
    let mut steps = vec![Step::Enter(body)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(node) if node.is_text() => {
                let words = words_in(&node.text());
                if let Some(within) = open.last_mut() {
                    let linked = if links > 0 { words } else { 0 };
                    within.stats.words += words;
                    within.stats.linked += linked;
                    within.own += words;
                    within.own_linked += linked;
                }
            }
            Step::Enter(node) => {
                let Some(name) = node.node_name() else {
                    continue;
                };
                let layout = Layout::of_node(&node, &name);
                if layout == Layout::Unread || is_hidden(&node) {
                    continue;
                }
                let is_link = &*name == "a" && leads_away(&node);
                links += usize::from(is_link);
                let stats = Stats {
                    headlines: usize::from(&*name == "h1"),
                    mains: usize::from(is_main(&node, &name)),
                    times: usize::from(&*name == "time"),
                    ..Stats::default()
                };
                open.push(Open {
                    node,
                    is_block: layout.is_block(),
                    is_link,
                    stats,
                    own: 0,
                    own_linked: 0,
                });
                steps.push(Step::Leave);
                steps.extend(node.children_it(true).map(Step::Enter));
            }
            Step::Leave => {
                let Some(mut left) = open.pop() else { continue };
                links -= usize::from(left.is_link);
                if left.is_block && left.own >= SENTENCE_WORDS && left.own_linked * 5 < left.own * 2
                {
                    left.stats.prose += left.own;
                    left.stats.paragraphs += 1;
                }
                if let Some(within) = open.last_mut() {
                    within.stats.add(left.stats);
                    if !left.is_block {
                        within.own += left.own;
                        within.own_linked += left.own_linked;
                    }
                }
                all.insert(left.node.id, left.stats);
            }
        }
    }
}

/// Says whether a link leads to another page; one within the page is a heading's anchor or a note.
fn leads_away(link: &NodeRef) -> bool {
    link.attr("href")
        .is_some_and(|to| !to.trim_start().starts_with('#'))
}

/// Says whether an element says of itself that it holds the page's main part.
pub(super) fn is_main(node: &NodeRef, name: &str) -> bool {
    name == "main"
        || node.attr("role").is_some_and(|role| &*role == "main")
        || node
            .attr("itemprop")
            .is_some_and(|prop| prop.split_whitespace().any(|prop| prop == "articleBody"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::page_tree;

    #[test]
    fn words_links_and_sentences_are_counted_once() {
        let ten = "one two three four five six seven eight nine ten.";
        let page = format!(
            "<body><h1>Head</h1><p>{ten} <a href=/x>away</a> <a href=#n>here</a></p><ul><li><a \
             href=/y>{ten}</a></ul><p hidden>{ten}</p><div>{ten}<br><br>{ten}</div>"
        );
        let document = page_tree::parse(&page).expect("a page");
        let body = document.body().expect("a body");
        let stats = PageStats::of(&document).at(&body);
        assert_eq!((stats.words, stats.linked), (43, 11));
        assert_eq!((stats.prose, stats.paragraphs, stats.headlines), (32, 2, 1));
    }

    #[test]
    fn scripts_without_spaces_have_words_too() {
        assert_eq!(words_in("one two – three"), 3);
        assert_eq!(words_in("今日は晴れです"), 4);
        assert_eq!(words_in("…"), 0);
    }
}
