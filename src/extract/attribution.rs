//! Who is said to have said what in a sentence of which the network says nothing, by its cue words.
//!
//! The network finds more than these rules, and these rules hardly ever find what is not there.
//!
//! Finds the cue, the source and the content of each attribution: "officials said that …",
//! "…, she said", "according to …", "…, emphasizing that …", "criticizing X as Y", "called X a Y",
//! "X's claim that …".
//! A subject that cannot speak ("this move", "the world") makes no attribution. Nested attributions
//! are found as such. What no rule finds is left to the narrator.

use std::ops::Range;

use super::lexicon::{self, Class, Form, Frame};
use super::phrases::{self, Subject};
use super::statements::Shape;
use super::tokens::{self, Kind, Token};

/// Who is said to have said what, in tokens of one sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Attribution {
    /// The words for the speaker beside the content; `None` where nobody is named.
    pub(super) source: Option<Range<usize>>,
    /// An apposition or adverbial between the speaker and the cue.
    pub(super) inserted: Option<Range<usize>>,
    /// The words that attribute.
    pub(super) cue: Range<usize>,
    /// The words attributed, in order; never overlapping.
    pub(super) content: Vec<Range<usize>>,
    pub(super) shape: Shape,
    /// Says so in the past, or in a participle.
    pub(super) past: bool,
}

/// Finds the attributions of a sentence, in order of their cues; `in_quote` says which tokens stand in quotation marks.
pub(super) fn attributions(text: &str, tokens: &[Token], in_quote: &[bool]) -> Vec<Attribution> {
    let mut scan = Scan {
        text,
        tokens,
        in_quote,
        main: None,
        found: Vec::new(),
    };
    for (at, quoted) in in_quote.iter().enumerate() {
        if !quoted {
            scan.look_at(at);
        }
    }
    scan.found
}

/// The subject of the sentence's own verb, if it has one.
pub(super) struct Main(Option<Subject>);

/// One sentence, while its cues are looked for; [`super::content`] and [`super::behind`] say more of it.
pub(super) struct Scan<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) in_quote: &'a [bool],
    /// The sentence's own subject, once looked for.
    main: Option<Main>,
    pub(super) found: Vec<Attribution>,
}

