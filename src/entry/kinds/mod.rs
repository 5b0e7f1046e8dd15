//! The kinds of entries and their own fields (`docs/format.md`, section 2.2), one file a kind.

mod approval;
mod claim;
mod erasure;
mod genesis;
mod key;
mod log;
mod policy;
mod publication;
mod reaffirmation;
mod retraction;
mod roots;
mod source;
mod verdict;

use std::collections::BTreeSet;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::EntryError;
use crate::trust::key::VerifierKey;
use crate::words::canonical::{self, Fields};
use crate::words::id::ObjectId;
use crate::words::json::{self, JsonError};
use crate::words::object::FieldFault;

pub use approval::{Approval, Decision};
pub use claim::ClaimEntry;
pub use erasure::{Basis, Erasure};
pub use genesis::{Continues, Genesis, RootSet};
pub use key::{KeyEntry, KeyOp, RevocationReason, Role};
pub use log::LogKey;
pub use policy::PolicyEntry;
pub use publication::Publication;
pub use reaffirmation::Reaffirmation;
pub use retraction::Retraction;
pub use roots::Roots;
pub use source::SourceEntry;
pub use verdict::VerdictEntry;

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

/// What each kind says of its own fields.
trait KindFields: Serialize + DeserializeOwned {
    /// Which kind it is.
    const KIND: Kind;

    /// Whether roots beside the author may sign.
    const TAKES_ROOTS: bool = false;

    /// Returns the objects that it speaks of, in the order of its fields.
    fn objects(&self) -> Vec<ObjectId> {
        vec![]
    }

    /// Returns the keys beside the author's whose signature the entry must carry.
    fn required_signers(&self) -> Vec<&VerifierKey> {
        vec![]
    }

    /// Returns the keys beside the author's whose signature the entry may carry, roots in force aside.
    fn permitted_signers(&self) -> &[VerifierKey] {
        &[]
    }
    /// Checks what the fields' types leave open.
    fn check(&self, _by: &VerifierKey) -> Result<(), EntryError> {
        Ok(())
    }

    /// Refuses a field's value.
    fn fault(field: &'static str, fault: FieldFault) -> Result<(), EntryError> {
        Err(EntryError::Field {
            kind: Self::KIND,
            field,
            fault,
        })
    }

    /// Refuses a field that is missing, or there where it must not be.
    fn presence(field: &'static str, there: bool, required: bool) -> Result<(), EntryError> {
        if there == required {
            Ok(())
        } else {
            Err(EntryError::Presence {
                kind: Self::KIND,
                field,
                required,
            })
        }
    }
}

impl Body {
    /// Returns the kind.
    pub fn kind(&self) -> Kind {
        fn of<K: KindFields>(_: &K) -> Kind {
            K::KIND
        }
        each_kind!(self, own => of(own))
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
        each_kind!(self, own => own.objects())
    }

    /// Returns the keys beside the author's whose signature the entry must carry.
    pub(super) fn required_signers(&self) -> Vec<&VerifierKey> {
        each_kind!(self, own => own.required_signers())
    }

    /// Returns the keys beside the author's whose signature the entry may carry, roots in force aside.
    pub(super) fn permitted_signers(&self) -> &[VerifierKey] {
        each_kind!(self, own => own.permitted_signers())
    }

    /// Says whether roots beside the author may sign.
    pub(super) fn takes_roots(&self) -> bool {
        fn of<K: KindFields>(_: &K) -> bool {
            K::TAKES_ROOTS
        }
        each_kind!(self, own => of(own))
    }

    /// Checks what the fields' types leave open.
    pub(super) fn check(&self, by: &VerifierKey) -> Result<(), EntryError> {
        each_kind!(self, own => own.check(by))
    }
}

/// Checks a list of root keys and its threshold.
fn check_roots<K: KindFields>(keys: &[VerifierKey], threshold: u32) -> Result<(), EntryError> {
    let in_order = |w: &[VerifierKey]| crate::trust::note::signing_order(&w[0], &w[1]).is_lt();
    if !keys.windows(2).all(in_order) {
        return K::fault("keys", FieldFault::Ranges);
    }
    let distinct: BTreeSet<_> = keys.iter().map(VerifierKey::public).collect();
    if distinct.len() != keys.len() {
        return K::fault("keys", FieldFault::Twice);
    }
    if threshold == 0 || threshold as usize > keys.len() {
        return K::fault("threshold", FieldFault::Bounds);
    }
    Ok(())
}
