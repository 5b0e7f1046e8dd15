//! The form, read back as a person may leave it.

use super::*;

#[test]
fn a_form_is_read() {
    let judgement = parse(
        "# x\nrating: mostly-true\n\nsummary: It was\n nonbinding.\n#no\nsupports: a b.txt\nquote: No  state\n  shall\n\
         nth: 2\nprimary: yes\nrefutes: https://x.example/a\nconflicts:\n one\n\n two\nrationale:\nFirst.\n\n\
         summary: not a field here\n# nor this\n",
    )
    .expect("a form");
    assert_eq!(judgement.rating.as_str(), "mostly-true");
    assert_eq!(judgement.summary, "It was nonbinding.");
    assert_eq!(judgement.evidence.len(), 2);
    assert_eq!(judgement.evidence[0].what, "a b.txt");
    assert_eq!(
        judgement.evidence[0].quote.as_deref(),
        Some("No state shall")
    );
    assert_eq!(
        (judgement.evidence[0].nth, judgement.evidence[0].primary),
        (Some(2), true)
    );
    assert_eq!(judgement.conflicts, ["one", "two"]);
    assert_eq!(
        judgement.rationale.as_deref(),
        Some("First.\n\nsummary: not a field here")
    );
}

#[test]
fn a_faulty_form_says_where() {
    let cases = [
        ("", FormFault::NoSummary),
        ("rating: true\nsummary:\n# no\n", FormFault::NoSummary),
        (
            "hello\n",
            FormFault::Outside {
                line: 1,
                words: "hello".into(),
            },
        ),
        ("summary: a\n", FormFault::Empty { field: "rating" }),
        (
            "summary: a\nsummary: b\n",
            FormFault::Twice {
                line: 2,
                field: "summary",
            },
        ),
        (
            "summary: a\nquote: b\n",
            FormFault::NoEvidence {
                line: 2,
                field: "quote",
            },
        ),
        (
            "summary: a\nsupports:\n",
            FormFault::Empty { field: "supports" },
        ),
        (
            "rating: ½\nsummary: a\n",
            FormFault::Value {
                field: "rating",
                value: "½".into(),
                wanted: "one of the codes above",
            },
        ),
    ];
    for (form, fault) in cases {
        assert_eq!(parse(form), Err(fault), "{form:?}");
    }
}

#[test]
fn a_misspelled_field_is_no_text() {
    let unknown = |line, label: &str, near| FormFault::Unknown {
        line,
        label: label.to_owned(),
        near,
    };
    for (form, fault) in [
        (
            "rating: true\nsummary: a\nrationle: b\n",
            unknown(3, "rationle", Some("rationale")),
        ),
        (
            "Rating: true\nsummary: a\n",
            unknown(1, "Rating", Some("rating")),
        ),
        (
            "summary: a\nsuports : x.txt\n",
            unknown(2, "suports", Some("supports")),
        ),
        ("summary: a\nbecause: b\n", unknown(2, "because", None)),
    ] {
        assert_eq!(parse(form), Err(fault), "{form:?}");
    }
    let said = unknown(3, "rationle", Some("rationale")).to_string();
    assert!(said.contains("did you mean rationale:?"), "{said}");
    let colons = "rating: true\nsummary: It said: no.\nThe mayor said: yes: twice.\n because: so\n\
         https://desk.example/a: there\nrationale:\nbecause: it was\n";
    let judgement = parse(colons).expect("a form");
    assert_eq!(
        judgement.summary,
        "It said: no. The mayor said: yes: twice. because: so https://desk.example/a: there"
    );
    assert_eq!(judgement.rationale.as_deref(), Some("because: it was"));
}

#[test]
fn tabs_and_what_is_not_seen_are_words_and_no_escapes() {
    let mut form = "rating: true\nsummary: s\n".to_owned();
    field(&mut form, "supports", "a.txt");
    field(&mut form, "quote", "\u{200f}\u{5d0}\tb\u{1b}[31m");
    field(&mut form, "rationale", "one\ttwo\u{200f}");
    let judgement = parse(&form).expect("a form");
    assert_eq!(
        judgement.evidence[0].quote.as_deref(),
        Some("\u{200f}\u{5d0} b[31m")
    );
    assert_eq!(judgement.rationale.as_deref(), Some("one\ttwo\u{200f}"));
}

#[test]
fn what_is_said_of_conflicts_is_left_out_and_nothing_else() {
    let form = "summary: s\n# Yours.\nconflicts: one\n  two\n\n# Why.\n three\nreason: r\nrationale:\n\
                conflicts: none of ours\n";
    assert_eq!(
        without_conflicts(form),
        "summary: s\n# Yours.\nconflicts:\n\n# Why.\nreason: r\nrationale:\nconflicts: none of ours\n"
    );
    let without = "summary: s\nrationale: r\n";
    assert_eq!(without_conflicts(without), without);
}
