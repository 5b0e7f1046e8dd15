//! What an HTML page says of itself: JSON-LD, `<meta>`, `<link>` and `<time>`.
//!
//! In this order: schema.org articles in JSON-LD (also in arrays and `@graph`); Open Graph,
//! Highwire (`citation_*`), Dublin Core, Parsely and plain `<meta>` names; then the page's own
//! elements. A value that is not what it should be (an address as an author, a date that is read in
//! two ways) is passed over for the next one. Of microdata and `RDFa` the author, the publisher and
//! the day are read.

use dom_query::Document;
use serde_json::{Map, Value};

use super::PageMeta;
use super::meta::{day_or_time, language_tag, one_line, web_address};

/// The most bytes of one JSON-LD block that are read: more than any description of one article.
const LONGEST_BLOCK: usize = 1024 * 1024;

/// The most objects that are looked at in one JSON-LD block.
const MOST_OBJECTS: usize = 1000;

const TITLE: &[&str] = &[
    "og:title",
    "twitter:title",
    "citation_title",
    "dc.title",
    "dcterms.title",
    "parsely-title",
];
const AUTHOR: &[&str] = &[
    "citation_author",
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
];
const PUBLISHER: &[&str] = &[
    "og:site_name",
    "dc.publisher",
    "dcterms.publisher",
    "citation_publisher",
    "application-name",
];
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "date.published",
    "citation_publication_date",
    "citation_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "dcterms.created",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish-date",
    "publication_date",
    "pubdate",
    "date",
];

