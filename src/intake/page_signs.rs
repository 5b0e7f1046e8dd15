//! What can be seen in a page's elements before anything is taken out of it.

use std::collections::HashSet;

use dom_query::{Document, NodeRef};

use super::html::text_of;
use super::page_kind::{NEARLY_NOTHING, first_words};
use super::page_stats::{PageStats, words_in};
use super::page_words::plain;

/// The page's JSON-LD, without white space.
pub(super) fn data_of(document: &Document) -> String {
    let blocks = document.select(r#"script[type="application/ld+json"]"#);
    let text: String = blocks
        .nodes()
        .iter()
        .map(|node| node.text().to_string())
        .collect();
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

pub(super) fn is_paid(document: &Document, data: &str) -> bool {
    let lower = data.to_ascii_lowercase();
    let says = |value: &str| lower.contains(&format!("\"isaccessibleforfree\":{value}"));
    let in_page = document.select("[itemprop=isAccessibleForFree]");
    let is_no = |node: &NodeRef| {
        let value = node.attr("content").unwrap_or_else(|| node.text());
        value.trim().eq_ignore_ascii_case("false")
    };
    says("false") || says("\"false\"") || in_page.nodes().iter().any(is_no)
}

pub(super) fn is_called_live(document: &Document, title: &str) -> bool {
    let words = plain(title);
    let in_title = words.split(' ').any(|word| {
        matches!(
            word,
            "live"
                | "liveticker"
                | "liveblog"
                | "direct"
                | "directo"
                | "ticker"
                | "vivo"
                | "en-vivo"
        )
    });
    in_title
        || document
            .select("[class*=liveblog], [class*=live-blog], [class*=LiveBlog], [id*=liveblog], [id*=live-blog], [class*=liveticker], [class*=live-entry], [class*=live-update], [class*=live-feed], [itemtype*=LiveBlogPosting]")
            .exists()
}

/// Counts the elements of one kind that begin with a time: entries of a live blog.
pub(super) fn entries_with_time(document: &Document) -> usize {
    let in_comments = |node: &NodeRef| {
        node.ancestors_it(Some(6)).any(|above| {
            let names = [above.attr("class"), above.attr("id")];
            names
                .into_iter()
                .flatten()
                .any(|names| names.to_ascii_lowercase().contains("comment"))
        })
    };
    let times = document.select("article time, section time, li time, div time");
    // More than a live blog of a whole day.
    let times = times
        .nodes()
        .iter()
        .take(2000)
        .filter(|node| !in_comments(node));
    let clocks = times.filter(|node| begins_with_clock(&node.text())).count();
    // Where each entry only says how long ago it was written.
    let ago = document.select("[class*=ago], [data-ts], [data-timestamp], [class*=timestamp], [class*=entry-time], [class*=post-time]");
    clocks.max(
        ago.nodes()
            .iter()
            .take(2000)
            .filter(|node| !in_comments(node))
            .count()
            / 2,
    )
}

/// Says whether a line begins with a time of the day, such as `14:05` or `2.30pm`.
///
/// With a point it may be any number: it is a time where the line says so, or says nothing more.
pub(super) fn begins_with_clock(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| !c.is_ascii_digit() && !c.is_alphabetic());
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    let after = rest.get(3..).unwrap_or_default();
    (1..=2).contains(&digits)
        && (!rest.starts_with('.') || says_that_it_is_a_time(after))
        && rest.starts_with([':', '.', 'h', 'H'])
        && rest
            .as_bytes()
            .get(1..3)
            .is_some_and(|two| two.iter().all(u8::is_ascii_digit) && two[0] < b'6')
        && !rest.as_bytes().get(3).is_some_and(u8::is_ascii_digit)
        && line[..digits].parse::<u8>().is_ok_and(|hour| hour < 25)
}

/// Looks at what follows a number such as 2.30.
fn says_that_it_is_a_time(after: &str) -> bool {
    let words = after.trim_start().to_lowercase();
    let mut letters = words.split(|c: char| !c.is_alphabetic() && c != '.');
    let first = letters.next().unwrap_or_default().trim_end_matches('.');
    matches!(
        first,
        "am" | "pm"
            | "a.m"
            | "p.m"
            | "uhr"
            | "h"
            | "hrs"
            | "gmt"
            | "utc"
            | "bst"
            | "cet"
            | "cest"
            | "est"
            | "edt"
    ) || words.is_empty()
        || words.starts_with([':', '|', '–', '—', '-'])
}

pub(super) fn buttons_of(document: &Document, stats: &PageStats) -> Vec<String> {
    let found = document.select("button, [role=button], input[type=submit], input[type=button], a");
    let label = |node: &NodeRef| {
        if stats.at(node).words > 20 {
            return None;
        }
        let text = node.attr("value").unwrap_or_else(|| node.text());
        (text.len() <= 120).then(|| plain(&text))
    };
    found
        .nodes()
        .iter()
        .filter_map(label)
        .filter(|label| !label.is_empty())
        .collect()
}

/// Says whether the page has an element that scripts fill, and nothing in it.
pub(super) fn is_frame(document: &Document) -> bool {
    let frames = document.select(
        "#root, #app, #__next, #__nuxt, #main-app, [data-reactroot], app-root, #svelte, #ember-app",
    );
    let has_scripts = document.select("script").length() > 0;
    has_scripts
        && frames
            .nodes()
            .iter()
            .any(|node| words_in(&text_of(node)) < NEARLY_NOTHING)
        || document.select("body").text().trim().is_empty()
}

/// Lists the words of links in lists, headings and boxes: they lead to other articles.
pub(super) fn teasers_of(document: &Document, stats: &PageStats) -> HashSet<String> {
    /// The longest one, in words: whatever is longer is no label, and would be read again and again
    /// in elements within elements.
    const LONGEST: usize = 60;
    let words = |selector: &str| -> Vec<String> {
        let found = document.select(selector);
        let short = found
            .nodes()
            .iter()
            .filter(|node| (1..=LONGEST).contains(&stats.at(node).words));
        short.map(|node| plain(&text_of(node))).collect()
    };
    let listed =
        words("h2 a, h3 a, h4 a, li a, nav a, aside a, footer a, td a, a h2, a h3, a p, a div");
    // An offer to subscribe is shorter.
    let mut long = words("a");
    long.retain(|words| words.split(' ').count() >= 6);
    let mut found: HashSet<String> = listed
        .into_iter()
        .filter(|words| words.contains(' '))
        .collect();
    found.extend(long);
    // So are headings of which there are several.
    for level in ["h3", "h4", "h5"] {
        let headings = words(level);
        if headings.len() >= 3 {
            found.extend(headings);
        }
    }
    found
}

/// Finds where a page says that it is one of several, such as `page 1 of 3`.
pub(super) fn part_of(document: &Document, whole: &str, title: &str) -> Option<String> {
    let next = document
        .select("link[rel=next][href], a[rel=next][href]")
        .exists();
    let short = whole.lines().filter(|line| line.len() <= 60);
    let says = |line: &str| {
        let words: Vec<String> = line
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let is_number = |word: Option<&String>| word.and_then(|word| word.parse::<u32>().ok());
        words.windows(4).any(|four| {
            let is_page = matches!(
                four[0].as_str(),
                "page"
                    | "seite"
                    | "página"
                    | "part"
                    | "teil"
                    | "partie"
                    | "strona"
                    | "strana"
                    | "страница"
                    | "σελίδα"
                    | "pagina"
            );
            let is_of = matches!(
                four[2].as_str(),
                "of" | "von" | "sur" | "de" | "z" | "ze" | "из" | "από" | "van" | "di"
            );
            let (this, all) = (is_number(four.get(1)), is_number(four.get(3)));
            is_page
                && is_of
                && this
                    .zip(all)
                    .is_some_and(|(this, all)| this <= all && (2..100).contains(&all))
        })
    };
    let found = short
        .chain([title])
        .find(|line| says(line))
        .map(|line| first_words(&plain(line)));
    found.filter(|_| next || document.select("a[href*='page='], a[href*='/page/'], a[href*='seite='], [class*=pagination], [class*=pager]").exists())
}

pub(super) fn has_challenge(document: &Document) -> bool {
    document
        .select("[class*=captcha], [id*=captcha], [id*=challenge], [class*=challenge], [id*=cf-], [class*=cf-], iframe[src*=captcha], script[src*=captcha], script[src*=challenge]")
        .exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_no_time_of_the_day() {
        for line in [
            "14:05",
            "14:05 The vote begins",
            "2.30pm The vote begins",
            "2.30 p.m. A vote",
            "14.05 Uhr: Es wird gewählt",
            "14.05",
            "9.15 – The vote",
            "8h30 Le vote",
            "• 14:05 A vote",
            "2.30am",
        ] {
            assert!(begins_with_clock(line), "{line}");
        }
        for line in [
            "2.30 million people were moved",
            "2.30 Millionen Menschen",
            "1.25% of them",
            "12.50 euros a day",
            "3.75 was the rate",
            "1:95 or so",
            "2024 was dry",
            "25:10 to them",
            "2.3",
            "2.é0",
        ] {
            assert!(!begins_with_clock(line), "{line}");
        }
    }
}
