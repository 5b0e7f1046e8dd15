//! Reading a ledger: entries and objects by id, index and prefix; the lists that people ask for.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::index::Reading;
use super::{Ledger, LedgerError, rows};
use crate::audit::facts::{Detail, EntryFacts, Facts as _, Function, LedgerFacts, ObjectFacts};
use crate::audit::rows::{self as fact_rows, RowFacts};
use crate::audit::standing::{self, VerdictStanding};
use crate::audit::taint::Taints;
use crate::entry::{Body, ClaimEntry, Entry, Kind};
use crate::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use crate::words::object::{self, Object};
use crate::words::policy::Policy;
use crate::words::time::Timestamp;

/// An id is shown by so many hex digits, or more where others begin alike.
const LEAST_DIGITS: usize = 8;

/// An entry at its index.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its place in the log, from 0.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
}

/// A source, as lists have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListedSource {
    /// Its place in the log, from 0.
    pub index: u64,
    /// The source.
    pub id: SourceId,
    /// Its text, if it has one.
    pub text: Option<ObjectId>,
}

/// What an id or the beginning of one names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Found {
    /// An entry.
    Entry(EntryId),
    /// An object.
    Object(ObjectId),
}

/// Says why the beginning of an id names nothing.
#[derive(Debug, thiserror::Error)]
pub enum SeekError {
    /// It is not the beginning of an id.
    #[error("{0:?} is not an id: 4 to 64 digits of 0-9a-f")]
    Form(String),
    /// Nothing begins with it.
    #[error("nothing in this ledger has an id that begins with {0}")]
    Nothing(String),
    /// More than one thing begins with it.
    #[error("{prefix} is the beginning of {} ids", .found.len())]
    Ambiguous {
        /// What was looked for.
        prefix: String,
        /// What it fits; at most 20 of them.
        found: Vec<Found>,
    },
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The fewest digits that name something: with fewer, almost everything is ambiguous soon.
const LEAST_PREFIX: usize = 4;

/// So many of the things that a prefix fits are listed at most.
pub const MOST_FOUND: usize = 20;

impl Ledger {
    /// Returns the entry at an index.
    pub fn entry_at(&self, index: u64) -> Result<Record, LedgerError> {
        let bytes = self
            .store
            .entry(index)?
            .ok_or(LedgerError::NoIndex(index))?;
        let entry = Entry::parse(&bytes).map_err(|source| LedgerError::Entry { index, source })?;
        Ok(Record { index, entry })
    }

    /// Returns the entry with an id.
    pub fn entry(&self, id: &EntryId) -> Result<Record, LedgerError> {
        let index = self.store.index_of(id)?.ok_or(LedgerError::NoEntry(*id))?;
        let record = self.entry_at(index)?;
        if record.entry.id() == *id {
            Ok(record)
        } else {
            Err(LedgerError::OtherEntry(*id))
        }
    }

    /// Returns the entry with an id if it is of the kind that is wanted.
    pub fn entry_of(&self, kind: Kind, id: &EntryId) -> Result<Record, LedgerError> {
        let record = self.entry(id)?;
        let found = record.entry.kind();
        if found == kind {
            Ok(record)
        } else {
            Err(LedgerError::OtherKind {
                id: *id,
                found,
                wanted: kind,
            })
        }
    }

    /// Finds the one entry or object whose id begins with `prefix`.
    pub fn find(&self, prefix: &str) -> Result<Found, SeekError> {
        let digits = prefix
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !digits || !(LEAST_PREFIX..=64).contains(&prefix.len()) {
            return Err(SeekError::Form(prefix.to_owned()));
        }
        // A whole id needs no search; nothing is both an entry and an object.
        if let Ok(id) = prefix.parse::<EntryId>()
            && self
                .store
                .index_of(&id)
                .map_err(LedgerError::from)?
                .is_some()
        {
            return Ok(Found::Entry(id));
        }
        let entries = self.store.entries_with_prefix(prefix, MOST_FOUND);
        let entries = entries.map_err(LedgerError::from)?;
        let objects = self
            .store
            .objects_with_prefix(prefix, MOST_FOUND - entries.len());
        let objects = objects.map_err(LedgerError::from)?;
        let room = MOST_FOUND - entries.len() - objects.len();
        let erased = self.erased_with_prefix(prefix, room)?;
        let found: Vec<Found> = entries
            .into_iter()
            .map(Found::Entry)
            .chain(objects.into_iter().chain(erased).map(Found::Object))
            .collect();
        match found.as_slice() {
            [] => Err(SeekError::Nothing(prefix.to_owned())),
            [one] => Ok(*one),
            _ => Err(SeekError::Ambiguous {
                prefix: prefix.to_owned(),
                found,
            }),
        }
    }

