//! Fifth stage: a compound statement becomes claims that can be judged one by one.
//!
//! Coordinated verbs, participles, relative clauses in commas, "with X doing Y", clauses after
//! "because", "after", "while", and deeds in the form of nouns ("X's decision to …") each become a
//! clause of their own, with the subject carried over. The words of the text stay as they are; what
//! a clause needs beyond them is added and marked. Conditions ("if …") are never cut off.

use std::ops::Range;

use super::lexicon::{self, Class, Form};
use super::phrases;
use super::tokens::{self, Kind, Token};
use crate::words::claim::AddedWhy;

/// A piece of a clause's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Words of the text.
    Words(Range<usize>),
    /// Words carried over from elsewhere in the text.
    Carried(Range<usize>),
    /// A word in another form.
    Inflected(String),
}

impl Piece {
    /// Returns why the piece is not the clause's own words; `None` if it is.
    pub(super) const fn why(&self) -> Option<AddedWhy> {
        match self {
            Self::Words(_) => None,
            Self::Carried(_) => Some(AddedWhy::Carried),
            Self::Inflected(_) => Some(AddedWhy::Inflected),
        }
    }
}

/// One statement that can be judged by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Clause {
    pub(super) pieces: Vec<Piece>,
    /// Has a verb, its own or an added one.
    pub(super) has_verb: bool,
}

impl Clause {
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        Self {
            pieces,
            has_verb: true,
        }
    }

    /// The first of its own words.
    fn first(&self) -> usize {
        let own = self.pieces.iter().find_map(|piece| match piece {
            Piece::Words(words) => Some(words.start),
            _ => None,
        });
        own.unwrap_or(usize::MAX)
    }
}

/// Makes "X is Y" of "called X a Y" and "described X as Y".
pub(super) fn predication(
    tokens: &[Token],
    subject: &Range<usize>,
    predicate: &Range<usize>,
    past: bool,
) -> Clause {
    let plural = phrases::is_plural(tokens, subject);
    let verb = be(plural, past).to_owned();
    Clause::new(vec![
        Piece::Words(subject.clone()),
        Piece::Inflected(verb),
        Piece::Words(predicate.clone()),
    ])
}

/// Splits the words at `range` into clauses, in order of their first own word; `atomic` splits finer.
pub(super) fn split(
    text: &str,
    tokens: &[Token],
    in_quote: &[bool],
    range: Range<usize>,
    atomic: bool,
) -> Vec<Clause> {
    let mut splitter = Splitter {
        text,
        tokens,
        in_quote,
        atomic,
        mains: Vec::new(),
        extras: Vec::new(),
    };
    splitter.segments(&range);
    splitter.finish(&range)
}

/// Adds the deeds in the form of nouns to a stretch's clauses; the clause of which a deed is the
/// subject has it carried over.
pub(super) fn with_deeds(
    text: &str,
    tokens: &[Token],
    range: &Range<usize>,
    mut clauses: Vec<Clause>,
) -> Vec<Clause> {
    let splitter = Splitter {
        text,
        tokens,
        in_quote: &[],
        atomic: false,
        mains: Vec::new(),
        extras: Vec::new(),
    };
    let mut deeds = Vec::new();
    splitter.deeds(range, &mut deeds);
    for deed in deeds {
        let words = deed.pieces.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.clone()),
            _ => None,
        });
        let hull = words.reduce(|all, next| all.start.min(next.start)..all.end.max(next.end));
        let Some(hull) = hull else { continue };
        for clause in &mut clauses {
            if let Some(Piece::Words(first)) = clause.pieces.first_mut()
                && first.start <= hull.start
                && hull.start < first.start + 2
                && hull.end < first.end
            {
                let subject = first.start..hull.end;
                first.start = hull.end;
                clause.pieces.insert(0, Piece::Carried(subject));
            }
        }
        clauses.push(deed);
    }
    clauses.sort_by_key(Clause::first);
    clauses
}

pub(super) const fn be(plural: bool, past: bool) -> &'static str {
    match (plural, past) {
        (false, false) => "is",
        (true, false) => "are",
        (false, true) => "was",
        (true, true) => "were",
    }
}

/// A clause of the sentence's own, in one or more stretches.
#[derive(Clone, Debug, Default)]
pub(super) struct Main {
    pub(super) carried: Option<Range<usize>>,
    pub(super) stretches: Vec<Range<usize>>,
}

