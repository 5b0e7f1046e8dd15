//! `factlog claims`: the claims, numbered.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use factlog::audit::standing::Standing;
use factlog::entry::{Body, Kind};
use factlog::export::PublishedDecision;
use factlog::ledger::Ledger;
use factlog::words::claim::Manner;
use factlog::words::id::{ClaimId, SourceId, VerdictId};
use factlog::words::span::Quote;
use factlog::words::time::Timestamp;
use factlog::words::verdict::VerdictChange;
use serde::Serialize;

use super::claim_list::{self, ClaimLine, State};
use super::context::Context;
use super::decisions::{self, Decisions};
use super::desk::shown::Said;
use super::desk::{Desk, Page};
use super::drafts::Hand;
use super::exit::Status;
use super::gone;
use super::json_out;
use super::reanchor;
use super::says;
use super::screen::{self, FAINT, GOOD, STRONG, WARN};
use super::seek;
use super::stdout;

/// List the claims, numbered: proposed and recorded
///
/// Other commands take a claim by its number or by the beginning of its id. A number stays with its
/// claim. The claims proposed of a source get theirs when it is added, in the order of its text; a
/// claim that `factlog claim` records gets the next one after all there are. What is dropped or
/// superseded keeps its number, so that there may be gaps; only what is erased, or not there after a
/// restore, moves those after it. A source that was only cited as evidence
/// proposes no claims, unless it is named.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog claims               all of them
  factlog claims 1a2b3c4d      those of one source
  factlog claims --all         those dropped, superseded or passed over, too
  factlog claims --json        as JSON: schemas/output-claims.schema.json")]
pub(crate) struct Args {
    /// Only this source's claims: the beginning of its id
    source: Option<String>,
    /// Also list what was dropped, superseded or passed over
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let (ledger, (wanted, list)) = context.read_claims(|ledger, proposals| {
        let wanted = args
            .source
            .as_deref()
            .map(|what| seek::find_entry(ledger, Kind::Source, what))
            .transpose()?
            .map(|record| SourceId(record.entry.id().0));
        let list = match &wanted {
            Some(source) => claim_list::of_source(ledger, proposals, source)?,
            None => claim_list::claim_list(ledger, proposals)?,
        };
        Ok((wanted, list))
    })?;
    let desk = Desk::of(&ledger);
    let pages = desk.pages()?;
    // A source with a newer version proposes nothing unasked.
    let older = if wanted.is_none() && !args.all {
        reanchor::replaced(&ledger)?
    } else {
        BTreeSet::new()
    };
    let is_older =
        |line: &ClaimLine| line.state == State::Proposed && older.contains(&line.source.id);
    let left_out = list
        .iter()
        .filter(|line| line.is_listed() && is_older(line));
    let left_out = reanchor::left_out(&ledger, "claims", left_out)?;
    let shown: Vec<Shown> = list
        .iter()
        .filter(|line| {
            let hidden = !line.is_listed();
            let asked = wanted.is_some() && line.state == State::Proposed;
            args.all || (!hidden && !is_older(line)) || asked
        })
        .map(|line| {
            let mut shown = Shown::of(&ledger, line)?;
            shown.say(pages.of_line(&desk, line));
            Ok(shown)
        })
        .collect::<anyhow::Result<_>>()?;
    let gone = gone::of_claims(&ledger, wanted.as_ref())?;
    let is_text = match &wanted {
        Some(source) => gone.is_empty() && ledger.text_of(source)?.is_some(),
        None => false,
    };
    // What is printed may be read for a long time.
    drop(ledger);
    let status = if gone.is_empty() {
        Status::Done
    } else {
        Status::Incomplete
    };
    for line in &gone {
        context.warn(line);
    }
    if context.global.json {
        json_out::print(&List { claims: shown })?;
        return Ok(status);
    }
    print(&shown)?;
    if let Some(left_out) = left_out {
        context.say(&left_out);
    }
    if let Some(source) = wanted.filter(|_| shown.is_empty()) {
        context.say(&if is_text {
            say_none(&source)
        } else {
            "0 claims: it has no text here".to_owned()
        });
    } else if shown.is_empty() {
        context.say("no claims yet. Take in an article: factlog add article.txt");
    } else {
        context.say(&screen::styled(
            FAINT,
            "factlog review goes through them; factlog verdict N judges one",
        ));
    }
    Ok(status)
}

