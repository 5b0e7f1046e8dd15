//! The frozen bytes in `tests/vectors`: they are read, and written again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use factlog::entry::{Entry, Kind};
use factlog::ledger::Pending;
use factlog::store::{FrameKind, JournalReader, Piece};
use factlog::trust::{Checkpoint, SignedNote, VerifierKey};
use factlog::words::id::ObjectId;

use crate::sample::{self, Ledger};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/ledger")
}

fn read(path: &str) -> Vec<u8> {
    let path = folder().join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names_in(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder().join(path)).expect("the folder can be read");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

#[test]
fn entries_are_written_as_they_were() {
    let ledger = Ledger::whole();
    let mut expected = Vec::new();
    for (index, (name, entry)) in ledger.entries.iter().enumerate() {
        let file = format!("{index:02}-{name}.note");
        assert!(
            read(&format!("entries/{file}")) == entry.bytes(),
            "{file} has other bytes than are written now: a change of the format?\n{}",
            String::from_utf8_lossy(entry.bytes())
        );
        expected.push(file);
    }
    assert_eq!(names_in("entries"), expected);
}

#[test]
fn frozen_entries_are_read_and_verified() {
    let roots: Vec<VerifierKey> = vec![sample::key(0).verifier().clone()];
    let mut kinds = Vec::new();
    for file in names_in("entries") {
        let bytes = read(&format!("entries/{file}"));
        let entry = Entry::parse(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(entry.bytes(), bytes, "{file}");
        entry
            .verify(&roots)
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        kinds.push(entry.kind());
    }
    for kind in Kind::ALL {
        assert!(kinds.contains(&kind), "no vector has the kind {kind}");
    }
}

#[test]
fn objects_are_written_as_they_were() {
    let ledger = Ledger::whole();
    let mut expected = Vec::new();
    for (name, bytes) in &ledger.objects {
        let file = object_file(name);
        assert!(
            read(&format!("objects/{file}")) == *bytes,
            "{file} has other bytes than are written now: a change of the format?\n{}",
            String::from_utf8_lossy(bytes)
        );
        expected.push(file);
    }
    expected.sort();
    assert_eq!(names_in("objects"), expected);
}

#[test]
fn ids_roots_and_checkpoints_are_as_they_were() {
    let ledger = Ledger::whole();
    assert_eq!(String::from_utf8_lossy(&read("ids.txt")), ids(&ledger));
    for size in [1, sample::EXAMPLE as u64, ledger.head().size] {
        let file = format!("checkpoint-{size}.note");
        let frozen = read(&file);
        assert_eq!(frozen, ledger.checkpoint(size).bytes(), "{file}");
        let note = SignedNote::parse(&frozen).expect("a note");
        let key = sample::key(1);
        let verified = note.verify(&[key.verifier()]).expect("its log's signature");
        let checkpoint = Checkpoint::from_verified(&verified).expect("a checkpoint");
        assert_eq!(checkpoint.head, ledger.head_at(size), "{file}");
    }
}

/// A line an entry: its index, its id, and the root of the tree that it is the last entry of; then a
/// line an object: its name and its id.
fn ids(ledger: &Ledger) -> String {
    let mut text = String::new();
    for (index, (name, entry)) in ledger.entries.iter().enumerate() {
        let root = ledger.head_at(index as u64 + 1).root;
        writeln!(text, "{index:02}-{name} {} {root}", entry.id()).unwrap();
    }
    for (name, bytes) in &ledger.objects {
        writeln!(text, "{} {}", object_file(name), ObjectId::of(bytes)).unwrap();
    }
    text
}

fn object_file(name: &str) -> String {
    let ending = if name.ends_with("-text") {
        "txt"
    } else {
        "json"
    };
    format!("{name}.{ending}")
}

/// The journal as `docs/format.md`, section 5, has it, written without the code that writes journals.
fn journal(ledger: &Ledger) -> Vec<u8> {
    let mut bytes = frame(b'J', b"factlog/journal@v1");
    let mut known = BTreeSet::new();
    for (_, entry) in &ledger.entries {
        for id in entry.objects() {
            let object = ledger.objects.iter().find(|(_, o)| ObjectId::of(o) == id);
            if known.insert(id) {
                bytes.extend(frame(b'O', &object.expect("it has all objects").1));
            }
        }
        bytes.extend(frame(b'E', entry.bytes()));
    }
    bytes.extend(frame(b'C', ledger.checkpoint(ledger.head().size).bytes()));
    bytes.extend(frame(b'X', b"\0\0\0\0\0"));
    bytes
}

fn frame(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("short").to_be_bytes();
    let mut frame = [&[kind], &length[..], bytes].concat();
    let covered = if kind == b'X' { 5 } else { frame.len() };
    let check = blake3::hash(&frame[..covered]);
    frame.extend_from_slice(&check.as_bytes()[..8]);
    frame
}

#[test]
fn the_journal_is_as_it_was_and_is_read() {
    let ledger = Ledger::whole();
    assert!(read("journal") == journal(&ledger), "the journal differs");
    let mut reader = JournalReader::open(&folder()).expect("it opens");
    let (mut entries, mut objects, mut others) = (0, 0, Vec::new());
    while let Some(piece) = reader.next_piece().expect("it can be read") {
        let Piece::Frame(frame) = piece else {
            panic!("{piece:?}");
        };
        match frame.kind {
            FrameKind::Entry => {
                assert_eq!(frame.index, Some(entries as u64));
                assert_eq!(frame.bytes, ledger.entries[entries].1.bytes());
                entries += 1;
            }
            FrameKind::Object => objects += 1,
            kind => others.push(kind),
        }
    }
    assert_eq!(
        (entries, objects),
        (ledger.entries.len(), ledger.objects.len())
    );
    assert_eq!(
        others,
        [FrameKind::Journal, FrameKind::Checkpoint, FrameKind::Erased]
    );
}

#[test]
fn a_pending_file_is_as_it_was_and_is_read() {
    let ledger = Ledger::example();
    let pending = Pending {
        entries: vec![ledger.entries.last().expect("one").1.clone()],
        objects: vec![ledger.objects.last().expect("one").1.clone()],
        ..Pending::default()
    };
    let frozen = read("pending.json");
    assert_eq!(
        String::from_utf8_lossy(&pending.to_bytes()),
        String::from_utf8_lossy(&frozen)
    );
    let again = Pending::parse(&frozen).expect("a pending file");
    assert_eq!(again.objects, pending.objects);
    assert_eq!(again.entries[0].bytes(), pending.entries[0].bytes());
}
