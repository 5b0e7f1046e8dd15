//! A slow, obvious model of a report: each number counted by its definition, over made-up ledgers.
//!
//! It is long, for it counts every table on its own, and nothing of it is used by what it checks.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::too_many_lines,
    clippy::wildcard_imports,
    reason = "a model's numbers are small, and it says all that it says of what is given"
)]

use std::collections::BTreeSet;

use chrono::Datelike as _;

use super::given::*;
use super::{Cell, Given, Period, Report};
use crate::export::Standing;
use crate::words::id::{EntryId, VerdictId};
use crate::words::time::Timestamp;
use crate::words::verdict::VerdictChange;

/// A stream of numbers that a seed gives (xorshift).
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

const NAMES: [&str; 4] = ["Ada Venn", "Bo Lund", "Cy Marsh", "the council"];
const RATINGS: [&str; 4] = ["true", "half-true", "false", "gone-from-scale"];
const SIGNERS: [&str; 3] = [
    "desk.example/alice",
    "desk.example/bob",
    "desk.example/carol",
];

fn name(numbers: &mut Numbers) -> Name {
    match numbers.below(8) {
        0 => Name::None,
        1 => Name::Withheld,
        2 => Name::Gone,
        3 => Name::Narration,
        n => Name::Known(NAMES[(n - 4) as usize].to_owned()),
    }
}

