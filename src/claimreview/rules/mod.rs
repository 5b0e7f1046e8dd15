//! The rules: what each finds, why that matters and to whom, and how to mend it.
//!
//! From Google's fact check structured data (synced 2026-09-15) and schema.org 30.0. A rule's code
//! never changes its meaning. `docs/claimreview.md` is written from this table, and a test compares
//! the two.
//!
//! - An *error*: some consumer reads nothing of the markup, or something that is not so.
//! - A *warning*: what the profile recommends is not there, or is done in a way that loses something.
//! - *Advice*: it is fine as it is, and could say more.

mod claim;
mod markup;
mod rating;
mod review;
mod syntax;

use std::fmt;

use serde::Serialize;

pub(super) use self::claim::*;
pub(super) use self::markup::*;
pub(super) use self::rating::*;
pub(super) use self::review::*;
pub(super) use self::syntax::*;

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is fine as it is, and could say more.
    Advice,
    /// What is recommended is not there, or something is lost.
    Warning,
    /// A consumer reads nothing, or something that is not so.
    Error,
}

impl Severity {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rule of the profile.
#[derive(PartialEq, Eq, Debug, Serialize)]
pub struct Rule {
    /// What names it; a code never changes its meaning.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub what: &'static str,
    /// Why it matters, and to whom.
    pub why: &'static str,
    /// How to mend it.
    pub fix: &'static str,
}

/// Declares rules, and a list of all that a file declares.
macro_rules! rules {
    ($list:ident; $($name:ident $severity:ident $code:literal $what:literal $why:literal $fix:literal;)+) => {
        $(
            #[doc = concat!("The rule `", $code, "`.")]
            pub(crate) static $name: Rule = Rule {
                code: $code,
                severity: Severity::$severity,
                what: $what,
                why: $why,
                fix: $fix,
            };
        )+
        /// The rules of this file, in their order.
        pub(super) static $list: &[&Rule] = &[$(&$name),+];
    };
}
use rules;

/// Returns all rules, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let lists = [SYNTAX, MARKUP, REVIEW, RATING, CLAIM];
    lists.into_iter().flatten().copied()
}

/// Returns the rule with a code.
pub fn of(code: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_words_and_no_two_are_the_same() {
        let codes: BTreeSet<&str> = all().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), all().count());
        for rule in all() {
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(rule.code.chars().all(is_word), "{}", rule.code);
            for text in [rule.what, rule.why, rule.fix] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}", rule.code);
            }
            assert_eq!(of(rule.code), Some(rule));
        }
        assert_eq!(of("no-such-rule"), None);
    }
}
