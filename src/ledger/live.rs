//! What may wait for somebody, as rows: claims that nobody judged, and verdicts that have not ended.
//!
//! The index function keeps them, so that what waits is found without a look at all that does not.
//! Like the ledger's other lists ([`super::rows`]) they are built from the entries alone.
//!
//! | key | value |
//! | --- | --- |
//! | `lu` block | a bit for each entry of a block of 1,024: set for a claim that no other took the place of, in a line without a live verdict |
//! | `lw` policy, disputed, approvals, verdict | nothing: a live verdict, neither superseded nor retracted |
//! | `ln` policy, disputed, approvals | how many live verdicts there are of these |
//!
//! Blocks and verdicts are numbers and indexes, big-endian. A claim has a bit and no row: most claims
//! are judged, and a row that was removed has to be stepped over until runs are merged. Approvals and disputes are those that
//! would count if nothing were tainted: an index function can't tell how a later revocation reaches
//! back. So where something is tainted, what rests on it is looked at by itself
//! ([`Ledger::may_be_tainted`]).

use std::collections::{BTreeSet, HashSet};

use super::index::Reading;
use super::{Ledger, LedgerError, rows};
use crate::audit::facts::{Detail, Facts as _, VerdictFacts};
use crate::audit::rows::{RowFacts, RowFactsError};
use crate::entry::{Body, Decision, Entry};
use crate::store::{FactError, Facts};
use crate::words::id::{EntryId, ObjectId};

/// The key of the rows of claims that nobody judged.
const UNJUDGED: &[u8] = b"lu";
/// So many entries share a row of claims that nobody judged.
const BLOCK: u64 = 1024;
/// The bytes of such a row.
const BLOCK_BYTES: usize = 128;
/// What the rows of live verdicts begin with.
const LIVE: &[u8] = b"lw";
/// What the rows of their numbers begin with.
const NUMBERS: &[u8] = b"ln";

/// A policy, a mark and a number follow the letters in the key of a number.
const GROUP_BYTES: usize = 32 + 1 + 4;

/// Live verdicts under the same policy of which as much was decided, tainted decisions with others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiveGroup {
    /// The policy that they name.
    pub policy: ObjectId,
    /// Whether an approver's last word on each is that it is disputed.
    pub is_disputed: bool,
    /// How many approvers' last word on each is that it is approved.
    pub approvals: u32,
    /// How many there are.
    pub count: u64,
}

impl LiveGroup {
    /// Returns what the keys of its rows have after their letters.
    fn key(&self) -> Vec<u8> {
        let mut key = self.policy.as_bytes().to_vec();
        key.push(u8::from(self.is_disputed));
        key.extend_from_slice(&self.approvals.to_be_bytes());
        key
    }

    /// Reads a row; `None` if it is none.
    fn parse(key: &[u8], value: &[u8]) -> Option<Self> {
        let key: &[u8; GROUP_BYTES] = key.strip_prefix(NUMBERS)?.try_into().ok()?;
        let (policy, rest) = key.split_first_chunk()?;
        let (disputed, approvals) = rest.split_first()?;
        Some(Self {
            policy: ObjectId(*policy),
            is_disputed: *disputed != 0,
            approvals: u32::from_be_bytes(approvals.try_into().ok()?),
            count: u64::from_be_bytes(value.try_into().ok()?),
        })
    }
}

type Fault = RowFactsError<FactError>;

