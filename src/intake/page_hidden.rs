//! Words that a page holds and shows only with the help of its scripts.
//!
//! Scripts are not run here. But many a page hides its article until a script has come, or writes it
//! into a template, or gives it to its scripts as data; a browser shows it, so it is looked for where
//! the page shows next to nothing itself. That the words came from data is said.

use dom_query::{Document, NodeRef};
use serde_json::Value;

use super::html::is_hidden;
use super::page_stats::{PageStats, words_in};

/// A page that shows fewer words of sentences than this is looked into.
pub(super) const NEXT_TO_NOTHING: usize = 40;

/// Data counts as an article from so many words on.
const FEWEST_WORDS: usize = 60;

/// The longest data that is read, in bytes.
const LONGEST_DATA: usize = 8 * 1024 * 1024;

/// How far the end of a tag is looked for, in bytes.
const LONGEST_TAG: usize = 4 * 1024;

/// A text in data counts as a sentence from this many words on.
const SENTENCE_WORDS: usize = 6;

/// Fields whose texts are about an article, not of it.
const NOT_WORDS: &[&str] = &[
    "url",
    "href",
    "src",
    "id",
    "type",
    "kind",
    "slug",
    "alt",
    "description",
    "seo",
    "keywords",
    "byline",
    "author",
    "authors",
    "publishedat",
    "published",
    "date",
    "section",
    "headline",
    "title",
    "image",
    "caption",
    "credit",
    "canonical",
    "@type",
    "@id",
    "@context",
];

/// Writes `<template shadowrootmode=…>` as the elements that a browser makes of it.
pub(super) fn with_shadow_roots(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    if !lower.contains("shadowrootmode") {
        return None;
    }
    let mut written = String::with_capacity(page.len());
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(found) = lower[at..].find("template") {
        let start = at + found;
        let end = start + "template".len();
        written.push_str(&page[at..start]);
        at = end;
        let is_opening = lower[..start].ends_with('<');
        let is_closing = lower[..start].ends_with("</");
        let is_shadow = if is_opening {
            let near = lower.as_bytes()[end..].iter().take(LONGEST_TAG);
            let length = near.copied().position(|b| b == b'>');
            let is_shadow =
                length.is_some_and(|length| lower[end..end + length].contains("shadowrootmode"));
            open.push(is_shadow);
            is_shadow
        } else {
            is_closing && open.pop().unwrap_or(false)
        };
        written.push_str(if is_shadow { "div" } else { &page[start..end] });
    }
    written.push_str(&page[at..]);
    Some(written)
}

/// Shows what is hidden, where that is nearly all of a page's sentences.
pub(super) fn reveal(document: &Document) {
    let Some(body) = document.body() else { return };
    if PageStats::of(document).at(&body).prose >= NEXT_TO_NOTHING {
        return;
    }
    let hidden: Vec<NodeRef> = std::iter::once(body)
        .chain(body.descendants_it())
        .filter(|node| node.is_element() && is_hidden(node))
        .take(8)
        .collect();
    for node in hidden {
        let before: Vec<(&str, Option<String>)> = ["hidden", "style"]
            .into_iter()
            .map(|name| (name, node.attr(name).map(|value| value.to_string())))
            .collect();
        node.remove_attrs(&["hidden", "style"]);
        if PageStats::of(document).at(&node).prose >= FEWEST_WORDS {
            return;
        }
        for (name, value) in before {
            if let Some(value) = value {
                node.set_attr(name, &value);
            }
        }
    }
}

