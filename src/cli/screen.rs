//! What a terminal may show: text from sources made harmless, widths, wrapping, styles.
//!
//! A source may hold anything, so every byte of it passes [`visible`] on its way to a terminal:
//! no control character, bidi override or tag character of a source ever reaches one.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::IsTerminal as _;

use anstyle::{AnsiColor, Style};
use factlog::words::time::Timestamp;
use unicode_width::UnicodeWidthChar;

/// Headings and what matters in a line.
pub(crate) const STRONG: Style = Style::new().bold();
/// What may be skipped.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What needs a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Writes `text` in a style; the stream drops the style where it is not wanted.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns `text` with every character that could disturb a terminal or mislead a reader written
/// as an escape such as `\u{202e}`; line feeds stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Returns `text` for a file that a person edits and that is read back: tabs and characters that are not
/// seen stay as they are, or their escapes would be signed as words; other controls are left out.
pub(crate) fn editable(text: &str) -> Cow<'_, str> {
    let is_left_out = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(is_left_out) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_left_out(*c)).collect())
}

/// Like [`editable`], on one line: line feeds become spaces.
pub(crate) fn editable_line(text: &str) -> String {
    let lines = editable(text);
    let lines = lines.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Writes a text as one word for a POSIX shell: what a person is told to type does no more than it says.
pub(crate) fn shell_word(text: &str) -> String {
    // A NUL can be in no word, and in nothing that reached a terminal through here.
    shlex::try_quote(text).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

/// Like [`visible`], on one line: line feeds and tabs become spaces.
pub(crate) fn one_line(text: &str) -> String {
    visible(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says whether a character could disturb a terminal or mislead a reader.
#[expect(clippy::match_same_arms, reason = "each arm is a group with a name")]
pub(crate) const fn is_harmful(c: char) -> bool {
    match c {
        '\n' => false,
        // C0, DEL and C1.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // Bidi embeddings, overrides and isolates.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' => {
            true
        }
        // Line and paragraph separators, zero-width characters but the joiners that scripts need.
        '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => true,
        // Interlinear annotations and tags.
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => false,
    }
}

/// Returns a path as it can be read: bytes that are not UTF-8 are written as escapes such as `\xff`, and
/// what could disturb a terminal as [`visible`] writes it.
pub(crate) fn path(path: impl AsRef<OsStr>) -> String {
    let mut shown = String::new();
    for chunk in path.as_ref().as_encoded_bytes().utf8_chunks() {
        // A name is on one line, whatever is in it.
        shown.push_str(&visible(chunk.valid()).replace('\n', "\\u{a}"));
        for byte in chunk.invalid() {
            write!(shown, "\\x{byte:02x}").expect("a String takes all");
        }
    }
    shown
}

/// Says how long ago something was.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = u64::try_from(now.seconds() - at.seconds()).unwrap_or(0);
    let text = match seconds {
        0..60 => return "just now".to_owned(),
        60..3600 => counted(seconds / 60, "minute", "minutes"),
        3600..86400 => counted(seconds / 3600, "hour", "hours"),
        _ => counted(seconds / 86400, "day", "days"),
    };
    format!("{text} ago")
}

/// Writes a number of things: `1 entry`, `2 entries`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Returns how many columns a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Returns the terminal's columns, between 40 and 120; 80 where there is no terminal.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size()
        .map_or(80, |(w, _)| usize::from(w.0))
        .clamp(40, 120)
}

/// Wraps a text at spaces into lines of at most `columns` columns, each after `indent`.
///
/// A word wider than a line stands on a line of its own.
pub(crate) fn wrap(text: &str, columns: usize, indent: &str) -> String {
    let mut wrapped = String::new();
    let room = columns.saturating_sub(width(indent)).max(20);
    for (n, line) in visible(text).lines().enumerate() {
        if n > 0 {
            wrapped.push('\n');
        }
        let mut used = 0;
        wrapped.push_str(indent);
        for word in line.split_whitespace() {
            let wide = width(word);
            if used > 0 && used + 1 + wide > room {
                wrapped.push('\n');
                wrapped.push_str(indent);
                used = 0;
            } else if used > 0 {
                wrapped.push(' ');
                used += 1;
            }
            wrapped.push_str(word);
            used += wide;
        }
    }
    wrapped
}

/// Wraps a message of ours at spaces into lines of at most `columns` columns; what is wrapped goes on
/// under the first word of its line. Lines that fit, and styles, stay as they are.
pub(crate) fn fold(message: &str, columns: usize) -> String {
    let shown_width = |text: &str| width(&anstream::adapter::strip_str(text).to_string());
    let mut folded = String::with_capacity(message.len() + 16);
    for (n, line) in message.split('\n').enumerate() {
        if n > 0 {
            folded.push('\n');
        }
        if shown_width(line) <= columns {
            folded.push_str(line);
            continue;
        }
        let lead = line.len() - line.trim_start_matches(' ').len();
        // An indent that leaves no room for words is not kept up.
        let indent = " ".repeat(if lead + 20 <= columns { lead } else { 0 });
        let mut used = lead;
        folded.push_str(&line[..lead]);
        for (nth, word) in line[lead..].split(' ').enumerate() {
            let wide = shown_width(word);
            if nth > 0 && used < columns && wide > columns - indent.len() && has_wide(word) {
                // Such scripts have no spaces: words of them break anywhere.
                folded.push(' ');
                used = broken(&mut folded, word, used + 1, columns, &indent);
                continue;
            }
            if nth == 0 && used + wide > columns && has_wide(word) {
                used = broken(&mut folded, word, used, columns, &indent);
                continue;
            }
            if nth > 0 && used + 1 + wide > columns && used > indent.len() {
                folded.push('\n');
                folded.push_str(&indent);
                used = indent.len();
            } else if nth > 0 {
                folded.push(' ');
                used += 1;
            }
            folded.push_str(word);
            used += wide;
        }
    }
    folded
}

/// Says whether a word is of characters as wide as 漢, in whole or in part.
fn has_wide(word: &str) -> bool {
    word.chars().any(|c| c.width() == Some(2))
}

/// Writes a word over several lines; returns how many columns of the last are used.
fn broken(folded: &mut String, word: &str, used: usize, columns: usize, indent: &str) -> usize {
    let mut used = used;
    let mut is_escape = false;
    for c in word.chars() {
        is_escape |= c == '\u{1b}';
        let wide = if is_escape { 0 } else { c.width().unwrap_or(0) };
        is_escape &= !c.is_ascii_alphabetic();
        if used + wide > columns {
            folded.push('\n');
            folded.push_str(indent);
            used = indent.len();
        }
        folded.push(c);
        used += wide;
    }
    used
}

/// Makes a message for standard error harmless, whatever names are in it, but for its own styles; wraps
/// it at the terminal's width, and not at all where there is none.
pub(crate) fn message(text: &str) -> Cow<'_, str> {
    match but_for_styles(text) {
        Cow::Borrowed(text) => at_width(text),
        Cow::Owned(text) => Cow::Owned(at_width(&text).into_owned()),
    }
}

