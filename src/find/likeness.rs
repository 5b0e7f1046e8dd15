//! How alike two claims are: a number from 0 to 1, and in which way they differ.
//!
//! Each word weighs as much as it is rare among the ledger's claims (BM25's inverse document
//! frequency). The likeness is the weight that both texts share, of what each has, a part of it for
//! words in the same order, for names and for figures. 1 is the same words in the same order; 0 is
//! nothing in common. Where a figure or a name of the claim is not there, it is less; two texts are the
//! same only where figures, names and negations are, too. It says how alike the words are, never that either is true.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::figures::{Apart, Figure};
use super::profile::{self, Profile};

/// In which way a claim is like a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Nearly the same words, and the same figures, names and negations.
    Same,
    /// Alike.
    Near,
    /// Alike, with another figure in the place of one.
    OtherFigure,
    /// Alike, and one of the two has fewer figures.
    FewerFigures,
    /// Alike, and one of the two has a "not" that the other has not.
    Denied,
}

/// How alike two texts are.
#[derive(Clone, PartialEq, Debug)]
pub struct Likeness {
    /// From 0 to 1.
    pub score: f64,
    /// In which way.
    pub relation: Relation,
    /// Whether both say the same figure.
    pub same_figure: bool,
    /// The figures that only one has: first the text that was asked about, then the claim.
    pub figures: Apart,
}

/// From this likeness on, texts without a contradiction are called the same.
const SAME: f64 = 0.82;
/// What is not called the same is no more alike than this.
const MOST_APART: f64 = 0.99;
/// Below this likeness, other figures or a "not" are not told: the texts are of other things.
const SAME_FRAME: f64 = 0.4;
/// Words whose pieces agree less than this are other words.
const LEAST_ALIKE: f64 = 0.5;
/// From this likeness on, it is told that one of the texts has fewer figures.
const SAME_MATTER: f64 = 0.75;
/// A name that is spelt less alike than this is another name.
const SAME_NAME: f64 = 0.7;
/// What a word counts that is only spelt alike.
const SPELT_ALIKE: f64 = 0.85;
/// How far apart two words may be in one text that are neighbours in the other.
const NEAR_BY: usize = 3;

/// The parts of a likeness, which sum up to 1. A part that neither text has goes to the others.
const WORDS: f64 = 0.62;
const ORDER: f64 = 0.10;
const NAMES: f64 = 0.14;
const FIGURES: f64 = 0.14;

/// Compares a text with claims; `weight` says how much a word weighs.
pub struct Comparison<'q, W> {
    text: &'q Profile,
    pieces: HashMap<&'q str, HashSet<String>>,
    weight: W,
}

impl<'q, W: FnMut(&str) -> f64> Comparison<'q, W> {
    /// Makes ready to compare a text.
    pub fn new(text: &'q Profile, weight: W) -> Self {
        let words = text.words.iter();
        let pieces = words.map(|word| (word.as_str(), pieces_of(word))).collect();
        Self {
            text,
            pieces,
            weight,
        }
    }

    /// Says how alike a claim is to the text, which also names `claimant`s where it has their words.
    pub fn with(&mut self, claim: &Profile, claimant: &Profile) -> Likeness {
        let spelt = self.spelt_alike(claim);
        let text_words: HashSet<&str> = self.text.words.iter().map(String::as_str).collect();
        let claim_words: HashSet<&str> = claim.words.iter().map(String::as_str).collect();
        let claimant_words: HashSet<&str> = claimant.words.iter().map(String::as_str).collect();
        // Who is named as the claimant is no word of the claim, and takes nothing from the likeness.
        let in_claim = self.share(&text_words, |word| {
            if claim_words.contains(word) {
                Some(1.0)
            } else if claimant_words.contains(word) {
                None
            } else {
                Some(spelt.of_text.get(word).copied().unwrap_or(0.0))
            }
        });
        let in_text = self.share(&claim_words, |word| {
            if text_words.contains(word) {
                Some(1.0)
            } else {
                Some(spelt.of_claim.get(word).copied().unwrap_or(0.0))
            }
        });
        // A post says more than the claim in it: how much of the claim it has counts more.
        let both = mean(in_claim, in_text);
        let words = 0.6 * both + 0.4 * in_text.min(in_claim * 3.0);
        let order = order(&self.text.words, &claim.words);
        let names = self.names(claim, &spelt, &text_words);
        let figures = figures(&self.text.figures, &claim.figures);
        let mut sum = WORDS * words;
        let mut parts = WORDS;
        for (part, value) in [(ORDER, order), (NAMES, names), (FIGURES, figures.agreement)] {
            if let Some(value) = value {
                // Names and figures alone make no likeness.
                sum += part * value.min(2.0 * words);
                parts += part;
            }
        }
        let score = (sum / parts).clamp(0.0, 1.0);
        let denied = (self.text.denials > 0) != (claim.denials > 0);
        let apart = Apart::of(&self.text.figures, &claim.figures);
        let relation = if score < SAME_FRAME {
            Relation::Near
        } else if apart.contradiction().is_some() {
            Relation::OtherFigure
        } else if denied {
            Relation::Denied
        } else if !apart.is_nothing() && score >= SAME_MATTER {
            Relation::FewerFigures
        } else if score >= SAME
            && apart.is_nothing()
            && self.text.denials == claim.denials
            && self.has_same_names(claim, &claimant_words, &spelt)
        {
            Relation::Same
        } else {
            Relation::Near
        };
        Likeness {
            score: if relation == Relation::Same {
                score
            } else {
                score.min(MOST_APART)
            },
            relation,
            same_figure: figures.same,
            figures: apart,
        }
    }

