//! Writing a new key: a private file that only its owner reads, and its `.pub` file beside it.
//!
//! The bytes are those of `ssh-keygen -t ed25519`: "openssh-key-v1", unencrypted or with
//! bcrypt-pbkdf and aes256-ctr. Each file is written beside its place, synced, and renamed to it
//! without replacing what stands there.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ssh_key::private::{Ed25519Keypair, Ed25519PrivateKey, KeypairData};
use ssh_key::public::Ed25519PublicKey;
use ssh_key::{Cipher, Kdf, LineEnding, PrivateKey};

use super::file::public_path;
use super::passphrase::Passphrase;
use super::seed::Seed;
use crate::trust::KeyName;

/// Rounds of bcrypt-pbkdf, as `ssh-keygen` has them since OpenSSH 9.4: about a quarter of a second.
const ROUNDS: u32 = 24;

/// Says why a key was not written. What stood there before still stands, unchanged.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A file of that name exists.
    #[error("{} exists already, and a key is never overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file or folder can't be written.
    #[error("{} can't be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system gives no random numbers.
    #[error("no random numbers for the key's encryption")]
    Random(#[source] getrandom::Error),
    /// The key can't be encoded.
    #[error("the key can't be written as an OpenSSH key")]
    Encode(#[source] ssh_key::Error),
}

/// How a private key file is guarded.
#[derive(Debug, Clone, Copy)]
pub enum Protection<'a> {
    /// Encrypted: nobody reads the key without the passphrase.
    Passphrase(&'a Passphrase),
    /// Not encrypted: whoever reads the file has the key. For tests and demonstrations.
    Unencrypted,
}

/// Writes a key and its `.pub` file, which bears the key's name as its comment.
///
/// Makes the folder, for its owner alone, if there is none.
pub fn create(
    path: &Path,
    name: &KeyName,
    seed: &Seed,
    protection: Protection<'_>,
) -> Result<(), CreateError> {
    let public_path = public_path(path);
    // Both before either is written; `persist_noclobber` says it again for each.
    for path in [path, &public_path] {
        if fs::symlink_metadata(path).is_ok() {
            return Err(CreateError::Exists {
                path: path.to_owned(),
            });
        }
    }
    let private = encode(name, seed)?;
    let mut line = private
        .public_key()
        .to_openssh()
        .map_err(CreateError::Encode)?;
    line.push('\n');
    let private = protect(&private, protection)?;
    make_folder(path)?;
    // The public half first: a stop in between leaves no private key without a name.
    write_new(&public_path, line.as_bytes(), 0o644)?;
    write_private(path, &private).inspect_err(|_| {
        // The private half is not there, so neither should the public one be.
        let _ = fs::remove_file(&public_path);
    })
}

/// Writes a key without a `.pub` file, for a place that says elsewhere what the key is called.
pub fn create_private(
    path: &Path,
    name: &KeyName,
    seed: &Seed,
    protection: Protection<'_>,
) -> Result<(), CreateError> {
    let private = protect(&encode(name, seed)?, protection)?;
    make_folder(path)?;
    write_private(path, &private)
}

fn encode(name: &KeyName, seed: &Seed) -> Result<PrivateKey, CreateError> {
    let public = seed.signing_key(name.clone()).verifier().public().clone();
    let pair = Ed25519Keypair {
        public: Ed25519PublicKey(*public.as_bytes()),
        private: Ed25519PrivateKey::from_bytes(seed.as_bytes()),
    };
    PrivateKey::new(KeypairData::Ed25519(pair), name.as_str()).map_err(CreateError::Encode)
}

fn protect(key: &PrivateKey, protection: Protection<'_>) -> Result<PrivateKey, CreateError> {
    let Protection::Passphrase(passphrase) = protection else {
        return Ok(key.clone());
    };
    let mut random = [0; 20];
    getrandom::fill(&mut random).map_err(CreateError::Random)?;
    let (salt, check) = random.split_at(16);
    let check = u32::from_be_bytes(check.try_into().expect("four of twenty bytes are left"));
    let kdf = Kdf::Bcrypt {
        salt: salt.to_vec(),
        rounds: ROUNDS,
    };
    key.encrypt_with(Cipher::Aes256Ctr, kdf, check, passphrase.as_bytes())
        .map_err(CreateError::Encode)
}

fn write_private(path: &Path, key: &PrivateKey) -> Result<(), CreateError> {
    let text = key
        .to_openssh(LineEnding::LF)
        .map_err(CreateError::Encode)?;
    write_new(path, text.as_bytes(), 0o600)
}

/// Makes the folder that `path` stands in, mode 0700, and those above it that are missing; each of
/// their names is synced.
fn make_folder(path: &Path) -> Result<(), CreateError> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    let failed = |source| CreateError::Write {
        path: folder.to_owned(),
        source,
    };
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)?;
    missing
        .into_iter()
        .try_for_each(|made| sync_folder(folder_of(made)))
        .map_err(failed)
}

