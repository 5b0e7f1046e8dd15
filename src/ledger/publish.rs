//! Publishing a ledger: what of it goes into a copy, by the rights of its sources.
//!
//! `docs/format.md`, section 13. A run goes through the entries since the checkpoint that is there,
//! or through all of them where a run was stopped or the copy is new.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Ledger, LedgerError};
use crate::audit::facts::Function;
use crate::audit::finding::causes;
use crate::audit::slices::{spans_of_claim, spans_of_quote};
use crate::entry::{Body, Entry, Kind, SourceEntry};
use crate::mirror::{self, Folder, Opened, WriteError, Writer};
use crate::trust::checkpoint::Checkpoint;
use crate::trust::key::VerifierKey;
use crate::trust::note::SignedNote;
use crate::trust::slice::{self, SliceRange};
use crate::trust::tile::EntryBundle;
use crate::words::claim::Claim;
use crate::words::id::{ObjectId, SourceId};
use crate::words::source::Rights;
use crate::words::span::Span;
use crate::words::verdict::Verdict;

/// Texts at hand while slices are made: claims of one source stand together.
const TEXTS_AT_HAND: usize = 8;

/// What a ledger's folder is called where it lies in another.
const FOLDER: &str = ".factlog";

/// Says why a ledger could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The copy could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The folder holds the ledger itself, or is a part of it.
    #[error("{folder} {how}: whoever serves it would serve its keys and drafts")]
    LedgerItself {
        /// The folder.
        folder: String,
        /// How the two lie.
        how: &'static str,
    },
    /// The folder holds something else.
    #[error("{folder} is not empty, and holds no publication of this ledger: there is {found:?}")]
    NotEmpty {
        /// The folder.
        folder: String,
        /// Something that is there.
        found: String,
    },
    /// The folder could not be looked into.
    #[error("{folder} can't be looked into")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is there is not a copy of this ledger as it was.
    #[error("{folder} holds a checkpoint that is not of this ledger: {reason}")]
    OtherCheckpoint {
        /// The folder.
        folder: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The copy is newer than the ledger.
    #[error("{folder} holds {copy} entries, and this ledger {ledger}: it is an old backup")]
    OldBackup {
        /// The folder.
        folder: String,
        /// How many entries the copy has.
        copy: u64,
        /// How many the ledger has.
        ledger: u64,
    },
}

/// How much of a quoted source's text is in slices of a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuotedSource {
    /// The source.
    pub source: SourceId,
    /// How many bytes of the text the slices show, those of earlier runs too.
    pub shown: u64,
    /// How many bytes the text has.
    pub text: u64,
}

impl QuotedSource {
    /// Says whether the whole text leaves the house.
    pub const fn is_whole(&self) -> bool {
        self.shown >= self.text
    }
}

/// What a run of publishing did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Published {
    /// The size of the log that is published now.
    pub size: u64,
    /// From which entry on they were gone through.
    pub from: u64,
    /// How many files were written.
    pub files: u64,
    /// How many objects are withheld, of the entries gone through.
    pub withheld: u64,
    /// How many slices the entries gone through call for.
    pub slices: u64,
    /// How many verdicts are withheld, for their evidence quotes a source of which nothing may leave.
    pub withheld_verdicts: u64,
    /// The quoted sources that the entries gone through record or quote, and that have a text.
    pub quoted: Vec<QuotedSource>,
    /// Whether an earlier run had been stopped.
    pub was_stopped: bool,
}

