//! Damage: whatever is changed on disk is refused, found, or put right.

use std::fs;
use std::path::PathBuf;

use factlog::store::{
    Damage, DatabaseFault, FrameKind, HeadError, JournalReader, Notice, Piece, Store, StoreError,
};
use factlog::trust::checkpoint::Checkpoint;
use factlog::trust::merkle::{LeafHash, Tree};
use factlog::words::id::ObjectId;
use proptest::prelude::*;

use super::stops::{copy, replace};
use super::{Desk, append, check, log_key};

fn desk_of(size: u64) -> Desk {
    let desk = Desk::new();
    append(&mut desk.create(), 2..size).unwrap();
    desk
}

/// Returns the damage that a reader reports, with how many frames are sound.
fn damage(reader: &mut JournalReader<'_>) -> (Vec<Damage>, usize) {
    let (mut found, mut sound, mut at) = (Vec::new(), 0, 0);
    while let Some(piece) = reader.next_piece().unwrap() {
        let (offset, end) = match piece {
            Piece::Damage(damage) => {
                found.push(damage);
                (damage.offset, damage.offset + damage.length)
            }
            Piece::Frame(frame) => {
                sound += 1;
                (frame.offset, frame.end())
            }
        };
        assert_eq!(offset, at, "the pieces lie one after the other");
        at = end;
    }
    assert_eq!(at, reader.length());
    (found, sound)
}

#[test]
fn every_changed_byte_of_the_journal_is_found_and_named() {
    let desk = desk_of(8);
    let store = desk.open_quietly();
    let path = desk.ledger().join("journal");
    let journal = fs::read(&path).unwrap();
    let mut frames = Vec::new();
    let mut reader = JournalReader::open(&desk.ledger()).unwrap();
    while let Some(Piece::Frame(frame)) = reader.next_piece().unwrap() {
        frames.push((frame.offset, frame.end(), frame.kind, frame.index));
    }
    for pattern in [0x01, 0x80, 0xff] {
        for at in 0..journal.len() {
            let mut changed = journal.clone();
            changed[at] ^= pattern;
            fs::write(&path, &changed).unwrap();
            let hit = frames
                .iter()
                .find(|(_, end, ..)| (at as u64) < *end)
                .unwrap();
            let expected = Damage {
                offset: hit.0,
                length: hit.1 - hit.0,
                kind: Some(hit.2),
                index: hit.3,
                at_end: hit.1 == journal.len() as u64,
            };
            for mut reader in [
                JournalReader::open(&desk.ledger()).unwrap(),
                store.journal().unwrap(),
            ] {
                let (found, sound) = damage(&mut reader);
                assert_eq!(found, [expected], "byte {at} with {pattern:#x}");
                assert_eq!(sound, frames.len() - 1);
            }
        }
    }
}

#[test]
fn two_damaged_frames_are_both_found() {
    let desk = desk_of(8);
    let path = desk.ledger().join("journal");
    let journal = fs::read(&path).unwrap();
    let mut ends = Vec::new();
    let mut reader = JournalReader::open(&desk.ledger()).unwrap();
    while let Some(Piece::Frame(frame)) = reader.next_piece().unwrap() {
        ends.push(usize::try_from(frame.end()).unwrap());
    }
    for pair in ends.windows(3) {
        let mut changed = journal.clone();
        changed[pair[1] - 1] ^= 1;
        changed[pair[2] - 1] ^= 1;
        fs::write(&path, &changed).unwrap();
        let (found, sound) = damage(&mut JournalReader::open(&desk.ledger()).unwrap());
        let offsets: Vec<_> = found.iter().map(|damage| damage.offset).collect();
        assert_eq!(offsets, [pair[0] as u64, pair[1] as u64]);
        assert_eq!(sound, ends.len() - 2);
        assert!(found.iter().all(|damage| damage.kind.is_some()));
    }
}

