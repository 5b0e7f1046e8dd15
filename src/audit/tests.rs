//! What replay refuses, one case a code; and that it lets everything else pass.

mod cases;
mod keys;

use self::cases::{CASES, Case, claim};
use super::finding::{Code, Finding};
use super::fixture::{ARTICLE, CHARTER, Ledger, key, sign};
use crate::entry::{Body, Role};
use crate::words::policy::Policy;

#[test]
fn a_good_ledger_has_no_finding() {
    let (ledger, _) = Ledger::sample();
    assert_eq!(ledger.entries.len(), 10);
}

#[test]
fn each_fault_has_its_code() {
    let mut wrong = Vec::new();
    for Case { code, why, make } in CASES {
        let (mut ledger, sample) = Ledger::sample();
        let entry = make(&mut ledger, &sample);
        let index = ledger.tree.size();
        let findings = ledger.examine(entry.clone());
        let right = |finding: &Finding| {
            let message = &finding.message;
            finding.code == *code
                && finding.entry == Some(index)
                && finding.id == Some(entry.id())
                && !message.ends_with('.')
                && !message.starts_with(char::is_uppercase)
        };
        if findings.len() != 1 || !findings.iter().all(right) {
            wrong.push(format!("{why}: {code} is wanted, but {findings:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_threshold_counts_distinct_roots() {
    let mut ledger = Ledger::begin(&["root", "spare", "third"], 2, &Policy::default());
    let draft = ledger.key_entry("carol", &[Role::Reviewer]);
    let alone = sign(&draft, &["root", "carol"]);
    assert_eq!(codes(&ledger.examine(alone)), [Code::ThresholdNotMet]);
    let stranger = sign(&draft, &["root", "mallory", "carol"]);
    assert_eq!(
        codes(&ledger.examine(stranger)),
        [Code::SignatureNotCalledFor]
    );
    let both = sign(&draft, &["root", "third", "carol"]);
    ledger.append(both);
}

#[test]
fn the_log_starts_with_genesis() {
    let (ledger, _) = Ledger::sample();
    let (mut empty, _) = Ledger::sample();
    empty.facts = super::MemoryFacts::new();
    empty.tree = crate::trust::merkle::Tree::new();
    let findings = empty.examine(ledger.entries[1].clone());
    assert!(
        codes(&findings).contains(&Code::GenesisMissing),
        "{findings:#?}"
    );
}

#[test]
fn roots_may_retract_and_others_may_supersede_where_the_policy_says_so() {
    let (mut ledger, sample) = Ledger::sample();
    let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
    let draft = ledger.retraction("root", bobs);
    ledger.append_draft(&draft, &["root"]);
    // After a retraction a fresh one stands for itself.
    let again = ledger.add_verdict("bob", sample.claim, "true", sample.charter);
    let draft = ledger.policy_entry(&Policy {
        others_may_supersede: true,
        ..Policy::default()
    });
    ledger.append_draft(&draft, &["root"]);
    let draft = ledger.superseding("alice", sample.claim, "mostly-false", again);
    ledger.append_draft(&draft, &["alice"]);
}

#[test]
fn a_verdict_may_supersede_one_on_an_earlier_wording() {
    let (mut ledger, sample) = Ledger::sample();
    let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
    let mut draft = claim(&mut ledger, &sample, |_| {});
    if let Body::Claim(claim) = &mut draft.body {
        claim.supersedes = Some(sample.claim);
        claim.change = Some(crate::words::claim::ClaimChange::Span);
    }
    let newer = crate::words::id::ClaimId(ledger.append_draft(&draft, &["alice"]).0);
    let draft = ledger.superseding("bob", newer, "false", bobs);
    let newest = crate::words::id::VerdictId(ledger.append_draft(&draft, &["bob"]).0);
    // But not the other way round: a later wording is no predecessor of an earlier one.
    let draft = ledger.superseding("bob", sample.claim, "true", newest);
    let entry = sign(&draft, &["bob"]);
    assert!(codes(&ledger.examine(entry)).contains(&Code::SupersedesOtherClaim));
}

fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn an_object_may_be_shared() {
    let (mut ledger, _) = Ledger::sample();
    assert_eq!(key("alice").name().as_str(), "desk.example/alice");
    ledger.add_source("bob", ARTICLE);
    ledger.add_source("alice", CHARTER);
}
