//! The integration tests, built as one program.

#![allow(clippy::unwrap_used, reason = "a test that fails says so by panicking")]

mod at_home;
mod beside;
mod bundle;
mod cli_cases;
mod cli_keys;
mod cli_read;
mod cli_write;
mod cosigned;
mod damage;
mod desk;
mod disk;
mod drafts;
mod erase;
mod evidence;
mod extract_articles;
mod extract_properties;
mod extract_variants;
mod format_example;
mod import;
mod kill;
mod layering;
mod ledger;
mod lint;
mod live;
mod mirror;
mod pages;
mod publish;
mod readme;
mod report;
mod review_stops;
mod sample;
mod schemas;
mod search;
mod seen_before;
mod store;
mod tamper;
mod team;
mod vectors;
mod witness;
