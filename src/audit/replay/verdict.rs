//! Verdicts where they stand: policy, rating, evidence, and what they supersede.

use super::Placed;
use super::references::Reference;
use crate::audit::facts::{ClaimFacts, Detail, Facts, VerdictFacts};
use crate::audit::finding::{Code, Finding};
use crate::audit::prepare::{Content, QuoteTask, Quoted, VerdictContent};
use crate::entry::VerdictEntry;
use crate::words::id::SourceId;
use crate::words::span::Quote;
use crate::words::verdict::VerdictChange;

impl<F: Facts> Placed<'_, F> {
    pub(super) fn check_verdict(
        &mut self,
        verdict: &VerdictEntry,
        content: &Content,
    ) -> Result<(), F::Error> {
        let content = match content {
            Content::Verdict(content) => Some(content),
            _ => None,
        };
        self.check_policy(verdict, content);
        if let Some(content) = content {
            for (at, (source, quote)) in content.evidence.iter().enumerate() {
                self.check_evidence(at, *source, quote.as_ref())?;
            }
            if verdict.supersedes.is_some() && !content.has_reason {
                self.find(
                    Code::ReasonMissing,
                    "it supersedes a verdict, but gives no reason",
                );
            }
        }
        let Some(claim) = self.claim("claim", verdict.claim)? else {
            return Ok(());
        };
        if let Some(by) = claim.detail.superseded_by {
            let message = format!(
                "its claim, entry {}, was superseded by entry {by}",
                claim.index
            );
            self.find(Code::VerdictEarlierWording, message);
        }
        self.check_superseded(verdict, &claim)
    }

    /// Checks the rating against the policy in force.
    fn check_policy(&mut self, verdict: &VerdictEntry, content: Option<&VerdictContent>) {
        let Some(ledger) = &self.ledger else { return };
        if verdict.policy != ledger.policy {
            let message = format!(
                "it names policy {}, but {} is in force",
                verdict.policy, ledger.policy
            );
            self.find_object(Code::VerdictPolicy, verdict.policy, message);
            return;
        }
        let Some(policy) = self.policy.clone() else {
            let message = format!(
                "its rating can't be checked: policy {} can't be read",
                verdict.policy
            );
            self.find_object(Code::PolicyUnreadable, verdict.policy, message);
            return;
        };
        if policy.rating(&verdict.rating).is_none() {
            let codes: Vec<&str> = policy
                .scale
                .iter()
                .map(|rating| rating.code.as_str())
                .collect();
            let message = format!(
                "its rating is {}, the policy has {}",
                verdict.rating,
                codes.join(", ")
            );
            self.find(Code::RatingUnknown, message);
        }
        let evidence = content.map(|content| content.evidence.len() as u64);
        if let Some(evidence) = evidence.filter(|count| *count < u64::from(policy.evidence_least)) {
            let message = format!(
                "it has {evidence} pieces of evidence, the policy asks for {}",
                policy.evidence_least
            );
            self.find(Code::EvidenceShort, message);
        }
    }

    fn check_evidence(
        &mut self,
        at: usize,
        source: SourceId,
        quote: Option<&Quote>,
    ) -> Result<(), F::Error> {
        if !self.is_shown(&source.entry())? {
            return Ok(());
        }
        let field = format!("evidence {at}");
        let Some(source) = self.source(&field, source)? else {
            return Ok(());
        };
        let Some(quote) = quote else { return Ok(()) };
        let Some(text) = source.detail.text else {
            let message = format!(
                "{field} has a quote, but source entry {} has no text",
                source.index
            );
            self.find(Code::QuoteWithoutText, message);
            return Ok(());
        };
        let message = format!("{field}, a quote of source entry {}", source.index);
        self.quotes.push(QuoteTask {
            finding: Finding::new(Code::EvidenceQuote, message)
                .of_entry(self.index, self.entry.id())
                .of_object(text.id),
            text,
            slices_due: self.are_slices_due(source.detail.rights),
            quoted: Quoted::Evidence(Box::new(quote.clone())),
        });
        Ok(())
    }

    /// Checks what the verdict supersedes, or that it need not supersede anything.
    fn check_superseded(
        &mut self,
        verdict: &VerdictEntry,
        claim: &Reference<ClaimFacts>,
    ) -> Result<(), F::Error> {
        let own = self.own_latest(claim.index)?;
        let Some(supersedes) = verdict.supersedes else {
            if let Some(own) = own {
                self.find_must_supersede(own);
            }
            return Ok(());
        };
        let Some(target) = self.verdict("supersedes", supersedes)? else {
            return Ok(());
        };
        if (verdict.change == Some(VerdictChange::Rating))
            == (verdict.rating == target.detail.rating)
        {
            let change = verdict.change.map_or("none", change_name);
            let message = format!(
                "its rating is {} after {}, but its change is {change}",
                verdict.rating, target.detail.rating
            );
            self.find(Code::ChangeRating, message);
        }
        if !self.check_same_line(claim, &target)?
            || !self.check_not_ended(target.index, &target.detail)
        {
            return Ok(());
        }
        let author = self.facts.holder(&target.entry.author)?;
        if author != self.holder && !self.may_supersede_others(&target)? {
            return self.find_other_author(target.index, &target.entry);
        }
        let latest = self.facts.latest_verdict(target.detail.claim, &author)?;
        if latest != Some(target.index) {
            let latest =
                latest.map_or_else(|| "none".to_owned(), |latest| format!("entry {latest}"));
            let message = format!(
                "it supersedes entry {}, but its author's latest is {latest}",
                target.index
            );
            self.find(Code::SupersedesNotLatest, message);
        } else if let Some(own) = own.filter(|own| *own != target.index) {
            self.find_must_supersede(own);
        }
        Ok(())
    }

    /// Returns the author's latest verdict on a claim, unless it was superseded or retracted.
    fn own_latest(&self, claim: u64) -> Result<Option<u64>, F::Error> {
        let Some(index) = self.facts.latest_verdict(claim, &self.holder)? else {
            return Ok(None);
        };
        let latest = self.facts.entry(index)?;
        let stands = latest.is_some_and(
            |latest| matches!(latest.detail, Detail::Verdict(verdict) if !verdict.has_ended()),
        );
        Ok(stands.then_some(index))
    }

    fn find_must_supersede(&mut self, own: u64) {
        let by = self.entry.header().by.name();
        let message =
            format!("verdict entry {own} by {by} is on the same claim, and must be superseded");
        self.find(Code::SupersedesMissing, message);
    }

    /// Checks that the target is on the same claim or a predecessor of it.
    fn check_same_line(
        &mut self,
        claim: &Reference<ClaimFacts>,
        target: &Reference<VerdictFacts>,
    ) -> Result<bool, F::Error> {
        let earlier = self.facts.entry(target.detail.claim)?;
        let line = earlier.and_then(|earlier| match earlier.detail {
            Detail::Claim(earlier) => Some(earlier.line),
            _ => None,
        });
        let same = line == Some(claim.detail.line) && target.detail.claim <= claim.index;
        if !same {
            let message = format!(
                "it is on claim entry {}, but supersedes entry {}, which is on claim entry {}",
                claim.index, target.index, target.detail.claim
            );
            self.find(Code::SupersedesOtherClaim, message);
        }
        Ok(same)
    }

    /// Another reviewer may supersede a verdict if it is tainted or the policy lets others.
    fn may_supersede_others(&mut self, target: &Reference<VerdictFacts>) -> Result<bool, F::Error> {
        let lets_others = self
            .policy
            .as_ref()
            .is_some_and(|policy| policy.others_may_supersede);
        Ok(lets_others
            || self
                .taints
                .is_tainted(self.facts, target.index, &target.entry)?)
    }
}

const fn change_name(change: VerdictChange) -> &'static str {
    match change {
        VerdictChange::Update => "update",
        VerdictChange::Correction => "correction",
        VerdictChange::Rating => "rating",
    }
}
