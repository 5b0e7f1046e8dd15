//! `factlog evidence check`: have the pages that verdicts rest on changed since they were taken in?

use std::collections::BTreeMap;
use std::io;

use factlog::anchor::{State, Versions, requote};
use factlog::audit::standing::Standing;
use factlog::entry::{Body, Kind};
use factlog::intake::Warning;
use factlog::ledger::{Ledger, Record};
use factlog::net::fetch::FetchError;
use factlog::words::id::{ClaimId, ObjectId, SourceId, VerdictId};
use factlog::words::source::Meta;
use factlog::words::span::Quote;
use factlog::words::verdict::{Stance, Verdict};
use serde::Serialize;

use super::left::{self, Left, Version};
use crate::cli::claim_list::State as ClaimState;
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::exit::Status;
use crate::cli::json_out;
use crate::cli::progress;
use crate::cli::reanchor;
use crate::cli::says;
use crate::cli::screen::{self, BAD, FAINT, GOOD, WARN};
use crate::cli::seek;
use crate::cli::sources::{self, Given};
use crate::cli::stdout;

/// See whether the pages that verdicts rest on have changed since
///
/// Each page is fetched again from the address that was recorded with it, and its
/// words are compared with the copy that is kept. Of words that a verdict quotes
/// it is said how they stand there now:
///   exact       unchanged, with the same words around them
///   moved       unchanged, elsewhere in the page
///   normalised  only quotation marks, dashes, spaces and the like differ
///   drifted     their sentence is written otherwise
///   ambiguous   they may be in one of several places
///   orphaned    they are not there any more
/// Nothing is recorded: the copy that was kept stays what the verdict rests on.
/// Where a page has changed in what matters, take the new one in (factlog add URL
/// --replaces SOURCE) and say so in the verdict.
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  factlog evidence check             all that verdicts in force rest on
  factlog evidence check 3           what the verdicts on claim 3 rest on
  factlog evidence check 1a2b3c4d    this verdict, or this source

Exit status: 0 all is as it was, or what is quoted is; 1 a page is gone, or
words that are quoted changed; 5 a page could not be fetched or read."
)]
pub(crate) struct Args {
    /// Only of this claim (its number or id), this verdict, or this source
    #[arg(value_name = "CLAIM|VERDICT|SOURCE")]
    what: Option<String>,
}

/// A source, and what is quoted from it.
struct Watched {
    id: SourceId,
    short: String,
    label: String,
    url: Option<String>,
    raw: Option<ObjectId>,
    text: Option<String>,
    /// Its newer versions, and theirs, in log order.
    later: Vec<Version>,
    /// The newest of them, else the source itself, as it is typed.
    newest: String,
    quotes: Vec<Cited>,
}

/// Words that a verdict quotes.
struct Cited {
    verdict: VerdictId,
    /// The verdict, as it is typed.
    verdict_short: String,
    /// The claim that it judges in its current wording, as it is typed.
    claim_short: String,
    stance: Stance,
    quote: Quote,
    /// The sources that the verdict cites.
    sources: Vec<SourceId>,
    /// The sources that are kept as evidence for the claim's next verdict.
    kept: Vec<String>,
}

/// What has become of a page.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Page {
    /// Its words are the same.
    Unchanged,
    /// Its words are other ones.
    Changed,
    /// The server says that it is not there.
    Gone,
    /// It could not be fetched.
    Unreachable,
    /// What came is not a text, or nothing of it could be read.
    Unreadable,
    /// It has no address, or no text was kept of it.
    Unwatched,
}

impl Page {
    const fn words(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::Unwatched => "not compared",
        }
    }
}

#[derive(Serialize)]
struct Report {
    sources: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    source: SourceId,
    short: String,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    page: Page,
    /// Why it could not be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The newer version of the source that is what the page says now.
    #[serde(skip_serializing_if = "Option::is_none")]
    newer: Option<SourceId>,
    quotes: Vec<Quoted>,
    #[serde(skip)]
    newer_short: Option<String>,
    #[serde(skip)]
    newest: String,
}

#[derive(Serialize)]
struct Quoted {
    verdict: VerdictId,
    quote: String,
    state: State,
    /// The sentence in the copy that is kept.
    before: String,
    /// What stands in its place now.
    now: Vec<String>,
    #[serde(skip)]
    verdict_short: String,
    #[serde(skip)]
    claim_short: String,
    #[serde(skip)]
    stance: Stance,
    #[serde(skip)]
    left: Left,
}

