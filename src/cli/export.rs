//! `factlog export`: claims and verdicts for others, in their formats.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

mod annotations;
mod signed;
mod site;
mod which;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use factlog::entry::Kind;
use factlog::export::claimreview::{self, ClaimReviews, Skipped};
use factlog::export::{BaseUrl, PublishedClaim, Standing, csv, jsonl};
use factlog::words::id::{ClaimId, ObjectId, SourceId};
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::gone::Erased;
use super::published::{Gathered, Gatherer};
use super::stdout;
use super::{files, json_out, screen, seek};

use self::signed::{Place, SignArgs, Signed};
use self::which::{Choice, Which};

/// Export claims and verdicts
///
/// What is exported says which checkpoint it was made from. Words of sources whose rights are
/// `withheld` are left out.
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog export claimreview --out claimreview \\
      --base-url https://desk.example/facts
  factlog export jsonl --out verdicts.jsonl
  factlog export csv --since 2026-01-01 --rating false > false.csv
  factlog export site --out site --base-url https://desk.example/facts --sign"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand)]
enum Format {
    Claimreview(ClaimReviewArgs),
    Jsonl(TableArgs),
    Csv(CsvArgs),
    Site(site::SiteArgs),
    Annotations(annotations::AnnotationsArgs),
}

/// Export one ClaimReview document for each claim with a standing verdict
///
/// The documents are JSON-LD by Google's profile, to be put into a page each. A verdict that was
/// superseded or retracted is not exported as standing; corrections and retractions are told in the
/// document's `correction`. Documents that an earlier export of this ledger left in the folder, of
/// claims that have no standing verdict any more, are removed; other files are left alone.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog export claimreview --out claimreview \\
      --base-url https://desk.example/facts
  factlog export claimreview --out claimreview --source 5e4d3c2b")]
pub(crate) struct ClaimReviewArgs {
    /// Write the documents into this folder; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Say that the pages will be under this address, such as https://desk.example/facts
    ///
    /// Each claim's `url` is made of it. Google's profile asks for one.
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: SignArgs,
}

/// Export verdicts as lines of JSON
///
/// Each line has a verdict with its standing, its claim, its source and its place in the ledger.
/// `schemas/export-jsonl.schema.json` describes it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog export jsonl | jq .claim.text
  factlog export jsonl --status all --out verdicts.jsonl")]
pub(crate) struct TableArgs {
    /// Write into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Say that the pages will be under this address, such as https://desk.example/facts
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: SignArgs,
}

/// Export verdicts as rows of CSV
///
/// The first row has the columns' names (RFC 4180, UTF-8). A cell that a spreadsheet would take for a
/// formula is written with an apostrophe before it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog export csv > verdicts.csv
  factlog export csv --claimant \"John Kirby\" --out kirby.csv")]
pub(crate) struct CsvArgs {
    #[command(flatten)]
    table: TableArgs,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    match &args.format {
        Format::Claimreview(args) => claim_reviews(args, context),
        Format::Jsonl(args) => table(args, context, Table::Jsonl),
        Format::Csv(args) => table(&args.table, context, Table::Csv),
        Format::Site(args) => site::run(args, context),
        Format::Annotations(args) => annotations::run(args, context),
    }
}

/// What `export --json` prints of an export into files.
#[derive(Serialize)]
struct Exported {
    format: &'static str,
    out: String,
    size: u64,
    root: String,
    verdicts: u64,
    written: Vec<String>,
    removed: Vec<String>,
    skipped: Vec<SkippedClaim>,
    gone: Vec<ObjectId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    erased: Vec<Erased>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<Signed>,
}

#[derive(Serialize)]
struct SkippedClaim {
    claim: String,
    reason: &'static str,
}

