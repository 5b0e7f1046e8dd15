//! What an index covers: the file `stamp` in its folder.
//!
//! It is written last, so that an index whose building was cut off has none that fits. It has the hash
//! of the index's own list of files; each of those ends with its checksum.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::words::id::EntryId;

/// The version of what the index holds: an index of another is built anew.
const VERSION: &str = "factlog/search@v2";

/// The file's name.
const FILE: &str = "stamp";

/// The index's own list of its files.
const LIST: &str = "meta.json";

/// No stamp is longer.
const MOST_BYTES: u64 = 4096;

/// How much of which ledger an index covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The ledger.
    pub ledger: EntryId,
    /// How many entries of its log.
    pub size: u64,
    /// The last one of them.
    pub last: EntryId,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: String,
    ledger: EntryId,
    size: u64,
    last: EntryId,
    list: String,
}

impl Stamp {
    /// Reads the stamp of the index in a folder; `None` where there is none that fits the index.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let path = folder.join(FILE);
        if fs::metadata(&path).ok()?.len() > MOST_BYTES {
            return None;
        }
        let written: Written = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let fits = written.version == VERSION && written.list == list(folder).ok()?;
        fits.then_some(Self {
            ledger: written.ledger,
            size: written.size,
            last: written.last,
        })
    }

    /// Writes the stamp of the index in a folder.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let written = Written {
            version: VERSION.to_owned(),
            ledger: self.ledger,
            size: self.size,
            last: self.last,
            list: list(folder)?,
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &written)?;
        file.persist(folder.join(FILE))?;
        Ok(())
    }
}

fn list(folder: &Path) -> io::Result<String> {
    Ok(blake3::hash(&fs::read(folder.join(LIST))?)
        .to_hex()
        .to_string())
}
