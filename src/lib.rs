//! A ledger of fact-checks that a stranger can audit.
//!
//! An article is split into claims, each tied to the exact words it came from and to whoever said
//! them. A reviewer judges a claim and signs the verdict; the ledger keeps it, append-only and
//! tamper-evident. The bytes are specified in `docs/format.md`, the map of the code is
//! `ARCHITECTURE.md`.
//!
//! The folders and what each may use:
//!
//! | module | holds | uses |
//! | --- | --- | --- |
//! | [`words`] | the fact-checker's nouns, as plain values | – |
//! | [`intake`] | bytes in, text out | `words` |
//! | [`extract`] | a text in, its claims out | `words` |
//! | [`anchor`] | claims of one version of a text in a newer one | `words`, `extract` |
//! | [`trust`] | notes, trees, checkpoints | `words` |
//! | [`entry`] | what is appended, and its one encoding | `trust` |
//! | [`audit`] | replay: entitlement, standing, findings | `trust`, `entry` |
//! | [`export`] | ClaimReview, annotations, tables, a site | `words` |
//! | [`claimreview`] | anybody's ClaimReview: rules, lenient reading | `words` |
//! | [`find`] | the search index, likeness of claims | `words` |
//! | [`keys`] | key files | `trust` |
//! | [`store`] | journal, head, object files, database | `trust`, `entry` |
//! | [`mirror`] | the published form: write it, read it | `trust`, `entry`, `audit` |
//! | [`ledger`] | init, append, verify, publish | `trust`, `entry`, `audit`, `store`, `mirror` |
//! | [`net`] | fetching, witnesses | `trust` |

#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

pub mod anchor;
pub mod audit;
pub mod claimreview;
pub mod entry;
pub mod export;
pub mod extract;
pub mod find;
pub mod intake;
pub mod keys;
pub mod ledger;
pub mod mirror;
pub mod net;
pub mod store;
pub mod trust;
pub mod words;
