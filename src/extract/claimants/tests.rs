//! Speakers' words and whom they stand for, without the stages before: the words are given.

use super::super::statements::{Here, Shape};
use super::super::{layout, sentences};
use super::*;
use crate::words::claim::Manner;

/// Sentences without attributions, and the marks of turns.
fn read(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (index, block) in layout::blocks(text).iter().enumerate() {
        if !block.kind.is_prose() {
            continue;
        }
        for span in sentences::sentences(text, block.span) {
            let tokens = tokens::tokenize(text, span);
            found.push(Sentence {
                span,
                in_quote: vec![false; tokens.len()],
                tokens,
                said: Vec::new(),
                block: index,
                tree: None,
            });
        }
    }
    found
}

fn said(source: Span) -> Said {
    Said {
        source: Some(source),
        inserted: None,
        cue: None,
        statement: Vec::new(),
        manner: Manner::Indirect,
        here: Here {
            content: Vec::new(),
            source: None,
            inserted: None,
            cue: None,
            shape: Shape::Clause,
            past: true,
            states: true,
        },
    }
}

/// Resolves the words between `[` and `]`, in order: each as "name", "name (role)" or "name?".
fn whom(marked: &str) -> Vec<String> {
    let (mut text, mut sources, mut start) = (String::new(), Vec::new(), 0);
    for c in marked.chars() {
        match c {
            '[' => start = text.len(),
            ']' => sources.push(Span::new(start, text.len()).unwrap()),
            _ => text.push(c),
        }
    }
    let all = read(&text);
    let mut names = Names::collect(&text, &all);
    let whom = |source: &Span| {
        let at = all.partition_point(|s| s.span.start() <= source.start());
        let mark = text[source.end()..].starts_with(':');
        let at = if mark { at } else { at.saturating_sub(1) };
        let Some(sentence) = all.get(at) else {
            return "no sentence".to_owned();
        };
        let Some(found) = names.resolve(&text, sentence, &said(*source)) else {
            return "nobody".to_owned();
        };
        let mark = if found.unresolved { "?" } else { "" };
        match found.claimant.role {
            Some(role) => format!("{} ({role}){mark}", found.claimant.name),
            None => format!("{}{mark}", found.claimant.name),
        }
    };
    sources.iter().map(whom).collect()
}

#[test]
fn pronouns_and_surnames() {
    assert_eq!(
        whom(
            "[Mayor Ada Kern] said the pier was shut. [She] said it was old. [Kern] said so twice."
        ),
        ["Ada Kern (Mayor)"; 3]
    );
    assert_eq!(
        whom("Ada Kern met Vera Lund on Monday. [She] said the pier was shut."),
        ["Ada Kern"]
    );
    assert_eq!(
        whom("Ada Kern and Vera Lund met on Monday. Much was said. Nobody won. [She] said so."),
        ["She?"]
    );
    assert_eq!(
        whom("Spokeswoman Ada Kern met Peter Lund. [He] said the pier was shut."),
        ["Peter Lund"]
    );
}

#[test]
fn a_surname_of_two_people() {
    let two = "Ada Kern owns the pier. Her brother sold it.\n\nOtto Kern left. ";
    assert_eq!(whom(&format!("{two}\n\n[Kern] said so.")), ["Kern?"]);
    assert_eq!(whom(&format!("{two}[Kern] said so.")), ["Otto Kern"]);
    assert_eq!(whom(&format!("{two}\n\n[Ms. Kern] said so.")), ["Ada Kern"]);
}

#[test]
fn appositions_on_both_sides() {
    assert_eq!(
        whom("[Salm's lawyer], Bela Oster, argued that. [The lawyer] said it again."),
        ["Bela Oster (lawyer)"; 2]
    );
    assert_eq!(
        whom("[The head of the town's harbour office], Bela Oster, said so."),
        ["Bela Oster (head of the town's harbour office)"]
    );
    assert_eq!(
        whom("[Oster], the White House national security adviser, said so. [He] left."),
        ["Oster (White House national security adviser)"; 2]
    );
    assert_eq!(
        whom("[The first witness], the night watchman Ivo Penn, said so. [Penn] left."),
        ["Ivo Penn (night watchman)"; 2]
    );
    assert_eq!(
        whom("In a letter to the mayor, [Ada Kern] said so."),
        ["Ada Kern"]
    );
}

