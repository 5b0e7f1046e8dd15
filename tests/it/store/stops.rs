//! Stops: the program is ended after each named step, and in the middle of a write; then the ledger
//! is opened again.
//!
//! The work is done by this same test program, started again as a child that aborts itself, so that
//! nothing is cleaned up: what is left is what a kill leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use factlog::store::{DatabaseFault, JournalReader, Notice, Piece, Step, Store, StoreError};

use super::{Desk, append, check, create_in, ledger_in, options_in};

const FOLDER: &str = "FACTLOG_TEST_STOP_FOLDER";
const STEP: &str = "FACTLOG_TEST_STOP_STEP";
const WORK: &str = "FACTLOG_TEST_STOP_WORK";

/// What the child does; does nothing unless this program started it.
#[test]
fn child_that_stops() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let stop_after = std::env::var(STEP).unwrap();
    let mut options = options_in(folder);
    options.on_step = Some(Arc::new(move |step: Step| {
        if step.name() == stop_after {
            std::process::abort();
        }
    }));
    match std::env::var(WORK).unwrap().as_str() {
        "create" => drop(create_in(folder, options)),
        "append" => {
            let (mut store, _) = Store::open(&ledger_in(folder), options).unwrap();
            append(&mut store, 5..9).unwrap();
        }
        "erase" => {
            let (mut store, _) = Store::open(&ledger_in(folder), options).unwrap();
            super::erase::erase(&mut store, &super::erase::slander());
        }
        "open" => drop(Store::open(&ledger_in(folder), options).unwrap()),
        work => panic!("{work}"),
    }
}

/// Has a child work on the desk's ledger and stop after a step; `false` if it never got there.
pub(super) fn stop(desk: &Desk, work: &str, step: Step) -> bool {
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["store::stops::child_that_stops", "--exact"])
        .env(FOLDER, desk.path(""))
        .env(WORK, work)
        .env(STEP, step.name())
        .output()
        .unwrap();
    !done.status.success()
}

/// The steps of an append.
const APPEND: [Step; 7] = [
    Step::ObjectsSynced,
    Step::JournalWritten,
    Step::JournalSynced,
    Step::DatabaseApplied,
    Step::HeadWritten,
    Step::HeadRenamed,
    Step::HeadCopied,
];

#[test]
fn after_each_step_of_a_creation_there_is_a_ledger_or_none() {
    for step in Step::CREATION {
        let desk = Desk::new();
        assert!(stop(&desk, "create", step), "{step}");
        if matches!(step, Step::FolderRenamed | Step::HeadCopied) {
            let (store, _) = desk.open().unwrap();
            check(&store, 2);
        } else {
            assert!(!desk.ledger().exists(), "{step}");
            assert!(matches!(desk.open(), Err(StoreError::NoLedger { .. })));
            check(&desk.create(), 2);
        }
        let mut store = desk.open_quietly();
        append(&mut store, 2..5).unwrap();
        drop(store);
        check(&desk.open_quietly(), 5);
        assert!(!desk.path(".factlog.tmp").exists(), "{step}");
    }
}

#[test]
fn after_each_step_of_an_append_nothing_is_lost() {
    for step in APPEND {
        let desk = Desk::new();
        append(&mut desk.create(), 2..5).unwrap();
        assert!(stop(&desk, "append", step), "{step}");
        let (store, notices) = desk.open().unwrap();
        let size = if step == Step::ObjectsSynced { 5 } else { 9 };
        check(&store, size);
        let rebuilt = Notice::DatabaseRebuilt {
            fault: DatabaseFault::NotClosed,
            entries: if matches!(step, Step::HeadRenamed | Step::HeadCopied) {
                9
            } else {
                5
            },
        };
        let expected = match step {
            Step::ObjectsSynced => vec![rebuilt, Notice::OrphansRemoved { objects: 1 }],
            Step::HeadRenamed | Step::HeadCopied => vec![rebuilt],
            _ => vec![
                rebuilt,
                Notice::RolledForward {
                    entries: 4,
                    size: 9,
                },
            ],
        };
        assert_eq!(notices, expected, "{step}");
        drop(store);
        let mut store = desk.open_quietly();
        append(&mut store, size..12).unwrap();
        drop(store);
        check(&desk.open_quietly(), 12);
    }
}

