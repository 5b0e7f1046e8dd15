//! Which verdicts a new one may take the place of: those on its claim, or on an earlier wording of it.
//!
//! The ledger refuses the others all the same; here a person is told by names that can be typed.

use factlog::audit::facts::Detail;
use factlog::entry::{Body, VerdictEntry};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::claim::Claim;
use factlog::words::id::ClaimId;

use super::build::Target;
use crate::cli::exit::{Failure, Status};
use crate::cli::{says, screen};

/// Refuses to supersede a verdict on another claim.
pub(super) fn check(
    ledger: &Ledger,
    claim: &Target,
    older: &Record,
    verdict: &VerdictEntry,
) -> anyhow::Result<()> {
    let fits = match claim {
        Target::Recorded(id) => is_earlier_wording(ledger, verdict.claim, *id)?,
        // What is not recorded has no verdicts.
        Target::Proposed(_) => false,
    };
    if fits {
        return Ok(());
    }
    let verdict_id = ledger.short(older.entry.id().as_bytes())?;
    let other = ledger.short(&verdict.claim.0)?;
    let words = match words(ledger, verdict.claim)? {
        Some(words) => format!(", “{}”", screen::cut(&words, 60)),
        None => String::new(),
    };
    Err(Failure::new(
        Status::Failed,
        format!("verdict {verdict_id} is on another claim than this: on {other}{words}"),
    )
    .hint(format!(
        "leave --supersedes out, or judge that claim: factlog verdict {other}; \
         `factlog show` lists the verdicts on a claim"
    ))
    .into())
}

/// Says whether a claim is another one, or a wording of it that was recorded before.
fn is_earlier_wording(
    ledger: &Ledger,
    earlier: ClaimId,
    claim: ClaimId,
) -> Result<bool, LedgerError> {
    let place = |id: ClaimId| -> Result<_, LedgerError> {
        let (index, facts) = ledger.facts_of(&id.entry())?;
        Ok(match facts.detail {
            Detail::Claim(claim) => Some((claim.line, index)),
            _ => None,
        })
    };
    Ok(match (place(earlier)?, place(claim)?) {
        (Some((line, before)), Some((other, index))) => line == other && before <= index,
        _ => false,
    })
}

fn words(ledger: &Ledger, claim: ClaimId) -> Result<Option<String>, LedgerError> {
    let record = ledger.entry(&claim.entry())?;
    let Body::Claim(entry) = record.entry.body() else {
        return Ok(None);
    };
    let claim: Option<Claim> = says::readable(ledger, &entry.claim)?;
    Ok(claim.map(|claim| claim.text))
}
