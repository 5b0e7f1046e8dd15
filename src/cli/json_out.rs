//! What `--json` prints: one document, on one line.

use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;

use super::screen;
use super::stdout;

/// Prints a document on standard output.
///
/// # Errors
/// Nobody reads it any more, or it can't be written.
pub(crate) fn print<T: Serialize>(document: &T) -> anyhow::Result<()> {
    // Written first, so that a closed pipe is seen as the I/O error that it is.
    let mut line = to_string(document)?;
    line.push('\n');
    let mut out = stdout::plain();
    out.write_all(line.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a document in which every character that could disturb a terminal is escaped: JSON itself
/// asks that of the C0 controls alone.
pub(crate) fn to_string<T: Serialize>(document: &T) -> serde_json::Result<String> {
    Ok(harmless(serde_json::to_string(document)?))
}

/// Escapes in JSON that is written already every character that could disturb a terminal.
pub(crate) fn harmless(text: String) -> String {
    if !text.chars().any(screen::is_harmful) {
        return text;
    }
    // Outside of strings, JSON is ASCII.
    let mut escaped = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if screen::is_harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(escaped, "\\u{unit:04x}").expect("a String takes all");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_document_disturbs_a_terminal_and_nothing_is_lost() {
        let hostile = "a\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{2028}\u{e0041}é漢\n";
        let json = to_string(&hostile).expect("JSON");
        assert_eq!(
            json,
            "\"a\\u001b[2J\\u007f\\u009b\\u202e\\u2028\\udb40\\udc41é漢\\n\""
        );
        assert_eq!(
            serde_json::from_str::<String>(&json).expect("read"),
            hostile
        );
    }
}
