//! Where a noun phrase begins and ends, and where a clause has its verb: the small grammar that the
//! stages share. Works on tokens of one sentence; every search is bounded by it.
//!
//! There is no parser behind this: words of closed classes and known verbs are the borders, and
//! everything between them is a noun phrase.

use std::ops::Range;

use super::lexicon::{Class, Form};
use super::tokens::{self, Kind, Token};

/// Tokens that an inserted stretch between commas has at most.
const INSERTED: usize = 30;

/// A subject found beside its verb.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Subject {
    /// The noun phrase.
    pub(super) phrase: Range<usize>,
    /// What stands between it and the verb, without its commas: an apposition or an adverbial.
    pub(super) inserted: Option<Range<usize>>,
}

/// Says whether the token is a verb that carries a clause: an auxiliary, a modal, or a verb in a finite form.
pub(super) fn is_finite(tokens: &[Token], at: usize) -> bool {
    let token = tokens[at];
    if token.kind != Kind::Word {
        return false;
    }
    let previous = at.checked_sub(1).map(|i| tokens[i]);
    let next = tokens.get(at + 1).copied();
    if token.is(Class::Modal) {
        let month = token.capital && token.is(Class::Month);
        return !month && !previous.is_some_and(|p| p.is(Class::Preposition));
    }
    if token.is(Class::Auxiliary) {
        return true;
    }
    if !token.word.is_verb() || token.capital && at > 0 {
        return false;
    }
    let governor = (0..at).rev().map(|i| tokens[i]).find(|t| !is_between(*t));
    let after_verb = governor.is_some_and(|p| {
        p.is(Class::Auxiliary)
            || p.is(Class::Modal)
            || p.is(Class::BeForm)
            || p.is(Class::Preposition) && !p.is(Class::Subordinator)
    });
    let after_determiner = previous.is_some_and(|p| {
        (p.is(Class::Determiner) || p.is(Class::Possessive))
            && !p.is(Class::SubjectPronoun)
            && !p.is(Class::Demonstrative)
            || p.kind == Kind::Possessive
    });
    if after_verb || after_determiner {
        return false;
    }
    if token.form(Form::Past) && !token.form(Form::Base) {
        let attributive = next
            .is_some_and(|n| n.word.form(Form::Past) && !n.form(Form::Base) && n.word.reports());
        let reduced = next.is_some_and(|n| n.is(Class::Preposition)) && later_finite(tokens, at);
        return !attributive && !reduced;
    }
    let noun_before = previous.is_some_and(|p| {
        p.is_nominal() || p.is(Class::Relative) || p.is(Class::Adverb) || p.is(Class::Conjunction)
    });
    if !noun_before {
        return false;
    }
    let object = next.is_some_and(|n| {
        n.is(Class::Determiner)
            || n.is(Class::Possessive)
            || n.is(Class::ObjectPronoun)
            || n.is(Class::Subordinator)
            || n.is(Class::Preposition)
            || n.is(Class::Adverb)
            || n.kind == Kind::Number
            || n.is_name()
            || n.kind == Kind::Quote
    });
    if token.form(Form::Singular) {
        return !token.word.may_be_noun() || object;
    }
    if token.form(Form::Base) || token.form(Form::Past) {
        let plural = previous.is_some_and(|p| {
            p.is(Class::SubjectPronoun)
                || p.is(Class::Relative)
                || p.kind == Kind::Word && p.plural
                || p.is(Class::Adverb)
        });
        let determined = next.is_some_and(|n| n.is(Class::Determiner));
        // "the bridge cost 5 million": past and base are written alike.
        let alike = token.form(Form::Base) && token.form(Form::Past);
        let priced = next.is_some_and(|n| n.kind == Kind::Number || n.is(Class::Determiner));
        return alike && priced
            || plural && (!token.word.may_be_noun() || object)
            || determined && !token.word.may_be_noun();
    }
    false
}

