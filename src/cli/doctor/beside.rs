//! The check of the files that are kept beside the ledger: drafts, the desk's words, how sources were
//! fetched.

use std::path::Path;

use factlog::ledger::Ledger;

use super::Check;
use crate::cli::desk::Desk;
use crate::cli::drafts::Drafts;
use crate::cli::verdict::KeptEvidence;
use crate::cli::{exit, fetched, reanchor};

/// The name of the check.
const NAME: &str = "beside it";

/// What to do where a file has no advice of its own.
const REMEDY: &str = "the folder must be yours to read";

fn wrong(error: &anyhow::Error) -> Check {
    let remedy = exit::of(error).1.unwrap_or_else(|| REMEDY.to_owned());
    Check::wrong(NAME, format!("{error:#}"), remedy)
}

/// Names what the desk says of things that the ledger lacks.
pub(super) fn unknown(ledger: &Ledger) -> Vec<Check> {
    let desk = Desk::of(ledger);
    // What can't be read is named by `checks`.
    let pages = desk.pages().unwrap_or_default();
    match desk.unknown(ledger, &pages) {
        Ok(unknown) => unknown.iter().map(|(_, fault)| wrong(fault)).collect(),
        Err(error) => vec![wrong(&error)],
    }
}

pub(super) fn checks(folder: &Path) -> Vec<Check> {
    match faults(folder) {
        Ok(faults) if faults.is_empty() => {
            vec![Check::well(NAME, "drafts, notes and the like can be read")]
        }
        Ok(faults) => faults.iter().map(wrong).collect(),
        Err(error) => vec![wrong(&error)],
    }
}

fn faults(folder: &Path) -> anyhow::Result<Vec<anyhow::Error>> {
    let drafts = Drafts::of(folder);
    let mut faults = Desk::faults(folder)?;
    faults.extend(drafts.faults()?);
    faults.extend(KeptEvidence::faults(&drafts)?);
    faults.extend(reanchor::fault(&drafts));
    faults.extend(fetched::faults(folder)?);
    Ok(faults)
}
