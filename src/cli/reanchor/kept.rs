//! What a person said of claims with newer versions before anything was signed: those that stay with
//! the older version, and the places that were confirmed.
//!
//! A file among the drafts, `schemas/anchors.schema.json`. A place is kept by its range, so that words
//! of a source stand here only where a person typed them.

use std::collections::{BTreeMap, BTreeSet};

use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, SourceId};
use factlog::words::span::Span;
use serde::{Deserialize, Serialize};

use super::gather::{Anchored, Case};
use super::quoted;
use crate::cli::beside::{self, FileKind};
use crate::cli::drafts::Drafts;
use crate::cli::quotes;

/// The type that the file names.
const TYPE: &str = "factlog/anchors@v1";

/// The file, among the drafts.
const NAME: &str = "anchors.json";

/// What is known of it: what was said of a hundred thousand claims is no more than this.
const FILE: FileKind = FileKind {
    what: "the file of drafts",
    most: 16 * 1024 * 1024,
    hint: "move that file away: it only says what `factlog reanchor` was answered",
};

/// A claim that was left with a version of its source, since the newer one has not its words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Left {
    claim: ClaimId,
    newer: SourceId,
}

/// Where a person says that a claim is, in the newer version.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmed {
    claim: ClaimId,
    newer: SourceId,
    /// The claim's own words there.
    place: Span,
    /// The claim in words that can be read on their own, where the person typed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    left: BTreeSet<Left>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    confirmed: Vec<Confirmed>,
}

/// What was said before.
pub(super) struct Kept {
    left: BTreeSet<Left>,
    confirmed: BTreeMap<ClaimId, Confirmed>,
}

impl Kept {
    /// Reads it, to be changed.
    fn load(drafts: &Drafts) -> anyhow::Result<Self> {
        let path = drafts.folder().join(NAME);
        let written = match FILE.json::<Written>(&path)? {
            Some(written) if written.kind != TYPE => return Err(FILE.damaged(&path).into()),
            written => written,
        };
        let (left, confirmed) = written.map(|w| (w.left, w.confirmed)).unwrap_or_default();
        let by_claim = confirmed.into_iter().map(|one| (one.claim, one));
        Ok(Self {
            left,
            confirmed: by_claim.collect(),
        })
    }

    /// Reads it; where the file is damaged, it is named, and nothing was said.
    pub(super) fn seen(drafts: &Drafts) -> Self {
        beside::or_passed_over(Self::load(drafts)).unwrap_or_else(|| Self {
            left: BTreeSet::new(),
            confirmed: BTreeMap::new(),
        })
    }

    fn save(self, drafts: &Drafts) -> anyhow::Result<()> {
        let written = Written {
            kind: TYPE.to_owned(),
            left: self.left,
            confirmed: self.confirmed.into_values().collect(),
        };
        let mut bytes = serde_json::to_vec_pretty(&written)?;
        bytes.push(b'\n');
        drafts.replace(&drafts.folder().join(NAME), &bytes)
    }

    /// Says whether a person left a claim with the version before this one.
    pub(super) fn is_left(&self, claim: ClaimId, newer: SourceId) -> bool {
        self.left.contains(&Left { claim, newer })
    }

    /// Returns the claim at the place that a person confirmed, if one was, and the texts are those.
    pub(super) fn confirmed(&self, there: &Anchored) -> Option<Claim> {
        let case = &there.case;
        let said = self.confirmed.get(&case.id)?;
        if said.newer != case.newer {
            return None;
        }
        let mut claim = at(there, said.place)?;
        if let Some(text) = &said.text {
            claim.text.clone_from(text);
            claim.added.clear();
        }
        Some(claim)
    }
}

/// Makes the claim whose own words are at a place of the newer version.
fn at(there: &Anchored, place: Span) -> Option<Claim> {
    let mut found = there.found.candidates.iter();
    if let Some(found) = found.find(|found| found.claim.quote.bytes == place) {
        return Some(found.claim.clone());
    }
    let text = &there.case.new;
    let words = place.of(text).ok()?;
    let nth = (1..)
        .map_while(|nth| Some((nth, quotes::find(text, words, Some(nth)).ok()?)))
        .find(|(_, span)| *span == place)?
        .0;
    quoted(&there.case, words, Some(nth)).ok()
}

/// Keeps where a person says that a claim is; to be called under the ledger's lock.
pub(super) fn confirm(drafts: &Drafts, there: &Anchored, claim: &Claim) -> anyhow::Result<()> {
    let mut kept = Kept::load(drafts)?;
    let place = claim.quote.bytes;
    let own = at(there, place).is_some_and(|own| own.text == claim.text);
    let confirmed = Confirmed {
        claim: there.case.id,
        newer: there.case.newer,
        place,
        text: (!own).then(|| claim.text.clone()),
    };
    kept.confirmed.insert(there.case.id, confirmed);
    kept.save(drafts)
}

/// Forgets what was confirmed of claims; to be called under the ledger's lock.
pub(super) fn forget(drafts: &Drafts, claims: &[ClaimId]) -> anyhow::Result<()> {
    let mut kept = Kept::load(drafts)?;
    let before = kept.confirmed.len();
    kept.confirmed.retain(|claim, _| !claims.contains(claim));
    if kept.confirmed.len() == before {
        return Ok(());
    }
    kept.save(drafts)
}

/// Keeps that a claim stays with the older version; to be called under the ledger's lock.
pub(super) fn leave(drafts: &Drafts, case: &Case) -> anyhow::Result<()> {
    let mut kept = Kept::load(drafts)?;
    kept.left.insert(Left {
        claim: case.id,
        newer: case.newer,
    });
    kept.confirmed.remove(&case.id);
    kept.save(drafts)
}

/// Returns what is wrong with the file.
pub(crate) fn fault(drafts: &Drafts) -> Option<anyhow::Error> {
    Kept::load(drafts).err()
}
