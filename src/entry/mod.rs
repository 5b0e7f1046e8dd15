//! What is appended to the log: small signed entries, one file a kind, and their one byte encoding.
//!
//! An entry is a signed note (C2SP signed-note v1) of two text lines: the tag
//! `factlog/entry@v1`, then one line of JSON in the profile of [`crate::words::json`]
//! (`docs/format.md`, section 2). The note's bytes are kept as they came: verifying reads them and
//! never writes the JSON again in the hope that it comes out the same.
//!
//! Departures from signed-note: an entry is at most 4,096 bytes; it carries no signature by a key
//! that the entry itself or the ledger's roots do not call for, and none twice; the author's line
//! stands first and the others follow in byte order of (name, key id).
//!
//! What is deliberately absent: whether the author was entitled, and whether the things an entry
//! speaks of exist. That is replay, in [`crate::audit`].

mod draft;
mod fields;
mod kinds;
mod wanting;

use std::fmt;

use crate::trust::key::VerifierKey;
use crate::trust::merkle::LeafHash;
use crate::trust::note::{BegunNote, NoteError, SignedNote, VerifyError};
use crate::trust::signature::Begun;
use crate::words::id::{EntryId, ObjectId};
use crate::words::json::JsonError;

pub use draft::{Draft, DraftError};
pub use fields::{Chain, Header};
pub use kinds::{
    Approval, Basis, Body, ClaimEntry, Continues, Decision, Erasure, Genesis, KeyEntry, KeyOp,
    Kind, LogKey, PolicyEntry, Publication, Reaffirmation, Retraction, RevocationReason, Role,
    RootSet, Roots, SourceEntry, VerdictEntry,
};
pub use wanting::{Short, Wanting};

/// The first line of every entry.
pub const TAG: &str = "factlog/entry@v1";

/// An entry's note has at most this many bytes. It bounds what a log reader must hold for one entry
/// and leaves room for about a dozen signatures; what is longer is an object.
pub const MAX_BYTES: usize = 4096;

