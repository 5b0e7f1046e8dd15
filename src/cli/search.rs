//! `factlog search`: the claims that fit words, phrases and fields.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use factlog::find::{FIELDS, Filter, Query, QueryError, QueryFault, STATUSES};
use factlog::ledger::Ledger;
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::hits::{Hit, Snippet};
use super::index;
use super::json_out;
use super::near;
use super::screen::{self, FAINT};
use super::stdout;

/// Find recorded claims by words, phrases and fields
///
/// Words are looked for in the claims, their quotes, claimants, sources and verdicts; all of them must
/// be there. English words are found in their other forms, figures however they are written. A phrase
/// stands in quotation marks, a word or field that must not fit after a `-`. Fields are claimant, rating,
/// source, reviewer, status, language, since and until, as `FIELD:VALUE` or as options. A claim's date
/// is the day that it was said, else published, else recorded. Its status is unjudged, proposed,
/// standing, disputed, superseded, retracted or tainted.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog search harbour bridge
  factlog search '\"closed in 2019\" -tunnel'     a phrase; without a word
  factlog search bridge rating:false since:2024-03
  factlog search 'bridge -rating:false'
  factlog search --claimant 'Ada Venn' --status disputed
  factlog search budget --limit 50 --page 2 --json

Where nothing fits, the exit status is 3. The index is kept in the ledger's
folder, in search/; what is new is added, and it is built anew if damaged.")]
pub(crate) struct Args {
    /// Words, "phrases" and FIELD:VALUE
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    /// Only what this claimant said: words of a name or role
    #[arg(long, value_name = "NAME")]
    claimant: Option<String>,
    /// Only claims with a verdict of this rating
    #[arg(long, value_name = "CODE")]
    rating: Option<String>,
    /// Only claims of this source: the beginning of its id, or words of its title, publisher or address
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Only claims that this reviewer judged: words of the key's name
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,
    /// Only claims of this status
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only claims in this language
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Only claims from this day, month or year on
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Only claims up to this day, month or year
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Show so many claims at most
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Show this page, counted from 1
    #[arg(long, value_name = "K", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    page: u32,
}

#[derive(Serialize)]
struct Found {
    total: usize,
    page: u32,
    limit: u16,
    claims: Vec<FoundLine>,
}

#[derive(Serialize)]
struct FoundLine {
    #[serde(flatten)]
    hit: Hit,
    snippets: Vec<Snippet>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let query = query(args)?;
    let ledger = context.open_ledger()?;
    let index = index::open(&ledger, context)?;
    let limit = usize::from(args.limit);
    let skip = (args.page as usize - 1) * limit;
    let hits = index.search(&query, skip, limit)?;
    let read = Hit::all(&ledger, &hits.claims)?.into_iter().flatten();
    let line = |hit: Hit| {
        let snippets = hit.snippets(&query);
        FoundLine { hit, snippets }
    };
    let claims = read.map(line).collect();
    let of_scale = if hits.total == 0 {
        unknown_rating(&ledger, &query)?
    } else {
        None
    };
    drop(ledger);
    let found = Found {
        total: hits.total,
        page: args.page,
        limit: args.limit,
        claims,
    };
    if context.global.json {
        json_out::print(&found)?;
    } else {
        print(&found, context)?;
    }
    if found.total == 0 {
        context.say(of_scale.as_deref().unwrap_or("no recorded claim fits"));
    } else if found.claims.is_empty() {
        let pages = found.total.div_ceil(limit);
        context.say(&format!(
            "there is no page {}: the last one is {pages}",
            args.page
        ));
    }
    Ok(if found.claims.is_empty() {
        Status::NotFound
    } else {
        Status::Done
    })
}

/// Says that the scale has no such rating, where one is asked for.
fn unknown_rating(ledger: &Ledger, query: &Query) -> anyhow::Result<Option<String>> {
    let (_, policy) = ledger.policy()?;
    let codes: Vec<&str> = policy
        .scale
        .iter()
        .map(|rating| rating.code.as_str())
        .collect();
    let mut filters = query.filters.iter().chain(&query.without_filters);
    let unknown = filters.find_map(|filter| match filter {
        Filter::Rating(code) if !codes.contains(&code.as_str()) => Some(code),
        _ => None,
    });
    Ok(unknown.map(|code| {
        format!(
            "no recorded claim fits; the scale has no rating {code:?}, but {}",
            codes.join(", ")
        )
    }))
}

/// Puts together what the words and the options ask for.
fn query(args: &Args) -> anyhow::Result<Query> {
    let text = args.words.join(" ");
    let options = [
        ("claimant", &args.claimant),
        ("rating", &args.rating),
        ("source", &args.source),
        ("reviewer", &args.reviewer),
        ("status", &args.status),
        ("language", &args.language),
        ("since", &args.since),
        ("until", &args.until),
    ];
    let has_options = options.iter().any(|(_, value)| value.is_some());
    let mut query = if text.trim().is_empty() && has_options {
        Query::default()
    } else {
        Query::parse(&text).map_err(|error| unreadable(&error))?
    };
    for (name, value) in options {
        let Some(value) = value else { continue };
        let filter = Filter::new(name, value).map_err(|fault| {
            let message = format!("--{name} can't be read: {fault}");
            Failure::new(Status::Usage, message).hint(mended(&fault))
        })?;
        query.filters.push(filter);
    }
    Ok(query)
}

fn unreadable(error: &QueryError) -> Failure {
    Failure::new(Status::Usage, error.to_string()).hint(mended(&error.fault))
}

/// Says how a query that can't be read is put right.
fn mended(fault: &QueryFault) -> String {
    match fault {
        QueryFault::Field(name) => match near::nearest(name, FIELDS) {
            Some(meant) => format!(
                "{meant}: was probably meant; the fields are {}",
                FIELDS.join(", ")
            ),
            None => format!(
                "the fields are {}; a word with a colon stands in quotation marks: \
                 '\"{name}:…\"'",
                FIELDS.join(", ")
            ),
        },
        QueryFault::Status(status) => match near::nearest(status, STATUSES) {
            Some(meant) => format!("{meant} was probably meant"),
            None => format!("a status is one of {}", STATUSES.join(", ")),
        },
        QueryFault::Unclosed => {
            "close it, and keep the shell from taking it: factlog search '\"two words\"'".to_owned()
        }
        QueryFault::Empty => "name words or fields: factlog search bridge rating:false".to_owned(),
        QueryFault::OnlyWithout => "name what must be there, too".to_owned(),
        QueryFault::NoValue(name) => format!("write it without a space: {name}:VALUE"),
        QueryFault::Day(_) | QueryFault::Long | QueryFault::NoWord(_) => {
            "`factlog search --help` shows examples".to_owned()
        }
    }
}

fn print(found: &Found, context: &Context) -> anyhow::Result<()> {
    let mut out = stdout::styled();
    // Matches stand in brackets where there are no styles.
    let styled = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    for (n, line) in found.claims.iter().enumerate() {
        if n > 0 {
            writeln!(out)?;
        }
        line.hit.print(&mut out, "", &line.snippets, styled)?;
    }
    let limit = usize::from(found.limit);
    let first = (found.page as usize - 1) * limit + 1;
    if !found.claims.is_empty() {
        let last = first + found.claims.len() - 1;
        let total = screen::counted(found.total as u64, "claim fits", "claims fit");
        let more = if last < found.total {
            format!("; --page {} goes on", found.page + 1)
        } else {
            String::new()
        };
        let said = format!("{total}; these are {first} to {last}{more}");
        context.say(&screen::styled(FAINT, &said));
    }
    Ok(())
}
