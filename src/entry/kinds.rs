//! The kinds of entries and their own fields (`docs/format.md`, section 2.2).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::EntryError;
use crate::trust::key::{KeyName, VerifierKey};
use crate::trust::merkle::RootHash;
use crate::words::canonical::{self, Fields};
use crate::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use crate::words::json::{self, JsonError};
use crate::words::object::FieldFault;
use crate::words::policy::RatingCode;
use crate::words::source::{Kept, Rights, SourceType};
use crate::words::verdict::VerdictChange;

/// What kind of entry it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Starts a ledger.
    Genesis,
    /// Changes the roots or their threshold.
    Roots,
    /// Changes the key that signs checkpoints.
    Log,
    /// Changes the policy.
    Policy,
    /// Adds, rotates or revokes a key.
    Key,
    /// Takes in a source.
    Source,
    /// Records a claim.
    Claim,
    /// Records a verdict.
    Verdict,
    /// Approves or disputes a verdict.
    Approval,
    /// Takes a verdict back.
    Retraction,
    /// Confirms tainted entries.
    Reaffirmation,
    /// Removes an object.
    Erasure,
    /// Lists what was published.
    Publication,
}

impl Kind {
    /// All kinds, in the order of the format's table.
    pub const ALL: [Self; 13] = [
        Self::Genesis,
        Self::Roots,
        Self::Log,
        Self::Policy,
        Self::Key,
        Self::Source,
        Self::Claim,
        Self::Verdict,
        Self::Approval,
        Self::Retraction,
        Self::Reaffirmation,
        Self::Erasure,
        Self::Publication,
    ];

    /// Returns its name, as the field `kind` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Roots => "roots",
            Self::Log => "log",
            Self::Policy => "policy",
            Self::Key => "key",
            Self::Source => "source",
            Self::Claim => "claim",
            Self::Verdict => "verdict",
            Self::Approval => "approval",
            Self::Retraction => "retraction",
            Self::Reaffirmation => "reaffirmation",
            Self::Erasure => "erasure",
            Self::Publication => "publication",
        }
    }

    /// Reads a kind's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The fields of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each variant is the kind of the same name")]
pub enum Body {
    Genesis(Genesis),
    Roots(Roots),
    Log(LogKey),
    Policy(PolicyEntry),
    Key(KeyEntry),
    Source(SourceEntry),
    Claim(ClaimEntry),
    Verdict(VerdictEntry),
    Approval(Approval),
    Retraction(Retraction),
    Reaffirmation(Reaffirmation),
    Erasure(Erasure),
    Publication(Publication),
}

/// Starts a ledger. Every root signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The ledger's name, for people.
    pub name: String,
    /// The ledger's name in checkpoints.
    pub origin: KeyName,
    /// The keys that everything else rests on.
    pub roots: RootSet,
    /// The key that signs checkpoints; its name is the origin.
    pub log: VerifierKey,
    /// The first policy.
    pub policy: ObjectId,
    /// The ledger that this one takes up, where that had to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Continues>,
}

/// Root keys, and how many of them must sign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootSet {
    /// The keys, in byte order of (name, key id).
    pub keys: Vec<VerifierKey>,
    /// How many distinct public keys must sign; from 1 to the number of keys.
    pub threshold: u32,
}

/// An older ledger that a new one takes up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continues {
    /// Its id.
    pub ledger: EntryId,
    /// How many entries of it are known.
    pub size: u64,
    /// The root of its tree at that size.
    pub root: RootHash,
}

/// Changes the roots or their threshold. A threshold of the old and of the new roots signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roots {
    /// The new keys, in byte order of (name, key id).
    pub keys: Vec<VerifierKey>,
    /// How many must sign from here on.
    pub threshold: u32,
    /// The index from which the removed roots are tainted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
}

/// Changes the key that signs checkpoints. A threshold of roots and the new key sign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogKey {
    /// The new key; its name is the origin.
    pub key: VerifierKey,
    /// The size up to which the old key signed.
    pub size: u64,
    /// The root of the tree at that size.
    pub root: RootHash,
}

/// Changes the policy. A threshold of roots signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyEntry {
    /// The policy object.
    pub policy: ObjectId,
}

/// What a `key` entry does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyOp {
    /// Gives a key its roles.
    Add,
    /// Puts a key in another's place.
    Rotate,
    /// Ends a key.
    Revoke,
}

/// What a key may sign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sources, claims, verdicts.
    Reviewer,
    /// Approvals and disputes.
    Approver,
    /// Publications.
    Publisher,
}

