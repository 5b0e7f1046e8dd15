//! A report as one page of HTML: no script, nothing from elsewhere, plots drawn in it.
//!
//! Everything is escaped by the template (minijinja), and a content security policy names the style
//! sheet by its hash. What a long table has more than the page shows is in the CSV, and the page says
//! so.

use std::borrow::Cow;

use minijinja::value::Serde;
use minijinja::{Environment, Error, Output, State, Value};
use serde::Serialize;

use super::Report;
use super::plot::{self, Plot, Point};
use super::table::{Cell, Table};
use crate::export::escape::to_seen;
use crate::export::site;

/// A page shows so many rows of a table.
const MOST_ROWS: usize = 100;

/// A table of claimants and ratings has so many claimants.
const MOST_CLAIMANTS: usize = 20;

/// So many bars are drawn.
const MOST_BARS: usize = 15;

/// An id has so many of its digits, which name it in any ledger; the CSV has all.
const ID_DIGITS: usize = 16;

const TEMPLATE: &str = include_str!("templates/report.html");
const STYLE: &str = include_str!("templates/report.css");

/// What a template has of a report.
#[derive(Serialize)]
struct Page<'r> {
    csp: String,
    css: &'static str,
    desk: &'r str,
    period: String,
    origin: &'r str,
    ledger: &'r str,
    size: u64,
    root: &'r str,
    version: &'static str,
    sections: Vec<Section<'r>>,
}

#[derive(Serialize)]
struct Section<'r> {
    name: &'r str,
    title: &'r str,
    definition: &'r str,
    plot: Option<Plot>,
    /// What is drawn.
    caption: &'static str,
    /// Whether its marks are columns, else bars.
    is_columns: bool,
    head: Vec<Head>,
    rows: Vec<Vec<Shown>>,
    /// How many rows are not shown.
    more: usize,
}

#[derive(Serialize)]
struct Head {
    label: String,
    number: bool,
}

#[derive(Serialize)]
struct Shown {
    text: String,
    number: bool,
}

/// Writes the page.
///
/// # Errors
/// The template can't be filled in.
///
/// # Panics
/// Never: the template comes with the program.
pub fn render(report: &Report) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_formatter(format);
    environment
        .add_template("report.html", TEMPLATE)
        .expect("the template comes with the program");
    let page = Page {
        csp: site::templates::content_security_policy(STYLE, None, false),
        css: STYLE,
        desk: &report.ledger.desk,
        period: report.period.words(),
        origin: &report.ledger.origin,
        ledger: &report.ledger.id,
        size: report.ledger.size,
        root: &report.ledger.root,
        version: env!("CARGO_PKG_VERSION"),
        sections: report.tables.iter().map(section).collect(),
    };
    environment.get_template("report.html")?.render(Serde(page))
}

/// Writes a value into the page: escaped, and what could steer the page's text to be seen, as in the
/// tables.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = value.as_str().filter(|_| !value.is_safe());
    match text.map(to_seen) {
        Some(Cow::Owned(seen)) => site::templates::format(out, state, &Value::from(seen)),
        _ => site::templates::format(out, state, value),
    }
}

fn section(table: &Table) -> Section<'_> {
    let is_columns = matches!(table.name, "months" | "correction_delays" | "sources_cited");
    let ((head, rows), most) = if table.name == "claimants_by_rating" {
        (matrix(table), MOST_CLAIMANTS)
    } else {
        (shown(table), MOST_ROWS)
    };
    let more = rows.len().saturating_sub(most);
    let (plot, caption) = drawn(table, is_columns).unzip();
    Section {
        name: table.name,
        title: table.title,
        definition: table.definition,
        plot,
        caption: caption.unwrap_or_default(),
        is_columns,
        head,
        rows: rows.into_iter().take(most).collect(),
        more,
    }
}

/// Returns a table's plot, where one says something: what is counted, by what.
fn drawn(table: &Table, is_columns: bool) -> Option<(Plot, &'static str)> {
    let (label, value, caption) = match table.name {
        "months" => ("month", "checks", "Checks by month"),
        "ratings" => ("label", "checks", "Checks by rating"),
        "claimants" => (
            "claimant",
            "checks",
            "Checks by claimant, the most frequent",
        ),
        "publishers" => (
            "publisher",
            "checks",
            "Checks by publisher, the most frequent",
        ),
        "sources_cited" => ("sources", "checks", "Checks by the number of sources cited"),
        "correction_delays" => ("delay", "changes", "Corrections by the days that they took"),
        _ => return None,
    };
    let (label, value) = (table.column(label)?, table.column(value)?);
    let point = |row: &Vec<Cell>| {
        // A rating that is on the scale no more has its code alone.
        let words = [row.get(label), row.first()].into_iter().flatten();
        let words = words.map(Cell::text).find(|words| !words.is_empty());
        Some(Point {
            label: words.unwrap_or_default(),
            value: row.get(value)?.number()?,
        })
    };
    let points: Vec<Point> = table.rows.iter().filter_map(point).collect();
    if points.iter().all(|point| point.value == 0) {
        return None;
    }
    let plot = if is_columns {
        plot::columns(&points)
    } else {
        plot::bars(&points[..points.len().min(MOST_BARS)])
    };
    Some((plot, caption))
}

fn shown(table: &Table) -> (Vec<Head>, Vec<Vec<Shown>>) {
    // A figure's name is for programs.
    let is_shown = |at: &usize| table.columns[*at].name != "figure";
    let columns: Vec<usize> = (0..table.columns.len()).filter(is_shown).collect();
    let head = columns.iter().map(|at| Head {
        label: table.columns[*at].label.to_owned(),
        number: table.is_of_numbers(*at),
    });
    let row = |row: &Vec<Cell>| {
        let cells = columns.iter().map(|at| {
            let mut text = row[*at].text();
            if table.columns[*at].name == "verdict" {
                text.truncate(ID_DIGITS);
            }
            Shown {
                text,
                number: table.is_of_numbers(*at),
            }
        });
        cells.collect()
    };
    (head.collect(), table.rows.iter().map(row).collect())
}

/// Makes of claimants and ratings that occur together a table with a column for each rating.
fn matrix(table: &Table) -> (Vec<Head>, Vec<Vec<Shown>>) {
    let mut codes: Vec<String> = Vec::new();
    let mut claimants: Vec<(String, Vec<(String, u64)>)> = Vec::new();
    for row in &table.rows {
        let (name, code) = (row[0].text(), row[1].text());
        let count = row[2].number().unwrap_or_default();
        if !codes.contains(&code) {
            codes.push(code.clone());
        }
        match claimants.last_mut().filter(|(last, _)| *last == name) {
            Some((_, counts)) => counts.push((code, count)),
            None => claimants.push((name, vec![(code, count)])),
        }
    }
    codes.sort_unstable();
    let words = |label: &str| Head {
        label: label.to_owned(),
        number: false,
    };
    let number = |label: &String| Head {
        label: label.clone(),
        number: true,
    };
    let head = [words("Claimant")]
        .into_iter()
        .chain(codes.iter().map(number))
        .collect();
    let row = |(name, counts): (String, Vec<(String, u64)>)| {
        let count = |code: &String| {
            let count = counts.iter().find(|(own, _)| own == code);
            Shown {
                text: count.map_or_else(|| "–".to_owned(), |(_, count)| count.to_string()),
                number: true,
            }
        };
        let cells = codes.iter().map(count);
        let name = Shown {
            text: name.clone(),
            number: false,
        };
        [name].into_iter().chain(cells).collect()
    };
    (head, claimants.into_iter().map(row).collect())
}
