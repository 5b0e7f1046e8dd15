//! The last look at what was accepted, and its signature.

use factlog::words::id::{ObjectId, SourceId};

use crate::cli::claim_list::{self, State};
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::prompt;
use crate::cli::record::{self, EntryLine, Signer};
use crate::cli::screen::{self, FAINT, STRONG};
use crate::cli::signing::{self, SigningArgs};
use crate::cli::verdict;

/// Signs and appends the claims that were accepted, after a last look.
pub(super) fn sign_accepted(
    context: &Context,
    args: &SigningArgs,
    drafts: &Drafts,
    among: &[(SourceId, ObjectId)],
) -> anyhow::Result<Vec<EntryLine>> {
    let (ledger, mut accepted) = context.read_claims(claim_list::claim_list)?;
    accepted.retain(|line| {
        line.state == State::Accepted && among.contains(&(line.source.id, line.origin))
    });
    if accepted.is_empty() {
        return Ok(vec![]);
    }
    let chosen = signing::choose(context, args, &ledger)?;
    drop(ledger);
    let count = accepted.len();
    context.say(&format!("\n{}", screen::styled(STRONG, "to be recorded:")));
    for line in &accepted {
        let text = screen::cut(&line.claim.text, screen::columns().saturating_sub(4));
        context.say(&format!(
            "  {text}\n    {}",
            screen::styled(FAINT, &line.who())
        ));
    }
    if !args.yes {
        let question = format!(
            "Sign these {count} claims as {}? [y,n,q] ",
            chosen.verifier().name()
        );
        if prompt::choose(&question, &['y', 'n', 'q'])? != Some('y') {
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
    let count = signer.pending.entries.len();
    let entries = record::deliver(context, args, &mut ledger, &signer.pending)?;
    if args.out.is_none() {
        context.say(&format!("recorded {count} claims"));
        for line in &accepted {
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
