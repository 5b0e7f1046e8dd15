//! `factlog import`: other people's fact-checks, as claims and drafted verdicts.
//!
//! Their sources are signed, as `add` signs any source. The claims are proposed, each in a text of its
//! own ([`prepare`]), and the verdicts wait as forms among the drafts: a reviewer goes through them with
//! `factlog review` and `factlog verdict`, or signs those that are complete with `factlog verdict
//! --from`. What was imported before is not doubled.

#![expect(
    clippy::doc_markdown,
    reason = "doc comments of arguments are help texts for a terminal"
)]

mod prepare;
mod report;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use factlog::claimreview::{self, About, Draft, How};
use factlog::entry::Body;
use factlog::keys::HeldKey;
use factlog::ledger::Ledger;
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::object;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::source::Kept;

use self::prepare::Prepared;
use self::report::{Imported, Line, Report};
use super::beside;
use super::claim_list::{self, ClaimLine, SourceLine, State};
use super::context::Context;
use super::drafts::{Choice, Decision, Drafts, FORM, Hand};
use super::exit::Status;
use super::extractor::IMPORTED;
use super::files;
use super::gone;
use super::lint::files as places;
use super::progress;
use super::proposals::Proposals;
use super::record::{self, Signer};
use super::signing::{self, SigningArgs};
use super::verdict::Drafted;

/// So many sources are appended together.
const ROUND: usize = 500;

/// Import other people's fact-checks as claims and drafted verdicts
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog import claimreview feed.json
  factlog import claimreview pages/ --dry-run"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand)]
enum Format {
    Claimreview(ClaimReviewArgs),
}

/// Import ClaimReviews as claims and drafted verdicts
///
/// Reads JSON-LD and pages leniently, and says what it repaired. Each claim becomes a source of its
/// own, which is signed; the claim is proposed in it, and its verdict waits as a draft, which `factlog
/// review` and `factlog verdict` take up. A rating is found on this ledger's scale by its words, else
/// by its number; what fits nowhere is left to the reviewer. What was imported before is not imported
/// again.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog import claimreview feed.json --dry-run
  factlog import claimreview pages/
  factlog review                          take them up one by one
  factlog import claimreview feed.json --drafts drafts.jsonl
  factlog verdict --from drafts.jsonl     sign those that you keep in it")]
pub(crate) struct ClaimReviewArgs {
    /// Files, folders, or - for standard input
    #[arg(value_name = "FILE|DIR|-", required = true)]
    what: Vec<OsString>,
    /// Write the complete drafts into this file, too: lines for `factlog verdict --from`
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    drafts: Option<PathBuf>,
    /// Write nothing, need no key: only show what would be imported
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

/// A file's reviews.
struct Read {
    bytes: Vec<u8>,
    media: &'static str,
    drafts: Vec<Draft>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let Format::Claimreview(args) = &args.format;
    let mut report = Report::new(args.dry_run);
    let mut read = Vec::new();
    for place in places::find(&args.what)? {
        let input = place.read(context)?;
        if place.is_found() && !places::mentions_markup(&input.bytes) {
            continue;
        }
        let about = About {
            is_page: place.is_page(),
            now: None,
        };
        let reading = claimreview::read(&input.bytes, about);
        report.begin(context, input.name, &reading);
        read.push(Read {
            media: if about.is_page {
                "text/html"
            } else {
                "application/ld+json"
            },
            bytes: input.bytes,
            drafts: reading.drafts,
        });
    }
    // Without a ledger it can be shown what would be imported.
    let ledger = match context.open_ledger() {
        Err(_) if args.dry_run => None,
        opened => Some(opened?),
    };
    let policy = match &ledger {
        Some(ledger) => ledger.policy()?.1,
        None => Policy::default(),
    };
    let mut import = Import {
        context,
        args,
        policy,
        seen: HashMap::new(),
        taken_up: HashMap::new(),
        lines: Vec::new(),
        report,
    };
    let new = import.sort_out(ledger.as_ref(), &read)?;
    if let (Some(ledger), false) = (ledger, args.dry_run || new.is_empty()) {
        import.sign(ledger, &read, &new)?;
    }
    import.finish()
}

/// A review that was imported before, with the rating that its claim has here, if it has one.
#[derive(Clone)]
struct Before(Option<RatingCode>);

/// A review that is new here: the file that it is of, and where in the report its line is.
struct New {
    file: usize,
    at: usize,
    prepared: Prepared,
}

struct Import<'a> {
    context: &'a Context,
    args: &'a ClaimReviewArgs,
    policy: Policy,
    /// The ratings of the claims that were met, by what the claim says and who made it.
    seen: HashMap<(String, Option<String>), Option<RatingCode>>,
    /// The forms that reviewers have taken up, by the beginnings of their claims' identities.
    taken_up: HashMap<String, Vec<PathBuf>>,
    /// The lines of `--drafts`.
    lines: Vec<String>,
    report: Report,
}

