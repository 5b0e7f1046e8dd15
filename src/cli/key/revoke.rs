//! `factlog key revoke`: end a key, and taint what it signed from some entry on.

use clap::ValueEnum;
use factlog::audit::facts::{Function, SignerFacts};
use factlog::entry::{Body, KeyEntry, Kind, RevocationReason};
use factlog::ledger::{Ledger, Record};
use factlog::words::id::EntryId;
use factlog::words::time::Timestamp;
use serde::Serialize;

use super::{named, tell};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::says::{self, Policies};
use crate::cli::screen;
use crate::cli::seek;
use crate::cli::signing::SigningArgs;
use crate::cli::signing::carried::{self, Carried};

/// So many tainted entries are told of; `factlog verify` lists all.
const MOST_TOLD: usize = 20;

/// End a key: it can sign nothing more, and what it signed from --from on is tainted
///
/// Roots sign. A tainted entry stays in the log and in effect, but a tainted verdict does not stand and
/// a tainted approval does not count, until the roots reaffirm it or another reviewer's takes its place.
/// Before you sign you are told how many entries and verdicts that is. A key may be revoked again with
/// an earlier --from.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key revoke bob --reason retired
  factlog key revoke bob --reason compromised --from 2026-11-20
  factlog key revoke bob --reason compromised --from 5f3a9c12
  factlog reaffirm 5f3a9c12 --note \"Bob confirms it, by telephone.\"

The last is for what the holder still stands by. Exit status: 0 signed; 1 you
said no; 2 no --from for a compromised key; 3 no such key or entry; 4 too few
roots are here and there is no --out, or would be left.")]
pub(crate) struct Args {
    /// The key: its name, its key id, or both as NAME+ID
    #[arg(value_name = "KEY")]
    revoked: String,
    /// Why: compromised (someone else may have it), lost, retired (its holder has left), other
    #[arg(long)]
    reason: Reason,
    /// The first entry that is tainted: an index (digits alone), the beginning of an entry's id, or a
    /// day or second; nothing is tainted if left out
    ///
    /// A time means the first entry of the log, by anyone, that is dated so or later: dates are what
    /// the authors say. `--from 0` taints all that the key ever signed.
    #[arg(long, value_name = "INDEX|ENTRY|DATE")]
    from: Option<String>,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Reason {
    Compromised,
    Lost,
    Retired,
    Other,
}

impl From<Reason> for RevocationReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Compromised => Self::Compromised,
            Reason::Lost => Self::Lost,
            Reason::Retired => Self::Retired,
            Reason::Other => Self::Other,
        }
    }
}

/// What a revocation taints.
#[derive(Serialize)]
pub(super) struct Tainted {
    /// The index from which the key's entries are tainted.
    from: u64,
    entries: Vec<EntryId>,
    verdicts: Vec<EntryId>,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let signer = named::find(&ledger, &args.revoked)?;
    check(&ledger, &signer)?;
    let size = ledger.tree_head().size;
    let from = match &args.from {
        Some(from) => first(&ledger, from)?,
        None if args.reason == Reason::Compromised => {
            return Err(Failure::new(
                Status::Usage,
                "--from is needed for a key that is compromised: the first entry that may not be its \
                 holder's",
            )
            .hint("give a day before the theft, such as --from 2026-11-20, or --from 0 for all")
            .into());
        }
        None => size,
    };
    refuse_other_meant(&ledger, &args.revoked, &signer, from)?;
    let records = ledger.would_taint(signer.key.public(), from)?;
    let name = named::called(&signer);
    let mut words = vec![format!("revokes the key {name}: it can sign nothing more")];
    words.extend(told(&ledger, &records, from, size)?);
    words.extend(successors(&ledger, &signer, from, args.reason)?);
    let of = |kind: Kind| {
        records
            .iter()
            .filter(move |record| record.entry.kind() == kind)
    };
    let tainted = Tainted {
        from,
        entries: records.iter().map(|record| record.entry.id()).collect(),
        verdicts: of(Kind::Verdict).map(|record| record.entry.id()).collect(),
    };
    let mut hands = carried::roots(context, &args.signing, &ledger)?;
    // Where others can, the key that is revoked does not sign its own end.
    hands.sort_by_key(|hand| hand.verifier() == &signer.key);
    let carried = Carried {
        bodies: vec![Body::Key(KeyEntry::revoke(
            signer.key.clone(),
            args.reason.into(),
            from,
        ))],
        objects: vec![],
        hands,
        words,
        question: format!("revoke the key {name}"),
    };
    let done = carried::sign(context, &args.signing, ledger, carried)?;
    let key = Some(signer.key.to_string());
    let what = format!("revoked the key {name}");
    tell(context, done, &what, key, None, Some(tainted))
}

