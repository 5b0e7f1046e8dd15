//! Going through a whole ledger by what is known of its entries, without reading an entry or object.

use super::index::Reading;
use super::{Ledger, LedgerError};
use crate::audit::facts::{Detail, EntryFacts, Facts as _};
use crate::audit::rows::RowFacts;
use crate::audit::standing::{self, VerdictStanding};
use crate::audit::taint::Taints;

impl Ledger {
    /// Goes through what is known of all entries, in log order. No entry and no object is read.
    pub fn survey(&self) -> impl Iterator<Item = Result<(u64, EntryFacts), LedgerError>> + '_ {
        (0..self.tree_head().size).map(|index| Ok((index, self.facts_at(index)?)))
    }

    /// Returns what is known of the entry at an index.
    pub fn facts_at(&self, index: u64) -> Result<EntryFacts, LedgerError> {
        let facts = self.store.facts();
        let known = RowFacts(Reading(&facts))
            .entry(index)
            .map_err(|e| LedgerError::Rows(e.into()))?;
        known.ok_or(LedgerError::NoIndex(index))
    }

    /// Says what stands of the verdicts at these indexes, in their order; of what is no verdict, or a
    /// void one, nothing.
    pub fn standings(
        &self,
        verdicts: impl IntoIterator<Item = u64>,
    ) -> Result<Vec<(u64, VerdictStanding)>, LedgerError> {
        // What is tainted is found out once for all of them.
        let mut taints = Taints::default();
        let facts = self.store.facts();
        let facts = RowFacts(Reading(&facts));
        let mut found = Vec::new();
        for index in verdicts {
            let Detail::Verdict(verdict) = self.facts_at(index)?.detail else {
                continue;
            };
            let policy = self.policy_of(&verdict.policy)?;
            let stands = standing::standing(index, &facts, &policy, &mut taints);
            let stands = stands.map_err(|e| LedgerError::Rows(e.into()))?;
            found.extend(stands.map(|standing| (index, standing)));
        }
        Ok(found)
    }
}
