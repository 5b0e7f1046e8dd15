//! `factlog add`: take in a source, sign it, list its claims.

use std::ffi::OsString;

use factlog::entry::{Body, Kind};
use factlog::ledger::Ledger;
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::time::DayOrTime;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::claim_list::{self, ClaimLine, SourceLine, State};
use super::claims::{self, Shown};
use super::context::Context;
use super::drafts::Drafts;
use super::exit::Status;
use super::extractor::{self, ExtractorArgs};
use super::json_out;
use super::proposals::{Finding, Proposals};
use super::reanchor;
use super::record::{self, EntryLine, Signer};
use super::screen;
use super::seek;
use super::signing::{self, SigningArgs};
use super::sources::{self, Given, Taken};
use super::split;

/// Take in a source: keep it, sign it, split it into claims
///
/// Keeps the bytes as they came and, of text, Markdown and HTML, the words that claims point into.
/// An address is fetched. What a page says of itself is recorded unless a flag says otherwise; of its
/// address and publisher only if the address that it gives is on the host that it was fetched from.
/// What is in the ledger already, with the same text, is not added again.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog add article.txt --url https://news.example/a1 --title \"A decision\" \\
      --publisher \"News Example\" --published 2024-03-26
  factlog add https://news.example/a1
  factlog add minutes.pdf --type document --title \"Minutes of 3 May\"
  pbpaste | factlog add - --title \"Press release\"
  factlog add article-2.txt --replaces 1a2b3c4d    a newer version of it
  factlog add article.txt --dry-run    only shows what would be taken in")]
pub(crate) struct Args {
    /// A file, an address that begins with http:// or https://, or - for standard input
    #[arg(value_name = "FILE|URL|-")]
    what: OsString,
    /// Address at which it was published; without it, the one that was fetched, after redirects, or
    /// the page's own on the same host
    #[arg(long)]
    url: Option<String>,
    /// Its title
    #[arg(long)]
    title: Option<String>,
    /// Who wrote it; give it again for each further author
    #[arg(long = "author", value_name = "NAME")]
    authors: Vec<String>,
    /// Who published it
    #[arg(long)]
    publisher: Option<String>,
    /// When it was published: a day such as 2024-03-26, or a time such as 2024-03-26T08:00:00Z
    #[arg(long, value_name = "DATE")]
    published: Option<DayOrTime>,
    /// Its language, as a tag such as en
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// What of it may be published: public (all), quoted (the words around quotes; what counts unless
    /// `factlog config` says otherwise), withheld (nothing)
    #[arg(long, value_name = "public|quoted|withheld", value_parser = word::<Rights>)]
    rights: Option<Rights>,
    /// What kind of work it is: document, dataset, recording, statement, reference (no copy is kept)
    #[arg(long = "type", value_name = "TYPE", value_parser = word::<SourceType>)]
    source_type: Option<SourceType>,
    /// Charset of its bytes, where it does not say or says it wrongly
    #[arg(long, value_parser = charset)]
    charset: Option<String>,
    /// Media type of its bytes, such as text/html
    #[arg(long, value_name = "TYPE/SUBTYPE", value_parser = media)]
    media: Option<String>,
    /// The source of which this is a newer version: the beginning of its id
    ///
    /// Its recorded claims are looked for in the newer version; those that stand there unchanged are
    /// recorded for it, the others wait for a look: factlog reanchor.
    #[arg(long, value_name = "SOURCE")]
    replaces: Option<String>,
    /// With --replaces, record no claims for the newer version: `factlog reanchor` does it later
    #[arg(long, requires = "replaces")]
    keep_claims: bool,
    /// Add it even if the same text is in the ledger already
    #[arg(long)]
    again: bool,
    /// Write nothing, need no key: only show what would be taken in
    #[arg(long, conflicts_with_all = ["again", "replaces"])]
    dry_run: bool,
    #[command(flatten)]
    extractor: ExtractorArgs,
    #[command(flatten)]
    signing: SigningArgs,
}

/// Reads one of a few words, as the formats write them.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::from(text)).map_err(|error| {
        // "unknown variant `x`, expected one of …"
        error
            .to_string()
            .replace("unknown variant", "unknown word")
            .replace('`', "")
    })
}

/// Reads a charset's label.
fn charset(text: &str) -> Result<String, String> {
    match encoding_rs::Encoding::for_label(text.as_bytes()) {
        Some(_) => Ok(text.to_owned()),
        None => Err("no such charset; one is utf-8, another windows-1252".to_owned()),
    }
}

/// Reads a media type: two tokens and a slash, without parameters or with them.
fn media(text: &str) -> Result<String, String> {
    let is_token = |token: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b);
        !token.is_empty() && token.bytes().all(fits)
    };
    let (kind, parameters) = text.split_once(';').unwrap_or((text, ""));
    let is_type = kind
        .trim()
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    if !is_type || parameters.bytes().any(|b| b.is_ascii_control()) {
        return Err("a media type is written such as text/html".to_owned());
    }
    Ok(text.to_owned())
}

