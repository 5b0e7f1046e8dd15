//! A sitting of `review`, by answers on standard input.

use std::fs;

use super::{claims, editor, fits, with_input};
use crate::desk::Desk;

fn states(desk: &Desk) -> Vec<String> {
    claims(desk)
        .iter()
        .map(|claim| claim["state"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_accepted_is_signed_and_what_is_dropped_is_gone() {
    let desk = Desk::new();
    let before = claims(&desk);
    let (status, out, err) = with_input(
        &mut desk.factlog(&["review", "--json"]),
        "y\nn\nk\ny\n?\nz\nn\nq\ny\n",
    );
    assert_eq!(status, Some(0), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    fits("output-review", &report);
    assert_eq!(
        (report["accepted"].as_u64(), report["dropped"].as_u64()),
        (Some(2), Some(1))
    );
    let after = claims(&desk);
    assert_eq!(after.len(), before.len() - 1, "one was dropped");
    assert_eq!(&states(&desk)[..2], ["recorded", "recorded"]);
    let all = super::json(&desk, "output-claims", &["claims", "--all"]);
    let dropped = all["claims"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|claim| claim["state"] == "dropped")
        .count();
    assert_eq!(dropped, 1);
    desk.done(&["verify"]);
}

#[test]
fn going_back_leaves_what_was_answered() {
    let desk = Desk::new();
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), "y\nk\nj\nq\nn\n");
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("you accepted this, just now"), "{err}");
    assert_eq!(&states(&desk)[..2], ["accepted", "proposed"]);
    // Answered anew, it is as it was answered last.
    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), "n\nk\ny\nq\nn\n");
    assert!(err.contains("you dropped this"), "{err}");
    assert_eq!(&states(&desk)[..2], ["accepted", "accepted"]);
}

#[test]
#[cfg(unix)]
fn a_speaker_wants_a_manner_and_the_form_says_so_beside_it() {
    let desk = Desk::new();
    let fill = "cp \"$1\" \"$1.seen\"; sed -i 's/^claimant:.*/claimant: Ben Ode/; \
                s/^manner:.*/manner: narration/' \"$1\"";
    let script = editor(&desk, fill);
    let mut command = desk.factlog(&["review"]);
    let command = command.env("EDITOR", &script).env_remove("VISUAL");
    let (_, _, err) = with_input(command, "e\nq\n");
    let fault = "manner: with a speaker, it is direct, indirect or mixed";
    assert!(err.contains(fault), "{err}");
    let drafts = fs::read_dir(desk.ledger().join("drafts")).unwrap();
    let seen = drafts
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "seen"))
        .unwrap();
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.starts_with(&format!("#! {fault}\n")), "{seen}");
    assert!(
        seen.contains(&format!("#! {fault}\nmanner: narration")),
        "{seen}"
    );
}

#[test]
fn a_sitting_that_ends_early_is_taken_up_again() {
    let desk = Desk::new();
    let count = claims(&desk).len();
    // No answer any more, as after Ctrl-D.
    let (status, _, err) = with_input(&mut desk.factlog(&["review", "--yes"]), "y\n");
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("go on with: factlog review"), "{err}");
    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), &"n\n".repeat(count));
    assert!(err.contains(&format!("1 of {}", count - 1)), "{err}");
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), "");
    assert_eq!(status, Some(0));
    assert!(err.contains("there is nothing to review"), "{err}");
    desk.refused(&["review", "--no-input"], 2);
}

#[test]
fn what_was_accepted_is_kept_where_it_cannot_be_signed() {
    let desk = Desk::new();
    fs::rename(desk.path("home/keys"), desk.path("elsewhere")).unwrap();
    let (status, _, _) = with_input(&mut desk.factlog(&["review"]), "y\nn\nq\n");
    assert_eq!(status, Some(4));
    assert_eq!(states(&desk)[0], "accepted");
    fs::rename(desk.path("elsewhere"), desk.path("home/keys")).unwrap();
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), "q\ny\n");
    assert_eq!(status, Some(0), "{err}");
    assert!(err.contains("1 accepted claim waits"), "{err}");
    assert_eq!(states(&desk)[0], "recorded");
}