/// Says of a source that nothing is proposed or recorded of it, and what to do.
pub(crate) fn say_none(source: &SourceId) -> String {
    let id = &source.to_string()[..8];
    format!("0 claims; record one with `factlog claim {id} --quote …`")
}

#[derive(Serialize)]
struct List {
    claims: Vec<Shown>,
}

/// A claim as it is printed.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
    id: String,
    short: String,
    state: &'static str,
    /// Who decided that, and when, where a person did and has not signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    claimant: Option<ShownClaimant>,
    manner: Manner,
    source: SourceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    quote: Quote,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    verdicts: Vec<ShownVerdict>,
    /// Who looks after it, and what the desk noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    desk: Option<Said>,
    #[serde(skip)]
    desk_line: Option<String>,
    #[serde(skip)]
    label: String,
    #[serde(skip)]
    who: String,
}

#[derive(Serialize)]
struct ShownClaimant {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
}

#[derive(Serialize)]
struct ShownVerdict {
    id: String,
    rating: String,
    standing: Standing,
    /// Whether it was given on an earlier wording of the claim.
    on_earlier_wording: bool,
    /// Who approves it, by the name of the key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    approved_by: Vec<String>,
    /// How many approvals its policy asks for.
    approvals_needed: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    disputed_by: Vec<String>,
    reviewer: String,
    /// How it differs from the one whose place it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<VerdictChange>,
    /// Who decided what, in words.
    #[serde(skip)]
    decided: Option<String>,
}

impl Shown {
    /// Looks up what is to be shown of a claim.
    pub(crate) fn of(ledger: &Ledger, line: &ClaimLine) -> anyhow::Result<Self> {
        let mut shown = Self::proposed(line);
        shown.short = line.short(ledger)?;
        if let State::Recorded { id, .. } = line.state {
            shown.verdicts = verdicts(ledger, &id)?;
        }
        Ok(shown)
    }

    /// Takes in what the desk says of it.
    fn say(&mut self, page: Option<&Page>) {
        self.desk = page.map(Said::of);
        self.desk_line = page.and_then(Page::line);
    }

    /// Shows a claim that is not recorded.
    pub(crate) fn proposed(line: &ClaimLine) -> Self {
        let claim = &line.claim;
        let decided = match line.state {
            State::Accepted | State::Dropped => line.hand.clone(),
            _ => Hand::default(),
        };
        Self {
            number: line.number,
            id: line.id.clone(),
            short: line.id[..8].to_owned(),
            state: line.state.as_str(),
            decided_by: decided.by,
            decided_at: decided.at,
            text: claim.text.clone(),
            claimant: claim.claimant.as_ref().map(|claimant| ShownClaimant {
                name: claimant.name.clone(),
                role: claimant.role.clone(),
            }),
            manner: claim.manner,
            source: line.source.id,
            title: line
                .source
                .meta
                .as_ref()
                .and_then(|meta| meta.title.clone()),
            quote: claim.quote.clone(),
            score: line.worth.map(|worth| worth.score),
            reason: line.worth.map(|worth| worth.reason),
            verdicts: vec![],
            desk: None,
            desk_line: None,
            label: line.source.label(),
            who: who(line),
        }
    }
}

/// Says who made a claim, and marks a pronoun that stands for nobody known, as `factlog split` does.
fn who(line: &ClaimLine) -> String {
    let doubt = if line.worth.is_some_and(|worth| worth.unresolved) {
        ", unresolved"
    } else {
        ""
    };
    format!("{}{doubt}", line.who())
}

