//! `factlog restore`: a ledger out of a copy of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use factlog::keys::PrivateKeyFile;
use factlog::ledger::{self, LogKeyFile, RestoreError};
use factlog::mirror;
use factlog::trust::{KeyName, VerifierKey};
use serde::Serialize;

use super::context::Context;
use super::copies::{DESK_FOLDERS, IN_NO_COPY, Place};
use super::exit::{Failure, Status};
use super::opening::LOG_KEY_FILE;
use super::{files, init, json_out, progress, screen, stdout};

/// So many objects that could not come back are listed.
const LISTED: usize = 10;

/// A key file has at most this many bytes.
const MAX_KEY_BYTES: u64 = factlog::keys::file::MAX_BYTES as u64;

/// Rebuild a ledger from a copy of it
///
/// The copy is verified first, and nothing is restored from one with a fault. A full copy (`factlog
/// publish --full`) gives everything back; a public one has no words of sources that are quoted or
/// withheld. What could not come back is listed, here and in the file `withheld` of the ledger's folder,
/// so that `factlog verify` tells it as not complete, and not as lost. Drafts, the desk's notes and keys are in no copy:
/// without the log's key the ledger can be read and verified, and nothing can be appended.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog restore /backup/ledger --log-key /safe/log.key
  factlog restore https://desk.example/ledger --ledger DIR")]
pub(crate) struct Args {
    /// The copy: a folder that `factlog publish` wrote, or its address
    #[arg(value_name = "DIR|URL")]
    copy: String,
    /// Put this file in the ledger's folder as the log's key
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
}

/// What `restore --json` prints.
#[derive(Serialize)]
struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<String>,
    folder: String,
    size: u64,
    objects: u64,
    withheld: Vec<String>,
    erased: u64,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let place = Place::of(&args.copy)?;
    place.refuse_nothing(&args.copy)?;
    let folder = init::place(context)?;
    let log_key = args.log_key.as_deref().map(read_log_key).transpose()?;
    let log_key = log_key.as_ref().map(|(bytes, key)| LogKeyFile {
        name: LOG_KEY_FILE,
        bytes,
        key,
    });
    let options = context.ledger_options()?;
    let bar = progress::entries("restoring", mirror::Copy::open(&place)?.size, context);
    let restored = ledger::restore(
        &place,
        &folder,
        log_key,
        &options,
        Some(&|done, _| bar.set_position(done)),
    );
    bar.finish_and_clear();
    let restored = restored.map_err(|error| match error {
        RestoreError::Faults(_) => Failure::new(Status::Failed, error.to_string())
            .hint(format!("`factlog verify {}` lists them", args.copy))
            .into(),
        RestoreError::OtherLogKey { .. } => Failure::new(Status::Key, error.to_string())
            .hint("the log's key is the file `log.key` in the ledger's folder; leave it out to restore without it")
            .into(),
        error => anyhow::Error::new(error),
    })?;
    // Opening builds the database, and shows that the ledger is whole.
    drop(context.open_new_ledger(&folder)?);
    let complete = restored.withheld.is_empty();
    if context.global.json {
        json_out::print(&Output {
            ledger: restored.ledger.map(|id| id.to_string()),
            folder: folder.display().to_string(),
            size: restored.size,
            objects: restored.objects,
            withheld: restored.withheld.iter().map(ToString::to_string).collect(),
            erased: restored.erased,
        })?;
    } else {
        let mut out = stdout::styled();
        let named = folder.display().to_string();
        writeln!(
            out,
            "{}: {} entries and {} objects restored, {} erased",
            screen::visible(&named),
            restored.size,
            restored.objects,
            restored.erased
        )?;
        if !complete {
            writeln!(
                out,
                "{} objects could not come back, for the copy withholds them; `factlog verify` tells them \
                 as not complete:",
                restored.withheld.len()
            )?;
            for id in restored.withheld.iter().take(LISTED) {
                writeln!(out, "  {id}")?;
            }
            if let Some(more) = restored.withheld.len().checked_sub(LISTED + 1) {
                writeln!(out, "  and {} more", more + 1)?;
            }
        }
    }
    context.say(&format!(
        "not in any copy, and not back: {IN_NO_COPY}; where a copy of the ledger's own folder is left, \
         take these from it: {DESK_FOLDERS}"
    ));
    if args.log_key.is_none() {
        context.say(&format!(
            "the log's key is not there: put it at {} to append",
            folder.join(LOG_KEY_FILE).display()
        ));
    }
    Ok(if complete {
        Status::Done
    } else {
        Status::Incomplete
    })
}

/// Reads the file that is to be the log's key: its bytes, and the key, by the name that the file has.
fn read_log_key(path: &Path) -> anyhow::Result<(Vec<u8>, VerifierKey)> {
    let bytes = files::read_at_most(path, MAX_KEY_BYTES)?;
    let file = PrivateKeyFile::read(path)?;
    let name = match file.name() {
        Some(name) => name.clone(),
        None => KeyName::new("unnamed")?,
    };
    Ok((bytes, VerifierKey::new(name, file.public().clone())))
}
