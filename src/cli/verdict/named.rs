//! How a line of verdicts names its claim, and finding that claim.

use std::collections::HashMap;
use std::sync::Arc;

use factlog::entry::Kind;
use factlog::ledger::{Found, Ledger};
use factlog::words::id::{ClaimId, EntryId};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cli::claim_list::{self, ClaimLine};
use crate::cli::proposals::Proposals;
use crate::cli::seek;

/// How a line names its claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Named {
    /// By its number in `factlog claims`.
    Number(usize),
    /// By what a person could type: the beginning of an id, or a number.
    Word(String),
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = value
            .as_u64()
            .and_then(|number| usize::try_from(number).ok());
        match (value, number) {
            (Value::String(text), _) => Ok(Self::Word(text)),
            (_, Some(number)) => Ok(Self::Number(number)),
            _ => Err(serde::de::Error::custom(
                "claim is neither an id nor a number",
            )),
        }
    }
}

/// The claims as they were listed once, and where in the list they are.
pub(super) struct Listed {
    lines: Vec<Arc<ClaimLine>>,
    by_number: HashMap<usize, usize>,
    by_origin: HashMap<String, usize>,
}

impl Listed {
    /// Lists the claims.
    pub(super) fn of(ledger: &Ledger, proposals: &Proposals) -> anyhow::Result<Self> {
        let lines: Vec<Arc<ClaimLine>> = claim_list::claim_list(ledger, proposals)?
            .into_iter()
            .map(Arc::new)
            .collect();
        let places = || lines.iter().enumerate();
        let by_number = places().filter_map(|(at, line)| Some((line.number?, at)));
        let by_origin = places().map(|(at, line)| (line.origin.to_string(), at));
        Ok(Self {
            by_number: by_number.collect(),
            by_origin: by_origin.collect(),
            lines,
        })
    }

    /// Returns the claim that a line names.
    pub(super) fn find(&self, ledger: &Ledger, named: &Named) -> anyhow::Result<Arc<ClaimLine>> {
        let numbered = |number| self.by_number.get(&number).map(|at| &self.lines[*at]);
        let word = match named {
            Named::Number(number) => {
                let line = numbered(*number)
                    .ok_or_else(|| seek::no_claim_numbered(*number, &self.lines))?;
                seek::refuse_unsure(&self.lines)?;
                return Ok(Arc::clone(line));
            }
            Named::Word(word) => word,
        };
        if let Some(at) = self.by_origin.get(word) {
            return Ok(Arc::clone(&self.lines[*at]));
        }
        if let Some(number) = seek::number(word) {
            if let Some(line) = numbered(number) {
                seek::refuse_unsure(&self.lines)?;
                seek::refuse_if_also_id(ledger, &self.lines, word, line)?;
                return Ok(Arc::clone(line));
            }
            if seek::is_number_alone(word) {
                return Err(seek::no_claim_numbered(number, &self.lines).into());
            }
        }
        if let Some(line) = seek::recorded_claim(ledger, word)? {
            return Ok(Arc::new(line));
        }
        let line = seek::of_list(&self.lines, word)?;
        Ok(Arc::clone(line.ok_or_else(|| seek::no_claim_begins(word))?))
    }
}

/// Returns the recorded claim that a line names by its id, for which no list is needed.
pub(super) fn recorded_id(ledger: &Ledger, named: &Named) -> anyhow::Result<Option<ClaimId>> {
    Ok(match named {
        Named::Word(word) if seek::number(word).is_none() => match entry_named(ledger, word)? {
            Some((id, Kind::Claim)) => Some(ClaimId(id.0)),
            _ => None,
        },
        _ => None,
    })
}

/// Returns the entry that a word is the id of, or the beginning of the id, and its kind.
///
/// Most lines name whole ids, and one of those is looked up without a search.
fn entry_named(ledger: &Ledger, word: &str) -> anyhow::Result<Option<(EntryId, Kind)>> {
    if let Ok(id) = word.parse::<EntryId>()
        && let Ok((_, facts)) = ledger.facts_of(&id)
    {
        return Ok(Some((id, facts.detail.kind())));
    }
    Ok(match ledger.find(word) {
        Ok(Found::Entry(id)) => Some((id, ledger.facts_of(&id)?.1.detail.kind())),
        _ => None,
    })
}
