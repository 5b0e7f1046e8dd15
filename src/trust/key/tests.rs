//! Tests of `key`.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};

use super::*;

/// A text that is no key, and how to recognise the reason.
type Case = (String, fn(&KeyError) -> bool);

const EXAMPLE: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

#[test]
fn verifier_keys_of_the_specification_read_and_print() {
    for text in [
        EXAMPLE,
        "ledger.example/claims+cfe29bdc+AZShAs2wK/3VZ0vlYOcAhix4lIGUd7t85haek4xl6R2/",
    ] {
        let key: VerifierKey = text.parse().expect("a verifier key");
        assert_eq!(key.to_string(), text);
        assert_eq!(KeyId::of(key.name(), key.public()), key.id());
        assert_eq!(
            VerifierKey::new(key.name().clone(), key.public().clone()),
            key
        );
        let json = serde_json::to_string(&key).expect("as written");
        assert_eq!(json, format!("{text:?}"));
        assert_eq!(
            serde_json::from_str::<VerifierKey>(&json).expect("as written"),
            key
        );
    }
    assert!(
        serde_json::from_str::<VerifierKey>(&format!("{EXAMPLE:?}").replace("foo", "fop")).is_err()
    );
}

#[test]
fn what_is_not_a_verifier_key_is_refused_for_its_reason() {
    let key = |bytes: &[u8]| format!("example.com/foo+530d903a+{}", BASE64.encode(bytes));
    let cases: Vec<Case> = vec![
        (String::new(), |e| matches!(e, KeyError::Parts(1))),
        ("example.com/foo".into(), |e| {
            matches!(e, KeyError::Parts(1))
        }),
        ("example.com/foo+530d903a".into(), |e| {
            matches!(e, KeyError::Parts(2))
        }),
        (EXAMPLE.replace("example.com/foo", ""), |e| {
            matches!(e, KeyError::EmptyName)
        }),
        (EXAMPLE.replace("foo", "f o"), |e| {
            matches!(e, KeyError::NameCharacter(' '))
        }),
        (format!(" {EXAMPLE}"), |e| {
            matches!(e, KeyError::NameCharacter(' '))
        }),
        (EXAMPLE.replace("foo", "fop"), |e| {
            matches!(e, KeyError::IdMismatch { .. })
        }),
        (EXAMPLE.replace("530d903a", "530d903b"), |e| {
            matches!(e, KeyError::IdMismatch { .. })
        }),
        (EXAMPLE.replace("530d903a", "530D903A"), |e| {
            matches!(e, KeyError::IdSyntax(_))
        }),
        (EXAMPLE.replace("530d903a", "+30d903a"), |e| {
            matches!(e, KeyError::IdSyntax(_))
        }),
        (EXAMPLE.replace("530d903a", "530d903"), |e| {
            matches!(e, KeyError::IdSyntax(_))
        }),
        (EXAMPLE.replace("530d903a", "0530d903a"), |e| {
            matches!(e, KeyError::IdSyntax(_))
        }),
        (format!("{EXAMPLE}="), |e| matches!(e, KeyError::Base64(_))),
        (format!("{EXAMPLE}\n"), |e| matches!(e, KeyError::Base64(_))),
        (format!("{EXAMPLE}+"), |e| matches!(e, KeyError::Base64(_))),
        (key(&[]), |e| matches!(e, KeyError::Length(0))),
        (key(&[1]), |e| matches!(e, KeyError::Length(0))),
        (key(&[1; 32]), |e| matches!(e, KeyError::Length(31))),
        (key(&[1; 34]), |e| matches!(e, KeyError::Length(33))),
        // The all-zero key is the well-known key of order four.
        (key(&[&[1][..], &[0; 32]].concat()), |e| {
            matches!(e, KeyError::SmallOrder)
        }),
    ];
    for (text, expected) in cases {
        let error = text.parse::<VerifierKey>().expect_err(&text);
        assert!(expected(&error), "{text}: {error:?}");
    }
}

