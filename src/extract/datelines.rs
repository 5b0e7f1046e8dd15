//! The datelines that paragraphs begin with: a date, a place in capitals, an agency in brackets, and
//! the mark behind them.

use super::lexicon::{self, Class};

/// Returns the length of a dateline at the head of a paragraph, with its closing mark and space; 0 if there is none.
pub(super) fn dateline(words: &str) -> usize {
    let dated = date_head(words);
    let after = dated + agency(&words[dated..]);
    if dated > 0 {
        let rest = &words[after..];
        return after + closing_mark(rest).unwrap_or(0);
    }
    place_head(words)
}

/// `date 2024-03-26`, `Published: March 3, 2025`, `2025-01-09 10:00`.
fn date_head(words: &str) -> usize {
    let labels = [
        "date:",
        "date",
        "dated",
        "published on",
        "published:",
        "published",
        "updated on",
        "updated:",
        "updated",
        "last updated:",
        "last updated",
        "posted on",
        "posted:",
        "posted",
        "first published:",
        "issued:",
        "released:",
    ];
    let low = words[..floor(words, 24)].to_ascii_lowercase();
    let label = labels
        .iter()
        .filter(|l| low.starts_with(**l) && low[l.len()..].starts_with([' ', ':']))
        .map(|l| l.len())
        .max();
    let start = label.unwrap_or(0);
    let skipped = words[start..].len() - words[start..].trim_start_matches([' ', ':']).len();
    let length = date_length(&words[start + skipped..]);
    if length == 0 {
        return 0;
    }
    let end = start + skipped + length;
    let tail = &words[end..];
    let iso = words[start + skipped..].starts_with(|c: char| c.is_ascii_digit());
    let closed = closing_mark(tail).is_some() || tail.trim().is_empty() || agency(tail) > 0;
    if label.is_some()
        || closed
        || iso && tail.starts_with(' ') && words[start + skipped..end].contains(['-', '/', '.'])
    {
        end + (tail.len() - tail.trim_start().len())
    } else {
        0
    }
}

/// The length of a date at the start: ISO, with dots or slashes, or with a month's name; a time of day may follow.
fn date_length(words: &str) -> usize {
    let numeric = words
        .bytes()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'.'))
        .count();
    let numeric = words[..numeric].trim_end_matches(['.', '-', '/']).len();
    let groups: Vec<&str> = words[..numeric].split(['-', '/', '.']).collect();
    if groups.len() == 3
        && groups.iter().all(|g| (1..=4).contains(&g.len()))
        && groups.iter().any(|g| g.len() == 4)
    {
        return numeric + time_length(&words[numeric..]);
    }
    let mut end = 0;
    let (mut month, mut number) = (false, false);
    for word in words[..floor(words, 48)].split_inclusive(' ') {
        let bare = word.trim_end_matches([' ', ',', '.']);
        let low = bare.to_lowercase();
        let known = lexicon::look_up(&low);
        let dotted = lexicon::look_up(&format!("{low}."));
        let digits = bare.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if known.is(Class::Month) || dotted.is(Class::Month) {
            if month {
                break;
            }
            month = true;
        } else if !digits.is_empty()
            && digits.len() <= 4
            && digits.bytes().all(|b| b.is_ascii_digit())
        {
            number = true;
        } else if !known.is(Class::Weekday) {
            break;
        }
        end += word.len();
        if word.trim_end().ends_with(',') && number && month && digits.len() == 4 {
            break;
        }
    }
    if month && number {
        let end = words[..end].trim_end_matches([' ', ',']).len();
        end + time_length(&words[end..])
    } else {
        0
    }
}

/// `T10:00:00Z`, ` 10:42 a.m. GMT`, ` at 10:42`.
fn time_length(words: &str) -> usize {
    let lead = words.len() - words.trim_start_matches(['T', ' ', ',']).len();
    let lead = lead
        + if words[lead..].starts_with("at ") {
            3
        } else {
            0
        };
    let clock = words[lead..]
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b':')
        .count();
    if clock < 4 || !words[lead..lead + clock].contains(':') {
        return 0;
    }
    let mut end = lead + clock;
    for suffix in [
        "Z", " a.m.", " p.m.", " am", " pm", " AM", " PM", " GMT", " UTC", " ET", " EST", " EDT",
        " CET",
    ] {
        if words[end..].starts_with(suffix) {
            end += suffix.len();
        }
    }
    end
}

