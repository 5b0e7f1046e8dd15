//! Foresight: what a revocation would taint, before it is signed.
//!
//! The facts as they are, but for one key that has ended: what is tainted by those and not by these
//! is what the revocation adds.

use std::sync::Arc;

use super::facts::{ChainEnd, EntryFacts, Facts, LedgerFacts, ObjectFacts, SignerFacts};
use super::taint::Taints;
use crate::trust::key::{KeyId, KeyName, PublicKey, VerifierKey};
use crate::words::id::{EntryId, ObjectId};

/// Returns the indexes of the entries that a revocation at `until` would taint from `from` on, and
/// that are not tainted without it.
pub fn would_taint<F: Facts>(
    facts: &F,
    key: &PublicKey,
    from: u64,
    until: u64,
) -> Result<Vec<u64>, F::Error> {
    let Some(signer) = facts.signer(key)? else {
        return Ok(vec![]);
    };
    let ended = signer.end(until, Some(from));
    let from = ended.tainted.map_or(until, |tainted| tainted.from);
    let revoked = Revoked {
        facts,
        signer: Arc::new(SignerFacts {
            ended: Some(ended),
            ..(*signer).clone()
        }),
    };
    let (mut before, mut after) = (Taints::default(), Taints::default());
    let mut indexes = Vec::new();
    for index in from..until {
        if let Some(entry) = facts.entry(index)?
            && after.is_tainted(&revoked, index, &entry)?
            && !before.is_tainted(facts, index, &entry)?
        {
            indexes.push(index);
        }
    }
    Ok(indexes)
}

/// Facts, as they would be with a key revoked. They are only read.
struct Revoked<'a, F> {
    facts: &'a F,
    signer: Arc<SignerFacts>,
}

impl<F: Facts> Facts for Revoked<'_, F> {
    type Error = F::Error;

    fn ledger(&self) -> Result<Option<Arc<LedgerFacts>>, F::Error> {
        let ledger = self.facts.ledger()?;
        Ok(ledger.map(|ledger| {
            Arc::new(LedgerFacts {
                taint_changed: Some(u64::MAX),
                ..(*ledger).clone()
            })
        }))
    }

    fn signer(&self, public: &PublicKey) -> Result<Option<Arc<SignerFacts>>, F::Error> {
        if public == self.signer.key.public() {
            return Ok(Some(Arc::clone(&self.signer)));
        }
        self.facts.signer(public)
    }

    fn named(&self, name: &KeyName, id: KeyId) -> Result<Option<PublicKey>, F::Error> {
        self.facts.named(name, id)
    }

    fn chain(&self, holder: &PublicKey) -> Result<Option<ChainEnd>, F::Error> {
        self.facts.chain(holder)
    }

    fn used(&self, holder: &PublicKey, n: u64) -> Result<Option<u64>, F::Error> {
        self.facts.used(holder, n)
    }

    fn index_of(&self, id: &EntryId) -> Result<Option<u64>, F::Error> {
        self.facts.index_of(id)
    }

    fn entry(&self, index: u64) -> Result<Option<EntryFacts>, F::Error> {
        self.facts.entry(index)
    }

    fn reaffirmed_before(&self, index: u64, by: u64) -> Result<Option<u64>, F::Error> {
        self.facts.reaffirmed_before(index, by)
    }

    fn latest_verdict(&self, claim: u64, holder: &PublicKey) -> Result<Option<u64>, F::Error> {
        self.facts.latest_verdict(claim, holder)
    }

    fn object(&self, id: &ObjectId) -> Result<Option<ObjectFacts>, F::Error> {
        self.facts.object(id)
    }

    fn set_ledger(&mut self, _: LedgerFacts) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_signer(&mut self, _: SignerFacts) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_named(&mut self, _: &VerifierKey) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_chain(&mut self, _: &PublicKey, _: ChainEnd) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_used(&mut self, _: &PublicKey, _: u64, _: u64) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_entry(&mut self, _: u64, _: EntryFacts) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_reaffirmed_before(&mut self, _: u64, _: u64, _: u64) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_latest_verdict(&mut self, _: u64, _: &PublicKey, _: u64) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }

    fn set_object(&mut self, _: &ObjectId, _: ObjectFacts) -> Result<(), F::Error> {
        unreachable!("{ONLY_READ}")
    }
}

/// Why nothing is kept here.
const ONLY_READ: &str = "what would be is only looked at";
