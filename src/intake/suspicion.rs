//! What a reader cannot see in a text: characters without a shape, and words of two alphabets.
//!
//! Nothing is changed here. `text/1` keeps these characters, because they may be what was
//! published; a person should know of them before signing. The sets follow Unicode's UAX #9 (bidi
//! controls), UAX #31 (default-ignorable characters) and UTS #39 (mixed-script detection), of which
//! this is a small part: only Latin, Greek, Cyrillic, Armenian and Cherokee letters and Latin
//! letters in disguise (fullwidth, mathematical) are told apart, and a Greek letter beside Latin
//! ones counts only if it looks like one of them (`μg` and `TNFα` are ordinary). A word that is
//! foreign from end to end is not found.

use std::fmt;

use serde::Serialize;

use super::Warning;
use crate::words::span::Span;

/// How many places a warning lists; it counts all of them.
pub const LISTED_PLACES: usize = 100;

/// What kind of character cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hidden {
    /// U+00AD, which may show as a hyphen at a line's end.
    SoftHyphen,
    /// Zero-width spaces, joiners and non-joiners.
    Joiner,
    /// Marks, embeddings, overrides and isolates that reorder what is shown.
    BidiControl,
    /// U+E0000 to U+E007F, which can carry a whole hidden text.
    TagCharacter,
    /// Variation selectors where they cannot select a shape.
    VariationSelector,
    /// Line and paragraph separators, fillers, invisible operators and their like.
    Other,
}

impl Hidden {
    const ALL: [Self; 6] = [
        Self::SoftHyphen,
        Self::Joiner,
        Self::BidiControl,
        Self::TagCharacter,
        Self::VariationSelector,
        Self::Other,
    ];

    /// Returns the kind of `character`, which follows `before`; `None` if it can be seen.
    fn of(character: char, before: Option<char>) -> Option<Self> {
        match character {
            '\u{AD}' => Some(Self::SoftHyphen),
            '\u{34F}' | '\u{180E}' | '\u{200B}'..='\u{200D}' | '\u{2060}' => Some(Self::Joiner),
            '\u{61C}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' => Some(Self::BidiControl),
            '\u{E0000}'..='\u{E007F}' => Some(Self::TagCharacter),
            '\u{E0100}'..='\u{E01EF}' | '\u{FE00}'..='\u{FE0F}' => before
                .is_none_or(|b| {
                    b.is_ascii() && !b.is_ascii_digit() && b != '#' && b != '*'
                        || is_variation_selector(b)
                })
                .then_some(Self::VariationSelector),
            '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{2061}'..='\u{2065}'
            | '\u{206A}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0080}'..='\u{E00FF}'
            | '\u{E01F0}'..='\u{E0FFF}' => Some(Self::Other),
            _ => None,
        }
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SoftHyphen => "soft hyphen",
            Self::Joiner => "zero-width joiner or space",
            Self::BidiControl => "bidi control",
            Self::TagCharacter => "tag character",
            Self::VariationSelector => "stray variation selector",
            Self::Other => "invisible character",
        })
    }
}

/// A word whose letters come from more than one alphabet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MixedWord {
    /// Where it stands, in bytes of the text.
    pub span: Span,
    /// The word, verbatim. Escape it before printing it.
    pub word: String,
    /// The alphabets, in the order in which they appear.
    pub scripts: Vec<Script>,
}

/// An alphabet, as far as words of two of them are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Script {
    /// Latin letters.
    Latin,
    /// Greek letters.
    Greek,
    /// Cyrillic letters.
    Cyrillic,
    /// Armenian letters.
    Armenian,
    /// Cherokee letters.
    Cherokee,
    /// Fullwidth and mathematical Latin letters.
    Disguised,
}

