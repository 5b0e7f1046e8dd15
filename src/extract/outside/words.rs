//! Whether a claim's text is the words of its parts, but for what it says it adds.
//!
//! Words are compared one by one, in order, without the marks around them and whatever case their first
//! letter has; characters as wide as 漢 are words of their own. What is `carried` must stand in the source's
//! text. What is `inflected` or `resolved` may take the place of a few words, of which none denies: "was"
//! that of "is", a name that of "she". Such words are the program's own, and stay marked as added.

use super::OutsideError;
use crate::words::claim::{Added, AddedWhy};

/// A form or a name takes the place of at most so many words.
const MOST_REPLACED: usize = 3;

/// Words without which a claim says the opposite.
const DENYING: [&str; 9] = [
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "cannot",
];

/// What a claim's text consists of.
enum Item<'a> {
    Word(&'a str),
    /// Words that are not the source's, which may take others' place.
    Form,
}

/// Compares a claim's text with its parts, and what it adds with the source's text.
pub(super) fn check(
    text: &str,
    added: &[Added],
    parts: &[&str],
    source: &str,
) -> Result<(), OutsideError> {
    let mut items = Vec::new();
    let mut at = 0;
    for one in added {
        items.extend(words(&text[at..one.at]).map(Item::Word));
        match one.why {
            AddedWhy::Carried => {
                if !source.contains(one.text.trim()) {
                    return Err(OutsideError::Carried(super::cut(&one.text)));
                }
            }
            AddedWhy::Resolved | AddedWhy::Inflected => items.push(Item::Form),
        }
        at = one.at + one.text.len();
    }
    items.extend(words(&text[at..]).map(Item::Word));
    let own: Vec<&str> = parts.iter().flat_map(|part| words(part)).collect();
    follow(&items, &own)
}

/// Goes through a text and its own words together.
fn follow(items: &[Item], own: &[&str]) -> Result<(), OutsideError> {
    let mut at = 0;
    let mut may_skip = false;
    for item in items {
        let Item::Word(word) = item else {
            may_skip = true;
            continue;
        };
        let room = if may_skip { MOST_REPLACED } else { 0 };
        let rest = &own[at..];
        let most = rest.len().min(room + 1);
        let Some(skipped) = rest[..most].iter().position(|other| is_same(word, other)) else {
            // Which of the two is too much: a word of the text, or one that it leaves out?
            return Err(match rest.first() {
                Some(left) if own[at..].iter().any(|other| is_same(word, other)) => {
                    OutsideError::LeftOut(super::cut(left))
                }
                _ => OutsideError::NotOwn(super::cut(word)),
            });
        };
        replaced(&rest[..skipped])?;
        at += skipped + 1;
        may_skip = false;
    }
    let rest = &own[at..];
    if !may_skip || rest.len() > MOST_REPLACED {
        return match rest.first() {
            Some(left) => Err(OutsideError::LeftOut(super::cut(left))),
            None => Ok(()),
        };
    }
    replaced(rest)
}

/// Checks words in whose place another form stands.
fn replaced(words: &[&str]) -> Result<(), OutsideError> {
    match words.iter().find(|word| denies(word)) {
        Some(word) => Err(OutsideError::LeftOut(super::cut(word))),
        None => Ok(()),
    }
}

fn denies(word: &str) -> bool {
    let word = word.replace('’', "'").to_lowercase();
    DENYING.contains(&&*word) || word.ends_with("n't")
}

/// Says whether two words are the same but for the case of their first letter.
fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.chars(), other.chars());
    let first = |c: Option<char>| c.map(|c| c.to_lowercase().collect::<String>());
    first(one.next()) == first(other.next()) && one.eq(other)
}

/// Returns the words of a text without the marks around them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .flat_map(|word| word.split_inclusive(is_ideograph))
        .flat_map(|word| {
            let last = word.char_indices().next_back();
            let last = last.filter(|&(at, c)| at > 0 && is_ideograph(c));
            let (before, wide) = word.split_at(last.map_or(word.len(), |(at, _)| at));
            [before, wide]
        })
        .map(|word| word.trim_matches(is_mark))
        .filter(|word| !word.is_empty())
}

