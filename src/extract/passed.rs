//! Last stage, what is no claim to check: questions, commands, wishes, opinions, speech without content
//! and scenery, told by the verb of a clause and the words around it.
//!
//! A figure in a clause is checked whatever else it says, but for questions, commands and the writer's
//! own doings.

use std::ops::Range;

use super::lexicon::{Class, Form, Frame};
use super::phrases;
use super::score::Why;
use super::tokens::{self, Kind, Token};
use crate::words::claim::Manner;

/// Returns why a clause is passed over; `None` if it is offered for checking.
pub(super) fn why(
    text: &str,
    tokens: &[Token],
    manner: Manner,
    has_verb: bool,
    asks: bool,
) -> Option<Why> {
    let first = tokens.iter().position(|t| !t.is_mark())?;
    let words: Vec<Token> = tokens.iter().copied().filter(|t| !t.is_mark()).collect();
    let words = words
        .iter()
        .map(|token| (*token, tokens::lower(text, *token)));
    let (words, lower): (Vec<Token>, Vec<String>) = words.unzip();
    let clause = Clause {
        verb: phrases::main_verb(&words, 0..words.len()),
        words,
        lower,
        narrated: manner == Manner::Narration,
    };
    let whether = clause.is(0, &["whether"]) && !tokens.iter().any(|t| t.kind == Kind::Comma);
    if asks || whether {
        return Some(Why::Question);
    }
    if clause.commands() {
        return Some(Why::Command);
    }
    if clause.verb.is_none() && clause.names_judgement() {
        return Some(Why::Opinion);
    }
    if !has_verb || clause.attributes() {
        return Some(Why::Fragment);
    }
    if clause.is_own_doing() {
        return Some(Why::Trivial);
    }
    if clause.demands() {
        return Some(Why::Wish);
    }
    if clause.has_number() {
        return None;
    }
    if clause.wishes() {
        return Some(Why::Wish);
    }
    if clause.says_nothing() {
        return Some(Why::Trivial);
    }
    (clause.judges() || is_praise(tokens, first)).then_some(Why::Opinion)
}

/// A word of praise or blame, where a clause says little else.
fn is_praise(tokens: &[Token], first: usize) -> bool {
    let evaluative = tokens.iter().any(|t| t.is(Class::Evaluative));
    let verb = phrases::main_verb(tokens, first..tokens.len());
    let predicated = verb
        .is_some_and(|v| tokens[v].is(Class::BeForm) || tokens[v].is(Class::Auxiliary))
        || tokens.iter().filter(|t| t.is_name()).count() < 2;
    evaluative && predicated
}

/// Verbs of a scene that a reporter sets, where people do them: "Oil poured into the bay" is a fact.
const SCENERY: &str = "laughs laughed laughing shakes shook smiles smiled nods nodded pours poured sighs sighed shrugs shrugged cheered cheers applauded applauds wept weeps cried grins grinned sips sipped frowns frowned stares stared gestures gestured chuckles chuckled pauses paused blinks whispered whispers clapped hugged hugs waved";

/// Those of them that only people do.
const HUMAN: &str = "laughs laughed laughing smiles smiled nods nodded sighs sighed shrugs shrugged wept weeps grins grinned sips sipped frowns frowned chuckles chuckled blinks hugged hugs applauded applauds clapped";

/// Who does them together.
const AUDIENCE: &str =
    "crowd crowds gallery audience room hall fans onlookers supporters spectators stadium";

/// What pours and shakes, and has no article either.
const STUFF: &str = "oil water rain snow ice smoke mud lava gas steam sewage sand traffic money trade cash beer production";

/// Whose acts have force: a court's dismissal is a ruling.
const RULING: &str = "court courts judge judges tribunal jury panel parliament senate congress council committee commission regulator assembly ombudsman magistrate magistrates voters mps senators";

