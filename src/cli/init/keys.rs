//! The keys that a ledger starts with: those that are there, and new ones.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::keys::{KeyFileError, Keyring, Passphrase, PrivateKeyFile, Protection, Seed, create};
use factlog::trust::{KeyName, SigningKey, VerifierKey};

use super::{Args, MadeKey, Names};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::opening::LOG_KEY_FILE;
use crate::cli::screen;
use crate::cli::signing;

/// A key, and the file that it is in.
pub(super) struct Held {
    pub(super) key: SigningKey,
    pub(super) file: PathBuf,
    pub(super) new: bool,
    pub(super) encrypted: bool,
}

impl From<Held> for MadeKey {
    fn from(held: Held) -> Self {
        Self {
            name: held.key.name().to_string(),
            key: held.key.verifier().to_string(),
            file: held.file.display().to_string(),
            new: held.new,
            encrypted: held.encrypted,
        }
    }
}

/// The log's key, and the bytes of its file.
pub(super) struct LogKey {
    pub(super) key: SigningKey,
    pub(super) bytes: Vec<u8>,
}

/// Makes and finds the keys that a ledger starts with.
pub(super) struct Keys<'a> {
    pub(super) context: &'a Context,
    pub(super) unencrypted: bool,
    pub(super) keyring: &'a Keyring,
    pub(super) passphrase: Option<Passphrase>,
    /// The files that were made here, to be removed if the ledger can't be started.
    pub(super) made: Vec<PathBuf>,
}

impl Keys<'_> {
    pub(super) fn all(
        &mut self,
        args: &Args,
        names: &Names,
    ) -> anyhow::Result<(Held, LogKey, Held)> {
        let log = match &args.log_key {
            Some(path) => copied_log_key(path, &names.origin)?,
            None => new_log_key(&names.origin)?,
        };
        if args.root_key.is_none() {
            self.refuse_second(names)?;
        }
        let reviewer = self.held(args.key.as_deref(), &names.reviewer)?;
        let root = self.held(args.root_key.as_deref(), &names.root)?;
        let keys = [
            root.key.verifier(),
            log.key.verifier(),
            reviewer.key.verifier(),
        ];
        for (n, key) in keys.iter().enumerate() {
            if let Some(twin) = keys[..n].iter().find(|twin| twin.public() == key.public()) {
                let message = format!(
                    "{twin_name} and {key_name} are the same key, and a key serves one function for all time",
                    twin_name = twin.name(),
                    key_name = key.name()
                );
                return Err(Failure::new(Status::Key, message)
                    .hint("give each its own key file, or leave the flag out to make one")
                    .into());
            }
        }
        Ok((root, log, reviewer))
    }

    /// Refuses to start a second ledger with the origin of one that was used on this machine: whoever
    /// checks one by its origin could be shown the other.
    fn refuse_second(&self, names: &Names) -> anyhow::Result<()> {
        let heads = self.context.home()?.join("heads");
        let Some(ledger) = ledger_of(&heads, &names.origin) else {
            return Ok(());
        };
        let root = match self.keyring.find_by_name(&names.root)?.first() {
            Some(file) => screen::path(file.path()),
            None => "FILE".to_owned(),
        };
        Err(Failure::new(
            Status::Key,
            format!("there is a ledger with the origin {} already: {ledger}", names.origin),
        )
        .hint(format!(
            "choose another --origin; to start anew in place of a ledger that is lost, say --root-key {root}"
        ))
        .into())
    }

    /// Returns the key in a file, else the key of this name that is there already, else a new one.
    fn held(&mut self, given: Option<&Path>, name: &KeyName) -> anyhow::Result<Held> {
        if let Some(path) = given {
            return self.unlocked(&PrivateKeyFile::read(path)?, name);
        }
        let mut there = self.keyring.find_by_name(name)?;
        match there.len() {
            0 => self.make(name),
            1 => {
                let file = there.swap_remove(0);
                let path = file.path().display().to_string();
                self.context.say(&format!(
                    "using the key {} that is there already: {path}",
                    screen::one_line(name.as_str())
                ));
                self.unlocked(&file, name)
            }
            many => {
                let folder = self.keyring.folder().display();
                Err(Failure::new(
                    Status::Key,
                    format!("{many} keys in {folder} are named {name}"),
                )
                .hint("say which is meant with --key FILE or --root-key FILE")
                .into())
            }
        }
    }

    fn unlocked(&self, file: &PrivateKeyFile, name: &KeyName) -> anyhow::Result<Held> {
        if let Some(exposure) = file.exposure() {
            self.context.warn(&exposure.to_string());
        }
        let key = match &self.passphrase {
            Some(passphrase) => match file.unlock(name.clone(), Some(passphrase)) {
                Err(KeyFileError::WrongPassphrase { .. }) => {
                    signing::unlock(self.context, file, name)?
                }
                done => done?,
            },
            None => signing::unlock(self.context, file, name)?,
        };
        Ok(Held {
            key,
            file: file.path().to_owned(),
            new: false,
            encrypted: file.is_encrypted(),
        })
    }

    fn make(&mut self, name: &KeyName) -> anyhow::Result<Held> {
        if !self.unencrypted && self.passphrase.is_none() {
            self.passphrase = Some(signing::new_passphrase(self.context)?);
        }
        let seed = Seed::draw().context("drawing random bytes for a key")?;
        let protection = match &self.passphrase {
            Some(passphrase) if !self.unencrypted => Protection::Passphrase(passphrase),
            _ => Protection::Unencrypted,
        };
        let file = self
            .keyring
            .create(name, &seed, protection)
            .map_err(|error| {
                Failure::new(Status::Key, format!("the key {name} can't be written"))
                    .because(error)
                    .hint("set FACTLOG_HOME to a folder that can be written and has room")
            })?;
        self.made.push(file.clone());
        Ok(Held {
            key: seed.signing_key(name.clone()),
            file,
            new: true,
            encrypted: !self.unencrypted,
        })
    }

    /// Removes the keys that were made for a ledger that could not be started: nothing rests on them.
    pub(super) fn unmake(&self) {
        for path in &self.made {
            let _ = fs::remove_file(path);
            let _ = fs::remove_file(factlog::keys::file::public_path(path));
        }
    }
}