#[test]
fn where_somebody_works() {
    assert_eq!(
        whom("\"It is timing,\" said [Maya Ferreira of Norbank]."),
        ["Maya Ferreira (of Norbank)"]
    );
    assert_eq!(
        whom("[Analyst Maya Ferreira of Norbank] said so."),
        ["Maya Ferreira (Analyst)"]
    );
}

#[test]
fn names_that_look_like_trades() {
    assert_eq!(
        whom("Chandler Van Reyl, founder of the port, left. [Mr. Van Reyl] said so."),
        ["Chandler Van Reyl (founder of the port)"]
    );
    assert_eq!(
        whom("Lily Bach, a former tax aide now teaching in Lind, left. [Bach] said so."),
        ["Lily Bach (former tax aide)"]
    );
    assert_eq!(
        whom("[Economist Per Dahl of Nordea] said so."),
        ["Per Dahl (Economist)"]
    );
}

#[test]
fn bodies_by_short_names() {
    assert_eq!(
        whom("The Harbour Safety Board (HSB) shut the pier. [The HSB] said so. [It] said more."),
        ["Harbour Safety Board"; 2]
    );
    assert_eq!(
        whom("The harbour ministry shut the pier. [The ministry] said so."),
        ["The harbour ministry"]
    );
    assert_eq!(
        whom(
            "The port's operator, Ost Power, lost. [The company] said so. [Its report] says more."
        ),
        ["Ost Power (operator)"; 2]
    );
    assert_eq!(
        whom("The harbour ministry and the finance ministry met. [The ministry] said so."),
        ["The ministry?"]
    );
}

#[test]
fn offices() {
    let two = "Energy Minister Paul Ost met Foreign Minister Vera Lund. ";
    assert_eq!(
        whom(&format!("{two}[The minister] said so.")),
        ["The minister?"]
    );
    assert_eq!(
        whom(&format!("{two}[The foreign minister] said so.")),
        ["Vera Lund (Foreign Minister)"]
    );
    assert_eq!(whom("[The mayor] said so."), ["The mayor"]);
    assert_eq!(whom("[His lawyer] said so."), ["His lawyer?"]);
}

#[test]
fn unnamed_speakers() {
    assert_eq!(
        whom("[A worker who saw it] said so. [The same worker] left. [He] said more.")[1..],
        ["A worker"; 2]
    );
    assert_eq!(
        whom("[Ship owners] said so. [They] said more."),
        ["Ship owners"; 2]
    );
    assert_eq!(whom("[They] said so. [You] said more."), ["They?", "You?"]);
}

#[test]
fn turns_of_a_transcript() {
    let text = "Present: Judge Ottilie Kern, chair; Marcus Reyl, counsel to the port\n\n\
                [KERN]: Please begin.\n\n[REYL]: It was shut in May.\n\n[BERG]: It was not.\n\n\
                [Q]: Was it?\n";
    assert_eq!(
        whom(text),
        [
            "Ottilie Kern (Judge)",
            "Marcus Reyl (counsel to the port)",
            "BERG",
            "Q?"
        ]
    );
}

#[test]
fn questions_and_answers() {
    let turns = "[Q]: Was it shut?\n\n[A]: It was shut in May.\n";
    assert_eq!(whom(turns), ["Q?", "A?"]);
    assert_eq!(
        whom(&format!("An interview with the mayor Ada Kern\n\n{turns}")),
        ["Q?", "Ada Kern (mayor)"]
    );
}

#[test]
fn what_does_not_speak() {
    assert_eq!(
        whom("[This move] shows that. [The world] says."),
        ["nobody"; 2]
    );
    assert_eq!(whom("[I] think that it was shut."), ["nobody"]);
}

#[test]
fn odd_words_are_read() {
    for odd in [
        "[’s], (X) [of] said.",
        "[A.] of [B] of (C), [D]: e.",
        "[the], the [the] the, Its Its. [Its] X,",
        "Ä. [É], İstanbul İ, said [Ö’Neill].",
    ] {
        whom(odd);
    }
}

