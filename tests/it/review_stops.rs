//! A whole sitting of `review` at a terminal, stopped at every one of its prompts: by Ctrl-C, by the
//! terminal's closing (SIGHUP), and by `kill -9`.
//!
//! Whatever stops it, the drafts are as they were when the prompt was shown, nothing that was not
//! agreed to is signed, and going on ends with the same ledger, byte for byte, as without a stop.
//! The terminal is that of util-linux's `script`; without it, the test says that it was skipped.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::desk::{Desk, copy};

/// How long a prompt is waited for; machines that run tests are slow.
const PATIENCE: Duration = Duration::from_mins(1);

const ARTICLE: &str = "The harbour bridge was closed in 2019, the mayor, Ada Venn, said on Monday. The \
council spent 12 million on repairs and hired 40 engineers from Oslo.\n\nTraffic fell by a third in \
the first year. The bridge opened again in March 2021, Venn said, and was painted red. Ben Ode, a \
builder, said that the cables were replaced and that the deck was widened by 2 metres.\n";

/// Stands for an editor: it says that it is open, waits for Enter, and fills the form in.
const EDITOR: &str = r#"#!/bin/sh
echo "the editor is open" > /dev/tty
read line < /dev/tty
case "$1" in
*verdict-*) sed -i 's/^rating:.*/rating: true/; s/^summary:.*/summary: It is in the register./' "$1" ;;
*split-*) printf 'quote: Traffic fell\nquote: fell … in the first year\ntext: Traffic fell in the first year\n' > "$1" ;;
*) sed -i 's/^text:.*/text: The harbour bridge opened again in March 2021/' "$1" ;;
esac
"#;

const CLAIM: &str = "record this claim?";
const OPEN: &str = "the editor is open";

/// What is asked, what is answered, and from which step on the sitting goes on where it is stopped
/// there: within an answer of several questions from the first of them.
struct Step {
    prompt: &'static str,
    answer: &'static str,
    from: usize,
    /// Claims before this one that were left undecided.
    passed: usize,
}

/// Every kind of answer that `review` takes.
fn steps() -> Vec<Step> {
    let groups: [&[(&str, &str)]; 21] = [
        &[(CLAIM, "y")],
        &[(CLAIM, "s"), ("put these in its place", "y")],
        &[(CLAIM, "y")],
        &[(CLAIM, "n")],
        &[(CLAIM, "v"), (OPEN, ""), ("Sign this as", "y")],
        &[(CLAIM, "s"), ("put these in its place", "e"), (OPEN, "")],
        &[(CLAIM, "y")],
        &[
            (CLAIM, "a"),
            ("who said it?", "1"),
            ("title or office?", "-"),
            ("how is it told?", "mixed"),
        ],
        &[(CLAIM, "y")],
        &[(CLAIM, "e"), (OPEN, "")],
        &[(CLAIM, "d"), ("drop 3 claims", "n")],
        &[(CLAIM, "t")],
        &[(CLAIM, "g"), ("go to which?", "0")],
        &[(CLAIM, "j")],
        &[(CLAIM, "m")],
        &[(CLAIM, "u")],
        &[(CLAIM, "m")],
        &[(CLAIM, "w")],
        &[(CLAIM, "y")],
        &[("Sign 6 claims as", "s")],
        &[("Sign 6 claims as", "y")],
    ];
    let mut steps = Vec::new();
    let mut passed = 0;
    for group in groups {
        let from = steps.len();
        steps.extend(group.iter().map(|(prompt, answer)| Step {
            prompt,
            answer,
            from,
            passed,
        }));
        passed += usize::from(group[0].1 == "j");
    }
    steps
}

/// A terminal with a sitting in it.
struct Sitting {
    script: Child,
    keys: ChildStdin,
    shown: Arc<Mutex<Vec<u8>>>,
    /// How much of what was shown was looked at.
    seen: usize,
    pid: PathBuf,
}

