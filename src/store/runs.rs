//! Sorted runs: how many small rows are kept in few rows of sled.
//!
//! A row costs sled 15 µs and more, whatever its size up to a few kilobytes, and an entry brings
//! several small ones with keys that lie anywhere. So the rows of a round are sorted and written as
//! one *run*: a sequence of pages of about 4 KiB, each one row of sled. A key is looked up in the
//! newest run first, and in most runs that don't have it only in their [`Filter`]. When eight
//! runs of like size have come together they are merged into one, so that there are few.
//!
//! This is the log-structured merge tree of O'Neil and others (1996), with sled for its disk and
//! its atomicity: what a round adds and merges goes into sled in the round's one transaction.

use std::ops::Bound;
use std::sync::OnceLock;

use super::database::DatabaseError;
use super::filter::{self, Filter};
use super::merge::{Merged, MergedAll, RunRows, Source};
use super::quiet;
use super::recent::Recent;
use super::run_page::{Rows, write_row};
use super::tables::Table;

/// How long a page gets before the next begins. A single row may be longer.
const PAGE_BYTES: usize = 4096;
/// How many runs of like size are merged.
const FAN_IN: usize = 8;
/// A run of up to so many rows is of the smallest size.
const SMALLEST: u64 = 64;
/// Runs are not merged into more rows than this, which bounds the memory that a merge takes.
const MOST_ROWS: u64 = 400_000;
/// So many runs are merged where one more would be too many rows.
const LEAST_MERGED: usize = 4;
/// A key, and its value unless it was removed.
pub(super) type Entry = (Vec<u8>, Option<Vec<u8>>);

/// A run, as the list of runs has it.
#[derive(Debug)]
pub(super) struct Run {
    number: u64,
    rows: u64,
    /// How many hashes its filter has: of its keys, and of their beginnings.
    hashes: u64,
    /// Read when it is first needed.
    filter: OnceLock<Filter>,
}

/// The runs, oldest first, and the trees that hold their pages and filters.
#[derive(Debug)]
pub(super) struct Runs {
    pages: sled::Tree,
    filters: sled::Tree,
    list: Vec<Run>,
    next: u64,
    recent: Recent,
}

/// A run's number, how many rows it has, and how many hashes its filter.
type Listed = (u64, u64, u64);

/// What has to be written to sled for a new list of runs, which is in force once it is.
#[derive(Debug, Default)]
pub(super) struct Planned {
    pub(super) pages: Vec<Entry>,
    pub(super) filters: Vec<Entry>,
    list: Vec<Listed>,
    filter: Option<Filter>,
    next: u64,
}

impl Runs {
    /// Takes the runs as a list that was kept describes them.
    pub(super) fn open(
        pages: sled::Tree,
        filters: sled::Tree,
        list: Option<&[u8]>,
    ) -> Result<Self, DatabaseError> {
        let mut runs = Self {
            pages,
            filters,
            list: Vec::new(),
            next: 0,
            recent: Recent::default(),
        };
        let Some(list) = list else { return Ok(runs) };
        let wrong = || DatabaseError::Row(list.len());
        let (next, list_of_runs) = list.split_first_chunk().ok_or_else(wrong)?;
        let (numbers, rest) = list_of_runs.as_chunks::<8>();
        let (listed, odd) = numbers.as_chunks::<3>();
        if !rest.is_empty() || !odd.is_empty() {
            return Err(wrong());
        }
        runs.next = u64::from_be_bytes(*next);
        runs.list = listed
            .iter()
            .map(|listed| listed.map(u64::from_be_bytes))
            .map(|[number, rows, hashes]| Run {
                number,
                rows,
                hashes,
                filter: OnceLock::new(),
            })
            .collect();
        Ok(runs)
    }

    pub(super) fn pages(&self) -> &sled::Tree {
        &self.pages
    }

    pub(super) fn filters(&self) -> &sled::Tree {
        &self.filters
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        let hash = filter::hash(key);
        if let Ok(known) = self.recent.get(hash, key) {
            return Ok(known);
        }
        let found = self.look_up(hash, key)?;
        self.recent.keep(hash, key, found.as_ref());
        Ok(found)
    }

