//! From what a person typed to the enrolled key that it names.

use factlog::audit::facts::SignerFacts;
use factlog::ledger::Ledger;
use unicode_normalization::UnicodeNormalization as _;
use unicode_width::UnicodeWidthChar as _;

use crate::cli::exit::{Failure, Status};
use crate::cli::screen;
use crate::cli::signing::answers_to;

/// Finds all enrolled keys that what was typed names: several, where it is a name.
pub(super) fn all(ledger: &Ledger, typed: &str) -> anyhow::Result<Vec<SignerFacts>> {
    let fits = |signer: &SignerFacts| {
        let key = &signer.key;
        key.to_string() == typed
            || called(signer) == typed
            || key.id().to_string() == typed
            || answers_to(key.name(), typed)
    };
    Ok(ledger.keys()?.into_iter().filter(fits).collect())
}

/// Says whether two names look the same to a reader: but for capitals, marks, other forms of the same
/// letters, and characters that are not seen.
pub(super) fn look_alike(one: &str, other: &str) -> bool {
    let seen = |name: &str| -> String {
        let letters = name
            .nfkd()
            .filter(|c| c.width().is_some_and(|columns| columns > 0));
        letters.flat_map(char::to_lowercase).collect()
    };
    seen(one) == seen(other)
}

/// Writes a key's name with its id, which no other key has.
pub(super) fn called(signer: &SignerFacts) -> String {
    let name = screen::one_line(signer.key.name().as_str());
    format!("{name}+{}", signer.key.id())
}

/// Finds an enrolled key: by its whole vkey, its name with or without the key id, the part of its name
/// after the last slash, or its key id. Of several with the same name the one in force is meant.
pub(super) fn find(ledger: &Ledger, typed: &str) -> anyhow::Result<SignerFacts> {
    let mut found = all(ledger, typed)?;
    let in_force = found.iter().filter(|signer| signer.ended.is_none()).count();
    if found.len() > 1 && in_force == 1 {
        found.retain(|signer| signer.ended.is_none());
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(Failure::new(
            Status::NotFound,
            format!("no key that is enrolled here is {typed}"),
        )
        .hint("`factlog key list` shows them")
        .into()),
        many => {
            let keys: Vec<String> = found.iter().map(called).collect();
            Err(Failure::new(
                Status::NotFound,
                format!(
                    "{typed} is the name of {many} keys:\n  {}",
                    keys.join("\n  ")
                ),
            )
            .hint("write the name with the key id, as NAME+ID")
            .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look_alike;

    #[test]
    fn what_a_reader_can_not_tell_apart_looks_alike() {
        let name = "desk.example/alice";
        for other in [
            "desk.example/alice",
            "desk.example/alice\u{200c}",
            "desk.example/al\u{ad}ice",
            "desk.example/Alice",
            "desk.example/ａlice",
            "desk.example/alic\u{e9}",
        ] {
            assert!(look_alike(name, other), "{other:?}");
        }
        for other in [
            "desk.example/alice2",
            "desk.example/bob",
            "desk.example/alíc",
        ] {
            assert!(!look_alike(name, other), "{other:?}");
        }
    }
}
