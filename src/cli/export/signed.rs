//! `--sign`: the publisher signs the list of what was exported.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::audit::bundle::{About, Bundle, MAX_BUNDLE_BYTES};
use factlog::entry::{Body, Publication, Role};
use factlog::ledger::Ledger;
use factlog::words::id::{EntryId, ObjectId};
use factlog::words::manifest::{Manifest, ManifestFile};
use factlog::words::object;
use serde::Serialize;

use super::super::context::Context;
use super::super::exit::{Failure, Status};
use super::super::manifest::{self, PROOF_FILE};
use super::super::signing::carried::{self, Carried, Hand};
use super::super::signing::{self, SigningArgs, Wanted};
use super::super::{files, screen};

/// Who signs what is exported.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Signing")]
pub(super) struct SignArgs {
    /// Sign the list of the files, and write its proof beside them
    ///
    /// A publisher's key signs the list as an entry of the ledger. The list is closed: whoever runs
    /// `factlog check` on the folder finds every file that was changed, removed or added since.
    #[arg(long)]
    pub(super) sign: bool,
    /// Sign with the key of this name, where several on this machine are a publisher's
    #[arg(long = "as", value_name = "NAME", requires = "sign")]
    name: Option<String>,
    /// Sign with the key in this OpenSSH key file
    #[arg(long, value_name = "FILE", requires = "sign")]
    key: Option<PathBuf>,
    /// Sign with a key that the ssh-agent at SSH_AUTH_SOCK holds
    #[arg(long, requires = "sign", conflicts_with = "key")]
    agent: bool,
    /// Sign without asking
    #[arg(long, short, requires = "sign")]
    yes: bool,
}

/// What is signed.
pub(super) enum Exported<'a> {
    /// All that is in a folder; these files of it were exported.
    Folder {
        /// The folder.
        folder: &'a Path,
        /// What was exported, by paths in it.
        exported: &'a [String],
    },
    /// One file.
    File(&'a Path),
}

/// A publication, as `--json` tells of it.
#[derive(Serialize)]
pub(super) struct Signed {
    /// The entry.
    pub(super) publication: EntryId,
    /// Its index; absent where an earlier one lists the same files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<u64>,
    /// How many files the list has.
    pub(super) files: u64,
    /// The file with the proof.
    pub(super) proof: String,
}

/// How many files are named that an export did not write.
const NAMED: usize = 8;

impl SignArgs {
    /// Refuses to sign what is written to standard output.
    pub(super) fn check_out(&self, out: Option<&Path>) -> Result<(), Failure> {
        if self.sign && out.is_none() {
            let message = "what is written to standard output can't be signed";
            return Err(Failure::new(Status::Usage, message).hint("add --out FILE"));
        }
        Ok(())
    }

