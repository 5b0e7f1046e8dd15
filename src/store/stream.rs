//! The tree `bytes`: entries and small objects one after the other, cut into pages.
//!
//! Where a value begins, 8 bytes, and its length, 4 bytes, are its *place*, which the runs keep.

use super::database::{DatabaseError, SharedRow};
use super::quiet;

/// How many bytes of entries and objects go into one row.
const PAGE_BYTES: usize = 4096;

/// What is added to the end of the tree `bytes`.
pub(super) struct Stream {
    /// The page that `added` begins with.
    first: u64,
    added: Vec<u8>,
}

impl Stream {
    pub(super) fn at_end(bytes: &sled::Tree, length: u64) -> Result<Self, DatabaseError> {
        let (first, within) = page_of(length);
        let mut added = Vec::new();
        if within > 0 {
            let page = quiet::catch(|| bytes.get(first.to_be_bytes()))??;
            added.extend_from_slice(page.as_deref().unwrap_or_default());
        }
        if added.len() == within {
            Ok(Self { first, added })
        } else {
            Err(DatabaseError::Row(added.len()))
        }
    }

    /// Adds a value; returns its place: where it begins, 8 bytes, and its length, 4 bytes.
    pub(super) fn put(&mut self, value: &[u8]) -> Vec<u8> {
        let length = u32::try_from(value.len()).expect("entries and small objects are short");
        let place = [&self.length().to_be_bytes()[..], &length.to_be_bytes()].concat();
        self.added.extend_from_slice(value);
        place
    }

    pub(super) fn length(&self) -> u64 {
        self.first * PAGE_BYTES as u64 + self.added.len() as u64
    }

    pub(super) fn pages(&self) -> impl Iterator<Item = SharedRow> {
        (self.first..)
            .zip(self.added.chunks(PAGE_BYTES))
            .map(|(page, bytes)| ((&page.to_be_bytes()).into(), Some(bytes.into())))
    }
}

/// Reads the value at a place in the tree `bytes`.
pub(super) fn read_placed(bytes: &sled::Tree, place: &[u8]) -> Result<Vec<u8>, DatabaseError> {
    let wrong = || DatabaseError::Row(place.len());
    let (at, length) = place.split_first_chunk().ok_or_else(wrong)?;
    let length: [u8; 4] = length.try_into().map_err(|_| wrong())?;
    let (mut page, mut within) = page_of(u64::from_be_bytes(*at));
    let mut left = u32::from_be_bytes(length) as usize;
    let mut value = Vec::with_capacity(left);
    while left > 0 {
        let row = quiet::catch(|| bytes.get(page.to_be_bytes()))??.ok_or_else(wrong)?;
        let part = row.get(within..).ok_or_else(wrong)?;
        let part = &part[..part.len().min(left)];
        if part.is_empty() {
            return Err(wrong());
        }
        value.extend_from_slice(part);
        left -= part.len();
        (page, within) = (page + 1, 0);
    }
    Ok(value)
}

/// Returns which page a place is in, and where in it.
fn page_of(at: u64) -> (u64, usize) {
    let within = usize::try_from(at % PAGE_BYTES as u64).expect("a page is short");
    (at / PAGE_BYTES as u64, within)
}
