//! What the database knows of all entries, as far as something may wait there.

use std::collections::{BTreeMap, HashMap, HashSet};

use factlog::audit::facts::{ClaimFacts, Detail, VerdictFacts};
use factlog::audit::standing::{Standing, VerdictStanding};
use factlog::ledger::{Ledger, LedgerError};
use factlog::trust::PublicKey;
use factlog::words::id::{EntryId, ObjectId};
use factlog::words::policy::Policy;

use crate::cli::says;

/// An entry, with the first key of its author's line.
pub(super) struct Seen<F> {
    pub(super) id: EntryId,
    pub(super) index: u64,
    pub(super) holder: PublicKey,
    pub(super) facts: F,
}

/// What there is in a ledger.
pub(super) struct Survey {
    /// The indexes of sources, in log order.
    pub(super) sources: Vec<u64>,
    /// Claims that no other took the place of and that nobody has judged.
    pub(super) unjudged: Vec<Seen<ClaimFacts>>,
    /// Verdicts that were neither superseded nor retracted.
    pub(super) live: Vec<Seen<VerdictFacts>>,
    /// What stands of those where that is not plain: the others stand.
    standings: BTreeMap<u64, VerdictStanding>,
}

impl Survey {
    /// Goes through what is known of all entries.
    pub(super) fn of(ledger: &Ledger) -> Result<Self, LedgerError> {
        let mut holders = Holders::default();
        let (mut sources, mut claims, mut live) = (Vec::new(), Vec::new(), Vec::new());
        let mut lines = HashMap::new();
        let mut judged: HashSet<u64> = HashSet::new();
        for known in ledger.survey() {
            let (index, entry) = known?;
            if entry.is_void {
                continue;
            }
            let id = entry.id;
            match entry.detail {
                Detail::Source(_) => sources.push(index),
                Detail::Claim(facts) => {
                    lines.insert(index, facts.line);
                    if facts.superseded_by.is_none() {
                        let holder = holders.of(ledger, &entry.author)?;
                        claims.push(Seen {
                            id,
                            index,
                            holder,
                            facts,
                        });
                    }
                }
                Detail::Verdict(facts) if !facts.has_ended() => {
                    judged.extend(lines.get(&facts.claim));
                    let holder = holders.of(ledger, &entry.author)?;
                    live.push(Seen {
                        id,
                        index,
                        holder,
                        facts,
                    });
                }
                _ => {}
            }
        }
        claims.retain(|claim| !judged.contains(&claim.facts.line));
        let standings = standings(ledger, &live)?;
        Ok(Self {
            sources,
            unjudged: claims,
            live,
            standings,
        })
    }

    /// Returns what stands of a verdict that has not ended, where that is not plain.
    pub(super) fn standing(&self, verdict: u64) -> Option<&VerdictStanding> {
        self.standings.get(&verdict)
    }

    /// Returns the verdicts of a standing, in log order.
    pub(super) fn with(
        &self,
        standing: Standing,
    ) -> impl Iterator<Item = (&Seen<VerdictFacts>, &VerdictStanding)> {
        self.live.iter().filter_map(move |seen| {
            let found = self.standing(seen.index)?;
            (found.standing == standing).then_some((seen, found))
        })
    }

    /// Says whether a verdict counts, or would with the approvals that it lacks.
    pub(super) fn is_sound(&self, verdict: u64) -> bool {
        self.standing(verdict)
            .is_none_or(|found| matches!(found.standing, Standing::Standing | Standing::Proposed))
    }
}

/// Looks up what stands of the verdicts that wait for approvals, that somebody decided about, or that
/// may be tainted.
fn standings(
    ledger: &Ledger,
    live: &[Seen<VerdictFacts>],
) -> Result<BTreeMap<u64, VerdictStanding>, LedgerError> {
    let is_any_tainted = ledger.ledger_facts()?.taint_changed.is_some();
    let mut needed: HashMap<ObjectId, bool> = HashMap::new();
    let mut doubtful = Vec::new();
    for seen in live {
        let policy = seen.facts.policy;
        let needs = if let Some(needs) = needed.get(&policy) {
            *needs
        } else {
            let read: Option<Policy> = says::readable(ledger, &policy)?;
            let needs = read.is_none_or(|policy| policy.approvals > 0);
            *needed.entry(policy).or_insert(needs)
        };
        if needs || is_any_tainted || seen.facts.last_decision.is_some() {
            doubtful.push(seen.index);
        }
    }
    Ok(ledger.standings(doubtful)?.into_iter().collect())
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
