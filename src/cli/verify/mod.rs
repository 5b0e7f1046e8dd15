//! `factlog verify`: audit everything, and say what was looked at and what that does not show.

mod hashes;

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use factlog::audit::{Code, Finding, Report, Severity, StoredCheckpoint};
use factlog::entry::{Genesis, SourceEntry};
use factlog::intake::{self, Hint};
use factlog::ledger::{self, VerifyOptions};
use factlog::mirror;
use factlog::trust::checkpoint::stated_size;
use factlog::trust::signature::verify_plainly;
use factlog::trust::{SignedNote, TrustPolicy};
use factlog::words::id::EntryId;
use serde::Serialize;

use crate::cli::context::{self, Context};
use crate::cli::copies::{self, Place, Seen};
use crate::cli::exit::{self, Failure, Status};
use crate::cli::files;
use crate::cli::json_out;
use crate::cli::progress;
use crate::cli::screen::{self, BAD, GOOD, STRONG, WARN};
use crate::cli::stdout;

/// What to say where nothing tells which ledger a copy should be of.
const NOT_PINNED: &str = "nothing says that this is the ledger that you mean: compare its id with one \
     that you have from elsewhere, and give it with --id ID";

/// Audit everything in the ledger
///
/// It replays the log from its first entry: the form of every entry, every signature, who was
/// entitled, each signer's chain and times, the tree against the head and every kept checkpoint, every
/// object's hash and type, every claim's quote, every verdict's policy, rating and evidence, and what
/// was superseded or retracted. Every fault is reported, not the first alone, each with a stable code.
///
/// Exit status 0 if there is no fault, 1 if there is one, 3 if there is no ledger, copy or file where
/// one is named, 4 if the trust policy knows another log, 5 if something could not be checked or the
/// witnesses are too few.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog verify
  factlog verify --ledger /backup/desk
  factlog verify /srv/www/ledger       a published copy, as a stranger would
  factlog verify https://desk.example/ledger --head 2026-11-22.checkpoint
  factlog verify https://desk.example/ledger --policy desk.policy
  factlog verify /srv/www/ledger --hashes-only
  factlog verify --rederive            make each plain text anew, and compare
  factlog verify --json | jq '.findings[].code'

No fault means: this is what was recorded, by these keys, in this order, about these words. It does
not mean that a claim is true.")]
pub(crate) struct Args {
    /// Audit a published copy, in a folder or on the web, instead of a ledger
    ///
    /// It needs no database and no key. The checkpoint is remembered; the next audit of the same ledger
    /// finds if it was rolled back or forked since.
    #[arg(value_name = "DIR|URL")]
    copy: Option<String>,
    /// Check that the log begins with this checkpoint, which you have from elsewhere (repeatable)
    #[arg(long = "head", value_name = "CHECKPOINT")]
    heads: Vec<PathBuf>,
    /// Use so many threads; without it, as many as there are cores
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<usize>,
    /// Verify each signature by ed25519-dalek's `verify_strict`, and by nothing else
    ///
    /// Without it, the multiples of a key that signed much are written down once, which is several times
    /// quicker; the answers are the same.
    #[arg(long)]
    plain: bool,
    /// Make the text of plain-text sources anew from their raw bytes, and compare
    ///
    /// Without it, a source's text is what the reviewer who signed the source attests.
    #[arg(long)]
    rederive: bool,
    /// Trust the logs and witnesses of this policy (C2SP tlog-policy), and ask for its quorum
    ///
    /// A witness keeps a log from showing different people different entries. It says of how many
    /// entries the quorum saw the root.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Of a copy, only hash the entries, and compare their tree with the checkpoint
    ///
    /// It takes a small part of the time, and finds a copy that was damaged on its way. It says nothing
    /// of signatures, of objects, or of who signed the checkpoint.
    #[arg(long, requires = "copy", conflicts_with_all = ["heads", "plain", "rederive", "policy", "id"])]
    hashes_only: bool,
    /// Say which ledger it must be, by its whole id
    ///
    /// Without it, the ledger that is there is taken for the one that is meant.
    #[arg(long, visible_alias = "ledger-id", value_name = "LEDGER")]
    id: Option<EntryId>,
}

/// What `verify --json` prints.
#[derive(Serialize)]
struct Output<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<EntryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    closing: String,
    #[serde(flatten)]
    report: &'a Report,
}

/// Which ledger was audited, as its first entry says.
#[derive(Default)]
struct Named {
    id: Option<EntryId>,
    genesis: Option<Genesis>,
}

