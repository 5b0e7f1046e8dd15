//! A report on a period: what an assessor of fact-checkers asks for, each number with its definition.
//!
//! Values in, bytes out: a caller describes its ledger as [`Given`], [`Report::of`] counts, and the
//! report is written as JSON, CSV ([`Table::to_csv`]) or one page of HTML ([`html`]). The same ledger
//! and period give the same bytes.
//!
//! A *check* is a verdict that takes no other's place. Its rating and its standing are those of the
//! latest verdict in its line. What was signed in the period is what its author says was; what stands
//! is what stood when the ledger had the size that the report names. Days are whole ones, a percentile
//! is the value at its nearest rank.
//!
//! What rights withhold is counted and not named. What was erased is counted as that.

mod approvals;
mod checks;
mod corrections;
mod evidence;
pub mod given;
pub mod html;
pub mod plot;
mod stood;
mod table;
mod totals;

use chrono::NaiveDate;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

pub use self::given::Given;
pub use self::table::{Cell, Column, Table};

use self::checks::Checks;
use crate::words::time::Timestamp;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// A period of days in UTC, both ends among them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Period {
    /// Its first day; `None` where it has no beginning.
    pub from: Option<NaiveDate>,
    /// Its last day; `None` where it has no end.
    pub to: Option<NaiveDate>,
}

impl Period {
    /// Says whether a time is in it.
    pub fn has(&self, at: Timestamp) -> bool {
        let day = at.date();
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Says in words which days it has.
    pub fn words(&self) -> String {
        match (self.from, self.to) {
            (Some(from), Some(to)) => format!("{from} to {to}"),
            (Some(from), None) => format!("from {from} on"),
            (None, Some(to)) => format!("to {to}"),
            (None, None) => "the whole ledger".to_owned(),
        }
    }
}

/// A report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Which ledger it is on.
    pub ledger: About,
    /// The days that it is on.
    pub period: Period,
    /// What was counted.
    pub tables: Vec<Table>,
}

/// The ledger that a report is on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct About {
    /// Its id.
    pub id: String,
    /// Its name in checkpoints.
    pub origin: String,
    /// Its desk's name.
    pub desk: String,
    /// The number of its entries.
    pub size: u64,
    /// Its root hash, in standard padded base64.
    pub root: String,
}

impl Report {
    /// Counts.
    pub fn of(given: &Given, period: Period) -> Self {
        let checks = Checks::of(given, period);
        let mut tables = vec![
            totals::table(given, &checks),
            checks.months(),
            checks.ratings(),
            checks.standings(),
            checks.claimants(),
            checks.claimants_by_rating(),
            checks.publishers(),
            checks.languages(),
            checks.reviewers(),
        ];
        tables.extend(evidence::tables(given, &checks));
        tables.extend(corrections::tables(given, &checks));
        tables.extend(approvals::tables(given, period));
        Self {
            ledger: About {
                id: given.ledger.to_string(),
                origin: given.origin.clone(),
                desk: given.desk.clone(),
                size: given.size,
                root: given.root.clone(),
            },
            period,
            tables,
        }
    }

    /// Returns a table by its name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// A report as JSON: `schemas/output-report.schema.json`.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_map(None)?;
        report.serialize_entry("ledger", &self.ledger)?;
        if let Some(from) = self.period.from {
            report.serialize_entry("from", &from.to_string())?;
        }
        if let Some(to) = self.period.to {
            report.serialize_entry("to", &to.to_string())?;
        }
        report.serialize_entry("tables", &Tables(&self.tables))?;
        report.end()
    }
}

struct Tables<'t>(&'t [Table]);

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|table| (table.name, table)))
    }
}

/// Returns the whole days from one time to another; 0 where the other is earlier, as authors say.
fn days(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from((to.seconds() - from.seconds()) / DAY).unwrap_or(0)
}

/// Returns the value at the nearest rank of a percentile from 1 to 100; `None` of no values.
fn percentile(values: &mut [u64], percent: usize) -> Option<u64> {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100);
    rank.checked_sub(1).and_then(|at| values.get(at)).copied()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod model;
