//! `factlog queue`: what waits for a person, each with the command to type next.
//!
//! It is read from what the database knows of entries, so that it is quick on a large ledger: the
//! words of what is listed are read, and those of nothing else. Where only objects can say something,
//! the latest are looked at, and how many is said ([`Looked`]).

mod anchors;
mod assigned;
mod gather;
mod print;
mod sources;
mod survey;

use factlog::words::time::DayOrTime;
use serde::Serialize;

use self::gather::Whom;
use super::context::Context;
use super::exit::Status;
use super::json_out;
use super::reanchor;

/// So many lines a group are printed for a person, unless they ask for more.
const LINES: usize = 10;

/// List what waits for you, with the command to type next
///
/// What is assigned to you, verdicts to approve, what is disputed, claims to review, verdicts begun, what
/// is tainted, claims without a verdict, verdicts on one source or none, conflicts of interest, and your
/// own verdicts that others are to approve. You are whose reviewers' keys are on this machine; without
/// any, it is everybody's.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog queue
  factlog queue --for bob           what waits for another
  factlog queue --all               what waits for anybody
  factlog queue --limit 100         more of each group
  factlog queue --json              schemas/output-queue.schema.json")]
pub(crate) struct Args {
    /// What waits for this one: a key's name, what follows its last slash, or another name that things
    /// were assigned to
    #[arg(long = "for", value_name = "NAME", conflicts_with = "all")]
    name: Option<String>,
    /// What waits for anybody
    #[arg(long)]
    all: bool,
    /// At most so many lines a group; without it 10, and all with --json
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// What waits.
#[derive(Serialize)]
struct Queue {
    /// For whom; absent where it is for anybody.
    #[serde(rename = "for", skip_serializing_if = "Vec::is_empty")]
    whom: Vec<String>,
    groups: Vec<Group>,
    looked: Looked,
}

/// How far was looked where only objects can say something.
#[derive(Clone, Copy, Serialize)]
struct Looked {
    /// The latest sources whose claims were listed, of so many.
    sources: u64,
    of_sources: u64,
    /// The latest verdicts whose evidence and conflicts were read, of so many that have not ended.
    verdicts: u64,
    of_verdicts: u64,
}

/// Things that wait for the same to be done.
#[derive(Serialize)]
struct Group {
    name: GroupName,
    /// How many there are; fewer may be listed.
    count: u64,
    items: Vec<Item>,
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum GroupName {
    Assigned,
    Approve,
    Disputed,
    Review,
    Forms,
    Imported,
    Tainted,
    Unjudged,
    Anchors,
    Evidence,
    Conflicts,
    Waiting,
}

impl GroupName {
    const fn title(self) -> &'static str {
        match self {
            Self::Assigned => "Assigned",
            Self::Review => "Claims to review",
            Self::Forms => "Verdicts begun, not signed",
            Self::Imported => "Imported verdicts, not signed",
            Self::Approve => "To approve",
            Self::Disputed => "Disputed",
            Self::Tainted => "Tainted: to reaffirm or to supersede",
            Self::Unjudged => "Recorded, without a verdict",
            Self::Anchors => "Words that are no longer where they were",
            Self::Evidence => "Verdicts on one source, or none",
            Self::Conflicts => "Conflict of interest declared, and approved by nobody else",
            Self::Waiting => "Yours, waiting for an approval by others",
        }
    }
}

/// Something that waits.
#[derive(Default, Serialize)]
struct Item {
    /// What it is: source, claim or verdict.
    what: &'static str,
    /// Its id; of a claim that is not recorded, that of its identity, or the beginning of it.
    id: String,
    /// Its words: a source's title, what a claim says.
    text: String,
    /// What there is to know, for a person.
    about: String,
    /// The command to type next.
    command: String,
    /// Whether the one it waits for is its author.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<DayOrTime>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approvals: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approvals_needed: Option<u64>,
    /// Of a source: how many of its claims are only proposed, and how many accepted and not signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<u64>,
    /// Of a source: the proposed claims that are most worth checking, the first one most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    worthiest: Vec<Worthy>,
}

/// A claim that is worth checking.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Worthy {
    id: String,
    text: String,
    score: f32,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let cases = reanchor::cases(&ledger, None)?;
    // Versions of texts are compared with the ledger closed.
    let (ledger, anchors) = if cases.is_empty() {
        (ledger, vec![])
    } else {
        drop(ledger);
        let anchors = anchors::waiting(cases);
        (context.open_ledger()?, anchors)
    };
    let whom = if args.all {
        None
    } else {
        Whom::of(context, &ledger, args.name.as_deref())?
    };
    let limit = match args.limit {
        Some(limit) => limit,
        None if context.global.json => usize::MAX,
        None => LINES,
    };
    let queue = gather::gather(&ledger, whom.as_ref(), context.now()?, limit, anchors)?;
    // What is printed may be read for a long time.
    drop(ledger);
    if context.global.json {
        json_out::print(&queue)?;
    } else {
        print::print(context, &queue)?;
    }
    Ok(Status::Done)
}
