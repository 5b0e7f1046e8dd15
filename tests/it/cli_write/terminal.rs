//! A sitting at a real terminal: `review` and `verdict` in tmux.

#![cfg(unix)]

use std::process::Command;
use std::time::{Duration, Instant};

use super::{claims, editor};
use crate::desk::Desk;

/// How long a screen is waited for; machines that run tests are slow.
const PATIENCE: Duration = Duration::from_mins(1);

/// A terminal of its own, closed when it is dropped.
struct Terminal {
    socket: String,
}

impl Terminal {
    /// Opens a terminal in which a shell runs; `None` where tmux is not installed.
    #[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
    fn open(desk: &Desk, name: &str, editor: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("skipped: tmux is not installed");
            return None;
        }
        let terminal = Self {
            socket: format!("factlog-test-{name}-{}", std::process::id()),
        };
        let started = Command::new("tmux")
            .args([
                "-L",
                &terminal.socket,
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-x",
                "100",
                "-y",
                "50",
            ])
            .args(["env", "PS1=ready> ", "TERM=screen", "FACTLOG_LEDGER="])
            .arg(format!("FACTLOG_HOME={}", desk.path("home").display()))
            .arg(format!("EDITOR={editor}"))
            .arg(format!("VISUAL={editor}"))
            .args(["sh"])
            .current_dir(desk.path(""))
            .env_remove("TMUX")
            .output()
            .unwrap();
        assert!(
            started.status.success(),
            "{}",
            String::from_utf8_lossy(&started.stderr)
        );
        Some(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.socket])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Types a line.
    fn types(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }

    /// Clears the screen, and waits until nothing but the shell's prompt is on it.
    fn clears(&self) {
        self.types("clear");
        let until = Instant::now() + PATIENCE;
        while self.tmux(&["capture-pane", "-p", "-J"]).trim() != "ready>" {
            assert!(Instant::now() < until, "the screen was not cleared");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the screen shows something; returns the screen.
    fn shows(&self, wanted: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let screen = self.tmux(&["capture-pane", "-p", "-J"]);
            if screen.contains(wanted) {
                return screen;
            }
            assert!(
                Instant::now() < until,
                "no {wanted:?} on the screen:\n{screen}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

const FILL_IN: &str =
    "sed -i 's/^rating:/rating: true/; s/^summary:/summary: It is in the register./' \"$1\"";

#[test]
fn review_and_verdict_at_a_terminal() {
    let desk = Desk::new();
    let script = editor(&desk, FILL_IN);
    let Some(terminal) = Terminal::open(&desk, "review", &script) else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    terminal.shows("ready>");
    terminal.types(&format!("{factlog} review"));
    terminal.shows("1 of ");
    // A sitting in one window does not block another.
    desk.done(&["claims"]);
    terminal.types("y");
    terminal.shows("2 of ");
    terminal.types("v");
    terminal.shows("Sign this as desk.example/alice?");
    desk.done(&["log"]);
    terminal.types("y");
    terminal.shows("3 of ");
    terminal.types("q");
    terminal.shows("Sign 1 claim as desk.example/alice?");
    terminal.types("y");
    terminal.shows("recorded 1 claim");
    terminal.clears();
    terminal.types(&format!("{factlog} verdict 1"));
    let screen = terminal.shows("Sign this as desk.example/alice?");
    assert!(!screen.contains("factlog/entry@v1"), "{screen}");
    assert!(screen.contains("It is in the register."), "{screen}");
    terminal.types("s");
    terminal.shows("factlog/entry@v1");
    terminal.types("y");
    terminal.shows("recorded: “");
    let shown = claims(&desk);
    assert_eq!(shown[0]["verdicts"][0]["rating"], "true");
    assert_eq!(shown[1]["verdicts"][0]["rating"], "true");
    desk.done(&["verify"]);
}

#[test]
fn a_sitting_that_is_interrupted_loses_nothing() {
    let desk = Desk::new();
    let script = editor(&desk, FILL_IN);
    let Some(terminal) = Terminal::open(&desk, "interrupt", &script) else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    terminal.shows("ready>");
    terminal.types(&format!("{factlog} review"));
    terminal.shows("1 of ");
    terminal.types("y");
    terminal.shows("2 of ");
    terminal.tmux(&["send-keys", "C-c"]);
    terminal.types("echo status $?");
    terminal.shows("status 130");
    assert_eq!(claims(&desk)[0]["state"], "accepted");
    terminal.clears();
    terminal.types(&format!("{factlog} review"));
    terminal.shows("1 accepted claim waits for your signature");
    terminal.types("q");
    terminal.shows("Sign 1 claim");
    terminal.types("y");
    terminal.shows("recorded 1 claim");
    assert_eq!(claims(&desk)[0]["state"], "recorded");
}

#[test]
fn a_passphrase_is_asked_for_twice_and_never_shown() {
    let desk = Desk::empty();
    let Some(terminal) = Terminal::open(&desk, "passphrase", "true") else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    std::fs::write(desk.path("article.txt"), crate::desk::ARTICLE).unwrap();
    terminal.shows("ready>");
    terminal.types(&format!(
        "{factlog} init --name Desk --origin desk.example/facts --reviewer desk.example/alice"
    ));
    terminal.shows("passphrase for the new keys:");
    terminal.types("hunter2 hunter2");
    terminal.shows("the same passphrase again:");
    terminal.types("hunter3");
    terminal.shows("the two are not the same");
    terminal.types("hunter2 hunter2");
    std::thread::sleep(Duration::from_millis(500));
    terminal.types("hunter2 hunter2");
    terminal.shows("started the ledger");
    terminal.clears();
    terminal.types(&format!("{factlog} add article.txt"));
    terminal.shows("Sign it as desk.example/alice?");
    terminal.types("y");
    terminal.shows("passphrase for desk.example/alice:");
    terminal.types("wrong");
    terminal.shows("wrong passphrase; try again");
    terminal.types("hunter2 hunter2");
    let screen = terminal.shows("added source");
    assert!(!screen.contains("hunter"), "{screen}");
    // The question comes first, so that nobody types the one for the other.
    terminal.clears();
    terminal.types(&format!(
        "{factlog} verdict 1 --rating true --summary 'So it was.'"
    ));
    let screen = terminal.shows("Sign this as desk.example/alice?");
    assert!(!screen.contains("passphrase"), "{screen}");
    terminal.types("y");
    terminal.shows("passphrase for desk.example/alice:");
    terminal.types("hunter2 hunter2");
    let screen = terminal.shows("recorded:");
    assert_eq!(screen.matches("Sign this as").count(), 1, "{screen}");
    // What is to be signed to the byte takes the key, and the question comes again.
    terminal.clears();
    terminal.types(&format!(
        "{factlog} verdict 2 --rating true --summary 'So it was.'"
    ));
    terminal.shows("Sign this as desk.example/alice?");
    terminal.types("s");
    terminal.shows("passphrase for desk.example/alice:");
    terminal.types("hunter2 hunter2");
    terminal.shows("The entry that you sign:");
    terminal.types("n");
    terminal.shows("nothing was signed");
}

#[test]
fn what_is_known_of_a_source_is_shown_and_corrected_before_it_is_signed() {
    let desk = Desk::new();
    let correct =
        "sed -i 's/^title:.*/title: A bridge/; s/^published:.*/published: 2026-03-04/' \"$1\"";
    let script = editor(&desk, correct);
    let Some(terminal) = Terminal::open(&desk, "correct", &script) else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    let page = "<title>Bridge!!!</title><p>The harbour bridge was closed in 2020, the mayor said on Monday.";
    std::fs::write(desk.path("page.html"), page).unwrap();
    let size = desk.size();
    terminal.shows("ready>");
    terminal.types(&format!("{factlog} add page.html"));
    let screen = terminal.shows("[y,n,e]");
    assert!(
        screen.contains("Bridge!!!  (the source says so)"),
        "{screen}"
    );
    terminal.types("n");
    terminal.shows("nothing was signed");
    assert_eq!(desk.size(), size);
    terminal.clears();
    terminal.types(&format!("{factlog} add page.html"));
    terminal.shows("[y,n,e]");
    terminal.types("e");
    let screen = terminal.shows("A bridge  (edited)");
    assert!(screen.contains("2026-03-04  (edited)"), "{screen}");
    terminal.types("y");
    terminal.shows("added source");
    assert_eq!(desk.size(), size + 1);
}

#[test]
fn each_of_several_sources_is_shown_before_they_are_signed() {
    let desk = Desk::new();
    let Some(terminal) = Terminal::open(&desk, "several", "true") else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    let page = "<title>The pier</title><meta name=author content=Ann>\
                <meta property=article:published_time content=2026-03-04>\
                <p>The pier was built in 1911, the harbour board said on Monday.";
    std::fs::write(desk.path("a.html"), page).unwrap();
    std::fs::write(desk.path("b.txt"), "The vote was unanimous.\n").unwrap();
    let size = desk.size();
    terminal.shows("ready>");
    terminal.types(&format!(
        "{factlog} add a.html b.txt --publisher 'Harbour News'"
    ));
    let screen = terminal.shows("Sign 2 sources as desk.example/alice? [y,n]");
    for shown in [
        "  The pier, Harbour News, 2026-03-04 (document, text/html)",
        "  “The vote was unanimous.”, Harbour News, no date (document, text/plain)",
    ] {
        assert!(screen.contains(shown), "{shown}: {screen}");
    }
    terminal.types("n");
    terminal.shows("nothing was signed");
    assert_eq!(desk.size(), size);
    terminal.clears();
    terminal.types(&format!("{factlog} add a.html b.txt"));
    let screen = terminal.shows("Sign 2 sources");
    assert!(
        screen.contains("  The pier, no publisher, 2026"),
        "{screen}"
    );
}

#[test]
fn evidence_is_shown_and_asked_about_before_it_is_signed() {
    let desk = Desk::new();
    let Some(terminal) = Terminal::open(&desk, "evidence", "true") else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    let record = "The council spent 14 million crowns on repairs, its minutes say.\n";
    std::fs::write(desk.path("record.txt"), record).unwrap();
    let size = desk.size();
    let add = format!(
        "{factlog} evidence add 2 record.txt --stance refutes --title Minutes --quote '14 million'"
    );
    terminal.shows("ready>");
    terminal.types(&add);
    let screen = terminal.shows("Sign it as desk.example/alice? [y,n]");
    for shown in [
        "title      Minutes",
        "publisher  –",
        "published  –",
        "quote      “14 million”",
        "stance     refutes",
    ] {
        assert!(screen.contains(shown), "{shown}: {screen}");
    }
    terminal.types("n");
    terminal.shows("nothing was signed");
    assert_eq!(desk.size(), size);
    terminal.clears();
    terminal.types(&add);
    terminal.shows("[y,n]");
    // Another window is not blocked meanwhile, and what it adds is not added again.
    desk.done(&["evidence", "add", "1", "record.txt", "--stance", "context"]);
    terminal.types("y");
    terminal.shows("as evidence for “The council spent");
    assert_eq!(desk.size(), size + 1);
    terminal.clears();
    std::fs::write(desk.path("other.txt"), "The vote was unanimous.\n").unwrap();
    terminal.types(&format!(
        "{factlog} evidence add 2 other.txt --stance context --yes"
    ));
    let screen = terminal.shows("as evidence for “The council spent");
    assert!(!screen.contains("[y,n]"), "{screen}");
    assert_eq!(desk.size(), size + 2);
}

#[test]
fn what_others_added_during_the_question_is_not_added_again() {
    let desk = Desk::new();
    let Some(terminal) = Terminal::open(&desk, "meanwhile", "true") else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    for (name, year) in [("a.txt", 1911), ("b.txt", 1912), ("c.txt", 1913)] {
        let text = format!("The pier was built in {year}, the harbour board says.\n");
        std::fs::write(desk.path(name), text).unwrap();
    }
    let size = desk.size();
    terminal.shows("ready>");
    terminal.types(&format!("{factlog} add a.txt"));
    terminal.shows("[y,n,e]");
    desk.done(&["add", "a.txt"]);
    terminal.types("y");
    terminal.shows("in the ledger already");
    assert_eq!(desk.size(), size + 1);
    terminal.clears();
    terminal.types(&format!("{factlog} add b.txt c.txt"));
    terminal.shows("Sign 2 sources");
    desk.done(&["add", "c.txt"]);
    terminal.types("y");
    terminal.shows("1 added, 1 in the ledger already");
    assert_eq!(desk.size(), size + 3);
}

#[test]
fn what_is_waited_for_is_told() {
    let desk = Desk::new();
    let Some(terminal) = Terminal::open(&desk, "waiting", "true") else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    terminal.shows("ready>");
    for (verb, done) in [
        ("split -", "1 claim in 1 sentence"),
        ("add - --dry-run", "nothing was written"),
    ] {
        terminal.types(&format!("{factlog} {verb}"));
        terminal.shows("reading standard input; end with Ctrl-D");
        terminal.types("The bridge was closed in 2019.");
        terminal.tmux(&["send-keys", "C-d"]);
        terminal.shows(done);
        terminal.clears();
    }
    terminal.types(&format!(
        "{factlog} add --dry-run --statement --by 'Ann Lee' --when 2026-03-04 --how telephone"
    ));
    terminal.shows("type what was said; end with Ctrl-D");
    terminal.types("The bridge was closed in 2019.");
    terminal.tmux(&["send-keys", "C-d"]);
    terminal.shows("nothing was written");
    terminal.clears();
    terminal.types(&format!(
        "{factlog} split article.txt --extractor 'cat > read; sleep 1000'"
    ));
    terminal.shows("waiting for the extractor cat > read; sleep 1000; Ctrl-C stops it");
    terminal.tmux(&["send-keys", "C-c"]);
    terminal.types("echo status $?");
    terminal.shows("status 130");
}

#[test]
fn a_prompt_of_one_key_that_is_killed_leaves_the_terminal_as_it_was() {
    let desk = Desk::new();
    let Some(terminal) = Terminal::open(&desk, "killed", "true") else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    terminal.shows("ready>");
    for (signal, status) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        terminal.clears();
        terminal.types(&format!(
            "sh -c 'echo $$ > pid; exec {factlog} review --single-key'"
        ));
        terminal.shows("record this claim?");
        let pid = std::fs::read_to_string(desk.path("pid")).unwrap();
        let mut kill = Command::new("kill");
        let killed = kill.args(["-s", signal, pid.trim()]).status().unwrap();
        assert!(killed.success());
        // Until it is gone, the first key that is typed may be its own.
        let until = Instant::now() + PATIENCE;
        let is_there = || Command::new("kill").args(["-0", pid.trim()]).output();
        while is_there().unwrap().status.success() {
            assert!(Instant::now() < until, "{signal}: it was not ended");
            std::thread::sleep(Duration::from_millis(50));
        }
        terminal.types("echo status $?; stty -a");
        let screen = terminal.shows(&format!("status {status}"));
        let screen = screen + &terminal.shows("icanon");
        assert!(!screen.contains("-icanon"), "{signal}: {screen}");
        assert!(screen.contains(" echo "), "{signal}: {screen}");
    }
}

#[test]
fn what_is_confirmed_of_a_newer_version_is_kept_until_it_is_signed() {
    let desk = Desk::new();
    let source = claims(&desk)[0]["source"].as_str().unwrap().to_owned();
    let spent = "The council spent 12 million on repairs";
    let fell = "Traffic fell by a third in the first year";
    for quote in [spent, fell] {
        desk.done(&["claim", &source[..12], "--quote", quote]);
    }
    let newer = crate::desk::ARTICLE
        .replace("12 million", "14 million")
        .replace("a third", "a quarter");
    std::fs::write(desk.path("newer.txt"), newer).unwrap();
    desk.done(&["add", "newer.txt", "--replaces", &source[..12]]);
    let Some(terminal) = Terminal::open(&desk, "kept", "true") else {
        return;
    };
    let factlog = env!("CARGO_BIN_EXE_factlog");
    terminal.shows("ready>");
    terminal.types(&format!("{factlog} reanchor"));
    terminal.shows("is this the same claim?");
    terminal.types("y");
    terminal.shows("2 of 2");
    terminal.types("q");
    terminal.shows("1 answer is kept, and factlog reanchor goes on");
    let kept = std::fs::read(desk.ledger().join("drafts/anchors.json")).unwrap();
    super::fits("anchors", &serde_json::from_slice(&kept).unwrap());
    terminal.clears();
    terminal.types(&format!("{factlog} reanchor"));
    terminal.shows("1 answer is kept from before");
    terminal.shows("1 of 1");
    terminal.types("s");
    terminal.shows("Sign 1 claim as desk.example/alice?");
    terminal.types("n");
    terminal.shows("nothing was signed; 1 answer is kept");
    terminal.clears();
    terminal.types(&format!("{factlog} reanchor"));
    terminal.shows("1 of 1");
    terminal.types("s");
    terminal.shows("Sign 1 claim as desk.example/alice?");
    terminal.types("y");
    terminal.shows("1 claim recorded for the newer version");
    let texts: Vec<_> = claims(&desk).iter().map(|c| c["text"].clone()).collect();
    let texts = format!("{texts:?}");
    assert!(texts.contains("14 million"), "{texts}");
    let kept = std::fs::read_to_string(desk.ledger().join("drafts/anchors.json")).unwrap();
    assert!(!kept.contains("confirmed"), "{kept}");
    desk.done(&["verify"]);
}
