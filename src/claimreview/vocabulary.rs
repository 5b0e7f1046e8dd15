//! The part of schema.org's vocabulary that markup of fact-checks is made of.
//!
//! `vocabulary.txt` has the types with their properties as schema.org 30.0 has them, pending and
//! superseded ones too. A type that is not in it has any properties.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::graph::plain_name;

static VOCABULARY: LazyLock<Vocabulary> =
    LazyLock::new(|| Vocabulary::read(include_str!("vocabulary.txt")));

#[derive(Default)]
struct Vocabulary {
    /// Of each type what it is a kind of, and its own properties.
    types: HashMap<&'static str, (&'static str, BTreeSet<&'static str>)>,
    /// Of each type its own properties and those that it inherits.
    closed: HashMap<&'static str, BTreeSet<&'static str>>,
    /// Of some types all their kinds.
    kinds: HashMap<&'static str, BTreeSet<&'static str>>,
}

impl Vocabulary {
    fn read(text: &'static str) -> Self {
        let mut read = Self::default();
        let mut words: Option<&mut BTreeSet<&'static str>> = None;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(' ') {
                if let Some(words) = &mut words {
                    words.extend(line.split_whitespace());
                }
            } else if let Some(name) = line.strip_prefix("kinds ") {
                words = Some(read.kinds.entry(name).or_default());
            } else if let Some((name, parent)) = line.split_once(" < ") {
                words = Some(
                    &mut read
                        .types
                        .entry(name)
                        .or_insert((parent, BTreeSet::new()))
                        .1,
                );
            }
        }
        read.closed = read
            .types
            .keys()
            .map(|name| (*name, read.inherited(name)))
            .collect();
        read
    }

    fn inherited(&self, name: &str) -> BTreeSet<&'static str> {
        let mut all = BTreeSet::new();
        let mut next = name;
        while let Some((parent, own)) = self.types.get(next) {
            all.extend(own);
            next = parent;
        }
        all
    }
}

/// Says whether a type is another or a kind of it, such as `NGO` of `Organization`.
pub(super) fn is_kind(name: &str, of: &str) -> bool {
    name == of
        || VOCABULARY
            .kinds
            .get(of)
            .is_some_and(|kinds| kinds.contains(name))
}

/// Returns the properties of a type, with those that it inherits; `None` where they are not known.
pub(super) fn properties(name: &str) -> Option<&'static BTreeSet<&'static str>> {
    VOCABULARY.closed.get(name)
}

/// Returns the first of some types that has a property.
pub(super) fn owner(property: &str) -> Option<&'static str> {
    [
        "ClaimReview",
        "Rating",
        "Claim",
        "Review",
        "MediaReview",
        "Organization",
        "Person",
    ]
    .into_iter()
    .find(|name| {
        VOCABULARY
            .types
            .get(name)
            .is_some_and(|(_, own)| own.contains(property))
    })
}

/// Returns the property of a type that a name was probably meant for; `None` for one that is known.
pub(super) fn meant(kind: &str, key: &str) -> Option<&'static str> {
    let key = plain_name(key);
    let known = properties(kind)?;
    if known.contains(key) {
        return None;
    }
    let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_same = |name: &&&'static str| name.eq_ignore_ascii_case(&letters);
    let same = known.iter().find(is_same).copied();
    same.or_else(|| nearest(key, known))
}

/// Returns the word nearest to one that is not known, if it is so near that it was meant: up to two
/// letters are other, missing or too many, fewer in a short word.
pub(super) fn nearest<'a>(
    typed: &str,
    among: impl IntoIterator<Item = &'a &'a str>,
) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let near = |word: &'a &'a str| {
        let most = (word.chars().count() / 4).min(2);
        if word.len().abs_diff(typed.len()) > 4 {
            return None;
        }
        let distance = distance(&typed, &word.to_lowercase());
        (distance <= most).then_some((distance, *word))
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
    fn types_inherit() {
        let claim_review = properties("ClaimReview").expect("known");
        for property in ["claimReviewed", "reviewRating", "datePublished", "url"] {
            assert!(claim_review.contains(&property), "{property}");
        }
        assert!(!claim_review.contains(&"ratingValue"));
        assert_eq!(properties("Thong"), None);
        assert_eq!(owner("ratingValue"), Some("Rating"));
        assert!(is_kind("NGO", "Organization") && is_kind("VideoObject", "CreativeWork"));
        assert!(!is_kind("Person", "Organization"));
    }

    #[test]
    fn a_misspelling_is_near_and_another_word_is_not() {
        let among = properties("ClaimReview").expect("known");
        for (typed, meant) in [
            ("claimReviwed", Some("claimReviewed")),
            ("datePublish", Some("datePublished")),
            ("CLAIMREVIEWED", Some("claimReviewed")),
            ("factChecker", None),
            ("dateline", None),
        ] {
            assert_eq!(nearest(typed, among), meant, "{typed}");
        }
    }
}
