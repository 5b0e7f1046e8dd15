//! `text/1`: the normal form of a source's text, which claims point into.
//!
//! The steps and their order are those of `docs/format.md`, "Text", and never change; a better
//! normal form is another name. Decoding, which comes first, is [`super::charset`]'s. It is
//! idempotent: a text in `text/1` comes out as it went in.
//!
//! It keeps what can be seen: soft hyphens, joiners, bidi controls and tag characters stay where
//! they are and are reported by [`super::suspicion`]; U+2028, U+2029 and spaces other than U+0020
//! and U+00A0 stay too. A space at the start of a line stays, an empty line at the end as well.
//! Normalisation form C differs between versions of Unicode for characters that the older one does
//! not know, so the version is part of the [`normalizer`]'s name.

use std::iter::Peekable;

use unicode_normalization::{IsNormalized, UNICODE_VERSION, UnicodeNormalization, is_nfc_quick};

/// The name of this normal form, without the version of Unicode.
pub const NAME: &str = "text/1";

const BYTE_ORDER_MARK: char = '\u{FEFF}';
const NO_BREAK_SPACE: char = '\u{A0}';

/// A text in `text/1`, and what was dropped on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text1 {
    /// The text; it ends with a line feed and has no other control character.
    pub text: String,
    /// How many control characters were dropped.
    pub controls: usize,
}

/// Returns the normal form's name with its version of Unicode, such as `text/1 unicode-18.0`.
pub fn normalizer() -> String {
    let (major, minor, _) = UNICODE_VERSION;
    format!("{NAME} unicode-{major}.{minor}")
}

/// Brings decoded text into `text/1`.
///
/// Text without any character that can be seen becomes a lone line feed or lines of spaces' like;
/// whether to take that in is the caller's decision.
pub fn normalize(decoded: &str) -> Text1 {
    let (lines, controls) = drop_controls(decoded);
    let text = if is_nfc_quick(lines.chars()) == IsNormalized::Yes {
        drop_spaces(lines.chars(), lines.len())
    } else {
        drop_spaces(lines.nfc(), lines.len())
    };
    Text1 { text, controls }
}

/// Drops U+FEFF; turns CRLF, CR, FF, VT and NEL into LF; then drops C0 but TAB and LF, C1 and DEL,
/// counting them.
pub(super) fn drop_controls(decoded: &str) -> (String, usize) {
    let mut text = String::with_capacity(decoded.len());
    let mut controls = 0;
    let mut characters = decoded.chars().filter(|&c| c != BYTE_ORDER_MARK).peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                skip_line_feed(&mut characters);
                text.push('\n');
            }
            '\u{C}' | '\u{B}' | '\u{85}' => text.push('\n'),
            '\n' | '\t' => text.push(character),
            _ if character.is_control() => controls += 1,
            _ => text.push(character),
        }
    }
    (text, controls)
}

fn skip_line_feed(characters: &mut Peekable<impl Iterator<Item = char>>) {
    characters.next_if_eq(&'\n');
}

