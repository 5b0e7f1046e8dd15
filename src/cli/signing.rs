//! Which key signs, and how it is unlocked.
//!
//! The reviewer's key is the file that `--key` names, else the one that `--as` names among the keys
//! in `$FACTLOG_HOME/keys`, else the only key there that may sign in this ledger. A passphrase is
//! asked for at the terminal, or read from the file that `FACTLOG_PASSPHRASE_FILE` names; it never
//! comes by flag.

use std::env;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use factlog::audit::facts::{Function, SignerFacts};
use factlog::entry::Role;
use factlog::keys::passphrase::PassphraseError;
use factlog::keys::{KeyFileError, Passphrase, PrivateKeyFile};
use factlog::ledger::Ledger;
use factlog::trust::{KeyName, SigningKey, VerifierKey};

use super::context::Context;
use super::exit::{Failure, Status};
use super::screen;

/// The variable that names a file with the passphrase.
pub(crate) const PASSPHRASE_FILE: &str = "FACTLOG_PASSPHRASE_FILE";

/// How often a passphrase is asked for at a terminal.
const ATTEMPTS: u32 = 3;

/// Options of every command that signs.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Signing")]
pub(crate) struct SigningArgs {
    /// Sign as this reviewer, where several keys on this machine may sign here
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Sign with the key in this OpenSSH key file
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Write the signed entries to this file instead of appending them
    ///
    /// Whoever keeps the ledger appends them with `factlog append FILE`.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Sign without asking
    ///
    /// At a terminal, a command asks before it signs. Where there is none, one that was given
    /// everything by flags signs without a question, as `git commit -m` does; one that has to ask
    /// reads the answer from standard input, and no answer means no.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// A key that may sign in this ledger, not unlocked yet.
pub(crate) struct ChosenKey {
    file: PrivateKeyFile,
    verifier: VerifierKey,
}

impl ChosenKey {
    /// Returns the public key, under the name that it is enrolled with.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Says whether unlocking it needs an answer from a person.
    pub(crate) fn needs_person(&self) -> bool {
        self.file.is_encrypted() && env::var_os(PASSPHRASE_FILE).is_none()
    }

