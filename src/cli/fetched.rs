//! How sources were fetched: the way there, the server's answer, its headers.
//!
//! A file a source in `.factlog/fetched/`, named by the id of the source's entry
//! (`schemas/fetched.schema.json`): the same bytes may be fetched twice. Those of earlier versions,
//! named by the BLAKE3 hash of the bytes, are read as well. Nobody signed it and no hash covers it: it is there to be looked at,
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

/// How one source was fetched, to be kept once that is in the ledger.
#[derive(Clone)]
pub(crate) struct Fetched {
    pub(crate) source: SourceId,
    /// The source's bytes.
    pub(crate) raw: ObjectId,
    /// What was named on the command line.
    pub(crate) what: String,
    pub(crate) record: FetchRecord,
}

impl Fetched {
    /// Keeps it: the source is in the ledger.
    pub(crate) fn keep(&self, context: &Context, ledger: &Ledger) {
        if let Err(error) = write(ledger.folder(), self.source, self.raw, &self.record) {
            context.warn(&format!(
                "how {} was fetched could not be kept: {error}",
                super::screen::one_line(&self.what)
            ));
        }
    }
}

fn write(ledger: &Path, source: SourceId, raw: ObjectId, record: &FetchRecord) -> io::Result<()> {
    let path = path(ledger, source.0);
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

/// Reads how a source with these bytes was fetched; nothing where that was not kept.
pub(crate) fn read(ledger: &Path, source: SourceId, raw: ObjectId) -> Option<FetchRecord> {
    let load = |name: [u8; 32]| {
        let path = path(ledger, name);
        beside::or_passed_over(load(&path, Some(raw))).flatten()
    };
    let written = load(source.0).or_else(|| load(raw.0))?;
    Some(written.record)
}

fn load(path: &Path, raw: Option<ObjectId>) -> anyhow::Result<Option<Written<FetchRecord>>> {
    let Some(written) = FILE.json::<Written<FetchRecord>>(path)? else {
        return Ok(None);
    };
    if written.kind != TYPE || raw.is_some_and(|raw| written.raw != raw) {
        return Err(FILE.damaged(path).into());
    }
    Ok(Some(written))
}

/// Returns what is wrong with the files of a ledger's folder.
pub(crate) fn faults(ledger: &Path) -> anyhow::Result<Vec<anyhow::Error>> {
    let is_ours = |path: &&PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let id = name.and_then(|name| name.strip_suffix(".json"));
        id.is_some_and(|id| id.parse::<ObjectId>().is_ok())
    };
    let paths = beside::names(&ledger.join(FOLDER))?;
    let ours = paths.iter().filter(is_ours);
    let loads = ours.filter_map(|path| load(path, None).err());
    Ok(loads.collect())
}

/// Returns the sources among some things, with the ids of the bytes of those that have any.
pub(crate) fn of_things(
    ledger: &Ledger,
    things: &BTreeSet<Thing>,
) -> anyhow::Result<Vec<(SourceId, Option<ObjectId>)>> {
    let mut fetched = Vec::new();
    for thing in things {
        if thing.kind != ThingKind::Source {
            continue;
        }
        let source = SourceId(thing.id.0);
        if let Body::Source(entry) = ledger.entry(&source.entry())?.entry.body() {
            fetched.push((source, entry.raw.map(|raw| raw.blake3)));
        }
    }
    Ok(fetched)
}

/// Forgets how a source with these bytes was fetched.
pub(crate) fn forget(ledger: &Path, source: SourceId, raw: Option<ObjectId>) -> io::Result<()> {
    for name in [Some(source.0), raw.map(|raw| raw.0)].into_iter().flatten() {
        match fs::remove_file(path(ledger, name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn path(ledger: &Path, name: [u8; 32]) -> PathBuf {
    ledger.join(FOLDER).join(format!("{}.json", ObjectId(name)))
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
        let again = FetchRecord {
            url: "https://mirror.example/b".into(),
            ..record.clone()
        };
        let (first, second) = (SourceId([1; 32]), SourceId([2; 32]));
        let folder = folder.path();
        write(folder, first, raw, &record).unwrap();
        write(folder, second, raw, &again).unwrap();
        assert_eq!(read(folder, first, raw), Some(record.clone()));
        assert_eq!(read(folder, second, raw), Some(again));
        let other = ObjectId::of(b"other");
        assert_eq!(read(folder, first, other), None);
        // As an earlier version named it.
        fs::rename(path(folder, first.0), path(folder, raw.0)).unwrap();
        assert_eq!(read(folder, first, raw), Some(record));
        assert!(faults(folder).unwrap().is_empty());
        forget(folder, first, Some(raw)).unwrap();
        assert_eq!(read(folder, first, raw), None);
        assert!(read(folder, second, raw).is_some());
        fs::write(path(folder, first.0), "{}").unwrap();
        assert_eq!(faults(folder).unwrap().len(), 1);
    }
}