#[test]
fn other_types_are_refused_by_name() {
    let witness = "witness.example/w1+b04bffcb+BD5MO3ZMN+rN+Z+gRqrdICMjm+WFS66Ddn3GPOu2Rkxh";
    let error = witness.parse::<VerifierKey>().expect_err("a witness key");
    assert_eq!(error, KeyError::Type(4));
    assert_eq!(
        error.to_string(),
        "keys here are Ed25519 (type 0x01), this is an Ed25519 witness cosignature key (type 0x04)"
    );
    for byte in (0..=255).filter(|&byte| byte != 1) {
        let text = format!("a+00000000+{}", BASE64.encode([byte; 33]));
        assert_eq!(text.parse::<VerifierKey>(), Err(KeyError::Type(byte)));
    }
}

#[test]
fn names() {
    for name in [
        "a",
        "newsroom.example/alice",
        "é",
        "—",
        "a=b",
        &"n".repeat(255),
    ] {
        let read: KeyName = name.parse().expect(name);
        assert_eq!(read.to_string(), name);
        assert_eq!(
            serde_json::from_str::<KeyName>(&serde_json::to_string(&read).expect("as written"))
                .expect("as written"),
            read
        );
    }
    assert_eq!(KeyName::new(""), Err(KeyError::EmptyName));
    assert_eq!(KeyName::new("é".repeat(128)), Err(KeyError::LongName(256)));
    for bad in [
        '+', ' ', '\t', '\n', '\r', '\0', '\u{7f}', '\u{85}', '\u{9b}', '\u{a0}', '\u{2003}',
        '\u{2028}', '\u{3000}',
    ] {
        assert_eq!(
            KeyName::new(format!("a{bad}b")),
            Err(KeyError::NameCharacter(bad))
        );
        assert!(serde_json::from_value::<KeyName>(format!("a{bad}").into()).is_err());
    }
}

#[test]
fn keys_of_small_order_are_refused() {
    for point in EIGHT_TORSION {
        assert_eq!(
            PublicKey::new(&point.compress().0),
            Err(KeyError::SmallOrder)
        );
    }
}

#[test]
fn keys_with_a_component_of_small_order_are_refused() {
    assert!(PublicKey::new(&ED25519_BASEPOINT_POINT.compress().0).is_ok());
    for torsion in &EIGHT_TORSION[1..] {
        let key = (ED25519_BASEPOINT_POINT + torsion).compress().0;
        // Twice: a refusal is not remembered as an acceptance.
        assert_eq!(PublicKey::new(&key), Err(KeyError::Torsion));
        assert_eq!(PublicKey::new(&key), Err(KeyError::Torsion));
    }
}

#[test]
fn keys_that_are_not_written_canonically_are_refused() {
    // y = p + i for the 19 values that 255 bits hold beyond the field, with either sign; and
    // x = 0 with the sign bit set.
    let mut found = 0;
    for i in 0..19 {
        for sign in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            bytes[0] = 0xed + i;
            bytes[31] = sign;
            match PublicKey::new(&bytes).expect_err("not canonical") {
                KeyError::NotCanonical => found += 1,
                error => assert_eq!(error, KeyError::NotAPoint),
            }
        }
    }
    assert!(found > 0);
    let mut minus_zero = [0; 32];
    minus_zero[0] = 1;
    minus_zero[31] = 0x80;
    assert_eq!(PublicKey::new(&minus_zero), Err(KeyError::NotCanonical));
    let mut no_point = [0; 32];
    no_point[0] = 2;
    assert_eq!(PublicKey::new(&no_point), Err(KeyError::NotAPoint));
}

#[test]
fn more_keys_than_are_remembered_are_still_checked() {
    let mut point = ED25519_BASEPOINT_POINT;
    for _ in 0..REMEMBERED_KEYS + 2 {
        let bytes = point.compress().0;
        assert_eq!(PublicKey::new(&bytes).expect("a key").as_bytes(), &bytes);
        point += ED25519_BASEPOINT_POINT;
    }
    assert!(CHECKED.with_borrow(HashMap::len) <= REMEMBERED_KEYS);
    assert_eq!(PublicKey::new(&[0; 32]), Err(KeyError::SmallOrder));
}

#[test]
fn a_private_key_does_not_show_itself() {
    let key = SigningKey::from_seed("a.example/test".parse().expect("as written"), &[0xab; 32]);
    let shown = format!("{key:?} {key:#?}");
    assert!(shown.contains("a.example/test"));
    assert!(!shown.contains("171") && !shown.contains("abab"), "{shown}");
}
