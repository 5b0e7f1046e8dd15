//! `factlog key roots`: change the roots, or how many of them must sign.

use factlog::entry::{Body, Roots};
use factlog::trust::VerifierKey;
use factlog::trust::note::signing_order;

use super::make::{NewKey, new_key};
use super::{named, tell};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;
use crate::cli::signing::SigningArgs;
use crate::cli::signing::carried::{self, Carried};

/// Change the root keys, or how many of them must sign
///
/// A threshold of the roots in force and a threshold of the new ones sign. A root that is left out can
/// sign nothing more; with --from, what it signed from that index on is tainted.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key roots --add desk.example/facts/root2
  factlog key roots --add desk.example/chief+1a2b3c4d+AY… --threshold 2 \\
      --out roots.pending
  factlog key roots --remove desk.example/facts/root --from 12

Keep the roots' files on different machines. Exit status: 0 signed; 1 you said
no; 2 nothing to change, or a threshold that can't be met; 3 no such root; 4
too few roots are here and there is no --out.")]
pub(crate) struct Args {
    /// Add a root: a name for a key that is made here, or a whole key: NAME+ID+KEY
    #[arg(long, value_name = "NAME|VKEY")]
    add: Vec<String>,
    /// Leave a root out from here on: its name, its key id, or both as NAME+ID
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
    /// How many roots must sign from here on; as before if left out
    #[arg(long, value_name = "NUMBER")]
    threshold: Option<u32>,
    /// The index from which what the removed roots signed is tainted; nothing if left out
    #[arg(long, value_name = "INDEX", requires = "remove")]
    from: Option<u64>,
    /// Write new keys without a passphrase, for tests and demonstrations
    #[arg(long)]
    unencrypted_keys: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if args.add.is_empty() && args.remove.is_empty() && args.threshold.is_none() {
        return Err(Failure::new(Status::Usage, "nothing is to be changed")
            .hint("say --add, --remove or --threshold; `factlog key list` shows the roots")
            .into());
    }
    let ledger = context.open_ledger()?;
    let in_force = ledger.ledger_facts()?.roots;
    let mut keys = in_force.keys.clone();
    for typed in &args.remove {
        let gone = named::find(&ledger, typed)?.key;
        if !keys.contains(&gone) {
            let message = format!("{} is not a root in force", gone.name());
            return Err(Failure::new(Status::NotFound, message)
                .hint("`factlog key list` shows the roots")
                .into());
        }
        keys.retain(|key| *key != gone);
    }
    let mut hands = carried::roots(context, &args.signing, &ledger)?;
    let mut file = None;
    for typed in &args.add {
        let new = new_key(
            context,
            &args.signing,
            &ledger,
            typed,
            args.unencrypted_keys,
        )?;
        keys.push(new.verifier);
        hands.extend(new.hand);
        file = Some(new.file);
    }
    keys.sort_by(signing_order);
    let threshold = args.threshold.unwrap_or(in_force.threshold);
    if threshold == 0 || threshold as usize > keys.len() {
        let message = format!(
            "{threshold} roots must sign, but there would be {}",
            keys.len()
        );
        return Err(Failure::new(Status::Usage, message)
            .hint("add roots with --add, or lower --threshold")
            .into());
    }
    // Those that stay may be needed for the new threshold, too.
    for key in &keys {
        hands.extend(carried::other(context, &args.signing, key)?);
    }
    let called =
        |key: &VerifierKey| format!("{}+{}", screen::one_line(key.name().as_str()), key.id());
    let mut words = vec![format!(
        "sets the roots: {threshold} of {} must sign: {}",
        keys.len(),
        keys.iter().map(called).collect::<Vec<_>>().join(", ")
    )];
    let gone: Vec<String> = in_force
        .keys
        .iter()
        .filter(|key| !keys.contains(key))
        .map(called)
        .collect();
    if !gone.is_empty() {
        words.push(format!("{} can sign nothing more", gone.join(", ")));
    }
    if let Some(from) = args.from {
        words.push(format!("what they signed from entry {from} on is tainted"));
    }
    let carried = Carried {
        bodies: vec![Body::Roots(Roots {
            keys,
            threshold,
            from: args.from,
        })],
        objects: vec![],
        hands,
        words,
        question: "set the roots".to_owned(),
    };
    let done = carried::sign(context, &args.signing, ledger, carried)?;
    let file = file.as_ref().and_then(NewKey::made);
    tell(context, done, "set the roots", None, file, None)
}
