//! The form in which a person changes a claim, in their editor.

use std::fs;
use std::path::Path;

use factlog::words::claim::{Claim, Claimant, Manner};
use factlog::words::object;

use crate::cli::add::word;
use crate::cli::claim::{self, Wanted};
use crate::cli::claim_list::ClaimLine;
use crate::cli::context::Context;
use crate::cli::drafts::Drafts;
use crate::cli::editor;
use crate::cli::exit::{self, Failure, Status};
use crate::cli::screen;

/// Lets the person change a claim in the editor; `None` where they change nothing. The form opens again
/// with what was typed where the claim can't be, or `check` refuses it.
pub(super) fn edit(
    context: &Context,
    drafts: &Drafts,
    path: &Path,
    line: &ClaimLine,
    check: impl Fn(&Claim) -> anyhow::Result<()>,
) -> anyhow::Result<Option<Claim>> {
    let claim = fill_in(context, drafts, path, claim_form(line), |form| {
        let claim = changed(line, form)?;
        if claim != line.claim {
            check(&claim)?;
        }
        Ok(claim)
    })?;
    Ok((claim != line.claim).then_some(claim))
}

/// Opens a form in the editor, with what is wrong at its top, until it can be read.
///
/// What a stopped sitting left of it is taken up.
pub(super) fn fill_in<T>(
    context: &Context,
    drafts: &Drafts,
    path: &Path,
    form: String,
    read: impl Fn(&str) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    // What the person never changed is not worth keeping.
    let mut is_written = path.exists();
    let mut form = if is_written {
        context.say("taking up the form where you left it");
        read_form(path)?
    } else {
        form
    };
    loop {
        drafts.replace(path, form.as_bytes())?;
        editor::edit(context, path)?;
        let after = read_form(path)?;
        match read(&after) {
            Ok(done) => {
                let _ = fs::remove_file(path);
                return Ok(done);
            }
            // The same words would have the same fault again.
            Err(error) if editor::without_fault(&after) == editor::without_fault(&form) => {
                if !is_written {
                    let _ = fs::remove_file(path);
                    return Err(error);
                }
                let (status, _) = exit::of(&error);
                return Err(Failure::new(status, format!("{error:#}"))
                    .hint(format!("what you wrote is kept in {}", screen::path(path)))
                    .into());
            }
            Err(error) => {
                is_written = true;
                form = editor::with_fault(&after, &format!("{error:#}"));
            }
        }
    }
}

fn read_form(path: &Path) -> anyhow::Result<String> {
    Ok(editor::form(path)?.unwrap_or_default())
}

/// Writes the form in which a claim is changed.
fn claim_form(line: &ClaimLine) -> String {
    let claim = &line.claim;
    let sentence = line.sentence().of(&line.source.text).unwrap_or_default();
    let explained = screen::wrap(
        &format!("Sentence: {}", screen::one_line(sentence)),
        96,
        "# ",
    );
    let value = |value: Option<&str>| screen::editable_line(value.unwrap_or_default());
    let claimant = claim.claimant.as_ref();
    format!(
        "# Change what should be different, save, and close the editor. Lines that begin with # are\n\
         # left out.\n#\n{explained}\n\n\
         # The claim in words that can be read on their own.\ntext: {}\n\n\
         # Its own words, exactly as they stand in the source.\nquote: {}\n\n\
         # Who said it; empty if the source says so itself. Title or office.\nclaimant: {}\nrole: {}\n\n\
         # direct (in the claimant's words), indirect, mixed, narration (the source's own)\nmanner: {}\n",
        screen::editable_line(&claim.text),
        screen::editable_line(&claim.quote.exact),
        value(claimant.map(|claimant| claimant.name.as_str())),
        value(claimant.and_then(|claimant| claimant.role.as_deref())),
        manner_name(claim.manner),
    )
}

pub(super) const fn manner_name(manner: Manner) -> &'static str {
    match manner {
        Manner::Direct => "direct",
        Manner::Indirect => "indirect",
        Manner::Mixed => "mixed",
        Manner::Narration => "narration",
    }
}

/// Reads the form: the claim with what was changed in it.
fn changed(line: &ClaimLine, form: &str) -> anyhow::Result<Claim> {
    let mut fields: [(&str, Option<String>); 5] =
        ["text", "quote", "claimant", "role", "manner"].map(|name| (name, None));
    let mut last: Option<usize> = None;
    for text in form.lines().filter(|text| !text.starts_with('#')) {
        let named = text.split_once(':').and_then(|(name, value)| {
            let at = fields.iter().position(|(field, _)| *field == name.trim())?;
            Some((at, value))
        });
        if let Some((at, value)) = named {
            fields[at].1 = Some(value.trim().to_owned());
            last = Some(at);
        } else if let (Some(at), false) = (last, text.trim().is_empty()) {
            let value = fields[at].1.get_or_insert_default();
            value.push(' ');
            value.push_str(text.trim());
        } else if !text.trim().is_empty() {
            return Err(
                Failure::new(Status::Usage, format!("{text:?} belongs to no field")).into(),
            );
        }
    }
    let [words, quote, claimant, role, manner] = fields.map(|(_, value)| value.unwrap_or_default());
    let manner: Manner = word(&manner).map_err(|_| {
        Failure::new(
            Status::Usage,
            format!("manner: {manner:?} is not direct, indirect, mixed or narration"),
        )
    })?;
    let old = &line.claim;
    let said_by = (!claimant.is_empty()).then(|| Claimant {
        name: claimant,
        role: Some(role).filter(|role| !role.is_empty()),
        same_as: None,
        span: None,
    });
    if said_by.is_some() && manner == Manner::Narration {
        return Err(Failure::new(
            Status::Usage,
            "manner: with a speaker, it is direct, indirect or mixed",
        )
        .into());
    }
    if screen::editable_line(&old.quote.exact) != quote {
        let wanted = Wanted {
            quote,
            text: Some(words).filter(|words| !words.is_empty()),
            claimant: said_by,
            manner: Some(manner),
            ..Wanted::default()
        };
        return claim::make(&line.source.text, &old.language, &wanted);
    }
    let mut claim = old.clone();
    if screen::editable_line(&old.text) != words {
        claim.text = words;
        claim.added.clear();
    }
    let same = |a: &Claimant, b: &Claimant| {
        screen::editable_line(&a.name) == b.name
            && a.role.as_deref().map(screen::editable_line) == b.role
    };
    claim.claimant = match (&old.claimant, said_by) {
        (Some(old), Some(new)) if same(old, &new) => Some(old.clone()),
        (_, new) => new,
    };
    claim.manner = manner;
    if claim.claimant.is_none() && manner == Manner::Narration {
        claim.cue = None;
        claim.statement.clear();
    }
    object::to_bytes(&claim).map_err(|error| {
        Failure::new(Status::Usage, "this claim can't be recorded").because(error)
    })?;
    Ok(claim)
}
