//! Witnesses and who asks them, with the program itself on both sides, on this machine alone.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use factlog::trust::key::SigningKey;
use factlog::trust::{Checkpoint, SignedNote, VerifierKey, WitnessKey};
use serde_json::Value;

use crate::desk::{Desk, said, verdict};

/// A witness that runs, until this is dropped.
struct Running {
    child: Child,
    url: String,
    vkey: String,
    line: String,
}

impl Running {
    fn named(&self) -> String {
        format!("{}@{}", self.vkey, self.url)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prepares the program to run as a witness, with a home of its own.
fn factlog(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_factlog"));
    command
        .args(arguments)
        .env("FACTLOG_HOME", home)
        .env("HOME", home)
        .env_remove("FACTLOG_LEDGER")
        .env_remove("FACTLOG_PASSPHRASE_FILE")
        .stdin(Stdio::null());
    command
}

/// Makes a witness's key; returns its verifier key.
fn init(home: &Path, name: &str) -> String {
    let arguments = ["witness", "init", "--name", name, "--unencrypted-key"];
    let output = factlog(home, &arguments).output().unwrap();
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    out.trim_end().to_owned()
}

fn state(home: &Path) -> PathBuf {
    home.join("state")
}

/// Runs a witness for a log, on a free port.
fn start(home: &Path, log: &str, at: &str) -> Running {
    let folder = state(home);
    let arguments = [
        "witness",
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--state",
        folder.to_str().unwrap(),
        "--log",
        log,
        "--at",
        at,
    ];
    let mut child = factlog(home, &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let out = child.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, _, vkey, url] = words.as_slice() else {
        panic!("not a policy's line: {line:?}");
    };
    Running {
        child,
        url: (*url).to_owned(),
        vkey: (*vkey).to_owned(),
        line: line.clone(),
    }
}

/// Returns the verifier key of the desk's log.
fn log_of(desk: &Desk) -> String {
    let (out, _) = desk.done(&["key", "list", "--json"]);
    let keys: Value = serde_json::from_str(&out).unwrap();
    let mut keys = keys["keys"].as_array().unwrap().iter();
    let log = keys.find(|key| key["function"] == "log").unwrap();
    log["vkey"].as_str().unwrap().to_owned()
}

/// Checks JSON against a schema of ours.
fn fits(schema: &str, value: &Value) {
    let path = format!(
        "{}/schemas/{schema}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}\n{value:#}");
}

/// Verifies a note as a stranger does, with the keys alone; returns its size.
fn verified(note: &str, log: &str, witnesses: &[&str]) -> u64 {
    let note = SignedNote::parse(note.as_bytes()).unwrap();
    let log: VerifierKey = log.parse().unwrap();
    for witness in witnesses {
        let witness: WitnessKey = witness.parse().unwrap();
        witness.verify(&note).unwrap();
    }
    assert_eq!(note.signatures().len(), 1 + witnesses.len());
    let verified = note.verify(&[&log]).unwrap();
    Checkpoint::from_verified(&verified).unwrap().head.size
}

/// Sends bytes to a witness as they are; returns what it answers.
fn send(url: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Answers each request with signature lines, as a witness does that is somebody else.
fn impostor(lines: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let length = lines.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
            stream
                .write_all(format!("{head}{lines}").as_bytes())
                .unwrap();
        }
    });
    url
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is one story")]
fn witnesses_cosign_what_grows_and_a_stranger_can_check_it() {
    let desk = Desk::new();
    let log = log_of(&desk);
    let homes = [(); 2].map(|()| tempfile::tempdir().unwrap());
    for (home, name) in homes
        .iter()
        .zip(["witness.example/w1", "witness.example/w2"])
    {
        let vkey = init(home.path(), name);
        let printed = factlog(home.path(), &["witness", "key"]).output().unwrap();
        assert_eq!(said(&printed).0.trim_end(), vkey);
        assert!(vkey.starts_with(name) && vkey.parse::<WitnessKey>().is_ok());
    }
    let [one, two] = [0, 1].map(|n| start(homes[n].path(), &log, "2026-11-22T10:00:00Z"));
    let policy = desk.path("trust.txt");
    let rule = "group g 2 witness.example/w1 witness.example/w2\nquorum g\n";
    std::fs::write(
        &policy,
        format!("log {log}\n{}{}{rule}", one.line, two.line),
    )
    .unwrap();
    let policy = policy.to_str().unwrap().to_owned();

    let ask = ["checkpoint", "--policy", &policy, "--json"];
    let first = desk.done(&ask).0;
    let first: Value = serde_json::from_str(&first).unwrap();
    fits("output-checkpoint", &first);
    assert_eq!(first["witnessed"]["enough"], true);
    let note = first["note"].as_str().unwrap();
    let size = verified(note, &log, &[&one.vkey, &two.vkey]);
    assert_eq!(size, desk.size());
    // It was kept: it is printed without asking, and an audit reads it.
    assert_eq!(desk.done(&["checkpoint"]).0, note);
    desk.done(&["verify"]);

    // More was recorded; the witnesses cosign that, too, and once more at the same size.
    desk.done(&verdict("1"));
    for _ in 0..2 {
        let (out, _) = desk.done(&["checkpoint", "--policy", &policy]);
        assert_eq!(verified(&out, &log, &[&one.vkey, &two.vkey]), desk.size());
    }
    assert!(desk.size() > size);
    desk.done(&["verify"]);

    // A stranger's audit asks for the quorum, of the ledger as of a copy.
    let copy = desk.path("copy").to_str().unwrap().to_owned();
    desk.done(&["publish", &copy]);
    let trusting = |place: &[&str], policy: &str, status| {
        let ask = [&["verify"], place, &["--policy", policy, "--json"]].concat();
        let printed = desk.factlog(&ask).output().unwrap();
        assert_eq!(printed.status.code(), Some(status), "{:?}", said(&printed));
        let report: Value = serde_json::from_slice(&printed.stdout).unwrap();
        fits("output-verify", &report);
        let codes = report["findings"].as_array().unwrap().iter();
        let codes = codes.filter(|finding| finding["severity"] != "note");
        let codes: Vec<String> = codes.map(|f| f["code"].as_str().unwrap().into()).collect();
        (report["witnessed"].as_u64(), codes)
    };
    for place in [&[][..], &[&*copy]] {
        assert_eq!(trusting(place, &policy, 0), (Some(desk.size()), vec![]));
    }
    let strangers = desk.path("strangers.txt").to_str().unwrap().to_owned();
    let other = SigningKey::from_seed(log.split('+').next().unwrap().parse().unwrap(), &[9; 32]);
    std::fs::write(
        &strangers,
        format!("log {}\nquorum none\n", other.verifier()),
    )
    .unwrap();
    let untrusted = vec!["log-untrusted".to_owned()];
    assert_eq!(trusting(&[&copy], &strangers, 4).1, untrusted);
    // What was recorded since, they have not seen.
    let seen = desk.size();
    desk.done(&[
        "key",
        "add",
        "desk.example/bob",
        "--role",
        "approver",
        "--unencrypted-keys",
    ]);
    desk.done(&["publish", &copy]);
    for place in [&[][..], &[&*copy]] {
        let few = vec!["quorum-not-met".to_owned()];
        assert_eq!(trusting(place, &policy, 5), (Some(seen), few));
    }

    // A stop while what it gave is being kept loses nothing that was written.
    for (number, step) in ["journal-written", "journal-synced", "database-applied"]
        .into_iter()
        .enumerate()
    {
        desk.done(&verdict(&(number + 2).to_string()));
        let mut stopped = desk.factlog(&["checkpoint", "--witness", &one.named()]);
        let stopped = stopped.env("FACTLOG_STOP_AFTER", step).output().unwrap();
        assert_eq!(stopped.status.code(), None, "{step}: {:?}", said(&stopped));
        let (out, _) = desk.done(&["checkpoint"]);
        assert_eq!(verified(&out, &log, &[&one.vkey]), desk.size(), "{step}");
        desk.done(&["verify"]);
    }

    // What the witness serves is what it keeps, by the origin's hash.
    let kept = std::fs::read_dir(state(homes[0].path())).unwrap();
    let names: Vec<String> = kept
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "lock")
        .collect();
    let [hash] = names.as_slice() else {
        panic!("not one file: {names:?}");
    };
    let get = format!("GET /{hash}/checkpoint HTTP/1.1\r\nhost: w\r\nconnection: close\r\n\r\n");
    let answer = send(&one.url, &get);
    let kept = std::fs::read_to_string(state(homes[0].path()).join(hash)).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with(&kept),
        "{answer}"
    );

    // Killed and started again, it knows what it cosigned; at an earlier time it says nothing.
    drop(one);
    let again = start(homes[0].path(), &log, "2026-11-22T10:00:00Z");
    desk.done(&["checkpoint", "--witness", &again.named()]);
    drop(again);
    let back = start(homes[0].path(), &log, "2026-11-22T09:00:00Z");
    let err = desk.refused(&["checkpoint", "--witness", &back.named()], 5);
    assert!(err.contains("503") && err.contains("clock"), "{err}");
}

