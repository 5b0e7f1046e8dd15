//! `factlog lint`: what is wrong with anybody's markup of fact-checks, why, and how to mend it.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

pub(crate) mod files;
mod print;

use std::ffi::OsString;
use std::io::Write as _;

use clap::{Subcommand, ValueEnum};
use factlog::claimreview::{self, About, Finding, Severity};

use self::files::Input;
use self::print::{Checked, Counts};
use super::context::Context;
use super::exit::Status;
use super::progress;
use super::screen;
use super::stdout;

/// Check markup of fact-checks by every rule of its profile
///
/// Needs no ledger, and fetches nothing.
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog lint claimreview page.html
  factlog lint claimreview site/ --severity advice
  factlog lint claimreview --rules"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand)]
enum Format {
    Claimreview(ClaimReviewArgs),
}

/// Check ClaimReview and MediaReview markup
///
/// Reads JSON-LD, by itself or in the scripts of a page, and finds every review in it: in arrays,
/// `@graph` and feeds too. The rules are those of Google's fact check structured data and of
/// schema.org 30.0; each finding says why it matters and how to mend it. Of a folder, every file that
/// ends in .html, .htm, .xhtml, .json or .jsonld is read; those without any markup are passed over.
///
/// Exit status: 0 if there is no error, 1 if there is one (with --strict also for a warning), 3 if
/// there is no such file.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog lint claimreview page.html feed.json
  factlog lint claimreview public/ --strict
  curl -s https://desk.example/a | factlog lint claimreview -
  factlog lint claimreview page.html --json | jq .files[].findings
  factlog lint claimreview --rules")]
pub(crate) struct ClaimReviewArgs {
    /// Files, folders, or - for standard input
    #[arg(value_name = "FILE|DIR|-", required_unless_present = "rules")]
    what: Vec<OsString>,
    /// List all rules: what each finds, why, and how to mend it
    #[arg(long, conflicts_with_all = ["what", "strict"])]
    rules: bool,
    /// Show findings of this severity and above
    #[arg(long, value_name = "SEVERITY", value_enum, default_value = "warning")]
    severity: Floor,
    /// Fail for warnings, too
    #[arg(long)]
    strict: bool,
}

/// The least severity that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Floor {
    Error,
    Warning,
    Advice,
}

impl Floor {
    const fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Advice => Severity::Advice,
        }
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    match &args.format {
        Format::Claimreview(args) if args.rules => {
            print::rules(context, args.severity.severity())?;
            Ok(Status::Done)
        }
        Format::Claimreview(args) => lint(args, context),
    }
}

fn lint(args: &ClaimReviewArgs, context: &Context) -> anyhow::Result<Status> {
    let places = files::find(&args.what)?;
    let now = Some(context.now()?);
    let floor = args.severity.severity();
    let bar = progress::of("checking", "files", places.len() as u64, context);
    let mut counts = Counts::default();
    let mut all = Vec::new();
    for place in &places {
        let Input { name, bytes } = match place.read(context) {
            Ok(input) => input,
            // One file of a folder that can't be read does not keep the others from being checked.
            Err(error) if place.is_found() => {
                bar.suspend(|| context.warn(&format!("{error:#}")));
                counts.unread += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        bar.inc(1);
        if place.is_found() && !files::mentions_markup(&bytes) {
            counts.passed_over += 1;
            continue;
        }
        let is_page = place.is_page();
        let report = claimreview::lint(&bytes, About { is_page, now });
        if place.is_found() && report.is_page && is_bare(&report.findings) {
            counts.passed_over += 1;
            continue;
        }
        counts.add(&report);
        let shown: Vec<Finding> = report
            .findings
            .into_iter()
            .filter(|finding| finding.rule.severity >= floor)
            .collect();
        if context.global.json {
            all.push(Checked::new(name, report.reviews, &shown));
        } else {
            let text = print::findings(&name, &shown);
            bar.suspend(|| stdout::styled().write_all(text.as_bytes()))?;
        }
        if report.is_cut {
            bar.suspend(|| {
                context.warn(&format!(
                    "{}: the findings after the first {} are left out",
                    screen::path(place.path()),
                    claimreview::MAX_FINDINGS
                ));
            });
        }
    }
    bar.finish_and_clear();
    if context.global.json {
        print::json(all, &counts)?;
    }
    context.say(&counts.summary(floor));
    Ok(counts.status(args.strict))
}

/// Says whether a page was found to have no review, and nothing else is wrong with it.
fn is_bare(findings: &[Finding]) -> bool {
    matches!(findings, [only] if only.rule.code == "no-claim-review")
}
