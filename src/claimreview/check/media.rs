//! `MediaReview`: whether a picture, a recording or a film is what it is said to be.

use super::{Checker, Role};
use crate::claimreview::graph::{At, plain_name};
use crate::claimreview::links;
use crate::claimreview::rules;
use crate::claimreview::texts;

/// The type that the properties here are of.
const KIND: &str = "MediaReview";

/// schema.org's `MediaManipulationRatingEnumeration`.
const CATEGORIES: [&str; 6] = [
    "OriginalMediaContent",
    "DecontextualizedContent",
    "EditedOrCroppedContent",
    "TransformedContent",
    "StagedContent",
    "SatireOrParodyContent",
];

impl<'f> Checker<'f> {
    pub(super) fn check_media(&mut self, at: &At<'f>) {
        self.check_properties(at, Role::Media, 0);
        if !self.has(at, KIND, "mediaAuthenticityCategory") {
            self.report(&rules::MEDIA_CATEGORY_MISSING, at, None);
        }
        for value in self.values(at, KIND, "mediaAuthenticityCategory") {
            let name = value.address().map(plain_name);
            if !value.is_empty() && !name.is_some_and(|name| CATEGORIES.contains(&name)) {
                self.report(&rules::MEDIA_CATEGORY, &value, None);
            }
        }
        for value in self.values(at, KIND, "originalMediaLink") {
            let address = value.address().map(str::trim);
            let is_fine = |text: &str| text.is_empty() || links::parse(text).is_ok();
            if address.is_some_and(|text| !is_fine(text) || texts::is_placeholder(text)) {
                self.report(&rules::MEDIA_LINK, &value, None);
            }
        }
        if !self.has(at, KIND, "itemReviewed") {
            self.report(&rules::MEDIA_ITEM_MISSING, at, None);
        }
        self.check_media_address(at);
    }

    fn check_media_address(&mut self, at: &At<'f>) {
        for value in self.values(at, KIND, "url") {
            let address = value.address().unwrap_or_default();
            if !address.trim().is_empty() && links::parse(address.trim()).is_err() {
                self.report(&rules::URL_RELATIVE, &value, None);
            }
        }
    }
}
