//! Every changed byte of a ledger's files is refused or found, and the right thing is named.
//!
//! The ledger is the demo's. Each byte of the journal, of every object file and of `head` is changed
//! twice (its lowest bit, and all of its bits), in place, and the ledger is opened and verified as the
//! command does it. An unoptimised build changes one byte in 29; `cargo test --release` all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use factlog::audit::{Code, Finding, Severity};
use factlog::ledger::{self, Ledger, VerifyOptions};
use factlog::store::{FrameKind, Piece};

use crate::desk::files_below;

/// Every so many bytes are changed: all of them where the program is optimised, and one in 29 where
/// each verification takes its time.
const STRIDE: usize = if cfg!(debug_assertions) { 29 } else { 1 };

/// What is done to a byte.
const PATTERNS: [u8; 2] = [0b0000_0001, 0b1111_1111];

struct Demo {
    _folder: tempfile::TempDir,
    ledger: PathBuf,
}

impl Demo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("demo");
        let done = Command::new(env!("CARGO_BIN_EXE_factlog"))
            .arg("demo")
            .arg("--dir")
            .arg(&place)
            .env("FACTLOG_HOME", folder.path().join("home"))
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        let ledger = place.join(".factlog");
        // Some text of more than 4 KiB, so that there is an object file beside the journal.
        let text = "The council met on Monday and closed one of its bridges.\n\n".repeat(72);
        fs::write(place.join("long.txt"), text).unwrap();
        let added = Command::new(env!("CARGO_BIN_EXE_factlog"))
            .args(["add", "long.txt"])
            .current_dir(&place)
            .env("FACTLOG_HOME", place.join("home"))
            .output()
            .unwrap();
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
        assert!(
            ledger.is_dir(),
            "the demo's ledger is in {}",
            ledger.display()
        );
        Self {
            _folder: folder,
            ledger,
        }
    }

    fn open(&self) -> Result<Ledger, ledger::LedgerError> {
        Ok(Ledger::open(&self.ledger, ledger::options())?.0)
    }
}

fn verify(ledger: &Ledger) -> Vec<Finding> {
    let options = VerifyOptions {
        threads: 2,
        ..VerifyOptions::default()
    };
    let findings = ledger.verify(&options, None).unwrap().findings;
    findings
        .into_iter()
        .filter(|finding| finding.severity == Severity::Fault)
        .collect()
}

/// What lies at a range of the journal.
struct Region {
    start: usize,
    end: usize,
    entry: Option<u64>,
    object: Option<factlog::words::id::ObjectId>,
}

fn regions(ledger: &Path) -> Vec<Region> {
    let mut reader = factlog::store::JournalReader::open(ledger).unwrap();
    let mut regions = Vec::new();
    while let Some(piece) = reader.next_piece().unwrap() {
        let Piece::Frame(frame) = piece else {
            panic!("the demo's journal is whole: {piece:?}")
        };
        regions.push(Region {
            start: usize::try_from(frame.offset).unwrap(),
            end: usize::try_from(frame.end()).unwrap(),
            entry: frame.index,
            object: (frame.kind == FrameKind::Object)
                .then(|| factlog::words::id::ObjectId::of(frame.bytes)),
        });
    }
    regions
}

/// Runs `change` on every byte of a file of several copies of the demo's ledger at once; it is told how
/// many copies there are and which it has.
fn in_parallel(change: impl Fn(&Demo, usize, usize) -> usize + Sync) -> usize {
    let copies = std::thread::available_parallelism().map_or(1, usize::from);
    let change = &change;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..copies)
            .map(|copy| scope.spawn(move || change(&Demo::new(), copies, copy)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    })
}

/// Changes a file's bytes at `start..end`, those that fall to this copy; `named` says whether the
/// right thing is named among the findings.
fn change_bytes(
    ledger: &Ledger,
    file: &Path,
    range: std::ops::Range<usize>,
    (copies, copy): (usize, usize),
    named: impl Fn(&Finding) -> bool,
) -> usize {
    let whole = fs::read(file).unwrap();
    let mut tried = 0;
    for at in range
        .step_by(STRIDE)
        .filter(|at| at / STRIDE % copies == copy)
    {
        for pattern in PATTERNS {
            let mut changed = whole.clone();
            changed[at] ^= pattern;
            fs::write(file, &changed).unwrap();
            let findings = verify(ledger);
            assert!(
                findings.iter().any(&named),
                "{} byte {at} ^ {pattern:#04x}: {findings:?}",
                file.display()
            );
            tried += 1;
        }
    }
    fs::write(file, &whole).unwrap();
    tried
}