    fn look_up(&self, hash: u64, key: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        for run in self.list.iter().rev() {
            if !self.filter(run)?.may_have(hash) {
                continue;
            }
            let probe = page_key(run.number, key);
            let page = quiet::catch(|| self.pages.range(..=probe).next_back())?.transpose()?;
            let Some((first, page)) = page else { continue };
            if first.starts_with(&run.number.to_be_bytes())
                && let Some(found) = Rows(&page).find_map(|row| match row {
                    Ok((found, value)) if found == key => Some(Ok(value.map(<[u8]>::to_vec))),
                    Ok(_) => None,
                    Err(error) => Some(Err(error)),
                })
            {
                return found;
            }
        }
        Ok(None)
    }

    /// Goes through the rows with keys from `start` on, before `end`; where all of these keys begin
    /// with what `group` is, only in runs that may have such a key.
    pub(super) fn range(
        &self,
        start: &[u8],
        end: &[u8],
        group: Option<&[u8]>,
    ) -> Result<Merged, DatabaseError> {
        let group = group.map(filter::hash);
        let mut found = Vec::new();
        for run in self.list.iter().rev() {
            let may_have = match group {
                Some(group) => self.filter(run)?.may_have(group),
                None => true,
            };
            if may_have {
                found.push(self.range_of(run.number, start, end)?);
            }
        }
        Ok(Merged::new(found))
    }

    fn range_of(&self, run: u64, start: &[u8], end: &[u8]) -> Result<RunRows, DatabaseError> {
        // The row that `start` is or would be stands in the last page that begins at or before it.
        let probe = page_key(run, start);
        let before = quiet::catch(|| self.pages.range(..=&probe[..]).next_back())?.transpose()?;
        let (first, from) = match before {
            Some((key, page)) if key.starts_with(&run.to_be_bytes()) => {
                (Some(page), Bound::Excluded(key.to_vec()))
            }
            _ => (None, Bound::Included(probe)),
        };
        let until = Bound::Excluded(page_key(run, end));
        let pages = self.pages.range((from, until));
        RunRows::new(pages, start, Some(end)).beginning(first.as_deref())
    }

    /// Plans a run of new rows, which are sorted, merged with older runs if it is time to.
    pub(super) fn plan(&self, rows: Vec<Entry>) -> Result<Planned, DatabaseError> {
        let mut planned = Planned {
            list: self.list.iter().map(Run::listed).collect(),
            next: self.next,
            ..Planned::default()
        };
        if rows.is_empty() {
            return Ok(planned);
        }
        let merged = self.to_merge(rows.len() as u64);
        let older = planned.list.split_off(planned.list.len() - merged);
        let oldest = planned.list.is_empty();
        let mut sources = vec![Source::of_rows(rows)];
        for (number, ..) in older.iter().rev() {
            let pages = self.pages.scan_prefix(number.to_be_bytes());
            sources.push(Source::new(RunRows::new(pages, &[], None)));
            planned.remove_run(self, *number)?;
        }
        // Where nothing older is left, a removal has nothing to hide.
        planned.add_run(MergedAll { sources }, !oldest)?;
        Ok(planned)
    }

    /// Returns how many of the newest runs are to be merged with a new run of so many rows.
    fn to_merge(&self, rows: u64) -> usize {
        let (mut rows, mut merged) = (rows, 0);
        loop {
            let (mut total, mut count) = (rows, merged);
            let older = self.list[..self.list.len() - merged].iter().rev();
            let mut alike = older.take_while(|run| size_class(run.rows) <= size_class(rows));
            let is_full = alike.any(|run| {
                let fits = total + run.rows <= MOST_ROWS;
                if fits {
                    total += run.rows;
                    count += 1;
                }
                !fits
            });
            // The new run, or what has been merged with it, is one of them.
            let together = count - merged + 1;
            if together < FAN_IN && !(is_full && together >= LEAST_MERGED) {
                return merged;
            }
            (rows, merged) = (total, count);
        }
    }

