//! `factlog prove`: write a proof that a stranger can check without the ledger.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::entry::Kind;
use factlog::ledger::{Found, Ledger, ProveError, Quoted, Reveal, Revealed};
use factlog::trust::SignedNote;
use factlog::words::id::{EntryId, VerdictId};
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::files;
use super::json_out;
use super::screen;
use super::seek;

/// What is added to a tlog-proof's name for the entry that stands beside it.
pub(crate) const ENTRY_ENDING: &str = "entry";

/// A checkpoint with all its cosignatures has at most this many bytes.
const MAX_CHECKPOINT_BYTES: u64 = 1024 * 1024;

/// Write a proof that anyone can check without this ledger
///
/// Of a verdict, the proof is one file, a bundle: the verdict, its claim and sources, what was
/// recorded on it, the entries that say who was entitled to sign, a proof for each that it is in
/// the log, and the signed checkpoint. `factlog check` verifies it offline, and so does a short
/// script that follows `docs/format.md`, section 14.
///
/// Of the sources' texts, the bundle has what their rights let be published: a public text whole; of
/// one that may be quoted the 1,024-byte pieces around each quote; nothing of a withheld one. A text
/// of less than a piece is shown whole, and so is one whose pieces all have a quote. How much each
/// quote reveals is said before the file is written.
///
/// With --tlog-proof, the proof says only that one entry, of any kind, is in the log (C2SP
/// tlog-proof), and the entry is written beside it. With --consistency, it says that the log only
/// grew since a checkpoint that was kept.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog prove 5f3a9c12 --out bridge.json
  factlog prove 5f3a9c12 --out bridge.json --quotation-only
  factlog prove 5f3a9c12 --out bridge.tlog-proof --tlog-proof
  factlog prove --consistency 2026-11-22.checkpoint --out grown.proof

Whoever gets the file also needs to know whose log it is, from elsewhere: tell
them the ledger's id or its key, which `factlog checkpoint --json` and
`factlog key list` print. Then: factlog check bridge.json --ledger-id ID")]
pub(crate) struct Args {
    /// The verdict, or with --tlog-proof any entry: the beginning of its id
    #[arg(
        value_name = "VERDICT",
        required_unless_present = "consistency",
        conflicts_with = "consistency"
    )]
    what: Option<String>,
    /// Write the proof into this file, which is not there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Show only the 1,024-byte pieces around each quote, of public texts too
    ///
    /// A text shorter than a piece is shown whole: no smaller part of it can be checked.
    #[arg(long, conflicts_with_all = ["with_text", "tlog_proof", "consistency"])]
    quotation_only: bool,
    /// Show the whole texts, whatever their rights
    #[arg(long, conflicts_with_all = ["tlog_proof", "consistency"])]
    with_text: bool,
    /// Prove only that the entry is in the log, and write the entry beside: FILE.entry
    #[arg(long, conflicts_with = "consistency")]
    tlog_proof: bool,
    /// Prove that the log only grew since this checkpoint
    #[arg(long, value_name = "OLDCHECKPOINT")]
    consistency: Option<PathBuf>,
}

/// What `prove --json` prints.
#[derive(Serialize)]
struct Output {
    proof: &'static str,
    file: String,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<EntryId>,
    ledger: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revealed: Option<Vec<RevealedLine>>,
}

/// What a quote reveals of its text.
#[derive(Serialize)]
struct RevealedLine {
    quoted: &'static str,
    /// The index of the claim's entry, or the number of the piece of evidence.
    number: u64,
    source: u64,
    words: u64,
    shown: u64,
    text: u64,
}

