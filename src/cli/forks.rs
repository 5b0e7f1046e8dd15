//! Forks: two entries by one author with the same number, kept as evidence.
//!
//! Somebody may have a copy of the key and sign in parallel with its holder; or the holder signed on
//! two machines. Either way the second entry is refused, and neither may get lost: both are written to a
//! file in the ledger's folder, whole, with what the second one brought.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use factlog::audit::{Code, Topic};
use factlog::entry::Entry;
use factlog::ledger::{AppendError, Ledger, LedgerError, Pending};
use factlog::trust::VerifierKey;

use super::exit::{Failure, Status};
use super::record;
use super::screen;

/// The folder of evidence, in the ledger's folder.
const FORKS_FOLDER: &str = "forks";

/// Keeps both sides of a fork and says what to do; `None` where an append was refused for another
/// reason, or a signature does not hold, which is evidence of nothing.
pub(super) fn kept(
    ledger: &Ledger,
    pending: &Pending,
    error: &AppendError,
) -> anyhow::Result<Option<Failure>> {
    let AppendError::Refused {
        position, refusal, ..
    } = error
    else {
        return Ok(None);
    };
    let mut codes = refusal.findings.iter();
    let is_fork = codes.clone().any(|finding| finding.code == Code::ChainFork);
    if !is_fork || codes.any(|finding| finding.topic == Topic::Signatures) {
        return Ok(None);
    }
    let second = &pending.entries[*position];
    let Some((index, first)) = other_side(ledger, second)? else {
        return Ok(None);
    };
    if first.id() == second.id() {
        return Ok(None);
    }
    let both = Pending {
        entries: vec![first, second.clone()],
        objects: objects_of(pending, second),
        wanted: vec![],
    };
    let path = keep(ledger, second, &both)?;
    let header = second.header();
    let name = header.by.name();
    Ok(Some(
        Failure::new(
            Status::Failed,
            format!(
                "it was signed before entry {index}, and {name} has used its number ({}) for that one: \
                 both are kept in {}",
                header.chain.n,
                screen::path(&path)
            ),
        )
        .hint(format!(
            "if {name} signed both, run the command that made it again; if not, someone else has the \
             key: {}",
            what_to_do(ledger, &header.by)?
        )),
    ))
}

/// Says what ends a key that someone else has.
fn what_to_do(ledger: &Ledger, key: &VerifierKey) -> anyhow::Result<String> {
    let name = screen::shell_word(&screen::one_line(key.name().as_str()));
    Ok(if ledger.ledger_facts()?.roots.keys.contains(key) {
        format!("factlog key roots --add NAME --remove {name} --from INDEX")
    } else {
        format!("factlog key revoke {name} --reason compromised --from INDEX")
    })
}

/// Finds the entry in the log that has the same place in the same holder's chain.
fn other_side(ledger: &Ledger, second: &Entry) -> Result<Option<(u64, Entry)>, LedgerError> {
    let header = second.header();
    let Some(author) = ledger.signer(header.by.public())? else {
        return Ok(None);
    };
    for signer in ledger.keys()? {
        if signer.holder != author.holder {
            continue;
        }
        for index in ledger.chain_of(signer.key.public())? {
            let entry = ledger.entry_at(index)?.entry;
            if entry.header().chain.n == header.chain.n {
                return Ok(Some((index, entry)));
            }
        }
    }
    Ok(None)
}

fn objects_of(pending: &Pending, entry: &Entry) -> Vec<Vec<u8>> {
    let ids = entry.objects();
    let of_entry = |bytes: &&Vec<u8>| ids.contains(&factlog::words::id::ObjectId::of(bytes));
    pending.objects.iter().filter(of_entry).cloned().collect()
}

fn keep(ledger: &Ledger, second: &Entry, both: &Pending) -> anyhow::Result<PathBuf> {
    let folder = ledger.folder().join(FORKS_FOLDER);
    fs::create_dir_all(&folder)
        .with_context(|| format!("making the folder {}", screen::path(&folder)))?;
    let id = second.id().to_string();
    let path = folder.join(format!("{}.pending", &id[..16]));
    if !path.exists() {
        record::write_out(&path, both)?;
    }
    Ok(path)
}
