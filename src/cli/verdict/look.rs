//! The last look before a signature: what will be signed, in words, and on demand to the byte.

use std::collections::BTreeSet;
use std::io::Write as _;

use factlog::entry::Body;
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::id::SourceId;
use factlog::words::object;
use factlog::words::policy::Policy;
use factlog::words::source::Meta;
use factlog::words::verdict::VerdictChange;

use super::build::{self, Fresh, Judgement, Ready, Resolved, TakenSources, Target};
use super::form::{change_words, stance_name};
use super::remarks;
use super::uncited::Uncited;
use crate::cli::claim_list::ClaimLine;
use crate::cli::desk::conflicts::{self, Asked};
use crate::cli::says;
use crate::cli::screen::{self, STRONG};
use crate::cli::sources;

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

/// What a person is shown of a judgement that was looked up, before anything is signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outline {
    /// Of each piece of evidence what it is called, and its quote as the source has it.
    evidence: Vec<(String, Option<String>)>,
    /// How many sources it rests on.
    pub(super) sources: u64,
    /// What the verdict that is replaced cited, where this one cites nothing.
    pub(super) uncited: Option<Uncited>,
    /// What the author has a stake in, as the desk knows, and does not declare.
    pub(super) undeclared: Vec<String>,
    /// Whether it answers, as the desk has every verdict do, that there are no conflicts of interest.
    has_no_conflicts: bool,
    change: Option<VerdictChange>,
    /// What is signed beside it.
    beside: Vec<String>,
    /// What it leaves as it is, or changes, of other verdicts, and what it rests on, where that may not
    /// be meant.
    pub(super) remarks: Vec<String>,
}

impl Outline {
    pub(super) fn of(
        ledger: &Ledger,
        line: &ClaimLine,
        author: &VerifierKey,
        resolved: &Resolved,
        judgement: &Judgement,
        taken: &TakenSources,
    ) -> anyhow::Result<Self> {
        let mut evidence = Vec::new();
        let mut sources = BTreeSet::new();
        let mut cited = BTreeSet::new();
        let mut beside = Vec::new();
        if let Target::Proposed(_) = resolved.claim() {
            beside.push("the claim".to_owned());
        }
        for piece in &resolved.evidence {
            let what = match &piece.source {
                Some(source) if build::is_id(&piece.request.what) => called(ledger, source)?,
                _ => piece.request.what.clone(),
            };
            let key = match &piece.source {
                Some(source) => source.to_string(),
                None => Fresh::key(&taken[&build::name_of(&piece.request)]),
            };
            cited.insert(piece.source);
            if sources.insert(key) && piece.source.is_none() {
                beside.push(format!("the source {what}"));
            }
            let quote = piece.quote.as_ref().map(|quote| quote.exact.clone());
            evidence.push((what, quote));
        }
        Ok(Self {
            evidence,
            sources: sources.len() as u64,
            uncited: Uncited::of(ledger, resolved, judgement)?,
            undeclared: resolved.undeclared.clone(),
            has_no_conflicts: judgement.declares
                && judgement.conflicts.is_empty()
                && conflicts::asked(ledger)? == Asked::Declare,
            change: resolved.change(),
            remarks: remarks::of(ledger, line, author, resolved, &cited)?,
            beside,
        })
    }
}

/// Returns a source's title with the beginning of its id.
fn called(ledger: &Ledger, source: &SourceId) -> anyhow::Result<String> {
    let short = ledger.short(&source.0)?;
    let record = ledger.entry(&source.entry())?;
    let meta: Option<Meta> = match record.entry.body() {
        Body::Source(entry) => says::readable(ledger, &entry.meta)?,
        _ => None,
    };
    Ok(match meta {
        Some(meta) => {
            let text = ledger.text_of(source).ok().flatten();
            format!("{} ({short})", sources::label(&meta, text.as_deref()))
        }
        None => short,
    })
}

/// Shows a verdict in words, and what will be signed beside it.
pub(super) fn show(
    line: &ClaimLine,
    policy: &Policy,
    judgement: &Judgement,
    outline: &Outline,
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
    if outline.has_no_conflicts {
        say("conflicts", "none")?;
    }
    for interest in &outline.undeclared {
        say("interest", interest)?;
    }
    for (request, (what, quote)) in judgement.evidence.iter().zip(&outline.evidence) {
        let mut text = what.clone();
        if request.primary {
            text.push_str(" (primary)");
        }
        if let Some(quote) = quote {
            text = format!("{text}: “{quote}”");
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
    if let Some(uncited) = outline.uncited {
        say("evidence", &uncited.to_string())?;
    }
    if let Some(older) = &judgement.supersedes {
        let change = outline.change.map(change_words);
        let change = change.map_or_else(String::new, |change| format!(", {change}"));
        say("supersedes", &format!("{older}{change}"))?;
    }
    if let Some(reason) = &judgement.reason {
        say("reason", reason)?;
    }
    if !outline.beside.is_empty() {
        say(
            "with it",
            &format!("you sign {}", outline.beside.join(", ")),
        )?;
    }
    writeln!(err)?;
    Ok(())
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
