//! Reading key files: which key one holds, what guards it, what it is called.
//!
//! The public half and the name are read without the passphrase; [`PrivateKeyFile::unlock`] gives
//! the key that signs.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ssh_key::{Algorithm, Cipher, Kdf, PrivateKey};
use zeroize::Zeroizing;

use super::passphrase::Passphrase;
use super::seed::Seed;
use crate::trust::key::KeyError;
use crate::trust::{KeyName, PublicKey, SigningKey};

/// The most bytes a key file has: an encrypted Ed25519 key has about 500, an RSA one of 16,384
/// bits some 13,000.
pub const MAX_BYTES: usize = 64 << 10;

/// The most rounds of key derivation that are run: about half a minute, 170 times what
/// `ssh-keygen` asks for.
pub const MAX_ROUNDS: u32 = 4096;

/// Says why a key file can't be used. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is no such file.
    #[error("there is no key file {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be read.
    #[error("the key file {} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is longer than [`MAX_BYTES`].
    #[error("{} is no key file: it has more than {MAX_BYTES} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{} is not an OpenSSH key file", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The file is a key in another format.
    #[error("{} is {format:?}, not an OpenSSH key file", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What its first line calls it.
        format: String,
    },
    /// The file holds a public key where a private one is needed.
    #[error("{} holds a public key, not a private one", path.display())]
    PublicHalf {
        /// The file.
        path: PathBuf,
    },
    /// The key is not a plain Ed25519 key.
    #[error("{} holds a key of type {algorithm:?}, and only ssh-ed25519 signs here", path.display())]
    Algorithm {
        /// The file.
        path: PathBuf,
        /// The type as OpenSSH names it.
        algorithm: String,
    },
    /// The file starts as a key file does, but is damaged, or guarded in a way we don't know.
    #[error("the key file {} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ssh_key::Error,
    },
    /// The file is encrypted with a cipher that is not built in.
    #[error("the key file {} is encrypted with {cipher}, which is not known here", path.display())]
    Cipher {
        /// The file.
        path: PathBuf,
        /// The cipher as OpenSSH names it.
        cipher: Cipher,
    },
    /// The key derivation asks for more than [`MAX_ROUNDS`], or for none.
    #[error("the key file {} asks for {rounds} rounds of key derivation, 1 to {MAX_ROUNDS} are run", path.display())]
    Rounds {
        /// The file.
        path: PathBuf,
        /// How many it asks for.
        rounds: u32,
    },
    /// The public key is none that may be enrolled.
    #[error("the public key in {} can't be used", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: KeyError,
    },
    /// The `.pub` file beside a private key is another key's.
    #[error("{} is not the public half of {}", public.display(), path.display())]
    OtherPublic {
        /// The private key file.
        path: PathBuf,
        /// The `.pub` file.
        public: PathBuf,
    },
    /// The private half in the file is not that of its public half.
    #[error("the private and the public half in {} are not of one key", path.display())]
    OtherPrivate {
        /// The file.
        path: PathBuf,
    },
    /// The file is encrypted and no passphrase was given.
    #[error("the key file {} is encrypted, and no passphrase was given", path.display())]
    PassphraseNeeded {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open the file.
    #[error("wrong passphrase for the key file {}", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
}

/// A private key file that was read, and not yet unlocked.
#[derive(Debug)]
pub struct PrivateKeyFile {
    path: PathBuf,
    key: PrivateKey,
    public: PublicKey,
    name: Option<KeyName>,
    exposure: Option<Exposure>,
}