/// Makes up a ledger: entries in a random order of kinds, times that mostly grow.
pub(super) fn made_up(seed: u64) -> Given {
    let numbers = &mut Numbers::new(seed);
    let mut given = Given {
        desk: "Desk".to_owned(),
        ledger: EntryId([1; 32]),
        origin: "desk.example/facts".to_owned(),
        size: 0,
        root: "AAAA".to_owned(),
        scale: RATINGS[..3]
            .iter()
            .map(|code| (code.parse().expect("a code"), code.to_uppercase()))
            .collect(),
        sources: [].into(),
        claims: [].into(),
        verdicts: [].into(),
        decisions: [].into(),
    };
    // 2025-11-20.
    let mut clock = 1_763_596_800_i64;
    let pick = |numbers: &mut Numbers, of: &[u64]| of[numbers.below(of.len() as u64) as usize];
    for index in 1..=numbers.below(120) {
        clock += numbers.below(4 * 86_400) as i64 - 3600;
        let at = chrono::DateTime::from_timestamp(clock, 0).expect("a time");
        let at = Timestamp::new(at).expect("in range");
        let by = SIGNERS[numbers.below(3) as usize].to_owned();
        let sources: Vec<u64> = given.sources.keys().copied().collect();
        let claims: Vec<u64> = given.claims.keys().copied().collect();
        let verdicts: Vec<u64> = given.verdicts.keys().copied().collect();
        match numbers.below(6) {
            0 => {
                given.sources.insert(
                    index,
                    GivenSource {
                        at,
                        by,
                        publisher: name(numbers),
                        keeping: [
                            Keeping::Copy,
                            Keeping::Withheld,
                            Keeping::Gone,
                            Keeping::Reference,
                        ][numbers.below(4) as usize],
                        is_gone: numbers.below(9) == 0,
                    },
                );
            }
            1 if !sources.is_empty() => {
                let line = match claims.as_slice() {
                    [] => index,
                    claims if numbers.below(4) == 0 => given.claims[&pick(numbers, claims)].line,
                    _ => index,
                };
                given.claims.insert(
                    index,
                    GivenClaim {
                        at,
                        by,
                        source: pick(numbers, &sources),
                        line,
                        text: Some(format!("claim {index}")),
                        claimant: name(numbers),
                        language: Name::Known(["en", "de"][numbers.below(2) as usize].to_owned()),
                        is_gone: numbers.below(9) == 0,
                    },
                );
            }
            2 | 3 if !claims.is_empty() => {
                let open: Vec<u64> = verdicts
                    .iter()
                    .copied()
                    .filter(|v| {
                        let verdict = &given.verdicts[v];
                        verdict.superseded_by.is_none() && verdict.retraction.is_none()
                    })
                    .collect();
                let supersedes = (!open.is_empty() && numbers.below(2) == 0).then(|| {
                    let change = [
                        VerdictChange::Update,
                        VerdictChange::Correction,
                        VerdictChange::Rating,
                    ][numbers.below(3) as usize];
                    (pick(numbers, &open), change)
                });
                let claim = match supersedes {
                    Some((older, _)) => given.verdicts[&older].claim,
                    None => pick(numbers, &claims),
                };
                if let Some((older, _)) = supersedes {
                    let older = given.verdicts.get_mut(&older).expect("there");
                    older.superseded_by = Some(index);
                    older.standing = Standing::Superseded;
                }
                let content = (numbers.below(7) > 0).then(|| GivenContent {
                    reason: Some(format!("reason {index}")),
                    evidence: (0..numbers.below(8))
                        .filter(|_| !sources.is_empty())
                        .map(|_| (pick(numbers, &sources), numbers.below(3) == 0))
                        .collect(),
                    conflicts: numbers.below(5) / 4,
                });
                given.verdicts.insert(
                    index,
                    GivenVerdict {
                        id: VerdictId([index as u8; 32]),
                        at,
                        by,
                        claim,
                        rating: RATINGS[numbers.below(4) as usize].parse().expect("a code"),
                        standing: [
                            Standing::Standing,
                            Standing::Standing,
                            Standing::Proposed,
                            Standing::Disputed,
                            Standing::Tainted,
                        ][numbers.below(5) as usize],
                        approvals_needed: numbers.below(3) as u32,
                        approvals: vec![],
                        supersedes,
                        superseded_by: None,
                        retraction: None,
                        content,
                    },
                );
            }
            4 if !verdicts.is_empty() => {
                let verdict = pick(numbers, &verdicts);
                let approves = numbers.below(2) == 0;
                let is_tainted = numbers.below(6) == 0;
                given.decisions.insert(
                    index,
                    GivenDecision {
                        at,
                        holder: [by.len() as u8; 32],
                        by,
                        verdict,
                        approves,
                        is_tainted,
                    },
                );
                if approves && !is_tainted {
                    let verdict = given.verdicts.get_mut(&verdict).expect("there");
                    verdict.approvals.push(index);
                }
            }
            5 if !verdicts.is_empty() => {
                let verdict = given
                    .verdicts
                    .get_mut(&pick(numbers, &verdicts))
                    .expect("there");
                if verdict.superseded_by.is_none() && verdict.retraction.is_none() {
                    verdict.standing = Standing::Retracted;
                    verdict.retraction = Some(GivenRetraction {
                        index,
                        at,
                        by,
                        reason: None,
                    });
                }
            }
            _ => {}
        }
        given.size = index + 1;
    }
    given
}

/// The period in the middle of what was made up, or none.
fn period(seed: u64) -> Period {
    let day = |text: &str| Some(text.parse().expect("a day"));
    match seed % 4 {
        0 => Period::default(),
        1 => Period {
            from: day("2025-12-01"),
            to: None,
        },
        2 => Period {
            from: None,
            to: day("2026-01-15"),
        },
        _ => Period {
            from: day("2025-12-10"),
            to: day("2026-02-10"),
        },
    }
}

/// The smallest value that so many of a hundred values do not exceed.
fn rank(values: &[u64], percent: usize) -> Option<u64> {
    let enough = |most: &u64| {
        let within = values.iter().filter(|value| *value <= most).count();
        within * 100 >= values.len() * percent
    };
    values.iter().copied().filter(|value| enough(value)).min()
}

fn whole_days(from: Timestamp, to: Timestamp) -> u64 {
    ((to.seconds() - from.seconds()).max(0) / 86_400) as u64
}

