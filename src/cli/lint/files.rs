//! The files that a command line names: themselves, those of a folder, standard input.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::claimreview::MAX_BYTES;

use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;
use crate::cli::waiting;

/// The endings of files in a folder that may hold markup.
const ENDINGS: [&str; 5] = ["html", "htm", "xhtml", "json", "jsonld"];

/// Where markup may be.
pub(crate) enum Place {
    /// Standard input.
    Input,
    /// A file that was named.
    Named(PathBuf),
    /// A file of a folder that was named.
    Found(PathBuf),
}

/// What is there.
pub(crate) struct Input {
    /// What a person calls it.
    pub(crate) name: String,
    /// The bytes; a few more than may be, where there are more.
    pub(crate) bytes: Vec<u8>,
}

/// Finds the files of a command line, those of a folder in the order of their names.
pub(crate) fn find(what: &[OsString]) -> anyhow::Result<Vec<Place>> {
    let mut places = Vec::new();
    for what in what {
        let path = PathBuf::from(what);
        if what == "-" {
            places.push(Place::Input);
        } else if !path.exists() {
            let message = format!("there is no file or folder {}", screen::path(&path));
            return Err(Failure::new(Status::NotFound, message).into());
        } else if path.is_dir() {
            let mut found = below(&path)?;
            found.sort();
            places.extend(found.into_iter().map(Place::Found));
        } else {
            places.push(Place::Named(path));
        }
    }
    Ok(places)
}

/// Lists the files below a folder; a link to another folder is not followed.
fn below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let listing = || format!("listing the folder {}", screen::path(&folder));
        for item in fs::read_dir(&folder).with_context(listing)? {
            let item = item.with_context(listing)?;
            let path = item.path();
            let kind = item.file_type().with_context(listing)?;
            let ending = path
                .extension()
                .and_then(|ending| ending.to_str())
                .unwrap_or_default();
            if kind.is_dir() {
                open.push(path);
            } else if path.is_file()
                && ENDINGS
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(ending))
            {
                files.push(path);
            }
        }
    }
    Ok(files)
}

impl Place {
    /// Returns its path; of standard input, a dash.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Input => Path::new("-"),
            Self::Named(path) | Self::Found(path) => path,
        }
    }

    /// Says whether it was found in a folder, and not named itself.
    pub(crate) const fn is_found(&self) -> bool {
        matches!(self, Self::Found(_))
    }

    /// Says whether its name is that of a page.
    pub(crate) fn is_page(&self) -> bool {
        let extension = self
            .path()
            .extension()
            .and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| {
            ["html", "htm", "xhtml"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(extension))
        })
    }

    /// Reads it, as far as one byte more than may be.
    pub(crate) fn read(&self, context: &Context) -> anyhow::Result<Input> {
        let name = screen::path(self.path());
        let reading = || format!("reading {name}");
        let bytes = match self {
            Self::Input => {
                waiting::for_input(context);
                read(io::stdin().lock())
            }
            Self::Named(path) | Self::Found(path) => File::open(path).and_then(read),
        };
        let bytes = bytes.with_context(reading)?;
        Ok(Input { name, bytes })
    }
}

fn read(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Says whether a file of a folder may have markup: most JSON files are something else.
pub(crate) fn mentions_markup(bytes: &[u8]) -> bool {
    const WORDS: [&[u8]; 3] = [b"schema.org", b"laimReview", b"laimreview"];
    // Of a file that is no UTF-8 the zero bytes may stand between the letters.
    std::str::from_utf8(bytes).is_err()
        || WORDS
            .iter()
            .any(|word| bytes.windows(word.len()).any(|found| found == *word))
}
