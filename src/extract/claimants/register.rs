//! Everybody that a text names: people and bodies, each once, with the first role given for it.
//!
//! Whether a name is a person's or a body's, its words, its role and what stands beside it say;
//! a name that shows neither stays open.

use std::collections::BTreeMap;

use super::super::lexicon::{self, Class};
use super::super::tokens::{self, Kind, Token};
use super::learn::{Single, is_of_body};
use super::{bodies, gender};

/// Entities that share a word, at most; more than that and the word means nobody.
const SHARED: usize = 8;

/// Entities of a text, at most: a bound on memory, not a judgement.
const ENTITIES: usize = 20_000;

/// A person, a body, or somebody unnamed who has spoken.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) role: Option<String>,
    /// True for a man, false for a woman, where the text shows it.
    pub(super) male: Option<bool>,
    pub(super) plural: bool,
    /// Signs that it is a person, and that it is a body.
    pub(super) person: u8,
    pub(super) body: u8,
    /// What "the company" can mean.
    pub(super) company: bool,
    /// Known by what it was called only: "a person familiar with the report".
    pub(super) unnamed: bool,
}

impl Entity {
    pub(super) const fn is_person(&self) -> bool {
        self.person > self.body
    }

    pub(super) const fn is_body(&self) -> bool {
        self.body > self.person
    }
}

/// What a word or name was found to mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    One(usize),
    Several,
    Nobody,
}

/// The entities of a text, and the words that lead to them, all in lower case.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) entities: Vec<Entity>,
    pub(super) by_name: BTreeMap<String, usize>,
    by_last: BTreeMap<String, Vec<usize>>,
    by_first: BTreeMap<String, Vec<usize>>,
    by_head: BTreeMap<String, Vec<usize>>,
    pub(super) acronyms: BTreeMap<String, Vec<usize>>,
    companies: Vec<usize>,
    /// Bodies of no known kind, which may be companies.
    open_companies: Vec<usize>,
    /// Names of one word that have a role, until all full names are known.
    pub(super) single: Vec<Single>,
    /// Where the words of a role begin that stands before its name: "spokeswoman, Helen Mirkov".
    pub(super) apposed: BTreeMap<usize, usize>,
}

impl Register {
    /// The entity of this name, entered if it is new; the first role that is given stays.
    pub(super) fn enter(&mut self, name: &str, role: Option<&str>) -> Option<usize> {
        let key = key(name);
        let id = if let Some(id) = self.by_name.get(&key) {
            // "Norvane Foods", and "Norvane Foods plc" later: the latter is in full.
            let known = &mut self.entities[*id].name;
            if name.len() > known.len() && name.starts_with(&format!("{known} ")) {
                name.clone_into(known);
            }
            *id
        } else {
            if self.entities.len() >= ENTITIES {
                return None;
            }
            let id = self.entities.len();
            let mut parts = key.split(' ');
            let first = parts.next().unwrap_or_default();
            push(&mut self.by_first, first.to_owned(), id);
            let of_body = key.contains(" of ");
            if let Some(last) = parts.next_back().filter(|_| !of_body) {
                push(&mut self.by_last, last.to_owned(), id);
            }
            let male = gender::of_first_name(first);
            self.entities.push(Entity {
                name: name.to_owned(),
                male,
                person: if male.is_some() { 2 } else { 0 },
                body: u8::from(of_body) * 2,
                ..Entity::default()
            });
            let short = bodies::initials(name);
            if short.len() > 2 {
                push(&mut self.acronyms, short.to_lowercase(), id);
            }
            self.by_name.insert(key, id);
            id
        };
        if let Some(role) = role
            && self.entities[id].role.is_none()
        {
            self.give_role(id, role);
        }
        Some(id)
    }

    pub(super) fn give_role(&mut self, id: usize, role: &str) {
        let entity = &mut self.entities[id];
        entity.role = Some(role.to_owned());
        entity.male = entity.male.or_else(|| gender::of_role(role));
        if is_of_body(role) && entity.male.is_none() {
            entity.body = entity.body.saturating_add(4);
            entity.company |= bodies::is_company_kind(&head_word(role));
        } else {
            entity.person = entity.person.saturating_add(4);
        }
        self.lead(id, &head_word(role));
    }

