//! What a text shows of a person's gender: titles, words for people, first names.
//!
//! The first names are a short list of our own of common ones that are nearly always a man's or
//! a woman's; any other name shows nothing.

/// True for a man's word, false for a woman's, as a role has it: "spokeswoman", "Mr".
pub(super) fn of_role(role: &str) -> Option<bool> {
    role.to_lowercase()
        .split([' ', '-'])
        .find_map(|w| of_word(w.trim_matches(|c: char| !c.is_alphanumeric())))
}

fn of_word(word: &str) -> Option<bool> {
    const HERS: &[&str] = &[
        "ms",
        "mrs",
        "miss",
        "dame",
        "lady",
        "queen",
        "princess",
        "mother",
        "sister",
        "daughter",
        "wife",
        "actress",
        "niece",
        "aunt",
        "widow",
        "grandmother",
        "duchess",
        "madam",
        "businesswoman",
    ];
    const HIS: &[&str] = &[
        "mr",
        "sir",
        "lord",
        "king",
        "prince",
        "father",
        "brother",
        "son",
        "husband",
        "pope",
        "nephew",
        "uncle",
        "widower",
        "grandfather",
        "duke",
        "businessman",
    ];
    if HERS.contains(&word) || word.ends_with("woman") && word.len() > 5 {
        Some(false)
    } else if HIS.contains(&word)
        || [
            "spokes", "chair", "congress", "council", "business", "police",
        ]
        .iter()
        .any(|w| word.strip_suffix("man") == Some(w))
    {
        Some(true)
    } else {
        None
    }
}

/// Says whether a role is a place in a family.
pub(super) fn is_kin(head: &str) -> bool {
    const KIN: &[&str] = &[
        "mother",
        "father",
        "sister",
        "brother",
        "daughter",
        "son",
        "wife",
        "husband",
        "niece",
        "nephew",
        "aunt",
        "uncle",
        "cousin",
        "widow",
        "widower",
        "grandmother",
        "grandfather",
        "ex-wife",
        "ex-husband",
        "partner",
        "parent",
        "child",
    ];
    KIN.contains(&head)
}

/// True for a man's first name, false for a woman's.
pub(super) fn of_first_name(name: &str) -> Option<bool> {
    let low = name.to_lowercase();
    if WOMEN.split_whitespace().any(|w| w == low) {
        Some(false)
    } else if MEN.split_whitespace().any(|w| w == low) {
        Some(true)
    } else {
        None
    }
}

/// True for "he", "his", "him"; false for "she", "her".
pub(super) fn of_pronoun(low: &str) -> Option<bool> {
    match low {
        "he" | "his" | "him" | "himself" | "he's" => Some(true),
        "she" | "her" | "hers" | "herself" | "she's" => Some(false),
        _ => None,
    }
}

const WOMEN: &str = "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa \
nancy betty sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah \
stephanie rebecca laura helen sharon cynthia kathleen amy angela anna ruth brenda pamela nicole \
katherine catherine christine emma rachel carolyn janet maria heather diane julie joyce victoria \
kelly christina joan evelyn judith olivia martha cheryl megan andrea ann anne alice jean denise \
frances danielle marilyn natalie beverly diana brittany theresa sophia marie kayla alexis lori \
claire fiona hannah charlotte amelia grace rose julia elena sofia isabella lucy eva clara ingrid \
astrid greta hillary angelina ursula theresa fatima aisha leila priya mei yuki olga natalia irina \
svetlana nina vera monica monika silvia paula teresa carmen lucia beatrice beatriz ines amelie \
chloe zoe ella eleanor leonora isabel josephine nadia marta petra birgit helga rita jane kate";

const MEN: &str = "james robert john michael david william richard joseph thomas charles \
christopher daniel matthew anthony mark donald steven paul andrew joshua kenneth kevin brian \
george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry \
justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry \
tyler aaron jose adam nathan henry douglas zachary peter kyle walter ethan jeremy harold keith \
christian roger noah gerald carl terry sean austin arthur lawrence jesse dylan bryan joe jordan \
billy bruce albert willie gabriel logan alan juan wayne roy ralph randy eugene vincent russell \
louis philip bobby johnny bradley barack bernie chris mike jim tom bill bob steve dan tim ted \
oliver simon martin neil colin graham ian hugo felix oscar oskar lars erik anders sven jens hans \
klaus jan karl fritz otto rolf helmut pierre jean-claude francois luigi marco giovanni carlos \
miguel pedro pablo diego luis fernando ahmed mohammed muhammad ali omar hassan ibrahim yusuf ivan \
vladimir dmitri sergei boris igor viktor victor nikolai rajesh narendra hiroshi kenji giles";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_titles_and_first_names() {
        assert_eq!(of_role("police spokeswoman"), Some(false));
        assert_eq!(of_role("Mr."), Some(true));
        assert_eq!(of_role("German minister"), None);
        assert_eq!(of_first_name("Helen"), Some(false));
        assert_eq!(of_first_name("Peter"), Some(true));
        assert_eq!(of_first_name("Kim"), None);
    }
}
