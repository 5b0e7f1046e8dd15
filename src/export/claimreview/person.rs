//! Whether a claimant is written as a `Person` or as an `Organization`.
//!
//! The claim does not record it, and schema.org has no word for "either". A role makes a person.
//! Else a name of a body is known by its form: its last word in lower case ("U.S. officials"), "the"
//! in front, in capitals ("NATO"), or with a word that names a body.

use super::schema::Agent;
use super::web_address;
use crate::words::claim::Claimant;

/// Words that stand in the names of bodies, in lower case.
const BODIES: [&str; 44] = [
    "academy",
    "administration",
    "agency",
    "alliance",
    "army",
    "assembly",
    "association",
    "authority",
    "bank",
    "board",
    "bureau",
    "cabinet",
    "campaign",
    "centre",
    "center",
    "commission",
    "committee",
    "company",
    "congress",
    "corporation",
    "council",
    "court",
    "department",
    "embassy",
    "federation",
    "forces",
    "foundation",
    "fund",
    "government",
    "group",
    "institute",
    "ministry",
    "nations",
    "network",
    "office",
    "organisation",
    "organization",
    "parliament",
    "party",
    "police",
    "senate",
    "society",
    "union",
    "university",
];

/// Describes a claimant.
pub(super) fn claimant(claimant: &Claimant) -> Agent<'_> {
    let person = claimant.role.is_some() || !looks_like_a_body(&claimant.name);
    let address = claimant.same_as.as_deref();
    Agent {
        kind: if person { "Person" } else { "Organization" },
        name: &claimant.name,
        url: None,
        job_title: claimant.role.as_deref(),
        same_as: address.and_then(web_address),
        identifier: address.filter(|address| web_address(address).is_none()),
    }
}

fn looks_like_a_body(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let Some(first) = words.first() else {
        return false;
    };
    let acronym = |word: &str| {
        let letters = word.trim_matches('.').replace('.', "");
        letters.chars().count() > 1 && letters.chars().all(|c| c.is_ascii_uppercase())
    };
    let named = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        BODIES.contains(&word.to_lowercase().as_str())
    };
    words.last().is_some_and(|last| starts_in_lower_case(last))
        || first.eq_ignore_ascii_case("the")
        || (words.len() == 1 && acronym(first))
        || words.iter().any(named)
}

fn starts_in_lower_case(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_persons() {
        for body in [
            "defense officials",
            "U.S. defense officials and analysts",
            "the White House",
            "The Guardian",
            "NATO",
            "U.N.",
            "Netanyahu's office",
            "Ministry of Health",
            "United Nations",
        ] {
            assert!(looks_like_a_body(body), "{body}");
        }
        for person in [
            "John Kirby",
            "Benjamin Netanyahu",
            "Ursula von der Leyen",
            "bell Hooks",
            "Óscar",
            "習近平",
            "",
        ] {
            assert!(!looks_like_a_body(person), "{person}");
        }
        let spokesperson = Claimant {
            name: "NATO".into(),
            role: Some("alliance".into()),
            same_as: Some("javascript:alert(1)".into()),
            span: None,
        };
        let agent = claimant(&spokesperson);
        assert_eq!((agent.kind, agent.same_as), ("Person", None));
    }
}
