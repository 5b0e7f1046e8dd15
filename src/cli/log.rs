//! `factlog log`: what was recorded, newest first.
//!
//! The ledger is opened for some lines at a time, and closed again while a person reads them: the
//! log is append-only, so what has been printed stays right whatever is appended meanwhile.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use factlog::audit::facts::SignerFacts;
use factlog::entry::Kind;
use factlog::ledger::Ledger;
use factlog::words::time::Timestamp;
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::pager::Output;
use super::says::{self, Policies};
use super::screen::{self, FAINT, STRONG};

/// Print what was recorded, newest first, one line an entry
///
/// Each line has the entry's index, the beginning of its id, the day that its author gave, its kind,
/// its author, and what it says. On a terminal the lines go through $PAGER (less, if it is unset).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog log
  factlog log --reviewer desk.example/alice     one signer's chain
  factlog log --kind verdict --kind retraction --limit 20
  factlog log --json | jq '.entries[].says'")]
pub(crate) struct Args {
    /// Only entries by this signer: a key's name, or what follows its last slash
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,
    /// Only entries of this kind; may be given again
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Vec<Kind>,
    /// Print at most so many lines
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

/// Lines that are read at a time, at first; each time twice as many.
const FIRST_LINES: usize = 128;

/// At most so many lines are held in memory.
const MOST_LINES: usize = 8192;

/// Columns that a signer's name may take on a terminal.
const NAME_COLUMNS: usize = 28;

/// Columns that what an entry says has before a signer's name has any: a standing and a rating.
const SAYS_COLUMNS: usize = 32;

/// With fewer columns than these, a name says nothing, and is left out.
const LEAST_NAME_COLUMNS: usize = 8;

#[derive(Serialize)]
struct Line {
    index: u64,
    id: String,
    #[serde(skip)]
    short: String,
    kind: Kind,
    at: Timestamp,
    by: String,
    key: String,
    n: u64,
    says: String,
}

/// What is left to be listed: indexes below this, or these, the last first.
enum Rest {
    Below(u64),
    These(Vec<u64>),
}

impl Rest {
    fn next(&mut self) -> Option<u64> {
        match self {
            Self::Below(0) => None,
            Self::Below(index) => {
                *index -= 1;
                Some(*index)
            }
            Self::These(indexes) => indexes.pop(),
        }
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let size = ledger.tree_head().size;
    let id = ledger.id().to_string();
    let mut rest = match &args.reviewer {
        Some(name) => Rest::These(chain(&ledger, name)?),
        None => Rest::Below(size),
    };
    let mut left = args.limit.unwrap_or(u64::MAX);
    let mut most = FIRST_LINES;
    let mut lines = read(&ledger, &mut rest, args, most, &mut left)?;
    drop(ledger);

    let mut out = Output::start(context);
    let mut page = Page::new(args, size, context.global.json, &lines);
    page.start(&mut out, &id, size)?;
    page.lines(&mut out, &lines)?;
    // Fewer lines than were asked for are the last ones.
    while lines.len() == most {
        most = (most * 2).min(MOST_LINES);
        let ledger = context.open_ledger()?;
        lines = read(&ledger, &mut rest, args, most, &mut left)?;
        drop(ledger);
        page.lines(&mut out, &lines)?;
    }
    page.end(&mut out)?;
    out.finish()?;
    Ok(Status::Done)
}

/// Reads the next lines, until there are `most` or none are left.
fn read(
    ledger: &Ledger,
    rest: &mut Rest,
    args: &Args,
    most: usize,
    left: &mut u64,
) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    let mut policies = Policies::new();
    while lines.len() < most && *left > 0 {
        let Some(index) = rest.next() else { break };
        let record = ledger.entry_at(index)?;
        let kind = record.entry.kind();
        if !args.kind.is_empty() && !args.kind.contains(&kind) {
            continue;
        }
        let header = record.entry.header();
        lines.push(Line {
            index,
            id: record.entry.id().to_string(),
            short: says::short(ledger, record.entry.id())?,
            kind,
            at: header.at,
            by: header.by.name().to_string(),
            key: header.by.to_string(),
            n: header.chain.n,
            says: says::says(ledger, &record, &mut policies)?,
        });
        *left -= 1;
    }
    Ok(lines)
}

/// Returns the indexes of the entries of all keys with a name, the oldest first.
fn chain(ledger: &Ledger, name: &str) -> anyhow::Result<Vec<u64>> {
    let keys = ledger.keys()?;
    let with = |fits: &dyn Fn(&str) -> bool| -> Vec<&SignerFacts> {
        keys.iter()
            .filter(|key| fits(key.key.name().as_str()))
            .collect()
    };
    let mut chosen = with(&|found| found == name);
    if chosen.is_empty() {
        chosen = with(&|found| found.rsplit('/').next() == Some(name));
    }
    let names: BTreeSet<&str> = chosen.iter().map(|key| key.key.name().as_str()).collect();
    let listed = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    if names.len() > 1 {
        let message = format!("{name:?} fits {} names", names.len());
        let hint = format!("give one of them whole: {}", listed(names));
        return Err(Failure::new(Status::NotFound, message).hint(hint).into());
    }
    if names.is_empty() {
        let all = keys.iter().map(|key| key.key.name().as_str()).collect();
        return Err(Failure::new(
            Status::NotFound,
            format!("no key here has the name {name:?}"),
        )
        .hint(format!("the names are {}", listed(all)))
        .into());
    }
    let mut indexes = BTreeSet::new();
    for key in chosen {
        indexes.extend(ledger.chain_of(key.key.public())?);
    }
    Ok(indexes.into_iter().collect())
}

/// Writes lines, as text or as the elements of one JSON document.
struct Page {
    json: bool,
    numbered: bool,
    any: bool,
    index_columns: usize,
    kind_columns: usize,
    name_columns: usize,
    /// Those of the terminal; what goes elsewhere is not cut.
    columns: Option<usize>,
}

/// What stands between two columns.
const GAP: &str = "  ";

/// Columns of an entry's number in its signer's chain.
const NUMBER_COLUMNS: usize = 6;

/// Returns how many columns signers' names have, where the widest takes `widest` and `fixed` are taken.
fn name_columns(widest: usize, columns: usize, fixed: usize) -> usize {
    let room = columns.saturating_sub(fixed + GAP.len() + SAYS_COLUMNS);
    let name = widest.min(NAME_COLUMNS).min(columns / 4).min(room);
    if name < widest.min(LEAST_NAME_COLUMNS) {
        0
    } else {
        name
    }
}

impl Page {
    fn new(args: &Args, size: u64, json: bool, first: &[Line]) -> Self {
        let widest = first
            .iter()
            .map(|line| screen::width(&line.by))
            .max()
            .unwrap_or(0);
        let mut page = Self {
            json,
            numbered: args.reviewer.is_some(),
            any: false,
            index_columns: size.saturating_sub(1).to_string().len(),
            kind_columns: first
                .iter()
                .map(|line| line.kind.as_str().len())
                .max()
                .unwrap_or(0),
            name_columns: widest,
            columns: io::stdout().is_terminal().then(screen::columns),
        };
        if let Some(columns) = page.columns {
            page.name_columns = name_columns(widest, columns, page.fixed_columns(first));
        }
        page
    }

