//! Ratings as a person writes them, and the scale in words.

use std::fmt::Write as _;

use factlog::words::policy::{Policy, Rating, RatingCode};

use super::exit::{Failure, Status};
use super::near;
use super::screen;

/// Columns of an explanation.
const COLUMNS: usize = 96;

/// Reads a rating as a person writes it: `Half true` is `half-true`.
pub(crate) fn parse(text: &str) -> Result<RatingCode, String> {
    let words = text.split_whitespace().map(str::to_lowercase);
    let code = words.collect::<Vec<_>>().join("-");
    code.parse().map_err(|_| {
        "no rating is written so; a code is like mostly-true, and `factlog help ratings` lists them"
            .to_owned()
    })
}

/// Refuses a rating that is not on the scale; names the one that was probably meant, and all.
pub(crate) fn check(policy: &Policy, rating: &RatingCode) -> Result<(), Failure> {
    if policy.rating(rating).is_some() {
        return Ok(());
    }
    let meant = meant(policy, rating).map_or_else(String::new, |meant| {
        format!(": did you mean {}?", meant.code)
    });
    let codes: Vec<&str> = policy.scale.iter().map(|r| r.code.as_str()).collect();
    Err(Failure::new(
        Status::Usage,
        format!("{rating} is not on this ledger's scale{meant}"),
    )
    .hint(format!(
        "the ratings are {}; `factlog help ratings` explains them",
        codes.join(", ")
    )))
}

fn meant<'a>(policy: &'a Policy, rating: &RatingCode) -> Option<&'a Rating> {
    let labelled = |known: &&Rating| {
        known
            .labels
            .values()
            .any(|l| parse(l).as_ref() == Ok(rating))
    };
    let near = || {
        let codes = policy.scale.iter().map(|known| known.code.as_str());
        let code = near::nearest(rating.as_str(), codes)?;
        policy
            .scale
            .iter()
            .find(|known| known.code.as_str() == code)
    };
    policy.scale.iter().find(labelled).or_else(near)
}

/// Explains a scale.
pub(crate) fn explain(policy: &Policy, whose: &str) -> String {
    let mut text = format!("Ratings\n\n  {whose}\n\n");
    for rating in &policy.scale {
        let label = screen::one_line(rating.label());
        let value = rating.value.map_or_else(
            || "outside the scale".to_owned(),
            |value| format!("{value} of {} to {}", policy.worst, policy.best),
        );
        let definition = screen::one_line(&rating.definition);
        let about = screen::wrap(
            &format!("{label} ({value}). {definition}"),
            COLUMNS,
            "                   ",
        );
        let _ = writeln!(
            text,
            "  {:<16} {}",
            rating.code.as_str(),
            about.trim_start()
        );
    }
    text.push_str(
        "\n  --rating and the form take the code, in small letters or not, with hyphens or spaces.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_is_read_as_a_person_writes_it() {
        for (text, code) in [
            ("true", "true"),
            ("TRUE", "true"),
            ("Half true", "half-true"),
            (" Missing  Context ", "missing-context"),
        ] {
            assert_eq!(parse(text).expect(text).as_str(), code);
        }
        for text in ["", "½", "1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_rating_that_was_meant_is_named() {
        let mut policy = Policy::default();
        policy.scale[0].labels.insert("en".into(), "Correct".into());
        for (typed, meant) in [
            ("mostly-treu", Some("mostly-true")),
            ("Correct", Some("true")),
            ("bogus", None),
        ] {
            let error = check(&policy, &parse(typed).expect(typed)).expect_err(typed);
            let said = error.to_string();
            match meant {
                Some(meant) => assert!(said.contains(&format!("did you mean {meant}?")), "{said}"),
                None => assert!(!said.contains("did you mean"), "{said}"),
            }
        }
        assert!(check(&policy, &parse("Half true").expect("a code")).is_ok());
    }
}
