//! `factlog verdict --from`.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::exit::Status;
use crate::cli::signing::SigningArgs;

pub(crate) fn run(_: &Path, _: &SigningArgs, _: &Context) -> anyhow::Result<Status> {
    anyhow::bail!("")
}
