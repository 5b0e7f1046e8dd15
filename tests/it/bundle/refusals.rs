//! What is no bundle, each with its reason; and a bundle of few entries far apart.

use std::collections::BTreeMap;

use factlog::audit::bundle::{
    About, Bundle, BundleEntry, BundleError, Expected, MAX_BUNDLE_BYTES, check, check_bytes,
};
use factlog::audit::{Code, Severity, Standing};
use factlog::trust::merkle::{LeafHash, Tree};
use factlog::trust::{Checkpoint, InclusionProof, TreeHead};
use factlog::words::id::{EntryId, ObjectId, VerdictId};

use crate::sample::{self, Ledger};

/// The worked example's first verdict, each entry at the place that `place` gives it.
fn example(place: impl Fn(usize) -> u64, size: u64) -> Bundle {
    let ledger = Ledger::example();
    let entries = &ledger.entries[..6];
    let mut tree = Tree::new();
    for index in 0..size {
        let at = (0..entries.len()).find(|at| place(*at) == index);
        let leaf = at.map(|at| LeafHash::from(entries[at].1.id()));
        tree.push(leaf.unwrap_or(LeafHash::of(&index.to_be_bytes())));
    }
    let log = sample::key(1);
    let head: TreeHead = tree.head();
    let origin = log.name().clone();
    let checkpoint = Checkpoint { origin, head }.sign(&log).unwrap();
    let spoken_of: Vec<ObjectId> = entries.iter().flat_map(|(_, e)| e.objects()).collect();
    let objects = ledger.objects.iter().map(|(_, bytes)| bytes);
    let objects = objects.map(|bytes| (ObjectId::of(bytes), bytes.clone()));
    let objects: BTreeMap<_, _> = objects.filter(|(id, _)| spoken_of.contains(id)).collect();
    let entries = entries.iter().enumerate().map(|(at, (_, entry))| {
        let index = place(at);
        BundleEntry {
            index,
            note: entry.note().as_str().to_owned(),
            path: InclusionProof::prove(index, size, &tree).unwrap().hashes,
        }
    });
    Bundle {
        about: About::Verdict(VerdictId(ledger.entries[5].1.id().0)),
        checkpoint: checkpoint.as_str().to_owned(),
        entries: entries.collect(),
        objects,
        slices: BTreeMap::new(),
    }
}

fn expected() -> Expected {
    Expected {
        ledger: Some(Ledger::example().entries[0].1.id()),
        ..Expected::default()
    }
}

#[test]
fn the_worked_example_is_shown() {
    let bundle = example(|at| at as u64, 6);
    let report = check_bytes(&bundle.to_bytes(), &expected());
    assert_eq!(report.findings, []);
    let verdict = report.verdict.unwrap();
    assert_eq!(verdict.standing.unwrap().standing, Standing::Standing);
    assert_eq!(verdict.summary.as_deref(), Some("Two cables are broken."));
}

