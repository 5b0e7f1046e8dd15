//! `factlog add`: take in a source, or many, sign them, list the claims.

mod alike;
mod correct;
mod report;
mod several;
mod statement;

use std::ffi::{OsStr, OsString};

use factlog::entry::{Body, Kind};
use factlog::ledger::{Ledger, Record};
use factlog::words::id::SourceId;
use factlog::words::source::{Rights, SourceType};
use factlog::words::time::DayOrTime;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::alike::{Alike, Known};
use self::report::Recorded;
pub(crate) use self::statement::{Spoken, StatementHead};
use super::context::Context;
use super::exit::{Failure, Status};
use super::extractor::ExtractorArgs;
use super::reanchor;
use super::record::{self, Signer};
use super::screen;
use super::seek;
use super::signing::{self, SigningArgs};
use super::sources::{self, Given, Taken};

/// Take in sources: keep them, sign them, split them into claims
///
/// Keeps the bytes as they came and, of text, Markdown, HTML and PDF, the words that claims point
/// into. An address is fetched. What a page says of itself is recorded unless a flag says otherwise; of
/// its address and publisher only if the address that it gives is on the host that it was fetched from.
/// What is in the ledger already, with the same text, is not added again, and near copies are named.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog add article.txt --url https://news.example/a1 --title \"A decision\" \\
      --publisher \"News Example\" --published 2024-03-26
  factlog add https://news.example/a1
  factlog add report.pdf minutes.html https://news.example/a2
  factlog add --from addresses.txt     one file or address a line
  pbpaste | factlog add - --title \"Press release\"
  factlog add article-2.txt --replaces 1a2b3c4d    a newer version of it
  factlog add article.txt --dry-run    only shows what would be taken in
  echo \"We never received the report.\" | factlog add --statement \\
      --by \"Ann Lee\" --role \"press officer, Port of Hull\" \\
      --when 2026-03-04T15:30:00Z --how telephone

A page that is no article (an error, a wall of cookies, a form to log in, a check
whether a person asks) is not taken in: open it in a browser, save it, and add the
file with --url. --anyway takes it all the same.")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Args {
    /// Files, addresses that begin with http:// or https://, or - for standard input
    #[arg(value_name = "FILE|URL|-", required_unless_present_any = ["from", "statement"])]
    what: Vec<OsString>,
    /// Take the names from this file, or with - from standard input: one a line; lines that begin
    /// with # are passed over
    #[arg(long, value_name = "LIST|-")]
    from: Option<OsString>,
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
    /// Take in a page that is no article, or that the server sent with an error; with --replaces, a
    /// second newer version of the same source
    #[arg(long)]
    anyway: bool,
    /// Write nothing, need no key: only show what would be taken in
    #[arg(long, conflicts_with_all = ["again", "replaces"])]
    dry_run: bool,
    #[command(flatten)]
    extractor: ExtractorArgs,
    #[command(flatten)]
    statement: statement::StatementArgs,
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

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    if let [what] = args.what.as_slice()
        && args.from.is_none()
    {
        return one(args, context, what);
    }
    if args.what.is_empty() && args.from.is_none() {
        // What was said is typed, where no file has it.
        return one(args, context, OsStr::new("-"));
    }
    several::run(args, context)
}

impl Args {
    /// What a person says of the sources by flags, and by the settings.
    fn given(&self, context: &Context) -> anyhow::Result<Given> {
        let set = context.settings()?.of_file("rights");
        let set = set.and_then(|rights| word::<Rights>(rights).ok());
        Ok(Given {
            url: self.url.clone(),
            title: self.title.clone(),
            authors: self.authors.clone(),
            publisher: self.publisher.clone(),
            published: self.published,
            language: self.language.clone(),
            rights: self.rights.or(set),
            source_type: self.source_type,
            charset: self.charset.clone(),
            media: self.media.clone(),
            replaces: None,
            takes_any_page: self.anyway,
            takes_errors: self.anyway,
        })
    }

    /// Says whether a person is asked before anything is signed.
    fn asks(&self, context: &Context) -> bool {
        context.can_ask() && !self.signing.yes && !context.global.json
    }
}

fn one(args: &Args, context: &Context, what: &OsStr) -> anyhow::Result<Status> {
    let given = args.given(context)?;
    // The ledger is not locked while a page is fetched or a file read.
    let mut taken = match args.statement.head()? {
        Some(head) => sources::take_statement(context, what, given, &head)?,
        None => sources::take(context, what, &given)?,
    };
    let (found, status) = report::find(args, context, &taken)?;
    if args.dry_run {
        taken.warn(context);
        let alike = in_dry_run(context, &taken)?;
        report::dry_run(context, &taken, found, alike)?;
        return Ok(status);
    }
    let mut ledger = context.open_ledger()?;
    if let Some(older) = &args.replaces {
        let record = seek::find_entry(&ledger, Kind::Source, older)?;
        taken.replace(Some(SourceId(record.entry.id().0)));
    }
    if let Some(there) = already(args, context, &ledger, &taken)? {
        report::keep(&ledger, &taken, found);
        drop(ledger);
        report::report(context, &taken, &there, true, vec![])?;
        return Ok(status);
    }
    refuse_replaced(args, &ledger, &taken)?;
    let alike = alike_of(args, context, &ledger, &taken)?;
    let chosen = signing::choose(context, &args.signing, &ledger)?;
    taken.warn(context);
    tell_alike(context, &taken, &alike);
    let asks = args.asks(context);
    let key = if asks || chosen.needs_person() {
        drop(ledger);
        if asks
            && !correct::agreed(
                context,
                &mut taken,
                &args.given(context)?,
                chosen.verifier().name(),
            )?
        {
            context.say("nothing was signed");
            return Ok(Status::Failed);
        }
        let key = chosen.unlock(context)?;
        ledger = context.open_ledger()?;
        // While the person was asked, somebody else may have added it.
        if let Some(there) = already(args, context, &ledger, &taken)? {
            report::keep(&ledger, &taken, found);
            drop(ledger);
            report::report(context, &taken, &there, true, vec![])?;
            return Ok(status);
        }
        refuse_replaced(args, &ledger, &taken)?;
        key
    } else {
        chosen.unlock(context)?
    };
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
        if let Some(fetched) = taken.fetched(id) {
            fetched.keep(context, &ledger);
        }
    }
    let mut recorded = Recorded {
        source: id,
        index,
        entries,
    };
    if recorded.index.is_some() {
        report::keep(&ledger, &taken, found);
    }
    if args.replaces.is_some() && recorded.index.is_some() && !args.keep_claims {
        match reanchor::after_adding(context, &args.signing, ledger, signer, id) {
            Ok(anchored) => recorded.entries.extend(anchored),
            Err(error) => {
                // The source stays.
                report::report(context, &taken, &recorded, false, alike)?;
                return Err(error.context(format!("source {id} was added; its claims were not")));
            }
        }
    } else {
        drop(ledger);
    }
    report::report(context, &taken, &recorded, false, alike)?;
    Ok(status)
}

