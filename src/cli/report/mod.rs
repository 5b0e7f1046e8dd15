//! `factlog report`: what an assessor of fact-checkers asks for, on a period.

pub(super) mod gather;
mod text;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::ValueEnum;
use factlog::export::report::{Period, Report, Table, html};

use self::gather::Depth;
use super::context::Context;
use super::exit::{Failure, Status};
use super::files;
use super::json_out;
use super::near;
use super::stdout;

/// Report on a period: checks, evidence, corrections, approvals
///
/// What an assessor of the IFCN or the EFCSN asks for: checks by month, rating, claimant, publisher,
/// language and signer; the balance of claimants and ratings; what checks rest on and what of it is
/// kept; every correction with its reason and how long it took; approvals, disputes and declared
/// conflicts. Each number has its definition in the report. The period is of the days that entries
/// name, in UTC. The same ledger and period give the same report.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog report --from 2026-01-01 --to 2026-12-31
  factlog report --from 2026-01-01 --format html --out 2026.html
  factlog report --format csv --out report/     a file for each table
  factlog report --format csv --table corrections > corrections.csv
  factlog report --json | jq .tables.totals.rows")]
pub(crate) struct Args {
    /// The first day, such as 2026-01-01; without it, from the ledger's beginning
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// The last day, such as 2026-12-31; without it, to the ledger's end
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<NaiveDate>,
    /// How it is written
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write it to this file; of CSV without --table, a file for each table into this folder
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// Only this table: totals, months, ratings, claimants, corrections, …; a wrong name lists all
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
}

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// Tables for a terminal
    Text,
    /// One document: schemas/output-report.schema.json
    Json,
    /// A table for a spreadsheet, or a folder of them
    Csv,
    /// One page with plots, without scripts
    Html,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    day.filter(|day| day.to_string() == text)
        .ok_or_else(|| "a day such as 2026-01-31 is wanted".to_owned())
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let period = Period {
        from: args.from,
        to: args.to,
    };
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        let message = format!("the period ends on {to}, before it begins on {from}");
        return Err(Failure::new(Status::Usage, message)
            .hint(format!("--from {to} --to {from}"))
            .into());
    }
    let format = match (args.format, context.global.json) {
        (None | Some(Format::Json), true) | (Some(Format::Json), _) => Format::Json,
        (Some(_), true) => {
            let message = "--json and --format name two formats";
            return Err(Failure::new(Status::Usage, message)
                .hint("leave one of them out")
                .into());
        }
        (Some(format), false) => format,
        (None, false) => Format::Text,
    };
    let ledger = context.open_ledger()?;
    let given = gather::gather(&ledger, Depth::All, context)?;
    // Nothing of the ledger is needed while it is counted and written.
    drop(ledger);
    let mut report = Report::of(&given, period);
    if let Some(name) = &args.table {
        only(&mut report, name)?;
    }
    match (format, &args.out) {
        (Format::Text, None) => {
            let mut out = stdout::styled();
            out.write_all(text::page(&report, true).as_bytes())?;
            out.flush()?;
        }
        (Format::Text, _) => write(args, text::page(&report, false).as_bytes())?,
        (Format::Json, _) => {
            let mut line = json_out::to_string(&report)?;
            line.push('\n');
            write(args, line.as_bytes())?;
        }
        (Format::Html, _) => write(args, html::render(&report)?.as_bytes())?,
        (Format::Csv, Some(folder)) if args.table.is_none() => folder_of_tables(&report, folder)?,
        (Format::Csv, _) => {
            let [table] = report.tables.as_slice() else {
                let message = "CSV has one table a file, and neither --table nor --out says which";
                return Err(Failure::new(Status::Usage, message)
                    .hint("--table NAME for one of them, --out DIR for all")
                    .into());
            };
            write(args, &table.to_csv())?;
        }
    }
    if let Some(out) = &args.out {
        context.say(&format!("wrote the report to {}", out.display()));
    }
    Ok(Status::Done)
}

/// Leaves one table.
fn only(report: &mut Report, name: &str) -> anyhow::Result<()> {
    let names: Vec<&str> = report.tables.iter().map(|table| table.name).collect();
    if !names.contains(&name) {
        let meant = near::nearest(name, names.iter().copied());
        let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        return Err(
            Failure::new(Status::Usage, format!("a report has no table {name:?}"))
                .hint(format!("{meant}The tables are {}", names.join(", ")))
                .into(),
        );
    }
    report.tables.retain(|table| table.name == name);
    Ok(())
}

fn write(args: &Args, bytes: &[u8]) -> anyhow::Result<()> {
    match &args.out {
        Some(path) if path.is_dir() => {
            let message = format!(
                "{} is a folder, and this format is one file",
                path.display()
            );
            Err(Failure::new(Status::Usage, message)
                .hint(format!("--out {}", path.join("report.html").display()))
                .into())
        }
        Some(path) => files::replace(path, bytes),
        None => {
            let mut out = stdout::plain();
            out.write_all(bytes)?;
            Ok(out.flush()?)
        }
    }
}

fn folder_of_tables(report: &Report, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for table in report.tables.iter().chain([&about(report)]) {
        let path = folder.join(format!("{}.csv", table.name));
        files::replace(&path, &table.to_csv())?;
    }
    Ok(())
}

/// Makes a table of what the report is on, and of what is counted in each table.
fn about(report: &Report) -> Table {
    let ledger = &report.ledger;
    let mut rows: Vec<[String; 2]> = vec![
        ["desk".to_owned(), ledger.desk.clone()],
        ["ledger".to_owned(), ledger.id.clone()],
        ["origin".to_owned(), ledger.origin.clone()],
        ["size".to_owned(), ledger.size.to_string()],
        ["root".to_owned(), ledger.root.clone()],
        ["period".to_owned(), report.period.words()],
    ];
    rows.extend(
        report
            .tables
            .iter()
            .map(|table| [format!("{}.csv", table.name), table.definition.to_owned()]),
    );
    Table::of_words("about", [("what", "What"), ("says", "It says")], rows)
}
