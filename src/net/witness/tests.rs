//! A witness's answers, without a network: the status of each request, what is kept, what a stop leaves.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use super::*;
use crate::trust::checkpoint::{self, Checkpoint};
use crate::trust::cosignature::WitnessSigningKey;
use crate::trust::entry_proof::{self, WitnessRequest};
use crate::trust::key::SigningKey;
use crate::trust::merkle::{LeafHash, RootHash, Tree, TreeHead};
use crate::trust::note::SignedNote;
use crate::trust::proof::ConsistencyProof;

const NOW: u64 = 1_795_341_600;

/// Test keys, from seeds that anyone can guess.
fn log(seed: u8) -> SigningKey {
    SigningKey::from_seed("desk.example/facts".parse().expect("a name"), &[seed; 32])
}

fn key() -> WitnessSigningKey {
    let name = "witness.example/w1".parse().expect("a name");
    WitnessSigningKey::from_seed(name, &[9; 32])
}

fn open(folder: &Path) -> Witness {
    Witness::open(key(), [log(1).verifier().clone()], folder).expect("a witness")
}

/// A log's tree: its entries are numbers, and from `fork` on others.
fn tree(size: u64, fork: u64) -> Tree {
    let mut tree = Tree::new();
    for index in 0..size {
        let word = if index < fork { "entry" } else { "other" };
        tree.push(LeafHash::of(format!("{word} {index}").as_bytes()));
    }
    tree
}

fn head(tree: &Tree, size: u64) -> TreeHead {
    let root = tree.root(size).expect("a size of the tree");
    TreeHead { root, size }
}

fn signed(head: TreeHead, log: &SigningKey) -> SignedNote {
    let origin = log.name().clone();
    Checkpoint { origin, head }.sign(log).expect("a note")
}

/// A request to cosign a size, with the proof from another.
fn request(tree: &Tree, old: u64, size: u64) -> Vec<u8> {
    let proof = ConsistencyProof::prove(old.min(size), size, tree).expect("a proof");
    body(old, proof.hashes, &signed(head(tree, size), &log(1)))
}

fn body(old: u64, hashes: Vec<[u8; 32]>, note: &SignedNote) -> Vec<u8> {
    let request = WitnessRequest::new(old, ConsistencyProof { hashes }, note.clone());
    request.expect("few hashes").to_string().into_bytes()
}

fn text(response: &Response) -> &str {
    std::str::from_utf8(&response.body).expect("UTF-8")
}

/// Returns the files below a folder with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).expect("a folder") {
        let path = item.expect("an item").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let name = path.file_name().expect("a name").to_string_lossy();
            found.push((name.into_owned(), fs::read(&path).expect("read")));
        }
    }
    found.sort();
    found
}

#[test]
fn what_grows_is_cosigned_and_kept_before_the_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = open(folder.path());
    let log_tree = tree(40, 40);
    let hash = state::hash_of(log(1).name());
    assert_eq!(witness.latest(&hash).status, 404);
    let mut old = 0;
    for (step, size) in [1, 1, 2, 5, 8, 8, 13, 16, 40].into_iter().enumerate() {
        let time = NOW + step as u64;
        let response = witness.add_checkpoint(&request(&log_tree, old, size), time);
        assert_eq!(response.status, 200, "{}", text(&response));
        let note = signed(head(&log_tree, size), &log(1));
        let cosignature = key().witness().verify_answer(text(&response), &note);
        assert_eq!(cosignature.expect("holds").time(), time);
        // What is served is what is on the disk: the log's line and the witness's.
        let latest = witness.latest(&hash);
        assert_eq!(latest.status, 200);
        let kept = fs::read(folder.path().join(&hash)).expect("kept");
        assert_eq!(kept, latest.body);
        assert_eq!(
            text(&latest),
            format!("{}{}", note.as_str(), text(&response))
        );
        old = size;
    }
    // Whoever starts with 0 learns the size.
    let learn = witness.add_checkpoint(&request(&log_tree, 0, 40), NOW + 99);
    assert_eq!((learn.status, text(&learn)), (409, "40\n"));
    assert_eq!(learn.content_type, "text/x.tlog.size");
}

