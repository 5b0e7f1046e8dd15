//! The form that a verdict is written in: plain text that explains itself.

use factlog::words::policy::{Policy, RatingCode};
use factlog::words::verdict::{Stance, VerdictChange};

use super::build::Judgement;
use super::drafted::Drafted;
use super::evidence::Request;
use crate::cli::add::word;
use crate::cli::claim_list::ClaimLine;
use crate::cli::near;
use crate::cli::ratings;
use crate::cli::screen;

/// What says that there are no conflicts of interest.
const NONE: &str = "none";

/// Columns of the explanations.
const COLUMNS: usize = 96;

/// What is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormFault {
    /// The summary is empty: the person wants to stop.
    #[error("the summary is empty")]
    NoSummary,
    /// Words that belong to no field.
    #[error("line {line}: {words:?} belongs to no field")]
    Outside {
        /// The line, from 1.
        line: usize,
        /// The words.
        words: String,
    },
    /// A line that begins like a field, and like none of ours.
    #[error("line {line}: {label}: is no field: {}", advice(*.near))]
    Unknown {
        /// The line, from 1.
        line: usize,
        /// What stands before the colon.
        label: String,
        /// The field that was probably meant.
        near: Option<&'static str>,
    },
    /// A field twice.
    #[error("line {line}: {field}: is there twice")]
    Twice {
        /// The line, from 1.
        line: usize,
        /// The field.
        field: &'static str,
    },
    /// A field of evidence without evidence.
    #[error("line {line}: {field}: stands before any supports:, refutes: or context:")]
    NoEvidence {
        /// The line, from 1.
        line: usize,
        /// The field.
        field: &'static str,
    },
    /// A field that must have a value has none.
    #[error("{field}: is empty")]
    Empty {
        /// The field.
        field: &'static str,
    },
    /// A field has a value that it can't have.
    #[error("{field}: {value:?} is not {wanted}")]
    Value {
        /// The field.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What should.
        wanted: &'static str,
    },
}

/// Says what to do about a line that begins like a field.
fn advice(near: Option<&str>) -> String {
    let text = "put a space before it if it belongs to the text above";
    near.map_or_else(
        || text.to_owned(),
        |near| format!("did you mean {near}:? Else {text}"),
    )
}

const FIELDS: [&str; 16] = [
    "rating",
    "summary",
    "supports",
    "refutes",
    "context",
    "quote",
    "nth",
    "primary",
    "locator",
    "note",
    "unavailable",
    "conflicts",
    "supersedes",
    "change",
    "reason",
    "rationale",
];

/// Writes a form: empty, or with what was judged before.
///
/// `disputes` says who disputes the verdict whose place it takes, and why.
pub(crate) fn render(
    line: &ClaimLine,
    policy: &Policy,
    judgement: Option<&Judgement>,
    disputes: &[String],
) -> String {
    let mut form = explained(line, policy);
    let empty = String::new();
    let get = |value: fn(&Judgement) -> String| judgement.map_or_else(|| empty.clone(), value);
    let conclusion = Conclusion {
        rating: &get(|j| j.rating.to_string()),
        summary: &get(|j| j.summary.clone()),
        evidence: judgement.map_or(&[], |j| &j.evidence),
        conflicts: &get(conflicts),
    };
    conclusion.write(&mut form);
    if judgement.is_some_and(|j| j.supersedes.is_some()) {
        form.push_str(
            "\n# The verdict in whose place this one stands; what changes; and why, which is published.\n\
             #   update      new facts; what it said was right when it was said\n\
             #   correction  something was wrong; the conclusion is the same\n\
             #   rating      the conclusion changes\n",
        );
        for dispute in disputes {
            form.push_str(&screen::wrap(
                &format!("The other is {dispute}"),
                COLUMNS,
                "# ",
            ));
            form.push('\n');
        }
        field(
            &mut form,
            "supersedes",
            &get(|j| j.supersedes.clone().unwrap_or_default()),
        );
        field(
            &mut form,
            "change",
            &get(|j| j.change.map_or("", change_name).to_owned()),
        );
        field(
            &mut form,
            "reason",
            &get(|j| j.reason.clone().unwrap_or_default()),
        );
    }
    end(&mut form, &get(|j| j.rationale.clone().unwrap_or_default()));
    form
}

