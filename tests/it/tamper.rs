//! Every changed byte of a ledger's files is refused or found, and the right thing is named.
//!
//! The ledger is the demo's. Each byte of the journal, of every object file and of `head` is changed
//! twice (its lowest bit, and all of its bits), in place, and the ledger is opened and verified as the
//! command does it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use factlog::audit::{Code, Finding, Severity};
use factlog::ledger::{self, Ledger, VerifyOptions};
use factlog::store::{FrameKind, Piece};

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

#[test]
fn every_changed_byte_of_the_journal_is_found_and_named() {
    let demo = Demo::new();
    let ledger = demo.open().unwrap();
    assert_eq!(verify(&ledger), []);
    let journal = demo.ledger.join("journal");
    let whole = fs::read(&journal).unwrap();
    let mut tried = 0;
    for region in regions(&demo.ledger) {
        for at in region.start..region.end {
            for pattern in PATTERNS {
                let mut changed = whole.clone();
                changed[at] ^= pattern;
                fs::write(&journal, &changed).unwrap();
                let findings = verify(&ledger);
                let named = findings
                    .iter()
                    .any(|finding| match (region.entry, region.object) {
                        (Some(index), _) => finding.entry == Some(index),
                        (_, Some(object)) => finding.object == Some(object),
                        (None, None) => finding.code == Code::JournalDamaged,
                    });
                assert!(
                    named,
                    "byte {at} ^ {pattern:#04x}: entry {:?}, object {:?}: {findings:?}",
                    region.entry, region.object
                );
                tried += 1;
            }
        }
    }
    fs::write(&journal, &whole).unwrap();
    assert_eq!(verify(&ledger), []);
    assert_eq!(tried, whole.len() * PATTERNS.len());
    println!("{tried} changes of the journal, 0 missed");
}

#[test]
fn every_changed_byte_of_an_object_file_is_found_and_named() {
    let demo = Demo::new();
    let ledger = demo.open().unwrap();
    let mut tried = 0;
    for file in files_below(&demo.ledger.join("objects")) {
        let whole = fs::read(&file).unwrap();
        let name: String = file
            .components()
            .rev()
            .take(2)
            .map(|part| part.as_os_str().to_str().unwrap())
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        for at in 0..whole.len() {
            for pattern in PATTERNS {
                let mut changed = whole.clone();
                changed[at] ^= pattern;
                fs::write(&file, &changed).unwrap();
                let findings = verify(&ledger);
                let named = findings
                    .iter()
                    .any(|finding| finding.object.is_some_and(|id| id.to_string() == name));
                assert!(
                    named,
                    "{} byte {at} ^ {pattern:#04x}: {findings:?}",
                    file.display()
                );
                tried += 1;
            }
        }
        fs::write(&file, &whole).unwrap();
    }
    assert_eq!(verify(&ledger), []);
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

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