impl Scan<'_> {
    pub(super) fn look_at(&mut self, at: usize) {
        let token = self.tokens[at];
        if token.kind != Kind::Word {
            return;
        }
        let word = tokens::lower(self.text, token);
        let found = if word == "according" {
            self.according(at)
        } else if word.starts_with("accus") && token.word.is_verb() {
            self.accuse(at)
        } else if let Some(end) = self.phrasal(at, &word) {
            self.verb(at, end, true)
        } else if token.word.reports() {
            self.verb(at, at + 1, token.word.takes(Frame::Speech))
                .or_else(|| self.noun(at, &word))
        } else {
            self.noun(at, &word)
        };
        self.found.extend(found);
    }

    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|t| {
            t.end - t.start == word.len() && self.text[t.start..t.end].eq_ignore_ascii_case(word)
        })
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// "pointed out", "made clear", "made it clear": where the cue ends.
    pub(super) fn phrasal(&self, at: usize, word: &str) -> Option<usize> {
        let verb = |forms: &[&str]| forms.contains(&word);
        if verb(&["point", "points", "pointed", "pointing"]) && self.is(at + 1, "out") {
            return Some(at + 2);
        }
        if verb(&["make", "makes", "made", "making"]) {
            let clear = if self.is(at + 1, "it") {
                at + 2
            } else {
                at + 1
            };
            return self.is(clear, "clear").then_some(clear + 1);
        }
        None
    }

    pub(super) fn verb(&mut self, at: usize, cue_end: usize, strong: bool) -> Option<Attribution> {
        let token = self.tokens[at];
        if token.capital && at > 0 && !self.follows_mark(at) {
            return None;
        }
        let start = phrases::group_start(self.tokens, at);
        let be = (start..at).any(|i| self.tokens[i].is(Class::BeForm));
        let participle = token.form(Form::Participle) && !token.form(Form::Ing);
        if be && participle {
            return self.passive(at, start, cue_end);
        }
        if at > 0
            && self.tokens[at - 1].is(Class::Determiner)
            && !self.tokens[at - 1].is(Class::SubjectPronoun)
        {
            return None;
        }
        let (content, shape, end) = self
            .following(at, cue_end)
            .or_else(|| self.as_or_call(at))
            .unwrap_or((Vec::new(), Shape::Clause, cue_end));
        if content.is_empty() {
            return self.postposed(at, start, cue_end, strong);
        }
        let subject = self.subject_of(at, start)?;
        let relative = self.tokens[subject.phrase.start].is(Class::Relative);
        let (source, inserted) = (subject.phrase, subject.inserted);
        if !relative && !self.can_speak(&source, strong) {
            return None;
        }
        let past = token.form(Form::Past) || token.form(Form::Ing);
        Some(Attribution {
            source: Some(source),
            inserted,
            cue: start..end,
            content,
            shape,
            past,
        })
    }

    pub(super) fn follows_mark(&self, at: usize) -> bool {
        at == 0 || self.tokens[at - 1].is_mark()
    }

    /// The subject of the cue at `at`, whose verb group begins at `start`.
    pub(super) fn subject_of(&mut self, at: usize, start: usize) -> Option<Subject> {
        let token = self.tokens[at];
        let least = self.clause_floor(start);
        if start > 0 && self.is(start - 1, "to") {
            let verb = (0..start - 1)
                .rev()
                .take(3)
                .find(|i| self.tokens[*i].word.is_verb())?;
            let denies = ["declined", "refused", "failed", "declines", "refuses"]
                .iter()
                .any(|w| self.is(verb, w));
            return if denies {
                None
            } else {
                phrases::subject_before(self.tokens, phrases::group_start(self.tokens, verb), least)
            };
        }
        let ing = token.form(Form::Ing) && start == at;
        let previous = start.checked_sub(1).map(|i| self.tokens[i]);
        let coordinated = previous.is_some_and(|p| p.is(Class::Conjunction));
        if ing || coordinated {
            let detached = previous.is_none_or(|p| {
                p.is_mark() || p.is(Class::Preposition) || p.is(Class::Conjunction)
            });
            if !detached {
                let near = phrases::subject_before(self.tokens, start, least)?;
                let with =
                    near.phrase.start > 0 && self.tokens[near.phrase.start - 1].is(Class::WithLike);
                let document = phrases::head(self.tokens, &near.phrase)
                    .is_some_and(|h| self.tokens[h].is(Class::Document));
                if with || document || near.phrase.start == 0 {
                    return Some(near);
                }
            }
            if let Some(last) = self.found.last()
                && let Some(source) = &last.source
                && (coordinated || !self.tokens[source.start].is(Class::Relative))
            {
                return Some(Subject {
                    phrase: source.clone(),
                    inserted: last.inserted.clone(),
                });
            }
            return self.main_subject();
        }
        phrases::subject_before(self.tokens, start, least)
    }

    /// Quoted words before a cue are no part of its subject.
    pub(super) fn clause_floor(&self, at: usize) -> usize {
        (0..at)
            .rev()
            .find(|i| self.in_quote[*i])
            .map_or(0, |i| i + 1)
    }

    pub(super) fn main_subject(&mut self) -> Option<Subject> {
        let main = self.main.get_or_insert_with(|| {
            let verb = phrases::main_verb(self.tokens, 0..self.tokens.len());
            Main(verb.and_then(|v| {
                phrases::subject_before(self.tokens, phrases::group_start(self.tokens, v), 0)
            }))
        });
        main.0.clone()
    }

    /// Says whether somebody or something that can say things is named.
    pub(super) fn can_speak(&self, phrase: &Range<usize>, strong: bool) -> bool {
        let Some(head) = phrases::head(self.tokens, phrase) else {
            return false;
        };
        let t = self.tokens[head];
        let first = self.tokens[phrase.start];
        if ["it", "this", "that", "there", "one", "which", "what"]
            .iter()
            .any(|w| self.is(head, w))
        {
            return strong && self.is(head, "it");
        }
        if t.is(Class::Person) || t.is(Class::Body) || t.is(Class::Document) || t.is(Class::Title) {
            return true;
        }
        if t.is(Class::SubjectPronoun)
            || ["many", "some", "others", "several", "most"]
                .iter()
                .any(|w| self.is(head, w))
        {
            return !t.is(Class::Possessive);
        }
        if first.is(Class::Demonstrative)
            || t.is(Class::Weekday)
            || t.is(Class::Month)
            || t.kind != Kind::Word
        {
            return false;
        }
        if [
            "world", "move", "time", "way", "fact", "thing", "history", "backdrop", "evidence",
            "incident", "episode",
        ]
        .iter()
        .any(|w| self.is(head, w))
        {
            return false;
        }
        let person = [
            "er", "or", "ist", "ian", "man", "person", "ers", "ors", "ists", "ians", "men",
        ];
        let low = tokens::lower(self.text, t);
        let agent = low.len() > 4 && person.iter().any(|e| low.ends_with(e));
        t.is_name() && (head > 0 || strong || t.all_capitals || phrase.len() > 1)
            || agent && (strong || t.plural)
            || strong
    }

    /// "accused X of Y".
    pub(super) fn accuse(&mut self, at: usize) -> Option<Attribution> {
        let start = phrases::group_start(self.tokens, at);
        if (start..at).any(|i| self.tokens[i].is(Class::BeForm)) && !self.tokens[at].form(Form::Ing)
        {
            return None;
        }
        let most = (at + 16).min(self.tokens.len());
        let of = (at + 2..most)
            .take_while(|i| !self.tokens[*i].is_mark())
            .find(|i| {
                self.is(*i, "of") && self.tokens.get(i + 1).is_some_and(|t| t.form(Form::Ing))
            })?;
        let content = self.content_from(of + 1)?;
        let subject = self.subject_of(at, start)?;
        if !self.can_speak(&subject.phrase, true) {
            return None;
        }
        Some(Attribution {
            source: Some(subject.phrase),
            inserted: subject.inserted,
            cue: start..at + 1,
            content: std::iter::once(at + 1..content.end).collect(),
            shape: Shape::Is {
                subject: at + 1..of,
                predicate: content,
            },
            past: true,
        })
    }

    /// "X's claim that …", "a warning from X that …".
    pub(super) fn noun(&self, at: usize, word: &str) -> Option<Attribution> {
        if at == 0 || !lexicon::is_saying(word) {
            return None;
        }
        let from_or_by = self.is(at + 1, "by") || self.is(at + 1, "from");
        let end = if from_or_by {
            phrases::phrase_end(self.tokens, at + 2, self.tokens.len(), false)
        } else {
            at + 1
        };
        if !self.is(end, "that")
            || self
                .tokens
                .get(end + 1)
                .is_none_or(|t| t.is(Class::Auxiliary) || t.is(Class::Modal))
        {
            return None;
        }
        let content = self.content_from(end + 1)?;
        phrases::main_verb(self.tokens, content.clone())?;
        let source = if from_or_by {
            Some(at + 2..end)
        } else {
            (at.saturating_sub(4)..at)
                .rev()
                .find(|i| self.kind(*i) == Some(Kind::Possessive))
                .and_then(|mark| {
                    let owner =
                        phrases::subject_before(self.tokens, mark, self.clause_floor(mark))?;
                    Some(owner.phrase)
                })
        };
        let source = source.filter(|s| self.can_speak(s, true));
        Some(Attribution {
            source,
            inserted: None,
            cue: at..end + 1,
            content: vec![content],
            shape: Shape::Clause,
            past: true,
        })
    }
}