/// Refuses a name of which an earlier key signed what a theft so early would taint.
fn refuse_other_meant(
    ledger: &Ledger,
    typed: &str,
    signer: &SignerFacts,
    from: u64,
) -> anyhow::Result<()> {
    let others = named::all(ledger, typed)?;
    for other in others.iter().filter(|other| other.key != signer.key) {
        let chain = ledger.chain_of(other.key.public())?;
        let own = chain.iter().copied().filter(|index| *index < signer.since);
        let Some(last) = own.filter(|index| *index >= from).max() else {
            continue;
        };
        let (this, other) = (named::called(signer), named::called(other));
        let message = format!(
            "{} is two keys: {other}, which signed up to entry {last}, and {this}, enrolled by entry {}",
            screen::one_line(typed),
            signer.since
        );
        return Err(Failure::new(Status::Usage, message)
            .hint(format!(
                "say which. Whoever had the first before entry {} may have made the second: factlog \
                 key revoke {other} --reason … --from {from}; then the same for {this}",
                signer.since
            ))
            .into());
    }
    Ok(())
}

/// Says which keys can go on signing though they got their place from a key that is revoked.
fn successors(
    ledger: &Ledger,
    signer: &SignerFacts,
    from: u64,
    reason: Reason,
) -> anyhow::Result<Vec<String>> {
    let mut words = Vec::new();
    for other in ledger.keys()? {
        let follows = other.holder == signer.holder && other.since > signer.since;
        if !follows || other.ended.is_some() || other.since < from {
            continue;
        }
        // Where roots put it in place, it owes nothing to the key.
        let by = ledger.entry_at(other.since)?.entry;
        let by = ledger.signer(by.header().by.public())?;
        if by.is_none_or(|by| by.holder != signer.holder) {
            continue;
        }
        let (name, old) = (named::called(&other), named::called(signer));
        let typed = screen::shell_word(&name);
        let reason = reason.to_possible_value();
        let reason = reason.map_or_else(String::new, |value| value.get_name().to_owned());
        words.push(format!(
            "{name} was put in the place of {old} and can still sign, though all that it signs is \
             tainted. Revoke it, too: factlog key revoke {typed} --reason {reason} --from {}; and give \
             its holder a key that does not come from it: factlog key add NAME --role …",
            other.since
        ));
    }
    Ok(words)
}

fn check(ledger: &Ledger, signer: &SignerFacts) -> anyhow::Result<()> {
    if signer.function == Function::Log {
        let message = format!(
            "{} is the log's key, which is not revoked",
            signer.key.name()
        );
        return Err(Failure::new(Status::Key, message)
            .hint("`factlog key log` puts a new one in its place")
            .into());
    }
    let roots = ledger.ledger_facts()?.roots;
    if roots.keys.contains(&signer.key) && roots.keys.len() <= roots.threshold as usize {
        let message = format!(
            "{} roots would be left, but {} must sign",
            roots.keys.len() - 1,
            roots.threshold
        );
        return Err(Failure::new(Status::Key, message)
            .hint("put another in its place: factlog key roots --add NAME --remove NAME")
            .into());
    }
    Ok(())
}

/// Returns the index that `--from` means.
fn first(ledger: &Ledger, typed: &str) -> anyhow::Result<u64> {
    let size = ledger.tree_head().size;
    let time = if typed.len() == 10 && typed.as_bytes()[4] == b'-' {
        format!("{typed}T00:00:00Z").parse::<Timestamp>().ok()
    } else {
        typed.parse::<Timestamp>().ok()
    };
    let Some(time) = time else {
        return Ok(seek::entry_or_index(ledger, typed)?.index);
    };
    for index in 0..size {
        if ledger.entry_at(index)?.entry.header().at >= time {
            return Ok(index);
        }
    }
    Ok(size)
}

/// Says what is tainted, and what to do with it.
fn told(ledger: &Ledger, records: &[Record], from: u64, size: u64) -> anyhow::Result<Vec<String>> {
    if records.is_empty() {
        return Ok(vec![if from < size {
            format!("nothing more that stands at {from} or later is tainted by it")
        } else {
            "nothing that it signed is tainted".to_owned()
        }]);
    }
    let verdicts = records
        .iter()
        .filter(|record| record.entry.kind() == Kind::Verdict)
        .count();
    let mut words = vec![format!(
        "from entry {from} on, {} {} tainted, {} among them:",
        screen::counted(records.len() as u64, "entry", "entries"),
        if records.len() == 1 { "is" } else { "are" },
        screen::counted(verdicts as u64, "verdict", "verdicts"),
    )];
    let mut policies = Policies::new();
    for record in records.iter().take(MOST_TOLD) {
        let says = says::says(ledger, record, &mut policies)?;
        words.push(format!(
            "  {} {} {}: {}",
            record.index,
            record.entry.kind(),
            ledger.short(record.entry.id().as_bytes())?,
            screen::cut(&says, 70)
        ));
    }
    if let Some(more) = records
        .len()
        .checked_sub(MOST_TOLD)
        .filter(|more| *more > 0)
    {
        words.push(format!("  and {more} more"));
    }
    words.push(
        "what holds is reaffirmed by roots: factlog reaffirm ENTRY … --note \"…\"; what does not is \
         superseded by another reviewer: factlog verdict CLAIM --supersedes VERDICT"
            .to_owned(),
    );
    Ok(words)
}
