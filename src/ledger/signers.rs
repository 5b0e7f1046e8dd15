//! Reading what a ledger knows of its signers: their keys, their chains, what revoking one would taint.

use super::index::Reading;
use super::{Ledger, LedgerError, Record, rows};
use crate::audit::facts::{Facts as _, SignerFacts};
use crate::audit::foresight;
use crate::audit::rows::RowFacts;
use crate::entry::{Body, Entry};
use crate::trust::key::{PublicKey, VerifierKey};

impl Ledger {
    /// Returns what is known of a key; `None` if it was never enrolled.
    pub fn signer(&self, key: &PublicKey) -> Result<Option<SignerFacts>, LedgerError> {
        let facts = self.store.facts();
        let signer = RowFacts(Reading(&facts))
            .signer(key)
            .map_err(|e| LedgerError::Rows(e.into()))?;
        Ok(signer.map(|signer| signer.as_ref().clone()))
    }

    /// Returns all keys that were ever enrolled: roots, the log's, reviewers', in order of enrolment.
    pub fn keys(&self) -> Result<Vec<SignerFacts>, LedgerError> {
        let mut keys = Vec::new();
        for index in self.indexes(&rows::keys())? {
            for key in enrolled_by(&self.entry_at(index)?.entry) {
                // A change of the roots names those that stay, too.
                let signer = self.signer(key.public())?;
                keys.extend(signer.filter(|signer| signer.since == index));
            }
        }
        Ok(keys)
    }

    /// Returns the entries that revoking a key now would taint, from an index on, and that are not
    /// tainted before.
    pub fn would_taint(&self, key: &PublicKey, from: u64) -> Result<Vec<Record>, LedgerError> {
        let facts = self.store.facts();
        let size = self.tree_head().size;
        let indexes = foresight::would_taint(&RowFacts(Reading(&facts)), key, from, size)
            .map_err(|e| LedgerError::Rows(e.into()))?;
        indexes
            .into_iter()
            .map(|index| self.entry_at(index))
            .collect()
    }

    /// Returns the indexes of one key's entries, the oldest first.
    pub fn chain_of(&self, key: &PublicKey) -> Result<Vec<u64>, LedgerError> {
        self.indexes(&rows::chain(key, None))
    }

    /// Counts one key's entries, without going through them where each number of its chain was used.
    pub fn chain_length(&self, key: &PublicKey) -> Result<u64, LedgerError> {
        let chain = rows::chain(key, None);
        let number = |row: Option<Result<(Vec<u8>, Vec<u8>), _>>| -> Result<_, LedgerError> {
            let row = row.transpose()?;
            let n = row.and_then(|(key, _)| key.last_chunk().copied());
            Ok(n.map(u64::from_be_bytes))
        };
        let (first, last) = (
            number(self.store.facts_with_prefix(&chain).next())?,
            number(self.store.facts_with_prefix(&chain).next_back())?,
        );
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(0);
        };
        let facts = self.store.facts();
        let facts = RowFacts(Reading(&facts));
        let end = facts.holder(key).and_then(|holder| facts.chain(&holder));
        let end = end.map_err(|e| LedgerError::Rows(e.into()))?;
        // Numbers that a rotated key used before it lie below its own first one.
        if end.is_some_and(|end| last < end.whole) {
            return Ok(last - first + 1);
        }
        Ok(self.chain_of(key)?.len() as u64)
    }
}

/// Returns the keys that an entry enrols.
fn enrolled_by(entry: &Entry) -> Vec<VerifierKey> {
    match entry.body() {
        Body::Genesis(genesis) => genesis
            .roots
            .keys
            .iter()
            .chain([&genesis.log])
            .cloned()
            .collect(),
        Body::Key(key) => vec![key.key.clone()],
        Body::Roots(roots) => roots.keys.clone(),
        Body::Log(log) => vec![log.key.clone()],
        _ => vec![],
    }
}