/// Says whether a word is a superlative or an ordinal: "largest", "third".
pub(super) fn is_most(text: &str, token: Token) -> bool {
    const MOST: [&str; 11] = [
        "first", "last", "best", "second", "third", "fourth", "fifth", "most", "record", "worst",
        "least",
    ];
    // The other words in -est.
    const OTHERS: [&str; 15] = [
        "interest", "protest", "request", "forest", "harvest", "contest", "honest", "modest",
        "arrest", "invest", "suggest", "conquest", "manifest", "digest", "tempest",
    ];
    let word = tokens::lower(text, token);
    let superlative = word.len() > 5 && word.ends_with("est") && !token.capital;
    superlative && !OTHERS.contains(&&*word) || MOST.contains(&&*word)
}

/// Says whether a word is a year, a month, a weekday or the like, of which hardly anything is told.
pub(super) fn is_time(text: &str, token: Token) -> bool {
    const TIMES: &str = "today yesterday tomorrow tonight week weeks month months year years day days night morning evening afternoon century decade spring summer autumn winter";
    let word = tokens::lower(text, token);
    let year = word.len() == 4
        && (word.starts_with('1') || word.starts_with("20"))
        && word.bytes().all(|b| b.is_ascii_digit());
    year || token.is(Class::Month) && token.capital
        || token.is(Class::Weekday)
        || TIMES.split(' ').any(|other| other == word)
}

/// "not", "also", "fully": may stand between an auxiliary or "to" and its verb.
fn is_between(token: Token) -> bool {
    token.is(Class::Negation)
        || token.is(Class::Adverb) && !token.is(Class::Determiner) && !token.is(Class::Preposition)
}

/// Says whether, before the next mark, another unmistakable finite verb follows: then `at` was a participle.
fn later_finite(tokens: &[Token], at: usize) -> bool {
    tokens[at + 1..]
        .iter()
        .take(16)
        .take_while(|t| {
            !t.is_mark()
                && !t.is(Class::Relative)
                && !t.is(Class::Conjunction)
                && !is_clause_opener(**t)
        })
        .any(|t| {
            t.is(Class::Auxiliary)
                || t.is(Class::Modal)
                || t.form(Form::Past) && !t.form(Form::Base) && t.word.reports()
        })
}

/// "that", "because", "while": a clause begins here. Prepositions that are subordinators too are not counted.
fn is_clause_opener(token: Token) -> bool {
    token.is(Class::Subordinator) && !token.is(Class::Preposition)
}

/// Returns the first verb of the clause that begins at `range.start`, passing over relative clauses.
pub(super) fn main_verb(tokens: &[Token], range: Range<usize>) -> Option<usize> {
    let mut pending = 0_usize;
    for at in range {
        let token = tokens[at];
        let relative = token.is(Class::Relative)
            || token.is(Class::Subordinator)
                && token.is(Class::Demonstrative)
                && at > 0
                && tokens[at - 1].is_nominal();
        if relative {
            pending += 1;
        } else if is_finite(tokens, at) && !is_tail_of_group(tokens, at) {
            if pending == 0 {
                return Some(at);
            }
            pending -= 1;
        }
    }
    None
}

/// An auxiliary after another: "has been", "could have".
fn is_tail_of_group(tokens: &[Token], at: usize) -> bool {
    let mut i = at;
    while i > 0 && (tokens[i - 1].is(Class::Adverb) || tokens[i - 1].is(Class::Negation)) {
        i -= 1;
    }
    i > 0 && (tokens[i - 1].is(Class::Modal) || tokens[i - 1].is(Class::Auxiliary))
}

/// Goes back from a verb over its auxiliaries and adverbs; returns where the verb group begins.
pub(super) fn group_start(tokens: &[Token], verb: usize) -> usize {
    let mut at = verb;
    while at > 0 {
        let t = tokens[at - 1];
        let part = t.is(Class::Auxiliary)
            || t.is(Class::Modal)
            || t.is(Class::Negation)
            || t.is(Class::BeForm)
            || t.is(Class::Adverb) && !t.is_nominal()
            || t.is(Class::Adverb) && !t.capital && !t.is(Class::Preposition);
        if !part || t.capital && at > 1 {
            break;
        }
        at -= 1;
    }
    at
}