#[test]
fn a_witness_that_fails_is_named_and_stops_nothing() {
    let desk = Desk::new();
    let log = log_of(&desk);
    let homes = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let names = [
        "witness.example/w1",
        "witness.example/down",
        "witness.example/forged",
    ];
    let [_, down, forged] = [0, 1, 2].map(|n| init(homes[n].path(), names[n]));
    let good = start(homes[0].path(), &log, "2026-11-22T10:00:00Z");
    // A port on which nothing listens any more.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let down_at = format!("http://{closed}");
    // The key id of one witness before the cosignature of another.
    let cosigned = desk.done(&["checkpoint", "--witness", &good.named()]).0;
    let note = SignedNote::parse(cosigned.as_bytes()).unwrap();
    let mut line = note.signatures()[1].clone();
    let key: WitnessKey = forged.parse().unwrap();
    (line.name, line.id) = (key.name().clone(), key.id());
    let forged_at = impostor(format!("{line}\n"));
    desk.done(&verdict("1"));

    let policy = desk.path("trust.txt");
    let write = |needed: u8| {
        let lines = [
            good.line.clone(),
            format!("witness down {down} {down_at}\n"),
            format!("witness forged {forged} {forged_at}\n"),
            format!("group g {needed} witness.example/w1 down forged\nquorum g\n"),
        ];
        std::fs::write(&policy, lines.concat()).unwrap();
    };
    let ask = [
        "checkpoint",
        "--policy",
        "trust.txt",
        "--timeout",
        "5",
        "--json",
    ];
    for (needed, status) in [(1, 0), (2, 5)] {
        write(needed);
        let output = desk.run(&ask);
        let (out, err) = said(&output);
        assert_eq!(output.status.code(), Some(status), "{err}");
        let out: Value = serde_json::from_str(&out).unwrap();
        fits("output-checkpoint", &out);
        assert_eq!(out["witnessed"]["enough"], status == 0);
        // Nothing but what holds was kept.
        let note = out["note"].as_str().unwrap();
        assert_eq!(verified(note, &log, &[&good.vkey]), desk.size());
        for (name, why) in [("down", "connection"), ("forged", "does not verify")] {
            let line = err
                .lines()
                .find(|line| line.contains(&format!("example/{name}")));
            assert!(line.is_some_and(|line| line.contains(why)), "{name}: {err}");
        }
    }
    // All three together: the good one's cosignature counts, whatever the others do.
    let (down, forged) = (format!("{down}@{down_at}"), format!("{forged}@{forged_at}"));
    let good_alone = ["checkpoint", "--witness", &good.named()].map(str::to_owned);
    desk.done(&good_alone.each_ref().map(String::as_str));
    for failing in [&down, &forged] {
        desk.refused(&["checkpoint", "--witness", failing, "--timeout", "5"], 5);
    }
    desk.done(&["verify"]);
    let url = good.url.clone();
    let err = desk.refused(&["checkpoint", "--witness", &url], 2);
    assert!(err.contains("whose cosignature to trust"), "{err}");
}

