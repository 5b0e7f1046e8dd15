//! Third stage: who is said to have said what, laid over the words of each sentence.
//!
//! The network finds the statements, their sources and their cues in the whole text (see
//! [`super::model`]); a statement may run over several sentences and blocks. Here each sentence gets
//! its own words of them. Quotation marks say whether a statement is told directly. A turn of a
//! transcript is its speaker's, whatever the network says; what it attributes to others inside stays.

use std::ops::Range;

use super::attribution::{self, Attribution};
use super::layout::{Block, BlockKind};
use super::lexicon::{self, Class, Form, Frame, Word};
use super::model::{Reading, Statement};
use super::phrases;
use super::quotes::{self, Quoted};
use super::spoken;
use super::tokens::{self, Kind, Token};
use super::told;
use super::tree::{Node, Tree};
use crate::words::claim::Manner;
use crate::words::span::Span;

/// Tokens that a sentence has at most to be analysed; a longer one is no sentence, and is passed over.
pub(super) const SENTENCE_TOKENS: usize = 400;

/// A sentence with its words and what is said in it.
#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) span: Span,
    /// Empty if the sentence is too long to be analysed.
    pub(super) tokens: Vec<Token>,
    pub(super) in_quote: Vec<bool>,
    /// The statements that have words in this sentence.
    pub(super) said: Vec<Said>,
    /// Index of its block.
    pub(super) block: usize,
    /// Its grammar, if that was read.
    pub(super) tree: Option<Tree>,
}

/// A statement, as far as a sentence has words of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Said {
    /// The words for the speaker; `None` where nobody is named.
    pub(super) source: Option<Span>,
    /// An apposition or adverbial behind the speaker.
    pub(super) inserted: Option<Span>,
    /// The words that attribute.
    pub(super) cue: Option<Span>,
    /// All the words attributed together.
    pub(super) statement: Vec<Span>,
    pub(super) manner: Manner,
    pub(super) here: Here,
}

/// The parts of an attribution that stand in a sentence, in its tokens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Here {
    /// The words attributed, in order; never overlapping, never empty.
    pub(super) content: Vec<Range<usize>>,
    pub(super) source: Option<Range<usize>>,
    pub(super) inserted: Option<Range<usize>>,
    pub(super) cue: Option<Range<usize>>,
    pub(super) shape: Shape,
    /// Says so in the past, or in a participle.
    pub(super) past: bool,
    /// Says something that can be true or false. "Threatened a lawsuit" does not: such words stay the
    /// narrator's, and the statement is passed over.
    pub(super) states: bool,
}

/// How the content's words are to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A clause, or several.
    Clause,
    /// What is blamed, credited with something or put at a figure: no verb is needed.
    Phrase,
    /// "X as Y", "called X a Y": the content says that X is Y.
    Is {
        /// X.
        subject: Range<usize>,
        /// Y.
        predicate: Range<usize>,
    },
}

/// Lays a text's statements over its sentences, one after the other.
pub(super) struct Laid<'a> {
    text: &'a str,
    blocks: &'a [Block],
    reading: &'a Reading,
    /// Every part of every statement, in order, with its statement.
    parts: Vec<(Span, &'a Statement)>,
    /// The first part that ends behind the place where we are.
    part: usize,
    /// The quoted stretches of a block.
    marks: Vec<Quoted>,
    mark: usize,
    marks_of: Option<usize>,
    /// The blocks that a sentence with a colon hands over, and to whom.
    handed: Option<(Range<usize>, Span)>,
}

impl<'a> Laid<'a> {
    pub(super) fn new(text: &'a str, blocks: &'a [Block], reading: &'a Reading) -> Self {
        let of_statement = |s: &'a Statement| s.parts.iter().map(move |part| (*part, s));
        let mut parts: Vec<(Span, &Statement)> =
            reading.statements.iter().flat_map(of_statement).collect();
        parts.sort_by_key(|(part, _)| part.start());
        Self {
            text,
            blocks,
            reading,
            parts,
            part: 0,
            marks: Vec::new(),
            mark: 0,
            marks_of: None,
            handed: None,
        }
    }

    /// Returns each sentence of running text with what is said in it.
    pub(super) fn sentences(mut self) -> impl Iterator<Item = Sentence> {
        let all = self.reading.sentences.iter();
        all.filter_map(move |(span, block)| {
            let kind = self.blocks[*block].kind;
            kind.is_prose().then(|| self.sentence(*span, *block))
        })
        // Marks alone say nothing.
        .filter(|s: &Sentence| s.tokens.is_empty() || s.tokens.iter().any(|t| !t.is_mark()))
    }

