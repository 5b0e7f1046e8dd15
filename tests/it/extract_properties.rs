//! What holds for every text, however hostile: no panic, spans on character borders and verbatim,
//! two runs alike, with one thread or many, time that grows with the length alone.

use std::fmt::Write;
use std::thread;

use factlog::extract::{ExtractedClaim, Extraction, Options, Reason, output, split};
use factlog::words::claim::Manner;
use factlog::words::span::Span;
use proptest::prelude::*;

/// Words that lead the rules into every corner, when strung together at random.
const PIECES: &[&str] = &[
    "Kirby",
    "Mr.",
    "U.S.",
    "the",
    "minister",
    "officials",
    "said",
    "that",
    "who",
    ",",
    ".",
    "\"",
    "“",
    "”",
    "‘",
    "’",
    "'s",
    "and",
    "but",
    "criticizing",
    "as",
    "a",
    "called",
    "according",
    "to",
    "with",
    "threatening",
    "emphasizing",
    "war",
    "was",
    "not",
    "decision",
    "of",
    "\n",
    "\n\n",
    "?",
    "!",
    ":",
    ";",
    "—",
    "-",
    "(",
    ")",
    "he",
    "she",
    "it",
    "told",
    "reporters",
    "on",
    "Monday",
    "in",
    "2024-03-26",
    "date",
    "5.2%",
    "$3",
    "…",
    "é",
    "漢字。",
    "\u{301}",
    "🦀",
    "\u{202e}",
    "which",
    "because",
    "after",
    "is",
    "by",
    "described",
    "accused",
    "lying",
    "By",
    "# ",
    "1. ",
    "NAME:",
    "claim",
    "from",
    "what",
    "should",
    "I",
    "think",
    "let",
    "\u{a0}",
    "...",
    "Under",
    "«",
    "»",
    "「",
    "」",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_split(text in "\\PC{0,300}") {
        check(&text);
    }

    #[test]
    fn any_words_are_split(picks in prop::collection::vec((0..PIECES.len(), any::<bool>()), 0..120)) {
        let mut text = String::new();
        for (i, gap) in &picks {
            text.push_str(PIECES[*i]);
            text.push_str(if *gap { " " } else { "" });
        }
        check(&text);
        check(&picks.iter().map(|(i, _)| PIECES[*i]).collect::<Vec<_>>().join(" "));
    }
}

#[test]
fn time_grows_with_the_length_alone() {
    let unit = 20_000;
    for piece in [
        "\"",
        "“",
        "a",
        "a ",
        "A ",
        ". ",
        ", ",
        "((",
        "said ",
        "\" said ",
        "that ",
        "he said, ",
        "Kirby said that it was, ",
        "- ",
        "’s ",
        "x: ",
        "and ",
        "with Israel threatening ",
        "…",
        ".\"",
        "\u{202e}",
        "漢",
        "漢。",
        "1.",
        "\n",
        "# a\n",
        "A: b.\n",
        "U.S. ",
        "of ",
        "\"Yes,\" he said. ",
        "John Kirby, the minister, said that he left. ",
        "“No”\n\n",
    ] {
        let text = piece.repeat(unit / piece.len());
        let begun = std::time::Instant::now();
        check_split(&text, &split(&text, Options::default()));
        let took = begun.elapsed().as_secs();
        // Linear work takes a fraction of this even hardly optimised; quadratic work takes much more.
        assert!(took < 60, "{piece:?}: {took} s");
    }
}

#[test]
fn many_threads_find_what_one_finds() {
    let texts = [
        include_str!("../extract/wire-dam.txt"),
        include_str!("../extract/transcript-inquiry.txt"),
        include_str!("../extract/translated-mill.txt"),
        include_str!("../../examples/article.txt"),
    ];
    let options = Options { atomic: true };
    let alone = texts.map(|text| printed(&split(text, options)));
    thread::scope(|scope| {
        for first in 0..8 {
            let (texts, alone) = (&texts, &alone);
            scope.spawn(move || {
                for i in (0..texts.len()).map(|i| (i + first) % texts.len()) {
                    assert_eq!(printed(&split(texts[i], options)), alone[i]);
                }
            });
        }
    });
}

