//! The quoted stretches of a block, found by their marks in one pass.
//!
//! Curly, straight, low and angled double marks, and curly single marks that open after a space.
//! A mark left open runs to the end of the block. Straight single marks are never read as quotation marks: they are
//! apostrophes far more often.

use crate::words::span::Span;

/// A quoted stretch, marks included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quoted {
    /// From the opening mark to past the closing one.
    pub(super) span: Span,
}

impl Quoted {
    /// One or two words in marks are a name or a scare quote, not speech.
    pub(super) fn is_scare(self, text: &str) -> bool {
        let words = &text[self.span.start()..self.span.end()];
        words.len() < 40
            && !words.contains([',', '.', '!', '?'])
            && words.split_whitespace().count() < 3
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
                    found.extend(stretch(block, start, i + c.len_utf8()));
                    open = None;
                }
            }
        }
        before = c;
    }
    if let Some((start, mark)) = open
        && mark != '‘'
    {
        found.extend(stretch(block, start, words.len()));
    }
    found
}

fn stretch(block: Span, start: usize, end: usize) -> Option<Quoted> {
    let span = Span::new(block.start() + start, block.start() + end).ok()?;
    (span.len() > 2).then_some(Quoted { span })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Vec<&str> {
        let block = Span::new(0, text.len()).unwrap();
        let found = quoted(text, block).into_iter();
        found.map(|q| &text[q.span.start()..q.span.end()]).collect()
    }

    #[test]
    fn marks_of_all_shapes() {
        assert_eq!(
            find("He said “no.” She said \"yes, it's so\" and «oui» too."),
            ["“no.”", "\"yes, it's so\"", "«oui»"]
        );
        assert_eq!(
            find("It was ‘don’t know’ again; the dogs’ bowl"),
            ["‘don’t know’"]
        );
        assert_eq!(find("“This goes on"), ["“This goes on"]);
        assert!(find("a 6\" pipe").is_empty());
    }

    #[test]
    fn a_million_marks_are_one_pass() {
        let text = "\"".repeat(1_000_000);
        assert!(find(&text).len() < 1_000_000);
    }
}
