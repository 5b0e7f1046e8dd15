//! Taking in a source: a file, a page of the web, or standard input.
//!
//! Articles and evidence go the same way: the bytes are read within limits, become a text where
//! they have one, and are described by what the source says of itself and by what a person says,
//! who comes first.

mod bytes;

use std::ffi::OsStr;
use std::path::Path;

use factlog::entry::{Body, SourceEntry};
use factlog::intake::{self, Hint, Intake, PageMeta};
use factlog::ledger::{Ledger, Pending};
use factlog::net::address::{self, AddressError};
use factlog::words::id::{ObjectId, SourceId};
use factlog::words::object;
use factlog::words::source::{Kept, Meta, Rights, SourceType};
use factlog::words::time::DayOrTime;

use self::bytes::{Got, get, read_said, refuse_what_is_none};
pub(crate) use self::bytes::{read_file, read_input, refused};
use super::add::{Spoken, StatementHead};
use super::context::Context;
use super::exit::{Failure, Status};
use super::fetched::{FetchRecord, Fetched};
use super::gone;
use super::pdf_trial;
use super::says;
use super::screen;

/// What a person says of a source; it comes before what the source says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(crate) url: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) publisher: Option<String>,
    pub(crate) published: Option<DayOrTime>,
    pub(crate) language: Option<String>,
    pub(crate) rights: Option<Rights>,
    pub(crate) source_type: Option<SourceType>,
    pub(crate) charset: Option<String>,
    pub(crate) media: Option<String>,
    pub(crate) replaces: Option<SourceId>,
    /// Whether a page is taken in that is no article.
    pub(crate) takes_any_page: bool,
    /// Whether a page is taken in that the server sent with an error.
    pub(crate) takes_errors: bool,
}

/// A source as it was taken in, not signed yet.
pub(crate) struct Taken {
    /// What was named on the command line.
    pub(crate) what: String,
    /// The bytes; `None` where no copy is kept.
    raw: Option<Vec<u8>>,
    /// The text and what was noticed about it.
    pub(crate) intake: Intake,
    /// What is known of it.
    pub(crate) meta: Meta,
    source_type: SourceType,
    rights: Rights,
    replaces: Option<SourceId>,
    /// How it was fetched, where it was.
    fetched: Option<FetchRecord>,
}

/// Says whether a word on the command line is an address of the web.
pub(crate) fn is_address(what: &str) -> bool {
    has_authority(what) && matches!(address::scheme(what).as_deref(), Some("http" | "https"))
}

/// Says whether a word is an address of any kind, such as `ftp://host/`.
fn has_authority(what: &str) -> bool {
    address::scheme(what).is_some_and(|scheme| what.trim()[scheme.len()..].starts_with("://"))
}

/// Refuses an address with a user name or password in it: it would be recorded for ever.
pub(crate) fn refuse_credentials(address: &str) -> anyhow::Result<()> {
    if !address::has_credentials(address) {
        return Ok(());
    }
    Err(Failure::new(
        Status::Usage,
        format!("{} was not taken in", address::masked(address)),
    )
    .because(AddressError::Credentials)
    .hint("give the address without them; a page that needs them can be saved in a browser")
    .into())
}

