//! What speaks HTTP.
//!
//! Nothing here knows the ledger: it takes an address and gives bytes, and the command hands them
//! on.

pub mod address;
pub mod fetch;
