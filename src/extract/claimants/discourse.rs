//! Whom a pronoun means: the people and bodies named so far, where, and who has spoken.
//!
//! The nearest paragraph that names anybody who fits decides: its only one, else its last speaker,
//! else the subject of its last sentence that names one. Where that leaves two, nobody is meant.

use super::register::{Entity, Register};

/// Paragraphs that a pronoun looks back at most.
const BLOCKS_BACK: usize = 3;

/// Mentions that a pronoun looks back over at most; more than that in one paragraph are a list.
const LOOK_BACK: usize = 48;

/// A mention of somebody who may be one of several: a pronoun near it means nobody for certain.
pub(super) const SEVERAL: usize = usize::MAX;

/// A place where an entity is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mention {
    /// Bytes from the start of the text.
    pub(super) at: usize,
    pub(super) sentence: usize,
    pub(super) block: usize,
    pub(super) entity: usize,
    pub(super) subject: bool,
    pub(super) quoted: bool,
    /// Hangs on a preposition in a phrase that leads the sentence: "Under questions by Ada Kern, he".
    pub(super) aside: bool,
}

/// What a pronoun asks of whom it means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    /// "he" with true, "she" with false.
    Person(Option<bool>),
    /// "it"
    Body,
    /// "they"
    Several,
}

/// Where a pronoun stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) at: usize,
    pub(super) sentence: usize,
    pub(super) block: usize,
    pub(super) quoted: bool,
}

/// The mentions of a text, in order, and its speakers so far.
#[derive(Debug, Default)]
pub(super) struct Discourse {
    pub(super) mentions: Vec<Mention>,
    spoken: Vec<Mention>,
}

impl Discourse {
    /// Notes who spoke, at the words that stand for the speaker.
    pub(super) fn speak(&mut self, place: Place, entity: usize) {
        let spoken = Mention {
            at: place.at,
            sentence: place.sentence,
            block: place.block,
            entity,
            subject: true,
            quoted: place.quoted,
            aside: false,
        };
        let at = self.spoken.partition_point(|s| s.at < spoken.at);
        if self.spoken.get(at).is_none_or(|s| s.at != spoken.at) {
            self.spoken.insert(at, spoken);
        }
    }

    /// Whom the pronoun at `place` means, if it can be only one.
    pub(super) fn meant(&self, register: &Register, asked: Asked, place: Place) -> Option<usize> {
        self.nearest(register, asked, place)
            .filter(|id| *id != SEVERAL)
    }

    fn nearest(&self, register: &Register, asked: Asked, place: Place) -> Option<usize> {
        self.nearest_of(register, asked, place, false)
            .or_else(|| self.nearest_of(register, asked, place, true))
    }

    /// The nearest, with those beside the pronoun in a leading phrase if `asides`.
    fn nearest_of(
        &self,
        register: &Register,
        asked: Asked,
        place: Place,
        asides: bool,
    ) -> Option<usize> {
        let near = |all: &[Mention]| -> Vec<Mention> {
            let end = all.partition_point(|m| m.at < place.at);
            all[..end]
                .iter()
                .rev()
                .take(LOOK_BACK)
                .filter(|m| m.block + BLOCKS_BACK >= place.block)
                .filter(|m| asides || !m.aside || m.sentence != place.sentence)
                .filter(|m| (place.quoted || !m.quoted) && fits(register, asked, **m))
                .copied()
                .collect()
        };
        let (named, spoken) = (near(&self.mentions), near(&self.spoken));
        let latest = |all: &[Mention]| all.first().map(|m| m.block);
        let block = latest(&named).max(latest(&spoken))?;
        let here = |all: Vec<Mention>| -> Vec<Mention> {
            all.into_iter().filter(|m| m.block == block).collect()
        };
        let (named, spoken) = (here(named), here(spoken));
        if asked == Asked::Body {
            return body(register, &named, &spoken, place);
        }
        let all: Vec<usize> = named.iter().chain(&spoken).map(|m| m.entity).collect();
        only(all.iter().copied()).or_else(|| person(&named, &spoken, place))
    }

