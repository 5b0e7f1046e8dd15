//! `--extractor COMMAND`: another program finds the claims, and every span of it is checked.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use factlog::extract::{self, Extraction, Options, outside};

use super::context::Context;
use super::exit::{Failure, Status};
use super::screen;

/// A program may write at most so many bytes.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// So many refused lines are told one by one.
const TOLD: usize = 20;

/// Which program finds the claims.
#[derive(clap::Args)]
pub(crate) struct ExtractorArgs {
    /// Let a program of yours find the claims: it gets the normalised text on standard input, and
    /// writes JSON lines like those of `split --jsonl` (`parts` at least; a range may be its words)
    #[arg(long, value_name = "COMMAND")]
    pub(crate) extractor: Option<String>,
}

/// What begins the names of outside programs.
const OUTSIDE: &str = "command/";

/// Says whether what found a claim was an outside program, by its name.
pub(crate) fn is_outside(name: &str) -> bool {
    name.starts_with(OUTSIDE)
}

/// Returns what a claim entry names as the finder of what a command found: `command/` and the
/// program's file name.
pub(crate) fn name_of(command: &str) -> String {
    let program = command.split_whitespace().next().unwrap_or_default();
    let name = Path::new(program).file_name().unwrap_or_default();
    format!("{OUTSIDE}{}", name.to_string_lossy())
}

/// Has a command find the claims of a text; says what was refused of its lines, and whether anything was.
pub(crate) fn run(
    context: &Context,
    command: &str,
    text: &str,
) -> anyhow::Result<(Extraction, Status)> {
    let lines = ask(command, text)?;
    let sentences = extract::split(text, Options::default()).sentences;
    let found = outside::read(text, sentences, &lines);
    let what = screen::one_line(command);
    for refused in found.refused.iter().take(TOLD) {
        let why = screen::one_line(&refused.why.to_string());
        context.warn(&format!(
            "line {} of {what} is refused: {why}",
            refused.line
        ));
    }
    if found.refused.len() > TOLD {
        let more = found.refused.len() - TOLD;
        context.warn(&format!("{more} more lines of {what} are refused"));
    }
    let status = if found.refused.is_empty() {
        Status::Done
    } else {
        Status::Failed
    };
    Ok((found.extraction, status))
}

/// Runs a command on a text and returns what it wrote.
fn ask(command: &str, text: &str) -> anyhow::Result<String> {
    let what = screen::one_line(command);
    let failed = |why: String| {
        Failure::new(Status::Failed, why).hint(
            "it gets the text on standard input and writes a JSON line a claim, such as \
             {\"parts\": [\"the words of the claim\"]}",
        )
    };
    let mut child = shell(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| {
            failed(format!("the extractor {what} could not be started")).because(error)
        })?;
    let read = exchange(&mut child, text);
    // A program that went on writing beyond the limit is stopped by its closed pipe.
    let ended = child.wait()?;
    let bytes = read?;
    if bytes.len() as u64 > MOST_BYTES {
        let most = MOST_BYTES / (1024 * 1024);
        return Err(failed(format!("the extractor {what} wrote more than {most} MiB")).into());
    }
    if !ended.success() {
        return Err(failed(format!("the extractor {what} ended with {ended}")).into());
    }
    let not_text = |_| failed(format!("the extractor {what} wrote what is not UTF-8")).into();
    String::from_utf8(bytes).map_err(not_text)
}

/// Writes the text and reads the answer at once, so that neither side waits for the other.
fn exchange(child: &mut Child, text: &str) -> io::Result<Vec<u8>> {
    let stdin = child.stdin.take();
    let stdout = child.stdout.take();
    thread::scope(|scope| {
        scope.spawn(move || {
            // A program need not read all of it.
            let _ = stdin.map(|mut stdin| stdin.write_all(text.as_bytes()));
        });
        let mut bytes = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    })
}

/// A command as the person's shell reads it.
fn shell(command: &str) -> Command {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut shell = Command::new(shell);
    shell.arg(flag).arg(command);
    shell
}
