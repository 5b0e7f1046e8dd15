//! Reading what is shown of an object, which may have been erased.

use factlog::entry::{Body, Kind};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::id::{ObjectId, SourceId};
use serde_json::Value;

use super::gather::answer;
use super::view::{Id, ObjectShown};
use crate::cli::gone;

/// Returns the entry that introduced an object, and those that speak of it again: sources of the same
/// text, claims of the same words. The log is not searched for others, such as a
/// policy that came back into force.
fn speaking_of(ledger: &Ledger, id: &ObjectId) -> Result<Vec<Record>, LedgerError> {
    let Some(facts) = ledger.facts_of_object(id)? else {
        return Ok(vec![]);
    };
    let first = ledger.entry_at(facts.introduced_by)?;
    let source = match first.entry.body() {
        Body::Source(source) => Some(source.clone()),
        Body::Claim(claim) => match ledger.entry(&claim.source.entry())?.entry.body() {
            Body::Source(source) => Some(source.clone()),
            _ => None,
        },
        _ => None,
    };
    let mut records = vec![first];
    if let Some(text) = source.and_then(|source| source.text) {
        for source in ledger.sources_with_text(&text.blake3)? {
            if records[0].entry.kind() == Kind::Claim {
                records.extend(ledger.claims_of(&SourceId(source.entry.id().0))?);
            } else {
                records.push(source);
            }
        }
    }
    records.retain(|record| record.entry.objects().contains(id));
    records.sort_by_key(|record| record.index);
    records.dedup_by_key(|record| record.index);
    Ok(records)
}

/// Reads what is shown of an object.
pub(super) fn object(ledger: &Ledger, id: &ObjectId) -> anyhow::Result<ObjectShown> {
    let found = ledger.object_bytes(id)?;
    let erased = gone::erased(ledger, id)?;
    if found.is_none() && erased.is_none() {
        return Err(LedgerError::NoObject(*id).into());
    }
    let length = found.as_ref().map(|bytes| bytes.len() as u64);
    let bytes = found.unwrap_or_default();
    let content: Option<Value> = serde_json::from_slice(&bytes).ok();
    let type_name = content
        .as_ref()
        .and_then(|content| content["type"].as_str())
        .filter(|name| name.starts_with("factlog/"))
        .map(str::to_owned);
    let content = content.filter(|_| type_name.is_some());
    let text = if content.is_some() || length.is_none() {
        None
    } else {
        String::from_utf8(bytes).ok()
    };
    let entries = speaking_of(ledger, id)?;
    let entries = entries.iter().map(|record| answer(ledger, record));
    let entries = entries.collect::<anyhow::Result<_>>()?;
    Ok(ObjectShown {
        id: Id {
            full: id.to_string(),
            short: ledger.short(id.as_bytes())?,
        },
        bytes: length,
        erased,
        type_name,
        content,
        text,
        entries,
    })
}
