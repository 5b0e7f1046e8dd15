//! Tests of `entry_proof`.

use proptest::prelude::*;

use super::super::checkpoint::Checkpoint;
use super::super::definition::{leaves, tree};
use super::super::key::SigningKey;
use super::super::merkle::{RootHash, Tree};
use super::*;

const SIZES: u64 = 20;

/// A test log, from a seed that anyone can guess.
fn log() -> SigningKey {
    SigningKey::from_seed("desk.example/facts".parse().expect("a name"), &[1; 32])
}

fn head(tree: &Tree, size: u64) -> TreeHead {
    let root = tree.root(size).expect("a size of the tree");
    TreeHead { root, size }
}

fn checkpoint(head: TreeHead) -> SignedNote {
    let log = log();
    let origin = log.name().clone();
    Checkpoint { origin, head }.sign(&log).expect("a note")
}

#[test]
fn an_entry_proof_is_written_as_the_specification_has_it() {
    let tree = tree(&leaves(3));
    let note = checkpoint(head(&tree, 3));
    let inclusion = InclusionProof::prove(0, 3, &tree).expect("a proof");
    let hash = |level, index| {
        use super::super::merkle::HashReader as _;
        BASE64.encode(tree.hash(level, index).expect("in the tree"))
    };
    let (one, two) = (hash(0, 1), hash(0, 2));
    let proof = EntryProof::new(inclusion, note.clone()).expect("short");
    assert_eq!(
        proof.to_string(),
        format!(
            "c2sp.org/tlog-proof@v1\nindex 0\n{one}\n{two}\n\n{}",
            note.as_str()
        )
    );
    let growth = ConsistencyProof::prove(2, 3, &tree).expect("a proof");
    let request = WitnessRequest::new(2, growth, note.clone()).expect("short");
    assert_eq!(
        request.to_string(),
        format!("old 2\n{two}\n\n{}", note.as_str())
    );
}

#[test]
fn every_entry_of_small_logs_is_shown_by_its_file() {
    let leaves = leaves(SIZES);
    let tree = tree(&leaves);
    let log = log();
    for size in 1..=SIZES {
        let note = checkpoint(head(&tree, size));
        for index in 0..size {
            let inclusion = InclusionProof::prove(index, size, &tree).expect("a proof");
            let proof = EntryProof::new(inclusion, note.clone()).expect("short");
            let read = EntryProof::parse(proof.to_string().as_bytes()).expect("a proof");
            assert_eq!(read, proof);
            let verified = read.checkpoint().verify(&[log.verifier()]).expect("holds");
            let head = Checkpoint::from_verified(&verified)
                .expect("a checkpoint")
                .head;
            let leaf = leaves[usize::try_from(index).expect("small")];
            assert_eq!(read.verify(&leaf, &head), Ok(()));
            let other = leaves[usize::try_from((index + 1) % SIZES).expect("small")];
            assert!(read.verify(&other, &head).is_err());
        }
    }
}

#[test]
fn every_growth_of_small_logs_is_shown_by_its_file() {
    let tree = tree(&leaves(SIZES));
    for newer in 0..=SIZES {
        let note = checkpoint(head(&tree, newer));
        for older in 0..=newer {
            let proof = ConsistencyProof::prove(older, newer, &tree).expect("a proof");
            let request = WitnessRequest::new(older, proof, note.clone()).expect("short");
            let read = WitnessRequest::parse(request.to_string().as_bytes());
            let read = read.expect("a request");
            assert_eq!(read, request);
            let (old, new) = (head(&tree, older), head(&tree, newer));
            assert_eq!(read.verify(&old, &new), Ok(()));
            if older > 0 {
                let known = head(&tree, older - 1);
                assert_eq!(
                    read.verify(&known, &new),
                    Err(RequestError::Old {
                        stated: older,
                        known: older - 1,
                    })
                );
                let root = RootHash([9; 32]);
                let other = TreeHead { root, size: older };
                assert!(matches!(
                    read.verify(&other, &new),
                    Err(RequestError::Proof(_))
                ));
            }
        }
    }
}

#[test]
fn an_extra_line_is_read_over() {
    let tree = tree(&leaves(2));
    let inclusion = InclusionProof::prove(1, 2, &tree).expect("a proof");
    let proof = EntryProof::new(inclusion, checkpoint(head(&tree, 2))).expect("short");
    let text = proof.to_string();
    for extra in ["", "AAAA", "bm90IGEgd29yZA=="] {
        let with = text.replacen('\n', &format!("\nextra {extra}\n"), 1);
        assert_eq!(EntryProof::parse(with.as_bytes()), Ok(proof.clone()));
    }
}