impl Script {
    fn of(letter: char) -> Option<Self> {
        match letter {
            'A'..='Z'
            | 'a'..='z'
            | '\u{AA}'
            | '\u{BA}'
            | '\u{C0}'..='\u{D6}'
            | '\u{D8}'..='\u{F6}'
            | '\u{F8}'..='\u{2AF}'
            | '\u{1D00}'..='\u{1DBF}'
            | '\u{1E00}'..='\u{1EFF}'
            | '\u{2C60}'..='\u{2C7F}'
            | '\u{A722}'..='\u{A7FF}'
            | '\u{AB30}'..='\u{AB64}'
            | '\u{FB00}'..='\u{FB06}' => Some(Self::Latin),
            '\u{370}'..='\u{373}'
            | '\u{376}'..='\u{377}'
            | '\u{37B}'..='\u{37D}'
            | '\u{37F}'
            | '\u{386}'
            | '\u{388}'..='\u{3FF}'
            | '\u{1F00}'..='\u{1FFC}' => Some(Self::Greek),
            '\u{400}'..='\u{52F}' | '\u{1C80}'..='\u{1C8F}' | '\u{A640}'..='\u{A69F}' => {
                Some(Self::Cyrillic)
            }
            '\u{531}'..='\u{587}' => Some(Self::Armenian),
            '\u{13A0}'..='\u{13FF}' | '\u{AB70}'..='\u{ABBF}' => Some(Self::Cherokee),
            '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' | '\u{1D400}'..='\u{1D6A3}' => {
                Some(Self::Disguised)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Latin => "Latin",
            Self::Greek => "Greek",
            Self::Cyrillic => "Cyrillic",
            Self::Armenian => "Armenian",
            Self::Cherokee => "Cherokee",
            Self::Disguised => "fullwidth or mathematical",
        })
    }
}

/// Lists what cannot be seen in `text`: one warning for each kind of hidden character, then one for
/// the words of two alphabets.
pub fn look(text: &str) -> Vec<Warning> {
    // Nothing that is looked for is ASCII alone.
    if text.is_ascii() {
        return Vec::new();
    }
    let mut warnings = hidden(text);
    warnings.extend(mixed_words(text));
    warnings
}

/// Says whether nothing in `text` can be seen: white space and hidden characters only.
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || Hidden::of(c, None).is_some())
}

fn hidden(text: &str) -> Vec<Warning> {
    let mut counts = [0_usize; Hidden::ALL.len()];
    let mut places: [Vec<Span>; Hidden::ALL.len()] = Default::default();
    let mut before = None;
    for (at, character) in text.char_indices() {
        if let Some(kind) = Hidden::of(character, before) {
            let index = kind as usize;
            counts[index] += 1;
            if places[index].len() < LISTED_PLACES {
                places[index].push(span(at, at + character.len_utf8()));
            }
        }
        before = Some(character);
    }
    Hidden::ALL
        .into_iter()
        .zip(counts)
        .zip(places)
        .filter(|((_, count), _)| *count > 0)
        .map(|((kind, count), at)| Warning::Hidden { kind, count, at })
        .collect()
}

fn mixed_words(text: &str) -> Option<Warning> {
    let mut words = Vec::new();
    let mut count = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !in_word(first) {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut word = Letters::default();
        word.take(first);
        while let Some((at, next)) = rest.next_if(|&(_, c)| in_word(c)) {
            word.take(next);
            end = at + next.len_utf8();
        }
        if word.is_suspect() {
            count += 1;
            if words.len() < LISTED_PLACES {
                words.push(MixedWord {
                    span: span(start, end),
                    word: text[start..end].to_owned(),
                    scripts: word.scripts,
                });
            }
        }
    }
    (count > 0).then_some(Warning::MixedScript { count, words })
}

/// The alphabets of one word.
#[derive(Default)]
struct Letters {
    scripts: Vec<Script>,
    greek_look_alike: bool,
}

impl Letters {
    fn take(&mut self, letter: char) {
        if let Some(script) = Script::of(letter) {
            if !self.scripts.contains(&script) {
                self.scripts.push(script);
            }
            self.greek_look_alike |= is_greek_look_alike(letter);
        }
    }

    fn is_suspect(&self) -> bool {
        match self.scripts[..] {
            [] | [_] => false,
            [Script::Latin, Script::Greek] | [Script::Greek, Script::Latin] => {
                self.greek_look_alike
            }
            _ => true,
        }
    }
}

/// Letters, marks and digits make a word; so do hidden characters inside one, which would otherwise
/// split it.
fn in_word(character: char) -> bool {
    character.is_alphanumeric()
        || ('\u{300}'..='\u{36F}').contains(&character)
        || matches!(character, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}')
}

