//! What every subcommand shares: where the ledger and the settings are, the time, salts, streams.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chrono::Utc;
use clap::Args;
use etcetera::BaseStrategy;
use factlog::keys::KeyFileError;
use factlog::net::address;
use factlog::net::fetch::Limits;
use factlog::store::Notice;
use factlog::words::salt::Salt;
use factlog::words::time::Timestamp;

use super::config::settings::{Settings, Source};
use super::exit::{Failure, Status};
use super::faults;
use super::links;
use super::screen::{self, BAD, WARN};

/// The folder that a ledger lives in.
pub(crate) const LEDGER_FOLDER: &str = ".factlog";

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// What to try where the log's key can't be used.
const LOG_KEY_HINT: &str = "bring the file back from a backup; until then write entries to a file \
     with --out FILE";

/// Options that every subcommand takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Use the ledger in this folder: a folder that holds `.factlog`, or that folder itself
    ///
    /// Without it, `.factlog` is looked for in the working folder and upwards.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "FACTLOG_LEDGER",
        // An empty variable counts as none.
        value_parser = clap::builder::OsStringValueParser::new()
    )]
    ledger: Option<OsString>,
    /// Print JSON; each output has a schema in `schemas/`
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say less: only data, warnings and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Colours and other styles: auto (on a terminal; what counts unless set otherwise), always, never
    #[arg(long, global = true, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Option<When>,
    /// Never ask: fail where an answer would be needed
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Set the time, for reproducible output (such as 2026-11-22T10:00:00Z)
    ///
    /// No entry may be earlier than the one before by the same key: what is signed at a time in the
    /// future keeps that key from signing anything earlier in this ledger, ever.
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// Derive salts from this text instead of drawing them, for reproducible output in tests
    #[arg(long, global = true, value_name = "TEXT")]
    pub(crate) seed: Option<String>,
}

/// When there are colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless the environment says otherwise.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl When {
    /// Returns the word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

impl Global {
    /// Returns the folder that the command line or the environment names.
    pub(crate) fn ledger(&self) -> Option<&Path> {
        let named = self.ledger.as_deref().filter(|named| !named.is_empty());
        named.map(Path::new)
    }
}

