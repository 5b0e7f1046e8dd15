//! Evidence that is kept for a claim until it is judged.
//!
//! A file a claim among the drafts, by what the claim is, so that it stays with it once it is recorded.
//! Nothing in it is signed; the sources that it names are in the ledger.
//! `schemas/kept-evidence.schema.json` describes it.

use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use factlog::words::id::ObjectId;
use serde::{Deserialize, Serialize};

use super::evidence::Request;
use crate::cli::drafts::Drafts;
use crate::cli::exit::{Failure, Status};

/// The type that such a file names.
const TYPE: &str = "factlog/kept-evidence@v1";

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
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    kind: TYPE.to_owned(),
                    claim: *claim,
                    evidence: vec![],
                });
            }
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        let damaged = || {
            Failure::new(Status::Failed, format!("{} is damaged", path.display()))
                .hint("move that file away: the sources that it named are in the ledger")
        };
        let kept: Self =
            serde_json::from_slice(&bytes).map_err(|error| damaged().because(error))?;
        if kept.kind != TYPE || kept.claim != *claim {
            return Err(damaged().into());
        }
        Ok(kept)
    }

    /// Removes what was kept: a verdict cites it now.
    pub(crate) fn forget(&self, drafts: &Drafts) -> anyhow::Result<()> {
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
            return self.forget(drafts);
        }
        let path = path(drafts, &self.claim);
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        drafts.replace(&path, &bytes)
    }

    /// Adds what was kept to a list of evidence that lacks it.
    pub(crate) fn join(&self, evidence: &mut Vec<Request>) {
        for piece in &self.evidence {
            let same =
                |other: &Request| piece.what.starts_with(&other.what) && piece.quote == other.quote;
            if !evidence.iter().any(same) {
                evidence.push(piece.clone());
            }
        }
    }
}

fn path(drafts: &Drafts, claim: &ObjectId) -> PathBuf {
    let claim = claim.to_string();
    drafts
        .folder()
        .join(format!("evidence-{}.json", &claim[..16]))
}