/// Makes a run of space, TAB and U+00A0 one space, and none at a line's end; leaves at most one
/// empty line in a row and none at the start; ends with LF.
fn drop_spaces(characters: impl Iterator<Item = char>, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 1);
    let mut space = false;
    let mut line_feeds = 0;
    for character in characters {
        match character {
            ' ' | '\t' | NO_BREAK_SPACE => space = true,
            '\n' => {
                space = false;
                if !text.is_empty() && line_feeds < 2 {
                    text.push('\n');
                    line_feeds += 1;
                }
            }
            _ => {
                if space {
                    text.push(' ');
                    space = false;
                }
                text.push(character);
                line_feeds = 0;
            }
        }
    }
    if line_feeds == 0 {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The steps one after the other, as the specification lists them: slow and obvious.
    fn reference(decoded: &str) -> String {
        let text = decoded.replace('\u{FEFF}', "");
        let text = text.replace("\r\n", "\n");
        let text = text.replace(['\r', '\u{C}', '\u{B}', '\u{85}'], "\n");
        let text: String = text
            .chars()
            .filter(|&c| c == '\t' || c == '\n' || !c.is_control())
            .collect();
        let text: String = text.nfc().collect();
        let mut text = text.replace(['\t', '\u{A0}'], " ");
        while text.contains("  ") {
            text = text.replace("  ", " ");
        }
        while text.contains(" \n") {
            text = text.replace(" \n", "\n");
        }
        let mut text = text.trim_end_matches(' ').to_owned();
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
        let mut text = text.trim_start_matches('\n').to_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    #[test]
    fn each_step_does_what_it_says() {
        for (raw, expected) in [
            ("a", "a\n"),
            ("a\n", "a\n"),
            ("a\n\n", "a\n\n"),
            ("a\n\n\n\n", "a\n\n"),
            ("", "\n"),
            ("\n\n \t\n", "\n"),
            (" date 2024-03-26 ", " date 2024-03-26\n"),
            ("\n \n  a", " a\n"),
            ("a\r\nb\rc\u{C}d\u{B}e\u{85}f", "a\nb\nc\nd\ne\nf\n"),
            ("a\r\u{FEFF}\nb", "a\nb\n"),
            ("a\r\u{1}\nb", "a\n\nb\n"),
            ("\u{FEFF}a\u{FEFF}b", "ab\n"),
            ("a\u{1B}[31mb\u{7F}\u{9B}c\u{0}", "a[31mbc\n"),
            ("e\u{301}", "\u{E9}\n"),
            ("e\u{1}\u{301}", "\u{E9}\n"),
            ("\u{212B}", "\u{C5}\n"),
            ("a \t\u{A0} b", "a b\n"),
            ("a \u{A0}\t\nb", "a\nb\n"),
            ("a\n \t \n\u{A0}\n\nb", "a\n\nb\n"),
            (
                "a\u{2003}\u{3000}b\u{2028}c",
                "a\u{2003}\u{3000}b\u{2028}c\n",
            ),
            (
                "a\u{AD}\u{200D}\u{202E}\u{E0041}",
                "a\u{AD}\u{200D}\u{202E}\u{E0041}\n",
            ),
        ] {
            assert_eq!(normalize(raw).text, expected, "{raw:?}");
            assert_eq!(reference(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn controls_are_counted() {
        assert_eq!(
            normalize("a\u{0}b\u{1B}\u{7F}\u{80}\tc\r\n\u{FEFF}\u{85}").controls,
            4
        );
    }

    #[test]
    fn the_normalizer_names_the_version_of_unicode() {
        assert_eq!(normalizer(), "text/1 unicode-18.0");
    }

    fn hostile() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(vec![
            "\r", "\n", "\r\n", " ", "\t", "\u{A0}", "\u{85}", "\u{C}", "\u{B}", "\u{0}", "\u{1B}",
            "\u{FEFF}", "e", "\u{301}", "\u{323}", "\u{1100}", "\u{1161}", "\u{11A8}", "\u{2126}",
            "\u{AD}", "\u{2028}", "\u{344}", "\u{FB1D}", "\u{2000}", "\u{1F6}", "\u{9F}",
        ]);
        prop::collection::vec(odd, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn it_is_what_the_steps_give(raw in hostile()) {
            prop_assert_eq!(normalize(&raw).text, reference(&raw));
        }

        #[test]
        fn it_is_idempotent_and_clean(raw in prop_oneof![hostile(), any::<String>(), "\\PC*"]) {
            let once = normalize(&raw).text;
            prop_assert_eq!(&normalize(&once).text, &once);
            prop_assert_eq!(normalize(&once).controls, 0);
            prop_assert!(once.ends_with('\n'));
            prop_assert!(!once.contains("\n\n\n") && !once.contains("  ") && !once.contains(" \n"));
            prop_assert!(once == "\n" || !once.starts_with('\n'));
            prop_assert!(once.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
