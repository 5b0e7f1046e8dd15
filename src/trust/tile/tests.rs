//! Tests of `tile`.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::definition::{leaves, mth, tree};
use super::super::merkle::{LeafHash, MissingHash, Tree, root};
use super::super::proof::{ConsistencyProof, InclusionProof};
use super::*;

fn tile(level: u8, index: u64, width: u16) -> HashTile {
    HashTile::new(level, index, width).expect("a tile")
}

fn bundle(index: u64, width: u16) -> EntryBundle {
    EntryBundle::new(index, width).expect("a bundle")
}

#[test]
fn tiles_are_called_as_the_specification_has_it() {
    for (path, expected) in [
        ("tile/0/000", TilePath::Hashes(tile(0, 0, 256))),
        ("tile/0/005", TilePath::Hashes(tile(0, 5, 256))),
        ("tile/1/x001/000.p/1", TilePath::Hashes(tile(1, 1000, 1))),
        (
            "tile/0/x001/x234/067",
            TilePath::Hashes(tile(0, 1_234_067, 256)),
        ),
        (
            "tile/0/x001/x234/067.p/255",
            TilePath::Hashes(tile(0, 1_234_067, 255)),
        ),
        ("tile/7/000.p/255", TilePath::Hashes(tile(7, 0, 255))),
        (
            "tile/entries/x070/000.p/12",
            TilePath::Entries(bundle(70_000, 12)),
        ),
        ("tile/entries/999", TilePath::Entries(bundle(999, 256))),
        (
            "tile/entries/x072/x057/x594/x037/x927/935.p/255",
            TilePath::Entries(bundle(u64::MAX >> 8, 255)),
        ),
    ] {
        assert_eq!(expected.to_string(), path);
        assert_eq!(path.parse(), Ok(expected), "{path}");
    }
}

#[test]
fn what_is_not_the_path_of_a_tile_is_refused() {
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile//000",
        "Tile/0/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x001x000",
        "tile/0/x001//000",
        "tile/0/x01/000",
        "tile/0/xx01/000",
        "tile/0/x001/000/",
        "tile/0/X001/000",
        "tile/0/-01",
        "tile/0/+01",
        "tile/0/ 01",
        "tile/0/01a",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/-1",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/000.P/1",
        "tile/0/000/.p/1",
        "tile/0/000.p/65537",
        "tile/00/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/256/000",
        "tile/data/000",
        "tile/0/0/000",
        "tile/entries",
        "tile/entries/",
        "tile/entries/0",
        "tile/entries/000.p/256",
        "entries/000",
        "tile/0/../0/000",
        "tile/0/\u{0661}00",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x018/x446/x744/x073/x709/x551/615",
    ] {
        let expected = TileError::Path(path.to_owned());
        assert_eq!(path.parse::<TilePath>(), Err(expected), "{path}");
    }
    for path in ["tile/0/000.p/0", "tile/entries/000.p/0"] {
        assert_eq!(path.parse::<TilePath>(), Err(TileError::Width(0)));
    }
    for path in [
        "tile/8/000",
        "tile/63/000.p/1",
        "tile/7/000",
        "tile/7/001.p/1",
        "tile/0/x018/x446/x744/x073/x709/x551/615",
        "tile/entries/x072/x057/x594/x037/x927/935",
        "tile/entries/x072/x057/x594/x037/x927/936.p/1",
    ] {
        let error = path.parse::<TilePath>().expect_err(path);
        assert!(matches!(error, TileError::Beyond { .. }), "{path}: {error}");
    }
    assert_eq!(HashTile::new(0, 0, 257), Err(TileError::Width(257)));
}

