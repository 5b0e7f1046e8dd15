//! One speaker's words: which name, office, body or pronoun they are.

use super::super::lexicon::{self, Class};
use super::super::phrases;
use super::super::statements::{Said, Sentence};
use super::super::tokens::{self, Kind, Token};
use super::discourse::{Asked, Place};
use super::names::{Written, is_surname, runs, split_name, words};
use super::register::Found;
use super::source::{is_document, main_end};
use super::{Names, Resolved, bodies, gender, named, roles, verbatim};
use crate::words::claim::Claimant;
use crate::words::span::Span;

/// Words of "the former finance minister" at most.
const DEFINITE: usize = 6;

impl Names {
    pub(super) fn phrase(
        &self,
        text: &str,
        sentence: &Sentence,
        said: &Said,
        source: &[Token],
        place: Place,
    ) -> Resolved {
        let main = &source[..main_end(text, source)];
        self.owner(text, sentence, main, place)
            .or_else(|| self.apposed(text, sentence, main))
            .or_else(|| self.described(text, main, place))
            .or_else(|| self.name(text, main, said, place))
            .unwrap_or_else(|| whole(text, main))
    }

    /// "Its website", "her memoir": what the owner says, or the title behind it.
    fn owner(
        &self,
        text: &str,
        sentence: &Sentence,
        source: &[Token],
        place: Place,
    ) -> Option<Resolved> {
        let first = *source.first()?;
        let span = tokens::span_of(source, &(0..source.len()))?;
        let asked = match &*tokens::lower(text, first) {
            "its" => Asked::Body,
            "his" => Asked::Person(Some(true)),
            "her" => Asked::Person(Some(false)),
            _ => return None,
        };
        let head = source[roles::head_of(source, &(0..source.len()))?];
        let low = tokens::lower(text, head);
        if !is_document(head, &low) && !lexicon::is_saying(&low) {
            return None;
        }
        if let Some(title) = title_behind(text, sentence, span) {
            return Some(Resolved {
                claimant: Claimant {
                    name: title,
                    role: Some(words(text, source, &(1..source.len()))),
                    same_as: None,
                    span: Some(span),
                },
                unresolved: false,
            });
        }
        let id = self.discourse.meant(&self.register, asked, place);
        Some(match id {
            Some(id) => named(&self.register.entities[id], Some(span)),
            None => verbatim(text, span, true),
        })
    }

    /// "His lawyer", where the text goes on: ", Bela Oster,".
    fn apposed(&self, text: &str, sentence: &Sentence, source: &[Token]) -> Option<Resolved> {
        let before = source
            .iter()
            .take(DEFINITE)
            .find_map(|t| self.register.apposed.get(&t.start));
        let id = before
            .copied()
            .or_else(|| self.behind(text, sentence, source))?;
        Some(named(&self.register.entities[id], None))
    }

    /// "The first witness, the night watchman Ivo Penn,": a name with its title between commas.
    fn behind(&self, text: &str, sentence: &Sentence, source: &[Token]) -> Option<usize> {
        let last = source
            .last()
            .filter(|t| roles::is_trade(text, **t) && !t.capital && !t.plural)?;
        let tokens = &sentence.tokens;
        let comma = tokens.partition_point(|t| t.start < last.end);
        let opened = tokens.get(comma)?.kind == Kind::Comma;
        let close = (comma + 1..tokens.len().min(comma + 10))
            .find(|i| tokens[*i].is_mark())
            .filter(|i| opened && tokens[*i].kind == Kind::Comma)?;
        let name = runs(text, &tokens[comma + 1..close]).pop()?;
        let first = comma + 1 + name.start;
        let mention = self.discourse.mention_at(tokens[first].start)?;
        // "The first witness, farrier Ivo Penn,"
        let titled = name.start > 0 && roles::low_title(text, tokens, first).start == comma + 1;
        let apposed = titled || tokens[comma + 1].is(Class::Determiner);
        let ends = comma + 1 + name.end == close && name.start < 6 && apposed;
        (ends && self.register.entities[mention].is_person()).then_some(mention)
    }

    /// "the minister", "the same person", "the company", "The 19-year-old".
    fn described(&self, text: &str, source: &[Token], place: Place) -> Option<Resolved> {
        let first = *source.first()?;
        let span = tokens::span_of(source, &(0..source.len()))?;
        let low = tokens::lower(text, first);
        let possessive = matches!(&*low, "his" | "her" | "its" | "their");
        if !matches!(&*low, "the" | "this" | "that") && !possessive
            || !(2..=DEFINITE).contains(&source.len())
        {
            return None;
        }
        let head = *source.last()?;
        let noun = tokens::lower(text, head);
        if noun.ends_with("-year-old") && source.len() == 2 {
            let id = self
                .discourse
                .meant(&self.register, Asked::Person(None), place);
            return Some(self.known(id, text, span));
        }
        if let Some(id) = self
            .register
            .named(&words(text, source, &(0..source.len())))
            && !possessive
            && !self.register.entities[id].is_person()
        {
            return Some(named(&self.register.entities[id], None));
        }
        let plain = |t: &Token| t.kind == Kind::Word && !t.word.is_function() && !t.capital;
        let proper = head.capital && !matches!(&*noun, "house" | "senate" | "court" | "state");
        let document = is_document(head, &noun) && !possessive;
        let known = roles::is_trade(text, head) || bodies::is_body_noun(text, head) || document;
        if head.plural || !known || !(plain(&head) || head.is(Class::Body) && proper) {
            return None;
        }
        let with: Vec<String> = source[1..source.len() - 1]
            .iter()
            .map(|t| tokens::lower(text, *t))
            .filter(|w| w != "same")
            .collect();
        let ids = self.register.all_of_kind(&noun, &with);
        let near = self.discourse.named_near(&ids, place);
        match (&ids[..], &near[..]) {
            ([], _) if possessive => Some(verbatim(text, span, true)),
            ([], _) => None,
            ([one], _) | (_, [one]) => Some(named(&self.register.entities[*one], None)),
            _ if document => None,
            _ => Some(verbatim(text, span, true)),
        }
    }

