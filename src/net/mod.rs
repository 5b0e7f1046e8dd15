//! What speaks HTTP.
//!
//! Nothing here knows the ledger: fetching takes an address and gives bytes, a witness takes
//! checkpoints of anybody's, and the command hands them on.

pub mod address;
pub mod fetch;
pub mod witness;
