//! `factlog export`: claims and verdicts for others, in their formats.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

mod annotations;
mod signed;
mod site;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use factlog::entry::Kind;
use factlog::export::claimreview::{self, ClaimReviews, Skipped};
use factlog::export::{BaseUrl, PublishedClaim, PublishedVerdict, Standing, csv, jsonl};
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::time::{DayOrTime, Timestamp};
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::gone::Erased;
use super::published::{Gathered, Gatherer};
use super::stdout;
use super::{files, json_out, ratings, screen, seek};

use self::signed::{SignArgs, Signed};

/// Export claims and verdicts
///
/// What is exported says which checkpoint it was made from. Words of sources whose rights are
/// `withheld` are left out.
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog export claimreview --out site/claimreview \\
      --base-url https://desk.example/facts
  factlog export jsonl --out verdicts.jsonl
  factlog export csv --since 2026-01-01 --rating false > false.csv"
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

/// Export every verdict as a line of JSON
///
/// Each line has a verdict, whatever its standing, with its claim, its source and its place in the
/// ledger. `schemas/export-jsonl.schema.json` describes it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog export jsonl | jq .claim.text
  factlog export jsonl --status standing --out standing.jsonl")]
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

/// Export every verdict as a row of CSV
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

/// Which claims and verdicts are exported. All of them must fit.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Selection")]
struct Which {
    /// Only verdicts given on this day or later (2026-11-22, or a time in UTC)
    #[arg(long, value_name = "DAY")]
    since: Option<DayOrTime>,
    /// Only verdicts given on this day or earlier
    #[arg(long, value_name = "DAY")]
    until: Option<DayOrTime>,
    /// Only claims of this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Only claims by this claimant, by the whole name
    #[arg(long, value_name = "NAME")]
    claimant: Option<String>,
    /// Only verdicts with this rating, such as mostly-true; may be given again
    #[arg(long, value_name = "CODE", value_parser = ratings::parse)]
    rating: Vec<RatingCode>,
    /// Only claims in this language, such as en; it takes en-GB too
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Only verdicts of this standing: proposed, standing, disputed, superseded, retracted, tainted, or
    /// all; may be given again
    ///
    /// Without it, only verdicts that stand, with the approvals that the policy asks for. A site also
    /// keeps the pages of those that did: what became of them stands at the top.
    #[arg(long, value_name = "STANDING", value_parser = parse_choice)]
    status: Vec<Choice>,
}

/// A choice of `--status`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    All,
    Only(Standing),
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
    for document in all.documents.iter().filter(|d| chosen.contains(&d.claim)) {
        files::replace(&args.out.join(&document.file_name), &document.bytes)?;
        written.push(document.file_name.clone());
    }
    let removed = remove_stale(&args.out, &all, &gathered)?;

    let skipped: Vec<_> = all
        .skipped
        .iter()
        .filter(|(id, _)| chosen.contains(id))
        .collect();
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
    written.sort();
    let signed = args.signing.sign(
        context,
        gathered.ledger.checkpoint.size,
        &signed::Exported::Folder {
            folder: &args.out,
            exported: &written,
        },
    )?;
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
    let Some(path) = &args.out else {
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
    let signed = args.signing.sign(
        context,
        gathered.ledger.checkpoint.size,
        &signed::Exported::File(path),
    )?;
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
    which.check_ratings(&ledger.policy()?.1, &claims)?;
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

impl Which {
    /// Refuses a rating that is not on the scale, unless a verdict has it, by an earlier scale.
    fn check_ratings(&self, policy: &Policy, claims: &[PublishedClaim]) -> Result<(), Failure> {
        let verdicts = || claims.iter().flat_map(|claim| &claim.verdicts);
        for rating in &self.rating {
            if !verdicts().any(|verdict| verdict.rating == *rating) {
                ratings::check(policy, rating)?;
            }
        }
        Ok(())
    }

    fn takes_claim(&self, claim: &PublishedClaim, source: Option<SourceId>) -> bool {
        let claimant = || {
            let claimant = claim
                .claim
                .as_ref()
                .and_then(|claim| claim.claimant.as_ref());
            claimant.map(|claimant| claimant.name.as_str())
        };
        let language = || {
            let claim = claim.claim.as_ref();
            claim.map(|claim| claim.language.as_str())
        };
        source.is_none_or(|source| claim.source == source)
            && self
                .language
                .as_deref()
                .is_none_or(|tag| language().is_some_and(|language| has_language(language, tag)))
            && self
                .claimant
                .as_deref()
                .is_none_or(|name| claimant() == Some(name))
    }

    fn takes_verdict(&self, verdict: &PublishedVerdict) -> bool {
        self.since.is_none_or(|since| !is_before(verdict.at, since))
            && self.until.is_none_or(|until| !is_after(verdict.at, until))
            && (self.rating.is_empty() || self.rating.contains(&verdict.rating))
    }

    /// Keeps the verdicts that are chosen, and says how many are not for what became of them.
    fn keep_chosen(&self, claims: &mut [PublishedClaim], context: &Context) {
        let mut fallen = 0;
        for claim in claims {
            claim.verdicts.retain(|verdict| {
                let is_standing = |standing| standing == Standing::Standing;
                let stands = self.takes_standing(verdict, is_standing);
                let is_taken = self.takes_verdict(verdict);
                fallen += u64::from(is_taken && !stands && self.status.is_empty());
                is_taken && stands
            });
        }
        if fallen > 0 {
            let verdicts = screen::counted(fallen, "verdict", "verdicts");
            context.say(&format!(
                "left out: {verdicts} for want of standing; --status all has them too"
            ));
        }
    }

    /// Says whether a verdict's standing was chosen, or where none was, is taken `by_default`.
    fn takes_standing(
        &self,
        verdict: &PublishedVerdict,
        by_default: impl FnOnce(Standing) -> bool,
    ) -> bool {
        if self.status.is_empty() {
            return by_default(verdict.standing);
        }
        let is_chosen = |choice: &Choice| match choice {
            Choice::All => true,
            Choice::Only(standing) => *standing == verdict.standing,
        };
        self.status.iter().any(is_chosen)
    }
}

/// Says whether a language is the one that a tag asks for, or a variety of it (BCP 47: RFC 4647,
/// section 3.3.1, basic filtering).
fn has_language(language: &str, tag: &str) -> bool {
    let start = language.get(..tag.len());
    let rest = language.get(tag.len()..).unwrap_or_default();
    start.is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && (rest.is_empty() || rest.starts_with('-'))
}

fn is_before(at: Timestamp, bound: DayOrTime) -> bool {
    match bound {
        DayOrTime::Day(day) => at.date() < day,
        DayOrTime::Time(time) => at < time,
    }
}

fn is_after(at: Timestamp, bound: DayOrTime) -> bool {
    match bound {
        DayOrTime::Day(day) => at.date() > day,
        DayOrTime::Time(time) => at > time,
    }
}

fn parse_choice(text: &str) -> Result<Choice, String> {
    const ALL: [Standing; 6] = [
        Standing::Proposed,
        Standing::Standing,
        Standing::Disputed,
        Standing::Superseded,
        Standing::Retracted,
        Standing::Tainted,
    ];
    if text == "all" {
        return Ok(Choice::All);
    }
    let found = ALL.into_iter().find(|standing| standing.as_str() == text);
    found.map(Choice::Only).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|standing| standing.as_str()).collect();
        format!("not a standing: {}, or all", names.join(", "))
    })
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
