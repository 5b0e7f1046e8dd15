//! Printing what waits for a person: what it is, what there is to know, the command to type.

use std::io::Write as _;

use super::{GroupName, Item, Queue};
use crate::cli::context::Context;
use crate::cli::screen::{self, BAD, FAINT, STRONG};
use crate::cli::stdout;

/// What stands before a thing's words.
const INDENT: &str = "  ";

/// What stands before what there is to know of it.
const FURTHER: &str = "    ";

/// Prints all groups.
pub(super) fn print(context: &Context, queue: &Queue) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    let columns = screen::columns();
    for (n, group) in queue.groups.iter().enumerate() {
        if n > 0 {
            writeln!(out)?;
        }
        let title = format!("{} ({})", group.name.title(), group.count);
        writeln!(out, "{}", screen::styled(STRONG, &title))?;
        for item in &group.items {
            for line in lines(item, group.name, columns) {
                writeln!(out, "{line}")?;
            }
        }
        let more = group.count - group.items.len() as u64;
        if more > 0 {
            let text = format!("{INDENT}and {more} more: --limit {}", group.count);
            writeln!(out, "{}", screen::styled(FAINT, &text))?;
        }
    }
    out.flush()?;
    say_rest(context, queue);
    Ok(())
}

fn lines(item: &Item, group: GroupName, columns: usize) -> Vec<String> {
    let mut lines = vec![screen::wrap(&screen::one_line(&item.text), columns, INDENT)];
    let mut about = Vec::new();
    about.extend(
        Some(&item.about)
            .filter(|about| !about.is_empty())
            .map(String::as_str),
    );
    if item.own && !matches!(group, GroupName::Assigned | GroupName::Waiting) {
        about.push("yours");
    }
    if !about.is_empty() {
        let about = screen::wrap(&screen::one_line(&about.join(" · ")), columns, FURTHER);
        let style = if item.overdue { BAD } else { FAINT };
        lines.push(screen::styled(style, &about));
    }
    for worthy in &item.worthiest {
        let text = format!("{:.2}  {}", worthy.score, screen::one_line(&worthy.text));
        let wrapped = screen::wrap(&text, columns, &format!("{FURTHER}      "));
        lines.push(format!("{FURTHER}{}", wrapped.trim_start()));
    }
    lines.push(format!("{FURTHER}{}", screen::one_line(&item.command)));
    lines
}

/// Says that nothing waits, and how far was looked.
fn say_rest(context: &Context, queue: &Queue) {
    if queue.groups.is_empty() {
        let whom = if queue.whom.is_empty() {
            "anybody".to_owned()
        } else {
            queue.whom.join(", ")
        };
        context.say(&format!("nothing waits for {whom}"));
    }
    let looked = queue.looked;
    if looked.sources < looked.of_sources {
        context.say(&format!(
            "claims to review were looked for in the latest {} of {} sources; `factlog claims SOURCE` \
             lists those of another",
            looked.sources, looked.of_sources
        ));
    }
    if looked.verdicts < looked.of_verdicts && !queue.groups.is_empty() {
        context.say(&format!(
            "evidence and conflicts were looked at in the latest {} of {} verdicts",
            looked.verdicts, looked.of_verdicts
        ));
    }
}
