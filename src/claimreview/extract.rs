//! The reviews in a file: blocks out of bytes, and in them every `ClaimReview` and `MediaReview`.
//!
//! A file is a page, with its scripts, or JSON. In JSON a review may be the document itself, an
//! element of an array or of `@graph`, or anywhere in a feed (`DataFeed`, `ItemList`, Google's Fact
//! Check Tools): all of it is looked through.

use super::graph::{At, Graph, plain_name};
use super::json::{self, Node, Parsed, Value};
use super::page::{self, Page};
use super::rules::{self, Rule};
use super::vocabulary;

/// A file's blocks.
#[derive(Default)]
pub(super) struct File {
    /// The blocks that hold JSON-LD.
    pub(super) blocks: Vec<Block>,
    /// What is wrong with the page, by the place in it.
    pub(super) faults: Vec<(&'static Rule, usize)>,
    /// Whether it is a page.
    pub(super) is_page: bool,
    /// The address that the page gives as its own.
    pub(super) canonical: Option<String>,
}

/// A block of JSON.
pub(super) struct Block {
    /// Where it begins in the file's text, in bytes.
    pub(super) start: usize,
    /// What was read of it.
    pub(super) parsed: Parsed,
    /// Whether it looks as if it were about fact-checks: a page has other blocks, too.
    pub(super) is_about: bool,
}

impl Block {
    /// Returns the place in the file of one in the block.
    pub(super) const fn place(&self, at: usize) -> usize {
        if self.parsed.is_moved {
            self.start
        } else {
            self.start + at
        }
    }
}

/// The type of scripts that hold JSON-LD.
const JSON_LD: &str = "application/ld+json";

/// Reads a file: a page if it begins like one or is named so, else JSON.
pub(super) fn read(text: &str, is_named_page: bool) -> File {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let is_json = start.starts_with(['{', '[', '“', '"']);
    if !is_json && (is_named_page || start.starts_with('<')) && !start.starts_with("<![CDATA[") {
        return of_page(text);
    }
    File {
        blocks: vec![Block {
            start: 0,
            parsed: json::parse(text),
            is_about: true,
        }],
        ..File::default()
    }
}

fn of_page(text: &str) -> File {
    let Page {
        scripts,
        canonical,
        microdata,
    } = page::read(text);
    let mut file = File {
        is_page: true,
        canonical,
        ..File::default()
    };
    if let Some(at) = microdata {
        file.faults.push((&rules::MICRODATA, at));
    }
    for script in scripts {
        let is_json_ld = script.kind == JSON_LD;
        let looks = looks_like_markup(script.text);
        if is_json_ld && !script.is_closed && looks {
            file.faults.push((&rules::SCRIPT_UNCLOSED, script.start));
            continue;
        }
        if !is_json_ld {
            // A script of another type that names a review is code, unless it begins like JSON.
            if looks && script.text.trim_start().starts_with(['{', '[']) {
                file.faults.push((&rules::SCRIPT_TYPE, script.start));
            }
            continue;
        }
        file.blocks.push(Block {
            start: script.start,
            parsed: json::parse(script.text),
            is_about: looks,
        });
    }
    file
}

fn looks_like_markup(text: &str) -> bool {
    text.contains("ClaimReview") || text.contains("claimReviewed")
}

/// How an object says that it is a review.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// By its `@type`.
    Typed,
    /// By `type`.
    Alias,
    /// By a type that is almost it.
    Misspelled,
    /// By `claimReviewed` alone.
    Untyped,
    /// By `claimReviewed`, and it has another type.
    Other,
}

/// What a review is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Subject {
    /// A claim: `ClaimReview`.
    Claim,
    /// A medium: `MediaReview`.
    Media,
}

/// A review that was found.
#[derive(Clone)]
pub(super) struct Found<'a> {
    /// The object.
    pub(super) at: At<'a>,
    /// The context that holds for it.
    pub(super) context: Option<At<'a>>,
    /// How it says that it is one.
    pub(super) form: Form,
    /// What it is of.
    pub(super) subject: Subject,
    /// Whether it is part of another review.
    pub(super) is_inner: bool,
    /// Whether the feed that it is in says that it was deleted.
    pub(super) is_deleted: bool,
}

