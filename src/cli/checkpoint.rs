//! `factlog checkpoint`: the signed checkpoint, as it is.

use std::io::Write;

use serde::Serialize;

use super::context::Context;
use super::exit::Status;
use super::json_out;
use super::stdout;

/// Print the last signed checkpoint
///
/// A checkpoint is a signed note (C2SP tlog-checkpoint) of three lines: the ledger's origin, its size
/// and the root of its tree. It fixes every entry up to that size. Who keeps a copy of it elsewhere
/// can tell later whether anything was changed or removed.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog checkpoint
  factlog checkpoint > 2026-11-22.checkpoint   keep a copy elsewhere
  factlog checkpoint --json")]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Output<'a> {
    ledger: String,
    origin: &'a str,
    size: u64,
    root: String,
    note: &'a str,
}

pub(crate) fn run(_args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let head = ledger.tree_head();
    let note = ledger.checkpoint().to_vec();
    let origin = ledger.genesis().origin.to_string();
    let id = ledger.id().to_string();
    drop(ledger);
    if context.global.json {
        let output = Output {
            ledger: id,
            origin: &origin,
            size: head.size,
            root: head.root.to_string(),
            note: std::str::from_utf8(&note)?,
        };
        json_out::print(&output)?;
    } else {
        // The bytes themselves, so that they can be kept and verified.
        let mut out = stdout::plain();
        out.write_all(&note)?;
        out.flush()?;
    }
    Ok(Status::Done)
}
