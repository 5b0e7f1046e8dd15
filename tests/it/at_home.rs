//! The command at home in a terminal: settings, the set-up's health, completions, manual pages, words
//! that people try.

use std::fs;

use serde_json::Value;

use crate::cli_write::{fits, json, with_input};
use crate::desk::{Desk, said};

/// Returns a setting as `factlog config` lists it.
fn setting(desk: &Desk, key: &str) -> Value {
    let output = json(desk, "output-config", &["config"]);
    let settings = output["settings"].as_array().unwrap();
    let found = settings.iter().find(|setting| setting["key"] == key);
    found.unwrap_or_else(|| panic!("no {key}")).clone()
}

#[test]
fn a_setting_says_its_value_and_where_that_comes_from() {
    let desk = Desk::empty();
    assert_eq!(setting(&desk, "color")["from"], "default");
    let (path, _) = desk.done(&["config", "path"]);
    assert_eq!(path.trim(), desk.path("home/config.toml").to_str().unwrap());
    json(&desk, "output-config", &["config", "set", "color", "never"]);
    desk.done(&["config", "set", "review.single_key", "true"]);
    let color = setting(&desk, "color");
    assert_eq!(
        (&color["value"], &color["from"]),
        (&"never".into(), &"file".into())
    );
    let output = desk
        .factlog(&["config", "--json", "--color", "always"])
        .output()
        .unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let color = &value["settings"][0];
    assert_eq!(
        (&color["value"], &color["from"]),
        (&"always".into(), &"flag".into())
    );
    assert_eq!(color["file"], "never");
    let mut command = desk.factlog(&["config", "get", "editor"]);
    let output = command.env("VISUAL", "ed -s").output().unwrap();
    assert_eq!(said(&output).0, "ed -s\n");
    let (list, _) = desk.done(&["config"]);
    assert!(list.contains("review.single_key = true  (file)"), "{list}");
    desk.done(&["config", "unset", "review.single_key"]);
    assert_eq!(setting(&desk, "review.single_key")["from"], "default");
    desk.refused(&["config", "get", "signer"], 3);
}

#[test]
fn what_is_no_setting_is_refused_and_a_faulty_file_stops_everything_else() {
    let desk = Desk::new();
    for (arguments, why) in [
        (&["set", "edtor", "vi"][..], "is editor meant?"),
        (&["set", "color", "red"], "not auto, always, never"),
        (
            &["set", "fetch.timeout", "0"],
            "not a number from 1 to 3600",
        ),
        (&["set", "passphrase", "hunter2"], "settings hold none"),
        (
            &["set", "publish.target", "https://a:hunter2@desk.example/"],
            "no secrets",
        ),
        (&["unset", "pagers"], "is pager meant?"),
    ] {
        let err = desk.refused(&[&["config"], arguments].concat(), 2);
        assert!(err.contains(why), "{arguments:?}: {err}");
        assert!(!err.contains("hunter2"), "{err}");
    }
    assert!(!desk.path("home/config.toml").exists());
    fs::write(desk.path("home/config.toml"), "# mine\ncolour = 'auto'\n").unwrap();
    let err = desk.refused(&["claims"], 2);
    assert!(
        err.contains("colour") && err.contains("factlog config edit"),
        "{err}"
    );
    desk.done(&["help", "config"]);
    let (status, _, _) = with_input(&mut desk.factlog(&["doctor"]), "");
    assert_eq!(status, Some(1));
}

#[test]
fn a_signer_is_checked_when_it_is_set() {
    let desk = Desk::new();
    let (_, err) = desk.done(&["config", "set", "signer", "alice"]);
    assert!(!err.contains("warning"), "{err}");
    let (_, err) = desk.done(&["config", "set", "signer", "desk.example/alcie"]);
    assert!(
        err.contains("no key here has the name desk.example/alcie"),
        "{err}"
    );
    assert!(err.contains("desk.example/alice"), "{err}");
    for malformed in ["two words", "a+b", "a\tb"] {
        desk.refused(&["config", "set", "signer", malformed], 2);
    }
    assert_eq!(setting(&desk, "signer")["value"], "desk.example/alcie");
}

