//! The pages that lead to claims: the index, sources, reviewers, corrections, methods.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::context::{PolicyContext, Row, SourceContext, day, direction, short};
use super::templates::Script;
use super::{File, Site, TemplateError, rated};
use crate::export::escape::to_json;
use crate::export::{PublishedClaim, PublishedVerdict, seen_change};
use crate::words::id::{SourceId, VerdictId};
use crate::words::source::Rights;
use crate::words::verdict::VerdictChange;

/// Claims on a page of the index.
const ROWS: usize = 100;

#[derive(Serialize)]
struct IndexPage<'p> {
    claims: &'p [Row],
    total: usize,
    total_text: String,
    ratings: Vec<Choice>,
    claimants: Vec<String>,
    standings: Vec<Choice>,
    pages: Vec<PageLink>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search_index: Option<&'static str>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Choice {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PageLink {
    Page {
        number: usize,
        href: String,
        current: bool,
    },
    Gap {
        gap: bool,
    },
}

#[derive(Serialize)]
struct SourcePage {
    source: SourceContext,
    rights: Rights,
    claims: Vec<Row>,
    passages: Vec<Passage>,
    whole: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted_note: Option<&'static str>,
}

#[derive(Serialize)]
struct Passage {
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<String>,
    dir: &'static str,
    pieces: Vec<Piece>,
}

#[derive(Serialize)]
struct Piece {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<PieceClaim>,
}

#[derive(Clone, Serialize)]
struct PieceClaim {
    short: String,
    label: String,
    standing: &'static str,
}

#[derive(Serialize)]
struct ReviewerPage {
    reviewer: ReviewerFields,
    counts: Vec<Count>,
    claims: Vec<Row>,
}

#[derive(Serialize)]
struct ReviewerFields {
    name: String,
    roles: Vec<String>,
    since_day: String,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<EndedFields>,
}

#[derive(Serialize)]
struct EndedFields {
    day: String,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tainted_from: Option<u64>,
}

#[derive(Serialize)]
struct Count {
    label: String,
    #[serde(rename = "count")]
    number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst: Option<u32>,
}

#[derive(Serialize)]
struct CorrectionsPage {
    corrections: Vec<Correction>,
}

