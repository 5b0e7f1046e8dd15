//! What an import came to, for a person and as JSON.

#![expect(
    clippy::struct_field_names,
    reason = "the fields are those of the JSON"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use factlog::claimreview::{Draft, Reading};
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::policy::RatingCode;
use serde::Serialize;

use super::how_word;
use super::prepare::Prepared;
use crate::cli::context::Context;
use crate::cli::exit::Status;
use crate::cli::json_out;
use crate::cli::screen;
use crate::cli::stdout;

/// What `--json` prints.
#[derive(Serialize)]
pub(super) struct Imported {
    dry_run: bool,
    files: Vec<FileReport>,
    imported: usize,
    already: usize,
    conflicts: usize,
    unrated: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    drafts: Option<DraftsFile>,
}

#[derive(Serialize)]
struct FileReport {
    file: String,
    reviews: Vec<Line>,
    skipped: Vec<Note>,
    repairs: Vec<Note>,
    unread: Vec<Note>,
}

/// Something about a line of a file.
#[derive(Serialize)]
struct Note {
    line: usize,
    what: String,
}

#[derive(Serialize)]
struct DraftsFile {
    file: String,
    lines: usize,
}

/// What became of a review.
#[derive(Serialize)]
pub(super) struct Line {
    line: usize,
    claim: String,
    id: ObjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    claimant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<RatingCode>,
    /// How the rating was found on the ledger's scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    already: bool,
    /// The rating that the same claim has elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<RatingCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceId>,
    repairs: Vec<String>,
}

impl Line {
    pub(super) fn new(
        draft: &Draft,
        prepared: &Prepared,
        already: bool,
        conflict: Option<RatingCode>,
    ) -> Self {
        Self {
            line: draft.line,
            claim: prepared.claim.text.clone(),
            id: prepared.origin,
            claimant: draft
                .claimant
                .as_ref()
                .map(|claimant| claimant.name.clone()),
            url: draft.url.clone(),
            label: draft.rating.label.clone(),
            rating: prepared.rating().cloned(),
            by: prepared.how.map(how_word),
            already,
            conflict,
            source: None,
            repairs: draft.repairs.clone(),
        }
    }

    /// Tells a person what was done with it that they might not expect.
    fn tell(&self, context: &Context, place: &str) {
        for repair in &self.repairs {
            context.say(&format!("{place}: {}", screen::one_line(repair)));
        }
        let label = self.label.as_deref().map(|label| screen::cut(label, 40));
        match (&self.rating, self.by, label) {
            (Some(rating), Some("words"), Some(label)) => {
                context.say(&format!(
                    "{place}: “{label}” taken for {rating}, by its words"
                ));
            }
            (Some(rating), Some("number"), label) => {
                let label = label.unwrap_or_default();
                context.say(&format!(
                    "{place}: “{label}” taken for {rating}, by its number"
                ));
            }
            (None, _, Some(label)) => {
                context.say(&format!(
                    "{place}: “{label}” is not on this scale: left blank"
                ));
            }
            (None, _, None) => context.say(&format!("{place}: no rating: left blank")),
            _ => {}
        }
        if let (Some(own), Some(other)) = (&self.rating, &self.conflict) {
            context.warn(&format!(
                "{place}: the same claim is rated {other} elsewhere, and {own} here: “{}”",
                screen::cut(&self.claim, 60)
            ));
        }
    }
}

/// A report while it is made.
pub(super) struct Report {
    all: Imported,
}

impl Report {
    pub(super) const fn new(dry_run: bool) -> Self {
        Self {
            all: Imported {
                dry_run,
                files: Vec::new(),
                imported: 0,
                already: 0,
                conflicts: 0,
                unrated: 0,
                drafts: None,
            },
        }
    }

