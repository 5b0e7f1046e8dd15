//! A text's words, as they are compared: cut by Unicode's classes, folded in case, form and accents.
//!
//! Scripts that are written without spaces (Han, kana, Thai and its neighbours), and Hangul, whose
//! words carry their particles, are cut into pairs of neighbouring characters. Addresses of the web
//! are passed over; a hashtag is cut at its capitals.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A word at its place in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Where it starts, in bytes of the text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The word, folded.
    pub text: String,
    /// Whether it begins with a capital.
    pub is_capital: bool,
}

/// Cuts a text into words.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if rest.starts_with("http://") || rest.starts_with("https://") {
            at += rest.find(char::is_whitespace).unwrap_or(rest.len());
        } else if !is_word(c) || is_combining_mark(c) {
            at += c.len_utf8();
        } else if is_unspaced(c) {
            let end = at + run(rest, is_unspaced);
            push_pairs(text, at, end, &mut found);
            at = end;
        } else if c.is_ascii_digit() {
            let end = at + number_end(rest);
            push(text, at, end, &mut found);
            at = end;
        } else {
            let end = at + word_end(rest);
            if text[..at].ends_with('#') {
                push_camel(text, at, end, &mut found);
            } else {
                push(text, at, end, &mut found);
            }
            at = end;
        }
    }
    found
}

/// Returns an address without `https://`, so that its words are cut like any others.
pub(super) fn without_scheme(text: &str) -> &str {
    let rest = text.strip_prefix("https://");
    rest.or_else(|| text.strip_prefix("http://"))
        .unwrap_or(text)
}

/// Folds a word: compatibility forms, case, accents of European letters, apostrophes.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        let lower = word.to_ascii_lowercase();
        let lower = lower.strip_suffix("'s").unwrap_or(&lower);
        return lower.replace(['\'', '.'], "");
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.nfkd().flat_map(char::to_lowercase) {
        match c {
            // The accents of Latin, Greek and Cyrillic letters; marks that other scripts spell with
            // stay. Apostrophes, the dots of initials, soft hyphens and joiners go.
            '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200c}' | '\u{200d}' | '\'' | '’' | 'ʼ' | '.' =>
                {}
            'ß' => plain.push_str("ss"),
            'ς' => plain.push('σ'),
            'ı' => plain.push('i'),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            c => plain.push(c),
        }
    }
    let folded: String = plain.nfc().collect();
    match (
        word.ends_with("’s") || word.ends_with("'s"),
        folded.strip_suffix('s'),
    ) {
        (true, Some(owner)) => owner.to_owned(),
        _ => folded,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{ad}')
}

/// Says whether a character is of a script whose words are not set off by spaces.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3134f}')
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Returns the end of a word: letters and digits, apostrophes and the dots of initials among them.
fn word_end(text: &str) -> usize {
    let mut end = 0;
    let mut letters = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if is_word(c) && !is_unspaced(c) {
            letters += 1;
        } else {
            let before_word = chars.peek().is_some_and(|(_, next)| next.is_alphabetic());
            let joins = match c {
                '\'' | '’' | 'ʼ' => before_word,
                // "U.S.", but not the end of a sentence without a space.
                '.' => letters == 1 && before_word && initial_follows(&text[at + 1..]),
                _ => false,
            };
            if !joins {
                break;
            }
            letters = 0;
        }
        end = at + c.len_utf8();
    }
    end
}

/// Says whether a text begins with one letter and no more of a word.
fn initial_follows(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphabetic) && !chars.next().is_some_and(is_word)
}

/// Returns the end of a number: digits, with commas and dots between them, and a unit that touches.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let between =
            matches!(bytes[end], b',' | b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !bytes[end].is_ascii_digit() && !between {
            break;
        }
        end += 1;
    }
    end + run(&text[end..], |c| is_word(c) && !is_unspaced(c))
}

fn push(text: &str, start: usize, end: usize, found: &mut Vec<Token>) {
    let word = &text[start..end];
    let folded = if word.starts_with(|c: char| c.is_ascii_digit()) {
        ungrouped(word)
    } else {
        fold(word)
    };
    if !folded.is_empty() {
        found.push(Token {
            start,
            end,
            text: folded,
            is_capital: word.starts_with(char::is_uppercase),
        });
    }
}

/// Takes the commas of thousands out of a number; two dots or more are taken for them as well. A single
/// comma before fewer or more than three digits is a decimal point, and dots before it are of thousands.
fn ungrouped(number: &str) -> String {
    let digits = number.to_lowercase();
    if let Some((whole, rest)) = digits.split_once(',')
        && !rest.contains([',', '.'])
        && (whole == "0" || run(rest, |c| c.is_ascii_digit()) != 3)
    {
        return format!("{}.{rest}", whole.replace('.', ""));
    }
    let digits = digits.replace(',', "");
    if digits.matches('.').count() > 1 {
        digits.replace('.', "")
    } else {
        digits
    }
}

/// Cuts a hashtag at its capitals: `ClimateChange`, `COVIDVaccine`.
fn push_camel(text: &str, start: usize, end: usize, found: &mut Vec<Token>) {
    let chars: Vec<(usize, char)> = text[start..end].char_indices().collect();
    let mut from = start;
    for pair in 1..chars.len() {
        let (before, c) = (chars[pair - 1].1, chars[pair].1);
        let next_small = chars.get(pair + 1).is_some_and(|(_, c)| c.is_lowercase());
        let begins = c.is_uppercase() && (before.is_lowercase() || next_small);
        if begins || c.is_ascii_digit() != before.is_ascii_digit() {
            push(text, from, start + chars[pair].0, found);
            from = start + chars[pair].0;
        }
    }
    push(text, from, end, found);
}

/// Pushes each pair of neighbouring characters; a single one alone.
fn push_pairs(text: &str, start: usize, end: usize, found: &mut Vec<Token>) {
    let mut places: Vec<usize> = text[start..end]
        .char_indices()
        .map(|(at, _)| start + at)
        .collect();
    places.push(end);
    let wide = if places.len() > 2 { 2 } else { 1 };
    for pair in places.windows(wide + 1) {
        let text: String = text[pair[0]..pair[wide]].nfkc().collect();
        found.push(Token {
            start: pair[0],
            end: pair[wide],
            text,
            is_capital: false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_are_folded() {
        for (text, expected) in [
            ("The mayor's bridge, closed.", "the mayor bridge closed"),
            ("Orbán’s STRASSE, Straße", "orban strasse strasse"),
            ("U.S. and U.K. don't", "us and uk dont"),
            (
                "12,000,000 or 12.000.000; 3.5% of 12m",
                "12000000 or 12000000 3.5 of 12m",
            ),
            ("end.Next one", "end next one"),
            (
                "#ClimateChange2030 @desk https://x.example/a?b=c ok",
                "climate change 2030 desk ok",
            ),
            ("ｆｕｌｌ ﬁne", "full fine"),
            ("Ελλάδας", "ελλαδασ"),
            ("हिन्दी में", "हिन्दी में"),
            ("", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn unspaced_scripts_are_cut_into_pairs() {
        assert_eq!(words("橋は閉鎖 ok"), ["橋は", "は閉", "閉鎖", "ok"]);
        assert_eq!(words("漢"), ["漢"]);
        assert_eq!(words("다리는"), ["다리", "리는"]);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "Ａé #BigDeal 橋は閉 12%";
        for token in tokens(text) {
            assert!(text.get(token.start..token.end).is_some(), "{token:?}");
        }
        let deal = &tokens(text)[2];
        assert_eq!(&text[deal.start..deal.end], "Deal");
        assert!(deal.is_capital);
    }
}