    /// Says whether each has what is written as a name in the other, or nearly in this spelling. A
    /// capital at the beginning of a sentence may be a name's.
    fn has_same_names(&self, claim: &Profile, claimant: &HashSet<&str>, spelt: &Spelt<'_>) -> bool {
        let is_in = |name: &str, words: &[String], spelt: &HashMap<&str, f64>| {
            let alike = spelt.get(name).copied().unwrap_or(0.0);
            words.iter().any(|word| word == name) || alike >= SAME_NAME * SPELT_ALIKE
        };
        let mut of_claim = claim.capitals.iter();
        let mut of_text = self.text.capitals.iter();
        of_claim.all(|name| is_in(name, &self.text.words, &spelt.of_claim))
            && of_text.all(|name| {
                claimant.contains(name.as_str()) || is_in(name, &claim.words, &spelt.of_text)
            })
    }

    /// Returns the weight that `found` says is shared, as a part of the weight of all; words for which
    /// it says nothing count on neither side.
    fn share(&mut self, words: &HashSet<&str>, found: impl Fn(&str) -> Option<f64>) -> f64 {
        let (mut shared, mut all) = (0.0, 0.0);
        // In order, so that sums are the same on every run.
        let mut words: Vec<&str> = words.iter().copied().collect();
        words.sort_unstable();
        for word in words {
            if let Some(part) = found(word) {
                let weight = (self.weight)(word);
                shared += part * weight;
                all += weight;
            }
        }
        if all > 0.0 { shared / all } else { 0.0 }
    }

    /// Returns how much of the claim's names the text has, and of its own the claim.
    fn names(&mut self, claim: &Profile, spelt: &Spelt<'_>, words: &HashSet<&str>) -> Option<f64> {
        let claim_names: HashSet<&str> = claim.names.iter().map(String::as_str).collect();
        if claim_names.is_empty() {
            return None;
        }
        Some(self.share(&claim_names, |name| {
            let alike = spelt.of_claim.get(name).copied().unwrap_or(0.0);
            Some(if words.contains(name) { 1.0 } else { alike })
        }))
    }

    /// Finds the words that only one of both has, and that are spelt nearly as one of the other.
    fn spelt_alike<'c>(&self, claim: &'c Profile) -> Spelt<'c>
    where
        'q: 'c,
    {
        let mut spelt = Spelt::default();
        let only = |words: &'c [String], others: &[String]| -> Vec<&'c str> {
            let words = words.iter().filter(|word| !others.contains(word));
            words.map(String::as_str).collect()
        };
        let rest = only(&self.text.words, &claim.words);
        for word in only(&claim.words, &self.text.words) {
            let pieces = pieces_of(word);
            if pieces.is_empty() {
                continue;
            }
            for other in &rest {
                let Some(others) = self.pieces.get(other).filter(|others| !others.is_empty())
                else {
                    continue;
                };
                let alike = dice(&pieces, others);
                if alike >= LEAST_ALIKE {
                    let alike = alike * SPELT_ALIKE;
                    raise(spelt.of_claim.entry(word).or_default(), alike);
                    raise(spelt.of_text.entry(other).or_default(), alike);
                }
            }
        }
        spelt
    }
}

/// Words of either text that the other has in nearly this spelling, and how nearly.
#[derive(Default)]
struct Spelt<'w> {
    of_text: HashMap<&'w str, f64>,
    of_claim: HashMap<&'w str, f64>,
}

fn raise(kept: &mut f64, value: f64) {
    *kept = kept.max(value);
}

fn pieces_of(word: &str) -> HashSet<String> {
    profile::pieces(word).into_iter().collect()
}

/// Returns the share of pieces that two words have in common (Dice's coefficient).
fn dice(one: &HashSet<String>, other: &HashSet<String>) -> f64 {
    let shared = one.intersection(other).count();
    2.0 * count(shared) / count(one.len() + other.len())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a text has fewer words than 2^52"
)]
fn count(number: usize) -> f64 {
    number as f64
}

/// The harmonic mean, which is near the smaller of both.
fn mean(one: f64, other: f64) -> f64 {
    if one + other > 0.0 {
        2.0 * one * other / (one + other)
    } else {
        0.0
    }
}