struct Model<'g> {
    given: &'g Given,
    period: Period,
}

impl<'g> Model<'g> {
    /// The verdict that took a verdict's place, by looking at all.
    fn next(&self, of: u64) -> Option<u64> {
        let mut newer = self.given.verdicts.iter();
        newer
            .find(|(_, verdict)| verdict.supersedes.is_some_and(|(older, _)| older == of))
            .map(|(index, _)| *index)
    }

    fn line(&self, first: u64) -> Vec<&'g GivenVerdict> {
        let mut line = vec![&self.given.verdicts[&first]];
        let mut at = first;
        while let Some(next) = self.next(at) {
            line.push(&self.given.verdicts[&next]);
            at = next;
        }
        line
    }

    /// The lines of verdicts that begin in the period.
    fn checks(&self) -> Vec<Vec<&'g GivenVerdict>> {
        let verdicts = self.given.verdicts.iter();
        let begin = verdicts.filter(|(_, v)| v.supersedes.is_none() && self.period.has(v.at));
        begin.map(|(index, _)| self.line(*index)).collect()
    }

    /// Says whether a verdict has stood, by asking after each decision who had said what last.
    fn stood(&self, index: u64) -> bool {
        let verdict = &self.given.verdicts[&index];
        let ends = [
            self.next(index),
            verdict.retraction.as_ref().map(|r| r.index),
        ];
        let is_before = |at: u64| ends.iter().flatten().all(|end| at < *end);
        let said: Vec<&GivenDecision> = self
            .given
            .decisions
            .iter()
            .filter(|(at, d)| d.verdict == index && is_before(**at))
            .map(|(_, d)| d)
            .collect();
        verdict.standing == Standing::Standing
            || verdict.approvals_needed == 0
            || (1..=said.len()).any(|n| {
                let mut holders: Vec<[u8; 32]> = said[..n].iter().map(|d| d.holder).collect();
                holders.sort_unstable();
                holders.dedup();
                let last = |holder: &[u8; 32]| {
                    let mut own = said[..n].iter().filter(|d| d.holder == *holder);
                    own.next_back().expect("one").approves
                };
                holders.len() >= verdict.approvals_needed as usize && holders.iter().all(last)
            })
    }

    /// What a verdict changed of what had stood, where it stood itself: the older one, and the tier.
    fn change(&self, index: u64) -> Option<(u64, VerdictChange)> {
        let verdict = &self.given.verdicts[&index];
        let (direct, change) = verdict.supersedes?;
        let mut older = direct;
        while !self.stood(older) {
            older = self.given.verdicts[&older].supersedes?.0;
        }
        let is_same = self.given.verdicts[&older].rating == verdict.rating;
        self.stood(index).then_some(match change {
            change if older == direct => (older, change),
            _ if !is_same => (older, VerdictChange::Rating),
            VerdictChange::Rating => (older, VerdictChange::Correction),
            change => (older, change),
        })
    }

    fn totals(&self) -> Vec<(&'static str, Option<u64>)> {
        let given = self.given;
        let has = |at: Timestamp| self.period.has(at);
        let count = |n: usize| Some(n as u64);
        let checks = self.checks();
        let stand = |standing: Standing| {
            count(
                checks
                    .iter()
                    .filter(|line| line[line.len() - 1].standing == standing)
                    .count(),
            )
        };
        let changed = |change: VerdictChange| {
            let mut n = 0;
            for (index, verdict) in &given.verdicts {
                if has(verdict.at) && matches!(self.change(*index), Some((_, c)) if c == change) {
                    n += 1;
                }
            }
            count(n)
        };
        let (mut retracted, mut unseen) = (0, 0);
        for (index, verdict) in &given.verdicts {
            let is_retracted = verdict.retraction.as_ref().is_some_and(|r| has(r.at));
            retracted += usize::from(is_retracted && self.stood(*index));
            unseen += usize::from(is_retracted && !self.stood(*index));
            let mut line = std::iter::successors(verdict.supersedes, |(older, _)| {
                given.verdicts[older].supersedes
            });
            let is_first_seen = !line.any(|(older, _)| self.stood(older));
            unseen += usize::from(has(verdict.at) && verdict.supersedes.is_some() && is_first_seen);
        }
        let mut corrected = 0;
        for line in &checks {
            let wrong = line.iter().any(|verdict| {
                let index = u64::from(verdict.id.0[0]);
                verdict.retraction.is_some() && self.stood(index)
                    || matches!(self.change(index), Some((_, c)) if c != VerdictChange::Update)
            });
            corrected += usize::from(wrong);
        }
        let mut took = vec![];
        let mut lines = BTreeSet::new();
        let mut cited = vec![];
        for line in &checks {
            let claim = &given.claims[&line[0].claim];
            took.push(whole_days(given.sources[&claim.source].at, line[0].at));
            lines.insert(claim.line);
            if let Some(content) = &line[line.len() - 1].content {
                let mut sources: Vec<u64> = content.evidence.iter().map(|(s, _)| *s).collect();
                sources.sort_unstable();
                sources.dedup();
                cited.push(sources.len() as u64);
            }
        }
        vec![
            (
                "sources",
                count(given.sources.values().filter(|s| has(s.at)).count()),
            ),
            (
                "claims",
                count(given.claims.values().filter(|c| has(c.at)).count()),
            ),
            ("checks", count(checks.len())),
            ("claims_checked", count(lines.len())),
            (
                "verdicts",
                count(given.verdicts.values().filter(|v| has(v.at)).count()),
            ),
            ("standing", stand(Standing::Standing)),
            ("proposed", stand(Standing::Proposed)),
            ("tainted", stand(Standing::Tainted)),
            ("updates", changed(VerdictChange::Update)),
            ("corrections", changed(VerdictChange::Correction)),
            ("rating_changes", changed(VerdictChange::Rating)),
            ("retractions", count(retracted)),
            ("changed_before_it_stood", count(unseen)),
            ("checks_corrected", count(corrected)),
            ("days_to_check_median", rank(&took, 50)),
            ("days_to_check_p90", rank(&took, 90)),
            ("sources_cited_median", rank(&cited, 50)),
            (
                "sources_gone",
                count(
                    given
                        .sources
                        .values()
                        .filter(|s| has(s.at) && s.is_gone)
                        .count(),
                ),
            ),
            (
                "claims_gone",
                count(
                    given
                        .claims
                        .values()
                        .filter(|c| has(c.at) && c.is_gone)
                        .count(),
                ),
            ),
            (
                "verdicts_gone",
                count(
                    given
                        .verdicts
                        .values()
                        .filter(|v| has(v.at) && v.content.is_none())
                        .count(),
                ),
            ),
        ]
    }

    /// The days that each correction and retraction of the period took, with its kind.
    fn changes(&self) -> Vec<(&'static str, u64)> {
        let mut changes = vec![];
        for (index, verdict) in &self.given.verdicts {
            if let Some((older, change)) = self.change(*index)
                && self.period.has(verdict.at)
            {
                let tier = match change {
                    VerdictChange::Update => "update",
                    VerdictChange::Correction => "correction",
                    VerdictChange::Rating => "rating",
                };
                changes.push((tier, whole_days(self.given.verdicts[&older].at, verdict.at)));
            }
            if let Some(retraction) = &verdict.retraction
                && self.period.has(retraction.at)
                && self.stood(*index)
            {
                changes.push(("retraction", whole_days(verdict.at, retraction.at)));
            }
        }
        changes
    }
}