impl Main {
    pub(super) fn verb(&self, tokens: &[Token]) -> Option<usize> {
        self.stretches
            .iter()
            .find_map(|s| phrases::main_verb(tokens, s.clone()))
    }

    /// The subject: what stands before the verb group, else what was carried over.
    pub(super) fn subject(&self, tokens: &[Token]) -> Option<Range<usize>> {
        if let Some(carried) = &self.carried {
            return Some(carried.clone());
        }
        let first = self.stretches.first()?;
        let verb = self.verb(tokens)?;
        let end = phrases::group_start(tokens, verb).min(first.end);
        let last = (first.start..end).rev().find(|i| !tokens[*i].is_mark())? + 1;
        let start = leading_end(tokens, first.start, last);
        (start < last).then_some(start..last)
    }
}

/// Where the subject begins after "In 2019, ".
fn leading_end(tokens: &[Token], start: usize, end: usize) -> usize {
    let opens = tokens[start].is(Class::Preposition)
        || tokens[start].is(Class::Subordinator)
        || tokens[start].is(Class::Adverb);
    if !opens {
        return start;
    }
    (start..end)
        .find(|i| tokens[*i].kind == Kind::Comma)
        .map_or(start, |c| c + 1)
}

/// What a participle needs to become a finite verb.
#[derive(Clone, Copy, Debug)]
struct Tense {
    plural: bool,
    past: bool,
}

/// One range of words while it is split; [`super::coordination`] and [`super::deeds`] say more of it.
pub(super) struct Splitter<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    in_quote: &'a [bool],
    pub(super) atomic: bool,
    mains: Vec<Main>,
    extras: Vec<Clause>,
}

/// What a segment between commas is to the clause before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Goes on with what stands before it.
    More,
    /// Takes up a clause that an insertion interrupted.
    Resumed,
    Relative,
    Participle,
    Absolute,
    Subordinate,
    /// "and" with a verb: the same subject.
    SameSubject,
    /// "and" with a subject and a verb.
    NewClause,
    /// Says nothing by itself: "However", "despite the rain".
    Idle,
}

