//! Verifying a ledger: its own files, read from their start, through the audit.
//!
//! What is audited is the journal, the object files and the head: what an acknowledgement rests on.
//! The database is only compared with them, entry by entry and object by object, since it can be
//! built anew.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Ledger, LedgerError};
use crate::audit::finding::{Code, Finding};
use crate::audit::objects::{ObjectState, Objects};
use crate::audit::report::Report;
use crate::audit::run::{Input, PresentObject, StoredCheckpoint, StoredEntry, audit};
use crate::entry::{Body, SourceEntry};
use crate::store::{
    self, FileError, FrameKind, JournalReader, ObjectFile, Piece, Store, StoreError,
};
use crate::trust::merkle::{self, LeafHash, RootHash};
use crate::words::id::{EntryId, ObjectId};

/// How a ledger is verified.
#[derive(Clone, Copy, Debug, Default)]
pub struct VerifyOptions {
    /// How many threads verify; 0 for as many as there are processors.
    pub threads: usize,
    /// The ledger that it must be, where the caller knows its id.
    pub ledger: Option<EntryId>,
    /// Makes a source's text again from its raw bytes, to compare, which otherwise the reviewer who
    /// signed the source attests; gives `None` for a source of which it can't.
    pub rederive: Option<Rederive>,
}

/// Makes a source's text again from its raw bytes; `None` where it can't be made.
pub type Rederive = fn(&SourceEntry, &[u8]) -> Option<String>;

/// Says why a ledger could not be verified. It never says that something in it is wrong.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file of the ledger could not be read.
    #[error("cannot read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The threads could not be started.
    #[error("the threads could not be started")]
    Threads(#[source] rayon::ThreadPoolBuildError),
}

impl From<FileError> for VerifyError {
    fn from(error: FileError) -> Self {
        Self::Ledger(LedgerError::Store(StoreError::from(error)))
    }
}

impl From<StoreError> for VerifyError {
    fn from(error: StoreError) -> Self {
        Self::Ledger(error.into())
    }
}

