//! A page of a run: small rows one after the other.
//!
//! Each is the length of its key, 2 bytes, that of its value, 2 bytes, the key and the value; a
//! length of 65,535 says that the row was removed. Numbers are big-endian.

use super::database::DatabaseError;

/// The length that says that a row was removed.
const REMOVED: u16 = u16::MAX;

/// Adds a row to a page.
pub(super) fn write_row(page: &mut Vec<u8>, key: &[u8], value: Option<&[u8]>) {
    let short = |length: usize| u16::try_from(length).expect("keys and values of rows are short");
    page.extend_from_slice(&short(key.len()).to_be_bytes());
    page.extend_from_slice(
        &value
            .map_or(REMOVED, |value| short(value.len()))
            .to_be_bytes(),
    );
    page.extend_from_slice(key);
    page.extend_from_slice(value.unwrap_or_default());
}

/// The rows of a page.
pub(super) struct Rows<'p>(pub(super) &'p [u8]);

impl<'p> Iterator for Rows<'p> {
    type Item = Result<(&'p [u8], Option<&'p [u8]>), DatabaseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let row = read_row(self.0);
        match row {
            Some((key, value, rest)) => {
                self.0 = rest;
                Some(Ok((key, value)))
            }
            None => Some(Err(DatabaseError::Row(std::mem::take(&mut self.0).len()))),
        }
    }
}

/// A key, its value unless it was removed, and what follows.
type ReadRow<'p> = (&'p [u8], Option<&'p [u8]>, &'p [u8]);

fn read_row(page: &[u8]) -> Option<ReadRow<'_>> {
    let (key_length, rest) = page.split_first_chunk()?;
    let (value_length, rest) = rest.split_first_chunk()?;
    let (key, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*key_length)))?;
    match u16::from_be_bytes(*value_length) {
        REMOVED => Some((key, None, rest)),
        length => {
            let (value, rest) = rest.split_at_checked(usize::from(length))?;
            Some((key, Some(value), rest))
        }
    }
}
