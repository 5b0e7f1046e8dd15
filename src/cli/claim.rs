//! `factlog claim`: record a claim that the splitter missed.

use std::io::{self, IsTerminal, Write as _};

use factlog::entry::{Body, ClaimEntry, Kind};
use factlog::extract::{layout, sentences};
use factlog::words::claim::{Added, AddedWhy, Claim, ClaimChange, Claimant, Manner, Said};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId};
use factlog::words::object;
use factlog::words::source::Meta;
use factlog::words::span::{Quote, Span};
use factlog::words::time::DayOrTime;
use serde::Serialize;

use super::add::word;
use super::claim_list;
use super::context::Context;
use super::exit::{Failure, Status};
use super::json_out;
use super::prompt;
use super::quotes;
use super::record::{self, EntryLine, Signer};
use super::screen;
use super::seek;
use super::signing::{self, SigningArgs};
use super::sources;
use super::stdout;

/// Marks before and after words that are quoted.
const MARKS: [char; 10] = ['"', '“', '”', '„', '«', '»', '‘', '’', '\'', '‹'];

/// Record a claim that the splitter missed, by its exact words
///
/// The words must stand in the source's text as they are given; only line breaks and spaces may
/// differ. Where they stand there several times, --nth says which are meant.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog claim 1a2b3c4d --quote \"the UN resolution was nonbinding\" \\
      --claimant \"John Kirby\" --cue \"emphasizing that\"
  factlog claim 1a2b3c4d --quote \"it was nonbinding\" --nth 2 \\
      --text \"the UN resolution was nonbinding\"
  factlog claim 1a2b3c4d --quote \"…\" --claimant \"Ann Lee\" \\
      --supersedes 9d8c7b6a --change attribution")]
pub(crate) struct Args {
    /// The source: the beginning of its id
    source: String,
    /// The claim's own words, exactly as they stand in the source
    #[arg(long, value_name = "WORDS")]
    quote: String,
    /// Which is meant where the words stand there several times, from 1
    #[arg(long, value_name = "N")]
    nth: Option<usize>,
    /// Who made the claim; without it, it is the source's own
    #[arg(long, value_name = "NAME")]
    claimant: Option<String>,
    /// Title or office of the claimant
    #[arg(long, requires = "claimant")]
    role: Option<String>,
    /// Address that says who the claimant is, such as a Wikidata page
    #[arg(long, value_name = "URL", requires = "claimant")]
    same_as: Option<String>,
    /// The claim in words that can be read on their own; else the quote
    #[arg(long)]
    text: Option<String>,
    /// The words that attribute, as they stand in the source ("emphasizing that")
    #[arg(long, value_name = "WORDS", requires = "claimant")]
    cue: Option<String>,
    /// How it is told: direct (in the claimant's words), indirect, mixed, narration
    #[arg(long, value_parser = word::<Manner>)]
    manner: Option<Manner>,
    /// When it was said: a day, or a time in UTC
    #[arg(long, value_name = "DATE")]
    said_date: Option<DayOrTime>,
    /// On what occasion it was said
    #[arg(long, value_name = "TEXT")]
    said_at: Option<String>,
    /// Where it was said
    #[arg(long, value_name = "PLACE")]
    said_in: Option<String>,
    /// Its language, as a tag such as en; else the source's
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The claim in whose place this one stands: the beginning of its id
    #[arg(long, value_name = "CLAIM", requires = "change")]
    supersedes: Option<String>,
    /// What it changes: attribution, wording, span, anchor
    #[arg(long, value_name = "WHAT", requires = "supersedes", value_parser = word::<ClaimChange>)]
    change: Option<ClaimChange>,
    #[command(flatten)]
    signing: SigningArgs,
}

/// What a person says of a claim.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) quote: String,
    pub(crate) nth: Option<usize>,
    pub(crate) text: Option<String>,
    pub(crate) claimant: Option<Claimant>,
    pub(crate) cue: Option<String>,
    pub(crate) manner: Option<Manner>,
    pub(crate) said: Option<Said>,
}

