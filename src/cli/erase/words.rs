//! The words that are to be erased, and whether a text repeats them.
//!
//! A text repeats them if it shares a run of at least [`LEAST_RUN`] code points with them, or has one
//! of their phrases, which are shorter. Both are looked for in one pass over the text's bytes: of the
//! words every 20th window of 21 bytes is known by its hash, so that one of them lies in every run of
//! 40 bytes; of a phrase, its first 8. What a hash finds is compared. White space counts once, and so
//! does the sign before lines of a form: words are the same however they are broken into lines.

use std::collections::HashMap;

use serde_json::Value;

/// A shared run of so many code points is a repetition.
const LEAST_RUN: usize = 40;

/// Of which so many bytes are of letters or digits: lines drawn with dashes are none.
const LEAST_LETTERS: usize = 20;

const WINDOW: usize = 21;
const STEP: usize = LEAST_RUN - WINDOW + 1;

/// A phrase has at least so many bytes: shorter words stand everywhere.
const LEAST_PHRASE: usize = 8;

/// So many places of the words with the same window are compared.
const MOST_PLACES: usize = 16;

/// What no word of a person stands under in a JSON object.
const NO_WORDS: [&str; 9] = [
    "type",
    "salt",
    "source",
    "stance",
    "manner",
    "language",
    "published",
    "retrieved",
    "why",
];

/// What in a JSON object is a phrase of its own; names and addresses stand in many.
const PHRASES: [&str; 7] = [
    "text",
    "exact",
    "summary",
    "rationale",
    "reason",
    "note",
    "title",
];

/// The words that are to be erased.
#[derive(Default)]
pub(crate) struct Words {
    texts: Vec<Vec<u8>>,
    /// Where windows with this hash stand: in which text, and at which byte.
    windows: HashMap<u64, Vec<(usize, usize)>>,
    /// The phrases whose beginning has this hash.
    phrases: HashMap<u64, Vec<Vec<u8>>>,
}

impl Words {
    /// Adds a text.
    pub(super) fn add(&mut self, text: &[u8]) {
        let text = joined(text);
        let n = self.texts.len();
        rolled(&text, WINDOW, |start, hash| {
            if start.is_multiple_of(STEP) {
                let places = self.windows.entry(hash).or_default();
                if places.len() < MOST_PLACES {
                    places.push((n, start));
                }
            }
            false
        });
        self.texts.push(text);
    }

    /// Adds words that count as repeated wherever they stand; those that are short enough to be no run.
    pub(super) fn add_phrase(&mut self, phrase: &str) {
        let phrase = joined(phrase.trim().as_bytes());
        if phrase.len() < LEAST_PHRASE || points(&phrase) >= LEAST_RUN {
            return;
        }
        rolled(&phrase[..LEAST_PHRASE], LEAST_PHRASE, |_, hash| {
            let same = self.phrases.entry(hash).or_default();
            if !same.contains(&phrase) {
                same.push(phrase.clone());
            }
            true
        });
    }

    /// Adds the words of a JSON object: all of them as texts, what it says as phrases.
    pub(super) fn add_object(&mut self, object: &Value) {
        each_text(object, "", &mut |key, text| {
            self.add(text.as_bytes());
            if PHRASES.contains(&key) {
                self.add_phrase(text);
            }
        });
    }

    /// Says whether a text repeats any of the words.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        let text = joined(text);
        let text = text.as_slice();
        rolled(text, WINDOW, |start, hash| {
            let places = self.windows.get(&hash);
            places
                .into_iter()
                .flatten()
                .any(|(n, place)| is_run(&self.texts[*n], *place, text, start))
        }) || !self.phrases.is_empty()
            && rolled(text, LEAST_PHRASE, |start, hash| {
                let phrases = self.phrases.get(&hash);
                phrases
                    .into_iter()
                    .flatten()
                    .any(|phrase| text[start..].starts_with(phrase))
            })
    }

    /// Says whether anything that a JSON object says repeats any of the words.
    pub(super) fn are_in_object(&self, object: &Value) -> bool {
        let mut found = false;
        each_text(object, "", &mut |_, text| {
            found = found || self.are_in(text.as_bytes());
        });
        found
    }
}

