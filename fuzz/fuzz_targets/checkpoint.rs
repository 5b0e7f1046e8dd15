//! A checkpoint's lines, whoever signed it.

#![no_main]

use factlog::trust::checkpoint::stated_size;
use factlog::trust::key::VerifierKey;
use factlog::trust::note::SignedNote;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(note) = SignedNote::parse(bytes) else { return };
    let _ = stated_size(note.text());
    // The worked example's log key.
    let key: VerifierKey = "desk.example/facts+c2ed7859+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
        .parse()
        .expect("a key");
    if let Ok(verified) = note.verify(&[&key]) {
        let _ = factlog::trust::checkpoint::Checkpoint::from_verified(&verified);
    }
});
