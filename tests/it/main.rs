//! The integration tests, built as one program.

mod store;
mod ledger;
