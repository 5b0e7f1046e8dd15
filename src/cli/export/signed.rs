//! `--sign`: the publisher signs the list of what was exported.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::audit::Severity;
use factlog::audit::bundle::{About, Bundle, Expected, FoundFile, MAX_BUNDLE_BYTES, check_bytes};
use factlog::entry::{Body, Entry, Publication, Role};
use factlog::ledger::Ledger;
use factlog::words::id::{EntryId, ObjectId};
use factlog::words::manifest::{Manifest, ManifestFile};
use factlog::words::object::{self, Object as _};
use serde::Serialize;

use super::super::context::Context;
use super::super::exit::{Failure, Status};
use super::super::manifest::{self, BUNDLE_FILE, PROOF_FILE};
use super::super::signing::carried::{self, Carried, Hand};
use super::super::signing::{self, ChosenKey, SigningArgs, Wanted};
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

/// Where an export was written.
pub(super) enum Place<'a> {
    /// Into a folder.
    Folder(&'a Path),
    /// Into one file.
    File(&'a Path),
}

/// Who signs, found before anything is written, and not unlocked yet.
pub(super) struct Signer {
    args: SigningArgs,
    chosen: ChosenKey,
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

/// What marks a file as the proof of a publication, whole or damaged.
const PROOF_MARK: &[u8] = b"factlog/publication@v1";

impl SignArgs {
    /// Refuses to sign what is written to standard output.
    pub(super) fn check_out(&self, out: Option<&Path>) -> Result<(), Failure> {
        if self.sign && out.is_none() {
            let message = "what is written to standard output can't be signed";
            return Err(Failure::new(Status::Usage, message).hint("add --out FILE"));
        }
        Ok(())
    }

    /// Checks where an export goes, and finds out who signs it, before anything is written. `None` where
    /// nothing is to be signed.
    pub(super) fn ready(
        &self,
        context: &Context,
        ledger: &Ledger,
        place: &Place<'_>,
    ) -> anyhow::Result<Option<Signer>> {
        place.check(context)?;
        if !self.sign {
            return Ok(None);
        }
        place.check_for_signing()?;
        let args = SigningArgs {
            name: self.name.clone(),
            key: self.key.clone(),
            agent: self.agent,
            out: None,
            yes: self.yes,
        };
        let wanted = Wanted::Role(Role::Publisher);
        let chosen = signing::choose_to(context, &args, ledger, wanted, None)?;
        Ok(Some(Signer { args, chosen }))
    }
}

impl Place<'_> {
    /// Has what was written signed, if somebody signs, and makes its proof. Where nobody does, a proof
    /// of other files that is there is removed.
    ///
    /// `exported` are the files that were written or left as they were, with their BLAKE3 hashes.
    pub(super) fn settle(
        &self,
        context: &Context,
        hand: Option<Signer>,
        size: u64,
        exported: &BTreeMap<String, ObjectId>,
    ) -> anyhow::Result<Option<Signed>> {
        let proof = self.proof();
        if hand.is_none() && !proof.is_file() {
            return Ok(None);
        }
        let (files, others) = self.list(exported, context)?;
        let count = files.len() as u64;
        let manifest = object::to_bytes(&Manifest { files })?;
        let signed = match hand {
            None => None,
            Some(signer) => {
                let listed = Listed {
                    manifest: &manifest,
                    count,
                    others: &others,
                };
                self.sign(context, signer, size, &listed)?
            }
        };
        if signed.is_none()
            && known_proof(&proof)?.is_none_or(|(_, list)| list != ObjectId::of(&manifest))
        {
            fs::remove_file(&proof).with_context(|| format!("removing {}", proof.display()))?;
            context.say(&format!(
                "removed {}: it was of other files, and these are not signed",
                screen::path(&proof)
            ));
        }
        Ok(signed)
    }

    fn sign(
        &self,
        context: &Context,
        signer: Signer,
        size: u64,
        listed: &Listed<'_>,
    ) -> anyhow::Result<Option<Signed>> {
        let Listed {
            manifest,
            count,
            others,
        } = *listed;
        let id = ObjectId::of(manifest);
        let proof = self.proof();
        let ledger = context.open_ledger()?;
        let told = |publication, index| Signed {
            publication,
            index,
            files: count,
            proof: proof.display().to_string(),
        };
        if let Some((publication, list)) = known_proof(&proof)?
            && list == id
            && is_in_force(&ledger, &publication, &id)?
        {
            // The proof that is there may be damaged.
            let bundle = ledger.prove_publication(&publication);
            let bundle = bundle.context("proving the publication")?;
            let expected = Expected {
                ledger: Some(ledger.id()),
                ..Expected::default()
            };
            let shown = check_bytes(&fs::read(&proof)?, &expected);
            if shown.worst().is_some_and(|worst| worst < Severity::Note) {
                files::replace(&proof, &bundle.to_bytes())?;
            }
            context.say("the same files were signed before: nothing is signed");
            return Ok(Some(told(publication, None)));
        }
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
            objects: vec![manifest.to_vec()],
            hands: vec![Hand::There(signer.chosen)],
            words,
            question: "sign what was exported".to_owned(),
        };
        let Some(done) = carried::sign(context, &signer.args, ledger, carried)? else {
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
            self.checked().display(),
            ledger.id()
        ));
        Ok(Some(told(done.id, done.index)))
    }

    /// Refuses to write where the ledger or keys are.
    fn check(&self, context: &Context) -> anyhow::Result<()> {
        let (Self::Folder(path) | Self::File(path)) = self;
        let own = [context.ledger_folder(), context.home()];
        for own in own.into_iter().flatten() {
            let Ok(own) = own.canonicalize() else {
                continue;
            };
            let there = path.ancestors().find_map(|part| {
                let part = if part.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    part
                };
                part.canonicalize().ok()
            });
            if there.is_some_and(|there| there.starts_with(&own)) {
                let message = format!(
                    "{} is in {}, which is no place for an export",
                    screen::path(path),
                    screen::path(&own)
                );
                return Err(Failure::new(Status::Usage, message)
                    .hint("name another place with --out")
                    .into());
            }
        }
        Ok(())
    }

    /// Refuses what a list can't have, before anything is written.
    fn check_for_signing(&self) -> anyhow::Result<()> {
        let refuse = |message: String, hint: &str| {
            let failure = Failure::new(Status::Usage, message);
            Err(failure.hint(hint.to_owned()).into())
        };
        if let Self::Folder(folder) = self
            && folder.join(".factlog").exists()
        {
            let message = format!(
                "{} has a ledger in it, which is not for others",
                screen::path(folder)
            );
            return refuse(message, "sign a folder that has only what is published");
        }
        if let Self::File(path) = self {
            let name = path.file_name().unwrap_or_default().to_str();
            let listed = name.map(|name| Manifest {
                files: vec![ManifestFile::new(name, b"")],
            });
            if listed.is_none_or(|list| list.check().is_err()) {
                let message = format!("{} is no name that a list can have", screen::path(path));
                return refuse(message, "name a file in UTF-8, without a backslash");
            }
        }
        let proof = self.proof();
        let is_other = |bytes: Vec<u8>| {
            !bytes
                .windows(PROOF_MARK.len())
                .any(|part| part == PROOF_MARK)
        };
        if fs::symlink_metadata(&proof).is_ok() && fs::read(&proof).map_or(true, is_other) {
            let message = format!(
                "{} is there, and is no proof of a publication",
                screen::path(&proof)
            );
            return refuse(
                message,
                "move it away: the proof of what is signed has this name",
            );
        }
        Ok(())
    }

    /// Lists the files, and names those that were not exported.
    ///
    /// # Errors
    /// Something is there that is no plain file, or that is not as it was exported.
    fn list(
        &self,
        exported: &BTreeMap<String, ObjectId>,
        context: &Context,
    ) -> anyhow::Result<(Vec<ManifestFile>, Vec<String>)> {
        let found = match self {
            Self::Folder(folder) => manifest::files_in(folder, PROOF_FILE, |_, _| true, context)?,
            Self::File(path) => {
                let bytes =
                    fs::read(path).with_context(|| format!("reading {}", path.display()))?;
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let file = ManifestFile::new(name.clone(), &bytes);
                [(name, FoundFile::Read(file))].into()
            }
        };
        let failed = |path: &str, what: &str, hint: &str| {
            let message = format!("{} {what}", screen::path(path));
            Err(Failure::new(Status::Failed, message)
                .hint(hint.to_owned())
                .into())
        };
        let mut listed = Vec::with_capacity(found.len());
        let mut others = Vec::new();
        for (path, file) in found {
            let FoundFile::Read(file) = file else {
                let hint = "links and the like can't be signed: take it out of the folder";
                return failed(&path, "is no plain file", hint);
            };
            match exported.get(&path) {
                Some(written) if *written != file.blake3 => {
                    let hint = "somebody else writes into it: export again";
                    return failed(&path, "was changed while it was exported", hint);
                }
                Some(_) => {}
                None if path.rsplit('/').next() == Some(BUNDLE_FILE) => {
                    let hint =
                        "a file of that name is a proof for whoever checks the folder: rename it";
                    return failed(&path, "is no proof of this export", hint);
                }
                None => others.push(path),
            }
            listed.push(file);
        }
        Ok((listed, others))
    }

    fn proof(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.join(PROOF_FILE),
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
            Self::Folder(folder) => (*folder).to_owned(),
            Self::File(_) => self.proof(),
        }
    }
}

