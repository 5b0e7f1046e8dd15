//! Merging runs: their rows in order, of the same key the newest.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::database::DatabaseError;
use super::quiet;
use super::run_page::Rows;
use super::runs::Entry;

/// The rows of one run in a range of keys.
pub(super) struct RunRows {
    /// `None` once there are no more: sled looks for the next page again however often it is asked.
    pages: Option<sled::Iter>,
    start: Vec<u8>,
    /// The key after the last; `None` if there is no such bound.
    end: Option<Vec<u8>>,
    front: VecDeque<Entry>,
    back: VecDeque<Entry>,
}

impl RunRows {
    /// Goes through a run's pages, from the key `start` on, before `end`.
    pub(super) fn new(pages: sled::Iter, start: &[u8], end: Option<&[u8]>) -> Self {
        Self {
            pages: Some(pages),
            start: start.to_vec(),
            end: end.map(<[u8]>::to_vec),
            front: VecDeque::new(),
            back: VecDeque::new(),
        }
    }

    /// Takes the page that stands before all others, if there is one.
    pub(super) fn beginning(mut self, page: Option<&[u8]>) -> Result<Self, DatabaseError> {
        if let Some(page) = page {
            self.front = self.rows_of(page)?;
            if self.has_end(page)? {
                self.pages = None;
            }
        }
        Ok(self)
    }

    /// Returns whether the range ends within a page, so that none after it has rows of it.
    fn has_end(&self, page: &[u8]) -> Result<bool, DatabaseError> {
        let last = Rows(page).last().transpose()?;
        let is_past = |(key, _): (&[u8], _)| self.end.as_ref().is_some_and(|end| key >= &end[..]);
        Ok(last.is_some_and(is_past))
    }

    fn next(&mut self) -> Result<Option<Entry>, DatabaseError> {
        loop {
            if let Some(row) = self.front.pop_front() {
                return Ok(Some(row));
            }
            match self.page(sled::Iter::next)? {
                Some(page) => self.front = self.rows_of(&page)?,
                None => return Ok(self.back.pop_front()),
            }
        }
    }

    fn next_back(&mut self) -> Result<Option<Entry>, DatabaseError> {
        loop {
            if let Some(row) = self.back.pop_back() {
                return Ok(Some(row));
            }
            match self.page(sled::Iter::next_back)? {
                Some(page) => self.back = self.rows_of(&page)?,
                None => return Ok(self.front.pop_back()),
            }
        }
    }

    fn page(
        &mut self,
        next: fn(&mut sled::Iter) -> Option<<sled::Iter as Iterator>::Item>,
    ) -> Result<Option<sled::IVec>, DatabaseError> {
        let Some(pages) = &mut self.pages else {
            return Ok(None);
        };
        let page = quiet::catch(|| next(pages))?.transpose()?;
        if page.is_none() {
            self.pages = None;
        }
        Ok(page.map(|(_, page)| page))
    }

    fn rows_of(&self, page: &[u8]) -> Result<VecDeque<Entry>, DatabaseError> {
        let mut rows = VecDeque::new();
        for row in Rows(page) {
            let (key, value) = row?;
            if key >= &self.start[..] && self.end.as_ref().is_none_or(|end| key < &end[..]) {
                rows.push_back((key.to_vec(), value.map(<[u8]>::to_vec)));
            }
        }
        Ok(rows)
    }
}

/// One of the things that are merged, with the rows that were looked at and not yet taken.
pub(super) struct Source {
    rows: RunRowsOrNew,
    first: Option<Entry>,
    last: Option<Entry>,
}

enum RunRowsOrNew {
    Run(Box<RunRows>),
    New(VecDeque<Entry>),
}

impl Source {
    pub(super) fn new(rows: RunRows) -> Self {
        Self {
            rows: RunRowsOrNew::Run(Box::new(rows)),
            first: None,
            last: None,
        }
    }

