//! Damage to a ledger's folder: a bad database is recognised, named and built anew; a journal that
//! contradicts the head, and an old backup, are refused. And stops: after each named step the ledger
//! opens again with everything that was acknowledged.

use std::fs;
use std::path::Path;

use factlog::ledger::Step;

use crate::desk::{self, Desk, copy, files_below, verdict};

/// Runs `checkpoint`, which must notice the database, and `verify`, which must hold.
fn is_rebuilt(desk: &Desk, why: &str) {
    let (_, err) = desk.done(&["checkpoint"]);
    assert!(err.contains("database"), "{why}: nothing was said: {err:?}");
    let (out, err) = desk.done(&["verify"]);
    assert!(out.contains("no fault"), "{why}: {out}{err}");
}

#[test]
fn a_database_that_is_gone_is_built_anew() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    let (before, _) = desk.done(&["checkpoint"]);
    fs::remove_dir_all(desk.ledger().join("db")).unwrap();
    is_rebuilt(&desk, "deleted");
    assert_eq!(desk.done(&["checkpoint"]), (before, String::new()));
}

#[test]
fn a_truncated_database_is_built_anew() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    let files = files_below(&desk.ledger().join("db"));
    let largest = files
        .iter()
        .max_by_key(|file| fs::metadata(file).unwrap().len())
        .unwrap();
    let length = fs::metadata(largest).unwrap().len();
    for tenth in 0..10 {
        let file = fs::OpenOptions::new().write(true).open(largest).unwrap();
        file.set_len(length * tenth / 10).unwrap();
        drop(file);
        is_rebuilt(&desk, &format!("cut to {tenth} tenths"));
    }
}

#[test]
fn a_flipped_byte_anywhere_in_the_database_is_noticed() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    for n in 0..200_usize {
        let files = files_below(&desk.ledger().join("db"));
        let files: Vec<_> = files
            .iter()
            .filter(|file| fs::metadata(file).unwrap().len() > 0)
            .collect();
        let file = files[n % files.len()];
        let mut bytes = fs::read(file).unwrap();
        let at = n * 7919 % bytes.len();
        bytes[at] ^= 1 << (n % 8);
        fs::write(file, bytes).unwrap();
        is_rebuilt(&desk, &format!("{} byte {at}", file.display()));
    }
}

#[test]
fn an_old_copy_of_the_folder_is_refused_by_the_next_append() {
    let desk = Desk::new();
    let backup = desk.path("backup");
    copy(&desk.ledger(), &backup);
    desk.done(&verdict("1"));
    let size = desk.size();
    fs::remove_dir_all(desk.ledger()).unwrap();
    copy(&backup, &desk.ledger());
    let err = desk.run(&verdict("2"));
    assert!(!err.status.success());
    let (_, err) = desk::said(&err);
    assert!(
        err.contains("backup") && err.contains(&size.to_string()),
        "{err}"
    );
}

#[test]
fn an_old_copy_of_the_folder_signs_nothing_for_elsewhere_either() {
    let desk = Desk::new();
    let backup = desk.path("backup");
    copy(&desk.ledger(), &backup);
    desk.done(&verdict("1"));
    fs::remove_dir_all(desk.ledger()).unwrap();
    copy(&backup, &desk.ledger());
    let mut signed = verdict("2").to_vec();
    signed.extend(["--out", "second.pending"]);
    let err = desk.refused(&signed, 4);
    assert!(err.contains("old backup"), "{err}");
    assert!(!desk.path("second.pending").exists());
}

#[test]
fn a_damaged_copy_of_the_head_is_told_from_a_damaged_ledger() {
    let desk = Desk::new();
    let heads = files_below(&desk.path("home/heads"));
    fs::write(&heads[0], b"nonsense").unwrap();
    let err = desk.refused(&verdict("1"), 4);
    assert!(err.contains("the ledger is not"), "{err}");
    assert!(!err.contains("full backup"), "{err}");
}

#[test]
fn a_charset_or_media_type_that_is_none_is_refused() {
    let desk = Desk::new();
    let size = desk.size();
    fs::write(desk.path("other.txt"), "The bridge was closed in 2020.").unwrap();
    for flag in [
        ["--charset", "utf9"],
        ["--media", "/none"],
        ["--media", "text/\u{1b}html"],
    ] {
        desk.refused(&[&["add", "other.txt"][..], &flag].concat(), 2);
    }
    assert_eq!(desk.size(), size);
}

