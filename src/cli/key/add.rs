//! `factlog key add`: give a key its roles.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

use factlog::entry::{Body, KeyEntry, Role};
use factlog::ledger::Ledger;

use super::make::{NewKey, new_key};
use super::{named, tell};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;
use crate::cli::signing::SigningArgs;
use crate::cli::signing::carried::{self, Carried};

/// Add a key that may sign here
///
/// With a name, makes a key file in $FACTLOG_HOME/keys as `init` does, or takes one of that name that is
/// there and serves no function yet. With a whole key (as `factlog key new` prints it on its holder's
/// machine), adds that; where its private half is not here, --out writes a file for its holder, who
/// signs it with `factlog sign`. Roots sign.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key add desk.example/bob --role reviewer,approver
  factlog key add desk.example/bob+1a2b3c4d+AY… --role approver \\
      --out bob.pending

The second is for a key that its holder made elsewhere, with `factlog key
new`. Exit status: 0 signed; 1 you said no; 2 no such role; 4 the key is
enrolled already, a key in force has its name, or too few of those who must
sign are here and there is no --out.")]
pub(crate) struct Args {
    /// A name for a new key, such as desk.example/bob; or a whole key: NAME+ID+KEY
    #[arg(value_name = "NAME|VKEY")]
    added: String,
    /// What it may sign: reviewer (sources, claims, verdicts), approver (approvals), publisher
    #[arg(long, required = true, value_delimiter = ',', value_name = "ROLE", value_parser = role)]
    role: Vec<Role>,
    /// Give the key a name that another key in force has
    ///
    /// Whoever reads the log tells people by their names, so neither key may approve what the other
    /// signed.
    #[arg(long)]
    same_name: bool,
    /// Write the new key without a passphrase, for tests and demonstrations
    #[arg(long)]
    unencrypted_keys: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let mut roles = args.role.clone();
    roles.sort_unstable();
    roles.dedup();
    if !args.same_name {
        refuse_same_name(&ledger, &args.added)?;
    }
    let NewKey {
        verifier,
        hand,
        file,
    } = new_key(
        context,
        &args.signing,
        &ledger,
        &args.added,
        args.unencrypted_keys,
    )?;
    let mut hands = carried::roots(context, &args.signing, &ledger)?;
    hands.extend(hand);
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let what = format!(
        "the key {}+{} as {}",
        screen::one_line(verifier.name().as_str()),
        verifier.id(),
        names.join(", ")
    );
    let carried = Carried {
        words: vec![
            format!("adds {what}"),
            "its holder may sign that from then on; the name stands in the log for ever".to_owned(),
        ],
        bodies: vec![Body::Key(KeyEntry::add(verifier.clone(), roles))],
        objects: vec![],
        hands,
        question: format!("add {what}"),
    };
    let done = carried::sign(context, &args.signing, ledger, carried)?;
    let file = NewKey::made(&file);
    let key = Some(verifier.to_string());
    tell(context, done, &format!("added {what}"), key, file, None)
}

/// Refuses a name that a key in force has: who approves a verdict could not be told from who gave it.
fn refuse_same_name(ledger: &Ledger, added: &str) -> anyhow::Result<()> {
    let name = added.split('+').next().unwrap_or_default();
    let known = ledger.keys()?.into_iter().find(|known| {
        known.ended.is_none()
            && named::look_alike(known.key.name().as_str(), name)
            && !added.contains(&known.key.to_string())
    });
    let Some(known) = known else {
        return Ok(());
    };
    let message = format!(
        "{} is the name of a key in force, {}, added by entry {}",
        screen::one_line(known.key.name().as_str()),
        known.function,
        known.since
    );
    Err(Failure::new(Status::Key, message)
        .hint(
            "a key's roles are fixed when it is added. For another person, take another name. For more \
             roles of the same person, end the key (`factlog key revoke`), and add one with all roles: \
             --role reviewer,approver; nobody approves a verdict of their own by either. --same-name adds \
             it nevertheless",
        )
        .into())
}

fn role(text: &str) -> Result<Role, String> {
    match text.trim() {
        "reviewer" => Ok(Role::Reviewer),
        "approver" => Ok(Role::Approver),
        "publisher" => Ok(Role::Publisher),
        _ => Err("a role is reviewer, approver or publisher".to_owned()),
    }
}
