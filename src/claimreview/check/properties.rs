//! Every property of every object of a review: whether there is such a one, and whether its value has
//! the form that it must have.

use super::Checker;
use super::words;
use crate::claimreview::graph::{At, plain_name};
use crate::claimreview::json::Value;
use crate::claimreview::rules;
use crate::claimreview::vocabulary;

/// Types whose properties are all known.
const CLOSED: [&str; 9] = [
    "ClaimReview",
    "MediaReview",
    "Claim",
    "Rating",
    "Person",
    "Organization",
    "NewsMediaOrganization",
    "CorrectionComment",
    "CreativeWork",
];

/// Properties without which an object is not read, by its type.
const REQUIRED: [(&str, &[&str]); 3] = [
    ("ClaimReview", &["claimReviewed", "url", "reviewRating"]),
    ("Rating", &["alternateName"]),
    ("MediaReview", &["mediaAuthenticityCategory"]),
];

/// How deep objects of a review are looked into: references may go round in a circle.
const MAX_DEPTH: usize = 6;

/// What an object is in a review.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// The review of a claim.
    Review,
    /// The review of a medium.
    Media,
    /// The verdict.
    Rating,
    /// The claim.
    Claim,
    /// Who published something.
    Agent,
    /// Who made the claim.
    Claimant,
    /// Where the claim was made.
    Appearance,
    /// What was corrected.
    Correction,
    /// Anything else.
    Other,
}

impl Role {
    /// Returns the type that is expected of it.
    const fn kind(self) -> &'static str {
        match self {
            Self::Review => "ClaimReview",
            Self::Media => "MediaReview",
            Self::Rating => "Rating",
            Self::Claim => "Claim",
            Self::Agent | Self::Claimant => "Organization",
            Self::Appearance => "CreativeWork",
            Self::Correction => "CorrectionComment",
            Self::Other => "",
        }
    }

    /// Returns what a value of its property is.
    fn inner(self, property: &str) -> Self {
        match property {
            "reviewRating" => Self::Rating,
            "itemReviewed" => Self::Claim,
            "author" if self == Self::Claim => Self::Claimant,
            "author" | "publisher" | "creator" => Self::Agent,
            "correction" => Self::Correction,
            "appearance" | "firstAppearance" => Self::Appearance,
            _ => Self::Other,
        }
    }

    /// Says whether an address in this property has a rule of its own.
    pub(super) fn has_own_rule(self, property: &str) -> bool {
        matches!(
            (self, property),
            (Self::Review | Self::Media | Self::Appearance, "url") | (Self::Claimant, "sameAs")
        )
    }
}

/// Says whether a name has other capitals than the one that was meant, and the same letters.
fn is_case_alone(key: &str, meant: &str) -> bool {
    plain_name(key).eq_ignore_ascii_case(meant)
}

impl<'f> Checker<'f> {
    /// Checks the properties of an object and of all that belong to it.
    pub(super) fn check_properties(&mut self, at: &At<'f>, role: Role, depth: usize) {
        let types = at.types();
        let kinds: Vec<&str> = if types.is_empty() {
            vec![role.kind()]
        } else {
            types
        };
        // A review whose type is misspelled is one all the same.
        let kinds = if role == Role::Review && !kinds.contains(&"ClaimReview") {
            vec!["ClaimReview"]
        } else {
            kinds
        };
        let is_closed = kinds.iter().all(|kind| CLOSED.contains(kind));
        for member in at.members() {
            if self.is_full() {
                return;
            }
            let key = plain_name(&member.key);
            let value = at.member(member);
            if key.starts_with('@') {
                self.check_keyword(&value, key);
                continue;
            }
            if matches!(value.node.value, Value::Null) {
                self.report(&rules::VALUE_NULL, &value, None);
                continue;
            }
            let name = if is_closed {
                self.known_name(&kinds, key, &value)
            } else {
                Some(key.to_owned())
            };
            let Some(name) = name else { continue };
            let is_required = role == Role::Claimant && name == "name"
                || REQUIRED
                    .iter()
                    .any(|(kind, names)| kinds.contains(kind) && names.contains(&name.as_str()));
            self.check_value(&value, &name, is_required, role);
            if depth < MAX_DEPTH {
                for inner in self.graph.values(&value) {
                    if inner.is_object() && !std::ptr::eq(inner.node, at.node) {
                        self.check_inner(&inner, &name, role, depth + 1);
                    }
                }
            }
        }
    }

