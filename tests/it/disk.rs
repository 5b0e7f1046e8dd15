//! A full disk, and one that can only be read: what was acknowledged is there, what happened is said,
//! and the ledger goes on once there is room.
//!
//! The ledger is on a tmpfs of a few kilobytes more than it has, and the command runs until it fails.
//! That needs the right to mount; where there is none, the tests say that they are skipped.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::desk::{self, Desk, copy, said};

/// How much more room the disk has than the ledger needs, in KiB.
const ROOMS: [u64; 14] = [0, 4, 8, 12, 20, 32, 48, 64, 96, 128, 256, 384, 640, 1024];

/// A tmpfs on a desk, in the folder `disk`.
struct Disk {
    desk: Desk,
    place: PathBuf,
}

impl Disk {
    /// Mounts a disk of so many KiB; `None` where that isn't permitted, which is said.
    fn new(size: u64) -> Option<Self> {
        let desk = Desk::empty();
        let place = desk.path("disk");
        fs::create_dir(&place).unwrap();
        let mounted = mount(
            &["-t", "tmpfs", "-o", &format!("size={size}k"), "tmpfs"],
            &place,
        );
        if let Err(why) = mounted {
            skipped(&why);
            return None;
        }
        Some(Self { desk, place })
    }

    /// Gives the disk so many KiB more than are in use.
    fn leave(&self, room: u64) {
        let used = Command::new("df")
            .args(["-k", "--output=used"])
            .arg(&self.place)
            .output();
        let used = String::from_utf8(used.unwrap().stdout).unwrap();
        let used: u64 = used.lines().nth(1).unwrap().trim().parse().unwrap();
        // A tmpfs of size 0 has no limit.
        let size = (used + room).max(4);
        self.remount(&format!("remount,size={size}k"));
    }

    fn remount(&self, options: &str) {
        mount(&["-o", options], &self.place).unwrap();
    }

