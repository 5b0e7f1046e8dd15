//! Creating, appending, reading, closing.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use factlog::store::{DatabaseFault, LockError, Notice, Store, StoreError};
use factlog::trust::merkle::LeafHash;
use factlog::words::id::{EntryId, ObjectId};

use super::{Desk, append, check, entry, log_key};

#[test]
fn what_was_appended_is_there_after_reopening() {
    let desk = Desk::new();
    let store = desk.create();
    check(&store, 2);
    drop(store);
    let mut store = desk.open_quietly();
    check(&store, 2);
    append(&mut store, 2..3).unwrap();
    append(&mut store, 3..300).unwrap();
    check(&store, 300);
    let head = store.tree_head();
    store.close().unwrap();
    let store = desk.open_quietly();
    assert_eq!(store.tree_head(), head);
    check(&store, 300);
    let copy = desk
        .path("home/heads")
        .join(store.ledger().unwrap().unwrap().to_string());
    assert_eq!(
        fs::read(copy).unwrap(),
        fs::read(desk.ledger().join("head")).unwrap()
    );
}

#[test]
fn a_closed_database_stays_as_it_was_closed() {
    let desk = Desk::new();
    drop(desk.create());
    for n in 2..40 {
        let mut store = desk.open_quietly();
        append(&mut store, n..n + 1).unwrap();
        drop(store);
        // If sled's threads still wrote now, the next opening would find another database than was
        // stamped.
        std::thread::sleep(Duration::from_millis(n % 4));
    }
    for _ in 0..40 {
        drop(desk.open_quietly());
    }
    check(&desk.open_quietly(), 40);
}

#[test]
fn a_second_ledger_in_the_same_place_is_refused() {
    let desk = Desk::new();
    drop(desk.create());
    let again = Store::create(&desk.ledger(), desk.options());
    assert!(matches!(again, Err(StoreError::AlreadyThere { .. })));
    assert!(!desk.path(".factlog.tmp").exists());
}

#[test]
fn a_creation_that_is_given_up_leaves_nothing() {
    let desk = Desk::new();
    let mut creation = Store::create(&desk.ledger(), desk.options()).unwrap();
    let mut round = creation.begin();
    round.push_entry(b"genesis").unwrap();
    round.commit().unwrap();
    drop(creation);
    assert!(!desk.ledger().exists());
    assert!(!desk.path(".factlog.tmp").exists());
    let empty = Store::create(&desk.ledger(), desk.options()).unwrap();
    assert!(matches!(empty.finish(), Err(StoreError::NoEntries)));
    assert!(!desk.path("home").exists());
    drop(desk.create());
}

#[test]
fn a_creation_that_waited_for_another_leaves_its_ledger_alone() {
    for finished in [true, false] {
        let desk = Desk::new();
        let mut creation = Store::create(&desk.ledger(), desk.options()).unwrap();
        let mut round = creation.begin();
        round.push_entry(b"genesis").unwrap();
        round.commit().unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        let mut options = desk.options();
        options.lock_wait = Duration::from_secs(20);
        options.on_wait = Some(Arc::new(move |_| tell.send(()).unwrap()));
        let place = desk.ledger();
        let second = std::thread::spawn(move || Store::create(&place, options).map(drop));
        told.recv().unwrap();
        if finished {
            assert_eq!(creation.finish().unwrap().tree_head().size, 1);
            let second = second.join().unwrap();
            assert!(
                matches!(second, Err(StoreError::AlreadyThere { .. })),
                "{second:?}"
            );
        } else {
            drop(creation);
            second.join().unwrap().unwrap();
        }
        assert_eq!(desk.ledger().exists(), finished);
        assert!(!desk.path(".factlog.tmp").exists());
    }
}

#[test]
fn no_ledger_is_said_so() {
    let desk = Desk::new();
    assert!(matches!(desk.open(), Err(StoreError::NoLedger { .. })));
    fs::create_dir(desk.ledger()).unwrap();
    assert!(matches!(desk.open(), Err(StoreError::NoLedger { .. })));
    assert_eq!(fs::read_dir(desk.ledger()).unwrap().count(), 0);
}

