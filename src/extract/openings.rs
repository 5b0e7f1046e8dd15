//! Where a claim of its own begins in a sentence's tree: at a joined predicate, a relative clause, a
//! participle, an apposition, a clause with "while".

use super::grammar::Grammar;
use super::lexicon::{Class, Form};
use super::phrases;
use super::tokens::Kind;
use super::tree::{Relation as R, WordKind};

/// Words whose clauses stay with what they hang on.
pub(super) const STAYING: &[&str] = &[
    "because", "since", "if", "unless", "until", "till", "after", "before", "once",
];

/// Why a claim of its own begins at a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opening {
    /// The first of its stretch.
    Main,
    /// Joined to another predicate, with a subject of its own or without.
    Joined,
    Relative,
    Participle,
    /// What a noun is, and in what number.
    Apposition,
    /// "with X doing Y".
    Absolute,
    /// A clause with "while" and the like, which has its own subject.
    Adverbial,
}

impl Grammar<'_> {
    pub(super) fn opening(&self, at: usize) -> Option<Opening> {
        let joins = || self.is_predicate(at) && self.is_predicate(self.node(at).head);
        // A clause with "because" and the like stays, whatever the tree takes it for.
        let stays = self.is_one_of(self.first(at), STAYING);
        match self.node(at).relation {
            R::Root => Some(Opening::Main),
            R::Conjunct | R::Parataxis | R::AdverbialClause if stays => None,
            R::Conjunct => {
                (joins() && !self.is_one_event(at) && self.is_joined(at)).then_some(Opening::Joined)
            }
            R::Parataxis => {
                (self.is_predicate(at) && self.is_joined(at)).then_some(Opening::Joined)
            }
            R::RelativeClause => self.is_new(at, true).then_some(Opening::Relative),
            R::Participle => self.participle(at),
            R::Apposition => self.is_told(at).then_some(Opening::Apposition),
            R::AdverbialClause => self.adverbial(at),
            _ => None,
        }
    }

    /// A mark or a conjunction stands between a predicate and the one that it is joined to.
    fn is_joined(&self, at: usize) -> bool {
        let first = self.first(at);
        let token = self.tokens[first];
        token.is(Class::Conjunction)
            || first > 0
                && (self.tokens[first - 1].is_mark()
                    || self.tokens[first - 1].is(Class::Conjunction))
    }

    /// "designed and built the bridge": two verbs with one object.
    fn is_one_event(&self, at: usize) -> bool {
        let head = self.node(at).head;
        let verbs = self.node(head).kind == WordKind::Verb && !self.tree.has(head, R::Copula);
        let past = |at: usize| self.tokens[at].form(Form::Past);
        let alike = self.tokens[head].word.is_verb() && past(head) == past(at);
        verbs && alike && head + 2 == at && self.tokens[head + 1].is(Class::Conjunction)
    }

    /// A comma, a dash or a bracket stands before a word.
    fn is_set_off(&self, at: usize) -> bool {
        let mark = |k| matches!(k, Kind::Comma | Kind::Dash | Kind::Open | Kind::Semicolon);
        at > 0 && mark(self.tokens[at - 1].kind)
    }

    /// A relative clause or participle says something new: set off, or behind an indefinite noun
    /// of which the main clause says something without it.
    fn is_new(&self, at: usize, relative: bool) -> bool {
        let first = self.first(at);
        let noun = self.node(at).head;
        if self.is_set_off(first) {
            return true;
        }
        let pronoun = self.tokens[first].is(Class::Relative) || self.is_one_of(first, &["that"]);
        // "the merger, a deal that gives it half the market", but "a bargewoman who taught apprentices"
        if self.node(noun).relation == R::Apposition && !self.is_one_of(first, &["who"]) {
            return false;
        }
        if relative && !pronoun
            || first <= noun
            || self.last(at) < first + 1 + usize::from(relative)
        {
            return false;
        }
        self.is_indefinite(noun) && !self.needs_more(noun) && !self.is_only_thought(noun)
    }

    /// "opposed a law that …", "without a map that …", "if a law that …": nobody says that there is one.
    fn is_only_thought(&self, noun: usize) -> bool {
        const CONDITIONS: [&str; 4] = ["if", "unless", "whether", "until"];
        const NOBODY: [&str; 5] = ["nobody", "no", "none", "neither", "few"];
        let mut at = noun;
        for _ in 0..self.tokens.len() {
            let node = self.node(at);
            let has = |relations: &[R], words: &[&str]| {
                let mut by = self.tree.by(at, relations).into_iter();
                by.any(|child| self.is_one_of(child, words))
            };
            if has(&[R::Case, R::Marker], &CONDITIONS) || has(&[R::Case], &["without"]) {
                return true;
            }
            let subjects = self.tree.by(at, &[R::Subject]);
            let nobody = |subject: &usize| {
                let own = self.tree.by(*subject, &[R::Determiner]);
                self.is_one_of(*subject, &NOBODY) || own.iter().any(|d| self.is_one_of(*d, &NOBODY))
            };
            let helped = self.tree.by(at, &[R::Auxiliary, R::Adverb]);
            let open = |helper: &usize| {
                let token = self.tokens[*helper];
                token.is(Class::Negation)
                    || token.is(Class::Modal) && !self.is_one_of(*helper, &["will"])
            };
            if self.only_thinks(at) || subjects.iter().any(nobody) || helped.iter().any(open) {
                return true;
            }
            // What the predicate itself hangs on counts only if it is its complement or condition.
            let goes_on = !self.is_predicate(at)
                || matches!(
                    node.relation,
                    R::OpenComplement | R::AdverbialClause | R::Clause
                );
            if !goes_on || node.head == at {
                return false;
            }
            at = node.head;
        }
        false
    }

    /// A verb whose object need not be there: "oppose", "call for".
    fn only_thinks(&self, at: usize) -> bool {
        const VERBS: &str = "oppose propose want reject seek sought demand require request recommend suggest favour favor consider imagine envisage draft lack prevent avoid promise";
        const VERBS_FOR: &str =
            "call ask hope look push lobby campaign vote wait press argue plead";
        let word = self.word(at);
        let among = |list: &str| list.split(' ').any(|base| is_form_of(&word, base));
        let follows = |words: &[&str]| at + 1 < self.tokens.len() && self.is_one_of(at + 1, words);
        self.node(at).kind == WordKind::Verb
            && (among(VERBS) || among(VERBS_FOR) && follows(&["for", "against"]))
    }

    fn is_indefinite(&self, noun: usize) -> bool {
        if self.node(noun).kind != WordKind::Noun || self.tree.has(noun, R::Possessor) {
            return false;
        }
        let determiners = self.tree.by(noun, &[R::Determiner]);
        match determiners.first() {
            Some(first) => self.is_one_of(*first, &["a", "an", "some", "several", "many", "two"]),
            None => self.tokens[noun].plural,
        }
    }

    /// "is a town that …", "uses a process that …", "there are people who …".
    fn needs_more(&self, noun: usize) -> bool {
        const EMPTY: [&str; 12] = [
            "use", "uses", "used", "have", "has", "had", "need", "needs", "needed", "is", "are",
            "was",
        ];
        let verb = self.node(noun).head;
        self.tree.has(noun, R::Copula)
            || self.tree.has(verb, R::Expletive)
            || self.is_one_of(verb, &EMPTY)
            || matches!(self.node(noun).relation, R::Root | R::Conjunct | R::Nominal)
    }

    fn participle(&self, at: usize) -> Option<Opening> {
        if self.tree.has(at, R::Marker) || self.first(at) == self.last(at) {
            return None;
        }
        let noun = self.node(at).head;
        let with = self.tree.by(noun, &[R::Case]).first().copied();
        if let Some(with) = with.filter(|with| self.tokens[*with].is(Class::WithLike))
            && (with == 0 || self.is_set_off(with))
            && self.tokens[at].form(Form::Ing)
        {
            return Some(Opening::Absolute);
        }
        let verbal = self.tokens[at].form(Form::Ing) || self.tokens[at].form(Form::Participle);
        (verbal && self.is_new(at, false)).then_some(Opening::Participle)
    }

    fn adverbial(&self, at: usize) -> Option<Opening> {
        const APART: [&str; 4] = ["while", "although", "though", "whereas"];
        let first = self.first(at);
        let markers = self.tree.by(at, &[R::Marker]);
        let own = self.tree.has(at, R::Subject);
        if markers.iter().any(|m| self.tokens[*m].is(Class::WithLike)) {
            return own.then_some(Opening::Absolute);
        }
        if markers.iter().any(|m| self.is_one_of(*m, &APART)) {
            return own.then_some(Opening::Adverbial);
        }
        let time = self.is_one_of(first, &["when", "where"]);
        if own && time && self.is_set_off(first) {
            return Some(Opening::Adverbial);
        }
        let helped = self.tree.has(at, R::Auxiliary) || self.tree.has(at, R::PassiveAuxiliary);
        let form =
            self.node(at).kind == WordKind::Verb && !helped && !phrases::is_finite(self.tokens, at)
                || self.tokens[at].form(Form::Ing);
        let long = self.last(at) > first;
        let behind = self.is_set_off(first) && first > self.node(at).head;
        let before = self.last(at) + 1;
        let ahead = first < self.node(at).head
            && self
                .tokens
                .get(before)
                .is_some_and(|t| t.kind == Kind::Comma);
        // "Calling in the rain costs energy": the calling is what costs.
        let head = self.node(at).head;
        if ahead && self.node(head).kind == WordKind::Verb && !self.tree.has(head, R::Subject) {
            return None;
        }
        let says = self.tokens[at].word.reports() || self.tokens[at].is(Class::Preposition);
        let free = markers.is_empty() && !own && form && long && !(ahead && says);
        (free && at < first + 3 && (behind || ahead)).then_some(Opening::Participle)
    }

    /// An apposition that is more than a name, an office or a trade.
    fn is_told(&self, at: usize) -> bool {
        let mut words = self.tree.below(at, |_| false);
        words.retain(|i| !self.tokens[*i].is_mark());
        let set_off = self.is_set_off(self.first(at));
        // "2 kilometres (1.2 miles)": the same length in other words.
        let first = self.first(at);
        let bracket = first > 0 && self.tokens[first - 1].kind == Kind::Open;
        if bracket && words.len() < 3 {
            return false;
        }
        let figure = |i: usize| {
            let t = self.tokens[i];
            t.kind == Kind::Number || t.is(Class::Number) || t.is(Class::Comparison)
        };
        let more = words
            .iter()
            .any(|i| figure(*i) || phrases::is_most(self.text, self.tokens[*i]));
        let clause = self.tree.has(at, R::RelativeClause);
        // "In 2019, the largest bank failed": a time in front is nothing that could be a bank.
        let head = self.node(at).head;
        let leads = head < first
            && self.is_time(head)
            && !(0..first).any(|i| self.node(i).kind.is_verbal())
            && !(head + 1..first).any(|i| self.node(i).kind.is_nominal());
        !leads
            && set_off
            && words.len() > 1
            && self.node(at).kind != WordKind::Name
            && !self.is_office(at)
            && (more || clause || self.counts(self.first(at)))
    }

    fn is_office(&self, at: usize) -> bool {
        self.tokens[at].is(Class::Person) || self.tokens[at].is(Class::Title)
    }

    /// "most of them", "both of whom".
    pub(super) fn counts(&self, at: usize) -> bool {
        let of = (at + 1..at + 4).find(|i| self.tokens.get(*i).is_some_and(|t| t.is(Class::Of)));
        of.is_some_and(|of| {
            of + 1 < self.tokens.len() && self.is_one_of(of + 1, &["them", "these"])
        })
    }

    /// A year, a month, a weekday, "last week": no thing that something is told of.
    pub(super) fn is_time(&self, at: usize) -> bool {
        phrases::is_time(self.text, self.tokens[at]) && self.node(at).relation != R::Subject
    }
}

/// A regular verb's forms: "oppose", "opposes", "opposed", "opposing".
fn is_form_of(word: &str, base: &str) -> bool {
    let stem = base.strip_suffix('e').unwrap_or(base);
    let ending = word.strip_prefix(stem);
    word == base
        || ending.is_some_and(|ending| matches!(ending, "es" | "ed" | "ing"))
        || word.strip_prefix(base) == Some("s")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{checked, texts};

    #[test]
    fn what_nobody_says_there_is_makes_no_fact() {
        for sentence in [
            "The mayor opposed a law that bans dogs in the park.",
            "Workers called for a contract that raises wages by 5 percent.",
            "The union wants a law that limits shifts to eight hours.",
            "Nobody found a document that names the owner.",
            "If the council passes a law that bans dogs, the club will close.",
            "They crossed the hills without a map that shows the mines.",
        ] {
            for text in checked(sentence) {
                let begins = text.split_once(' ').map(|(first, _)| first);
                assert_ne!(begins, Some("a"), "{sentence}: {text}");
            }
        }
        let there = texts("The lab built sensors that take a reading every half hour.");
        assert_eq!(
            there,
            [
                "The lab built sensors",
                "sensors take a reading every half hour"
            ]
        );
    }
}
