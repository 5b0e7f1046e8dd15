//! What the splitter proposes of a text, as claims that can be recorded.
//!
//! [`Proposals`] has what was found in a ledger's texts; the files that it comes from are in
//! [`kept`].

mod kept;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use factlog::extract::{self, ExtractedClaim, Extraction, Reason};
use factlog::words::claim::Claim;
use factlog::words::id::ObjectId;
use factlog::words::object;
use factlog::words::span::{CountedText, Span};

use self::kept::Kept;
use super::add::Spoken;

/// What names the network and the rules that propose claims, in claim entries.
pub(crate) const EXTRACTOR: &str = "network/2";

/// The language of a claim whose source does not say: the network reads English.
const LANGUAGE: &str = "en";

/// What the splitter found out about a claim beside its words.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Worth {
    /// How much it is worth checking: a probability.
    pub(crate) score: f32,
    /// What its words show first.
    pub(crate) reason: &'static str,
    /// The sentence that it stands in.
    pub(crate) sentence: Span,
    /// Whether the claimant is a pronoun that nobody was found for.
    pub(crate) unresolved: bool,
}

/// A claim that can be recorded, what the splitter says of it, and why it passed it over if it did.
pub(crate) type Proposal = (Claim, Worth, Option<&'static str>);

/// What a program found in a text.
#[derive(PartialEq, Debug)]
pub(crate) struct Finding {
    /// What names it in claim entries.
    pub(crate) extractor: String,
    /// What is offered, then what was passed over, as far as it can be recorded.
    pub(crate) claims: Vec<ExtractedClaim>,
}

impl Finding {
    /// Returns what this program finds in a text.
    pub(crate) fn of(text: &str) -> Self {
        let found = extract::split(text, extract::Options::default());
        Self::by(EXTRACTOR.to_owned(), text, found)
    }

    /// Returns what was found by the extractor of that name.
    pub(crate) fn by(extractor: String, text: &str, found: Extraction) -> Self {
        let Extraction {
            claims,
            passed_over,
            ..
        } = found;
        let passed_over = passed_over.into_iter().map(|passed| passed.claim);
        let source = ObjectId::of(text.as_bytes());
        let text = CountedText::new(text);
        let is_recordable = |found: &ExtractedClaim| {
            to_claim(&text, source, LANGUAGE, found)
                .is_some_and(|claim| object::to_bytes(&claim).is_ok())
        };
        let found = claims.into_iter().chain(passed_over);
        Self {
            extractor,
            claims: found.filter(is_recordable).collect(),
        }
    }

    /// Returns the claims of a text as they can be recorded; those of a statement are of who said it.
    pub(crate) fn proposals(
        &self,
        text: &str,
        language: Option<&str>,
        spoken: Option<&Spoken>,
    ) -> Vec<Proposal> {
        let source = ObjectId::of(text.as_bytes());
        let text = CountedText::new(text);
        let language = language.unwrap_or(LANGUAGE);
        let proposal = |found: &ExtractedClaim| {
            if spoken.is_some_and(|spoken| spoken.is_head(found.sentence)) {
                return None;
            }
            let mut claim = to_claim(&text, source, language, found)?;
            let is_spoken =
                spoken.is_some_and(|spoken| spoken.attribute(&mut claim, found.sentence));
            let worth = Worth {
                score: found.score,
                reason: found.reason.as_str(),
                sentence: found.sentence,
                unresolved: found.unresolved && !is_spoken,
            };
            let passed = match found.reason {
                Reason::Passed(why) => Some(why.as_str()),
                _ => None,
            };
            Some((claim, worth, passed))
        };
        self.claims.iter().filter_map(proposal).collect()
    }
}

/// What was found in a ledger's texts.
///
/// Splitting takes seconds where there are megabytes of text, so it is done once a text, and never
/// while the ledger is locked: what was not found out before is [`Unsplit`].
pub(crate) struct Proposals {
    kept: Kept,
    split: fn(&str) -> Finding,
    /// What was read or found here, by the text.
    known: RefCell<HashMap<ObjectId, Rc<Finding>>>,
}

/// Says that these texts must be split before their claims can be listed.
#[derive(Debug, thiserror::Error)]
#[error("{} texts are not split yet", .0.len())]
pub(crate) struct Unsplit(pub(crate) Vec<String>);

impl Proposals {
    /// Names the proposals of the ledger whose files are in `ledger`.
    pub(crate) fn of(ledger: &Path) -> Self {
        Self {
            kept: Kept::of(ledger),
            split: Finding::of,
            known: RefCell::default(),
        }
    }

    /// Returns what was found in a text; `None` where it must be split first.
    pub(crate) fn finding(&self, text: &str) -> Option<Rc<Finding>> {
        if text.is_empty() {
            return Some(Rc::new(Finding::of(text)));
        }
        let id = ObjectId::of(text.as_bytes());
        let known = self.known.borrow().get(&id).cloned();
        match known {
            Some(found) => Some(found),
            None => Some(self.know(id, self.kept.read(id, text)?)),
        }
    }

    /// Says whether something was kept of a text, which [`Self::finding`] may be able to read.
    pub(crate) fn may_know(&self, text: &ObjectId) -> bool {
        self.known.borrow().contains_key(text) || self.kept.has(*text)
    }

    /// Splits a text and keeps what is found, so that [`Self::finding`] has it.
    pub(crate) fn split(&self, text: &str) {
        self.keep(text, (self.split)(text));
    }

    /// Keeps what was found in a text, in the place of anything found before.
    pub(crate) fn keep(&self, text: &str, finding: Finding) {
        let id = ObjectId::of(text.as_bytes());
        self.kept.write(id, &finding);
        self.know(id, finding);
    }

    fn know(&self, id: ObjectId, found: Finding) -> Rc<Finding> {
        let found = Rc::new(found);
        self.known.borrow_mut().insert(id, Rc::clone(&found));
        found
    }
}

/// Makes a claim of what the splitter found; `None` if its words are not in the text.
fn to_claim(
    text: &CountedText<&str>,
    source: ObjectId,
    language: &str,
    found: &ExtractedClaim,
) -> Option<Claim> {
    let hull = Span::hull(&found.parts)?;
    Some(Claim {
        source,
        text: found.text.clone(),
        added: found.added.clone(),
        parts: found.parts.clone(),
        statement: found.statement.clone(),
        cue: found.cue,
        claimant: found.claimant.clone(),
        manner: found.manner,
        said: None,
        quote: text.quote(hull).ok()?,
        language: language.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TEXT: &str = "The harbour bridge was closed in 2019, the mayor, Ada Venn, said on Monday. \
         The council spent 12 million on repairs. Was it worth it? It was a splendid idea.\n";

    fn split_again(_: &str) -> Finding {
        panic!("a text is split once");
    }

    #[test]
    fn a_text_is_split_once() {
        let ledger = tempfile::tempdir().expect("a folder");
        let first = Proposals::of(ledger.path());
        assert_eq!(first.finding(TEXT), None, "nobody split it yet");
        first.split(TEXT);
        let finding = Finding::of(TEXT);
        let claims = finding.proposals(TEXT, None, None);
        assert!(claims.iter().any(|(.., passed)| passed.is_some()));
        assert!(claims.iter().any(|(.., passed)| passed.is_none()));
        assert_eq!(*first.finding(TEXT).expect("kept"), finding);
        // As another command finds it.
        let again = Proposals {
            split: split_again,
            ..Proposals::of(ledger.path())
        };
        assert_eq!(*again.finding(TEXT).expect("kept"), finding);
        let german = finding.proposals(TEXT, Some("de"), None);
        assert!(german.iter().all(|(claim, ..)| claim.language == "de"));
        let other = "Another text was found in 2020.\n";
        assert_eq!(again.finding(other), None);
    }

    #[test]
    fn what_cannot_be_kept_is_found_all_the_same() {
        let ledger = tempfile::tempdir().expect("a folder");
        fs::write(ledger.path().join("proposals"), b"in the way").expect("written");
        let proposals = Proposals::of(ledger.path());
        proposals.split(TEXT);
        assert_eq!(*proposals.finding(TEXT).expect("kept"), Finding::of(TEXT));
    }

    #[test]
    fn what_another_program_found_stays() {
        let ledger = tempfile::tempdir().expect("a folder");
        let mut found = extract::split(TEXT, extract::Options::default());
        found.claims.truncate(1);
        let outside = Finding::by("command/model.py".to_owned(), TEXT, found);
        let first = Proposals::of(ledger.path());
        first.split(TEXT);
        first.keep(TEXT, outside);
        let again = Proposals::of(ledger.path()).finding(TEXT).expect("kept");
        assert_eq!(again.extractor, "command/model.py");
        assert_eq!(*again, *first.finding(TEXT).expect("known"));
    }
}