/// Returns the share of a claim's neighbouring words that stand near each other, in the same order, in
/// the text; `None` where it has no two words.
fn order(text: &[String], claim: &[String]) -> Option<f64> {
    if claim.len() < 2 {
        return None;
    }
    let mut near = HashSet::new();
    for (at, word) in text.iter().enumerate() {
        for other in text.iter().skip(at + 1).take(NEAR_BY) {
            near.insert((word, other));
        }
    }
    let kept = claim
        .windows(2)
        .filter(|pair| near.contains(&(&pair[0], &pair[1])))
        .count();
    Some(count(kept) / count(claim.len() - 1))
}

struct Figures {
    /// How far they agree; `None` where one of the texts has none.
    agreement: Option<f64>,
    /// Whether they have one in common.
    same: bool,
}

fn figures(text: &[Figure], claim: &[Figure]) -> Figures {
    let best = |figure: &Figure, among: &[Figure]| {
        let agreements = among.iter().map(|other| figure.agreement(other));
        agreements.fold(0.0, f64::max)
    };
    let mut found = Figures {
        agreement: None,
        same: false,
    };
    let mut sum = 0.0;
    for figure in claim {
        let agreement = best(figure, text);
        found.same |= agreement >= 1.0;
        sum += agreement;
    }
    if !text.is_empty() && !claim.is_empty() {
        found.agreement = Some(sum / count(claim.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(text: &str, claim: &str) -> Likeness {
        let text = Profile::new(text, true);
        let claim = Profile::new(claim, true);
        Comparison::new(&text, |_| 1.0).with(&claim, &Profile::new("", true))
    }

    #[test]
    fn the_same_words_are_the_same() {
        let claim = "The council spent 12 million on the harbour bridge";
        for text in [
            claim,
            "the council spent 12,000,000 on the harbour bridge!",
            "The Council spent 12m on the harbor bridge",
        ] {
            let likeness = compare(text, claim);
            assert_eq!(likeness.relation, Relation::Same, "{text} {likeness:?}");
            assert!(likeness.same_figure);
        }
        let same = compare(claim, claim).score;
        assert!((same - 1.0).abs() < 1e-9, "{same}");
    }

    #[test]
    fn what_contradicts_is_said() {
        let claim = "The council spent 12 million on the harbour bridge";
        let other = compare("The council spent 30 million on the harbour bridge", claim);
        assert_eq!(other.relation, Relation::OtherFigure);
        let denied = compare(
            "The council never spent 12 million on the harbour bridge",
            claim,
        );
        assert_eq!(denied.relation, Relation::Denied);
        let fewer = compare(
            "The council spent 12 million on the harbour bridge",
            "The council spent 12 million on the harbour bridge in 2019",
        );
        for apart in [other, denied, fewer] {
            assert!(apart.score <= MOST_APART, "{apart:?}");
        }
        let near = compare("The council spent millions on bridges", claim);
        assert_eq!(near.relation, Relation::Near);
        assert!(near.score < compare(claim, claim).score);
        assert!(compare("Penguins swim well", claim).score < 0.05);
    }

    #[test]
    fn the_same_is_the_same_in_every_figure_name_and_not() {
        let claim = "In 2021 the council of Ostmark spent 12 million on 3 harbour bridges";
        for (text, relation) in [
            (
                "In 2021 the council of Ostmark spent 12m on three harbour bridges",
                Relation::Same,
            ),
            (
                "In 2021 the council of Ostmark spent 15 million on 3 harbour bridges",
                Relation::OtherFigure,
            ),
            (
                "In 2021 the council of Ostmark spent 11.9 million on 3 harbour bridges",
                Relation::OtherFigure,
            ),
            (
                "In 2021 the council of Ostmark spent 12 million on harbour bridges",
                Relation::FewerFigures,
            ),
            (
                "The council of Ostmark spent 12 million on 3 harbour bridges",
                Relation::FewerFigures,
            ),
            (
                "In 2021 the council of Westmark spent 12 million on 3 harbour bridges",
                Relation::Near,
            ),
            (
                "Ostmark: in 2021 the council of Ostmark never spent 12 million on 3 harbour bridges",
                Relation::Denied,
            ),
        ] {
            let likeness = compare(text, claim);
            assert_eq!(likeness.relation, relation, "{text} {likeness:?}");
        }
        let other = compare(
            "Iraq bombed the old harbour bridge",
            "Iran bombed the old harbour bridge",
        );
        assert_eq!(other.relation, Relation::Near, "{other:?}");
        let apart = compare(
            "They spent 15 million on it in 2020",
            "They spent 12 million on it",
        );
        let pair = apart.figures.contradiction().expect("a pair");
        assert_eq!(
            (pair.0.to_string(), pair.1.to_string()),
            ("15 million".to_owned(), "12 million".to_owned())
        );
    }

    #[test]
    fn a_name_spelt_otherwise_is_alike() {
        let claim = "Mayor Zelenskyy opened the tunnel";
        let spelt = compare("Mayor Zelensky opened the tunnel", claim).score;
        let other = compare("Mayor Hofstetter opened the tunnel", claim).score;
        assert!(spelt > other + 0.1, "{spelt} {other}");
    }
}
