//! Keys that change hands: who is entitled at every point, what is tainted, what of it counts.

use super::codes;
use crate::audit::facts::Facts as _;
use crate::audit::finding::Code;
use crate::audit::fixture::{ARTICLE, Ledger, Sample, key, sign};
use crate::audit::standing::{Standing, standing};
use crate::audit::taint::Taints;
use crate::entry::{Body, Decision, LogKey, Publication, Role};
use crate::words::id::{ObjectId, VerdictId};
use crate::words::manifest::Manifest;
use crate::words::policy::Policy;

/// A ledger of three roots, two of whom must sign, a reviewer, and one who approves as well.
fn desk() -> Ledger {
    let mut ledger = Ledger::begin(&["root", "spare", "third"], 2, &Policy::default());
    for (name, roles) in [
        ("alice", &[Role::Reviewer][..]),
        ("bob", &[Role::Reviewer, Role::Approver]),
    ] {
        let draft = ledger.key_entry(name, roles);
        ledger.append_draft(&draft, &["root", "spare", name]);
    }
    ledger
}

fn is_tainted_at(ledger: &Ledger, index: u64) -> bool {
    let entry = ledger
        .facts
        .entry(index)
        .expect("memory")
        .expect("an entry");
    let mut taints = Taints::default();
    taints
        .is_tainted(&ledger.facts, index, &entry)
        .expect("memory")
}

fn standing_of(ledger: &Ledger, verdict: VerdictId, policy: &Policy) -> Standing {
    let index = ledger.facts.index_of(&verdict.entry()).expect("memory");
    let found = standing(
        index.expect("an entry"),
        &ledger.facts,
        policy,
        &mut Taints::default(),
    );
    found.expect("memory").expect("a verdict").standing
}

/// What is done to alice's key.
#[derive(Clone, Copy, Debug)]
enum Event {
    RotatedBySelf,
    RotatedByRoots,
    Revoked { from: u64 },
    RotatedThenRevoked { from: u64 },
}

/// The rules in the slow and obvious form: everything that happened to a key, looked through anew.
struct Model {
    /// (index, from) of each revocation of alice's first key.
    revoked: Vec<(u64, u64)>,
    rotated: Option<u64>,
}

impl Model {
    fn is_entitled(&self, name: &str, index: u64) -> bool {
        match name {
            "alice" => {
                self.revoked.iter().all(|(at, _)| index <= *at)
                    && self.rotated.is_none_or(|at| index <= at)
            }
            _ => self.rotated.is_some_and(|at| at < index),
        }
    }

    fn is_tainted(&self, name: &str, index: u64) -> bool {
        let signed = |index: u64| {
            let covers = |(at, from): &(u64, u64)| *from <= index && index < *at;
            self.revoked.iter().any(covers)
        };
        match name {
            "alice" => signed(index),
            // What enrolled the second key was signed by the first.
            "alice-2" => self.rotated.is_some_and(signed),
            _ => false,
        }
    }
}

#[test]
fn entitlement_and_taint_come_out_right_at_every_point() {
    const LENGTH: u64 = 50;
    for point in 3..LENGTH - 2 {
        let froms = [0, 1, point / 2, point - 1, point];
        let events = [Event::RotatedBySelf, Event::RotatedByRoots].into_iter();
        let events = events.chain(froms.map(|from| Event::Revoked { from }));
        let events = events.chain(froms.map(|from| Event::RotatedThenRevoked { from }));
        for event in events {
            check_point(LENGTH, point, event);
        }
    }
}