/// What holds for all that is in an object.
#[derive(Clone, Copy, Default)]
struct Around {
    is_inner: bool,
    is_deleted: bool,
}

impl File {
    /// Returns the graph of all blocks.
    pub(super) fn graph(&self) -> Graph<'_> {
        let mut graph = Graph::default();
        for document in self.documents() {
            graph.add(&document);
        }
        graph
    }

    fn documents(&self) -> impl Iterator<Item = At<'_>> {
        self.blocks.iter().enumerate().flat_map(|(n, block)| {
            let documents = block.parsed.documents.iter();
            documents.map(move |node| At::document(node, n))
        })
    }

    /// Returns all reviews, in the order of the file.
    pub(super) fn reviews(&self) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        for document in self.documents() {
            look(&document, None, Around::default(), &mut found);
        }
        found
    }
}

/// Looks through a value; how deep it is nested is bounded by the reader.
fn look<'a>(at: &At<'a>, context: Option<&At<'a>>, around: Around, found: &mut Vec<Found<'a>>) {
    let own = at.members().iter().find(|member| member.key == "@context");
    let own = own.map(|member| at.member(member));
    let context = own.as_ref().or(context);
    let mut around = around;
    let mut members = at.members().iter();
    around.is_deleted |= members.any(|member| {
        plain_name(&member.key) == "dateDeleted" && !matches!(member.value.value, Value::Null)
    });
    if let Some((form, subject)) = form(at, around.is_inner) {
        found.push(Found {
            at: at.clone(),
            context: context.cloned(),
            form,
            subject,
            is_inner: around.is_inner,
            is_deleted: around.is_deleted,
        });
        around.is_inner = true;
    }
    match &at.node.value {
        Value::List(_) => {
            for child in at.children() {
                look(&child, context, around, found);
            }
        }
        Value::Object(members) => {
            for member in members.iter().filter(|member| member.key != "@context") {
                let is_nested = matches!(member.value.value, Value::List(_) | Value::Object(_));
                if is_nested {
                    look(&at.member(member), context, around, found);
                }
            }
        }
        _ => {}
    }
}

/// Says whether an object is a review, and how it says so.
fn form(at: &At<'_>, is_inner: bool) -> Option<(Form, Subject)> {
    let says_more = |name: &&str| !matches!(*name, "@id" | "@type" | "@context" | "id" | "type");
    let mut names = at
        .members()
        .iter()
        .map(|member| member.key.as_str())
        .filter(says_more);
    names.next()?;
    let types = at.types();
    if types.contains(&"ClaimReview") {
        return Some((Form::Typed, Subject::Claim));
    }
    if types.contains(&"MediaReview") {
        return Some((Form::Typed, Subject::Media));
    }
    if types.iter().any(|name| is_almost(name)) {
        return Some((Form::Misspelled, Subject::Claim));
    }
    if types.is_empty() && at.types_by("type").contains(&"ClaimReview") {
        return Some((Form::Alias, Subject::Claim));
    }
    let has_claim = at
        .members()
        .iter()
        .any(|member| plain_name(&member.key) == "claimReviewed");
    if !has_claim || is_inner {
        return None;
    }
    let form = if types.is_empty() {
        Form::Untyped
    } else {
        Form::Other
    };
    Some((form, Subject::Claim))
}

/// Says whether a type is `ClaimReview` but for capitals, spaces and a letter or two.
fn is_almost(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let known = ["ClaimReview"];
    name.len() < 40 && vocabulary::nearest(&letters, &known).is_some()
}

/// Returns where a value stands in the file's text.
pub(super) fn place(file: &File, at: &At<'_>) -> usize {
    let node: &Node = at.node;
    file.blocks[at.block].place(node.start)
}
