//! What an entry adds to the facts.

use std::sync::Arc;

use crate::audit::facts::{
    ApprovalFacts, Carried, ChainEnd, ClaimFacts, Detail, EntryFacts, ErasedFacts, Facts, Function,
    LedgerFacts, ObjectFacts, SignerFacts, SourceFacts, TextFacts, VerdictFacts,
};
use crate::audit::finding::{Finding, Topic};
use crate::entry::{
    Approval, Body, ClaimEntry, Entry, Erasure, Genesis, KeyEntry, KeyOp, LogKey, RootSet, Roots,
    SourceEntry, VerdictEntry,
};
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

impl Effect {
    /// Returns the effect of an entry by what was found of it; `None` where its signatures do not hold,
    /// so that nothing of it is recorded.
    pub fn of(findings: &[Finding]) -> Option<Self> {
        let mut effect = Self::Full;
        for code in findings.iter().map(|finding| finding.code) {
            if code.topic() == Topic::Signatures {
                return None;
            }
            if code.voids() {
                effect = Self::None;
            }
        }
        Some(effect)
    }
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
    let carried = carried(entry, facts)?;
    let kept = EntryFacts {
        id: entry.id(),
        author: header.by.public().clone(),
        n: header.chain.n,
        previous,
        reaffirmed_by: None,
        is_void: effect == Effect::None,
        carried,
        detail,
    };
    facts.set_entry(index, kept)?;
    let has_place = has_place(entry, facts, effect)?;
    if effect == Effect::Full {
        take_effect(entry, index, facts, &holder)?;
    }
    if has_place {
        take_place(entry, index, facts, &holder, end)?;
    }
    Ok(())
}

/// Says whether an entry has a place in a chain: its author's key is enrolled, and in force.
fn has_place<F: Facts>(entry: &Entry, facts: &F, effect: Effect) -> Result<bool, F::Error> {
    if let (Body::Genesis(_), Effect::Full) = (entry.body(), effect) {
        return Ok(true);
    }
    let author = facts.signer(entry.header().by.public())?;
    Ok(author.is_some_and(|author| author.ended.is_none()))
}

/// Puts an entry at the end of its author's chain, unless its number was used.
fn take_place<F: Facts>(
    entry: &Entry,
    index: u64,
    facts: &mut F,
    holder: &PublicKey,
    end: Option<ChainEnd>,
) -> Result<(), F::Error> {
    let header = entry.header();
    let n = header.chain.n;
    let mut whole = end.map_or(0, |end| end.whole);
    if n < whole || facts.used(holder, n)?.is_some() {
        return Ok(());
    }
    if n == whole {
        whole += 1;
        while facts.used(holder, whole)?.is_some() {
            whole += 1;
        }
    } else {
        facts.set_used(holder, n, index)?;
    }
    let (id, at) = (entry.id(), header.at);
    let end = ChainEnd {
        n,
        id,
        at,
        index,
        whole,
    };
    facts.set_chain(holder, end)
}

/// Returns the roots that carry an entry, where its author is one.
fn carried<F: Facts>(entry: &Entry, facts: &F) -> Result<Option<Arc<Carried>>, F::Error> {
    let author = facts.signer(entry.header().by.public())?;
    if author.is_none_or(|author| author.function != Function::Root) {
        return Ok(None);
    }
    let Some(ledger) = facts.ledger()? else {
        return Ok(None);
    };
    let lines = entry.note().signatures();
    let signed = |root: &&VerifierKey| lines.iter().any(|line| line.names(root));
    let signers = ledger.roots.keys.iter().filter(signed);
    Ok(Some(Arc::new(Carried {
        signers: signers.map(|root| root.public().clone()).collect(),
        threshold: ledger.roots.threshold,
    })))
}

