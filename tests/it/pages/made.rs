//! Pages made from templates, each of which knows its own words.
//!
//! `tests/pages/` has invented articles and templates; its README says what a template's header
//! means. Every template is filled with a dozen articles whose letters its charset has, and the page
//! is taken in as if it had been fetched. Words are runs of letters and figures, compared as
//! multisets: recall is the share of the right words that were recovered, precision the share of the
//! recovered words that are right. A paragraph counts as found where a line of the text has exactly
//! its words, and as in order where it belongs to the longest run of found ones that is.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use encoding_rs::Encoding;
use factlog::intake::{Hint, Intake, IntakeError, PageKind, Warning, take_in};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::{Deserialize, Serialize};

/// How many articles fill each template.
const ARTICLES_EACH: usize = 9;

/// Articles with fewer words than this are outweighed by all the comments.
const OUTWEIGHED: usize = 700;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Block {
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<Vec<Vec<String>>>,
}

impl Block {
    /// Its lines: one, or one for each row.
    pub(super) fn lines(&self) -> Vec<String> {
        match (&self.text, &self.rows) {
            (Some(text), _) => vec![text.clone()],
            (None, Some(rows)) => rows.iter().map(|row| row.join(" ")).collect(),
            (None, None) => vec![],
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Article {
    pub(super) slug: String,
    pub(super) language: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) standfirst: String,
    pub(super) authors: Vec<String>,
    pub(super) publisher: String,
    pub(super) published: String,
    #[serde(default)]
    pub(super) modified: Option<String>,
    #[serde(default)]
    pub(super) section: String,
    pub(super) url: String,
    pub(super) blocks: Vec<Block>,
}

/// What a template says of its pages.
#[derive(Debug, Deserialize)]
struct Header {
    kind: String,
    charset: String,
    #[serde(default)]
    serves: String,
    /// Whether the headline is in the body.
    title: Option<bool>,
    #[serde(default)]
    standfirst: bool,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    comments: String,
    #[serde(default)]
    expects: Vec<String>,
    #[serde(default)]
    meta: Vec<String>,
    /// Words that may be taken or left.
    #[serde(default)]
    either: Vec<String>,
    #[serde(rename = "in")]
    is_in: Option<String>,
    http: Option<String>,
}

impl Header {
    /// Says whether an article suits the template.
    fn suits(&self, article: &Article) -> bool {
        let words = || {
            article
                .blocks
                .iter()
                .flat_map(Block::lines)
                .map(|line| words(&line).len())
                .sum::<usize>()
        };
        let is_short = self.comments != "outweigh" || words() < OUTWEIGHED;
        is_short && (self.languages.is_empty() || self.languages.contains(&article.language))
    }
}

struct Template {
    name: String,
    header: Header,
    source: String,
}

pub(super) fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages")
}

pub(super) fn articles() -> Vec<Article> {
    let json = fs::read_to_string(folder().join("articles.json")).expect("the articles");
    serde_json::from_str(&json).expect("articles")
}

fn templates() -> Vec<Template> {
    let mut found: Vec<Template> = fs::read_dir(folder().join("templates"))
        .expect("the folder of templates")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "html"))
        .map(|path| {
            let source = fs::read_to_string(&path).expect("a template");
            let first = source.lines().next().expect("a header");
            let json = first
                .trim()
                .trim_start_matches("{#")
                .trim_end_matches("#}")
                .trim();
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let header =
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
            Template {
                name,
                header,
                source,
            }
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Encodes a page; `None` where the charset has no such letters.
fn encoded(page: &str, charset: &str) -> Option<Vec<u8>> {
    let (label, mark) = charset
        .strip_suffix("-bom")
        .map_or((charset, false), |label| (label, true));
    match label {
        "utf-16le" => {
            let units = page.encode_utf16().flat_map(u16::to_le_bytes);
            return Some([0xFF, 0xFE].into_iter().chain(units).collect());
        }
        "utf-16be" => {
            let units = page.encode_utf16().flat_map(u16::to_be_bytes);
            return Some([0xFE, 0xFF].into_iter().chain(units).collect());
        }
        _ => {}
    }
    let encoding = Encoding::for_label(label.as_bytes()).expect("a charset");
    let (bytes, _, unmappable) = encoding.encode(page);
    let start: &[u8] = if mark { &[0xEF, 0xBB, 0xBF] } else { &[] };
    (!unmappable).then(|| [start, &bytes].concat())
}

/// The words of a text: runs of letters and figures.
pub(super) fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

pub(super) fn shared(right: &[&str], found: &[&str]) -> usize {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in right {
        *left.entry(word).or_default() += 1;
    }
    let mut both = 0;
    for word in found {
        if let Some(count) = left.get_mut(word).filter(|count| **count > 0) {
            *count -= 1;
            both += 1;
        }
    }
    both
}

/// Sums over pages.
#[derive(Default, Clone)]
pub(super) struct Score {
    pub(super) pages: usize,
    right: usize,
    found: usize,
    both: usize,
    paragraphs: usize,
    apart: usize,
    in_order: usize,
    meta: BTreeMap<&'static str, (usize, usize)>,
    stubs: (usize, usize),
    expected: (usize, usize),
    false_alarms: usize,
}

fn share(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of words are small")]
    let share = part as f64 / whole.max(1) as f64;
    share
}

impl Score {
    pub(super) fn add(&mut self, other: &Self) {
        self.pages += other.pages;
        self.right += other.right;
        self.found += other.found;
        self.both += other.both;
        self.paragraphs += other.paragraphs;
        self.apart += other.apart;
        self.in_order += other.in_order;
        self.false_alarms += other.false_alarms;
        for (name, (good, all)) in &other.meta {
            let sum = self.meta.entry(name).or_default();
            *sum = (sum.0 + good, sum.1 + all);
        }
        self.stubs = (self.stubs.0 + other.stubs.0, self.stubs.1 + other.stubs.1);
        self.expected = (
            self.expected.0 + other.expected.0,
            self.expected.1 + other.expected.1,
        );
    }

    pub(super) fn recall(&self) -> f64 {
        share(self.both, self.right)
    }

    pub(super) fn precision(&self) -> f64 {
        share(self.both, self.found)
    }

    pub(super) fn line(&self, name: &str) -> String {
        let mut line = format!("{name:<26} {:>5}", self.pages);
        if self.right > 0 {
            write!(
                line,
                "  {:.3}  {:.3}  {:.3}  {:.3}",
                self.recall(),
                self.precision(),
                share(self.apart, self.paragraphs),
                share(self.in_order, self.paragraphs),
            )
            .expect("a String takes what is written");
        } else {
            line.push_str("      –      –      –      –");
        }
        let mut note = |name: &str, (good, all): (usize, usize)| {
            if all > 0 {
                write!(line, "  {name} {good}/{all}").expect("a String takes what is written");
            }
        };
        note("stubs", self.stubs);
        note("expected", self.expected);
        for (name, counts) in &self.meta {
            note(name, *counts);
        }
        if self.false_alarms > 0 {
            note("FALSE ALARMS", (self.false_alarms, self.pages));
        }
        line
    }
}

/// The right lines of a page.
fn right_lines(article: &Article, header: &Header) -> Vec<String> {
    let served = header
        .serves
        .strip_prefix("first:")
        .and_then(|n| n.parse().ok());
    let mut lines = Vec::new();
    if header.title.unwrap_or(true) {
        lines.push(article.title.clone());
    }
    if header.standfirst && !article.standfirst.is_empty() {
        lines.push(article.standfirst.clone());
    }
    let blocks = article.blocks.iter().take(served.unwrap_or(usize::MAX));
    lines.extend(blocks.flat_map(Block::lines));
    lines
}

/// Compares a text with the right lines.
pub(super) fn compared(right: &[String], text: &str) -> Score {
    compared_but(right, text, &[])
}

/// Compares a text with the right lines; what stands in `either` counts neither way.
fn compared_but(right: &[String], text: &str, either: &[String]) -> Score {
    let left: String = text
        .lines()
        .filter(|line| !either.contains(&words(line).join(" ")))
        .flat_map(|line| [line, "\n"])
        .collect();
    let text = left.as_str();
    let whole = right.join("\n");
    let (right_words, found_words) = (words(&whole), words(text));
    let key = |line: &str| words(line).join(" ");
    let there: Vec<String> = text
        .lines()
        .map(key)
        .filter(|line| !line.is_empty())
        .collect();
    let places: Vec<Option<usize>> = right
        .iter()
        .map(|line| there.iter().position(|found| *found == key(line)))
        .collect();
    let found: Vec<usize> = places.iter().flatten().copied().collect();
    Score {
        pages: 1,
        right: right_words.len(),
        found: found_words.len(),
        both: shared(&right_words, &found_words),
        paragraphs: right.len(),
        apart: found.len(),
        in_order: longest_rising(&found),
        ..Score::default()
    }
}

/// The length of the longest run that rises, not necessarily of neighbours.
fn longest_rising(numbers: &[usize]) -> usize {
    let mut ends: Vec<usize> = Vec::new();
    for &number in numbers {
        let at = ends.partition_point(|&end| end <= number);
        match ends.get_mut(at) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
    }
    ends.len()
}

fn judge_meta(
    score: &mut Score,
    article: &Article,
    header: &Header,
    intake: &Intake,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let meta = &intake.meta;
    for name in &header.meta {
        let (name, right, said): (&'static str, String, String) = match name.as_str() {
            "title" => (
                "title",
                article.title.clone(),
                meta.title.clone().unwrap_or_default(),
            ),
            "authors" => (
                "authors",
                article.authors.join(", "),
                meta.authors.join(", "),
            ),
            "publisher" => (
                "publisher",
                article.publisher.clone(),
                meta.publisher.clone().unwrap_or_default(),
            ),
            "published" => {
                let said = meta
                    .published
                    .map(|day| day.to_string())
                    .unwrap_or_default();
                (
                    "published",
                    article.published[..10].to_owned(),
                    said.chars().take(10).collect(),
                )
            }
            "language" => {
                let said = meta.language.clone().unwrap_or_default();
                (
                    "language",
                    article.language.clone(),
                    said.split('-').next().unwrap_or_default().to_owned(),
                )
            }
            _ => continue,
        };
        let sum = score.meta.entry(name).or_default();
        sum.1 += 1;
        if words(&right) == words(&said) {
            sum.0 += 1;
        } else {
            wrong.push(format!("{name}: {said:?}, not {right:?}"));
        }
    }
    wrong
}

fn stub_of(kind: &str) -> Option<PageKind> {
    Some(match kind {
        "stub-cookies" => PageKind::ConsentWall,
        "stub-paywall" => PageKind::Paywall,
        "stub-bot" => PageKind::BotCheck,
        "stub-login" => PageKind::Login,
        "stub-scroll" => PageKind::Unfilled,
        "stub-error" => PageKind::Error,
        _ => return None,
    })
}

/// The names in heads of templates of warnings that may be expected.
fn code(warning: &Warning) -> Option<String> {
    Some(match warning {
        Warning::LiveBlog { .. } => "live".to_owned(),
        Warning::CommentsOutweigh { .. } => "comments-outweigh".to_owned(),
        Warning::PartOfSeveral { .. } => "part-of-several".to_owned(),
        _ => return None,
    })
}

/// Judges one page; what is wrong with it is written to `notes`.
fn judge(
    template: &Template,
    article: &Article,
    n: usize,
    taken: &Result<Intake, IntakeError>,
    notes: &mut Vec<String>,
) -> Score {
    let header = &template.header;
    let stub = stub_of(&header.kind);
    let mut score = Score {
        pages: 1,
        ..Score::default()
    };
    let mut note =
        |text: String| notes.push(format!("{} / {}: {text}", template.name, article.slug));
    let seen = |intake: &Intake| {
        intake.warnings.iter().find_map(|warning| match warning {
            Warning::NotTheArticle { page, seen, .. } => Some((*page, seen.clone())),
            _ => None,
        })
    };
    if let Some(kind) = stub {
        let said = match taken {
            Ok(intake) => seen(intake).map(|(page, _)| page),
            Err(IntakeError::NoText { .. }) => Some(kind),
            Err(_) => None,
        };
        score.stubs = (usize::from(said.is_some()), 1);
        if said.is_none() {
            note(
                format!("stub not recognised: {taken:?}")
                    .chars()
                    .take(600)
                    .collect(),
            );
        } else if said != Some(kind) {
            note(format!("taken for {said:?}"));
        }
        return score;
    }
    let intake = match taken {
        Ok(intake) => intake,
        Err(error) => {
            note(format!("refused: {error}"));
            let mut empty = compared(&right_lines(article, header), "");
            empty.false_alarms = 1;
            return empty;
        }
    };
    let either: Vec<String> = header
        .either
        .iter()
        .map(|line| words(&line.replace("{{ n }}", &n.to_string())).join(" "))
        .collect();
    let text = intake.text.as_deref().unwrap_or_default();
    score = compared_but(&right_lines(article, header), text, &either);
    // Without a headline in the body, the one that is put in front is not surplus.
    if header.title == Some(false) {
        score = compared_but(
            &right_lines(article, header),
            text.split_once("\n\n").map_or(text, |(_, rest)| rest),
            &either,
        );
    }
    if let Some(alarm) = seen(intake) {
        score.false_alarms = 1;
        note(format!("false alarm: {alarm:?}"));
    }
    for wrong in judge_meta(&mut score, article, header, intake) {
        note(wrong);
    }
    let codes: Vec<String> = intake.warnings.iter().filter_map(code).collect();
    let mut expected = header.expects.clone();
    if header.kind == "live" && !expected.iter().any(|what| what == "live") {
        expected.push("live".to_owned());
    }
    let there = expected.iter().filter(|what| codes.contains(what)).count();
    score.expected = (there, expected.len());
    if there < expected.len() {
        note(format!("expected {expected:?}, not {codes:?}"));
    }
    // Of few words, a dozen comments are more.
    let may_be = |code: &String| code == "comments-outweigh" && header.comments == "some";
    if codes
        .iter()
        .any(|code| !expected.contains(code) && !may_be(code))
    {
        score.false_alarms = 1;
        note(format!("false alarm: {:?}", intake.warnings));
    }
    if score.recall() < 0.95 || score.precision() < 0.9 {
        let (recall, precision) = (score.recall(), score.precision());
        note(format!("recall {recall:.3}, precision {precision:.3}"));
        if std::env::var_os("PAGES_TEXT").is_some() {
            note(format!(
                "\n{}\n=====",
                intake.text.as_deref().unwrap_or_default()
            ));
        }
    }
    score
}

/// Makes every page, takes it in and judges it: a line for each template, and the notes.
fn run() -> (BTreeMap<String, Score>, Vec<String>, String) {
    let articles = articles();
    let comments = fs::read_to_string(folder().join("comments.json")).expect("the comments");
    let comments: Vec<serde_json::Value> = serde_json::from_str(&comments).expect("comments");
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut kinds: BTreeMap<String, Score> = BTreeMap::new();
    let (mut notes, mut table) = (Vec::new(), String::new());
    let only = std::env::var("PAGES_ONLY").unwrap_or_default();
    for (place, template) in templates().iter().enumerate() {
        if !template.name.contains(&only) {
            continue;
        }
        let mut sum = Score::default();
        let compiled = environment
            .template_from_named_str("page.html", &template.source)
            .unwrap_or_else(|error| panic!("{}: {error:#}", template.name));
        let order = (0..articles.len()).map(|n| (n + place * 5) % articles.len());
        for at in order {
            if sum.pages == ARTICLES_EACH {
                break;
            }
            let article = &articles[at];
            if !template.header.suits(article) {
                continue;
            }
            let others: Vec<Value> = articles
                .iter()
                .filter(|other| other.slug != article.slug && other.language == article.language)
                .chain(
                    articles
                        .iter()
                        .filter(|other| other.language == "en" && other.slug != article.slug),
                )
                .take(8)
                .map(|other| Value::from(Serde(other)))
                .collect();
            let values = context! {
                article => Value::from(Serde(article)),
                others,
                comments => Value::from(Serde(if template.header.comments == "outweigh" { &comments[..] } else { &comments[..comments.len().min(12)] })),
                n => place * 31 + at,
                date_text => date_text(&article.published),
            };
            let page = compiled
                .render(values)
                .unwrap_or_else(|error| panic!("{} / {}: {error:#}", template.name, article.slug));
            let Some(bytes) = encoded(page.trim_start(), &template.header.charset) else {
                continue;
            };
            if let Some(folder) = std::env::var_os("PAGES_OUT") {
                let name = format!("{}--{}.html", template.name, article.slug);
                fs::write(Path::new(&folder).join(name), &bytes).expect("a page is written");
            }
            let media = template.header.http.as_ref().map_or_else(
                || "text/html".to_owned(),
                |charset| format!("text/html; charset={charset}"),
            );
            let hint = Hint {
                url: Some(&article.url),
                media_type: Some(&media),
                ..Hint::default()
            };
            let taken = take_in(&bytes, &hint);
            sum.add(&judge(
                template,
                article,
                place * 31 + at,
                &taken,
                &mut notes,
            ));
        }
        assert!(
            sum.pages > 0,
            "{}: its charset has no article",
            template.name
        );
        writeln!(table, "{}", sum.line(&template.name)).expect("a String takes what is written");
        let kind = template.header.kind.split('-').next().unwrap_or_default();
        let kind = template
            .header
            .is_in
            .as_ref()
            .map_or_else(|| kind.to_owned(), |place| format!("{kind} in {place}"));
        kinds.entry(kind).or_default().add(&sum);
    }
    (kinds, notes, table)
}

/// The day as people write it.
fn date_text(published: &str) -> String {
    let months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month: usize = published[5..7].parse().expect("a month");
    let day: usize = published[8..10].parse().expect("a day");
    format!("{day} {} {}", months[month - 1], &published[..4])
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the test is for")]
fn five_hundred_pages_of_many_templates_are_recovered() {
    let (kinds, notes, table) = run();
    println!("template                   pages  recall precis.  apart  order");
    print!("{table}");
    for (kind, score) in &kinds {
        println!("{}", score.line(&format!("= {kind}")));
    }
    if std::env::var_os("PAGES_NOTES").is_some() {
        println!("{}", notes.join("\n"));
    }
    if std::env::var_os("PAGES_ONLY").is_some() {
        return;
    }
    let pages: usize = kinds.values().map(|score| score.pages).sum();
    assert!(pages >= 500, "{pages} pages");
    let articles = &kinds["article"];
    // Floors: what was reached when they were written, less a little.
    assert!(
        articles.recall() >= 0.985,
        "recall {:.4}",
        articles.recall()
    );
    assert!(
        articles.precision() >= 0.955,
        "precision {:.4}",
        articles.precision()
    );
    let in_order = share(articles.in_order, articles.paragraphs);
    assert!(in_order >= 0.94, "paragraphs in order {in_order:.4}");
    let alarms = share(articles.false_alarms, articles.pages);
    assert!(alarms <= 0.02, "false alarms {alarms:.4}");
    for (name, (good, all)) in &articles.meta {
        assert!(share(*good, *all) >= 0.93, "{name}: {good} of {all}");
    }
    let (good, all) = kinds["stub"].stubs;
    assert!(share(good, all) >= 0.97, "stubs {good} of {all}");
    let (good, all) = kinds["live"].expected;
    assert!(share(good, all) >= 0.97, "live blogs {good} of {all}");
}
