//! Drafts: an entry before it is signed.

use super::{Body, Entry, EntryError, Header, MAX_BYTES, SignatureError, TAG, fields};
use crate::trust::key::{SigningKey, VerifierKey};
use crate::trust::note::{NoteError, SignatureLine, SignedNote, signing_order};

/// Says why a draft could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Its fields are not those of an entry.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Its text can't be signed.
    #[error("not a signed note")]
    Note(#[from] NoteError),
    /// The keys are not those that must sign it.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// An entry before it is signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// The fields that every kind has.
    pub header: Header,
    /// The fields of its kind.
    pub body: Body,
}

impl Draft {
    /// Returns the text that will be signed: the tag and one line of JSON.
    pub fn text(&self) -> Result<String, EntryError> {
        Ok(format!(
            "{TAG}\n{}\n",
            fields::to_line(&self.header, &self.body)?
        ))
    }

    /// Signs with the author's key and the others that the kind calls for.
    ///
    /// # Errors
    /// The draft's fields are wrong, the note would be too long, or a key is missing or not called for.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<Entry, DraftError> {
        let text = self.text()?;
        let mut verifiers = Vec::with_capacity(keys.len());
        for key in keys {
            verifiers.push(key.verifier());
        }
        if !verifiers.contains(&&self.header.by) {
            return Err(SignatureError::Missing(self.header.by.to_string()).into());
        }
        let order = in_order(&self.header.by, verifiers);
        let ordered: Vec<&SigningKey> = order
            .iter()
            .filter_map(|verifier| keys.iter().copied().find(|key| key.verifier() == *verifier))
            .collect();
        let note = SignedNote::sign(&text, &ordered)?;
        if note.bytes().len() > MAX_BYTES {
            return Err(EntryError::TooLong(note.bytes().len()).into());
        }
        Ok(Entry::of_parts(
            note,
            self.header.clone(),
            self.body.clone(),
        ))
    }
}

impl Draft {
    /// Puts signature lines to the draft, the author's first and the others in their order. Checks
    /// no signature, and not whether all are there.
    ///
    /// # Errors
    /// The draft's fields are wrong, the note would be too long, or a key's line stands twice.
    pub fn assemble(&self, lines: Vec<SignatureLine>) -> Result<Entry, DraftError> {
        let note = assemble(&self.text()?, &self.header.by, lines)?;
        Ok(Entry::of_parts(
            note,
            self.header.clone(),
            self.body.clone(),
        ))
    }
}

impl Entry {
    /// Returns the entry with one more signature line, in its place. Checks no signature.
    ///
    /// The id covers the lines: it is another entry than before.
    ///
    /// # Errors
    /// The note would be too long, or the key's line is there already.
    pub fn with_line(&self, line: SignatureLine) -> Result<Self, DraftError> {
        let mut lines = self.note().signatures().to_vec();
        lines.push(line);
        let note = assemble(self.note().text(), &self.header().by, lines)?;
        let (header, body) = (self.header().clone(), self.body().clone());
        Ok(Self::of_parts(note, header, body))
    }
}

fn assemble(
    text: &str,
    author: &VerifierKey,
    mut lines: Vec<SignatureLine>,
) -> Result<SignedNote, DraftError> {
    lines.sort_by(|a, b| {
        (!a.names(author))
            .cmp(&!b.names(author))
            .then_with(|| (a.name.as_str(), a.id.0).cmp(&(b.name.as_str(), b.id.0)))
    });
    let note = SignedNote::assemble(text, lines)?;
    if note.bytes().len() > MAX_BYTES {
        return Err(EntryError::TooLong(note.bytes().len()).into());
    }
    Ok(note)
}

/// Puts the author first and the others in byte order of (name, key id).
pub(super) fn in_order<'a>(
    author: &VerifierKey,
    mut keys: Vec<&'a VerifierKey>,
) -> Vec<&'a VerifierKey> {
    keys.sort_by(|a, b| {
        (*a != author)
            .cmp(&(*b != author))
            .then_with(|| signing_order(a, b))
    });
    keys
}