/// What somebody is or is not, without a fact that could be looked up.
const MOODS: &str = "sorry tired happy unhappy glad proud sure convinced content cheerful kind unkind simple easy good bad nice fair unfair obvious crucial essential vital important delighted pleased disappointed angry afraid worried confident optimistic pessimistic ashamed grateful thankful thrilled honoured honored excited lucky unlucky reassured surprised shocked impressed patient impatient sceptical skeptical cautious devastated heartbroken relieved encouraged satisfied dissatisfied frustrated furious nervous alarmed impossible inevitable absurd ludicrous nonsense foolish wise unwise silly incredible unbelievable inspiring heartbreaking hard difficult tough strange odd curious human enough fine okay ready different gloomy calm quiet tense electric unforgettable special worthwhile avoidable";

/// Nouns of praise and blame behind "is a".
const JUDGEMENTS: &str = "worry milestone mistake disgrace scandal triumph disaster shame joke success failure miracle nightmare dream pity insult outrage honour honor pleasure privilege betrayal tragedy farce gift blessing curse hero genius legend lesson reminder step breakthrough concern relief problem challenge masterpiece joy";

/// One clause's words, without marks.
pub(super) struct Clause {
    pub(super) words: Vec<Token>,
    pub(super) lower: Vec<String>,
    pub(super) verb: Option<usize>,
    pub(super) narrated: bool,
}

impl Clause {
    pub(super) fn is(&self, at: usize, words: &[&str]) -> bool {
        self.lower
            .get(at)
            .is_some_and(|word| words.contains(&&**word))
    }

    /// Says whether a word is one of a long list, which is written with spaces between.
    pub(super) fn among(&self, at: usize, list: &str) -> bool {
        let listed = |word: &String| list.split_whitespace().any(|other| other == word);
        self.lower.get(at).is_some_and(listed)
    }

    pub(super) fn any(&self, words: &[&str]) -> bool {
        (0..self.lower.len()).any(|at| self.is(at, words))
    }

    pub(super) fn has_number(&self) -> bool {
        self.words.iter().any(|t| t.kind == Kind::Number)
            || (self.words.iter().zip(&self.lower)).any(|(t, word)| {
                t.is(Class::Number) && !matches!(&**word, "one" | "two" | "half" | "third")
            })
    }

    fn commands(&self) -> bool {
        let polite = ["please", "then", "now", "just", "and", "so", "also"];
        let first = (0..self.words.len().min(3))
            .find(|at| !self.is(*at, &polite))
            .unwrap_or(0);
        if self.is(0, &["let", "let's", "please", "imagine"]) {
            return true;
        }
        let Some(next) = self.words.get(first + 1) else {
            return false;
        };
        if self.is(first, &["don't", "do", "never"]) {
            return next.form(Form::Base) || self.is(first + 1, &["not"]);
        }
        let verb = self.words[first];
        if !verb.form(Form::Base) || verb.is(Class::Auxiliary) || verb.form(Form::Past) {
            return false;
        }
        let object = next.is(Class::Determiner)
            || next.is(Class::ObjectPronoun)
            || next.is(Class::Possessive)
            || next.is(Class::Preposition);
        if !verb.word.may_be_noun() {
            return object;
        }
        // "Stay away from the sea": a noun would have a verb behind it.
        let loose = next.is(Class::Adverb) || next.is(Class::Particle) || object;
        loose
            && phrases::main_verb(&self.words, first + 1..self.words.len()).is_none()
            && (!next.is(Class::Preposition) || next.is(Class::Particle) && !self.narrated)
    }

    /// Words that lead to somebody's words: "asked about it", "she said".
    fn attributes(&self) -> bool {
        const LEADS: &str = "asked questioned pressed cross-examined speaking answering interviewed replying responding compared";
        let leads = self.narrated && self.among(0, LEADS) && self.verb.is_none_or(|verb| verb == 0);
        let thanks = self.is(0, &["thank", "thanks"]) && !self.is(1, &["to"]);
        let says = self.narrated
            && self.verb.is_some_and(|verb| {
                let token = self.words[verb];
                let rest = self.words.len() - verb - 1;
                token.word.takes(Frame::Speech)
                    && (token.word.takes(Frame::Bare) || token.word.takes(Frame::Addressee))
                    && rest <= 3
                    && !self.any(&["that"])
            });
        leads || thanks || says
    }

