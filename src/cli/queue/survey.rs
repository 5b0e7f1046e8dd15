//! What the database knows of claims and verdicts that somebody may wait for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter::Peekable;

use factlog::audit::facts::{Detail, VerdictFacts};
use factlog::audit::standing::{Standing, VerdictStanding};
use factlog::ledger::{Ledger, LedgerError, ListedSource, LiveGroup};
use factlog::trust::PublicKey;
use factlog::words::id::ObjectId;
use factlog::words::policy::Policy;

use crate::cli::says;

/// More claims than this are not looked up one by one.
const MANY: usize = 5000;

/// A claim, with the first key of its author's line.
pub(super) struct Unjudged {
    pub(super) index: u64,
    pub(super) holder: PublicKey,
}

/// A verdict that somebody waits for, with the first key of its author's line.
pub(super) struct Seen {
    pub(super) index: u64,
    pub(super) holder: PublicKey,
    pub(super) facts: VerdictFacts,
    pub(super) standing: VerdictStanding,
}

/// What there is in a ledger.
pub(super) struct Survey {
    /// The sources, in log order.
    pub(super) sources: Vec<ListedSource>,
    /// Claims that no other took the place of and that nobody has judged.
    pub(super) unjudged: Vec<Unjudged>,
    /// Verdicts that are proposed, disputed or tainted, in log order.
    waiting: Vec<Seen>,
    /// How many verdicts have not ended.
    live: u64,
    /// Verdicts that have not ended and are not disputed, tainted ones with others.
    undisputed: Vec<LiveGroup>,
    /// What is tainted, and what stands of other verdicts of which something is.
    doubtful: BTreeMap<u64, VerdictStanding>,
    /// How many approvals each policy asks for.
    needed: HashMap<ObjectId, u32>,
}

impl Survey {
    /// Asks the database.
    pub(super) fn of(ledger: &Ledger) -> Result<Self, LedgerError> {
        let mut holders = Holders::default();
        let mut unjudged = Vec::new();
        let waiting = ledger.unjudged()?;
        let is_many = waiting.len() > MANY;
        let mut known = is_many.then(|| ledger.survey());
        for index in waiting {
            // One after the other, all are read sooner than many one by one.
            let author = match &mut known {
                None => ledger.facts_at(index)?.author,
                Some(known) => loop {
                    match known.next().transpose()? {
                        Some((at, known)) if at == index => break known.author,
                        Some(_) => {}
                        None => return Err(LedgerError::NoIndex(index)),
                    }
                },
            };
            let holder = holders.of(ledger, &author)?;
            unjudged.push(Unjudged { index, holder });
        }
        let groups = ledger.live_groups()?;
        let mut needed = HashMap::new();
        for group in &groups {
            let policy: Option<Policy> = says::readable(ledger, &group.policy)?;
            // Where nobody can tell, it is looked at.
            needed.insert(group.policy, policy.map_or(u32::MAX, |p| p.approvals));
        }
        // What is tainted may stand in any group.
        let mut asked: BTreeSet<u64> = ledger.may_be_tainted()?;
        let tainted: BTreeSet<u64> = asked.clone();
        for group in &groups {
            if group.is_disputed || group.approvals < needed[&group.policy] {
                for verdict in ledger.live_in(group) {
                    asked.insert(verdict?);
                }
            }
        }
        let mut waiting = Vec::new();
        let mut doubtful = BTreeMap::new();
        for (index, standing) in ledger.standings(asked)? {
            if tainted.contains(&index) {
                doubtful.insert(index, standing.clone());
            }
            let waits = matches!(
                standing.standing,
                Standing::Proposed | Standing::Disputed | Standing::Tainted
            );
            let known = ledger.facts_at(index)?;
            if let (true, Detail::Verdict(facts)) = (waits, known.detail) {
                waiting.push(Seen {
                    index,
                    holder: holders.of(ledger, &known.author)?,
                    facts,
                    standing,
                });
            }
        }
        Ok(Self {
            sources: ledger.source_list()?,
            unjudged,
            waiting,
            live: groups.iter().map(|group| group.count).sum(),
            undisputed: groups.into_iter().filter(|g| !g.is_disputed).collect(),
            doubtful,
            needed,
        })
    }