fn verdicts(ledger: &Ledger, claim: &ClaimId) -> anyhow::Result<Vec<ShownVerdict>> {
    let mut shown = Vec::new();
    let earlier = says::earlier_wordings(ledger, claim)?;
    let mut records = Vec::new();
    for wording in earlier.iter().rev() {
        records.extend(ledger.verdicts_on(wording)?);
    }
    records.extend(ledger.verdicts_on(claim)?);
    for record in records {
        let id = record.entry.id();
        let Body::Verdict(verdict) = record.entry.body() else {
            continue;
        };
        let standing = ledger.standing(&VerdictId(id.0))?;
        let Decisions {
            approvals,
            approvals_needed,
            disputes,
        } = Decisions::of(ledger, &standing)?;
        let names = |decisions: &[PublishedDecision]| {
            let names = decisions.iter().map(|decision| decision.by.clone());
            names.collect()
        };
        shown.push(ShownVerdict {
            id: id.to_string(),
            rating: verdict.rating.to_string(),
            standing: standing.standing,
            on_earlier_wording: verdict.claim != *claim,
            approved_by: names(&approvals),
            approvals_needed,
            disputed_by: names(&disputes),
            decided: decisions::words(&approvals, approvals_needed, &disputes),
            reviewer: record.entry.header().by.name().to_string(),
            change: verdict.change,
        });
    }
    Ok(shown)
}

/// Prints claims for a person, under the titles of their sources.
pub(crate) fn print(shown: &[Shown]) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    let columns = screen::columns();
    let mut source = None;
    for claim in shown {
        if source != Some(claim.source) {
            if source.is_some() {
                writeln!(out)?;
            }
            source = Some(claim.source);
            let id = &claim.source.to_string()[..8];
            let label = screen::styled(STRONG, &claim.label);
            writeln!(out, "{label}  {}", screen::styled(FAINT, id))?;
        }
        let number = claim
            .number
            .map_or_else(|| "  –".to_owned(), |number| format!("{number:>3}"));
        let text = screen::wrap(&claim.text, columns, "     ");
        writeln!(out, "{number}  {}", text.trim_start())?;
        let by = claim.decided_by.as_deref().map(screen::one_line);
        let by = by.map_or_else(String::new, |by| format!(" by {by}"));
        let mut about = format!("{} · {}{by} {}", claim.who, claim.state, claim.short);
        if let Some(score) = claim.score {
            let _ = write!(about, " · worth checking {score:.2}");
        }
        if let Some(reason) = claim.reason.filter(|_| claim.state == "passed-over") {
            let _ = write!(about, " ({reason})");
        }
        let about = screen::wrap(&about, columns, "     ");
        writeln!(out, "{}", screen::styled(FAINT, &about))?;
        if let Some(line) = &claim.desk_line {
            let line = screen::wrap(&screen::one_line(line), columns, "     ");
            writeln!(out, "{}", screen::styled(WARN, &line))?;
        }
        for verdict in &claim.verdicts {
            let style = if verdict.standing == Standing::Standing {
                GOOD
            } else {
                WARN
            };
            let rating = screen::styled(style, &verdict.rating);
            let decided = verdict.decided.as_deref().map(screen::one_line);
            let change = verdict.change.map_or("", |change| match change {
                VerdictChange::Update => ", updated",
                VerdictChange::Correction => ", corrected",
                VerdictChange::Rating => ", rating changed",
            });
            writeln!(
                out,
                "     {rating} ({}{change}{}{}) by {} {}",
                verdict.standing,
                says::wording_words(verdict.on_earlier_wording),
                decided.map_or_else(String::new, |decided| format!(", {decided}")),
                screen::one_line(&verdict.reviewer),
                screen::styled(FAINT, &verdict.id[..8]),
            )?;
        }
    }
    Ok(())
}
