//! What `add` prints: the source and its claims, for a person or as JSON.

use factlog::intake::Warning;
use factlog::ledger::Ledger;
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::source::{Kept, Meta};
use serde::Serialize;

use super::Args;
use super::alike::Alike;
use crate::cli::claim_list::{self, ClaimLine, SourceLine, State};
use crate::cli::claims::{self, Shown};
use crate::cli::context::Context;
use crate::cli::drafts::{Drafts, Hand};
use crate::cli::exit::Status;
use crate::cli::extractor;
use crate::cli::json_out;
use crate::cli::proposals::{Finding, Proposals};
use crate::cli::record::EntryLine;
use crate::cli::screen;
use crate::cli::sources::Taken;
use crate::cli::split;

/// A source in the ledger, or in a file to be appended.
pub(super) struct Recorded {
    pub(super) source: SourceId,
    pub(super) index: Option<u64>,
    /// What was signed for it.
    pub(super) entries: Vec<EntryLine>,
}

#[derive(Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    already: bool,
    dry_run: bool,
    media: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    charset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    normalizer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Kept>,
    meta: Meta,
    alike: Vec<Alike>,
    warnings: Vec<Warning>,
    entries: Vec<EntryLine>,
    claims: Vec<Shown>,
}

/// Has an outside program find the claims, where one is named.
pub(super) fn find(
    args: &Args,
    context: &Context,
    taken: &Taken,
) -> anyhow::Result<(Option<Finding>, Status)> {
    let command = args.extractor.extractor.as_ref();
    let Some((command, text)) = command.zip(taken.intake.text.as_ref()) else {
        let text = taken.intake.text.as_deref();
        split::note_language(context, text.unwrap_or_default());
        return Ok((None, Status::Done));
    };
    let (found, status) = extractor::run(context, command, text)?;
    let finding = Finding::by(extractor::name_of(command), text, found);
    Ok((Some(finding), status))
}

/// Keeps what an outside program found, so that every later command offers it.
pub(super) fn keep(ledger: &Ledger, taken: &Taken, found: Option<Finding>) {
    if let Some((found, text)) = found.zip(taken.intake.text.as_ref()) {
        Proposals::of(ledger.folder()).keep(text, found);
    }
}

pub(super) fn unmark_evidence(ledger: &Ledger, source: &SourceId) -> anyhow::Result<()> {
    let drafts = Drafts::of(ledger.folder());
    if !drafts.load(source)?.evidence {
        return Ok(());
    }
    let _locked = drafts.lock()?;
    let mut decided = drafts.load(source)?;
    if decided.evidence {
        decided.evidence = false;
        decided.offered = Some(drafts.offer(ledger)?);
        drafts.save(&decided)?;
    }
    Ok(())
}

/// Prints the claims that a recorded source offers, or says that it has no text.
pub(super) fn report(
    context: &Context,
    taken: &Taken,
    recorded: &Recorded,
    already: bool,
    alike: Vec<Alike>,
) -> anyhow::Result<Status> {
    // What was only signed has no claims here.
    let shown = if recorded.index.is_some() {
        let (_, shown) = context.read_claims(|ledger, proposals| {
            claim_list::of_source(ledger, proposals, &recorded.source)?
                .iter()
                .filter(|line| line.is_listed())
                .map(|line| Shown::of(ledger, line))
                .collect()
        })?;
        shown
    } else {
        vec![]
    };
    tell(context, taken, Some(recorded), already, alike, shown)
}

pub(super) fn dry_run(
    context: &Context,
    taken: &Taken,
    found: Option<Finding>,
    alike: Vec<Alike>,
) -> anyhow::Result<Status> {
    let text = taken.intake.text.clone().unwrap_or_default();
    let id = SourceId(ObjectId::of(text.as_bytes()).0);
    let source = std::sync::Arc::new(SourceLine {
        id,
        meta: Some(taken.meta.clone()),
        text,
        is_evidence: false,
        is_undecided: false,
    });
    let found = found.unwrap_or_else(|| Finding::of(&source.text));
    let shown = found
        .proposals(
            &source.text,
            taken.meta.language.as_deref(),
            taken.spoken().as_ref(),
        )
        .into_iter()
        .filter(|(_, _, passed)| passed.is_none())
        .enumerate()
        .map(|(n, (claim, worth, _))| {
            Shown::proposed(&ClaimLine {
                number: Some(n + 1),
                place: None,
                id: claim.identity().to_string(),
                state: State::Proposed,
                origin: claim.identity(),
                claim,
                source: std::sync::Arc::clone(&source),
                worth: Some(worth),
                extractor: Some(found.extractor.clone()),
                hand: Hand::default(),
            })
        })
        .collect();
    tell(context, taken, None, false, alike, shown)
}

fn tell(
    context: &Context,
    taken: &Taken,
    recorded: Option<&Recorded>,
    already: bool,
    alike: Vec<Alike>,
    shown: Vec<Shown>,
) -> anyhow::Result<Status> {
    let dry_run = recorded.is_none();
    if context.global.json {
        json_out::print(&Report {
            source: recorded.map(|recorded| recorded.source),
            index: recorded.and_then(|recorded| recorded.index),
            entries: recorded.map_or_else(Vec::new, |recorded| recorded.entries.clone()),
            already,
            dry_run,
            media: taken.intake.media.clone(),
            charset: taken.intake.charset.clone(),
            normalizer: taken.intake.normalizer.clone(),
            text: taken
                .intake
                .text
                .as_ref()
                .map(|text| Kept::of(text.as_bytes())),
            meta: taken.meta.clone(),
            alike,
            warnings: taken.intake.warnings.clone(),
            claims: shown,
        })?;
        return Ok(Status::Done);
    }
    claims::print(&shown)?;
    let (media, claims) = (&taken.intake.media, shown.len());
    if taken.intake.text.is_none() {
        context.say(&format!(
            "kept as {}, as it came ({}); it has no text here, so no claims: cite it as evidence, or add \
             what it says as a text",
            screen::one_line(media),
            taken.kind()
        ));
    } else if dry_run {
        context.say(&format!("{claims} claims; nothing was written"));
    } else if claims > 0 {
        context.say("next: factlog review goes through them; factlog verdict N judges one");
    } else if let Some(recorded) = recorded.filter(|recorded| recorded.index.is_some()) {
        context.say(&claims::say_none(&recorded.source));
    }
    Ok(Status::Done)
}
