use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::checkpoint::Checkpoint;
use super::super::cosignature::{CosignatureError, WitnessSigningKey};
use super::super::key::SigningKey;
use super::super::merkle::{RootHash, TreeHead};
use super::super::note::{SignedNote, VerifyError};
use super::*;

/// What is wrong, in which line, and how to recognise the reason.
type Case = (String, usize, fn(&LineError) -> bool);

/// A test log, from a seed that anyone can guess.
fn log(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().expect("a name"), &[seed; 32])
}

/// Test witness `number`, whose seed is 100 more.
fn witness(number: u8) -> WitnessSigningKey {
    let name = format!("witness.example/w{number}");
    WitnessSigningKey::from_seed(name.parse().expect("a name"), &[100 + number; 32])
}

fn checkpoint(log: &SigningKey) -> SignedNote {
    let head = TreeHead {
        root: RootHash([3; 32]),
        size: 7,
    };
    let origin = log.name().clone();
    Checkpoint { origin, head }.sign(log).expect("a note")
}

/// A checkpoint of the log, cosigned by these witnesses.
fn cosigned(log: &SigningKey, witnesses: &[u8]) -> SignedNote {
    let note = checkpoint(log);
    let verified = note.verify(&[log.verifier()]).expect("verifies");
    let lines: Vec<_> = witnesses
        .iter()
        .map(|&number| {
            let witness = witness(number);
            let cosignature = witness.cosign(&verified, 1_795_341_600).expect("in time");
            cosignature.to_line(witness.witness())
        })
        .collect();
    note.with_lines(&lines).expect("a note")
}

/// A line of a policy for a witness.
fn line(number: u8) -> String {
    format!("witness w{number} {}\n", witness(number).witness())
}

fn lines(numbers: impl IntoIterator<Item = u8>) -> String {
    numbers.into_iter().map(line).collect()
}

fn policy(text: &str) -> TrustPolicy {
    TrustPolicy::parse(text.as_bytes()).expect("a policy")
}

/// A log and five witnesses, of the shape of the specification's example.
fn example() -> String {
    let log = log("desk.example/facts", 1);
    let log = log.verifier();
    format!(
        "# Who we trust.\nlog {log} https://desk.example/facts\n\n{}  \t\n\
         group X-witnesses 2 w1 w2 w3\n{}group\tY-witnesses  any w4 w5 \n\
         group X-and-Y all X-witnesses Y-witnesses\n  # The rule.\nquorum X-and-Y\n",
        lines(1..=3),
        lines(4..=5),
    )
}

#[test]
fn a_policy_is_read() {
    let text = example();
    let policy = policy(&text);
    assert_eq!(policy.logs().len(), 1);
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some("https://desk.example/facts")
    );
    let names: Vec<_> = policy
        .witnesses()
        .iter()
        .map(|w| w.name.to_string())
        .collect();
    assert_eq!(names, ["w1", "w2", "w3", "w4", "w5"]);
    assert_eq!(policy.witnesses()[2].key, *witness(3).witness());
    let groups: Vec<_> = policy
        .groups()
        .iter()
        .map(|group| (group.name.to_string(), group.threshold, group.size()))
        .collect();
    let expected = [
        ("X-witnesses", 2, 3),
        ("Y-witnesses", 1, 2),
        ("X-and-Y", 2, 2),
    ];
    assert_eq!(groups, expected.map(|(name, k, n)| (name.to_owned(), k, n)));
    assert_eq!(policy.quorum().expect("a quorum").as_bytes(), b"X-and-Y");
    // The last line feed may be missing.
    assert_eq!(TrustPolicy::parse(text.trim_end().as_bytes()), Ok(policy));
}

#[test]
fn every_subset_of_witnesses_meets_the_quorum_or_does_not() {
    let log = log("desk.example/facts", 1);
    let policy = policy(&example());
    for subset in 0_u8..32 {
        let some: Vec<u8> = (1..=5).filter(|n| subset >> (n - 1) & 1 == 1).collect();
        // Witness 9 is not in the policy: its line is nothing.
        let with_unknown: Vec<u8> = some.iter().copied().chain([9]).collect();
        for witnesses in [&some, &with_unknown] {
            let note = cosigned(&log, witnesses);
            let evaluation = policy.evaluate(&note).expect("all lines hold");
            let x = some.iter().filter(|&&n| n <= 3).count();
            let y = some.len() - x;
            assert_eq!(evaluation.is_met(), x >= 2 && y >= 1, "{some:?}");
            let counts: Vec<usize> = evaluation.groups().map(|(_, count)| count).collect();
            assert_eq!(counts, [x, y, usize::from(x >= 2) + usize::from(y >= 1)]);
            let cosigned = evaluation.witnesses().filter(|(_, c)| c.is_some()).count();
            assert_eq!(cosigned, some.len());
            assert_eq!(evaluation.log(), log.verifier());
            assert_eq!(evaluation.checkpoint().head.size, 7);
        }
    }
}