fn check_point(length: u64, point: u64, event: Event) {
    let mut ledger = desk();
    let mut authors = vec!["root", "root", "root"];
    let mut model = Model {
        revoked: vec![],
        rotated: None,
    };
    let revoke = |ledger: &mut Ledger, model: &mut Model, from: u64| {
        let draft = ledger.revocation("alice", from);
        model.revoked.push((ledger.tree.size(), from));
        ledger.append_draft(&draft, &["root", "third"]);
    };
    let mut current = "alice";
    while ledger.tree.size() < length {
        let at = ledger.tree.size();
        if at == point {
            match event {
                Event::Revoked { from } => {
                    revoke(&mut ledger, &mut model, from);
                    authors.push("root");
                }
                Event::RotatedBySelf | Event::RotatedThenRevoked { .. } => {
                    let draft = ledger.rotation("alice", "alice", "alice-2");
                    ledger.append_draft(&draft, &["alice", "alice-2"]);
                    authors.push("alice");
                }
                Event::RotatedByRoots => {
                    let draft = ledger.rotation("root", "alice", "alice-2");
                    ledger.append_draft(&draft, &["root", "third", "alice-2"]);
                    authors.push("root");
                }
            }
            if !matches!(event, Event::Revoked { .. }) {
                model.rotated = Some(at);
                ledger.carry_on("alice", "alice-2");
                current = "alice-2";
            }
            if let Event::RotatedThenRevoked { from } = event {
                revoke(&mut ledger, &mut model, from);
                authors.push("root");
            }
            continue;
        }
        for name in ["alice", "alice-2"] {
            let draft = ledger.source(name, "Some words.\n");
            let found = ledger.examine(sign(&draft, &[name]));
            let refused = codes(&found)
                .into_iter()
                .any(|code| matches!(code, Code::KeyEnded | Code::KeyUnknown));
            assert_eq!(
                !refused,
                model.is_entitled(name, at),
                "{name} at {at}, {event:?} at {point}: {found:#?}"
            );
        }
        let author = if at % 2 == 1 && model.is_entitled(current, at) {
            current
        } else {
            "bob"
        };
        ledger.add_source(author, "Some words.\n");
        authors.push(author);
    }
    for (index, author) in (0..).zip(&authors) {
        assert_eq!(
            is_tainted_at(&ledger, index),
            model.is_tainted(author, index),
            "{author} at {index}, {event:?} at {point}"
        );
    }
}

/// An entry as the rules on taint see it.
#[derive(Default)]
struct Signed {
    by: &'static str,
    /// All who signed it, where roots carry it; one of them had to.
    roots: Vec<&'static str>,
    enrols: Vec<&'static str>,
    revokes: Option<(&'static str, u64)>,
    reaffirms: Vec<u64>,
}

/// The rules on taint in the slow and obvious form: looked through until nothing more is untainted.
fn untainted(entries: &[Signed]) -> Vec<bool> {
    let mut found = vec![false; entries.len()];
    loop {
        let mut next = found.clone();
        for (index, entry) in (0..).zip(entries) {
            let is_signed = |by: &&str| {
                !(0..).zip(entries).any(|(at, other): (u64, &Signed)| {
                    let revokes = other.revokes.filter(|(key, _)| key == by);
                    revokes.is_some_and(|(_, from)| from <= index && index < at)
                })
            };
            let is_signed = if entry.roots.is_empty() {
                is_signed(&entry.by)
            } else {
                entry.roots.iter().any(is_signed)
            };
            let enrolled = entries
                .iter()
                .position(|other| other.enrols.contains(&entry.by));
            let enrolled = enrolled.is_some_and(|at| found[at]);
            let reaffirmed = entries.iter().zip(&found);
            let mut reaffirmed = reaffirmed.filter(|(other, _)| other.reaffirms.contains(&index));
            let at = usize::try_from(index).expect("a short ledger");
            next[at] = index == 0 || (is_signed && enrolled) || reaffirmed.any(|(_, found)| *found);
        }
        if next == found {
            return found;
        }
        found = next;
    }
}

#[test]
fn taint_is_what_the_rules_say_whatever_is_revoked_and_reaffirmed() {
    const ROOTS: [&str; 6] = ["root", "spare", "third", "fourth", "fifth", "sixth"];
    const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "dave"];
    let (mut reaffirmed, mut revoked) = (0, 0);
    for seed in 0..40_u64 {
        let mut state = seed;
        let mut chance = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005);
            state = state.wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).expect("31 bits") % below
        };
        let mut ledger = Ledger::begin(&["root"], 1, &Policy::default());
        let mut entries = vec![Signed {
            by: "root",
            roots: vec!["root"],
            enrols: vec!["root"],
            ..Signed::default()
        }];
        let mut roots = vec!["root"];
        let (mut ever, mut enrolled, mut people) = (1, 0, Vec::<&str>::new());
        while entries.len() < 50 {
            let size = entries.len() as u64;
            let by = roots[chance(roots.len())];
            let other = roots[chance(roots.len())];
            let mut signed = Signed {
                by,
                roots: if by == other {
                    vec![by]
                } else {
                    vec![by, other]
                },
                ..Signed::default()
            };
            let tainted = untainted(&entries);
            let tainted: Vec<u64> = (0..size)
                .filter(|index| !tainted[usize::try_from(*index).expect("a short ledger")])
                .collect();
            let (mut draft, new) = match chance(6) {
                0 if ever < ROOTS.len() => {
                    let new = ROOTS[ever];
                    ever += 1;
                    roots.push(new);
                    signed.enrols.push(new);
                    (ledger.roots_entry(&roots, 1, None), None)
                }
                1 if enrolled < PEOPLE.len() => {
                    let new = PEOPLE[enrolled];
                    enrolled += 1;
                    people.push(new);
                    signed.enrols.push(new);
                    (ledger.key_entry(new, &[Role::Reviewer]), Some(new))
                }
                2 => {
                    let all = [&ROOTS[..ever], &PEOPLE[..enrolled]].concat();
                    let key = all[chance(all.len())];
                    if roots == [key] {
                        continue;
                    }
                    roots.retain(|root| *root != key);
                    people.retain(|name| *name != key);
                    let from = size - (chance(entries.len() + 1) / 2) as u64;
                    signed.revokes = Some((key, from));
                    revoked += 1;
                    (ledger.revocation(key, from), None)
                }
                3 | 4 if !tainted.is_empty() => {
                    let at = tainted[chance(tainted.len())];
                    signed.reaffirms.push(at);
                    reaffirmed += 1;
                    let id = ledger.entries[usize::try_from(at).expect("a short ledger")].id();
                    (ledger.reaffirmation(&[id]), None)
                }
                _ if people.is_empty() => continue,
                _ => {
                    let by = people[chance(people.len())];
                    signed.by = by;
                    signed.roots.clear();
                    (ledger.source(by, "Some words.\n"), None)
                }
            };
            let keys: Vec<&str> = if signed.roots.is_empty() {
                vec![signed.by]
            } else {
                draft.header = ledger.draft(by, draft.body.clone()).header;
                signed.roots.iter().copied().chain(new).collect()
            };
            ledger.append_draft(&draft, &keys);
            entries.push(signed);
            let mut taints = Taints::default();
            for (index, untainted) in (0..).zip(untainted(&entries)) {
                let entry = ledger.facts.entry(index).expect("memory").expect("kept");
                let tainted = taints.is_tainted(&ledger.facts, index, &entry);
                assert_eq!(tainted.expect("memory"), !untainted, "{seed}: {index}");
            }
        }
    }
    assert!(reaffirmed > 100 && revoked > 100, "{reaffirmed} {revoked}");
}