impl PrivateKeyFile {
    /// Reads a private key file, and the `.pub` file beside it if there is one.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let (text, exposure) = read(path)?;
        let key = parse_private(path, &text)?;
        let public = ed25519(path, key.public_key())?;
        let beside = public_path(path);
        let name = match PublicKeyFile::read(&beside) {
            Ok(file) if *file.public() != public => {
                return Err(KeyFileError::OtherPublic {
                    path: path.to_owned(),
                    public: beside,
                });
            }
            Ok(file) => file.name,
            Err(KeyFileError::Missing { .. }) => KeyName::new(key.comment()).ok(),
            Err(error) => return Err(error),
        };
        Ok(Self {
            path: path.to_owned(),
            key,
            public,
            name,
            exposure,
        })
    }

    /// Returns where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the public half, which is readable without the passphrase.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns what the key is called: the comment of its `.pub` file, else, in a file that is not
    /// encrypted, its own. `None` if there is none, or none that can be a key's name.
    pub fn name(&self) -> Option<&KeyName> {
        self.name.as_ref()
    }

    /// Returns whether the key needs a passphrase.
    pub fn is_encrypted(&self) -> bool {
        self.key.is_encrypted()
    }

    /// Returns who else may read the file, if anyone: a warning to pass on.
    pub fn exposure(&self) -> Option<&Exposure> {
        self.exposure.as_ref()
    }

    /// Gives the key that signs, under `name`. The passphrase is not looked at if none is needed.
    pub fn unlock(
        &self,
        name: KeyName,
        passphrase: Option<&Passphrase>,
    ) -> Result<SigningKey, KeyFileError> {
        let path = || self.path.clone();
        let decrypted;
        let key = if self.is_encrypted() {
            let passphrase =
                passphrase.ok_or_else(|| KeyFileError::PassphraseNeeded { path: path() })?;
            decrypted = self.decrypt(passphrase)?;
            &decrypted
        } else {
            &self.key
        };
        let pair = key
            .key_data()
            .ed25519()
            .ok_or_else(|| KeyFileError::OtherPrivate { path: path() })?;
        let key = Seed::new(pair.private.to_bytes()).signing_key(name);
        // The crate has no Ed25519 arithmetic built in, so the halves are compared here.
        if *key.verifier().public() != self.public {
            return Err(KeyFileError::OtherPrivate { path: path() });
        }
        Ok(key)
    }

    fn decrypt(&self, passphrase: &Passphrase) -> Result<PrivateKey, KeyFileError> {
        let path = self.path.clone();
        let cipher = self.key.cipher();
        if cipher == Cipher::TDesCbc {
            return Err(KeyFileError::Cipher { path, cipher });
        }
        if let Kdf::Bcrypt { rounds, .. } = self.key.kdf()
            && !(1..=MAX_ROUNDS).contains(rounds)
        {
            let rounds = *rounds;
            return Err(KeyFileError::Rounds { path, rounds });
        }
        match self.key.decrypt(passphrase.as_bytes()) {
            Ok(key) => Ok(key),
            // The two check numbers differ, or the authentication tag does.
            Err(ssh_key::Error::Crypto) => Err(KeyFileError::WrongPassphrase { path }),
            Err(source) => Err(KeyFileError::Damaged { path, source }),
        }
    }
}

/// A warning: others than its owner may read or write a private key file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("others may read the private key {} (mode {mode:04o}); chmod 600 mends it", path.display())]
pub struct Exposure {
    /// The file.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
}

/// A `.pub` file: a public key and, as its comment, what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeyFile {
    path: PathBuf,
    public: PublicKey,
    name: Option<KeyName>,
}

impl PublicKeyFile {
    /// Reads a `.pub` file: one line `ssh-ed25519 <base64> <comment>`.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let (text, _) = read(path)?;
        let owned = || path.to_owned();
        let text =
            std::str::from_utf8(&text).map_err(|_| KeyFileError::NotAKey { path: owned() })?;
        match stated_algorithm(text) {
            Some("ssh-ed25519") => {}
            Some(algorithm) => {
                return Err(KeyFileError::Algorithm {
                    path: owned(),
                    algorithm: algorithm.to_owned(),
                });
            }
            None => return Err(KeyFileError::NotAKey { path: owned() }),
        }
        let line = text.strip_suffix('\n').unwrap_or(text);
        if line.contains('\n') {
            return Err(KeyFileError::NotAKey { path: owned() });
        }
        let key =
            ssh_key::PublicKey::from_openssh(line).map_err(|source| KeyFileError::Damaged {
                path: owned(),
                source,
            })?;
        Ok(Self {
            path: owned(),
            public: ed25519(path, &key)?,
            name: KeyName::new(key.comment()).ok(),
        })
    }

    /// Returns where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the key.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns what the key is called. `None` if the comment can't be a key's name.
    pub fn name(&self) -> Option<&KeyName> {
        self.name.as_ref()
    }
}