#[test]
fn an_evaluation_gives_an_account_of_everyone() {
    let policy = policy(&example());
    let note = cosigned(&log("desk.example/facts", 1), &[1, 3]);
    let evaluation = policy.evaluate(&note).expect("all lines hold");
    assert_eq!(
        evaluation.to_string(),
        "log desk.example/facts: signed size 7\n\
         witness w1 (witness.example/w1): cosigned at 2026-11-22T10:00:00Z\n\
         witness w2 (witness.example/w2): no cosignature\n\
         witness w3 (witness.example/w3): cosigned at 2026-11-22T10:00:00Z\n\
         witness w4 (witness.example/w4): no cosignature\n\
         witness w5 (witness.example/w5): no cosignature\n\
         group X-witnesses: 2 of 3, 2 needed: met\n\
         group Y-witnesses: 0 of 2, 1 needed: not met\n\
         group X-and-Y: 1 of 2, 2 needed: not met\n\
         quorum X-and-Y: not met\n"
    );
    let anyone = self::policy("quorum none");
    let log = log("desk.example/facts", 1);
    let evaluation = anyone
        .evaluate_log(log.verifier(), &note)
        .expect("all lines hold");
    assert!(evaluation.is_met());
    assert!(
        evaluation
            .to_string()
            .ends_with("quorum none: no cosignature is asked for\n")
    );
}

#[test]
fn the_quorum_may_be_one_witness() {
    let log = log("desk.example/facts", 1);
    let policy = policy(&format!("{}quorum w1", lines([1, 2])));
    for (witnesses, met) in [
        (&[][..], false),
        (&[2], false),
        (&[1], true),
        (&[1, 2], true),
    ] {
        let note = cosigned(&log, witnesses);
        let evaluation = policy.evaluate_log(log.verifier(), &note);
        assert_eq!(evaluation.expect("all lines hold").is_met(), met);
        // The policy lists no log.
        assert_eq!(
            policy.evaluate(&note).expect_err("no log"),
            EvaluationError::Log(VerifyError::NoKnownSignature)
        );
    }
}

#[test]
fn a_checkpoint_counts_only_if_its_own_log_signed_it() {
    let (one, other) = (log("desk.example/facts", 1), log("other.example/log", 2));
    let policy = policy(&format!(
        "log {}\nlog {}\nquorum none",
        one.verifier(),
        other.verifier()
    ));
    for log in [&one, &other] {
        let note = checkpoint(log);
        let evaluation = policy.evaluate(&note).expect("signed");
        assert_eq!(evaluation.log(), log.verifier());
    }
    let refused = |note: &SignedNote| policy.evaluate(note).expect_err("refused");
    // A stranger of the same name, a known log that signs for another, and one that fails.
    assert_eq!(
        refused(&checkpoint(&log("desk.example/facts", 3))),
        EvaluationError::Log(VerifyError::NoKnownSignature)
    );
    let text = checkpoint(&one).text().to_owned();
    let origin = one.name().clone();
    assert_eq!(
        refused(&SignedNote::sign(&text, &[&other]).expect("a note")),
        EvaluationError::Origin { origin }
    );
    let mut lines = checkpoint(&one).signatures().to_vec();
    lines[0].signature[9] ^= 1;
    assert!(matches!(
        refused(&SignedNote::assemble(&text, lines).expect("a note")),
        EvaluationError::Log(VerifyError::Signature { .. })
    ));
    assert!(matches!(
        refused(&SignedNote::sign("no checkpoint\n", &[&one]).expect("a note")),
        EvaluationError::Checkpoint(_)
    ));
}

#[test]
fn the_line_of_a_known_witness_must_hold() {
    let log = log("desk.example/facts", 1);
    let note = cosigned(&log, &[1, 2]);
    let mut lines = note.signatures().to_vec();
    lines[2].signature[20] ^= 1;
    let spoilt = SignedNote::assemble(note.text(), lines).expect("a note");
    // Even where the quorum could do without.
    let known = policy(&format!(
        "{}group g any w1 w2\nquorum g",
        self::lines([1, 2])
    ));
    assert!(matches!(
        known.evaluate_log(log.verifier(), &spoilt),
        Err(EvaluationError::Witness(CosignatureError::Signature { .. }))
    ));
    let unknown = policy(&format!("{}quorum w1", line(1)));
    let evaluation = unknown.evaluate_log(log.verifier(), &spoilt);
    assert!(evaluation.expect("an unknown line is nothing").is_met());
}

