//! Searching a hundred thousand claims: how fast the index is built, and how soon it answers.
//!
//! `cargo bench --bench search` prints it. `FACTLOG_BENCH_CLAIMS` sets how many claims there are. What
//! a whole command takes, with opening the ledger, is in `figures`.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts are far below 2^52, and a rate needs no more digits"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use factlog::find::{FoundClaim, Index, LEAST_LIKENESS, Query, Stamp, State, Writing};
use factlog::words::id::{ClaimId, EntryId, SourceId};

/// How often each question is asked, after once that does not count.
const ROUNDS: usize = 20;

const WHO: [&str; 12] = [
    "Mayor Ada Venn",
    "The finance minister",
    "Senator Joram Pike",
    "The council of Larkshire",
    "President Ilse Marrow",
    "The health agency",
    "A spokeswoman of Northwing",
    "The police in Dorn",
    "Judge Helena Voss",
    "The union of nurses",
    "Professor Otto Brandt",
    "The opposition in Tarn",
];
const DID: [&str; 12] = [
    "spent # million on repairs of the harbour bridge",
    "closed # schools in the winter of 2021",
    "cut the taxes on diesel by # percent",
    "promised # new nurses for the hospital",
    "denied that # voting machines had failed",
    "sold # hectares of forest to a foreign company",
    "paid # farmers not to grow wheat",
    "hid # tonnes of plastic near the river",
    "said unemployment fell to # percent in March",
    "vaccinated # children against measles",
    "arrested # protesters on 14 June",
    "raised the rents of # flats since 2010",
];
const WHERE: [&str; 8] = [
    "in Venn",
    "near Port Anselm",
    "for the people of Corvale",
    "in the county of Pell",
    "after the election in Orrin",
    "because of a strike in Brask",
    "without a vote in parliament",
    "according to a report by the institute of ecology",
];

fn main() {
    let count = std::env::var("FACTLOG_BENCH_CLAIMS").map_or(100_000, |text| {
        text.parse().expect("FACTLOG_BENCH_CLAIMS is a number")
    });
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let folder = folder.path().join("search");
    let covers = Stamp {
        ledger: EntryId([1; 32]),
        size: 1,
        last: EntryId([1; 32]),
    };
    let began = Instant::now();
    let writing = Writing::new(Some(&folder)).expect("starts");
    for number in 0..count {
        writing.add(&claim(number)).expect("adds");
    }
    let index = writing.finish(&covers).expect("finishes");
    let built = began.elapsed();
    row(
        &format!("index of {count} claims, built"),
        &format!(
            "{:.0} claims/s (floor 10,000), {} MiB",
            count as f64 / built.as_secs_f64(),
            bytes(&folder) / 1024 / 1024
        ),
    );
    drop(index);
    open(&folder, &covers);
    let State::Current(index) = opened(&folder, &covers) else {
        panic!("the index is as it was written");
    };
    ask(&index, "search", &QUERIES, |index, text| {
        let query = Query::parse(text).expect("a query");
        index.search(&query, 0, 20).expect("answers").claims.len()
    });
    ask(&index, "similar", &POSTS, |index, text| {
        index
            .similar(text, None, LEAST_LIKENESS, 5)
            .expect("answers")
            .len()
    });
}

const QUERIES: [&str; 8] = [
    "bridge",
    "harbour bridge rating:false",
    "\"not to grow wheat\" corvale",
    "claimant:venn since:2024 until:2024-06",
    "percent -diesel status:standing",
    "spent 12,000,000",
    "nurses hospital report ecology",
    "reviewer:alice",
];

const POSTS: [&str; 6] = [
    "so the mayor of Venn blew 12m on that harbor bridge??",
    "4,000 kids vaccinated vs measles in Corvale, says the health agency",
    "unemployment down to 7 per cent in march, yeah right, Larkshire council",
    "Zelenskyy never said that about nurses in Port Anselm",
    "14 June: police in Dorn arrested 300 protesters after the election, and nobody in the parliament \
     of Tarn has had a word to say about it, shame on all of them #Dorn #PoliceState",
    "farmers paid for not growing wheat, true?",
];

fn row(what: &str, figure: &str) {
    println!("{what:<40} {figure}");
}

fn claim(number: usize) -> FoundClaim {
    let figure = (number * 7919) % 997 + 2;
    let did = DID[number / WHO.len() % DID.len()].replace('#', &figure.to_string());
    let place = WHERE[number / 144 % WHERE.len()];
    // A word of its own for many, as names are.
    let name = format!("{:x}", (number * 2_654_435_761) % 30_011);
    let mut id = [0; 32];
    id[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let day = NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day");
    FoundClaim {
        id: ClaimId(id),
        text: format!("{} {did} {place}, case {name}.", WHO[number % WHO.len()]),
        quote: format!("{did} {place}, as case {name} shows"),
        claimant: WHO[number % WHO.len()].to_owned(),
        language: "en".into(),
        source: SourceId([7; 32]),
        source_words: vec![
            format!("Report {}", number / 100),
            "https://news.example/report".into(),
        ],
        day: day + Days::new((number % 2000) as u64),
        ratings: vec![["true", "false", "mixed"][number % 3].into()],
        statuses: vec!["standing".into()],
        reviewers: vec!["desk.example/alice".into()],
        summaries: vec!["The register lists it with its date, and the number agrees.".into()],
    }
}

fn opened(folder: &Path, covers: &Stamp) -> State {
    let opened = Index::open(folder, covers, false, |_| Ok::<_, ()>(EntryId([1; 32])));
    opened.expect("opens")
}

/// Opening compares the checksum of every file.
fn open(folder: &Path, covers: &Stamp) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            assert!(matches!(opened(folder, covers), State::Current(_)));
            began.elapsed()
        })
        .collect();
    tell("opened, checksums compared", &mut times);
}

fn ask(index: &Index, what: &str, texts: &[&str], ask: impl Fn(&Index, &str) -> usize) {
    let mut times = Vec::new();
    for text in texts {
        assert!(ask(index, text) > 0, "{text}");
        for _ in 0..ROUNDS {
            let began = Instant::now();
            std::hint::black_box(ask(index, text));
            times.push(began.elapsed());
        }
    }
    tell(&format!("{what}, {} questions", texts.len()), &mut times);
}

fn tell(what: &str, times: &mut [Duration]) {
    times.sort();
    let milliseconds = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    row(
        what,
        &format!(
            "p50 {:.1} ms, p95 {:.1} ms (floor 50 ms)",
            milliseconds(50),
            milliseconds(95)
        ),
    );
}

fn bytes(folder: &Path) -> u64 {
    let items = std::fs::read_dir(folder).expect("a folder");
    items
        .map(|item| {
            item.and_then(|item| item.metadata())
                .map_or(0, |about| about.len())
        })
        .sum()
}