    /// Signs the list of what was exported from the first `size` entries, and writes its proof.
    /// `None` if nothing was asked for, or the person said no.
    pub(super) fn sign(
        &self,
        context: &Context,
        size: u64,
        exported: &Exported<'_>,
    ) -> anyhow::Result<Option<Signed>> {
        if !self.sign {
            return Ok(None);
        }
        let (files, others) = exported.list(context)?;
        let proof = exported.proof();
        let count = files.len() as u64;
        let manifest = object::to_bytes(&Manifest { files })?;
        let id = ObjectId::of(&manifest);
        let ledger = context.open_ledger()?;
        if let Some(publication) = same(&proof, &id, &ledger)? {
            context.say("the same files were signed before: nothing is signed");
            return Ok(Some(Signed {
                publication,
                index: None,
                files: count,
                proof: proof.display().to_string(),
            }));
        }
        let args = SigningArgs {
            name: self.name.clone(),
            key: self.key.clone(),
            agent: self.agent,
            out: None,
            yes: self.yes,
        };
        let wanted = Wanted::Role(Role::Publisher);
        let chosen = signing::choose_to(context, &args, &ledger, wanted, None)?;
        let mut words = vec![format!(
            "signs the list of {}, as of checkpoint {size}",
            screen::counted(count, "file", "files")
        )];
        if !others.is_empty() {
            let named: Vec<&str> = others.iter().take(NAMED).map(String::as_str).collect();
            let more = if others.len() > NAMED { ", …" } else { "" };
            words.push(format!(
                "{} among them that this export did not write: {}{more}",
                screen::counted(others.len() as u64, "file is", "files are"),
                named.join(", ")
            ));
        }
        let carried = Carried {
            bodies: vec![Body::Publication(Publication { manifest: id, size })],
            objects: vec![manifest],
            hands: vec![Hand::There(chosen)],
            words,
            question: "sign what was exported".to_owned(),
        };
        let Some(done) = carried::sign(context, &args, ledger, carried)? else {
            return Ok(None);
        };
        let ledger = context.open_ledger()?;
        let bundle = ledger
            .prove_publication(&done.id)
            .context("proving the publication")?;
        files::replace(&proof, &bundle.to_bytes())?;
        context.say(&format!(
            "signed {}; the proof is {}: factlog check {} --ledger-id {}",
            screen::counted(count, "file", "files"),
            proof.display(),
            exported.checked().display(),
            ledger.id()
        ));
        Ok(Some(Signed {
            publication: done.id,
            index: done.index,
            files: count,
            proof: proof.display().to_string(),
        }))
    }
}

impl Exported<'_> {
    /// Lists the files, and names those that were not exported.
    ///
    /// # Errors
    /// Something is there that is no plain file: a list can't have it.
    fn list(&self, context: &Context) -> anyhow::Result<(Vec<ManifestFile>, Vec<String>)> {
        match self {
            Self::Folder { folder, exported } => {
                let mut listed = Vec::new();
                let mut others = Vec::new();
                for (path, file) in manifest::files_in(folder, PROOF_FILE, context)? {
                    let Some(file) = file else {
                        let message = format!("{} is no plain file", folder.join(&path).display());
                        return Err(Failure::new(Status::Failed, message)
                            .hint("links and the like can't be signed: take it out of the folder")
                            .into());
                    };
                    if exported.binary_search(&path).is_err() {
                        others.push(path);
                    }
                    listed.push(file);
                }
                Ok((listed, others))
            }
            Self::File(path) => {
                let bytes =
                    fs::read(path).with_context(|| format!("reading {}", path.display()))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Ok((vec![ManifestFile::new(name, &bytes)], Vec::new()))
            }
        }
    }

    fn proof(&self) -> PathBuf {
        match self {
            Self::Folder { folder, .. } => folder.join(PROOF_FILE),
            Self::File(path) => {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(".");
                name.push(PROOF_FILE);
                path.with_file_name(name)
            }
        }
    }

    /// Returns what `factlog check` takes.
    fn checked(&self) -> PathBuf {
        match self {
            Self::Folder { folder, .. } => (*folder).to_owned(),
            Self::File(_) => self.proof(),
        }
    }
}

/// Returns the publication that an earlier proof shows, if it is of this ledger and lists the same.
fn same(proof: &Path, manifest: &ObjectId, ledger: &Ledger) -> anyhow::Result<Option<EntryId>> {
    if !proof.is_file() {
        return Ok(None);
    }
    let bytes = files::read_at_most(proof, MAX_BUNDLE_BYTES as u64)?;
    let Some(About::Publication(id)) = Bundle::parse(&bytes).ok().map(|bundle| bundle.about) else {
        return Ok(None);
    };
    let record = ledger.entry(&id).ok();
    let is_same = record.is_some_and(|record| match record.entry.body() {
        Body::Publication(publication) => publication.manifest == *manifest,
        _ => false,
    });
    Ok((is_same && !ledger.is_tainted(&id)?).then_some(id))
}
