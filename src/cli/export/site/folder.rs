//! A site's folder: what an export left in it, and what the next one writes and removes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::export::site::{ClaimPage, File, Site};
use factlog::ledger::{Ledger, Reveal};
use factlog::words::id::{EntryId, ObjectId};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde::{Deserialize, Serialize};

use super::super::super::context::Context;
use super::super::super::exit::{Failure, Status};
use super::super::super::manifest::SITE_STATE_FILE;
use super::super::super::{files, progress, screen};

const STATE_TYPE: &str = "factlog/site@v1";
/// What is remembered of a million pages has fewer bytes.
const MAX_STATE_BYTES: u64 = 512 * 1024 * 1024;
/// Pages that are rendered together, on all cores.
const CHUNK: usize = 128;
/// How many states of sites this machine remembers for a ledger.
const REMEMBERED: usize = 64;

/// What is remembered of an export in its folder.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    #[serde(rename = "type")]
    type_name: String,
    ledger: EntryId,
    /// Which claims were chosen.
    selection: String,
    /// By a page's folder, a digest of what it says.
    pages: BTreeMap<String, String>,
    /// All files that exports wrote, with the BLAKE3 hashes of their bytes.
    files: BTreeMap<String, ObjectId>,
}

/// What was written.
#[derive(Default)]
pub(super) struct Written {
    pub(super) pages: u64,
    pub(super) changed: Vec<String>,
    pub(super) unchanged: u64,
    pub(super) removed: Vec<String>,
    /// All files of the site, with the BLAKE3 hashes of their bytes.
    pub(super) files: BTreeMap<String, ObjectId>,
}

