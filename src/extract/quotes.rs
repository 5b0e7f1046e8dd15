//! The quoted stretches of a block, found by their marks in one pass.
//!
//! Curly, straight, low and angled double marks, and curly single marks that open after a space.
//! A mark left open at the end of a block runs on if the next block opens with one; otherwise the
//! stretch ends with the block. Straight single marks are never read as quotation marks: they are
//! apostrophes far more often.

use crate::words::span::Span;

/// A quoted stretch, marks included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quoted {
    /// From the opening mark to past the closing one.
    pub(super) span: Span,
    /// Has a closing mark in this block.
    pub(super) closed: bool,
}

impl Quoted {
    /// Returns the words without the marks, trimmed; `None` if there are none.
    pub(super) fn inside(self, text: &str) -> Option<Span> {
        let words = self.span.of(text).ok()?;
        let open = words.chars().next().map_or(0, char::len_utf8);
        let close = if self.closed {
            words.chars().next_back().map_or(0, char::len_utf8)
        } else {
            0
        };
        let inner = words.get(open..words.len() - close)?;
        let lead = inner.len() - inner.trim_start().len();
        let start = self.span.start() + open + lead;
        Span::new(start, start + inner.trim().len()).ok()
    }
}

/// Finds the outermost quoted stretches of `block`, in order.
pub(super) fn quoted(text: &str, block: Span) -> Vec<Quoted> {
    let words = &text[block.start()..block.end()];
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    let mut before = ' ';
    let mut chars = words.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let after = chars.peek().map_or(' ', |(_, n)| *n);
        match open {
            None => {
                let opens = match c {
                    '“' | '„' | '«' | '「' => true,
                    '"' => !before.is_alphanumeric() && !after.is_whitespace(),
                    '‘' => !before.is_alphanumeric(),
                    _ => false,
                };
                if opens {
                    open = Some((i, c));
                }
            }
            Some((start, mark)) => {
                let closes = match mark {
                    '"' => c == '"' && (!before.is_whitespace() || after.is_whitespace()),
                    '“' => c == '”' || c == '"',
                    '„' => matches!(c, '“' | '”'),
                    '«' => c == '»',
                    '「' => c == '」',
                    _ => c == '’' && !after.is_alphanumeric() && !before.is_whitespace(),
                };
                if closes {
                    found.extend(stretch(block, start, i + c.len_utf8(), true));
                    open = None;
                }
            }
        }
        before = c;
    }
    if let Some((start, mark)) = open
        && mark != '‘'
    {
        found.extend(stretch(block, start, words.len(), false));
    }
    found
}

fn stretch(block: Span, start: usize, end: usize, closed: bool) -> Option<Quoted> {
    let span = Span::new(block.start() + start, block.start() + end).ok()?;
    (span.len() > 2).then_some(Quoted { span, closed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Vec<(&str, bool)> {
        let block = Span::new(0, text.len()).unwrap();
        quoted(text, block)
            .iter()
            .filter_map(|q| Some((q.inside(text)?.of(text).ok()?, q.closed)))
            .collect()
    }

    #[test]
    fn marks_of_all_shapes() {
        assert_eq!(
            find("He said “no.” She said \"yes, it's so\" and «oui» too."),
            [("no.", true), ("yes, it's so", true), ("oui", true)]
        );
        assert_eq!(
            find("It was ‘don’t know’ again; the dogs’ bowl"),
            [("don’t know", true)]
        );
        assert_eq!(find("“This goes on"), [("This goes on", false)]);
        assert_eq!(find("a 6\" pipe"), []);
    }

    #[test]
    fn a_million_marks_are_one_pass() {
        let text = "\"".repeat(1_000_000);
        assert!(find(&text).len() < 1_000_000);
    }
}