/// What a request is, its body, and the status that it must have.
type Case = (&'static str, Vec<u8>, u16);

/// The tree of which the witness of the refusals knows 12 entries.
fn good() -> Tree {
    tree(40, 40)
}

fn signed_size(size: u64) -> SignedNote {
    signed(head(&good(), size), &log(1))
}

fn hashes(old: u64, size: u64) -> Vec<[u8; 32]> {
    let proof = ConsistencyProof::prove(old, size, &good());
    proof.expect("a proof").hashes
}

/// Signs with the log's key what is no checkpoint.
fn odd(text: &str) -> SignedNote {
    SignedNote::sign(text, &[&log(1)]).expect("a note")
}

/// Sends requests to a witness that knows 12 entries; none of them may change anything.
fn refuses(cases: Vec<Case>) {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = open(folder.path());
    let first = witness.add_checkpoint(&request(&good(), 0, 12), NOW);
    assert_eq!(first.status, 200);
    let before = files(folder.path());
    for (name, body, status) in cases {
        let response = witness.add_checkpoint(&body, NOW + 1);
        assert_eq!(response.status, status, "{name}: {}", text(&response));
        if status == 409 {
            assert_eq!(text(&response), "12\n", "{name}");
            assert_eq!(response.content_type, "text/x.tlog.size", "{name}");
        }
        assert_eq!(files(folder.path()), before, "{name}");
    }
    let fine = witness.add_checkpoint(&request(&good(), 12, 20), NOW + 1);
    assert_eq!(fine.status, 200);
}

#[test]
fn what_is_no_request_is_refused_with_400() {
    let fine = String::from_utf8(body(12, hashes(12, 20), &signed_size(20))).expect("UTF-8");
    let with = |from: &str, to: &str| {
        assert!(fine.contains(from), "{fine:?} has no {from:?}");
        fine.replacen(from, to, 1).into_bytes()
    };
    let root = RootHash([3; 32]);
    let many = format!("old 12\n{}", format!("{root}\n").repeat(64));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("no text", vec![0xff; 20]),
        ("no old line", with("old 12\n", "")),
        ("a size with a zero in front", with("old 12", "old 012")),
        ("a negative size", with("old 12", "old -12")),
        ("a size of 2^64", with("old 12", "old 18446744073709551616")),
        ("a hash that is none", with("old 12\n", "old 12\nAAAA\n")),
        ("64 hashes", with("old 12\n", &many)),
        ("no empty line", with("\n\ndesk", "\ndesk")),
        ("no checkpoint", b"old 12\n\n".to_vec()),
        ("too long", vec![b'a'; entry_proof::MAX_BYTES + 1]),
        (
            "two lines",
            body(12, vec![], &odd("desk.example/facts\n20\n")),
        ),
        (
            "a root that is none",
            body(12, vec![], &odd("desk.example/facts\n20\nAAAA\n")),
        ),
    ];
    refuses(
        cases
            .into_iter()
            .map(|(name, body)| (name, body, 400))
            .collect(),
    );
}

#[test]
fn who_is_not_known_is_refused_before_what_is_asked() {
    let stranger = SigningKey::from_seed("other.example".parse().expect("a name"), &[1; 32]);
    let of_stranger = signed(head(&good(), 20), &stranger);
    let by_other = signed(head(&good(), 20), &log(2));
    // The signature of one checkpoint on another's text, with the log's name and key id.
    let moved = SignedNote::assemble(
        signed_size(20).text(),
        signed_size(21).signatures().to_vec(),
    );
    let moved = moved.expect("a note");
    refuses(vec![
        ("another origin", body(0, vec![], &of_stranger), 404),
        (
            "another origin, nothing right",
            body(99, vec![[7; 32]], &of_stranger),
            404,
        ),
        (
            "another key of this name",
            body(12, hashes(12, 20), &by_other),
            403,
        ),
        ("another key, another size", body(5, vec![], &by_other), 403),
        (
            "another key, old too large",
            body(21, vec![], &by_other),
            403,
        ),
        (
            "another checkpoint's signature",
            body(12, hashes(12, 20), &moved),
            403,
        ),
    ]);
}

