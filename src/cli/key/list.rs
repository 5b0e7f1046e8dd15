//! `factlog key list`: the keys that a ledger knows.

use std::fmt::Write as _;
use std::io::Write as _;

use factlog::audit::facts::{Function, SignerFacts};
use factlog::keys::{Keyring, PrivateKeyFile};
use factlog::ledger::Ledger;
use factlog::trust::PublicKey;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::exit::Status;
use crate::cli::json_out;
use crate::cli::screen::{self, BAD, FAINT, STRONG};
use crate::cli::signing;
use crate::cli::stdout;

/// List every key that was ever enrolled
///
/// Each with its name, what it may do, since which entry, whether it has ended, which of its entries are
/// tainted, and where its private half is if that is on this machine or in the ssh-agent.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog key list
  factlog key list --json | jq '.keys[].vkey'

Exit status: 0 listed; 3 no ledger here.")]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Output {
    ledger: String,
    /// How many roots must sign.
    threshold: u32,
    keys: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    name: String,
    id: String,
    vkey: String,
    function: &'static str,
    roles: Vec<&'static str>,
    since: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tainted_from: Option<u64>,
    /// The index before which that ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    tainted_until: Option<u64>,
    /// Whether its enrolment is tainted, and so is all that it signs.
    tainted: bool,
    /// Whether it is entitled now; a root or log key that was replaced is not.
    current: bool,
    entries: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Whether the ssh-agent holds it.
    agent: bool,
}

pub(super) fn run(context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let files = key_files(context, &ledger);
    let held = signing::agent_keys();
    let mut keys = Vec::new();
    for signer in ledger.keys()? {
        keys.push(key(&ledger, &signer, &files, &held)?);
    }
    let id = ledger.id().to_string();
    let roots = ledger.ledger_facts()?.roots;
    drop(ledger);
    if context.global.json {
        json_out::print(&Output {
            ledger: id,
            threshold: roots.threshold,
            keys,
        })?;
    } else {
        print(&keys)?;
        if roots.keys.len() > 1 {
            context.say(&format!(
                "{} of {} roots must sign what roots carry",
                roots.threshold,
                roots.keys.len()
            ));
        }
    }
    Ok(Status::Done)
}

/// Returns the private keys on this machine: those in the folder of keys, and the log's.
fn key_files(context: &Context, ledger: &Ledger) -> Vec<PrivateKeyFile> {
    let mut files = Vec::new();
    match context.home() {
        Ok(home) => match Keyring::new(home.join("keys")).list() {
            Ok(list) => files = list.keys,
            Err(error) => context.warn(&error.to_string()),
        },
        Err(error) => context.warn(&error.to_string()),
    }
    files.extend(PrivateKeyFile::read(&ledger.folder().join("log.key")).ok());
    files
}

fn key(
    ledger: &Ledger,
    signer: &SignerFacts,
    files: &[PrivateKeyFile],
    held: &[PublicKey],
) -> anyhow::Result<Key> {
    let (function, roles) = match &signer.function {
        Function::Root => ("root", vec![]),
        Function::Log => ("log", vec![]),
        Function::Roles(roles) => ("roles", roles.iter().map(|role| role.as_str()).collect()),
    };
    let public = signer.key.public();
    let file = files.iter().find(|file| file.public() == public);
    Ok(Key {
        name: signer.key.name().to_string(),
        id: signer.key.id().to_string(),
        vkey: signer.key.to_string(),
        function,
        roles,
        since: signer.since,
        ended: signer.ended.map(|ended| ended.at),
        tainted_from: signer
            .ended
            .and_then(|ended| ended.tainted)
            .map(|taint| taint.from),
        tainted_until: signer
            .ended
            .and_then(|ended| ended.tainted)
            .map(|taint| taint.until),
        tainted: {
            let since = ledger.entry_at(signer.since)?.entry.id();
            signer.since > 0 && ledger.is_tainted(&since)?
        },
        current: signer.ended.is_none(),
        entries: ledger.chain_length(public)?,
        file: file.map(|file| screen::path(file.path())),
        agent: held.contains(public),
    })
}

fn print(keys: &[Key]) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    for key in keys {
        let may = if key.roles.is_empty() {
            key.function.to_owned()
        } else {
            key.roles.join(", ")
        };
        let mut state = format!("since entry {}, {} entries", key.since, key.entries);
        if let Some(ended) = key.ended {
            let _ = write!(state, ", ended at entry {ended}");
        }
        if let Some(from) = key.tainted_from {
            let _ = write!(state, ", tainted from entry {from}");
            if let Some(until) = key.tainted_until {
                let _ = write!(state, " to {}", until - 1);
            }
        }
        if key.tainted {
            let _ = write!(
                state,
                ", and tainted: the key that put it in place was revoked"
            );
        }
        let style = if key.current { STRONG } else { BAD };
        writeln!(
            out,
            "{}+{}  {may}  {}",
            screen::styled(style, &screen::one_line(&key.name)),
            key.id,
            screen::styled(FAINT, &state)
        )?;
        let file = match &key.file {
            Some(path) => screen::one_line(path),
            None if key.agent => "in the ssh-agent".to_owned(),
            None => "its private half is not on this machine".to_owned(),
        };
        writeln!(out, "  {}", screen::styled(FAINT, &file))?;
        if key.function == "log" && key.current {
            // Who checks a proof must have all of it.
            writeln!(out, "  {}", screen::one_line(&key.vkey))?;
        }
    }
    Ok(())
}