    /// "I asked the railway", of whoever writes the whole.
    fn is_own_doing(&self) -> bool {
        let stem = |word: &str| word.split('\'').next().unwrap_or_default() == "i";
        let own = self.lower.first().is_some_and(|word| stem(word));
        // "We'll bring you more", of a paper to its readers.
        let we = self
            .lower
            .first()
            .is_some_and(|word| word.split('\'').next() == Some("we"));
        let yours = (1..5).any(|at| self.is(at, &["you", "your"]));
        self.narrated && (own || we && yours) || self.is(0, &["here"]) && self.is(1, &["is", "are"])
    }

    /// The verb itself behind its auxiliaries and adverbs.
    pub(super) fn lexical(&self, verb: usize) -> usize {
        let helps = |at: &usize| {
            let t = self.words[*at];
            t.is(Class::Auxiliary)
                || t.is(Class::Modal)
                || t.is(Class::Negation)
                || t.is(Class::BeForm)
                || t.is(Class::Adverb) && !t.is(Class::Preposition)
        };
        (verb..self.words.len())
            .find(|at| !helps(at))
            .unwrap_or(verb)
    }

    /// A speech act without content, anonymity, scenery.
    fn says_nothing(&self) -> bool {
        const REFUSES: [&str; 4] = ["declined", "declines", "refused", "refuses"];
        const SPEECH: &str =
            "comment say answer discuss elaborate confirm respond reply speculate specify";
        const SILENT: &str = "respond responded reply replied comment commented confirm confirmed answer answered agree agreed";
        const ACTS: &str = "confirmed confirms rejected rejects denied denies admitted admits dismissed dismisses disputed disputes acknowledged acknowledges";
        const OBJECTS: &str = "this that it them figure figures report reports claim claims allegation allegations accusation accusations explanation criticism error mistake meeting suggestion idea finding findings account story death interpretation";
        let unnamed = (0..self.words.len()).any(|at| {
            self.is(at, &["not"])
                && (at + 1..at + 3).any(|i| self.is(i, &["be", "use"]))
                && (at + 2..at + 6).any(|i| self.is(i, &["named", "identified", "quoted", "name"]))
        }) || self.any(&["anonymity"])
            && self.any(&[
                "condition",
                "asked",
                "requested",
                "sought",
                "granted",
                "spoke",
                "speaking",
            ]);
        if unnamed || self.is_scene() {
            return true;
        }
        let Some(verb) = self.verb else { return false };
        let at = self.lexical(verb);
        let rest = at + 1..self.words.len();
        let negated =
            (verb..at).any(|i| self.words[i].is(Class::Negation) || self.lower[i].ends_with("n't"));
        let plain = !rest
            .clone()
            .any(|i| self.is(i, &["that", "because"]) && self.words.get(i + 1).is_some());
        let refuses =
            self.is(at, &REFUSES) && self.is(at + 1, &["to"]) && self.among(at + 2, SPEECH);
        let silent = negated && self.among(at, SILENT) && plain;
        let unreached = self.any(&["reached"]) && self.is(verb, &["could"]) && negated;
        let object = rest
            .end
            .checked_sub(1)
            .filter(|last| *last > at && rest.len() <= 4);
        let rules = |mut places: Range<usize>| places.any(|i| self.among(i, RULING));
        let acts = self.among(at, ACTS)
            && object.is_some_and(|last| self.among(last, OBJECTS))
            && !rules(self.subject_head(verb));
        let passive = self.is(at, &["confirmed"])
            && at > verb
            && self.is(at + 1, &["by"])
            && !rules(at + 2..at + 6);
        let asks = self.narrated
            && at == verb
            && self.is(at, &["asked", "asks"])
            && !self.any(&["whether", "if"]);
        // "has just spoken outside the hall", "thanked the crews"
        let spoke = self.narrated
            && self.is(at, &["spoke", "spoken", "speaking"])
            && !self.any(&["of", "against", "that", "for"])
            && self.words.len() < 16;
        let views = self.narrated
            && self.among(at, "praises praised praise doubts doubted")
            && plain
            && at == verb;
        // "That matters": it says nothing without what stands before.
        let short = self.narrated
            && self.words.len() == 2
            && self.is(0, &["this", "that", "it"])
            && at == 1;
        let stops = self.is(at, &["stopped", "stops"])
            && self.is(at + 1, &["short"])
            && self.is(at + 2, &["of"]);
        let thanked =
            short || stops || views || self.narrated && self.is(at, &["thanked", "thanks"]);
        spoke || thanked || refuses || silent || unreached || acts || passive || asks
    }

