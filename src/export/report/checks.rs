//! Checks in a period: by month, rating, claimant, publisher, language and reviewer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use super::given::{GivenVerdict, Name};
use super::stood::Stood;
use super::{Given, Period, Table};
use crate::export::Standing;
use crate::words::policy::RatingCode;
use crate::words::time::Timestamp;
use crate::words::verdict::VerdictChange;

/// Months without anything are listed between others, unless the period has more months than these.
const MOST_MONTHS: usize = 600;

/// The checks of a period.
pub(super) struct Checks<'g> {
    given: &'g Given,
    pub(super) period: Period,
    pub(super) all: Vec<Check<'g>>,
    pub(super) stood: Stood<'g>,
}

/// A check: a verdict that takes no other's place, and the latest one of its line.
pub(super) struct Check<'g> {
    pub(super) first: &'g GivenVerdict,
    pub(super) last: &'g GivenVerdict,
    /// Whether it was corrected, rated otherwise or retracted since.
    pub(super) is_corrected: bool,
}

impl<'g> Checks<'g> {
    pub(super) fn of(given: &'g Given, period: Period) -> Self {
        let stood = Stood::of(given);
        let firsts = given.verdicts.iter();
        let firsts = firsts.filter(|(_, first)| first.supersedes.is_none() && period.has(first.at));
        let check = |(index, first): (&u64, &'g GivenVerdict)| {
            let (mut index, mut last) = (*index, first);
            let mut is_corrected = stood.retraction(index, first).is_some();
            // What takes another's place comes after it.
            while let Some(next) = last.superseded_by.filter(|next| *next > index) {
                let Some(verdict) = given.verdicts.get(&next) else {
                    break;
                };
                let change = stood.change(next, verdict);
                is_corrected |= change.is_some_and(|(_, how)| how != VerdictChange::Update);
                is_corrected |= stood.retraction(next, verdict).is_some();
                (index, last) = (next, verdict);
            }
            Check {
                first,
                last,
                is_corrected,
            }
        };
        Self {
            given,
            period,
            all: firsts.map(check).collect(),
            stood,
        }
    }

    /// Returns the claim of a check as it is worded now.
    fn claimant(&self, check: &Check<'_>) -> Name {
        let claim = self.given.claims.get(&check.last.claim);
        claim.map_or(Name::Gone, |claim| claim.claimant.clone())
    }

    fn publisher(&self, check: &Check<'_>) -> Name {
        let claim = self.given.claims.get(&check.last.claim);
        let source = claim.and_then(|claim| self.given.sources.get(&claim.source));
        source.map_or(Name::Gone, |source| source.publisher.clone())
    }

    fn language(&self, check: &Check<'_>) -> Name {
        let claim = self.given.claims.get(&check.last.claim);
        claim.map_or(Name::Gone, |claim| claim.language.clone())
    }

    /// Returns the codes of the scale, then those that are on it no more.
    fn codes(&self) -> Vec<&RatingCode> {
        let mut codes: Vec<&RatingCode> = self.given.scale.iter().map(|(code, _)| code).collect();
        let used: BTreeSet<&RatingCode> = self.all.iter().map(|check| &check.last.rating).collect();
        let gone: Vec<&RatingCode> = used
            .into_iter()
            .filter(|code| !codes.contains(code))
            .collect();
        codes.extend(gone);
        codes
    }

    pub(super) fn ratings(&self) -> Table {
        let mut table = Table::new(
            "ratings",
            "Checks by rating",
            "Checks signed in the period, by the rating of the latest verdict in their line; and how \
             many of those stand. Ratings are in the order of the policy's scale.",
            &[
                ("rating", "Code"),
                ("label", "Rating"),
                ("checks", "Checks"),
                ("standing", "Standing"),
            ],
        );
        for code in self.codes() {
            let own = self.all.iter().filter(|check| check.last.rating == *code);
            let standing = own.clone().filter(|check| check.stands()).count() as u64;
            let scale = self.given.scale.iter();
            let mut labels = scale.filter(|(known, _)| known == code);
            let label = labels.next().map(|(_, label)| label.clone());
            table.push([
                code.as_str().into(),
                label.into(),
                (own.count() as u64).into(),
                standing.into(),
            ]);
        }
        table
    }

