//! What an entry says, in one line of words.
//!
//! The words come from objects, and objects may be gone: erased, or missing. A line says which of the two
//! it is, and the listing goes on. Nothing here is made harmless for
//! a terminal yet: whoever prints passes it through [`super::screen`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

use factlog::audit::Standing;
use factlog::audit::facts::Detail;
use factlog::entry::{Body, KeyEntry, KeyOp, VerdictEntry};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::claim::{Claim, Manner};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object::Object;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::source::Meta;
use factlog::words::verdict::Verdict;
use serde::Serialize;

use super::decisions::{self, Decisions};
use super::gone;
use super::sources;

/// What stands where an object's words would.
pub(crate) const GONE: &str = "(its words are not there)";

/// The policies that were read so far: most verdicts name the same one.
pub(crate) type Policies = BTreeMap<ObjectId, Option<Policy>>;

/// Says in one line what an entry records.
pub(crate) fn says(
    ledger: &Ledger,
    record: &Record,
    policies: &mut Policies,
) -> Result<String, LedgerError> {
    Ok(match record.entry.body() {
        Body::Genesis(genesis) => {
            let count = genesis.roots.keys.len();
            format!(
                "starts the ledger “{}”, {}; {} of {count} {} must sign",
                genesis.name,
                genesis.origin,
                genesis.roots.threshold,
                if count == 1 { "root" } else { "roots" },
            )
        }
        Body::Roots(roots) => format!(
            "sets the roots: {} of {} must sign",
            roots.threshold,
            roots.keys.len()
        ),
        Body::Log(log) => format!("sets the log's key: {}+{}", log.key.name(), log.key.id()),
        Body::Policy(policy) => format!(
            "sets the policy {}",
            ledger.short(policy.policy.as_bytes())?
        ),
        Body::Key(key) => key_words(key),
        Body::Source(source) => {
            let meta: Option<Meta> = readable(ledger, &source.meta)?;
            let id = SourceId(record.entry.id().0);
            let words = match meta {
                Some(meta) => source_words(ledger, id, &meta, &source.media),
                None => gone::in_place_of(ledger, &source.meta)?,
            };
            format!("takes in {words}")
        }
        Body::Claim(claim) => {
            let words = claim_words(ledger, &claim.claim)?;
            let id = ClaimId(record.entry.id().0);
            match superseded_claim(ledger, id)? {
                Some(by) => format!("[superseded by {}] {words}", short(ledger, by)?),
                None => words,
            }
        }
        Body::Verdict(verdict) => verdict_words(ledger, record, verdict, policies)?,
        Body::Approval(approval) => {
            let verdict = short(ledger, approval.verdict.entry())?;
            let note = approval.note.as_ref().map(|id| note_words(ledger, id));
            let note = note
                .transpose()?
                .map_or(String::new(), |n| format!(": {n}"));
            format!("{}s verdict {verdict}{note}", name_of(&approval.decision))
        }
        Body::Retraction(retraction) => format!(
            "retracts verdict {}: {}",
            short(ledger, retraction.verdict.entry())?,
            note_words(ledger, &retraction.note)?
        ),
        Body::Reaffirmation(reaffirmation) => format!(
            "reaffirms {} entries: {}",
            reaffirmation.entries.len(),
            note_words(ledger, &reaffirmation.note)?
        ),
        Body::Erasure(erasure) => format!(
            "erases object {} (ground: {})",
            ledger.short(erasure.object.as_bytes())?,
            name_of(&erasure.basis)
        ),
        Body::Publication(publication) => {
            format!("lists what was published of {} entries", publication.size)
        }
    })
}

/// Names a source: its title and publisher, else its address, else its first words.
pub(crate) fn source_words(ledger: &Ledger, id: SourceId, meta: &Meta, media: &str) -> String {
    let mut words = match (&meta.title, &meta.url) {
        (Some(title), _) => format!("“{title}”"),
        (None, Some(url)) => url.clone(),
        (None, None) => untitled_words(ledger, id, media),
    };
    if let Some(publisher) = &meta.publisher {
        words.push_str(", ");
        words.push_str(publisher);
    }
    if let Some(published) = meta.published {
        words.push_str(", ");
        words.push_str(&published.to_string());
    }
    words
}