impl Splitter<'_> {
    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|t| {
            t.end - t.start == word.len() && self.text[t.start..t.end].eq_ignore_ascii_case(word)
        })
    }

    fn segments(&mut self, range: &Range<usize>) {
        let depth_quote = range
            .clone()
            .find(|i| !self.tokens[*i].is_mark())
            .is_some_and(|i| self.in_quote[i]);
        let mut start = range.start;
        let mut brackets = 0_usize;
        let mut inserted: Option<(Part, Range<usize>)> = None;
        for i in range.start..=range.end {
            let border = i == range.end || {
                let t = self.tokens[i];
                match t.kind {
                    Kind::Open => brackets += 1,
                    Kind::Close => brackets = brackets.saturating_sub(1),
                    _ => {}
                }
                brackets == 0
                    && matches!(t.kind, Kind::Comma | Kind::Semicolon | Kind::Dash)
                    && self.in_quote[i] == depth_quote
            };
            if !border {
                continue;
            }
            if start < i {
                let segment = start..i;
                let part = self.part(&segment, inserted.as_ref().map(|p| p.0), i == range.end);
                self.take(part, segment, &mut inserted);
            }
            start = i + 1;
        }
        self.close(&mut inserted);
    }

    fn part(&self, segment: &Range<usize>, inserted: Option<Part>, last: bool) -> Part {
        let at = segment.start;
        let t = self.tokens[at];
        let main = self.mains.last();
        let has_verb = main.is_some_and(|m| m.verb(self.tokens).is_some());
        let own_verb = phrases::main_verb(self.tokens, segment.clone());
        if main.is_none_or(|m| m.stretches.is_empty()) {
            return self.first_part(segment, own_verb, last);
        }
        if t.is(Class::Relative) && !self.is(at, "whose") && !self.is(at, "whom") {
            let verb = (at + 1..segment.end).find(|i| !self.tokens[*i].is(Class::Adverb));
            let subject_relative = verb.is_some_and(|v| {
                self.tokens[v].is(Class::Auxiliary)
                    || self.tokens[v].is(Class::Modal)
                    || self.tokens[v].word.is_verb()
            });
            return if subject_relative {
                Part::Relative
            } else {
                Part::More
            };
        }
        if t.is(Class::WithLike) && self.absolute_verb(segment).is_some() {
            return Part::Absolute;
        }
        if t.form(Form::Ing)
            && !t.capital
            && !t.is(Class::Preposition)
            && has_verb
            && segment.len() > 1
        {
            return Part::Participle;
        }
        if is_subordinator(t)
            && own_verb.is_some_and(|v| v > at + 1)
            && !self.is(at, "if")
            && !self.is(at, "unless")
            && !self.is(at, "when")
            && has_verb
        {
            return Part::Subordinate;
        }
        if t.is(Class::Conjunction) && has_verb {
            return match self.coordinated(at, segment.end) {
                Part::More => inserted
                    .filter(|p| *p != Part::Idle)
                    .map_or(Part::More, |_| Part::More),
                part => part,
            };
        }
        if inserted.is_some() && !has_verb {
            return Part::Resumed;
        }
        if inserted.is_some()
            && own_verb.is_some_and(|v| v > at && phrases::group_start(self.tokens, v) > at)
            && t.is_nominal()
            && !t.form(Form::Ing)
        {
            return Part::NewClause;
        }
        if self.tokens[segment.start - 1].kind == Kind::Semicolon && own_verb.is_some() {
            return Part::NewClause;
        }
        Part::More
    }

    fn first_part(&self, segment: &Range<usize>, own_verb: Option<usize>, last: bool) -> Part {
        let at = segment.start;
        let t = self.tokens[at];
        let conditional = ["if", "unless", "when", "whether"]
            .iter()
            .any(|w| self.is(at, w));
        if is_subordinator(t) && own_verb.is_some_and(|v| v > at + 1) && !conditional {
            return Part::Subordinate;
        }
        if last {
            return Part::NewClause;
        }
        if t.is(Class::Connective) && segment.len() <= 2
            || ["despite", "amid", "regardless", "notwithstanding"]
                .iter()
                .any(|w| self.is(at, w))
        {
            return Part::Idle;
        }
        if t.is(Class::WithLike) && self.absolute_verb(segment).is_some() {
            return Part::Absolute;
        }
        if t.form(Form::Ing) && !t.is(Class::Preposition) && own_verb.is_none() {
            return Part::Idle;
        }
        Part::NewClause
    }

    fn take(
        &mut self,
        part: Part,
        segment: Range<usize>,
        inserted: &mut Option<(Part, Range<usize>)>,
    ) {
        match part {
            Part::More => {
                if let Some((_, range)) = inserted {
                    range.end = segment.end;
                } else if let Some(stretch) =
                    self.mains.last_mut().and_then(|m| m.stretches.last_mut())
                {
                    stretch.end = segment.end;
                }
            }
            Part::Resumed => {
                self.close(inserted);
                if let Some(main) = self.mains.last_mut() {
                    main.stretches.push(segment);
                }
            }
            Part::NewClause | Part::SameSubject => {
                self.close(inserted);
                let conjunction =
                    self.tokens[segment.start].is(Class::Conjunction) && segment.len() > 1;
                let start = segment.start + usize::from(conjunction);
                let carried = if part == Part::SameSubject {
                    self.mains.last().and_then(|m| m.subject(self.tokens))
                } else {
                    None
                };
                self.mains.push(Main {
                    carried,
                    stretches: std::iter::once(start..segment.end).collect(),
                });
            }
            Part::Relative | Part::Participle | Part::Absolute | Part::Subordinate | Part::Idle => {
                self.close(inserted);
                *inserted = Some((part, segment));
            }
        }
    }

    /// Makes a clause of an insertion once all of it has been read.
    fn close(&mut self, inserted: &mut Option<(Part, Range<usize>)>) {
        let Some((part, range)) = inserted.take() else {
            return;
        };
        match part {
            Part::Relative => {
                if let Some(noun) = self.noun_before(range.start) {
                    self.extras.push(Clause::new(vec![
                        Piece::Carried(noun),
                        Piece::Words(range.start + 1..range.end),
                    ]));
                }
            }
            Part::Participle => self.participles(range),
            Part::Absolute => {
                if let Some(verb) = self.absolute_verb(&range) {
                    let subject = range.start + 1..verb;
                    let tense = Tense {
                        plural: phrases::is_plural(self.tokens, &subject),
                        past: false,
                    };
                    let mut pieces = vec![Piece::Words(subject)];
                    pieces.extend(self.finite(verb..range.end, tense));
                    self.extras.push(Clause::new(pieces));
                }
            }
            Part::Subordinate => {
                let inner = self.sub_clauses(range.start + 1..range.end);
                self.extras.extend(inner);
            }
            Part::More | Part::Resumed | Part::SameSubject | Part::NewClause | Part::Idle => {}
        }
    }

    pub(super) fn sub_clauses(&self, range: Range<usize>) -> Vec<Clause> {
        split(self.text, self.tokens, self.in_quote, range, self.atomic)
    }

    /// "catching officials off guard and exacerbating tensions": one clause each.
    fn participles(&mut self, range: Range<usize>) {
        let Some(subject) = self.mains.last().and_then(|m| m.subject(self.tokens)) else {
            return;
        };
        let past = self
            .mains
            .last()
            .and_then(|m| m.verb(self.tokens))
            .is_some_and(|v| self.is_past(v));
        let tense = Tense {
            plural: phrases::is_plural(self.tokens, &subject),
            past,
        };
        let mut start = range.start;
        for i in range.start + 2..=range.end {
            let again = i == range.end
                || self.tokens[i].form(Form::Ing)
                    && self.tokens[i - 1].is(Class::Conjunction)
                    && !self.tokens[i].is(Class::Preposition);
            if again {
                let end = if i == range.end { i } else { i - 1 };
                let mut pieces = vec![Piece::Carried(subject.clone())];
                pieces.extend(self.finite(start..end, tense));
                self.extras.push(Clause::new(pieces));
                start = i;
            }
        }
    }

    /// Puts a participle into a finite form: "threatening a war" becomes "threatens" and "a war".
    fn finite(&self, range: Range<usize>, tense: Tense) -> Vec<Piece> {
        let ing = tokens::lower(self.text, self.tokens[range.start]);
        match lexicon::finite_of(&ing, tense.plural, tense.past) {
            Some(verb) if range.len() > 1 => {
                vec![
                    Piece::Inflected(verb),
                    Piece::Words(range.start + 1..range.end),
                ]
            }
            _ => vec![
                Piece::Inflected(be(tense.plural, tense.past).to_owned()),
                Piece::Words(range),
            ],
        }
    }

    fn is_past(&self, verb: usize) -> bool {
        let t = self.tokens[verb];
        t.form(Form::Past) && !t.form(Form::Base)
            || ["was", "were", "had", "did"]
                .iter()
                .any(|w| self.is(verb, w))
    }

    /// The participle of "with X doing Y".
    fn absolute_verb(&self, segment: &Range<usize>) -> Option<usize> {
        let most = (segment.start + 12).min(segment.end);
        let ing = (segment.start + 2..most).find(|i| {
            let t = self.tokens[*i];
            t.form(Form::Ing)
                && !t.capital
                && !t.is(Class::Preposition)
                && !self.tokens[i - 1].is(Class::Determiner)
                && !self.tokens[i - 1].is(Class::Preposition)
        })?;
        let nominal = (segment.start + 1..ing).all(|i| {
            self.tokens[i].is_nominal()
                || self.tokens[i].is(Class::Preposition)
                || self.tokens[i].is(Class::Conjunction)
                || self.tokens[i].is(Class::Adverb)
        });
        nominal.then_some(ing)
    }

    pub(super) fn noun_before(&self, relative: usize) -> Option<Range<usize>> {
        phrases::noun_before(self.tokens, relative)
    }

    fn finish(mut self, range: &Range<usize>) -> Vec<Clause> {
        let mains = std::mem::take(&mut self.mains);
        let mut clauses = Vec::new();
        for main in mains {
            self.divide(&main, &mut clauses);
        }
        clauses.append(&mut self.extras);
        self.deeds(range, &mut clauses);
        clauses.sort_by_key(Clause::first);
        clauses
    }
}

/// A word that opens an adverbial clause.
pub(super) fn is_subordinator(token: Token) -> bool {
    token.is(Class::Subordinator) && !token.is(Class::Demonstrative) && !token.is(Class::Relative)
}
