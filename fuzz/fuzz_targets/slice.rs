//! No slice but the one that is made of a text verifies against it.

#![no_main]

use factlog::trust::slice::{self, SliceRange};
use factlog::words::id::ObjectId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<u8>, Vec<u8>, u8, u8)| {
    let (text, slice, first, chunks) = input;
    let bytes = text.len() as u64;
    let start = u64::from(first) * slice::CHUNK_BYTES;
    let end = (start + (u64::from(chunks) + 1) * slice::CHUNK_BYTES).min(bytes);
    let Ok(range) = SliceRange::new(start, end) else { return };
    let id = ObjectId::of(&text);
    let made = slice::make(&text, range).expect("the range is in the text");
    let shown = slice::verify(&made, &id, bytes, range).expect("what was made verifies");
    let (from, to) = (start as usize, end as usize);
    assert_eq!(shown, &text[from..to]);
    if slice::verify(&slice, &id, bytes, range).is_ok() {
        assert_eq!(slice, made);
    }
    // Whatever lengths are stated.
    let _ = slice::verify(&slice, &id, u64::MAX, range);
});
