//! Where a ledger is kept: journal, head, object files, database.
