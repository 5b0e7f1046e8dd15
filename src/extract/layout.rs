//! First stage: the blocks of a text, so that no heading, byline or dateline is read as a sentence.
//!
//! A block is one or more lines of the normalised text (`text/1`): a line break ends a block unless
//! the lines look wrapped at a margin. A dateline at the head of a paragraph is cut off it. What a
//! line is, is judged by its marks, its length and its capitals alone, so a headline that ends in a
//! full stop is taken for a paragraph.

use std::collections::BTreeMap;

use super::lexicon::{self, Class};
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
    for span in groups {
        push_block(text, span, alone, transcript, &mut blocks);
    }
    blocks
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
    if matches!(first, '-' | '*' | '•' | '‣' | '◦' | '·' | '▪') && chars.next() == Some(' ')
    {
        return Some(first.len_utf8() + 1);
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

/// Returns the length of a dateline at the head of a paragraph, with its closing mark and space; 0 if there is none.
fn dateline(words: &str) -> usize {
    let dated = date_head(words);
    let after = dated + agency(&words[dated..]);
    if dated > 0 {
        let rest = &words[after..];
        return after + closing_mark(rest).unwrap_or(0);
    }
    place_head(words)
}

/// `date 2024-03-26`, `Published: March 3, 2025`, `2025-01-09 10:00`.
fn date_head(words: &str) -> usize {
    let labels = [
        "date:",
        "date",
        "dated",
        "published on",
        "published:",
        "published",
        "updated on",
        "updated:",
        "updated",
        "last updated:",
        "last updated",
        "posted on",
        "posted:",
        "posted",
        "first published:",
        "issued:",
        "released:",
    ];
    let low = words[..floor(words, 24)].to_ascii_lowercase();
    let label = labels
        .iter()
        .filter(|l| low.starts_with(**l) && low[l.len()..].starts_with([' ', ':']))
        .map(|l| l.len())
        .max();
    let start = label.unwrap_or(0);
    let skipped = words[start..].len() - words[start..].trim_start_matches([' ', ':']).len();
    let length = date_length(&words[start + skipped..]);
    if length == 0 {
        return 0;
    }
    let end = start + skipped + length;
    let tail = &words[end..];
    let iso = words[start + skipped..].starts_with(|c: char| c.is_ascii_digit());
    let closed = closing_mark(tail).is_some() || tail.trim().is_empty() || agency(tail) > 0;
    if label.is_some()
        || closed
        || iso && tail.starts_with(' ') && words[start + skipped..end].contains(['-', '/', '.'])
    {
        end + (tail.len() - tail.trim_start().len())
    } else {
        0
    }
}

/// The length of a date at the start: ISO, with dots or slashes, or with a month's name; a time of day may follow.
fn date_length(words: &str) -> usize {
    let numeric = words
        .bytes()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'.'))
        .count();
    let numeric = words[..numeric].trim_end_matches(['.', '-', '/']).len();
    let groups: Vec<&str> = words[..numeric].split(['-', '/', '.']).collect();
    if groups.len() == 3
        && groups.iter().all(|g| (1..=4).contains(&g.len()))
        && groups.iter().any(|g| g.len() == 4)
    {
        return numeric + time_length(&words[numeric..]);
    }
    let mut end = 0;
    let (mut month, mut number) = (false, false);
    for word in words[..floor(words, 48)].split_inclusive(' ') {
        let bare = word.trim_end_matches([' ', ',', '.']);
        let low = bare.to_lowercase();
        let known = lexicon::look_up(&low);
        let dotted = lexicon::look_up(&format!("{low}."));
        let digits = bare.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if known.is(Class::Month) || dotted.is(Class::Month) {
            if month {
                break;
            }
            month = true;
        } else if !digits.is_empty()
            && digits.len() <= 4
            && digits.bytes().all(|b| b.is_ascii_digit())
        {
            number = true;
        } else if !known.is(Class::Weekday) {
            break;
        }
        end += word.len();
        if word.trim_end().ends_with(',') && number && month && digits.len() == 4 {
            break;
        }
    }
    if month && number {
        let end = words[..end].trim_end_matches([' ', ',']).len();
        end + time_length(&words[end..])
    } else {
        0
    }
}

/// `T10:00:00Z`, ` 10:42 a.m. GMT`, ` at 10:42`.
fn time_length(words: &str) -> usize {
    let lead = words.len() - words.trim_start_matches(['T', ' ', ',']).len();
    let lead = lead
        + if words[lead..].starts_with("at ") {
            3
        } else {
            0
        };
    let clock = words[lead..]
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b':')
        .count();
    if clock < 4 || !words[lead..lead + clock].contains(':') {
        return 0;
    }
    let mut end = lead + clock;
    for suffix in [
        "Z", " a.m.", " p.m.", " am", " pm", " AM", " PM", " GMT", " UTC", " ET", " EST", " EDT",
        " CET",
    ] {
        if words[end..].starts_with(suffix) {
            end += suffix.len();
        }
    }
    end
}

