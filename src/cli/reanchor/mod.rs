//! `factlog reanchor`: recorded claims whose source has a newer version.
//!
//! A claim whose sentence is in the newer version unchanged, and in one place that can be told from
//! others, is recorded there without a question beyond the last look. Everything else waits for a
//! person: nothing is ever bound to other words silently.

mod ask;
mod diff;
mod gather;
mod kept;
mod recording;
mod shown;

use factlog::anchor::Candidate;
use factlog::entry::{Body, Kind};
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, ObjectId, SourceId};
use factlog::words::object;
use factlog::words::span::Span;

pub(crate) use self::diff::words as word_diff;
pub(crate) use self::gather::{Anchored, Case, Of, anchored, cases, left_out, replaced};
pub(crate) use self::kept::fault;
pub(crate) use self::recording::after_adding;
use self::recording::{Chosen, Look, carry_evidence, last_look, put};
use self::shown::{answer, changes};

use super::claim::{self, Wanted};
use super::claim_list;
use super::context::Context;
use super::drafts::Drafts;
use super::exit::{Failure, Status};
use super::record::{self, Signer};
use super::screen::{self};
use super::seek;
use super::signing::{self, SigningArgs};

/// Find recorded claims in the newer version of their source
///
/// Where a source was replaced by a newer version (factlog add --replaces),
/// each recorded claim is looked for there, with the sentence that it stands in:
///   exact       unchanged, with the same words around it
///   moved       unchanged, with other words around it
///   normalised  only quotation marks, dashes, spaces and the like differ
///   drifted     in other words: a person confirms that it is the same claim
///   ambiguous   it may be one of several places: a person says which
///   orphaned    not there any more
/// The first three are recorded for the newer version together, after one look
/// (the first by `add --replaces` at once). Of the others each is asked about; a
/// claim that is gone can be left with the older version. A claim is recorded
/// anew as one that takes the older one's place, so only by whoever signed that;
/// its verdicts stay, marked as given on the earlier version.
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  factlog add article.txt --replaces 1a2b3c4d    does this at once
  factlog reanchor                   goes through all that waits
  factlog reanchor --list            only says what would become of each
  factlog reanchor 1a2b3c4d          of this source, or this claim
  factlog reanchor 9f8e7d6c --accept --yes       take what was found
  factlog reanchor 9f8e7d6c --quote \"it was unlawful\"   say the words
  factlog reanchor 9f8e7d6c --leave  it stays with the older version