/// Goes through the texts in a JSON value that may be words, each with the key that it stands under.
fn each_text(value: &Value, key: &str, take: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => take(key, text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, key, take)),
        Value::Object(fields) => {
            for (key, value) in fields {
                if !NO_WORDS.contains(&key.as_str()) {
                    each_text(value, key, take);
                }
            }
        }
        _ => {}
    }
}

/// Says whether the two places lie in a run that counts.
fn is_run(one: &[u8], at: usize, other: &[u8], start: usize) -> bool {
    let back = one[..at].iter().rev().zip(other[..start].iter().rev());
    let back = back.take_while(|(a, b)| a == b).count();
    let ahead = one[at..].iter().zip(&other[start..]);
    let ahead = ahead.take_while(|(a, b)| a == b).count();
    let run = &one[at - back..at + ahead];
    let letters = run
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    points(run) >= LEAST_RUN && letters.count() >= LEAST_LETTERS
}

/// Counts code points: a continuation byte of UTF-8 begins none.
fn points(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Returns a text with one space for all white space that stands together.
fn joined(text: &[u8]) -> Vec<u8> {
    let is_space = |byte: u8| byte.is_ascii_whitespace() || byte == b'#';
    let mut joined: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        let byte = if is_space(*byte) { b' ' } else { *byte };
        if byte != b' ' || joined.last() != Some(&b' ') {
            joined.push(byte);
        }
    }
    joined
}

/// Gives the hash of each window of so many bytes, with where it begins, until `found` is true; says
/// whether it was.
fn rolled(text: &[u8], width: usize, mut found: impl FnMut(usize, u64) -> bool) -> bool {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let dropped = (0..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = 0_u64;
    for (end, byte) in text.iter().enumerate() {
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(*byte) + 1);
        if end >= width {
            let gone = (u64::from(text[end - width]) + 1).wrapping_mul(dropped);
            hash = hash.wrapping_sub(gone);
        }
        if end + 1 >= width && found(end + 1 - width, hash) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str =
        "The treasurer, who lives at Quay Street 9, took 40,000 from the fund – twice – in 2019.";

    fn words() -> Words {
        let mut words = Words::default();
        words.add(format!("Before. {WORDS} And after it.").as_bytes());
        words
    }

    #[test]
    fn a_run_is_found_wherever_it_stands() {
        let words = words();
        let points: Vec<char> = WORDS.chars().collect();
        for start in 0..points.len() - LEAST_RUN {
            let run: String = points[start..start + LEAST_RUN].iter().collect();
            for before in 0..25 {
                let text = format!("{}{run}~", "~".repeat(before));
                assert!(words.are_in(text.as_bytes()), "{text}");
            }
            let short: String = points[start..start + LEAST_RUN - 1].iter().collect();
            assert!(!words.are_in(format!("~{short}~").as_bytes()), "{short}");
        }
        assert!(!words.are_in(b""));
        let lines = WORDS.replace(' ', "\n#  ");
        assert!(words.are_in(lines.as_bytes()));
    }

    #[test]
    fn lines_of_dashes_are_no_words() {
        let mut words = Words::default();
        words.add("-".repeat(200).as_bytes());
        assert!(!words.are_in("-".repeat(100).as_bytes()));
    }

    #[test]
    fn a_phrase_is_found_and_a_word_is_not() {
        let mut words = words();
        words.add_phrase("took 40,000");
        words.add_phrase("fund");
        assert!(words.are_in("They say she took 40,000 home.".as_bytes()));
        assert!(!words.are_in("A fund was founded.".as_bytes()));
    }

    #[test]
    fn of_an_object_what_it_says_counts() {
        let mut words = Words::default();
        let claim = serde_json::json!({
            "type": "factlog/claim@v1",
            "source": "ab".repeat(32),
            "text": "Ada Venn stole it",
            "claimant": {"name": "The Herald of the Harbour"},
        });
        words.add_object(&claim);
        let note = |text: &str| serde_json::json!({"type": "factlog/note@v1", "text": text});
        assert!(words.are_in_object(&note("It says that Ada Venn stole it.")));
        assert!(!words.are_in_object(&note("It is in The Herald of the Harbour.")));
        assert!(!words.are_in_object(&serde_json::json!({"source": "ab".repeat(32)})));
    }
}
