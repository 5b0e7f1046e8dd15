//! `factlog retract`: take a verdict back.

use std::io::{self, IsTerminal, Write as _};

use factlog::audit::facts::Detail;
use factlog::entry::{Body, Kind, Retraction, VerdictEntry};
use factlog::ledger::Ledger;
use factlog::words::id::{EntryId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object;
use serde::Serialize;

use super::claim_list::{self, ClaimLine};
use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::prompt;
use super::record::{self, EntryLine, Signer};
use super::screen;
use super::seek;
use super::signing::{self, SigningArgs};
use super::stdout;

/// Take a verdict back, and say why
///
/// The verdict stays in the log, marked as retracted wherever it is shown, with the reason. What it
/// superseded does not come back; a fresh verdict may be given.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog retract 5f3a9c12 --reason \"The document was forged.\"
  factlog retract 5f3a9c12 --reason \"…\" --out retraction.pending")]
pub(crate) struct Args {
    /// The verdict: the beginning of its id
    verdict: String,
    /// Why; it is published with the verdict
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    retraction: EntryId,
    verdict: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let reason = args.reason.trim();
    if reason.is_empty() {
        return Err(Failure::new(Status::Usage, "the reason is empty")
            .hint("say why with --reason \"…\"")
            .into());
    }
    let mut ledger = context.open_ledger()?;
    let record = seek::find_entry(&ledger, Kind::Verdict, &args.verdict)?;
    let verdict = record.entry.id();
    let short = ledger.short(&verdict.0)?;
    if let Detail::Verdict(facts) = ledger.facts_of(&verdict)?.1.detail {
        let ended = facts.retracted_by.map(|by| ("retracted", by));
        if let Some((how, by)) = ended.or(facts.superseded_by.map(|by| ("superseded", by))) {
            let message = format!("the verdict {short} was {how} before, by entry {by}");
            return Err(Failure::new(Status::Failed, message)
                .hint(format!("`factlog show {short}` shows what became of it"))
                .into());
        }
    }
    let chosen = signing::choose(context, &args.signing, &ledger)?;
    let author = &record.entry.header().by;
    if author.public() != chosen.verifier().public() {
        context.say(&format!(
            "the verdict {short} is {}'s; yours is {}",
            screen::one_line(author.name().as_str()),
            screen::one_line(chosen.verifier().name().as_str())
        ));
    }
    let Body::Verdict(body) = record.entry.body() else {
        unreachable!("it was looked up as a verdict");
    };
    if let Some(claim) = claim_of(&ledger, body)? {
        context.say(&format!(
            "the claim: “{}”\n  said by {}",
            screen::one_line(&claim.claim.text),
            claim.who()
        ));
    }
    let asks = context.can_ask() && !args.signing.yes;
    if asks || chosen.needs_person() {
        drop(ledger);
        if asks {
            let reason = screen::one_line(reason);
            let question = format!(
                "retract the verdict {short} ({}), because: {reason}? [y,n] ",
                body.rating
            );
            if prompt::choose(&question, &['y', 'n'])? != Some('y') {
                context.say("nothing was signed");
                return Ok(Status::Failed);
            }
        }
        let key = chosen.unlock(context)?;
        ledger = context.open_ledger()?;
        return sign(args, context, &mut ledger, key, verdict, reason);
    }
    let key = chosen.unlock(context)?;
    sign(args, context, &mut ledger, key, verdict, reason)
}

/// Returns the claim that a verdict is on, if its words are there.
fn claim_of(ledger: &Ledger, verdict: &VerdictEntry) -> anyhow::Result<Option<ClaimLine>> {
    let record = ledger.entry_of(Kind::Claim, &verdict.claim.entry())?;
    claim_list::of_record(ledger, &record)
}

fn sign(
    args: &Args,
    context: &Context,
    ledger: &mut Ledger,
    key: factlog::keys::HeldKey,
    verdict: EntryId,
    reason: &str,
) -> anyhow::Result<Status> {
    let mut signer = Signer::start(ledger, key, context.now()?)?;
    let note = Note {
        text: reason.to_owned(),
        salt: context.salt()?,
    };
    let note = signer.pending.object(object::to_bytes(&note)?);
    let retraction = signer.add(Body::Retraction(Retraction {
        verdict: VerdictId(verdict.0),
        note,
    }))?;
    let entries = record::deliver(context, &args.signing, ledger, &signer.pending)?;
    let index = entries.last().and_then(|entry| entry.index);
    if let Some(index) = index {
        let short = ledger.short(&verdict.0)?;
        context.say(&format!("retracted the verdict {short} (entry {index})"));
    }
    if context.global.json {
        json_out::print(&Report {
            retraction,
            verdict,
            index,
            entries,
        })?;
    } else if !io::stdout().is_terminal() {
        writeln!(stdout::plain(), "{retraction}")?;
    }
    Ok(Status::Done)
}
