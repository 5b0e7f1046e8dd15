//! Publication: lists what was published.

use serde::{Deserialize, Serialize};

use super::{Kind, KindFields};
use crate::words::id::ObjectId;

/// Lists what was published.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// The `manifest` object.
    pub manifest: ObjectId,
    /// The size of the log that it was made from.
    pub size: u64,
}

impl KindFields for Publication {
    const KIND: Kind = Kind::Publication;
    fn objects(&self) -> Vec<ObjectId> {
        vec![self.manifest]
    }
}