#[test]
fn a_ledger_that_was_put_back_and_went_another_way_is_not_cosigned() {
    let desk = Desk::new();
    let log = log_of(&desk);
    let home = tempfile::tempdir().unwrap();
    init(home.path(), "witness.example/w1");
    let witness = start(home.path(), &log, "2026-11-22T10:00:00Z");
    crate::desk::copy(&desk.ledger(), &desk.path("backup"));
    desk.done(&verdict("1"));
    desk.done(&["checkpoint", "--witness", &witness.named()]);
    // The keeper goes back, and forgets that there was more.
    std::fs::remove_dir_all(desk.ledger()).unwrap();
    std::fs::remove_dir_all(desk.path("home/heads")).unwrap();
    crate::desk::copy(&desk.path("backup"), &desk.ledger());
    let ask = ["checkpoint", "--witness", &witness.named()].map(str::to_owned);
    let ask = ask.each_ref().map(String::as_str);
    let err = desk.refused(&ask, 5);
    assert!(err.contains("old backup"), "{err}");
    // As many entries as the witness knows, others among them; and then more.
    desk.done(&verdict("2"));
    let err = desk.refused(&ask, 5);
    assert!(err.contains("422"), "{err}");
    desk.done(&verdict("1"));
    let err = desk.refused(&ask, 5);
    assert!(err.contains("422"), "{err}");
    let forks = state(home.path()).join("forks");
    let mut kept = 0;
    for item in std::fs::read_dir(forks).unwrap() {
        let bytes = std::fs::read(item.unwrap().path()).unwrap();
        fits("fork", &serde_json::from_slice(&bytes).unwrap());
        kept += 1;
    }
    assert!(kept >= 1);
}

