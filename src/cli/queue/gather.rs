//! Finding what waits, and for whom.

use std::collections::{BTreeSet, HashSet};

use factlog::audit::standing::{Standing, VerdictStanding};
use factlog::entry::{Body, VerdictEntry};
use factlog::ledger::{Ledger, Record};
use factlog::trust::{PublicKey, VerifierKey};
use factlog::words::claim::Claim;
use factlog::words::id::{ClaimId, EntryId, ObjectId, SourceId};
use factlog::words::source::Meta;
use factlog::words::time::Timestamp;
use factlog::words::verdict::Verdict;
use rayon::prelude::*;

use super::anchors::WaitingAnchor;
use super::sources::{self, Open};
use super::survey::{Holders, Seen, Survey, Unjudged};
use super::{Group, GroupName, Item, Looked, Queue};
use crate::cli::beside;
use crate::cli::claim_list::{self, RecordedClaim};
use crate::cli::context::Context;
use crate::cli::decisions::{self, Decisions};
use crate::cli::desk::interests::{Interests, Matter};
use crate::cli::desk::people::{self, Names, Person};
use crate::cli::desk::{Assignment, Desk, Pages, Thing, ThingKind};
use crate::cli::gone;
use crate::cli::says;

/// The evidence and the conflicts of so many of the latest verdicts are read.
const MOST_VERDICTS: usize = 1000;

/// The one it waits for: a person of several keys, or of none.
pub(super) struct Whom {
    names: BTreeSet<String>,
    /// Those, and the names that earlier keys of theirs had.
    known_as: BTreeSet<String>,
    pub(super) holders: HashSet<PublicKey>,
    /// Those of them that may approve, with their keys' names.
    approvers: Vec<(PublicKey, String)>,
    is_approver: bool,
    /// Whether they may record claims and verdicts, or have no key that says what they may.
    is_reviewer: bool,
}

impl Whom {
    /// Takes the one with this name, else the ones whose keys are here; `None` where none are.
    pub(super) fn of(
        context: &Context,
        ledger: &Ledger,
        name: Option<&str>,
    ) -> anyhow::Result<Option<Self>> {
        let Some(name) = name else {
            let here = people::here(context, ledger)?;
            if here.is_empty() {
                return Ok(None);
            }
            return Self::with(ledger, here, None).map(Some);
        };
        let (whole, _) = people::whole_name(ledger, name)?;
        let people = people::named(ledger, &whole)?;
        Self::with(ledger, people, Some(whole)).map(Some)
    }

    fn with(ledger: &Ledger, people: Vec<Person>, name: Option<String>) -> anyhow::Result<Self> {
        let names: BTreeSet<String> = people.iter().map(|p| p.name.clone()).chain(name).collect();
        let all = Names::of(ledger)?;
        Ok(Self {
            known_as: names.iter().flat_map(|name| all.beside(name)).collect(),
            names,
            is_approver: people.iter().any(Person::is_approver),
            is_reviewer: people.is_empty() || people.iter().any(Person::is_reviewer),
            approvers: people
                .iter()
                .filter(|person| person.is_approver())
                .map(|person| (person.holder.clone(), person.name.clone()))
                .collect(),
            holders: people.into_iter().map(|person| person.holder).collect(),
        })
    }

    /// Says whether a thing is assigned to them.
    pub(super) fn has(&self, assignment: &Assignment) -> bool {
        self.known_as.contains(&assignment.to)
    }
}

/// One of the latest verdicts that nothing is wrong with.
#[derive(Clone, Copy)]
struct Sound {
    index: u64,
    claim: ClaimId,
    own: bool,
}