/// As [`visible`], but leaves the escape sequences of styles (ECMA-48 SGR) as they are.
fn but_for_styles(text: &str) -> Cow<'_, str> {
    const BEGIN: &str = "\u{1b}[";
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        shown.push_str(&visible(&rest[..at]));
        let after = &rest[at + BEGIN.len()..];
        let end = after.find(|c: char| !c.is_ascii_digit() && c != ';');
        if let Some(end) = end.filter(|end| after[*end..].starts_with('m')) {
            shown.push_str(&rest[at..=at + BEGIN.len() + end]);
            rest = &after[end + 1..];
        } else {
            shown.push_str(&visible(BEGIN));
            rest = after;
        }
    }
    shown.push_str(&visible(rest));
    Cow::Owned(shown)
}

/// Breaks a text of ours between words at the width of the terminal at standard error; leaves it as it is
/// where there is none.
pub(crate) fn at_width(text: &str) -> Cow<'_, str> {
    if !std::io::stderr().is_terminal() {
        return Cow::Borrowed(text);
    }
    match terminal_size::terminal_size_of(std::io::stderr()) {
        Some((columns, _)) => Cow::Owned(fitted(text, usize::from(columns.0))),
        None => Cow::Borrowed(text),
    }
}

/// Folds a text of ours for a terminal, and isolates what runs from right to left in it.
pub(crate) fn fitted(text: &str, columns: usize) -> String {
    isolated(&fold(text, columns.max(20))).into_owned()
}

