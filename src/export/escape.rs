//! What keeps a source's characters from acting: in a page, a terminal or a spreadsheet.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

/// Writes a value as JSON, indented or on one line, ready to be printed or to stand in a page.
///
/// Inside strings, what could end a `<script>` element, steer a terminal or hide or reorder text is
/// written as an escape. A reader of JSON gets the same characters back.
pub(super) fn to_json<T: Serialize>(value: &T, pretty: bool) -> String {
    let plain = if pretty {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    }
    .expect("a value of ours can be written as JSON");
    // Outside its strings JSON has none of these characters.
    let mut text = String::with_capacity(plain.len() + 1);
    for c in plain.chars() {
        if matches!(c, '<' | '>' | '&') || is_invisible(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect("a string can be written to");
            }
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    text
}

/// Writes a text as a cell of a table that a spreadsheet may open.
///
/// What steers is written as [`to_seen`] writes it. A cell that a spreadsheet would take for a formula gets an apostrophe in front, and so
/// does one that begins with an apostrophe: whoever reads a leading apostrophe removes one.
pub(super) fn to_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if text.starts_with(['\t', '\r', '\n', '\'']) || text.trim_start().starts_with(formula) {
        cell.push('\'');
    }
    cell.push_str(&to_seen(text));
    cell
}

/// Writes a text so that everything in it is seen: control characters but line feed and TAB, and
/// characters that reorder or hide text, become `\u{1b}`.
pub(super) fn to_seen(text: &str) -> Cow<'_, str> {
    let acts = |c: char| steers(c) || (c.is_control() && !matches!(c, '\n' | '\t'));
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            write!(seen, "\\u{{{:x}}}", u32::from(c)).expect("a string can be written to");
        } else {
            seen.push(c);
        }
    }
    Cow::Owned(seen)
}

/// Says whether a character can't be seen, or moves others about.
fn is_invisible(c: char) -> bool {
    steers(c)
        || matches!(c, '\u{7f}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}')
}

/// Says whether a character reorders text, breaks lines unseen or smuggles other text.
///
/// Joiners and the two directional marks are not among them: languages need these.
fn steers(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_for_pages_and_terminals_reads_back() {
        let hostile = "</script><!--&\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{2066}\u{2028}\u{e0041}\u{200d}é日本\u{1f600}\"\\";
        for pretty in [true, false] {
            let text = to_json(&[hostile], pretty);
            assert!(text.ends_with('\n'));
            assert!(
                !text.contains(|c: char| matches!(c, '<' | '>' | '&')
                    || is_invisible(c)
                    || (c.is_control() && c != '\n')),
                "{text}"
            );
            let back: Vec<String> = serde_json::from_str(&text).expect("JSON");
            assert_eq!(back, [hostile]);
        }
        assert!(to_json(&"\u{e0041}", false).contains("\\udb40\\udc41"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\\u{d}=1"),
            ("\n=1", "'\n=1"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("'quoted", "''quoted"),
            ("a=1", "a=1"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\u{202e}b\u{7f}\u{9b}", "a\\u{202e}b\\u{7f}\\u{9b}"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("", ""),
        ] {
            assert_eq!(to_cell(text), cell);
        }
    }
}
