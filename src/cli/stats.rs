//! `factlog stats`: a ledger on one screen.

use std::io::Write as _;

use factlog::export::report::{Cell, Period, Report, Table};
use factlog::words::time::Timestamp;
use serde::Serialize;

use super::context::Context;
use super::exit::Status;
use super::json_out;
use super::report::gather::{self, Depth};
use super::screen::{self, FAINT, STRONG};
use super::stdout;

/// So many months are drawn.
const MONTHS: usize = 24;

/// So many signers are listed.
const SIGNERS: usize = 8;

/// The heights of a column that is drawn with letters.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Show the ledger in figures, on one screen
///
/// Sources, claims and checks; checks by rating and by month; who signed what; what waits for approval;
/// how many were corrected, and how long checks take. A check is a verdict that takes no other's place.
/// `factlog report` has more, with the definition of each number.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog stats
  factlog stats --json          schemas/output-stats.schema.json")]
pub(crate) struct Args {}

/// The ledger in figures.
#[derive(Serialize)]
struct Stats {
    desk: String,
    size: u64,
    sources: u64,
    claims: u64,
    checks: u64,
    verdicts: u64,
    standing: u64,
    /// Checks that wait for approvals.
    proposed: u64,
    /// Checks that were corrected, rated otherwise or retracted since.
    checks_corrected: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    days_to_check_median: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources_cited_median: Option<u64>,
    ratings: Vec<Rated>,
    months: Vec<Monthly>,
    reviewers: Vec<Reviewer>,
}

#[derive(Serialize)]
struct Rated {
    rating: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    checks: u64,
}

#[derive(Serialize)]
struct Monthly {
    month: String,
    checks: u64,
    changes: u64,
}

#[derive(Serialize)]
struct Reviewer {
    name: String,
    checks: u64,
    changes: u64,
    approvals: u64,
    disputes: u64,
}

impl Stats {
    fn of(report: &Report) -> Self {
        let table = |name: &str| report.table(name);
        let total = |figure: &str| {
            let totals = table("totals");
            totals.and_then(|totals| totals.cell(figure, "value")?.number())
        };
        let count = |figure: &str| total(figure).unwrap_or_default();
        Self {
            desk: report.ledger.desk.clone(),
            size: report.ledger.size,
            sources: count("sources"),
            claims: count("claims"),
            checks: count("checks"),
            verdicts: count("verdicts"),
            standing: count("standing"),
            proposed: count("proposed"),
            checks_corrected: count("checks_corrected"),
            days_to_check_median: total("days_to_check_median"),
            sources_cited_median: total("sources_cited_median"),
            ratings: rows(table("ratings"), |row| Rated {
                rating: row.words("rating"),
                label: Some(row.words("label")).filter(|label| !label.is_empty()),
                checks: row.number("checks"),
            }),
            months: rows(table("months"), |row| Monthly {
                month: row.words("month"),
                checks: row.number("checks"),
                changes: row.number("changes"),
            }),
            reviewers: rows(table("reviewers"), |row| Reviewer {
                name: row.words("reviewer"),
                checks: row.number("checks"),
                changes: row.number("changes"),
                approvals: row.number("approvals"),
                disputes: row.number("disputes"),
            }),
        }
    }
}

/// A row of a table, whose cells are asked for by name.
struct Row<'t>(&'t Table, &'t [Cell]);

impl Row<'_> {
    fn cell(&self, column: &str) -> Option<&Cell> {
        self.1.get(self.0.column(column)?)
    }

    fn words(&self, column: &str) -> String {
        self.cell(column).map(Cell::text).unwrap_or_default()
    }

    fn number(&self, column: &str) -> u64 {
        self.cell(column).and_then(Cell::number).unwrap_or_default()
    }
}

