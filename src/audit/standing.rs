//! What stands: whether a verdict counts, from the facts and the policy that it was given under.
//!
//! `docs/format.md`, section 7, "Verdicts". A retraction does not revive what the retracted
//! verdict superseded. A verdict on wording that was superseded since keeps its standing, and is
//! marked.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

use super::facts::{Detail, Facts, VerdictFacts};
use super::taint::Taints;
use crate::entry::Decision;
use crate::words::policy::Policy;

/// Whether a verdict counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Its policy wants approvals that it has not.
    Proposed,
    /// It counts.
    Standing,
    /// Someone else disputes it.
    Disputed,
    /// Another verdict took its place.
    Superseded,
    /// It was taken back.
    Retracted,
    /// Its author's key was revoked from before it on.
    Tainted,
}

impl Standing {
    /// Returns its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Standing => "standing",
            Self::Disputed => "disputed",
            Self::Superseded => "superseded",
            Self::Retracted => "retracted",
            Self::Tainted => "tainted",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A verdict's standing, and the entries that it comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct VerdictStanding {
    /// Whether it counts.
    pub standing: Standing,
    /// The index of the verdict that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<u64>,
    /// The index of the entry that took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retracted_by: Option<u64>,
    /// The index of the claim that took the place of its claim: it was given on the earlier wording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_superseded_by: Option<u64>,
    /// The indexes of the approvals that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<u64>,
    /// How many approvals its policy asks for.
    #[serde(skip_serializing_if = "is_zero")]
    pub approvals_needed: u32,
    /// The indexes of the disputes that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<u64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What an approver decided on a verdict last, tainted decisions aside.
struct LastDecision {
    decision: Decision,
    index: u64,
}

/// Returns the last decision of each approver on a verdict, the newest first.
fn decisions<F: Facts>(
    verdict: &VerdictFacts,
    facts: &F,
    taints: &mut Taints,
) -> Result<Vec<LastDecision>, F::Error> {
    let (mut found, mut holders) = (Vec::new(), HashSet::new());
    let mut next = verdict.last_decision;
    while let Some(index) = next {
        let Some(entry) = facts.entry(index)? else {
            break;
        };
        let Detail::Approval(approval) = &entry.detail else {
            break;
        };
        next = approval.previous.filter(|previous| *previous < index);
        let holder = facts.holder(&entry.author)?;
        if !holders.contains(&holder) && !taints.is_tainted(facts, index, &entry)? {
            holders.insert(holder);
            found.push(LastDecision {
                decision: approval.decision,
                index,
            });
        }
    }
    Ok(found)
}

/// Returns the standing of the verdict at `index`; `None` if there is no verdict, or a void one.
///
/// `policy` is the one that the verdict names.
pub fn standing<F: Facts>(
    index: u64,
    facts: &F,
    policy: &Policy,
    taints: &mut Taints,
) -> Result<Option<VerdictStanding>, F::Error> {
    let Some(entry) = facts.entry(index)?.filter(|entry| !entry.is_void) else {
        return Ok(None);
    };
    let Detail::Verdict(verdict) = &entry.detail else {
        return Ok(None);
    };
    let decisions = decisions(verdict, facts, taints)?;
    let of = |wanted: Decision| -> Vec<u64> {
        let mut indexes: Vec<u64> = decisions
            .iter()
            .filter(|last| last.decision == wanted)
            .map(|last| last.index)
            .collect();
        indexes.reverse();
        indexes
    };
    let (approvals, disputes) = (of(Decision::Approve), of(Decision::Dispute));
    let standing = if verdict.retracted_by.is_some() {
        Standing::Retracted
    } else if verdict.superseded_by.is_some() {
        Standing::Superseded
    } else if taints.is_tainted(facts, index, &entry)? {
        Standing::Tainted
    } else if !disputes.is_empty() {
        Standing::Disputed
    } else if (approvals.len() as u64) < u64::from(policy.approvals) {
        Standing::Proposed
    } else {
        Standing::Standing
    };
    let claim_superseded_by = match facts.entry(verdict.claim)?.map(|claim| claim.detail) {
        Some(Detail::Claim(claim)) => claim.superseded_by,
        _ => None,
    };
    Ok(Some(VerdictStanding {
        standing,
        superseded_by: verdict.superseded_by,
        retracted_by: verdict.retracted_by,
        claim_superseded_by,
        approvals,
        approvals_needed: policy.approvals,
        disputes,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::facts::{Ended, LedgerFacts, Taint};
    use super::super::fixture::{Ledger, key};
    use super::*;

    fn of(ledger: &Ledger, index: u64, policy: &Policy) -> VerdictStanding {
        standing(index, &ledger.facts, policy, &mut Taints::default())
            .expect("memory")
            .expect("a verdict")
    }

    #[test]
    fn each_standing_has_its_reason() {
        let (mut ledger, _) = Ledger::sample();
        let policy = Policy::default();
        let first = of(&ledger, 6, &policy);
        assert_eq!(first.standing, Standing::Superseded);
        assert_eq!(first.superseded_by, Some(7));
        // A retraction does not revive what the retracted verdict superseded.
        let second = of(&ledger, 7, &policy);
        assert_eq!(second.standing, Standing::Retracted);
        assert_eq!(second.retracted_by, Some(8));
        assert_eq!(of(&ledger, 9, &policy).standing, Standing::Standing);
        let approved = Policy {
            approvals: 1,
            ..Policy::default()
        };
        assert_eq!(of(&ledger, 9, &approved).standing, Standing::Proposed);
        for no_verdict in [5, 50] {
            let found = standing(no_verdict, &ledger.facts, &policy, &mut Taints::default());
            assert_eq!(found, Ok(None));
        }

        let bob = key("bob").verifier().public().clone();
        let mut signer = (*ledger.facts.signer(&bob).expect("memory").expect("bob")).clone();
        for (tainted_from, expected) in [
            (None, Standing::Standing),
            (Some(10), Standing::Standing),
            (Some(9), Standing::Tainted),
            (Some(0), Standing::Tainted),
        ] {
            signer.ended = Some(Ended {
                at: 12,
                tainted: tainted_from.map(|from| Taint { from, until: 12 }),
            });
            ledger.facts.set_signer(signer.clone()).expect("memory");
            let known = ledger.facts.ledger().expect("memory").expect("a ledger");
            let known = LedgerFacts {
                taint_changed: Some(12),
                ..(*known).clone()
            };
            ledger.facts.set_ledger(known).expect("memory");
            assert_eq!(of(&ledger, 9, &policy).standing, expected);
        }
    }
}