/// Checks that each text is refused in its line and for its reason.
fn check(cases: Vec<Case>) {
    for (text, line, expected) in cases {
        match TrustPolicy::parse(text.as_bytes()).expect_err(&text) {
            PolicyError::Line { line: at, source } => {
                assert_eq!(at, line, "{text}");
                assert!(expected(&source), "{text:?}: {source:?}");
            }
            error => panic!("{text:?}: {error:?}"),
        }
    }
}

#[test]
fn what_is_not_a_policy_is_refused_for_its_reason() {
    let log = log("desk.example/facts", 1);
    let vkey = log.verifier().to_string();
    let w1 = witness(1).witness().to_string();
    let three = lines(1..=3);
    let renamed = WitnessKey::new(
        "other.example/name".parse().expect("a name"),
        witness(1).witness().public().clone(),
    );
    let cases: Vec<Case> = vec![
        ("quorum none\r\n".into(), 1, |e| *e == LineError::Byte(13)),
        ("\n# \0\nquorum none".into(), 2, |e| {
            *e == LineError::Byte(0)
        }),
        ("# \x7f\nquorum none".into(), 1, |e| {
            *e == LineError::Byte(0x7f)
        }),
        ("Log x".into(), 1, |e| matches!(e, LineError::Keyword(_))),
        ("quorum".into(), 1, |e| matches!(e, LineError::Form(_))),
        ("quorum none # why".into(), 1, |e| {
            matches!(e, LineError::Form(_))
        }),
        ("log".into(), 1, |e| matches!(e, LineError::Form(_))),
        (format!("log {vkey} a b"), 1, |e| {
            matches!(e, LineError::Form(_))
        }),
        (format!("log {w1}"), 1, |e| {
            *e == LineError::Key(KeyError::Type(4))
        }),
        (format!("log {vkey}x"), 1, |e| {
            matches!(e, LineError::Key(_))
        }),
        (format!("log {vkey}\nlog {vkey}"), 2, |e| {
            matches!(e, LineError::KeyTwice(_))
        }),
        ("witness w1".into(), 1, |e| matches!(e, LineError::Form(_))),
        (format!("witness w1 {w1} a b"), 1, |e| {
            matches!(e, LineError::Form(_))
        }),
        (format!("witness w1 {vkey}"), 1, |e| {
            *e == LineError::Key(KeyError::WitnessType(1))
        }),
        (format!("{three}{}", line(1)), 4, |e| {
            matches!(e, LineError::Taken(_))
        }),
        (format!("{three}witness w4 {w1}"), 4, |e| {
            matches!(e, LineError::KeyTwice(_))
        }),
        (format!("{three}witness w4 {renamed}"), 4, |e| {
            matches!(e, LineError::KeyTwice(_))
        }),
        (format!("witness none {w1}"), 1, |e| {
            matches!(e, LineError::Taken(_))
        }),
        ("quorum w1".into(), 1, |e| {
            matches!(e, LineError::Unknown(_))
        }),
        (format!("quorum w1\n{three}"), 1, |e| {
            matches!(e, LineError::Unknown(_))
        }),
        ("quorum none\nquorum none".into(), 2, |e| {
            *e == LineError::SecondQuorum
        }),
    ];
    check(cases);
    for text in ["", "\n", "# quorum none\n", three.as_str()] {
        assert_eq!(
            TrustPolicy::parse(text.as_bytes()),
            Err(PolicyError::NoQuorum)
        );
    }
    // A log's key is not a witness's as well.
    let key = WitnessKey::new(
        "w".parse().expect("a name"),
        log.verifier().public().clone(),
    );
    let text = format!("log {vkey}\nwitness w {key}\nquorum w");
    assert!(TrustPolicy::parse(text.as_bytes()).is_err());
}

