//! What approvers decided about a verdict, wherever a verdict is shown.

use factlog::audit::standing::VerdictStanding;
use factlog::entry::Body;
use factlog::export::PublishedDecision;
use factlog::ledger::{Ledger, LedgerError};
use factlog::words::note::Note;

use super::says;
use super::screen;

/// The decisions that count, and how many approvals are asked for.
pub(crate) struct Decisions {
    pub(crate) approvals: Vec<PublishedDecision>,
    pub(crate) approvals_needed: u32,
    pub(crate) disputes: Vec<PublishedDecision>,
}

impl Decisions {
    /// Reads the decisions that a standing rests on.
    pub(crate) fn of(ledger: &Ledger, standing: &VerdictStanding) -> Result<Self, LedgerError> {
        let read = |indexes: &[u64]| -> Result<Vec<PublishedDecision>, LedgerError> {
            let decided = indexes.iter().map(|index| decision(ledger, *index));
            decided.collect()
        };
        Ok(Self {
            approvals: read(&standing.approvals)?,
            approvals_needed: standing.approvals_needed,
            disputes: read(&standing.disputes)?,
        })
    }
}

fn decision(ledger: &Ledger, index: u64) -> Result<PublishedDecision, LedgerError> {
    let record = ledger.entry_at(index)?;
    let header = record.entry.header();
    let note: Option<Note> = match record.entry.body() {
        Body::Approval(approval) => match &approval.note {
            Some(id) => says::object(ledger, id)?,
            None => None,
        },
        _ => None,
    };
    Ok(PublishedDecision {
        entry: record.entry.id(),
        index,
        at: header.at,
        by: header.by.name().to_string(),
        note: note.map(|note| note.text),
    })
}

/// Says in words who approves and disputes a verdict; `None` where nobody does and nobody has to.
pub(crate) fn words(
    approvals: &[PublishedDecision],
    needed: u32,
    disputes: &[PublishedDecision],
) -> Option<String> {
    let mut parts = Vec::new();
    if needed > 0 || !approvals.is_empty() {
        let count = approvals.len();
        let word = if count.max(needed as usize) == 1 {
            "approval"
        } else {
            "approvals"
        };
        let mut text = if needed > 0 {
            format!("{count} of {needed} {word}")
        } else {
            format!("{count} {word}")
        };
        if !approvals.is_empty() {
            text = format!("{text}, by {}", names(approvals));
        }
        parts.push(text);
    }
    if !disputes.is_empty() {
        parts.push(format!("disputed by {}", names(disputes)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Says who decided, and the note with it.
pub(crate) fn with_note(decision: &PublishedDecision) -> String {
    let by = screen::one_line(&decision.by);
    match &decision.note {
        Some(note) => format!("disputed by {by}: {}", screen::one_line(note)),
        None => format!("disputed by {by}"),
    }
}

fn names(decisions: &[PublishedDecision]) -> String {
    let names: Vec<&str> = decisions
        .iter()
        .map(|decision| decision.by.as_str())
        .collect();
    names.join(", ")
}