#[test]
fn the_tiles_of_a_size_are_those_of_the_specification() {
    // "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0
    // tile of width 112, one full level 1 tile, one partial level 1 tile of width 17, and one
    // partial level 2 tile of width 1."
    let tiles: Vec<_> = HashTile::for_size(70_000).collect();
    let mut expected: Vec<_> = (0..273).map(|index| tile(0, index, 256)).collect();
    expected.extend([
        tile(0, 273, 112),
        tile(1, 0, 256),
        tile(1, 1, 17),
        tile(2, 0, 1),
    ]);
    assert_eq!(tiles, expected);
    assert_eq!(EntryBundle::for_size(70_000).count(), 274);
    // "a tree of size 256 will be represented by a full level 0 tile and a partial level 1
    // tile of width 1."
    let tiles: Vec<_> = HashTile::for_size(256).collect();
    assert_eq!(tiles, [tile(0, 0, 256), tile(1, 0, 1)]);
    assert_eq!(
        EntryBundle::for_size(256).collect::<Vec<_>>(),
        [bundle(0, 256)]
    );
    assert_eq!(HashTile::for_size(0).count(), 0);
    assert_eq!(EntryBundle::for_size(0).count(), 0);
    // The largest tree is named without overflow, and not gathered.
    assert_eq!(HashTile::for_size(u64::MAX).next(), Some(tile(0, 0, 256)));
    let last: Vec<_> = HashTile::between(u64::MAX - 1, u64::MAX).collect();
    assert_eq!(last, [tile(0, u64::MAX >> 8, 255)]);
}

#[test]
fn growing_names_exactly_the_tiles_that_were_not_there() {
    let sizes = [
        0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000,
    ];
    for newer in sizes {
        for older in sizes.into_iter().filter(|&older| older <= newer) {
            let before: Vec<_> = HashTile::for_size(older).collect();
            let new: Vec<_> = HashTile::for_size(newer)
                .filter(|tile| !before.contains(tile))
                .collect();
            assert_eq!(HashTile::between(older, newer).collect::<Vec<_>>(), new);
            let before: Vec<_> = EntryBundle::for_size(older).collect();
            let new: Vec<_> = EntryBundle::for_size(newer)
                .filter(|bundle| !before.contains(bundle))
                .collect();
            assert_eq!(EntryBundle::between(older, newer).collect::<Vec<_>>(), new);
        }
        assert_eq!(HashTile::between(newer + 1, newer).count(), 0);
    }
}

type Stored = BTreeMap<HashTile, Vec<u8>>;

fn stored(tree: &Tree, size: u64) -> Stored {
    HashTile::for_size(size)
        .map(|tile| (tile, tile.to_bytes(tree).expect("the tree is large enough")))
        .collect()
}

fn reader(stored: &Stored, size: u64) -> impl HashReader<Error = TileReadError<MissingHash>> {
    Tiles::new(size, |tile: HashTile| {
        stored.get(&tile).ok_or(MissingHash {
            level: tile.level(),
            index: tile.index(),
        })
    })
}

#[test]
fn roots_and_proofs_from_tiles_are_those_of_the_tree() {
    let leaves = leaves(66_000);
    let tree = tree(&leaves);
    for size in [
        0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 65_535, 65_536, 65_537, 66_000,
    ] {
        let stored = stored(&tree, size);
        for (tile, bytes) in &stored {
            assert_eq!(bytes.len(), tile.byte_length());
        }
        let tiles = reader(&stored, size);
        let shown = &leaves[..usize::try_from(size).expect("small")];
        assert_eq!(root(size, &tiles).expect("a root").0, mth(shown), "{size}");
        for index in [0, 1, size / 2, size.saturating_sub(1)] {
            if index < size {
                assert_eq!(
                    InclusionProof::prove(index, size, &tiles).expect("a proof"),
                    InclusionProof::prove(index, size, &tree).expect("a proof")
                );
            }
            assert_eq!(
                ConsistencyProof::prove(index.min(size), size, &tiles).expect("a proof"),
                ConsistencyProof::prove(index.min(size), size, &tree).expect("a proof")
            );
        }
        for level in [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 255] {
            let index = size.checked_shr(level).unwrap_or(0);
            let level = u8::try_from(level).expect("as written");
            assert_eq!(
                tiles.hash(level, index),
                Err(TileReadError::Missing { level, index, size })
            );
        }
    }
}

#[test]
fn hashes_in_a_tile_are_those_of_the_definition() {
    let leaves = leaves(600);
    let tree = tree(&leaves);
    let bytes = tile(1, 0, 2).to_bytes(&tree).expect("large enough");
    let hashes = tile(1, 0, 2).parse_bytes(&bytes).expect("a tile");
    assert_eq!(hashes, [mth(&leaves[..256]), mth(&leaves[256..512])]);
    assert!(tile(1, 0, 3).to_bytes(&tree).is_err());
}

