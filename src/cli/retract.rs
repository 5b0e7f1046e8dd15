//! `factlog retract`: take a verdict back.

use std::io::{self, IsTerminal, Write as _};

use factlog::audit::facts::Detail;
use factlog::entry::{Body, Kind, Retraction, VerdictEntry};
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::id::{EntryId, ObjectId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object;
use serde::Serialize;

use super::claim_list::{self, ClaimLine};
use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::record::EntryLine;
use super::screen;
use super::seek;
use super::signing::carried::{self, Carried, Delivered, Hand};
use super::signing::{self, ChosenKey, SigningArgs};
use super::stdout;

/// Take a verdict back, and say why
///
/// The verdict stays in the log, marked as retracted wherever it is shown, with the reason. What it
/// superseded does not come back; a fresh verdict may be given. Its author retracts it, or roots do,
/// such as when its author has left.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog retract 5f3a9c12 --reason \"The document was forged.\"
  factlog retract 5f3a9c12 --reason \"…\" --out retraction.pending
  factlog retract 5f3a9c12 --reason \"…\" --by-roots")]
pub(crate) struct Args {
    /// The verdict: the beginning of its id
    verdict: String,
    /// Why; it is published with the verdict
    #[arg(long)]
    reason: String,
    /// Roots take it back, in its author's place
    #[arg(long)]
    by_roots: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    retraction: EntryId,
    verdict: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    /// Whose signatures are still wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wanted: Vec<String>,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let reason = args.reason.trim();
    if reason.is_empty() {
        return Err(Failure::new(Status::Usage, "the reason is empty")
            .hint("say why with --reason \"…\"")
            .into());
    }
    let ledger = context.open_ledger()?;
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
    let author = &record.entry.header().by;
    let hands = if args.by_roots {
        carried::roots(context, &args.signing, &ledger)?
    } else {
        let chosen = own_key(context, &args.signing, &ledger, author)?;
        let holder = |key: &VerifierKey| ledger.signer(key.public());
        let (own, theirs) = (holder(chosen.verifier())?, holder(author)?);
        if own.map(|own| own.holder) != theirs.map(|theirs| theirs.holder)
            && !ledger.is_tainted(&verdict)?
        {
            let message = format!(
                "the verdict {short} is {}'s, and only its author or roots take it back",
                screen::one_line(author.name().as_str())
            );
            return Err(Failure::new(Status::Key, message)
                .hint("roots do it with --by-roots")
                .into());
        }
        if author.public() != chosen.verifier().public() {
            context.say(&format!(
                "the verdict {short} is {}'s; yours is {}",
                screen::one_line(author.name().as_str()),
                screen::one_line(chosen.verifier().name().as_str())
            ));
        }
        vec![Hand::There(chosen)]
    };
    let Body::Verdict(body) = record.entry.body() else {
        unreachable!("it was looked up as a verdict");
    };
    let mut words = vec![format!(
        "retracts the verdict {short} ({}), because: {reason}",
        body.rating
    )];
    if let Some(claim) = claim_of(&ledger, body)? {
        words.push(format!("the claim: “{}”", claim.claim.text));
        words.push(format!("said by {}", claim.who()));
    }
    let note = Note {
        text: reason.to_owned(),
        salt: context.salt()?,
    };
    let note = object::to_bytes(&note)?;
    let carried = Carried {
        bodies: vec![Body::Retraction(Retraction {
            verdict: VerdictId(verdict.0),
            note: ObjectId::of(&note),
        })],
        objects: vec![note],
        hands,
        words,
        question: format!("retract the verdict {short}"),
    };
    match carried::sign(context, &args.signing, ledger, carried)? {
        Some(done) => tell(context, verdict, &short, done),
        None => Ok(Status::Failed),
    }
}

/// Chooses the key that signs: that of the verdict's own author, if it is here and none is named.
fn own_key(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
    author: &VerifierKey,
) -> anyhow::Result<ChosenKey> {
    let holder = ledger.signer(author.public())?.map(|signer| signer.holder);
    if args.name.is_none() && args.key.is_none() {
        for signer in ledger.keys()? {
            if Some(&signer.holder) == holder.as_ref()
                && signer.ended.is_none()
                && let Some(chosen) = signing::find_key(context, args, &signer.key)?
            {
                return Ok(chosen);
            }
        }
    }
    signing::choose(context, args, ledger)
}

/// Returns the claim that a verdict is on, if its words are there.
fn claim_of(ledger: &Ledger, verdict: &VerdictEntry) -> anyhow::Result<Option<ClaimLine>> {
    let record = ledger.entry_of(Kind::Claim, &verdict.claim.entry())?;
    claim_list::of_record(ledger, &record)
}

fn tell(
    context: &Context,
    verdict: EntryId,
    short: &str,
    done: Delivered,
) -> anyhow::Result<Status> {
    if let Some(index) = done.index {
        context.say(&format!("retracted the verdict {short} (entry {index})"));
    }
    if context.global.json {
        json_out::print(&Report {
            retraction: done.id,
            verdict,
            index: done.index,
            wanted: done.wanted,
            entries: done.entries,
        })?;
    } else if !io::stdout().is_terminal() {
        writeln!(stdout::plain(), "{}", done.id)?;
    }
    Ok(Status::Done)
}
