//! The words of a Markdown file, as a reader of the rendered page sees them.
//!
//! `CommonMark` with tables, footnotes, strikethrough and task lists, read by `pulldown-cmark`.
//! Paragraphs, headings, block quotes and code blocks stand between empty lines; items of a list
//! and rows of a table have a line each. A line break inside a paragraph is a space, unless it is a
//! hard one. Links keep their words. Alternative texts of images, footnote marks, task boxes and
//! rules are left out. HTML inside is read as a page is, without scripts.
//!
//! Front matter between two `---` lines is read simply, key by key, and is not part of the text;
//! nested values are passed over.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::meta::{day_or_time, language_tag, one_line, web_address};
use super::page_tree::PageError;
use super::{PageMeta, html, page_meta};

/// The reader's name with the version of the crate that does it.
pub const EXTRACTION: &str = "markdown/pulldown-cmark-0.13.6";

/// The most bytes of front matter.
const LONGEST_FRONT: usize = 64 * 1024;

/// A file's words and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The words, not yet in `text/1`.
    pub text: String,
    /// What the front matter says, and the first heading as the title.
    pub meta: PageMeta,
}

/// Reads a Markdown file whose lines end with LF.
///
/// # Errors
/// HTML inside is over a limit.
pub fn read(markdown: &str) -> Result<Document, PageError> {
    let (front, body) = split_front(markdown);
    let mut meta = front.map(read_front).unwrap_or_default();
    let mut writer = Writer::default();
    for event in Parser::new_ext(body, options()) {
        writer.take(event)?;
    }
    if meta.title.is_none() {
        meta.title = writer.first_heading.as_deref().and_then(one_line);
    }
    let mut text = writer.text;
    text.truncate(text.trim_end().len());
    Ok(Document { text, meta })
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
}

/// Elements whose insides are not words, and how they end.
const UNREAD: &[(&str, &str)] = &[
    ("<script", "</script"),
    ("<style", "</style"),
    ("<textarea", "</textarea"),
    ("<title", "</title"),
    ("<svg", "</svg"),
    ("<template", "</template"),
];

/// Writes out words, event by event.
#[derive(Default)]
struct Writer {
    text: String,
    /// How many images are open: their words are alternative texts.
    images: usize,
    /// The HTML block that is open.
    html: Option<String>,
    /// The end tag before which nothing is read: that of a script in the middle of a line.
    unread: Option<&'static str>,
    /// Where the words of a heading of the first level began.
    heading: Option<usize>,
    first_heading: Option<String>,
}

impl Writer {
    fn take(&mut self, event: Event) -> Result<(), PageError> {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => return self.close(tag),
            Event::Html(html) => self.html.get_or_insert_default().push_str(&html),
            Event::InlineHtml(tag) => self.inline_tag(&tag.to_ascii_lowercase()),
            _ if self.images > 0 || self.unread.is_some() => {}
            Event::Text(words)
            | Event::Code(words)
            | Event::InlineMath(words)
            | Event::DisplayMath(words) => self.text.push_str(&words),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::Rule => self.end_line(2),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
        Ok(())
    }

    fn open(&mut self, tag: &Tag) {
        match tag {
            Tag::Image { .. } => self.images += 1,
            Tag::Heading { level, .. } => {
                self.end_line(2);
                if *level as usize == 1 && self.first_heading.is_none() {
                    self.heading = Some(self.text.len());
                }
            }
            Tag::Paragraph
            | Tag::BlockQuote(_)
            | Tag::CodeBlock(_)
            | Tag::FootnoteDefinition(_)
            | Tag::Table(_)
            | Tag::HtmlBlock
            | Tag::DefinitionList => self.end_line(2),
            Tag::List(_)
            | Tag::Item
            | Tag::TableHead
            | Tag::TableRow
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition => self.end_line(1),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) -> Result<(), PageError> {
        match tag {
            TagEnd::Image => self.images -= 1,
            TagEnd::Heading(_) => {
                if let Some(start) = self.heading.take() {
                    self.first_heading = Some(self.text[start..].to_owned());
                }
                self.end_line(2);
            }
            TagEnd::HtmlBlock => {
                let html = self.html.take().unwrap_or_default();
                self.text.push_str(&html::read_piece(&html)?);
                self.end_line(2);
            }
            TagEnd::Paragraph
            | TagEnd::BlockQuote(_)
            | TagEnd::CodeBlock
            | TagEnd::FootnoteDefinition
            | TagEnd::Table
            | TagEnd::DefinitionList => self.end_line(2),
            TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition => self.end_line(1),
            TagEnd::TableCell => self.text.push(' '),
            _ => {}
        }
        Ok(())
    }

    /// Reads a tag in the middle of a line: only those that change what is shown as words count.
    fn inline_tag(&mut self, tag: &str) {
        if let Some(end) = self.unread {
            if tag.starts_with(end) {
                self.unread = None;
            }
        } else if tag.starts_with("<br") {
            self.text.push('\n');
        } else if tag.starts_with("<q>") {
            self.text.push('“');
        } else if tag.starts_with("</q>") {
            self.text.push('”');
        } else {
            self.unread = UNREAD
                .iter()
                .find(|(start, _)| tag.starts_with(start))
                .map(|(_, end)| *end);
        }
    }

    /// Ends the line, so that this many line feeds stand at the text's end.
    fn end_line(&mut self, line_feeds: usize) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        if self.text.is_empty() {
            return;
        }
        let there = self.text.bytes().rev().take_while(|&b| b == b'\n').count();
        for _ in there..line_feeds {
            self.text.push('\n');
        }
    }
}

