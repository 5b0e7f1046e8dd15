//! `factlog check`: check a proof that someone else made, or what they exported, without their ledger.

mod folder;

use std::io::Write;
use std::path::PathBuf;

use factlog::audit::bundle::{
    self, Expected, MAX_BUNDLE_BYTES, ShownReport, ShownRevocation, lone,
};
use factlog::audit::{Code, Finding, Severity, Standing};
use factlog::entry::RevocationReason;
use factlog::trust::key::VerifierKey;
use factlog::words::id::EntryId;
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::files;
use super::json_out;
use super::prove::beside;
use super::screen::{self, BAD, GOOD, STRONG, WARN};
use super::stdout;

/// An entry or a checkpoint of another has at most this many bytes.
const MAX_SMALL_BYTES: u64 = 1024 * 1024;

/// What to give where nothing speaks for the log's key.
const TRUST_HINT: &str = "give what you know of the log, and got from elsewhere than with this file: \
     --ledger-id ID, --origin-key VKEY or --policy FILE";

/// What to give where a proof has no genesis entry.
const LONE_TRUST_HINT: &str = "a proof of this kind has no genesis entry, so that a ledger's id does \
     not tell the log's key: give the key, or a trust policy that lists it, got from elsewhere than \
     with this file: --origin-key VKEY or --policy FILE";

/// Check a proof or a signed export, without the ledger that it is from
///
/// It takes what `factlog prove` writes, and finds out by itself which of the three it is: a bundle
/// of a verdict, a proof that an entry is in a log, or a proof that a log only grew. Nothing is
/// fetched, and no ledger is needed.
///
/// Of a folder that `factlog export … --sign` wrote, it checks who signed the list of its files
/// (publication.json), that each of them is there as it was signed and no other one is, and every
/// proof bundle among them.
///
/// Of a bundle it checks each signature and who was entitled to sign, that every entry is in the
/// tree of the checkpoint, that the log signed the checkpoint, and that the quotes are the words of
/// the texts whose hashes were signed, by the text or by verified pieces of it.
///
/// The arithmetic can hold in a log that anyone made up. Say whose log it should be: its ledger's id,
/// its key, or a trust policy (C2SP tlog-policy), which may also ask for witnesses.
///
/// Exit status 0 if every check passed, 1 if one failed, 3 if a file is not there, 4 if nothing says
/// that the log may be trusted or another is, 5 if something could not be checked or the witnesses are too few.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog check bridge.json --ledger-id 3f0c…
  factlog check bridge.json --policy desk.policy
  factlog check site --ledger-id 3f0c…
  factlog check bridge.tlog-proof --origin-key desk.example/facts+…
  factlog check grown.proof --old 2026-11-22.checkpoint --policy desk.policy
  factlog check bridge.json --ledger-id 3f0c… --json | jq .verdict.standing

No fault means: this was recorded, by these keys, about these words. It does not
mean that the claim was judged well, nor that nothing was recorded since.")]
pub(crate) struct Args {
    /// The proof, or the folder of a signed export
    #[arg(value_name = "FILE|DIR")]
    file: PathBuf,
    /// Trust the logs and witnesses of this policy (C2SP tlog-policy), and ask for its quorum
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Trust this log: the key that signs its checkpoints
    #[arg(long, value_name = "VKEY")]
    origin_key: Option<VerifierKey>,
    /// Trust this ledger: its whole id, which in a bundle fixes the log's key
    #[arg(long, visible_alias = "id", value_name = "ID")]
    ledger_id: Option<EntryId>,
    /// The entry that a tlog-proof is about; without it, the file FILE.entry
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// The earlier checkpoint that a consistency proof begins with
    #[arg(long, value_name = "CHECKPOINT")]
    old: Option<PathBuf>,
}

/// What `check --json` prints.
#[derive(Serialize)]
struct Output<'a> {
    proof: &'static str,
    outcome: String,
    closing: String,
    #[serde(flatten)]
    report: &'a ShownReport,
}

/// Which proof a file has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    Bundle,
    Entry,
    Consistency,
    Publication,
}