/// Reads what the page says of itself. `base` is the address that it came from.
pub(super) fn read(document: &Document, base: Option<&str>) -> PageMeta {
    let mut meta = PageMeta::default();
    for block in document
        .select(r#"script[type="application/ld+json"]"#)
        .nodes()
    {
        read_json_ld(&mut meta, &block.text());
    }
    read_elements(&mut meta, &Names::of(document), document, base);
    meta
}

/// Adds the authors of a line such as `By Jane Doe and John Smith`.
pub(super) fn add_byline(meta: &mut PageMeta, byline: &str) {
    let Some(line) = one_line(byline) else { return };
    let names = match line.get(..3) {
        Some(by) if by.eq_ignore_ascii_case("by ") => &line[3..],
        _ => line.as_str(),
    };
    // A comma also stands before a place or an office, unless it is one of a list.
    let is_list = names.contains(", ") && (names.contains(" and ") || names.contains(" & "));
    // "Kite & Barrow" is one; a person has two names at least.
    let are_persons = |by: &str| {
        names
            .split(by)
            .all(|name| name.split_whitespace().count() > 1)
    };
    let mut names = names.to_owned();
    for by in [" and ", " & "] {
        if is_list || are_persons(by) {
            names = names.replace(by, ";");
        }
    }
    for name in names.split(|c| c == ';' || (c == ',' && is_list)) {
        meta.add_author(name);
    }
}

/// Takes from a title what the page's headline does not have: the site's name, `- in pictures`.
pub(super) fn shorten_title(meta: &mut PageMeta, headline: &str) {
    let Some(title) = &meta.title else { return };
    let is_enough = headline.contains(' ') || headline.chars().count() >= 8;
    if is_enough && title.contains(headline) {
        meta.title = Some(headline.to_owned());
        return;
    }
    // Without a headline of the page's own, the publisher's name at either end goes.
    let Some(publisher) = &meta.publisher else {
        return;
    };
    let is_between = |c: char| matches!(c, '|' | '-' | '–' | '—' | ':' | '·' | '»' | '：');
    let before = title.strip_suffix(publisher.as_str()).map(str::trim_end);
    let after = title.strip_prefix(publisher.as_str()).map(str::trim_start);
    let rest = before
        .and_then(|rest| rest.strip_suffix(is_between))
        .or_else(|| after.and_then(|rest| rest.strip_prefix(is_between)))
        .map(str::trim);
    if let Some(rest) = rest.filter(|rest| rest.chars().count() >= 8) {
        meta.title = Some(rest.to_owned());
    }
}

/// Reads what the page's own elements are marked as, in microdata or `RDFa`: the first of each.
fn read_marked(meta: &mut PageMeta, document: &Document) {
    let marked = |name: &str| -> Vec<String> {
        let selector =
            format!(r#"[itemprop~="{name}"], [property~="schema:{name}"], [property~="{name}"]"#);
        let nodes = document.select(&selector);
        let value = |node: &dom_query::NodeRef| {
            // What a comment or a teaser is marked with is not the article's.
            let is_other = node.ancestors_it(Some(8)).any(|above| {
                above
                    .attr("itemprop")
                    .is_some_and(|prop| matches!(&*prop, "comment" | "isPartOf" | "mentions"))
                    || above
                        .attr("itemtype")
                        .is_some_and(|kind| kind.ends_with("Comment"))
            });
            if is_other || node.has_name("meta") && node.has_attr("name") {
                return None;
            }
            let named = node.descendants_it().find(|below| {
                below.attr("itemprop").is_some_and(|prop| &*prop == "name")
                    || below
                        .attr("property")
                        .is_some_and(|prop| prop.ends_with("name"))
            });
            let node = named.unwrap_or(*node);
            let value = node.attr("content").or_else(|| node.attr("datetime"));
            one_line(&value.map_or_else(|| node.text().to_string(), |value| value.to_string()))
        };
        nodes.nodes().iter().filter_map(value).take(20).collect()
    };
    if meta.authors.is_empty() {
        for author in marked("author") {
            meta.add_author(&author);
        }
    }
    if meta.publisher.is_none() {
        meta.publisher = marked("publisher").into_iter().next();
    }
    if meta.published.is_none() {
        meta.published = marked("datePublished")
            .iter()
            .find_map(|day| day_or_time(day));
    }
    if meta.published.is_none() {
        let of_entry = document.select("abbr.published[title], .dt-published[datetime], time.published[datetime], abbr[itemprop=datePublished][title]");
        let day = |node: &dom_query::NodeRef| {
            day_or_time(&node.attr("title").or_else(|| node.attr("datetime"))?)
        };
        meta.published = of_entry.nodes().iter().find_map(day);
    }
}

fn read_elements(meta: &mut PageMeta, names: &Names, document: &Document, base: Option<&str>) {
    let text_of = |selector: &str| one_line(&document.select_single(selector).text());
    let attribute = |selector: &str, name: &str| document.select_single(selector).attr(name);
    if meta.title.is_none() {
        meta.title = names
            .first(TITLE, one_line)
            .or_else(|| text_of("head > title"))
            .or_else(|| text_of("h1"));
    }
    if meta.authors.is_empty() {
        for value in names.all_of_first(AUTHOR) {
            add_byline(meta, value);
        }
    }
    if meta.publisher.is_none() {
        meta.publisher = names.first(PUBLISHER, one_line);
    }
    if meta.published.is_none() {
        meta.published = names.first(PUBLISHED, day_or_time).or_else(|| {
            ["content", "datetime"].iter().find_map(|name| {
                day_or_time(&attribute(
                    &format!(r#"[itemprop="datePublished"][{name}]"#),
                    name,
                )?)
            })
        });
    }
    read_marked(meta, document);
    if meta.published.is_none() {
        meta.published = attribute("time[pubdate][datetime]", "datetime")
            .and_then(|day| day_or_time(&day))
            .or_else(|| only_time(document));
    }
    let of_page = attribute("html[lang]", "lang").and_then(|tag| language_tag(&tag));
    if of_page.is_some() {
        meta.language = of_page;
    } else if meta.language.is_none() {
        meta.language = names.first(
            &[
                "content-language",
                "og:locale",
                "dc.language",
                "citation_language",
            ],
            language_tag,
        );
    }
    let canonical = attribute(r#"link[rel="canonical"][href]"#, "href")
        .and_then(|address| absolute(&address, base))
        .or_else(|| names.first(&["og:url"], web_address));
    if canonical.is_some() {
        meta.url = canonical;
    }
}

/// The day of a page's only `<time>`: one of several may be that of another article.
fn only_time(document: &Document) -> Option<crate::words::time::DayOrTime> {
    let times = document.select("time[datetime]");
    match times.nodes() {
        [time] => day_or_time(&time.attr("datetime")?),
        _ => None,
    }
}

/// Makes an address absolute, as far as a canonical one needs it: with a scheme and host, or a
/// path from the root.
fn absolute(address: &str, base: Option<&str>) -> Option<String> {
    let address = address.trim();
    if let Some(whole) = web_address(address) {
        return Some(whole);
    }
    let base = web_address(base?)?;
    let (scheme, rest) = base.split_once("://")?;
    if let Some(with_host) = address.strip_prefix("//") {
        return web_address(&format!("{scheme}://{with_host}"));
    }
    let host = rest.split(['/', '?', '#']).next()?;
    let path = address.strip_prefix('/')?;
    web_address(&format!("{scheme}://{host}/{path}"))
}

/// The page's `<meta>` values by name, property or header, in lower case.
struct Names(Vec<(String, String)>);

impl Names {
    fn of(document: &Document) -> Self {
        let mut values = Vec::new();
        for node in document.select("meta[content]").nodes() {
            let Some(content) = node.attr("content") else {
                continue;
            };
            for attribute in ["property", "name", "http-equiv"] {
                // A property may hold several names.
                for name in node.attr_or(attribute, "").split_whitespace() {
                    values.push((name.to_ascii_lowercase(), content.to_string()));
                }
            }
        }
        Self(values)
    }

    fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(there, _)| there == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the first value that can be read, in the order of `names`.
    fn first<T>(&self, names: &[&str], read: impl Fn(&str) -> Option<T>) -> Option<T> {
        names
            .iter()
            .find_map(|name| self.named(name).find_map(&read))
    }

    /// Returns all the values of the first name that has one which is not an address.
    fn all_of_first(&self, names: &[&str]) -> Vec<&str> {
        let is_name = |value: &str| one_line(value).is_some() && web_address(value).is_none();
        names
            .iter()
            .map(|name| self.named(name).filter(|value| is_name(value)).collect())
            .find(|values: &Vec<&str>| !values.is_empty())
            .unwrap_or_default()
    }
}

/// Adds what a JSON-LD block says of an article to what is not known yet.
fn read_json_ld(meta: &mut PageMeta, block: &str) {
    if block.len() > LONGEST_BLOCK {
        return;
    }
    let json = block
        .trim()
        .trim_start_matches("<!--")
        .trim_end_matches("-->")
        .trim()
        .trim_start_matches("//<![CDATA[")
        .trim_start_matches("<![CDATA[")
        .trim_end_matches("//]]>")
        .trim_end_matches("]]>");
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return;
    };
    let objects = objects_in(&value);
    for article in objects.iter().filter(|object| is_article(object)) {
        read_article(meta, article, &objects);
    }
}

/// Lists the objects of a block: itself, those of an array, those of its `@graph`.
fn objects_in(value: &Value) -> Vec<&Map<String, Value>> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(values) => open.extend(values.iter().rev()),
            Value::Object(object) if found.len() < MOST_OBJECTS => {
                found.push(object);
                open.extend(object.get("@graph"));
                open.extend(object.get("mainEntity"));
            }
            _ => {}
        }
    }
    found
}

