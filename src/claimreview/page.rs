//! A page's parts that matter for markup: its script blocks, its own address, what stands in
//! Microdata or `RDFa`.
//!
//! Goes over the tags as the HTML Standard's tokenizer would (section 13.2.5), without building a
//! tree: time and memory are linear in the page's length whatever its nesting, and every block's
//! place in the file is known. Character references are written out in attributes only: a script
//! has none.

use super::texts;

/// Elements whose content is text up to their own end tag.
const RAW: [&str; 9] = [
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "plaintext",
];

/// What was found on a page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Page<'a> {
    /// Its script elements that may hold JSON, in their order.
    pub(super) scripts: Vec<Script<'a>>,
    /// The address that it gives as its own, with where it says so.
    pub(super) canonical: Option<String>,
    /// Where Microdata or `RDFa` begins to describe a `ClaimReview`.
    pub(super) microdata: Option<usize>,
}

/// A script element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Script<'a> {
    /// Its type, in lower case, without parameters; empty where it has none.
    pub(super) kind: String,
    /// What is in it.
    pub(super) text: &'a str,
    /// Where that begins, in bytes of the page.
    pub(super) start: usize,
    /// Whether its end tag is there.
    pub(super) is_closed: bool,
}

/// A start tag.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// The most attributes of a tag that are looked at.
const MAX_ATTRIBUTES: usize = 256;

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a page.
pub(super) fn read(page: &str) -> Page<'_> {
    let mut read = Page::default();
    let mut at = 0;
    while let Some(found) = page[at..].find('<') {
        at += found;
        let rest = &page[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at += comment_length(comment) + 4;
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (tag, length) = start_tag(rest);
            let start = at;
            at += length;
            if RAW.contains(&tag.name.as_str()) {
                let text = &page[at..];
                let end = raw_end(text, &tag.name);
                if tag.name == "script" {
                    read.scripts.push(Script {
                        kind: kind(&tag),
                        text: &text[..end.unwrap_or(text.len())],
                        start: at,
                        is_closed: end.is_some(),
                    });
                }
                at += end.unwrap_or(text.len());
            } else {
                look(&mut read, &tag, start);
            }
        } else {
            at += 1;
        }
    }
    read
}

/// Returns the length of a comment behind its beginning, with its end.
fn comment_length(comment: &str) -> usize {
    if comment.starts_with('>') {
        return 1;
    }
    if comment.starts_with("->") {
        return 2;
    }
    let mut dashes = comment.match_indices("--").map(|(at, _)| at);
    let end = dashes.find_map(|at| {
        // Of three dashes the last two may belong to the end.
        let after = comment[at..].trim_start_matches('-');
        let length = comment.len() - after.len();
        let mark = [">", "!>"].into_iter().find(|mark| after.starts_with(mark));
        mark.map(|mark| length + mark.len())
    });
    end.unwrap_or(comment.len())
}

/// Notes the page's address, and markup that is not JSON-LD.
fn look(read: &mut Page<'_>, tag: &Tag, at: usize) {
    let has_word = |value: Option<&str>, word: &str| {
        let mut words = value.unwrap_or_default().split_ascii_whitespace();
        words.any(|known| known.eq_ignore_ascii_case(word))
    };
    let address = if tag.name == "link" && has_word(tag.get("rel"), "canonical") {
        tag.get("href")
    } else if tag.name == "meta" && has_word(tag.get("property"), "og:url") {
        tag.get("content").filter(|_| read.canonical.is_none())
    } else {
        None
    };
    if let Some(address) = address {
        read.canonical = Some(address.trim().to_owned());
    }
    let types = [tag.get("itemtype"), tag.get("typeof")];
    let is_review = types.into_iter().flatten().any(|types| {
        let mut types = types.split_ascii_whitespace();
        types.any(|name| name.rsplit(['/', ':']).next() == Some("ClaimReview"))
    });
    if is_review {
        read.microdata.get_or_insert(at);
    }
}

fn kind(tag: &Tag) -> String {
    let kind = tag.get("type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// Finds the end tag of an element that has only text in it.
///
/// A script that has `<!--` and then `<script` in it goes on past its first end tag, as the HTML
/// Standard has it ("script data double escaped state").
fn raw_end(text: &str, name: &str) -> Option<usize> {
    let mut is_commented = false;
    let mut is_double = false;
    let mut at = 0;
    while let Some(found) = text[at..].find(['<', '-']) {
        at += found;
        let rest = &text[at..];
        if rest.starts_with("<!--") {
            is_commented = true;
            at += 4;
            continue;
        }
        if rest.starts_with("-->") {
            (is_commented, is_double) = (false, false);
            at += 3;
            continue;
        }
        if let Some(end) = rest.strip_prefix("</")
            && is_named(end, name)
        {
            if !is_double {
                return Some(at);
            }
            is_double = false;
        } else if name == "script"
            && is_commented
            && rest
                .strip_prefix('<')
                .is_some_and(|tag| is_named(tag, name))
        {
            is_double = true;
        }
        at += 1;
    }
    None
}

/// Says whether a tag's name begins a text.
fn is_named(text: &str, name: &str) -> bool {
    let bytes = text.as_bytes();
    let own = bytes.get(..name.len());
    let after = bytes.get(name.len()).copied();
    own.is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes()))
        && matches!(
            after,
            None | Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0C')
        )
}

