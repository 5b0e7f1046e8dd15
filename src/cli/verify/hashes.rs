//! `factlog verify --hashes-only`: whether a copy's entries are those that its checkpoint states.

use std::io::Write as _;

use factlog::mirror;
use factlog::mirror::TreeError;
use factlog::trust::checkpoint;
use factlog::trust::merkle::TreeHead;
use factlog::trust::{KeyName, SignedNote};
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::copies::Place;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::progress;
use crate::cli::screen::{self, BAD, GOOD, STRONG};
use crate::cli::stdout;

/// What was not looked at.
const CLOSING: &str = "Hashes alone: no signature, no object and nothing that an entry says was looked \
     at. factlog verify without --hashes-only does that.";

#[derive(Serialize)]
struct Output {
    /// Whose log the checkpoint says it is of, unverified.
    origin: KeyName,
    /// What the checkpoint states.
    checkpoint: TreeHead,
    /// What the entries hash to; absent where they have no tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<TreeHead>,
    /// Why they have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    same: bool,
    closing: &'static str,
}

/// Hashes the entries of a copy, and compares their tree with what the checkpoint states.
pub(super) fn run(named: &str, threads: usize, context: &Context) -> anyhow::Result<Status> {
    let place = Place::of(named)?;
    place.refuse_nothing(named)?;
    let copy = mirror::Copy::open(&place)?;
    let Some(bytes) = &copy.checkpoint else {
        let message = format!("there is no checkpoint in {named}");
        return Err(Failure::new(Status::NotFound, message)
            .hint("`factlog publish DIR` writes one; `factlog verify DIR` says what else is wrong")
            .into());
    };
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = format!("the checkpoint in {named} can't be read: {error}");
        Failure::new(Status::Failed, message)
    };
    let note = SignedNote::parse(bytes).map_err(|error| unreadable(&error))?;
    let stated = checkpoint::stated(note.text()).and_then(|(origin, head)| {
        checkpoint::check_bounds(bytes.len(), head.size)?;
        Ok((origin, head))
    });
    let (origin, stated) = stated.map_err(|error| unreadable(&error))?;

    let bar = progress::entries("hashing", stated.size, context);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let hashed = pool
        .build()?
        .install(|| copy.tree_head(Some(&|done, _| bar.set_position(done))));
    bar.finish_and_clear();
    let (entries, fault) = match hashed {
        Ok(head) => (Some(head), None),
        // Nothing was found out where a file or an address can't be read at all.
        Err(TreeError::File(error)) => return Err(error.into()),
        Err(error) => (None, Some(format!("{:#}", anyhow::Error::new(error)))),
    };
    let output = Output {
        same: entries == Some(stated),
        origin,
        checkpoint: stated,
        entries,
        fault,
        closing: CLOSING,
    };
    if context.global.json {
        json_out::print(&output)?;
    } else if !context.global.quiet || !output.same {
        print(&output)?;
    }
    Ok(if output.same {
        Status::Done
    } else {
        Status::Failed
    })
}

fn print(output: &Output) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    let TreeHead { size, root } = output.checkpoint;
    let (style, mark, line) = match (&output.fault, &output.entries) {
        (Some(fault), _) => (BAD, "✗", format!("entries: {fault}")),
        (None, Some(found)) if !output.same => (
            BAD,
            "✗",
            format!(
                "tree: the entries hash to {}, and the checkpoint of {} states {root} ({size} entries)",
                found.root, output.origin
            ),
        ),
        _ => (
            GOOD,
            "✓",
            format!(
                "tree: {size} entries hash to the root in the checkpoint of {}, {root}",
                output.origin
            ),
        ),
    };
    let line = screen::one_line(&line);
    writeln!(out, "{} {line}", screen::styled(style, mark))?;
    let closing = screen::wrap(output.closing, screen::columns(), "");
    writeln!(out, "\n{}", screen::styled(STRONG, &closing))?;
    Ok(())
}
