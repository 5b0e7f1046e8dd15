//! Where long output goes: through a pager on a terminal, else straight to standard output.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::{Child, Command, Stdio};

use anstream::AutoStream;

use super::context::Context;
use super::stdout;

/// What pages where `PAGER` is not set: quit at the end of a short text, keep colours, don't clear.
const DEFAULT: &str = "less";

/// What `less` is told where `LESS` is not set.
const LESS: &str = "FRX";

/// Standard output, or a pager in front of it.
pub(crate) struct Output {
    stream: Option<AutoStream<Box<dyn Write>>>,
    pager: Option<Child>,
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
        let mut pager = wanted.then(start).flatten();
        let stream: Box<dyn Write> = match pager.as_mut().and_then(|pager| pager.stdin.take()) {
            Some(stdin) => Box::new(stdin),
            None => Box::new(io::stdout()),
        };
        Self {
            stream: Some(AutoStream::new(stream, choice)),
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
        if let Some(mut pager) = self.pager.take() {
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

fn start() -> Option<Child> {
    let given = env::var("PAGER").ok();
    let line = given.as_deref().unwrap_or(DEFAULT).trim();
    if line.is_empty() || line == "cat" {
        return None;
    }
    // PAGER is a command line, as for git and man; words are enough for `less -R` and `most`.
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next()?);
    command.args(words).stdin(Stdio::piped());
    if env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    command.spawn().ok()
}
