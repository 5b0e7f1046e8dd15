//! The stamp: what the database's files looked like when it was closed.
//!
//! sled opens some damaged files without an error and with rows missing, so the store asks the
//! stamp before it asks sled. The file `db.stamp` stands beside `db/` while the database is closed
//! and only then; `docs/format-journal.md` gives its bytes. It has no authority: whatever it says,
//! the database must agree with `head`, and without it the database is built anew.
//!
//! A small database is stamped with a hash of each file, a large one with lengths and times of
//! change only, and then synced, so that a power cut can't leave an old stamp that fits.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::database::FOLDER_NAME;
use super::files::{
    FileAction, FileError, OnFile as _, read_bounded, remove_if_there, sync_folder,
};
use super::step::DatabaseFault;

/// The name of the stamp in a ledger's folder.
pub(super) const FILE_NAME: &str = "db.stamp";

/// Its name until it is renamed.
pub(super) const NEW_FILE_NAME: &str = "db.stamp.new";

/// The first line of a stamp.
const FORMAT: &str = "factlog/db-stamp@v2";

/// A database of at most this many bytes is hashed, which takes about 10 ms then.
const MAX_HASHED_BYTES: u64 = 32 * 1024 * 1024;

/// A stamp has one line of about 100 bytes for each of sled's few files.
const MAX_STAMP_BYTES: u64 = 1024 * 1024;

/// How far the journal reached when the ledger was closed, all of it in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The journal's length in bytes.
    pub journal: u64,
    /// How many entries it had.
    pub entries: u64,
}

impl Closed {
    /// What the line begins with.
    const WORD: &str = "journal";

    fn parse(line: &str) -> Option<Self> {
        let (journal, entries) = line
            .strip_prefix(Self::WORD)?
            .strip_prefix(' ')?
            .split_once(' ')?;
        Some(Self {
            journal: journal.parse().ok()?,
            entries: entries.parse().ok()?,
        })
    }
}

/// Reads from the stamp in `folder` how the ledger was closed; `None` where there is none that is
/// whole. The database is not looked at.
pub(super) fn closed(folder: &Path) -> Result<Option<Closed>, FileError> {
    let bytes = read_bounded(&folder.join(FILE_NAME), MAX_STAMP_BYTES)?;
    Ok(bytes.and_then(|bytes| Some(parse(&bytes)?.0)))
}

/// One file of the database, as a stamp describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StampedFile {
    name: PathBuf,
    bytes: u64,
    /// Nanoseconds since 1970; only compared, never interpreted.
    changed: u128,
    /// Whether it is a file, and not a link or anything else that sled never makes.
    is_file: bool,
}

/// Checks the stamp in `folder` against the database, without touching either.
pub(super) fn check(folder: &Path) -> Result<Result<(), DatabaseFault>, FileError> {
    if !folder.join(FOLDER_NAME).is_dir() {
        return Ok(Err(DatabaseFault::Missing));
    }
    let path = folder.join(FILE_NAME);
    let Some(bytes) = read_bounded(&path, MAX_STAMP_BYTES)? else {
        return Ok(Err(DatabaseFault::NotClosed));
    };
    let Some((_, lines)) = parse(&bytes) else {
        return Ok(Err(DatabaseFault::StampDamaged));
    };
    match describe(folder)? {
        Ok(found) => Ok(compare(&lines, &found)),
        Err(file) => Ok(Err(DatabaseFault::Changed { file })),
    }
}

