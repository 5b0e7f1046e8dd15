//! Opening a ledger: what is found is compared with `head`, and put right or refused.
//!
//! Follows `docs/format-journal.md`, section "Opening". In short: the database is asked only after
//! its stamp was; it is built anew if anything about it is wrong; what the journal has past `head`
//! is rolled forward (in `tail.rs`); what contradicts `head` is refused.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::append::JournalWriter;
use super::database::{self, Database};
use super::error::StoreError;
use super::facts::Facts;
use super::files::{FileAction, FileError, OnFile as _, refuses_writing, remove_folder_if_there};
use super::frame::{self, FrameKind, Header, JOURNAL_FORMAT};
use super::head::{self, StatedHead};
use super::journal;
use super::lock::Lock;
use super::objects::{self, ObjectFile, ObjectFiles};
use super::rebuild::{Rebuilt, is_damaged, rebuild};
use super::salvage::{Gap, OldDatabase};
use super::stamp::Closed;
use super::step::{DatabaseFault, Notice};
use super::{Options, Store, Table, erase, stamp, tail};
use crate::words::id::ObjectId;

/// The name of the lock's file in a ledger's folder.
pub(super) const LOCK_NAME: &str = "lock";

impl Store {
    /// Opens the ledger in `folder`, and says what it found and put right.
    ///
    /// # Errors
    ///
    /// If there is no ledger, if it is in use for longer than `options.lock_wait`, if journal and
    /// head contradict each other, or if a file can't be read or written.
    pub fn open(folder: &Path, options: Options) -> Result<(Self, Vec<Notice>), StoreError> {
        if !folder.is_dir() {
            return Err(StoreError::NoLedger {
                folder: folder.to_owned(),
            });
        }
        refuse_links(folder)?;
        let writable = !options.read_only && can_be_written(folder);
        let lock_path = folder.join(LOCK_NAME);
        let (wait, on_wait) = (options.lock_wait, options.on_wait.as_ref());
        let lock = if writable {
            // Whoever asks for a ledger in a folder that has none gets no lock file for it.
            if !folder.join(journal::FILE_NAME).exists() && !folder.join(head::FILE_NAME).exists() {
                return Err(StoreError::NoLedger {
                    folder: folder.to_owned(),
                });
            }
            Some(Lock::acquire(&lock_path, wait, on_wait)?)
        } else {
            Lock::acquire_read_only(&lock_path, wait, on_wait)?
        };
        let stated = find_head(folder)?;
        let mut journal = open_journal(folder, &stated, writable)?;
        let mut opening = Opening {
            folder,
            options: &options,
            stated: &stated,
            journal: &mut journal,
            elsewhere: None,
            notices: Vec::new(),
        };
        let found = opening.database(writable)?;
        let Opening {
            elsewhere, notices, ..
        } = opening;
        let key =
            (options.log_key_of)(&Facts::new(&found.database, None)).map_err(StoreError::LogKey)?;
        let mut store = Self {
            folder: folder.to_owned(),
            database: Some(found.database),
            objects: ObjectFiles::of(folder),
            journal,
            head: Some(stated.verify(&key)?),
            creating: false,
            // No stamp is written until everything is in order.
            poisoned: true,
            notices,
            elsewhere,
            lock,
            options,
        };
        let mut erased = store.finish_tail(found.tail)?;
        erased.extend(found.erased);
        if !store.is_read_only() {
            store.finish_erasures(&erased)?;
        }
        if found.rebuilt && !store.is_read_only() {
            store.remove_orphan_files()?;
        }
        store.poisoned = false;
        let notices = store.take_notices();
        Ok((store, notices))
    }

    /// Removes the files of objects that no entry speaks of.
    fn remove_orphan_files(&mut self) -> Result<(), StoreError> {
        let mut removed = 0;
        for file in self.objects.list()? {
            let orphan = match &file {
                ObjectFile::Object(id) => {
                    self.database().get(Table::Files, id.as_bytes())?.is_none()
                }
                ObjectFile::Stray(path) => path.extension().is_some_and(|e| e == "new"),
            };
            if orphan {
                self.objects.remove(&file)?;
                removed += 1;
            }
        }
        if removed > 0 {
            self.notices
                .push(Notice::OrphansRemoved { objects: removed });
        }
        Ok(())
    }
}

/// What is known while a ledger is opened, or its database built anew.
pub(super) struct Opening<'o> {
    pub(super) folder: &'o Path,
    pub(super) options: &'o Options,
    pub(super) stated: &'o StatedHead,
    pub(super) journal: &'o mut JournalWriter,
    pub(super) elsewhere: Option<tempfile::TempDir>,
    pub(super) notices: Vec<Notice>,
}

/// A database that holds exactly what `head` covers.
struct Found {
    database: Database,
    /// Where the journal goes on past `head`.
    tail: u64,
    rebuilt: bool,
    /// The objects that entries erase, where it was built anew: their bytes may be there.
    erased: BTreeSet<ObjectId>,
}