/// Says whether an object is one of schema.org's kinds of article.
fn is_article(object: &Map<String, Value>) -> bool {
    let is_kind = |kind: &str| {
        let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
        kind.ends_with("Article")
            || matches!(
                kind,
                "BlogPosting" | "LiveBlogPosting" | "Report" | "ClaimReview" | "SocialMediaPosting"
            )
    };
    match object.get("@type") {
        Some(Value::String(kind)) => is_kind(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is_kind),
        _ => false,
    }
}

fn read_article(meta: &mut PageMeta, article: &Map<String, Value>, others: &[&Map<String, Value>]) {
    let line = |key: &str| {
        let value = article.get(key)?.as_str()?;
        one_line(&without_entities(value))
    };
    if meta.title.is_none() {
        meta.title = line("headline").or_else(|| line("name"));
    }
    if meta.authors.is_empty() {
        for author in article.get("author").into_iter().flat_map(each) {
            if let Some(name) = name_of(author, others) {
                meta.add_author(&name);
            }
        }
    }
    if meta.publisher.is_none() {
        meta.publisher = article
            .get("publisher")
            .into_iter()
            .flat_map(each)
            .find_map(|publisher| name_of(publisher, others));
    }
    if meta.published.is_none() {
        meta.published = line("datePublished").and_then(|day| day_or_time(&day));
    }
    if meta.language.is_none() {
        meta.language = line("inLanguage").and_then(|tag| language_tag(&tag));
    }
    if meta.url.is_none() {
        let main = article.get("mainEntityOfPage");
        meta.url = main
            .and_then(|page| page.as_str().or_else(|| page.get("@id")?.as_str()))
            .or_else(|| article.get("url")?.as_str())
            .and_then(web_address);
    }
}

