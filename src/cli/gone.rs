//! What is said of an object that is not there: that it was erased, by which entry and on what
//! ground, or that it is missing.

use factlog::audit::facts::{ErasedFacts, Function};
use factlog::entry::{Basis, Body};
use factlog::ledger::{Ledger, LedgerError};
use factlog::words::id::{ObjectId, SourceId};
use serde::Serialize;

/// An object that was erased.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub(crate) struct Erased {
    /// The object.
    pub(crate) object: ObjectId,
    /// The index of the entry that erased it.
    pub(crate) entry: u64,
    /// On what ground, as the entry has it.
    pub(crate) basis: &'static str,
}

impl Erased {
    /// Says by which entry and on what ground, as in `erased by entry 7, basis court`.
    pub(crate) fn words(&self) -> String {
        format!("erased by entry {}, basis {}", self.entry, self.basis)
    }
}

/// Says of an object how it was erased; `None` where it was not.
pub(crate) fn erased(ledger: &Ledger, object: &ObjectId) -> Result<Option<Erased>, LedgerError> {
    let facts = ledger.facts_of_object(object)?;
    Ok(facts.and_then(|facts| facts.erased).map(|erased| Erased {
        object: *object,
        entry: erased.by,
        basis: Basis::as_str(erased.basis),
    }))
}

/// Says by which entry and on what ground, as in `erased by entry 7, basis court`.
pub(crate) fn by(erased: &ErasedFacts) -> String {
    format!("erased by entry {}, basis {}", erased.by, erased.basis)
}

/// Says of every erased claim, and of every erased text that claims point into, how it was erased: of
/// one source, or of all.
pub(crate) fn of_claims(
    ledger: &Ledger,
    wanted: Option<&SourceId>,
) -> Result<Vec<String>, LedgerError> {
    let mut lines = Vec::new();
    for erased in all(ledger)? {
        let Some(facts) = ledger.facts_of_object(&erased.object)? else {
            continue;
        };
        let record = ledger.entry_at(facts.introduced_by)?;
        let short = ledger.short(record.entry.id().as_bytes())?;
        let (source, what) = match record.entry.body() {
            Body::Claim(claim) => (claim.source, format!("the claim {short}")),
            Body::Source(source) => {
                let text = source.text.map(|text| text.blake3);
                if text != Some(erased.object) {
                    continue;
                }
                let id = SourceId(record.entry.id().0);
                (id, format!("the text of source {short}"))
            }
            _ => continue,
        };
        if wanted.is_none_or(|wanted| *wanted == source) {
            lines.push(format!("{what} was {}", erased.words()));
        }
    }
    Ok(lines)
}

/// Returns all that was erased, in log order by root. Only roots carry erasures, and they sign little.
fn all(ledger: &Ledger) -> Result<Vec<Erased>, LedgerError> {
    let mut found = Vec::new();
    for key in ledger.keys()? {
        if key.function != Function::Root {
            continue;
        }
        for index in ledger.chain_of(key.key.public())? {
            if let Body::Erasure(erasure) = ledger.entry_at(index)?.entry.body() {
                found.push(Erased {
                    object: erasure.object,
                    entry: index,
                    basis: erasure.basis.as_str(),
                });
            }
        }
    }
    Ok(found)
}

/// Returns what stands where an object's words would.
pub(crate) fn in_place_of(ledger: &Ledger, object: &ObjectId) -> Result<String, LedgerError> {
    Ok(match erased(ledger, object)? {
        Some(erased) => format!("({})", erased.words()),
        None => super::says::GONE.to_owned(),
    })
}