#[test]
fn a_stop_while_rolling_forward_is_rolled_forward_again() {
    for step in [Step::HeadWritten, Step::HeadRenamed, Step::HeadCopied] {
        let desk = Desk::new();
        append(&mut desk.create(), 2..5).unwrap();
        assert!(stop(&desk, "append", Step::JournalSynced));
        assert!(stop(&desk, "open", step), "{step}");
        check(&desk.open().unwrap().0, 9);
        check(&desk.open_quietly(), 9);
    }
}

#[test]
fn rolling_forward_needs_the_logs_key() {
    let desk = Desk::new();
    append(&mut desk.create(), 2..5).unwrap();
    assert!(stop(&desk, "append", Step::JournalSynced));
    let mut options = desk.options();
    options.log_key = None;
    let without = Store::open(&desk.ledger(), options.clone());
    assert!(matches!(without, Err(StoreError::LogKeyMissing { .. })));
    options.read_only = true;
    let (store, notices) = Store::open(&desk.ledger(), options).unwrap();
    assert_eq!(store.tree_head().size, 5);
    assert!(
        notices
            .iter()
            .any(|notice| matches!(notice, Notice::TailIgnored { .. }))
    );
    drop(store);
    check(&desk.open().unwrap().0, 9);
}

/// A ledger of 5 entries, and the journal it would have with 8.
fn with_longer_journal() -> (Desk, Vec<u8>, usize) {
    let longer = Desk::new();
    let mut store = longer.create();
    append(&mut store, 2..5).unwrap();
    let length = fs::metadata(longer.ledger().join("journal")).unwrap().len();
    let desk = Desk::new();
    copy(&longer.path(""), &desk.path(""));
    append(&mut store, 5..8).unwrap();
    drop(store);
    let journal = fs::read(longer.ledger().join("journal")).unwrap();
    // Large objects are in their files before the journal speaks of them.
    copy(
        &longer.ledger().join("objects"),
        &desk.ledger().join("objects"),
    );
    (desk, journal, usize::try_from(length).unwrap())
}

/// Copies a folder with all it holds, but for locks.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target: PathBuf = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Puts a folder in the place of another.
pub(super) fn replace(place: &Path, with: &Path) {
    fs::remove_dir_all(place).unwrap();
    copy(with, place);
}

#[test]
fn a_torn_end_is_moved_aside_wherever_it_was_torn() {
    let (desk, journal, length) = with_longer_journal();
    let saved = desk.path("saved");
    copy(&desk.ledger(), &saved);
    let mut ends = Vec::new();
    let path = desk.ledger().join("journal");
    fs::write(&path, &journal).unwrap();
    let mut reader = JournalReader::open(&desk.ledger()).unwrap();
    while let Some(Piece::Frame(frame)) = reader.next_piece().unwrap() {
        ends.push((usize::try_from(frame.end()).unwrap(), frame.index));
    }
    for cut in length..=journal.len() {
        replace(&desk.ledger(), &saved);
        let _ = fs::remove_dir_all(desk.path("home"));
        fs::write(&path, &journal[..cut]).unwrap();
        let (store, notices) = desk.open().unwrap();
        let whole = ends.iter().filter(|(end, _)| *end <= cut);
        let size = whole.clone().filter_map(|(_, index)| *index).max().unwrap() + 1;
        check(&store, size);
        let torn = cut - whole.map(|(end, _)| *end).max().unwrap();
        let moved = notices.iter().find_map(|notice| match notice {
            Notice::TornTailMoved { bytes, .. } => Some(usize::try_from(*bytes).unwrap()),
            _ => None,
        });
        assert_eq!(moved.unwrap_or(0), torn, "cut at {cut}: {notices:?}");
        if torn > 0 {
            let kept = fs::read(desk.ledger().join("journal.torn")).unwrap();
            assert_eq!(kept, journal[cut - torn..cut]);
        }
        if cut % 50 == 0 {
            drop(store);
            let mut store = desk.open_quietly();
            append(&mut store, size..size + 3).unwrap();
            drop(store);
            check(&desk.open_quietly(), size + 3);
        }
    }
}

#[test]
fn an_unacknowledged_end_with_a_hole_is_moved_aside() {
    let (desk, mut journal, length) = with_longer_journal();
    // After a power cut, a later page may be there and an earlier one not.
    journal[length + 3..length + 40].fill(0);
    fs::write(desk.ledger().join("journal"), &journal).unwrap();
    let (store, notices) = desk.open().unwrap();
    check(&store, 5);
    assert!(
        notices
            .iter()
            .any(|notice| matches!(notice, Notice::TornTailMoved { .. })),
        "{notices:?}"
    );
}
