//! Drafts: what a person decided about proposed claims and has not signed yet.
//!
//! A JSON file a source in `.factlog/drafts/`, replaced whole at every step (temporary file, sync,
//! rename), so that a sitting can be stopped anywhere and taken up again. Drafts are no part of the
//! ledger: nothing signs them, and losing them loses only decisions that were not signed.
//! `schemas/drafts.schema.json` describes them.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::ledger::Ledger;
use factlog::trust::PublicKey;
use factlog::words::claim::Claim;
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::span::Span;
use factlog::words::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::beside::{self, FileKind};

/// The file that is locked while drafts are changed.
const LOCK: &str = ".lock";

/// The type that a drafts file names.
const TYPE: &str = "factlog/drafts@v1";

/// The drafts of a source: what was decided about each of its claims, and the words of those that a
/// person changed. No source has more bytes than this.
const FILE: FileKind = FileKind {
    what: "the file of drafts",
    most: 64 * 1024 * 1024,
    hint: "move that file away: what it held was not signed",
};

/// A form that a person writes, as it is kept.
pub(crate) const FORM: FileKind = FileKind {
    what: "the form",
    most: 4 * 1024 * 1024,
    hint: "move that file away: what it held was not signed",
};

/// What was decided about one source's claims.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceDrafts {
    #[serde(rename = "type")]
    kind: String,
    /// The source.
    pub(crate) source: SourceId,
    /// Whether it was taken in as evidence: its claims are not proposed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) evidence: bool,
    /// Where it was offered as an article, if it was evidence only before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) offered: Option<Offered>,
    /// The decisions, in the order in which they were made.
    pub(crate) decisions: Vec<Decision>,
    /// What a person made of proposed claims, in the order in which they did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) replacements: Vec<Replacement>,
    /// Whether the file was there, and could not be read.
    #[serde(skip)]
    pub(crate) is_damaged: bool,
}

/// Where in the ledger's history claims were offered that come after all others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offered {
    /// The size of the log.
    pub(crate) size: u64,
    /// How many were offered before at this size.
    pub(crate) order: u64,
}

/// Claims that a person made of others by splitting or merging them, which they replace.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replacement {
    /// How they were made.
    pub(crate) how: How,
    /// What they were made of. A claim that is among what was made of it stays.
    pub(crate) of: Vec<Origin>,
    /// What was made.
    pub(crate) by: Vec<Made>,
    /// Where in the ledger's history it was made: the claims are numbered from there.
    pub(crate) offered: Offered,
    /// Whether it was taken back: what it replaced is proposed again, and what was made is dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) undone: bool,
}

/// How a person made claims of others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum How {
    /// One was split into finer ones.
    Split,
    /// Two were merged into one.
    Merged,
}

/// A claim of which others were made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Origin {
    /// Its identity as it was proposed.
    pub(crate) claim: ObjectId,
    /// Its own words, by which it is known again where a text is split anew and the same words are
    /// said to be somebody else's.
    pub(crate) parts: Vec<Span>,
}

/// A claim that was made of others.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    /// The claim.
    pub(crate) claim: Claim,
    /// What found it, as its entry will say; absent where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) extractor: Option<String>,
}

impl Replacement {
    /// Says whether a claim with this identity is among what was made.
    pub(crate) fn made(&self, identity: &ObjectId) -> bool {
        self.by
            .iter()
            .any(|made| made.claim.identity() == *identity)
    }

    /// Says whether a claim is among what others were made of.
    fn is_of(&self, identity: &ObjectId, parts: &[Span]) -> bool {
        let mut of = self.of.iter();
        of.any(|origin| origin.claim == *identity || origin.parts == parts)
    }
}

/// What was decided about a proposed claim.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    /// The claim as it was proposed, by its identity.
    pub(crate) claim: ObjectId,
    /// What was decided.
    pub(crate) choice: Choice,
    /// The claim as a person edited it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) edited: Option<Claim>,
    /// Who decided: the name of their key; absent where nobody had one, and in older files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Timestamp>,
}

/// Who decided something about a claim, and when, as far as that is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Hand {
    /// The name of their key.
    pub(crate) by: Option<String>,
    /// When.
    pub(crate) at: Option<Timestamp>,
}

impl Decision {
    /// Returns who decided, and when.
    pub(crate) fn hand(&self) -> Hand {
        Hand {
            by: self.by.clone(),
            at: self.at,
        }
    }
}

