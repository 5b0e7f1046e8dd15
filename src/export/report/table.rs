//! Tables: what a report consists of, whatever it is written as.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::super::escape::to_cell;

/// A table, with what is counted in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// What it is called in JSON, and as a file of CSV.
    pub name: &'static str,
    /// What it is called for people.
    pub title: &'static str,
    /// What is counted, and how.
    pub definition: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows: as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// What it is called in JSON and CSV.
    pub name: &'static str,
    /// What it is called for people.
    pub label: &'static str,
}

/// A cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// A number.
    Number(u64),
    /// Words, which may be a stranger's.
    Words(String),
    /// There is nothing to say.
    Empty,
}

impl Cell {
    /// Returns the number, where it is one.
    pub const fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns what it says, as words: nothing for an empty one.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Words(words) => words.clone(),
            Self::Empty => String::new(),
        }
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Cell {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl Table {
    /// Starts a table without rows.
    pub(super) fn new(
        name: &'static str,
        title: &'static str,
        definition: &'static str,
        columns: &[(&'static str, &'static str)],
    ) -> Self {
        let column = |(name, label): &(&'static str, &'static str)| Column { name, label };
        Self {
            name,
            title,
            definition,
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
        }
    }

    /// Makes a table of words, such as one about other tables.
    pub fn of_words<const N: usize>(
        name: &'static str,
        columns: [(&'static str, &'static str); N],
        rows: Vec<[String; N]>,
    ) -> Self {
        let mut table = Self::new(name, name, "", &columns);
        for row in rows {
            table.push(row.map(Cell::from));
        }
        table
    }

    /// Adds a row.
    pub(super) fn push<const N: usize>(&mut self, row: [Cell; N]) {
        debug_assert_eq!(N, self.columns.len(), "{}: a cell a column", self.name);
        self.rows.push(row.into());
    }

    /// Returns the place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Returns a cell of the row whose first cell says `key`.
    pub fn cell(&self, key: &str, column: &str) -> Option<&Cell> {
        let at = self.column(column)?;
        let is_key =
            |row: &&Vec<Cell>| matches!(row.first(), Some(Cell::Words(words)) if words == key);
        self.rows.iter().find(is_key)?.get(at)
    }

    /// Says whether a column has numbers, to be written at the right.
    pub fn is_of_numbers(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.all(|cell| !matches!(cell, Cell::Words(_)))
            && self
                .rows
                .iter()
                .any(|row| matches!(row.get(column), Some(Cell::Number(_))))
    }

    /// Writes the table as CSV, as [`super::super::csv`] does: RFC 4180, a header, and no cell that a
    /// spreadsheet takes for a formula.
    ///
    /// # Panics
    /// Never: memory can be written to.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut table = ::csv::WriterBuilder::new()
            .quote_style(::csv::QuoteStyle::NonNumeric)
            .terminator(::csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let header = self.columns.iter().map(|column| column.name);
        table
            .write_record(header)
            .expect("memory can be written to");
        for row in &self.rows {
            let cells = row.iter().map(|cell| to_cell(&cell.text()));
            table.write_record(cells).expect("memory can be written to");
        }
        table.into_inner().expect("memory can be written to")
    }
}

/// A table in JSON: what it is, and its rows as objects, without the cells that are empty.
impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut table = serializer.serialize_map(Some(3))?;
        table.serialize_entry("title", self.title)?;
        table.serialize_entry("definition", self.definition)?;
        table.serialize_entry("rows", &Rows(self))?;
        table.end()
    }
}

struct Rows<'t>(&'t Table);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            rows.serialize_element(&Row(self.0, row))?;
        }
        rows.end()
    }
}

struct Row<'t>(&'t Table, &'t [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(None)?;
        for (column, cell) in self.0.columns.iter().zip(self.1) {
            match cell {
                Cell::Number(number) => row.serialize_entry(column.name, number)?,
                Cell::Words(words) => row.serialize_entry(column.name, words)?,
                Cell::Empty => {}
            }
        }
        row.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(
            "names",
            "Names",
            "All.",
            &[("name", "Name"), ("n", "Number")],
        );
        table.push(["=1+1".into(), 3.into()]);
        table.push(["a \"b\",\nc".into(), Cell::Empty]);
        table
    }

    #[test]
    fn a_table_is_csv_that_no_spreadsheet_computes() {
        let csv = String::from_utf8(sample().to_csv()).expect("UTF-8");
        assert_eq!(
            csv,
            "\"name\",\"n\"\r\n\"'=1+1\",3\r\n\"a \"\"b\"\",\nc\",\"\"\r\n"
        );
    }

    #[test]
    fn a_table_is_json_without_what_is_empty() {
        let json = serde_json::to_value(sample()).expect("JSON");
        assert_eq!(
            json["rows"],
            serde_json::json!([{"name": "=1+1", "n": 3}, {"name": "a \"b\",\nc"}])
        );
        assert_eq!(json["definition"], "All.");
    }

    #[test]
    fn a_column_of_numbers_has_no_words() {
        let table = sample();
        assert!(!table.is_of_numbers(0));
        assert!(table.is_of_numbers(1));
        assert_eq!(table.cell("=1+1", "n"), Some(&Cell::Number(3)));
        assert_eq!(table.cell("=1+1", "m"), None);
    }
}
