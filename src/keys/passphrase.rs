//! Passphrases: what guards a key file.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The most bytes of a passphrase: as many as `ssh-keygen` reads at a terminal.
pub const MAX_BYTES: usize = 1023;

/// Says why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// It is empty: that would be no passphrase.
    #[error("the passphrase is empty")]
    Empty,
    /// It is longer than [`MAX_BYTES`].
    #[error("a passphrase has at most {MAX_BYTES} bytes")]
    TooLong,
    /// The file can't be read.
    #[error("the passphrase file {} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What the file holds is no passphrase.
    #[error("the passphrase file {} holds none", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<PassphraseError>,
    },
}

/// A passphrase: 1 to 1,023 bytes. Its memory is wiped when it is dropped, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes bytes as a passphrase. Text that was typed comes without its line feed.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, PassphraseError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(PassphraseError::Empty);
        }
        if bytes.len() > MAX_BYTES {
            return Err(PassphraseError::TooLong);
        }
        Ok(Self(bytes))
    }

    /// Reads a passphrase from a file: all of it, but for one line feed (or CR LF) at its end.
    pub fn read(path: &Path) -> Result<Self, PassphraseError> {
        let read = |source| PassphraseError::Read {
            path: path.to_owned(),
            source,
        };
        // Room for one byte too many and a line ending, so that the buffer is never moved.
        let limit = MAX_BYTES + 3;
        let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
        let file = File::open(path).map_err(read)?;
        file.take(limit as u64)
            .read_to_end(&mut bytes)
            .map_err(read)?;
        if bytes.ends_with(b"\n") {
            bytes.pop();
            if bytes.ends_with(b"\r") {
                bytes.pop();
            }
        }
        Self::new(std::mem::take(&mut *bytes)).map_err(|source| PassphraseError::File {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// Returns the bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Passphrase, PassphraseError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("passphrase");
        std::fs::write(&path, content).expect("written");
        Passphrase::read(&path)
    }

    #[test]
    fn one_line_ending_is_dropped_from_a_file() {
        for (content, passphrase) in [
            (&b"secret"[..], &b"secret"[..]),
            (b"secret\n", b"secret"),
            (b"secret\r\n", b"secret"),
            (b"secret\n\n", b"secret\n"),
            (b" two words \n", b" two words "),
            (b"\xff\xfe\n", b"\xff\xfe"),
            (&[b'x'; MAX_BYTES], &[b'x'; MAX_BYTES]),
        ] {
            assert_eq!(read(content).expect("read").as_bytes(), passphrase);
        }
        let mut longest = vec![b'x'; MAX_BYTES];
        longest.extend(b"\r\n");
        assert_eq!(read(&longest).expect("read").as_bytes().len(), MAX_BYTES);
    }

    #[test]
    fn what_holds_no_passphrase_is_refused() {
        for content in [
            &b""[..],
            b"\n",
            b"\r\n",
            &[b'x'; MAX_BYTES + 1],
            &[b'x'; 5_000],
        ] {
            assert!(matches!(read(content), Err(PassphraseError::File { .. })));
        }
        let missing = Passphrase::read(Path::new("no/such/file")).expect_err("missing");
        assert_eq!(
            missing.to_string(),
            "the passphrase file no/such/file can't be read"
        );
    }

    #[test]
    fn a_passphrase_does_not_show_itself() {
        let passphrase = Passphrase::new("hunter2").expect("a passphrase");
        assert_eq!(format!("{passphrase:?}"), "Passphrase(..)");
    }
}
