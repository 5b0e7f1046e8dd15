//! A desk for tests: a folder with a ledger, its own keys, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// An article of our own; its claims are plain.
pub(crate) const ARTICLE: &str = "The harbour bridge was closed in 2019, the mayor, Ada Venn, said \
on Monday. The council spent 12 million on repairs.\n\nTraffic fell by a third in the first year. \
The bridge opened again in March 2021.\n";

/// A folder with a ledger.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// Makes empty folders, without a ledger.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Starts a ledger with an article in it.
    pub(crate) fn new() -> Self {
        let desk = Self::empty();
        desk.done(&INIT);
        std::fs::write(desk.path("article.txt"), ARTICLE).unwrap();
        desk.done(&["add", "article.txt"]);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.path(".factlog")
    }

    /// Prepares the program to run in this folder, at a fixed time.
    pub(crate) fn factlog(&self, arguments: &[&str]) -> Command {
        self.factlog_at("2026-11-22T10:00:00Z", arguments)
    }

    /// Prepares the program to run in this folder, at this time.
    pub(crate) fn factlog_at(&self, time: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_factlog"));
        command
            .args(arguments)
            .args(["--at", time, "--seed", "test"])
            .current_dir(self.folder.path())
            .env("FACTLOG_HOME", self.path("home"))
            .env("HOME", self.folder.path())
            .env_remove("FACTLOG_LEDGER")
            .env_remove("FACTLOG_STOP_AFTER")
            .env_remove("FACTLOG_PAUSE_AFTER")
            .env_remove("FACTLOG_PASSPHRASE_FILE")
            .env_remove("SSH_AUTH_SOCK")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.factlog(arguments).output().unwrap()
    }

    /// Runs the program, which must succeed; returns what it says on both streams.
    pub(crate) fn done(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let said = said(&output);
        assert!(
            output.status.success(),
            "factlog {arguments:?}: {}\n{}{}",
            output.status,
            said.0,
            said.1
        );
        said
    }

    /// Runs the program, which must fail with `status`; returns what it says on standard error.
    pub(crate) fn refused(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        let (out, err) = said(&output);
        assert_eq!(
            output.status.code(),
            Some(status),
            "factlog {arguments:?}\n{out}{err}"
        );
        err
    }

    /// Returns the ledger's size, as its head has it.
    pub(crate) fn size(&self) -> u64 {
        let head = std::fs::read_to_string(self.ledger().join("head")).unwrap();
        head.lines().nth(1).unwrap().parse().unwrap()
    }
}

/// How a desk is started.
pub(crate) const INIT: [&str; 8] = [
    "init",
    "--name",
    "Desk",
    "--origin",
    "desk.example/facts",
    "--reviewer",
    "desk.example/alice",
    "--unencrypted-keys",
];

/// A verdict on a claim, by its number.
pub(crate) fn verdict(number: &str) -> [&str; 7] {
    [
        "verdict",
        number,
        "--rating",
        "true",
        "--summary",
        "It is in the register.",
        "--yes",
    ]
}

/// Returns what a program said on both streams.
pub(crate) fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.path().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

/// Lists the files below a folder, in the order of their names.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