/// Looks whether the same is in the ledger, and says so.
fn already(
    args: &Args,
    context: &Context,
    ledger: &Ledger,
    taken: &Taken,
) -> anyhow::Result<Option<Recorded>> {
    if args.again {
        return Ok(None);
    }
    let Some((source, index)) = taken.already(ledger)? else {
        return Ok(None);
    };
    say_already(context, ledger, taken, source, index)?;
    if let Some(older) = taken.replaces() {
        say_of_which(context, ledger, source, older)?;
    }
    // As an article it has claims to offer, whatever it was taken in for before.
    report::unmark_evidence(ledger, &source)?;
    Ok(Some(Recorded {
        source,
        index: Some(index),
        entries: vec![],
    }))
}

/// Says of what the source that is there already is a newer version, where it was added as one of
/// `older`.
fn say_of_which(
    context: &Context,
    ledger: &Ledger,
    source: SourceId,
    older: SourceId,
) -> anyhow::Result<()> {
    let record = ledger.entry_of(Kind::Source, &source.entry())?;
    let of_which = match record.entry.body() {
        Body::Source(entry) => entry.replaces,
        _ => None,
    };
    let asked = ledger.short(&older.0)?;
    match of_which {
        Some(known) if known == older => {
            context.say(&format!("it is recorded as a newer version of {asked}"));
        }
        Some(known) => context.warn(&format!(
            "it is recorded as a newer version of {}, not of {asked}: --again adds it as one",
            ledger.short(&known.0)?
        )),
        None => context.warn(&format!(
            "it was not recorded as a newer version of {asked}: --again does that"
        )),
    }
    Ok(())
}

/// Refuses a newer version of what was replaced before, unless the person says that it is one.
fn refuse_replaced(args: &Args, ledger: &Ledger, taken: &Taken) -> anyhow::Result<()> {
    let Some(older) = taken.replaces().filter(|_| !args.anyway) else {
        return Ok(());
    };
    let replaces = |record: &Record| matches!(record.entry.body(), Body::Source(source) if source.replaces == Some(older));
    let Some(newer) = ledger.newer_versions()?.into_iter().rfind(replaces) else {
        return Ok(());
    };
    let (older, by) = (ledger.short(&older.0)?, ledger.short(&newer.entry.id().0)?);
    let day = DayOrTime::Time(newer.entry.header().at).date();
    Err(Failure::new(
        Status::Usage,
        format!("source {older} was replaced by {by} on {day}: did you mean --replaces {by}?"),
    )
    .hint(format!("--anyway records another newer version of {older}"))
    .into())
}

fn say_already(
    context: &Context,
    ledger: &Ledger,
    taken: &Taken,
    source: SourceId,
    index: u64,
) -> anyhow::Result<()> {
    let short = ledger.short(&source.0)?;
    context.say(&format!(
        "{} is in the ledger already, as source {short} (entry {index}); nothing was added. \
         --again adds it all the same",
        screen::one_line(&taken.what)
    ));
    Ok(())
}

/// Looks for what is nearly the same, unless the person said that this is known.
fn alike_of(
    args: &Args,
    context: &Context,
    ledger: &Ledger,
    taken: &Taken,
) -> anyhow::Result<Vec<Alike>> {
    if args.again || args.replaces.is_some() {
        return Ok(vec![]);
    }
    Known::open(ledger, context, true)?.look(ledger, taken)
}

/// Looks for the same and for what is nearly the same where there is a ledger; nothing is written.
fn in_dry_run(context: &Context, taken: &Taken) -> anyhow::Result<Vec<Alike>> {
    if context.ledger_folder().is_err() {
        return Ok(vec![]);
    }
    let ledger = context.open_ledger()?;
    if let Some((source, index)) = taken.already(&ledger)? {
        say_already(context, &ledger, taken, source, index)?;
        return Ok(vec![]);
    }
    let alike = Known::open(&ledger, context, false)?.look(&ledger, taken)?;
    tell_alike(context, taken, &alike);
    Ok(alike)
}

fn tell_alike(context: &Context, taken: &Taken, alike: &[Alike]) {
    for alike in alike {
        alike.tell(context, &taken.what);
    }
}

/// Makes the error for a flag that belongs to one source.
fn of_one(flag: &str) -> anyhow::Error {
    Failure::new(
        Status::Usage,
        format!("{flag} belongs to one source, and several are named"),
    )
    .hint("add that one by itself")
    .into()
}
