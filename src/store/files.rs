//! The few things we do to files, each with the syncs that make it last.
//!
//! A name in a folder is durable only once the folder is synced; bytes are durable only once their
//! file is. `docs/format-journal.md` says which of the two each step of an append needs.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// An operation on a file that failed: what we did, to which file, and what the system said.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}")]
pub struct FileError {
    /// What we were doing.
    pub action: FileAction,
    /// To which file or folder.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// What can be done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileAction {
    /// Opening it.
    Open,
    /// Making it.
    Create,
    /// Reading it.
    Read,
    /// Writing it.
    Write,
    /// Making it durable.
    Sync,
    /// Giving it its final name.
    Rename,
    /// Cutting it to a length.
    Truncate,
    /// Removing it.
    Remove,
    /// Copying it.
    Copy,
    /// Listing a folder.
    List,
}

impl std::fmt::Display for FileAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Create => "create",
            Self::Read => "read",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::Rename => "rename",
            Self::Truncate => "truncate",
            Self::Remove => "remove",
            Self::Copy => "copy",
            Self::List => "list",
        })
    }
}

/// Attaches action and path to an I/O error.
pub(super) trait OnFile<T> {
    /// Says what failed.
    fn on(self, action: FileAction, path: &Path) -> Result<T, FileError>;
}

impl<T> OnFile<T> for io::Result<T> {
    fn on(self, action: FileAction, path: &Path) -> Result<T, FileError> {
        self.map_err(|source| FileError {
            action,
            path: path.to_owned(),
            source,
        })
    }
}

impl FileError {
    /// Returns whether the file system refuses to be written at all.
    pub fn is_read_only(&self) -> bool {
        refuses_writing(&self.source)
    }
}

/// Returns whether the error says that the place cannot be written by us.
pub(super) fn refuses_writing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// Returns whether two files are one, as far as the system can tell.
pub(super) fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }
    #[cfg(not(unix))]
    {
        one.file_type() == other.file_type() && one.created().ok() == other.created().ok()
    }
}

/// Returns whether a name is a symbolic link, wherever that leads.
pub(super) fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink())
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), FileError> {
    // On systems where a folder cannot be opened as a file, its names need no sync of ours.
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .on(FileAction::Sync, folder)?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Writes a new file, or over an old one, and makes its bytes durable; not its name.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .open(path)
        .on(FileAction::Create, path)?;
    file.write_all(bytes).on(FileAction::Write, path)?;
    file.sync_all().on(FileAction::Sync, path)
}

/// Refuses what is there and no file, such as a pipe, of which already the opening may never end.
pub(super) fn refuse_no_file(path: &Path) -> Result<(), FileError> {
    if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "it is not a file");
        return Err(error).on(FileAction::Read, path);
    }
    Ok(())
}

/// Reads a whole file of at most `limit` bytes; `None` if there is no such file.
///
/// A longer file is cut at `limit` + 1 bytes, so that the caller can tell. What is no file, such as
/// a pipe, from which reading might never end, is an error.
pub(super) fn read_bounded(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
    refuse_no_file(path)?;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).on(FileAction::Open, path),
    };
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .on(FileAction::Read, path)?;
    Ok(Some(bytes))
}

/// Removes a file if it is there; says whether it was.
pub(super) fn remove_if_there(path: &Path) -> Result<bool, FileError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).on(FileAction::Remove, path),
    }
}

/// Overwrites a file with zeros and removes it, if it is there; says whether it was. Its folder is not
/// synced.
///
/// What a disk keeps of overwritten bytes, and other names of the same file, are out of our reach. A
/// link is removed, and what it leads to is left alone.
pub(super) fn erase_if_there(path: &Path) -> Result<bool, FileError> {
    if !is_link(path) {
        let file = match OpenOptions::new().write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error).on(FileAction::Open, path),
        };
        let length = file.metadata().on(FileAction::Read, path)?.len();
        io::copy(&mut io::repeat(0).take(length), &mut &file).on(FileAction::Write, path)?;
        file.sync_all().on(FileAction::Sync, path)?;
    }
    remove_if_there(path)
}

/// Removes a folder with all it holds, if it is there.
pub(super) fn remove_folder_if_there(path: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // Something that is not a folder stands in its place.
        Err(_) if path.is_file() => remove_if_there(path).map(drop),
        Err(error) => Err(error).on(FileAction::Remove, path),
    }
}
