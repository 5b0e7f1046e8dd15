//! The ledger's own lists in the database: which sources there are, whose claims, which verdicts.
//!
//! Rows of the store's facts, built from the entries by the index function, so they can always be
//! built again. A row's key says it all; a value is the entry's index, big-endian, and of `ls` the
//! source's id and its text's.
//!
//! | key | lists |
//! | --- | --- |
//! | `ls` index | sources, in log order |
//! | `lp` index | sources that are newer versions of others, in log order |
//! | `lt` text, index | sources with this text |
//! | `lc` source, start, index | a source's claims, in the text's order |
//! | `lv` claim, index | a claim's verdicts, in log order |
//! | `lr` entry, index | what answers an entry: what supersedes, retracts, approves or disputes it |
//! | `lk` public key, n | one signer's chain |
//! | `le` index | entries that enrol keys |
//!
//! [`super::live`] keeps more. They all begin with `l`, so that they can't be taken for replay's rows (`audit::rows`).

use crate::entry::{Body, Entry};
use crate::store::{FactError, Facts};
use crate::trust::key::PublicKey;
use crate::words::id::{EntryId, ObjectId};

/// Writes the rows of an entry.
pub(super) fn put(index: u64, entry: &Entry, facts: &mut Facts<'_>) -> Result<(), FactError> {
    let at = index.to_be_bytes();
    let header = entry.header();
    facts.put(chain(header.by.public(), Some(header.chain.n)), at)?;
    match entry.body() {
        Body::Source(source) => {
            let text = source.text.map(|text| text.blake3);
            let text = text.as_ref().map_or(&[][..], |text| &text.as_bytes()[..]);
            let row = [entry.id().as_bytes(), text].concat();
            facts.put([sources().as_slice(), &at].concat(), row)?;
            if source.replaces.is_some() {
                facts.put([newer_versions().as_slice(), &at].concat(), at)?;
            }
            if let Some(text) = source.text {
                facts.put([same_text(&text.blake3).as_slice(), &at].concat(), at)?;
            }
        }
        Body::Claim(claim) => {
            let list = claims(&claim.source.entry());
            facts.put(
                [list.as_slice(), &claim.start.to_be_bytes(), &at].concat(),
                at,
            )?;
            if let Some(older) = claim.supersedes {
                facts.put([answers(&older.entry()).as_slice(), &at].concat(), at)?;
            }
        }
        Body::Verdict(verdict) => {
            facts.put(
                [verdicts(&verdict.claim.entry()).as_slice(), &at].concat(),
                at,
            )?;
            if let Some(older) = verdict.supersedes {
                facts.put([answers(&older.entry()).as_slice(), &at].concat(), at)?;
            }
        }
        Body::Retraction(retraction) => {
            facts.put(
                [answers(&retraction.verdict.entry()).as_slice(), &at].concat(),
                at,
            )?;
        }
        Body::Approval(approval) => {
            facts.put(
                [answers(&approval.verdict.entry()).as_slice(), &at].concat(),
                at,
            )?;
        }
        Body::Genesis(_) | Body::Key(_) | Body::Roots(_) | Body::Log(_) => {
            facts.put([keys().as_slice(), &at].concat(), at)?;
        }
        _ => {}
    }
    Ok(())
}

/// Reads a source's row: its index, its id, and its text's; `None` if it is none.
pub(super) fn parse_source(key: &[u8], value: &[u8]) -> Option<(u64, EntryId, Option<ObjectId>)> {
    let index = key.last_chunk().copied().map(u64::from_be_bytes)?;
    let (id, text) = value.split_first_chunk()?;
    let text = match text {
        [] => None,
        text => Some(ObjectId(text.try_into().ok()?)),
    };
    Some((index, EntryId(*id), text))
}

/// The key of all sources' rows.
pub(super) fn sources() -> Vec<u8> {
    b"ls".to_vec()
}

/// The key of the rows of sources that are newer versions of others.
pub(super) fn newer_versions() -> Vec<u8> {
    b"lp".to_vec()
}

/// The key of the rows of all entries that enrol keys.
pub(super) fn keys() -> Vec<u8> {
    b"le".to_vec()
}

/// The key of the rows of all sources with this text.
pub(super) fn same_text(text: &ObjectId) -> Vec<u8> {
    [b"lt".as_slice(), text.as_bytes()].concat()
}

/// The key of the rows of a source's claims.
pub(super) fn claims(source: &EntryId) -> Vec<u8> {
    [b"lc".as_slice(), source.as_bytes()].concat()
}

/// What the rows of all claims' verdicts begin with.
pub(super) const VERDICTS: &[u8] = b"lv";

/// The key of the rows of a claim's verdicts.
pub(super) fn verdicts(claim: &EntryId) -> Vec<u8> {
    [VERDICTS, claim.as_bytes()].concat()
}

/// The key of the rows of what answers an entry.
pub(super) fn answers(entry: &EntryId) -> Vec<u8> {
    [b"lr".as_slice(), entry.as_bytes()].concat()
}

/// The key of the rows of a signer's chain, or of one place in it.
pub(super) fn chain(key: &PublicKey, n: Option<u64>) -> Vec<u8> {
    let mut row = [b"lk".as_slice(), key.as_bytes()].concat();
    if let Some(n) = n {
        row.extend(n.to_be_bytes());
    }
    row
}
