//! The index in its folder: opened, found wanting, added to, built anew.
//!
//! Whoever opens it holds the ledger's lock, so no two commands write it at once; the index's own lock
//! refuses a second writer all the same. Where the folder can't be written, it is held in memory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tantivy::directory::{Directory as _, MmapDirectory, RamDirectory};
use tantivy::schema::Value as _;
use tantivy::{
    IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, TantivyError, Term,
};

use super::schema::{Fields, FoundClaim};
use super::stamp::Stamp;
use crate::words::id::{ClaimId, EntryId};

/// The index's folder, in the ledger's folder.
pub const FOLDER: &str = "search";

/// What a writer may hold before it writes a segment: claims of a hundred thousand fit into few.
const WRITER_BYTES: usize = 128 * 1024 * 1024;

/// Says why an index could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The index itself.
    #[error("the search index could not be read or written")]
    Index(#[from] TantivyError),
    /// A file of it.
    #[error("{} could not be written", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What it keeps of a claim is no id.
    #[error("the search index has a claim without an id")]
    NoId,
}

/// Why an index can't be added to, and is built anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stale {
    /// There is none.
    Missing,
    /// It is damaged, was not finished, or is of another version.
    Damaged,
    /// It is of another ledger, or of another history of this one.
    OtherLedger,
}

/// How an index stands to the ledger.
#[derive(Debug)]
pub enum State {
    /// It covers the whole log.
    Current(Index),
    /// It covers the log up to a size that is smaller.
    Behind(Index, u64),
    /// It must be built anew.
    Stale(Stale),
}

/// An index, open for questions.
pub struct Index {
    pub(super) fields: Fields,
    engine: tantivy::Index,
    reader: IndexReader,
    /// The folder; `None` where it is in memory.
    folder: Option<PathBuf>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// An index that is being written.
pub struct Writing {
    fields: Fields,
    writer: IndexWriter,
    index: tantivy::Index,
    folder: Option<PathBuf>,
}

impl Index {
    /// Opens the index in a folder, and says how it stands to a ledger; `entry_at` returns the id of the
    /// ledger's entry at an index. Every file's checksum is compared.
    ///
    /// With `in_memory` nothing is written to the folder, not even a lock.
    pub fn open<E>(
        folder: &Path,
        ledger: &Stamp,
        in_memory: bool,
        entry_at: impl FnOnce(u64) -> Result<EntryId, E>,
    ) -> Result<State, E> {
        if !folder.exists() {
            return Ok(State::Stale(Stale::Missing));
        }
        let Some(stamp) = Stamp::read(folder) else {
            return Ok(State::Stale(Stale::Damaged));
        };
        if stamp.ledger != ledger.ledger || stamp.size > ledger.size || stamp.size == 0 {
            return Ok(State::Stale(Stale::OtherLedger));
        }
        if entry_at(stamp.size - 1)? != stamp.last {
            return Ok(State::Stale(Stale::OtherLedger));
        }
        Ok(match Self::read(folder, in_memory) {
            Ok(Some(index)) if stamp.size == ledger.size => State::Current(index),
            Ok(Some(index)) => State::Behind(index, stamp.size),
            Ok(None) | Err(_) => State::Stale(Stale::Damaged),
        })
    }

    /// Opens the index in a folder; `None` where a file of it is damaged.
    fn read(folder: &Path, in_memory: bool) -> Result<Option<Self>, FindError> {
        let index = if in_memory {
            tantivy::Index::open(in_ram(folder)?)?
        } else {
            tantivy::Index::open_in_dir(folder)?
        };
        let fields = Fields::new();
        if index.schema() != fields.schema || !index.validate_checksum()?.is_empty() {
            return Ok(None);
        }
        let folder = (!in_memory).then(|| folder.to_owned());
        Self::of(fields, index, folder).map(Some)
    }

    fn of(
        fields: Fields,
        index: tantivy::Index,
        folder: Option<PathBuf>,
    ) -> Result<Self, FindError> {
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            fields,
            engine: index,
            reader,
            folder,
        })
    }

    /// Starts to add to it.
    pub fn write(self) -> Result<Writing, FindError> {
        Writing::of(self.fields, self.engine, self.folder)
    }

    /// Returns how many claims it has.
    pub fn claims(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    pub(super) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Returns the claim that a document is of.
    pub(super) fn claim(&self, document: &TantivyDocument) -> Result<ClaimId, FindError> {
        let id = document
            .get_first(self.fields.id)
            .and_then(|id| id.as_str());
        id.and_then(|id| id.parse().ok()).ok_or(FindError::NoId)
    }
}

impl Writing {
    /// Starts a new index in a folder, in the place of what is there; in memory without one.
    pub fn new(folder: Option<&Path>) -> Result<Self, FindError> {
        let fields = Fields::new();
        let index = match folder {
            None => tantivy::Index::create_in_ram(fields.schema.clone()),
            Some(folder) => {
                emptied(folder).map_err(|source| FindError::File {
                    path: folder.to_owned(),
                    source,
                })?;
                let place = MmapDirectory::open(folder).map_err(TantivyError::from)?;
                tantivy::Index::create(
                    place,
                    fields.schema.clone(),
                    tantivy::IndexSettings::default(),
                )?
            }
        };
        Self::of(fields, index, folder.map(Path::to_owned))
    }

    fn of(
        fields: Fields,
        index: tantivy::Index,
        folder: Option<PathBuf>,
    ) -> Result<Self, FindError> {
        // One thread, so that the same claims make the same index.
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        Ok(Self {
            fields,
            writer,
            index,
            folder,
        })
    }

    /// Adds a claim to an index that has it not.
    pub fn add(&self, claim: &FoundClaim) -> Result<(), FindError> {
        self.writer.add_document(self.fields.document(claim))?;
        Ok(())
    }

    /// Puts a claim in the place of what the index has of it.
    pub fn replace(&self, claim: &FoundClaim) -> Result<(), FindError> {
        let id = Term::from_field_text(self.fields.id, &claim.id.to_string());
        self.writer.delete_term(id);
        self.add(claim)
    }

    /// Writes the index down, with what it covers, and opens it.
    pub fn finish(mut self, covers: &Stamp) -> Result<Index, FindError> {
        self.writer.commit()?;
        // Segments that were merged away are deleted once nobody merges.
        self.writer.wait_merging_threads()?;
        if let Some(folder) = &self.folder {
            covers.write(folder).map_err(|source| FindError::File {
                path: folder.clone(),
                source,
            })?;
        }
        Index::of(self.fields, self.index, self.folder)
    }
}

/// Makes a folder that is empty.
fn emptied(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir(folder)
}

/// Reads the files of a folder into memory.
fn in_ram(folder: &Path) -> Result<RamDirectory, FindError> {
    let ram = RamDirectory::create();
    let failed = |source| FindError::File {
        path: folder.to_owned(),
        source,
    };
    for item in fs::read_dir(folder).map_err(failed)? {
        let path = item.map_err(failed)?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            let bytes = fs::read(&path).map_err(failed)?;
            ram.atomic_write(Path::new(name), &bytes).map_err(failed)?;
        }
    }
    Ok(ram)
}
