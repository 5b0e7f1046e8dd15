//! Which key signs, and how it is unlocked.
//!
//! The key is the file that `--key` names, else the one that `--as` names among the keys in
//! `$FACTLOG_HOME/keys`, else the only key there that may sign such an entry in this ledger; where
//! none is there, one that an ssh-agent holds ([`choice`]). A passphrase is asked for at the
//! terminal, or read from the file that `FACTLOG_PASSPHRASE_FILE` names; it never comes by flag.
//!
//! What roots carry is signed by as many of them as are here ([`carried`]).

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

pub(crate) mod carried;
mod choice;

use std::env;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use factlog::keys::passphrase::PassphraseError;
use factlog::keys::{KeyFileError, Passphrase, PrivateKeyFile};
use factlog::trust::{KeyName, PublicKey, SigningKey};

pub(crate) use self::choice::{ChosenKey, Wanted, choose, choose_roots, choose_to, find_key};
pub(crate) use self::choice::{agent_keys, answers_to, refuse_several};

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
    /// Sign with the key of this name, where several on this machine may sign such an entry
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Sign with the key in this OpenSSH key file
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Sign with a key that the ssh-agent at SSH_AUTH_SOCK holds
    ///
    /// Without it, the agent is asked only where no file here has a fitting key.
    #[arg(long, conflicts_with = "key")]
    pub(crate) agent: bool,
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

/// Asks for a new passphrase twice, or reads it from the file that the environment names.
pub(crate) fn new_passphrase(context: &Context) -> anyhow::Result<Passphrase> {
    if let Some(passphrase) = passphrase_from_file()? {
        return Ok(passphrase);
    }
    if !context.can_ask() {
        return Err(Failure::new(
            Status::Key,
            format!("the new keys need a passphrase, and {}", context.why_not_ask()),
        )
        .hint(format!("put it in a file, and name the file in {PASSPHRASE_FILE}; --unencrypted-keys is for tests"))
        .into());
    }
    loop {
        let first = ask(context, "passphrase for the new keys: ")?;
        let again = ask(context, "the same passphrase again: ")?;
        if first == again {
            return Ok(first);
        }
        context.warn("the two are not the same; try again");
    }
}

/// Writes a public key as OpenSSH does: `ssh-ed25519 <base64>`.
pub(crate) fn public_key(key: &PublicKey) -> String {
    use base64::Engine as _;
    const TYPE: &[u8] = b"ssh-ed25519";
    let mut blob = Vec::with_capacity(51);
    for part in [TYPE, key.as_bytes().as_slice()] {
        let length = u32::try_from(part.len()).expect("32 bytes at most");
        blob.extend(length.to_be_bytes());
        blob.extend(part);
    }
    let blob = base64::engine::general_purpose::STANDARD.encode(blob);
    format!("ssh-ed25519 {blob}")
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
