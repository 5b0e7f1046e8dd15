//! What an entry refers to: it stands before, and is of the kind that it should be.

use super::Placed;
use crate::audit::facts::{
    ClaimFacts, Detail, EntryFacts, Facts, Function, SourceFacts, VerdictFacts,
};
use crate::audit::finding::Code;
use crate::entry::{Approval, Erasure, Kind, Publication, Reaffirmation, Retraction, SourceEntry};
use crate::trust::key::VerifierKey;
use crate::words::id::{ClaimId, EntryId, SourceId, VerdictId};

/// An entry that another refers to: where it stands, what is known of it, and what its kind adds.
pub(super) struct Reference<T> {
    pub(super) index: u64,
    pub(super) entry: EntryFacts,
    pub(super) detail: T,
}

impl<F: Facts> Placed<'_, F> {
    pub(super) fn source(
        &mut self,
        field: &str,
        id: SourceId,
    ) -> Result<Option<Reference<SourceFacts>>, F::Error> {
        self.reference(field, id.entry(), Kind::Source, |detail| match detail {
            Detail::Source(source) => Some(*source),
            _ => None,
        })
    }

    pub(super) fn claim(
        &mut self,
        field: &str,
        id: ClaimId,
    ) -> Result<Option<Reference<ClaimFacts>>, F::Error> {
        self.reference(field, id.entry(), Kind::Claim, |detail| match detail {
            Detail::Claim(claim) => Some(*claim),
            _ => None,
        })
    }

    pub(super) fn verdict(
        &mut self,
        field: &str,
        id: VerdictId,
    ) -> Result<Option<Reference<VerdictFacts>>, F::Error> {
        self.reference(field, id.entry(), Kind::Verdict, |detail| match detail {
            Detail::Verdict(verdict) => Some(verdict.clone()),
            _ => None,
        })
    }

    fn reference<T>(
        &mut self,
        field: &str,
        id: EntryId,
        kind: Kind,
        detail: impl FnOnce(&Detail) -> Option<T>,
    ) -> Result<Option<Reference<T>>, F::Error> {
        let Some((index, entry)) = self.facts.find(&id)? else {
            if self.has_gaps {
                let message = format!("its {field} is {id}, which is not shown before it");
                self.find(Code::BundleIncomplete, message);
            } else {
                let message = format!("its {field} is {id}, but no entry before it has that id");
                self.find(Code::ReferenceUnknown, message);
            }
            return Ok(None);
        };
        if let Some(detail) = detail(&entry.detail) {
            return Ok(Some(Reference {
                index,
                entry,
                detail,
            }));
        }
        let found = entry.detail.kind();
        if found == kind {
            let message = format!("its {field} is entry {index}, which refers to nothing itself");
            self.find(Code::ReferenceUnknown, message);
        } else {
            let message = format!("its {field} is entry {index}, a {found} and not a {kind}");
            self.find(Code::ReferenceKind, message);
        }
        Ok(None)
    }

    /// Says whether an entry is one that must be there: all are, but where others are missing between
    /// them.
    pub(super) fn is_shown(&self, id: &EntryId) -> Result<bool, F::Error> {
        Ok(!self.has_gaps || self.facts.index_of(id)?.is_some())
    }

    pub(super) fn check_source(&mut self, source: &SourceEntry) -> Result<(), F::Error> {
        if let Some(replaces) = source.replaces
            && self.is_shown(&replaces.entry())?
        {
            self.source("replaces", replaces)?;
        }
        Ok(())
    }

    /// Checks that a verdict may be taken back, by its author or by a threshold of roots.
    pub(super) fn check_retraction(
        &mut self,
        retraction: &Retraction,
        signers: Option<&[VerifierKey]>,
    ) -> Result<(), F::Error> {
        let target = self.verdict("verdict", retraction.verdict)?;
        let is_root = self
            .signer
            .as_ref()
            .is_some_and(|signer| signer.function == Function::Root);
        if is_root {
            self.check_threshold(signers);
        } else if self.function().is_some() {
            // By its author: exactly one line.
            let lines = self.entry.note().signatures().len();
            if lines != 1 {
                let message =
                    format!("{lines} signatures stand, but its author's alone is called for");
                self.find(Code::SignatureNotCalledFor, message);
            }
        }
        let Some(target) = target else { return Ok(()) };
        let author = self.facts.holder(&target.entry.author)?;
        if !is_root && author != self.holder {
            self.find_other_author(target.index, &target.entry)?;
        }
        self.check_not_ended(target.index, &target.detail);
        Ok(())
    }

    /// Checks that a verdict is approved or disputed by another than its author, while it holds.
    pub(super) fn check_approval(&mut self, approval: &Approval) -> Result<(), F::Error> {
        let Some(target) = self.verdict("verdict", approval.verdict)? else {
            return Ok(());
        };
        if self.facts.holder(&target.entry.author)? == self.holder {
            let by = self.entry.header().by.name();
            let message = format!(
                "verdict entry {} is {by}'s own, and another must approve or dispute it",
                target.index
            );
            self.find(Code::ApprovalOwn, message);
        }
        let by = target.detail.superseded_by.or(target.detail.retracted_by);
        if let Some(by) = by {
            let message = format!(
                "verdict entry {} was superseded or retracted by entry {by} before",
                target.index
            );
            self.find(Code::ApprovalEnded, message);
        }
        Ok(())
    }

    /// Checks that all entries that are reaffirmed are tainted.
    pub(super) fn check_reaffirmation(
        &mut self,
        reaffirmation: &Reaffirmation,
    ) -> Result<(), F::Error> {
        for id in &reaffirmation.entries {
            if !self.is_shown(id)? {
                continue;
            }
            let Some((index, entry)) = self.facts.find(id)? else {
                let message = format!("it reaffirms {id}, but no entry before it has that id");
                self.find(Code::ReferenceUnknown, message);
                continue;
            };
            if !self.taints.is_tainted(self.facts, index, &entry)? {
                let message = format!("it reaffirms entry {index}, which is not tainted");
                self.find(Code::ReaffirmedUntainted, message);
            }
        }
        Ok(())
    }

    /// Checks that an object may be erased: an entry speaks of it, and none as a policy.
    pub(super) fn check_erasure(&mut self, erasure: &Erasure) -> Result<(), F::Error> {
        let object = erasure.object;
        match self.facts.object(&object)? {
            None => {
                let message = format!("it erases object {object}, which no entry before speaks of");
                self.find_object(Code::ErasureUnknown, object, message);
            }
            Some(known) if known.is_policy => {
                let message = format!("it erases object {object}, a policy");
                self.find_object(Code::ErasurePolicy, object, message);
            }
            Some(known) => {
                if let Some(erased) = known.erased {
                    let message = format!("entry {} erased object {object} before", erased.by);
                    self.find_object(Code::ObjectErasedBefore, object, message);
                }
            }
        }
        Ok(())
    }

    /// Checks that what was published was made from entries that stand before.
    pub(super) fn check_publication(&mut self, publication: &Publication) {
        if publication.size == 0 || publication.size > self.index {
            let message = format!(
                "it was made from {} entries, but {} stand before it",
                publication.size, self.index
            );
            self.find(Code::PublicationSize, message);
        }
    }

    pub(super) fn check_not_ended(&mut self, index: u64, verdict: &VerdictFacts) -> bool {
        let by = match (verdict.superseded_by, verdict.retracted_by) {
            (Some(by), _) => ("superseded", by),
            (None, Some(by)) => ("retracted", by),
            (None, None) => return true,
        };
        let message = format!(
            "verdict entry {index} was {} by entry {} before",
            by.0, by.1
        );
        self.find(Code::SupersedesEnded, message);
        false
    }

    pub(super) fn find_other_author(
        &mut self,
        index: u64,
        target: &EntryFacts,
    ) -> Result<(), F::Error> {
        let author = self.facts.signer(&target.author)?;
        let author = author.map_or_else(
            || "an unknown key".to_owned(),
            |author| author.key.name().to_string(),
        );
        let by = self.entry.header().by.name();
        let kind = target.detail.kind();
        let message = format!("{kind} entry {index} is by {author}, not by {by}");
        self.find(Code::SupersedesOtherAuthor, message);
        Ok(())
    }
}
