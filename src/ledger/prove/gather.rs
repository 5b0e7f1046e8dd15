//! Which entries, objects and slices a bundle has.
//!
//! `docs/format.md`, section 14, names them. An object that was erased, or that rights keep in the
//! house, is passed over; one that is missing without either is an error.

use std::collections::{BTreeMap, BTreeSet};

use super::{ProveError, Quoted, Reveal, Revealed};
use crate::audit::facts::{Detail, Function};
use crate::audit::slices::{spans_of_claim, spans_of_quote};
use crate::entry::{Body, Entry, KeyOp, Kind, SourceEntry};
use crate::ledger::{Ledger, LedgerError, Record, rows};
use crate::trust::key::PublicKey;
use crate::trust::slice::{self, SliceRange};
use crate::words::claim::Claim;
use crate::words::id::{EntryId, ObjectId, SourceId};
use crate::words::source::Rights;
use crate::words::span::{Quote, Span};
use crate::words::verdict::Verdict;

/// What goes into a bundle.
pub(super) struct Gathered<'l> {
    ledger: &'l Ledger,
    reveal: Reveal,
    about: EntryId,
    size: u64,
    pub(super) entries: BTreeMap<u64, Entry>,
    pub(super) objects: BTreeMap<ObjectId, Vec<u8>>,
    pub(super) slices: BTreeMap<(ObjectId, SliceRange), Vec<u8>>,
    pub(super) revealed: Vec<Revealed>,
}

impl<'l> Gathered<'l> {
    /// Gathers what the bundle of an entry has, of the first `size` entries.
    pub(super) fn of(
        ledger: &'l Ledger,
        reveal: Reveal,
        record: Record,
        size: u64,
    ) -> Result<Self, ProveError> {
        let mut gathered = Self {
            ledger,
            reveal,
            about: record.entry.id(),
            size,
            entries: BTreeMap::new(),
            objects: BTreeMap::new(),
            slices: BTreeMap::new(),
            revealed: Vec::new(),
        };
        match record.entry.kind() {
            Kind::Verdict => gathered.verdict(record)?,
            _ => gathered.publication(record)?,
        }
        gathered.keys_and_policies()?;
        gathered.contents()?;
        Ok(gathered)
    }

    /// Takes in an entry; says whether it was not there, and belongs into the tree that is proven.
    fn put(&mut self, record: Record) -> bool {
        let Record { index, entry } = record;
        index < self.size && self.entries.insert(index, entry).is_none()
    }

    /// Takes in the verdict, with what it rests on and what was recorded on it.
    fn verdict(&mut self, record: Record) -> Result<(), ProveError> {
        let id = record.entry.id();
        let Body::Verdict(fields) = record.entry.body().clone() else {
            return Ok(());
        };
        for source in self.evidence(&fields.verdict)? {
            self.source(source)?;
        }
        self.line_of_verdicts(record)?;
        for answer in self.ledger.answers_to(&id)? {
            self.line_of_verdicts(answer)?;
        }
        for answer in self.ledger.answers_to(&fields.claim.entry())? {
            self.line_of_claims(answer)?;
        }
        Ok(())
    }

    /// Takes in a publication, and what reaffirmed it.
    fn publication(&mut self, record: Record) -> Result<(), ProveError> {
        let id = record.entry.id();
        self.put(record);
        self.reaffirmations(id)
    }

    /// Takes in a verdict or what answers one, the verdicts that it supersedes, their claims, and what
    /// retracted or reaffirmed them.
    fn line_of_verdicts(&mut self, record: Record) -> Result<(), ProveError> {
        let mut next = Some(record);
        while let Some(record) = next.take() {
            let id = record.entry.id();
            let body = record.entry.body().clone();
            if !self.put(record) {
                break;
            }
            self.reaffirmations(id)?;
            let Body::Verdict(verdict) = body else { break };
            let claim = self.ledger.entry(&verdict.claim.entry())?;
            self.line_of_claims(claim)?;
            // Evidence of the others is not called for, but shows why an object is withheld.
            for source in self.evidence(&verdict.verdict)? {
                if self.source_entry(source)?.1.rights == Rights::Withheld {
                    self.source(source)?;
                }
            }
            let (_, known) = self.ledger.facts_of(&id)?;
            if let Detail::Verdict(known) = known.detail
                && let Some(at) = known.retracted_by
            {
                self.put(self.ledger.entry_at(at)?);
            }
            let older = verdict
                .supersedes
                .map(|older| self.ledger.entry(&older.entry()));
            next = older.transpose()?;
        }
        Ok(())
    }

    /// Takes in a claim, with its source and the claims that it supersedes.
    fn line_of_claims(&mut self, record: Record) -> Result<(), ProveError> {
        let mut next = Some(record);
        while let Some(record) = next.take() {
            let id = record.entry.id();
            let Body::Claim(claim) = record.entry.body().clone() else {
                break;
            };
            if !self.put(record) {
                break;
            }
            self.reaffirmations(id)?;
            self.source(claim.source)?;
            let older = claim
                .supersedes
                .map(|older| self.ledger.entry(&older.entry()));
            next = older.transpose()?;
        }
        Ok(())
    }