#[test]
fn what_is_asked_is_checked_in_order_size_record_proof() {
    let flipped = |mut hashes: Vec<[u8; 32]>| {
        hashes[0][0] ^= 1;
        hashes
    };
    let more = |mut hashes: Vec<[u8; 32]>| {
        hashes.push([7; 32]);
        hashes
    };
    let fewer = |mut hashes: Vec<[u8; 32]>| {
        hashes.pop();
        hashes
    };
    let note = signed_size;
    refuses(vec![
        (
            "old larger than the checkpoint's",
            body(21, vec![], &note(20)),
            400,
        ),
        (
            "old larger, and what we know",
            body(12, vec![], &note(11)),
            400,
        ),
        (
            "old smaller than what we know",
            request(&good(), 11, 20),
            409,
        ),
        (
            "old larger than what we know",
            request(&good(), 13, 20),
            409,
        ),
        ("an old of 0", request(&good(), 0, 20), 409),
        (
            "an old of 0, and a proof",
            body(0, more(vec![]), &note(20)),
            409,
        ),
        ("an earlier size again", body(11, vec![], &note(11)), 409),
        (
            "a fork from another size",
            request(&tree(40, 3), 10, 20),
            409,
        ),
        ("no proof", body(12, vec![], &note(20)), 422),
        (
            "a changed proof",
            body(12, flipped(hashes(12, 20)), &note(20)),
            422,
        ),
        (
            "a longer proof",
            body(12, more(hashes(12, 20)), &note(20)),
            422,
        ),
        (
            "a shorter proof",
            body(12, fewer(hashes(12, 20)), &note(20)),
            422,
        ),
        (
            "a proof at the same size",
            body(12, more(vec![]), &note(12)),
            422,
        ),
    ]);

    // Of a log of which nothing was cosigned yet.
    let folder = tempfile::tempdir().expect("a folder");
    let witness = open(folder.path());
    let root = RootHash([3; 32]);
    let empty_with_root = odd(&format!("desk.example/facts\n0\n{root}\n"));
    let cases: [Case; 3] = [
        (
            "a proof from nothing",
            body(0, more(vec![]), &note(20)),
            422,
        ),
        (
            "an empty tree with a root",
            body(0, vec![], &empty_with_root),
            422,
        ),
        ("an old that we don't know", request(&good(), 5, 20), 409),
    ];
    for (name, body, status) in cases {
        let response = witness.add_checkpoint(&body, NOW);
        assert_eq!(response.status, status, "{name}: {}", text(&response));
    }
    assert_eq!(files(folder.path()).len(), 1, "nothing but the lock");
    let empty = signed(TreeHead::empty(), &log(1));
    let cosigned = witness.add_checkpoint(&body(0, vec![], &empty), NOW);
    assert_eq!(cosigned.status, 200);
}

