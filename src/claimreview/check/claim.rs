//! `itemReviewed`: the claim, who made it, where and when.

use super::Checker;
use super::agents::{is_agent, kind_of};
use crate::claimreview::dates::When;
use crate::claimreview::graph::At;
use crate::claimreview::links;
use crate::claimreview::rules;
use crate::claimreview::texts;

/// The type that the properties here are of.
const KIND: &str = "Claim";

impl<'f> Checker<'f> {
    pub(super) fn check_item(&mut self, review: &At<'f>) {
        if !self.has(review, "ClaimReview", "itemReviewed") {
            self.report(&rules::ITEM_MISSING, review, None);
            return;
        }
        let Some(item) = self.first(review, "ClaimReview", "itemReviewed") else {
            return;
        };
        if item.is_empty() || self.graph.is_dangling(&item) {
            return;
        }
        if !item.is_object() {
            self.report(&rules::ITEM_TEXT, &item, None);
            return;
        }
        let is_claim = item.is_a(KIND);
        if !is_claim && !super::is_kind(&item, "CreativeWork") {
            self.report(&rules::ITEM_TYPE, &item, None);
            return;
        }
        self.check_claimants(review, &item);
        self.check_claim_date(&item);
        if is_claim {
            self.check_single(&item, KIND, &["datePublished", "firstAppearance"]);
            self.check_appearances(&item);
        } else {
            self.report(&rules::ITEM_LEGACY, &item, None);
        }
    }

    fn check_claim_date(&mut self, item: &At<'f>) {
        if !self.has(item, KIND, "datePublished") {
            self.report(&rules::CLAIM_DATE_MISSING, item, None);
            return;
        }
        let Some(value) = self.first(item, KIND, "datePublished") else {
            return;
        };
        let Some(said) = self.date(item, KIND, "datePublished") else {
            return;
        };
        self.check_earlier(&value, said);
    }

    /// Reports when the claim, or its first appearance, is dated after its review or in the future.
    fn check_earlier(&mut self, value: &At<'f>, said: When) {
        if let Some(published) = self.published.filter(|published| said.is_after(published)) {
            let note = format!("the review is of {}", published.first);
            self.report(&rules::CLAIM_LATER, value, Some(note));
        } else if self.is_future(&said) {
            self.report(
                &rules::DATE_FUTURE,
                value,
                Some(format!("it is not {} yet", said.first)),
            );
        }
    }

    fn check_claimants(&mut self, review: &At<'f>, item: &At<'f>) {
        if !self.has(item, KIND, "author") {
            self.report(&rules::CLAIMANT_MISSING, item, None);
            return;
        }
        let mut publishers = self.values(review, "ClaimReview", "author");
        publishers.extend(self.values(review, "ClaimReview", "publisher"));
        let publishers: Vec<String> = publishers
            .iter()
            .filter_map(|author| self.agent_name(author))
            .collect();
        for claimant in self.values(item, KIND, "author") {
            if claimant.is_empty() || self.graph.is_dangling(&claimant) {
                continue;
            }
            if !claimant.is_object() {
                self.report(&rules::CLAIMANT_TEXT, &claimant, None);
                continue;
            }
            if !is_agent(&claimant) {
                self.report(&rules::CLAIMANT_TYPE, &claimant, None);
            }
            if !self.has(&claimant, kind_of(&claimant), "name") {
                self.report(&rules::CLAIMANT_NAMELESS, &claimant, None);
            }
            self.check_same_as(&claimant);
            let name = self.agent_name(&claimant);
            let is_named = name.is_some_and(|name| publishers.contains(&name));
            if is_named || self.is_on_own_site(&claimant) {
                self.report(&rules::CLAIMANT_PUBLISHER, &claimant, None);
            }
        }
    }

    fn agent_name(&self, agent: &At<'f>) -> Option<String> {
        let name = self.plain(agent, kind_of(agent), "name")?;
        Some(texts::squeezed(name).to_lowercase())
    }

    fn check_same_as(&mut self, claimant: &At<'f>) {
        for value in self.values(claimant, kind_of(claimant), "sameAs") {
            let address = value.address().map(str::trim);
            let is_fine = address.is_none_or(|text| {
                text.is_empty() || texts::is_placeholder(text) || links::parse(text).is_ok()
            });
            if !is_fine || address.is_none() && value.is_object() {
                self.report(&rules::CLAIMANT_SAME_AS, &value, None);
            }
        }
    }

    /// Says whether a claimant's address is on the review's own site.
    fn is_on_own_site(&self, claimant: &At<'f>) -> bool {
        let Some(own) = self.url.as_ref().filter(|own| !own.is_social()) else {
            return false;
        };
        let kind = kind_of(claimant);
        let mut addresses = self.values(claimant, kind, "url");
        addresses.extend(self.values(claimant, kind, "sameAs"));
        let mut links = addresses
            .iter()
            .filter_map(|at| links::parse(at.address()?.trim()).ok());
        // A page about the claimant may well be there; the site's first page is the publisher's.
        links.any(|link| link.is_same_site(own) && link.is_home())
    }

    fn check_appearances(&mut self, item: &At<'f>) {
        let names = ["appearance", "firstAppearance"];
        if !names.iter().any(|name| self.has(item, KIND, name)) {
            self.report(&rules::APPEARANCE_MISSING, item, None);
            return;
        }
        for name in names {
            for work in self.values(item, KIND, name) {
                if !work.is_empty() {
                    self.check_appearance(&work);
                }
                // A claim may well be repeated after it was checked.
                let date = self.first(&work, "CreativeWork", "datePublished");
                let when = self.date(&work, "CreativeWork", "datePublished");
                if let (Some(date), Some(when)) = (date.filter(|_| name == "firstAppearance"), when)
                {
                    self.check_earlier(&date, when);
                }
            }
        }
    }

    fn check_appearance(&mut self, work: &At<'f>) {
        let is_reference = self.graph.is_dangling(work);
        let kind = "CreativeWork";
        let value = if work.is_object() && !is_reference {
            if !super::is_kind(work, kind) {
                self.report(&rules::APPEARANCE_TYPE, work, None);
            }
            let says = [
                "url",
                "name",
                "headline",
                "sameAs",
                "contentUrl",
                "text",
                "description",
            ];
            if !says.iter().any(|name| work.property(kind, name).is_some()) && work.id().is_none() {
                self.report(&rules::APPEARANCE_EMPTY, work, None);
                return;
            }
            self.first(work, kind, "url")
        } else {
            Some(work.clone())
        };
        let Some(value) = value else { return };
        let Some(address) = value.address().map(str::trim) else {
            return;
        };
        if address.is_empty() || texts::is_placeholder(address) {
            if !work.is_object() {
                self.report(&rules::APPEARANCE_FORM, &value, None);
            }
            return;
        }
        match links::parse(address) {
            Ok(link) if self.url.as_ref().is_some_and(|own| own.is_same_page(&link)) => {
                self.report(&rules::APPEARANCE_REVIEW, &value, None);
            }
            Ok(_) => {}
            Err(_) => self.report(&rules::APPEARANCE_FORM, &value, None),
        }
    }
}
