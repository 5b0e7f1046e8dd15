//! Tiles and bundles of entries have one name and one form, and a tree that is read from tiles is the
//! tree that they were made of.
//!
//! The first byte says what the others are: `seeds.py` has an example of each.

#![no_main]

use std::convert::Infallible;
use std::sync::OnceLock;

use factlog::trust::merkle::{self, HashReader, LeafHash, Tree};
use factlog::trust::tile::{EntryBundle, HashTile, TilePath, Tiles};
use libfuzzer_sys::fuzz_target;

/// How many entries the tree has.
const SIZE: u64 = 700;

fuzz_target!(|bytes: &[u8]| {
    let _ = match bytes {
        [0, path @ ..] => try_path(path),
        [1, width, entries @ ..] => try_entries(u16::from(*width) + 1, entries),
        [2, rest @ ..] => try_tree(rest),
        [_, rest @ ..] => try_numbers(rest),
        [] => None,
    };
});

/// Takes an array from the front.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        let mut tree = Tree::new();
        for number in 0..SIZE {
            tree.push(LeafHash::of(number.to_string().as_bytes()));
        }
        tree
    })
}

fn try_path(bytes: &[u8]) -> Option<()> {
    let path = std::str::from_utf8(bytes).ok()?;
    let tile: TilePath = path.parse().ok()?;
    assert_eq!(tile.to_string(), path);
    let again = match tile {
        TilePath::Hashes(tile) => {
            HashTile::new(tile.level(), tile.index(), tile.width()).map(TilePath::Hashes)
        }
        TilePath::Entries(tile) => {
            EntryBundle::new(tile.index(), tile.width()).map(TilePath::Entries)
        }
    };
    assert_eq!(again, Ok(tile));
    Some(())
}

fn try_entries(width: u16, bytes: &[u8]) -> Option<()> {
    let bundle = EntryBundle::new(0, width).expect("1 to 256");
    let entries = bundle.parse_bytes(bytes).ok()?;
    assert_eq!(entries.len(), usize::from(width));
    assert_eq!(
        bundle
            .to_bytes(&entries)
            .expect("what was read can be written"),
        bytes
    );
    assert!(bundle.to_bytes(&entries[1..]).is_err());
    assert!(bundle.parse_bytes(&bytes[..bytes.len() - 1]).is_err());
    assert!(bundle.parse_bytes(&[bytes, &[0]].concat()).is_err());
    Some(())
}

/// Reads a hash of a tree from tiles, one of which may be changed.
fn try_tree(mut bytes: &[u8]) -> Option<()> {
    let size = u64::from(u16::from_le_bytes(take(&mut bytes)?)) % (SIZE + 1);
    let [level] = take(&mut bytes)?;
    let index = u64::from(u16::from_le_bytes(take(&mut bytes)?));
    let changed = usize::from(u16::from_le_bytes(take(&mut bytes)?));
    let [how] = take(&mut bytes)?;
    let called: Vec<HashTile> = HashTile::for_size(size).collect();
    let fetch = |tile: HashTile| {
        assert!(called.contains(&tile), "{tile} is not of a tree of {size}");
        Ok::<_, Infallible>(tile.to_bytes(tree()).expect("the tree is as large"))
    };
    let tiles = Tiles::new(size, fetch);
    let wanted = merkle::root(size, tree()).expect("the tree is as large");
    assert_eq!(
        merkle::root(size, &tiles).expect("the tiles are there"),
        wanted
    );
    let is_there = index < size.checked_shr(level.into()).unwrap_or(0);
    let read = tiles.hash(level, index);
    assert_eq!(read.is_ok(), is_there);
    if is_there {
        assert_eq!(
            read.expect("it is there"),
            tree().hash(level, index).expect("it is there")
        );
    }

    if how == 0 || size == 0 {
        return None;
    }
    let fetch = |tile: HashTile| {
        let mut bytes = fetch(tile)?;
        match how % 3 {
            0 => drop(bytes.pop()),
            1 => bytes.push(how),
            _ => {
                let at = changed % bytes.len();
                bytes[at] ^= how;
            }
        }
        Ok::<_, Infallible>(bytes)
    };
    // A tile that is too long or too short is refused; another hash may be one that is not read.
    if let Ok(root) = merkle::root(size, &Tiles::new(size, fetch)) {
        assert_eq!(how % 3, 2);
        assert!(root != wanted || size > 1);
    }
    Some(())
}

fn try_numbers(mut bytes: &[u8]) -> Option<()> {
    let [older, newer] = [take(&mut bytes)?, take(&mut bytes)?].map(u64::from_le_bytes);
    let [level] = take(&mut bytes)?;
    let (index, width) = (
        u64::from_le_bytes(take(&mut bytes)?),
        u16::from_le_bytes(take(&mut bytes)?),
    );
    if let Ok(tile) = HashTile::new(level, index, width) {
        assert_eq!(tile.to_string().parse(), Ok(TilePath::Hashes(tile)));
        let same = vec![[width as u8; 32]; width.into()].concat();
        assert_eq!(
            tile.parse_bytes(&same).expect("as long").len(),
            usize::from(width)
        );
    }
    if let Ok(bundle) = EntryBundle::new(index, width) {
        assert_eq!(bundle.to_string().parse(), Ok(TilePath::Entries(bundle)));
        assert_eq!(bundle.first_entry(), index * 256);
    }
    // What growing adds is what the larger tree needs and the smaller one had not.
    let newer = older.saturating_add(newer % 2000);
    for tile in HashTile::between(older, newer) {
        assert_eq!(tile.to_string().parse(), Ok(TilePath::Hashes(tile)));
    }
    let first = EntryBundle::between(older, newer).next();
    assert_eq!(first.is_none(), older == newer);
    if newer < 3000 {
        let had: Vec<_> = HashTile::for_size(older).collect();
        let added: Vec<_> = HashTile::for_size(newer)
            .filter(|tile| !had.contains(tile))
            .collect();
        assert_eq!(HashTile::between(older, newer).collect::<Vec<_>>(), added);
    }
    let nothing = Tiles::new(newer, |tile: HashTile| {
        Ok::<_, Infallible>(vec![0; tile.byte_length()])
    });
    assert_eq!(
        nothing.hash(level, index).is_ok(),
        index < newer.checked_shr(level.into()).unwrap_or(0)
    );
    Some(())
}
