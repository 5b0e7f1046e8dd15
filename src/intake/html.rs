//! The readable text of an HTML page, without what stands around it.
//!
//! What stands around an article is taken out first (`page_around`). Then the article is looked for
//! in two ways: as the part of the page in which nearly all its sentences are (`page_body`), and by
//! `dom_smoothie`, a port of Mozilla's Readability, which knows many sites' habits; the reading that
//! lost less is taken. Its words are written out here, so that paragraphs, headings, list items and
//! table rows stay apart and words that a browser shows apart are not joined. Departing from what a
//! browser shows, quote marks that it draws around `<q>` are written, because who said what depends
//! on them. Where no article is found, the whole body counts.
//!
//! The headline is put in front, marked as one, so that it can be quoted and is not read as a
//! sentence of the article.
//!
//! Alternative texts of images, the insides of scripts, styles, forms' fields and embedded media
//! are not part of the text. Scripts are not run: a page that is empty without them has no text.

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};

use super::page_kind::{PageKind, Signs};
use super::page_stats::words_in;
use super::page_tree::{self, PageError};
use super::{
    PageMeta, Warning, page_around, page_body, page_hidden, page_meta, page_pieces, suspicion,
    text1,
};

/// The extraction's name: the third version of what is done here, and the version of the crate that
/// finds the article. The first, `html`, left headlines out; the second, `html-2`, left it to the
/// crate alone what stands around an article.
pub const EXTRACTION: &str = "html-4/dom_smoothie-0.19.0";

/// Stands before a headline that is put in front of the text.
const HEADLINE_MARK: &str = "# ";

/// A page's words and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The article's words, not yet in `text/1`.
    pub text: String,
    /// What the page says of itself.
    pub meta: PageMeta,
    /// What the page may be other than an article.
    pub warnings: Vec<Warning>,
}

/// Reads a page. `url` is where it came from, for relative addresses in its metadata.
///
/// # Errors
/// The page is over a limit.
pub fn read(page: &str, url: Option<&str>) -> Result<Page, PageError> {
    page_tree::check_length(page)?;
    let with_shadow_roots = page_hidden::with_shadow_roots(page);
    let document = page_tree::parse(with_shadow_roots.as_deref().unwrap_or(page))?;
    let mut meta = page_meta::read(&document, url);
    page_hidden::reveal(&document);
    let whole = document
        .body()
        .map(|body| text_of(&body))
        .unwrap_or_default();
    let shown_headlines: Vec<String> = document
        .select("h1")
        .nodes()
        .iter()
        .filter_map(|node| super::meta::one_line(&text_of(node)))
        .collect();
    let signs = Signs::of(&document, &whole);
    let data = page_hidden::of_data(&document);
    let removed = page_around::clear(&document, &meta);
    let part = page_body::find(&document, &shown_headlines, meta.title.as_deref());
    let own_headline = part.headline.clone();
    let found = readable(document, &mut meta);
    let mut text = page_body::choose(part, found.unwrap_or_default());
    if suspicion::is_blank(&text1::normalize(&text).text) {
        text = whole;
    }
    text.truncate(text.trim_end().len());
    let mut warnings = Vec::new();
    if let Some(data) = data.filter(|_| prose_words(&text) < page_hidden::NEXT_TO_NOTHING) {
        let words = words_in(&data);
        warnings.push(Warning::WordsOfScripts { words });
        text = data;
    }
    let headline = headline(shown_headlines, own_headline, &meta);
    if let Some(headline) = &headline {
        page_meta::shorten_title(&mut meta, headline);
    }
    if let Some(headline) = &headline {
        let without = page_body::without_headline(&text, headline);
        let had_line = without.is_some();
        text = without.unwrap_or(text);
        if had_line && !text.is_empty() || lacks(&text, headline) {
            let words = text.trim_start_matches(['\n', ' ']);
            text = format!("{HEADLINE_MARK}{headline}\n\n{words}");
        }
    }
    let is_of_data = !warnings.is_empty();
    let judged = signs.judge(&text, removed.comment_words);
    // What scripts were to show was found.
    let is_moot = |warning: &Warning| {
        let unfilled = PageKind::Unfilled;
        is_of_data && matches!(warning, Warning::NotTheArticle { page, .. } if *page == unfilled)
    };
    warnings.extend(judged.into_iter().filter(|warning| !is_moot(warning)));
    Ok(Page {
        text,
        meta,
        warnings,
    })
}

