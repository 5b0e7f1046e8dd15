//! `factlog sign`: add a signature to entries that several people sign.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::entry::{Body, Entry, RootSet, SignatureError, Wanting};
use factlog::ledger::{Ledger, Pending};
use factlog::trust::VerifierKey;
use factlog::words::id::ObjectId;
use factlog::words::note::Note;
use factlog::words::object;
use factlog::words::policy::Policy;
use serde::Serialize;

use super::append;
use super::context::Context;
use super::erase;
use super::exit::{Failure, Status};
use super::json_out;
use super::policy;
use super::prompt;
use super::record;
use super::says;
use super::screen;
use super::signing::carried::{show, wanted_line};
use super::signing::{self, ChosenKey, SigningArgs};

/// Sign entries in a file that someone else began
///
/// Where an entry takes several signatures — those of roots, or of a new key's holder — whoever makes it
/// writes it with --out. Each of the others runs this with the file: it shows every entry in words and
/// to the byte, adds the signatures of the keys on this machine that it still wants, each in its place,
/// and says who is still missing. The complete file is appended with `factlog append`.
///
/// A ledger is not needed, but without one the roots in force are not known: only a key that the entry
/// names can sign, and nothing says whether the entry would be accepted.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog sign bob.pending
  factlog sign roots.pending --as root2 --out signed.pending

Exit status: 0 signed, or complete already; 1 you said no, or a signature that
is there does not hold; 3 no such file; 4 no key here may sign it, or it is of
another ledger.")]
pub(crate) struct Args {
    /// The file that --out wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Sign with the key of this name only
    #[arg(long = "as", value_name = "NAME", help_heading = "Signing")]
    name: Option<String>,
    /// Sign with the key in this OpenSSH key file
    #[arg(long, value_name = "FILE", help_heading = "Signing")]
    key: Option<PathBuf>,
    /// Sign with a key that the ssh-agent at `SSH_AUTH_SOCK` holds
    #[arg(long, conflicts_with = "key", help_heading = "Signing")]
    agent: bool,
    /// Write the file here instead of back to where it was
    #[arg(long, value_name = "FILE", help_heading = "Signing")]
    out: Option<PathBuf>,
    /// Sign without asking
    #[arg(long, short, help_heading = "Signing")]
    yes: bool,
}

#[derive(Serialize)]
struct Report {
    file: String,
    complete: bool,
    entries: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: factlog::words::id::EntryId,
    kind: factlog::entry::Kind,
    /// Who has signed now, the author first.
    signed_by: Vec<String>,
    /// Who signed in this run.
    added: Vec<String>,
    /// Whose signatures it wants, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<String>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    context.warn_of_future();
    let bytes = append::read(&args.file, context)?;
    let mut pending = Pending::parse(&bytes)
        .with_context(|| format!("{} can't be read", screen::path(&args.file)))?;
    let known = Known::of(context, &pending)?;
    let signing = SigningArgs {
        name: args.name.clone(),
        key: args.key.clone(),
        agent: args.agent,
        out: args.out.clone(),
        yes: args.yes,
    };
    let mut lines = Vec::new();
    let mut refused = Vec::new();
    for n in 0..pending.entries.len() {
        let entry = pending.entries[n].clone();
        known.check(context, &entry)?;
        let keys = keys(context, &signing, &entry, &known.roots)?;
        let mut added = Vec::new();
        let mut signed = entry.clone();
        if keys.is_empty() {
            let wanting = entry.wanting(&known.roots);
            if !wanting.is_complete() {
                refused.push(wanted_line(&entry, &wanting));
            }
        } else {
            refuse_if_built_upon(&pending.entries, n)?;
            let words = words(&entry, &pending.objects, &known);
            if !is_agreed(args, context, &entry, &words, &keys)? {
                context.say("nothing was signed");
                return Ok(Status::Failed);
            }
            for key in keys {
                let line = key.unlock(context)?.line(entry.note().text())?;
                added.push(format!("{}+{}", line.name, line.id));
                signed = signed.with_line(line)?;
            }
        }
        let wanting = signed.wanting(&known.roots);
        let wanted = (!wanting.is_complete()).then(|| wanted_line(&signed, &wanting));
        lines.push(Line {
            id: signed.id(),
            kind: signed.kind(),
            signed_by: signers(&signed),
            added,
            wanted,
        });
        pending.entries[n] = signed;
    }
    let any = lines.iter().any(|line| !line.added.is_empty());
    if !any && let Some(refused) = refused.first() {
        return Err(
            Failure::new(Status::Key, format!("no key here may sign it: {refused}"))
                .hint("name the key's file with --key FILE; `factlog key list` shows the keys")
                .into(),
        );
    }
    pending.wanted = lines
        .iter()
        .filter_map(|line| line.wanted.clone())
        .collect();
    let to = args.out.as_deref().unwrap_or(&args.file);
    if any || args.out.is_some() {
        if let Some(path) = &args.out {
            record::write_out(path, &pending)?;
        } else {
            refuse_if_changed(args, &bytes, context)?;
            record::write_back(&args.file, &pending)?;
        }
    }
    tell(context, args, to, lines, &pending)
}

