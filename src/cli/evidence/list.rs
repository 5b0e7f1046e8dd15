//! `factlog evidence list`: what is kept for a claim, and what its verdicts cite.

use factlog::entry::{Body, Kind};
use factlog::ledger::Ledger;
use factlog::words::id::{SourceId, VerdictId};
use factlog::words::verdict::{Stance, Verdict};
use serde::Serialize;

use crate::cli::claim_list::{ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::exit::{Failure, Status};
use crate::cli::index;
use crate::cli::json_out;
use crate::cli::says;
use crate::cli::screen::{self, FAINT, STRONG};
use crate::cli::seek;
use crate::cli::stdout;
use crate::cli::verdict::{KeptEvidence, Request};

/// List a claim's evidence: what is kept for it, and what its verdicts cite
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog evidence list 3
  factlog evidence list 3 --drop 2   keep the second one no longer")]
pub(crate) struct Args {
    /// The claim: its number in `factlog claims`, or the beginning of its id
    claim: String,
    /// Forget a piece that is kept, by its number; its source stays in the ledger
    #[arg(long, value_name = "N")]
    drop: Option<usize>,
}

#[derive(Serialize)]
struct Report {
    claim: String,
    /// What is kept for the next verdict.
    kept: Vec<Piece>,
    /// What verdicts cite that none took the place of.
    cited: Vec<Piece>,
}

#[derive(Serialize)]
struct Piece {
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictId>,
    source: SourceId,
    short: String,
    label: String,
    stance: Stance,
    primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unavailable: Option<String>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let (ledger, line) = context
        .read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, &args.claim))?;
    let drafts = Drafts::of(ledger.folder());
    let mut kept = KeptEvidence::of_line(&drafts, &line)?;
    if let Some(n) = args.drop {
        let count = kept.evidence.len();
        let at = n.checked_sub(1).filter(|at| *at < count).ok_or_else(|| {
            let message = format!("nothing is kept under number {n}: there are {count} pieces");
            Failure::new(Status::NotFound, message).hint(format!(
                "`factlog evidence list {}` numbers them",
                args.claim
            ))
        })?;
        kept.evidence.remove(at);
        kept.save(&drafts)?;
        context.say("forgotten; its source stays in the ledger");
    }
    let pieces = kept.evidence.iter().map(|request| piece(&ledger, request));
    let report = Report {
        claim: line.id.clone(),
        kept: pieces.collect::<anyhow::Result<_>>()?,
        cited: cited(&ledger, &line)?,
    };
    drop(ledger);
    if context.global.json {
        json_out::print(&report)?;
        return Ok(Status::Done);
    }
    let mut out = stdout::styled();
    for (n, piece) in report.kept.iter().enumerate() {
        print(&mut out, &format!("{:>3}  kept", n + 1), piece)?;
    }
    for piece in &report.cited {
        let verdict = piece
            .verdict
            .map_or_else(String::new, |id| id.to_string()[..8].to_owned());
        print(&mut out, &format!("     cited by {verdict}"), piece)?;
    }
    if report.kept.is_empty() && report.cited.is_empty() {
        context.say("no evidence yet; factlog evidence add keeps some");
    }
    Ok(Status::Done)
}

fn piece(ledger: &Ledger, request: &Request) -> anyhow::Result<Piece> {
    let record = seek::find_entry(ledger, Kind::Source, &request.what)?;
    let source = SourceId(record.entry.id().0);
    Ok(Piece {
        verdict: None,
        source,
        short: ledger.short(&source.0)?,
        label: says::source_label(ledger, source)?,
        stance: request.stance,
        primary: request.primary,
        quote: request.quote.clone(),
        locator: request.locator.clone(),
        note: request.note.clone(),
        unavailable: request.unavailable.clone(),
    })
}

fn cited(ledger: &Ledger, line: &ClaimLine) -> anyhow::Result<Vec<Piece>> {
    let State::Recorded { id, .. } = line.state else {
        return Ok(vec![]);
    };
    let mut found = Vec::new();
    let record = ledger.entry(&id.entry())?;
    let Body::Claim(claim) = record.entry.body() else {
        return Ok(vec![]);
    };
    for judged in index::judged(ledger, id, claim)? {
        let Body::Verdict(entry) = ledger.entry(&judged.id.entry())?.entry.body().clone() else {
            continue;
        };
        let Some(verdict) = says::readable::<Verdict>(ledger, &entry.verdict)? else {
            continue;
        };
        for evidence in verdict.evidence {
            found.push(Piece {
                verdict: Some(judged.id),
                source: evidence.source,
                short: ledger.short(&evidence.source.0)?,
                label: says::source_label(ledger, evidence.source)?,
                stance: evidence.stance,
                primary: evidence.primary,
                quote: evidence.quote.map(|quote| quote.exact),
                locator: evidence.locator,
                note: evidence.note,
                unavailable: evidence.unavailable,
            });
        }
    }
    Ok(found)
}

fn print(out: &mut impl std::io::Write, head: &str, piece: &Piece) -> std::io::Result<()> {
    let stance = match piece.stance {
        Stance::Supports => "supports",
        Stance::Refutes => "refutes",
        Stance::Context => "context",
    };
    let primary = if piece.primary {
        ", a primary source"
    } else {
        ""
    };
    writeln!(
        out,
        "{head}  {}  {}",
        screen::styled(STRONG, stance),
        screen::styled(FAINT, &format!("{}{primary}", piece.short)),
    )?;
    let columns = screen::columns();
    let mut line = |text: &str| writeln!(out, "{}", screen::wrap(text, columns, "       "));
    line(&screen::one_line(&piece.label))?;
    if let Some(quote) = &piece.quote {
        line(&format!("“{}”", screen::one_line(quote)))?;
    }
    let details = [
        ("at", &piece.locator),
        ("note:", &piece.note),
        ("no copy:", &piece.unavailable),
    ];
    for (name, value) in details {
        if let Some(value) = value {
            line(&format!("{name} {}", screen::one_line(value)))?;
        }
    }
    Ok(())
}