fn rows<T>(table: Option<&Table>, make: impl Fn(&Row<'_>) -> T) -> Vec<T> {
    let rows = table
        .into_iter()
        .flat_map(|table| table.rows.iter().map(move |row| Row(table, row)));
    rows.map(|row| make(&row)).collect()
}

pub(crate) fn run(_: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let given = gather::gather(&ledger, Depth::Figures, context)?;
    drop(ledger);
    let first = given.sources.values().map(|source| source.at).min();
    let last = given.verdicts.values().map(|verdict| verdict.at).max();
    let stats = Stats::of(&Report::of(&given, Period::default()));
    if context.global.json {
        json_out::print(&stats)?;
        return Ok(Status::Done);
    }
    print(&stats, first.zip(last))?;
    if stats.checks == 0 {
        context.say("no claim is judged yet: factlog queue says what waits");
    }
    Ok(Status::Done)
}

fn print(stats: &Stats, ends: Option<(Timestamp, Timestamp)>) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    let columns = screen::columns();
    let ends = ends.map_or_else(String::new, |(first, last)| {
        format!(", {} to {}", first.date(), last.date())
    });
    let about = format!("{} entries{ends}", stats.size);
    let desk = screen::styled(STRONG, &screen::one_line(&stats.desk));
    writeln!(out, "{desk}  {}", screen::styled(FAINT, &about))?;
    writeln!(out, "{}", screen::wrap(&figures(stats), columns, ""))?;
    if stats.checks > 0 {
        writeln!(out, "\n{}", screen::styled(STRONG, "Checks by rating"))?;
        for line in ratings(&stats.ratings, columns) {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "\n{}", screen::styled(STRONG, "Checks by month"))?;
        for line in months(&stats.months) {
            writeln!(out, "{line}")?;
        }
    }
    if !stats.reviewers.is_empty() {
        writeln!(out, "\n{}", screen::styled(STRONG, "Signers"))?;
        for line in reviewers(&stats.reviewers, columns) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(out.flush()?)
}

/// Says the figures in sentences.
fn figures(stats: &Stats) -> String {
    let counted = screen::counted;
    let mut words = vec![format!(
        "{}, {}, {}",
        counted(stats.sources, "source", "sources"),
        counted(stats.claims, "claim", "claims"),
        counted(stats.checks, "check", "checks"),
    )];
    words.push(format!("{} stand", stats.standing));
    if stats.proposed > 0 {
        let verb = if stats.proposed == 1 { "waits" } else { "wait" };
        words.push(format!("{} {verb} for approval", stats.proposed));
    }
    if let Some(share) = percent(stats.checks_corrected, stats.checks) {
        words.push(format!(
            "{} corrected since ({share} %)",
            stats.checks_corrected
        ));
    }
    if let Some(days) = stats.days_to_check_median {
        let days = counted(days, "day", "days");
        words.push(format!("{days} from source to check (median)"));
    }
    if let Some(sources) = stats.sources_cited_median {
        let sources = counted(sources, "source", "sources");
        words.push(format!("{sources} cited (median)"));
    }
    words.join(" · ")
}

/// Returns how many of a hundred, rounded half up; `None` of nothing.
fn percent(part: u64, whole: u64) -> Option<u64> {
    (part * 200 + whole).checked_div(whole * 2)
}

fn ratings(ratings: &[Rated], columns: usize) -> Vec<String> {
    let label = |rated: &Rated| {
        let label = rated.label.as_deref().unwrap_or(&rated.rating);
        screen::cut(label, columns / 3)
    };
    let widest = ratings
        .iter()
        .map(|rated| screen::width(&label(rated)))
        .max()
        .unwrap_or(0);
    let most = ratings.iter().map(|rated| rated.checks).max().unwrap_or(0);
    let numbers = most.to_string().len();
    let room = columns.saturating_sub(widest + numbers + 6).clamp(1, 50);
    let line = |rated: &Rated| {
        let label = label(rated);
        let pad = " ".repeat(widest - screen::width(&label));
        let bar = "█".repeat(scaled(rated.checks, most, room));
        let line = format!("  {label}{pad}  {:>numbers$}  {bar}", rated.checks);
        line.trim_end().to_owned()
    };
    ratings.iter().map(line).collect()
}

fn scaled(value: u64, most: u64, room: usize) -> usize {
    if value == 0 || most == 0 {
        return 0;
    }
    let part = u128::from(value) * (room as u128) / u128::from(most);
    usize::try_from(part).unwrap_or(room).max(1)
}

/// Draws the latest months with letters, and says the ends and the most.
fn months(months: &[Monthly]) -> Vec<String> {
    let latest = &months[months.len().saturating_sub(MONTHS)..];
    let (Some(first), Some(last)) = (latest.first(), latest.last()) else {
        return vec![];
    };
    let most = latest.iter().map(|month| month.checks).max().unwrap_or(0);
    let letter = |month: &Monthly| match scaled(month.checks, most, HEIGHTS.len()) {
        0 => ' ',
        height => HEIGHTS[height - 1],
    };
    let drawn: String = latest.iter().map(letter).collect();
    let changes: u64 = latest.iter().map(|month| month.changes).sum();
    vec![
        format!(
            "  {} {drawn} {}  at most {most} a month",
            first.month, last.month
        ),
        format!(
            "  {} in these months",
            screen::counted(changes, "change", "changes")
        ),
    ]
}

fn reviewers(reviewers: &[Reviewer], columns: usize) -> Vec<String> {
    let mut most_first: Vec<&Reviewer> = reviewers.iter().collect();
    most_first.sort_by_key(|one| std::cmp::Reverse((one.checks + one.changes, one.approvals)));
    let shown = &most_first[..most_first.len().min(SIGNERS)];
    let name = |one: &Reviewer| screen::cut(&one.name, columns / 2);
    let widest = shown
        .iter()
        .map(|one| screen::width(&name(one)))
        .max()
        .unwrap_or(0);
    let line = |one: &&Reviewer| {
        let name = name(one);
        let pad = " ".repeat(widest - screen::width(&name));
        let counts = [
            (one.checks, "check", "checks"),
            (one.changes, "change", "changes"),
            (one.approvals, "approval", "approvals"),
            (one.disputes, "dispute", "disputes"),
        ];
        let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, word, words)| screen::counted(count, word, words))
            .collect();
        format!("  {name}{pad}  {}", counts.join(", "))
    };
    let mut lines: Vec<String> = shown.iter().map(line).collect();
    let more = most_first.len() - shown.len();
    if more > 0 {
        lines.push(format!(
            "  and {more} more: factlog report --table reviewers"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_half_up() {
        for (part, whole, share) in [
            (0, 7, Some(0)),
            (1, 200, Some(1)),
            (1, 201, Some(0)),
            (1, 3, Some(33)),
            (2, 3, Some(67)),
            (7, 7, Some(100)),
            (0, 0, None),
        ] {
            assert_eq!(percent(part, whole), share, "{part} of {whole}");
        }
    }

    #[test]
    fn what_is_not_nothing_is_drawn() {
        assert_eq!(scaled(0, 9, 50), 0);
        assert_eq!(scaled(1, 10_000, 50), 1);
        assert_eq!(scaled(10_000, 10_000, 50), 50);
        assert_eq!(scaled(0, 0, 50), 0);
    }
}
