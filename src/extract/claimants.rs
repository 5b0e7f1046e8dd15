//! Fourth stage: who the words for a speaker stand for.
//!
//! Names are collected from the whole text with the titles before them and the appositions behind
//! them; a bare surname becomes the full name, "he" and "she" the one person they can mean. Where
//! more than one could be meant, the words stay as they are and are marked. Nobody is looked up
//! anywhere: the text is all there is.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lexicon::Class;
use super::phrases;
use super::speech::{Said, Sentence};
use super::tokens::{self, Kind, Token};
use crate::words::claim::Claimant;
use crate::words::span::Span;

/// A claimant, and whether the name is more than a pronoun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Resolved {
    pub(super) claimant: Claimant,
    /// The name is a pronoun or a short form that could not be resolved.
    pub(super) unresolved: bool,
}

/// The people and bodies a text names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By surname: full names with the first role given for each.
    people: BTreeMap<String, Vec<Person>>,
    /// Bodies named in full, by their last word in lower case.
    bodies: BTreeMap<String, Vec<String>>,
    /// People named so far in this block, latest last; never one twice in a row.
    mentioned: Vec<String>,
    /// People named in the block before.
    before: Vec<String>,
    /// The last speaker, and the block in which.
    speaker: Option<(usize, String)>,
    block: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Person {
    name: String,
    role: Option<String>,
    /// True for a man's title, false for a woman's.
    male: Option<bool>,
}

/// People remembered within one block; more than that and "he" means nobody in particular anyway.
const MENTIONED: usize = 16;

/// A name as written: where its title ends and the name proper begins.
struct Written {
    role: Range<usize>,
    name: Range<usize>,
}

impl Names {
    /// Collects the names of a text.
    pub(super) fn collect(text: &str, sentences: &[Sentence]) -> Self {
        let mut names = Self {
            block: usize::MAX,
            ..Self::default()
        };
        for sentence in sentences {
            for run in runs(&sentence.tokens) {
                names.learn(text, &sentence.tokens, run);
            }
        }
        names
    }

    fn learn(&mut self, text: &str, tokens: &[Token], run: Range<usize>) {
        let last = tokens[run.end - 1];
        let written = split_name(text, tokens, &run);
        if last.is(Class::Body) && run.len() > 1 {
            let full = words(text, tokens, &run);
            let known = self.bodies.entry(tokens::lower(text, last)).or_default();
            if known.len() < 4 && !known.contains(&full) {
                known.push(full);
            }
            return;
        }
        if last.is(Class::Person) || last.is(Class::Document) || written.name.is_empty() {
            return;
        }
        let role = role_of(text, tokens, &written, run.end);
        if written.name.len() < 2 {
            return;
        }
        let name = words(text, tokens, &written.name);
        let surname = words(text, tokens, &(run.end - 1..run.end)).to_lowercase();
        let known = self.people.entry(surname).or_default();
        let male = role.as_deref().and_then(male);
        if let Some(person) = known.iter_mut().find(|p| p.name == name) {
            if person.role.is_none() {
                person.male = male;
                person.role = role;
            }
        } else if known.len() < 8 {
            known.push(Person { name, role, male });
        }
    }

    /// Resolves the words for the speaker of `said`.
    pub(super) fn resolve(
        &mut self,
        text: &str,
        sentence: &Sentence,
        said: &Said,
    ) -> Option<Resolved> {
        let span = said.source?;
        let source = tokens::tokenize(text, span);
        self.enter(sentence.block);
        let first = *source.first()?;
        let verbatim = Claimant {
            name: text[span.start()..span.end()].to_owned(),
            role: None,
            same_as: None,
            span: Some(span),
        };
        if first.is(Class::Relative) && source.len() == 1 {
            let antecedent = antecedent(sentence, span)?;
            let mut named = self.named(text, &antecedent, said);
            named.claimant.span = Some(span);
            self.speak(sentence.block, &named.claimant.name);
            return Some(named);
        }
        let low = tokens::lower(text, first);
        if source.len() == 1 && first.is(Class::SubjectPronoun) {
            let person = match &*low {
                "he" => self.meant(true, sentence.block),
                "she" => self.meant(false, sentence.block),
                _ => None,
            };
            let Some(person) = person else {
                return Some(Resolved {
                    claimant: verbatim,
                    unresolved: true,
                });
            };
            self.speak(sentence.block, &person.name);
            let claimant = Claimant {
                name: person.name,
                role: person.role,
                ..verbatim
            };
            return Some(Resolved {
                claimant,
                unresolved: false,
            });
        }
        let named = self.named(text, &source, said);
        self.speak(sentence.block, &named.claimant.name);
        Some(named)
    }

