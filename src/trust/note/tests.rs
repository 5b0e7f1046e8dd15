//! Tests of `note`.

use super::*;

/// How to recognise a reason.
type Reason = fn(&NoteError) -> bool;

/// What is wrong, the note, and how to recognise the reason.
type Case = (&'static str, String, Reason);

// C2SP signed-note v1, "Example".
const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn verifier(text: &str) -> VerifierKey {
    text.parse().expect("a verifier key")
}

/// A test key, from a seed that anyone can guess.
fn signer(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().expect("a name"), &[seed; 32])
}

#[test]
fn lines_are_read_without_their_note_and_added_to_it() {
    let [first, second] = [signer("a", 1), signer("b", 2)];
    let both = SignedNote::sign("text\n", &[&first, &second]).expect("a note");
    let note = SignedNote::sign("text\n", &[&first]).expect("a note");
    let line = format!("{}\n", both.signatures()[1]);
    let read = SignatureLine::parse_all(&line).expect("a line");
    assert_eq!(read, both.signatures()[1..]);
    assert_eq!(note.with_lines(&read), Ok(both.clone()));
    for twice in [note.with_lines(note.signatures()), both.with_lines(&read)] {
        assert!(matches!(twice, Err(NoteError::Repeated { .. })));
    }
    let cases: Vec<(String, Reason)> = vec![
        (String::new(), |e| *e == NoteError::NoSignatures),
        (line.trim_end().into(), |e| *e == NoteError::LastLine),
        ("\n".into(), |e| *e == NoteError::LineSyntax(1)),
        (format!("\n{line}"), |e| *e == NoteError::LineSyntax(1)),
        (format!("{line}\n{line}"), |e| {
            *e == NoteError::LineSyntax(2)
        }),
        (line.repeat(2), |e| matches!(e, NoteError::Repeated { .. })),
        (line.repeat(101), |e| {
            *e == NoteError::TooManySignatures(101)
        }),
    ];
    for (lines, expected) in cases {
        let error = SignatureLine::parse_all(&lines).expect_err(&lines);
        assert!(expected(&error), "{lines:?}: {error:?}");
    }
}

#[test]
fn the_example_of_the_specification_verifies() {
    let note = SignedNote::parse(EXAMPLE.as_bytes()).expect("a note");
    let key = verifier(EXAMPLE_KEY);
    let verified = note.verify(&[&key]).expect("verifies");
    assert_eq!(verified.text(), "This is an example message.\n");
    assert_eq!(verified.signers(), [&key]);
    assert_eq!(
        note.verify_exactly(&[&key]).expect("verifies").signers(),
        [&key]
    );
    assert_eq!(note.bytes(), EXAMPLE.as_bytes());
}

