//! `factlog export site`: a static site whose pages carry their own proof.

mod folder;
mod templates;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use factlog::audit::facts::Function;
use factlog::entry::{Body, Kind, RevocationReason, Role};
use factlog::export::site::{AsOf, Input, Reviewer, ReviewerEnd, Site, shown_verdict};
use factlog::export::{BaseUrl, PublishedClaim, PublishedLedger};
use factlog::ledger::{Ledger, LedgerError};
use factlog::words::id::{ClaimId, SourceId, VerdictId};
use factlog::words::source::Rights;

use self::folder::State;
use super::super::context::Context;
use super::super::exit::Status;
use super::super::published::Gatherer;
use super::super::{json_out, screen, seek};
use super::signed::{Place, SignArgs};
use super::{Exported, Which, say_gone};

/// Export a static site: a page for each claim, each with its own proof
///
/// Plain files for any web server or for a disk: a page for each claim with its verdict, its evidence
/// and its history, an index with a search, pages of sources, reviewers, corrections and methods,
/// feeds and a site map. Each claim's page carries the proof bundle of its verdict, and a reader's
/// browser can check the page's words against it, offline.
///
/// A claim is published once a verdict on it stands, and stays: when the verdict is superseded,
/// disputed, retracted or tainted later, its page says so. What never had its approvals has no page;
/// where it took the place of a published verdict, it is among the entries of that one's proof. Of a
/// source that may be quoted, the words of claims appear with what stands around them; of a withheld
/// one, nothing.
///
/// The next export into the same folder writes the pages that changed, and removes those that are gone.
/// A site of selected claims has a folder of its own.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog export site --out site --base-url https://desk.example/facts
  factlog export site --out site --base-url https://desk.example/facts \\
      --templates our-templates
  factlog export site --write-templates our-templates

Each of the templates can be changed, or left out of the folder where the
built-in one will do; custom.css is added to the style sheet, for other
values of the variables that it begins with.")]
pub(crate) struct SiteArgs {
    /// Write the site into this folder: a new one, or one that an earlier export wrote
    #[arg(long, value_name = "DIR", required_unless_present = "write_templates")]
    out: Option<PathBuf>,
    /// Say under which address the site will be, such as https://desk.example/facts
    ///
    /// Feeds, the site map and ClaimReview need it; without it, there are no feeds.
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    /// Use the templates in this folder in place of the built-in ones of the same names
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Write the built-in templates into this folder, to be changed; exports nothing
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "templates", "base_url", "sign"])]
    write_templates: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: SignArgs,
}

pub(super) fn run(args: &SiteArgs, context: &Context) -> anyhow::Result<Status> {
    if let Some(folder) = &args.write_templates {
        return templates::write(folder, context);
    }
    let out = args.out.as_deref().expect("clap asks for it");
    let templates = templates::read(args.templates.as_deref())?;
    let place = Place::Folder(out);
    let ledger = context.open_ledger()?;
    let hand = args.signing.ready(context, &ledger, &place)?;
    let selection = args.which.words();
    let before = State::read(out, ledger.id(), &selection, hand.is_some(), context)?;
    let source = match &args.which.source {
        Some(typed) => Some(seek::find_entry(&ledger, Kind::Source, typed)?),
        None => None,
    };
    let source = source.map(|record| SourceId(record.entry.id().0));
    let mut reader = Gatherer::new(&ledger);
    let claims = reader.all().context("reading the ledger's claims")?;
    args.which.check(&ledger.policy()?.1, &claims, context)?;
    let mut gathered = reader.finish(args.base_url.clone());
    gathered.ledger.checkpoint.note = None;
    if args.base_url.is_none() {
        context.warn(
            "without --base-url the site has no feeds and no site map, and its ClaimReview lacks \
             `url`, which Google's profile requires",
        );
    }
    let (shown, left_out) = choose(args, &gathered.ledger, &claims, source);
    let texts = texts(&ledger, &gathered.ledger, &claims, &shown)?;
    let site = Site::new(
        Input {
            ledger: &gathered.ledger,
            claims: &claims,
            shown,
            reviewers: reviewers(&ledger)?,
            policies: ledger.policies()?,
            texts,
            as_of: as_of(&ledger)?,
            revised: revised(&ledger)?,
        },
        &templates,
    );
    let written = folder::write(out, &ledger, &site, &before, context)?;
    for (count, why) in left_out.lines() {
        let claims = screen::counted(count, "claim", "claims");
        context.say(&format!("left out: {claims}, {why}"));
    }
    context.say(&format!(
        "{} in {}: {} written, {} as they were, {} removed; as of checkpoint {}",
        screen::counted(written.pages, "claim's page", "claims' pages"),
        out.display(),
        screen::counted(written.changed.len() as u64, "file", "files"),
        screen::counted(written.unchanged, "file", "files"),
        written.removed.len(),
        gathered.ledger.checkpoint.size
    ));
    drop(ledger);
    let signed = place.settle(
        context,
        hand,
        gathered.ledger.checkpoint.size,
        &written.files,
    )?;
    let status = say_gone(context, &gathered);
    if context.global.json {
        json_out::print(&Exported {
            format: "site",
            out: out.display().to_string(),
            size: gathered.ledger.checkpoint.size,
            root: gathered.ledger.checkpoint.root.clone(),
            verdicts: written.pages,
            written: written.changed,
            removed: written.removed,
            skipped: vec![],
            gone: gathered.gone.into_iter().collect(),
            erased: gathered.erased.into_iter().collect(),
            signed,
        })?;
    }
    Ok(status)
}