Where something waits for a person, the exit status is 5."
)]
pub(crate) struct Args {
    /// Only of this source, older or newer, or only this claim: the beginning of an id
    #[arg(value_name = "SOURCE|CLAIM")]
    what: Option<String>,
    /// Only say what would become of each; needs no key
    #[arg(long)]
    list: bool,
    /// Take the words that were found for a claim that drifted, or with --nth one of several places
    #[arg(long, requires = "what", conflicts_with_all = ["list", "quote", "leave"])]
    accept: bool,
    /// Say the claim's own words, exactly as they stand in the newer version
    #[arg(long, value_name = "WORDS", requires = "what", conflicts_with_all = ["list", "leave"])]
    quote: Option<String>,
    /// Which place is meant, from 1
    #[arg(long, value_name = "N")]
    nth: Option<usize>,
    /// The claim in words that can be read on their own, where they change
    #[arg(long, value_name = "WORDS", requires = "what", conflicts_with_all = ["list", "leave"])]
    text: Option<String>,
    /// Leave the claim with the older version: the newer one does not say it
    #[arg(long, requires = "what", conflicts_with = "list")]
    leave: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

/// A cue that stands so many bytes from a claim's own words is none of theirs.
const CUE_NEAR: usize = 400;

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let of = args
        .what
        .as_deref()
        .map(|what| of(&ledger, what))
        .transpose()?;
    let found = cases(&ledger, of)?;
    let drafts = Drafts::of(ledger.folder());
    drop(ledger);
    let found = anchored(found);
    if found.is_empty() {
        context.say(match of {
            Some(Of::Claim(_)) => {
                "this claim waits for nothing: its source has no newer version, or it \
                                   was recorded or left before"
            }
            _ => "no recorded claim has a newer version of its source before it",
        });
        return answer(context, &found, &[], vec![]);
    }
    let names_one = args.leave || args.accept || args.quote.is_some() || args.text.is_some();
    if names_one && !matches!(of, Some(Of::Claim(_))) {
        let message = "--accept, --quote, --text and --leave are said of one claim at a time";
        return Err(Failure::new(Status::Usage, message)
            .hint("name a claim; `factlog reanchor --list` shows their ids")
            .into());
    }
    if args.leave {
        return leave(context, &drafts, &found);
    }
    if args.list {
        return answer(context, &found, &[], vec![]);
    }
    let ledger = context.open_ledger()?;
    let chosen_key = signing::choose(context, &args.signing, &ledger)?;
    let (own, others) = by_author(&ledger, chosen_key.verifier(), found)?;
    drop(ledger);
    if let (true, [], [other, ..]) = (names_one, own.as_slice(), others.as_slice()) {
        let name = other.case.by.name();
        let message = format!("claim {} was signed by {name}", other.case.short);
        return Err(Failure::new(Status::Key, message)
            .hint("only its author records it anew: factlog reanchor, with that key")
            .into());
    }
    tell_others(context, &others);
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut left: Vec<ClaimId> = Vec::new();
    for there in &own {
        if names_one {
            chosen.push(Chosen::of(&there.case, claim_named(args, there)?));
        } else if let Some(claim) = sure(there) {
            chosen.push(Chosen::of(&there.case, claim));
        }
    }
    let asks = context.can_ask() && !args.signing.yes && !context.global.json;
    if asks && !names_one {
        let answered = ask::each(context, &drafts, &own)?;
        left = answered.left;
        if answered.quit {
            say_unsigned(context, answered.chosen.len());
            chosen.clear();
        } else {
            chosen.extend(answered.chosen);
        }
    }
    let mut open: Vec<Anchored> = own
        .into_iter()
        .filter(|there| !left.contains(&there.case.id))
        .collect();
    if chosen.is_empty() {
        return answer(context, &open, &[], vec![]);
    }
    if asks {
        let name = chosen_key.verifier().name().as_str();
        let look = last_look(context, &open, &chosen, name)?;
        if look != Look::Sign {
            stop_unsigned(context, &drafts, &chosen, look)?;
            return answer(context, &open, &[], vec![]);
        }
    }
    let key = chosen_key.unlock(context)?;
    let mut ledger = context.open_ledger()?;
    let mut signer = Signer::start(&ledger, key, context.now()?)?;
    let done = put(context, &ledger, &mut signer, &chosen)?;
    let entries = record::deliver(context, &args.signing, &mut ledger, &signer.pending)?;
    if args.signing.out.is_some() {
        // They wait for whoever appends them, and for nobody's answer.
        drop(ledger);
        open.retain(|there| !done.contains(&there.case.id));
        return answer(context, &open, &[], entries);
    }
    carry_evidence(&drafts, &open, &chosen, &done)?;
    kept::forget(&drafts, &done)?;
    drop(ledger);
    answer(context, &open, &done, entries)
}

/// Forgets the answers if they are to be asked for again, and says what becomes of them.
fn stop_unsigned(
    context: &Context,
    drafts: &Drafts,
    chosen: &[Chosen],
    look: Look,
) -> anyhow::Result<()> {
    let answers = chosen.iter().filter(|chosen| chosen.is_answer);
    let answers: Vec<ClaimId> = answers.map(|chosen| chosen.older).collect();
    if look == Look::AskAgain {
        let _ledger = context.open_ledger()?;
        kept::forget(drafts, &answers)?;
        say_unsigned(context, 0);
    } else {
        say_unsigned(context, answers.len());
    }
    Ok(())
}

/// Says that nothing was signed, and how many answers are kept.
fn say_unsigned(context: &Context, kept: usize) {
    context.say(&match kept {
        0 => "nothing was signed; factlog reanchor asks again".to_owned(),
        kept => format!(
            "nothing was signed; {} kept, and factlog reanchor goes on from there",
            screen::counted(kept as u64, "answer is", "answers are")
        ),
    });
}

fn of(ledger: &Ledger, what: &str) -> anyhow::Result<Of> {
    let record = match seek::find_entry(ledger, Kind::Claim, what) {
        Ok(record) => record,
        Err(_) => seek::find_entry(ledger, Kind::Source, what)?,
    };
    let id = record.entry.id();
    Ok(match record.entry.body() {
        Body::Claim(_) => Of::Claim(ClaimId(id.0)),
        _ => Of::Source(SourceId(id.0)),
    })
}

/// Returns the claim of a case that nobody has to look at.
fn sure(there: &Anchored) -> Option<Claim> {
    let candidate = there.found.candidates.first()?;
    let is_known = there.case.known.contains_key(&candidate.claim.identity());
    (there.is_sure() && !is_known).then(|| candidate.claim.clone())
}