fn claim_reviews(args: &ClaimReviewArgs, context: &Context) -> anyhow::Result<Status> {
    let stands = |choice: &Choice| *choice == Choice::Only(Standing::Standing);
    if !args.which.status.iter().all(stands) {
        let message = "ClaimReview has no word for a verdict that does not stand";
        return Err(Failure::new(Status::Usage, message)
            .hint("leave --status out; `factlog export jsonl --status all` has every verdict")
            .into());
    }
    let place = Place::Folder(&args.out);
    let hand = args
        .signing
        .ready(context, &context.open_ledger()?, &place)?;
    let (gathered, claims, source) = gather(context, &args.which, args.base_url.clone())?;
    if args.base_url.is_none() {
        context.warn(
            "without --base-url the documents have no `url`, which Google's profile of ClaimReview \
             requires",
        );
    }
    let all = claimreview::documents(&gathered.ledger, &claims);
    let chosen: BTreeSet<_> = claims
        .iter()
        .filter(|claim| args.which.takes_claim(claim, source))
        .filter(|claim| {
            let shown = claim
                .verdicts
                .iter()
                .rfind(|v| v.standing == Standing::Standing);
            shown.is_none_or(|verdict| args.which.takes_verdict(verdict))
        })
        .map(|claim| claim.id)
        .collect();

    fs::create_dir_all(&args.out)
        .with_context(|| format!("making the folder {}", args.out.display()))?;
    let mut written = Vec::new();
    let mut exported = BTreeMap::new();
    for document in all.documents.iter().filter(|d| chosen.contains(&d.claim)) {
        files::replace(&args.out.join(&document.file_name), &document.bytes)?;
        exported.insert(document.file_name.clone(), ObjectId::of(&document.bytes));
        written.push(document.file_name.clone());
    }
    let removed = remove_stale(&args.out, &all, &gathered)?;

    let skipped: Vec<_> = all
        .skipped
        .iter()
        .filter(|(id, _)| chosen.contains(id))
        .collect();
    say_skipped(context, &claims, &skipped);
    for name in &removed {
        context.say(&format!(
            "removed {name}: its claim has no standing verdict any more"
        ));
    }
    context.say(&format!(
        "wrote {} to {}, as of checkpoint {}",
        screen::counted(written.len() as u64, "document", "documents"),
        args.out.display(),
        gathered.ledger.checkpoint.size
    ));
    let signed = place.settle(context, hand, gathered.ledger.checkpoint.size, &exported)?;
    let status = say_gone(context, &gathered);
    if context.global.json {
        json_out::print(&Exported {
            format: "claimreview",
            out: args.out.display().to_string(),
            size: gathered.ledger.checkpoint.size,
            root: gathered.ledger.checkpoint.root.clone(),
            verdicts: written.len() as u64,
            written,
            removed,
            skipped: skipped
                .into_iter()
                .map(|(claim, why)| SkippedClaim {
                    claim: claim.to_string(),
                    reason: skipped_code(*why),
                })
                .collect(),
            gone: gathered.gone.into_iter().collect(),
            erased: gathered.erased.into_iter().collect(),
            signed,
        })?;
    }
    Ok(status)
}

/// Says which claims gave no document, and why.
fn say_skipped(context: &Context, claims: &[PublishedClaim], skipped: &[&(ClaimId, Skipped)]) {
    let texts: BTreeMap<_, _> = claims
        .iter()
        .filter_map(|claim| Some((claim.id, claim.claim.as_ref()?.text.as_str())))
        .collect();
    let unjudged = skipped
        .iter()
        .filter(|(_, why)| *why == Skipped::Unjudged)
        .count();
    for (id, why) in skipped.iter().filter(|(_, why)| *why != Skipped::Unjudged) {
        let text = texts
            .get(id)
            .copied()
            .unwrap_or("(its words are not there)");
        context.say(&format!(
            "skipped claim {}: {why} — {}",
            &id.to_string()[..8],
            screen::cut(text, 60)
        ));
    }
    if unjudged > 0 {
        context.say(&format!(
            "skipped {}: no verdict",
            screen::counted(unjudged as u64, "claim", "claims")
        ));
    }
}

/// Removes the documents in a folder that an earlier export of the same ledger wrote, and that this
/// one, of all claims, has not.
fn remove_stale(
    folder: &Path,
    all: &ClaimReviews,
    gathered: &Gathered,
) -> anyhow::Result<Vec<String>> {
    let current: BTreeSet<&str> = all.documents.iter().map(|d| d.file_name.as_str()).collect();
    let ledger = gathered.ledger.id.to_string();
    let mut removed = Vec::new();
    let listing = || format!("looking for earlier documents in {}", folder.display());
    for entry in fs::read_dir(folder).with_context(listing)? {
        let entry = entry.with_context(listing)?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if is_document_name(&name)
            && !current.contains(name.as_str())
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && is_of_ledger(&entry.path(), &ledger)
        {
            fs::remove_file(entry.path())
                .with_context(|| format!("removing {}", entry.path().display()))?;
            removed.push(name);
        }
    }
    removed.sort();
    Ok(removed)
}

