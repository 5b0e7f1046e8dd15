//! One pass over a text for each thing that only the whole shows: where entities are named, which
//! words of names stand alone, and whose "his" and "her" are.

use std::collections::BTreeMap;

use super::super::layout::{self, BlockKind};
use super::super::lexicon::{Class, Form};
use super::super::phrases;
use super::super::statements::Sentence;
use super::super::tokens::{self, Kind, Token};
use super::discourse::{Mention, SEVERAL};
use super::learn::within;
use super::names::{is_surname, is_title_case, runs, split_name, words};
use super::register::{Found, Register};
use super::{bodies, gender, roles};
use crate::words::span::Span;

/// Blocks at the head of a text that may say who is interviewed.
const INTRODUCTION: usize = 8;

/// Bytes of a line that lists people, at most.
const LISTED: usize = 4_000;

/// Tokens between two names that "and" joins, at most.
const JOINED: usize = 8;

/// Lines that say who takes part: "Present: Judge Ottilie Kern, chair; …"; each person's words.
pub(super) fn lists_of_people(text: &str) -> Vec<Vec<Token>> {
    let mut found = Vec::new();
    for block in layout::blocks(text) {
        let span = block.span;
        let line = &text[span.start()..span.end()];
        if line.len() > LISTED {
            continue;
        }
        let (label, start) = match block.speaker {
            Some(mark) => (&text[mark.start()..mark.end()], 0),
            None => match line.split_once(':') {
                Some((label, _)) => (label, label.len() + 1),
                None => ("", 0),
            },
        };
        let listed = matches!(
            &*label.to_lowercase(),
            "present"
                | "attending"
                | "in attendance"
                | "participants"
                | "panel"
                | "panelists"
                | "witnesses"
                | "speakers"
                | "guests"
                | "guest"
                | "host"
                | "moderator"
                | "with"
                | "members"
                | "interviewee"
                | "interviewer"
        );
        let people = listed || block.kind == BlockKind::Heading && line.matches(';').count() > 1;
        if !people {
            continue;
        }
        let mut at = span.start() + start;
        for part in text[at..span.end()].split(';') {
            if let Ok(span) = Span::new(at, at + part.len()) {
                found.push(tokens::tokenize(text, span));
            }
            at += part.len() + 1;
        }
    }
    found
}

/// Words before the name of whoever answers as "A:".
const INTERVIEWS: &[&str] = &[
    "interview with ",
    "in conversation with ",
    "interviewed ",
    "questions for ",
    "questions to ",
];

/// Whoever answers the questions of an interview: the words behind "interview with", to the end of
/// the name, and where in them the name begins.
pub(super) fn interviewee(text: &str) -> Option<(Vec<Token>, usize)> {
    let blocks = layout::blocks(text);
    let head = blocks.iter().take(INTRODUCTION);
    for block in head.filter(|b| b.speaker.is_none() && b.span.len() <= LISTED) {
        let low = text[block.span.start()..block.span.end()].to_ascii_lowercase();
        let behind = INTERVIEWS
            .iter()
            .filter_map(|words| low.find(words).map(|at| at + words.len()))
            .min();
        let Some(from) = behind.map(|at| block.span.start() + at) else {
            continue;
        };
        let Ok(span) = Span::new(from, block.span.end()) else {
            continue;
        };
        let mut tokens = tokens::tokenize(text, span);
        let run = runs(text, &tokens).into_iter().find(|r| r.len() > 1);
        if let Some(run) = run.filter(|r| r.start < JOINED) {
            tokens.truncate(run.end);
            return Some((tokens, run.start));
        }
    }
    None
}

/// How often each word stands alone as a name, in lower case.
pub(super) fn alone(text: &str, sentences: &[Sentence]) -> BTreeMap<String, u32> {
    let mut alone = BTreeMap::new();
    for sentence in sentences.iter().filter(|s| !is_title_case(&s.tokens)) {
        for run in runs(text, &sentence.tokens) {
            let written = split_name(text, &sentence.tokens, &run);
            if written.name.len() == 1 {
                let word = tokens::lower(text, sentence.tokens[written.name.start]);
                *alone.entry(word).or_insert(0) += 1;
            }
        }
    }
    alone
}

