//! Which witnesses are asked: those that flags and a trust policy name.

use std::str::FromStr;

use factlog::net::address;
use factlog::trust::{TrustPolicy, WitnessKey};

use crate::cli::exit::{Failure, Status};

/// A witness's key and where it is asked: `NAME+ID+KEY@URL`.
#[derive(Clone, Debug)]
pub(super) struct NamedWitness {
    pub(super) key: WitnessKey,
    pub(super) url: String,
}

impl FromStr for NamedWitness {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "a witness is named by its key and its address, NAME+ID+KEY@URL";
        // A name may have an @ in it, and an address a +; the key's base64 has no @.
        let key_at = text.match_indices('+').nth(1).map(|(at, _)| at);
        let split = key_at.and_then(|at| text[at..].find('@').map(|found| at + found));
        let Some(split) = split else {
            return Err(if address::scheme(text).is_some() {
                format!("{FORM}: an address alone doesn't say whose cosignature to trust")
            } else {
                FORM.to_owned()
            });
        };
        let key = text[..split].parse();
        let key = key.map_err(|error| format!("this is not a witness's key: {error}"))?;
        let url = text[split + 1..].to_owned();
        if !matches!(address::scheme(&url).as_deref(), Some("http" | "https")) {
            return Err(format!("{FORM}, the address with http:// or https://"));
        }
        Ok(Self { key, url })
    }
}

/// Returns all witnesses that are to be asked, each key once: what a flag says of it counts.
pub(super) fn all(
    flags: &[NamedWitness],
    policy: Option<&TrustPolicy>,
) -> anyhow::Result<Vec<NamedWitness>> {
    let mut all: Vec<NamedWitness> = Vec::new();
    let listed = policy.iter().flat_map(|policy| policy.witnesses());
    let listed = listed.filter_map(|witness| {
        let url = witness.url.clone()?;
        let key = witness.key.clone();
        Some(NamedWitness { key, url })
    });
    for witness in flags.iter().cloned().chain(listed) {
        if !all.iter().any(|known| known.key == witness.key) {
            all.push(witness);
        }
    }
    if all.is_empty() {
        return Err(Failure::new(
            Status::Usage,
            "the policy names no witness with an address, so there is none to ask",
        )
        .hint("a line is: witness <name> <vkey> <url>")
        .into());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "witness.example/w1+b04bffcb+BD5MO3ZMN+rN+Z+gRqrdICMjm+WFS66Ddn3GPOu2Rkxh";

    #[test]
    fn a_witness_is_its_key_and_its_address() {
        for url in ["https://w.example", "http://127.0.0.1:80/a+b@c"] {
            let named: NamedWitness = format!("{KEY}@{url}").parse().expect("a witness");
            assert_eq!(
                (named.key.to_string().as_str(), named.url.as_str()),
                (KEY, url)
            );
        }
        let log = "ledger.example/claims+cfe29bdc+AZShAs2wK/3VZ0vlYOcAhix4lIGUd7t85haek4xl6R2/";
        for bad in [
            "https://w.example".to_owned(),
            KEY.to_owned(),
            format!("{KEY}@"),
            format!("{KEY}@w.example"),
            format!("{KEY}@ftp://w.example"),
            format!("{log}@https://w.example"),
            "a@https://w.example".to_owned(),
        ] {
            bad.parse::<NamedWitness>().expect_err(&bad);
        }
    }
}