#[test]
fn every_changed_byte_of_the_journal_is_found_and_named() {
    let length = std::sync::atomic::AtomicUsize::new(0);
    let tried = in_parallel(|demo, copies, copy| {
        let ledger = demo.open().unwrap();
        assert_eq!(verify(&ledger), []);
        let journal = demo.ledger.join("journal");
        length.store(
            fs::read(&journal).unwrap().len(),
            std::sync::atomic::Ordering::Relaxed,
        );
        let mut tried = 0;
        for region in regions(&demo.ledger) {
            let range = region.start..region.end;
            tried += change_bytes(&ledger, &journal, range, (copies, copy), |finding| {
                match (region.entry, region.object) {
                    (Some(index), _) => finding.entry == Some(index),
                    (_, Some(object)) => finding.object == Some(object),
                    (None, None) => finding.code == Code::JournalDamaged,
                }
            });
        }
        assert_eq!(verify(&ledger), []);
        tried
    });
    assert!(tried >= length.into_inner() / STRIDE * PATTERNS.len());
    println!("{tried} changes of the journal, 0 missed");
}

#[test]
fn every_changed_byte_of_an_object_file_is_found_and_named() {
    let tried = in_parallel(|demo, copies, copy| {
        let ledger = demo.open().unwrap();
        let files = files_below(&demo.ledger.join("objects"));
        assert!(!files.is_empty(), "the demo has an object file");
        let mut tried = 0;
        for file in files {
            let parts: Vec<_> = file
                .iter()
                .rev()
                .take(2)
                .map(|part| part.to_str().unwrap())
                .collect();
            let name = format!("{}{}", parts[1], parts[0]);
            let length = fs::read(&file).unwrap().len();
            tried += change_bytes(&ledger, &file, 0..length, (copies, copy), |finding| {
                finding.object.is_some_and(|id| id.to_string() == name)
            });
        }
        assert_eq!(verify(&ledger), []);
        tried
    });
    assert!(tried * STRIDE > 8000, "an object file has more than 4 KiB");
    println!("{tried} changes of object files, 0 missed");
}

#[test]
fn every_changed_byte_of_the_head_is_refused_on_opening_or_found() {
    let demo = Demo::new();
    let head = demo.ledger.join("head");
    let whole = fs::read(&head).unwrap();
    for at in 0..whole.len() {
        for pattern in PATTERNS {
            let mut changed = whole.clone();
            changed[at] ^= pattern;
            fs::write(&head, &changed).unwrap();
            match demo.open() {
                Err(error) => {
                    let text = format!("{:?}", anyhow::Error::from(error));
                    assert!(text.contains("head"), "byte {at}: {text}");
                }
                Ok(ledger) => {
                    let findings = verify(&ledger);
                    let named = findings.iter().any(|f| f.file.as_deref() == Some("head"));
                    assert!(named, "byte {at} ^ {pattern:#04x}: {findings:?}");
                }
            }
        }
    }
    fs::write(&head, &whole).unwrap();
    assert_eq!(verify(&demo.open().unwrap()), []);
}

#[test]
fn a_second_copy_of_an_object_and_a_link_for_one_are_found() {
    let demo = Demo::new();
    let ledger = demo.open().unwrap();
    let small = regions(&demo.ledger)
        .into_iter()
        .find_map(|region| region.object)
        .expect("an object in the journal");
    let hex = small.to_string();
    let folder = demo.ledger.join("objects").join(&hex[..2]);
    let file = folder.join(&hex[2..]);
    let had_folder = folder.is_dir();
    fs::create_dir_all(&folder).unwrap();
    let whole = ledger.object_bytes(&small).unwrap().unwrap();
    for (bytes, code) in [
        (&b"forged"[..], Code::ObjectHash),
        (&whole[..], Code::ObjectUnreferenced),
    ] {
        fs::write(&file, bytes).unwrap();
        let found = verify(&ledger);
        let found: Vec<_> = found.iter().map(|f| (f.code, f.object)).collect();
        assert_eq!(found, [(code, Some(small))]);
    }
    fs::remove_file(&file).unwrap();
    if !had_folder {
        fs::remove_dir(&folder).unwrap();
    }
    assert_eq!(verify(&ledger), []);
    // The same bytes, but elsewhere.
    #[cfg(unix)]
    for large in files_below(&demo.ledger.join("objects")) {
        let elsewhere = demo.ledger.with_file_name("elsewhere");
        fs::rename(&large, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &large).unwrap();
        let codes: Vec<Code> = verify(&ledger).iter().map(|f| f.code).collect();
        assert!(codes.contains(&Code::ObjectMissing), "{codes:?}");
        assert!(codes.contains(&Code::ObjectUnreferenced), "{codes:?}");
        fs::remove_file(&large).unwrap();
        fs::rename(&elsewhere, &large).unwrap();
    }
    assert_eq!(verify(&ledger), []);
}