impl From<&Revealed> for RevealedLine {
    fn from(revealed: &Revealed) -> Self {
        let (quoted, number) = match revealed.quoted {
            Quoted::Claim(index) => ("claim", index),
            Quoted::Evidence(number) => ("evidence", number as u64),
        };
        Self {
            quoted,
            number,
            source: revealed.source,
            words: revealed.words,
            shown: revealed.shown,
            text: revealed.text,
        }
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let output = if let Some(old) = &args.consistency {
        growth(args, old, context)?
    } else {
        let what = args.what.as_deref().unwrap_or_default();
        if args.tlog_proof {
            entry(args, what, context)?
        } else {
            verdict(args, what, context)?
        }
    };
    if context.global.json {
        json_out::print(&output)?;
    }
    Ok(Status::Done)
}

fn verdict(args: &Args, what: &str, context: &Context) -> anyhow::Result<Output> {
    let ledger = context.open_ledger()?;
    let record = seek::find_entry(&ledger, Kind::Verdict, what)?;
    let id = record.entry.id();
    let reveal = match (args.quotation_only, args.with_text) {
        (true, _) => Reveal::Quotations,
        (_, true) => Reveal::Texts,
        _ => Reveal::AsRights,
    };
    let (bundle, revealed) = ledger.prove(&VerdictId(id.0), reveal).map_err(explained)?;
    let ledger_id = ledger.id();
    drop(ledger);
    for revealed in &revealed {
        context.say(&reveals(revealed, args.quotation_only));
    }
    let bytes = bundle.to_bytes();
    files::write_new(&args.out, &bytes)?;
    context.say(&format!(
        "wrote {}: {} bytes, {} entries; check it with `factlog check {} --ledger-id {ledger_id}`",
        screen::path(&args.out),
        bytes.len(),
        bundle.entries.len(),
        screen::path(&args.out)
    ));
    Ok(Output {
        proof: "bundle",
        file: args.out.display().to_string(),
        bytes: bytes.len(),
        entry_file: None,
        entry: Some(id),
        ledger: ledger_id,
        entries: Some(bundle.entries.len()),
        revealed: Some(revealed.iter().map(RevealedLine::from).collect()),
    })
}

/// Says how many bytes around a quote leave the house.
fn reveals(revealed: &Revealed, is_pieces: bool) -> String {
    let Revealed {
        quoted,
        source,
        words,
        shown,
        text,
    } = revealed;
    let quote = match quoted {
        Quoted::Claim(index) => format!("the quote of claim entry {index}"),
        Quoted::Evidence(number) => format!("the quote of evidence {number}"),
    };
    let quote = format!("{quote}, {words} bytes of source entry {source}");
    match shown {
        0 => format!("{quote}: nothing of the text is shown, so that it can't be checked"),
        shown if shown == text && is_pieces => format!(
            "{quote}: the whole text is shown, {text} bytes, for pieces have 1,024 bytes and the \
             quote's are all that it has"
        ),
        shown if shown == text => format!("{quote}: the whole text is shown, {text} bytes"),
        shown => format!(
            "{quote}: {} bytes around it are shown, {shown} of {text} in all",
            shown.saturating_sub(*words)
        ),
    }
}

fn entry(args: &Args, what: &str, context: &Context) -> anyhow::Result<Output> {
    let ledger = context.open_ledger()?;
    let id = any_entry(&ledger, what)?;
    let (proof, record) = ledger.prove_entry(&id).map_err(explained)?;
    let ledger_id = ledger.id();
    drop(ledger);
    let bytes = proof.to_string().into_bytes();
    let beside = beside(&args.out);
    files::write_new(&args.out, &bytes)?;
    files::write_new(&beside, record.entry.bytes()).inspect_err(|_| {
        // The one is of no use without the other.
        let _ = fs::remove_file(&args.out);
    })?;
    context.say(&format!(
        "wrote {}: {} bytes, and the entry, a {}, to {}",
        screen::path(&args.out),
        bytes.len(),
        record.entry.kind(),
        screen::path(&beside)
    ));
    Ok(Output {
        proof: "entry",
        file: args.out.display().to_string(),
        bytes: bytes.len(),
        entry_file: Some(beside.display().to_string()),
        entry: Some(id),
        ledger: ledger_id,
        entries: None,
        revealed: None,
    })
}

/// Returns the file that a tlog-proof's entry is in.
pub(crate) fn beside(proof: &Path) -> PathBuf {
    let mut name = proof.as_os_str().to_owned();
    name.push(".");
    name.push(ENTRY_ENDING);
    name.into()
}

fn any_entry(ledger: &Ledger, what: &str) -> anyhow::Result<EntryId> {
    match ledger.find(what) {
        Ok(Found::Entry(id)) => Ok(id),
        Ok(Found::Object(_)) => Err(Failure::new(
            Status::NotFound,
            format!("{what} is an object, not an entry"),
        )
        .hint("`factlog log` lists the entries")
        .into()),
        // Where it fits several, they are listed as they are for a verdict.
        Err(_) => Ok(seek::find_entry(ledger, Kind::Verdict, what)?.entry.id()),
    }
}

fn growth(args: &Args, old: &Path, context: &Context) -> anyhow::Result<Output> {
    let bytes = files::read_at_most(old, MAX_CHECKPOINT_BYTES)?;
    let note = SignedNote::parse(&bytes)
        .with_context(|| format!("{} is not a checkpoint", old.display()))?;
    let ledger = context.open_ledger()?;
    let proof = ledger.consistency_request(&note).map_err(explained)?;
    let ledger_id = ledger.id();
    drop(ledger);
    let bytes = proof.to_string().into_bytes();
    files::write_new(&args.out, &bytes)?;
    context.say(&format!(
        "wrote {}: {} bytes; the log only grew since it had {} entries",
        screen::path(&args.out),
        bytes.len(),
        proof.old()
    ));
    Ok(Output {
        proof: "consistency",
        file: args.out.display().to_string(),
        bytes: bytes.len(),
        entry_file: None,
        entry: None,
        ledger: ledger_id,
        entries: None,
        revealed: None,
    })
}

/// Says what an error calls for.
fn explained(error: ProveError) -> anyhow::Error {
    let (status, hint) = match &error {
        ProveError::OldSignature(_) | ProveError::OldForm(_) => (
            Status::Key,
            "a checkpoint that this ledger signed is what `factlog checkpoint` prints",
        ),
        ProveError::OldLarger { .. } => (
            Status::Failed,
            "entries are gone here: bring back the ledger's folder from a full backup",
        ),
        ProveError::Forked { .. } => (
            Status::Failed,
            "the log said two things; keep both checkpoints, they prove it",
        ),
        _ => {
            return match error {
                ProveError::Ledger(error) => error.into(),
                error => error.into(),
            };
        }
    };
    let message = error.to_string();
    Failure::new(status, message).hint(hint).into()
}
