//! How sources were fetched: the way there, the server's answer, its headers.
//!
//! A file a source in `.factlog/fetched/`, named by the BLAKE3 hash of the source's bytes
//! (`schemas/fetched.schema.json`). Nobody signed it and no hash covers it: it is there to be looked at,
//! and proves nothing. What it says is true of the time it names; an erasure of the bytes, the text or
//! what is known of the source takes it away.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use factlog::entry::Body;
use factlog::ledger::Ledger;
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::beside::{self, FileKind};
use super::context::Context;
use super::desk::{Thing, ThingKind};
use super::sources::Taken;

/// The folder in the ledger's.
const FOLDER: &str = "fetched";

/// The type that a file names.
const TYPE: &str = "factlog/fetched@v1";

/// Such a file: two hundred headers of a kilobyte are no more than this.
const FILE: FileKind = FileKind {
    what: "the record of a fetch",
    most: 256 * 1024,
    hint: "move that file away: it only says how a source was fetched",
};

/// How a source was fetched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct FetchRecord {
    /// The address that was asked for.
    pub(crate) asked: String,
    /// The addresses that led on from there, in order.
    pub(crate) redirects: Vec<String>,
    /// The address that the bytes came from.
    pub(crate) url: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// When.
    pub(crate) at: Timestamp,
    /// The answer's headers, but for cookies.
    pub(crate) headers: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Written<R> {
    #[serde(rename = "type")]
    kind: String,
    raw: ObjectId,
    #[serde(flatten)]
    record: R,
}

/// Keeps how a source was fetched, once it is in the ledger.
pub(crate) fn keep(context: &Context, ledger: &Ledger, taken: &Taken) {
    let Some((raw, record)) = taken.fetched() else {
        return;
    };
    if let Err(error) = write(ledger.folder(), raw, record) {
        context.warn(&format!(
            "how {} was fetched could not be kept: {error}",
            super::screen::one_line(&taken.what)
        ));
    }
}

fn write(ledger: &Path, raw: ObjectId, record: &FetchRecord) -> io::Result<()> {
    let path = path(ledger, raw);
    let folder = path.parent().unwrap_or(ledger);
    fs::create_dir_all(folder)?;
    let written = Written {
        kind: TYPE.to_owned(),
        raw,
        record,
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, &written)?;
    file.persist(path)?;
    Ok(())
}

/// Reads how the source with these bytes was fetched; nothing where that was not kept.
pub(crate) fn read(ledger: &Path, raw: ObjectId) -> Option<FetchRecord> {
    let path = path(ledger, raw);
    let written = beside::or_passed_over(load(&path, raw)).flatten()?;
    Some(written.record)
}

fn load(path: &Path, raw: ObjectId) -> anyhow::Result<Option<Written<FetchRecord>>> {
    let Some(written) = FILE.json::<Written<FetchRecord>>(path)? else {
        return Ok(None);
    };
    if written.kind != TYPE || written.raw != raw {
        return Err(FILE.damaged(path).into());
    }
    Ok(Some(written))
}

/// Returns what is wrong with the files of a ledger's folder.
pub(crate) fn faults(ledger: &Path) -> anyhow::Result<Vec<anyhow::Error>> {
    let raw = |path: &Path| -> Option<ObjectId> {
        path.file_name()?
            .to_str()?
            .strip_suffix(".json")?
            .parse()
            .ok()
    };
    let paths = beside::names(&ledger.join(FOLDER))?;
    let loads = paths.iter().filter_map(|path| load(path, raw(path)?).err());
    Ok(loads.collect())
}

/// Returns the ids of the bytes of those sources among some things that are known by their bytes.
pub(crate) fn of_things(
    ledger: &Ledger,
    things: &BTreeSet<Thing>,
) -> anyhow::Result<BTreeSet<ObjectId>> {
    let mut fetched = BTreeSet::new();
    for thing in things {
        if thing.kind != ThingKind::Source {
            continue;
        }
        let source = SourceId(thing.id.0);
        if let Body::Source(entry) = ledger.entry(&source.entry())?.entry.body() {
            fetched.extend(entry.raw.map(|raw| raw.blake3));
        }
    }
    Ok(fetched)
}

/// Forgets how the source with these bytes was fetched.
pub(crate) fn forget(ledger: &Path, raw: ObjectId) -> io::Result<()> {
    match fs::remove_file(path(ledger, raw)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn path(ledger: &Path, raw: ObjectId) -> PathBuf {
    ledger.join(FOLDER).join(format!("{raw}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_again_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let record = FetchRecord {
            asked: "https://news.example/a".into(),
            redirects: vec!["https://news.example/a".into()],
            url: "https://news.example/b".into(),
            status: 200,
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
            headers: vec![("content-type".into(), "text/html".into())],
        };
        let raw = ObjectId::of(b"page");
        write(folder.path(), raw, &record).unwrap();
        assert_eq!(read(folder.path(), raw), Some(record));
        let other = ObjectId::of(b"other");
        assert_eq!(read(folder.path(), other), None);
        fs::copy(path(folder.path(), raw), path(folder.path(), other)).unwrap();
        assert_eq!(read(folder.path(), other), None);
    }
}