fn record_objects<F: Facts>(entry: &Entry, index: u64, facts: &mut F) -> Result<(), F::Error> {
    let is_policy = matches!(entry.body(), Body::Genesis(_) | Body::Policy(_));
    for id in entry.objects() {
        match facts.object(&id)? {
            None => {
                let object = ObjectFacts {
                    introduced_by: index,
                    is_policy,
                    erased: None,
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
        Body::Approval(approval) => approval_detail(approval, facts, effect)?,
        _ => None,
    };
    Ok(detail.unwrap_or(Detail::Other(entry.kind())))
}

fn source_detail(source: &SourceEntry) -> Detail {
    let text = source.text.map(|text| TextFacts {
        id: text.blake3,
        bytes: text.bytes,
    });
    Detail::Source(SourceFacts {
        text,
        rights: source.rights,
    })
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
        last_decision: None,
    })))
}

fn approval_detail<F: Facts>(
    approval: &Approval,
    facts: &F,
    effect: Effect,
) -> Result<Option<Detail>, F::Error> {
    let Some((_, verdict)) = facts.find(&approval.verdict.entry())? else {
        return Ok(None);
    };
    Ok(match (verdict.detail, effect) {
        (Detail::Verdict(verdict), Effect::Full) => Some(Detail::Approval(ApprovalFacts {
            decision: approval.decision,
            previous: verdict.last_decision,
        })),
        _ => None,
    })
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
        Body::Roots(roots) => change_roots(roots, index, facts),
        Body::Log(log) => change_log(log, index, facts),
        Body::Key(key) => match key.op {
            KeyOp::Add => add(key, index, facts),
            KeyOp::Rotate => rotate(key, index, facts),
            KeyOp::Revoke => revoke(key, index, facts),
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
                Some(older) => {
                    change_verdict(older, facts, |older| older.superseded_by = Some(index))
                }
                None => Ok(()),
            }
        }
        Body::Approval(approval) => change_verdict(approval.verdict, facts, |verdict| {
            verdict.last_decision = Some(index);
        }),
        Body::Retraction(retraction) => change_verdict(retraction.verdict, facts, |verdict| {
            verdict.retracted_by = Some(index);
        }),
        Body::Reaffirmation(reaffirmation) => {
            for id in &reaffirmation.entries {
                if let Some((at, older)) = facts.find(id)? {
                    if let Some(before) = older.reaffirmed_by {
                        facts.set_reaffirmed_before(at, index, before)?;
                    }
                    let reaffirmed_by = Some(index);
                    facts.set_entry(
                        at,
                        EntryFacts {
                            reaffirmed_by,
                            ..older
                        },
                    )?;
                }
            }
            change_taint(index, facts)
        }
        Body::Erasure(erasure) => erase(erasure, index, facts),
        Body::Source(_) | Body::Publication(_) => Ok(()),
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
        log_since: 0,
        roots: genesis.roots.clone(),
        policy: genesis.policy,
        taint_changed: None,
    })?;
    for root in &genesis.roots.keys {
        enrol(root, Function::Root, None, index, facts)?;
    }
    enrol(&genesis.log, Function::Log, None, index, facts)
}

/// Puts other roots, or another threshold, in place of those in force.
fn change_roots<F: Facts>(roots: &Roots, index: u64, facts: &mut F) -> Result<(), F::Error> {
    let Some(ledger) = facts.ledger()? else {
        return Ok(());
    };
    let stays = |root: &&VerifierKey| !roots.keys.contains(root);
    for gone in ledger.roots.keys.iter().filter(stays) {
        end(gone.public(), index, roots.from, facts)?;
    }
    for root in &roots.keys {
        if !ledger.roots.keys.contains(root) {
            enrol(root, Function::Root, None, index, facts)?;
        }
    }
    set_roots(
        RootSet {
            keys: roots.keys.clone(),
            threshold: roots.threshold,
        },
        facts,
    )
}

fn set_roots<F: Facts>(roots: RootSet, facts: &mut F) -> Result<(), F::Error> {
    match facts.ledger()? {
        Some(ledger) => facts.set_ledger(LedgerFacts {
            roots,
            ..(*ledger).clone()
        }),
        None => Ok(()),
    }
}

