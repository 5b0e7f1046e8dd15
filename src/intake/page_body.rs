//! The part of a page in which its sentences are.
//!
//! From the body downwards, the way leads into a child as long as that child has nearly all of the
//! sentences of its parent: what remains is the smallest part with the whole article, so that lists,
//! tables and headings between the sentences come with it. Readability, which weighs each element by
//! itself, leaves such parts out; but where a page's sentences are spread over columns, it tells which
//! column is the article, and here the whole row is taken. [`choose`] takes the reading that has more
//! of the article and less of the rest.

use std::collections::HashSet;

use dom_query::{Document, NodeId, NodeRef};

use super::html::{Layout, text_of};
use super::page_stats::{PageStats, Stats, is_main, words_in};
use super::page_words::{STANDFIRSTS, plain, tokens};

/// The share of the sentences, in per cent, that leads into a child.
const NEARLY_ALL: usize = 70;

/// A line counts as a sentence of a text from this many words on.
const SENTENCE_WORDS: usize = 10;

/// The longest paragraph below a headline, in words.
const STANDFIRST_WORDS: usize = 80;

/// The part that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Its words.
    pub(super) text: String,
    /// The paragraph between the headline and this part.
    pub(super) standfirst: Option<String>,
    /// Whether it is smaller than the page.
    pub(super) is_set_apart: bool,
    /// Whether the page's headline is in it, and other columns are not.
    pub(super) is_under_headline: bool,
    /// The page's headline, where an element has its words alone.
    pub(super) headline: Option<String>,
}

/// Finds the part of a page with its sentences; nothing where it has none.
pub(super) fn find(document: &Document, headlines: &[String], title: Option<&str>) -> Part {
    let Some(body) = document.body() else {
        return Part::default();
    };
    let stats = PageStats::of(document);
    if stats.at(&body).prose == 0 {
        return Part::default();
    }
    let headline = headline_in(&body, &stats, headlines, title);
    let above: HashSet<NodeId> = headline
        .iter()
        .flat_map(|node| {
            node.ancestors_it(None)
                .map(|above| above.id)
                .chain([node.id])
        })
        .collect();
    let part = descend(body, &stats, &above);
    let beside = stats.at(&body).prose - stats.at(&part).prose;
    Part {
        is_under_headline: above.contains(&part.id) && beside > 0,
        headline: headline.and_then(|node| super::meta::one_line(&text_of(&node))),
        text: text_of(&part),
        standfirst: standfirst(&body, &part, &stats, headlines),
        is_set_apart: part.id != body.id,
    }
}

/// Finds the element that is the page's headline: a first-level heading that its title agrees with,
/// else whatever has the title's words alone.
fn headline_in<'a>(
    body: &NodeRef<'a>,
    stats: &PageStats,
    headlines: &[String],
    title: Option<&str>,
) -> Option<NodeRef<'a>> {
    /// A title has so many words in addition at most: the site's name, the section's.
    const MORE_WORDS: usize = 8;
    let title = plain(title.unwrap_or_default());
    let agrees = |words: &str| {
        let count = words.split(' ').count();
        title == words
            || (count >= 3
                && title.contains(words)
                && title.split(' ').count() <= count + MORE_WORDS)
    };
    let mut steps = vec![*body];
    let mut first = None;
    while let Some(node) = steps.pop() {
        let here = stats.at(&node);
        if !node.is_element() || here.words == 0 {
            continue;
        }
        let is_heading = node.has_name("h1");
        if here.words <= 60 && !here.is_linked(80) {
            let words = plain(&text_of(&node));
            if !words.is_empty() && agrees(&words) {
                return Some(node);
            }
            if is_heading
                && first.is_none()
                && headlines.iter().any(|heading| plain(heading) == words)
            {
                first = Some(node);
            }
        }
        if here.words > 1 {
            steps.extend(node.children_it(true));
        }
    }
    first
}

/// Goes down to the smallest element with nearly all sentences, or with the headline and sentences
/// below it: other columns have none.
fn descend<'a>(body: NodeRef<'a>, stats: &PageStats, above: &HashSet<NodeId>) -> NodeRef<'a> {
    /// So many paragraphs beside a headline are its article.
    const ENOUGH: usize = 3;
    let mut at = body;
    loop {
        let children: Vec<NodeRef> = at.children_it(false).filter(NodeRef::is_element).collect();
        let all = stats.at(&at).prose;
        let under = children.iter().find(|child| above.contains(&child.id));
        if let Some(under) = under
            && stats.at(under).paragraphs > ENOUGH
            && stats.at(under).prose * 3 > stats.at(under).words
        {
            at = *under;
            continue;
        }
        let weighed = |child: &NodeRef| weight(child, stats.at(child));
        let Some(best) = children.iter().max_by_key(|child| weighed(child)) else {
            return at;
        };
        let total: usize = children.iter().map(weighed).sum();
        let of_best = stats.at(best);
        let is_nearly_all =
            weighed(best) * 100 >= total.max(1) * NEARLY_ALL && of_best.prose * 2 >= all;
        let is_block = best.node_name().is_some_and(|name| {
            let layout = Layout::of_node(best, &name);
            layout.is_block() || of_best.paragraphs > 1
        });
        // A single paragraph with most of a short article's words is not all of it.
        let is_paragraph = of_best.paragraphs <= 1
            && !best
                .children_it(false)
                .any(|child| stats.at(&child).paragraphs > 0);
        if !is_nearly_all || !is_block || is_paragraph || of_best.prose == 0 {
            return at;
        }
        at = *best;
    }
}

