//! A verdict that was drafted from somewhere else: as the form that a reviewer finishes, and as a line
//! that `factlog verdict --from` signs.
//!
//! Nothing signs a draft. What it cites is named by its address, with the reason why no copy is kept,
//! so that a source of the ledger is made of it only when somebody signs the verdict.

use factlog::words::id::ObjectId;
use factlog::words::policy::{Policy, RatingCode};
use factlog::words::verdict::Stance;
use serde::Serialize;

use super::evidence::Request;
use super::form;
use super::kept::KeptEvidence;
use crate::cli::claim_list::ClaimLine;
use crate::cli::json_out;

/// The fields that say more of a piece of evidence.
const DETAILS: [&str; 6] = ["quote", "nth", "primary", "locator", "note", "unavailable"];

/// A drafted verdict.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Drafted {
    /// The rating; absent where the reviewer must choose it.
    pub(crate) rating: Option<RatingCode>,
    /// The conclusion; empty where the reviewer must write it.
    pub(crate) summary: String,
    /// The reasoning, at length.
    pub(crate) rationale: Option<String>,
    /// What it cites.
    pub(crate) cited: Vec<Cited>,
}

/// A work that a draft cites.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Cited {
    /// Its address, else its title.
    pub(crate) what: String,
    /// What is remarked about it.
    pub(crate) note: Option<String>,
    /// Why no copy is kept.
    pub(crate) unavailable: &'static str,
}

/// A line for `factlog verdict --from`.
#[derive(Serialize)]
struct Line<'a> {
    claim: String,
    rating: &'a RatingCode,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rationale: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<LineEvidence<'a>>,
}

#[derive(Serialize)]
struct LineEvidence<'a> {
    source: &'a str,
    stance: Stance,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    unavailable: &'a str,
}

impl Drafted {
    /// Writes the form that a reviewer finishes.
    pub(crate) fn form(&self, line: &ClaimLine, policy: &Policy) -> String {
        let evidence: Vec<Request> = self.cited.iter().map(Cited::request).collect();
        form::render_draft(line, policy, self, &evidence)
    }

    /// Writes the line that signs it as it is; `None` where something is left to the reviewer.
    pub(crate) fn line(&self, claim: &ObjectId) -> Option<String> {
        if self.summary.is_empty() {
            return None;
        }
        let evidence = self.cited.iter().map(|cited| LineEvidence {
            source: &cited.what,
            stance: Stance::Context,
            note: cited.note.as_deref(),
            unavailable: cited.unavailable,
        });
        let line = Line {
            claim: claim.to_string(),
            rating: self.rating.as_ref()?,
            summary: &self.summary,
            rationale: self.rationale.as_deref(),
            evidence: evidence.collect(),
        };
        json_out::to_string(&line).ok()
    }

    /// Says whether nobody has filled in anything of a form yet: the evidence in it was kept before.
    pub(crate) fn is_blank(form: &str, kept: &KeptEvidence) -> bool {
        let mut is_evidence = false;
        let lines = form.lines().filter(|line| !line.starts_with('#'));
        let mut lines = lines.filter(|line| !line.trim().is_empty());
        lines.all(|line| {
            let Some((name, value)) = form::begins(line) else {
                // A line that goes on with the field above.
                return is_evidence;
            };
            let value = value.trim();
            if form::stance(name).is_some() {
                is_evidence = kept.evidence.iter().any(|piece| piece.what == value);
                return is_evidence;
            }
            is_evidence &= DETAILS.contains(&name);
            is_evidence || value.is_empty()
        })
    }

    /// Returns the rating that a form of a draft has.
    pub(crate) fn rating_of(form: &str) -> Option<RatingCode> {
        let value = form.lines().find_map(|line| line.strip_prefix("rating:"))?;
        value.trim().parse().ok()
    }
}

impl Cited {
    fn request(&self) -> Request {
        Request {
            note: self.note.clone(),
            unavailable: Some(self.unavailable.to_owned()),
            ..Request::new(Stance::Context, self.what.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_begun_once_something_is_filled_in() {
        let file = tempfile::tempdir().expect("a folder");
        let drafts = crate::cli::drafts::Drafts::of(file.path());
        let mut kept = KeptEvidence::load(&drafts, &ObjectId([7; 32])).expect("none");
        kept.add(Request::new(Stance::Refutes, "1a2b3c4d".to_owned()));
        let blank = "# Claim: x\nrating:\n\nsummary: \n\nrefutes: 1a2b3c4d\nquote: it\n  was\n\nconflicts:\nrationale:\n";
        assert!(Drafted::is_blank(blank, &kept));
        for (from, to) in [
            ("rating:", "rating: true"),
            ("summary: ", "summary: It was."),
            ("1a2b3c4d", "another.txt"),
            ("conflicts:", "conflicts: none"),
            ("rationale:\n", "rationale:\n  Because.\n"),
        ] {
            assert!(!Drafted::is_blank(&blank.replace(from, to), &kept), "{to}");
        }
    }
}