/// Writes the rows of an entry, once replay's facts of it are kept.
pub(super) fn put(index: u64, entry: &Entry, facts: &mut Facts<'_>) -> Result<(), Fault> {
    match entry.body() {
        Body::Claim(claim) => {
            let is_judged = match claim.supersedes {
                None => false,
                Some(older) => {
                    if let Some((older, _)) = RowFacts(Reading(facts)).find(&older.entry())? {
                        mark_unjudged(older, false, facts)?;
                    }
                    is_line_judged(index, facts)?
                }
            };
            if !is_judged {
                mark_unjudged(index, true, facts)?;
            }
            Ok(())
        }
        Body::Verdict(_) => {
            let Some(verdict) = verdict_at(index, facts)? else {
                return Ok(());
            };
            if let Some(head) = head_of_line(verdict.claim, facts)? {
                mark_unjudged(head, false, facts)?;
            }
            let tally = tally(None, facts)?;
            change(group(&verdict, tally), index, true, facts)?;
            match verdict.supersedes {
                Some(older) => end(older, facts),
                None => Ok(()),
            }
        }
        Body::Retraction(retraction) => {
            match RowFacts(Reading(facts)).index_of(&retraction.verdict.entry())? {
                Some(verdict) => end(verdict, facts),
                None => Ok(()),
            }
        }
        Body::Approval(approval) => {
            let found = RowFacts(Reading(facts)).find(&approval.verdict.entry())?;
            let Some((at, known)) = found else {
                return Ok(());
            };
            let Detail::Verdict(verdict) = known.detail else {
                return Ok(());
            };
            let before = match RowFacts(Reading(facts)).entry(index)?.map(|e| e.detail) {
                Some(Detail::Approval(approval)) => approval.previous,
                _ => return Ok(()),
            };
            let before = group(&verdict, tally(before, facts)?);
            if change(before, at, false, facts)? {
                let now = group(&verdict, tally(verdict.last_decision, facts)?);
                change(now, at, true, facts)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Sets or clears a claim's bit.
fn mark_unjudged(claim: u64, is_unjudged: bool, facts: &mut Facts<'_>) -> Result<(), Fault> {
    let key = [UNJUDGED, &(claim / BLOCK).to_be_bytes()].concat();
    let (byte, bit) = bit_of(claim);
    let write = || -> Result<(), FactError> {
        let row = facts.get(&key)?.and_then(|row| row.try_into().ok());
        let mut row: [u8; BLOCK_BYTES] = row.unwrap_or([0; BLOCK_BYTES]);
        let before = row;
        if is_unjudged {
            row[byte] |= bit;
        } else {
            row[byte] &= !bit;
        }
        if row != before {
            facts.put(key, row)?;
        }
        Ok(())
    };
    write().map_err(RowFactsError::Rows)
}

/// Returns where in its row a claim's bit is.
fn bit_of(claim: u64) -> (usize, u8) {
    let within = claim % BLOCK;
    let byte = usize::try_from(within / 8).expect("a block is short");
    (byte, 1 << (within % 8))
}

fn verdict_at(index: u64, facts: &Facts<'_>) -> Result<Option<VerdictFacts>, Fault> {
    let known = RowFacts(Reading(facts)).entry(index)?;
    Ok(known.and_then(|known| match known.detail {
        Detail::Verdict(verdict) => Some(verdict),
        _ => None,
    }))
}

/// Takes away the row of a verdict that has ended; where its claim is judged by no other, the claim
/// waits again.
fn end(verdict: u64, facts: &mut Facts<'_>) -> Result<(), Fault> {
    let Some(known) = verdict_at(verdict, facts)? else {
        return Ok(());
    };
    let group = group(&known, tally(known.last_decision, facts)?);
    change(group, verdict, false, facts)?;
    if let Some(head) = head_of_line(known.claim, facts)?
        && !is_line_judged(head, facts)?
    {
        mark_unjudged(head, true, facts)?;
    }
    Ok(())
}

/// Follows a claim's line to the one that no other took the place of.
fn head_of_line(claim: u64, facts: &Facts<'_>) -> Result<Option<u64>, Fault> {
    let facts = RowFacts(Reading(facts));
    let mut at = claim;
    loop {
        match facts.entry(at)?.map(|known| known.detail) {
            Some(Detail::Claim(claim)) => match claim.superseded_by.filter(|by| *by > at) {
                Some(by) => at = by,
                None => return Ok(Some(at)),
            },
            _ => return Ok(None),
        }
    }
}

/// Says whether a claim of a line has a live verdict.
fn is_line_judged(claim: u64, facts: &Facts<'_>) -> Result<bool, Fault> {
    let known = RowFacts(Reading(facts));
    let Some(Detail::Claim(of_line)) = known.entry(claim)?.map(|known| known.detail) else {
        return Ok(false);
    };
    let mut next = Some(of_line.line);
    while let Some(at) = next {
        let Some(entry) = known.entry(at)? else { break };
        let Detail::Claim(claim) = entry.detail else {
            break;
        };
        if has_live_verdict(&entry.id, facts)? {
            return Ok(true);
        }
        next = claim.superseded_by.filter(|by| *by > at);
    }
    Ok(false)
}

fn has_live_verdict(claim: &EntryId, facts: &Facts<'_>) -> Result<bool, Fault> {
    let listed = facts.with_prefix(&rows::verdicts(claim));
    for (_, index) in listed.map_err(RowFactsError::Rows)? {
        if let Ok(index) = index.try_into()
            && let Some(verdict) = verdict_at(u64::from_be_bytes(index), facts)?
            && !verdict.has_ended()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Counts whose last word on a verdict was what, from a decision back: approvals, and whether there
/// are disputes.
fn tally(last: Option<u64>, facts: &Facts<'_>) -> Result<(u32, bool), Fault> {
    let facts = RowFacts(Reading(facts));
    let (mut approvals, mut is_disputed) = (0, false);
    let mut holders = HashSet::new();
    let mut next = last;
    while let Some(at) = next {
        let Some(entry) = facts.entry(at)? else { break };
        let Detail::Approval(approval) = entry.detail else {
            break;
        };
        next = approval.previous.filter(|previous| *previous < at);
        if holders.insert(facts.holder(&entry.author)?) {
            match approval.decision {
                Decision::Approve => approvals += 1,
                Decision::Dispute => is_disputed = true,
            }
        }
    }
    Ok((approvals, is_disputed))
}

fn group(verdict: &VerdictFacts, (approvals, is_disputed): (u32, bool)) -> LiveGroup {
    LiveGroup {
        policy: verdict.policy,
        is_disputed,
        approvals,
        count: 0,
    }
}

/// Puts a verdict into a group or takes it out; says whether it was there to be taken.
fn change(
    group: LiveGroup,
    verdict: u64,
    is_put: bool,
    facts: &mut Facts<'_>,
) -> Result<bool, Fault> {
    let of = group.key();
    let live = [LIVE, &of, &verdict.to_be_bytes()].concat();
    let number = [NUMBERS, &of].concat();
    let write = || -> Result<bool, FactError> {
        if !is_put && facts.get(&live)?.is_none() {
            return Ok(false);
        }
        let count = facts.get(&number)?.and_then(|count| count.try_into().ok());
        let count = count.map_or(0, u64::from_be_bytes);
        if is_put {
            facts.put(live, [])?;
            facts.put(number, (count + 1).to_be_bytes())?;
        } else {
            facts.remove(live);
            match count {
                0 | 1 => facts.remove(number),
                more => facts.put(number, (more - 1).to_be_bytes())?,
            }
        }
        Ok(true)
    };
    write().map_err(RowFactsError::Rows)
}

impl Ledger {
    /// Returns the claims that no other took the place of and that nobody has judged, in log order.
    pub fn unjudged(&self) -> Result<Vec<u64>, LedgerError> {
        let wrong = || LedgerError::Rows("a row of no claims that wait".into());
        let mut found = Vec::new();
        for row in self.store.facts_with_prefix(UNJUDGED) {
            let (key, bits) = row?;
            let block = key.last_chunk().copied().ok_or_else(wrong)?;
            let bits: [u8; BLOCK_BYTES] = bits.try_into().map_err(|_| wrong())?;
            let first = u64::from_be_bytes(block) * BLOCK;
            found.extend((first..first + BLOCK).filter(|claim| {
                let (byte, bit) = bit_of(*claim);
                bits[byte] & bit != 0
            }));
        }
        Ok(found)
    }

    /// Returns how many verdicts there are that were neither superseded nor retracted, by policy and
    /// by what was decided of them.
    pub fn live_groups(&self) -> Result<Vec<LiveGroup>, LedgerError> {
        let mut found = Vec::new();
        for row in self.store.facts_with_prefix(NUMBERS) {
            let (key, value) = row?;
            let group = LiveGroup::parse(&key, &value);
            found.push(group.ok_or_else(|| LedgerError::Rows("a row of no live verdicts".into()))?);
        }
        Ok(found)
    }

    /// Goes through the verdicts of a group in log order, or from the end.
    pub fn live_in(
        &self,
        group: &LiveGroup,
    ) -> impl DoubleEndedIterator<Item = Result<u64, LedgerError>> + use<> {
        let rows = self
            .store
            .facts_with_prefix(&[LIVE, &group.key()[..]].concat());
        rows.map(|row| {
            let (key, _) = row?;
            let index = key.last_chunk().copied();
            index
                .map(u64::from_be_bytes)
                .ok_or_else(|| LedgerError::Rows("a row of no live verdict".into()))
        })
    }

    /// Returns the verdicts of which something may be tainted: that a key signed or approved which was
    /// revoked from before that on, or whose own enrolment is tainted. What stands of all others is
    /// what their groups say.
    pub fn may_be_tainted(&self) -> Result<BTreeSet<u64>, LedgerError> {
        let mut verdicts = BTreeSet::new();
        if self.ledger_facts()?.taint_changed.is_none() {
            return Ok(verdicts);
        }
        for signer in self.keys()? {
            let is_enrolment_tainted =
                signer.since > 0 && self.is_tainted(&self.entry_at(signer.since)?.entry.id())?;
            if !is_enrolment_tainted && signer.ended.and_then(|ended| ended.tainted).is_none() {
                continue;
            }
            for index in self.chain_of(signer.key.public())? {
                if !is_enrolment_tainted && !signer.taints(index) {
                    continue;
                }
                match self.entry_at(index)?.entry.body() {
                    Body::Verdict(_) => drop(verdicts.insert(index)),
                    Body::Approval(approval) => {
                        verdicts.insert(self.facts_of(&approval.verdict.entry())?.0);
                    }
                    _ => {}
                }
            }
        }
        Ok(verdicts)
    }
}