#[test]
fn two_signed_checkpoints_that_contradict_each_other_are_kept_as_evidence() {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = open(folder.path());
    let (good, forked) = (tree(40, 40), tree(40, 3));
    assert_eq!(
        witness.add_checkpoint(&request(&good, 0, 12), NOW).status,
        200
    );
    let known = witness.latest(&state::hash_of(log(1).name())).body;
    // The same size, another root; and a proof that holds, from another tree of 12 entries.
    for (old, size, status) in [(12, 12, 422), (12, 30, 422), (7, 12, 409), (12, 30, 422)] {
        let response = witness.add_checkpoint(&request(&forked, old, size), NOW);
        assert_eq!(response.status, status, "{}", text(&response));
        assert!(
            response.about.contains("FORK: evidence kept"),
            "{response:?}"
        );
    }
    let mut evidence = files(&folder.path().join("forks"));
    assert_eq!(evidence.len(), 2, "the same is kept once");
    evidence.sort_by_key(|(_, bytes)| bytes.len());
    for ((name, bytes), size) in evidence.iter().zip([12, 30]) {
        let fork: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
        assert_eq!(fork["type"], FORK_TYPE);
        assert_eq!(fork["known"].as_str().expect("text").as_bytes(), known);
        let seen = fork["seen"].as_str().expect("text");
        let seen = SignedNote::parse(seen.as_bytes()).expect("a note");
        seen.verify(&[log(1).verifier()])
            .expect("signed by the log");
        assert_eq!(checkpoint::stated_size(seen.text()), Some(size));
        assert_eq!(fork.get("proof").is_some(), size == 30, "{name}");
    }
    // A proof that shows nothing is nobody's fault but the sender's.
    let note = signed(head(&good, 20), &log(1));
    let response = witness.add_checkpoint(&body(12, vec![[1; 32]; 4], &note), NOW);
    assert_eq!(response.status, 422);
    assert!(!response.about.contains("FORK"), "{response:?}");
    // However many a log signs, so much is kept.
    for fork in 0..30 {
        let mut other = tree(11, 11);
        other.push(LeafHash::of(format!("fork {fork}").as_bytes()));
        witness.add_checkpoint(&request(&other, 12, 12), NOW);
    }
    assert_eq!(files(&folder.path().join("forks")).len(), 16);
}

#[test]
fn no_cosignature_is_earlier_than_one_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let log_tree = tree(40, 40);
    let time_of = |response: &Response, size| {
        let note = signed(head(&log_tree, size), &log(1));
        let given = key().witness().verify_answer(text(response), &note);
        given.expect("holds").time()
    };
    let witness = open(folder.path());
    assert_eq!(
        witness
            .add_checkpoint(&request(&log_tree, 0, 5), NOW)
            .status,
        200
    );
    // A clock that was put right a little says the earlier time again; one far behind is refused.
    let response = witness.add_checkpoint(&request(&log_tree, 5, 6), NOW - 60);
    assert_eq!(time_of(&response, 6), NOW);
    let response = witness.add_checkpoint(&request(&log_tree, 6, 7), NOW - 61);
    assert_eq!(response.status, 503);
    drop(witness);
    // The time is known after a restart, too.
    let witness = open(folder.path());
    let response = witness.add_checkpoint(&request(&log_tree, 6, 7), NOW - 61);
    assert_eq!(response.status, 503);
    let response = witness.add_checkpoint(&request(&log_tree, 6, 7), NOW + 1);
    assert_eq!(time_of(&response, 7), NOW + 1);
    // Past what a cosignature can say.
    let response = witness.add_checkpoint(&request(&log_tree, 7, 8), u64::MAX);
    assert_eq!(response.status, 500);
}

#[test]
fn only_one_process_has_the_folder_and_only_the_key_that_kept_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let log_key = log(1).verifier().clone();
    let witness = open(folder.path());
    let second = Witness::open(key(), [log_key.clone()], folder.path());
    assert!(matches!(
        second.err(),
        Some(WitnessError::State(StateError::Busy { .. }))
    ));
    let log_tree = tree(8, 8);
    assert_eq!(
        witness
            .add_checkpoint(&request(&log_tree, 0, 5), NOW)
            .status,
        200
    );
    drop(witness);
    let name = "witness.example/w2".parse().expect("a name");
    let other = WitnessSigningKey::from_seed(name, &[8; 32]);
    let opened = Witness::open(other, [log_key.clone()], folder.path());
    assert!(matches!(
        opened.err(),
        Some(WitnessError::State(StateError::Cosignature { .. }))
    ));
    // A byte that was changed is found, and not overwritten.
    let path = folder.path().join(state::hash_of(log(1).name()));
    let kept = fs::read(&path).expect("kept");
    let changed = String::from_utf8(kept.clone())
        .expect("UTF-8")
        .replace("\n5\n", "\n4\n");
    fs::write(&path, &changed).expect("written");
    assert!(Witness::open(key(), [log_key.clone()], folder.path()).is_err());
    assert_eq!(fs::read(&path).expect("kept"), changed.as_bytes());
    fs::write(&path, kept).expect("written");
    open(folder.path());
    for (logs, own) in [(vec![], false), (vec![log(9).verifier().clone()], true)] {
        let error = Witness::open(key(), logs, folder.path())
            .err()
            .expect("refused");
        assert_eq!(matches!(error, WitnessError::OwnKey(_)), own);
    }
}

