//! `factlog assign`: who looks after a source, a claim or a verdict.

use std::collections::BTreeSet;

use factlog::ledger::Ledger;
use factlog::words::id::ObjectId;
use factlog::words::time::DayOrTime;
use serde::Serialize;

use super::{Assignment, Desk, DeskNote, Named, Page, ThingKind, find, note, people};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::near;
use crate::cli::prompt;
use crate::cli::screen;

/// Say who looks after a source, a claim or a verdict
///
/// It is the desk's own word: not signed, kept beside the ledger, and in no export. `factlog queue`
/// lists it to whom it is assigned, `factlog claims` and `factlog show` say it. A thing has one who
/// looks after it: another one takes their place, and the day stays unless another is given.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog assign 3 bob               the third claim of `factlog claims`
  factlog assign 1a2b3c4d bob --due 2026-12-01 --note \"Ask the registry.\"
  factlog assign 5f3a9c12 carol      a verdict, to be approved
  factlog assign 3 carol --no-due    carol, by no day
  factlog assign 3 --none            nobody any more

Exit status: 0 done; 1 you said no; 3 no such thing, nobody has the name, or it
fits several.")]
pub(crate) struct Args {
    /// What: a claim's number, or the beginning of the id of a source, a claim or a verdict
    what: String,
    /// Who: a key's name, what follows its last slash, or any other name
    #[arg(required_unless_present = "none")]
    name: Option<String>,
    /// Nobody any more
    #[arg(long, conflicts_with_all = ["name", "due"])]
    none: bool,
    /// Until when: a day such as 2026-12-01, or a second in UTC such as 2026-12-01T12:00:00Z
    #[arg(long, value_name = "DATE")]
    due: Option<DayOrTime>,
    /// By no day any more; without it, the day that was set before stays
    #[arg(long, conflicts_with = "due")]
    no_due: bool,
    /// Take a name that nobody is known by without asking
    #[arg(long, short)]
    yes: bool,
    /// A note on it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Who writes, where keys of several people are on this machine
    #[arg(long = "as", value_name = "NAME")]
    writer: Option<String>,
}

#[derive(Serialize)]
struct Report {
    on: ThingKind,
    id: ObjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned: Option<Assignment>,
    /// Who looked after it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Assignment>,
}

/// Says that nobody is known by a name: no key has it, and nothing is assigned to it.
fn unknown(ledger: &Ledger, typed: &str) -> anyhow::Result<Option<Failure>> {
    let (name, is_key) = people::whole_name(ledger, typed)?;
    let pages = Desk::of(ledger).pages()?;
    let assigned = |page: &Page| Some(page.assigned.as_ref()?.to.clone());
    let mut known: BTreeSet<String> = pages.all().filter_map(assigned).collect();
    if is_key || known.contains(&name) {
        return Ok(None);
    }
    let keys = people::all(ledger)?.into_iter().map(|person| person.name);
    known.extend(keys.map(|key| key.rsplit('/').next().unwrap_or(&key).to_owned()));
    let hint = "--yes takes it as a plain name; `factlog key list` shows whose keys may sign here";
    let hint = match near::nearest(&name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}? {hint}"),
        None => hint.to_owned(),
    };
    let message =
        format!("no key that may sign here has the name {name}, and nothing is assigned to it");
    Ok(Some(Failure::new(Status::NotFound, message).hint(hint)))
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let noted = args.note.as_deref().map(note::checked).transpose()?;
    let find = || context.read_claims(|ledger, proposals| find(ledger, proposals, &args.what));
    let (mut ledger, mut named) = find()?;
    if let Some(name) = args.name.as_deref().filter(|_| !args.yes)
        && let Some(doubt) = unknown(&ledger, name)?
    {
        drop(ledger);
        if !context.can_ask() {
            return Err(doubt.into());
        }
        if prompt::choose(
            &format!("{doubt}. Assign it nevertheless? [y,n] "),
            &['y', 'n'],
        )? != Some('y')
        {
            context.say("nothing was assigned");
            return Ok(Status::Failed);
        }
        (ledger, named) = find()?;
    }
    let Named {
        thing,
        source,
        words,
        ..
    } = named;
    let by = people::writer(context, &ledger, args.writer.as_deref())?;
    let at = context.now()?;
    let to = args.name.as_deref();
    let to = to
        .map(|name| people::whole_name(&ledger, name))
        .transpose()?;
    let desk = Desk::of(&ledger);
    let mut page = desk.page(thing, source)?;
    let before = page.assigned.take();
    if to.is_none() && before.is_none() {
        return Err(
            Failure::new(Status::Failed, format!("{words} was assigned to nobody"))
                .hint("`factlog queue --all` lists what is assigned")
                .into(),
        );
    }
    if let Some((to, _)) = &to {
        page.assigned = Some(Assignment {
            to: to.clone(),
            by: by.clone(),
            at,
            due: args
                .due
                .or_else(|| before.as_ref()?.due.filter(|_| !args.no_due)),
        });
    }
    if let Some(assigned) = page.assigned.as_ref().filter(|new| new.is_overdue(at)) {
        context.warn(&format!(
            "what it is due by has passed: {}",
            assigned.words()
        ));
    }
    page.notes
        .extend(noted.map(|text| DeskNote { by, at, text }));
    desk.save(&page)?;
    drop(ledger);
    if let Some((to, false)) = &to {
        context.warn(&format!(
            "no key that may sign here has the name {to}: it is kept as a plain name, and \
             `factlog queue --for` takes it"
        ));
    }
    let was = before
        .as_ref()
        .filter(|before| to.as_ref().is_none_or(|(to, _)| *to != before.to));
    let was = was.map_or_else(String::new, |before| format!("; before, to {}", before.to));
    let now = match &page.assigned {
        Some(assigned) => assigned.words(),
        None => "assigned to nobody".to_owned(),
    };
    context.say(&format!(
        "{words}: {}{}",
        screen::one_line(&now),
        screen::one_line(&was)
    ));
    if context.global.json {
        json_out::print(&Report {
            on: thing.kind,
            id: thing.id,
            assigned: page.assigned,
            before,
        })?;
    }
    Ok(Status::Done)
}
