//! The settings: which there are, what each does, and where its value comes from.
//!
//! One file has them, `config.toml` in the folder of keys. A ledger has none of its own: it may come
//! from somebody else, and what names an editor or a pager names a program that is run.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::net::address;
use factlog::net::fetch;
use serde::Serialize;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::cli::context::Global;
use crate::cli::exit::{Failure, Status};
use crate::cli::near;
use crate::cli::screen;

/// The name of the file.
pub(crate) const FILE: &str = "config.toml";

/// No larger file is read.
const MOST_BYTES: u64 = 1 << 20;

/// What a value may be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Form {
    /// Any words.
    Text,
    /// One of these.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A whole number between these.
    Number(u64, u64),
}

/// A setting.
pub(crate) struct Setting {
    /// Its name in the file, with dots.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// Its value where nothing is set; empty where there is none.
    pub(crate) default: &'static str,
    /// The variables that set it, the first that is set first.
    pub(crate) variables: &'static [&'static str],
    /// The option that sets it.
    pub(crate) flag: &'static str,
    form: Form,
}

const AUTO: Form = Form::Word(&["auto", "always", "never"]);

/// Every setting.
pub(crate) const SETTINGS: [Setting; 12] = [
    Setting {
        name: "color",
        about: "colours and other styles: auto (on a terminal), always, never",
        default: "auto",
        variables: &["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"],
        flag: "--color",
        form: AUTO,
    },
    Setting {
        name: "editor",
        about: "the editor that forms are opened in, a command line",
        default: "vi",
        variables: &["VISUAL", "EDITOR"],
        flag: "",
        form: Form::Text,
    },
    Setting {
        name: "evidence.least_warn",
        about: "warn before a verdict that rests on fewer sources than this",
        default: "2",
        variables: &[],
        flag: "",
        form: Form::Number(0, 100),
    },
    Setting {
        name: "fetch.max_bytes",
        about: "refuse pages with more bytes than this",
        default: "67108864",
        variables: &[],
        flag: "",
        form: Form::Number(1, fetch::MAX_BYTES),
    },
    Setting {
        name: "fetch.timeout",
        about: "give a page up after so many seconds",
        default: "120",
        variables: &[],
        flag: "",
        form: Form::Number(1, 3600),
    },
    Setting {
        name: "hyperlinks",
        about: "addresses that can be clicked: auto (on terminals that are known to have them), \
                always, never",
        default: "auto",
        variables: &[],
        flag: "",
        form: AUTO,
    },
    Setting {
        name: "pager",
        about: "the program that long output is read with; cat for none",
        default: "less",
        variables: &["PAGER"],
        flag: "",
        form: Form::Text,
    },
    Setting {
        name: "publish.target",
        about: "the folder that `factlog publish` writes to where none is named",
        default: "",
        variables: &[],
        flag: "",
        form: Form::Text,
    },
    Setting {
        name: "review.single_key",
        about: "take answers of `factlog review` as they are typed, without Enter",
        default: "false",
        variables: &[],
        flag: "--single-key",
        form: Form::Switch,
    },
    Setting {
        name: "rights",
        about: "what of a new source may be published: public, quoted, withheld",
        default: "quoted",
        variables: &[],
        flag: "--rights",
        form: Form::Word(&["public", "quoted", "withheld"]),
    },
    Setting {
        name: "signer",
        about: "the name of the reviewer's key to sign with, or its file (a path with /)",
        default: "",
        variables: &[],
        flag: "--as, --key",
        form: Form::Text,
    },
    Setting {
        name: "witnesses",
        about: "the trust policy (a file) whose witnesses `factlog checkpoint` asks",
        default: "",
        variables: &[],
        flag: "--policy",
        form: Form::Text,
    },
];

/// Parts of names that belong to a secret.
const SECRET: [&str; 6] = ["pass", "secret", "token", "private", "credential", "seed"];

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// Nobody set it.
    Default,
    /// The file.
    File,
    /// A variable.
    Environment,
    /// An option of this command.
    Flag,
}