/// What can be decided about a proposed claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choice {
    /// It is to be recorded.
    Accepted,
    /// It is not to be proposed any more.
    Dropped,
    /// It was edited, and nothing more.
    Edited,
}

impl SourceDrafts {
    fn none(source: &SourceId) -> Self {
        Self {
            kind: TYPE.to_owned(),
            source: *source,
            evidence: false,
            offered: None,
            decisions: vec![],
            replacements: vec![],
            is_damaged: false,
        }
    }

    /// Returns what was decided, by the claim that it was decided about.
    pub(crate) fn by_claim(&self) -> HashMap<ObjectId, &Decision> {
        let decided = self.decisions.iter().rev();
        decided.map(|decision| (decision.claim, decision)).collect()
    }

    /// Returns what was decided about a claim.
    pub(crate) fn decision(&self, claim: &ObjectId) -> Option<&Decision> {
        self.decisions
            .iter()
            .find(|decision| decision.claim == *claim)
    }

    /// Returns what a claim was made of, if it was; of several times the last.
    pub(crate) fn made_from(&self, claim: &ObjectId) -> Option<&Replacement> {
        let mut made = self.replacements.iter().rev();
        made.find(|made| !made.undone && made.made(claim))
    }

    /// Says whether others were made of a claim, which have its place.
    pub(crate) fn is_replaced(&self, identity: &ObjectId, parts: &[Span]) -> bool {
        let mut is_replaced = false;
        // What was made of others may be what another was made of before.
        for kept in self.replacements.iter().filter(|kept| !kept.undone) {
            if kept.made(identity) {
                is_replaced = false;
            } else if kept.is_of(identity, parts) {
                is_replaced = true;
            }
        }
        is_replaced
    }

    /// Keeps what a person made of claims; what was made in the same way before is taken up again, and
    /// its claims have the numbers that they had.
    pub(crate) fn replace(&mut self, mut replacement: Replacement) {
        let same = |kept: &Replacement| {
            (kept.how, &kept.of, &kept.by) == (replacement.how, &replacement.of, &replacement.by)
        };
        if let Some(at) = self.replacements.iter().position(same) {
            replacement.offered = self.replacements.remove(at).offered;
        }
        self.replacements.push(replacement);
    }

    /// Asks about a claim again; what a person changed in it stays changed.
    pub(crate) fn reopen(&mut self, claim: &ObjectId) {
        match self.decision(claim).cloned() {
            Some(kept) if kept.edited.is_some() => self.decide(Decision {
                choice: Choice::Edited,
                ..kept
            }),
            _ => self.forget(claim),
        }
    }

    /// Puts a decision in the place of an earlier one about the same claim.
    pub(crate) fn decide(&mut self, decision: Decision) {
        self.forget(&decision.claim);
        self.decisions.push(decision);
    }

    /// Forgets what was decided about a claim.
    pub(crate) fn forget(&mut self, claim: &ObjectId) {
        self.decisions.retain(|decision| decision.claim != *claim);
    }
}

/// A ledger's folder of drafts.
pub(crate) struct Drafts {
    folder: PathBuf,
}

impl Drafts {
    /// Names the drafts of the ledger whose files are in `ledger`.
    pub(crate) fn of(ledger: &Path) -> Self {
        Self {
            folder: ledger.join("drafts"),
        }
    }