/// A source in the ledger, or in a file to be appended.
struct Recorded {
    source: SourceId,
    index: Option<u64>,
    /// What was signed for it.
    entries: Vec<EntryLine>,
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
    warnings: Vec<factlog::intake::Warning>,
    entries: Vec<EntryLine>,
    claims: Vec<Shown>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let set = context.settings()?.of_file("rights");
    let set = set.and_then(|rights| word::<Rights>(rights).ok());
    let mut given = Given {
        url: args.url.clone(),
        title: args.title.clone(),
        authors: args.authors.clone(),
        publisher: args.publisher.clone(),
        published: args.published,
        language: args.language.clone(),
        rights: args.rights.or(set),
        source_type: args.source_type,
        charset: args.charset.clone(),
        media: args.media.clone(),
        replaces: None,
    };
    // The ledger is not locked while a page is fetched or a file read.
    let taken = sources::take(context, &args.what, &given)?;
    let (found, status) = find(args, context, &taken)?;
    if args.dry_run {
        taken.warn(context);
        dry_run(context, &taken, found)?;
        return Ok(status);
    }
    let mut ledger = context.open_ledger()?;
    if !args.again
        && let Some((source, index)) = taken.already(&ledger)?
    {
        let short = ledger.short(&source.0)?;
        context.say(&format!(
            "{} is in the ledger already, as source {short} (entry {index}); nothing was added. \
             --again adds it all the same",
            screen::one_line(&taken.what)
        ));
        // As an article it has claims to offer, whatever it was taken in for before.
        unmark_evidence(&ledger, &source)?;
        let record = ledger.entry_of(Kind::Source, &source.entry())?;
        let there = Recorded {
            source,
            index: Some(record.index),
            entries: vec![],
        };
        keep(&ledger, &taken, found);
        drop(ledger);
        report(context, &taken, &there, true)?;
        return Ok(status);
    }
    let mut taken = taken;
    if let Some(older) = &args.replaces {
        let record = seek::find_entry(&ledger, Kind::Source, older)?;
        given.replaces = Some(SourceId(record.entry.id().0));
        taken.replace(given.replaces);
    }
    let chosen = signing::choose(context, &args.signing, &ledger)?;
    let key = if chosen.needs_person() {
        drop(ledger);
        let key = chosen.unlock(context)?;
        ledger = context.open_ledger()?;
        key
    } else {
        chosen.unlock(context)?
    };
    taken.warn(context);
    let mut signer = Signer::start(&ledger, key, context.now()?)?;
    let entry = taken.put(&mut signer.pending)?;
    let id = SourceId(signer.add(Body::Source(entry))?.0);
    let entries = record::deliver(context, &args.signing, &mut ledger, &signer.pending)?;
    let index = entries.first().and_then(|entry| entry.index);
    if index.is_some() {
        context.say(&format!(
            "added source {}: {}",
            ledger.short(&id.0)?,
            sources::label(&taken.meta, taken.intake.text.as_deref())
        ));
    }
    let mut recorded = Recorded {
        source: id,
        index,
        entries,
    };
    if recorded.index.is_some() {
        keep(&ledger, &taken, found);
    }
    if given.replaces.is_some() && recorded.index.is_some() && !args.keep_claims {
        let anchored = reanchor::after_adding(context, &args.signing, ledger, signer, id)?;
        recorded.entries.extend(anchored);
    } else {
        drop(ledger);
    }
    report(context, &taken, &recorded, false)?;
    Ok(status)
}

/// Has an outside program find the claims, where one is named.
fn find(
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
fn keep(ledger: &Ledger, taken: &Taken, found: Option<Finding>) {
    if let Some((found, text)) = found.zip(taken.intake.text.as_ref()) {
        Proposals::of(ledger.folder()).keep(text, found);
    }
}

fn unmark_evidence(ledger: &Ledger, source: &SourceId) -> anyhow::Result<()> {
    let drafts = Drafts::of(ledger.folder());
    let mut decided = drafts.load(source)?;
    if decided.evidence {
        decided.evidence = false;
        decided.offered = Some(drafts.offer(ledger)?);
        drafts.save(&decided)?;
    }
    Ok(())
}

/// Prints the claims that a recorded source offers, or says that it has no text.
fn report(
    context: &Context,
    taken: &Taken,
    recorded: &Recorded,
    already: bool,
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
    tell(context, taken, Some(recorded), already, false, shown)
}

fn dry_run(context: &Context, taken: &Taken, found: Option<Finding>) -> anyhow::Result<Status> {
    let text = taken.intake.text.clone().unwrap_or_default();
    let id = SourceId(ObjectId::of(text.as_bytes()).0);
    let source = std::sync::Arc::new(SourceLine {
        id,
        meta: Some(taken.meta.clone()),
        text,
        is_evidence: false,
    });
    let found = found.unwrap_or_else(|| Finding::of(&source.text));
    let shown = found
        .proposals(&source.text, taken.meta.language.as_deref())
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
            })
        })
        .collect();
    tell(context, taken, None, false, true, shown)
}

fn tell(
    context: &Context,
    taken: &Taken,
    recorded: Option<&Recorded>,
    already: bool,
    dry_run: bool,
    shown: Vec<Shown>,
) -> anyhow::Result<Status> {
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
            warnings: taken.intake.warnings.clone(),
            claims: shown,
        })?;
        return Ok(Status::Done);
    }
    claims::print(&shown)?;
    let (media, claims) = (&taken.intake.media, shown.len());
    if taken.intake.text.is_none() {
        context.say(&format!(
            "kept as {}: it has no text here, so no claims",
            screen::one_line(media)
        ));
    } else if dry_run {
        context.say(&format!("{claims} claims; nothing was written"));
    } else if claims > 0 {
        context.say("next: factlog review goes through them; factlog verdict N judges one");
    }
    Ok(Status::Done)
}