/// Returns where the public half of a private key file is: `.pub` added to its name.
pub fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// Reads a whole key file, and who may read it.
fn read(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Option<Exposure>), KeyFileError> {
    let failed = |source: io::Error| {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => KeyFileError::Missing { path },
            _ => KeyFileError::Read { path, source },
        }
    };
    let file = File::open(path).map_err(failed)?;
    let exposure = exposure(path, &file).map_err(failed)?;
    // Allocated once, so that no copy of a key is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 2));
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > MAX_BYTES {
        return Err(KeyFileError::TooLong {
            path: path.to_owned(),
        });
    }
    Ok((bytes, exposure))
}

#[cfg(unix)]
fn exposure(path: &Path, file: &File) -> io::Result<Option<Exposure>> {
    use std::os::unix::fs::MetadataExt as _;

    let mode = file.metadata()?.mode() & 0o7777;
    Ok((mode & 0o077 != 0).then(|| Exposure {
        path: path.to_owned(),
        mode,
    }))
}

#[cfg(not(unix))]
fn exposure(_: &Path, _: &File) -> io::Result<Option<Exposure>> {
    Ok(None)
}

fn parse_private(path: &Path, bytes: &[u8]) -> Result<PrivateKey, KeyFileError> {
    let path = || path.to_owned();
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(KeyFileError::NotAKey { path: path() });
    };
    let first = text.lines().next().unwrap_or_default().trim_end();
    let label = first
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.strip_suffix("-----"));
    match label {
        Some("OPENSSH PRIVATE KEY") => {}
        Some(label) => {
            return Err(KeyFileError::Format {
                path: path(),
                format: label.to_owned(),
            });
        }
        None if first.starts_with("PuTTY-User-Key-File") => {
            return Err(KeyFileError::Format {
                path: path(),
                format: "PuTTY-User-Key-File".to_owned(),
            });
        }
        None if stated_algorithm(first).is_some() => {
            return Err(KeyFileError::PublicHalf { path: path() });
        }
        None => return Err(KeyFileError::NotAKey { path: path() }),
    }
    // Before the crate looks, which doesn't say what it doesn't know.
    match enclosed_algorithm(text) {
        Some(algorithm) if algorithm != "ssh-ed25519" => {
            return Err(KeyFileError::Algorithm {
                path: path(),
                algorithm,
            });
        }
        _ => {}
    }
    PrivateKey::from_openssh(text).map_err(|source| KeyFileError::Damaged {
        path: path(),
        source,
    })
}

/// Returns the key as one of ours, if it is plain Ed25519 and good.
fn ed25519(path: &Path, key: &ssh_key::PublicKey) -> Result<PublicKey, KeyFileError> {
    let bytes = key.key_data().ed25519();
    let bytes = bytes.filter(|_| key.algorithm() == Algorithm::Ed25519);
    let Some(bytes) = bytes else {
        return Err(KeyFileError::Algorithm {
            path: path.to_owned(),
            algorithm: key.algorithm().to_string(),
        });
    };
    PublicKey::new(&bytes.0).map_err(|source| KeyFileError::Key {
        path: path.to_owned(),
        source,
    })
}

/// Returns the type that a line of a `.pub` file names, if it looks like one.
fn stated_algorithm(line: &str) -> Option<&str> {
    let (algorithm, _) = line.split_once(' ')?;
    ["ssh-", "ecdsa-", "sk-", "rsa-"]
        .iter()
        .any(|start| algorithm.starts_with(start))
        .then_some(algorithm)
}

/// Returns the key type that an "openssh-key-v1" file names, as far as it can be read.
///
/// PROTOCOL.key, section 1: magic, ciphername, kdfname, kdfoptions, the number of keys, and a
/// public key, which begins with its type.
fn enclosed_algorithm(text: &str) -> Option<String> {
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let body = Zeroizing::new(body);
    let bytes = Zeroizing::new(BASE64.decode(body.as_bytes()).ok()?);
    let mut rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    for _ in ["ciphername", "kdfname", "kdfoptions"] {
        take_string(&mut rest)?;
    }
    rest = rest.get(4..)?;
    let mut key = take_string(&mut rest)?;
    let algorithm = std::str::from_utf8(take_string(&mut key)?).ok()?;
    Some(algorithm.to_owned())
}

/// Takes an SSH string (RFC 4251, section 5) from the front: a big-endian length, then the bytes.
fn take_string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(string)
}

#[cfg(test)]
mod tests;
