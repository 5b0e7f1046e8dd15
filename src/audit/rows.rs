//! Facts as key/value rows: the form in which a database keeps them.
//!
//! A row's key is a capital letter and what it is looked up by; numbers are big-endian. No row is
//! longer than [`MAX_ROW_BYTES`]. Reading is strict: a row of another length, or with a value that
//! writing never gives, is refused. Rows can always be built again from the entries, so this form
//! is no part of the ledger's format and no hash covers it.
//!
//! | key | value |
//! | --- | --- |
//! | `L` | [`LedgerFacts`] |
//! | `S` public key | [`SignerFacts`] |
//! | `N` name, key id | public key |
//! | `H` holder | [`ChainEnd`] |
//! | `U` holder, n | index of the entry that used a number past a gap |
//! | `I` entry id | index |
//! | `E` index | [`EntryFacts`] |
//! | `R` entry, reaffirmation | index of the reaffirmation of the same entry before it |
//! | `V` claim, holder | index of the latest verdict |
//! | `O` object id | [`ObjectFacts`] |

mod bytes;

use std::sync::Arc;

use super::facts::{ChainEnd, EntryFacts, Facts, LedgerFacts, ObjectFacts, SignerFacts};
use crate::trust::key::{KeyId, KeyName, PublicKey, VerifierKey};
use crate::words::id::{EntryId, ObjectId};

pub use bytes::RowError;

/// A row's value has at most this many bytes: genesis has at most 4,096, and says more.
pub const MAX_ROW_BYTES: usize = 4096;

/// Reads and keeps rows.
pub trait Rows {
    /// Says why rows could not be read or kept.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Returns the value that was put last under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error>;
    /// Keeps a value under a key, in place of the one that is there.
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), Self::Error>;
}

/// Says why facts in rows could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum RowFactsError<E: std::error::Error + 'static> {
    /// The rows could not be read or kept.
    #[error("the facts could not be read")]
    Rows(#[source] E),
    /// A row is not one that was written.
    #[error("the row {key:?} of the facts is damaged")]
    Damaged {
        /// The row's key, escaped.
        key: String,
        /// What is wrong with it.
        source: RowError,
    },
}

/// Returns the beginning of the keys of all objects whose ids begin with these bytes; the id follows the
/// letter.
pub fn objects_beginning(bytes: &[u8]) -> Vec<u8> {
    key(b'O', &[bytes])
}

/// Reads a row's key; `None` if it is not that of an entry's facts, by its index.
pub fn entry_of_key(row: &[u8]) -> Option<u64> {
    let index = row.strip_prefix(b"E")?.try_into().ok()?;
    Some(u64::from_be_bytes(index))
}

/// Returns the key of the facts of the entry at an index; those of all entries follow each other.
pub fn entry_at(index: u64) -> Vec<u8> {
    key(b'E', &[&index.to_be_bytes()])
}

/// What the keys of all rows of reaffirmations begin with.
pub const REAFFIRMATIONS: &[u8] = b"R";

/// Reads a row of a reaffirmation: the entry, the reaffirmation, and the one of the same entry before it;
/// `None` if it is none.
pub fn parse_reaffirmation(row: &[u8], value: &[u8]) -> Option<(u64, u64, u64)> {
    let key: &[u8; 16] = row.strip_prefix(REAFFIRMATIONS)?.try_into().ok()?;
    let (entry, by) = key.split_first_chunk()?;
    Some((
        u64::from_be_bytes(*entry),
        u64::from_be_bytes(by.try_into().ok()?),
        u64::from_be_bytes(value.try_into().ok()?),
    ))
}

/// Facts kept in rows.
#[derive(Clone, Debug, Default)]
pub struct RowFacts<R>(pub R);

impl<R: Rows> RowFacts<R> {
    fn get<T>(
        &self,
        key: &[u8],
        parse: impl FnOnce(&[u8]) -> Result<T, RowError>,
    ) -> Result<Option<T>, RowFactsError<R::Error>> {
        let Some(value) = self.0.get(key).map_err(RowFactsError::Rows)? else {
            return Ok(None);
        };
        match parse(&value) {
            Ok(fact) => Ok(Some(fact)),
            Err(source) => Err(RowFactsError::Damaged {
                key: key.escape_ascii().to_string(),
                source,
            }),
        }
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), RowFactsError<R::Error>> {
        debug_assert!(value.len() <= MAX_ROW_BYTES, "a row is short");
        self.0.put(key, value).map_err(RowFactsError::Rows)
    }
}

impl<R: Rows> Facts for RowFacts<R> {
    type Error = RowFactsError<R::Error>;

    fn ledger(&self) -> Result<Option<Arc<LedgerFacts>>, Self::Error> {
        self.get(b"L", LedgerFacts::parse)
            .map(|found| found.map(Arc::new))
    }

