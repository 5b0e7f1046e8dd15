//! `factlog export site`: a static site whose pages carry their own proof.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::audit::facts::Function;
use factlog::entry::{Body, Kind, RevocationReason, Role};
use factlog::export::site::{
    AsOf, BUILT_IN, ClaimPage, File, Input, OWN_STYLE, Reviewer, ReviewerEnd, Site, Templates,
    shown_verdict,
};
use factlog::export::{BaseUrl, PublishedClaim, PublishedLedger, Standing};
use factlog::ledger::{Ledger, LedgerError, Reveal};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use factlog::words::source::Rights;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde::{Deserialize, Serialize};

use super::super::context::Context;
use super::super::exit::{Failure, Status};
use super::super::manifest::SITE_STATE_FILE;
use super::super::published::Gatherer;
use super::super::{files, json_out, progress, screen, seek};
use super::signed::{self, SignArgs};
use super::{Exported, Which, say_gone};

/// Export a static site: a page for each claim, each with its own proof
///
/// Plain files for any web server or for a disk: a page for each claim with its verdict, its evidence
/// and its history, an index with a search, pages of sources, reviewers, corrections and methods,
/// feeds and a site map. Each claim's page carries the proof bundle of its verdict, and a reader's
/// browser can check the page's words against it, offline.
///
/// A claim is published once a verdict on it stands, and stays: when the verdict is superseded,
/// disputed, retracted or tainted later, its page says so. What waits for approval is left out. Of a
/// source that may be quoted, the words of claims appear with what stands around them; of a withheld
/// one, nothing.
///
/// The next export into the same folder writes the pages that changed, and removes those that are gone.
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
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "templates"])]
    write_templates: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: SignArgs,
}

/// What is remembered of an export in its folder.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    #[serde(rename = "type")]
    type_name: String,
    ledger: EntryId,
    /// By a page's folder, a digest of what it says.
    pages: BTreeMap<String, String>,
    /// All files that exports wrote, with the BLAKE3 hashes of their bytes.
    files: BTreeMap<String, ObjectId>,
}

const STATE_TYPE: &str = "factlog/site@v1";
/// What is remembered of a million pages has fewer bytes.
const MAX_STATE_BYTES: u64 = 512 * 1024 * 1024;
/// A template has at most this many bytes.
const MAX_TEMPLATE_BYTES: u64 = 4 * 1024 * 1024;

pub(super) fn run(args: &SiteArgs, context: &Context) -> anyhow::Result<Status> {
    if let Some(folder) = &args.write_templates {
        return write_templates(folder, context);
    }
    let out = args.out.as_deref().expect("clap asks for it");
    let templates = templates(args.templates.as_deref())?;
    let ledger = context.open_ledger()?;
    let before = state(out, ledger.id())?;
    let source = match &args.which.source {
        Some(typed) => Some(seek::find_entry(&ledger, Kind::Source, typed)?),
        None => None,
    };
    let source = source.map(|record| SourceId(record.entry.id().0));
    let mut gatherer = Gatherer::new(&ledger);
    let claims = gatherer.all().context("reading the ledger's claims")?;
    args.which.check_ratings(&ledger.policy()?.1, &claims)?;
    let mut gathered = gatherer.finish(args.base_url.clone());
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
        },
        &templates,
    );
    let written = write(out, &ledger, &site, &before, context)?;
    for (count, why) in left_out.lines() {
        let claims = screen::counted(count, "claim", "claims");
        context.say(&format!("left out: {claims}, {why}"));
    }
    context.say(&format!(
        "{} in {}: {} written, {} as they were, {} removed; as of checkpoint {}",
        screen::counted(written.pages, "claim's page", "claims' pages"),
        out.display(),
        screen::counted(written.written.len() as u64, "file", "files"),
        screen::counted(written.unchanged, "file", "files"),
        written.removed.len(),
        gathered.ledger.checkpoint.size
    ));
    drop(ledger);
    let signed = args.signing.sign(
        context,
        gathered.ledger.checkpoint.size,
        &signed::Exported::Folder {
            folder: out,
            exported: &written.files,
        },
    )?;
    let status = say_gone(context, &gathered);
    if context.global.json {
        json_out::print(&Exported {
            format: "site",
            out: out.display().to_string(),
            size: gathered.ledger.checkpoint.size,
            root: gathered.ledger.checkpoint.root.clone(),
            verdicts: written.pages,
            written: written.written,
            removed: written.removed,
            skipped: vec![],
            gone: gathered.gone.into_iter().collect(),
            erased: gathered.erased.into_iter().collect(),
            signed,
        })?;
    }
    Ok(status)
}

