//! Approvals, disputes, and conflicts of interest that were declared.

use super::given::{GivenDecision, GivenVerdict};
use super::{Given, Period, Table, days, percentile};
use crate::export::Standing;

pub(super) fn tables(given: &Given, period: Period) -> [Table; 3] {
    [
        approvals(given, period),
        disputes(given, period),
        conflicts(given, period),
    ]
}

fn approvals(given: &Given, period: Period) -> Table {
    let mut table = Table::new(
        "approvals",
        "Approvals",
        "Verdicts signed in the period, later ones of a line too, whose policy asks that others approve \
         them before they stand.",
        &[
            ("figure", "Name"),
            ("label", "Figure"),
            ("value", "Value"),
            ("definition", "What is counted"),
        ],
    );
    let asked: Vec<&GivenVerdict> = given
        .verdicts
        .values()
        .filter(|verdict| period.has(verdict.at) && verdict.approvals_needed > 0)
        .collect();
    let approved: Vec<&&GivenVerdict> = asked
        .iter()
        .filter(|verdict| completing(given, verdict).is_some())
        .collect();
    let waiting = asked
        .iter()
        .filter(|verdict| verdict.standing == Standing::Proposed);
    let took = approved
        .iter()
        .filter_map(|v| Some(days(v.at, completing(given, v)?.at)));
    let mut took: Vec<u64> = took.collect();
    let rows = [
        (
            "asked",
            "Verdicts that need approval",
            Some(asked.len() as u64),
            "Verdicts whose policy asks for at least one approval by another.",
        ),
        (
            "approved",
            "Of them, approved",
            Some(approved.len() as u64),
            "Verdicts with as many approvals that count as their policy asks.",
        ),
        (
            "waiting",
            "Of them, waiting",
            Some(waiting.count() as u64),
            "Verdicts that lack approvals, and that nobody disputes or has replaced.",
        ),
        (
            "days_to_approval_median",
            "Days to approval, median",
            percentile(&mut took, 50),
            "Whole days from the verdict to the approval that was the last one asked for.",
        ),
        (
            "days_to_approval_p90",
            "Days to approval, 90th percentile",
            percentile(&mut took, 90),
            "Nine of ten were approved within so many whole days.",
        ),
    ];
    for (figure, label, value, definition) in rows {
        table.push([figure.into(), label.into(), value.into(), definition.into()]);
    }
    table
}

/// Returns the approval with which a verdict had as many as its policy asks for.
fn completing<'g>(given: &'g Given, verdict: &GivenVerdict) -> Option<&'g GivenDecision> {
    let needed = usize::try_from(verdict.approvals_needed).ok()?;
    let mut approvals = verdict.approvals.clone();
    approvals.sort_unstable();
    given.decisions.get(approvals.get(needed.checked_sub(1)?)?)
}

fn disputes(given: &Given, period: Period) -> Table {
    let mut table = Table::new(
        "disputes",
        "Disputes",
        "Disputes that were signed in the period, in log order, and how each ended: open; withdrawn, for \
         the same approver approved later; replaced, for another verdict took its place; retracted; or \
         tainted, for the approver's key was revoked from before it.",
        &[
            ("day", "Day"),
            ("by", "By"),
            ("of", "Verdict by"),
            ("rating", "Rating"),
            ("ended", "How it ended"),
            ("verdict", "Verdict"),
        ],
    );
    for (index, dispute) in &given.decisions {
        let Some(verdict) = given.verdicts.get(&dispute.verdict) else {
            continue;
        };
        if dispute.approves || !period.has(dispute.at) {
            continue;
        }
        table.push([
            dispute.at.date().to_string().into(),
            dispute.by.as_str().into(),
            verdict.by.as_str().into(),
            verdict.rating.as_str().into(),
            ended(given, *index, dispute, verdict).into(),
            verdict.id.to_string().into(),
        ]);
    }
    table
}

fn ended(
    given: &Given,
    index: u64,
    dispute: &GivenDecision,
    verdict: &GivenVerdict,
) -> &'static str {
    let later = given.decisions.range(index + 1..).map(|(_, later)| later);
    let is_own = |later: &&GivenDecision| {
        later.verdict == dispute.verdict && later.holder == dispute.holder && !later.is_tainted
    };
    // Each approver's last word counts.
    let last = later.rev().find(is_own);
    if dispute.is_tainted {
        "tainted"
    } else if last.is_some_and(|last| last.approves) {
        "withdrawn"
    } else if verdict.retraction.is_some() {
        "retracted"
    } else if verdict.superseded_by.is_some() {
        "replaced"
    } else {
        "open"
    }
}

fn conflicts(given: &Given, period: Period) -> Table {
    let mut table = Table::new(
        "conflicts",
        "Conflicts of interest",
        "Verdicts signed in the period that declare a conflict of interest, in log order, with the number \
         of others who approve them. One that nobody approves is in its author's hands alone.",
        &[
            ("day", "Day"),
            ("by", "By"),
            ("rating", "Rating"),
            ("declared", "Conflicts declared"),
            ("approvals", "Approved by others"),
            ("verdict", "Verdict"),
        ],
    );
    for verdict in given.verdicts.values() {
        let declared = verdict
            .content
            .as_ref()
            .map_or(0, |content| content.conflicts);
        if declared == 0 || !period.has(verdict.at) {
            continue;
        }
        table.push([
            verdict.at.date().to_string().into(),
            verdict.by.as_str().into(),
            verdict.rating.as_str().into(),
            declared.into(),
            (verdict.approvals.len() as u64).into(),
            verdict.id.to_string().into(),
        ]);
    }
    table
}
