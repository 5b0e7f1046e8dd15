//! `factlog review`: go through proposed claims one by one.
//!
//! Every answer is kept in the drafts at once; the claims that were accepted are signed together at
//! the end, after one last look. The ledger is never locked while an answer is waited for.

mod form;
mod last_look;
mod show;
mod sitting;

use factlog::entry::Kind;
use factlog::words::id::{ObjectId, SourceId};
use serde::Serialize;

use self::sitting::Sitting;
use super::claim_list::{self, State};
use super::context::Context;
use super::drafts::Drafts;
use super::exit::{Failure, Status};
use super::index;
use super::json_out;
use super::record::EntryLine;
use super::seek;
use super::signing::SigningArgs;

/// Go through proposed claims one by one
///
/// Answers by single letters, as `git add -p` does. What was decided is kept at every step, so
/// that a sitting can be stopped anywhere; what was accepted is signed together at the end.
#[derive(clap::Args)]
#[command(after_help = "\
Answers: y accept, n drop, e change in $EDITOR, v verdict now, k back, q quit
and resume later, ? help

Examples:
  factlog review
  factlog review 1a2b3c4d      only this source's claims")]
pub(crate) struct Args {
    /// Only this source's claims: the beginning of its id
    source: Option<String>,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    accepted: usize,
    dropped: usize,
    judged: usize,
    left: usize,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if context.global.no_input {
        return Err(
            Failure::new(Status::Usage, "review asks, and --no-input forbids it")
                .hint("`factlog claims` lists the claims; `factlog verdict N` judges one")
                .into(),
        );
    }
    let (ledger, lines) = context.read_claims(|ledger, proposals| {
        if let Some(what) = &args.source {
            let record = seek::find_entry(ledger, Kind::Source, what)?;
            return claim_list::of_source(ledger, proposals, &SourceId(record.entry.id().0));
        }
        let mut lines = claim_list::claim_list(ledger, proposals)?;
        lines.retain(|line| !line.source.is_evidence);
        Ok(lines)
    })?;
    let drafts = Drafts::of(ledger.folder());
    let recorded = index::at_once(&ledger)?;
    drop(ledger);

    let waiting = lines
        .iter()
        .filter(|line| line.state == State::Accepted)
        .count();
    if waiting > 0 {
        context.say(&format!(
            "{waiting} accepted claims wait for your signature"
        ));
    }
    let mut sitting = Sitting {
        context,
        signing: &args.signing,
        drafts: &drafts,
        recorded,
        lines: lines
            .iter()
            .filter(|line| line.state == State::Proposed)
            .cloned()
            .collect(),
        dropped: 0,
        judged: 0,
    };
    if sitting.lines.is_empty() && waiting == 0 {
        context.say("there is nothing to review: every claim is recorded or dropped");
    }
    let left = sitting.go()?;
    let (dropped, judged) = (sitting.dropped, sitting.judged);
    let accepted: Vec<(SourceId, ObjectId)> = lines
        .iter()
        .filter(|line| matches!(line.state, State::Proposed | State::Accepted))
        .map(|line| (line.source.id, line.origin))
        .collect();
    let entries = last_look::sign_accepted(context, &args.signing, &drafts, &accepted)?;
    if left > 0 {
        context.say(&format!("{left} claims left; go on with: factlog review"));
    }
    if context.global.json {
        json_out::print(&Report {
            accepted: entries.len(),
            dropped,
            judged,
            left,
            entries,
        })?;
    }
    Ok(Status::Done)
}