/// Refuses to write over what another signed meanwhile: their signature would be lost.
fn refuse_if_changed(args: &Args, read: &[u8], context: &Context) -> anyhow::Result<()> {
    if args.file.as_os_str() == "-" || append::read(&args.file, context)? == read {
        return Ok(());
    }
    let message = format!(
        "{} was changed since it was read: somebody else signed it, and nothing was written",
        screen::path(&args.file)
    );
    Err(Failure::new(Status::Failed, message)
        .hint("sign it again: what is there now stays")
        .into())
}

fn tell(
    context: &Context,
    args: &Args,
    to: &Path,
    lines: Vec<Line>,
    pending: &Pending,
) -> anyhow::Result<Status> {
    for line in &lines {
        for name in &line.added {
            context.say(&format!(
                "{} signed the {} entry",
                screen::one_line(name),
                line.kind
            ));
        }
    }
    for wanted in &pending.wanted {
        context.say(&format!("not complete: {}", screen::one_line(wanted)));
    }
    if pending.wanted.is_empty() {
        context.say(&format!(
            "no signature is missing; whoever keeps the ledger types: factlog append {}",
            screen::path(to)
        ));
    }
    if context.global.json {
        json_out::print(&Report {
            file: screen::path(args.out.as_ref().unwrap_or(&args.file)),
            complete: pending.wanted.is_empty(),
            entries: lines,
        })?;
    }
    Ok(Status::Done)
}

/// What is known of the ledger that the entries belong to.
struct Known {
    roots: RootSet,
    ledger: Option<factlog::words::id::EntryId>,
    /// The policy in force.
    policy: Option<Policy>,
    /// What the objects are that the entries erase.
    erased: BTreeMap<ObjectId, String>,
}

impl Known {
    fn of(context: &Context, pending: &Pending) -> anyhow::Result<Self> {
        if context.global.ledger().is_none() && context.ledger_folder().is_err() {
            return Ok(Self {
                roots: RootSet {
                    keys: vec![],
                    threshold: 1,
                },
                ledger: None,
                policy: None,
                erased: BTreeMap::new(),
            });
        }
        let ledger: Ledger = context.open_ledger()?;
        let erased = pending.erased();
        let erased = if erased.is_empty() {
            BTreeMap::new()
        } else {
            erase::names(&ledger, &erased)?
        };
        Ok(Self {
            policy: ledger.policy().ok().map(|(_, policy)| policy),
            erased,
            roots: ledger.ledger_facts()?.roots,
            ledger: Some(ledger.id()),
        })
    }

    /// Refuses an entry of another ledger, and one of which a signature does not hold.
    fn check(&self, context: &Context, entry: &Entry) -> anyhow::Result<()> {
        let own = entry.header().ledger;
        if let Some(ledger) = self.ledger
            && own != Some(ledger)
        {
            let message = format!(
                "the {} entry belongs to another ledger than this",
                entry.kind()
            );
            return Err(Failure::new(Status::Key, message)
                .hint("name the right one with --ledger DIR, or run it where there is none")
                .into());
        }
        match entry.verify_so_far(&self.roots.keys) {
            Ok(_) => Ok(()),
            // Whoever else signs as a root is not known without a ledger.
            Err(SignatureError::NotCalledFor(name)) if self.ledger.is_none() => {
                context.warn(&format!(
                    "the signature by {} can't be verified: there is no ledger here that says who the \
                     roots are",
                    screen::one_line(&name)
                ));
                Ok(())
            }
            Err(error) => Err(anyhow::Error::from(error).context(format!(
                "the {} entry's signatures do not hold, so nothing was signed",
                entry.kind()
            ))),
        }
    }
}