    /// "The crowd cheered", "she poured coffee".
    fn is_scene(&self) -> bool {
        let Some(at) = (1..5).find(|at| self.among(*at, SCENERY)) else {
            return false;
        };
        let subject = 0..at;
        let body = subject.clone().any(|i| {
            let token = self.words[i];
            token.is(Class::Body) || self.among(i, RULING)
        });
        let people = subject.clone().any(|i| {
            let token = self.words[i];
            token.is(Class::Person)
                || token.is(Class::Title)
                || self.among(i, AUDIENCE)
                || self.is(i, &["he", "she", "they", "i", "we"])
                || token.is_name() && !token.is(Class::Month) && i > 0
        });
        let named = self.words[0].is_name() && at == 1 && !self.words[0].word.is_function();
        let known = people || named && !self.among(0, STUFF);
        self.narrated && !body && (known || self.among(at, HUMAN))
    }

    /// Moods, praise and blame, general wisdom.
    fn judges(&self) -> bool {
        self.feels() || self.is_mood() || self.is_general() || self.is_too_much()
    }

    /// "I do not believe that", "we regret".
    fn feels(&self) -> bool {
        const FEEL: &str = "believe believed think thought feel felt regret regretted love loved hate hated fear feared doubt like liked am hope hoped worry wonder guess suppose";
        // "I'd love to say"
        let own = self.lower.first().and_then(|word| word.split_once('\''));
        if own.is_some_and(|(who, _)| matches!(who, "i" | "we")) && self.is(1, &["love", "like"]) {
            return true;
        }
        let first = ["i", "we"];
        let Some(own) = (0..self.words.len().min(4)).find(|at| self.is(*at, &first)) else {
            return false;
        };
        let at = (own + 1..self.words.len().min(own + 5)).find(|at| {
            let t = self.words[*at];
            !(t.is(Class::Modal)
                || t.is(Class::Negation)
                || self.is(*at, &["do", "don't", "did", "didn't", "have", "had"])
                || t.is(Class::Adverb) && !t.is(Class::Preposition))
        });
        at.is_some_and(|at| self.among(at, FEEL))
            || (0..self.words.len()).any(|i| {
                let t = self.words[i];
                i > 0
                    && self.is(i - 1, &first)
                    && t.word.takes(Frame::Bare)
                    && !t.word.takes(Frame::Speech)
                    && !t.form(Form::Past)
            })
    }

