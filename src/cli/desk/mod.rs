//! The desk's own words beside the ledger: who looks after what, and notes.
//!
//! A JSON file a thing in `.factlog/desk/`, replaced whole (temporary file, sync, rename). Nothing
//! signs these files, no export has them, and losing them loses no entry.
//! `schemas/desk.schema.json` describes them. They are read and written while the ledger is open, and
//! so under its lock: of two people on one folder, neither loses the other's words.
//!
//! A claim is known by its identity, so that what was said of it while it was proposed stays with it
//! once it is recorded; where a person edited it in between, by the identity that it was proposed with.

pub(crate) mod assign;
pub(crate) mod conflicts;
pub(crate) mod interests;
pub(crate) mod note;
pub(crate) mod people;
pub(crate) mod shown;
mod things;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use factlog::ledger::{Ledger, LedgerError};
use factlog::words::id::{EntryId, ObjectId, SourceId};
use factlog::words::time::{DayOrTime, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) use self::things::{Named, erased, find, without_words};
use super::beside::{self, FileKind};
use super::claim_list::ClaimLine;
use super::drafts::{self, Drafts};
use super::exit::{Failure, Status};
use super::screen;

/// The type that a file names.
const TYPE: &str = "factlog/desk@v1";

/// The desk's files: thousands of notes on one thing, or of interests, are no more than this.
const FILE: FileKind = FileKind {
    what: "the desk's file",
    most: 4 * 1024 * 1024,
    hint: "move that file away: what it held was assignments and notes, and nothing signed",
};

/// What kind of thing somebody looks after, or a note is on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ThingKind {
    /// A source.
    Source,
    /// A claim, recorded or proposed.
    Claim,
    /// A verdict.
    Verdict,
}

impl ThingKind {
    const ALL: [Self; 3] = [Self::Source, Self::Claim, Self::Verdict];

    /// Returns its name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Claim => "claim",
            Self::Verdict => "verdict",
        }
    }
}

/// A thing that somebody looks after, or that a note is on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Thing {
    /// What it is.
    pub(crate) kind: ThingKind,
    /// A source's or verdict's entry, a claim's identity.
    pub(crate) id: ObjectId,
}

impl Thing {
    /// Names a source.
    pub(crate) const fn source(id: SourceId) -> Self {
        Self {
            kind: ThingKind::Source,
            id: ObjectId(id.0),
        }
    }

    /// Names a claim by its identity.
    pub(crate) const fn claim(identity: ObjectId) -> Self {
        Self {
            kind: ThingKind::Claim,
            id: identity,
        }
    }

    /// Names the verdict with this entry.
    pub(crate) const fn verdict(entry: [u8; 32]) -> Self {
        Self {
            kind: ThingKind::Verdict,
            id: ObjectId(entry),
        }
    }

    /// Reads the name of a thing's file.
    fn of_file(name: &str) -> Option<Self> {
        let (kind, id) = name.strip_suffix(".json")?.split_once('-')?;
        let kind = ThingKind::ALL.into_iter().find(|k| k.as_str() == kind)?;
        let id = id.parse().ok()?;
        Some(Self { kind, id })
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.as_str(), self.id)
    }
}

/// What the desk says of a thing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    #[serde(rename = "type")]
    file_type: String,
    on: ThingKind,
    id: ObjectId,
    /// Of a claim: the source that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<SourceId>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) assigned: Option<Assignment>,
    /// What was noted, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<DeskNote>,
}

/// Who looks after a thing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// Who does: a key's name, or any other.
    pub(crate) to: String,
    /// Who says so.
    pub(crate) by: String,
    /// Since when.
    pub(crate) at: Timestamp,
    /// Until when it is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<DayOrTime>,
}

impl Assignment {
    /// Says whether it should have been done by now: after the day, or the second, that it is due.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        match self.due {
            Some(DayOrTime::Day(day)) => now.date() > day,
            Some(DayOrTime::Time(time)) => now > time,
            None => false,
        }
    }

    /// Says who looks after a thing, and until when it is to be done.
    pub(crate) fn words(&self) -> String {
        let due = self
            .due
            .map_or_else(String::new, |due| format!(", due {due}"));
        format!("assigned to {}{due}", self.to)
    }
}

/// What somebody noted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeskNote {
    /// Who.
    pub(crate) by: String,
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) text: String,
}

