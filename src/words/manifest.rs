//! Manifests: the closed list of the files that a publication consists of.

use serde::{Deserialize, Serialize};

use super::id::{ObjectId, Sha256Hash};
use super::object::{FieldFault, Object, ObjectError};

/// A list of files, as an object of type `factlog/manifest@v1`, in byte order of their paths.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The files; a file that is not listed does not belong to the publication.
    pub files: Vec<ManifestFile>,
}

/// One file of a publication.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Its path inside the publication, parts joined by `/`; no part is empty, `.` or `..`.
    pub path: String,
    /// The BLAKE3 hash of its bytes.
    pub blake3: ObjectId,
    /// The SHA-256 hash of the same bytes.
    pub sha256: Sha256Hash,
    /// Its length in bytes.
    pub bytes: u64,
}

impl ManifestFile {
    /// Describes a file by its path and its bytes.
    pub fn new(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self {
            path: path.into(),
            blake3: ObjectId::of(bytes),
            sha256: Sha256Hash::of(bytes),
            bytes: bytes.len() as u64,
        }
    }
}

impl Object for Manifest {
    const TYPE: &'static str = "factlog/manifest@v1";
    /// As long as an object of any kind may be: a row for each of a quarter of a million files.
    const MAX_BYTES: usize = 64 * 1024 * 1024;

    fn check(&self) -> Result<(), ObjectError> {
        let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
        if self
            .files
            .iter()
            .any(|file| !file.path.split('/').all(plain))
        {
            return Err(FieldFault::Form.of("files.path"));
        }
        if self.files.windows(2).any(|w| w[0].path >= w[1].path) {
            return Err(FieldFault::Ranges.of("files"));
        }
        Ok(())
    }
}
