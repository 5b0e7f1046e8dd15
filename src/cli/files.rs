//! Reading files up to a bound, and writing files that are whole or not there: a temporary file beside the target, then a rename.
//!
//! What is written so can be written again, so nothing here waits for the disk. What a ledger keeps
//! is written by the store, which does.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use factlog::trust::TrustPolicy;
use tempfile::{NamedTempFile, PersistError};

use super::exit::{Failure, Status};

/// Writes a file whole: a reader sees the old bytes or the new ones, never a part. A file that has
/// these bytes already is left as it is, with its time.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let is_same_length =
        fs::metadata(path).is_ok_and(|metadata| metadata.len() == bytes.len() as u64);
    if is_same_length && fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let put = |file: NamedTempFile| file.persist(path);
    write(path, bytes, put).with_context(|| format!("writing {}", path.display()))
}

/// Writes a file that is not there yet, whole or not at all.
///
/// # Errors
/// There is one: nothing is written over it.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let put = |file: NamedTempFile| file.persist_noclobber(path);
    write(path, bytes, put).map_err(|error| explain_existing(path, error))
}

/// Says of an error in writing a file that another file is there, and what to do, if that is why.
pub(crate) fn explain_existing(path: &Path, error: anyhow::Error) -> anyhow::Error {
    let is_existing = |cause: &(dyn std::error::Error + 'static)| {
        let cause = cause.downcast_ref::<io::Error>();
        cause.is_some_and(|cause| cause.kind() == io::ErrorKind::AlreadyExists)
    };
    if !error.chain().any(is_existing) {
        return error.context(format!("writing {}", path.display()));
    }
    let message = format!("{} is there already, and is left as it is", path.display());
    Failure::new(Status::Failed, message)
        .hint("name another file with --out, or move that one away")
        .into()
}

/// Reads a file of at most so many bytes, which the command line names.
///
/// # Errors
/// There is none: exit status 3.
pub(crate) fn read_at_most(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let reading = || format!("reading {}", path.display());
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = format!("there is no file {}", path.display());
            return Err(Failure::new(Status::NotFound, message).into());
        }
        opened => opened.with_context(reading)?,
    };
    let mut bytes = Vec::new();
    let read = file.take(most + 1).read_to_end(&mut bytes);
    read.with_context(reading)?;
    if bytes.len() as u64 > most {
        anyhow::bail!("{} has more than {most} bytes", path.display());
    }
    Ok(bytes)
}

/// A trust policy has at most this many bytes.
const MAX_POLICY_BYTES: u64 = 1024 * 1024;

/// Reads a trust policy.
pub(crate) fn trust_policy(path: &Path) -> anyhow::Result<TrustPolicy> {
    let failed = |status, what: &str| Failure::new(status, format!("{} {what}", path.display()));
    let bytes = read_at_most(path, MAX_POLICY_BYTES).map_err(|error| {
        failed(Status::NotFound, "can't be read").because(error.into_boxed_dyn_error())
    })?;
    Ok(TrustPolicy::parse(&bytes).map_err(|error| {
        failed(Status::Failed, "is not a trust policy")
            .because(error)
            .hint("`factlog witness serve` prints a witness's line; see C2SP tlog-policy")
    })?)
}

fn write(
    path: &Path,
    bytes: &[u8],
    put: impl FnOnce(NamedTempFile) -> Result<fs::File, PersistError>,
) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".factlog-");
    // What is exported is for others to read; a temporary file's own default is its owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The temporary file's name, which the error has in it, would tell nobody anything.
    let mut file = builder.tempfile_in(folder).map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.source());
        let code = inner.and_then(|inner| inner.downcast_ref::<io::Error>()?.raw_os_error());
        let cause = code.map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
        anyhow::Error::new(cause).context(format!(
            "nothing can be written into the folder {}",
            folder.display()
        ))
    })?;
    file.write_all(bytes)?;
    put(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_target_and_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("nowhere").join("out.csv");
        let error = replace(&target, b"a").expect_err("there is no such folder");
        let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
        let parent = target.parent().expect("a folder").display();
        assert_eq!(chain[0], format!("writing {}", target.display()));
        assert_eq!(
            chain[1],
            format!("nothing can be written into the folder {parent}")
        );
        assert!(chain.iter().all(|cause| !cause.contains(".factlog-")));
    }
}
