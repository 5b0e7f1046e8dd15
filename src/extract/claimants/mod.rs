//! Fourth stage: who the words for a speaker stand for.
//!
//! Names are collected from the whole text, with the titles before them and the appositions beside
//! them ([`register`]). A bare surname, a speaker's mark, an acronym and "the ministry" become the
//! name as it was first given; "he", "she", "it" and "they" the only one they can mean
//! ([`discourse`]). Where more than one could be meant, the words stay as they are and are marked.
//! "I" and "we" are whoever speaks around them. Nobody is looked up anywhere: the text is all there is.

mod bodies;
mod discourse;
mod gender;
mod learn;
mod names;
mod phrase;
mod register;
mod roles;
mod scan;
mod source;

use std::collections::BTreeMap;

use super::lexicon::Class;
use super::statements::{Said, Sentence};
use super::tokens::{self, Token};
use crate::words::claim::Claimant;
use crate::words::span::Span;
use discourse::{Asked, Discourse, Place};
use register::{Entity, Found, Register};

#[cfg(test)]
mod tests;

/// Speakers within speakers that "I" looks through at most.
const NESTED: usize = 3;

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
    register: Register,
    discourse: Discourse,
    /// Who answers as "A:".
    interviewee: Option<usize>,
    /// Where each sentence begins, and its block.
    sentences: Vec<(usize, usize)>,
    /// What was resolved, by its words' place, so that a speaker carried on stays the same.
    resolved: BTreeMap<(usize, usize), Option<Resolved>>,
}

impl Names {
    /// Collects the names of a text.
    pub(super) fn collect(text: &str, sentences: &[Sentence]) -> Self {
        let mut register = Register::default();
        let interviewee = scan::interviewee(text).and_then(|(words, name)| {
            register.learn(text, &words);
            match register.marked(text, &words[name..]) {
                Found::One(id) => Some(id),
                _ => None,
            }
        });
        for line in scan::lists_of_people(text) {
            register.learn(text, &line);
        }
        for sentence in sentences
            .iter()
            .filter(|s| !names::is_title_case(&s.tokens))
        {
            register.learn(text, &sentence.tokens);
        }
        register.settle(&scan::alone(text, sentences));
        for sentence in sentences {
            register.learn_unnamed(text, &sentence.tokens);
        }
        let mut discourse = Discourse::default();
        for (index, sentence) in sentences.iter().enumerate() {
            let found = scan::mentions(text, &register, sentence, index);
            discourse.mentions.extend(found);
        }
        scan::genders(text, &mut register, sentences, &discourse.mentions);
        Self {
            register,
            discourse,
            interviewee,
            sentences: sentences
                .iter()
                .map(|s| (s.span.start(), s.block))
                .collect(),
            resolved: BTreeMap::new(),
        }
    }

    /// Resolves the words for the speaker of `said`; `None` if they stand for nobody who speaks.
    pub(super) fn resolve(
        &mut self,
        text: &str,
        sentence: &Sentence,
        said: &Said,
    ) -> Option<Resolved> {
        self.resolve_within(text, sentence, said, NESTED)
    }

    fn resolve_within(
        &mut self,
        text: &str,
        sentence: &Sentence,
        said: &Said,
        nested: usize,
    ) -> Option<Resolved> {
        let span = said.source?;
        let key = (span.start(), span.end());
        if let Some(known) = self.resolved.get(&key) {
            return known.clone();
        }
        let found = self.find(text, sentence, said, span, nested);
        // Another attribution beside the same words may have a speaker in them.
        if found.is_some() {
            self.resolved.insert(key, found.clone());
        }
        found
    }

