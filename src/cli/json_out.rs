//! What `--json` prints: one document, on one line.

use std::io::{self, Write};

use serde::Serialize;

/// Prints a document on standard output.
///
/// # Errors
/// Nobody reads it any more, or it can't be written.
pub(crate) fn print<T: Serialize>(document: &T) -> anyhow::Result<()> {
    // Serialised first, so that a closed pipe is seen as the I/O error that it is.
    let mut line = serde_json::to_vec(document)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()?;
    Ok(())
}
