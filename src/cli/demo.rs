//! `factlog demo`: the whole job on a sample article, in a folder to play with.
//!
//! Each step is a command line of this same program, run as a person would run it, so the demo can't
//! drift from what the commands do.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use factlog::ledger::{self, Ledger};
use serde::Serialize;

use super::claim_list::{self, ClaimLine};
use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::opening;
use super::screen::{self, FAINT, STRONG};
use super::stdout;

/// Do the whole job on a sample article, in a folder to play with
///
/// It starts a ledger, takes in an article, signs two verdicts, corrects one and retracts the other,
/// audits the ledger and exports ClaimReview: each step is a command that you could type, and is
/// printed with what it gave. The keys are made for the demo, without a passphrase, and stay in its
/// folder; nothing outside the folder is touched. The verdicts are examples, not findings of ours.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog demo
  factlog demo --dir somewhere/else")]
pub(crate) struct Args {
    /// Work in this folder, which must not exist or be empty
    ///
    /// Without it: factlog-demo in the working folder, or factlog-demo-2 and so on.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The files that the demo starts from.
const FILES: [(&str, &str); 3] = [
    ("article.txt", include_str!("../../examples/article.txt")),
    (
        "un-charter.txt",
        include_str!("../../examples/un-charter.txt"),
    ),
    ("other.html", include_str!("../../examples/other.html")),
];

/// The folder inside the demo's that stands for `FACTLOG_HOME`.
const HOME: &str = "home";

/// So many demos are kept side by side before a person is asked to clear up.
const MOST_FOLDERS: u32 = 99;

/// What `demo --json` prints.
#[derive(Serialize)]
struct Output {
    folder: PathBuf,
    ledger: String,
    size: u64,
    root: String,
    steps: Vec<Step>,
}

/// A command that was run, and what it gave.
#[derive(Serialize)]
struct Step {
    command: String,
    status: i32,
    #[serde(skip_serializing_if = "String::is_empty")]
    stdout: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    stderr: String,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let folder = folder(args.dir.as_deref())?;
    for (name, text) in FILES {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    let mut demo = Demo {
        program: std::env::current_exe().context("finding this program")?,
        folder,
        json: context.global.json,
        steps: Vec::new(),
    };
    demo.narrate(&format!(
        "Every line after a $ is a command of yours to try; here they run in {},\nwith the fixed \
         times of --at and the salts of --seed, and with FACTLOG_HOME={}.",
        demo.folder.display(),
        demo.folder.join(HOME).display(),
    ))?;
    demo.whole_job()?;
    demo.finish()
}

struct Demo {
    program: PathBuf,
    folder: PathBuf,
    json: bool,
    steps: Vec<Step>,
}

impl Demo {
    fn whole_job(&mut self) -> anyhow::Result<()> {
        self.narrate("A desk starts its ledger: three keys, a rating scale.")?;
        self.step(&[
            "init",
            "--name",
            "Example Desk",
            "--origin",
            "desk.example/facts",
            "--reviewer",
            "desk.example/alice",
            "--unencrypted-keys",
        ])?;

        self.narrate("An article comes in, and is split into claims.")?;
        self.step(&[
            "add",
            "article.txt",
            "--url",
            "https://news.example/a1",
            "--title",
            "A decision",
            "--publisher",
            "News Example",
            "--published",
            "2024-03-26",
        ])?;

        self.narrate("The reviewer judges one of them, with a page as evidence.")?;
        let nonbinding = self.claim("nonbinding")?;
        self.step(&[
            "verdict",
            &nonbinding,
            "--rating",
            "mostly-true",
            "--summary",
            "Officials did call it nonbinding, and repeated it.",
            "--supports",
            "other.html",
            "--quote",
            "told reporters that the resolution was nonbinding",
        ])?;
        let first = self.last_entry()?;

        self.narrate("Something was overlooked: the correction takes the place of the verdict.")?;
        self.step(&[
            "verdict",
            &nonbinding,
            "--rating",
            "missing-context",
            "--summary",
            "It was called so, but the Charter binds members to what the Council decides.",
            "--refutes",
            "un-charter.txt",
            "--quote",
            "agree to accept and carry out the decisions of the Security Council",
            "--primary",
            "--supersedes",
            &first,
            "--change",
            "rating",
            "--reason",
            "Article 25 of the Charter was overlooked.",
        ])?;
        let corrected = self.last_entry()?;

        self.narrate("Another verdict is given, and taken back: it stays, marked as retracted.")?;
        let rafah = self.claim("Rafah")?;
        self.step(&[
            "verdict",
            &rafah,
            "--rating",
            "true",
            "--summary",
            "The plan was announced in public.",
        ])?;
        let second = self.last_entry()?;
        self.step(&[
            "retract",
            &second,
            "--reason",
            "The announcement cited was of another date.",
        ])?;

        self.narrate("What stands now, and how it came to stand.")?;
        self.step(&["show", &corrected])?;
        self.step(&["log"])?;

        self.narrate("An auditor checks everything; a publisher takes what stands.")?;
        self.step(&["verify"])?;
        self.step(&[
            "export",
            "claimreview",
            "--out",
            "claimreview",
            "--base-url",
            "https://desk.example/facts",
        ])
    }

