//! Last stage, what a clause demands or wishes, told from the rules that hold.

use std::ops::Range;

use super::lexicon::{Class, Form};
use super::passed::Clause;

impl Clause {
    pub(super) fn demands(&self) -> bool {
        let duty = ["should", "must", "ought", "shouldn't", "mustn't"];
        if self.any(&duty) && !self.is_rule() || self.any(&["hopefully"]) {
            return true;
        }
        let wish = ["hope", "wish", "want", "urge", "demand"];
        let refused = ["don't", "didn't", "do", "did", "not"];
        (1..self.words.len()).any(|at| {
            let own = |i: usize| self.is(i, &["i", "we"]);
            let not = at > 1
                && self.is(at - 1, &refused)
                && (own(at - 2) || at > 2 && self.is(at - 2, &refused) && own(at - 3));
            not && self.is(at, &["want", "wish"])
                || self.is(at - 1, &["i", "we"])
                    && (self.is(at, &wish) || self.is(at, &["need"]) && self.is(at + 1, &["to"]))
        }) || self.is_blessing()
    }

    /// "May she rest in peace", not "May won the vote".
    fn is_blessing(&self) -> bool {
        let next = self
            .words
            .get(1)
            .is_some_and(|t| !t.is(Class::Preposition) && !t.form(Form::Base));
        let verb = (1..self.words.len()).find(|at| {
            let token = self.words[*at];
            token.word.is_verb() && !token.capital || token.is(Class::BeForm)
        });
        let bare = verb.is_none_or(|at| {
            let token = self.words[at];
            self.is(at, &["be"]) || token.form(Form::Base) && !token.form(Form::Past)
        });
        self.is(0, &["may"])
            && self.words[0].capital
            && next
            && bare
            && self.verb.is_none_or(|verb| verb == 0)
    }

    /// "Drivers must be 17", "An applicant must pay a fee by law": what holds for everybody concerned, and is
    /// told as such, is no demand.
    fn is_rule(&self) -> bool {
        let Some(must) = (0..self.words.len()).find(|at| self.is(*at, &["must"])) else {
            return false;
        };
        let lawful = (must + 1..self.words.len()).any(|at| {
            self.is(at, &["by", "under"])
                && (at + 1..at + 4).any(|i| self.among(i, "law laws rules rule act code"))
        });
        self.is_of_all(must) && (self.narrated || self.has_number() || lawful)
    }

    /// The last word of the subject before a verb, without what a preposition adds.
    pub(super) fn subject_head(&self, verb: usize) -> Range<usize> {
        let end = (0..verb)
            .find(|at| self.words[*at].is(Class::Preposition))
            .unwrap_or(verb);
        end.saturating_sub(1)..end
    }

    /// The subject before a verb is all of a kind: "drivers", "anyone who applies", "every school".
    fn is_of_all(&self, verb: usize) -> bool {
        let each = [
            "a", "an", "all", "any", "every", "each", "anyone", "everyone", "those", "both",
        ];
        let subject = &self.words[..verb.min(self.words.len())];
        let head = subject
            .iter()
            .position(|t| t.is(Class::Preposition) || t.is(Class::Relative))
            .unwrap_or(subject.len());
        let plain = subject.iter().all(|t| {
            !t.is(Class::SubjectPronoun) && !t.is(Class::Determiner) && !t.is(Class::Possessive)
        });
        let plural = head
            .checked_sub(1)
            .is_some_and(|last| subject[last].plural && (!subject[last].capital || last == 0));
        self.is(0, &each) || plain && plural
    }

    /// Demands and hopes that are told, and needs.
    pub(super) fn wishes(&self) -> bool {
        const ASKS: &str = "demanded demands urged urge urges hoped hopes appealed begged";
        const ADVISES: &str = "advise advises advised advising asking";
        const PLEAS: [&str; 5] = ["appeal", "appeals", "plea", "call", "calls"];
        let Some(verb) = self.verb else { return false };
        let at = self.lexical(verb);
        // "hopes to finish by June" is a plan.
        let dated = self.any(&["by"])
            || self
                .words
                .iter()
                .any(|t| t.is(Class::Weekday) || t.is(Class::Month));
        if dated && (self.is(at + 1, &["to"]) || self.is(verb, &["will"])) {
            return false;
        }
        let advises = self.among(at, ADVISES)
            && (at + 1..at + 6).any(|i| self.is(i, &["to", "not", "against"]));
        advises && self.narrated
            || self.among(at, ASKS)
            || self.is(at, &["voiced", "voices"])
            || self.is(at, &["called", "calls"]) && self.is(at + 1, &["for", "on"])
            || self.is(at, &["renewed", "issued", "repeated"])
                && (at + 1..at + 4).any(|i| self.is(i, &PLEAS))
            || self.is(verb, &["is", "are"])
                && self.is(verb + 1, &["needed"])
                && !(self.is(0, &["a", "an"]) && self.any(&["to", "for"]))
            || self.is(verb, &["will"])
                && self.is(verb + 1, &["need"])
                && !(self.narrated && self.is_of_all(verb))
            || self.is(verb, &["would"])
                && (verb + 1..verb + 4)
                    .any(|i| self.is(i, &["like", "liked", "wish", "love", "prefer"]))
    }
}
