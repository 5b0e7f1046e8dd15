//! What became of claims, for a person and as JSON.

use std::io;

use factlog::anchor::{Beside, Candidate, Side, State};
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, SourceId};
use factlog::words::span::Span;
use serde::Serialize;

use super::gather::{Anchored, Case};
use super::word_diff;
use crate::cli::context::Context;
use crate::cli::exit::Status;
use crate::cli::json_out;
use crate::cli::record::EntryLine;
use crate::cli::screen::{self, FAINT, GOOD, WARN};
use crate::cli::stdout;

#[derive(Serialize)]
struct Report {
    claims: Vec<Line>,
    entries: Vec<EntryLine>,
    /// How many wait for a person, after what was recorded now.
    waiting: usize,
}

#[derive(Serialize)]
struct Line {
    claim: ClaimId,
    state: State,
    older: SourceId,
    newer: SourceId,
    author: String,
    text: String,
    /// The sentence in the older version.
    sentence: String,
    /// Where it is, or may be, in the newer one.
    places: Vec<Place>,
    recorded: bool,
}

#[derive(Serialize)]
struct Place {
    start: usize,
    end: usize,
    /// The claim's own words there.
    quote: String,
    sentence: String,
    lost: Vec<&'static str>,
    beside: Vec<Neighbours>,
}

/// What stands on one side of the sentence, where that is something else than in the older version.
#[derive(Serialize)]
struct Neighbours {
    side: &'static str,
    /// The sentences that stood there, and are gone.
    gone: Vec<String>,
    /// The sentences that stand there now.
    came: Vec<String>,
}

/// Prints what became of each, and returns whether something waits.
pub(super) fn answer(
    context: &Context,
    found: &[Anchored],
    recorded: &[ClaimId],
    entries: Vec<EntryLine>,
) -> anyhow::Result<Status> {
    let is_recorded = |there: &Anchored| recorded.contains(&there.case.id);
    let waiting = found.iter().filter(|there| !is_recorded(there)).count();
    if context.global.json {
        let lines = found.iter().map(|there| line(there, is_recorded(there)));
        json_out::print(&Report {
            claims: lines.collect(),
            entries,
            waiting,
        })?;
    } else {
        let mut out = stdout::styled();
        for there in found {
            print(&mut out, there, is_recorded(there))?;
        }
        if !recorded.is_empty() {
            context.say(&format!(
                "{} for the newer version",
                screen::counted(recorded.len() as u64, "claim recorded", "claims recorded")
            ));
        }
    }
    Ok(if waiting > 0 {
        Status::Incomplete
    } else {
        Status::Done
    })
}

fn line(there: &Anchored, recorded: bool) -> Line {
    let case = &there.case;
    let place = |candidate: &Candidate| Place {
        start: candidate.claim.quote.bytes.start(),
        end: candidate.claim.quote.bytes.end(),
        quote: candidate.claim.quote.exact.clone(),
        sentence: candidate
            .sentence
            .of(&case.new)
            .unwrap_or_default()
            .to_owned(),
        lost: candidate.lost.clone(),
        beside: candidate
            .beside
            .iter()
            .map(|beside| neighbours(case, beside))
            .collect(),
    };
    Line {
        claim: case.id,
        state: there.state(),
        older: case.older,
        newer: case.newer,
        author: case.by.name().to_string(),
        text: case.claim.text.clone(),
        sentence: there
            .found
            .sentence
            .of(&case.old)
            .unwrap_or_default()
            .to_owned(),
        places: there.found.candidates.iter().map(place).collect(),
        recorded,
    }
}

fn neighbours(case: &Case, beside: &Beside) -> Neighbours {
    let words = |text: &str, spans: &[Span]| {
        let words = spans.iter().map(|span| span.of(text).unwrap_or_default());
        words.map(str::to_owned).collect()
    };
    Neighbours {
        side: match beside.side {
            Side::Before => "before",
            Side::After => "after",
        },
        gone: words(&case.old, &beside.gone),
        came: words(&case.new, &beside.came),
    }
}

/// Prints a case: its state, the claim, and what changed in its sentence.
fn print(out: &mut impl io::Write, there: &Anchored, recorded: bool) -> io::Result<()> {
    let style = if there.is_sure() { GOOD } else { WARN };
    let done = if recorded { "  recorded" } else { "" };
    writeln!(
        out,
        "{}  {}{done}",
        screen::styled(FAINT, &there.case.short),
        screen::styled(style, there.state().as_str()),
    )?;
    let columns = screen::columns();
    let claim = screen::one_line(&there.case.claim.text);
    writeln!(out, "{}", screen::wrap(&claim, columns, "  "))?;
    let lines = if there.is_sure() {
        changed_beside(there)
    } else {
        changes(there)
    };
    for text in lines {
        writeln!(out, "{}", screen::wrap(&text, columns, "    "))?;
    }
    Ok(())
}

/// Says what is beside a sentence that was kept, where that is something else than before.
pub(super) fn changed_beside(there: &Anchored) -> Vec<String> {
    let candidates = there.found.candidates.iter();
    candidates
        .flat_map(|candidate| beside(&there.case, candidate))
        .collect()
}

fn beside(case: &Case, candidate: &Candidate) -> Vec<String> {
    let words = |text: &str, spans: &[Span]| {
        let words = spans.iter().map(|span| span.of(text).unwrap_or_default());
        words.collect::<Vec<_>>().join(" ")
    };
    let line = |beside: &Beside| {
        let side = match beside.side {
            Side::Before => "before it",
            Side::After => "after it",
        };
        let before = words(&case.old, &beside.gone);
        let now = words(&case.new, &beside.came);
        format!("{side}: {}", word_diff(&before, &now))
    };
    candidate.beside.iter().map(line).collect()
}

/// Says, a line a place, what the newer version has in the place of a claim's sentence.
pub(super) fn changes(there: &Anchored) -> Vec<String> {
    let case = &there.case;
    let old = there.found.sentence.of(&case.old).unwrap_or_default();
    let candidates = &there.found.candidates;
    if candidates.is_empty() {
        return vec![format!(
            "not in the newer version: “{}”",
            screen::one_line(old)
        )];
    }
    let mut lines = Vec::new();
    for (n, candidate) in candidates.iter().enumerate() {
        let new = candidate.sentence.of(&case.new).unwrap_or_default();
        let number = if candidates.len() > 1 {
            format!("{}  ", n + 1)
        } else {
            String::new()
        };
        lines.push(format!("{number}{}", word_diff(old, new)));
        if !candidate.lost.is_empty() {
            lines.push(format!("without its {}", candidate.lost.join(" and ")));
        }
        lines.extend(beside(case, candidate));
        let own = |claim: &Claim| claim.quote.exact.clone();
        if candidate.claim.text == case.claim.text && own(&candidate.claim) != own(&case.claim) {
            lines.push(format!(
                "in words that can be read on their own it stays “{}”; --text changes them",
                screen::one_line(&case.claim.text)
            ));
        }
    }
    lines
}