impl Opening<'_> {
    /// Opens the database if it is the right one, else builds it anew.
    fn database(&mut self, writable: bool) -> Result<Found, StoreError> {
        let mut path = self.folder.join(database::FOLDER_NAME);
        let stamp = stamp::check(self.folder)?;
        if writable {
            stamp::remove(self.folder)?;
        } else {
            let elsewhere = tempfile::Builder::new()
                .prefix("factlog-")
                .tempdir()
                .on(FileAction::Create, &std::env::temp_dir())?;
            let copy = elsewhere.path().join(database::FOLDER_NAME);
            if stamp.is_ok() {
                copy_folder(&path, &copy)?;
            }
            path = copy;
            self.elsewhere = Some(elsewhere);
            self.notices.push(Notice::ReadOnly {
                folder: self.folder.to_owned(),
            });
        }
        let fault = match stamp {
            Err(fault) => fault,
            Ok(()) => match self.fitting(&path, writable)? {
                Ok(found) => return Ok(found),
                Err(fault) => fault,
            },
        };
        let Rebuilt {
            database,
            tail,
            gaps,
            erased,
        } = self.rebuild(&path, writable)?;
        self.notices.push(Notice::DatabaseRebuilt {
            fault,
            entries: self.stated.head.size,
        });
        let notices = gaps.iter().flat_map(|gap| gap.notices(writable));
        self.notices.extend(notices);
        Ok(Found {
            database,
            tail,
            rebuilt: true,
            erased,
        })
    }

    /// Builds the database anew in `path`. If the journal is damaged, what stood there is looked for
    /// in the old database, which stays until the journal has it again.
    pub(super) fn rebuild(&mut self, path: &Path, writable: bool) -> Result<Rebuilt, StoreError> {
        let new = path.with_file_name(database::NEW_FOLDER_NAME);
        remove_folder_if_there(&new)?;
        let mut damaged = is_damaged(self.folder, self.stated)?;
        if damaged && writable && erase::finish_overwriting(self.folder, self.journal)? {
            damaged = is_damaged(self.folder, self.stated)?;
        }
        if !damaged {
            return rebuild(self.folder, path, self.stated, self.options, None);
        }
        let old = self.old_database(path);
        let built = rebuild(self.folder, &new, self.stated, self.options, old.as_ref());
        let built = built.and_then(|built| {
            // Nothing is written to the journal that the log's key has not signed.
            let key = (self.options.log_key_of)(&Facts::new(&built.database, None));
            self.stated
                .clone()
                .verify(&key.map_err(StoreError::LogKey)?)?;
            Ok(built)
        });
        let built = match built {
            Ok(built) => built,
            Err(error) => {
                let _ = remove_folder_if_there(&new);
                return Err(error);
            }
        };
        if writable {
            self.restore(&built.gaps)?;
        }
        built.database.close()?;
        // It is given up, whatever it says about that.
        let _ = old.map(|old| old.0.close());
        remove_folder_if_there(path)?;
        fs::rename(&new, path).on(FileAction::Rename, path)?;
        Ok(Rebuilt {
            database: Database::open(path)?,
            ..built
        })
    }

    /// Opens the database that is to be replaced, if it can be.
    fn old_database(&self, path: &Path) -> Option<OldDatabase> {
        let own = self.folder.join(database::FOLDER_NAME);
        if path != own && !path.is_dir() {
            copy_folder(&own, path).ok()?;
        }
        if !path.is_dir() {
            return None;
        }
        Database::open(path).ok().map(OldDatabase)
    }

    /// Writes into the journal what stood in its damaged places, where all of it was found.
    fn restore(&mut self, gaps: &[Gap]) -> Result<(), StoreError> {
        let mut written = false;
        for gap in gaps {
            if let Some(frames) = gap.whole() {
                self.journal.write_at(gap.offset(), frames)?;
                written = true;
            }
        }
        if written {
            self.journal.sync()?;
        }
        Ok(())
    }

    /// Opens a database whose stamp fits, and compares it with `head` and with the journal.
    fn fitting(
        &self,
        path: &Path,
        writable: bool,
    ) -> Result<Result<Found, DatabaseFault>, StoreError> {
        let opened = Database::open(path).and_then(|database| Ok((database.applied()?, database)));
        let (applied, database) = match opened {
            Ok((Some(applied), database)) => (applied, database),
            Ok((None, _)) => return Ok(Err(DatabaseFault::OtherVersion)),
            Err(_) => return Ok(Err(DatabaseFault::Unreadable)),
        };
        if let Err(error) = self.refuse_changed_head(&database) {
            // The database is as it was: once `head` is put right, it is used again.
            database.close()?;
            if writable {
                let closed = Closed {
                    journal: applied.journal,
                    entries: applied.head.size,
                };
                stamp::write(self.folder, closed)?;
            }
            return Err(error);
        }
        let (found, size) = (applied.head, self.stated.head.size);
        let fault = if applied.index_version != self.options.index_version {
            DatabaseFault::OtherVersion
        } else if found.size < size {
            let applied = found.size;
            DatabaseFault::Behind { applied, size }
        } else if found.size > size {
            let applied = found.size;
            DatabaseFault::Ahead { applied, size }
        } else if found.root != self.stated.head.root {
            DatabaseFault::OtherRoot
        } else if applied.journal > self.journal.length {
            return Err(StoreError::JournalCut {
                journal: self.folder.join(journal::FILE_NAME),
                length: self.journal.length,
                expected: applied.journal,
                head: self.folder.join(head::FILE_NAME),
                size,
            });
        } else {
            return Ok(Ok(Found {
                database,
                tail: applied.journal,
                rebuilt: false,
                erased: BTreeSet::new(),
            }));
        };
        Ok(Err(fault))
    }

    /// Refuses a head that was changed, before anything else is blamed for what it says.
    fn refuse_changed_head(&self, database: &Database) -> Result<(), StoreError> {
        // A database that can't tell the log's key is not the right one; the rebuild will tell.
        match (self.options.log_key_of)(&Facts::new(database, None)) {
            Ok(key) => Ok(self.stated.refuse_changed(&key)?),
            Err(_) => Ok(()),
        }
    }
}