/// The noun phrase right before a comma and a relative pronoun, without its attributes.
pub(super) fn noun_before(tokens: &[Token], relative: usize) -> Option<Range<usize>> {
    let end = (0..relative).rev().find(|i| !tokens[*i].is_mark())? + 1;
    let mut start = end;
    while start > 0 && tokens[start - 1].is_nominal() && !is_finite(tokens, start - 1) {
        start -= 1;
        let t = tokens[start];
        if (t.is(Class::Determiner) || t.is(Class::Possessive)) && t.kind == Kind::Word {
            break;
        }
    }
    (start < end).then_some(start..end)
}

/// Finds the subject before the verb group that begins at `end`, not reaching before `least`.
pub(super) fn subject_before(tokens: &[Token], end: usize, least: usize) -> Option<Subject> {
    let mut stop = end;
    let mut inserted: Option<Range<usize>> = None;
    for _ in 0..3 {
        let nearest = tokens.get(stop.checked_sub(1)?)?;
        if stop <= least {
            return None;
        }
        if nearest.kind == Kind::Comma || nearest.kind == Kind::Dash || nearest.kind == Kind::Close
        {
            let mark = if nearest.kind == Kind::Close {
                Kind::Open
            } else {
                nearest.kind
            };
            let from = stop.saturating_sub(INSERTED).max(least);
            let open = (from..stop - 1).rev().find(|i| tokens[*i].kind == mark)?;
            let hull_end = inserted.as_ref().map_or(stop - 1, |i| i.end);
            inserted = Some(open + 1..hull_end);
            stop = open;
            continue;
        }
        let start = phrase_start(tokens, stop, least)?;
        let phrase = start..stop;
        let only_number = phrase.clone().all(|i| tokens[i].kind == Kind::Number);
        if only_number && start > least && tokens[start - 1].kind == Kind::Comma {
            inserted = Some(start..inserted.map_or(stop, |i| i.end));
            stop = start - 1;
            continue;
        }
        return Some(Subject { phrase, inserted });
    }
    None
}

/// Goes back over the noun phrase that ends at `end`, its prepositional attributes and its coordinations.
fn phrase_start(tokens: &[Token], end: usize, least: usize) -> Option<usize> {
    let mut at = end;
    while at > least {
        let t = tokens[at - 1];
        let next = tokens.get(at).copied();
        let inner = at < end;
        let goes_on = if t.is(Class::Relative) {
            at == end
        } else if t.is(Class::Auxiliary) || t.is(Class::Modal) && !t.is(Class::Month) {
            false
        } else if t.is(Class::Conjunction) {
            inner
                && at - 1 > least
                && tokens[at - 2].is_nominal()
                && next.is_some_and(Token::is_nominal)
                && !tokens[at - 2].is(Class::SubjectPronoun)
        } else if t.is(Class::Preposition) && !t.is(Class::Subordinator) {
            inner && at - 1 > least && tokens[at - 2].is_nominal() && !is_verb_here(tokens, at - 2)
        } else if t.kind == Kind::Comma {
            inner && is_list_comma(tokens, at - 1, end, least)
        } else if t.is(Class::SubjectPronoun)
            && !t.is(Class::Possessive)
            && !t.is(Class::Determiner)
        {
            at == end
        } else {
            t.is_nominal()
                && !is_verb_here(tokens, at - 1)
                && !(t.is(Class::Demonstrative)
                    && t.is(Class::Subordinator)
                    && inner
                    && at - 1 > least
                    && is_verb_or_saying(tokens, at - 2))
        };
        if !goes_on {
            break;
        }
        at -= 1;
        if t.is(Class::SubjectPronoun) && !t.is(Class::Determiner) || t.is(Class::Relative) {
            break;
        }
    }
    while at < end
        && (tokens[at].is(Class::Preposition)
            || tokens[at].is(Class::Conjunction)
            || tokens[at].kind == Kind::Comma)
    {
        at += 1;
    }
    (at < end).then_some(at)
}