/// Writes a form with what was drafted.
pub(super) fn render_draft(
    line: &ClaimLine,
    policy: &Policy,
    draft: &Drafted,
    evidence: &[Request],
) -> String {
    let mut form = explained(line, policy);
    let rating = draft.rating.as_ref().map_or("", RatingCode::as_str);
    let conclusion = Conclusion {
        rating,
        summary: &draft.summary,
        evidence,
        conflicts: "",
    };
    conclusion.write(&mut form);
    end(&mut form, draft.rationale.as_deref().unwrap_or_default());
    form
}

/// What a form has of every verdict.
struct Conclusion<'a> {
    rating: &'a str,
    summary: &'a str,
    evidence: &'a [Request],
    conflicts: &'a str,
}

impl Conclusion<'_> {
    /// Writes them.
    fn write(&self, form: &mut String) {
        field(form, "rating", self.rating);
        form.push_str("\n# The conclusion in a sentence or two. It is published.\n");
        field(form, "summary", self.summary);
        form.push_str(EVIDENCE);
        for request in self.evidence {
            evidence(form, request);
        }
        form.push_str("\n# Your conflicts of interest, one a line; none, if you have none.\n");
        field(form, "conflicts", self.conflicts);
    }
}

/// Returns what a judgement says of conflicts of interest.
fn conflicts(judgement: &Judgement) -> String {
    if judgement.declares && judgement.conflicts.is_empty() {
        NONE.to_owned()
    } else {
        judgement.conflicts.join("\n")
    }
}

fn end(form: &mut String, rationale: &str) {
    form.push_str("\n# The reasoning, at length, if you like. All that follows is part of it.\n");
    field(form, "rationale", rationale);
}

/// Writes a form's explanation: what is judged, and the scale.
fn explained(line: &ClaimLine, policy: &Policy) -> String {
    let mut form = String::new();
    let mut explain = |text: &str| {
        let lines = screen::wrap(text, COLUMNS, "# ");
        form.push_str(if lines.is_empty() { "#" } else { &lines });
        form.push('\n');
    };
    explain(
        "Your verdict on a claim. Lines that begin with # are left out. Fill in rating and summary, save, and close the editor. An empty summary stops: nothing is signed.",
    );
    explain("");
    explain(&format!("Claim: {}", screen::one_line(&line.claim.text)));
    explain(&format!("Said by: {}", line.who()));
    if let Ok(sentence) = line.sentence().of(&line.source.text) {
        explain(&format!("Sentence: {}", screen::one_line(sentence)));
    }
    explain(&format!("Source: {}", line.source.label()));
    explain("");
    explain("One of:");
    for rating in &policy.scale {
        let text = format!(
            "{:<16} {}",
            rating.code.as_str(),
            screen::one_line(&rating.definition)
        );
        form.extend(["#   ", &text, "\n"]);
    }
    form
}

const EVIDENCE: &str = "
# Evidence: begin each with supports:, refutes: or context: and a file, an address, or a source's
# id. What belongs to it follows: quote: (the exact words), nth: (which, where they stand there
# several times), primary: yes (the record itself), locator: (page, cell, time), note:,
# unavailable: (why no copy is kept). For example:
#   supports: un-charter.txt
#   quote: The Members of the United Nations agree to accept
#   primary: yes
";

/// Writes the names of a change as the formats do.
pub(crate) const fn change_name(change: VerdictChange) -> &'static str {
    match change {
        VerdictChange::Update => "update",
        VerdictChange::Correction => "correction",
        VerdictChange::Rating => "rating",
    }
}

/// Says what a change means, in the words that fact-checkers use.
pub(crate) const fn change_words(change: VerdictChange) -> &'static str {
    match change {
        VerdictChange::Update => "update: new facts; what it said was right when it was said",
        VerdictChange::Correction => "correction: something was wrong; the conclusion is the same",
        VerdictChange::Rating => "rating: the conclusion changes",
    }
}

