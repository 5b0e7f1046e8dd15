//! Writing what is shown as text for a person: labels on the left, words on the right.
//!
//! Every text of a source or a reviewer is made harmless here, on its way out.

use std::io::{self, Write};

use anstream::AutoStream;
use factlog::entry::Kind;
use factlog::export::{PublishedDecision, Standing};
use factlog::words::claim::{ClaimChange, Manner};
use factlog::words::policy::Policy;
use factlog::words::source::Kept;

use super::view::{
    AnswerShown, ClaimRow, ClaimShown, EntryShown, EvidenceShown, ObjectShown, ProposedShown,
    Shown, SourceShown, VerdictShown,
};
use crate::cli::desk::shown::Said;
use crate::cli::fetched::FetchRecord;
use crate::cli::highlight::Pieces;
use crate::cli::says;
use crate::cli::screen::{self, BAD, FAINT, GOOD, STRONG, WARN};

/// Columns of the labels.
const LABELS: usize = 12;

/// Writes a thing.
pub(super) fn write(shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page {
        out,
        columns: screen::columns(),
        styled: AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    };
    match shown {
        Shown::Entry(entry) => page.entry(entry),
        Shown::Object(object) => page.object(object),
        Shown::Proposed(claim) => page.proposed(claim),
    }
}

struct Page<'o, W: Write> {
    out: &'o mut W,
    columns: usize,
    styled: bool,
}

