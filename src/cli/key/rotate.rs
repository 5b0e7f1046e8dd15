//! `factlog key rotate`: put a new key in a key's place.

use factlog::audit::facts::Function;
use factlog::entry::{Body, KeyEntry};
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;

use super::make::{NewKey, new_key};
use super::{named, tell};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;
use crate::cli::signing::carried::{self, Carried, Hand};
use crate::cli::signing::{self, SigningArgs, Wanted};

/// Put a new key in your key's place
///
/// The new key has the old one's roles, carries on its chain, and stays the author of what the old one
/// signed: it is the same holder's. Old and new key sign; with --by-roots, for an old key that is lost,
/// roots sign in its place. The old key can sign nothing from then on. A key that someone else may have
/// is revoked, not rotated.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key rotate
  factlog key rotate alice --new desk.example/alice-2027
  factlog key rotate alice --by-roots --new desk.example/alice+1a2b3c4d+AY… \\
      --out alice.pending

Exit status: 0 signed; 1 you said no; 3 no such key; 4 the old key is not
here, was ended before, or too few of those who must sign are here and there
is no --out.")]
pub(crate) struct Args {
    /// The old key, by its name; needed where several keys on this machine may sign here
    old: Option<String>,
    /// The new key: a name for one that is made, or a whole key; the old one's name if left out
    #[arg(long, value_name = "NAME|VKEY")]
    new: Option<String>,
    /// The old key is lost: roots sign in its place
    #[arg(long, requires = "old")]
    by_roots: bool,
    /// Write the new key without a passphrase, for tests and demonstrations
    #[arg(long)]
    unencrypted_keys: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

/// Refuses a name that another person's key has or had: from then on the two would be taken for one.
fn refuse_anothers_name(ledger: &Ledger, old: &VerifierKey, new: &str) -> anyhow::Result<()> {
    let name = new.split('+').next().unwrap_or_default();
    let holder = ledger.signer(old.public())?.map(|signer| signer.holder);
    let others = ledger.keys()?.into_iter().find(|known| {
        named::look_alike(known.key.name().as_str(), name)
            && Some(&known.holder) != holder.as_ref()
            && name != old.name().as_str()
    });
    let Some(other) = others else { return Ok(()) };
    let message = format!(
        "{name} is the name of another person's key, {}, added by entry {}",
        other.function, other.since
    );
    Err(Failure::new(Status::Key, message)
        .hint("take a name that nobody here has had; without --new the old key's name stays")
        .into())
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let (old, mut hands) = if args.by_roots {
        let old = named::find(&ledger, args.old.as_deref().unwrap_or_default())?;
        if !matches!(old.function, Function::Roles(_)) {
            let message = format!(
                "{} is {}, which is not rotated",
                old.key.name(),
                old.function
            );
            return Err(Failure::new(Status::Key, message)
                .hint("roots change with `factlog key roots`, the log's key with `factlog key log`")
                .into());
        }
        let hands = carried::roots(context, &args.signing, &ledger)?;
        (old.key, hands)
    } else {
        let mut choice = args.signing.clone();
        if let Some(old) = &args.old {
            choice.name = Some(named::find(&ledger, old)?.key.name().to_string());
        }
        let chosen = signing::choose_to(context, &choice, &ledger, Wanted::AnyRole, None)?;
        (chosen.verifier().clone(), vec![Hand::There(chosen)])
    };
    let new = match &args.new {
        Some(new) => new.as_str(),
        None => old.name().as_str(),
    };
    refuse_anothers_name(&ledger, &old, new)?;
    let NewKey {
        verifier,
        hand,
        file,
    } = new_key(context, &args.signing, &ledger, new, args.unencrypted_keys)?;
    hands.extend(hand);
    let called =
        |key: &VerifierKey| format!("{}+{}", screen::one_line(key.name().as_str()), key.id());
    let what = format!(
        "the key {} in the place of {}",
        called(&verifier),
        called(&old)
    );
    let carried = Carried {
        words: vec![
            format!("puts {what}"),
            "the old key can sign nothing more in this ledger".to_owned(),
        ],
        bodies: vec![Body::Key(KeyEntry::rotate(old, verifier.clone()))],
        objects: vec![],
        hands,
        question: format!("put {what}"),
    };
    let done = carried::sign(context, &args.signing, ledger, carried)?;
    let file = NewKey::made(&file);
    let key = Some(verifier.to_string());
    tell(context, done, &format!("put {what}"), key, file, None)
}
