//! From what a person typed to the one thing that it names.

use factlog::ledger::{Found, Ledger, SeekError};

use super::claim_list::{self, ClaimLine, State};

/// What a person means.
pub(crate) enum Sought {
    /// An entry or an object of the ledger.
    Recorded(Found),
    /// A claim that is not recorded.
    Proposed(Box<ClaimLine>),
}

/// Finds what a person means: a number of `factlog claims`, or the beginning of the id of an entry,
/// an object or a proposed claim.
///
/// # Errors
/// Nothing has that number or id, or more than one thing has, which are then listed: exit status 3.
pub(crate) fn find(ledger: &Ledger, typed: &str) -> anyhow::Result<Sought> {
    let typed = typed.trim().to_ascii_lowercase();
    let is_number =
        typed.len() < 4 && !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        return Ok(of_claim(claim_list::find_claim(ledger, &typed)?));
    }
    match ledger.find(&typed) {
        Ok(found) => Ok(Sought::Recorded(found)),
        Err(SeekError::Ambiguous { prefix, found }) => {
            Err(claim_list::ambiguous(ledger, &prefix, &found))
        }
        Err(error @ SeekError::Nothing(_)) => match claim_list::find_claim(ledger, &typed) {
            Ok(line) => Ok(of_claim(line)),
            // That no claim has it either is no news.
            Err(_) => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

fn of_claim(line: ClaimLine) -> Sought {
    match line.state {
        State::Recorded { id, .. } => Sought::Recorded(Found::Entry(id.entry())),
        _ => Sought::Proposed(Box::new(line)),
    }
}
