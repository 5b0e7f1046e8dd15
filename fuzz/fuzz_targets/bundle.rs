//! A proof bundle has one form; one without a fault is what test keys signed, to the byte; and of one
//! that passes as good, no byte can be changed without its being found.
//!
//! Random bytes end at the first hash. So the mutator changes entries and objects inside a bundle and
//! then signs and hashes all of it anew, as whoever has the keys could.

#![no_main]

use std::collections::HashMap;
use std::sync::OnceLock;

use factlog::audit::Severity;
use factlog::audit::bundle::{
    About, Bundle, BundleEntry, Expected, ShownReport, check, check_bytes,
};
use factlog::entry::{Body, Entry};
use factlog::trust::merkle::LeafHash;
use factlog::trust::{SignedNote, SliceRange, TrustPolicy};
use factlog::words::id::{EntryId, ObjectId};
use factlog_fuzz::{Pick, json, keys, mutate, put};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

const SEEDS: [&[u8]; 8] = [
    include_bytes!("../seeds/bundle/bundle"),
    include_bytes!("../seeds/bundle/bundle-after-log-key-change"),
    include_bytes!("../seeds/bundle/bundle-after-rotation"),
    include_bytes!("../seeds/bundle/bundle-cosigned"),
    include_bytes!("../seeds/bundle/bundle-erased"),
    include_bytes!("../seeds/bundle/bundle-with-approval-and-retraction"),
    include_bytes!("../seeds/bundle/bundle-with-gaps"),
    include_bytes!("../seeds/bundle/bundle-with-slices"),
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(bundle) = Bundle::parse(bytes) else {
        let report = check_bytes(bytes, &Expected::default());
        assert_eq!(report.worst(), Some(Severity::Fault));
        return;
    };
    let written = bundle.to_bytes();
    assert_eq!(
        written.strip_suffix(b"\n"),
        Some(bytes.strip_suffix(b"\n").unwrap_or(bytes))
    );

    // Whoever checks it knows the ledger, and asks for the witness where it cosigned.
    let mut expected = Expected {
        ledger: bundle.entries.first().map(id),
        ..Expected::default()
    };
    let checkpoint = SignedNote::parse(bundle.checkpoint.as_bytes());
    let lines = checkpoint
        .as_ref()
        .map_or(0, |note| note.signatures().len());
    if lines == 2 {
        let policy = format!("witness w {}\nquorum w\n", keys::witness(0).witness());
        expected.policy = Some(TrustPolicy::parse(policy.as_bytes()).expect("as written"));
    }
    let report = check(&bundle, &expected);
    let worst = report.worst();
    assert!(!report.closing().is_empty());
    if worst == Some(Severity::Fault) {
        return;
    }
    is_what_was_signed(&bundle, &report);
    let unknown = check(&bundle, &Expected::default());
    assert!(unknown.is_only_untrusted());
    if worst == Some(Severity::Incomplete) || lines > 2 {
        return;
    }
    let hash = LeafHash::of(bytes).0;
    let mut pick = Pick::new(u64::from_le_bytes(*hash.first_chunk().expect("32 bytes")));
    for _ in 0..2 {
        let at = pick.below(written.len());
        let mut changed = written.clone();
        changed[at] ^= if pick.one_in(2) {
            1 << pick.below(8)
        } else {
            0xff
        };
        let is_found = is_found(&check_bytes(&changed, &expected));
        assert!(is_found, "byte {at} changed to {:#04x}", changed[at]);
    }
    if let Some((how, changed)) = forged(&bundle, &mut pick) {
        // A forged genesis is another ledger's.
        assert!(is_found(&check(&changed, &expected)), "{how}");
        expected.ledger = changed.entries.first().map(id);
        assert!(is_found(&check(&changed, &expected)), "{how}");
    }
});

fn id(entry: &BundleEntry) -> EntryId {
    LeafHash::of(entry.note.as_bytes()).into()
}

fn is_found(report: &ShownReport) -> bool {
    matches!(report.worst(), Some(Severity::Fault | Severity::Incomplete))
}

/// Forges a good bundle in one way that may not pass.
fn forged(bundle: &Bundle, pick: &mut Pick) -> Option<(&'static str, Bundle)> {
    let mut changed = bundle.clone();
    let at = pick.below(bundle.entries.len());
    Some(match pick.below(5) {
        0 => {
            let more = pick.number().to_string().into_bytes();
            changed.objects.insert(ObjectId::of(&more), more);
            ("an object of nobody", changed)
        }
        1 => {
            let object = bundle
                .objects
                .keys()
                .nth(pick.below(bundle.objects.len().max(1)))?;
            let start = pick.number() % 8 * 1024;
            let range = SliceRange::new(start, start + 1 + pick.number() % 4096).ok()?;
            let before = changed.slices.insert((*object, range), vec![0; 72]);
            before.is_none().then_some(("a slice of nobody", changed))?
        }
        2 => {
            changed.entries[at].index += 1;
            let next = changed.entries.get(at + 1);
            if next.is_some_and(|next| next.index == bundle.entries[at].index + 1) {
                changed.entries.swap(at, at + 1);
                changed.entries[at].index -= 1;
            }
            ("an entry at another place", changed)
        }
        3 => {
            let other = &bundle.entries[pick.below(bundle.entries.len())];
            changed.entries[at].path.clone_from(&other.path);
            (changed != *bundle).then_some(("another's path", changed))?
        }
        _ => (
            "a signature that is none",
            factlog_fuzz::bundle::unsigned(bundle, pick)?,
        ),
    })
}