#[test]
#[cfg(unix)]
fn a_claim_is_changed_in_the_editor() {
    let desk = Desk::new();
    let count = claims(&desk).len();
    let script = editor(
        &desk,
        "sed -i 's/^text:.*/text: The bridge at the harbour was closed/; s/^claimant:.*/claimant: Ada Venn/; s/^manner:.*/manner: indirect/' \"$1\"",
    );
    let (status, _, err) = with_input(
        desk.factlog(&["review"])
            .env("EDITOR", &script)
            .env_remove("VISUAL"),
        "e\nq\ny\n",
    );
    assert_eq!(status, Some(0), "{err}");
    let shown = claims(&desk);
    assert_eq!(
        shown.len(),
        count,
        "the claim as it was proposed does not come back"
    );
    assert_eq!(shown[0]["text"], "The bridge at the harbour was closed");
    assert_eq!(shown[0]["state"], "recorded");
    // Words that are not in the source are refused, and the claim is asked about again.
    let script = editor(&desk, "sed -i 's/^quote:.*/quote: words of my own/' \"$1\"");
    let (_, _, err) = with_input(
        desk.factlog(&["review"])
            .env("EDITOR", &script)
            .env_remove("VISUAL"),
        "e\nq\n",
    );
    assert!(err.contains("is not in the source"), "{err}");
    assert_eq!(states(&desk)[1], "proposed");
    desk.done(&["verify"]);
}

#[test]
#[cfg(unix)]
fn the_last_look_ends_with_words_and_q_leaves_the_sitting() {
    let desk = Desk::new();
    fs::write(desk.path("register.txt"), "Closed from 2019.\n").unwrap();
    let script = editor(
        &desk,
        "sed -i 's/^rating:/rating: true/; s/^summary:/summary: It was./; s/^conflicts:/conflicts: None known/; \
         s/^rationale:/rationale: The register says so./; \
         s/^conflicts/supports: register.txt\\nlocator: page 3\\nnote: as printed\\nconflicts/' \"$1\"",
    );
    let (status, _, err) = with_input(
        desk.factlog(&["review"])
            .env("EDITOR", &script)
            .env_remove("VISUAL"),
        "v\nq\n",
    );
    assert_eq!(status, Some(0), "{err}");
    let (_, look) = err.split_once("record this claim?").unwrap();
    let lines: Vec<&str> = look.lines().collect();
    let question = lines
        .iter()
        .position(|line| line.contains("Sign this"))
        .unwrap();
    let above = lines[question.saturating_sub(20)..question].join("\n");
    for wanted in [
        "said by",
        "True (true)",
        "It was.",
        "The register says so.",
        "None known",
        "register.txt; at page 3; note: as printed",
        "you sign the claim, the source register.txt",
    ] {
        assert!(above.contains(wanted), "{wanted}\n{look}");
    }
    assert!(!look.contains("factlog/entry@v1"), "{look}");
    assert!(!look.contains("record this claim?"), "it quits: {look}");
    assert_eq!(states(&desk)[0], "proposed");
}

#[test]
#[cfg(unix)]
fn a_form_that_is_left_as_it_is_decides_nothing() {
    let desk = Desk::new();
    let before = states(&desk);
    for script in ["true", "touch \"$1\"", "echo >> \"$1\""] {
        let script = editor(&desk, script);
        let (status, _, err) = with_input(
            desk.factlog(&["review"])
                .env("EDITOR", &script)
                .env_remove("VISUAL"),
            "e\nq\n",
        );
        assert_eq!(status, Some(0), "{err}");
        assert!(err.contains("nothing is decided"), "{err}");
        assert_eq!(
            err.matches("1 of ").count(),
            2,
            "it is asked about again: {err}"
        );
        assert_eq!(states(&desk), before);
    }
}

#[test]
#[cfg(unix)]
fn a_form_with_a_fault_is_kept_and_taken_up_again() {
    let desk = Desk::new();
    let edited = |script: &str| {
        let script = editor(&desk, script);
        let mut command = desk.factlog(&["review"]);
        let command = command.env("EDITOR", &script).env_remove("VISUAL");
        with_input(command, "e\nq\n").2
    };
    let wrong =
        "sed -i 's/^manner:.*/manner: loud/; s/^role:.*/role: a long and careful note/' \"$1\"";
    let err = edited(wrong);
    assert!(err.contains("loud"), "{err}");
    assert!(err.contains("what you wrote is kept in"), "{err}");
    let err = edited(
        "cp \"$1\" \"$1.seen\"; grep -q 'a long and careful note' \"$1\" && sed -i 's/^manner:.*/manner: direct/' \"$1\"",
    );
    assert!(
        err.contains("taking up the form where you left it"),
        "{err}"
    );
    assert!(!err.contains("loud"), "{err}");
}