/// Verifies a ledger's files alone: journal, object files and head, without opening the ledger.
///
/// For a ledger that can't be opened, such as one whose journal contradicts its head: whatever can be
/// read is verified all the same. Returns the ledger's id beside the report, if its first entry can be
/// read.
pub fn verify_files(
    folder: &Path,
    options: &VerifyOptions,
    progress: Option<&(dyn Fn(u64, u64) + Sync)>,
) -> Result<(Report, Option<EntryId>), VerifyError> {
    let layout = match JournalReader::open(folder) {
        Ok(reader) => Layout::read(folder, reader)?,
        Err(FileError { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            let mut layout = Layout::of(folder);
            layout.damages.push(
                Finding::new(Code::JournalDamaged, "the journal is missing").of_file("journal"),
            );
            layout
        }
        Err(error) => return Err(error.into()),
    };
    let files = Files::open(folder, &layout);
    let first = Entries::new(&layout).next();
    let id = first
        .and_then(|first| first.bytes.ok())
        .map(|bytes| LeafHash::of(&bytes).into());
    Ok((
        verify_layout(folder, &layout, &files, options, progress, Vec::new)?,
        id,
    ))
}

/// Audits what stands in the files; adds what `beside` finds, which runs at the same time.
fn verify_layout(
    folder: &Path,
    layout: &Layout,
    files: &Files<'_>,
    options: &VerifyOptions,
    progress: Option<&(dyn Fn(u64, u64) + Sync)>,
    beside: impl FnOnce() -> Vec<Finding> + Send,
) -> Result<Report, VerifyError> {
    let path = folder.join("head");
    let head = match std::fs::read(&path) {
        Ok(bytes) => Some(StoredCheckpoint {
            bytes,
            file: "head".into(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(VerifyError::File { path, source }),
    };
    let total = layout.entries.len() as u64;
    let input = Input {
        entries: Entries::new(layout),
        objects: files,
        present: layout.present(),
        head,
        checkpoints: layout.checkpoints.clone(),
        ledger: options.ledger,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(VerifyError::Threads)?;
    let (mut report, found) = pool.join(
        || {
            audit(input, |done| {
                if let Some(progress) = progress {
                    progress(done, total);
                }
            })
        },
        beside,
    );
    for finding in &mut report.findings {
        if let (Some(id), None) = (finding.object, &finding.file) {
            finding.file = layout.file_of(&id);
        }
    }
    for finding in layout.damages.iter().cloned().chain(found) {
        report.add(finding);
    }
    Ok(report)
}

impl Ledger {
    /// Verifies everything and reports every fault.
    ///
    /// `progress` is told now and then how many entries of how many have been verified.
    pub fn verify(
        &self,
        options: &VerifyOptions,
        progress: Option<&(dyn Fn(u64, u64) + Sync)>,
    ) -> Result<Report, VerifyError> {
        let layout = Layout::read(self.folder(), self.store.journal()?)?;
        let files = Files::open(self.folder(), &layout);
        let compare = || compare_database(&self.store, &layout);
        let mut report = verify_layout(self.folder(), &layout, &files, options, progress, compare)?;
        self.compare_copy(&mut report)?;
        if let Some(rederive) = options.rederive {
            self.rederive(rederive, &files, &mut report)?;
        }
        Ok(report)
    }

    /// Compares the head with the copy in the person's own folder, which an old backup contradicts.
    fn compare_copy(&self, report: &mut Report) -> Result<(), VerifyError> {
        let Some((path, copy)) = self.store.copied_head()? else {
            return Ok(());
        };
        let head = self.tree_head();
        let file = path.display().to_string();
        if copy.size > head.size {
            report.add(
                Finding::new(
                    Code::CheckpointSize,
                    format!(
                        "this folder is an old backup: its head is of {} entries, the copy of {}",
                        head.size, copy.size
                    ),
                )
                .of_file(file),
            );
        } else if self.root_at(copy.size)? != copy.root {
            report.add(
                Finding::new(
                    Code::CheckpointRoot,
                    format!(
                        "the copy of the head has another root at size {}",
                        copy.size
                    ),
                )
                .of_file(file),
            );
        }
        Ok(())
    }

    /// Returns the root of the tree at an earlier size.
    pub fn root_at(&self, size: u64) -> Result<RootHash, LedgerError> {
        Ok(merkle::root(size, &self.store.hashes())?)
    }

    /// Makes each text again from its raw bytes.
    fn rederive(
        &self,
        rederive: Rederive,
        files: &Files<'_>,
        report: &mut Report,
    ) -> Result<(), VerifyError> {
        for record in self.sources()? {
            let Body::Source(source) = record.entry.body() else {
                continue;
            };
            let (Some(raw), Some(text)) = (source.raw, source.text) else {
                continue;
            };
            let ObjectState::Present(raw) = files.object(&raw.blake3) else {
                continue;
            };
            let Some(again) = rederive(source, &raw) else {
                continue;
            };
            if ObjectId::of(again.as_bytes()) != text.blake3 {
                report.add(
                    Finding::new(Code::TextOther, "the text is not what its raw bytes give")
                        .of_entry(record.index, record.entry.id())
                        .of_object(text.blake3),
                );
            }
        }
        Ok(())
    }
}

/// Compares the database's entries with the journal's.
///
/// Its objects need no comparison: whoever reads one hashes it.
fn compare_database(store: &Store, layout: &Layout) -> Vec<Finding> {
    let other = |message: String| Finding::new(Code::DatabaseOther, message).of_file("db");
    let mut findings = Vec::new();
    let mut rows = store.entries_from(0);
    for (index, entry) in (0_u64..).zip(Entries::new(layout)) {
        let row = match rows.next() {
            Some(Ok((at, bytes))) if at == index => Some(bytes),
            _ => None,
        };
        let Ok(bytes) = entry.bytes else { continue };
        if row.as_ref() != Some(&bytes) {
            findings.push(other(format!(
                "the database has other bytes for entry {index} than the journal"
            )));
        }
    }
    if rows.next().is_some() {
        findings.push(other(
            "the database has more entries than the journal".to_owned(),
        ));
    }
    findings
}

/// Where in a file something lies.
#[derive(Clone, Copy)]
struct Place {
    offset: u64,
    bytes: u32,
}

/// What stands where in the journal and in the folder of objects.
struct Layout {
    journal: PathBuf,
    /// Each entry's place, or where the damage is that held it.
    entries: Vec<Result<Place, u64>>,
    objects: HashMap<ObjectId, Place>,
    files: HashMap<ObjectId, String>,
    checkpoints: Vec<StoredCheckpoint>,
    damages: Vec<Finding>,
}

impl Layout {
    fn of(folder: &Path) -> Self {
        Self {
            journal: folder.join("journal"),
            entries: Vec::new(),
            objects: HashMap::new(),
            files: HashMap::new(),
            checkpoints: Vec::new(),
            damages: Vec::new(),
        }
    }

    fn read(folder: &Path, mut reader: JournalReader<'_>) -> Result<Self, VerifyError> {
        let mut layout = Self::of(folder);
        while let Some(piece) = reader.next_piece()? {
            layout.add(piece);
        }
        for file in store::object_files(folder)? {
            match file {
                ObjectFile::Object(id) => {
                    let path = store::object_path(folder, &id);
                    layout.files.insert(id, label(folder, &path));
                }
                ObjectFile::Stray(path) => layout.damages.push(
                    Finding::new(
                        Code::ObjectUnreferenced,
                        "the file's name is not an object's id",
                    )
                    .of_file(label(folder, &path)),
                ),
            }
        }
        Ok(layout)
    }

    /// Says where an object lies, or should lie.
    fn file_of(&self, id: &ObjectId) -> Option<String> {
        let place = self
            .objects
            .get(id)
            .map(|place| format!("journal, byte {}", place.offset));
        place.or_else(|| self.files.get(id).cloned())
    }

    fn add(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Frame(frame) => {
                let length = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
                let header = (crate::store::FRAME_OVERHEAD - crate::store::CHECK_BYTES) as u64;
                let place = Place {
                    offset: frame.offset + header,
                    bytes: length,
                };
                match frame.kind {
                    FrameKind::Entry => {
                        self.fill(frame.index);
                        self.entries.push(Ok(place));
                    }
                    FrameKind::Object => {
                        self.objects.insert(ObjectId::of(frame.bytes), place);
                    }
                    FrameKind::Checkpoint => self.checkpoints.push(StoredCheckpoint {
                        bytes: frame.bytes.to_vec(),
                        file: format!("journal, byte {}", frame.offset),
                    }),
                    FrameKind::Journal | FrameKind::Erased => {}
                }
            }
            Piece::Damage(damage) => {
                if let Some(index) = damage.index {
                    self.fill(Some(index));
                    self.entries.push(Err(damage.offset));
                } else {
                    let what = damage.kind.map_or("bytes".to_owned(), |kind| {
                        format!("bytes of an {kind:?} frame").to_lowercase()
                    });
                    self.damages.push(
                        Finding::new(
                            Code::JournalDamaged,
                            format!("{} {what} are not as they were written", damage.length),
                        )
                        .of_file(format!("journal, byte {}", damage.offset)),
                    );
                }
            }
        }
    }

    /// Notes entries that damage hid before `index`.
    fn fill(&mut self, index: Option<u64>) {
        while index.is_some_and(|index| (self.entries.len() as u64) < index) {
            self.entries.push(Err(0));
        }
    }

    fn present(&self) -> impl Iterator<Item = PresentObject> {
        let small = self.objects.iter().map(|(id, place)| PresentObject {
            id: *id,
            file: Some(format!("journal, byte {}", place.offset)),
        });
        let large = self.files.iter().map(|(id, file)| PresentObject {
            id: *id,
            file: Some(file.clone()),
        });
        small.chain(large)
    }
}

/// Names a file of the ledger for people: its path inside the ledger's folder.
fn label(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Reads the entries in their order.
struct Entries<'l> {
    places: std::slice::Iter<'l, Result<Place, u64>>,
    file: io::Result<io::BufReader<File>>,
    at: u64,
}

impl<'l> Entries<'l> {
    fn new(layout: &'l Layout) -> Self {
        Self {
            places: layout.entries.iter(),
            file: File::open(&layout.journal)
                .map(|file| io::BufReader::with_capacity(1 << 20, file)),
            at: 0,
        }
    }

    fn bytes(&mut self, place: Place) -> Result<Vec<u8>, String> {
        let file = self.file.as_mut().map_err(|error| error.to_string())?;
        let skip = i64::try_from(place.offset).unwrap_or(i64::MAX)
            - i64::try_from(self.at).unwrap_or(i64::MAX);
        let mut bytes = vec![0; place.bytes as usize];
        file.seek_relative(skip)
            .and_then(|()| file.read_exact(&mut bytes))
            .map_err(|error| error.to_string())?;
        self.at = place.offset + u64::from(place.bytes);
        Ok(bytes)
    }
}

impl Iterator for Entries<'_> {
    type Item = StoredEntry;

    fn next(&mut self) -> Option<StoredEntry> {
        Some(match *self.places.next()? {
            Ok(place) => StoredEntry {
                bytes: self.bytes(place),
                file: None,
            },
            Err(offset) => StoredEntry {
                bytes: Err("its frame in the journal is damaged".to_owned()),
                file: Some(Arc::from(format!("journal, byte {offset}"))),
            },
        })
    }
}

/// Hands out objects from the journal and from their files.
struct Files<'l> {
    layout: &'l Layout,
    folder: &'l Path,
    journal: Option<File>,
}

impl<'l> Files<'l> {
    fn open(folder: &'l Path, layout: &'l Layout) -> Self {
        Self {
            layout,
            folder,
            journal: File::open(&layout.journal).ok(),
        }
    }

    fn in_journal(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let place = self.layout.objects.get(id)?;
        let mut bytes = vec![0; place.bytes as usize];
        read_at(self.journal.as_ref()?, place.offset, &mut bytes).ok()?;
        Some(bytes)
    }
}

/// Reads at a place of a file that several threads read.
#[cfg(unix)]
fn read_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Reads at a place of a file that several threads read.
#[cfg(windows)]
fn read_at(file: &File, mut offset: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !bytes.is_empty() {
        let read = file.seek_read(bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        offset += read as u64;
        bytes = &mut bytes[read..];
    }
    Ok(())
}

impl Objects for Files<'_> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        if let Some(bytes) = self.in_journal(id) {
            return ObjectState::Present(bytes);
        }
        match std::fs::read(store::object_path(self.folder, id)) {
            Ok(bytes) => ObjectState::Present(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => ObjectState::Missing,
            Err(error) => ObjectState::Unreadable(error.to_string()),
        }
    }
}