#[derive(Serialize)]
struct Report {
    claim: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    already: bool,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let same_as = args.same_as.as_deref();
    same_as.map_or(Ok(()), sources::refuse_credentials)?;
    let mut ledger = context.open_ledger()?;
    let record = seek::find_entry(&ledger, Kind::Source, &args.source)?;
    let source = SourceId(record.entry.id().0);
    let text = ledger.text_of(&source)?.ok_or_else(|| {
        Failure::new(
            Status::Failed,
            format!(
                "the source {} has no text that could be quoted",
                args.source
            ),
        )
    })?;
    let language = match (&args.language, record.entry.body()) {
        (Some(language), _) => Some(language.clone()),
        (None, Body::Source(entry)) => ledger
            .object::<Meta>(&entry.meta)
            .ok()
            .and_then(|meta| meta.language),
        _ => None,
    };
    let claim = make(&text, language.as_deref().unwrap_or("en"), &args.wanted())?;
    let supersedes = args
        .supersedes
        .as_deref()
        .map(|what| seek::find_entry(&ledger, Kind::Claim, what))
        .transpose()?
        .map(|record| ClaimId(record.entry.id().0));
    let identity = claim.identity();
    let same = claim_list::recorded_in(&ledger, &source)?.remove(&identity);
    if let Some(same) = same.filter(|same| !same.superseded && supersedes.is_none()) {
        context.say(&format!(
            "this claim is recorded already: {} (entry {})",
            ledger.short(&same.id.0)?,
            same.index
        ));
        return answer(context, same.id.entry(), Some(same.index), true, vec![]);
    }
    let chosen = signing::choose(context, &args.signing, &ledger)?;
    let asks = context.can_ask() && !args.signing.yes;
    let key = if asks || chosen.needs_person() {
        drop(ledger);
        context.say(&format!(
            "  claim    {}\n  said by  {}\n  quote    “{}”",
            screen::one_line(&claim.text),
            claim_list::who(&claim),
            screen::one_line(&claim.quote.exact),
        ));
        let question = format!("Sign this as {}? [y,n] ", chosen.verifier().name());
        if asks && prompt::choose(&question, &['y', 'n'])? != Some('y') {
            context.say("nothing was signed");
            return Ok(Status::Failed);
        }
        let key = chosen.unlock(context)?;
        ledger = context.open_ledger()?;
        key
    } else {
        chosen.unlock(context)?
    };
    let mut signer = Signer::start(&ledger, key, context.now()?)?;
    let hull = claim.quote.bytes;
    let object = signer.pending.object(object::to_bytes(&claim)?);
    let id = signer.add(Body::Claim(ClaimEntry {
        claim: object,
        source,
        start: hull.start() as u64,
        end: hull.end() as u64,
        extractor: None,
        supersedes,
        change: args.change,
    }))?;
    let entries = record::deliver(context, &args.signing, &mut ledger, &signer.pending)?;
    let index = entries.last().and_then(|entry| entry.index);
    if let Some(index) = index {
        context.say(&format!(
            "recorded the claim {} (entry {index}); judge it with: factlog verdict {}",
            ledger.short(&id.0)?,
            ledger.short(&id.0)?
        ));
    }
    answer(context, id, index, false, entries)
}

fn answer(
    context: &Context,
    claim: EntryId,
    index: Option<u64>,
    already: bool,
    entries: Vec<EntryLine>,
) -> anyhow::Result<Status> {
    if context.global.json {
        json_out::print(&Report {
            claim,
            index,
            already,
            entries,
        })?;
    } else if !io::stdout().is_terminal() {
        writeln!(stdout::plain(), "{claim}")?;
    }
    Ok(Status::Done)
}

impl Args {
    fn wanted(&self) -> Wanted {
        let said = Said {
            date: self.said_date,
            occasion: self.said_at.clone(),
            place: self.said_in.clone(),
        };
        Wanted {
            quote: self.quote.clone(),
            nth: self.nth,
            text: self.text.clone(),
            claimant: self.claimant.clone().map(|name| Claimant {
                name,
                role: self.role.clone(),
                same_as: self.same_as.clone(),
                span: None,
            }),
            cue: self.cue.clone(),
            manner: self.manner,
            said: Some(said).filter(|said| *said != Said::default()),
        }
    }
}

/// Makes a claim of words in a text.
///
/// # Errors
/// The words or the cue are not in the text, or it is not said which of several places is meant.
pub(crate) fn make(text: &str, language: &str, wanted: &Wanted) -> anyhow::Result<Claim> {
    let hull = quotes::find(text, &wanted.quote, wanted.nth)
        .map_err(|fault| fault.in_text(text, &wanted.quote, "the source"))?;
    let own = hull.of(text)?;
    let sentence = sentence_of(text, hull);
    let cue = wanted
        .cue
        .as_deref()
        .map(|cue| nearest(text, sentence, hull, cue))
        .transpose()?;
    let claimant = wanted.claimant.clone().map(|mut claimant| {
        claimant.span = beside(text, sentence, hull, &claimant.name);
        claimant
    });
    let manner = wanted.manner.unwrap_or_else(|| match &claimant {
        None => Manner::Narration,
        Some(_) if is_quoted(text, hull) => Manner::Direct,
        Some(_) => Manner::Indirect,
    });
    let own_words = own.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = wanted.text.clone().unwrap_or_else(|| own_words.clone());
    let claim = Claim {
        source: ObjectId::of(text.as_bytes()),
        added: added(&words, &own_words),
        text: words,
        parts: vec![hull],
        statement: if claimant.is_some() {
            vec![hull]
        } else {
            vec![]
        },
        cue,
        claimant,
        manner,
        said: wanted.said.clone(),
        quote: Quote::new(text, hull)?,
        language: language.to_owned(),
    };
    object::to_bytes(&claim).map_err(|error| {
        Failure::new(Status::Usage, "this claim can't be recorded").because(error)
    })?;
    Ok(claim)
}

