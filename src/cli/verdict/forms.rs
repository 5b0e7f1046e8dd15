//! Where the forms of unfinished verdicts on a claim are: each person has a file of their own, so that
//! nobody writes over another's words.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use factlog::ledger::Ledger;
use factlog::trust::VerifierKey;
use factlog::words::id::ObjectId;
use factlog::words::time::Timestamp;

use super::form;
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::editor;
use crate::cli::prompt;
use crate::cli::screen;

/// The forms of verdicts on one claim.
pub(super) struct Forms {
    /// One's own.
    pub(super) own: PathBuf,
    /// One that nobody has taken up: of an import, or of an older version of this program.
    free: PathBuf,
    /// Those of others, with their names.
    others: Vec<(String, PathBuf)>,
    /// What the free one says, where one's own is a copy of it in which nothing is written yet.
    copied: Option<String>,
}

impl Forms {
    /// Finds the forms of a claim, by what it is, so that they are still there once it is recorded.
    pub(super) fn of(
        ledger: &Ledger,
        drafts: &Drafts,
        author: &VerifierKey,
        claim: &ObjectId,
    ) -> anyhow::Result<Self> {
        let signer = ledger.signer(author.public())?;
        let holder = signer.map_or_else(|| author.public().clone(), |signer| signer.holder);
        let own = drafts.own_form(claim, &holder);
        let free = drafts.form(claim);
        let mut others: Vec<(String, PathBuf)> = Vec::new();
        let beginning = &claim.to_string()[..16];
        let forms = drafts.forms()?.into_iter();
        let forms: Vec<PathBuf> = forms
            .filter(|form| form.claim == beginning && !form.is_free() && form.path != own)
            .map(|form| form.path)
            .collect();
        if !forms.is_empty() {
            for key in ledger.keys()? {
                let path = drafts.own_form(claim, &key.holder);
                if forms.contains(&path) && !others.iter().any(|(_, other)| *other == path) {
                    others.push((key.key.name().to_string(), path));
                }
            }
        }
        Ok(Self {
            own,
            free,
            others,
            copied: None,
        })
    }

    /// Takes up a form that was begun: one's own, else one that is free, else another's, where the person
    /// wants it; a copy of it then, for it is still theirs. So is the free one until something is written.
    pub(super) fn take_up(&mut self, context: &Context) -> anyhow::Result<Option<String>> {
        if let Some(form) = editor::form(&self.own)? {
            // A copy of the free one is left where an editor could not be started.
            let free = editor::form(&self.free).ok().flatten();
            let free = free.map(|free| editor::without_fault(&free));
            self.copied = free.filter(|free| *free == editor::without_fault(&form));
            context.say("taking up the form where you left it");
            return Ok(Some(form));
        }
        if let Some(form) = editor::form(&self.free)? {
            self.copied = Some(editor::without_fault(&form));
            context.say("taking up the form that was begun for this claim");
            return Ok(Some(form));
        }
        for (name, path) in &self.others {
            let Some(form) = editor::form(path)? else {
                continue;
            };
            let (name, ago) = (screen::one_line(name), written(context, path)?);
            let question = format!("a form by {name}{ago} is here: take it up? [y,n] ");
            if !context.global.no_input && prompt::choose(&question, &['y', 'n'])? == Some('y') {
                // What another declares is theirs.
                return Ok(Some(form::without_conflicts(&form)));
            }
        }
        Ok(None)
    }

    /// Takes the free form away whose place one's own has, once something is written in that, or it is
    /// signed.
    pub(super) fn take(&mut self, written: Option<&str>) -> anyhow::Result<()> {
        let written = written.map(editor::without_fault);
        if self.copied.is_some() && self.copied != written {
            self.copied = None;
            match fs::remove_file(&self.free) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("taking up {}", self.free.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes one's own form where it is a copy of the free one in which nothing is written; returns
    /// whether it was.
    pub(super) fn give_back(&mut self) -> bool {
        let is_copy = self.copied.take().is_some();
        if is_copy {
            let _ = fs::remove_file(&self.own);
        }
        is_copy
    }

    /// Moves one's own form aside, if there is one.
    pub(super) fn set_aside(&self, context: &Context) -> anyhow::Result<()> {
        if !self.own.exists() {
            return Ok(());
        }
        let mut aside = self.own.with_extension("old");
        for n in 2.. {
            if !aside.exists() {
                break;
            }
            aside = self.own.with_extension(format!("old{n}"));
        }
        fs::rename(&self.own, &aside)
            .with_context(|| format!("moving {} aside", self.own.display()))?;
        context.say(&format!(
            "the form that you began before is kept in {}",
            screen::path(&aside)
        ));
        Ok(())
    }
}

/// Says when a file was written.
fn written(context: &Context, path: &Path) -> anyhow::Result<String> {
    let about = fs::metadata(path).and_then(|about| about.modified());
    let at = about
        .ok()
        .map(DateTime::<Utc>::from)
        .and_then(Timestamp::new);
    let now = context.now()?;
    Ok(at.map_or_else(String::new, |at| {
        format!(", written {},", screen::ago(at, now))
    }))
}