impl Ledger {
    /// Publishes the ledger into a folder: everything for its own keeper (`is_full`), or what may leave
    /// the house.
    ///
    /// `progress` is told now and then how many entries of how many have been gone through.
    pub fn publish(
        &self,
        folder: &Path,
        is_full: bool,
        progress: Option<&dyn Fn(u64, u64)>,
    ) -> Result<Published, PublishError> {
        let name = folder.display().to_string();
        self.check_place(folder)?;
        let (mut writer, opened) = Writer::open(Folder::new(folder), is_full)?;
        let from = match self.published_size(&name, &opened) {
            Ok(from) => from,
            Err(error) => {
                // Nothing was changed; only the mark was set.
                if !opened.was_stopped {
                    writer.cancel()?;
                }
                return Err(error);
            }
        };
        let size = self.tree_head().size;
        // What an erased claim or verdict had called for, no entry says any more.
        let from = if opened.was_stopped || self.has_erasure(from)? {
            writer.go_through_all();
            0
        } else {
            from
        };
        let mut run = Run {
            ledger: self,
            writer,
            is_full,
            sources: BTreeMap::new(),
            texts: Vec::new(),
            quoted: BTreeMap::new(),
            done: Published {
                size,
                from,
                was_stopped: opened.was_stopped,
                ..Published::default()
            },
        };
        for index in from..size {
            let record = self.entry_at(index)?;
            run.entry(&record.entry)?;
            if let Some(progress) = progress {
                progress(index + 1, size);
            }
        }
        run.bundles(from, size)?;
        run.measure()?;
        let Run {
            mut writer, done, ..
        } = run;
        writer.put_tiles(from, size, &self.store.hashes())?;
        writer.drop_partial(from, size);
        for cosigned in self.cosigned_sizes() {
            let cosigned = cosigned?;
            if let Some(note) = self.cosigned(cosigned)?.filter(|_| cosigned <= size) {
                writer.put_checkpoint(cosigned, note.bytes());
            }
        }
        let files = writer.finish(self.cosigned_head()?.bytes())?;
        Ok(Published { files, ..done })
    }

    /// Says whether there is an erasure among the entries from an index on.
    fn has_erasure(&self, from: u64) -> Result<bool, PublishError> {
        for index in from..self.tree_head().size {
            if self.entry_at(index)?.entry.kind() == Kind::Erasure {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Refuses a folder that has the ledger in it or is a part of it, and one with anything else than
    /// an earlier publication.
    fn check_place(&self, folder: &Path) -> Result<(), PublishError> {
        let named = || folder.display().to_string();
        let failed = |source| PublishError::Folder {
            folder: named(),
            source,
        };
        let ledger = fs::canonicalize(self.folder()).map_err(failed)?;
        let place = whole_path(folder).map_err(failed)?;
        let is_inside = place.components().any(|part| part.as_os_str() == FOLDER);
        let how = if place.starts_with(&ledger) || is_inside {
            "is inside a ledger's own folder"
        } else if ledger.starts_with(&place) || place.join(FOLDER).exists() {
            "holds a ledger's own folder"
        } else {
            return refuse_others(&place, &named()).map_err(failed)?;
        };
        let folder = named();
        Err(PublishError::LedgerItself { folder, how })
    }

    /// Returns how many entries the copy that is there covers, once it is known to be of this ledger.
    fn published_size(&self, folder: &str, opened: &Opened) -> Result<u64, PublishError> {
        let Some(bytes) = &opened.checkpoint else {
            return Ok(0);
        };
        let other = |reason: String| PublishError::OtherCheckpoint {
            folder: folder.to_owned(),
            reason,
        };
        let note = SignedNote::parse(bytes).map_err(|error| other(causes(&error)))?;
        // An earlier checkpoint may be an earlier key's.
        let keys = self.keys()?;
        let logs = keys
            .iter()
            .filter(|signer| signer.function == Function::Log);
        let logs: Vec<&VerifierKey> = logs.map(|signer| &signer.key).collect();
        let verified = note.verify(&logs).map_err(|error| other(causes(&error)))?;
        let checkpoint =
            Checkpoint::from_verified(&verified).map_err(|error| other(causes(&error)))?;
        let (copy, ledger) = (checkpoint.head.size, self.tree_head().size);
        if copy > ledger {
            let folder = folder.to_owned();
            return Err(PublishError::OldBackup {
                folder,
                copy,
                ledger,
            });
        }
        let root = self.root_at(copy)?;
        if root != checkpoint.head.root {
            return Err(other(format!(
                "at size {copy} its root is {}, and this ledger's {root}",
                checkpoint.head.root
            )));
        }
        Ok(copy)
    }
}

/// Returns a path without links, of which the last parts need not be there.
fn whole_path(folder: &Path) -> io::Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    let there = folder.ancestors().find(|above| above.exists());
    let Some(there) = there else {
        return Ok(folder);
    };
    let rest = folder.strip_prefix(there).map_err(io::Error::other)?;
    // What is not there yet has no links; `join` with nothing would add a slash.
    let whole = fs::canonicalize(there)?;
    Ok(rest.components().fold(whole, |path, part| path.join(part)))
}

/// Refuses a folder that has something else in it than what a run of ours leaves.
fn refuse_others(place: &Path, named: &str) -> io::Result<Result<(), PublishError>> {
    let inside = match fs::read_dir(place) {
        Ok(inside) => inside,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(())),
        Err(error) => return Err(error),
    };
    let mut other = None;
    for name in inside {
        let name = name?.file_name();
        // A run sets its marks before it writes anything else.
        if name == mirror::CHECKPOINT || name == mirror::PUBLISHING {
            return Ok(Ok(()));
        }
        let is_mark = name.to_str().is_some_and(|name| {
            let name = name.strip_suffix(".new").unwrap_or(name);
            name == mirror::FULL || name == mirror::PUBLISHING
        });
        if !is_mark {
            other.get_or_insert(name);
        }
    }
    Ok(match other {
        None => Ok(()),
        Some(found) => Err(PublishError::NotEmpty {
            folder: named.to_owned(),
            found: found.to_string_lossy().into_owned(),
        }),
    })
}

/// One run of publishing.
struct Run<'l> {
    ledger: &'l Ledger,
    writer: Writer,
    is_full: bool,
    sources: BTreeMap<SourceId, SourceEntry>,
    texts: Vec<(ObjectId, Vec<u8>)>,
    /// The quoted texts that were met, each with the source and its length.
    quoted: BTreeMap<ObjectId, (SourceId, u64)>,
    done: Published,
}