/// `LONDON, March 3 (Wire) — `, `WASHINGTON (AP) -- `, `Paris, 4 May — `.
fn place_head(words: &str) -> usize {
    let window = floor(words, 90);
    let head = &words[..window];
    let dash = ["—", "–", " - ", "--", "―"]
        .iter()
        .filter_map(|d| head.find(d))
        .min();
    let by_agency = head
        .find(") ")
        .filter(|i| agency_at(head, *i))
        .map(|i| i + 2);
    let Some(end) = dash.or(by_agency) else {
        return 0;
    };
    let place = words[..end].trim();
    let bracket = place.find(['(', '/']).unwrap_or(place.len());
    let (name, rest) = place[..bracket]
        .split_once(',')
        .unwrap_or((&place[..bracket], ""));
    let capitals = |w: &str| {
        w.chars().all(|c| c.is_uppercase() || !c.is_alphabetic())
            && w.chars().any(char::is_alphabetic)
    };
    let titled = |w: &str| {
        w.starts_with(char::is_uppercase) || matches!(w, "de" | "la" | "of" | "upon" | "al")
    };
    let name = name.trim();
    let upper = !name.is_empty() && name.split(' ').all(capitals) && name.chars().count() > 2;
    let mixed = !name.is_empty() && name.split(' ').all(titled) && name.split(' ').count() <= 4;
    let confirmed = bracket < place.len() || has_date(rest);
    let calm = rest
        .split([' ', ','])
        .filter(|w| !w.is_empty())
        .all(|w| titled(w) || w.starts_with(|c: char| c.is_ascii_digit()));
    if calm && (upper || mixed && confirmed) {
        end + closing_mark(&words[end..]).unwrap_or(0)
    } else {
        0
    }
}

fn agency_at(head: &str, close: usize) -> bool {
    head[..close].rfind('(').is_some_and(|open| {
        let name = &head[open + 1..close];
        let before = &head[..open];
        !name.is_empty() && name.len() <= 24 && !before.chars().any(char::is_lowercase)
    })
}

fn has_date(words: &str) -> bool {
    words.split([' ', ',']).any(|w| {
        let known = lexicon::look_up(&w.to_lowercase());
        known.is(Class::Month) || known.is(Class::Weekday)
    })
}

/// ` (Reuters)` after a date.
fn agency(words: &str) -> usize {
    let lead = words.len() - words.trim_start().len();
    let rest = &words[lead..];
    if !rest.starts_with('(') {
        return 0;
    }
    rest[..floor(rest, 40)]
        .find(')')
        .map_or(0, |close| lead + close + 1)
}

/// The length of a dash, bar or colon with the spaces around it.
fn closing_mark(words: &str) -> Option<usize> {
    let rest = words.trim_start();
    let mark = ["—", "–", "―", "--", "- ", "|", ":"]
        .iter()
        .find(|m| rest.starts_with(**m))?;
    let after = &rest[mark.len()..];
    Some(words.len() - after.trim_start().len())
}

/// The largest character border that is at most `most`.
pub(super) fn floor(words: &str, most: usize) -> usize {
    words.floor_char_boundary(most)
}

#[cfg(test)]
mod tests {
    use super::super::layout::{BlockKind, blocks};

    fn kinds(text: &str) -> Vec<(BlockKind, &str)> {
        blocks(text)
            .iter()
            .map(|b| (b.kind, &text[b.span.start()..b.span.end()]))
            .collect()
    }

    #[test]
    fn datelines_are_cut_off() {
        for (head, body) in [
            (" date 2024-03-26 ", "The road was closed."),
            ("date 2025-01-09 ", "The road was closed."),
            ("LONDON, March 3 (Wire) — ", "The road was closed."),
            ("WASHINGTON (AP) -- ", "The road was closed."),
            ("NEW YORK (Reuters) - ", "The road was closed."),
            ("Paris, 4 May 2025 – ", "The road was closed."),
            ("Published: March 3, 2025 | ", "The road was closed."),
            ("January 9, 2025 — ", "The road was closed."),
            ("2025-01-09T10:00:00Z ", "The road was closed."),
            ("GENEVA — ", "The road was closed."),
        ] {
            let text = format!("{head}{body} More came.\n\nOther words stand here.\n");
            let found = kinds(&text);
            assert_eq!(found[0].0, BlockKind::Dateline, "{text}");
            assert_eq!(
                found[1],
                (BlockKind::Paragraph, &*format!("{body} More came.")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_date_in_a_sentence_stays() {
        for text in [
            "March 3 was a cold day for all. More.\n\nOther words.\n",
            "The U.S. — a member — voted no. More.\n\nOther words.\n",
            "Updated figures show a rise. More.\n\nOther words.\n",
            "Date palms grow in Iraq. More.\n\nOther words.\n",
        ] {
            assert_eq!(kinds(text)[0].0, BlockKind::Paragraph, "{text}");
        }
    }
}