    /// Runs one command and shows it with what it gave.
    fn step(&mut self, words: &[&str]) -> anyhow::Result<()> {
        let shown = command_line(words);
        let minute = self.steps.len();
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .args(["--at", &format!("2026-11-22T10:{minute:02}:00Z")])
            .args(["--seed", &format!("demo {minute}")])
            .current_dir(&self.folder)
            .env("FACTLOG_HOME", self.folder.join(HOME))
            .env("PAGER", "cat")
            .env_remove("FACTLOG_LEDGER")
            .env_remove("FACTLOG_PASSPHRASE_FILE")
            .stdin(Stdio::null());
        let running = || format!("running {shown}");
        let step = if self.json {
            let output = command.output().with_context(running)?;
            Step {
                status: output.status.code().unwrap_or(-1),
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
                command: shown,
            }
        } else {
            self.print(&format!(
                "{}\n",
                screen::styled(STRONG, &format!("$ {shown}"))
            ))?;
            let status = command.status().with_context(running)?;
            Step {
                status: status.code().unwrap_or(-1),
                stdout: String::new(),
                stderr: String::new(),
                command: shown,
            }
        };
        if step.status != 0 {
            let message = format!("`{}` ended with status {}", step.command, step.status);
            let mut failure = Failure::new(Status::Failed, message);
            if !step.stderr.is_empty() {
                failure = failure.because(step.stderr);
            }
            return Err(failure.into());
        }
        self.steps.push(step);
        Ok(())
    }

    fn narrate(&self, words: &str) -> anyhow::Result<()> {
        self.print(&format!("\n{}\n", screen::styled(FAINT, words)))
    }

