//! `lint claimreview`: every document of `tests/claimreview/bad` has one fault, which is found and
//! nothing else; those of `good` have none; hostile ones come to an end.
//!
//! A bad document's name is the code of its fault, and after `--` what it is a case of. Errors and
//! warnings count; advice is for documents that are fine.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use factlog::claimreview::{self, About, Finding, Report, Severity, rules};
use serde_json::Value;

use crate::cli_write::fits;
use crate::desk::{Desk, files_below, said};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/claimreview")
        .join(name)
}

fn about(path: &Path) -> About {
    let ending = path.extension().and_then(|ending| ending.to_str());
    About {
        is_page: matches!(ending, Some("html" | "htm")),
        now: Some("2026-11-22T10:00:00Z".parse().unwrap()),
    }
}

fn lint(path: &Path) -> Report {
    claimreview::lint(&fs::read(path).unwrap(), about(path))
}

/// Returns the codes of errors and warnings.
fn codes(findings: &[Finding]) -> Vec<&'static str> {
    let faults = findings
        .iter()
        .filter(|finding| finding.rule.severity > Severity::Advice);
    faults.map(|finding| finding.rule.code).collect()
}

fn expected(path: &Path) -> &str {
    let name = path.file_stem().unwrap().to_str().unwrap();
    name.split("--").next().unwrap()
}

#[test]
fn every_fault_is_found_and_none_is_invented() {
    let files = files_below(&folder("bad"));
    assert!(files.len() >= 200, "{}", files.len());
    let mut wrong = String::new();
    for path in &files {
        let found = lint(path);
        if codes(&found.findings) != [expected(path)] {
            writeln!(wrong, "{}: {:?}", path.display(), codes(&found.findings)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn good_documents_have_no_finding() {
    let files = files_below(&folder("good"));
    assert!(files.len() >= 50, "{}", files.len());
    for path in &files {
        let found = lint(path);
        assert!(found.reviews > 0, "{}", path.display());
        assert!(
            codes(&found.findings).is_empty(),
            "{}: {:?}",
            path.display(),
            found.findings
        );
    }
}

#[test]
fn every_rule_has_a_document_that_breaks_it() {
    let broken: BTreeSet<String> = files_below(&folder("bad"))
        .iter()
        .map(|path| expected(path).to_owned())
        .collect();
    // Too large for a file here; a test of their own makes them.
    let made = ["input-too-large", "json-too-many"];
    for rule in rules::all().filter(|rule| rule.severity > Severity::Advice) {
        let has_document = broken.contains(rule.code) || made.contains(&rule.code);
        assert!(has_document, "{}", rule.code);
    }
    for code in &broken {
        assert!(rules::of(code).is_some(), "{code}");
    }
}

#[test]
fn advice_is_given_where_it_fits() {
    let advice = |document: &Value| -> Vec<&'static str> {
        let found = claimreview::lint(document.to_string().as_bytes(), About::default());
        assert!(codes(&found.findings).is_empty(), "{:?}", found.findings);
        found
            .findings
            .iter()
            .map(|finding| finding.rule.code)
            .collect()
    };
    let plain = fs::read_to_string(folder("good/plain.json")).unwrap();
    let plain: Value = serde_json::from_str(&plain).unwrap();
    assert!(advice(&plain).is_empty());
    let cases: [(&str, &str, Value); 7] = [
        ("context-http", "/@context", "http://schema.org/".into()),
        ("value-null", "/inLanguage", Value::Null),
        (
            "claim-reviewed-question",
            "/claimReviewed",
            "Did the bridge cost that much?".into(),
        ),
        (
            "modified-without-correction",
            "/dateModified",
            "2025-01-01".into(),
        ),
        (
            "rating-value-missing",
            "/reviewRating",
            serde_json::json!({"@type": "Rating", "alternateName": "Unproven"}),
        ),
        ("item-legacy", "/itemReviewed/@type", "CreativeWork".into()),
        ("date-missing", "/datePublished", Value::from("")),
    ];
    for (code, pointer, value) in cases {
        let mut document = plain.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let object = document
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        if code == "item-legacy" {
            object.remove("appearance");
        }
        if value == "" {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), value);
        }
        assert_eq!(advice(&document), [code]);
    }
    let mut nobody = plain.clone();
    nobody["itemReviewed"]
        .as_object_mut()
        .unwrap()
        .remove("author");
    assert_eq!(advice(&nobody), ["claimant-missing"]);
}

#[test]
fn findings_say_where() {
    let page = folder("bad/json-trailing-comma--in-page.html");
    let text = fs::read_to_string(&page).unwrap();
    let found = &lint(&page).findings[0];
    let line = text.lines().nth(found.line - 1).unwrap();
    let column = line
        .chars()
        .take(found.column - 1)
        .collect::<String>()
        .len();
    assert!(line[column..].starts_with(','), "{line:?} {}", found.column);
    let found = lint(&folder("bad/appearance-form--object.json"));
    assert_eq!(found.findings[0].pointer, "/itemReviewed/appearance/url");
    assert_eq!(found.findings[0].found.as_deref(), Some("/2023/fares"));
}

#[test]
fn hostile_documents_come_to_an_end() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let circle = r##"{"@context":"https://schema.org","@type":"ClaimReview","@id":"#a","author":{"@id":"#a"},
        "itemReviewed":{"@id":"#b"},"reviewRating":{"@id":"#b"},"x":{"@id":"#b","author":{"@id":"#a"}}}"##;
    let many = format!(
        "[{}]",
        vec![r#"{"@type":"ClaimReview","claimReviewed":""}"#; 40_000].join(",")
    );
    let quotes = format!("{{\"claimReviewed\":\"{}", "\" ".repeat(1_000_000));
    let tags =
        "<script type=application/ld+json>{\"@type\":\"ClaimReview\",\"claimReviewed\":\"<a "
            .repeat(20_000);
    let pages = [
        "<script",
        "<!--",
        "<a b='",
        "<div>",
        "</script>",
        "<script><!--<script>",
    ];
    let commas = format!("{{\"claimReviewed\":\"{}", "\",/".repeat(300_000));
    let mut all = vec![deep, circle.to_owned(), many, quotes, commas, tags];
    all.extend(pages.map(|page| page.repeat(100_000)));
    all.extend(pages.map(str::to_owned));
    for document in all {
        let begun = std::time::Instant::now();
        let found = claimreview::lint(document.as_bytes(), About::default());
        assert!(
            !found.findings.is_empty(),
            "{}",
            &document[..document.len().min(60)]
        );
        assert!(found.findings.len() <= claimreview::MAX_FINDINGS);
        let seconds = begun.elapsed().as_secs();
        assert!(
            seconds < 60,
            "{seconds} s: {}",
            &document[..document.len().min(60)]
        );
    }
    let large = vec![b' '; claimreview::MAX_BYTES + 1];
    let found = claimreview::lint(&large, About::default());
    assert_eq!(codes(&found.findings), ["input-too-large"]);
    let found = claimreview::lint(
        format!("[{}0]", "0,".repeat(claimreview::json::MAX_NODES + 1)).as_bytes(),
        About::default(),
    );
    assert_eq!(codes(&found.findings), ["json-too-many"]);
}

