//! What the rules of several files make of sentences, network and all.

use super::{Extraction, Options, split};

fn whole(text: &str, options: Options) -> Extraction {
    split(&format!("{text}\n"), options)
}

/// The texts of all claims of a sentence, those passed over as well.
pub(super) fn texts(text: &str) -> Vec<String> {
    let found = whole(text, Options::default());
    found.all().iter().map(|claim| claim.text.clone()).collect()
}

/// The texts of the claims to check.
pub(super) fn checked(text: &str) -> Vec<String> {
    let found = whole(text, Options::default());
    found
        .claims
        .iter()
        .map(|claim| claim.text.clone())
        .collect()
}

/// The texts of the finest claims.
pub(super) fn finest(text: &str) -> Vec<String> {
    let found = whole(text, Options { atomic: true });
    found.all().iter().map(|claim| claim.text.clone()).collect()
}
