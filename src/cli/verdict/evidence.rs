//! Evidence on the command line: flags that belong to the one before them.
//!
//! `--supports FILE --quote "…" --primary --refutes URL` is two pieces of evidence, of which the
//! first has a quote: the order of the flags counts, which clap's derive does not know of.

use clap::builder::PossibleValue;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};
use factlog::net::address;
use factlog::words::verdict::Stance;
use serde::{Deserialize, Serialize};

/// One piece of evidence as a person names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// What it says of the claim.
    pub(crate) stance: Stance,
    /// A file, an address, or the beginning of a source's id.
    #[serde(rename = "source")]
    pub(crate) what: String,
    /// The words that matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quote: Option<String>,
    /// Which of several places of the quote is meant, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nth: Option<usize>,
    /// Whether it is a primary source.
    #[serde(default)]
    pub(crate) primary: bool,
    /// Where to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) locator: Option<String>,
    /// What the reviewer remarks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Why no copy could be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unavailable: Option<String>,
}

impl Request {
    /// Names a source and what it says of the claim.
    pub(crate) const fn new(stance: Stance, what: String) -> Self {
        Self {
            stance,
            what,
            quote: None,
            nth: None,
            primary: false,
            locator: None,
            note: None,
            unavailable: None,
        }
    }
}

/// The evidence flags of a command line, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct EvidenceFlags(pub(crate) Vec<Request>);

const STANCES: [(&str, Stance, &str); 3] = [
    (
        "supports",
        Stance::Supports,
        "Cite evidence for the claim: a file, an address, or a source's id",
    ),
    (
        "refutes",
        Stance::Refutes,
        "Cite evidence against the claim",
    ),
    (
        "context",
        Stance::Context,
        "Cite what helps to understand the claim",
    ),
];

const DETAILS: [(&str, &str, &str); 5] = [
    (
        "quote",
        "WORDS",
        "Quote the words that matter, exactly as they stand there",
    ),
    (
        "nth",
        "N",
        "Say which is meant where the quote stands there several times, from 1",
    ),
    (
        "locator",
        "PLACE",
        "Say where to look: a page, a cell, a time",
    ),
    ("note", "TEXT", "Remark something about it"),
    ("unavailable", "WHY", "Keep no copy, for this reason"),
];

const HEADING: &str = "Evidence (flags after --supports, --refutes, --context)";

