//! Tests of `file`.

use std::fs;

use super::*;

const PLAIN: &str = include_str!("../../../tests/vectors/keys/test-plain");
const PLAIN_PUB: &str = include_str!("../../../tests/vectors/keys/test-plain.pub");
const ENCRYPTED: &str = include_str!("../../../tests/vectors/keys/test-encrypted");
const ENCRYPTED_PUB: &str = include_str!("../../../tests/vectors/keys/test-encrypted.pub");

/// A folder with these files in it.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("written");
    }
    folder
}

fn read_private(bytes: &[u8]) -> Result<PrivateKeyFile, KeyFileError> {
    PrivateKeyFile::read(&folder(&[("key", bytes)]).path().join("key"))
}

fn read_public(bytes: &[u8]) -> Result<PublicKeyFile, KeyFileError> {
    PublicKeyFile::read(&folder(&[("key.pub", bytes)]).path().join("key.pub"))
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).expect("a passphrase")
}

fn name(text: &str) -> KeyName {
    KeyName::new(text).expect("a name")
}

/// Encloses bytes as a private key file.
fn armoured(bytes: &[u8]) -> String {
    let body = BASE64.encode(bytes);
    let lines: Vec<_> = body
        .as_bytes()
        .chunks(70)
        .map(|line| std::str::from_utf8(line).expect("base64"))
        .collect();
    let body = lines.join("\n");
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n")
}

/// Returns what an armoured file encloses.
fn enclosed(text: &str) -> Vec<u8> {
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    BASE64.decode(body).expect("base64")
}

#[test]
fn an_unencrypted_key_of_ssh_keygen_opens() {
    let folder = folder(&[("key", PLAIN.as_bytes()), ("key.pub", PLAIN_PUB.as_bytes())]);
    let file = PrivateKeyFile::read(&folder.path().join("key")).expect("a key");
    assert!(!file.is_encrypted());
    assert_eq!(file.name(), Some(&name("desk.example/test-plain")));
    let key = file
        .unlock(name("other.example/name"), None)
        .expect("opens");
    assert_eq!(key.verifier().public(), file.public());
    assert_eq!(key.name().as_str(), "other.example/name");
    assert!(
        file.unlock(name("a"), Some(&passphrase("not needed")))
            .is_ok()
    );
    assert_eq!(
        read_public(PLAIN_PUB.as_bytes()).expect("a key").public(),
        file.public()
    );
}

