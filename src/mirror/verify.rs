//! The audit of a copy: its log as any other, and its tiles, lists and names.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{ParallelBridge as _, ParallelIterator as _};

use super::files::{FileError, Files, is_unfinished};
use super::read::{Copy, ReadError};
use super::{MAX_CHECKPOINT_BYTES, object_path};
use crate::audit::finding::{Code, Finding, causes};
use crate::audit::report::Report;
use crate::audit::run::{Input, PresentObject, StoredCheckpoint, audit_tree};
use crate::entry::{Body, Entry, Genesis};
use crate::trust::checkpoint::{self, stated_size};
use crate::trust::merkle::{LeafHash, Tree};
use crate::trust::note::SignedNote;
use crate::trust::slice::SliceRange;
use crate::trust::tile::{FULL_WIDTH, HashTile, TilePath};
use crate::trust::tlog_policy::TrustPolicy;
use crate::words::id::{EntryId, ObjectId};

/// How a copy is verified.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The ledger that it must be, where the caller knows its id.
    pub ledger: Option<EntryId>,
    /// Checkpoints that the caller has from elsewhere: the log must begin with each.
    pub checkpoints: Vec<StoredCheckpoint>,
    /// The logs and witnesses that the caller trusts; without it, no witness is asked for.
    pub policy: Option<TrustPolicy>,
}

/// What was audited, all of it from one reading.
pub struct Audited {
    /// What was found.
    pub report: Report,
    /// The ledger's id; `None` if the copy has no first entry.
    pub ledger: Option<EntryId>,
    /// What its first entry says, which the report says whether to believe; `None` if it is none.
    pub genesis: Option<Genesis>,
    /// The checkpoint that the caller remembered, with which the log was compared.
    pub kept: Option<StoredCheckpoint>,
}

/// Verifies a copy, on the threads of the pool that the caller is in.
///
/// `kept` is asked once, with the ledger's id, for the checkpoint of it that the caller remembers.
/// `progress` is told now and then how many entries of how many have been verified.
///
/// # Errors
/// A file that tells what there is can't be read. A file that is missing or damaged is a finding.
pub fn verify<F: Files>(
    copy: &Copy<'_, F>,
    options: VerifyOptions,
    kept: impl FnOnce(&EntryId) -> Result<Option<StoredCheckpoint>, FileError>,
    progress: Option<&(dyn Fn(u64, u64) + Sync)>,
) -> Result<Audited, ReadError> {
    let mut names = Names::default();
    names.read(copy)?;
    let mut entries = copy.entries().peekable();
    let first = entries.peek().and_then(|first| first.bytes.as_ref().ok());
    let ledger = first.map(|bytes| EntryId::from(LeafHash::of(bytes)));
    let genesis = first.and_then(|bytes| Entry::parse(bytes).ok());
    let genesis = genesis.and_then(|entry| match entry.body() {
        Body::Genesis(genesis) => Some(genesis.clone()),
        _ => None,
    });
    let mut checkpoints = options.checkpoints;
    let kept = ledger.as_ref().map(kept).transpose()?.flatten();
    checkpoints.extend(kept.clone());
    checkpoints.append(&mut names.checkpoints);
    let input = Input {
        entries,
        objects: copy,
        present: names.objects.iter().chain(&names.sliced).cloned(),
        withheld: copy.withheld.iter().copied().collect(),
        is_unfinished: copy.is_unfinished,
        head: copy.stored_checkpoint(),
        checkpoints,
        ledger: options.ledger,
        policy: options.policy,
    };
    let (mut report, tree) = audit_tree(input, |done| {
        if let Some(progress) = progress {
            progress(done, copy.size);
        }
    });
    let mut found = std::mem::take(&mut *copy.found());
    found.append(&mut names.findings);
    found.append(&mut names.uncalled(copy, &report));
    found.append(&mut check_tiles(copy, &tree)?);
    found.append(&mut check_others(copy, &tree, &names.tiles)?);
    for finding in &mut report.findings {
        if let (Some(id), None) = (finding.object, &finding.file) {
            finding.file = Some(object_path(&id));
        }
    }
    for finding in found {
        report.add(finding);
    }
    Ok(Audited {
        report,
        ledger,
        genesis,
        kept,
    })
}

/// What a listing of a copy shows, where there is one.
#[derive(Default)]
struct Names {
    objects: Vec<PresentObject>,
    /// The texts that slices are of, each with the slice's path.
    sliced: Vec<PresentObject>,
    slices: Vec<(ObjectId, SliceRange, String)>,
    checkpoints: Vec<StoredCheckpoint>,
    tiles: Vec<String>,
    findings: Vec<Finding>,
}