fn number(report: &Report, table: &str, key: &str, column: &str) -> Option<u64> {
    report
        .table(table)
        .expect(table)
        .cell(key, column)?
        .number()
}

fn sum(report: &Report, table: &str, column: &str) -> u64 {
    let table = report.table(table).expect(table);
    let at = table.column(column).expect(column);
    table.rows.iter().filter_map(|row| row[at].number()).sum()
}

#[test]
fn every_number_is_what_its_definition_says() {
    let mut seen = BTreeSet::new();
    for seed in 0..300 {
        let given = made_up(seed);
        let model = Model {
            given: &given,
            period: period(seed),
        };
        let report = Report::of(&given, model.period);
        for (figure, value) in model.totals() {
            assert_eq!(
                number(&report, "totals", figure, "value"),
                value,
                "{figure}, seed {seed}"
            );
            seen.extend(value.filter(|value| *value > 0).map(|_| figure));
        }
        let totals = report.table("totals").expect("totals");
        assert_eq!(
            totals.rows.len(),
            model.totals().len(),
            "a figure has no model"
        );

        let checks = model.checks();
        for code in RATINGS {
            let own: Vec<_> = checks
                .iter()
                .map(|line| line[line.len() - 1])
                .filter(|last| last.rating.as_str() == code)
                .collect();
            let stand = own
                .iter()
                .filter(|v| v.standing == Standing::Standing)
                .count() as u64;
            let got = number(&report, "ratings", code, "checks").unwrap_or(0);
            assert_eq!(got, own.len() as u64, "{code}, seed {seed}");
            assert_eq!(
                number(&report, "ratings", code, "standing").unwrap_or(0),
                stand
            );
        }
        for claimant in NAMES
            .into_iter()
            .chain(["(not recorded)", "(withheld)", "(erased)"])
        {
            let own = checks.iter().filter(|line| {
                given.claims[&line[line.len() - 1].claim].claimant.as_str() == claimant
            });
            let got = number(&report, "claimants", claimant, "checks").unwrap_or(0);
            assert_eq!(got, own.count() as u64, "{claimant}, seed {seed}");
        }
        for table in [
            "ratings",
            "standings",
            "claimants",
            "claimants_by_rating",
            "publishers",
            "languages",
        ] {
            assert_eq!(
                sum(&report, table, "checks"),
                checks.len() as u64,
                "{table}, seed {seed}"
            );
        }

        let changes = model.changes();
        let rows = &report.table("corrections").expect("corrections").rows;
        assert_eq!(rows.len(), changes.len());
        for tier in ["update", "correction", "rating", "retraction"] {
            let own = changes.iter().filter(|(own, _)| *own == tier);
            let days: Vec<u64> = own.map(|(_, days)| *days).collect();
            let got = |column| number(&report, "correction_tiers", tier, column);
            assert_eq!(
                got("changes"),
                Some(days.len() as u64),
                "{tier}, seed {seed}"
            );
            assert_eq!(got("median_days"), rank(&days, 50), "{tier}, seed {seed}");
            assert_eq!(got("p90_days"), rank(&days, 90), "{tier}, seed {seed}");
            assert_eq!(
                got("longest_days"),
                days.iter().copied().max(),
                "{tier}, seed {seed}"
            );
        }
        let wrong = changes.iter().filter(|(tier, _)| *tier != "update").count() as u64;
        assert_eq!(
            sum(&report, "correction_delays", "changes"),
            wrong,
            "seed {seed}"
        );
        for (key, least, most) in [("same day", 0, 0), ("2–3 days", 2, 3), ("8–14 days", 8, 14)]
        {
            let own = changes
                .iter()
                .filter(|(tier, days)| *tier != "update" && (least..=most).contains(days));
            let got = number(&report, "correction_delays", key, "changes");
            assert_eq!(got, Some(own.count() as u64), "{key}, seed {seed}");
        }
        signed_by_each(&model, &report);
        by_month(&model, &report);
        rests_on(&model, &report);
    }
    assert_eq!(seen.len(), 20, "a figure was never more than 0: {seen:?}");
}

