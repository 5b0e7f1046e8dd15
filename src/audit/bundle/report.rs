//! What the check of a proof found, and what that does not show.

use serde::{Serialize, Serializer};

use crate::audit::finding::{Code, Finding, Severity, is_only_untrusted};
use crate::audit::report::Check;
use crate::audit::standing::VerdictStanding;
use crate::entry::{Entry, Kind, RevocationReason};
use crate::trust::checkpoint::Checkpoint;
use crate::trust::key::VerifierKey;
use crate::trust::merkle::RootHash;
use crate::words::id::EntryId;
use crate::words::manifest::Manifest;
use crate::words::time::Timestamp;

/// What the check of a proof found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct ShownReport {
    /// The ledger's id, as its genesis entry gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<EntryId>,
    /// The checkpoint, once the log's signature holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<ShownCheckpoint>,
    /// What the checkpoint states, where no key is known by which its signature could be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<StatedCheckpoint>,
    /// The entry that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<ShownEntry>,
    /// The verdict, as far as it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ShownVerdict>,
    /// The publication, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication: Option<ShownPublication>,
    /// Keys that signed something here, and that an entry here revokes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<ShownRevocation>,
    /// What was looked at, topic by topic.
    pub checks: Vec<Check>,
    /// Everything that was found, in the order of the log.
    pub findings: Vec<Finding>,
}

/// A checkpoint that a log signed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShownCheckpoint {
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// How many entries the log had.
    pub size: u64,
    /// The root of its tree.
    pub root: RootHash,
    /// The log's key, by which it is signed.
    pub key: VerifierKey,
    /// The witnesses of the trust policy that cosigned it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cosigned: Vec<Cosigned>,
}

/// What a checkpoint states, whoever signed it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StatedCheckpoint {
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// How many entries the log had.
    pub size: u64,
    /// The root of its tree.
    pub root: RootHash,
}

/// A cosignature that holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cosigned {
    /// The witness's name, as its key bears it.
    pub witness: String,
    /// When it cosigned; absent where the time is past the year 9999.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// The entry that a proof is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShownEntry {
    /// Its id.
    pub id: EntryId,
    /// Its place in the log.
    pub index: u64,
    /// Its kind.
    pub kind: Kind,
    /// Its author's key.
    pub by: VerifierKey,
    /// When the author says it was.
    pub at: Timestamp,
}

/// The end of a key that signed something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShownRevocation {
    /// The key.
    pub key: VerifierKey,
    /// The index of the entry that revokes it.
    pub entry: u64,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
    /// From which index on its signatures are tainted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
}

/// What a bundle shows of a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShownVerdict {
    /// Its rating.
    pub rating: String,
    /// What it sums up, where its object is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The claim in words, where its object is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// What stands of it, by the entries of the bundle; absent where its policy is not there.
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    pub standing: Option<VerdictStanding>,
}

/// What a bundle shows of a publication.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShownPublication {
    /// The size of the log that it was made from.
    pub size: u64,
    /// The list of its files, where its object is there. They are not in the bundle.
    #[serde(rename = "files", serialize_with = "number_of_files")]
    pub manifest: Option<Manifest>,
}

#[expect(clippy::ref_option, reason = "serde passes a reference")]
fn number_of_files<S: Serializer>(
    manifest: &Option<Manifest>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let number = manifest.as_ref().map(|manifest| manifest.files.len());
    number.serialize(serializer)
}

impl ShownEntry {
    pub(super) fn new(index: u64, entry: &Entry) -> Self {
        let header = entry.header();
        Self {
            id: entry.id(),
            index,
            kind: entry.kind(),
            by: header.by.clone(),
            at: header.at,
        }
    }
}

impl ShownCheckpoint {
    pub(super) fn new(checkpoint: &Checkpoint, key: VerifierKey) -> Self {
        Self {
            origin: checkpoint.origin.to_string(),
            size: checkpoint.head.size,
            root: checkpoint.head.root,
            key,
            cosigned: Vec::new(),
        }
    }
}

impl ShownReport {
    /// Returns the worst severity that was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).min()
    }

    /// Says whether nothing is wrong but that the log's key is not known to be the right one.
    pub fn is_only_untrusted(&self) -> bool {
        is_only_untrusted(&self.findings)
    }

    /// Says what none of this shows: the last line of every account of it.
    pub fn closing(&self) -> String {
        let shown = self.checkpoint.as_ref().map(|checkpoint| checkpoint.size);
        let stated = self.stated.as_ref().map(|stated| stated.size);
        let is_untrusted = |finding: &Finding| finding.code == Code::LogUntrusted;
        let size = match shown.or(stated) {
            None => "a checkpoint that does not hold".to_owned(),
            Some(size) if self.findings.iter().any(is_untrusted) => {
                format!("checkpoint {size}, which nothing vouches for")
            }
            Some(size) => format!("checkpoint {size}"),
        };
        format!(
            "As of {size}. Not shown: what was recorded since, or kept back by whoever made this \
             file, such as a revocation, correction or retraction."
        )
    }
}
