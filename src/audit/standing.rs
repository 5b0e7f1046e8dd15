//! What stands: whether a verdict counts, from the facts and the policy that it was given under.
//!
//! `docs/format.md`, section 3, "What stands?". A retraction does not revive what the retracted
//! verdict superseded. A verdict on wording that was superseded since keeps its standing, and is
//! marked.

use std::fmt;

use serde::Serialize;

use super::facts::{Detail, Facts};
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
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
}

/// Returns the standing of the verdict at `index`; `None` if there is no verdict.
///
/// `policy` is the one that the verdict names.
pub fn standing<F: Facts>(
    index: u64,
    facts: &F,
    policy: &Policy,
) -> Result<Option<VerdictStanding>, F::Error> {
    let Some(entry) = facts.entry(index)? else {
        return Ok(None);
    };
    let Detail::Verdict(verdict) = &entry.detail else {
        return Ok(None);
    };
    let standing = if verdict.retracted_by.is_some() {
        Standing::Retracted
    } else if verdict.superseded_by.is_some() {
        Standing::Superseded
    } else if facts.is_tainted(index, &entry)? {
        Standing::Tainted
    } else if verdict.disputes > 0 {
        Standing::Disputed
    } else if verdict.approvals < policy.approvals {
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
    }))
}

#[cfg(test)]
mod tests {
    use super::super::facts::Ended;
    use super::super::fixture::{Ledger, key};
    use super::*;

    fn of(ledger: &Ledger, index: u64, policy: &Policy) -> VerdictStanding {
        standing(index, &ledger.facts, policy)
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
        assert_eq!(standing(5, &ledger.facts, &policy), Ok(None));
        assert_eq!(standing(50, &ledger.facts, &policy), Ok(None));

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
                tainted_from,
            });
            ledger.facts.set_signer(signer.clone()).expect("memory");
            assert_eq!(of(&ledger, 9, &policy).standing, expected);
        }
    }
}
