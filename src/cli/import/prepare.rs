//! From a review that was read to a source of the ledger, a claim in it, and a drafted verdict.
//!
//! A claim needs a text that it stands in. What was imported gives one of its own to each claim: its
//! words, who made it, when and where. The source's bytes are the file's, and `normalizer` says how the
//! text came from them.

use std::fmt::Write as _;

use factlog::claimreview::{self, Draft, How, Work};
use factlog::entry::SourceEntry;
use factlog::extract::{ExtractedClaim, Reason};
use factlog::intake::{suspicion, text1};
use factlog::words::claim::{Claim, Manner, Said};
use factlog::words::id::ObjectId;
use factlog::words::object;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::salt::Salt;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::span::{Quote, Span};

use crate::cli::extractor::IMPORTED;
use crate::cli::proposals::Finding;
use crate::cli::verdict::{Cited, Drafted};

/// How a text is made of a review; a better way is another name.
const EXTRACTION: &str = "claimreview-1";

/// The language of a claim that does not say.
const LANGUAGE: &str = "en";

/// Why no copy is kept of the fact-check itself.
const NOT_FETCHED: &str = "the fact-check that this was imported from; not fetched";

/// Why no copy is kept of what it cites.
const CITED: &str = "cited by the imported fact-check; not fetched";

/// What is ready to be signed and drafted.
pub(super) struct Prepared {
    /// The text that the claim stands in.
    pub(super) text: String,
    /// What is known of the source.
    pub(super) meta: Meta,
    /// The claim.
    pub(super) claim: Claim,
    /// What the claim is, as it is proposed.
    pub(super) origin: ObjectId,
    /// The claim as it is offered.
    found: ExtractedClaim,
    /// The verdict.
    pub(super) drafted: Drafted,
    /// How its rating was found on the scale.
    pub(super) how: Option<How>,
}

impl Prepared {
    /// Makes it of a review; `None` where its words can't be recorded.
    pub(super) fn new(draft: &Draft, policy: &Policy, salt: Salt) -> Option<Self> {
        let words = text1::normalize(&draft.claim).text;
        let words = words.trim_end_matches('\n');
        let text = text1::normalize(&text_of(words, draft)).text;
        if words.is_empty() || suspicion::is_blank(words) || !text.starts_with(words) {
            return None;
        }
        let hull = Span::new(0, words.len()).ok()?;
        let first = draft.appearances.first();
        let meta = meta_of(first, draft, salt);
        let claimant = draft.claimant.clone();
        let manner = match &claimant {
            Some(_) => Manner::Indirect,
            None => Manner::Narration,
        };
        let statement = claimant.iter().map(|_| hull).collect();
        let found = ExtractedClaim {
            text: words.to_owned(),
            added: vec![],
            parts: vec![hull],
            statement,
            cue: None,
            claimant,
            unresolved: false,
            manner,
            // Somebody thought it worth checking, and did.
            score: 1.0,
            reason: Reason::Statement,
            sentence: hull,
        };
        // Where the work says when it was published, that is when the claim was made.
        let date = draft.said.filter(|said| meta.published != Some(*said));
        let claim = Claim {
            source: ObjectId::of(text.as_bytes()),
            text: found.text.clone(),
            added: vec![],
            parts: found.parts.clone(),
            statement: found.statement.clone(),
            cue: None,
            claimant: found.claimant.clone(),
            manner,
            said: date.map(|date| Said {
                date: Some(date),
                ..Said::default()
            }),
            quote: Quote::new(&text, hull).ok()?,
            language: draft
                .language
                .clone()
                .unwrap_or_else(|| LANGUAGE.to_owned()),
        };
        object::to_bytes(&claim).ok()?;
        object::to_bytes(&meta).ok()?;
        let mapped = claimreview::map(&draft.rating, policy);
        let (rating, how) = mapped.unzip();
        Some(Self {
            origin: claim.identity(),
            drafted: drafted(draft, rating),
            text,
            meta,
            claim,
            found,
            how,
        })
    }

