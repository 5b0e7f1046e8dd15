//! Files that carry proofs are written back as they were, and of a tree only the proofs that are made
//! of it hold.
//!
//! The input is such a file; or a kind, two sizes, and what to do to the hashes of a good proof.

#![no_main]

use std::sync::OnceLock;

use factlog::audit::Severity;
use factlog::audit::bundle::lone::{check_entry, check_growth};
use factlog::audit::bundle::{Expected, ShownReport};
use factlog::trust::checkpoint::{Checkpoint, stated};
use factlog::trust::merkle::{LeafHash, Tree, TreeHead};
use factlog::trust::{ConsistencyProof, EntryProof, InclusionProof, WitnessRequest};
use factlog_fuzz::keys;
use libfuzzer_sys::fuzz_target;

/// Entry 7 of the tree.
const ENTRY: &[u8] = include_bytes!("../seeds/entry/source");
const SIZE: u64 = 300;
/// The size that is known before.
const OLD: u64 = 100;

fuzz_target!(|bytes: &[u8]| {
    match bytes {
        [kind @ 0..=1, a, b, c, d, changes @ ..] => {
            let numbers = [[*a, *b], [*c, *d]].map(|two| u64::from(u16::from_le_bytes(two)));
            if *kind == 0 {
                try_inclusion(numbers, changes);
            } else {
                try_growth(numbers, changes);
            }
        }
        _ => {
            try_entry_file(bytes);
            try_growth_file(bytes);
        }
    }
});

fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        let mut tree = Tree::new();
        for number in 0..SIZE {
            let text = number.to_string();
            let entry = if number == 7 { ENTRY } else { text.as_bytes() };
            tree.push(LeafHash::of(entry));
        }
        tree
    })
}

fn head(size: u64) -> TreeHead {
    let root = tree().root(size).expect("the tree is as large");
    TreeHead { root, size }
}

fn expected() -> Expected {
    Expected {
        log: Some(keys::log().verifier().clone()),
        ..Expected::default()
    }
}

fn is_good(report: &ShownReport) -> bool {
    report.worst().is_none_or(|worst| worst == Severity::Note)
}

fn checkpoint(size: u64) -> factlog::trust::SignedNote {
    let origin = keys::log().name().clone();
    let checkpoint = Checkpoint {
        origin,
        head: head(size),
    };
    checkpoint.sign(keys::log()).expect("it is the log's")
}

/// Writes a file's number, which stands after `before`, and its hashes in other ways.
fn otherwise(file: &str, before: &str) -> Vec<String> {
    let put = |more: &str| file.replacen(before, &format!("{before}{more}"), 1);
    let mut others = vec![
        put("0"),
        put("00000000"),
        put("+"),
        put(" "),
        put("18446744073709551616"),
        file.replacen('\n', "\r\n", 1),
        file.replacen('\n', " \n", 1),
    ];
    // Hashes without padding; those of the checkpoint are text here.
    let (lines, note) = file.split_once("\n\n").expect("a checkpoint follows");
    let bare = lines.replacen("=\n", "\n", 1);
    if bare != lines {
        others.push(format!("{bare}\n\n{note}"));
    }
    others
}

fn try_entry_file(bytes: &[u8]) {
    let report = check_entry(bytes, ENTRY, &expected());
    let Ok(proof) = EntryProof::parse(bytes) else {
        assert!(!is_good(&report));
        return;
    };
    // A line of `extra` is read over.
    let again = proof.to_string();
    let extra = bytes.windows(7).any(|part| part == b"\nextra ");
    assert!(extra || again.as_bytes() == bytes);
    assert_eq!(
        EntryProof::parse(again.as_bytes()).expect("as written"),
        proof
    );

    for other in otherwise(&again, "\nindex ") {
        assert!(EntryProof::parse(other.as_bytes()).is_err(), "{other}");
    }

    let Ok((_, stated)) = stated(proof.checkpoint().text()) else {
        return;
    };
    let index = proof.inclusion().index;
    if let Some(leaf) = tree().leaf(index)
        && stated.size <= SIZE
        && stated == head(stated.size)
    {
        let made = InclusionProof::prove(index, stated.size, tree());
        let is_made = made.is_ok_and(|made| made == *proof.inclusion());
        assert_eq!(proof.verify(&leaf, &stated).is_ok(), is_made);
        assert!(!is_good(&report) || is_made && index == 7);
    } else {
        assert!(
            !is_good(&report),
            "a checkpoint of no tree that the log signed"
        );
    }
}

