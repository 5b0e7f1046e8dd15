//! Third stage, across sentences: quotations that run on, and turns of a transcript.
//!
//! A sentence wholly inside quotation marks that names no speaker belongs to the quotation's
//! speaker, if the quotation began in a sentence that names one, and else to the last speaker
//! quoted in the same paragraph. A paragraph that opens with a mark after one whose mark stayed
//! open has the same speaker. A speaker is never carried further than that.

use super::attribution::{self, Attribution, Shape};
use super::layout::Block;
use super::quotes::{self, Quoted};
use super::tokens::{self, Kind, Token};
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
    /// Attributions of this sentence's own cues, and those carried over from its neighbours.
    pub(super) said: Vec<Said>,
    /// Index of its block.
    pub(super) block: usize,
}

/// An attribution with its spans in the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Said {
    pub(super) attribution: Attribution,
    pub(super) source: Option<Span>,
    pub(super) inserted: Option<Span>,
    pub(super) cue: Option<Span>,
    /// All the words attributed together; more than the attribution's content if a quotation crosses sentences.
    pub(super) statement: Vec<Span>,
    pub(super) manner: Manner,
}

/// Carries speakers from block to block.
#[derive(Debug, Default)]
pub(super) struct Speech {
    /// Who spoke when the last block ended inside a quotation or in a colon.
    open: Option<Said>,
}

impl Speech {
    /// Finds who says what in the sentences of one block, in order.
    pub(super) fn analyse(
        &mut self,
        text: &str,
        block: &Block,
        index: usize,
        spans: &[Span],
    ) -> Vec<Sentence> {
        let marks = quotes::quoted(text, block.span);
        let mut sentences: Vec<Sentence> = Vec::with_capacity(spans.len());
        let mut next_mark = 0;
        for span in spans {
            while marks
                .get(next_mark)
                .is_some_and(|m| m.span.end() <= span.start())
            {
                next_mark += 1;
            }
            let near: Vec<Quoted> = marks[next_mark..]
                .iter()
                .take_while(|m| m.span.start() < span.end())
                .copied()
                .take(SENTENCE_TOKENS)
                .collect();
            let sentence = read(text, *span, index, &near);
            // Marks alone say nothing.
            if sentence.tokens.is_empty() || sentence.tokens.iter().any(|t| !t.is_mark()) {
                sentences.push(sentence);
            }
        }
        let carried = self.open.take();
        if block.speaker.is_some() {
            for sentence in &mut sentences {
                let turn = turn(block, sentence);
                // "I think that …" is the speaker's own.
                let tokens = &sentence.tokens;
                sentence.said.retain(|s| {
                    s.source.is_some_and(|s| {
                        let first_person = ["I", "We", "we"].contains(&&text[s.start()..s.end()]);
                        !first_person && !tokens.is_empty()
                    })
                });
                sentence.said.insert(0, turn);
            }
            return sentences;
        }
        let opens_quoted = marks
            .first()
            .is_some_and(|m| m.span.start() == block.span.start());
        let mut speaker = carried.filter(|_| opens_quoted);
        for i in 0..sentences.len() {
            widen(text, &mut sentences, i, &marks);
            speaker = carry(text, &mut sentences[i], &marks, speaker);
        }
        let ends_open = marks.last().is_some_and(|m| !m.closed);
        let words = &text[block.span.start()..block.span.end()];
        self.open = if ends_open {
            speaker
        } else if words.ends_with(':') {
            sentences.last().and_then(introduction(text))
        } else {
            None
        };
        sentences
    }
}

fn read(text: &str, span: Span, block: usize, marks: &[Quoted]) -> Sentence {
    let mut tokens = tokens::tokenize(text, span);
    if tokens.len() > SENTENCE_TOKENS {
        tokens = Vec::new();
    }
    let mut in_quote = vec![false; tokens.len()];
    let mut mark = marks.iter().peekable();
    for (i, token) in tokens.iter().enumerate() {
        while mark.peek().is_some_and(|m| m.span.end() <= token.start) {
            mark.next();
        }
        in_quote[i] = mark
            .peek()
            .is_some_and(|m| m.span.start() <= token.start && !is_scare(text, m.span));
    }
    let said = attribution::attributions(text, &tokens, &in_quote)
        .into_iter()
        .filter_map(|a| placed(&tokens, &in_quote, a))
        .collect();
    Sentence {
        span,
        tokens,
        in_quote,
        said,
        block,
    }
}

/// One or two words in marks are a name or a scare quote, not speech.
fn is_scare(text: &str, span: Span) -> bool {
    let words = &text[span.start()..span.end()];
    words.len() < 40
        && !words.contains([',', '.', '!', '?'])
        && words.split_whitespace().count() < 3
}

