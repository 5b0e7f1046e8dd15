//! Publishing again: what must go goes, whoever left it there.

use std::fs;
use std::path::Path;

use crate::desk::{Desk, verdict};

/// A sentence that nothing else has.
const LAST: &str = "The ferry sank in 1931, said Bo Lund.";

/// A desk with a quoted article of several kilobytes, and claims in its first and last one.
fn desk() -> Desk {
    let desk = Desk::new();
    let filler = "The council met on Monday and closed one of its bridges.\n\n".repeat(60);
    let text = format!("The mayor owns 3 houses, said Ada Venn.\n\n{filler}{LAST}\n");
    fs::write(desk.path("long.txt"), text).unwrap();
    desk.done(&["add", "long.txt", "--rights", "quoted"]);
    let log = desk.done(&["log", "--kind", "source", "--json"]).0;
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let source = log["entries"][0]["id"].as_str().unwrap();
    desk.done(&["claim", source, "--quote", "The ferry sank in 1931"]);
    desk
}

/// Lists the files below a folder, and says which of them have some bytes.
fn files(folder: &Path, with: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(&folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read(&path)
                .unwrap()
                .windows(with.len())
                .any(|part| part == with)
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn slices_that_an_erased_claim_called_for_go_with_it() {
    let desk = desk();
    desk.done(&["publish", "out"]);
    let out = desk.path("out");
    let slices = |with: &[u8]| {
        let mut found = files(&out, with);
        found.retain(|path| path.contains("/slice/"));
        found
    };
    assert_eq!(slices(LAST.as_bytes()).len(), 1);
    let log = desk.done(&["log", "--kind", "claim", "--json"]).0;
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let claim = log["entries"][0]["id"].as_str().unwrap();
    desk.done(&["erase", claim, "--basis", "court", "--yes"]);
    desk.done(&["publish", "out"]);
    assert_eq!(slices(LAST.as_bytes()), Vec::<String>::new());
    let output = desk.run(&["verify", "out"]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    // Once more, there is nothing to do.
    let (said, _) = desk.done(&["publish", "out"]);
    assert!(said.contains("0 of them new"), "{said}");
}

#[test]
fn what_a_stopped_run_was_writing_is_removed() {
    let desk = desk();
    desk.done(&["publish", "out"]);
    let out = desk.path("out");
    let left = [
        "object/ab/cd.new",
        "tile/entries/000.p/3.new",
        "withheld.new",
    ];
    for name in left {
        let path = out.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, LAST).unwrap();
    }
    fs::write(out.join("publishing"), "").unwrap();
    let (_, told) = desk.done(&["publish", "out"]);
    assert!(told.contains("was stopped"), "{told}");
    assert!(left.iter().all(|name| !out.join(name).exists()));
    desk.done(&["verify", "out"]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let desk = desk();
    let other = desk.path("other.txt");
    fs::write(&other, "mine").unwrap();
    fs::create_dir_all(desk.path("out")).unwrap();
    desk.done(&["publish", "out"]);
    std::os::unix::fs::symlink(&other, desk.path("out/withheld.new")).unwrap();
    desk.done(&verdict("1"));
    desk.done(&["publish", "out"]);
    assert_eq!(fs::read(&other).unwrap(), b"mine");
    assert!(
        desk.path("out/withheld")
            .symlink_metadata()
            .unwrap()
            .is_file()
    );
    desk.done(&["verify", "out"]);
}

#[test]
fn a_copy_goes_on_after_a_new_log_key() {
    let desk = desk();
    desk.done(&["publish", "out"]);
    desk.done(&["key", "log"]);
    desk.done(&verdict("1"));
    desk.done(&["publish", "out"]);
    desk.done(&["verify", "out"]);
}

#[test]
fn a_stopped_copy_of_another_ledger_is_left_alone() {
    let desk = desk();
    desk.done(&["publish", "out"]);
    let out = desk.path("out");
    fs::write(out.join("publishing"), "").unwrap();
    let other = Desk::empty();
    let mut init = crate::desk::INIT;
    init[4] = "other.example/facts";
    other.done(&init);
    let said = other.refused(&["publish", out.to_str().unwrap()], 2);
    assert!(said.contains("is not of this ledger"), "{said}");
    // One that had no checkpoint yet is nobody's: what is there of the other goes.
    fs::remove_file(out.join("checkpoint")).unwrap();
    other.done(&["publish", out.to_str().unwrap()]);
    other.done(&["verify", out.to_str().unwrap()]);
}