impl Setting {
    /// Returns the setting of a name.
    ///
    /// # Errors
    /// There is none: exit status 2.
    pub(crate) fn named(name: &str) -> Result<&'static Self, Failure> {
        if let Some(found) = SETTINGS.iter().find(|setting| setting.name == name) {
            return Ok(found);
        }
        let lower = name.to_lowercase();
        if SECRET.iter().any(|secret| lower.contains(secret)) {
            return Err(Failure::new(
                Status::Usage,
                format!("{} would be a secret, and settings hold none", shown(name)),
            )
            .hint("a passphrase is typed, or in a file that FACTLOG_PASSPHRASE_FILE names"));
        }
        let near = near::nearest(name, SETTINGS.iter().map(|setting| setting.name));
        let hint = near.map_or_else(
            || "`factlog config` lists every setting".to_owned(),
            |near| format!("is {near} meant? `factlog config` lists every setting"),
        );
        Err(Failure::new(
            Status::Usage,
            format!("there is no setting {}", shown(name)),
        )
        .hint(hint))
    }

    /// Checks a value, as it is typed.
    ///
    /// # Errors
    /// It is none for this setting: exit status 2.
    pub(crate) fn check(&self, value: &str) -> Result<(), Failure> {
        let refused = |why: String| {
            let message = format!("{}: {} is {why}", self.name, shown(value));
            Failure::new(Status::Usage, message).hint(self.about)
        };
        if value.contains("-----BEGIN") || address::masked(value) != value {
            let message = format!("{}: the value has a password or a key in it", self.name);
            return Err(Failure::new(Status::Usage, message).hint("settings hold no secrets"));
        }
        match self.form {
            Form::Text if value.trim().is_empty() || value.contains('\0') => {
                Err(refused("no value".to_owned()).hint(format!(
                    "`factlog config unset {}` takes it away",
                    self.name
                )))
            }
            Form::Word(words) if !words.contains(&value) => {
                Err(refused(format!("not {}", words.join(", "))))
            }
            Form::Switch if !["true", "false"].contains(&value) => {
                Err(refused("not true or false".to_owned()))
            }
            Form::Number(least, most) => {
                let number = value.parse::<u64>().ok();
                let number = number.filter(|number| (least..=most).contains(number));
                let wrong = || refused(format!("not a number from {least} to {most}"));
                number.map(|_| ()).ok_or_else(wrong)
            }
            _ => Ok(()),
        }
    }

    /// Returns a value of the file as it is typed.
    fn typed(&self, item: &Item) -> Result<String, Failure> {
        let (value, wanted) = (item.as_value(), self.form);
        match (value, wanted) {
            (Some(Value::String(text)), Form::Text | Form::Word(_)) => Ok(text.value().clone()),
            (Some(Value::Integer(number)), Form::Number(..)) => Ok(number.value().to_string()),
            (Some(Value::Boolean(switch)), Form::Switch) => Ok(switch.value().to_string()),
            _ => {
                let wanted = match wanted {
                    Form::Text | Form::Word(_) => "words between quotation marks",
                    Form::Number(..) => "a whole number",
                    Form::Switch => "true or false, without quotation marks",
                };
                let found = item.to_string();
                let message = format!("{}: {} is not {wanted}", self.name, shown(found.trim()));
                Err(Failure::new(Status::Usage, message).hint(self.about))
            }
        }
    }

    /// Returns a value as the file has it.
    fn to_toml(&self, value: &str) -> Value {
        match self.form {
            Form::Switch => (value == "true").into(),
            Form::Number(..) => value.parse::<i64>().unwrap_or_default().into(),
            Form::Text | Form::Word(_) => value.into(),
        }
    }

    /// Returns a value as the file would have it: its default, else an example.
    pub(crate) fn example(&self) -> String {
        let value = match (self.default, self.name) {
            ("", "publish.target") => "/srv/www/ledger",
            ("", "signer") => "desk.example/alice",
            ("", "witnesses") => "~/witnesses.policy",
            (default, _) => default,
        };
        self.to_toml(value).to_string()
    }

    /// Returns the variable that sets it, if one does.
    fn variable(&self) -> Option<(&'static str, String)> {
        let set = |name: &&'static str| {
            let value = env::var_os(name).filter(|value| !value.is_empty())?;
            Some((*name, value.to_string_lossy().into_owned()))
        };
        self.variables.iter().find_map(set)
    }
}

fn shown(text: &str) -> String {
    format!("{:?}", screen::cut(text, 60))
}

/// What is set in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    set: BTreeMap<&'static str, String>,
}