    /// Puts a plan in force that has been written to sled.
    pub(super) fn adopt(&mut self, planned: Planned) {
        let Planned {
            list, filter, next, ..
        } = planned;
        self.recent.forget();
        let mut old = std::mem::take(&mut self.list);
        self.list = list
            .into_iter()
            .map(|(number, rows, hashes)| {
                let known = old.iter_mut().find(|run| run.number == number);
                let filter = known.map(|run| std::mem::take(&mut run.filter));
                Run {
                    number,
                    rows,
                    hashes,
                    filter: filter.unwrap_or_default(),
                }
            })
            .collect();
        if let (Some(filter), Some(newest)) = (filter, self.list.last_mut()) {
            newest.filter = OnceLock::from(filter);
        }
        self.next = next;
    }

    fn filter<'r>(&self, run: &'r Run) -> Result<&'r Filter, DatabaseError> {
        if let Some(filter) = run.filter.get() {
            return Ok(filter);
        }
        let mut bytes = Vec::new();
        let chunks = quiet::catch(|| {
            self.filters
                .scan_prefix(run.number.to_be_bytes())
                .collect::<Result<Vec<_>, _>>()
        })??;
        for (_, chunk) in chunks {
            bytes.extend_from_slice(&chunk);
        }
        let expected = usize::try_from(run.hashes).map_or(0, Filter::bytes_for);
        if bytes.len() != expected {
            return Err(DatabaseError::Row(bytes.len()));
        }
        Ok(run.filter.get_or_init(|| Filter::from_bytes(bytes)))
    }
}

impl Run {
    fn listed(&self) -> Listed {
        (self.number, self.rows, self.hashes)
    }
}

/// Returns the beginning of a key that the filter knows; `None` where that is the whole key, or the key
/// is shorter.
fn group_of(key: &[u8]) -> Option<&[u8]> {
    let first = *key.first()?;
    let table = Table::IN_RUNS.iter().find(|table| **table as u8 == first)?;
    let begins = key.get(..1 + table.group_bytes()?)?;
    (begins.len() < key.len()).then_some(begins)
}

impl Planned {
    /// Returns the list of runs, to be kept.
    pub(super) fn list(&self) -> Vec<u8> {
        let runs = self.list.iter();
        let numbers = runs.flat_map(|(number, rows, hashes)| [*number, *rows, *hashes]);
        std::iter::once(self.next)
            .chain(numbers)
            .flat_map(u64::to_be_bytes)
            .collect()
    }

    fn add_run(&mut self, mut rows: MergedAll, keep_removed: bool) -> Result<(), DatabaseError> {
        let number = self.next;
        let (mut first, mut page, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut count, mut group) = (0, Vec::new());
        while let Some((key, value)) = rows.next_row()? {
            if value.is_none() && !keep_removed {
                continue;
            }
            count += 1;
            hashes.push(filter::hash(&key));
            // Keys are in order, so those that begin alike follow each other.
            if let Some(begins) = group_of(&key).filter(|begins| **begins != group[..]) {
                hashes.push(filter::hash(begins));
                group = begins.to_vec();
            }
            let length = 4 + key.len() + value.as_ref().map_or(0, Vec::len);
            if !page.is_empty() && page.len() + length > PAGE_BYTES {
                let whole = std::mem::replace(&mut page, Vec::with_capacity(PAGE_BYTES));
                self.pages.push((page_key(number, &first), Some(whole)));
            }
            if page.is_empty() {
                first.clone_from(&key);
            }
            write_row(&mut page, &key, value.as_deref());
        }
        if page.is_empty() {
            return Ok(());
        }
        self.pages.push((page_key(number, &first), Some(page)));
        self.next += 1;
        self.list.push((number, count, hashes.len() as u64));
        let mut filter = Filter::for_keys(hashes.len());
        for hash in hashes {
            filter.add(hash);
        }
        for (chunk, bytes) in (0_u32..).zip(filter.as_bytes().chunks(PAGE_BYTES)) {
            let key = [&number.to_be_bytes()[..], &chunk.to_be_bytes()].concat();
            self.filters.push((key, Some(bytes.to_vec())));
        }
        self.filter = Some(filter);
        Ok(())
    }