impl State {
    fn new(ledger: EntryId, selection: &str) -> Self {
        Self {
            type_name: STATE_TYPE.to_owned(),
            ledger,
            selection: selection.to_owned(),
            pages: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Reads what an earlier export left in a folder.
    ///
    /// Where pages are to be signed, only what this machine remembers to have written is taken for
    /// written: whoever changes a page can change the state beside it.
    ///
    /// # Errors
    /// The folder has other files, is another ledger's site, or one of other claims: nothing is mixed.
    pub(super) fn read(
        out: &Path,
        ledger: EntryId,
        selection: &str,
        is_signed: bool,
        context: &Context,
    ) -> anyhow::Result<Self> {
        let path = out.join(SITE_STATE_FILE);
        if !path.exists() {
            let has_files = match fs::read_dir(out) {
                Ok(mut entries) => entries.next().is_some(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => false,
                Err(error) => {
                    let message = format!("a site can't be written to {}", out.display());
                    return Err(Failure::new(Status::Usage, message)
                        .because(error)
                        .hint("name a folder with --out")
                        .into());
                }
            };
            if has_files {
                let message = format!("{} has files that no export of a site wrote", out.display());
                return Err(Failure::new(Status::Usage, message)
                    .hint("name a new folder with --out, or empty that one")
                    .into());
            }
            return Ok(Self::new(ledger, selection));
        }
        let bytes = files::read_at_most(&path, MAX_STATE_BYTES)?;
        let state = serde_json::from_slice::<Self>(&bytes).ok();
        let state = state.filter(|state| state.type_name == STATE_TYPE);
        let refused = |message: String, hint: &str| Failure::new(Status::Usage, message).hint(hint);
        let Some(mut state) = state else {
            let hint = "remove the folder, or name another one with --out: a site is written anew";
            return Err(refused(format!("{} can't be read", path.display()), hint).into());
        };
        if state.ledger != ledger {
            let message = format!("{} is the site of ledger {}", out.display(), state.ledger);
            return Err(refused(message, "name another folder with --out").into());
        }
        if state.selection != selection && !state.files.is_empty() {
            let message = format!(
                "{} is a site of other claims ({}): their pages would go",
                out.display(),
                if state.selection.is_empty() {
                    "all"
                } else {
                    &state.selection
                }
            );
            let hint = "a selection has a folder of its own: name another one with --out";
            return Err(refused(message, hint).into());
        }
        if is_signed && !remembered(context, ledger).contains(&ObjectId::of(&bytes).to_string()) {
            state.pages.clear();
        }
        Ok(state)
    }

    fn save(&self, out: &Path, context: &Context) -> anyhow::Result<()> {
        let mut bytes = serde_json::to_vec(self).context("writing what was exported")?;
        bytes.push(b'\n');
        files::replace(&out.join(SITE_STATE_FILE), &bytes)?;
        // Without it, the next signed export renders every page anew.
        let _ = remember(context, self.ledger, &ObjectId::of(&bytes));
        Ok(())
    }
}

/// Where this machine keeps the hashes of the states that it wrote.
fn memory(context: &Context, ledger: EntryId) -> anyhow::Result<PathBuf> {
    Ok(context.home()?.join("exports").join(ledger.to_string()))
}

fn remembered(context: &Context, ledger: EntryId) -> Vec<String> {
    let text = memory(context, ledger).and_then(|path| Ok(fs::read_to_string(path)?));
    let text = text.unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn remember(context: &Context, ledger: EntryId, state: &ObjectId) -> anyhow::Result<()> {
    let mut lines = remembered(context, ledger);
    lines.retain(|line| *line != state.to_string());
    lines.insert(0, state.to_string());
    lines.truncate(REMEMBERED);
    let path = memory(context, ledger)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    files::replace(&path, (lines.join("\n") + "\n").as_bytes())
}

/// Writes what changed of a site, and removes what is gone.
pub(super) fn write(
    out: &Path,
    ledger: &Ledger,
    site: &Site<'_>,
    before: &State,
    context: &Context,
) -> anyhow::Result<Written> {
    // What can't be rendered shows before anything is written.
    let others = site.other_pages()?;
    fs::create_dir_all(out).with_context(|| format!("making {}", out.display()))?;
    let mut pages = site.claim_pages().peekable();
    let mut now = State::new(before.ledger, &before.selection);
    let mut written = Written {
        pages: pages.len() as u64,
        ..Written::default()
    };
    // If this run stops half-way, the next one knows which files are an export's.
    let mut starting = State::new(before.ledger, &before.selection);
    let unknown = ObjectId([0; 32]);
    let planned = site.claim_pages().flat_map(|page| page_files(&page.folder));
    let planned = planned.chain(others.iter().map(|file| file.path.clone()));
    starting.files.extend(planned.map(|path| (path, unknown)));
    starting.files.extend(
        before
            .files
            .iter()
            .map(|(path, hash)| (path.clone(), *hash)),
    );
    starting.pages.clone_from(&before.pages);
    if starting.files != before.files {
        starting.save(out, context)?;
    }
    let bar = progress::of("exporting", "pages", written.pages, context);
    while pages.peek().is_some() {
        let chunk: Vec<ClaimPage<'_>> = pages.by_ref().take(CHUNK).collect();
        let rendered: Vec<Rendered> = chunk
            .par_iter()
            .map(|page| {
                let rendered = render(out, ledger, page, before);
                bar.inc(1);
                rendered
            })
            .collect::<anyhow::Result<_>>()?;
        for Rendered {
            folder,
            digest,
            files,
        } in rendered
        {
            for put in files {
                written.take(put);
            }
            now.pages.insert(folder, digest);
        }
    }
    bar.finish_and_clear();
    for file in others {
        written.take(put(out, &file)?);
    }
    for gone in before.files.keys() {
        if !written.files.contains_key(gone) {
            remove(out, gone, &mut written, context)?;
        }
    }
    now.files.clone_from(&written.files);
    now.save(out, context)?;
    Ok(written)
}

/// A claim's page that is in the folder.
struct Rendered {
    folder: String,
    digest: String,
    files: Vec<Put>,
}

/// A file of the site that is in the folder.
struct Put {
    path: String,
    hash: ObjectId,
    is_changed: bool,
}

impl Written {
    fn take(&mut self, put: Put) {
        if put.is_changed {
            self.changed.push(put.path.clone());
        } else {
            self.unchanged += 1;
        }
        self.files.insert(put.path, put.hash);
    }
}

/// Renders a page and writes it, unless what was written before says the same.
fn render(
    out: &Path,
    ledger: &Ledger,
    page: &ClaimPage<'_>,
    before: &State,
) -> anyhow::Result<Rendered> {
    let digest = page.digest();
    let folder = page.folder.clone();
    let is_as_it_was = |path: &String| {
        let bytes = fs::read(out.join(path));
        bytes.is_ok_and(|bytes| before.files.get(path) == Some(&ObjectId::of(&bytes)))
    };
    if before.pages.get(&folder) == Some(&digest) && page_files(&folder).iter().all(is_as_it_was) {
        let known = |path: String| Put {
            hash: before.files[&path],
            path,
            is_changed: false,
        };
        return Ok(Rendered {
            files: page_files(&folder).map(known).into(),
            folder,
            digest,
        });
    }
    let proving = || format!("proving verdict {}", page.verdict);
    let (bundle, _) = ledger
        .prove(&page.verdict, Reveal::Quotations)
        .with_context(proving)?;
    let bundle = String::from_utf8(bundle.to_bytes()).with_context(proving)?;
    let files = page.render(&bundle)?.into_iter();
    Ok(Rendered {
        files: files
            .map(|file| put(out, &file))
            .collect::<Result<_, _>>()?,
        folder,
        digest,
    })
}

/// Returns the files of a claim's page.
fn page_files(folder: &str) -> [String; 2] {
    ["index.html", "bundle.json"].map(|name| format!("{folder}/{name}"))
}

fn put(out: &Path, file: &File) -> anyhow::Result<Put> {
    let path = out.join(&file.path);
    if let Some(link) = link_to(out, &file.path) {
        let message = format!(
            "{} is a link, and nothing is written through it",
            link.display()
        );
        return Err(Failure::new(Status::Failed, message)
            .hint("put a folder or a file in its place, or name another folder with --out")
            .into());
    }
    let hash = ObjectId::of(&file.bytes);
    let put = |is_changed| Put {
        path: file.path.clone(),
        hash,
        is_changed,
    };
    if fs::read(&path).is_ok_and(|old| old == file.bytes) {
        return Ok(put(false));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    files::replace(&path, &file.bytes)?;
    Ok(put(true))
}

/// Removes a file that an earlier export wrote, and its folder once nothing is in it.
fn remove(out: &Path, name: &str, written: &mut Written, context: &Context) -> anyhow::Result<()> {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\\');
    let path = out.join(name);
    if !name.split('/').all(is_plain) || link_to(out, name).is_some() {
        let name = screen::path(&path);
        context.warn(&format!(
            "{name} is not removed: it is a link, or outside of the site"
        ));
        return Ok(());
    }
    if !path.is_file() {
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

/// Returns the first link on the way to a file of the site.
fn link_to(out: &Path, name: &str) -> Option<PathBuf> {
    let mut place = out.to_owned();
    name.split('/').find_map(|part| {
        place.push(part);
        let metadata = fs::symlink_metadata(&place).ok()?;
        metadata.is_symlink().then(|| place.clone())
    })
}
