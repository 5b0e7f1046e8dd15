//! What the words of a rating say of a claim, in the languages that fact-checks are written in.

/// How true a claim is by a rating's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lean {
    /// False.
    False,
    /// Mostly false.
    MostlyFalse,
    /// As true as false.
    Half,
    /// Mostly true.
    MostlyTrue,
    /// True.
    True,
}

/// Whole labels, in small letters, by what they say.
const LABELS: [(Lean, &str); 5] = [
    (
        Lean::False,
        "false|fake|incorrect|wrong|untrue|not true|pants on fire|pants on fire!|hoax|fabricated|\
         baseless|debunked|inaccurate|four pinocchios|falsch|unwahr|falschmeldung|frei erfunden|\
         faux|c'est faux|infox|falso|falsa|bulo|es falso|mentira|é falso|fals|bohong|salah|palsu|\
         nepravda|fałsz|nieprawda|hamis|neprawda|lažno|netačno|niet waar|onwaar|fout|valsk|falsk|\
         yanlış|ложь|неправда|фейк|неверно|неправда|خطأ|كاذب|زائف|झूठ|असत्य|गलत|फर्जी|মিথ্যা|假|錯誤|虛假|\
         虚假|错误|嘘|誤り|거짓|전혀 사실 아님|sahte|ψευδές|ψευδής|uydurma|tidak benar|hoaks|sai|เท็จ|ปลอม|שקר",
    ),
    (
        Lean::MostlyFalse,
        "mostly false|largely false|mainly false|mostly inaccurate|größtenteils falsch|\
         überwiegend falsch|plutôt faux|en grande partie faux|mayormente falso|mayoritariamente falso|\
         majoritariamente falso|in gran parte falso|grotendeels onwaar|w większości fałsz|大部分錯誤",
    ),
    (
        Lean::Half,
        "half true|half-true|half right|mixture|halb wahr|mi-vrai|mi-faux|medio cierto|meio verdadeiro|\
         mezza verità|half waar|półprawda",
    ),
    (
        Lean::MostlyTrue,
        "mostly true|largely true|mainly true|mostly accurate|mostly correct|größtenteils richtig|\
         überwiegend richtig|plutôt vrai|en grande partie vrai|mayormente cierto|\
         mayoritariamente cierto|majoritariamente verdadeiro|in gran parte vero|grotendeels waar|\
         w większości prawda|大部分正確",
    ),
    (
        Lean::True,
        "true|correct|accurate|fact|confirmed|wahr|richtig|stimmt|korrekt|vrai|c'est vrai|verdadero|\
         verdadera|cierto|es cierto|verdade|verdadeiro|é verdade|vero|corretto|adevărat|benar|fakta|\
         prawda|pravda|igaz|istina|tačno|waar|sant|sand|doğru|правда|верно|صحيح|सच|सही|সত্য|真|正確|\
         正确|真实|真實|事実|本当|사실|αληθές|đúng|จริง|אמת",
    ),
];

/// Says how true a claim is by a rating's words; `None` where they are not known.
pub(super) fn lean(label: &str) -> Option<Lean> {
    let label = label.trim().to_lowercase();
    let named = |text: &str| {
        let known = |words: &str| words.split('|').any(|known| known == text);
        LABELS
            .iter()
            .find(|(_, words)| known(words))
            .map(|(lean, _)| *lean)
    };
    let first = label
        .split([':', '.', ',', ';', '!', '(', '–', '—', '|'])
        .next();
    named(&label).or_else(|| named(first?.trim()))
}

/// Beginnings of a label that say nothing of the verdict, in small letters.
const EMPTY_STARTS: [&str; 40] = [
    "our verdict",
    "verdict",
    "our rating",
    "rating",
    "conclusion",
    "our ruling",
    "ruling",
    "we rate",
    "we rated",
    "we have rated",
    "the claim is",
    "this claim is",
    "this claim",
    "the claim",
    "this is",
    "it is",
    "fact check",
    "fact-check",
    "factcheck",
    "according to",
    "after ",
    "based on",
    "our conclusion",
    "result",
    "the statement is",
    "the post is",
    "the video is",
    "the photo is",
    "in our opinion",
    "we found",
    "our assessment",
    "urteil",
    "bewertung",
    "fazit",
    "veredicto",
    "conclusión",
    "veredito",
    "notre verdict",
    "conclusion de",
    "verdetto",
];

/// Says whether a label begins with words that say nothing of the verdict, and goes on.
pub(super) fn starts_empty(label: &str) -> bool {
    let label = label.trim().to_lowercase();
    EMPTY_STARTS.iter().any(|start| {
        let rest = label.strip_prefix(start);
        rest.is_some_and(|rest| {
            let is_word = start.ends_with(' ') || !rest.starts_with(char::is_alphanumeric);
            is_word && rest.chars().any(char::is_alphanumeric)
        })
    })
}