    fn remove_run(&mut self, runs: &Runs, number: u64) -> Result<(), DatabaseError> {
        let keys = |tree: &sled::Tree| {
            quiet::catch(|| {
                tree.scan_prefix(number.to_be_bytes())
                    .keys()
                    .collect::<Result<Vec<_>, _>>()
            })
        };
        let pages = keys(&runs.pages)??;
        let filters = keys(&runs.filters)??;
        self.pages
            .extend(pages.iter().map(|key| (key.to_vec(), None)));
        self.filters
            .extend(filters.iter().map(|key| (key.to_vec(), None)));
        Ok(())
    }
}

/// Returns the size class of a run: each has [`FAN_IN`] times the rows of the one before.
fn size_class(rows: u64) -> u32 {
    (rows.div_ceil(SMALLEST).max(1)).ilog2() / FAN_IN.ilog2()
}

fn page_key(run: u64, first: &[u8]) -> Vec<u8> {
    [&run.to_be_bytes()[..], first].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn open() -> (tempfile::TempDir, sled::Db) {
        let folder = tempfile::tempdir().unwrap();
        let config = sled::Config::new().path(folder.path()).flush_every_ms(None);
        (folder, config.open().unwrap())
    }

    fn runs(db: &sled::Db, list: Option<&[u8]>) -> Runs {
        let tree = |name| db.open_tree(name).unwrap();
        Runs::open(tree("runs"), tree("filters"), list).unwrap()
    }

    /// Writes a plan, as the database does in its transaction.
    fn write(runs: &mut Runs, rows: Vec<Entry>) -> Vec<u8> {
        let planned = runs.plan(rows).unwrap();
        for (tree, rows) in [
            (&runs.pages, &planned.pages),
            (&runs.filters, &planned.filters),
        ] {
            for (key, value) in rows {
                match value {
                    Some(value) => tree.insert(key, value.as_slice()).unwrap(),
                    None => tree.remove(key).unwrap(),
                };
            }
        }
        let list = planned.list();
        runs.adopt(planned);
        list
    }

    /// Compares everything that can be asked with a map.
    fn compare(runs: &Runs, model: &BTreeMap<Vec<u8>, Option<Vec<u8>>>) {
        let there: Vec<_> = model
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.clone()?)))
            .collect();
        for (key, value) in model {
            assert_eq!(runs.get(key).unwrap(), *value);
        }
        assert_eq!(runs.get(b"\x05absent").unwrap(), None);
        let all = |rows: Merged| rows.collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(all(runs.range(&[], &[0xff], None).unwrap()), there);
        let mut back: Vec<_> = runs
            .range(&[], &[0xff], None)
            .unwrap()
            .rev()
            .map(Result::unwrap)
            .collect();
        back.reverse();
        assert_eq!(back, there);
        // From both ends at once.
        let (mut front, mut back) = (Vec::new(), Vec::new());
        let mut rows = runs.range(&[], &[0xff], None).unwrap();
        while let Some(row) = rows.next() {
            front.push(row.unwrap());
            back.extend(rows.next_back().map(Result::unwrap));
        }
        front.extend(back.into_iter().rev());
        assert_eq!(front, there);
        for (start, end) in [(&b"\x01"[..], &b"\x02"[..]), (b"\x01\x80", b"\x01\xc0")] {
            let expected: Vec<_> = there
                .iter()
                .filter(|(key, _)| &key[..] >= start && &key[..] < end)
                .cloned()
                .collect();
            assert_eq!(all(runs.range(start, end, None).unwrap()), expected);
        }
    }

    #[test]
    fn what_begins_alike_is_found_in_any_run() {
        let (_folder, db) = open();
        let mut kept = runs(&db, None);
        let id = |n: u32, rest: u8| {
            let hash = blake3::hash(&n.to_be_bytes());
            let mut key = Table::Ids.key(&hash.as_bytes()[..32]);
            key[32] = rest;
            key
        };
        // Keys of one group in several runs, and one that is no longer than what a group shares.
        for (n, rest) in [(0..50, 1), (25..75, 2), (50..100, 3)] {
            let mut rows: Vec<Entry> = n.map(|n| (id(n, rest), Some(vec![rest]))).collect();
            rows.push((id(7, 0)[..5].to_vec(), Some(vec![rest])));
            rows.sort();
            write(&mut kept, rows);
        }
        for n in 0..110 {
            let begins = &id(n, 0)[..5];
            let mut end = begins.to_vec();
            *end.last_mut().unwrap() += 1;
            if end.last() == Some(&0) {
                continue;
            }
            let all = |group| -> Vec<_> {
                let rows = kept.range(begins, &end, group).unwrap();
                rows.collect::<Result<_, _>>().unwrap()
            };
            let found = all(Some(begins));
            assert_eq!(found, all(None), "{n}");
            let expected = match n {
                7 | 25..75 => 2,
                100.. => 0,
                _ => 1,
            };
            assert_eq!(found.len(), expected, "{n}");
        }
    }

    #[test]
    fn runs_stay_few() {
        let (_folder, db) = open();
        let mut kept = runs(&db, None);
        // Rounds of which eight merged would be too many rows for one more merge of eight.
        let mut next = 0_u64;
        let mut most = 0;
        for _ in 0..120 {
            let rows: Vec<Entry> = (next..next + 6000)
                .map(|n| (Table::Entries.key(&n.to_be_bytes()), Some(vec![])))
                .collect();
            next += 6000;
            write(&mut kept, rows);
            assert!(kept.list.iter().all(|run| run.rows <= MOST_ROWS));
            most = most.max(kept.list.len());
        }
        assert!(most <= 14, "{most}");
        assert!(kept.list.len() <= 12, "{}", kept.list.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn runs_are_a_map(rounds in proptest::collection::vec(
            proptest::collection::btree_map(
                (0..3_u8, proptest::collection::vec(any::<u8>(), 0..3))
                    .prop_map(|(table, key)| [&[table][..], &key].concat()),
                proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300)),
                0..60,
            ),
            0..40,
        )) {
            let (_folder, db) = open();
            let mut kept = runs(&db, None);
            let mut model = BTreeMap::new();
            let mut list = None;
            for round in rounds {
                model.extend(round.clone());
                list = Some(write(&mut kept, round.into_iter().collect()));
                assert!(kept.list.len() < 3 * FAN_IN);
            }
            compare(&kept, &model);
            // As it is when it is opened again.
            compare(&runs(&db, list.as_deref()), &model);
        }
    }

    #[test]
    fn runs_stay_few_and_what_is_merged_is_removed() {
        let (_folder, db) = open();
        let mut kept = runs(&db, None);
        for round in 0..300_u64 {
            let rows = (0..20_u64)
                .map(|n| {
                    let key = blake3::hash(&(round * 20 + n).to_be_bytes());
                    (key.as_bytes()[..9].to_vec(), Some(vec![0; 40]))
                })
                .collect::<BTreeMap<_, _>>();
            write(&mut kept, rows.into_iter().collect());
        }
        assert!(kept.list.len() < 3 * FAN_IN, "{:?}", kept.list);
        assert_eq!(kept.list.iter().map(|run| run.rows).sum::<u64>(), 6000);
        let pages = kept.pages.len();
        assert!(pages < 6000 * 60 / PAGE_BYTES * 2, "{pages} pages");
    }

    #[test]
    fn damaged_pages_and_lists_are_errors() {
        assert!(Rows(&[0, 1, 0]).next().unwrap().is_err());
        assert!(Rows(&[0, 9, 0, 0, 1]).next().unwrap().is_err());
        let (_folder, db) = open();
        let tree = || db.open_tree("x").unwrap();
        for list in [&[0; 7][..], &[0; 16], &[]] {
            assert!(Runs::open(tree(), tree(), Some(list)).is_err());
        }
    }
}