/// Takes in a file, an address, or with `-` standard input.
pub(crate) fn take(context: &Context, what: &OsStr, given: &Given) -> anyhow::Result<Taken> {
    let shown = screen::path(what);
    refuse_credentials(&shown)?;
    given.url.as_deref().map_or(Ok(()), refuse_credentials)?;
    if given.source_type == Some(SourceType::Reference) {
        return refer(context, &shown, given);
    }
    let got = if is_address(&shown) {
        get(context, &shown, given.takes_errors)?
    } else if what == "-" {
        Got::of(read_input(context)?)
    } else {
        refuse_other_address(&shown, Path::new(what))?;
        Got {
            file_name: Some(shown.clone()),
            ..Got::of(read_file(Path::new(what))?)
        }
    };
    let what = shown.as_str();
    let hint = Hint {
        file_name: got.file_name.as_deref(),
        media_type: given.media.as_deref().or(got.media.as_deref()),
        charset: given.charset.as_deref(),
        url: given.url.as_deref().or(got.url.as_deref()),
        fetched: got.url.as_deref(),
    };
    pdf_trial::survives(what, &got.bytes, &hint)?;
    let mut intake = intake::take_in(&got.bytes, &hint).map_err(|error| refused(what, error))?;
    if !given.takes_any_page {
        refuse_what_is_none(what, &intake)?;
    }
    if let Some(fetched) = got.url.as_deref().filter(|_| given.url.is_none()) {
        // The person's word comes first: there is nothing to warn of.
        if given.publisher.is_some() {
            intake.meta.publisher = None;
        }
        intake.hold_to(fetched);
    }
    let page = intake.meta.clone();
    let source_type = given.source_type.unwrap_or_else(|| type_of(&intake.media));
    let mut taken = describe(context, what, given, page, intake, source_type)?;
    taken.meta.retrieved = got.is_fetched.then(|| context.now()).transpose()?;
    taken.fetched = got.fetched;
    taken.raw = Some(got.bytes);
    Ok(taken)
}

/// Takes in what was said to the reviewer: the words from a file or with `-` from standard input,
/// below a head that says who said them.
pub(crate) fn take_statement(
    context: &Context,
    what: &OsStr,
    given: Given,
    head: &StatementHead,
) -> anyhow::Result<Taken> {
    let shown = screen::path(what);
    refuse_credentials(&shown)?;
    given.url.as_deref().map_or(Ok(()), refuse_credentials)?;
    if is_address(&shown) {
        return Err(
            Failure::new(Status::Usage, format!("{shown} is no statement"))
                .because(AddressError::Scheme {
                    scheme: "http".to_owned(),
                })
                .hint("write what was said into a file, or type or pipe it")
                .into(),
        );
    }
    let bytes = if what == "-" {
        read_said(context)?
    } else {
        read_file(Path::new(what))?
    };
    let hint = Hint {
        media_type: Some("text/plain"),
        charset: given.charset.as_deref(),
        ..Hint::default()
    };
    let words = intake::take_in(&bytes, &hint).map_err(|error| refused(&shown, error))?;
    let text = head.text(words.text.as_deref().unwrap_or_default());
    // The words were read from their charset, and with the head they are UTF-8.
    let hint = Hint {
        charset: Some("utf-8"),
        ..hint
    };
    let mut intake =
        intake::take_in(text.as_bytes(), &hint).map_err(|error| refused(&shown, error))?;
    intake.warnings = words.warnings;
    let given = Given {
        title: given.title.clone().or_else(|| Some(head.title())),
        authors: vec![head.by.clone()],
        published: Some(head.when),
        ..given
    };
    let page = PageMeta::default();
    let mut taken = describe(context, &shown, &given, page, intake, SourceType::Statement)?;
    taken.raw = Some(text.into_bytes());
    Ok(taken)
}

/// Refuses an address of a kind that is not fetched, unless a file has that name.
fn refuse_other_address(what: &str, path: &Path) -> anyhow::Result<()> {
    let Some(scheme) = address::scheme(what).filter(|_| has_authority(what) && !path.exists())
    else {
        return Ok(());
    };
    let hint = if scheme == "file" {
        "name the file by its path alone"
    } else {
        "fetch it otherwise, and add the file with --url ADDRESS"
    };
    Err(
        Failure::new(Status::Usage, format!("{what} was not taken in"))
            .because(AddressError::Scheme { scheme })
            .hint(hint)
            .into(),
    )
}

/// Takes in something of which no copy is kept: an address, or words that say where it is.
fn refer(context: &Context, what: &str, given: &Given) -> anyhow::Result<Taken> {
    let mut given = given.clone();
    if has_authority(what) {
        given.url.get_or_insert_with(|| what.to_owned());
    } else {
        given.title.get_or_insert_with(|| what.to_owned());
    }
    let intake = Intake {
        media: given
            .media
            .clone()
            .unwrap_or_else(|| "application/octet-stream".to_owned()),
        charset: None,
        normalizer: None,
        text: None,
        meta: PageMeta::default(),
        warnings: vec![],
    };
    let page = PageMeta::default();
    describe(context, what, &given, page, intake, SourceType::Reference)
}

