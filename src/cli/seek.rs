//! From what a person typed to the one thing that it names.
//!
//! A word of digits alone may be a number of `factlog claims`, and may be the beginning of an id:
//! with fewer digits than an id's beginning has it is a number, with more than any number has the
//! beginning of an id. In between it is what fits; if both fit, it is refused.

use std::borrow::Borrow;

use factlog::entry::{Body, Kind};
use factlog::ledger::{Found, Ledger, MOST_FOUND, Record, SeekError};
use factlog::words::id;

use super::claim_list::{self, ClaimLine, State};
use super::exit::{Failure, Status};
use super::proposals::Proposals;
use super::says;
use super::screen;

/// The beginning of an id has at least so many digits.
const LEAST_ID_DIGITS: usize = 4;

/// A claim's number has at most so many digits: fewer than the ids that are printed.
const MOST_NUMBER_DIGITS: usize = 7;

/// What a person means.
pub(crate) enum Sought {
    /// An entry or an object of the ledger.
    Recorded(Found),
    /// A claim that is not recorded.
    Proposed(Box<ClaimLine>),
}

/// Finds what a person means: a number of `factlog claims`, or the beginning of the id of an entry,
/// an object or a proposed claim.
///
/// # Errors
/// Nothing has that number or id, or more than one thing has, which are then listed: exit status 3.
pub(crate) fn find(ledger: &Ledger, proposals: &Proposals, typed: &str) -> anyhow::Result<Sought> {
    let typed = typed.trim().to_ascii_lowercase();
    if let Some(line) = numbered(ledger, proposals, &typed)? {
        return Ok(of_claim(line));
    }
    match ledger.find(&typed) {
        Ok(found) => Ok(Sought::Recorded(found)),
        Err(SeekError::Ambiguous { prefix, found }) => Err(ambiguous(ledger, &prefix, &found)),
        Err(error @ SeekError::Nothing(_)) => {
            let list = claim_list::claim_list(ledger, proposals)?;
            match of_list(&list, &typed)? {
                Some(line) => Ok(of_claim(line.clone())),
                None => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn of_claim(line: ClaimLine) -> Sought {
    match line.state {
        State::Recorded { id, .. } => Sought::Recorded(Found::Entry(id.entry())),
        _ => Sought::Proposed(Box::new(line)),
    }
}

/// Finds the claim that a person means: by its number in `factlog claims`, or by the beginning of
/// its id.
pub(crate) fn find_claim(
    ledger: &Ledger,
    proposals: &Proposals,
    typed: &str,
) -> anyhow::Result<ClaimLine> {
    if let Some(line) = numbered(ledger, proposals, typed)? {
        return Ok(line);
    }
    if let Some(line) = recorded_claim(ledger, typed)? {
        return Ok(line);
    }
    let list = claim_list::claim_list(ledger, proposals)?;
    let line = of_list(&list, typed)?.ok_or_else(|| no_claim_begins(typed))?;
    Ok(line.clone())
}

/// Returns the claim with the number that a word is; `None` where the word is the beginning of an id.
fn numbered(
    ledger: &Ledger,
    proposals: &Proposals,
    word: &str,
) -> anyhow::Result<Option<ClaimLine>> {
    let Some(number) = number(word) else {
        return Ok(None);
    };
    // No claim has the number 0, and the whole list says which there are.
    let list = if is_number_alone(word) && number > 0 {
        claim_list::up_to_number(ledger, proposals, number)?
    } else {
        claim_list::claim_list(ledger, proposals)?
    };
    let line = list.iter().find(|line| line.number == Some(number));
    match line {
        Some(line) => {
            refuse_unsure(&list)?;
            refuse_if_also_id(ledger, &list, word, line)?;
            Ok(Some(line.clone()))
        }
        None if is_number_alone(word) => Err(no_claim_numbered(number, &list).into()),
        None => Ok(None),
    }
}

/// Returns the number that a word may be.
pub(crate) fn number(word: &str) -> Option<usize> {
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    let fits = is_number_alone(word) || !word.starts_with('0');
    if !digits || !fits || !(1..=MOST_NUMBER_DIGITS).contains(&word.len()) {
        return None;
    }
    word.parse().ok()
}

/// Says whether a number is too short to be the beginning of an id.
pub(crate) fn is_number_alone(number: &str) -> bool {
    number.len() < LEAST_ID_DIGITS
}

/// Makes the error for a number that no claim of the list has.
pub(crate) fn no_claim_numbered<L: Borrow<ClaimLine>>(number: usize, list: &[L]) -> Failure {
    let numbers = list.iter().filter_map(|line| line.borrow().number);
    let Some(highest) = numbers.max() else {
        return Failure::new(Status::NotFound, "there are no claims yet")
            .hint("take in an article: factlog add article.txt");
    };
    let why = if number == 0 {
        format!("they are numbered from 1 to {highest}")
    } else if number < highest {
        "nothing has that number any more".to_owned()
    } else {
        format!("the last one is {highest}")
    };
    Failure::new(
        Status::NotFound,
        format!("there is no claim {number}: {why}"),
    )
    .hint("`factlog claims` lists them")
}

/// Refuses every number while the drafts of a source in the list are damaged: without them, the numbers
/// of claims may be others than those that a person saw.
pub(crate) fn refuse_unsure<L: Borrow<ClaimLine>>(list: &[L]) -> Result<(), Failure> {
    let mut sources = list.iter().map(|line| &line.borrow().source);
    let Some(source) = sources.find(|source| source.is_undecided) else {
        return Ok(());
    };
    let message = format!(
        "the numbers of claims are not sure: the drafts of {} are damaged",
        screen::cut(&source.label(), 60)
    );
    Err(Failure::new(Status::Failed, message)
        .hint("name the claim by the beginning of its id; `factlog doctor` says which file it is"))
}

/// Refuses a word that is a claim's number, if it is the beginning of another thing's id as well.
pub(crate) fn refuse_if_also_id<L: Borrow<ClaimLine>>(
    ledger: &Ledger,
    list: &[L],
    word: &str,
    numbered: &ClaimLine,
) -> anyhow::Result<()> {
    if is_number_alone(word) {
        return Ok(());
    }
    let found = match ledger.find(word) {
        Ok(found) => vec![found],
        Err(SeekError::Ambiguous { found, .. }) => found,
        Err(SeekError::Nothing(_)) => vec![],
        Err(error) => return Err(error.into()),
    };
    let is_other =
        |found: &&Found| !matches!(found, Found::Entry(id) if id.to_string() == numbered.id);
    let entries = found.iter().filter(is_other);
    let mut others: Vec<String> = entries.map(|found| found_line(ledger, found)).collect();
    let proposed = fitting(list, word)
        .filter(|line| line.id != numbered.id && !line.is_recorded())
        .map(claim_line);
    others.extend(proposed);
    if others.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Status::NotFound,
        format!(
            "{word} is the number of a claim and the beginning of an id:\n  {}\n  {}",
            claim_line(numbered),
            others.join("\n  ")
        ),
    )
    .hint("give more digits of the id")
    .into())
}

/// Returns the recorded claim whose id begins so, without splitting any text; `None` where nothing
/// that is recorded has such an id.
pub(crate) fn recorded_claim(ledger: &Ledger, prefix: &str) -> anyhow::Result<Option<ClaimLine>> {
    let id = match ledger.find(prefix) {
        Ok(Found::Entry(id)) => id,
        Ok(Found::Object(_)) | Err(SeekError::Nothing(_)) => return Ok(None),
        Err(SeekError::Ambiguous { prefix, found }) => {
            return Err(ambiguous(ledger, &prefix, &found));
        }
        Err(error) => return Err(error.into()),
    };
    let record = ledger.entry(&id)?;
    if let Some(line) = claim_list::of_record(ledger, &record)? {
        return Ok(Some(line));
    }
    let hint = match record.entry.body() {
        Body::Verdict(verdict) => {
            let claim = ledger.short(&verdict.claim.0)?;
            format!("its claim is {claim}; a verdict is changed with --supersedes {prefix}")
        }
        _ => "`factlog claims` lists the claims".to_owned(),
    };
    let kind = record.entry.kind();
    Err(Failure::new(
        Status::NotFound,
        format!("{prefix} is a {kind}, not a claim"),
    )
    .hint(hint)
    .into())
}

/// Returns the one claim of a list whose id begins so, be it as it was proposed; `None` if none does.
pub(crate) fn of_list<'l, L: Borrow<ClaimLine>>(
    list: &'l [L],
    prefix: &str,
) -> anyhow::Result<Option<&'l L>> {
    let fits: Vec<&L> = list
        .iter()
        .filter(|line| begins_so((*line).borrow(), prefix))
        .collect();
    match fits.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        many => {
            let lines: Vec<String> = many
                .iter()
                .map(|line| claim_line((**line).borrow()))
                .collect();
            Err(Failure::new(
                Status::NotFound,
                format!(
                    "{prefix} is the beginning of {} claims' ids:\n  {}",
                    many.len(),
                    lines.join("\n  ")
                ),
            )
            .hint("give more digits")
            .into())
        }
    }
}