/// A verdict that was changed or taken back.
#[derive(Clone, Serialize)]
pub(super) struct Correction {
    #[serde(skip)]
    pub(super) index: u64,
    #[serde(skip)]
    pub(super) id: String,
    pub(super) day: String,
    pub(super) at: String,
    pub(super) claim: CorrectedClaim,
    pub(super) kind: &'static str,
    pub(super) by: String,
    pub(super) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

#[derive(Clone, Serialize)]
pub(super) struct CorrectedClaim {
    pub(super) short: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lang: Option<String>,
    pub(super) dir: &'static str,
}

#[derive(Serialize)]
struct MethodsPage {
    policy: PolicyContext,
    policies: Vec<PolicyContext>,
    counts: Vec<Count>,
    commands: Vec<CheckCommand>,
}

/// How a reader checks more than a page.
#[derive(Serialize)]
struct CheckCommand {
    says: &'static str,
    command: String,
}

impl Site<'_> {
    fn rows<'r>(
        &'r self,
        takes: impl Fn(&PublishedClaim, &PublishedVerdict) -> bool + 'r,
    ) -> impl Iterator<Item = Row> + 'r {
        let chosen = self
            .order
            .iter()
            .filter(move |(claim, verdict)| takes(claim, verdict));
        chosen.map(|(claim, verdict)| Row::of(self.input.ledger, claim, Some(verdict)))
    }

    pub(super) fn index_pages(&self) -> Result<Vec<File>, TemplateError> {
        let rows: Vec<Row> = self.rows(|_, _| true).collect();
        let count = rows.len().div_ceil(ROWS).max(1);
        let ratings: BTreeSet<Choice> = rows
            .iter()
            .filter_map(|row| row.rated.as_ref())
            .map(|rated| Choice {
                code: rated.rating.clone(),
                label: Some(rated.label.clone()),
            })
            .collect();
        let claimants: BTreeSet<&String> =
            rows.iter().filter_map(|r| r.claimant.as_ref()).collect();
        let standings: BTreeSet<&str> = rows.iter().map(|row| row.standing).collect();
        let script = if count > 1 {
            Script::SearchOfIndex
        } else {
            Script::Search
        };
        let search_index = (count > 1).then_some("search-index.js");
        let href = |number: usize| match number {
            1 => "index.html".to_owned(),
            number => format!("page/{number}/index.html"),
        };
        let mut files = Vec::with_capacity(count);
        for number in 1..=count {
            let page = IndexPage {
                claims: rows.chunks(ROWS).nth(number - 1).unwrap_or_default(),
                total: rows.len(),
                total_text: with_commas(rows.len()),
                ratings: ratings.iter().cloned().collect(),
                claimants: claimants.iter().map(|name| (*name).clone()).collect(),
                standings: standings
                    .iter()
                    .map(|code| Choice {
                        code: (*code).to_owned(),
                        label: None,
                    })
                    .collect(),
                pages: links(number, count, href),
                search_index,
            };
            let path = href(number);
            let title = match number {
                1 => self.input.ledger.desk.clone(),
                number => format!("{}, page {number}", self.input.ledger.desk),
            };
            let frame = self.frame(&path, title, None, script);
            files.push(self.render("index.html", frame, &page, script)?);
        }
        if search_index.is_some() {
            let text = format!(
                "globalThis.factlogIndex = {};\n",
                to_json(&rows, false).trim_end()
            );
            files.push(File::text("search-index.js", text));
        }
        Ok(files)
    }

    pub(super) fn source_pages(&self) -> Result<Vec<File>, TemplateError> {
        let mut of_source: BTreeMap<SourceId, Vec<(&PublishedClaim, &PublishedVerdict)>> =
            BTreeMap::new();
        for (claim, verdict) in &self.order {
            of_source
                .entry(claim.source)
                .or_default()
                .push((claim, verdict));
        }
        let mut files = Vec::new();
        for (id, mut claims) in of_source {
            let ledger = self.input.ledger;
            let source = SourceContext::of(ledger, id, true);
            let rights = ledger
                .sources
                .get(&id)
                .map_or(Rights::Withheld, |s| s.rights);
            claims.sort_by_key(|(claim, _)| {
                let hull = claim.claim.as_ref().map(|words| words.quote.bytes);
                (hull.map(|hull| (hull.start(), hull.end())), claim.index)
            });
            let text = self
                .input
                .texts
                .get(&id)
                .filter(|_| rights == Rights::Public);
            let title = source.title.clone();
            let title = title.unwrap_or_else(|| format!("Source {}", source.short));
            let page = SourcePage {
                passages: match text {
                    Some(text) => self.whole_text(text, &claims, source.lang.as_deref()),
                    None => self.quotes(&claims),
                },
                whole: text.is_some(),
                quoted_note: text.is_none().then_some(
                    "The work is its publisher’s. What is shown are the words that claims point to, \
                     and what stands around them.",
                ),
                rights,
                claims: claims
                    .iter()
                    .map(|(claim, verdict)| Row::of(ledger, claim, Some(verdict)))
                    .collect(),
                source,
            };
            let path = format!("sources/{}/index.html", short(&id));
            let title = format!("{title} – {}", ledger.desk);
            let frame = self.frame(&path, title, None, Script::None);
            files.push(self.render("source.html", frame, &page, Script::None)?);
        }
        Ok(files)
    }

    /// A public text in paragraphs, with its claims marked. Where claims overlap, the first is marked.
    fn whole_text(
        &self,
        text: &str,
        claims: &[(&PublishedClaim, &PublishedVerdict)],
        language: Option<&str>,
    ) -> Vec<Passage> {
        let mut marks: Vec<(std::ops::Range<usize>, PieceClaim)> = Vec::new();
        for (claim, verdict) in claims {
            let Some(words) = &claim.claim else { continue };
            let range = words.quote.bytes.start()..words.quote.bytes.end();
            let is_free = marks.last().is_none_or(|(last, _)| last.end <= range.start);
            if is_free && text.get(range.clone()) == Some(words.quote.exact.as_str()) {
                marks.push((range, self.mark(claim, verdict)));
            }
        }
        let mut passages = Vec::new();
        let mut start = 0;
        for paragraph in text.split_inclusive('\n') {
            let end = start + paragraph.len();
            let mut pieces = Vec::new();
            let mut at = start;
            let here = marks
                .iter()
                .filter(|(range, _)| range.start < end && range.end > start);
            for (range, claim) in here {
                let (from, to) = (range.start.max(start), range.end.min(end));
                pieces.push(Piece {
                    text: text[at..from].to_owned(),
                    claim: None,
                });
                pieces.push(Piece {
                    text: text[from..to].to_owned(),
                    claim: Some(claim.clone()),
                });
                at = to;
            }
            pieces.push(Piece {
                text: text[at..end].to_owned(),
                claim: None,
            });
            if !paragraph.trim().is_empty() {
                passages.push(Passage {
                    lang: language.map(str::to_owned),
                    dir: language.map_or("auto", direction),
                    pieces,
                });
            }
            start = end;
        }
        passages
    }

    fn mark(&self, claim: &PublishedClaim, verdict: &PublishedVerdict) -> PieceClaim {
        PieceClaim {
            short: short(&claim.id),
            label: rated(self.input.ledger, claim, verdict).label,
            standing: verdict.standing.as_str(),
        }
    }

    /// The quotes of claims, each in its context.
    fn quotes(&self, claims: &[(&PublishedClaim, &PublishedVerdict)]) -> Vec<Passage> {
        let mut passages = Vec::new();
        for (claim, verdict) in claims {
            let Some(words) = &claim.claim else { continue };
            let piece = |text: &str, claim| Piece {
                text: text.to_owned(),
                claim,
            };
            let marked = self.mark(claim, verdict);
            passages.push(Passage {
                lang: Some(words.language.clone()),
                dir: direction(&words.language),
                pieces: vec![
                    piece(&words.quote.prefix, None),
                    piece(&words.quote.exact, Some(marked)),
                    piece(&words.quote.suffix, None),
                ],
            });
        }
        passages
    }

    pub(super) fn reviewer_pages(&self) -> Result<Vec<File>, TemplateError> {
        let mut files = Vec::new();
        for reviewer in &self.input.reviewers {
            let Some(path) = self.reviewer_path(&reviewer.name) else {
                continue;
            };
            let is_theirs = |verdict: &PublishedVerdict| verdict.reviewer == reviewer.name;
            let theirs = self.order.iter().filter(|(_, verdict)| is_theirs(verdict));
            let page =
                ReviewerPage {
                    counts: counts(theirs.map(|(claim, verdict)| {
                        (rated(self.input.ledger, claim, verdict), *verdict)
                    })),
                    claims: self.rows(|_, verdict| is_theirs(verdict)).collect(),
                    reviewer: ReviewerFields {
                        name: reviewer.name.clone(),
                        roles: reviewer.roles.clone(),
                        since_day: day(reviewer.since.date()),
                        key: reviewer.key.clone(),
                        ended: reviewer.ended.as_ref().map(|ended| EndedFields {
                            day: day(ended.at.date()),
                            reason: ended.reason.clone(),
                            tainted_from: ended.tainted_from,
                        }),
                    },
                };
            let title = format!("{} – {}", reviewer.name, self.input.ledger.desk);
            let frame = self.frame(&path, title, None, Script::None);
            files.push(self.render("reviewer.html", frame, &page, Script::None)?);
        }
        Ok(files)
    }

    /// What was changed and taken back of what is published, latest first.
    pub(super) fn corrections(&self) -> Vec<Correction> {
        let ledger = self.input.ledger;
        let mut corrections = Vec::new();
        for (claim, _) in &self.order {
            let words = claim.claim.as_ref();
            let language = words.map(|words| words.language.as_str());
            let corrected = CorrectedClaim {
                short: short(&claim.id),
                text: words.map(|words| words.text.clone()),
                lang: language.map(str::to_owned),
                dir: language.map_or("auto", direction),
            };
            for verdict in &claim.verdicts {
                let label = ledger.rating_label(verdict, language).to_owned();
                // Where nothing was published before it, nothing published was changed.
                if let Some(change) = verdict.change
                    && verdict.has_stood
                    && let Some(before) = self.stood_before(verdict)
                {
                    let change = if verdict.supersedes == Some(before.id) {
                        change
                    } else {
                        seen_change(change, &before.rating, &verdict.rating)
                    };
                    corrections.push(Correction {
                        index: verdict.index,
                        id: verdict.id.to_string(),
                        day: day(verdict.at.date()),
                        at: verdict.at.to_string(),
                        claim: corrected.clone(),
                        kind: match change {
                            VerdictChange::Update => "update",
                            VerdictChange::Correction => "correction",
                            VerdictChange::Rating => "rating",
                        },
                        by: verdict.reviewer.clone(),
                        label: label.clone(),
                        previous_label: Some(ledger.rating_label(before, language).to_owned()),
                        reason: ledger.content(verdict).and_then(|v| v.reason.clone()),
                    });
                }
                if let Some(retraction) = verdict.retraction.as_ref().filter(|_| verdict.has_stood)
                {
                    corrections.push(Correction {
                        index: retraction.index,
                        id: retraction.id.to_string(),
                        day: day(retraction.at.date()),
                        at: retraction.at.to_string(),
                        claim: corrected.clone(),
                        kind: "retraction",
                        by: retraction.by.clone(),
                        label,
                        previous_label: None,
                        reason: retraction.reason.clone(),
                    });
                }
            }
        }
        corrections.sort_by_key(|correction| std::cmp::Reverse(correction.index));
        corrections
    }

    /// Returns the latest verdict that stood of those whose place a verdict took.
    fn stood_before(&self, verdict: &PublishedVerdict) -> Option<&PublishedVerdict> {
        let at = |id: Option<VerdictId>| Some(self.verdicts.get(&id?)?.1);
        let before = std::iter::successors(at(verdict.supersedes), |v| {
            at(v.supersedes).filter(|before| before.index < v.index)
        });
        before.into_iter().find(|before| before.has_stood)
    }

    pub(super) fn corrections_page(&self) -> Result<File, TemplateError> {
        let page = CorrectionsPage {
            corrections: self.corrections(),
        };
        let title = format!("Corrections – {}", self.input.ledger.desk);
        let frame = self.frame("corrections/index.html", title, None, Script::None);
        self.render("corrections.html", frame, &page, Script::None)
    }

    pub(super) fn methods_page(&self) -> Result<File, TemplateError> {
        let (now, before) = self
            .input
            .policies
            .split_last()
            .expect("a ledger has a policy from its first entry on");
        let count = |label: &str, number: usize| Count {
            label: label.to_owned(),
            number,
            value: None,
            best: None,
            worst: None,
        };
        let checkpoint = &self.input.as_of;
        let page = MethodsPage {
            policy: PolicyContext::of(&now.1, None),
            policies: before
                .iter()
                .rev()
                .map(|(since, policy)| PolicyContext::of(policy, Some(since.date())))
                .collect(),
            counts: vec![
                count("Claims published", self.order.len()),
                count("Corrections", self.corrections().len()),
                count("Reviewers", self.input.reviewers.len()),
            ],
            commands: vec![CheckCommand {
                says: "Who has the ledger’s published files checks all of it, and that it holds the \
                       checkpoint that these pages name:",
                command: format!(
                    "factlog verify FOLDER --id {} # {} entries, root {}",
                    self.input.ledger.id, checkpoint.size, checkpoint.root
                ),
            }],
        };
        let title = format!("Methods – {}", self.input.ledger.desk);
        let frame = self.frame("methods/index.html", title, None, Script::None);
        self.render("methods.html", frame, &page, Script::None)
    }
}

/// Counts verdicts by their rating, the most frequent first.
fn counts<'v>(verdicts: impl Iterator<Item = (super::Rated, &'v PublishedVerdict)>) -> Vec<Count> {
    let mut found: BTreeMap<String, Count> = BTreeMap::new();
    for (rated, verdict) in verdicts {
        let count = found.entry(verdict.rating.to_string()).or_insert(Count {
            label: rated.label,
            number: 0,
            value: rated.value,
            best: rated.best,
            worst: rated.worst,
        });
        count.number += 1;
    }
    let mut counts: Vec<Count> = found.into_values().collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.number));
    counts
}

/// The first and the last page, and those around the current one.
fn links(current: usize, count: usize, href: impl Fn(usize) -> String) -> Vec<PageLink> {
    let mut links = Vec::new();
    let mut last = 0;
    for number in 1..=count {
        if number != 1 && number != count && number.abs_diff(current) > 2 {
            continue;
        }
        if number > last + 1 {
            links.push(PageLink::Gap { gap: true });
        }
        links.push(PageLink::Page {
            number,
            href: href(number),
            current: number == current,
        });
        last = number;
    }
    links
}

/// Writes a number for people: "1,408".
fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
