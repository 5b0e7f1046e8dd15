//! Key files: OpenSSH Ed25519 keys as `ssh-keygen` reads and writes them, and the folder they are in.
//!
//! Follows OpenSSH's PROTOCOL.key ("openssh-key-v1") through the `ssh-key` crate: unencrypted, or
//! with bcrypt-pbkdf and any cipher that OpenSSH offers there; written with aes256-ctr. A key's
//! name ([`KeyName`](crate::trust::KeyName)) is the comment of its `.pub` file.
//!
//! | file | holds |
//! | --- | --- |
//! | [`mod@file`] | [`PrivateKeyFile`], [`PublicKeyFile`]: reading |
//! | [`create`] | writing a new key: 0600, synced, never over an existing file |
//! | [`keyring`] | [`Keyring`]: the folder of keys, by name or by public key |
//! | [`seed`] | [`Seed`]: the 32 bytes that a key is made of |
//! | [`agent`] | [`Agent`]: keys that an ssh-agent holds |
//! | [`held`] | [`HeldKey`]: a key that can sign now, here or in an agent |
//! | [`passphrase`] | [`Passphrase`], and reading one from a file |
//!
//! Departures: only plain Ed25519 signs here. RSA, ECDSA, FIDO (`sk-`) keys, certificates, and
//! files in PEM, PKCS#8 or `PuTTY` form are refused, each by its name. A key derivation of more than
//! [`MAX_ROUNDS`](file::MAX_ROUNDS) is refused.
//!
//! Not here: asking for a passphrase at a terminal (the command does).

pub mod agent;
pub mod create;
pub mod file;
pub mod held;
pub mod keyring;
pub mod passphrase;
pub mod seed;

pub use agent::{Agent, AgentError, AgentKey};
pub use create::{CreateError, Protection};
pub use file::{KeyFileError, PrivateKeyFile, PublicKeyFile};
pub use held::HeldKey;
pub use keyring::Keyring;
pub use passphrase::Passphrase;
pub use seed::Seed;