/// Finds what waits; of each group reads at most so many things.
pub(super) fn gather(
    ledger: &Ledger,
    whom: Option<&Whom>,
    now: Timestamp,
    limit: usize,
    anchors: Vec<WaitingAnchor>,
) -> anyhow::Result<Queue> {
    let survey = Survey::of(ledger)?;
    let desk = Desk::of(ledger);
    let gathering = Gathering {
        ledger,
        whom,
        now,
        limit,
        open: sources::open(ledger, &survey.sources)?,
        pages: desk.pages_of(ledger)?,
        interests: beside::or_passed_over(Interests::open(ledger)).unwrap_or_default(),
        people: Names::of(ledger)?,
        survey,
    };
    let mut groups = vec![
        gathering.assigned()?,
        gathering.to_approve()?,
        gathering.with(GroupName::Disputed, Standing::Disputed)?,
    ];
    // Who may only approve is told of nothing that a reviewer does.
    let is_reviewer = whom.is_none_or(|whom| whom.is_reviewer);
    if is_reviewer {
        groups.push(sources::to_review(
            ledger,
            &gathering.open,
            |source| !gathering.is_anothers(Thing::source(*source)),
            limit,
        )?);
        groups.extend(sources::forms(ledger, &gathering.open, whom, limit)?);
    }
    groups.push(gathering.with(GroupName::Tainted, Standing::Tainted)?);
    if is_reviewer {
        groups.push(gathering.unjudged()?);
    }
    groups.push(gathering.anchors(anchors)?);
    let (evidence, conflicts, read) = gathering.of_contents()?;
    groups.extend([evidence, conflicts, gathering.waiting()?]);
    groups.retain(|group| group.count > 0);
    let survey = &gathering.survey;
    Ok(Queue {
        whom: whom.map_or_else(Vec::new, |whom| whom.names.iter().cloned().collect()),
        groups,
        looked: Looked {
            sources: survey.sources.len().min(sources::MOST_SOURCES) as u64,
            of_sources: survey.sources.len() as u64,
            verdicts: read,
            of_verdicts: survey.sound(),
        },
    })
}

/// What is read, and for whom.
pub(super) struct Gathering<'l> {
    pub(super) ledger: &'l Ledger,
    pub(super) whom: Option<&'l Whom>,
    pub(super) now: Timestamp,
    pub(super) limit: usize,
    pub(super) survey: Survey,
    pub(super) open: Vec<Open>,
    pub(super) pages: Pages,
    interests: Interests,
    people: Names,
}

