//! What was exported and signed: its files, held against the list.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use factlog::audit::bundle::{self, Closed, Expected, MAX_BUNDLE_BYTES, ShownReport};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::super::context::Context;
use super::super::exit::{Failure, Status};
use super::super::manifest::{self, PROOF_FILE};
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
    let listed: Vec<String> = list.files.iter().map(|file| file.path.clone()).collect();
    let (found, closed) = if proof.file_name().is_some_and(|name| name == PROOF_FILE) {
        (manifest::files_in(folder, context)?, Closed::Yes)
    } else {
        let mut found = BTreeMap::new();
        for path in listed.iter().filter(|path| folder.join(path).exists()) {
            found.insert(path.clone(), manifest::describe(folder, path)?);
        }
        (found, Closed::No)
    };
    report.take_files(&found, closed);
    // Whose ledger it is has been asked once.
    let expected = Expected {
        ledger: report.ledger,
        ..Expected::default()
    };
    let bundles = listed.into_iter().filter(|path| {
        let name = path.rsplit('/').next();
        name == Some(BUNDLE_FILE) && found.get(path).is_some_and(Option::is_some)
    });
    let bundles: Vec<String> = bundles.collect();
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
    for (path, found) in checked {
        report.take_proof(&path, found);
    }
    Ok(())
}

/// What the site calls the bundle beside a page.
const BUNDLE_FILE: &str = "bundle.json";
