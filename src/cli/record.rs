//! Signing entries one after another, and appending them or writing them to a file.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use factlog::entry::{Body, Chain, Draft, Entry, Kind};
use factlog::keys::HeldKey;
use factlog::ledger::{AppendError, Composer, Ledger, Pending};
use factlog::trust::VerifierKey;
use factlog::words::id::EntryId;
use factlog::words::time::Timestamp;
use serde::Serialize;
use tempfile::{NamedTempFile, PersistError};

use super::context::Context;
use super::desk::{self, Desk};
use super::drafts::Drafts;
use super::erase;
use super::fetched;
use super::files;
use super::forks;
use super::screen;
use super::signing::SigningArgs;
use super::verdict::KeptEvidence;

/// Signs one author's entries, each after the one before, and collects them.
#[derive(Clone)]
pub(crate) struct Signer {
    composer: Composer,
    key: HeldKey,
    at: Timestamp,
    /// What was signed, with the objects that it brings.
    pub(crate) pending: Pending,
}

/// Where a signer was.
pub(crate) struct Mark {
    composer: Composer,
    entries: usize,
    objects: usize,
}

impl Signer {
    /// Starts after the ledger as it is now.
    ///
    /// # Errors
    /// The ledger is an old backup: what is signed on it, even for another machine, would fork the
    /// author's chain.
    pub(crate) fn start(ledger: &Ledger, key: HeldKey, at: Timestamp) -> anyhow::Result<Self> {
        ledger.check_copy()?;
        Ok(Self {
            composer: ledger.composer(key.verifier())?,
            key,
            at,
            pending: Pending::default(),
        })
    }

    /// Returns the key that signs.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Ends, and gives the key back.
    pub(crate) fn into_key(self) -> HeldKey {
        self.key
    }

    /// Drafts the next entry, without signing it.
    pub(crate) fn draft(&self, body: Body) -> anyhow::Result<Draft> {
        Ok(self.composer.draft(self.at, body)?)
    }

    /// Signs a draft; returns the entry's id.
    pub(crate) fn sign(&mut self, draft: &Draft) -> anyhow::Result<EntryId> {
        let line = self.key.line(&draft.text()?)?;
        let entry = self.composer.assemble(draft, vec![line])?;
        let id = entry.id();
        self.pending.entries.push(entry);
        Ok(id)
    }

    /// Drafts and signs the next entry; returns its id.
    pub(crate) fn add(&mut self, body: Body) -> anyhow::Result<EntryId> {
        let draft = self.draft(body)?;
        self.sign(&draft)
    }

    /// Remembers where it is.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            composer: self.composer.clone(),
            entries: self.pending.entries.len(),
            objects: self.pending.objects.len(),
        }
    }

    /// Goes back to where it was, as if nothing had been signed since.
    pub(crate) fn go_back(&mut self, mark: Mark) {
        self.composer = mark.composer;
        self.pending.entries.truncate(mark.entries);
        self.pending.objects.truncate(mark.objects);
    }

    /// Takes what was signed so far, to be appended while the next entries are signed.
    pub(crate) fn take(&mut self) -> Pending {
        std::mem::take(&mut self.pending)
    }

    /// Goes on at a later time; an earlier one than before is passed over.
    pub(crate) fn set_time(&mut self, at: Timestamp) {
        self.at = self.at.max(at);
    }

    /// Says where the author's chain goes on.
    pub(crate) fn chain(&self) -> Chain {
        self.composer.chain()
    }

    /// Says whether the same author signed something else since this was started.
    pub(crate) fn is_overtaken(&self, ledger: &Ledger) -> anyhow::Result<bool> {
        let next = ledger.composer(self.key.verifier())?.chain();
        let first = self.pending.entries.first();
        Ok(first.map_or(self.composer.chain(), |entry| entry.header().chain) != next)
    }
}

/// An entry that was recorded, or written to a file.
#[derive(Clone, Serialize)]
pub(crate) struct EntryLine {
    /// Its id.
    pub(crate) id: EntryId,
    /// Its index in the log; absent where it was written to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<u64>,
    /// Its kind.
    pub(crate) kind: Kind,
}

/// Appends what was signed, or writes it to the file of `--out`; returns what became of each entry.
pub(crate) fn deliver(
    context: &Context,
    args: &SigningArgs,
    ledger: &mut Ledger,
    pending: &Pending,
) -> anyhow::Result<Vec<EntryLine>> {
    if pending.entries.is_empty() {
        return Ok(vec![]);
    }
    if let Some(path) = &args.out {
        write_out(path, pending)?;
        let path = screen::path(path);
        if pending.wanted.is_empty() {
            context.say(&format!(
                "signed, not appended; whoever keeps the ledger types: factlog append {path}"
            ));
        } else {
            for wanted in &pending.wanted {
                context.say(&format!(
                    "signed, not complete: {}",
                    screen::one_line(wanted)
                ));
            }
            context.say(&format!(
                "as many of them as are wanted type: factlog sign {path}"
            ));
        }
        return Ok(lines(&pending.entries, &[]));
    }
    let indexes = append(context, ledger, pending)?;
    context.tell_notices(&ledger.take_notices());
    Ok(lines(&pending.entries, &indexes))
}

