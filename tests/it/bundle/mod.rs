//! Proofs that are made of a ledger and checked without it.

mod command;
pub(crate) mod desk;
mod refusals;
mod tamper;

use factlog::audit::bundle::{Bundle, Expected, ShownReport, check, check_bytes};
use factlog::audit::{Code, Severity, Standing};
use factlog::entry::{Body, Decision, RevocationReason, Role};
use factlog::ledger::{Quoted, Reveal};
use factlog::words::id::VerdictId;
use factlog::words::policy::Policy;
use factlog::words::source::Rights;

use desk::{Desk, REPORT, REPORT_QUOTE, alice, article, bob, key, log, sentence};

/// A bundle for a verdict on a sentence of a long article stays below this.
const MOST_BYTES: usize = 16_000;

fn standing(report: &ShownReport) -> Option<Standing> {
    let verdict = report.verdict.as_ref()?;
    Some(verdict.standing.as_ref()?.standing)
}

#[track_caller]
fn assert_whole(report: &ShownReport, expected: Standing) {
    let found: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.severity != Severity::Note)
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, [""; 0]);
    assert_eq!(standing(report), Some(expected));
    let closing = report.closing();
    assert!(closing.starts_with("As of checkpoint "), "{closing}");
    assert!(
        closing.contains("Not shown: what was recorded since, or kept back"),
        "{closing}"
    );
}

#[test]
fn a_quotation_of_a_long_article_in_a_long_log_is_small() {
    let mut desk = Desk::new();
    let text = article(60_000);
    let source = desk.source(&text, Rights::Quoted);
    let report = article(20_000);
    let other = desk.source(&report, Rights::Quoted);
    let mut last = None;
    // A source of 250 sentences is one of 250 claims; verdicts on some of them.
    for number in 0..2_000 {
        let claim = desk.claim(&alice(), (source, &text), &sentence(number % 700), None);
        if number == 1_500 {
            let evidence = [(other, report.as_str(), &*sentence(123))];
            last = Some(desk.verdict(&alice(), claim, "false", &evidence, None));
        }
    }
    let verdict = last.unwrap();
    assert!(desk.ledger.tree_head().size > 2_000);
    let (bundle, revealed) = desk.ledger.prove(&verdict, Reveal::Quotations).unwrap();
    let bytes = bundle.to_bytes();
    let size = desk.ledger.tree_head().size;
    println!("{} bytes in a log of {size} entries", bytes.len());
    assert!(bytes.len() < MOST_BYTES, "{} bytes", bytes.len());
    assert_whole(&check_bytes(&bytes, &desk.expected()), Standing::Standing);
    // What is shown is whole chunks around the quotes, and no more is said to be.
    assert_eq!(revealed.len(), 2);
    for told in &revealed {
        assert!(
            told.shown > told.words && told.shown <= 2 * 1024,
            "{told:?}"
        );
    }
    assert!(matches!(revealed[0].quoted, Quoted::Claim(_)));
    assert_eq!(revealed[0].text, text.len() as u64);
    let shown: u64 = bundle
        .slices
        .keys()
        .map(|(_, range)| range.end() - range.start())
        .sum();
    assert_eq!(shown, revealed.iter().map(|told| told.shown).sum::<u64>());
    let leaked = |words: &str| String::from_utf8_lossy(&bytes).contains(words);
    assert!(leaked(&sentence(1_500 % 700)) && !leaked(&sentence(3)));
}