#[test]
fn what_is_not_a_file_with_a_proof_is_refused_for_its_reason() {
    let note = checkpoint(TreeHead::empty());
    let note = note.as_str();
    let hash = BASE64.encode([7; 32]);
    let entry = |lines: &str| format!("{ENTRY_PROOF}\n{lines}\n\n{note}");
    let line = |line| move |e: &ProofFileError| matches!(e, ProofFileError::Line { line: at, .. } if *at == line);
    let ends = |e: &ProofFileError| *e == ProofFileError::Ends;
    assert!(EntryProof::parse(entry("index 0").as_bytes()).is_ok());
    for text in [
        entry("index 0").replace("v1", "v2"),
        entry("index 0").replace("c2sp", " c2sp"),
        note.to_owned(),
    ] {
        assert!(line(1)(
            &EntryProof::parse(text.as_bytes()).expect_err(&text)
        ));
    }
    for lines in [
        "",
        "index",
        "index ",
        "index 00",
        "index -1",
        "index +1",
        "index 1 ",
        "index  1",
        "index 1\r",
        "Index 1",
        "index 0x1",
        "index 18446744073709551616",
        "extra",
        "extra A\nindex 0",
        "extra AAAB=\nindex 0",
        "extra  AAAA\nindex 0",
        &hash,
    ] {
        assert!(
            line(2)(&EntryProof::parse(entry(lines).as_bytes()).expect_err(lines)),
            "{lines}"
        );
    }
    for lines in [
        "extra AAAA\nextra AAAA\nindex 0",
        "index 0\nindex 0",
        "index 0\nextra AAAA",
        "index 0\nAAAA",
        &format!("index 0\n {hash}"),
        &format!("index 0\n{hash} "),
        &format!("index 0\n{}", hash.trim_end_matches('=')),
        &format!("index 0\n{}", hash.replace("c=", "d=")),
    ] {
        assert!(
            line(3)(&EntryProof::parse(entry(lines).as_bytes()).expect_err(lines)),
            "{lines}"
        );
    }
    for text in [
        "",
        ENTRY_PROOF,
        &format!("{ENTRY_PROOF}\nindex 0"),
        &format!("{ENTRY_PROOF}\nindex 0\n{hash}\n"),
    ] {
        assert!(
            ends(&EntryProof::parse(text.as_bytes()).expect_err(text)),
            "{text}"
        );
    }
    for text in [
        format!("{ENTRY_PROOF}\nindex 0\n\n"),
        entry("index 0\n"),
        entry("index 0") + "\n",
        entry("index 0") + "x",
    ] {
        let error = EntryProof::parse(text.as_bytes());
        // An empty line more is the first of the checkpoint's text, which the note allows.
        if text == entry("index 0\n") {
            assert!(error.expect("a note").checkpoint().text().starts_with('\n'));
        } else {
            assert!(
                matches!(error, Err(ProofFileError::Checkpoint(_))),
                "{text}"
            );
        }
    }

    let request = |lines: &str| format!("{lines}\n\n{note}");
    assert!(WitnessRequest::parse(request("old 0").as_bytes()).is_ok());
    for lines in [
        "", "old", "old ", "old 01", "old -1", "old 1 ", "old 1\r", "Old 1", "size 1", &hash,
    ] {
        let error = WitnessRequest::parse(request(lines).as_bytes()).expect_err(lines);
        assert!(line(1)(&error), "{lines}");
    }
    for lines in ["old 1\nold 1", "old 1\nAAAA", "old 1\n "] {
        let error = WitnessRequest::parse(request(lines).as_bytes()).expect_err(lines);
        assert!(line(2)(&error), "{lines}");
    }
    assert_eq!(WitnessRequest::parse(b"old 1"), Err(ProofFileError::Ends));
    assert_eq!(
        WitnessRequest::parse(b"old 1\xff"),
        Err(ProofFileError::Utf8(5))
    );
}

#[test]
fn a_file_is_bounded() {
    let note = checkpoint(TreeHead::empty());
    for (count, fits) in [(0, true), (63, true), (64, false), (1000, false)] {
        let hashes = vec![[7; 32]; count];
        let lines = format!("{}\n", BASE64.encode([7; 32])).repeat(count);
        let refused = ProofFileError::TooManyHashes;
        let text = format!("{ENTRY_PROOF}\nindex 0\n{lines}\n{}", note.as_str());
        let inclusion = InclusionProof {
            index: 0,
            hashes: hashes.clone(),
        };
        let made = EntryProof::new(inclusion, note.clone());
        assert_eq!(EntryProof::parse(text.as_bytes()), made);
        assert_eq!(made.err(), (!fits).then(|| refused.clone()));

        let text = format!("old 0\n{lines}\n{}", note.as_str());
        let made = WitnessRequest::new(0, ConsistencyProof { hashes }, note.clone());
        assert_eq!(WitnessRequest::parse(text.as_bytes()), made);
        assert_eq!(made.err(), (!fits).then_some(refused));
    }
    let long = vec![b'\n'; MAX_BYTES + 1];
    let error = ProofFileError::TooLong(long.len());
    assert_eq!(EntryProof::parse(&long), Err(error.clone()));
    assert_eq!(WitnessRequest::parse(&long), Err(error));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        number in any::<u64>(),
        hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..=MAX_HASHES),
    ) {
        let note = checkpoint(TreeHead::empty());
        let inclusion = InclusionProof { index: number, hashes: hashes.clone() };
        let proof = EntryProof::new(inclusion, note.clone()).expect("short");
        prop_assert_eq!(EntryProof::parse(proof.to_string().as_bytes()), Ok(proof));
        let request = WitnessRequest::new(number, ConsistencyProof { hashes }, note);
        let request = request.expect("short");
        prop_assert_eq!(WitnessRequest::parse(request.to_string().as_bytes()), Ok(request));
    }

    #[test]
    fn one_byte_changed_is_refused_or_read_as_it_stands(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let tree = tree(&leaves(7));
        let inclusion = InclusionProof::prove(4, 7, &tree).expect("a proof");
        let proof = EntryProof::new(inclusion, checkpoint(head(&tree, 7))).expect("short");
        let mut bytes = proof.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = EntryProof::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
        }
    }

    #[test]
    fn any_bytes_are_a_file_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let after = [b"old 1\n".as_slice(), &bytes].concat();
        prop_assert!(EntryProof::parse(&bytes).is_err());
        prop_assert!(WitnessRequest::parse(&after).is_err() || !bytes.is_empty());
    }
}
