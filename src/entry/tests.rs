//! What an entry must be, and what is refused.

use super::*;
use crate::trust::key::{KeyName, SigningKey};
use crate::trust::merkle::{RootHash, TreeHead};
use crate::words::source::{Kept, Rights, SourceType};

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyName::new(name).expect("a name"), &[seed; 32])
}

fn source_draft(by: &SigningKey) -> Draft {
    Draft {
        header: Header {
            by: by.verifier().clone(),
            ledger: Some(EntryId([7; 32])),
            at: "2026-11-22T10:00:00Z".parse().expect("a time"),
            after: Some(TreeHead {
                size: 3,
                root: RootHash([9; 32]),
            }),
            chain: Chain {
                n: 1,
                prev: Some(EntryId([8; 32])),
            },
        },
        body: Body::Source(SourceEntry {
            source_type: SourceType::Document,
            raw: Some(Kept::of(b"raw")),
            text: Some(Kept::of(b"text\n")),
            media: "text/plain".into(),
            charset: Some("utf-8".into()),
            normalizer: Some("text/1".into()),
            rights: Rights::Quoted,
            meta: crate::words::id::ObjectId([1; 32]),
            replaces: None,
        }),
    }
}

fn genesis_draft(roots: &[&SigningKey], log: &SigningKey) -> Draft {
    let mut keys: Vec<VerifierKey> = roots.iter().map(|key| key.verifier().clone()).collect();
    keys.sort_by(crate::trust::note::signing_order);
    Draft {
        header: Header {
            by: roots[0].verifier().clone(),
            ledger: None,
            at: "2026-11-22T10:00:00Z".parse().expect("a time"),
            after: None,
            chain: Chain { n: 0, prev: None },
        },
        body: Body::Genesis(Genesis {
            name: "Test Desk".into(),
            origin: log.name().clone(),
            roots: RootSet { keys, threshold: 1 },
            log: log.verifier().clone(),
            policy: crate::words::id::ObjectId([2; 32]),
            continues: None,
        }),
    }
}

#[test]
fn an_entry_reads_as_it_was_written() {
    let alice = key("desk.example/alice", 1);
    let draft = source_draft(&alice);
    let entry = draft.sign(&[&alice]).expect("signs");
    let again = Entry::parse(entry.bytes()).expect("parses");
    assert_eq!((again.header(), again.body()), (&draft.header, &draft.body));
    assert_eq!(again.id(), entry.id());
    assert_eq!(
        again.verify(&[]).expect("verifies"),
        vec![alice.verifier().clone()]
    );
}

#[test]
fn every_changed_bit_is_refused() {
    let alice = key("desk.example/alice", 1);
    let entry = source_draft(&alice).sign(&[&alice]).expect("signs");
    for at in 0..entry.bytes().len() {
        for bit in 0..8 {
            let mut bytes = entry.bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let accepted = Entry::parse(&bytes).is_ok_and(|changed| changed.verify(&[]).is_ok());
            assert!(!accepted, "byte {at}, bit {bit}");
        }
    }
}

/// Every text that a line becomes when a byte of it is changed, left out or written twice.
fn spoilt(line: &str) -> impl Iterator<Item = String> {
    let changed = (0..line.len()).flat_map(|at| {
        [b'0', b'1', b'a', b'"', b',', b'{', b' ', b'\\'].map(|byte| (at, Some(byte)))
    });
    let left_out = (0..line.len()).map(|at| (at, None));
    changed.chain(left_out).filter_map(|(at, byte)| {
        let mut bytes = line.as_bytes().to_vec();
        bytes.splice(at..=at, byte);
        String::from_utf8(bytes).ok()
    })
}

#[test]
fn the_quick_way_to_read_a_line_accepts_what_the_slow_one_does() {
    let alice = key("desk.example/alice", 1);
    let roots = [key("desk.example/a", 2), key("desk.example/b", 3)];
    let roots: Vec<&SigningKey> = roots.iter().collect();
    let genesis = genesis_draft(&roots, &key("desk.example/facts", 4));
    for draft in [source_draft(&alice), genesis] {
        let line = fields::to_line(&draft.header, &draft.body).expect("a line");
        let parts = Some((draft.header, draft.body));
        assert_eq!(fields::read(&line), parts);
        assert_eq!(fields::parse_slowly(&line).ok(), parts);
        for text in spoilt(&line) {
            let quick = fields::parse(&text);
            let slow = fields::parse_slowly(&text);
            match (quick, slow) {
                (Ok(quick), Ok(slow)) => assert_eq!(quick, slow, "{text}"),
                (Err(quick), Err(slow)) => {
                    assert_eq!(quick.to_string(), slow.to_string(), "{text}");
                }
                (quick, slow) => panic!("{quick:?} and {slow:?}: {text}"),
            }
        }
    }
}

#[test]
fn genesis_carries_every_root_the_author_first() {
    let roots = [
        key("desk.example/z", 1),
        key("desk.example/a", 2),
        key("desk.example/m", 3),
    ];
    let log = key("desk.example/facts", 4);
    let all: Vec<&SigningKey> = roots.iter().collect();
    let draft = genesis_draft(&all, &log);
    let entry = draft.sign(&all).expect("signs");
    let names: Vec<_> = entry
        .note()
        .signatures()
        .iter()
        .map(|line| line.name.to_string())
        .collect();
    assert_eq!(
        names,
        ["desk.example/z", "desk.example/a", "desk.example/m"]
    );
    assert_eq!(entry.verify(&[]).expect("verifies").len(), 3);
    let lacking = draft.sign(&all[..2]).expect("a note all the same");
    assert!(matches!(
        lacking.verify(&[]),
        Err(SignatureError::Missing(_))
    ));
}