    fn sentence(&mut self, span: Span, block: usize) -> Sentence {
        let mut tokens = tokens::tokenize(self.text, span);
        if tokens.len() > SENTENCE_TOKENS {
            tokens = Vec::new();
        }
        let in_quote = self.in_quote(&tokens, span, block);
        let mut sentence = Sentence {
            span,
            tokens,
            in_quote,
            said: Vec::new(),
            block,
            tree: self.tree(span),
        };
        while (self.parts.get(self.part)).is_some_and(|(part, _)| part.end() <= span.start()) {
            self.part += 1;
        }
        let parts = self.parts[self.part..].iter();
        let mut statements: Vec<&Statement> = Vec::new();
        for (_, statement) in parts.take_while(|(part, _)| part.start() < span.end()) {
            if !statements.iter().any(|s| std::ptr::eq(*s, *statement)) {
                statements.push(statement);
            }
        }
        let said = statements
            .iter()
            .filter_map(|s| said(self.text, &sentence, s));
        sentence.said = said.collect();
        if sentence.said.is_empty() {
            sentence.said = by_cues(self.text, &sentence);
        }
        told::complete(self.text, &mut sentence);
        for at in 0..sentence.said.len() {
            if spoken::denied(self.text, &sentence.tokens, &sentence.said[at]) {
                sentence.said[at].here.states = false;
            }
        }
        self.turn(&mut sentence);
        self.hand_over(&mut sentence);
        sentence
    }

    /// "Our reporter Ada Kern writes from the quay:", and the paragraph or the list behind it is hers.
    fn hand_over(&mut self, sentence: &mut Sentence) {
        let (block, tokens) = (sentence.block, &sentence.tokens);
        let own = (self.handed.as_ref()).filter(|(handed, _)| handed.contains(&block));
        if let Some((_, source)) = own.cloned()
            && !tokens.is_empty()
        {
            let others = |said: &Said| said.here.cue.is_some();
            if sentence.said.iter().all(others) {
                let all = 0..tokens.len();
                let whole = whole(source, self.blocks[block].span, all);
                sentence.said.insert(0, whole);
            }
            return;
        }
        let Some(verb) = leads_on(self.text, tokens) else {
            return;
        };
        let group = phrases::group_start(tokens, verb);
        let subject = phrases::subject_before(tokens, group, 0);
        let source = subject.and_then(|subject| tokens::span_of(tokens, &subject.phrase));
        let last = tokens.last().map_or(0, |t| t.end);
        let rest = self.text.get(last..self.blocks[block].span.end());
        let done = rest.is_none_or(|rest| rest.trim().is_empty());
        let next = block + usize::from(done);
        let prose =
            (self.blocks.get(next)).is_some_and(|b| b.kind.is_prose() && b.speaker.is_none());
        if let Some(source) = source.filter(|_| prose && sentence.said.is_empty()) {
            let item = |b: &&Block| b.kind == BlockKind::ListItem && b.speaker.is_none();
            let items = self.blocks[next..].iter().take_while(item).count();
            self.handed = Some((next..next + items.max(1), source));
        }
    }

    fn tree(&self, span: Span) -> Option<Tree> {
        let trees = &self.reading.trees;
        let begins = |nodes: &Vec<Node>| nodes.first().is_some_and(|n| n.start < span.start());
        let nodes = trees.get(trees.partition_point(begins))?;
        let is_here = nodes.first().is_some_and(|n| n.start < span.end());
        is_here.then(|| Tree::new(nodes.clone()))
    }

    fn in_quote(&mut self, tokens: &[Token], span: Span, block: usize) -> Vec<bool> {
        if self.marks_of != Some(block) {
            self.marks = quotes::quoted(self.text, self.blocks[block].span);
            self.marks_of = Some(block);
            self.mark = 0;
        }
        let ends_before = |mark: &Quoted, at: usize| mark.span.end() <= at;
        while (self.marks.get(self.mark)).is_some_and(|m| ends_before(m, span.start())) {
            self.mark += 1;
        }
        let mut marks = self.marks[self.mark..].iter().peekable();
        let quoted = |token: &Token| {
            while marks.peek().is_some_and(|m| ends_before(m, token.start)) {
                marks.next();
            }
            (marks.peek()).is_some_and(|m| m.span.start() <= token.start && !m.is_scare(self.text))
        };
        tokens.iter().map(quoted).collect()
    }