/// Returns what a person calls a source of the ledger: its title, else its address, else its first words;
/// that its description is gone, where it is.
pub(crate) fn source_label(ledger: &Ledger, id: SourceId) -> Result<String, LedgerError> {
    let (meta, media) = source_meta(ledger, id)?;
    Ok(match meta {
        None => GONE.to_owned(),
        Some(meta) if meta.title.is_none() && meta.url.is_none() => {
            untitled_words(ledger, id, &media)
        }
        Some(meta) => sources::label(&meta, None),
    })
}

/// Names a source that has neither title nor address.
fn untitled_words(ledger: &Ledger, id: SourceId, media: &str) -> String {
    let text = ledger.text_of(&id).ok().flatten();
    let line = text.as_deref().and_then(sources::first_line);
    line.unwrap_or_else(|| format!("an untitled source ({media})"))
}

/// Says who made a claim, with the role.
pub(crate) fn claimant_words(claim: &Claim) -> String {
    match &claim.claimant {
        None if claim.manner == Manner::Narration => "the article itself".to_owned(),
        None => "somebody who is not named".to_owned(),
        Some(claimant) => match &claimant.role {
            Some(role) => format!("{}, {role}", claimant.name),
            None => claimant.name.clone(),
        },
    }
}

/// Returns a rating's label where the policy has it, else its code.
pub(crate) fn rating_label(policy: Option<&Policy>, code: &RatingCode) -> String {
    policy
        .and_then(|policy| policy.rating(code))
        .map_or_else(|| code.to_string(), |rating| rating.label().to_owned())
}

/// Returns the claim that took a claim's place.
pub(crate) fn superseded_claim(
    ledger: &Ledger,
    claim: ClaimId,
) -> Result<Option<EntryId>, LedgerError> {
    let (_, facts) = ledger.facts_of(&claim.entry())?;
    match facts.detail {
        Detail::Claim(claim) => at(ledger, claim.superseded_by),
        _ => Ok(None),
    }
}

/// Returns the wording of a claim that none took the place of: the claim itself, where none did.
pub(crate) fn current_wording(ledger: &Ledger, claim: ClaimId) -> Result<ClaimId, LedgerError> {
    let mut current = claim;
    // Only a later entry takes the place of one, so that this ends.
    while let Some(newer) = superseded_claim(ledger, current)? {
        current = ClaimId(newer.0);
    }
    Ok(current)
}

/// Says in brackets, after the standing of a verdict, that it was given on an earlier wording.
pub(crate) const fn wording_words(on_earlier_wording: bool) -> &'static str {
    if on_earlier_wording {
        ", on an earlier wording"
    } else {
        ""
    }
}

/// Returns the earlier wordings of a claim, the newest first.
pub(crate) fn earlier_wordings(
    ledger: &Ledger,
    claim: &ClaimId,
) -> Result<Vec<ClaimId>, LedgerError> {
    match ledger.entry(&claim.entry())?.entry.body() {
        Body::Claim(entry) => ledger.earlier_wordings(entry),
        _ => Ok(vec![]),
    }
}

/// Returns the id of the entry at an index, where there is one to look for.
pub(crate) fn at(ledger: &Ledger, index: Option<u64>) -> Result<Option<EntryId>, LedgerError> {
    index
        .map(|index| ledger.entry_at(index).map(|record| record.entry.id()))
        .transpose()
}

