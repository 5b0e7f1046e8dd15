//! Feeds: Atom (RFC 4287), JSON Feed 1.1, a schema.org `DataFeed` with deletions, and the site map.
//!
//! All of them need addresses, so there are none without a base address.

use serde::Serialize;
use serde_json::{Value, json};

use super::context::{Row, short};
use super::lists::Correction;
use super::templates::Script;
use super::{FeedLink, File, Frame, Site, TemplateError, headline};
use crate::export::escape::to_json;
use crate::export::{BaseUrl, Standing};

/// Entries in a feed: readers ask every hour, and older ones are on the pages.
const ENTRIES: usize = 100;

const VERDICTS_ATOM: &str = "feed.atom";
const VERDICTS_JSON: &str = "feed.json";
const CORRECTIONS_ATOM: &str = "corrections.atom";
const CORRECTIONS_JSON: &str = "corrections.json";
const DATA_FEED: &str = "claimreview.jsonld";

#[derive(Serialize)]
struct FeedPage {
    site: Frame,
    feed: Feed,
}

#[derive(Serialize)]
struct Feed {
    id: String,
    title: String,
    subtitle: String,
    self_url: String,
    site_url: String,
    updated: String,
    lang: &'static str,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    title: String,
    url: String,
    updated: String,
    published: String,
    author: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<String>,
}

#[derive(Serialize)]
struct MapPage {
    site: Frame,
    urls: Vec<Address>,
}

#[derive(Serialize)]
struct Address {
    loc: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lastmod: Option<String>,
}

