//! Words as `similar` compares them: without endings, without words that carry no topic, and with
//! everyday equivalents taken together.
//!
//! Stems are those of the Snowball stemmer for English, and are made for English alone: a word of
//! another language stays as it is.

use std::cell::RefCell;
use std::collections::HashMap;

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer, TokenStream as _};

use super::tokens::Token;

/// So many stems are kept: a desk's vocabulary fits, and a hostile text does not fill the memory.
const MOST_KEPT: usize = 200_000;

/// Words that say little about what a text is about.
const STOP_WORDS: &str = " a about after again all also am an and any are as at be because been \
    before being both but by can could did do does doing during each for from further get gets got \
    had has have having he her here hers him his how i if in into is it its itself just let like me \
    more most much my now of off on once only or other our out over own rt said same say says she \
    should so some such than that the their them then there these they this those through to too \
    under until up us very via was we were what when where which while who whom why will with \
    would you your according claim claims claimed amp im ive youre thats ";

/// Words that turn a sentence round. A word that ends in "n't" does, too.
const DENIALS: &str = " no not never none nobody nothing neither nor cannot without deny denies denied \
    untrue false ";

/// Everyday equivalents: each line's words are taken for its first one.
const EQUIVALENTS: &[&str] = &[
    "usa us america american americans",
    "uk britain british",
    "eu european",
    "covid covid19 coronavirus",
    "vaccine vaccines vaccination vaccinations vaccinated jab jabs",
    "die died dies dead death deaths dying",
    "kill killed kills killing killings",
    "child children kid kids",
    "government govt gov governments",
    "police cops policeman policemen officers",
    "president pres presidential",
    "migrant migrants immigrant immigrants immigration migration",
    "election elections electoral",
    "buy bought buys buying purchase purchased",
    "build built builds building",
    "pay paid pays paying",
    "spend spent spends spending",
    "fall fell fallen falls falling drop dropped drops",
    "rise rose risen rises rising",
    "lose lost loses losing",
    "win won wins winning",
    "send sent sends sending",
    "big large huge",
    "pupil pupils student students",
    "doctor doctors physician physicians",
    "car cars automobile automobiles",
    "euro euros eur",
    "dollar dollars usd",
    "pound pounds gbp",
    "tv television",
    "nurse nurses",
    "woman women",
    "man men",
    "begin began begun begins",
    "close shut shuts",
    "hospital hospitals clinic clinics",
];

/// Names of several words that have one.
const PHRASES: &[(&[&str], &str)] = &[
    (&["united", "states", "of", "america"], "usa"),
    (&["united", "states"], "usa"),
    (&["united", "kingdom"], "uk"),
    (&["great", "britain"], "uk"),
    (&["united", "nations"], "un"),
    (&["european", "union"], "eu"),
];

/// Says whether a folded word says little about what a text is about.
pub fn is_stop_word(word: &str) -> bool {
    contains(STOP_WORDS, word)
}

/// Says whether a folded word turns a sentence round.
pub fn is_denial(word: &str) -> bool {
    contains(DENIALS, word)
        || word.strip_suffix("nt").is_some_and(|stem| {
            contains(
                " is are was were do does did has have had wo would ca could should must ai ",
                stem,
            )
        })
}

fn contains(list: &str, word: &str) -> bool {
    !word.is_empty()
        && list
            .match_indices(word)
            .any(|(at, _)| list[..at].ends_with(' ') && list[at + word.len()..].starts_with(' '))
}

/// Says whether a language, a BCP 47 tag, is English.
pub fn is_english(language: &str) -> bool {
    language
        .split('-')
        .next()
        .is_some_and(|primary| primary.eq_ignore_ascii_case("en"))
}

/// Returns the stem of a folded word, with its equivalents taken together.
pub fn stem(word: &str, english: bool) -> String {
    if !english || !word.is_ascii() || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return word.to_owned();
    }
    KEPT.with_borrow_mut(|kept| kept.stem(word))
}

/// Returns how many words a name of several words takes at a place, and the one word for it.
pub fn phrase(words: &[Token]) -> Option<(usize, &'static str)> {
    PHRASES.iter().find_map(|(phrase, one)| {
        let fits = words.len() >= phrase.len()
            && phrase
                .iter()
                .zip(words)
                .all(|(want, have)| *want == have.text);
        fits.then_some((phrase.len(), *one))
    })
}

struct Stems {
    analyzer: TextAnalyzer,
    kept: HashMap<String, String>,
    equivalents: HashMap<&'static str, &'static str>,
}

thread_local! {
    static KEPT: RefCell<Stems> = RefCell::new(Stems::new());
}

impl Stems {
    fn new() -> Self {
        let mut equivalents = HashMap::new();
        for line in EQUIVALENTS {
            let mut words = line.split(' ');
            if let Some(first) = words.next() {
                equivalents.extend(words.map(|word| (word, first)));
            }
        }
        Self {
            analyzer: TextAnalyzer::builder(RawTokenizer::default())
                .filter(Stemmer::new(Language::English))
                .build(),
            kept: HashMap::new(),
            equivalents,
        }
    }

    fn stem(&mut self, word: &str) -> String {
        if let Some(stem) = self.kept.get(word) {
            return stem.clone();
        }
        let word_for_all = self.equivalents.get(word).copied().unwrap_or(word);
        let spelt = american(word_for_all);
        let mut stream = self.analyzer.token_stream(&spelt);
        let stem = if stream.advance() {
            stream.token().text.clone()
        } else {
            spelt.clone()
        };
        drop(stream);
        if self.kept.len() < MOST_KEPT {
            self.kept.insert(word.to_owned(), stem.clone());
        }
        stem
    }
}

/// Spells a word's ending as Americans do, so that both spellings have one stem.
fn american(word: &str) -> String {
    const ENDINGS: [(&str, &str); 9] = [
        ("isation", "ization"),
        ("isations", "izations"),
        ("ised", "ized"),
        ("ising", "izing"),
        ("ise", "ize"),
        ("ises", "izes"),
        ("our", "or"),
        ("ours", "ors"),
        ("tre", "ter"),
    ];
    let ending = ENDINGS
        .iter()
        .find(|(british, _)| word.len() > british.len() + 3 && word.ends_with(british));
    ending.map_or_else(
        || word.to_owned(),
        |(british, american)| format!("{}{american}", &word[..word.len() - british.len()]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (one, other) in [
            ("bridges", "bridge"),
            ("closing", "closed"),
            ("organised", "organizing"),
            ("harbour", "harbor"),
            ("fell", "dropped"),
            ("jabs", "vaccination"),
            ("kids", "children"),
        ] {
            assert_eq!(stem(one, true), stem(other, true), "{one}, {other}");
        }
        assert_ne!(stem("bridge", true), stem("bride", true));
        assert_eq!(stem("brücken", false), "brücken");
    }

    #[test]
    fn lists_hold_whole_words() {
        assert!(is_stop_word("the") && is_stop_word("amp") && !is_stop_word("th"));
        assert!(is_denial("never") && is_denial("doesnt") && is_denial("wont"));
        assert!(!is_denial("president") && !is_denial("went") && !is_denial("want"));
        assert!(is_english("en-GB") && !is_english("de"));
    }
}
