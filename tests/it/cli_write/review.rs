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
    assert!(err.contains("1 accepted claims wait"), "{err}");
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