/// Makes the error for the beginning of an id that no claim has.
pub(crate) fn no_claim_begins(prefix: &str) -> Failure {
    Failure::new(
        Status::NotFound,
        format!("no claim has an id that begins with {prefix}"),
    )
    .hint("`factlog claims` lists them")
}

fn fitting<'l, L: Borrow<ClaimLine> + 'l>(
    list: &'l [L],
    prefix: &str,
) -> impl Iterator<Item = &'l ClaimLine> {
    list.iter()
        .map(Borrow::borrow)
        .filter(move |line| begins_so(line, prefix))
}

fn begins_so(line: &ClaimLine, prefix: &str) -> bool {
    line.id.starts_with(prefix) || id::to_hex(&line.origin.0).starts_with(prefix)
}

fn claim_line(line: &ClaimLine) -> String {
    let number = line
        .number
        .map_or_else(String::new, |number| format!("claim {number}: "));
    format!(
        "{}  {number}{}",
        &line.id[..16],
        screen::cut(&line.claim.text, 60)
    )
}

/// Makes the error for an id's beginning that fits several things; lists them.
fn ambiguous(ledger: &Ledger, prefix: &str, found: &[Found]) -> anyhow::Error {
    let lines: Vec<String> = found
        .iter()
        .map(|found| found_line(ledger, found))
        .collect();
    // Where so many were found, there may be more.
    let least = if found.len() < MOST_FOUND {
        ""
    } else {
        "at least "
    };
    Failure::new(
        Status::NotFound,
        format!(
            "{prefix} is the beginning of {least}{} ids:\n  {}",
            found.len(),
            lines.join("\n  ")
        ),
    )
    .hint("give more digits")
    .into()
}