impl Import<'_> {
    /// Sorts out what was imported before, or is there twice; returns what is new.
    fn sort_out(&mut self, ledger: Option<&Ledger>, read: &[Read]) -> anyhow::Result<Vec<New>> {
        if let Some(ledger) = ledger {
            let forms = Drafts::of(ledger.folder()).forms()?.into_iter();
            for form in forms.filter(|form| !form.is_free()) {
                self.taken_up.entry(form.claim).or_default().push(form.path);
            }
        }
        let mut new = Vec::new();
        let mut texts: HashMap<ObjectId, Before> = HashMap::new();
        for (file, read) in read.iter().enumerate() {
            for draft in &read.drafts {
                let Some(prepared) = Prepared::new(draft, &self.policy, self.context.salt()?)
                else {
                    self.report.refuse(self.context, file, draft.line);
                    continue;
                };
                let rating = prepared.rating().cloned();
                let text = ObjectId::of(prepared.text.as_bytes());
                let before = match (texts.get(&text), ledger) {
                    (Some(before), _) => Some(before.clone()),
                    (None, Some(ledger)) => self.earlier(ledger, &text, &prepared)?,
                    (None, None) => None,
                };
                let key = (
                    draft.claim.to_lowercase(),
                    draft
                        .claimant
                        .as_ref()
                        .map(|claimant| claimant.name.to_lowercase()),
                );
                let elsewhere = self
                    .seen
                    .entry(key)
                    .or_insert_with(|| rating.clone())
                    .clone();
                let other = before.clone().map_or(elsewhere, |before| before.0);
                let conflict =
                    other.filter(|other| rating.as_ref().is_some_and(|own| own != other));
                let at = self.report.add(
                    self.context,
                    file,
                    Line::new(draft, &prepared, before.is_some(), conflict),
                );
                if before.is_some() {
                    continue;
                }
                texts.insert(text, Before(rating));
                new.push(New { file, at, prepared });
            }
        }
        Ok(new)
    }

    /// Says whether a review's text is in the ledger, and which rating its claim has there, if any: the
    /// verdict's, else the draft's.
    fn earlier(
        &mut self,
        ledger: &Ledger,
        text: &ObjectId,
        prepared: &Prepared,
    ) -> anyhow::Result<Option<Before>> {
        let Some(record) = ledger.sources_with_text(text)?.into_iter().next() else {
            return Ok(None);
        };
        let source = SourceId(record.entry.id().0);
        let recorded = claim_list::recorded_in(ledger, &source)?;
        if let Some(claim) = recorded.get(&prepared.origin) {
            let verdict = ledger.verdicts_on(&claim.id)?.pop();
            if let Some(Body::Verdict(verdict)) = verdict.as_ref().map(|v| v.entry.body()) {
                return Ok(Some(Before(Some(verdict.rating.clone()))));
            }
        }
        let drafts = Drafts::of(ledger.folder());
        let form = FORM.bytes(&drafts.form(&prepared.origin))?;
        let taken_up = self.taken_up.get(&prepared.origin.to_string()[..16]);
        if form.is_none() && taken_up.is_none() && !self.args.dry_run {
            // A stop may have come between its source and its draft.
            let dropped = drafts
                .load(&source)?
                .decision(&prepared.origin)
                .map(|d| d.choice);
            let proposals = Proposals::of(ledger.folder());
            let is_kept = proposals
                .finding(&prepared.text)
                .is_some_and(|finding| finding.extractor == IMPORTED);
            if dropped.is_none() && !is_kept {
                self.draft(ledger, source, prepared)?;
            }
        }
        let rating_of = |form: Vec<u8>| Drafted::rating_of(&String::from_utf8_lossy(&form));
        let read = |path: &PathBuf| beside::or_passed_over(FORM.bytes(path)).flatten();
        let mut taken_up = taken_up.into_iter().flatten().filter_map(read);
        let rating = form.and_then(rating_of);
        Ok(Some(Before(
            rating.or_else(|| taken_up.find_map(rating_of)),
        )))
    }

    /// Signs the sources in rounds; what is drafted follows each round.
    fn sign(&mut self, ledger: Ledger, read: &[Read], new: &[New]) -> anyhow::Result<()> {
        let mut ledger = ledger;
        let chosen = signing::choose(self.context, &self.args.signing, &ledger)?;
        let key = if chosen.needs_person() {
            drop(ledger);
            let key = chosen.unlock(self.context)?;
            ledger = self.context.open_ledger()?;
            key
        } else {
            chosen.unlock(self.context)?
        };
        let bar = progress::of("importing", "reviews", new.len() as u64, self.context);
        let is_out = self.args.signing.out.is_some();
        for round in new.chunks(if is_out { new.len() } else { ROUND }) {
            let sources = self.round(&mut ledger, &key, read, round)?;
            for (new, source) in round.iter().zip(sources) {
                self.report.signed(new.file, new.at, source);
                if !is_out {
                    self.draft(&ledger, source, &new.prepared)?;
                    self.lines
                        .extend(new.prepared.drafted.line(&new.prepared.origin));
                }
            }
            bar.inc(round.len() as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Signs and appends the sources of a round; returns their ids.
    fn round(
        &self,
        ledger: &mut Ledger,
        key: &HeldKey,
        read: &[Read],
        round: &[New],
    ) -> anyhow::Result<Vec<SourceId>> {
        let mut signer = Signer::start(ledger, key.clone(), self.context.now()?)?;
        let mut raws: HashMap<usize, Kept> = HashMap::new();
        let mut sources = Vec::new();
        for new in round {
            let file = &read[new.file];
            let raw = if let Some(raw) = raws.get(&new.file) {
                *raw
            } else {
                let raw = Kept::of(&file.bytes);
                if let Some(erased) = gone::erased(ledger, &raw.blake3)? {
                    anyhow::bail!("the same bytes stood here and were {}", erased.words());
                }
                signer.pending.object(file.bytes.clone());
                raws.insert(new.file, raw);
                raw
            };
            let prepared = &new.prepared;
            let meta = signer.pending.object(object::to_bytes(&prepared.meta)?);
            signer.pending.object(prepared.text.clone().into_bytes());
            let entry = prepared.source(raw, file.media, meta);
            sources.push(SourceId(signer.add(Body::Source(entry))?.0));
        }
        record::deliver(self.context, &self.args.signing, ledger, &signer.pending)?;
        Ok(sources)
    }

    /// Keeps a claim as proposed in its source, and its verdict as a draft.
    fn draft(&self, ledger: &Ledger, source: SourceId, prepared: &Prepared) -> anyhow::Result<()> {
        let folder = ledger.folder();
        Proposals::of(folder).keep(&prepared.text, prepared.finding());
        let drafts = Drafts::of(folder);
        if prepared.claim.said.is_some() {
            let _locked = drafts.lock()?;
            let mut decided = drafts.load(&source)?;
            decided.decide(Decision {
                claim: prepared.origin,
                choice: Choice::Edited,
                edited: Some(prepared.claim.clone()),
                by: None,
                at: None,
            });
            drafts.save(&decided)?;
        }
        let line = ClaimLine {
            number: None,
            place: None,
            id: prepared.origin.to_string(),
            state: State::Proposed,
            claim: prepared.claim.clone(),
            source: Arc::new(SourceLine {
                id: source,
                meta: Some(prepared.meta.clone()),
                text: prepared.text.clone(),
                is_evidence: false,
                is_undecided: false,
            }),
            origin: prepared.origin,
            worth: None,
            extractor: Some(IMPORTED.to_owned()),
            hand: Hand::default(),
        };
        let form = prepared.drafted.form(&line, &self.policy);
        drafts.replace(&drafts.form(&prepared.origin), form.as_bytes())
    }

    fn finish(mut self) -> anyhow::Result<Status> {
        if let (Some(path), false) = (&self.args.drafts, self.args.dry_run) {
            let mut text = self.lines.join("\n");
            if !text.is_empty() {
                text.push('\n');
            }
            files::write_new(path, text.as_bytes())?;
            self.report.wrote_drafts(path, self.lines.len());
        }
        self.report.print(self.context)
    }
}

/// Returns the word for how a rating was found.
const fn how_word(how: How) -> &'static str {
    match how {
        How::Label => "label",
        How::Words => "words",
        How::Number => "number",
    }
}

impl From<&Imported> for Status {
    /// What could not be read, and nothing at all, is a failure.
    fn from(imported: &Imported) -> Self {
        if imported.is_incomplete() {
            Self::Failed
        } else {
            Self::Done
        }
    }
}
