//! The tree's hashes, in rows of the database.
//!
//! The hash of every perfect subtree is kept once it is complete. A row holds up to
//! [`HASHES_A_ROW`] neighbours of one level, so that a row is at most 4 KiB.

use super::database::{Database, DatabaseError};
use super::tables::{Changes, Table};
use crate::trust::merkle::HashReader;

/// How many hashes a row holds at most: 4 KiB of them.
const HASHES_A_ROW: u64 = 128;

/// Reads the hashes of a tree: those of the round in progress, over those in the database.
pub struct Hashes<'h> {
    database: &'h Database,
    round: Option<&'h Changes>,
}

/// Says why a hash of the tree could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The database could not be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database has no such hash.
    #[error("the database has no hash {index} of level {level}")]
    Missing {
        /// The level; leaves have 0.
        level: u8,
        /// Which hash of the level.
        index: u64,
    },
}

impl<'h> Hashes<'h> {
    pub(super) fn new(database: &'h Database, round: Option<&'h Changes>) -> Self {
        Self { database, round }
    }
}

impl HashReader for Hashes<'_> {
    type Error = HashError;

    fn hash(&self, level: u8, index: u64) -> Result<[u8; 32], HashError> {
        let key = row_key(level, index);
        let pick = |row: &[u8]| -> Option<[u8; 32]> {
            row.get(place(index)..)?.first_chunk::<32>().copied()
        };
        let in_round = self
            .round
            .and_then(|round| round.of(Table::Hashes).get(&key[..]));
        let found = match in_round {
            Some(row) => row.as_deref().and_then(pick),
            None => self
                .database
                .get(Table::Hashes, &key)?
                .as_deref()
                .and_then(pick),
        };
        found.ok_or(HashError::Missing { level, index })
    }
}

/// Keeps a hash, which is the next one of its level.
pub(super) fn keep(
    database: &Database,
    changes: &mut Changes,
    level: u8,
    index: u64,
    hash: &[u8; 32],
) -> Result<(), DatabaseError> {
    let key = row_key(level, index);
    let rows = changes.of_mut(Table::Hashes);
    if let Some(Some(row)) = rows.get_mut(&key[..]) {
        row.truncate(place(index));
        row.extend_from_slice(hash);
        return Ok(());
    }
    let mut row = match place(index) {
        0 => Vec::new(),
        _ => database.get(Table::Hashes, &key)?.unwrap_or_default(),
    };
    // What stands here and after may be left of a longer tree.
    row.truncate(place(index));
    row.extend_from_slice(hash);
    rows.insert(key.to_vec(), Some(row));
    Ok(())
}

fn row_key(level: u8, index: u64) -> [u8; 9] {
    let mut key = [0; 9];
    key[0] = level;
    key[1..].copy_from_slice(&(index / HASHES_A_ROW).to_be_bytes());
    key
}

/// Returns where in its row a hash begins.
fn place(index: u64) -> usize {
    let within = usize::try_from(index % HASHES_A_ROW).expect("a row is short");
    within * 32
}