    /// Notes the people that a sentence names, after its own claims are resolved.
    pub(super) fn read(&mut self, text: &str, sentence: &Sentence) {
        self.enter(sentence.block);
        for run in runs(&sentence.tokens) {
            let surname = words(text, &sentence.tokens, &(run.end - 1..run.end)).to_lowercase();
            let Some(person) = self.person(&surname) else {
                continue;
            };
            if person.role.is_none() && self.speaker.as_ref().is_none_or(|(_, s)| *s != person.name)
            {
                continue;
            }
            self.mention(person.name);
        }
    }

    fn enter(&mut self, block: usize) {
        if self.block != block {
            self.block = block;
            self.before = std::mem::take(&mut self.mentioned);
        }
    }

    fn mention(&mut self, name: String) {
        if !self.mentioned.contains(&name) && self.mentioned.len() < MENTIONED {
            self.mentioned.push(name);
        }
    }

    fn speak(&mut self, block: usize, name: &str) {
        self.speaker = Some((block, name.to_owned()));
        let surname = name.rsplit(' ').next().unwrap_or(name).to_lowercase();
        if self.person(&surname).is_some() {
            self.mention(name.to_owned());
        }
    }

    /// The one person that has this surname.
    fn person(&self, surname: &str) -> Option<Person> {
        match self.people.get(surname)?.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The one person "he" or "she" can mean: the only one named in this block, its last speaker,
    /// or the only one named in the block before.
    fn meant(&self, male: bool, block: usize) -> Option<Person> {
        let fits = |name: &String| {
            let person = self.person(&name.rsplit(' ').next()?.to_lowercase())?;
            (person.name == *name && person.male.is_none_or(|m| m == male)).then_some(person)
        };
        let here: Vec<Person> = self.mentioned.iter().filter_map(fits).collect();
        if let [only] = here.as_slice() {
            return Some(only.clone());
        }
        if let Some((spoke, name)) = &self.speaker
            && (*spoke == block || here.is_empty() && spoke + 1 == block)
        {
            return fits(name);
        }
        let before: Vec<Person> = self.before.iter().filter_map(fits).collect();
        match before.as_slice() {
            [only] if here.is_empty() => Some(only.clone()),
            _ => None,
        }
    }

    fn named(&self, text: &str, source: &[Token], said: &Said) -> Resolved {
        let all = 0..source.len();
        let span = tokens::span_of(source, &all);
        let mut role = None;
        let mut unresolved = false;
        let mut name = words(text, source, &strip_determiner(source, &all));
        let person = name_at_head(source);
        if let Some(run) = person {
            let written = split_name(text, source, &run);
            let surname = words(text, source, &(run.end - 1..run.end)).to_lowercase();
            let known = self.person(&surname);
            let own_role = role_of(text, source, &written, run.end);
            let is_person = !source[run.end - 1].is(Class::Person)
                && !source[run.end - 1].is(Class::Body)
                && !written.name.is_empty();
            if is_person {
                let bare = words(text, source, &written.name);
                let full = known
                    .as_ref()
                    .filter(|p| written.name.len() == 1 || p.name == bare);
                name = full.map_or(bare, |p| p.name.clone());
                role = own_role
                    .or_else(|| said.inserted.and_then(|s| inserted_role(text, s)))
                    .or_else(|| full.and_then(|p| p.role.clone()));
                unresolved = written.name.len() == 1
                    && self.people.get(&surname).is_some_and(|p| p.len() > 1);
            }
        } else if source.len() == 2
            && source[0].is(Class::Determiner)
            && source[1].is(Class::Body)
            && let Some([one]) = self
                .bodies
                .get(&tokens::lower(text, source[1]))
                .map(Vec::as_slice)
        {
            name.clone_from(one);
        }
        Resolved {
            claimant: Claimant {
                name,
                role,
                same_as: None,
                span,
            },
            unresolved,
        }
    }
}

/// The title before a name, or the apposition after it.
fn role_of(text: &str, tokens: &[Token], written: &Written, end: usize) -> Option<String> {
    let title = if written.role.is_empty() {
        low_title(tokens, written.name.start)
    } else {
        written.role.clone()
    };
    if !title.is_empty() {
        return Some(words(text, tokens, &title)).filter(|r| !is_address(r));
    }
    let comma = tokens.get(end).is_some_and(|t| t.kind == Kind::Comma);
    let close = (end + 1..(end + 24).min(tokens.len())).find(|i| {
        matches!(
            tokens[*i].kind,
            Kind::Comma | Kind::Stop | Kind::Dash | Kind::Quote
        )
    })?;
    if comma {
        apposition_role(text, tokens, &(end + 1..close))
    } else {
        None
    }
}

/// "the White House" becomes "White House", but "the officials" stays: only names lose their article.
fn strip_determiner(source: &[Token], all: &Range<usize>) -> Range<usize> {
    let article = source.len() > 1
        && source[0].is(Class::Determiner)
        && !source[0].is(Class::Possessive)
        && source[1].capital;
    if article {
        all.start + 1..all.end
    } else {
        all.clone()
    }
}

/// A source that is a name, with its title before it or an attribute behind it; not "X's office", not "X and Y".
fn name_at_head(source: &[Token]) -> Option<Range<usize>> {
    let head = phrases::head(source, &(0..source.len()))?;
    let simple = source
        .iter()
        .all(|t| t.kind != Kind::Possessive && !t.is(Class::Conjunction));
    let of = source.get(head + 1).is_some_and(|t| t.is(Class::Of));
    if !simple || of || !source[head].is_name() {
        return None;
    }
    runs(source).into_iter().find(|r| r.end == head + 1)
}

/// The maximal runs of capitalised words, with particles and "of" between them.
fn runs(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !in_name(tokens[at]) {
            at += 1;
            continue;
        }
        let start = at;
        let mut end = at + 1;
        while end < tokens.len() {
            let next = tokens[end];
            let joins = next.kind == Kind::Word
                && !next.capital
                && next.end - next.start <= 3
                && (next.is(Class::Of) || is_particle(next));
            // "Treasury Under Secretary".
            let office = next.capital
                && next.is(Class::Preposition)
                && tokens.get(end + 1).is_some_and(|t| t.is(Class::Person));
            if in_name(next) {
                end += 1;
            } else if (joins || office || next.is(Class::Of))
                && tokens.get(end + 1).is_some_and(|t| in_name(*t))
            {
                end += 2;
            } else {
                break;
            }
        }
        found.push(start..end);
        at = end;
    }
    found
}