/// What the store reads and writes by name in a ledger's folder, but for the lock.
const OWN_NAMES: [&str; 9] = [
    head::FILE_NAME,
    "head.new",
    journal::FILE_NAME,
    tail::TORN_NAME,
    objects::FOLDER_NAME,
    database::FOLDER_NAME,
    database::NEW_FOLDER_NAME,
    stamp::FILE_NAME,
    stamp::NEW_FILE_NAME,
];

/// Refuses a ledger of which a part lies elsewhere: another ledger may have it too, under another
/// lock; a copy of the folder would not be a copy; and a new head takes the place of the link. What
/// is neither file nor folder is refused too: reading a pipe would never end.
fn refuse_links(folder: &Path) -> Result<(), StoreError> {
    for path in OWN_NAMES.iter().map(|name| folder.join(name)) {
        let Ok(about) = fs::symlink_metadata(&path) else {
            continue;
        };
        if about.is_symlink() {
            return Err(StoreError::Link { path });
        }
        if !about.is_file() && !about.is_dir() {
            return Err(StoreError::NoFile { path });
        }
    }
    Ok(())
}

/// Reads `head`, which must be there if anything is.
fn find_head(folder: &Path) -> Result<StatedHead, StoreError> {
    let path = folder.join(head::FILE_NAME);
    if let Some(stated) = StatedHead::read(&path)? {
        return Ok(stated);
    }
    let journal = folder.join(journal::FILE_NAME);
    if journal.exists() {
        return Err(StoreError::HeadMissing {
            head: path,
            journal,
        });
    }
    Err(StoreError::NoLedger {
        folder: folder.to_owned(),
    })
}

/// Opens the journal, which must be there and begin as one.
fn open_journal(
    folder: &Path,
    stated: &StatedHead,
    writable: bool,
) -> Result<JournalWriter, StoreError> {
    let path = folder.join(journal::FILE_NAME);
    let opened = JournalWriter::open(folder, writable);
    let journal = match opened {
        Err(FileError { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::JournalMissing {
                journal: path,
                head: stated.path().to_owned(),
                size: stated.head.size,
            });
        }
        opened => opened?,
    };
    let mut start = Vec::new();
    File::open(&path)
        .and_then(|file| {
            file.take((frame::FRAME_OVERHEAD + JOURNAL_FORMAT.len()) as u64)
                .read_to_end(&mut start)
        })
        .on(FileAction::Read, &path)?;
    let sound = Header::parse(&start).is_some_and(|header| {
        header.kind == FrameKind::Journal
            && header.is_sound(&start)
            && start[frame::HEADER_BYTES..].starts_with(JOURNAL_FORMAT)
    });
    if sound {
        Ok(journal)
    } else {
        Err(StoreError::JournalFormat { journal: path })
    }
}

/// Returns whether files can be made in the folder. A full disk does not count as refusing.
fn can_be_written(folder: &Path) -> bool {
    match tempfile::tempfile_in(folder) {
        Ok(_) => true,
        Err(error) => !refuses_writing(&error),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::create_dir_all(to).on(FileAction::Create, to)?;
    for entry in fs::read_dir(from).on(FileAction::List, from)? {
        let entry = entry.on(FileAction::List, from)?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            fs::copy(&path, &target).on(FileAction::Copy, &path)?;
        }
    }
    Ok(())
}