/// Removes the stamp, before the database is opened.
///
/// A stamp without hashes must not come back after a power cut, for it might fit a database that
/// was half written since. So its removal is made durable before sled writes anything.
pub(super) fn remove(folder: &Path) -> Result<(), FileError> {
    let path = folder.join(FILE_NAME);
    let bytes = read_bounded(&path, MAX_STAMP_BYTES)?;
    let hashed = bytes.is_none_or(|bytes| {
        parse(&bytes).is_some_and(|(_, lines)| lines.iter().all(|line| line.contains(" 0 ")))
    });
    if remove_if_there(&path)? && !hashed {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Writes the stamp, after the database was closed.
pub(super) fn write(folder: &Path, closed: Closed) -> Result<(), FileError> {
    let Closed { journal, entries } = closed;
    let mut lines = format!("{} {journal} {entries}\n", Closed::WORD);
    let Ok(described) = describe(folder)? else {
        // Without a stamp the next opening builds the database anew.
        return Ok(());
    };
    for line in &described.lines {
        let _ = writeln!(lines, "{line}");
    }
    if !described.hashed {
        for file in &described.files {
            let path = folder.join(FOLDER_NAME).join(&file.name);
            File::open(&path)
                .and_then(|file| file.sync_all())
                .on(FileAction::Sync, &path)?;
        }
    }
    let body = format!("{FORMAT}\n{lines}");
    let check = blake3::hash(body.as_bytes()).to_hex();
    let path = folder.join(FILE_NAME);
    let new = folder.join(NEW_FILE_NAME);
    fs::write(&new, format!("{body}{check}\n")).on(FileAction::Write, &new)?;
    // Not synced: a stamp that a power cut tears or loses costs a rebuild, no more.
    fs::rename(&new, &path).on(FileAction::Rename, &path)
}

/// The database as it is now, one line a file.
struct Described {
    files: Vec<StampedFile>,
    lines: Vec<String>,
    hashed: bool,
}

/// Describes the database's files; or names what stands among them and is no file, for what a link
/// leads to can't be stamped.
fn describe(folder: &Path) -> Result<Result<Described, PathBuf>, FileError> {
    let base = folder.join(FOLDER_NAME);
    let mut files = Vec::new();
    list(&base, Path::new(""), &mut files)?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(other) = files.iter().find(|file| !file.is_file) {
        return Ok(Err(other.name.clone()));
    }
    let hashed = files.iter().map(|file| file.bytes).sum::<u64>() <= MAX_HASHED_BYTES;
    let mut lines = Vec::with_capacity(files.len());
    for file in &files {
        let path = base.join(&file.name);
        let hash = if hashed {
            let bytes = fs::read(&path).on(FileAction::Read, &path)?;
            blake3::hash(&bytes).to_hex().to_string()
        } else {
            "-".to_owned()
        };
        lines.push(format!(
            "{} {} {hash} {}",
            file.bytes,
            // A copy of a folder has other times; with hashes they don't matter.
            if hashed { 0 } else { file.changed },
            file.name.display()
        ));
    }
    Ok(Ok(Described {
        files,
        lines,
        hashed,
    }))
}

fn list(base: &Path, within: &Path, files: &mut Vec<StampedFile>) -> Result<(), FileError> {
    let folder = base.join(within);
    for entry in fs::read_dir(&folder).on(FileAction::List, &folder)? {
        let entry = entry.on(FileAction::List, &folder)?;
        let name = within.join(entry.file_name());
        let path = entry.path();
        let about = entry.metadata().on(FileAction::Read, &path)?;
        if about.is_dir() {
            list(base, &name, files)?;
            continue;
        }
        let changed = about.modified().on(FileAction::Read, &path)?;
        files.push(StampedFile {
            name,
            bytes: about.len(),
            is_file: about.is_file(),
            changed: changed
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_nanos()),
        });
    }
    Ok(())
}

/// Returns what a stamp says, and its lines on files; `None` if its own check doesn't hold.
fn parse(bytes: &[u8]) -> Option<(Closed, Vec<&str>)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let without_end = text.strip_suffix('\n')?;
    let (_, check) = without_end.rsplit_once('\n')?;
    let body = &text[..without_end.len() - check.len()];
    if blake3::hash(body.as_bytes()).to_hex().as_str() != check {
        return None;
    }
    let mut lines = body.lines();
    if lines.next()? != FORMAT {
        return None;
    }
    Some((Closed::parse(lines.next()?)?, lines.collect()))
}

fn compare(stamped: &[&str], found: &Described) -> Result<(), DatabaseFault> {
    let name = |line: &str| {
        let name = line.splitn(4, ' ').nth(3).unwrap_or_default();
        PathBuf::from(name)
    };
    for line in &found.lines {
        if !stamped.contains(&line.as_str()) {
            return Err(DatabaseFault::Changed { file: name(line) });
        }
    }
    for line in stamped {
        if !found.lines.iter().any(|found| found == line) {
            return Err(DatabaseFault::Changed { file: name(line) });
        }
    }
    Ok(())
}