/// Counts the words of the lines that are sentences.
fn prose_words(text: &str) -> usize {
    let words = text.lines().map(words_in);
    words.filter(|words| *words >= 10).sum()
}

/// Has Readability find the article in what is left of a page, and the byline that it may have.
fn readable(document: Document, meta: &mut PageMeta) -> Option<String> {
    mark_breaks(&document);
    page_pieces::cut_long(&document);
    let config = Config {
        // The metadata is read by `page_meta`.
        disable_json_ld: true,
        ..Config::default()
    };
    let mut reader = Readability::with_document(document, None, Some(config)).ok()?;
    let article = reader.parse().ok()?;
    if meta.title.is_none() {
        meta.title = super::meta::one_line(&article.title.replace(PARAGRAPH_BREAK, " "));
    }
    if meta.authors.is_empty()
        && let Some(byline) = article.byline
    {
        page_meta::add_byline(meta, &byline.replace(PARAGRAPH_BREAK, " "));
    }
    let found = reader.doc.select_single(ARTICLE);
    found.nodes().first().map(text_of)
}

/// Returns the page's headline: of its first-level headings the one that its title agrees with, else
/// the only one, else what has the title's words alone, else the title. A heading with the publisher's
/// name is a sign over the door.
fn headline(mut shown: Vec<String>, own: Option<String>, meta: &PageMeta) -> Option<String> {
    shown.retain(|heading| Some(heading) != meta.publisher.as_ref());
    let title = meta.title.as_deref().unwrap_or_default();
    let own = own.filter(|own| {
        Some(own) != meta.publisher.as_ref()
            && (title.contains(own.as_str()) || own.contains(title))
    });
    let agrees = |heading: &String| {
        let title = meta.title.as_deref().unwrap_or_default();
        !title.is_empty() && (title.starts_with(heading.as_str()) || heading.contains(title))
    };
    if let Some(at) = shown.iter().position(agrees) {
        let shown = shown.swap_remove(at);
        // The site's name may stand in front of the title, and over the page.
        return own.filter(|own| own.len() > shown.len()).or(Some(shown));
    }
    match shown.as_slice() {
        [_] => shown.pop(),
        _ => own.or_else(|| meta.title.clone()),
    }
}

/// Says whether a text does not have a headline's words: neither all of them, nor as a line of its
/// own the beginning of a title, such as before the site's name.
fn lacks(text: &str, headline: &str) -> bool {
    let text = text1::normalize(text).text;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_beginning =
        |line: &str| line.contains(' ') && headline.starts_with(line.trim()) && line.len() >= 8;
    !suspicion::is_blank(&text) && !words.contains(headline) && !text.lines().any(is_beginning)
}

/// Stands for a paragraph break in a tree: a code point that is no character, so no page has it.
const PARAGRAPH_BREAK: char = '\u{FDD0}';

/// Where Readability puts what it found.
const ARTICLE: &str = "#readability-page-1";

/// Reads a piece of a page, such as stands in Markdown: its words, as they are shown.
pub(super) fn read_piece(piece: &str) -> Result<String, PageError> {
    let document: Document = page_tree::parse(piece)?;
    Ok(document
        .body()
        .map(|body| text_of(&body))
        .unwrap_or_default())
}

/// Marks each run of line breaks, which stands for a new paragraph.
///
/// Readability makes such a run a paragraph of what follows it, or drops it where nothing does that
/// it can take in, and then the words before and after would be joined.
fn mark_breaks(document: &Document) {
    let is_break = |node: Option<NodeRef>| node.is_some_and(|node| node.has_name("br"));
    for node in document.select("br").nodes() {
        let is_first = !is_break(next_shown(*node, NodeRef::prev_sibling));
        if is_first && is_break(next_shown(*node, NodeRef::next_sibling)) {
            node.insert_before(&node.tree.new_text(PARAGRAPH_BREAK.to_string()));
        }
    }
}