impl Proof {
    const fn name(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Entry => "entry",
            Self::Consistency => "consistency",
            Self::Publication => "publication",
        }
    }

    /// Tells by the first bytes; what is neither of the others is checked as a bundle, and refused.
    fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"c2sp.org/tlog-proof@v1\n") {
            Self::Entry
        } else if bytes.starts_with(b"old ") {
            Self::Consistency
        } else {
            Self::Bundle
        }
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let file = folder::proof_in(&args.file)?;
    let bytes = files::read_at_most(&file, MAX_BUNDLE_BYTES as u64)?;
    let expected = Expected {
        ledger: args.ledger_id,
        log: args.origin_key.clone(),
        policy: args
            .policy
            .as_deref()
            .map(files::trust_policy)
            .transpose()?,
    };
    let mut proof = Proof::of(&bytes);
    let report = match proof {
        Proof::Bundle | Proof::Publication => {
            let mut report = bundle::check_bytes(&bytes, &expected);
            if report.publication.is_some() {
                proof = Proof::Publication;
                folder::check_files(&file, &mut report, context)?;
            }
            report
        }
        Proof::Entry => {
            let file = args.entry.clone().unwrap_or_else(|| beside(&file));
            let entry = files::read_at_most(&file, MAX_SMALL_BYTES).map_err(|error| {
                Failure::new(Status::NotFound, "the proof's entry can't be read")
                    .because(error.into_boxed_dyn_error())
                    .hint("a tlog-proof does not have the entry: name its file with --entry FILE")
            })?;
            lone::check_entry(&bytes, &entry, &expected)
        }
        Proof::Consistency => {
            let Some(old) = &args.old else {
                let message = "a consistency proof begins with a checkpoint that you kept";
                return Err(Failure::new(Status::Usage, message)
                    .hint("name it with --old CHECKPOINT")
                    .into());
            };
            let old = files::read_at_most(old, MAX_SMALL_BYTES)?;
            lone::check_growth(&bytes, &old, &expected)
        }
    };
    let outcome = outcome(proof, &report);
    if context.global.json {
        json_out::print(&Output {
            proof: proof.name(),
            outcome,
            closing: report.closing(),
            report: &report,
        })?;
    } else if context.global.quiet {
        print_wrong(&report)?;
    } else {
        print(&report, &outcome)?;
    }
    tell_trust(proof, &report, &expected, context);
    Ok(status(&report))
}

fn status(report: &ShownReport) -> Status {
    match report.worst() {
        Some(Severity::Fault) if report.is_only_untrusted() => Status::Key,
        Some(Severity::Fault) => Status::Failed,
        Some(Severity::Incomplete) => Status::Incomplete,
        Some(Severity::Note) | None => Status::Done,
    }
}

/// Says what to give where nothing speaks for the log's key, and what this machine knows of it.
fn tell_trust(proof: Proof, report: &ShownReport, expected: &Expected, context: &Context) {
    if !report.findings.iter().any(|f| f.code == Code::LogUntrusted) {
        return;
    }
    if let Some(id) = report.ledger
        && expected.ledger.is_none()
        && context
            .home()
            .is_ok_and(|home| home.join("heads").join(id.to_string()).exists())
    {
        context.say(&format!(
            "this machine remembers a ledger of this id, which is not trusted for that alone; if it is \
             the one that you mean: --ledger-id {id}"
        ));
    }
    context.say(match proof {
        Proof::Bundle | Proof::Publication => TRUST_HINT,
        Proof::Entry | Proof::Consistency => LONE_TRUST_HINT,
    });
}

