//! Composing entries: filling in what ties an entry to its ledger and to its author's chain.

use crate::entry::{Body, Chain, Draft, DraftError, Entry, Header};
use crate::trust::key::{SigningKey, VerifierKey};
use crate::trust::merkle::TreeHead;
use crate::trust::note::SignatureLine;
use crate::words::id::EntryId;
use crate::words::time::Timestamp;

/// Says why an entry could not be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The time given is before the author's previous entry.
    #[error("the time {at} is before {last}, that of {author}'s previous entry")]
    Time {
        /// The time given.
        at: Timestamp,
        /// The time of the author's previous entry.
        last: Timestamp,
        /// The author's key name.
        author: String,
    },
    /// The draft could not be signed.
    #[error("the entry could not be signed")]
    Draft(#[from] DraftError),
}

/// Makes one author's next entries: it knows the ledger, a tree head and where the author's chain is.
///
/// It needs no open ledger: what it makes is appended later, and refused then if the author's chain
/// has gone on meanwhile.
#[derive(Clone, Debug)]
pub struct Composer {
    by: VerifierKey,
    ledger: EntryId,
    after: TreeHead,
    chain: Chain,
    last: Option<Timestamp>,
}

impl Composer {
    pub(super) fn new(
        by: VerifierKey,
        ledger: EntryId,
        after: TreeHead,
        chain: Chain,
        last: Option<Timestamp>,
    ) -> Self {
        Self {
            by,
            ledger,
            after,
            chain,
            last,
        }
    }

    /// Returns the author's key.
    pub fn author(&self) -> &VerifierKey {
        &self.by
    }

    /// Returns the next entry's place in the author's chain.
    pub fn chain(&self) -> Chain {
        self.chain
    }

    /// Drafts the author's next entry, without signing it.
    ///
    /// # Errors
    /// `at` is before the author's previous entry.
    pub fn draft(&self, at: Timestamp, body: Body) -> Result<Draft, ComposeError> {
        if let Some(last) = self.last.filter(|last| at < *last) {
            let author = self.by.name().to_string();
            return Err(ComposeError::Time { at, last, author });
        }
        let header = Header {
            by: self.by.clone(),
            ledger: Some(self.ledger),
            at,
            after: Some(self.after),
            chain: self.chain,
        };
        Ok(Draft { header, body })
    }

    /// Signs a draft of this composer and goes on to the next place in the chain.
    ///
    /// `others` are the keys beside the author's that the kind calls for.
    pub fn sign(
        &mut self,
        draft: &Draft,
        key: &SigningKey,
        others: &[&SigningKey],
    ) -> Result<Entry, ComposeError> {
        let mut keys = vec![key];
        keys.extend(
            others
                .iter()
                .copied()
                .filter(|other| other.verifier() != key.verifier()),
        );
        let entry = draft.sign(&keys)?;
        self.go_on(draft, &entry);
        Ok(entry)
    }

    /// Puts signature lines that were made elsewhere, the author's among them, to a draft of this
    /// composer, and goes on to the next place in the chain.
    pub fn assemble(
        &mut self,
        draft: &Draft,
        lines: Vec<SignatureLine>,
    ) -> Result<Entry, ComposeError> {
        let entry = draft.assemble(lines)?;
        self.go_on(draft, &entry);
        Ok(entry)
    }

    fn go_on(&mut self, draft: &Draft, entry: &Entry) {
        self.chain = Chain {
            n: self.chain.n + 1,
            prev: Some(entry.id()),
        };
        self.last = Some(draft.header.at);
    }
}
