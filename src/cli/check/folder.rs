//! What was exported and signed: its files, held against the list.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use factlog::audit::bundle::{self, Expected, FoundFile, MAX_BUNDLE_BYTES, ShownReport};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::super::context::Context;
use super::super::exit::{Failure, Status};
use super::super::manifest::{self, BUNDLE_FILE, PROOF_FILE, SITE_STATE_FILE};
use super::super::{files, progress};

/// Returns the file that has the proof: of a folder, that of its list.
///
/// # Errors
/// A folder has none: it was not signed, or is something else.
pub(super) fn proof_in(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let proof = path.join(PROOF_FILE);
    if proof.is_file() {
        return Ok(proof);
    }
    let shown = path.display();
    Err(if path.join("checkpoint").is_file() {
        let message = format!("{shown} is a published copy of a ledger");
        Failure::new(Status::Usage, message).hint(format!("verify it: factlog verify {shown}"))
    } else {
        let message = format!("{shown} has no {PROOF_FILE}: nobody signed what is in it");
        Failure::new(Status::NotFound, message)
            .hint("`factlog export … --sign` writes it; one proof is checked by its own name")
    }
    .into())
}

/// Checks the files that a publication's proof lists, which stand beside it.
pub(super) fn check_files(
    proof: &Path,
    report: &mut ShownReport,
    context: &Context,
) -> anyhow::Result<()> {
    let publication = report.publication.as_ref();
    let Some(list) = publication.and_then(|shown| shown.manifest.as_ref()) else {
        return Ok(());
    };
    let folder = match proof.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let own = proof.file_name().unwrap_or_default().to_string_lossy();
    let listed = || list.files.iter().map(|file| file.path.clone());
    // What is not listed, or has another length, need not be read.
    let is_wanted = |path: &str, length: u64| {
        let place = list
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path));
        place.is_ok_and(|at| list.files[at].bytes == length)
    };
    let found: BTreeMap<String, FoundFile> = match own
        .strip_suffix(PROOF_FILE)
        .and_then(|name| name.strip_suffix('.'))
    {
        // Of a single file, which stands among others.
        Some(name) => listed()
            .chain([name.to_owned()])
            .filter(|path| folder.join(path).exists())
            .map(|path| Ok((path.clone(), manifest::describe(folder, &path, is_wanted)?)))
            .collect::<anyhow::Result<_>>()?,
        None => manifest::files_in(folder, &own, is_wanted, context)?,
    };
    let bundles: Vec<String> = listed()
        .filter(|path| path.rsplit('/').next() == Some(BUNDLE_FILE))
        .filter(|path| matches!(found.get(path), Some(FoundFile::Read(_))))
        .collect();
    report.take_files(&found);
    if folder.join(SITE_STATE_FILE).exists() {
        context.say(&format!(
            "{SITE_STATE_FILE}, which the next export reads, is no part of it"
        ));
    }
    // Whose ledger it is has been asked once.
    let expected = Expected {
        ledger: report.ledger,
        ..Expected::default()
    };
    let bar = progress::of("checking proofs", "proofs", bundles.len() as u64, context);
    let checked: Vec<(String, ShownReport)> = bundles
        .into_par_iter()
        .map(|path| {
            let bytes = files::read_at_most(&folder.join(&path), MAX_BUNDLE_BYTES as u64)?;
            bar.inc(1);
            Ok((path, bundle::check_bytes(&bytes, &expected)))
        })
        .collect::<anyhow::Result<_>>()?;
    bar.finish_and_clear();
    report.take_bundles(checked);
    Ok(())
}
