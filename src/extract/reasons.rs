//! What a claim's words show first: a figure, a comparison, a cause, a vote or law, a deed.
//!
//! The lexicon lists words that may show one of them. Many mean something else as often: "a third person",
//! "the last quarter", "used to", "at least", "led the team", "passed away". So each counts by the words
//! beside it, and where those don't decide, it does not: a claim without a reason of its own is a statement
//! or a description.

use super::lexicon::{Class, Form};
use super::score::{self, Reason};
use super::tokens::{self, Kind, Token};
use crate::words::claim::Manner;

/// Tokens between an auxiliary and its participle, at most: "had not yet been".
const REACH: usize = 3;

/// Says what a clause's tokens show first.
pub(super) fn of(text: &str, tokens: &[Token], manner: Manner) -> Reason {
    let words = Words {
        text,
        tokens,
        lower: tokens.iter().map(|t| tokens::lower(text, *t)).collect(),
    };
    if words.show(Words::is_number) {
        Reason::Number
    } else if words.show(Words::compares) {
        Reason::Comparison
    } else if words.show(Words::is_cause) {
        Reason::Cause
    } else if words.show(Words::is_procedure) {
        Reason::Procedure
    } else if manner == Manner::Narration && words.names_somebody() && words.show(Words::is_deed) {
        Reason::Deed
    } else if manner == Manner::Mixed && !words.is_quoted() {
        Reason::Statement
    } else {
        score::reason_of(manner)
    }
}

struct Words<'a> {
    text: &'a str,
    tokens: &'a [Token],
    lower: Vec<String>,
}

