//! What changed in a sentence, for a person: words that went, and words that came.

use similar::{ChangeTag, TextDiff};

use crate::cli::screen;

/// Returns the two wordings as one line: what went as `[-…-]`, what came as `{+…+}`, as `git diff
/// --word-diff` writes them.
pub(crate) fn words(old: &str, new: &str) -> String {
    let (old, new) = (screen::one_line(old), screen::one_line(new));
    let diff = TextDiff::from_words(&old, &new);
    let mut line = String::new();
    let mut run = String::new();
    let mut tag = ChangeTag::Equal;
    let flush = |line: &mut String, run: &mut String, tag: ChangeTag| {
        let text = std::mem::take(run);
        // Spaces at the ends belong to neither.
        let inner = text.trim();
        if inner.is_empty() || tag == ChangeTag::Equal {
            line.push_str(&text);
            return;
        }
        let (before, after) = text.split_once(inner).unwrap_or_default();
        let (open, close) = match tag {
            ChangeTag::Delete => ("[-", "-]"),
            _ => ("{+", "+}"),
        };
        for piece in [before, open, inner, close, after] {
            line.push_str(piece);
        }
    };
    for change in diff.iter_all_changes() {
        let is_space = change.value().trim().is_empty();
        // A space alone between two changed words is changed with them.
        if change.tag() != tag && !(is_space && change.tag() == ChangeTag::Equal) {
            flush(&mut line, &mut run, tag);
            tag = change.tag();
        }
        run.push_str(change.value());
    }
    flush(&mut line, &mut run, tag);
    line
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_that_changed_are_marked() {
        assert_eq!(
            words("The bridge is safe.", "The bridge was never safe."),
            "The bridge [-is-]{+was never+} safe."
        );
        assert_eq!(words("one two", "one two"), "one two");
    }
}