/// Where a sentence names whom.
pub(super) fn mentions(
    text: &str,
    register: &Register,
    sentence: &Sentence,
    index: usize,
) -> Vec<Mention> {
    let tokens = &sentence.tokens;
    if is_title_case(tokens) {
        return Vec::new();
    }
    let verb = phrases::main_verb(tokens, 0..tokens.len()).unwrap_or(0);
    let mut found: Vec<(usize, usize)> = Vec::new();
    let long = bodies::long_bodies(text, tokens);
    for body in &long {
        let id = register.named(&words(text, tokens, body));
        found.extend(id.map(|id| (body.start, id)));
    }
    let apart = |run: &std::ops::Range<usize>| !long.iter().any(|body| within(run, body));
    for run in runs(text, tokens).into_iter().filter(apart) {
        match of_run(text, register, tokens, &run) {
            Found::One(id) => found.push((run.start, id)),
            Found::Several => found.push((run.start, SEVERAL)),
            Found::Nobody => {}
        }
    }
    for at in 0..tokens.len().saturating_sub(1) {
        if let Some(id) = definite(text, register, tokens, at) {
            found.push((at, id));
        }
    }
    found.sort_unstable();
    let mut mentions: Vec<Mention> = Vec::new();
    // Where the last subject was named: "Ada Kern and Vera Lund" are both one.
    let mut subject_at = None;
    for (at, entity) in found {
        let start = roles::low_title(text, tokens, at).start;
        let before = start.checked_sub(1).map(|i| tokens[i]);
        let joined = before.is_some_and(|t| t.is(Class::Conjunction))
            && subject_at.is_some_and(|s| at - s < JOINED);
        let subject = joined || is_subject(tokens, verb, start, at);
        if subject {
            subject_at = Some(at);
        }
        mentions.push(Mention {
            at: tokens[at].start,
            sentence: index,
            block: sentence.block,
            entity,
            subject,
            quoted: sentence.in_quote[at],
            aside: !subject && is_aside(text, tokens, start),
        });
    }
    mentions
}

/// "Under questions by Ada Kern, he": behind a preposition in the words before the first comma.
fn is_aside(text: &str, tokens: &[Token], start: usize) -> bool {
    const BESIDE: [&str; 6] = ["by", "to", "with", "from", "for", "against"];
    let leads = tokens
        .first()
        .is_some_and(|t| t.is(Class::Preposition) || t.form(Form::Ing) || t.form(Form::Past));
    let before = start.checked_sub(1).map(|i| tokens[i]);
    let governed = before.is_some_and(|t| BESIDE.contains(&&*tokens::lower(text, t)));
    leads && governed && !tokens[..start].iter().any(|t| t.is_mark())
}

/// Before the verb or at the head of the sentence, after no preposition, and no "X's".
fn is_subject(tokens: &[Token], verb: usize, start: usize, at: usize) -> bool {
    let inner = tokens[..start].iter().rev();
    let mut inner = inner.skip_while(|t| t.is(Class::Determiner));
    let governed = inner.next().is_some_and(|t| t.is(Class::Preposition));
    let possessor = tokens[at + 1..]
        .iter()
        .take_while(|t| t.is_name() || t.kind == Kind::Possessive)
        .any(|t| t.kind == Kind::Possessive);
    (at < verb || start == 0) && !governed && !possessor
}

