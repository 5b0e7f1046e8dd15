//! A ledger's sources, claims, verdicts and decisions as plain values, for what counts them.

use std::collections::BTreeMap;

use factlog::audit::facts::{ClaimFacts, Detail, EntryFacts, Facts as _};
use factlog::audit::memory::MemoryFacts;
use factlog::audit::taint::Taints;
use factlog::entry::{Approval, Body, ClaimEntry, Decision, Entry, SourceEntry, VerdictEntry};
use factlog::export::Standing;
use factlog::export::report::Given;
use factlog::export::report::given::{
    GivenClaim, GivenContent, GivenDecision, GivenRetraction, GivenSource, GivenVerdict, Keeping,
    Name,
};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::claim::{Claim, Manner};
use factlog::words::id::{EntryId, ObjectId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object::Object;
use factlog::words::source::{Meta, Rights};
use factlog::words::verdict::Verdict;
use rayon::prelude::*;

use crate::cli::context::Context;
use crate::cli::progress;
use crate::cli::published::standing;
use crate::cli::says;

/// How much is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All that a report has.
    All,
    /// What figures are made of: no words of claims, and nothing that is known of sources.
    Figures,
}

/// So many entries are read together, by one thread.
const TOGETHER: u64 = 1024;

/// Reads a ledger, on all cores. What rights withhold is not named in what it returns.
pub(crate) fn gather(ledger: &Ledger, depth: Depth, context: &Context) -> anyhow::Result<Given> {
    let genesis = ledger.genesis();
    let head = ledger.tree_head();
    let (_, policy) = ledger.policy()?;
    let bar = progress::entries("counting", head.size, context);
    let gathering = Gathering {
        ledger,
        depth,
        known: ledger.known()?,
    };
    let starts: Vec<u64> = (0..head.size.div_ceil(TOGETHER))
        .map(|n| n * TOGETHER)
        .collect();
    let read = starts.into_par_iter().map(|start| {
        let pieces = gathering.pieces(start, TOGETHER.min(head.size - start));
        bar.inc(TOGETHER);
        pieces
    });
    let pieces: Vec<Vec<(u64, Piece)>> = read.collect::<anyhow::Result<_>>()?;
    let mut given = Given {
        desk: genesis.name.clone(),
        ledger: ledger.id(),
        origin: genesis.origin.to_string(),
        size: head.size,
        root: head.root.to_string(),
        scale: policy
            .scale
            .iter()
            .map(|rating| (rating.code.clone(), rating.label().to_owned()))
            .collect(),
        sources: BTreeMap::new(),
        claims: BTreeMap::new(),
        verdicts: BTreeMap::new(),
        decisions: BTreeMap::new(),
    };
    for (index, piece) in pieces.into_iter().flatten() {
        match piece {
            Piece::Source(source) => drop(given.sources.insert(index, source)),
            Piece::Claim(claim) => drop(given.claims.insert(index, claim)),
            Piece::Verdict(verdict) => drop(given.verdicts.insert(index, *verdict)),
            Piece::Decision(decision) => drop(given.decisions.insert(index, decision)),
        }
    }
    bar.finish_and_clear();
    Ok(given)
}

/// What an entry gives.
enum Piece {
    Source(GivenSource),
    Claim(GivenClaim),
    Verdict(Box<GivenVerdict>),
    Decision(GivenDecision),
}

struct Gathering<'l> {
    ledger: &'l Ledger,
    depth: Depth,
    known: MemoryFacts,
}

