//! The check of the files that are kept beside the ledger: drafts, the desk's words, how sources were
//! fetched.

use std::path::Path;

use super::Check;
use crate::cli::desk::Desk;
use crate::cli::drafts::Drafts;
use crate::cli::verdict::KeptEvidence;
use crate::cli::{exit, fetched, reanchor};

/// The name of the check.
const NAME: &str = "beside it";

/// What to do where a file has no advice of its own.
const REMEDY: &str = "the folder must be yours to read";

pub(super) fn checks(folder: &Path) -> Vec<Check> {
    let wrong = |error: anyhow::Error| {
        let remedy = exit::of(&error).1.unwrap_or_else(|| REMEDY.to_owned());
        Check::wrong(NAME, format!("{error:#}"), remedy)
    };
    match faults(folder) {
        Ok(faults) if faults.is_empty() => {
            vec![Check::well(NAME, "drafts, notes and the like can be read")]
        }
        Ok(faults) => faults.into_iter().map(wrong).collect(),
        Err(error) => vec![wrong(error)],
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