fn write_templates(folder: &Path, context: &Context) -> anyhow::Result<Status> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for (name, text) in BUILT_IN {
        files::write_new(&folder.join(name), text.as_bytes())?;
    }
    context.say(&format!(
        "wrote {} to {}; what you don't change can be removed again",
        screen::counted(BUILT_IN.len() as u64, "template", "templates"),
        folder.display()
    ));
    Ok(Status::Done)
}

/// Reads a desk's own templates.
fn templates(folder: Option<&Path>) -> anyhow::Result<Templates> {
    let mut own = BTreeMap::new();
    if let Some(folder) = folder {
        let listing = || format!("reading the templates in {}", folder.display());
        for entry in fs::read_dir(folder).with_context(listing)? {
            let entry = entry.with_context(listing)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || !entry.file_type().with_context(listing)?.is_file() {
                continue;
            }
            let bytes = files::read_at_most(&entry.path(), MAX_TEMPLATE_BYTES)?;
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::new(Status::Usage, format!("{name} is not UTF-8")))?;
            own.insert(name, text);
        }
    }
    Templates::new(&own).map_err(|error| {
        let message = format!("{:#}", anyhow::Error::from(error));
        let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        Failure::new(Status::Usage, message)
            .hint(format!("templates are {}, {OWN_STYLE}", names.join(", ")))
            .into()
    })
}

