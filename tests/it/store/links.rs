//! Symbolic links in the place of a ledger's files are refused by name, and change nothing.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use factlog::store::{DatabaseFault, Notice, Store, StoreError};

use super::{Desk, append, check};

#[test]
fn a_link_in_the_place_of_a_ledgers_file_is_refused_by_name() {
    let desk = Desk::new();
    append(&mut desk.create(), 2..6).unwrap();
    for name in ["db", "journal", "objects", "head", "db.stamp"] {
        let (path, elsewhere) = (desk.ledger().join(name), desk.path("elsewhere"));
        fs::rename(&path, &elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        for read_only in [false, true] {
            let mut options = desk.options();
            options.read_only = read_only;
            match Store::open(&desk.ledger(), options) {
                Err(StoreError::Link { path: named }) => assert_eq!(named, path),
                opened => panic!("{name}: {:?}", opened.map(|(_, notices)| notices)),
            }
        }
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        fs::remove_file(&path).unwrap();
        fs::rename(&elsewhere, &path).unwrap();
        check(&desk.open_quietly(), 6);
    }
    // One that leads nowhere is not followed either.
    let victim = desk.path("victim");
    symlink(&victim, desk.ledger().join("head.new")).unwrap();
    assert!(matches!(desk.open(), Err(StoreError::Link { .. })));
    assert!(!victim.exists());
}

#[test]
fn a_pipe_in_the_place_of_a_ledgers_file_is_refused_and_not_waited_for() {
    let desk = Desk::new();
    append(&mut desk.create(), 2..6).unwrap();
    for name in ["journal", "head", "db.stamp", "objects"] {
        let (path, elsewhere) = (desk.ledger().join(name), desk.path("elsewhere"));
        fs::rename(&path, &elsewhere).unwrap();
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        match desk.open() {
            Err(StoreError::NoFile { path: named }) => assert_eq!(named, path),
            opened => panic!("{name}: {:?}", opened.map(|(_, notices)| notices)),
        }
        fs::remove_file(&path).unwrap();
        fs::rename(&elsewhere, &path).unwrap();
        check(&desk.open_quietly(), 6);
    }
}

#[test]
fn a_ledgers_folder_may_be_a_link() {
    let desk = Desk::new();
    drop(desk.create());
    fs::rename(desk.ledger(), desk.path("elsewhere")).unwrap();
    symlink(desk.path("elsewhere"), desk.ledger()).unwrap();
    append(&mut desk.open_quietly(), 2..6).unwrap();
    check(&desk.open_quietly(), 6);
}

#[test]
fn no_stamp_fits_a_link_in_the_database() {
    let desk = Desk::new();
    append(&mut desk.create(), 2..6).unwrap();
    let links: [fn(&Path, &Path); 2] = [
        // The same bytes, elsewhere.
        |db, elsewhere| {
            fs::rename(db.join("conf"), elsewhere).unwrap();
            symlink(elsewhere, db.join("conf")).unwrap();
        },
        // A folder.
        |db, _| symlink("/", db.join("strange")).unwrap(),
    ];
    for link in links {
        link(&desk.ledger().join("db"), &desk.path("elsewhere"));
        let (store, notices) = desk.open().unwrap();
        assert!(
            matches!(
                &notices[..],
                [Notice::DatabaseRebuilt {
                    fault: DatabaseFault::Changed { .. },
                    ..
                }]
            ),
            "{notices:?}"
        );
        check(&store, 6);
        drop(store);
        drop(desk.open_quietly());
    }
    assert!(
        desk.path("elsewhere").is_file(),
        "what a link leads to stays"
    );
}

#[test]
fn a_creation_clears_nothing_that_a_link_leads_to() {
    let desk = Desk::new();
    let precious = desk.path("precious");
    fs::create_dir(&precious).unwrap();
    fs::write(precious.join("file"), "words").unwrap();
    let temporary = desk.path(".factlog.tmp");
    symlink(&precious, &temporary).unwrap();
    match Store::create(&desk.ledger(), desk.options()) {
        Err(StoreError::Link { path }) => assert_eq!(path, temporary),
        created => panic!("{:?}", created.map(drop)),
    }
    assert_eq!(fs::read(precious.join("file")).unwrap(), b"words");
    fs::remove_file(&temporary).unwrap();
    check(&desk.create(), 2);
}
