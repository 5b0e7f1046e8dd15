//! The figures that come first, each with its definition.

use std::collections::BTreeSet;

use super::checks::Checks;
use super::{Given, Table, days, percentile};
use crate::export::Standing;
use crate::words::verdict::VerdictChange;

/// The figures of a period: name, label, value, definition.
#[derive(Default)]
struct Totals {
    rows: Vec<(&'static str, &'static str, Option<u64>, &'static str)>,
}

impl Totals {
    fn add(
        &mut self,
        figure: &'static str,
        label: &'static str,
        value: impl Into<Option<u64>>,
        definition: &'static str,
    ) {
        self.rows.push((figure, label, value.into(), definition));
    }
}

pub(super) fn table(given: &Given, checks: &Checks<'_>) -> Table {
    let mut totals = Totals::default();
    counted(given, checks, &mut totals);
    stands(checks, &mut totals);
    changed(given, checks, &mut totals);
    took(given, checks, &mut totals);
    gone(given, checks, &mut totals);
    let mut table = Table::new(
        "totals",
        "In short",
        "What was signed in the period, as its authors say. Each figure has its own definition.",
        &[
            ("figure", "Name"),
            ("label", "Figure"),
            ("value", "Value"),
            ("definition", "What is counted"),
        ],
    );
    for (figure, label, value, definition) in totals.rows {
        table.push([figure.into(), label.into(), value.into(), definition.into()]);
    }
    table
}

fn counted(given: &Given, checks: &Checks<'_>, totals: &mut Totals) {
    let period = checks.period;
    let sources = given
        .sources
        .values()
        .filter(|source| period.has(source.at));
    totals.add(
        "sources",
        "Sources taken in",
        sources.count() as u64,
        "Source entries: articles, and works cited as evidence.",
    );
    let claims = given.claims.values().filter(|claim| period.has(claim.at));
    totals.add(
        "claims",
        "Claims recorded",
        claims.count() as u64,
        "Claim entries, those that take another's place among them.",
    );
    totals.add(
        "checks",
        "Checks",
        checks.all.len() as u64,
        "Verdicts that take no other's place: the first verdict of a reviewer on a claim.",
    );
    let lines: BTreeSet<u64> = checks
        .all
        .iter()
        .filter_map(|check| given.claims.get(&check.first.claim))
        .map(|claim| claim.line)
        .collect();
    totals.add(
        "claims_checked",
        "Claims checked",
        lines.len() as u64,
        "Claims with a check in the period; a claim in a later wording is the same claim.",
    );
    let verdicts = given
        .verdicts
        .values()
        .filter(|verdict| period.has(verdict.at));
    totals.add(
        "verdicts",
        "Verdicts signed",
        verdicts.count() as u64,
        "Verdict entries: checks, and verdicts that take another's place.",
    );
}

fn stands(checks: &Checks<'_>, totals: &mut Totals) {
    let with = |standing: Standing| {
        let own = checks
            .all
            .iter()
            .filter(|check| check.last.standing == standing);
        own.count() as u64
    };
    totals.add(
        "standing",
        "Checks that stand",
        with(Standing::Standing),
        "Checks of the period whose latest verdict stands now.",
    );
    totals.add(
        "proposed",
        "Checks that wait for approval",
        with(Standing::Proposed),
        "Checks of the period whose latest verdict lacks approvals that its policy asks for.",
    );
    totals.add(
        "tainted",
        "Checks that are tainted",
        with(Standing::Tainted),
        "Checks of the period whose latest verdict was signed by a key that was revoked since, from \
         before it, and that nobody has reaffirmed.",
    );
}

fn changed(given: &Given, checks: &Checks<'_>, totals: &mut Totals) {
    let period = checks.period;
    let changes = |wanted: VerdictChange| {
        let own = given.verdicts.iter().filter(|(index, verdict)| {
            let change = checks.stood.change(**index, verdict);
            period.has(verdict.at) && change.is_some_and(|(_, change)| change == wanted)
        });
        own.count() as u64
    };
    totals.add(
        "updates",
        "Updates",
        changes(VerdictChange::Update),
        "Verdicts that stood and took the place of one that had stood because something is new; the \
         rating is the same.",
    );
    totals.add(
        "corrections",
        "Corrections",
        changes(VerdictChange::Correction),
        "Verdicts that stood and took the place of one that had stood because something in that was \
         wrong; the rating is the same.",
    );
    totals.add(
        "rating_changes",
        "Changes of rating",
        changes(VerdictChange::Rating),
        "Verdicts that stood and took the place of one that had stood, with another rating.",
    );
    let retractions = given
        .verdicts
        .iter()
        .filter_map(|(index, verdict)| checks.stood.retraction(*index, verdict));
    totals.add(
        "retractions",
        "Retractions",
        retractions
            .filter(|retraction| period.has(retraction.at))
            .count() as u64,
        "Verdicts that had stood and were taken back.",
    );
    let unseen = given.verdicts.iter().map(|(index, verdict)| {
        let is_retracted =
            |at| period.has(at) && checks.stood.retraction(*index, verdict).is_none();
        let retraction = verdict.retraction.as_ref();
        u64::from(period.has(verdict.at) && checks.stood.is_replaced_unseen(verdict))
            + u64::from(retraction.is_some_and(|retraction| is_retracted(retraction.at)))
    });
    totals.add(
        "changed_before_it_stood",
        "Changed before it stood",
        unseen.sum::<u64>(),
        "Verdicts that were replaced or taken back before they, or any before them in their line, had \
         their approvals: nobody outside saw them, and they count as no correction.",
    );
    let corrected = checks.all.iter().filter(|check| check.is_corrected);
    totals.add(
        "checks_corrected",
        "Checks corrected since",
        corrected.count() as u64,
        "Checks of the period that were corrected, rated otherwise or retracted after they stood, in \
         the period or later; updates do not count.",
    );
}

fn took(given: &Given, checks: &Checks<'_>, totals: &mut Totals) {
    let mut took: Vec<u64> = Vec::new();
    for check in &checks.all {
        let claim = given.claims.get(&check.first.claim);
        let source = claim.and_then(|claim| given.sources.get(&claim.source));
        took.extend(source.map(|source| days(source.at, check.first.at)));
    }
    totals.add(
        "days_to_check_median",
        "Days from source to check, median",
        percentile(&mut took, 50),
        "Whole days from the source entry to the check, at the middle rank of all checks.",
    );
    totals.add(
        "days_to_check_p90",
        "Days from source to check, 90th percentile",
        percentile(&mut took, 90),
        "Nine of ten checks took at most so many whole days.",
    );
    let mut cited = super::evidence::cited(checks);
    totals.add(
        "sources_cited_median",
        "Sources cited by a check, median",
        percentile(&mut cited, 50),
        "Different sources that the latest verdict of a check cites, at the middle rank; verdicts that \
         were erased do not count.",
    );
}

fn gone(given: &Given, checks: &Checks<'_>, totals: &mut Totals) {
    let period = checks.period;
    let sources = given
        .sources
        .values()
        .filter(|s| period.has(s.at) && s.is_gone);
    totals.add(
        "sources_gone",
        "Sources not known",
        sources.count() as u64,
        "Sources of the period of which title, publisher and date were erased or are not there.",
    );
    let claims = given
        .claims
        .values()
        .filter(|c| period.has(c.at) && c.is_gone);
    totals.add(
        "claims_gone",
        "Claims not known",
        claims.count() as u64,
        "Claims of the period whose words and claimant were erased or are not there.",
    );
    let verdicts = given.verdicts.values();
    let verdicts = verdicts.filter(|v| period.has(v.at) && v.content.is_none());
    totals.add(
        "verdicts_gone",
        "Verdicts not known",
        verdicts.count() as u64,
        "Verdicts of the period whose reasons and evidence were erased or are not there: their ratings \
         are counted, what they cite is not.",
    );
}
