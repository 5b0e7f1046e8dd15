//! Rows of runs that were looked up last.
//!
//! Every append asks for the rows of its signer and of the ledger. They are in the oldest run, so that a
//! look-up asks the filters of all the others.

use std::sync::Mutex;

use super::runs::Entry;

/// So many rows are remembered.
const RECENT: usize = 256;
/// Longer values are not remembered.
const MOST_BYTES: usize = 512;

/// Rows that were looked up last, each in the place that the hash of its key says.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Vec<Option<Entry>>>);

/// A row that is not remembered, whether it is there or not.
pub(super) struct Forgotten;

impl Recent {
    /// Returns the value of a key, where it is remembered and no other thread is looking.
    pub(super) fn get(&self, hash: u64, key: &[u8]) -> Result<Option<Vec<u8>>, Forgotten> {
        let rows = self.0.try_lock().map_err(|_| Forgotten)?;
        match rows.get(Self::place(hash)) {
            Some(Some((found, value))) if found == key => Ok(value.clone()),
            _ => Err(Forgotten),
        }
    }

    /// Remembers a row, or that there is none, in the place of another.
    pub(super) fn keep(&self, hash: u64, key: &[u8], value: Option<&Vec<u8>>) {
        if value.is_some_and(|value| value.len() > MOST_BYTES) {
            return;
        }
        if let Ok(mut rows) = self.0.try_lock() {
            if rows.is_empty() {
                rows.resize(RECENT, None);
            }
            rows[Self::place(hash)] = Some((key.to_vec(), value.cloned()));
        }
    }

    /// Forgets all: the runs are others now.
    pub(super) fn forget(&mut self) {
        self.0 = Mutex::default();
    }

    fn place(hash: u64) -> usize {
        usize::try_from(hash % RECENT as u64).expect("a small number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_of_a_place_is_remembered() {
        let mut recent = Recent::default();
        assert!(recent.get(1, b"a").is_err());
        recent.keep(1, b"a", Some(&b"one".to_vec()));
        recent.keep(2, b"b", None);
        assert_eq!(recent.get(1, b"a").ok(), Some(Some(b"one".to_vec())));
        assert_eq!(recent.get(2, b"b").ok(), Some(None), "that there is none");
        // Another key with the same place, and one that hashes alike.
        recent.keep(1 + RECENT as u64, b"c", Some(&b"three".to_vec()));
        assert!(recent.get(1, b"a").is_err());
        assert!(recent.get(1, b"d").is_err());
        recent.keep(3, b"e", Some(&vec![0; MOST_BYTES + 1]));
        assert!(recent.get(3, b"e").is_err());
        recent.forget();
        assert!(recent.get(2, b"b").is_err());
    }
}
