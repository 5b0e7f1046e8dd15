//! Erasing: nothing of the bytes is left in the ledger's folder, whatever stops it.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use factlog::store::{FrameKind, Notice, Piece, Step, Store};
use factlog::words::id::ObjectId;

use super::stops::{copy, stop};
use super::{Desk, append};

/// Bytes of the objects that are erased here; they stand nowhere else.
const WORDS: &[u8] = b"slandered by name";

/// The objects that entry 5 speaks of: one in the journal, one in a file.
pub(super) fn slander() -> [Vec<u8>; 2] {
    let small = [b"small: ", WORDS].concat();
    let large = [b"large: ", WORDS].concat().repeat(400);
    [small, large]
}

/// Appends an entry that erases objects.
pub(super) fn erase(store: &mut Store, objects: &[Vec<u8>]) {
    let ids: Vec<String> = objects
        .iter()
        .map(|bytes| ObjectId::of(bytes).to_string())
        .collect();
    let mut round = store.begin();
    round
        .push_entry(format!("erase {}", ids.join(" ")).as_bytes())
        .unwrap();
    round.commit().unwrap();
}

/// A ledger of 6 entries, of which the last one speaks of what will be erased.
fn desk() -> Desk {
    let desk = Desk::new();
    let mut store = desk.create();
    append(&mut store, 2..5).unwrap();
    let mut round = store.begin();
    let ids = slander().map(|object| round.push_object(object).unwrap().to_string());
    let note = format!("claim 5 {}", ids.join(" "));
    round.push_entry(note.as_bytes()).unwrap();
    round.commit().unwrap();
    drop(store);
    assert!(repeats(&desk).len() >= 3, "{:?}", repeats(&desk));
    desk
}

/// Lists the files of the ledger in which the words stand.
fn repeats(desk: &Desk) -> Vec<PathBuf> {
    let mut files = Vec::new();
    list(&desk.ledger(), &mut files);
    let has_words = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(WORDS.len()).any(|window| window == WORDS)
    };
    files.retain(has_words);
    files
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Checks that the objects are gone, and that all else is there.
fn check_erased(desk: &Desk, store: &Store) {
    assert_eq!(repeats(desk), Vec::<PathBuf>::new());
    assert_eq!(store.tree_head().size, 7);
    for object in slander() {
        assert_eq!(store.object(&ObjectId::of(&object)).unwrap(), None);
    }
    for n in 2..5 {
        assert_eq!(store.entry(n).unwrap().unwrap(), super::entry(n));
        for object in super::objects_of(n) {
            let id = ObjectId::of(&object);
            assert_eq!(store.object(&id).unwrap(), Some(object));
        }
    }
    let mut reader = store.journal().unwrap();
    while let Some(piece) = reader.next_piece().unwrap() {
        assert!(matches!(piece, Piece::Frame(_)), "{piece:?}");
    }
}

/// Finds the frames that hold an object: where they begin and how many bytes they hold.
fn frames(store: &Store, object: &[u8]) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    let mut reader = store.journal().unwrap();
    while let Some(piece) = reader.next_piece().unwrap() {
        if let Piece::Frame(frame) = piece
            && frame.kind == FrameKind::Object
            && frame.bytes == object
        {
            found.push((frame.offset, frame.bytes.len() as u64));
        }
    }
    found
}

#[test]
fn nothing_of_an_erased_object_is_left() {
    let desk = desk();
    let mut store = desk.open_quietly();
    fs::create_dir(desk.ledger().join("proposals")).unwrap();
    let id = ObjectId::of(&slander()[1]);
    let proposals = desk.ledger().join(format!("proposals/{id}.json"));
    fs::write(&proposals, WORDS).unwrap();
    fs::write(desk.ledger().join("journal.torn"), WORDS).unwrap();
    erase(&mut store, &slander());
    check_erased(&desk, &store);
    assert!(!proposals.exists());
    drop(store);
    let mut store = desk.open_quietly();
    check_erased(&desk, &store);
    append(&mut store, 7..9).unwrap();
    drop(store);
    drop(desk.open_quietly());
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    let (_, notices) = desk.open().unwrap();
    assert!(
        matches!(notices[..], [Notice::DatabaseRebuilt { .. }]),
        "{notices:?}"
    );
}

#[test]
fn after_each_step_of_an_erasure_it_is_finished() {
    for step in Step::ALL {
        if matches!(
            step,
            Step::FolderMade | Step::ObjectsSynced | Step::FolderRenamed
        ) {
            continue;
        }
        let desk = desk();
        assert!(stop(&desk, "erase", step), "{step}");
        let (store, notices) = desk.open().unwrap();
        check_erased(&desk, &store);
        let finished = notices
            .iter()
            .any(|notice| matches!(notice, Notice::ErasureFinished { .. }));
        let is_done = matches!(step, Step::FramesOverwritten | Step::DatabaseCleared);
        assert_eq!(finished, !is_done, "{step}: {notices:?}");
        let damaged = |notice: &Notice| matches!(notice, Notice::FrameDamaged { .. });
        assert!(!notices.iter().any(damaged), "{step}: {notices:?}");
        drop(store);
        check_erased(&desk, &desk.open_quietly());
    }
}

