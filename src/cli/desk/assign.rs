//! `factlog assign`: who looks after a source, a claim or a verdict.

use factlog::words::id::ObjectId;
use factlog::words::time::DayOrTime;
use serde::Serialize;

use super::{Assignment, Desk, DeskNote, Named, ThingKind, find, note, people};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::screen;

/// Say who looks after a source, a claim or a verdict
///
/// It is the desk's own word: not signed, kept beside the ledger, and in no export. `factlog queue`
/// lists it to whom it is assigned, `factlog claims` and `factlog show` say it. A thing has one who
/// looks after it: another one takes their place.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog assign 3 bob               the third claim of `factlog claims`
  factlog assign 1a2b3c4d bob --due 2026-12-01 --note \"Ask the registry.\"
  factlog assign 5f3a9c12 carol      a verdict, to be approved
  factlog assign 3 --none            nobody any more

Exit status: 0 done; 3 no such thing, or the name fits several.")]
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

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let noted = args.note.as_deref().map(note::checked).transpose()?;
    let (ledger, named) =
        context.read_claims(|ledger, proposals| find(ledger, proposals, &args.what))?;
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
            due: args.due,
        });
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