fn of_run(
    text: &str,
    register: &Register,
    tokens: &[Token],
    run: &std::ops::Range<usize>,
) -> Found {
    if let Some(id) = register.named(&words(text, tokens, run)) {
        return Found::One(id);
    }
    let written = split_name(text, tokens, run);
    let name = words(text, tokens, &written.name);
    if let Some(id) = register.named(&name) {
        return Found::One(id);
    }
    let last = tokens[run.end - 1];
    let office = last.is(Class::Person) && !is_surname(text, tokens, &written);
    if written.name.len() != 1 || office || last.is(Class::Body) {
        return Found::Nobody;
    }
    let title = words(text, tokens, &written.role);
    register.short(&tokens::lower(text, last), gender::of_role(&title))
}

/// "the ministry", "the mayor", of whom there is one.
fn definite(text: &str, register: &Register, tokens: &[Token], at: usize) -> Option<usize> {
    if tokens[at].kind != Kind::Word || tokens::lower(text, tokens[at]) != "the" {
        return None;
    }
    let noun = |i: usize| {
        tokens
            .get(i)
            .is_some_and(|t| t.kind == Kind::Word && !t.word.is_function() && !t.capital)
    };
    let end = (at + 1..at + 4).find(|i| !noun(*i)).unwrap_or(at + 4);
    let head = end.checked_sub(1).filter(|h| *h > at)?;
    if tokens.get(end).is_some_and(|t| t.is(Class::Of)) {
        return None;
    }
    // "the ministry said": the verb is no part of it.
    let head = (at + 1..=head).rev().find(|i| {
        bodies::is_body_noun(text, tokens[*i]) || tokens[*i].is(Class::Person) && !tokens[*i].plural
    })?;
    let with: Vec<String> = tokens[at + 1..head]
        .iter()
        .map(|t| tokens::lower(text, *t))
        .collect();
    if let Some(id) = register.named(&words(text, tokens, &(at..head + 1))) {
        return Some(id);
    }
    match register.of_kind(&tokens::lower(text, tokens[head]), &with) {
        Found::One(id) => Some(id),
        _ => None,
    }
}

/// Whose "his" and "her" are, where a sentence names one person only before them, or the next
/// begins with "He" or "She": that shows the gender, and that a name is a person's.
pub(super) fn genders(
    text: &str,
    register: &mut Register,
    sentences: &[Sentence],
    mentions: &[Mention],
) {
    let mut votes: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
    let mut from = 0;
    let mut before: Option<(usize, usize)> = None;
    for (index, sentence) in sentences.iter().enumerate() {
        let count = mentions[from..]
            .iter()
            .take_while(|m| m.sentence == index)
            .count();
        let here = &mentions[from..from + count];
        from += count;
        let mut people = here
            .iter()
            .filter(|m| m.entity == SEVERAL || !register.entities[m.entity].is_body());
        let one = people.next().copied();
        let alone = one.filter(|o| o.entity != SEVERAL && people.all(|m| m.entity == o.entity));
        let mut vote = |id: usize, male: bool| {
            let vote = votes.entry(id).or_default();
            if male {
                vote.0 += 1;
            } else {
                vote.1 += 1;
            }
        };
        let opening = sentence.tokens.first();
        let opening = opening.and_then(|t| gender::of_pronoun(&tokens::lower(text, *t)));
        if let (Some(male), Some((block, id))) = (opening, before)
            && block == sentence.block
        {
            vote(id, male);
        }
        before = None;
        if let Some(one) = alone {
            let after = sentence.tokens.iter().zip(&sentence.in_quote);
            let mut shown = after
                .filter(|(t, quoted)| t.start > one.at && !**quoted)
                .filter_map(|(t, _)| gender::of_pronoun(&tokens::lower(text, *t)));
            if let Some(male) = shown.next()
                && one.subject
                && shown.all(|m| m == male)
            {
                vote(one.entity, male);
            }
            before = one.subject.then_some((sentence.block, one.entity));
        }
    }
    for (id, (his, hers)) in votes {
        let entity = &mut register.entities[id];
        if his > 0 && hers > 0 {
            continue;
        }
        entity.male = entity.male.or(Some(his > 0));
        entity.person = entity.person.saturating_add(2);
    }
}
