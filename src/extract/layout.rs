//! First stage: the blocks of a text, so that no heading, byline or dateline is read as a sentence.
//!
//! A block is one or more lines of the normalised text (`text/1`): a line break ends a block unless
//! the lines look wrapped at a margin. A dateline at the head of a paragraph is cut off it. What a
//! line is, is judged by its marks, its length and its capitals alone, so a headline that ends in a
//! full stop is taken for a paragraph.

use std::collections::BTreeMap;

use super::datelines::{dateline, floor};
use crate::words::span::Span;

/// What a block is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockKind {
    /// A title or a line between paragraphs.
    Heading,
    /// Who wrote it.
    Byline,
    /// When and where it was written or published.
    Dateline,
    /// A picture's words or its credit.
    Caption,
    /// An item of a list.
    ListItem,
    /// Running text.
    Paragraph,
}

impl BlockKind {
    /// Says whether claims are looked for in it.
    pub const fn is_prose(self) -> bool {
        matches!(self, Self::Paragraph | Self::ListItem)
    }
}

/// A stretch of the text with one function in its layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its words, without a list mark, a speaker's name before a colon, or a dateline.
    pub span: Span,
    /// What it is.
    pub kind: BlockKind,
    /// The speaker's name of a turn in a transcript: `KIRBY: …`.
    pub speaker: Option<Span>,
}

/// Characters that a heading has at most.
const HEADING_CHARACTERS: usize = 160;

/// Tells a text's blocks apart, in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let groups = group_lines(text);
    let alone = groups.len() == 1;
    let turns = groups
        .iter()
        .filter(|span| speaker_of(&text[span.start()..span.end()], false).is_some())
        .count();
    let transcript = turns > 1 || takes_turns(text, &groups);
    let mut blocks = Vec::with_capacity(groups.len());
    let mut listed = 0;
    for (index, span) in groups.iter().enumerate() {
        if listed == 0 {
            listed = listed_behind(text, &groups[index..]);
            push_block(text, *span, alone, transcript, &mut blocks);
            continue;
        }
        listed -= 1;
        push_block(text, *span, alone, transcript, &mut blocks);
        if let Some(block) = blocks.last_mut()
            && block.kind == BlockKind::Heading
        {
            block.kind = BlockKind::ListItem;
        }
    }
    blocks
}

/// How many lines behind the first one are a list without marks: it ends with a colon, and there are
/// several right below each other.
fn listed_behind(text: &str, groups: &[Span]) -> usize {
    let words = |span: &Span| &text[span.start()..span.end()];
    let leads = |words: &str| words.ends_with(':') && !words.starts_with('#');
    if !groups.first().is_some_and(|first| leads(words(first))) {
        return 0;
    }
    let gap = |pair: &[Span]| text[pair[0].end()..pair[1].start()].matches('\n').count();
    let item = |pair: &&[Span]| gap(pair) == 1 && !words(&pair[1]).starts_with('#');
    let behind = groups.get(1..).unwrap_or_default();
    if gap_is_long(groups, gap)
        || behind
            .first()
            .is_some_and(|first| words(first).starts_with('#'))
    {
        return 0;
    }
    match behind.windows(2).take_while(item).count() {
        0 => 0,
        more => more + 1,
    }
}

/// More than one empty line stands behind the first group.
fn gap_is_long(groups: &[Span], gap: impl Fn(&[Span]) -> usize) -> bool {
    groups.get(..2).is_none_or(|pair| gap(pair) > 2)
}

/// Says whether the lines of a text have speakers' names in mixed case before them: one of them comes
/// back, in full or as its last word, as no label of a fact box does.
fn takes_turns(text: &str, groups: &[Span]) -> bool {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for span in groups {
        let words = &text[span.start()..span.end()];
        if let Some(name) = speaker_of(words, true) {
            let last = words[..name].rsplit(' ').next().unwrap_or_default();
            *seen.entry(last).or_default() += 1;
        }
    }
    seen.values().any(|count| *count > 1)
}

/// One paragraph's lines: from line to line as long as they look wrapped.
fn group_lines(text: &str) -> Vec<Span> {
    let mut groups: Vec<Span> = Vec::new();
    let mut previous: Option<&str> = None;
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim();
        let first = start + (raw.len() - raw.trim_start().len());
        start += raw.len();
        let Ok(span) = Span::new(first, first + line.len()) else {
            previous = None;
            continue;
        };
        match (previous, groups.last_mut()) {
            (Some(before), Some(group)) if continues(before, line) => {
                *group = Span::hull(&[*group, span]).unwrap_or(span);
            }
            _ => groups.push(span),
        }
        previous = Some(line);
    }
    groups
}

