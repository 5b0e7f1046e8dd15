//! `factlog publish`: the ledger as static files.

use std::path::PathBuf;

use factlog::ledger::{LedgerError, PublishError, Published};
use serde::Serialize;

use super::config::settings;
use super::context::Context;
use super::copies::{DESK_FOLDERS, IN_NO_COPY};
use super::exit::{Failure, Status};
use super::{json_out, progress, screen, stdout};
use std::io::Write as _;

/// Publish the ledger as static files, which any web server, bucket or disc can serve
///
/// Log and tree are C2SP tlog-tiles; beside them are the objects that may leave the house. Claims,
/// verdicts and policies are published. Of a source it is what its rights say: `public`, all of it;
/// `quoted`, who published it and when, and slices of about a kilobyte around each quote that is
/// used; `withheld`, nothing. What is left out stands in the file `withheld`. Slices may cover a text
/// as a whole, above all a short one: that is said, for each source.
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
    ///
    /// Without it, the one of the setting publish.target.
    #[arg(value_name = "DIR", required_if_eq("full", "true"))]
    folder: Option<PathBuf>,
    /// Write everything, withheld sources and notes too: a backup to restore from
    #[arg(long)]
    full: bool,
}

/// So many sources that leave as a whole are listed.
const LISTED: usize = 20;

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
    quoted: Vec<QuotedLine>,
    resumed: bool,
}

/// How much of a quoted source is in slices.
#[derive(Serialize)]
struct QuotedLine {
    source: String,
    shown: u64,
    text: u64,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let folder = folder(args, context)?;
    let ledger = context.open_ledger()?;
    let bar = progress::entries("publishing", ledger.tree_head().size, context);
    let published = ledger.publish(&folder, args.full, Some(&|done, _| bar.set_position(done)));
    bar.finish_and_clear();
    let published = published.map_err(explained)?;
    let id = ledger.id().to_string();
    let whole = published.quoted.iter().filter(|quoted| quoted.is_whole());
    let whole = whole.map(|quoted| Ok((ledger.short(&quoted.source.0)?, quoted.text)));
    let whole: Vec<(String, u64)> = whole.collect::<Result<_, LedgerError>>()?;
    drop(ledger);
    let folder = folder.display().to_string();
    if context.global.json {
        let Published {
            size,
            from,
            files,
            withheld,
            slices,
            withheld_verdicts,
            quoted,
            was_stopped,
        } = published;
        let quoted = quoted.iter().map(|quoted| QuotedLine {
            source: quoted.source.to_string(),
            shown: quoted.shown,
            text: quoted.text,
        });
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
            quoted: quoted.collect(),
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
            screen::counted(published.withheld_verdicts, "verdict is", "verdicts are")
        ));
    }
    if context.global.quiet {
        return Ok(Status::Done);
    }
    let new = published.size - published.from;
    let mut out = stdout::styled();
    writeln!(
        out,
        "{}: {}, {new} of them new; {} written",
        screen::visible(&folder),
        screen::counted(published.size, "entry", "entries"),
        screen::counted(published.files, "file", "files"),
    )?;
    if args.full {
        say_left_out(context);
    }
    if !args.full {
        writeln!(
            out,
            "withheld of the new ones: {}; slices in place of texts: {}",
            screen::counted(published.withheld, "object", "objects"),
            published.slices
        )?;
        for (source, bytes) in whole.iter().take(LISTED) {
            let bytes = grouped(*bytes);
            writeln!(
                out,
                "source {source}: {bytes} of {bytes} bytes are in slices: the whole text leaves the house"
            )?;
        }
        if let Some(more) = whole.len().checked_sub(LISTED + 1) {
            writeln!(out, "and {} more sources, the whole text of each", more + 1)?;
        }
        let rest = published.quoted.iter().filter(|quoted| !quoted.is_whole());
        let rest = rest.map(|quoted| (1, quoted.shown, quoted.text));
        let (number, shown, text) = rest.fold((0, 0, 0), |sum: (u64, u64, u64), one| {
            (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2)
        });
        if number > 0 {
            writeln!(
                out,
                "{}: {} of {} bytes are in slices",
                screen::counted(number, "quoted source", "quoted sources"),
                grouped(shown),
                grouped(text)
            )?;
        }
    }
    Ok(Status::Done)
}

/// Says what a backup does not have.
fn say_left_out(context: &Context) {
    context.say(&format!(
        "the desk's own words are not in it: {IN_NO_COPY}; to keep them, copy these folders too: \
         {DESK_FOLDERS}"
    ));
}

/// Returns where to publish to: the folder that is named, else the one of the settings.
fn folder(args: &Args, context: &Context) -> anyhow::Result<PathBuf> {
    let set = context.settings()?.of_file("publish.target");
    let folder = args.folder.clone().or_else(|| set.map(settings::path));
    folder.ok_or_else(|| {
        Failure::new(Status::Usage, "it is not said where to publish to")
            .hint("factlog publish DIR; or once for all: factlog config set publish.target DIR")
            .into()
    })
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

/// Writes a number with a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