/// Returns the next node in one direction that is not white space or a comment.
fn next_shown<'a>(
    node: NodeRef<'a>,
    step: impl Fn(&NodeRef<'a>) -> Option<NodeRef<'a>>,
) -> Option<NodeRef<'a>> {
    let mut next = step(&node);
    while let Some(node) = next {
        let is_space = node.is_text() && node.text().trim().is_empty();
        if !is_space && !node.is_comment() {
            return Some(node);
        }
        next = step(&node);
    }
    None
}

/// Writes out the words of an element as they are shown: an empty line between paragraphs, a line
/// for each row and break.
pub(super) fn text_of(root: &NodeRef) -> String {
    let mut text = String::new();
    let mut preformatted = 0_usize;
    let mut steps = vec![Step::Enter(*root)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(node) if node.is_text() => {
                if preformatted > 0 {
                    text.push_str(&node.text().replace(PARAGRAPH_BREAK, "\n"));
                } else {
                    push_text(&mut text, &node.text());
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
                layout.open(&mut text);
                preformatted += usize::from(layout == Layout::Preformatted);
                steps.push(Step::Leave(layout));
                steps.extend(node.children_it(true).map(Step::Enter));
            }
            Step::Leave(layout) => {
                preformatted -= usize::from(layout == Layout::Preformatted);
                layout.close(&mut text);
            }
        }
    }
    text
}

enum Step<'a> {
    Enter(NodeRef<'a>),
    Leave(Layout),
}

/// How an element's words stand among those around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Between empty lines.
    Paragraph,
    /// The same, with spaces and line breaks as they are.
    Preformatted,
    /// On a line of its own.
    Line,
    /// A space away from its neighbours.
    Cell,
    /// A line break.
    Break,
    /// Between quote marks.
    Quoted,
    /// Among the words around it.
    Inline,
    /// Not shown as words.
    Unread,
}

impl Layout {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "address" | "article" | "aside" | "blockquote" | "body" | "center" | "details"
            | "dialog" | "dir" | "div" | "dl" | "fieldset" | "figcaption" | "figure" | "footer"
            | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup" | "hr"
            | "legend" | "main" | "menu" | "nav" | "ol" | "p" | "search" | "section"
            | "summary" | "table" | "ul" => Self::Paragraph,
            "pre" | "listing" | "plaintext" | "xmp" => Self::Preformatted,
            "li" | "dt" | "dd" | "tr" | "caption" | "optgroup" => Self::Line,
            "td" | "th" => Self::Cell,
            "br" => Self::Break,
            "q" => Self::Quoted,
            "audio" | "button" | "canvas" | "datalist" | "embed" | "head" | "iframe" | "img"
            | "input" | "math" | "meter" | "noembed" | "noframes" | "object" | "picture"
            | "progress" | "rp" | "rt" | "script" | "select" | "style" | "svg" | "template"
            | "textarea" | "title" | "video" => Self::Unread,
            _ => Self::Inline,
        }
    }

    /// The same, for an element where it stands: one of a name that the page made up itself stands
    /// apart, unless there are words right beside it.
    pub(super) fn of_node(node: &NodeRef, name: &str) -> Self {
        let has_words = |node: Option<NodeRef>| {
            node.is_some_and(|node| node.is_text() && !node.text().trim().is_empty())
        };
        let is_own = name.contains('-') && Self::of(name) == Self::Inline;
        if is_own && !has_words(node.prev_sibling()) && !has_words(node.next_sibling()) {
            return Self::Paragraph;
        }
        Self::of(name)
    }

    /// Says whether an element's words stand apart from those around it.
    pub(super) const fn is_block(self) -> bool {
        matches!(
            self,
            Self::Paragraph | Self::Preformatted | Self::Line | Self::Cell
        )
    }

    fn open(self, text: &mut String) {
        match self {
            Self::Paragraph | Self::Preformatted => end_line(text, 2),
            Self::Line => end_line(text, 1),
            Self::Break => {
                trim_spaces(text);
                text.push('\n');
            }
            Self::Cell => push_space(text),
            Self::Quoted => text.push('“'),
            Self::Inline | Self::Unread => {}
        }
    }

    fn close(self, text: &mut String) {
        match self {
            Self::Paragraph | Self::Preformatted => end_line(text, 2),
            Self::Line => end_line(text, 1),
            Self::Cell => push_space(text),
            Self::Quoted => text.push('”'),
            Self::Break | Self::Inline | Self::Unread => {}
        }
    }
}