    /// Returns up to `most` ids of erased objects that begin with these hex digits, in order.
    fn erased_with_prefix(&self, hex: &str, most: usize) -> Result<Vec<ObjectId>, LedgerError> {
        let digit = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or_default();
        let (pairs, _) = hex.as_bytes().as_chunks::<2>();
        let whole: Vec<u8> = pairs
            .iter()
            .filter_map(|[high, low]| u8::try_from(digit(high) << 4 | digit(low)).ok())
            .collect();
        let mut found = Vec::new();
        for row in self
            .store
            .facts_with_prefix(&fact_rows::objects_beginning(&whole))
        {
            let (key, _) = row?;
            let Some(id) = key.last_chunk().copied().map(ObjectId) else {
                continue;
            };
            let is_erased = || -> Result<bool, LedgerError> {
                let known = self.facts_of_object(&id)?;
                Ok(known.is_some_and(|known| known.erased.is_some()))
            };
            if id.to_string().starts_with(hex) && is_erased()? {
                found.push(id);
                if found.len() >= most {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Returns the shortest beginning of an id that names nothing else here, at least 8 digits.
    pub fn short(&self, id: &[u8; 32]) -> Result<String, LedgerError> {
        let digits = self.store.unique_prefix(id, LEAST_DIGITS)?;
        let mut text = crate::words::id::to_hex(id);
        text.truncate(digits);
        Ok(text)
    }

    /// Returns an object's bytes; `None` if they are not there.
    pub fn object_bytes(&self, id: &ObjectId) -> Result<Option<Vec<u8>>, LedgerError> {
        let bytes = self.store.object(id)?;
        match bytes {
            Some(bytes) if ObjectId::of(&bytes) != *id => Err(LedgerError::OtherBytes(*id)),
            bytes => Ok(bytes),
        }
    }

    /// Says whether an object's bytes should be there: they were appended, and not erased.
    pub fn has_object(&self, id: &ObjectId) -> Result<bool, LedgerError> {
        Ok(self.store.has_object(id)?)
    }

    /// Returns a JSON object.
    pub fn object<O: Object>(&self, id: &ObjectId) -> Result<O, LedgerError> {
        let bytes = self.object_bytes(id)?.ok_or(LedgerError::NoObject(*id))?;
        object::parse(&bytes).map_err(|source| LedgerError::Object { id: *id, source })
    }

    /// Returns a source's text; `None` if the source has none.
    pub fn text_of(&self, source: &SourceId) -> Result<Option<String>, LedgerError> {
        let record = self.entry_of(Kind::Source, &source.entry())?;
        let Body::Source(fields) = record.entry.body() else {
            return Ok(None);
        };
        let Some(text) = fields.text else {
            return Ok(None);
        };
        let bytes = self.object_bytes(&text.blake3)?;
        let bytes = bytes.ok_or(LedgerError::NoObject(text.blake3))?;
        Ok(Some(
            String::from_utf8(bytes).map_err(|_| LedgerError::Text(text.blake3))?,
        ))
    }

    /// Returns all sources, in log order.
    pub fn sources(&self) -> Result<Vec<Record>, LedgerError> {
        let listed = self.source_list()?.into_iter();
        listed.map(|source| self.entry_at(source.index)).collect()
    }

    /// Returns all sources, in log order, without reading their entries.
    pub fn source_list(&self) -> Result<Vec<ListedSource>, LedgerError> {
        let rows = self.store.facts_with_prefix(&rows::sources());
        let listed = rows.map(|row| {
            let (key, value) = row?;
            let (index, id, text) = rows::parse_source(&key, &value)
                .ok_or_else(|| LedgerError::Rows("a row of no source".into()))?;
            let id = SourceId(id.0);
            Ok(ListedSource { index, id, text })
        });
        listed.collect()
    }

    /// Returns the sources that are newer versions of others, in log order.
    pub fn newer_versions(&self) -> Result<Vec<Record>, LedgerError> {
        self.listed(&rows::newer_versions())
    }

    /// Returns all sources with this text, in log order.
    pub fn sources_with_text(&self, text: &ObjectId) -> Result<Vec<Record>, LedgerError> {
        self.listed(&rows::same_text(text))
    }

    /// Returns a source's recorded claims, superseded ones too, in the order of the text.
    pub fn claims_of(&self, source: &SourceId) -> Result<Vec<Record>, LedgerError> {
        self.listed(&rows::claims(&source.entry()))
    }

    /// Returns a claim's verdicts, whatever their standing, in log order.
    pub fn verdicts_on(&self, claim: &ClaimId) -> Result<Vec<Record>, LedgerError> {
        self.listed(&rows::verdicts(&claim.entry()))
    }

    /// Returns the earlier wordings of a claim: the one whose place it took, the one whose place that
    /// took, and so on. The verdicts on them stay where they were given (docs/format.md, section 7).
    pub fn earlier_wordings(&self, claim: &ClaimEntry) -> Result<Vec<ClaimId>, LedgerError> {
        let mut wordings = Vec::new();
        let mut older = claim.supersedes;
        // An entry refers to earlier ones alone, so that this ends.
        while let Some(id) = older {
            wordings.push(id);
            older = match self.entry(&id.entry())?.entry.body() {
                Body::Claim(claim) => claim.supersedes,
                _ => None,
            };
        }
        Ok(wordings)
    }

    /// Returns the indexes of all verdicts, by the claim, in log order: for what goes through all claims.
    pub fn verdict_indexes(&self) -> Result<HashMap<ClaimId, Vec<u64>>, LedgerError> {
        let mut found: HashMap<ClaimId, Vec<u64>> = HashMap::new();
        for row in self.store.facts_with_prefix(rows::VERDICTS) {
            let (key, value) = row?;
            let claim = key
                .get(rows::VERDICTS.len()..)
                .and_then(|rest| rest.first_chunk());
            let Some(claim) = claim.copied().map(ClaimId) else {
                return Err(LedgerError::Rows("a row of no claim's verdict".into()));
            };
            found.entry(claim).or_default().push(index_of(value)?);
        }
        Ok(found)
    }

    /// Returns what answers an entry: what supersedes, retracts, approves or disputes it, in log order.
    pub fn answers_to(&self, id: &EntryId) -> Result<Vec<Record>, LedgerError> {
        self.listed(&rows::answers(id))
    }

    /// Returns what is known of an entry: what took its place, what it rests on.
    pub fn facts_of(&self, id: &EntryId) -> Result<(u64, EntryFacts), LedgerError> {
        let facts = self.store.facts();
        let found = RowFacts(Reading(&facts))
            .find(id)
            .map_err(|e| LedgerError::Rows(e.into()))?;
        found.ok_or(LedgerError::NoEntry(*id))
    }

    /// Returns what is known of an object: which entry introduced it, whether it was erased; `None` if
    /// no entry speaks of it.
    pub fn facts_of_object(&self, id: &ObjectId) -> Result<Option<ObjectFacts>, LedgerError> {
        let facts = self.store.facts();
        RowFacts(Reading(&facts))
            .object(id)
            .map_err(|e| LedgerError::Rows(e.into()))
    }

    /// Says what stands of a verdict, by the policy that it names: a later one applies to later ones.
    pub fn standing(&self, verdict: &VerdictId) -> Result<VerdictStanding, LedgerError> {
        let (index, known) = self.facts_of(&verdict.entry())?;
        let wanted = Kind::Verdict;
        let Detail::Verdict(verdict) = &known.detail else {
            let found = known.detail.kind();
            return Err(LedgerError::OtherKind {
                id: known.id,
                found,
                wanted,
            });
        };
        let policy = self.policy_of(&verdict.policy)?;
        let facts = self.store.facts();
        standing::standing(
            index,
            &RowFacts(Reading(&facts)),
            &policy,
            &mut Taints::default(),
        )
        .map_err(|e| LedgerError::Rows(e.into()))?
        .ok_or(LedgerError::OtherKind {
            id: known.id,
            found: known.detail.kind(),
            wanted,
        })
    }

    /// Returns the policy with an id.
    pub(super) fn policy_of(&self, id: &ObjectId) -> Result<Arc<Policy>, LedgerError> {
        let mut kept = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, policy)) = &*kept
            && known == id
        {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(self.object(id)?);
        *kept = Some((*id, Arc::clone(&policy)));
        Ok(policy)
    }

    /// Returns the policy in force.
    pub fn policy(&self) -> Result<(ObjectId, Policy), LedgerError> {
        let id = self.ledger_facts()?.policy;
        Ok((id, self.object(&id)?))
    }

    /// Returns the policies in the order in which they were in force, each with the time of its entry;
    /// the last is in force now.
    pub fn policies(&self) -> Result<Vec<(Timestamp, Policy)>, LedgerError> {
        let first = self.entry_at(0)?.entry;
        let mut found = vec![(0, first.header().at, self.genesis().policy)];
        for key in self.keys()? {
            if key.function != Function::Root {
                continue;
            }
            for index in self.chain_of(key.key.public())? {
                let entry = self.entry_at(index)?.entry;
                if let Body::Policy(policy) = entry.body()
                    && !self.facts_of(&entry.id())?.1.is_void
                {
                    found.push((index, entry.header().at, policy.policy));
                }
            }
        }
        found.sort_by_key(|(index, ..)| *index);
        found.dedup_by_key(|(index, ..)| *index);
        let policies = found.into_iter();
        policies
            .map(|(_, at, policy)| Ok((at, self.object(&policy)?)))
            .collect()
    }

    /// Returns what is known of the ledger as a whole: roots, log key, policy.
    pub fn ledger_facts(&self) -> Result<LedgerFacts, LedgerError> {
        let facts = self.store.facts();
        let facts = RowFacts(Reading(&facts))
            .ledger()
            .map_err(|e| LedgerError::Rows(e.into()))?;
        Ok(facts.ok_or(LedgerError::NoGenesis)?.as_ref().clone())
    }

    /// Says whether an entry is tainted, and not reaffirmed since.
    pub fn is_tainted(&self, id: &EntryId) -> Result<bool, LedgerError> {
        let (index, entry) = self.facts_of(id)?;
        let facts = self.store.facts();
        Taints::default()
            .is_tainted(&RowFacts(Reading(&facts)), index, &entry)
            .map_err(|e| LedgerError::Rows(e.into()))
    }

    /// Returns the entries that reaffirm one, the last first.
    pub fn reaffirmations_of(&self, id: &EntryId) -> Result<Vec<Record>, LedgerError> {
        let (index, entry) = self.facts_of(id)?;
        let facts = self.store.facts();
        let facts = RowFacts(Reading(&facts));
        let (mut found, mut next) = (Vec::new(), entry.reaffirmed_by);
        while let Some(by) = next {
            found.push(self.entry_at(by)?);
            let before = facts.reaffirmed_before(index, by);
            next = before.map_err(|e| LedgerError::Rows(e.into()))?;
        }
        Ok(found)
    }

    fn listed(&self, prefix: &[u8]) -> Result<Vec<Record>, LedgerError> {
        self.indexes(prefix)?
            .into_iter()
            .map(|index| self.entry_at(index))
            .collect()
    }

    pub(super) fn indexes(&self, prefix: &[u8]) -> Result<Vec<u64>, LedgerError> {
        let rows = self.store.facts_with_prefix(prefix);
        rows.map(|row| index_of(row?.1)).collect()
    }
}

/// Reads the value of a row of a list: an index, big-endian.
fn index_of(value: Vec<u8>) -> Result<u64, LedgerError> {
    let value = value.try_into().map_err(|value: Vec<u8>| {
        LedgerError::Rows(format!("a row of {} bytes is not an index", value.len()).into())
    })?;
    Ok(u64::from_be_bytes(value))
}