impl Named {
    fn line(&self) -> Option<String> {
        let id = self.id?;
        Some(match &self.genesis {
            Some(genesis) => format!("ledger {}, {}, {id}", genesis.name, genesis.origin),
            None => format!("ledger {id}"),
        })
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if args.plain {
        verify_plainly();
    }
    if let Some(copy) = args.copy.as_deref().filter(|_| args.hashes_only) {
        return hashes::run(copy, args.threads.unwrap_or(0), context);
    }
    let checkpoints = copies::checkpoints(&args.heads)?;
    let policy = args
        .policy
        .as_deref()
        .map(files::trust_policy)
        .transpose()?;
    if let Some(copy) = &args.copy {
        return verify_copy(copy, args, checkpoints, policy, context);
    }
    let options = VerifyOptions {
        threads: args.threads.unwrap_or(0),
        ledger: args.id,
        checkpoints,
        policy,
        rederive: args.rederive.then_some(rederive),
    };
    let (report, named) = match context.open_ledger() {
        Ok(ledger) => {
            let bar = progress::entries("verifying", ledger.tree_head().size, context);
            let report = ledger.verify(&options, Some(&|done, _| bar.set_position(done)));
            bar.finish_and_clear();
            let id = Some(ledger.id());
            let genesis = Some(ledger.genesis().clone());
            (report?, Named { id, genesis })
        }
        Err(error) => match files(&error, &options, context)? {
            Some((report, id)) => (report, Named { id, genesis: None }),
            None => return Err(error),
        },
    };
    told(&report, &named, None, context)
}

/// Verifies a published copy, against the checkpoint of its ledger that was verified here last, too.
fn verify_copy(
    copy: &str,
    args: &Args,
    checkpoints: Vec<StoredCheckpoint>,
    policy: Option<TrustPolicy>,
    context: &Context,
) -> anyhow::Result<Status> {
    if args.rederive {
        let message = "--rederive needs the ledger itself: a copy may withhold raw bytes";
        return Err(Failure::new(Status::Usage, message).into());
    }
    let place = Place::of(copy)?;
    place.refuse_nothing(copy)?;
    let seen = Seen::of(context)?;
    // Each of these says which ledger it should be.
    let is_named = args.id.is_some() || policy.is_some() || !checkpoints.is_empty();
    let options = mirror::VerifyOptions {
        ledger: args.id,
        checkpoints,
        policy,
    };
    let copy = mirror::Copy::open(&place)?;
    let bar = progress::entries("verifying", copy.size, context);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0));
    let verified = pool.build()?.install(|| {
        mirror::verify(
            &copy,
            options,
            |id| seen.last(id),
            Some(&|done, _| bar.set_position(done)),
        )
    });
    bar.finish_and_clear();
    let mirror::Audited {
        report,
        ledger: id,
        genesis,
        kept: last,
    } = verified?;
    let is_pinned = is_named || last.is_some();
    let rollback = last.and_then(|last| rollback(&report, &last));
    let status = told(
        &report,
        &Named { id, genesis },
        rollback.as_deref(),
        context,
    )?;
    if !is_pinned && status != Status::Failed {
        context.say(NOT_PINNED);
    }
    // What is remembered is what was verified, not what the place would say now.
    if let (Some(id), Some(checkpoint)) = (id, &copy.checkpoint)
        && !matches!(status, Status::Failed | Status::Key)
    {
        match seen.remember(&id, checkpoint) {
            Ok(()) => {}
            Err(error) => context.warn(&format!("{error:#}")),
        }
    }
    Ok(status)
}

/// Says that a copy is older than the checkpoint that was verified here last, if it is.
fn rollback(report: &Report, last: &StoredCheckpoint) -> Option<String> {
    let is_rollback = |found: &Finding| {
        found.code == Code::CheckpointSize && found.file.as_ref() == Some(&last.file)
    };
    if !report.findings.iter().any(is_rollback) {
        return None;
    }
    let then = stated_size(SignedNote::parse(&last.bytes).ok()?.text())?;
    let now = report.head.size;
    Some(format!(
        " This copy is older than the one you verified before: {now} entries, then {then}."
    ))
}

/// Prints a report; returns how the command ends.
fn told(
    report: &Report,
    named: &Named,
    rollback: Option<&str>,
    context: &Context,
) -> anyhow::Result<Status> {
    let closing = report.closing() + rollback.unwrap_or_default();
    if context.global.json {
        let genesis = named.genesis.as_ref();
        json_out::print(&Output {
            ledger: named.id,
            name: genesis.map(|genesis| genesis.name.as_str()),
            origin: genesis.map(|genesis| genesis.origin.as_str()),
            closing,
            report,
        })?;
    } else if context.global.quiet {
        print_wrong(report)?;
    } else {
        print(report, named, &closing)?;
    }
    Ok(match report.worst() {
        Some(Severity::Fault) if report.is_only_untrusted() => Status::Key,
        Some(Severity::Fault) => Status::Failed,
        Some(Severity::Incomplete) => Status::Incomplete,
        Some(Severity::Note) | None => Status::Done,
    })
}

