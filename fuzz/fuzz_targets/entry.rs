//! An entry has one form: its text is that of its fields, and signed again it has the same bytes.

#![no_main]

use factlog::entry::{Draft, Entry, MAX_BYTES, SignatureError, TAG};
use factlog::trust::SignedNote;
use factlog::trust::note::SignatureLine;
use factlog_fuzz::{Pick, json, keys, mutate, put};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| {
    let Ok(entry) = Entry::parse(bytes) else {
        return;
    };
    assert!(bytes.len() <= MAX_BYTES);
    assert_eq!(entry.bytes(), bytes);
    let draft = Draft {
        header: entry.header().clone(),
        body: entry.body().clone(),
    };
    let text = draft.text().expect("what was read can be written");
    assert_eq!(text, entry.note().text());
    for object in entry.objects() {
        assert!(text.contains(&object.to_string()));
    }

    let roots: Vec<_> = keys::verifiers().into_iter().cloned().collect();
    let verified = entry.verify(&roots);
    let lines = entry.note().signatures();
    if verified.is_ok() {
        assert!(
            lines
                .iter()
                .all(|line| keys::is_by_its_key(line, entry.note()))
        );
        let order = |line: &SignatureLine| (line.name.as_str().to_owned(), line.id.0);
        assert!(lines[0].names(&entry.header().by));
        assert!(
            lines[1..]
                .windows(2)
                .all(|two| order(&two[0]) < order(&two[1]))
        );
        assert_eq!(entry.verify_so_far(&roots), verified);
    }
    let Some(signers) = lines.iter().map(keys::named).collect::<Option<Vec<_>>>() else {
        return;
    };
    match draft.sign(&signers) {
        Ok(signed) => {
            let again = Entry::parse(signed.bytes()).expect("as written");
            assert_eq!(
                (again.header(), again.body()),
                (entry.header(), entry.body())
            );
            match again.verify(&roots) {
                Ok(_) => assert_eq!(verified.is_ok(), signed.bytes() == bytes),
                Err(SignatureError::Verify(error)) => panic!("it was just signed: {error}"),
                Err(_) => assert!(verified.is_err()),
            }
        }
        Err(_) => assert!(verified.is_err()),
    }
});

// Signatures follow the fields, most of the time.
fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut pick = Pick::new(seed.into());
    let changed = change(&data[..size], &mut pick).unwrap_or_else(|| mutate(&data[..size]));
    match put(data, &changed, most) {
        Some(length) => length,
        None => libfuzzer_sys::fuzzer_mutate(data, size, most),
    }
});

fn change(bytes: &[u8], pick: &mut Pick) -> Option<Vec<u8>> {
    if pick.one_in(4) {
        return None;
    }
    let note = SignedNote::parse(bytes).ok()?;
    if pick.one_in(16) {
        let mut lines = note.signatures().to_vec();
        let (one, other) = (pick.below(lines.len()), pick.below(lines.len()));
        lines.swap(one, other);
        return Some(
            SignedNote::assemble(note.text(), lines)
                .ok()?
                .bytes()
                .to_vec(),
        );
    }
    let mut fields = json::read(note.text().lines().nth(1)?.as_bytes())?;
    json::change(&mut fields, pick);
    let text = format!("{TAG}\n{}\n", String::from_utf8(json::write(&fields)).ok()?);
    if pick.one_in(4) {
        let note = SignedNote::assemble(&text, note.signatures().to_vec()).ok()?;
        return Some(note.bytes().to_vec());
    }
    let mut signers: Vec<_> = note.signatures().iter().filter_map(keys::named).collect();
    if let Some(by) = fields.get("by").and_then(|by| keys::by_vkey(by.as_str()?)) {
        signers.retain(|key| key.verifier() != by.verifier());
        signers.insert(0, by);
    }
    if pick.one_in(8) {
        let key = pick.of(keys::all())?;
        signers.retain(|other| other.verifier() != key.verifier());
        signers.push(key);
    }
    Some(SignedNote::sign(&text, &signers).ok()?.bytes().to_vec())
}