impl Gathering<'_> {
    fn is_own(&self, holder: &PublicKey) -> bool {
        self.whom.is_some_and(|whom| whom.holders.contains(holder))
    }

    /// Says whether somebody else looks after a thing.
    fn is_anothers(&self, thing: Thing) -> bool {
        let assigned = self.pages.of(thing).and_then(|page| page.assigned.as_ref());
        let (Some(assigned), Some(whom)) = (assigned, self.whom) else {
            return false;
        };
        !whom.has(assigned)
    }

    fn to_approve(&self) -> anyhow::Result<Group> {
        let mut holders = Holders::default();
        let mut waiting = Vec::new();
        let others = self.verdicts_of_others()?;
        for seen in self.survey.with(Standing::Proposed) {
            if let Some(whom) = self.whom {
                let is_decided = self.has_approved(whom, &seen.standing, &mut holders)?;
                let is_anothers = others.contains(&seen.index);
                if !self.may_approve(whom, seen) || is_decided || is_anothers {
                    continue;
                }
            }
            waiting.push(seen);
        }
        self.group(GroupName::Approve, &waiting, |seen| {
            let mut item = self.verdict(seen.index)?;
            let short = self.short(seen.index)?;
            item.command = format!("factlog approve {short}");
            Ok(item)
        })
    }

    /// Says whether one of them may approve a verdict: never its author, who may not be the only one
    /// whose key is here.
    fn may_approve(&self, whom: &Whom, seen: &Seen) -> bool {
        let is_other = |(holder, name): &(PublicKey, String)| {
            *holder != seen.holder && !self.people.has(&seen.holder, name)
        };
        whom.approvers.iter().any(is_other)
    }

    /// Lists one's own verdicts that others are to approve.
    fn waiting(&self) -> anyhow::Result<Group> {
        let proposed = self.survey.with(Standing::Proposed);
        let found: Vec<&Seen> = proposed
            .filter(|seen| {
                let may_approve = self.whom.is_some_and(|whom| self.may_approve(whom, seen));
                self.is_own(&seen.holder) && !may_approve
            })
            .collect();
        self.group(GroupName::Waiting, &found, |seen| {
            let mut item = self.verdict(seen.index)?;
            item.own = true;
            item.command = format!("factlog show {}", self.short(seen.index)?);
            Ok(item)
        })
    }

    fn has_approved(
        &self,
        whom: &Whom,
        standing: &VerdictStanding,
        holders: &mut Holders,
    ) -> anyhow::Result<bool> {
        for approval in &standing.approvals {
            let author = self.ledger.facts_at(*approval)?.author;
            if whom.holders.contains(&holders.of(self.ledger, &author)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lists the verdicts of a standing, one's own first.
    fn with(&self, name: GroupName, standing: Standing) -> anyhow::Result<Group> {
        let mut found: Vec<&Seen> = self.survey.with(standing).collect();
        found.sort_by_key(|seen| (!self.is_own(&seen.holder), seen.index));
        self.group(name, &found, |seen| {
            let mut item = self.verdict(seen.index)?;
            let short = self.short(seen.index)?;
            item.own = self.is_own(&seen.holder);
            let disputes = Decisions::of(self.ledger, &seen.standing)?.disputes;
            for dispute in &disputes {
                if !item.about.is_empty() {
                    item.about.push_str("; ");
                }
                item.about.push_str(&decisions::with_note(dispute));
            }
            item.command = match standing {
                Standing::Tainted => format!("factlog reaffirm {short} --note \"…\""),
                _ if item.own => format!(
                    "factlog verdict {} --supersedes {short}",
                    self.short(seen.facts.claim)?
                ),
                _ => format!("factlog show {short}"),
            };
            Ok(item)
        })
    }

    fn unjudged(&self) -> anyhow::Result<Group> {
        let others = self.claims_of_others()?;
        let unjudged = self.survey.unjudged.iter();
        let mut found: Vec<&Unjudged> = unjudged
            .filter(|claim| !others.contains(&claim.index))
            .collect();
        found.sort_by_key(|seen| (!self.is_own(&seen.holder), seen.index));
        self.group(GroupName::Unjudged, &found, |seen| {
            let mut item = self.claim(seen.index)?;
            item.own = self.is_own(&seen.holder);
            Ok(item)
        })
    }

    /// Returns the verdicts that somebody else looks after.
    fn verdicts_of_others(&self) -> anyhow::Result<HashSet<u64>> {
        let mut verdicts = HashSet::new();
        for page in self.pages.all() {
            let thing = page.thing();
            if thing.kind == ThingKind::Verdict && self.is_anothers(thing) {
                verdicts.insert(self.ledger.facts_of(&EntryId(thing.id.0))?.0);
            }
        }
        Ok(verdicts)
    }

    /// Returns the recorded claims that somebody else looks after.
    fn claims_of_others(&self) -> anyhow::Result<HashSet<u64>> {
        let mut claims = HashSet::new();
        for page in self.pages.all() {
            let Some(source) = page.source.filter(|_| self.is_anothers(page.thing())) else {
                continue;
            };
            claims.extend(
                self.recorded_as(&source, &page.thing().id)?
                    .map(|claim| claim.index),
            );
        }
        Ok(claims)
    }

    /// Finds a claim that is recorded, by what it was proposed as.
    pub(super) fn recorded_as(
        &self,
        source: &SourceId,
        origin: &ObjectId,
    ) -> anyhow::Result<Option<RecordedClaim>> {
        let recorded = claim_list::recorded_in(self.ledger, source)?;
        if let Some(claim) = recorded.get(origin) {
            return Ok(Some(*claim));
        }
        let edited = Desk::of(self.ledger).edited(source, origin);
        Ok(edited.and_then(|edited| recorded.get(&edited).copied()))
    }

    fn anchors(&self, waiting: Vec<WaitingAnchor>) -> anyhow::Result<Group> {
        let holder = |key: &VerifierKey| -> anyhow::Result<_> {
            let signer = self.ledger.signer(key.public())?;
            Ok(signer.map_or_else(|| key.public().clone(), |signer| signer.holder))
        };
        let mut own = Vec::new();
        for anchor in waiting {
            if self.whom.is_none() || self.is_own(&holder(&anchor.by)?) {
                own.push(anchor);
            }
        }
        self.group(
            GroupName::Anchors,
            &own.iter().collect::<Vec<_>>(),
            |anchor| {
                let index = self.ledger.facts_of(&anchor.claim.entry())?.0;
                let mut item = self.claim(index)?;
                anchor.state.as_str().clone_into(&mut item.about);
                item.command = format!("factlog reanchor {}", self.ledger.short(&anchor.claim.0)?);
                Ok(item)
            },
        )
    }

    /// Reads the latest verdicts: which rest on one source or none, and which have a conflict of
    /// interest that nobody else has answered for. Returns how many were read, too.
    fn of_contents(&self) -> anyhow::Result<(Group, Group, u64)> {
        let (mut thin, mut conflicts) = (Vec::new(), Vec::new());
        let mut holders = Holders::default();
        let latest = self.survey.latest_sound(self.ledger, MOST_VERDICTS)?;
        let read = latest.par_iter().map(|index| self.said(*index));
        let read: Vec<Option<(Record, Verdict)>> = read.collect::<anyhow::Result<_>>()?;
        for (record, verdict) in read.into_iter().flatten() {
            let Body::Verdict(entry) = record.entry.body() else {
                continue;
            };
            let cited: BTreeSet<SourceId> = verdict.evidence.iter().map(|e| e.source).collect();
            let by = record.entry.header().by.public();
            let own = self.is_own(&holders.of(self.ledger, by)?);
            let is_own = self.whom.is_none() || own;
            let sound = Sound {
                index: record.index,
                claim: entry.claim,
                own,
            };
            if cited.len() <= 1 && is_own {
                thin.push((sound, cited.len() as u64));
            }
            let may_answer = self.whom.is_none_or(|whom| whom.is_approver) || is_own;
            if !verdict.conflicts.is_empty()
                && may_answer
                && !self.is_answered_for(record.index, entry)?
            {
                conflicts.push((sound, verdict.conflicts));
            }
        }
        let read = latest.len() as u64;
        let thin: Vec<_> = thin.iter().collect();
        let evidence = self.group(GroupName::Evidence, &thin, |(sound, cited)| {
            let mut item = self.verdict(sound.index)?;
            let sources = if *cited == 0 {
                "no source"
            } else {
                "one source"
            };
            item.about = format!("{sources} · {}", item.about);
            item.own = sound.own;
            let (claim, short) = (self.ledger.short(&sound.claim.0)?, self.short(sound.index)?);
            item.command = format!("factlog verdict {claim} --supersedes {short}");
            Ok(item)
        })?;
        let conflicts: Vec<_> = conflicts.iter().collect();
        let conflicts = self.group(GroupName::Conflicts, &conflicts, |(sound, declared)| {
            let mut item = self.verdict(sound.index)?;
            item.about = format!("{} · declared: {}", item.about, declared.join("; "));
            item.own = sound.own;
            let short = self.short(sound.index)?;
            let verb = if item.own { "show" } else { "approve" };
            item.command = format!("factlog {verb} {short}");
            Ok(item)
        })?;
        Ok((evidence, conflicts, read))
    }

    /// Reads a verdict and what it says; `None` where that is not there any more.
    fn said(&self, index: u64) -> anyhow::Result<Option<(Record, Verdict)>> {
        let record = self.ledger.entry_at(index)?;
        let said = match record.entry.body() {
            Body::Verdict(entry) => says::readable(self.ledger, &entry.verdict)?,
            _ => None,
        };
        Ok(said.map(|verdict| (record, verdict)))
    }

    /// Says whether one approves a verdict who has no stake in it, as far as the desk knows.
    fn is_answered_for(&self, index: u64, verdict: &VerdictEntry) -> anyhow::Result<bool> {
        let Some(standing) = self.survey.standing(self.ledger, index)? else {
            return Ok(false);
        };
        let matter = Matter::of_verdict(self.ledger, verdict)?;
        for approval in &standing.approvals {
            let record = self.ledger.entry_at(*approval)?;
            let names = self.people.of_key(self.ledger, &record.entry.header().by)?;
            let own = self.interests.of(&names);
            if !own.iter().any(|own| matter.has(&own.stake)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn group<T>(
        &self,
        name: GroupName,
        things: &[&T],
        item: impl Fn(&T) -> anyhow::Result<Item>,
    ) -> anyhow::Result<Group> {
        let items = things.iter().take(self.limit).map(|thing| item(thing));
        Ok(Group {
            name,
            count: things.len() as u64,
            items: items.collect::<anyhow::Result<_>>()?,
        })
    }

    fn short(&self, index: u64) -> anyhow::Result<String> {
        let id = self.ledger.entry_at(index)?.entry.id();
        Ok(self.ledger.short(id.as_bytes())?)
    }

    /// Says what a recorded claim is.
    pub(super) fn claim(&self, index: u64) -> anyhow::Result<Item> {
        let record = self.ledger.entry_at(index)?;
        let id = record.entry.id();
        let words = claim_words(self.ledger, &record)?;
        Ok(Item {
            what: "claim",
            id: id.to_string(),
            text: words.0,
            about: words.1,
            command: format!("factlog verdict {}", self.ledger.short(id.as_bytes())?),
            ..Item::default()
        })
    }

    /// Says what a verdict is, without the command.
    pub(super) fn verdict(&self, index: u64) -> anyhow::Result<Item> {
        let record = self.ledger.entry_at(index)?;
        let Body::Verdict(entry) = record.entry.body() else {
            anyhow::bail!("entry {index} is not a verdict");
        };
        let claim = self.ledger.entry(&entry.claim.entry())?;
        let reviewer = record.entry.header().by.name().to_string();
        let standing = self.survey.standing(self.ledger, index)?;
        let standing = standing.as_ref();
        Ok(Item {
            what: "verdict",
            id: record.entry.id().to_string(),
            text: claim_words(self.ledger, &claim)?.0,
            about: about(entry, &reviewer, standing),
            rating: Some(entry.rating.to_string()),
            reviewer: Some(reviewer),
            approvals: standing.map(|found| found.approvals.len() as u64),
            approvals_needed: standing.map(|found| u64::from(found.approvals_needed)),
            ..Item::default()
        })
    }
}

fn about(entry: &VerdictEntry, reviewer: &str, standing: Option<&VerdictStanding>) -> String {
    let mut about = format!("{}, by {reviewer}", entry.rating);
    if let Some(found) = standing.filter(|found| found.approvals_needed > 0) {
        let (have, needed) = (found.approvals.len(), found.approvals_needed);
        let word = if needed == 1 { "approval" } else { "approvals" };
        about = format!("{about} · {have} of {needed} {word}");
    }
    about
}

/// Returns what a claim says, and who made it.
fn claim_words(ledger: &Ledger, record: &Record) -> anyhow::Result<(String, String)> {
    let Body::Claim(entry) = record.entry.body() else {
        return Ok((String::new(), String::new()));
    };
    Ok(match says::readable::<Claim>(ledger, &entry.claim)? {
        Some(claim) => (claim.text.clone(), says::claimant_words(&claim)),
        None => (gone::in_place_of(ledger, &entry.claim)?, String::new()),
    })
}

/// Names a source.
pub(super) fn source_words(ledger: &Ledger, record: &Record) -> anyhow::Result<String> {
    let Body::Source(source) = record.entry.body() else {
        return Ok(String::new());
    };
    let id = SourceId(record.entry.id().0);
    Ok(match says::readable::<Meta>(ledger, &source.meta)? {
        Some(meta) => says::source_words(ledger, id, &meta, &source.media),
        None => gone::in_place_of(ledger, &source.meta)?,
    })
}