impl Page {
    fn new(thing: Thing, source: Option<SourceId>) -> Self {
        Self {
            file_type: TYPE.to_owned(),
            on: thing.kind,
            id: thing.id,
            source,
            assigned: None,
            notes: Vec::new(),
        }
    }

    /// Returns the thing that it is about.
    pub(crate) const fn thing(&self) -> Thing {
        Thing {
            kind: self.on,
            id: self.id,
        }
    }

    const fn is_empty(&self) -> bool {
        self.assigned.is_none() && self.notes.is_empty()
    }

    /// Says in a line who looks after the thing and how many notes there are; `None` where nothing is
    /// to be said.
    pub(crate) fn line(&self) -> Option<String> {
        let assigned = self.assigned.as_ref().map(Assignment::words);
        let notes = self.notes.len() as u64;
        let notes = (notes > 0).then(|| screen::counted(notes, "note", "notes"));
        let parts: Vec<String> = assigned.into_iter().chain(notes).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}

/// A ledger's folder of the desk's own words. It is made of an open ledger, whose lock it rests on.
pub(crate) struct Desk {
    folder: PathBuf,
    drafts: Drafts,
}

impl Desk {
    /// Names what the desk keeps beside an open ledger.
    pub(crate) fn of(ledger: &Ledger) -> Self {
        Self::in_folder(ledger.folder())
    }

    fn in_folder(ledger: &Path) -> Self {
        Self {
            folder: ledger.join("desk"),
            drafts: Drafts::of(ledger),
        }
    }

    /// Reads what is said of a thing; an empty page where nothing is.
    pub(crate) fn page(&self, thing: Thing, source: Option<SourceId>) -> anyhow::Result<Page> {
        Ok(self
            .read(thing)?
            .unwrap_or_else(|| Page::new(thing, source)))
    }

    /// Replaces what is said of a thing; takes the file away where nothing is.
    pub(crate) fn save(&self, page: &Page) -> anyhow::Result<()> {
        if page.is_empty() {
            return self.remove(page.thing());
        }
        let path = self.path(page.thing());
        let mut bytes = serde_json::to_vec_pretty(page)?;
        bytes.push(b'\n');
        drafts::put(&self.folder, &path, &bytes)
            .with_context(|| format!("writing {}", path.display()))
    }

    /// Returns what is wrong with the files of a ledger's folder.
    pub(crate) fn faults(ledger: &Path) -> anyhow::Result<Vec<anyhow::Error>> {
        let desk = Self::in_folder(ledger);
        let pages = desk.things()?.into_iter();
        let mut faults: Vec<anyhow::Error> =
            pages.filter_map(|thing| desk.read(thing).err()).collect();
        faults.extend(conflicts::fault(ledger));
        faults.extend(interests::fault(ledger));
        Ok(faults)
    }

    /// Reads what a list shows of a thing: nothing where the file is damaged, which is named.
    fn seen(&self, thing: Thing) -> Page {
        let page = beside::or_passed_over(self.page(thing, None));
        page.unwrap_or_else(|| Page::new(thing, None))
    }

    /// Reads all pages, but for those that are damaged, which are named.
    pub(crate) fn pages(&self) -> anyhow::Result<Pages> {
        let mut pages = Pages::default();
        for thing in self.things()? {
            if let Some(page) = beside::or_passed_over(self.read(thing)).flatten() {
                if let Some(source) = page.source {
                    pages.of_source.entry(source).or_default().push(thing);
                }
                pages.pages.insert(thing, page);
            }
        }
        Ok(pages)
    }

    /// Reads all pages but those of what the ledger lacks: the folder may be older or newer than a ledger
    /// that was restored. They are named.
    pub(crate) fn pages_of(&self, ledger: &Ledger) -> anyhow::Result<Pages> {
        let mut pages = self.pages()?;
        for (thing, fault) in self.unknown(ledger, &pages)? {
            let _: Option<()> = beside::or_passed_over(Err(fault));
            pages.pages.remove(&thing);
        }
        for claims in pages.of_source.values_mut() {
            claims.retain(|claim| pages.pages.contains_key(claim));
        }
        Ok(pages)
    }

