//! Evidence that is kept for a claim until it is judged.
//!
//! A file a claim among the drafts, by what the claim is, so that it stays with it once it is recorded.
//! Nothing in it is signed; the sources that it names are in the ledger.
//! `schemas/kept-evidence.schema.json` describes it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::verdict::Evidence;
use serde::{Deserialize, Serialize};

use super::evidence::Request;
use crate::cli::beside::{self, FileKind};
use crate::cli::claim_list::ClaimLine;
use crate::cli::desk::Thing;
use crate::cli::drafts::Drafts;

/// The type that such a file names.
const TYPE: &str = "factlog/kept-evidence@v1";

/// What is kept for one claim: thousands of quotes are no more than this.
const FILE: FileKind = FileKind {
    what: "the file of kept evidence",
    most: 4 * 1024 * 1024,
    hint: "move that file away: the sources that it named are in the ledger",
};

/// What the names of such files begin with.
const PREFIX: &str = "evidence-";

/// The evidence that was kept for one claim.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptEvidence {
    #[serde(rename = "type")]
    kind: String,
    /// The claim, by its identity as it was proposed.
    claim: ObjectId,
    /// The pieces, in the order in which they were added.
    pub(crate) evidence: Vec<Request>,
}

impl KeptEvidence {
    /// Reads what was kept for a claim; where there is nothing, nothing was.
    pub(crate) fn load(drafts: &Drafts, claim: &ObjectId) -> anyhow::Result<Self> {
        let path = path(drafts, claim);
        let Some(kept) = read(&path)? else {
            return Ok(Self {
                kind: TYPE.to_owned(),
                claim: *claim,
                evidence: vec![],
            });
        };
        if kept.claim != *claim {
            return Err(FILE.damaged(&path).into());
        }
        Ok(kept)
    }

