//! The store, with toy entries and a toy index function.
//!
//! A toy entry is a line of text. It speaks of every object whose id stands in it, or erases it if
//! its first word is `erase`, and the index function keeps how many entries there were with its first
//! word.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

mod append;
mod damage;
mod erase;
mod links;
mod salvage;
mod stops;

use std::path::{Path, PathBuf};
use std::time::Duration;

use factlog::store::{Facts, IndexError, Notice, Options, Store, StoreError};
use factlog::trust::key::{KeyName, SigningKey, VerifierKey};
use factlog::trust::merkle::TreeHead;
use factlog::words::id::ObjectId;

/// A key for tests, known to everybody.
pub(crate) fn log_key() -> SigningKey {
    SigningKey::from_seed(KeyName::new("test.example/log").unwrap(), &[7; 32])
}

fn index(index: u64, note: &[u8], facts: &mut Facts<'_>) -> Result<Vec<ObjectId>, IndexError> {
    let text = std::str::from_utf8(note)?;
    let word = text.split(' ').next().unwrap_or_default();
    if word == "refuse" {
        facts.put("left", "behind")?;
        return Err("refused by the toy".into());
    }
    let key = format!("count/{word}");
    let count = match facts.get(key.as_bytes())? {
        Some(value) => u64::from_be_bytes(value.as_slice().try_into()?),
        None => 0,
    };
    facts.put(key, (count + 1).to_be_bytes())?;
    facts.put(format!("at/{index:08}"), word)?;
    let objects = text.split(' ').filter_map(|word| word.parse().ok());
    if word == "erase" {
        objects.for_each(|id| facts.erase(id));
        return Ok(vec![]);
    }
    Ok(objects.collect())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the store asks for this signature"
)]
fn log_key_of(_: &Facts<'_>) -> Result<VerifierKey, IndexError> {
    Ok(log_key().verifier().clone())
}

/// A folder with room for a ledger and for copies of its head.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        ledger_in(self.folder.path())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn options(&self) -> Options {
        options_in(self.folder.path())
    }

    pub(crate) fn open(&self) -> Result<(Store, Vec<Notice>), StoreError> {
        Store::open(&self.ledger(), self.options())
    }

    /// Opens the ledger and expects nothing remarkable about it.
    pub(crate) fn open_quietly(&self) -> Store {
        let (store, notices) = self.open().unwrap();
        assert_eq!(notices, []);
        store
    }

    /// Creates a ledger with the entries 0 and 1.
    pub(crate) fn create(&self) -> Store {
        create_in(self.folder.path(), self.options())
    }
}

fn ledger_in(folder: &Path) -> PathBuf {
    folder.join(".factlog")
}

fn options_in(folder: &Path) -> Options {
    let mut options = Options::new(index, 1, log_key_of);
    options.log_key = Some(log_key());
    options.heads = Some(folder.join("home/heads"));
    options.lock_wait = Duration::from_millis(200);
    options
}

fn create_in(folder: &Path, options: Options) -> Store {
    let mut creation = Store::create(&ledger_in(folder), options).unwrap();
    let mut round = creation.begin();
    let policy = round.push_object("the policy").unwrap();
    round
        .push_entry(format!("genesis {policy}").as_bytes())
        .unwrap();
    round.push_entry(b"key alice").unwrap();
    round.commit().unwrap();
    creation.finish().unwrap()
}

/// The objects that entry `n` of [`append`] speaks of: a small one and, for every third, a large.
pub(crate) fn objects_of(n: u64) -> Vec<Vec<u8>> {
    let mut objects = vec![format!("object {n}").into_bytes()];
    if n.is_multiple_of(3) {
        objects.push(format!("large object {n} ").into_bytes().repeat(400));
    }
    objects
}

pub(crate) fn entry(n: u64) -> Vec<u8> {
    let ids: Vec<String> = objects_of(n)
        .iter()
        .map(|bytes| ObjectId::of(bytes).to_string())
        .collect();
    format!("claim {n} {}", ids.join(" ")).into_bytes()
}

/// Appends the entries of these indexes in one round.
pub(crate) fn append(
    store: &mut Store,
    entries: std::ops::Range<u64>,
) -> Result<TreeHead, StoreError> {
    let mut round = store.begin();
    for n in entries {
        for object in objects_of(n) {
            round.push_object(object)?;
        }
        assert_eq!(round.push_entry(&entry(n))?, n);
    }
    round.commit()
}

/// Checks that the ledger holds exactly `size` entries, with all that belongs to them.
pub(crate) fn check(store: &Store, size: u64) {
    assert_eq!(store.tree_head().size, size);
    let mut tree = factlog::trust::merkle::Tree::new();
    for n in 0..size {
        let note = store.entry(n).unwrap().expect("an entry");
        let leaf = factlog::trust::merkle::LeafHash::of(&note);
        tree.push(leaf);
        assert_eq!(store.index_of(&leaf.into()).unwrap(), Some(n));
        if n >= 2 {
            assert_eq!(note, entry(n));
            for object in objects_of(n) {
                let id = ObjectId::of(&object);
                assert_eq!(store.object(&id).unwrap(), Some(object));
            }
        }
    }
    assert_eq!(store.entry(size).unwrap(), None);
    assert_eq!(tree.head(), store.tree_head());
    for older in 1..=size {
        let root = factlog::trust::merkle::root(older, &store.hashes()).unwrap();
        assert_eq!(root, tree.root(older).unwrap());
    }
    let facts: Vec<_> = store
        .facts_with_prefix(b"at/")
        .map(|fact| fact.unwrap().0)
        .collect();
    let expected: Vec<_> = (0..size)
        .map(|n| format!("at/{n:08}").into_bytes())
        .collect();
    assert_eq!(facts, expected);
    let mut entries = 0;
    let mut reader = store.journal().unwrap();
    while let Some(piece) = reader.next_piece().unwrap() {
        let factlog::store::Piece::Frame(frame) = piece else {
            panic!("{piece:?}")
        };
        if frame.kind == factlog::store::FrameKind::Entry {
            assert_eq!(frame.index, Some(entries));
            assert_eq!(store.entry(entries).unwrap().as_deref(), Some(frame.bytes));
            entries += 1;
        }
    }
    assert_eq!(entries, size);
    // Nothing is there that no entry speaks of.
    let known: Vec<ObjectId> = store.object_ids().map(Result::unwrap).collect();
    let spoken_of = 1 + (2..size).map(|n| objects_of(n).len()).sum::<usize>();
    assert_eq!(known.len(), spoken_of);
    for file in store.object_files().unwrap() {
        let factlog::store::ObjectFile::Object(id) = file else {
            panic!("{file:?}")
        };
        assert!(known.contains(&id));
    }
}