fn describe(
    context: &Context,
    what: &str,
    given: &Given,
    page: PageMeta,
    intake: Intake,
    source_type: SourceType,
) -> anyhow::Result<Taken> {
    let word = |given: &Option<String>, said: Option<String>| {
        given.clone().or(said).filter(|word| !word.is_empty())
    };
    let authors = if given.authors.is_empty() {
        page.authors
    } else {
        given.authors.clone()
    };
    let said = page.url.filter(|url| !address::has_credentials(url));
    let meta = Meta {
        url: word(&given.url, said),
        title: word(&given.title, page.title),
        authors,
        publisher: word(&given.publisher, page.publisher),
        published: given.published.or(page.published),
        retrieved: None,
        language: word(&given.language, page.language),
        salt: context.salt()?,
    };
    object::to_bytes(&meta).map_err(|error| {
        Failure::new(
            Status::Usage,
            format!("what is said of {what} can't be recorded"),
        )
        .because(error)
    })?;
    Ok(Taken {
        what: what.to_owned(),
        raw: None,
        intake,
        meta,
        source_type,
        rights: given.rights.unwrap_or(Rights::Quoted),
        replaces: given.replaces,
        fetched: None,
    })
}

impl Taken {
    /// Returns what kind of work it is taken for, in a word that `--type` takes.
    pub(crate) fn kind(&self) -> String {
        says::name_of(&self.source_type)
    }

    /// Says how many bytes it holds in memory.
    pub(crate) fn bytes(&self) -> usize {
        let text = self.intake.text.as_ref().map_or(0, String::len);
        self.raw.as_ref().map_or(0, Vec::len) + text
    }

    /// Returns who said its words, where it is a statement.
    pub(crate) fn spoken(&self) -> Option<Spoken> {
        let text = self.intake.text.as_deref().unwrap_or_default();
        Spoken::of(self.source_type, text, Some(&self.meta))
    }

    /// Returns how its bytes were fetched, as the source with this id; nothing where they were not.
    pub(crate) fn fetched(&self, source: SourceId) -> Option<Fetched> {
        Some(Fetched {
            source,
            raw: self.raw_id()?,
            what: self.what.clone(),
            record: self.fetched.clone()?,
        })
    }

    /// Returns the id of its text.
    pub(crate) fn text_id(&self) -> Option<ObjectId> {
        self.intake
            .text
            .as_ref()
            .map(|text| ObjectId::of(text.as_bytes()))
    }

    /// Returns the id of its bytes, as they came.
    pub(crate) fn raw_id(&self) -> Option<ObjectId> {
        self.raw.as_ref().map(|raw| ObjectId::of(raw))
    }

    /// Returns what another source with the same content has, too: its text, else its bytes.
    pub(crate) fn content_id(&self) -> Option<ObjectId> {
        self.text_id().or_else(|| self.raw_id())
    }

    /// Returns a source of the ledger that is the same: with the same text, else the same bytes, read in
    /// the same charset. The text may be another one for no reason but that this program reads such
    /// files better than the one that took them in.
    ///
    /// # Errors
    /// Its text or its bytes were erased: they can't be taken in again.
    pub(crate) fn already(&self, ledger: &Ledger) -> anyhow::Result<Option<(SourceId, u64)>> {
        for (what, id) in [("text", self.text_id()), ("bytes", self.raw_id())] {
            let erased = id.map(|id| gone::erased(ledger, &id)).transpose()?;
            if let Some(erased) = erased.flatten() {
                let message = format!("the same {what} stood here and was {}", erased.words());
                return Err(Failure::new(Status::Failed, message)
                    .hint("what was erased can't be taken in again")
                    .into());
            }
        }
        let mut found = None;
        if let Some(text) = self.text_id() {
            found = ledger.sources_with_text(&text)?.into_iter().next();
        }
        // Most bytes were never seen, and the list of all sources is long.
        if let (None, Some(raw)) = (&found, self.raw_id())
            && ledger.object_bytes(&raw)?.is_some()
        {
            let is_same = |source: &SourceEntry| {
                source.raw.is_some_and(|kept| kept.blake3 == raw)
                    && source.charset == self.intake.charset
                    && (self.intake.text.is_none() || source.normalizer != self.intake.normalizer)
            };
            found = ledger.sources()?.into_iter().find(
                |record| matches!(record.entry.body(), Body::Source(source) if is_same(source)),
            );
        }
        Ok(found.map(|record| (SourceId(record.entry.id().0), record.index)))
    }

