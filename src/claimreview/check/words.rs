//! Texts, addresses, dates and language tags, wherever they stand.

use super::{Checker, Role};
use crate::claimreview::dates::{self, DateFault};
use crate::claimreview::graph::At;
use crate::claimreview::json::Value;
use crate::claimreview::links::{self, LinkFault};
use crate::claimreview::rules;
use crate::claimreview::texts;

/// Properties whose text readers are shown on one line.
const LINES: [&str; 7] = [
    "claimReviewed",
    "name",
    "alternateName",
    "headline",
    "alternativeHeadline",
    "jobTitle",
    "reviewAspect",
];

/// Properties whose text may have paragraphs.
const PARAGRAPHS: [&str; 6] = [
    "text",
    "description",
    "reviewBody",
    "ratingExplanation",
    "abstract",
    "originalMediaContextDescription",
];

/// Properties that hold an address, where they hold a text at all.
const ADDRESSES: [&str; 14] = [
    "url",
    "sameAs",
    "image",
    "logo",
    "contentUrl",
    "embedUrl",
    "thumbnailUrl",
    "archivedAt",
    "mainEntityOfPage",
    "publishingPrinciples",
    "correctionsPolicy",
    "ethicsPolicy",
    "verificationFactCheckingPolicy",
    "discussionUrl",
];

/// Properties that hold a date.
const DATES: [&str; 6] = [
    "datePublished",
    "dateModified",
    "dateCreated",
    "uploadDate",
    "sdDatePublished",
    "expires",
];

/// Checks a value by the property that it is of.
pub(super) fn check<'f>(checker: &mut Checker<'f>, at: &At<'f>, name: &str, role: Role) {
    let is_words = LINES.contains(&name) || PARAGRAPHS.contains(&name);
    let is_strict = matches!(name, "claimReviewed" | "alternateName" | "headline");
    let text = match &at.node.value {
        Value::Text(text) => text,
        Value::Number(_) if DATES.contains(&name) => {
            checker.report(&rules::DATE_FORM, at, None);
            return;
        }
        Value::Number(_) if name == "alternateName" => return,
        Value::Number(_) | Value::Bool(_) | Value::Object(_) if is_strict => {
            checker.report(&rules::TEXT_TYPE, at, None);
            return;
        }
        _ => return,
    };
    let is_address = ADDRESSES.contains(&name);
    let is_date = DATES.contains(&name);
    if (is_words || is_address || is_date) && texts::is_placeholder(text) {
        checker.report(&rules::PLACEHOLDER, at, None);
    } else if is_words {
        check_text(checker, at, text, LINES.contains(&name));
    } else if is_date {
        check_date(checker, at, text);
    } else if is_address && !role.has_own_rule(name) {
        check_address(checker, at, text);
    } else if name == "inLanguage" && !is_language_tag(text) {
        checker.report(&rules::LANGUAGE_TAG, at, None);
    }
}

fn check_text<'f>(checker: &mut Checker<'f>, at: &At<'f>, text: &str, is_line: bool) {
    if let Some(tag) = texts::tag(text) {
        checker.report(&rules::TEXT_TAGS, at, Some(super::shown(tag)));
    } else if let Some(entity) = texts::entity(text) {
        checker.report(&rules::TEXT_ENTITIES, at, Some(entity.to_owned()));
    } else if let Some(mangled) = texts::mangled(text) {
        checker.report(&rules::TEXT_MOJIBAKE, at, Some(mangled));
    } else if let Some(invisible) = texts::invisible(text) {
        let note = format!("U+{:04X}", u32::from(invisible));
        checker.report(&rules::TEXT_INVISIBLE, at, Some(note));
    } else if is_line && texts::has_stray_space(text) {
        checker.report(&rules::TEXT_SPACE, at, None);
    }
}

fn check_date<'f>(checker: &mut Checker<'f>, at: &At<'f>, text: &str) {
    if dates::is_zero(text) {
        checker.report(&rules::DATE_FILLER, at, None);
        return;
    }
    match dates::parse(text) {
        Ok(_) => {}
        Err(DateFault::Form) => {
            let meant = dates::parse_loose(text);
            let note = meant.map(|when| format!("probably {}", when.first));
            checker.report(&rules::DATE_FORM, at, note);
        }
        Err(DateFault::Impossible) => checker.report(&rules::DATE_IMPOSSIBLE, at, None),
    }
}

/// Checks an address that nothing else depends on: whatever has a scheme is one.
fn check_address<'f>(checker: &mut Checker<'f>, at: &At<'f>, text: &str) {
    let is_fragment = text.starts_with('#');
    if !is_fragment
        && matches!(
            links::parse(text.trim()),
            Err(LinkFault::Relative | LinkFault::Form)
        )
    {
        checker.report(&rules::LINK_FORM, at, None);
    }
}

/// Languages of two letters (ISO 639-1).
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co \
    cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho \
    hr ht hu hy hz ia id ie ig ii ik io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv \
    kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny \
    oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su \
    sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Says whether a text is a tag of BCP 47 (RFC 5646, section 2.1), its language a known one.
pub(in crate::claimreview) fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default().to_lowercase();
    let is_language = match language.len() {
        2 => LANGUAGES.split_whitespace().any(|known| known == language),
        3 => language.bytes().all(|b| b.is_ascii_lowercase()),
        1 => matches!(language.as_str(), "x" | "i") && text.len() > 2,
        _ => false,
    };
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    is_language && parts.all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags() {
        for tag in [
            "en",
            "pt-BR",
            "zh-Hant-TW",
            "es-419",
            "fil",
            "sr-Latn",
            "EN",
        ] {
            assert!(is_language_tag(tag), "{tag}");
        }
        for tag in [
            "English", "en_US", "", "jp", "deutsch", "e", "en-", "en US", "xx",
        ] {
            assert!(!is_language_tag(tag), "{tag}");
        }
    }
}
