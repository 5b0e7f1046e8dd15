//! Taking in sources, good and bad.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::{claims, fits, json, with_input};
use crate::desk::{Desk, INIT};

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.done(&INIT);
    desk
}

#[test]
fn a_source_keeps_what_is_said_of_it_and_offers_claims() {
    let desk = desk();
    fs::write(desk.path("article.txt"), crate::desk::ARTICLE).unwrap();
    let arguments = [
        "add",
        "article.txt",
        "--url",
        "https://news.example/a1",
        "--title",
        "A bridge",
        "--publisher",
        "News Example",
        "--published",
        "2024-03-26",
        "--author",
        "A",
        "--author",
        "B",
        "--language",
        "en",
        "--rights",
        "public",
    ];
    let dry = json(
        &desk,
        "output-add",
        &[&arguments[..], &["--dry-run"]].concat(),
    );
    assert_eq!(desk.size(), 2);
    let added = json(&desk, "output-add", &arguments);
    assert_eq!(desk.size(), 3);
    assert_eq!(added["meta"]["title"], "A bridge");
    assert_eq!(added["meta"]["authors"], serde_json::json!(["A", "B"]));
    assert_eq!(added["index"], 2);
    let numbers: Vec<_> = added["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["number"].clone())
        .collect();
    assert!(numbers.len() >= 3, "{added:#}");
    assert_eq!(numbers[0], 1);
    assert_eq!(dry["claims"].as_array().unwrap().len(), numbers.len());

    let again = json(&desk, "output-add", &["add", "article.txt"]);
    assert_eq!(again["already"], true);
    assert_eq!(again["source"], added["source"]);
    assert_eq!(desk.size(), 3);
    desk.done(&["add", "article.txt", "--again"]);
    assert_eq!(desk.size(), 4);
    assert_eq!(
        claims(&desk).len(),
        numbers.len(),
        "the same text proposes the same claims once"
    );
}

#[test]
fn a_page_is_fetched_with_its_own_metadata() {
    let desk = desk();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 2048];
            let length = stream.read(&mut request).unwrap();
            let found = request[..length].starts_with(b"GET /page.html ");
            let (status, body) = if found {
                (
                    "200 OK",
                    "<html lang=\"en\"><head><title>A bridge</title>\
<meta property=\"og:site_name\" content=\"News Example\"></head><body><article><h1>A bridge</h1>\
<p>The harbour bridge was closed in 2019, the mayor, Ada Venn, said on Monday, to nobody's surprise.</p>\
<p>The council spent 12 million on repairs, and traffic fell by a third in the first year.</p>\
<script>alert(1)</script></article></body></html>",
                )
            } else {
                ("404 Not Found", "")
            };
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        }
    });
    let address = format!("http://127.0.0.1:{port}/page.html");
    let added = json(&desk, "output-add", &["add", &address]);
    assert_eq!(added["meta"]["title"], "A bridge");
    assert_eq!(added["meta"]["publisher"], "News Example");
    assert_eq!(added["meta"]["url"], address.as_str());
    assert_eq!(added["meta"]["retrieved"], "2026-11-22T10:00:00Z");
    assert_eq!(added["media"], "text/html");
    assert!(!added["claims"].to_string().contains("alert"));
    let err = desk.refused(&["add", &format!("http://127.0.0.1:{port}/other")], 3);
    assert!(err.contains("404"), "{err}");
    server.join().unwrap();
    assert_eq!(desk.size(), 3);
}

