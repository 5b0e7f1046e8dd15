//! `factlog erase`: take an object's bytes out of the ledger, and leave its hash.
//!
//! The store takes them out ([`factlog::store`]); here is what comes before it. A person sees what
//! will go, what repeats the same words elsewhere in the ledger ([`repeats`]), and what remains.

mod repeats;
mod targets;
mod words;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use factlog::entry::{Basis, Body, Erasure};
use factlog::words::id::ObjectId;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use self::repeats::{Look, Repeat};
pub(super) use self::repeats::{names, words};
pub(crate) use self::targets::Part;
use self::targets::{Target, Unsaid};
use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::prompt;
use super::record::EntryLine;
use super::screen::{self, STRONG, WARN};
use super::signing::SigningArgs;
use super::signing::carried::{self, Carried, Delivered, Hand};
use super::stdout;

/// So many repetitions are listed for a person; --json has all.
const MOST_LISTED: usize = 100;

/// Erase what an object says, and keep its hash
///
/// For a court's order, somebody's privacy or safety, another's copyright. An entry says that the object
/// is erased, and on what ground; a threshold of roots signs it. Then the object's bytes are
/// overwritten and removed from every file of the ledger. That can't be undone.
///
/// The entries that speak of it stay, with its hash and its length. Before anything is signed, all other
/// objects that repeat the same words are listed: they stay unless they are named, too.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog erase 5f3a9c12 --basis privacy      the words of a claim or verdict
  factlog erase 1a2b3c4d --part text,raw --basis court   a source's words
  factlog erase 5f3a9c12 --basis court --out erasure.pending

Copies outside this folder are not reached: backups, and what was published
before (`factlog publish` again takes it out there). `factlog verify` tells of
what was erased, and ends with status 5.")]
pub(crate) struct Args {
    /// What to erase: the beginning of the id of an object, or of the source, claim, verdict, approval
    /// or retraction that has one
    #[arg(required = true, value_name = "ID")]
    what: Vec<String>,
    /// On what ground: court, privacy, copyright, safety or other
    #[arg(long, value_parser = basis)]
    basis: Basis,
    /// Which parts of a source: text, raw or meta; several with commas
    #[arg(long = "part", value_name = "PART", value_delimiter = ',')]
    parts: Vec<Part>,
    #[command(flatten)]
    signing: SigningArgs,
}

fn basis(text: &str) -> Result<Basis, String> {
    const ALL: [Basis; 5] = [
        Basis::Court,
        Basis::Privacy,
        Basis::Copyright,
        Basis::Safety,
        Basis::Other,
    ];
    ALL.into_iter()
        .find(|basis| basis.as_str() == text)
        .ok_or_else(|| "court, privacy, copyright, safety or other is wanted".to_owned())
}

#[derive(Serialize)]
struct Report {
    basis: &'static str,
    erased: Vec<ErasedLine>,
    repeats: Vec<Repeat>,
    /// Whose signatures are still wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wanted: Vec<String>,
    entries: Vec<EntryLine>,
}

#[derive(Serialize)]
struct ErasedLine {
    object: ObjectId,
    what: String,
    /// The entries that speak of it.
    spoken_of: Vec<u64>,
}

/// What will be done, as it was seen before it is signed.
struct Plan {
    targets: Vec<Target>,
    look: Look,
    /// The roots that sign.
    hands: Vec<Hand<'static>>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let asks = context.can_ask() && !args.signing.yes;
    let Some(mut plan) = plan(args, context, asks)? else {
        context.say("nothing was signed");
        return Ok(Status::Failed);
    };
    tell(context, args, &plan);
    if asks {
        let question = match plan.targets.len() {
            1 => format!("erase it for ever (basis {})? [y,n] ", args.basis),
            many => format!("erase these {many} for ever (basis {})? [y,n] ", args.basis),
        };
        if prompt::choose(&question, &['y', 'n'])? != Some('y') {
            context.say("nothing was signed");
            return Ok(Status::Failed);
        }
    } else if !args.signing.yes {
        return Err(Failure::new(
            Status::Usage,
            format!(
                "what is erased does not come back, and {}",
                context.why_not_ask()
            ),
        )
        .hint("look at what is listed; then add --yes")
        .into());
    }
    let ledger = context.open_ledger()?;
    let erasure = |target: &Target| {
        Body::Erasure(Erasure {
            object: target.object,
            basis: args.basis,
        })
    };
    let carried = Carried {
        bodies: plan.targets.iter().map(erasure).collect(),
        objects: vec![],
        hands: std::mem::take(&mut plan.hands),
        words: vec![],
        question: String::new(),
    };
    // The person has agreed, to more than an entry says.
    let agreed = SigningArgs {
        yes: true,
        ..args.signing.clone()
    };
    match carried::sign(context, &agreed, ledger, carried)? {
        Some(done) => report(args, context, plan, done),
        None => Ok(Status::Failed),
    }
}

