//! Starting a ledger: genesis, the first policy, the first reviewer's key.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::append::{AppendError, Appending};
use super::{ComposeError, Composer, FIRST, Ledger, LedgerError, Options, Pending};
use crate::entry::{Body, Chain, Draft, DraftError, Genesis, Header, KeyEntry, Role, RootSet};
use crate::store::{Store, StoreError};
use crate::trust::key::SigningKey;
use crate::words::object::{self, ObjectError};
use crate::words::policy::Policy;
use crate::words::time::Timestamp;

/// Says why a ledger could not be started.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The policy is not one.
    #[error("the policy is not valid")]
    Policy(#[source] ObjectError),
    /// An entry could not be signed.
    #[error("the first entries could not be signed")]
    Sign(#[from] DraftError),
    /// An entry could not be composed.
    #[error("the first entries could not be composed")]
    Compose(#[from] ComposeError),
    /// An entry was refused.
    #[error("the first entries are refused")]
    Append(#[from] AppendError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The new ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file could not be written into the new ledger's folder.
    #[error("cannot write {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// What a new ledger starts with.
pub struct Start<'a> {
    /// The folder that will hold the ledger's files; it must not be there yet.
    pub place: &'a Path,
    /// The ledger's name, for people.
    pub name: String,
    /// The key on which everything else rests; the only root, with a threshold of 1.
    pub root: &'a SigningKey,
    /// The key that signs checkpoints. Its name is the ledger's origin.
    pub log: SigningKey,
    /// The first reviewer's key.
    pub reviewer: &'a SigningKey,
    /// What the first reviewer's key may sign.
    pub roles: Vec<Role>,
    /// The first policy.
    pub policy: Policy,
    /// When it is started.
    pub at: Timestamp,
    /// Files that belong into the ledger's folder, such as the log's key file: readable by their
    /// owner only.
    pub files: Vec<(&'a str, Vec<u8>)>,
}

impl Ledger {
    /// Starts a ledger. It is built beside its place and renamed: a stop leaves none or a whole one.
    pub fn init(start: Start<'_>, mut options: Options) -> Result<Self, InitError> {
        options.log_key = Some(start.log.clone());
        let policy = object::to_bytes(&start.policy).map_err(InitError::Policy)?;
        let mut first = Pending::default();
        let policy = first.object(policy);
        let genesis = Draft {
            header: Header {
                by: start.root.verifier().clone(),
                ledger: None,
                at: start.at,
                after: None,
                chain: FIRST,
            },
            body: Body::Genesis(Genesis {
                name: start.name,
                origin: start.log.name().clone(),
                roots: RootSet {
                    keys: vec![start.root.verifier().clone()],
                    threshold: 1,
                },
                log: start.log.verifier().clone(),
                policy,
                continues: None,
            }),
        };
        let genesis = genesis.sign(&[start.root])?;
        let ledger = genesis.id();
        first.entries.push(genesis);

        let mut creation = Store::create(start.place, options)?;
        for (name, bytes) in &start.files {
            write_private(&creation.folder().join(name), bytes)?;
        }
        let mut round = Appending::of(creation.begin());
        round.push(&first)?;
        let head = round.commit()?;

        let chain = Chain {
            n: 1,
            prev: Some(ledger),
        };
        let mut composer = Composer::new(
            start.root.verifier().clone(),
            ledger,
            head,
            chain,
            Some(start.at),
        );
        let key = KeyEntry::add(start.reviewer.verifier().clone(), start.roles);
        let draft = composer.draft(start.at, Body::Key(key))?;
        let mut second = Pending::default();
        second
            .entries
            .push(composer.sign(&draft, start.root, &[start.reviewer])?);
        let mut round = Appending::of(creation.begin());
        round.push(&second)?;
        round.commit()?;
        Ok(Self::of(creation.finish()?)?)
    }
}

/// Writes a file that only its owner may read, and syncs it.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), InitError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .map_err(|source| InitError::File {
            path: path.to_owned(),
            source,
        })
}
