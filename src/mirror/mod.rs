//! The published form: a ledger as files that any web server, bucket or disc can serve.
//!
//! Follows C2SP tlog-tiles for the log, and `docs/format.md`, section 13, for the objects, slices and
//! the list of what is withheld beside it. Whoever has these files can audit the ledger without its
//! database, and rebuild it from a full copy.
//!
//! - [`files`]: reading and writing such files, in a folder or wherever the caller has them
//! - [`withheld`]: the list of objects that are not published
//! - [`Writer`]: writes new files first, the checkpoint last
//! - [`verify`]: the audit of a copy
//! - [`Copy::tree_head`]: its hashes alone
//!
//! Not here: what is published of a ledger ([`crate::ledger`]), and fetching files from a server: the
//! caller brings that.

pub mod files;
mod read;
mod tree;
mod verify;
pub mod withheld;
mod write;

use crate::trust::checkpoint;
use crate::trust::slice::SliceRange;
use crate::words::id::ObjectId;

pub use files::{Files, Folder};
pub use read::{Copy, ReadError};
pub use tree::TreeError;
pub use verify::{Audited, VerifyOptions, verify};
pub use write::{Opened, WriteError, Writer};

/// The last checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The list of objects that are withheld.
pub const WITHHELD: &str = "withheld";
/// Is there while files are being written.
pub const PUBLISHING: &str = "publishing";
/// Is there in a full copy.
pub const FULL: &str = "full";

/// A checkpoint has at most this many bytes: a hundred signatures and more.
pub const MAX_CHECKPOINT_BYTES: u64 = checkpoint::MAX_BYTES as u64;
/// An object has at most this many bytes.
pub const MAX_OBJECT_BYTES: u64 = 64 * 1024 * 1024;

/// Returns the path of an object.
pub fn object_path(id: &ObjectId) -> String {
    let hex = id.to_string();
    format!("object/{}/{}", &hex[..2], &hex[2..])
}

/// Returns the folder of a text's slices.
pub fn slices_path(text: &ObjectId) -> String {
    let hex = text.to_string();
    format!("slice/{}/{}", &hex[..2], &hex[2..])
}

/// Returns the path of a slice.
pub fn slice_path(text: &ObjectId, range: SliceRange) -> String {
    format!("{}/{range}", slices_path(text))
}

/// Returns the path of a cosigned checkpoint.
pub fn checkpoint_path(size: u64) -> String {
    format!("checkpoints/{size}")
}
