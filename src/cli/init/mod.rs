//! `factlog init`: start a ledger.

mod keys;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::entry::Role;
use factlog::ledger::{Ledger, Start};
use factlog::trust::KeyName;
use factlog::words::json;
use factlog::words::object::Object as _;
use factlog::words::policy::Policy;
use serde::Serialize;
use serde_json::Value;

use self::keys::{Keys, remember};
use super::context::{Context, LEDGER_FOLDER};
use super::exit::{Failure, Status};
use super::json_out;
use super::opening::LOG_KEY_FILE;
use super::prompt;
use super::screen::{self, STRONG};

/// A policy file has at most this many bytes: as many as any JSON object of ours.
const MAX_POLICY_BYTES: u64 = factlog::words::object::MAX_JSON_BYTES as u64;

/// Start a ledger in this folder
///
/// Makes three keys: the root key, which says who may sign; the log's key, which signs checkpoints;
/// and the first reviewer's key. Root and reviewer keys are OpenSSH key files in
/// `$FACTLOG_HOME/keys`, guarded by one passphrase, which is asked for twice. A reviewer's key that is
/// there already is used again. An origin that a ledger on this machine has is refused, unless
/// --root-key says with which key that ledger is started anew. The rating scale is the default one
/// unless --policy says otherwise.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog init --name \"Example Desk\" --origin desk.example/facts \\
      --reviewer desk.example/alice
  factlog init --name Desk --origin desk.example/facts \\
      --reviewer desk.example/alice --key ~/.ssh/id_ed25519
  factlog init --ledger facts --name Desk --origin desk.example/facts \\
      --reviewer desk.example/alice

Where there is no terminal, the passphrase is read from the file that
FACTLOG_PASSPHRASE_FILE names.")]
pub(crate) struct Args {
    /// Name of the ledger, for people
    #[arg(long)]
    name: Option<String>,
    /// Name of the ledger in checkpoints: a host and a path, such as desk.example/facts
    #[arg(long)]
    origin: Option<String>,
    /// Name of the first reviewer's key, such as desk.example/alice; it stands in the log for ever
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,
    /// Use the reviewer's key in this OpenSSH key file instead of making one
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Use the root key in this OpenSSH key file instead of making one
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
    /// Use a copy of the log's key in this OpenSSH key file, not encrypted, instead of making one
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
    /// Write new keys without a passphrase, for tests and demonstrations
    #[arg(long)]
    unencrypted_keys: bool,
    /// Take the policy (rating scale and rules) from this JSON file
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    ledger: String,
    name: String,
    origin: String,
    folder: String,
    policy: String,
    size: u64,
    root: MadeKey,
    log: MadeKey,
    reviewer: MadeKey,
}

#[derive(Serialize)]
struct MadeKey {
    name: String,
    key: String,
    file: String,
    new: bool,
    encrypted: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let place = place(context)?;
    let names = Names::of(args, context)?;
    let policy = args
        .policy
        .as_deref()
        .map_or_else(|| Ok(Policy::default()), read_policy)?;
    let at = context.now()?;
    context.warn_of_future();
    if let Some(folder) = place.parent() {
        make_folder(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    }
    let options = context.ledger_options()?;

    let keyring = context.keyring()?;
    let mut keys = Keys {
        context,
        unencrypted: args.unencrypted_keys,
        keyring: &keyring,
        passphrase: None,
        made: vec![],
    };
    let started = keys.all(args, &names).and_then(|(root, log, reviewer)| {
        let start = Start {
            place: &place,
            name: names.ledger.clone(),
            root: &root.key,
            log: log.key.clone(),
            reviewer: &reviewer.key,
            roles: vec![Role::Reviewer],
            policy,
            at,
            files: vec![(LOG_KEY_FILE, log.bytes.clone())],
        };
        let ledger = Ledger::init(start, options)?;
        Ok((ledger, root, log, reviewer))
    });
    let (ledger, root, log, reviewer) = started.inspect_err(|_| {
        // What failed may have come after the ledger got its place: it rests on these keys then.
        if !is_ledger(&place) {
            keys.unmake();
        }
    })?;
    if let Some(path) = &args.key {
        remember(context, &keyring, path, reviewer.key.verifier());
    }

    let made = Made {
        ledger: ledger.id().to_string(),
        name: names.ledger,
        origin: names.origin.to_string(),
        folder: place.display().to_string(),
        policy: ledger.genesis().policy.to_string(),
        size: ledger.tree_head().size,
        log: MadeKey {
            name: log.key.name().to_string(),
            key: log.key.verifier().to_string(),
            file: place.join(LOG_KEY_FILE).display().to_string(),
            new: args.log_key.is_none(),
            encrypted: false,
        },
        root: root.into(),
        reviewer: reviewer.into(),
    };
    if context.global.json {
        json_out::print(&made)?;
    }
    tell(context, &made);
    Ok(Status::Done)
}

/// Returns the folder that the ledger's files will be in.
pub(crate) fn place(context: &Context) -> anyhow::Result<PathBuf> {
    let folder = match context.global.ledger() {
        Some(folder) => folder.to_owned(),
        None => env::current_dir().context("finding the working folder")?,
    };
    if let Ok(there) = context.ledger_folder()
        && (context.global.ledger().is_some() || there.parent() == Some(&folder))
    {
        let message = format!("there is a ledger in {} already", folder.display());
        return Err(Failure::new(Status::Failed, message)
            .hint("`factlog log` shows what is in it; name another folder with --ledger DIR")
            .into());
    }
    // The folder with the ledger's files may be named itself.
    if folder.file_name().is_some_and(|name| name == LEDGER_FOLDER) {
        return Ok(folder);
    }
    Ok(folder.join(LEDGER_FOLDER))
}

/// Makes a folder, and those above it that are missing; each of their names is synced, for the ledger
/// is to last as soon as it is there.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    for made in missing {
        let above = match made.parent() {
            Some(above) if !above.as_os_str().is_empty() => above,
            _ => Path::new("."),
        };
        fs::File::open(above)?.sync_all()?;
    }
    Ok(())
}