impl Names {
    fn read<F: Files>(&mut self, copy: &Copy<'_, F>) -> Result<(), FileError> {
        for path in copy.files.list("object")?.into_iter().flatten() {
            let id = path
                .strip_prefix("object/")
                .map(|name| name.replace('/', ""));
            let id = id.and_then(|hex| hex.parse::<ObjectId>().ok());
            match id.filter(|id| object_path(id) == path) {
                Some(id) => self.add_object(copy, id, path),
                None if copy.is_unfinished => {}
                None => self.findings.push(
                    Finding::new(Code::ObjectUnreferenced, "its name is not an object's id")
                        .of_file(path),
                ),
            }
        }
        for path in copy.files.list("checkpoints")?.into_iter().flatten() {
            let Some(bytes) = copy.files.read(&path, MAX_CHECKPOINT_BYTES)? else {
                continue;
            };
            let stated = SignedNote::parse(&bytes).ok();
            let stated = stated.and_then(|note| stated_size(note.text()));
            // One that is being written, or that covers more than the checkpoint that was read.
            let is_ahead = is_unfinished(&path)
                || stated.is_some_and(|size| size > copy.size && size <= checkpoint::MAX_SIZE);
            if copy.is_unfinished && is_ahead {
                continue;
            }
            if stated.map(super::checkpoint_path).as_ref() != Some(&path) {
                let message = "it is not a checkpoint of the size that its name says";
                let finding = Finding::new(Code::CheckpointDamaged, message).of_file(&*path);
                self.findings.push(finding);
            }
            self.checkpoints
                .push(StoredCheckpoint { bytes, file: path });
        }
        for path in copy.files.list("slice")?.into_iter().flatten() {
            self.add_slice(copy.is_unfinished, path);
        }
        self.tiles = copy.files.list("tile")?.unwrap_or_default();
        Ok(())
    }

    fn add_slice(&mut self, is_unfinished: bool, path: String) {
        let parts = path
            .strip_prefix("slice/")
            .and_then(|rest| rest.rsplit_once('/'));
        let named = parts.and_then(|(text, range)| {
            let text: ObjectId = text.replace('/', "").parse().ok()?;
            Some((text, range.parse::<SliceRange>().ok()?))
        });
        match named.filter(|(text, range)| super::slice_path(text, *range) == path) {
            Some((text, range)) => {
                let file = Some(path.clone());
                self.sliced.push(PresentObject { id: text, file });
                self.slices.push((text, range, path));
            }
            None if is_unfinished => {}
            None => {
                let message = "its name is not that of a text and a range of it";
                let finding = Finding::new(Code::ObjectUnreferenced, message);
                self.findings.push(finding.of_file(path));
            }
        }
    }

    /// Returns the slices that no quote calls for, once all quotes were looked for: also those of a
    /// text that is there. Of an erased text the report has each.
    fn uncalled<F: Files>(&self, copy: &Copy<'_, F>, report: &Report) -> Vec<Finding> {
        if copy.is_unfinished {
            return Vec::new();
        }
        let told = |finding: &Finding| {
            matches!(
                finding.code,
                Code::ObjectErasedPresent | Code::ObjectUnreferenced
            )
        };
        let told = report.findings.iter().filter(|finding| told(finding));
        let told: HashSet<ObjectId> = told.filter_map(|finding| finding.object).collect();
        let uncalled = self
            .slices
            .iter()
            .filter(|(text, range, _)| !told.contains(text) && !copy.was_asked_for(*text, *range));
        let finding = |(text, _, path): &(ObjectId, SliceRange, String)| {
            let message = "no quote calls for this slice".to_owned();
            let finding = Finding::new(Code::ObjectUnreferenced, message);
            finding.of_object(*text).of_file(&**path)
        };
        uncalled.map(finding).collect()
    }

    fn add_object<F: Files>(&mut self, copy: &Copy<'_, F>, id: ObjectId, path: String) {
        if copy.withheld.contains(&id) {
            let message = format!("object {id} is said to be withheld, and is there");
            let finding = Finding::new(Code::WithheldPresent, message);
            self.findings.push(finding.of_object(id).of_file(path));
        } else {
            let file = Some(path);
            self.objects.push(PresentObject { id, file });
        }
    }
}

