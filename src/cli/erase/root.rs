//! Which root on this machine signs.

use factlog::keys::PrivateKeyFile;
use factlog::ledger::Ledger;
use factlog::trust::{KeyName, SigningKey, VerifierKey};

use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::signing::{self, SigningArgs};

/// A root's key, not unlocked yet.
pub(super) struct RootKey {
    file: PrivateKeyFile,
    verifier: VerifierKey,
}

impl RootKey {
    /// Unlocks it, asking for the passphrase if it must.
    pub(super) fn unlock(&self, context: &Context) -> anyhow::Result<SigningKey> {
        signing::unlock(context, &self.file, self.verifier.name())
    }
}

/// Chooses the root that signs: the key in the file that `--key` names, else the one that `--as` names
/// among the keys of this machine, else the only root there.
///
/// # Errors
/// There is none, or there are several: exit status 4. More roots must sign than one, and nothing is
/// written for the others: exit status 4.
pub(super) fn choose(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
) -> anyhow::Result<RootKey> {
    context.warn_of_future();
    let roots = ledger.ledger_facts()?.roots;
    if roots.threshold > 1 && args.out.is_none() {
        return Err(Failure::new(
            Status::Key,
            format!(
                "{} of {} roots must sign an erasure; this command signs with one",
                roots.threshold,
                roots.keys.len()
            ),
        )
        .hint("add --out FILE, have the other roots sign that file, then: factlog append FILE")
        .into());
    }
    let files = match &args.key {
        Some(path) => vec![PrivateKeyFile::read(path)?],
        None => context.keyring()?.list()?.keys,
    };
    let mut found: Vec<RootKey> = files
        .into_iter()
        .filter_map(|file| {
            let root = roots.keys.iter().find(|key| key.public() == file.public());
            let verifier = root?.clone();
            Some(RootKey { file, verifier })
        })
        .collect();
    if let Some(name) = &args.name {
        found.retain(|root| answers_to(root.verifier.name(), name));
    }
    match found.len() {
        1 => {
            let root = found.swap_remove(0);
            if let Some(exposure) = root.file.exposure() {
                context.warn(&exposure.to_string());
            }
            Ok(root)
        }
        0 => Err(Failure::new(
            Status::Key,
            "an erasure is signed by roots, and no such key of one was found",
        )
        .hint("name a root's key file with --key FILE; `factlog key list` shows the roots")
        .into()),
        many => {
            let names: Vec<&str> = found
                .iter()
                .map(|root| root.verifier.name().as_str())
                .collect();
            let message = format!("{many} roots' keys are here: {}", names.join(", "));
            Err(Failure::new(Status::Key, message)
                .hint(format!("say which with --as {}", names[0]))
                .into())
        }
    }
}

/// Says whether a key's name is the one that a person wrote: all of it, or its part after the last
/// slash.
fn answers_to(key: &KeyName, name: &str) -> bool {
    key.as_str() == name || key.as_str().rsplit('/').next() == Some(name)
}
