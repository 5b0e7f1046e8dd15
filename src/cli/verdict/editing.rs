//! The form of a verdict in a person's editor: what it begins with, and what they make of it.

use std::fs;
use std::path::Path;

use super::Args;
use super::build::Judgement;
use super::drafted::Drafted;
use super::evidence::Request;
use super::form::{self, FormFault};
use super::sitting::Sitting;
use crate::cli::editor;
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;

/// What a form came to.
pub(super) enum Edited {
    Judged(Judgement),
    Faulty(String),
}

impl Sitting<'_> {
    /// Opens the form, with what is wrong at its top, and reads it.
    pub(super) fn edit(
        &mut self,
        path: &Path,
        fault: Option<String>,
        args: Option<&Args>,
    ) -> anyhow::Result<Edited> {
        let is_new = !path.exists();
        let kept = if fault.is_some() {
            editor::form(path)?
        } else {
            let kept = self.forms.take_up(self.context)?;
            if let Some(kept) = &kept {
                self.tell_missing(kept);
            }
            kept
        };
        let before = match kept {
            Some(kept) => kept,
            None => match self.first_judgement(args) {
                None => {
                    let draft = Drafted::default();
                    form::render_draft(&self.line, &self.policy, &draft, &self.kept.evidence)
                }
                Some(mut first) => {
                    let named = |request: &Request| Some(request.what.clone());
                    let named: Vec<_> = first.evidence.iter().map(named).collect();
                    self.kept.join(&mut first.evidence, &named);
                    form::render(&self.line, &self.policy, Some(&first), self.disputes())
                }
            },
        };
        let shown = match &fault {
            Some(fault) => editor::with_fault(&before, fault),
            None => editor::without_fault(&before),
        };
        self.drafts.replace(path, shown.as_bytes())?;
        editor::edit(self.context, path)?;
        let after = editor::form(path)?.unwrap_or_default();
        let is_blank = Drafted::is_blank(&after, &self.kept);
        if !is_blank {
            self.forms.take(Some(&after))?;
        }
        let unchanged = editor::without_fault(&after) == editor::without_fault(&before);
        match form::parse(&after) {
            Ok(judged) => {
                if let (true, Some(fault)) = (unchanged, fault) {
                    // The same form would have the same fault, again and again.
                    return Err(self.stopped(path, fault));
                }
                Ok(Edited::Judged(judged))
            }
            Err(FormFault::NoSummary) => {
                if is_blank || (unchanged && is_new) {
                    let _ = fs::remove_file(path);
                }
                let fault = "the summary is empty: nothing was signed".to_owned();
                Err(self.stopped(path, fault))
            }
            Err(found) if unchanged && fault.is_some() => {
                Err(self.stopped(path, found.to_string()))
            }
            Err(found) => Ok(Edited::Faulty(found.to_string())),
        }
    }

    /// Makes the error that ends the sitting; says where the form is, if anything was written in it.
    fn stopped(&mut self, path: &Path, fault: String) -> anyhow::Error {
        let failure = Failure::new(Status::Failed, fault);
        if self.forms.give_back() || !path.exists() {
            return failure.into();
        }
        failure
            .hint(format!("what you wrote is kept in {}", screen::path(path)))
            .into()
    }

    /// Says what was kept for the claim since a form was begun.
    fn tell_missing(&self, form: &str) {
        let missing = self.kept.evidence.iter();
        for piece in
            missing.filter(|piece| !form.contains(piece.what.get(..8).unwrap_or(&piece.what)))
        {
            let stance = form::stance_name(piece.stance);
            self.context.say(&format!(
                "evidence that was kept since is not in it; add: {stance}: {}",
                piece.what
            ));
        }
    }

    /// Says who disputes the verdict whose place this one takes, and why.
    pub(super) fn disputes(&self) -> &[String] {
        self.older.as_ref().map_or(&[], |older| &older.disputes)
    }

    /// Returns what the form starts from: the earlier verdict, to be superseded.
    fn first_judgement(&self, args: Option<&Args>) -> Option<Judgement> {
        let mut first = self.older.as_ref().map(|older| older.judgement.clone());
        if let (Some(first), Some(args)) = (&mut first, args) {
            first.change = args.change.or(first.change);
            first.reason = args.reason.clone().or_else(|| first.reason.take());
        }
        first
    }
}
