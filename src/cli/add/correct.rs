//! What is known of a source is shown before it is signed, and can be corrected.
//!
//! One question: sign it, don't, or edit what is known. The form is plain text; an empty field is left
//! out of the record.

use std::fs;
use std::io::Write as _;

use anyhow::Context as _;
use factlog::net::address::{self, AddressError};
use factlog::words::object;
use factlog::words::source::Meta;

use crate::cli::context::Context;
use crate::cli::editor;
use crate::cli::near;
use crate::cli::prompt;
use crate::cli::screen;
use crate::cli::sources::{Given, Taken};

/// What begins a line that says what is wrong with the form.
const FAULT: &str = "#! ";

const FIELDS: [&str; 6] = [
    "title",
    "author",
    "publisher",
    "published",
    "language",
    "url",
];

const EXPLAINED: &str = "\
# What goes on record of this source. A field that is left empty is not recorded;
# for each further author, add another line author:. Lines that begin with # are
# passed over.
";

/// What is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum FormFault {
    /// A line that is no field.
    #[error("line {line}: {words:?} is no field{}", near.map_or(String::new(), |near| format!(": did you mean {near}:?")))]
    NoField {
        line: usize,
        words: String,
        near: Option<&'static str>,
    },
    /// A field twice that is there once.
    #[error("line {line}: {field}: is there twice")]
    Twice { line: usize, field: &'static str },
    /// A value that the field can't have.
    #[error("{field}: {value:?} is not {wanted}")]
    Value {
        field: &'static str,
        value: String,
        wanted: &'static str,
    },
    /// An address with a user name or password in it.
    #[error("url: {}", AddressError::Credentials)]
    Credentials,
    /// Bytes that are no text.
    #[error("it is not UTF-8: what could not be read stands as \u{FFFD}")]
    NotText,
    /// The record as a whole.
    #[error("{0}")]
    Record(String),
}

/// Shows what is known of a source and asks; lets the person correct it. Says whether to sign.
pub(super) fn agreed(
    context: &Context,
    taken: &mut Taken,
    given: &Given,
    name: &impl std::fmt::Display,
) -> anyhow::Result<bool> {
    loop {
        show(context, taken, given);
        let question = format!("Sign it as {name}? e edits what is shown. [y,n,e] ");
        match prompt::choose(&question, &['y', 'n', 'e'])? {
            Some('y') => return Ok(true),
            Some('e') => {
                if let Some(meta) = edited(context, &taken.meta)? {
                    taken.meta = meta;
                }
            }
            _ => return Ok(false),
        }
    }
}

/// Shows each field, and where its value is from.
fn show(context: &Context, taken: &Taken, given: &Given) {
    let meta = &taken.meta;
    let page = &taken.intake.meta;
    let from = |is_given: bool, is_pages: bool| match (is_given, is_pages) {
        (true, _) => "",
        (false, true) => "  (the source says so)",
        (false, false) => "  (edited)",
    };
    let mut lines = Vec::new();
    let mut line = |name: &str, value: Option<String>, from: &str| {
        let value = value.map_or_else(|| "–".to_owned(), |value| screen::one_line(&value) + from);
        lines.push(format!("  {name:<10} {value}"));
    };
    let title = from(given.title.is_some(), page.title == meta.title);
    line("title", meta.title.clone(), title);
    let authors = (!meta.authors.is_empty()).then(|| meta.authors.join("; "));
    line(
        "authors",
        authors,
        from(!given.authors.is_empty(), page.authors == meta.authors),
    );
    let publisher = from(given.publisher.is_some(), page.publisher == meta.publisher);
    line("publisher", meta.publisher.clone(), publisher);
    let is_pages = page.published == meta.published;
    let from_day = if given.published.is_none() && is_pages && page.is_files_day {
        "  (from the file's own date)"
    } else {
        from(given.published.is_some(), is_pages)
    };
    line(
        "published",
        meta.published.map(|day| day.to_string()),
        from_day,
    );
    let language = from(given.language.is_some(), page.language == meta.language);
    line("language", meta.language.clone(), language);
    line(
        "url",
        meta.url.clone(),
        from(given.url.is_some(), page.url == meta.url),
    );
    context.say(&lines.join("\n"));
}

/// Has the person edit what is known, until it can be recorded; nothing where they give up.
fn edited(context: &Context, meta: &Meta) -> anyhow::Result<Option<Meta>> {
    let mut file = tempfile::Builder::new()
        .prefix("factlog-source-")
        .suffix(".txt")
        .tempfile()
        .context("making a file to edit")?;
    file.write_all(render(meta).as_bytes())
        .context("writing the form")?;
    loop {
        if let Err(error) = editor::edit(context, file.path()) {
            // The error says that what was written is there.
            file.keep().context("keeping the form")?;
            return Err(error);
        }
        let form = fs::read(file.path()).context("reading the form")?;
        let parsed = match str::from_utf8(&form) {
            Ok(form) => parse(form, meta),
            Err(_) => Err(FormFault::NotText),
        };
        let fault = match parsed {
            Ok(meta) => return Ok(Some(meta)),
            Err(fault) => fault,
        };
        let form = String::from_utf8_lossy(&form);
        context.warn(&fault.to_string());
        if prompt::choose("Edit it again? n leaves it as it was. [y,n] ", &['y', 'n'])? != Some('y')
        {
            return Ok(None);
        }
        let kept: Vec<&str> = form
            .lines()
            .filter(|line| !line.starts_with(FAULT.trim_end()))
            .collect();
        let form = format!("{FAULT}{fault}\n{}\n", kept.join("\n"));
        fs::write(file.path(), form).context("writing the form")?;
    }
}