    /// Begins a file; says what was repaired in it, and what could not be read.
    pub(super) fn begin(&mut self, context: &Context, file: String, reading: &Reading) {
        let note = |line: usize, what: String| Note { line, what };
        let skipped = reading
            .skipped
            .iter()
            .map(|(line, why)| note(*line, why.to_string()));
        let repairs = reading
            .repairs
            .iter()
            .map(|(line, what)| note(*line, what.clone()));
        let unread = reading
            .unread
            .iter()
            .map(|(line, rule)| note(*line, rule.what.to_owned()));
        let report = FileReport {
            reviews: Vec::new(),
            skipped: skipped.collect(),
            repairs: repairs.collect(),
            unread: unread.collect(),
            file,
        };
        for Note { line, what } in &report.repairs {
            context.say(&format!("{}:{line}: {what}", report.file));
        }
        for Note { line, what } in &report.skipped {
            context.say(&format!("{}:{line}: passed over: {what}", report.file));
        }
        for Note { line, what } in &report.unread {
            context.warn(&format!("{}:{line}: nothing was read: {what}", report.file));
        }
        self.all.files.push(report);
    }

    /// Adds a review; returns where it is.
    pub(super) fn add(&mut self, context: &Context, file: usize, line: Line) -> usize {
        self.all.already += usize::from(line.already);
        self.all.imported += usize::from(!line.already);
        self.all.conflicts += usize::from(line.conflict.is_some());
        self.all.unrated += usize::from(line.rating.is_none() && !line.already);
        let report = &mut self.all.files[file];
        if !line.already || line.conflict.is_some() {
            line.tell(context, &format!("{}:{}", report.file, line.line));
        }
        report.reviews.push(line);
        report.reviews.len() - 1
    }

    /// Adds a review whose words can't be recorded.
    pub(super) fn refuse(&mut self, context: &Context, file: usize, line: usize) {
        let report = &mut self.all.files[file];
        let what = "its words can't be recorded".to_owned();
        context.say(&format!("{}:{line}: passed over: {what}", report.file));
        report.skipped.push(Note { line, what });
    }

    /// Notes the source that was signed for a review.
    pub(super) fn signed(&mut self, file: usize, at: usize, source: SourceId) {
        self.all.files[file].reviews[at].source = Some(source);
    }

    pub(super) fn wrote_drafts(&mut self, path: &Path, lines: usize) {
        self.all.drafts = Some(DraftsFile {
            file: screen::path(path),
            lines,
        });
    }

    /// Prints it; returns the exit status that it calls for.
    pub(super) fn print(self, context: &Context) -> anyhow::Result<Status> {
        let all = self.all;
        if context.global.json {
            json_out::print(&all)?;
        } else {
            let mut out = stdout::plain();
            for line in all.files.iter().flat_map(|file| &file.reviews) {
                let rating = line.rating.as_ref().map_or("-", RatingCode::as_str);
                let id = line.id.to_string();
                let state = if line.already { "already" } else { "draft" };
                let claim = screen::one_line(&line.claim);
                writeln!(out, "{}  {state:<7}  {rating:<16} {claim}", &id[..8])?;
            }
        }
        all.summarise(context);
        Ok(Status::from(&all))
    }
}

impl Imported {
    /// Says whether something could not be read, or nothing was there.
    pub(super) fn is_incomplete(&self) -> bool {
        let reviews: usize = self.files.iter().map(|file| file.reviews.len()).sum();
        reviews == 0 || self.files.iter().any(|file| !file.unread.is_empty())
    }

    fn summarise(&self, context: &Context) {
        let counted = |n: usize| screen::counted(n as u64, "review", "reviews");
        let done = if self.dry_run {
            "would be imported"
        } else {
            "imported as drafts"
        };
        let mut text = format!(
            "{}: {} {done}",
            counted(self.imported + self.already),
            self.imported
        );
        if self.already > 0 {
            let _ = write!(text, ", {} here already", self.already);
        }
        if self.unrated > 0 {
            let _ = write!(text, ", {} without a rating of this scale", self.unrated);
        }
        context.say(&text);
        if let Some(DraftsFile { file, lines }) = &self.drafts {
            let drafts = screen::counted(*lines as u64, "complete draft", "complete drafts");
            context.say(&format!(
                "wrote {drafts} to {file}; take out what you would not sign, then: factlog verdict \
                 --from {file}"
            ));
        } else if self.imported > 0 && !self.dry_run {
            context.say("next: factlog review goes through them; v opens a drafted verdict");
        }
    }
}
