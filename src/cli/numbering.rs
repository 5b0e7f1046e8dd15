//! The numbers of claims: given once, in the order in which claims first appeared, and never moved.
//!
//! The claims that are proposed of a source's text appear together, in the order of the text, where
//! its entry stands in the log. A claim that a person recorded by hand appears where its own entry
//! stands, after everything that was there before it. A source that was cited as evidence first, and
//! offered as an article later, appears where it was offered. As the log only grows, nothing ever
//! comes before what has a number; what is dropped or superseded keeps its number.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use factlog::words::span::Span;

use super::claim_list::ClaimLine;
use super::drafts::Offered;

/// Where a claim first appeared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    at: Block,
    /// Among the claims that appeared together.
    span: Span,
    order: usize,
}

/// Where claims appeared together: the size that the log had before, and among what appeared at that
/// size the order. The entry that made the log greater comes last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Block {
    size: u64,
    order: u64,
}

impl Block {
    /// Names what appeared with the entry of this index.
    pub(crate) const fn of_entry(index: u64) -> Self {
        Self {
            size: index,
            order: u64::MAX,
        }
    }

    /// Names what a source offered when it was no longer evidence only.
    pub(crate) const fn of_offer(offered: Offered) -> Self {
        Self {
            size: offered.size,
            order: offered.order,
        }
    }

    /// Returns the place of a claim in it.
    pub(crate) const fn place(self, span: Span, order: usize) -> Place {
        Place {
            at: self,
            span,
            order,
        }
    }
}

/// Counts the numbers that no source later in the log can change.
#[derive(Default)]
pub(crate) struct Settled {
    open: BinaryHeap<Reverse<Place>>,
    count: usize,
}

impl Settled {
    /// Takes in the claims of a source; the next one's entry has the index `next`.
    pub(crate) fn add(&mut self, lines: &[ClaimLine], next: u64) {
        self.open
            .extend(lines.iter().filter_map(|line| line.place).map(Reverse));
        while self
            .open
            .peek()
            .is_some_and(|first| is_before(&first.0, next))
        {
            self.open.pop();
            self.count += 1;
        }
    }

    /// Returns the highest of the numbers.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }
}

/// Says whether a place comes before all that a source whose entry has this index, and those after
/// it, can have.
pub(crate) const fn is_before(place: &Place, next: u64) -> bool {
    place.at.size < next
}

/// Numbers the claims of sources in log order, as far as they come before what the source with the
/// index `next` and those after it have; within a source puts those that are listed first.
pub(crate) fn number(list: &mut [ClaimLine], next: u64) {
    let mut places: Vec<(Place, usize)> = (0..)
        .zip(list.iter())
        .filter_map(|(at, line)| Some((line.place.filter(|place| is_before(place, next))?, at)))
        .collect();
    places.sort_unstable();
    for (number, (_, at)) in (1..).zip(places) {
        list[at].number = Some(number);
    }
    for of_source in list.chunk_by_mut(|a, b| a.source.id == b.source.id) {
        of_source.sort_by_key(|line| {
            let number = line.number.unwrap_or(usize::MAX);
            (!line.is_listed(), number, line.claim.quote.bytes)
        });
    }
}