/// Says whether a folder holds a ledger, be it one that can't be opened.
fn is_ledger(place: &Path) -> bool {
    // Where it can't be told, there may be one.
    place.join("head").try_exists().unwrap_or(true)
}

/// What the ledger and its first keys are called.
struct Names {
    ledger: String,
    origin: KeyName,
    root: KeyName,
    reviewer: KeyName,
}

impl Names {
    fn of(args: &Args, context: &Context) -> anyhow::Result<Self> {
        let mut missing = vec![];
        let mut get = |given: &Option<String>, flag: &'static str, question: &str| {
            if let Some(given) = given {
                return Ok(given.clone());
            }
            if !context.can_ask() {
                missing.push(flag);
                return Ok(String::new());
            }
            prompt::ask(question)?
                .filter(|answer| !answer.is_empty())
                .ok_or_else(|| {
                    anyhow::Error::from(Failure::new(Status::Usage, format!("{flag} is needed")))
                })
        };
        let ledger = get(&args.name, "--name", "name of the ledger, for people: ")?;
        let origin = get(
            &args.origin,
            "--origin",
            "its name in checkpoints, such as desk.example/facts: ",
        )?;
        let reviewer = get(
            &args.reviewer,
            "--reviewer",
            "your name as a reviewer, such as desk.example/alice: ",
        )?;
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(Failure::new(Status::Usage, format!("{missing} must be given"))
                .hint("factlog init --name \"Example Desk\" --origin desk.example/facts --reviewer desk.example/alice")
                .into());
        }
        if ledger.trim().is_empty() {
            return Err(Failure::new(Status::Usage, "the ledger's name is empty").into());
        }
        let origin = name("--origin", &origin)?;
        let reviewer = name("--reviewer", &reviewer)?;
        let root = name("--origin", &format!("{origin}/root"))?;
        if reviewer == origin || reviewer == root {
            return Err(Failure::new(
                Status::Usage,
                format!("{reviewer} is the name of another key of this ledger"),
            )
            .hint(format!(
                "name the reviewer otherwise, such as --reviewer {origin}/alice"
            ))
            .into());
        }
        Ok(Self {
            ledger,
            origin,
            root,
            reviewer,
        })
    }
}

fn name(flag: &str, text: &str) -> anyhow::Result<KeyName> {
    KeyName::new(text).map_err(|source| {
        Failure::new(
            Status::Usage,
            format!("{flag} {text:?} can't be a key's name"),
        )
        .because(source)
        .hint("write a host and a path without spaces or plus signs, such as desk.example/alice")
        .into()
    })
}

/// Reads a policy: its fields as JSON, with or without a `type`, written in any way.
pub(crate) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let reading = || format!("reading the policy {}", path.display());
    let length = fs::metadata(path).with_context(reading)?.len();
    if length > MAX_POLICY_BYTES {
        return Err(Failure::new(
            Status::Failed,
            format!(
                "{} has {length} bytes, and a policy at most {MAX_POLICY_BYTES}",
                path.display()
            ),
        )
        .into());
    }
    let bytes = fs::read(path).with_context(reading)?;
    let faulty = |source: Box<dyn std::error::Error + Send + Sync>| {
        Failure::new(
            Status::Failed,
            format!("{} is not a policy", path.display()),
        )
        .because(source)
        .hint("schemas/object-policy.schema.json describes one")
    };
    let mut fields: serde_json::Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|error| faulty(error.into()))?;
    fields.remove("type");
    let policy: Policy = json::from_fields(fields).map_err(|error| faulty(error.into()))?;
    policy.check().map_err(|error| faulty(error.into()))?;
    Ok(policy)
}

fn tell(context: &Context, made: &Made) {
    let line = |what: &str, key: &MadeKey| {
        let state = match (key.new, key.encrypted) {
            (true, true) => "new, guarded by your passphrase",
            // Nobody types a passphrase at every append.
            (true, false) if what == "log" => {
                "new; not encrypted, because the ledger signs checkpoints with it unattended: it can't \
                 sign a verdict"
            }
            (true, false) => "new, not encrypted",
            (false, _) => "yours",
        };
        format!(
            "  {what:<9} {}\n            {} ({state})",
            screen::one_line(&key.name),
            key.file
        )
    };
    context.say(&format!(
        "{} {} in {}\n  id        {}\n{}\n{}\n{}",
        screen::styled(STRONG, "started the ledger"),
        screen::one_line(&made.name),
        made.folder,
        made.ledger,
        line("root", &made.root),
        line("log", &made.log),
        line("reviewer", &made.reviewer),
    ));
    if [&made.root, &made.reviewer]
        .iter()
        .any(|key| key.new && !key.encrypted)
    {
        context.warn(
            "the keys are not encrypted: whoever can read the files can sign as you and change who \
             may sign; use this for tests and demonstrations only",
        );
    }
    context
        .say("keep the root key safe: it alone says who may sign. Next: factlog add article.txt");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_head_is_a_ledger() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!is_ledger(&folder.path().join("nowhere")));
        assert!(!is_ledger(folder.path()));
        fs::write(folder.path().join("head"), b"").expect("written");
        assert!(is_ledger(folder.path()));
    }
}