#[test]
#[cfg(unix)]
fn a_verdict_is_given_within_a_sitting() {
    let desk = Desk::new();
    let script = editor(
        &desk,
        "sed -i 's/^rating:/rating: true/; s/^summary:/summary: It was./' \"$1\"",
    );
    let (status, _, err) = with_input(
        desk.factlog(&["review"])
            .env("EDITOR", &script)
            .env_remove("VISUAL"),
        "n\nv\ny\nq\n",
    );
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(claims(&desk)[0]["verdicts"][0]["rating"], "true", "{err}");
}

/// An article in which claims can be split and merged.
const FINE: &str = "The council spent 12 million on repairs and hired 40 engineers from Oslo. Ben Ode, \
a builder, said that the cables were replaced and that the deck was widened by 2 metres.\n\nTraffic \
fell by a third in the first year.\n";

fn fine() -> Desk {
    let desk = Desk::empty();
    desk.done(&crate::desk::INIT);
    fs::write(desk.path("fine.txt"), FINE).unwrap();
    desk.done(&["add", "fine.txt"]);
    desk
}

/// Returns every claim of the ledger: number, state and text.
fn listed(desk: &Desk) -> Vec<(u64, String, String)> {
    let all = super::json(desk, "output-claims", &["claims", "--all"]);
    let all = all["claims"].as_array().unwrap();
    let word = |claim: &serde_json::Value, field: &str| claim[field].as_str().unwrap().to_owned();
    let numbered = all.iter().filter(|claim| claim["number"].is_u64());
    numbered
        .map(|claim| {
            let number = claim["number"].as_u64().unwrap();
            (number, word(claim, "state"), word(claim, "text"))
        })
        .collect()
}

fn state_of(listed: &[(u64, String, String)], text: &str) -> (u64, String) {
    let found = listed.iter().find(|line| line.2 == text);
    let (number, state, _) = found.unwrap_or_else(|| panic!("no {text:?} in {listed:#?}"));
    (*number, state.clone())
}

#[test]
fn claims_are_split_and_merged_and_what_they_replace_does_not_come_back() {
    let desk = fine();
    let before = listed(&desk);
    let merged = "The council spent 12 million on repairs and hired 40 engineers from Oslo";
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), "m\ny\nq\nn\n");
    assert_eq!(status, Some(0), "{err}");
    let now = listed(&desk);
    let next = before.iter().map(|line| line.0).max().unwrap() + 1;
    assert_eq!(state_of(&now, merged), (next, "accepted".to_owned()));
    for line in &before[..2] {
        assert_eq!(state_of(&now, &line.2), (line.0, "replaced".to_owned()));
    }
    // The text is split anew, as by another version: what was replaced stays replaced.
    fs::remove_dir_all(desk.ledger().join("proposals")).unwrap();
    assert_eq!(listed(&desk), now);

    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), "g\n3\ns\ny\ny\ny\nq\ny\n");
    let split = listed(&desk);
    for finer in ["Traffic fell by a third", "Traffic fell in the first year"] {
        assert_eq!(state_of(&split, finer).1, "recorded", "{err}");
    }
    let whole = "Traffic fell by a third in the first year";
    assert_eq!(state_of(&split, whole).1, "replaced");
    assert_eq!(state_of(&split, merged).1, "recorded");
    desk.done(&["verify"]);

    // What is signed is the source's words; what joins them is marked.
    let (number, _) = state_of(&split, merged);
    let shown = super::json(&desk, "output-show", &["show", &number.to_string()]);
    let sentence = &shown["claim"]["sentence"];
    let text = sentence["text"].as_str().unwrap();
    let at = |part: &serde_json::Value| usize::try_from(part.as_u64().unwrap()).unwrap();
    let parts = sentence["parts"].as_array().unwrap();
    let words: Vec<&str> = parts
        .iter()
        .map(|part| &text[at(&part[0])..at(&part[1])])
        .collect();
    let own = [
        "The council spent 12 million on repairs",
        "hired 40 engineers from Oslo",
    ];
    assert_eq!(words, own);
}

