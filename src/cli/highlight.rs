//! Words in their sentence: wrapped for a terminal, with some of them marked.
//!
//! Brackets stand in the order of the text: where that runs from right to left, a terminal turns them
//! round with the words.

use super::screen::{self, STRONG};

/// A text in pieces; those that are marked are shown in bold, or in brackets where there is no style.
pub(crate) struct Pieces(Vec<(String, bool)>);

impl Pieces {
    /// Cuts `text` at the ranges, in bytes of it, that are to be marked.
    ///
    /// Ranges that are out of order, overlap or lie outside the text are left unmarked.
    pub(crate) fn new(text: &str, marked: &[(usize, usize)]) -> Self {
        let mut pieces = Vec::new();
        let mut from = 0;
        for &(start, end) in marked {
            if start < from || start >= end {
                continue;
            }
            let (Some(before), Some(words)) = (text.get(from..start), text.get(start..end)) else {
                continue;
            };
            pieces.push((before.to_owned(), false));
            pieces.push((words.to_owned(), true));
            from = end;
        }
        pieces.push((text.get(from..).unwrap_or_default().to_owned(), false));
        Self(pieces)
    }

    /// Wraps the text into lines of at most `columns` columns, each after `indent`.
    pub(crate) fn wrap(&self, columns: usize, indent: &str, styled: bool) -> String {
        let mut lines = String::from(indent);
        let room = columns.saturating_sub(screen::width(indent)).max(20);
        let mut used = 0;
        let mut space = false;
        for (text, marked) in &self.0 {
            let text = screen::visible(text);
            let words: Vec<&str> = text.split_whitespace().collect();
            space |= text.starts_with(char::is_whitespace);
            for (n, word) in words.iter().enumerate() {
                let opens = *marked && n == 0 && !styled;
                let closes = *marked && n + 1 == words.len() && !styled;
                let wide = screen::width(word) + usize::from(opens) + usize::from(closes);
                space |= n > 0;
                if used > 0 && space && used + 1 + wide > room {
                    lines.push('\n');
                    lines.push_str(indent);
                    used = 0;
                } else if used > 0 && space {
                    lines.push(' ');
                    used += 1;
                }
                space = false;
                if opens {
                    lines.push('[');
                }
                if *marked && styled {
                    lines.push_str(&screen::styled(STRONG, word));
                } else {
                    lines.push_str(word);
                }
                if closes {
                    lines.push(']');
                }
                used += wide;
            }
            space |= text.ends_with(char::is_whitespace);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_words_stand_in_brackets_where_there_is_no_style() {
        let text = "He said that the vote was nonbinding, on Monday.";
        let start = text.find("the vote").expect("there");
        let pieces = Pieces::new(text, &[(start, start + "the vote was nonbinding".len())]);
        assert_eq!(
            pieces.wrap(80, "  ", false),
            "  He said that [the vote was nonbinding], on Monday."
        );
        assert_eq!(
            pieces.wrap(22, "", false),
            "He said that [the vote\nwas nonbinding], on\nMonday."
        );
    }

    #[test]
    fn words_that_touch_a_mark_stay_together() {
        let pieces = Pieces::new("“Never again,” he said", &[(3, 14)]);
        assert_eq!(pieces.wrap(80, "", false), "“[Never again],” he said");
    }

    #[test]
    fn wide_words_and_words_from_right_to_left_are_marked_within_the_columns() {
        let text = "漢字の文 橋は閉鎖された と言った。";
        let start = text.find("橋").expect("there");
        let pieces = Pieces::new(text, &[(start, start + "橋は閉鎖された".len())]);
        // Two columns a character: 8, 16 with the brackets, 12.
        assert_eq!(
            pieces.wrap(26, "", false),
            "漢字の文 [橋は閉鎖された]\nと言った。"
        );
        assert_eq!(
            pieces.wrap(24, "", false),
            "漢字の文\n[橋は閉鎖された]\nと言った。"
        );
        let text = "אמר כי הגשר נסגר ביום";
        let start = text.find("הגשר").expect("there");
        let pieces = Pieces::new(text, &[(start, start + "הגשר נסגר".len())]);
        assert_eq!(pieces.wrap(80, "", false), "אמר כי [הגשר נסגר] ביום");
    }

    #[test]
    fn marks_that_do_not_fit_the_text_are_left_out() {
        let text = "é is a letter";
        for marked in [(1, 4), (5, 900), (4, 4), (9, 2)] {
            assert_eq!(Pieces::new(text, &[marked]).wrap(80, "", false), text);
        }
        let twice = Pieces::new("one two", &[(0, 3), (2, 5)]);
        assert_eq!(twice.wrap(80, "", false), "[one] two");
    }

    #[test]
    fn nothing_of_a_source_disturbs_the_terminal() {
        let shown = Pieces::new("a\u{1b}[2Jb \u{202e}c", &[(0, 3)]).wrap(80, "", true);
        assert!(!shown.contains("\u{1b}[2J") && !shown.contains('\u{202e}'));
    }
}
