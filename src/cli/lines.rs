//! Lines on a terminal: none is longer than it is wide, and words from right to left stay in their place.
//!
//! Only a word that is longer than a line, such as an address or a key, is left as it is: a terminal
//! breaks it where it must, and it can be copied whole.

use std::io::{self, IsTerminal as _, Write};

use super::links;
use super::screen;

/// A longer line is written as it is: no listing of ours has one.
const MOST_BYTES: usize = 64 * 1024;

/// Writes to a terminal line by line; to anything else, what comes as it comes.
pub(crate) struct Lines<W: Write> {
    inner: W,
    /// The terminal's columns; absent where there is none.
    columns: Option<usize>,
    /// Whether addresses can be clicked.
    has_links: bool,
    /// The line that is not finished.
    line: Vec<u8>,
}

impl<W: Write> Lines<W> {
    /// Writes lines for standard output.
    pub(crate) fn of_stdout(inner: W) -> Self {
        let size = io::stdout()
            .is_terminal()
            .then(terminal_size::terminal_size)
            .flatten();
        let mut lines = Self::new(inner, size.map(|(columns, _)| usize::from(columns.0)));
        lines.has_links = links::are_wanted();
        lines
    }

    /// Writes lines for a pager: not every one knows what makes an address clickable.
    pub(crate) fn of_pager(inner: W) -> Self {
        let mut lines = Self::of_stdout(inner);
        lines.has_links = false;
        lines
    }

    fn new(inner: W, columns: Option<usize>) -> Self {
        Self {
            inner,
            columns,
            has_links: false,
            line: Vec::new(),
        }
    }

    /// Writes what is held of a line.
    fn let_go(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match (std::str::from_utf8(&line), self.columns) {
            (Ok(text), Some(columns)) if line.len() <= MOST_BYTES => {
                let mut text = screen::fitted(text, columns);
                if self.has_links {
                    text = links::linked(&text);
                }
                self.inner.write_all(text.as_bytes())
            }
            _ => self.inner.write_all(&line),
        }
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.columns.is_none() {
            return self.inner.write(bytes);
        }
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            self.line.extend_from_slice(piece);
            if pieces.peek().is_some() {
                self.let_go()?;
                self.inner.write_all(b"\n")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.let_go()?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Lines<W> {
    fn drop(&mut self) {
        let _ = self.let_go();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(columns: Option<usize>, pieces: &[&str]) -> String {
        let mut bytes = Vec::new();
        let mut lines = Lines::new(&mut bytes, columns);
        for piece in pieces {
            lines.write_all(piece.as_bytes()).expect("written");
        }
        drop(lines);
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        let text = ["  one two ", "three four five six\nshort\n", "at the end"];
        let folded = written(Some(20), &text);
        assert_eq!(folded, "  one two three four\nfive six\nshort\nat the end");
        assert_eq!(written(None, &text), text.concat());
        let wide = written(Some(20), &["  漢字漢字 漢字漢字 漢字\n"]);
        assert!(wide.lines().all(|line| screen::width(line) <= 20), "{wide}");
    }

    #[test]
    fn bytes_that_are_no_text_are_written_as_they_are() {
        let mut bytes = Vec::new();
        let mut lines = Lines::new(&mut bytes, Some(20));
        lines.write_all(b"a\xff\nb").expect("written");
        drop(lines);
        assert_eq!(bytes, b"a\xff\nb");
    }
}
