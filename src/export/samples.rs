//! Small ledgers for the tests of every form.

use std::collections::BTreeMap;

use super::*;
use crate::words::claim::{Claimant, Manner, Said};
use crate::words::id::Sha256Hash;
use crate::words::salt::Salt;
use crate::words::span::{Quote, Span};
use crate::words::verdict::{Evidence, Stance};

pub(crate) const TEXT: &str =
    "John Kirby, the spokesman, said that the resolution was nonbinding, on Monday.\n";
pub(crate) const WORDS: &str = "the resolution was nonbinding, on Monday";
pub(crate) const CLAIM: &str = "The UN resolution was nonbinding.";
pub(crate) const REASON: &str = "Article 25 was overlooked.";
pub(crate) const RETRACTED: &str = "The wrong resolution was checked.";

/// Compares an export with its frozen form, byte for byte.
pub(crate) fn assert_frozen(written: &[u8], frozen: &[u8]) {
    assert!(
        written == frozen,
        "other bytes than the frozen ones: a change of a published format?\n{}",
        String::from_utf8_lossy(written)
    );
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn kept(id: u8) -> Kept {
    Kept {
        blake3: ObjectId([id; 32]),
        sha256: Sha256Hash([id + 100; 32]),
        bytes: 100,
    }
}

fn salt() -> Salt {
    Salt::new([7; 16])
}

fn words(of: &str) -> Quote {
    let start = TEXT.find(of).expect("there");
    Quote::new(TEXT, Span::new(start, start + of.len()).expect("a span")).expect("a quote")
}

pub(crate) fn ledger() -> PublishedLedger {
    let policy = Policy::default();
    let article = PublishedSource {
        source_type: SourceType::Document,
        rights: Rights::Quoted,
        meta: Some(Meta {
            url: Some("https://news.example/a1".into()),
            title: Some("A decision".into()),
            authors: vec!["A. Writer".into()],
            publisher: Some("News Example".into()),
            published: Some("2024-03-26".parse().expect("a day")),
            retrieved: Some(time("2026-11-22T09:00:00Z")),
            language: Some("en".into()),
            salt: salt(),
        }),
        media: "text/html".into(),
        raw: Some(kept(8)),
        text: Some(kept(9)),
        is_text_erased: false,
    };
    let charter = PublishedSource {
        meta: Some(Meta {
            url: Some("https://charter.example/25".into()),
            title: Some("Charter".into()),
            authors: vec![],
            publisher: None,
            published: None,
            retrieved: None,
            language: None,
            salt: salt(),
        }),
        ..article.clone()
    };
    PublishedLedger {
        id: EntryId([1; 32]),
        desk: "Example Desk".into(),
        base_url: Some("https://desk.example/facts/".parse().expect("an address")),
        checkpoint: PublishedCheckpoint {
            origin: "desk.example/facts".into(),
            size: 9,
            root: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
            note: Some(
                "desk.example/facts\n9\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\
                   — desk.example/facts AAAA\n"
                    .into(),
            ),
        },
        policies: BTreeMap::from([(ObjectId([2; 32]), policy)]),
        sources: BTreeMap::from([(SourceId([3; 32]), article), (SourceId([4; 32]), charter)]),
    }
}

pub(crate) fn verdict(index: u8, rating: &str) -> PublishedVerdict {
    PublishedVerdict {
        id: VerdictId([100 + index; 32]),
        index: u64::from(index),
        at: time(&format!("2026-11-22T10:00:{index:02}Z")),
        reviewer: "desk.example/alice".into(),
        rating: rating.parse().expect("a code"),
        policy: ObjectId([2; 32]),
        verdict: Some(Verdict {
            summary: "Security Council decisions bind.".into(),
            rationale: None,
            reason: None,
            evidence: vec![Evidence {
                source: SourceId([4; 32]),
                stance: Stance::Refutes,
                primary: true,
                quote: Some(words(WORDS)),
                locator: Some("Article 25".into()),
                note: None,
                unavailable: None,
            }],
            conflicts: vec![],
            salt: salt(),
        }),
        standing: Standing::Standing,
        has_stood: true,
        approvals: vec![],
        approvals_needed: 0,
        disputes: vec![],
        supersedes: None,
        change: None,
        superseded_by: None,
        retraction: None,
    }
}

/// A claim with one verdict that stands.
pub(crate) fn judged() -> (PublishedLedger, PublishedClaim) {
    let claim = Claim {
        source: ObjectId([5; 32]),
        text: CLAIM.into(),
        added: vec![],
        parts: vec![words(WORDS).bytes],
        statement: vec![words(WORDS).bytes],
        cue: Some(words("said that").bytes),
        claimant: Some(Claimant {
            name: "John Kirby".into(),
            role: Some("spokesman".into()),
            same_as: Some("https://kirby.example/".into()),
            span: Some(words("John Kirby").bytes),
        }),
        manner: Manner::Indirect,
        said: Some(Said {
            date: Some("2024-03-25".parse().expect("a day")),
            ..Said::default()
        }),
        quote: words(WORDS),
        language: "en".into(),
    };
    let claim = PublishedClaim {
        id: ClaimId([6; 32]),
        index: 4,
        at: time("2026-11-22T09:30:00Z"),
        claim: Some(claim),
        source: SourceId([3; 32]),
        supersedes: None,
        is_tainted: false,
        superseded_by: None,
        verdicts: vec![verdict(5, "false")],
    };
    (ledger(), claim)
}

/// A claim with a verdict and one that took its place, with another rating.
pub(crate) fn corrected() -> (PublishedLedger, PublishedClaim) {
    let (ledger, mut claim) = judged();
    let mut second = verdict(6, "mostly-false");
    second.supersedes = Some(claim.verdicts[0].id);
    second.change = Some(VerdictChange::Rating);
    second.verdict.as_mut().expect("there").reason = Some(REASON.into());
    claim.verdicts[0].standing = Standing::Superseded;
    claim.verdicts[0].superseded_by = Some(second.id);
    claim.verdicts.push(second);
    (ledger, claim)
}

/// A claim whose only verdict was taken back.
pub(crate) fn retracted() -> (PublishedLedger, PublishedClaim) {
    let (ledger, mut claim) = judged();
    claim.verdicts[0].standing = Standing::Retracted;
    claim.verdicts[0].retraction = Some(PublishedRetraction {
        id: EntryId([9; 32]),
        index: 7,
        at: time("2026-11-22T10:00:07Z"),
        by: "desk.example/alice".into(),
        reason: Some(RETRACTED.into()),
    });
    (ledger, claim)
}
