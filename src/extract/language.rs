//! Whether a text is English, the only language in which it can be told who said what.
//!
//! About two words in five of English prose are of the few dozen below, in other languages that share
//! some of them hardly one in ten. Counting them is enough to say "not English", which is all that is
//! asked; which language it is, is not guessed. A text mostly in letters that are not Latin is not English.

/// Words that are looked at, from the text's beginning.
const WORDS: usize = 2000;

/// Letters that are looked at.
const LETTERS: usize = 10_000;

/// The last letter of the blocks that European languages in Latin script take theirs from.
const LAST_LATIN: char = '\u{24f}';

/// A text of fewer words is not judged.
const LEAST_WORDS: usize = 12;

/// English words of a hundred that a text must have. Headlines and tables have few; German, Dutch and
/// Scandinavian texts reach about ten ("in", "was", "is", "for", "at").
const LEAST_ENGLISH: usize = 14;

/// The commonest words of English prose, ordered for the search.
const COMMON: [&str; 64] = [
    "a", "about", "after", "all", "also", "an", "and", "are", "as", "at", "be", "been", "but",
    "by", "can", "do", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if",
    "in", "into", "is", "it", "its", "more", "my", "no", "not", "of", "on", "one", "or", "our",
    "out", "said", "says", "she", "that", "the", "their", "there", "they", "this", "to", "was",
    "we", "were", "what", "when", "which", "who", "will", "with", "would", "you", "your",
];

/// Says whether a text is certainly not English: too short a text is given the benefit of the doubt.
pub fn is_foreign(text: &str) -> bool {
    let letters = || text.chars().filter(|c| c.is_alphabetic()).take(LETTERS);
    let others = letters().filter(|c| *c > LAST_LATIN).count();
    if others * 2 > letters().count() {
        return others >= LEAST_WORDS;
    }
    let (mut words, mut english) = (0, 0);
    for word in text.split(|c: char| !c.is_alphabetic()) {
        if word.is_empty() {
            continue;
        }
        words += 1;
        english += usize::from(is_common(word));
        if words == WORDS {
            break;
        }
    }
    words >= LEAST_WORDS && english * 100 < LEAST_ENGLISH * words
}

fn is_common(word: &str) -> bool {
    word.len() <= 5 && COMMON.binary_search(&&*word.to_ascii_lowercase()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_in_order() {
        assert!(COMMON.is_sorted());
        assert!(COMMON.iter().all(|word| is_common(word)));
    }

    #[test]
    fn english_is_told_from_other_languages() {
        for english in [
            "The harbour bridge was closed in 2019, the mayor said on Monday, and it stayed closed.",
            "Rents rose by 4% in May, the fastest since 2011, as the city ran out of flats to let.",
            "",
            "Budget 2024: health 12, schools 9",
        ] {
            assert!(!is_foreign(english), "{english}");
        }
        for other in [
            "Die Brücke wurde im Jahr 2019 geschlossen, sagte die Bürgermeisterin am Montag in der \
             Stadt, und sie war so alt, dass niemand mehr an ihr bauen wollte.",
            "Le pont a été fermé en 2019, a déclaré la maire lundi, et les habitants ont attendu \
             deux ans avant sa réouverture par la région.",
            "El puente fue cerrado en 2019, dijo la alcaldesa el lunes, y los vecinos esperaron dos \
             años hasta que la región lo abrió de nuevo.",
            "Broen ble stengt i 2019, sa ordføreren på mandag, og den var så gammel at ingen ville \
             reparere den før det gikk to år.",
            "De brug is in 2019 gesloten, zei de burgemeester op maandag, en was zo oud dat niemand \
             er nog aan wilde bouwen, ook niet voor veel geld.",
            "Мост был закрыт в две тысячи девятнадцатом году, сказала мэр в понедельник, и жители \
             ждали два года.",
        ] {
            assert!(is_foreign(other), "{other}");
        }
        assert!(is_foreign(
            "橋は二〇一九年に閉鎖されたと市長は月曜日に述べた。"
        ));
        assert!(!is_foreign("橋 is a bridge."));
    }
}