    /// A name, in full or in short, with its title before it.
    fn name(&self, text: &str, source: &[Token], said: &Said, place: Place) -> Option<Resolved> {
        let head = phrases::head(source, &(0..source.len()))?;
        let simple = source
            .iter()
            .all(|t| t.kind != Kind::Possessive && !t.is(Class::Conjunction));
        let run = runs(text, source)
            .into_iter()
            .find(|r| r.contains(&head) || r.end == head + 1)?;
        if !simple || !source[head].is_name() {
            return None;
        }
        let article = run.start == 1 && tokens::lower(text, source[0]) == "the";
        let alone = (run.start == 0 || article) && run.end == source.len();
        let full = words(text, source, &run);
        if alone && let Some(id) = self.register.named(&full) {
            return Some(self.with_role(id, None, said, text));
        }
        let last = source[run.end - 1];
        let written = split_name(text, source, &run);
        if last.is(Class::Person) && !is_surname(text, source, &written)
            || last.is(Class::Body)
            || written.name.is_empty()
        {
            return None;
        }
        let behind = source.get(run.end).is_some_and(|t| t.is(Class::Of));
        let own = roles::role_of(text, source, &written);
        // "many Mexicans" and "some average Americans" are more than their name.
        let counted = source[0].is(Class::Determiner) || last.plural;
        if run.start > 0 && !article && counted && own.is_none() {
            return None;
        }
        let bare = words(text, source, &written.name);
        let mut found = self.found(text, source, &written, &bare);
        if found == Found::Several {
            // Of several Clintons, the only one that this paragraph has named.
            let all = self.register.all_of_surname(&tokens::lower(text, last));
            if let [one] = self.discourse.named_near(all, place)[..]
                && !self.discourse.unclear_near(place)
                && !self.register.is_relative(one)
            {
                found = Found::One(one);
            }
        }
        if let Found::One(id) = found {
            let person = !self.register.entities[id].is_body();
            if behind && own.is_none() && written.name.len() < 2 && written.role.is_empty() {
                return None;
            }
            let of = behind.then(|| words(text, source, &(run.end..source.len())));
            let role =
                own.or_else(|| of.filter(|_| person && self.register.entities[id].role.is_none()));
            return Some(self.with_role(id, role, said, text));
        }
        if behind && own.is_none() {
            return None;
        }
        Some(Resolved {
            claimant: Claimant {
                name: bare,
                role: own.or_else(|| inserted_role(text, said)),
                same_as: None,
                span: None,
            },
            unresolved: found == Found::Several,
        })
    }

    fn found(&self, text: &str, source: &[Token], written: &Written, bare: &str) -> Found {
        if let Some(id) = self.register.named(bare) {
            return Found::One(id);
        }
        if written.name.len() > 1 {
            return self.register.ending(bare).map_or(Found::Nobody, Found::One);
        }
        let title = words(text, source, &written.role);
        let low = tokens::lower(text, source[written.name.start]);
        self.register.short(&low, gender::of_role(&title))
    }

    fn with_role(&self, id: usize, own: Option<String>, said: &Said, text: &str) -> Resolved {
        let entity = &self.register.entities[id];
        let mut found = named(entity, None);
        let inserted = || inserted_role(text, said).filter(|_| !entity.is_body());
        found.claimant.role = own.or(found.claimant.role).or_else(inserted);
        found
    }
}

/// The words as they are; "the White House" becomes "White House", but "the officials" and "a New
/// York judge" stay. "Her boss" is somebody's whom nobody has found.
fn whole(text: &str, source: &[Token]) -> Resolved {
    let head = roles::head_of(source, &(0..source.len()));
    let article = source.len() > 1
        && tokens::lower(text, source[0]) == "the"
        && source[1].capital
        && head.is_none_or(|h| source[h].capital || h == 0);
    Resolved {
        claimant: Claimant {
            name: words(text, source, &(usize::from(article)..source.len())),
            role: None,
            same_as: None,
            span: None,
        },
        unresolved: matches!(
            &*tokens::lower(text, source[0]),
            "his" | "her" | "its" | "their"
        ),
    }
}

/// A title in quotation marks behind "her memoir".
fn title_behind(text: &str, sentence: &Sentence, source: Span) -> Option<String> {
    let tokens = &sentence.tokens;
    let end = tokens.partition_point(|t| t.start < source.end());
    let open = (end..tokens.len().min(end + 2)).find(|i| tokens[*i].kind == Kind::Quote)?;
    let close = (open + 1..tokens.len().min(open + 16)).find(|i| tokens[*i].kind == Kind::Quote)?;
    let last = if tokens[close - 1].is_mark() {
        close - 1
    } else {
        close
    };
    let capital = tokens.get(open + 1).is_some_and(|t| t.capital);
    (capital && last > open + 1).then(|| words(text, tokens, &(open + 1..last)))
}

fn inserted_role(text: &str, said: &Said) -> Option<String> {
    let tokens = tokens::tokenize(text, said.inserted?);
    let start = tokens
        .iter()
        .position(|t| !t.is_mark() && t.kind != Kind::Number)?;
    roles::apposition_role(text, &tokens, &(start..tokens.len()))
}