fn render(meta: &Meta) -> String {
    let mut form = EXPLAINED.to_owned();
    let mut field = |name: &str, value: &str| {
        form.push_str(name);
        form.push_str(": ");
        form.push_str(value);
        form.push('\n');
    };
    field("title", meta.title.as_deref().unwrap_or_default());
    for author in &meta.authors {
        field("author", author);
    }
    if meta.authors.is_empty() {
        field("author", "");
    }
    field("publisher", meta.publisher.as_deref().unwrap_or_default());
    let published = meta.published.map(|day| day.to_string());
    field("published", &published.unwrap_or_default());
    field("language", meta.language.as_deref().unwrap_or_default());
    field("url", meta.url.as_deref().unwrap_or_default());
    form
}

fn parse(form: &str, before: &Meta) -> Result<Meta, FormFault> {
    let mut meta = Meta {
        url: None,
        title: None,
        authors: Vec::new(),
        publisher: None,
        published: None,
        language: None,
        ..before.clone()
    };
    let mut seen: Vec<&'static str> = Vec::new();
    for (n, text) in form.lines().enumerate() {
        if text.starts_with('#') || text.trim().is_empty() {
            continue;
        }
        let line = n + 1;
        let (label, value) = text.split_once(':').unwrap_or((text, ""));
        let Some(field) = FIELDS.into_iter().find(|field| *field == label.trim()) else {
            return Err(FormFault::NoField {
                line,
                words: label.chars().take(40).collect(),
                near: near::nearest(label.trim(), FIELDS),
            });
        };
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if field == "author" {
            meta.authors.extend((!value.is_empty()).then_some(value));
            continue;
        }
        if seen.contains(&field) {
            return Err(FormFault::Twice { line, field });
        }
        seen.push(field);
        if value.is_empty() {
            continue;
        }
        match field {
            "title" => meta.title = Some(value),
            "publisher" => meta.publisher = Some(value),
            "language" => meta.language = Some(value),
            "url" if address::has_credentials(&value) => return Err(FormFault::Credentials),
            "url" => meta.url = Some(value),
            _ => {
                let wanted = "a day such as 2026-03-04, or a time such as 2026-03-04T08:00:00Z";
                let day = value.parse().map_err(|_| FormFault::Value {
                    field,
                    value,
                    wanted,
                })?;
                meta.published = Some(day);
            }
        }
    }
    object::to_bytes(&meta).map_err(|error| FormFault::Record(error.to_string()))?;
    Ok(meta)
}

#[cfg(test)]
mod tests {
    use factlog::words::salt::Salt;

    use super::*;

    fn meta() -> Meta {
        Meta {
            url: Some("https://news.example/a".into()),
            title: Some("A title: with a colon".into()),
            authors: vec!["Ann Lee".into(), "Bo Ek".into()],
            publisher: None,
            published: "2026-03-04".parse().ok(),
            retrieved: None,
            language: Some("en".into()),
            salt: Salt::new([7; 16]),
        }
    }

    #[test]
    fn a_form_that_nobody_changed_says_the_same() {
        assert_eq!(parse(&render(&meta()), &meta()), Ok(meta()));
        let without = Meta {
            authors: vec![],
            title: None,
            ..meta()
        };
        assert_eq!(parse(&render(&without), &meta()), Ok(without));
    }

    #[test]
    fn what_can_not_be_recorded_is_refused_by_name() {
        for (form, message) in [
            (
                "titl: x",
                "line 1: \"titl\" is no field: did you mean title:?",
            ),
            ("# x\n\nsome words", "line 3: \"some words\" is no field"),
            ("title: a\ntitle: b", "line 2: title: is there twice"),
            (
                "published: 04/03/2026",
                "published: \"04/03/2026\" is not a day such as 2026-03-04, or a time such as 2026-03-04T08:00:00Z",
            ),
        ] {
            let fault = parse(form, &meta()).unwrap_err();
            assert_eq!(fault.to_string(), message);
        }
        assert!(parse("language: not a tag!", &meta()).is_err());
        let secret = parse("url: https://ann:secret@news.example/", &meta()).unwrap_err();
        assert_eq!(secret, FormFault::Credentials);
        assert!(!secret.to_string().contains("secret"));
    }
}