/// What was seen of a page.
struct Seen<'s> {
    page: Page,
    reason: Option<String>,
    newer: Option<&'s Version>,
    quotes: Vec<Quoted>,
}

impl Seen<'_> {
    const fn of(page: Page, reason: Option<String>) -> Self {
        Self {
            page,
            reason,
            newer: None,
            quotes: vec![],
        }
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let watched = match &args.what {
        None => {
            let ledger = context.open_ledger()?;
            let mut verdicts = Vec::new();
            let indexes = ledger.verdict_indexes()?;
            let mut indexes: Vec<u64> = indexes.into_values().flatten().collect();
            indexes.sort_unstable();
            for index in indexes {
                verdicts.push(VerdictId(ledger.entry_at(index)?.entry.id().0));
            }
            of_verdicts(&ledger, &verdicts)?
        }
        Some(what) => named(context, what)?,
    };
    if watched.is_empty() {
        context.say("no verdict in force rests on a source");
    }
    let bar = progress::of("comparing", "pages", watched.len() as u64, context);
    let mut lines = Vec::new();
    for source in watched {
        let line = bar.suspend(|| compare(context, source));
        lines.push(line);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let status = status(&lines);
    if context.global.json {
        json_out::print(&Report { sources: lines })?;
        return Ok(status);
    }
    let mut out = stdout::styled();
    for line in &lines {
        print(&mut out, line)?;
        for next in next_commands(line) {
            context.say(&format!("  {}", screen::styled(FAINT, &next)));
        }
    }
    let count = |page: Page| lines.iter().filter(|line| line.page == page).count();
    let all = [
        Page::Unchanged,
        Page::Changed,
        Page::Gone,
        Page::Unreachable,
        Page::Unreadable,
        Page::Unwatched,
    ];
    let counted: Vec<String> = all
        .into_iter()
        .filter(|page| count(*page) > 0)
        .map(|page| format!("{} {}", count(page), page.words()))
        .collect();
    if !lines.is_empty() {
        let sources = screen::counted(lines.len() as u64, "source", "sources");
        context.say(&format!("{sources}: {}", counted.join(", ")));
    }
    Ok(status)
}

fn status(lines: &[Line]) -> Status {
    let is_lost = |line: &Line| {
        line.page == Page::Gone || line.quotes.iter().any(|quoted| !quoted.state.is_sure())
    };
    let is_unknown = |line: &Line| matches!(line.page, Page::Unreachable | Page::Unreadable);
    if lines.iter().any(is_lost) {
        Status::Failed
    } else if lines.iter().any(is_unknown) {
        Status::Incomplete
    } else {
        Status::Done
    }
}

/// Returns what is meant by a number or an id.
fn named(context: &Context, what: &str) -> anyhow::Result<Vec<Watched>> {
    let ledger = context.open_ledger()?;
    if let Ok(record) = seek::find_entry(&ledger, Kind::Verdict, what) {
        return of_verdicts(&ledger, &[VerdictId(record.entry.id().0)]);
    }
    if let Ok(record) = seek::find_entry(&ledger, Kind::Source, what) {
        let newer = ledger.newer_versions()?;
        let id = SourceId(record.entry.id().0);
        return Ok(vec![watched(&ledger, id, &newer)?]);
    }
    drop(ledger);
    let (ledger, line) =
        context.read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, what))?;
    let ClaimState::Recorded { id, .. } = line.state else {
        return Ok(vec![]);
    };
    of_verdicts(&ledger, &on_claim(&ledger, id)?)
}

fn on_claim(ledger: &Ledger, claim: ClaimId) -> anyhow::Result<Vec<VerdictId>> {
    let mut wordings = says::earlier_wordings(ledger, &claim)?;
    wordings.push(claim);
    let mut found = Vec::new();
    for wording in wordings {
        let records = ledger.verdicts_on(&wording)?.into_iter();
        found.extend(records.map(|record| VerdictId(record.entry.id().0)));
    }
    Ok(found)
}

