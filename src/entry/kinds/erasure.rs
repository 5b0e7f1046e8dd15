//! Erasure: removes an object.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::words::id::ObjectId;

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

impl Basis {
    /// Returns its name, as the field `basis` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Court => "court",
            Self::Privacy => "privacy",
            Self::Copyright => "copyright",
            Self::Safety => "safety",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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

impl KindFields for Erasure {
    const KIND: Kind = Kind::Erasure;
    const TAKES_ROOTS: bool = true;
}