impl clap::Args for EvidenceFlags {
    fn augment_args(mut command: Command) -> Command {
        for (name, _, help) in STANCES {
            command = command.arg(flag(name, "FILE|URL|ID", help));
        }
        for (name, value, help) in DETAILS {
            command = command.arg(flag(name, value, help));
        }
        command.arg(
            Arg::new("primary")
                .long("primary")
                .help("Say that it is a primary source: the record itself, not a report of it")
                .help_heading(HEADING)
                .action(ArgAction::Append)
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("yes")
                .hide_possible_values(true)
                .value_parser([PossibleValue::new("yes"), PossibleValue::new("no")])
                .value_name("yes|no"),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn flag(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(help)
        .help_heading(HEADING)
        .action(ArgAction::Append)
}

impl FromArgMatches for EvidenceFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given: Vec<(usize, &'static str, String)> = Vec::new();
        let names = STANCES
            .iter()
            .map(|(name, ..)| *name)
            .chain(DETAILS.iter().map(|(name, ..)| *name))
            .chain(["primary"]);
        for name in names {
            let (Some(indices), Some(values)) =
                (matches.indices_of(name), matches.get_many::<String>(name))
            else {
                continue;
            };
            given.extend(
                indices
                    .zip(values)
                    .map(|(at, value)| (at, name, value.clone())),
            );
        }
        given.sort_by_key(|(at, ..)| *at);
        let mut requests: Vec<Request> = Vec::new();
        for (_, name, value) in given {
            if let Some((_, stance, _)) = STANCES.iter().find(|(stance, ..)| *stance == name) {
                requests.push(Request::new(*stance, value));
                continue;
            }
            let Some(request) = requests.last_mut() else {
                return Err(error(format!(
                    "--{name} stands before any --supports, --refutes or --context that it could belong \
                     to: write the evidence first, such as --supports FILE --{name} …"
                )));
            };
            // A second quote of the same source is a further piece of evidence.
            if name == "quote" && request.quote.is_some() {
                let again = Request {
                    primary: request.primary,
                    unavailable: request.unavailable.clone(),
                    ..Request::new(request.stance, request.what.clone())
                };
                requests.push(again);
            }
            let request = requests.last_mut().expect("there is one");
            set(request, name, value)?;
        }
        Ok(Self(requests))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn set(request: &mut Request, name: &str, value: String) -> Result<(), clap::Error> {
    let place = match name {
        "quote" => &mut request.quote,
        "locator" => &mut request.locator,
        "note" => &mut request.note,
        "unavailable" => &mut request.unavailable,
        "nth" => {
            let nth = value.parse().ok().filter(|nth| *nth > 0);
            request.nth = Some(
                nth.ok_or_else(|| error(format!("--nth {value:?} is not a number from 1 on")))?,
            );
            return Ok(());
        }
        _ => {
            request.primary = value == "yes";
            return Ok(());
        }
    };
    if place.is_some() {
        return Err(error(format!(
            "--{name} is given twice for the evidence {}",
            address::masked(&request.what)
        )));
    }
    if value.trim().is_empty() {
        return Err(error(format!("--{name} is empty")));
    }
    *place = Some(value);
    Ok(())
}

fn error(message: impl std::fmt::Display) -> clap::Error {
    clap::Error::raw(ErrorKind::ArgumentConflict, format!("{message}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args as _;

    fn parse(line: &[&str]) -> Result<Vec<Request>, clap::Error> {
        let command = EvidenceFlags::augment_args(Command::new("verdict"));
        let matches = command.try_get_matches_from([&["verdict"], line].concat())?;
        EvidenceFlags::from_arg_matches(&matches).map(|flags| flags.0)
    }

    #[test]
    fn a_flag_belongs_to_the_evidence_before_it() {
        let requests = parse(&[
            "--supports",
            "a.txt",
            "--quote",
            "one",
            "--primary",
            "--refutes",
            "b.html",
            "--note",
            "n",
            "--supports",
            "c",
            "--primary=no",
            "--nth",
            "2",
            "--quote",
            "x",
        ])
        .expect("parsed");
        assert_eq!(requests.len(), 3);
        assert_eq!(requests[0].stance, Stance::Supports);
        assert_eq!(requests[0].quote.as_deref(), Some("one"));
        assert!(requests[0].primary && !requests[1].primary && !requests[2].primary);
        assert_eq!(
            (requests[1].what.as_str(), requests[1].note.as_deref()),
            ("b.html", Some("n"))
        );
        assert_eq!(
            (requests[2].nth, requests[2].quote.as_deref()),
            (Some(2), Some("x"))
        );
    }

    #[test]
    fn a_second_quote_is_a_second_piece_of_the_same_source() {
        let requests = parse(&[
            "--context",
            "a",
            "--primary",
            "--quote",
            "x",
            "--quote",
            "y",
        ])
        .expect("parsed");
        let quotes: Vec<_> = requests
            .iter()
            .map(|r| (r.what.as_str(), r.quote.as_deref(), r.primary))
            .collect();
        assert_eq!(quotes, [("a", Some("x"), true), ("a", Some("y"), true)]);
    }

    #[test]
    fn what_belongs_to_nothing_is_refused() {
        for line in [
            &["--quote", "x"][..],
            &["--primary", "--supports", "a"],
            &["--supports", "a", "--nth", "0"],
            &["--supports", "a", "--nth", "one"],
            &["--supports", "a", "--note", "x", "--note", "y"],
            &["--supports", "a", "--quote", " "],
        ] {
            assert!(parse(line).is_err(), "{line:?}");
        }
    }
}
