//! `factlog show`: what an entry, an object or a claim is, what it links to, what stands.
//!
//! Everything is read while the ledger is open ([`gather`]) and written afterwards ([`page`]), so that
//! nobody waits for a person who reads.

mod gather;
mod objects;
mod page;
mod view;

use std::io::Write;

use factlog::ledger::{Found, Ledger};

use super::context::Context;
use super::exit::{Failure, Status};
use super::gone;
use super::json_out;
use super::pager::Output;
use super::seek::{self, Sought};
use super::stdout;

/// Show an entry, an object or a claim
///
/// It says what the thing is, what it links to and what stands of it. A verdict that was superseded
/// or retracted is marked, with the reason.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog show 3                 the third claim of `factlog claims`
  factlog show 1a2b3c4d          the entry or object whose id begins so
  factlog show 1a2b3c4d --raw    the signed bytes themselves
  factlog show 1a2b3c4d --raw | b3sum      an object's bytes hash to its id")]
pub(crate) struct Args {
    /// The beginning of an id, at least 4 digits; or a number of `factlog claims`
    #[arg(value_name = "ID")]
    what: String,
    /// Print the bytes themselves: an entry's signed note, or an object's bytes
    ///
    /// They are printed as they are, also what a terminal would act on: send those of a stranger's
    /// ledger to a file.
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let (ledger, sought) =
        context.read_claims(|ledger, proposals| seek::find(ledger, proposals, &args.what))?;
    if args.raw {
        let bytes = raw(&ledger, &sought)?;
        drop(ledger);
        let mut out = stdout::plain();
        out.write_all(&bytes)?;
        out.flush()?;
        return Ok(Status::Done);
    }
    let shown = gather::of(&ledger, &sought)?;
    drop(ledger);
    if context.global.json {
        json_out::print(&shown)?;
    } else {
        let mut out = Output::start(context);
        page::write(&shown, &mut out)?;
        out.finish()?;
    }
    Ok(if shown.is_complete() {
        Status::Done
    } else {
        context.warn(if shown.is_missing_any() {
            "some of what it speaks of is not there; `factlog verify` says why"
        } else {
            "some of what it says was erased"
        });
        Status::Incomplete
    })
}

fn raw(ledger: &Ledger, sought: &Sought) -> anyhow::Result<Vec<u8>> {
    match sought {
        Sought::Recorded(Found::Entry(id)) => Ok(ledger.entry(id)?.entry.bytes().to_vec()),
        Sought::Recorded(Found::Object(id)) => {
            match (ledger.object_bytes(id)?, gone::erased(ledger, id)?) {
                (Some(bytes), _) => Ok(bytes),
                (None, Some(erased)) => {
                    let message = format!("object {id} was {}", erased.words());
                    Err(Failure::new(Status::Incomplete, message).into())
                }
                (None, None) => {
                    let message = format!("object {id} is missing, and was not erased");
                    Err(Failure::new(Status::Incomplete, message).into())
                }
            }
        }
        Sought::Proposed(line) => {
            let message = format!(
                "claim {} is only {}: nothing is signed",
                &line.id[..8],
                line.state.as_str()
            );
            let hint = "`factlog review` records it";
            Err(Failure::new(Status::NotFound, message).hint(hint).into())
        }
    }
}
