//! Names and addresses that a person gives: of other kinds, with passwords, not UTF-8.

use std::fs;

use serde_json::json;

use super::{fits, with_input};
use crate::desk::{Desk, INIT, files_below};

#[test]
fn a_password_in_an_address_is_neither_repeated_nor_recorded() {
    let desk = Desk::new();
    let size = desk.size();
    let address = "https://me:secret@news.example/a";
    for (arguments, status) in [
        (&["add", address][..], 2),
        (&["add", "ftp://me:secret@news.example/a"], 2),
        (&["add", address, "--type", "reference"], 2),
        (&["add", "article.txt", "--again", "--url", address], 2),
        (&["split", address], 3),
        (&["append", address], 3),
        (&["show", address], 2),
        (
            &[
                "verdict",
                "1",
                "--rating",
                "true",
                "--summary",
                "s",
                "--supports",
                address,
            ],
            2,
        ),
        (
            &[
                "verdict",
                "1",
                "--rating",
                "true",
                "--summary",
                "s",
                "--supports",
                address,
                "--note",
                "a",
                "--note",
                "b",
            ],
            2,
        ),
        (
            &[
                "claim",
                "00000000",
                "--quote",
                "a",
                "--claimant",
                "A",
                "--same-as",
                address,
            ],
            2,
        ),
    ] {
        let (code, out, err) = with_input(&mut desk.factlog(arguments), "");
        assert_eq!(code, Some(status), "{arguments:?}: {err}");
        assert!(
            !format!("{out}{err}").contains("secret"),
            "{arguments:?}: {out}{err}"
        );
    }
    let line = json!({"claim": 1, "rating": "true", "summary": "s",
        "evidence": [{"source": address, "stance": "supports"}]});
    let (_, out, err) = with_input(
        &mut desk.factlog(&["verdict", "--from", "-"]),
        &line.to_string(),
    );
    assert!(!format!("{out}{err}").contains("secret"), "{out}{err}");
    assert_eq!(desk.size(), size);
    for file in files_below(&desk.ledger()) {
        let bytes = fs::read(&file).unwrap();
        assert!(
            !bytes.windows(6).any(|w| w == b"secret"),
            "{}",
            file.display()
        );
    }
    // What a page says of itself is passed over.
    let page = format!(
        "<html><head><title>T</title><link rel=\"canonical\" href=\"{address}\"></head>\
        <body><p>The bridge was closed in 2019, the mayor said on Monday.</p></body></html>"
    );
    fs::write(desk.path("page.html"), page).unwrap();
    let added = super::json(&desk, "output-add", &["add", "page.html"]);
    assert_eq!(added["meta"].get("url"), None);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_name_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::empty();
    desk.done(&INIT);
    let name = OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(desk.path("").join(name), crate::desk::ARTICLE).unwrap();
    let with =
        |command: &str, name: &OsStr| with_input(desk.factlog(&[command, "--json"]).arg(name), "");
    let (status, out, err) = with("add", name);
    assert_eq!(status, Some(0), "{err}");
    fits("output-add", &serde_json::from_str(&out).unwrap());
    let (_, _, err) = with("add", name);
    assert!(
        err.contains("caf\\xe9.txt is in the ledger already"),
        "{err}"
    );
    let nowhere = OsStr::from_bytes(b"nowhere\xff");
    for command in ["add", "split", "append"] {
        let (status, _, err) = with(command, nowhere);
        assert_eq!(status, Some(3), "{err}");
        assert!(err.contains("nowhere\\xff"), "{command}: {err}");
    }
    // What was signed elsewhere, in a file with such a name.
    fs::write(desk.path("other.txt"), "The mill was closed in 2018.\n").unwrap();
    let mut out_to = desk.factlog(&["add", "other.txt"]);
    let (status, _, err) = with_input(out_to.arg("--out").arg(nowhere), "");
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("nowhere\\xff"), "{err}");
    let (status, out, err) = with("append", nowhere);
    assert_eq!(status, Some(0), "{err}");
    fits("output-append", &serde_json::from_str(&out).unwrap());
}