#[test]
fn a_journal_damaged_beyond_naming_is_read_to_its_end() {
    let desk = desk_of(40);
    let path = desk.ledger().join("journal");
    let mut journal = fs::read(&path).unwrap();
    let middle = journal.len() / 2;
    journal[middle - 700..middle].fill(b'E');
    fs::write(&path, &journal).unwrap();
    let store = desk.open_quietly();
    // With the database the entries that follow are known by their places.
    let mut reader = store.journal().unwrap();
    let mut last = None;
    while let Some(piece) = reader.next_piece().unwrap() {
        if let Piece::Frame(frame) = piece
            && frame.kind == FrameKind::Entry
        {
            last = frame.index;
        }
    }
    assert_eq!(last, Some(39));
}

#[test]
fn a_rebuild_from_a_damaged_journal_is_refused_or_says_what_is_missing() {
    let desk = desk_of(6);
    let saved = desk.path("saved");
    fs::remove_dir_all(desk.ledger().join("db")).unwrap();
    copy(&desk.ledger(), &saved);
    let path = desk.ledger().join("journal");
    let journal = fs::read(&path).unwrap();
    let mut frames = Vec::new();
    let mut reader = JournalReader::open(&desk.ledger()).unwrap();
    while let Some(Piece::Frame(frame)) = reader.next_piece().unwrap() {
        frames.push((frame.offset, frame.end(), frame.kind, frame.index));
    }
    for at in (0..journal.len()).step_by(3) {
        replace(&desk.ledger(), &saved);
        let mut changed = journal.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        let hit = frames
            .iter()
            .find(|(_, end, ..)| (at as u64) < *end)
            .unwrap();
        match (desk.open(), hit.2) {
            (Err(StoreError::JournalFormat { .. }), FrameKind::Journal) => {}
            (Err(StoreError::EntryDamaged { offset, index, .. }), FrameKind::Entry) => {
                assert_eq!((offset, Some(index)), (hit.0, hit.3));
            }
            (Ok((store, notices)), FrameKind::Object) => {
                assert!(notices.contains(&Notice::FrameDamaged { offset: hit.0 }));
                assert_eq!(store.tree_head().size, 6);
            }
            (Err(error), kind) => panic!("byte {at}, {kind:?}: {error}"),
            (Ok((_, notices)), kind) => panic!("byte {at}, {kind:?}: {notices:?}"),
        }
        assert_eq!(fs::read(&path).unwrap(), changed, "nothing is cut off");
    }
}

#[test]
fn every_changed_byte_of_the_head_is_refused() {
    let desk = desk_of(6);
    let saved = desk.path("saved");
    copy(&desk.ledger(), &saved);
    let head = fs::read(desk.ledger().join("head")).unwrap();
    let mut variants = Vec::new();
    for at in 0..head.len() {
        for pattern in [0x01, 0x20, 0xff] {
            let mut changed = head.clone();
            changed[at] ^= pattern;
            variants.push(changed);
        }
    }
    variants.extend((0..head.len()).map(|length| head[..length].to_vec()));
    variants.push([&head[..], b"\n"].concat());
    variants.push([&head[..], b"x"].concat());
    variants.push(vec![b'x'; 5000]);
    for changed in variants {
        fs::write(desk.ledger().join("head"), &changed).unwrap();
        if let Ok((_, notices)) = desk.open() {
            panic!("{:?} {notices:?}", String::from_utf8_lossy(&changed));
        }
        assert_eq!(
            fs::read(desk.ledger().join("journal")).unwrap(),
            fs::read(saved.join("journal")).unwrap()
        );
    }
    fs::write(desk.ledger().join("head"), &head).unwrap();
    check(&desk.open().unwrap().0, 6);
}

