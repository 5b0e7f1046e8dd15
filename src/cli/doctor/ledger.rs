//! The checks of a ledger: its files, its keys, the disk and the clock.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use chrono::Utc;
use factlog::entry::Entry;
use factlog::keys::{KeyFileError, PrivateKeyFile};
use factlog::ledger::Ledger;
use factlog::store::{self, Closed, FrameKind, JournalReader, Piece};
use factlog::words::time::Timestamp;

use super::Check;
use crate::cli::config::settings;
use crate::cli::context::Context;
use crate::cli::opening::LOG_KEY_FILE;
use crate::cli::screen;

/// Less than this is too little for an append to be sure of.
const LEAST_SPACE: u64 = 100 * 1024 * 1024;

/// How much of a journal is read.
#[derive(Clone, Copy)]
struct Reading {
    /// One of no more bytes is read from its start.
    whole: u64,
    /// Of a longer one, so many bytes before its end, if the ledger was closed in good order.
    last: u64,
}

/// What takes no more than about 50 ms.
const READING: Reading = Reading {
    whole: 32 * 1024 * 1024,
    last: 16 * 1024 * 1024,
};

/// No frame of a journal is longer.
const LONGEST_FRAME: u64 = (store::MAX_FRAME_BYTES + store::FRAME_OVERHEAD) as u64;

/// A clock may be so many seconds behind the last entry: those of two machines differ a little.
const CLOCK_SLACK: i64 = 60;

/// What is published is old after so many days, if there is something newer.
const OLD_DAYS: u64 = 30;

/// The name of the check of the publication.
const PUBLISHED: &str = "publication";

/// What the files of a ledger say without the database.
struct Files {
    /// Entries in the journal.
    entries: u64,
    /// Whether the journal has bytes that are no sound frame, but for an unfinished write at its end.
    is_damaged: bool,
    /// Bytes of an unfinished write.
    unfinished: u64,
    /// Whether only the end of the journal was read.
    is_last_alone: bool,
    /// When the last entry was signed, as it says.
    last: Option<Timestamp>,
    /// The size that the head has.
    head: Option<u64>,
}

pub(super) fn checks(context: &Context) -> Vec<Check> {
    let folder = match context.ledger_folder() {
        Ok(folder) => folder,
        Err(error) => {
            let mut checks = vec![Check::look(
                "ledger",
                error.to_string(),
                "`factlog init` starts one; --ledger DIR or FACTLOG_LEDGER names another",
            )];
            checks.extend(keys(context, None));
            return checks;
        }
    };
    let mut checks = vec![Check::well("ledger", screen::path(&folder))];
    let lock = lock(&folder);
    let is_free = lock.remedy.is_none();
    checks.push(lock);
    let (files, compared) = match read(&folder, READING) {
        Ok(files) => {
            let compared = compare(&files);
            (Some(files), compared)
        }
        Err(error) => (
            None,
            Check::wrong(
                "journal",
                format!("it can't be read: {error}"),
                "bring the folder back from a backup, or look with: factlog verify",
            ),
        ),
    };
    let is_sound = compared.remedy.is_none();
    checks.push(compared);
    checks.push(database(&folder));
    checks.push(log_key(&folder));
    // An opening would build a database that is not there, or wait for the lock.
    let can_open = is_free && is_sound && folder.join("db").is_dir();
    let ledger = can_open.then(|| context.open_ledger()).and_then(Result::ok);
    checks.extend(keys(context, ledger.as_ref()));
    let origin = ledger
        .as_ref()
        .map(|ledger| ledger.genesis().origin.to_string());
    let unknown = ledger.as_ref().map(super::beside::unknown);
    drop(ledger);
    checks.extend(super::beside::checks(&folder));
    checks.extend(unknown.into_iter().flatten());
    checks.push(space(&folder));
    if let Some(files) = &files {
        checks.extend(clock(context, files));
        checks.extend(publication(context, files, origin.as_deref()));
    }
    checks
}