    fn remove(&self, drafts: &Drafts) -> anyhow::Result<()> {
        let path = path(drafts, &self.claim);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Keeps it; removes the file where nothing is left.
    pub(crate) fn save(&self, drafts: &Drafts) -> anyhow::Result<()> {
        if self.evidence.is_empty() {
            return self.remove(drafts);
        }
        let path = path(drafts, &self.claim);
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        drafts.replace(&path, &bytes)
    }

    /// Reads what was kept for a claim, as it was proposed or as a person edited it since.
    pub(crate) fn of_line(drafts: &Drafts, line: &ClaimLine) -> anyhow::Result<Self> {
        let mut kept = Self::load(drafts, &line.origin)?;
        let identity = line.claim.identity();
        let mut others = vec![identity];
        for decision in drafts.seen(&line.source.id).decisions {
            let edited = decision.edited.map(|claim| claim.identity());
            if edited == Some(identity) || edited == Some(line.origin) {
                others.push(decision.claim);
            }
        }
        for other in others.into_iter().filter(|other| *other != line.origin) {
            kept.join_all(Self::load(drafts, &other)?.evidence);
        }
        Ok(kept)
    }

    /// Has what was kept for one claim be kept for another that takes its place.
    pub(crate) fn carry(drafts: &Drafts, from: &ObjectId, to: &ObjectId) -> anyhow::Result<()> {
        let older = Self::load(drafts, from)?;
        if older.evidence.is_empty() {
            return Ok(());
        }
        let mut newer = Self::load(drafts, to)?;
        newer.join_all(older.evidence.clone());
        newer.save(drafts)?;
        older.remove(drafts)
    }

    /// Adds a piece; it takes the place of one of the same words with another stance. Returns whether
    /// anything is different then.
    pub(crate) fn add(&mut self, piece: Request) -> bool {
        let same = self
            .evidence
            .iter_mut()
            .find(|other| is_same(other, &piece));
        match same {
            Some(other) if *other == piece => false,
            Some(other) => {
                *other = piece;
                true
            }
            None => {
                self.evidence.push(piece);
                true
            }
        }
    }

    fn join_all(&mut self, pieces: Vec<Request>) {
        for piece in pieces {
            if !self.evidence.iter().any(|other| is_same(other, &piece)) {
                self.evidence.push(piece);
            }
        }
    }

    /// Forgets the pieces that a verdict cites now; to be called under the ledger's lock.
    pub(crate) fn forget_cited(
        drafts: &Drafts,
        line: &ClaimLine,
        cited: &[Evidence],
    ) -> anyhow::Result<()> {
        let mut claims = vec![line.origin, line.claim.identity()];
        for decision in drafts.seen(&line.source.id).decisions {
            claims.push(decision.claim);
        }
        claims.dedup();
        for claim in claims {
            let mut kept = Self::load(drafts, &claim)?;
            let before = kept.evidence.len();
            kept.evidence.retain(|piece| {
                let is_cited = |cited: &Evidence| {
                    let quote = cited.quote.as_ref().map(|quote| quote.exact.as_str());
                    // White space alone may differ from what was typed.
                    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                    piece.what == cited.source.to_string()
                        && piece.quote.as_deref().map(words) == quote.map(words)
                };
                !cited.iter().any(is_cited)
            });
            if kept.evidence.len() < before {
                kept.save(drafts)?;
            }
        }
        Ok(())
    }

    /// Forgets what was kept for claims that were erased, and pieces of sources whose words were.
    pub(crate) fn forget(
        drafts: &Drafts,
        things: &BTreeSet<Thing>,
        sources: &BTreeSet<SourceId>,
    ) -> anyhow::Result<()> {
        for path in files(drafts)? {
            let Some(mut kept) = beside::or_passed_over(read(&path)).flatten() else {
                continue;
            };
            let before = kept.evidence.len();
            if things.contains(&Thing::claim(kept.claim)) {
                kept.evidence.clear();
            }
            kept.evidence.retain(|piece| {
                !sources
                    .iter()
                    .any(|source| piece.what == source.to_string())
            });
            if kept.evidence.len() < before {
                kept.save(drafts)?;
            }
        }
        Ok(())
    }

    /// Returns what is wrong with such files.
    pub(crate) fn faults(drafts: &Drafts) -> anyhow::Result<Vec<anyhow::Error>> {
        let paths = files(drafts)?;
        let reads = paths.iter().map(|path| read(path));
        Ok(reads.filter_map(Result::err).collect())
    }

    /// Adds what was kept to a list of evidence that lacks it; `sources` has the id, or its beginning, of
    /// the source that each of the list names, as far as it is in the ledger.
    pub(crate) fn join(&self, evidence: &mut Vec<Request>, sources: &[Option<String>]) {
        let given = evidence.clone();
        for piece in &self.evidence {
            let same = |(other, source): (&Request, &Option<String>)| {
                let source = source.as_ref().unwrap_or(&other.what);
                piece.what.starts_with(source)
                    && words(piece) == words(other)
                    && (other.nth.is_none() || piece.nth == other.nth)
                    && (other.locator.is_none() || piece.locator == other.locator)
            };
            if !given.iter().zip(sources).any(same) {
                evidence.push(piece.clone());
            }
        }
    }
}

/// Returns the words that a piece quotes: white space alone may differ from what was typed.
fn words(piece: &Request) -> Option<String> {
    let quote = piece.quote.as_deref()?;
    Some(quote.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Says whether two pieces cite the same words or the same place of a source.
fn is_same(one: &Request, other: &Request) -> bool {
    one.what == other.what
        && one.quote == other.quote
        && one.nth == other.nth
        && one.locator == other.locator
}

fn path(drafts: &Drafts, claim: &ObjectId) -> PathBuf {
    let claim = claim.to_string();
    drafts
        .folder()
        .join(format!("{PREFIX}{}.json", &claim[..16]))
}

/// Lists the files of kept evidence.
fn files(drafts: &Drafts) -> anyhow::Result<Vec<PathBuf>> {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(PREFIX))
    };
    let mut paths = beside::names(drafts.folder())?;
    paths.retain(is_ours);
    Ok(paths)
}

fn read(path: &Path) -> anyhow::Result<Option<KeptEvidence>> {
    match FILE.json::<KeptEvidence>(path)? {
        Some(kept) if kept.kind != TYPE => Err(FILE.damaged(path).into()),
        kept => Ok(kept),
    }
}
