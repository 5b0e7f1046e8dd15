//! The list of what is withheld has one form.

#![no_main]

use factlog::mirror::withheld;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(objects) = withheld::parse(bytes) {
        assert_eq!(withheld::to_bytes(&objects), bytes);
    }
});