    /// Unlocks it, asking for the passphrase if it must.
    pub(crate) fn unlock(&self, context: &Context) -> anyhow::Result<SigningKey> {
        unlock(context, &self.file, self.verifier.name())
    }
}

/// Chooses the key of a reviewer, which must be enrolled in the ledger and not have ended.
pub(crate) fn choose(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
) -> anyhow::Result<ChosenKey> {
    context.warn_of_future();
    let chosen = match (&args.key, &args.name) {
        (Some(path), name) => from_file(path, name.as_deref(), ledger)?,
        (None, Some(name)) => by_name(context, name, ledger)?,
        (None, None) => only_one(context, ledger)?,
    };
    if let Some(exposure) = chosen.file.exposure() {
        context.warn(&exposure.to_string());
    }
    Ok(chosen)
}

fn from_file(path: &Path, name: Option<&str>, ledger: &Ledger) -> anyhow::Result<ChosenKey> {
    let file = PrivateKeyFile::read(path)?;
    let signer = ledger.signer(file.public())?;
    let what = format!("the key in {}", path.display());
    let verifier = entitled(&what, signer)?;
    if let Some(name) = name.filter(|name| !answers_to(verifier.name(), name)) {
        return Err(Failure::new(
            Status::Key,
            format!("{what} is {}, not {name}", verifier.name()),
        )
        .hint("leave --as out: the ledger knows the key's name")
        .into());
    }
    Ok(ChosenKey { file, verifier })
}

fn by_name(context: &Context, name: &str, ledger: &Ledger) -> anyhow::Result<ChosenKey> {
    let keyring = context.keyring()?;
    let list = keyring.list()?;
    let mut refused = None;
    let mut found = Vec::new();
    for file in list.keys {
        let signer = ledger.signer(file.public())?;
        let enrolled = signer.as_ref().map(|signer| signer.key.name().clone());
        let named = |key: &KeyName| answers_to(key, name);
        if !enrolled.as_ref().or(file.name()).is_some_and(named) {
            continue;
        }
        let what = format!("the key {name} ({})", file.path().display());
        match entitled(&what, signer) {
            Ok(verifier) => found.push(ChosenKey { file, verifier }),
            Err(error) => refused = Some(error),
        }
    }
    let exact = found
        .iter()
        .position(|key| key.verifier.name().as_str() == name);
    match (exact, found.len()) {
        (Some(at), _) => Ok(found.swap_remove(at)),
        (None, 1) => Ok(found.swap_remove(0)),
        (None, 0) => Err(refused.unwrap_or_else(|| {
            missing(
                format!(
                    "there is no key named {name} in {}",
                    keyring.folder().display()
                ),
                list.faults,
            )
        })),
        _ => Err(several(&found)),
    }
}

fn only_one(context: &Context, ledger: &Ledger) -> anyhow::Result<ChosenKey> {
    let keyring = context.keyring()?;
    let list = keyring.list()?;
    let mut found = Vec::new();
    let mut ended = None;
    for file in list.keys {
        let signer = ledger.signer(file.public())?;
        if !signer.as_ref().is_some_and(is_reviewer) {
            continue;
        }
        let what = format!("the key in {}", file.path().display());
        match entitled(&what, signer) {
            Ok(verifier) => found.push(ChosenKey { file, verifier }),
            Err(error) => ended = Some(error),
        }
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(ended.unwrap_or_else(|| {
            missing(
                format!(
                    "no key in {} may sign as a reviewer in this ledger",
                    keyring.folder().display()
                ),
                list.faults,
            )
        })),
        _ => Err(several(&found)),
    }
}

/// Says whether a key's name is the one that a person wrote: all of it, or its part after the last
/// slash.
fn answers_to(key: &KeyName, name: &str) -> bool {
    key.as_str() == name || key.as_str().rsplit('/').next() == Some(name)
}

fn is_reviewer(signer: &SignerFacts) -> bool {
    matches!(&signer.function, Function::Roles(roles) if roles.contains(&Role::Reviewer))
}

/// Returns a key as it is enrolled, if it may sign as a reviewer now.
fn entitled(what: &str, signer: Option<SignerFacts>) -> anyhow::Result<VerifierKey> {
    let hint = "`factlog key list` shows who may sign here";
    let Some(signer) = signer else {
        return Err(Failure::new(
            Status::Key,
            format!("{what} is not enrolled in this ledger"),
        )
        .hint(hint)
        .into());
    };
    let name = signer.key.name();
    if !is_reviewer(&signer) {
        let message = format!("{what} is {name}, which is no reviewer's key");
        return Err(Failure::new(Status::Key, message).hint(hint).into());
    }
    if let Some(ended) = signer.ended {
        let message = format!("{what} is {name}, which ended at entry {}", ended.at);
        return Err(Failure::new(Status::Key, message).hint(hint).into());
    }
    Ok(signer.key)
}

fn missing(message: String, mut faults: Vec<KeyFileError>) -> anyhow::Error {
    let mut failure = Failure::new(Status::Key, message);
    if !faults.is_empty() {
        failure = failure.because(faults.swap_remove(0));
    }
    failure
        .hint("name a key file with --key FILE; `factlog key list` shows who may sign here")
        .into()
}

fn several(found: &[ChosenKey]) -> anyhow::Error {
    let names: Vec<&str> = found
        .iter()
        .map(|key| key.verifier.name().as_str())
        .collect();
    Failure::new(
        Status::Key,
        format!(
            "{} keys here may sign in this ledger: {}",
            found.len(),
            names.join(", ")
        ),
    )
    .hint(format!("say which with --as {}", names[0]))
    .into()
}

/// Unlocks a key file under a name, asking for the passphrase if it must.
///
/// # Errors
/// The passphrase is wrong, there is nobody to ask, or the file can't be used: exit status 4.
pub(crate) fn unlock(
    context: &Context,
    file: &PrivateKeyFile,
    name: &KeyName,
) -> anyhow::Result<SigningKey> {
    if !file.is_encrypted() {
        return Ok(file.unlock(name.clone(), None)?);
    }
    if let Some(passphrase) = passphrase_from_file()? {
        return Ok(file.unlock(name.clone(), Some(&passphrase))?);
    }
    for attempt in 1..=ATTEMPTS {
        let passphrase = ask(context, &format!("passphrase for {name}: "))?;
        match file.unlock(name.clone(), Some(&passphrase)) {
            Err(KeyFileError::WrongPassphrase { .. }) if attempt < ATTEMPTS => {
                context.warn("wrong passphrase; try again");
            }
            done => return Ok(done?),
        }
    }
    unreachable!("the last attempt returns")
}

/// Reads the passphrase from the file that the environment names, if it names one.
pub(crate) fn passphrase_from_file() -> Result<Option<Passphrase>, PassphraseError> {
    env::var_os(PASSPHRASE_FILE)
        .map(|path| Passphrase::read(Path::new(&path)))
        .transpose()
}

/// Asks for a passphrase at the terminal.
pub(crate) fn ask(context: &Context, prompt: &str) -> anyhow::Result<Passphrase> {
    if context.global.no_input || !io::stderr().is_terminal() {
        return Err(Failure::new(
            Status::Key,
            format!("a passphrase is needed, and {}", context.why_not_ask()),
        )
        .hint(format!(
            "put it in a file, and name the file in {PASSPHRASE_FILE}"
        ))
        .into());
    }
    let prompt = screen::visible(prompt);
    let typed = || {
        rpassword::prompt_password(&prompt).map_err(|error| {
            let status = match error.kind() {
                io::ErrorKind::Interrupted => Status::Interrupted,
                _ => Status::Key,
            };
            Failure::new(status, "no passphrase was read").because(error)
        })
    };
    asked(|refusal| context.warn(&refusal), typed)
}

/// Takes what is typed for a passphrase, and asks again where it can't be one.
fn asked(
    warn: impl Fn(String),
    typed: impl Fn() -> Result<String, Failure>,
) -> anyhow::Result<Passphrase> {
    for attempt in 1..=ATTEMPTS {
        match Passphrase::new(typed()?) {
            Ok(passphrase) => return Ok(passphrase),
            Err(error) if attempt < ATTEMPTS => warn(format!("{error}: type it again")),
            Err(error) => {
                return Err(Failure::new(Status::Key, error.to_string())
                    .hint(format!(
                        "run the command again; a passphrase in a file is named in {PASSPHRASE_FILE}"
                    ))
                    .into());
            }
        }
    }
    unreachable!("the last attempt returns")
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    #[test]
    fn an_empty_passphrase_is_asked_for_again() {
        let (warned, left) = (RefCell::new(vec![]), Cell::new(2));
        let typed = || {
            left.set(left.get() - 1);
            Ok(if left.get() == 0 { "secret" } else { "" }.to_owned())
        };
        let passphrase = asked(|text| warned.borrow_mut().push(text), typed).expect("typed");
        assert_eq!(passphrase, Passphrase::new("secret").expect("a passphrase"));
        assert_eq!(
            warned.into_inner(),
            ["the passphrase is empty: type it again"]
        );
        let count = Cell::new(0);
        let never = || {
            count.set(count.get() + 1);
            Ok(String::new())
        };
        let error = asked(|_| {}, never).expect_err("never typed");
        assert_eq!(error.to_string(), "the passphrase is empty");
        assert_eq!(count.get(), ATTEMPTS);
    }
}
