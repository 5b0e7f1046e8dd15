//! An entry that is read has one form: its text is that of its fields.

#![no_main]

use factlog::entry::{Draft, Entry};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.bytes(), bytes);
        let draft = Draft {
            header: entry.header().clone(),
            body: entry.body().clone(),
        };
        assert_eq!(draft.text().expect("what was read can be written"), entry.note().text());
        let _ = entry.verify(&[]);
    }
});