fn found_line(ledger: &Ledger, found: &Found) -> String {
    match found {
        Found::Entry(entry) => {
            let record = ledger.entry(entry).ok();
            let kind = record.as_ref().map(|record| record.entry.kind().as_str());
            // A list of ids tells a person nothing: what each says does.
            let words = record
                .and_then(|record| says::says(ledger, &record, &mut says::Policies::new()).ok());
            let words = words.map_or_else(String::new, |words| {
                format!("  {}", screen::cut(&words, 60))
            });
            format!(
                "{}  {}{words}",
                &id::to_hex(&entry.0)[..16],
                kind.unwrap_or("entry")
            )
        }
        Found::Object(object) => format!("{}  object", &id::to_hex(&object.0)[..16]),
    }
}

/// Finds the entry of a kind that a person means by the beginning of its id.
pub(crate) fn find_entry(ledger: &Ledger, kind: Kind, what: &str) -> anyhow::Result<Record> {
    let record = match ledger.find(what) {
        Ok(Found::Entry(id)) => ledger.entry(&id)?,
        Ok(Found::Object(_)) => {
            return Err(Failure::new(
                Status::NotFound,
                format!("{what} is an object, not a {kind}"),
            )
            .hint(format!("`factlog log --kind {kind}` lists them"))
            .into());
        }
        Err(SeekError::Ambiguous { prefix, found }) => {
            return Err(ambiguous(ledger, &prefix, &found));
        }
        Err(error) => return Err(error.into()),
    };
    let found = record.entry.kind();
    if found != kind {
        return Err(Failure::new(
            Status::NotFound,
            format!("{what} is a {found}, not a {kind}"),
        )
        .hint(format!("`factlog log --kind {kind}` lists them"))
        .into());
    }
    Ok(record)
}

/// Finds the entry that a person means by its index, which is digits alone, or by the beginning of its
/// id.
pub(crate) fn entry_or_index(ledger: &Ledger, typed: &str) -> anyhow::Result<Record> {
    let typed = typed.trim();
    if !typed.is_empty() && typed.len() < 16 && typed.bytes().all(|b| b.is_ascii_digit()) {
        return match typed.parse() {
            Ok(index) if index < ledger.tree_head().size => Ok(ledger.entry_at(index)?),
            _ => Err(Failure::new(
                Status::NotFound,
                format!(
                    "there is no entry {typed}: the last one is {}",
                    ledger.tree_head().size - 1
                ),
            )
            .hint("`factlog log` lists them; more digits of an id say that it is one")
            .into()),
        };
    }
    match ledger.find(&typed.to_ascii_lowercase()) {
        Ok(Found::Entry(id)) => Ok(ledger.entry(&id)?),
        Ok(Found::Object(_)) => Err(Failure::new(
            Status::NotFound,
            format!("{typed} is an object, not an entry"),
        )
        .hint("`factlog log` lists the entries")
        .into()),
        Err(SeekError::Ambiguous { prefix, found }) => Err(ambiguous(ledger, &prefix, &found)),
        Err(error) => Err(error.into()),
    }
}
