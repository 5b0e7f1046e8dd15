//! A claim as `search` and `similar` show it: read from the ledger, never from the index.

use std::fmt::Write as _;
use std::io::{self, Write};

use factlog::audit::standing::Standing;
use factlog::entry::Body;
use factlog::find::{self, Query, stems};
use factlog::ledger::{Ledger, LedgerError};
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, SourceId};
use factlog::words::source::Meta;
use factlog::words::time::DayOrTime;
use rayon::prelude::*;
use serde::Serialize;

use super::claim_list;
use super::highlight::Pieces;
use super::index;
use super::says;
use super::screen::{self, FAINT, GOOD, WARN};

/// A text longer than so many bytes is shown around its first match.
const LONG: usize = 240;

/// Of a long text, so many bytes before the first match are shown.
const BEFORE: usize = 60;

/// What a verdict's summary is called.
const SUMMARY: &str = "summary";

/// A claim that was found.
#[derive(Serialize)]
pub(crate) struct Hit {
    id: ClaimId,
    short: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    claimant: Option<HitClaimant>,
    language: String,
    source: SourceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// When it was said, else published, as the ledger has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<DayOrTime>,
    status: Vec<String>,
    /// The claim that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<String>,
    verdicts: Vec<HitVerdict>,
    #[serde(skip)]
    quote: String,
    #[serde(skip)]
    who: String,
}

#[derive(Serialize)]
struct HitClaimant {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
}

#[derive(Serialize)]
struct HitVerdict {
    id: String,
    rating: String,
    standing: Standing,
    /// Whether it was given on an earlier wording of the claim.
    on_earlier_wording: bool,
    reviewer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
}

/// Words of a claim, or about it, in which a query's words stand.
#[derive(Serialize)]
pub(crate) struct Snippet {
    /// What the words are of.
    #[serde(rename = "in")]
    of: &'static str,
    text: String,
    /// The ranges that match, in bytes of the text.
    marks: Vec<(usize, usize)>,
}

impl Hit {
    /// Reads claims on all cores, in their order; of each `None` where its words are not there any more.
    pub(crate) fn all(ledger: &Ledger, ids: &[ClaimId]) -> Result<Vec<Option<Self>>, LedgerError> {
        ids.par_iter().map(|id| Self::of(ledger, *id)).collect()
    }

    /// Reads a claim; `None` where its words are not there any more.
    pub(crate) fn of(ledger: &Ledger, id: ClaimId) -> Result<Option<Self>, LedgerError> {
        let entry = ledger.entry(&id.entry())?.entry;
        let Body::Claim(fields) = entry.body() else {
            return Ok(None);
        };
        let Some(claim) = says::readable::<Claim>(ledger, &fields.claim)? else {
            return Ok(None);
        };
        let meta: Option<Meta> = match ledger.entry(&fields.source.entry())?.entry.body() {
            Body::Source(source) => says::readable(ledger, &source.meta)?,
            _ => None,
        };
        let judged = index::judged(ledger, id, fields)?;
        let superseded_by = says::superseded_claim(ledger, id)?;
        let superseded_by = superseded_by.map(|by| ledger.short(by.as_bytes()));
        let said = claim.said.as_ref().and_then(|said| said.date);
        Ok(Some(Self {
            id,
            short: ledger.short(&id.0)?,
            who: claim_list::who(&claim),
            claimant: claim.claimant.map(|claimant| HitClaimant {
                name: claimant.name,
                role: claimant.role,
            }),
            text: claim.text,
            language: claim.language,
            quote: claim.quote.exact,
            source: fields.source,
            day: said.or(meta.as_ref().and_then(|meta| meta.published)),
            title: meta.and_then(|meta| meta.title),
            status: index::statuses(ledger, id, &judged)?,
            superseded_by: superseded_by.transpose()?,
            verdicts: judged
                .into_iter()
                .map(|judged| HitVerdict {
                    id: judged.id.to_string(),
                    rating: judged.rating,
                    standing: judged.standing,
                    on_earlier_wording: judged.on_earlier_wording,
                    reviewer: judged.reviewer,
                    summary: judged.summary,
                })
                .collect(),
        }))
    }