/// Marks that may stand around words; a sign such as `-` or `%` belongs to its figure.
const fn is_mark(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '…'
            | '–'
            | '—'
            | '('
            | ')'
            | '['
            | ']'
            | '"'
            | '\''
            | '“'
            | '”'
            | '‘'
            | '’'
            | '«'
            | '»'
            | '。'
            | '、'
            | '「'
            | '」'
    )
}

/// Kana and Han, which are written without spaces.
const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "Ann Roe is the mayor. The bridge is not safe, she said, for cars or “lorries”. 橋は閉鎖された。";

    fn added(text: &str, words: &str, why: AddedWhy) -> Vec<Added> {
        let at = text.find(words).expect("there");
        let text = words.to_owned();
        vec![Added { at, text, why }]
    }

    #[test]
    fn the_words_of_the_parts_are_taken_whatever_marks_and_spaces_stand_between() {
        let parts = ["The bridge is not safe,", "for cars or “lorries”."];
        for text in [
            "The bridge is not safe for cars or lorries",
            "the bridge is not safe, for cars or “lorries”",
            "The bridge\nis not safe (for cars or lorries)!",
        ] {
            check(text, &[], &parts, SOURCE).expect(text);
        }
        check("橋は 閉鎖", &[], &["橋は", "閉鎖"], SOURCE).expect("the same");
        check("橋は閉鎖", &[], &["橋は", "閉鎖"], SOURCE).expect("the same");
    }

    #[test]
    fn other_words_are_refused_by_the_first_of_them() {
        let parts = ["The bridge is not safe", "for cars or"];
        for (text, why) in [
            (
                "The tunnel is not safe for cars or",
                "“tunnel” is not among the words of its parts",
            ),
            (
                "The bridge is not safe for cars or rain",
                "“rain” is not among",
            ),
            (
                "The bridge is safe for cars or",
                "“not” of its parts is left out",
            ),
            (
                "The bridge is not safe for cars",
                "“or” of its parts is left out",
            ),
            (
                "bridge The is not safe for cars or",
                "“The” of its parts is left out",
            ),
            ("The bridge IS not safe for cars or", "“IS” is not among"),
            (
                "The bridge is not safe safe for cars or",
                "“safe” is not among",
            ),
            ("橋", "“橋” is not among"),
        ] {
            let error = check(text, &[], &parts, SOURCE)
                .expect_err(text)
                .to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        // A sign belongs to its figure.
        check("by -4%", &[], &["by 4%"], "").expect_err("another figure");
        check("by 4", &[], &["by 4%"], "").expect_err("another figure");
    }

    #[test]
    fn what_is_added_is_marked_and_may_take_the_place_of_what_it_stands_for() {
        use AddedWhy::{Carried, Inflected, Resolved};
        let whole = "The bridge is not safe";
        for (text, words, why, part) in [
            ("The bridge was not safe", "was", Inflected, whole),
            ("Ann Roe said", "Ann Roe", Resolved, "she said"),
            ("The bridge for cars", "The bridge", Carried, "for cars"),
            ("said Ann Roe", "Ann Roe", Resolved, "said"),
        ] {
            check(text, &added(text, words, why), &[part], SOURCE).expect(text);
        }
        for (text, words, why, part, message) in [
            (
                "The tunnel for cars",
                "The tunnel",
                Carried,
                "for cars",
                "“The tunnel” is carried",
            ),
            (
                "The bridge was safe",
                "was",
                Inflected,
                whole,
                "“not” of its parts",
            ),
            (
                "The bridge was not safe",
                "was",
                Carried,
                whole,
                "“was” is carried",
            ),
            (
                "The bridge is",
                "is",
                Inflected,
                "The bridge isn’t",
                "“isn’t” of its parts",
            ),
            ("It safe", "It", Inflected, whole, "“The” of its parts"),
            (
                "The bridge bridge is not safe",
                "The",
                Carried,
                whole,
                "“The” of its parts",
            ),
        ] {
            let error = check(text, &added(text, words, why), &[part], SOURCE).expect_err(text);
            assert!(error.to_string().contains(message), "{text}: {error}");
        }
    }
}