    /// Puts its objects beside what is signed, and returns its entry's fields.
    pub(crate) fn put(&self, pending: &mut Pending) -> anyhow::Result<SourceEntry> {
        let meta = pending.object(object::to_bytes(&self.meta)?);
        let text = self.intake.text.as_ref().map(String::as_bytes);
        let raw = self.raw.as_deref();
        for bytes in [raw, text.filter(|text| raw != Some(*text))]
            .into_iter()
            .flatten()
        {
            pending.object(bytes.to_vec());
        }
        Ok(SourceEntry {
            source_type: self.source_type,
            raw: raw.map(Kept::of),
            text: text.map(Kept::of),
            media: self.intake.media.clone(),
            charset: self.intake.charset.clone(),
            normalizer: self.intake.normalizer.clone(),
            rights: self.rights,
            meta,
            replaces: self.replaces,
        })
    }

    /// Gives evidence that is a file without a title or an address its file's name as a title, so
    /// that a verdict's readers can tell one piece of evidence from another.
    pub(crate) fn name_after_file(&mut self) {
        if self.raw.is_none() || self.meta.title.is_some() || self.meta.url.is_some() {
            return;
        }
        let name = Path::new(&self.what).file_name().map(screen::path);
        let Some(name) = name.filter(|name| name != "-") else {
            return;
        };
        let named = Meta {
            title: Some(screen::one_line(&name)),
            ..self.meta.clone()
        };
        // Not every name is a text that can be recorded.
        if object::to_bytes(&named).is_ok() {
            self.meta = named;
        }
    }

    /// Makes it a newer version of another source.
    pub(crate) const fn replace(&mut self, older: Option<SourceId>) {
        self.replaces = older;
    }

    /// Returns the source of which it is a newer version.
    pub(crate) const fn replaces(&self) -> Option<SourceId> {
        self.replaces
    }

    /// Warns a person of what is odd about it.
    pub(crate) fn warn(&self, context: &Context) {
        for warning in &self.intake.warnings {
            let what = screen::cut(&self.what, 60);
            context.warn(&format!(
                "{what}: {}",
                screen::one_line(&warning.to_string())
            ));
        }
    }
}

/// Returns what a person calls a source: its title, else its address, else its first words.
pub(crate) fn label(meta: &Meta, text: Option<&str>) -> String {
    if let Some(title) = &meta.title {
        return screen::cut(title, 80);
    }
    if let Some(url) = &meta.url {
        return screen::cut(url, 80);
    }
    let first = text.and_then(first_line);
    first.unwrap_or_else(|| "untitled".to_owned())
}

/// A source without a title is called by its first line, up to so many columns.
const FIRST_LINE_COLUMNS: usize = 60;

/// Returns the beginning of a text's first line, in quotation marks.
pub(crate) fn first_line(text: &str) -> Option<String> {
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    Some(format!("“{}”", screen::cut(line, FIRST_LINE_COLUMNS)))
}

/// Guesses what kind of work bytes of a media type are.
fn type_of(media: &str) -> SourceType {
    let tables = [
        "text/csv",
        "text/tab-separated-values",
        "application/json",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ];
    let recorded = ["audio/", "video/", "image/"];
    if tables.contains(&media) {
        SourceType::Dataset
    } else if recorded.iter().any(|start| media.starts_with(start)) {
        SourceType::Recording
    } else {
        SourceType::Document
    }
}
