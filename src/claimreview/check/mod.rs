//! The checks behind the rules: one file an object of the markup.

mod agents;
mod claim;
mod media;
mod properties;
mod rating;
mod review;
mod words;

pub(super) use self::words::is_language_tag;

use self::properties::Role;

use std::collections::{BTreeSet, HashMap};

use super::dates::{self, When};
use super::extract::{self, File, Form, Found, Subject};
use super::graph::{At, Graph};
use super::links::{self, Link};
use super::rules::{self, Rule};
use super::texts;
use super::vocabulary;
use crate::words::time::Timestamp;

/// So much of a value is shown in a finding.
const MAX_SHOWN: usize = 120;

/// A finding, by its place in the file.
pub(super) struct Raw {
    pub(super) rule: &'static Rule,
    pub(super) place: usize,
    pub(super) pointer: String,
    pub(super) found: Option<String>,
    pub(super) note: Option<String>,
}

/// Checks all reviews of a file.
pub(super) struct Checker<'f> {
    file: &'f File,
    graph: &'f Graph<'f>,
    now: Option<Timestamp>,
    most: usize,
    findings: Vec<Raw>,
    /// Properties that were found in an object that they don't belong to: not missing, but there.
    misplaced: BTreeSet<&'static str>,
    /// The review's own address.
    url: Option<Link>,
    /// When the review was published.
    published: Option<When>,
}

impl<'f> Checker<'f> {
    pub(super) fn new(
        file: &'f File,
        graph: &'f Graph<'f>,
        now: Option<Timestamp>,
        most: usize,
    ) -> Self {
        Self {
            file,
            graph,
            now,
            most,
            findings: Vec::new(),
            misplaced: BTreeSet::new(),
            url: None,
            published: None,
        }
    }