    fn factlog(&self, arguments: &[&str]) -> Command {
        let ledger = ["--ledger", "disk"];
        self.desk.factlog(&[arguments, &ledger].concat())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.factlog(arguments).output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> (String, String) {
        self.desk.done(&[arguments, &["--ledger", "disk"]].concat())
    }

    /// Returns the ids of all entries, in the order of the log.
    fn log(&self) -> Vec<String> {
        let (out, _) = self.done(&["log", "--json"]);
        let log: Value = serde_json::from_str(&out).unwrap();
        let mut entries: Vec<(u64, String)> = list(&log, "entries")
            .map(|entry| (entry["index"].as_u64().unwrap(), text(&entry["id"])))
            .collect();
        entries.sort();
        for (n, (index, _)) in (0..).zip(&entries) {
            assert_eq!(n, *index);
        }
        entries.into_iter().map(|(_, id)| id).collect()
    }

    fn size(&self) -> usize {
        self.log().len()
    }

    fn expect_no_fault(&self, why: &str) {
        let (out, err) = self.done(&["verify"]);
        assert!(out.contains("no fault"), "{why}: {out}{err}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.place).status();
    }
}

fn mount(arguments: &[&str], place: &Path) -> Result<(), String> {
    let done = Command::new("mount").args(arguments).arg(place).output();
    match done {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(said(&done).1),
        Err(error) => Err(error.to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
fn skipped(why: &str) {
    eprintln!("skipped: a disk can't be mounted here: {}", why.trim());
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().unwrap().iter()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A ledger with an article, and the ids of its claims.
struct Model {
    desk: Desk,
    claims: Vec<String>,
}

impl Model {
    fn new() -> Self {
        let desk = Desk::empty();
        desk.done(&desk::INIT);
        let sentence = |n| format!("The council spent {n} million on bridges in 2019.\n");
        let article: String = (1..=60).map(sentence).collect();
        fs::write(desk.path("article.txt"), article).unwrap();
        let (out, _) = desk.done(&["add", "--json", "article.txt"]);
        let added: Value = serde_json::from_str(&out).unwrap();
        let claims = list(&added, "claims")
            .map(|claim| text(&claim["id"]))
            .collect();
        Self { desk, claims }
    }

    fn size(&self) -> usize {
        usize::try_from(self.desk.size()).unwrap()
    }

    /// Copies the ledger to a new disk with little room, its keys beside it.
    fn on_disk(&self, room: u64) -> Option<Disk> {
        let disk = Disk::new(65_536)?;
        copy(&self.desk.ledger(), &disk.place.join(".factlog"));
        copy(&self.desk.path("home"), &disk.desk.path("home"));
        disk.leave(room);
        Some(disk)
    }
}

/// Checks what a command said that failed on a full disk.
fn expect_full(output: &Output, why: &str) -> String {
    let (_, err) = said(output);
    assert_eq!(output.status.code(), Some(1), "{why}: {err}");
    assert!(err.contains("No space left"), "{why}: {err}");
    assert!(err.contains("make room on the disk"), "{why}: {err}");
    err
}

/// Returns how many entries an error says are safe in the journal.
fn safe_in_journal(err: &str) -> usize {
    let before = err.split(" entries are safe in ").next();
    let count = before.filter(|before| before.len() < err.len());
    count.map_or(0, |before| {
        before.rsplit(' ').next().unwrap().parse().unwrap()
    })
}

#[test]
fn verdicts_until_the_disk_is_full() {
    let model = Model::new();
    let (mut full, mut unfinished, mut recorded) = (0, 0, 0);
    for room in ROOMS {
        let why = format!("{room} KiB");
        let Some(disk) = model.on_disk(room) else {
            return;
        };
        let mut child = disk
            .factlog(&["verdict", "--from", "-", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let summary = "It is in the register. ".repeat(60);
        let lines: Vec<String> = model.claims[..50]
            .iter()
            .map(|claim| format!(r#"{{"claim":"{claim}","rating":"true","summary":"{summary}"}}"#))
            .collect();
        let feeder = thread::spawn(move || {
            for lines in lines.chunks(5) {
                if writeln!(stdin, "{}", lines.join("\n")).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(80));
            }
        });
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        let (out, _) = said(&output);
        let answers = out.lines().map(|line| serde_json::from_str(line).unwrap());
        let acknowledged: Vec<(usize, String)> = answers
            .map(|line: Value| {
                let index = line["index"].as_u64().expect("a verdict is recorded");
                (usize::try_from(index).unwrap(), text(&line["id"]))
            })
            .collect();
        let mut safe = 0;
        if output.status.success() {
            assert_eq!(acknowledged.len(), 50, "{why}");
        } else {
            let err = expect_full(&output, &why);
            full += 1;
            safe = safe_in_journal(&err);
            unfinished += usize::from(safe > 0);
            // Nothing more fits, and it is said.
            let again = disk.run(&desk::verdict(&model.claims[55]));
            if !again.status.success() {
                expect_full(&again, &why);
            }
        }
        recorded += acknowledged.len();
        disk.leave(16_384);
        let log = disk.log();
        for (index, id) in &acknowledged {
            assert_eq!(log.get(*index), Some(id), "{why}");
        }
        assert!(
            acknowledged.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "{why}"
        );
        // What was acknowledged, what was said to be safe, and perhaps the verdict after it.
        let before = acknowledged.last().map_or(3, |(index, _)| index + 1);
        assert!(
            log.len() >= before + safe,
            "{why}: {} of {before} and {safe}",
            log.len()
        );
        disk.expect_no_fault(&why);
        disk.done(&desk::verdict(&model.claims[58]));
        disk.expect_no_fault(&why);
    }
    println!(
        "{full} disks were full, {unfinished} of them after the journal was synced; {recorded} \
         acknowledged, 0 lost"
    );
    assert!(full > 3 && full < ROOMS.len());
}

#[test]
fn a_large_source_on_a_full_disk_is_taken_in_whole_or_not_at_all() {
    let model = Model::new();
    let large = "The bridge is of steel, and a little longer than the old one was.\n".repeat(1000);
    let mut full = 0;
    for room in [0, 16, 48, 64, 68, 72, 80, 96, 128, 256, 1024] {
        let why = format!("{room} KiB");
        let Some(disk) = model.on_disk(room) else {
            return;
        };
        fs::write(disk.desk.path("large.txt"), &large).unwrap();
        let add = ["add", "large.txt", "--json"];
        let output = disk.run(&add);
        let mut safe = 0;
        if !output.status.success() {
            let err = expect_full(&output, &why);
            safe = safe_in_journal(&err);
            full += 1;
        }
        disk.leave(16_384);
        disk.expect_no_fault(&why);
        let wanted = model.size() + if output.status.success() { 1 } else { safe };
        assert_eq!(disk.size(), wanted, "{why}");
        disk.done(&add);
        disk.expect_no_fault(&why);
        assert_eq!(disk.size(), model.size() + 1, "{why}: it is there once");
    }
    assert!(full > 3);
}

#[test]
fn a_ledger_is_started_on_a_full_disk_or_not_at_all() {
    let mut full = 0;
    for room in [4, 8, 12, 16, 20, 24, 32, 48, 64, 128, 640] {
        let why = format!("{room} KiB");
        let Some(disk) = Disk::new(room) else { return };
        // The keys are on the same disk.
        let home = disk.place.join("home");
        let run = |command: &[&str]| {
            let mut command = disk.factlog(command);
            command.env("FACTLOG_HOME", &home).output().unwrap()
        };
        let output = run(&desk::INIT);
        let there = disk.place.join(".factlog").exists();
        let (_, err) = said(&output);
        assert_eq!(there, output.status.success(), "{why}: {err}");
        disk.leave(16_384);
        if !there {
            assert!(err.contains("No space left"), "{why}: {err}");
            let hints = ["make room on the disk", "that can be written and has room"];
            assert!(hints.iter().any(|hint| err.contains(hint)), "{why}: {err}");
            full += 1;
            let output = run(&desk::INIT);
            assert!(output.status.success(), "{why}: {}", said(&output).1);
        }
        assert!(!disk.place.join(".factlog.tmp").exists(), "{why}");
        fs::write(disk.desk.path("article.txt"), desk::ARTICLE).unwrap();
        for command in [
            &["add", "article.txt"][..],
            &desk::verdict("1"),
            &["verify"],
        ] {
            let done = run(command);
            assert!(done.status.success(), "{why}: {}", said(&done).1);
        }
    }
    assert!(full > 3);
}

#[test]
fn a_disk_that_can_only_be_read_is_read_and_said_to_be_so() {
    let model = Model::new();
    let Some(disk) = model.on_disk(16_384) else {
        return;
    };
    disk.done(&desk::verdict(&model.claims[0]));
    let before = disk.log();
    let files = desk::files_below(&disk.place);
    disk.remount("remount,ro");
    assert_eq!(disk.log(), before);
    let search = ["search", "rating:true"];
    for command in [
        &["claims"][..],
        &["show", &before[3]],
        &["checkpoint"],
        &search,
    ] {
        let (_, err) = disk.done(command);
        assert!(err.contains("cannot be written"), "{command:?}: {err}");
    }
    disk.expect_no_fault("only read");
    fs::write(disk.desk.path("large.txt"), "It is long.\n".repeat(500)).unwrap();
    let init = [&["--ledger", "disk/new"][..], &desk::INIT].concat();
    for output in [
        disk.run(&desk::verdict(&model.claims[1])),
        disk.run(&["add", "large.txt"]),
        disk.desk.run(&init),
    ] {
        let (_, err) = said(&output);
        assert_eq!(output.status.code(), Some(1), "{err}");
        let reasons = ["cannot be written", "Read-only file system"];
        assert!(reasons.iter().any(|reason| err.contains(reason)), "{err}");
        assert!(err.contains("hint: "), "{err}");
    }
    assert_eq!(desk::files_below(&disk.place), files);
    disk.remount("remount,rw");
    let (_, err) = disk.done(&desk::verdict(&model.claims[1]));
    let of_the_disk = err
        .lines()
        .filter(|line| !line.contains("rests on no source"));
    assert!(
        !of_the_disk.clone().any(|line| line.contains("warning")),
        "{err}"
    );
    disk.expect_no_fault("written again");
}

#[test]
fn entries_that_are_safe_in_the_journal_are_said_to_be() {
    let desk = Desk::new();
    // In the place of the file that the next head is written to.
    let obstacle = desk.ledger().join("head.new");
    fs::create_dir(&obstacle).unwrap();
    let size = desk.size();
    let err = desk.refused(&desk::verdict("1"), 1);
    let safe = safe_in_journal(&err);
    assert!(safe > 0 && err.contains("head.new"), "{err}");
    assert!(err.contains("factlog log` records"), "{err}");
    fs::remove_dir(&obstacle).unwrap();
    let (_, err) = desk.done(&["log"]);
    assert!(err.contains("now recorded"), "{err}");
    assert_eq!(desk.size(), size + safe as u64);

    // A file that was signed elsewhere is not said to be left out.
    let mut signed = desk::verdict("2").to_vec();
    signed.extend(["--out", "second.pending"]);
    desk.done(&signed);
    fs::create_dir(&obstacle).unwrap();
    let err = desk.refused(&["append", "second.pending"], 1);
    assert!(
        safe_in_journal(&err) > 0 && !err.contains("nothing"),
        "{err}"
    );
    fs::remove_dir(&obstacle).unwrap();
    let (_, err) = desk.done(&["append", "second.pending"]);
    assert!(err.contains("is in the ledger already"), "{err}");
}