#[test]
fn what_cannot_be_a_source_is_refused_and_nothing_is_written() {
    let desk = desk();
    fs::write(desk.path("empty.txt"), "").unwrap();
    fs::write(desk.path("blank.txt"), " \n\u{feff}\n").unwrap();
    fs::write(desk.path("nul.txt"), b"Some words\0 and more").unwrap();
    fs::write(
        desk.path("invalid.txt"),
        b"Some words \xff\xfe\x81 and more words",
    )
    .unwrap();
    fs::create_dir(desk.path("folder")).unwrap();
    let huge = fs::File::create(desk.path("huge.txt")).unwrap();
    huge.set_len(100 * 1024 * 1024).unwrap();
    let journal = fs::read(desk.ledger().join("journal")).unwrap();
    for (file, status, says) in [
        ("empty.txt", 1, "there are no bytes in it"),
        ("blank.txt", 1, "there is no text in it"),
        ("nul.txt", 1, "nul.txt"),
        ("huge.txt", 1, "67108864"),
        ("folder", 2, "is a folder"),
        ("nowhere.txt", 3, "there is no file nowhere.txt"),
        ("ftp://x.example/a", 2, "only http:// and https:// are"),
        ("FILE:///etc/passwd", 2, "name the file by its path alone"),
        ("data:text/plain,x", 3, "there is no file"),
        ("http://", 2, "http://"),
    ] {
        let err = desk.refused(&["add", file], status);
        assert!(err.contains(says), "{file}: {err}");
    }
    let (status, _, err) = with_input(
        &mut desk.factlog(&["add", "invalid.txt", "--charset", "utf-8"]),
        "",
    );
    assert_eq!(status, Some(1), "{err}");
    assert_eq!(fs::read(desk.ledger().join("journal")).unwrap(), journal);
}

#[test]
fn other_bytes_are_kept_without_a_text() {
    let desk = desk();
    fs::write(desk.path("scan.pdf"), b"%PDF-1.7\0\xff\x00").unwrap();
    let added = json(&desk, "output-add", &["add", "scan.pdf"]);
    assert_eq!(added["media"], "application/pdf");
    assert!(added.get("text").is_none());
    let again = json(&desk, "output-add", &["add", "scan.pdf"]);
    assert_eq!(again["already"], true);
}

#[test]
fn nothing_of_a_source_disturbs_the_terminal() {
    let desk = desk();
    let text = "The mayor, Ada \u{1b}[31mVenn\u{7}, said that \u{202e}12 bridges\u{202c} were closed in 2019. \
<script>alert(1)</script> The counc\u{456}l spent 5 million\u{e0041} in 2020.\n";
    let title = "A \u{1b}]0;title\u{7}\u{9b}31m \u{202e}bridge";
    for arguments in [
        &["add", "-", "--title", title, "--media", "text/plain"][..],
        &["claims", "--all"],
        &["claims"],
        &[
            "verdict",
            "1",
            "--rating",
            "true",
            "--summary",
            "a \u{1b}[2J \u{202e}b",
        ],
        &["claims"],
    ] {
        let (status, out, err) = with_input(&mut desk.factlog(arguments), text);
        assert_eq!(status, Some(0), "{err}");
        for shown in [&out, &err] {
            let bad = shown.chars().find(|c| {
                (c.is_control() && *c != '\n')
                    || ('\u{202a}'..='\u{202e}').contains(c)
                    || ('\u{e0000}'..='\u{e007f}').contains(c)
            });
            assert_eq!(bad, None, "{arguments:?}: {shown:?}");
        }
    }
    let (_, out, err) = with_input(
        &mut desk.factlog(&["add", "-", "--dry-run", "--media", "text/plain"]),
        text,
    );
    assert!(err.contains("bidi control"), "{out}{err}");
}

#[test]
fn a_page_s_headline_can_be_quoted_and_is_no_claim() {
    let desk = desk();
    let page = "<title>Mayor: the bridge was closed in 2019. | News</title>\
        <article><h1>Mayor: the bridge was closed in 2019.</h1>\
        <p>The harbour bridge was closed in 2019, the mayor, Ada Venn, said on Monday in the town hall.\
        <p>The council spent 12 million on repairs, the mayor said, and the road was never opened.\
        </article>";
    fs::write(desk.path("page.html"), page).unwrap();
    let added = json(&desk, "output-add", &["add", "page.html"]);
    assert!(
        added["normalizer"].as_str().unwrap().starts_with("html-4/"),
        "{added:#}"
    );
    for claim in added["claims"].as_array().unwrap() {
        assert_ne!(claim["quote"]["bytes"]["start"], 2, "{claim:#}");
        let text = claim["text"].as_str().unwrap();
        assert!(!text.contains("the bridge was closed"), "{claim:#}");
    }
    let source = added["source"].as_str().unwrap();
    let quote = "the bridge was closed in 2019.";
    json(
        &desk,
        "output-claim",
        &["claim", &source[..8], "--quote", quote],
    );
}