    fn source(&mut self, id: SourceId) -> Result<(), ProveError> {
        let record = self.ledger.entry_of(Kind::Source, &id.entry())?;
        if self.put(record) {
            self.reaffirmations(id.entry())?;
        }
        Ok(())
    }

    /// Takes in all entries that reaffirm one, and what reaffirms those.
    fn reaffirmations(&mut self, id: EntryId) -> Result<(), ProveError> {
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            for record in self.ledger.reaffirmations_of(&id)? {
                let id = record.entry.id();
                if self.put(record) {
                    left.push(id);
                }
            }
        }
        Ok(())
    }

    /// Returns the sources of a verdict's evidence; none where its object was erased.
    fn evidence(&self, verdict: &ObjectId) -> Result<Vec<SourceId>, ProveError> {
        if self.is_erased(verdict)? {
            return Ok(Vec::new());
        }
        let verdict: Verdict = self.ledger.object(verdict)?;
        Ok(verdict.evidence.iter().map(|piece| piece.source).collect())
    }

    /// Takes in what says who was entitled: genesis, all changes of roots and of the log's key, the
    /// changes of the authors' keys, and the policies up to the last verdict.
    fn keys_and_policies(&mut self) -> Result<(), ProveError> {
        let mut holders: BTreeSet<PublicKey> = BTreeSet::new();
        for entry in self.entries.values() {
            let public = entry.header().by.public();
            let signer = self.ledger.signer(public)?;
            holders.extend(signer.map(|signer| signer.holder));
        }
        let mut roots = BTreeSet::new();
        for index in self.ledger.indexes(&rows::keys())? {
            let record = self.ledger.entry_at(index)?;
            if self.is_called_for(&record.entry, &holders)? {
                let id = record.entry.id();
                self.put(record);
                self.reaffirmations(id)?;
            }
        }
        for key in self.ledger.keys()? {
            if key.function == Function::Root {
                roots.insert(key.key.public().clone());
            }
        }
        let verdicts = self.entries.iter().rev();
        let mut verdicts = verdicts.filter(|(_, entry)| entry.kind() == Kind::Verdict);
        let last = verdicts.next().map_or(0, |(index, _)| *index);
        for root in roots {
            for index in self.ledger.chain_of(&root)? {
                if index < last {
                    let record = self.ledger.entry_at(index)?;
                    if record.entry.kind() == Kind::Policy {
                        self.put(record);
                    }
                }
            }
        }
        let objects: Vec<ObjectId> = self.entries.values().flat_map(Entry::objects).collect();
        for object in objects {
            let known = self.ledger.facts_of_object(&object)?;
            if let Some(erased) = known.and_then(|known| known.erased) {
                let record = self.ledger.entry_at(erased.by)?;
                self.put(record);
            }
        }
        Ok(())
    }

    /// Says whether an entry that changes keys is needed: all but those of others' keys are.
    fn is_called_for(
        &self,
        entry: &Entry,
        holders: &BTreeSet<PublicKey>,
    ) -> Result<bool, LedgerError> {
        let Body::Key(key) = entry.body() else {
            return Ok(true);
        };
        let named = if key.op == KeyOp::Rotate {
            key.old.as_ref()
        } else {
            Some(&key.key)
        };
        let Some(named) = named else { return Ok(false) };
        let signer = self.ledger.signer(named.public())?;
        Ok(signer.is_some_and(|signer| {
            signer.function == Function::Root || holders.contains(&signer.holder)
        }))
    }

    fn is_erased(&self, id: &ObjectId) -> Result<bool, LedgerError> {
        let known = self.ledger.facts_of_object(id)?;
        Ok(known.is_some_and(|known| known.erased.is_some()))
    }

    /// Takes in what the entries speak of and may leave the house.
    fn contents(&mut self) -> Result<(), ProveError> {
        let entries: Vec<(u64, Entry)> = self.entries.clone().into_iter().collect();
        let verdicts = entries.iter().filter_map(|(_, entry)| match entry.body() {
            Body::Verdict(verdict) => Some(verdict.policy),
            _ => None,
        });
        let policies: BTreeSet<ObjectId> = verdicts.collect();
        // Texts first: one that is there for another source's sake needs no slices.
        for (_, entry) in &entries {
            if let Body::Source(source) = entry.body() {
                self.texts_of(source)?;
            }
        }
        for (index, entry) in entries {
            match entry.body() {
                Body::Genesis(genesis) if policies.contains(&genesis.policy) => {
                    self.object(&genesis.policy)?;
                }
                Body::Policy(policy) if policies.contains(&policy.policy) => {
                    self.object(&policy.policy)?;
                }
                Body::Claim(claim) => self.claim(index, &claim.claim, claim.source)?,
                Body::Verdict(verdict) => {
                    let is_shown = entry.id() == self.about;
                    self.verdict_object(&verdict.verdict, is_shown)?;
                }
                Body::Publication(publication) => self.object(&publication.manifest)?,
                Body::Retraction(retraction) => self.object(&retraction.note)?,
                Body::Reaffirmation(reaffirmation) => self.object(&reaffirmation.note)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn object(&mut self, id: &ObjectId) -> Result<(), ProveError> {
        if self.objects.contains_key(id) || self.is_erased(id)? {
            return Ok(());
        }
        let bytes = self.ledger.object_bytes(id)?;
        let bytes = bytes.ok_or(LedgerError::NoObject(*id))?;
        self.objects.insert(*id, bytes);
        Ok(())
    }

    fn texts_of(&mut self, source: &SourceEntry) -> Result<(), ProveError> {
        if self.reveal == Reveal::Texts || source.rights != Rights::Withheld {
            self.object(&source.meta)?;
        }
        let is_whole = match self.reveal {
            Reveal::AsRights => source.rights == Rights::Public,
            Reveal::Quotations => false,
            Reveal::Texts => true,
        };
        match source.text {
            Some(text) if is_whole => self.object(&text.blake3),
            _ => Ok(()),
        }
    }

    fn claim(&mut self, index: u64, id: &ObjectId, source: SourceId) -> Result<(), ProveError> {
        if self.is_erased(id)? {
            return Ok(());
        }
        let claim: Claim = self.ledger.object(id)?;
        let (at, fields) = self.source_entry(source)?;
        let quoted = Quoted::Claim(index);
        if self.is_withheld(&fields) {
            self.tell(quoted, at, &fields, &claim.quote, 0);
            return Ok(());
        }
        self.object(id)?;
        let spans = spans_of_claim(&claim).unwrap_or_default();
        let shown = self.show(&fields, &spans)?;
        self.tell(quoted, at, &fields, &claim.quote, shown);
        Ok(())
    }

    /// Takes in a verdict's object, unless its evidence quotes what is withheld; and of the verdict that
    /// the bundle is about, what shows the quotes.
    fn verdict_object(&mut self, id: &ObjectId, is_shown: bool) -> Result<(), ProveError> {
        if self.is_erased(id)? {
            return Ok(());
        }
        let verdict: Verdict = self.ledger.object(id)?;
        let mut quotes = Vec::new();
        for (number, piece) in verdict.evidence.into_iter().enumerate() {
            if let Some(quote) = piece.quote {
                let (at, fields) = self.source_entry(piece.source)?;
                quotes.push((Quoted::Evidence(number), at, fields, quote));
            }
        }
        let is_withheld = quotes
            .iter()
            .any(|(_, _, fields, _)| self.is_withheld(fields));
        if !is_withheld {
            self.object(id)?;
        }
        for (quoted, at, fields, quote) in quotes.into_iter().filter(|_| is_shown) {
            let mut shown = 0;
            if !is_withheld {
                let span = spans_of_quote(&quote);
                shown = self.show(&fields, &span.map_or_else(Vec::new, |span| vec![span]))?;
            }
            self.tell(quoted, at, &fields, &quote, shown);
        }
        Ok(())
    }

    fn is_withheld(&self, source: &SourceEntry) -> bool {
        self.reveal != Reveal::Texts && source.rights == Rights::Withheld
    }

    fn source_entry(&self, id: SourceId) -> Result<(u64, SourceEntry), ProveError> {
        let record = self.ledger.entry_of(Kind::Source, &id.entry())?;
        let Body::Source(source) = record.entry.body() else {
            return Err(LedgerError::NoEntry(id.entry()).into());
        };
        Ok((record.index, source.clone()))
    }

    /// Takes in the slices that show these spans, unless the text is there; returns how many bytes
    /// of the text are shown for them.
    fn show(&mut self, source: &SourceEntry, spans: &[Span]) -> Result<u64, ProveError> {
        let Some(text) = source.text else {
            return Ok(0);
        };
        let id = text.blake3;
        if self.objects.contains_key(&id) {
            return Ok(text.bytes);
        }
        if self.is_erased(&id)? {
            return Ok(0);
        }
        let outside = |source| ProveError::Quote { text: id, source };
        let ranges = SliceRange::covering(spans, text.bytes).map_err(outside)?;
        let bytes = self.ledger.object_bytes(&id)?;
        let bytes = bytes.ok_or(LedgerError::NoObject(id))?;
        let mut shown = 0;
        for range in ranges {
            shown += range.end() - range.start();
            let slice = slice::make(&bytes, range).map_err(outside)?;
            self.slices.insert((id, range), slice);
        }
        Ok(shown)
    }

    fn tell(&mut self, quoted: Quoted, at: u64, source: &SourceEntry, quote: &Quote, shown: u64) {
        self.revealed.push(Revealed {
            quoted,
            source: at,
            words: quote.bytes.len() as u64,
            shown,
            text: source.text.map_or(0, |text| text.bytes),
        });
    }
}