/// Returns the id of a ledger with this origin, of whose checkpoint a copy is kept among `heads`.
fn ledger_of(heads: &Path, origin: &KeyName) -> Option<String> {
    let mut copies = fs::read_dir(heads).ok()?.filter_map(Result::ok);
    let copy = copies.find(|copy| {
        // A checkpoint begins with its origin; no more is read of what may be anything.
        let mut start = Vec::new();
        let most = origin.as_str().len() as u64 + 1;
        let read = fs::File::open(copy.path()).and_then(|f| f.take(most).read_to_end(&mut start));
        read.is_ok() && start.strip_suffix(b"\n") == Some(origin.as_str().as_bytes())
    })?;
    Some(screen::path(copy.file_name()))
}

fn new_log_key(origin: &KeyName) -> anyhow::Result<LogKey> {
    let seed = Seed::draw().context("drawing random bytes for a key")?;
    let folder = tempfile::tempdir().context("making a folder for the log's key")?;
    let path = folder.path().join(LOG_KEY_FILE);
    create::create_private(&path, origin, &seed, Protection::Unencrypted)?;
    let bytes = fs::read(&path).context("reading the log's key")?;
    Ok(LogKey {
        key: seed.signing_key(origin.clone()),
        bytes,
    })
}

fn copied_log_key(path: &Path, origin: &KeyName) -> anyhow::Result<LogKey> {
    let file = PrivateKeyFile::read(path)?;
    if file.is_encrypted() {
        return Err(Failure::new(
            Status::Key,
            format!(
                "the log's key in {} is encrypted, and every append needs it",
                path.display()
            ),
        )
        .hint("take its passphrase away in a copy: ssh-keygen -p -f COPY")
        .into());
    }
    let key = file.unlock(origin.clone(), None)?;
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(LogKey { key, bytes })
}

/// Links a reviewer's own key file into the folder of keys, so that later commands find it.
pub(super) fn remember(context: &Context, keyring: &Keyring, path: &Path, key: &VerifierKey) {
    if keyring
        .find_by_public(key.public())
        .is_ok_and(|found| found.is_some())
    {
        return;
    }
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' || c == '.' {
            c
        } else {
            '_'
        }
    };
    let name: String = key.name().as_str().chars().map(plain).take(200).collect();
    let link = keyring.folder().join(format!("link-{name}-{}", key.id()));
    let public = factlog::keys::file::public_path(&link);
    let linked = fs::canonicalize(path)
        .and_then(|path| {
            fs::create_dir_all(keyring.folder())?;
            fs::write(
                &public,
                format!("{} {}\n", signing::public_key(key.public()), key.name()),
            )?;
            link_to(&path, &link)
        })
        .is_ok();
    if !linked {
        context.warn(&format!(
            "{} could not be linked into {}: name it with --key where you sign",
            path.display(),
            keyring.folder().display()
        ));
    }
}

#[cfg(unix)]
fn link_to(path: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(path, link)
}

#[cfg(not(unix))]
fn link_to(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
