//! Tiles and bundles, and what they are called.

#![no_main]

use factlog::trust::tile::{EntryBundle, TilePath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8], u8)| {
    let (path, bytes, width) = input;
    if let Ok(tile) = path.parse::<TilePath>() {
        assert_eq!(tile.to_string(), path);
    }
    if let Ok(bundle) = EntryBundle::new(0, u16::from(width) + 1)
        && let Ok(entries) = bundle.parse_bytes(bytes)
    {
        assert_eq!(bundle.to_bytes(&entries).expect("what was read can be written"), bytes);
    }
});
