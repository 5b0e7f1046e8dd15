//! Findings and rules, for a person and as JSON.

#![expect(
    clippy::struct_field_names,
    reason = "the fields are those of the JSON"
)]

use std::fmt::Write as _;
use std::io::Write as _;

use factlog::claimreview::rules::{self, Rule};
use factlog::claimreview::{Finding, Report, Severity};
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::exit::Status;
use crate::cli::json_out;
use crate::cli::screen::{self, BAD, FAINT, STRONG, WARN};
use crate::cli::stdout;

/// How many of what was found.
#[derive(Default, Serialize)]
pub(super) struct Counts {
    files: usize,
    reviews: usize,
    errors: usize,
    warnings: usize,
    advice: usize,
    /// Files of a folder without any markup.
    pub(super) passed_over: usize,
    /// Files of a folder that can't be read.
    pub(super) unread: usize,
}

impl Counts {
    pub(super) fn add(&mut self, report: &Report) {
        self.files += 1;
        self.reviews += report.reviews;
        for finding in &report.findings {
            match finding.rule.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Advice => self.advice += 1,
            }
        }
    }

    pub(super) const fn status(&self, is_strict: bool) -> Status {
        if self.errors > 0 || self.unread > 0 || is_strict && self.warnings > 0 {
            Status::Failed
        } else {
            Status::Done
        }
    }

    /// Says in a sentence what was found, and what was not shown.
    pub(super) fn summary(&self, floor: Severity) -> String {
        let counted = |n: usize, one: &str, many: &str| screen::counted(n as u64, one, many);
        let mut text = format!(
            "{} in {}: {}, {}",
            counted(self.reviews, "review", "reviews"),
            counted(self.files, "file", "files"),
            counted(self.errors, "error", "errors"),
            counted(self.warnings, "warning", "warnings"),
        );
        if self.advice > 0 {
            let _ = write!(
                text,
                ", {}",
                counted(self.advice, "piece of advice", "pieces of advice")
            );
            if floor > Severity::Advice {
                text.push_str(" (--severity advice shows them)");
            }
        }
        if self.passed_over > 0 {
            let files = counted(self.passed_over, "file has", "files have");
            let _ = write!(text, "; {files} no markup of fact-checks");
        }
        if self.unread > 0 {
            let _ = write!(
                text,
                "; {} can't be read",
                counted(self.unread, "file", "files")
            );
        }
        text
    }
}

/// What `--json` prints of a file.
#[derive(Serialize)]
pub(super) struct Checked {
    file: String,
    reviews: usize,
    findings: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    code: &'static str,
    severity: Severity,
    line: usize,
    column: usize,
    pointer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    why: &'static str,
    fix: &'static str,
}

impl Checked {
    pub(super) fn new(file: String, reviews: usize, findings: &[Finding]) -> Self {
        let line = |finding: &Finding| Line {
            code: finding.rule.code,
            severity: finding.rule.severity,
            line: finding.line,
            column: finding.column,
            pointer: finding.pointer.clone(),
            found: finding.found.clone(),
            what: finding.rule.what,
            note: finding.note.clone(),
            why: finding.rule.why,
            fix: finding.rule.fix,
        };
        Self {
            file,
            reviews,
            findings: findings.iter().map(line).collect(),
        }
    }
}

/// Prints what was found in all files.
pub(super) fn json(files: Vec<Checked>, counts: &Counts) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct All<'a> {
        files: Vec<Checked>,
        counts: &'a Counts,
    }
    json_out::print(&All { files, counts })
}

/// Writes the findings of a file: where and what on a line that other programs can read, then the
/// reason and the fix.
pub(super) fn findings(name: &str, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let Rule {
            code,
            severity,
            what,
            why,
            fix,
        } = finding.rule;
        let place = format!("{name}:{}:{}", finding.line, finding.column);
        let style = style(*severity);
        let _ = writeln!(
            text,
            "{place}: {} {code}: {what}",
            screen::styled(style, severity.as_str())
        );
        let mut more = Vec::new();
        if !finding.pointer.is_empty() {
            more.push(format!("at {}", screen::one_line(&finding.pointer)));
        }
        if let Some(found) = &finding.found {
            more.push(format!("found {:?}", screen::one_line(found)));
        }
        if let Some(note) = &finding.note {
            more.push(screen::one_line(note));
        }
        if !more.is_empty() {
            let _ = writeln!(text, "  {}", more.join("; "));
        }
        let _ = writeln!(text, "  {} {why}", screen::styled(FAINT, "why:"));
        let _ = writeln!(text, "  {} {fix}", screen::styled(FAINT, "fix:"));
    }
    text
}

const fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARN,
        Severity::Advice => FAINT,
    }
}

/// Prints all rules of a severity and above.
pub(super) fn rules(context: &Context, floor: Severity) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct All {
        rules: Vec<&'static Rule>,
    }
    let rules: Vec<&Rule> = rules::all().filter(|rule| rule.severity >= floor).collect();
    if context.global.json {
        return json_out::print(&All { rules });
    }
    let columns = screen::columns();
    let mut text = String::new();
    for rule in rules {
        let severity = screen::styled(style(rule.severity), rule.severity.as_str());
        let _ = writeln!(
            text,
            "{} ({severity}): {}",
            screen::styled(STRONG, rule.code),
            rule.what
        );
        for (head, words) in [("why:", rule.why), ("fix:", rule.fix)] {
            let words = screen::wrap(words, columns, "       ");
            let _ = writeln!(
                text,
                "  {} {}",
                screen::styled(FAINT, head),
                words.trim_start()
            );
        }
    }
    stdout::styled().write_all(text.as_bytes())?;
    Ok(())
}
