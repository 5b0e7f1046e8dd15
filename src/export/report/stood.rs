//! Which verdicts have ever stood: what never did is no published change, and no published retraction.

use std::collections::{BTreeMap, BTreeSet};

use super::Given;
use super::given::{GivenRetraction, GivenVerdict};
use crate::export::{Standing, ever_stood, seen_change};
use crate::words::verdict::VerdictChange;

/// The verdicts of a ledger that stand, or have stood.
pub(super) struct Stood<'g> {
    given: &'g Given,
    stood: BTreeSet<u64>,
}

impl<'g> Stood<'g> {
    pub(super) fn of(given: &'g Given) -> Self {
        let mut decisions: BTreeMap<u64, Vec<(u64, [u8; 32], bool)>> = BTreeMap::new();
        for (index, decision) in &given.decisions {
            let own = decisions.entry(decision.verdict).or_default();
            own.push((*index, decision.holder, decision.approves));
        }
        let has_stood = |index: &u64, verdict: &GivenVerdict| {
            let retracted = verdict.retraction.as_ref().map(|by| by.index);
            let ends = [verdict.superseded_by, retracted];
            let end = ends.into_iter().flatten().min().unwrap_or(u64::MAX);
            let own = decisions.get(index).into_iter().flatten();
            let before = own.filter(|(at, ..)| *at < end);
            let said = before.map(|(_, holder, approves)| (*holder, *approves));
            verdict.standing == Standing::Standing || ever_stood(said, verdict.approvals_needed)
        };
        let verdicts = given.verdicts.iter();
        Self {
            given,
            stood: verdicts
                .filter(|(index, verdict)| has_stood(index, verdict))
                .map(|(index, _)| *index)
                .collect(),
        }
    }

    /// Returns the latest verdict that stood of those whose place a verdict took.
    fn before(&self, verdict: &GivenVerdict) -> Option<(u64, &'g GivenVerdict)> {
        let mut at = verdict.supersedes.map(|(older, _)| older);
        while let Some(index) = at {
            let older = self.given.verdicts.get(&index)?;
            if self.stood.contains(&index) {
                return Some((index, older));
            }
            // What is superseded comes before.
            at = older.supersedes.map(|(o, _)| o).filter(|o| *o < index);
        }
        None
    }

    /// Returns the verdict that one changed, as far as both have stood, and how.
    pub(super) fn change(
        &self,
        index: u64,
        verdict: &GivenVerdict,
    ) -> Option<(&'g GivenVerdict, VerdictChange)> {
        let (direct, change) = verdict.supersedes?;
        let (at, older) = self.before(verdict)?;
        let seen = if at == direct {
            change
        } else {
            seen_change(change, &older.rating, &verdict.rating)
        };
        self.stood.contains(&index).then_some((older, seen))
    }

    /// Returns how a verdict that stood was taken back.
    pub(super) fn retraction<'v>(
        &self,
        index: u64,
        verdict: &'v GivenVerdict,
    ) -> Option<&'v GivenRetraction> {
        let retraction = verdict.retraction.as_ref();
        retraction.filter(|_| self.stood.contains(&index))
    }

    /// Says whether a verdict was replaced before it, or any whose place it took, has stood.
    pub(super) fn is_replaced_unseen(&self, newer: &GivenVerdict) -> bool {
        newer.supersedes.is_some() && self.before(newer).is_none()
    }
}
