//! The auditor's arithmetic: notes, trees, checkpoints.