/// Finds what is meant and what repeats it; `None` if a person who was asked named no part.
fn plan(args: &Args, context: &Context, asks: bool) -> anyhow::Result<Option<Plan>> {
    let mut parts = args.parts.clone();
    loop {
        let (ledger, found) = context.read_claims(|ledger, proposals| {
            targets::find(ledger, proposals, &args.what, &parts)
        })?;
        let targets = match found {
            Ok(targets) => targets,
            Err(Unsaid { failure, .. }) if !asks => return Err(failure.into()),
            Err(Unsaid { source, .. }) => {
                drop(ledger);
                context.say(&source);
                match asked_parts()? {
                    Some(said) => parts = said,
                    None => return Ok(None),
                }
                continue;
            }
        };
        let hands = carried::roots(context, &args.signing, &ledger)?;
        let bar = bar(context);
        let look = repeats::look(&ledger, &targets, |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        return Ok(Some(Plan {
            targets,
            look,
            hands,
        }));
    }
}

fn asked_parts() -> anyhow::Result<Option<Vec<Part>>> {
    Ok(
        match prompt::choose(
            "which goes: [t]ext, [r]aw, [m]eta, text and raw [b]oth, [a]ll, [n]one? ",
            &['t', 'r', 'm', 'b', 'a', 'n'],
        )? {
            Some('t') => Some(vec![Part::Text]),
            Some('r') => Some(vec![Part::Raw]),
            Some('m') => Some(vec![Part::Meta]),
            Some('b') => Some(vec![Part::Text, Part::Raw]),
            Some('a') => Some(vec![Part::Text, Part::Raw, Part::Meta]),
            _ => None,
        },
    )
}

/// Shows how far the last look has come; it vanishes when it is done.
fn bar(context: &Context) -> ProgressBar {
    if context.global.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("looking for the same words {bar:30} {percent}%");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Says what will go, what repeats it, and what remains.
fn tell(context: &Context, args: &Args, plan: &Plan) {
    context.say(&screen::styled(STRONG, "what will be erased:"));
    for target in &plan.targets {
        let entries = plan.look.spoken_of.get(&target.object);
        context.say(&format!(
            "  {}  {}{}",
            short(&target.object),
            target.what,
            entries_words(entries.map_or(&[], Vec::as_slice))
        ));
    }
    let repeats = &plan.look.repeats;
    if repeats.is_empty() {
        context.say("no other object of this ledger was found to repeat its words");
    } else {
        let heading = "what repeats its words, and stays unless it is named, too:";
        context.say(&screen::styled(WARN, heading));
        for repeat in repeats.iter().take(MOST_LISTED) {
            let erasable = if repeat.erasable {
                ""
            } else {
                "; a policy can't be erased"
            };
            context.say(&format!(
                "  {}  {} (entry {}) {}{erasable}",
                short(&repeat.object),
                repeat.what,
                repeat.entry,
                repeat.how
            ));
        }
        if repeats.len() > MOST_LISTED {
            let more = repeats.len() - MOST_LISTED;
            context.say(&format!("  and {more} more; --json lists all"));
        }
        let ids: Vec<String> = repeats
            .iter()
            .filter(|repeat| repeat.erasable)
            .take(MOST_LISTED)
            .map(|repeat| short(&repeat.object))
            .collect();
        if !ids.is_empty() {
            context.say(&format!(
                "to erase them as well: factlog erase {} --basis {}",
                ids.join(" "),
                args.basis
            ));
        }
    }
    context.say(
        "what remains: the entries that speak of it, with its hash, lengths and places in texts; their \
         order, times and signers. Who has the same bytes can still show by the hash that they were \
         here",
    );
    context.say(
        "what is not reached: backups and copies of this folder, and what was published before, until \
         `factlog publish` takes it out there; witnesses have hashes only",
    );
}

fn entries_words(entries: &[u64]) -> String {
    let mut words = String::new();
    for (n, entry) in entries.iter().enumerate() {
        let before = match n {
            0 if entries.len() == 1 => "; entry ",
            0 => "; entries ",
            _ => ", ",
        };
        let _ = write!(words, "{before}{entry}");
    }
    words
}

fn short(object: &ObjectId) -> String {
    object.to_string()[..16].to_owned()
}

fn report(
    args: &Args,
    context: &Context,
    mut plan: Plan,
    done: Delivered,
) -> anyhow::Result<Status> {
    let Delivered {
        entries, wanted, ..
    } = done;
    if context.global.json {
        let spoken_of = &mut plan.look.spoken_of;
        let erased = plan.targets.into_iter().map(|target| ErasedLine {
            spoken_of: spoken_of.remove(&target.object).unwrap_or_default(),
            object: target.object,
            what: target.what,
        });
        json_out::print(&Report {
            basis: args.basis.as_str(),
            erased: erased.collect(),
            repeats: plan.look.repeats,
            wanted,
            entries,
        })?;
    } else if !io::stdout().is_terminal() {
        let mut out = stdout::plain();
        for entry in &entries {
            writeln!(out, "{}", entry.id)?;
        }
    }
    Ok(Status::Done)
}
