//! `show`: every kind of thing, in words, in JSON and in raw bytes.

use super::desk::Desk;

/// Joins wrapped lines again.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says whether any character is there that could disturb a terminal.
fn is_harmless(text: &str) -> bool {
    !text
        .chars()
        .any(|c| (c.is_control() && c != '\n') || c == '\u{202e}')
}

#[test]
fn a_verdict_that_stands_is_shown_with_its_claim_its_source_and_its_evidence() {
    let desk = Desk::start();
    let out = desk.done(&["show", &desk.ids.second.to_string()]);
    assert!(is_harmless(&out), "{out:?}");
    let out = unwrapped(&out);
    for words in [
        "Mostly true standing",
        "It was closed from March.",
        "The dates were overlooked.",
        "(rating)",
        "Ada Holm, Mayor (indirect)",
        "said that [the bridge was closed in 2019].",
        "supports “The record of closures”, News Example, 2026-11-20",
        "a primary source",
        "“from March 2019 to March 2020”",
        "line 1",
        &desk.ids.second.to_string(),
        &desk.ids.first.to_string()[..8],
    ] {
        assert!(out.contains(words), "{words:?} is not in\n{out}");
    }
}

#[test]
fn what_was_superseded_or_retracted_is_marked_with_the_reason() {
    let desk = Desk::start();
    let show = |id: &str| unwrapped(&desk.done(&["show", id]));
    let superseded = show(&desk.ids.first.to_string());
    assert!(superseded.contains("True superseded"), "{superseded}");
    assert!(superseded.contains(&format!("by {}", &desk.ids.second.to_string()[..8])));

    let retracted = show(&desk.ids.retracted.to_string()[..12]);
    assert!(retracted.contains("False retracted"), "{retracted}");
    assert!(
        retracted.contains("The wrong bridge was checked.\\u{7}"),
        "{retracted}"
    );

    let claim = show(&desk.ids.claim.to_string());
    let (first, second) = (
        claim.find("superseded").unwrap(),
        claim.find("standing").unwrap(),
    );
    assert!(first < second, "in log order: {claim}");
    let other = show(&desk.ids.other.to_string());
    assert!(other.contains("False retracted"), "{other}");
    assert!(other.contains("the article itself"), "{other}");
}

#[test]
fn every_entry_and_object_can_be_shown_and_its_json_is_of_the_schema() {
    let desk = Desk::start();
    let ledger = desk.ledger();
    let mut ids = Vec::new();
    for index in 0..ledger.tree_head().size {
        let entry = ledger.entry_at(index).unwrap().entry;
        ids.push(entry.id().to_string());
        ids.extend(entry.objects().iter().map(ToString::to_string));
    }
    drop(ledger);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 21, "10 entries and 11 objects");
    for id in ids {
        let text = desk.done(&["show", &id]);
        assert!(text.contains(&id), "{text}");
        assert!(is_harmless(&text), "{text:?}");
        let json = desk.json(&["show", &id], "show");
        assert_eq!(json["id"], id.as_str());
    }
}

#[test]
fn raw_is_the_signed_bytes_themselves() {
    let desk = Desk::start();
    let ledger = desk.ledger();
    let mut things = Vec::new();
    for index in 0..ledger.tree_head().size {
        let entry = ledger.entry_at(index).unwrap().entry;
        things.push((entry.id().to_string(), entry.bytes().to_vec()));
        for object in entry.objects() {
            let bytes = ledger.object_bytes(&object).unwrap().unwrap();
            things.push((object.to_string(), bytes));
        }
    }
    // An open ledger is locked.
    drop(ledger);
    for (id, bytes) in things {
        let output = desk.command(&["show", &id, "--raw"]).output().unwrap();
        assert_eq!(output.stdout, bytes, "{id}");
    }
}

