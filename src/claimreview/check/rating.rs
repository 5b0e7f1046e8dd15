//! `reviewRating`: the verdict in words and on its scale.

use super::Checker;
use crate::claimreview::graph::At;
use crate::claimreview::json::Value;
use crate::claimreview::labels::{self, Lean};
use crate::claimreview::rules;

/// A label is a short phrase up to so many characters.
const LABEL_CHARACTERS: usize = 60;

/// The type that the properties here are of.
const KIND: &str = "Rating";

/// A number of the rating, as far as it is there and one.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Number {
    Absent,
    Faulty,
    Is(f64),
}

impl Number {
    const fn value(self) -> Option<f64> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}

impl<'f> Checker<'f> {
    /// Returns the verdict's words.
    pub(super) fn label(&self, rating: &At<'f>) -> Option<&'f str> {
        self.plain(rating, KIND, "alternateName")
            .or_else(|| self.plain(rating, KIND, "name"))
    }

    pub(super) fn check_rating(&mut self, review: &At<'f>) {
        if !self.has(review, "ClaimReview", "reviewRating") {
            self.report(&rules::RATING_MISSING, review, None);
            return;
        }
        let Some(rating) = self.first(review, "ClaimReview", "reviewRating") else {
            return;
        };
        if rating.is_empty() || self.graph.is_dangling(&rating) {
            return;
        }
        if !rating.is_object() {
            self.report(&rules::RATING_TEXT, &rating, None);
            return;
        }
        if !super::is_kind(&rating, KIND) {
            self.report(&rules::RATING_TYPE, &rating, None);
        }
        self.check_single(
            &rating,
            KIND,
            &["alternateName", "ratingValue", "bestRating", "worstRating"],
        );
        self.check_label(&rating);
        self.check_scale(&rating);
    }

    fn check_label(&mut self, rating: &At<'f>) {
        if !self.has(rating, KIND, "alternateName") {
            if self.has(rating, KIND, "name") {
                self.report(&rules::LABEL_NAME, rating, None);
            } else {
                self.report(&rules::LABEL_MISSING, rating, None);
                return;
            }
        }
        let Some(label) = self.label(rating) else {
            return;
        };
        let name = if self.plain(rating, KIND, "alternateName").is_some() {
            "alternateName"
        } else {
            "name"
        };
        let Some(value) = self.first(rating, KIND, name) else {
            return;
        };
        let plain = label.trim();
        if is_number(plain) || matches!(value.node.value, Value::Number(_)) {
            self.report(&rules::LABEL_NUMBER, &value, None);
        } else if !plain.chars().any(char::is_alphabetic) {
            self.report(&rules::LABEL_SYMBOLS, &value, None);
        } else if plain.chars().count() > LABEL_CHARACTERS {
            let note = format!("{} characters", plain.chars().count());
            self.report(&rules::LABEL_LONG, &value, Some(note));
        } else if labels::starts_empty(plain) {
            self.report(&rules::LABEL_START, &value, None);
        }
    }

    fn check_scale(&mut self, rating: &At<'f>) {
        let [value, best, worst] =
            ["ratingValue", "bestRating", "worstRating"].map(|name| self.number(rating, name));
        let all = [value, best, worst];
        if all.contains(&Number::Faulty) {
            return;
        }
        let absent = all
            .iter()
            .filter(|number| **number == Number::Absent)
            .count();
        if absent == all.len() {
            self.report(&rules::VALUE_MISSING, rating, None);
            return;
        }
        if let Some(low) = worst.value().filter(|worst| *worst < 1.0) {
            self.report_number(&rules::WORST_LOW, rating, "worstRating", format!("{low}"));
            return;
        }
        if let (Some(best), Some(worst)) = (best.value(), worst.value())
            && best <= worst
        {
            let note = format!("best {best}, worst {worst}");
            self.report_number(&rules::SCALE_ORDER, rating, "bestRating", note);
            return;
        }
        if absent > 0 {
            let names = ["ratingValue", "bestRating", "worstRating"]
                .into_iter()
                .zip(all);
            let missing: Vec<&str> = names
                .filter(|(_, number)| *number == Number::Absent)
                .map(|(name, _)| name)
                .collect();
            let note = format!("{} is not there", missing.join(" and "));
            self.report(&rules::SCALE_INCOMPLETE, rating, Some(note));
            return;
        }
        if let (Some(value), Some(best), Some(worst)) = (value.value(), best.value(), worst.value())
        {
            self.check_place(rating, value, best, worst);
        }
    }

    /// Checks where a value stands on its scale.
    fn check_place(&mut self, rating: &At<'f>, value: f64, best: f64, worst: f64) {
        if !(worst..=best).contains(&value) {
            let note = format!("{value} is not from {worst} to {best}");
            self.report_number(&rules::OUT_OF_RANGE, rating, "ratingValue", note);
            return;
        }
        if value.fract() != 0.0 {
            self.report_number(&rules::NOT_WHOLE, rating, "ratingValue", format!("{value}"));
        }
        let place = (value - worst) / (best - worst);
        let is_opposite = match self.label(rating).and_then(labels::lean) {
            Some(Lean::False) => place > 0.5,
            Some(Lean::MostlyFalse) => place >= 0.75,
            Some(Lean::MostlyTrue) => place <= 0.25,
            Some(Lean::True) => place < 0.5,
            Some(Lean::Half) => place <= 0.0 || place >= 1.0,
            None => false,
        };
        if is_opposite {
            let label = self.label(rating).unwrap_or_default();
            let note = format!("{:?} is {value} of {worst} to {best}", super::shown(label));
            self.report_number(&rules::LABEL_CONFLICT, rating, "ratingValue", note);
        }
    }

    fn report_number(
        &mut self,
        rule: &'static rules::Rule,
        rating: &At<'f>,
        name: &str,
        note: String,
    ) {
        let at = self.first(rating, KIND, name);
        self.report(rule, at.as_ref().unwrap_or(rating), Some(note));
    }

    /// Reads a number of the rating; reports what is none.
    fn number(&mut self, rating: &At<'f>, name: &str) -> Number {
        let Some(at) = self.first(rating, KIND, name) else {
            return Number::Absent;
        };
        if at.is_empty() {
            return Number::Faulty;
        }
        let text = at.text().unwrap_or_default().trim();
        if let Ok(value) = text.parse::<f64>()
            && value.is_finite()
        {
            return Number::Is(value);
        }
        let rule = if text.contains(',') && is_number(&text.replacen(',', ".", 1)) {
            &rules::DECIMAL_COMMA
        } else {
            &rules::NOT_A_NUMBER
        };
        self.report(rule, &at, None);
        Number::Faulty
    }
}

/// Says whether a text is a number, or a fraction such as `1/5`.
fn is_number(text: &str) -> bool {
    let is_one = |text: &str| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    is_one(text)
        || text
            .split_once('/')
            .is_some_and(|(a, b)| is_one(a) && is_one(b))
}
