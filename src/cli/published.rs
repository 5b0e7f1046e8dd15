//! A ledger's claims and verdicts as plain values, for what exports or shows them.
//!
//! [`Gatherer`] reads them while the ledger is open; what it returns needs no ledger. An object that
//! is not there is `None` in what it returns, and listed, so that the command can say so.

use std::collections::{BTreeMap, BTreeSet};

use factlog::audit;
use factlog::audit::facts::{Detail, VerdictFacts};
use factlog::entry::{Body, ClaimEntry, Decision, Kind, VerdictEntry};
use factlog::export::{
    BaseUrl, PublishedCheckpoint, PublishedClaim, PublishedLedger, PublishedRetraction,
    PublishedSource, PublishedVerdict, Standing, ever_stood,
};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object::Object;
use factlog::words::policy::Policy;

use super::decisions::Decisions;
use super::gone::{self, Erased};
use super::says;

/// Reads claims with their verdicts, and what these rest on.
pub(crate) struct Gatherer<'l> {
    ledger: &'l Ledger,
    policies: BTreeMap<ObjectId, Policy>,
    sources: BTreeMap<SourceId, PublishedSource>,
    gone: BTreeSet<ObjectId>,
    erased: BTreeSet<Erased>,
}

/// What was read beside the claims.
pub(crate) struct Gathered {
    /// The ledger, its policies and its sources.
    pub(crate) ledger: PublishedLedger,
    /// The objects that are not there.
    pub(crate) gone: BTreeSet<ObjectId>,
    /// Those of them that were erased.
    pub(crate) erased: BTreeSet<Erased>,
}

impl<'l> Gatherer<'l> {
    pub(crate) fn new(ledger: &'l Ledger) -> Self {
        Self {
            ledger,
            policies: BTreeMap::new(),
            sources: BTreeMap::new(),
            gone: BTreeSet::new(),
            erased: BTreeSet::new(),
        }
    }

    /// Reads all claims of all sources, in log order of the sources and text order in each.
    pub(crate) fn all(&mut self) -> Result<Vec<PublishedClaim>, LedgerError> {
        let mut claims = Vec::new();
        for source in self.ledger.sources()? {
            let source = SourceId(source.entry.id().0);
            for record in self.ledger.claims_of(&source)? {
                if let Body::Claim(entry) = record.entry.body() {
                    claims.push(self.claim(&record, entry)?);
                }
            }
        }
        Ok(claims)
    }

    /// Reads a claim with its verdicts.
    pub(crate) fn claim(
        &mut self,
        record: &Record,
        entry: &ClaimEntry,
    ) -> Result<PublishedClaim, LedgerError> {
        let id = ClaimId(record.entry.id().0);
        self.source(entry.source)?;
        let mut verdicts = Vec::new();
        self.verdicts_on(&id, &mut verdicts)?;
        Ok(PublishedClaim {
            id,
            index: record.index,
            at: record.entry.header().at,
            claim: self.object(&entry.claim)?,
            source: entry.source,
            supersedes: entry.supersedes.zip(entry.change),
            is_tainted: self.ledger.is_tainted(&id.entry())?,
            superseded_by: says::superseded_claim(self.ledger, id)?.map(|by| ClaimId(by.0)),
            verdicts,
        })
    }

    /// Reads the verdicts that were given on earlier wordings of a claim, the oldest first.
    pub(crate) fn earlier_verdicts(
        &mut self,
        claim: &ClaimEntry,
    ) -> Result<Vec<PublishedVerdict>, LedgerError> {
        let mut verdicts = Vec::new();
        for wording in self.ledger.earlier_wordings(claim)?.iter().rev() {
            self.verdicts_on(wording, &mut verdicts)?;
        }
        Ok(verdicts)
    }

    fn verdicts_on(
        &mut self,
        claim: &ClaimId,
        verdicts: &mut Vec<PublishedVerdict>,
    ) -> Result<(), LedgerError> {
        for verdict in self.ledger.verdicts_on(claim)? {
            if let Body::Verdict(entry) = verdict.entry.body() {
                verdicts.push(self.verdict(&verdict, entry)?);
            }
        }
        Ok(())
    }

    /// Reads a source, for later.
    pub(crate) fn source(&mut self, id: SourceId) -> Result<(), LedgerError> {
        if self.sources.contains_key(&id) {
            return Ok(());
        }
        let record = self.ledger.entry_of(Kind::Source, &id.entry())?;
        if let Body::Source(source) = record.entry.body() {
            let published = PublishedSource {
                source_type: source.source_type,
                rights: source.rights,
                meta: self.object(&source.meta)?,
                media: source.media.clone(),
                raw: source.raw,
                text: source.text,
                is_text_erased: self.is_erased(source.text.map(|text| text.blake3))?,
            };
            self.sources.insert(id, published);
        }
        Ok(())
    }

