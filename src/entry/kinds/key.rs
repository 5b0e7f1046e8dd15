//! Key: adds, rotates or revokes a key.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::entry::EntryError;
use crate::trust::key::VerifierKey;
use crate::words::object::FieldFault;

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

impl Role {
    /// Returns its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Approver => "approver",
            Self::Publisher => "publisher",
        }
    }
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

impl KeyEntry {
    /// Gives a key its roles, which stand in the order reviewer, approver, publisher.
    pub fn add(key: VerifierKey, roles: Vec<Role>) -> Self {
        Self {
            roles: Some(roles),
            ..Self::of(KeyOp::Add, key)
        }
    }

    /// Puts a key in another's place.
    pub fn rotate(old: VerifierKey, key: VerifierKey) -> Self {
        Self {
            old: Some(old),
            ..Self::of(KeyOp::Rotate, key)
        }
    }

    /// Ends a key, whose entries from the index `from` on are tainted.
    pub fn revoke(key: VerifierKey, reason: RevocationReason, from: u64) -> Self {
        Self {
            reason: Some(reason),
            from: Some(from),
            ..Self::of(KeyOp::Revoke, key)
        }
    }

    fn of(op: KeyOp, key: VerifierKey) -> Self {
        Self {
            op,
            key,
            roles: None,
            old: None,
            reason: None,
            from: None,
        }
    }
}

impl KindFields for KeyEntry {
    const KIND: Kind = Kind::Key;
    const TAKES_ROOTS: bool = true;

    fn required_signers(&self) -> Vec<&VerifierKey> {
        match self.op {
            KeyOp::Add | KeyOp::Rotate => vec![&self.key],
            KeyOp::Revoke => vec![],
        }
    }

    fn check(&self, _: &VerifierKey) -> Result<(), EntryError> {
        Self::presence("roles", self.roles.is_some(), self.op == KeyOp::Add)?;
        Self::presence("old", self.old.is_some(), self.op == KeyOp::Rotate)?;
        Self::presence("reason", self.reason.is_some(), self.op == KeyOp::Revoke)?;
        Self::presence("from", self.from.is_some(), self.op == KeyOp::Revoke)?;
        if let Some(roles) = &self.roles {
            if roles.is_empty() {
                return Self::fault("roles", FieldFault::Empty);
            }
            if roles.windows(2).any(|w| w[0] >= w[1]) {
                return Self::fault("roles", FieldFault::Twice);
            }
        }
        Ok(())
    }
}
