//! `factlog note`: the desk's own words on a source, a claim or a verdict.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use anyhow::Context as _;
use factlog::words::id::ObjectId;
use serde::Serialize;

use super::{Desk, DeskNote, Named, ThingKind, find, people};
use crate::cli::context::Context;
use crate::cli::drafts::{Drafts, FORM};
use crate::cli::editor;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::screen;
use crate::cli::waiting;

/// A note has at most so many bytes.
const LONGEST_NOTE: usize = 16 * 1024;

/// Note something on a source, a claim or a verdict
///
/// It is the desk's own word: not signed, kept beside the ledger, and in no export. `factlog show`
/// shows it. What is erased takes its notes with it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog note 3 \"The registry answers on Tuesday.\"
  factlog note 1a2b3c4d                    in your editor, or from a pipe
  factlog note 3 --remove 2                the second note, as `show` numbers

Exit status: 0 done; 1 the note is empty; 3 no such thing.")]
pub(crate) struct Args {
    /// On what: a claim's number, or the beginning of the id of a source, a claim or a verdict
    what: String,
    /// The note; without it, from $EDITOR at a terminal, else from standard input
    text: Option<String>,
    /// Take away the note with this number in `factlog show`
    #[arg(long, value_name = "N", conflicts_with = "text")]
    remove: Option<usize>,
    /// Who writes, where keys of several people are on this machine
    #[arg(long = "as", value_name = "NAME")]
    writer: Option<String>,
}

#[derive(Serialize)]
struct Report {
    on: ThingKind,
    id: ObjectId,
    notes: Vec<DeskNote>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let given = args.text.as_deref().map(checked).transpose()?;
    let find = || context.read_claims(|ledger, proposals| find(ledger, proposals, &args.what));
    let (mut ledger, mut named) = find()?;
    let by = people::writer(context, &ledger, args.writer.as_deref())?;
    let text = match (given, args.remove) {
        (Some(text), _) => Some(Written { text, form: None }),
        (None, Some(_)) => None,
        (None, None) => {
            let drafts = Drafts::of(ledger.folder());
            drop(ledger);
            let text = written(context, &drafts, &named)?;
            // The claim may have been recorded meanwhile.
            (ledger, named) = find()?;
            Some(text)
        }
    };
    let at = context.now()?;
    let desk = Desk::of(&ledger);
    let mut page = desk.page(named.thing, named.source)?;
    let done = match (text, args.remove) {
        (Some(Written { text, form }), _) => {
            page.notes.push(DeskNote { by, at, text });
            desk.save(&page)?;
            if let Some(form) = form {
                let _ = fs::remove_file(form);
            }
            "noted on"
        }
        (None, number) => {
            remove(&mut page.notes, number.unwrap_or_default(), &named.words)?;
            desk.save(&page)?;
            "a note is gone from"
        }
    };
    drop(ledger);
    context.say(&format!("{done} {}", named.words));
    if context.global.json {
        json_out::print(&Report {
            on: named.thing.kind,
            id: named.thing.id,
            notes: page.notes,
        })?;
    }
    Ok(Status::Done)
}

fn remove(notes: &mut Vec<DeskNote>, number: usize, words: &str) -> Result<(), Failure> {
    if (1..=notes.len()).contains(&number) {
        notes.remove(number - 1);
        return Ok(());
    }
    let there = screen::counted(notes.len() as u64, "note", "notes");
    Err(Failure::new(
        Status::NotFound,
        format!("there is no note {number} on {words}: it has {there}"),
    )
    .hint("`factlog show` numbers them from 1"))
}

/// Returns a note as it is kept.
///
/// # Errors
/// It says nothing, or too much.
pub(super) fn checked(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::new(
            Status::Failed,
            "the note is empty: nothing was noted",
        ));
    }
    if text.len() > LONGEST_NOTE {
        return Err(Failure::new(
            Status::Usage,
            format!(
                "the note has {} bytes, and at most {LONGEST_NOTE} are kept",
                text.len()
            ),
        )
        .hint("keep long texts in a file, and note where it is"));
    }
    Ok(text.to_owned())
}

/// A note, and the form that it was written in, which is kept until the note is.
struct Written {
    text: String,
    form: Option<PathBuf>,
}

/// Reads a note from a pipe, else has it written in the editor.
fn written(context: &Context, drafts: &Drafts, named: &Named) -> anyhow::Result<Written> {
    if !io::stdin().is_terminal() {
        waiting::for_input(context);
        let mut bytes = Vec::new();
        let most = LONGEST_NOTE as u64 + 1;
        let read = io::stdin().lock().take(most).read_to_end(&mut bytes);
        read.context("reading the note from standard input")?;
        let text = checked(&String::from_utf8_lossy(&bytes))?;
        return Ok(Written { text, form: None });
    }
    let path = drafts.note_form(&named.thing.id.to_string()[..16]);
    if !path.exists() {
        let about = screen::one_line(&named.words);
        let form = format!("\n# A note on {about}.\n# Lines that begin with # are left out.\n");
        drafts.replace(&path, form.as_bytes())?;
    }
    editor::edit(context, &path)?;
    let form = FORM.bytes(&path)?.unwrap_or_default();
    let form = String::from_utf8_lossy(&form).into_owned();
    let lines = form.lines().filter(|line| !line.starts_with('#'));
    let text = checked(&lines.collect::<Vec<_>>().join("\n"));
    if text
        .as_ref()
        .is_err_and(|error| error.status == Status::Failed)
    {
        let _ = fs::remove_file(&path);
    }
    Ok(Written {
        text: text?,
        form: Some(path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_something_and_not_too_much() {
        assert_eq!(checked("  call them\n").expect("a note"), "call them");
        assert!(checked(" \n\t").is_err());
        assert!(checked(&"x".repeat(LONGEST_NOTE)).is_ok());
        assert!(checked(&"x".repeat(LONGEST_NOTE + 1)).is_err());
    }
}
