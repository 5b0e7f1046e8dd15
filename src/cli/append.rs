//! `factlog append`: append entries that were signed elsewhere.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::audit::Code;
use factlog::ledger::{AppendError, Ledger, LedgerError, MAX_PENDING_BYTES, Pending, PendingError};
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::faults;
use super::json_out;
use super::record::{self, EntryLine};
use super::screen;
use super::signing::carried::wanted_line;
use super::stdout;
use super::waiting;

/// Append entries that were signed elsewhere
///
/// Takes the files that --out writes. Every entry is checked as if it had been made here; all of a
/// file is appended, or nothing of it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog verdict 3 --rating true --summary \"…\" --out verdict.pending
  factlog append verdict.pending

The first is run on the reviewer's machine, the second where the ledger is
kept. Exit status: 0 appended, or there already; 1 refused; 3 no such file; 4
a key or signature is not right; 5 a signature is missing: the message says
whose, and `factlog sign FILE` adds it.")]
pub(crate) struct Args {
    /// Files that --out wrote, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Reports {
    files: Vec<Report>,
}

#[derive(Serialize)]
struct Report {
    file: String,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let mut pending = Vec::with_capacity(args.files.len());
    for file in &args.files {
        let bytes = read(file, context)?;
        let parsed = Pending::parse(&bytes).with_context(|| {
            format!("nothing was appended: {} can't be read", screen::path(file))
        })?;
        pending.push((file, parsed));
    }
    let mut ledger = context.open_ledger()?;
    let mut reports = Vec::new();
    let mut failed = None;
    for (file, pending) in pending {
        if let Some(indexes) = there_already(&ledger, &pending)? {
            context.say(&format!(
                "all of {} is in the ledger already",
                screen::path(file)
            ));
            reports.push(Report {
                file: screen::path(file),
                entries: record::lines(&pending.entries, &indexes),
            });
            continue;
        }
        match record::append(context, &mut ledger, &pending) {
            Ok(indexes) => reports.push(Report {
                file: screen::path(file),
                entries: record::lines(&pending.entries, &indexes),
            }),
            Err(error) => {
                let refused = error.downcast_ref::<AppendError>();
                let unfinished = refused.is_some_and(faults::is_unfinished);
                let failure = match refused {
                    Some(refused) => incomplete(&ledger, file, &pending, refused)?,
                    None => None,
                };
                let error = failure.map_or(error, Into::into);
                failed = Some(if unfinished {
                    error
                } else {
                    error.context(format!("nothing of {} was appended", screen::path(file)))
                });
                break;
            }
        }
    }
    context.tell_notices(&ledger.take_notices());
    drop(ledger);
    if context.global.json {
        json_out::print(&Reports { files: reports })?;
    } else {
        let mut out = stdout::plain();
        for entry in reports.iter().flat_map(|report| &report.entries) {
            let index = entry.index.unwrap_or_default();
            writeln!(out, "{index}\t{}\t{}", entry.kind, entry.id)?;
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(Status::Done),
    }
}

/// Says who is missing, where nothing but signatures is; `None` where something else is wrong, too.
fn incomplete(
    ledger: &Ledger,
    file: &Path,
    pending: &Pending,
    error: &AppendError,
) -> anyhow::Result<Option<Failure>> {
    let AppendError::Refused {
        position, refusal, ..
    } = error
    else {
        return Ok(None);
    };
    let of_signatures = |code| matches!(code, Code::SignatureMissing | Code::ThresholdNotMet);
    if !refusal
        .findings
        .iter()
        .all(|finding| of_signatures(finding.code))
    {
        return Ok(None);
    }
    let entry = &pending.entries[*position];
    let wanting = entry.wanting(&ledger.ledger_facts()?.roots);
    if wanting.is_complete() {
        return Ok(None);
    }
    let message = format!("it is not complete: {}", wanted_line(entry, &wanting));
    Ok(Some(Failure::new(Status::Incomplete, message).hint(
        format!(
            "as many of them as are wanted type: factlog sign {}",
            screen::path(file)
        ),
    )))
}

/// Returns the indexes of entries that are all in the ledger: an append that is tried again, after a
/// stop in between, is done.
fn there_already(ledger: &Ledger, pending: &Pending) -> anyhow::Result<Option<Vec<u64>>> {
    let mut indexes = Vec::new();
    for entry in &pending.entries {
        match ledger.entry(&entry.id()) {
            Ok(record) => indexes.push(record.index),
            Err(LedgerError::NoEntry(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(indexes))
}

pub(crate) fn read(path: &Path, context: &Context) -> anyhow::Result<Vec<u8>> {
    let reading = || format!("reading {}", screen::path(path));
    let mut bytes = Vec::new();
    // One byte more than there may be, so that too many are noticed and not held.
    let limit = MAX_PENDING_BYTES as u64 + 1;
    if path.as_os_str() == "-" {
        waiting::for_input(context);
        io::stdin()
            .lock()
            .take(limit)
            .read_to_end(&mut bytes)
            .with_context(reading)?;
    } else {
        let missing = |error: io::Error| {
            let status = match error.kind() {
                io::ErrorKind::NotFound => Status::NotFound,
                _ => Status::Failed,
            };
            Failure::new(status, format!("{} can't be read", screen::path(path))).because(error)
        };
        let length = fs::metadata(path).map_err(missing)?.len();
        if length >= limit {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            return Err(PendingError::TooLong(length)).with_context(reading);
        }
        let file = File::open(path).map_err(missing)?;
        file.take(limit)
            .read_to_end(&mut bytes)
            .with_context(reading)?;
    }
    Ok(bytes)
}
