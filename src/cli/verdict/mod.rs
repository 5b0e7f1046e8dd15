//! `factlog verdict`: judge a claim and sign the verdict.

mod adding;
mod batch;
mod build;
mod drafted;
mod editing;
mod evidence;
mod form;
mod forms;
mod kept;
mod look;
mod named;
mod remarks;
mod sitting;
mod superseding;
mod uncited;

use std::path::PathBuf;

use factlog::ledger::Ledger;
use factlog::words::policy::RatingCode;
use factlog::words::verdict::VerdictChange;

use self::build::Judgement;
pub(crate) use self::build::{is_id, record_claim};
pub(crate) use self::drafted::{Cited, Drafted};
use self::evidence::EvidenceFlags;
pub(crate) use self::evidence::Request;
pub(crate) use self::form::change_words;
pub(crate) use self::kept::KeptEvidence;
pub(crate) use self::sitting::Ended;
use self::sitting::Sitting;
use super::add::word;
use super::claim_list::ClaimLine;
use super::context::Context;
use super::exit::{Failure, Status};
use super::ratings;
use super::seek;
use super::signing::SigningArgs;

/// Judge a claim, and sign the verdict
///
/// The claim is named by its number in `factlog claims`, which stays with it whatever is dropped or
/// recorded, or by the beginning of its id. Without
/// --rating a form opens in `$VISUAL` or `$EDITOR`. Before anything is signed at a terminal, it
/// is shown in words; `s` shows exactly what will be signed, to the byte. A claim that was only proposed is recorded first; evidence that is
/// not in the ledger yet is taken in as a source.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog verdict 3                  a form in your editor
  factlog verdict 3 --rating mostly-true --summary \"It was nonbinding.\" \\
      --supports un-charter.txt --quote \"agree to accept and carry out\" \\
      --primary --refutes other.html
  factlog verdict 3 --rating false --summary \"…\" \\
      --supersedes 5f3a9c12 --change rating --reason \"…\"
  factlog verdict 3 --rating true --summary \"…\" --out verdict.pending
  factlog verdict --from verdicts.jsonl --json

With --from, many: JSON lines {claim, rating, summary, …}, each acknowledged
on a line of its own once it is durable. A line names evidence as the flags
do, by a file, an address or a source's id:

  {\"claim\": 3, \"rating\": \"false\", \"summary\": \"…\", \"evidence\": [
    {\"stance\": \"refutes\", \"source\": \"un-charter.txt\", \"primary\": true,
     \"quote\": \"agree to accept\", \"locator\": \"article 25\"}]}

Each stands on one line of the file; schemas/verdict-line.schema.json has every field.")]
pub(crate) struct Args {
    /// The claim: its number in `factlog claims`, or the beginning of its id
    #[arg(required_unless_present = "from")]
    claim: Option<String>,
    /// Record many verdicts: JSON lines from this file, or from standard input with -
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["claim", "rating", "summary", "out"])]
    from: Option<PathBuf>,
    /// The conclusion: a code of the ledger's scale, such as mostly-true; `factlog help ratings`
    /// lists them
    #[arg(long, value_name = "CODE", requires = "summary", value_parser = ratings::parse)]
    rating: Option<RatingCode>,
    /// The conclusion in a sentence or two
    #[arg(long, requires = "rating")]
    summary: Option<String>,
    /// The reasoning, at length
    #[arg(long, requires = "rating")]
    rationale: Option<String>,
    /// A conflict of interest; give it again for each further one
    #[arg(long = "conflict", value_name = "TEXT", requires = "rating")]
    conflicts: Vec<String>,
    /// You have no conflict of interest
    #[arg(long, requires = "rating", conflicts_with = "conflicts")]
    no_conflicts: bool,
    /// The verdict in whose place this one stands: the beginning of its id
    #[arg(long, value_name = "VERDICT")]
    supersedes: Option<String>,
    /// What changes: update, correction or rating
    ///
    /// update: new facts; what it said was right when it was said. correction: something was wrong, and
    /// the conclusion is the same. rating: the conclusion changes, whatever the cause.
    #[arg(long, value_name = "WHAT", value_parser = word::<VerdictChange>)]
    change: Option<VerdictChange>,
    /// Why it takes the other's place; shown wherever the verdict is
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    evidence: EvidenceFlags,
    #[command(flatten)]
    signing: SigningArgs,
}

impl Args {
    fn judgement(&self) -> anyhow::Result<Option<Judgement>> {
        let (Some(rating), Some(summary)) = (&self.rating, &self.summary) else {
            if !self.evidence.0.is_empty() {
                return Err(Failure::new(
                    Status::Usage,
                    "evidence is given, but no --rating and --summary",
                )
                .hint("give all of it by flags, or all of it in the form")
                .into());
            }
            return Ok(None);
        };
        if summary.trim().is_empty() {
            return Err(Failure::new(Status::Usage, "the summary is empty")
                .hint("say the conclusion in a sentence or two with --summary")
                .into());
        }
        Ok(Some(Judgement {
            rating: rating.clone(),
            summary: summary.trim().to_owned(),
            rationale: self
                .rationale
                .clone()
                .filter(|text| !text.trim().is_empty()),
            evidence: self.evidence.0.clone(),
            conflicts: self.conflicts.clone(),
            declares: self.no_conflicts || !self.conflicts.is_empty(),
            supersedes: self.supersedes.clone(),
            change: self.change,
            reason: self.reason.clone(),
        }))
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if let Some(from) = &args.from {
        return batch::run(from, &args.signing, context);
    }
    let what = args.claim.as_deref().unwrap_or_default();
    let judgement = args.judgement()?;
    let (ledger, line) =
        context.read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, what))?;
    let older = args.supersedes.as_deref();
    let mut sitting = Sitting::start(context, &args.signing, &ledger, line, older)?;
    let asks = judgement.is_none() || context.can_ask();
    if asks && !args.signing.yes {
        drop(ledger);
        return Ok(sitting.form_and_look(judgement, Some(args))?.status());
    }
    let Some(judgement) = judgement else {
        drop(ledger);
        return Ok(sitting.form_and_look(None, Some(args))?.status());
    };
    sitting.at_once(judgement, ledger)
}

/// Judges a claim from within another sitting, such as `review`: by the form, with a last look.
pub(crate) fn judge_now(
    context: &Context,
    signing: &SigningArgs,
    ledger: Ledger,
    line: ClaimLine,
) -> anyhow::Result<Ended> {
    let sitting = Sitting::start(context, signing, &ledger, line, None);
    drop(ledger);
    sitting?.form_and_look(None, None)
}