    pub(super) fn standings(&self) -> Table {
        let mut table = Table::new(
            "standings",
            "Checks by standing",
            "Checks signed in the period, by what stands of the latest verdict in their line. Proposed: \
             the policy asks for approvals that it has not. Disputed: an approver disputes it. \
             Retracted: taken back. Tainted: its key was revoked since, from before it.",
            &[("standing", "Standing"), ("checks", "Checks")],
        );
        for standing in [
            Standing::Standing,
            Standing::Proposed,
            Standing::Disputed,
            Standing::Retracted,
            Standing::Tainted,
        ] {
            let own = self
                .all
                .iter()
                .filter(|check| check.last.standing == standing);
            table.push([standing.as_str().into(), (own.count() as u64).into()]);
        }
        table
    }

    /// Groups the checks by a name, the most frequent first.
    fn by(&self, name: impl Fn(&Check<'g>) -> Name) -> Vec<(Name, Vec<&Check<'g>>)> {
        let mut groups: BTreeMap<Name, Vec<&Check<'g>>> = BTreeMap::new();
        for check in &self.all {
            groups.entry(name(check)).or_default().push(check);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, checks)| std::cmp::Reverse(checks.len()));
        groups
    }

    fn named(&self, mut table: Table, name: impl Fn(&Check<'g>) -> Name) -> Table {
        for (name, checks) in self.by(name) {
            let standing = checks.iter().filter(|check| check.stands()).count() as u64;
            table.push([
                name.as_str().into(),
                (checks.len() as u64).into(),
                standing.into(),
                self.rated(&checks).into(),
            ]);
        }
        table
    }

    /// Says in words how often each rating was given, in the order of the scale.
    fn rated(&self, checks: &[&Check<'g>]) -> String {
        let counted = self.codes().into_iter().filter_map(|code| {
            let count = checks.iter().filter(|c| c.last.rating == *code).count();
            (count > 0).then(|| format!("{code} {count}"))
        });
        counted.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn claimants(&self) -> Table {
        let table = Table::new(
            "claimants",
            "Checks by claimant",
            "Checks signed in the period, by who made the claim, as the claim names them: for whether \
             claims are chosen without regard to party. Ratings are those of the latest verdicts.",
            &[
                ("claimant", "Claimant"),
                ("checks", "Checks"),
                ("standing", "Standing"),
                ("ratings", "Ratings"),
            ],
        );
        self.named(table, |check| self.claimant(check))
    }

    pub(super) fn claimants_by_rating(&self) -> Table {
        let mut table = Table::new(
            "claimants_by_rating",
            "Claimants and ratings",
            "Checks signed in the period, by who made the claim and by the rating of the latest verdict: \
             a row for each of both that occur together.",
            &[
                ("claimant", "Claimant"),
                ("rating", "Code"),
                ("checks", "Checks"),
            ],
        );
        let codes = self.codes();
        for (name, checks) in self.by(|check| self.claimant(check)) {
            for code in &codes {
                let count = checks.iter().filter(|c| c.last.rating == **code).count();
                if count > 0 {
                    table.push([
                        name.as_str().into(),
                        code.as_str().into(),
                        (count as u64).into(),
                    ]);
                }
            }
        }
        table
    }

    pub(super) fn publishers(&self) -> Table {
        let table = Table::new(
            "publishers",
            "Checks by publisher",
            "Checks signed in the period, by the publisher of the source in which the claim stands; \
             where none is recorded, by the site that it is from.",
            &[
                ("publisher", "Publisher"),
                ("checks", "Checks"),
                ("standing", "Standing"),
                ("ratings", "Ratings"),
            ],
        );
        self.named(table, |check| self.publisher(check))
    }

    pub(super) fn languages(&self) -> Table {
        let table = Table::new(
            "languages",
            "Checks by language",
            "Checks signed in the period, by the language of the claim.",
            &[
                ("language", "Language"),
                ("checks", "Checks"),
                ("standing", "Standing"),
                ("ratings", "Ratings"),
            ],
        );
        self.named(table, |check| self.language(check))
    }

    pub(super) fn reviewers(&self) -> Table {
        let mut table = Table::new(
            "reviewers",
            "What each signer did",
            "What was signed in the period, by the name of the key: checks; changes, which are verdicts \
             that take another's place; retractions; approvals and disputes of others' verdicts; all \
             whether they stood or not.",
            &[
                ("reviewer", "Signer"),
                ("checks", "Checks"),
                ("changes", "Changes"),
                ("retractions", "Retractions"),
                ("approvals", "Approvals"),
                ("disputes", "Disputes"),
            ],
        );
        let mut done: BTreeMap<&str, [u64; 5]> = BTreeMap::new();
        let mut count = |name: &'g str, what: usize, at: Timestamp| {
            if self.period.has(at) {
                done.entry(name).or_default()[what] += 1;
            }
        };
        for verdict in self.given.verdicts.values() {
            count(
                &verdict.by,
                usize::from(verdict.supersedes.is_some()),
                verdict.at,
            );
            if let Some(retraction) = &verdict.retraction {
                count(&retraction.by, 2, retraction.at);
            }
        }
        for decision in self.given.decisions.values() {
            count(
                &decision.by,
                if decision.approves { 3 } else { 4 },
                decision.at,
            );
        }
        for (name, [checks, changes, retractions, approvals, disputes]) in done {
            table.push([
                name.into(),
                checks.into(),
                changes.into(),
                retractions.into(),
                approvals.into(),
                disputes.into(),
            ]);
        }
        table
    }

    pub(super) fn months(&self) -> Table {
        let mut table = Table::new(
            "months",
            "By month",
            "What was signed in each month in UTC, as its authors say: sources taken in, claims recorded, \
             checks, changes (verdicts that take another's place), retractions, whether they stood or \
             not.",
            &[
                ("month", "Month"),
                ("sources", "Sources"),
                ("claims", "Claims"),
                ("checks", "Checks"),
                ("changes", "Changes"),
                ("retractions", "Retractions"),
            ],
        );
        let mut months: BTreeMap<(i32, u32), [u64; 5]> = BTreeMap::new();
        let mut count = |what: usize, at: Timestamp| {
            if self.period.has(at) {
                months.entry(month(at.date())).or_default()[what] += 1;
            }
        };
        self.given
            .sources
            .values()
            .for_each(|source| count(0, source.at));
        self.given
            .claims
            .values()
            .for_each(|claim| count(1, claim.at));
        for verdict in self.given.verdicts.values() {
            count(2 + usize::from(verdict.supersedes.is_some()), verdict.at);
            if let Some(retraction) = &verdict.retraction {
                count(4, retraction.at);
            }
        }
        let ends = months
            .keys()
            .next()
            .copied()
            .zip(months.keys().next_back().copied());
        for between in ends.map_or_else(Vec::new, |(first, last)| months_between(first, last)) {
            months.entry(between).or_default();
        }
        for ((year, month), [sources, claims, checks, changes, retractions]) in months {
            table.push([
                format!("{year:04}-{month:02}").into(),
                sources.into(),
                claims.into(),
                checks.into(),
                changes.into(),
                retractions.into(),
            ]);
        }
        table
    }
}

impl Check<'_> {
    pub(super) fn stands(&self) -> bool {
        self.last.standing == Standing::Standing
    }
}

fn month(day: NaiveDate) -> (i32, u32) {
    (day.year(), day.month())
}

/// Returns all months from one to another, if they are not too many.
fn months_between(first: (i32, u32), last: (i32, u32)) -> Vec<(i32, u32)> {
    let next = |(year, month): &(i32, u32)| {
        Some(if *month == 12 {
            (year + 1, 1)
        } else {
            (*year, month + 1)
        })
    };
    let months = std::iter::successors(Some(first), next).take_while(|month| *month <= last);
    let months: Vec<_> = months.take(MOST_MONTHS + 1).collect();
    if months.len() > MOST_MONTHS {
        vec![]
    } else {
        months
    }
}
