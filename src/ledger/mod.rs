//! A ledger as a whole: start it, read it, append to it, verify it.
//!
//! It joins what the layers keep apart: the store, which does not know what entries mean, and
//! replay ([`crate::audit`]), which does no I/O. Everything that is appended, here or on another
//! machine, is checked by the same replay that an audit runs.
//!
//! A [`Ledger`] holds the ledger's lock until it is dropped: open it for one action, not for one
//! sitting. What a person does in between works on values: a [`Composer`] makes entries, a
//! [`Pending`] holds them until they are appended.
//!
//! What is deliberately absent: reading keys, asking for passphrases, the clock. The caller brings
//! them.

mod append;
mod compose;
mod cosigned;
mod index;
mod init;
mod layout;
mod live;
mod pending;
mod prove;
mod publish;
mod read;
mod restore;
mod rows;
mod signers;
mod survey;
mod verify;

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::audit::rows::RowFacts;
use crate::entry::{Chain, Entry, EntryError, Genesis};
use crate::store::{self, HashError, Notice, Store, StoreError};
use crate::trust::key::VerifierKey;
use crate::trust::merkle::TreeHead;
use crate::words::id::{EntryId, ObjectId};
use crate::words::object::ObjectError;
use crate::words::policy::Policy;

pub use self::append::{AppendError, Appending, Refusal};
pub use self::compose::{ComposeError, Composer};
pub use self::cosigned::KeepError;
pub use self::index::{INDEX_VERSION, IndexFault};
pub use self::init::{InitError, Start};
pub use self::live::LiveGroup;
pub use self::pending::{MAX_PENDING_BYTES, PENDING_TYPE, Pending, PendingError};
pub use self::prove::{ProveError, Quoted, Reveal, Revealed};
pub use self::publish::{PublishError, Published, QuotedSource};
pub use self::read::{Found, ListedSource, MOST_FOUND, Record, SeekError};
pub use self::restore::{LogKeyFile, RestoreError, Restored, restore};
pub use self::verify::{Rederive, VerifyError, VerifyOptions, verify_files};
pub use crate::store::{OnProgress, OnStep, OnWait, Progress, Step};

use self::index::Reading;

/// Says why a ledger could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rows that replay keeps.
    #[error("the database's rows could not be read")]
    Rows(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An entry is not in the ledger.
    #[error("there is no entry {0}")]
    NoEntry(EntryId),
    /// There is no entry at an index.
    #[error("there is no entry at index {0}")]
    NoIndex(u64),
    /// An entry is of another kind than the caller wants.
    #[error("entry {id} is a {found}, not a {wanted}")]
    OtherKind {
        /// The entry.
        id: EntryId,
        /// Its kind.
        found: crate::entry::Kind,
        /// The kind that was wanted.
        wanted: crate::entry::Kind,
    },
    /// A stored entry can't be read.
    #[error("entry {index} is damaged")]
    Entry {
        /// Its index.
        index: u64,
        /// Why.
        #[source]
        source: EntryError,
    },
    /// An object that an entry speaks of is not there.
    #[error("object {0} is missing")]
    NoObject(ObjectId),
    /// The stored bytes are not those of the object's id.
    #[error(
        "the bytes kept for object {0} are others: the ledger's folder was changed; `verify` says where"
    )]
    OtherBytes(ObjectId),
    /// The stored bytes are not those of the entry's id.
    #[error(
        "the bytes kept for entry {0} are others: the ledger's folder was changed; `verify` says where"
    )]
    OtherEntry(EntryId),
    /// A stored object can't be read.
    #[error("object {id} is damaged")]
    Object {
        /// Its id.
        id: ObjectId,
        /// Why.
        #[source]
        source: ObjectError,
    },
    /// A source's text is not UTF-8.
    #[error("text {0} is not UTF-8")]
    Text(ObjectId),
    /// The first entry is not a genesis.
    #[error("the ledger does not begin with a genesis entry")]
    NoGenesis,
}

impl From<HashError> for LedgerError {
    fn from(error: HashError) -> Self {
        Self::Store(error.into())
    }
}

/// What opening a ledger needs from its caller; everything else is the store's.
pub type Options = store::Options;

/// Returns options to open a ledger with, to be completed by the caller.
pub fn options() -> Options {
    let mut options = Options::new(index::index, INDEX_VERSION, index::log_key);
    options.check_tail = Some(append::check_tail);
    options
}

/// A ledger that is open, and locked until this is dropped.
pub struct Ledger {
    store: Store,
    id: EntryId,
    genesis: Genesis,
    /// The policy that was asked for last: nearly all verdicts name the same.
    policy: Mutex<Option<(ObjectId, Arc<Policy>)>>,
}

impl Ledger {
    /// Opens the ledger in a folder; returns what a person should know about it, such as that the
    /// database had to be built anew.
    pub fn open(folder: &Path, options: Options) -> Result<(Self, Vec<Notice>), LedgerError> {
        let (store, notices) = Store::open(folder, options)?;
        Ok((Self::of(store)?, notices))
    }

    fn of(store: Store) -> Result<Self, LedgerError> {
        let first = store.entry(0)?.ok_or(LedgerError::NoGenesis)?;
        let first =
            Entry::parse(&first).map_err(|source| LedgerError::Entry { index: 0, source })?;
        let crate::entry::Body::Genesis(genesis) = first.body().clone() else {
            return Err(LedgerError::NoGenesis);
        };
        Ok(Self {
            store,
            id: first.id(),
            genesis,
            policy: Mutex::default(),
        })
    }

    /// Returns the ledger's id: that of its genesis entry.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// Returns the genesis entry's fields.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Returns the folder with the ledger's files.
    pub fn folder(&self) -> &Path {
        self.store.folder()
    }

    /// Returns the size and root of the log.
    pub fn tree_head(&self) -> TreeHead {
        self.store.tree_head()
    }

    /// Returns the last signed checkpoint, as a signed note.
    ///
    /// # Panics
    /// Never: a ledger that is open has one.
    pub fn checkpoint(&self) -> &[u8] {
        self.store
            .signed_head()
            .expect("an open ledger has a head")
            .note
            .bytes()
    }

    /// Returns what a person should know that came up since the ledger was opened.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        self.store.take_notices()
    }

    /// Says whether the ledger's folder can't be written.
    pub fn is_read_only(&self) -> bool {
        self.store.is_read_only()
    }

    /// Closes the database and lets go of the lock, as dropping does, but says what went wrong.
    pub fn close(self) -> Result<(), LedgerError> {
        Ok(self.store.close()?)
    }

    /// Starts to compose entries by an author, after the log as it is now.
    pub fn composer(&self, by: &VerifierKey) -> Result<Composer, LedgerError> {
        let facts = self.store.facts();
        let (chain, last) = append::next_in_chain(&RowFacts(Reading(&facts)), by.public())?;
        Ok(Composer::new(
            by.clone(),
            self.id,
            self.tree_head(),
            chain,
            last,
        ))
    }
}

/// The place where an author's chain begins.
const FIRST: Chain = Chain { n: 0, prev: None };
