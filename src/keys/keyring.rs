//! The folder of keys: which there are, and which is meant.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::create::{self, CreateError, Protection};
use super::file::{KeyFileError, PrivateKeyFile};
use super::seed::Seed;
use crate::trust::{KeyName, PublicKey};

/// The longest part of a file's name that is made from a key's name: with the key id, `.pub` and
/// room for a temporary name it stays below the 255 bytes of common file systems.
const MAX_FILE_NAME: usize = 200;

/// Says why the folder of keys can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the folder of keys {} can't be read", path.display())]
pub struct KeyringError {
    /// The folder.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

/// What a folder of keys holds.
#[derive(Debug, Default)]
pub struct KeyList {
    /// The keys, by name and then by path. Those without a name come first.
    pub keys: Vec<PrivateKeyFile>,
    /// Why other files there are not keys, each naming its file.
    pub faults: Vec<KeyFileError>,
}

/// A folder of private key files, each with its `.pub` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring {
    folder: PathBuf,
}

impl Keyring {
    /// Names a folder. It need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads every key in the folder. A folder that does not exist holds none.
    ///
    /// Hidden files are passed over: an unfinished new key is one.
    pub fn list(&self) -> Result<KeyList, KeyringError> {
        let failed = |source| KeyringError {
            path: self.folder.clone(),
            source,
        };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(KeyList::default());
            }
            Err(error) => return Err(failed(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            if !name.starts_with(b".") && !name.ends_with(b".pub") && entry.path().is_file() {
                paths.push(entry.path());
            }
        }
        paths.sort();
        let mut list = KeyList::default();
        for path in paths {
            match PrivateKeyFile::read(&path) {
                Ok(key) => list.keys.push(key),
                Err(fault) => list.faults.push(fault),
            }
        }
        list.keys
            .sort_by(|a, b| (a.name(), a.path()).cmp(&(b.name(), b.path())));
        Ok(list)
    }

    /// Finds the keys of a name. There may be several: a name may stay when a key is replaced.
    pub fn find_by_name(&self, name: &KeyName) -> Result<Vec<PrivateKeyFile>, KeyringError> {
        let mut keys = self.list()?.keys;
        keys.retain(|key| key.name() == Some(name));
        Ok(keys)
    }

    /// Finds the file of a public key.
    pub fn find_by_public(
        &self,
        public: &PublicKey,
    ) -> Result<Option<PrivateKeyFile>, KeyringError> {
        let keys = self.list()?.keys;
        Ok(keys.into_iter().find(|key| key.public() == public))
    }

    /// Returns where a key is kept: the name, with `/` as `_` and what a file's name should not
    /// hold as `%` and hex, then the key id.
    pub fn path_of(&self, name: &KeyName, seed: &Seed) -> PathBuf {
        let id = seed.signing_key(name.clone()).verifier().id();
        let mut file = String::new();
        for byte in name.as_str().bytes() {
            match byte {
                b'/' => file.push('_'),
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' => file.push(char::from(byte)),
                // No hidden file, no `..`.
                b'.' if !file.is_empty() => file.push('.'),
                _ => write!(file, "%{byte:02x}").expect("a String takes all"),
            }
        }
        file.truncate(MAX_FILE_NAME);
        self.folder.join(format!("{file}-{id}"))
    }

    /// Writes a new key into the folder, and returns where.
    pub fn create(
        &self,
        name: &KeyName,
        seed: &Seed,
        protection: Protection<'_>,
    ) -> Result<PathBuf, CreateError> {
        let path = self.path_of(name, seed);
        create::create(&path, name, seed, protection)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> KeyName {
        KeyName::new(text).expect("a name")
    }

    #[test]
    fn keys_are_listed_by_name_and_found_by_name_and_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = Keyring::new(folder.path().join("home/keys"));
        assert!(keyring.list().expect("none yet").keys.is_empty());

        let (bob, alice) = (name("desk.example/bob"), name("desk.example/alice"));
        let seeds = [1, 2, 3].map(|byte| Seed::new([byte; 32]));
        let plain = Protection::Unencrypted;
        keyring.create(&bob, &seeds[0], plain).expect("made");
        keyring.create(&alice, &seeds[1], plain).expect("made");
        let path = keyring.create(&alice, &seeds[2], plain).expect("made");
        assert!(path.starts_with(keyring.folder()));

        let list = keyring.list().expect("three");
        let names: Vec<_> = list.keys.iter().filter_map(PrivateKeyFile::name).collect();
        assert_eq!(names, [&alice, &alice, &bob]);
        assert!(list.faults.is_empty());

        assert_eq!(keyring.find_by_name(&alice).expect("read").len(), 2);
        assert!(keyring.find_by_name(&name("c")).expect("read").is_empty());
        let public = seeds[2]
            .signing_key(alice.clone())
            .verifier()
            .public()
            .clone();
        let found = keyring
            .find_by_public(&public)
            .expect("read")
            .expect("found");
        assert_eq!(found.path(), path);
        let other = Seed::new([9; 32])
            .signing_key(bob)
            .verifier()
            .public()
            .clone();
        assert!(keyring.find_by_public(&other).expect("read").is_none());
    }

    #[test]
    fn files_that_are_no_keys_are_faults_and_don_t_hide_the_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = Keyring::new(folder.path());
        let seed = Seed::new([1; 32]);
        keyring
            .create(&name("a"), &seed, Protection::Unencrypted)
            .expect("made");
        fs::write(folder.path().join("notes.txt"), "not a key").expect("written");
        fs::write(folder.path().join(".new-key-x"), "unfinished").expect("written");
        fs::create_dir(folder.path().join("folder")).expect("made");
        let list = keyring.list().expect("read");
        assert_eq!(list.keys.len(), 1);
        assert!(
            matches!(list.faults.as_slice(), [KeyFileError::NotAKey { path }] if path.ends_with("notes.txt"))
        );
    }

    #[test]
    fn a_folder_that_can_t_be_read_is_an_error_with_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, "").expect("written");
        let error = Keyring::new(&path).list().expect_err("no folder");
        assert!(error.to_string().contains("file"));
    }

    #[test]
    fn names_make_harmless_file_names() {
        let keyring = Keyring::new("keys");
        let seed = Seed::new([1; 32]);
        let file = |text: &str| {
            let path = keyring.path_of(&name(text), &seed);
            assert_eq!(path.parent(), Some(Path::new("keys")), "{text}");
            let file = path
                .file_name()
                .expect("a name")
                .to_str()
                .expect("ASCII")
                .to_owned();
            let (file, id) = file.rsplit_once('-').expect("an id");
            assert_eq!(id.len(), 8);
            file.to_owned()
        };
        assert_eq!(file("desk.example/alice"), "desk.example_alice");
        assert_eq!(file("../../etc/passwd"), "%2e._.._etc_passwd");
        assert_eq!(file("."), "%2e");
        assert_eq!(file("~a_b\\c:é"), "%7ea%5fb%5cc%3a%c3%a9");
        assert_eq!(file(&"/".repeat(255)).len(), MAX_FILE_NAME);
    }
}
