//! `factlog review`: go through proposed claims one by one.
//!
//! Every answer is kept in the drafts at once; the claims that were accepted are signed together at
//! the end, after a last look. The ledger is never locked while an answer is waited for.

mod attribute;
mod form;
mod hands;
mod last_look;
mod making;
mod merge;
mod show;
mod sitting;
mod split;
mod words;

use factlog::entry::Kind;
use factlog::ledger::Ledger;
use factlog::words::id::{ObjectId, SourceId};
use serde::Serialize;

use self::hands::{Others, Reviewer};
use self::sitting::Sitting;
use super::claim_list::{self, ClaimLine, State};
use super::context::Context;
use super::desk::shown;
use super::drafts::Drafts;
use super::exit::{Failure, Status};
use super::index;
use super::json_out;
use super::proposals::Proposals;
use super::reanchor;
use super::record::EntryLine;
use super::screen;
use super::seek;
use super::signing::SigningArgs;

/// Go through proposed claims one by one
///
/// Each claim is shown in its sentence, with who said it and the recorded claims that are like it.
/// Answers are single letters, as for `git add -p`, and Enter. Every one of them is kept at once, so
/// that a sitting can be stopped anywhere, by q, Ctrl-C or a closed window, and taken up again. What
/// was accepted is signed together at the end, after a last look at all of it.
///
/// Several people can review one ledger. Each answer is kept with who gave it; what somebody else
/// accepted waits for their signature, and is signed by you only where you say so.
#[derive(clap::Args)]
#[command(after_help = "\
Answers:
  y accept   n drop        j leave as it is        d drop the rest of the source
  e change the claim in $EDITOR      a say who said it
  s split it into finer claims       m merge it with its neighbour
  u put back what was split or merged
  v judge it now     t the text around it     w the whole source, in $PAGER
  k back             g 7 go to the 7th        q quit, resume later      ? help

Examples:
  factlog review
  factlog review 1a2b3c4d      only this source's claims
  factlog review --single-key  no Enter after a letter")]
pub(crate) struct Args {
    /// Only this source's claims: the beginning of its id
    source: Option<String>,
    /// Take letters as they are typed, without Enter; what signs takes Enter all the same
    #[arg(long)]
    single_key: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    accepted: usize,
    dropped: usize,
    judged: usize,
    left: usize,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if context.global.no_input {
        return Err(
            Failure::new(Status::Usage, "review asks, and --no-input forbids it")
                .hint("`factlog claims` lists the claims; `factlog verdict N` judges one")
                .into(),
        );
    }
    let (ledger, (scope, lines, left_out)) = context.read_claims(|ledger, proposals| {
        let scope = Scope::of(ledger, args.source.as_deref())?;
        let (lines, left_out) = scope.lines(ledger, proposals)?;
        Ok((scope, lines, left_out))
    })?;
    let drafts = Drafts::of(ledger.folder());
    let recorded = index::at_once(&ledger)?;
    let said = shown::of_lines(&ledger, &lines)?;
    let reviewer = Reviewer::of(context, &ledger, &args.signing)?;
    drop(ledger);

    if let Some(left_out) = left_out {
        context.say(&left_out);
    }
    let of_state = |state| lines.iter().filter(move |line| line.state == state);
    let own = of_state(State::Accepted).filter(|line| reviewer.is_own(&line.hand));
    let waiting: Vec<ObjectId> = own.map(|line| line.origin).collect();
    let others = Others::of(&reviewer, &lines);
    if !waiting.is_empty() {
        let claims = screen::counted(waiting.len() as u64, "accepted claim", "accepted claims");
        let verb = if waiting.len() == 1 { "waits" } else { "wait" };
        context.say(&format!("{claims} {verb} for your signature"));
    }
    others.tell(context);
    let proposed: Vec<ClaimLine> = of_state(State::Proposed).cloned().collect();
    if proposed.is_empty() && waiting.is_empty() && others.is_empty() {
        context.say("there is nothing to review: every claim is recorded or dropped");
    }
    let mut sitting = Sitting::new(context, &args.signing, &drafts, reviewer, scope, proposed);
    sitting.recorded = recorded;
    sitting.said = said;
    for line in &lines {
        sitting.name(line);
    }
    sitting.single_key = args.single_key || context.settings()?.is_on("review.single_key");
    sitting.go()?;

    let tally = sitting.tally(of_state(State::Accepted));
    let mut accepted = [waiting, tally.accepted].concat();
    if !args.signing.yes {
        accepted.extend(tally.others.ask()?);
    }
    let entries = last_look::sign_accepted(context, &args.signing, &drafts, &accepted)?;
    if tally.left > 0 {
        let claims = screen::counted(tally.left as u64, "claim", "claims");
        context.say(&format!("{claims} left; go on with: factlog review"));
    }
    if context.global.json {
        json_out::print(&Report {
            accepted: entries.len(),
            dropped: tally.dropped,
            judged: tally.judged,
            left: tally.left,
            entries,
        })?;
    }
    Ok(Status::Done)
}

/// Whose claims a sitting goes through.
#[derive(Clone, Copy)]
enum Scope {
    /// One source's.
    Source(SourceId),
    /// All, but for those of sources that were taken in as evidence.
    All,
}

impl Scope {
    fn of(ledger: &Ledger, source: Option<&str>) -> anyhow::Result<Self> {
        let Some(what) = source else {
            return Ok(Self::All);
        };
        let record = seek::find_entry(ledger, Kind::Source, what)?;
        Ok(Self::Source(SourceId(record.entry.id().0)))
    }

    /// Returns the claims, those of a source in the order of its text, and says what is left out.
    fn lines(
        self,
        ledger: &Ledger,
        proposals: &Proposals,
    ) -> anyhow::Result<(Vec<ClaimLine>, Option<String>)> {
        let mut left_out = None;
        let mut lines = match self {
            Self::Source(source) => claim_list::of_source(ledger, proposals, &source)?,
            Self::All => {
                let mut lines = claim_list::claim_list(ledger, proposals)?;
                // Of a source with a newer version, only what that proposes; what was accepted of it
                // still waits to be signed.
                let replaced = reanchor::replaced(ledger)?;
                let is_older = |line: &ClaimLine| {
                    line.state == State::Proposed && replaced.contains(&line.source.id)
                };
                let older = lines
                    .iter()
                    .filter(|line| line.is_listed() && is_older(line));
                left_out = reanchor::left_out(ledger, "review", older)?;
                lines.retain(|line| !line.source.is_evidence && !is_older(line));
                lines
            }
        };
        // An answer could not be kept among drafts that can't be read, which were named.
        lines.retain(|line| !line.source.is_undecided);
        for of_source in lines.chunk_by_mut(|a, b| a.source.id == b.source.id) {
            of_source.sort_by_key(|line| line.claim.quote.bytes);
        }
        Ok((lines, left_out))
    }
}
