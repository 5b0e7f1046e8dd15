//! The author's chain: the next number, the previous entry, no step back in time.

use super::Placed;
use crate::audit::facts::{ChainEnd, Facts};
use crate::audit::finding::Code;

/// How many entries of a chain are looked through for the one that used a number before: enough
/// for what happens, and a bound for what is forged.
const MAX_STEPS: u32 = 10_000;

impl<F: Facts> Placed<'_, F> {
    pub(super) fn check_chain(&mut self) -> Result<(), F::Error> {
        let header = self.entry.header();
        let (chain, author) = (header.chain, header.by.name());
        let Some(end) = self.facts.chain(&self.holder)? else {
            if chain.n != 0 && !self.has_gaps {
                let message = format!(
                    "it is number {} of {author}'s chain, which begins with 0",
                    chain.n
                );
                self.find(Code::ChainGap, message);
            }
            return Ok(());
        };
        let expected = end.n.saturating_add(1);
        if chain.n < expected {
            let used = self.used(chain.n, end)?;
            let message = format!(
                "number {} of {author}'s chain was used before{used}; the next is {expected}",
                chain.n
            );
            self.find(Code::ChainFork, message);
        } else if chain.n > expected && self.has_gaps {
            // Those in between are not shown.
        } else if chain.n > expected {
            let message = format!(
                "it is number {} of {author}'s chain, the next is {expected}",
                chain.n
            );
            self.find(Code::ChainGap, message);
        } else if chain.prev != Some(end.id) {
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

    /// Says which entry used a number of the chain.
    fn used(&self, n: u64, end: ChainEnd) -> Result<String, F::Error> {
        let mut next = Some(end.index);
        for _ in 0..MAX_STEPS {
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
