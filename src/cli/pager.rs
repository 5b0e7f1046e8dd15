//! Where long output goes: through a pager on a terminal, else straight to standard output.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anstream::AutoStream;

use super::context::Context;
use super::lines::Lines;
use super::screen;
use super::stdout;
use super::terminal::Lent;

/// What pages where neither `PAGER` nor a setting says: quit at the end of a short text, keep colours, don't clear.
const DEFAULT: &str = "less";

/// What `less` is told where `LESS` is not set.
const LESS: &str = "FRX";

/// Standard output, or a pager in front of it.
pub(crate) struct Output {
    stream: Option<Lines<AutoStream<Box<dyn Write>>>>,
    pager: Option<(Child, Lent)>,
}

impl Output {
    /// Starts the pager if a person is reading, else writes to standard output.
    ///
    /// There is no pager with `--json`, with `--no-input`, where standard output is not a terminal,
    /// where `PAGER` is empty or `cat`, or where it can't be started.
    pub(crate) fn start(context: &Context) -> Self {
        let choice = AutoStream::choice(&io::stdout());
        let global = &context.global;
        let wanted = !global.json && !global.no_input && io::stdout().is_terminal();
        let mut pager = wanted
            .then(|| start(context, None, Stdio::inherit()))
            .flatten();
        let stdin = pager.as_mut().and_then(|(pager, _)| pager.stdin.take());
        let stream = match stdin {
            Some(stdin) => {
                Lines::of_pager(AutoStream::new(Box::new(stdin) as Box<dyn Write>, choice))
            }
            None => Lines::of_stdout(AutoStream::new(
                Box::new(io::stdout()) as Box<dyn Write>,
                choice,
            )),
        };
        Self {
            stream: Some(stream),
            pager,
        }
    }

    /// Flushes, and waits until the person has finished reading.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let flushed = self.flush();
        self.close();
        flushed
    }

    fn close(&mut self) {
        // The pager sees the end of its input before it is waited for.
        drop(self.stream.take());
        if let Some((mut pager, _lent)) = self.pager.take() {
            let _ = pager.wait();
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.stream {
            Some(stream) => stream.write(bytes).map_err(stdout::named),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let stream = self.stream.as_mut();
        stream.map_or(Ok(()), Write::flush).map_err(stdout::named)
    }
}

impl Drop for Output {
    /// Waits for the pager also where an error cut the output short.
    fn drop(&mut self) {
        self.close();
    }
}

/// Shows a text to a person who is asked something, from its line `from` on: through a pager where they
/// are at a terminal and it does not fit on it, else on standard error. Standard output stays for data.
pub(crate) fn show(context: &Context, text: &str, from: usize) {
    let rows = terminal_size::terminal_size_of(io::stderr()).map(|(_, rows)| usize::from(rows.0));
    // A line is left for the question.
    let is_long = rows.is_some_and(|rows| text.lines().count() + 1 > rows);
    if context.can_ask() && is_long {
        let out = if io::stdout().is_terminal() {
            Stdio::inherit()
        } else {
            Stdio::from(io::stderr())
        };
        if let Some((mut pager, _lent)) = start(context, Some(from), out) {
            if let Some(stdin) = pager.stdin.take() {
                let choice = AutoStream::choice(&io::stderr());
                // A pager that was left early reads no more.
                let _ = AutoStream::new(Box::new(stdin) as Box<dyn Write>, choice)
                    .write_all(screen::isolated(text).as_bytes());
            }
            let _ = pager.wait();
            return;
        }
    }
    let _ = anstream::stderr().write_all(screen::isolated(text).as_bytes());
}

/// Starts the pager; `less` and `more` begin at a line that is named.
fn start(context: &Context, from: Option<usize>, out: Stdio) -> Option<(Child, Lent)> {
    let given = env::var("PAGER").ok();
    let set = context.settings().ok().and_then(|set| set.of_file("pager"));
    let line = given.as_deref().or(set).unwrap_or(DEFAULT).trim();
    if line.is_empty() || line == "cat" {
        return None;
    }
    // PAGER is a command line, as for git and man; words are enough for `less -R` and `most`.
    let mut words = line.split_whitespace();
    let program = words.next()?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(out);
    let name = Path::new(program).file_name().unwrap_or_default();
    if let Some(from) = from.filter(|from| *from > 1 && (name == "less" || name == "more")) {
        command.arg(format!("+{from}"));
    }
    if env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    if env::var_os("LESSCHARSET").is_none() {
        command.env("LESSCHARSET", "utf-8");
    }
    let lent = Lent::start();
    Some((command.spawn().ok()?, lent))
}
