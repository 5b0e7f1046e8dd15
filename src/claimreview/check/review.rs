//! The `ClaimReview`'s own properties.

use super::{Checker, Role};
use crate::claimreview::dates::When;
use crate::claimreview::graph::At;
use crate::claimreview::labels;
use crate::claimreview::links::{self, Link, LinkFault};
use crate::claimreview::rules;

/// The profile asks for fewer characters in `claimReviewed`.
pub(super) const CLAIM_CHARACTERS: usize = 75;

/// The type that the properties here are of.
const KIND: &str = "ClaimReview";

/// Seconds of a day: today has begun somewhere before it does here.
const DAY: i64 = 24 * 60 * 60;

impl<'f> Checker<'f> {
    pub(super) fn check_review(&mut self, at: &At<'f>, is_inner: bool) {
        self.check_properties(at, Role::Review, 0);
        self.check_single(
            at,
            KIND,
            &[
                "claimReviewed",
                "url",
                "reviewRating",
                "itemReviewed",
                "datePublished",
                "dateModified",
            ],
        );
        self.check_address(at, is_inner);
        self.check_dates(at);
        self.check_claim_text(at);
        self.check_rating(at);
        self.check_author(at);
        self.check_item(at);
        self.check_corrections(at);
    }

    fn check_claim_text(&mut self, at: &At<'f>) {
        if !self.has(at, KIND, "claimReviewed") {
            self.report(&rules::CLAIM_MISSING, at, None);
            return;
        }
        let Some(claim) = self.plain(at, KIND, "claimReviewed") else {
            return;
        };
        let Some(value) = self.first(at, KIND, "claimReviewed") else {
            return;
        };
        if links::parse(claim.trim()).is_ok() {
            self.report(&rules::CLAIM_IS_ADDRESS, &value, None);
            return;
        }
        let rating = self.first(at, KIND, "reviewRating");
        let label = rating.and_then(|rating| self.label(&rating));
        let characters = claim.trim().chars().count();
        if let Some(label) = labels::claim_label(claim) {
            self.report(&rules::CLAIM_LABEL, &value, Some(super::shown(label)));
        } else if label.is_some_and(|label| labels::has_rating(claim, label)) {
            self.report(&rules::CLAIM_HAS_RATING, &value, label.map(super::shown));
        } else if characters >= CLAIM_CHARACTERS {
            let note = format!("{characters} characters");
            self.report(&rules::CLAIM_LONG, &value, Some(note));
        }
        if claim.trim_end().ends_with(['?', '؟', '？']) {
            self.report(&rules::CLAIM_QUESTION, &value, None);
        }
    }

    /// Checks `url`, and keeps it for the checks that compare with it.
    fn check_address(&mut self, at: &At<'f>, is_inner: bool) {
        if !self.has(at, KIND, "url") {
            // Another review of the same page may leave it out.
            if !is_inner {
                self.report(&rules::URL_MISSING, at, None);
            }
            return;
        }
        let Some(value) = self.first(at, KIND, "url") else {
            return;
        };
        let Some(text) = value.address() else {
            if !value.is_empty() {
                self.report(&rules::TEXT_TYPE, &value, None);
            }
            return;
        };
        if text.trim().is_empty() || crate::claimreview::texts::is_placeholder(text) {
            return;
        }
        let link = match links::parse(text) {
            Ok(link) => link,
            Err(fault) => {
                let is_padded = links::parse(text.trim()).is_ok();
                let rule = match fault {
                    _ if is_padded => &rules::URL_FORM,
                    LinkFault::Relative => &rules::URL_RELATIVE,
                    LinkFault::Scheme => &rules::URL_SCHEME,
                    LinkFault::Form => &rules::URL_FORM,
                };
                self.report(rule, &value, None);
                return;
            }
        };
        let page = self
            .file
            .canonical
            .as_deref()
            .and_then(|page| links::parse(page).ok());
        if link.is_local() {
            self.report(&rules::URL_LOCAL, &value, None);
        } else if link.is_short() {
            self.report(&rules::URL_SHORT, &value, None);
        } else if let Some(page) = page.as_ref().filter(|page| !page.is_same_site(&link)) {
            self.report(
                &rules::URL_SITE,
                &value,
                Some(format!("the page is on {}", page.host)),
            );
        } else if link.is_home() {
            self.report(&rules::URL_HOME, &value, None);
        } else if page.is_none() {
            self.check_publisher_site(at, &value, &link);
        }
        self.url = Some(link);
    }

    /// Compares the review's address with that of the body that published it.
    fn check_publisher_site(&mut self, at: &At<'f>, value: &At<'f>, link: &Link) {
        for author in self.values(at, KIND, "author") {
            if !super::is_kind(&author, "Organization") {
                continue;
            }
            let own = self.plain(&author, "Organization", "url");
            let own = own.and_then(|own| links::parse(own).ok());
            if let Some(own) = own.filter(|own| !own.is_social() && !own.is_same_site(link)) {
                let note = format!("the author is on {}", own.host);
                self.report(&rules::URL_PUBLISHER, value, Some(note));
                return;
            }
        }
    }

    fn check_dates(&mut self, at: &At<'f>) {
        if !self.has(at, KIND, "datePublished") {
            self.report(&rules::DATE_MISSING, at, None);
        }
        let published = self.date(at, KIND, "datePublished");
        let modified = self.date(at, KIND, "dateModified");
        self.published = published;
        for (name, when) in [("datePublished", published), ("dateModified", modified)] {
            let Some(when) = when.filter(|when| self.is_future(when)) else {
                continue;
            };
            let Some(value) = self.first(at, KIND, name) else {
                continue;
            };
            self.report(
                &rules::DATE_FUTURE,
                &value,
                Some(format!("it is not {} yet", when.first)),
            );
            return;
        }
        let Some(modified) = modified else { return };
        let Some(value) = self.first(at, KIND, "dateModified") else {
            return;
        };
        if let Some(published) = published {
            if published.is_after(&modified) {
                self.report(&rules::MODIFIED_EARLIER, &value, None);
            } else if modified.is_after(&published) && !self.has(at, KIND, "correction") {
                self.report(&rules::MODIFIED_SILENT, &value, None);
            }
        }
    }

    pub(super) fn is_future(&self, when: &When) -> bool {
        self.now.is_some_and(|now| {
            let first = when.second.map_or_else(
                || {
                    when.first
                        .and_time(chrono::NaiveTime::MIN)
                        .and_utc()
                        .timestamp()
                },
                |second| second.timestamp(),
            );
            first > now.seconds() + DAY
        })
    }

    fn check_corrections(&mut self, at: &At<'f>) {
        for value in self.values(at, KIND, "correction") {
            if value.text().is_some() {
                continue;
            }
            let kind = "CorrectionComment";
            let is_whole = value.is_a(kind)
                && (self.has(&value, kind, "text") || self.has(&value, kind, "url"))
                && self.has(&value, kind, "datePublished");
            if !is_whole {
                self.report(&rules::CORRECTION_FORM, &value, None);
                continue;
            }
            let corrected = self.date(&value, kind, "datePublished");
            if let Some((corrected, published)) = corrected.zip(self.published)
                && published.is_after(&corrected)
            {
                self.report(&rules::CORRECTION_EARLIER, &value, None);
            }
        }
    }
}
