//! Files that a ledger keeps beside its journal: drafts, the desk's words, how sources were fetched.
//!
//! Nothing signs them, and whoever can write into the folder can write them. So no more of one is read
//! than anything of ours has, and where a list only looks at them, one that is damaged is named once
//! and passed over. What changes such a file still stops at it: nothing is written over what could
//! not be read.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context as _;
use serde::de::DeserializeOwned;

use super::context;
use super::exit::{self, Failure, Status};

/// What was named already in this run.
static NAMED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// A kind of file: how large one may be, and what is said of one that is damaged.
pub(crate) struct FileKind {
    /// What it is, before its path: “the desk's file”.
    pub(crate) what: &'static str,
    /// No larger one is read.
    pub(crate) most: u64,
    /// What to do with one that is damaged.
    pub(crate) hint: &'static str,
}

impl FileKind {
    /// Makes the error for a damaged file.
    pub(crate) fn damaged(&self, path: &Path) -> Failure {
        let what = self.what;
        Failure::new(
            Status::Failed,
            format!("{what} {} is damaged", path.display()),
        )
        .hint(self.hint)
    }

    /// Reads the bytes of a file; `None` where there is none.
    ///
    /// # Errors
    /// It has more bytes than one of its kind has, or is no ordinary file.
    pub(crate) fn bytes(&self, path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
        let reading = || format!("reading {}", path.display());
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(reading),
        };
        let refused = |why: &str| {
            let message = format!("{} {} {why}", self.what, path.display());
            Failure::new(Status::Failed, message).hint(self.hint)
        };
        // Opening a pipe would wait for whoever writes into it.
        if !about.is_file() {
            return Err(refused("is no ordinary file").into());
        }
        let mut bytes = Vec::new();
        let file = File::open(path).with_context(reading)?;
        let read = file.take(self.most + 1).read_to_end(&mut bytes);
        read.with_context(reading)?;
        if bytes.len() as u64 > self.most {
            let why = format!("has more than {} bytes", self.most);
            return Err(refused(&why).into());
        }
        Ok(Some(bytes))
    }

    /// Reads a JSON file; `None` where there is none.
    pub(crate) fn json<T: DeserializeOwned>(&self, path: &Path) -> anyhow::Result<Option<T>> {
        let Some(bytes) = self.bytes(path)? else {
            return Ok(None);
        };
        let read = serde_json::from_slice(&bytes);
        Ok(Some(
            read.map_err(|error| self.damaged(path).because(error))?,
        ))
    }
}

/// Takes what a list reads of such a file; where it can't be read, warns of it once, and goes on.
pub(crate) fn or_passed_over<T>(read: anyhow::Result<T>) -> Option<T> {
    let error = match read {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    let text = in_a_line(&error);
    let is_new = NAMED
        .lock()
        .is_ok_and(|mut named| named.insert(text.clone()));
    if is_new {
        context::warn(&text);
    }
    None
}

/// Says of an error what is wrong and what to do, in one line.
pub(crate) fn in_a_line(error: &anyhow::Error) -> String {
    match exit::of(error).1 {
        Some(hint) => format!("{error}, and is passed over: {hint}"),
        None => format!("{error:#}"),
    }
}

/// Lists the files of a folder, in the order of their names; none where there is no folder.
pub(crate) fn names(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listing = || format!("listing {}", folder.display());
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(error).with_context(listing),
    };
    let mut paths = Vec::new();
    for file in files {
        paths.push(file.with_context(listing)?.path());
    }
    paths.sort_unstable();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: FileKind = FileKind {
        what: "the file",
        most: 8,
        hint: "move it away",
    };

    #[test]
    fn no_more_is_read_than_a_file_may_have() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        assert_eq!(KIND.bytes(&path).expect("none"), None);
        fs::write(&path, "12345678").expect("written");
        assert_eq!(KIND.json::<u64>(&path).expect("read"), Some(12_345_678));
        fs::write(&path, "123456789").expect("written");
        let error = KIND.bytes(&path).expect_err("too large").to_string();
        assert!(error.contains("more than 8 bytes"), "{error}");
        let error = KIND.bytes(folder.path()).expect_err("a folder").to_string();
        assert!(error.contains("no ordinary file"), "{error}");
    }
}