    fn print(&self, words: &str) -> anyhow::Result<()> {
        if !self.json {
            let mut out = stdout::styled();
            out.write_all(words.as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }

    fn open(&self) -> anyhow::Result<Ledger> {
        let mut options = ledger::options();
        options.read_only = true;
        let folder = self.folder.join(super::context::LEDGER_FOLDER);
        Ok(Ledger::open(&folder, options)?.0)
    }

    /// Returns the number of the first claim with this word in it.
    fn claim(&self, word: &str) -> anyhow::Result<String> {
        let (_, claims) = opening::read_claims(|| self.open(), claim_list::claim_list)?;
        let has_word = |line: &&ClaimLine| line.number.is_some() && line.claim.text.contains(word);
        let number = claims.iter().find(has_word).and_then(|line| line.number);
        let number = number
            .with_context(|| format!("the article has no claim with the word {word:?} any more"))?;
        Ok(number.to_string())
    }

    /// Returns the beginning of the id of the entry that was recorded last.
    fn last_entry(&self) -> anyhow::Result<String> {
        let ledger = self.open()?;
        let last = ledger.entry_at(ledger.tree_head().size - 1)?;
        Ok(ledger.short(last.entry.id().as_bytes())?)
    }

    fn finish(self) -> anyhow::Result<Status> {
        let ledger = self.open()?;
        let (id, head) = (ledger.id().to_string(), ledger.tree_head());
        drop(ledger);
        let folder = self.folder.display();
        self.print(&format!(
            "\n{}\n\
             {folder}/.factlog      the ledger: {} entries, id {}…\n\
             {folder}/claimreview   what a publisher puts on the web\n\
             {folder}/home          the keys, made for this demo\n\
             \n\
             Go on from here:\n\
             cd {folder}\n\
             export FACTLOG_HOME=$PWD/{HOME}\n\
             factlog review\n",
            screen::styled(STRONG, "The ledger is verified. Where things are:"),
            head.size,
            &id[..8],
        ))?;
        if self.json {
            json_out::print(&Output {
                folder: self.folder,
                ledger: id,
                size: head.size,
                root: head.root.to_string(),
                steps: self.steps,
            })?;
        }
        Ok(Status::Done)
    }
}

/// Makes the folder: the one that was named, or the first free one.
fn folder(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    let made = |path: &Path| {
        fs::create_dir_all(path)
            .with_context(|| format!("making the folder {}", path.display()))?;
        let whole = path.canonicalize();
        whole.with_context(|| format!("finding the folder {}", path.display()))
    };
    if let Some(path) = named {
        if is_taken(path)? {
            let message = format!("{} is there and not empty", path.display());
            let hint = "name another with --dir, or leave --dir out";
            return Err(Failure::new(Status::Failed, message).hint(hint).into());
        }
        return made(path);
    }
    for number in 1..=MOST_FOLDERS {
        let name = match number {
            1 => "factlog-demo".to_owned(),
            _ => format!("factlog-demo-{number}"),
        };
        let path = PathBuf::from(name);
        if !is_taken(&path)? {
            return made(&path);
        }
    }
    let message = format!("factlog-demo to factlog-demo-{MOST_FOLDERS} are there already");
    Err(Failure::new(Status::Failed, message)
        .hint("remove some of them, or name a folder with --dir")
        .into())
}

fn is_taken(path: &Path) -> anyhow::Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(true),
        Err(error) => Err(error).with_context(|| format!("looking into {}", path.display())),
    }
}

/// Writes a command line as a shell would take it.
fn command_line(words: &[&str]) -> String {
    let mut line = "factlog".to_owned();
    for word in words {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:,=+@%".contains(&b);
        if !word.is_empty() && word.bytes().all(plain) {
            let _ = write!(line, " {word}");
        } else {
            let quoted = word.replace('\\', "\\\\").replace('"', "\\\"");
            let quoted = quoted.replace('$', "\\$").replace('`', "\\`");
            let _ = write!(line, " \"{quoted}\"");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_the_words_of_a_command_line() {
        let words = [
            "verdict",
            "3",
            "--summary",
            "It's \"so\": $5 `and` \\ more",
            "",
        ];
        let line = command_line(&words);
        assert_eq!(
            line,
            "factlog verdict 3 --summary \"It's \\\"so\\\": \\$5 \\`and\\` \\\\ more\" \"\""
        );
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("new/demo");
        assert!(super::folder(Some(&inside)).is_ok());
        assert!(super::folder(Some(&inside)).is_ok(), "it is empty");
        fs::write(inside.join("kept.txt"), "mine").expect("written");
        let error = super::folder(Some(&inside)).expect_err("it is not empty");
        assert!(error.to_string().contains("not empty"));
        let file = inside.join("kept.txt");
        assert!(super::folder(Some(&file)).is_err());
    }
}