#[test]
fn a_signature_that_is_not_called_for_is_refused() {
    let (alice, bob) = (key("desk.example/alice", 1), key("desk.example/bob", 2));
    let entry = source_draft(&alice).sign(&[&alice, &bob]).expect("a note");
    assert!(matches!(
        entry.verify(&[]),
        Err(SignatureError::NotCalledFor(_))
    ));
    // A source is signed by its author alone, even if the other is a root.
    let roots = [bob.verifier().clone()];
    assert!(matches!(
        entry.verify(&roots),
        Err(SignatureError::NotCalledFor(_))
    ));
}

#[test]
fn a_key_entry_carries_the_new_keys_signature() {
    let (root, alice) = (key("desk.example/root", 1), key("desk.example/alice", 2));
    let mut draft = source_draft(&root);
    draft.body = Body::Key(KeyEntry::add(
        alice.verifier().clone(),
        vec![Role::Reviewer, Role::Approver],
    ));
    let roots = [root.verifier().clone()];
    let whole = draft.sign(&[&root, &alice]).expect("signs");
    assert_eq!(whole.verify(&roots).expect("verifies").len(), 2);
    let lacking = draft.sign(&[&root]).expect("a note");
    assert!(matches!(
        lacking.verify(&roots),
        Err(SignatureError::Missing(_))
    ));
}

/// Signs a text of any form, as an attacker with the key could.
fn forged(text: &str) -> Result<Entry, EntryError> {
    let alice = key("desk.example/alice", 1);
    let note = SignedNote::sign(text, &[&alice]).expect("signs");
    Entry::parse(note.bytes())
}

#[test]
fn what_is_not_an_entry_is_refused_for_its_reason() {
    let alice = key("desk.example/alice", 1);
    let good = source_draft(&alice).text().expect("a text");
    assert!(forged(&good).is_ok());
    let line = good.lines().nth(1).expect("two lines");
    let cases: Vec<(&str, String)> = vec![
        ("another tag", good.replace("entry@v1", "entry@v2")),
        ("no JSON line", format!("{TAG}\n")),
        ("a third line", format!("{good}more\n")),
        ("an empty line", format!("{TAG}\n\n{line}\n")),
        ("white space", good.replace("\":", "\": ")),
        (
            "an unknown field",
            good.replace("\"media\"", "\"extra\":1,\"media\""),
        ),
        (
            "a missing field",
            good.replace("\"media\":\"text/plain\",", ""),
        ),
        ("an unknown kind", good.replace("\"source\"", "\"sauce\"")),
        (
            "another kind's fields",
            good.replace("\"source\"", "\"erasure\""),
        ),
        ("no kind", good.replace("\"kind\":\"source\",", "")),
        ("no author", good.replace("\"by\"", "\"bx\"")),
        (
            "a null",
            good.replace("\"charset\":\"utf-8\"", "\"charset\":null"),
        ),
        (
            "an empty optional text",
            good.replace("\"charset\":\"utf-8\"", "\"charset\":\"\""),
        ),
        (
            "a text without its normalizer",
            good.replace("\"normalizer\":\"text/1\",", ""),
        ),
        ("size 0 in after", good.replace("\"size\":3", "\"size\":0")),
        ("a prev at n 0", good.replace("\"n\":1", "\"n\":0")),
        (
            "a fraction of a second",
            good.replace("10:00:00Z", "10:00:00.5Z"),
        ),
        (
            "upper-case hex",
            good.replace(&"07".repeat(32), &"0A".repeat(32)),
        ),
        (
            "a list in an object's place",
            good.replace(
                &format!("{{\"n\":1,\"prev\":\"{0}\"}}", "08".repeat(32)),
                &format!("[1,\"{0}\"]", "08".repeat(32)),
            ),
        ),
        ("a decimal number as line 2", format!("{TAG}\n12\n")),
        (
            "a duplicate key",
            good.replace("\"media\":", "\"media\":\"a\",\"media\":"),
        ),
        (
            "no ledger",
            good.replace(&format!("\"ledger\":\"{}\",", "07".repeat(32)), ""),
        ),
    ];
    for (why, text) in cases {
        assert_ne!(text, good, "{why}: the case changes something");
        assert!(forged(&text).is_err(), "{why}");
    }
}

#[test]
fn an_entry_has_at_most_4096_bytes() {
    let alice = key("desk.example/alice", 1);
    let mut draft = source_draft(&alice);
    let length = |draft: &Draft| draft.sign(&[&alice]).map(|entry| entry.bytes().len());
    let short = length(&draft).expect("signs");
    let Body::Source(source) = &mut draft.body else {
        unreachable!("a source")
    };
    source.media = format!("text/{}", "x".repeat(MAX_BYTES - short + "plain".len()));
    assert_eq!(length(&draft).expect("just fits"), MAX_BYTES);
    let Body::Source(source) = &mut draft.body else {
        unreachable!("a source")
    };
    source.media.push('x');
    assert!(matches!(
        length(&draft),
        Err(DraftError::Entry(EntryError::TooLong(4097)))
    ));
}
