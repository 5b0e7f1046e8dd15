//! Published copies, wherever they are: a folder, or an address of the web.

use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use factlog::audit::StoredCheckpoint;
use factlog::mirror::files::FileError;
use factlog::mirror::{self, Files, Folder};
use factlog::net::fetch::{self, FetchError, Limits};
use factlog::words::id::EntryId;

use super::context::{Context, LEDGER_FOLDER};
use super::exit::{Failure, Status};
use super::files;

/// What is kept beside a ledger, and comes back from no copy.
pub(crate) const IN_NO_COPY: &str = "drafts and verdicts begun, kept evidence, notes, assignments, \
                                     declared interests, and the numbers of claims";

/// Where that is.
pub(crate) const DESK_FOLDERS: &str = ".factlog/drafts, .factlog/desk, .factlog/fetched";

/// A checkpoint that a person has from elsewhere has at most this many bytes.
const MAX_HEAD_BYTES: u64 = 1024 * 1024;

/// The status of an answer that there is no such file.
const NOT_FOUND: u16 = 404;
/// The status of an answer that there is no such file any more.
const GONE: u16 = 410;

/// A copy, by its folder or address.
pub(crate) enum Place {
    Folder(Folder),
    Web(Web),
}

/// A copy that a web server has.
pub(crate) struct Web {
    /// The address, without a `/` at its end.
    base: String,
}

impl Place {
    /// Finds the copy that the command line names.
    pub(crate) fn of(named: &str) -> anyhow::Result<Self> {
        if named.starts_with("http://") || named.starts_with("https://") {
            let base = named.trim_end_matches('/').to_owned();
            return Ok(Self::Web(Web { base }));
        }
        let path = PathBuf::from(named);
        let folder = Folder::new(&path);
        if folder.has("checkpoint") || path.join("tile").is_dir() {
            return Ok(Self::Folder(folder));
        }
        let is_ledger = path.join(LEDGER_FOLDER).is_dir() || path.join("journal").is_file();
        let failure = Failure::new(
            Status::NotFound,
            format!("no published copy in {}", path.display()),
        );
        Err(if is_ledger {
            failure.hint(format!(
                "that is a ledger's own folder: `factlog verify --ledger {named}`"
            ))
        } else {
            failure.hint("make one with `factlog publish DIR`")
        }
        .into())
    }
}

impl Place {
    /// Refuses an address at which there is no checkpoint: files of a server can't be listed, so
    /// nothing would be found.
    pub(crate) fn refuse_nothing(&self, named: &str) -> anyhow::Result<()> {
        let Self::Web(web) = self else { return Ok(()) };
        if web
            .read(mirror::CHECKPOINT, mirror::MAX_CHECKPOINT_BYTES)?
            .is_some()
        {
            return Ok(());
        }
        let message = format!("there is no checkpoint at {named}/checkpoint");
        Err(Failure::new(Status::NotFound, message)
            .hint("name the address of the folder that `factlog publish` wrote")
            .into())
    }
}

impl Files for Place {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        match self {
            Self::Folder(folder) => folder.read(path, limit),
            Self::Web(web) => web.read(path, limit),
        }
    }

    fn list(&self, under: &str) -> Result<Option<Vec<String>>, FileError> {
        match self {
            Self::Folder(folder) => folder.list(under),
            Self::Web(_) => Ok(None),
        }
    }
}

impl Web {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        let url = format!("{}/{path}", self.base);
        let limits = Limits {
            bytes: limit.saturating_add(1).min(fetch::MAX_BYTES),
            ..Limits::default()
        };
        match fetch::fetch(&url, limits) {
            Ok(fetched) => Ok(Some(fetched.bytes)),
            Err(FetchError::Status {
                status: NOT_FOUND | GONE,
                ..
            }) => Ok(None),
            Err(error) => Err(FileError {
                action: "fetch",
                path: url,
                source: io::Error::other(error),
            }),
        }
    }
}

/// Reads checkpoints that a person has from elsewhere.
pub(crate) fn checkpoints(paths: &[PathBuf]) -> anyhow::Result<Vec<StoredCheckpoint>> {
    let read = |path: &PathBuf| {
        let bytes = files::read_at_most(path, MAX_HEAD_BYTES)?;
        let file = path.display().to_string();
        Ok(StoredCheckpoint { bytes, file })
    };
    paths.iter().map(read).collect()
}

/// The checkpoints of other people's ledgers that were verified here last, a file each.
pub(crate) struct Seen(PathBuf);

impl Seen {
    pub(crate) fn of(context: &Context) -> anyhow::Result<Self> {
        Ok(Self(context.home()?.join("seen")))
    }

    /// Returns the last checkpoint of a ledger that was verified here.
    pub(crate) fn last(&self, ledger: &EntryId) -> Result<Option<StoredCheckpoint>, FileError> {
        let path = self.path(ledger);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(StoredCheckpoint {
                bytes,
                file: path.display().to_string(),
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FileError {
                action: "read",
                path: path.display().to_string(),
                source,
            }),
        }
    }

    /// Remembers a checkpoint that was verified.
    pub(crate) fn remember(&self, ledger: &EntryId, checkpoint: &[u8]) -> anyhow::Result<()> {
        let path = self.path(ledger);
        let keep = || -> io::Result<()> {
            fs::create_dir_all(&self.0)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            io::Write::write_all(&mut file, checkpoint)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        keep().with_context(|| format!("remembering the checkpoint in {}", path.display()))
    }

    fn path(&self, ledger: &EntryId) -> PathBuf {
        self.0.join(ledger.to_string())
    }
}