impl Run<'_> {
    /// Writes what an entry speaks of.
    fn entry(&mut self, entry: &Entry) -> Result<(), PublishError> {
        if let Body::Erasure(erasure) = entry.body() {
            self.writer.erase(&erasure.object);
            return Ok(());
        }
        if self.is_full {
            return entry.objects().iter().try_for_each(|id| self.publish(id));
        }
        match entry.body() {
            Body::Source(source) => self.source(SourceId(entry.id().0), source),
            Body::Claim(claim) => {
                if self.rights_of(claim.source)? == Rights::Withheld {
                    return self.withhold(&claim.claim);
                }
                self.publish(&claim.claim)?;
                self.slices_of_claim(&claim.claim, claim.source)
            }
            Body::Verdict(verdict) => self.verdict(&verdict.verdict),
            Body::Approval(approval) => approval.note.iter().try_for_each(|id| self.withhold(id)),
            _ => entry.objects().iter().try_for_each(|id| self.publish(id)),
        }
    }

    fn source(&mut self, id: SourceId, source: &SourceEntry) -> Result<(), PublishError> {
        if let (Rights::Quoted, Some(text)) = (source.rights, source.text) {
            self.quoted.insert(text.blake3, (id, text.bytes));
        }
        let kept = [source.raw, source.text].into_iter().flatten();
        for kept in kept {
            if source.rights == Rights::Public {
                self.publish(&kept.blake3)?;
            } else {
                self.withhold(&kept.blake3)?;
            }
        }
        if source.rights == Rights::Withheld {
            self.withhold(&source.meta)
        } else {
            self.publish(&source.meta)
        }
    }

    fn verdict(&mut self, id: &ObjectId) -> Result<(), PublishError> {
        if self.is_erased(id)? {
            return Ok(());
        }
        let verdict: Verdict = self.ledger.object(id)?;
        let mut quoted = Vec::new();
        for evidence in &verdict.evidence {
            let Some(quote) = &evidence.quote else {
                continue;
            };
            match self.rights_of(evidence.source)? {
                Rights::Withheld => {
                    self.done.withheld_verdicts += 1;
                    return self.withhold(id);
                }
                Rights::Quoted => quoted.push((evidence.source, spans_of_quote(quote))),
                Rights::Public => {}
            }
        }
        self.publish(id)?;
        for (source, span) in quoted {
            self.slices(source, &span.map_or_else(Vec::new, |span| vec![span]))?;
        }
        Ok(())
    }

    fn slices_of_claim(&mut self, id: &ObjectId, source: SourceId) -> Result<(), PublishError> {
        if self.rights_of(source)? != Rights::Quoted || self.is_erased(id)? {
            return Ok(());
        }
        let claim: Claim = self.ledger.object(id)?;
        self.slices(source, &spans_of_claim(&claim).unwrap_or_default())
    }

    /// Writes the slices of a source's text that show these spans.
    fn slices(&mut self, source: SourceId, spans: &[Span]) -> Result<(), PublishError> {
        let Some(text) = self.source_entry(source)?.text else {
            return Ok(());
        };
        // A text that is published for another source's sake needs none.
        if self.writer.has_object(&text.blake3) || self.is_erased(&text.blake3)? {
            return Ok(());
        }
        let ranges = SliceRange::covering(spans, text.bytes).unwrap_or_default();
        let known = self.quoted.entry(text.blake3);
        known.or_insert((source, text.bytes));
        for range in ranges {
            self.done.slices += 1;
            if self.writer.keep_slice(&text.blake3, range) {
                continue;
            }
            let bytes = slice::make(self.text(&text.blake3)?, range);
            if let Ok(bytes) = bytes {
                self.writer.put_slice(&text.blake3, range, &bytes)?;
            }
        }
        Ok(())
    }

    /// Measures how much of each quoted text the slices show.
    fn measure(&mut self) -> Result<(), PublishError> {
        for (text, (source, bytes)) in std::mem::take(&mut self.quoted) {
            if self.writer.has_object(&text) || self.is_erased(&text)? {
                continue;
            }
            self.done.quoted.push(QuotedSource {
                source,
                shown: self.writer.shown_bytes(&text)?,
                text: bytes,
            });
        }
        Ok(())
    }

    fn text(&mut self, id: &ObjectId) -> Result<&[u8], PublishError> {
        let known = self.texts.iter().position(|(known, _)| known == id);
        let at = if let Some(at) = known {
            at
        } else {
            let bytes = self.ledger.object_bytes(id)?;
            let bytes = bytes.ok_or(LedgerError::NoObject(*id))?;
            if self.texts.len() == TEXTS_AT_HAND {
                self.texts.remove(0);
            }
            self.texts.push((*id, bytes));
            self.texts.len() - 1
        };
        Ok(&self.texts[at].1)
    }

    fn publish(&mut self, id: &ObjectId) -> Result<(), PublishError> {
        if self.is_erased(id)? || self.writer.keep_object(id) {
            return Ok(());
        }
        let bytes = self.ledger.object_bytes(id)?;
        let bytes = bytes.ok_or(LedgerError::NoObject(*id))?;
        Ok(self.writer.put_object(id, &bytes)?)
    }

    fn withhold(&mut self, id: &ObjectId) -> Result<(), PublishError> {
        if !self.is_erased(id)? {
            self.writer.withhold(id);
            self.done.withheld += 1;
        }
        Ok(())
    }

    fn is_erased(&self, id: &ObjectId) -> Result<bool, LedgerError> {
        let known = self.ledger.facts_of_object(id)?;
        Ok(known.is_some_and(|known| known.erased.is_some()))
    }

    fn rights_of(&mut self, source: SourceId) -> Result<Rights, PublishError> {
        Ok(self.source_entry(source)?.rights)
    }

    fn source_entry(&mut self, id: SourceId) -> Result<SourceEntry, PublishError> {
        if let Some(known) = self.sources.get(&id) {
            return Ok(known.clone());
        }
        let record = self.ledger.entry_of(Kind::Source, &id.entry())?;
        let Body::Source(source) = record.entry.body() else {
            return Err(LedgerError::NoEntry(id.entry()).into());
        };
        // A handful is asked for again and again; a ledger of many sources must still fit in memory.
        if self.sources.len() > 4096 {
            self.sources.clear();
        }
        self.sources.insert(id, source.clone());
        Ok(source.clone())
    }

    /// Writes the bundles of entries that the copy has not.
    fn bundles(&mut self, from: u64, size: u64) -> Result<(), PublishError> {
        let bundles: BTreeSet<EntryBundle> = EntryBundle::between(from, size).collect();
        for bundle in bundles {
            let first = bundle.first_entry();
            let mut entries = Vec::with_capacity(usize::from(bundle.width()));
            for index in first..first + u64::from(bundle.width()) {
                let entry = self.ledger.store.entry(index).map_err(LedgerError::from)?;
                entries.push(entry.ok_or(LedgerError::NoIndex(index))?);
            }
            self.writer.put_bundle(bundle, &entries)?;
        }
        Ok(())
    }
}
