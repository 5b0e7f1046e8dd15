//! Object files: objects too long for the journal, each in a file named by its hash.
//!
//! `objects/<2 hex>/<62 hex>`. File and folder are synced before the journal speaks of the object.
//! A file gets its name only when its bytes are durable, so what bears a name is whole, or rotten.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{
    FileAction, FileError, OnFile as _, erase_if_there, is_link, read_bounded, remove_if_there,
    sync_folder, write_synced,
};
use crate::words::id::ObjectId;

/// The name of the folder of object files in a ledger's folder.
pub(super) const FOLDER_NAME: &str = "objects";

/// The longest object: a source of 64 MiB, the limit at import.
pub const MAX_OBJECT_BYTES: u64 = 64 * 1024 * 1024;

/// The object files of a ledger.
#[derive(Debug, Clone)]
pub(super) struct ObjectFiles {
    folder: PathBuf,
}

/// A file in the folder of objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectFile {
    /// A file named as an object's file is.
    Object(ObjectId),
    /// Something else, by its path.
    Stray(PathBuf),
}

impl ObjectFiles {
    pub(super) fn of(ledger_folder: &Path) -> Self {
        Self {
            folder: ledger_folder.join(FOLDER_NAME),
        }
    }

    pub(super) fn path(&self, id: &ObjectId) -> PathBuf {
        let hex = id.to_string();
        self.folder.join(&hex[..2]).join(&hex[2..])
    }

    /// Returns the bytes of an object's file as they are; `None` if there is no file.
    ///
    /// At most one byte more than [`MAX_OBJECT_BYTES`] is read.
    pub(super) fn read(&self, id: &ObjectId) -> Result<Option<Vec<u8>>, FileError> {
        read_bounded(&self.path(id), MAX_OBJECT_BYTES)
    }

    /// Returns the length of an object's file; `None` if there is none.
    pub(super) fn length(&self, id: &ObjectId) -> Result<Option<u64>, FileError> {
        let path = self.path(id);
        match fs::metadata(&path) {
            Ok(about) => Ok(about.is_file().then_some(about.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).on(FileAction::Read, &path),
        }
    }

    /// Writes objects, files and folders synced, each folder once.
    pub(super) fn write<'b>(
        &self,
        objects: impl IntoIterator<Item = (ObjectId, &'b [u8])>,
    ) -> Result<(), FileError> {
        let mut folders = BTreeSet::new();
        if !self.folder.is_dir() {
            fs::create_dir_all(&self.folder).on(FileAction::Create, &self.folder)?;
            sync_folder(
                self.folder
                    .parent()
                    .expect("it lies in the ledger's folder"),
            )?;
        }
        for (id, bytes) in objects {
            let path = self.path(&id);
            let folder = path.parent().expect("an object's file lies in a folder");
            fs::create_dir_all(folder).on(FileAction::Create, folder)?;
            let new = path.with_extension("new");
            write_synced(&new, bytes)?;
            fs::rename(&new, &path).on(FileAction::Rename, &path)?;
            folders.insert(folder.to_owned());
        }
        // Also where no folder was made now: one that a stopped program made may not be durable.
        if !folders.is_empty() {
            folders.insert(self.folder.clone());
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    /// Removes a file, durably.
    pub(super) fn remove(&self, file: &ObjectFile) -> Result<(), FileError> {
        let path = match file {
            ObjectFile::Object(id) => self.path(id),
            ObjectFile::Stray(path) => path.clone(),
        };
        if remove_if_there(&path)? {
            sync_folder(path.parent().expect("an object's file lies in a folder"))?;
        }
        Ok(())
    }

    /// Overwrites and removes an object's file, also an unfinished one, durably.
    pub(super) fn erase(&self, id: &ObjectId) -> Result<(), FileError> {
        let path = self.path(id);
        let unfinished = erase_if_there(&path.with_extension("new"))?;
        if erase_if_there(&path)? || unfinished {
            sync_folder(path.parent().expect("an object's file lies in a folder"))?;
        }
        Ok(())
    }

    /// Lists the files that are there, in the order of their names.
    pub(super) fn list(&self) -> Result<Vec<ObjectFile>, FileError> {
        let mut files = Vec::new();
        if !self.folder.is_dir() {
            return Ok(files);
        }
        for folder in names(&self.folder)? {
            let path = self.folder.join(&folder);
            if !path.is_dir() || is_link(&path) {
                files.push(ObjectFile::Stray(path));
                continue;
            }
            for file in names(&path)? {
                files.push(match format!("{folder}{file}").parse() {
                    Ok(id) if folder.len() == 2 && is_plain_file(&path.join(&file)) => {
                        ObjectFile::Object(id)
                    }
                    _ => ObjectFile::Stray(path.join(file)),
                });
            }
        }
        files.sort();
        Ok(files)
    }
}

/// Returns whether it is a file itself, and not a link or a pipe.
fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_file())
}

fn names(folder: &Path) -> Result<Vec<String>, FileError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).on(FileAction::List, folder)? {
        let entry = entry.on(FileAction::List, folder)?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_files_named_by_their_hash() {
        let folder = tempfile::tempdir().unwrap();
        let files = ObjectFiles::of(folder.path());
        assert_eq!(files.list().unwrap(), []);
        let (one, two) = (vec![1; 5000], vec![2; 6000]);
        let (first, second) = (ObjectId::of(&one), ObjectId::of(&two));
        files
            .write([(first, &one[..]), (second, &two[..])])
            .unwrap();
        assert_eq!(files.read(&first).unwrap(), Some(one));
        assert_eq!(files.length(&second).unwrap(), Some(6000));
        let hex = first.to_string();
        assert!(
            folder
                .path()
                .join("objects")
                .join(&hex[..2])
                .join(&hex[2..])
                .is_file()
        );
        fs::write(folder.path().join("objects/.stray"), b"").unwrap();
        let listed = files.list().unwrap();
        assert_eq!(listed.len(), 3);
        files.remove(&ObjectFile::Object(first)).unwrap();
        assert_eq!(files.read(&first).unwrap(), None);
        assert!(files.list().unwrap().contains(&ObjectFile::Object(second)));
    }
}
