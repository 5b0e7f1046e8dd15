//! Creating a ledger: in a folder beside its place, which then gets its name in one step.
//!
//! Until the folder is renamed there is no ledger, so a stop leaves nothing behind but a temporary
//! folder, which the next creation clears.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::append::JournalWriter;
use super::database::{self, Database};
use super::error::StoreError;
use super::files::{
    FileAction, OnFile as _, is_link, remove_folder_if_there, remove_if_there, sync_folder,
    write_synced,
};
use super::frame::{self, FrameKind, JOURNAL_FORMAT};
use super::lock::Lock;
use super::objects::{self, ObjectFiles};
use super::open::LOCK_NAME;
use super::step::Step;
use super::{Options, Round, Store, journal};

/// A ledger that is being created. Dropping it without [`Creation::finish`] leaves no ledger.
pub struct Creation {
    store: Store,
    /// Whether the folder bears the ledger's name.
    placed: bool,
    place: PathBuf,
    options: Options,
}

impl Store {
    /// Begins to create a ledger in `place`, which must not be there yet, or be an empty folder.
    pub fn create(place: &Path, options: Options) -> Result<Creation, StoreError> {
        refuse_if_there(place)?;
        let folder = temporary(place);
        let lock = lock_temporary(place, &folder, &options)?;
        clear(&folder)?;
        let objects = folder.join(objects::FOLDER_NAME);
        fs::create_dir(&objects).on(FileAction::Create, &objects)?;
        let mut header = Vec::new();
        frame::write(&mut header, FrameKind::Journal, JOURNAL_FORMAT);
        write_synced(&folder.join(journal::FILE_NAME), &header)?;
        sync_folder(&folder)?;
        let store = Store {
            database: Some(Database::open(&folder.join(database::FOLDER_NAME))?),
            objects: ObjectFiles::of(&folder),
            journal: JournalWriter::open(&folder, true)?,
            head: None,
            creating: true,
            poisoned: false,
            notices: Vec::new(),
            elsewhere: None,
            lock: Some(lock),
            // There is no copy of a head whose ledger is not there yet.
            options: Options {
                heads: None,
                ..options.clone()
            },
            folder,
        };
        store.step(Step::FolderMade);
        Ok(Creation {
            store,
            placed: false,
            place: place.to_owned(),
            options,
        })
    }
}

impl Creation {
    /// Returns the temporary folder, for files that the ledger is to have from the start. Whoever
    /// writes them syncs them; their names are synced when the creation is finished.
    pub fn folder(&self) -> &Path {
        self.store.folder()
    }

    /// Starts a round of the ledger's first entries. It is committed like any other.
    pub fn begin(&mut self) -> Round<'_> {
        self.store.begin()
    }

    /// Gives the ledger its place, and opens it.
    pub fn finish(mut self) -> Result<Store, StoreError> {
        if self.store.signed_head().is_none() {
            return Err(StoreError::NoEntries);
        }
        let folder = self.store.folder.clone();
        self.store.close_database()?;
        sync_folder(&folder.join(objects::FOLDER_NAME))?;
        sync_folder(&folder)?;
        refuse_if_there(&self.place)?;
        fs::rename(&folder, &self.place).on(FileAction::Rename, &self.place)?;
        self.placed = true;
        if let Some(parent) = parent(&self.place) {
            sync_folder(parent)?;
        }
        let options = self.options.clone();
        if let Some(on_step) = &options.on_step {
            on_step(Step::FolderRenamed);
        }
        // Only now: whoever waits for it would take the folder for what a stopped creation left.
        self.store.unlock();
        let (mut store, notices) = Store::open(&self.place, options)?;
        store.notices.extend(notices);
        if let Some(copy) = store.copy_path()? {
            store.write_copy(&copy);
            store.step(Step::HeadCopied);
        }
        Ok(store)
    }
}

impl Drop for Creation {
    fn drop(&mut self) {
        if !self.placed {
            let _ = self.store.close_database();
            let _ = remove_folder_if_there(&self.store.folder);
        }
    }
}

/// Makes the temporary folder and locks it.
pub(super) fn lock_temporary(
    place: &Path,
    folder: &Path,
    options: &Options,
) -> Result<Lock, StoreError> {
    let path = folder.join(LOCK_NAME);
    // What lies there is cleared, and it would be something else than we made.
    if is_link(folder) {
        let path = folder.to_owned();
        return Err(StoreError::Link { path });
    }
    loop {
        fs::create_dir_all(folder).on(FileAction::Create, folder)?;
        let lock = Lock::acquire(&path, options.lock_wait, options.on_wait.as_ref())?;
        // Whoever had it before has given the folder its name, has removed it, or was stopped.
        refuse_if_there(place)?;
        if lock.is_on(&path) {
            return Ok(lock);
        }
    }
}

/// Returns the folder in which the ledger in `place` is built: `.factlog.tmp` for `.factlog`.
pub(super) fn temporary(place: &Path) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    place.with_file_name(name)
}

/// Returns the folder that holds the name of `place`.
pub(super) fn parent(place: &Path) -> Option<&Path> {
    match place.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Some(Path::new(".")),
        parent => parent,
    }
}

pub(super) fn refuse_if_there(place: &Path) -> Result<(), StoreError> {
    let free = match fs::read_dir(place) {
        Ok(mut names) => names.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if free {
        return Ok(());
    }
    Err(StoreError::AlreadyThere {
        folder: place.to_owned(),
    })
}

/// Removes what a stopped creation left, but for the lock, which we hold.
pub(super) fn clear(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).on(FileAction::List, folder)? {
        let entry = entry.on(FileAction::List, folder)?;
        if entry.file_name() == LOCK_NAME {
            continue;
        }
        let path = entry.path();
        if entry.file_type().on(FileAction::Read, &path)?.is_dir() {
            remove_folder_if_there(&path)?;
        } else {
            remove_if_there(&path)?;
        }
    }
    Ok(())
}