#[test]
fn a_document_with_any_byte_changed_is_read_without_a_panic() {
    for name in [
        "good/graph.json",
        "good/page-several-scripts.html",
        "bad/json-curly-quotes--all.json",
    ] {
        let path = folder(name);
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(3) {
            for with in [b'"', b'\\', b'{', b'<', 0xE2, b'\n'] {
                let mut changed = bytes.clone();
                changed[at] = with;
                let _ = claimreview::lint(&changed, about(&path));
            }
            let _ = claimreview::lint(&bytes[..at], about(&path));
        }
    }
}

#[test]
fn the_rules_are_documented() {
    let mut text = String::from(DOCUMENT);
    for severity in [Severity::Error, Severity::Warning, Severity::Advice] {
        let _ = write!(
            text,
            "\n## {}\n\n| code | what is wrong | why it matters | how to mend it |\n| --- | --- | --- | --- |\n",
            match severity {
                Severity::Error => "Errors",
                Severity::Warning => "Warnings",
                Severity::Advice => "Advice",
            }
        );
        for rule in rules::all().filter(|rule| rule.severity == severity) {
            let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
            let cells = [rule.what, rule.why, rule.fix].map(cell);
            let _ = writeln!(text, "| `{}` | {} |", rule.code, cells.join(" | "));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/claimreview.md");
    if std::env::var_os("FACTLOG_WRITE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written == text,
        "docs/claimreview.md is not as the table has it: FACTLOG_WRITE_DOCS=1 writes it"
    );
}

const DOCUMENT: &str = "\
# Rules for markup of fact-checks

What `factlog lint claimreview` looks for, from Google's fact check structured data and schema.org 30.0. `factlog lint claimreview --rules --severity advice` prints the same. This page is written from the rules in `src/claimreview/rules`; a test compares the two.

- An **error**: some consumer reads nothing of the markup, or something that is not so.
- A **warning**: what the profile recommends is not there, or is done in a way that loses something.
- **Advice**: it is fine as it is, and could say more. It is shown with `--severity advice`.

Not looked at: whether an address answers or redirects, whether the page's words agree with the markup, and reviews in Microdata or RDFa, of which only that they are there is said.
";

#[test]
fn the_command_prints_findings_and_fails_for_errors() {
    let desk = Desk::empty();
    let bad = folder("bad");
    let good = folder("good");
    let run = |arguments: &[&str]| {
        let output = desk.run(&[&["lint", "claimreview"], arguments].concat());
        let (out, err) = said(&output);
        (output.status.code(), out, err)
    };
    let good = good.to_str().unwrap();
    let (code, out, err) = run(&[good, "--strict"]);
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(err.contains("0 errors, 0 warnings"), "{err}");

    let one = bad.join("url-relative.json");
    let (code, out, _) = run(&[one.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    let first = out.lines().next().unwrap();
    assert!(
        first.contains("url-relative.json:") && first.contains(": error url-relative: "),
        "{first}"
    );
    for part in [
        "at /url",
        "found \"/checks/ferry-fares\"",
        "  why: ",
        "  fix: ",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let warning = bad.join("claim-reviewed-long.json");
    let warning = warning.to_str().unwrap();
    assert_eq!(run(&[warning]).0, Some(0));
    assert_eq!(run(&[warning, "--strict"]).0, Some(1));
    let (code, out, _) = run(&[warning, "--severity", "error"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));

    let (code, out, _) = run(&[bad.to_str().unwrap(), "--json"]);
    assert_eq!(code, Some(1));
    let all: Value = serde_json::from_str(&out).unwrap();
    fits("output-lint", &all);
    assert!(
        all["counts"]["errors"].as_u64().unwrap() > 100,
        "{}",
        all["counts"]
    );
    let (_, out, _) = run(&["--rules", "--json"]);
    fits("output-lint", &serde_json::from_str(&out).unwrap());
    assert!(
        run(&["--rules"])
            .1
            .contains("claim-reviewed-missing (error): ")
    );

    assert_eq!(run(&["no-such-file.json"]).0, Some(3));
    assert_eq!(run(&[]).0, Some(2));
    assert_eq!(run(&[good, "--severity", "loud"]).0, Some(2));
}

#[test]
fn a_folder_s_other_files_are_passed_over_and_nothing_disturbs_the_terminal() {
    let desk = Desk::empty();
    fs::create_dir_all(desk.path("site/a")).unwrap();
    fs::write(desk.path("site/package.json"), "{\"name\": \"x\",}").unwrap();
    fs::write(desk.path("site/plain.html"), "<p>hello</p>").unwrap();
    fs::write(desk.path("site/a/article.html"), "<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\"}</script>").unwrap();
    fs::write(desk.path("site/notes.txt"), "{").unwrap();
    let (out, err) = desk.done(&["lint", "claimreview", "site"]);
    assert!(out.is_empty(), "{out}");
    assert!(
        err.contains("0 reviews in 0 files") && err.contains("3 files have no markup"),
        "{err}"
    );
    // The same page, named itself, is said to have none.
    let said = desk.refused(&["lint", "claimreview", "site/plain.html"], 1);
    assert!(said.contains("1 error"), "{said}");

    let hostile = r#"{"@context":"https://schema.org","@type":"ClaimReview","claimReviewed":"\u001b]0;owned\u0007\u202e","x\u001b[2J":1}"#;
    fs::write(desk.path("hostile.json"), hostile).unwrap();
    let output = desk.run(&["lint", "claimreview", "hostile.json"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(
        shown.contains("text-invisible") && shown.contains("property-unknown"),
        "{shown}"
    );
    assert!(
        !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{shown:?}"
    );
}

#[test]
fn our_own_export_has_no_fault() {
    let desk = Desk::new();
    desk.done(&crate::desk::verdict("1"));
    desk.done(&[
        "export",
        "claimreview",
        "--out",
        "out",
        "--base-url",
        "https://desk.example/facts",
    ]);
    let output = desk.run(&["lint", "claimreview", "out", "--json"]);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(all["counts"]["errors"], 0, "{all:#}");
    assert_eq!(all["counts"]["reviews"], 1, "{all:#}");
}
