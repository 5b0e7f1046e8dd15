//! Which verdicts a new one may take the place of: those on its claim, or on an earlier wording of it.
//!
//! The ledger refuses the others all the same; here a person is told by names that can be typed.

use factlog::audit::facts::Detail;
use factlog::entry::{Body, Kind, VerdictEntry};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::trust::{PublicKey, VerifierKey};
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, VerdictId};
use factlog::words::policy::RatingCode;
use factlog::words::verdict::{Verdict, VerdictChange};

use super::build::{Judgement, Target};
use super::evidence::Request;
use crate::cli::claim_list::ClaimLine;
use crate::cli::decisions::{self, Decisions};
use crate::cli::exit::{Failure, Status};
use crate::cli::{quotes, says, screen, seek};

/// Refuses to supersede a verdict on another claim.
fn check(
    ledger: &Ledger,
    claim: &Target,
    older: &Record,
    verdict: &VerdictEntry,
) -> anyhow::Result<()> {
    let fits = match claim {
        Target::Recorded(id) => is_earlier_wording(ledger, verdict.claim, *id)?,
        // What is not recorded has no verdicts.
        Target::Proposed(_) => false,
    };
    if fits {
        return Ok(());
    }
    let verdict_id = ledger.short(older.entry.id().as_bytes())?;
    let other = ledger.short(&verdict.claim.0)?;
    let words = match words(ledger, verdict.claim)? {
        Some(words) => format!(", “{}”", screen::cut(&words, 60)),
        None => String::new(),
    };
    Err(Failure::new(
        Status::Failed,
        format!("verdict {verdict_id} is on another claim than this: on {other}{words}"),
    )
    .hint(format!(
        "leave --supersedes out, or judge that claim: factlog verdict {other}; \
         `factlog show` lists the verdicts on a claim"
    ))
    .into())
}

/// Says whether a claim is another one, or a wording of it that was recorded before.
fn is_earlier_wording(
    ledger: &Ledger,
    earlier: ClaimId,
    claim: ClaimId,
) -> Result<bool, LedgerError> {
    let place = |id: ClaimId| -> Result<_, LedgerError> {
        let (index, facts) = ledger.facts_of(&id.entry())?;
        Ok(match facts.detail {
            Detail::Claim(claim) => Some((claim.line, index)),
            _ => None,
        })
    };
    Ok(match (place(earlier)?, place(claim)?) {
        (Some((line, before)), Some((other, index))) => line == other && before <= index,
        _ => false,
    })
}

fn words(ledger: &Ledger, claim: ClaimId) -> Result<Option<String>, LedgerError> {
    let record = ledger.entry(&claim.entry())?;
    let Body::Claim(entry) = record.entry.body() else {
        return Ok(None);
    };
    let claim: Option<Claim> = says::readable(ledger, &entry.claim)?;
    Ok(claim.map(|claim| claim.text))
}