    fn find(
        &mut self,
        text: &str,
        sentence: &Sentence,
        said: &Said,
        span: Span,
        nested: usize,
    ) -> Option<Resolved> {
        let mut source = tokens::tokenize(text, span);
        // "Ode Brun himself"
        if source.len() > 1 && source.last().is_some_and(|t| is_reflexive(text, *t)) {
            source.pop();
        }
        // "The Times today said": when it was said is no part of who did.
        while source.last().is_some_and(|t| source::is_time(text, *t))
            && !source[source.len() - 1].capital
        {
            source.pop();
        }
        let first = *source.first()?;
        let low = tokens::lower(text, first);
        if is_mark(text, sentence, span) {
            return Some(self.turn(text, &source, span));
        }
        let place = self.place(sentence, span);
        // "I" and "I've".
        let stem = low.split('\'').next().unwrap_or_default();
        if source.len() == 1 && matches!(stem, "i" | "we") {
            return self.speaker_around(text, sentence, said, span, nested);
        }
        if source::never_speaks(text, said, &source) {
            return None;
        }
        let pronoun = source.len() == 1 && first.is(Class::SubjectPronoun);
        let mut found = if let Some(asked) = source::pronoun(text, &source) {
            let id = self.discourse.meant(&self.register, asked, place);
            // Whoever was "he" is not "she" later.
            if let (Some(id), Asked::Person(Some(male))) = (id, asked) {
                self.register.entities[id].male.get_or_insert(male);
            }
            self.known(id, text, span)
        } else if first.is(Class::Relative)
            && (matches!(&*low, "who" | "which" | "whom")
                || source.get(1).is_none_or(|t| t.is(Class::Preposition)))
        {
            // "Pugh, who stood for the council in 2022, also said".
            let antecedent = source::antecedent(text, sentence, span)?;
            self.phrase(text, sentence, said, &antecedent, place)
        } else if pronoun {
            // "you", "one", "someone"
            verbatim(text, span, true)
        } else {
            self.phrase(text, sentence, said, &source, place)
        };
        found.claimant.span = Some(span);
        // "His lawyer" stays open, and "she" is that lawyer all the same.
        let heard = !found.unresolved || source.len() > 1 && first.is(Class::Possessive);
        if heard {
            let name = found.claimant.name.clone();
            let id = self.register.named(&name).or_else(|| {
                if pronoun {
                    return None;
                }
                let (unknown, noun) =
                    source::describe(text, &source[..source::main_end(text, &source)], &name);
                self.register.describe(unknown, noun.as_deref())
            });
            if let Some(id) = id {
                self.discourse.speak(place, id);
            }
        }
        Some(found)
    }

    /// A pronoun's meaning, or the pronoun itself, marked.
    fn known(&self, id: Option<usize>, text: &str, span: Span) -> Resolved {
        match id.map(|id| &self.register.entities[id]) {
            Some(entity) => named(entity, Some(span)),
            None => verbatim(text, span, true),
        }
    }

    /// The speaker of a turn; "Q" and "A" are labels, not names.
    fn turn(&self, text: &str, mark: &[Token], span: Span) -> Resolved {
        let answers = matches!(&text[span.start()..span.end()], "A" | "Answer");
        if let Some(id) = self.interviewee.filter(|_| answers) {
            return named(&self.register.entities[id], Some(span));
        }
        match self.register.marked(text, mark) {
            Found::One(id) => named(&self.register.entities[id], Some(span)),
            Found::Several => verbatim(text, span, true),
            Found::Nobody => {
                let words = &text[span.start()..span.end()];
                let label = matches!(words, "Q" | "A" | "Question" | "Answer");
                verbatim(text, span, label)
            }
        }
    }

    /// "I" and "we" in somebody's words are that speaker; in the narrator's they are no claimant.
    fn speaker_around(
        &mut self,
        text: &str,
        sentence: &Sentence,
        said: &Said,
        span: Span,
        nested: usize,
    ) -> Option<Resolved> {
        let around = sentence
            .said
            .iter()
            .filter(|s| s.source.is_some() && s.source != said.source)
            .filter_map(|s| {
                let holds = |p: &&Span| p.start() <= span.start() && span.end() <= p.end();
                s.statement.iter().find(holds).map(|p| (p.len(), s))
            })
            .min_by_key(|(length, _)| *length)?
            .1
            .clone();
        let nested = nested.checked_sub(1)?;
        self.resolve_within(text, sentence, &around, nested)
    }

    fn place(&self, sentence: &Sentence, span: Span) -> Place {
        let index = self
            .sentences
            .partition_point(|(start, _)| *start <= span.start())
            .saturating_sub(1);
        let token = sentence.tokens.partition_point(|t| t.start < span.start());
        Place {
            at: span.start(),
            sentence: index,
            block: self.sentences.get(index).map_or(sentence.block, |s| s.1),
            quoted: sentence.in_quote.get(token).copied().unwrap_or_default()
                && sentence.span.start() <= span.start(),
        }
    }
}

fn is_reflexive(text: &str, token: Token) -> bool {
    matches!(
        &*tokens::lower(text, token),
        "himself" | "herself" | "itself" | "themselves"
    )
}

/// A name before its colon at the head of a turn.
fn is_mark(text: &str, sentence: &Sentence, span: Span) -> bool {
    span.end() <= sentence.span.start() && text[span.end()..].starts_with(':')
}

fn named(entity: &Entity, span: Option<Span>) -> Resolved {
    Resolved {
        claimant: Claimant {
            name: entity.name.clone(),
            role: entity.role.clone(),
            same_as: None,
            span,
        },
        unresolved: false,
    }
}

fn verbatim(text: &str, span: Span, unresolved: bool) -> Resolved {
    Resolved {
        claimant: Claimant {
            name: text[span.start()..span.end()].to_owned(),
            role: None,
            same_as: None,
            span: Some(span),
        },
        unresolved,
    }
}