/// Says whether an element says of itself that it is not shown.
pub(super) fn is_hidden(node: &NodeRef) -> bool {
    node.has_attr("hidden")
        || node.attr("style").is_some_and(|style| {
            let style: String = style
                .split_whitespace()
                .collect::<String>()
                .to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
}

/// Adds words, and a paragraph break where one is marked.
fn push_text(text: &mut String, words: &str) {
    for (nth, piece) in words.split(PARAGRAPH_BREAK).enumerate() {
        if nth > 0 {
            end_line(text, 2);
        }
        push_words(text, piece);
    }
}

/// Adds words with single spaces, and one on either side where the page has white space there.
fn push_words(text: &mut String, words: &str) {
    // Not `split_whitespace`: a no-break space is not collapsed in HTML, and text/1 does it anyway.
    let is_space = |c: char| c.is_ascii_whitespace();
    if words.starts_with(is_space) {
        push_space(text);
    }
    for (nth, word) in words
        .split(is_space)
        .filter(|word| !word.is_empty())
        .enumerate()
    {
        if nth > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
    if words.ends_with(is_space) {
        push_space(text);
    }
}

fn push_space(text: &mut String) {
    if !text.is_empty() && !text.ends_with([' ', '\n']) {
        text.push(' ');
    }
}

/// Ends the line, so that this many line feeds stand at the text's end.
fn end_line(text: &mut String, line_feeds: usize) {
    trim_spaces(text);
    if text.is_empty() {
        return;
    }
    let there = text.bytes().rev().take_while(|&byte| byte == b'\n').count();
    for _ in there..line_feeds {
        text.push('\n');
    }
}

fn trim_spaces(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(body: &str) -> String {
        let document = page_tree::parse(body).expect("within the limits");
        text_of(&document.body().expect("a body")).trim().to_owned()
    }

    #[test]
    fn the_name_of_the_extraction_has_the_version_that_is_built_in() {
        let lock = include_str!("../../Cargo.lock");
        for extraction in [EXTRACTION, crate::intake::markdown::EXTRACTION] {
            let (_, extraction) = extraction.split_once('/').expect("a kind and a crate");
            let (name, version) = extraction.rsplit_once('-').expect("a name and a version");
            let package = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(lock.contains(&package), "{extraction}");
        }
    }

    #[test]
    fn words_stand_apart_as_they_are_shown() {
        for (body, expected) in [
            ("<p>one\n two<p>three", "one two\n\nthree"),
            ("<h2>Head</h2>text<div>more</div>", "Head\n\ntext\n\nmore"),
            ("a<b>b</b> <i> c</i>d", "ab cd"),
            ("<ul><li>a<li>b <ul><li>c</ul></ul>d", "a\nb\n\nc\n\nd"),
            (
                "<table><caption>t</caption><tr><th>a<th>b<tr><td>c<td>d</table>",
                "t\na b\nc d",
            ),
            ("a<br>b<br><br>c", "a\nb\n\nc"),
            ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
            ("she said <q>no <q>way</q></q>.", "she said “no “way””."),
            (
                "<figure><img alt=no src=x><figcaption>cap</figcaption></figure>x",
                "cap\n\nx",
            ),
            (
                "a<script>no()</script><style>no{}</style><template>no</template>b",
                "ab",
            ),
            (
                "a<span hidden>no</span><span style='DISPLAY : none'>no</span>b",
                "ab",
            ),
            ("<noscript><p>shown</noscript>", "shown"),
            (
                "&lt;script&gt;alert(1)&lt;/script&gt;",
                "<script>alert(1)</script>",
            ),
            ("漢<ruby>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby>", "漢字"),
            ("<dl><dt>t<dd>d</dl>", "t\nd"),
            ("a&nbsp;&nbsp;b", "a\u{A0}\u{A0}b"),
        ] {
            assert_eq!(shown(body), expected, "{body}");
        }
    }

    #[test]
    fn the_headline_stands_in_the_text_once() {
        let long = "Words, and more words, enough for a paragraph that counts. ".repeat(3);
        let text = |page: &str| read(page, None).expect("a page").text;
        for head in [
            "<title>The bridge was closed. | News</title><h1>The bridge was <i>closed.</i></h1>",
            "<title>The bridge was closed.</title><h1>News</h1><h1>The bridge was\nclosed.</h1>",
            "<title>The bridge was closed.</title><meta property=og:site_name content=News><h1>News</h1>",
            "<title>The bridge was closed.</title>",
        ] {
            let page = format!("{head}<article><p>{long}<p>{long}</article>");
            let text = text(&page);
            let paragraphs: Vec<&str> = text.split("\n\n").map(str::trim).collect();
            let long = long.trim();
            let expected = ["# The bridge was closed.", long, long];
            assert!(paragraphs.ends_with(&expected), "{head}: {text}");
            assert_eq!(text.matches("The bridge was closed.").count(), 1, "{text}");
            assert_eq!(text.matches('#').count(), 1, "{text}");
        }
        assert_eq!(text("<title>A bridge</title>"), "");
        assert!(!lacks("A bridge\n\nWords.\n", "A bridge | News"));
        assert!(!lacks("Words of a\nbridge here.\n", "a bridge"));
        assert!(lacks("A bridge was closed.\n", "A bridge | News"));
        assert!(!lacks(" \n", "A bridge"));
    }

    #[test]
    fn a_page_without_an_article_is_read_whole() {
        for page in [
            "<p>Short.",
            "Short.",
            "<nav>Short.</nav>",
            "<div class=comment>Short.</div>",
        ] {
            let page = read(page, None).expect("a page");
            assert_eq!(page.text.trim(), "Short.");
        }
    }

    #[test]
    fn breaks_between_elements_are_not_lost() {
        let long = "Words, and more words, enough for a paragraph that counts. ".repeat(3);
        for page in [
            format!("<font>Head</font><br><br><font>{long}<br><br>{long}</font>"),
            format!("<b>Head</b> <br> <!-- x --> <br><div>{long}<br><br>{long}</div>"),
            format!("Head<br><br>{long}<br><br><br>{long}"),
        ] {
            let text = read(&page, None).expect("a page").text;
            // Readability may take a lone word for no part of the article.
            let paragraphs: Vec<&str> = text.split("\n\n").map(str::trim).collect();
            assert!(
                paragraphs == ["Head", long.trim(), long.trim()]
                    || paragraphs == [long.trim(), long.trim()],
                "{page}: {paragraphs:?}"
            );
        }
    }

    #[test]
    fn a_deep_page_within_the_limit_is_read() {
        let depth = page_tree::MAX_DEPTH as usize - 10;
        let page = format!("{}words{}", "<div>".repeat(depth), "</div>".repeat(depth));
        assert_eq!(read(&page, None).expect("a page").text.trim(), "words");
    }

    proptest! {
        #[test]
        fn tag_soup_is_read_without_a_panic(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "<p>", "</p>", "<div class=byline>", "</div>", "<table>", "<td>", "<tr>", "</table>",
                    "<br>", "<br><br>", "<a href=javascript:x>", "</a>", "<svg>", "<template>", "</template>",
                    "<noscript><img src=a></noscript>", "<h1>", "<h2>", "<font>", "<article>", "<section>",
                    "<ul><li>", "<iframe src=x>", "<object>", "<math>", "<mi>", "<select><option>", "<q>",
                    "<script type=application/ld+json>{\"@type\":\"Article\",", "</script>", "<title>", "</title>",
                    "<frameset>", "<plaintext>", "<textarea>", "<!--", "-->", "<b>", "<i>", "</b>", "<body hidden>",
                    "Words, and more words, enough for a paragraph that counts as one of an article. ",
                    "<meta name=author content='x'>", "<html lang=x>", "<base href=x>", "<time datetime=2024>", "\u{0}",
                ]),
                0..60,
            ),
        ) {
            let _ = read(&parts.concat(), Some("https://news.example/a"));
        }
    }
}
