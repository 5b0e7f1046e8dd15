//! The files of a folder, as a manifest lists them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::audit::bundle::FoundFile;
use factlog::words::manifest::ManifestFile;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::context::Context;
use super::progress;

/// The proof of the list, in the folder that it is of: it can't be in the list itself.
pub(crate) const PROOF_FILE: &str = "publication.json";

/// What a site calls the bundle beside a page.
pub(crate) const BUNDLE_FILE: &str = "bundle.json";

/// What the next export of a site reads: no part of what is published.
pub(crate) const SITE_STATE_FILE: &str = ".factlog-site.json";

/// Describes all files in a folder but the proof of their list, by their paths in it. Links are not
/// followed, and no file is read but where `is_wanted` says so of its path and its length.
pub(crate) fn files_in(
    folder: &Path,
    proof: &str,
    is_wanted: impl Fn(&str, u64) -> bool + Sync,
    context: &Context,
) -> anyhow::Result<BTreeMap<String, FoundFile>> {
    let mut found = Vec::new();
    let mut folders = vec![(PathBuf::new(), String::new())];
    while let Some((inner, prefix)) = folders.pop() {
        let reading = || format!("reading {}", folder.join(&inner).display());
        for entry in fs::read_dir(folder.join(&inner)).with_context(reading)? {
            let entry = entry.with_context(reading)?;
            let place = inner.join(entry.file_name());
            let path = format!("{prefix}{}", name(&entry.file_name()));
            let kind = entry.file_type().with_context(reading)?;
            if kind.is_dir() {
                folders.push((place, format!("{path}/")));
            } else if path != proof && path != SITE_STATE_FILE {
                found.push((path, kind.is_file().then_some(place)));
            }
        }
    }
    let bar = progress::of("hashing", "files", found.len() as u64, context);
    let described = found.into_par_iter().map(|(path, place)| {
        let file = match place {
            Some(place) => read(&path, &folder.join(place), &is_wanted)?,
            None => FoundFile::NotPlain,
        };
        bar.inc(1);
        Ok((path, file))
    });
    let described = described.collect::<anyhow::Result<_>>();
    bar.finish_and_clear();
    described
}

/// Describes one file, which is no plain one where a link leads to it.
pub(crate) fn describe(
    folder: &Path,
    path: &str,
    is_wanted: impl Fn(&str, u64) -> bool,
) -> anyhow::Result<FoundFile> {
    let mut place = folder.to_owned();
    for part in path.split('/') {
        place.push(part);
        if fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
            return Ok(FoundFile::NotPlain);
        }
    }
    if place.is_file() {
        read(path, &place, is_wanted)
    } else {
        Ok(FoundFile::NotPlain)
    }
}

fn read(
    path: &str,
    place: &Path,
    is_wanted: impl Fn(&str, u64) -> bool,
) -> anyhow::Result<FoundFile> {
    let reading = || format!("reading {}", place.display());
    let length = fs::metadata(place).with_context(reading)?.len();
    if !is_wanted(path, length) {
        return Ok(FoundFile::OfLength(length));
    }
    let bytes = fs::read(place).with_context(reading)?;
    Ok(FoundFile::Read(ManifestFile::new(path, &bytes)))
}

/// Returns a name as text. One that is no UTF-8 gets backslashes, which no list has, so that it is never
/// taken for a name that is listed.
fn name(name: &OsStr) -> Cow<'_, str> {
    match name.to_str() {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(name.as_encoded_bytes().escape_ascii().to_string()),
    }
}