impl Words<'_> {
    fn show(&self, it: impl Fn(&Self, usize) -> bool) -> bool {
        (0..self.tokens.len()).any(|at| it(self, at))
    }

    /// Says whether the word at `at` is one of a list, which is written with spaces between.
    fn is(&self, at: usize, list: &str) -> bool {
        let word = self.lower.get(at);
        word.is_some_and(|word| list.split(' ').any(|other| other == word))
    }

    /// Says the same of the word before.
    fn follows(&self, at: usize, list: &str) -> bool {
        at > 0 && self.is(at - 1, list)
    }

    fn any(&self, list: &str) -> bool {
        (0..self.tokens.len()).any(|at| self.is(at, list))
    }

    /// Says whether a token is the lexicon's word, and no name: "Bill", "Group of Seven".
    fn has(&self, at: usize, class: Class) -> bool {
        let is_named = |t: &Token| at > 0 && t.capital && !t.all_capitals;
        (self.tokens.get(at)).is_some_and(|t| t.is(class) && !is_named(t))
    }

    /// Could be a noun or an adjective before one: "a third *inspection*".
    fn is_noun(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| {
            t.kind == Kind::Word
                && !t.word.is_function()
                && (!t.word.is_verb() || t.word.may_be_noun())
        })
    }

    fn is_participle(&self, at: usize) -> bool {
        (self.tokens.get(at)).is_some_and(|t| t.form(Form::Participle) || t.form(Form::Ing))
    }

    fn is_number(&self, at: usize) -> bool {
        let token = self.tokens[at];
        if token.kind == Kind::Number {
            return !self.is_label(at);
        }
        if self.is(at, "twice") {
            return !self.compares(at);
        }
        if !self.has(at, Class::Number) {
            return false;
        }
        match &*self.lower[at] {
            "one" | "first" | "second" => false,
            // "the two of them" counts nothing that is new.
            "two" => !self.follows(at, "the these those its their his her our your my other"),
            "half" => !self.follows(at, "first second third other opening final latter better"),
            // An ordinal, or a part: "a third inspection", "a third of them".
            "third" | "quarter" => {
                self.follows(at, "a one two three than") && !self.is_noun(at + 1)
            }
            "double" | "triple" => {
                let after = "the what that its their his her our your";
                self.is(at + 1, after) || self.follows(at, "than nearly almost about over")
            }
            _ => true,
        }
    }

    /// A number that only names: "Article 5", "Boeing 737".
    fn is_label(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        self.tokens[before].is_name()
            && !self.tokens[before].is(Class::Month)
            && !self.tokens[before].is(Class::Weekday)
            && !self.is_noun(at + 1)
            && !self.is(at + 1, "% percent per")
            && self.lower[at].bytes().all(|b| b.is_ascii_digit())
            && !self.is_year(at)
    }

    fn is_year(&self, at: usize) -> bool {
        self.lower[at].len() == 4 && self.lower[at].starts_with(['1', '2'])
    }

    fn compares(&self, at: usize) -> bool {
        if !self.has(at, Class::Comparison) {
            return false;
        }
        match &*self.lower[at] {
            "more" => {
                let counted = at > 0 && {
                    let before = self.tokens[at - 1];
                    before.kind == Kind::Number || before.is(Class::Number)
                };
                !counted && !self.follows(at, "once no any some one few or")
            }
            "less" => !self.follows(at, "or no"),
            "most" | "least" => self.follows(at, "the its their his her our 's"),
            "than" => !self.follows(at, "rather other else sooner"),
            "first" => self.is(at + 1, "to time since ever"),
            "half" => false,
            "double" => self.follows(at, "to will would could may might"),
            "twice" => self.is(at + 1, "as the what that its their his her more"),
            "record" => {
                let after = "high highs low lows number numbers level levels profit profits sales \
                             amount heat temperature temperatures turnout time loss losses fine";
                self.is(at + 1, after) || self.follows(at, "new all-time world")
            }
            // "the lower house" tells which one, "prices were lower" compares.
            "lower" | "higher" | "greater" | "larger" | "smaller" | "bigger" | "older" => {
                let which = at == 0 || self.follows(at, "the this that its their his her to can");
                (!which || !self.is_noun(at + 1) || self.any("than"))
                    && !self.is(at + 1, "education")
            }
            "rose" | "fell" | "grew" | "dropped" | "declined" | "increased" | "decreased"
            | "surged" => self.changes(at),
            _ => true,
        }
    }

    /// "prices rose", and not "she rose to speak", "declined to comment", "dropped the charges".
    fn changes(&self, at: usize) -> bool {
        let subject = (0..at).rev().find(|&i| !self.tokens[i].is(Class::Adverb));
        let measured = subject.is_some_and(|i| {
            let t = self.tokens[i];
            let person = t.is(Class::Person) || t.is(Class::Relative) || t.capital && i > 0;
            t.kind == Kind::Word
                && !person
                && (!t.is(Class::SubjectPronoun) || self.is(i, "it they"))
        });
        let ends = match self.tokens.get(at + 1) {
            None => true,
            Some(t) => t.is_mark() || t.is(Class::Adverb) && !t.is(Class::Preposition),
        };
        let goes_on = "in by since after again last this for among between during and as while when but \
                       below above slightly sharply steadily rapidly";
        measured
            && (ends || self.is(at + 1, goes_on))
            && !self.is(at + 1, "off out down away back over about abroad apart")
    }

    fn is_cause(&self, at: usize) -> bool {
        if !self.has(at, Class::Cause) {
            return false;
        }
        match &*self.lower[at] {
            "led" | "leads" => self.is(at + 1, "to"),
            "resulted" => self.is(at + 1, "in from"),
            // "due to rain", and not "due to speak" or "due in May".
            "due" => {
                let verb = self.tokens.get(at + 2).is_some_and(|t| t.form(Form::Base));
                self.is(at + 1, "to") && at + 2 < self.tokens.len() && !verb
            }
            "causes" => {
                at > 0 && !self.tokens[at - 1].is(Class::Determiner) && !self.follows(at, "good")
            }
            "prompts" => at > 0 && !self.tokens[at - 1].is(Class::Determiner),
            _ => true,
        }
    }

    fn is_procedure(&self, at: usize) -> bool {
        if !self.is(at, "court") && !self.has(at, Class::Procedure) {
            return false;
        }
        match &*self.lower[at] {
            // What nobody decided, and what is agreed on without a vote.
            "killed" | "died" | "injured" | "policy" | "deal" | "contract" | "agreement"
            | "budget" | "tax" => false,
            // "passed the budget", and not "passed away"; "signed the treaty", and not "for the parcel".
            "passed" | "approved" | "rejected" | "signed" => self.is_of_state(at),
            "bill" => !self.is(at + 1, "for of") && self.follows(at, "the a this that"),
            "resolution" => !self.is(at + 1, "of") && !self.follows(at, "year's screen image"),
            "charged" => self.is(at + 1, "with over in"),
            "ruled" => !self.is(at + 1, "out the over"),
            "ruling" => !self.is_noun(at + 1) && !self.is(at + 1, "out"),
            "court" => !self.follows(at, "tennis basketball food squash volleyball"),
            _ => true,
        }
    }

    /// Says whether a clause has what is voted on or signed, or who does so for a state.
    fn is_of_state(&self, at: usize) -> bool {
        const OBJECTS: &str = "law laws bill bills act motion amendment amendments treaty budget tax \
             taxes ceasefire agreement deal policy resolution sanctions legislation measure measures \
             ordinance referendum decree";
        const DECIDERS: &str = "council councillors parliament senate congress court jury judge \
             assembly voters lawmakers cabinet government county president commission regulator";
        let other = |i: usize| i != at && (self.is(i, OBJECTS) || self.is(i, DECIDERS));
        (0..self.tokens.len()).any(other) && !self.is(at + 1, "away over out by off")
    }

    fn names_somebody(&self) -> bool {
        let dates = |t: &Token| t.is(Class::Month) || t.is(Class::Weekday);
        let mut others = self.tokens.iter().skip(1);
        others.any(|t| t.is_name() && !dates(t))
    }

    /// A verb of the past that says what was done, and not how things were: "used to", "was old".
    fn is_deed(&self, at: usize) -> bool {
        let token = self.tokens[at];
        if self.is(at, "was were had has have") {
            return (at + 1..=at + REACH).any(|i| self.is_participle(i));
        }
        let habit = self.is(at, "used") && self.is(at + 1, "to");
        token.form(Form::Past) && !habit && !self.is(at, "was were had did")
    }

    /// Says whether any of the words stand between quotation marks, as far as marks are in sight.
    fn is_quoted(&self) -> bool {
        const MARKS: [char; 7] = ['"', '“', '”', '„', '«', '»', '‘'];
        let (Some(first), Some(last)) = (self.tokens.first(), self.tokens.last()) else {
            return false;
        };
        let behind = self.text[last.end..].trim_start_matches([',', '.', '!', '?', ';']);
        self.tokens.iter().any(|t| t.kind == Kind::Quote)
            || self.text[..first.start].ends_with(MARKS)
            || behind.starts_with(MARKS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::span::Span;

    fn shown(text: &str, manner: Manner) -> Reason {
        let tokens = tokens::tokenize(text, Span::new(0, text.len()).expect("a range"));
        of(text, &tokens, manner)
    }

    fn assert_shown(reason: Reason, texts: &[&str]) {
        for text in texts {
            assert_eq!(shown(text, Manner::Narration), reason, "{text}");
        }
    }

    #[test]
    fn figures_and_parts_are_numbers() {
        assert_shown(
            Reason::Number,
            &[
                "Rents rose by 4 percent",
                "a third of the loss is dust",
                "three quarters of the town",
                "a quarter of the houses",
                "profits had risen by a third since January",
                "half the town was there",
                "double the figure of last week",
                "two people have drowned",
                "we lost the harvest twice",
                "the bridge was closed in 2019",
                "In May 12 towns were without power",
            ],
        );
    }

    #[test]
    fn words_of_other_senses_are_no_numbers() {
        assert_shown(
            Reason::Description,
            &[
                "a third person is missing",
                "sales were weak in the last quarter",
                "the Latin quarter is busy",
                "the goal came in the second half",
                "the two men are brothers",
                "one of them is missing",
                "there are double standards",
                "the troops show no quarter",
                "it flies a Boeing 737",
            ],
        );
    }

    #[test]
    fn only_what_is_compared_is_a_comparison() {
        assert_shown(
            Reason::Comparison,
            &[
                "prices are higher than before",
                "the river is lower now",
                "unemployment fell in May",
                "sales dropped sharply",
                "it is the largest of its kind",
                "the first to run on wind alone",
                "repairs take twice as long",
                "turnout reached a record high",
                "she is the most decorated officer",
            ],
        );
        assert_shown(
            Reason::Description,
            &[
                "the lower tongue used to reach the lake",
                "he declined to comment",
                "she fell from a ladder",
                "the prosecutor dropped the charges",
                "the child grew up there",
                "most of them are leaving empty",
                "nobody keeps a record of it",
                "he first takes off the ring",
                "at least somebody is there",
                "once more the gates are open",
                "they walk rather than drive",
            ],
        );
    }

    #[test]
    fn only_what_brings_about_is_a_cause() {
        assert_shown(
            Reason::Cause,
            &[
                "the closure led to delays",
                "the game was off due to heavy rain",
                "the delay was caused by fog",
                "they left because of the noise",
            ],
        );
        assert_shown(
            Reason::Description,
            &[
                "she led the team",
                "the minister is due to speak",
                "elections are due next week",
                "they give to good causes",
            ],
        );
    }

    #[test]
    fn only_what_is_decided_is_a_vote_or_law() {
        assert_shown(
            Reason::Procedure,
            &[
                "the council approved the plan",
                "parliament passed the budget",
                "the vote was open",
                "lorries were banned from the bridge",
                "the mayor was charged with fraud",
                "the court ruled that it was void",
            ],
        );
        assert_shown(
            Reason::Description,
            &[
                "a second person has died",
                "the dam passed every inspection",
                "her father passed away",
                "he signed for the parcel",
                "the hotel charged too much",
                "the ruling party is divided",
                "the electricity bill is high",
                "they meet on the tennis court",
                "the contract ends soon",
            ],
        );
    }

    #[test]
    fn a_deed_is_done_and_no_habit_or_state() {
        assert_shown(
            Reason::Deed,
            &[
                "the mayor visited Pellworth",
                "Leonora Ashby died in Pellworth",
                "the bridge in Pellworth was not yet opened",
            ],
        );
        assert_shown(
            Reason::Description,
            &[
                "the mill in Pellworth used to grind rye",
                "the bridge in Pellworth was old",
                "the mayor visited the fair",
                "the village was flooded on Monday",
            ],
        );
    }

    #[test]
    fn partly_quoted_words_are_a_quotation_where_marks_are_in_sight() {
        for (text, reason) in [
            ("the bridge is “a disgrace”", Reason::Quotation),
            ("the bridge is a ruin", Reason::Statement),
        ] {
            assert_eq!(shown(text, Manner::Mixed), reason, "{text}");
        }
        assert_eq!(shown("it is a ruin", Manner::Direct), Reason::Quotation);
        assert_eq!(shown("it is a ruin", Manner::Indirect), Reason::Statement);
    }
}