#[test]
fn a_changed_head_is_blamed_before_journal_and_database() {
    let desk = desk_of(6);
    let path = desk.ledger().join("head");
    let head = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = head.lines().collect();
    let first = if lines[2].starts_with('A') { "B" } else { "A" };
    let root = format!("{first}{}", &lines[2][1..]);
    let edits = [("6", "5"), ("6", "7"), (lines[2], &root)];
    for with_database in [true, false] {
        for (old, new) in edits {
            let changed = head.replacen(&format!("\n{old}\n"), &format!("\n{new}\n"), 1);
            assert_ne!(changed, head);
            fs::write(&path, &changed).unwrap();
            if !with_database {
                fs::remove_dir_all(desk.ledger().join("db")).unwrap();
            }
            let Err(StoreError::Head(error)) = desk.open() else {
                panic!("{changed}")
            };
            assert!(
                matches!(&*error, HeadError::Changed { path: named, .. } if *named == path),
                "{error}"
            );
            fs::write(&path, &head).unwrap();
            let (store, notices) = desk.open().unwrap();
            check(&store, 6);
            assert_eq!(notices.is_empty(), with_database, "{notices:?}");
        }
    }
}

/// All files of the database.
fn database_files(desk: &Desk) -> Vec<PathBuf> {
    let mut folders = vec![desk.ledger().join("db")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Opens the ledger, expects that its database is built anew, and that all is there.
fn expect_rebuilt(desk: &Desk, size: u64) -> DatabaseFault {
    let (store, notices) = desk.open().unwrap();
    check(&store, size);
    let [Notice::DatabaseRebuilt { fault, entries }] = &notices[..] else {
        panic!("{notices:?}")
    };
    assert_eq!(*entries, size);
    drop(store);
    drop(desk.open_quietly());
    fault.clone()
}

#[test]
fn a_missing_database_is_built_anew() {
    let desk = desk_of(30);
    fs::remove_dir_all(desk.ledger().join("db")).unwrap();
    assert_eq!(expect_rebuilt(&desk, 30), DatabaseFault::Missing);
    for nth in 0..database_files(&desk).len() {
        fs::remove_file(&database_files(&desk)[nth]).unwrap();
        assert!(matches!(
            expect_rebuilt(&desk, 30),
            DatabaseFault::Changed { .. }
        ));
    }
    fs::remove_dir_all(desk.ledger().join("db")).unwrap();
    fs::write(desk.ledger().join("db"), "not a folder").unwrap();
    assert_eq!(expect_rebuilt(&desk, 30), DatabaseFault::Missing);
}

#[test]
fn a_truncated_database_is_built_anew() {
    let desk = desk_of(30);
    for tenth in 0..10 {
        for nth in 0..database_files(&desk).len() {
            let file = &database_files(&desk)[nth];
            let length = fs::metadata(file).unwrap().len();
            let handle = fs::OpenOptions::new().write(true).open(file).unwrap();
            handle.set_len(length * tenth / 10).unwrap();
            let fault = expect_rebuilt(&desk, 30);
            assert!(matches!(fault, DatabaseFault::Changed { .. }), "{fault:?}");
        }
    }
}

#[test]
fn a_database_with_a_changed_byte_is_built_anew() {
    let desk = desk_of(12);
    for nth in 0..200_u64 {
        let files = database_files(&desk);
        let file = &files[usize::try_from(nth).unwrap() % files.len()];
        let mut bytes = fs::read(file).unwrap();
        let at = usize::try_from(nth * 7919 * 7919).unwrap() % bytes.len();
        bytes[at] ^= 1 << (nth % 8);
        fs::write(file, bytes).unwrap();
        let fault = expect_rebuilt(&desk, 12);
        assert!(matches!(fault, DatabaseFault::Changed { .. }), "{fault:?}");
    }
}

#[test]
fn a_damaged_stamp_costs_a_rebuild() {
    let desk = desk_of(6);
    let path = desk.ledger().join("db.stamp");
    let length = fs::read(&path).unwrap().len();
    for at in (0..length).step_by(5) {
        let mut stamp = fs::read(&path).unwrap();
        stamp[at] ^= 1;
        fs::write(&path, stamp).unwrap();
        let fault = expect_rebuilt(&desk, 6);
        assert!(
            matches!(
                fault,
                DatabaseFault::StampDamaged | DatabaseFault::Changed { .. }
            ),
            "{fault:?}"
        );
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(expect_rebuilt(&desk, 6), DatabaseFault::NotClosed);
}

/// Copies database and stamp out of a ledger, or into one.
fn copy_database(from: &std::path::Path, to: &std::path::Path) {
    let _ = fs::remove_dir_all(to.join("db"));
    copy(&from.join("db"), &to.join("db"));
    fs::copy(from.join("db.stamp"), to.join("db.stamp")).unwrap();
}

#[test]
fn a_database_of_another_state_is_built_anew() {
    let desk = desk_of(6);
    let older = desk.path("older");
    copy_database(&desk.ledger(), &older);
    append(&mut desk.open_quietly(), 6..9).unwrap();
    let newer = desk.path("newer");
    copy(&desk.ledger(), &newer);
    copy_database(&older, &desk.ledger());
    assert_eq!(
        expect_rebuilt(&desk, 9),
        DatabaseFault::Behind {
            applied: 6,
            size: 9
        }
    );
    let other = Desk::new();
    let mut store = other.create();
    append(&mut store, 2..6).unwrap();
    drop(store);
    copy_database(&newer, &other.ledger());
    assert_eq!(
        expect_rebuilt(&other, 6),
        DatabaseFault::Ahead {
            applied: 9,
            size: 6
        }
    );
    let strange = Desk::new();
    let mut store = strange.create();
    let mut round = store.begin();
    for n in 2..9 {
        round.push_entry(format!("strange {n}").as_bytes()).unwrap();
    }
    round.commit().unwrap();
    drop(store);
    copy_database(&strange.ledger(), &desk.ledger());
    assert_eq!(expect_rebuilt(&desk, 9), DatabaseFault::OtherRoot);
}

#[test]
fn a_half_written_snapshot_is_not_taken_for_one() {
    let desk = desk_of(6);
    fs::write(desk.ledger().join("db/snap.FFFF.generating"), "half").unwrap();
    expect_rebuilt(&desk, 6);
}

#[test]
fn an_old_copy_of_the_whole_folder_is_refused() {
    let desk = desk_of(6);
    let backup = desk.path("backup");
    copy(&desk.ledger(), &backup);
    append(&mut desk.open_quietly(), 6..9).unwrap();
    replace(&desk.ledger(), &backup);
    let mut store = desk.open_quietly();
    check(&store, 6);
    assert_eq!(store.copied_head().unwrap().unwrap().1.size, 9);
    match append(&mut store, 6..7) {
        Err(StoreError::OldBackup {
            size: 6,
            copy_size: 9,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    check(&store, 6);
    drop(store);
    // Nor is an unfinished round of the backup rolled forward.
    let mut journal = fs::read(desk.ledger().join("journal")).unwrap();
    journal.extend_from_slice(&frame(b'E', b"claim late"));
    fs::write(desk.ledger().join("journal"), journal).unwrap();
    assert!(matches!(desk.open(), Err(StoreError::OldBackup { .. })));
}

fn frame(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![kind];
    frame.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    frame.extend(bytes);
    frame.extend(&blake3::hash(&frame).as_bytes()[..8]);
    frame
}

#[test]
fn another_history_than_the_copys_is_refused() {
    let desk = desk_of(6);
    let backup = desk.path("backup");
    copy(&desk.ledger(), &backup);
    append(&mut desk.open_quietly(), 6..7).unwrap();
    replace(&desk.ledger(), &backup);
    // Without the copy nothing stands against another entry 6.
    let heads = fs::read_dir(desk.path("home/heads")).unwrap();
    let copy_path = heads.map(|entry| entry.unwrap().path()).next().unwrap();
    let kept = fs::read(&copy_path).unwrap();
    fs::remove_file(&copy_path).unwrap();
    let mut store = desk.open_quietly();
    let mut round = store.begin();
    round.push_entry(b"claim other").unwrap();
    round.commit().unwrap();
    fs::write(&copy_path, kept).unwrap();
    assert!(matches!(
        append(&mut store, 7..8),
        Err(StoreError::OtherHistory { size: 7, .. })
    ));
    fs::write(&copy_path, "no checkpoint").unwrap();
    let Err(StoreError::Head(error)) = append(&mut store, 7..8) else {
        panic!("the copy is not a checkpoint")
    };
    assert!(matches!(*error, HeadError::Note { .. }));
    fs::remove_file(&copy_path).unwrap();
    append(&mut store, 7..8).unwrap();
    assert!(copy_path.exists());
}

#[test]
fn head_and_journal_that_contradict_each_other_are_refused() {
    let desk = desk_of(6);
    let saved = desk.path("saved");
    copy(&desk.ledger(), &saved);
    let (head, journal) = (desk.ledger().join("head"), desk.ledger().join("journal"));
    let bytes = fs::read(&journal).unwrap();

    fs::remove_file(&head).unwrap();
    assert!(matches!(desk.open(), Err(StoreError::HeadMissing { .. })));

    replace(&desk.ledger(), &saved);
    fs::remove_file(&journal).unwrap();
    assert!(matches!(
        desk.open(),
        Err(StoreError::JournalMissing { size: 6, .. })
    ));

    replace(&desk.ledger(), &saved);
    fs::write(&journal, "").unwrap();
    assert!(matches!(desk.open(), Err(StoreError::JournalFormat { .. })));

    for short in [1, 100, 300] {
        replace(&desk.ledger(), &saved);
        fs::write(&journal, &bytes[..bytes.len() - short]).unwrap();
        assert!(matches!(desk.open(), Err(StoreError::JournalCut { .. })));
        // What is recognised must not depend on the database.
        let without = desk.open();
        assert!(
            matches!(
                without,
                Err(StoreError::JournalShort { size: 6, .. } | StoreError::EntryDamaged { .. })
            ),
            "{:?}",
            without.err()
        );
    }

    replace(&desk.ledger(), &saved);
    let mut frames = Vec::new();
    let mut reader = JournalReader::open(&desk.ledger()).unwrap();
    while let Some(Piece::Frame(frame)) = reader.next_piece().unwrap() {
        if frame.kind == FrameKind::Entry {
            frames.push((frame.offset, frame.end()));
        }
    }
    let range =
        |n: usize| usize::try_from(frames[n].0).unwrap()..usize::try_from(frames[n].1).unwrap();
    let (one, two) = (range(1), range(2));
    let swapped = [
        &bytes[..one.start],
        &bytes[two.clone()],
        &bytes[one.end..two.start],
        &bytes[one.clone()],
        &bytes[two.end..],
    ]
    .concat();
    assert_eq!(swapped.len(), bytes.len());
    fs::write(&journal, &swapped).unwrap();
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    assert!(matches!(desk.open(), Err(StoreError::OtherRoot { .. })));
}

#[test]
fn what_changes_under_an_open_store_is_noticed_before_anything_is_written() {
    let desk = desk_of(6);
    for file in ["head", "journal"] {
        let saved = desk.path(file);
        copy(&desk.ledger(), &saved);
        let mut store = desk.open_quietly();
        let path = desk.ledger().join(file);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, [&bytes[..], b"\n"].concat()).unwrap();
        assert!(matches!(
            append(&mut store, 6..7),
            Err(StoreError::Changed { .. })
        ));
        fs::write(&path, bytes).unwrap();
        drop(store);
        drop(desk.open_quietly());
    }
}

/// A file with the same bytes is not the file that we hold open.
#[cfg(unix)]
#[test]
fn a_journal_put_in_the_place_of_the_open_one_is_noticed() {
    let desk = desk_of(6);
    let mut store = desk.open_quietly();
    let path = desk.ledger().join("journal");
    let other = desk.path("other");
    fs::copy(&path, &other).unwrap();
    fs::rename(&other, &path).unwrap();
    assert!(matches!(
        append(&mut store, 6..7),
        Err(StoreError::Changed { .. })
    ));
}

#[test]
fn orphaned_frames_at_the_end_are_erased() {
    let desk = desk_of(6);
    let path = desk.ledger().join("journal");
    let before = fs::read(&path).unwrap();
    let orphan = frame(b'O', b"a secret that was never published");
    fs::write(&path, [&before[..], &orphan[..]].concat()).unwrap();
    let (store, notices) = desk.open().unwrap();
    assert_eq!(notices, [Notice::OrphansRemoved { objects: 1 }]);
    check(&store, 6);
    drop(store);
    let after = fs::read(&path).unwrap();
    assert_eq!(after[..before.len()], before);
    let mut erased = vec![b'X', 0, 0, 0, 33];
    let check_bytes = blake3::hash(&erased);
    erased.extend([0; 33]);
    erased.extend(&check_bytes.as_bytes()[..8]);
    assert_eq!(after[before.len()..], erased);
    let mut store = desk.open_quietly();
    append(&mut store, 6..9).unwrap();
    drop(store);
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    expect_rebuilt(&desk, 9);
}

/// Appends bytes to the desk's journal; returns where they begin.
fn extend_journal(desk: &Desk, bytes: &[u8]) -> u64 {
    let path = desk.ledger().join("journal");
    let journal = fs::read(&path).unwrap();
    fs::write(&path, [&journal[..], bytes].concat()).unwrap();
    journal.len() as u64
}

#[test]
fn an_entry_that_the_log_has_is_not_signed_a_second_time() {
    let desk = desk_of(6);
    let head = fs::read(desk.ledger().join("head")).unwrap();
    let end = extend_journal(&desk, &frame(b'E', b"claim new"));
    extend_journal(&desk, &frame(b'E', b"key alice"));
    let second = end + frame(b'E', b"claim new").len() as u64;
    // The second opening finds a database that the first left unfinished.
    for _ in 0..2 {
        let Err(StoreError::TailRefused {
            offset,
            index,
            source,
            ..
        }) = desk.open()
        else {
            panic!("the copy is signed")
        };
        assert_eq!((offset, index), (second, 7));
        assert!(source.to_string().contains("already, at index 1"));
        assert_eq!(fs::read(desk.ledger().join("head")).unwrap(), head);
    }
    // Twice in the tail itself.
    let desk = desk_of(6);
    extend_journal(&desk, &frame(b'E', b"claim new").repeat(2));
    assert!(matches!(
        desk.open(),
        Err(StoreError::TailRefused { index: 7, .. })
    ));
}

#[test]
fn the_callers_check_sees_each_entry_of_the_tail_in_its_place() {
    let small = b"a small object".to_vec();
    let note = format!("claim small {}", ObjectId::of(&small));
    let tail = [
        frame(b'E', b"first"),
        frame(b'O', &small),
        frame(b'E', note.as_bytes()),
        frame(b'E', b"last"),
    ];
    let desk = desk_of(6);
    let start = extend_journal(&desk, &tail.concat());
    let mut options = desk.options();
    options.check_tail = Some(|| {
        let mut expected = 6;
        Box::new(move |index, note, view| {
            assert_eq!(index, expected);
            expected += 1;
            assert!(factlog::trust::merkle::root(index, &view.hashes()).is_ok());
            let facts = view.facts();
            assert_eq!(facts.get(b"count/last").unwrap(), None);
            let before = index > 6;
            assert_eq!(facts.get(b"count/first").unwrap().is_some(), before);
            let object = view.object(&ObjectId::of(b"a small object")).unwrap();
            assert_eq!(object.is_some(), before);
            match note {
                b"last" => Err("refused by the toy's check".into()),
                _ => Ok(()),
            }
        })
    });
    let Err(StoreError::TailRefused { offset, source, .. }) = Store::open(&desk.ledger(), options)
    else {
        panic!("the entry is signed")
    };
    assert_eq!(offset, start + tail[..3].concat().len() as u64);
    assert_eq!(source.to_string(), "refused by the toy's check");
    // Where no check is asked for, the same tail is rolled forward.
    assert_eq!(desk.open().unwrap().0.tree_head().size, 9);
}

#[test]
fn a_long_tail_is_rolled_forward_in_rounds() {
    let desk = desk_of(6);
    let object = b"spoken of by the last entry".to_vec();
    let mut tail = frame(b'O', &object);
    tail.extend(frame(b'O', b"spoken of by none"));
    for n in 6..4_100 {
        tail.extend(frame(b'E', format!("claim {n}").as_bytes()));
    }
    let last = format!("claim last {}", ObjectId::of(&object));
    tail.extend(frame(b'E', last.as_bytes()));
    extend_journal(&desk, &tail);
    let (store, notices) = desk.open().unwrap();
    assert_eq!(
        notices,
        [
            Notice::OrphansRemoved { objects: 1 },
            Notice::RolledForward {
                entries: 4_095,
                size: 4_101
            }
        ]
    );
    let id = ObjectId::of(&object);
    assert_eq!(store.object(&id).unwrap(), Some(object));
    let head = store.tree_head();
    drop(store);
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    // A rebuild reads the same entries from the journal.
    assert_eq!(desk.open().unwrap().0.tree_head(), head);
}

#[test]
fn the_same_entry_twice_by_force_can_still_be_read() {
    let desk = desk_of(6);
    let mut tree = Tree::new();
    let store = desk.open_quietly();
    for n in 0..6 {
        tree.push(LeafHash::of(&store.entry(n).unwrap().unwrap()));
    }
    drop(store);
    // Whoever has the log's key can sign it.
    tree.push(LeafHash::of(b"key alice"));
    extend_journal(&desk, &frame(b'E', b"key alice"));
    let checkpoint = Checkpoint {
        origin: log_key().name().clone(),
        head: tree.head(),
    };
    let head = checkpoint.sign(&log_key()).unwrap();
    fs::write(desk.ledger().join("head"), head.bytes()).unwrap();
    let (store, _) = desk.open().unwrap();
    assert_eq!(store.tree_head().size, 7);
    let id = factlog::trust::merkle::LeafHash::of(b"key alice").into();
    assert_eq!(store.index_of(&id).unwrap(), Some(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_reader_takes_anything(pieces in proptest::collection::vec(
        prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..40),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| frame(b'O', &bytes)),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| frame(b'E', &bytes)),
            Just(b"E\0\0\x10\0".to_vec()),
            Just(vec![0; 50]),
        ],
        0..12,
    )) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("journal"), pieces.concat()).unwrap();
        damage(&mut JournalReader::open(folder.path()).unwrap());
    }
}

#[test]
fn a_store_that_panics_while_it_commits_is_put_right() {
    let desk = desk_of(6);
    let mut options = desk.options();
    options.on_step = Some(std::sync::Arc::new(|step| {
        assert_ne!(step, factlog::store::Step::JournalSynced);
    }));
    let (mut store, _) = Store::open(&desk.ledger(), options).unwrap();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        append(&mut store, 6..8).unwrap();
    }));
    assert!(result.is_err());
    assert!(matches!(
        append(&mut store, 6..7),
        Err(StoreError::Poisoned { .. })
    ));
    drop(store);
    check(&desk.open().unwrap().0, 8);
}