#[test]
fn requests_that_race_never_get_two_cosignatures_of_a_fork() {
    let (good, forked) = (tree(64, 64), tree(64, 5));
    for round in 0..20_u64 {
        let folder = tempfile::tempdir().expect("a folder");
        // A pause where a check without a lock would let the other request in between.
        let witness = open(folder.path()).on_stage(Arc::new(|stage| {
            if stage == Stage::Checked {
                thread::sleep(std::time::Duration::from_millis(2));
            }
        }));
        assert_eq!(
            witness.add_checkpoint(&request(&good, 0, 4), NOW).status,
            200
        );
        let barrier = Barrier::new(6);
        let given = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for racer in 0..6 {
                let (witness, barrier, given) = (&witness, &barrier, &given);
                let tree = if (racer + round) % 2 == 0 {
                    &good
                } else {
                    &forked
                };
                let size = 10 + racer + round;
                let request = request(tree, 4, size);
                let is_fork = std::ptr::eq(tree, &raw const forked);
                scope.spawn(move || {
                    barrier.wait();
                    let response = witness.add_checkpoint(&request, NOW);
                    match response.status {
                        200 => given.lock().expect("held").push((size, is_fork)),
                        status => assert_eq!(status, 409, "{}", text(&response)),
                    }
                });
            }
        });
        let given = given.into_inner().expect("held");
        let [(size, _)] = given.as_slice() else {
            panic!("not one cosignature: {given:?}");
        };
        let kept = witness.latest(&state::hash_of(log(1).name()));
        let kept = SignedNote::parse(&kept.body).expect("a note");
        assert_eq!(checkpoint::stated_size(kept.text()), Some(*size));
    }
}

#[test]
fn a_stop_between_recording_and_answering_leaves_what_was_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, forked) = (tree(20, 20), tree(20, 3));
    for (stop, expected) in [(Stage::Checked, 4), (Stage::Persisted, 9)] {
        fs::remove_dir_all(folder.path()).expect("removed");
        let witness = open(folder.path());
        assert_eq!(
            witness.add_checkpoint(&request(&good, 0, 4), NOW).status,
            200
        );
        let witness = witness.on_stage(Arc::new(move |stage| {
            assert!(stage != stop, "stopped here by the test");
        }));
        let stopped = thread::scope(|scope| {
            let asked = scope.spawn(|| witness.add_checkpoint(&request(&good, 4, 9), NOW));
            asked.join().is_err()
        });
        assert!(stopped, "{stop:?}");
        drop(witness);
        // Started again, it knows what it may have said, and says nothing else of that size.
        let witness = open(folder.path());
        let response = witness.add_checkpoint(&request(&forked, 4, 9), NOW);
        let size = format!("{expected}\n");
        match stop {
            Stage::Checked => assert_eq!(response.status, 422),
            Stage::Persisted => assert_eq!((response.status, text(&response)), (409, &*size)),
        }
        let response = witness.add_checkpoint(&request(&good, expected, 9), NOW);
        assert_eq!(response.status, 200, "{}", text(&response));
    }
}
