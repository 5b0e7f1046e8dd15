//! A text without the differences that typography alone makes.

use unicode_normalization::UnicodeNormalization as _;

use crate::words::span::Span;

/// A text with one form each of quotation marks, dashes and spaces, and where its bytes come from.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) text: String,
    /// For each byte of `text`, where its character begins in the original, then where that ends.
    origin: Vec<(usize, usize)>,
}

impl Folded {
    pub(super) fn new(original: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(original.len()),
            origin: Vec::with_capacity(original.len()),
        };
        for (at, c) in original.char_indices() {
            let place = (at, at + c.len_utf8());
            if c.is_whitespace() {
                // A run of spaces and line ends is one space, of all of which it stands for.
                match folded
                    .origin
                    .last_mut()
                    .filter(|_| folded.text.ends_with(' '))
                {
                    Some(last) => last.1 = place.1,
                    None => folded.push(' ', place),
                }
            } else if c.is_ascii() {
                folded.push(plain(c), place);
            } else if !is_unseen(c) {
                let form = plain(c);
                let forms: String = std::iter::once(form).nfkc().collect();
                // 10⁶ is not 106: a raised figure, or a fraction, says something else than plain ones.
                let is_figure = forms.contains(|c: char| c.is_ascii_digit());
                if is_figure && !('０'..='９').contains(&form) {
                    folded.push(form, place);
                    continue;
                }
                for c in forms.chars() {
                    folded.push(plain(c), place);
                }
            }
        }
        folded
    }

    fn push(&mut self, c: char, place: (usize, usize)) {
        self.text.push(c);
        self.origin.resize(self.text.len(), place);
    }

    /// Returns where a span of the original is here; `None` where nothing is left of it.
    pub(super) fn inside(&self, span: Span) -> Option<Span> {
        let start = self
            .origin
            .partition_point(|(start, _)| *start < span.start());
        let end = self.origin.partition_point(|(_, end)| *end <= span.end());
        Span::new(start, end).ok()
    }

    /// Returns where a span of this text is in the original.
    pub(super) fn outside(&self, span: Span) -> Option<Span> {
        let (start, _) = self.origin.get(span.start())?;
        let (_, end) = self.origin.get(span.end().checked_sub(1)?)?;
        Span::new(*start, *end).ok()
    }
}

/// Says whether nothing is seen of a character: soft hyphens, joiners, marks of direction. What turns
/// the order of others around is seen.
const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}'
    )
}

/// Returns the plain form of a quotation mark or a dash.
const fn plain(c: char) -> char {
    match c {
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '〝' | '〞' => '"',
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '`' | '´' => '\'',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typography_is_folded_and_places_are_kept() {
        let text = "“It’s\n 12\u{a0}%,” – ﬁne…";
        let folded = Folded::new(text);
        assert_eq!(folded.text, "\"It's 12 %,\" - fine...");
        let whole = Span::new(0, text.len()).expect("a span");
        let inside = folded.inside(whole).expect("there");
        assert_eq!(folded.outside(inside), Some(whole));
        let fine = text.find('ﬁ').expect("there");
        let word = Span::new(fine, fine + "ﬁne".len()).expect("a span");
        let inside = folded.inside(word).expect("there");
        assert_eq!(inside.of(&folded.text), Ok("fine"));
        assert_eq!(folded.outside(inside), Some(word));
    }

    #[test]
    fn raised_figures_are_not_plain_ones() {
        assert_eq!(Folded::new("10⁶ and ½ of １２").text, "10⁶ and ½ of 12");
    }

    #[test]
    fn what_is_not_seen_leaves_nothing() {
        let folded = Folded::new("a\u{ad}b");
        assert_eq!(folded.text, "ab");
        assert_eq!(folded.inside(Span::new(1, 3).expect("a span")), None);
    }
}
