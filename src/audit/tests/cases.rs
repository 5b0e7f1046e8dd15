//! What replay refuses: entries that are wrong in one way each, and the code that each gets.

use super::super::finding::Code;
use super::super::fixture::{ARTICLE, Ledger, Sample, sign};
use super::super::replay::{Effect, Replay};
use crate::entry::{Body, Draft, Entry, Role};
use crate::trust::merkle::RootHash;
use crate::words::id::{EntryId, ObjectId, Sha256Hash, SourceId};
use crate::words::policy::Policy;
use crate::words::source::Kept;
use crate::words::span::Span;
use crate::words::verdict::VerdictChange;

/// One entry that is wrong in one way: what makes it, and the code that it gets.
pub(super) struct Case {
    pub(super) code: Code,
    pub(super) why: &'static str,
    pub(super) make: fn(&mut Ledger, &Sample) -> Entry,
}

const fn case(code: Code, why: &'static str, make: fn(&mut Ledger, &Sample) -> Entry) -> Case {
    Case { code, why, make }
}

fn source(ledger: &mut Ledger, change: impl FnOnce(&mut crate::entry::SourceEntry)) -> Entry {
    let mut draft = ledger.source("alice", "Other words.\n");
    let Body::Source(source) = &mut draft.body else {
        unreachable!("a source")
    };
    change(source);
    sign(&draft, &["alice"])
}

fn header(ledger: &mut Ledger, change: impl FnOnce(&mut crate::entry::Header)) -> Entry {
    let mut draft = ledger.source("alice", "Other words.\n");
    change(&mut draft.header);
    sign(&draft, &["alice"])
}

pub(super) fn claim(
    ledger: &mut Ledger,
    sample: &Sample,
    change: impl FnOnce(&mut crate::words::claim::Claim),
) -> Draft {
    let mut claim = Ledger::claim_object("It changes nothing");
    claim.claimant = None;
    claim.manner = crate::words::claim::Manner::Narration;
    change(&mut claim);
    ledger.claim("alice", sample.article, &claim)
}

pub(super) fn verdict(
    ledger: &mut Ledger,
    sample: &Sample,
    by: &str,
    change: impl FnOnce(&mut crate::entry::VerdictEntry),
) -> Entry {
    let object = ledger.verdict_object(Some(sample.charter));
    let mut draft = ledger.verdict(by, sample.claim, "false", &object);
    let Body::Verdict(entry) = &mut draft.body else {
        unreachable!("a verdict")
    };
    change(entry);
    sign(&draft, &[by])
}

/// Makes a verdict by alice in the place of another.
pub(super) fn superseding(
    ledger: &mut Ledger,
    sample: &Sample,
    by: &str,
    older: crate::words::id::VerdictId,
) -> Draft {
    ledger.superseding(by, sample.claim, "mostly-true", older)
}

