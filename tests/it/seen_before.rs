//! How well claims that were seen before are found again: posts that repeat sixty claims in other
//! words, among some hundred that have other figures or names, and a thousand on the same places and
//! people.
//!
//! Posts and claims are in `tests/find/posts.txt`, of our own writing; all others are made here. Every third claim is held out: the parts of the likeness were chosen on the others.
//!
//! `cargo test --test it seen_before -- --nocapture` prints the figures.

use chrono::NaiveDate;
use factlog::find::{FoundClaim, Index, LEAST_LIKENESS, Query, Stamp, Writing};
use factlog::words::id::{ClaimId, EntryId, SourceId};

const POSTS: &str = include_str!("../find/posts.txt");

/// How many claims are looked at: MAP@5.
const DEPTH: usize = 5;

/// A claim and the posts that repeat it.
struct Case {
    claim: String,
    posts: Vec<String>,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in POSTS.lines() {
        if let Some(claim) = line.strip_prefix("= ") {
            cases.push(Case {
                claim: claim.to_owned(),
                posts: vec![],
            });
        } else if let Some(post) = line.strip_prefix("~ ") {
            cases.last_mut().unwrap().posts.push(post.to_owned());
        }
    }
    assert_eq!(cases.len(), 60);
    cases
}

/// Claims on the same places and people, that say something else.
fn others() -> Vec<String> {
    const WHO: [&str; 25] = [
        "Mayor Ada Venn",
        "The council of Venn",
        "The minister of health, Oren Kastel",
        "President Ilse Marrow",
        "Senator Joram Pike",
        "The government of Tarn",
        "Northwing",
        "Foreign minister Tomas Reuel",
        "The zoo of Masten",
        "Judge Helena Voss",
        "The company Brightwell",
        "The opposition leader Pavel Ankar",
        "St Agnes hospital",
        "Finance minister Ruta Halim",
        "The Lumen bank",
        "The union leader Greta Solheim",
        "The police in Dorn",
        "The army of Sarre",
        "The navy of Ralle",
        "Merrow university",
        "The town of Ebbing",
        "The Halden paper mill",
        "The singer Mara Lindqvist",
        "The actor Silvio Brandt",
        "The institute of ecology",
    ];
    const DID: [&str; 20] = [
        "closed # schools in @ last year",
        "spent # million on a new bridge in @",
        "cut the grants of # youth clubs in @",
        "sold # houses in @ to a foreign company",
        "bought # electric cars for the hospital of @",
        "said that # percent of pupils in @ are late",
        "promised # new doctors to @",
        "hid # tonnes of waste near the harbour of @",
        "fined # cyclists in @ in one summer",
        "lost # million euros in @ in 2022",
        "denied that # migrants came to @ in 2021",
        "opened # kilometres of new road near @",
        "raised the price of water in @ by # percent",
        "paid # farmers in @ for a bridge",
        "cancelled # trains to @ in November",
        "arrested # people in @ for smuggling birds",
        "vaccinated # children in @ against measles",
        "found nitrate in # wells near @",
        "counted # votes twice in the election in @",
        "banned # newspapers from the parliament in @",
    ];
    const PLACES: [&str; 12] = [
        "Venn",
        "Larkshire",
        "Dunmore",
        "Pell County",
        "Orrin",
        "Brask",
        "Norra",
        "Corvale",
        "Port Anselm",
        "Gwendal",
        "Keshet",
        "Vasterby",
    ];
    const NUMBERS: [&str; 9] = ["3", "7", "12", "19", "40", "200", "400", "1,300", "two"];
    (0..1000)
        .map(|n| {
            let did = DID[n % DID.len()];
            let did = did.replace('#', NUMBERS[(n * 7 + n / 13) % NUMBERS.len()]);
            let place = PLACES[(n * 5 + n / 11) % PLACES.len()];
            format!(
                "{} {}.",
                WHO[(n * 3 + n / 20) % WHO.len()],
                did.replace('@', place)
            )
        })
        .collect()
}

