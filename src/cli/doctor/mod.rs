//! `factlog doctor`: what is wrong with this set-up, and how to mend it.
//!
//! Nothing is written, and nothing is fetched. Of the ledger's files, journal and head are compared;
//! whether what they hold is right says `factlog verify`.

mod beside;
mod ledger;
mod place;

use std::io::Write as _;

use serde::Serialize;

use super::context::Context;
use super::exit::Status;
use super::json_out;
use super::screen::{self, BAD, GOOD, WARN};
use super::stdout;

/// Say what is wrong with this set-up, and how to mend it
///
/// Looks at the folder of keys and its permissions, settings, keys and the ssh-agent, the ledger with
/// its lock, journal, head and database, the disk, the clock, editor, pager and terminal, and the
/// folder that is published to. A line a check: ✓ well, ! worth a look, ✗ wrong; with what to do.
/// Nothing is changed and nothing is fetched.
#[derive(clap::Args)]
#[command(after_help = "\
Exit status 0 where nothing is wrong, 1 where something is.

Examples:
  factlog doctor
  factlog doctor --json")]
pub(crate) struct Args {}

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    /// Nothing to do.
    Well,
    /// Something may be meant otherwise.
    Look,
    /// Something does not work, or is not safe.
    Wrong,
}

/// What one check says.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    health: Health,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Check {
    fn well(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            health: Health::Well,
            text: text.into(),
            remedy: None,
        }
    }

    fn look(name: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            health: Health::Look,
            remedy: Some(remedy.into()),
            ..Self::well(name, text)
        }
    }

    fn wrong(name: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            health: Health::Wrong,
            remedy: Some(remedy.into()),
            ..Self::well(name, text)
        }
    }
}

/// What `doctor --json` prints.
#[derive(Serialize)]
struct Output {
    healthy: bool,
    checks: Vec<Check>,
}

pub(crate) fn run(_: &Args, context: &Context) -> anyhow::Result<Status> {
    let mut checks = place::checks(context);
    checks.extend(ledger::checks(context));
    checks.extend(place::around(context));
    let healthy = checks.iter().all(|check| check.health != Health::Wrong);
    let status = if healthy {
        Status::Done
    } else {
        Status::Failed
    };
    if context.global.json {
        json_out::print(&Output { healthy, checks })?;
        return Ok(status);
    }
    let columns = screen::columns();
    let mut out = stdout::styled();
    for check in &checks {
        let mark = match check.health {
            Health::Well => screen::styled(GOOD, "✓"),
            Health::Look => screen::styled(WARN, "!"),
            Health::Wrong => screen::styled(BAD, "✗"),
        };
        let text = screen::one_line(&format!("{}: {}", check.name, check.text));
        let text = screen::wrap(&text, columns, "  ");
        writeln!(out, "{mark} {}", text.trim_start())?;
        if let Some(remedy) = &check.remedy {
            let remedy = screen::wrap(&screen::one_line(remedy), columns, "    ");
            writeln!(out, "{remedy}")?;
        }
    }
    Ok(status)
}