    /// Says in a line what it claims and how it was judged.
    pub(crate) fn in_short(&self) -> String {
        let verdicts = self.verdicts.iter();
        let verdicts = verdicts.map(|verdict| format!("{} ({})", verdict.rating, verdict.standing));
        let judged = match verdicts.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "unjudged".to_owned(),
            verdicts => verdicts,
        };
        format!("{} {} – {judged}", self.short, screen::cut(&self.text, 120))
    }

    /// Returns where a query's words stand: always in the claim's own words, and elsewhere where they
    /// say more.
    pub(crate) fn snippets(&self, query: &Query) -> Vec<Snippet> {
        let english = stems::is_english(&self.language);
        let snippet = |of, text: &str| {
            let marks = find::marks(text, query, english);
            Snippet::cut(of, text, marks)
        };
        let mut found = vec![snippet("text", &self.text)];
        let summaries = self
            .verdicts
            .iter()
            .filter_map(|verdict| verdict.summary.as_deref());
        let others = [
            (
                "claimant",
                self.claimant.as_ref().map(|_| self.who.as_str()),
            ),
            ("quote", Some(self.quote.as_str())),
            ("title", self.title.as_deref()),
        ];
        let others = others
            .into_iter()
            .filter_map(|(of, text)| Some((of, text?)))
            .chain(summaries.map(|summary| (SUMMARY, summary)));
        for (of, text) in others {
            let other = snippet(of, text);
            let is_new = |text: String| {
                let known = |snippet: &Snippet| snippet.marked().any(|mark| mark == text);
                !found.iter().any(known)
            };
            if other.marked().any(is_new) {
                found.push(other);
            }
        }
        found
    }

    /// Prints it for a person.
    pub(crate) fn print(
        &self,
        out: &mut impl Write,
        head: &str,
        snippets: &[Snippet],
        styled: bool,
    ) -> io::Result<()> {
        const INDENT: &str = "  ";
        let columns = screen::columns();
        writeln!(out, "{head}{}", screen::styled(FAINT, &self.short))?;
        match snippets.first() {
            Some(own) => writeln!(out, "{}", own.wrap(columns, INDENT, styled))?,
            None => writeln!(out, "{}", screen::wrap(&self.text, columns, INDENT))?,
        }
        let mut about = self.who.clone();
        if let Some(day) = self.day {
            let _ = write!(about, " · {day}");
        }
        if let Some(title) = &self.title {
            let _ = write!(about, " · {}", screen::cut(title, 60));
        }
        if let Some(by) = &self.superseded_by {
            let _ = write!(about, " · superseded by {by}");
        } else if self.verdicts.is_empty() {
            about.push_str(" · unjudged");
        }
        let about = screen::wrap(&about, columns, INDENT);
        writeln!(out, "{}", screen::styled(FAINT, &about))?;
        let of_summary = |snippet: &&Snippet| snippet.of == SUMMARY;
        // A summary stands below, with its verdict.
        for snippet in snippets.iter().skip(1).filter(|s| !of_summary(s)) {
            let line = snippet.wrap(columns, "    ", styled);
            writeln!(out, "  {}: {}", snippet.of, line.trim_start())?;
        }
        for verdict in &self.verdicts {
            let style = if verdict.standing == Standing::Standing {
                GOOD
            } else {
                WARN
            };
            let summary = verdict.summary.as_deref().unwrap_or(says::GONE);
            writeln!(
                out,
                "  {} ({}{}) by {} {}",
                screen::styled(style, &verdict.rating),
                verdict.standing,
                says::wording_words(verdict.on_earlier_wording),
                screen::one_line(&verdict.reviewer),
                screen::styled(FAINT, &verdict.id[..8]),
            )?;
            let marked = snippets
                .iter()
                .filter(of_summary)
                .find(|s| s.text == summary);
            let summary = match marked {
                Some(marked) => marked.wrap(columns, "    ", styled),
                None => screen::wrap(summary, columns, "    "),
            };
            writeln!(out, "{summary}")?;
        }
        Ok(())
    }
}

impl Snippet {
    fn cut(of: &'static str, text: &str, marks: Vec<(usize, usize)>) -> Self {
        let whole = |text: &str, marks| Self {
            of,
            text: text.to_owned(),
            marks,
        };
        let first = marks.first().map_or(0, |(start, _)| *start);
        // A claim's own words are shown whole.
        if text.len() <= LONG || of == "text" {
            return whole(text, marks);
        }
        let word = |at: usize| {
            let at = text.floor_char_boundary(at);
            text[..at].rfind(char::is_whitespace).map_or(0, |space| {
                space + text[space..].chars().next().map_or(0, char::len_utf8)
            })
        };
        let start = if first <= BEFORE {
            0
        } else {
            word(first - BEFORE)
        };
        let end = if text.len() - start <= LONG {
            text.len()
        } else {
            word(start + LONG).max(text.floor_char_boundary(start + BEFORE))
        };
        let before = if start > 0 { "…" } else { "" };
        let after = if end < text.len() { "…" } else { "" };
        let words = text[start..end].trim_end();
        let inside = marks
            .into_iter()
            .filter(|(from, to)| *from >= start && *to <= start + words.len())
            .map(|(from, to)| (from - start + before.len(), to - start + before.len()));
        let inside = inside.collect();
        whole(&format!("{before}{words}{after}"), inside)
    }

    fn marked(&self) -> impl Iterator<Item = String> {
        let words = self
            .marks
            .iter()
            .filter_map(|(start, end)| self.text.get(*start..*end));
        words.map(str::to_lowercase)
    }

    fn wrap(&self, columns: usize, indent: &str, styled: bool) -> String {
        Pieces::new(&self.text, &self.marks).wrap(columns, indent, styled)
    }
}
