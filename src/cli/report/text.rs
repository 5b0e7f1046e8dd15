//! A report as text: each table with its definition, in columns.

use factlog::export::report::{Cell, Report, Table};

use crate::cli::screen::{self, FAINT, STRONG};

/// So many rows of a table are printed.
const MOST_ROWS: usize = 25;

/// A column of words is cut to so many columns, unless it is the last one.
const MOST_COLUMNS: usize = 34;

/// What stands between columns.
const GAP: &str = "  ";

/// Columns of a text that goes to a file.
const FILE_COLUMNS: usize = 100;

/// Writes all tables; for a terminal at its width, else as wide as a file may be.
pub(super) fn page(report: &Report, is_terminal: bool) -> String {
    let columns = if is_terminal {
        screen::columns()
    } else {
        FILE_COLUMNS
    };
    let ledger = &report.ledger;
    let style = |style, text: &str| {
        if is_terminal {
            screen::styled(style, text)
        } else {
            text.to_owned()
        }
    };
    let title = format!(
        "{}: fact-checks, {}",
        screen::one_line(&ledger.desk),
        report.period.words()
    );
    let about = format!(
        "ledger {}, {} entries, root {}",
        screen::one_line(&ledger.origin),
        ledger.size,
        ledger.root
    );
    let about = screen::wrap(&about, columns, "");
    let mut page = format!("{}\n{}\n", style(STRONG, &title), style(FAINT, &about));
    for table in &report.tables {
        page.push('\n');
        page.push_str(&style(STRONG, table.title));
        page.push('\n');
        page.push_str(&style(FAINT, &screen::wrap(table.definition, columns, "")));
        page.push('\n');
        for line in lines(table, columns) {
            page.push_str(&line);
            page.push('\n');
        }
    }
    page
}

fn lines(table: &Table, columns: usize) -> Vec<String> {
    if table.rows.is_empty() {
        return vec![format!("{GAP}none")];
    }
    let mut lines = if table.name == "corrections" {
        corrections(table, columns)
    } else {
        in_columns(table, columns)
    };
    if let Some(more) = table
        .rows
        .len()
        .checked_sub(MOST_ROWS)
        .filter(|more| *more > 0)
    {
        lines.push(format!(
            "{GAP}and {more} more: --format csv --table {}",
            table.name
        ));
    }
    lines
}