/// Says whether a name is that of a document of ours: hex digits of a claim's id.
fn is_document_name(name: &str) -> bool {
    name.strip_suffix(".jsonld").is_some_and(|digits| {
        (16..=64).contains(&digits.len())
            && digits
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Earlier documents are read up to this length: a hundred times what a long one has.
const MAX_DOCUMENT_BYTES: u64 = 4 * 1024 * 1024;

/// Says whether a document names this ledger in its `identifier`.
fn is_of_ledger(path: &Path, ledger: &str) -> bool {
    if fs::metadata(path).map_or(true, |metadata| metadata.len() > MAX_DOCUMENT_BYTES) {
        return false;
    }
    let Ok(bytes) = fs::read(path) else {
        return false;
    };
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        return false;
    };
    document["identifier"]
        .as_array()
        .is_some_and(|identifiers| {
            identifiers
                .iter()
                .any(|id| id["propertyID"] == "factlog/ledger" && id["value"] == ledger)
        })
}

/// The formats with a line for each verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Jsonl,
    Csv,
}

fn table(args: &TableArgs, context: &Context, format: Table) -> anyhow::Result<Status> {
    if format == Table::Csv && context.global.json && args.out.is_none() {
        return Err(
            Failure::new(Status::Usage, "CSV on standard output is not JSON")
                .hint("add --out FILE, or use `factlog export jsonl`")
                .into(),
        );
    }
    args.signing.check_out(args.out.as_deref())?;
    let place = args.out.as_deref().map(Place::File);
    let hand = match &place {
        Some(place) => args
            .signing
            .ready(context, &context.open_ledger()?, place)?,
        None => None,
    };
    let (gathered, mut claims, source) = gather(context, &args.which, args.base_url.clone())?;
    claims.retain(|claim| args.which.takes_claim(claim, source));
    args.which.keep_chosen(&mut claims, context);
    let count = |may_leave: bool| -> usize {
        let claims = claims.iter();
        let claims = claims.filter(|claim| gathered.ledger.may_leave(claim) == may_leave);
        claims.map(|claim| claim.verdicts.len()).sum()
    };
    let (verdicts, withheld) = (count(true), count(false));
    if withheld > 0 {
        context.say(&format!(
            "left out: {}, on claims of sources that are withheld",
            screen::counted(withheld as u64, "verdict", "verdicts")
        ));
    }
    let (name, bytes) = match format {
        Table::Jsonl => ("jsonl", jsonl::to_bytes(&gathered.ledger, &claims)),
        Table::Csv => ("csv", csv::to_bytes(&gathered.ledger, &claims)),
    };
    let (Some(path), Some(place)) = (&args.out, place) else {
        let mut out = stdout::plain();
        out.write_all(&bytes)?;
        out.flush()?;
        return Ok(say_gone(context, &gathered));
    };
    files::replace(path, &bytes)?;
    context.say(&format!(
        "wrote {} to {}, as of checkpoint {}",
        screen::counted(verdicts as u64, "verdict", "verdicts"),
        path.display(),
        gathered.ledger.checkpoint.size
    ));
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let exported = BTreeMap::from([(file_name.into_owned(), ObjectId::of(&bytes))]);
    let signed = place.settle(context, hand, gathered.ledger.checkpoint.size, &exported)?;
    let status = say_gone(context, &gathered);
    if context.global.json {
        let file = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        json_out::print(&Exported {
            format: name,
            out: path.display().to_string(),
            size: gathered.ledger.checkpoint.size,
            root: gathered.ledger.checkpoint.root.clone(),
            verdicts: verdicts as u64,
            written: file.into_iter().collect(),
            removed: vec![],
            skipped: vec![],
            gone: gathered.gone.into_iter().collect(),
            erased: gathered.erased.into_iter().collect(),
            signed,
        })?;
    }
    Ok(status)
}

/// Reads all claims, and finds the source that is wanted.
fn gather(
    context: &Context,
    which: &Which,
    base_url: Option<BaseUrl>,
) -> anyhow::Result<(Gathered, Vec<PublishedClaim>, Option<SourceId>)> {
    let ledger = context.open_ledger()?;
    let source = match &which.source {
        Some(typed) => Some(seek::find_entry(&ledger, Kind::Source, typed)?),
        None => None,
    };
    let source = source.map(|record| SourceId(record.entry.id().0));
    let mut gatherer = Gatherer::new(&ledger);
    let claims = gatherer.all().context("reading the ledger's claims")?;
    which.check(&ledger.policy()?.1, &claims, context)?;
    Ok((gatherer.finish(base_url), claims, source))
}

/// Says which objects were not there; the export is then incomplete.
fn say_gone(context: &Context, gathered: &Gathered) -> Status {
    if gathered.gone.is_empty() {
        return Status::Done;
    }
    for id in &gathered.gone {
        let erased = gathered.erased.iter().find(|erased| erased.object == *id);
        let why = match erased {
            Some(erased) => format!("was {}", erased.words()),
            None => "is missing, and was not erased".to_owned(),
        };
        context.warn(&format!("object {id} {why}: what it says is left out"));
    }
    Status::Incomplete
}

const fn skipped_code(why: Skipped) -> &'static str {
    match why {
        Skipped::Unjudged => "unjudged",
        Skipped::Retracted => "retracted",
        Skipped::NotStanding => "not_standing",
        Skipped::Withheld => "withheld",
        Skipped::Erased => "erased",
    }
}