#[test]
fn a_pronoun_that_stands_for_nobody_known_is_marked() {
    let desk = desk();
    let text = "You said that the bridge was closed in 2018.\n";
    fs::write(desk.path("article.txt"), text).unwrap();
    let (out, _) = desk.done(&["split", "article.txt"]);
    assert!(out.contains("You, unresolved"), "{out}");
    let (out, _) = desk.done(&["add", "article.txt"]);
    assert!(out.contains("You, unresolved"), "{out}");
    let (out, _) = desk.done(&["claims"]);
    assert!(out.contains("You, unresolved"), "{out}");
}

#[test]
fn what_to_try_is_said() {
    let desk = desk();
    fs::write(desk.path("empty.txt"), "").unwrap();
    fs::create_dir(desk.path("folder")).unwrap();
    for command in ["add", "split"] {
        for (what, status, hint) in [
            ("empty.txt", 1, "it is empty"),
            ("folder", 2, "name a file in it"),
            ("nowhere.txt", 3, "how its name is written"),
        ] {
            let err = desk.refused(&[command, what], status);
            assert!(err.contains(hint), "{err}");
        }
    }
    let err = desk.refused(&["add", "empty.txt", "--published", "yesterday"], 2);
    assert!(err.contains("a day such as 2026-11-22"), "{err}");
    let err = desk.refused(&["export", "csv", "--since", "yesterday"], 2);
    assert!(err.contains("a day such as 2026-11-22"), "{err}");
}

/// Answers so many requests: with a page for `/page.html`, a redirect to it from `/old`, a wall of
/// cookies at `/wall`, and an error page for the rest.
fn server(requests: usize) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        for _ in 0..requests {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 2048];
            let length = stream.read(&mut request).unwrap();
            let path = String::from_utf8_lossy(&request[..length]);
            let path = path.split(' ').nth(1).unwrap_or_default().to_owned();
            let wall = "<title>News</title><h1>We value your privacy</h1><p>We and our partners store \
                cookies on your device. Please consent to continue.</p><button>Accept all</button>";
            let (status, more, body) = match path.as_str() {
                "/page.html" => ("200 OK", "", page("the first year")),
                "/old" => (
                    "301 Moved Permanently",
                    "Location: /page.html\r\n",
                    String::new(),
                ),
                "/wall" => ("200 OK", "Set-Cookie: secret=1\r\n", wall.to_owned()),
                _ => (
                    "404 Not Found",
                    "",
                    "<h1>Page not found</h1><p>The page you are looking for is not here."
                        .to_owned(),
                ),
            };
            write!(
                stream,
                "HTTP/1.1 {status}\r\n{more}Content-Type: text/html; charset=utf-8\r\nX-Served-By: \
                 desk\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        }
    });
    (address, thread)
}

/// A page with a dozen sentences, one of which ends so.
fn page(end: &str) -> String {
    format!(
        "<html lang=\"en\"><title>A bridge</title><article><h1>A bridge</h1>\
         <p>The harbour bridge was closed in 2019, the mayor, Ada Venn, said on Monday, to nobody's surprise.</p>\
         <p>The council spent 12 million on repairs, and traffic on the ring road fell by a third in {end}.</p>\
         <p>Buses will go round by the mill for eleven weeks, which adds some twelve minutes in the morning.</p>\
         <p>A first estimate, before divers had looked at the piers, stood at less than two million pounds.</p></article>"
    )
}