/// Reads a start tag at the beginning of a text; returns it and its length.
fn start_tag(text: &str) -> (Tag, usize) {
    let bytes = text.as_bytes();
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C');
    let end_of = |from: usize, stops: &dyn Fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|b| stops(*b)).unwrap_or(rest.len())
    };
    let mut at = end_of(1, &|b| is_space(b) || matches!(b, b'/' | b'>'));
    let mut tag = Tag {
        name: text[1..at].to_ascii_lowercase(),
        attributes: Vec::new(),
    };
    loop {
        at = end_of(at, &|b| !is_space(b) && b != b'/');
        match bytes.get(at) {
            None => return (tag, at),
            Some(b'>') => return (tag, at + 1),
            Some(_) => {}
        }
        // An equals sign at the beginning is part of the name.
        let name_end = end_of(at + 1, &|b| is_space(b) || matches!(b, b'/' | b'>' | b'='));
        let name = &text[at..name_end];
        at = end_of(name_end, &|b| !is_space(b));
        let mut value = "";
        if bytes.get(at) == Some(&b'=') {
            at = end_of(at + 1, &|b| !is_space(b));
            match bytes.get(at) {
                Some(&quote @ (b'"' | b'\'')) => {
                    let end = end_of(at + 1, &|b| b == quote);
                    value = &text[at + 1..end];
                    at = (end + 1).min(text.len());
                }
                Some(b'>') | None => {}
                Some(_) => {
                    let end = end_of(at, &|b| is_space(b) || b == b'>');
                    value = &text[at..end];
                    at = end;
                }
            }
        }
        if tag.attributes.len() < MAX_ATTRIBUTES {
            let value = texts::unescape(value).into_owned();
            tag.attributes.push((name.to_ascii_lowercase(), value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_where_a_browser_finds_them() {
        let page = "<!doctype html><title><script>no</script></title>\
            <!-- <script type='application/ld+json'>no</script> -->\
            <SCRIPT data-x='a>b' TYPE=\"Application/LD+JSON; charset=utf-8\">{\"a\":\"<\\/p>\"}</Script >\
            <textarea><script>no</script></textarea><script async>var a = 1 < 2;</script>\
            <link rel='alternate canonical' href='https://desk.example/a?b=1&amp;c=2'>";
        let read = read(page);
        let kinds: Vec<_> = read
            .scripts
            .iter()
            .map(|s| (s.kind.as_str(), s.text))
            .collect();
        assert_eq!(
            kinds,
            [
                ("application/ld+json", "{\"a\":\"<\\/p>\"}"),
                ("", "var a = 1 < 2;")
            ]
        );
        assert_eq!(&page[read.scripts[0].start..][..4], "{\"a\"");
        assert_eq!(
            read.canonical.as_deref(),
            Some("https://desk.example/a?b=1&c=2")
        );
        assert_eq!(read.microdata, None);
    }

    #[test]
    fn microdata_and_rdfa_are_seen() {
        for page in [
            "<div itemscope itemtype=\"http://schema.org/ClaimReview\">",
            "<div vocab='https://schema.org/' typeof=ClaimReview>",
            "<div typeof='schema:ClaimReview'>",
        ] {
            assert_eq!(read(page).microdata, Some(0), "{page}");
        }
        assert_eq!(
            read("<div itemtype='https://schema.org/Review'>").microdata,
            None
        );
    }

    #[test]
    fn a_script_that_opens_a_comment_and_a_script_goes_on() {
        let page = "<script>\"<!-- <script>\"</script> more</script> --></script>x";
        assert_eq!(
            read(page).scripts[0].text,
            "\"<!-- <script>\"</script> more"
        );
        let open = "<script type='application/ld+json'>{";
        assert!(!read(open).scripts[0].is_closed);
    }

    #[test]
    fn hostile_pages_end() {
        for page in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "<!--",
            "<!-- -->",
            "<!---",
            "<script",
            "</",
            "<!",
            "<a =>",
            "<script><!-- <script",
        ] {
            let _ = read(page);
            let _ = read(&page.repeat(50_000));
        }
    }
}
