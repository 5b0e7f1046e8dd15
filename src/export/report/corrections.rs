//! Corrections: what was changed or taken back, why, by whom, and how long it took.

use super::checks::Checks;
use super::given::GivenVerdict;
use super::{Cell, Given, Table, days, percentile};
use crate::words::time::Timestamp;
use crate::words::verdict::VerdictChange;

/// The tiers, each with what it means.
const TIERS: [(&str, &str); 4] = [
    ("update", "something is new; the rating is the same"),
    ("correction", "something was wrong; the rating is the same"),
    ("rating", "the rating is another"),
    ("retraction", "taken back, with nothing in its place"),
];

/// The tiers together that say that something was wrong.
const WRONG: &str = "all but updates";

/// Delays are counted up to so many days, each group with its label.
const DELAYS: [(u64, &str); 9] = [
    (0, "same day"),
    (1, "1 day"),
    (3, "2–3 days"),
    (7, "4–7 days"),
    (14, "8–14 days"),
    (30, "15–30 days"),
    (90, "31–90 days"),
    (365, "91–365 days"),
    (u64::MAX, "longer"),
];

/// A change of a verdict, or its retraction.
struct Change<'g> {
    at: Timestamp,
    /// The index of the entry that says it: of two at one time, the log says which came first.
    index: u64,
    tier: &'static str,
    /// The verdict that was changed.
    older: &'g GivenVerdict,
    /// The one that took its place.
    newer: Option<&'g GivenVerdict>,
    by: &'g str,
    reason: Option<&'g str>,
}

impl Change<'_> {
    fn days(&self) -> u64 {
        days(self.older.at, self.at)
    }

    fn is_wrong(&self) -> bool {
        self.tier != TIERS[0].0
    }
}

/// Returns the name of a tier as the formats have it.
const fn tier(change: VerdictChange) -> &'static str {
    match change {
        VerdictChange::Update => TIERS[0].0,
        VerdictChange::Correction => TIERS[1].0,
        VerdictChange::Rating => TIERS[2].0,
    }
}

pub(super) fn tables(given: &Given, checks: &Checks<'_>) -> [Table; 3] {
    let mut changes = Vec::new();
    for (index, verdict) in &given.verdicts {
        if let Some((older, change)) = checks.stood.change(*index, verdict) {
            changes.push(Change {
                at: verdict.at,
                index: *index,
                tier: tier(change),
                older,
                newer: Some(verdict),
                by: &verdict.by,
                reason: verdict.content.as_ref().and_then(|c| c.reason.as_deref()),
            });
        }
        if let Some(retraction) = checks.stood.retraction(*index, verdict) {
            changes.push(Change {
                at: retraction.at,
                index: retraction.index,
                tier: TIERS[3].0,
                older: verdict,
                newer: None,
                by: &retraction.by,
                reason: retraction.reason.as_deref(),
            });
        }
    }
    changes.retain(|change| checks.period.has(change.at));
    changes.sort_by_key(|change| (change.at, change.index));
    [list(given, &changes), tiers(&changes), delays(&changes)]
}

fn list(given: &Given, changes: &[Change<'_>]) -> Table {
    let mut table = Table::new(
        "corrections",
        "Corrections",
        "Every verdict that took the place of another in the period, and every retraction, in the order \
         of their times, as far as both had stood: what kind of change, from which rating to which, the whole days since the verdict \
         that was changed, who signed the change and who that verdict, and the reason that was given.",
        &[
            ("day", "Day"),
            ("tier", "Kind"),
            ("from", "From"),
            ("to", "To"),
            ("days", "Days"),
            ("by", "By"),
            ("of", "Verdict by"),
            ("claim", "Claim"),
            ("reason", "Reason"),
            ("verdict", "Verdict changed"),
        ],
    );
    for change in changes {
        let claim = given.claims.get(&change.older.claim);
        table.push([
            change.at.date().to_string().into(),
            change.tier.into(),
            change.older.rating.as_str().into(),
            change.newer.map(|newer| newer.rating.as_str()).into(),
            change.days().into(),
            change.by.into(),
            change.older.by.as_str().into(),
            claim.and_then(|claim| claim.text.clone()).into(),
            change.reason.into(),
            change.older.id.to_string().into(),
        ]);
    }
    table
}

fn tiers(changes: &[Change<'_>]) -> Table {
    let mut table = Table::new(
        "correction_tiers",
        "Corrections by kind",
        "Changes and retractions of the period by kind, with the whole days from the verdict that was \
         changed: at the middle rank, the rank that nine of ten do not exceed, and the longest.",
        &[
            ("tier", "Kind"),
            ("changes", "Number"),
            ("median_days", "Median days"),
            ("p90_days", "90th percentile"),
            ("longest_days", "Longest"),
            ("meaning", "What it means"),
        ],
    );
    let mut row = |name: &str, meaning: &str, mut took: Vec<u64>| {
        table.push([
            name.into(),
            (took.len() as u64).into(),
            percentile(&mut took, 50).into(),
            percentile(&mut took, 90).into(),
            percentile(&mut took, 100).into(),
            meaning.into(),
        ]);
    };
    for (name, meaning) in TIERS {
        let own = changes.iter().filter(|change| change.tier == name);
        row(name, meaning, own.map(Change::days).collect());
    }
    let wrong = changes.iter().filter(|change| change.is_wrong());
    row(
        WRONG,
        "something was wrong",
        wrong.map(Change::days).collect(),
    );
    table
}

fn delays(changes: &[Change<'_>]) -> Table {
    let mut table = Table::new(
        "correction_delays",
        "How long corrections took",
        "Corrections, changes of rating and retractions of the period, by the whole days since the verdict \
         that was changed. Updates are not counted: nothing was wrong.",
        &[("delay", "After"), ("changes", "Number")],
    );
    let took: Vec<u64> = changes
        .iter()
        .filter(|c| c.is_wrong())
        .map(Change::days)
        .collect();
    let mut least = 0;
    for (most, label) in DELAYS {
        let count = took
            .iter()
            .filter(|days| (least..=most).contains(*days))
            .count() as u64;
        table.push([label.into(), Cell::from(count)]);
        least = most.saturating_add(1);
    }
    table
}