/// `LONDON, March 3 (Wire) — `, `WASHINGTON (AP) -- `, `Paris, 4 May — `.
fn place_head(words: &str) -> usize {
    let window = floor(words, 90);
    let head = &words[..window];
    let dash = ["—", "–", " - ", "--", "―"]
        .iter()
        .filter_map(|d| head.find(d))
        .min();
    let by_agency = head
        .find(") ")
        .filter(|i| agency_at(head, *i))
        .map(|i| i + 2);
    let Some(end) = dash.or(by_agency) else {
        return 0;
    };
    let place = words[..end].trim();
    let bracket = place.find(['(', '/']).unwrap_or(place.len());
    let (name, rest) = place[..bracket]
        .split_once(',')
        .unwrap_or((&place[..bracket], ""));
    let capitals = |w: &str| {
        w.chars().all(|c| c.is_uppercase() || !c.is_alphabetic())
            && w.chars().any(char::is_alphabetic)
    };
    let titled = |w: &str| {
        w.starts_with(char::is_uppercase) || matches!(w, "de" | "la" | "of" | "upon" | "al")
    };
    let name = name.trim();
    let upper = !name.is_empty() && name.split(' ').all(capitals) && name.chars().count() > 2;
    let mixed = !name.is_empty() && name.split(' ').all(titled) && name.split(' ').count() <= 4;
    let confirmed = bracket < place.len() || has_date(rest);
    let calm = rest
        .split([' ', ','])
        .filter(|w| !w.is_empty())
        .all(|w| titled(w) || w.starts_with(|c: char| c.is_ascii_digit()));
    if calm && (upper || mixed && confirmed) {
        end + closing_mark(&words[end..]).unwrap_or(0)
    } else {
        0
    }
}

fn agency_at(head: &str, close: usize) -> bool {
    head[..close].rfind('(').is_some_and(|open| {
        let name = &head[open + 1..close];
        let before = &head[..open];
        !name.is_empty() && name.len() <= 24 && !before.chars().any(char::is_lowercase)
    })
}

fn has_date(words: &str) -> bool {
    words.split([' ', ',']).any(|w| {
        let known = lexicon::look_up(&w.to_lowercase());
        known.is(Class::Month) || known.is(Class::Weekday)
    })
}

/// ` (Reuters)` after a date.
fn agency(words: &str) -> usize {
    let lead = words.len() - words.trim_start().len();
    let rest = &words[lead..];
    if !rest.starts_with('(') {
        return 0;
    }
    rest[..floor(rest, 40)]
        .find(')')
        .map_or(0, |close| lead + close + 1)
}

/// The length of a dash, bar or colon with the spaces around it.
fn closing_mark(words: &str) -> Option<usize> {
    let rest = words.trim_start();
    let mark = ["—", "–", "―", "--", "- ", "|", ":"]
        .iter()
        .find(|m| rest.starts_with(**m))?;
    let after = &rest[mark.len()..];
    Some(words.len() - after.trim_start().len())
}

/// The largest character border that is at most `most`.
fn floor(words: &str, most: usize) -> usize {
    words.floor_char_boundary(most)
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
    fn datelines_are_cut_off() {
        for (head, body) in [
            (" date 2024-03-26 ", "The road was closed."),
            ("date 2025-01-09 ", "The road was closed."),
            ("LONDON, March 3 (Wire) — ", "The road was closed."),
            ("WASHINGTON (AP) -- ", "The road was closed."),
            ("NEW YORK (Reuters) - ", "The road was closed."),
            ("Paris, 4 May 2025 – ", "The road was closed."),
            ("Published: March 3, 2025 | ", "The road was closed."),
            ("January 9, 2025 — ", "The road was closed."),
            ("2025-01-09T10:00:00Z ", "The road was closed."),
            ("GENEVA — ", "The road was closed."),
        ] {
            let text = format!("{head}{body} More came.\n\nOther words stand here.\n");
            let found = kinds(&text);
            assert_eq!(found[0].0, BlockKind::Dateline, "{text}");
            assert_eq!(
                found[1],
                (BlockKind::Paragraph, &*format!("{body} More came.")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_date_in_a_sentence_stays() {
        for text in [
            "March 3 was a cold day for all. More.\n\nOther words.\n",
            "The U.S. — a member — voted no. More.\n\nOther words.\n",
            "Updated figures show a rise. More.\n\nOther words.\n",
            "Date palms grow in Iraq. More.\n\nOther words.\n",
        ] {
            assert_eq!(kinds(text)[0].0, BlockKind::Paragraph, "{text}");
        }
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
    fn wrapped_lines_are_one_paragraph() {
        let text = "The committee met on Tuesday to hear from the three witnesses who had\nbeen called, and it then voted to close the matter without any further\naction.\nNext Steps\nIt meets again.\n";
        let found = kinds(text);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[1], (BlockKind::Heading, "Next Steps"));
    }
}
