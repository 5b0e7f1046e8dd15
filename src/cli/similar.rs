//! `factlog similar`: the claims that are like a text, with their verdicts.

use std::io::{self, Read as _, Write as _};

use anyhow::Context as _;
use factlog::find::figures::Figure;
use factlog::find::likeness::Relation;
use factlog::find::{Index, LEAST_LIKENESS, Match};
use factlog::ledger::Ledger;
use factlog::words::id::ClaimId;
use serde::Serialize;

use super::claim_list::{ClaimLine, State};
use super::context::Context;
use super::exit::{Failure, Status};
use super::hits::Hit;
use super::index;
use super::json_out;
use super::screen::{self, FAINT, STRONG};
use super::seek;
use super::stdout;

/// So many claims are told of beside one that is reviewed.
const MOST_TOLD: usize = 3;

/// A text that is longer is no claim.
const MOST_BYTES: u64 = 64 * 1024;

/// Say whether a claim was seen before: recorded claims that are like it
///
/// Claims are compared by their words, weighed by how rare they are, by names and by figures, however
/// these are written. The number is their likeness, from 0 to 1; only what is called the same
/// reaches 1. What was said in quite other words is below .35, and is not shown unless --least asks for
/// it. A claim is called the same from .82 on, where every figure, name and "not" agrees. Where a figure is
/// another one, one of the two has fewer, or one has a "not", that is said. Words of the same meaning are
/// not known, but for some everyday ones: read what is found.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog similar 'They spent 12m on that bridge!!'
  factlog similar 3                    like the third claim, itself left out
  factlog similar - < post.txt         the text on standard input
  factlog similar 5f3a9c12 --limit 3 --json
  factlog similar 'shots with metal in them' --least 0.1

Where nothing is alike, the exit status is 3.")]
pub(crate) struct Args {
    /// A text; a claim, by its number or the beginning of its id; `-` for standard input
    #[arg(value_name = "TEXT|CLAIM|-", required = true)]
    what: Vec<String>,
    /// Show so many claims at most
    #[arg(long, value_name = "N", default_value_t = 5,
        value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    /// Show what is at least so alike, from 0 to 1
    #[arg(long, value_name = "LIKENESS", default_value_t = LEAST_LIKENESS, value_parser = likeness)]
    least: f64,
}

fn likeness(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| "a number from 0 to 1 is wanted, such as 0.2".to_owned())
}

#[derive(Serialize)]
struct Found {
    text: String,
    /// The claim that was named, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
    /// Below this likeness nothing is listed.
    least: f64,
    claims: Vec<FoundLine>,
}

#[derive(Serialize)]
struct FoundLine {
    likeness: f64,
    relation: Relation,
    same_figure: bool,
    /// Figures that the recorded claim has alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only_recorded: Vec<String>,
    /// Figures that what was asked about has alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only_asked: Vec<String>,
    #[serde(flatten)]
    hit: Hit,
}

/// What is compared.
struct Asked {
    text: String,
    claim: Option<String>,
    own: Option<ClaimId>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let (ledger, asked) = asked(args, context)?;
    let index = index::open(&ledger, context)?;
    let matches = index.similar(&asked.text, asked.own, args.least, usize::from(args.limit))?;
    let claims = lines(&ledger, matches)?;
    drop(ledger);
    let found = Found {
        text: asked.text,
        claim: asked.claim,
        least: args.least,
        claims,
    };
    if context.global.json {
        json_out::print(&found)?;
    } else {
        let mut out = stdout::styled();
        for (n, line) in found.claims.iter().enumerate() {
            if n > 0 {
                writeln!(out)?;
            }
            let head = format!(
                "{}  {}  ",
                screen::styled(STRONG, &format!("{:.2}", line.likeness)),
                line.words()
            );
            line.hit.print(&mut out, &head, &[], false)?;
        }
    }
    if found.claims.is_empty() {
        context.say("no recorded claim is like it");
        return Ok(Status::NotFound);
    }
    context.say(&screen::styled(
        FAINT,
        "the number is how alike the words are, from 0 to 1; it says nothing of truth",
    ));
    Ok(Status::Done)
}

