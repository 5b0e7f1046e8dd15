//! A claim as it is shown when it is asked about: in its sentence, with what stands around it.

use std::io::Write as _;

use factlog::words::span::Span;

use crate::cli::claim_list::ClaimLine;
use crate::cli::screen::{self, FAINT, STRONG};

/// Bytes of the paragraph that are shown before and after a claim's sentence.
const CONTEXT: usize = 160;

/// Shows a claim in its sentence.
pub(super) fn claim(line: &ClaimLine, at: usize, of: usize) {
    let mut err = anstream::stderr().lock();
    let columns = screen::columns();
    let title = format!("{} of {of}", at + 1);
    let source = format!(
        "{} ({})",
        line.source.label(),
        &line.source.id.to_string()[..8]
    );
    let _ = writeln!(
        err,
        "\n{}  {}",
        screen::styled(STRONG, &title),
        screen::styled(FAINT, &source)
    );
    let _ = writeln!(err, "{}\n", in_its_sentence(line, columns));
    let mut field = |name: &str, text: &str| {
        let text = screen::wrap(text, columns, "            ");
        let _ = writeln!(err, "  {name:<9} {}", text.trim_start());
    };
    field("claim", &screen::one_line(&line.claim.text));
    field("said by", &line.who());
    if let Some(worth) = line.worth {
        field("worth", &format!("{:.2} ({})", worth.score, worth.reason));
    }
}

/// Stands for the beginning of a claim's own words while lines are wrapped.
const OPEN: char = '\u{e000}';
/// Stands for their end.
const CLOSE: char = '\u{e001}';

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
    let mut marked = String::new();
    let mut at = start;
    let push = |from: usize, to: usize| {
        text[from..to]
            .chars()
            .filter(|c| ![OPEN, CLOSE].contains(c))
            .collect::<String>()
    };
    for part in parts_in(&line.claim.parts, start, end) {
        marked += &push(at, part.start());
        marked.push(OPEN);
        marked += &push(part.start(), part.end());
        marked.push(CLOSE);
        at = part.end();
    }
    marked += &push(at, end);
    let before = if start > paragraph_start { "…" } else { "" };
    let after = if end < paragraph_end { "…" } else { "" };
    let wrapped = screen::wrap(&format!("{before}{}{after}", marked.trim()), columns, "  ");
    wrapped
        .replace(OPEN, &STRONG.to_string())
        .replace(CLOSE, &format!("{STRONG:#}"))
}

fn parts_in(parts: &[Span], start: usize, end: usize) -> impl Iterator<Item = Span> {
    parts
        .iter()
        .copied()
        .filter(move |part| start <= part.start() && part.end() <= end)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