    /// Returns what its text offers.
    pub(super) fn finding(&self) -> Finding {
        Finding {
            extractor: IMPORTED.to_owned(),
            claims: vec![self.found.clone()],
        }
    }

    /// Returns the fields of its source's entry.
    pub(super) fn source(&self, raw: Kept, media: &str, meta: ObjectId) -> SourceEntry {
        SourceEntry {
            source_type: SourceType::Document,
            raw: Some(raw),
            text: Some(Kept::of(self.text.as_bytes())),
            media: media.to_owned(),
            charset: Some("UTF-8".to_owned()),
            normalizer: Some(format!("{EXTRACTION}+{}", text1::normalizer())),
            rights: Rights::Quoted,
            meta,
            replaces: None,
        }
    }

    /// Returns the rating that was drafted.
    pub(super) const fn rating(&self) -> Option<&RatingCode> {
        self.drafted.rating.as_ref()
    }
}

/// Writes a claim's text: its words, then who made it, when and where.
fn text_of(words: &str, draft: &Draft) -> String {
    let mut text = format!("{words}\n");
    let mut about = String::new();
    if let Some(claimant) = &draft.claimant {
        let role = claimant.role.as_ref().map(|role| format!(", {role}"));
        let _ = writeln!(
            about,
            "Claimant: {}{}",
            claimant.name,
            role.unwrap_or_default()
        );
    }
    if let Some(said) = draft.said {
        let _ = writeln!(about, "Date: {said}");
    }
    for work in &draft.appearances {
        let parts = [&work.title, &work.url].into_iter().flatten();
        let parts: Vec<&str> = parts.map(String::as_str).collect();
        let _ = writeln!(about, "Appearance: {}", parts.join(", "));
    }
    if !about.is_empty() {
        text.push('\n');
        text.push_str(&about);
    }
    text
}

fn meta_of(work: Option<&Work>, draft: &Draft, salt: Salt) -> Meta {
    let work = work.cloned().unwrap_or_default();
    Meta {
        url: work.url,
        title: work.title,
        authors: work.authors,
        publisher: work.publisher,
        published: work.published,
        retrieved: None,
        language: draft.language.clone(),
        salt,
    }
}

fn drafted(draft: &Draft, rating: Option<RatingCode>) -> Drafted {
    let mut cited = Vec::new();
    if let Some(url) = &draft.url {
        let rated = draft.rating.label.as_deref();
        let rated = rated.map(|label| format!("its rating: {label}"));
        let by = draft.publisher.as_deref().map(|by| format!("by {by}"));
        let note: Vec<String> = by.into_iter().chain(rated).collect();
        cited.push(Cited {
            what: url.clone(),
            note: Some(note.join("; ")).filter(|note| !note.is_empty()),
            unavailable: NOT_FETCHED,
        });
    }
    for work in &draft.citations {
        let what = match (&work.url, &work.title) {
            (Some(url), _) => url.clone(),
            // A title of digits would be taken for the beginning of an id.
            (None, Some(title)) if title.bytes().all(|b| b.is_ascii_hexdigit()) => {
                format!("“{title}”")
            }
            (None, Some(title)) => title.clone(),
            (None, None) => continue,
        };
        let title = work.title.as_ref().filter(|_| work.url.is_some());
        let quote = work
            .quote
            .as_ref()
            .map(|quote| format!("quoted there: “{quote}”"));
        let note: Vec<String> = title.cloned().into_iter().chain(quote).collect();
        if cited.iter().all(|known| known.what != what) {
            cited.push(Cited {
                what,
                note: Some(note.join("; ")).filter(|note| !note.is_empty()),
                unavailable: CITED,
            });
        }
    }
    Drafted {
        rating,
        summary: draft
            .summary
            .as_deref()
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        rationale: draft.rationale.clone(),
        cited,
    }
}