    /// Returns what is wrong with pages of things that the ledger lacks.
    pub(crate) fn unknown(
        &self,
        ledger: &Ledger,
        pages: &Pages,
    ) -> anyhow::Result<Vec<(Thing, anyhow::Error)>> {
        let mut unknown = Vec::new();
        for page in pages.all() {
            let thing = page.thing();
            let entry = match thing.kind {
                ThingKind::Claim => page.source.map(SourceId::entry),
                ThingKind::Source | ThingKind::Verdict => Some(EntryId(thing.id.0)),
            };
            let Some(entry) = entry else { continue };
            let facts = match ledger.facts_of(&entry) {
                Err(LedgerError::NoEntry(_)) => None,
                facts => Some(facts?),
            };
            if facts.is_none() {
                let path = self.path(thing);
                let message = format!(
                    "{} {} is about an entry that this ledger lacks",
                    FILE.what,
                    path.display()
                );
                let failure = Failure::new(Status::NotFound, message).hint(FILE.hint);
                unknown.push((thing, failure.into()));
            }
        }
        Ok(unknown)
    }

    /// Forgets all that is said of some things, and of claims on some sources, and every note that
    /// repeats words that were erased.
    pub(crate) fn forget(
        &self,
        things: &BTreeSet<Thing>,
        sources: &BTreeSet<SourceId>,
        repeats: impl Fn(&[u8]) -> bool,
    ) -> anyhow::Result<()> {
        for thing in self.things()? {
            if things.contains(&thing) {
                self.remove(thing)?;
                continue;
            }
            let page = match self.read(thing) {
                Ok(page) => page,
                Err(error) => {
                    self.forget_damaged(thing, &repeats, error)?;
                    continue;
                }
            };
            let Some(mut page) = page else {
                continue;
            };
            if page.source.is_some_and(|source| sources.contains(&source)) {
                self.remove(thing)?;
                continue;
            }
            let before = page.notes.len();
            page.notes.retain(|note| !repeats(note.text.as_bytes()));
            if page.notes.len() < before {
                self.save(&page)?;
            }
        }
        Ok(())
    }

    /// Takes a damaged file away where it repeats words that were erased; else it is named, and left.
    fn forget_damaged(
        &self,
        thing: Thing,
        repeats: impl Fn(&[u8]) -> bool,
        error: anyhow::Error,
    ) -> anyhow::Result<()> {
        // What can't be read whole may have the words in it: that stops the erasure.
        let bytes = FILE.bytes(&self.path(thing))?.unwrap_or_default();
        if repeats(&bytes) {
            return self.remove(thing);
        }
        let _: Option<()> = beside::or_passed_over(Err(error));
        Ok(())
    }

    /// Returns the identity that a proposed claim has since a person edited it.
    pub(crate) fn edited(&self, source: &SourceId, proposed: &ObjectId) -> Option<ObjectId> {
        let decided = self.drafts.seen(source);
        let edited = decided.decision(proposed)?.edited.as_ref();
        edited.map(factlog::words::claim::Claim::identity)
    }

    fn things(&self) -> anyhow::Result<BTreeSet<Thing>> {
        let paths = beside::names(&self.folder)?;
        let things = paths
            .iter()
            .filter_map(|path| Thing::of_file(path.file_name()?.to_str()?));
        Ok(things.collect())
    }

    fn read(&self, thing: Thing) -> anyhow::Result<Option<Page>> {
        let path = self.path(thing);
        let Some(page) = FILE.json::<Page>(&path)? else {
            return Ok(None);
        };
        if page.file_type != TYPE || page.thing() != thing {
            return Err(FILE.damaged(&path).into());
        }
        Ok(Some(page))
    }

    fn remove(&self, thing: Thing) -> anyhow::Result<()> {
        let path = self.path(thing);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    fn path(&self, thing: Thing) -> PathBuf {
        self.folder.join(format!("{thing}.json"))
    }
}

/// What the desk says of all things.
#[derive(Default)]
pub(crate) struct Pages {
    pages: BTreeMap<Thing, Page>,
    /// The claims of each source that something is said of.
    of_source: BTreeMap<SourceId, Vec<Thing>>,
}

impl Pages {
    /// Returns what is said of a thing.
    pub(crate) fn of(&self, thing: Thing) -> Option<&Page> {
        self.pages.get(&thing)
    }

    /// Goes through all pages, in the order of their things.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Page> {
        self.pages.values()
    }

