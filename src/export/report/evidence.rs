//! What checks rest on: how many sources, of which kind, and what is kept of them.

use std::collections::BTreeSet;

use super::checks::Checks;
use super::given::Keeping;
use super::{Given, Table};

/// From so many sources on, checks are counted together.
const MANY: u64 = 5;

/// Returns how many different sources the latest verdict of each check cites, as far as that is known.
pub(super) fn cited(checks: &Checks<'_>) -> Vec<u64> {
    let contents = checks
        .all
        .iter()
        .filter_map(|check| check.last.content.as_ref());
    let sources = contents.map(|content| {
        let cited: BTreeSet<u64> = content.evidence.iter().map(|(source, _)| *source).collect();
        cited.len() as u64
    });
    sources.collect()
}

pub(super) fn tables(given: &Given, checks: &Checks<'_>) -> [Table; 2] {
    [counts(checks), kept(given, checks)]
}

fn counts(checks: &Checks<'_>) -> Table {
    let mut table = Table::new(
        "sources_cited",
        "Sources a check cites",
        "Checks signed in the period, by the number of different sources that their latest verdict \
         cites. Verdicts that were erased are not counted.",
        &[("sources", "Sources cited"), ("checks", "Checks")],
    );
    let cited = cited(checks);
    for number in 0..=MANY {
        let is_of = |count: &&u64| **count == number || (number == MANY && **count > MANY);
        let label = if number == MANY {
            format!("{MANY} or more")
        } else {
            number.to_string()
        };
        table.push([
            label.into(),
            (cited.iter().filter(is_of).count() as u64).into(),
        ]);
    }
    table
}

fn kept(given: &Given, checks: &Checks<'_>) -> Table {
    let mut table = Table::new(
        "evidence",
        "Evidence",
        "What the latest verdicts of the checks signed in the period cite. A piece of evidence is one \
         citation: a source that is cited by two checks is two pieces.",
        &[
            ("figure", "Name"),
            ("label", "Figure"),
            ("value", "Value"),
            ("definition", "What is counted"),
        ],
    );
    let contents: Vec<_> = checks
        .all
        .iter()
        .filter_map(|check| check.last.content.as_ref())
        .collect();
    let primary = contents
        .iter()
        .filter(|c| c.evidence.iter().any(|(_, primary)| *primary));
    let pieces: Vec<u64> = contents
        .iter()
        .flat_map(|c| &c.evidence)
        .map(|(source, _)| *source)
        .collect();
    let with = |keeping: Keeping| {
        let own = pieces.iter().filter(|source| {
            given
                .sources
                .get(source)
                .is_some_and(|source| source.keeping == keeping)
        });
        own.count() as u64
    };
    let rows = [
        (
            "checks_read",
            "Checks whose evidence is known",
            contents.len() as u64,
            "Checks whose latest verdict was not erased.",
        ),
        (
            "checks_with_primary",
            "Checks with a primary source",
            primary.count() as u64,
            "Checks that cite at least one source marked as primary: the record itself.",
        ),
        (
            "pieces",
            "Pieces of evidence",
            pieces.len() as u64,
            "All citations.",
        ),
        (
            "copies",
            "Kept as a copy",
            with(Keeping::Copy),
            "Pieces whose source is kept, and may be shown or quoted.",
        ),
        (
            "withheld",
            "Kept and withheld",
            with(Keeping::Withheld),
            "Pieces whose source is kept, and not published because of its rights.",
        ),
        (
            "erased",
            "Erased",
            with(Keeping::Gone),
            "Pieces whose source was kept, and was erased since.",
        ),
        (
            "references",
            "Referred to only",
            with(Keeping::Reference),
            "Pieces of whose source no copy is kept: only where it is.",
        ),
    ];
    for (figure, label, value, definition) in rows {
        table.push([figure.into(), label.into(), value.into(), definition.into()]);
    }
    table
}