/// A ledger in which much happened; its verdicts, each with what stands of it.
fn eventful() -> (Desk, Vec<(VerdictId, Standing)>) {
    let mut desk = Desk::new();
    let bob = bob();
    desk.add_key(&bob, &[Role::Reviewer, Role::Approver]);
    let text = article(3_000);
    let source = desk.source(&text, Rights::Public);
    let report = desk.source(REPORT, Rights::Quoted);
    let quoted = (report, REPORT, REPORT_QUOTE);
    let claim = desk.claim(&alice(), (source, &text), &sentence(1), None);
    let first = desk.verdict(&alice(), claim, "false", &[quoted], None);
    desk.decide(first, Decision::Approve);
    let second = desk.verdict(&alice(), claim, "true", &[quoted], Some(first));
    desk.decide(second, Decision::Dispute);
    desk.retract(&alice(), second);
    let third = desk.verdict(&alice(), claim, "half-true", &[], None);
    desk.decide(third, Decision::Dispute);
    let words = "the council closed 2 of its bridges";
    let later = desk.claim(&alice(), (source, &text), words, Some(claim));
    let fourth = desk.verdict(&bob, later, "false", &[quoted], None);
    let policy = Policy {
        approvals: 1,
        ..Policy::default()
    };
    desk.set_policy(&policy);
    let fifth = desk.verdict(&bob, later, "true", &[quoted], Some(fourth));
    let carol = key("desk.example/carol", 5);
    desk.add_key(&carol, &[Role::Reviewer]);
    let from = desk.ledger.tree_head().size;
    let sixth = desk.verdict(&carol, later, "true", &[quoted], None);
    desk.decide(sixth, Decision::Approve);
    let seventh_claim = desk.claim(&carol, (source, &text), &sentence(9), None);
    let seventh = desk.verdict(&carol, seventh_claim, "true", &[], None);
    desk.decide(seventh, Decision::Approve);
    desk.revoke(&carol, from);
    desk.reaffirm(vec![seventh.entry(), seventh_claim.entry()]);
    let second_alice = key("desk.example/alice", 6);
    desk.rotate(&alice(), &second_alice);
    let claim = desk.claim(&second_alice, (source, &text), &sentence(20), None);
    let eighth = desk.verdict(&second_alice, claim, "false", &[quoted], None);
    let verdicts = vec![
        (first, Standing::Superseded),
        (second, Standing::Retracted),
        (third, Standing::Disputed),
        (fourth, Standing::Superseded),
        (fifth, Standing::Proposed),
        (sixth, Standing::Tainted),
        (seventh, Standing::Standing),
        (eighth, Standing::Proposed),
    ];
    (desk, verdicts)
}

#[test]
fn every_verdict_is_shown_with_what_stands_of_it() {
    let (desk, verdicts) = eventful();
    for (verdict, expected) in verdicts {
        let stands = desk.ledger.standing(&verdict).unwrap().standing;
        assert_eq!(stands, expected);
        for reveal in [Reveal::AsRights, Reveal::Quotations, Reveal::Texts] {
            let bundle = desk.prove(verdict, reveal);
            let bytes = bundle.to_bytes();
            assert_eq!(Bundle::parse(&bytes).unwrap(), bundle);
            assert_whole(&check_bytes(&bytes, &desk.expected()), expected);
        }
    }
}

#[test]
fn keys_that_were_revoked_and_what_that_taints_are_told() {
    let (desk, verdicts) = eventful();
    for (verdict, standing) in verdicts {
        let report = check(&desk.prove(verdict, Reveal::AsRights), &desk.expected());
        let codes: Vec<Code> = report.findings.iter().map(|f| f.code).collect();
        let tainted = codes.contains(&Code::EntriesTainted);
        assert!(tainted || standing != Standing::Tainted, "{codes:?}");
        if standing == Standing::Tainted {
            let found = report.findings.iter();
            let mut found = found.filter(|found| found.code == Code::EntriesTainted);
            let message = &found.next().unwrap().message;
            assert!(message.contains("desk.example/carol"), "{message}");
            assert!(message.contains("revoked the key, from entry"), "{message}");
        }
        let carol = key("desk.example/carol", 5);
        let by_carol = report.revoked.iter().find(|it| it.key == *carol.verifier());
        assert!(by_carol.is_some() || standing != Standing::Tainted);
        for revoked in report.revoked {
            assert_eq!(revoked.reason, Some(RevocationReason::Compromised));
            assert!(revoked.from.is_some_and(|from| from < revoked.entry));
        }
    }
}

