//! Claims to review by source, and verdicts that were begun.

use std::collections::{HashMap, HashSet};

use factlog::ledger::{Ledger, ListedSource};
use factlog::words::id::{ObjectId, SourceId};
use rayon::prelude::*;

use super::gather::Whom;
use super::{Group, GroupName, Item, Worthy};
use crate::cli::beside;
use crate::cli::claim_list::{self, ClaimLine, State};
use crate::cli::drafts::{Drafts, FORM, VerdictForm};
use crate::cli::extractor::IMPORTED;
use crate::cli::proposals::Proposals;
use crate::cli::reanchor;
use crate::cli::screen;
use crate::cli::verdict::{Drafted, KeptEvidence};

/// The claims of so many of the latest sources are listed.
pub(super) const MOST_SOURCES: usize = 500;

/// So many claims of a source are named.
const WORTHIEST: usize = 3;

/// What is known of an open source.
pub(super) struct Open {
    id: SourceId,
    label: String,
    /// Its claims; `None` where its text is not split yet.
    lines: Option<Vec<ClaimLine>>,
    /// Whether it has a newer version: a review goes through what that proposes.
    is_replaced: bool,
}

/// Reads the claims of the latest sources on all cores, the latest first; of those that were taken in
/// as evidence only, none.
pub(super) fn open(ledger: &Ledger, sources: &[ListedSource]) -> anyhow::Result<Vec<Open>> {
    let folder = ledger.folder();
    let replaced = reanchor::replaced(ledger)?;
    let latest: Vec<&ListedSource> = sources.iter().rev().take(MOST_SOURCES).collect();
    let read = latest.into_par_iter().map_init(
        || (Proposals::of(folder), Drafts::of(folder)),
        |(proposals, drafts), source| open_one(ledger, proposals, drafts, source),
    );
    let open: Vec<Option<Open>> = read.collect::<anyhow::Result<_>>()?;
    let mut open: Vec<Open> = open.into_iter().flatten().collect();
    for open in &mut open {
        open.is_replaced = replaced.contains(&open.id);
    }
    Ok(open)
}

fn open_one(
    ledger: &Ledger,
    proposals: &Proposals,
    drafts: &Drafts,
    source: &ListedSource,
) -> anyhow::Result<Option<Open>> {
    let id = source.id;
    let decided = drafts.seen(&id);
    if decided.evidence || decided.is_damaged {
        return Ok(None);
    }
    let lines = match source.text {
        // A text that is there and was not split: nothing of it need be read.
        Some(text) if !proposals.may_know(&text) && ledger.has_object(&text)? => None,
        _ => claim_list::unnumbered(ledger, proposals, &ledger.entry_at(source.index)?)?,
    };
    let label = lines
        .as_ref()
        .and_then(|lines| lines.first())
        .map_or_else(String::new, |line| line.source.label());
    Ok(Some(Open {
        id,
        label,
        lines,
        is_replaced: false,
    }))
}

impl Open {
    fn count(&self, state: State) -> u64 {
        let lines = self.lines.iter().flatten();
        lines.filter(|line| line.state == state).count() as u64
    }

    /// Says whether a review would ask about claims of it, or sign some.
    fn is_to_review(&self) -> bool {
        if self.is_replaced {
            self.count(State::Accepted) > 0
        } else {
            !self.is_done()
        }
    }

    /// Returns the claims that a review asks about, those that are most worth checking first.
    fn worthiest(&self) -> Vec<&ClaimLine> {
        let lines = self.lines.iter().flatten().filter(|_| !self.is_replaced);
        let mut proposed: Vec<&ClaimLine> =
            lines.filter(|line| line.state == State::Proposed).collect();
        proposed.sort_by(|a, b| score(b).total_cmp(&score(a)));
        proposed
    }

    /// Says whether nothing of it waits for a reviewer.
    pub(super) fn is_done(&self) -> bool {
        self.lines.is_some() && self.count(State::Proposed) + self.count(State::Accepted) == 0
    }

    /// Says whether it is the source with this entry.
    pub(super) fn is(&self, source: &SourceId) -> bool {
        self.id == *source
    }

    /// Finds a claim by what it was proposed as.
    pub(super) fn line(&self, origin: &ObjectId) -> Option<&ClaimLine> {
        let mut lines = self.lines.iter().flatten();
        lines.find(|line| line.origin == *origin)
    }

    fn item(&self, ledger: &Ledger) -> anyhow::Result<Item> {
        let id = self.id;
        let short = ledger.short(&id.0)?;
        let worthiest = self.worthiest();
        let (proposed, accepted) = (worthiest.len() as u64, self.count(State::Accepted));
        let mut about = Vec::new();
        if proposed > 0 {
            about.push(format!("{proposed} proposed"));
        }
        if accepted > 0 {
            about.push(format!("{accepted} accepted, to be signed"));
        }
        let is_split = self.lines.is_some();
        Ok(Item {
            what: "source",
            id: id.to_string(),
            text: if is_split {
                self.label.clone()
            } else {
                title(ledger, &self.id)?
            },
            about: if is_split {
                about.join(", ")
            } else {
                "not split yet".to_owned()
            },
            command: format!(
                "factlog {} {short}",
                if is_split { "review" } else { "claims" }
            ),
            proposed: is_split.then_some(proposed),
            accepted: is_split.then_some(accepted),
            worthiest: worthiest
                .into_iter()
                .take(WORTHIEST)
                .map(|line| Worthy {
                    id: line.id.clone(),
                    text: line.claim.text.clone(),
                    score: score(line),
                })
                .collect(),
            ..Item::default()
        })
    }
}