#[test]
fn strangers_get_what_they_ask_for_and_no_more() {
    let desk = Desk::new();
    let home = tempfile::tempdir().unwrap();
    init(home.path(), "witness.example/w1");
    let witness = start(home.path(), &log_of(&desk), "2026-11-22T10:00:00Z");
    let ask = |line: &str, more: &str, body: &str| {
        let request =
            format!("{line} HTTP/1.1\r\nhost: w\r\nconnection: close\r\n{more}\r\n{body}");
        send(&witness.url, &request)
    };
    let hash = "0".repeat(64);
    for (line, more, body, status) in [
        ("GET /", "", "", 404),
        ("GET /add-checkpoint", "", "", 405),
        ("POST /", "content-length: 2\r\n", "hi", 404),
        ("POST /add-checkpoint", "content-length: 2\r\n", "hi", 400),
        (
            "POST /add-checkpoint",
            "content-length: 200000\r\n",
            "",
            413,
        ),
        (&format!("GET /{hash}/checkpoint"), "", "", 404),
        (
            &format!("POST /{hash}/checkpoint"),
            "content-length: 0\r\n",
            "",
            405,
        ),
        ("GET /../../etc/passwd/checkpoint", "", "", 404),
    ] {
        let answer = ask(line, more, body);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{line}: {answer}"
        );
    }
    // A body without an end is read up to the limit.
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let answer = ask(
        "POST /add-checkpoint",
        "transfer-encoding: chunked\r\n",
        &chunk.repeat(3),
    );
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");

    // A second witness on the same folder is refused, and so is one without a key or a log.
    let folder = state(home.path());
    let arguments = ["witness", "serve", "--listen", "127.0.0.1:0", "--state"];
    let log = log_of(&desk);
    let serve = [&arguments[..], &[folder.to_str().unwrap(), "--log", &log]].concat();
    let output = factlog(home.path(), &serve).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(
        said(&output)
            .1
            .contains("another witness runs on this folder")
    );
    let nobody = tempfile::tempdir().unwrap();
    let output = factlog(nobody.path(), &serve).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).1.contains("factlog witness init"));
    let output = factlog(home.path(), &serve[..6]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_witness_that_is_told_to_stop_ends_well() {
    let desk = Desk::new();
    let home = tempfile::tempdir().unwrap();
    init(home.path(), "witness.example/w1");
    for signal in ["-INT", "-TERM"] {
        let mut witness = start(home.path(), &log_of(&desk), "2026-11-22T10:00:00Z");
        // A connection on which nothing comes does not hold it up.
        let _idle = TcpStream::connect(witness.url.strip_prefix("http://").unwrap()).unwrap();
        let id = witness.child.id().to_string();
        let told = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(told.success());
        assert_eq!(witness.child.wait().unwrap().code(), Some(0));
    }
}