#[test]
fn a_ledger_in_use_is_waited_for_and_then_refused() {
    let desk = Desk::new();
    let store = desk.create();
    let told = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&told);
    let mut options = desk.options();
    options.on_wait = Some(Arc::new(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    }));
    let start = Instant::now();
    let second = Store::open(&desk.ledger(), options.clone());
    assert!(matches!(
        second,
        Err(StoreError::Lock(LockError::Busy { .. }))
    ));
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(told.load(Ordering::Relaxed), 1);
    let waiting = std::thread::spawn({
        let ledger = desk.ledger();
        options.lock_wait = Duration::from_secs(20);
        move || Store::open(&ledger, options).map(|(store, notices)| (store.tree_head(), notices))
    });
    std::thread::sleep(Duration::from_millis(100));
    drop(store);
    let (head, notices) = waiting.join().unwrap().unwrap();
    assert_eq!(head.size, 2);
    assert_eq!(notices, []);
}

#[test]
fn a_round_is_seen_before_it_is_committed_and_forgotten_if_it_is_not() {
    let desk = Desk::new();
    let mut store = desk.create();
    let mut round = store.begin();
    let id = round.push_object("words").unwrap();
    assert_eq!(round.object(&id).unwrap().as_deref(), Some(&b"words"[..]));
    let index = round.push_entry(format!("claim {id}").as_bytes()).unwrap();
    assert_eq!(index, 2);
    assert_eq!(round.object(&id).unwrap().as_deref(), Some(&b"words"[..]));
    assert_eq!(
        round.facts().get(b"at/00000002").unwrap().as_deref(),
        Some(&b"claim"[..])
    );
    assert_eq!(round.facts().with_prefix(b"at/").unwrap().len(), 3);
    assert_eq!(round.store().facts().with_prefix(b"at/").unwrap().len(), 2);
    let note = round.entry(2).unwrap().unwrap();
    let entry_id = LeafHash::of(&note).into();
    assert_eq!(round.index_of(&entry_id).unwrap(), Some(2));
    drop(round);
    assert_eq!(store.entry(2).unwrap(), None);
    assert_eq!(store.object(&id).unwrap(), None);
    check(&store, 2);
}

#[test]
fn a_refused_entry_leaves_the_round_as_it_was() {
    let desk = Desk::new();
    let mut store = desk.create();
    let mut round = store.begin();
    round.push_object("for nothing").unwrap();
    let refused = round.push_entry(b"refuse this");
    assert!(matches!(refused, Err(StoreError::Index { index: 2, .. })));
    assert_eq!(round.facts().get(b"left").unwrap(), None);
    let again = round.push_entry(b"key alice");
    assert!(matches!(
        again,
        Err(StoreError::EntryThere { index: 1, .. })
    ));
    let long = round.push_entry(&[b'x'; 4097]);
    assert!(matches!(
        long,
        Err(StoreError::EntryTooLong {
            bytes: 4097,
            most: 4096
        })
    ));
    round.commit().unwrap();
    check(&store, 2);
    append(&mut store, 2..4).unwrap();
    check(&store, 4);
}

#[test]
fn an_object_of_a_round_must_be_spoken_of() {
    let desk = Desk::new();
    let mut store = desk.create();
    let mut round = store.begin();
    round.push_entry(b"claim without").unwrap();
    let id = round.push_object("stray").unwrap();
    match round.commit() {
        Err(StoreError::ObjectWithoutEntry { id: named }) => assert_eq!(named, id),
        other => panic!("{other:?}"),
    }
    check(&store, 2);
}

#[test]
fn an_object_is_kept_once() {
    let desk = Desk::new();
    let mut store = desk.create();
    append(&mut store, 2..4).unwrap();
    let before = fs::metadata(desk.ledger().join("journal")).unwrap().len();
    let mut round = store.begin();
    let id = round.push_object("object 2").unwrap();
    let note = format!("claim again {id}");
    round.push_entry(note.as_bytes()).unwrap();
    round.commit().unwrap();
    let after = fs::metadata(desk.ledger().join("journal")).unwrap().len();
    assert_eq!(after - before, note.len() as u64 + 13);
}