/// Appends all of what was signed, or nothing.
///
/// What an erasure takes out of the ledger is taken out of the drafts and the desk's notes, too, once the entries were
/// found right. Where the author has signed another entry with the same number, both are kept.
pub(crate) fn append(
    context: &Context,
    ledger: &mut Ledger,
    pending: &Pending,
) -> anyhow::Result<Vec<u64>> {
    let erased = pending.erased();
    let erasing = (!erased.is_empty())
        .then(|| {
            let things = desk::erased(ledger, &erased)?;
            let sources = desk::without_words(ledger, &things, &erased)?;
            let fetched = fetched::of_things(ledger, &things)?;
            anyhow::Ok((erase::words(ledger, &erased)?, things, sources, fetched))
        })
        .transpose()?;
    let kept_by_desk = Desk::of(ledger);
    let folder = ledger.folder().to_owned();
    let mut appending = ledger.begin();
    let pushed = appending.push(pending);
    let indexes = match pushed {
        Ok(indexes) => indexes,
        Err(error) => {
            drop(appending);
            let fork = forks::kept(ledger, pending, &error)?;
            return Err(fork.map_or_else(|| error.into(), Into::into));
        }
    };
    if let Some((words, things, sources, fetched)) = erasing {
        // First: a stop in between must not leave the words there.
        let drafts = Drafts::of(&folder);
        drafts.forget_words(|text| words.are_in(text))?;
        for source in &sources {
            drafts.forget_source(source)?;
        }
        KeptEvidence::forget(&drafts, &things, &sources)?;
        kept_by_desk.forget(&things, &sources, |text| words.are_in(text))?;
        for (source, raw) in fetched {
            fetched::forget(&folder, source, raw).context("removing how a source was fetched")?;
        }
    }
    appending.commit().map_err(AppendError::from)?;
    if !erased.is_empty() {
        let objects = screen::counted(erased.len() as u64, "object", "objects");
        context.say(&format!("erased: {objects}"));
        context.say(
            "claims may have other numbers now: `factlog claims` lists them; `factlog publish` takes \
             the objects out of what was published",
        );
    }
    tell_tainted(context, ledger, pending)?;
    Ok(indexes)
}

/// Says which entries are tainted from the start: their author's key got its place from a tainted one.
fn tell_tainted(context: &Context, ledger: &Ledger, pending: &Pending) -> anyhow::Result<()> {
    for entry in &pending.entries {
        if ledger.is_tainted(&entry.id())? {
            let author = &entry.header().by;
            context.warn(&format!(
                "the {} entry is tainted from the start: {}+{} was put in place by a key that is \
                 tainted. Roots reaffirm what holds (factlog reaffirm), and give its holder a key that \
                 does not come from that one (factlog key add)",
                entry.kind(),
                screen::one_line(author.name().as_str()),
                author.id()
            ));
            break;
        }
    }
    Ok(())
}

/// Pairs entries with their indexes, as far as there are any.
pub(crate) fn lines(entries: &[Entry], indexes: &[u64]) -> Vec<EntryLine> {
    let line = |(n, entry): (usize, &Entry)| EntryLine {
        id: entry.id(),
        index: indexes.get(n).copied(),
        kind: entry.kind(),
    };
    entries.iter().enumerate().map(line).collect()
}

/// Writes a pending file, whole or not at all, and never over another file.
pub(crate) fn write_out(path: &Path, pending: &Pending) -> anyhow::Result<()> {
    write(path, pending, |file| file.persist_noclobber(path))
        .map_err(|error| files::explain_existing(path, error))
}

/// Writes a pending file in the place of the one that it was read from, whole or not at all.
pub(crate) fn write_back(path: &Path, pending: &Pending) -> anyhow::Result<()> {
    write(path, pending, |file| file.persist(path))
        .with_context(|| format!("writing {}", screen::path(path)))
}

fn write(
    path: &Path,
    pending: &Pending,
    put: impl FnOnce(NamedTempFile) -> Result<fs::File, PersistError>,
) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".pending-")
            .tempfile_in(folder)?;
        file.write_all(&pending.to_bytes())?;
        file.as_file().sync_all()?;
        put(file)?;
        fs::File::open(folder)?.sync_all()
    };
    Ok(write()?)
}