#[test]
fn names_that_end_like_adverbs() {
    assert_eq!(
        whom("The mayor of Elm, Adam Scully, met us. [He] said the pier was shut. [Kelly] agreed."),
        ["Adam Scully (mayor of Elm)", "Kelly"]
    );
}

#[test]
fn ages_between_a_name_and_what_hangs_on_it() {
    assert_eq!(
        whom(
            "[Bela Oster], 41, a nurse from Dorn, said so. [Ada Kern], then mayor of Elm, agreed."
        ),
        ["Bela Oster (nurse from Dorn)", "Ada Kern (mayor of Elm)"]
    );
    assert_eq!(
        whom("Among them was Ada Kern, 78, whose house is old and [who] said so."),
        ["Ada Kern"]
    );
}

#[test]
fn whoever_was_he_is_not_she() {
    assert_eq!(
        whom("Amon Rell came. [He] said so.\n\nAnother came. [She] said so."),
        ["Amon Rell", "She?"]
    );
}

#[test]
fn a_company_with_and_without_its_form() {
    assert_eq!(
        whom("Norvane Foods plc sold it. [Norvane Foods] said so. [The company] said it again."),
        ["Norvane Foods plc"; 2]
    );
}

#[test]
fn an_office_in_short() {
    assert_eq!(
        whom("[The state auditor] said so.\n\n[The auditor] said it again."),
        ["The state auditor"; 2]
    );
}

#[test]
fn deeds_do_not_speak() {
    assert_eq!(whom("It was called [spying on customers]."), ["nobody"]);
}

#[test]
fn an_office_behind_a_name_with_and_in_it() {
    let union = "head of the Dockers and Pilots' Union";
    assert_eq!(
        whom(&format!(
            "\"It is late,\" said [Ada Kern, {union}]. [She] left."
        )),
        [format!("Ada Kern ({union})"), format!("Ada Kern ({union})")]
    );
    assert_eq!(
        whom("\"It is late,\" said [Ada Kern, Vera Lund and Otto Reyl]."),
        ["Ada Kern, Vera Lund and Otto Reyl"]
    );
}

#[test]
fn two_offices_in_front_of_a_name() {
    assert_eq!(
        whom("\"It is late,\" said [Dornmill's founder and acting chairman, Sela Brun]."),
        ["Sela Brun (founder and acting chairman)"]
    );
}

#[test]
fn titles_are_no_part_of_a_name() {
    assert_eq!(
        whom(
            "[Cllr Sela Brun] said so. [Insp. Ivo Penn] agreed. [Rev Bela Oster] left. [Mx Ode Lund] said no."
        ),
        [
            "Sela Brun (Cllr)",
            "Ivo Penn (Insp.)",
            "Bela Oster (Rev)",
            "Ode Lund"
        ]
    );
}

#[test]
fn an_ordinal_beside_a_name() {
    assert_eq!(
        whom(
            "[The second witness], baker Ivo Penn, said so. [He] left. [The last speaker], Ada Kern, agreed."
        ),
        [
            "Ivo Penn (baker)",
            "Ivo Penn (baker)",
            "Ada Kern (last speaker)"
        ]
    );
}

#[test]
fn bodies_and_documents_as_first_named_in_full() {
    assert_eq!(
        whom("The Dockers and Pilots' Union shut the port. [The union] said so. [It] said more."),
        ["Dockers and Pilots' Union"; 2]
    );
    assert_eq!(
        whom("According to [a survey by the harbour office], it is old. [The survey] says more."),
        ["a survey by the harbour office"; 2]
    );
}

#[test]
fn answers_do_not_speak() {
    assert_eq!(
        whom("[Yes], it says that. [No], it says this."),
        ["nobody"; 2]
    );
}

#[test]
fn a_relative_pronoun_and_a_time_are_no_part_of_a_name() {
    assert_eq!(
        whom(
            "Gareth Pugh, [who stood for the council in 2022], also said the turbines stood still."
        ),
        ["Gareth Pugh"]
    );
    let ministry = whom("[The Ministry today] said the pier was shut.");
    assert!(!ministry[0].contains("today"), "{ministry:?}");
    assert_eq!(whom("[Yesterday] said so."), ["nobody"]);
    assert_eq!(whom("[USA Today] said the pier was shut."), ["USA Today"]);
}
