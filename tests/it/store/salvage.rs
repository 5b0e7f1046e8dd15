//! Salvage: a damaged journal is put right from the database before that is replaced.

use std::fs;

use factlog::store::{
    DatabaseFault, FrameKind, JournalReader, Notice, Piece, Salvaged, Store, StoreError,
};
use factlog::words::id::ObjectId;

use super::stops::{copy, replace};
use super::{Desk, append, check};

/// Where a frame begins and ends, and what it holds.
struct At {
    start: usize,
    end: usize,
    kind: FrameKind,
    record: Option<Salvaged>,
}

/// A desk with a ledger of some entries whose database was not closed, and the journal's frames.
fn desk_of(size: u64) -> (Desk, Vec<u8>, Vec<At>) {
    let desk = Desk::new();
    append(&mut desk.create(), 2..size).unwrap();
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    let mut frames = Vec::new();
    let mut reader = JournalReader::open(&desk.ledger()).unwrap();
    while let Some(Piece::Frame(frame)) = reader.next_piece().unwrap() {
        frames.push(At {
            start: usize::try_from(frame.offset).unwrap(),
            end: usize::try_from(frame.end()).unwrap(),
            kind: frame.kind,
            record: match frame.kind {
                FrameKind::Entry => frame.index.map(Salvaged::Entry),
                FrameKind::Object => Some(Salvaged::Object(ObjectId::of(frame.bytes))),
                _ => None,
            },
        });
    }
    let journal = fs::read(desk.ledger().join("journal")).unwrap();
    (desk, journal, frames)
}

fn rebuilt(size: u64) -> Notice {
    Notice::DatabaseRebuilt {
        fault: DatabaseFault::NotClosed,
        entries: size,
    }
}

#[test]
fn a_damaged_frame_is_written_again_from_the_old_database() {
    let (desk, journal, frames) = desk_of(8);
    let saved = desk.path("saved");
    copy(&desk.ledger(), &saved);
    let path = desk.ledger().join("journal");
    for frame in &frames[1..] {
        // Kind, length, first byte, and check.
        for at in [frame.start, frame.start + 4, frame.start + 5, frame.end - 1] {
            replace(&desk.ledger(), &saved);
            let mut changed = journal.clone();
            changed[at] ^= 0x41;
            fs::write(&path, &changed).unwrap();
            let (store, notices) = desk.open().unwrap();
            let offset = frame.start as u64;
            let record = frame.record.unwrap();
            let salvaged = Notice::Salvaged {
                offset,
                record,
                restored: true,
            };
            assert_eq!(notices, [rebuilt(8), salvaged.clone()], "byte {at}");
            let said = salvaged.to_string();
            assert!(said.contains(&offset.to_string()) && said.contains(&record.to_string()));
            check(&store, 8);
            assert!(fs::read(&path).unwrap() == journal, "byte {at}");
            assert!(!desk.ledger().join("db.new").exists());
            drop(store);
            drop(desk.open_quietly());
        }
    }
}

#[test]
fn several_damaged_frames_are_written_again() {
    let (desk, journal, frames) = desk_of(12);
    let saved = desk.path("saved");
    copy(&desk.ledger(), &saved);
    let path = desk.ledger().join("journal");
    for many in 2..frames.len() - 1 {
        for first in [1, frames.len() / 2, frames.len() - many] {
            let last = (first + many).min(frames.len());
            replace(&desk.ledger(), &saved);
            let mut changed = journal.clone();
            // Every second time nothing is left that tells one frame from the next.
            if many % 2 == 0 {
                changed[frames[first].start..frames[last - 1].end].fill(0);
            } else {
                for frame in &frames[first..last] {
                    changed[frame.end - 1] ^= 1;
                }
            }
            fs::write(&path, &changed).unwrap();
            let (store, notices) = desk
                .open()
                .unwrap_or_else(|error| panic!("{first}..{last}: {error}"));
            let restored = notices
                .iter()
                .filter(|notice| matches!(notice, Notice::Salvaged { restored: true, .. }));
            assert_eq!(
                restored.count(),
                last - first,
                "{first}..{last}: {notices:?}"
            );
            check(&store, 12);
            assert!(fs::read(&path).unwrap() == journal, "{first}..{last}");
        }
    }
}

#[test]
fn what_the_old_database_says_counts_only_if_it_holds() {
    // The database of another ledger, with an entry of the same length in each place.
    let (desk, journal, frames) = desk_of(6);
    let other = Desk::new();
    let mut store = other.create();
    let mut round = store.begin();
    for frame in frames
        .iter()
        .filter(|frame| frame.kind == FrameKind::Entry)
        .skip(2)
    {
        let length = frame.end - frame.start - 13;
        let note = format!("claim {:0>1$}", frame.start, length - 6);
        round.push_entry(note.as_bytes()).unwrap();
    }
    round.commit().unwrap();
    drop(store);
    fs::remove_dir_all(desk.ledger().join("db")).unwrap();
    copy(&other.ledger().join("db"), &desk.ledger().join("db"));
    let path = desk.ledger().join("journal");
    for frame in frames.iter().filter(|frame| frame.start > frames[3].start) {
        let mut changed = journal.clone();
        changed[frame.end - 1] ^= 1;
        fs::write(&path, &changed).unwrap();
        let offset = frame.start as u64;
        match (desk.open(), frame.record) {
            (
                Err(StoreError::EntryDamaged {
                    offset: at, index, ..
                }),
                Some(Salvaged::Entry(entry)),
            ) => {
                assert_eq!((at, index), (offset, entry));
                assert!(
                    desk.ledger().join("db").is_dir(),
                    "the old database is kept"
                );
                assert!(!desk.ledger().join("db.new").exists());
            }
            (Ok((store, notices)), Some(Salvaged::Object(_))) => {
                drop(store);
                assert!(
                    notices.contains(&Notice::FrameDamaged { offset }),
                    "{notices:?}"
                );
                // Only this is rebuilt, so the old one is put back.
                fs::remove_dir_all(desk.ledger().join("db")).unwrap();
                copy(&other.ledger().join("db"), &desk.ledger().join("db"));
                fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
            }
            (opened, record) => panic!("{record:?}: {:?}", opened.map(|(_, notices)| notices)),
        }
        assert!(fs::read(&path).unwrap() == changed, "nothing is written");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_read_with_what_was_found() {
    let (desk, mut journal, frames) = desk_of(6);
    let entry = frames
        .iter()
        .find(|frame| frame.record == Some(Salvaged::Entry(3)));
    let entry = entry.unwrap();
    journal[entry.start + 20] ^= 1;
    let path = desk.ledger().join("journal");
    fs::write(&path, &journal).unwrap();
    let mut options = desk.options();
    options.read_only = true;
    let (store, notices) = Store::open(&desk.ledger(), options).unwrap();
    let found = Notice::Salvaged {
        offset: entry.start as u64,
        record: Salvaged::Entry(3),
        restored: false,
    };
    assert!(notices.contains(&found), "{notices:?}");
    assert_eq!(store.entry(3).unwrap(), Some(super::entry(3)));
    assert!(fs::read(&path).unwrap() == journal);
    assert!(!desk.ledger().join("db.new").exists());
}
