//! The lock on a ledger's folder: one store at a time, held for one action.
//!
//! `DESIGN.md` section 5. It is an advisory lock of the operating system on the file `lock`, so a
//! program that is killed lets go of it. The file's content means nothing and it is never removed:
//! removing it would let two programs hold locks on two files of that name.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::files::is_same_file;
use super::step::OnWait;

/// How often a waiting program looks whether the lock is free.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Says why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another program held the lock for all the time we waited.
    #[error("{path} is in use by another program; waited {} s for it", .waited.as_secs())]
    Busy {
        /// The lock's file.
        path: PathBuf,
        /// How long we waited.
        waited: Duration,
    },
    /// The lock's file could not be opened or locked.
    #[error("cannot lock {path}")]
    Io {
        /// The lock's file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// A held lock. Dropping it lets go.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock on `path`, waiting up to `wait`; calls `on_wait` once if it has to.
    pub(super) fn acquire(
        path: &Path,
        wait: Duration,
        on_wait: Option<&OnWait>,
    ) -> Result<Self, LockError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(|source| LockError::Io {
                path: path.to_owned(),
                source,
            })?;
        Self::wait_for(file, path, wait, on_wait)
    }

    /// Returns whether the file that is locked is the one that `path` names: while we waited for it,
    /// its folder may have been renamed or removed.
    pub(super) fn is_on(&self, path: &Path) -> bool {
        match (self.file.metadata(), fs::metadata(path)) {
            (Ok(held), Ok(named)) => is_same_file(&held, &named),
            _ => false,
        }
    }

    /// Takes the lock where the folder cannot be written: on the file that is there, if any.
    pub(super) fn acquire_read_only(
        path: &Path,
        wait: Duration,
        on_wait: Option<&OnWait>,
    ) -> Result<Option<Self>, LockError> {
        match File::open(path) {
            Ok(file) => Self::wait_for(file, path, wait, on_wait).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn wait_for(
        file: File,
        path: &Path,
        wait: Duration,
        on_wait: Option<&OnWait>,
    ) -> Result<Self, LockError> {
        let start = Instant::now();
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file }),
                Err(TryLockError::Error(source)) => {
                    return Err(LockError::Io {
                        path: path.to_owned(),
                        source,
                    });
                }
                Err(TryLockError::WouldBlock) => {}
            }
            let waited = start.elapsed();
            if waited >= wait {
                return Err(LockError::Busy {
                    path: path.to_owned(),
                    waited,
                });
            }
            if !told && let Some(on_wait) = on_wait {
                on_wait(path);
                told = true;
            }
            thread::sleep(LOOK_EVERY.min(wait.saturating_sub(waited)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_second_holder_waits_then_gives_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::acquire(&path, Duration::ZERO, None).unwrap();
        let told = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&told);
        let on_wait: OnWait = Arc::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let second = Lock::acquire(&path, Duration::from_millis(50), Some(&on_wait));
        assert!(matches!(second, Err(LockError::Busy { .. })));
        assert_eq!(told.load(Ordering::Relaxed), 1);
        drop(held);
        Lock::acquire(&path, Duration::ZERO, None).unwrap();
    }
}
