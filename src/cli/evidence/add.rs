//! `factlog evidence add`: keep a source for the next verdict on a claim.

use std::io::{self, IsTerminal as _, Write as _};

use factlog::entry::{Body, Kind};
use factlog::keys::HeldKey;
use factlog::ledger::Ledger;
use factlog::trust::KeyName;
use factlog::words::id::SourceId;
use factlog::words::source::SourceType;
use factlog::words::span::Quote;
use factlog::words::verdict::Stance;
use serde::Serialize;

use crate::cli::add::word;
use crate::cli::claim_list::{ClaimLine, State};
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::exit::{Failure, Status};
use crate::cli::json_out;
use crate::cli::prompt;
use crate::cli::quotes;
use crate::cli::record::{self, EntryLine, Signer};
use crate::cli::says;
use crate::cli::screen;
use crate::cli::seek;
use crate::cli::signing::{self, SigningArgs};
use crate::cli::sources::{self, Given, Taken};
use crate::cli::stdout;
use crate::cli::verdict::{self, KeptEvidence, Request};

/// Keep a source as evidence for the next verdict on a claim
///
/// The source is taken in and signed at once, so that its copy and its time are kept whatever becomes of
/// the page; the verdict that rests on it is signed later: factlog verdict, or factlog review.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog evidence add 3 un-charter.txt --stance refutes --primary \\
      --quote \"agree to accept and carry out\"
  factlog evidence add 3 https://news.example/a1 --stance context
  factlog evidence add 3 8f2c51d0 --stance supports --locator \"page 4\"
  factlog evidence add 3 \"call with the press office\" --stance context \\
      --unavailable \"they would not be quoted\"")]
pub(crate) struct Args {
    /// The claim: its number in `factlog claims`, or the beginning of its id
    claim: String,
    /// A file, an address, `-` for standard input, or the beginning of a source's id
    #[arg(value_name = "FILE|URL|ID|-")]
    what: String,
    /// What it says of the claim: supports, refutes, context (what helps to understand it)
    #[arg(long, value_name = "STANCE", value_parser = word::<Stance>)]
    stance: Stance,
    /// The words that matter, exactly as they stand there; give it again for further ones
    #[arg(long = "quote", value_name = "WORDS")]
    quotes: Vec<String>,
    /// Which is meant where the quote stands there several times, from 1
    #[arg(long, value_name = "N", requires = "quotes")]
    nth: Option<usize>,
    /// Say that it is a primary source: the record itself, not a report of it
    #[arg(long)]
    primary: bool,
    /// Say where to look: a page, a cell, a time
    #[arg(long, value_name = "PLACE")]
    locator: Option<String>,
    /// Remark something about it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Keep no copy, for this reason
    #[arg(long, value_name = "WHY", conflicts_with = "quotes")]
    unavailable: Option<String>,
    /// Address at which a file was published
    #[arg(long)]
    url: Option<String>,
    /// Its title
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Report {
    claim: String,
    source: SourceId,
    /// Whether the source was in the ledger before.
    already: bool,
    stance: Stance,
    quotes: Vec<Quote>,
    entries: Vec<EntryLine>,
}

/// A source that is in the ledger, or is to be recorded.
enum Found {
    There(SourceId),
    New(Box<Taken>),
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if args.nth.is_some() && args.quotes.len() > 1 {
        return Err(Failure::new(
            Status::Usage,
            "--nth belongs to one quote, and several are given",
        )
        .hint("add the others with a command each")
        .into());
    }
    let (ledger, line) = context
        .read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, &args.claim))?;
    drop(ledger);
    // The ledger is not locked while a page is fetched.
    let taken = if verdict::is_id(&args.what) {
        None
    } else {
        Some(take(args, context)?)
    };
    let mut ledger = context.open_ledger()?;
    let found = found(&ledger, args, taken)?;
    let text = match &found {
        Found::There(source) => ledger.text_of(source)?,
        Found::New(taken) => taken.intake.text.clone(),
    };
    let quotes = args
        .quotes
        .iter()
        .map(|words| quote(args, text.as_deref(), words));
    let quotes: Vec<Quote> = quotes.collect::<anyhow::Result<_>>()?;
    let (source, entries) = match &found {
        Found::There(source) => (*source, vec![]),
        Found::New(taken) => {
            refuse_out(args)?;
            let chosen = signing::choose(context, &args.signing, &ledger)?;
            let asks = context.can_ask() && !args.signing.yes && !context.global.json;
            let key = if asks || chosen.needs_person() {
                drop(ledger);
                if asks
                    && !agreed(
                        args,
                        context,
                        taken,
                        &line,
                        &quotes,
                        chosen.verifier().name(),
                    )?
                {
                    context.say("nothing was signed");
                    return Ok(Status::Failed);
                }
                let key = chosen.unlock(context)?;
                ledger = context.open_ledger()?;
                key
            } else {
                chosen.unlock(context)?
            };
            // While the person was asked, somebody else may have added it.
            match taken.already(&ledger)? {
                Some((source, _)) => (source, vec![]),
                None => sign(args, context, &mut ledger, taken, key)?,
            }
        }
    };
    let drafts = Drafts::of(ledger.folder());
    if !entries.is_empty() {
        let _locked = drafts.lock()?;
        let mut decided = drafts.load(&source)?;
        decided.evidence = true;
        drafts.save(&decided)?;
    }
    let is_judged = match line.state {
        State::Recorded { id, .. } => !ledger.verdicts_on(&id)?.is_empty(),
        _ => false,
    };
    let short = ledger.short(&source.0)?;
    let mut kept = KeptEvidence::of_line(&drafts, &line)?;
    let mut is_new = false;
    for piece in requests(args, &source) {
        is_new |= kept.add(piece);
    }
    kept.save(&drafts)?;
    drop(ledger);
    if is_new {
        tell(context, &line, &short, is_judged);
    } else {
        context.say("it is kept for this claim already; nothing was added");
    }
    if context.global.json {
        json_out::print(&Report {
            claim: line.id.clone(),
            source,
            already: entries.is_empty(),
            stance: args.stance,
            quotes,
            entries,
        })?;
    } else if !io::stdout().is_terminal() {
        writeln!(stdout::plain(), "{source}")?;
    }
    Ok(Status::Done)
}

