//! What the desk says of a thing, wherever that is shown.

use std::collections::HashMap;
use std::io::Write as _;

use factlog::ledger::Ledger;
use factlog::words::id::ObjectId;
use serde::Serialize;

use super::{Assignment, Desk, DeskNote, Page, Thing};
use crate::cli::claim_list::ClaimLine;
use crate::cli::screen;

/// What the desk says of a thing.
#[derive(Clone, Serialize)]
pub(crate) struct Said {
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) assigned: Option<Assignment>,
    /// What was noted, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<DeskNote>,
}

impl Said {
    /// Takes it from a page.
    pub(crate) fn of(page: &Page) -> Self {
        Self {
            assigned: page.assigned.clone(),
            notes: page.notes.clone(),
        }
    }

    /// Returns its lines for a person, each with its label; notes are numbered from 1.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        let assigned = self.assigned.as_ref();
        let assigned = assigned.map(|assigned| ("desk".to_owned(), assigned.words()));
        let note = |(n, note): (usize, &DeskNote)| {
            let about = format!("({}, {})", note.by, note.at.date());
            (format!("note {n}"), format!("{} {about}", note.text))
        };
        let notes = (1..).zip(&self.notes).map(note);
        assigned.into_iter().chain(notes).collect()
    }
}

/// Returns what the desk says of a thing.
pub(crate) fn of_thing(ledger: &Ledger, thing: Thing) -> Option<Said> {
    let page = Desk::of(ledger).seen(thing);
    (!page.is_empty()).then(|| Said::of(&page))
}

/// Returns what the desk says of a claim.
pub(crate) fn of_line(ledger: &Ledger, line: &ClaimLine) -> anyhow::Result<Option<Said>> {
    let said = of_lines(ledger, std::slice::from_ref(line))?;
    Ok(said.into_values().next())
}

/// Returns what the desk says of claims, by what they were proposed as.
pub(crate) fn of_lines(
    ledger: &Ledger,
    lines: &[ClaimLine],
) -> anyhow::Result<HashMap<ObjectId, Said>> {
    let desk = Desk::of(ledger);
    let pages = desk.pages()?;
    let mut said = HashMap::new();
    for line in lines {
        let page = pages.of_line(&desk, line);
        said.extend(page.map(|page| (line.origin, Said::of(page))));
    }
    Ok(said)
}

/// Tells a person who reviews a claim what the desk says of it, on standard error.
pub(crate) fn tell(said: &Said) {
    let mut err = anstream::stderr().lock();
    let columns = screen::columns();
    for (name, text) in said.lines() {
        let text = screen::wrap(&screen::one_line(&text), columns, "            ");
        let _ = writeln!(err, "  {name:<9} {}", text.trim_start());
    }
}
