//! `factlog key`: who may sign here, and how that changes: one file a verb.
//!
//! What roots carry is signed by as many of them as are on this machine; where that is too few, or
//! where a key's holder signs elsewhere, `--out` writes a file for `factlog sign`.

mod add;
mod allowed;
mod list;
mod log;
mod make;
mod named;
mod revoke;
mod roots;
mod rotate;

use std::io::Write as _;

use clap::Subcommand;
use factlog::words::id::EntryId;
use serde::Serialize;

use super::context::Context;
use super::exit::Status;
use super::json_out;
use super::record::EntryLine;
use super::signing::carried::Delivered;
use super::stdout;

/// List the keys that sign here, and change who may
///
/// Roots say who may sign: they add keys and revoke them. Whoever holds a key may put a new one in its
/// place. Every change is an entry of the log, and applies from its place on.
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog key list
  factlog key add desk.example/bob --role reviewer,approver
  factlog key rotate
  factlog key revoke bob --reason compromised --from 2026-11-20
  factlog key roots --add desk.example/facts/root2 --threshold 2
  factlog key export --allowed-signers

`factlog help keys` says what each kind of key is for."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Args),
    New(make::Args),
    Add(add::Args),
    Rotate(rotate::Args),
    Revoke(revoke::Args),
    Roots(roots::Args),
    Log(log::Args),
    Export(allowed::Args),
}

/// What a change of keys came to; `schemas/output-key-change.schema.json`.
#[derive(Serialize)]
struct Change {
    /// The entry; while it wants signatures, its id so far.
    entry: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    /// The key that was added, put in place, or revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The file of a key that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Whose signatures are still wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wanted: Vec<String>,
    /// What a revocation taints.
    #[serde(skip_serializing_if = "Option::is_none")]
    tainted: Option<revoke::Tainted>,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    match &args.command {
        Command::List(_) => list::run(context),
        Command::New(args) => make::run(args, context),
        Command::Add(args) => add::run(args, context),
        Command::Rotate(args) => rotate::run(args, context),
        Command::Revoke(args) => revoke::run(args, context),
        Command::Roots(args) => roots::run(args, context),
        Command::Log(args) => log::run(args, context),
        Command::Export(args) => allowed::run(args, context),
    }
}

/// Says what became of a change.
fn tell(
    context: &Context,
    done: Option<Delivered>,
    what: &str,
    key: Option<String>,
    file: Option<String>,
    tainted: Option<revoke::Tainted>,
) -> anyhow::Result<Status> {
    let Some(done) = done else {
        return Ok(Status::Failed);
    };
    if let Some(index) = done.index {
        context.say(&format!("{what} (entry {index})"));
    }
    if context.global.json {
        json_out::print(&Change {
            entry: done.id,
            index: done.index,
            key,
            file,
            wanted: done.wanted,
            tainted,
            entries: done.entries,
        })?;
    } else if let Some(key) = key {
        writeln!(stdout::plain(), "{key}")?;
    }
    Ok(Status::Done)
}
