//! Whatever is changed in a bundle is found.
//!
//! An unoptimised build changes one byte in 29; `cargo test --release` all of them, and so does any
//! build with `FACTLOG_EVERY_BYTE` set.

use factlog::audit::bundle::{Bundle, BundleEntry, Expected, check, check_bytes};
use factlog::audit::{Code, Severity};
use factlog::entry::{Decision, Entry, Kind, Role};
use factlog::ledger::Reveal;
use factlog::trust::{SignedNote, SliceRange, TrustPolicy, WitnessSigningKey};
use factlog::words::id::{ObjectId, VerdictId};
use factlog::words::source::Rights;

use super::desk::{Desk, REPORT, REPORT_QUOTE, alice, article, bob, sentence};

/// Every so many bytes are changed.
fn stride() -> usize {
    let all = !cfg!(debug_assertions) || std::env::var_os("FACTLOG_EVERY_BYTE").is_some();
    if all { 1 } else { 29 }
}

/// What is done to a byte.
const PATTERNS: [u8; 2] = [0b0000_0001, 0b1111_1111];

/// A ledger with a superseded and approved verdict, and who checks its bundles: they know the ledger
/// and ask for a witness.
struct Case {
    desk: Desk,
    verdict: VerdictId,
    small: VerdictId,
    witness: WitnessSigningKey,
}

impl Case {
    fn new() -> Self {
        let mut desk = Desk::new();
        desk.add_key(&bob(), &[Role::Reviewer, Role::Approver]);
        let text = article(2_000);
        let source = desk.source(&text, Rights::Public);
        let report = desk.source(REPORT, Rights::Quoted);
        let claim = desk.claim(&alice(), (source, &text), &sentence(1), None);
        let quoted = (report, REPORT, REPORT_QUOTE);
        let first = desk.verdict(&alice(), claim, "false", &[quoted], None);
        let verdict = desk.verdict(&alice(), claim, "true", &[quoted], Some(first));
        desk.decide(verdict, Decision::Approve);
        let other = desk.claim(&alice(), (source, &text), &sentence(2), None);
        let small = desk.verdict(&alice(), other, "true", &[], None);
        let name = "witness.example".parse().unwrap();
        Self {
            desk,
            verdict,
            small,
            witness: WitnessSigningKey::from_seed(name, &[8; 32]),
        }
    }

    /// The bundle, with its checkpoint cosigned.
    fn bundle(&self, verdict: VerdictId, reveal: Reveal) -> Bundle {
        let mut bundle = self.desk.prove(verdict, reveal);
        let note = SignedNote::parse(bundle.checkpoint.as_bytes()).unwrap();
        let log = super::log();
        let verified = note.verify(&[log.verifier()]).unwrap();
        let cosignature = self.witness.cosign(&verified, 1_795_000_000).unwrap();
        let line = cosignature.to_line(self.witness.witness());
        note.with_lines(&[line])
            .unwrap()
            .as_str()
            .clone_into(&mut bundle.checkpoint);
        bundle
    }

    fn expected(&self) -> Expected {
        let policy = format!("witness w {}\nquorum w\n", self.witness.witness());
        Expected {
            policy: Some(TrustPolicy::parse(policy.as_bytes()).unwrap()),
            ..self.desk.expected()
        }
    }
}

fn is_found(bytes: &[u8], expected: &Expected) -> bool {
    let worst = check_bytes(bytes, expected).worst();
    matches!(worst, Some(Severity::Fault | Severity::Incomplete))
}

fn is_found_in(bundle: &Bundle, expected: &Expected) -> bool {
    is_found(&bundle.to_bytes(), expected)
}