/// Labels that a claim is headed with, in small letters.
const CLAIM_LABELS: [&str; 24] = [
    "fact check:",
    "fact-check:",
    "factcheck:",
    "fact check -",
    "fact check –",
    "fact check |",
    "fact checking:",
    "faktencheck:",
    "verificamos:",
    "verificação:",
    "checamos:",
    "claim:",
    "the claim:",
    "claim reviewed:",
    "behauptung:",
    "rumor:",
    "rumour:",
    "hoax:",
    "fact check by",
    "vérification:",
    "vérification :",
    "fake news:",
    "cek fakta:",
    "doğruluk kontrolü:",
];

/// Returns the label that a claim begins with.
pub(super) fn claim_label(claim: &str) -> Option<&str> {
    let trimmed = claim.trim_start();
    let found = CLAIM_LABELS.iter().find_map(|label| {
        let head = trimmed.get(..label.len())?;
        (head.to_lowercase() == **label).then_some(head)
    });
    found.or_else(|| {
        let head = trimmed.strip_prefix('[')?.split(']').next()?;
        let label = format!("{}:", head.to_lowercase());
        CLAIM_LABELS.contains(&label.as_str()).then_some(head)
    })
}

/// Says whether a claim's text has the rating in it, as a verdict and not as a word of the claim.
pub(super) fn has_rating(claim: &str, label: &str) -> bool {
    let label = label.trim().trim_end_matches(['.', '!']).trim();
    if label.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return false;
    }
    let claim = claim.trim();
    let low = claim.to_lowercase();
    let word = label.to_lowercase();
    let marks = [':', '–', '—', '-', '|', '!', '.', ';'];
    let begins = low.strip_prefix(word.as_str()).map(str::trim_start);
    let begins = begins.is_some_and(|rest| rest.starts_with(marks));
    let bare = low
        .trim_end_matches(['.', '!', ')', ']', '"', '”'])
        .trim_end();
    let ends = bare.strip_suffix(word.as_str()).map(str::trim_end);
    let ends =
        ends.is_some_and(|rest| rest.ends_with([':', '–', '—', '-', '|', '(', '[', '.', ';']));
    let sentences = [
        format!("it is {word} that "),
        format!("it's {word} that "),
        format!("{word} claim"),
        format!("the claim is {word}"),
        format!("this is {word}"),
        format!("which is {word}"),
        format!("claim that is {word}"),
        format!("rated {word}"),
    ];
    let said = sentences
        .iter()
        .any(|sentence| has_words(&low, sentence.trim_end()));
    // A phrase of several words, or capitals in a claim that has others, are no accident.
    let is_phrase =
        label.split_whitespace().count() > 1 && lean(label).is_some() && has_words(&low, &word);
    let is_shouted = label.chars().count() > 3
        && has_words(claim, &label.to_uppercase())
        && claim.chars().any(char::is_lowercase);
    begins || ends || said || is_phrase || is_shouted
}

/// Says whether words stand in a text between borders of words.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lean() {
        for (label, is) in [
            ("False", Some(Lean::False)),
            ("FALSO", Some(Lean::False)),
            ("False. The photo is from 2012", Some(Lean::False)),
            ("Mostly true", Some(Lean::MostlyTrue)),
            ("Größtenteils falsch", Some(Lean::MostlyFalse)),
            ("Vrai", Some(Lean::True)),
            ("Missing context", None),
            ("True but misleading", None),
            ("Half true", Some(Lean::Half)),
        ] {
            assert_eq!(lean(label), is, "{label}");
        }
    }

    #[test]
    fn a_rating_in_a_claim_is_told_from_a_word_of_it() {
        for (claim, label) in [
            ("False: the moon is made of cheese", "False"),
            ("The moon is made of cheese (FALSE)", "False"),
            ("The moon is made of cheese – false", "False"),
            ("It is false that the moon is made of cheese", "False"),
            ("The mostly false tale of the moon", "Mostly False"),
            ("The FALSE story of the moon", "False"),
        ] {
            assert!(has_rating(claim, label), "{claim}");
        }
        for (claim, label) in [
            ("The minister made false statements under oath", "False"),
            ("The true cost of the bridge was 12 million", "True"),
            ("Falsehoods spread faster", "False"),
            ("THE MOON IS FALSE GOLD", "False"),
            ("Everything the mayor said is true", "False"),
            ("A was B", "B"),
            ("There is no evidence of fraud", "No evidence"),
        ] {
            assert!(!has_rating(claim, label), "{claim}");
        }
    }

    #[test]
    fn beginnings_that_say_nothing() {
        for label in [
            "Our verdict: false",
            "This claim is false",
            "Rating: False",
            "After a long check, false",
        ] {
            assert!(starts_empty(label), "{label}");
        }
        for label in [
            "False",
            "This",
            "Results vary",
            "Verdict",
            "Aftermath of a hoax",
            "Ratings inflated",
        ] {
            assert!(!starts_empty(label), "{label}");
        }
        assert_eq!(claim_label("Fact check: the moon"), Some("Fact check:"));
        assert_eq!(claim_label("FAKTENCHECK: Der Mond"), Some("FAKTENCHECK:"));
        assert_eq!(claim_label("Claims of a cheese moon"), None);
    }
}
