//! A checkpoint's three lines are what it says, whoever signed it, and cosigning does not change it.
//!
//! The input is a note, or a text that the target signs.

#![no_main]

use factlog::trust::checkpoint::{Checkpoint, stated, stated_size};
use factlog::trust::cosignature::CosignatureError;
use factlog::trust::{SignedNote, WitnessKey};
use factlog_fuzz::keys;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = SignedNote::parse(bytes) {
        let _ = try_note(&note);
        let _ = try_text(note.text());
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = try_text(text);
    }
});

/// Tries a note with the lines that it has.
fn try_note(note: &SignedNote) -> Option<()> {
    let witness = keys::witness(0);
    match witness.witness().verify(note) {
        Ok(cosignature) => {
            let line = cosignature.to_line(witness.witness());
            assert!(note.signatures().contains(&line));
            let lines = note
                .signatures()
                .iter()
                .filter(|line| line.name != *witness.witness().name());
            let alone = SignedNote::assemble(note.text(), lines.cloned().collect()).ok()?;
            assert!(matches!(
                witness.witness().verify(&alone),
                Err(CosignatureError::Missing { .. })
            ));
            assert!(
                witness
                    .witness()
                    .verify_answer(&format!("{line}\n"), &alone)
                    .is_ok()
            );
        }
        Err(_) => drop(
            witness
                .witness()
                .to_string()
                .parse::<WitnessKey>()
                .expect("as written"),
        ),
    }
    let known = keys::verifiers();
    let checkpoint = Checkpoint::from_verified(&note.verify(&known).ok()?).ok()?;
    assert_eq!(
        stated(note.text()).ok()?,
        (checkpoint.origin, checkpoint.head)
    );
    Some(())
}

/// Tries a text, signed by a log's key.
fn try_text(text: &str) -> Option<()> {
    let log = keys::log();
    let note = SignedNote::sign(text, &[log]).ok()?;
    let verified = note.verify(&[log.verifier()]).expect("it was just signed");
    let read = Checkpoint::from_verified(&verified);
    let witness = keys::witness(0);
    let Ok(checkpoint) = read else {
        assert!(witness.cosign(&verified, 1).is_err());
        return None;
    };
    // Only further lines may follow, none of them empty.
    let rest = text
        .strip_prefix(&checkpoint.to_text())
        .expect("it begins with what was read");
    assert!(
        rest.is_empty()
            || rest.ends_with('\n') && !rest.starts_with('\n') && !rest.contains("\n\n")
    );
    assert_eq!(
        stated(text).ok(),
        Some((checkpoint.origin.clone(), checkpoint.head))
    );
    assert_eq!(stated_size(text), Some(checkpoint.head.size));
    assert_eq!(
        checkpoint.check_origin(log.name()).is_ok(),
        checkpoint.origin == *log.name()
    );
    if let Ok(signed) = checkpoint.sign(log) {
        assert_eq!(signed.text(), checkpoint.to_text());
        assert_eq!(signed.bytes() == note.bytes(), rest.is_empty());
    }

    let time = checkpoint.head.size >> 1;
    let cosignature = witness.cosign(&verified, time).ok()?;
    let cosigned = note
        .with_lines(&[cosignature.to_line(witness.witness())])
        .ok()?;
    assert_eq!(cosigned.text(), text);
    assert_eq!(witness.witness().verify(&cosigned), Ok(cosignature));
    // Another time, or another witness, is another statement.
    let mut line = cosignature.to_line(witness.witness());
    line.signature[7] ^= 1;
    let other = note.with_lines(&[line]).ok()?;
    assert!(witness.witness().verify(&other).is_err());
    Some(())
}