/// Returns a JSON object; `None` where its bytes are not there.
///
/// # Errors
/// The bytes are there, but are not such an object.
pub(crate) fn object<O: Object>(ledger: &Ledger, id: &ObjectId) -> Result<Option<O>, LedgerError> {
    match ledger.object(id) {
        Ok(object) => Ok(Some(object)),
        Err(LedgerError::NoObject(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns a JSON object; `None` where it is not there, or damaged.
pub(crate) fn readable<O: Object>(
    ledger: &Ledger,
    id: &ObjectId,
) -> Result<Option<O>, LedgerError> {
    match object(ledger, id) {
        Err(LedgerError::Object { .. }) => Ok(None),
        other => other,
    }
}

/// Returns the name that a value of ours has in JSON, such as `superseded`.
pub(crate) fn name_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Returns the shortest id of an entry that is unique here.
pub(crate) fn short(ledger: &Ledger, id: EntryId) -> Result<String, LedgerError> {
    ledger.short(id.as_bytes())
}

pub(crate) fn key_words(key: &KeyEntry) -> String {
    let name = format!("{}+{}", key.key.name(), key.key.id());
    match key.op {
        KeyOp::Add => {
            let roles: Vec<String> = key.roles.iter().flatten().map(name_of).collect();
            format!("adds the key {name} as {}", roles.join(", "))
        }
        KeyOp::Rotate => match &key.old {
            Some(old) => format!(
                "puts the key {name} in the place of {}+{}",
                old.name(),
                old.id()
            ),
            None => format!("puts the key {name} in another's place"),
        },
        KeyOp::Revoke => format!(
            "revokes the key {name} ({}), from entry {}",
            key.reason.as_ref().map(name_of).unwrap_or_default(),
            key.from.unwrap_or_default()
        ),
    }
}

fn claim_words(ledger: &Ledger, id: &ObjectId) -> Result<String, LedgerError> {
    let claim: Option<Claim> = readable(ledger, id)?;
    match claim {
        Some(claim) => Ok(format!("{} — {}", claim.text, claimant_words(&claim))),
        None => gone::in_place_of(ledger, id),
    }
}

fn note_words(ledger: &Ledger, id: &ObjectId) -> Result<String, LedgerError> {
    let note: Option<Note> = readable(ledger, id)?;
    match note {
        Some(note) => Ok(note.text),
        None => gone::in_place_of(ledger, id),
    }
}

fn verdict_words(
    ledger: &Ledger,
    record: &Record,
    verdict: &VerdictEntry,
    policies: &mut Policies,
) -> Result<String, LedgerError> {
    let id = VerdictId(record.entry.id().0);
    let policy = match policies.entry(verdict.policy) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(readable(ledger, &verdict.policy)?),
    };
    let content: Option<Verdict> = readable(ledger, &verdict.verdict)?;
    let mut words = String::new();
    let known = ledger.standing(&id)?;
    let standing = known.standing;
    let decisions = Decisions::of(ledger, &known)?;
    let decided = decisions::words(
        &decisions.approvals,
        decisions.approvals_needed,
        &decisions.disputes,
    );
    // What the line is about comes first: it may be cut.
    if standing != Standing::Standing {
        let _ = write!(words, "[{standing}] ");
    }
    words.push_str(&rating_label(policy.as_ref(), &verdict.rating));
    if let Some(decided) = decided {
        let _ = write!(words, " ({decided})");
    }
    if let Some(older) = verdict.supersedes {
        let change = verdict.change.as_ref().map(name_of).unwrap_or_default();
        let older = short(ledger, older.entry())?;
        let _ = write!(words, " in the place of {older} ({change})");
    }
    let claim = ledger.entry(&verdict.claim.entry())?;
    if let Body::Claim(claim) = claim.entry.body() {
        words.push_str(" on ");
        words.push_str(&claim_text(ledger, &claim.claim)?);
    }
    words.push_str(": ");
    match content {
        Some(content) => words.push_str(&content.summary),
        None => words.push_str(&gone::in_place_of(ledger, &verdict.verdict)?),
    }
    Ok(words)
}

fn claim_text(ledger: &Ledger, id: &ObjectId) -> Result<String, LedgerError> {
    let claim: Option<Claim> = readable(ledger, id)?;
    match claim {
        Some(claim) => Ok(format!("“{}”", claim.text)),
        None => gone::in_place_of(ledger, id),
    }
}

/// Returns a source's meta and media type; `None` for what is not there.
pub(crate) fn source_meta(
    ledger: &Ledger,
    source: SourceId,
) -> Result<(Option<Meta>, String), LedgerError> {
    let record = ledger.entry(&source.entry())?;
    let Body::Source(source) = record.entry.body() else {
        return Ok((None, String::new()));
    };
    Ok((readable(ledger, &source.meta)?, source.media.clone()))
}