/// Writes the name of a stance as the formats do.
pub(crate) const fn stance_name(stance: Stance) -> &'static str {
    match stance {
        Stance::Supports => "supports",
        Stance::Refutes => "refutes",
        Stance::Context => "context",
    }
}

fn evidence(form: &mut String, request: &Request) {
    field(form, stance_name(request.stance), &request.what);
    let nth = request.nth.map(|nth| nth.to_string());
    let details = [
        ("quote", &request.quote),
        ("nth", &nth),
        ("locator", &request.locator),
        ("note", &request.note),
        ("unavailable", &request.unavailable),
    ];
    for (name, value) in details {
        if let Some(value) = value {
            field(form, name, value);
        }
    }
    if request.primary {
        field(form, "primary", "yes");
    }
}

/// Writes a field; further lines of a value are indented, so that none begins like a field.
fn field(form: &mut String, name: &str, value: &str) {
    let value = screen::editable(value);
    form.push_str(name);
    form.push(':');
    for (n, line) in value.lines().enumerate() {
        let gap = if n == 0 && name != "rationale" {
            " "
        } else {
            "\n  "
        };
        form.push_str(gap);
        form.push_str(line);
    }
    form.push('\n');
}

/// Reads a form.
pub(crate) fn parse(form: &str) -> Result<Judgement, FormFault> {
    let mut fields: Vec<Field> = Vec::new();
    for (n, text) in form.lines().enumerate() {
        let line = n + 1;
        if text.starts_with('#') {
            continue;
        }
        let in_rationale = fields.last().is_some_and(|field| field.name == "rationale");
        if !in_rationale && let Some((name, value)) = begins(text) {
            let value = value.trim().to_owned();
            fields.push(Field { name, value, line });
        } else if !in_rationale && let Some(label) = like_a_field(text) {
            let near = near::nearest(label, FIELDS);
            let label = label.to_owned();
            return Err(FormFault::Unknown { line, label, near });
        } else if let Some(field) = fields.last_mut() {
            field.value.push('\n');
            field
                .value
                .push_str(text.strip_prefix("  ").unwrap_or(text));
        } else if !text.trim().is_empty() {
            let words = text.trim().chars().take(40).collect();
            return Err(FormFault::Outside { line, words });
        }
    }
    judge(fields)
}

/// A field as it stands in a form.
struct Field {
    name: &'static str,
    value: String,
    line: usize,
}