    /// Checks the reviews; returns what was found, in the order in which it was.
    pub(super) fn check(mut self, reviews: &[Found<'f>]) -> Vec<Raw> {
        for review in reviews {
            if self.is_full() {
                break;
            }
            self.misplaced.clear();
            self.url = None;
            self.published = None;
            self.check_form(review);
            match review.subject {
                Subject::Claim => self.check_review(&review.at, review.is_inner),
                Subject::Media => self.check_media(&review.at),
            }
        }
        self.check_together(reviews);
        self.findings
    }

    const fn is_full(&self) -> bool {
        self.findings.len() >= self.most
    }

    fn report(&mut self, rule: &'static Rule, at: &At<'_>, note: Option<String>) {
        if self.is_full() {
            return;
        }
        let found = at.text().filter(|text| !text.is_empty()).map(shown);
        self.findings.push(Raw {
            rule,
            place: extract::place(self.file, at),
            pointer: at.pointer(),
            found,
            note,
        });
    }

    /// Checks how a review says what it is, and in which vocabulary.
    fn check_form(&mut self, review: &Found<'f>) {
        let at = &review.at;
        let rule = match review.form {
            Form::Typed => None,
            Form::Alias => Some(&rules::TYPE_ALIAS),
            Form::Misspelled => Some(&rules::TYPE_CASE),
            Form::Untyped => Some(&rules::TYPE_MISSING),
            Form::Other => Some(&rules::TYPE_OTHER),
        };
        if let Some(rule) = rule {
            let written = at
                .types()
                .first()
                .map(|name| format!("it says {:?}", shown(name)));
            self.report(rule, at, written);
        }
        if review.is_inner {
            return;
        }
        let Some(context) = &review.context else {
            // A type that names schema.org itself needs no context.
            if !names_vocabulary(at) {
                self.report(&rules::CONTEXT_MISSING, at, None);
            }
            return;
        };
        let names = context_names(context, &mut Vec::new());
        let best = names.iter().map(|name| context_form(name)).max();
        match best.unwrap_or(ContextForm::Other) {
            ContextForm::Usual => {}
            ContextForm::Unusual => self.report(&rules::CONTEXT_FORM, context, None),
            ContextForm::Other => {
                if !names_vocabulary(at) {
                    self.report(&rules::CONTEXT_OTHER, context, None);
                }
            }
        }
    }

    /// Looks for reviews that are there twice, and for several of one page.
    fn check_together(&mut self, reviews: &[Found<'f>]) {
        let mut by_page: HashMap<String, Vec<String>> = HashMap::new();
        for review in reviews {
            if review.is_inner || review.subject != Subject::Claim || self.is_full() {
                continue;
            }
            let at = &review.at;
            let url = self
                .first(at, "ClaimReview", "url")
                .and_then(|url| url.address());
            let key = url.and_then(|url| links::parse(url.trim()).ok());
            let key = key.map(|link| format!("{}{}", link.host, link.path));
            let Some(key) = key.or_else(|| self.file.is_page.then(String::new)) else {
                continue;
            };
            let claim = self
                .plain(at, "ClaimReview", "claimReviewed")
                .unwrap_or_default();
            let claim = texts::squeezed(claim).to_lowercase();
            let page = if self.file.is_page {
                String::new()
            } else {
                key
            };
            let others = by_page.entry(page).or_default();
            let rule = if others.is_empty() {
                None
            } else if others.contains(&claim) {
                Some(&rules::DUPLICATE)
            } else {
                Some(&rules::SEVERAL)
            };
            if others.len() < MAX_COMPARED {
                others.push(claim);
            }
            if let Some(rule) = rule {
                self.report(rule, at, None);
            }
        }
    }

    /// Says whether a property is there, with whatever value, or at least in another object.
    fn has(&self, at: &At<'f>, kind: &str, name: &'static str) -> bool {
        let is_null = |at: &At<'_>| matches!(at.node.value, super::json::Value::Null);
        let member = at.property(kind, name);
        member.is_some_and(|member| !is_null(&member)) || self.misplaced.contains(name)
    }

    fn values(&self, at: &At<'f>, kind: &str, name: &str) -> Vec<At<'f>> {
        self.graph.values_of(at, kind, name)
    }

    fn first(&self, at: &At<'f>, kind: &str, name: &str) -> Option<At<'f>> {
        self.graph.first_of(at, kind, name)
    }

    /// Returns a property's text, if it says something: what is empty or was left to be filled in has a
    /// finding of its own.
    fn plain(&self, at: &At<'f>, kind: &str, name: &str) -> Option<&'f str> {
        let text = self.first(at, kind, name)?.text()?;
        (!text.trim().is_empty() && !texts::is_placeholder(text)).then_some(text)
    }

    /// Returns a property's date, if it is one.
    fn date(&self, at: &At<'f>, kind: &str, name: &str) -> Option<When> {
        let text = self.plain(at, kind, name)?;
        dates::parse(text).ok().filter(|_| !dates::is_zero(text))
    }

    /// Reports every property that has more values than it may have.
    fn check_single(&mut self, at: &At<'f>, kind: &str, names: &[&str]) {
        for name in names {
            let values = self.values(at, kind, name);
            if values.len() > 1 {
                let Some(member) = at.property(kind, name) else {
                    continue;
                };
                self.report(
                    &rules::VALUE_LIST,
                    &member,
                    Some(format!("{} values", values.len())),
                );
            }
        }
    }
}

/// So many claims of one page are compared with each further one.
const MAX_COMPARED: usize = 200;

/// Returns the beginning of a value, as a finding shows it.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// How a context names schema.org.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ContextForm {
    Other,
    Unusual,
    Usual,
}

fn context_form(name: &str) -> ContextForm {
    let name = name.trim().trim_end_matches(['/', '#']);
    match name {
        "https://schema.org" => ContextForm::Usual,
        "http://schema.org"
        | "http://www.schema.org"
        | "https://www.schema.org"
        | "https://schema.org/docs/jsonldcontext.json"
        | "https://schema.org/docs/jsonldcontext.jsonld"
        | "http://schema.org/docs/jsonldcontext.json" => ContextForm::Unusual,
        _ => ContextForm::Other,
    }
}

/// Returns the addresses that a context names: itself, in a list, `@vocab`, a prefix.
fn context_names<'a>(context: &At<'a>, names: &mut Vec<&'a str>) -> Vec<&'a str> {
    if let Some(name) = context.text() {
        names.push(name);
    } else {
        for child in context.children() {
            // What a term stands for is no vocabulary, unless it is a prefix.
            if child.text().is_some() || !context.is_object() {
                context_names(&child, names);
            }
        }
    }
    names.clone()
}

/// Says whether an object's type is written with schema.org's address.
fn names_vocabulary(at: &At<'_>) -> bool {
    let member = at.members().iter().find(|member| member.key == "@type");
    let Some(member) = member else { return false };
    let value = at.member(member);
    let mut names = vec![value.clone()];
    names.extend(value.children());
    names
        .iter()
        .filter_map(At::text)
        .any(|name| name.starts_with("http") && super::graph::plain_name(name) != name)
}

/// Says whether one of an object's types is a kind of another.
fn is_kind(at: &At<'_>, of: &str) -> bool {
    at.types().iter().any(|name| vocabulary::is_kind(name, of))
}
