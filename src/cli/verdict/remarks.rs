//! What a reviewer may not mean: a verdict of theirs that goes on standing beside the new one, one that
//! stops standing at once, evidence that is nothing but the article itself.

use std::collections::BTreeSet;

use factlog::audit::standing::Standing;
use factlog::entry::Body;
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::id::SourceId;

use super::build::{Resolved, Target};
use super::superseding;
use crate::cli::claim_list::ClaimLine;
use crate::cli::screen;

/// Says of a judgement what may not be meant, a line each. Of a cited source that is not recorded yet
/// `cited` has `None`.
pub(super) fn of(
    ledger: &Ledger,
    line: &ClaimLine,
    author: &VerifierKey,
    resolved: &Resolved,
    cited: &BTreeSet<Option<SourceId>>,
) -> anyhow::Result<Vec<String>> {
    let mut remarks = Vec::new();
    match resolved.supersedes() {
        Some(older) => {
            let needed = ledger.policy()?.1.approvals;
            if needed > 0 && ledger.standing(&older)?.standing == Standing::Standing {
                let short = ledger.short(&older.0)?;
                let approvals = screen::counted(u64::from(needed), "approval", "approvals");
                remarks.push(format!(
                    "verdict {short} stands now, and stops standing with your signature; this one \
                     stands once it has {approvals}. Until then the claim has no verdict that stands"
                ));
            }
        }
        None => remarks.extend(own_beside(ledger, author, resolved)?),
    }
    if cited.len() == 1 && cited.contains(&Some(line.source.id)) {
        remarks.push("all its evidence is the text that the claim is from".to_owned());
    }
    Ok(remarks)
}

/// Names a verdict of the author's on an earlier wording of the claim, which goes on standing.
fn own_beside(
    ledger: &Ledger,
    author: &VerifierKey,
    resolved: &Resolved,
) -> anyhow::Result<Option<String>> {
    let Target::Recorded(claim) = resolved.claim() else {
        return Ok(None);
    };
    let Some(own) = superseding::own_on_wordings(ledger, author, claim)? else {
        return Ok(None);
    };
    let short = ledger.short(own.entry.id().as_bytes())?;
    let Body::Verdict(entry) = own.entry.body() else {
        return Ok(None);
    };
    Ok(Some(format!(
        "your verdict {short} ({}), on an earlier wording of this claim, goes on beside this one; \
         --supersedes {short} takes its place",
        entry.rating
    )))
}