    /// Returns what was read beside the claims, with the checkpoint.
    pub(crate) fn finish(self, base_url: Option<BaseUrl>) -> Gathered {
        let genesis = self.ledger.genesis();
        let head = self.ledger.tree_head();
        let checkpoint = PublishedCheckpoint {
            origin: genesis.origin.to_string(),
            size: head.size,
            root: head.root.to_string(),
            note: Some(String::from_utf8_lossy(self.ledger.checkpoint()).into_owned()),
        };
        Gathered {
            ledger: PublishedLedger {
                id: self.ledger.id(),
                desk: genesis.name.clone(),
                base_url,
                checkpoint,
                policies: self.policies,
                sources: self.sources,
            },
            gone: self.gone,
            erased: self.erased,
        }
    }

    fn verdict(
        &mut self,
        record: &Record,
        entry: &VerdictEntry,
    ) -> Result<PublishedVerdict, LedgerError> {
        let id = VerdictId(record.entry.id().0);
        if !self.policies.contains_key(&entry.policy)
            && let Some(policy) = self.object(&entry.policy)?
        {
            self.policies.insert(entry.policy, policy);
        }
        let content: Option<factlog::words::verdict::Verdict> = self.object(&entry.verdict)?;
        for evidence in content.iter().flat_map(|content| &content.evidence) {
            self.source(evidence.source)?;
        }
        let facts = match self.ledger.facts_of(&id.entry())?.1.detail {
            Detail::Verdict(facts) => Some(facts),
            _ => None,
        };
        let by = facts.as_ref().and_then(|facts| facts.superseded_by);
        let header = record.entry.header();
        let known = self.ledger.standing(&id)?;
        let decisions = Decisions::of(self.ledger, &known)?;
        Ok(PublishedVerdict {
            id,
            index: record.index,
            at: header.at,
            reviewer: header.by.name().to_string(),
            rating: entry.rating.clone(),
            policy: entry.policy,
            verdict: content,
            standing: standing(known.standing),
            has_stood: known.standing == audit::Standing::Standing
                || self.has_stood(record.index, facts.as_ref(), decisions.approvals_needed)?,
            approvals: decisions.approvals,
            approvals_needed: decisions.approvals_needed,
            disputes: decisions.disputes,
            supersedes: entry.supersedes,
            change: entry.change,
            superseded_by: says::at(self.ledger, by)?.map(|id| VerdictId(id.0)),
            retraction: self.retraction(facts.as_ref())?,
        })
    }

    fn is_erased(&self, object: Option<ObjectId>) -> Result<bool, LedgerError> {
        let Some(object) = object else {
            return Ok(false);
        };
        let known = self.ledger.facts_of_object(&object)?;
        Ok(known.is_some_and(|known| known.erased.is_some()))
    }

    /// Says whether a verdict that does not stand now had its approvals once, and no dispute, before
    /// it was superseded or retracted. Approvals that were tainted since counted then.
    fn has_stood(
        &self,
        verdict: u64,
        facts: Option<&VerdictFacts>,
        needed: u32,
    ) -> Result<bool, LedgerError> {
        if needed == 0 {
            return Ok(true);
        }
        let ends = facts.and_then(|facts| {
            [facts.superseded_by, facts.retracted_by]
                .into_iter()
                .flatten()
                .min()
        });
        let id = self.ledger.entry_at(verdict)?.entry.id();
        let mut said = Vec::new();
        for record in self.ledger.answers_to(&id)? {
            let Body::Approval(approval) = record.entry.body() else {
                continue;
            };
            if ends.is_some_and(|end| record.index > end) {
                break;
            }
            let author = record.entry.header().by.public();
            let holder = self.ledger.signer(author)?.map(|signer| signer.holder);
            let holder = holder.unwrap_or_else(|| author.clone());
            said.push((holder, approval.decision == Decision::Approve));
        }
        Ok(ever_stood(said, needed))
    }

    fn retraction(
        &mut self,
        facts: Option<&VerdictFacts>,
    ) -> Result<Option<PublishedRetraction>, LedgerError> {
        let Some(index) = facts.and_then(|facts| facts.retracted_by) else {
            return Ok(None);
        };
        let record = self.ledger.entry_at(index)?;
        let note: Option<Note> = match record.entry.body() {
            Body::Retraction(retraction) => self.object(&retraction.note)?,
            _ => None,
        };
        let header = record.entry.header();
        Ok(Some(PublishedRetraction {
            id: EntryId(record.entry.id().0),
            index,
            at: header.at,
            by: header.by.name().to_string(),
            reason: note.map(|note| note.text),
        }))
    }

    fn object<O: Object>(&mut self, id: &ObjectId) -> Result<Option<O>, LedgerError> {
        let object = says::object(self.ledger, id)?;
        if object.is_none() {
            self.gone.insert(*id);
            self.erased.extend(gone::erased(self.ledger, id)?);
        }
        Ok(object)
    }
}

/// Returns a standing as exports have it.
pub(crate) const fn standing(standing: audit::Standing) -> Standing {
    match standing {
        audit::Standing::Proposed => Standing::Proposed,
        audit::Standing::Standing => Standing::Standing,
        audit::Standing::Disputed => Standing::Disputed,
        audit::Standing::Superseded => Standing::Superseded,
        audit::Standing::Retracted => Standing::Retracted,
        audit::Standing::Tainted => Standing::Tainted,
    }
}