    fn set_ledger(&mut self, ledger: LedgerFacts) -> Result<(), Self::Error> {
        self.put(b"L".to_vec(), ledger.to_bytes())
    }

    fn signer(&self, public: &PublicKey) -> Result<Option<Arc<SignerFacts>>, Self::Error> {
        self.get(&key(b'S', &[public.as_bytes()]), SignerFacts::parse)
            .map(|found| found.map(Arc::new))
    }

    fn set_signer(&mut self, signer: SignerFacts) -> Result<(), Self::Error> {
        let value = signer.to_bytes();
        self.put(key(b'S', &[signer.key.public().as_bytes()]), value)
    }

    fn named(&self, name: &KeyName, id: KeyId) -> Result<Option<PublicKey>, Self::Error> {
        self.get(&named(name, id), bytes::parse_public)
    }

    fn set_named(&mut self, key: &VerifierKey) -> Result<(), Self::Error> {
        self.put(
            named(key.name(), key.id()),
            key.public().as_bytes().to_vec(),
        )
    }

    fn chain(&self, holder: &PublicKey) -> Result<Option<ChainEnd>, Self::Error> {
        self.get(&key(b'H', &[holder.as_bytes()]), ChainEnd::parse)
    }

    fn set_chain(&mut self, holder: &PublicKey, end: ChainEnd) -> Result<(), Self::Error> {
        self.put(key(b'H', &[holder.as_bytes()]), end.to_bytes())
    }

    fn used(&self, holder: &PublicKey, n: u64) -> Result<Option<u64>, Self::Error> {
        self.get(&used(holder, n), bytes::parse_index)
    }

    fn set_used(&mut self, holder: &PublicKey, n: u64, index: u64) -> Result<(), Self::Error> {
        self.put(used(holder, n), index.to_be_bytes().to_vec())
    }

    fn index_of(&self, id: &EntryId) -> Result<Option<u64>, Self::Error> {
        self.get(&key(b'I', &[id.as_bytes()]), bytes::parse_index)
    }

    fn entry(&self, index: u64) -> Result<Option<EntryFacts>, Self::Error> {
        self.get(&entry_at(index), EntryFacts::parse)
    }

    fn set_entry(&mut self, index: u64, entry: EntryFacts) -> Result<(), Self::Error> {
        let at = index.to_be_bytes();
        if self.index_of(&entry.id)?.is_none() {
            self.put(key(b'I', &[entry.id.as_bytes()]), at.to_vec())?;
        }
        self.put(key(b'E', &[&at]), entry.to_bytes())
    }

    fn reaffirmed_before(&self, index: u64, by: u64) -> Result<Option<u64>, Self::Error> {
        self.get(&reaffirmed(index, by), bytes::parse_index)
    }

    fn set_reaffirmed_before(
        &mut self,
        index: u64,
        by: u64,
        before: u64,
    ) -> Result<(), Self::Error> {
        self.put(reaffirmed(index, by), before.to_be_bytes().to_vec())
    }

    fn latest_verdict(&self, claim: u64, holder: &PublicKey) -> Result<Option<u64>, Self::Error> {
        self.get(&latest(claim, holder), bytes::parse_index)
    }

    fn set_latest_verdict(
        &mut self,
        claim: u64,
        holder: &PublicKey,
        verdict: u64,
    ) -> Result<(), Self::Error> {
        self.put(latest(claim, holder), verdict.to_be_bytes().to_vec())
    }

    fn object(&self, id: &ObjectId) -> Result<Option<ObjectFacts>, Self::Error> {
        self.get(&key(b'O', &[id.as_bytes()]), ObjectFacts::parse)
    }

    fn set_object(&mut self, id: &ObjectId, object: ObjectFacts) -> Result<(), Self::Error> {
        self.put(key(b'O', &[id.as_bytes()]), object.to_bytes())
    }
}

fn key(letter: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![letter];
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

fn named(name: &KeyName, id: KeyId) -> Vec<u8> {
    // The id has four bytes, so no two pairs give one key.
    key(b'N', &[name.as_str().as_bytes(), &id.0])
}

fn used(holder: &PublicKey, n: u64) -> Vec<u8> {
    key(b'U', &[holder.as_bytes(), &n.to_be_bytes()])
}

fn reaffirmed(index: u64, by: u64) -> Vec<u8> {
    key(b'R', &[&index.to_be_bytes(), &by.to_be_bytes()])
}

fn latest(claim: u64, holder: &PublicKey) -> Vec<u8> {
    key(b'V', &[&claim.to_be_bytes(), holder.as_bytes()])
}

#[cfg(test)]
mod tests;