    /// A turn of a transcript: every sentence is its speaker's, but for what is another's in it.
    fn turn(&self, sentence: &mut Sentence) {
        let block = &self.blocks[sentence.block];
        if block.speaker.is_none() || sentence.tokens.is_empty() {
            return;
        }
        let own = |said: &Said| {
            said.source.is_none_or(|source| {
                ["I", "We", "we"].contains(&&self.text[source.start()..source.end()])
                    || !block.span.contains(source)
            })
        };
        sentence
            .said
            .retain(|said| !own(said) && said.here.cue.is_some());
        if let Some(speaker) = block.speaker {
            let whole = whole(speaker, block.span, 0..sentence.tokens.len());
            sentence.said.insert(0, whole);
        }
    }
}

/// All words of a sentence, by a speaker who is named before them.
fn whole(speaker: Span, statement: Span, words: Range<usize>) -> Said {
    Said {
        source: Some(speaker),
        inserted: None,
        cue: None,
        statement: vec![statement],
        manner: Manner::Direct,
        here: Here {
            content: std::iter::once(words).collect(),
            source: None,
            inserted: None,
            cue: None,
            shape: Shape::Clause,
            past: true,
            states: true,
        },
    }
}

/// The verb of a sentence that says nothing but who speaks next: "Ada Kern writes from the quay:".
pub(super) fn leads_on(text: &str, tokens: &[Token]) -> Option<usize> {
    const WRITES: [&str; 8] = [
        "writes", "wrote", "reports", "reported", "says", "said", "tweeted", "posted",
    ];
    let colon = tokens.last()?.kind == Kind::Colon;
    let verb = phrases::main_verb(tokens, 0..tokens.len())?;
    let writes = WRITES.contains(&&*tokens::lower(text, tokens[verb]));
    let alone = (verb + 1..tokens.len()).all(|i| !phrases::is_finite(tokens, i));
    (colon && writes && alone && verb > 0).then_some(verb)
}

/// Returns what the rules of cue words find in a sentence.
fn by_cues(text: &str, sentence: &Sentence) -> Vec<Said> {
    let tokens = &sentence.tokens;
    let found = attribution::attributions(text, tokens, &sentence.in_quote).into_iter();
    let said = |found: Attribution| {
        let span = |range: &Range<usize>| tokens::span_of(tokens, range);
        let statement: Vec<Span> = found.content.iter().filter_map(span).collect();
        let mut words = found.content.iter().flat_map(Clone::clone);
        words.any(|i| !tokens[i].is_mark()).then(|| Said {
            source: found.source.as_ref().and_then(span),
            inserted: found.inserted.as_ref().and_then(span),
            cue: span(&found.cue),
            statement,
            manner: manner(sentence, &found.content),
            here: Here {
                content: found.content,
                source: found.source,
                inserted: found.inserted,
                cue: Some(found.cue),
                shape: found.shape,
                past: found.past,
                states: true,
            },
        })
    };
    found.filter_map(said).collect()
}