#[test]
fn a_rotated_key_carries_on_the_chain_and_its_holders_verdicts() {
    let (mut ledger, sample) = Ledger::sample();
    let mine = ledger.add_verdict("alice", sample.claim, "true", sample.charter);
    let draft = ledger.rotation("alice", "alice", "alice-2");
    ledger.append_draft(&draft, &["alice", "alice-2"]);
    ledger.carry_on("alice", "alice-2");
    let draft = ledger.superseding("alice-2", sample.claim, "false", mine);
    ledger.append_draft(&draft, &["alice-2"]);
    // She approves of nothing that she signed under her first key.
    let draft = ledger.rotation("alice-2", "alice-2", "alice-3");
    ledger.append_draft(&draft, &["alice-2", "alice-3"]);
    let draft = ledger.rotation("alice-2", "alice-2", "alice-4");
    let found = ledger.examine(sign(&draft, &["alice-2", "alice-4"]));
    assert!(codes(&found).contains(&Code::KeyEnded), "{found:#?}");
}

#[test]
fn what_changes_keys_is_refused_for_its_reason() {
    let refuse = |code: Code, draft: crate::entry::Draft, keys: &[&str]| {
        let found = desk().examine(sign(&draft, keys));
        assert_eq!(codes(&found), [code], "{found:#?}");
    };
    let ledger = desk();
    let roots = &["root", "spare"];
    refuse(
        Code::KeyTargetUnknown,
        ledger.revocation("mallory", 1),
        roots,
    );
    refuse(Code::KeyTargetFunction, ledger.revocation("log", 1), roots);
    refuse(Code::FromSize, ledger.revocation("alice", 4), roots);
    refuse(
        Code::ThresholdNotMet,
        ledger.revocation("alice", 1),
        &["root"],
    );
    refuse(
        Code::KeyTargetFunction,
        ledger.rotation("root", "third", "fourth"),
        &["root", "spare", "fourth"],
    );
    refuse(
        Code::KeyEnrolledBefore,
        ledger.rotation("alice", "alice", "bob"),
        &["alice", "bob"],
    );
    refuse(
        Code::SignatureNotCalledFor,
        ledger.rotation("alice", "alice", "alice-2"),
        &["alice", "alice-2", "root"],
    );
    refuse(
        Code::KeyNotEntitled,
        ledger.rotation("bob", "alice", "alice-2"),
        &["bob", "alice-2"],
    );
    // A threshold of the new roots must sign too.
    let draft = ledger.roots_entry(&["root", "fourth", "fifth"], 3, None);
    refuse(Code::ThresholdNotMet, draft, &["root", "spare", "fourth"]);
    let draft = ledger.roots_entry(&["root", "alice"], 1, None);
    refuse(Code::KeyEnrolledBefore, draft, roots);
    let size = ledger.tree.size();
    let log = |size, root| LogKey {
        key: crate::trust::key::SigningKey::from_seed(key("log").name().clone(), &[7; 32])
            .verifier()
            .clone(),
        size,
        root,
    };
    let new_log = crate::trust::key::SigningKey::from_seed(key("log").name().clone(), &[7; 32]);
    for (code, size, root) in [
        (Code::LogSize, size + 1, ledger.tree.head().root),
        (Code::LogRoot, size - 1, ledger.tree.head().root),
    ] {
        let draft = ledger.draft("root", Body::Log(log(size, root)));
        let entry = draft
            .sign(&[&key("root"), &key("spare"), &new_log])
            .expect("an entry");
        let mut fresh = desk();
        assert_eq!(codes(&fresh.examine(entry)), [code]);
    }
    let publication = |size| {
        let mut ledger = desk();
        let manifest = ledger.keep(&Manifest { files: vec![] });
        let draft = ledger.key_entry("press", &[Role::Publisher]);
        ledger.append_draft(&draft, &["root", "spare", "press"]);
        let draft = ledger.draft("press", Body::Publication(Publication { manifest, size }));
        codes(&ledger.examine(sign(&draft, &["press"])))
    };
    assert_eq!(publication(4), []);
    assert_eq!(publication(5), [Code::PublicationSize]);
    assert_eq!(publication(0), [Code::PublicationSize]);
}