fn try_growth_file(bytes: &[u8]) {
    let report = check_growth(bytes, checkpoint(OLD).bytes(), &expected());
    let Ok(request) = WitnessRequest::parse(bytes) else {
        assert!(!is_good(&report));
        return;
    };
    let again = request.to_string();
    assert_eq!(again.as_bytes(), bytes);
    for other in otherwise(&again, "old ") {
        assert!(WitnessRequest::parse(other.as_bytes()).is_err(), "{other}");
    }
    let Ok((_, stated)) = stated(request.checkpoint().text()) else {
        return;
    };
    if stated.size <= SIZE && stated == head(stated.size) && request.old() <= stated.size {
        let made = ConsistencyProof::prove(request.old(), stated.size, tree()).expect("it grew");
        let is_made = made == *request.proof();
        let older = head(request.old());
        assert_eq!(request.verify(&older, &stated).is_ok(), is_made);
        assert!(!is_good(&report) || is_made && request.old() == OLD);
    } else {
        assert!(!is_good(&report));
    }
}

fn try_inclusion([size, index]: [u64; 2], changes: &[u8]) {
    let size = size % SIZE + 1;
    let index = index % size;
    let made = InclusionProof::prove(index, size, tree()).expect("it is in the tree");
    let leaf = tree().leaf(index).expect("it is in the tree");
    assert_eq!(made.verify(&leaf, &head(size)), Ok(()));
    let mut changed = made.clone();
    change(&mut changed.hashes, changes);
    if let [_, _, more, ..] = changes {
        changed.index = changed.index.wrapping_add(u64::from(more >> 6));
    }
    assert_eq!(changed.verify(&leaf, &head(size)).is_ok(), changed == made);
    if let Ok(file) = EntryProof::new(changed.clone(), checkpoint(size)) {
        let read = EntryProof::parse(file.to_string().as_bytes()).expect("as written");
        assert_eq!(read, file);
        let report = check_entry(file.to_string().as_bytes(), ENTRY, &expected());
        assert_eq!(is_good(&report), changed == made && index == 7);
    }
    // Of sizes that no tree here has, it is only asked that an answer is given.
    let far = TreeHead {
        size: u64::MAX - size,
        ..head(size)
    };
    let proof = InclusionProof {
        index: u64::MAX - index,
        ..changed
    };
    assert!(proof.verify(&leaf, &far).is_err());
}

fn try_growth([newer, older]: [u64; 2], changes: &[u8]) {
    let newer = newer % SIZE + 1;
    let older = older % (newer + 1);
    let made = ConsistencyProof::prove(older, newer, tree()).expect("it grew");
    assert_eq!(made.verify(&head(older), &head(newer)), Ok(()));
    let mut changed = made.clone();
    change(&mut changed.hashes, changes);
    assert_eq!(
        changed.verify(&head(older), &head(newer)).is_ok(),
        changed == made
    );
    // Of another earlier tree it says nothing.
    let mut other = head(older);
    other.root.0[usize::from(changes.first().copied().unwrap_or(0)) % 32] ^= 1;
    assert!(made.verify(&other, &head(newer)).is_err());
    if let Ok(file) = WitnessRequest::new(older, changed.clone(), checkpoint(newer)) {
        let read = WitnessRequest::parse(file.to_string().as_bytes()).expect("as written");
        assert_eq!(read, file);
        let report = check_growth(
            file.to_string().as_bytes(),
            checkpoint(OLD).bytes(),
            &expected(),
        );
        assert_eq!(is_good(&report), changed == made && older == OLD);
    }
}

/// Changes hashes: three bytes a change, the first of which says how.
fn change(hashes: &mut Vec<[u8; 32]>, changes: &[u8]) {
    for change in changes.chunks_exact(3).take(8) {
        let at = usize::from(change[1]) % hashes.len().max(1);
        let second = usize::from(change[2]) % hashes.len().max(1);
        match change[0] % 6 {
            0 if at < hashes.len() => drop(hashes.remove(at)),
            1 if at < hashes.len() => hashes.insert(at, hashes[second]),
            2 if at < hashes.len() => hashes.swap(at, second),
            3 => hashes.push(tree().leaf(change[1].into()).expect("there are 300").0),
            4 if at < hashes.len() => {
                hashes[at][usize::from(change[2]) % 32] ^= 1 << (change[0] >> 5)
            }
            _ => {}
        }
    }
}