/// The first letters of scripts, from the Unicode blocks' tables.
const SCRIPTS: &[(&str, char)] = &[
    ("Latin", 'A'),
    ("Greek", 'Α'),
    ("Cyrillic", 'А'),
    ("Armenian", 'Ա'),
    ("Hebrew", 'א'),
    ("Arabic", 'ا'),
    ("Syriac", 'ܐ'),
    ("Thaana", 'ހ'),
    ("NKo", 'ߊ'),
    ("Samaritan", 'ࠀ'),
    ("Mandaic", 'ࡀ'),
    ("Devanagari", 'क'),
    ("Bengali", 'ক'),
    ("Gurmukhi", 'ਕ'),
    ("Gujarati", 'ક'),
    ("Oriya", 'କ'),
    ("Tamil", 'க'),
    ("Telugu", 'క'),
    ("Kannada", 'ಕ'),
    ("Malayalam", 'ക'),
    ("Sinhala", 'ක'),
    ("Thai", 'ก'),
    ("Lao", 'ກ'),
    ("Tibetan", 'ཀ'),
    ("Myanmar", 'က'),
    ("Georgian", 'ა'),
    ("Hangul Jamo", 'ᄀ'),
    ("Ethiopic", 'ሀ'),
    ("Cherokee", 'Ꭰ'),
    ("Canadian Aboriginal", 'ᐁ'),
    ("Ogham", 'ᚁ'),
    ("Runic", 'ᚠ'),
    ("Tagalog", 'ᜀ'),
    ("Khmer", 'ក'),
    ("Mongolian", 'ᠠ'),
    ("Limbu", 'ᤁ'),
    ("Tai Le", 'ᥐ'),
    ("Buginese", 'ᨀ'),
    ("Balinese", 'ᬅ'),
    ("Sundanese", 'ᮃ'),
    ("Batak", 'ᯀ'),
    ("Lepcha", 'ᰀ'),
    ("Ol Chiki", 'ᱚ'),
    ("Glagolitic", 'Ⰰ'),
    ("Tifinagh", 'ⴰ'),
    ("Hiragana", 'あ'),
    ("Katakana", 'ア'),
    ("Bopomofo", 'ㄅ'),
    ("Han", '一'),
    ("Hangul", '가'),
    ("Yi", 'ꀀ'),
    ("Vai", 'ꔀ'),
    ("Javanese", 'ꦄ'),
    ("Gothic", '𐌰'),
    ("Deseret", '𐐀'),
    ("Egyptian", '𓀀'),
];

#[test]
fn words_of_every_script_are_split() {
    assert!(SCRIPTS.len() >= 50);
    let mut all = String::new();
    for (script, first) in SCRIPTS {
        let letters: Vec<char> = (0..20)
            .filter_map(|n| char::from_u32(u32::from(*first) + n))
            .collect();
        let mut text = String::new();
        for (i, mark) in [
            " ",
            ", ",
            " said that ",
            " 42 ",
            ". ",
            "。",
            "। ",
            "؟ ",
            "\n\n",
            "\"",
        ]
        .iter()
        .enumerate()
        {
            text.extend(letters.iter().cycle().skip(i).take(3 + i));
            text.push_str(mark);
        }
        check(&text);
        let found = split(&text, Options::default());
        assert!(!found.sentences.is_empty(), "{script}: no sentence");
        all.push_str(&text);
    }
    check(&all);
}

/// Checks what must hold for every text.
fn check(text: &str) {
    for atomic in [false, true] {
        let options = Options { atomic };
        let found = split(text, options);
        assert_eq!(
            printed(&found),
            printed(&split(text, options)),
            "two runs differ"
        );
        check_split(text, &found);
    }
}

fn check_split(text: &str, found: &Extraction) {
    let mut end = 0;
    for sentence in &found.sentences {
        sentence.of(text).expect("a sentence is a span of the text");
        assert!(sentence.start() >= end, "sentences overlap");
        end = sentence.end();
    }
    for claim in found.all() {
        check_claim(text, claim);
    }
    assert_eq!(
        found.all().len(),
        found.claims.len() + found.passed_over.len()
    );
}

fn check_claim(text: &str, claim: &ExtractedClaim) {
    assert!(
        !claim.parts.is_empty() && in_order(&claim.parts) && in_order(&claim.statement),
        "{claim:?}"
    );
    let mut spans: Vec<Span> = claim
        .parts
        .iter()
        .chain(&claim.statement)
        .copied()
        .collect();
    spans.extend(claim.cue);
    spans.extend(claim.claimant.as_ref().and_then(|c| c.span));
    for span in spans {
        span.of(text)
            .expect("a span on character borders of the text");
    }
    let own: Vec<&str> = claim
        .parts
        .iter()
        .map(|p| p.of(text).expect("a span"))
        .collect();
    let mut rest = String::new();
    let mut at = 0;
    for added in &claim.added {
        assert_eq!(
            claim.text.get(added.at..added.at + added.text.len()),
            Some(added.text.as_str()),
            "{claim:?}"
        );
        let _ = write!(rest, "{}", &claim.text[at..added.at]);
        at = added.at + added.text.len();
    }
    rest.push_str(&claim.text[at..]);
    let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    assert_eq!(
        squeeze(&rest),
        squeeze(&own.concat()),
        "what is not added is the source's own: {claim:?}"
    );
    let most = if matches!(claim.reason, Reason::Passed(_)) {
        0.25
    } else {
        1.0
    };
    assert!((0.0..=most).contains(&claim.score), "{claim:?}");
    if claim.manner == Manner::Narration {
        assert!(
            claim.claimant.is_none() && claim.cue.is_none() && claim.statement.is_empty(),
            "{claim:?}"
        );
    } else {
        assert!(!claim.statement.is_empty(), "{claim:?}");
    }
    assert!(
        claim
            .claimant
            .as_ref()
            .is_none_or(|c| !c.name.is_empty() && c.role.as_deref() != Some("")),
        "{claim:?}"
    );
}

fn in_order(spans: &[Span]) -> bool {
    spans.windows(2).all(|w| w[0].end() <= w[1].start())
}

fn printed(found: &Extraction) -> String {
    output::document(found)
}
