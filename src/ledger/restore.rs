//! Restoring a ledger from a copy of it: a full one gives all of it back, a public one says what it
//! could not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::init::write_private;
use super::layout::UNRESTORED_FILE;
use super::{InitError, Options};
use crate::audit::finding::Severity;
use crate::audit::objects::{ObjectState, Objects as _};
use crate::audit::report::Report;
use crate::entry::{Body, Entry, EntryError};
use crate::mirror::{self, Copy, Files, ReadError, withheld};
use crate::store::{Restoration, StoreError};
use crate::trust::checkpoint::stated_size;
use crate::trust::key::VerifierKey;
use crate::trust::note::{NoteError, SignedNote};
use crate::words::id::{EntryId, ObjectId};

/// Says why a ledger could not be restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The copy could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The copy has faults.
    #[error("the copy has {} faults, so nothing was restored", .0.count(Severity::Fault))]
    Faults(Box<Report>),
    /// An entry can't be read, though the copy was verified: it changed meanwhile.
    #[error("entry {index} of the copy changed while it was read")]
    Entry {
        /// Its index.
        index: u64,
        /// Why.
        #[source]
        source: EntryError,
    },
    /// A file of the copy can't be read.
    #[error("entry {index} of the copy can't be read: {reason}")]
    Unread {
        /// Its index.
        index: u64,
        /// Why.
        reason: String,
    },
    /// An object can't be read, though the copy was verified: it changed meanwhile.
    #[error(
        "object {object} of entry {index} can't be read from the copy any more; nothing was restored"
    )]
    Object {
        /// The entry's index.
        index: u64,
        /// The object.
        object: ObjectId,
    },
    /// The checkpoint has no line by the log's key.
    #[error("the copy's checkpoint is not signed by the log's key")]
    Unsigned,
    /// The key that is to be the log's is another.
    #[error("{given} is not the log's key, which is {log}; nothing was restored")]
    OtherLogKey {
        /// The key that was given.
        given: Box<VerifierKey>,
        /// The log's.
        log: Box<VerifierKey>,
    },
    /// The checkpoint can't be written as a head.
    #[error("the copy's checkpoint can't be a head")]
    Head(#[from] NoteError),
    /// The ledger's files could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log's key could not be written.
    #[error(transparent)]
    Key(#[from] InitError),
}

/// What was restored, and what could not be.
#[derive(Debug)]
pub struct Restored {
    /// The ledger's id.
    pub ledger: Option<EntryId>,
    /// How many entries it has.
    pub size: u64,
    /// How many objects came back.
    pub objects: u64,
    /// Objects that the copy withholds.
    pub withheld: Vec<ObjectId>,
    /// How many objects were erased.
    pub erased: u64,
}

/// A file that is to be the log's key in the ledger's folder.
#[derive(Clone, Copy, Debug)]
pub struct LogKeyFile<'f> {
    /// What it is called there.
    pub name: &'f str,
    /// Its bytes.
    pub bytes: &'f [u8],
    /// The key in it.
    pub key: &'f VerifierKey,
}

