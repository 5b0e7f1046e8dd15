//! Going through a whole ledger: what is known of its entries, and its entries in their order.

use super::index::Reading;
use super::{Ledger, LedgerError, Record};
use crate::audit::facts::{Detail, EntryFacts, Facts as _};
use crate::audit::memory::MemoryFacts;
use crate::audit::rows::{self, RowFacts};
use crate::audit::standing::{self, VerdictStanding};
use crate::audit::taint::Taints;
use crate::entry::Entry;

impl Ledger {
    /// Goes through what is known of all entries, in log order. No entry and no object is read.
    pub fn survey(&self) -> impl Iterator<Item = Result<(u64, EntryFacts), LedgerError>> + '_ {
        let size = self.tree_head().size;
        let rows = self.store.facts_from(&rows::entry_at(0));
        let rows = rows.take(usize::try_from(size).unwrap_or(usize::MAX));
        rows.zip(0..).map(|(row, index)| {
            let (key, value) = row?;
            if rows::entry_of_key(&key) != Some(index) {
                return Err(LedgerError::NoIndex(index));
            }
            let known = EntryFacts::parse(&value);
            Ok((index, known.map_err(|e| LedgerError::Rows(e.into()))?))
        })
    }

    /// Returns what is known of all entries and signers, in memory: for what asks about all of them.
    pub fn known(&self) -> Result<MemoryFacts, LedgerError> {
        let mut known = MemoryFacts::new();
        let Ok(()) = known.set_ledger(self.ledger_facts()?);
        for signer in self.keys()? {
            let Ok(()) = known.set_signer(signer);
        }
        let mut next = 0;
        for entry in self.survey() {
            let (index, entry) = entry?;
            let Ok(()) = known.set_entry(index, entry);
            next = index + 1;
        }
        if next < self.tree_head().size {
            return Err(LedgerError::NoIndex(next));
        }
        for row in self.store.facts_with_prefix(rows::REAFFIRMATIONS) {
            let (key, value) = row?;
            let read = rows::parse_reaffirmation(&key, &value);
            let (entry, by, before) =
                read.ok_or_else(|| LedgerError::Rows("a row of no reaffirmation".into()))?;
            let Ok(()) = known.set_reaffirmed_before(entry, by, before);
        }
        Ok(known)
    }

    /// Goes through the entries from an index on, in log order.
    pub fn entries_from(
        &self,
        index: u64,
    ) -> impl Iterator<Item = Result<Record, LedgerError>> + use<> {
        self.store.entries_from(index).map(|row| {
            let (index, bytes) = row?;
            let entry =
                Entry::parse(&bytes).map_err(|source| LedgerError::Entry { index, source })?;
            Ok(Record { index, entry })
        })
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

    /// Says what stands of the verdict at an index, by what [`Self::known`] gave; `None` of what is no
    /// verdict, or a void one.
    pub fn standing_by(
        &self,
        known: &MemoryFacts,
        verdict: u64,
        taints: &mut Taints,
    ) -> Result<Option<VerdictStanding>, LedgerError> {
        let Ok(Some(entry)) = known.entry(verdict) else {
            return Ok(None);
        };
        let Detail::Verdict(facts) = entry.detail else {
            return Ok(None);
        };
        let policy = self.policy_of(&facts.policy)?;
        let Ok(standing) = standing::standing(verdict, known, &policy, taints);
        Ok(standing)
    }
}