#[test]
fn what_names_nothing_or_two_things_is_an_error_with_a_hint() {
    let desk = Desk::start();
    for (typed, status, words) in [
        (
            "00000000",
            3,
            "nothing in this ledger has an id that begins with 00000000",
        ),
        ("ffffffffffff", 3, "nothing in this ledger"),
        ("999", 3, "there is no claim 999"),
        ("0", 3, "there is no claim 0"),
        ("zebra", 2, "is not an id"),
        ("", 2, "is not an id"),
        ("\u{1b}[2J", 2, "is not an id"),
    ] {
        let ran = desk.run(&["show", typed]);
        assert_eq!(ran.code, Some(status), "{typed:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{typed:?}: {}", ran.err);
        assert!(ran.err.contains("hint: "), "{}", ran.err);
        assert!(ran.out.is_empty() && is_harmless(&ran.err), "{:?}", ran.err);
    }
}

#[test]
fn an_object_names_the_entries_that_speak_of_it() {
    let desk = Desk::start();
    let text = factlog::words::id::ObjectId::of(super::desk::ARTICLE.as_bytes());
    let ledger = desk.ledger();
    let policy = ledger.genesis().policy;
    let claim = ledger.entry(&desk.ids.claim.entry()).unwrap().entry;
    let first = ledger.entry(&desk.ids.first.entry()).unwrap().entry;
    let kept = [claim.objects()[0], first.objects()[0]];
    drop(ledger);
    for (object, expected) in [
        (text, desk.ids.source.to_string()),
        (kept[0], desk.ids.claim.to_string()),
        (kept[1], desk.ids.first.to_string()),
    ] {
        let json = desk.json(&["show", &object.to_string()], "show");
        let entries = json["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 1, "{json:#}");
        assert_eq!(entries[0]["id"], expected);
    }
    let json = desk.json(&["show", &policy.to_string()], "show");
    assert_eq!(json["entries"][0]["index"], 0);
}

#[test]
fn a_number_is_that_of_a_claim() {
    let desk = Desk::start();
    let first = desk.done(&["show", "1"]);
    assert!(first.contains(&desk.ids.claim.to_string()[..8]), "{first}");
}

#[test]
fn a_proposed_claim_is_shown_and_has_no_signed_bytes() {
    let desk = Desk::start();
    // The splitter finds a claim that nobody recorded: the article's last sentence has one.
    let claims = desk.run(&["claims", "--json"]).out;
    let claims: serde_json::Value = serde_json::from_str(&claims).unwrap();
    let list = claims
        .as_array()
        .or_else(|| claims["claims"].as_array())
        .unwrap();
    let proposed = list
        .iter()
        .find(|claim| claim["state"] == "proposed")
        .expect("one");
    let number = proposed["number"].to_string();
    let id = proposed["id"].as_str().unwrap();
    for typed in [number.as_str(), &id[..8], id] {
        let json = desk.json(&["show", typed], "show");
        assert_eq!(
            (&json["what"], &json["id"]),
            (&"proposed".into(), &id.into())
        );
        assert_eq!(json["claim"]["text"], proposed["text"]);
        let text = desk.done(&["show", typed]);
        assert!(
            text.contains("proposed, not recorded") && is_harmless(&text),
            "{text}"
        );
    }
    let raw = desk.run(&["show", &number, "--raw"]);
    assert_eq!((raw.code, raw.out.as_str()), (Some(3), ""));
    assert!(raw.err.contains("nothing is signed"), "{}", raw.err);
}

#[test]
fn what_is_not_there_is_said_and_the_rest_is_shown() {
    let desk = Desk::start();
    std::fs::remove_file(desk.record_file()).unwrap();
    let record = desk.ids.record.to_string();
    let ran = desk.run(&["show", &record]);
    assert_eq!(ran.code, Some(5), "{}", ran.err);
    assert!(ran.out.contains("The record of closures"), "{}", ran.out);
    assert!(ran.out.contains("is not there"), "{}", ran.out);
    assert!(ran.err.contains("factlog verify"), "{}", ran.err);
    // The verdict quotes it; its own words are there.
    let verdict = desk.done(&["show", &desk.ids.second.to_string()]);
    assert!(verdict.contains("from March 2019"), "{verdict}");
    let verify = desk.run(&["verify"]);
    assert_eq!(verify.code, Some(1));
    assert!(verify.out.contains("[object-missing]"), "{}", verify.out);
}