fn in_name(token: Token) -> bool {
    token.is_name()
        && !token.is(Class::Weekday)
        && (!token.is(Class::Month) || token.is(Class::Modal))
}

/// "de", "van", "al": short lower-case words that the lexicon does not know.
fn is_particle(token: Token) -> bool {
    token.word == super::lexicon::Word::default() && token.end - token.start <= 3
}

/// Splits a run of capitals into title and name, after its last word for an office.
fn split_name(text: &str, tokens: &[Token], run: &Range<usize>) -> Written {
    let office = |i: &usize| tokens[*i].is(Class::Person) || tokens[*i].is(Class::Title);
    let known = (run.start..run.end - 1).rev().find(office);
    let by_ending = || {
        let latest = run.end.checked_sub(3).filter(|l| *l >= run.start)?;
        (run.start..=latest).rev().find(|i| {
            let low = tokens::lower(text, tokens[*i]);
            low.len() > 5
                && ["er", "or", "ist", "ian", "man", "woman", "person", "ary"]
                    .iter()
                    .any(|e| low.ends_with(e))
        })
    };
    let Some(last) = known.or_else(by_ending) else {
        return Written {
            role: run.start..run.start,
            name: run.clone(),
        };
    };
    let mut start = last + 1;
    if tokens[start].is(Class::Of) || !tokens[start].capital {
        start = run.end - 1;
        while start > last + 2 && (!tokens[start - 1].capital || run.end - start < 2) {
            start -= 1;
        }
    }
    Written {
        role: run.start..start,
        name: start..run.end,
    }
}

