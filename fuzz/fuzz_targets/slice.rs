//! No slice but the one that is made of a text verifies against it, and whatever is shown stands
//! where it is said to.
//!
//! The first byte says what the others are: `seeds.py` has an example of each.

#![no_main]

use factlog::trust::slice::{self, CHUNK_BYTES, SliceRange};
use factlog::words::id::ObjectId;
use factlog::words::span::Span;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = match bytes {
        [0, rest @ ..] => try_changes(rest),
        [1, rest @ ..] => try_length(rest),
        [2, rest @ ..] => try_covering(rest),
        [_, rest @ ..] => try_name(rest),
        [] => None,
    };
});

/// Takes an array from the front.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

/// Reads a text's length and the chunks that are shown; makes both, and the slice.
fn read(bytes: &mut &[u8]) -> Option<(Vec<u8>, SliceRange, Vec<u8>)> {
    let length = u64::from(u16::from_le_bytes(take(bytes)?)) % (20 * CHUNK_BYTES);
    // No two chunks are the same.
    let text = (0..length).map(|n| ((n * 2_654_435_761) >> 13).to_le_bytes()[0]);
    let text: Vec<u8> = text.collect();
    let [first, chunks] = take(bytes)?;
    let start = u64::from(first) % 20 * CHUNK_BYTES;
    let end = (start + (u64::from(chunks) % 20 + 1) * CHUNK_BYTES).min(length);
    let range = SliceRange::new(start, end).ok()?;
    let made = slice::make(&text, range).expect("the range is in the text");
    let shown = slice::verify(&made, &ObjectId::of(&text), length, range);
    assert_eq!(
        shown.expect("what was made verifies"),
        text[start as usize..end as usize]
    );
    Some((text, range, made))
}

fn try_changes(mut bytes: &[u8]) -> Option<()> {
    let (text, range, made) = read(&mut bytes)?;
    let mut changed = made.clone();
    for change in bytes.chunks_exact(4).take(16) {
        let at = usize::from(u16::from_le_bytes([change[1], change[2]])) % (changed.len() + 1);
        match change[0] % 4 {
            0 if at < changed.len() => changed[at] ^= change[3],
            1 => changed.truncate(at),
            2 => changed.insert(at, change[3]),
            _ => changed.extend_from_slice(&made[at.min(made.len())..]),
        }
    }
    let length = text.len() as u64;
    let shown = slice::verify(&changed, &ObjectId::of(&text), length, range);
    assert_eq!(shown.is_ok(), changed == made);
    // Neither another text, nor another range of it.
    let other = ObjectId::of(&made);
    assert!(slice::verify(&changed, &other, length, range).is_err());
    if let Ok(next) = SliceRange::new(range.start() + CHUNK_BYTES, range.end()) {
        assert!(slice::verify(&made, &ObjectId::of(&text), length, next).is_err());
    }
    Some(())
}

/// Tries a slice of a text whose length is stated otherwise, by the slice and by the entry alike:
/// only the last chunk authenticates it, but every chunk its place.
fn try_length(mut bytes: &[u8]) -> Option<()> {
    let stated = u64::from_le_bytes(take(&mut bytes)?);
    let (text, range, mut slice) = read(&mut bytes)?;
    slice[..8].copy_from_slice(&stated.to_le_bytes());
    for change in bytes.chunks_exact(4).take(16) {
        let at = usize::from(u16::from_le_bytes([change[1], change[2]])) % (slice.len() + 1);
        match change[0] % 3 {
            0 => slice.truncate(at.max(8)),
            1 if at >= 8 => slice.insert(at, change[3]),
            _ => slice.extend_from_slice(bytes),
        }
    }
    let end = range.end().min(stated);
    for range in [
        Some(range),
        SliceRange::new(range.start(), end).ok(),
        SliceRange::new(0, stated).ok(),
    ] {
        let Some(range) = range else { continue };
        if let Ok(shown) = slice::verify(&slice, &ObjectId::of(&text), stated, range) {
            let (start, end) = (range.start() as usize, range.end() as usize);
            assert_eq!(text.get(start..end), Some(&*shown));
            assert!(range.end() < text.len() as u64 || stated == text.len() as u64);
        }
    }
    Some(())
}

fn try_covering(mut bytes: &[u8]) -> Option<()> {
    let length = u64::from_le_bytes(take(&mut bytes)?);
    let mut spans = Vec::new();
    for span in bytes.chunks_exact(4).take(64) {
        let [start, more] = [[span[0], span[1]], [span[2], span[3]]].map(u16::from_le_bytes);
        // Some lie at the end, however long the text is.
        let from = if more % 2 == 0 {
            0
        } else {
            usize::try_from(length).ok()?.saturating_sub(70_000)
        };
        let start = from.checked_add(start.into())?;
        spans.extend(Span::new(start, start.checked_add(usize::from(more) + 1)?));
    }
    let is_inside = spans.iter().all(|span| span.end() as u64 <= length);
    let covering = SliceRange::covering(&spans, length);
    assert_eq!(covering.is_ok(), is_inside);
    let ranges = covering.ok()?;
    for span in &spans {
        assert_eq!(
            ranges.iter().filter(|range| range.contains(*span)).count(),
            1
        );
    }
    for range in &ranges {
        assert_eq!(range.check(length), Ok(()));
        assert_eq!(SliceRange::new(range.start(), range.end()), Ok(*range));
        assert!(spans.iter().any(|span| range.contains(*span)));
        assert_eq!(range.to_string().parse(), Ok(*range));
    }
    assert!(ranges.windows(2).all(|two| two[0].end() < two[1].start()));
    Some(())
}

fn try_name(bytes: &[u8]) -> Option<()> {
    let text = std::str::from_utf8(bytes).ok()?;
    let range: SliceRange = text.parse().ok()?;
    assert_eq!(range.to_string(), text);
    Some(())
}
