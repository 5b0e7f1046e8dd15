//! Replay of a ledger: entitlement, standing, findings.
