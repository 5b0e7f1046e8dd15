//! A claim as it is shown when it is asked about: in its sentence, in its paragraphs, in its source.

use std::fmt::Write as _;
use std::io;

use anstream::{AutoStream, ColorChoice};
use factlog::words::span::Span;

use super::words;
use crate::cli::claim_list::ClaimLine;
use crate::cli::context::Context;
use crate::cli::highlight::Pieces;
use crate::cli::pager;
use crate::cli::screen::{self, FAINT, STRONG};

/// Bytes of the paragraph that are shown before and after a claim's sentence.
const CONTEXT: usize = 160;

/// Shows a claim in its sentence, with what was decided about it.
pub(super) fn claim(line: &ClaimLine, decided: &str, at: usize, of: usize) {
    let columns = screen::columns();
    let title = format!("{} of {of}", at + 1);
    let source = format!(
        "{} ({})",
        line.source.label(),
        &line.source.id.to_string()[..8]
    );
    let head = [
        screen::styled(STRONG, &title),
        screen::styled(FAINT, &source),
        decided.to_owned(),
    ];
    let mut shown = format!("\n{}", screen::fold(head.join("  ").trim_end(), columns));
    let _ = write!(shown, "\n{}\n\n", in_its_sentence(line, columns));
    let mut field = |name: &str, text: &str| {
        let text = screen::wrap(text, columns, "            ");
        let _ = writeln!(shown, "  {name:<9} {}", text.trim_start());
    };
    field("claim", &screen::one_line(&line.claim.text));
    field("said by", &line.who());
    if let Some(worth) = line.worth {
        field("worth", &format!("{:.2} ({})", worth.score, worth.reason));
    }
    say(&shown);
}

/// Shows the paragraph that a claim stands in, the one before and the one after.
pub(super) fn around(context: &Context, line: &ClaimLine) {
    let text = &line.source.text;
    let hull = line.claim.quote.bytes;
    let paragraphs = paragraphs(text);
    let own = paragraphs
        .iter()
        .position(|paragraph| paragraph.contains(hull) || paragraph.overlaps(hull));
    let Some(own) = own else {
        context
            .say("the claim's words stand in no paragraph of their own: w shows the whole source");
        return;
    };
    let columns = screen::columns();
    let mut shown = String::new();
    let last = (own + 2).min(paragraphs.len());
    for paragraph in &paragraphs[own.saturating_sub(1)..last] {
        let _ = write!(shown, "\n{}\n", marked(line, *paragraph, columns, "  "));
    }
    pager::show(context, &shown, 1);
}

/// Shows the whole source in the pager, from a little before the claim on.
pub(super) fn whole(context: &Context, line: &ClaimLine) {
    /// Lines that are shown before the claim's own.
    const BEFORE: usize = 3;
    let text = &line.source.text;
    let columns = screen::columns();
    let mut shown = String::new();
    let mut from = 1;
    for paragraph in paragraphs(text) {
        if paragraph.overlaps(line.claim.quote.bytes) && from == 1 {
            from = (shown.lines().count() + 1).saturating_sub(BEFORE).max(1);
        }
        let _ = write!(shown, "{}\n\n", marked(line, paragraph, columns, ""));
    }
    pager::show(context, &shown, from);
}

/// Writes what will be signed of a claim, in words.
pub(super) fn in_full(line: &ClaimLine, columns: usize) -> String {
    let mut shown = String::new();
    let claim = &line.claim;
    let mut field = |name: &str, text: &str| {
        let text = screen::wrap(&screen::one_line(text), columns, "              ");
        let _ = writeln!(shown, "  {name:<11} {}", text.trim_start());
    };
    field("claim", &claim.text);
    let words = words::quoted(&line.source.text, &claim.parts);
    field("words", &format!("“{words}”"));
    match &claim.claimant {
        Some(claimant) => field("said by", &claimant.name),
        None => field("said by", &line.who()),
    }
    let claimant = claim.claimant.as_ref();
    if let Some(role) = claimant.and_then(|claimant| claimant.role.as_deref()) {
        field("role", role);
    }
    if let Some(same_as) = claimant.and_then(|claimant| claimant.same_as.as_deref()) {
        field("who is", same_as);
    }
    let cue = claim.cue.and_then(|cue| cue.of(&line.source.text).ok());
    let manner = super::form::manner_name(claim.manner);
    match cue {
        Some(cue) => field("manner", &format!("{manner}: “{cue}”")),
        None => field("manner", manner),
    }
    if let Some(said) = &claim.said {
        let date = said.date.map(|date| date.to_string());
        let told = [date, said.occasion.clone(), said.place.clone()];
        let told: Vec<String> = told.into_iter().flatten().collect();
        field("said", &told.join(", "));
    }
    for added in &claim.added {
        field("added", &format!("“{}”", added.text.trim()));
    }
    let bytes = claim.quote.bytes;
    field(
        "place",
        &format!(
            "bytes {} to {} of {} ({})",
            bytes.start(),
            bytes.end(),
            line.source.label(),
            &line.source.id.to_string()[..8]
        ),
    );
    field("language", &claim.language);
    let found = line.extractor.as_deref();
    field("found by", found.unwrap_or("a person"));
    shown
}

fn say(text: &str) {
    use io::Write as _;
    let _ = anstream::stderr().write_all(screen::isolated(text).as_bytes());
}

/// Returns the sentence with what stands around it, the claim's own words set off.
fn in_its_sentence(line: &ClaimLine, columns: usize) -> String {
    let text = &line.source.text;
    let sentence = line.sentence();
    let paragraph_start = text[..sentence.start()].rfind('\n').map_or(0, |at| at + 1);
    let paragraph_end = text[sentence.end()..]
        .find('\n')
        .map_or(text.len(), |at| sentence.end() + at);
    let start = floor(text, sentence.start().saturating_sub(CONTEXT)).max(paragraph_start);
    let end = floor(text, (sentence.end() + CONTEXT).min(text.len())).min(paragraph_end);
    let Ok(around) = Span::new(start, end) else {
        return String::new();
    };
    let before = if start > paragraph_start { "…" } else { "" };
    let after = if end < paragraph_end { "…" } else { "" };
    pieces(line, around, before, after).wrap(columns, "  ", is_styled())
}

/// Returns a span of the source's text, wrapped, the claim's own words set off.
fn marked(line: &ClaimLine, span: Span, columns: usize, indent: &str) -> String {
    pieces(line, span, "", "").wrap(columns, indent, is_styled())
}

fn pieces(line: &ClaimLine, span: Span, before: &str, after: &str) -> Pieces {
    let words = span.of(&line.source.text).unwrap_or_default();
    let own = line.claim.parts.iter().filter_map(|part| {
        let start = part.start().max(span.start());
        let end = part.end().min(span.end());
        let own = Span::new(start, end).ok()?;
        let shift = before.len();
        Some((
            own.start() - span.start() + shift,
            own.end() - span.start() + shift,
        ))
    });
    Pieces::new(&format!("{before}{words}{after}"), &own.collect::<Vec<_>>())
}

/// Returns the paragraphs of a text, without the lines between them.
fn paragraphs(text: &str) -> Vec<Span> {
    let lines = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line.trim_end()))
    });
    let lines = lines.filter_map(|(start, line)| Span::new(start, start + line.len()).ok());
    lines.collect()
}

fn is_styled() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
