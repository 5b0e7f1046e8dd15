//! The README's session, run as it stands there.
//!
//! Every line after a `$` in a `console` block is run in one folder with the examples in it, and what
//! it prints, on both streams, is compared with the lines below it. `…` stands for any words, a line
//! of it alone for any lines. Ids differ from run to run: one in the README stands for the same one
//! in the output throughout, also in the commands that follow. So do times.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A command of the README, and what it prints there.
struct Shown {
    command: String,
    lines: Vec<String>,
}

fn session(readme: &str) -> Vec<Shown> {
    let mut session: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match line.strip_prefix("$ ") {
                Some(command) => session.push(Shown {
                    command: command.to_owned(),
                    lines: vec![],
                }),
                None => session.last_mut().unwrap().lines.push(line.to_owned()),
            },
        }
    }
    session
}

/// Which ids and times of the README stand for which of this run.
#[derive(Default)]
struct Meanings(BTreeMap<String, String>);

impl Meanings {
    /// Puts this run's ids into a command.
    fn apply(&self, command: &str) -> String {
        self.0
            .iter()
            .fold(command.to_owned(), |command, (there, here)| {
                command.replace(there, here)
            })
    }

    /// Says whether a printed line is the README's, and learns what its ids stand for.
    fn fits(&mut self, shown: &str, printed: &str) -> bool {
        let (mut shown, mut printed) = (shown, printed);
        let mut learnt = Vec::new();
        loop {
            if let Some(rest) = shown.strip_prefix('…') {
                // The rest fits somewhere, or there is none.
                return rest.is_empty()
                    || printed
                        .char_indices()
                        .any(|(at, _)| self.fits(rest, &printed[at..]));
            }
            match (variable(shown), variable(printed)) {
                (Some(there), Some(here)) if there.len() == here.len() => {
                    let (there, here) = (&shown[..there.len()], &printed[..here.len()]);
                    if self.0.get(there).is_some_and(|known| known != here) {
                        return false;
                    }
                    learnt.push((there.to_owned(), here.to_owned()));
                    (shown, printed) = (&shown[there.len()..], &printed[here.len()..]);
                }
                _ => match (shown.chars().next(), printed.chars().next()) {
                    (None, None) => {
                        self.0.extend(learnt);
                        return true;
                    }
                    (Some(a), Some(b)) if a == b => {
                        shown = &shown[a.len_utf8()..];
                        printed = &printed[b.len_utf8()..];
                    }
                    _ => return false,
                },
            }
        }
    }

    /// Compares lines; returns the first of the README's that has no printed one.
    fn compare(&mut self, shown: &[String], printed: &[&str]) -> Result<(), String> {
        let mut printed = printed.iter();
        let mut skipping = false;
        for line in shown {
            if line == "…" {
                skipping = true;
                continue;
            }
            loop {
                let Some(next) = printed.next() else {
                    return Err(line.clone());
                };
                if self.fits(line, next) {
                    break;
                }
                if !skipping {
                    return Err(format!("{line}\nis, as printed: {next}"));
                }
            }
            skipping = false;
        }
        match printed.next() {
            Some(more) if !skipping => Err(format!("nothing more\nis, as printed: {more}")),
            _ => Ok(()),
        }
    }
}

/// Returns the id, day or time that a text begins with.
fn variable(text: &str) -> Option<&str> {
    let hex = text
        .bytes()
        .take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        .count();
    if hex >= 8 {
        return Some(&text[..hex]);
    }
    let time = text
        .bytes()
        .take_while(|b| b.is_ascii_digit() || b"-:TZ".contains(b))
        .count();
    let is_day = time >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    is_day.then(|| &text[..time])
}

#[test]
fn the_session_gives_what_the_readme_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let desk = folder.path().join("desk");
    fs::create_dir(&desk).unwrap();
    for file in fs::read_dir(root.join("examples")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), desk.join(file.file_name())).unwrap();
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_factlog")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        std::iter::once(programs.to_path_buf()).chain(std::env::split_paths(&path)),
    );
    let path = path.unwrap();

    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let session = session(&readme);
    assert!(session.len() > 6, "the README has a session");
    let mut meanings = Meanings::default();
    for Shown { command, lines } in session {
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {} ; }} 2>&1", meanings.apply(&command))])
            .current_dir(&desk)
            .env("PATH", &path)
            .env("FACTLOG_HOME", folder.path().join("home"))
            .env_remove("FACTLOG_LEDGER")
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{command}\n{printed}");
        let all: Vec<&str> = printed.lines().collect();
        if let Err(line) = meanings.compare(&lines, &all) {
            panic!("$ {command}\nthe README's line\n{line}\nof what was printed:\n{printed}");
        }
    }
}

#[test]
fn a_line_that_differs_is_noticed() {
    let mut meanings = Meanings::default();
    assert!(meanings.fits("id aaaabbbb of …", "id 01234567 of 3"));
    assert!(meanings.fits("again aaaabbbb", "again 01234567"));
    assert!(!meanings.fits("again aaaabbbb", "again 01234568"));
    assert_eq!(meanings.apply("show aaaabbbb"), "show 01234567");
    assert!(meanings.fits("2026-11-22T10:02:00Z", "2031-01-01T00:00:00Z"));
    assert!(meanings.fits("✓ entries … no fault", "✓ entries 10 x: no fault"));
    assert!(!meanings.fits("two words", "two  words"));
    assert!(!meanings.fits("two", "two words"));
    let lines = |text: &[&str]| {
        text.iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    assert!(
        meanings
            .compare(&lines(&["a", "…", "c"]), &["a", "b", "b", "c"])
            .is_ok()
    );
    assert!(
        meanings
            .compare(&lines(&["a", "c"]), &["a", "b", "c"])
            .is_err()
    );
    assert!(meanings.compare(&lines(&["a"]), &["a", "b"]).is_err());
    assert!(meanings.compare(&lines(&["a", "b"]), &["a"]).is_err());
    assert!(meanings.compare(&lines(&["a", "…"]), &["a", "b"]).is_ok());
}