impl Field {
    fn one_line(&self) -> String {
        self.value.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Reads a line that begins a field: its name, and what stands after the colon.
pub(super) fn begins(text: &str) -> Option<(&'static str, &str)> {
    let (name, value) = text.split_once(':')?;
    let name = FIELDS.into_iter().find(|field| *field == name.trim_end())?;
    Some((name, value))
}

/// Leaves out what a form says of conflicts of interest.
pub(super) fn without_conflicts(form: &str) -> String {
    let mut kept = String::new();
    let mut field = "";
    for line in form.lines() {
        let is_explained = line.starts_with('#');
        // All that follows the rationale is part of it.
        if !is_explained
            && field != "rationale"
            && let Some((name, _)) = begins(line)
        {
            field = name;
            if field == "conflicts" {
                kept.push_str("conflicts:\n");
            }
        }
        if is_explained || field != "conflicts" || line.trim().is_empty() {
            kept.extend([line, "\n"]);
        }
    }
    kept
}

/// Returns what stands before the colon of a line that was probably meant to be a field: one word in
/// small letters at its beginning, or nearly a field's name. An address is none.
fn like_a_field(text: &str) -> Option<&str> {
    let (name, value) = text.split_once(':')?;
    let name = name.trim_end();
    let is_word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
    let is_near = !name.starts_with(' ') && near::nearest(name, FIELDS).is_some();
    ((is_word || is_near) && !value.starts_with("//")).then_some(name)
}

fn judge(fields: Vec<Field>) -> Result<Judgement, FormFault> {
    let mut seen: Vec<&'static str> = Vec::new();
    let mut judgement = Fields::default();
    for field in fields {
        let name = field.name;
        if let Some(stance) = stance(name) {
            let what = field.one_line();
            if what.is_empty() {
                return Err(FormFault::Empty { field: name });
            }
            judgement.evidence.push(Request::new(stance, what));
            continue;
        }
        if ["quote", "nth", "primary", "locator", "note", "unavailable"].contains(&name) {
            let request = judgement.evidence.last_mut().ok_or(FormFault::NoEvidence {
                line: field.line,
                field: name,
            })?;
            detail(request, &field)?;
            continue;
        }
        if seen.contains(&name) {
            return Err(FormFault::Twice {
                line: field.line,
                field: name,
            });
        }
        seen.push(name);
        let text = field.value.trim().to_owned();
        match name {
            "rating" => judgement.rating = field.one_line(),
            "summary" => judgement.summary = field.one_line(),
            "supersedes" => judgement.supersedes = some(field.one_line()),
            "change" => judgement.change = some(field.one_line()),
            "reason" => judgement.reason = some(field.one_line()),
            "conflicts" => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                judgement.conflicts = lines.map(str::to_owned).collect();
                judgement.declares = !judgement.conflicts.is_empty();
                if let [only] = judgement.conflicts.as_slice()
                    && only.trim_end_matches('.').eq_ignore_ascii_case(NONE)
                {
                    judgement.conflicts.clear();
                }
            }
            _ => judgement.rationale = some(text),
        }
    }
    judgement.checked()
}

/// The fields of a form, not checked yet.
#[derive(Default)]
struct Fields {
    rating: String,
    summary: String,
    rationale: Option<String>,
    evidence: Vec<Request>,
    conflicts: Vec<String>,
    declares: bool,
    supersedes: Option<String>,
    change: Option<String>,
    reason: Option<String>,
}

impl Fields {
    fn checked(self) -> Result<Judgement, FormFault> {
        if self.summary.is_empty() {
            return Err(FormFault::NoSummary);
        }
        if self.rating.is_empty() {
            return Err(FormFault::Empty { field: "rating" });
        }
        let rating = ratings::parse(&self.rating).map_err(|_| FormFault::Value {
            field: "rating",
            value: self.rating.clone(),
            wanted: "one of the codes above",
        })?;
        let change = self.change.map(|change| {
            word(&change).map_err(|_| FormFault::Value {
                field: "change",
                value: change,
                wanted: "update, correction or rating",
            })
        });
        Ok(Judgement {
            rating,
            summary: self.summary,
            rationale: self.rationale,
            evidence: self.evidence,
            conflicts: self.conflicts,
            declares: self.declares,
            supersedes: self.supersedes,
            change: change.transpose()?,
            reason: self.reason,
        })
    }
}

pub(super) fn stance(name: &str) -> Option<Stance> {
    [Stance::Supports, Stance::Refutes, Stance::Context]
        .into_iter()
        .find(|stance| stance_name(*stance) == name)
}

fn detail(request: &mut Request, field: &Field) -> Result<(), FormFault> {
    let value = field.one_line();
    if value.is_empty() {
        return Err(FormFault::Empty { field: field.name });
    }
    let place = match field.name {
        "quote" => &mut request.quote,
        "locator" => &mut request.locator,
        "note" => &mut request.note,
        "unavailable" => &mut request.unavailable,
        "nth" => {
            request.nth = value.parse().ok().filter(|nth| *nth > 0);
            return match request.nth {
                Some(_) => Ok(()),
                None => Err(FormFault::Value {
                    field: "nth",
                    value,
                    wanted: "a number from 1 on",
                }),
            };
        }
        _ => {
            request.primary = match value.as_str() {
                "yes" => true,
                "no" => false,
                _ => {
                    return Err(FormFault::Value {
                        field: "primary",
                        value,
                        wanted: "yes or no",
                    });
                }
            };
            return Ok(());
        }
    };
    if place.is_some() {
        return Err(FormFault::Twice {
            line: field.line,
            field: field.name,
        });
    }
    *place = Some(value);
    Ok(())
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