impl Gathering<'_> {
    /// Reads so many entries from an index on.
    fn pieces(&self, start: u64, count: u64) -> anyhow::Result<Vec<(u64, Piece)>> {
        let mut pieces = Vec::new();
        let mut taints = Taints::default();
        let mut records = self.ledger.entries_from(start);
        for index in start..start + count {
            let record = records.next().transpose()?;
            let record = record.filter(|record| record.index == index);
            let entry = record.ok_or(LedgerError::NoIndex(index))?.entry;
            let known = self.facts_at(index)?;
            if known.is_void {
                continue;
            }
            let piece = match (entry.body(), known.detail) {
                (Body::Source(source), _) => Some(Piece::Source(self.source(&entry, source)?)),
                (Body::Claim(claim), Detail::Claim(facts)) => {
                    Some(Piece::Claim(self.claim(&entry, claim, facts)?))
                }
                (Body::Verdict(verdict), _) => self
                    .verdict(index, &entry, verdict, &mut taints)?
                    .map(|verdict| Piece::Verdict(Box::new(verdict))),
                (Body::Approval(approval), Detail::Approval(_)) => Some(Piece::Decision(
                    self.decision(index, &entry, approval, &mut taints)?,
                )),
                _ => None,
            };
            pieces.extend(piece.map(|piece| (index, piece)));
        }
        Ok(pieces)
    }

    fn facts_at(&self, index: u64) -> Result<EntryFacts, LedgerError> {
        let Ok(known) = self.known.entry(index);
        known.ok_or(LedgerError::NoIndex(index))
    }

    fn index_of(&self, id: &EntryId) -> Result<u64, LedgerError> {
        let Ok(index) = self.known.index_of(id);
        index.ok_or(LedgerError::NoEntry(*id))
    }

    fn source(&self, entry: &Entry, source: &SourceEntry) -> anyhow::Result<GivenSource> {
        let header = entry.header();
        let meta: Option<Meta> = self.words(&source.meta)?;
        let is_gone = meta.is_none() && self.depth == Depth::All;
        let publisher = match &meta {
            _ if source.rights == Rights::Withheld => Name::Withheld,
            None => Name::Gone,
            Some(meta) => publisher(meta),
        };
        Ok(GivenSource {
            at: header.at,
            by: header.by.name().to_string(),
            publisher,
            keeping: self.keeping(source)?,
            is_gone,
        })
    }

    fn keeping(&self, source: &SourceEntry) -> Result<Keeping, LedgerError> {
        let copies = source.raw.iter().chain(&source.text);
        let mut keeping = Keeping::Reference;
        for copy in copies {
            let facts = self.ledger.facts_of_object(&copy.blake3)?;
            let is_erased = facts.is_some_and(|facts| facts.erased.is_some());
            keeping = match (is_erased, source.rights) {
                (true, _) => Keeping::Gone,
                (false, Rights::Withheld) => return Ok(Keeping::Withheld),
                (false, _) => return Ok(Keeping::Copy),
            };
        }
        Ok(keeping)
    }

    fn claim(
        &self,
        entry: &Entry,
        claim: &ClaimEntry,
        facts: ClaimFacts,
    ) -> anyhow::Result<GivenClaim> {
        let said: Option<Claim> = self.words(&claim.claim)?;
        let is_gone = said.is_none() && self.depth == Depth::All;
        let is_withheld = self.rights_of(facts.source)? == Some(Rights::Withheld);
        let header = entry.header();
        let (claimant, language) = match &said {
            _ if is_withheld => (Name::Withheld, Name::Withheld),
            None => (Name::Gone, Name::Gone),
            Some(said) => (claimant(said), Name::Known(said.language.clone())),
        };
        Ok(GivenClaim {
            at: header.at,
            by: header.by.name().to_string(),
            source: facts.source,
            line: facts.line,
            text: said.map(|said| said.text).filter(|_| !is_withheld),
            claimant,
            language,
            is_gone,
        })
    }

    /// Returns what of a source may be published; `None` where it is none.
    fn rights_of(&self, source: u64) -> Result<Option<Rights>, LedgerError> {
        Ok(match self.facts_at(source)?.detail {
            Detail::Source(source) => Some(source.rights),
            _ => None,
        })
    }

    fn decision(
        &self,
        index: u64,
        entry: &Entry,
        approval: &Approval,
        taints: &mut Taints,
    ) -> anyhow::Result<GivenDecision> {
        let header = entry.header();
        let Ok(holder) = self.known.holder(header.by.public());
        let Ok(is_tainted) = taints.is_tainted(&self.known, index, &self.facts_at(index)?);
        Ok(GivenDecision {
            at: header.at,
            by: header.by.name().to_string(),
            holder: *holder.as_bytes(),
            verdict: self.index_of(&approval.verdict.entry())?,
            approves: approval.decision == Decision::Approve,
            is_tainted,
        })
    }

    fn verdict(
        &self,
        index: u64,
        entry: &Entry,
        verdict: &VerdictEntry,
        taints: &mut Taints,
    ) -> anyhow::Result<Option<GivenVerdict>> {
        let Some(known) = self.ledger.standing_by(&self.known, index, taints)? else {
            return Ok(None);
        };
        let claim = self.index_of(&verdict.claim.entry())?;
        let header = entry.header();
        let supersedes = match verdict.supersedes.zip(verdict.change) {
            Some((older, change)) => Some((self.index_of(&older.entry())?, change)),
            None => None,
        };
        let said = says::readable::<Verdict>(self.ledger, &verdict.verdict)?;
        let is_withheld = self.is_of_withheld(claim, said.as_ref())?;
        let content = said
            .map(|said| self.content(said, is_withheld))
            .transpose()?;
        let verdict = GivenVerdict {
            id: VerdictId(entry.id().0),
            at: header.at,
            by: header.by.name().to_string(),
            claim,
            rating: verdict.rating.clone(),
            standing: standing(known.standing),
            approvals_needed: known.approvals_needed,
            approvals: known.approvals,
            supersedes,
            superseded_by: known.superseded_by,
            retraction: known
                .retracted_by
                .map(|by| self.retraction(by, is_withheld))
                .transpose()?,
            content,
        };
        debug_assert!(verdict.standing != Standing::Retracted || verdict.retraction.is_some());
        Ok(Some(verdict))
    }

    /// Says whether a verdict speaks of words that are withheld: its reason, and that of its
    /// retraction, may repeat them.
    fn is_of_withheld(&self, claim: u64, verdict: Option<&Verdict>) -> Result<bool, LedgerError> {
        if let Detail::Claim(claim) = self.facts_at(claim)?.detail
            && self.rights_of(claim.source)? == Some(Rights::Withheld)
        {
            return Ok(true);
        }
        for piece in verdict.iter().flat_map(|verdict| &verdict.evidence) {
            let source = self.index_of(&piece.source.entry())?;
            if piece.quote.is_some() && self.rights_of(source)? == Some(Rights::Withheld) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns what a verdict says. The reason of one that speaks of words that are withheld stays here.
    fn content(&self, verdict: Verdict, is_withheld: bool) -> Result<GivenContent, LedgerError> {
        let mut evidence = Vec::new();
        for piece in &verdict.evidence {
            evidence.push((self.index_of(&piece.source.entry())?, piece.primary));
        }
        Ok(GivenContent {
            reason: verdict.reason.filter(|_| !is_withheld),
            evidence,
            conflicts: verdict.conflicts.len() as u64,
        })
    }

    fn retraction(&self, index: u64, is_withheld: bool) -> anyhow::Result<GivenRetraction> {
        let Record { entry, .. } = self.ledger.entry_at(index)?;
        let note: Option<Note> = match entry.body() {
            Body::Retraction(retraction) => says::readable(self.ledger, &retraction.note)?,
            _ => None,
        };
        Ok(GivenRetraction {
            index,
            at: entry.header().at,
            by: entry.header().by.name().to_string(),
            reason: note.map(|note| note.text).filter(|_| !is_withheld),
        })
    }

    /// Reads an object whose words a report has.
    fn words<O: Object>(&self, id: &ObjectId) -> Result<Option<O>, LedgerError> {
        match self.depth {
            Depth::All => says::readable(self.ledger, id),
            Depth::Figures => Ok(None),
        }
    }
}

fn claimant(claim: &Claim) -> Name {
    match &claim.claimant {
        Some(claimant) => Name::Known(claimant.name.clone()),
        None if claim.manner == Manner::Narration => Name::Narration,
        None => Name::None,
    }
}

/// Returns who published a source: as it is recorded, else the site that it is from.
fn publisher(meta: &Meta) -> Name {
    if let Some(publisher) = &meta.publisher {
        return Name::Known(publisher.clone());
    }
    meta.url
        .as_deref()
        .and_then(site)
        .map_or(Name::None, Name::Known)
}

/// Returns the name of the site that a web address is of, without a port.
fn site(url: &str) -> Option<String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let place = rest.split(['/', '?', '#']).next()?;
    let host = place.rsplit('@').next()?;
    let host = host.split(':').next()?.to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::site;

    #[test]
    fn an_address_is_of_a_site() {
        for (url, host) in [
            ("https://News.example/a?b", Some("news.example")),
            ("http://user:pass@news.example:8080/a", Some("news.example")),
            ("https://news.example", Some("news.example")),
            ("https:///a", None),
            ("ftp://news.example", None),
            ("file.txt", None),
        ] {
            assert_eq!(site(url).as_deref(), host, "{url}");
        }
    }
}