#[test]
fn what_was_split_or_merged_is_put_back() {
    let desk = fine();
    let before = listed(&desk);
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), "y\nk\nm\nu\nq\n");
    assert_eq!(status, Some(0), "{err}");
    let now = listed(&desk);
    assert_eq!(now[..before.len()], before, "{err}");
    assert_eq!(now.len(), before.len() + 1);
    assert_eq!(now[before.len()].1, "dropped");
    // Once more: the claim that was made has the number that it had.
    with_input(&mut desk.factlog(&["review"]), "m\nq\n");
    let again = listed(&desk);
    assert_eq!(again.len(), now.len());
    let text = &now[before.len()].2;
    assert_eq!(
        state_of(&again, text),
        (now[before.len()].0, "proposed".to_owned())
    );
}

#[test]
#[cfg(unix)]
fn a_claim_is_split_by_hand_and_other_words_are_refused() {
    let desk = fine();
    let form = "quote: The council … hired 40 engineers\\nquote: spent 12 million\\ntext: The council spent 12 million\\n";
    let script = editor(&desk, &format!("printf '{form}' > \"$1\""));
    let edited = |script: &str, input: &str| {
        let mut command = desk.factlog(&["review"]);
        let command = command.env("EDITOR", script).env_remove("VISUAL");
        with_input(command, input)
    };
    let (status, _, err) = edited(&script, "s\ne\nq\n");
    assert_eq!(status, Some(0), "{err}");
    let now = listed(&desk);
    for finer in [
        "The council hired 40 engineers",
        "The council spent 12 million",
    ] {
        assert_eq!(state_of(&now, finer).1, "proposed", "{err}");
    }
    for (form, why) in [
        (
            "quote: The council\\nquote: built a bridge\\n",
            "is not in the sentence",
        ),
        (
            "quote: Ben Ode\\nquote: hired 40\\n",
            "is not in the sentence",
        ),
        ("quote: hired 40\\ntext: hired 50\\nquote: Oslo\\n", "“50”"),
        ("quote: hired 40\\nquote: hired 40\\n", "twice"),
        ("40 engineers\\n", "belongs to no field"),
    ] {
        let desk = fine();
        let script = editor(&desk, &format!("printf '{form}' > \"$1\""));
        let mut command = desk.factlog(&["review"]);
        let command = command.env("EDITOR", &script).env_remove("VISUAL");
        let (_, _, err) = with_input(command, "s\ne\nq\n");
        assert!(err.contains(why), "{form}: {err}");
        assert_eq!(
            state_of(&listed(&desk), "The council spent 12 million on repairs").1,
            "proposed"
        );
    }
    let desk = fine();
    let few = editor(&desk, "printf 'quote: Oslo\\n' > \"$1\"");
    let mut command = desk.factlog(&["review"]);
    let command = command.env("EDITOR", &few).env_remove("VISUAL");
    let (_, _, err) = with_input(command, "s\ne\nq\n");
    assert!(err.contains("nothing is split"), "{err}");
}

#[test]
fn who_said_it_is_chosen_by_number_or_named() {
    let desk = fine();
    let input = "a\n1\nchief builder\nmixed\ny\na\nAda Venn\n\n\ny\na\n0\ny\nq\nn\n";
    let (status, _, err) = with_input(&mut desk.factlog(&["review"]), input);
    assert_eq!(status, Some(0), "{err}");
    let (_, look) = err.split_once("to be recorded: 3 claims").unwrap();
    for wanted in [
        "said by     Ben Ode\n  role        chief builder\n  manner      mixed",
        "said by     Ada Venn\n  manner      indirect",
        "said by     the article itself\n  manner      narration",
    ] {
        assert!(look.contains(wanted), "{wanted}\n{look}");
    }
    // Who is named as before keeps the office; an interruption then changes nothing of it.
    let input = "a\n1\nchief builder\n\na\nBen Ode\n\n\ny\nq\nn\n";
    let desk = fine();
    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), input);
    let (_, look) = err.split_once("to be recorded: 1 claim").unwrap();
    assert!(
        look.contains("said by     Ben Ode\n  role        chief builder"),
        "{look}"
    );
    let desk = fine();
    // A number that nobody has, and a manner that is none.
    let (_, _, err) = with_input(
        &mut desk.factlog(&["review"]),
        "a\n77\na\n1\n\nsung\nq\nn\n",
    );
    assert!(err.contains("77 is not one of the numbers"), "{err}");
    assert!(
        err.contains("\"sung\" is not direct, indirect or mixed"),
        "{err}"
    );
}