/// Says whether a line goes on where the one before it broke off at a margin.
fn continues(before: &str, line: &str) -> bool {
    if list_mark(line).is_some() || list_mark(before).is_none() && before.starts_with('#') {
        return false;
    }
    let begins_low = line.starts_with(|c: char| c.is_lowercase() || matches!(c, '(' | ',' | ';'));
    let width = before.len();
    let word = line.find(' ').unwrap_or(line.len());
    let full = (55..=120).contains(&width) && width + 1 + word >= 65 && line.len() <= 125;
    let ended = before.ends_with(['.', '!', '?', '"', '”', ':']);
    begins_low && !ended && width >= 30 || full && !(ended && width < 65)
}

fn push_block(text: &str, span: Span, alone: bool, transcript: bool, blocks: &mut Vec<Block>) {
    let words = &text[span.start()..span.end()];
    let at = |offset: usize, kind: BlockKind, speaker: Option<Span>| {
        let rest = &text[span.start() + offset..span.end()];
        let lead = rest.len() - rest.trim_start().len();
        Span::new(span.start() + offset + lead, span.end())
            .ok()
            .map(|span| Block {
                span,
                kind,
                speaker,
            })
    };
    // A headline's mark, of Markdown or of a page, comes before all that its words look like.
    if words.starts_with("# ") && !words.contains('\n') {
        blocks.extend(at(0, BlockKind::Heading, None));
        return;
    }
    if let Some(kind) = line_kind(words) {
        blocks.extend(at(0, kind, None));
        return;
    }
    if let Some(mark) = list_mark(words) {
        blocks.extend(at(mark, BlockKind::ListItem, None));
        return;
    }
    if let Some(name) = speaker_of(words, transcript) {
        let speaker = Span::new(span.start(), span.start() + name).ok();
        blocks.extend(at(name + 1, BlockKind::Paragraph, speaker));
        return;
    }
    let head = dateline(words);
    if head > 0 {
        if let Ok(dateline) = Span::new(span.start(), span.start() + words[..head].trim_end().len())
        {
            blocks.push(Block {
                span: dateline,
                kind: BlockKind::Dateline,
                speaker: None,
            });
        }
        if let Some(body) = at(head, BlockKind::Paragraph, None) {
            let rest = &text[body.span.start()..body.span.end()];
            let kind = if !alone && is_heading(rest) {
                BlockKind::Heading
            } else {
                BlockKind::Paragraph
            };
            blocks.push(Block { kind, ..body });
        }
        return;
    }
    let kind = if !alone && is_heading(words) || words.starts_with('#') {
        BlockKind::Heading
    } else {
        BlockKind::Paragraph
    };
    blocks.extend(at(0, kind, None));
}

/// Bylines and captions, by how they begin.
fn line_kind(words: &str) -> Option<BlockKind> {
    let short = words.len() <= 120;
    let low = words
        .get(..words.len().min(24))
        .unwrap_or("")
        .to_lowercase();
    let next_capital = |after: usize| {
        words
            .get(after..)
            .is_some_and(|w| w.starts_with(char::is_uppercase))
    };
    if short && low.starts_with("by ") && next_capital(3) && !ends_sentence(words) {
        return Some(BlockKind::Byline);
    }
    let captions = [
        "photo:",
        "image:",
        "caption:",
        "credit:",
        "file photo",
        "picture:",
        "photograph:",
        "video:",
        "illustration:",
    ];
    captions
        .iter()
        .any(|c| low.starts_with(c))
        .then_some(BlockKind::Caption)
}

/// A heading is short, stands alone and does not end like a sentence; a title's capitals excuse a question mark.
fn is_heading(words: &str) -> bool {
    if words.starts_with('#') {
        return true;
    }
    if words.len() > HEADING_CHARACTERS * 4
        || words.chars().count() > HEADING_CHARACTERS
        || words.contains('\n')
    {
        return false;
    }
    let quoted = words.starts_with(['"', '“', '„', '«', '‘']);
    if !ends_sentence(words) {
        return !words.ends_with([',', ';']);
    }
    !quoted && words.ends_with(['?', '!', ':']) && is_title_case(words)
}

fn ends_sentence(words: &str) -> bool {
    let bare = words.trim_end_matches(['"', '”', '\'', '’', ')', ']', '»']);
    bare.ends_with(['.', '!', '?', '…', ':', '。', '！', '？', '।', '؟'])
}

fn is_title_case(words: &str) -> bool {
    let mut long = 0;
    for word in words.split_whitespace() {
        let letters = word.trim_matches(|c: char| !c.is_alphabetic());
        if letters.chars().count() < 4 {
            continue;
        }
        if letters.starts_with(char::is_lowercase) {
            return false;
        }
        long += 1;
    }
    long > 1
}

/// Returns the length of a list mark: a bullet, or a number or letter with a stop or bracket.
fn list_mark(words: &str) -> Option<usize> {
    let mut chars = words.chars();
    let first = chars.next()?;
    let bullets = [
        '-', '*', '•', '‣', '◦', '·', '▪', '■', '●', '○', '►', '✓', '✔', '–', '—',
    ];
    if bullets.contains(&first) && chars.next() == Some(' ') {
        return Some(first.len_utf8() + 1);
    }
    if let Some(letter) = lettered(words) {
        return Some(letter);
    }
    let digits = |words: &str| words.bytes().take_while(u8::is_ascii_digit).count();
    let number = digits(words);
    let rest = &words[number..];
    if !(1..=2).contains(&number) {
        return None;
    }
    if rest.starts_with(". ") || rest.starts_with(") ") {
        return Some(number + 2);
    }
    // A post of a thread: "3/", "3/12".
    let of = digits(rest.strip_prefix('/')?);
    (of <= 2 && rest[1 + of..].starts_with(' ')).then_some(number + of + 2)
}