/// Writes a file that does not exist yet: beside its place, synced, renamed, the folder synced.
fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), CreateError> {
    let failed = |source| CreateError::Write {
        path: path.to_owned(),
        source,
    };
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-key-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| {
        if error.error.kind() == io::ErrorKind::AlreadyExists {
            CreateError::Exists {
                path: path.to_owned(),
            }
        } else {
            failed(error.error)
        }
    })?;
    sync_folder(folder).map_err(failed)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::file::{KeyFileError, PrivateKeyFile, PublicKeyFile};
    use super::*;

    fn name() -> KeyName {
        KeyName::new("desk.example/test").expect("a name")
    }

    fn seed() -> Seed {
        Seed::new([42; 32])
    }

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text).expect("a passphrase")
    }

    /// Runs `ssh-keygen` and returns what it prints, or says that there is none.
    #[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
    fn ssh_keygen(arguments: &[&str], path: &Path) -> Option<Result<String, String>> {
        let Ok(output) = Command::new("ssh-keygen")
            .args(arguments)
            .arg("-f")
            .arg(path)
            .output()
        else {
            eprintln!("skipped: there is no ssh-keygen");
            return None;
        };
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Some(if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(text(output.stderr))
        })
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let guard = passphrase("guard");
        for (file, protection) in [
            ("plain", Protection::Unencrypted),
            ("guarded", Protection::Passphrase(&guard)),
        ] {
            let path = folder.path().join("new/keys").join(file);
            create(&path, &name(), &seed(), protection).expect("made");
            let read = PrivateKeyFile::read(&path).expect("a key");
            assert_eq!(read.is_encrypted(), file == "guarded");
            assert_eq!(read.name(), Some(&name()));
            assert_eq!(read.exposure(), None);
            let key = read.unlock(name(), Some(&guard)).expect("opens");
            assert_eq!(key.verifier(), seed().signing_key(name()).verifier());
            let public = PublicKeyFile::read(&public_path(&path)).expect("a key");
            assert_eq!(public.public(), read.public());
            assert_eq!(public.name(), Some(&name()));
        }
        let path = folder.path().join("new/keys/guarded");
        let read = PrivateKeyFile::read(&path).expect("a key");
        assert!(matches!(
            read.unlock(name(), Some(&passphrase("guard "))),
            Err(KeyFileError::WrongPassphrase { .. })
        ));
    }

    #[test]
    fn an_unencrypted_key_of_a_seed_is_always_the_same_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, other] = ["one", "other"].map(|file| {
            let path = folder.path().join(file);
            create(&path, &name(), &seed(), Protection::Unencrypted).expect("made");
            fs::read(path).expect("read")
        });
        assert_eq!(one, other);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_private_key() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/keys/key");
        create(&path, &name(), &seed(), Protection::Unencrypted).expect("made");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("new/keys")), 0o700);
        assert_eq!(mode(&folder.path().join("new")), 0o700);
        assert_eq!(mode(&public_path(&path)) & !0o044, 0o600);
    }

    #[test]
    fn nothing_is_ever_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        let protection = Protection::Unencrypted;
        for stands in [path.clone(), public_path(&path)] {
            fs::write(&stands, "stands").expect("written");
            let error = create(&path, &name(), &seed(), protection).expect_err("stands");
            assert!(
                matches!(&error, CreateError::Exists { path } if *path == stands),
                "{error:?}"
            );
            assert_eq!(fs::read(&stands).expect("read"), b"stands");
            assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
            fs::remove_file(&stands).expect("removed");
        }
        create_private(&path, &name(), &seed(), protection).expect("made");
        let error = create_private(&path, &name(), &seed(), protection).expect_err("stands");
        assert!(matches!(error, CreateError::Exists { .. }));
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
    }

    #[test]
    fn a_folder_that_can_t_be_made_is_named_and_nothing_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("written");
        let error = create(&file.join("key"), &name(), &seed(), Protection::Unencrypted)
            .expect_err("a file in the way");
        assert!(matches!(&error, CreateError::Write { .. }), "{error:?}");
        assert!(error.to_string().contains("file"));
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1);
    }

    #[test]
    fn ssh_keygen_reads_what_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let guard = passphrase("two words");
        for (file, protection, argument) in [
            ("plain", Protection::Unencrypted, ""),
            ("guarded", Protection::Passphrase(&guard), "two words"),
        ] {
            let path = folder.path().join(file);
            create(&path, &name(), &seed(), protection).expect("made");
            let Some(printed) = ssh_keygen(&["-y", "-P", argument], &path) else {
                return;
            };
            let public = fs::read_to_string(public_path(&path)).expect("read");
            assert_eq!(printed.expect("opens"), public);
            if file == "guarded" {
                assert!(
                    ssh_keygen(&["-y", "-P", "wrong"], &path)
                        .expect("there")
                        .is_err()
                );
            }
            // It changes the passphrase, and the key still opens here.
            let change = ["-q", "-p", "-a", "1", "-P", argument, "-N", "changed"];
            ssh_keygen(&change, &path).expect("there").expect("changes");
            let read = PrivateKeyFile::read(&path).expect("a key");
            assert!(read.unlock(name(), Some(&passphrase("changed"))).is_ok());
        }
    }

    #[test]
    fn what_ssh_keygen_writes_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for cipher in [
            "aes256-ctr",
            "aes192-ctr",
            "aes128-cbc",
            "aes256-gcm@openssh.com",
            "chacha20-poly1305@openssh.com",
        ] {
            let path = folder.path().join(cipher);
            let arguments = [
                "-q",
                "-t",
                "ed25519",
                "-a",
                "1",
                "-Z",
                cipher,
                "-N",
                "guard",
                "-C",
                "a.example/b",
            ];
            let Some(made) = ssh_keygen(&arguments, &path) else {
                return;
            };
            made.expect("made");
            let read = PrivateKeyFile::read(&path).expect(cipher);
            assert!(read.is_encrypted());
            assert_eq!(read.name().expect("a name").as_str(), "a.example/b");
            assert!(
                read.unlock(name(), Some(&passphrase("guard"))).is_ok(),
                "{cipher}"
            );
            assert!(matches!(
                read.unlock(name(), Some(&passphrase("wrong"))),
                Err(KeyFileError::WrongPassphrase { .. })
            ));
        }
        let path = folder.path().join("3des");
        let arguments = [
            "-q", "-t", "ed25519", "-a", "1", "-Z", "3des-cbc", "-N", "guard",
        ];
        if ssh_keygen(&arguments, &path).expect("there").is_ok() {
            let read = PrivateKeyFile::read(&path).expect("a key");
            assert!(matches!(
                read.unlock(name(), Some(&passphrase("guard"))),
                Err(KeyFileError::Cipher { .. })
            ));
        }
    }

    #[test]
    fn other_keys_of_ssh_keygen_are_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        for (kind, format, named) in [
            ("rsa", "RFC4716", "ssh-rsa"),
            ("ecdsa", "RFC4716", "ecdsa-sha2-nistp256"),
            ("ecdsa", "PEM", "EC PRIVATE KEY"),
            ("ecdsa", "PKCS8", "PRIVATE KEY"),
        ] {
            let path = folder.path().join(format!("{kind}-{format}"));
            let arguments = ["-q", "-t", kind, "-m", format, "-N", ""];
            let Some(made) = ssh_keygen(&arguments, &path) else {
                return;
            };
            made.expect("made");
            let error = PrivateKeyFile::read(&path).expect_err(kind);
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