#[test]
#[cfg(unix)]
fn settings_have_their_effect() {
    let desk = Desk::new();
    let set = |key: &str, value: &str| {
        desk.done(&["config", "set", key, value]);
    };
    // What a new source may show.
    set("rights", "withheld");
    fs::write(desk.path("more.txt"), "The pier was built in 1901.\n").unwrap();
    let (out, _) = desk.done(&["add", "more.txt", "--json"]);
    let added: Value = serde_json::from_str(&out).unwrap();
    let shown = json(
        &desk,
        "output-show",
        &["show", added["source"].as_str().unwrap()],
    );
    assert!(shown.to_string().contains("\"withheld\""), "{shown}");
    // Where a ledger is published to.
    desk.refused(&["config", "get", "publish.target"], 3);
    let err = desk.refused(&["publish"], 2);
    assert!(err.contains("publish.target"), "{err}");
    set("publish.target", desk.path("public").to_str().unwrap());
    desk.done(&["publish"]);
    assert!(desk.path("public/checkpoint").is_file());
    // Whose key signs.
    set("signer", "desk.example/nobody");
    let err = desk.refused(&crate::desk::verdict("1"), 4);
    assert!(err.contains("nobody"), "{err}");
    set("signer", "alice");
    set("evidence.least_warn", "0");
    let (_, err) = desk.done(&crate::desk::verdict("1"));
    assert!(!err.contains("rests on"), "{err}");
    set("evidence.least_warn", "1");
    let (_, err) = desk.done(&crate::desk::verdict("2"));
    assert!(err.contains("this verdict rests on no source"), "{err}");
    // The editor, where no variable names one.
    let script = desk.path("mine.sh");
    fs::write(&script, "#!/bin/sh\ntouch \"$FACTLOG_HOME/edited\"\n").unwrap();
    std::process::Command::new("chmod")
        .arg("+x")
        .arg(&script)
        .status()
        .unwrap();
    set("editor", script.to_str().unwrap());
    let mut command = desk.factlog(&["review"]);
    with_input(command.env_remove("EDITOR").env_remove("VISUAL"), "e\nq\n");
    assert!(desk.path("home/edited").exists());
    // Witnesses that are asked.
    set("witnesses", desk.path("absent.policy").to_str().unwrap());
    let err = desk.refused(&["checkpoint"], 3);
    assert!(err.contains("absent.policy"), "{err}");
    // Colours, where nobody would expect them.
    set("color", "always");
    let mut command = desk.factlog(&["config"]);
    let output = command
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    assert!(said(&output).0.contains("\u{1b}[1m"));
    let output = desk
        .factlog(&["config", "--color", "never"])
        .output()
        .unwrap();
    assert!(!said(&output).0.contains('\u{1b}'));
    let output = desk
        .factlog(&["config"])
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(!said(&output).0.contains('\u{1b}'));
}

