//! Who published the review.

use super::Checker;
use crate::claimreview::graph::At;
use crate::claimreview::rules;

/// Returns the type whose properties an agent has.
pub(super) fn kind_of(at: &At<'_>) -> &'static str {
    if at.is_a("Person") {
        "Person"
    } else {
        "Organization"
    }
}

/// Says whether an object is an `Organization`, a `Person`, or a kind of one.
pub(super) fn is_agent(at: &At<'_>) -> bool {
    super::is_kind(at, "Organization") || super::is_kind(at, "Person")
}

impl<'f> Checker<'f> {
    pub(super) fn check_author(&mut self, review: &At<'f>) {
        if !self.has(review, "ClaimReview", "author") {
            self.report(&rules::AUTHOR_MISSING, review, None);
            return;
        }
        for author in self.values(review, "ClaimReview", "author") {
            if author.is_empty() || self.graph.is_dangling(&author) {
                continue;
            }
            if !author.is_object() {
                self.report(&rules::AUTHOR_TEXT, &author, None);
                continue;
            }
            if !is_agent(&author) {
                self.report(&rules::AUTHOR_TYPE, &author, None);
            }
            let kind = kind_of(&author);
            if !self.has(&author, kind, "name") && !self.has(&author, kind, "url") {
                self.report(&rules::AUTHOR_NAMELESS, &author, None);
            }
        }
    }
}
