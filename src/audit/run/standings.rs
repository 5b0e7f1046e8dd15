//! What stands, once the log is through: how many verdicts are of each standing.

use std::collections::BTreeMap;

use super::Auditor;
use crate::audit::facts::{Detail, Facts as _};
use crate::audit::objects::{ObjectState, Objects};
use crate::audit::report::Standings;
use crate::audit::standing::{Standing, standing};
use crate::audit::taint::Taints;
use crate::words::id::ObjectId;
use crate::words::object;
use crate::words::policy::Policy;

impl<O: Objects> Auditor<'_, O> {
    /// Counts the verdicts by their standing; those whose policy can't be read are left out, and a
    /// finding says so where it is.
    pub(super) fn standings(&self) -> Standings {
        let (mut counts, mut taints) = (Standings::default(), Taints::default());
        let mut policies: BTreeMap<ObjectId, Option<Policy>> = BTreeMap::new();
        for index in 0..self.tree.size() {
            let entry = self.facts.entry(index).expect("memory can be read");
            let Some(Detail::Verdict(verdict)) = entry.map(|entry| entry.detail) else {
                continue;
            };
            let policy = policies
                .entry(verdict.policy)
                .or_insert_with(|| self.policy(&verdict.policy));
            let Some(policy) = policy else { continue };
            let found = standing(index, &self.facts, policy, &mut taints);
            let found = found.expect("memory can be read");
            let Some(found) = found else { continue };
            let count = match found.standing {
                Standing::Proposed => &mut counts.proposed,
                Standing::Standing => &mut counts.standing,
                Standing::Disputed => &mut counts.disputed,
                Standing::Superseded => &mut counts.superseded,
                Standing::Retracted => &mut counts.retracted,
                Standing::Tainted => &mut counts.tainted,
            };
            *count += 1;
        }
        counts
    }

    fn policy(&self, id: &ObjectId) -> Option<Policy> {
        match self.objects.object(id) {
            ObjectState::Present(bytes) if ObjectId::of(&bytes) == *id => {
                object::parse(&bytes).ok()
            }
            _ => None,
        }
    }
}