/// Greek letters that are drawn as Latin ones, after UTS #39's confusables.
const fn is_greek_look_alike(letter: char) -> bool {
    matches!(
        letter,
        'Α' | 'Β'
            | 'Ε'
            | 'Ζ'
            | 'Η'
            | 'Ι'
            | 'Κ'
            | 'Μ'
            | 'Ν'
            | 'Ο'
            | 'Ρ'
            | 'Τ'
            | 'Υ'
            | 'Χ'
            | 'ο'
            | 'ν'
            | 'ι'
            | 'ρ'
            | 'υ'
            | 'ϲ'
            | 'ϳ'
            | 'Ϲ'
            | 'Ϳ'
    )
}

const fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start, end).expect("a character has at least one byte")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Hidden, usize)> {
        look(text)
            .into_iter()
            .filter_map(|warning| match warning {
                Warning::Hidden { kind, count, .. } => Some((kind, count)),
                _ => None,
            })
            .collect()
    }

    fn words(text: &str) -> Vec<MixedWord> {
        look(text)
            .into_iter()
            .find_map(|warning| match warning {
                Warning::MixedScript { words, .. } => Some(words),
                _ => None,
            })
            .unwrap_or_default()
    }

    #[test]
    fn each_kind_is_named_with_its_places() {
        let text = "so\u{AD}ft \u{202E}abc\u{202C} z\u{200B}w \u{E0041}\u{E0042} a\u{2028}b\n";
        assert_eq!(
            kinds(text),
            [
                (Hidden::SoftHyphen, 1),
                (Hidden::Joiner, 1),
                (Hidden::BidiControl, 2),
                (Hidden::TagCharacter, 2),
                (Hidden::Other, 1),
            ]
        );
        let Warning::Hidden { at, .. } = &look(text)[2] else {
            panic!("a hidden character")
        };
        let found: Vec<&str> = at
            .iter()
            .map(|s| s.of(text).expect("in the text"))
            .collect();
        assert_eq!(found, ["\u{202E}", "\u{202C}"]);
    }

    #[test]
    fn places_are_bounded_and_counts_are_not() {
        let text = "\u{AD}".repeat(LISTED_PLACES * 3);
        let Warning::Hidden { count, at, .. } = &look(&text)[0] else {
            panic!("a hidden character")
        };
        assert_eq!((*count, at.len()), (LISTED_PLACES * 3, LISTED_PLACES));
    }

    #[test]
    fn an_emoji_keeps_its_variation_selector() {
        assert_eq!(
            kinds("\u{2764}\u{FE0F} 1\u{FE0F}\u{20E3} \u{845B}\u{E0100}"),
            []
        );
        assert_eq!(kinds("a\u{FE0F}"), [(Hidden::VariationSelector, 1)]);
        assert_eq!(
            kinds("\u{1F600}\u{FE0F}\u{E0141}\u{E0142}"),
            [(Hidden::VariationSelector, 2)]
        );
    }

    #[test]
    fn a_homoglyph_name_is_found_at_its_place() {
        // The second letter of each is Cyrillic, Greek, mathematical, fullwidth, Cyrillic.
        let text = "N\u{435}tanyahu, J\u{3BF}hn, J\u{1D428}hn, J\u{FF4F}hn, K\u{AD}\u{456}rby.\n";
        let found = words(text);
        assert_eq!(found.len(), 5);
        for word in &found {
            assert_eq!(word.span.of(text), Ok(word.word.as_str()));
        }
        assert_eq!(found[0].scripts, [Script::Latin, Script::Cyrillic]);
        assert_eq!(found[1].scripts, [Script::Latin, Script::Greek]);
        assert_eq!(found[2].scripts, [Script::Latin, Script::Disguised]);
    }

    #[test]
    fn ordinary_words_are_left_alone() {
        for text in [
            "5 μg of TNFα, 3 kΩ, ΔT, NFκB and γ-rays",
            "naïve Ærøskøbing Łódź ﬁne N\u{303}o",
            "Путин сказал: «да»",
            "東京タワーTOKYO 2020年",
            "COVID-19 – H₂O – 1ª",
        ] {
            assert_eq!(look(text), [], "{text}");
        }
    }

    #[test]
    fn blank_is_what_shows_nothing() {
        assert!(is_blank(
            " \n\u{3000}\u{200B}\u{AD}\u{202E}\u{2800}".trim_end_matches('\u{2800}')
        ));
        assert!(!is_blank(" .\n"));
    }
}