#[test]
fn roots_change_and_never_fall_below_their_threshold() {
    let mut ledger = desk();
    let draft = ledger.revocation("third", 0);
    ledger.append_draft(&draft, &["root", "spare"]);
    let draft = ledger.revocation("spare", 0);
    let found = ledger.examine(sign(&draft, &["root", "spare"]));
    assert_eq!(codes(&found), [Code::RootsTooFew]);
    let draft = ledger.roots_entry(&["root", "fourth"], 1, None);
    ledger.append_draft(&draft, &["root", "spare", "fourth"]);
    // One of the new roots is enough now, and an old one is not called for.
    let draft = ledger.key_entry("carol", &[Role::Reviewer]);
    let found = ledger.examine(sign(&draft, &["root", "spare", "carol"]));
    assert_eq!(codes(&found), [Code::SignatureNotCalledFor]);
    ledger.append_draft(&draft, &["root", "carol"]);
}

#[test]
fn what_a_tainted_root_alone_carried_is_tainted_with_all_that_rests_on_it() {
    let mut ledger = Ledger::begin(&["root", "spare"], 1, &Policy::default());
    // A thief of the root `spare` enrols a reviewer of his own.
    let mut draft = ledger.key_entry("mallory", &[Role::Reviewer]);
    draft.header = ledger.draft("spare", draft.body.clone()).header;
    let enrolled = ledger.append_draft(&draft, &["spare", "mallory"]);
    ledger.add_source("mallory", ARTICLE);
    // Another is carried by both roots.
    let draft = ledger.key_entry("alice", &[Role::Reviewer]);
    ledger.append_draft(&draft, &["root", "spare", "alice"]);
    ledger.add_source("alice", ARTICLE);
    let draft = ledger.revocation("spare", 1);
    ledger.append_draft(&draft, &["root"]);
    let tainted: Vec<u64> = (0..ledger.tree.size())
        .filter(|index| is_tainted_at(&ledger, *index))
        .collect();
    assert_eq!(tainted, [1, 2]);
    // Reaffirming the enrolment clears what rests on it; nothing else needs it.
    let draft = ledger.reaffirmation(&[enrolled]);
    ledger.append_draft(&draft, &["root"]);
    assert!(!is_tainted_at(&ledger, 1) && !is_tainted_at(&ledger, 2));
    let draft = ledger.reaffirmation(&[enrolled]);
    let found = ledger.examine(sign(&draft, &["root"]));
    assert_eq!(codes(&found), [Code::ReaffirmedUntainted]);
}