fn signed_by_each(model: &Model<'_>, report: &Report) {
    let given = model.given;
    for signer in SIGNERS {
        let own = |by: &str, at| by == signer && model.period.has(at);
        let mut done = [0; 5];
        for verdict in given.verdicts.values() {
            if own(&verdict.by, verdict.at) {
                done[usize::from(verdict.supersedes.is_some())] += 1;
            }
            if verdict
                .retraction
                .as_ref()
                .is_some_and(|r| own(&r.by, r.at))
            {
                done[2] += 1;
            }
        }
        for decision in given.decisions.values() {
            if own(&decision.by, decision.at) {
                done[if decision.approves { 3 } else { 4 }] += 1;
            }
        }
        let columns = ["checks", "changes", "retractions", "approvals", "disputes"];
        for (column, count) in columns.into_iter().zip(done) {
            let got = number(report, "reviewers", signer, column).unwrap_or(0);
            assert_eq!(got, count, "{signer}, {column}");
        }
    }
    let disputes = given
        .decisions
        .values()
        .filter(|d| !d.approves && model.period.has(d.at));
    assert_eq!(
        report.table("disputes").expect("there").rows.len(),
        disputes.count()
    );
}

fn by_month(model: &Model<'_>, report: &Report) {
    let months = report.table("months").expect("months");
    let mut before: Option<(i32, u32)> = None;
    for row in &months.rows {
        let Cell::Words(month) = &row[0] else {
            panic!("a month")
        };
        let (year, number) = month.split_once('-').expect("a month");
        let (year, number): (i32, u32) = (year.parse().expect("n"), number.parse().expect("n"));
        let follows =
            before.is_none_or(|(y, m)| (y * 12 + m as i32) + 1 == year * 12 + number as i32);
        assert!(follows, "{month} follows {before:?}");
        before = Some((year, number));
        let is_in = |at: Timestamp| {
            let day = at.date();
            model.period.has(at) && (day.year(), day.month()) == (year, number)
        };
        let verdicts = model.given.verdicts.values();
        let checks = verdicts
            .filter(|v| v.supersedes.is_none() && is_in(v.at))
            .count();
        assert_eq!(row[3].number(), Some(checks as u64), "{month}");
        let sources = model.given.sources.values().filter(|s| is_in(s.at)).count();
        assert_eq!(row[1].number(), Some(sources as u64), "{month}");
    }
    let retractions = model.given.verdicts.values();
    let retractions = retractions.filter_map(|v| v.retraction.as_ref());
    let retractions = retractions.filter(|r| model.period.has(r.at)).count() as u64;
    assert_eq!(sum(report, "months", "retractions"), retractions);
    for (column, figure) in [("checks", "checks"), ("sources", "sources")] {
        assert_eq!(
            Some(sum(report, "months", column)),
            number(report, "totals", figure, "value")
        );
    }
}

fn rests_on(model: &Model<'_>, report: &Report) {
    let checks = model.checks();
    let contents: Vec<_> = checks
        .iter()
        .filter_map(|line| line[line.len() - 1].content.as_ref())
        .collect();
    let value = |figure| number(report, "evidence", figure, "value");
    assert_eq!(value("checks_read"), Some(contents.len() as u64));
    let primary = contents
        .iter()
        .filter(|c| c.evidence.iter().any(|(_, p)| *p))
        .count();
    assert_eq!(value("checks_with_primary"), Some(primary as u64));
    let pieces: u64 = contents.iter().map(|c| c.evidence.len() as u64).sum();
    assert_eq!(value("pieces"), Some(pieces));
    let kinds = ["copies", "withheld", "erased", "references"];
    assert_eq!(
        kinds.iter().filter_map(|kind| value(kind)).sum::<u64>(),
        pieces
    );
    assert_eq!(
        sum(report, "sources_cited", "checks"),
        contents.len() as u64
    );
}