/// Reads what an earlier export left.
///
/// # Errors
/// The folder has other files, or is another ledger's site: nothing is mixed.
fn state(out: &Path, ledger: EntryId) -> anyhow::Result<State> {
    let empty = State {
        type_name: STATE_TYPE.to_owned(),
        ledger,
        pages: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    let path = out.join(SITE_STATE_FILE);
    if !path.exists() {
        let has_files = match fs::read_dir(out) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error).with_context(|| format!("reading {}", out.display())),
        };
        if has_files {
            let message = format!("{} has files that no export of a site wrote", out.display());
            return Err(Failure::new(Status::Usage, message)
                .hint("name a new folder with --out, or empty that one")
                .into());
        }
        return Ok(empty);
    }
    let bytes = files::read_at_most(&path, MAX_STATE_BYTES)?;
    let state = serde_json::from_slice::<State>(&bytes).ok();
    match state.filter(|state| state.type_name == STATE_TYPE) {
        Some(state) if state.ledger == ledger => Ok(state),
        Some(state) => {
            let message = format!("{} is the site of ledger {}", out.display(), state.ledger);
            Err(Failure::new(Status::Usage, message)
                .hint("name another folder with --out")
                .into())
        }
        None => {
            let message = format!("{} can't be read", path.display());
            Err(Failure::new(Status::Usage, message)
                .hint("remove the folder, or name another one with --out: a site is written anew")
                .into())
        }
    }
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
            (self.waiting, "whose verdict waits for approval"),
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
            Some(verdict)
                if args.which.status.is_empty() && verdict.standing == Standing::Proposed =>
            {
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

/// What was written.
#[derive(Default)]
struct Written {
    pages: u64,
    written: Vec<String>,
    unchanged: u64,
    removed: Vec<String>,
    /// All files of the site.
    files: Vec<String>,
}

/// Pages that are rendered together, on all cores.
const CHUNK: usize = 128;

fn write(
    out: &Path,
    ledger: &Ledger,
    site: &Site<'_>,
    before: &State,
    context: &Context,
) -> anyhow::Result<Written> {
    fs::create_dir_all(out).with_context(|| format!("making {}", out.display()))?;
    let pages = site.claim_pages();
    let mut written = Written {
        pages: pages.len() as u64,
        ..Written::default()
    };
    let mut now = State {
        type_name: STATE_TYPE.to_owned(),
        ledger: ledger.id(),
        pages: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    // If this run stops half-way, the next one knows which files are an export's.
    let starting = State {
        type_name: STATE_TYPE.to_owned(),
        ledger: ledger.id(),
        pages: BTreeMap::new(),
        files: before.files.clone(),
    };
    let bar = progress::of("exporting", "pages", written.pages, context);
    let mut pages = pages.peekable();
    if before.files.is_empty() {
        save(out, &starting)?;
    }
    while pages.peek().is_some() {
        let chunk: Vec<ClaimPage<'_>> = pages.by_ref().take(CHUNK).collect();
        let rendered: Vec<(String, String, Option<[File; 2]>)> = chunk
            .par_iter()
            .map(|page| render(out, ledger, page, before))
            .collect::<anyhow::Result<_>>()?;
        for (folder, digest, files) in rendered {
            match files {
                Some(files) => {
                    for file in files {
                        put(out, file, &mut written, &mut now)?;
                    }
                }
                None => {
                    for path in page_files(&folder) {
                        let known = before.files.get(&path).expect("it was looked up");
                        now.files.insert(path, *known);
                    }
                    written.unchanged += 2;
                }
            }
            now.pages.insert(folder, digest);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    for file in site.other_pages()? {
        put(out, file, &mut written, &mut now)?;
    }
    let gone = before.files.keys();
    for gone in gone.filter(|path| !now.files.contains_key(*path)) {
        remove(out, gone, &mut written)?;
    }
    save(out, &now)?;
    written.files = now.files.into_keys().collect();
    Ok(written)
}

/// Renders a page, unless what was written before says the same.
fn render(
    out: &Path,
    ledger: &Ledger,
    page: &ClaimPage<'_>,
    before: &State,
) -> anyhow::Result<(String, String, Option<[File; 2]>)> {
    let digest = page.digest();
    let folder = page.folder.clone();
    let is_as_it_was = |path: &String| {
        let bytes = fs::read(out.join(path));
        bytes.is_ok_and(|bytes| before.files.get(path) == Some(&ObjectId::of(&bytes)))
    };
    if before.pages.get(&folder) == Some(&digest) && page_files(&folder).iter().all(is_as_it_was) {
        return Ok((folder, digest, None));
    }
    let proving = || format!("proving verdict {}", page.verdict);
    let (bundle, _) = ledger
        .prove(&page.verdict, Reveal::Quotations)
        .with_context(proving)?;
    let bundle = String::from_utf8(bundle.to_bytes()).with_context(proving)?;
    let files = page.render(&bundle)?;
    Ok((folder, digest, Some(files)))
}

/// Returns the files of a claim's page.
fn page_files(folder: &str) -> [String; 2] {
    ["index.html", "bundle.json"].map(|name| format!("{folder}/{name}"))
}

fn put(out: &Path, file: File, written: &mut Written, now: &mut State) -> anyhow::Result<()> {
    let path = out.join(&file.path);
    now.files
        .insert(file.path.clone(), ObjectId::of(&file.bytes));
    if fs::read(&path).is_ok_and(|old| old == file.bytes) {
        written.unchanged += 1;
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    files::replace(&path, &file.bytes)?;
    written.written.push(file.path);
    Ok(())
}

/// Removes a file that an earlier export wrote, and its folder once nothing is in it.
fn remove(out: &Path, name: &str, written: &mut Written) -> anyhow::Result<()> {
    let is_inside = !name.split('/').any(|part| part.is_empty() || part == "..");
    let path = out.join(name);
    if !is_inside || !path.is_file() {
        return Ok(());
    }
    fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
    written.removed.push(name.to_owned());
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| *folder != out) {
        if fs::remove_dir(empty).is_err() {
            break;
        }
        folder = empty.parent();
    }
    Ok(())
}

fn save(out: &Path, state: &State) -> anyhow::Result<()> {
    let mut bytes = serde_json::to_vec(state).context("writing what was exported")?;
    bytes.push(b'\n');
    files::replace(&out.join(SITE_STATE_FILE), &bytes)
}