/// What every subcommand shares.
pub(crate) struct Context {
    /// The options that every subcommand takes.
    pub(crate) global: Global,
    salts: Cell<u64>,
    /// Why the log's key can't be used; absent where it can, or is not kept here.
    log_key_fault: Cell<Option<KeyFileError>>,
    /// What was said once: a command may open the ledger several times.
    noticed: RefCell<BTreeSet<String>>,
    settings: OnceCell<Settings>,
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        Self {
            global,
            salts: Cell::new(0),
            log_key_fault: Cell::new(None),
            noticed: RefCell::default(),
            settings: OnceCell::new(),
        }
    }

    /// Returns the settings of the file; none are set where there is no folder for it.
    ///
    /// # Errors
    /// The file has a fault: exit status 2.
    pub(crate) fn settings(&self) -> anyhow::Result<&Settings> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let settings = match self.home() {
            Ok(home) => Settings::load(&home)?,
            Err(_) => Settings::default(),
        };
        Ok(self.settings.get_or_init(|| settings))
    }

    /// Decides whether there are colours: the option, else the environment, else the setting.
    pub(crate) fn choose_styles(&self) {
        let defaults = Settings::default();
        let settings = self.settings().unwrap_or(&defaults);
        let (when, from) = settings.color(&self.global);
        let choice = match when.as_str() {
            // It has its own rules about these variables.
            _ if from == Source::Environment => anstream::ColorChoice::Auto,
            "always" => anstream::ColorChoice::Always,
            "never" => anstream::ColorChoice::Never,
            _ => anstream::ColorChoice::Auto,
        };
        choice.write_global();
        links::choose(settings.of_file("hyperlinks"));
    }

    /// Returns how much and how long is fetched.
    pub(crate) fn limits(&self) -> anyhow::Result<Limits> {
        let settings = self.settings()?;
        let overall = Duration::from_secs(settings.number("fetch.timeout"));
        let least = Limits::default();
        Ok(Limits {
            bytes: settings.number("fetch.max_bytes"),
            connect: least.connect.min(overall),
            read: least.read.min(overall),
            overall,
            any_status: false,
        })
    }

    /// Keeps what is wrong with the log's key until something has to be signed with it.
    pub(crate) fn note_log_key_fault(&self, fault: KeyFileError) {
        self.log_key_fault.set(Some(fault));
    }

    /// Warns of what opening the ledger found, of each thing once.
    pub(crate) fn tell_notices(&self, notices: &[Notice]) {
        for notice in notices {
            self.warn_once(&notice.to_string());
        }
    }

    /// Warns a person of something that may come up again in the same command.
    fn warn_once(&self, text: &str) {
        if self.noticed.borrow_mut().insert(text.to_owned()) {
            self.warn(text);
        }
    }

    /// Warns where `--at` is so far ahead of the clock that it can hardly be meant: no entry of an
    /// author's chain may be earlier than the one before, so whoever signs then is bound to it.
    pub(crate) fn warn_of_future(&self) {
        let Some(at) = self.global.at else { return };
        if at.seconds() - Utc::now().timestamp() > DAY {
            self.warn_once(&format!(
                "--at {at} is more than a day ahead of this machine's clock: once something is signed \
                 at that time, the same key can sign nothing earlier in this ledger, ever"
            ));
        }
    }

    /// Names the fault of the log's key where an error says no more than that the key is not there.
    pub(crate) fn explained(&self, error: anyhow::Error) -> anyhow::Error {
        if !error.chain().any(faults::is_log_key_missing) {
            return error;
        }
        match self.log_key_fault.take() {
            Some(fault) => Failure::new(Status::Key, format!("{error}, and it can't be used"))
                .because(fault)
                .hint(LOG_KEY_HINT)
                .into(),
            None => error,
        }
    }

    /// Returns the time that entries are dated with.
    pub(crate) fn now(&self) -> anyhow::Result<Timestamp> {
        match self.global.at {
            Some(at) => Ok(at),
            None => Timestamp::new(Utc::now()).context("the clock is outside the years 0 to 9999"),
        }
    }

    /// Returns a fresh salt: random, or the next of the seed's.
    pub(crate) fn salt(&self) -> anyhow::Result<Salt> {
        if let Some(seed) = &self.global.seed {
            let counter = self.salts.get();
            self.salts.set(counter + 1);
            return Ok(Salt::from_seed(seed.as_bytes(), counter));
        }
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(io::Error::from)
            .context("drawing random bytes")?;
        Ok(Salt::new(bytes))
    }

    /// Returns the folder of keys and settings: `$FACTLOG_HOME`, else the platform's.
    #[expect(
        clippy::unused_self,
        reason = "callers need not know what it depends on"
    )]
    pub(crate) fn home(&self) -> anyhow::Result<PathBuf> {
        if let Some(home) = env::var_os("FACTLOG_HOME").filter(|home| !home.is_empty()) {
            return Ok(PathBuf::from(home));
        }
        let strategy = etcetera::choose_base_strategy().map_err(|source| {
            Failure::new(Status::Key, "there is no home folder to keep keys in")
                .because(source)
                .hint("set FACTLOG_HOME to a folder for keys and settings")
        })?;
        Ok(strategy.config_dir().join("factlog"))
    }

    /// Returns the folder with the ledger's files.
    ///
    /// # Errors
    /// There is none: exit status 3.
    pub(crate) fn ledger_folder(&self) -> anyhow::Result<PathBuf> {
        if let Some(given) = self.global.ledger() {
            return found_in(given).ok_or_else(|| {
                Failure::new(
                    Status::NotFound,
                    format!("no ledger in {}", given.display()),
                )
                .hint(format!(
                    "start one there with `factlog init --ledger {} …`",
                    given.display()
                ))
                .into()
            });
        }
        let here = env::current_dir().context("finding the working folder")?;
        here.ancestors().find_map(found_in).ok_or_else(|| {
            Failure::new(
                Status::NotFound,
                format!("no ledger in {} or above it", here.display()),
            )
            .hint("start one with `factlog init`, or name one with --ledger DIR")
            .into()
        })
    }

    /// Says whether a person can be asked: there is a terminal, and asking is not forbidden.
    pub(crate) fn can_ask(&self) -> bool {
        !self.global.no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Says why nobody is asked, where [`Self::can_ask`] says that nobody can be.
    pub(crate) const fn why_not_ask(&self) -> &'static str {
        if self.global.no_input {
            "--no-input forbids asking for it"
        } else {
            "there is no terminal to ask at"
        }
    }

    /// Tells a person something, on standard error; silent with `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.global.quiet {
            let _ = writeln!(anstream::stderr(), "{}", screen::message(text));
        }
    }

    /// Warns a person, on standard error.
    #[expect(
        clippy::unused_self,
        reason = "callers need not know what it depends on"
    )]
    pub(crate) fn warn(&self, text: &str) {
        warn(text);
    }
}

/// Warns a person, on standard error, where no context is at hand.
pub(crate) fn warn(text: &str) {
    let text = format!("{} {}", screen::styled(WARN, "warning:"), shown(text));
    let _ = writeln!(anstream::stderr(), "{}", screen::message(&text));
}

/// Reports an error, its causes, and at most one thing to try.
pub(crate) fn report(error: &anyhow::Error, hint: Option<&str>) {
    let mut err = anstream::stderr();
    let mut say = |text: &str| {
        let _ = writeln!(err, "{}", screen::message(text));
    };
    let text = shown(&error.to_string());
    say(&format!("{} {text}", screen::styled(BAD, "error:")));
    let mut last = text;
    for cause in error.chain().skip(1) {
        let cause = shown(&cause.to_string());
        if cause != last {
            say(&format!("  because: {cause}"));
        }
        last = cause;
    }
    if let Some(hint) = hint {
        let hint = shown(hint);
        say(&format!(
            "{} {hint}",
            screen::styled(screen::STRONG, "hint:")
        ));
    }
}

/// Makes a message harmless, and takes user names and passwords out of the addresses in it.
fn shown(message: &str) -> String {
    screen::visible(&address::masked(message)).into_owned()
}

fn found_in(folder: &Path) -> Option<PathBuf> {
    let inside = folder.join(LEDGER_FOLDER);
    if inside.is_dir() {
        return Some(inside);
    }
    // The folder itself may be named.
    (folder.join("journal").is_file() || folder.join("head").is_file())
        .then(|| folder.to_path_buf())
}
