//! A ledger as a whole: init, append, verify.