/// A list that is to be signed.
struct Listed<'a> {
    manifest: &'a [u8],
    count: u64,
    others: &'a [String],
}

/// Returns the publication that an earlier proof is of, and the id of its list.
fn known_proof(proof: &Path) -> anyhow::Result<Option<(EntryId, ObjectId)>> {
    if !proof.is_file() {
        return Ok(None);
    }
    let bytes = files::read_at_most(proof, MAX_BUNDLE_BYTES as u64)?;
    let Ok(bundle) = Bundle::parse(&bytes) else {
        return Ok(None);
    };
    let About::Publication(id) = bundle.about else {
        return Ok(None);
    };
    let entries = bundle.entries.iter();
    let mut entries = entries.filter_map(|shown| Entry::parse(shown.note.as_bytes()).ok());
    let entry = entries.find(|entry| entry.id() == id);
    Ok(entry.and_then(|entry| match entry.body() {
        Body::Publication(publication) => Some((id, publication.manifest)),
        _ => None,
    }))
}

/// Says whether a publication of a list is in the ledger, and not tainted.
fn is_in_force(ledger: &Ledger, id: &EntryId, list: &ObjectId) -> anyhow::Result<bool> {
    let Ok(record) = ledger.entry(id) else {
        return Ok(false);
    };
    let is_same = match record.entry.body() {
        Body::Publication(publication) => publication.manifest == *list,
        _ => false,
    };
    Ok(is_same && !ledger.is_tainted(id)?)
}
