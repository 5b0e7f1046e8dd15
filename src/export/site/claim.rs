//! The page of a claim: what it says, and what that depends on.

use serde::Serialize;

use super::context::{
    QuoteContext, ScaleRating, SourceContext, VerdictContext, day, direction, short,
};
use super::templates::Script;
use super::{CheckpointContext, File, Page, Site, TemplateError, cut};
use crate::export::escape::to_json;
use crate::export::{PublishedClaim, PublishedVerdict, Standing};
use crate::words::claim::ClaimChange;
use crate::words::id::{ClaimId, VerdictId};
use crate::words::time::Timestamp;
use crate::words::verdict::VerdictChange;

/// The page of a claim before its proof is made.
pub struct ClaimPage<'a> {
    /// The claim.
    pub claim: ClaimId,
    /// The verdict whose bundle the page carries.
    pub verdict: VerdictId,
    /// The folder that the page and its bundle are in.
    pub folder: String,
    /// What the page is called, all of it.
    pub(super) heading: String,
    pub(super) site: &'a Site<'a>,
    pub(super) context: ClaimContext,
}

/// What a claim's template gets.
#[derive(Serialize)]
pub(super) struct ClaimContext {
    claim: ClaimFields,
    source: SourceContext,
    verdict: VerdictContext,
    others: Vec<VerdictContext>,
    history: Vec<Step>,
    scale: Vec<ScaleRating>,
    first_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

#[derive(Serialize)]
struct ClaimFields {
    id: ClaimId,
    short: String,
    index: u64,
    at: String,
    day: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<String>,
    dir: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    claimant: Option<Claimant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<Said>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manner: Option<crate::words::claim::Manner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<QuoteContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    later: Option<Other>,
    earlier: Vec<Other>,
    erased: bool,
    tainted: bool,
}

#[derive(Serialize)]
struct Claimant {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    same_as: Option<String>,
}

#[derive(Serialize)]
struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occasion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

/// Another form of a claim.
#[derive(Serialize)]
struct Other {
    short: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ClaimChange>,
}

/// A step of a claim's history.
#[derive(Serialize)]
struct Step {
    #[serde(skip)]
    index: u64,
    id: String,
    short: String,
    at: String,
    day: String,
    kind: &'static str,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    struck: bool,
    retracted: bool,
    in_bundle: bool,
}

impl<'a> Site<'a> {
    pub(super) fn claim_context(
        &self,
        claim: &'a PublishedClaim,
        verdict: &'a PublishedVerdict,
    ) -> ClaimContext {
        let ledger = self.input.ledger;
        let shown = |verdict: &PublishedVerdict| {
            VerdictContext::of(
                ledger,
                verdict,
                claim.claim.as_ref(),
                self.reviewer_path(&verdict.reviewer),
                |source| self.sources.contains(&source),
            )
        };
        let others = claim.verdicts.iter().filter(|other| {
            other.standing == Standing::Standing
                && other.id != verdict.id
                && verdict.standing == Standing::Standing
        });
        let chain = self.chain(verdict);
        let first = chain
            .iter()
            .min_by_key(|v| v.index)
            .map_or(verdict.at, |v| v.at);
        ClaimContext {
            claim: self.claim_fields(claim),
            source: SourceContext::of(ledger, claim.source, self.sources.contains(&claim.source)),
            others: others.map(shown).collect(),
            history: self.history(claim, verdict, &chain),
            scale: ledger.policy(verdict).map_or_else(Vec::new, |policy| {
                ScaleRating::all(policy, Some(&verdict.rating))
            }),
            first_at: first.to_string(),
            notice: self.notice(verdict),
            verdict: shown(verdict),
        }
    }

    fn claim_fields(&self, claim: &PublishedClaim) -> ClaimFields {
        let words = claim.claim.as_ref();
        let said = words.and_then(|words| words.said.as_ref());
        let claimant = words.and_then(|words| words.claimant.as_ref());
        let lang = words.map(|words| words.language.clone());
        ClaimFields {
            id: claim.id,
            short: short(&claim.id),
            index: claim.index,
            at: claim.at.to_string(),
            day: day(claim.at.date()),
            text: words.map(|words| words.text.clone()),
            dir: lang.as_deref().map_or("auto", direction),
            lang,
            claimant: claimant.map(|claimant| Claimant {
                name: claimant.name.clone(),
                role: claimant.role.clone(),
                same_as: claimant.same_as.clone(),
            }),
            said: said.map(|said| Said {
                date: said.date.map(|date| date.to_string()),
                day: said.date.map(|date| day(date.date())),
                occasion: said.occasion.clone(),
                place: said.place.clone(),
            }),
            manner: words.map(|words| words.manner),
            quote: words.map(|words| QuoteContext::of(&words.quote)),
            later: claim
                .superseded_by
                .and_then(|later| self.other_form(later, None)),
            earlier: self.earlier_forms(claim),
            erased: words.is_none(),
            tainted: claim.is_tainted,
        }
    }

