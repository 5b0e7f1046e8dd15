//! Policy: changes the policy in force.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::words::id::ObjectId;

/// Changes the policy. A threshold of roots signs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyEntry {
    /// The policy object.
    pub policy: ObjectId,
}

impl KindFields for PolicyEntry {
    const KIND: Kind = Kind::Policy;
    const TAKES_ROOTS: bool = true;

    fn objects(&self) -> Vec<ObjectId> {
        vec![self.policy]
    }
}
