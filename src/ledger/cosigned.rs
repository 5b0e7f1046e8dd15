//! Cosigned checkpoints of a ledger: what is proved to witnesses, and what they gave.
//!
//! `docs/format.md`, sections 5 and 11. The ledger does not know which witnesses matter to anyone; it
//! keeps what was verified against the keys that its caller has.

use super::{Ledger, LedgerError};
use crate::store::StoreError;
use crate::trust::checkpoint::{Checkpoint, CheckpointError};
use crate::trust::cosignature::{Cosignature, CosignatureError, WitnessKey};
use crate::trust::merkle::TreeHead;
use crate::trust::note::{NoteError, SignatureLine, SignedNote, VerifyError};
use crate::trust::proof::{ConsistencyProof, ProveError};

/// Says why a cosigned checkpoint was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The ledger could not be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log's key did not sign it.
    #[error("the log's key did not sign the checkpoint")]
    Log(#[source] VerifyError),
    /// It is not a checkpoint of this ledger.
    #[error("the note is not a checkpoint of this ledger")]
    Checkpoint(#[from] CheckpointError),
    /// It is of a size that this ledger has not, or of another root.
    #[error("the checkpoint is of size {} and root {}, and this ledger has another root there", .0.size, .0.root)]
    OtherTree(TreeHead),
    /// A cosignature does not hold.
    #[error("a cosignature does not hold for this checkpoint")]
    Cosignature(#[from] CosignatureError),
    /// The lines can't stand in one note.
    #[error("the cosignatures can't stand in one note")]
    Note(#[from] NoteError),
}

impl Ledger {
    /// Returns the last kept checkpoint of a size with its cosignatures; `None` if there is none.
    ///
    /// Its log's line is verified with the log's key as it is now; cosignatures are for whoever knows
    /// the witnesses.
    pub fn cosigned(&self, size: u64) -> Result<Option<SignedNote>, LedgerError> {
        let bytes = self.store.kept_checkpoint(size)?;
        Ok(bytes.and_then(|bytes| SignedNote::parse(&bytes).ok()))
    }

    /// Goes through the sizes of which cosigned checkpoints are kept, in order, or from the end.
    pub fn cosigned_sizes(
        &self,
    ) -> impl DoubleEndedIterator<Item = Result<u64, LedgerError>> + use<> {
        let sizes = self.store.kept_checkpoints();
        sizes.map(|size: Result<u64, StoreError>| Ok(size?))
    }

    /// Proves that the tree of the first `newer` entries begins with that of the first `older`.
    pub fn prove_growth(&self, older: u64, newer: u64) -> Result<ConsistencyProof, LedgerError> {
        let size = self.tree_head().size;
        if newer > size {
            return Err(LedgerError::NoIndex(newer - 1));
        }
        match ConsistencyProof::prove(older, newer, &self.store.hashes()) {
            Ok(proof) => Ok(proof),
            Err(ProveError::Nothing(_)) => Err(LedgerError::NoIndex(older - 1)),
            Err(ProveError::Read(error)) => Err(error.into()),
        }
    }

    /// Keeps cosignatures of a checkpoint of this ledger in the journal, with those that were kept of
    /// the same size before; a witness's newer one replaces its older one. Returns the checkpoint as
    /// it was kept.
    ///
    /// # Errors
    ///
    /// If the checkpoint is not of this log, or a cosignature does not hold.
    pub fn keep_cosigned(
        &mut self,
        note: &SignedNote,
        cosignatures: &[(WitnessKey, Cosignature)],
    ) -> Result<SignedNote, KeepError> {
        let log = self.ledger_facts()?.log;
        let verified = note.verify(&[&log]).map_err(KeepError::Log)?;
        let checkpoint = Checkpoint::from_verified(&verified)?;
        checkpoint.check_origin(log.name())?;
        let head = checkpoint.head;
        if head.size > self.tree_head().size || self.root_at(head.size)? != head.root {
            return Err(KeepError::OtherTree(head));
        }
        let mut lines: Vec<SignatureLine> = note
            .signatures()
            .iter()
            .filter(|line| line.names(&log))
            .cloned()
            .collect();
        // Only what stands under the same text was said of it.
        let kept = self.cosigned(head.size)?;
        let kept = kept.filter(|kept| kept.text() == note.text());
        let earlier = kept.iter().flat_map(SignedNote::signatures);
        let is_new =
            |line: &&SignatureLine| !cosignatures.iter().any(|(key, _)| key.is_named_by(line));
        lines.extend(
            earlier
                .filter(is_new)
                .filter(|line| !line.names(&log))
                .cloned(),
        );
        lines.extend(cosignatures.iter().map(|(key, given)| given.to_line(key)));
        let cosigned = SignedNote::assemble(note.text(), lines)?;
        for (key, _) in cosignatures {
            key.verify(&cosigned)?;
        }
        if kept.as_ref() != Some(&cosigned) {
            self.store
                .keep_checkpoint(&cosigned)
                .map_err(LedgerError::from)?;
        }
        Ok(cosigned)
    }

    /// Returns the last checkpoint, as the log signed it, with the cosignatures of it that were kept.
    ///
    /// # Panics
    /// Never: a ledger that is open has a head.
    pub fn cosigned_head(&self) -> Result<SignedNote, LedgerError> {
        let head = self.store.signed_head();
        let head = &head.expect("an open ledger has a head").note;
        let kept = self.cosigned(self.tree_head().size)?;
        let Some(kept) = kept.filter(|kept| kept.text() == head.text()) else {
            return Ok(head.clone());
        };
        // The log's own line is that of the head, which was verified.
        let is_more = |line: &&SignatureLine| {
            let mut by_log = head.signatures().iter();
            !by_log.any(|own| own.name == line.name && own.id == line.id)
        };
        let more: Vec<SignatureLine> = kept.signatures().iter().filter(is_more).cloned().collect();
        Ok(head.with_lines(&more).unwrap_or_else(|_| head.clone()))
    }
}