/// Returns the sources that verdicts in force rest on, each once, with all that is quoted from it.
fn of_verdicts(ledger: &Ledger, verdicts: &[VerdictId]) -> anyhow::Result<Vec<Watched>> {
    let mut found: Vec<Watched> = Vec::new();
    let mut places: BTreeMap<SourceId, usize> = BTreeMap::new();
    let newer = ledger.newer_versions()?;
    let drafts = Drafts::of(ledger.folder());
    for id in verdicts {
        let standing = ledger.standing(id)?.standing;
        if matches!(standing, Standing::Superseded | Standing::Retracted) {
            continue;
        }
        let record = ledger.entry(&id.entry())?;
        let Body::Verdict(entry) = record.entry.body() else {
            continue;
        };
        let Some(verdict) = says::readable::<Verdict>(ledger, &entry.verdict)? else {
            continue;
        };
        // What was said of an earlier wording is judged anew in the current one.
        let claim = says::current_wording(ledger, entry.claim)?;
        let kept = left::kept_for(ledger, &drafts, claim)?;
        let sources: Vec<SourceId> = verdict.evidence.iter().map(|piece| piece.source).collect();
        for piece in verdict.evidence {
            let at = if let Some(at) = places.get(&piece.source) {
                *at
            } else {
                places.insert(piece.source, found.len());
                found.push(watched(ledger, piece.source, &newer)?);
                found.len() - 1
            };
            if let Some(quote) = piece.quote {
                found[at].quotes.push(Cited {
                    verdict: *id,
                    verdict_short: ledger.short(&id.0)?,
                    claim_short: ledger.short(&claim.0)?,
                    stance: piece.stance,
                    quote,
                    sources: sources.clone(),
                    kept: kept.clone(),
                });
            }
        }
    }
    Ok(found)
}

fn watched(ledger: &Ledger, id: SourceId, newer: &[Record]) -> anyhow::Result<Watched> {
    let record = ledger.entry_of(Kind::Source, &id.entry())?;
    let Body::Source(entry) = record.entry.body() else {
        unreachable!("it was looked up as a source");
    };
    let meta: Option<Meta> = says::readable(ledger, &entry.meta)?;
    let (later, newest) = left::later(ledger, id, newer)?;
    Ok(Watched {
        id,
        short: ledger.short(&id.0)?,
        label: says::source_label(ledger, id)?,
        url: meta
            .and_then(|meta| meta.url)
            .filter(|url| sources::is_address(url)),
        raw: entry.raw.as_ref().map(|kept| kept.blake3),
        // It may have been erased.
        text: ledger.text_of(&id).ok().flatten(),
        later,
        newest: ledger.short(&newest.0)?,
        quotes: vec![],
    })
}

/// Fetches a page and compares its words with those that are kept.
fn compare(context: &Context, source: Watched) -> Line {
    let unwatched = |why: &str| Seen::of(Page::Unwatched, Some(why.to_owned()));
    let seen = match (&source.url, &source.text) {
        (Some(url), Some(text)) => fetched(context, url, &source, text),
        (None, _) => unwatched("no address is recorded"),
        (_, None) => unwatched("no text of it is kept"),
    };
    Line {
        source: source.id,
        page: seen.page,
        reason: seen.reason,
        newer: seen.newer.map(|newer| newer.id),
        newer_short: seen.newer.map(|newer| newer.short.clone()),
        quotes: seen.quotes,
        short: source.short,
        label: source.label,
        url: source.url,
        newest: source.newest,
    }
}