/// Returns the keys on this machine whose signatures the entry wants, as many as it wants.
fn keys(
    context: &Context,
    args: &SigningArgs,
    entry: &Entry,
    roots: &RootSet,
) -> anyhow::Result<Vec<ChosenKey>> {
    let mut found: Vec<ChosenKey> = Vec::new();
    let mut trial = entry.clone();
    loop {
        let wanting: Wanting = trial.wanting(roots);
        let mut next = None;
        for key in wanting.open() {
            if args
                .name
                .as_ref()
                .is_some_and(|name| !signing::answers_to(key.name(), name))
            {
                continue;
            }
            if let Some(chosen) = signing::find_key(context, args, key)? {
                next = Some(chosen);
                break;
            }
        }
        let Some(chosen) = next else { return Ok(found) };
        trial = trial.with_line(factlog::trust::note::SignatureLine {
            name: chosen.verifier().name().clone(),
            id: chosen.verifier().id(),
            signature: vec![0; 64],
        })?;
        found.push(chosen);
    }
}

/// Refuses to change an entry's id where another entry of the file names it.
fn refuse_if_built_upon(entries: &[Entry], n: usize) -> anyhow::Result<()> {
    let id = entries[n].id().to_string();
    let names = |entry: &&Entry| entry.note().text().contains(&id);
    let Some(later) = entries.iter().position(|entry| names(&entry)) else {
        return Ok(());
    };
    Err(Failure::new(
        Status::Failed,
        format!("entry {later} of the file names entry {n}, whose id a further signature changes"),
    )
    .hint("sign and append the first alone, and make the other anew after it")
    .into())
}

/// Shows an entry, and asks.
fn is_agreed(
    args: &Args,
    context: &Context,
    entry: &Entry,
    words: &[String],
    keys: &[ChosenKey],
) -> anyhow::Result<bool> {
    show(words, entry.note().text())?;
    if args.yes || !context.can_ask() {
        return Ok(true);
    }
    let names: Vec<String> = keys
        .iter()
        .map(|key| format!("{}+{}", key.verifier().name(), key.verifier().id()))
        .collect();
    let question = format!(
        "sign the {} entry as {}? [y,n] ",
        entry.kind(),
        names.join(", ")
    );
    Ok(prompt::choose(&question, &['y', 'n'])? == Some('y'))
}

fn signers(entry: &Entry) -> Vec<String> {
    let lines = entry.note().signatures().iter();
    lines
        .map(|line| format!("{}+{}", line.name, line.id))
        .collect()
}

/// Says in words what an entry does, with what the file's objects say.
fn words(entry: &Entry, objects: &[Vec<u8>], known: &Known) -> Vec<String> {
    let header = entry.header();
    let mut words = vec![format!(
        "the {} entry by {}, at {}",
        entry.kind(),
        called(&header.by),
        header.at
    )];
    words.push(match entry.body() {
        Body::Key(key) => says::key_words(key),
        Body::Roots(roots) => format!(
            "sets the roots: {} of {} must sign: {}",
            roots.threshold,
            roots.keys.len(),
            roots.keys.iter().map(called).collect::<Vec<_>>().join(", ")
        ),
        Body::Log(log) => format!(
            "puts the log's key {} in place, after {} entries",
            called(&log.key),
            log.size
        ),
        Body::Policy(policy) => match brought::<Policy>(objects, &policy.policy) {
            Some(policy) => {
                words.extend(policy::changes(known.policy.as_ref(), &policy));
                return words;
            }
            None => format!("sets a policy of earlier on again: {}", policy.policy),
        },
        Body::Reaffirmation(reaffirmation) => format!(
            "reaffirms {} entries: {}",
            reaffirmation.entries.len(),
            noted(objects, &reaffirmation.note)
        ),
        Body::Retraction(retraction) => format!(
            "retracts verdict {}: {}",
            retraction.verdict.entry(),
            noted(objects, &retraction.note)
        ),
        Body::Erasure(erasure) => format!(
            "erases {}, for ever (ground: {})",
            known.erased.get(&erasure.object).map_or_else(
                || format!(
                    "object {}; what that is, only its ledger can tell",
                    erasure.object
                ),
                |what| format!("{what}, object {}", erasure.object),
            ),
            says::name_of(&erasure.basis)
        ),
        _ => format!("records what stands below ({})", entry.kind()),
    });
    words
}

fn noted(objects: &[Vec<u8>], id: &ObjectId) -> String {
    brought::<Note>(objects, id).map_or_else(|| says::GONE.to_owned(), |note| note.text)
}

fn brought<O: object::Object>(objects: &[Vec<u8>], id: &ObjectId) -> Option<O> {
    let bytes = objects.iter().find(|bytes| ObjectId::of(bytes) == *id)?;
    object::parse(bytes).ok()
}

fn called(key: &VerifierKey) -> String {
    format!("{}+{}", key.name(), key.id())
}
