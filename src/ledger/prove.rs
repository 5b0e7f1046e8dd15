//! Making proofs: of a verdict, of a publication, of one entry, of a log that only grew.
//!
//! `docs/format.md`, section 14, says which entries, objects and slices a bundle has;
//! [`crate::audit::bundle`] checks one. What leaves the house of a source follows its rights, unless
//! whoever makes the proof wishes otherwise; and what of it leaves is told beside the bundle.

mod gather;

use super::{Ledger, LedgerError, Record};
use crate::audit::bundle::{About, Bundle, BundleEntry};
use crate::audit::facts::Function;
use crate::entry::Kind;
use crate::store::HashError;
use crate::trust::checkpoint::{Checkpoint, CheckpointError};
use crate::trust::entry_proof::{EntryProof, ProofFileError, WitnessRequest};
use crate::trust::merkle::{RootHash, TreeHead};
use crate::trust::note::{NoteError, SignedNote, VerifyError};
use crate::trust::proof::{ConsistencyProof, InclusionProof, ProveError as TreeError};
use crate::trust::slice::RangeError;
use crate::words::id::{EntryId, ObjectId, VerdictId};

use self::gather::Gathered;

/// Says why a proof could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The checkpoint that is kept is no note.
    #[error("the last checkpoint can't be read")]
    Checkpoint(#[source] NoteError),
    /// A proof could not be made from the tree.
    #[error("the proof can't be made from the tree")]
    Tree(#[source] TreeError<HashError>),
    /// A proof does not fit into its file.
    #[error("the proof can't be written")]
    File(#[from] ProofFileError),
    /// A quote lies outside of its text.
    #[error("a quote lies outside of text {text}")]
    Quote {
        /// The text.
        text: ObjectId,
        /// Why.
        #[source]
        source: RangeError,
    },
    /// The older checkpoint is not this ledger's.
    #[error("the older checkpoint is not one that this ledger's log signed")]
    OldSignature(#[source] VerifyError),
    /// What the log signed as the older checkpoint is none.
    #[error("the older checkpoint can't be read")]
    OldForm(#[source] CheckpointError),
    /// The older checkpoint is of a larger log.
    #[error("the older checkpoint is of {old} entries, but the ledger has {ledger}")]
    OldLarger {
        /// Its size.
        old: u64,
        /// The ledger's.
        ledger: u64,
    },
    /// The tree had another root: the log was forked.
    #[error("at size {} this ledger's root is {found}, but the older checkpoint has {}", .old.size, .old.root)]
    Forked {
        /// What the checkpoint says.
        old: TreeHead,
        /// What the tree says.
        found: RootHash,
    },
}

/// What of the texts goes into a bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reveal {
    /// Texts whose rights are public, slices of those that may be quoted, nothing of others.
    #[default]
    AsRights,
    /// Slices in the place of every text, and nothing of those that are withheld.
    Quotations,
    /// Every text, whatever its rights: by explicit wish.
    Texts,
}

/// What is quoted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoted {
    /// The words of the claim entry at this index.
    Claim(u64),
    /// The quote of this piece of the verdict's evidence, from 0.
    Evidence(usize),
}

/// How much of a text a quote reveals to whoever gets the bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Revealed {
    /// What is quoted.
    pub quoted: Quoted,
    /// The index of the source's entry.
    pub source: u64,
    /// How many bytes the quote has.
    pub words: u64,
    /// How many bytes of the text are shown for it, the quote among them. 0 where it is withheld.
    pub shown: u64,
    /// How many bytes the text has.
    pub text: u64,
}

impl Ledger {
    /// Makes the bundle that shows a verdict, and says what it reveals of each text.
    pub fn prove(
        &self,
        verdict: &VerdictId,
        reveal: Reveal,
    ) -> Result<(Bundle, Vec<Revealed>), ProveError> {
        self.bundle(About::Verdict(*verdict), reveal)
    }

    /// Makes the bundle that shows a publication: who signed the list of an export's files.
    pub fn prove_publication(&self, publication: &EntryId) -> Result<Bundle, ProveError> {
        let (bundle, _) = self.bundle(About::Publication(*publication), Reveal::default())?;
        Ok(bundle)
    }

    fn bundle(&self, about: About, reveal: Reveal) -> Result<(Bundle, Vec<Revealed>), ProveError> {
        let kind = match about {
            About::Verdict(_) => Kind::Verdict,
            About::Publication(_) => Kind::Publication,
        };
        let record = self.entry_of(kind, &about.entry())?;
        let (checkpoint, size) = self.proving_checkpoint()?;
        let gathered = Gathered::of(self, reveal, record, size)?;
        let Gathered {
            entries,
            objects,
            slices,
            revealed,
            ..
        } = gathered;
        let hashes = self.store.hashes();
        let mut shown = Vec::with_capacity(entries.len());
        for (index, entry) in entries {
            let proof = InclusionProof::prove(index, size, &hashes).map_err(ProveError::Tree)?;
            shown.push(BundleEntry {
                index,
                note: entry.note().as_str().to_owned(),
                path: proof.hashes,
            });
        }
        let bundle = Bundle {
            about,
            checkpoint: checkpoint.as_str().to_owned(),
            entries: shown,
            objects,
            slices,
        };
        Ok((bundle, revealed))
    }

    /// Makes the proof that an entry is in the log.
    pub fn prove_entry(&self, id: &EntryId) -> Result<(EntryProof, Record), ProveError> {
        let record = self.entry(id)?;
        let (checkpoint, size) = self.proving_checkpoint()?;
        let proof = InclusionProof::prove(record.index, size, &self.store.hashes());
        let proof = proof.map_err(ProveError::Tree)?;
        Ok((EntryProof::new(proof, checkpoint)?, record))
    }

    /// Makes the proof that the log only grew since an earlier checkpoint of it.
    pub fn consistency_request(&self, old: &SignedNote) -> Result<WitnessRequest, ProveError> {
        let keys = self.keys()?;
        let logs = keys.iter().filter(|key| key.function == Function::Log);
        // Two keys of the log never share name and key id.
        let logs: Vec<_> = logs.map(|key| &key.key).collect();
        let verified = old.verify(&logs).map_err(ProveError::OldSignature)?;
        let old = Checkpoint::from_verified(&verified).map_err(ProveError::OldForm)?;
        let (checkpoint, size) = self.proving_checkpoint()?;
        if old.head.size > size {
            return Err(ProveError::OldLarger {
                old: old.head.size,
                ledger: size,
            });
        }
        let found = self.root_at(old.head.size)?;
        if found != old.head.root {
            let old = old.head;
            return Err(ProveError::Forked { old, found });
        }
        let proof = ConsistencyProof::prove(old.head.size, size, &self.store.hashes());
        let proof = proof.map_err(ProveError::Tree)?;
        Ok(WitnessRequest::new(old.head.size, proof, checkpoint)?)
    }

    /// Returns the checkpoint that proofs lead to, and its size.
    fn proving_checkpoint(&self) -> Result<(SignedNote, u64), ProveError> {
        let size = self.tree_head().size;
        if let Some(cosigned) = self.cosigned(size)? {
            return Ok((cosigned, size));
        }
        let note = SignedNote::parse(self.checkpoint()).map_err(ProveError::Checkpoint)?;
        Ok((note, size))
    }
}