impl Settings {
    /// Reads the settings of a folder; nothing is set where there is no file.
    ///
    /// # Errors
    /// The file is no TOML, has another setting than there are, or a value that is none: exit status 2.
    pub(crate) fn load(home: &Path) -> anyhow::Result<Self> {
        let path = home.join(FILE);
        let document = read(&path)?;
        let mut set = BTreeMap::new();
        let wrong = |failure: Failure| {
            let hint = "mend it with: factlog config edit; `factlog config` lists every setting";
            Failure::new(Status::Usage, format!("{}: {failure}", screen::path(&path))).hint(hint)
        };
        for (name, value) in flattened("", document.as_table()) {
            let setting = Setting::named(&name).map_err(wrong)?;
            let value = setting.typed(&value).map_err(wrong)?;
            setting.check(&value).map_err(wrong)?;
            set.insert(setting.name, value);
        }
        Ok(Self { set })
    }

    /// Returns what the file says of a setting.
    pub(crate) fn of_file(&self, name: &str) -> Option<&str> {
        self.set.get(name).map(String::as_str)
    }

    /// Returns the value of a setting, and where it comes from; empty where it has none.
    pub(crate) fn value(&self, setting: &Setting, global: &Global) -> (String, Source) {
        if setting.name == "color"
            && let Some(color) = global.color
        {
            return (color.as_str().to_owned(), Source::Flag);
        }
        if let Some((name, value)) = setting.variable() {
            let value = match name {
                "NO_COLOR" => "never".to_owned(),
                "CLICOLOR_FORCE" if value != "0" => "always".to_owned(),
                "CLICOLOR" if value == "0" => "never".to_owned(),
                "CLICOLOR_FORCE" | "CLICOLOR" => "auto".to_owned(),
                _ => value,
            };
            return (value, Source::Environment);
        }
        match self.of_file(setting.name) {
            Some(value) => (value.to_owned(), Source::File),
            None => (setting.default.to_owned(), Source::Default),
        }
    }

    /// Returns when there are colours, and what says so.
    pub(crate) fn color(&self, global: &Global) -> (String, Source) {
        Setting::named("color").map_or((String::new(), Source::Default), |setting| {
            self.value(setting, global)
        })
    }

    /// Returns a number; its default where it is not set.
    pub(crate) fn number(&self, name: &str) -> u64 {
        let default = SETTINGS.iter().find(|setting| setting.name == name);
        let default = default.map_or("", |setting| setting.default);
        let value = self.of_file(name).unwrap_or(default);
        value.parse().unwrap_or_default()
    }

    /// Says whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.of_file(name) == Some("true")
    }
}

/// Reads the file as it is, with its comments; an empty one where there is none.
pub(crate) fn read(path: &Path) -> anyhow::Result<DocumentMut> {
    let bytes = match fs::metadata(path) {
        Ok(about) if about.len() > MOST_BYTES || !about.is_file() => {
            let message = format!("{} is no file of settings", screen::path(path));
            return Err(Failure::new(Status::Usage, message).into());
        }
        Ok(_) => fs::read(path).with_context(|| format!("reading {}", screen::path(path)))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(DocumentMut::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("reading {}", screen::path(path)));
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    text.parse::<DocumentMut>().map_err(|error| {
        let message = format!("{} is not TOML: {error}", screen::path(path));
        Failure::new(Status::Usage, message.trim_end())
            .hint("mend it with: factlog config edit")
            .into()
    })
}

/// Sets a setting in a document, or takes it away; says whether it was set before.
pub(crate) fn put(document: &mut DocumentMut, setting: &Setting, value: Option<&str>) -> bool {
    let (table, key) = setting.name.split_once('.').unwrap_or(("", setting.name));
    let root = document.as_table_mut();
    // A whole name in quotation marks is one key, not a table's.
    let is_quoted = !table.is_empty() && root.remove(setting.name).is_some();
    let table: &mut dyn TableLike = if table.is_empty() {
        root
    } else {
        if root.get(table).is_none_or(|item| !item.is_table_like()) {
            if value.is_none() {
                return is_quoted;
            }
            root.insert(table, Item::Table(toml_edit::Table::new()));
        }
        match root.get_mut(table).and_then(Item::as_table_like_mut) {
            Some(table) => table,
            None => return is_quoted,
        }
    };
    let before = match value {
        Some(value) => {
            let new = setting.to_toml(value);
            table.insert(key, Item::Value(new))
        }
        None => table.remove(key),
    };
    is_quoted || before.is_some()
}

/// Returns what a table sets, by names with dots.
fn flattened(prefix: &str, table: &dyn TableLike) -> Vec<(String, Item)> {
    let mut found = Vec::new();
    for (key, item) in table.iter() {
        let name = if prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{prefix}.{key}")
        };
        match item.as_table_like() {
            // That it is empty makes it no setting.
            Some(table) if table.is_empty() && !is_group(&name) => found.push((name, item.clone())),
            Some(table) => found.extend(flattened(&name, table)),
            None => found.push((name, item.clone())),
        }
    }
    found
}

