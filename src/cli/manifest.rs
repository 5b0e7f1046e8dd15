//! The files of a folder, as a manifest lists them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use factlog::words::manifest::ManifestFile;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::context::Context;
use super::progress;

/// The proof of the list, in the folder that it is of: it can't be in the list itself.
pub(crate) const PROOF_FILE: &str = "publication.json";

/// What the next export of a site reads: no part of what is published.
pub(crate) const SITE_STATE_FILE: &str = ".factlog-site.json";

/// Describes all files in a folder, by their paths in it; what is no plain file is `None`. Links are not
/// followed.
pub(crate) fn files_in(
    folder: &Path,
    context: &Context,
) -> anyhow::Result<BTreeMap<String, Option<ManifestFile>>> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(inner) = folders.pop() {
        let reading = || format!("reading {}", folder.join(&inner).display());
        for entry in fs::read_dir(folder.join(&inner)).with_context(reading)? {
            let entry = entry.with_context(reading)?;
            let path = format!("{inner}{}", entry.file_name().to_string_lossy());
            if entry.file_type().with_context(reading)?.is_dir() {
                folders.push(format!("{path}/"));
            } else if path != PROOF_FILE && path != SITE_STATE_FILE {
                paths.push(path);
            }
        }
    }
    let bar = progress::of("hashing", "files", paths.len() as u64, context);
    let described = paths.into_par_iter().map(|path| {
        let file = describe(folder, &path)?;
        bar.inc(1);
        Ok((path, file))
    });
    let described = described.collect::<anyhow::Result<_>>();
    bar.finish_and_clear();
    described
}

/// Describes one file; `None` where it is none, or a link.
pub(crate) fn describe(folder: &Path, path: &str) -> anyhow::Result<Option<ManifestFile>> {
    let file = folder.join(path);
    // A name that is no UTF-8 is another one by now: no list can have it.
    if !fs::symlink_metadata(&file).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
    Ok(Some(ManifestFile::new(path, &bytes)))
}