    pub(super) fn lead(&mut self, id: usize, head: &str) {
        push(&mut self.by_head, canonical(head).to_owned(), id);
        if self.entities[id].company && !self.companies.contains(&id) && self.companies.len() < 64 {
            self.companies.push(id);
        }
    }

    /// Notes the bodies that "the company" can mean where no company is named as one.
    pub(super) fn settle_companies(&mut self) {
        let open = self
            .entities
            .iter()
            .enumerate()
            .filter(|(_, e)| e.is_body() && e.role.is_none() && !e.unnamed && e.body < 3);
        self.open_companies = open.map(|(id, _)| id).take(SHARED).collect();
    }

    /// Enters somebody unnamed who has spoken.
    pub(super) fn describe(&mut self, entity: Entity, head: Option<&str>) -> Option<usize> {
        let new = !self.by_name.contains_key(&key(&entity.name));
        let id = self.enter(&entity.name, None)?;
        if new {
            self.entities[id] = entity;
            if let Some(head) = head {
                self.lead(id, head);
            }
        }
        Some(id)
    }

    /// The one whose name ends in these words: "De Blasio".
    pub(super) fn ending(&self, name: &str) -> Option<usize> {
        let tail = format!(" {}", key(name));
        let ids = self.by_last.get(tail.rsplit(' ').next()?)?;
        let ends = |id: &&usize| key(&self.entities[**id].name).ends_with(&tail);
        match self.only(ids.iter().filter(ends).copied()) {
            Found::One(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(&key(name)).copied()
    }

    /// Whom a single word of a name means: a surname, a short form of a body's name, a first name.
    pub(super) fn short(&self, low: &str, male: Option<bool>) -> Found {
        if let Some(id) = self.by_name.get(low) {
            return Found::One(*id);
        }
        for index in [&self.by_last, &self.acronyms, &self.by_first] {
            let Some(ids) = index.get(low) else {
                continue;
            };
            let proper = |id: &&usize| {
                let e = &self.entities[**id];
                let own = key(&e.name).split(' ').any(|w| w == low);
                let short =
                    own && capitals(&e.name) || std::ptr::eq(index, &raw const self.acronyms);
                short && (male.is_none() || e.male.is_none_or(|m| Some(m) == male) && !e.is_body())
            };
            match self.only(ids.iter().filter(proper).copied()) {
                Found::Nobody => {}
                found => return found,
            }
        }
        Found::Nobody
    }

    /// All whose name ends in this word.
    pub(super) fn all_of_surname(&self, low: &str) -> &[usize] {
        self.by_last.get(low).map_or(&[], Vec::as_slice)
    }

    /// "His wife, Sara Weil": named in full, as the bare surname is another's.
    pub(super) fn is_relative(&self, id: usize) -> bool {
        let role = self.entities[id].role.as_deref();
        role.is_some_and(|r| gender::is_kin(&head_word(r)))
    }

    /// The full name that a mark in capitals stands for: "JUDGE KERN", "ADA KERN", "THE CHAIR".
    pub(super) fn marked(&self, text: &str, tokens: &[Token]) -> Found {
        let parts: Vec<Token> = tokens
            .iter()
            .copied()
            .take_while(|t| t.kind != Kind::Open && t.kind != Kind::Comma)
            .filter(|t| t.kind == Kind::Word && !t.is(Class::Determiner))
            .collect();
        let Some(last) = parts.last() else {
            return Found::Nobody;
        };
        let all = parts.iter().map(|t| tokens::lower(text, *t));
        let all: Vec<String> = all.collect();
        for start in 0..all.len().saturating_sub(1) {
            if let Some(id) = self.by_name.get(&all[start..].join(" ")) {
                return Found::One(*id);
            }
        }
        let low = tokens::lower(text, *last);
        let title = all[..all.len() - 1].join(" ");
        match self.short(&low, gender::of_role(&title)) {
            Found::Nobody if last.is(Class::Person) => self.of_kind(&low, &all[..all.len() - 1]),
            found => found,
        }
    }

    /// Whom "the minister" or "the company" can mean, with these words between.
    pub(super) fn of_kind(&self, head: &str, with: &[String]) -> Found {
        self.only(self.all_of_kind(head, with).into_iter())
    }

    /// All that "the minister" or "the company" can mean.
    pub(super) fn all_of_kind(&self, head: &str, with: &[String]) -> Vec<usize> {
        let listed = self.by_head.get(canonical(head));
        let mut ids: Vec<usize> = listed.cloned().unwrap_or_default();
        if bodies::is_any_company(head) && with.is_empty() {
            ids.extend(&self.companies);
            if ids.is_empty() {
                ids.extend(&self.open_companies);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| {
            let e = &self.entities[*id];
            let words = format!("{} {}", e.role.as_deref().unwrap_or_default(), e.name);
            let words = words.to_lowercase();
            with.iter()
                .all(|w| words.split([' ', '\'', '’']).any(|own| own == w))
        });
        ids
    }

    fn only(&self, ids: impl Iterator<Item = usize>) -> Found {
        let mut found = Found::Nobody;
        for id in ids {
            found = match found {
                Found::Nobody => Found::One(id),
                Found::One(other) if other == id => found,
                // "Ostra Power" and "Power" are one, if one name holds the other.
                Found::One(other) => match self.longer(other, id) {
                    Some(id) => Found::One(id),
                    None => return Found::Several,
                },
                Found::Several => return found,
            };
        }
        found
    }

    /// "Ada M. Kern" and "Ada Kern" are one person, "John Robert Kern" and "Ada Kern" are not.
    fn longer(&self, a: usize, b: usize) -> Option<usize> {
        let (one, other) = (&self.entities[a].name, &self.entities[b].name);
        let (long, short) = if one.len() >= other.len() {
            (one, other)
        } else {
            (other, one)
        };
        let holds = short.split(' ').count() > 1
            && short.split(' ').all(|w| long.split(' ').any(|l| l == w));
        holds.then_some(a.min(b))
    }
}

pub(super) fn push(index: &mut BTreeMap<String, Vec<usize>>, key: String, id: usize) {
    let ids = index.entry(key).or_default();
    if ids.len() < SHARED && !ids.contains(&id) {
        ids.push(id);
    }
}

fn capitals(name: &str) -> bool {
    name.split(' ')
        .next_back()
        .is_some_and(|w| w.starts_with(char::is_uppercase) || w == "plc")
}

/// What the law calls a company, behind its name.
const FORMS: [&str; 9] = [
    " plc", " ltd", " ltd.", " inc", " inc.", " corp", " corp.", " llc", " gmbh",
];

/// A name as it is looked up: in lower case with straight apostrophes, without an article and without
/// what the law calls a company.
pub(super) fn key(name: &str) -> String {
    let low = name.replace('’', "'").to_lowercase();
    let bare = ["the ", "a ", "an "]
        .iter()
        .find_map(|a| low.strip_prefix(a));
    let bare = bare.unwrap_or(&low);
    let form = FORMS.iter().find_map(|form| bare.strip_suffix(form));
    form.filter(|b| b.contains(' ')).unwrap_or(bare).to_owned()
}

/// One spelling for each office.
fn canonical(head: &str) -> &str {
    match head {
        "advisor" => "adviser",
        "councilor" => "councillor",
        "center" => "centre",
        "organization" | "organisation" | "organiser" => "organization",
        "firm" | "corporation" => "company",
        _ => head,
    }
}

/// The last word of a role before "of", in lower case: "head of the institute" gives "head".
pub(super) fn head_word(role: &str) -> String {
    let low = role.to_lowercase();
    let mut head = "";
    for word in low.split(' ') {
        if lexicon::look_up(word).is(Class::Preposition) && !head.is_empty() {
            break;
        }
        head = word;
    }
    head.to_owned()
}