/// Returns the claim that flags say.
fn claim_named(args: &Args, there: &Anchored) -> anyhow::Result<Claim> {
    let mut claim = match &args.quote {
        Some(quote) => quoted(&there.case, quote, args.nth)?,
        None => candidate(there, args.nth)?.claim.clone(),
    };
    if let Some(text) = &args.text {
        claim.text.clone_from(text);
        claim.added.clear();
    }
    if let Some(other) = known(&there.case, &claim) {
        let other = &other.to_string()[..8];
        let message = format!("the newer version has this claim already, recorded as {other}");
        return Err(Failure::new(Status::Failed, message)
            .hint(format!(
                "leave the older one: factlog reanchor {} --leave",
                there.case.short
            ))
            .into());
    }
    object::to_bytes(&claim).map_err(|error| {
        Failure::new(Status::Usage, "this claim can't be recorded").because(error)
    })?;
    Ok(claim)
}

fn candidate(there: &Anchored, nth: Option<usize>) -> anyhow::Result<&Candidate> {
    let candidates = &there.found.candidates;
    let short = &there.case.short;
    match (candidates.as_slice(), nth) {
        ([], _) => Err(Failure::new(
            Status::NotFound,
            format!("the newer version has no words like those of claim {short}"),
        )
        .hint("say them with --quote \"…\", or leave it with the older version: --leave")
        .into()),
        ([one], None | Some(1)) => Ok(one),
        (several, None) => Err(Failure::new(
            Status::NotFound,
            format!("claim {short} may be at {} places", several.len()),
        )
        .hint("`factlog reanchor --list` shows them; say which with --nth N")
        .into()),
        (several, Some(nth)) => nth
            .checked_sub(1)
            .and_then(|n| several.get(n))
            .ok_or_else(|| {
                Failure::new(
                    Status::NotFound,
                    format!("claim {short} has no place {nth}, but {}", several.len()),
                )
                .into()
            }),
    }
}

/// Makes the claim of words that a person names in the newer version.
fn quoted(case: &Case, words: &str, nth: Option<usize>) -> anyhow::Result<Claim> {
    let older = &case.claim;
    let is_own = older.added.is_empty() && older.parts.len() == 1;
    let cue = older
        .cue
        .and_then(|cue| cue.of(&case.old).ok())
        .map(str::to_owned);
    let wanted = |cue: Option<String>| Wanted {
        quote: words.to_owned(),
        nth,
        text: (!is_own).then(|| older.text.clone()),
        claimant: older.claimant.clone(),
        cue,
        manner: Some(older.manner),
        said: older.said.clone(),
    };
    let made = claim::make(&case.new, &older.language, &wanted(cue));
    // The cue may have gone with the older words, and be somebody else's elsewhere.
    let is_near = |claim: &Claim| {
        let distance = |cue: Span| cue.start().abs_diff(claim.quote.bytes.start());
        claim.cue.is_none_or(|cue| distance(cue) <= CUE_NEAR)
    };
    match made {
        Ok(claim) if is_near(&claim) => Ok(claim),
        _ => claim::make(&case.new, &older.language, &wanted(None)),
    }
}

/// Parts the cases by whether the holder of a key signed their claims.
fn by_author(
    ledger: &Ledger,
    key: &VerifierKey,
    found: Vec<Anchored>,
) -> anyhow::Result<(Vec<Anchored>, Vec<Anchored>)> {
    let holder = |key: &VerifierKey| -> anyhow::Result<_> {
        Ok(ledger.signer(key.public())?.map(|signer| signer.holder))
    };
    let own = holder(key)?;
    let (mut mine, mut others) = (Vec::new(), Vec::new());
    for there in found {
        if holder(&there.case.by)? == own || ledger.is_tainted(&there.case.id.entry())? {
            mine.push(there);
        } else {
            others.push(there);
        }
    }
    Ok((mine, others))
}

fn tell_others(context: &Context, others: &[Anchored]) {
    let mut names: Vec<&str> = others
        .iter()
        .map(|there| there.case.by.name().as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let count = others
            .iter()
            .filter(|there| there.case.by.name().as_str() == name)
            .count();
        context.say(&format!(
            "{} for {}, who signed them: factlog reanchor",
            screen::counted(count as u64, "claim waits", "claims wait"),
            screen::one_line(name)
        ));
    }
}

fn leave(context: &Context, drafts: &Drafts, found: &[Anchored]) -> anyhow::Result<Status> {
    // Under the lock, so that two who leave claims at once lose none.
    let _ledger = context.open_ledger()?;
    for there in found {
        kept::leave(drafts, &there.case)?;
        context.say(&format!(
            "claim {} stays with the older version",
            there.case.short
        ));
    }
    answer(context, &[], &[], vec![])
}

/// Says whether a claim of these words is recorded of the newer version already.
fn known(case: &Case, claim: &Claim) -> Option<ClaimId> {
    let identity: ObjectId = claim.identity();
    case.known.get(&identity).copied()
}