fn fetched<'s>(context: &Context, url: &str, source: &'s Watched, text: &str) -> Seen<'s> {
    let given = Given {
        takes_any_page: true,
        ..Given::default()
    };
    let taken = match sources::take(context, url.as_ref(), &given) {
        Ok(taken) => taken,
        Err(error) => {
            let status = error.chain().find_map(|cause| match cause.downcast_ref() {
                Some(FetchError::Status { status, .. }) => Some(Some(*status)),
                Some(_) => Some(None),
                None => None,
            });
            let page = match status {
                Some(Some(404 | 410)) => Page::Gone,
                Some(_) => Page::Unreachable,
                None => Page::Unreadable,
            };
            let reason = error.chain().last().map(ToString::to_string);
            return Seen::of(page, reason);
        }
    };
    // The same bytes may give other words once this program reads such pages better.
    if source.raw.is_some() && taken.raw_id() == source.raw {
        return Seen::of(Page::Unchanged, None);
    }
    let Some(now) = &taken.intake.text else {
        let reason = format!("what came is {}, without a text", taken.intake.media);
        return Seen::of(Page::Unreadable, Some(reason));
    };
    if now == text {
        return Seen::of(Page::Unchanged, None);
    }
    // A wall that stands before the page today says nothing of the page.
    let wall = taken
        .intake
        .warnings
        .iter()
        .find(|warning| matches!(warning, Warning::NotTheArticle { .. }));
    if let Some(wall) = wall {
        return Seen::of(Page::Unreadable, Some(wall.to_string()));
    }
    let newer = source.later.iter().rfind(|version| version.is(&taken));
    let versions = Versions::new(text, now);
    let requoted = |cited: &Cited| {
        let found = requote(&versions, cited.quote.bytes);
        let place = |(_, sentence): &(_, factlog::words::span::Span)| {
            sentence.of(now).unwrap_or_default().to_owned()
        };
        Quoted {
            verdict: cited.verdict,
            quote: cited.quote.exact.clone(),
            state: found.state,
            before: found.sentence.of(text).unwrap_or_default().to_owned(),
            now: found.places.iter().map(place).collect(),
            verdict_short: cited.verdict_short.clone(),
            claim_short: cited.claim_short.clone(),
            stance: cited.stance,
            left: newer.map_or(Left::Cite, |newer| newer.left(&cited.sources, &cited.kept)),
        }
    };
    Seen {
        page: Page::Changed,
        reason: None,
        newer,
        quotes: source.quotes.iter().map(requoted).collect(),
    }
}

/// Says what to type about a page that changed: that its newer version is kept, and where words of a
/// quote did not stay, that another verdict cites it. What was done is not said again.
fn next_commands(line: &Line) -> Vec<String> {
    let (Page::Changed, Some(url)) = (line.page, &line.url) else {
        return vec![];
    };
    let url = screen::shell_word(&screen::one_line(url));
    let (first, what) = match &line.newer_short {
        Some(newer) => (
            format!("its newer version is kept as {newer}"),
            newer.as_str(),
        ),
        None => (
            format!(
                "to keep it as it is now: factlog add {url} --replaces {}",
                line.newest
            ),
            url.as_str(),
        ),
    };
    let mut next = vec![first];
    let changed = line.quotes.iter().filter(|quoted| !quoted.state.is_sure());
    for quoted in changed {
        let (claim, verdict) = (&quoted.claim_short, &quoted.verdict_short);
        let stance = says::name_of(&quoted.stance);
        let cite = format!("to cite it: factlog evidence add {claim} {what} --stance {stance}");
        let judge = format!("factlog verdict {claim} --supersedes {verdict}");
        let commands = match quoted.left {
            Left::Cite => vec![cite, format!("then:       {judge}")],
            Left::Judge => vec![format!("to cite it: {judge}")],
            Left::Nothing => vec![],
        };
        for command in commands {
            if !next.contains(&command) {
                next.push(command);
            }
        }
    }
    next
}

fn print(out: &mut impl io::Write, line: &Line) -> io::Result<()> {
    let style = match line.page {
        Page::Unchanged => GOOD,
        Page::Gone => BAD,
        Page::Changed | Page::Unreachable | Page::Unreadable => WARN,
        Page::Unwatched => FAINT,
    };
    writeln!(
        out,
        "{}  {}",
        screen::styled(FAINT, &line.short),
        screen::styled(style, line.page.words())
    )?;
    let columns = screen::columns();
    let write = |out: &mut dyn io::Write, text: &str, indent: &str| {
        writeln!(out, "{}", screen::wrap(text, columns, indent))
    };
    write(out, &screen::one_line(&line.label), "  ")?;
    if let Some(url) = line.url.as_ref().filter(|url| **url != line.label) {
        write(out, &screen::one_line(url), "  ")?;
    }
    if let Some(reason) = &line.reason {
        write(out, &screen::one_line(reason), "  ")?;
    }
    for quoted in &line.quotes {
        let head = format!("{}  “{}”", quoted.state.as_str(), quoted.quote);
        write(out, &screen::one_line(&head), "    ")?;
        if quoted.state.is_sure() {
            continue;
        }
        for now in &quoted.now {
            let diff = reanchor::word_diff(&quoted.before, now);
            write(out, &diff, "      ")?;
        }
    }
    Ok(())
}
