//! A static site: a page for each claim, and what leads to them.
//!
//! Plain files that work from any web server or from a disk, without JavaScript and without anything
//! from elsewhere. A claim's page carries the proof bundle of the verdict that it shows, and the script
//! with which a reader's browser checks the page's words against it (`check.js`).
//!
//! What is on a page follows the rights of its source: of a public one its text, of a quoted one the
//! words that were signed with the claim, of a withheld one nothing. A claim that was published stays:
//! when its verdict is superseded, disputed, retracted, tainted or erased, its page says so.
//!
//! Values in, files out. A claim's page depends on nothing but its own claim, so whoever kept what
//! [`ClaimPage::digest`] said need not write it again.

mod claim;
mod context;
mod feeds;
mod lists;
pub(super) mod templates;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use self::context::{Rated, short};
use self::templates::Script;
use super::claimreview::{self, Document};
use super::{PublishedClaim, PublishedLedger, PublishedVerdict, Standing};
use crate::words::id::{ClaimId, ObjectId, SourceId, VerdictId};
use crate::words::policy::Policy;
use crate::words::time::Timestamp;

pub use self::claim::ClaimPage;
pub use self::templates::{BUILT_IN, OWN_STYLE, TemplateError, Templates};

/// A file of the site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its path in the site, with `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl File {
    fn text(path: impl Into<String>, text: String) -> Self {
        Self {
            path: path.into(),
            bytes: text.into_bytes(),
        }
    }
}

/// A person who signs verdicts, by the name of the keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reviewer {
    /// The name.
    pub name: String,
    /// What the last key of that name may do, for people.
    pub roles: Vec<String>,
    /// When the first was enrolled.
    pub since: Timestamp,
    /// The last key: name, key id and public key.
    pub key: String,
    /// How it ended.
    pub ended: Option<ReviewerEnd>,
}

/// How a reviewer's key ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReviewerEnd {
    /// When the entry says it was.
    pub at: Timestamp,
    /// Why, for people.
    pub reason: String,
    /// From which entry on what it signed is tainted.
    pub tainted_from: Option<u64>,
}

/// What a site is made of.
pub struct Input<'a> {
    /// The ledger.
    pub ledger: &'a PublishedLedger,
    /// All its claims: a verdict may take the place of one on an earlier wording.
    pub claims: &'a [PublishedClaim],
    /// Those that have pages, and the verdict that each shows.
    pub shown: BTreeMap<ClaimId, VerdictId>,
    /// Whoever signs verdicts.
    pub reviewers: Vec<Reviewer>,
    /// The policies, the one in force last.
    pub policies: Vec<(Timestamp, Policy)>,
    /// The texts of public sources.
    pub texts: BTreeMap<SourceId, String>,
    /// What the pages without a proof are as of.
    pub as_of: AsOf,
    /// The index of the last entry that may change what bundles of earlier verdicts have: an erasure, a
    /// reaffirmation, a change of keys, roots or policy.
    pub revised: u64,
}

/// How far a ledger had come when the last thing was recorded that a page could tell of: a publication
/// of the site itself is none, and must not make another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// How many entries there were.
    pub size: u64,
    /// The tree's root, in standard padded base64.
    pub root: String,
}

/// Returns the verdict that a claim's page shows: the latest that stands, else the latest that once
/// did, else the latest. `None` if the claim was never judged.
pub fn shown_verdict(claim: &PublishedClaim) -> Option<&PublishedVerdict> {
    let standing = |verdict: &&PublishedVerdict| verdict.standing == Standing::Standing;
    let has_stood = |verdict: &&PublishedVerdict| verdict.has_stood;
    let verdicts = || claim.verdicts.iter().rev();
    verdicts()
        .find(standing)
        .or_else(|| verdicts().find(has_stood))
        .or_else(|| verdicts().next())
}

/// A site, ready to be written.
pub struct Site<'a> {
    input: Input<'a>,
    templates: &'a Templates,
    verdicts: HashMap<VerdictId, (&'a PublishedClaim, &'a PublishedVerdict)>,
    claims: HashMap<ClaimId, &'a PublishedClaim>,
    /// The claims with pages, the latest verdict first.
    order: Vec<(&'a PublishedClaim, &'a PublishedVerdict)>,
    /// Sources with pages: those of claims with pages.
    sources: BTreeSet<SourceId>,
    /// `ClaimReview` documents, by claim.
    reviews: HashMap<ClaimId, Document>,
}

/// What every page gets.
#[derive(Clone, Serialize)]
struct Frame {
    desk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    ledger: LedgerContext,
    checkpoint: CheckpointContext,
    root: String,
    version: &'static str,
    css: String,
    csp: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical: Option<String>,
    lang: &'static str,
    path: String,
    feeds: Vec<FeedLink>,
}

#[derive(Clone, Serialize)]
struct LedgerContext {
    id: String,
    short: String,
    origin: String,
    name: String,
}

#[derive(Clone, Serialize)]
struct CheckpointContext {
    size: u64,
    root: String,
}

#[derive(Clone, Serialize)]
struct FeedLink {
    href: &'static str,
    title: &'static str,
    #[serde(rename = "type")]
    media_type: &'static str,
    about: &'static str,
}

/// A page as its template gets it.
#[derive(Serialize)]
struct Page<'p, T> {
    site: Frame,
    #[serde(flatten)]
    own: &'p T,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle_string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claimreview: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<&'p str>,
}