/// How many claims have no page, by why.
#[derive(Default)]
struct LeftOut {
    unjudged: u64,
    waiting: u64,
    withheld: u64,
    unselected: u64,
}

impl LeftOut {
    fn lines(&self) -> impl Iterator<Item = (u64, &'static str)> {
        [
            (self.unjudged, "without a verdict"),
            (self.waiting, "whose verdict never had its approvals"),
            (self.withheld, "of sources that are withheld"),
            (self.unselected, "that were not selected"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
    }
}

/// Chooses the claims that get pages, and the verdict that each shows.
fn choose(
    args: &SiteArgs,
    ledger: &PublishedLedger,
    claims: &[PublishedClaim],
    source: Option<SourceId>,
) -> (BTreeMap<ClaimId, VerdictId>, LeftOut) {
    let mut shown = BTreeMap::new();
    let mut left_out = LeftOut::default();
    for claim in claims {
        let counter = match shown_verdict(claim) {
            _ if !ledger.may_leave(claim) => &mut left_out.withheld,
            None => &mut left_out.unjudged,
            Some(verdict) if args.which.status.is_empty() && !verdict.has_stood => {
                &mut left_out.waiting
            }
            Some(verdict)
                if args.which.takes_claim(claim, source)
                    && args.which.takes_verdict(verdict)
                    && args.which.takes_standing(verdict, |_| true) =>
            {
                shown.insert(claim.id, verdict.id);
                continue;
            }
            Some(_) => &mut left_out.unselected,
        };
        *counter += 1;
    }
    (shown, left_out)
}

/// Returns how far the ledger had come before the publications at its end.
fn as_of(ledger: &Ledger) -> anyhow::Result<AsOf> {
    let mut size = ledger.tree_head().size;
    while size > 1 && ledger.entry_at(size - 1)?.entry.kind() == Kind::Publication {
        size -= 1;
    }
    Ok(AsOf {
        size,
        root: ledger.root_at(size)?.to_string(),
    })
}

/// Returns the index of the last entry that may change what bundles of earlier verdicts have.
fn revised(ledger: &Ledger) -> Result<u64, LedgerError> {
    for index in (0..ledger.tree_head().size).rev() {
        match ledger.entry_at(index)?.entry.kind() {
            Kind::Genesis
            | Kind::Policy
            | Kind::Key
            | Kind::Roots
            | Kind::Log
            | Kind::Reaffirmation
            | Kind::Erasure => return Ok(index),
            Kind::Source
            | Kind::Claim
            | Kind::Verdict
            | Kind::Approval
            | Kind::Retraction
            | Kind::Publication => {}
        }
    }
    Ok(0)
}

/// Reads the texts of public sources that claims with pages stand in.
fn texts(
    ledger: &Ledger,
    published: &PublishedLedger,
    claims: &[PublishedClaim],
    shown: &BTreeMap<ClaimId, VerdictId>,
) -> Result<BTreeMap<SourceId, String>, LedgerError> {
    let mut texts = BTreeMap::new();
    for claim in claims.iter().filter(|claim| shown.contains_key(&claim.id)) {
        let is_public = published
            .sources
            .get(&claim.source)
            .is_some_and(|source| source.rights == Rights::Public);
        if !is_public || texts.contains_key(&claim.source) {
            continue;
        }
        match ledger.text_of(&claim.source) {
            Ok(Some(text)) => {
                texts.insert(claim.source, text);
            }
            // An erased text leaves the quotes of claims.
            Ok(None) | Err(LedgerError::NoObject(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(texts)
}

/// Returns whoever may or might sign verdicts, by the names of keys.
fn reviewers(ledger: &Ledger) -> Result<Vec<Reviewer>, LedgerError> {
    let mut reviewers: BTreeMap<String, Reviewer> = BTreeMap::new();
    for signer in ledger.keys()? {
        let Function::Roles(roles) = &signer.function else {
            continue;
        };
        if !roles.contains(&Role::Reviewer) {
            continue;
        }
        let since = ledger.entry_at(signer.since)?.entry.header().at;
        let ended = match signer.ended {
            Some(ended) => {
                let entry = ledger.entry_at(ended.at)?.entry;
                Some(ReviewerEnd {
                    at: entry.header().at,
                    reason: why_ended(entry.body()).to_owned(),
                    tainted_from: ended.tainted.map(|taint| taint.from),
                })
            }
            None => None,
        };
        let name = signer.key.name().to_string();
        // Of several keys of a name, one in force says more than one that has ended.
        let has_one = reviewers
            .get(&name)
            .is_some_and(|known| known.ended.is_none());
        if has_one && ended.is_some() {
            continue;
        }
        let known = reviewers.entry(name.clone()).or_insert(Reviewer {
            name,
            roles: vec![],
            since,
            key: String::new(),
            ended: None,
        });
        let role = |role: &Role| match role {
            Role::Reviewer => "Reviewer",
            Role::Approver => "Approver",
            Role::Publisher => "Publisher",
        };
        known.roles = roles.iter().map(|r| role(r).to_owned()).collect();
        known.key = signer.key.to_string();
        known.ended = ended;
    }
    Ok(reviewers.into_values().collect())
}

const fn why_ended(body: &Body) -> &'static str {
    match body {
        Body::Key(key) => match key.reason {
            Some(RevocationReason::Compromised) => "someone else may have it",
            Some(RevocationReason::Lost) => "its holder can't use it any more",
            Some(RevocationReason::Retired) => "its holder has left",
            Some(RevocationReason::Other) => "it was revoked",
            None => "another key took its place",
        },
        _ => "it was revoked",
    }
}