fn is_verb_or_saying(tokens: &[Token], at: usize) -> bool {
    tokens[at].word.reports() || tokens[at].word.is_verb()
}

/// A verb rather than part of a noun phrase; a participle after a determiner is an adjective.
fn is_verb_here(tokens: &[Token], at: usize) -> bool {
    let t = tokens[at];
    if t.kind != Kind::Word || t.capital {
        return false;
    }
    let attributive = at == 0
        || tokens[at - 1].is(Class::Determiner)
        || tokens[at - 1].is(Class::Possessive)
        || tokens[at - 1].is_plain_adjective()
        || tokens[at - 1].kind == Kind::Possessive;
    is_finite(tokens, at) && !attributive
        || t.form(Form::Ing) && !attributive && at > 0 && tokens[at - 1].is_mark()
}

/// A comma between the members of a list that "and" closes before `end`.
fn is_list_comma(tokens: &[Token], comma: usize, end: usize, least: usize) -> bool {
    let closed = tokens[comma + 1..end]
        .iter()
        .any(|t| t.is(Class::Conjunction));
    let member = tokens[least..comma]
        .iter()
        .rev()
        .take_while(|t| t.is_nominal() && !t.is_mark())
        .count();
    closed && (1..=5).contains(&member)
}

/// Returns where the noun phrase that begins at `start` ends; prepositional attributes belong to it if `attributes`.
pub(super) fn phrase_end(tokens: &[Token], start: usize, most: usize, attributes: bool) -> usize {
    let mut at = start;
    while at < most {
        let t = tokens[at];
        let follows = at > start && at + 1 < most && tokens[at + 1].is_nominal();
        let goes_on = if t.is(Class::Preposition) && !t.is(Class::Subordinator) {
            follows && (attributes || t.is(Class::Of))
        } else if t.is(Class::Conjunction) {
            follows && !is_finite(tokens, at + 1) && !(at + 2 < most && is_finite(tokens, at + 2))
        } else if t.is(Class::SubjectPronoun)
            && !t.is(Class::Possessive)
            && !t.is(Class::Determiner)
        {
            at == start
        } else {
            t.is_nominal()
                && !(at > start
                    && (is_finite(tokens, at)
                        || t.form(Form::Ing) && !t.capital && !t.word.may_be_noun()))
        };
        if !goes_on {
            break;
        }
        at += 1;
    }
    at
}

/// Returns the head of a noun phrase: its last word before a preposition.
pub(super) fn head(tokens: &[Token], phrase: &Range<usize>) -> Option<usize> {
    let end = phrase
        .clone()
        .skip(1)
        .find(|i| tokens[*i].is(Class::Preposition) && !tokens[*i].capital || tokens[*i].is_mark())
        .unwrap_or(phrase.end);
    (phrase.start..end)
        .rev()
        .find(|i| tokens[*i].kind == Kind::Word)
}

/// "Biologists", "Biologists at the university": a capital of the sentence's first word, not of a name.
fn opens_phrase(tokens: &[Token], phrase: &Range<usize>) -> bool {
    let behind = tokens.get(phrase.start + 1);
    let alone = phrase.len() == 1 || behind.is_some_and(|t| t.is(Class::Preposition));
    alone && tokens[phrase.start].is(Class::Person)
}

/// Says whether a noun phrase takes a plural verb.
pub(super) fn is_plural(tokens: &[Token], phrase: &Range<usize>) -> bool {
    let Some(head) = head(tokens, phrase) else {
        return false;
    };
    let t = tokens[head];
    let coordinated = phrase
        .clone()
        .take_while(|i| *i <= head)
        .any(|i| tokens[i].is(Class::Conjunction));
    coordinated || t.plural && (!t.capital || head == phrase.start && opens_phrase(tokens, phrase))
}