/// Runs `missed` on each number on all cores; returns what it missed.
fn in_parallel(numbers: &[usize], missed: impl Fn(usize) -> Option<usize> + Sync) -> Vec<usize> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let missed = &missed;
    std::thread::scope(|scope| {
        let share = |thread: usize| {
            scope.spawn(move || {
                let mine = numbers.iter().skip(thread).step_by(threads);
                mine.filter_map(|number| missed(*number))
                    .collect::<Vec<_>>()
            })
        };
        let running: Vec<_> = (0..threads).map(share).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn every_changed_byte_is_found() {
    let case = Case::new();
    let expected = case.expected();
    for (name, verdict, reveal) in [
        ("full", case.verdict, Reveal::AsRights),
        ("quotation-only", case.verdict, Reveal::Quotations),
    ] {
        let bytes = case.bundle(verdict, reveal).to_bytes();
        let report = check_bytes(&bytes, &expected);
        assert!(
            report.findings.iter().all(|f| f.severity == Severity::Note),
            "{:?}",
            report.findings
        );
        // The final line feed may be there or not; whatever stands in its place may not.
        let places: Vec<usize> = (0..bytes.len() * PATTERNS.len())
            .filter(|n| (n / PATTERNS.len()).is_multiple_of(stride()))
            .collect();
        let tried = places.len();
        let missed = in_parallel(&places, |n| {
            let mut changed = bytes.clone();
            changed[n / PATTERNS.len()] ^= PATTERNS[n % PATTERNS.len()];
            (!is_found(&changed, &expected)).then_some(n / PATTERNS.len())
        });
        println!(
            "{name}, {} bytes: {tried} changed, {} missed",
            bytes.len(),
            missed.len()
        );
        assert_eq!(missed, [0; 0]);
    }
}

#[test]
fn every_flipped_bit_of_a_small_bundle_is_found() {
    let case = Case::new();
    let expected = case.expected();
    let bytes = case.bundle(case.small, Reveal::Quotations).to_bytes();
    assert!(!is_found(&bytes, &expected));
    let places: Vec<usize> = (0..bytes.len() * 8).step_by(stride()).collect();
    let tried = places.len();
    let missed = in_parallel(&places, |bit| {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        (!is_found(&changed, &expected)).then_some(bit)
    });
    println!(
        "small, {} bytes: {tried} bits, {} missed",
        bytes.len(),
        missed.len()
    );
    assert_eq!(missed, [0; 0]);
}

#[test]
fn every_shortened_or_lengthened_bundle_is_found() {
    let case = Case::new();
    let expected = case.expected();
    let bytes = case.bundle(case.small, Reveal::Quotations).to_bytes();
    let ends: Vec<usize> = (0..bytes.len() - 1).step_by(stride()).collect();
    let missed = in_parallel(&ends, |end| {
        (!is_found(&bytes[..end], &expected)).then_some(end)
    });
    assert_eq!(missed, [0; 0]);
    for more in ["\n", " ", "{}", "\0"] {
        assert!(
            is_found(&[&*bytes, more.as_bytes()].concat(), &expected),
            "{more:?}"
        );
    }
}

#[test]
fn every_entry_dropped_doubled_or_swapped_is_found() {
    let case = Case::new();
    let expected = case.expected();
    let (mut tried, mut kept_back) = (0, Vec::new());
    for reveal in [Reveal::AsRights, Reveal::Quotations] {
        let whole = case.bundle(case.verdict, reveal);
        for at in 0..whole.entries.len() {
            let mut less = whole.clone();
            let dropped = less.entries.remove(at);
            tried += 1;
            if !is_found_in(&less, &expected) {
                kept_back.push(kind_of(&dropped));
            }
            let mut more = whole.clone();
            more.entries.insert(at, whole.entries[at].clone());
            assert!(is_found_in(&more, &expected), "entry {at} doubled");
            tried += 1;
            for other in 0..at {
                let mut order = whole.clone();
                order.entries.swap(at, other);
                assert!(
                    is_found_in(&order, &expected),
                    "{at} and {other} out of order"
                );
                let mut notes = order.clone();
                notes.entries.sort_by_key(|entry| entry.index);
                let note = notes.entries[at].note.clone();
                notes.entries[at].note = std::mem::replace(&mut notes.entries[other].note, note);
                assert!(is_found_in(&notes, &expected), "notes of {at} and {other}");
                let mut places = whole.clone();
                let index = places.entries[at].index;
                places.entries[at].index =
                    std::mem::replace(&mut places.entries[other].index, index);
                places.entries.swap(at, other);
                assert!(
                    is_found_in(&places, &expected),
                    "places of {at} and {other}"
                );
                tried += 3;
            }
        }
    }
    // What else was recorded on a verdict can be kept back, with the key that was enrolled for it:
    // that is what every account of a bundle ends with.
    println!(
        "{tried} changes of entries, {} of them kept back: {kept_back:?}",
        kept_back.len()
    );
    assert!(
        kept_back.iter().all(|kind| *kind == Kind::Approval),
        "{kept_back:?}"
    );
}

fn kind_of(entry: &BundleEntry) -> Kind {
    Entry::parse(entry.note.as_bytes()).unwrap().kind()
}

#[test]
fn every_object_and_slice_dropped_added_or_exchanged_is_found() {
    let case = Case::new();
    let expected = case.expected();
    for reveal in [Reveal::AsRights, Reveal::Quotations] {
        let whole = case.bundle(case.verdict, reveal);
        for id in whole.objects.keys() {
            let mut less = whole.clone();
            less.objects.remove(id);
            assert!(is_found_in(&less, &expected), "{id} dropped");
            for bytes in [&b"{}"[..], b"", b"\xff"] {
                let mut other = less.clone();
                other.objects.insert(*id, bytes.to_vec());
                assert!(is_found_in(&other, &expected), "{id} exchanged");
            }
        }
        let mut more = whole.clone();
        more.objects.insert(ObjectId::of(b"more"), b"more".to_vec());
        assert!(is_found_in(&more, &expected));
        for (key, bytes) in &whole.slices {
            let mut less = whole.clone();
            less.slices.remove(key);
            assert!(is_found_in(&less, &expected), "{key:?} dropped");
            let mut other = less.clone();
            let range = SliceRange::new(key.1.start() + 1024, key.1.end() + 1024).unwrap();
            other.slices.insert((key.0, range), bytes.clone());
            assert!(is_found_in(&other, &expected), "{key:?} moved");
            other = whole.clone();
            other.slices.insert((key.0, range), bytes.clone());
            assert!(is_found_in(&other, &expected), "one more slice");
        }
    }
}

#[test]
fn every_line_of_a_note_written_otherwise_is_found() {
    let case = Case::new();
    let expected = case.expected();
    let whole = case.bundle(case.verdict, Reveal::AsRights);
    let mut tried = 0;
    for at in 0..=whole.entries.len() {
        let note = match whole.entries.get(at) {
            Some(entry) => entry.note.clone(),
            None => whole.checkpoint.clone(),
        };
        for line in 0..note.lines().count() {
            for (how, changed) in written_otherwise(&note, line) {
                let mut other = whole.clone();
                match other.entries.get_mut(at) {
                    Some(entry) => entry.note = changed,
                    None => other.checkpoint = changed,
                }
                assert!(
                    is_found_in(&other, &expected),
                    "note {at}, line {line}: {how}"
                );
                tried += 1;
            }
        }
    }
    println!("{tried} lines written otherwise, 0 missed");
}

/// The same line in other bytes, by which a careless reader would take it for the same.
fn written_otherwise(note: &str, line: usize) -> Vec<(&'static str, String)> {
    let with = |change: &dyn Fn(&str) -> String| {
        let lines = note.lines().enumerate();
        let lines = lines.map(|(n, text)| {
            if n == line {
                change(text)
            } else {
                text.to_owned()
            }
        });
        lines.map(|line| line + "\n").collect::<String>()
    };
    let mut others = vec![
        ("a space after it", with(&|text| format!("{text} "))),
        ("a space before it", with(&|text| format!(" {text}"))),
        ("a carriage return", with(&|text| format!("{text}\r"))),
        ("an empty line after it", with(&|text| format!("{text}\n"))),
        ("twice", with(&|text| format!("{text}\n{text}"))),
        (
            "no padding",
            with(&|text| text.trim_end_matches('=').to_owned()),
        ),
        ("more padding", with(&|text| format!("{text}="))),
        (
            "URL-safe base64",
            with(&|text| text.replace('+', "-").replace('/', "_")),
        ),
        (
            "a hyphen for the dash",
            with(&|text| text.replace('—', "-")),
        ),
        ("escaped", with(&|text| text.replacen('a', "\\u0061", 1))),
        (
            "white space in JSON",
            with(&|text| text.replacen("\":", "\": ", 1)),
        ),
        (
            "leading zero",
            with(&|text| {
                if text.parse::<u64>().is_ok() {
                    format!("0{text}")
                } else {
                    text.to_owned()
                }
            }),
        ),
        ("unused bits set", with(&|text| unused_bits(text))),
    ];
    others.retain(|(_, changed)| changed != note);
    others
}

/// Sets a bit that base64 does not use.
fn unused_bits(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bare = text.trim_end_matches('=');
    let Some(last) = bare.chars().last().filter(|_| bare.len() < text.len()) else {
        return text.to_owned();
    };
    let Some(at) = ALPHABET.find(last) else {
        return text.to_owned();
    };
    let other = ALPHABET.as_bytes()[at ^ 1] as char;
    let padding = &text[bare.len()..];
    format!("{}{other}{padding}", &bare[..bare.len() - 1])
}

#[test]
fn a_verdict_of_another_log_is_not_taken_for_one_of_this() {
    let (case, other) = (Case::new(), Case::new());
    let expected = case.expected();
    // The same keys, texts and times give the same ledger; one more entry gives another.
    let mut desk = other.desk;
    desk.set_policy(&factlog::words::policy::Policy {
        approvals: 2,
        ..factlog::words::policy::Policy::default()
    });
    let mut mixed = case.bundle(case.verdict, Reveal::AsRights);
    mixed.checkpoint = desk.prove(other.verdict, Reveal::AsRights).checkpoint;
    let report = check(&mixed, &expected);
    let codes: Vec<Code> = report.findings.iter().map(|f| f.code).collect();
    assert!(codes.contains(&Code::ProofInvalid), "{codes:?}");
}