/// Returns how a check of `doctor` came out, and what it says.
fn check(desk: &Desk, name: &str) -> (String, String) {
    let output = desk.run(&["doctor", "--json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    fits("output-doctor", &value);
    assert_eq!(
        output.status.code(),
        Some(i32::from(value["healthy"] == false))
    );
    let checks = value["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no {name} in {value:#}"));
    let word = |field: &str| found[field].as_str().unwrap().to_owned();
    (word("health"), word("text"))
}

#[test]
fn a_sound_set_up_is_well_and_nothing_is_written() {
    let desk = Desk::new();
    let before = fs::read(desk.path(".factlog/journal")).unwrap();
    for name in [
        "home", "settings", "ledger", "lock", "journal", "database", "log key", "clock",
    ] {
        let (health, text) = check(&desk, name);
        assert_eq!(health, "well", "{name}: {text}");
    }
    let (health, text) = check(&desk, "key");
    assert_eq!(health, "look", "{text}");
    assert!(
        text.contains("not encrypted, enrolled in this ledger"),
        "{text}"
    );
    assert_eq!(fs::read(desk.path(".factlog/journal")).unwrap(), before);
    let (out, _) = said(&desk.run(&["doctor"]));
    let entries = format!("✓ journal: {} entries", desk.size());
    assert!(out.contains(&entries), "{out}");
    assert_eq!(check(&Desk::empty(), "ledger").0, "look");
}

#[test]
#[cfg(unix)]
fn what_is_wrong_is_found_with_its_remedy() {
    use std::os::unix::fs::PermissionsExt as _;
    let wrong = |name: &str, spoil: &dyn Fn(&Desk)| {
        let desk = Desk::new();
        spoil(&desk);
        let (health, text) = check(&desk, name);
        assert_eq!(health, "wrong", "{name}: {text}");
        let (out, _) = said(&desk.run(&["doctor"]));
        assert!(out.contains(&format!("✗ {name}: ")), "{out}");
    };
    let mode = |path: &'static str, mode: u32| {
        move |desk: &Desk| {
            fs::set_permissions(desk.path(path), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    wrong("home", &mode("home", 0o777));
    wrong("log key", &mode(".factlog/log.key", 0o644));
    wrong("journal", &|desk| {
        fs::remove_file(desk.path(".factlog/head")).unwrap();
    });
    wrong("journal", &|desk| {
        let bytes = fs::read(desk.path(".factlog/journal")).unwrap();
        fs::write(desk.path(".factlog/journal"), &bytes[..bytes.len() / 2]).unwrap();
    });
    wrong("settings", &|desk| {
        fs::write(desk.path("home/config.toml"), "pager = 3\n[x]\n").unwrap();
    });
    wrong("publication", &|desk| {
        desk.done(&["publish", "public"]);
        let text = fs::read_to_string(desk.path("public/checkpoint")).unwrap();
        let (_, rest) = text.split_once('\n').unwrap();
        fs::write(
            desk.path("public/checkpoint"),
            format!("other.example/facts\n{rest}"),
        )
        .unwrap();
        let target = desk.path("public");
        desk.done(&["config", "set", "publish.target", target.to_str().unwrap()]);
    });
    let desk = Desk::new();
    let lock = fs::File::open(desk.path(".factlog/lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(check(&desk, "lock").0, "look");
    lock.unlock().unwrap();
    fs::remove_dir_all(desk.path(".factlog/db")).unwrap();
    assert_eq!(check(&desk, "database").0, "look");
    assert!(!desk.path(".factlog/db").exists(), "nothing is built");
    // A clock that is years behind the last entry.
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_factlog"))
        .args(["doctor", "--at", "2020-01-01T00:00:00Z"])
        .current_dir(desk.path(""))
        .env("FACTLOG_HOME", desk.path("home"))
        .env_remove("FACTLOG_LEDGER")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).0.contains("✗ clock: "), "{output:?}");
}

#[test]
fn every_shell_gets_completions_and_every_command_a_page() {
    let desk = Desk::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = json(&desk, "output-completions", &["completions", shell]);
        let script = output["script"].as_str().unwrap();
        for word in ["verdict", "single-key", "doctor"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert_eq!(desk.done(&["completions", shell]).0, script);
    }
    let folder = desk.path("man");
    let output = json(
        &desk,
        "output-man",
        &["man", "--out", folder.to_str().unwrap()],
    );
    let pages = output["pages"].as_array().unwrap();
    for page in [
        "factlog.1",
        "factlog-verdict.1",
        "factlog-key-add.1",
        "factlog-trust.7",
    ] {
        assert!(pages.iter().any(|name| name == page), "{page}: {pages:?}");
        let text = fs::read_to_string(folder.join(page)).unwrap();
        assert!(
            text.contains(".TH ") && text.contains(".SH NAME"),
            "{page}: {text}"
        );
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), pages.len());
    desk.refused(&["completions", "tcsh"], 2);
}

#[test]
fn a_word_that_people_try_is_answered_with_what_is_meant() {
    let desk = Desk::empty();
    for (typed, meant) in [
        (&["list"][..], "factlog claims"),
        (&["status"], "factlog doctor"),
        (&["revoke"], "factlog key revoke"),
        (&["correct", "3"], "--change correction"),
        (&["rm", "3"], "factlog erase"),
        (&["log", "-p"], "factlog show ID"),
    ] {
        let err = desk.refused(typed, 2);
        assert!(
            err.contains("hint:") && err.contains(meant),
            "{typed:?}: {err}"
        );
    }
}

/// Words that are wide, that run from right to left, of many parts, and longer than a line.
#[cfg(unix)]
const WIDE: &str = "橋は2019年に閉鎖されたと市長のアダ・ヴェンが月曜日に述べた。評議会は修理に1200万を費やし、\
オスロから40人の技術者を雇った。\n\nقالت العمدة إن الجسر أغلق في عام 2019، وإن المجلس أنفق 12 مليونا على \
الإصلاحات.\n\nראש העיר אמר כי הגשר נסגר בשנת 2019 וכי המועצה הוציאה 12 מיליון.\n\nThe council 🏗️👷‍♀️ spent 12 \
million on repairs in Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch-and-many-other-places and \
hired 40 engineers from Oslo, Ada Venn, the mayor of the harbour, said on Monday.\n";

#[test]
#[cfg(unix)]
fn no_listing_is_wider_than_the_terminal() {
    use std::process::{Command, Stdio};
    use unicode_width::UnicodeWidthChar;

    if !crate::review_stops::is_there() {
        return;
    }
    let desk = Desk::empty();
    let name = "Redaktion für Tatsachenprüfung, 事実確認局";
    desk.done(&[
        "init",
        "--name",
        name,
        "--origin",
        "desk.example/very-long-path/of-facts",
        "--reviewer",
        "desk.example/very-long-path/alexandra-konstantinopoulou",
        "--unencrypted-keys",
    ]);
    fs::write(desk.path("wide.txt"), WIDE).unwrap();
    let title = "橋は2019年に閉鎖されたと市長が述べた قالت العمدة إن الجسر أغلق and so on";
    let url =
        "https://desk.example/a/very/long/address/of/an/article/that/goes/on/2024/03/26/index.html";
    desk.done(&["add", "wide.txt", "--title", title, "--url", url]);
    for number in ["1", "2", "3"] {
        desk.done(&crate::desk::verdict(number));
    }
    let columns_of =
        |text: &str| -> usize { text.chars().filter_map(UnicodeWidthChar::width).sum() };
    for columns in [60, 200] {
        for arguments in [
            "claims",
            "claims --all",
            "log",
            "show 1",
            "search council",
            "similar the council spent 12 million on repairs",
            "verify",
            "key list",
            "policy show",
            "help ratings",
            "doctor",
            "config",
            "split wide.txt",
            "list",
        ] {
            let line = format!(
                "stty cols {columns} rows 50; exec '{}' {arguments}",
                env!("CARGO_BIN_EXE_factlog")
            );
            let output = Command::new("script")
                .args(["-qec", &line, "/dev/null"])
                .current_dir(desk.path(""))
                .env("SHELL", "/bin/sh")
                .env("FACTLOG_HOME", desk.path("home"))
                .env("TERM", "xterm")
                .env("PAGER", "cat")
                .env_remove("FACTLOG_LEDGER")
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let (out, _) = said(&output);
            let plain = anstream::adapter::strip_str(&out).to_string();
            assert!(plain.contains(' '), "{arguments}: {plain}");
            for shown in plain.split(['\r', '\n']) {
                // A word that is longer than a line is left whole, to be copied.
                let is_word = shown.split_whitespace().count() == 1;
                let wide = columns_of(shown);
                assert!(
                    wide <= columns || is_word,
                    "{arguments} at {columns}: {wide}: {shown:?}"
                );
            }
        }
    }
}
