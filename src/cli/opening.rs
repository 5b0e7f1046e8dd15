//! Opening the ledger for one action: the log's key, what to say while waiting or rebuilding.
//!
//! An open ledger is locked until it is dropped. Nobody holds one while a person is asked, reads or
//! edits.

use std::fs;
use std::io::{self, IsTerminal, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use factlog::keys::{KeyFileError, Keyring, PrivateKeyFile};
use factlog::ledger::{self, Ledger, Options, Progress};
use factlog::store::{DatabaseFault, Notice};
use factlog::trust::{KeyName, SigningKey};
use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;
use super::proposals::{Proposals, Unsplit};
use super::stops;

/// The file with the log's own key, in the ledger's folder.
pub(crate) const LOG_KEY_FILE: &str = "log.key";

/// The file with the key that takes its place, while the entry that says so is not appended.
pub(crate) const NEXT_LOG_KEY_FILE: &str = "log.key.new";

/// A checkpoint's first line is read from no more than this of `head`: a name has at most 255 bytes.
const LONGEST_FIRST_LINE: u64 = 256;

impl Context {
    /// Opens the ledger that the command line means; it is locked until it is dropped.
    ///
    /// It can be read without the log's key: what is wrong with the key's file is kept, and reported
    /// if something has to be signed with it.
    ///
    /// What opening found, such as a database that had to be built anew, is said on standard error.
    pub(crate) fn open_ledger(&self) -> anyhow::Result<Ledger> {
        self.open_ledger_in(&self.ledger_folder()?)
    }

    /// Opens the ledger in a folder, as [`open_ledger`](Self::open_ledger) does.
    pub(crate) fn open_ledger_in(&self, folder: &Path) -> anyhow::Result<Ledger> {
        self.open_telling(folder, |_| true)
    }

    /// Opens a ledger whose files were just made: that its database had to be built is no news.
    pub(crate) fn open_new_ledger(&self, folder: &Path) -> anyhow::Result<Ledger> {
        self.open_telling(folder, |notice| {
            let fault = DatabaseFault::Missing;
            !matches!(notice, Notice::DatabaseRebuilt { fault: found, .. } if *found == fault)
        })
    }

    fn open_telling(
        &self,
        folder: &Path,
        is_told: impl Fn(&Notice) -> bool,
    ) -> anyhow::Result<Ledger> {
        let mut options = self.ledger_options()?;
        options.log_key = log_key(folder, LOG_KEY_FILE).unwrap_or_else(|fault| {
            self.note_log_key_fault(fault);
            None
        });
        options.next_log_key = log_key(folder, NEXT_LOG_KEY_FILE).unwrap_or_else(|fault| {
            self.warn(&fault.to_string());
            None
        });
        let next = options.next_log_key.clone();
        let (ledger, mut notices) = Ledger::open(folder, options)?;
        notices.retain(is_told);
        self.tell_notices(&notices);
        if let Some(next) = next
            && ledger.ledger_facts()?.log == *next.verifier()
            && !ledger.is_read_only()
        {
            put_in_place(folder)?;
        }
        Ok(ledger)
    }

    /// Opens the ledger, and reads from it what takes the claims that its texts propose.
    ///
    /// Texts that were never split are split with the ledger closed; then `read` is run again.
    pub(crate) fn read_claims<T>(
        &self,
        read: impl Fn(&Ledger, &Proposals) -> anyhow::Result<T>,
    ) -> anyhow::Result<(Ledger, T)> {
        read_claims(|| self.open_ledger(), read)
    }

    /// Returns the options that a ledger is opened or started with, but for the log's key.
    pub(crate) fn ledger_options(&self) -> anyhow::Result<Options> {
        let mut options = ledger::options();
        options.heads = Some(self.home()?.join("heads"));
        options.on_step = stops::from_environment()?;
        let quiet = self.global.quiet;
        options.on_wait = Some(Arc::new(move |folder: &Path| {
            if !quiet {
                let mut err = anstream::stderr();
                let folder = folder.display();
                let _ = writeln!(err, "waiting for another command to finish with {folder} …");
            }
        }));
        if !quiet && io::stderr().is_terminal() {
            options.on_progress = Some(rebuild_bar());
        }
        Ok(options)
    }

    /// Returns the folder of keys.
    pub(crate) fn keyring(&self) -> anyhow::Result<Keyring> {
        Ok(Keyring::new(self.home()?.join("keys")))
    }
}

/// Opens a ledger and reads from it, as [`Context::read_claims`] does.
pub(crate) fn read_claims<T>(
    open: impl Fn() -> anyhow::Result<Ledger>,
    read: impl Fn(&Ledger, &Proposals) -> anyhow::Result<T>,
) -> anyhow::Result<(Ledger, T)> {
    let mut ledger = open()?;
    let proposals = Proposals::of(ledger.folder());
    loop {
        let Unsplit(texts) = match read(&ledger, &proposals) {
            Ok(done) => return Ok((ledger, done)),
            Err(error) => error.downcast()?,
        };
        drop(ledger);
        for text in texts {
            proposals.split(&text);
        }
        ledger = open()?;
    }
}

/// Reads the log's key; `None` where it is not kept here, as on the machine of a reviewer who is not
/// the ledger's keeper.
fn log_key(folder: &Path, file: &str) -> Result<Option<SigningKey>, KeyFileError> {
    let path = folder.join(file);
    let Some(origin) = origin_in_head(folder) else {
        return Ok(None);
    };
    // A pipe might never end, and no key of ours is one.
    if fs::metadata(&path).is_ok_and(|about| !about.is_file())
        || path.try_exists().is_ok_and(|there| !there)
    {
        return Ok(None);
    }
    Ok(Some(PrivateKeyFile::read(&path)?.unlock(origin, None)?))
}

/// Puts the new log key's file in the old one's place: the ledger says that it signs now.
fn put_in_place(folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(LOG_KEY_FILE);
    fs::rename(folder.join(NEXT_LOG_KEY_FILE), &path)
        .and_then(|()| fs::File::open(folder)?.sync_all())
        .with_context(|| format!("replacing {}", path.display()))
}

/// Returns the first line of the checkpoint in `head`: the log's name. Opening verifies the rest.
fn origin_in_head(folder: &Path) -> Option<KeyName> {
    let path = folder.join("head");
    if !fs::metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut head = Vec::new();
    let file = fs::File::open(&path).ok()?;
    file.take(LONGEST_FIRST_LINE).read_to_end(&mut head).ok()?;
    let first = head.split(|byte| *byte == b'\n').next()?;
    KeyName::new(std::str::from_utf8(first).ok()?).ok()
}

/// Shows how far a rebuild of the database has come, and vanishes when it is done.
fn rebuild_bar() -> ledger::OnProgress {
    let bar = ProgressBar::hidden();
    let style = ProgressStyle::with_template("rebuilding the database {bar:30} {percent}%");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    Arc::new(move |progress: Progress| {
        if bar.is_hidden() {
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        if progress.done >= progress.total {
            bar.finish_and_clear();
        }
    })
}