fn sentence_of(text: &str, hull: Span) -> Span {
    let blocks = layout::blocks(text);
    let around = blocks.iter().filter(|block| block.span.contains(hull));
    around
        .flat_map(|block| sentences::sentences(text, block.span))
        .find(|sentence| sentence.contains(hull))
        .unwrap_or(hull)
}

/// Finds the cue in the claim's sentence, else nearest to the claim.
fn nearest(text: &str, sentence: Span, hull: Span, cue: &str) -> anyhow::Result<Span> {
    if let Some(span) = beside(text, sentence, hull, cue) {
        return Ok(span);
    }
    let places = match quotes::find(text, cue, None) {
        Ok(one) => vec![one],
        Err(quotes::QuoteFault::Several(places)) => places,
        Err(fault) => return Err(fault.in_text(text, cue, "the source").into()),
    };
    let distance = |place: &Span| place.start().abs_diff(hull.start());
    let nearest = places.into_iter().min_by_key(distance);
    Ok(nearest.expect("the words were found"))
}

/// Finds words in the claim's sentence, beside the claim's own.
pub(crate) fn beside(text: &str, sentence: Span, hull: Span, words: &str) -> Option<Span> {
    let inside = sentence.of(text).ok()?;
    let places = match quotes::find(inside, words, None) {
        Ok(one) => vec![one],
        Err(quotes::QuoteFault::Several(places)) => places,
        Err(_) => return None,
    };
    let shift = |place: Span| {
        Span::new(
            place.start() + sentence.start(),
            place.end() + sentence.start(),
        )
        .ok()
    };
    places
        .into_iter()
        .filter_map(shift)
        .find(|place| !place.overlaps(hull))
}

/// Says whether quotation marks stand around a place.
pub(crate) fn is_quoted(text: &str, hull: Span) -> bool {
    let before = text[..hull.start()].chars().next_back();
    let after = text[hull.end()..]
        .trim_start_matches([',', '.'])
        .chars()
        .next();
    let mark = |c: Option<char>| c.is_some_and(|c| MARKS.contains(&c));
    mark(before) && mark(after)
}

/// Marks what stands before and after the source's words in a claim's text; where its words are
/// others altogether, nothing can be marked.
fn added(text: &str, own: &str) -> Vec<Added> {
    let Some(at) = text.find(own) else {
        return vec![];
    };
    let rest = at + own.len();
    [(0, &text[..at]), (rest, &text[rest..])]
        .into_iter()
        .filter(|(_, words)| !words.trim().is_empty())
        .map(|(at, words)| Added {
            at,
            text: words.to_owned(),
            why: AddedWhy::Carried,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Ann Lee, the minister, said: “It was\nlawful.” It was lawful, she insisted that day.\n";

    fn wanted(quote: &str, nth: Option<usize>) -> Wanted {
        Wanted {
            quote: quote.to_owned(),
            nth,
            ..Wanted::default()
        }
    }

    #[test]
    fn a_claim_is_made_of_exact_words() {
        let claim = make(
            TEXT,
            "en",
            &Wanted {
                claimant: Some(Claimant {
                    name: "Ann Lee".into(),
                    role: Some("the minister".into()),
                    same_as: None,
                    span: None,
                }),
                cue: Some("said".into()),
                text: Some("The act: It was lawful".into()),
                ..wanted("It was lawful", Some(1))
            },
        )
        .expect("a claim");
        assert_eq!(claim.quote.exact, "It was\nlawful");
        assert_eq!(claim.manner, Manner::Direct);
        assert_eq!(claim.cue.expect("a cue").of(TEXT), Ok("said"));
        let span = claim.claimant.expect("a claimant").span.expect("its words");
        assert_eq!(span.of(TEXT), Ok("Ann Lee"));
        assert_eq!(claim.added.len(), 1);
        assert_eq!(claim.added[0].text, "The act: ");
    }

    #[test]
    fn what_is_not_in_the_text_or_twice_is_refused() {
        for (quote, nth) in [
            ("It was lawful", None),
            ("It is lawful", None),
            ("It was lawful", Some(3)),
        ] {
            assert!(
                make(TEXT, "en", &wanted(quote, nth)).is_err(),
                "{quote} {nth:?}"
            );
        }
        let narrated = make(TEXT, "en", &wanted("that day", None)).expect("a claim");
        assert_eq!(
            (narrated.manner, narrated.claimant),
            (Manner::Narration, None)
        );
        assert!(narrated.added.is_empty() && narrated.statement.is_empty());
    }
}