fn in_columns(table: &Table, columns: usize) -> Vec<String> {
    // A figure's name is for programs, and its definition is said in other formats; so are ids.
    let is_shown =
        |at: &usize| !["figure", "definition", "verdict"].contains(&table.columns[*at].name);
    let shown: Vec<usize> = (0..table.columns.len()).filter(is_shown).collect();
    let head: Vec<String> = shown
        .iter()
        .map(|at| table.columns[*at].label.to_owned())
        .collect();
    let rows = table.rows.iter().take(MOST_ROWS).map(|row| {
        let cells = shown.iter().map(|at| screen::one_line(&said(&row[*at])));
        cells.collect::<Vec<String>>()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let is_number: Vec<bool> = shown.iter().map(|at| table.is_of_numbers(*at)).collect();
    let widths = widths(&head, &rows, &is_number, columns);
    let mut lines = headings(&head, &widths, &is_number);
    lines.extend(
        rows.iter()
            .flat_map(|row| row_lines(row, &widths, &is_number)),
    );
    let left_out = &head[widths.len()..];
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        let more = format!(
            "without {names}: --format csv --table {}, or a wider terminal",
            table.name
        );
        lines.push(screen::wrap(&more, columns, GAP));
    }
    lines
}

/// Writes a row: where its last column has words, these go on in the lines below.
fn row_lines(row: &[String], widths: &[usize], is_number: &[bool]) -> Vec<String> {
    let last = widths.len().saturating_sub(1);
    let (Some(words), Some(false)) = (row.get(last), is_number.get(last)) else {
        return vec![line(row, widths, is_number)];
    };
    let folded = screen::fold(words, widths[last]);
    let mut lines = Vec::new();
    for (n, words) in folded.lines().enumerate() {
        let mut cells = if n == 0 {
            row[..last].to_vec()
        } else {
            vec![String::new(); last]
        };
        cells.push(words.to_owned());
        lines.push(line(&cells, widths, is_number));
    }
    if lines.is_empty() {
        lines.push(line(row, widths, is_number));
    }
    lines
}

/// Writes the headings over several lines, where a column is narrower than its heading; the last line
/// stands on the column.
fn headings(head: &[String], widths: &[usize], is_number: &[bool]) -> Vec<String> {
    let folded: Vec<Vec<String>> = head
        .iter()
        .zip(widths)
        .map(|(label, width)| {
            let folded = screen::fold(label, *width);
            folded.lines().map(str::to_owned).collect()
        })
        .collect();
    let most = folded.iter().map(Vec::len).max().unwrap_or(0);
    let at = |n: usize| {
        let cell = |lines: &Vec<String>| {
            let above = most - lines.len();
            let own = n.checked_sub(above).and_then(|n| lines.get(n));
            own.cloned().unwrap_or_default()
        };
        folded.iter().map(cell).collect::<Vec<String>>()
    };
    (0..most).map(|n| line(&at(n), widths, is_number)).collect()
}

fn said(cell: &Cell) -> String {
    match cell {
        Cell::Empty => "–".to_owned(),
        cell => cell.text(),
    }
}

/// A column of words is shrunk to no fewer columns than these, nor than its heading's longest word has.
const LEAST_WORDS: usize = 8;

/// Returns how wide the columns are: those that are widest are shrunk until all have room, and where
/// they have none, the last ones are left out, which say the least.
fn widths(head: &[String], rows: &[Vec<String>], is_number: &[bool], columns: usize) -> Vec<usize> {
    let cells = |at: usize| {
        let widths = rows.iter().map(|row| screen::width(&row[at]));
        widths.max().unwrap_or(0)
    };
    let longest_word = |at: usize| {
        let words = head[at].split(' ').map(screen::width);
        words.max().unwrap_or(0)
    };
    let least = |at: usize| {
        if is_number[at] {
            cells(at).max(longest_word(at))
        } else {
            cells(at).min(LEAST_WORDS).max(longest_word(at))
        }
    };
    let mut count = head.len();
    let needed = |count: usize| (0..count).map(|at| GAP.len() + least(at)).sum::<usize>();
    while count > 2 && needed(count) > columns {
        count -= 1;
    }
    let mut widths: Vec<usize> = (0..count)
        .map(|at| {
            let widest = cells(at).max(screen::width(&head[at]));
            if at + 1 == count {
                widest
            } else {
                widest.min(MOST_COLUMNS.max(least(at)))
            }
        })
        .collect();
    let room = columns.saturating_sub(GAP.len() * count);
    for numbers in [true, false] {
        while widths.iter().sum::<usize>() > room {
            let shrinks = |at: &usize| is_number[*at] == numbers && widths[*at] > least(*at);
            let Some(at) = (0..count).filter(shrinks).max_by_key(|at| widths[*at]) else {
                break;
            };
            widths[at] -= 1;
        }
    }
    widths
}

fn line(row: &[String], widths: &[usize], is_number: &[bool]) -> String {
    let mut line = String::new();
    for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
        let cell = screen::cut(cell, *width);
        let pad = " ".repeat(width.saturating_sub(screen::width(&cell)));
        line.push_str(GAP);
        if is_number[at] {
            line.push_str(&pad);
            line.push_str(&cell);
        } else {
            line.push_str(&cell);
            line.push_str(&pad);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Writes corrections, each with its reason: words that no column has room for.
fn corrections(table: &Table, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for row in table.rows.iter().take(MOST_ROWS) {
        let get = |name: &str| {
            let cell = table.column(name).and_then(|at| row.get(at));
            cell.map(Cell::text).filter(|text| !text.is_empty())
        };
        let said = |name: &str| get(name).unwrap_or_default();
        let to = get("to").map_or_else(String::new, |to| format!(" → {to}"));
        let days = match said("days").as_str() {
            "0" => "on the same day".to_owned(),
            "1" => "after 1 day".to_owned(),
            days => format!("after {days} days"),
        };
        let head = format!(
            "{}  {}: {}{to}, {days}, by {} (the verdict by {})",
            said("day"),
            said("tier"),
            said("from"),
            said("by"),
            said("of"),
        );
        lines.push(screen::wrap(&screen::one_line(&head), columns, GAP));
        let claim = get("claim").map(|claim| format!("“{claim}”"));
        let reason = get("reason").map(|reason| format!("reason: {reason}"));
        for words in claim.into_iter().chain(reason) {
            lines.push(screen::wrap(&screen::one_line(&words), columns, "      "));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn headings_are_folded_and_never_cut() {
        let head = words(&[
            "Claimant",
            "Checks in the period",
            "Days to the check",
            "Corrections",
        ]);
        let rows = [words(&["Ada Venn of the harbour board", "12", "3", "1"])];
        let is_number = [false, true, true, true];
        for columns in [120, 80, 60, 44] {
            let widths = widths(&head, &rows, &is_number, columns);
            let mut lines = headings(&head, &widths, &is_number);
            lines.push(line(&rows[0], &widths, &is_number));
            let page = lines.join("\n");
            assert_eq!(widths.len(), 4, "{page}");
            assert!(
                lines.iter().all(|line| screen::width(line) <= columns),
                "{page}"
            );
            for word in head.iter().flat_map(|label| label.split(' ')) {
                assert!(page.contains(word), "{columns}: {word}\n{page}");
            }
        }
        let long = words(&["update", "something was new, and is in it now"]);
        let lines = row_lines(&long, &[8, 14], &[false, false]);
        let whole: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
        assert_eq!(whole.join(" ").split_whitespace().count(), 9, "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains('…')), "{lines:?}");
        // Where nothing else helps, the last columns go.
        let narrow = widths(&head, &rows, &is_number, 24);
        assert_eq!(narrow.len(), 2);
    }
}
