//! `factlog reaffirm`: confirm entries that a revocation tainted.

use std::io::{self, IsTerminal, Write as _};

use factlog::entry::{Body, Reaffirmation};
use factlog::words::id::{EntryId, ObjectId};
use factlog::words::note::Note;
use factlog::words::object;
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::record::EntryLine;
use super::says::{self, Policies};
use super::screen;
use super::seek;
use super::signing::SigningArgs;
use super::signing::carried::{self, Carried};
use super::stdout;

/// Confirm entries that a revoked key tainted
///
/// A verdict by a key that was revoked from before it on does not stand, until roots reaffirm it: they
/// vouch that it is its holder's own. `factlog verify` and `factlog key revoke` list what is tainted.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog reaffirm 5f3a9c12 --note \"Bob confirms it, by telephone.\"
  factlog reaffirm 17 18 21 --note \"Before the theft.\" --out kept.pending

Exit status: 0 signed; 1 an entry is not tainted, or you said no; 3 no such
entry; 4 too few roots are here and there is no --out.")]
pub(crate) struct Args {
    /// The entries: indexes (digits alone), or the beginnings of ids
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<String>,
    /// Why they hold; it is published
    #[arg(long, value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    reaffirmation: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    reaffirmed: Vec<EntryId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wanted: Vec<String>,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let text = args.note.trim();
    if text.is_empty() {
        return Err(Failure::new(Status::Usage, "the note is empty")
            .hint("say why they hold, with --note \"…\"")
            .into());
    }
    let ledger = context.open_ledger()?;
    let mut ids: Vec<EntryId> = Vec::new();
    let mut words = vec!["reaffirms, for all to see, as roots:".to_owned()];
    let mut policies = Policies::new();
    for typed in &args.entries {
        let record = seek::entry_or_index(&ledger, typed)?;
        let id = record.entry.id();
        if ids.contains(&id) {
            continue;
        }
        if !ledger.is_tainted(&id)? {
            return Err(Failure::new(
                Status::Failed,
                format!(
                    "entry {} ({}) is not tainted",
                    record.index,
                    record.entry.kind()
                ),
            )
            .hint("only what a revocation taints is reaffirmed: `factlog verify` lists it")
            .into());
        }
        let says = says::says(&ledger, &record, &mut policies)?;
        words.push(format!(
            "  {} {}: {}",
            record.index,
            record.entry.kind(),
            screen::cut(&says, 70)
        ));
        ids.push(id);
    }
    words.push(format!("because: {text}"));
    let note = object::to_bytes(&Note {
        text: text.to_owned(),
        salt: context.salt()?,
    })?;
    let carried = Carried {
        bodies: vec![Body::Reaffirmation(Reaffirmation {
            entries: ids.clone(),
            note: ObjectId::of(&note),
        })],
        objects: vec![note],
        hands: carried::roots(context, &args.signing, &ledger)?,
        words,
        question: format!(
            "reaffirm {}",
            screen::counted(ids.len() as u64, "entry", "entries")
        ),
    };
    let Some(done) = carried::sign(context, &args.signing, ledger, carried)? else {
        return Ok(Status::Failed);
    };
    if let Some(index) = done.index {
        context.say(&format!(
            "reaffirmed {} (entry {index})",
            screen::counted(ids.len() as u64, "entry", "entries")
        ));
    }
    if context.global.json {
        json_out::print(&Report {
            reaffirmation: done.id,
            index: done.index,
            reaffirmed: ids,
            wanted: done.wanted,
            entries: done.entries,
        })?;
    } else if !io::stdout().is_terminal() {
        writeln!(stdout::plain(), "{}", done.id)?;
    }
    Ok(Status::Done)
}