    /// Returns the columns that are neither the signer's nor for what an entry says, with their gaps.
    fn fixed_columns(&self, first: &[Line]) -> usize {
        let widest = |width: fn(&Line) -> usize| first.iter().map(width).max().unwrap_or(0);
        let ids = widest(|line| line.short.len());
        let dates = widest(|line| line.at.date().to_string().len());
        let number = if self.numbered { NUMBER_COLUMNS } else { 0 };
        self.index_columns + ids + dates + number + self.kind_columns + 4 * GAP.len()
    }

    fn start(&self, out: &mut impl Write, ledger: &str, size: u64) -> io::Result<()> {
        if self.json {
            write!(
                out,
                "{{\"ledger\":\"{ledger}\",\"size\":{size},\"entries\":["
            )?;
        }
        Ok(())
    }

    fn lines(&mut self, out: &mut impl Write, lines: &[Line]) -> anyhow::Result<()> {
        for line in lines {
            if self.json {
                let separator = if self.any { "," } else { "" };
                write!(out, "{separator}{}", json_out::to_string(line)?)?;
            } else {
                writeln!(out, "{}", self.text(line))?;
            }
            self.any = true;
        }
        Ok(())
    }

    fn end(&self, out: &mut impl Write) -> io::Result<()> {
        if self.json {
            writeln!(out, "]}}")
        } else {
            Ok(())
        }
    }

    fn text(&self, line: &Line) -> String {
        let number = if self.numbered {
            format!(" #{:<4}", line.n)
        } else {
            String::new()
        };
        let mut parts = vec![
            format!("{:>width$}", line.index, width = self.index_columns),
            format!("{}{number}", line.short),
            screen::styled(FAINT, &line.at.date().to_string()),
            screen::styled(
                STRONG,
                &format!("{:<width$}", line.kind.as_str(), width = self.kind_columns),
            ),
        ];
        let name = match self.columns {
            Some(_) if self.name_columns == 0 => None,
            Some(_) => Some(screen::cut_beginning(&line.by, self.name_columns)),
            None => Some(screen::one_line(&line.by)),
        };
        if let Some(name) = name {
            let pad = self.name_columns.saturating_sub(screen::width(&name));
            parts.push(format!("{name}{}", " ".repeat(pad)));
        }
        let start = parts.join(GAP) + GAP;
        let used = screen::width(&anstream::adapter::strip_str(&start).to_string());
        let says = match self.columns {
            Some(columns) => screen::cut(&line.says, columns.saturating_sub(used).max(10)),
            None => screen::one_line(&line.says),
        };
        start + &says
    }
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::as_str))
        .map(|name| Kind::parse(&name).expect("the possible values are kinds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_gives_way_to_what_is_said() {
        // Index, id, day and kind of a young ledger take so many columns.
        let fixed = 35;
        assert_eq!(name_columns(19, 120, fixed), 19);
        assert_eq!(name_columns(40, 120, fixed), NAME_COLUMNS);
        assert_eq!(name_columns(19, 80, fixed), 11);
        assert_eq!(name_columns(5, 80, fixed), 5);
        assert_eq!(name_columns(19, 60, fixed), 0);
        assert_eq!(name_columns(0, 80, fixed), 0);
    }
}
