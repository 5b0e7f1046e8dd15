//! What an entry adds to the facts.

use crate::audit::facts::{
    ChainEnd, ClaimFacts, Detail, EntryFacts, Facts, Function, LedgerFacts, ObjectFacts,
    SignerFacts, SourceFacts, TextFacts, VerdictFacts,
};
use crate::entry::{Body, ClaimEntry, Entry, Genesis, KeyOp, SourceEntry, VerdictEntry};
use crate::trust::key::{PublicKey, VerifierKey};
use crate::words::id::{EntryId, VerdictId};

/// Whether an entry has the effect that its kind has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It is good: it enrols, supersedes, retracts, changes.
    Full,
    /// It is void: it is there and can be referred to, and that is all.
    None,
}

/// Records the entry at `index`, and what it changes.
///
/// The caller has checked it, or says with [`Effect::None`] that it is void. Entries are recorded in
/// the order of the log, each once.
pub fn record<F: Facts>(
    entry: &Entry,
    index: u64,
    facts: &mut F,
    effect: Effect,
) -> Result<(), F::Error> {
    record_objects(entry, index, facts)?;
    let header = entry.header();
    let holder = facts.holder(header.by.public())?;
    let end = facts.chain(&holder)?;
    let detail = detail(entry, index, facts, effect)?;
    let previous = end.map(|end| end.index);
    let kept = EntryFacts {
        id: entry.id(),
        author: header.by.public().clone(),
        n: header.chain.n,
        previous,
        reaffirmed_by: None,
        detail,
    };
    facts.set_entry(index, kept)?;
    // A fork leaves the chain where it was.
    if end.is_none_or(|end| end.n < header.chain.n) {
        let end = ChainEnd {
            n: header.chain.n,
            id: entry.id(),
            at: header.at,
            index,
        };
        facts.set_chain(&holder, end)?;
    }
    if effect == Effect::Full {
        take_effect(entry, index, facts, &holder)?;
    }
    Ok(())
}

fn record_objects<F: Facts>(entry: &Entry, index: u64, facts: &mut F) -> Result<(), F::Error> {
    let is_policy = matches!(entry.body(), Body::Genesis(_) | Body::Policy(_));
    for id in entry.objects() {
        match facts.object(&id)? {
            None => {
                let object = ObjectFacts {
                    introduced_by: index,
                    is_policy,
                    erased_by: None,
                };
                facts.set_object(&id, object)?;
            }
            Some(known) if is_policy && !known.is_policy => {
                facts.set_object(&id, ObjectFacts { is_policy, ..known })?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Returns what the entry's kind adds, its references resolved. Where one leads nowhere, which the
/// check has found, the entry is kept as one that can't be referred to.
fn detail<F: Facts>(
    entry: &Entry,
    index: u64,
    facts: &F,
    effect: Effect,
) -> Result<Detail, F::Error> {
    let detail = match entry.body() {
        Body::Source(source) => Some(source_detail(source)),
        Body::Claim(claim) => claim_detail(claim, index, facts, effect)?,
        Body::Verdict(verdict) => verdict_detail(verdict, facts)?,
        _ => None,
    };
    Ok(detail.unwrap_or(Detail::Other(entry.kind())))
}

fn source_detail(source: &SourceEntry) -> Detail {
    let text = source.text.map(|text| TextFacts {
        id: text.blake3,
        bytes: text.bytes,
    });
    Detail::Source(SourceFacts { text })
}

fn claim_detail<F: Facts>(
    claim: &ClaimEntry,
    index: u64,
    facts: &F,
    effect: Effect,
) -> Result<Option<Detail>, F::Error> {
    let Some(source) = facts.index_of(&claim.source.entry())? else {
        return Ok(None);
    };
    let mut line = index;
    if let (Some(supersedes), Effect::Full) = (claim.supersedes, effect)
        && let Some((_, older)) = facts.find(&supersedes.entry())?
        && let Detail::Claim(older) = older.detail
    {
        line = older.line;
    }
    Ok(Some(Detail::Claim(ClaimFacts {
        source,
        line,
        superseded_by: None,
    })))
}

fn verdict_detail<F: Facts>(verdict: &VerdictEntry, facts: &F) -> Result<Option<Detail>, F::Error> {
    let Some(claim) = facts.index_of(&verdict.claim.entry())? else {
        return Ok(None);
    };
    let supersedes = match verdict.supersedes {
        Some(older) => facts.index_of(&older.entry())?,
        None => None,
    };
    Ok(Some(Detail::Verdict(VerdictFacts {
        claim,
        rating: verdict.rating.clone(),
        policy: verdict.policy,
        supersedes,
        superseded_by: None,
        retracted_by: None,
        approvals: 0,
        disputes: 0,
    })))
}

fn take_effect<F: Facts>(
    entry: &Entry,
    index: u64,
    facts: &mut F,
    holder: &PublicKey,
) -> Result<(), F::Error> {
    match entry.body() {
        Body::Genesis(genesis) => begin(genesis, entry.id(), index, facts),
        Body::Policy(policy) => {
            let Some(ledger) = facts.ledger()? else {
                return Ok(());
            };
            facts.set_ledger(LedgerFacts {
                policy: policy.policy,
                ..(*ledger).clone()
            })
        }
        Body::Key(key) => match (key.op, &key.roles) {
            (KeyOp::Add, Some(roles)) => {
                enrol(&key.key, Function::Roles(roles.clone()), index, facts)
            }
            _ => Ok(()),
        },
        Body::Claim(claim) => {
            let Some(older) = claim.supersedes else {
                return Ok(());
            };
            let Some((at, mut older)) = facts.find(&older.entry())? else {
                return Ok(());
            };
            if let Detail::Claim(claim) = &mut older.detail {
                claim.superseded_by = Some(index);
            }
            facts.set_entry(at, older)
        }
        Body::Verdict(verdict) => {
            if let Some(claim) = facts.index_of(&verdict.claim.entry())? {
                facts.set_latest_verdict(claim, holder, index)?;
            }
            match verdict.supersedes {
                Some(older) => end_verdict(older, facts, |older| older.superseded_by = Some(index)),
                None => Ok(()),
            }
        }
        Body::Retraction(retraction) => end_verdict(retraction.verdict, facts, |verdict| {
            verdict.retracted_by = Some(index);
        }),
        _ => Ok(()),
    }
}

fn begin<F: Facts>(
    genesis: &Genesis,
    id: EntryId,
    index: u64,
    facts: &mut F,
) -> Result<(), F::Error> {
    facts.set_ledger(LedgerFacts {
        id,
        origin: genesis.origin.clone(),
        log: genesis.log.clone(),
        roots: genesis.roots.clone(),
        policy: genesis.policy,
    })?;
    for root in &genesis.roots.keys {
        enrol(root, Function::Root, index, facts)?;
    }
    enrol(&genesis.log, Function::Log, index, facts)
}

fn enrol<F: Facts>(
    key: &VerifierKey,
    function: Function,
    index: u64,
    facts: &mut F,
) -> Result<(), F::Error> {
    facts.set_named(key)?;
    facts.set_signer(SignerFacts {
        key: key.clone(),
        function,
        holder: key.public().clone(),
        since: index,
        ended: None,
    })
}

fn end_verdict<F: Facts>(
    verdict: VerdictId,
    facts: &mut F,
    end: impl FnOnce(&mut VerdictFacts),
) -> Result<(), F::Error> {
    let Some((at, mut older)) = facts.find(&verdict.entry())? else {
        return Ok(());
    };
    if let Detail::Verdict(verdict) = &mut older.detail {
        end(verdict);
    }
    facts.set_entry(at, older)
}