/// Checks what is said of a bundle without a fault, by other means than the check's.
fn is_what_was_signed(bundle: &Bundle, report: &ShownReport) {
    let note = SignedNote::parse(bundle.checkpoint.as_bytes()).expect("it is good");
    let shown = report.checkpoint.as_ref().expect("it is good");
    assert!(
        note.signatures()
            .iter()
            .any(|line| keys::is_by_its_key(line, &note))
    );
    let text = format!("{}\n{}\n{}\n", shown.origin, shown.size, shown.root);
    assert!(note.text().starts_with(&text));
    let known = originals().get(note.text());
    let mut named = bundle
        .objects
        .keys()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    named.extend(bundle.slices.keys().map(|(text, _)| text.to_string()));
    let mut verdict = None;
    for entry in &bundle.entries {
        assert!(entry.index < shown.size);
        let read = Entry::parse(entry.note.as_bytes()).expect("it is good");
        let lines = read.note().signatures();
        assert!(
            lines
                .iter()
                .all(|line| keys::is_by_its_key(line, read.note()))
        );
        assert!(known.is_none_or(|log| log.get(&entry.index) == Some(&entry.note)));
        named.retain(|id| !entry.note.contains(id.as_str()));
        if read.id() == bundle.about.entry() {
            verdict = Some(read);
        }
    }
    assert!(named.is_empty(), "no entry speaks of {named:?}");
    let verdict = verdict.expect("it is good");
    let fields = match (verdict.body(), bundle.about) {
        (Body::Verdict(fields), About::Verdict(_)) => fields,
        (Body::Publication(fields), About::Publication(_)) => {
            let shown = report.publication.as_ref().expect("it is good");
            assert_eq!(shown.size, fields.size);
            return;
        }
        _ => panic!("it is about a {}", verdict.kind()),
    };
    let said = report.verdict.as_ref().expect("it is good");
    assert_eq!(said.rating, fields.rating.to_string());
}

/// The entries of the seeds, by the text of their checkpoint: nobody but the mutator, which writes
/// other checkpoints, can add to them.
fn originals() -> &'static HashMap<String, HashMap<u64, String>> {
    static ORIGINALS: OnceLock<HashMap<String, HashMap<u64, String>>> = OnceLock::new();
    ORIGINALS.get_or_init(|| {
        let mut all = HashMap::<String, HashMap<u64, String>>::new();
        for seed in SEEDS {
            let bundle = Bundle::parse(seed).expect("a seed");
            let note = SignedNote::parse(bundle.checkpoint.as_bytes()).expect("a seed");
            // What the mutator puts right is what was right before.
            let mended = factlog_fuzz::bundle::mend(&bundle).expect("a seed");
            let notes = |bundle: &Bundle| -> Vec<String> {
                bundle
                    .entries
                    .iter()
                    .map(|entry| entry.note.clone())
                    .collect()
            };
            assert_eq!(notes(&mended), notes(&bundle));
            assert_eq!(mended.objects, bundle.objects);
            let log = all.entry(note.text().to_owned()).or_default();
            log.extend(
                bundle
                    .entries
                    .into_iter()
                    .map(|entry| (entry.index, entry.note)),
            );
        }
        all
    })
}

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut pick = Pick::new(seed.into());
    let bytes = &data[..size];
    let changed = match pick.below(16) {
        0 => Some(mutate(bytes)),
        1 | 2 => json::read(bytes).map(|mut value| {
            json::change(&mut value, &mut pick);
            json::write(&value)
        }),
        3..=10 => factlog_fuzz::bundle::change(bytes, &mut pick),
        _ => None,
    };
    // What has gone wrong once goes wrong on: begin again at a seed, often.
    let changed = changed.unwrap_or_else(|| {
        let seed = pick.of(&SEEDS).expect("there are seeds");
        factlog_fuzz::bundle::change(seed, &mut pick).unwrap_or_else(|| seed.to_vec())
    });
    match put(data, &changed, most) {
        Some(length) => length,
        None => libfuzzer_sys::fuzzer_mutate(data, size, most),
    }
});
