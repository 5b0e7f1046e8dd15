//! What two claims are compared by: the words that carry a topic, names, figures, and whether a
//! sentence is turned round.

use std::collections::HashSet;

use super::figures::{self, Figure};
use super::stems;
use super::tokens::{self, Token};

/// Words after this many are not compared: a claim is a sentence, and a post a few.
const MOST_WORDS: usize = 400;

/// A text, made ready to be compared.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The stems of its words in order, without stop words and figures.
    pub words: Vec<String>,
    /// Those of them that are written as names are: with a capital inside a sentence.
    pub names: HashSet<String>,
    /// Those of them that are written with a capital anywhere, be it as the first of a sentence.
    pub capitals: HashSet<String>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// How many words turn it round.
    pub denials: usize,
}

impl Profile {
    /// Makes a text ready. Stems are made where it is English.
    pub fn new(text: &str, english: bool) -> Self {
        let mut words = tokens::tokens(text);
        words.truncate(MOST_WORDS);
        let figures = figures::figures(text, &words);
        let mut profile = Self {
            words: Vec::new(),
            names: HashSet::new(),
            capitals: HashSet::new(),
            figures: Vec::new(),
            denials: 0,
        };
        let mut next_figure = figures.iter().peekable();
        let mut at = 0;
        while at < words.len() {
            if let Some(figure) = next_figure.next_if(|figure| figure.first == at) {
                at = figure.end;
                continue;
            }
            if let Some((length, name)) = english.then(|| stems::phrase(&words[at..])).flatten() {
                profile.push_name(stems::stem(name, english));
                at += length;
                continue;
            }
            profile.push(text, &words[at], english);
            at += 1;
        }
        profile.figures = figures;
        profile
    }

    fn push(&mut self, text: &str, token: &Token, english: bool) {
        let written = &text[token.start..token.end];
        let word = token.text.as_str();
        if english && word == "us" && written.ends_with(['S', '.']) {
            return self.push_name(stems::stem("usa", english));
        }
        if english && stems::is_denial(word) {
            self.denials += 1;
            return;
        }
        if english && stems::is_stop_word(word) {
            return;
        }
        let stem = stems::stem(word, english);
        if token.is_capital {
            self.capitals.insert(stem.clone());
            if !begins_sentence(text, token.start) {
                self.names.insert(stem.clone());
            }
        }
        self.words.push(stem);
    }

    fn push_name(&mut self, name: String) {
        self.names.insert(name.clone());
        self.capitals.insert(name.clone());
        self.words.push(name);
    }
}

/// Says whether a place is the beginning of a sentence, where a capital says nothing.
fn begins_sentence(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '“' | '‘' | '\'' | '(' | '«' | '„')
    });
    before.is_empty() || before.ends_with(['.', '!', '?', ':', '…'])
}

/// Returns the three-letter pieces of a word, with a mark at both of its ends; none of a short word.
pub fn pieces(word: &str) -> Vec<String> {
    let chars: Vec<char> = std::iter::once('_')
        .chain(word.chars())
        .chain(std::iter::once('_'))
        .collect();
    if chars.len() < 6 {
        return vec![];
    }
    chars
        .windows(3)
        .map(|piece| piece.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_what_carries_a_topic() {
        let profile = Profile::new(
            "The US didn't send 12 million jabs to Ada Venn's town in 2021. Nobody knows.",
            true,
        );
        assert_eq!(
            profile.words,
            ["usa", "send", "vaccin", "ada", "venn", "town", "know"]
        );
        let mut names: Vec<&str> = profile.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["ada", "usa", "venn"]);
        assert_eq!(profile.figures.len(), 2);
        assert_eq!(profile.denials, 2);
    }

    #[test]
    fn pieces_mark_both_ends() {
        assert_eq!(pieces("orban"), ["_or", "orb", "rba", "ban", "an_"]);
        assert!(pieces("cat").is_empty());
    }
}
