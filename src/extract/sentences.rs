//! Second stage: the sentences of a block.
//!
//! A full stop ends a sentence unless it belongs to an abbreviation, an initial, a decimal or an
//! ellipsis that goes on; what follows decides the doubtful cases. Closing quotation marks and
//! brackets go with the sentence they close. A sentence never crosses a block's border. Scripts
//! with their own full stops (。 । ؟) are split by them; others only by their line breaks.

use super::lexicon::{self, Class};
use crate::words::span::Span;

/// Splits a block's words into sentences, in one pass.
pub fn sentences(text: &str, block: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = block.start();
    let words = &text[block.start()..block.end()];
    let mut skip = 0;
    for (i, c) in words.char_indices() {
        if i < skip || !is_stop(c) {
            continue;
        }
        let run = words[i..]
            .find(|c: char| !is_stop(c))
            .map_or(words.len(), |n| i + n);
        skip = run;
        let closed = after_closers(words, run);
        if ends(words, start - block.start(), i, run, closed) {
            push(text, start, block.start() + closed, &mut found);
            start = block.start() + closed;
            skip = closed;
        }
    }
    push(text, start, block.end(), &mut found);
    found
}

fn push(text: &str, start: usize, end: usize, found: &mut Vec<Span>) {
    let words = &text[start..end];
    let lead = words.len() - words.trim_start().len();
    if let Ok(span) = Span::new(start + lead, start + words.trim_end().len()) {
        found.push(span);
    }
}

const fn is_stop(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '…'
            | '。'
            | '！'
            | '？'
            | '।'
            | '؟'
            | '۔'
            | '\u{1362}'
            | '\u{104b}'
            | '\u{17d4}'
    )
}

/// Where the closing quotation marks and brackets after a stop end.
fn after_closers(words: &str, at: usize) -> usize {
    let mut end = at;
    for (i, c) in words[at..].char_indices() {
        let straight = matches!(c, '"' | '\'');
        let next = words[at + i + c.len_utf8()..].chars().next();
        let closes = matches!(c, '”' | '’' | ')' | ']' | '»' | '」' | '』' | '）')
            || straight
                && next.is_none_or(|n| n.is_whitespace() || matches!(n, '"' | '\'' | ')' | '”'));
        if !closes {
            break;
        }
        end = at + i + c.len_utf8();
    }
    end
}

/// Decides on the stops at `stop..run`, with closers up to `closed`, in the sentence that began at `start`.
fn ends(words: &str, start: usize, stop: usize, run: usize, closed: usize) -> bool {
    let rest = &words[closed..];
    let Some(next) = rest.chars().next() else {
        return true;
    };
    let first = words[stop..].chars().next().unwrap_or('.');
    if !matches!(first, '.' | '!' | '?' | '…') {
        return true;
    }
    if !next.is_whitespace() {
        return false;
    }
    let after = rest.trim_start();
    let Some(head) = after.chars().find(|c| {
        !matches!(
            c,
            '"' | '“' | '‘' | '\'' | '(' | '[' | '«' | '„' | '-' | '—' | '–' | '*'
        )
    }) else {
        return true;
    };
    let opens = after.starts_with(['"', '“', '‘', '«', '„']);
    let ellipsis = run - stop > 1 && words[stop..run].bytes().all(|b| b == b'.') || first == '…';
    if head.is_lowercase() {
        return false;
    }
    if closed > run && (after.starts_with('—') || after.starts_with('–') || after.starts_with("- "))
    {
        return false;
    }
    if first != '.' || ellipsis {
        return true;
    }
    let token = last_word(words, start, stop);
    let follower = first_word(after);
    match abbreviation(token) {
        Abbreviation::None => {
            !is_initial(token) || token == "I" || opens || starts_sentence(follower)
        }
        Abbreviation::Title => false,
        Abbreviation::BeforeNumber => !head.is_ascii_digit(),
        Abbreviation::Either => opens || starts_sentence(follower),
    }
}

/// Says whether words end in a word of five letters or more, all small, that is no abbreviation.
pub(super) fn is_whole_word_last(words: &str) -> bool {
    let token = words.rsplit(|c: char| !c.is_ascii_lowercase()).next();
    let token = token.unwrap_or_default();
    let before = &words[..words.len() - token.len()];
    let apart = before.is_empty() || before.ends_with(char::is_whitespace);
    // A word without a vowel is a short form.
    apart
        && token.len() > 4
        && token.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        && matches!(abbreviation(token), Abbreviation::None)
        && !matches!(token, "approx" | "assoc" | "intro" | "incl")
}

enum Abbreviation {
    None,
    /// Always followed by the rest of a name: "Mr.".
    Title,
    /// "No. 5", "Fig. 2", "Jan. 6".
    BeforeNumber,
    /// May end a sentence or not: "U.S.", "Inc.", "a.m.".
    Either,
}