/// Refuses to write a source into a file: what is kept beside the ledger names it.
fn refuse_out(args: &Args) -> anyhow::Result<()> {
    if args.signing.out.is_none() {
        return Ok(());
    }
    let message = "evidence is kept beside the ledger, so its source is appended at once";
    Err(Failure::new(Status::Usage, message)
        .hint("cite it in the verdict: factlog verdict … --refutes FILE --out FILE")
        .into())
}

/// Shows what would be kept, and asks whether to sign it.
fn agreed(
    args: &Args,
    context: &Context,
    taken: &Taken,
    line: &ClaimLine,
    quotes: &[Quote],
    name: &KeyName,
) -> anyhow::Result<bool> {
    let meta = &taken.meta;
    let mut fields = vec![
        ("title", meta.title.clone()),
        ("publisher", meta.publisher.clone()),
        ("published", meta.published.map(|day| day.to_string())),
        ("url", meta.url.clone()),
    ];
    for quote in quotes {
        fields.push(("quote", Some(format!("“{}”", quote.exact))));
    }
    fields.push(("stance", Some(says::name_of(&args.stance))));
    let claim = screen::cut(&line.claim.text, 60);
    fields.push(("claim", Some(format!("“{claim}”"))));
    let shown = fields.into_iter().map(|(field, value)| {
        let value = value.map_or_else(|| "–".to_owned(), |value| screen::one_line(&value));
        format!("  {field:<10} {value}")
    });
    context.say(&shown.collect::<Vec<_>>().join("\n"));
    let question = format!("Sign it as {name}? [y,n] ");
    Ok(prompt::choose(&question, &['y', 'n'])? == Some('y'))
}

/// Signs and appends what was taken in.
fn sign(
    args: &Args,
    context: &Context,
    ledger: &mut Ledger,
    taken: &Taken,
    key: HeldKey,
) -> anyhow::Result<(SourceId, Vec<EntryLine>)> {
    let mut signer = Signer::start(ledger, key, context.now()?)?;
    let entry = taken.put(&mut signer.pending)?;
    let source = SourceId(signer.add(Body::Source(entry))?.0);
    let entries = record::deliver(context, &args.signing, ledger, &signer.pending)?;
    if let Some(fetched) = taken.fetched(source) {
        fetched.keep(context, ledger);
    }
    Ok((source, entries))
}

/// Says what was kept, and what brings it along.
fn tell(context: &Context, line: &ClaimLine, short: &str, is_judged: bool) {
    let number = line
        .number
        .map_or_else(|| line.id[..8].to_owned(), |n| n.to_string());
    let next = if is_judged {
        format!("factlog verdict {number} changes the verdict, and brings it along")
    } else {
        format!("factlog verdict {number} brings it along")
    };
    context.say(&format!(
        "kept source {short} as evidence for “{}”; {next}",
        screen::cut(&line.claim.text, 60)
    ));
}

/// Finds what is named in the ledger, or keeps it to be recorded.
fn found(ledger: &Ledger, args: &Args, taken: Option<Taken>) -> anyhow::Result<Found> {
    let Some(taken) = taken else {
        let record = seek::find_entry(ledger, Kind::Source, &args.what)?;
        return Ok(Found::There(SourceId(record.entry.id().0)));
    };
    Ok(match taken.already(ledger)? {
        Some((source, _)) => Found::There(source),
        None => Found::New(Box::new(taken)),
    })
}

/// Reads or fetches what is named.
fn take(args: &Args, context: &Context) -> anyhow::Result<Taken> {
    let given = Given {
        url: args.url.clone(),
        title: args.title.clone(),
        source_type: args.unavailable.as_ref().map(|_| SourceType::Reference),
        // Evidence need not be an article.
        takes_any_page: true,
        ..Given::default()
    };
    let mut taken = sources::take(context, args.what.as_ref(), &given)?;
    taken.name_after_file();
    taken.warn(context);
    Ok(taken)
}

fn quote(args: &Args, text: Option<&str>, words: &str) -> anyhow::Result<Quote> {
    let Some(text) = text else {
        return Err(
            Failure::new(Status::Usage, format!("{} has no text to quote", args.what))
                .hint("say where to look with --locator")
                .into(),
        );
    };
    let span = quotes::find(text, words, args.nth)
        .map_err(|fault| fault.in_text(text, words, "the source"))?;
    Ok(Quote::new(text, span)?)
}

/// Makes the pieces of evidence: one a quote, or one without.
fn requests(args: &Args, source: &SourceId) -> Vec<Request> {
    let piece = |quote: Option<String>| Request {
        nth: args.nth.filter(|_| quote.is_some()),
        quote,
        primary: args.primary,
        locator: args.locator.clone(),
        note: args.note.clone(),
        unavailable: args.unavailable.clone(),
        ..Request::new(args.stance, source.to_string())
    };
    if args.quotes.is_empty() {
        return vec![piece(None)];
    }
    args.quotes
        .iter()
        .cloned()
        .map(|quote| piece(Some(quote)))
        .collect()
}
