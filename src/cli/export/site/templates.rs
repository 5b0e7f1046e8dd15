//! A desk's own templates: read from a folder, and the built-in ones written into one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use factlog::export::site::{BUILT_IN, OWN_STYLE, Templates};

use super::super::super::context::Context;
use super::super::super::exit::{Failure, Status};
use super::super::super::manifest::SITE_STATE_FILE;
use super::super::super::{files, screen};

/// A template has at most this many bytes.
const MAX_TEMPLATE_BYTES: u64 = 4 * 1024 * 1024;

/// Writes the built-in templates.
///
/// # Errors
/// A file of such a name is there: none is written.
pub(super) fn write(folder: &Path, context: &Context) -> anyhow::Result<Status> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    if let Some((name, _)) = BUILT_IN.iter().find(|(name, _)| folder.join(name).exists()) {
        let message = format!("{} is there already", folder.join(name).display());
        return Err(Failure::new(Status::Failed, message)
            .hint("nothing was written: name a folder that has no templates yet")
            .into());
    }
    for (name, text) in BUILT_IN {
        files::write_new(&folder.join(name), text.as_bytes())?;
    }
    context.say(&format!(
        "wrote {} to {}; what you don't change can be removed again",
        screen::counted(BUILT_IN.len() as u64, "template", "templates"),
        folder.display()
    ));
    Ok(Status::Done)
}

/// Reads a desk's own templates.
///
/// # Errors
/// The folder is an exported site: its pages are no templates.
pub(super) fn read(folder: Option<&Path>) -> anyhow::Result<Templates> {
    let mut own = BTreeMap::new();
    if let Some(folder) = folder {
        if folder.join(SITE_STATE_FILE).exists() {
            let message = format!(
                "{} is an exported site, not a folder of templates",
                folder.display()
            );
            return Err(Failure::new(Status::Usage, message)
                .hint("`factlog export site --write-templates DIR` writes some to begin with")
                .into());
        }
        let listing = || format!("reading the templates in {}", folder.display());
        for entry in fs::read_dir(folder).with_context(listing)? {
            let entry = entry.with_context(listing)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // A link to a file is as good as one.
            if name.starts_with('.') || !entry.path().is_file() {
                continue;
            }
            let bytes = files::read_at_most(&entry.path(), MAX_TEMPLATE_BYTES)?;
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::new(Status::Usage, format!("{name} is not UTF-8")))?;
            own.insert(name, text);
        }
    }
    Templates::new(&own).map_err(|error| {
        let message = format!("{:#}", anyhow::Error::from(error));
        let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        Failure::new(Status::Usage, message)
            .hint(format!("templates are {}, {OWN_STYLE}", names.join(", ")))
            .into()
    })
}