#[test]
fn many_are_added_together_and_one_that_fails_stops_none() {
    let desk = desk();
    let (address, thread) = server(2);
    fs::write(
        desk.path("a.txt"),
        "The bridge was closed in 2019, the mayor said.\n",
    )
    .unwrap();
    fs::write(
        desk.path("b.txt"),
        "The council spent 12 million in 2020, it said.\n",
    )
    .unwrap();
    fs::write(desk.path("empty.txt"), "").unwrap();
    let list = format!("# what to read\nb.txt\n\n{address}/page.html\n{address}/gone\na.txt\n");
    fs::write(desk.path("list.txt"), list).unwrap();
    let (status, out, err) = with_input(
        &mut desk.factlog(&["--json", "add", "a.txt", "empty.txt", "--from", "list.txt"]),
        "",
    );
    thread.join().unwrap();
    assert_eq!(status, Some(1), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    fits("output-add-several", &report);
    let outcomes: Vec<(&str, &str)> = report["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["what"].as_str().unwrap(),
                line["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let count = |outcome| outcomes.iter().filter(|(_, is)| *is == outcome).count();
    assert_eq!(
        (count("added"), count("already"), count("failed")),
        (3, 1, 2),
        "{outcomes:?}"
    );
    assert!(err.contains("empty.txt") && err.contains("/gone"), "{err}");
    // All in one append, by one signature each.
    assert_eq!(desk.size(), 5);
    assert_eq!(report["entries"].as_array().unwrap().len(), 3);
    desk.done(&["verify"]);
    // Once more: nothing is new.
    let (out, err) = desk.done(&["add", "a.txt", "b.txt"]);
    assert_eq!(out.matches("already").count(), 2, "{out}{err}");
    assert_eq!(desk.size(), 5);
    for flag in [
        ["--title", "x"],
        ["--url", "https://a.example/"],
        ["--published", "2026-01-01"],
    ] {
        let err = desk.refused(&["add", "a.txt", "b.txt", flag[0], flag[1]], 2);
        assert!(
            err.contains(flag[0]) && err.contains("belongs to one source"),
            "{err}"
        );
    }
}

#[test]
fn a_page_that_is_no_article_is_refused_and_taken_anyway() {
    let desk = desk();
    let (address, thread) = server(4);
    let wall = format!("{address}/wall");
    let err = desk.refused(&["add", &wall], 1);
    assert!(
        err.contains("consent") && err.contains("--anyway") && err.contains("--url"),
        "{err}"
    );
    assert_eq!(desk.size(), 2);
    let added = json(&desk, "output-add", &["add", &wall, "--anyway"]);
    assert_eq!(added["warnings"][0]["code"], "not-the-article");
    assert_eq!(added["warnings"][0]["page"], "consent-wall");
    let gone = format!("{address}/gone");
    let err = desk.refused(&["add", &gone], 3);
    assert!(err.contains("404") && err.contains("--anyway"), "{err}");
    let (_, err) = desk.done(&["add", &gone, "--anyway"]);
    assert!(err.contains("answered with status 404"), "{err}");
    thread.join().unwrap();
}

#[test]
fn how_a_page_was_fetched_is_kept_shown_and_erased_with_it() {
    let desk = desk();
    let (address, thread) = server(2);
    let (_, err) = desk.done(&["add", &format!("{address}/old")]);
    thread.join().unwrap();
    assert!(err.contains("it led to"), "{err}");
    let kept: Vec<_> = fs::read_dir(desk.ledger().join("fetched"))
        .unwrap()
        .collect();
    assert_eq!(kept.len(), 1);
    let path = kept[0].as_ref().unwrap().path();
    let document = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    fits("fetched", &document);
    assert_eq!(document["redirects"][0], format!("{address}/old"));
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("x-served-by") && !text.contains("secret"),
        "{text}"
    );
    // The same bytes from elsewhere are another source, and evidence is a source as well.
    let (address, thread) = server(2);
    desk.done(&["add", &format!("{address}/page.html"), "--again"]);
    fs::write(desk.path("article.txt"), crate::desk::ARTICLE).unwrap();
    desk.done(&["add", "article.txt"]);
    let wall = format!("{address}/wall");
    let judged = [
        "--rating",
        "true",
        "--summary",
        "It was.",
        "--supports",
        &wall,
        "--yes",
    ];
    let number = claims(&desk).len().to_string();
    desk.done(&[&["verdict", &number], &judged[..]].concat());
    thread.join().unwrap();
    let kept = || -> Vec<serde_json::Value> {
        let files = fs::read_dir(desk.ledger().join("fetched")).unwrap();
        let read = |file: std::io::Result<fs::DirEntry>| fs::read(file.unwrap().path()).unwrap();
        files
            .map(|file| serde_json::from_slice(&read(file)).unwrap())
            .collect()
    };
    assert_eq!(kept().len(), 3);
    let raw = document["raw"].as_str().unwrap();
    assert_eq!(kept().iter().filter(|kept| kept["raw"] == raw).count(), 2);
    desk.done(&["erase", raw, "--basis", "privacy", "--yes"]);
    assert!(!path.exists());
    let left = kept();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["asked"], wall.as_str());
}

#[test]
fn what_is_signed_into_a_file_is_whole_and_not_called_added() {
    let desk = desk();
    let names: Vec<String> = (0..501).map(|n| format!("{n}.txt")).collect();
    for name in &names {
        fs::write(desk.path(name), format!("Word of {name}.\n")).unwrap();
    }
    let list = format!("\u{FEFF}{}", names.join("\n"));
    fs::write(desk.path("list.txt"), list).unwrap();
    let size = desk.size();
    let arguments = ["add", "--from", "list.txt", "--out", "signed.json", "--yes"];
    let (out, err) = desk.done(&arguments);
    assert_eq!(out.matches("  signed ").count(), 501, "{out}{err}");
    assert!(
        err.contains("501 signed") && !err.contains("added"),
        "{err}"
    );
    assert_eq!(desk.size(), size);
    desk.done(&["append", "signed.json"]);
    assert_eq!(desk.size(), size + 501);
    let report = json(
        &desk,
        "output-add-several",
        &["add", "0.txt", "1.txt", "--again", "--out", "more.json"],
    );
    assert_eq!(report["sources"][1]["outcome"], "signed");
}

#[test]
fn what_has_no_claims_or_another_language_is_said() {
    let desk = desk();
    fs::write(desk.path("no.txt"), "Was it worth it?\n").unwrap();
    let (_, err) = desk.done(&["add", "no.txt"]);
    assert!(err.contains("0 claims; record one with"), "{err}");
    let source = json(&desk, "output-add", &["add", "no.txt"])["source"].clone();
    let (_, err) = desk.done(&["claims", source.as_str().unwrap()]);
    assert!(err.contains("0 claims; record one with"), "{err}");
    let german = "Die Brücke am Hafen wurde im Jahr 2019 gesperrt, sagte die Bürgermeisterin am \
                  Montag vor der Presse. Der Rat hat zwölf Millionen für die Arbeiten ausgegeben, und \
                  der Verkehr auf der Ringstraße ging in dem Jahr um ein Drittel zurück.\n";
    fs::write(desk.path("de.txt"), german).unwrap();
    fs::write(desk.path("en.txt"), crate::desk::ARTICLE).unwrap();
    let (_, err) = desk.done(&["add", "de.txt", "en.txt"]);
    assert_eq!(err.matches("look like English").count(), 1, "{err}");
    assert!(err.contains("de.txt does not look like English"), "{err}");
}

#[test]
fn an_address_with_a_password_is_refused_and_one_that_is_only_said_decides_no_type() {
    let desk = desk();
    let head = [
        "--statement",
        "--by",
        "Ann Lee",
        "--when",
        "2026-03-04",
        "--how",
        "mail",
    ];
    let secret = ["add", "-", "--url", "https://ann:secret@news.example/"];
    let err = desk.refused(&[&secret[..], &head[..]].concat(), 2);
    assert!(!err.contains("secret"), "{err}");
    let (status, out, err) = with_input(
        &mut desk.factlog(&["--json", "add", "-", "--url", "https://news.example/x.html"]),
        "The bridge was closed in 2019, and a < b, the mayor said.\n",
    );
    assert_eq!(status, Some(0), "{err}");
    let added: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(added["media"], "text/plain");
}

#[test]
fn what_is_known_of_a_page_is_erased_with_how_it_was_fetched() {
    let desk = desk();
    let (address, thread) = server(2);
    let added = json(&desk, "output-add", &["add", &format!("{address}/old")]);
    thread.join().unwrap();
    let source = &added["source"].as_str().unwrap()[..12];
    let fetched = || fs::read_dir(desk.ledger().join("fetched")).unwrap().count();
    assert_eq!(fetched(), 1);
    let basis = ["--part", "meta", "--basis", "privacy", "--yes"];
    desk.done(&[&["erase", source][..], &basis].concat());
    assert_eq!(fetched(), 0);
}

#[test]
fn near_copies_and_newer_versions_are_named_before_anything_is_written() {
    let desk = desk();
    fs::write(desk.path("a.html"), page("the first year")).unwrap();
    fs::write(desk.path("b.html"), page("the second year")).unwrap();
    let first = json(
        &desk,
        "output-add",
        &["add", "a.html", "--url", "https://news.example/a"],
    );
    let dry = json(&desk, "output-add", &["add", "b.html", "--dry-run"]);
    assert_eq!(dry["alike"][0]["source"], first["source"]);
    let percent = dry["alike"][0]["percent"].as_u64().unwrap();
    assert!((70..100).contains(&percent), "{dry:#}");
    assert_eq!(dry["alike"][0]["same_address"], false);
    let same = [
        "add",
        "b.html",
        "--url",
        "http://www.news.example/a?utm_source=x",
    ];
    let added = json(&desk, "output-add", &same);
    assert_eq!(added["alike"][0]["same_address"], true);
    let short = first["source"].as_str().unwrap()[..8].to_owned();
    fs::write(desk.path("c.html"), page("the third year")).unwrap();
    let replacing = json(
        &desk,
        "output-add",
        &["add", "c.html", "--replaces", &short],
    );
    assert_eq!(replacing["alike"], serde_json::json!([]));
    // What has nothing to do with it is like nothing.
    fs::write(desk.path("other.txt"), crate::desk::ARTICLE).unwrap();
    let other = json(&desk, "output-add", &["add", "other.txt"]);
    assert_eq!(other["alike"], serde_json::json!([]));
    // What was replaced has a newer version already.
    let newer = replacing["source"].as_str().unwrap()[..8].to_owned();
    fs::write(desk.path("d.html"), page("the fourth year")).unwrap();
    let err = desk.refused(&["add", "d.html", "--replaces", &short], 2);
    assert!(
        err.contains(&format!("did you mean --replaces {newer}?")),
        "{err}"
    );
    desk.done(&["add", "d.html", "--replaces", &short, "--anyway"]);
    let (_, err) = desk.done(&["add", "c.html", "--replaces", &short]);
    assert!(
        err.contains("it is recorded as a newer version of"),
        "{err}"
    );
    let (_, err) = desk.done(&["add", "c.html", "--replaces", &newer]);
    assert!(err.contains(&format!("{short}, not of {newer}")), "{err}");
    // The sketches may be lost at any time.
    fs::write(desk.ledger().join("sketches"), "not ours").unwrap();
    let (_, err) = desk.done(&["add", "b.html", "--dry-run"]);
    assert!(err.contains("in the ledger already"), "{err}");
}

#[test]
fn what_was_said_on_the_telephone_is_a_statement() {
    let desk = desk();
    let arguments = [
        "--json",
        "add",
        "-",
        "--statement",
        "--by",
        "Ann Lee",
        "--role",
        "press officer, Port of Hull",
        "--when",
        "2026-03-04T15:30:00Z",
        "--how",
        "telephone",
    ];
    let (status, out, err) = with_input(
        &mut desk.factlog(&arguments),
        "We never received the report in 2019.\n",
    );
    assert_eq!(status, Some(0), "{err}");
    let added: serde_json::Value = serde_json::from_str(&out).unwrap();
    fits("output-add", &added);
    assert_eq!(added["meta"]["title"], "Statement by Ann Lee, 2026-03-04");
    assert_eq!(added["meta"]["authors"][0], "Ann Lee");
    assert_eq!(added["meta"]["published"], "2026-03-04T15:30:00Z");
    let (out, _) = desk.done(&["show", added["source"].as_str().unwrap()]);
    assert!(out.contains("statement, text/plain"), "{out}");
    let quote = ["--quote", "We never received the report in 2019."];
    json(
        &desk,
        "output-claim",
        &[
            "claim",
            added["source"].as_str().unwrap(),
            quote[0],
            quote[1],
        ],
    );
    for file in [&["add", "-"][..], &["add"]] {
        let arguments = [file, &["--statement", "--by", "Ann Lee"]].concat();
        let refused = desk.refused(&arguments, 2);
        assert!(refused.contains("--when"), "{refused}");
        assert!(!refused.contains("\n  <FILE"), "{refused}");
    }
    let refused = desk.refused(&["add"], 2);
    assert!(refused.contains("\n  <FILE"), "{refused}");
    // Where no file is named, the words are on standard input.
    let mut unnamed = arguments.to_vec();
    unnamed.retain(|argument| *argument != "-");
    let (status, out, err) =
        with_input(&mut desk.factlog(&unnamed), "The crane was sold in 2018.\n");
    assert_eq!(status, Some(0), "{err}");
    let typed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(typed["claims"][0]["text"], "The crane was sold in 2018");
    assert_eq!(typed["claims"][0]["claimant"]["name"], "Ann Lee");
    // The head is no claim, and what is claimed below it is of who said it.
    let words =
        b"The caf\xE9 at the port lost 12 million crowns in 2019. The bridge was closed in 2020, \
        the mayor, Ada Venn, said on Monday.\n";
    fs::write(desk.path("said.txt"), words).unwrap();
    let more = [
        "add",
        "said.txt",
        "--charset",
        "windows-1252",
        "--statement",
        "--by",
        "Lee, Ann",
        "--role",
        "press officer",
        "--when",
        "2026-03-05",
        "--how",
        "mail",
    ];
    let dry = json(&desk, "output-add", &[&more[..], &["--dry-run"]].concat());
    let added = json(&desk, "output-add", &more);
    for report in [dry, added] {
        let claims = report["claims"].as_array().unwrap();
        let text = claims[0]["text"].as_str().unwrap();
        assert!(text.contains("café"), "{text}");
        assert_eq!(claims[0]["claimant"]["name"], "Lee, Ann");
        assert_eq!(claims[0]["claimant"]["role"], "press officer");
        assert_eq!(claims[1]["claimant"]["name"], "Ada Venn");
        assert_eq!(claims.len(), 2, "{claims:#?}");
    }
    desk.done(&[
        "verdict",
        "2",
        "--rating",
        "true",
        "--summary",
        "Seen.",
        "--yes",
    ]);
    desk.done(&["verify"]);
}

#[test]
fn the_same_picture_twice_is_added_once() {
    let desk = desk();
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU";
    fs::write(desk.path("one.png"), picture).unwrap();
    fs::write(desk.path("two.png"), picture).unwrap();
    let size = desk.size();
    let added = json(&desk, "output-add-several", &["add", "one.png", "two.png"]);
    assert_eq!(desk.size(), size + 1, "{added:#}");
    assert_eq!(added["sources"][0]["outcome"], "already", "{added:#}");
    assert_eq!(added["sources"][1]["outcome"], "added", "{added:#}");
}

#[test]
fn a_dry_run_of_several_changes_nothing() {
    let desk = desk();
    fs::write(desk.path("a.txt"), crate::desk::ARTICLE).unwrap();
    fs::write(desk.path("b.txt"), "The pier was built in 1911, it says.\n").unwrap();
    desk.done(&["add", "a.txt"]);
    desk.done(&[
        "verdict",
        "1",
        "--rating",
        "true",
        "--summary",
        "So.",
        "--supports",
        "b.txt",
    ]);
    let before = crate::desk::files_below(&desk.ledger().join("drafts"))
        .into_iter()
        .map(|path| (fs::read(&path).unwrap(), path))
        .collect::<Vec<_>>();
    assert!(
        before
            .iter()
            .any(
                |(bytes, _)| String::from_utf8_lossy(bytes).contains("\"evidence\": true")
                    || String::from_utf8_lossy(bytes).contains("\"evidence\":true")
            ),
        "b.txt is evidence only"
    );
    let dry = json(
        &desk,
        "output-add-several",
        &["add", "a.txt", "b.txt", "--dry-run"],
    );
    assert_eq!(dry["sources"][1]["outcome"], "already", "{dry:#}");
    for (bytes, path) in before {
        assert!(fs::read(&path).unwrap() == bytes, "{}", path.display());
    }
}