#[test]
fn ids_are_found_by_their_beginning() {
    let desk = Desk::new();
    let mut store = desk.create();
    append(&mut store, 2..200).unwrap();
    let id = EntryId::from(LeafHash::of(&entry(50)));
    let hex = &id.to_string();
    for length in [64, 63, 20, 9] {
        let found = store.entries_with_prefix(&hex[..length], 10).unwrap();
        assert_eq!(found, [id]);
    }
    assert_eq!(store.entries_with_prefix("", 500).unwrap().len(), 200);
    let of_digit: usize = "0123456789abcdef"
        .chars()
        .map(|digit| {
            store
                .entries_with_prefix(&digit.to_string(), 500)
                .unwrap()
                .len()
        })
        .sum();
    assert_eq!(of_digit, 200);
    assert_eq!(store.entries_with_prefix("", 7).unwrap().len(), 7);
    let unique = store.unique_prefix(id.as_bytes(), 0).unwrap();
    assert_eq!(
        store.entries_with_prefix(&hex[..unique], 9).unwrap().len()
            + store.objects_with_prefix(&hex[..unique], 9).unwrap().len(),
        1
    );
    let shorter = &hex[..unique - 1];
    assert!(
        store.entries_with_prefix(shorter, 9).unwrap().len()
            + store.objects_with_prefix(shorter, 9).unwrap().len()
            > 1
    );
    let object = ObjectId::of(b"object 9").to_string();
    assert_eq!(
        store.objects_with_prefix(&object[..15], 5).unwrap(),
        [ObjectId::of(b"object 9")]
    );
    for bad in ["A", "g", "0x", "é", &"0".repeat(65)] {
        assert!(matches!(
            store.entries_with_prefix(bad, 1),
            Err(StoreError::Prefix { .. })
        ));
    }
}

#[test]
fn facts_and_entries_are_read_in_order_and_from_the_end() {
    let desk = Desk::new();
    let mut store = desk.create();
    append(&mut store, 2..12).unwrap();
    let last: Vec<_> = store
        .facts_with_prefix(b"at/")
        .rev()
        .take(2)
        .map(|fact| fact.unwrap().0)
        .collect();
    assert_eq!(last, [b"at/00000011".to_vec(), b"at/00000010".to_vec()]);
    let last = store.entries_from(0).next_back().unwrap().unwrap();
    assert_eq!(last, (11, entry(11)));
    let first = store.entries_from(5).next().unwrap().unwrap();
    assert_eq!(first, (5, entry(5)));
}

#[test]
fn without_the_logs_key_nothing_is_appended() {
    let desk = Desk::new();
    drop(desk.create());
    let mut options = desk.options();
    options.log_key = None;
    let (mut store, _) = Store::open(&desk.ledger(), options.clone()).unwrap();
    check(&store, 2);
    assert!(matches!(
        append(&mut store, 2..3),
        Err(StoreError::LogKeyMissing { .. })
    ));
    drop(store);
    let name = log_key().name().clone();
    options.log_key = Some(factlog::trust::key::SigningKey::from_seed(name, &[8; 32]));
    let (mut store, _) = Store::open(&desk.ledger(), options).unwrap();
    assert!(matches!(
        append(&mut store, 2..3),
        Err(StoreError::OtherLogKey { .. })
    ));
    drop(store);
    check(&desk.open_quietly(), 2);
}

#[test]
fn an_index_of_another_version_is_built_anew() {
    let desk = Desk::new();
    drop(desk.create());
    let mut options = desk.options();
    options.index_version = 2;
    let (store, notices) = Store::open(&desk.ledger(), options.clone()).unwrap();
    check(&store, 2);
    assert_eq!(
        notices,
        [Notice::DatabaseRebuilt {
            fault: DatabaseFault::OtherVersion,
            entries: 2
        }]
    );
    drop(store);
    let (_, notices) = Store::open(&desk.ledger(), options).unwrap();
    assert_eq!(notices, []);
}

#[test]
fn a_folder_that_cannot_be_written_is_read() {
    let desk = Desk::new();
    let mut store = desk.create();
    append(&mut store, 2..30).unwrap();
    drop(store);
    let mut options = desk.options();
    options.read_only = true;
    for stamped in [true, false] {
        if !stamped {
            fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
        }
        let before = listing(&desk.ledger());
        let (mut store, notices) = Store::open(&desk.ledger(), options.clone()).unwrap();
        check(&store, 30);
        assert_eq!(notices.len(), if stamped { 1 } else { 2 });
        assert!(matches!(notices[0], Notice::ReadOnly { .. }));
        assert!(matches!(
            append(&mut store, 30..31),
            Err(StoreError::ReadOnly { .. })
        ));
        drop(store);
        assert_eq!(listing(&desk.ledger()), before);
    }
}

/// All files under a folder, with their bytes.
fn listing(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(listing(&path));
        } else {
            files.push((path.clone(), fs::read(path).unwrap()));
        }
    }
    files.sort();
    files
}
