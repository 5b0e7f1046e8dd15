//! The bytes of a source, from a file, an address or standard input, and why some are refused.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context as _;
use factlog::intake::{self, Intake, IntakeError, Warning};
use factlog::net::fetch::{self, FetchError, Limits};

use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::fetched::FetchRecord;
use crate::cli::screen;
use crate::cli::waiting;

/// Bytes, and what came with them.
#[derive(Default)]
pub(super) struct Got {
    pub(super) bytes: Vec<u8>,
    pub(super) file_name: Option<String>,
    pub(super) media: Option<String>,
    pub(super) url: Option<String>,
    pub(super) is_fetched: bool,
    pub(super) fetched: Option<FetchRecord>,
}

impl Got {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }
}

pub(super) fn get(context: &Context, url: &str, takes_errors: bool) -> anyhow::Result<Got> {
    context.say(&format!("fetching {} …", screen::one_line(url)));
    let limits = Limits {
        any_status: takes_errors,
        ..context.limits()?
    };
    let got = fetch::fetch(url, limits).map_err(|error| {
        let status = match &error {
            FetchError::Address(_) => Status::Usage,
            FetchError::Status {
                status: 404 | 410, ..
            } => Status::NotFound,
            _ => Status::Failed,
        };
        let hint = if matches!(error, FetchError::Status { .. }) {
            "save the page in a browser, and add the file with --url ADDRESS; factlog add --anyway \
             takes what the server sent with the error"
        } else {
            "save the page in a browser, and add the file with --url ADDRESS"
        };
        Failure::new(
            status,
            format!("{} was not taken in", screen::one_line(url)),
        )
        .because(error)
        .hint(hint)
    })?;
    for step in got.redirects.iter().skip(1).chain([&got.url]) {
        if !got.redirects.is_empty() {
            context.say(&format!("  it led to {}", screen::one_line(step)));
        }
    }
    if got.status >= 400 {
        context.warn(&format!(
            "{} answered with status {}: this may be no more than an error page",
            screen::one_line(&got.url),
            got.status
        ));
    }
    let record = FetchRecord {
        asked: url.to_owned(),
        redirects: got.redirects,
        url: got.url.clone(),
        status: got.status,
        at: context.now()?,
        headers: got.headers,
    };
    Ok(Got {
        bytes: got.bytes,
        file_name: None,
        media: got.content_type,
        url: Some(got.url),
        is_fetched: true,
        fetched: Some(record),
    })
}

/// What to try where a folder is named.
const ONE_FILE: &str = "name a file in it; factlog add takes several: FOLDER/*";

/// What to try where a file is not there.
const NO_FILE: &str = "see how its name is written, and from which folder the command runs";

/// Reads a file of the disk: all of it, but no more than a source may have.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = |error: io::Error| {
        let status = if error.kind() == io::ErrorKind::NotFound {
            Status::NotFound
        } else {
            Status::Failed
        };
        let message = if status == Status::NotFound {
            format!("there is no file {}", screen::path(path))
        } else {
            format!("{} can't be read", screen::path(path))
        };
        let failure = Failure::new(status, message).because(error);
        if status == Status::NotFound {
            failure.hint(NO_FILE)
        } else {
            failure
        }
    };
    let about = fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        return Err(Failure::new(
            Status::Usage,
            format!("{} is a folder, not a file", screen::path(path)),
        )
        .hint(ONE_FILE)
        .into());
    }
    let what = screen::path(path);
    intake::check_size(about.len()).map_err(|error| refused(&what, error))?;
    read(&what, File::open(path).map_err(failed)?)
}

/// Reads standard input, which a person at a terminal is told of: all of it, but no more than a source
/// may have.
pub(crate) fn read_input(context: &Context) -> anyhow::Result<Vec<u8>> {
    waiting::for_input(context);
    read("standard input", io::stdin().lock())
}

/// Reads what was said from standard input; a person at a terminal is told to type it.
pub(super) fn read_said(context: &Context) -> anyhow::Result<Vec<u8>> {
    waiting::for_statement(context);
    read("standard input", io::stdin().lock())
}

/// Reads all of it, but no more than a source may have.
fn read(what: &str, from: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(intake::MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("reading {what}"))?;
    intake::check_size(bytes.len() as u64).map_err(|error| refused(what, error))?;
    Ok(bytes)
}

/// Makes the error for bytes that are no source.
pub(crate) fn refused(what: &str, error: IntakeError) -> anyhow::Error {
    let hint = match &error {
        IntakeError::NoBytes => Some("it is empty: see whether it was saved whole"),
        IntakeError::NoText { .. } => Some(
            "a page that scripts put together can be saved as text in a browser, and added with --url",
        ),
        IntakeError::NotText { .. } => Some(
            "if it is text, say in which charset with --charset; if not, say what with --media",
        ),
        _ => None,
    };
    let what = screen::one_line(what);
    let failure = Failure::new(Status::Failed, format!("{what} was not taken in")).because(error);
    match hint {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}

/// Refuses a page of which nothing is an article: it would be signed as one.
pub(super) fn refuse_what_is_none(what: &str, intake: &Intake) -> anyhow::Result<()> {
    let found = intake.warnings.iter().find_map(|warning| match warning {
        Warning::NotTheArticle {
            page, seen, is_all, ..
        } if *is_all => Some((page, seen)),
        _ => None,
    });
    let Some((page, seen)) = found else {
        return Ok(());
    };
    let (what, seen) = (screen::one_line(what), screen::cut(seen, 80));
    Err(Failure::new(
        Status::Failed,
        format!("{what} was not taken in: it looks like {page} (“{seen}”)"),
    )
    .hint(
        "open the page in a browser, save it, and add the file with --url ADDRESS; --anyway takes \
             it as it is",
    )
    .into())
}