    fn check_inner(&mut self, at: &At<'f>, property: &str, outer: Role, depth: usize) {
        // A review in a review is looked at by itself.
        if at.is_a("ClaimReview") || at.is_a("MediaReview") {
            return;
        }
        if self.graph.is_dangling(at) {
            let is_named = matches!(
                property,
                "author" | "itemReviewed" | "reviewRating" | "publisher"
            );
            if is_named {
                self.report(&rules::REFERENCE, at, at.id().map(super::shown));
            }
            return;
        }
        let role = outer.inner(property);
        self.check_properties(at, role, depth);
    }

    /// Checks a word of JSON-LD itself.
    fn check_keyword(&mut self, value: &At<'f>, key: &str) {
        const KEYWORDS: [&str; 14] = [
            "@context",
            "@id",
            "@type",
            "@graph",
            "@value",
            "@language",
            "@list",
            "@set",
            "@reverse",
            "@index",
            "@included",
            "@nest",
            "@json",
            "@direction",
        ];
        if !KEYWORDS.contains(&key) {
            let name = &key[1..];
            let is_property =
                vocabulary::properties("ClaimReview").is_some_and(|p| p.contains(name));
            let note = is_property.then(|| format!("did you mean {name}?"));
            self.report(&rules::PROPERTY_MISSPELLED, value, note);
        }
    }

    /// Returns the property that a name stands for; reports one that is not known.
    fn known_name(&mut self, kinds: &[&str], key: &str, value: &At<'f>) -> Option<String> {
        let is_known = |kind: &&str| vocabulary::properties(kind).is_some_and(|p| p.contains(key));
        if kinds.iter().any(is_known) {
            return Some(key.to_owned());
        }
        // `type` and `id` are schema.org's own names for JSON-LD's words; a name with a colon is of
        // another vocabulary.
        if matches!(key, "type" | "id") || key.contains(':') {
            return None;
        }
        if let Some(owner) = vocabulary::owner(key) {
            let owned = vocabulary::properties(owner)?;
            self.misplaced.extend(owned.get(key));
            let note = format!("{key} belongs to {owner}");
            self.report(&rules::PROPERTY_MISPLACED, value, Some(note));
            return None;
        }
        let meant = kinds.iter().find_map(|kind| vocabulary::meant(kind, key));
        let note = meant.map(|meant| format!("did you mean {meant}?"));
        let rule = match meant {
            Some(meant) if is_case_alone(key, meant) => &rules::PROPERTY_CASE,
            Some(_) => &rules::PROPERTY_MISSPELLED,
            None => &rules::PROPERTY_UNKNOWN,
        };
        let note = note.or_else(|| Some(format!("{:?}", super::shown(key))));
        self.report(rule, value, note);
        meant.map(str::to_owned)
    }

    /// Checks a property's value by what the property is for.
    fn check_value(&mut self, member: &At<'f>, name: &str, is_required: bool, role: Role) {
        if member.is_empty() {
            let broken = if is_required {
                &rules::REQUIRED_EMPTY
            } else {
                &rules::VALUE_EMPTY
            };
            self.report(broken, member, None);
            return;
        }
        for value in self.graph.values(member) {
            if value.is_empty() {
                self.report(&rules::VALUE_EMPTY, &value, None);
                continue;
            }
            words::check(self, &value, name, role);
        }
    }
}