impl<W: Write> Page<'_, W> {
    fn entry(&mut self, entry: &EntryShown) -> io::Result<()> {
        self.line(&format!(
            "{}  {}",
            screen::styled(STRONG, &format!("{} {}", entry.kind, entry.id.short)),
            screen::styled(
                FAINT,
                &format!(
                    "entry {}, {}, by {}",
                    entry.index,
                    entry.at,
                    screen::one_line(&entry.by.name)
                )
            ),
        ))?;
        match entry.kind {
            Kind::Verdict => self.verdict_entry(entry)?,
            Kind::Claim => self.claim_entry(entry)?,
            Kind::Source => self.source_entry(entry)?,
            Kind::Retraction | Kind::Approval => self.answer_entry(entry)?,
            _ => self.other_entry(entry)?,
        }
        if entry.kind != Kind::Claim && !entry.answers.is_empty() {
            self.heading("Since")?;
            for answer in &entry.answers {
                self.answer(answer)?;
            }
        }
        if let Some(said) = &entry.desk {
            self.heading("The desk's own words, not signed")?;
            self.desk(said)?;
        }
        self.heading("Signed")?;
        self.field("id", &entry.id.full)?;
        let signers: Vec<String> = entry
            .signatures
            .iter()
            .map(|s| screen::one_line(s))
            .collect();
        self.field("by", &signers.join(", "))?;
        self.field(
            "chain",
            &format!("number {} of its author's entries", entry.by.n),
        )?;
        for id in &entry.gone {
            let text = match entry.erased.iter().find(|erased| erased.object == *id) {
                Some(erased) => format!("object {id} was {}", erased.words()),
                None => format!("object {id} is not there"),
            };
            self.line(&screen::styled(BAD, &text))?;
        }
        Ok(())
    }

    fn desk(&mut self, said: &Said) -> io::Result<()> {
        for (label, words) in said.lines() {
            self.field(&label, &words)?;
        }
        Ok(())
    }

    fn verdict_entry(&mut self, entry: &EntryShown) -> io::Result<()> {
        if let Some(verdict) = &entry.verdict {
            self.verdict(verdict)?;
        }
        if let Some(claim) = &entry.claim {
            self.heading("On the claim")?;
            self.claim(claim)?;
        }
        self.source_line(entry.source.as_ref())
    }

    fn claim_entry(&mut self, entry: &EntryShown) -> io::Result<()> {
        if let Some(claim) = &entry.claim {
            self.blank()?;
            self.claim(claim)?;
        }
        self.source_line(entry.source.as_ref())?;
        self.heading("Verdicts")?;
        if entry.verdicts.is_empty() {
            return self.text("none yet");
        }
        for (n, verdict) in entry.verdicts.iter().enumerate() {
            if n > 0 {
                self.blank()?;
            }
            self.line(&format!(
                "{}  {}",
                screen::styled(STRONG, &format!("verdict {}", verdict.id.short)),
                screen::styled(
                    FAINT,
                    &format!(
                        "entry {}, {}, by {}",
                        verdict.index,
                        verdict.at,
                        screen::one_line(&verdict.by)
                    )
                ),
            ))?;
            self.verdict(verdict)?;
        }
        Ok(())
    }

    fn source_entry(&mut self, entry: &EntryShown) -> io::Result<()> {
        if let Some(source) = &entry.source {
            self.blank()?;
            self.source(source)?;
        }
        self.heading("Claims")?;
        if entry.claims.is_empty() {
            self.text("none recorded; `factlog claims` has those that are proposed")?;
        }
        for claim in &entry.claims {
            self.claim_row(claim)?;
        }
        Ok(())
    }

    fn answer_entry(&mut self, entry: &EntryShown) -> io::Result<()> {
        self.blank()?;
        if let Some(note) = &entry.note {
            self.field("note", note)?;
        }
        if let Some(verdict) = &entry.verdict {
            self.heading(&format!("Of verdict {}", verdict.id.short))?;
            self.verdict(verdict)?;
        }
        if let Some(claim) = &entry.claim {
            self.heading("On the claim")?;
            self.claim(claim)?;
        }
        self.source_line(entry.source.as_ref())
    }

    fn other_entry(&mut self, entry: &EntryShown) -> io::Result<()> {
        self.blank()?;
        self.text(&entry.says)?;
        if let Some(note) = &entry.note {
            self.field("note", note)?;
        }
        if let Some(policy) = &entry.policy {
            self.policy(policy)?;
        }
        Ok(())
    }

    /// Says who approves and disputes a verdict, and what they said.
    fn decisions(&mut self, verdict: &VerdictShown) -> io::Result<()> {
        let VerdictShown {
            approvals,
            approvals_needed,
            disputes,
            ..
        } = verdict;
        if *approvals_needed > 0 || !approvals.is_empty() {
            let by: Vec<String> = approvals.iter().map(decided).collect();
            let mut text = match approvals_needed {
                0 => approvals.len().to_string(),
                needed => format!("{} of {needed}", approvals.len()),
            };
            if !by.is_empty() {
                text = format!("{text}: {}", by.join("; "));
            }
            self.field("approvals", &text)?;
        }
        for dispute in disputes {
            self.field("disputed", &format!("by {}", decided(dispute)))?;
        }
        Ok(())
    }

    fn verdict(&mut self, verdict: &VerdictShown) -> io::Result<()> {
        let style = match verdict.standing {
            Standing::Standing => GOOD,
            Standing::Proposed | Standing::Disputed => WARN,
            Standing::Superseded | Standing::Retracted | Standing::Tainted => BAD,
        };
        self.line(&format!(
            "{}  {}",
            screen::styled(STRONG, &screen::one_line(&verdict.rating_label)),
            screen::styled(style, verdict.standing.as_str()),
        ))?;
        self.decisions(verdict)?;
        if let Some(retraction) = &verdict.retraction {
            let reason = retraction.reason.as_deref().unwrap_or(says::GONE);
            self.field(
                "retracted",
                &format!(
                    "{} by {} ({}): {reason}",
                    retraction.at, retraction.by, retraction.id.short
                ),
            )?;
        }
        if let Some(by) = &verdict.superseded_by {
            self.field("superseded", &format!("by {}", by.short))?;
        }
        if verdict.on_earlier_wording {
            self.field("wording", "given on an earlier wording of the claim")?;
        }
        self.field("summary", verdict.summary.as_deref().unwrap_or(says::GONE))?;
        self.optional("rationale", verdict.rationale.as_deref())?;
        if let Some(older) = &verdict.supersedes {
            let change = verdict
                .change
                .as_ref()
                .map(says::name_of)
                .unwrap_or_default();
            let reason = verdict.reason.as_deref().unwrap_or(says::GONE);
            self.field(
                "in place of",
                &format!("{} ({change}): {reason}", older.short),
            )?;
        }
        for piece in &verdict.evidence {
            self.evidence(piece)?;
        }
        for conflict in &verdict.conflicts {
            self.field("conflict", conflict)?;
        }
        Ok(())
    }

    fn evidence(&mut self, piece: &EvidenceShown) -> io::Result<()> {
        let label = says::name_of(&piece.stance);
        let primary = if piece.primary {
            ", a primary source"
        } else {
            ""
        };
        self.field(
            &label,
            &format!("{} ({}{primary})", piece.says, piece.source.short),
        )?;
        let quote = piece.quote.as_ref().map(|quote| format!("“{quote}”"));
        self.optional("", quote.as_deref())?;
        for detail in [&piece.locator, &piece.note, &piece.unavailable, &piece.url] {
            self.optional("", detail.as_deref())?;
        }
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimShown) -> io::Result<()> {
        let text = claim.text.as_deref().unwrap_or(says::GONE);
        self.field("claim", text)?;
        let who = match (&claim.claimant, &claim.role) {
            (Some(name), Some(role)) => format!("{name}, {role}"),
            (Some(name), None) => name.clone(),
            (None, _) if claim.manner == Some(Manner::Narration) => "the article itself".to_owned(),
            (None, _) => "somebody who is not named".to_owned(),
        };
        let manner = claim.manner.as_ref().map(says::name_of).unwrap_or_default();
        self.field("said by", &format!("{who} ({manner})"))?;
        if let Some(sentence) = &claim.sentence {
            let pieces = Pieces::new(&sentence.text, &sentence.parts);
            self.labelled(
                "in",
                &pieces.wrap(self.columns, &" ".repeat(LABELS), self.styled),
            )?;
        } else if let Some(quote) = &claim.quote {
            self.field("in", &format!("“{quote}”"))?;
        }
        let found = claim.extractor.as_deref().unwrap_or("a person");
        let place = format!("bytes {} to {}, found by {found}", claim.start, claim.end);
        let place = match (&claim.id, claim.index) {
            (Some(id), Some(index)) => format!("{}, entry {index}, {place}", id.short),
            _ => place,
        };
        self.field("id", &place)?;
        if let Some(older) = &claim.supersedes {
            self.field("in place of", &older.short)?;
        }
        if let Some(by) = &claim.superseded_by {
            let change = claim.superseded_change.map(changed_words);
            let change = change.map_or_else(String::new, |change| format!(": {change}"));
            self.field("superseded", &format!("by {}{change}", by.short))?;
        }
        Ok(())
    }

    fn source_line(&mut self, source: Option<&SourceShown>) -> io::Result<()> {
        let Some(source) = source else {
            return Ok(());
        };
        let meta = source.meta.as_ref();
        let words = meta.map_or(says::GONE, |meta| &meta.words);
        self.field("source", &format!("{words} ({})", source.id.short))?;
        self.optional("", meta.and_then(|meta| meta.url.as_deref()))
    }

    fn source(&mut self, source: &SourceShown) -> io::Result<()> {
        if let Some(meta) = &source.meta {
            self.optional("title", meta.title.as_deref())?;
            self.optional("url", meta.url.as_deref())?;
            if !meta.authors.is_empty() {
                self.field("authors", &meta.authors.join(", "))?;
            }
            self.optional("publisher", meta.publisher.as_deref())?;
            let published = meta.published.map(|day| day.to_string());
            self.optional("published", published.as_deref())?;
            let retrieved = meta.retrieved.map(|time| time.to_string());
            self.optional("retrieved", retrieved.as_deref())?;
            self.optional("language", meta.language.as_deref())?;
        } else {
            self.field("title", says::GONE)?;
        }
        let kind = says::name_of(&source.source_type);
        let rights = says::name_of(&source.rights);
        self.field(
            "kind",
            &format!("{kind}, {}, rights: {rights}", source.media),
        )?;
        if let Some(raw) = &source.raw {
            self.field("as it came", &kept(raw))?;
        }
        if let Some(text) = &source.text {
            self.field("text", &kept(text))?;
        }
        self.optional("normalised", source.normalizer.as_deref())?;
        source
            .fetched
            .as_ref()
            .map_or(Ok(()), |fetched| self.fetched(fetched))
    }

    /// How a source was fetched: said apart, because nobody signed it.
    fn fetched(&mut self, fetched: &FetchRecord) -> io::Result<()> {
        self.heading("How it was fetched (kept beside the ledger; not signed)")?;
        for step in &fetched.redirects {
            self.field("redirected", step)?;
        }
        self.field("from", &fetched.url)?;
        self.field("status", &format!("{}, {}", fetched.status, fetched.at))?;
        for (name, value) in &fetched.headers {
            self.field("header", &format!("{name}: {value}"))?;
        }
        Ok(())
    }

    fn claim_row(&mut self, claim: &ClaimRow) -> io::Result<()> {
        let state = if claim.superseded {
            "superseded"
        } else {
            claim.rating.as_deref().unwrap_or("no verdict stands")
        };
        let wording = says::wording_words(claim.on_earlier_wording);
        let text = claim.text.as_deref().unwrap_or(says::GONE);
        let who = claim.claimant.as_deref().unwrap_or_default();
        self.field(
            &claim.id.short,
            &format!("{text} — {who} [{state}{wording}]"),
        )
    }

    fn answer(&mut self, answer: &AnswerShown) -> io::Result<()> {
        let date = answer.at.date();
        let words = format!("{} {date}, by {}: {}", answer.kind, answer.by, answer.says);
        self.field(&answer.id.short, &words)
    }

    fn policy(&mut self, policy: &Policy) -> io::Result<()> {
        self.heading("Ratings")?;
        for rating in &policy.scale {
            let value = rating
                .value
                .map_or_else(String::new, |value| format!(" ({value})"));
            self.line(&format!(
                "{} {}",
                screen::styled(STRONG, &screen::one_line(rating.label())),
                screen::styled(FAINT, &format!("{}{value}", rating.code)),
            ))?;
            self.text(&rating.definition)?;
        }
        self.heading("Rules")?;
        self.field(
            "approvals",
            &format!("{} by others, for a verdict to stand", policy.approvals),
        )?;
        self.field(
            "evidence",
            &format!("at least {} for a verdict", policy.evidence_least),
        )?;
        self.optional("method", policy.methodology.as_deref())
    }

    fn proposed(&mut self, shown: &ProposedShown) -> io::Result<()> {
        let number = shown.number.map_or_else(String::new, |n| format!(" {n}"));
        let score = shown
            .score
            .map_or_else(String::new, |s| format!(", worth checking {s:.2}"));
        self.line(&format!(
            "{}  {}",
            screen::styled(STRONG, &format!("claim{number}")),
            screen::styled(FAINT, &format!("{}, not recorded{score}", shown.state)),
        ))?;
        self.blank()?;
        self.claim(&shown.claim)?;
        self.source_line(Some(&shown.source))?;
        if let Some(said) = &shown.desk {
            self.desk(said)?;
        }
        self.blank()?;
        self.field("id", &shown.id.full)?;
        self.text(&format!(
            "`factlog verdict {}` judges it; `factlog review` goes through all that are proposed",
            shown.id.short
        ))
    }

    fn object(&mut self, object: &ObjectShown) -> io::Result<()> {
        let kind = object.type_name.as_deref().unwrap_or(match object.text {
            Some(_) => "text",
            None => "bytes that are not text",
        });
        let about = match (&object.erased, object.bytes) {
            (Some(erased), None) => screen::styled(BAD, &erased.words()),
            (Some(erased), Some(bytes)) => {
                let text = format!("{bytes} bytes are there, but it was {}", erased.words());
                screen::styled(BAD, &text)
            }
            (None, bytes) => {
                let bytes = bytes.unwrap_or_default();
                let text = format!("{}, {bytes} bytes", screen::one_line(kind));
                screen::styled(FAINT, &text)
            }
        };
        let name = screen::styled(STRONG, &format!("object {}", object.id.short));
        self.line(&format!("{name}  {about}"))?;
        self.field("id", &object.id.full)?;
        for entry in &object.entries {
            let words = format!("entry {}, {}: {}", entry.index, entry.kind, entry.says);
            self.field(&entry.id.short, &words)?;
        }
        if object.bytes.is_none() {
            return Ok(());
        }
        self.blank()?;
        if let Some(content) = &object.content {
            let text = serde_json::to_string_pretty(content).unwrap_or_default();
            self.line(&screen::visible(&text))
        } else if let Some(text) = &object.text {
            self.line(screen::visible(text).trim_end_matches('\n'))
        } else {
            self.text("`factlog show ID --raw > FILE` writes the bytes")
        }
    }

    fn heading(&mut self, words: &str) -> io::Result<()> {
        self.blank()?;
        self.line(&screen::styled(STRONG, words))
    }

    fn optional(&mut self, label: &str, words: Option<&str>) -> io::Result<()> {
        words.map_or(Ok(()), |words| self.field(label, words))
    }

    /// Writes a label and words, wrapped beside it.
    fn field(&mut self, label: &str, words: &str) -> io::Result<()> {
        let wrapped = screen::wrap(words, self.columns, &" ".repeat(LABELS));
        self.labelled(label, &wrapped)
    }

    /// Writes a label over the indent of the first line of a wrapped text.
    fn labelled(&mut self, label: &str, wrapped: &str) -> io::Result<()> {
        let label = screen::cut(label, LABELS - 1);
        let pad = " ".repeat(LABELS - screen::width(&label));
        let words = wrapped.get(LABELS..).unwrap_or_default();
        self.line(&format!("{}{pad}{words}", screen::styled(FAINT, &label)))
    }

    fn text(&mut self, words: &str) -> io::Result<()> {
        let wrapped = screen::wrap(words, self.columns, "  ");
        self.line(&wrapped)
    }

    fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    fn line(&mut self, words: &str) -> io::Result<()> {
        writeln!(self.out, "{words}")
    }
}

fn kept(kept: &Kept) -> String {
    format!("{} bytes, object {}", kept.bytes, kept.blake3)
}

/// Names who decided, with what they said.
fn decided(decision: &PublishedDecision) -> String {
    let note = decision.note.as_ref();
    let note = note.map_or_else(String::new, |note| format!(", “{note}”"));
    format!("{} (entry {}){note}", decision.by, decision.index)
}

/// Says what the claim that took another's place has that is not that one's.
const fn changed_words(change: ClaimChange) -> &'static str {
    match change {
        ClaimChange::Attribution => "it has another speaker",
        ClaimChange::Wording => "it has other words now",
        ClaimChange::Span => "it stands at another place in the text",
        ClaimChange::Anchor => "it stands in another version of the source",
    }
}