/// Marks words from right to left as isolated from what stands around them, so that numbers and columns
/// stay where they are (Unicode Bidirectional Algorithm, section 2.7): a line that has some begins with a
/// left-to-right mark. Of a source, such characters never come here: they are [`visible`].
pub(crate) fn isolated(text: &str) -> Cow<'_, str> {
    const LEFT_TO_RIGHT: char = '\u{200e}';
    const ISOLATE: char = '\u{2068}';
    const POP: char = '\u{2069}';
    if !text.chars().any(is_right_to_left) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        if line.chars().any(is_right_to_left) {
            shown.push(LEFT_TO_RIGHT);
        }
        // Where the words of a run end that began, in bytes of what is shown.
        let mut end = None;
        let mut is_escape = false;
        for c in line.chars() {
            is_escape |= c == '\u{1b}';
            if is_right_to_left(c) && end.is_none() {
                shown.push(ISOLATE);
            } else if let Some(at) = end
                && !is_escape
                && (c == '\n' || c.is_alphabetic() && !is_right_to_left(c))
            {
                shown.insert(at, POP);
                end = None;
            }
            shown.push(c);
            if is_right_to_left(c) {
                end = Some(shown.len());
            }
            is_escape &= !c.is_ascii_alphabetic();
        }
        if let Some(at) = end {
            shown.insert(at, POP);
        }
    }
    Cow::Owned(shown)
}

/// Says whether a character is a letter of a script that runs from right to left.
const fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// A column has at most so many bytes on average where a text is cut: a letter with four combining
/// marks fits, or an emoji of many parts, and marks without end do not.
const COLUMN_BYTES: usize = 16;