fn change_log<F: Facts>(log: &LogKey, index: u64, facts: &mut F) -> Result<(), F::Error> {
    let Some(ledger) = facts.ledger()? else {
        return Ok(());
    };
    end(ledger.log.public(), index, None, facts)?;
    enrol(&log.key, Function::Log, None, index, facts)?;
    facts.set_ledger(LedgerFacts {
        log: log.key.clone(),
        log_since: log.size,
        ..(*ledger).clone()
    })
}

fn add<F: Facts>(key: &KeyEntry, index: u64, facts: &mut F) -> Result<(), F::Error> {
    let roles = key.roles.clone().unwrap_or_default();
    enrol(&key.key, Function::Roles(roles), None, index, facts)
}

/// Puts a key in another's place: with its function, for the same holder.
fn rotate<F: Facts>(key: &KeyEntry, index: u64, facts: &mut F) -> Result<(), F::Error> {
    let Some(old) = &key.old else { return Ok(()) };
    let Some(signer) = facts.signer(old.public())? else {
        return Ok(());
    };
    end(old.public(), index, None, facts)?;
    let (function, holder) = (signer.function.clone(), signer.holder.clone());
    enrol(&key.key, function, Some(holder), index, facts)
}

fn revoke<F: Facts>(key: &KeyEntry, index: u64, facts: &mut F) -> Result<(), F::Error> {
    end(key.key.public(), index, key.from, facts)?;
    let Some(ledger) = facts.ledger()? else {
        return Ok(());
    };
    if !ledger.roots.keys.contains(&key.key) {
        return Ok(());
    }
    let mut roots = ledger.roots.clone();
    roots.keys.retain(|root| *root != key.key);
    set_roots(roots, facts)
}

/// Ends a key, if it has not ended; its signatures from `from` on are tainted.
fn end<F: Facts>(
    public: &PublicKey,
    index: u64,
    from: Option<u64>,
    facts: &mut F,
) -> Result<(), F::Error> {
    let Some(signer) = facts.signer(public)? else {
        return Ok(());
    };
    let ended = signer.end(index, from);
    facts.set_signer(SignerFacts {
        ended: Some(ended),
        ..(*signer).clone()
    })?;
    if ended.tainted == signer.ended.and_then(|ended| ended.tainted) {
        return Ok(());
    }
    change_taint(index, facts)
}

/// Keeps that the entry at `index` changed what is tainted.
fn change_taint<F: Facts>(index: u64, facts: &mut F) -> Result<(), F::Error> {
    match facts.ledger()? {
        Some(ledger) => facts.set_ledger(LedgerFacts {
            taint_changed: Some(index),
            ..(*ledger).clone()
        }),
        None => Ok(()),
    }
}

fn erase<F: Facts>(erasure: &Erasure, index: u64, facts: &mut F) -> Result<(), F::Error> {
    let Some(known) = facts.object(&erasure.object)? else {
        return Ok(());
    };
    let erased = Some(ErasedFacts {
        by: index,
        basis: erasure.basis,
    });
    facts.set_object(&erasure.object, ObjectFacts { erased, ..known })
}

fn enrol<F: Facts>(
    key: &VerifierKey,
    function: Function,
    holder: Option<PublicKey>,
    index: u64,
    facts: &mut F,
) -> Result<(), F::Error> {
    facts.set_named(key)?;
    facts.set_signer(SignerFacts {
        key: key.clone(),
        function,
        holder: holder.unwrap_or_else(|| key.public().clone()),
        since: index,
        ended: None,
    })
}

fn change_verdict<F: Facts>(
    verdict: VerdictId,
    facts: &mut F,
    change: impl FnOnce(&mut VerdictFacts),
) -> Result<(), F::Error> {
    let Some((at, mut older)) = facts.find(&verdict.entry())? else {
        return Ok(());
    };
    if let Detail::Verdict(verdict) = &mut older.detail {
        change(verdict);
    }
    facts.set_entry(at, older)
}