/// Adds, rotates or revokes a key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// What is done.
    pub op: KeyOp,
    /// The key that is added, put in place or revoked.
    pub key: VerifierKey,
    /// Its roles, in the order reviewer, approver, publisher; for add only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// The key whose place it takes; for rotate only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<VerifierKey>,
    /// Why it is revoked; for revoke only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
    /// The index from which its entries are tainted; for revoke only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
}

/// Why a key is revoked. A code, since the log holds no free text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RevocationReason {
    /// Someone else may have it.
    Compromised,
    /// Its holder can't use it any more.
    Lost,
    /// Its holder has left.
    Retired,
    /// None of these.
    Other,
}

/// Takes in a source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub source_type: SourceType,
    /// The bytes as they came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Kept>,
    /// The text, which claims point into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Kept>,
    /// The media type of the bytes, such as `text/html`.
    pub media: String,
    /// The charset that the bytes were decoded with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// What made the text of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalizer: Option<String>,
    /// What may leave the house.
    pub rights: Rights,
    /// The `meta` object.
    pub meta: ObjectId,
    /// The source of which this is a newer version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<SourceId>,
}

/// What a superseding claim changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimChange {
    /// Who said it.
    Attribution,
    /// The self-contained words.
    Wording,
    /// The range.
    Span,
    /// The source: a newer version of it.
    Anchor,
}

/// Records a claim.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimEntry {
    /// The `claim` object.
    pub claim: ObjectId,
    /// The source that it stands in.
    pub source: SourceId,
    /// Where its hull starts, in bytes of the text.
    pub start: u64,
    /// Where its hull ends, exclusive.
    pub end: u64,
    /// What found it, such as `rules/1`; absent where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extractor: Option<String>,
    /// The claim in whose place it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<ClaimId>,
    /// What is different; with `supersedes` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ClaimChange>,
}

/// Records a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictEntry {
    /// The claim that was judged.
    pub claim: ClaimId,
    /// The conclusion, a code of the policy's scale.
    pub rating: RatingCode,
    /// The policy in force.
    pub policy: ObjectId,
    /// The `verdict` object.
    pub verdict: ObjectId,
    /// The verdict in whose place it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<VerdictId>,
    /// How it differs from that; with `supersedes` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<VerdictChange>,
}

/// What an approver decided.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The verdict holds.
    Approve,
    /// It does not.
    Dispute,
}

/// Approves or disputes a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The verdict.
    pub verdict: VerdictId,
    /// What was decided.
    pub decision: Decision,
    /// Why: a `note` object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<ObjectId>,
}

/// Takes a verdict back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retraction {
    /// The verdict.
    pub verdict: VerdictId,
    /// Why: a `note` object.
    pub note: ObjectId,
}

/// Confirms tainted entries. A threshold of roots signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaffirmation {
    /// The entries.
    pub entries: Vec<EntryId>,
    /// Why: a `note` object.
    pub note: ObjectId,
}

/// On what ground an object is removed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// A court's order.
    Court,
    /// A person's privacy.
    Privacy,
    /// Another's copyright.
    Copyright,
    /// A person's safety.
    Safety,
    /// None of these.
    Other,
}

/// Removes an object. A threshold of roots signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The object.
    pub object: ObjectId,
    /// On what ground.
    pub basis: Basis,
}

/// Lists what was published.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// The `manifest` object.
    pub manifest: ObjectId,
    /// The size of the log that it was made from.
    pub size: u64,
}

macro_rules! each_kind {
    ($body:expr, $fields:ident => $then:expr) => {
        match $body {
            Body::Genesis($fields) => $then,
            Body::Roots($fields) => $then,
            Body::Log($fields) => $then,
            Body::Policy($fields) => $then,
            Body::Key($fields) => $then,
            Body::Source($fields) => $then,
            Body::Claim($fields) => $then,
            Body::Verdict($fields) => $then,
            Body::Approval($fields) => $then,
            Body::Retraction($fields) => $then,
            Body::Reaffirmation($fields) => $then,
            Body::Erasure($fields) => $then,
            Body::Publication($fields) => $then,
        }
    };
}