/// Claims that are nearly those of the cases: with other figures, or with another case's names.
fn confusable(cases: &[Case]) -> Vec<String> {
    let mut claims = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        for step in 1..=4 {
            let other = with_other_figures(&case.claim, step);
            if other != case.claim {
                claims.push(other);
            }
            let names = &cases[(number + step * 7) % cases.len()].claim;
            claims.push(with_names_of(&case.claim, names));
        }
    }
    claims
}

fn with_other_figures(claim: &str, step: usize) -> String {
    const DIGITS: [&str; 8] = ["7", "31", "64", "850", "2,200", "90", "15", "1.25"];
    const WORDS: [&str; 15] = [
        "two", "three", "six", "seven", "eight", "nine", "eleven", "fourteen", "nineteen", "forty",
        "ninety", "twelve", "five", "sixteen", "thirty",
    ];
    let words = claim.split(' ').map(|word| {
        let bare = word.trim_end_matches(['.', ',']);
        let end = &word[bare.len()..];
        let place = WORDS
            .iter()
            .position(|known| known.eq_ignore_ascii_case(bare));
        if let Some(place) = place {
            format!("{}{end}", WORDS[(place + step) % WORDS.len()])
        } else if bare.len() == 4 && bare.starts_with("20") {
            format!("20{:02}{end}", 10 + (step * 3) % 9)
        } else if bare.starts_with(|c: char| c.is_ascii_digit()) {
            format!("{}{end}", DIGITS[(bare.len() + step) % DIGITS.len()])
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn with_names_of(claim: &str, other: &str) -> String {
    let is_name = |word: &&str| word.starts_with(char::is_uppercase);
    let mut names = other.split(' ').skip(1).filter(is_name).cycle();
    let words = claim.split(' ').enumerate().map(|(at, word)| {
        if at == 0 || !is_name(&word) {
            return word.to_owned();
        }
        let bare = word.trim_end_matches(['.', ',']);
        let name = names
            .next()
            .map_or(bare, |name| name.trim_end_matches(['.', ',']));
        format!("{name}{}", &word[bare.len()..])
    });
    words.collect::<Vec<_>>().join(" ")
}

fn id(number: usize) -> [u8; 32] {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&(number as u64).to_be_bytes());
    id
}

fn index(texts: &[String]) -> Index {
    index_in("en", texts)
}

fn index_in(language: &str, texts: &[String]) -> Index {
    let writing = Writing::new(None).unwrap();
    for (number, text) in texts.iter().enumerate() {
        let claim = FoundClaim {
            id: ClaimId(id(number)),
            text: text.clone(),
            quote: String::new(),
            claimant: String::new(),
            language: language.into(),
            source: SourceId([7; 32]),
            source_words: vec!["https://news.example/bridge".into()],
            day: NaiveDate::from_ymd_opt(2024, 1, 1).unwrap(),
            ratings: vec![],
            statuses: vec![],
            reviewers: vec![],
            summaries: vec![],
        };
        writing.add(&claim).unwrap();
    }
    let covers = Stamp {
        ledger: EntryId([1; 32]),
        size: 1,
        last: EntryId([1; 32]),
    };
    writing.finish(&covers).unwrap()
}

/// A place in a ranking counts by its inverse, from 1; nothing after the fifth.
fn precision(ranked: &[ClaimId], wanted: usize) -> f64 {
    let place = ranked
        .iter()
        .take(DEPTH)
        .position(|found| found.0 == id(wanted));
    place.map_or(0.0, |place| {
        1.0 / f64::from(u32::try_from(place + 1).unwrap())
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap())
}

#[test]
fn claims_seen_before_are_found_better_than_by_plain_bm25() {
    let cases = cases();
    let mut texts: Vec<String> = cases.iter().map(|case| case.claim.clone()).collect();
    texts.extend(confusable(&cases));
    texts.extend(others());
    println!("{} claims", texts.len());
    let index = index(&texts);
    let mut right = vec![];
    let (mut plain, mut ours) = ([vec![], vec![]], [vec![], vec![]]);
    for (number, case) in cases.iter().enumerate() {
        let part = usize::from(number % 3 == 0);
        for post in &case.posts {
            let by_bm25 = index.plain_bm25(post, DEPTH).unwrap();
            let found = index.similar(post, None, 0.0, DEPTH).unwrap();
            let ranked: Vec<ClaimId> = found.iter().map(|found| found.id).collect();
            plain[part].push(precision(&by_bm25, number));
            let precision = precision(&ranked, number);
            ours[part].push(precision);
            let own = found.iter().find(|found| found.id.0 == id(number));
            right.push(own.map_or(0.0, |own| own.likeness.score));
            if precision < 1.0 {
                let first = found.first().map(|found| {
                    let number =
                        usize::try_from(u64::from_be_bytes(*found.id.0.first_chunk().unwrap()));
                    (found.likeness.score, texts[number.unwrap()].as_str())
                });
                println!("{precision:.2} {post}\n     {first:?}");
            }
        }
    }
    for (name, part) in [("tuned on", 0), ("held out", 1)] {
        println!(
            "MAP@5, {name}, {} posts: plain BM25 {:.3}, similar {:.3}",
            ours[part].len(),
            mean(&plain[part]),
            mean(&ours[part])
        );
    }
    right.sort_by(f64::total_cmp);
    println!(
        "likeness of the right claim: lowest {:.2}, tenth of a hundred {:.2}, median {:.2}",
        right[0],
        right[right.len() / 10],
        right[right.len() / 2]
    );
    for (part, floor) in [(0, 0.92), (1, 0.89)] {
        let (ours, plain) = (mean(&ours[part]), mean(&plain[part]));
        assert!(ours >= floor && ours > plain, "{ours} {plain}");
    }
}

#[test]
fn what_was_not_seen_before_is_not_called_the_same() {
    let cases = cases();
    let texts: Vec<String> = others();
    let index = index(&texts);
    let mut alike = 0;
    for post in cases.iter().flat_map(|case| &case.posts) {
        for found in index.similar(post, None, LEAST_LIKENESS, 1).unwrap() {
            assert!(found.likeness.score >= LEAST_LIKENESS);
            assert!(
                found.likeness.relation != factlog::find::likeness::Relation::Same,
                "{post}"
            );
            alike += 1;
        }
    }
    println!("of the posts on claims that are not there, {alike} find something alike");
    assert!(alike <= 40, "{alike}");
}

#[test]
fn claims_in_other_scripts_and_languages_are_found() {
    for (language, claim, other, post, word) in [
        (
            "ja",
            "ヴェンの港の橋は2019年に閉鎖された",
            "市長は新しい病院を約束した",
            "港の橋が2019年に閉鎖されたらしい",
            "閉鎖",
        ),
        (
            "de",
            "Die Hafenbrücke in Venn wurde 2019 für vierzehn Monate gesperrt",
            "Der Bürgermeister versprach ein neues Krankenhaus",
            "Venn: HAFENBRUCKE 2019 vierzehn Monate gesperrt!",
            "hafenbrücke",
        ),
        (
            "hi",
            "वेन का पुल 2019 में बंद किया गया था",
            "महापौर ने नए अस्पताल का वादा किया",
            "सुना है वेन का पुल 2019 में बंद था",
            "पुल",
        ),
        (
            "ar",
            "أُغلق جسر الميناء في فين عام 2019",
            "وعد رئيس البلدية بمستشفى جديد",
            "جسر الميناء في فين مغلق عام 2019",
            "الميناء",
        ),
    ] {
        let index = index_in(language, &[claim.to_owned(), other.to_owned()]);
        let found = index.similar(post, None, LEAST_LIKENESS, DEPTH).unwrap();
        assert_eq!(found.len(), 1, "{language}: {found:?}");
        assert_eq!(found[0].id.0, id(0), "{language}");
        let query = Query::parse(word).unwrap();
        assert_eq!(
            index.search(&query, 0, 9).unwrap().claims.len(),
            1,
            "{language}"
        );
        for address in ["source:news.example", "https://news.example/bridge"] {
            let query = Query::parse(address).unwrap();
            assert_eq!(index.search(&query, 0, 9).unwrap().total, 2, "{address}");
        }
        let same = &index.similar(claim, None, LEAST_LIKENESS, 1).unwrap()[0].likeness;
        assert!(same.score > 0.999, "{language}: {same:?}");
    }
}
