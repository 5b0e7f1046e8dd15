//! From a sentence's attributions and clauses to its claims.
//!
//! Each attribution's content, without the attributions nested in it, is split into clauses; what is
//! left of the sentence is the narrator's. A clause becomes a claim: its pieces are joined to a text,
//! and what is not the source's own words is marked.

use std::ops::Range;

use super::claimants::{Names, Resolved};
use super::clauses::{self, Clause, Piece};
use super::facts;
use super::grammar;
use super::lexicon::{Class, Form, Frame};
use super::phrases;
use super::score::{self, Reason, Why};
use super::statements::{self, Said, Sentence, Shape};
use super::tokens::{self, Kind, Token};
use super::{ExtractedClaim, Options};
use crate::words::claim::{Added, Manner};
use crate::words::span::Span;

/// Tokens that are left between two attributions, at least, to be looked at for a claim.
const RESIDUE: usize = 3;

/// Makes the claims of one sentence, in order of their first words; [`score::set_scores`] is still to come.
pub(super) fn claims(
    text: &str,
    sentence: &Sentence,
    names: &mut Names,
    options: Options,
) -> Vec<ExtractedClaim> {
    let maker = Maker {
        text,
        sentence,
        asks: asks(text, sentence.span),
    };
    if sentence.tokens.is_empty() {
        return vec![maker.whole(Why::TooLong)];
    }
    let mut made = Vec::new();
    let all = 0..sentence.tokens.len();
    for (i, said) in sentence.said.iter().enumerate() {
        let who = names.resolve(text, sentence, said);
        let mut clauses = Vec::new();
        if !said.here.states {
            made.extend(maker.fragment(said, who.as_ref()));
            continue;
        }
        if let Shape::Is { subject, predicate } = &said.here.shape {
            clauses.push(clauses::predication(
                &sentence.tokens,
                subject,
                predicate,
                said.here.past,
            ));
        } else if said.here.shape == Shape::Phrase {
            let pieces = said.here.content.iter().cloned().map(Piece::Words);
            clauses.push(Clause::new(pieces.collect()));
        } else {
            let content = said.here.content.iter();
            let rest: Vec<_> = content
                .flat_map(|content| maker.residue(content, Some(i)))
                .collect();
            clauses.extend(maker.clauses(&rest, options));
        }
        let before = made.len();
        made.extend(
            clauses
                .iter()
                .filter_map(|c| maker.claim(c, Some((said, who.as_ref())))),
        );
        // A statement that nothing is made of is still shown, as passed over.
        if made.len() == before && !said.here.content.is_empty() {
            made.extend(maker.fragment(said, who.as_ref()));
        }
    }
    let mut rest = maker.residue(&all, None);
    rest.retain(|range| !maker.leads_in(range));
    let clauses = maker.clauses(&rest, options);
    let whole = !sentence.said.iter().any(|said| said.here.states);
    made.extend(
        clauses
            .iter()
            .filter(|c| whole || c.has_verb)
            .filter_map(|c| maker.claim(c, None)),
    );
    made.sort_by_key(|c| c.parts.first().copied());
    made.dedup_by(|a, b| a.parts == b.parts && a.claimant == b.claimant);
    made
}

fn asks(text: &str, span: Span) -> bool {
    text[span.start()..span.end()]
        .trim_end_matches(['"', '”', '’', '\'', ')', '!', '»'])
        .ends_with(['?', '？', '؟'])
}

struct Maker<'a> {
    text: &'a str,
    sentence: &'a Sentence,
    asks: bool,
}