#[test]
fn no_reaffirmation_vouches_for_itself() {
    let mut ledger = Ledger::begin(&["root", "spare"], 1, &Policy::default());
    // The thief of `spare` puts a root of his own beside it, later reaffirms that with it.
    let mut draft = ledger.roots_entry(&["root", "spare", "fence"], 1, None);
    draft.header = ledger.draft("spare", draft.body.clone()).header;
    let added = ledger.append_draft(&draft, &["spare"]);
    let draft = ledger.revocation("spare", 1);
    ledger.append_draft(&draft, &["root"]);
    let mut draft = ledger.reaffirmation(&[added]);
    draft.header = ledger.draft("fence", draft.body.clone()).header;
    ledger.append_draft(&draft, &["fence"]);
    assert!(is_tainted_at(&ledger, 1));
    assert!(is_tainted_at(&ledger, 3));
}

#[test]
fn a_second_person_approves_and_the_policy_counts() {
    let (mut ledger, Sample { claim, charter, .. }) = Ledger::sample();
    let policy = Policy {
        approvals: 1,
        ..Policy::default()
    };
    let draft = ledger.policy_entry(&policy);
    ledger.append_draft(&draft, &["root"]);
    let verdict = ledger.add_verdict("alice", claim, "true", charter);
    assert_eq!(standing_of(&ledger, verdict, &policy), Standing::Proposed);
    let bobs = VerdictId(ledger.entries[9].id().0);
    for (by, of, code) in [
        (
            "alice",
            verdict,
            vec![Code::KeyNotEntitled, Code::ApprovalOwn],
        ),
        ("bob", bobs, vec![Code::ApprovalOwn]),
    ] {
        let draft = ledger.decision(by, of, Decision::Approve);
        assert_eq!(codes(&ledger.examine(sign(&draft, &[by]))), code);
    }
    for (decision, expected) in [
        (Decision::Approve, Standing::Standing),
        (Decision::Dispute, Standing::Disputed),
        (Decision::Approve, Standing::Standing),
    ] {
        let draft = ledger.decision("bob", verdict, decision);
        ledger.append_draft(&draft, &["bob"]);
        assert_eq!(standing_of(&ledger, verdict, &policy), expected);
    }
    // One approver counts once.
    let two = Policy {
        approvals: 2,
        ..Policy::default()
    };
    assert_eq!(standing_of(&ledger, verdict, &two), Standing::Proposed);
    // An approval by a key that was stolen then does not count.
    let last = ledger.tree.size() - 1;
    let draft = ledger.revocation("bob", last);
    ledger.append_draft(&draft, &["root"]);
    assert_eq!(standing_of(&ledger, verdict, &policy), Standing::Disputed);
    let draft = ledger.superseding("alice", claim, "false", verdict);
    ledger.append_draft(&draft, &["alice"]);
    let draft = ledger.key_entry("carol", &[Role::Approver]);
    ledger.append_draft(&draft, &["root", "carol"]);
    let draft = ledger.decision("carol", verdict, Decision::Approve);
    let found = ledger.examine(sign(&draft, &["carol"]));
    assert_eq!(codes(&found), [Code::ApprovalEnded]);
}

#[test]
fn erasures_name_what_may_be_erased() {
    let (mut ledger, _) = Ledger::sample();
    let article = ObjectId::of(ARTICLE.as_bytes());
    let policy = ledger
        .facts
        .ledger()
        .expect("memory")
        .expect("a ledger")
        .policy;
    for (object, code) in [
        (ObjectId([9; 32]), Code::ErasureUnknown),
        (policy, Code::ErasurePolicy),
    ] {
        let draft = ledger.erasure(object);
        assert_eq!(codes(&ledger.examine(sign(&draft, &["root"]))), [code]);
    }
    let draft = ledger.erasure(article);
    let found = ledger.examine(sign(&draft, &["root"]));
    assert_eq!(codes(&found), []);
    ledger.append_draft(&draft, &["root"]);
    let draft = ledger.erasure(article);
    let found = ledger.examine(sign(&draft, &["root"]));
    assert_eq!(codes(&found), [Code::ObjectErasedBefore]);
    ledger.objects.remove(&article);
    let draft = ledger.source("bob", ARTICLE);
    let found = ledger.examine(sign(&draft, &["bob"]));
    assert_eq!(codes(&found), [Code::ObjectErasedBefore]);
}