impl<'a> Site<'a> {
    /// Prepares a site.
    pub fn new(input: Input<'a>, templates: &'a Templates) -> Self {
        let all = input.claims.iter();
        let verdicts = all
            .clone()
            .flat_map(|claim| claim.verdicts.iter().map(move |v| (v.id, (claim, v))))
            .collect::<HashMap<_, _>>();
        let claims: HashMap<_, _> = all.map(|claim| (claim.id, claim)).collect();
        let mut order: Vec<_> = input
            .shown
            .iter()
            .filter_map(|(claim, verdict)| {
                let claim = *claims.get(claim)?;
                let (_, verdict) = *verdicts.get(verdict)?;
                input.ledger.may_leave(claim).then_some((claim, verdict))
            })
            .collect();
        order.sort_by_key(|(_, verdict)| std::cmp::Reverse(verdict.index));
        let sources = order.iter().map(|(claim, _)| claim.source).collect();
        let reviews = claimreview::documents(input.ledger, input.claims);
        let reviews = reviews.documents.into_iter();
        Self {
            templates,
            verdicts,
            claims,
            order,
            sources,
            reviews: reviews.map(|review| (review.claim, review)).collect(),
            input,
        }
    }

    /// Returns the pages of claims, the latest verdict first.
    pub fn claim_pages(&'a self) -> impl ExactSizeIterator<Item = ClaimPage<'a>> {
        self.order.iter().map(|(claim, verdict)| ClaimPage {
            claim: claim.id,
            verdict: verdict.id,
            folder: format!("claims/{}", short(&claim.id)),
            heading: headline(self.input.ledger, claim, verdict),
            site: self,
            context: self.claim_context(claim, verdict),
        })
    }

    /// Renders everything but the claims' own pages.
    pub fn other_pages(&self) -> Result<Vec<File>, TemplateError> {
        let mut files = self.index_pages()?;
        files.extend(self.source_pages()?);
        files.extend(self.reviewer_pages()?);
        files.push(self.corrections_page()?);
        files.push(self.methods_page()?);
        files.extend(self.feeds()?);
        Ok(files)
    }

    fn frame(
        &self,
        path: &str,
        title: String,
        description: Option<String>,
        script: Script,
    ) -> Frame {
        let ledger = self.input.ledger;
        // A page is addressed by its folder: that is what a server shows without a redirect.
        let address = path.strip_suffix("index.html").unwrap_or(path);
        Frame {
            desk: ledger.desk.clone(),
            base_url: ledger.base_url.as_ref().map(ToString::to_string),
            ledger: LedgerContext {
                id: ledger.id.to_string(),
                short: short(&ledger.id),
                origin: ledger.checkpoint.origin.clone(),
                name: ledger.desk.clone(),
            },
            checkpoint: CheckpointContext {
                size: self.input.as_of.size,
                root: self.input.as_of.root.clone(),
            },
            root: "../".repeat(path.matches('/').count()),
            version: env!("CARGO_PKG_VERSION"),
            css: self.templates.css.clone(),
            csp: self.templates.policy(script).to_owned(),
            title,
            description,
            canonical: ledger.base_url.as_ref().map(|base| base.page(address)),
            lang: "en",
            path: path.to_owned(),
            feeds: self.feed_links(),
        }
    }

    fn render<T: Serialize>(
        &self,
        template: &'static str,
        frame: Frame,
        page: &T,
        script: Script,
    ) -> Result<File, TemplateError> {
        let path = frame.path.clone();
        let page = Page {
            site: frame,
            own: page,
            bundle_string: None,
            claimreview: None,
            script: self.templates.script(script),
        };
        Ok(File::text(path, self.templates.render(template, &page)?))
    }

    /// Returns when a verdict last changed in how it stands, as far as that is known.
    fn changed(&self, verdict: &PublishedVerdict) -> Timestamp {
        let successor = verdict.superseded_by.and_then(|id| self.verdicts.get(&id));
        let ends = [
            verdict.retraction.as_ref().map(|retraction| retraction.at),
            successor.map(|(_, successor)| successor.at),
            verdict.disputes.last().map(|dispute| dispute.at),
            verdict.approvals.last().map(|approval| approval.at),
        ];
        let ends = ends.into_iter().flatten();
        ends.fold(verdict.at, Timestamp::max)
    }

    /// Returns the path of a reviewer's page, if there is one.
    fn reviewer_path(&self, name: &str) -> Option<String> {
        let known = self.input.reviewers.iter().any(|known| known.name == name);
        known.then(|| {
            format!(
                "reviewers/{}/index.html",
                short(&ObjectId::of(name.as_bytes()))
            )
        })
    }
}

/// Heads a verdict in a title or a feed: with the rating where it stands, else with what became of it.
fn headline(
    ledger: &PublishedLedger,
    claim: &PublishedClaim,
    verdict: &PublishedVerdict,
) -> String {
    let head = match verdict.standing {
        Standing::Standing => rated(ledger, claim, verdict).label,
        Standing::Proposed => "Proposed".to_owned(),
        Standing::Disputed => "Disputed".to_owned(),
        Standing::Superseded => "Superseded".to_owned(),
        Standing::Retracted => "Retracted".to_owned(),
        Standing::Tainted => "Signed by a revoked key".to_owned(),
    };
    let text = claim.claim.as_ref().map(|words| words.text.as_str());
    format!("{head}: {}", text.unwrap_or("a claim that was erased"))
}

/// Cuts a text to so many characters, at a word's border where there is one.
fn cut(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let border = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{}…", text[..border].trim_end())
}

/// A row of a list, for the lists of [`lists`].
fn rated(ledger: &PublishedLedger, claim: &PublishedClaim, verdict: &PublishedVerdict) -> Rated {
    let language = claim.claim.as_ref().map(|words| words.language.as_str());
    Rated::of(ledger, verdict, language)
}

#[cfg(test)]
mod tests;