/// Parts the front matter from the body: it begins with a line `---` at the very start, has keys,
/// and ends with a line `---` or `...`.
fn split_front(markdown: &str) -> (Option<&str>, &str) {
    let whole = (None, markdown);
    let Some(after) = markdown.strip_prefix("---") else {
        return whole;
    };
    let Some((opening, lines)) = after.split_once('\n') else {
        return whole;
    };
    if !opening.trim().is_empty() {
        return whole;
    }
    let mut at = 0;
    for line in lines.split_inclusive('\n') {
        if matches!(line.trim_end(), "---" | "...") {
            let front = &lines[..at];
            // Without a key it is text between two rules.
            let has_key = front.lines().any(|line| key_of(line).is_some());
            return if has_key {
                (Some(front), &lines[at + line.len()..])
            } else {
                whole
            };
        }
        at += line.len();
        if at > LONGEST_FRONT {
            break;
        }
    }
    whole
}

/// Splits a line `key: value` that is not indented.
fn key_of(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b));
    let ends = value.is_empty() || value.starts_with([' ', '\t']);
    (is_key && ends).then(|| (key.trim_end().to_ascii_lowercase(), value.trim()))
}

fn read_front(front: &str) -> PageMeta {
    let mut meta = PageMeta::default();
    let mut key = String::new();
    for line in front.lines() {
        if let Some((named, value)) = key_of(line) {
            key = named;
            read_value(&mut meta, &key, value);
        } else if let Some(item) = line.trim_start().strip_prefix("- ")
            && is_author(&key)
        {
            add_author(&mut meta, item);
        }
    }
    meta
}

fn is_author(key: &str) -> bool {
    matches!(key, "author" | "authors" | "byline")
}

fn read_value(meta: &mut PageMeta, key: &str, value: &str) {
    let plain = unquoted(value);
    match key {
        "title" | "headline" => meta.title = one_line(plain).or(meta.title.take()),
        "publisher" | "site" | "site_name" | "publication" => {
            meta.publisher = one_line(plain).or(meta.publisher.take());
        }
        "date" | "published" | "publishdate" | "datepublished" | "pubdate" => {
            meta.published = day_or_time(plain).or(meta.published);
        }
        "lang" | "language" | "locale" => {
            meta.language = language_tag(plain).or(meta.language.take());
        }
        "url" | "canonical" | "canonical_url" | "source" => {
            meta.url = web_address(plain).or(meta.url.take());
        }
        _ if is_author(key) => {
            if let Some(list) = value.strip_prefix('[').and_then(|v| v.strip_suffix(']')) {
                for name in list.split(',') {
                    add_author(meta, name);
                }
            } else {
                add_author(meta, value);
            }
        }
        _ => {}
    }
}

/// Adds one author's name, `Jane Doe` or `name: Jane Doe`; a line of several names is parted.
fn add_author(meta: &mut PageMeta, value: &str) {
    let value = value.trim();
    let value = value.strip_prefix("name:").unwrap_or(value);
    page_meta::add_byline(meta, unquoted(value));
}