    /// Whom the name that begins at `at` means.
    pub(super) fn mention_at(&self, at: usize) -> Option<usize> {
        let index = self.mentions.partition_point(|m| m.at < at);
        let mention = self.mentions.get(index);
        let mention = mention.filter(|m| m.at == at && m.entity != SEVERAL);
        mention.map(|m| m.entity)
    }

    /// Says whether the paragraph of `place` has, before it, a surname that several people share.
    pub(super) fn unclear_near(&self, place: Place) -> bool {
        let end = self.mentions.partition_point(|m| m.at < place.at);
        let near = self.mentions[..end].iter().rev().take(LOOK_BACK);
        near.take_while(|m| m.block == place.block)
            .any(|m| m.entity == SEVERAL)
    }

    /// Those of `ids` that the paragraph of `place` has named before it, and the one before that.
    pub(super) fn named_near(&self, ids: &[usize], place: Place) -> Vec<usize> {
        let mut found = Vec::new();
        for all in [&self.mentions, &self.spoken] {
            let end = all.partition_point(|m| m.at < place.at);
            let near = all[..end].iter().rev().take(LOOK_BACK);
            for m in near.take_while(|m| m.block == place.block) {
                if ids.contains(&m.entity) && !found.contains(&m.entity) {
                    found.push(m.entity);
                }
            }
        }
        found
    }
}

/// Among several people: the last speaker, unless a later sentence has another for its subject.
fn person(named: &[Mention], spoken: &[Mention], place: Place) -> Option<usize> {
    let subject = named.iter().find(|m| m.subject);
    if let Some(last) = spoken.first() {
        let later = subject.filter(|s| s.entity != last.entity && s.sentence > last.sentence);
        return later.is_none().then_some(last.entity);
    }
    let latest = named.first()?.sentence;
    let in_latest = || named.iter().filter(|m| m.sentence == latest);
    if let Some(one) = only(in_latest().filter(|m| m.subject).map(|m| m.entity)) {
        return Some(one);
    }
    // A sentence back, so that no one beside the pronoun itself is taken.
    let settled = latest < place.sentence;
    let ids: Vec<usize> = in_latest().map(|m| m.entity).collect();
    only(ids.iter().copied()).filter(|_| settled && subject.is_none())
}

/// "it": the subject of its own sentence, the last body that spoke, the subject before, the only one.
fn body(register: &Register, named: &[Mention], spoken: &[Mention], place: Place) -> Option<usize> {
    if let Some(own) = named
        .iter()
        .rev()
        .find(|m| m.sentence == place.sentence && m.subject)
    {
        return Some(own.entity);
    }
    let subject = named.iter().find(|m| m.subject);
    if let Some(last) = spoken.first() {
        let later = subject.filter(|s| s.entity != last.entity && s.sentence > last.sentence);
        return later.is_none().then_some(last.entity);
    }
    let only_one = only(named.iter().map(|m| m.entity));
    let shown = only_one.filter(|id| register.entities.get(*id).is_some_and(Entity::is_body));
    shown.or_else(|| {
        subject
            .filter(|s| s.sentence + 1 == place.sentence)
            .map(|s| s.entity)
    })
}

fn fits(register: &Register, asked: Asked, mention: Mention) -> bool {
    let Some(entity) = register.entities.get(mention.entity) else {
        return matches!(asked, Asked::Person(_));
    };
    match asked {
        Asked::Person(male) => {
            // A subject that shows neither may be a person too.
            let two = entity.name.split(' ').count() == 2;
            let open = entity.person == entity.body && (entity.unnamed || mention.subject && two);
            (entity.is_person() || open)
                && !entity.plural
                && (male.is_none() || entity.male.is_none_or(|m| Some(m) == male))
        }
        Asked::Body => !entity.is_person() && !entity.plural,
        Asked::Several => entity.plural,
    }
}

fn only(ids: impl Iterator<Item = usize>) -> Option<usize> {
    let mut found = None;
    for id in ids {
        match found {
            None => found = Some(id),
            Some(other) if other == id => {}
            Some(_) => return None,
        }
    }
    found
}