/// Says why bytes are not an entry.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Longer than an entry may be.
    #[error("{0} bytes, but an entry has at most {MAX_BYTES}")]
    TooLong(usize),
    /// Not a signed note.
    #[error("not a signed note")]
    Note(#[from] NoteError),
    /// The text is not the tag and one line of JSON.
    #[error("the text is not {TAG:?} and one line of JSON")]
    Lines,
    /// The JSON is not of our profile, or its fields are not those of its kind.
    #[error("line 2")]
    Json(#[from] JsonError),
    /// The kind is none that this version knows.
    #[error("{0:?} is not a kind of entry")]
    UnknownKind(String),
    /// A field that the kind must have is missing, or one that it must not have is there.
    #[error("a {kind} entry {} the field {field:?}", if *.required { "lacks" } else { "must not have" })]
    Presence {
        /// The entry's kind.
        kind: Kind,
        /// The field.
        field: &'static str,
        /// Whether the kind requires it.
        required: bool,
    },
    /// A field has a value that its kind does not allow.
    #[error("a {kind} entry's {field:?} {fault}")]
    Field {
        /// The entry's kind.
        kind: Kind,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        fault: crate::words::object::FieldFault,
    },
}

/// Says why an entry's signatures do not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A line by a key that the entry does not call for.
    #[error("a signature by {0}, which this entry does not call for")]
    NotCalledFor(String),
    /// A required signer's line is missing.
    #[error("no signature by {0}")]
    Missing(String),
    /// The lines are not in their order, or one of them does not verify.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// A parsed entry. Its signatures are not verified yet.
#[derive(Clone)]
pub struct Entry {
    note: SignedNote,
    id: EntryId,
    header: Header,
    body: Body,
}

impl Entry {
    /// Reads an entry; refuses every other form of the same.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > MAX_BYTES {
            return Err(EntryError::TooLong(bytes.len()));
        }
        let note = SignedNote::parse(bytes)?;
        let line = note
            .text()
            .strip_prefix(TAG)
            .and_then(|rest| rest.strip_prefix('\n'))
            .and_then(|rest| rest.strip_suffix('\n'))
            .filter(|line| !line.contains('\n'))
            .ok_or(EntryError::Lines)?;
        let (header, body) = fields::parse(line)?;
        let id = LeafHash::of(bytes).into();
        Ok(Self {
            note,
            id,
            header,
            body,
        })
    }

    /// Makes an entry of a note whose text was written from `header` and `body`.
    fn of_parts(note: SignedNote, header: Header, body: Body) -> Self {
        let id = LeafHash::of(note.bytes()).into();
        let entry = Self {
            note,
            id,
            header,
            body,
        };
        debug_assert!(
            Self::parse(entry.bytes())
                .is_ok_and(|again| again.header == entry.header && again.body == entry.body),
            "what was written is what would be read"
        );
        entry
    }

    /// Returns the entry's id: its leaf hash, which covers the signature lines too.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// Returns the fields that every kind has.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the fields of its kind.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// Returns the note's bytes, as they are in the log.
    pub fn bytes(&self) -> &[u8] {
        self.note.bytes()
    }

    /// Returns the signed note.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Returns the objects that this entry speaks of, in the order of its fields.
    pub fn objects(&self) -> Vec<ObjectId> {
        self.body.objects()
    }

    /// Says whether its signatures can be verified without knowing the ledger's roots.
    ///
    /// A kind that needs a threshold of roots may carry any root's signature.
    pub fn is_self_contained(&self) -> bool {
        matches!(self.body, Body::Genesis(_)) || !self.body.takes_roots()
    }

    /// Verifies every signature line and their order; returns who signed, the author first.
    ///
    /// `roots` are those in force where the entry stands; a kind that takes no root's signature
    /// ignores them. Whether the signers reach a threshold is for the caller to say.
    pub fn verify(&self, roots: &[VerifierKey]) -> Result<Vec<VerifierKey>, SignatureError> {
        let verified = self.note.verify_exactly(&self.expected_signers(roots)?)?;
        Ok(verified.signers().iter().copied().cloned().collect())
    }

    /// As [`verify`](Self::verify), of many entries that need no roots to be known, which is quicker
    /// than one after another; the answers are the same.
    pub fn verify_all(entries: &[&Self]) -> Vec<Result<Vec<VerifierKey>, SignatureError>> {
        let mut signatures = Vec::with_capacity(entries.len());
        let begun: Vec<Result<BegunNote<'_>, SignatureError>> = entries
            .iter()
            .map(|entry| {
                let signers = entry.expected_signers(&[])?;
                Ok(entry.note.begin_exactly(signers, &mut signatures))
            })
            .collect();
        let mut holds = Begun::settle(signatures).into_iter();
        begun
            .into_iter()
            .map(|note| {
                let verified = note?.finish(&mut holds)?;
                Ok(verified.signers().iter().copied().cloned().collect())
            })
            .collect()
    }

    /// Returns who must have signed, in the order of the lines.
    fn expected_signers<'a>(
        &'a self,
        roots: &'a [VerifierKey],
    ) -> Result<Vec<&'a VerifierKey>, SignatureError> {
        let signers = self.named_signers(roots)?;
        if let Some(missing) = std::iter::once(&self.header.by)
            .chain(self.body.required_signers())
            .find(|key| !signers.contains(key))
        {
            return Err(SignatureError::Missing(missing.to_string()));
        }
        Ok(draft::in_order(&self.header.by, signers))
    }

    /// Verifies the signature lines that stand, and their order, while others may be missing still;
    /// returns who signed, the author first.
    pub fn verify_so_far(&self, roots: &[VerifierKey]) -> Result<Vec<VerifierKey>, SignatureError> {
        let signers = self.named_signers(roots)?;
        let expected = draft::in_order(&self.header.by, signers);
        self.note.verify_exactly(&expected)?;
        Ok(expected.into_iter().cloned().collect())
    }

    /// Returns the keys that the lines name, each of which the entry may carry.
    fn named_signers<'a>(
        &'a self,
        roots: &'a [VerifierKey],
    ) -> Result<Vec<&'a VerifierKey>, SignatureError> {
        let mut allowed = vec![&self.header.by];
        let required = self.body.required_signers();
        let roots = self.body.takes_roots().then_some(roots);
        let beside = roots.into_iter().flatten();
        for key in required
            .iter()
            .copied()
            .chain(beside)
            .chain(self.body.permitted_signers())
        {
            if !allowed.contains(&key) {
                allowed.push(key);
            }
        }
        let mut signers = Vec::with_capacity(self.note.signatures().len());
        for line in self.note.signatures() {
            let key = allowed
                .iter()
                .copied()
                .find(|key| line.names(key))
                .ok_or_else(|| {
                    SignatureError::NotCalledFor(format!("{}+{}", line.name, line.id))
                })?;
            signers.push(key);
        }
        Ok(signers)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("header", &self.header)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