    /// Returns the folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Has other commands wait that change drafts, until what is returned is dropped: a file is replaced
    /// whole, with what another wrote meanwhile. To be held while nobody is asked; who needs the ledger,
    /// too, opens that first.
    pub(crate) fn lock(&self) -> anyhow::Result<fs::File> {
        let path = self.folder.join(LOCK);
        let open = || -> io::Result<fs::File> {
            fs::create_dir_all(&self.folder)?;
            let file = fs::File::options().create(true).append(true).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        open().with_context(|| format!("locking {}", path.display()))
    }

    /// Reads the drafts of a source; where there are none, nothing was decided.
    pub(crate) fn load(&self, source: &SourceId) -> anyhow::Result<SourceDrafts> {
        let path = self.path(source);
        let Some(drafts) = FILE.json::<SourceDrafts>(&path)? else {
            return Ok(SourceDrafts::none(source));
        };
        if drafts.kind != TYPE || drafts.source != *source {
            return Err(FILE.damaged(&path).into());
        }
        Ok(drafts)
    }

    /// Returns what is wrong with the drafts of sources.
    pub(crate) fn faults(&self) -> anyhow::Result<Vec<anyhow::Error>> {
        let source = |path: &PathBuf| -> Option<SourceId> {
            let name = path.file_name()?.to_str()?;
            name.strip_suffix(".json")?.parse().ok()
        };
        let paths = beside::names(&self.folder)?;
        let loads = paths.iter().filter_map(source);
        Ok(loads
            .filter_map(|source| self.load(&source).err())
            .collect())
    }

    /// Reads the drafts of a source for a list: where they are damaged, they are named, and nothing was
    /// decided.
    pub(crate) fn seen(&self, source: &SourceId) -> SourceDrafts {
        beside::or_passed_over(self.load(source)).unwrap_or_else(|| SourceDrafts {
            is_damaged: true,
            ..SourceDrafts::none(source)
        })
    }

    /// Replaces the drafts of a source.
    pub(crate) fn save(&self, drafts: &SourceDrafts) -> anyhow::Result<()> {
        let mut bytes = serde_json::to_vec_pretty(drafts)?;
        bytes.push(b'\n');
        self.replace(&self.path(&drafts.source), &bytes)
    }

    /// Returns where claims that are offered now come, after all that have a number.
    pub(crate) fn offer(&self, ledger: &Ledger) -> anyhow::Result<Offered> {
        let size = ledger.tree_head().size;
        let mut order = 0;
        for record in ledger.sources()? {
            let kept = self.seen(&SourceId(record.entry.id().0));
            let made = kept.replacements.iter().map(|made| made.offered);
            let before = kept.offered.into_iter().chain(made);
            for before in before.filter(|before| before.size == size) {
                order = order.max(before.order + 1);
            }
        }
        Ok(Offered { size, order })
    }

    /// Returns where the form of a verdict on a claim is kept that nobody has taken up yet.
    pub(crate) fn form(&self, claim: &ObjectId) -> PathBuf {
        let claim = claim.to_string();
        self.folder.join(format!("verdict-{}.txt", &claim[..16]))
    }

    /// Returns where the form of the unfinished verdict of one person on a claim is kept.
    pub(crate) fn own_form(&self, claim: &ObjectId, holder: &PublicKey) -> PathBuf {
        let (claim, holder) = (claim.to_string(), short_of(holder));
        let name = format!("verdict-{}-{holder}.txt", &claim[..16]);
        self.folder.join(name)
    }

    /// Returns where the form is kept in which somebody changes a claim, `claim`, or splits it, `split`.
    pub(crate) fn review_form(&self, what: &str, claim: &str, by: Option<&str>) -> PathBuf {
        let by = by.map_or_else(String::new, |by| {
            format!("-{}", &ObjectId::of(by.as_bytes()).to_string()[..16])
        });
        self.folder.join(format!("{what}-{}{by}.txt", &claim[..16]))
    }

    /// Returns where a note that is being written is kept.
    pub(crate) fn note_form(&self, thing: &str) -> PathBuf {
        self.folder.join(format!("note-{thing}.txt"))
    }

    /// Lists the forms of unfinished verdicts, those of a claim together, the one that nobody has taken up
    /// last.
    pub(crate) fn forms(&self) -> anyhow::Result<Vec<VerdictForm>> {
        let is_id = |id: &str| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
        let paths = beside::names(&self.folder)?;
        let forms = paths.into_iter().filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let ids = name.strip_prefix("verdict-")?.strip_suffix(".txt")?;
            let (claim, holder) = match ids.split_once('-') {
                Some((claim, holder)) => (claim, Some(holder)),
                None => (ids, None),
            };
            (is_id(claim) && holder.is_none_or(is_id)).then(|| VerdictForm {
                claim: claim.to_owned(),
                holder: holder.map(str::to_owned),
                path: path.clone(),
            })
        });
        Ok(forms.collect())
    }

    /// Replaces a file of the folder of drafts, whole or not at all.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        put(&self.folder, path, bytes)
            .with_context(|| format!("writing the draft {}", path.display()))
    }

    /// Forgets the claims that a person made or edited of a source whose words were erased; what was
    /// decided about others stays, which is ids alone.
    pub(crate) fn forget_source(&self, source: &SourceId) -> anyhow::Result<()> {
        if !self.folder.exists() {
            return Ok(());
        }
        let _locked = self.lock()?;
        let mut drafts = self.load(source)?;
        let before = (drafts.decisions.len(), drafts.replacements.len());
        drafts
            .decisions
            .retain(|decision| decision.edited.is_none());
        drafts.replacements.clear();
        if (drafts.decisions.len(), 0) == before {
            return Ok(());
        }
        self.save(&drafts)
    }

    /// Removes every form that repeats words, and forgets how a person edited a claim that does.
    ///
    /// Whatever else is in the folder is left alone, but for files that no stopped write finished.
    pub(crate) fn forget_words(&self, repeats: impl Fn(&[u8]) -> bool) -> anyhow::Result<()> {
        if !self.folder.exists() {
            return Ok(());
        }
        let _locked = self.lock()?;
        for path in beside::names(&self.folder)? {
            if !path.is_file() {
                continue;
            }
            let Some(bytes) = FILE.bytes(&path)? else {
                continue;
            };
            let Ok(mut drafts) = serde_json::from_slice::<SourceDrafts>(&bytes) else {
                if repeats(&bytes) {
                    let removing = || format!("removing the draft {}", path.display());
                    fs::remove_file(&path).with_context(removing)?;
                }
                continue;
            };
            let before = drafts.decisions.len() + drafts.replacements.len();
            let says = |claim: &Claim| {
                let quote = &claim.quote;
                [&claim.text, &quote.exact, &quote.prefix, &quote.suffix]
                    .iter()
                    .any(|words| repeats(words.as_bytes()))
            };
            drafts
                .decisions
                .retain(|decision| !decision.edited.iter().any(says));
            drafts
                .replacements
                .retain(|replacement| !replacement.by.iter().any(|made| says(&made.claim)));
            if drafts.decisions.len() + drafts.replacements.len() < before {
                self.save(&drafts)?;
            }
        }
        Ok(())
    }

    fn path(&self, source: &SourceId) -> PathBuf {
        self.folder.join(format!("{source}.json"))
    }
}