/// Takes away the quote marks around a value, or a comment after it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.find(quote).map_or(value, |end| &rest[..end]);
        }
    }
    value
        .find(" #")
        .map_or(value, |end| value[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(markdown: &str) -> String {
        read(markdown).expect("within the limits").text
    }

    #[test]
    fn each_construct_gives_its_words() {
        for (markdown, expected) in [
            (
                "# Head *line*\n\nA [link](http://x) and `code`.\nNext  \nhard",
                "Head line\n\nA link and code. Next\nhard",
            ),
            ("Setext\n======\ntext", "Setext\n\ntext"),
            ("- a\n- b\n  - c\n\npara", "a\nb\nc\n\npara"),
            ("1. a\n\n2. b", "a\n\nb"),
            ("> quoted\n> words\n\nafter", "quoted words\n\nafter"),
            ("```rust\nlet a = 1;\n  b\n```\nx", "let a = 1;\n  b\n\nx"),
            ("a ![alt *text*](i.png) b", "a  b"),
            ("a[^1] b\n\n[^1]: The note.", "a b\n\nThe note."),
            ("| a | b |\n|---|---|\n| c | d |", "a b\nc d"),
            ("- [x] done\n\n***\n\n~~no~~ yes", "done\n\nno yes"),
            (
                "&lt;b&gt; \\*x\\* <https://x.example/a>",
                "<b> *x* https://x.example/a",
            ),
            (
                "<div><p>in</p><script>no()</script><p>out</div>\n\nx",
                "in\n\nout\n\nx",
            ),
            (
                "a <b>b</b> <script>no()</script> <q>c</q><br>d",
                "a b  “c”\nd",
            ),
            ("<!-- no -->\n\nyes", "yes"),
        ] {
            assert_eq!(words(markdown).trim_matches('\n'), expected, "{markdown:?}");
        }
    }

    #[test]
    fn front_matter_is_metadata_and_not_text() {
        let document = read(
            "---\ntitle: \"A: decision\" # the\nauthors:\n  - Jane Doe\n  - name: 'John Smith'\ndate: 2024-03-26\n\
             lang: en\npublisher: News Example # x\nurl: https://news.example/a\ntags: [a]\n---\n\n# Other\n\nText.",
        )
        .expect("Markdown");
        assert_eq!(
            document.meta,
            PageMeta {
                title: Some("A: decision".into()),
                authors: vec!["Jane Doe".into(), "John Smith".into()],
                publisher: Some("News Example".into()),
                published: "2024-03-26".parse().ok(),
                is_files_day: false,
                language: Some("en".into()),
                url: Some("https://news.example/a".into()),
            }
        );
        assert_eq!(document.text.trim_end(), "Other\n\nText.");
        let listed = read("---\nauthor: [Jane Doe, \"John Smith\"]\n...\nx").expect("Markdown");
        assert_eq!(listed.meta.authors, ["Jane Doe", "John Smith"]);
        assert_eq!(listed.text.trim_end(), "x");
    }

    #[test]
    fn text_between_rules_is_not_front_matter() {
        for markdown in [
            "---\n\nWords.\n\n---\n",
            "---\ntitle: x\n",
            "--- x\na: b\n---\n",
            "\n---\na: b\n---\n",
        ] {
            assert_eq!(split_front(markdown), (None, markdown));
        }
    }

    #[test]
    fn the_first_heading_is_the_title_without_front_matter() {
        let document = read("## No\n\n# The *title*\n\n# Second").expect("Markdown");
        assert_eq!(document.meta.title.as_deref(), Some("The title"));
        assert_eq!(read("words").expect("Markdown").meta.title, None);
    }

    #[test]
    fn bombs_are_harmless_or_refused() {
        for bomb in [
            ">".repeat(100_000),
            "- ".repeat(100_000),
            "[".repeat(100_000),
            "*a ".repeat(50_000),
            "![".repeat(50_000),
            "`".repeat(100_000),
            format!("{}x", "> - ".repeat(20_000)),
            "<div>\n".repeat(100_000),
            "[a]: b\n".repeat(20_000) + &"[a]".repeat(20_000),
        ] {
            let _ = read(&bomb);
        }
        assert!(matches!(
            read(&"<div>\n".repeat(100_000)),
            Err(PageError::TooDeep { .. })
        ));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(
            parts in prop::collection::vec(
                prop::sample::select(vec!["---\n", "title: x\n", "# ", "\n", "> ", "- ", "1. ", "```", "`", "*", "[", "](", ")", "![", "<p>", "<script>", "</script>", "|", "|-|", "[^1]", ": ", "é", "&#27;", "\\", "    "]),
                0..40,
            ),
        ) {
            let _ = read(&parts.concat());
        }
    }
}