#[test]
fn a_journal_that_contradicts_the_head_is_refused() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    let journal = desk.ledger().join("journal");
    let whole = fs::read(&journal).unwrap();
    fs::write(&journal, &whole[..whole.len() - 40]).unwrap();
    let refused = desk.run(&verdict("2"));
    let (_, err) = desk::said(&refused);
    assert!(!refused.status.success(), "{err}");
    assert!(err.contains("journal") && err.contains("head"), "{err}");
    fs::write(&journal, &whole).unwrap();
    let head = desk.ledger().join("head");
    let bytes = fs::read(&head).unwrap();
    fs::remove_file(&head).unwrap();
    let refused = desk.run(&verdict("2"));
    assert!(!refused.status.success());
    let (_, err) = desk::said(&refused);
    assert!(err.contains("head") && err.contains("missing"), "{err}");
    fs::write(&head, bytes).unwrap();
    desk.done(&verdict("2"));
}

#[test]
fn a_changed_head_is_named_and_its_copy_puts_it_right() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    let head = desk.ledger().join("head");
    let good = fs::read_to_string(&head).unwrap();
    let root = good.lines().nth(2).unwrap();
    let first = if root.starts_with('A') { "B" } else { "A" };
    let changed = format!("{first}{}", &root[1..]);
    // Still a root, so that nothing but the signature tells.
    fs::write(&head, good.replace(root, &changed)).unwrap();
    let err = desk.refused(&verdict("2"), 4);
    assert!(err.contains("head was changed"), "{err}");
    assert!(!err.contains("journal"), "{err}");
    assert!(err.contains("FACTLOG_HOME/heads"), "{err}");
    fs::copy(&files_below(&desk.path("home/heads"))[0], &head).unwrap();
    let (_, err) = desk.done(&verdict("2"));
    assert!(!err.contains("rebuilt"), "{err}");
}

#[test]
fn a_damaged_journal_is_put_right_from_the_database_before_that_is_replaced() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    desk.done(&verdict("2"));
    let journal = desk.ledger().join("journal");
    let whole = fs::read(&journal).unwrap();
    for at in [whole.len() / 2, whole.len() / 4, whole.len() - 20] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&journal, &changed).unwrap();
        // While the database fits nobody reads the journal but `verify`.
        desk.done(&["checkpoint"]);
        assert_eq!(desk.run(&["verify"]).status.code(), Some(1));
        fs::remove_file(desk.ledger().join("db.stamp")).unwrap();
        let (_, err) = desk.done(&["checkpoint"]);
        let said = "the journal was damaged at byte";
        assert!(
            err.contains(said) && err.contains("written there again"),
            "{err}"
        );
        assert!(fs::read(&journal).unwrap() == whole);
        let (out, err) = desk.done(&["verify"]);
        assert!(out.contains("no fault") && err.is_empty(), "{out}{err}");
    }
}

/// Returns the frames of a journal's entries, with where each begins.
fn entry_frames(journal: &[u8]) -> Vec<(usize, &[u8])> {
    let mut frames = Vec::new();
    let mut at = 0;
    while at < journal.len() {
        let length = u32::from_be_bytes(journal[at + 1..at + 5].try_into().unwrap());
        let end = at + usize::try_from(length).unwrap() + 13;
        if journal[at] == b'E' {
            frames.push((at, &journal[at..end]));
        }
        at = end;
    }
    frames
}

/// A frame around bytes, as anybody can write one.
fn entry_frame(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![b'E'];
    frame.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    frame.extend(bytes);
    frame.extend(&blake3::hash(&frame).as_bytes()[..8]);
    frame
}

#[test]
fn an_entry_past_the_head_that_no_append_would_take_is_named_and_can_be_cut_off() {
    let desk = Desk::new();
    desk.done(&verdict("1"));
    // One that waits to be recorded: the head is put back to before it.
    let (journal, head) = (desk.ledger().join("journal"), desk.ledger().join("head"));
    let before = (fs::read(&head).unwrap(), desk.size());
    desk.done(&verdict("2"));
    let size = desk.size();
    let whole = fs::read(&journal).unwrap();
    let frames = entry_frames(&whole);
    let (_, last) = frames[frames.len() - 1];
    let mut changed = last[5..last.len() - 8].to_vec();
    let end = changed.len() - 3;
    changed[end] = if changed[end] == b'A' { b'B' } else { b'A' };
    let forgeries = [
        ("again", last.to_vec()),
        ("not signed", entry_frame(&changed)),
        ("no entry", entry_frame(b"words")),
    ];
    for (what, forgery) in forgeries {
        fs::write(&head, &before.0).unwrap();
        fs::remove_dir_all(desk.path("home/heads")).unwrap();
        let forged = [&whole[..], &forgery].concat();
        fs::write(&journal, &forged).unwrap();
        for command in [&verdict("3")[..], &["checkpoint"]] {
            let err = desk.refused(command, 4);
            let (place, entry) = (format!("byte {}", whole.len()), format!("entry {size}"));
            assert!(
                err.contains(&place) && err.contains(&entry),
                "{what}: {err}"
            );
            assert!(err.contains("nothing is signed"), "{what}: {err}");
            let cut = format!("truncate -s {} {}", whole.len(), journal.display());
            assert!(err.contains(&cut), "{what}: {err}");
        }
        let audit = desk.run(&["verify"]);
        let (out, _) = desk::said(&audit);
        assert_eq!(audit.status.code(), Some(1), "{what}: {out}");
        assert!(
            out.contains(&format!("fault entry {size}")),
            "{what}: {out}"
        );
        assert_eq!(fs::read(&head).unwrap(), before.0, "{what}");
        assert!(fs::read(&journal).unwrap() == forged, "{what}");

        // What the hint says.
        let file = fs::OpenOptions::new().write(true).open(&journal).unwrap();
        file.set_len(whole.len() as u64).unwrap();
        let (_, err) = desk.done(&["log"]);
        assert!(err.contains("now recorded"), "{what}: {err}");
        assert_eq!(desk.size(), size);
        let (out, err) = desk.done(&["verify"]);
        assert!(
            out.contains("no fault") && err.is_empty(),
            "{what}: {out}{err}"
        );
    }
    assert!(before.1 < size);
    desk.done(&verdict("3"));
}