#[test]
fn no_single_bit_of_a_note_can_change() {
    let key = verifier(EXAMPLE_KEY);
    for place in 0..EXAMPLE.len() * 8 {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        bytes[place / 8] ^= 1 << (place % 8);
        if let Ok(note) = SignedNote::parse(&bytes) {
            assert!(note.verify(&[&key]).is_err(), "bit {place}");
            assert!(note.verify_exactly(&[&key]).is_err(), "bit {place}");
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_not_a_note_is_refused_for_its_reason() {
    let line = EXAMPLE.split_once("\n\n").expect("two parts").1;
    let text = "This is an example message.\n";
    let long = format!("{text}{}\n{line}", "a\n".repeat(MAX_BYTES / 2));
    let many: String = (0..=MAX_SIGNATURES)
        .map(|i| line.replace("foo", &format!("foo{i}")))
        .collect();
    let blob = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
    let name = |name: &str| format!("{text}\n{}", line.replace("example.com/foo", name));
    let base64 = |base64: &str| format!("{text}\n{}", line.replace(blob, base64));
    let cases: Vec<Case> = vec![
        ("nothing", String::new(), |e| {
            matches!(e, NoteError::NoBlankLine)
        }),
        ("text alone", text.into(), |e| {
            matches!(e, NoteError::NoBlankLine)
        }),
        ("no blank line", format!("{text}{line}"), |e| {
            matches!(e, NoteError::NoBlankLine)
        }),
        ("no signatures", format!("{text}\n"), |e| {
            matches!(e, NoteError::NoSignatures)
        }),
        (
            "a blank line at the end",
            format!("{text}\n{line}\n"),
            |e| matches!(e, NoteError::NoSignatures),
        ),
        (
            "no last line feed",
            format!("{text}\n{}", line.trim_end()),
            |e| matches!(e, NoteError::LastLine),
        ),
        ("CR LF", EXAMPLE.replace('\n', "\r\n"), |e| {
            matches!(e, NoteError::Control { byte: b'\r', .. })
        }),
        ("a tab", EXAMPLE.replace("is an", "is\tan"), |e| {
            matches!(
                e,
                NoteError::Control {
                    offset: 7,
                    byte: b'\t'
                }
            )
        }),
        (
            "a NUL in a signature line",
            EXAMPLE.replace("foo", "f\0o"),
            |e| matches!(e, NoteError::Control { .. }),
        ),
        ("too long", long, |e| matches!(e, NoteError::TooLong(_))),
        ("too many lines", format!("{text}\n{many}"), |e| {
            matches!(e, NoteError::TooManySignatures(101))
        }),
        ("a line twice", format!("{text}\n{line}{line}"), |e| {
            matches!(e, NoteError::Repeated { line: 2, .. })
        }),
        (
            "a key twice",
            format!("{text}\n{line}{}", line.replace("aQM=", "aQQ=")),
            |e| matches!(e, NoteError::Repeated { line: 2, .. }),
        ),
        ("a hyphen", EXAMPLE.replace('\u{2014}', "-"), |e| {
            matches!(e, NoteError::LineSyntax(1))
        }),
        ("an en dash", EXAMPLE.replace('\u{2014}', "\u{2013}"), |e| {
            matches!(e, NoteError::LineSyntax(1))
        }),
        (
            "no space after the dash",
            EXAMPLE.replace("\u{2014} ", "\u{2014}"),
            |e| matches!(e, NoteError::LineSyntax(1)),
        ),
        (
            "two spaces after the dash",
            EXAMPLE.replace("\u{2014} ", "\u{2014}  "),
            |e| {
                matches!(
                    e,
                    NoteError::Name {
                        line: 1,
                        source: KeyError::EmptyName
                    }
                )
            },
        ),
        (
            "a space before the dash",
            EXAMPLE.replace('\u{2014}', " \u{2014}"),
            |e| matches!(e, NoteError::LineSyntax(1)),
        ),
        (
            "no signature",
            format!("{text}\n\u{2014} example.com/foo\n"),
            |e| matches!(e, NoteError::LineSyntax(1)),
        ),
        ("an empty signature", base64(""), |e| {
            matches!(e, NoteError::Short { bytes: 0, .. })
        }),
        ("a key id alone", base64("Uw2QOg=="), |e| {
            matches!(e, NoteError::Short { bytes: 4, .. })
        }),
        (
            "two spaces before the signature",
            name("example.com/foo "),
            |e| matches!(e, NoteError::Base64 { .. }),
        ),
        (
            "a space at the end",
            EXAMPLE.replace("aQM=", "aQM= "),
            |e| matches!(e, NoteError::Base64 { .. }),
        ),
        ("no padding", EXAMPLE.replace("aQM=", "aQM"), |e| {
            matches!(e, NoteError::Base64 { .. })
        }),
        ("trailing bits", EXAMPLE.replace("aQM=", "aQN="), |e| {
            matches!(e, NoteError::Base64 { .. })
        }),
        ("padding too much", EXAMPLE.replace("aQM=", "aQM=="), |e| {
            matches!(e, NoteError::Base64 { .. })
        }),
        (
            "the URL alphabet",
            base64("Uw2QOn-_").replace('+', "-"),
            |e| matches!(e, NoteError::Base64 { .. }),
        ),
        ("a plus in the name", name("example.com/f+o"), |e| {
            matches!(
                e,
                NoteError::Name {
                    source: KeyError::NameCharacter('+'),
                    ..
                }
            )
        }),
        (
            "a no-break space in the name",
            name("example.com/f\u{a0}o"),
            |e| matches!(e, NoteError::Name { .. }),
        ),
        ("a name too long", name(&"n".repeat(256)), |e| {
            matches!(
                e,
                NoteError::Name {
                    source: KeyError::LongName(256),
                    ..
                }
            )
        }),
        (
            "an unknown kind of line",
            format!("{EXAMPLE}hello\n"),
            |e| matches!(e, NoteError::LineSyntax(2)),
        ),
    ];
    for (why, note, expected) in cases {
        let error = SignedNote::parse(note.as_bytes()).expect_err(why);
        assert!(expected(&error), "{why}: {error:?}");
    }
    assert_eq!(
        SignedNote::parse(b"a\xff\n\n\xe2\x80\x94 a AAAAAAA=\n"),
        Err(NoteError::Utf8(1))
    );
}

#[test]
fn signatures_start_after_the_last_blank_line() {
    let key = signer("a.example/a", 1);
    for text in [
        "one\n\ntwo\n",
        "one\n\n",
        "\n",
        "\u{2014} a.example/a AAAAAAA=\n",
    ] {
        let note = SignedNote::sign(text, &[&key]).expect("a note");
        let read = SignedNote::parse(note.bytes()).expect("a note");
        assert_eq!(read, note);
        assert_eq!(read.text(), text);
        assert!(read.verify_exactly(&[key.verifier()]).is_ok());
    }
    for (text, error) in [
        ("", NoteError::TextEnd),
        ("no line feed", NoteError::TextEnd),
        (
            "a\rb\n",
            NoteError::Control {
                offset: 1,
                byte: b'\r',
            },
        ),
    ] {
        assert_eq!(SignedNote::sign(text, &[&key]), Err(error));
    }
    assert_eq!(SignedNote::sign("a\n", &[]), Err(NoteError::NoSignatures));
    assert!(matches!(
        SignedNote::sign("a\n", &[&key, &key]),
        Err(NoteError::Repeated { line: 2, .. })
    ));
    assert!(matches!(
        SignedNote::sign(&"a\n".repeat(MAX_BYTES), &[&key]),
        Err(NoteError::TooLong(_))
    ));
}

#[test]
fn the_author_stands_first_and_the_others_by_name_and_id() {
    let author = signer("z.example/z", 1);
    let (b, a, other_a) = (
        signer("b.example", 2),
        signer("a.example", 3),
        signer("a.example", 4),
    );
    let note = SignedNote::sign("text\n", &[&author, &b, &a, &other_a]).expect("a note");
    let mut others = [b.verifier(), a.verifier(), other_a.verifier()];
    others.sort_by(|a, b| signing_order(a, b));
    assert_eq!(others[2].name().as_str(), "b.example");
    assert!(others[0].id() < others[1].id());
    let order = [author.verifier(), others[0], others[1], others[2]];
    assert_eq!(
        note.verify_exactly(&order).expect("verifies").signers(),
        order
    );
}

#[test]
fn exactly_these_keys_in_exactly_this_order() {
    let (a, b, c) = (
        signer("a.example", 1),
        signer("b.example", 2),
        signer("c.example", 3),
    );
    let (va, vb, vc) = (a.verifier(), b.verifier(), c.verifier());
    let note = SignedNote::sign("text\n", &[&a, &b]).expect("a note");
    assert!(note.verify_exactly(&[va, vb]).is_ok());
    assert_eq!(
        note.verify_exactly(&[]).expect_err("refused"),
        VerifyError::Count {
            expected: 0,
            found: 2
        }
    );
    assert_eq!(
        note.verify_exactly(&[va]).expect_err("refused"),
        VerifyError::Count {
            expected: 1,
            found: 2
        }
    );
    assert!(matches!(
        note.verify_exactly(&[va, vb, vc]),
        Err(VerifyError::Count { .. })
    ));
    assert!(matches!(
        note.verify_exactly(&[vb, va]),
        Err(VerifyError::Signer { line: 1, .. })
    ));
    assert!(matches!(
        note.verify_exactly(&[va, vc]),
        Err(VerifyError::Signer { line: 2, .. })
    ));
    assert!(matches!(
        note.verify_exactly(&[va, va]),
        Err(VerifyError::Signer { line: 2, .. })
    ));
}

#[test]
fn a_checkpoint_reader_ignores_strangers_and_refuses_a_known_failure() {
    let (a, b) = (signer("a.example", 1), signer("b.example", 2));
    let note = SignedNote::sign("text\n", &[&a, &b]).expect("a note");
    assert_eq!(
        note.verify(&[b.verifier()]).expect("one").signers(),
        [b.verifier()]
    );
    let both = [b.verifier(), a.verifier()];
    assert_eq!(
        note.verify(&both).expect("both").signers(),
        [a.verifier(), b.verifier()]
    );
    let stranger = signer("c.example", 3);
    for known in [&[][..], &[stranger.verifier()]] {
        assert_eq!(
            note.verify(known).expect_err("refused"),
            VerifyError::NoKnownSignature
        );
    }

    // A known key's line that fails refuses the note, whoever else signed it.
    let mut lines = note.signatures().to_vec();
    lines[1].signature[0] ^= 1;
    let spoilt = SignedNote::assemble("text\n", lines).expect("a note");
    assert!(matches!(
        spoilt.verify(&both),
        Err(VerifyError::Signature { .. })
    ));
    assert!(spoilt.verify(&[a.verifier()]).is_ok());
    // As does one that has not 64 bytes: of a cosignature's length, say.
    let mut lines = note.signatures().to_vec();
    lines[1].signature.extend([0; 8]);
    let longer = SignedNote::assemble("text\n", lines).expect("a note");
    assert!(matches!(
        longer.verify(&both),
        Err(VerifyError::Signature { .. })
    ));
    assert!(longer.verify(&[a.verifier()]).is_ok());
}

#[test]
fn a_line_under_another_name_or_id_is_not_the_keys() {
    let a = signer("a.example", 1);
    let mut lines = SignedNote::sign("text\n", &[&a])
        .expect("a note")
        .signatures()
        .to_vec();
    lines[0].id.0[0] ^= 1;
    let note = SignedNote::assemble("text\n", lines).expect("a note");
    assert_eq!(
        note.verify(&[a.verifier()]).expect_err("refused"),
        VerifyError::NoKnownSignature
    );
    assert!(matches!(
        note.verify_exactly(&[a.verifier()]),
        Err(VerifyError::Signer { .. })
    ));
}

#[test]
fn sixteen_signatures_are_read() {
    let keys: Vec<_> = (0..16)
        .map(|i| signer(&format!("{i:02}.example"), i))
        .collect();
    let note = SignedNote::sign("text\n", &keys.iter().collect::<Vec<_>>()).expect("a note");
    let note = SignedNote::parse(note.bytes()).expect("a note");
    let known: Vec<_> = keys.iter().map(SigningKey::verifier).collect();
    assert_eq!(note.verify(&known).expect("all").signers().len(), 16);
    assert!(note.verify_exactly(&known).is_ok());
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_a_note_keeps_its_bytes(bytes: Vec<u8>) {
        if let Ok(note) = SignedNote::parse(&bytes) {
            proptest::prop_assert_eq!(note.bytes(), bytes);
        }
    }

    #[test]
    fn what_parses_is_what_would_be_written(
        text in "[ -~\n]{0,40}\n",
        lines in "(\u{2014} [a-c]{1,3} [AQgw]{6,8}[AQgw=]{2}\n){1,4}",
    ) {
        let bytes = format!("{text}\n{lines}");
        if let Ok(note) = SignedNote::parse(bytes.as_bytes()) {
            let again = SignedNote::assemble(note.text(), note.signatures().to_vec())
                .expect("a note");
            proptest::prop_assert_eq!(again.bytes(), bytes.as_bytes());
        }
    }
}

#[test]
fn two_known_keys_of_one_name_and_id_settle_nothing() {
    // The points 70,120·B and 1,476·B, found by trying multiples until two ids were the same.
    let one = verifier("a.example+a751e521+AZ/lk/Qrn5QU5IbnqHwKc2xQkj6GInWpoL8mMIlMvkzO");
    let other = verifier("a.example+a751e521+AUNgyy0NnoZouB1vXfE4tmyVyC8xWiLab0cbvFhsYd9O");
    let line = SignatureLine {
        name: one.name().clone(),
        id: one.id(),
        signature: vec![0; 64],
    };
    let note = SignedNote::assemble("text\n", vec![line]).expect("a note");
    let refused = |known: &[&VerifierKey]| note.verify(known).expect_err("refused");
    assert!(matches!(
        refused(&[&one, &other]),
        VerifyError::Ambiguous { .. }
    ));
    assert!(matches!(
        refused(&[&one, &one]),
        VerifyError::Signature { .. }
    ));
    assert!(matches!(refused(&[&other]), VerifyError::Signature { .. }));
}
