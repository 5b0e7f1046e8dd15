//! The checks of what a person has around a ledger: folder of keys, settings, agent, programs,
//! terminal.

use std::env;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use factlog::keys::Agent;
use factlog::keys::agent::Identity;

use super::Check;
use crate::cli::config::settings::{FILE, SETTINGS, Settings};
use crate::cli::context::Context;
use crate::cli::screen;

/// The folder of keys, its settings, and the agent.
pub(super) fn checks(context: &Context) -> Vec<Check> {
    let home = match context.home() {
        Ok(home) => home,
        Err(error) => {
            let text = format!("{error:#}");
            return vec![Check::wrong("home", text, "set FACTLOG_HOME to a folder")];
        }
    };
    let mut checks = vec![folder(&home)];
    checks.push(match Settings::load(&home) {
        Ok(_) if home.join(FILE).exists() => Check::well("settings", screen::path(home.join(FILE))),
        Ok(_) => Check::well("settings", "none are set: the defaults count"),
        Err(error) => Check::wrong(
            "settings",
            format!("{error:#}"),
            "mend the file: factlog config edit",
        ),
    });
    checks.extend(agent());
    checks
}

fn folder(home: &Path) -> Check {
    const NAME: &str = "home";
    let shown = screen::path(home);
    match fs::metadata(home) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Check::look(
            NAME,
            format!("{shown} is not there yet"),
            "`factlog init` makes it, with the keys in it",
        ),
        Err(error) => Check::wrong(
            NAME,
            format!("{shown} can't be looked at: {error}"),
            "set FACTLOG_HOME to a folder that is yours",
        ),
        Ok(about) if !about.is_dir() => Check::wrong(
            NAME,
            format!("{shown} is no folder"),
            "set FACTLOG_HOME to a folder",
        ),
        Ok(about) if about.permissions().readonly() => Check::wrong(
            NAME,
            format!("{shown} can't be written to"),
            format!("chmod u+w {shown}"),
        ),
        Ok(about) => match others(&about) {
            Some(mode) => Check::wrong(
                NAME,
                format!("others can write to {shown} (mode {mode:o}): they could put keys there"),
                format!("chmod go-w {shown}"),
            ),
            None => Check::well(NAME, shown),
        },
    }
}

/// Returns the mode of what others than its owner can write to.
#[cfg(unix)]
fn others(about: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = about.permissions().mode() & 0o7777;
    (mode & 0o022 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn others(_: &fs::Metadata) -> Option<u32> {
    None
}

fn agent() -> Option<Check> {
    const NAME: &str = "ssh-agent";
    let socket = env::var_os("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty())?;
    Some(match Agent::new(&socket).list() {
        Ok(held) => {
            let is_ours = |held: &&Identity| matches!(held, Identity::Ed25519 { .. });
            let ours = held.iter().filter(is_ours).count() as u64;
            let keys = screen::counted(ours, "Ed25519 key", "Ed25519 keys");
            Check::well(NAME, format!("it holds {keys}"))
        }
        Err(error) => Check::look(
            NAME,
            format!("SSH_AUTH_SOCK names {}: {error}", screen::path(&socket)),
            "start it, or unset SSH_AUTH_SOCK; keys in files do without",
        ),
    })
}

/// Programs, and the terminal.
pub(super) fn around(context: &Context) -> Vec<Check> {
    let settings = context.settings().cloned().unwrap_or_default();
    let program = |name: &'static str| {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        let (line, _) = setting.map(|setting| settings.value(setting, &context.global))?;
        let word = line.split_whitespace().next()?.to_owned();
        Some(match found(&word) {
            Some(path) => Check::well(name, screen::path(path)),
            None => Check::look(
                name,
                format!("there is no program {word:?}"),
                format!("install it, or choose another: factlog config set {name} PROGRAM"),
            ),
        })
    };
    let mut checks: Vec<Check> = ["editor", "pager"]
        .into_iter()
        .filter_map(program)
        .collect();
    checks.push(charset());
    checks.extend(width());
    checks
}

/// Finds a program as a shell does.
fn found(program: &str) -> Option<PathBuf> {
    let is_there = |path: &PathBuf| path.is_file();
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(is_there);
    }
    let folders = env::var_os("PATH")?;
    let mut paths = env::split_paths(&folders).flat_map(|folder| {
        let ending = env::consts::EXE_SUFFIX;
        [
            folder.join(program),
            folder.join(format!("{program}{ending}")),
        ]
    });
    paths.find(is_there)
}

fn charset() -> Check {
    const NAME: &str = "charset";
    let set = |name| {
        env::var(name)
            .ok()
            .filter(|value: &String| !value.is_empty())
    };
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set) else {
        return Check::look(
            NAME,
            "no locale is set, so the terminal may not be in UTF-8",
            "set LANG to a locale in UTF-8, such as C.UTF-8",
        );
    };
    let plain = locale.to_lowercase().replace('-', "");
    if plain.contains("utf8") || cfg!(windows) {
        Check::well(NAME, locale)
    } else {
        Check::look(
            NAME,
            format!("the locale is {locale}: names and quotes in other letters may look wrong"),
            "set LANG to a locale in UTF-8, such as C.UTF-8",
        )
    }
}

fn width() -> Option<Check> {
    /// Listings are made for no fewer columns.
    const LEAST: u16 = 60;
    if !io::stderr().is_terminal() {
        return None;
    }
    let (columns, _) = terminal_size::terminal_size_of(io::stderr())?;
    let text = format!("{} columns", columns.0);
    Some(if columns.0 < LEAST {
        Check::look(
            "terminal",
            text,
            "listings are made for 60 columns and more",
        )
    } else {
        Check::well("terminal", text)
    })
}