#[test]
fn an_encrypted_key_shows_its_public_half_and_opens_with_its_passphrase() {
    let folder = folder(&[
        ("key", ENCRYPTED.as_bytes()),
        ("key.pub", ENCRYPTED_PUB.as_bytes()),
    ]);
    let path = folder.path().join("key");
    let file = PrivateKeyFile::read(&path).expect("a key");
    assert!(file.is_encrypted());
    assert_eq!(file.name(), Some(&name("desk.example/test-encrypted")));
    assert_eq!(
        read_public(ENCRYPTED_PUB.as_bytes())
            .expect("a key")
            .public(),
        file.public()
    );

    let key = file
        .unlock(name("a"), Some(&passphrase("test passphrase")))
        .expect("opens");
    assert_eq!(key.verifier().public(), file.public());
    for wrong in ["test passphrasf", "test passphrase\n", "x"] {
        let error = file
            .unlock(name("a"), Some(&passphrase(wrong)))
            .expect_err("wrong");
        assert!(
            matches!(error, KeyFileError::WrongPassphrase { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(&path.display().to_string()));
    }
    assert!(matches!(
        file.unlock(name("a"), None),
        Err(KeyFileError::PassphraseNeeded { .. })
    ));
    fs::remove_file(public_path(&path)).expect("removed");
    assert_eq!(PrivateKeyFile::read(&path).expect("a key").name(), None);
}

#[test]
fn the_private_file_names_a_key_without_pub_file() {
    let file = read_private(PLAIN.as_bytes()).expect("a key");
    assert_eq!(file.name(), Some(&name("desk.example/test-plain")));
    let crlf = PLAIN.replace('\n', "\r\n");
    assert_eq!(
        read_private(crlf.as_bytes()).expect("a key").public(),
        file.public()
    );
}

#[test]
fn a_pub_file_of_another_key_is_refused() {
    let folder = folder(&[
        ("key", PLAIN.as_bytes()),
        ("key.pub", ENCRYPTED_PUB.as_bytes()),
    ]);
    assert!(matches!(
        PrivateKeyFile::read(&folder.path().join("key")),
        Err(KeyFileError::OtherPublic { .. })
    ));
}

#[test]
fn halves_of_two_keys_are_refused() {
    // The public half stands three times in the file; the private half becomes another's.
    let mut bytes = enclosed(PLAIN);
    let public = *read_private(PLAIN.as_bytes())
        .expect("a key")
        .public()
        .as_bytes();
    let last = bytes
        .windows(32)
        .rposition(|w| w == public)
        .expect("stands there");
    bytes[last - 1] ^= 1;
    let file = read_private(armoured(&bytes).as_bytes()).expect("well-formed");
    assert!(matches!(
        file.unlock(name("a"), None),
        Err(KeyFileError::OtherPrivate { .. })
    ));
}

#[test]
fn what_is_not_an_openssh_private_key_is_refused_for_its_reason() {
    type Case = (&'static str, Vec<u8>, fn(&KeyFileError) -> bool);
    let text = |text: &str| text.as_bytes().to_vec();
    let cases: Vec<Case> = vec![
        ("empty", vec![], |e| {
            matches!(e, KeyFileError::NotAKey { .. })
        }),
        ("words", text("hello\n"), |e| {
            matches!(e, KeyFileError::NotAKey { .. })
        }),
        ("binary", vec![0xff, 0, 1], |e| {
            matches!(e, KeyFileError::NotAKey { .. })
        }),
        ("long", vec![b'a'; MAX_BYTES + 1], |e| {
            matches!(e, KeyFileError::TooLong { .. })
        }),
        ("public", text(PLAIN_PUB), |e| {
            matches!(e, KeyFileError::PublicHalf { .. })
        }),
        (
            "RSA PEM",
            text("-----BEGIN RSA PRIVATE KEY-----\n"),
            |e| matches!(e, KeyFileError::Format { format, .. } if format == "RSA PRIVATE KEY"),
        ),
        (
            "PKCS#8",
            text("-----BEGIN PRIVATE KEY-----\n"),
            |e| matches!(e, KeyFileError::Format { format, .. } if format == "PRIVATE KEY"),
        ),
        ("PuTTY", text("PuTTY-User-Key-File-3: ssh-ed25519\n"), |e| {
            matches!(e, KeyFileError::Format { .. })
        }),
        (
            "header alone",
            text("-----BEGIN OPENSSH PRIVATE KEY-----\n"),
            |e| matches!(e, KeyFileError::Damaged { .. }),
        ),
        ("cut off", text(&PLAIN[..PLAIN.len() / 2]), |e| {
            matches!(e, KeyFileError::Damaged { .. })
        }),
        (
            "more behind",
            armoured(&[enclosed(PLAIN), vec![0]].concat()).into(),
            |e| matches!(e, KeyFileError::Damaged { .. }),
        ),
    ];
    for (why, bytes, expected) in cases {
        let error = read_private(&bytes).expect_err(why);
        assert!(expected(&error), "{why}: {error:?}");
    }
}

#[test]
fn other_algorithms_are_refused_by_name() {
    for algorithm in [
        "ssh-rsa",
        "ssh-dss",
        "ecdsa-sha2-nistp256",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "ssh-ed25519-cert-v01@openssh.com",
    ] {
        let string = |bytes: &[u8]| {
            let length = u32::try_from(bytes.len()).expect("short");
            [&length.to_be_bytes(), bytes].concat()
        };
        let key = string(algorithm.as_bytes());
        let file = [
            b"openssh-key-v1\0".to_vec(),
            string(b"none"),
            string(b"none"),
            string(b""),
            vec![0, 0, 0, 1],
            string(&[key.clone(), string(&[7; 32])].concat()),
            string(&[0; 8]),
        ];
        for error in [
            read_private(armoured(&file.concat()).as_bytes()).expect_err(algorithm),
            read_public(format!("{algorithm} {} a@b\n", BASE64.encode(&key)).as_bytes())
                .expect_err(algorithm),
        ] {
            assert!(
                matches!(&error, KeyFileError::Algorithm { algorithm: named, .. } if named == algorithm),
                "{error:?}"
            );
            assert!(error.to_string().contains(algorithm));
        }
    }
}

#[test]
fn what_is_not_a_public_key_file_is_refused() {
    let key = PLAIN_PUB.trim_end();
    let base64 = key.split(' ').nth(1).expect("base64");
    for (why, text) in [
        ("nothing", String::new()),
        ("a private key", PLAIN.to_owned()),
        ("two lines", format!("{PLAIN_PUB}{PLAIN_PUB}")),
        ("options", format!("no-pty {key}")),
        ("no key", "ssh-ed25519 \n".to_owned()),
        ("a short key", format!("ssh-ed25519 {}\n", &base64[..40])),
        ("another type inside", key.replace("AAAAC3", "AAAAC4")),
    ] {
        assert!(read_public(text.as_bytes()).is_err(), "{why}");
    }
    let small_order = [&enclosed_public(base64)[..19], &[0; 32]].concat();
    let small_order = format!("ssh-ed25519 {} x\n", BASE64.encode(small_order));
    assert!(matches!(
        read_public(small_order.as_bytes()),
        Err(KeyFileError::Key {
            source: KeyError::SmallOrder,
            ..
        })
    ));
}

fn enclosed_public(base64: &str) -> Vec<u8> {
    BASE64.decode(base64).expect("base64")
}

#[test]
fn a_comment_that_can_be_no_name_gives_none() {
    let key = PLAIN_PUB.split(' ').take(2).collect::<Vec<_>>().join(" ");
    for (comment, expected) in [
        ("", None),
        (" alice@laptop", Some("alice@laptop")),
        (" two words", None),
        (" a+b", None),
        (" \u{1b}[31m", None),
    ] {
        let file = read_public(format!("{key}{comment}\n").as_bytes()).expect("a key");
        assert_eq!(file.name().map(KeyName::as_str), expected);
    }
}

#[test]
fn missing_and_unreadable_files_are_told_apart_and_named() {
    let folder = folder(&[]);
    let path = folder.path().join("none");
    let missing = PrivateKeyFile::read(&path).expect_err("missing");
    assert!(matches!(missing, KeyFileError::Missing { .. }));
    assert!(missing.to_string().ends_with("none"));
    assert!(matches!(
        PublicKeyFile::read(&path),
        Err(KeyFileError::Missing { .. })
    ));
    let unreadable = PrivateKeyFile::read(folder.path()).expect_err("a folder");
    assert!(
        matches!(unreadable, KeyFileError::Read { .. }),
        "{unreadable:?}"
    );
}

#[test]
fn too_many_rounds_are_refused_before_they_run() {
    let bytes = enclosed(ENCRYPTED);
    // The rounds are the last four bytes of kdfoptions, before the number of keys.
    let place = bytes
        .windows(8)
        .position(|w| w == [0, 0, 0, 1, 0, 0, 0, 1])
        .expect("one round");
    for rounds in [0, MAX_ROUNDS + 1, u32::MAX] {
        let mut bytes = bytes.clone();
        bytes[place..place + 4].copy_from_slice(&rounds.to_be_bytes());
        let file = read_private(armoured(&bytes).as_bytes()).expect("well-formed");
        assert!(matches!(
            file.unlock(name("a"), Some(&passphrase("test passphrase"))),
            Err(KeyFileError::Rounds { rounds: named, .. }) if named == rounds
        ));
    }
}

#[test]
fn a_damaged_file_never_panics() {
    for text in [PLAIN, ENCRYPTED] {
        let bytes = enclosed(text);
        for place in 0..bytes.len() {
            for bit in [0x01, 0x80] {
                let mut bytes = bytes.clone();
                bytes[place] ^= bit;
                // Rounds may become many, but never too many: see the test above.
                if let Ok(file) = read_private(armoured(&bytes).as_bytes())
                    && !file.is_encrypted()
                {
                    let _ = file.unlock(name("a"), None);
                }
            }
            let _ = read_private(armoured(&bytes[..place]).as_bytes());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_carries_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder(&[("key", PLAIN.as_bytes())]);
    let path = folder.path().join("key");
    for (mode, warned) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o604, true),
        (0o620, true),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
        let file = PrivateKeyFile::read(&path).expect("a key");
        assert_eq!(
            file.exposure().map(|warning| warning.mode),
            warned.then_some(mode)
        );
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    let warning = PrivateKeyFile::read(&path)
        .expect("a key")
        .exposure()
        .expect("a warning")
        .to_string();
    assert!(warning.contains("mode 0644"), "{warning}");
}

#[test]
fn nothing_secret_is_shown() {
    let file = read_private(PLAIN.as_bytes()).expect("a key");
    let bytes = enclosed(PLAIN);
    let public = file.public().as_bytes();
    let last = bytes
        .windows(32)
        .rposition(|w| w == public)
        .expect("stands there");
    let secret = &bytes[last - 32..last];
    let shown = format!("{file:?}");
    assert!(!shown.contains(&format!("{secret:?}")));
    assert!(!shown.contains(&BASE64.encode(secret)));
}
