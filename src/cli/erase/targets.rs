//! What is to be erased: from what a person typed to objects.

use clap::ValueEnum;
use factlog::entry::{Body, SourceEntry};
use factlog::ledger::{Found, Ledger, Record};
use factlog::words::id::ObjectId;
use serde::Serialize;

use crate::cli::exit::{Failure, Status};
use crate::cli::gone;
use crate::cli::proposals::Proposals;
use crate::cli::seek::{self, Sought};

/// A part of a source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    /// The text that claims point into
    Text,
    /// The bytes as they came
    Raw,
    /// Title, address, authors and dates
    Meta,
}

impl Part {
    const ALL: [Self; 3] = [Self::Text, Self::Raw, Self::Meta];

    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Raw => "raw",
            Self::Meta => "meta",
        }
    }

    /// Returns the object that this part of a source is.
    fn of(self, source: &SourceEntry) -> Option<ObjectId> {
        match self {
            Self::Text => source.text.map(|kept| kept.blake3),
            Self::Raw => source.raw.map(|kept| kept.blake3),
            Self::Meta => Some(source.meta),
        }
    }
}

/// An object that is to be erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Target {
    pub(super) object: ObjectId,
    /// What a person calls it, such as `the text of source 1a2b3c4d`.
    pub(super) what: String,
}

/// What a person named cannot be erased before they say which parts of a source are meant.
#[derive(Debug)]
pub(super) struct Unsaid {
    pub(super) failure: Failure,
    /// The source, as it is called in a question.
    pub(super) source: String,
}

/// Finds the objects that a person means, in the order in which they were named, each once.
///
/// # Errors
/// Something is not there, has no object, is a policy, or was erased before. A source is named without
/// its parts: [`Unsaid`].
pub(super) fn find(
    ledger: &Ledger,
    proposals: &Proposals,
    typed: &[String],
    parts: &[Part],
) -> anyhow::Result<Result<Vec<Target>, Unsaid>> {
    let mut targets: Vec<Target> = Vec::new();
    let mut is_source_named = false;
    for typed in typed {
        let found = match seek::find(ledger, proposals, typed)? {
            Sought::Recorded(Found::Object(object)) => {
                let what = format!("object {}", ledger.short(object.as_bytes())?);
                vec![Target { object, what }]
            }
            Sought::Recorded(Found::Entry(id)) => {
                let record = ledger.entry(&id)?;
                is_source_named |= matches!(record.entry.body(), Body::Source(_));
                match of_entry(ledger, &record, parts)? {
                    Ok(found) => found,
                    Err(unsaid) => return Ok(Err(unsaid)),
                }
            }
            Sought::Proposed(line) => {
                let message = format!(
                    "claim {} is only {}: nothing of it is in the ledger",
                    &line.id[..8],
                    line.state.as_str()
                );
                return Err(Failure::new(Status::NotFound, message)
                    .hint("its words stand in the text of its source")
                    .into());
            }
        };
        for target in found {
            refuse_unerasable(ledger, &target)?;
            match targets.iter_mut().find(|one| one.object == target.object) {
                Some(same) if same.what != target.what => {
                    same.what = format!("{}, which is {} too", same.what, target.what);
                }
                Some(_) => {}
                None => targets.push(target),
            }
        }
    }
    if !parts.is_empty() && !is_source_named {
        return Err(Failure::new(
            Status::Usage,
            "--part says which part of a source is meant, and none was named",
        )
        .hint("leave --part out: anything but a source names one object")
        .into());
    }
    Ok(Ok(targets))
}

fn of_entry(
    ledger: &Ledger,
    record: &Record,
    parts: &[Part],
) -> anyhow::Result<Result<Vec<Target>, Unsaid>> {
    let short = ledger.short(record.entry.id().as_bytes())?;
    let kind = record.entry.kind();
    let one = |object: ObjectId, what: &str| {
        let what = format!("{what} {kind} {short}");
        Ok(Ok(vec![Target { object, what }]))
    };
    match record.entry.body() {
        Body::Source(source) if parts.is_empty() => Ok(Err(unsaid(ledger, source, &short)?)),
        Body::Source(source) => {
            let mut found = Vec::new();
            for part in parts {
                let object = part.of(source).ok_or_else(|| {
                    let message = format!("source {short} has no {}", part.name());
                    Failure::new(Status::NotFound, message)
                })?;
                let words = match part {
                    Part::Text => "the text",
                    Part::Raw => "the raw bytes",
                    Part::Meta => "the meta",
                };
                let what = format!("{words} of source {short}");
                found.push(Target { object, what });
            }
            Ok(Ok(found))
        }
        Body::Claim(claim) => one(claim.claim, "the words of"),
        Body::Verdict(verdict) => one(verdict.verdict, "the words of"),
        Body::Retraction(retraction) => one(retraction.note, "the note of"),
        Body::Reaffirmation(reaffirmation) => one(reaffirmation.note, "the note of"),
        Body::Publication(publication) => one(publication.manifest, "the manifest of"),
        Body::Approval(approval) if approval.note.is_some() => {
            one(approval.note.expect("it has one"), "the note of")
        }
        Body::Policy(policy) => Err(policy_refused(ledger, &policy.policy)?.into()),
        Body::Genesis(genesis) => Err(policy_refused(ledger, &genesis.policy)?.into()),
        _ => Err(Failure::new(
            Status::Failed,
            format!("the {kind} {short} names no object that could be erased"),
        )
        .hint("entries themselves stay for ever; only objects are erased")
        .into()),
    }
}

/// Says which parts a source has, so that a person chooses.
fn unsaid(ledger: &Ledger, source: &SourceEntry, short: &str) -> anyhow::Result<Unsaid> {
    let mut lines = Vec::new();
    let mut names = Vec::new();
    for part in Part::ALL {
        let Some(object) = part.of(source) else {
            continue;
        };
        let bytes = match part {
            Part::Text => source.text.map(|kept| kept.bytes),
            Part::Raw => source.raw.map(|kept| kept.bytes),
            Part::Meta => None,
        };
        let bytes = bytes.map_or_else(String::new, |bytes| format!(", {bytes} bytes"));
        let id = ledger.short(object.as_bytes())?;
        lines.push(format!("{:4}  object {id}{bytes}", part.name()));
        names.push(part.name());
    }
    let parts = lines.join("\n  ");
    Ok(Unsaid {
        failure: Failure::new(
            Status::Usage,
            format!("source {short} has several parts, and it must be said which go:\n  {parts}"),
        )
        .hint(format!(
            "add --part {}, or --part with one of them",
            names.join(",")
        )),
        source: format!("source {short} has several parts:\n  {parts}"),
    })
}

/// Refuses what an append would refuse, before anything is searched.
fn refuse_unerasable(ledger: &Ledger, target: &Target) -> anyhow::Result<()> {
    let Some(facts) = ledger.facts_of_object(&target.object)? else {
        return Ok(());
    };
    if facts.is_policy {
        return Err(policy_refused(ledger, &target.object)?.into());
    }
    if let Some(erased) = facts.erased {
        return Err(Failure::new(
            Status::Failed,
            format!("{} is {} already", target.what, gone::by(&erased)),
        )
        .into());
    }
    Ok(())
}

fn policy_refused(ledger: &Ledger, policy: &ObjectId) -> anyhow::Result<Failure> {
    let short = ledger.short(policy.as_bytes())?;
    Ok(Failure::new(
        Status::Failed,
        format!("object {short} is a policy, and a policy can't be erased"),
    )
    .hint("ratings mean nothing without it; a new policy can take its place"))
}