/// Restores a ledger in `place` from a copy, which is verified first.
///
/// Without the log's key the ledger can only be read; another key is refused before anything is
/// written. `progress` is told of the verifying and then of the writing.
pub fn restore<F: Files>(
    files: &F,
    place: &Path,
    log_key: Option<LogKeyFile<'_>>,
    options: &Options,
    progress: Option<&(dyn Fn(u64, u64) + Sync)>,
) -> Result<Restored, RestoreError> {
    let copy = Copy::open(files)?;
    let default = mirror::VerifyOptions::default();
    let mirror::Audited { report, ledger, .. } =
        mirror::verify(&copy, default, |_| Ok(None), progress)?;
    if report.worst() == Some(Severity::Fault) {
        return Err(RestoreError::Faults(Box::new(report)));
    }
    let look = Look::of(&copy);
    let mut restored = Restored {
        ledger,
        size: 0,
        objects: 0,
        withheld: Vec::new(),
        erased: 0,
    };
    if let Some(file) = log_key {
        look.check_log_key(file.key)?;
    }
    let mut restoration = Restoration::begin(place, options)?;
    if let Some(file) = log_key {
        write_private(&restoration.folder().join(file.name), file.bytes)?;
    }
    for (index, stored) in (0..).zip(copy.entries()) {
        let note = stored
            .bytes
            .map_err(|reason| RestoreError::Unread { index, reason })?;
        let entry = Entry::parse(&note).map_err(|source| RestoreError::Entry { index, source })?;
        if matches!(entry.body(), Body::Erasure(_)) {
            restored.erased += 1;
        }
        for id in entry.objects() {
            if restoration.has_object(&id) {
                continue;
            }
            match copy.object(&id) {
                ObjectState::Present(bytes) if ObjectId::of(&bytes) == id => {
                    restoration.push_object(id, bytes)?;
                    restored.objects += 1;
                }
                ObjectState::Withheld => restored.withheld.push(id),
                _ if look.erased.contains(&id) => {}
                // The copy was verified: what was there is not, or can't be read, now.
                _ => return Err(RestoreError::Object { index, object: id }),
            }
        }
        restoration.push_entry(&note)?;
        restored.size = index + 1;
        if let Some(progress) = progress {
            progress(restored.size, copy.size);
        }
    }
    for note in cosigned(&copy)? {
        restoration.push_checkpoint(&note)?;
    }
    restored.withheld.sort_unstable();
    restored.withheld.dedup();
    let checkpoint = copy.checkpoint.as_deref().ok_or(RestoreError::Unsigned)?;
    let head = head(checkpoint, look.log.as_ref())?;
    if !restored.withheld.is_empty() {
        // An audit tells these as not restored, and what else is not there as missing.
        let list = withheld::to_bytes(&restored.withheld.iter().copied().collect());
        write_private(&restoration.folder().join(UNRESTORED_FILE), &list)?;
    }
    restoration.finish(head.bytes())?;
    Ok(restored)
}

/// Returns the cosigned checkpoints of a copy, by their sizes, that of the head last; the copy was
/// verified.
fn cosigned<F: Files>(copy: &Copy<'_, F>) -> Result<Vec<Vec<u8>>, ReadError> {
    let mut notes = BTreeMap::new();
    let mut take = |bytes: Vec<u8>| {
        if let Ok(note) = SignedNote::parse(&bytes)
            && let Some(size) = stated_size(note.text())
            && size <= copy.size
            && note.signatures().len() > 1
        {
            notes.insert(size, bytes);
        }
    };
    copy.kept_checkpoints()?.into_iter().for_each(&mut take);
    copy.checkpoint.clone().into_iter().for_each(&mut take);
    Ok(notes.into_values().collect())
}

/// What must be known of a copy before it is gone through.
#[derive(Default)]
struct Look {
    /// The log's key, by the last entry to name it.
    log: Option<VerifierKey>,
    /// The objects that were erased.
    erased: BTreeSet<ObjectId>,
}

impl Look {
    fn of<F: Files>(copy: &Copy<'_, F>) -> Self {
        let mut look = Self::default();
        for stored in copy.entries().filter_map(|stored| stored.bytes.ok()) {
            match Entry::parse(&stored).as_ref().map(Entry::body) {
                Ok(Body::Genesis(genesis)) => look.log = Some(genesis.log.clone()),
                Ok(Body::Log(change)) => look.log = Some(change.key.clone()),
                Ok(Body::Erasure(erasure)) => {
                    look.erased.insert(erasure.object);
                }
                _ => {}
            }
        }
        look
    }

    fn check_log_key(&self, given: &VerifierKey) -> Result<(), RestoreError> {
        let log = self.log.as_ref().ok_or(RestoreError::Unsigned)?;
        if log.public() == given.public() {
            return Ok(());
        }
        Err(RestoreError::OtherLogKey {
            given: Box::new(given.clone()),
            log: Box::new(log.clone()),
        })
    }
}

/// Makes the head: the checkpoint with the log's signature alone.
fn head(checkpoint: &[u8], log: Option<&VerifierKey>) -> Result<SignedNote, RestoreError> {
    let note = SignedNote::parse(checkpoint)?;
    let log = log.ok_or(RestoreError::Unsigned)?;
    let line = note.signatures().iter().find(|line| line.names(log));
    let line = line.ok_or(RestoreError::Unsigned)?;
    Ok(SignedNote::assemble(note.text(), vec![line.clone()])?)
}