impl FoundLine {
    /// Says in which way the claim is like what was asked.
    fn words(&self) -> String {
        let figures = |figures: &[String]| figures.join(", ");
        match self.relation {
            Relation::Same => "the same".to_owned(),
            Relation::Near => "alike".to_owned(),
            Relation::Denied => "alike, one of the two with a \"not\"".to_owned(),
            Relation::OtherFigure => format!(
                "another figure ({}, here {})",
                figures(&self.only_recorded),
                figures(&self.only_asked)
            ),
            Relation::FewerFigures if self.only_asked.is_empty() => {
                format!("fewer figures here (not {})", figures(&self.only_recorded))
            }
            Relation::FewerFigures if self.only_recorded.is_empty() => {
                format!("fewer figures (not {})", figures(&self.only_asked))
            }
            Relation::FewerFigures => format!(
                "other figures ({}, here {})",
                figures(&self.only_recorded),
                figures(&self.only_asked)
            ),
        }
    }
}

/// Tells a person, on standard error, of recorded claims that are like a text; nothing where there is
/// none.
pub(crate) fn tell(context: &Context, index: &Index, text: &str) -> anyhow::Result<()> {
    let matches = index.similar(text, None, LEAST_LIKENESS, MOST_TOLD)?;
    if matches.is_empty() {
        return Ok(());
    }
    // The ledger is read once there is something to tell.
    let lines = lines(&context.open_ledger()?, matches)?;
    context.say(&screen::styled(STRONG, "  recorded before:"));
    for line in lines {
        context.say(&format!(
            "  {:.2} {}: {}",
            line.likeness,
            line.words(),
            line.hit.in_short()
        ));
    }
    Ok(())
}

fn lines(ledger: &Ledger, matches: Vec<Match>) -> anyhow::Result<Vec<FoundLine>> {
    let shown = |figures: &[Figure]| figures.iter().map(ToString::to_string).collect();
    let ids: Vec<ClaimId> = matches.iter().map(|found| found.id).collect();
    let read = matches.into_iter().zip(Hit::all(ledger, &ids)?);
    let line = |(found, hit): (Match, Option<Hit>)| {
        Some(FoundLine {
            // More digits would say more than is known.
            likeness: (found.likeness.score * 1000.0).round() / 1000.0,
            relation: found.likeness.relation,
            same_figure: found.likeness.same_figure,
            only_recorded: shown(&found.likeness.figures.second),
            only_asked: shown(&found.likeness.figures.first),
            hit: hit?,
        })
    };
    Ok(read.filter_map(line).collect())
}

/// Finds out what is meant: standard input, a claim, or the words themselves.
fn asked(args: &Args, context: &Context) -> anyhow::Result<(Ledger, Asked)> {
    let typed = args.what.join(" ");
    if typed == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin()
            .lock()
            .take(MOST_BYTES + 1)
            .read_to_end(&mut bytes);
        read.context("reading the text from standard input")?;
        // One that is too long may be cut inside a letter, and is refused for its length.
        refuse_long(bytes.len())?;
        let text = String::from_utf8(bytes).map_err(|error| {
            Failure::new(Status::Failed, "standard input is not UTF-8").because(error)
        })?;
        return of_text(&text, context);
    }
    if !is_claim(&typed) {
        return of_text(&typed, context);
    }
    let (ledger, line) =
        context.read_claims(|ledger, proposals| seek::find_claim(ledger, proposals, &typed))?;
    let ClaimLine {
        claim, id, state, ..
    } = line;
    let own = match state {
        State::Recorded { id, .. } => Some(id),
        _ => None,
    };
    let asked = Asked {
        text: claim.text,
        claim: Some(id),
        own,
    };
    Ok((ledger, asked))
}

fn refuse_long(bytes: usize) -> Result<(), Failure> {
    if bytes as u64 > MOST_BYTES {
        return Err(Failure::new(
            Status::Usage,
            format!("the text has more than {} KiB", MOST_BYTES / 1024),
        )
        .hint("`factlog split FILE` finds the claims of an article; ask for one of them"));
    }
    Ok(())
}

fn of_text(text: &str, context: &Context) -> anyhow::Result<(Ledger, Asked)> {
    refuse_long(text.len())?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::new(Status::Usage, "there is no text to compare")
            .hint("factlog similar 'the claim in words'")
            .into());
    }
    let asked = Asked {
        text: text.to_owned(),
        claim: None,
        own: None,
    };
    Ok((context.open_ledger()?, asked))
}

/// Says whether a word is a claim's number or the beginning of an id, and no text.
fn is_claim(typed: &str) -> bool {
    let digits = typed
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    digits && (seek::number(typed).is_some() || (8..=64).contains(&typed.len()))
}
