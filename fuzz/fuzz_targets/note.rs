//! A signed note that is read is written back as it was, and never panics.

#![no_main]

use factlog::trust::note::SignedNote;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = SignedNote::parse(bytes) {
        assert_eq!(note.bytes(), bytes);
        let again = SignedNote::assemble(note.text(), note.signatures().to_vec());
        assert_eq!(again.expect("what was read can be written").bytes(), bytes);
    }
});