#[test]
fn a_stop_while_an_erasure_is_finished_is_finished_again() {
    for step in [
        Step::FilesRemoved,
        Step::FramesMarked,
        Step::FramesOverwritten,
        Step::DatabaseCleared,
    ] {
        let desk = desk();
        assert!(stop(&desk, "erase", Step::JournalSynced));
        assert!(stop(&desk, "open", step), "{step}");
        check_erased(&desk, &desk.open().unwrap().0);
        check_erased(&desk, &desk.open_quietly());
    }
}

#[test]
fn a_frame_that_was_half_overwritten_is_overwritten() {
    let desk = desk();
    let [small, _] = slander();
    let [(offset, length)] = frames(&desk.open_quietly(), &small)[..] else {
        panic!("one frame")
    };
    assert!(stop(&desk, "erase", Step::FramesMarked));
    let saved = desk.path("saved");
    copy(&desk.ledger(), &saved);
    for written in 0..length + 8 {
        super::stops::replace(&desk.ledger(), &saved);
        let journal = fs::OpenOptions::new()
            .write(true)
            .open(desk.ledger().join("journal"))
            .unwrap();
        let zeros = vec![0; usize::try_from(written.min(length)).unwrap()];
        journal.write_all_at(&zeros, offset + 5).unwrap();
        // The check is the last to be written.
        if written > length {
            journal.write_all_at(&[0; 1], offset + 5 + written).unwrap();
        }
        drop(journal);
        let (store, notices) = desk.open().unwrap();
        check_erased(&desk, &store);
        let damaged = |notice: &Notice| matches!(notice, Notice::FrameDamaged { .. });
        assert!(!notices.iter().any(damaged), "{written}: {notices:?}");
    }
}

#[test]
fn every_frame_and_file_of_an_object_goes() {
    let desk = desk();
    let [small, _] = slander();
    let store = desk.open_quietly();
    let [(offset, length)] = frames(&store, &small)[..] else {
        panic!("one frame")
    };
    drop(store);
    let path = desk.ledger().join("journal");
    let journal = fs::read(&path).unwrap();
    let start = usize::try_from(offset).unwrap();
    let end = start + usize::try_from(length).unwrap() + 13;
    let twice = [&journal[..end], &journal[start..]].concat();
    fs::write(&path, twice).unwrap();
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    drop(desk.open().unwrap());
    let hex = ObjectId::of(&small).to_string();
    let folder = desk.ledger().join("objects").join(&hex[..2]);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(&hex[2..]), &small).unwrap();
    let mut store = desk.open_quietly();
    assert_eq!(frames(&store, &small).len(), 2);
    erase(&mut store, &slander());
    check_erased(&desk, &store);
    drop(store);
    check_erased(&desk, &desk.open_quietly());
}

#[test]
fn what_the_database_alone_has_outlasts_an_erasure() {
    let desk = desk();
    let store = desk.open_quietly();
    let kept = super::objects_of(4).remove(0);
    let [(offset, _)] = frames(&store, &kept)[..] else {
        panic!("one frame")
    };
    drop(store);
    let journal = fs::OpenOptions::new()
        .write(true)
        .open(desk.ledger().join("journal"))
        .unwrap();
    journal.write_all_at(b"~", offset + 7).unwrap();
    drop(journal);
    let mut store = desk.open_quietly();
    erase(&mut store, &slander());
    check_erased(&desk, &store);
    drop(store);
    check_erased(&desk, &desk.open_quietly());
}

#[test]
fn an_erased_object_put_back_into_the_journal_goes_with_the_next_rebuild() {
    let desk = desk();
    let [small, _] = slander();
    let mut store = desk.open_quietly();
    let [(offset, _)] = frames(&store, &small)[..] else {
        panic!("one frame")
    };
    let path = desk.ledger().join("journal");
    let before = fs::read(&path).unwrap();
    erase(&mut store, &slander());
    drop(store);
    let start = usize::try_from(offset).unwrap();
    let journal = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let frame = &before[start..start + small.len() + 13];
    journal.write_all_at(frame, offset).unwrap();
    fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
    let (store, notices) = desk.open().unwrap();
    check_erased(&desk, &store);
    assert!(
        notices.contains(&Notice::ErasureFinished { objects: 1 }),
        "{notices:?}"
    );
}