#[test]
fn a_sitting_is_gone_through_in_any_order() {
    let desk = fine();
    let count = claims(&desk).len();
    // Left undecided, jumped over, dropped together, and taken back.
    let (status, out, err) = with_input(
        &mut desk.factlog(&["review", "--json"]),
        "j\n3\ny\nd\nn\nd\ny\nq\nn\n",
    );
    assert_eq!(status, Some(0), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    fits("output-review", &report);
    assert!(
        err.contains(&format!("drop {} claims of this source?", count - 3)),
        "{err}"
    );
    let after = states(&desk);
    assert_eq!(after[..2], ["proposed", "proposed"], "{err}");
    assert_eq!(after[2], "accepted");
    assert_eq!(report["left"], 2);
    assert_eq!(report["dropped"], count - 3);
    let (_, _, err) = with_input(&mut desk.factlog(&["review"]), "t\nw\ng\n99\nq\n");
    for wanted in [
        "Traffic fell by a third",
        "\"99\" is not one of the numbers 1 to 2",
    ] {
        assert!(err.contains(wanted), "{wanted}\n{err}");
    }
}

#[test]
fn the_last_look_has_all_that_is_signed() {
    let desk = fine();
    let (_, _, err) = with_input(
        &mut desk.factlog(&["review"]),
        "y\nn\ny\nq\n?\nz\ns\nl\nq\n",
    );
    assert_eq!(err.matches("to be recorded: 2 claims").count(), 2, "{err}");
    for wanted in [
        "factlog/claim@v1",
        "role        builder",
        "manner      indirect: “said”",
    ] {
        assert!(err.contains(wanted), "{wanted}\n{err}");
    }
    assert!(err.contains("nothing was signed"), "{err}");
    assert_eq!(states(&desk)[0], "accepted");
}

#[test]
fn the_drafts_of_a_sitting_fit_their_schema() {
    let desk = fine();
    with_input(
        &mut desk.factlog(&["review"]),
        "m\nu\nm\ny\ng\n3\ns\ny\nn\nq\nn\n",
    );
    let drafts = fs::read_dir(desk.ledger().join("drafts")).unwrap();
    let mut seen = 0;
    for path in drafts.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|ending| ending == "json") {
            let value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            fits("drafts", &value);
            seen += 1;
        }
    }
    assert_eq!(seen, 1);
}

#[test]
#[cfg(unix)]
fn a_form_of_a_claim_that_is_there_already_opens_again_with_what_was_typed() {
    let desk = Desk::new();
    let second = claims(&desk)[1]["quote"]["exact"]
        .as_str()
        .unwrap()
        .to_owned();
    let who = claims(&desk)[1]["claimant"]["name"].clone();
    let who = who.as_str().unwrap_or_default().to_owned();
    let script = editor(
        &desk,
        &format!(
            "if grep -q '^#!' \"$1\"; then cp \"$1\" seen.txt; \
             sed -i 's/^quote:.*/quote: the mayor, Ada Venn/; s/^text:.*/text: Ada Venn is the mayor/' \"$1\"; \
             else sed -i 's/^quote:.*/quote: {second}/; s/^claimant:.*/claimant: {who}/; s/^role:.*/role:/' \"$1\"; fi"
        ),
    );
    let (status, _, err) = with_input(
        desk.factlog(&["review"])
            .env("EDITOR", &script)
            .env_remove("VISUAL"),
        "e\nq\ny\n",
    );
    assert_eq!(status, Some(0), "{err}");
    let seen = fs::read_to_string(desk.path("seen.txt")).unwrap();
    assert!(
        seen.starts_with("#! that would be claim 2 once more"),
        "{seen}"
    );
    assert!(seen.contains(&format!("quote: {second}")), "{seen}");
    assert_eq!(claims(&desk)[0]["text"], "Ada Venn is the mayor");
}
