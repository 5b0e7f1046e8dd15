//! What the splitter found in a text is kept, and can be thrown away.

use std::fs;
use std::path::PathBuf;

use super::claims;
use crate::desk::{Desk, files_below, verdict};

fn kept(desk: &Desk) -> PathBuf {
    let files = files_below(&desk.ledger().join("proposals"));
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[test]
fn a_text_is_split_when_it_is_added_and_not_again() {
    let desk = Desk::new();
    let file = kept(&desk);
    let written = || fs::metadata(&file).unwrap().modified().unwrap();
    let first = written();
    for arguments in [
        &["claims"][..],
        &["claims", "--all", "--json"],
        &["show", "2"],
        &["add", "article.txt"],
        &verdict("1"),
        &["claims"],
    ] {
        desk.done(arguments);
        // Whoever splits a text replaces the file.
        assert_eq!(written(), first, "{arguments:?}");
    }
}

#[test]
fn claims_are_the_same_whatever_became_of_the_file() {
    let desk = Desk::new();
    let file = kept(&desk);
    let expected = claims(&desk);
    assert!(expected.len() >= 3);
    let good = fs::read(&file).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for bad in [
        &b""[..],
        b"{}",
        b"\xff\0",
        &good[..good.len() - 1],
        &flipped,
    ] {
        fs::write(&file, bad).unwrap();
        assert_eq!(claims(&desk), expected);
        assert_eq!(fs::read(&file).unwrap(), good, "it is written again");
    }
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
    assert_eq!(claims(&desk), expected);
    assert_eq!(fs::read(&file).unwrap(), good);
    // Where it can't be kept, it is found out each time.
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file.parent().unwrap(), "in the way").unwrap();
    assert_eq!(claims(&desk), expected);
    desk.done(&verdict("3"));
    desk.done(&["verify"]);
}
