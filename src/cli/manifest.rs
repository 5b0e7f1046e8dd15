//! The files of a folder, as a manifest lists them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::words::manifest::ManifestFile;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::context::Context;
use super::progress;

/// The proof of the list, in the folder that it is of: it can't be in the list itself.
pub(crate) const PROOF_FILE: &str = "publication.json";

/// What the next export of a site reads: no part of what is published.
pub(crate) const SITE_STATE_FILE: &str = ".factlog-site.json";

/// Describes all files in a folder but the proof of their list, by their paths in it; what is no plain
/// file is `None`. Links are not followed.
pub(crate) fn files_in(
    folder: &Path,
    proof: &str,
    context: &Context,
) -> anyhow::Result<BTreeMap<String, Option<ManifestFile>>> {
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
        let place = place.map(|place| folder.join(place));
        let file = place.map(|place| read(&path, &place)).transpose()?;
        bar.inc(1);
        Ok((path, file))
    });
    let described = described.collect::<anyhow::Result<_>>();
    bar.finish_and_clear();
    described
}

/// Describes one file; `None` where it is none, or a link leads to it.
pub(crate) fn describe(folder: &Path, path: &str) -> anyhow::Result<Option<ManifestFile>> {
    let mut place = folder.to_owned();
    for part in path.split('/') {
        place.push(part);
        if fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
            return Ok(None);
        }
    }
    place.is_file().then(|| read(path, &place)).transpose()
}

fn read(path: &str, place: &Path) -> anyhow::Result<ManifestFile> {
    let bytes = fs::read(place).with_context(|| format!("reading {}", place.display()))?;
    Ok(ManifestFile::new(path, &bytes))
}

/// Returns a name as text. One that is no UTF-8 gets backslashes, which no list has, so that it is never
/// taken for a name that is listed.
fn name(name: &OsStr) -> Cow<'_, str> {
    match name.to_str() {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(name.as_encoded_bytes().escape_ascii().to_string()),
    }
}