impl Site<'_> {
    pub(super) fn feed_links(&self) -> Vec<FeedLink> {
        if self.input.ledger.base_url.is_none() {
            return vec![];
        }
        let link = |href, title, media_type, about| FeedLink {
            href,
            title,
            media_type,
            about,
        };
        let (atom, json) = ("application/atom+xml", "application/feed+json");
        vec![
            link(VERDICTS_ATOM, "Verdicts (Atom)", atom, "verdicts"),
            link(VERDICTS_JSON, "Verdicts (JSON Feed)", json, "verdicts"),
            link(CORRECTIONS_ATOM, "Corrections (Atom)", atom, "corrections"),
            link(
                CORRECTIONS_JSON,
                "Corrections (JSON Feed)",
                json,
                "corrections",
            ),
        ]
    }

    /// Writes the feeds and the site map.
    pub(super) fn feeds(&self) -> Result<Vec<File>, TemplateError> {
        let Some(base) = &self.input.ledger.base_url else {
            return Ok(vec![]);
        };
        let desk = &self.input.ledger.desk;
        let verdicts = self.order.iter().take(ENTRIES).map(|(claim, verdict)| {
            let row = Row::of(self.input.ledger, claim, Some(verdict));
            let content = self.input.ledger.content(verdict);
            let summary = content.map(|content| content.summary.clone());
            let stands = verdict.standing == Standing::Standing;
            Entry {
                id: format!("urn:sha256:{}", verdict.id),
                title: headline(self.input.ledger, claim, verdict),
                url: base.claim(claim.id),
                updated: self.changed(verdict).to_string(),
                published: verdict.at.to_string(),
                author: verdict.reviewer.clone(),
                summary: summary.filter(|_| stands).or_else(|| self.notice(verdict)),
                lang: row.lang,
            }
        });
        let verdicts: Vec<Entry> = verdicts.collect();
        let corrections = self.corrections();
        let corrections: Vec<Entry> = corrections
            .iter()
            .take(ENTRIES)
            .map(|correction| corrected(base, correction))
            .collect();
        let mut files = Vec::new();
        for (atom, json, title, subtitle, page, entries) in [
            (
                VERDICTS_ATOM,
                VERDICTS_JSON,
                format!("{desk}: verdicts"),
                "Claims and the verdicts on them, latest first.",
                "",
                verdicts,
            ),
            (
                CORRECTIONS_ATOM,
                CORRECTIONS_JSON,
                format!("{desk}: corrections"),
                "Verdicts that were changed or taken back, with the reason.",
                "corrections/",
                corrections,
            ),
        ] {
            files.push(File::text(
                json,
                json_feed(base, json, &title, page, &entries),
            ));
            let newest = entries.iter().map(|entry| entry.updated.as_str()).max();
            let feed = Feed {
                id: base.page(atom),
                title: title.clone(),
                subtitle: subtitle.to_owned(),
                self_url: base.page(atom),
                site_url: base.page(page),
                updated: newest.unwrap_or("1970-01-01T00:00:00Z").to_owned(),
                lang: "en",
                entries,
            };
            let page = FeedPage {
                site: self.frame(atom, title, None, Script::None),
                feed,
            };
            files.push(File::text(atom, self.templates.render("atom.xml", &page)?));
        }
        files.push(File::text(DATA_FEED, self.data_feed(base)));
        files.push(self.site_map(base)?);
        Ok(files)
    }

    /// Every claim's review, with those that do not stand any more as deleted.
    fn data_feed(&self, base: &BaseUrl) -> String {
        let items = self.order.iter().map(|(claim, verdict)| {
            let url = base.claim(claim.id);
            let review = self.reviews.get(&claim.id);
            let review = review.and_then(|r| serde_json::from_slice::<Value>(&r.bytes).ok());
            let created = claim.verdicts.iter().map(|verdict| verdict.at).min();
            let mut item = json!({
                "@type": "DataFeedItem",
                "dateCreated": created.unwrap_or(verdict.at).to_string(),
                "dateModified": self.changed(verdict).to_string(),
            });
            if let Some(mut review) = review {
                if let Some(fields) = review.as_object_mut() {
                    fields.remove("@context");
                }
                item["item"] = review;
            } else {
                item["item"] = json!({
                    "@type": "ClaimReview",
                    "@id": format!("{url}#claimreview"),
                    "url": url,
                });
                // When a key was revoked, no verdict says.
                if !matches!(verdict.standing, Standing::Proposed | Standing::Tainted) {
                    item["dateDeleted"] = self.changed(verdict).to_string().into();
                }
            }
            item
        });
        let newest = self
            .order
            .iter()
            .map(|(_, verdict)| self.changed(verdict))
            .max();
        let mut feed = json!({
            "@context": "https://schema.org",
            "@type": "DataFeed",
            "name": format!("{}: fact-checks", self.input.ledger.desk),
            "url": base.page(""),
            "publisher": {"@type": "Organization", "name": self.input.ledger.desk, "url": base.as_str()},
            "dataFeedElement": items.collect::<Vec<_>>(),
        });
        if let Some(newest) = newest {
            feed["dateModified"] = newest.to_string().into();
        }
        to_json(&feed, true)
    }

    fn site_map(&self, base: &BaseUrl) -> Result<File, TemplateError> {
        let page = |path: &str| Address {
            loc: base.page(path),
            lastmod: None,
        };
        let mut urls = vec![page(""), page("corrections/"), page("methods/")];
        urls.extend(self.order.iter().map(|(claim, verdict)| Address {
            loc: base.claim(claim.id),
            lastmod: Some(self.changed(verdict).date().to_string()),
        }));
        let sources = self.sources.iter();
        urls.extend(sources.map(|source| page(&format!("sources/{}/", short(source)))));
        let page = MapPage {
            site: self.frame("sitemap.xml", String::new(), None, Script::None),
            urls,
        };
        Ok(File::text(
            "sitemap.xml",
            self.templates.render("sitemap.xml", &page)?,
        ))
    }
}

fn corrected(base: &BaseUrl, correction: &Correction) -> Entry {
    let claim = &correction.claim;
    let text = claim.text.as_deref().unwrap_or("A claim that was erased");
    let what = match (correction.kind, &correction.previous_label) {
        ("retraction", _) => format!("Retracted ({})", correction.label),
        ("rating", Some(before)) => format!("{before} → {}", correction.label),
        ("update", _) => "Updated".to_owned(),
        _ => "Corrected".to_owned(),
    };
    Entry {
        id: format!("urn:sha256:{}", correction.id),
        title: format!("{what}: {text}"),
        url: base.page(&format!("claims/{}/", claim.short)),
        updated: correction.at.clone(),
        published: correction.at.clone(),
        author: correction.by.clone(),
        summary: correction.reason.clone(),
        lang: claim.lang.clone(),
    }
}

fn json_feed(base: &BaseUrl, path: &str, title: &str, page: &str, entries: &[Entry]) -> String {
    let items = entries.iter().map(|entry| {
        let mut item = json!({
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_text": entry.summary.as_ref().unwrap_or(&entry.title),
            "date_published": entry.published,
            "date_modified": entry.updated,
            "authors": [{"name": entry.author}],
        });
        if let Some(language) = &entry.lang {
            item["language"] = language.as_str().into();
        }
        item
    });
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": base.page(page),
        "feed_url": base.page(path),
        "items": items.collect::<Vec<_>>(),
    });
    to_json(&feed, true)
}
