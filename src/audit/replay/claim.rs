//! Claims where they stand: the source's own text, and what they supersede.

use super::Placed;
use crate::audit::facts::Facts;
use crate::audit::finding::{Code, Finding};
use crate::audit::prepare::{Content, QuoteTask, Quoted};
use crate::entry::ClaimEntry;

impl<F: Facts> Placed<'_, F> {
    pub(super) fn check_claim(
        &mut self,
        claim: &ClaimEntry,
        content: &Content,
    ) -> Result<(), F::Error> {
        if let Some(source) = self.source("source", claim.source)? {
            match (source.detail.text, content) {
                (None, _) => {
                    let message = format!("source entry {} has no text", source.index);
                    self.find_instead_of_unchecked(Code::QuoteWithoutText, message);
                }
                (Some(text), Content::Claim(object)) if object.text != text.id => {
                    let message = format!(
                        "the claim is on text {}, but source entry {} has {}",
                        object.text, source.index, text.id
                    );
                    self.find_instead_of_unchecked(Code::ClaimOtherText, message);
                }
                (Some(text), Content::Claim(object)) => {
                    if let Some(sliced) = &object.sliced {
                        let message = "the claim's quote".to_owned();
                        self.quotes.push(QuoteTask {
                            finding: Finding::new(Code::ClaimQuote, message)
                                .of_entry(self.index, self.entry.id())
                                .of_object(claim.claim),
                            text,
                            slices_due: self.are_slices_due(source.detail.rights),
                            quoted: Quoted::Claim(sliced.clone()),
                        });
                    }
                }
                _ => {}
            }
        }
        let Some(supersedes) = claim.supersedes else {
            return Ok(());
        };
        let Some(target) = self.claim("supersedes", supersedes)? else {
            return Ok(());
        };
        if let Some(by) = target.detail.superseded_by {
            let message = format!(
                "claim entry {} was superseded by entry {by} before",
                target.index
            );
            self.find(Code::SupersedesEnded, message);
        }
        // By its author, or by any reviewer if tainted.
        if self.facts.holder(&target.entry.author)? != self.holder
            && !self
                .taints
                .is_tainted(self.facts, target.index, &target.entry)?
        {
            self.find_other_author(target.index, &target.entry)?;
        }
        Ok(())
    }

    /// Makes a finding that is the reason why the quote could not be checked.
    fn find_instead_of_unchecked(&mut self, code: Code, message: String) {
        self.findings
            .retain(|finding| finding.code != Code::QuoteUnchecked);
        self.find(code, message);
    }
}
