//! Witnesses: a party that cosigns a log's checkpoints as long as each begins with the one before.
//!
//! Follows C2SP tlog-witness, both sides. [`Witness`] is one, without HTTP: it is given the body of a
//! request and the time, and gives a [`Response`]. [`serve`] puts it on the network, [`ask`] asks one.
//!
//! Departures: a log's key bears the origin as its name (as in `trust::checkpoint`), so what a witness
//! knows of an origin are the keys of that name. A clock that went back is answered with status 503,
//! as no cosignature may be earlier than one before. Of the interfaces that the specification leaves
//! optional, `sign-subtree` is not here. Bodies are bounded before they are read.
//!
//! What everything rests on: the file of an origin is on the disk before the answer with the
//! cosignature is given, and whether a checkpoint may be cosigned is decided and recorded under one
//! lock an origin, in the only process that has the folder.
//!
//! Not here: keys and passphrases (`keys`), TLS (a proxy in front does that), which witnesses are
//! enough (`trust::tlog_policy`).

mod answer;
mod client;
mod fork;
mod serve;
mod state;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

pub use self::answer::Response;
pub use self::client::{Answer, AskError, ask};
pub use self::fork::FORK_TYPE;
pub use self::serve::{ServeLimits, Served, Serving, serve};
pub use self::state::{Stage, StateError};

use self::fork::Forks;
use self::state::{Cosigned, Folder, LogFile, hash_of};
use crate::trust::cosignature::{WitnessKey, WitnessSigningKey};
use crate::trust::key::{KeyName, VerifierKey};

/// Says why a witness can't start.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// It knows no log.
    #[error("a witness needs at least one log whose checkpoints it cosigns")]
    NoLogs,
    /// Its own key is a log's.
    #[error("the key of the log {0} is the witness's own")]
    OwnKey(KeyName),
    /// What it keeps can't be read, or is not its own.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Is called between the steps in which a checkpoint is cosigned: for tests.
pub type OnStage = Arc<dyn Fn(Stage) + Send + Sync>;

/// A witness: its key, the logs that it knows, and what it cosigned last of each.
pub struct Witness {
    key: WitnessSigningKey,
    logs: BTreeMap<KeyName, Log>,
    forks: Forks,
    on_stage: Option<OnStage>,
    /// Holds the lock on the folder.
    _folder: Folder,
}

/// A log that a witness knows.
struct Log {
    /// All bear the origin as their name.
    keys: Vec<VerifierKey>,
    /// The SHA-256 hash of the origin, in hex.
    hash: String,
    file: LogFile,
    /// What was cosigned last, as it is on the disk. Checking and recording happen under this lock.
    latest: Mutex<Option<Cosigned>>,
}

impl Witness {
    /// Opens what a witness keeps in a folder, or starts it there; no other process may have it open.
    ///
    /// # Errors
    ///
    /// If the folder is in use, can't be read or written, or was kept by another key.
    pub fn open(
        key: WitnessSigningKey,
        logs: impl IntoIterator<Item = VerifierKey>,
        folder: &Path,
    ) -> Result<Self, WitnessError> {
        let mut keys: BTreeMap<KeyName, Vec<VerifierKey>> = BTreeMap::new();
        for log in logs {
            if log.public() == key.witness().public() {
                return Err(WitnessError::OwnKey(log.name().clone()));
            }
            let known = keys.entry(log.name().clone()).or_default();
            if !known.contains(&log) {
                known.push(log);
            }
        }
        if keys.is_empty() {
            return Err(WitnessError::NoLogs);
        }
        let opened = Folder::open(folder)?;
        let mut logs = BTreeMap::new();
        for (origin, keys) in keys {
            let file = opened.file_of(&origin);
            let latest = Mutex::new(file.read(key.witness(), &origin)?);
            let log = Log {
                keys,
                hash: hash_of(&origin),
                file,
                latest,
            };
            logs.insert(origin, log);
        }
        let forks = opened.forks();
        Ok(Self {
            key,
            logs,
            forks,
            on_stage: None,
            _folder: opened,
        })
    }

    /// Calls a function between the steps in which a checkpoint is cosigned.
    #[must_use]
    pub fn on_stage(mut self, on_stage: OnStage) -> Self {
        self.on_stage = Some(on_stage);
        self
    }

    /// Returns the witness's public key.
    pub fn key(&self) -> &WitnessKey {
        self.key.witness()
    }

    /// Returns the origins of the logs that it knows, in order.
    pub fn origins(&self) -> impl Iterator<Item = &KeyName> {
        self.logs.keys()
    }

    fn stage(&self, stage: Stage) {
        if let Some(on_stage) = &self.on_stage {
            on_stage(stage);
        }
    }
}