fn abbreviation(token: &str) -> Abbreviation {
    let low = token.to_lowercase();
    match &*low {
        "mr" | "mrs" | "ms" | "dr" | "prof" | "sen" | "rep" | "gov" | "gen" | "lt" | "col"
        | "capt" | "sgt" | "maj" | "adm" | "rev" | "hon" | "st" | "mt" | "ft" | "pres" | "supt"
        | "det" | "cpl" | "pvt" | "cmdr" | "amb" | "sec" | "reps" | "sens" | "messrs" | "vs"
        | "v" | "e.g" | "i.e" | "cf" | "al" | "ca" | "viz" | "brig" | "insp" | "cllr" | "revd"
        | "fr" | "mx" => Abbreviation::Title,
        "no" if token == "No" => Abbreviation::BeforeNumber,
        "nos" | "fig" | "figs" | "vol" | "pp" | "art" | "ch" | "op" | "jan" | "feb" | "mar"
        | "apr" | "aug" | "sept" | "oct" | "nov" | "dec" | "approx" | "est" => {
            Abbreviation::BeforeNumber
        }
        "inc" | "ltd" | "co" | "corp" | "jr" | "sr" | "etc" | "ave" | "blvd" | "dept" | "univ"
        | "assn" | "bros" | "plc" | "llc" | "calif" | "mass" | "conn" | "fla" | "ga" | "ariz"
        | "tenn" | "pa" | "va" | "wash" | "mich" | "minn" | "ill" | "ind" | "ore" | "colo"
        | "okla" | "ph.d" | "m.d" | "b.a" | "m.a" | "d-calif" | "r-fla" => Abbreviation::Either,
        _ if token.contains('.') && is_dotted(token) => Abbreviation::Either,
        _ => Abbreviation::None,
    }
}

/// "U.S", "a.m", "D.C": single letters with stops between them.
fn is_dotted(token: &str) -> bool {
    token.rsplit(['-', '/']).next().is_some_and(|t| {
        t.split('.')
            .all(|p| p.chars().count() == 1 && p.chars().all(char::is_alphabetic))
    })
}

fn is_initial(token: &str) -> bool {
    let mut chars = token.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
}

/// The word that stands before a stop; looks back at most a few words' length.
fn last_word(words: &str, start: usize, stop: usize) -> &str {
    let from = words
        .floor_char_boundary(stop.saturating_sub(24))
        .max(start);
    let window = &words[from..stop];
    let begin = window
        .rfind(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“' | '—' | '–' | '[' | '‘'))
        .map_or(0, |i| {
            i + window[i..].chars().next().map_or(0, char::len_utf8)
        });
    &window[begin..]
}

fn first_word(after: &str) -> &str {
    let head = &after[..after.floor_char_boundary(32)];
    head.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
        .find(|w| !w.is_empty())
        .unwrap_or("")
}

/// Says whether a capitalised word is more likely to begin a sentence than to go on with a name.
fn starts_sentence(word: &str) -> bool {
    if !word.starts_with(char::is_uppercase) {
        return false;
    }
    let known = lexicon::look_up(&word.to_lowercase());
    known.is(Class::Determiner)
        || known.is(Class::SubjectPronoun)
        || known.is(Class::Preposition)
        || known.is(Class::Conjunction)
        || known.is(Class::Subordinator)
        || known.is(Class::Connective)
        || known.is(Class::Question)
        || known.is(Class::Possessive)
        || known.is(Class::Adverb)
        || matches!(word, "There" | "Here" | "Mr" | "Mrs" | "Ms" | "Dr")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        let block = Span::new(0, text.len()).unwrap();
        sentences(text, block)
            .iter()
            .map(|s| &text[s.start()..s.end()])
            .collect()
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        for (text, borders) in [
            ("He came. She left.", 2),
            ("Mr. Smith met Dr. Jones. They talked.", 2),
            ("The U.S. Senate voted. It passed.", 2),
            ("He lives in the U.S. The law is clear.", 2),
            ("It starts at 5 p.m. Monday in Paris.", 1),
            ("It starts at 5 p.m. The doors open at 4.", 2),
            ("It rose 3.5 percent. It fell 2.", 2),
            ("J. K. Rowling wrote it. George W. Bush read it.", 2),
            ("\"It is over.\" She left.", 2),
            ("\"Is it over?\" he asked.", 1),
            ("“It is over,” he said. “We won.”", 2),
            ("He said... nothing. Then he left.", 2),
            ("Well… maybe. Wait… Now!", 3),
            ("See No. 5 and Fig. 2. Then stop.", 2),
            ("Apple Inc. shares rose. Apple Inc. The end.", 3),
            ("So did I. He agreed.", 2),
            ("(It was late.) He left.", 2),
            ("Visit example.com. It is free.", 2),
            ("これは文です。これも文です。", 2),
            ("यह है। वह है।", 2),
            ("Really?! Yes!", 2),
            ("On Jan. 6 it began. In Oct. it ended.", 2),
        ] {
            assert_eq!(split(text).len(), borders, "{:?}", split(text));
        }
    }

    #[test]
    fn a_whole_word_is_told_from_a_short_form() {
        for words in ["It cost 5 million", "the largest bridge", "percent"] {
            assert!(is_whole_word_last(words), "{words}");
        }
        for words in [
            "the law dept",
            "the approx",
            "Smith",
            "example.company",
            "5 mn",
            "",
        ] {
            assert!(!is_whole_word_last(words), "{words}");
        }
    }

    #[test]
    fn nothing_is_lost_between_sentences() {
        let text = "One. Two! \"Three?\" four.  Five";
        assert_eq!(split(text).concat().replace(' ', ""), text.replace(' ', ""));
    }
}
