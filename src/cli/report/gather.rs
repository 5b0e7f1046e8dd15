//! A ledger's sources, claims, verdicts and decisions as plain values, for what counts them.

use std::collections::BTreeMap;

use factlog::audit;
use factlog::audit::facts::Detail;
use factlog::entry::{Body, ClaimEntry, Decision, SourceEntry};
use factlog::export::Standing;
use factlog::export::report::Given;
use factlog::export::report::given::{
    GivenClaim, GivenContent, GivenDecision, GivenRetraction, GivenSource, GivenVerdict, Keeping,
    Name,
};
use factlog::ledger::{Ledger, LedgerError, Record};
use factlog::words::claim::{Claim, Manner};
use factlog::words::id::{SourceId, VerdictId};
use factlog::words::note::Note;
use factlog::words::object::Object;
use factlog::words::source::{Meta, Rights};
use factlog::words::verdict::Verdict;

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

/// Reads a ledger. What rights withhold is not named in what it returns.
pub(crate) fn gather(ledger: &Ledger, depth: Depth, context: &Context) -> anyhow::Result<Given> {
    let genesis = ledger.genesis();
    let head = ledger.tree_head();
    let (_, policy) = ledger.policy()?;
    let mut gathering = Gathering {
        ledger,
        depth,
        given: Given {
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
        },
    };
    let bar = progress::entries("counting", head.size, context);
    let mut verdicts = Vec::new();
    for known in ledger.survey() {
        let (index, entry) = known?;
        bar.set_position(index);
        if entry.is_void {
            continue;
        }
        match entry.detail {
            Detail::Source(_) => gathering.source(index)?,
            Detail::Claim(facts) => gathering.claim(index, facts.source, facts.line)?,
            Detail::Verdict(_) => verdicts.push(index),
            Detail::Approval(_) => gathering.decision(index)?,
            Detail::Other(_) => {}
        }
    }
    for (index, standing) in ledger.standings(verdicts)? {
        gathering.verdict(index, standing)?;
    }
    bar.finish_and_clear();
    Ok(gathering.given)
}

struct Gathering<'l> {
    ledger: &'l Ledger,
    depth: Depth,
    given: Given,
}

