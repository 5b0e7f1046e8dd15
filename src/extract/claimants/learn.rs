//! What a sentence teaches about its names: roles, acronyms, signs of a person or a body.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::lexicon::{self, Class};
use super::super::tokens::{self, Kind, Token};
use super::names::{self, Written, runs, split_name, words};
use super::register::{Entity, Found, Register, head_word, key, push};
use super::{bodies, gender, roles};

/// A name of one word, with the title or apposition that shows whose it is.
#[derive(Debug)]
pub(super) struct Single {
    name: String,
    role: Option<String>,
    title: String,
    /// Where the role before it begins, in an apposition.
    apposed: Option<usize>,
}

impl Register {
    /// Learns the names and the bodies of one sentence or line.
    pub(super) fn learn(&mut self, text: &str, tokens: &[Token]) {
        let long = bodies::long_bodies(text, tokens);
        for body in &long {
            if let Some(id) = self.enter(&words(text, tokens, body), None) {
                self.entities[id].body += 3;
                self.lead(id, &tokens::lower(text, tokens[body.end - 1]));
            }
        }
        let apart = |run: &Range<usize>| !long.iter().any(|body| within(run, body));
        for run in runs(text, tokens).into_iter().filter(apart) {
            self.learn_run(text, tokens, &run);
        }
        for body in bodies::low_bodies(text, tokens) {
            let name = words(text, tokens, &body);
            if let Some(id) = self.enter(&name, None) {
                self.entities[id].body += 3;
                let head = tokens::lower(text, tokens[body.end - 1]);
                self.entities[id].company |= bodies::is_company_kind(&head);
                self.lead(id, &head);
            }
        }
    }

    fn learn_run(&mut self, text: &str, tokens: &[Token], run: &Range<usize>) {
        let last = tokens[run.end - 1];
        let low = tokens::lower(text, last);
        let by_word = last.is(Class::Body) || bodies::ends_body(&low);
        if (by_word || bodies::ends_company(&low)) && run.len() > 1 {
            let whole = Written {
                role: run.start..run.start,
                name: run.clone(),
            };
            let role = roles::role_of(text, tokens, &whole).filter(|r| is_of_body(r));
            let Some(id) = self.enter(&words(text, tokens, run), role.as_deref()) else {
                return;
            };
            self.entities[id].body += 3;
            self.entities[id].company |= bodies::ends_company(&low);
            self.lead(id, &low);
            self.beside(text, tokens, &whole, id);
            return;
        }
        let written = split_name(text, tokens, run);
        if last.is(Class::Document)
            || written.name.is_empty()
            || last.is(Class::Person) && !names::is_surname(text, tokens, &written)
        {
            return;
        }
        let role = roles::role_of(text, tokens, &written);
        let name = words(text, tokens, &written.name);
        if written.name.len() < 2 {
            if role.is_none() && written.role.is_empty() {
                self.acronym_before(text, tokens, run);
            } else {
                let whole = written.role.start.min(written.name.start)..written.name.end;
                let apposed = roles::before(text, tokens, &whole);
                self.single.push(Single {
                    name,
                    role,
                    title: words(text, tokens, &written.role),
                    apposed: apposed.map(|p| tokens[p.start].start),
                });
            }
            return;
        }
        let Some(id) = self.enter(&name, role.as_deref()) else {
            return;
        };
        if !written.role.is_empty() {
            self.entities[id].person = self.entities[id].person.saturating_add(3);
            let title = words(text, tokens, &written.role);
            let male = gender::of_role(&title);
            self.entities[id].male = self.entities[id].male.or(male);
        }
        self.beside(text, tokens, &written, id);
    }

    /// What stands beside a name: an acronym in brackets, an age, "who", "which", "its".
    fn beside(&mut self, text: &str, tokens: &[Token], written: &Written, id: usize) {
        let end = written.name.end;
        let whole = written.role.start.min(written.name.start)..end;
        if let Some(phrase) = roles::before(text, tokens, &whole) {
            self.apposed.insert(tokens[phrase.start].start, id);
        }
        let next = |i: usize| tokens.get(end + i).copied();
        let kind = |i: usize| next(i).map(|t| t.kind);
        let comma = kind(0) == Some(Kind::Comma);
        let low = |i: usize| next(i).map(|t| tokens::lower(text, t)).unwrap_or_default();
        let entity = &mut self.entities[id];
        let age = comma && kind(1) == Some(Kind::Number) && kind(2) == Some(Kind::Comma);
        let who = |w: &str| matches!(w, "who" | "whose" | "whom");
        if age || who(&low(0)) || comma && who(&low(1)) {
            entity.person = entity.person.saturating_add(2);
        }
        if comma && low(1) == "which" {
            entity.body = entity.body.saturating_add(1);
        }
        let determined = written.role.is_empty()
            && written
                .name
                .start
                .checked_sub(1)
                .is_some_and(|i| tokens[i].is(Class::Determiner));
        if determined {
            entity.body = entity.body.saturating_add(1);
        }
        let its = tokens[end..]
            .iter()
            .take(12)
            .take_while(|t| !t.is_name())
            .any(|t| matches!(&*tokens::lower(text, *t), "its" | "itself"));
        if its {
            entity.body = entity.body.saturating_add(1);
        }
        if kind(0) == Some(Kind::Open)
            && kind(2) == Some(Kind::Close)
            && let Some(short) = next(1).filter(|t| t.all_capitals)
        {
            entity.body = entity.body.saturating_add(2);
            push(&mut self.acronyms, tokens::lower(text, short), id);
        }
    }