fn score(line: &ClaimLine) -> f32 {
    line.worth.map_or(0.0, |worth| worth.score)
}

fn title(ledger: &Ledger, id: &SourceId) -> anyhow::Result<String> {
    super::gather::source_words(ledger, &ledger.entry(&id.entry())?)
}

/// Returns the sources with claims to review, those with the claim that is most worth checking first.
pub(super) fn to_review(
    ledger: &Ledger,
    open: &[Open],
    is_wanted: impl Fn(&SourceId) -> bool,
    limit: usize,
) -> anyhow::Result<Group> {
    let wanted = |open: &&Open| open.is_to_review() && is_wanted(&open.id);
    let mut waiting: Vec<(f32, &Open)> = open
        .iter()
        .filter(wanted)
        .map(|open| {
            (
                open.worthiest().first().map_or(0.0, |line| score(line)),
                open,
            )
        })
        .collect();
    waiting.sort_by(|a, b| b.0.total_cmp(&a.0));
    let items = waiting
        .iter()
        .take(limit)
        .map(|(_, open)| open.item(ledger));
    Ok(Group {
        name: GroupName::Review,
        count: waiting.len() as u64,
        items: items.collect::<anyhow::Result<_>>()?,
    })
}

/// Returns the forms of verdicts that wait among the drafts: those begun here, and those imported. Of a
/// claim, the form that nobody has taken up waits for those who have none of their own.
pub(super) fn forms(
    ledger: &Ledger,
    open: &[Open],
    whom: Option<&Whom>,
    limit: usize,
) -> anyhow::Result<[Group; 2]> {
    let lines = open.iter().flat_map(|open| open.lines.iter().flatten());
    let by_origin: HashMap<String, &ClaimLine> = lines
        .map(|line| (line.origin.to_string()[..16].to_owned(), line))
        .collect();
    let drafts = Drafts::of(ledger.folder());
    let (mut begun, mut imported) = ((0, Vec::new()), (0, Vec::new()));
    let mut forms = drafts.forms()?;
    forms.retain(|form| {
        let is_own = |whom: &Whom| whom.holders.iter().any(|holder| form.is_of(holder));
        form.is_free() || whom.is_none_or(is_own)
    });
    let mut listed: HashSet<String> = HashSet::new();
    for form in forms {
        if form.is_free() && listed.contains(&form.claim) {
            continue;
        }
        let VerdictForm { claim, path, .. } = form;
        let line = by_origin.get(&claim);
        let is_imported = line.is_some_and(|line| line.extractor.as_deref() == Some(IMPORTED));
        let (count, items) = if is_imported {
            &mut imported
        } else {
            &mut begun
        };
        if items.len() >= limit {
            *count += 1;
            listed.insert(claim);
            continue;
        }
        let form = beside::or_passed_over(FORM.bytes(&path)).flatten();
        let form = String::from_utf8_lossy(&form.unwrap_or_default()).into_owned();
        let kept =
            line.and_then(|line| beside::or_passed_over(KeptEvidence::of_line(&drafts, line)));
        if !is_imported && kept.is_some_and(|kept| Drafted::is_blank(&form, &kept)) {
            continue;
        }
        *count += 1;
        let rating = Drafted::rating_of(&form);
        items.push(Item {
            what: "claim",
            id: line.map_or(claim.clone(), |line| line.id.clone()),
            text: line.map_or_else(|| claim_in(&form), |line| line.claim.text.clone()),
            about: rating.as_ref().map_or_else(
                || "no rating yet".to_owned(),
                |rating| format!("rating {rating}"),
            ),
            command: format!("factlog verdict {}", &claim[..8]),
            rating: rating.map(|rating| rating.to_string()),
            ..Item::default()
        });
        listed.insert(claim);
    }
    let group = |name, (count, items)| Group { name, count, items };
    Ok([
        group(GroupName::Forms, begun),
        group(GroupName::Imported, imported),
    ])
}

/// Returns what a form says the claim is, where the claim is not among those that were listed.
fn claim_in(form: &str) -> String {
    let lines = form.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let mut lines = lines.skip_while(|line| !line.starts_with("Claim:"));
    let first = lines.next().and_then(|line| line.strip_prefix("Claim:"));
    let rest = lines.take_while(|line| !line.starts_with("Said by:"));
    let words: Vec<&str> = first.into_iter().chain(rest).collect();
    screen::one_line(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::claim_in;

    #[test]
    fn a_form_says_its_claim() {
        let form = "# Your verdict on a claim.\n#\n# Claim: The bridge was closed\n# in 2019\n\
                    # Said by: Ada Venn\nrating: true\n";
        assert_eq!(claim_in(form), "The bridge was closed in 2019");
        assert_eq!(claim_in("rating: true\n"), "");
    }
}