#[test]
fn entries_a_million_apart_take_no_more_room() {
    let last = 1_000_000;
    let bundle = example(|at| if at == 5 { last } else { at as u64 }, last + 1);
    let bytes = bundle.to_bytes();
    assert!(bytes.len() < 16_000, "{}", bytes.len());
    let report = check_bytes(&bytes, &expected());
    assert_eq!(report.findings, []);
    assert_eq!(report.entry.unwrap().index, last);
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is one table")]
fn what_is_no_bundle_is_refused_with_its_reason() {
    let bundle = example(|at| at as u64, 6);
    let text = String::from_utf8(bundle.to_bytes()).unwrap();
    let text = text.trim_end();
    let hash = text.split("\"hashes\":[\"").nth(1).unwrap()[..44].to_owned();
    let first = text
        .split("\"path\":[")
        .nth(1)
        .unwrap()
        .split(']')
        .next()
        .unwrap();
    let object = String::from_utf8(bundle.objects.values().next().unwrap().clone()).unwrap();
    let object = serde_json::to_string(&object).unwrap();
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    for (name, changed, reason) in [
        ("nothing", String::new(), "not a proof bundle"),
        (
            "another type",
            replaced("bundle@v1", "bundle@v2"),
            "its type is",
        ),
        (
            "no type",
            replaced("\"type\":\"factlog/bundle@v1\",", ""),
            "its type is \"\"",
        ),
        (
            "an unknown field",
            replaced("{", "{\"a\":1,"),
            "not a proof bundle",
        ),
        (
            "a missing field",
            replaced("\"hashes\"", "\"hashed\""),
            "not a proof bundle",
        ),
        (
            "white space",
            replaced(":", ": "),
            "is not as it is written",
        ),
        (
            "an escape",
            replaced("factlog/entry", "factlog\\/entry"),
            "is not as it is written",
        ),
        (
            "an empty list",
            replaced("{", "{\"binary\":[],"),
            "is not as it is written",
        ),
        (
            "an index twice",
            replaced("\"index\":1,", "\"index\":0,"),
            "entry 0 does not stand",
        ),
        (
            "indexes out of order",
            replaced("\"index\":1,", "\"index\":9,"),
            "entry 2 does not",
        ),
        (
            "an index that is no number of the profile",
            replaced("\"index\":5,", "\"index\":9007199254740992,"),
            "not a number of the profile",
        ),
        (
            "a place that is none",
            replaced(first, "99"),
            "names hash 99",
        ),
        (
            "too long a path",
            replaced(first, &["0"; 64].join(",")),
            "not a proof bundle",
        ),
        (
            "a hash unnamed",
            replaced(first, ""),
            "is not as it is written",
        ),
        (
            "a hash twice",
            replaced(&hash, &format!("{hash}\",\"{hash}")),
            "is not as it is written",
        ),
        (
            "a hash that is none",
            replaced(&hash, "AA=="),
            "hash 0 is not one",
        ),
        (
            "a hash unpadded",
            replaced(&hash, &hash[..43]),
            "hash 0 is not one",
        ),
        (
            "an object twice",
            replaced(&object, &format!("{object},{object}")),
            "is not as it is written",
        ),
        (
            "a text among the others",
            replaced("{", "{\"binary\":[\"dGV4dA==\"],"),
            "no entry names an object with the hash",
        ),
        (
            "no base64",
            replaced("{", "{\"binary\":[\"%\"],"),
            "object 0 is not base64",
        ),
        (
            "more after it",
            format!("{text}\n\n"),
            "is not as it is written",
        ),
    ] {
        let error = Bundle::parse(changed.as_bytes()).expect_err(name);
        assert!(error.to_string().contains(reason), "{name}: {error}");
        let report = check_bytes(changed.as_bytes(), &expected());
        assert_eq!(report.findings[0].code, Code::BundleForm, "{name}");
        assert!(
            report
                .closing()
                .starts_with("As of a checkpoint that does not hold.")
        );
    }
    let long = vec![b' '; MAX_BUNDLE_BYTES + 1];
    assert!(matches!(Bundle::parse(&long), Err(BundleError::TooLong(_))));
}

/// What is done to a bundle.
type Change = fn(&mut Bundle);

#[test]
fn what_does_not_hold_has_its_code() {
    let whole = example(|at| at as u64, 6);
    assert_eq!(check(&whole, &expected()).worst(), None);
    let report_text = ObjectId::of(sample::REPORT.as_bytes());
    let cases: [(&str, Change, Code); 11] = [
        (
            "no genesis",
            |b| drop(b.entries.remove(0)),
            Code::GenesisMissing,
        ),
        ("no key", |b| drop(b.entries.remove(1)), Code::KeyUnknown),
        (
            "no source",
            |b| drop(b.entries.remove(2)),
            Code::BundleIncomplete,
        ),
        (
            "no claim",
            |b| drop(b.entries.remove(3)),
            Code::BundleIncomplete,
        ),
        (
            "no evidence",
            |b| drop(b.entries.remove(4)),
            Code::BundleIncomplete,
        ),
        (
            "no verdict",
            |b| drop(b.entries.remove(5)),
            Code::BundleIncomplete,
        ),
        (
            "another path",
            |b| b.entries[3].path[0] = [7; 32],
            Code::ProofInvalid,
        ),
        (
            "a damaged entry",
            |b| b.entries[3].note.push('x'),
            Code::EntryDamaged,
        ),
        ("no note", |b| b.checkpoint.clear(), Code::CheckpointDamaged),
        (
            "another key's signature",
            |b| {
                b.checkpoint = b
                    .checkpoint
                    .replace("— desk.example/facts", "— other/facts");
            },
            Code::CheckpointDamaged,
        ),
        (
            "about a claim",
            |b| b.about = About::Verdict(VerdictId(claim().0)),
            Code::ReferenceKind,
        ),
    ];
    for (name, change, code) in cases {
        let mut bundle = whole.clone();
        change(&mut bundle);
        let report = check(&bundle, &expected());
        let codes: Vec<Code> = report.findings.iter().map(|f| f.code).collect();
        assert!(codes.contains(&code), "{name}: {codes:?}");
        assert_eq!(report.worst(), Some(Severity::Fault), "{name}");
    }
    // Where the text is left out, slices show its quotes.
    let mut bundle = whole;
    bundle.objects.remove(&report_text);
    let report = check(&bundle, &expected());
    let codes: Vec<Code> = report.findings.iter().map(|f| f.code).collect();
    assert!(codes.contains(&Code::SliceMissing), "{codes:?}");
    assert_eq!(report.worst(), Some(Severity::Fault));
}

fn claim() -> EntryId {
    Ledger::example().entries[3].1.id()
}
