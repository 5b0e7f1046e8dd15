//! `factlog publish`: the ledger as static files.

use std::path::PathBuf;

use factlog::ledger::{PublishError, Published};
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::{json_out, progress, screen, stdout};
use std::io::Write as _;

/// Publish the ledger as static files, which any web server, bucket or disc can serve
///
/// Log and tree are C2SP tlog-tiles; beside them are the objects that may leave the house. Claims,
/// verdicts and policies are published. Of a source it is what its rights say: `public`, all of it;
/// `quoted`, who published it and when, and slices of about a kilobyte around each quote that is
/// used; `withheld`, nothing. What is left out stands in the file `withheld`.
///
/// Only what is new is written. The checkpoint is replaced last, so that a reader never sees one whose
/// files are not there; a run that was stopped is taken up again. Files of objects that were erased
/// since are removed. A folder that holds a ledger or anything else than an earlier publication is
/// refused.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog publish /srv/www/ledger
  factlog publish --full /backup/ledger     a backup with everything in it
  factlog verify /srv/www/ledger            audit it as a stranger would

Serve `checkpoint`, `withheld` and `checkpoints/` with a short cache; all else never changes.")]
pub(crate) struct Args {
    /// The folder to publish into; it is made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Write everything, withheld sources and notes too: a backup to restore from
    #[arg(long)]
    full: bool,
}

/// What `publish --json` prints.
#[derive(Serialize)]
struct Output {
    ledger: String,
    folder: String,
    full: bool,
    size: u64,
    from: u64,
    files: u64,
    withheld: u64,
    slices: u64,
    withheld_verdicts: u64,
    resumed: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let bar = progress::entries("publishing", ledger.tree_head().size, context);
    let published = ledger.publish(
        &args.folder,
        args.full,
        Some(&|done, _| bar.set_position(done)),
    );
    bar.finish_and_clear();
    let published = published.map_err(explained)?;
    let id = ledger.id().to_string();
    drop(ledger);
    let folder = args.folder.display().to_string();
    if context.global.json {
        let Published {
            size,
            from,
            files,
            withheld,
            slices,
            withheld_verdicts,
            was_stopped,
        } = published;
        json_out::print(&Output {
            ledger: id,
            folder,
            full: args.full,
            size,
            from,
            files,
            withheld,
            slices,
            withheld_verdicts,
            resumed: was_stopped,
        })?;
        return Ok(Status::Done);
    }
    if published.was_stopped {
        context.say("an earlier run was stopped; everything was gone through again");
    }
    if published.withheld_verdicts > 0 {
        context.warn(&format!(
            "{} withheld: its evidence quotes a source of which nothing may be published",
            counted(published.withheld_verdicts, "verdict is", "verdicts are")
        ));
    }
    let new = published.size - published.from;
    let mut out = stdout::styled();
    writeln!(
        out,
        "{}: {}, {new} of them new; {} written",
        screen::visible(&folder),
        counted(published.size, "entry", "entries"),
        counted(published.files, "file", "files"),
    )?;
    if !args.full {
        writeln!(
            out,
            "withheld of the new ones: {}; slices in place of texts: {}",
            counted(published.withheld, "object", "objects"),
            published.slices
        )?;
    }
    Ok(Status::Done)
}

/// Says what an error calls for.
fn explained(error: PublishError) -> anyhow::Error {
    match error {
        PublishError::LedgerItself { .. }
        | PublishError::NotEmpty { .. }
        | PublishError::OtherCheckpoint { .. } => Failure::new(Status::Usage, error.to_string())
            .hint("name another folder: one that is empty or not there, or an earlier publication")
            .into(),
        PublishError::Ledger(error) => error.into(),
        error => error.into(),
    }
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