fn placed(tokens: &[Token], in_quote: &[bool], attribution: Attribution) -> Option<Said> {
    let statement: Vec<Span> = attribution
        .content
        .iter()
        .filter_map(|c| tokens::span_of(tokens, c))
        .collect();
    let mut words = attribution
        .content
        .iter()
        .flat_map(Clone::clone)
        .filter(|i| !tokens[*i].is_mark())
        .peekable();
    words.peek()?;
    let (mut inside, mut outside) = (0_usize, 0_usize);
    for i in words {
        if in_quote[i] {
            inside += 1;
        } else {
            outside += 1;
        }
    }
    let manner = match (inside, outside) {
        (_, 0) => Manner::Direct,
        (0, _) => Manner::Indirect,
        _ => Manner::Mixed,
    };
    Some(Said {
        source: attribution
            .source
            .as_ref()
            .and_then(|s| tokens::span_of(tokens, s)),
        inserted: attribution
            .inserted
            .as_ref()
            .and_then(|s| tokens::span_of(tokens, s)),
        cue: tokens::span_of(tokens, &attribution.cue),
        statement,
        manner,
        attribution,
    })
}

/// A turn of a transcript: every sentence is its speaker's.
fn turn(block: &Block, sentence: &Sentence) -> Said {
    let content = 0..sentence.tokens.len();
    Said {
        attribution: whole(content),
        source: block.speaker,
        inserted: None,
        cue: None,
        statement: vec![block.span],
        manner: Manner::Direct,
    }
}

fn whole(content: std::ops::Range<usize>) -> Attribution {
    Attribution {
        source: None,
        inserted: None,
        cue: 0..0,
        content: vec![content],
        shape: Shape::Clause,
        past: true,
    }
}

/// Lets a direct quotation's statement reach to the ends of its marks, over sentence borders.
fn widen(text: &str, sentences: &mut [Sentence], i: usize, marks: &[Quoted]) {
    let span = sentences[i].span;
    for said in &mut sentences[i].said {
        if said.manner != Manner::Direct {
            continue;
        }
        for part in &mut said.statement {
            let mark = mark_over(marks, *part);
            let crosses =
                mark.is_some_and(|m| m.span.start() < span.start() || m.span.end() > span.end());
            if let Some(inside) = mark.filter(|_| crosses).and_then(|m| m.inside(text)) {
                *part = inside;
            }
        }
    }
}

/// The quoted stretch that holds the middle of a part.
fn mark_over(marks: &[Quoted], part: Span) -> Option<Quoted> {
    let middle = part.start() + part.len() / 2;
    let at = marks.partition_point(|m| m.span.end() <= middle);
    marks.get(at).copied().filter(|m| m.span.start() <= middle)
}

/// Gives an unattributed quotation to the speaker before it; returns who speaks after this sentence.
fn carry(
    text: &str,
    sentence: &mut Sentence,
    marks: &[Quoted],
    speaker: Option<Said>,
) -> Option<Said> {
    if let Some(own) = sentence
        .said
        .iter()
        .rev()
        .find(|s| s.manner != Manner::Indirect && s.source.is_some())
    {
        return Some(own.clone());
    }
    let words = sentence
        .tokens
        .iter()
        .zip(&sentence.in_quote)
        .filter(|(t, _)| !t.is_mark());
    let (inside, all) = words.fold((0_usize, 0_usize), |(inside, all), (_, q)| {
        (inside + usize::from(*q), all + 1)
    });
    if all == 0 || inside < all {
        return if inside == 0 && sentence.said.is_empty() {
            speaker
        } else {
            speaker.filter(|_| inside > 0)
        };
    }
    let statement = mark_over(marks, sentence.span)
        .and_then(|m| m.inside(text))
        .unwrap_or(sentence.span);
    let content = 0..sentence.tokens.len();
    sentence.said = vec![Said {
        attribution: whole(content),
        source: speaker.as_ref().and_then(|s| s.source),
        inserted: speaker.as_ref().and_then(|s| s.inserted),
        cue: speaker.as_ref().and_then(|s| s.cue),
        statement: vec![statement],
        manner: Manner::Direct,
    }];
    speaker
}

/// "Kirby added:" at the end of a block introduces the next one.
fn introduction(text: &str) -> impl Fn(&Sentence) -> Option<Said> {
    move |sentence| {
        let tokens = &sentence.tokens;
        let verb = tokens
            .iter()
            .rposition(|t| t.word.takes(super::lexicon::Frame::Speech) && t.kind == Kind::Word)?;
        let start = super::phrases::group_start(tokens, verb);
        let subject = super::phrases::subject_before(tokens, start, 0)?;
        let near = tokens.len() - verb <= 8
            && !text[sentence.span.start()..sentence.span.end()].ends_with('?');
        near.then(|| Said {
            source: tokens::span_of(tokens, &subject.phrase),
            inserted: subject
                .inserted
                .as_ref()
                .and_then(|s| tokens::span_of(tokens, s)),
            cue: tokens::span_of(tokens, &(start..verb + 1)),
            statement: Vec::new(),
            manner: Manner::Direct,
            attribution: whole(0..0),
        })
    }
}
