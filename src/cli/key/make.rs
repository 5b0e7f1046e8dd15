//! New keys: made here, or named by whoever holds them elsewhere.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

use std::cell::RefCell;
use std::io::Write as _;
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::Context as _;
use factlog::keys::{HeldKey, Protection, Seed};
use factlog::ledger::Ledger;
use factlog::trust::{KeyName, VerifierKey};
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::screen;
use crate::cli::signing::carried::{self, Hand};
use crate::cli::signing::{self, SigningArgs};
use crate::cli::stdout;

/// Make a key file, and print the public key for whoever keeps a ledger
///
/// The file is made in $FACTLOG_HOME/keys, guarded by a passphrase that is asked for twice. The key may
/// sign nothing until the roots of a ledger add it: send them what is printed. Once they have, they send
/// a file back, which `factlog sign` signs with the new key.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key new desk.example/bob
  factlog key new desk.example/bob --json | jq -r .key

Where there is no terminal, the passphrase is read from the file that
FACTLOG_PASSPHRASE_FILE names. Exit status: 0 made; 2 no such name; 4 no
passphrase.")]
pub(crate) struct Args {
    /// What the key is called: a host and a path, such as desk.example/bob; it stands in logs for ever
    name: String,
    /// Write the new key without a passphrase, for tests and demonstrations
    #[arg(long)]
    unencrypted_keys: bool,
}

#[derive(Serialize)]
struct Made {
    key: String,
    file: String,
    encrypted: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let name = key_name(&args.name)?;
    let drawn = Drawn::draw(name, args.unencrypted_keys)?;
    let (key, path) = drawn.write(context)?;
    let key = key.verifier().to_string();
    let file = screen::path(&path);
    context.say(&format!("made the key {}", screen::one_line(&file)));
    context
        .say("send whoever keeps the ledger this line; they type: factlog key add LINE --role …");
    if context.global.json {
        json_out::print(&Made {
            key,
            file,
            encrypted: !args.unencrypted_keys,
        })?;
    } else {
        writeln!(stdout::plain(), "{key}")?;
    }
    Ok(Status::Done)
}

/// Reads a key's name.
pub(super) fn key_name(text: &str) -> anyhow::Result<KeyName> {
    KeyName::new(text).map_err(|source| {
        Failure::new(Status::Usage, format!("{text:?} can't be a key's name"))
            .because(source)
            .hint("write a host and a path without spaces or plus signs, such as desk.example/bob")
            .into()
    })
}

/// A key that was drawn, and not written anywhere yet.
struct Drawn {
    seed: Seed,
    name: KeyName,
    unencrypted: bool,
}

impl Drawn {
    fn draw(name: KeyName, unencrypted: bool) -> anyhow::Result<Self> {
        let seed = Seed::draw().context("drawing random bytes for a key")?;
        Ok(Self {
            seed,
            name,
            unencrypted,
        })
    }

    /// Writes it into the folder of keys, guarded by a passphrase unless that was refused.
    fn write(self, context: &Context) -> anyhow::Result<(HeldKey, PathBuf)> {
        let passphrase = if self.unencrypted {
            None
        } else {
            Some(signing::new_passphrase(context)?)
        };
        let protection = match &passphrase {
            Some(passphrase) => Protection::Passphrase(passphrase),
            None => Protection::Unencrypted,
        };
        let keyring = context.keyring()?;
        let file = keyring
            .create(&self.name, &self.seed, protection)
            .map_err(|error| {
                Failure::new(
                    Status::Key,
                    format!("the key {} can't be written", self.name),
                )
                .because(error)
                .hint("set FACTLOG_HOME to a folder that can be written and has room")
            })?;
        Ok((self.seed.signing_key(self.name).into(), file))
    }
}

/// A key that is to be enrolled.
pub(super) struct NewKey<'a> {
    pub(super) verifier: VerifierKey,
    /// Whoever signs with it, if that can be done here.
    pub(super) hand: Option<Hand<'a>>,
    /// Where its file was written, once it was.
    pub(super) file: Rc<RefCell<Option<PathBuf>>>,
}

impl NewKey<'_> {
    /// Returns the file that was made, as it is shown.
    pub(super) fn made(file: &Rc<RefCell<Option<PathBuf>>>) -> Option<String> {
        file.borrow().as_ref().map(screen::path)
    }
}

/// Takes what a person wrote for a key to be enrolled: a vkey, whose private half may be elsewhere, or
/// a name, under which a key is made unless one is there that serves no function yet.
///
/// # Errors
/// The key is enrolled already.
pub(super) fn new_key<'a>(
    context: &'a Context,
    args: &SigningArgs,
    ledger: &Ledger,
    typed: &str,
    unencrypted: bool,
) -> anyhow::Result<NewKey<'a>> {
    let file = Rc::new(RefCell::new(None));
    if typed.contains('+') {
        let verifier: VerifierKey = typed.parse().map_err(|source| {
            Failure::new(Status::Usage, format!("{typed:?} is not a key"))
                .because(Box::<dyn std::error::Error + Send + Sync>::from(source))
                .hint("a key is written NAME+ID+KEY, as `factlog key new` prints it")
        })?;
        refuse_enrolled(ledger, &verifier)?;
        let hand = carried::other(context, args, &verifier)?;
        return Ok(NewKey {
            verifier,
            hand,
            file,
        });
    }
    let name = key_name(typed)?;
    let mut free = Vec::new();
    for key in context.keyring()?.find_by_name(&name)? {
        if ledger.signer(key.public())?.is_none() {
            free.push(VerifierKey::new(name.clone(), key.public().clone()));
        }
    }
    if let Some(verifier) = free.pop() {
        if !free.is_empty() {
            return Err(Failure::new(
                Status::Key,
                format!(
                    "{} keys here are named {name} and serve no function yet",
                    free.len() + 1
                ),
            )
            .hint(format!("write the whole key, such as {verifier}"))
            .into());
        }
        context.say(&format!(
            "using the key {} that is there already",
            screen::one_line(name.as_str())
        ));
        let hand = carried::other(context, args, &verifier)?;
        return Ok(NewKey {
            verifier,
            hand,
            file,
        });
    }
    let drawn = Drawn::draw(name, unencrypted)?;
    let verifier = drawn
        .seed
        .signing_key(drawn.name.clone())
        .verifier()
        .clone();
    let written = Rc::clone(&file);
    let make = move || {
        let (key, path) = drawn.write(context)?;
        context.say(&format!("made the key {}", screen::path(&path)));
        *written.borrow_mut() = Some(path);
        Ok(key)
    };
    Ok(NewKey {
        hand: Some(Hand::Made(verifier.clone(), Box::new(make))),
        verifier,
        file,
    })
}

fn refuse_enrolled(ledger: &Ledger, key: &VerifierKey) -> anyhow::Result<()> {
    let Some(known) = ledger.signer(key.public())? else {
        return Ok(());
    };
    Err(Failure::new(
        Status::Key,
        format!(
            "the key {} is enrolled already, as {} by entry {}, and a key serves one function for \
             all time",
            known.key.name(),
            known.function,
            known.since
        ),
    )
    .hint("give a new key: `factlog key new NAME` makes one")
    .into())
}