/// One value, or each of an array's.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(values) => values.iter(),
        _ => std::slice::from_ref(value).iter(),
    }
}

/// Returns the name of a person or body: a text, an object's `name`, or that of the object which
/// its `@id` stands for.
fn name_of(value: &Value, others: &[&Map<String, Value>]) -> Option<String> {
    let named = |object: &Map<String, Value>| {
        let name = object.get("name")?;
        let name = name.as_str().or_else(|| name.get(0)?.as_str())?;
        one_line(&without_entities(name))
    };
    match value {
        Value::String(name) => one_line(&without_entities(name)),
        Value::Object(object) => named(object).or_else(|| {
            let id = object.get("@id")?.as_str()?;
            others
                .iter()
                .filter(|other| other.get("@id").and_then(Value::as_str) == Some(id))
                .find_map(|other| named(other))
        }),
        _ => None,
    }
}

/// Reads the entities that publishing systems leave in JSON: the five of XML, `&nbsp;` and numbers.
fn without_entities(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest is "&#x10FFFF;".
        let entity = rest.get(1..rest.len().min(10)).or_else(|| rest.get(1..2));
        let end = entity
            .and_then(|entity| entity.find(';'))
            .map(|end| end + 1);
        let character = end.and_then(|end| entity_character(&rest[1..end]));
        if let (Some(end), Some(character)) = (end, character) {
            text.push(character);
            rest = &rest[end + 1..];
        } else {
            text.push('&');
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    text
}

fn entity_character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let point = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(point).filter(|c| *c != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::page_tree;

    fn meta(page: &str) -> PageMeta {
        let document = page_tree::parse(page).expect("a page");
        read(&document, Some("https://news.example/x/y?z"))
    }

    #[test]
    fn json_ld_comes_first() {
        let page = r##"<html lang=en-GB><title>Title | Site</title>
            <meta property="og:title" content="Open Graph's">
            <script type="application/ld+json">{"@context":"https://schema.org","@type":"WebSite","name":"No"}</script>
            <script type="application/ld+json">{"@context":"https://schema.org","@graph":[
              {"@type":"Organization","@id":"#org","name":"News Example"},
              {"@type":"Person","@id":"#jd","name":"Jane Doe"},
              {"@type":["NewsArticle"],"headline":"It&#8217;s \u001b[31m decided &amp; done","author":[{"@id":"#jd"},"John Smith",{"name":"https://x.example/"}],
               "publisher":{"@id":"#org"},"datePublished":"2024-03-26T12:00:00+02:00","mainEntityOfPage":{"@id":"https://news.example/a"}}]}
            </script>"##;
        assert_eq!(
            meta(page),
            PageMeta {
                title: Some("It’s [31m decided & done".into()),
                authors: vec!["Jane Doe".into(), "John Smith".into()],
                publisher: Some("News Example".into()),
                published: "2024-03-26T10:00:00Z".parse().ok(),
                is_files_day: false,
                language: Some("en-GB".into()),
                url: Some("https://news.example/a".into()),
            }
        );
    }

    #[test]
    fn meta_elements_are_read_where_there_is_no_json_ld() {
        let page = r#"<title>Title | Site</title>
            <meta name="author" content="By Jane Doe, John Smith and Ann Lee">
            <meta property="article:author" content="https://social.example/jane">
            <meta property="og:site_name" content="News &amp; Example">
            <meta property="article:published_time" content="03/04/2024">
            <meta name="DC.date.issued" content="2024-03-26">
            <meta http-equiv="Content-Language" content="de">
            <link rel="canonical" href="/a/b">
            <script type="application/ld+json">{"@type":"NewsArticle",</script>"#;
        assert_eq!(
            meta(page),
            PageMeta {
                title: Some("Title | Site".into()),
                authors: vec!["Jane Doe".into(), "John Smith".into(), "Ann Lee".into()],
                publisher: Some("News & Example".into()),
                published: "2024-03-26".parse().ok(),
                is_files_day: false,
                language: Some("de".into()),
                url: Some("https://news.example/a/b".into()),
            }
        );
    }

    #[test]
    fn a_comma_in_a_byline_is_not_always_a_list() {
        let mut meta = PageMeta::default();
        add_byline(&mut meta, " by  Jane Doe, Washington ");
        assert_eq!(meta.authors, ["Jane Doe, Washington"]);
    }

    #[test]
    fn hostile_values_are_passed_over() {
        let deep = "[".repeat(100_000);
        let page = format!(
            r#"<html lang="&#27;[31m"><link rel=canonical href="javascript:alert(1)">
            <meta property="og:url" content="https://x.example/&#27;[2J">
            <meta property="og:title" content="&#27;]0;owned&#7;&#x202E;title">
            <meta name=author content="&#8203;">
            <script type="application/ld+json">{deep}</script>
            <script type="application/ld+json">{{"@type":"Article","headline":7,"author":{{"name":{{}}}},"datePublished":[]}}</script>"#
        );
        assert_eq!(
            meta(&page),
            PageMeta {
                title: Some("]0;owned\u{202E}title".into()),
                ..PageMeta::default()
            }
        );
    }

    #[test]
    fn a_time_counts_if_it_is_the_only_one() {
        let one = meta("<time datetime=2024-03-26>yesterday</time>");
        assert_eq!(one.published, "2024-03-26".parse().ok());
        let two = meta("<time datetime=2024-03-26></time><time datetime=2023-01-01></time>");
        assert_eq!(two.published, None);
        let marked = meta(
            "<time datetime=2023-01-01></time><time itemprop=datePublished datetime=2024-03-26></time>",
        );
        assert_eq!(marked.published, "2024-03-26".parse().ok());
    }

    #[test]
    fn entities_are_read_once() {
        for (value, text) in [
            ("a &amp;amp; b", "a &amp; b"),
            ("&#39;&#x27;&apos;", "'''"),
            (
                "& &; &x; &#; &#x110000; &#0; é&é;",
                "& &; &x; &#; &#x110000; &#0; é&é;",
            ),
            ("&", "&"),
            ("&éééééééé", "&éééééééé"),
        ] {
            assert_eq!(without_entities(value), text);
        }
    }
}