/// The form of an unfinished verdict.
pub(crate) struct VerdictForm {
    /// The beginning of its claim's identity.
    pub(crate) claim: String,
    /// What says whose it is; absent where nobody has taken it up yet.
    holder: Option<String>,
    /// Where it is.
    pub(crate) path: PathBuf,
}

impl VerdictForm {
    /// Says whether nobody has taken it up yet.
    pub(crate) const fn is_free(&self) -> bool {
        self.holder.is_none()
    }

    /// Says whether it is that of the holder of a key.
    pub(crate) fn is_of(&self, holder: &PublicKey) -> bool {
        self.holder
            .as_ref()
            .is_some_and(|own| *own == short_of(holder))
    }
}

/// Returns how the names of forms say whose they are.
fn short_of(holder: &PublicKey) -> String {
    ObjectId::of(holder.as_bytes()).to_string()[..16].to_owned()
}

/// Replaces a file of a folder whole or not at all, and waits until the disk has it: a temporary file,
/// then a rename.
pub(crate) fn put(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".draft-")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_kept_and_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let drafts = Drafts::of(folder.path());
        let source = SourceId([7; 32]);
        let mut kept = drafts.load(&source).expect("none yet");
        assert!(kept.decisions.is_empty());
        for choice in [Choice::Accepted, Choice::Dropped] {
            let claim = ObjectId([1; 32]);
            kept.decide(Decision {
                claim,
                choice,
                edited: None,
                by: Some("desk.example/alice".to_owned()),
                at: None,
            });
        }
        drafts.save(&kept).expect("saved");
        let again = drafts.load(&source).expect("read");
        assert_eq!(again, kept);
        assert_eq!(again.decisions.len(), 1);
        assert_eq!(again.decisions[0].choice, Choice::Dropped);
    }

    #[test]
    fn damaged_drafts_are_named_and_not_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let drafts = Drafts::of(folder.path());
        let source = SourceId([7; 32]);
        fs::create_dir_all(folder.path().join("drafts")).expect("made");
        for bad in [
            "",
            "{}",
            "{\"type\":\"other\",\"source\":\"07\",\"decisions\":[]}",
        ] {
            fs::write(drafts.path(&source), bad).expect("written");
            let error = drafts.load(&source).expect_err(bad);
            assert!(error.to_string().contains("0707"), "{error}");
        }
    }
}