/// Cuts a text to at most `columns` columns on one line, with an ellipsis where something is cut.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    let line = one_line(text);
    let most_bytes = columns.saturating_mul(COLUMN_BYTES);
    if width(&line) <= columns && line.len() <= most_bytes {
        return line;
    }
    let mut used = 1;
    let mut kept = String::new();
    for c in line.chars() {
        used += c.width().unwrap_or(0);
        if used > columns || kept.len() + c.len_utf8() > most_bytes {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// Cuts a text to at most `columns` columns on one line at its beginning: of a key's name the end says
/// whose it is.
pub(crate) fn cut_beginning(text: &str, columns: usize) -> String {
    let line = one_line(text);
    let most_bytes = columns.saturating_mul(COLUMN_BYTES);
    if width(&line) <= columns && line.len() <= most_bytes {
        return line;
    }
    let mut used = 1;
    let mut from = line.len();
    for (at, c) in line.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > columns || line.len() - at > most_bytes {
            break;
        }
        from = at;
    }
    // What joins the letter before it would join the ellipsis.
    let kept = line[from..].trim_start_matches(|c: char| c.width() == Some(0));
    format!("…{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_the_end_is_kept() {
        assert_eq!(
            cut_beginning("desk.example/alice", 18),
            "desk.example/alice"
        );
        assert_eq!(cut_beginning("desk.example/alice", 11), "…mple/alice");
        assert_eq!(cut_beginning("desk.example/東京", 9), "…ple/東京");
        assert_eq!(cut_beginning("desk.example/東京", 4), "…京");
        assert_eq!(cut_beginning("abce\u{301}", 2), "…e\u{301}");
        let marks = format!("a{}", "\u{301}".repeat(500));
        assert_eq!(width(&cut_beginning(&format!("desk/{marks}"), 3)), 1);
    }

    #[test]
    fn nothing_harmful_reaches_a_terminal() {
        let hostile = "a\u{1b}[31mred\u{7}\u{9b}\u{202e}txt\u{e0041}\r\tb\nc";
        let shown = visible(hostile);
        assert_eq!(
            shown,
            "a\\u{1b}[31mred\\u{7}\\u{9b}\\u{202e}txt\\u{e0041}\\u{d}\\u{9}b\nc"
        );
        assert_eq!(visible("Füße, עברית, 漢字"), "Füße, עברית, 漢字");
    }

    #[test]
    fn wrapping_keeps_every_word() {
        let text = "one two three four five six seven eight nine ten";
        let wrapped = wrap(text, 24, "  ");
        assert!(wrapped.lines().all(|line| width(line) <= 24), "{wrapped}");
        assert_eq!(
            wrapped.split_whitespace().collect::<Vec<_>>().join(" "),
            text
        );
    }

    #[test]
    fn a_message_keeps_its_own_styles_and_no_other_escape() {
        let styled = styled(BAD, "error:");
        assert_eq!(but_for_styles(&styled), styled);
        let hostile = format!("{styled} in\u{1b}]0;owned\u{7} \u{1b}[2J\u{202e}txt\u{1b}");
        assert_eq!(
            but_for_styles(&hostile),
            format!("{styled} in\\u{{1b}}]0;owned\\u{{7}} \\u{{1b}}[2J\\u{{202e}}txt\\u{{1b}}")
        );
    }

    #[test]
    fn a_message_is_folded_between_words() {
        let styled = super::styled(WARN, "warning:");
        let text = format!(
            "{styled} one two three four five six\n  id        7\n    seven eight nine ten"
        );
        let folded = fold(&text, 24);
        let plain = anstream::adapter::strip_str(&folded).to_string();
        assert_eq!(
            plain,
            "warning: one two three\nfour five six\n  id        7\n    seven eight nine ten"
        );
        assert_eq!(
            fold("    seven eight nine tens", 24),
            "    seven eight nine\n    tens"
        );
        let path = "/a/very/long/path/that/does/not/fit/anywhere";
        assert_eq!(
            fold(&format!("see {path} for it"), 24),
            format!("see\n{path}\nfor it")
        );
        assert_eq!(fold(&text, 200), text);
        let wide = fold("  漢字漢字漢字漢字漢字漢字漢字", 24);
        assert_eq!(wide, "  漢字漢字漢字漢字漢字漢\n  字漢字");
        let after = fold("see 漢字漢字漢字漢字漢字漢字漢字", 24);
        assert_eq!(after, "see 漢字漢字漢字漢字漢字\n漢字漢字");
    }

    #[test]
    fn words_from_right_to_left_are_isolated() {
        let hebrew = "ראש העיר אמר";
        assert_eq!(
            isolated(&format!("  1  {hebrew}, 12 miles\nplain")),
            format!("\u{200e}  1  \u{2068}{hebrew}\u{2069}, 12 miles\nplain")
        );
        let styled = format!("{STRONG}{hebrew}{STRONG:#} and {hebrew}");
        let shown = isolated(&styled);
        assert_eq!(shown.matches('\u{2068}').count(), 2, "{shown:?}");
        assert_eq!(shown.matches('\u{2069}').count(), 2, "{shown:?}");
        let kept = shown.replace(['\u{200e}', '\u{2068}', '\u{2069}'], "");
        assert_eq!(kept, styled);
        assert!(matches!(isolated("漢字 Füße"), Cow::Borrowed(_)));
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(width("漢字"), 4);
        assert_eq!(cut("漢字漢字", 5), "漢字…");
    }

    #[test]
    fn marks_that_take_no_column_are_cut_as_well() {
        let marked = format!("a{}b", "\u{301}".repeat(500_000));
        let shown = cut(&marked, 60);
        assert!(
            shown.len() <= 60 * COLUMN_BYTES + "…".len(),
            "{}",
            shown.len()
        );
        assert!(shown.starts_with("a\u{301}") && shown.ends_with('…'));
        // Words of scripts that are written with marks are not.
        let hindi = "क्षत्रियों का इतिहास";
        assert_eq!(cut(hindi, width(hindi)), hindi);
    }

    #[test]
    #[cfg(unix)]
    fn bytes_of_a_path_that_are_no_text_are_escaped() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(
            path(OsStr::from_bytes(b"a\xff\xc3\xa9\xc3")),
            "a\\xff\u{e9}\\xc3"
        );
        // A name can't pretend to be a line of its own.
        assert_eq!(path("a\nb\t.json"), "a\\u{a}b\\u{9}.json");
    }
}