/// Says in a sentence what was found.
fn outcome(proof: Proof, report: &ShownReport) -> String {
    let count = |severity| {
        let found = report.findings.iter().filter(|f| f.severity == severity);
        found.count()
    };
    let (faults, incomplete) = (count(Severity::Fault), count(Severity::Incomplete));
    if faults > 0 {
        return if report.is_only_untrusted() {
            let holds = if report.stated.is_some() {
                "The path leads to the root that the file states, but the checkpoint's own \
                 signature could not be checked:"
            } else {
                "The arithmetic holds, but"
            };
            format!("{holds} nothing says that this log is to be trusted.")
        } else {
            let faults = if faults == 1 {
                "1 fault".to_owned()
            } else {
                format!("{faults} faults")
            };
            let what = if proof == Proof::Publication {
                "These files are not what was signed"
            } else {
                "This proof does not hold"
            };
            format!("{what}: {faults}.")
        };
    }
    let rest = match incomplete {
        0 => String::new(),
        1 => " 1 thing could not be checked.".to_owned(),
        number => format!(" {number} things could not be checked."),
    };
    let origin = report.checkpoint.as_ref().map_or("", |c| &c.origin);
    let shown = match (proof, &report.entry, &report.verdict) {
        (Proof::Bundle, Some(entry), Some(verdict)) => {
            let claim = verdict.claim.as_deref();
            let claim = claim.map_or_else(String::new, |claim| format!(" on “{claim}”"));
            let standing = verdict.standing.as_ref();
            let standing = standing.map_or_else(String::new, |standing| stands(standing.standing));
            format!(
                "{} recorded the rating {}{claim} as entry {} of {origin}, and was entitled \
                 to{standing}.",
                entry.by.name(),
                verdict.rating,
                entry.index
            )
        }
        (Proof::Publication, Some(entry), _) => {
            let publication = report.publication.as_ref();
            let files = publication.and_then(|shown| shown.manifest.as_ref());
            let files = files.map_or(0, |manifest| manifest.files.len() as u64);
            format!(
                "{} signed the list of {} on {} as entry {} of {origin}, and was entitled to; they are \
                 as they were signed.",
                entry.by.name(),
                screen::counted(files, "file", "files"),
                entry.at.date(),
                entry.index
            )
        }
        (Proof::Entry, Some(entry), _) => format!(
            "The {} by {} is entry {} of {origin}; whether its author was entitled is not shown.",
            entry.kind,
            entry.by.name(),
            entry.index
        ),
        _ => format!("{origin} only grew since the checkpoint that you kept."),
    };
    format!("{shown}{rest}")
}

fn stands(standing: Standing) -> String {
    let how = match standing {
        Standing::Standing => "it stands",
        Standing::Proposed => "it is proposed, for its approvals are not there",
        Standing::Disputed => "it is disputed",
        Standing::Superseded => "it was superseded",
        Standing::Retracted => "it was retracted",
        Standing::Tainted => "it is tainted, for a key was revoked",
    };
    format!("; as far as is shown, {how}")
}

/// Prints what is wrong or not complete, and nothing else.
fn print_wrong(report: &ShownReport) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    let wrong = report.findings.iter();
    for finding in wrong.filter(|finding| finding.severity != Severity::Note) {
        writeln!(out, "{}", finding_line(finding))?;
    }
    Ok(())
}

fn print(report: &ShownReport, outcome: &str) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    for check in &report.checks {
        let (style, mark) = match (check.faults, check.incomplete) {
            (0, 0) => (GOOD, "✓"),
            (0, _) => (WARN, "✓"),
            _ => (BAD, "✗"),
        };
        writeln!(out, "{} {check}", screen::styled(style, mark))?;
    }
    if let Some(checkpoint) = &report.checkpoint {
        for cosigned in &checkpoint.cosigned {
            let witness = screen::one_line(&cosigned.witness);
            let at = cosigned
                .at
                .map_or_else(String::new, |at| format!(" at {at}"));
            writeln!(out, "  cosigned by {witness}{at}")?;
        }
    }
    for revoked in &report.revoked {
        let line = revocation(revoked);
        writeln!(out, "  {}", screen::one_line(&line))?;
    }
    writeln!(out)?;
    for finding in &report.findings {
        writeln!(out, "{}", finding_line(finding))?;
    }
    if !report.findings.is_empty() {
        writeln!(out)?;
    }
    for text in [outcome, &report.closing()] {
        let text = screen::wrap(&screen::one_line(text), screen::columns(), "");
        writeln!(out, "{}", screen::styled(STRONG, &text))?;
    }
    Ok(())
}

fn revocation(revoked: &ShownRevocation) -> String {
    let why = match revoked.reason {
        Some(RevocationReason::Compromised) => " as compromised",
        Some(RevocationReason::Lost) => " as lost",
        Some(RevocationReason::Retired) => ", for its holder left",
        Some(RevocationReason::Other) | None => "",
    };
    let from = revoked.from.map_or_else(String::new, |from| {
        format!("; what it signed from entry {from} on is tainted")
    });
    let ShownRevocation { key, entry, .. } = revoked;
    format!("entry {entry} revoked the key {key}{why}{from}")
}

fn finding_line(finding: &Finding) -> String {
    let (style, name) = match finding.severity {
        Severity::Fault => (BAD, "fault"),
        Severity::Incomplete => (WARN, "incomplete"),
        Severity::Note => (STRONG, "note"),
    };
    let text = screen::one_line(&finding.to_string());
    format!("{} {text}", screen::styled(style, name))
}
