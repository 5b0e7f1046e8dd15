//! Third stage, what stands before its cue: "…, she said", "…, said the minister", "according to …",
//! "X was described by Y as Z".

use std::ops::Range;

use super::attribution::{Attribution, Scan};
use super::lexicon::{Class, Form, Frame};
use super::phrases;
use super::statements::Shape;
use super::tokens::Kind;

impl Scan<'_> {
    /// "X was described by Y as Z".
    pub(super) fn passive(
        &mut self,
        at: usize,
        start: usize,
        cue_end: usize,
    ) -> Option<Attribution> {
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
    pub(super) fn postposed(
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
    pub(super) fn quote_floor(&self, from: usize, border: usize) -> usize {
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
    pub(super) fn ends_speech(&self, at: usize) -> bool {
        at > 0
            && (self.tokens[at - 1].kind == Kind::Comma
                || self.kind(at - 1) == Some(Kind::Dash)
                || self.in_quote[at - 1])
    }

    /// "…, the party's leader," after a name.
    pub(super) fn apposition(&self, at: usize) -> Option<Range<usize>> {
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
    pub(super) fn resumed(&self, after: usize) -> Option<Range<usize>> {
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

    pub(super) fn according(&self, at: usize) -> Option<Attribution> {
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
}