impl Gathering<'_> {
    fn source(&mut self, index: u64) -> anyhow::Result<()> {
        let record = self.ledger.entry_at(index)?;
        let Body::Source(source) = record.entry.body() else {
            return Ok(());
        };
        let header = record.entry.header();
        let meta: Option<Meta> = self.words(&source.meta)?;
        let is_gone = meta.is_none() && self.depth == Depth::All;
        let publisher = match &meta {
            _ if source.rights == Rights::Withheld => Name::Withheld,
            None => Name::Gone,
            Some(meta) => publisher(meta),
        };
        let keeping = self.keeping(source)?;
        self.given.sources.insert(
            index,
            GivenSource {
                at: header.at,
                by: header.by.name().to_string(),
                publisher,
                keeping,
                is_gone,
            },
        );
        Ok(())
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

    fn claim(&mut self, index: u64, source: u64, line: u64) -> anyhow::Result<()> {
        let record = self.ledger.entry_at(index)?;
        let Body::Claim(entry) = record.entry.body() else {
            return Ok(());
        };
        let claim: Option<Claim> = self.words(&entry.claim)?;
        let is_gone = claim.is_none() && self.depth == Depth::All;
        let is_withheld = self.is_withheld(entry)?;
        let header = record.entry.header();
        let (claimant, language) = match &claim {
            _ if is_withheld => (Name::Withheld, Name::Withheld),
            None => (Name::Gone, Name::Gone),
            Some(claim) => (claimant(claim), Name::Known(claim.language.clone())),
        };
        self.given.claims.insert(
            index,
            GivenClaim {
                at: header.at,
                by: header.by.name().to_string(),
                source,
                line,
                text: claim.map(|claim| claim.text).filter(|_| !is_withheld),
                claimant,
                language,
                is_gone,
            },
        );
        Ok(())
    }

    fn is_withheld(&self, claim: &ClaimEntry) -> Result<bool, LedgerError> {
        let (_, facts) = self.ledger.facts_of(&claim.source.entry())?;
        Ok(matches!(facts.detail, Detail::Source(source) if source.rights == Rights::Withheld))
    }

    fn decision(&mut self, index: u64) -> anyhow::Result<()> {
        let record = self.ledger.entry_at(index)?;
        let Body::Approval(approval) = record.entry.body() else {
            return Ok(());
        };
        let header = record.entry.header();
        let signer = self.ledger.signer(header.by.public())?;
        let holder = signer.map_or_else(|| header.by.public().clone(), |signer| signer.holder);
        self.given.decisions.insert(
            index,
            GivenDecision {
                at: header.at,
                by: header.by.name().to_string(),
                holder: *holder.as_bytes(),
                verdict: self.ledger.facts_of(&approval.verdict.entry())?.0,
                approves: approval.decision == Decision::Approve,
                is_tainted: self.ledger.is_tainted(&record.entry.id())?,
            },
        );
        Ok(())
    }

    fn verdict(
        &mut self,
        index: u64,
        known: audit::standing::VerdictStanding,
    ) -> anyhow::Result<()> {
        let record = self.ledger.entry_at(index)?;
        let Body::Verdict(entry) = record.entry.body() else {
            return Ok(());
        };
        let claim = self.ledger.facts_of(&entry.claim.entry())?.0;
        let header = record.entry.header();
        let supersedes = match entry.supersedes.zip(entry.change) {
            Some((older, change)) => Some((self.ledger.facts_of(&older.entry())?.0, change)),
            None => None,
        };
        let said = says::readable::<Verdict>(self.ledger, &entry.verdict)?;
        let is_withheld = self.is_of_withheld(claim, said.as_ref())?;
        let content = said
            .map(|said| self.content(said, is_withheld))
            .transpose()?;
        let verdict = GivenVerdict {
            id: VerdictId(record.entry.id().0),
            at: header.at,
            by: header.by.name().to_string(),
            claim,
            rating: entry.rating.clone(),
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
        self.given.verdicts.insert(index, verdict);
        Ok(())
    }

    /// Says whether a verdict speaks of words that are withheld: its reason, and that of its
    /// retraction, may repeat them.
    fn is_of_withheld(&self, claim: u64, verdict: Option<&Verdict>) -> Result<bool, LedgerError> {
        let known = self.given.claims.get(&claim);
        if known.is_some_and(|claim| claim.claimant == Name::Withheld) {
            return Ok(true);
        }
        for piece in verdict.iter().flat_map(|verdict| &verdict.evidence) {
            if piece.quote.is_some() && self.cited(piece.source)?.1 == Some(Rights::Withheld) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns what a verdict says. The reason of one that speaks of words that are withheld stays here.
    fn content(&self, verdict: Verdict, is_withheld: bool) -> Result<GivenContent, LedgerError> {
        let mut evidence = Vec::new();
        for piece in &verdict.evidence {
            evidence.push((self.cited(piece.source)?.0, piece.primary));
        }
        Ok(GivenContent {
            reason: verdict.reason.filter(|_| !is_withheld),
            evidence,
            conflicts: verdict.conflicts.len() as u64,
        })
    }

    fn cited(&self, source: SourceId) -> Result<(u64, Option<Rights>), LedgerError> {
        let (index, facts) = self.ledger.facts_of(&source.entry())?;
        Ok(match facts.detail {
            Detail::Source(source) => (index, Some(source.rights)),
            _ => (index, None),
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
    fn words<O: Object>(
        &self,
        id: &factlog::words::id::ObjectId,
    ) -> Result<Option<O>, LedgerError> {
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
