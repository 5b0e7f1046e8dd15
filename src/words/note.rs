//! Notes: a person's words about an entry, such as why a verdict is retracted.
//!
//! Not to be confused with a signed note (`trust::note`), the form of entries and checkpoints.

use serde::{Deserialize, Serialize};

use super::object::{Object, ObjectError, not_empty};
use super::salt::Salt;

/// A text, as an object of type `factlog/note@v1`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The words.
    pub text: String,
    /// Makes the object's hash unguessable.
    pub salt: Salt,
}

impl Object for Note {
    const TYPE: &'static str = "factlog/note@v1";

    fn check(&self) -> Result<(), ObjectError> {
        not_empty(&self.text, "text")
    }
}
