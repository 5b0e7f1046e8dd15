//! Third stage, inside one sentence: who is said to have said what.
//!
//! Finds the cue, the source and the content of each attribution: "officials said that …",
//! "…, she said", "according to …", "…, emphasizing that …", "criticizing X as Y", "called X a Y",
//! "X's claim that …". Quotations that cross sentences are joined by [`super::speech`].
//! A subject that cannot speak ("this move", "the world") makes no attribution. Nested attributions
//! are found as such. What no rule finds is left to the narrator.

use std::ops::Range;

use super::lexicon::{self, Class, Form, Frame};
use super::phrases::{self, Subject};
use super::tokens::{self, Kind, Token};

/// How the content's words are to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A clause, or several.
    Clause,
    /// "X as Y", "called X a Y": the content says that X is Y.
    Is {
        /// X.
        subject: Range<usize>,
        /// Y.
        predicate: Range<usize>,
    },
}

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

/// Tokens between a cue and its "that": "said on Tuesday in a statement that".
const ADJUNCT: usize = 16;

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
struct Main(Option<Subject>);

struct Scan<'a> {
    text: &'a str,
    tokens: &'a [Token],
    in_quote: &'a [bool],
    /// The sentence's own subject, once looked for.
    main: Option<Main>,
    found: Vec<Attribution>,
}

