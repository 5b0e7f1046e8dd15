//! Files of a published copy: in a folder, or wherever the caller has them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The extension of a file that is being written.
const NEW: &str = "new";

/// Says whether a file is one that is being written, by its name.
pub(super) fn is_unfinished(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(NEW)
        .is_some_and(|name| name.ends_with('.'))
}

/// Says why a file of a copy could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}")]
pub struct FileError {
    /// What was tried, as a verb.
    pub action: &'static str,
    /// The file, as people find it.
    pub path: String,
    /// Why it failed.
    #[source]
    pub source: io::Error,
}

/// Hands out the files of a copy by their paths, parts joined by `/`.
pub trait Files: Sync {
    /// Reads a file; `None` if there is none.
    ///
    /// A file longer than `limit` is cut at `limit` + 1 bytes, so that the caller can tell.
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FileError>;

    /// Lists the files below a folder, by their paths in the copy, in order; `None` where files can't
    /// be listed.
    fn list(&self, under: &str) -> Result<Option<Vec<String>>, FileError>;
}

/// A copy in a folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Names a folder, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Says whether a file is there.
    pub fn has(&self, path: &str) -> bool {
        self.at(path).is_file()
    }

    fn at(&self, path: &str) -> PathBuf {
        path.split('/')
            .fold(self.0.clone(), |at, part| at.join(part))
    }

    /// Writes a file beside its place, syncs it, and puts it there: a reader sees all of it or none.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let at = self.at(path);
        let new = at.with_added_extension(NEW);
        let write = || {
            if let Some(folder) = at.parent() {
                fs::create_dir_all(folder)?;
            }
            // What a stopped run left, or somebody's link: never written through.
            match fs::remove_file(&new) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut options = OpenOptions::new();
            let mut file = options.create_new(true).write(true).open(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, &at)
        };
        write().map_err(|source| error("write", &at, source))
    }

    /// Removes what stopped runs were writing, in the whole copy.
    pub(super) fn remove_unfinished(&self) -> Result<(), FileError> {
        for folder in ["", "tile", "object", "slice", "checkpoints"] {
            let files = if folder.is_empty() {
                self.names()?
            } else {
                self.list(folder)?.unwrap_or_default()
            };
            for file in files {
                if is_unfinished(&file) {
                    self.remove(&file)?;
                }
            }
        }
        Ok(())
    }

    /// Lists the names in the copy's own folder, without what folders in it hold.
    fn names(&self) -> Result<Vec<String>, FileError> {
        let listing = |source| error("list", &self.0, source);
        let names = match fs::read_dir(&self.0) {
            Ok(names) => names,
            Err(absent) if is_absent(&absent) => return Ok(Vec::new()),
            Err(source) => return Err(listing(source)),
        };
        let name = |entry: io::Result<fs::DirEntry>| {
            Ok(entry
                .map_err(listing)?
                .file_name()
                .to_string_lossy()
                .into_owned())
        };
        names.map(name).collect()
    }

    /// Makes the names in a folder durable, where the system can.
    pub(super) fn sync(&self, folder: &str) -> Result<(), FileError> {
        let at = if folder.is_empty() {
            self.0.clone()
        } else {
            self.at(folder)
        };
        #[cfg(unix)]
        File::open(&at)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| error("sync", &at, source))?;
        #[cfg(not(unix))]
        let _ = at;
        Ok(())
    }

    /// Removes a file, or a folder with what it holds, if it is there.
    pub(super) fn remove(&self, path: &str) -> Result<(), FileError> {
        let at = self.at(path);
        let removed = if at.is_dir() {
            fs::remove_dir_all(&at)
        } else {
            fs::remove_file(&at)
        };
        match removed {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(error("remove", &at, source))
            }
            _ => Ok(()),
        }
    }
}

fn error(action: &'static str, path: &Path, source: io::Error) -> FileError {
    FileError {
        action,
        path: path.display().to_string(),
        source,
    }
}

impl Files for Folder {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        let at = self.at(path);
        match fs::metadata(&at) {
            Err(found) if is_absent(&found) => return Ok(None),
            // Reading what is no file, such as a pipe, might never end.
            Ok(about) if !about.is_file() => {
                let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not a file");
                return Err(error("read", &at, source));
            }
            _ => {}
        }
        let mut bytes = Vec::new();
        let read = File::open(&at)
            .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes));
        match read {
            Ok(_) => Ok(Some(bytes)),
            Err(found) if is_absent(&found) => Ok(None),
            Err(source) => Err(error("read", &at, source)),
        }
    }

    fn list(&self, under: &str) -> Result<Option<Vec<String>>, FileError> {
        let mut found = Vec::new();
        let mut folders = vec![under.to_owned()];
        while let Some(folder) = folders.pop() {
            let at = self.at(&folder);
            let names = match fs::read_dir(&at) {
                Ok(names) => names,
                Err(absent) if is_absent(&absent) => continue,
                Err(source) => return Err(error("list", &at, source)),
            };
            for name in names {
                let name = name.map_err(|source| error("list", &at, source))?;
                let path = format!("{folder}/{}", name.file_name().to_string_lossy());
                // A link is listed as a file: it is followed when it is read, and not to list a loop.
                match name.file_type() {
                    Ok(about) if about.is_dir() => folders.push(path),
                    _ => found.push(path),
                }
            }
        }
        found.sort_unstable();
        Ok(Some(found))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
