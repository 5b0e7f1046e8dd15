//! `factlog checkpoint`: the signed checkpoint, as it is or cosigned by witnesses.

mod asking;
mod named;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use factlog::trust::SignedNote;
use serde::Serialize;

use self::asking::Asked;
use self::named::NamedWitness;
use super::config::settings;
use super::context::Context;
use super::exit::Status;
use super::files;
use super::json_out;
use super::stdout;

/// Print the last signed checkpoint, and have witnesses cosign it
///
/// A checkpoint is a signed note (C2SP tlog-checkpoint) of three lines: the ledger's origin, its size
/// and the root of its tree. It fixes every entry up to that size. Who keeps a copy of it elsewhere
/// can tell later whether anything was changed or removed.
///
/// A witness (C2SP tlog-witness) does that for everybody: it cosigns a checkpoint, with the time, only
/// if the ledger still begins with what it cosigned before. With --witness or --policy, the checkpoint
/// is sent to each witness with a proof of that; each cosignature is verified, kept in the ledger, and
/// published with it. What else a witness learns is the ledger's origin, size and root; nothing of its
/// entries. A witness that fails is named on standard error, and stops nothing.
///
/// Exit status 0 if enough cosigned: the quorum of the policy, and each --witness. 5 if the checkpoint
/// is valid and they did not.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog checkpoint
  factlog checkpoint > 2026-11-22.checkpoint   keep a copy elsewhere
  factlog checkpoint --json
  factlog checkpoint --policy trust.txt        ask the witnesses in a file
  factlog checkpoint --witness \"$KEY@https://witness.example/facts\"

Keys of witnesses don't come from a ledger or from the witness that is asked:
they are what the witness's keeper publishes, as `factlog witness key` prints
it.")]
pub(crate) struct Args {
    /// Ask this witness, NAME+ID+KEY@URL: its verifier key, `@`, and the address for submissions
    ///
    /// The key comes first, since only a key says who cosigned; the address is only where to ask. May
    /// be given several times; each must cosign.
    #[arg(long, value_name = "KEY@URL")]
    witness: Vec<NamedWitness>,
    /// Ask the witnesses with an address in this trust policy (C2SP tlog-policy); its quorum decides
    ///
    /// Without it and --witness, the policy of the setting `witnesses`, if that is set.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Wait so many seconds for a witness, 1 to 600; all are asked at the same time
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=600)
    )]
    timeout: u64,
}

#[derive(Serialize)]
struct Output<'a> {
    ledger: String,
    origin: &'a str,
    size: u64,
    root: String,
    note: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    witnessed: Option<Witnessed>,
}

/// What came of asking.
#[derive(Serialize)]
struct Witnessed {
    /// Whether enough cosigned.
    enough: bool,
    witnesses: Vec<Asked>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let set = context.settings()?.of_file("witnesses");
    // Who names a witness asks that one.
    let set = set.filter(|_| args.witness.is_empty()).map(settings::path);
    let policy = args.policy.clone().or(set);
    let asks = !args.witness.is_empty() || policy.is_some();
    let policy = policy.as_deref().map(files::trust_policy).transpose()?;
    let mut ledger = context.open_ledger()?;
    let tree = ledger.tree_head();
    let origin = ledger.genesis().origin.to_string();
    let id = ledger.id().to_string();
    let mut note = ledger.cosigned_head()?;
    let mut outcome = None;
    if asks {
        let witnesses = named::all(&args.witness, policy.as_ref())?;
        let limit = Duration::from_secs(args.timeout);
        let asked;
        // Only the log's own line is sent: what other witnesses said is nobody else's affair.
        let head = SignedNote::parse(ledger.checkpoint())?;
        (ledger, asked) = asking::ask_all(context, ledger, &witnesses, &head, limit)?;
        let cosignatures = asked.cosignatures(&witnesses);
        if !cosignatures.is_empty() {
            note = ledger.keep_cosigned(&head, &cosignatures)?;
        }
        let log = ledger.ledger_facts()?.log;
        let enough = asked.all_named_cosigned(&args.witness)
            && match &policy {
                Some(policy) => policy.evaluate_log(&log, &note)?.is_met(),
                None => true,
            };
        let witnesses = asked.into_list();
        outcome = Some(Witnessed { enough, witnesses });
    }
    drop(ledger);
    let status = match &outcome {
        Some(Witnessed { enough: false, .. }) => Status::Incomplete,
        _ => Status::Done,
    };
    if context.global.json {
        let output = Output {
            ledger: id,
            origin: &origin,
            size: tree.size,
            root: tree.root.to_string(),
            note: note.as_str(),
            witnessed: outcome,
        };
        json_out::print(&output)?;
    } else {
        // The bytes themselves, so that they can be kept and verified.
        let mut out = stdout::plain();
        out.write_all(note.bytes())?;
        out.flush()?;
    }
    if status == Status::Incomplete {
        context.warn("the checkpoint is valid, but not enough witnesses cosigned it");
    }
    Ok(status)
}