/// Returns a statement's words in a sentence; `None` if it has none there but marks.
fn said(text: &str, sentence: &Sentence, statement: &Statement) -> Option<Said> {
    let tokens = &sentence.tokens;
    let within = |span: Span| {
        let first = tokens.partition_point(|t| t.start < span.start());
        let end = tokens.partition_point(|t| t.start < span.end());
        (first < end).then_some(first..end)
    };
    let cue = statement.cue.and_then(within);
    if cue.as_ref().is_some_and(|cue| is_hedge(text, tokens, cue)) {
        return None;
    }
    let mut statement = statement.clone();
    if let Some((source, first)) =
        spoken::according_to(text, tokens, cue.as_ref(), &statement, within)
    {
        statement.source = Some(source);
        statement.parts[0] = first;
    }
    if statement.source.is_none() {
        statement.source = spoken::signed(text, &statement);
    }
    let source = statement.source.and_then(within);
    let parts = statement.parts.iter().filter_map(|part| within(*part));
    let content: Vec<Range<usize>> = parts
        .map(|part| without_that(tokens, part))
        .filter(|part| tokens[part.clone()].iter().any(|t| !t.is_mark()))
        .collect();
    let mut content = spoken::without_subject(tokens, source.as_ref(), content);
    // "I was told by the mayor that …"
    let hearer = |part: &Range<usize>| {
        part.len() == 1
            && tokens[part.start].is(Class::SubjectPronoun)
            && cue.as_ref().is_some_and(|cue| cue.start == part.end)
    };
    if content.len() > 1 && hearer(&content[0]) {
        content.remove(0);
    }
    if content.is_empty() {
        return None;
    }
    let manner = manner(sentence, &content);
    if manner == Manner::Indirect {
        // "The road is open. The bridge is not, according to Ada Kern": the narrator opens the road.
        if spoken::behind(sentence, &statement) {
            return None;
        }
        if cue.is_some() {
            spoken::from_here(text, sentence, &mut statement);
        }
    }
    // Nobody, no word that attributes and no mark: the network is hardly ever right.
    if statement.source.is_none() && statement.cue.is_none() && manner == Manner::Indirect {
        return None;
    }
    let verb = cue
        .clone()
        .and_then(|cue| cue.rev().find(|i| tokens[*i].word.reports()));
    let inserted = source.as_ref().and_then(|source| inserted(tokens, source));
    let accusation = |cue| accusation(text, tokens, cue, &content);
    let shape =
        (cue.as_ref().and_then(accusation)).or_else(|| predication(text, tokens, verb?, &content));
    // "with X threatening a war": the network takes threats for statements.
    let with = source
        .as_ref()
        .is_some_and(|s| s.start > 0 && tokens[s.start - 1].is(Class::WithLike));
    let told = cue.as_ref().is_none_or(|cue| {
        attributes(text, tokens, cue) && (shape.is_some() || !judges_only(tokens, cue, &content))
    });
    let asserted = shape.is_some() || content.iter().any(|part| states(sentence, part));
    let means = |cue: &Range<usize>| {
        manner == Manner::Indirect && spoken::intends(text, tokens, cue, &content)
    };
    let told = told && !cue.as_ref().is_some_and(means);
    let states = asserted && told && !(with && verb.is_none());
    let past = cue.clone().is_some_and(|mut cue| {
        cue.any(|i| tokens[i].form(Form::Past) || tokens[i].form(Form::Ing))
    });
    Some(Said {
        source: statement.source,
        inserted: inserted.as_ref().and_then(|i| tokens::span_of(tokens, i)),
        cue: statement.cue,
        statement: statement.parts,
        manner,
        here: Here {
            content,
            source,
            inserted,
            cue,
            shape: shape.unwrap_or(Shape::Clause),
            past,
            states,
        },
    })
}

/// "is alleged to have forged": nobody is said to say so.
fn is_hedge(text: &str, tokens: &[Token], cue: &Range<usize>) -> bool {
    const HEDGES: [&str; 8] = [
        "alleged",
        "believed",
        "said",
        "thought",
        "reported",
        "understood",
        "rumoured",
        "rumored",
    ];
    let last = cue.end - 1;
    let to = |at: usize| {
        let is_to = |t: &Token| tokens::lower(text, *t) == "to";
        tokens.get(at).is_some_and(is_to)
    };
    let verb = if to(last) && last > cue.start {
        last - 1
    } else if to(last + 1) {
        last
    } else {
        return false;
    };
    let passive = phrases::group_start(tokens, verb)..verb;
    HEDGES.contains(&&*tokens::lower(text, tokens[verb]))
        && tokens[passive].iter().any(|t| t.is(Class::BeForm))
}

/// "accused X of lying": the content says that X is lying.
fn accusation(
    text: &str,
    tokens: &[Token],
    cue: &Range<usize>,
    content: &[Range<usize>],
) -> Option<Shape> {
    let [content] = content else {
        return None;
    };
    let mut words = tokens[cue.clone()].iter();
    let accuses = words.any(|t| tokens::lower(text, *t).starts_with("accus"));
    let mut inside = content.start + 1..content.end - 1;
    let of = inside.find(|i| tokens[*i].is(Class::Of) && tokens[i + 1].form(Form::Ing));
    of.filter(|_| accuses).map(|of| Shape::Is {
        subject: content.start..of,
        predicate: of + 1..content.end,
    })
}

/// "the refusal to …" is a deed, and a particle of a name is no cue: the network is wrong there.
fn attributes(text: &str, tokens: &[Token], cue: &Range<usize>) -> bool {
    let particle = |t: &Token| t.word == Word::default() && t.end - t.start <= 3;
    let deed = |t: &Token| lexicon::deed_to(&tokens::lower(text, *t)).is_some();
    let words = &tokens[cue.clone()];
    let no_speech = |t: &Token| NO_SPEECH.contains(&&*tokens::lower(text, *t));
    !words.iter().all(particle) && !words.iter().any(deed) && !words.iter().any(no_speech)
}