pub(super) const CASES: &[Case] = &[
    case(Code::GenesisAgain, "a second genesis", |_, _| {
        Ledger::begin(&["mallory"], 1, &Policy::default())
            .entries
            .remove(0)
    }),
    case(
        Code::LedgerOther,
        "replayed from another ledger",
        |ledger, _| header(ledger, |header| header.ledger = Some(EntryId([1; 32]))),
    ),
    case(
        Code::SignatureInvalid,
        "another text was signed",
        |ledger, _| {
            let good = header(ledger, |_| {});
            let text = String::from_utf8(good.bytes().to_vec()).expect("text");
            let forged = text.replace("text/plain", "text/other");
            Entry::parse(forged.as_bytes()).expect("an entry in form")
        },
    ),
    case(
        Code::SignatureMissing,
        "a new key has not signed",
        |ledger, _| {
            let draft = ledger.key_entry("carol", &[Role::Reviewer]);
            sign(&draft, &["root"])
        },
    ),
    case(
        Code::SignatureNotCalledFor,
        "another reviewer signed too",
        |ledger, _| {
            let draft = ledger.source("alice", "Other words.\n");
            sign(&draft, &["alice", "bob"])
        },
    ),
    case(
        Code::SignatureNotCalledFor,
        "a root signed an author's retraction",
        |ledger, sample| {
            let object = ledger.verdict_object(None);
            let claim = ledger.add_claim("alice", sample.article, "It changes nothing");
            let draft = ledger.verdict("alice", claim, "false", &object);
            let verdict = crate::words::id::VerdictId(ledger.append_draft(&draft, &["alice"]).0);
            let draft = ledger.retraction("alice", verdict);
            sign(&draft, &["alice", "root"])
        },
    ),
    case(Code::KeyUnknown, "a stranger's source", |ledger, _| {
        let draft = ledger.source("mallory", "Other words.\n");
        sign(&draft, &["mallory"])
    }),
    case(
        Code::KeyOtherName,
        "alice under another name",
        |ledger, _| {
            let mut draft = ledger.source("alice", "Other words.\n");
            let other = "desk.example/alicia".parse().expect("a name");
            let mut seed = [0; 32];
            seed[..5].copy_from_slice(b"alice");
            let other = crate::trust::key::SigningKey::from_seed(other, &seed);
            draft.header.by = other.verifier().clone();
            draft.sign(&[&other]).expect("an entry")
        },
    ),
    case(
        Code::KeyNotEntitled,
        "a root signs a source",
        |ledger, _| {
            let draft = ledger.source("root", "Other words.\n");
            sign(&draft, &["root"])
        },
    ),
    case(
        Code::KeyNotEntitled,
        "a reviewer enrols a key",
        |ledger, _| {
            let mut draft = ledger.key_entry("carol", &[Role::Reviewer]);
            let alice = ledger.draft("alice", draft.body.clone());
            draft.header = alice.header;
            sign(&draft, &["alice", "carol"])
        },
    ),
    case(Code::KeyEnrolledBefore, "alice again", |ledger, _| {
        let draft = ledger.key_entry("alice", &[Role::Publisher]);
        sign(&draft, &["root", "alice"])
    }),
    case(
        Code::KeyEnrolledBefore,
        "the log's key as a reviewer's",
        |ledger, _| {
            let draft = ledger.key_entry("log", &[Role::Reviewer]);
            sign(&draft, &["root", "log"])
        },
    ),
    case(Code::ChainFork, "a number used before", |ledger, _| {
        header(ledger, |header| {
            header.chain = crate::entry::Chain { n: 0, prev: None };
        })
    }),
    case(Code::ChainGap, "a number skipped", |ledger, _| {
        header(ledger, |header| header.chain.n += 1)
    }),
    case(Code::ChainGap, "a chain that begins late", |ledger, _| {
        ledger.add_key("carol", &[Role::Reviewer]);
        let mut draft = ledger.source("carol", "Other words.\n");
        draft.header.chain = crate::entry::Chain {
            n: 1,
            prev: Some(EntryId([3; 32])),
        };
        sign(&draft, &["carol"])
    }),
    case(
        Code::ChainPrevious,
        "another's entry as the previous",
        |ledger, sample| {
            let charter = sample.charter.entry();
            header(ledger, |header| header.chain.prev = Some(charter))
        },
    ),
    case(Code::AtEarlier, "a step back in time", |ledger, _| {
        header(ledger, |header| {
            header.at = "2026-11-22T10:07:59Z".parse().expect("a time");
        })
    }),
    case(Code::AfterSize, "after more than there is", |ledger, _| {
        header(ledger, |header| {
            if let Some(after) = &mut header.after {
                after.size += 1;
            }
        })
    }),
    case(Code::AfterRoot, "after another tree", |ledger, _| {
        header(ledger, |header| {
            if let Some(after) = &mut header.after {
                after.root = RootHash([5; 32]);
            }
        })
    }),
    case(Code::ObjectMissing, "a lost copy", |ledger, _| {
        let entry = source(ledger, |_| {});
        ledger.objects.remove(&ObjectId::of(b"Other words.\r\n"));
        entry
    }),
    case(Code::ObjectHash, "a changed copy", |ledger, _| {
        let entry = source(ledger, |_| {});
        let id = ObjectId::of(b"Other words.\r\n");
        ledger.objects.insert(id, b"Other wards.\r\n".to_vec());
        entry
    }),
    case(Code::ObjectForm, "a note for meta", |ledger, sample| {
        let draft = ledger.retraction("alice", sample.first);
        let Body::Retraction(retraction) = draft.body else {
            unreachable!("a retraction")
        };
        source(ledger, |source| source.meta = retraction.note)
    }),
    case(Code::KeptLength, "a wrong length", |ledger, _| {
        source(ledger, |source| {
            if let Some(raw) = &mut source.raw {
                raw.bytes += 1;
            }
        })
    }),
    case(Code::KeptSha256, "a wrong twin", |ledger, _| {
        source(ledger, |source| {
            if let Some(text) = &mut source.text {
                text.sha256 = Sha256Hash([0; 32]);
            }
        })
    }),
    case(Code::TextForm, "a NUL", |ledger, _| {
        ledger.keep_bytes(b"a\0b\n");
        source(ledger, |source| source.text = Some(Kept::of(b"a\0b\n")))
    }),
    case(Code::TextForm, "not UTF-8", |ledger, _| {
        ledger.keep_bytes(b"caf\xe9\n");
        source(ledger, |source| source.text = Some(Kept::of(b"caf\xe9\n")))
    }),
    case(Code::TextForm, "nothing", |ledger, _| {
        ledger.keep_bytes(b"");
        source(ledger, |source| source.text = Some(Kept::of(b"")))
    }),
    case(Code::ReferenceUnknown, "replaces nothing", |ledger, _| {
        source(ledger, |source| source.replaces = Some(SourceId([4; 32])))
    }),
    case(Code::ReferenceKind, "replaces a claim", |ledger, sample| {
        let claim = sample.claim.0;
        source(ledger, |source| source.replaces = Some(SourceId(claim)))
    }),
    case(
        Code::QuoteWithoutText,
        "a claim in a picture",
        |ledger, sample| {
            let entry = source(ledger, |source| {
                source.text = None;
                source.normalizer = None;
            });
            let picture = SourceId(ledger.append(entry).0);
            let mut draft = claim(ledger, sample, |_| {});
            if let Body::Claim(claim) = &mut draft.body {
                claim.source = picture;
            }
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::ClaimOtherText,
        "the other source",
        |ledger, sample| {
            let mut draft = claim(ledger, sample, |_| {});
            if let Body::Claim(claim) = &mut draft.body {
                claim.source = sample.charter;
            }
            sign(&draft, &["alice"])
        },
    ),
    case(Code::ClaimQuote, "other words", |ledger, sample| {
        let draft = claim(ledger, sample, |claim| {
            claim.quote.exact = "It changes nothin!".into();
        });
        sign(&draft, &["alice"])
    }),
    case(Code::ClaimQuote, "other code points", |ledger, sample| {
        let draft = claim(ledger, sample, |claim| {
            claim.quote.points = claim.quote.bytes;
        });
        sign(&draft, &["alice"])
    }),
    case(Code::ClaimQuote, "other context", |ledger, sample| {
        let draft = claim(ledger, sample, |claim| claim.quote.suffix.truncate(3));
        sign(&draft, &["alice"])
    }),
    case(
        Code::ClaimHull,
        "another range in the entry",
        |ledger, sample| {
            let mut draft = claim(ledger, sample, |_| {});
            if let Body::Claim(claim) = &mut draft.body {
                claim.end += 1;
            }
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::ClaimRange,
        "a cue inside a character",
        |ledger, sample| {
            let draft = claim(ledger, sample, |claim| {
                claim.manner = crate::words::claim::Manner::Indirect;
                claim.cue = Some(Span::new(6, 8).expect("a span"));
            });
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::ClaimRange,
        "a statement past the end",
        |ledger, sample| {
            let draft = claim(ledger, sample, |claim| {
                claim.statement = vec![Span::new(40, 400).expect("a span")];
            });
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::QuoteUnchecked,
        "a text that no one has",
        |ledger, sample| {
            let draft = claim(ledger, sample, |_| {});
            let entry = sign(&draft, &["alice"]);
            ledger.objects.remove(&ObjectId::of(ARTICLE.as_bytes()));
            ledger.replay = Replay::new();
            entry
        },
    ),
    case(
        Code::SupersedesOtherAuthor,
        "bob's claim for alice's",
        |ledger, sample| {
            let mut draft = ledger.claim(
                "bob",
                sample.article,
                &Ledger::claim_object("It changes nothing"),
            );
            if let Body::Claim(claim) = &mut draft.body {
                claim.supersedes = Some(sample.claim);
                claim.change = Some(crate::words::claim::ClaimChange::Wording);
            }
            sign(&draft, &["bob"])
        },
    ),
    case(
        Code::SupersedesEnded,
        "a claim superseded twice",
        |ledger, sample| {
            let mut draft = claim(ledger, sample, |_| {});
            let supersede = |draft: &mut Draft| {
                if let Body::Claim(claim) = &mut draft.body {
                    claim.supersedes = Some(sample.claim);
                    claim.change = Some(crate::words::claim::ClaimChange::Span);
                }
            };
            supersede(&mut draft);
            ledger.append_draft(&draft, &["alice"]);
            let mut draft = claim(ledger, sample, |_| {});
            supersede(&mut draft);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::VerdictPolicy,
        "a policy of the past",
        |ledger, sample| {
            let other = Policy {
                approvals: 1,
                ..Policy::default()
            };
            let draft = ledger.policy_entry(&other);
            let object = ledger.verdict_object(Some(sample.charter));
            let verdict = ledger.verdict("alice", sample.claim, "false", &object);
            ledger.append_draft(&draft, &["root"]);
            let again = ledger.draft("alice", verdict.body);
            sign(&again, &["alice"])
        },
    ),
    case(
        Code::RatingUnknown,
        "a rating of one's own",
        |ledger, sample| {
            verdict(ledger, sample, "alice", |verdict| {
                verdict.rating = "pants-on-fire".parse().expect("a code");
            })
        },
    ),
    case(
        Code::PolicyUnreadable,
        "a policy that is gone",
        |ledger, sample| {
            let entry = verdict(ledger, sample, "alice", |_| {});
            let policy = super::super::facts::Facts::ledger(&ledger.facts)
                .expect("memory")
                .expect("a ledger")
                .policy;
            ledger.objects.remove(&policy);
            ledger.replay = Replay::new();
            entry
        },
    ),
    case(Code::EvidenceShort, "no evidence", |ledger, sample| {
        let draft = ledger.policy_entry(&Policy {
            evidence_least: 1,
            ..Policy::default()
        });
        ledger.append_draft(&draft, &["root"]);
        let object = ledger.verdict_object(None);
        let draft = ledger.verdict("alice", sample.claim, "false", &object);
        sign(&draft, &["alice"])
    }),
    case(
        Code::EvidenceQuote,
        "words that the evidence has not",
        |ledger, sample| {
            let mut object = ledger.verdict_object(Some(sample.charter));
            object.evidence[0].source = sample.article;
            let draft = ledger.verdict("alice", sample.claim, "false", &object);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::ReferenceUnknown,
        "evidence from nowhere",
        |ledger, sample| {
            let mut object = ledger.verdict_object(Some(sample.charter));
            object.evidence[0].source = SourceId([6; 32]);
            let draft = ledger.verdict("alice", sample.claim, "false", &object);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::ReferenceKind,
        "a verdict on a source",
        |ledger, sample| {
            let article = sample.article.0;
            verdict(ledger, sample, "alice", |verdict| {
                verdict.claim = crate::words::id::ClaimId(article);
            })
        },
    ),
    case(
        Code::SupersedesMissing,
        "bob's further verdict",
        |ledger, sample| verdict(ledger, sample, "bob", |_| {}),
    ),
    case(
        Code::SupersedesEnded,
        "a verdict that was superseded",
        |ledger, sample| {
            let draft = superseding(ledger, sample, "alice", sample.first);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::SupersedesEnded,
        "a verdict that was retracted",
        |ledger, sample| {
            let draft = superseding(ledger, sample, "alice", sample.second);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::SupersedesEnded,
        "a second retraction",
        |ledger, sample| {
            let draft = ledger.retraction("alice", sample.second);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::SupersedesOtherAuthor,
        "alice's verdict for bob's",
        |ledger, sample| {
            let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
            let draft = superseding(ledger, sample, "alice", bobs);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::SupersedesOtherAuthor,
        "alice retracts bob's verdict",
        |ledger, _| {
            let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
            let draft = ledger.retraction("alice", bobs);
            sign(&draft, &["alice"])
        },
    ),
    case(
        Code::SupersedesOtherClaim,
        "a verdict on another claim",
        |ledger, sample| {
            let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
            let other = ledger.add_claim("bob", sample.article, "It changes nothing");
            let draft = ledger.superseding("bob", other, "false", bobs);
            sign(&draft, &["bob"])
        },
    ),
    case(
        Code::SupersedesNotLatest,
        "an earlier verdict, after one was forced in",
        |ledger, sample| {
            let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
            let forced = verdict(ledger, sample, "bob", |_| {});
            ledger.force(forced, Effect::Full);
            let draft = ledger.superseding("bob", sample.claim, "false", bobs);
            sign(&draft, &["bob"])
        },
    ),
    case(
        Code::ReasonMissing,
        "a change without a reason",
        |ledger, sample| {
            let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
            verdict(ledger, sample, "bob", |verdict| {
                verdict.supersedes = Some(bobs);
                verdict.change = Some(VerdictChange::Rating);
            })
        },
    ),
    case(
        Code::ChangeRating,
        "another rating, called an update",
        |ledger, sample| {
            let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
            let mut draft = ledger.superseding("bob", sample.claim, "false", bobs);
            if let Body::Verdict(verdict) = &mut draft.body {
                verdict.change = Some(VerdictChange::Update);
            }
            sign(&draft, &["bob"])
        },
    ),
    case(
        Code::ChangeRating,
        "the same rating, called a change",
        |ledger, sample| {
            let bobs = crate::words::id::VerdictId(ledger.entries[9].id().0);
            let draft = ledger.superseding("bob", sample.claim, "true", bobs);
            sign(&draft, &["bob"])
        },
    ),
    case(
        Code::VerdictEarlierWording,
        "a verdict on an earlier wording",
        |ledger, sample| {
            let mut draft = claim(ledger, sample, |_| {});
            if let Body::Claim(claim) = &mut draft.body {
                claim.supersedes = Some(sample.claim);
                claim.change = Some(crate::words::claim::ClaimChange::Span);
            }
            ledger.append_draft(&draft, &["alice"]);
            verdict(ledger, sample, "alice", |_| {})
        },
    ),
];
