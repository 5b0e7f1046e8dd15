//! Standard output, with errors that name it: data only, everything for a person goes to standard
//! error.

use std::error::Error;
use std::io::{self, Write};

use anstream::AutoStream;

use super::lines::Lines;

/// Says that standard output, or the pager in front of it, can't be written.
#[derive(Debug, thiserror::Error)]
#[error("standard output can't be written")]
struct OutputError(#[source] io::Error);

/// A stream to standard output, whose errors say so.
pub(crate) struct Named<W>(W);

/// Returns standard output, for bytes as they are.
pub(crate) fn plain() -> Named<io::StdoutLock<'static>> {
    Named(io::stdout().lock())
}

/// Returns standard output, for text with styles, which are dropped where they are not wanted; on a
/// terminal, lines are no longer than it is wide.
pub(crate) fn styled() -> Named<Lines<AutoStream<io::StdoutLock<'static>>>> {
    Named(Lines::of_stdout(anstream::stdout().lock()))
}

/// Makes an error of standard output say that it is one.
pub(crate) fn named(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), OutputError(error))
}

/// Says whether an error is that nobody reads our output any more.
pub(crate) fn is_closed(error: &(dyn Error + 'static)) -> bool {
    let Some(error) = error.downcast_ref::<io::Error>() else {
        return false;
    };
    let inner = error.get_ref();
    error.kind() == io::ErrorKind::BrokenPipe
        && inner.is_some_and(<dyn Error + Send + Sync>::is::<OutputError>)
}

impl<W: Write> Write for Named<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(named)
    }
}
