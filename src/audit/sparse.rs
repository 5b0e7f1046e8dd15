//! Facts of a few entries, wherever they stand in the log: for the check of a proof bundle.
//!
//! Plain maps of the plain values: what takes room is what was kept, not how far apart it is.
//! [`super::memory::MemoryFacts`] is for whole logs.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use super::facts::{ChainEnd, EntryFacts, Facts, LedgerFacts, ObjectFacts, SignerFacts};
use crate::trust::key::{KeyId, KeyName, PublicKey, VerifierKey};
use crate::words::id::{EntryId, ObjectId};

/// Facts of entries with others missing between them.
#[derive(Default)]
pub struct SparseFacts {
    ledger: Option<Arc<LedgerFacts>>,
    signers: HashMap<PublicKey, Arc<SignerFacts>>,
    named: HashMap<(KeyName, KeyId), PublicKey>,
    chains: HashMap<PublicKey, ChainEnd>,
    used: HashMap<(PublicKey, u64), u64>,
    entries: HashMap<u64, EntryFacts>,
    indexes: HashMap<EntryId, u64>,
    reaffirmed: HashMap<(u64, u64), u64>,
    latest: HashMap<(u64, PublicKey), u64>,
    objects: HashMap<ObjectId, ObjectFacts>,
}

impl Facts for SparseFacts {
    type Error = Infallible;

    fn ledger(&self) -> Result<Option<Arc<LedgerFacts>>, Infallible> {
        Ok(self.ledger.clone())
    }

    fn set_ledger(&mut self, ledger: LedgerFacts) -> Result<(), Infallible> {
        self.ledger = Some(Arc::new(ledger));
        Ok(())
    }

    fn signer(&self, public: &PublicKey) -> Result<Option<Arc<SignerFacts>>, Infallible> {
        Ok(self.signers.get(public).cloned())
    }

    fn set_signer(&mut self, signer: SignerFacts) -> Result<(), Infallible> {
        let public = signer.key.public().clone();
        self.signers.insert(public, Arc::new(signer));
        Ok(())
    }

    fn named(&self, name: &KeyName, id: KeyId) -> Result<Option<PublicKey>, Infallible> {
        Ok(self.named.get(&(name.clone(), id)).cloned())
    }

    fn set_named(&mut self, key: &VerifierKey) -> Result<(), Infallible> {
        let name = (key.name().clone(), key.id());
        self.named.insert(name, key.public().clone());
        Ok(())
    }

    fn chain(&self, holder: &PublicKey) -> Result<Option<ChainEnd>, Infallible> {
        Ok(self.chains.get(holder).copied())
    }

    fn set_chain(&mut self, holder: &PublicKey, end: ChainEnd) -> Result<(), Infallible> {
        self.chains.insert(holder.clone(), end);
        Ok(())
    }

    fn used(&self, holder: &PublicKey, n: u64) -> Result<Option<u64>, Infallible> {
        Ok(self.used.get(&(holder.clone(), n)).copied())
    }

    fn set_used(&mut self, holder: &PublicKey, n: u64, index: u64) -> Result<(), Infallible> {
        self.used.insert((holder.clone(), n), index);
        Ok(())
    }

    fn index_of(&self, id: &EntryId) -> Result<Option<u64>, Infallible> {
        Ok(self.indexes.get(id).copied())
    }

    fn entry(&self, index: u64) -> Result<Option<EntryFacts>, Infallible> {
        Ok(self.entries.get(&index).cloned())
    }

    fn set_entry(&mut self, index: u64, entry: EntryFacts) -> Result<(), Infallible> {
        self.indexes.entry(entry.id).or_insert(index);
        self.entries.insert(index, entry);
        Ok(())
    }

    fn reaffirmed_before(&self, index: u64, by: u64) -> Result<Option<u64>, Infallible> {
        Ok(self.reaffirmed.get(&(index, by)).copied())
    }

    fn set_reaffirmed_before(
        &mut self,
        index: u64,
        by: u64,
        before: u64,
    ) -> Result<(), Infallible> {
        self.reaffirmed.insert((index, by), before);
        Ok(())
    }

    fn latest_verdict(&self, claim: u64, holder: &PublicKey) -> Result<Option<u64>, Infallible> {
        Ok(self.latest.get(&(claim, holder.clone())).copied())
    }

    fn set_latest_verdict(
        &mut self,
        claim: u64,
        holder: &PublicKey,
        verdict: u64,
    ) -> Result<(), Infallible> {
        self.latest.insert((claim, holder.clone()), verdict);
        Ok(())
    }

    fn object(&self, id: &ObjectId) -> Result<Option<ObjectFacts>, Infallible> {
        Ok(self.objects.get(id).copied())
    }

    fn set_object(&mut self, id: &ObjectId, object: ObjectFacts) -> Result<(), Infallible> {
        self.objects.insert(*id, object);
        Ok(())
    }
}