    /// Returns what stands of a verdict, unless it plainly stands: no approval is asked for, nobody
    /// decided about it, and nothing in the ledger is tainted; or unless it has ended.
    pub(super) fn standing(
        &self,
        ledger: &Ledger,
        verdict: u64,
    ) -> Result<Option<VerdictStanding>, LedgerError> {
        let at = self.waiting.binary_search_by_key(&verdict, |s| s.index);
        if let Ok(at) = at {
            return Ok(Some(self.waiting[at].standing.clone()));
        }
        let Detail::Verdict(facts) = ledger.facts_at(verdict)?.detail else {
            return Ok(None);
        };
        let is_plain = facts.last_decision.is_none()
            && self.needed.get(&facts.policy) == Some(&0)
            && ledger.ledger_facts()?.taint_changed.is_none();
        if is_plain || facts.has_ended() {
            return Ok(None);
        }
        let found = ledger.standings([verdict])?;
        Ok(found.into_iter().next().map(|(_, standing)| standing))
    }

    /// Returns the verdicts of a standing, in log order.
    pub(super) fn with(&self, standing: Standing) -> impl Iterator<Item = &Seen> {
        let waiting = self.waiting.iter();
        waiting.filter(move |seen| seen.standing.standing == standing)
    }

    /// Counts the verdicts that stand, or would with the approvals that they lack.
    pub(super) fn sound(&self) -> u64 {
        let unsound = [Standing::Disputed, Standing::Tainted];
        let unsound = unsound.map(|standing| self.with(standing).count() as u64);
        self.live - unsound.into_iter().sum::<u64>()
    }

    /// Returns the latest of these, at most so many, the latest first.
    pub(super) fn latest_sound(
        &self,
        ledger: &Ledger,
        most: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        let is_sound = |index: &u64| {
            let standing = self.doubtful.get(index).map(|found| found.standing);
            standing.is_none_or(|s| matches!(s, Standing::Standing | Standing::Proposed))
        };
        let mut latest = Latest::default();
        for group in &self.undisputed {
            latest.add(ledger.live_in(group).rev());
        }
        // Where a dispute is tainted, it doesn't count.
        latest.add(self.doubtful.keys().rev().map(|index| Ok(*index)));
        let mut found: Vec<u64> = Vec::new();
        while found.len() < most
            && let Some(index) = latest.next()?
        {
            if is_sound(&index) && found.last() != Some(&index) {
                found.push(index);
            }
        }
        Ok(found)
    }
}

/// Indexes, from the largest to the smallest.
type Descending<'l> = Box<dyn Iterator<Item = Result<u64, LedgerError>> + 'l>;

/// Indexes from several lists.
#[derive(Default)]
struct Latest<'l>(Vec<Peekable<Descending<'l>>>);

impl<'l> Latest<'l> {
    fn add(&mut self, list: impl Iterator<Item = Result<u64, LedgerError>> + 'l) {
        let list: Descending<'l> = Box::new(list);
        self.0.push(list.peekable());
    }

    /// Takes the largest that is left.
    fn next(&mut self) -> Result<Option<u64>, LedgerError> {
        let first = |list: &mut Peekable<_>| match list.peek() {
            Some(Ok(index)) => Some(*index),
            // It is met first, and reported.
            Some(Err(_)) => Some(u64::MAX),
            None => None,
        };
        let firsts = self.0.iter_mut().map(first).enumerate();
        let largest = firsts.max_by_key(|(_, index)| *index);
        match largest {
            Some((at, Some(_))) => self.0[at].next().transpose(),
            _ => Ok(None),
        }
    }
}

/// The first keys of signers' lines, each looked up once.
#[derive(Default)]
pub(super) struct Holders(HashMap<PublicKey, PublicKey>);

impl Holders {
    /// Returns the first key of the line that a key carries on.
    pub(super) fn of(
        &mut self,
        ledger: &Ledger,
        key: &PublicKey,
    ) -> Result<PublicKey, LedgerError> {
        if let Some(holder) = self.0.get(key) {
            return Ok(holder.clone());
        }
        let signer = ledger.signer(key)?;
        let holder = signer.map_or_else(|| key.clone(), |signer| signer.holder);
        self.0.insert(key.clone(), holder.clone());
        Ok(holder)
    }
}
