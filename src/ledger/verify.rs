//! Verifying a ledger: its own files, read from their start, through the audit.
//!
//! What is audited is the journal, the object files and the head: what an acknowledgement rests on.
//! The database is only compared with them, entry by entry and object by object, since it can be
//! built anew.

use std::io;
use std::path::{Path, PathBuf};

use super::layout::{Entries, Files, Layout};
use super::{Ledger, LedgerError};
use crate::audit::finding::{Code, Finding, causes};
use crate::audit::objects::{ObjectState, Objects as _};
use crate::audit::report::Report;
use crate::audit::run::{Input, StoredCheckpoint, audit};
use crate::entry::{Body, SourceEntry};
use crate::store::{self, FileError, JournalReader, Store, StoreError};
use crate::trust::merkle::{self, LeafHash, RootHash};
use crate::trust::tlog_policy::TrustPolicy;
use crate::words::id::{EntryId, ObjectId};

/// How a ledger is verified.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// How many threads verify; 0 for as many as there are processors.
    pub threads: usize,
    /// The ledger that it must be, where the caller knows its id.
    pub ledger: Option<EntryId>,
    /// Checkpoints that the caller has from elsewhere: the log must begin with each.
    pub checkpoints: Vec<StoredCheckpoint>,
    /// The logs and witnesses that the caller trusts; without it, no witness is asked for.
    pub policy: Option<TrustPolicy>,
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
    let head = store::head_file(folder)?.map(|bytes| StoredCheckpoint {
        bytes,
        file: "head".into(),
    });
    let total = layout.entries.len() as u64;
    let input = Input {
        entries: Entries::new(layout),
        objects: files,
        present: layout.present(),
        withheld: vec![],
        is_unfinished: false,
        head,
        checkpoints: [&*layout.checkpoints, &*options.checkpoints].concat(),
        ledger: options.ledger,
        policy: options.policy.clone(),
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
        let (path, copy) = match self.store.copied_head() {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(()),
            Err(error) => {
                let message = format!("the copy of the head can't be read: {}", causes(&error));
                report.add(Finding::new(Code::CheckpointDamaged, message));
                return Ok(());
            }
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