/// Weighs an element's sentences: more where it says that it is the main part, or has the headline.
fn weight(node: &NodeRef, stats: Stats) -> usize {
    let Some(name) = node.node_name() else {
        return 0;
    };
    let is_marked = stats.mains > 0 || is_main(node, &name);
    let factor = 2 + 2 * usize::from(is_marked) + usize::from(stats.headlines > 0);
    stats.prose * factor
}

/// Returns the paragraph between the headline and the part, where there is one.
fn standfirst(
    body: &NodeRef,
    part: &NodeRef,
    stats: &PageStats,
    headlines: &[String],
) -> Option<String> {
    let mut is_below = false;
    let mut found = None;
    let mut steps = vec![*body];
    while let Some(node) = steps.pop() {
        if node.id == part.id {
            return found;
        }
        let Some(name) = node.node_name() else {
            continue;
        };
        let here = stats.at(&node);
        if &*name == "h1" {
            let heading = super::meta::one_line(&text_of(&node))?;
            is_below |= headlines.contains(&heading);
            continue;
        }
        let is_paragraph = Layout::of_node(&node, &name).is_block()
            && !node
                .children_it(false)
                .any(|child| stats.at(&child).prose > 0);
        let is_named = [node.attr("class"), node.attr("id"), node.attr("itemprop")]
            .into_iter()
            .flatten()
            .any(|names| {
                tokens(&names)
                    .iter()
                    .any(|token| STANDFIRSTS.contains(&token.as_str()))
            });
        let fits = (6..=STANDFIRST_WORDS).contains(&here.words) && !here.is_linked(30);
        if is_below && found.is_none() && is_paragraph && fits && (here.prose > 0 || is_named) {
            found = Some(text_of(&node).trim().to_owned());
            continue;
        }
        steps.extend(node.children_it(true));
    }
    // The part was not met below the headline.
    None
}

/// Takes the part, or what Readability found: whichever lost less and has less that is not the
/// article's.
pub(super) fn choose(part: Part, readable: String) -> String {
    let here = sentences(&part.text);
    let there = sentences(&readable);
    let shared = |of: &[(String, usize)], other: &[(String, usize)]| -> usize {
        let other: HashSet<&str> = other.iter().map(|(line, _)| line.as_str()).collect();
        let lines = of.iter().filter(|(line, _)| other.contains(line.as_str()));
        lines.map(|(_, words)| words).sum()
    };
    let total = |of: &[(String, usize)]| -> usize { of.iter().map(|(_, words)| words).sum() };
    // A page in columns: what Readability leaves out is another column's, if it has most of it.
    let is_spread = !part.is_set_apart && total(&there) >= 60;
    let missed = total(&here) - shared(&here, &there);
    let surplus = total(&there) - shared(&there, &here);
    let is_closer = is_spread && surplus == 0 && missed * 2 < total(&here);
    let has_more = surplus > missed + total(&there) / 4;
    let takes_readable =
        part.text.trim().is_empty() || (!part.is_under_headline && (is_closer || has_more));
    if takes_readable {
        return with_standfirst(readable, part.standfirst);
    }
    with_standfirst(part.text, part.standfirst)
}

fn with_standfirst(text: String, standfirst: Option<String>) -> String {
    match standfirst {
        Some(standfirst) if !plain(&text).contains(&plain(&standfirst)) => {
            format!("{standfirst}\n\n{}", text.trim_start())
        }
        _ => text,
    }
}

/// Lists the lines that are sentences, with their words.
fn sentences(text: &str) -> Vec<(String, usize)> {
    let lines = text.lines().map(|line| (plain(line), words_in(line)));
    lines
        .filter(|(_, words)| *words >= SENTENCE_WORDS)
        .collect()
}

/// Takes the headline's own line out of a text, and what stands before it where that is no sentence:
/// the path to the page, the section's name. Nothing where it has no such line.
pub(super) fn without_headline(text: &str, headline: &str) -> Option<String> {
    let wanted = plain(headline);
    let mut start = 0;
    let mut has_sentences = false;
    for line in text.split_inclusive('\n').take(40) {
        if !wanted.is_empty() && plain(line) == wanted {
            let after = text[start + line.len()..].trim_start();
            let before = if has_sentences { &text[..start] } else { "" };
            return Some(format!("{before}{after}"));
        }
        has_sentences |= words_in(line) >= SENTENCE_WORDS;
        start += line.len();
    }
    None
}
