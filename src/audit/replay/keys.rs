//! Changes of keys where they stand: roots, the log's key, keys that are added, rotated or revoked.
//!
//! `docs/format.md`, section 2.2, "Who signs what". What such an entry taints is recorded, not checked.

use super::Placed;
use crate::audit::facts::{Facts, Function, SignerFacts};
use crate::audit::finding::Code;
use crate::entry::{KeyEntry, KeyOp, LogKey, Roots};
use crate::trust::key::VerifierKey;
use crate::trust::merkle::{self, HashReader};

impl<F: Facts> Placed<'_, F> {
    /// Checks a change of the roots: the old and the new ones carry it, and new ones may be enrolled.
    pub(super) fn check_roots(
        &mut self,
        roots: &Roots,
        signers: Option<&[VerifierKey]>,
    ) -> Result<(), F::Error> {
        self.check_threshold(signers);
        if let Some(signers) = signers {
            self.check_signed_by(&roots.keys, roots.threshold, signers, "new roots");
        }
        self.check_from(roots.from);
        let ledger = self.ledger.clone();
        let in_force = ledger.as_ref().map_or(&[][..], |ledger| &ledger.roots.keys);
        let added = |root: &&VerifierKey| !in_force.contains(root);
        let added: Vec<&VerifierKey> = roots.keys.iter().filter(added).collect();
        for (at, root) in added.iter().enumerate() {
            self.check_enrolment(root)?;
            let shares =
                |other: &&VerifierKey| root.name() == other.name() && root.id() == other.id();
            if added[..at].iter().any(shares) {
                let message = format!("{} ({}) names two of the new roots", root.name(), root.id());
                self.find(Code::KeyIdTaken, message);
            }
        }
        Ok(())
    }

    /// Checks that a new log key is named as the ledger is in checkpoints.
    pub(super) fn check_log_name(&mut self, log: &LogKey) {
        let Some(ledger) = self.ledger.clone() else {
            return;
        };
        if *log.key.name() != ledger.origin {
            let message = format!(
                "the new log key is named {}, but the origin is {}",
                log.key.name(),
                ledger.origin
            );
            self.find(Code::LogName, message);
        }
    }

    /// Checks at which tree a new log key takes over.
    pub(super) fn check_takeover<T: HashReader>(
        &mut self,
        log: &LogKey,
        tree: &T,
    ) -> Result<(), T::Error> {
        if log.size > self.index {
            let message = format!(
                "the new log key takes over at size {}, but {} entries stand before it",
                log.size, self.index
            );
            self.find(Code::LogSize, message);
            return Ok(());
        }
        let since = self.ledger.as_ref().map_or(0, |ledger| ledger.log_since);
        if log.size < since {
            let message = format!(
                "the new log key takes over at size {}, but the one before it did so at {since}",
                log.size
            );
            self.find(Code::LogSize, message);
        }
        if self.has_gaps {
            return Ok(());
        }
        let root = merkle::root(log.size, tree)?;
        if root != log.root {
            let message = format!(
                "at size {} the tree's root is {root}, but the new log key takes over at {}",
                log.size, log.root
            );
            self.find(Code::LogRoot, message);
        }
        Ok(())
    }

    /// Checks a key that is added, rotated or revoked.
    pub(super) fn check_key(
        &mut self,
        entry: &KeyEntry,
        signers: Option<&[VerifierKey]>,
    ) -> Result<(), F::Error> {
        match entry.op {
            KeyOp::Add => {
                self.check_threshold(signers);
                self.check_enrolment(&entry.key)
            }
            KeyOp::Rotate => self.check_rotation(entry, signers),
            KeyOp::Revoke => {
                self.check_threshold(signers);
                self.check_revocation(entry)
            }
        }
    }

    /// Checks a rotation, by the old key itself or by roots.
    fn check_rotation(
        &mut self,
        entry: &KeyEntry,
        signers: Option<&[VerifierKey]>,
    ) -> Result<(), F::Error> {
        let Some(old) = &entry.old else { return Ok(()) };
        if self.entry.header().by == *old {
            // "The lines are exactly that of `old` and that of `key`."
            let lines = self.entry.note().signatures().len();
            if lines != 2 {
                let message = format!("{lines} signatures stand, but two are called for");
                self.find(Code::SignatureNotCalledFor, message);
            }
            // That the key is in force and has roles is asked of it as the old one.
            self.function();
        } else {
            self.check_threshold(signers);
        }
        if let Some(signer) = self.target(old)? {
            if !matches!(signer.function, Function::Roles(_)) {
                let message = format!(
                    "{} is {}, which is not rotated",
                    old.name(),
                    signer.function
                );
                self.find(Code::KeyTargetFunction, message);
            } else if let Some(ended) = signer.ended
                && self.entry.header().by != *old
            {
                let message = format!("the key {old} was ended by entry {}", ended.at);
                self.find(Code::KeyTargetEnded, message);
            }
        }
        self.check_enrolment(&entry.key)
    }

    fn check_revocation(&mut self, entry: &KeyEntry) -> Result<(), F::Error> {
        self.check_from(entry.from);
        let Some(signer) = self.target(&entry.key)? else {
            return Ok(());
        };
        if signer.function == Function::Log {
            let message = format!(
                "{} is the log's key, which a log entry changes",
                entry.key.name()
            );
            self.find(Code::KeyTargetFunction, message);
        }
        let Some(ledger) = self.ledger.clone() else {
            return Ok(());
        };
        let roots = &ledger.roots;
        if roots.keys.contains(&entry.key) && roots.keys.len() <= roots.threshold as usize {
            let message = format!(
                "{} roots would be left, but {} must sign",
                roots.keys.len() - 1,
                roots.threshold
            );
            self.find(Code::RootsTooFew, message);
        }
        Ok(())
    }

    /// Returns the key that an entry is about, if it is enrolled under its name.
    fn target(
        &mut self,
        key: &VerifierKey,
    ) -> Result<Option<std::sync::Arc<SignerFacts>>, F::Error> {
        let signer = self.facts.signer(key.public())?;
        if let Some(signer) = signer.filter(|signer| signer.key == *key) {
            return Ok(Some(signer));
        }
        self.find(
            Code::KeyTargetUnknown,
            format!("the key {key} is not enrolled"),
        );
        Ok(None)
    }

    fn check_from(&mut self, from: Option<u64>) {
        if let Some(from) = from.filter(|from| *from > self.index) {
            let message = format!(
                "it taints from index {from}, but it stands at {} itself",
                self.index
            );
            self.find(Code::FromSize, message);
        }
    }
}