/// "(a) ", "(1) ", "b) ".
fn lettered(words: &str) -> Option<usize> {
    let open = usize::from(words.starts_with('('));
    let close = words[open..].find(") ")?;
    let mark = &words[open..open + close];
    let number = (1..=2).contains(&mark.len()) && mark.bytes().all(|b| b.is_ascii_digit());
    let letter = mark.len() == 1 && mark.bytes().all(|b| b.is_ascii_lowercase());
    (letter || number && open == 1).then_some(open + close + 2)
}

/// Returns the length of the name in `NAME: words`; a name in mixed case counts only if the text has more such turns.
fn speaker_of(words: &str, mixed_case: bool) -> Option<usize> {
    let window = floor(words, 60);
    let colon = words[..window].find(':')?;
    if !words[colon + 1..].starts_with(' ') || colon == 0 {
        return None;
    }
    let name = &words[..colon];
    let capital = name.split(' ').all(|w| {
        w.starts_with(char::is_uppercase) || matches!(w, "de" | "van" | "von" | "al" | "bin")
    });
    let upper = !name.chars().any(char::is_lowercase);
    let plain = name
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’' | '(' | ')'));
    let labelled = matches!(name, "Q" | "A" | "Question" | "Answer");
    let turn = ends_sentence(words) && name.split(' ').count() <= 5;
    (turn
        && plain
        && capital
        && (upper && name.chars().count() > 1 || labelled || mixed_case && !is_label(name)))
    .then_some(colon)
}

fn is_label(name: &str) -> bool {
    matches!(
        name,
        "Note"
            | "Update"
            | "Correction"
            | "Photo"
            | "Source"
            | "Read more"
            | "Editor's note"
            | "Background"
            | "Summary"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(BlockKind, &str)> {
        blocks(text)
            .iter()
            .map(|b| (b.kind, &text[b.span.start()..b.span.end()]))
            .collect()
    }

    #[test]
    fn a_marked_headline_is_never_a_paragraph() {
        for headline in [
            "# The bridge was closed.",
            "# KIRBY: The resolution is nonbinding.",
            "# WASHINGTON (AP) — The bridge was closed.",
            "# Was the bridge closed?",
            "# By Monday the bridge was closed.",
            "# 10. The bridge was closed.",
        ] {
            let text = format!("{headline}\n\nThe mayor said that it was open.\n");
            let found: Vec<BlockKind> = blocks(&text).iter().map(|block| block.kind).collect();
            assert_eq!(
                found,
                [BlockKind::Heading, BlockKind::Paragraph],
                "{headline}"
            );
        }
        let long = format!(
            "# {}\n\nThe mayor said that it was open.\n",
            "The bridge was closed. ".repeat(15)
        );
        assert_eq!(blocks(&long)[0].kind, BlockKind::Heading);
    }

    #[test]
    fn headings_bylines_lists_and_turns() {
        use BlockKind::{Byline, Heading, ListItem, Paragraph};
        let text = "Fallout of the Vote\n\nBy Jane Doe\n\nThe vote was held.\n\nWhat Happens Next?\n\n- It passed.\n- It was signed.\n\nKIRBY: We abstained.\n";
        let found: Vec<BlockKind> = kinds(text).iter().map(|k| k.0).collect();
        assert_eq!(
            found,
            [
                Heading, Byline, Paragraph, Heading, ListItem, ListItem, Paragraph
            ]
        );
        assert!(blocks(text)[6].speaker.is_some());
    }

    #[test]
    fn lines_behind_a_colon_are_a_list() {
        use BlockKind::{Heading, ListItem, Paragraph};
        let found: Vec<BlockKind> =
            kinds("The council decided:\n\nThe road is closed\nRents rise in May\n\nNext Steps\n\nIt met again.\n")
                .iter()
                .map(|k| k.0)
                .collect();
        assert_eq!(found, [Paragraph, ListItem, ListItem, Heading, Paragraph]);
        for item in [
            "– It passed",
            "(a) It passed",
            "b) It passed",
            "(2) It passed",
        ] {
            let text = format!("Words stand here.\n\n{item}\n");
            assert_eq!(kinds(&text)[1], (ListItem, "It passed"));
        }
    }

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        let text = "The committee met on Tuesday to hear from the three witnesses who had\nbeen called, and it then voted to close the matter without any further\naction.\nNext Steps\nIt meets again.\n";
        let found = kinds(text);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[1], (BlockKind::Heading, "Next Steps"));
    }
}