/// Compares the tiles that the checkpoint calls for with the tree that the entries give.
fn check_tiles<F: Files>(copy: &Copy<'_, F>, tree: &Tree) -> Result<Vec<Finding>, FileError> {
    let failed = Mutex::new(None);
    let size = copy.size.min(tree.size());
    let found = HashTile::for_size(size).par_bridge().filter_map(|tile| {
        let path = tile.to_string();
        match copy.read_tile(&path) {
            Ok(Some((bytes, is_full))) => {
                // Of a full one, as many hashes are looked at as the checkpoint covers.
                let own = 32 * usize::from(tile.width());
                let most = 32 * usize::from(FULL_WIDTH);
                let is_sound = is_full && bytes.len() == most;
                check_tile(tile, if is_sound { &bytes[..own] } else { &bytes }, tree)
            }
            Ok(None) => {
                Some(Finding::new(Code::TileMissing, format!("{path} is missing")).of_file(path))
            }
            Err(error) => {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                None
            }
        }
    });
    let mut found: Vec<Finding> = found.collect();
    found.sort_by(|a, b| a.file.cmp(&b.file));
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(found),
    }
}

/// Compares a tile, or the beginning of a wider one, with the tree.
fn check_tile(tile: HashTile, bytes: &[u8], tree: &Tree) -> Option<Finding> {
    let path = tile.to_string();
    let expected = match tile.to_bytes(tree) {
        Ok(expected) => expected,
        Err(error) => {
            let finding = Finding::new(Code::TileUnexpected, causes(&error));
            return Some(finding.of_file(path));
        }
    };
    if bytes == expected {
        return None;
    }
    let (shorter, _) = bytes.split_at(bytes.len().min(expected.len()));
    let same = shorter
        .iter()
        .zip(&expected)
        .take_while(|(a, b)| a == b)
        .count();
    let message = format!(
        "it has {} bytes for {}, and other hashes than the entries give from number {} on",
        bytes.len(),
        expected.len(),
        same / 32
    );
    Some(Finding::new(Code::TileDamaged, message).of_file(path))
}

/// Says whether a row of `count` hashes or entries is published with the one at this index so wide.
fn is_needed(index: u64, width: u16, count: u64) -> bool {
    let before = index.saturating_mul(u64::from(FULL_WIDTH));
    count.saturating_sub(before).min(u64::from(FULL_WIDTH)) == u64::from(width)
}

/// Checks tiles and bundles that are there and that the checkpoint does not call for: partial ones of
/// earlier sizes. Anything else has no place there.
fn check_others<F: Files>(
    copy: &Copy<'_, F>,
    tree: &Tree,
    paths: &[String],
) -> Result<Vec<Finding>, FileError> {
    let mut found = Vec::new();
    let size = tree.size();
    for path in paths {
        let unexpected =
            |message: String| Finding::new(Code::TileUnexpected, message).of_file(&**path);
        let tile: TilePath = match path.parse() {
            Ok(tile) => tile,
            Err(_) if copy.is_unfinished => continue,
            Err(error) => {
                found.push(unexpected(causes(&error)));
                continue;
            }
        };
        let needed = match tile {
            TilePath::Hashes(tile) => {
                let hashes = size.checked_shr(8 * u32::from(tile.level())).unwrap_or(0);
                is_needed(tile.index(), tile.width(), hashes)
            }
            TilePath::Entries(bundle) => is_needed(bundle.index(), bundle.width(), size),
        };
        if needed {
            continue;
        }
        let Some((bytes, _)) = copy.read_tile(path)? else {
            continue;
        };
        match tile {
            TilePath::Hashes(tile) => {
                let finding = check_tile(tile, &bytes, tree);
                let ahead =
                    |finding: &Finding| copy.is_unfinished && finding.code == Code::TileUnexpected;
                found.extend(finding.filter(|finding| !ahead(finding)));
            }
            TilePath::Entries(bundle) => {
                let end = bundle.first_entry() + u64::from(bundle.width());
                let leaves = match bundle.parse_bytes(&bytes) {
                    Ok(entries) => entries.into_iter().map(LeafHash::of).collect::<Vec<_>>(),
                    Err(_) if copy.is_unfinished && end > size => continue,
                    Err(error) => {
                        found
                            .push(Finding::new(Code::TileDamaged, causes(&error)).of_file(&**path));
                        continue;
                    }
                };
                let differs = (bundle.first_entry()..)
                    .zip(&leaves)
                    .find(|(index, leaf)| tree.leaf(*index) != Some(**leaf));
                match differs {
                    None => {}
                    Some(_) if copy.is_unfinished && end > size => {}
                    Some((index, _)) if index >= size => {
                        found.push(unexpected(format!(
                            "it has an entry {index}, and the log {size}"
                        )));
                    }
                    Some((index, _)) => {
                        let message = format!("its entry {index} is another than the log's");
                        found.push(Finding::new(Code::TileDamaged, message).of_file(&**path));
                    }
                }
            }
        }
    }
    Ok(found)
}
