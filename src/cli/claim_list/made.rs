//! The claims that a person made of others by splitting or merging them, among those of a source.

use std::collections::HashMap;
use std::sync::Arc;

use factlog::words::id::ObjectId;

use super::{ClaimLine, SourceLine, State, state_of};
use crate::cli::drafts::{Decision, Replacement, SourceDrafts};
use crate::cli::numbering::Block;
use crate::cli::proposals::Worth;

/// A source, and what a person decided about its claims.
pub(super) struct Listed<'a> {
    pub(super) source: &'a Arc<SourceLine>,
    pub(super) decided: &'a SourceDrafts,
    pub(super) block: Option<Block>,
}

impl Listed<'_> {
    /// Adds what a person made of other claims; it is numbered from when it was made.
    pub(super) fn add_made(
        &self,
        lines: &mut Vec<ClaimLine>,
        places: &mut HashMap<ObjectId, usize>,
    ) {
        for replacement in &self.decided.replacements {
            let block = self.block.map(|_| Block::of_offer(replacement.offered));
            for (order, made) in replacement.by.iter().enumerate() {
                let origin = made.claim.identity();
                let own = block.map(|block| block.place(made.claim.quote.bytes, order));
                let decision = self.decided.decision(&origin);
                let edited = decision.and_then(|decision| decision.edited.clone());
                let extractor = made.extractor.clone().filter(|_| edited.is_none());
                let claim = edited.unwrap_or_else(|| made.claim.clone());
                let there = places
                    .get(&origin)
                    .or_else(|| places.get(&claim.identity()));
                if let Some(place) = there.copied() {
                    let worth = lines[place].worth.or_else(|| worth(replacement, lines));
                    lines[place].appeared(block, own);
                    lines[place].worth = worth;
                    continue;
                }
                let state = if self.decided.is_replaced(&origin, &made.claim.parts) {
                    State::Replaced
                } else if replacement.undone {
                    State::Dropped
                } else {
                    state_of(decision.map(|decision| decision.choice))
                };
                let worth = worth(replacement, lines);
                places.insert(origin, lines.len());
                lines.push(ClaimLine {
                    number: None,
                    place: own,
                    id: origin.to_string(),
                    state,
                    claim,
                    source: Arc::clone(self.source),
                    origin,
                    worth,
                    extractor,
                    hand: decision.map(Decision::hand).unwrap_or_default(),
                });
            }
        }
    }
}

/// Returns what the splitter says of what claims were made of: of several, what is worth most.
fn worth(replacement: &Replacement, lines: &[ClaimLine]) -> Option<Worth> {
    let is_of = |line: &&ClaimLine| replacement.of.iter().any(|of| of.claim == line.origin);
    let of = lines.iter().filter(is_of).filter_map(|line| line.worth);
    of.max_by(|a, b| a.score.total_cmp(&b.score))
}