/// The steps of an append, in their order.
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
fn a_stop_after_each_step_of_an_append_loses_nothing_acknowledged() {
    for step in APPEND {
        let desk = Desk::new();
        desk.done(&verdict("1"));
        let size = desk.size();
        let stopped = desk
            .factlog(&verdict("2"))
            .env("FACTLOG_STOP_AFTER", step.to_string())
            .output()
            .unwrap();
        assert!(!stopped.status.success(), "{step}: it was not stopped");
        let (out, err) = desk.done(&["verify"]);
        assert!(out.contains("no fault"), "{step}: {out}{err}");
        let now = desk.size();
        assert!(
            now >= size,
            "{step}: {now} entries, but {size} were acknowledged"
        );
        if now == size {
            // What was not acknowledged and is not there can be signed anew.
            desk.done(&verdict("2"));
        }
        desk.done(&verdict("3"));
        let (out, _) = desk.done(&["verify"]);
        assert!(out.contains("no fault"), "{step}: {out}");
    }
}

#[test]
fn a_stop_after_each_step_of_init_leaves_no_ledger_or_a_whole_one() {
    // A ledger starts with two rounds: the second has the first reviewer's key, and no object.
    let first = Step::CREATION.map(|step| (step, format!("{step}:1")));
    let second = Step::CREATION.map(|step| (step, format!("{step}:2")));
    for (step, point) in first.into_iter().chain(second) {
        let desk = Desk::empty();
        let stopped = desk
            .factlog(&desk::INIT)
            .env("FACTLOG_STOP_AFTER", &point)
            .output()
            .unwrap();
        if stopped.status.success() {
            let once = [Step::FolderMade, Step::FolderRenamed, Step::HeadCopied];
            let never = step == Step::ObjectsSynced;
            assert!(
                never || (point.ends_with(":2") && once.contains(&step)),
                "{point}: it was not stopped"
            );
        }
        if !desk.ledger().exists() {
            desk.done(&desk::INIT);
        }
        fs::write(desk.path("article.txt"), desk::ARTICLE).unwrap();
        desk.done(&["add", "article.txt"]);
        let (out, err) = desk.done(&["verify"]);
        assert!(out.contains("no fault"), "{point}: {out}{err}");
    }
}

#[test]
fn an_init_that_fails_before_leaves_no_keys() {
    let desk = Desk::empty();
    let mut init = desk::INIT.to_vec();
    init.extend(["--root-key", "nowhere"]);
    assert!(!desk.run(&init).status.success());
    assert!(files_below(&desk.path("home/keys")).is_empty());
}

#[test]
fn a_log_key_that_is_damaged_or_encrypted_hinders_appends_alone() {
    let desk = Desk::new();
    let path = desk.ledger().join("log.key");
    let good = fs::read(&path).unwrap();
    let encrypted = {
        let copy = desk.path("copy.key");
        let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/keys");
        fs::copy(vectors.join("test-encrypted"), &copy).unwrap();
        fs::read(copy).unwrap()
    };
    for (what, bytes) in [("damaged", b"nonsense".to_vec()), ("encrypted", encrypted)] {
        fs::write(&path, bytes).unwrap();
        for command in [&["show", "1"][..], &["log"], &["claims"], &["verify"]] {
            desk.done(command);
        }
        let err = desk.refused(&verdict("1"), 4);
        assert!(err.contains("log.key"), "{what}: {err}");
    }
    fs::write(&path, good).unwrap();
    desk.done(&verdict("1"));
}
