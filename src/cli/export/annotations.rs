//! `factlog export annotations`: the claims of each source as W3C Web Annotations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::export::annotations::{collections, file_name};
use factlog::export::{BaseUrl, PublishedClaim, PublishedLedger, Standing};
use factlog::words::id::{ObjectId, SourceId};

use super::super::context::Context;
use super::super::exit::{Failure, Status};
use super::super::{files, json_out, screen};
use super::signed::{Place, SignArgs};
use super::which::{Choice, Which};
use super::{Exported, gather, say_gone};

/// An earlier collection is looked at if it has at most this many bytes.
const MAX_COLLECTION_BYTES: u64 = 256 * 1024 * 1024;

/// Export the claims of each source as W3C Web Annotations
///
/// One file a source: an AnnotationCollection (JSON-LD) with the quote of each claim, its place in the
/// stored text, the rating, the summary, and the address of the claim's page. A reader's annotation
/// tool shows them on the source's own page. The file of a source whose claims have no standing verdict
/// any more is removed. A selection writes files with what was selected alone.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog export annotations --out annotations \\
      --base-url https://desk.example/facts
  factlog export annotations --out annotations --source 5e4d3c2b \\
      --base-url https://desk.example/facts")]
pub(super) struct AnnotationsArgs {
    /// Write the collections into this folder; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Say that the pages will be under this address, and the folder under it as annotations
    ///
    /// The model asks for an address of each annotation: it is made of this one.
    #[arg(long, value_name = "URL")]
    base_url: BaseUrl,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: SignArgs,
}

pub(super) fn run(args: &AnnotationsArgs, context: &Context) -> anyhow::Result<Status> {
    let stands = |choice: &Choice| *choice == Choice::Only(Standing::Standing);
    if !args.which.status.iter().all(stands) {
        let message = "annotations have no word for a verdict that does not stand";
        return Err(Failure::new(Status::Usage, message)
            .hint("leave --status out; `factlog export jsonl --status all` has every verdict")
            .into());
    }
    let place = Place::Folder(&args.out);
    let hand = args
        .signing
        .ready(context, &context.open_ledger()?, &place)?;
    let (gathered, mut claims, source) = gather(context, &args.which, Some(args.base_url.clone()))?;
    // A selection does not make stale what it leaves out.
    let standing = sources_of_standing(&gathered.ledger, &claims);
    claims.retain(|claim| args.which.takes_claim(claim, source));
    args.which.keep_chosen(&mut claims, context);
    let made = collections(&gathered.ledger, &args.base_url, &claims);
    fs::create_dir_all(&args.out)
        .with_context(|| format!("making the folder {}", args.out.display()))?;
    let mut exported = BTreeMap::new();
    for collection in &made {
        let name = file_name(collection.source);
        files::replace(&args.out.join(&name), &collection.bytes)?;
        exported.insert(name, ObjectId::of(&collection.bytes));
    }
    let mut removed = Vec::new();
    for id in gathered.ledger.sources.keys() {
        let name = file_name(*id);
        let path = args.out.join(&name);
        let is_stale = !exported.contains_key(&name) && !standing.contains(id);
        if is_stale && is_collection(&path, &name) {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            context.say(&format!(
                "removed {name}: its source has no such verdict any more"
            ));
            removed.push(name);
        }
    }
    let annotations = made.iter().map(|collection| collection.annotations).sum();
    context.say(&format!(
        "wrote {} of {} to {}, as of checkpoint {}",
        screen::counted(annotations, "annotation", "annotations"),
        screen::counted(made.len() as u64, "source", "sources"),
        args.out.display(),
        gathered.ledger.checkpoint.size
    ));
    let signed = place.settle(context, hand, gathered.ledger.checkpoint.size, &exported)?;
    let status = say_gone(context, &gathered);
    if context.global.json {
        json_out::print(&Exported {
            format: "annotations",
            out: args.out.display().to_string(),
            size: gathered.ledger.checkpoint.size,
            root: gathered.ledger.checkpoint.root.clone(),
            verdicts: annotations,
            written: exported.into_keys().collect(),
            removed,
            skipped: vec![],
            gone: gathered.gone.into_iter().collect(),
            erased: gathered.erased.into_iter().collect(),
            signed,
        })?;
    }
    Ok(status)
}

/// Says whether a file is a collection of annotations that an export gave this name.
fn is_collection(path: &Path, name: &str) -> bool {
    let bytes = files::read_at_most(path, MAX_COLLECTION_BYTES).unwrap_or_default();
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        return false;
    };
    let id = value["id"].as_str().unwrap_or_default();
    value["type"] == "AnnotationCollection" && id.ends_with(&format!("/annotations/{name}"))
}

/// Returns the sources that have a claim with a verdict that stands.
fn sources_of_standing(ledger: &PublishedLedger, claims: &[PublishedClaim]) -> BTreeSet<SourceId> {
    let stands = |claim: &&PublishedClaim| {
        let mut verdicts = claim.verdicts.iter();
        claim.claim.is_some() && verdicts.any(|verdict| verdict.standing == Standing::Standing)
    };
    let claims = claims.iter().filter(|claim| ledger.may_leave(claim));
    claims.filter(stands).map(|claim| claim.source).collect()
}
