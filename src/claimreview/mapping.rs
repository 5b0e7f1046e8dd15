//! From a rating of anybody's to one of a ledger's scale.

use super::read::ReadRating;
use crate::words::policy::{Policy, Rating, RatingCode};

/// How a rating was found on a scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// It has the words of a label or a code.
    Label,
    /// Its words are known to mean the same.
    Words,
    /// By its number on its own scale.
    Number,
}

/// Words that mean the same as a rating outside the scale, in small letters, and its usual code.
const SAME: [(&str, &str); 16] = [
    ("unsupported", "unproven"),
    ("unverified", "unproven"),
    ("no evidence", "unproven"),
    ("unsubstantiated", "unproven"),
    ("not proven", "unproven"),
    ("lacks context", "missing-context"),
    ("needs context", "missing-context"),
    ("out of context", "missing-context"),
    ("missing context", "missing-context"),
    ("kontext fehlt", "missing-context"),
    ("fehlender kontext", "missing-context"),
    ("manque de contexte", "missing-context"),
    ("falta contexto", "missing-context"),
    ("parody", "satire"),
    ("labeled satire", "satire"),
    ("sátira", "satire"),
];

/// Finds a rating on a scale; `None` where a person must.
pub fn map(rating: &ReadRating, policy: &Policy) -> Option<(RatingCode, How)> {
    let label = rating.label.as_deref().map(plain);
    if let Some(label) = &label {
        if let Some(found) = policy.scale.iter().find(|known| is_named(known, label)) {
            return Some((found.code.clone(), How::Label));
        }
        let same = SAME.iter().find(|(words, _)| words == label);
        let same = same.and_then(|(_, code)| policy.rating(&code.parse().ok()?));
        if let Some(same) = same {
            return Some((same.code.clone(), How::Words));
        }
    }
    if let Some(found) = rating.lean().and_then(|place| exactly_at(policy, place)) {
        return Some((found.code.clone(), How::Words));
    }
    // Words that are known to lie outside the scale are not overruled by a number.
    let (value, worst, best) = rating.number?;
    let found = exactly_at(policy, (value - worst) / (best - worst))?;
    Some((found.code.clone(), How::Number))
}

/// Writes words without capitals, marks at the end and hyphens.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['-', '_'], " ");
    let text = text.trim_end_matches(['.', '!', ' ']);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_named(rating: &Rating, label: &str) -> bool {
    plain(rating.code.as_str()) == label
        || rating.labels.values().any(|known| plain(known) == label)
}

/// Returns the rating nearest to a place between the worst (0) and the best (1), if there is one
/// within half a step.
fn exactly_at(policy: &Policy, place: f64) -> Option<&Rating> {
    let (worst, best) = (f64::from(policy.worst), f64::from(policy.best));
    let value = worst + place * (best - worst);
    let distance = |rating: &Rating| rating.value.map(|own| (f64::from(own) - value).abs());
    let near = |rating: &&Rating| distance(rating).is_some_and(|distance| distance < 0.5);
    let mut near = policy.scale.iter().filter(near);
    near.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(label: &str, number: Option<(f64, f64, f64)>) -> Option<(String, How)> {
        let rating = ReadRating {
            label: Some(label.to_owned()),
            number,
        };
        map(&rating, &Policy::default()).map(|(code, how)| (code.to_string(), how))
    }

    #[test]
    fn words_come_first_and_what_is_not_known_stays_blank() {
        for (label, number, code, how) in [
            ("Mostly True", None, "mostly-true", How::Label),
            ("HALF-TRUE!", None, "half-true", How::Label),
            ("Falso", None, "false", How::Words),
            (
                "Mostly accurate",
                Some((1.0, 1.0, 5.0)),
                "mostly-true",
                How::Words,
            ),
            (
                "Out of context",
                Some((1.0, 1.0, 5.0)),
                "missing-context",
                How::Words,
            ),
            (
                "Three noses",
                Some((2.0, 1.0, 5.0)),
                "mostly-false",
                How::Number,
            ),
            ("Three noses", Some((10.0, 0.0, 10.0)), "true", How::Number),
        ] {
            assert_eq!(
                mapped(label, number),
                Some((code.to_owned(), how)),
                "{label}"
            );
        }
        assert_eq!(mapped("Three noses", None), None);
        // Between two ratings of the scale there is none.
        assert_eq!(mapped("Three noses", Some((2.5, 1.0, 5.0))), None);
    }
}