/// Says whether there are settings in a table of this name.
fn is_group(name: &str) -> bool {
    let mut groups = SETTINGS
        .iter()
        .filter_map(|setting| setting.name.split_once('.'));
    groups.any(|(group, _)| group == name)
}

/// Returns a path in a setting, with `~` for the person's own folder.
pub(crate) fn path(value: &str) -> PathBuf {
    match (value.strip_prefix("~/"), env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> anyhow::Result<Settings> {
        let home = tempfile::tempdir().expect("a folder");
        fs::write(home.path().join(FILE), text).expect("written");
        Settings::load(home.path())
    }

    #[test]
    fn a_setting_is_taken_away_however_it_is_written() {
        let setting = Setting::named("fetch.timeout").expect("a setting");
        for text in ["\"fetch.timeout\" = 9\n", "[fetch]\ntimeout = 9\n"] {
            let mut document: DocumentMut = text.parse().expect("TOML");
            assert!(put(&mut document, setting, None), "{text}");
            assert!(!document.to_string().contains('9'), "{text}");
            assert!(!put(&mut document, setting, None), "{text}");
        }
    }

    #[test]
    fn settings_are_read_and_nothing_else() {
        let settings =
            load("editor = 'vim -f'\n[review]\nsingle_key = true\n[fetch]\ntimeout = 9\n");
        let settings = settings.expect("read");
        assert_eq!(settings.of_file("editor"), Some("vim -f"));
        assert!(settings.is_on("review.single_key"));
        assert_eq!(settings.number("fetch.timeout"), 9);
        assert_eq!(settings.number("fetch.max_bytes"), fetch::MAX_BYTES);
        for (bad, why) in [
            ("edtor = 'vim'", "no setting \"edtor\""),
            ("[review]\nkey = 1", "no setting \"review.key\""),
            ("color = 'red'", "not auto, always, never"),
            ("color = 1", "not words between"),
            ("[fetch]\ntimeout = 0", "not a number from 1 to 3600"),
            ("[fetch]\ntimeout = [1]", "not a whole number"),
            ("pager = 3", "not words between"),
            ("[x]", "no setting \"x\""),
            ("[review]\nsingle_key = 'true'", "not true or false"),
            ("passphrase = 'x'", "a secret"),
            ("pager = ''", "no value"),
            ("pager = 'less", "is not TOML"),
            (
                "[publish]\ntarget = 'https://a:b@desk.example/'",
                "a password",
            ),
        ] {
            let error = format!("{:#}", load(bad).expect_err(bad));
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn a_setting_is_changed_and_comments_stay() {
        let mut document: DocumentMut = "# mine\npager = 'most' # good\n".parse().expect("TOML");
        let named = |name| Setting::named(name).unwrap_or_else(|_| panic!("{name}"));
        put(&mut document, named("review.single_key"), Some("true"));
        put(&mut document, named("fetch.timeout"), Some("5"));
        put(&mut document, named("fetch.timeout"), None);
        put(&mut document, named("publish.target"), None);
        let text = document.to_string();
        assert!(
            text.starts_with("# mine\npager = 'most' # good\n"),
            "{text}"
        );
        assert!(text.contains("[review]\nsingle_key = true\n"), "{text}");
        assert!(
            !text.contains("timeout") && !text.contains("publish"),
            "{text}"
        );
        assert_eq!(load(&text).expect("read").of_file("pager"), Some("most"));
    }

    #[test]
    fn every_default_is_a_value_of_its_setting() {
        let mut names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        for setting in &SETTINGS {
            assert!(setting.default.is_empty() || setting.check(setting.default).is_ok());
        }
        names.dedup();
        assert!(names.len() == SETTINGS.len() && names.is_sorted());
    }
}