    /// Describes another form of a claim, if it has a page.
    fn other_form(&self, id: ClaimId, change: Option<ClaimChange>) -> Option<Other> {
        let claim = self.claims.get(&id)?;
        self.input.shown.contains_key(&id).then(|| Other {
            short: short(&id),
            text: claim.claim.as_ref().map_or_else(
                || "a claim that was erased".to_owned(),
                |words| words.text.clone(),
            ),
            change,
        })
    }

    fn earlier_forms(&self, claim: &PublishedClaim) -> Vec<Other> {
        let before = |claim: &PublishedClaim| {
            let (id, change) = claim.supersedes?;
            Some((*self.claims.get(&id)?, change))
        };
        // An entry speaks of earlier entries only, so every line ends.
        let line = std::iter::successors(before(claim), |(claim, _)| before(claim));
        line.filter_map(|(claim, change)| self.other_form(claim.id, Some(change)))
            .collect()
    }

    /// Returns a verdict, those that it took the place of, and those that took its, in no order.
    fn chain(&self, verdict: &'a PublishedVerdict) -> Vec<&'a PublishedVerdict> {
        let at = |id: Option<VerdictId>| Some(self.verdicts.get(&id?)?.1);
        let before = std::iter::successors(Some(verdict), |v| {
            at(v.supersedes).filter(|before| before.index < v.index)
        });
        let after = std::iter::successors(at(verdict.superseded_by), |v| {
            at(v.superseded_by).filter(|after| after.index > v.index)
        });
        before.chain(after).collect()
    }

    fn history(
        &self,
        claim: &'a PublishedClaim,
        shown: &'a PublishedVerdict,
        chain: &[&'a PublishedVerdict],
    ) -> Vec<Step> {
        let ledger = self.input.ledger;
        let language = claim.claim.as_ref().map(|words| words.language.as_str());
        let mut verdicts: Vec<&PublishedVerdict> = claim
            .verdicts
            .iter()
            .filter(|verdict| {
                // What never had its approvals is not published, unless it is what the page shows.
                verdict.has_stood || verdict.id == shown.id
            })
            .collect();
        for verdict in chain.iter().filter(|verdict| verdict.has_stood) {
            let claim = self.verdicts.get(&verdict.id).map(|(claim, _)| *claim);
            let may_leave = claim.is_some_and(|claim| ledger.may_leave(claim));
            if may_leave && !verdicts.iter().any(|known| known.id == verdict.id) {
                verdicts.push(verdict);
            }
        }
        let mut steps = Vec::new();
        for verdict in verdicts {
            let content = ledger.content(verdict);
            let before = verdict.supersedes.and_then(|id| self.verdicts.get(&id));
            // Section 14 of the format: what the verdict supersedes and what superseded it.
            let in_bundle = verdict.id == shown.id
                || shown.supersedes == Some(verdict.id)
                || shown.superseded_by == Some(verdict.id);
            let step = |id: String, index, at: Timestamp, by: &str, kind| Step {
                index,
                short: short(&id),
                id,
                at: at.to_string(),
                day: day(at.date()),
                kind,
                by: by.to_owned(),
                label: None,
                previous_label: None,
                rating: None,
                summary: None,
                reason: None,
                struck: false,
                retracted: false,
                in_bundle,
            };
            let kind = match verdict.change {
                None => "verdict",
                Some(VerdictChange::Update) => "update",
                Some(VerdictChange::Correction) => "correction",
                Some(VerdictChange::Rating) => "rating",
            };
            steps.push(Step {
                label: Some(ledger.rating_label(verdict, language).to_owned()),
                previous_label: before
                    .map(|(_, before)| ledger.rating_label(before, language).to_owned()),
                rating: Some(verdict.rating.to_string()),
                summary: content.map(|v| v.summary.clone()),
                reason: content.and_then(|v| v.reason.clone()),
                struck: verdict.superseded_by.is_some() || verdict.retraction.is_some(),
                retracted: verdict.retraction.is_some(),
                ..step(
                    verdict.id.to_string(),
                    verdict.index,
                    verdict.at,
                    &verdict.reviewer,
                    kind,
                )
            });
            if let Some(retraction) = &verdict.retraction {
                let (id, by) = (retraction.id.to_string(), &retraction.by);
                steps.push(Step {
                    reason: retraction.reason.clone(),
                    ..step(id, retraction.index, retraction.at, by, "retraction")
                });
            }
            let approvals = verdict
                .approvals
                .iter()
                .map(|approval| ("approval", approval));
            let disputes = verdict.disputes.iter().map(|dispute| ("dispute", dispute));
            for (kind, decision) in approvals.chain(disputes) {
                let id = decision.entry.to_string();
                steps.push(Step {
                    // Section 14: decisions on the bundle's own verdict, and on no other.
                    in_bundle: verdict.id == shown.id,
                    ..step(id, decision.index, decision.at, &decision.by, kind)
                });
            }
        }
        steps.sort_by_key(|step| step.index);
        steps
    }

    /// Says at the top of a page what a reader must know before all else.
    pub(super) fn notice(&self, verdict: &PublishedVerdict) -> Option<String> {
        let mut notice = match verdict.standing {
            Standing::Standing => String::new(),
            Standing::Proposed => {
                "This verdict waits for approval: it does not stand yet.".to_owned()
            }
            Standing::Disputed => "An approver disputes this verdict.".to_owned(),
            Standing::Superseded => "Another verdict took the place of this one.".to_owned(),
            Standing::Retracted => "This verdict was retracted.".to_owned(),
            Standing::Tainted => "The key that signed this verdict was revoked since, and nobody \
                                  has confirmed the verdict."
                .to_owned(),
        };
        let reasons = match (&verdict.verdict, self.input.ledger.content(verdict)) {
            (None, _) => "The reasons and the evidence were erased.",
            (Some(_), None) => {
                "The reasons and the evidence are not published: they quote a withheld source."
            }
            _ => "",
        };
        if !reasons.is_empty() {
            notice.push_str(if notice.is_empty() { "" } else { " " });
            notice.push_str(reasons);
        }
        (!notice.is_empty()).then_some(notice)
    }
}

impl ClaimPage<'_> {
    /// Returns a digest of all that the page says, but for the checkpoint that its bundle leads to: as
    /// long as it is the same, a page that was written before says the same.
    ///
    /// # Panics
    /// Never: plain values can be written to memory.
    pub fn digest(&self) -> String {
        let said = serde_json::to_vec(&self.context).expect("plain values are written as JSON");
        let base = self.site.input.ledger.base_url.as_ref();
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.site.templates.digest.as_bytes());
        hasher.update(base.map_or("", |base| base.as_str()).as_bytes());
        hasher.update(&self.site.input.revised.to_le_bytes());
        for part in [said.as_slice(), self.review().unwrap_or_default()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Returns the page's `ClaimReview`, where it has one.
    fn review(&self) -> Option<&[u8]> {
        let review = self.site.reviews.get(&self.claim)?;
        Some(&review.bytes)
    }

    /// Renders the page with its bundle, and gives both.
    pub fn render(&self, bundle: &str) -> Result<[File; 2], TemplateError> {
        let site = self.site;
        let path = format!("{}/index.html", self.folder);
        let title = format!("{} – {}", cut(&self.heading, 110), site.input.ledger.desk);
        let description = if self.context.verdict.standing == Standing::Standing {
            self.context.verdict.summary.as_deref()
        } else {
            self.context.notice.as_deref()
        };
        let description = description.map(|text| cut(text, 300));
        let review = self.review();
        let review = review.map(|bytes| String::from_utf8_lossy(bytes).trim_end().to_owned());
        let mut frame = site.frame(&path, title, description, Script::Check);
        let proven = &site.input.ledger.checkpoint;
        frame.checkpoint = CheckpointContext {
            size: proven.size,
            root: proven.root.clone(),
        };
        let page = Page {
            site: frame,
            own: &self.context,
            bundle_string: Some(to_json(&bundle, false).trim_end().to_owned()),
            claimreview: review,
            script: site.templates.script(Script::Check),
        };
        let text = site.templates.render("claim.html", &page)?;
        Ok([
            File::text(path, text),
            File::text(format!("{}/bundle.json", self.folder), bundle.to_owned()),
        ])
    }
}