/// Returns the author's verdict on a claim that stands, if there is one.
pub(super) fn own_verdict(
    ledger: &Ledger,
    author: &VerifierKey,
    claim: &ClaimId,
) -> anyhow::Result<Option<Record>> {
    let own = holder(ledger, author)?;
    for record in ledger.verdicts_on(claim)?.into_iter().rev() {
        let (_, facts) = ledger.facts_of(&record.entry.id())?;
        let ended = matches!(facts.detail, Detail::Verdict(facts) if facts.has_ended());
        if !ended && holder(ledger, &record.entry.header().by)? == own {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// Returns the author's verdict that stands on a claim, or on an earlier wording of it, if there is one.
pub(super) fn own_on_wordings(
    ledger: &Ledger,
    author: &VerifierKey,
    claim: &ClaimId,
) -> anyhow::Result<Option<Record>> {
    if let Some(own) = own_verdict(ledger, author, claim)? {
        return Ok(Some(own));
    }
    for earlier in says::earlier_wordings(ledger, claim)? {
        if let Some(own) = own_verdict(ledger, author, &earlier)? {
            return Ok(Some(own));
        }
    }
    Ok(None)
}

/// What a form begins with where a verdict takes the place of another.
pub(super) struct Older {
    /// What the other says.
    pub(super) judgement: Judgement,
    /// Who disputes it, and why.
    pub(super) disputes: Vec<String>,
}

/// Returns the verdict whose place another one is to take: the one that is named, else the reviewer's own
/// on the claim.
pub(super) fn older(
    ledger: &Ledger,
    author: &VerifierKey,
    claim: Option<ClaimId>,
    named: Option<&str>,
) -> anyhow::Result<Option<Older>> {
    let record = match (named, claim) {
        (Some(named), _) => Some(seek::find_entry(ledger, Kind::Verdict, named)?),
        (None, Some(claim)) => own_on_wordings(ledger, author, &claim)?,
        (None, None) => None,
    };
    let Some(record) = record else {
        return Ok(None);
    };
    let Some(mut judgement) = judgement(ledger, &record)? else {
        return Ok(None);
    };
    if holder(ledger, &record.entry.header().by)? != holder(ledger, author)? {
        // What another declared is theirs.
        judgement.conflicts.clear();
        judgement.declares = false;
    }
    let standing = ledger.standing(&VerdictId(record.entry.id().0))?;
    let disputes = Decisions::of(ledger, &standing)?.disputes;
    Ok(Some(Older {
        judgement,
        disputes: disputes.iter().map(decisions::with_note).collect(),
    }))
}

/// Returns whoever holds a key: a key that took the place of another has the same holder.
fn holder(ledger: &Ledger, key: &VerifierKey) -> Result<PublicKey, LedgerError> {
    let signer = ledger.signer(key.public())?;
    Ok(signer.map_or_else(|| key.public().clone(), |signer| signer.holder))
}

/// Returns a verdict as a judgement that supersedes it.
fn judgement(ledger: &Ledger, own: &Record) -> anyhow::Result<Option<Judgement>> {
    let Body::Verdict(entry) = own.entry.body() else {
        return Ok(None);
    };
    let verdict: Option<Verdict> = says::readable(ledger, &entry.verdict)?;
    let supersedes = Some(ledger.short(&own.entry.id().0)?);
    let Some(verdict) = verdict else {
        // Its words were erased: new ones take its place.
        return Ok(Some(Judgement {
            rating: entry.rating.clone(),
            summary: String::new(),
            rationale: None,
            evidence: vec![],
            declares: false,
            conflicts: vec![],
            supersedes,
            change: None,
            reason: None,
        }));
    };
    let mut evidence = Vec::new();
    for piece in verdict.evidence {
        let record = ledger.entry_of(Kind::Source, &piece.source.entry())?;
        // The exact place is not lost where the words stand there several times.
        let nth = piece.quote.as_ref().and_then(|quote| {
            let text = ledger.text_of(&piece.source).ok()??;
            (1..)
                .map_while(|nth| {
                    quotes::find(&text, &quote.exact, Some(nth))
                        .ok()
                        .map(|span| (nth, span))
                })
                .find(|(_, span)| *span == quote.bytes)
                .map(|(nth, _)| nth)
        });
        evidence.push(Request {
            what: ledger.short(&record.entry.id().0)?,
            quote: piece.quote.map(|quote| quote.exact),
            nth,
            primary: piece.primary,
            locator: piece.locator,
            note: piece.note,
            unavailable: piece.unavailable,
            ..Request::new(piece.stance, String::new())
        });
    }
    Ok(Some(Judgement {
        rating: entry.rating.clone(),
        summary: verdict.summary,
        rationale: verdict.rationale,
        evidence,
        declares: !verdict.conflicts.is_empty(),
        conflicts: verdict.conflicts,
        supersedes,
        change: None,
        reason: None,
    }))
}

/// Finds the verdict that is superseded, and checks that what is said to change does.
pub(super) fn supersession(
    ledger: &Ledger,
    claim: &Target,
    judgement: &Judgement,
) -> anyhow::Result<Option<(VerdictId, VerdictChange)>> {
    let Some(older) = &judgement.supersedes else {
        if judgement.change.is_some() || judgement.reason.is_some() {
            let message = "--change and --reason say why a verdict takes the place of another";
            return Err(Failure::new(Status::Usage, message)
                .hint("name the other with --supersedes VERDICT")
                .into());
        }
        return Ok(None);
    };
    let record = seek::find_entry(ledger, Kind::Verdict, older)?;
    let Body::Verdict(earlier) = record.entry.body() else {
        unreachable!("it was looked up as a verdict");
    };
    check(ledger, claim, &record, earlier)?;
    if judgement
        .reason
        .as_deref()
        .is_none_or(|reason| reason.trim().is_empty())
    {
        return Err(Failure::new(
            Status::Usage,
            "a verdict that takes the place of another needs a reason",
        )
        .hint("say it with --reason \"…\"; it is shown wherever the verdict is")
        .into());
    }
    let changes = earlier.rating != judgement.rating;
    let change = match judgement.change {
        None if changes => VerdictChange::Rating,
        None => {
            return Err(Failure::new(
                Status::Usage,
                format!("the rating is still {}: what changes is not said", judgement.rating),
            )
            .hint(
                "--change correction where something was wrong; --change update where there are new \
                 facts, and what it said was right when it was said",
            )
            .into());
        }
        Some(VerdictChange::Rating) if !changes => {
            return Err(Failure::new(
                Status::Usage,
                format!(
                    "--change rating says that the conclusion changes, and the rating is still {}",
                    judgement.rating
                ),
            )
            .hint("--change correction where something was wrong, --change update where there are new facts")
            .into());
        }
        Some(other) if changes && other != VerdictChange::Rating => {
            return Err(Failure::new(
                Status::Usage,
                format!(
                    "the rating changes from {} to {}: that is more than {}",
                    earlier.rating,
                    judgement.rating,
                    match other {
                        VerdictChange::Update => "an update",
                        _ => "a correction",
                    }
                ),
            )
            .hint("say --change rating, and in --reason whether something is new or was wrong")
            .into());
        }
        Some(change) => change,
    };
    Ok(Some((VerdictId(record.entry.id().0), change)))
}

/// Says that the reviewer has a verdict on the claim, and how it is changed.
pub(super) fn judged_already(
    ledger: &Ledger,
    line: &ClaimLine,
    own: &Record,
    rating: &RatingCode,
) -> anyhow::Result<Failure> {
    let Body::Verdict(earlier) = own.entry.body() else {
        unreachable!("it was found among the verdicts");
    };
    let short = ledger.short(&own.entry.id().0)?;
    let change = if earlier.rating == *rating {
        "correction"
    } else {
        "rating"
    };
    Ok(Failure::new(
        Status::Failed,
        format!(
            "you have judged “{}” already: {} ({short})",
            screen::cut(&line.claim.text, 60),
            earlier.rating
        ),
    )
    .hint(format!(
        "to change it, add --supersedes {short} --change {change} --reason \"…\""
    )))
}
