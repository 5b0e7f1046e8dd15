//! Which folder may use which: the table of `ARCHITECTURE.md`, held against the `crate::` paths.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder, and those that it may use beside `words`.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("words", &[]),
    ("intake", &[]),
    ("extract", &[]),
    ("anchor", &["extract"]),
    ("export", &[]),
    ("claimreview", &[]),
    ("find", &[]),
    ("trust", &[]),
    ("entry", &["trust"]),
    ("audit", &["trust", "entry"]),
    ("keys", &["trust"]),
    ("store", &["trust", "entry"]),
    ("mirror", &["trust", "entry", "audit"]),
    ("ledger", &["trust", "entry", "audit", "store", "mirror"]),
    ("net", &["trust"]),
];

/// Folders that do no I/O: what a stranger needs to verify us, and what makes values of values.
const NO_IO: [&str; 9] = [
    "words",
    "intake",
    "extract",
    "anchor",
    "export",
    "claimreview",
    "trust",
    "entry",
    "audit",
];

/// What I/O, the clock, randomness and sled are called.
const IO: [&str; 11] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "File::open",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "getrandom",
    "ureq::",
    "sled",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Returns a file's code without its comments and its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    // A test module stands at a file's end.
    let end = text.match_indices("#[cfg(test)]\n").find(|(at, mark)| {
        text[at + mark.len()..]
            .lines()
            .next()
            .is_some_and(|line| line.ends_with('{'))
    });
    text[..end.map_or(text.len(), |(at, _)| at)]
        .lines()
        .map(|line| line.split("//").next().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_test(path: &Path) -> bool {
    path.file_stem()
        .is_some_and(|stem| stem == "tests" || stem == "fixture")
        || path.components().any(|part| part.as_os_str() == "tests")
}

/// Returns the folders of `crate::` paths, those in braces too.
fn used(code: &str) -> BTreeSet<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_ascii_lowercase() || *c == '_')
            .collect()
    };
    let mut used = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (at, c) in list.char_indices() {
                if start && depth == 0 && c.is_ascii_lowercase() {
                    used.insert(name(&list[at..]));
                    start = false;
                }
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    _ => {}
                }
            }
        } else {
            used.insert(name(rest));
        }
    }
    used
}

#[test]
fn each_folder_uses_only_what_it_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (folder, allowed) in MAY_USE {
        let files = sources(&src.join(folder));
        assert!(!files.is_empty(), "{folder} is empty");
        for file in files.iter().filter(|file| !is_test(file)) {
            for other in used(&code(file)) {
                let fine = other == folder || other == "words" || allowed.contains(&other.as_str());
                assert!(fine, "{} uses {other}", file.display());
            }
        }
    }
    let folders: BTreeSet<String> = fs::read_dir(&src)
        .unwrap()
        .map(|item| item.unwrap())
        .filter(|item| item.path().is_dir() && item.file_name() != "cli")
        .map(|item| item.file_name().into_string().unwrap())
        .collect();
    let listed: BTreeSet<String> = MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(folders, listed, "a folder that the table does not name");
}

#[test]
fn what_a_stranger_needs_does_no_io() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in NO_IO {
        for file in sources(&src.join(folder))
            .iter()
            .filter(|file| !is_test(file))
        {
            let code = code(file);
            for word in IO {
                assert!(!code.contains(word), "{} has {word}", file.display());
            }
        }
    }
}

#[test]
fn sled_is_named_in_one_place() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&src) {
        let store = file.starts_with(src.join("store"));
        assert!(
            store || !code(&file).contains("sled::"),
            "{} names sled",
            file.display()
        );
    }
}

#[test]
fn paths_are_read_out_of_code() {
    let code = "use crate::{trust::{a, b}, words::x};\nlet y = crate::entry::Z;";
    let expected: BTreeSet<String> = ["entry", "trust", "words"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(used(code), expected);
}