#[test]
fn tiles_of_another_length_and_tiles_that_are_not_there_are_told() {
    let tree = tree(&leaves(300));
    let mut stored = stored(&tree, 300);
    let last = tile(0, 1, 44);
    for bytes in [0, 43 * 32, 44 * 32 - 1, 44 * 32 + 1, 45 * 32, 8192] {
        stored.insert(last, vec![0; bytes]);
        let error = TileError::Length {
            tile: last,
            expected: 44 * 32,
            found: bytes,
        };
        assert_eq!(
            reader(&stored, 300).hash(0, 299),
            Err(TileReadError::Tile(error))
        );
    }
    stored.remove(&last);
    let error = reader(&stored, 300).hash(2, 74).expect_err("not there");
    assert_eq!(error.to_string(), "tile/0/001.p/44 could not be read");
    assert!(reader(&stored, 300).hash(8, 0).is_ok());
}

#[test]
fn a_bundle_holds_its_entries_and_hashes_to_its_tile() {
    let longest = vec![7; MAX_ENTRY_BYTES];
    let entries: [&[u8]; 4] = [b"", b"one", &longest, b"\0\0"];
    let bundle = bundle(3, 4);
    let bytes = bundle.to_bytes(&entries).expect("as many as its width");
    assert_eq!(&bytes[..9], b"\0\0\0\x03one\xff\xff");
    assert_eq!(bundle.parse_bytes(&bytes).expect("a bundle"), entries);
    assert_eq!(bundle.first_entry(), 768);
    assert_eq!(EntryBundle::for_size(772).last().expect("some"), bundle);

    let mut tree = Tree::new();
    for entry in bundle.parse_bytes(&bytes).expect("a bundle") {
        tree.push(LeafHash::of(entry));
    }
    let hashes = tile(0, 0, 4).to_bytes(&tree).expect("large enough");
    assert_eq!(hashes[32..64], LeafHash::of(b"one").0);
}

#[test]
fn what_is_not_the_bundle_is_refused_for_its_reason() {
    let two = bundle(0, 2);
    let (expected, short) = (2, |entry| Err(TileError::Short { bundle: two, entry }));
    assert_eq!(two.parse_bytes(b""), short(0));
    assert_eq!(two.parse_bytes(b"\0"), short(0));
    assert_eq!(two.parse_bytes(b"\0\x02a"), short(0));
    assert_eq!(two.parse_bytes(b"\0\x01a"), short(1));
    assert_eq!(two.parse_bytes(b"\0\x01a\xff\xffb"), short(1));
    assert_eq!(
        two.parse_bytes(b"\0\x01a\0\x01b").expect("two"),
        [b"a", b"b"]
    );
    assert_eq!(
        two.parse_bytes(b"\0\x01a\0\x01b\0\0"),
        Err(TileError::Trailing {
            bundle: two,
            bytes: 2
        })
    );
    for found in [0, 1, 3, 257] {
        assert_eq!(
            two.to_bytes(&vec![b"a"; found]),
            Err(TileError::Count {
                bundle: two,
                expected,
                found
            })
        );
    }
    assert_eq!(
        bundle(0, 1).to_bytes(&[vec![0; 65_536]]),
        Err(TileError::Entry(65_536))
    );
}

proptest! {
    #[test]
    fn every_name_is_read_back(level in 0_u8..10, index in any::<u64>(), shift in 0..64, width in 0_u16..300) {
        let index = index >> shift;
        if let Ok(tile) = HashTile::new(level, index, width) {
            prop_assert_eq!(tile.to_string().parse(), Ok(TilePath::Hashes(tile)));
        }
        if let Ok(bundle) = EntryBundle::new(index, width) {
            prop_assert_eq!(bundle.to_string().parse(), Ok(TilePath::Entries(bundle)));
        }
    }

    #[test]
    fn any_text_is_a_name_or_is_refused(path in "(tile/)?(entries/|[0-9]{0,2}/)?[x0-9/.p]{0,24}") {
        if let Ok(read) = path.parse::<TilePath>() {
            prop_assert_eq!(read.to_string(), path);
        }
    }

    #[test]
    fn any_bytes_are_a_bundle_or_are_refused(
        bytes in proptest::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..64),
        width in 1_u16..=8,
    ) {
        if let Ok(entries) = bundle(0, width).parse_bytes(&bytes) {
            prop_assert_eq!(bundle(0, width).to_bytes(&entries), Ok(bytes.clone()));
        }
    }
}
