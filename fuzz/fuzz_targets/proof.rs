//! Files that carry proofs are written back as they were.

#![no_main]

use factlog::trust::entry_proof::{EntryProof, WitnessRequest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = EntryProof::parse(bytes) {
        // Lines that nothing vouches for are read over, and not written.
        let again = proof.to_string();
        assert_eq!(EntryProof::parse(again.as_bytes()).expect("as written").to_string(), again);
    }
    if let Ok(request) = WitnessRequest::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
    }
});