    /// "is not so sure", "was a good line".
    fn is_mood(&self) -> bool {
        const SMALL: &str = "so too very less more most quite rather all a an the its no";
        let Some(verb) = self.verb else { return false };
        let seems = [
            "seems", "seemed", "feels", "felt", "looks", "looked", "sounds", "became",
        ];
        if !self.words[verb].is(Class::BeForm)
            && !self.is(verb, &seems)
            && !self.words[verb].is(Class::Modal)
        {
            return false;
        }
        let mut at = verb;
        while at < self.words.len()
            && (self.words[at].is(Class::BeForm)
                || self.words[at].is(Class::Modal)
                || self.is(at, &["been"])
                || self.words[at].is(Class::Adverb)
                || self.words[at].is(Class::Negation)
                || self.among(at, SMALL)
                || self.is(at, &seems))
        {
            at += 1;
        }
        let pronoun = verb == 1 && self.words[0].is(Class::SubjectPronoun)
            || self.is(0, &["this", "that", "it", "they"]);
        // "The bus is electric", "the bridge is ready": what a thing is.
        let thing = self.narrated
            && self.is(0, &["the", "a", "an", "most", "all"])
            && self.among(at, "electric ready different special")
            && !(1..verb).any(|i| {
                self.among(i, "atmosphere mood feeling air room game night")
                    || self.among(i, AUDIENCE)
                    || self.words[i].is(Class::Person)
            });
        self.among(at, MOODS) && !thing
            || pronoun && self.is(at, &["wrong", "right", "true", "ours"])
            || self.among(at, JUDGEMENTS) && self.words.get(at + 1).is_none_or(|t| !t.is_nominal())
            || self.among(at + 1, JUDGEMENTS)
                && self.words.get(at + 2).is_none_or(|t| !t.is_nominal())
            || self.lower.get(at).is_some_and(|word| {
                matches!(
                    &**word,
                    "finest" | "loveliest" | "nicest" | "bravest" | "easiest" | "best" | "worst"
                )
            })
    }

    /// "this" and "a mistake", "the claim" and "laughable", which somebody calls it.
    fn names_judgement(&self) -> bool {
        const CALLS: &str = "laughable ridiculous outrageous unacceptable shameful disgraceful irresponsible reckless";
        let last = self.words.len().saturating_sub(1);
        let short = self.words.len() < 8 && !self.has_number();
        let a = (1..=last).any(|at| self.is(at - 1, &["a", "an"]) && self.among(at, JUDGEMENTS));
        short && (a || self.among(last, CALLS) || self.among(last, MOODS) && self.words.len() < 5)
    }

    /// "Nobody wins a war", "You cannot starve a horse".
    fn is_general(&self) -> bool {
        const ANYBODY: &str = "nobody everybody everyone anybody anyone you whatever whoever";
        let start = usize::from(self.is(0, &["if", "when", "and", "but", "as"]));
        // A verb that the lexicon does not have is judged by its ending.
        let verb = self.verb.unwrap_or(start + 1);
        let past = self.words.get(verb).is_some_and(|t| {
            t.form(Form::Past) && !t.form(Form::Base) || self.lower[verb].ends_with("ed")
        }) || self.is(
            verb,
            &["was", "were", "had", "did", "has", "have", "didn't"],
        );
        let generic = self.among(start, ANYBODY)
            || self.is(start, &["no"]) && self.is(start + 1, &["one"])
            || self.is(0, &["much"]) && self.any(&["depend", "depends"])
            || self.is(0, &["time"]) && self.is(verb, &["will"]);
        generic && !past
    }

    /// "had fallen too far", "cost too much".
    fn is_too_much(&self) -> bool {
        const FAR: &str = "far much long little late early often soon";
        (0..self.words.len()).any(|at| self.is(at, &["too"]) && self.among(at + 1, FAR))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::checked;

    #[test]
    fn facts_are_not_passed_over_for_one_word() {
        for sentence in [
            "May won the vote in June.",
            "Oil poured into the bay after the crash.",
            "Drivers must be 17 to sit the test.",
            "Voters must show a card at the station.",
            "A driver must be insured to cross the bridge.",
            "The company paused production in March.",
            "The quake shook the city on Monday.",
            "The court dismissed the claim.",
            "Thanks to the dam, the floods fell last year.",
            "Most of the buses are electric.",
        ] {
            assert!(!checked(sentence).is_empty(), "{sentence}");
        }
    }

    #[test]
    fn scenes_wishes_and_demands_are_passed_over() {
        for sentence in [
            "May she rest in peace.",
            "The crowd cheered as the train left.",
            "She paused.",
            "The nurse smiled and poured a cup of coffee.",
            "The government must act now.",
            "We must vote against it.",
            "That matters.",
            "He stopped short of promising a date.",
            "The minister confirmed the report.",
        ] {
            assert_eq!(checked(sentence), [""; 0], "{sentence}");
        }
    }
}
