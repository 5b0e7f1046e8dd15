//! `factlog witness`: a witness that anyone can run, for other people's ledgers.

mod serving;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use factlog::keys::{Keyring, PrivateKeyFile, Protection, Seed};
use factlog::trust::cosignature::WitnessSigningKey;
use factlog::trust::{KeyName, WitnessKey};
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::screen;
use super::signing;
use super::signing::new_passphrase;
use super::stdout;

/// Run a witness: cosign other people's checkpoints
///
/// A witness (C2SP tlog-witness) cosigns a checkpoint of a ledger, with the time, only if the ledger
/// still begins with what the witness cosigned before. Who sees cosignatures of witnesses that he
/// trusts knows that he was not shown another ledger than everybody else, and when it was there.
///
/// A witness sees origin, size and root of a ledger, and nothing of its entries. Its key serves
/// nothing else, and lies in a folder of its own, `$FACTLOG_HOME/witness`.
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog witness init --name witness.example/w1
  factlog witness serve --listen 127.0.0.1:8080 --state DIR --logs logs.txt
  factlog witness key

The keeper of a ledger asks a witness with `factlog checkpoint --witness
KEY@URL`."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(InitArgs),
    Serve(serving::Args),
    Key(KeyArgs),
}

/// Make the witness's key, and print its public half
///
/// An OpenSSH Ed25519 key in `$FACTLOG_HOME/witness`, protected by a passphrase. What is printed is
/// its verifier key (C2SP tlog-cosignature, type 0x04), to be published: whoever is to trust this witness
/// needs it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog witness init --name witness.example/w1
  factlog witness init --name witness.example/w1 --json")]
pub(crate) struct InitArgs {
    /// Call the witness this: an address without its scheme, such as witness.example/w1
    #[arg(long, value_name = "NAME")]
    name: KeyName,
    /// Write the key without a passphrase, so that whoever can read the file has it
    ///
    /// For tests, and where the folder is protected otherwise. With a passphrase, a service reads it
    /// from the file that `FACTLOG_PASSPHRASE_FILE` names.
    #[arg(long)]
    unencrypted_key: bool,
}

/// Print the witness's verifier key
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog witness key
  factlog witness key --json")]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    which: WhichKey,
}

/// Which witness's key is meant.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct WhichKey {
    /// Use the witness's key in this OpenSSH key file, with its `.pub` file beside it
    ///
    /// Without it, the only key in `$FACTLOG_HOME/witness`.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Output {
    name: String,
    vkey: String,
    file: String,
    encrypted: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    match &args.command {
        Command::Init(args) => init(args, context),
        Command::Serve(args) => serving::run(args, context),
        Command::Key(args) => key(args, context),
    }
}

fn keyring(context: &Context) -> anyhow::Result<Keyring> {
    Ok(Keyring::new(context.home()?.join("witness")))
}

fn init(args: &InitArgs, context: &Context) -> anyhow::Result<Status> {
    let keyring = keyring(context)?;
    if let Some(there) = keyring.find_by_name(&args.name)?.first() {
        return Err(Failure::new(
            Status::Key,
            format!(
                "there is a key of {} already: {}",
                args.name,
                there.path().display()
            ),
        )
        .hint("`factlog witness key` prints it; a second witness needs another name")
        .into());
    }
    let passphrase = if args.unencrypted_key {
        None
    } else {
        Some(new_passphrase(context)?)
    };
    let protection = match &passphrase {
        Some(passphrase) => Protection::Passphrase(passphrase),
        None => Protection::Unencrypted,
    };
    let seed = Seed::draw().context("drawing random bytes for a key")?;
    let file = keyring
        .create(&args.name, &seed, protection)
        .map_err(|error| {
            Failure::new(
                Status::Key,
                format!("the key {} can't be written", args.name),
            )
            .because(error)
            .hint("set FACTLOG_HOME to a folder that can be written and has room")
        })?;
    let key = WitnessSigningKey::new(seed.signing_key(args.name.clone()));
    context.say(&format!("made the witness's key {}", file.display()));
    print(context, key.witness(), &file, passphrase.is_some())
}

fn key(args: &KeyArgs, context: &Context) -> anyhow::Result<Status> {
    let (file, key) = chosen(&args.which, context)?;
    print(context, &key, file.path(), file.is_encrypted())
}

fn print(
    context: &Context,
    key: &WitnessKey,
    file: &Path,
    encrypted: bool,
) -> anyhow::Result<Status> {
    if context.global.json {
        json_out::print(&Output {
            name: key.name().to_string(),
            vkey: key.to_string(),
            file: screen::path(file),
            encrypted,
        })?;
    } else {
        use std::io::Write as _;
        writeln!(stdout::plain(), "{key}")?;
    }
    Ok(Status::Done)
}

/// Chooses the witness's key: the file that was named, or the only one there is.
fn chosen(which: &WhichKey, context: &Context) -> anyhow::Result<(PrivateKeyFile, WitnessKey)> {
    let file = match &which.key {
        Some(path) => PrivateKeyFile::read(path)?,
        None => only_one(&keyring(context)?)?,
    };
    let Some(name) = file.name() else {
        return Err(Failure::new(
            Status::Key,
            format!(
                "{} has no .pub file that says what it is called",
                file.path().display()
            ),
        )
        .hint("the comment of the .pub file is the witness's name")
        .into());
    };
    let key = WitnessKey::new(name.clone(), file.public().clone());
    Ok((file, key))
}

fn only_one(keyring: &Keyring) -> anyhow::Result<PrivateKeyFile> {
    let mut list = keyring.list()?;
    let folder = keyring.folder().display();
    match list.keys.len() {
        1 => Ok(list.keys.swap_remove(0)),
        0 => {
            let failure = Failure::new(
                Status::Key,
                format!("there is no witness's key in {folder}"),
            );
            let failure = match list.faults.pop() {
                Some(fault) => failure.because(fault),
                None => failure,
            };
            Err(failure
                .hint("make one with `factlog witness init --name NAME`")
                .into())
        }
        many => Err(Failure::new(
            Status::Key,
            format!("there are {many} witnesses' keys in {folder}"),
        )
        .hint("say which with --key FILE")
        .into()),
    }
}

/// Unlocks the witness's key, asking for the passphrase if it must.
fn unlocked(which: &WhichKey, context: &Context) -> anyhow::Result<WitnessSigningKey> {
    let (file, key) = chosen(which, context)?;
    if let Some(exposure) = file.exposure() {
        context.warn(&exposure.to_string());
    }
    let key = signing::unlock(context, &file, key.name())?;
    Ok(WitnessSigningKey::new(key))
}
