//! The last look before a signature: exactly what will be signed.

use std::io::Write as _;

use factlog::words::object;
use factlog::words::policy::Policy;

use super::build::{Judgement, Ready};
use super::form::stance_name;
use crate::cli::claim_list::ClaimLine;
use crate::cli::screen::{self, FAINT, STRONG};

/// Returns the number and the beginning of the id by which a person can name a claim.
pub(super) fn named(line: &ClaimLine) -> String {
    let id = &line.id[..8];
    line.number.map_or_else(
        || format!("claim {id}"),
        |number| format!("claim {number}, {id}"),
    )
}

/// Shows a verdict in words, then its object and its entry as they will be signed.
pub(crate) fn show(
    line: &ClaimLine,
    policy: &Policy,
    judgement: &Judgement,
    ready: &Ready,
) -> anyhow::Result<()> {
    let columns = screen::columns();
    let mut err = anstream::stderr().lock();
    let mut say = |name: &str, text: &str| {
        let text = screen::wrap(text, columns, "              ");
        writeln!(err, "  {name:<11} {}", text.trim_start())
    };
    let label = policy.rating(&judgement.rating);
    let label = label.map_or_else(String::new, |rating| format!(": {}", rating.definition));
    say(
        "claim",
        &format!("{} ({})", screen::one_line(&line.claim.text), named(line)),
    )?;
    say("said by", &line.who())?;
    say(
        "rating",
        &format!("{}{}", judgement.rating, screen::one_line(&label)),
    )?;
    say("summary", &judgement.summary)?;
    for (request, evidence) in judgement.evidence.iter().zip(&ready.verdict.evidence) {
        let mut text = request.what.clone();
        if request.primary {
            text.push_str(" (primary)");
        }
        if let Some(quote) = &evidence.quote {
            text = format!("{text}: “{}”", quote.exact);
        }
        say(stance_name(request.stance), &screen::one_line(&text))?;
    }
    if let Some(older) = &judgement.supersedes {
        say("supersedes", older)?;
    }
    if let Some(reason) = &judgement.reason {
        say("reason", reason)?;
    }
    let bytes = object::to_bytes(&ready.verdict)?;
    let value: serde_json::Value = serde_json::from_slice(&bytes)?;
    writeln!(
        err,
        "{}",
        screen::styled(STRONG, "\nThe verdict, as it will be kept:")
    )?;
    writeln!(
        err,
        "{}",
        screen::visible(&serde_json::to_string_pretty(&value)?)
    )?;
    let before = ready.signer.pending.entries.len();
    writeln!(
        err,
        "{}",
        screen::styled(STRONG, "\nThe entry that you sign:")
    )?;
    write!(err, "{}", screen::visible(&ready.draft.text()?))?;
    if before > 0 {
        let kinds: Vec<&str> = ready
            .signer
            .pending
            .entries
            .iter()
            .map(|entry| entry.kind().as_str())
            .collect();
        let note = format!("before it, recorded by you as well: {}", kinds.join(", "));
        writeln!(err, "{}", screen::styled(FAINT, &note))?;
    }
    writeln!(err)?;
    Ok(())
}