impl Body {
    /// Returns the kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Genesis(_) => Kind::Genesis,
            Self::Roots(_) => Kind::Roots,
            Self::Log(_) => Kind::Log,
            Self::Policy(_) => Kind::Policy,
            Self::Key(_) => Kind::Key,
            Self::Source(_) => Kind::Source,
            Self::Claim(_) => Kind::Claim,
            Self::Verdict(_) => Kind::Verdict,
            Self::Approval(_) => Kind::Approval,
            Self::Retraction(_) => Kind::Retraction,
            Self::Reaffirmation(_) => Kind::Reaffirmation,
            Self::Erasure(_) => Kind::Erasure,
            Self::Publication(_) => Kind::Publication,
        }
    }

    pub(super) fn from_fields(kind: Kind, fields: Map<String, Value>) -> Result<Self, EntryError> {
        Ok(match kind {
            Kind::Genesis => Self::Genesis(json::from_fields(fields)?),
            Kind::Roots => Self::Roots(json::from_fields(fields)?),
            Kind::Log => Self::Log(json::from_fields(fields)?),
            Kind::Policy => Self::Policy(json::from_fields(fields)?),
            Kind::Key => Self::Key(json::from_fields(fields)?),
            Kind::Source => Self::Source(json::from_fields(fields)?),
            Kind::Claim => Self::Claim(json::from_fields(fields)?),
            Kind::Verdict => Self::Verdict(json::from_fields(fields)?),
            Kind::Approval => Self::Approval(json::from_fields(fields)?),
            Kind::Retraction => Self::Retraction(json::from_fields(fields)?),
            Kind::Reaffirmation => Self::Reaffirmation(json::from_fields(fields)?),
            Kind::Erasure => Self::Erasure(json::from_fields(fields)?),
            Kind::Publication => Self::Publication(json::from_fields(fields)?),
        })
    }

    /// Reads the kind's own fields from an object, passing over the keys in `beside`.
    pub(super) fn read(kind: Kind, line: &[u8], beside: &[&str]) -> Option<Self> {
        Some(match kind {
            Kind::Genesis => Self::Genesis(canonical::read(line, beside)?),
            Kind::Roots => Self::Roots(canonical::read(line, beside)?),
            Kind::Log => Self::Log(canonical::read(line, beside)?),
            Kind::Policy => Self::Policy(canonical::read(line, beside)?),
            Kind::Key => Self::Key(canonical::read(line, beside)?),
            Kind::Source => Self::Source(canonical::read(line, beside)?),
            Kind::Claim => Self::Claim(canonical::read(line, beside)?),
            Kind::Verdict => Self::Verdict(canonical::read(line, beside)?),
            Kind::Approval => Self::Approval(canonical::read(line, beside)?),
            Kind::Retraction => Self::Retraction(canonical::read(line, beside)?),
            Kind::Reaffirmation => Self::Reaffirmation(canonical::read(line, beside)?),
            Kind::Erasure => Self::Erasure(canonical::read(line, beside)?),
            Kind::Publication => Self::Publication(canonical::read(line, beside)?),
        })
    }

    /// Adds the kind's own fields to those of an entry.
    pub(super) fn add_to(&self, fields: &mut Fields) -> Result<(), JsonError> {
        each_kind!(self, own => fields.add(own))
    }

    /// Returns the objects that it speaks of, in the order of its fields.
    pub fn objects(&self) -> Vec<ObjectId> {
        match self {
            Self::Genesis(genesis) => vec![genesis.policy],
            Self::Policy(policy) => vec![policy.policy],
            Self::Source(source) => [source.raw, source.text]
                .into_iter()
                .flatten()
                .map(|kept| kept.blake3)
                .chain([source.meta])
                .collect(),
            Self::Claim(claim) => vec![claim.claim],
            Self::Verdict(verdict) => vec![verdict.verdict],
            Self::Approval(approval) => approval.note.into_iter().collect(),
            Self::Retraction(retraction) => vec![retraction.note],
            Self::Reaffirmation(reaffirmation) => vec![reaffirmation.note],
            Self::Publication(publication) => vec![publication.manifest],
            Self::Roots(_) | Self::Log(_) | Self::Key(_) | Self::Erasure(_) => vec![],
        }
    }

    /// Returns the keys beside the author's whose signature the entry must carry.
    pub(super) fn required_signers(&self) -> Vec<&VerifierKey> {
        match self {
            Self::Genesis(genesis) => genesis.roots.keys.iter().collect(),
            Self::Log(log) => vec![&log.key],
            Self::Key(key) if key.op != KeyOp::Revoke => vec![&key.key],
            _ => vec![],
        }
    }

    /// Says whether roots beside the author may sign.
    pub(super) const fn takes_roots(&self) -> bool {
        matches!(
            self,
            Self::Genesis(_)
                | Self::Roots(_)
                | Self::Log(_)
                | Self::Policy(_)
                | Self::Key(_)
                | Self::Retraction(_)
                | Self::Reaffirmation(_)
                | Self::Erasure(_)
        )
    }

    /// Checks what the fields' types leave open.
    pub(super) fn check(&self, by: &VerifierKey) -> Result<(), EntryError> {
        let kind = self.kind();
        let fault = |field, fault| Err(EntryError::Field { kind, field, fault });
        let presence = |field, there: bool, required: bool| {
            if there == required {
                Ok(())
            } else {
                Err(EntryError::Presence {
                    kind,
                    field,
                    required,
                })
            }
        };
        match self {
            Self::Genesis(genesis) => {
                if genesis.name.is_empty() {
                    return fault("name", FieldFault::Empty);
                }
                if genesis.log.name() != &genesis.origin {
                    return fault("log", FieldFault::Contradiction);
                }
                check_roots(kind, &genesis.roots.keys, genesis.roots.threshold)?;
                if !genesis.roots.keys.contains(by) {
                    return fault("by", FieldFault::Contradiction);
                }
                if genesis
                    .roots
                    .keys
                    .iter()
                    .any(|key| key.public() == genesis.log.public())
                {
                    return fault("log", FieldFault::Twice);
                }
            }
            Self::Roots(roots) => check_roots(kind, &roots.keys, roots.threshold)?,
            Self::Key(key) => {
                presence("roles", key.roles.is_some(), key.op == KeyOp::Add)?;
                presence("old", key.old.is_some(), key.op == KeyOp::Rotate)?;
                presence("reason", key.reason.is_some(), key.op == KeyOp::Revoke)?;
                presence("from", key.from.is_some(), key.op == KeyOp::Revoke)?;
                if let Some(roles) = &key.roles {
                    if roles.is_empty() {
                        return fault("roles", FieldFault::Empty);
                    }
                    if roles.windows(2).any(|w| w[0] >= w[1]) {
                        return fault("roles", FieldFault::Twice);
                    }
                }
            }
            Self::Source(source) => {
                if source.media.is_empty() {
                    return fault("media", FieldFault::Empty);
                }
                for (field, text) in [
                    ("charset", &source.charset),
                    ("normalizer", &source.normalizer),
                ] {
                    if text.as_ref().is_some_and(String::is_empty) {
                        return fault(field, FieldFault::Empty);
                    }
                }
                presence(
                    "normalizer",
                    source.normalizer.is_some(),
                    source.text.is_some(),
                )?;
            }
            Self::Claim(claim) => {
                if claim.start >= claim.end {
                    return fault("end", FieldFault::Bounds);
                }
                if claim.extractor.as_ref().is_some_and(String::is_empty) {
                    return fault("extractor", FieldFault::Empty);
                }
                presence("change", claim.change.is_some(), claim.supersedes.is_some())?;
            }
            Self::Verdict(verdict) => {
                presence(
                    "change",
                    verdict.change.is_some(),
                    verdict.supersedes.is_some(),
                )?;
            }
            Self::Reaffirmation(reaffirmation) => {
                if reaffirmation.entries.is_empty() {
                    return fault("entries", FieldFault::Empty);
                }
                let distinct: BTreeSet<_> = reaffirmation.entries.iter().collect();
                if distinct.len() != reaffirmation.entries.len() {
                    return fault("entries", FieldFault::Twice);
                }
            }
            Self::Log(_)
            | Self::Policy(_)
            | Self::Approval(_)
            | Self::Retraction(_)
            | Self::Erasure(_)
            | Self::Publication(_) => {}
        }
        Ok(())
    }
}

fn check_roots(kind: Kind, keys: &[VerifierKey], threshold: u32) -> Result<(), EntryError> {
    let fault = |field, fault| Err(EntryError::Field { kind, field, fault });
    let in_order = |w: &[VerifierKey]| crate::trust::note::signing_order(&w[0], &w[1]).is_lt();
    if !keys.windows(2).all(in_order) {
        return fault("keys", FieldFault::Ranges);
    }
    let distinct: BTreeSet<_> = keys.iter().map(VerifierKey::public).collect();
    if distinct.len() != keys.len() {
        return fault("keys", FieldFault::Twice);
    }
    if threshold == 0 || threshold as usize > keys.len() {
        return fault("threshold", FieldFault::Bounds);
    }
    Ok(())
}