    /// Returns what is said of a claim, be it under the identity that it was proposed with.
    pub(crate) fn of_line(&self, desk: &Desk, line: &ClaimLine) -> Option<&Page> {
        if let Some(page) = self.of(Thing::claim(line.origin)) {
            return Some(page);
        }
        let mut others = self.of_source.get(&line.source.id)?.iter();
        let is_meant =
            |thing: &&Thing| desk.edited(&line.source.id, &thing.id) == Some(line.origin);
        self.of(*others.find(is_meant)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().expect("a time")
    }

    fn page(thing: Thing, text: &str) -> Page {
        let mut page = Page::new(thing, None);
        page.notes.push(DeskNote {
            by: "bob".to_owned(),
            at: at(),
            text: text.to_owned(),
        });
        page
    }

    #[test]
    fn pages_are_kept_and_an_empty_one_is_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::in_folder(folder.path());
        let things = [
            Thing::source(SourceId([1; 32])),
            Thing::claim(ObjectId([1; 32])),
            Thing::verdict([1; 32]),
        ];
        assert_eq!(desk.pages().expect("none").all().count(), 0);
        for thing in things {
            assert_eq!(Thing::of_file(&format!("{thing}.json")), Some(thing));
            desk.save(&page(thing, "call them")).expect("saved");
        }
        let pages = desk.pages().expect("read");
        assert_eq!(pages.all().count(), 3);
        assert_eq!(pages.of(things[1]), Some(&page(things[1], "call them")));
        let empty = Page::new(things[0], None);
        desk.save(&empty).expect("removed");
        desk.save(&empty).expect("gone already");
        assert_eq!(desk.pages().expect("read").all().count(), 2);
        // What another program put there is no page.
        let stray = desk.folder.join("claim-01 (copy).json");
        fs::write(stray, "{").expect("written");
        assert_eq!(desk.pages().expect("read").all().count(), 2);
    }

    #[test]
    fn a_page_that_is_none_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::in_folder(folder.path());
        let thing = Thing::claim(ObjectId([7; 32]));
        desk.save(&page(Thing::claim(ObjectId([8; 32])), "x"))
            .expect("saved");
        let other = fs::read(desk.path(Thing::claim(ObjectId([8; 32])))).expect("read");
        for bad in [b"{}".as_slice(), b"", &other] {
            fs::write(desk.path(thing), bad).expect("written");
            let error = desk.page(thing, None).expect_err("damaged").to_string();
            assert!(error.contains("claim-0707"), "{error}");
            assert_eq!(Desk::faults(folder.path()).expect("listed").len(), 1);
            // A list goes on with the others.
            assert_eq!(desk.pages().expect("read").all().count(), 1);
        }
    }

    #[test]
    fn erasing_takes_notes_that_repeat_the_words_and_pages_of_what_is_erased() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::in_folder(folder.path());
        let (gone, kept) = (ObjectId([1; 32]), ObjectId([2; 32]));
        desk.save(&page(Thing::claim(gone), "harmless"))
            .expect("saved");
        let mut other = page(Thing::claim(kept), "she took it");
        other.notes.push(DeskNote {
            text: "ask the registry".to_owned(),
            ..other.notes[0].clone()
        });
        desk.save(&other).expect("saved");
        let repeats = |text: &[u8]| text == b"she took it";
        let things = BTreeSet::from([Thing::claim(gone)]);
        desk.forget(&things, &BTreeSet::new(), repeats)
            .expect("forgotten");
        let pages = desk.pages().expect("read");
        let left: Vec<&Page> = pages.all().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].notes.len(), 1);
        assert_eq!(left[0].notes[0].text, "ask the registry");
    }

    #[test]
    fn a_thing_is_overdue_after_its_day() {
        let mut assignment = Assignment {
            to: "bob".to_owned(),
            by: "alice".to_owned(),
            at: at(),
            due: None,
        };
        for (due, overdue) in [
            (None, false),
            (Some("2026-11-21"), true),
            (Some("2026-11-22"), false),
            (Some("2026-11-22T09:59:59Z"), true),
            (Some("2026-11-22T10:00:00Z"), false),
        ] {
            assignment.due = due.map(|due| due.parse().expect("a day or time"));
            assert_eq!(assignment.is_overdue(at()), overdue, "{due:?}");
        }
    }
}
