//! The word that was probably meant.

/// Returns the word nearest to what was typed, if it is so near that it was probably meant: up to two
/// letters are other, missing or too many, fewer in a short word. Case counts for nothing.
pub(crate) fn nearest<'a>(
    typed: &str,
    among: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let near = |word: &'a str| {
        let distance = distance(&typed, &word.to_lowercase());
        (distance <= (word.chars().count() / 3).min(2)).then_some((distance, word))
    };
    let nearest = among.into_iter().filter_map(near).min_by_key(|near| near.0);
    Some(nearest?.1)
}

/// Counts the letters that must be changed, added or left out (Levenshtein's distance).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant_is_named() {
        let words = ["rating", "rationale", "note", "true", "mostly-true"];
        for (typed, meant) in [
            ("rationle", Some("rationale")),
            ("Rating", Some("rating")),
            ("raitng", Some("rating")),
            ("TRUE", Some("true")),
            ("mostlytrue", Some("mostly-true")),
            ("not", Some("note")),
            ("bogus", None),
            ("the", None),
        ] {
            assert_eq!(nearest(typed, words), meant, "{typed}");
        }
    }
}