    pub(super) fn of_rows(rows: Vec<Entry>) -> Self {
        Self {
            rows: RunRowsOrNew::New(rows.into()),
            first: None,
            last: None,
        }
    }

    fn look_first(&mut self) -> Result<(), DatabaseError> {
        if self.first.is_none() {
            self.first = match &mut self.rows {
                RunRowsOrNew::Run(rows) => rows.next()?,
                RunRowsOrNew::New(rows) => rows.pop_front(),
            };
        }
        if self.first.is_none() {
            self.first = self.last.take();
        }
        Ok(())
    }

    fn look_last(&mut self) -> Result<(), DatabaseError> {
        if self.last.is_none() {
            self.last = match &mut self.rows {
                RunRowsOrNew::Run(rows) => rows.next_back()?,
                RunRowsOrNew::New(rows) => rows.pop_back(),
            };
        }
        if self.last.is_none() {
            self.last = self.first.take();
        }
        Ok(())
    }
}

/// Rows of several sources, the newest first, in order; of the same key, the newest.
pub(super) struct MergedAll {
    pub(super) sources: Vec<Source>,
}

impl MergedAll {
    pub(super) fn next_row(&mut self) -> Result<Option<Entry>, DatabaseError> {
        for source in &mut self.sources {
            source.look_first()?;
        }
        let firsts = self.sources.iter().map(|source| source.first.as_ref());
        let Some(least) = extreme(firsts, Ordering::is_lt) else {
            return Ok(None);
        };
        let (newest, older) = self.sources[least..].split_first_mut().expect("it is one");
        let taken = newest.first.take();
        for source in older {
            if source.first.as_ref().map(|row| &row.0) == taken.as_ref().map(|row| &row.0) {
                source.first = None;
            }
        }
        Ok(taken)
    }

    fn last_row(&mut self) -> Result<Option<Entry>, DatabaseError> {
        for source in &mut self.sources {
            source.look_last()?;
        }
        let lasts = self.sources.iter().map(|source| source.last.as_ref());
        let Some(greatest) = extreme(lasts, Ordering::is_gt) else {
            return Ok(None);
        };
        let (newest, older) = self.sources[greatest..]
            .split_first_mut()
            .expect("it is one");
        let taken = newest.last.take();
        for source in older {
            if source.last.as_ref().map(|row| &row.0) == taken.as_ref().map(|row| &row.0) {
                source.last = None;
            }
        }
        Ok(taken)
    }
}

/// Returns which row's key comes before all others by `is_before`; of equal ones the newest, which
/// stands first.
fn extreme<'r>(
    rows: impl Iterator<Item = Option<&'r Entry>>,
    is_before: fn(Ordering) -> bool,
) -> Option<usize> {
    let mut found: Option<(usize, &[u8])> = None;
    for (source, row) in rows.enumerate() {
        if let Some((key, _)) = row
            && found.is_none_or(|(_, best)| is_before(key[..].cmp(best)))
        {
            found = Some((source, key));
        }
    }
    found.map(|(source, _)| source)
}

/// The rows of all runs in a range of keys, without those that were removed.
pub(super) struct Merged(MergedAll);

impl Merged {
    pub(super) fn new(newest_first: Vec<RunRows>) -> Self {
        Self(MergedAll {
            sources: newest_first.into_iter().map(Source::new).collect(),
        })
    }
}

/// A key and its value.
type Found = Result<(Vec<u8>, Vec<u8>), DatabaseError>;

/// Skips what was removed.
fn there(mut next: impl FnMut() -> Result<Option<Entry>, DatabaseError>) -> Option<Found> {
    loop {
        match next() {
            Ok(Some((key, Some(value)))) => return Some(Ok((key, value))),
            Ok(Some((_, None))) => {}
            Ok(None) => return None,
            Err(error) => return Some(Err(error)),
        }
    }
}

impl Iterator for Merged {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        there(|| self.0.next_row())
    }
}

impl DoubleEndedIterator for Merged {
    fn next_back(&mut self) -> Option<Found> {
        there(|| self.0.last_row())
    }
}