impl Scan<'_> {
    fn look_at(&mut self, at: usize) {
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

    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|t| {
            t.end - t.start == word.len() && self.text[t.start..t.end].eq_ignore_ascii_case(word)
        })
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// "pointed out", "made clear", "made it clear": where the cue ends.
    fn phrasal(&self, at: usize, word: &str) -> Option<usize> {
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

    fn verb(&mut self, at: usize, cue_end: usize, strong: bool) -> Option<Attribution> {
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

    fn follows_mark(&self, at: usize) -> bool {
        at == 0 || self.tokens[at - 1].is_mark()
    }

    /// The subject of the cue at `at`, whose verb group begins at `start`.
    fn subject_of(&mut self, at: usize, start: usize) -> Option<Subject> {
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
    fn clause_floor(&self, at: usize) -> usize {
        (0..at)
            .rev()
            .find(|i| self.in_quote[*i])
            .map_or(0, |i| i + 1)
    }

    fn main_subject(&mut self) -> Option<Subject> {
        let main = self.main.get_or_insert_with(|| {
            let verb = phrases::main_verb(self.tokens, 0..self.tokens.len());
            Main(verb.and_then(|v| {
                phrases::subject_before(self.tokens, phrases::group_start(self.tokens, v), 0)
            }))
        });
        main.0.clone()
    }

    /// Says whether somebody or something that can say things is named.
    fn can_speak(&self, phrase: &Range<usize>, strong: bool) -> bool {
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

    /// What is said after the cue: the content, and where the cue ends.
    fn following(&self, at: usize, cue_end: usize) -> Option<(Vec<Range<usize>>, Shape, usize)> {
        let word = self.tokens[at].word;
        let clausal = word.takes(Frame::That) || word.takes(Frame::Addressee) || cue_end > at + 1;
        if !clausal {
            return None;
        }
        if let Some(that) = self.that_after(cue_end, at) {
            let content = self.content_from(that + 1)?;
            return Some((
                vec![content],
                Shape::Clause,
                if that == cue_end { that + 1 } else { cue_end },
            ));
        }
        if let Some(quote) = self.quote_after(cue_end) {
            let content = self.content_from(quote)?;
            return Some((vec![content], Shape::Clause, cue_end));
        }
        if word.takes(Frame::Addressee) {
            let object = self.addressee_end(cue_end)?;
            let start = self.skip_day(object);
            let content = self.bare_clause(start)?;
            return Some((vec![content], Shape::Clause, cue_end));
        }
        if word.takes(Frame::Bare) {
            let content = self.bare_clause(self.skip_day(cue_end))?;
            return Some((vec![content], Shape::Clause, cue_end));
        }
        None
    }

    /// "that" right after the cue, or after an adjunct without a verb.
    fn that_after(&self, from: usize, verb: usize) -> Option<usize> {
        let most = (from + ADJUNCT).min(self.tokens.len());
        for i in from..most {
            let t = self.tokens[i];
            if self.in_quote[i] {
                return None;
            }
            if self.is(i, "that") {
                let noun_before = i > from
                    && self.tokens[i - 1].is_nominal()
                    && !self.tokens[i - 1].is(Class::Weekday);
                // "I think that is a shame": here it is the subject.
                let subject = i == from
                    && self
                        .tokens
                        .get(i + 1)
                        .is_some_and(|n| n.is(Class::BeForm) || n.is(Class::Modal));
                let relative = noun_before
                    && self.tokens.get(i + 1).is_some_and(|n| {
                        n.is(Class::Auxiliary)
                            || n.is(Class::Modal)
                            || n.word.is_verb() && !n.is_name()
                    });
                let object = noun_before
                    && !self.tokens[verb].word.takes(Frame::Addressee)
                    && !self.adjunct(from, i);
                return (!relative
                    && !subject
                    && !object
                    && self
                        .tokens
                        .get(i + 1)
                        .is_some_and(|n| !n.is_mark() || n.kind == Kind::Quote))
                .then_some(i);
            }
            if t.kind == Kind::Comma && i == from && self.is(i + 1, "that")
                || t.is(Class::WithLike) && t.is(Class::Preposition)
            {
                continue;
            }
            if t.is_mark() && t.kind != Kind::Quote
                || t.is(Class::Auxiliary)
                || t.is(Class::Modal)
                || i > from && t.form(Form::Past) && !t.form(Form::Base)
            {
                return None;
            }
        }
        None
    }

    /// Between cue and "that" stands an adverbial, not an object.
    fn adjunct(&self, from: usize, to: usize) -> bool {
        let t = self.tokens[from];
        from == to
            || t.is(Class::Preposition)
            || t.is(Class::Weekday)
            || t.is(Class::Adverb) && !t.is(Class::Determiner)
            || from + 1 == to && t.is(Class::ObjectPronoun)
    }

    /// A quotation mark right after the cue, or after a comma or colon, or an adjunct and one of them.
    fn quote_after(&self, from: usize) -> Option<usize> {
        let most = (from + ADJUNCT).min(self.tokens.len());
        for i in from..most {
            let mark = matches!(self.kind(i), Some(Kind::Colon | Kind::Comma));
            if mark || self.kind(i) == Some(Kind::Quote) {
                let quote = if mark { i + 1 } else { i };
                let opens = self.kind(quote) == Some(Kind::Quote)
                    && self.in_quote[quote]
                    && (quote == 0 || !self.in_quote[quote - 1]);
                return (opens && (mark || i == from)).then_some(quote);
            }
            if self.tokens[i].is_mark() || phrases::is_finite(self.tokens, i) {
                return None;
            }
        }
        None
    }

    fn addressee_end(&self, from: usize) -> Option<usize> {
        let first = self.tokens.get(from)?;
        if first.is(Class::ObjectPronoun) {
            return Some(from + 1);
        }
        let mut at = from;
        while at < self.tokens.len()
            && self.tokens[at].is_nominal()
            && !phrases::is_finite(self.tokens, at)
        {
            let t = self.tokens[at];
            let again = at > from && (t.is(Class::Determiner) || t.is(Class::SubjectPronoun));
            if again {
                break;
            }
            at += 1;
        }
        (at > from).then_some(at)
    }

    /// Passes over "Monday", "on Monday", "today", "again".
    fn skip_day(&self, from: usize) -> usize {
        let on =
            usize::from(self.is(from, "on") || self.is(from, "late") || self.is(from, "early"));
        if self
            .tokens
            .get(from + on)
            .is_some_and(|t| t.is(Class::Weekday))
        {
            from + on + 1
        } else {
            from
        }
    }

    /// A clause without "that": it must begin with a subject and have a verb of its own.
    fn bare_clause(&self, start: usize) -> Option<Range<usize>> {
        let first = self.tokens.get(start)?;
        let begins = first.is_nominal() && !first.is(Class::Relative)
            || self.is(start, "there")
            || first.is(Class::SubjectPronoun);
        let particle = first.is(Class::Preposition) && !first.is(Class::Subordinator);
        if !begins || particle || self.is(start, "who") || self.is(start, "what") {
            return None;
        }
        let content = self.content_from(start)?;
        let border = content.clone().find(|i| {
            let t = self.tokens[*i];
            t.kind == Kind::Comma
                || t.kind == Kind::Semicolon
                || t.is(Class::Relative)
                || t.is(Class::Subordinator) && !t.is(Class::Preposition)
        });
        let verb = phrases::main_verb(self.tokens, start..content.end)?;
        let near = border
            .is_none_or(|b| verb < b || self.tokens[b].kind == Kind::Comma && self.in_quote[b])
            || self.resumes(start, verb);
        (verb > start && near).then_some(content)
    }

    /// A subject with an apposition or a relative clause in commas before its verb.
    fn resumes(&self, start: usize, verb: usize) -> bool {
        verb > start && self.tokens[phrases::group_start(self.tokens, verb) - 1].kind == Kind::Comma
    }

    /// From `start` to where the attributed words end.
    fn content_from(&self, start: usize) -> Option<Range<usize>> {
        let n = self.tokens.len();
        let mut end = n;
        for i in start..n {
            if self.in_quote[i] {
                continue;
            }
            let t = self.tokens[i];
            let comma = matches!(t.kind, Kind::Comma | Kind::Semicolon | Kind::Dash);
            let after_quote =
                i > start && self.in_quote[i - 1] && self.tokens[i - 1].kind == Kind::Quote;
            if (comma && self.border_after(i + 1))
                || (t.is(Class::Conjunction) && self.another_cue(i + 1))
            {
                end = i;
                break;
            }
            if after_quote
                && self.in_quote[start]
                && (self.attribution_tail(i) || t.is(Class::Conjunction))
            {
                end = i;
                break;
            }
        }
        let end = self.trimmed(start, end);
        (start < end).then_some(start..end)
    }

    fn trimmed(&self, start: usize, end: usize) -> usize {
        let mut end = end;
        while end > start
            && !self.in_quote[end - 1]
            && matches!(
                self.tokens[end - 1].kind,
                Kind::Comma | Kind::Stop | Kind::Semicolon | Kind::Dash | Kind::Colon
            )
        {
            end -= 1;
        }
        end
    }

    /// After a comma: words that lead back to the narrator or to another cue.
    fn border_after(&self, at: usize) -> bool {
        let Some(t) = self.tokens.get(at) else {
            return false;
        };
        if t.form(Form::Ing) && t.word.reports() && t.word.takes(Frame::That) {
            return true;
        }
        let adverbial = [
            "according",
            "while",
            "although",
            "though",
            "despite",
            "amid",
            "whereas",
            "as",
        ]
        .iter()
        .any(|w| self.is(at, w));
        let comparison = self.is(at, "as") && self.is(at + 1, "well");
        if adverbial && !comparison {
            return true;
        }
        if t.is(Class::WithLike) {
            return (at + 1..(at + 9).min(self.tokens.len()))
                .take_while(|i| !self.tokens[*i].is_mark())
                .any(|i| self.tokens[i].form(Form::Ing) && !self.tokens[i].capital);
        }
        t.is(Class::Conjunction) && self.another_cue(at + 1) || self.attribution_tail(at)
    }

    /// After "and" or "but": "added that", "he also said that".
    fn another_cue(&self, at: usize) -> bool {
        let most = (at + 6).min(self.tokens.len());
        (at..most)
            .take_while(|i| !self.tokens[*i].is_mark() && !self.is(*i, "that"))
            .any(|i| {
                let t = self.tokens[i];
                t.word.takes(Frame::That)
                    && !t.form(Form::Base)
                    && self.is(i + 1, "that")
                    && (i == at || phrases::is_finite(self.tokens, i))
            })
    }

    /// "she said", "said Kirby": closes what was said before.
    fn attribution_tail(&self, at: usize) -> bool {
        let most = (at + 8).min(self.tokens.len());
        (at..most)
            .take_while(|i| !self.tokens[*i].is_mark() && !self.is(*i, "that"))
            .find(|i| {
                self.tokens[*i].word.takes(Frame::Speech) && phrases::is_finite(self.tokens, *i)
                    || *i == at
                        && self.tokens[*i].word.takes(Frame::Speech)
                        && self.tokens[*i].form(Form::Past)
            })
            .is_some_and(|i| {
                i == at
                    || self
                        .kind(i + 1)
                        .is_none_or(|k| matches!(k, Kind::Comma | Kind::Stop))
                    || self.tokens[i + 1].is(Class::Preposition)
                    || self.tokens[i + 1].is(Class::Weekday)
            })
    }

    /// "criticized X as Y", "called X a Y".
    fn as_or_call(&self, at: usize) -> Option<(Vec<Range<usize>>, Shape, usize)> {
        let word = self.tokens[at].word;
        let first = self.tokens.get(at + 1)?;
        if first.is_mark() && first.kind != Kind::Quote
            || first.is(Class::Preposition) && !first.is(Class::ObjectPronoun)
        {
            return None;
        }
        let most = (at + 40).min(self.tokens.len());
        if word.takes(Frame::As) {
            let border = (at + 1..most).find(|i| {
                let t = self.tokens[*i];
                matches!(t.kind, Kind::Semicolon | Kind::Colon | Kind::Stop)
                    || self.is(*i, "as")
                        && !self.is(i - 1, "such")
                        && !self.is(i - 1, "well")
                        && !self.is(i + 1, "well")
            })?;
            if self.is(border, "as") && border > at + 1 {
                return self.is_shape(at + 1..border, border + 1, at + 1);
            }
        }
        if word.takes(Frame::Call) {
            let pronoun = first.is(Class::ObjectPronoun) && !first.is(Class::Possessive);
            let from = if pronoun { at + 2 } else { at + 3 };
            let predicate = (from..most)
                .take_while(|i| !self.tokens[*i].is_mark() || self.kind(*i) == Some(Kind::Quote))
                .find(|i| {
                    self.is(*i, "a")
                        || self.is(*i, "an")
                        || pronoun && *i == from
                        || self.kind(*i) == Some(Kind::Quote)
                            && self.in_quote[*i]
                            && !self.in_quote[i - 1]
                })?;
            if (at + 1..predicate).any(|i| phrases::is_finite(self.tokens, i))
                || self.tokens[predicate].is(Class::Preposition)
            {
                return None;
            }
            return self.is_shape(at + 1..predicate, predicate, at + 1);
        }
        None
    }

    fn is_shape(
        &self,
        subject: Range<usize>,
        from: usize,
        cue_end: usize,
    ) -> Option<(Vec<Range<usize>>, Shape, usize)> {
        let content = self.content_from(from)?;
        let nominal = !self.tokens[subject.start].is_mark() || self.in_quote[subject.start];
        nominal.then(|| {
            (
                std::iter::once(subject.start..content.end).collect(),
                Shape::Is {
                    subject,
                    predicate: content,
                },
                cue_end,
            )
        })
    }

    /// "X was described by Y as Z".
    fn passive(&mut self, at: usize, start: usize, cue_end: usize) -> Option<Attribution> {
        if !self.tokens[at].word.takes(Frame::As) || !self.is(at + 1, "by") {
            return None;
        }
        let end = phrases::phrase_end(self.tokens, at + 2, self.tokens.len(), true);
        let source = at + 2..end;
        let subject = phrases::subject_before(self.tokens, start, self.clause_floor(start))?;
        let predicate = self.content_from(end + 1)?;
        if !self.is(end, "as") || source.is_empty() || !self.can_speak(&source, true) {
            return None;
        }
        let content = vec![subject.phrase.clone(), predicate.clone()];
        let shape = Shape::Is {
            subject: subject.phrase,
            predicate,
        };
        Some(Attribution {
            source: Some(source),
            inserted: None,
            cue: at..cue_end,
            content,
            shape,
            past: true,
        })
    }

    /// "…, she said", "…, said the minister", "…," she said, "…".
    fn postposed(
        &mut self,
        at: usize,
        start: usize,
        cue_end: usize,
        strong: bool,
    ) -> Option<Attribution> {
        let token = self.tokens[at];
        let word = token.word;
        if token.form(Form::Ing) || !(word.takes(Frame::That) || word.takes(Frame::Addressee)) {
            return None;
        }
        let lower = |i: usize| self.tokens.get(i).is_none_or(|t| t.is_mark());
        let inverted = start == at
            && at > 0
            && strong
            && self.ends_speech(at)
            && self.tokens.get(at + 1).is_some_and(|t| {
                t.is_nominal() && !t.is(Class::ObjectPronoun) || t.is(Class::SubjectPronoun)
            });
        let (source, beside, after, begin) = if inverted {
            let end = phrases::phrase_end(self.tokens, at + 1, self.tokens.len(), true);
            (at + 1..end, self.apposition(end), end, start)
        } else {
            let subject = phrases::subject_before(self.tokens, start, self.clause_floor(start))?;
            let begin = subject.phrase.start;
            (subject.phrase, subject.inserted, cue_end, begin)
        };
        if source.is_empty() || !self.can_speak(&source, strong) || begin == 0 {
            return None;
        }
        let as_before = self.is(begin - 1, "as");
        let border = if as_before {
            begin.checked_sub(2)
        } else {
            Some(begin - 1)
        };
        let before = border.is_some_and(|b| self.ends_speech(b + 1));
        if !before && !as_before {
            return None;
        }
        let tail = beside
            .as_ref()
            .filter(|_| inverted)
            .map_or(after, |i| i.end);
        // "Brandt told reporters."
        let after = match self.addressee_end(after) {
            Some(end) if word.takes(Frame::Addressee) && !inverted => end,
            _ => after,
        };
        if !inverted && !as_before && !lower(after) && !self.adjunct(after, after + 2) {
            return None;
        }
        let mut content: Vec<Range<usize>> = Vec::new();
        if let Some(border) = border
            && before
        {
            let from = self
                .found
                .last()
                .and_then(|f| f.content.last().map(|c| c.end.max(f.cue.end)))
                .unwrap_or(0);
            let from = (from..=border)
                .find(|i| !self.tokens[*i].is_mark() || self.in_quote[*i])
                .unwrap_or(border);
            let from = self.quote_floor(from, border);
            let end = self.trimmed(from, border + 1);
            if from < end {
                content.push(from..end);
            }
        }
        content.extend(self.resumed(tail));
        let past = token.form(Form::Past);
        (!content.is_empty()).then_some(Attribution {
            source: Some(source),
            inserted: beside,
            cue: start..cue_end,
            content,
            shape: Shape::Clause,
            past,
        })
    }

    /// Where speech that ends at `border` began: the quotation's start if it ends a quotation.
    fn quote_floor(&self, from: usize, border: usize) -> usize {
        let last = if self.kind(border) == Some(Kind::Comma) && !self.in_quote[border] {
            border.saturating_sub(1)
        } else {
            border
        };
        if !self.in_quote.get(last).copied().unwrap_or(false) {
            return from;
        }
        let mut at = last;
        while at > from && self.in_quote[at - 1] {
            at -= 1;
        }
        let introduced = at > from && !self.tokens[at - 1].is_mark();
        if introduced { from } else { at }
    }

    /// A comma or a closing quotation mark stands before `at`.
    fn ends_speech(&self, at: usize) -> bool {
        at > 0
            && (self.tokens[at - 1].kind == Kind::Comma
                || self.kind(at - 1) == Some(Kind::Dash)
                || self.in_quote[at - 1])
    }

    /// "…, the party's leader," after a name.
    fn apposition(&self, at: usize) -> Option<Range<usize>> {
        if self.kind(at)? != Kind::Comma {
            return None;
        }
        let first = self.tokens.get(at + 1)?;
        let opens = first.is(Class::Determiner)
            || first.is(Class::Possessive)
            || first.is(Class::Person)
            || first.is_name()
            || first.is_plain_adjective()
            || self.is(at + 1, "who");
        let end = (at + 1..self.tokens.len()).find(|i| {
            matches!(
                self.kind(*i),
                Some(Kind::Comma | Kind::Stop | Kind::Semicolon | Kind::Dash)
            )
        })?;
        (opens && end > at + 1).then_some(at + 1..end)
    }

    /// Speech that goes on after the cue in the same sentence.
    fn resumed(&self, after: usize) -> Option<Range<usize>> {
        let most = (after + 10).min(self.tokens.len());
        let comma = (after..most)
            .find(|i| matches!(self.kind(*i), Some(Kind::Comma | Kind::Colon | Kind::Dash)))?;
        let next = comma + 1;
        let quoted = self.kind(next) == Some(Kind::Quote) && self.in_quote[next];
        let plain = comma == after
            && self.tokens.get(next).is_some_and(|t| {
                t.is(Class::Auxiliary)
                    || t.is(Class::Modal)
                    || phrases::is_finite(self.tokens, next) && !t.word.reports()
            });
        if quoted || plain {
            self.content_from(next)
        } else {
            None
        }
    }

    fn according(&self, at: usize) -> Option<Attribution> {
        if !self.is(at + 1, "to") {
            return None;
        }
        let end = phrases::phrase_end(self.tokens, at + 2, self.tokens.len(), true);
        let source = at + 2..end;
        if source.is_empty() || !self.can_speak(&source, true) {
            return None;
        }
        let inserted = self.apposition(end);
        let tail = inserted.as_ref().map_or(end, |i| i.end);
        let mut content = Vec::new();
        let leads = at == 0 || at == 1 && self.tokens[0].is(Class::Conjunction);
        if leads {
            let comma = (tail..self.tokens.len()).find(|i| self.kind(*i) == Some(Kind::Comma))?;
            content.push(self.content_from(comma + 1)?);
        } else {
            let from = self
                .found
                .last()
                .and_then(|f| f.content.last().map(|c| c.end.max(f.cue.end)))
                .filter(|e| *e < at)
                .unwrap_or(0);
            let from = (from..at).find(|i| !self.tokens[*i].is_mark() || self.in_quote[*i])?;
            let before = self.trimmed(from, at);
            if from < before {
                content.push(from..before);
            }
            if self.kind(tail) == Some(Kind::Comma)
                && self.tokens.get(tail + 1).is_some_and(|t| {
                    t.is(Class::Auxiliary)
                        || t.is(Class::Modal)
                        || phrases::is_finite(self.tokens, tail + 1)
                })
            {
                content.extend(self.content_from(tail + 1));
            }
        }
        (!content.is_empty()).then_some(Attribution {
            source: Some(source),
            inserted,
            cue: at..at + 2,
            content,
            shape: Shape::Clause,
            past: true,
        })
    }

    /// "accused X of Y".
    fn accuse(&mut self, at: usize) -> Option<Attribution> {
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
    fn noun(&self, at: usize, word: &str) -> Option<Attribution> {
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
