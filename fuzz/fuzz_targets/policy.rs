//! A trust policy that is read means what its lines say: a second, slower reading of them comes to
//! the same quorum.

#![no_main]

use std::collections::HashMap;
use std::sync::OnceLock;

use factlog::trust::merkle::{RootHash, TreeHead};
use factlog::trust::{Checkpoint, SignedNote, TrustPolicy};
use factlog_fuzz::keys;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(policy) = TrustPolicy::parse(bytes) else {
        return;
    };
    for group in policy.groups() {
        assert!((1..=group.size()).contains(&group.threshold));
    }
    // What stands between words, and comments, mean nothing.
    let lines = bytes.split(|byte| *byte == b'\n').map(words);
    let spaced: Vec<u8> = lines
        .flat_map(|line| [b"\t", &*line.join(&b" \t"[..]), b" \n# \n"].concat())
        .collect();
    assert_eq!(TrustPolicy::parse(&spaced).as_ref(), Ok(&policy));
    assert!(TrustPolicy::parse(&[bytes, b"\nquorum none\n"].concat()).is_err());

    for (cosigned, note) in notes().iter().enumerate() {
        let knows = policy
            .logs()
            .iter()
            .any(|log| log.key == *keys::log().verifier());
        let evaluation = policy.evaluate(note);
        assert_eq!(evaluation.is_ok(), knows);
        let evaluation = policy
            .evaluate_log(keys::log().verifier(), note)
            .expect("the log signed it");
        assert_eq!(evaluation.is_met(), is_met(bytes, cosigned), "{evaluation}");
        for (witness, cosignature) in evaluation.witnesses() {
            let ours = (0..3).find(|n| *keys::witness(*n).witness() == witness.key);
            assert_eq!(
                cosignature.is_some(),
                ours.is_some_and(|n| cosigned >> n & 1 == 1)
            );
        }
        let _ = evaluation.to_string();
    }
});

fn words(line: &[u8]) -> Vec<&[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t'))
        .filter(|word| !word.is_empty())
        .collect()
}

/// A checkpoint with the cosignatures of those witnesses whose bit is in its place.
fn notes() -> &'static [SignedNote] {
    static NOTES: OnceLock<Vec<SignedNote>> = OnceLock::new();
    NOTES.get_or_init(|| {
        let origin = keys::log().name().clone();
        let head = TreeHead {
            root: RootHash([1; 32]),
            size: 7,
        };
        let note = Checkpoint { origin, head }
            .sign(keys::log())
            .expect("it is the log's");
        let cosigned = |which: usize| {
            let verified = note
                .verify(&[keys::log().verifier()])
                .expect("it was just signed");
            let lines = (0..3).filter(|n| which >> n & 1 == 1).map(|n| {
                let witness = keys::witness(n);
                let cosignature = witness
                    .cosign(&verified, 1_795_346_012)
                    .expect("a checkpoint");
                cosignature.to_line(witness.witness())
            });
            note.with_lines(&lines.collect::<Vec<_>>())
                .expect("they fit")
        };
        (0..8).map(cosigned).collect()
    })
}

/// Reads a good policy once more: says whether the quorum is met.
fn is_met(bytes: &[u8], cosigned: usize) -> bool {
    let mut met: HashMap<&[u8], bool> = HashMap::from([(&b"none"[..], true)]);
    let mut quorum: &[u8] = b"none";
    for line in bytes.split(|byte| *byte == b'\n') {
        match *words(line) {
            [b"witness", name, vkey, ..] => {
                let has = |n: u8| {
                    keys::witness(n).witness().to_string().as_bytes() == vkey
                        && cosigned >> n & 1 == 1
                };
                met.insert(name, (0..3).any(has));
            }
            [b"group", name, threshold, ref members @ ..] => {
                let count = members.iter().filter(|member| met[**member]).count();
                let needed = match threshold {
                    b"all" => members.len(),
                    b"any" => 1,
                    number => std::str::from_utf8(number)
                        .expect("digits")
                        .parse()
                        .expect("digits"),
                };
                met.insert(name, count >= needed);
            }
            [b"quorum", name] => quorum = name,
            _ => {}
        }
    }
    met[quorum]
}