/// Reads the article that a page gives to its scripts, or to search engines; nothing where there is
/// none.
pub(super) fn of_data(document: &Document) -> Option<String> {
    let scripts = document.select(r#"script[type="application/ld+json"], script[type="application/json"], script#__NEXT_DATA__"#);
    let mut best: Option<(usize, String)> = None;
    for script in scripts.nodes() {
        let data = script.text();
        if data.len() > LONGEST_DATA {
            continue;
        }
        let Ok(value) = serde_json::from_str::<Value>(data.trim()) else {
            continue;
        };
        let text = body_of(&value).unwrap_or_else(|| texts_of(descend(&value)));
        let words = words_in(&text);
        if words >= FEWEST_WORDS && best.as_ref().is_none_or(|(most, _)| words > *most) {
            best = Some((words, text));
        }
    }
    best.map(|(_, text)| text)
}

/// Returns schema.org's `articleBody`, wherever it stands.
fn body_of(value: &Value) -> Option<String> {
    match value {
        Value::Object(fields) => match fields.get("articleBody") {
            Some(Value::String(body)) => Some(body.replace('\n', "\n\n")),
            _ => fields.values().find_map(body_of),
        },
        Value::Array(values) => values.iter().find_map(body_of),
        _ => None,
    }
}

/// Goes down to the smallest part with nearly all sentences, as in a page's elements.
fn descend(value: &Value) -> &Value {
    let mut at = value;
    loop {
        let parts: Vec<&Value> = match at {
            Value::Object(fields) => fields.values().collect(),
            Value::Array(values) => values.iter().collect(),
            _ => return at,
        };
        let all: usize = parts.iter().map(|part| prose(part)).sum();
        let Some(best) = parts.into_iter().max_by_key(|part| prose(part)) else {
            return at;
        };
        if all == 0 || prose(best) * 100 < all * 70 || best.is_string() {
            return at;
        }
        at = best;
    }
}

/// Counts the words of sentences in data.
fn prose(value: &Value) -> usize {
    match value {
        Value::String(text) => Some(words_in(text))
            .filter(|words| *words >= SENTENCE_WORDS)
            .unwrap_or(0),
        Value::Array(values) => values.iter().map(prose).sum(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| is_words(name))
            .map(|(_, value)| prose(value))
            .sum(),
        _ => 0,
    }
}

fn is_words(field: &str) -> bool {
    !NOT_WORDS.contains(&field.to_ascii_lowercase().as_str())
}

/// Writes out the texts of data, a paragraph each; a list of short ones is a row of a table.
fn texts_of(value: &Value) -> String {
    let mut lines = Vec::new();
    push_texts(value, &mut lines);
    lines.join("\n\n")
}

fn push_texts(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(' ') => lines.push(without_tags(text)),
        Value::Array(values) if values.len() > 1 && values.iter().all(Value::is_string) => {
            let cells: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            if cells.iter().any(|cell| words_in(cell) >= SENTENCE_WORDS) {
                lines.extend(cells.iter().map(|cell| without_tags(cell)));
            } else {
                lines.push(cells.join(" "));
            }
        }
        Value::Array(values) => values.iter().for_each(|value| push_texts(value, lines)),
        Value::Object(fields) => {
            let of_words = fields.iter().filter(|(name, _)| is_words(name));
            of_words.for_each(|(_, value)| push_texts(value, lines));
        }
        _ => {}
    }
}

/// Reads a text that may be a piece of HTML.
fn without_tags(text: &str) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    super::html::read_piece(text).map_or_else(|_| text.to_owned(), |words| words.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::html;

    const LONG: &str =
        "Words, and more words, enough for a paragraph that counts as one of an article. ";

    #[test]
    fn what_a_page_holds_for_its_scripts_is_found() {
        let body = LONG.repeat(3);
        for page in [
            format!(
                "<div id=app></div><script type=application/json>{{\"props\":{{\"id\":7,\"body\":[{{\"type\":\"p\",\"text\":\"{body}\"}},{{\"type\":\"p\",\"text\":\"{body}\"}}]}}}}</script>"
            ),
            format!(
                "<div id=app></div><script type=application/ld+json>{{\"@type\":\"Article\",\"articleBody\":\"{body}\\n{body}\"}}</script>"
            ),
            format!("<main style='visibility:hidden'><h1>A title</h1><p>{body}<p>{body}</main>"),
            format!("<x-a><template shadowrootmode=open><p>{body}<p>{body}</template></x-a>"),
        ] {
            let read = html::read(&page, None).expect("a page");
            assert_eq!(
                read.text.matches("Words, and more").count(),
                6,
                "{page}\n{}",
                read.text
            );
        }
        let short =
            "<div id=app>Loading</div><script type=application/json>{\"a\":\"few words\"}</script>";
        assert_eq!(
            html::read(short, None).expect("a page").text.trim(),
            "Loading"
        );
    }

    #[test]
    fn templates_without_an_end_take_time_in_line_with_the_page() {
        // Looking through all of it for each would take minutes.
        let page = format!("shadowrootmode{}", "<template ".repeat(400_000));
        let started = std::time::Instant::now();
        let written = with_shadow_roots(&page).expect("it may have some");
        assert_eq!(written, page);
        assert!(started.elapsed() < std::time::Duration::from_mins(1));
        let too_long = "<template shadowrootmode ".repeat(1_000_000);
        assert!(html::read(&too_long, None).is_err());
    }

    #[test]
    fn other_templates_stay_closed() {
        assert_eq!(with_shadow_roots("<template><p>x</template>"), None);
        let page = "<TEMPLATE shadowrootmode=open><template>a</template>b</TEMPLATE>template";
        assert_eq!(
            with_shadow_roots(page).as_deref(),
            Some("<div shadowrootmode=open><template>a</template>b</div>template")
        );
    }
}
