//! The author's chain: the next number, the previous entry, no step back in time.

use super::Placed;
use crate::audit::facts::{ChainEnd, Facts};
use crate::audit::finding::Code;

/// How many entries of a chain are looked through for the one that used a number before: a fork is
/// found without it, and mostly of the last entries.
const NAMED_STEPS: u32 = 64;

impl<F: Facts> Placed<'_, F> {
    pub(super) fn check_chain(&mut self) -> Result<(), F::Error> {
        // Only a key that is enrolled and in force has a chain. Genesis begins one, as its form says.
        if self
            .signer
            .as_ref()
            .is_none_or(|signer| signer.ended.is_some())
        {
            return Ok(());
        }
        let header = self.entry.header();
        let (chain, author) = (header.chain, header.by.name());
        let end = self.facts.chain(&self.holder)?;
        let next = end.map_or(0, |end| end.n.saturating_add(1));
        let used = self.facts.used(&self.holder, chain.n)?;
        if used.is_some() || end.is_some_and(|end| chain.n < end.whole) {
            let used = self.name_used(chain.n, used, end)?;
            let message = format!(
                "number {} of {author}'s chain was used before{used}; the next is {next}",
                chain.n
            );
            self.find(Code::ChainFork, message);
            return Ok(());
        }
        // In a bundle, those in between are not shown.
        if chain.n < next || (chain.n > next && !self.has_gaps) {
            let message = format!(
                "it is number {} of {author}'s chain, the next is {next}",
                chain.n
            );
            self.find(Code::ChainGap, message);
        }
        let Some(end) = end else { return Ok(()) };
        if chain.n == next && chain.prev != Some(end.id) {
            let stated = chain
                .prev
                .map_or_else(|| "none".to_owned(), |prev| prev.to_string());
            let message = format!(
                "its previous entry is {stated}, but {author}'s is {} (entry {})",
                end.id, end.index
            );
            self.find(Code::ChainPrevious, message);
        }
        if header.at < end.at {
            let message = format!(
                "it is dated {}, but {author}'s entry {} before it {}",
                header.at, end.index, end.at
            );
            self.find(Code::AtEarlier, message);
        }
        Ok(())
    }

    /// Says which entry used a number of the chain, if it is known or not far.
    fn name_used(
        &self,
        n: u64,
        used: Option<u64>,
        end: Option<ChainEnd>,
    ) -> Result<String, F::Error> {
        let mut next = used.or(end.map(|end| end.index));
        for _ in 0..NAMED_STEPS {
            let Some(index) = next else { break };
            let Some(entry) = self.facts.entry(index)? else {
                break;
            };
            if entry.n == n {
                return Ok(format!(", by entry {index} ({})", entry.id));
            }
            next = entry.previous;
        }
        Ok(String::new())
    }
}