    /// "HSB (Harbour Safety Board)" is learned where the full name is.
    fn acronym_before(&mut self, text: &str, tokens: &[Token], run: &Range<usize>) {
        let short = tokens[run.start];
        let open = run.len() == 1
            && short.all_capitals
            && tokens.get(run.end).is_some_and(|t| t.kind == Kind::Open);
        if !open {
            return;
        }
        let close = tokens[run.end..]
            .iter()
            .take(10)
            .position(|t| t.kind == Kind::Close);
        let Some(close) = close.map(|c| run.end + c).filter(|c| *c > run.end + 2) else {
            return;
        };
        let full = words(text, tokens, &(run.end + 1..close));
        if bodies::initials(&full).eq_ignore_ascii_case(&text[short.start..short.end])
            && let Some(id) = self.enter(&full, None)
        {
            self.entities[id].body = self.entities[id].body.saturating_add(2);
            push(&mut self.acronyms, tokens::lower(text, short), id);
        }
    }

    /// Judges what shows only from the whole text: which parts of names stand alone.
    pub(super) fn settle(&mut self, alone: &BTreeMap<String, u32>) {
        for id in 0..self.entities.len() {
            // "De Blasio" is Bill de Blasio.
            let short = key(&self.entities[id].name);
            let particle = short.split(' ').next().unwrap_or_default();
            if names::is_surname_particle(particle)
                && let Some(full) = self.ending(&short)
            {
                self.by_name.insert(short, full);
            }
        }
        for single in std::mem::take(&mut self.single) {
            self.enter_single(&single);
        }
        for entity in &mut self.entities {
            let low = entity.name.to_lowercase();
            let Some((first, _)) = low.split_once(' ') else {
                continue;
            };
            let last = low.rsplit(' ').next().unwrap_or_default();
            let (first, last) = (alone.get(first), alone.get(last));
            match first.cmp(&last) {
                std::cmp::Ordering::Less => entity.person = entity.person.saturating_add(1),
                std::cmp::Ordering::Greater => entity.body = entity.body.saturating_add(1),
                std::cmp::Ordering::Equal => {}
            }
        }
        self.settle_companies();
    }

    /// Learns "the regulator" and "the bank", if no name is theirs: "it" can mean them all the same.
    pub(super) fn learn_unnamed(&mut self, text: &str, tokens: &[Token]) {
        for body in bodies::bare_bodies(text, tokens) {
            let head = tokens::lower(text, tokens[body.end - 1]);
            if self.all_of_kind(&head, &[]).is_empty() {
                let entity = Entity {
                    name: words(text, tokens, &body),
                    body: 3,
                    unnamed: true,
                    ..Entity::default()
                };
                self.describe(entity, Some(&head));
            }
        }
    }

    /// A name of one word is the full name's that it ends, if there is one.
    fn enter_single(&mut self, single: &Single) {
        let role = single.role.as_deref();
        let male = gender::of_role(&single.title);
        let of_body = role.is_some_and(is_of_body);
        let id = match self.short(&key(&single.name), male) {
            Found::One(id) if !of_body || self.entities[id].is_body() => {
                if let Some(role) = role.filter(|_| self.entities[id].role.is_none()) {
                    self.give_role(id, role);
                }
                Some(id)
            }
            Found::Several => None,
            _ => self.enter(&single.name, role),
        };
        let Some(id) = id else {
            return;
        };
        if !single.title.is_empty() {
            let entity = &mut self.entities[id];
            entity.person = entity.person.saturating_add(3);
            entity.male = entity.male.or(male);
        }
        if let Some(at) = single.apposed {
            self.apposed.insert(at, id);
        }
    }
}

/// Says whether a run of capitals is a piece of a body's longer name.
pub(super) fn within(run: &Range<usize>, body: &Range<usize>) -> bool {
    body.start <= run.start && run.end <= body.end
}

/// "grid operator", "insurer": what a body is.
pub(super) fn is_of_body(role: &str) -> bool {
    let head = head_word(role);
    let word = lexicon::look_up(&head);
    bodies::is_company_kind(&head) || word.is(Class::Body) && !word.is(Class::Person)
}