fn lock(folder: &Path) -> Check {
    const NAME: &str = "lock";
    let held = || {
        let path = folder.join("lock");
        match File::open(&path) {
            Ok(file) => match file.try_lock() {
                Ok(()) => Ok(false),
                Err(TryLockError::WouldBlock) => Ok(true),
                Err(TryLockError::Error(error)) => Err(error),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    };
    match held() {
        Ok(false) => Check::well(NAME, "nobody holds it"),
        Ok(true) => Check::look(
            NAME,
            "another command works with the ledger just now",
            "wait for it; the lock of a program that is gone frees itself",
        ),
        Err(error) => Check::wrong(
            NAME,
            format!("it can't be taken: {error}"),
            "the folder must be yours, and its disk one that knows locks",
        ),
    }
}

fn read(folder: &Path, reading: Reading) -> anyhow::Result<Files> {
    let closed = store::closed(folder)?;
    let files = read_after(folder, closed, reading)?;
    if files.is_last_alone && files.is_damaged {
        // What is left of it has to be counted.
        return read_after(folder, None, reading);
    }
    Ok(files)
}

/// Reads the journal; of a long one that was closed in good order, only the end.
fn read_after(folder: &Path, closed: Option<Closed>, reading: Reading) -> anyhow::Result<Files> {
    let mut files = Files {
        entries: 0,
        is_damaged: false,
        unfinished: 0,
        is_last_alone: false,
        last: None,
        head: None,
    };
    let mut journal = JournalReader::open(folder)?;
    let length = journal.length();
    let closed = closed.filter(|closed| closed.journal <= length);
    // The frames before that were counted when the ledger was closed.
    let mut counted = 0;
    if let Some(closed) = closed.filter(|_| length > reading.whole) {
        let from = closed.journal.saturating_sub(reading.last);
        journal = journal.start_after(from)?;
        // The frame that `from` is in ends sooner, and no frame reaches past where it was closed.
        let next = (from + LONGEST_FRAME).min(closed.journal);
        files.is_damaged = journal.offset() > next;
        files.entries = closed.entries;
        files.is_last_alone = true;
        counted = closed.journal;
    }
    let mut last = Vec::new();
    while let Some(piece) = journal.next_piece()? {
        match piece {
            Piece::Frame(frame) if frame.kind == FrameKind::Entry => {
                files.entries += u64::from(frame.offset >= counted);
                last.clear();
                last.extend_from_slice(frame.bytes);
            }
            Piece::Frame(_) => {}
            Piece::Damage(damage) if damage.at_end => files.unfinished = damage.length,
            Piece::Damage(_) => files.is_damaged = true,
        }
    }
    files.last = Entry::parse(&last).ok().map(|entry| entry.header().at);
    let head = store::head_file(folder)?;
    let head = head.as_deref().map(String::from_utf8_lossy);
    files.head = head.and_then(|head| head.lines().nth(1)?.parse().ok());
    Ok(files)
}

fn compare(files: &Files) -> Check {
    const NAME: &str = "journal";
    let entries = screen::counted(files.entries, "entry", "entries");
    match files.head {
        _ if files.is_damaged => Check::wrong(
            NAME,
            format!("it is damaged; {entries} can be read"),
            "`factlog verify` says which; bring the folder back from a backup, or `factlog restore` it",
        ),
        None => Check::wrong(
            NAME,
            format!("it has {entries}, and there is no head that can be read"),
            "bring `head` back from a backup, or from a copy in the home folder's heads/",
        ),
        Some(head) if head > files.entries => Check::wrong(
            NAME,
            format!(
                "the head speaks of {head} entries, the journal has {}",
                files.entries
            ),
            "this is an old or cut journal: bring the whole folder back from a backup",
        ),
        Some(head) if head < files.entries || files.unfinished > 0 => Check::look(
            NAME,
            format!("{entries}, of which the head has {head}: an append was stopped"),
            "the next command that opens the ledger finishes it",
        ),
        Some(_) if files.is_last_alone => {
            let read = READING.last / (1024 * 1024);
            let text = format!(
                "{entries}, as the head says; its last {read} MiB were read, `factlog verify` reads all"
            );
            Check::well(NAME, text)
        }
        Some(_) => Check::well(NAME, format!("{entries}, as the head says")),
    }
}

fn database(folder: &Path) -> Check {
    const NAME: &str = "database";
    let is_there = |name: &str| folder.join(name).is_dir();
    match (is_there("db"), is_there(factlog::find::FOLDER)) {
        (true, true) => Check::well(NAME, "it is there, and so is the search index"),
        (true, false) => Check::well(NAME, "it is there; the first search builds the index"),
        (false, _) => Check::look(
            NAME,
            "it is not there",
            "the next command builds it from the journal, which may take a while",
        ),
    }
}

fn log_key(folder: &Path) -> Check {
    const NAME: &str = "log key";
    match PrivateKeyFile::read(&folder.join(LOG_KEY_FILE)) {
        Ok(file) => match file.exposure() {
            Some(exposure) => Check::wrong(
                NAME,
                exposure.to_string(),
                format!("chmod 600 {}", screen::path(file.path())),
            ),
            None => Check::well(NAME, "it is there: this machine can append"),
        },
        Err(KeyFileError::Missing { .. }) => Check::look(
            NAME,
            "it is not kept here: this machine can read and sign, not append",
            "sign with --out FILE, and have the ledger's keeper append it",
        ),
        Err(error) => Check::wrong(NAME, error.to_string(), "bring it back from a backup"),
    }
}

/// The keys in the folder of keys, and what this ledger knows of them.
fn keys(context: &Context, ledger: Option<&Ledger>) -> Vec<Check> {
    const NAME: &str = "key";
    let list = match context.keyring().and_then(|keys| Ok(keys.list()?)) {
        Ok(list) => list,
        Err(error) => {
            let remedy = "the folder of keys must be yours to read";
            return vec![Check::wrong("keys", format!("{error:#}"), remedy)];
        }
    };
    let mut checks = Vec::new();
    for file in &list.keys {
        let path = screen::path(file.path());
        let name = file
            .name()
            .map_or_else(|| path.clone(), ToString::to_string);
        let enrolled = ledger.map(|ledger| ledger.signer(file.public()));
        let enrolled = match enrolled {
            None => String::new(),
            Some(Ok(Some(signer))) if signer.ended.is_some() => ", ended in this ledger".to_owned(),
            Some(Ok(Some(_))) => ", enrolled in this ledger".to_owned(),
            Some(Ok(None)) => ", not enrolled in this ledger".to_owned(),
            Some(Err(error)) => format!(", {error}"),
        };
        checks.push(match file.exposure() {
            Some(exposure) => Check::wrong(NAME, exposure.to_string(), format!("chmod 600 {path}")),
            None if file.is_encrypted() => {
                Check::well(NAME, format!("{name}: encrypted{enrolled}"))
            }
            None => Check::look(
                NAME,
                format!("{name}: not encrypted{enrolled}"),
                format!("give it a passphrase: ssh-keygen -p -f {path}"),
            ),
        });
    }
    for fault in list.faults {
        let remedy = "bring the file back from a backup, or move it away";
        checks.push(Check::wrong(NAME, fault.to_string(), remedy));
    }
    if checks.is_empty() {
        let remedy = "`factlog init` makes keys, `factlog key new NAME` makes one more";
        checks.push(Check::look("keys", "there are none in files", remedy));
    }
    checks
}

fn space(folder: &Path) -> Check {
    const NAME: &str = "disk";
    match fs4::available_space(folder) {
        Ok(bytes) if bytes < LEAST_SPACE => Check::wrong(
            NAME,
            format!("{} MiB are free", bytes / (1024 * 1024)),
            "make room: an append that finds none is refused",
        ),
        Ok(bytes) => Check::well(NAME, format!("{} MiB are free", bytes / (1024 * 1024))),
        Err(error) => Check::look(NAME, format!("{error}"), "see how much is free by hand"),
    }
}

fn clock(context: &Context, files: &Files) -> Option<Check> {
    const NAME: &str = "clock";
    let last = files.last?;
    let now = context
        .global
        .at
        .map_or_else(|| Utc::now().timestamp(), Timestamp::seconds);
    let behind = last.seconds() - now;
    Some(if behind > CLOCK_SLACK {
        Check::wrong(
            NAME,
            format!("the last entry is of {last}, {behind} seconds ahead of this machine's clock"),
            "set the clock; no key can sign anything earlier than its own last entry",
        )
    } else {
        Check::well(NAME, format!("the last entry is of {last}"))
    })
}

fn publication(context: &Context, files: &Files, own: Option<&str>) -> Option<Check> {
    let settings = context.settings().ok()?;
    let folder = settings::path(settings.of_file("publish.target")?);
    let shown = screen::path(&folder);
    let publish = "factlog publish";
    let path = folder.join("checkpoint");
    let Ok(checkpoint) = fs::read_to_string(&path) else {
        let text = format!("nothing is published in {shown} yet");
        return Some(Check::look(PUBLISHED, text, publish));
    };
    let origin = checkpoint.lines().next().unwrap_or_default();
    if let Some(own) = own.filter(|own| *own != origin) {
        let text = format!(
            "{shown} is a publication of another ledger, {}: this one is {own}",
            screen::cut(&screen::one_line(origin), 80)
        );
        let remedy = "name a folder of its own: factlog config set publish.target DIR";
        return Some(Check::wrong(PUBLISHED, text, remedy));
    }
    let size = checkpoint.lines().nth(1).and_then(|size| size.parse().ok());
    let behind = files.entries.saturating_sub(size.unwrap_or(0));
    let age = fs::metadata(&path)
        .and_then(|about| about.modified())
        .ok()?;
    let days = age
        .elapsed()
        .map_or(0, |age| age.as_secs() / (24 * 60 * 60));
    let entries = screen::counted(behind, "entry", "entries");
    let days = screen::counted(days, "day", "days");
    let is_old = age
        .elapsed()
        .is_ok_and(|age| age.as_secs() / 86_400 >= OLD_DAYS);
    Some(if behind > 0 && is_old {
        let text = format!("{shown} is {days} old and {entries} behind");
        Check::look(PUBLISHED, text, publish)
    } else {
        Check::well(PUBLISHED, format!("{shown}: {days} old, {entries} behind"))
    })
}

#[cfg(test)]
mod tests {
    use factlog::entry::Role;
    use factlog::ledger::Start;
    use factlog::trust::{KeyName, SigningKey};
    use factlog::words::policy::Policy;

    use super::super::Health;
    use super::*;

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::from_seed(KeyName::new(name).expect("a name"), &[seed; 32])
    }

    /// Starts a ledger, and closes it.
    fn start(folder: &Path) -> std::path::PathBuf {
        let (root, alice) = (key("desk.example/root", 1), key("desk.example/alice", 3));
        let place = folder.join(".factlog");
        let start = Start {
            place: &place,
            name: "Desk".into(),
            root: &root,
            log: key("desk.example", 2),
            reviewer: &alice,
            roles: vec![Role::Reviewer],
            policy: Policy::default(),
            at: "2026-11-22T10:00:00Z".parse().expect("a time"),
            files: vec![],
        };
        let ledger = Ledger::init(start, factlog::ledger::options()).expect("a ledger");
        ledger.close().expect("it closes");
        place
    }

    #[test]
    fn the_end_of_a_long_journal_says_what_all_of_it_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = start(folder.path());
        let path = ledger.join("journal");
        let sound = fs::read(&path).expect("a journal");
        let whole = Reading {
            whole: u64::MAX,
            last: 0,
        };
        let said = |reading: Reading| {
            let files = read(&ledger, reading).expect("it is read");
            let check = compare(&files);
            (files.is_last_alone, files.entries, files.last, check.health)
        };
        let (_, entries, last, health) = said(whole);
        assert_eq!((entries, health), (2, Health::Well));
        for bytes in 0..sound.len() as u64 {
            let end = Reading {
                whole: 0,
                last: bytes,
            };
            let (is_last_alone, counted, at, health) = said(end);
            assert!(is_last_alone);
            assert_eq!((counted, health), (2, Health::Well), "{bytes}");
            assert!(at.is_none() || at == last, "{bytes}");
        }
        let end = Reading {
            whole: 0,
            last: 100,
        };
        // An unfinished write.
        fs::write(&path, [&sound[..], b"E\0\0\x01"].concat()).expect("written");
        assert_eq!(said(end).3, Health::Look);
        // A cut: what the ledger was closed with is not there any more.
        fs::write(&path, &sound[..sound.len() - 1]).expect("written");
        assert_eq!(said(end), said(whole));
        assert_ne!(said(end).3, Health::Well);
        // Damage before more that is sound, which was appended since.
        let mut damaged = sound.clone();
        damaged[sound.len() - 20] ^= 1;
        fs::write(&path, [&damaged[..], &sound[sound.len() / 2..]].concat()).expect("written");
        assert_eq!(said(end), said(whole));
        assert_ne!(said(end).3, Health::Well);
        // Without a stamp, all of it is read.
        fs::write(&path, &sound).expect("written");
        fs::remove_file(ledger.join("db.stamp")).expect("removed");
        assert_eq!(said(end), said(whole));
    }
}
