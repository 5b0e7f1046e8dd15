//! `factlog export annotations`: the claims of each source as W3C Web Annotations.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use factlog::export::annotations::{collections, file_name};
use factlog::export::{BaseUrl, PublishedClaim, PublishedLedger, Standing};
use factlog::words::id::SourceId;

use super::super::context::Context;
use super::super::exit::Status;
use super::super::{files, json_out, screen};
use super::signed::{self, SignArgs};
use super::{Exported, Which, gather, say_gone};

/// Export the claims of each source as W3C Web Annotations
///
/// One file a source: an AnnotationCollection (JSON-LD) with the quote of each claim, its place in the
/// stored text, the rating, the summary, and the address of the claim's page. A reader's annotation
/// tool shows them on the source's own page. The file of a source whose claims have no verdict to
/// show any more is removed.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog export annotations --out site/annotations \\
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
    let (gathered, mut claims, source) = gather(context, &args.which, Some(args.base_url.clone()))?;
    // A selection does not make stale what it leaves out.
    let standing = sources_of_standing(&gathered.ledger, &claims);
    claims.retain(|claim| args.which.takes_claim(claim, source));
    args.which.keep_chosen(&mut claims, context);
    let made = collections(&gathered.ledger, &args.base_url, &claims);
    fs::create_dir_all(&args.out)
        .with_context(|| format!("making the folder {}", args.out.display()))?;
    let mut written = Vec::with_capacity(made.len());
    for collection in &made {
        let name = file_name(collection.source);
        files::replace(&args.out.join(&name), &collection.bytes)?;
        written.push(name);
    }
    let mut removed = Vec::new();
    for id in gathered.ledger.sources.keys() {
        let name = file_name(*id);
        let path = args.out.join(&name);
        if !written.contains(&name) && !standing.contains(id) && path.is_file() {
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
    written.sort();
    let signed = args.signing.sign(
        context,
        gathered.ledger.checkpoint.size,
        &signed::Exported::Folder {
            folder: &args.out,
            exported: &written,
        },
    )?;
    let status = say_gone(context, &gathered);
    if context.global.json {
        json_out::print(&Exported {
            format: "annotations",
            out: args.out.display().to_string(),
            size: gathered.ledger.checkpoint.size,
            root: gathered.ledger.checkpoint.root.clone(),
            verdicts: annotations,
            written,
            removed,
            skipped: vec![],
            gone: gathered.gone.into_iter().collect(),
            erased: gathered.erased.into_iter().collect(),
            signed,
        })?;
    }
    Ok(status)
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
