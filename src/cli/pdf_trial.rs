//! Reading a PDF file for trial, in a process of its own with limits.
//!
//! A PDF file is a program, and the library that reads it trusts it: one of a few hundred bytes can fill
//! the memory or the stack, which nothing in this process could stop. So it is read first where that
//! does no harm; only what came through is read here, which takes no more than it took there.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context as _;
use factlog::intake::{self, Hint};

use super::exit::{Failure, Status};

/// What this program is called with to read for trial; not a command for a person.
const NAME: &str = "__read-pdf";

/// The most memory of such a process, in KiB: a file of 64 MiB and what it unpacks to.
const MOST_KIB: u32 = 3 * 1024 * 1024;

/// The most seconds of processor time of such a process.
const MOST_SECONDS: u32 = 90;

/// What PDF files begin with, within their first bytes.
const MAGIC: &[u8] = b"%PDF-";

/// So far from its start the file may say what it is.
const MAGIC_WITHIN: usize = 1024;

/// Reads standard input for trial, if this process was started for it.
pub(crate) fn run_if_asked(arguments: &[OsString]) -> Option<ExitCode> {
    if arguments.get(1).is_none_or(|name| name != NAME) {
        return None;
    }
    let mut bytes = Vec::new();
    let read = io::stdin()
        .lock()
        .take(intake::MAX_BYTES + 1)
        .read_to_end(&mut bytes);
    if read.is_ok() {
        // What it says does not matter, only that it comes to an end.
        let hint = Hint {
            media_type: Some("application/pdf"),
            ..Hint::default()
        };
        let _ = intake::take_in(&bytes, &hint);
    }
    Some(ExitCode::SUCCESS)
}

/// Reads bytes for trial, if they are a PDF file.
///
/// # Errors
/// Reading it ended the process that tried: exit status 1.
pub(crate) fn survives(what: &str, bytes: &[u8], hint: &Hint<'_>) -> anyhow::Result<()> {
    let start = &bytes[..bytes.len().min(MAGIC_WITHIN)];
    let is_named = [hint.media_type, hint.file_name]
        .into_iter()
        .flatten()
        .any(|name| name.to_ascii_lowercase().contains("pdf"));
    if !is_named && !start.windows(MAGIC.len()).any(|window| window == MAGIC) {
        return Ok(());
    }
    let program = env::current_exe().context("finding this program")?;
    let mut child = if cfg!(unix) {
        let limits = format!(
            "ulimit -v {MOST_KIB} 2>/dev/null; ulimit -t {MOST_SECONDS} 2>/dev/null; ulimit -c 0 \
             2>/dev/null; exec \"$0\" {NAME}"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &limits]).arg(program);
        shell
    } else {
        let mut child = Command::new(program);
        child.arg(NAME);
        child
    };
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting a process that reads the PDF file for trial")?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may end before it has read all.
        let _ = stdin.write_all(bytes);
    }
    let ended = child.wait().context("waiting for that process")?;
    if ended.success() {
        return Ok(());
    }
    Err(Failure::new(
        Status::Failed,
        format!(
            "{what} was not taken in: reading this PDF file took more than {} GiB of memory or \
             {MOST_SECONDS} seconds, or could not be stopped otherwise",
            MOST_KIB / 1024 / 1024
        ),
    )
    .hint("print it to a new PDF file in a viewer, and add that")
    .into())
}
