//! A signed note that is read is written back as it was, and what verifies is what its key wrote.

#![no_main]

use factlog::trust::note::{SignatureLine, SignedNote};
use factlog_fuzz::keys;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(note) = SignedNote::parse(bytes) else {
        return;
    };
    assert_eq!(note.bytes(), bytes);
    let again = SignedNote::assemble(note.text(), note.signatures().to_vec());
    assert_eq!(again.expect("what was read can be written"), note);
    let lines = &note.as_str()[note.text().len() + 1..];
    let alone = SignatureLine::parse_all(lines).expect("they stand in a note");
    assert_eq!(alone, note.signatures());

    let known = keys::verifiers();
    let ours = note
        .signatures()
        .iter()
        .filter(|line| keys::named(line).is_some());
    let are_good = ours.clone().all(|line| keys::is_by_its_key(line, &note));
    match note.verify(&known) {
        Ok(verified) => {
            assert!(are_good, "a signature that no key made");
            assert_eq!(verified.signers().len(), ours.count());
        }
        // Of two keys that are called the same, none is tried.
        Err(_) => assert!(!are_good || ours.count() == 0),
    }

    // One more line: the note is the same otherwise, and verifies by this key if the others do.
    let key = keys::log();
    let more = SignedNote::sign(note.text(), &[key]).expect("the text stands in a note");
    let Ok(both) = note.with_lines(more.signatures()) else {
        return;
    };
    let both = SignedNote::parse(both.bytes()).expect("as written");
    assert_eq!(both.text(), note.text());
    assert!(both.verify(&[key.verifier()]).is_ok());
    let mut text = note.text().to_owned();
    text.insert(0, ' ');
    let other = SignedNote::assemble(&text, more.signatures().to_vec());
    assert!(other.is_err() || other.is_ok_and(|other| other.verify(&[key.verifier()]).is_err()));
});
