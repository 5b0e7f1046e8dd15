//! What can be read of a ledger's folder without opening the ledger.

use std::path::{Path, PathBuf};

use super::files::{FileError, read_bounded};
use super::head;
use super::objects::{ObjectFile, ObjectFiles};
use super::stamp::{self, Closed};
use crate::words::id::ObjectId;

/// Lists the files in the folder of objects of the ledger in `folder`, without opening the ledger.
pub fn object_files(folder: &Path) -> Result<Vec<ObjectFile>, FileError> {
    ObjectFiles::of(folder).list()
}

/// Reads the file of a large object of the ledger in `folder`; `None` if it has none.
///
/// At most one byte more than an object may have is read.
pub fn object_file(folder: &Path, id: &ObjectId) -> Result<Option<Vec<u8>>, FileError> {
    ObjectFiles::of(folder).read(id)
}

/// Reads `head` of the ledger in `folder` as it is; `None` if it has none.
///
/// At most one byte more than a head may have is read.
pub fn head_file(folder: &Path) -> Result<Option<Vec<u8>>, FileError> {
    read_bounded(&folder.join(head::FILE_NAME), head::MAX_HEAD_BYTES)
}

/// Returns how far the journal of the ledger in `folder` reached when it was closed; `None` where it was
/// not, or something went wrong then.
pub fn closed(folder: &Path) -> Result<Option<Closed>, FileError> {
    stamp::closed(folder)
}

/// Returns the path of the file that a large object of the ledger in `folder` has.
pub fn object_path(folder: &Path, id: &ObjectId) -> PathBuf {
    ObjectFiles::of(folder).path(id)
}
