//! Third stage, what follows a cue: where the attributed words begin and where they end.
//!
//! Content begins after "that", at a quotation mark, or at a clause without "that"; "X as Y" and
//! "X a Y" are content after verbs that take them. It ends where the narrator or another cue takes
//! over. Where the end is doubtful ("…, as both sides prepare"), the narrator gets the words: nobody
//! is made to say more than the text lets him say.

use std::ops::Range;

use super::attribution::Scan;
use super::lexicon::{Class, Form, Frame};
use super::phrases;
use super::statements::Shape;
use super::tokens::Kind;

/// Tokens between a cue and its "that": "said on Tuesday in a statement that".
const ADJUNCT: usize = 16;

impl Scan<'_> {
    /// What is said after the cue: the content, and where the cue ends.
    pub(super) fn following(
        &self,
        at: usize,
        cue_end: usize,
    ) -> Option<(Vec<Range<usize>>, Shape, usize)> {
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
    pub(super) fn that_after(&self, from: usize, verb: usize) -> Option<usize> {
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
    pub(super) fn adjunct(&self, from: usize, to: usize) -> bool {
        let t = self.tokens[from];
        from == to
            || t.is(Class::Preposition)
            || t.is(Class::Weekday)
            || t.is(Class::Adverb) && !t.is(Class::Determiner)
            || from + 1 == to && t.is(Class::ObjectPronoun)
    }

    /// A quotation mark right after the cue, or after a comma or colon, or an adjunct and one of them.
    pub(super) fn quote_after(&self, from: usize) -> Option<usize> {
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

    pub(super) fn addressee_end(&self, from: usize) -> Option<usize> {
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
    pub(super) fn skip_day(&self, from: usize) -> usize {
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
    pub(super) fn bare_clause(&self, start: usize) -> Option<Range<usize>> {
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
    pub(super) fn resumes(&self, start: usize, verb: usize) -> bool {
        verb > start && self.tokens[phrases::group_start(self.tokens, verb) - 1].kind == Kind::Comma
    }

    /// "criticized X as Y", "called X a Y".
    pub(super) fn as_or_call(&self, at: usize) -> Option<(Vec<Range<usize>>, Shape, usize)> {
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

    pub(super) fn is_shape(
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

    /// From `start` to where the attributed words end.
    pub(super) fn content_from(&self, start: usize) -> Option<Range<usize>> {
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

    pub(super) fn trimmed(&self, start: usize, end: usize) -> usize {
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
    pub(super) fn border_after(&self, at: usize) -> bool {
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
    pub(super) fn another_cue(&self, at: usize) -> bool {
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
    pub(super) fn attribution_tail(&self, at: usize) -> bool {
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
}
