//! The last look at what was accepted, exactly as it will be signed, and its signature.

use std::fmt::Write as _;

use factlog::words::id::ObjectId;
use factlog::words::object;

use super::show;
use crate::cli::claim_list::{self, ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::pager;
use crate::cli::prompt;
use crate::cli::record::{self, EntryLine, Signer};
use crate::cli::screen::{self, STRONG};
use crate::cli::signing::{self, SigningArgs};
use crate::cli::verdict;

/// What the letters of the last look do.
const HELP: &str = "\
y  sign them and record them
n  stop; nothing is signed, and they stay accepted
l  look at them once more
s  show the objects that are signed, to the byte
q  stop, as n";

/// Signs and appends the claims that were accepted, after a last look.
pub(super) fn sign_accepted(
    context: &Context,
    args: &SigningArgs,
    drafts: &Drafts,
    among: &[ObjectId],
) -> anyhow::Result<Vec<EntryLine>> {
    if among.is_empty() {
        return Ok(vec![]);
    }
    let (ledger, mut accepted) = context.read_claims(claim_list::claim_list)?;
    accepted.retain(|line| line.state == State::Accepted && among.contains(&line.origin));
    if accepted.is_empty() {
        return Ok(vec![]);
    }
    let chosen = signing::choose(context, args, &ledger)?;
    drop(ledger);
    if !args.yes {
        let claims = counted(&accepted);
        let question = format!(
            "Sign {claims} as {}? [y,n,l,s,q,?] ",
            chosen.verifier().name()
        );
        if !is_wanted(context, &accepted, &question)? {
            context.say("nothing was signed; they stay accepted, and `factlog review` asks again");
            return Ok(vec![]);
        }
    }
    let key = chosen.unlock(context)?;
    let mut ledger = context.open_ledger()?;
    let mut signer = Signer::start(&ledger, key, context.now()?)?;
    for line in &accepted {
        // Another command may have recorded it while the person was asked.
        let recorded = claim_list::recorded_in(&ledger, &line.source.id)?;
        if !recorded.contains_key(&line.claim.identity()) {
            verdict::record_claim(&mut signer, line)?;
        }
    }
    let count = signer.pending.entries.len() as u64;
    let entries = record::deliver(context, args, &mut ledger, &signer.pending)?;
    if args.out.is_none() {
        let claims = screen::counted(count, "claim", "claims");
        context.say(&format!("recorded {claims}"));
        for line in &accepted {
            let _locked = drafts.lock()?;
            let mut decided = drafts.load(&line.source.id)?;
            // What was edited stays, so that the claim as it was proposed does not come back.
            if line.claim.identity() == line.origin {
                decided.forget(&line.origin);
            }
            drafts.save(&decided)?;
        }
    }
    Ok(entries)
}

/// Shows what will be signed, and asks whether to.
fn is_wanted(context: &Context, accepted: &[ClaimLine], question: &str) -> anyhow::Result<bool> {
    show_all(context, accepted);
    loop {
        // What signs is a line, also where other answers are keys.
        match prompt::choose(question, &['y', 'n', 'l', 's', 'q', '?'])? {
            Some('y') => return Ok(true),
            Some('?') => context.say(HELP),
            Some('l') => show_all(context, accepted),
            Some('s') => show_objects(context, accepted)?,
            _ => return Ok(false),
        }
    }
}

fn show_all(context: &Context, accepted: &[ClaimLine]) {
    let columns = screen::columns();
    let title = format!("to be recorded: {}", counted(accepted));
    let mut shown = format!("\n{}\n", screen::styled(STRONG, &title));
    for (n, line) in accepted.iter().enumerate() {
        let title = screen::styled(STRONG, &format!("{} of {}", n + 1, accepted.len()));
        let _ = write!(shown, "\n{title}\n{}", show::in_full(line, columns));
        if let Some(by) = &line.hand.by {
            let _ = writeln!(shown, "  {:<11} by {}", "accepted", screen::one_line(by));
        }
    }
    shown.push('\n');
    pager::show(context, &shown, 1);
}

/// Shows the objects of the claims as they are kept: their bytes are what the signature covers.
fn show_objects(context: &Context, accepted: &[ClaimLine]) -> anyhow::Result<()> {
    let mut shown = String::new();
    for line in accepted {
        let bytes = object::to_bytes(&line.claim)?;
        let title = format!("claim object {}", ObjectId::of(&bytes));
        let value: serde_json::Value = serde_json::from_slice(&bytes)?;
        let object = serde_json::to_string_pretty(&value)?;
        let _ = write!(
            shown,
            "\n{}\n{}\n",
            screen::styled(STRONG, &title),
            screen::visible(&object)
        );
    }
    pager::show(context, &shown, 1);
    Ok(())
}

fn counted(accepted: &[ClaimLine]) -> String {
    screen::counted(accepted.len() as u64, "claim", "claims")
}