impl Sitting {
    fn start(folder: &Path, arguments: &str) -> Self {
        let pid = folder.join("pid");
        let _ = fs::remove_file(&pid);
        // Tests that a script runs in the background are started with Ctrl-C ignored.
        let line = format!(
            "echo $$ > pid.new; mv pid.new pid; exec env --default-signal=INT '{}' review {arguments} --at 2026-11-22T10:00:00Z --seed test",
            env!("CARGO_BIN_EXE_factlog")
        );
        let mut script = Command::new("script")
            .args(["-qefc", &line, "/dev/null"])
            .current_dir(folder)
            .env("SHELL", "/bin/sh")
            .env("FACTLOG_HOME", folder.join("home"))
            .env("HOME", folder)
            .env("EDITOR", folder.join("editor.sh"))
            .env("VISUAL", folder.join("editor.sh"))
            .env("PAGER", "cat")
            .env("TERM", "xterm")
            .env_remove("FACTLOG_LEDGER")
            .env_remove("FACTLOG_PASSPHRASE_FILE")
            .env_remove("SSH_AUTH_SOCK")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let keys = script.stdin.take().unwrap();
        let mut out = script.stdout.take().unwrap();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&shown);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                kept.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self {
            script,
            keys,
            shown,
            seen: 0,
            pid,
        }
    }

    /// Waits until something is shown that was not looked at before.
    fn waits_for(&mut self, wanted: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown.lock().unwrap().clone();
            let new = &shown[self.seen..];
            let found = new
                .windows(wanted.len())
                .position(|words| words == wanted.as_bytes());
            if let Some(at) = found {
                self.seen += at + wanted.len();
                return;
            }
            assert!(
                Instant::now() < until,
                "no {wanted:?} in\n{}",
                String::from_utf8_lossy(&shown)
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn answers(&mut self, step: &Step) {
        self.waits_for(step.prompt);
        self.types(&format!("{}\n", step.answer));
    }

    /// Waits until the terminal is closed; returns the exit status as a shell has it.
    fn ends(&mut self) -> i32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(ended) = self.script.try_wait().unwrap() {
                return ended
                    .code()
                    .unwrap_or_else(|| 128 + ended.signal().unwrap());
            }
            assert!(Instant::now() < until, "the sitting did not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn process(&self) -> String {
        fs::read_to_string(&self.pid).unwrap().trim().to_owned()
    }

    /// Waits until the program is gone, which nobody may have collected.
    fn is_gone(&self) {
        let about = PathBuf::from(format!("/proc/{}/stat", self.process()));
        let until = Instant::now() + PATIENCE;
        while fs::read_to_string(&about).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(Instant::now() < until, "the program is still there");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn stop(&mut self, by: Stop, prompt: &str) {
        match by {
            Stop::Interrupt => {
                self.types("\u{3}");
                if prompt == OPEN {
                    // It was for the editor.
                    self.waits_for(CLAIM);
                    self.types("\u{3}");
                }
                assert_eq!(self.ends(), 130, "{prompt}");
            }
            Stop::Hangup => {
                self.script.kill().unwrap();
                self.script.wait().unwrap();
                self.is_gone();
            }
            Stop::Kill => {
                let killed = Command::new("kill")
                    .args(["-9", &self.process()])
                    .status()
                    .unwrap();
                assert!(killed.success());
                assert_eq!(self.ends(), 137, "{prompt}");
            }
        }
    }
}

impl Drop for Sitting {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Stop {
    Interrupt,
    Hangup,
    Kill,
}

/// The drafts of a ledger and its head.
#[derive(PartialEq, Debug)]
struct Kept {
    drafts: BTreeMap<String, String>,
    head: String,
}

impl Kept {
    fn of(folder: &Path) -> Self {
        let ledger = folder.join(".factlog");
        let names = fs::read_dir(ledger.join("drafts")).into_iter().flatten();
        let files = names.map(|name| name.unwrap().path());
        let drafts = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        let read = |path: PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        };
        Self {
            drafts: drafts.map(read).collect(),
            head: fs::read_to_string(ledger.join("head")).unwrap(),
        }
    }
}

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.done(&crate::desk::INIT);
    fs::write(desk.path("article.txt"), ARTICLE).unwrap();
    desk.done(&["add", "article.txt"]);
    fs::write(desk.path("editor.sh"), EDITOR).unwrap();
    fs::set_permissions(desk.path("editor.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    desk
}

/// Says whether there is a terminal to run a test in.
#[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
pub(crate) fn is_there() -> bool {
    let version = Command::new("script").arg("--version").output();
    let there =
        version.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("util-linux"));
    if !there {
        eprintln!("skipped: there is no `script` of util-linux");
    }
    there
}

#[test]
fn a_sitting_that_is_stopped_at_any_prompt_loses_and_signs_nothing() {
    if !is_there() {
        return;
    }
    let desk = desk();
    let steps = steps();
    let fresh = |name: &str| {
        let folder = desk.path(name);
        for part in [".factlog", "home"] {
            copy(&desk.path(part), &folder.join(part));
        }
        fs::copy(desk.path("editor.sh"), folder.join("editor.sh")).unwrap();
        folder
    };

    // Once without a stop: what is kept at each prompt, and in the end.
    let whole = fresh("whole");
    let mut sitting = Sitting::start(&whole, "");
    let mut kept = Vec::new();
    for step in &steps {
        sitting.waits_for(step.prompt);
        kept.push(Kept::of(&whole));
        sitting.types(&format!("{}\n", step.answer));
    }
    sitting.waits_for("recorded 6 claims");
    assert_eq!(sitting.ends(), 0);
    let end = Kept::of(&whole);
    assert_ne!(kept[0], end);

    for (n, step) in steps.iter().enumerate() {
        let ways = [Stop::Interrupt, Stop::Hangup, Stop::Kill];
        for (nth, by) in ways.into_iter().enumerate() {
            let folder = fresh(&format!("{n}-{nth}"));
            let mut sitting = Sitting::start(&folder, "");
            for step in &steps[..n] {
                sitting.answers(step);
            }
            sitting.waits_for(step.prompt);
            sitting.stop(by, step.prompt);
            assert_eq!(Kept::of(&folder), kept[n], "{by:?} at {n}: {}", step.prompt);
            drop(sitting);
            // What is kept is the same whatever stopped it, so that one of them shows how it goes on.
            if nth == n % ways.len() {
                go_on(&folder, &steps[step.from..], step.passed, &end);
            }
            fs::remove_dir_all(folder).unwrap();
        }
    }
}

/// Takes a sitting up again, up to its end, which must be that of the sitting that was not stopped.
fn go_on(folder: &Path, steps: &[Step], passed: usize, end: &Kept) {
    let mut sitting = Sitting::start(folder, "");
    for _ in 0..passed {
        sitting.waits_for(CLAIM);
        sitting.types("j\n");
    }
    for step in steps {
        sitting.answers(step);
    }
    sitting.waits_for("recorded 6 claims");
    assert_eq!(sitting.ends(), 0);
    drop(sitting);
    let head = |kept: &Kept| kept.head.clone();
    let now = Kept::of(folder);
    assert_eq!(head(&now), head(end), "{} {passed}", steps[0].prompt);
    let status = Command::new(env!("CARGO_BIN_EXE_factlog"))
        .args(["verify", "--quiet"])
        .current_dir(folder)
        .env("FACTLOG_HOME", folder.join("home"))
        .env_remove("FACTLOG_LEDGER")
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "verify: {status}");
}

#[test]
fn single_keys_are_answers_without_enter() {
    if !is_there() {
        return;
    }
    let desk = desk();
    let mut sitting = Sitting::start(&desk.path(""), "--single-key");
    // A letter that is none is asked for again; Ctrl-C ends it as everywhere.
    for key in ["y", "z", "n"] {
        sitting.waits_for(CLAIM);
        sitting.types(key);
    }
    sitting.waits_for(CLAIM);
    sitting.types("\u{3}");
    assert_eq!(sitting.ends(), 130);
    drop(sitting);
    let mut sitting = Sitting::start(&desk.path(""), "--single-key");
    sitting.waits_for("1 accepted claim waits");
    sitting.waits_for(CLAIM);
    sitting.types("q");
    // What signs is a line: a key alone does nothing.
    sitting.waits_for("Sign 1 claim as");
    let before = desk.size();
    sitting.types("y");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(desk.size(), before);
    sitting.types("\n");
    sitting.waits_for("recorded 1 claim");
    assert_eq!(sitting.ends(), 0);
    assert_eq!(desk.size(), before + 1);
}
