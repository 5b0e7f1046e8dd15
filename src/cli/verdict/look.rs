//! The last look before a signature: what will be signed, in words, and on demand to the byte.

use std::io::Write as _;

use factlog::words::object;
use factlog::words::policy::Policy;

use super::build::{Judgement, Ready};
use super::form::{change_words, stance_name};
use crate::cli::claim_list::ClaimLine;
use crate::cli::screen::{self, STRONG};

/// A rationale is shown as far as this; the signed text has all of it.
const RATIONALE: usize = 400;

/// Returns the number and the beginning of the id by which a person can name a claim.
pub(super) fn named(line: &ClaimLine) -> String {
    let id = &line.id[..8];
    line.number.map_or_else(
        || format!("claim {id}"),
        |number| format!("claim {number}, {id}"),
    )
}

/// Shows a verdict in words, and what will be signed beside it.
pub(super) fn show(
    line: &ClaimLine,
    policy: &Policy,
    judgement: &Judgement,
    ready: &Ready,
) -> anyhow::Result<()> {
    let columns = screen::columns();
    let mut err = anstream::stderr().lock();
    let mut say = |name: &str, text: &str| {
        let text = screen::wrap(&screen::one_line(text), columns, "              ");
        writeln!(err, "  {name:<11} {}", text.trim_start())
    };
    say("claim", &format!("{} ({})", line.claim.text, named(line)))?;
    say("said by", &line.who())?;
    let rating = policy.rating(&judgement.rating).map_or_else(
        || judgement.rating.to_string(),
        |rating| {
            format!(
                "{} ({}): {}",
                rating.label(),
                rating.code,
                rating.definition
            )
        },
    );
    say("rating", &rating)?;
    say("summary", &judgement.summary)?;
    if let Some(rationale) = &judgement.rationale {
        say("rationale", &screen::cut(rationale, RATIONALE))?;
    }
    for conflict in &judgement.conflicts {
        say("conflict", conflict)?;
    }
    for interest in &ready.undeclared {
        say("interest", interest)?;
    }
    for (request, evidence) in judgement.evidence.iter().zip(&ready.verdict.evidence) {
        let mut text = said_of(&request.what);
        if request.primary {
            text.push_str(" (primary)");
        }
        if let Some(quote) = &evidence.quote {
            text = format!("{text}: “{}”", quote.exact);
        }
        let details = [
            ("at", &request.locator),
            ("note:", &request.note),
            ("no copy:", &request.unavailable),
        ];
        for (name, value) in details {
            if let Some(value) = value {
                text = format!("{text}; {name} {value}");
            }
        }
        say(stance_name(request.stance), &text)?;
    }
    if let Some(uncited) = ready.uncited {
        say("evidence", &uncited.to_string())?;
    }
    if let Some(older) = &judgement.supersedes {
        let change = ready.change().map(change_words);
        let change = change.map_or_else(String::new, |change| format!(", {change}"));
        say("supersedes", &format!("{older}{change}"))?;
    }
    if let Some(reason) = &judgement.reason {
        say("reason", reason)?;
    }
    let beside = beside(judgement, ready);
    if !beside.is_empty() {
        say("with it", &format!("you sign {}", beside.join(", ")))?;
    }
    writeln!(err)?;
    Ok(())
}

/// Returns what evidence is named with, of a whole id its beginning.
fn said_of(what: &str) -> String {
    if what.len() == 64 && super::is_id(what) {
        return what[..12].to_owned();
    }
    what.to_owned()
}

/// Names what is signed beside the verdict: the claim, sources that are new.
fn beside(judgement: &Judgement, ready: &Ready) -> Vec<String> {
    let claim = ready.claim_is_new().then(|| "the claim".to_owned());
    let sources = ready.new_sources.iter().map(|source| {
        let pieces = ready.verdict.evidence.iter().zip(&judgement.evidence);
        let mut pieces = pieces.filter(|(piece, _)| piece.source == *source);
        let what = pieces
            .next()
            .map_or_else(String::new, |(_, request)| said_of(&request.what));
        format!("the source {what}")
    });
    claim.into_iter().chain(sources).collect()
}

/// Shows the verdict's object and its entry as they will be signed.
pub(super) fn show_signed(ready: &Ready) -> anyhow::Result<()> {
    let mut err = anstream::stderr().lock();
    let bytes = object::to_bytes(&ready.verdict)?;
    let value: serde_json::Value = serde_json::from_slice(&bytes)?;
    let title = |text: &str| screen::styled(STRONG, text);
    writeln!(err, "{}", title("\nThe verdict, as it will be kept:"))?;
    let verdict = serde_json::to_string_pretty(&value)?;
    writeln!(err, "{}", screen::visible(&verdict))?;
    for entry in &ready.signer.pending.entries {
        let signed = String::from_utf8_lossy(entry.bytes());
        let kind = entry.kind();
        writeln!(err, "{}", title(&format!("\nSigned with it, the {kind}:")))?;
        write!(err, "{}", screen::visible(&signed))?;
    }
    writeln!(err, "{}", title("\nThe entry that you sign:"))?;
    writeln!(err, "{}", screen::visible(&ready.draft.text()?))?;
    Ok(())
}