/// Verifies the files of a ledger that can't be opened; `None` where there is none, or where the
/// files show no reason.
fn files(
    error: &anyhow::Error,
    options: &VerifyOptions,
    context: &Context,
) -> anyhow::Result<Option<(Report, Option<EntryId>)>> {
    let (status, hint) = exit::of(error);
    let Ok(folder) = context.ledger_folder() else {
        return Ok(None);
    };
    if matches!(status, Status::NotFound | Status::Usage) {
        return Ok(None);
    }
    let (report, id) = ledger::verify_files(&folder, options, None)?;
    if report.worst() != Some(Severity::Fault) {
        return Ok(None);
    }
    context::report(error, hint.as_deref());
    context.say("the ledger can't be opened; its files were verified as they are");
    Ok(Some((report, id)))
}

/// Makes a source's text again from its raw bytes; `None` where the text is not that of plain text, or
/// was made by another version than this program has.
fn rederive(source: &SourceEntry, raw: &[u8]) -> Option<String> {
    let named = source.normalizer.as_deref()?;
    if !named.starts_with("text/") {
        return None;
    }
    let hint = Hint {
        media_type: Some(&source.media),
        charset: source.charset.as_deref(),
        ..Hint::default()
    };
    let again = intake::take_in(raw, &hint).ok()?;
    again
        .text
        .filter(|_| again.normalizer.as_deref() == Some(named))
}

/// More threads than this help on no machine, and exhaust it.
const MOST_THREADS: usize = 256;

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (1..=MOST_THREADS).contains(&count) => Ok(count),
        _ => Err(format!("a number from 1 to {MOST_THREADS} is wanted")),
    }
}

/// Prints what is wrong or not complete, and nothing else.
fn print_wrong(report: &Report) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    let wrong = report.findings.iter();
    for finding in wrong.filter(|finding| finding.severity != Severity::Note) {
        writeln!(out, "{}", finding_line(finding))?;
    }
    tell_unlisted(report, &mut out)
}

fn tell_unlisted(report: &Report, out: &mut impl Write) -> anyhow::Result<()> {
    for unlisted in &report.unlisted {
        writeln!(
            out,
            "and {} more [{}] that may only follow from entry {}",
            unlisted.count, unlisted.code, unlisted.follows
        )?;
    }
    Ok(())
}

fn print(report: &Report, named: &Named, closing: &str) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    if let Some(line) = named.line() {
        writeln!(out, "{}", screen::one_line(&line))?;
    }
    for check in &report.checks {
        let style = if check.faults > 0 {
            BAD
        } else if check.incomplete > 0 {
            WARN
        } else {
            GOOD
        };
        let mark = if check.faults > 0 { "✗" } else { "✓" };
        writeln!(out, "{} {check}", screen::styled(style, mark))?;
    }
    // What may only follow from another fault comes last, so that it does not hide the others.
    let (echoes, own): (Vec<_>, Vec<_>) = report
        .findings
        .iter()
        .partition(|finding| finding.follows.is_some());
    for (n, finding) in own.iter().chain(&echoes).enumerate() {
        if n == 0 || n == own.len() {
            writeln!(out)?;
        }
        writeln!(out, "{}", finding_line(finding))?;
    }
    tell_unlisted(report, &mut out)?;
    writeln!(out)?;
    let closing = screen::wrap(closing, screen::columns(), "");
    writeln!(out, "{}", screen::styled(STRONG, &closing))?;
    Ok(())
}

fn finding_line(finding: &Finding) -> String {
    let (style, name) = match finding.severity {
        Severity::Fault => (BAD, "fault"),
        Severity::Incomplete => (WARN, "incomplete"),
        Severity::Note => (STRONG, "note"),
    };
    let mut line = format!(
        "{} {}",
        screen::styled(style, name),
        screen::one_line(&finding.to_string())
    );
    // The file stands in the text only where no entry is named.
    if let (Some(_), Some(file)) = (finding.entry, &finding.file) {
        let _ = write!(line, " in {}", screen::one_line(file));
    }
    // Whoever reads this must be able to show them to others.
    for checkpoint in &finding.checkpoints {
        for text in checkpoint.lines().filter(|text| !text.is_empty()) {
            let _ = write!(line, "\n    {}", screen::one_line(text));
        }
    }
    line
}