#[test]
fn groups_that_no_policy_has_are_refused_for_their_reason() {
    let three = lines(1..=3);
    let group = |rest: &str| format!("{three}group {rest}\nquorum none");
    let cases: Vec<Case> = vec![
        (group(""), 4, |e| matches!(e, LineError::Form(_))),
        (group("g"), 4, |e| matches!(e, LineError::Form(_))),
        (group("g all"), 4, |e| matches!(e, LineError::Form(_))),
        (group("w1 all w2"), 4, |e| matches!(e, LineError::Taken(_))),
        (group("none all w2"), 4, |e| {
            matches!(e, LineError::Taken(_))
        }),
        (group("g all w4"), 4, |e| matches!(e, LineError::Unknown(_))),
        (group("g all g"), 4, |e| matches!(e, LineError::Unknown(_))),
        (group("g all W1"), 4, |e| matches!(e, LineError::Unknown(_))),
        (group("g all none"), 4, |e| {
            matches!(e, LineError::Unknown(_))
        }),
        (group("g any w1 w2 w1"), 4, |e| {
            matches!(e, LineError::MemberTwice(_))
        }),
        (group("g 0 w1 w2"), 4, |e| {
            matches!(e, LineError::Threshold { .. })
        }),
        (group("g 3 w1 w2"), 4, |e| {
            matches!(e, LineError::Threshold { members: 2, .. })
        }),
        (group("g 01 w1 w2"), 4, |e| {
            matches!(e, LineError::Threshold { .. })
        }),
        (group("g +1 w1 w2"), 4, |e| {
            matches!(e, LineError::Threshold { .. })
        }),
        (group("g ALL w1 w2"), 4, |e| {
            matches!(e, LineError::Threshold { .. })
        }),
        (group("g 18446744073709551617 w1"), 4, |e| {
            matches!(e, LineError::Threshold { .. })
        }),
        (format!("{three}group g any w1\ngroup h any w1"), 5, |e| {
            matches!(e, LineError::MemberTwice(_))
        }),
        (format!("{three}group g any h\ngroup h any w1"), 4, |e| {
            matches!(e, LineError::Unknown(_))
        }),
    ];
    check(cases);
}

#[test]
fn names_are_bytes_and_keys_are_text() {
    let w1 = witness(1).witness().to_string();
    let mut text = b"witness \xff\xfe ".to_vec();
    text.extend_from_slice(format!("{w1}\nquorum ").as_bytes());
    let bad = [text.as_slice(), b"\xff"].concat();
    assert!(TrustPolicy::parse(&bad).is_err());
    text.extend_from_slice(b"\xff\xfe");
    let policy = TrustPolicy::parse(&text).expect("a policy");
    assert_eq!(policy.quorum().expect("a quorum").as_bytes(), b"\xff\xfe");
    let url = [format!("witness a {w1} ").as_bytes(), b"\xff\nquorum none"].concat();
    assert!(matches!(
        TrustPolicy::parse(&url),
        Err(PolicyError::Line {
            line: 1,
            source: LineError::Utf8(_)
        })
    ));
}

#[test]
fn a_policy_is_bounded() {
    let comment = "#".repeat(MAX_BYTES - 12);
    assert!(TrustPolicy::parse(format!("{comment}\nquorum none").as_bytes()).is_ok());
    assert_eq!(
        TrustPolicy::parse(format!("{comment}#\nquorum none").as_bytes()),
        Err(PolicyError::TooLong(MAX_BYTES + 1))
    );
    let mut text = line(1);
    let mut inner = "w1".to_owned();
    for index in 0..=MAX_EACH {
        writeln!(text, "group g{index} all {inner}").expect("as written");
        inner = format!("g{index}");
    }
    assert_eq!(
        TrustPolicy::parse(text.as_bytes()),
        Err(PolicyError::Line {
            line: MAX_EACH + 2,
            source: LineError::TooMany("groups"),
        })
    );
    // As deep as can be.
    let end = text.trim_end().rfind('\n').expect("many lines") + 1;
    let text = format!("{}quorum g{}", &text[..end], MAX_EACH - 1);
    let policy = policy(&text);
    let log = log("desk.example/facts", 1);
    for (witnesses, met) in [(&[][..], false), (&[1], true)] {
        let note = cosigned(&log, witnesses);
        let evaluation = policy.evaluate_log(log.verifier(), &note);
        assert_eq!(evaluation.expect("all lines hold").is_met(), met);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_policy_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = TrustPolicy::parse(&bytes);
    }

    #[test]
    fn any_words_are_a_policy_or_are_refused(
        words in proptest::collection::vec(
            prop_oneof![
                Just("log"), Just("witness"), Just("group"), Just("quorum"), Just("none"),
                Just("all"), Just("any"), Just("1"), Just("2"), Just("g"), Just("w1"), Just("\n"),
                Just("\n"), Just("#"),
            ],
            0..40,
        ),
    ) {
        let text = lines([1, 2]) + &words.join(" ");
        if let Ok(policy) = TrustPolicy::parse(text.as_bytes()) {
            let log = log("desk.example/facts", 1);
            let note = cosigned(&log, &[1]);
            let evaluation = policy.evaluate_log(log.verifier(), &note).expect("all lines hold");
            prop_assert!(evaluation.to_string().ends_with('\n'));
        }
    }
}