impl Maker<'_> {
    /// Splits words of the sentence, in stretches that belong together: by its tree, or by the rules.
    fn clauses(&self, ranges: &[Range<usize>], options: Options) -> Vec<Clause> {
        let tokens = &self.sentence.tokens;
        if !options.atomic
            && let Some(tree) = &self.sentence.tree
        {
            return grammar::clauses(self.text, tree, tokens, ranges);
        }
        let ranges = ranges.iter().cloned();
        ranges
            .flat_map(|range| self.finest(range, options))
            .collect()
    }

    fn finest(&self, range: Range<usize>, options: Options) -> Vec<Clause> {
        let tokens = &self.sentence.tokens;
        if options.atomic
            && let Some(tree) = &self.sentence.tree
            && let Some(span) = tokens::span_of(tokens, &range)
        {
            let facts = facts::facts(self.text, &tree.within(span), tokens, &range);
            if !facts.is_empty() {
                return facts;
            }
        }
        clauses::split(
            self.text,
            tokens,
            &self.sentence.in_quote,
            range,
            options.atomic,
        )
    }

    /// What of `range` is no part of the attributions in it, but for the one at `own`.
    fn residue(&self, range: &Range<usize>, own: Option<usize>) -> Vec<Range<usize>> {
        let mut taken: Vec<Range<usize>> = Vec::new();
        for (i, said) in self.sentence.said.iter().enumerate() {
            if Some(i) == own || !said.here.states {
                continue;
            }
            let covered = self.covered(said);
            let outer = own.is_some_and(|own| {
                let content = &said.here.content;
                content
                    .iter()
                    .any(|c| c.start <= range.start && range.end <= c.end)
                    && (self.sentence.said[own].here.content != *content || i > own)
            });
            if !outer {
                taken.extend(covered);
            }
        }
        taken.sort_by_key(|t| (t.start, t.end));
        let mut rest = Vec::new();
        let mut at = range.start;
        for t in taken {
            if t.end <= at || t.start >= range.end {
                continue;
            }
            if t.start > at {
                rest.push(at..t.start);
            }
            at = at.max(t.end);
        }
        if at < range.end {
            rest.push(at..range.end);
        }
        rest.into_iter()
            .filter_map(|r| self.trim(r, range))
            .collect()
    }

    /// "Opening the case on Monday, Ada Kern said": time, place and manner of speaking.
    fn leads_in(&self, range: &Range<usize>) -> bool {
        let tokens = &self.sentence.tokens;
        let first = tokens[range.start];
        // "she told the paper from her bed": what hangs on the verb of saying.
        let behind = |said: &Said| {
            let cue = said.here.cue.as_ref().map(|cue| cue.end);
            said.here.states && cue == Some(range.start)
        };
        if self.sentence.said.iter().any(behind) {
            return !range.clone().any(|i| phrases::is_finite(tokens, i));
        }
        let number = |i: usize| tokens[i].kind == Kind::Number;
        let way = first.is(Class::Preposition) && !first.is(Class::Subordinator)
            || first.form(Form::Ing) && !range.clone().any(number);
        let head = tokens[..range.start].iter().all(|t| t.is_mark());
        let comma = tokens.get(range.end).is_some_and(|t| t.kind == Kind::Comma);
        let speaker = |said: &Said| {
            let source = said.here.source.as_ref().map(|source| source.start);
            said.here.states && source == Some(range.end + 1)
        };
        way && head
            && comma
            && self.sentence.said.iter().any(speaker)
            && !range.clone().any(|i| phrases::is_finite(tokens, i))
    }

    /// Cue, source and content of an attribution; a source that is the sentence's own subject stays the narrator's.
    fn covered(&self, said: &Said) -> Vec<Range<usize>> {
        // "told reporters on Monday that": so many words at most between a cue and its content.
        const ADJUNCT: usize = 12;
        let here = &said.here;
        let mut covered: Vec<Range<usize>> = here.content.clone();
        let Some(cue) = &here.cue else {
            covered.extend(here.source.clone());
            return covered;
        };
        let tokens = &self.sentence.tokens;
        let starts = here.content.iter().map(|c| c.start);
        let near = starts.filter(|start| (cue.end..cue.end + ADJUNCT).contains(start));
        covered.push(cue.start..near.min().unwrap_or(cue.end));
        if let Some(source) = &here.source {
            let beside = source.end <= cue.start && cue.start - source.end <= 1
                || source.start >= cue.start
                || here.inserted.is_some() && source.end <= cue.start;
            let detached = tokens[cue.start].form(Form::Ing)
                && source.end < cue.start
                && (source.end..cue.start).any(|i| tokens[i].kind == Kind::Comma);
            if beside && !detached {
                let with = source.start > 0 && tokens[source.start - 1].is(Class::WithLike);
                let start = source.start - usize::from(with);
                let told = self
                    .told_of(source.end..cue.start)
                    .or_else(|| self.told_of(source.clone()));
                let open = told
                    .as_ref()
                    .map_or(source.end.max(cue.start), |told| told.start);
                covered.push(start.min(cue.start)..open);
                if let Some(told) = told {
                    covered.push(told.end..cue.start);
                }
            }
        }
        if let Some(inserted) = here.inserted.as_ref().filter(|i| i.start > cue.end)
            && self.told_of(inserted.start - 1..inserted.end).is_none()
        {
            covered.push(inserted.clone());
        }
        covered
    }

    /// ", who commanded the patrol,": what is told of a speaker beside his name, if it is more than his
    /// office.
    fn told_of(&self, range: Range<usize>) -> Option<Range<usize>> {
        const OFFICE: [&str; 12] = [
            "heads",
            "headed",
            "leads",
            "led",
            "runs",
            "chairs",
            "chaired",
            "directs",
            "edits",
            "represents",
            "is",
            "was",
        ];
        let tokens = &self.sentence.tokens;
        let start = range.clone().find(|i| tokens[*i].is(Class::Relative))?;
        let comma = tokens[range.start..start]
            .iter()
            .any(|t| t.kind == Kind::Comma);
        let end = (start..range.end)
            .find(|i| tokens[*i].kind == Kind::Comma)
            .unwrap_or(range.end);
        let verb = tokens.get(start + 1)?;
        // "who is the mayor", not "who is due in court"
        let is_somebody = tokens.get(start + 2).is_some_and(|t| {
            t.is(Class::Determiner) || t.is(Class::Possessive) || t.is(Class::Person) || t.is_name()
        });
        let office = OFFICE.contains(&&*tokens::lower(self.text, *verb))
            && (is_somebody || !verb.is(Class::BeForm));
        (comma && !office && end > start + RESIDUE).then_some(start..end)
    }

    /// Drops marks at the ends; refuses a rest too short to say anything.
    fn trim(&self, range: Range<usize>, whole: &Range<usize>) -> Option<Range<usize>> {
        let tokens = &self.sentence.tokens;
        let (mut start, mut end) = (range.start, range.end);
        let mark = |t: Token| t.is_mark() && !matches!(t.kind, Kind::Open | Kind::Close);
        while start < end && (mark(tokens[start]) || tokens[start].is(Class::Conjunction)) {
            start += 1;
        }
        while end > start && (mark(tokens[end - 1]) || tokens[end - 1].is(Class::Conjunction)) {
            end -= 1;
        }
        let full = range == *whole;
        (start < end && (full || end - start >= RESIDUE)).then_some(start..end)
    }

    fn claim(
        &self,
        clause: &Clause,
        said: Option<(&Said, Option<&Resolved>)>,
    ) -> Option<ExtractedClaim> {
        let tokens = &self.sentence.tokens;
        let mut made = Composed::default();
        let mut own: Vec<Token> = Vec::new();
        if said.is_some_and(|(said, _)| self.denies(said)) {
            let finite = clause.has_verb || self.has_verb(clause);
            let denial = if finite {
                "it is not true that"
            } else {
                "denied:"
            };
            made.add(denial, &Piece::Inflected(denial.to_owned()));
        }
        for piece in &clause.pieces {
            match piece {
                Piece::Words(range) => {
                    let Some(range) = self.trim_piece(range) else {
                        continue;
                    };
                    let span = tokens::span_of(tokens, &range)?;
                    own.extend(&tokens[range]);
                    made.words(self.text, span);
                }
                Piece::Carried(range) => {
                    let span = tokens::span_of(tokens, range)?;
                    own.extend(&tokens[range.clone()]);
                    made.add(&self.text[span.start()..span.end()], piece);
                }
                Piece::Inflected(word) => made.add(word, piece),
            }
        }
        if made.parts.is_empty() || !made.parts.windows(2).all(|w| w[0].end() <= w[1].start()) {
            return None;
        }
        let manner = said.map_or(Manner::Narration, |(s, _)| s.manner);
        let has_verb = clause.has_verb || phrases::main_verb(&own, 0..own.len()).is_some();
        let mut reason = score::reason(self.text, &own, manner, has_verb, self.asks);
        let figure = own.iter().any(|t| t.kind == Kind::Number);
        if said.is_some_and(|(said, _)| self.is_own_view(said))
            && !figure
            && !matches!(reason, Reason::Passed(_))
        {
            reason = Reason::Passed(Why::Opinion);
        }
        if said.is_none() && self.only_leads(clause, &own) {
            reason = Reason::Passed(Why::Fragment);
        }
        if said.is_none() && statements::leads_on(self.text, tokens).is_some() {
            reason = Reason::Passed(Why::Fragment);
        }
        let (said, who) = said.map_or((None, None), |(s, w)| (Some(s), w));
        Some(ExtractedClaim {
            text: made.text,
            added: made.added,
            parts: made.parts,
            statement: said.map_or_else(Vec::new, |s| s.statement.clone()),
            cue: said.and_then(|s| s.cue),
            claimant: who.map(|w| w.claimant.clone()),
            unresolved: who.is_some_and(|w| w.unresolved),
            manner,
            score: 0.0,
            reason,
            sentence: self.sentence.span,
        })
    }

    /// "Defenders say that", "Citing a study": what is left beside a statement and only leads to it.
    fn only_leads(&self, clause: &Clause, own: &[Token]) -> bool {
        let tokens = &self.sentence.tokens;
        let states = self.sentence.said.iter().filter(|said| said.here.states);
        let content: Vec<&Range<usize>> = states.flat_map(|said| &said.here.content).collect();
        let Some(Piece::Words(words)) = clause.pieces.last() else {
            return false;
        };
        let begins = |at: usize| content.iter().any(|content| content.start == at);
        let marks = tokens[words.end..].iter().take_while(|t| t.is_mark());
        let open = begins(words.end + marks.count());
        let last = tokens[words.end - 1];
        let hangs = last.is(Class::Preposition)
            || last.is(Class::Conjunction)
            || tokens::lower(self.text, last) == "that";
        let ing = own.first().is_some_and(|first| {
            first.form(Form::Ing) && !(0..own.len()).any(|at| phrases::is_finite(own, at))
        });
        open && hangs || !content.is_empty() && ing
    }

    fn has_verb(&self, clause: &Clause) -> bool {
        let words = clause.pieces.iter().filter_map(|piece| match piece {
            Piece::Words(range) | Piece::Carried(range) => Some(range.clone()),
            Piece::Inflected(_) => None,
        });
        let own: Vec<Token> = words
            .flat_map(|range| self.sentence.tokens[range].iter().copied())
            .collect();
        phrases::main_verb(&own, 0..own.len()).is_some()
    }

    /// "denied that …", "rejects the claim that …": the words are told as untrue.
    fn denies(&self, said: &Said) -> bool {
        const DENYING: [&str; 8] = [
            "deny",
            "denies",
            "denied",
            "denying",
            "reject",
            "rejects",
            "rejected",
            "rejecting",
        ];
        let tokens = &self.sentence.tokens;
        let Some(cue) = &said.here.cue else {
            return false;
        };
        let denying = cue
            .clone()
            .any(|at| DENYING.contains(&&*tokens::lower(self.text, tokens[at])));
        // "never denied that", "did not deny that".
        let negated =
            (cue.start.saturating_sub(2)..cue.end).any(|at| tokens[at].is(Class::Negation));
        denying && !negated
    }

    /// "I hope that …", "we believe": a view of whoever speaks.
    fn is_own_view(&self, said: &Said) -> bool {
        let tokens = &self.sentence.tokens;
        let (Some(source), Some(cue)) = (&said.here.source, &said.here.cue) else {
            return false;
        };
        let own = source.len() == 1
            && ["i", "we"].contains(&&*tokens::lower(self.text, tokens[source.start]));
        own && !tokens[cue.clone()]
            .iter()
            .any(|t| t.word.takes(Frame::Speech))
    }

    /// Marks at the ends are no part of a claim's words, but for brackets.
    fn trim_piece(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let tokens = &self.sentence.tokens;
        let (mut start, mut end) = (range.start, range.end);
        let mark = |t: Token| t.is_mark() && !matches!(t.kind, Kind::Open | Kind::Close);
        while start < end && mark(tokens[start]) {
            start += 1;
        }
        while end > start && (mark(tokens[end - 1]) || self.closes_quote(end - 1)) {
            end -= 1;
        }
        (start < end).then_some(start..end)
    }

    /// "’" that ends a quotation, not "the workers’".
    fn closes_quote(&self, at: usize) -> bool {
        let token = self.sentence.tokens[at];
        let bare = ["'", "’"].contains(&&self.text[token.start..token.end]);
        let before = &self.text[..token.start];
        token.kind == Kind::Possessive && bare && !before.ends_with('s')
    }

    /// A statement's words in the sentence, as they are.
    fn fragment(&self, said: &Said, who: Option<&Resolved>) -> Option<ExtractedClaim> {
        let pieces = said.here.content.iter().cloned().map(Piece::Words);
        let clause = Clause {
            pieces: pieces.collect(),
            has_verb: false,
        };
        let claim = self.claim(&clause, Some((said, who)))?;
        Some(ExtractedClaim {
            reason: Reason::Passed(Why::Fragment),
            ..claim
        })
    }

    fn whole(&self, why: Why) -> ExtractedClaim {
        let span = self.sentence.span;
        ExtractedClaim {
            text: self.text[span.start()..span.end()].to_owned(),
            added: Vec::new(),
            parts: vec![span],
            statement: Vec::new(),
            cue: None,
            claimant: None,
            unresolved: false,
            manner: Manner::Narration,
            score: 0.0,
            reason: Reason::Passed(why),
            sentence: span,
        }
    }
}

/// A claim's text as it grows from its pieces, one space between them.
#[derive(Default)]
struct Composed {
    text: String,
    added: Vec<Added>,
    parts: Vec<Span>,
}

impl Composed {
    fn words(&mut self, text: &str, span: Span) {
        self.space();
        self.text.push_str(&text[span.start()..span.end()]);
        self.parts.push(span);
    }

    fn add(&mut self, words: &str, piece: &Piece) {
        let Some(why) = piece.why() else {
            return;
        };
        self.space();
        self.added.push(Added {
            at: self.text.len(),
            text: words.to_owned(),
            why,
        });
        self.text.push_str(words);
    }

    fn space(&mut self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }
}
