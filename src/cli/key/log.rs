//! `factlog key log`: put a new key in the place of the one that signs checkpoints.

use std::path::Path;

use anyhow::Context as _;
use factlog::entry::{Body, LogKey};
use factlog::keys::{HeldKey, PrivateKeyFile, Protection, Seed, create};
use factlog::trust::{KeyName, SigningKey};

use super::tell;
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::opening::{LOG_KEY_FILE, NEXT_LOG_KEY_FILE};
use crate::cli::screen;
use crate::cli::signing::SigningArgs;
use crate::cli::signing::carried::{self, Carried, Hand};

/// Put a new key in the place of the one that signs checkpoints
///
/// Roots and the new key sign. The new key is made beside the old one, in the ledger's folder, not
/// encrypted as that one; it takes its place once the entry is appended, and signs the checkpoint with
/// it. Nothing may be appended in between: the entry says up to which size the old key signed. Where
/// that happens, make it anew.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key log
  factlog key log --out log.pending

The second is for roots that are on other machines: they sign with `factlog
sign`. Exit status: 0 signed; 1 you said no, or the ledger has gone on; 4 too
few roots are here and there is no --out, or the ledger is not kept here.")]
pub(crate) struct Args {
    #[command(flatten)]
    signing: SigningArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let folder = ledger.folder().to_owned();
    if !folder.join(LOG_KEY_FILE).exists() {
        return Err(Failure::new(
            Status::Key,
            format!(
                "there is no {LOG_KEY_FILE} in {}: the ledger is kept elsewhere",
                screen::path(&folder)
            ),
        )
        .hint("only the ledger's keeper changes the log's key")
        .into());
    }
    let facts = ledger.ledger_facts()?;
    let next = folder.join(NEXT_LOG_KEY_FILE);
    let new = next_key(&next, &facts.origin)?;
    let head = ledger.tree_head();
    let mut hands = carried::roots(context, &args.signing, &ledger)?;
    let verifier = new.key.verifier().clone();
    let write = move || {
        if let Some(seed) = &new.seed {
            create::create_private(&next, new.key.name(), seed, Protection::Unencrypted)?;
        }
        Ok(HeldKey::Here(new.key))
    };
    hands.push(Hand::Made(verifier.clone(), Box::new(write)));
    let name = format!(
        "{}+{}",
        screen::one_line(verifier.name().as_str()),
        verifier.id()
    );
    let carried = Carried {
        bodies: vec![Body::Log(LogKey {
            key: verifier.clone(),
            size: head.size,
            root: head.root,
        })],
        objects: vec![],
        hands,
        words: vec![
            format!(
                "puts the log's key {name} in the place of +{}",
                facts.log.id()
            ),
            format!(
                "the old key signed checkpoints of up to {} entries",
                head.size
            ),
        ],
        question: format!("put the log's key {name} in place"),
    };
    let done = carried::sign(context, &args.signing, ledger, carried)?;
    if done.as_ref().is_some_and(|done| done.index.is_some()) {
        // Opening puts the new key's file in the old one's place.
        context.open_ledger()?;
    }
    let what = format!("put the log's key {name} in place");
    tell(context, done, &what, Some(verifier.to_string()), None, None)
}

/// The key that will sign checkpoints; its seed while its file is not written.
struct Next {
    key: SigningKey,
    seed: Option<Seed>,
}

/// Returns the key that waits to take the log key's place, or draws one.
fn next_key(path: &Path, origin: &KeyName) -> anyhow::Result<Next> {
    if path.exists() {
        let key = PrivateKeyFile::read(path)?.unlock(origin.clone(), None)?;
        return Ok(Next { key, seed: None });
    }
    let seed = Seed::draw().context("drawing random bytes for a key")?;
    Ok(Next {
        key: seed.signing_key(origin.clone()),
        seed: Some(seed),
    })
}
