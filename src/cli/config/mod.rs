//! `factlog config`: every setting, its value, and where that comes from; and changing them.

pub(crate) mod settings;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use factlog::trust::KeyName;
use serde::Serialize;

use self::settings::{FILE, SETTINGS, Setting, Settings, Source};
use super::context::Context;
use super::desk::people;
use super::editor;
use super::exit::{Failure, Status};
use super::json_out;
use super::screen::{self, FAINT, STRONG};
use super::stdout;

/// List every setting with its value, where it comes from and what it does; change them
///
/// Settings are kept in config.toml in the folder of keys (`factlog config path` names it). What an
/// option says counts first, then the environment, then the file. A ledger has no settings of its
/// own: it may come from somebody else, and settings name programs that are run. No setting holds a
/// secret.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog config
  factlog config set editor 'code --wait'
  factlog config set review.single_key true
  factlog config unset editor
  factlog config edit")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List every setting, as `factlog config` alone does
    List,
    /// Print the value of a setting
    Get {
        /// The setting's name, such as fetch.timeout
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Set a setting in the file
    Set {
        /// The setting's name, such as fetch.timeout
        #[arg(value_name = "KEY")]
        key: String,
        /// Its value
        #[arg(value_name = "VALUE", allow_hyphen_values = true)]
        value: String,
    },
    /// Take a setting out of the file
    Unset {
        /// The setting's name
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Print where the file is, there or not
    Path,
    /// Open the file in the editor; what is wrong in it is said, and it can be opened again
    Edit,
}

/// What `config --json` prints.
#[derive(Serialize)]
struct Output {
    path: String,
    settings: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    from: Source,
    /// What the file says, where something else counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'static str>,
    about: &'static str,
    variables: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<&'static str>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    let home = context.home()?;
    let path = home.join(FILE);
    match &args.action {
        None | Some(Action::List) => list(context, &path, &Settings::load(&home)?),
        Some(Action::Get { key }) => get(context, key, &path, &Settings::load(&home)?),
        Some(Action::Set { key, value }) => {
            let setting = Setting::named(key)?;
            setting.check(value)?;
            if setting.name == SIGNER {
                check_signer(context, value)?;
            }
            change(&path, setting, Some(value))?;
            context.say(&format!(
                "{} is {} now",
                setting.name,
                screen::one_line(value)
            ));
            let (counts, from) = Settings::load(&home)?.value(setting, &context.global);
            if from == Source::Environment && counts != *value {
                let variables = setting.variables.join(", ");
                context.warn(&format!(
                    "the environment says {:?}, and that counts ({variables})",
                    screen::cut(&counts, 60)
                ));
            }
            print_one(context, &path, setting, &Settings::load(&home)?)
        }
        Some(Action::Unset { key }) => {
            let setting = Setting::named(key)?;
            let was_set = change(&path, setting, None)?;
            context.say(&if was_set {
                format!("{} is not set in the file any more", setting.name)
            } else {
                format!("{} was not set in the file", setting.name)
            });
            print_one(context, &path, setting, &Settings::load(&home)?)
        }
        Some(Action::Path) => {
            if context.global.json {
                let path = screen::path(&path);
                json_out::print(&Output {
                    path,
                    settings: vec![],
                })?;
            } else {
                writeln!(stdout::plain(), "{}", screen::path(&path))?;
            }
            Ok(Status::Done)
        }
        Some(Action::Edit) => edit(context, &home, &path),
    }
}

/// The setting that names a key.
const SIGNER: &str = "signer";

/// Refuses what can be no key's name, and warns of a name that no key here has.
fn check_signer(context: &Context, value: &str) -> anyhow::Result<()> {
    if value.contains(['/', '\\']) && settings::path(value).is_file() {
        return Ok(());
    }
    let name = KeyName::new(value).map_err(|error| {
        let message = format!("{SIGNER}: {value:?} is no key's name, and no file");
        Failure::new(Status::Usage, message)
            .because(error)
            .hint("such as desk.example/alice, or what follows its last slash; or a key's file")
    })?;
    let mut names: BTreeSet<String> = BTreeSet::new();
    let files = context.keyring()?.list()?.keys;
    names.extend(
        files
            .iter()
            .filter_map(|file| Some(file.name()?.to_string())),
    );
    // Keys of an agent have names in a ledger alone.
    if context.ledger_folder().is_ok()
        && let Ok(ledger) = context.open_ledger()
    {
        let here = people::here(context, &ledger)?;
        names.extend(here.into_iter().map(|person| person.name));
    }
    if names
        .iter()
        .any(|known| people::is_called(known, name.as_str()))
    {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    context.warn(&match names.as_slice() {
        [] => format!("no key here has the name {value}: there are none yet"),
        _ => format!(
            "no key here has the name {value}: the names are {}",
            names.join(", ")
        ),
    });
    Ok(())
}

fn list(context: &Context, path: &Path, settings: &Settings) -> anyhow::Result<Status> {
    let lines: Vec<Line> = SETTINGS
        .iter()
        .map(|setting| line(setting, settings, context))
        .collect();
    if context.global.json {
        let path = screen::path(path);
        json_out::print(&Output {
            path,
            settings: lines,
        })?;
        return Ok(Status::Done);
    }
    let columns = screen::columns();
    let mut out = stdout::styled();
    for (line, setting) in lines.iter().zip(&SETTINGS) {
        let value = line.value.as_deref().unwrap_or("(none)");
        let from = match line.from {
            Source::Default => "default".to_owned(),
            Source::File => "file".to_owned(),
            Source::Environment => format!("environment: {}", setting.variables.join(", ")),
            Source::Flag => format!("option {}", setting.flag),
        };
        let room = columns.saturating_sub(screen::width(line.key) + screen::width(&from) + 6);
        writeln!(
            out,
            "{} = {}  {}",
            screen::styled(STRONG, line.key),
            screen::cut(value, room.max(10)),
            screen::styled(FAINT, &format!("({from})"))
        )?;
        let mut about = line.about.to_owned();
        if !setting.flag.is_empty() {
            about = format!("{about}; option {}", setting.flag);
        }
        if !setting.variables.is_empty() {
            about = format!("{about}; variable {}", setting.variables.join(", "));
        }
        writeln!(out, "{}", screen::wrap(&about, columns, "    "))?;
    }
    context.say(&format!("the file is {}", screen::path(path)));
    Ok(Status::Done)
}

fn get(context: &Context, key: &str, path: &Path, settings: &Settings) -> anyhow::Result<Status> {
    let setting = Setting::named(key)?;
    if context.global.json {
        return print_one(context, path, setting, settings);
    }
    let (value, _) = settings.value(setting, &context.global);
    if value.is_empty() {
        context.say(&format!("{} is not set", setting.name));
        return Ok(Status::NotFound);
    }
    writeln!(stdout::plain(), "{}", screen::one_line(&value))?;
    Ok(Status::Done)
}

fn line(setting: &'static Setting, settings: &Settings, context: &Context) -> Line {
    let (value, from) = settings.value(setting, &context.global);
    let file = settings.of_file(setting.name).map(str::to_owned);
    Line {
        key: setting.name,
        value: Some(value).filter(|value| !value.is_empty()),
        from,
        file: file.filter(|_| from != Source::File),
        default: Some(setting.default).filter(|default| !default.is_empty()),
        about: setting.about,
        variables: setting.variables,
        flag: Some(setting.flag).filter(|flag| !flag.is_empty()),
    }
}

/// With `--json`, prints what a setting is now.
fn print_one(
    context: &Context,
    path: &Path,
    setting: &'static Setting,
    settings: &Settings,
) -> anyhow::Result<Status> {
    if context.global.json {
        let settings = vec![line(setting, settings, context)];
        let path = screen::path(path);
        json_out::print(&Output { path, settings })?;
    }
    Ok(Status::Done)
}

/// Changes the file, whole or not at all; comments and other settings stay. Says whether the setting was
/// in it.
fn change(path: &Path, setting: &Setting, value: Option<&str>) -> anyhow::Result<bool> {
    let mut document = settings::read(path)?;
    let was_set = settings::put(&mut document, setting, value);
    write(path, document.to_string().as_bytes())?;
    Ok(was_set)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".config-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("writing {}", screen::path(path)))
}

/// How a new file begins.
fn template() -> String {
    use std::fmt::Write as _;
    let mut text =
        "# The settings of factlog: `factlog config` lists them with their values.\n".to_owned();
    let mut table = "";
    // Those of no table come first, as TOML wants them.
    let (alone, grouped): (Vec<&Setting>, Vec<&Setting>) = SETTINGS
        .iter()
        .partition(|setting| !setting.name.contains('.'));
    for setting in alone.into_iter().chain(grouped) {
        let (group, key) = setting.name.split_once('.').unwrap_or(("", setting.name));
        if group != table {
            let _ = write!(text, "\n[{group}]\n");
            table = group;
        }
        let value = setting.example();
        let _ = write!(text, "\n# {}\n# {key} = {value}\n", setting.about);
    }
    text
}

/// Has the file edited until it can be read.
fn edit(context: &Context, home: &Path, path: &Path) -> anyhow::Result<Status> {
    if !path.exists() {
        write(path, template().as_bytes())?;
    }
    editor::edit(context, path)?;
    match Settings::load(home) {
        Ok(_) => {
            context.say(&format!("kept in {}", screen::path(path)));
            Ok(Status::Done)
        }
        Err(error) => Err(Failure::new(Status::Usage, format!("{error:#}"))
            .hint("nothing else works until it is mended: factlog config edit")
            .into()),
    }
}
