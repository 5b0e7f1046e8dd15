//! `--extractor COMMAND`: another program finds the claims, and every span of it is checked.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use factlog::extract::{self, Extraction, Options, outside};

use super::context::Context;
use super::exit::{Failure, Status};
use super::screen;
use super::waiting;

/// A program may write at most so many bytes.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// So many refused lines are told one by one.
const TOLD: usize = 20;

/// What a program has to do.
const TASK: &str = "it gets the text on standard input and writes a JSON line a claim, such as \
     {\"parts\": [\"the words of the claim\"]}; `factlog split FILE --text | COMMAND` runs it by itself";

/// Which program finds the claims.
#[derive(clap::Args)]
pub(crate) struct ExtractorArgs {
    /// Let a program of yours find the claims: it gets the normalised text on standard input, and
    /// writes JSON lines like those of `split --jsonl` (`parts` at least; a range may be its words)
    ///
    /// Every range is checked against the text, and every word of `text` against `parts` and `added`:
    /// a line that does not fit is refused by its number, and the others stay (exit status 1).
    /// The command is read by the shell, so that it may have arguments.
    #[arg(long, value_name = "COMMAND", value_parser = command)]
    pub(crate) extractor: Option<String>,
}

/// Reads a command, which has words.
fn command(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a command is wanted, such as ./my-model.py".to_owned());
    }
    Ok(text.to_owned())
}

/// What begins the names of outside programs.
const OUTSIDE: &str = "command/";

/// Names in claim entries what was imported from markup.
pub(crate) const IMPORTED: &str = "import/claimreview";

/// Says whether a claim was found by an outside program, or imported, by the finder's name.
pub(crate) fn is_outside(name: &str) -> bool {
    name.starts_with(OUTSIDE) || name == IMPORTED
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
    let lines = ask(context, command, text)?;
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
fn ask(context: &Context, command: &str, text: &str) -> anyhow::Result<String> {
    let what = screen::one_line(command);
    let failed = |why: String| Failure::new(Status::Failed, why).hint(TASK);
    let mut child = shell(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| {
            failed(format!("the extractor {what} could not be started")).because(error)
        })?;
    let note = format!("waiting for the extractor {what}; Ctrl-C stops it");
    let (read, ended) = waiting::noting(context, &note, || {
        let read = exchange(&mut child, text);
        // A program that went on writing beyond the limit is stopped by its closed pipe.
        (read, child.wait())
    });
    let (ended, bytes) = (ended?, read?);
    if bytes.len() as u64 > MOST_BYTES {
        let most = MOST_BYTES / (1024 * 1024);
        return Err(failed(format!("the extractor {what} wrote more than {most} MiB")).into());
    }
    if !ended.success() {
        return Err(fault(&what, ended).into());
    }
    let not_text = |_| failed(format!("the extractor {what} wrote what is not UTF-8")).into();
    String::from_utf8(bytes).map_err(not_text)
}

/// Says how a program ended that did not end well, and what to do.
fn fault(what: &str, ended: ExitStatus) -> Failure {
    // The shell's own words for what it could not run, and for what a signal ended: 128 and its number.
    let (why, hint) = match (signal(ended), ended.code()) {
        (Some(number), _) => (of_signal(number), after_signal(number)),
        (None, Some(126)) => (
            format!("can't be run ({ended})"),
            "make the file executable, with chmod +x FILE, or name the program that runs it, such as \
             --extractor \"python3 my-model.py\"",
        ),
        (None, Some(127)) => (
            format!("was not found ({ended})"),
            "write a program's path, such as ./my-model.py: a name without a slash is looked for in \
             PATH alone",
        ),
        (None, Some(code @ 129..=159)) => {
            let number = code - 128;
            let why = format!("{} ({ended})", of_signal(number));
            (why, after_signal(number))
        }
        (None, _) => (format!("ended with {ended}"), TASK),
    };
    Failure::new(Status::Failed, format!("the extractor {what} {why}")).hint(hint)
}

fn of_signal(number: i32) -> String {
    match number {
        2 => "was stopped by signal 2, interrupt".to_owned(),
        4 | 6 | 7 | 8 | 11 => format!("crashed, by signal {number}"),
        9 => "was killed, by signal 9".to_owned(),
        15 => "was stopped by signal 15, terminate".to_owned(),
        _ => format!("was ended by signal {number}"),
    }
}

const fn after_signal(number: i32) -> &'static str {
    match number {
        9 => {
            "a system that runs out of memory kills what uses most of it: try a shorter text or a \
             smaller model"
        }
        _ => "`factlog split FILE --text | COMMAND` runs it by itself, to see why",
    }
}

/// The signal that ended a program.
#[cfg(unix)]
fn signal(ended: ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    ended.signal()
}

#[cfg(not(unix))]
const fn signal(_: ExitStatus) -> Option<i32> {
    None
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