/// "former defense secretary" before a name.
fn low_title(tokens: &[Token], name: usize) -> Range<usize> {
    if name == 0 || !tokens[name - 1].is(Class::Person) || tokens[name - 1].capital {
        return name..name;
    }
    let mut start = name - 1;
    while start > 0 {
        let t = tokens[start - 1];
        let part = t.kind == Kind::Word
            && (t.is_plain_adjective() || t.is(Class::Body) || t.is(Class::Person) || t.is_name())
            && !phrases::is_finite(tokens, start - 1);
        if !part {
            break;
        }
        start -= 1;
    }
    start..name
}

/// "the White House spokesman", as an apposition: the words without the article.
fn apposition_role(text: &str, tokens: &[Token], range: &Range<usize>) -> Option<String> {
    let first = tokens.get(range.start)?;
    let opens = first.is(Class::Determiner)
        || first.is(Class::Person)
        || first.is(Class::Possessive)
        || first.is_plain_adjective()
        || first.is_name();
    if !opens || first.is(Class::Preposition) {
        return None;
    }
    let stop = range.clone().find(|i| {
        let t = tokens[*i];
        t.is(Class::Relative)
            || matches!(t.kind, Kind::Comma | Kind::Stop | Kind::Dash)
            || phrases::is_finite(tokens, *i)
    });
    let end = stop.unwrap_or(range.end);
    let article = first.is(Class::Determiner) && !first.is(Class::Possessive);
    let start = range.start + usize::from(article);
    let head = (start..end)
        .take_while(|i| !tokens[*i].is(Class::Preposition))
        .any(|i| tokens[i].is(Class::Person));
    head.then(|| words(text, tokens, &(start..end)))
}

fn inserted_role(text: &str, span: Span) -> Option<String> {
    let tokens = tokens::tokenize(text, span);
    let start = tokens
        .iter()
        .position(|t| !t.is_mark() && t.kind != Kind::Number)?;
    apposition_role(text, &tokens, &(start..tokens.len()))
}

/// The noun phrase before a relative pronoun.
fn antecedent(sentence: &Sentence, relative: Span) -> Option<Vec<Token>> {
    let at = sentence
        .tokens
        .iter()
        .position(|t| t.start == relative.start())?;
    let comma = at
        .checked_sub(1)
        .filter(|i| sentence.tokens[*i].kind == Kind::Comma)
        .unwrap_or(at);
    let subject = phrases::subject_before(&sentence.tokens, comma, 0)?;
    Some(sentence.tokens[subject.phrase].to_vec())
}

fn words(text: &str, tokens: &[Token], range: &Range<usize>) -> String {
    tokens::span_of(tokens, range)
        .map_or_else(String::new, |s| text[s.start()..s.end()].replace('\n', " "))
}

/// Forms of address are no office.
fn is_address(role: &str) -> bool {
    matches!(
        role.trim_end_matches('.'),
        "Mr" | "Mrs" | "Ms" | "Sir" | "Dame" | "Lady"
    )
}

fn male(role: &str) -> Option<bool> {
    let low = role.to_lowercase();
    let ends = |endings: &[&str]| {
        low.split(' ')
            .any(|w| endings.iter().any(|e| w.ends_with(e)))
    };
    if ends(&[
        "woman", "queen", "princess", "mother", "sister", "daughter", "wife", "actress",
    ]) {
        Some(false)
    } else if ends(&[
        "spokesman",
        "chairman",
        "congressman",
        "councilman",
        "king",
        "father",
        "brother",
        "son",
        "husband",
        "pope",
    ]) {
        Some(true)
    } else {
        None
    }
}