#[test]
fn what_is_withheld_or_erased_is_left_out_and_told() {
    let mut desk = Desk::new();
    let text = article(3_000);
    let source = desk.source(&text, Rights::Public);
    let secret = desk.source(REPORT, Rights::Withheld);
    let claim = desk.claim(&alice(), (source, &text), &sentence(1), None);
    let evidence = (secret, REPORT, REPORT_QUOTE);
    let first = desk.verdict(&alice(), claim, "false", &[evidence], None);
    let hidden = desk.claim(&alice(), (secret, REPORT), REPORT_QUOTE, None);
    let second = desk.verdict(&alice(), hidden, "false", &[], None);
    let third = desk.verdict(&alice(), claim, "true", &[], Some(first));
    for (verdict, reveal, unchecked, has_words) in [
        (first, Reveal::AsRights, 1, false),
        (first, Reveal::Quotations, 1, false),
        (first, Reveal::Texts, 0, true),
        (second, Reveal::AsRights, 1, false),
        (second, Reveal::Texts, 0, true),
        (third, Reveal::AsRights, 1, false),
    ] {
        let bundle = desk.prove(verdict, reveal);
        let report = check(&bundle, &desk.expected());
        let codes: Vec<Code> = report
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Note)
            .map(|finding| finding.code)
            .collect();
        assert_eq!(codes, vec![Code::QuoteUnchecked; unchecked], "{reveal:?}");
        let bytes = String::from_utf8(bundle.to_bytes()).unwrap();
        assert_eq!(bytes.contains("twelve cables"), has_words);
    }

    let record = desk.ledger.entry(&third.entry()).unwrap();
    let Body::Verdict(fields) = record.entry.body() else {
        panic!("a verdict")
    };
    desk.erase(fields.verdict);
    let report = check(&desk.prove(third, Reveal::AsRights), &desk.expected());
    let codes: Vec<Code> = report.findings.iter().map(|f| f.code).collect();
    assert!(codes.contains(&Code::ObjectErased), "{codes:?}");
    assert_eq!(report.worst(), Some(Severity::Incomplete));
}

#[test]
fn whose_log_it_is_must_be_known() {
    let (desk, verdicts) = eventful();
    let bundle = desk.prove(verdicts[0].0, Reveal::AsRights);
    let policy = |text: String| factlog::trust::TrustPolicy::parse(text.as_bytes()).unwrap();
    let (right, wrong) = (log(), key("desk.example/facts", 9));
    let listed =
        |key: &factlog::trust::SigningKey| policy(format!("log {}\nquorum none\n", key.verifier()));
    let witness =
        factlog::trust::WitnessSigningKey::from_seed("w.example".parse().unwrap(), &[8; 32]);
    let asks = policy(format!("witness w {}\nquorum w\n", witness.witness()));
    let known = desk.expected();
    let other = factlog::words::id::EntryId([7; 32]);
    let none = Expected::default();
    for (expected, code) in [
        (none.clone(), Some(Code::LogUntrusted)),
        (known.clone(), None),
        (
            Expected {
                ledger: Some(other),
                ..none.clone()
            },
            Some(Code::GenesisOther),
        ),
        (
            Expected {
                log: Some(right.verifier().clone()),
                ..none.clone()
            },
            None,
        ),
        (
            Expected {
                log: Some(wrong.verifier().clone()),
                ..none.clone()
            },
            Some(Code::LogUntrusted),
        ),
        (
            Expected {
                log: Some(wrong.verifier().clone()),
                ..known.clone()
            },
            Some(Code::LogUntrusted),
        ),
        (
            Expected {
                policy: Some(listed(&right)),
                ..none.clone()
            },
            None,
        ),
        (
            Expected {
                policy: Some(listed(&wrong)),
                ..none.clone()
            },
            Some(Code::LogUntrusted),
        ),
        (
            Expected {
                policy: Some(asks.clone()),
                ..none.clone()
            },
            Some(Code::LogUntrusted),
        ),
        (
            Expected {
                policy: Some(asks),
                ..known.clone()
            },
            Some(Code::QuorumNotMet),
        ),
    ] {
        let report = check(&bundle, &expected);
        let codes: Vec<Code> = report
            .findings
            .iter()
            .filter(|f| f.severity != Severity::Note)
            .map(|f| f.code)
            .filter(|found| *found != Code::QuorumNotMet || code == Some(Code::QuorumNotMet))
            .collect();
        assert_eq!(codes, Vec::from_iter(code), "{expected:?}");
        let untrusted = code == Some(Code::LogUntrusted);
        assert_eq!(report.is_only_untrusted(), untrusted);
    }
}