/// "praises the recordings but doubts the rest": a verb that takes a thing, and here says nothing of it.
fn judges_only(tokens: &[Token], cue: &Range<usize>, content: &[Range<usize>]) -> bool {
    let verb = cue.clone().rev().find(|i| tokens[*i].word.reports());
    let takes_thing = verb.is_some_and(|verb| {
        let word = tokens[verb].word;
        let clause = [Frame::That, Frame::Bare, Frame::Call, Frame::Addressee];
        word.takes(Frame::As) && !clause.iter().any(|frame| word.takes(*frame))
    });
    let thing = content.first().is_some_and(|first| {
        let t = tokens[first.start];
        t.is(Class::Determiner) && !t.is(Class::Demonstrative)
    });
    takes_thing && thing
}

/// Verbs of perceiving and of rules, behind which a thing is told and nobody's words.
const NO_SPEECH: &[&str] = &[
    "notice", "notices", "noticed", "noticing", "realised", "realized", "require", "requires",
    "hears", "heard", "learned", "learnt", "learns", "ordered", "orders", "voted", "votes",
];

/// Has a verb of its own, or stands in quotation marks; a question inside a sentence states nothing.
fn states(sentence: &Sentence, part: &Range<usize>) -> bool {
    let tokens = &sentence.tokens;
    let first = tokens[part.start];
    let asks = first.is(Class::Question) && first.is(Class::Subordinator);
    let quoted = part.clone().any(|i| sentence.in_quote[i]);
    // Where a relative clause hides the verb from the rules, a helping verb and the tree show it.
    let helped = |i: usize| tokens[i].is(Class::Auxiliary) || tokens[i].is(Class::Modal);
    let in_tree = || {
        let span = tokens::span_of(tokens, part);
        let tree = sentence.tree.as_ref().zip(span);
        part.clone().any(helped) && tree.is_some_and(|(tree, span)| tree.says_something(span))
    };
    !asks && (quoted || phrases::main_verb(tokens, part.clone()).is_some() || in_tree())
}

/// "that the road was closed" says that the road was closed; "that is wrong" stays.
fn without_that(tokens: &[Token], content: Range<usize>) -> Range<usize> {
    let conjunction = content.len() > 2
        && tokens[content.start].is(Class::Demonstrative)
        && tokens[content.start].is(Class::Subordinator)
        && !phrases::is_finite(tokens, content.start + 1);
    content.start + usize::from(conjunction)..content.end
}

fn manner(sentence: &Sentence, content: &[Range<usize>]) -> Manner {
    let words = content.iter().flat_map(Clone::clone);
    let words = words.filter(|i| !sentence.tokens[*i].is_mark());
    let (mut inside, mut outside) = (false, false);
    for i in words {
        inside |= sentence.in_quote[i];
        outside |= !sentence.in_quote[i];
    }
    match (inside, outside) {
        (true, false) => Manner::Direct,
        (true, true) => Manner::Mixed,
        _ => Manner::Indirect,
    }
}

/// "John Kirby, the spokesman, said": the words between the commas behind a source.
fn inserted(tokens: &[Token], source: &Range<usize>) -> Option<Range<usize>> {
    const MOST: usize = 24;
    let comma = |at: usize| tokens.get(at).is_some_and(|t| t.kind == Kind::Comma);
    let start = source.end + 1;
    let close = (start..start + MOST).find(|i| {
        let mark = |t: &Token| matches!(t.kind, Kind::Comma | Kind::Stop | Kind::Semicolon);
        tokens.get(*i).is_none_or(mark)
    })?;
    (comma(source.end) && start < close.min(tokens.len())).then(|| start..close.min(tokens.len()))
}

/// "described X as Y", "called X a Y": where X and Y stand, if all of it is attributed.
fn predication(
    text: &str,
    tokens: &[Token],
    verb: usize,
    content: &[Range<usize>],
) -> Option<Shape> {
    let [content] = content else {
        return None;
    };
    let word = tokens[verb].word;
    let mut inside = content.start + 1..content.end.saturating_sub(1);
    let (subject_end, from) = if word.takes(Frame::As) {
        let is = |at: usize, word: &str| tokens::lower(text, tokens[at]) == word;
        let well = |at: usize| is(at - 1, "such") || is(at - 1, "well") || is(at + 1, "well");
        let border = inside.find(|i| is(*i, "as") && !well(*i))?;
        (border, border + 1)
    } else if word.takes(Frame::Call) && !word.takes(Frame::Bare) {
        let border = inside.find(|i| {
            tokens[*i].is(Class::Determiner) && tokens[*i].end - tokens[*i].start <= 2
                || tokens[*i].kind == Kind::Quote
        })?;
        (border, border)
    } else {
        return None;
    };
    let subject = content.start..subject_end;
    let finite = subject.clone().any(|i| phrases::is_finite(tokens, i));
    (!finite).then_some(Shape::Is {
        subject,
        predicate: from..content.end,
    })
}
